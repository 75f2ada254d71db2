//! The help: every key and what it does, drawn from the table that the keys act by; and in words
//! what the window shows now.

use eframe::egui;
use eframe::egui::{Context, Label, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::describe;
use super::keys::{self, Entry, Group, Press};
use super::overlay;
use super::parts::{self, Button};
use super::text::say;
use super::theme::{self, Theme};
use crate::lesson::Language;
use crate::session::{Command, Overlay, View};

const WIDTH: f32 = 860.0;
/// Narrower, and the two columns become one.
const TWO_COLUMNS_FROM: f32 = 620.0;
/// Room for the caps of one line: as many as the first line has.
const CAPS: f32 = 132.0;

pub fn help_ui(ctx: &Context, view: &View<'_>, commands: &mut Vec<Command>) {
    let title = say!(view.language, "help.title");
    overlay::card_ui(ctx, view, (&title, WIDTH), commands, |ui, commands| {
        let theme = theme::theme(view.look);
        now_ui(ui, view, theme);
        ui.add_space(theme::GAP);
        let tour = Button {
            hint: say!(view.language, "help.tour_hint").into_owned(),
            ..Button::new(say!(view.language, "help.tour"), theme)
        };
        if tour.show(ui, theme).clicked() {
            commands.push(Command::Show(Some(Overlay::Tour(0))));
        }
        ui.add_space(theme::GAP);
        if ui.available_width() < TWO_COLUMNS_FROM {
            for group in groups(view).into_iter().flatten() {
                group_ui(ui, view.language, theme, group);
            }
        } else {
            ui.columns_const(|[left, right]: &mut [Ui; 2]| {
                for (ui, groups) in [left, right].into_iter().zip(groups(view)) {
                    for group in groups {
                        group_ui(ui, view.language, theme, group);
                    }
                }
            });
        }
    });
}

/// Two columns. The keys of a capture come first where there is one.
fn groups(view: &View<'_>) -> [Vec<Group>; 2] {
    let mut groups = [
        vec![Group::Run, Group::Wire],
        vec![Group::Look, Group::Window],
    ];
    if view.desk.survey.is_some() {
        groups[1].insert(0, Group::Capture);
    }
    groups
}

/// What a reader is told of the window, for everybody.
fn now_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme) {
    let words = RichText::new(describe::describe(view)).font(theme::text_font(theme::TEXT));
    let frame = egui::Frame::new()
        .fill(theme.wire_soft)
        .corner_radius(theme::CONTROL_RADIUS)
        .inner_margin(theme::CARD_MARGIN);
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        parts::caption(ui, theme, &say!(view.language, "help.now"));
        ui.add(Label::new(words.color(theme.text)).wrap());
    });
}

fn group_ui(ui: &mut Ui, language: Language, theme: &Theme, group: Group) {
    let title = match group {
        Group::Run => say!(language, "help.run"),
        Group::Wire => say!(language, "help.wire"),
        Group::Look => say!(language, "help.look"),
        Group::Window => say!(language, "help.window"),
        Group::Capture => say!(language, "help.capture"),
    };
    let title = RichText::new(title).font(theme::bold_font(theme::TITLE));
    ui.label(title.color(theme.text));
    for entry in keys::entries().filter(|entry| entry.group == group) {
        entry_ui(ui, language, theme, entry);
    }
    ui.add_space(theme::GAP);
}

/// Those that have a cap of their own.
fn caps(entry: &Entry) -> impl Iterator<Item = &'static Press> {
    let presses = entry.presses.iter();
    presses.filter(|press| !press.cap.is_empty())
}

fn entry_ui(ui: &mut Ui, language: Language, theme: &Theme, entry: &Entry) {
    let says = (entry.says)(language);
    ui.horizontal_top(|ui| {
        let (rect, response) = ui.allocate_exact_size(vec2(CAPS, 22.0), Sense::hover());
        let mut x = rect.left();
        for press in caps(entry) {
            let size = parts::keycap_size(ui.painter(), press.cap);
            let cap = egui::Rect::from_min_size(pos2(x, rect.top() + 1.0), size);
            parts::paint_keycap(ui.painter(), cap, press.cap, theme.muted);
            x += size.x + 4.0;
        }
        let caps: Vec<&str> = caps(entry).map(|press| press.cap).collect();
        let name = format!("{}: {says}", caps.join(", "));
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
        ui.vertical(|ui| {
            let text = RichText::new(&says).font(theme::text_font(theme::TEXT));
            ui.add(Label::new(text.color(theme.text)).wrap());
        });
    });
}

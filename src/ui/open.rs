//! A file to open: a recorded run, a capture, or a program of the learner's own. The panel that
//! asks which file, and which program it shall be if it is one.
//!
//! In: the desk's opening. Out: commands. The path that is being typed lives in the `field`; reading
//! the file, and finding out what it is, is the session's. What was there lately is in `recents`;
//! files that are dropped on the window are in `drop`.

mod drop;
mod field;
mod recents;

use eframe::egui;
use eframe::egui::{Color32, Context, Frame, Id, Label, Margin, RichText, Ui};

pub use self::drop::drop_ui;
pub use self::field::{Field, field_ui, path_of};

use super::controls::Offer;
use super::parts::{self, Button, Weight};
use super::text::{host_title, say};
use super::theme::{self, Theme};
use super::{file_words, overlay};
use crate::session::{Command, Dialog, FileRemark, Notice, Open, View};
use crate::trace::Name;

const WIDTH: f32 = 600.0;
const BUTTON: f32 = 30.0;
/// How the names of files end that can be opened; what a file is, its content says.
const KNOWN: &[&str] = &["jsonl", "pcap", "pcapng", "cap", "py"];

/// What the key and the button do: show the panel.
pub fn offer(program: Option<&Name>) -> Offer {
    Ok(Command::Open(Open::As(program.cloned())))
}

pub fn panel_ui(ctx: &Context, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let title = say!(view.language, "open.title");
    overlay::card_ui(ctx, view, (&title, WIDTH), commands, |ui, commands| {
        ui.spacing_mut().item_spacing.y = theme::GAP;
        line_ui(ui, &say!(view.language, "open.what"), theme.muted);
        path_ui(ui, view, theme, commands);
        browse_ui(ui, view, theme, commands);
        said_ui(ui, view, theme);
        if let Some(chosen) = chosen(view) {
            programs_ui(ui, view, theme, chosen, commands);
        }
        recents::recents_ui(ui, view, theme, commands);
    });
}

/// Which program the file shall be: the one that was asked for, else the first.
fn chosen<'a>(view: &View<'a>) -> Option<&'a Name> {
    let asked = view.desk.opening.program.as_ref();
    let mut names = view.desk.drafts.names();
    let first = names.next();
    first
        .into_iter()
        .chain(names)
        .find(|name| Some(*name) == asked)
        .or(first)
}

pub fn line_ui(ui: &mut Ui, text: &str, ink: Color32) {
    let text = RichText::new(text).font(theme::text_font(theme::TEXT));
    ui.add(Label::new(text.color(ink)).wrap());
}

fn programs_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    chosen: &Name,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let caption = say!(language, "open.runs_as");
    let told = say!(language, "open.copied");
    parts::caption(ui, theme, &caption).on_hover_text(told);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for name in view.desk.drafts.names() {
            let title = host_title(language, view.timeline.newest(), name);
            let is_chosen = name == chosen;
            let button = Button {
                name: format!("{caption}: {title}"),
                is_chosen: Some(is_chosen),
                weight: match is_chosen {
                    true => Weight::Filled(theme.host_tone(name).strong),
                    false => Weight::Plain(theme.host_tone(name).strong),
                },
                height: BUTTON,
                ..Button::new(title, theme)
            };
            if button.show(ui, theme).clicked() {
                commands.push(Command::Open(Open::As(Some(name.clone()))));
            }
        }
    });
}

fn path_id() -> Id {
    Id::unique("the path of a file to open")
}

fn path_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let (caption, label) = (say!(language, "open.path"), say!(language, "open.field"));
    let field = Field {
        id: path_id(),
        caption: &caption,
        label: &label,
        example: "~/run.jsonl",
        proposal: None,
    };
    let button = Button {
        weight: Weight::Primary,
        name: say!(language, "open.open_name").into_owned(),
        hint: say!(language, "open.open_hint").into_owned(),
        height: BUTTON,
        ..Button::new(say!(language, "open.open"), theme)
    };
    let offer = |path: &str| file_offer(view, path);
    field_ui(ui, theme, field, button, offer, commands);
}

/// Looks into the file at this path, or says what is missing.
fn file_offer(view: &View<'_>, path: &str) -> Offer {
    let language = view.language;
    if !view.desk.opening.reading.is_empty() {
        return Err(say!(language, "open.reading").into_owned());
    }
    let program = chosen(view).cloned();
    match path_of(path) {
        Some(path) => Ok(Command::Open(Open::File { path, program })),
        None => Err(say!(language, "open.no_path").into_owned()),
    }
}

fn browse_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let is_browsing = view.desk.opening.is_browsing || view.desk.saving.is_browsing;
    let offer = match is_browsing {
        true => Err(say!(language, "open.browsing").into_owned()),
        false => Ok(Command::Open(Open::Browse {
            program: chosen(view).cloned(),
            dialog: Dialog {
                title: say!(language, "open.title").into_owned(),
                filters: vec![
                    (say!(language, "open.known").into_owned(), KNOWN),
                    (say!(language, "open.runs").into_owned(), &["jsonl"]),
                    (
                        say!(language, "open.captures").into_owned(),
                        &["pcap", "pcapng", "cap"],
                    ),
                    (say!(language, "open.programs").into_owned(), &["py"]),
                    (say!(language, "open.all").into_owned(), &["*"]),
                ],
                save_as: None,
            },
        })),
    };
    let button = Button {
        name: say!(language, "open.browse_name").into_owned(),
        hint: say!(language, "open.browse_hint").into_owned(),
        height: BUTTON,
        ..Button::new(say!(language, "open.browse"), theme)
    };
    ui.horizontal_wrapped(|ui| {
        let (button, command) = button.offered(offer);
        if button.show(ui, theme).clicked() {
            commands.extend(command);
        }
        line_ui(ui, &say!(language, "open.or_drop"), theme.muted);
    });
}

/// What became of the last file, here as well: the notice above the stage is behind the veil.
pub fn said_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme) {
    let Some(Notice::Files(remark)) = view.notice else {
        return;
    };
    if matches!(remark, FileRemark::Edited(_) | FileRemark::Kept(_)) {
        return;
    }
    let (said, remedy) = file_words::remark(view, remark);
    let frame = Frame::new()
        .fill(theme.warn_soft)
        .corner_radius(theme::CONTROL_RADIUS)
        .inner_margin(Margin::symmetric(12, 8));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        let said = RichText::new(said).font(theme::bold_font(theme::TEXT));
        let said = ui.add(Label::new(said.color(theme.text)).wrap());
        ui.ctx().accesskit_node_builder(said.id, |node| {
            node.set_live(egui::accesskit::Live::Assertive);
        });
        line_ui(ui, &remedy, theme.text);
    });
}

//! A program's text, edited in its card: the head of the card, and which editor a key opens. The
//! field itself is in `field`, what its keys do to a text in `text`.
//!
//! In: the desk's drafts. Out: edits as commands.

mod field;
mod text;

use eframe::egui::{
    Align, Context, Frame, Id, Label, LayerId, Layout, Margin, Popup, PopupAnchor, Pos2, Rect,
    RichText, ScrollArea, Ui, Vec2, vec2,
};

pub use field::field_ui;

use crate::model::Program;
use crate::session::{Command, Edit, View};
use crate::trace::Name;
use crate::ui::controls::Offer;
use crate::ui::open;
use crate::ui::parts::{self, Button, Icon, Weight};
use crate::ui::text::{host_title, say};
use crate::ui::theme::{self, Theme};

const BUTTON: f32 = 24.0;
/// A narrower head has room for one button only; there the key and the drop remain.
const ROOMY: f32 = 210.0;

/// How a program's text stands to what runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    AsItCame,
    /// What runs is edited.
    Edited,
    /// It was changed since, and the change does not run yet.
    Changed,
}

fn standing(view: &View<'_>, program: &Program) -> Standing {
    let drafts = &view.desk.drafts;
    let is_other = |text: &str| *text != *program.source;
    match drafts.draft(&program.name) {
        _ if drafts.text(&program.name).is_some_and(is_other) => Standing::Changed,
        Some(_) => Standing::Edited,
        None => Standing::AsItCame,
    }
}

pub fn is_open(view: &View<'_>, program: &Program) -> bool {
    view.desk.drafts.editing.as_ref() == Some(&program.name)
}

/// Opens a program's editor, or says why there is none.
pub fn offer(view: &View<'_>, program: &str) -> Offer {
    match view.desk.drafts.original(program) {
        Some(_) => Ok(Command::Edit(Edit::Show(Some(program.to_owned())))),
        None => Err(say!(view.language, "edit.off_recorded").into_owned()),
    }
}

/// What the key does: it edits the only program, or that of the card where the focus or the
/// pointer is, or else a menu asks which one.
pub fn key(ctx: &Context, view: &View<'_>) -> Option<Offer> {
    let names = &view.timeline.newest().program_order;
    let focused = ctx.memory(|memory| memory.focused());
    let focused = focused.and_then(|id| ctx.read_response(id));
    let place = focused.map(|response| response.rect.center());
    let place = place.or_else(|| ctx.pointer_hover_pos());
    let at_hand = place.and_then(|place| card_at(ctx, names.iter(), place));
    match (&names[..], at_hand) {
        ([], _) => None,
        ([name], _) | (_, Some(name)) => Some(offer(view, name)),
        ([first, ..], None) => match offer(view, first) {
            Ok(_) => {
                Popup::toggle_id(ctx, menu_id());
                None
            }
            Err(reason) => Some(Err(reason)),
        },
    }
}

/// Where the head of a program's card was drawn.
fn head_id(program: &str) -> Id {
    Id::unique(("head of the card", program))
}

/// The program whose card, or what belongs to it below, is at this place.
pub fn card_at<'a>(
    ctx: &Context,
    names: impl Iterator<Item = &'a Name>,
    place: Pos2,
) -> Option<&'a Name> {
    let heads = names.filter_map(|name| {
        let head = ctx.data(|data| data.get_temp::<Rect>(head_id(name)))?;
        let is_in_column = head.x_range().contains(place.x) && head.top() <= place.y;
        is_in_column.then_some((name, head.top()))
    });
    let lowest = heads.max_by(|(_, one), (_, other)| one.total_cmp(other));
    lowest.map(|(name, _)| name)
}

fn menu_id() -> Id {
    Id::unique("which program to edit")
}

/// Which program to edit, where the key cannot know.
pub fn menu_ui(ctx: &Context, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let was_open = ctx.read_response(menu_id()).is_some();
    let middle = ctx.content_rect().center() - vec2(90.0, 120.0);
    let anchor = PopupAnchor::Position(middle);
    let popup = Popup::new(menu_id(), ctx.clone(), anchor, LayerId::background());
    popup.open_memory(None).gap(0.0).show(|ui| {
        parts::caption(ui, theme, &say!(view.language, "edit.which"));
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            ui.add_space(3.0); // the ring of the focus stands out that far
            let state = view.timeline.newest();
            for (index, name) in state.program_order.iter().enumerate() {
                let title = host_title(view.language, state, name);
                let button = Button {
                    name: say!(view.language, "edit.choose_name", program = title).into_owned(),
                    weight: Weight::Plain(theme.host_tone(name).strong),
                    ..Button::new(title, theme)
                };
                let (button, command) = button.offered(offer(view, name));
                let shown = button.show(ui, theme);
                if index == 0 && !was_open {
                    shown.request_focus();
                }
                if shown.clicked() {
                    commands.extend(command);
                    ui.close();
                }
            }
        });
    });
}

/// The card's head: the file, whether it is edited, and what to do with its text. Of the only
/// program of a host, file and buttons stand in the host's title.
pub fn head_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    program: &Program,
    commands: &mut Vec<Command>,
) {
    let is_alone = super::is_alone(view, program);
    let standing = standing(view, program);
    let is_open = is_open(view, program);
    if is_alone && !is_open && standing == Standing::AsItCame {
        return;
    }
    let frame = Frame::new().inner_margin(Margin::symmetric(10, 3));
    let head = frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing = vec2(6.0, 3.0);
        if is_open {
            buttons_ui(ui, view, theme, program, commands);
        } else if !is_alone {
            title_ui(ui, view, theme, program, commands);
        }
        standing_ui(ui, view, theme, (standing, is_open));
    });
    if !is_alone {
        mark_head(ui, program, head.response.rect);
    }
}

/// Where the head of a program's card is, or the title that stands for it.
pub fn mark_head(ui: &Ui, program: &Program, rect: Rect) {
    ui.data_mut(|data| data.insert_temp(head_id(&program.name), rect));
}

/// What the program's text is called.
pub fn file<'a>(view: &View<'a>, program: &'a Program) -> &'a str {
    let draft = view.desk.drafts.draft(&program.name);
    draft.map_or(&program.file, |draft| &draft.file)
}

/// The file's name, and the way into the editor.
fn title_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    program: &Program,
    commands: &mut Vec<Command>,
) {
    let size = vec2(ui.available_width(), BUTTON);
    let row = Layout::right_to_left(Align::Center);
    ui.allocate_ui_with_layout(size, row, |ui| {
        openers_ui(ui, view, theme, program, commands);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let text = RichText::new(file(view, program)).font(theme::code_font(theme::SMALL));
            ui.add(Label::new(text.color(theme.muted)).truncate());
        });
    });
}

/// In words, because a changed program that does not run yet looks like one that does.
fn standing_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, (standing, is_open): (Standing, bool)) {
    let language = view.language;
    let (words, hint, ink) = match standing {
        Standing::AsItCame => return,
        Standing::Edited => (
            say!(language, "edit.edited"),
            say!(language, "edit.edited_hint"),
            theme.muted,
        ),
        Standing::Changed => (
            match is_open {
                true => say!(language, "edit.changed_here"),
                false => say!(language, "edit.changed"),
            },
            say!(language, "edit.changed_hint"),
            theme.warn,
        ),
    };
    let text = RichText::new(words).font(theme::text_font(theme::SMALL));
    ui.add(Label::new(text.color(ink)).wrap())
        .on_hover_text(hint);
}

/// The two ways to another text, small, from right to left. A class that is presented to needs
/// neither: there the keys remain.
pub fn openers_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    program: &Program,
    commands: &mut Vec<Command>,
) {
    for (button, offer) in openers(view, theme, program, ui.available_width()) {
        let (button, command) = button.offered(offer);
        let (_, rect) = ui.allocate_space(small(ui, &button));
        if button.show_at(ui, theme, rect).clicked() {
            commands.extend(command);
        }
    }
}

/// How wide they are, with the gaps before them.
pub fn openers_width(ui: &Ui, view: &View<'_>, theme: &Theme, program: &Program) -> f32 {
    let buttons = openers(view, theme, program, ui.available_width());
    let widths = buttons.iter().map(|(button, _)| small(ui, button).x);
    widths
        .map(|width| width + ui.spacing().item_spacing.x)
        .sum()
}

/// Less air at the sides than the buttons of a panel have.
fn small(ui: &Ui, button: &Button) -> Vec2 {
    button.size(ui.painter()) - vec2(10.0, 0.0)
}

fn openers(view: &View<'_>, theme: &Theme, program: &Program, room: f32) -> Vec<(Button, Offer)> {
    if view.desk.settings.presents || is_open(view, program) {
        return Vec::new();
    }
    let language = view.language;
    let title = host_title(language, view.timeline.newest(), &program.name);
    let edit = Button {
        name: say!(language, "edit.open_name", program = title).into_owned(),
        hint: say!(language, "edit.open_hint").into_owned(),
        height: BUTTON,
        ..Button::new(say!(language, "edit.open"), theme)
    };
    let mut openers = vec![(edit, offer(view, &program.name))];
    if room > ROOMY {
        let open = Button {
            name: say!(language, "open.as_name", program = title).into_owned(),
            hint: say!(language, "open.hint").into_owned(),
            height: BUTTON,
            ..Button::new(say!(language, "open.short"), theme)
        };
        openers.push((open, open::offer(Some(&program.name))));
    }
    openers
}

/// While it is edited: run it, bring the original back, leave.
fn buttons_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    program: &Program,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let run = Button {
        key: Some("Ctrl ⏎"),
        weight: Weight::Primary,
        name: say!(language, "edit.run_name").into_owned(),
        hint: say!(language, "edit.run_hint").into_owned(),
        height: BUTTON,
        ..Button::new(say!(language, "edit.run"), theme)
    };
    let restore = Button {
        name: say!(language, "edit.restore_name").into_owned(),
        hint: say!(language, "edit.restore_hint").into_owned(),
        height: BUTTON,
        ..Button::new(say!(language, "edit.restore"), theme)
    };
    let leave = Button {
        key: Some("Esc"),
        name: say!(language, "edit.leave_name").into_owned(),
        hint: say!(language, "edit.leave_hint").into_owned(),
        height: BUTTON,
        ..Button::new("", theme)
    };
    let [run, restore, leave] = fitting(ui, [run, restore, leave]);
    let offers = [
        (run, Ok(Command::Restart)),
        (restore, restore_offer(view, program)),
        (leave, Ok(Command::Edit(Edit::Show(None)))),
    ];
    ui.horizontal_wrapped(|ui| {
        for (button, offer) in offers {
            let (button, command) = button.offered(offer);
            if button.show(ui, theme).clicked() {
                commands.extend(command);
            }
        }
    });
}

/// In a narrow card, first the way out is a cross, then the other's key goes: they stay in one row.
fn fitting(ui: &Ui, mut buttons: [Button; 3]) -> [Button; 3] {
    let room = ui.available_width() - 2.0 * ui.spacing().item_spacing.x;
    let is_too_wide = |buttons: &[Button; 3]| {
        let sizes = buttons.iter().map(|button| button.size(ui.painter()).x);
        sizes.sum::<f32>() > room
    };
    if is_too_wide(&buttons) {
        let [_, _, leave] = &mut buttons;
        (leave.key, leave.icon) = (None, Some(Icon::Cross));
    }
    if is_too_wide(&buttons) {
        let [run, ..] = &mut buttons;
        run.key = None;
    }
    buttons
}

fn restore_offer(view: &View<'_>, program: &Program) -> Offer {
    match view.desk.drafts.draft(&program.name) {
        Some(_) => Ok(Command::Edit(Edit::Restore(program.name.clone()))),
        None => Err(say!(view.language, "edit.off_same").into_owned()),
    }
}

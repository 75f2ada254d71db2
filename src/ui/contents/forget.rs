//! Forgetting how far one has come: in one lesson or in all, asked once more, and taken back.
//!
//! In: the shelf. Out: commands. What is asked is the contents' own until it is answered.

use eframe::egui::{
    CursorIcon, Frame, Id, Key, Label, Margin, Modifiers, Rect, Response, RichText, Role, Sense,
    Ui, WidgetInfo, vec2,
};

use crate::session::{Command, Entry, Progress, Shelving, View};
use crate::ui::parts::{self, Button, Icon, Weight};
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};

const BUTTON: f32 = 26.0;

/// What shall be forgotten, if one says so again: a lesson, or all.
type Asked = Option<Option<String>>;

fn asked_id() -> Id {
    Id::unique("what is to be forgotten")
}

/// What is asked or said next stands above the lessons and is led to.
fn ask(ui: &Ui, asked: Asked) {
    ui.data_mut(|data| {
        data.insert_temp(asked_id(), asked);
        data.insert_temp(asked_id().with("is new"), true);
    });
}

/// The focus goes there, once.
fn lead_to(ui: &Ui, button: &Response) {
    let id = asked_id().with("is new");
    if ui.data_mut(|data| data.remove_temp::<bool>(id)).is_some() {
        button.request_focus();
        button.scroll_to_me(None);
    }
}

/// Back to the lessons.
fn leave(ui: &Ui) {
    ui.data_mut(|data| {
        data.insert_temp::<Asked>(asked_id(), None);
        data.insert_temp(asked_id().with("is over"), true);
    });
}

/// The question was answered: the focus belongs to the lessons again.
pub fn is_over(ui: &Ui) -> bool {
    let id = asked_id().with("is over");
    ui.data_mut(|data| data.remove_temp::<bool>(id)).is_some()
}

/// Above the lessons: the question, the way back, or the way to forget all.
pub fn strip_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let (language, shelf) = (view.language, &view.desk.shelf);
    let asked: Asked = ui.data(|data| data.get_temp(asked_id())).flatten();
    let forgotten = shelf.forgotten.as_ref();
    let forgotten = forgotten.filter(|forgotten| !forgotten.lessons.is_empty());
    let is_any = shelf.progress.has_begun(None);
    if asked.is_none() && forgotten.is_none() && !is_any {
        return;
    }
    let said = match (&asked, forgotten) {
        (Some(None), _) => say!(language, "forget.all_ask").into_owned(),
        (Some(Some(id)), _) => {
            let title = title(view, id);
            say!(language, "forget.ask", title = title).into_owned()
        }
        (None, Some(forgotten)) => done(view, forgotten),
        (None, None) => String::new(),
    };
    let frame = Frame::new()
        .fill(if said.is_empty() {
            theme.card
        } else {
            theme.warn_tone().soft
        })
        .corner_radius(theme::CONTROL_RADIUS)
        .inner_margin(Margin::symmetric(12, 6));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            if !said.is_empty() {
                let said = RichText::new(said).font(theme::text_font(theme::TEXT));
                ui.add(Label::new(said.color(theme.text)).wrap());
            }
            buttons_ui(ui, view, theme, asked, commands);
        });
    });
}

fn buttons_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    asked: Asked,
    commands: &mut Vec<Command>,
) {
    let (language, shelf) = (view.language, &view.desk.shelf);
    let is_forgotten = shelf
        .forgotten
        .as_ref()
        .is_some_and(|f| !f.lessons.is_empty());
    let plain = Weight::Plain(theme.text);
    let button = |label: &str, hint: &str, weight: Weight| Button {
        hint: hint.to_owned(),
        weight,
        height: BUTTON,
        ..Button::new(label, theme)
    };
    if let Some(what) = asked {
        let (label, hint) = (
            say!(language, "forget.yes"),
            say!(language, "forget.yes_hint"),
        );
        if button(&label, &hint, Weight::Filled(theme.bad))
            .show(ui, theme)
            .clicked()
        {
            commands.push(Command::Shelf(Shelving::Forget(what)));
            ask(ui, None);
        }
        let (label, hint) = (
            say!(language, "forget.no"),
            say!(language, "forget.no_hint"),
        );
        let keep = button(&label, &hint, plain).show(ui, theme);
        lead_to(ui, &keep);
        if keep.clicked() {
            leave(ui);
        }
    } else {
        if is_forgotten {
            let (label, hint) = (
                say!(language, "forget.undo"),
                say!(language, "forget.undo_hint"),
            );
            let undo = button(&label, &hint, plain).show(ui, theme);
            lead_to(ui, &undo);
            if undo.clicked() {
                commands.push(Command::Shelf(Shelving::Remember));
                leave(ui);
            }
        }
        let (label, hint) = (
            say!(language, "forget.all"),
            say!(language, "forget.all_hint"),
        );
        if shelf.progress.has_begun(None) && button(&label, &hint, plain).show(ui, theme).clicked()
        {
            ask(ui, Some(None));
        }
    }
}

/// At the right of a lesson that was begun; Delete on the lesson does the same.
pub fn row_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, entry: &Entry, row: &Response) {
    if !view.desk.shelf.progress.has_begun(Some(&entry.id)) {
        return;
    }
    let language = view.language;
    let centre = row.rect.right_center() - vec2(8.0 + BUTTON / 2.0, 0.0);
    let rect = Rect::from_center_size(centre, vec2(BUTTON, BUTTON));
    let id = Id::unique(("forgets a lesson", &entry.id));
    let response = ui.interact(rect, id, Sense::click());
    let title = title(view, &entry.id);
    let name = say!(language, "forget.one", title = title);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let ink = match response.hovered() || response.has_focus() {
        true => theme.text,
        false => theme.faint,
    };
    parts::paint_icon(ui.painter(), Icon::Restart, rect.center(), 11.0, ink);
    parts::focus_ring(ui, theme, &response, rect);
    let response = response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text(say!(language, "forget.one_hint"));
    let is_key =
        row.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Delete));
    if response.clicked() || is_key {
        ask(ui, Some(Some(entry.id.clone())));
    }
}

fn title(view: &View<'_>, id: &str) -> String {
    let entry = view.desk.shelf.find(id);
    let titles = entry.and_then(|entry| entry.titles(view.language));
    titles.map_or_else(|| id.to_owned(), |titles| titles.title.clone())
}

/// What was forgotten last.
fn done(view: &View<'_>, forgotten: &Progress) -> String {
    let mut ids = forgotten.lessons.keys();
    match (ids.next(), ids.next()) {
        (Some(one), None) => {
            let title = title(view, one);
            say!(view.language, "forget.done", title = title).into_owned()
        }
        _ => {
            let lessons = forgotten.lessons.len();
            say!(view.language, "forget.all_done", lessons = lessons).into_owned()
        }
    }
}

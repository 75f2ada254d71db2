//! The run on the stage as a file for others: the panel that asks where.
//!
//! In: the desk's saving. Out: commands. Other formats than our own are `share`'s.

use std::path::PathBuf;

use eframe::egui::{Context, Id, Ui};

use super::controls::Offer;
use super::open::{Field, field_ui, line_ui, path_of, said_ui};
use super::parts::{Button, Weight};
use super::text::say;
use super::theme::{self, Theme};
use super::{overlay, saved, share};
use crate::session::{Command, Dialog, Overlay, Save, View};

const WIDTH: f32 = 560.0;
const BUTTON: f32 = 30.0;

/// What the key and the button do: show the panel, or say why there is nothing to save.
pub fn offer(view: &View<'_>) -> Offer {
    match view.timeline.trace().events().is_empty() {
        true => Err(say!(view.language, "save.nothing").into_owned()),
        false => Ok(Command::Show(Some(Overlay::Save))),
    }
}

pub fn panel_ui(ctx: &Context, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let title = say!(view.language, "save.title");
    overlay::card_ui(ctx, view, (&title, WIDTH), commands, |ui, commands| {
        ui.spacing_mut().item_spacing.y = theme::GAP;
        share::formats_ui(ui, view, theme, commands);
        match &view.desk.sharing.chosen {
            None => {
                let (step, count) = (view.timeline.stops().len(), view.timeline.trace().end().0);
                let said = say!(view.language, "save.what", steps = step, events = count);
                line_ui(ui, &said, theme.muted);
                path_ui(ui, view, theme, commands);
                browse_ui(ui, view, theme, commands);
            }
            Some(format) => share::format_ui(ui, view, theme, format, commands),
        }
        said_ui(ui, view, theme);
        share::written_ui(ui, view, theme, commands);
    });
}

fn path_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let name = proposal(view);
    let (caption, label) = (say!(language, "save.path"), say!(language, "save.field"));
    let field = Field {
        // Another run has another name.
        id: Id::unique(("where to save", view.timeline.run())),
        caption: &caption,
        label: &label,
        example: &name,
        proposal: Some(format!("~/{name}")),
    };
    let button = Button {
        weight: Weight::Primary,
        name: say!(language, "save.save_name").into_owned(),
        hint: say!(language, "save.save_hint").into_owned(),
        height: BUTTON,
        ..Button::new(say!(language, "save.save"), theme)
    };
    field_ui(ui, theme, field, button, |path| to(view, path), commands);
}

fn to(view: &View<'_>, path: &str) -> Offer {
    let language = view.language;
    if view.desk.saving.writing.is_some() {
        return Err(say!(language, "save.writing").into_owned());
    }
    let has_asked = false;
    match path_of(path) {
        Some(path) => Ok(Command::Save(Save::To { path, has_asked })),
        None => Err(say!(language, "open.no_path").into_owned()),
    }
}

/// By the lesson and the day, so that two of them do not get in each other's way.
pub fn proposal(view: &View<'_>) -> String {
    if let Some(recorded) = view.recorded {
        let file = PathBuf::from(saved::file_name(&recorded.path));
        return file.with_extension("jsonl").to_string_lossy().into_owned();
    }
    let header = view.timeline.trace().header();
    let lesson = header.lesson.as_deref().unwrap_or("run");
    let when = saved::when(header).unwrap_or_default();
    let when: String = when.chars().filter(char::is_ascii_digit).collect();
    match when.split_at_checked(8) {
        Some((day, time)) => format!("{lesson}-{day}-{time}.jsonl"),
        None => format!("{lesson}.jsonl"),
    }
}

fn browse_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let is_browsing = view.desk.saving.is_browsing || view.desk.opening.is_browsing;
    let offer = match is_browsing {
        true => Err(say!(language, "open.browsing").into_owned()),
        false => Ok(Command::Save(Save::Browse(Dialog {
            title: say!(language, "save.title").into_owned(),
            filters: vec![(say!(language, "open.runs").into_owned(), &["jsonl"])],
            save_as: Some(proposal(view)),
        }))),
    };
    let button = Button {
        name: say!(language, "open.browse_name").into_owned(),
        hint: say!(language, "open.browse_hint").into_owned(),
        height: BUTTON,
        ..Button::new(say!(language, "open.browse"), theme)
    };
    let (button, command) = button.offered(offer);
    if button.show(ui, theme).clicked() {
        commands.extend(command);
    }
}

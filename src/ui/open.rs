//! A file of the learner's own as a program: the panel that asks which file and which program.
//!
//! In: the desk's opening. Out: commands. The path that is being typed lives in the field; reading
//! the file is the session's. Files that are dropped on the window are in `drop`.

mod drop;

use std::path::PathBuf;

use eframe::egui;
use eframe::egui::{Color32, Context, Frame, Id, Key, Label, Margin, RichText, TextEdit, Ui};

pub use self::drop::drop_ui;

use super::controls::Offer;
use super::parts::{self, Button, Weight};
use super::text::{host_title, say};
use super::theme::{self, Theme};
use super::{file_words, overlay};
use crate::session::{Command, Dialog, FileRemark, Notice, Open, View};
use crate::trace::Name;

const WIDTH: f32 = 520.0;
const BUTTON: f32 = 30.0;

/// What the key and the button do: show the panel, or say why there is none.
pub fn offer(view: &View<'_>, program: Option<&Name>) -> Offer {
    match view.desk.drafts.names().next() {
        Some(_) => Ok(Command::Open(Open::As(program.cloned()))),
        None => Err(say!(view.language, "edit.off_recorded").into_owned()),
    }
}

pub fn panel_ui(ctx: &Context, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let title = say!(view.language, "open.title");
    overlay::card_ui(ctx, view, (&title, WIDTH), commands, |ui, commands| {
        ui.spacing_mut().item_spacing.y = theme::GAP;
        let Some(chosen) = chosen(view) else { return };
        line_ui(ui, &say!(view.language, "open.copied"), theme.muted);
        programs_ui(ui, view, theme, chosen, commands);
        path_ui(ui, view, theme, chosen, commands);
        browse_ui(ui, view, theme, chosen, commands);
        said_ui(ui, view, theme);
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

fn line_ui(ui: &mut Ui, text: &str, ink: Color32) {
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
    parts::caption(ui, theme, &caption);
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

fn path_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    chosen: &Name,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let path = ui.data(|data| data.get_temp::<String>(path_id()));
    let path = &mut path.unwrap_or_default();
    let field_id = path_id().with("field");
    let was_there = ui.ctx().read_response(field_id).is_some();
    parts::caption(ui, theme, &say!(language, "open.path"));
    let label = say!(language, "open.field");
    ui.horizontal(|ui| {
        let button = Button {
            weight: Weight::Primary,
            name: say!(language, "open.open_name").into_owned(),
            hint: say!(language, "open.open_hint").into_owned(),
            height: BUTTON,
            ..Button::new(say!(language, "open.open"), theme)
        };
        let width = ui.available_width() - button.size(ui.painter()).x - 16.0;
        let field = TextEdit::singleline(path)
            .id(field_id)
            .desired_width(width)
            .hint_text("~/server.py")
            .font(theme::code_font(theme::CODE));
        let field = ui.add(field);
        ui.ctx().accesskit_node_builder(field.id, |node| {
            node.set_label(label.as_ref());
        });
        if !was_there {
            field.request_focus();
        }
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let (button, command) = button.offered(file_offer(view, chosen, path));
        let clicked = button.show(ui, theme).clicked();
        if entered || clicked {
            commands.extend(command);
            field.request_focus();
        }
    });
    let path = std::mem::take(path);
    ui.data_mut(|data| data.insert_temp(path_id(), path));
}

/// Reads the file at this path, or says what is missing.
fn file_offer(view: &View<'_>, chosen: &Name, path: &str) -> Offer {
    let language = view.language;
    if !view.desk.opening.reading.is_empty() {
        return Err(say!(language, "open.reading").into_owned());
    }
    match path_of(path) {
        Some(path) => Ok(Command::Open(Open::Files(vec![(chosen.clone(), path)]))),
        None => Err(say!(language, "open.no_path").into_owned()),
    }
}

/// A path as people paste it: with quotes, as a `file://` address, or from their home.
fn path_of(text: &str) -> Option<PathBuf> {
    let text = text.trim();
    let quoted = |mark| text.strip_prefix(mark)?.strip_suffix(mark);
    let text = quoted('"').or_else(|| quoted('\'')).unwrap_or(text);
    let text = text.strip_prefix("file://").unwrap_or(text);
    if text.is_empty() {
        return None;
    }
    let home = std::env::home_dir().zip(text.strip_prefix("~/"));
    Some(home.map_or_else(|| PathBuf::from(text), |(home, rest)| home.join(rest)))
}

fn browse_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    chosen: &Name,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let offer = match view.desk.opening.is_browsing {
        true => Err(say!(language, "open.browsing").into_owned()),
        false => Ok(Command::Open(Open::Browse {
            program: chosen.clone(),
            dialog: Dialog {
                title: say!(language, "open.title").into_owned(),
                programs: say!(language, "open.programs").into_owned(),
                all: say!(language, "open.all").into_owned(),
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
fn said_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_as_people_paste_it() {
        let check = |text, expected: Option<&str>| {
            assert_eq!(path_of(text), expected.map(PathBuf::from), "{text:?}");
        };
        check("  a b.py ", Some("a b.py"));
        check("\"/tmp/a b.py\"", Some("/tmp/a b.py"));
        check("'服务端.py'", Some("服务端.py"));
        check("file:///tmp/a.py", Some("/tmp/a.py"));
        check("", None);
        check("  \"\" ", None);
        check("\"", Some("\""));
        let home = std::env::home_dir().expect("a home");
        assert_eq!(path_of("~/a.py"), Some(home.join("a.py")));
    }
}

//! The field that a path is typed into, with the button beside it. What is typed lives here.

use std::path::PathBuf;

use eframe::egui::{Id, Key, TextEdit, Ui};

use crate::session::Command;
use crate::ui::controls::Offer;
use crate::ui::parts::{self, Button};
use crate::ui::theme::{self, Theme};

/// A path as it is asked for.
pub struct Field<'a> {
    /// What is typed is kept under this.
    pub id: Id,
    pub caption: &'a str,
    /// What a reader hears.
    pub label: &'a str,
    /// Shown while nothing is typed.
    pub example: &'a str,
    /// Stands in it at first.
    pub proposal: Option<String>,
}

pub fn field_ui(
    ui: &mut Ui,
    theme: &Theme,
    asked: Field<'_>,
    button: Button,
    offer: impl FnOnce(&str) -> Offer,
    commands: &mut Vec<Command>,
) {
    let path = ui.data(|data| data.get_temp::<String>(asked.id));
    let path = &mut path.or(asked.proposal).unwrap_or_default();
    let field_id = asked.id.with("field");
    let was_there = ui.ctx().read_response(field_id).is_some();
    parts::caption(ui, theme, asked.caption);
    ui.horizontal(|ui| {
        let width = ui.available_width() - button.size(ui.painter()).x - 16.0;
        let field = TextEdit::singleline(path)
            .id(field_id)
            .desired_width(width)
            .hint_text(asked.example)
            .font(theme::code_font(theme::CODE));
        let field = ui.add(field);
        ui.ctx().accesskit_node_builder(field.id, |node| {
            node.set_label(asked.label);
        });
        if !was_there {
            field.request_focus();
        }
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let (button, command) = button.offered(offer(path));
        let clicked = button.show(ui, theme).clicked();
        if entered || clicked {
            commands.extend(command);
            field.request_focus();
        }
    });
    let path = std::mem::take(path);
    ui.data_mut(|data| data.insert_temp(asked.id, path));
}

/// A path as people paste it: with quotes, as a `file://` address, or from their home.
pub fn path_of(text: &str) -> Option<PathBuf> {
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

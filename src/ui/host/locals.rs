//! A program's variables where it last paused: which function's they are, and which of them changed
//! since the pause before.
//!
//! In: the newest two `line` events of the program, up to the cursor. Kept while the state stays.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::epaint::RectShape;
use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Id, Rect, Role, Shape, Ui, WidgetInfo, pos2, vec2};

use crate::lesson::Language;
use crate::model::Program;
use crate::session::View;
use crate::timeline::{Stamp, Timeline};
use crate::trace::What;
use crate::ui::glow;
use crate::ui::parts;
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};

/// So many of a program's variables at once; the rest are on hover.
const SHOWN: usize = 5;
/// So much of a value is shown on hover.
const HOVER: usize = 2_000;

/// What the pause before tells of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Change {
    New,
    /// It had this value.
    Was(String),
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Pause {
    /// The function it paused in; `None` is the module.
    function: Option<String>,
    changes: BTreeMap<String, Change>,
}

pub fn locals_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, program: &Program) {
    let pause = pause(ui, view, program);
    let title = match &pause.function {
        Some(function) => say!(view.language, "locals.of", function = function),
        None => say!(view.language, "program.locals"),
    };
    parts::caption(ui, theme, &title).on_hover_text(say!(view.language, "locals.hint"));
    let mut locals: Vec<(&String, &String)> = shown(program).collect();
    if locals.len() > SHOWN {
        locals.sort_by_key(|(name, _)| !pause.changes.contains_key(*name));
    }
    for (name, value) in locals.iter().take(SHOWN) {
        let change = pause.changes.get(*name);
        row_ui(ui, view, theme, program, (name, value, change));
    }
    if let Some(rest) = locals.get(SHOWN..).filter(|rest| !rest.is_empty()) {
        let all = rest
            .iter()
            .map(|(name, value)| format!("{name} = {}", short(value)));
        let more = say!(view.language, "program.more", count = rest.len());
        parts::caption(ui, theme, &more).on_hover_text(all.collect::<Vec<_>>().join("\n"));
    }
}

/// Those worth showing: a socket has a card of its own, with the variable's name on it.
pub fn shown(program: &Program) -> impl Iterator<Item = (&String, &String)> {
    let is_plain = |value: &str| {
        !["<module", "<class", "<socket"]
            .iter()
            .any(|start| value.starts_with(start))
    };
    program
        .locals
        .iter()
        .filter(move |(_, value)| is_plain(value))
}

fn row_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    program: &Program,
    (name, value, change): (&str, &str, Option<&Change>),
) {
    let language = view.language;
    let mut job = LayoutJob::default();
    let code = || theme::code_font(theme::SMALL);
    let (font, ink) = match change {
        Some(_) => (theme::bold_font(theme::SMALL), theme.text),
        None => (code(), theme.muted),
    };
    job.append(name, 0.0, TextFormat::simple(font, theme.text));
    job.append(" = ", 0.0, TextFormat::simple(code(), theme.muted));
    // Beyond a line's length nothing is seen of it.
    let head: String = value.chars().take(200).collect();
    job.append(&head, 0.0, TextFormat::simple(code(), ink));
    let behind = ui.painter().add(Shape::Noop);
    let response = parts::one_line(ui, job);
    let id = Id::unique(("local", &program.name, name));
    let strength = glow::arrival(ui, view, id, value);
    if strength > 0.0 {
        let wash = theme.wire_soft.gamma_multiply(strength);
        let row = response.rect.expand2(vec2(4.0, 1.0));
        let shape = RectShape::filled(row, 4, wash);
        ui.painter().set(behind, shape);
    }
    if change.is_some() {
        // Colour is not all: a bar stands before it, and its name is bold.
        let rect = response.rect;
        let bar = Rect::from_min_max(
            pos2(rect.left() - 8.0, rect.top()),
            pos2(rect.left() - 5.0, rect.bottom()),
        );
        ui.painter().rect_filled(bar, 1, theme.wire);
    }
    let label = format!("{name} = {}", short(value));
    let words = match change {
        None => label,
        Some(change) => format!("{label}\n{}", words(language, change)),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    response.on_hover_text(words);
}

fn words(language: Language, change: &Change) -> String {
    match change {
        Change::New => say!(language, "locals.new").into_owned(),
        Change::Was(value) => say!(language, "locals.was", value = short(value)).into_owned(),
    }
}

fn short(value: &str) -> String {
    if value.chars().count() <= HOVER {
        return value.to_owned();
    }
    let head: String = value.chars().take(HOVER).collect();
    format!("{head}…")
}

fn pause(ui: &Ui, view: &View<'_>, program: &Program) -> Arc<Pause> {
    type Kept = (Stamp, Arc<Pause>);
    let id = Id::unique(("pause of", &program.name));
    let stamp = view.timeline.stamp();
    let kept = ui.data(|data| data.get_temp::<Kept>(id));
    if let Some((of, pause)) = kept
        && of == stamp
    {
        return pause;
    }
    let pause = Arc::new(find_pause(view.timeline, program));
    ui.data_mut(|data| data.insert_temp(id, (stamp, Arc::clone(&pause))));
    pause
}

/// So many events are looked through for the pause before: more lie between them only when much
/// else went on, and then nobody remembers it.
const LOOKED_THROUGH: usize = 5_000;

fn find_pause(timeline: &Timeline, program: &Program) -> Pause {
    let events = timeline.trace().events();
    let until = timeline.moment().0.min(events.len());
    let before = events[..until].iter().rev().take(LOOKED_THROUGH);
    let mut pauses = before.filter_map(|event| match &event.what {
        What::Line {
            program: name,
            line,
            locals,
        } if *name == program.name => Some((*line, locals)),
        _ => None,
    });
    let Some((line, now)) = pauses.next() else {
        return Pause::default();
    };
    let function = function_at(&program.source, line);
    let mut changes = BTreeMap::new();
    // In another function, other variables are seen: none of them changed.
    if let Some((at, was)) = pauses.next()
        && function_at(&program.source, at) == function
    {
        for (name, value) in now {
            match was.get(name) {
                None => {
                    changes.insert(name.clone(), Change::New);
                }
                Some(old) if old != value => {
                    changes.insert(name.clone(), Change::Was(old.clone()));
                }
                Some(_) => {}
            }
        }
    }
    Pause { function, changes }
}

/// The function that a line is in, by its indentation.
fn function_at(source: &str, line: u32) -> Option<String> {
    let lines: Vec<&str> = source.lines().take(line as usize).collect();
    let depth = |line: &str| line.len() - line.trim_start().len();
    let (last, above) = lines.split_last()?;
    let mut inside = depth(last);
    for line in above.iter().rev() {
        let text = line.trim_start();
        if text.is_empty() || text.starts_with('#') || depth(line) >= inside {
            continue;
        }
        inside = depth(line);
        let text = text.strip_prefix("async ").unwrap_or(text);
        if let Some(rest) = text.strip_prefix("def ") {
            let name = rest.split('(').next().unwrap_or(rest).trim();
            return Some(name.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_of_a_line_is_the_one_it_is_indented_under() {
        let source = "import socket\n\ndef serve(conn):\n    while True:\n        data = conn.recv(9)\n\n    conn.close()\n\nclass A:\n    async def go(self):\n        pass\ns = 1\n";
        for (line, expected) in [
            (1, None),
            (4, Some("serve")),
            (5, Some("serve")),
            (7, Some("serve")),
            (11, Some("go")),
            (12, None),
            (99, None),
        ] {
            assert_eq!(function_at(source, line).as_deref(), expected, "{line}");
        }
    }
}

//! What a program printed: its last lines, and the field for the line that it asks for.
//!
//! A program may print a megabyte. Laying that out would take longer than a frame, so only so many
//! lines at the end are shown, with a word that more stands above.

use eframe::egui::{self, Id, Rect, RichText, ScrollArea, Ui};

use super::program::{line_ui, section};
use super::{answer, whole};
use crate::model::{Activity, Program};
use crate::session::{Command, View};
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};
use crate::ui::{glow, parts};

/// So many lines are shown.
const LINES: usize = 200;
/// And no more bytes than this, however long the lines are.
const BYTES: usize = 16 * 1024;

/// Gives where the field stands, if there is one.
pub fn output_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    program: &Program,
    commands: &mut Vec<Command>,
) -> Option<Rect> {
    let prompt = match &program.activity {
        Activity::Asking(prompt) => Some(prompt),
        Activity::Running
        | Activity::Ready(_)
        | Activity::InCall(_)
        | Activity::Blocked(_)
        | Activity::Ended { .. } => None,
    };
    if program.output.is_empty() && prompt.is_none() {
        return None;
    }
    line_ui(ui, theme);
    let id = Id::unique(("output of", &program.name));
    let fresh = glow::arrival(ui, view, id, program.output.len());
    let room = ui.available_rect_before_wrap();
    glow::wash(
        ui.painter(),
        room.with_max_y(room.top() + 26.0),
        theme.good_soft,
        fresh,
    );
    section(ui, |ui| {
        parts::caption(ui, theme, &say!(view.language, "program.output"));
        let begin = whole::begin(ui);
        let shown = ScrollArea::vertical()
            .id_salt(("output", &program.name))
            .max_height(84.0)
            .auto_shrink([false, true])
            .stick_to_bottom(true)
            .show(ui, |ui| {
                let (text, is_cut) = tail(program.output.trim_end_matches('\n'));
                if is_cut {
                    parts::caption(ui, theme, &say!(view.language, "program.output_above"));
                }
                let text = RichText::new(text);
                let text = text.font(theme::code_font(theme::CODE)).color(theme.text);
                ui.add(egui::Label::new(text).wrap().selectable(true));
            });
        whole::rows_only(ui, begin, shown.inner_rect);
        let prompt = prompt?;
        let field = answer::answer_ui(ui, view, theme, (program, prompt), commands);
        Some(field)
    })
}

/// The end of it, and whether anything stands before that.
fn tail(text: &str) -> (&str, bool) {
    let from = text.ceil_char_boundary(text.len().saturating_sub(BYTES));
    let end = &text[from..];
    let last = match end.rmatch_indices('\n').nth(LINES - 1) {
        Some((at, _)) => &end[at + 1..],
        None => end,
    };
    (last, last.len() < text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_megabyte_only_the_last_lines_are_laid_out() {
        assert_eq!(tail("a\nb"), ("a\nb", false));
        let lines: Vec<String> = (0..50_000).map(|line| format!("第 {line} 行")).collect();
        let whole = lines.join("\n");
        let (shown, is_cut) = tail(&whole);
        assert!(is_cut);
        assert_eq!(shown, lines[50_000 - LINES..].join("\n"));
        let exactly = lines[..LINES].join("\n");
        assert_eq!(tail(&exactly), (exactly.as_str(), false));
    }

    #[test]
    fn one_line_without_an_end_is_bounded_too() {
        let line = "三".repeat(400_000);
        let (shown, is_cut) = tail(&line);
        assert!(is_cut && shown.len() <= BYTES && shown.len() > BYTES - 4);
    }
}

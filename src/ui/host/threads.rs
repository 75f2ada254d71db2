//! The threads of a program that has several: what each is doing, and a button to step it.
//!
//! In: a program. Out: one row a thread, lowest first; many of them scroll.

use eframe::egui::{Align, Align2, Label, Layout, ScrollArea, Sense, Ui, vec2};

use crate::model::{Activity, Program};
use crate::session::{Command, View};
use crate::ui::controls;
use crate::ui::parts::{self, Button, Weight};
use crate::ui::text::{host_title, marked, say, since};
use crate::ui::theme::{self, Theme, Tone};

const ROW: f32 = 26.0;
/// So many rows at once; the half one says that there are more.
const ROWS: f32 = 5.5;

/// Whether its threads are told apart: it has, or still has, another one than the main one.
pub fn has_several(program: &Program) -> bool {
    program.threads.keys().any(|thread| *thread != 0)
}

pub fn threads_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    program: &Program,
    commands: &mut Vec<Command>,
) {
    let count = program.threads.len();
    parts::caption(
        ui,
        theme,
        &say!(view.language, "thread.title", count = count),
    );
    ScrollArea::vertical()
        .id_salt(("threads", &program.name))
        .max_height(ROW * ROWS)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (thread, doing) in &program.threads {
                let row = (*thread, doing.as_ref());
                row_ui(ui, view, theme, (program, row), commands);
            }
        });
}

fn row_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (program, (thread, doing)): (&Program, (u32, Option<&Activity>)),
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let size = vec2(ui.available_width(), ROW);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let title = host_title(language, view.timeline.state(), &program.name);
        let name = say!(
            language,
            "thread.step_name",
            program = title,
            thread = thread
        );
        let button = Button {
            name: name.into_owned(),
            hint: say!(language, "thread.step_hint").into_owned(),
            weight: Weight::Plain(theme.host_tone(&program.name).strong),
            height: 22.0,
            ..Button::new(say!(language, "thread.step"), theme)
        };
        let offer = controls::step_thread(view, program, thread);
        let (button, command) = button.offered(offer);
        if button.show(ui, theme).clicked() {
            commands.extend(command);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let (words, tone) = words(ui, view, theme, program, doing);
            badge_ui(ui, view, thread, tone);
            let job = marked(&words, theme::SMALL, theme, theme.text);
            let whole = job.text.clone();
            ui.add(Label::new(job).truncate().show_tooltip_when_elided(false))
                .on_hover_text(whole);
        });
    });
}

/// `T2`, by which the code's marks call it.
fn badge_ui(ui: &mut Ui, view: &View<'_>, thread: u32, tone: Tone) {
    let (rect, response) = ui.allocate_exact_size(vec2(27.0, 17.0), Sense::hover());
    let painter = ui.painter();
    painter.rect_filled(rect, 5, tone.soft);
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        format!("T{thread}"),
        theme::code_font(theme::TINY),
        tone.strong,
    );
    let name = match thread {
        0 => say!(view.language, "thread.main"),
        number => say!(view.language, "thread.number", number = number),
    };
    response.on_hover_text(name);
}

fn words(
    ui: &Ui,
    view: &View<'_>,
    theme: &Theme,
    program: &Program,
    doing: Option<&Activity>,
) -> (String, Tone) {
    let language = view.language;
    let Some(doing) = doing else {
        let text = say!(language, "thread.waits").into_owned();
        return (text, theme.slate_tone());
    };
    let call = |id| program.call(id);
    let (text, tone) = match doing {
        Activity::Ready(id) => {
            let (name, line) = call(*id).map_or(("", 0), |call| (&call.name, call.line));
            (
                say!(language, "thread.ready", call = name, line = line),
                theme.client_tone(),
            )
        }
        Activity::InCall(id) => {
            let (name, line) = call(*id).map_or(("", 0), |call| (&call.name, call.line));
            (
                say!(language, "thread.in_call", call = name, line = line),
                theme.client_tone(),
            )
        }
        Activity::Blocked(id) => {
            let call = call(*id);
            let from_us = call.and_then(|call| call.blocked_at_us);
            let time = since(ui, view, from_us.unwrap_or(program.since_us));
            let (name, line) = call.map_or(("", 0), |call| (&call.name, call.line));
            let text = say!(
                language,
                "thread.blocked",
                call = name,
                time = time,
                line = line
            );
            (text, theme.warn_tone())
        }
        Activity::Running => (say!(language, "thread.running"), theme.good_tone()),
        Activity::Asking(_) => (say!(language, "status.asking"), theme.wire_tone()),
        Activity::Ended { .. } => (say!(language, "status.finished"), theme.slate_tone()),
    };
    (text.into_owned(), tone)
}

/// So many of them are named at a line; the rest are counted.
const NAMED: usize = 3;

/// `T0 T2–T5 +9`: the threads that stand at one line, in as little room as they need.
pub fn ranges(threads: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for thread in threads {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *thread => *last = *thread,
            Some(_) | None => ranges.push((*thread, *thread)),
        }
    }
    let rest = ranges.iter().skip(NAMED);
    let rest: u32 = rest.map(|(first, last)| last - first + 1).sum();
    let named = ranges.into_iter().take(NAMED);
    let words = named.map(|(first, last)| match last - first {
        0 => format!("T{first}"),
        1 => format!("T{first} T{last}"),
        _ => format!("T{first}–T{last}"),
    });
    let rest = (rest > 0).then(|| format!("+{rest}"));
    words.chain(rest).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn threads_in_a_row_are_named_by_the_first_and_the_last() {
        for (threads, expected) in [
            (&[0][..], "T0"),
            (&[1, 2], "T1 T2"),
            (&[0, 2, 3, 4, 5, 9], "T0 T2–T5 T9"),
            (&[0, 2, 4, 6, 8, 9], "T0 T2 T4 +3"),
        ] {
            assert_eq!(ranges(threads), expected);
        }
    }
}

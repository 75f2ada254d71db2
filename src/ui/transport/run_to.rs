//! The popup of Run to: everything one can run to from here.
//!
//! In: a view. Out: one goal as a command; choosing it closes the popup.

use eframe::egui::{Id, Popup, PopupCloseBehavior, Response, ScrollArea, Ui};

use crate::model::Program;
use crate::session::{Command, Goal, View};
use crate::trace::Name;
use crate::ui::driving;
use crate::ui::parts::{self, Button, Weight};
use crate::ui::text::{host_word, say};
use crate::ui::theme::{self, Theme};
use crate::ui::{controls, wire};

const WIDTH: f32 = 330.0;
const HEIGHT: f32 = 28.0;
/// States that a connection passes through, as the kernel names them, at either end.
const CLIENT_STATES: [&str; 5] = [
    "SYN_SENT",
    "ESTABLISHED",
    "FIN_WAIT1",
    "FIN_WAIT2",
    "TIME_WAIT",
];
const SERVER_STATES: [&str; 5] = [
    "LISTEN",
    "SYN_RECV",
    "ESTABLISHED",
    "CLOSE_WAIT",
    "LAST_ACK",
];
/// A longer line of code is cut: its number tells it.
const MOST_CODE: usize = 34;

/// So that a key can open it, too.
pub fn popup_id() -> Id {
    Id::unique("run to")
}

/// Shown where the button is, or where it would be.
pub fn popup_ui(opener: &Response, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let height = opener.ctx.content_rect().height() * 0.62;
    Popup::from_response(opener)
        .id(popup_id())
        .open_memory(None)
        .gap(theme::SMALL_GAP)
        .width(WIDTH)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            ui.set_width(WIDTH);
            ScrollArea::vertical().max_height(height).show(ui, |ui| {
                ui.spacing_mut().item_spacing = eframe::egui::vec2(6.0, 6.0);
                let before = commands.len();
                goals_ui(ui, view, theme, commands);
                if commands.len() > before {
                    Popup::close_id(ui.ctx(), popup_id());
                }
            });
        });
}

fn goals_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let has_just_opened = wire::has_just_opened(ui);
    parts::caption(ui, theme, &say!(language, "run_to.other"));
    for (index, goal) in [Goal::Trouble, Goal::End].into_iter().enumerate() {
        let label = driving::goal_words(view, &goal);
        let response = goal_ui(ui, view, theme, (label.clone(), label, goal), commands);
        if index == 0 && has_just_opened {
            response.request_focus();
        }
    }
    beats_ui(ui, view, theme, commands);
    let state = view.timeline.newest();
    let turns = [
        (controls::client_in_turn(view), CLIENT_STATES),
        (controls::server_in_turn(view), SERVER_STATES),
    ];
    let programs = turns.into_iter().filter_map(|(name, states)| {
        let program = state.programs.get(&name?)?;
        Some((program, states))
    });
    let programs: Vec<(&Program, [&str; 5])> = programs.collect();
    for (program, states) in &programs {
        states_ui(ui, view, theme, (&program.host, states), commands);
    }
    for (program, _) in &programs {
        lines_ui(ui, view, theme, program, commands);
    }
}

/// A button with what it shows, what a reader hears, and where it goes.
fn goal_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (label, name, goal): (String, String, Goal),
    commands: &mut Vec<Command>,
) -> Response {
    let button = Button {
        name,
        height: HEIGHT,
        ..Button::new(label, theme)
    };
    let (button, command) = button.offered(driving::run_to(view, goal));
    let response = button.show(ui, theme);
    if response.clicked() {
        commands.extend(command);
    }
    response
}

/// The passages that the run has not come to yet.
fn beats_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let Some(lesson) = view.lesson else { return };
    let is_ahead = |index: &usize| view.beats.get(*index).is_some_and(Option::is_none);
    let ahead: Vec<usize> = (0..lesson.beats.len()).filter(is_ahead).collect();
    if ahead.is_empty() {
        return;
    }
    parts::caption(ui, theme, &say!(language, "run_to.beats"));
    for beat in ahead {
        let title: String = driving::title(view, beat);
        let name = say!(language, "run_to.beat_name", title = title).into_owned();
        goal_ui(ui, view, theme, (title, name, Goal::Beat(beat)), commands);
    }
}

fn states_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (host, states): (&Name, &[&str]),
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let title = host_word(language, view.timeline.newest(), host);
    parts::caption(ui, theme, &say!(language, "run_to.states", host = title));
    ui.horizontal_wrapped(|ui| {
        for state in states {
            let name = say!(language, "run_to.state_name", state = state, host = title);
            let goal = Goal::State {
                host: host.clone(),
                state: (*state).to_owned(),
            };
            let label = (*state).to_owned();
            goal_ui(ui, view, theme, (label, name.into_owned(), goal), commands);
        }
    });
}

/// The lines that may hold a socket call: a program pauses nowhere else.
fn lines_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    program: &Program,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let file = &program.file;
    parts::caption(ui, theme, &say!(language, "run_to.lines", file = file));
    for (index, text) in program.source.lines().enumerate() {
        let text = text.trim();
        if !driving::may_pause_at(text) {
            continue;
        }
        let line = index as u32 + 1;
        let name = say!(language, "run_to.line_name", line = line, file = file);
        let button = Button {
            name: name.into_owned(),
            weight: Weight::Plain(theme.host_tone(&program.name).strong),
            height: HEIGHT,
            ..Button::new(format!("{line}  {}", cut(text)), theme)
        };
        let goal = Goal::Line {
            program: program.name.clone(),
            line,
        };
        let (button, command) = button.offered(driving::run_to(view, goal));
        if button.show(ui, theme).clicked() {
            commands.extend(command);
        }
    }
}

fn cut(code: &str) -> String {
    if code.chars().count() <= MOST_CODE {
        return code.to_owned();
    }
    let kept: String = code.chars().take(MOST_CODE).collect();
    format!("{kept}…")
}

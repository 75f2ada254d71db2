//! A program's card: what changed among its variables, where it failed, and the line it asks for.

use eframe::egui::{Event, ImeEvent, Key};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sockstep::session::{Command, Driving, Goal, Setting};

use super::controls::{SIZE, english};
use super::scenes;
use super::stage::harness;
use super::story::Story;

const TALL: [f32; 2] = [1280.0, 1400.0];
const FIELD: &str = "A line for input() in Client";

fn answer(text: &str) -> Command {
    Command::Answer {
        program: "client".to_owned(),
        text: text.to_owned(),
    }
}

#[test]
fn variables_that_changed_since_the_pause_before_say_what_they_were() {
    let mut story = scenes::start();
    story.locals("server", 5, &[("count", "1"), ("name", "'a'")]);
    story.locals(
        "server",
        6,
        &[("count", "2"), ("name", "'a'"), ("more", "3")],
    );
    story.rest();
    let (harness, _) = harness(english(story), TALL);
    for label in [
        "count = 2\nbefore: 1",
        "more = 3\nnew since the pause before",
        "name = 'a'",
    ] {
        assert!(harness.query_by_label(label).is_some(), "{label}");
    }
}

#[test]
fn the_function_whose_variables_they_are_is_named() {
    let mut header = Story::new().timeline.trace().header().clone();
    header.programs[0].source = "def serve(conn):\n    data = conn.recv(9)\nserve(1)\n".into();
    let mut story = Story::of(header);
    story.locals("server", 2, &[("data", "b'hi'")]);
    story.rest();
    let (harness, _) = harness(english(story), TALL);
    assert!(harness.query_by_label("Variables of serve()").is_some());
}

fn asked() -> (
    Harness<'static>,
    std::rc::Rc<std::cell::RefCell<super::stage::Stage>>,
) {
    harness(english(scenes::asking()), SIZE)
}

#[test]
fn the_field_has_the_focus_when_the_question_appears_and_takes_an_empty_line() {
    let (mut harness, stage) = asked();
    assert!(harness.get_by_label(FIELD).accesskit_node().is_focused());
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!(stage.borrow().commands, [answer("")]);
}

#[test]
fn enter_belongs_to_the_input_method_while_it_composes() {
    let (mut harness, stage) = asked();
    let preedit = |text: &str| {
        Event::Ime(ImeEvent::Preedit {
            text: text.to_owned(),
            active_range_chars: None,
        })
    };
    harness.event(preedit("ni"));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!(stage.borrow().commands, [], "it chooses among candidates");
    harness.event(Event::Ime(ImeEvent::Commit("你".to_owned())));
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!(stage.borrow().commands, [], "that Enter was still its own");
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!(stage.borrow().commands, [answer("你")]);
}

#[test]
fn a_clickers_key_acts_or_says_why_while_a_line_is_typed() {
    let (mut harness, stage) = asked();
    harness.key_press(Key::PageUp);
    harness.run_steps(2);
    harness.key_press(Key::PageDown);
    harness.run_steps(2);
    assert_eq!(stage.borrow().commands.len(), 2);
    harness.key_press(Key::Space);
    harness.run_steps(2);
    assert_eq!(stage.borrow().commands.len(), 2, "a blank is typed");
}

#[test]
fn a_click_on_a_lines_number_runs_to_that_line() {
    let (mut harness, stage) = harness(english(scenes::start()), TALL);
    let file = stage.borrow().story.timeline.trace().header().programs[0]
        .file
        .clone();
    let line = |number: u32| format!("Run on to line {number} of {file}");
    let second = line(2);
    let nothing = harness.get_by_label(&second).accesskit_node();
    assert!(nothing.is_disabled(), "an empty line calls nothing");
    harness.get_by_label(&line(3)).click();
    harness.run_steps(2);
    let program = "server".to_owned();
    let goal = Goal::Line { program, line: 3 };
    assert_eq!(stage.borrow().commands, [Command::Drive(Driving::To(goal))]);
}

#[test]
fn while_presenting_a_card_offers_no_other_text_but_the_key_does() {
    let (mut harness, stage) = harness(english(scenes::start()), SIZE);
    let edit = "Edit program: Client";
    assert!(harness.query_by_label(edit).is_some());
    let presents = Setting::Presents(true);
    stage.borrow_mut().desk.settings.set(presents);
    harness.run_steps(2);
    assert!(harness.query_by_label(edit).is_none());
    harness.key_press(Key::O);
    harness.run_steps(2);
    assert_eq!(stage.borrow().commands.len(), 1);
}

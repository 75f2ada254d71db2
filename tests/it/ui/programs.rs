//! A program's card: what changed among its variables, where it failed, and the line it asks for.

use eframe::egui::{Event, ImeEvent, Key};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sockstep::session::Command;

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

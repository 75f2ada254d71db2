//! What a step changed comes into sight in the hosts' columns, once, and no learner is disturbed.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use eframe::egui::{
    Event, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, Rect, Shape, TouchPhase, vec2,
};
use egui_kittest::Harness;
use sockstep::lesson::Language;
use sockstep::session::Look;
use sockstep::trace::SocketFacts;

use super::controls::SIZE;
use super::stage::{Stage, harness};
use super::story::{Story, end};
use super::{rich, room};

/// The columns of the hosts begin and end there.
const CLIENT: [f32; 2] = [300.0, 590.0];
const SERVER: [f32; 2] = [990.0, 1280.0];
/// A scroll and what a step changes come to rest.
const REST: usize = 8;

type Shared = Rc<RefCell<Stage>>;

fn shown(story: Story, language: Language) -> (Harness<'static>, Shared) {
    let (mut harness, stage) = harness(Stage::new(story, language, Look::Light), SIZE);
    harness.run_steps(REST);
    (harness, stage)
}

/// Goes on with the story, in the window.
fn go_on(harness: &mut Harness<'_>, stage: &Shared, go: impl FnOnce(&mut Story)) {
    go(&mut stage.borrow_mut().story);
    harness.run_steps(REST);
}

/// Where these words are to be read, as a whole, in a column.
fn seen(harness: &Harness<'_>, column: [f32; 2], words: &str) -> Option<Rect> {
    fn find(shape: &Shape, clip: Rect, words: &str) -> Option<Rect> {
        match shape {
            Shape::Vec(shapes) => shapes.iter().find_map(|shape| find(shape, clip, words)),
            Shape::Text(text) => {
                let rect = text.galley.rect.translate(text.pos.to_vec2());
                let is_it = text.galley.text().replace('\u{a0}', " ").trim() == words;
                (is_it && clip.expand(1.0).contains_rect(rect)).then_some(rect)
            }
            _ => None,
        }
    }
    let shapes = harness.output().shapes.iter();
    let mut found = shapes.filter_map(|clipped| find(&clipped.shape, clipped.clip_rect, words));
    found.find(|rect| (column[0]..column[1]).contains(&rect.center().x))
}

fn wheel(harness: &mut Harness<'_>, at: Pos2, points: f32) {
    harness.event(Event::PointerMoved(at));
    harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, points),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    harness.run_steps(2);
}

/// The program has so much to say that little is left for its sockets.
fn cramped() -> Story {
    let mut story = room::connected();
    story.prints("server", "one\ntwo\nthree\nfour\n");
    let locals = [("count", "1"), ("line", "'a'"), ("more", "3")];
    story.locals("server", 8, &locals);
    room::sends(&mut story, b"hello", 1, 5);
    story.call("client", 5, "send", "b' you'", Some(3));
    story.rest();
    room::sends(&mut story, b" you", 6, 9);
    story.call("client", 6, "recv", "1024", Some(3));
    story.rest();
    story
}

/// The next segment, and then so much waits.
fn arrives(story: &mut Story, waits: u32) {
    let segment = story.timeline.newest().held[0];
    story.delivered(segment);
    room::arrived(story, waits);
    story.rest();
}

#[test]
fn a_receive_buffer_that_fills_comes_into_sight_and_then_stands_still() {
    for (language, label) in [
        (Language::English, "Receive buffer"),
        (Language::Chinese, "接收缓冲"),
    ] {
        let (mut harness, stage) = shown(cramped(), language);
        assert_eq!(seen(&harness, SERVER, label), None, "it is empty");
        go_on(&mut harness, &stage, |story| arrives(story, 5));
        let place = seen(&harness, SERVER, label);
        assert!(place.is_some(), "bytes wait in it");
        // Only the clocks tick, and what stands there stays.
        let output = harness.output().viewport_output.values().next();
        let delay = output.expect("one viewport").repaint_delay;
        assert!(delay >= Duration::from_millis(500), "{delay:?}");
        go_on(&mut harness, &stage, |story| arrives(story, 9));
        assert_eq!(seen(&harness, SERVER, label), place);
    }
}

#[test]
fn a_learner_who_scrolls_is_left_alone() {
    let label = "Receive buffer";
    let (mut harness, stage) = shown(cramped(), Language::English);
    go_on(&mut harness, &stage, |story| arrives(story, 5));
    let place = seen(&harness, SERVER, label).expect("bytes wait in it");
    wheel(&mut harness, place.center(), 400.0);
    harness.run_steps(40);
    assert_eq!(
        seen(&harness, SERVER, label),
        None,
        "scrolled away for good"
    );
    // What changes just after that waits for nobody, and is not made up for.
    wheel(&mut harness, place.center(), 20.0);
    go_on(&mut harness, &stage, |story| {
        room::arrived(story, 0);
        story.rest();
    });
    harness.run_steps(40);
    assert_eq!(seen(&harness, SERVER, label), None);
    // The next change is shown again.
    go_on(&mut harness, &stage, |story| {
        room::arrived(story, 3);
        story.rest();
    });
    assert!(seen(&harness, SERVER, label).is_some());
}

#[test]
fn a_question_is_seen_even_while_there_is_something_else_to_do() {
    let mut story = room::connected();
    story.prints("server", "one\ntwo\nthree\nfour\n");
    let locals: Vec<(String, String)> = (0..12)
        .map(|number| (format!("name{number}"), "'value'".to_owned()))
        .collect();
    let locals: Vec<(&str, &str)> = locals
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    story.locals("server", 8, &locals);
    story.rest();
    let (mut harness, stage) = shown(story, Language::English);
    go_on(&mut harness, &stage, |story| {
        story.returns("server", "b'hi'", None);
        story.asks("server", "server> ");
        story.rest();
    });
    let prompt = seen(&harness, SERVER, "server>");
    assert!(prompt.is_some(), "where an answer can be typed");
    let focused = harness.ctx.memory(|memory| memory.focused());
    assert_eq!(focused, None, "Space still means Next");
    // Whoever scrolls away from it has seen it.
    let place = prompt.expect("just seen").center();
    wheel(&mut harness, place, 200.0);
    harness.run_steps(40);
    assert_eq!(
        seen(&harness, SERVER, "server>"),
        None,
        "it never jumps back"
    );
}

#[test]
fn of_several_programs_of_a_host_the_one_that_acts_is_in_sight() {
    let (mut harness, stage) = shown(rich::housemates(), Language::English);
    for (program, line, name) in [
        ("client2", 4, "bind"),
        ("client1", 5, "listen"),
        ("client2", 6, "recv"),
        ("client1", 7, "accept"),
    ] {
        go_on(&mut harness, &stage, |story| {
            story.step(program);
            story.socket(SocketFacts {
                program: Some(program.to_owned()),
                ..end("client", "SYN_SENT", Some(3))
            });
            story.returns(program, "None", None);
            story.call(program, line, name, "", Some(3));
            story.rest();
        });
        let words = format!("About to call {name}()");
        assert!(seen(&harness, CLIENT, &words).is_some(), "{words}");
    }
}

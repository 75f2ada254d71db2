//! Every control: what it asks for, which key asks for the same, and why it is off.

use eframe::egui::{self, Key};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sockstep::lesson::Language;
use sockstep::session::{Command, Demise, How, Look, Notice, Setting};
use sockstep::trace::{Moment, SegmentId};

use super::scenes;
use super::stage::{Stage, harness};
use super::story::Story;

pub const SIZE: [f32; 2] = [1280.0, 720.0];

pub type Scene = fn() -> Story;

pub fn english(story: Story) -> Stage {
    Stage::new(story, Language::English, Look::Light)
}

/// Clicks the control with this label and gives back what was asked for.
pub fn asked_by_click(stage: Stage, label: &str) -> Vec<Command> {
    let (mut harness, stage) = harness(stage, SIZE);
    harness.get_by_label(label).click();
    harness.run_steps(2);
    stage.borrow_mut().commands.split_off(0)
}

pub fn asked_by_key(stage: Stage, key: Key) -> Vec<Command> {
    let (mut harness, stage) = harness(stage, SIZE);
    harness.key_press(key);
    harness.run_steps(2);
    stage.borrow_mut().commands.split_off(0)
}

/// What a reader is told of a control beyond its name.
pub fn description(harness: &Harness<'_>, label: &str) -> String {
    let node = harness.get_by_label(label);
    node.accesskit_node().description().unwrap_or_default()
}

#[test]
fn every_control_asks_for_its_command() {
    let server = || Command::Step("server".to_owned());
    let cases: [(Scene, &str, Command); 8] = [
        (scenes::start, "Next", Command::Next),
        (scenes::start, "Back", Command::Back),
        (scenes::start, "Step Server", server()),
        (
            scenes::start,
            "Step Client",
            Command::Step("client".to_owned()),
        ),
        (scenes::start, "Restart", Command::Restart),
        (
            scenes::syn_ack_held,
            "Deliver SYN·ACK seq 0 ack 1",
            Command::Deliver(SegmentId(2)),
        ),
        (
            scenes::syn_ack_held,
            "Drop SYN·ACK seq 0 ack 1",
            Command::Drop(SegmentId(2)),
        ),
        (
            scenes::syn_ack_held,
            "SYN seq 0 · delivered",
            Command::Select(Some(SegmentId(1))),
        ),
    ];
    for (story, label, command) in cases {
        assert_eq!(
            asked_by_click(english(story()), label),
            [command],
            "{label}"
        );
    }
}

#[test]
fn every_key_does_what_its_button_does() {
    let cases: [(Scene, Key, Command); 12] = [
        (scenes::start, Key::Space, Command::Next),
        (scenes::start, Key::ArrowRight, Command::Next),
        (scenes::start, Key::PageDown, Command::Next),
        (scenes::start, Key::ArrowLeft, Command::Back),
        (scenes::start, Key::PageUp, Command::Back),
        (scenes::start, Key::C, Command::Step("client".to_owned())),
        (scenes::start, Key::S, Command::Step("server".to_owned())),
        (scenes::start, Key::R, Command::Restart),
        (scenes::syn_ack_held, Key::D, Command::Deliver(SegmentId(2))),
        (scenes::syn_ack_held, Key::X, Command::Drop(SegmentId(2))),
        (in_the_past, Key::L, Command::GoLive),
        (in_the_past, Key::Space, Command::Forward),
    ];
    for (story, key, command) in cases {
        assert_eq!(asked_by_key(english(story()), key), [command], "{key:?}");
    }
}

pub fn in_the_past() -> Story {
    let mut story = scenes::syn_ack_held();
    let moment = story.timeline.stops()[5];
    story.timeline.go_to(moment);
    story
}

#[test]
fn a_key_held_down_counts_once_and_one_with_ctrl_not_at_all() {
    let (mut harness, stage) = harness(english(scenes::start()), SIZE);
    harness.key_press_modifiers(egui::Modifiers::CTRL, Key::R);
    for _ in 0..3 {
        harness.key_down(Key::Space);
        harness.run_steps(2);
    }
    assert_eq!(stage.borrow().commands, [Command::Next]);
}

#[test]
fn space_on_a_focused_button_presses_that_button_only() {
    let (mut harness, stage) = harness(english(scenes::start()), SIZE);
    harness.get_by_label("Step Server").focus();
    harness.run_steps(2);
    harness.key_press(Key::Space);
    harness.run_steps(2);
    assert_eq!(
        stage.borrow().commands,
        [Command::Step("server".to_owned())]
    );
}

#[test]
fn after_a_click_space_still_means_next() {
    let (mut harness, stage) = harness(english(scenes::syn_ack_held()), SIZE);
    harness.get_by_label("SYN seq 0 · delivered").click();
    harness.run_steps(2);
    harness.key_press(Key::Space);
    harness.run_steps(2);
    let asked = [Command::Select(Some(SegmentId(1))), Command::Next];
    assert_eq!(stage.borrow().commands, asked);
}

#[test]
fn typing_an_answer_fires_no_key_and_enter_sends_it() {
    let (mut harness, stage) = harness(english(scenes::asking()), SIZE);
    let field = "A line for input() in Client";
    harness.get_by_label(field).focus();
    harness.run_steps(2);
    for key in [Key::C, Key::S, Key::X, Key::R, Key::Space, Key::ArrowLeft] {
        harness.key_press(key);
    }
    harness.get_by_label(field).type_text("你好 CSX");
    harness.run_steps(2);
    assert_eq!(stage.borrow().commands, []);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    let answer = Command::Answer {
        program: "client".to_owned(),
        text: "你好 CSX".to_owned(),
    };
    assert_eq!(stage.borrow().commands, [answer]);
}

#[test]
fn text_from_an_input_method_arrives_in_the_answer() {
    let (mut harness, stage) = harness(english(scenes::asking()), SIZE);
    harness.get_by_label("A line for input() in Client").focus();
    harness.run_steps(2);
    harness.event(egui::Event::Ime(egui::ImeEvent::Commit("张三".to_owned())));
    harness.run_steps(2);
    harness.get_by_label("Enter").click();
    harness.run_steps(2);
    let answer = Command::Answer {
        program: "client".to_owned(),
        text: "张三".to_owned(),
    };
    assert_eq!(stage.borrow().commands, [answer]);
}

#[test]
fn a_control_that_is_off_says_why_and_asks_for_nothing() {
    let blocked = "Server is blocked in accept(): only its kernel can make it return";
    let past = "You are looking at the past, which is read-only. Press L to return to the present";
    let gone = "The lab is gone. Press R to start again";
    let cases: [(Scene, &str, &str); 7] = [
        (scenes::syn_ack_held, "Step Server", blocked),
        (scenes::lab_gone, "Play by itself", gone),
        (in_the_past, "Step Server", past),
        (scenes::lab_gone, "Next", gone),
        (scenes::lab_gone, "Deliver SYN·ACK seq 0 ack 1", gone),
        (scenes::refused, "Step Client", "Client has ended"),
        (
            scenes::asking,
            "Next",
            "Client waits in input(): type a line in its card",
        ),
    ];
    for (story, label, reason) in cases {
        let (mut harness, stage) = harness(english(story()), SIZE);
        assert_eq!(description(&harness, label), reason, "{label}");
        assert!(
            harness.get_by_label(label).accesskit_node().is_disabled(),
            "{label}"
        );
        harness.get_by_label(label).click();
        harness.run_steps(2);
        assert_eq!(stage.borrow().commands, [], "{label}");
    }
}

#[test]
fn the_reason_that_next_is_off_is_on_the_screen() {
    let (harness, _) = harness(english(scenes::asking()), SIZE);
    let reason = "Client waits in input(): type a line in its card";
    assert!(harness.query_by_label(reason).is_some());
}

#[test]
fn hovering_an_off_control_shows_the_reason() {
    let (mut harness, _) = harness(english(scenes::syn_ack_held()), SIZE);
    harness.get_by_label("Step Server").hover();
    harness.run_steps(60);
    let reason = "Server is blocked in accept(): only its kernel can make it return";
    assert!(harness.query_by_label(reason).is_some());
}

#[test]
fn a_reached_beat_goes_to_its_moment_and_a_later_one_does_not() {
    let stage = english(scenes::syn_ack_held());
    let moment = stage.beats[1].expect("the SYN was sent");
    let (mut window, stage) = harness(stage, SIZE);
    // It is scrolled away: the focus brings it back.
    window.get_by_label("Go to: First: SYN").focus();
    window.run_steps(4);
    window.get_by_label("Go to: First: SYN").click();
    window.run_steps(2);
    assert_eq!(stage.borrow().commands, [Command::GoTo(moment)]);
    let (harness, _) = harness(english(scenes::start()), SIZE);
    assert!(harness.query_by_label("Go to: First: SYN").is_none());
}

#[test]
fn a_guess_names_its_beat_and_option() {
    let asked = asked_by_click(english(scenes::syn_ack_held()), "the server's accept()");
    assert_eq!(asked, [Command::Guess { beat: 2, option: 0 }]);
}

#[test]
fn a_verdict_is_said_in_words_with_the_hint_after_a_wrong_guess() {
    for (guess, sentence, has_hint) in [
        (1, "Right: that is what the kernel did.", false),
        (
            0,
            "Not quite. The option with the tick is what the kernel did:",
            true,
        ),
    ] {
        let mut stage = english(scenes::syn_ack_held());
        stage.guesses.insert(2, guess);
        stage.verdicts.insert(2, 1);
        let (mut harness, stage) = harness(stage, SIZE);
        assert!(harness.query_by_label(sentence).is_some(), "{sentence}");
        let hint = "Ask who has heard from the other side first.";
        assert_eq!(harness.query_by_label(hint).is_some(), has_hint);
        harness.get_by_label("both at once").click();
        harness.run_steps(2);
        assert_eq!(stage.borrow().commands, [], "a judged quiz is closed");
    }
}

#[test]
fn the_timeline_can_be_clicked_and_dragged() {
    let (mut harness, stage) = harness(english(scenes::closing()), SIZE);
    let strip = harness.get_by_label("Timeline").rect();
    let start = egui::pos2(strip.left() + 62.0, strip.center().y);
    harness.drag_at(start);
    harness.run_steps(2);
    harness.drop_at(start);
    harness.run_steps(2);
    assert_eq!(
        stage.borrow().commands.first(),
        Some(&Command::GoTo(Moment(0)))
    );
}

#[test]
fn language_and_look_can_be_switched() {
    let asked = asked_by_click(english(scenes::start()), "Switch to Chinese (中文)");
    assert_eq!(asked, [Command::Set(Setting::Language(Language::Chinese))]);
    let asked = asked_by_click(english(scenes::start()), "Dark colours");
    assert_eq!(asked, [Command::Set(Setting::Look(Look::Dark))]);
}

#[test]
fn a_lab_that_is_gone_offers_restart_in_its_notice() {
    let mut stage = english(scenes::lab_gone());
    stage.notice = Some(Notice::LabGone(Demise {
        how: How::Signal(9),
        words: String::new(),
    }));
    assert_eq!(asked_by_click(stage, "Restart the lab"), [Command::Restart]);
}

#[test]
fn a_delivered_segment_runs_and_its_stop_glows_for_a_moment_then_all_is_still() {
    let (mut harness, stage) = harness(english(scenes::before_delivery()), SIZE);
    let held = stage.borrow().story.timeline.newest().held[0];
    {
        let mut stage = stage.borrow_mut();
        stage.story.delivered(held);
        stage.story.push(sockstep::trace::What::Rest);
    }
    harness.step();
    assert!(delay_ms(&harness) < 20, "it moves");
    // A step of the harness is a quarter of a second.
    harness.run_steps(6);
    assert!(delay_ms(&harness) > 100, "it stands still");
}

#[test]
fn nothing_is_drawn_again_while_nothing_moves() {
    let (harness, _) = harness(english(scenes::start()), SIZE);
    assert_eq!(delay_ms(&harness), u128::MAX);
}

#[test]
fn while_something_waits_the_clocks_tick_once_a_second() {
    let (harness, _) = harness(english(scenes::listening()), SIZE);
    let delay = delay_ms(&harness);
    assert!((500..=1_001).contains(&delay), "{delay}");
}

/// How long egui may sleep, in milliseconds.
fn delay_ms(harness: &Harness<'_>) -> u128 {
    let output = harness.output().viewport_output.values().next();
    let delay = output.expect("one viewport").repaint_delay;
    if delay == std::time::Duration::MAX {
        u128::MAX
    } else {
        delay.as_millis()
    }
}

/// The harness panics on a character that no font has.
#[test]
fn what_a_program_prints_has_no_boxes_even_with_pictures_in_it() {
    let mut story = scenes::start();
    story.prints("client", "你好 😀🎉 ✓ → café\n");
    let (harness, _) = harness(english(story), SIZE);
    assert!(harness.query_by_label_contains("😀🎉").is_some());
}

#[test]
fn a_key_whose_control_is_off_asks_for_the_reason_to_be_shown() {
    for (key, scene, reason) in [
        (
            Key::S,
            scenes::syn_ack_held as fn() -> Story,
            "Server is blocked in accept(): only its kernel can make it return",
        ),
        (Key::L, scenes::syn_ack_held, "This is the present already"),
        (
            Key::Space,
            scenes::lab_gone,
            "The lab is gone. Press R to start again",
        ),
    ] {
        let explained = Command::Explain(reason.to_owned());
        assert_eq!(asked_by_key(english(scene()), key), [explained], "{key:?}");
    }
}

#[test]
fn a_re_run_is_asked_for_in_the_past_and_says_why_it_cannot_be_at_the_start() {
    assert_eq!(
        asked_by_click(english(scenes::past()), "Re-run to here"),
        [Command::ReRun]
    );
    assert_eq!(
        asked_by_key(english(scenes::past()), Key::B),
        [Command::ReRun]
    );
    let why = asked_by_key(english(scenes::start()), Key::B);
    assert!(
        matches!(&why[..], [Command::Explain(why)] if why.contains("nothing to run again")),
        "{why:?}"
    );
}

#[test]
fn while_a_run_is_played_again_the_window_says_so_and_takes_no_orders() {
    use sockstep::replay::Waiting;
    use sockstep::session::Rerun;
    let mut stage = english(scenes::syn_ack_held());
    stage.rerun = Some(Rerun {
        given: 3,
        orders: 9,
        waiting: Waiting::Timer,
    });
    let (mut harness, stage) = harness(stage, SIZE);
    harness.get_by_label("order 3 of 9: waiting for the kernel's timer");
    harness.get_by_label_contains("Re-run step");
    for key in [Key::Space, Key::S, Key::D, Key::B] {
        harness.key_press(key);
        harness.run_steps(2);
    }
    let commands = stage.borrow_mut().commands.split_off(0);
    let is_refused = |command: &Command| matches!(command, Command::Explain(_));
    assert!(
        commands.len() == 4 && commands.iter().all(is_refused),
        "{commands:?}"
    );
}

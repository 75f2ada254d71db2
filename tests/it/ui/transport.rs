//! What plays by itself, Run to, the timeline and the past: controls, keys, and why they are off.

use std::time::Duration;

use eframe::egui::{Key, Rect, pos2};
use egui_kittest::kittest::{NodeT, Queryable};
use sockstep::session::{Command, Driving, Goal, Halt, Notice, Play, Refusal, Speed};
use sockstep::trace::{Moment, What};

use super::controls::{
    SIZE, Scene, asked_by_click, asked_by_key, description, english, in_the_past,
};
use super::rich;
use super::scenes;
use super::stage::{Stage, harness};
use super::story::Story;

fn drive(driving: Driving) -> Command {
    Command::Drive(driving)
}

fn playing(story: Story, speed: Speed) -> Stage {
    let mut stage = english(story);
    stage.desk.drive.speed = speed;
    stage.desk.drive.play = Play::Auto { due: None };
    stage
}

fn running(story: Story, goal: Goal) -> Stage {
    let mut stage = english(story);
    stage.desk.drive.go_to(goal);
    stage
}

#[test]
fn auto_is_switched_on_and_off_by_button_and_key() {
    let on = drive(Driving::Auto(true));
    let off = drive(Driving::Auto(false));
    let speed = Speed::Double;
    assert_eq!(
        asked_by_click(english(scenes::start()), "Play by itself"),
        std::slice::from_ref(&on)
    );
    for scene in [scenes::start as Scene, in_the_past] {
        assert_eq!(
            asked_by_key(english(scene()), Key::P),
            std::slice::from_ref(&on)
        );
        assert_eq!(
            asked_by_key(playing(scene(), speed), Key::P),
            std::slice::from_ref(&off)
        );
    }
    let pause = asked_by_click(playing(scenes::start(), speed), "Pause playing");
    assert_eq!(pause, [off]);
}

#[test]
fn auto_and_run_to_are_off_where_no_step_can_be_taken_and_say_why() {
    let asking = "Client waits in input(): type a line in its card";
    let gone = "The lab is gone. Press R to start again";
    for (scene, reason) in [(scenes::asking as Scene, asking), (scenes::lab_gone, gone)] {
        let (harness, _) = harness(english(scene()), SIZE);
        for label in ["Play by itself", "Run to…"] {
            assert_eq!(description(&harness, label), reason);
            assert!(harness.get_by_label(label).accesskit_node().is_disabled());
        }
        // While a line is asked for, its field has the focus, and letters go there.
        let keys = [Key::P, Key::G].into_iter().filter(|_| reason == gone);
        for key in keys {
            let explained = Command::Explain(reason.to_owned());
            assert_eq!(asked_by_key(english(scene()), key), [explained]);
        }
    }
}

#[test]
fn the_speed_goes_up_and_down_to_its_ends() {
    for (speed, key, wanted) in [
        (Speed::Normal, Key::CloseBracket, Speed::Double),
        (Speed::Normal, Key::OpenBracket, Speed::Half),
    ] {
        let stage = playing(scenes::start(), speed);
        assert_eq!(asked_by_key(stage, key), [drive(Driving::Speed(wanted))]);
    }
    for (speed, key, reason) in [
        (
            Speed::Quadruple,
            Key::CloseBracket,
            "Auto plays at its fastest already",
        ),
        (
            Speed::Quarter,
            Key::OpenBracket,
            "Auto plays at its slowest already",
        ),
    ] {
        let stage = playing(scenes::start(), speed);
        assert_eq!(
            asked_by_key(stage, key),
            [Command::Explain(reason.to_owned())]
        );
    }
}

#[test]
fn what_has_no_room_is_in_the_menu_of_more() {
    for (label, command) in [
        ("Play at 4×", drive(Driving::Speed(Speed::Quadruple))),
        ("Re-run to here", Command::ReRun),
    ] {
        let (mut harness, stage) = harness(english(scenes::syn_ack_held()), SIZE);
        harness.get_by_label("More controls").click();
        harness.run_steps(3);
        harness.get_by_label(label).click();
        harness.run_steps(3);
        assert_eq!(stage.borrow().commands, [command], "{label}");
    }
}

#[test]
fn no_control_of_the_bar_is_cut_off_or_lies_on_another_in_any_window() {
    let labels = [
        "Restart",
        "Back",
        "Next",
        "Forward",
        "Step Client",
        "Step Server",
    ];
    let others = [
        "Play by itself",
        "Run to…",
        "Live",
        "Re-run to here",
        "More controls",
        "Timeline",
    ];
    for size in [
        [853.0, 480.0],
        [960.0, 600.0],
        [1280.0, 720.0],
        [1920.0, 1080.0],
    ] {
        for scene in [
            scenes::syn_ack_held as Scene,
            in_the_past,
            rich::sixty_five_hosts,
        ] {
            let (harness, _) = harness(english(scene()), size);
            let window = Rect::from_min_size(pos2(0.0, 0.0), size.into());
            let all = labels.iter().chain(&others);
            let found = all.flat_map(|label| harness.query_all_by_label(label));
            let rects: Vec<Rect> = found.map(|node| node.rect()).collect();
            assert!(rects.len() >= 5, "{size:?}");
            for (index, rect) in rects.iter().enumerate() {
                assert!(window.contains_rect(*rect), "{size:?}: {rect:?}");
                let rest = rects[index + 1..].iter();
                let hits = rest
                    .filter(|other| other.shrink(1.0).intersects(*rect))
                    .count();
                assert_eq!(hits, 0, "{size:?}: {rects:?}");
            }
        }
    }
}

#[test]
fn run_to_offers_passages_states_lines_trouble_and_the_end() {
    let state = Goal::State {
        host: "server".to_owned(),
        state: "SYN_RECV".to_owned(),
    };
    let line = Goal::Line {
        program: "client".to_owned(),
        line: 5,
    };
    for (label, goal) in [
        ("a segment that is dropped or sent again", Goal::Trouble),
        ("the end of all programs", Goal::End),
        ("Run to the passage: Third: ACK", Goal::Beat(3)),
        ("Run to SYN_RECV at Server", state),
        ("Run to line 5 of client.py", line),
    ] {
        let (mut harness, stage) = harness(english(scenes::syn_ack_held()), SIZE);
        harness.key_press(Key::G);
        harness.run_steps(4);
        harness.get_by_label(label).scroll_to_me();
        harness.run_steps(4);
        harness.get_by_label(label).click();
        harness.run_steps(3);
        let asked = drive(Driving::To(goal));
        assert_eq!(stage.borrow().commands, [asked], "{label}");
        assert!(harness.query_by_label(label).is_none(), "the popup is gone");
    }
}

#[test]
fn the_keyboard_alone_chooses_a_goal() {
    let (mut harness, stage) = harness(english(scenes::syn_ack_held()), SIZE);
    harness.key_press(Key::G);
    harness.run_steps(4);
    harness.key_press(Key::Tab);
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!(stage.borrow().commands, [drive(Driving::To(Goal::End))]);
}

#[test]
fn while_it_runs_to_something_it_says_so_and_can_be_stopped() {
    let stop = drive(Driving::Stop);
    let stage = || running(scenes::syn_ack_held(), Goal::End);
    assert_eq!(
        asked_by_click(stage(), "Stop running to the goal"),
        std::slice::from_ref(&stop)
    );
    assert_eq!(asked_by_key(stage(), Key::Escape), [stop]);
    let (harness, _) = harness(stage(), SIZE);
    let words = "Running to the end of all programs: 0 steps so far. Esc stops";
    harness.get_by_label(words);
}

#[test]
fn why_it_stopped_is_said_in_words() {
    let goal = Goal::State {
        host: "client".to_owned(),
        state: "ESTABLISHED".to_owned(),
    };
    for (halt, words) in [
        (
            Halt::Arrived(goal.clone()),
            "Arrived: ESTABLISHED at Client",
        ),
        (
            Halt::NotRecorded(goal),
            "What is recorded does not come to it",
        ),
        (Halt::Quiz, "the lesson asks a question first"),
        (Halt::Present, "Played up to the present"),
        (Halt::TooFar(2_000), "Not there after 2000 steps"),
        (Halt::Ended("client".to_owned()), "Client has ended without"),
    ] {
        let mut stage = english(scenes::syn_ack_held());
        stage.notice = Some(Notice::Refused(Refusal::Halted(halt)));
        let (harness, _) = harness(stage, SIZE);
        assert!(harness.query_by_label_contains(words).is_some(), "{words}");
    }
}

#[test]
fn the_window_sleeps_until_the_next_step_of_auto_is_due() {
    let mut stage = playing(scenes::start(), Speed::Normal);
    let due = std::time::Instant::now() + Duration::from_secs(60);
    stage.desk.drive.play = Play::Auto { due: Some(due) };
    let (harness, _) = harness(stage, SIZE);
    let output = harness.output().viewport_output.values().next();
    let delay = output.expect("one viewport").repaint_delay;
    assert!(delay > Duration::from_secs(20), "{delay:?}");
    assert!(delay <= Duration::from_secs(60), "{delay:?}");
}

#[test]
fn home_and_end_go_to_the_ends_of_the_run() {
    assert_eq!(
        asked_by_key(english(scenes::closing()), Key::Home),
        [Command::GoTo(Moment(0))]
    );
    assert_eq!(
        asked_by_key(english(in_the_past()), Key::End),
        [Command::GoLive]
    );
}

#[test]
fn a_passage_on_the_timeline_goes_to_its_moment_by_pointer_and_key() {
    let stage = english(scenes::syn_ack_held());
    let moment = stage.beats[1].expect("the SYN was sent");
    let label = "Passage 2: First: SYN";
    assert_eq!(asked_by_click(stage, label), [Command::GoTo(moment)]);
    let (mut harness, stage) = harness(english(scenes::syn_ack_held()), SIZE);
    harness.get_by_label(label).focus();
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!(stage.borrow().commands, [Command::GoTo(moment)]);
    assert!(
        harness.query_by_label_contains("Passage 4").is_none(),
        "not reached yet"
    );
}

#[test]
fn the_arrows_go_a_step_on_a_focused_timeline_and_order_nothing_at_its_end() {
    for (scene, key, asked) in [
        (
            scenes::syn_ack_held as Scene,
            Key::ArrowLeft,
            vec![Command::Back],
        ),
        (scenes::syn_ack_held, Key::ArrowRight, vec![]),
        (in_the_past, Key::ArrowRight, vec![Command::Forward]),
    ] {
        let (mut harness, stage) = harness(english(scene()), SIZE);
        harness.get_by_label("Timeline").focus();
        harness.run_steps(3);
        harness.key_press(key);
        harness.run_steps(2);
        assert_eq!(stage.borrow().commands, asked, "{key:?}");
    }
}

#[test]
fn many_hosts_share_a_lane_and_the_past_is_said_on_the_stage() {
    let (harness, _) = harness(english(scenes::past()), SIZE);
    let band = "Looking back: step 11 of 24, as it was then. To the present:";
    harness.get_by_label(band);
    harness.get_by_label("Recorded step 11");
}

#[test]
fn what_is_recorded_and_over_says_so() {
    let mut story = scenes::closing();
    story.push(What::Ended {
        reason: "over".to_owned(),
    });
    let (harness, _) = harness(english(story), SIZE);
    assert!(harness.query_by_label_contains("Ended").is_some());
}

//! A recorded run in the window: what says so, what is off, and a file on its way.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use eframe::egui::Key;
use egui_kittest::kittest::Queryable;
use sockstep::lesson::Language;
use sockstep::session::{Command, Look, Notice, Origin, Overlay, Recorded, Save, Saving, UnderWay};
use sockstep::timeline::Timeline;
use sockstep::trace::{LoadError, Moment, Wrong, load};

use super::controls::{SIZE, asked_by_click, asked_by_key, description, english};
use super::scenes;
use super::stage::{Stage, harness};
use super::story::Story;

/// A run that a real lab recorded, in the middle.
pub fn run() -> Story {
    let text = include_str!("../lessons/handshake.jsonl");
    let begins = "\"sockstep\":1,\"started_us\":1795302033000000,\"lesson\":\"handshake\",";
    let text = text.replacen("\"sockstep\":1,", begins, 1);
    let trace = load(&text).expect("a sound trace").trace;
    let mut story = Story::new();
    story.timeline = Timeline::of(trace).into_recorded();
    let stops = story.timeline.stops();
    let middle = stops[stops.len() / 2];
    story.timeline.go_to(middle);
    story
}

fn about(origin: Origin) -> Recorded {
    Recorded {
        path: PathBuf::from("/home/li/握手-homework.jsonl"),
        origin,
        cut_short: None,
        has_lesson: true,
        edited: vec!["server".to_owned()],
    }
}

/// A scene for the pictures.
pub fn put_on(name: &str, stage: &mut Stage) {
    if !["recorded", "cut_short", "loading", "saving"].contains(&name) {
        return;
    }
    stage.desk.drafts = Default::default();
    stage.guesses.clear();
    stage.verdicts.clear();
    stage.recorded = Some(about(Origin::Run));
    match name {
        "cut_short" => {
            let (path, wrong) = (about(Origin::Run).path, Wrong::CutOff);
            let at = LoadError { line: 157, wrong };
            stage.notice = Some(Notice::CutShort { path, at });
        }
        "loading" => {
            stage.desk.overlay = Some(Overlay::Loading);
            stage.desk.opening.under_way = Some(UnderWay {
                path: about(Origin::Run).path,
                permille: 412,
                since: Instant::now()
                    .checked_sub(Duration::from_secs(1))
                    .unwrap_or_else(Instant::now),
                is_from_panel: false,
            });
        }
        "saving" => stage.desk.overlay = Some(Overlay::Save),
        _ => {}
    }
}

fn recorded(origin: Origin) -> Stage {
    let mut stage = english(run());
    put_on("recorded", &mut stage);
    stage.recorded = Some(about(origin));
    stage
}

#[test]
fn it_is_said_in_words_that_the_run_is_recorded_and_from_where() {
    for (language, said, band) in [
        (
            Language::English,
            "Recorded · 握手-homework.jsonl · 2026-11-21 23:00 UTC · Linux 6.18.44",
            "read-only",
        ),
        (
            Language::Chinese,
            "录制 · 握手-homework.jsonl · 2026-11-21 23:00 UTC · Linux 6.18.44",
            "只能看",
        ),
    ] {
        let mut stage = Stage::new(run(), language, Look::Light);
        put_on("recorded", &mut stage);
        let (harness, _) = harness(stage, SIZE);
        assert!(harness.query_by_label(said).is_some(), "{said}");
        let bands = harness.query_all_by_label_contains(band).count();
        assert!(bands > 0, "{band}");
    }
}

#[test]
fn the_way_back_and_the_way_to_live_have_their_keys_and_orders_say_why_they_are_off() {
    let stage = || recorded(Origin::Run);
    assert_eq!(asked_by_key(stage(), Key::L), [Command::LeaveRecorded]);
    assert_eq!(asked_by_key(stage(), Key::B), [Command::ReRun]);
    assert_eq!(asked_by_key(stage(), Key::R), [Command::Restart]);
    assert_eq!(asked_by_key(stage(), Key::Space), [Command::Forward]);
    assert_eq!(
        asked_by_click(stage(), "Back to the live lesson"),
        [Command::LeaveRecorded]
    );
    for key in [Key::C, Key::S, Key::D, Key::X, Key::A] {
        let asked = asked_by_key(stage(), key);
        let is_explained =
            matches!(&asked[..], [Command::Explain(why)] if why.contains("recorded and read-only"));
        assert!(is_explained, "{key:?}: {asked:?}");
    }
    let mut ended = stage();
    ended.story.timeline.go_live();
    let asked = asked_by_key(ended, Key::Space);
    assert!(
        matches!(&asked[..], [Command::Explain(why)] if why.contains("the end of the recorded run"))
    );
}

#[test]
fn a_capture_cannot_be_run_and_says_so() {
    for key in [Key::B, Key::R] {
        let asked = asked_by_key(recorded(Origin::Capture), key);
        assert!(
            matches!(&asked[..], [Command::Explain(why)] if why.contains("no programs")),
            "{asked:?}"
        );
    }
}

#[test]
fn a_file_that_takes_a_while_has_a_bar_and_can_be_cancelled() {
    let mut stage = recorded(Origin::Run);
    put_on("loading", &mut stage);
    let (mut harness, stage) = harness(stage, SIZE);
    assert!(
        harness
            .query_by_label("41 % of 握手-homework.jsonl is read")
            .is_some()
    );
    harness.get_by_label("Cancel opening the file").click();
    harness.run_steps(2);
    let asked = stage.borrow_mut().commands.split_off(0);
    assert_eq!(asked, [Command::Show(None)]);
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    let asked = stage.borrow_mut().commands.split_off(0);
    assert_eq!(asked, [Command::Show(None)], "Escape does the same");
}

#[test]
fn a_run_is_saved_by_its_proposed_name_and_nothing_says_why_not() {
    let mut stage = english(scenes::syn_ack_held());
    stage.desk.overlay = Some(Overlay::Save);
    let (mut harness, stage) = harness(stage, SIZE);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    let asked = stage.borrow_mut().commands.split_off(0);
    let home = std::env::home_dir().expect("a home");
    let (path, has_asked) = (home.join("run.jsonl"), false);
    assert_eq!(asked, [Command::Save(Save::To { path, has_asked })]);
    stage.borrow_mut().desk.saving = Saving {
        is_browsing: true,
        writing: Some(PathBuf::from("x")),
    };
    harness.run_steps(2);
    let why = description(&harness, "Save the run to this file");
    assert!(why.starts_with("It is being written"), "{why}");
    let mut fresh = english(Story::new());
    fresh.story.timeline = Timeline::new(fresh.story.timeline.trace().header().clone());
    assert_eq!(fresh.story.timeline.moment(), Moment(0));
}

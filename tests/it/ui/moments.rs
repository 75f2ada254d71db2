//! The key moments of a run as pictures: each in both languages, light and dark, on a projector
//! and on a large screen. And once each what lies beside the run.
//!
//! Nothing in them depends on a clock, on chance or on the machine. `kept` compares.

use eframe::egui::Key;
use sockstep::lesson::Language::{self, Chinese, English};
use sockstep::session::Look::{self, Dark, Light};
use sockstep::session::{Overlay, Setting};

use super::pictures::staged;
use super::stage::{Stage, harness};
use super::story::Story;
use super::{kept, rich, room, scenes};

const SIZES: [(&str, [f32; 2]); 2] = [("720", [1280.0, 720.0]), ("1080", [1920.0, 1080.0])];
/// Whatever glows or slides has come to rest, in the harness's own time.
const STEPS: usize = 4;

/// In all eight ways.
#[track_caller]
fn check(name: &str, scene: fn() -> Story, arrange: fn(&mut Stage)) {
    let mut wrong = Vec::new();
    for (language, look) in [
        (Chinese, Light),
        (English, Light),
        (Chinese, Dark),
        (English, Dark),
    ] {
        for (height, size) in SIZES {
            let mut stage = staged(name, scene(), language, look);
            arrange(&mut stage);
            let file = format!("{name}-{}-{height}", way(language, look));
            wrong.extend(taken(&file, stage, size, None));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// In Chinese on a light ground and in English on a dark one, with this tab of the inspector.
#[track_caller]
fn check_twice(name: &str, scene: fn() -> Story, arrange: fn(&mut Stage), tab: Option<Key>) {
    let mut wrong = Vec::new();
    for (language, look) in [(Chinese, Light), (English, Dark)] {
        let mut stage = staged(name, scene(), language, look);
        arrange(&mut stage);
        let file = format!("{name}-{}", way(language, look));
        wrong.extend(taken(&file, stage, SIZES[0].1, tab));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn way(language: Language, look: Look) -> &'static str {
    match (language, look) {
        (Chinese, Light) => "zh-light",
        (Chinese, Dark) => "zh-dark",
        (English, Light) => "en-light",
        (English, Dark) => "en-dark",
    }
}

/// The difference, if there is one.
fn taken(file: &str, stage: Stage, size: [f32; 2], tab: Option<Key>) -> Option<String> {
    let (mut harness, _) = harness(stage, size);
    if let Some(tab) = tab {
        harness.key_press(tab);
        harness.run_steps(2);
    }
    harness.run_steps(STEPS);
    let picture = harness.render().expect("the rasteriser draws everything");
    kept::difference(file, &picture)
}

fn as_it_is(_: &mut Stage) {}

fn presents(stage: &mut Stage) {
    stage.desk.settings.set(Setting::Presents(true));
}

macro_rules! moments {
    ($($name:ident: $scene:expr, $arrange:expr;)*) => {
        $(#[test]
        fn $name() {
            check(stringify!($name), $scene, $arrange);
        })*
    };
}

moments! {
    start: scenes::start, as_it_is;
    syn_held: scenes::before_delivery, as_it_is;
    syn_ack_held: scenes::syn_ack_held, as_it_is;
    data_in_buffers: room::two_sends, as_it_is;
    dropped_and_resent: scenes::syn_dropped, as_it_is;
    refused: scenes::refused, as_it_is;
    full_queue: room::full_queue, as_it_is;
    time_wait: scenes::closing, as_it_is;
    past: scenes::past, as_it_is;
    faults: rich::faults, as_it_is;
    three_hosts: rich::three_hosts, as_it_is;
    presenting: scenes::syn_ack_held, presents;
}

macro_rules! beside {
    ($($name:ident: $scene:expr, $arrange:expr, $tab:expr;)*) => {
        $(#[test]
        fn $name() {
            check_twice(stringify!($name), $scene, $arrange, $tab);
        })*
    };
}

beside! {
    gone: scenes::lab_gone, as_it_is, None;
    loopback: rich::loopback, as_it_is, None;
    threads: rich::threads, as_it_is, None;
    editing: scenes::listening, as_it_is, None;
    opening: scenes::start, as_it_is, None;
    recorded: super::recorded::run, as_it_is, None;
    cut_short: super::recorded::run, as_it_is, None;
    loading: super::recorded::run, as_it_is, None;
    saving: super::recorded::run, as_it_is, None;
    sharing: scenes::start, as_it_is, None;
    contents: scenes::start, |stage| stage.desk.overlay = Some(Overlay::Contents), None;
    keys: scenes::syn_ack_held, |stage| stage.desk.overlay = Some(Overlay::Keys), None;
    tour: scenes::syn_ack_held, |stage| stage.desk.overlay = Some(Overlay::Tour(2)), None;
    states: scenes::closing, as_it_is, Some(Key::Num3);
    sockets: rich::counted, as_it_is, Some(Key::Num2);
    graph: super::graph::transfer, as_it_is, Some(Key::Num5);
    bytes: rich::counted, as_it_is, Some(Key::Num4);
}

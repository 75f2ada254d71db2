//! Pictures of the whole window, drawn on the CPU.

use std::path::Path;

use eframe::egui;
use sockstep::lesson::{BeatWatch, Language};
use sockstep::session::{Demise, How, Look, Notice};
use sockstep::timeline::Timeline;
use sockstep::trace::{What, load};

use super::rich;
use super::room;
use super::scenes;
use super::stage::{Stage, harness};
use super::story::Story;

const SMALL: [f32; 2] = [1280.0, 720.0];
const LARGE: [f32; 2] = [1920.0, 1080.0];
/// The window cannot be made smaller.
const SMALLEST: [f32; 2] = [960.0, 600.0];

pub type Scene = (&'static str, fn() -> Story);

pub const SCENES: [Scene; 39] = [
    ("named", super::ladder::named),
    ("start", scenes::start),
    ("syn_ack", scenes::syn_ack_held),
    ("data", scenes::data_held),
    ("closing", scenes::closing),
    ("refused", scenes::refused),
    ("dropped", scenes::syn_dropped),
    ("asking", scenes::asking),
    ("gone", scenes::lab_gone),
    ("past", scenes::past),
    ("twins", scenes::two_clients),
    ("states", scenes::closing),
    ("states_open", scenes::syn_ack_held),
    ("bytes", scenes::data_held),
    ("bytek", room::two_sends),
    ("graph", super::graph::transfer),
    ("stairs", super::graph::stairs),
    ("crowd", scenes::crowded_queue),
    ("faults", rich::faults),
    ("sockets", rich::counted),
    ("overtaken", rich::overtaken),
    ("threads", rich::threads),
    ("hosts3", rich::three_hosts),
    ("hosts8", rich::eight_hosts),
    ("hosts65", rich::sixty_five_hosts),
    ("housemates", rich::housemates),
    ("loopback", rich::loopback),
    ("many_threads", rich::many_threads),
    ("two_sends", room::two_sends),
    ("both_arrived", room::both_arrived),
    ("megabyte", room::megabyte),
    ("full_queue", room::full_queue),
    ("editing", scenes::listening),
    ("opening", scenes::start),
    ("recorded", super::recorded::run),
    ("cut_short", super::recorded::run),
    ("loading", super::recorded::run),
    ("saving", super::recorded::run),
    ("sharing", scenes::start),
];

/// Every scene is drawn once, so that none panics. With `SOCKSTEP_PICTURES` set to a folder, in
/// every language, look and size into that folder, to look at.
#[test]
fn every_scene_can_be_drawn() {
    use Language::{Chinese, English};
    use Look::{Dark, Light};
    let ways = [
        (Chinese, Light, SMALL),
        (English, Light, SMALL),
        (Chinese, Dark, SMALL),
        (English, Dark, LARGE),
        (Chinese, Light, LARGE),
        (English, Light, SMALLEST),
    ];
    let Ok(folder) = std::env::var("SOCKSTEP_PICTURES") else {
        let (language, look, size) = ways[5];
        for (name, scene) in SCENES {
            let (mut harness, _) = harness(staged(name, scene(), language, look), size);
            harness.render().expect("the rasteriser draws everything");
        }
        return;
    };
    let only = std::env::var("SOCKSTEP_ONLY").unwrap_or_default();
    for (name, scene) in SCENES {
        for (language, look, size) in ways {
            let file = format!("{name}-{language:?}-{look:?}-{}.png", size[0]).to_lowercase();
            if file.contains(&only) {
                let stage = staged(name, scene(), language, look);
                save(stage, size, name, &format!("{folder}/{file}"));
            }
        }
    }
    for (place, share) in [("a", 0.25), ("b", 0.5), ("c", 0.75), ("d", 1.0)] {
        let file = format!("real-{place}-chinese-light-1280.png");
        if file.contains(&only) {
            save(recorded(share), SMALL, "real", &format!("{folder}/{file}"));
        }
    }
}

pub fn staged(name: &str, story: Story, language: Language, look: Look) -> Stage {
    let mut stage = Stage::new(story, language, look);
    if name == "gone" {
        let (how, words) = (How::Signal(9), String::new());
        stage.notice = Some(Notice::LabGone(Demise { how, words }));
    }
    if name == "past" {
        stage.notice = Some(Notice::Refused(sockstep::session::Refusal::Past));
        stage.selected = stage
            .story
            .timeline
            .newest()
            .segments
            .keys()
            .next()
            .copied();
    }
    super::editing::put_on(name, &mut stage);
    super::opening::put_on(name, &mut stage);
    super::recorded::put_on(name, &mut stage);
    super::sharing::put_on(name, &mut stage);
    stage
}

/// Lesson 4 itself, over a run that a real lab recorded, up to a share of its events.
fn recorded(share: f64) -> Stage {
    let text = include_str!("../lessons/handshake.jsonl");
    let trace = load(text).expect("a sound trace").trace;
    let mut story = Story::new();
    story.timeline = Timeline::new(trace.header().clone());
    let count = (trace.events().len() as f64 * share) as usize;
    for event in &trace.events()[..count] {
        story.timeline.push(event.clone());
    }
    let n = count as u64;
    let at_us = trace.events()[count - 1].at_us;
    story.timeline.push(sockstep::trace::Event {
        n,
        at_us,
        what: What::Rest,
    });
    let mut stage = Stage::new(story, Language::Chinese, Look::Light);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/04-handshake/zh.md");
    let lesson = std::fs::read_to_string(&folder).expect("it is there");
    stage.lesson = sockstep::lesson::parse(&lesson, &folder, Language::Chinese).expect("sound");
    let watch = BeatWatch::of(&stage.lesson, stage.story.timeline.trace());
    stage.beats = watch.reached().to_vec();
    stage.verdicts = watch.verdicts().clone();
    stage
}

fn save(stage: Stage, size: [f32; 2], name: &str, path: &str) {
    let (mut harness, _) = harness(stage, size);
    let tab = match name {
        "sockets" => Some(egui::Key::Num2),
        "states" | "states_open" => Some(egui::Key::Num3),
        "bytes" | "bytek" => Some(egui::Key::Num4),
        "graph" | "stairs" => Some(egui::Key::Num5),
        _ => None,
    };
    if let Some(key) = tab {
        harness.key_press(key);
        harness.run_steps(4);
    }
    let picture = harness.render().expect("the rasteriser draws everything");
    picture.save(path).expect("the folder exists");
}

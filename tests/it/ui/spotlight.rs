//! The spotlight, over told runs: what each kind of trigger puts into the light, and that nothing
//! is lit rather than something wrong.

use eframe::egui::epaint::RectShape;
use eframe::egui::{Pos2, Rect, Shape};
use egui_kittest::Harness;
use sockstep::lesson::{BeatWatch, Language, Trigger};
use sockstep::session::{Look, Setting};

use super::controls::Scene;
use super::scenes;
use super::stage::{Stage, harness};
use super::story::Story;

const SIZE: [f32; 2] = [1280.0, 720.0];
/// Of the ring's line; nothing else is drawn so wide.
const RING: f32 = 2.5;

/// Presents the step in which the trigger comes to hold.
fn presented(story: Story, trigger: &str) -> Harness<'static> {
    let (harness, _) = harness(presented_stage(story, trigger), SIZE);
    harness
}

fn presented_stage(mut story: Story, trigger: &str) -> Stage {
    let trigger = Trigger::parse(trigger).expect("a sound trigger");
    let reached = trigger.first_moment(story.timeline.trace());
    let reached = reached.unwrap_or_else(|| panic!("{trigger} holds in no moment"));
    let stop = story.timeline.stops().iter().find(|stop| **stop >= reached);
    let stop = *stop.expect("the run comes to rest");
    story.timeline.go_to(stop);
    let mut stage = Stage::new(story, Language::English, Look::Light);
    stage.lesson.beats.truncate(1);
    stage.lesson.beats[0].trigger = trigger;
    let watch = BeatWatch::of(&stage.lesson, stage.story.timeline.trace());
    stage.beats = watch.reached().to_vec();
    stage.desk.settings.set(Setting::Presents(true));
    stage
}

fn each_shape(harness: &Harness<'_>, mut look: impl FnMut(&Shape)) {
    fn descend(shape: &Shape, look: &mut impl FnMut(&Shape)) {
        if let Shape::Vec(shapes) = shape {
            shapes.iter().for_each(|shape| descend(shape, look));
        }
        look(shape);
    }
    for clipped in &harness.output().shapes {
        descend(&clipped.shape, &mut look);
    }
}

fn rings(harness: &Harness<'_>) -> Vec<Rect> {
    let mut rings = Vec::new();
    each_shape(harness, |shape| {
        if let Shape::Rect(RectShape { rect, stroke, .. }) = shape
            && stroke.width == RING
        {
            rings.push(*rect);
        }
    });
    rings
}

/// The words in a ring.
fn words(harness: &Harness<'_>, ring: Rect) -> String {
    let mut words = String::new();
    each_shape(harness, |shape| {
        if let Shape::Text(text) = shape {
            let is_in = |at: Pos2| ring.contains(at);
            let rows = text.galley.rows.iter();
            for row in rows.filter(|row| is_in(text.pos + row.rect().center().to_vec2())) {
                words.push_str(&row.row.text().replace('\u{a0}', " "));
                words.push(' ');
            }
        }
    });
    words
}

fn lit(story: Story, trigger: &str) -> Vec<String> {
    let harness = presented(story, trigger);
    let rings = rings(&harness);
    rings
        .into_iter()
        .map(|ring| words(&harness, ring))
        .collect()
}

#[test]
fn each_kind_of_trigger_lights_what_it_speaks_of() {
    let cases: [(Scene, &str, &str); 12] = [
        (scenes::closing, "server LISTEN", "LISTEN"),
        (scenes::closing, "server SYN_RECV", "SYN_RECV"),
        (scenes::closing, "client sends SYN", "SYN seq 0"),
        (scenes::closing, "server sends SYN+ACK", "SYN·ACK"),
        (scenes::closing, "server accept blocks", "s.accept()"),
        (scenes::closing, "client connect returns", "connect("),
        (scenes::closing, "server accept returns", "accept(3) = fd 4"),
        (scenes::closing, "server recv returns", "recv(4, 1024) ="),
        (scenes::closing, "client sends data", "10 B"),
        (scenes::syn_dropped, "client SYN dropped", "SYN"),
        (scenes::refused, "client connect fails", "ECONNREFUSED"),
        (scenes::asking, "client asks", "socket.socket"),
    ];
    for (scene, trigger, wanted) in cases {
        let lit = lit(scene(), trigger);
        let [words] = &lit[..] else {
            panic!("{trigger}: {lit:?}");
        };
        assert!(words.contains(wanted), "{trigger}: {words:?}");
    }
}

/// The program has gone on when the step is over: the line it stands at is not what is meant.
#[test]
fn a_line_that_the_passage_does_not_speak_of_is_never_lit() {
    for trigger in ["server recv returns", "client connect returns"] {
        for words in lit(scenes::closing(), trigger) {
            assert!(!words.contains("conn.send") && !words.contains("c.send"));
        }
    }
    let printed = lit(scenes::closing(), "server prints \"你好服务端\"");
    assert_eq!(printed, [""; 0]);
    // Two clients' sockets are in this state, and only one of them got there in this step.
    let twins = lit(scenes::two_clients(), "any SYN_SENT");
    assert_eq!(twins.len(), 1, "{twins:?}");
}

/// Nothing is laid over the words and the buttons: the class reads them as before.
#[test]
fn the_spotlight_changes_nothing_outside_its_ring() {
    let mut harness = presented(scenes::closing(), "server sends SYN+ACK");
    let [ring] = rings(&harness)[..] else {
        panic!("one ring");
    };
    let with = harness.render().expect("drawn");
    let mut stage = presented_stage(scenes::closing(), "server sends SYN+ACK");
    stage.desk.settings.set(Setting::Spotlight(false));
    let (mut dark, _) = super::stage::harness(stage, SIZE);
    let without = dark.render().expect("drawn");
    let ring = ring.expand(10.0);
    for (x, y, pixel) in with.enumerate_pixels() {
        let at = Pos2::new(x as f32, y as f32);
        if !ring.contains(at) {
            assert_eq!(pixel, without.get_pixel(x, y), "at {at:?}");
        }
    }
}

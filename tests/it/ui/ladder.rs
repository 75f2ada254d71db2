//! The ladder: ticks of calls, who acted, what lights up together, numbers, many segments.

use eframe::egui;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use image::RgbaImage;
use sockstep::lesson::Language;
use sockstep::model::Cause;
use sockstep::session::{Command, Look, Motion, Numbers, Setting};
use sockstep::trace::{CallId, SegmentId, What};

use super::rich;
use super::scenes::{self, ack};
use super::stage::{Stage, harness};
use super::story::{Story, Wanted};

const SIZE: [f32; 2] = [1280.0, 720.0];
const LARGE: [f32; 2] = [1920.0, 1080.0];

fn english(story: Story) -> Stage {
    Stage::new(story, Language::English, Look::Light)
}

fn has(harness: &Harness<'_>, label: &str) -> bool {
    harness.query_by_label(label).is_some()
}

#[test]
fn each_call_has_a_tick_where_it_entered_and_where_it_came_back() {
    let (harness, _) = harness(english(scenes::data_held()), LARGE);
    for label in [
        "Server: socket() +2 entered the kernel and came back at once",
        "Server: listen() entered the kernel and came back at once",
        "Server: accept() entered the kernel",
        "Server: accept() came back from the kernel",
        "Client: connect() entered the kernel",
        "Client: connect() came back from the kernel",
        "Client: send() entered the kernel and came back at once",
    ] {
        assert!(has(&harness, label), "{label}");
    }
}

#[test]
fn a_call_stands_beside_the_segment_it_made_and_comes_back_beside_the_one_that_woke_it() {
    let (harness, _) = harness(english(scenes::data_held()), LARGE);
    let top = |label: &str| harness.get_by_label(label).rect().center().y;
    let entered = top("Client: connect() entered the kernel");
    let came_back = top("Client: connect() came back from the kernel");
    let (syn, answer) = (
        top("SYN seq 0 · delivered"),
        top("SYN·ACK seq 0 ack 1 · delivered"),
    );
    assert!(entered < syn && syn < entered + 30.0, "{entered} {syn}");
    assert!(
        answer < came_back && came_back < answer + 40.0,
        "{answer} {came_back}"
    );
}

#[test]
fn a_refused_call_says_so() {
    let (harness, _) = harness(english(scenes::refused()), LARGE);
    assert!(has(&harness, "Client: connect() failed"));
    assert!(has(&harness, "RST·ACK ack 1 · RST: refused · delivered"));
}

#[test]
fn calls_of_many_threads_stand_together() {
    let (harness, _) = harness(english(rich::many_threads()), LARGE);
    let label = "Server: recv() ×17 entered the kernel";
    assert!(has(&harness, label));
}

/// The colours of a thing on the stage.
fn looks(harness: &mut Harness<'_>, label: &str) -> RgbaImage {
    let rect = harness.get_by_label(label).rect();
    let picture = harness.render().expect("the rasteriser draws everything");
    let (x, y) = (rect.left() as u32, rect.top() as u32);
    let (width, height) = (rect.width() as u32, rect.height() as u32);
    image::imageops::crop_imm(&picture, x, y, width, height).to_image()
}

const SYN: &str = "SYN seq 0 · delivered";
const ACK: &str = "ACK seq 1 ack 1 · delivered";
const CONNECT: &str = "Client: connect() entered the kernel";
const SEND: &str = "Client: send() entered the kernel and came back at once";

/// What a ladder looks like when nothing is pointed at, then when this is.
fn pointed(act: impl Fn(&mut Harness<'_>)) -> [(RgbaImage, RgbaImage); 4] {
    let (mut harness, _) = harness(english(scenes::data_held()), LARGE);
    let labels = [SYN, ACK, CONNECT, SEND];
    let before = labels.map(|label| looks(&mut harness, label));
    act(&mut harness);
    harness.run_steps(3);
    let mut after = labels.map(|label| looks(&mut harness, label)).into_iter();
    before.map(|before| (before, after.next().expect("as many")))
}

fn is_fainter((before, after): &(RgbaImage, RgbaImage)) -> bool {
    let ink = |picture: &RgbaImage| -> u64 {
        let pixels = picture.pixels();
        pixels.map(|pixel| 255 - u64::from(pixel.0[1])).sum()
    };
    ink(after) * 10 < ink(before) * 8
}

#[test]
fn pointing_at_a_call_dims_what_is_not_tied_to_it() {
    let [syn, ack, connect, send] = pointed(|harness| harness.get_by_label(CONNECT).hover());
    assert!(!is_fainter(&syn) && !is_fainter(&ack) && !is_fainter(&connect));
    assert!(is_fainter(&send));
}

#[test]
fn the_keyboards_focus_lights_the_same_as_the_pointer() {
    let [syn, ack, connect, send] = pointed(|harness| harness.get_by_label(SYN).focus());
    assert!(!is_fainter(&syn) && !is_fainter(&ack) && !is_fainter(&connect));
    assert!(is_fainter(&send));
}

#[test]
fn when_the_pointer_leaves_all_is_as_before_and_nothing_is_painted() {
    let (mut harness, _) = harness(english(scenes::refused()), SIZE);
    let label = "RST·ACK ack 1 · RST: refused · delivered";
    harness.run_steps(40);
    let before = looks(&mut harness, label);
    let was_waiting = harness.ctx.has_requested_repaint();
    harness
        .get_by_label("Client: connect() entered the kernel")
        .hover();
    harness.run_steps(3);
    harness.event(egui::Event::PointerGone);
    harness.run_steps(40);
    assert!(before == looks(&mut harness, label));
    assert_eq!(harness.ctx.has_requested_repaint(), was_waiting);
}

#[test]
fn numbers_are_relative_or_as_in_the_header() {
    let (mut harness, stage) = harness(english(scenes::data_held()), LARGE);
    harness.get_by_label("Sequence numbers: relative").click();
    harness.run_steps(3);
    let wanted = Command::Set(Setting::Numbers(Numbers::Absolute));
    assert_eq!(stage.borrow().commands, [wanted]);
    stage.borrow_mut().desk.settings.numbers = Numbers::Absolute;
    harness.run_steps(3);
    assert!(has(
        &harness,
        "SYN·ACK · seq 1626072498 ack 2578628621 · delivered"
    ));
    assert!(has(&harness, "Sequence numbers: absolute"));
}

#[test]
fn a_server_with_two_clients_stands_between_them() {
    let (harness, _) = harness(english(rich::three_hosts()), LARGE);
    let x = |label: &str| harness.get_by_label(label).rect().center().x;
    let left = x("Client 1: connect() entered the kernel");
    let right = x("Client 2: connect() entered the kernel");
    let token = x("SYN seq 0 · delivered");
    assert!(left < token && token < right, "{left} {token} {right}");
}

/// Everything that has a name of its own: overtaken data and the duplicate ACKs it draws, a window
/// that closes, is probed and opens, and an end by RST.
pub fn named() -> Story {
    let mut story = scenes::data_held();
    let first = story.timeline.newest().held[0];
    let second = story.sent("client", ack(11, 1), b"bbb");
    let third = story.sent("client", ack(14, 1), b"ccc");
    story.delivered(second);
    let answer = story.sent("server", ack(1, 1), b"");
    story.delivered(answer);
    story.delivered(third);
    let answer = story.sent("server", ack(1, 1), b"");
    story.delivered(answer);
    story.delivered(first);
    let shut = Wanted {
        window: Some(0),
        ..ack(1, 17)
    };
    let answer = story.sent("server", shut, b"");
    story.delivered(answer);
    story.rest();
    let probe = story.sent("client", ack(16, 1), b"");
    story.delivered(probe);
    let answer = story.sent("server", shut, b"");
    story.delivered(answer);
    story.rest();
    let open = story.sent("server", ack(1, 17), b"");
    story.delivered(open);
    story.rest();
    story.step("server");
    story.returns("server", "None", None);
    story.call("server", 11, "close", "", Some(4));
    story.step("server");
    let reset = Wanted {
        rst: true,
        ..ack(1, 17)
    };
    story.sent("server", reset, b"");
    story.returns("server", "None", None);
    story.push(What::Rest);
    story
}

#[test]
fn what_has_a_name_of_its_own_is_called_by_it() {
    let (mut harness, _) = harness(english(named()), [1280.0, 1600.0]);
    for label in [
        "data 10 B seq 1 ack 1 · overtaken · delivered",
        "data 3 B seq 11 ack 1 · out of order · delivered",
        "data 3 B seq 14 ack 1 · out of order · delivered",
        "ACK seq 1 ack 1 · duplicate ACK 1 · delivered",
        "ACK seq 1 ack 17 · zero window · delivered",
        "ACK seq 16 ack 1 · window probe · delivered",
        "ACK seq 1 ack 17 · window update · delivered",
        "RST·ACK seq 1 ack 17 · RST: broken off · held on the wire",
    ] {
        assert!(harness.query_all_by_label(label).count() > 0, "{label}");
    }
    harness
        .get_by_label("ACK seq 1 ack 1 · duplicate ACK 1 · delivered")
        .hover();
    harness.run_steps(6);
    let why = "Duplicate ACK number 1: it acknowledges no more than the one before";
    assert!(harness.query_by_label_contains(why).is_some());
    let who =
        "Server kernel sent this by itself when data 3 B arrived: no program had a hand in it";
    assert!(harness.query_by_label_contains(who).is_some());
}

#[test]
fn told_runs_say_what_made_each_segment() {
    let call = |id: u64| Cause::Call(CallId(id));
    let arrival = |id: u64| Cause::Arrival(SegmentId(id));
    type Told = (&'static str, fn() -> Story, Vec<(u64, Cause)>);
    let told: [Told; 5] = [
        // A copy that the kernel does not explain is nobody's call.
        (
            "a SYN that was lost",
            scenes::syn_dropped,
            vec![(1, call(7)), (2, Cause::Unknown)],
        ),
        (
            "nobody listens",
            scenes::refused,
            vec![(1, call(3)), (2, arrival(1))],
        ),
        (
            "the wire makes a second one, a timer makes more",
            rich::faults,
            vec![(5, Cause::Wire(SegmentId(4))), (7, Cause::Timer)],
        ),
        (
            "overtaken",
            named,
            vec![(7, arrival(5)), (8, arrival(6)), (9, arrival(4))],
        ),
        // Nobody saw anything cross.
        ("loopback", rich::loopback, Vec::new()),
    ];
    for (what, story, expected) in told {
        let story = story();
        let state = story.timeline.newest();
        for (id, cause) in expected {
            let found = state.causes().of_segment(SegmentId(id));
            assert_eq!(found, Some(&cause), "{what}: segment {id}");
        }
        if what == "loopback" {
            let mut all = state.segments.keys();
            assert!(all.all(|id| state.causes().of_segment(*id).is_none()));
        }
    }
}

/// A long run of data and acknowledgments.
fn long(count: u32) -> Story {
    let mut story = scenes::data_held();
    let first = story.timeline.newest().held[0];
    story.delivered(first);
    for number in 0..count {
        let data = story.sent("client", ack(11 + 3 * number, 1), b"abc");
        story.delivered(data);
        let answer = story.sent("server", ack(1, 14 + 3 * number), b"");
        story.delivered(answer);
    }
    story.push(What::Rest);
    story
}

#[test]
fn of_many_segments_only_those_in_sight_are_there() {
    let (mut harness, _) = harness(english(long(1_000)), SIZE);
    let count = |harness: &Harness<'_>| {
        let all = harness.query_all_by_label_contains("· delivered");
        all.count()
    };
    assert!((4..40).contains(&count(&harness)), "{}", count(&harness));
    let newest = "ACK seq 1 ack 3011 · delivered";
    assert!(has(&harness, newest));
    let before = harness
        .get_by_label("ACK seq 1 ack 3008 · delivered")
        .rect();
    let gone = before.center() - egui::vec2(0.0, 3.0);
    harness.hover_at(gone);
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, 60.0),
        modifiers: egui::Modifiers::default(),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
    });
    harness.run_steps(30);
    let after = harness
        .get_by_label("ACK seq 1 ack 3008 · delivered")
        .rect();
    assert_eq!(before.left(), after.left(), "no name jumps while scrolling");
    assert!(before.top() < after.top());
}

#[test]
fn with_reduced_motion_nothing_runs() {
    for (motion, runs) in [(Motion::Full, true), (Motion::Reduced, false)] {
        let mut stage = english(scenes::before_delivery());
        stage.desk.settings.motion = motion;
        let (mut harness, stage) = harness(stage, SIZE);
        let syn = stage.borrow().story.timeline.newest().held[0];
        stage.borrow_mut().story.delivered(syn);
        harness.run_steps(2);
        let before = harness.render().expect("drawn");
        harness.run_steps(4);
        let after = harness.render().expect("drawn");
        assert_eq!(before != after, runs, "{motion:?}");
    }
}

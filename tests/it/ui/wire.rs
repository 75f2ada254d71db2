//! What can be done to the wire: each action by click, menu and key, what is held, and why not.

use eframe::egui::{self, Key};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sockstep::director::Next;
use sockstep::model::Kind;
use sockstep::session::Command;
use sockstep::trace::{Order, SegmentId, Traffic};

use super::controls::{SIZE, Scene, asked_by_click, asked_by_key, description, english};
use super::rich;
use super::scenes;
use super::stage::harness;

const SYN_ACK: SegmentId = SegmentId(2);

fn ask(order: Order) -> Command {
    Command::Order(order)
}

fn faults_of(segment: SegmentId) -> [(&'static str, Key, Command); 3] {
    let (byte, ms) = (None, 1_000);
    [
        ("Duplicate", Key::U, ask(Order::Duplicate { segment })),
        ("Corrupt", Key::K, ask(Order::Corrupt { segment, byte })),
        ("Delay 1 s", Key::Y, ask(Order::Delay { segment, ms })),
    ]
}

#[test]
fn the_drawer_and_the_keys_ask_for_every_fault() {
    for (label, key, command) in faults_of(SYN_ACK) {
        let scene = || english(scenes::syn_ack_held());
        let label = format!("{label}: the segment shown here");
        let clicked = asked_by_click(scene(), &label);
        assert_eq!(clicked, asked_by_key(scene(), key));
        assert_eq!(clicked, [command]);
    }
    let all = ask(Order::DeliverAll);
    let scene = || english(scenes::syn_ack_held());
    assert_eq!(
        asked_by_click(scene(), "Deliver all"),
        [ask(Order::DeliverAll)]
    );
    assert_eq!(asked_by_key(scene(), Key::A), [all]);
}

#[test]
fn the_menu_of_a_token_delays_it_for_as_long_as_is_chosen() {
    for (label, ms) in [
        ("Delay SYN·ACK seq 0 ack 1 by 0.5 s", 500),
        ("Delay SYN·ACK seq 0 ack 1 by 2 s", 2_000),
        ("Delay SYN·ACK seq 0 ack 1 by 10 s", 10_000),
    ] {
        let (mut harness, stage) = harness(english(scenes::syn_ack_held()), SIZE);
        click(&mut harness, "More for SYN·ACK seq 0 ack 1");
        click(&mut harness, label);
        let segment = SYN_ACK;
        let delay = ask(Order::Delay { segment, ms });
        assert_eq!(stage.borrow().commands, [delay]);
        let is_open = harness.query_by_label(label).is_some();
        assert!(!is_open, "the menu closes behind the choice");
    }
}

#[test]
fn the_other_mouse_button_opens_the_same_menu_on_any_segment() {
    let (mut harness, stage) = harness(english(rich::faults()), SIZE);
    let delayed = "data 4 B seq 11 ack 1 · delayed: the wire delivers it by itself";
    harness.get_by_label(delayed).click_secondary();
    harness.run_steps(3);
    click(&mut harness, "Duplicate data 4 B seq 11 ack 1");
    let held = &stage.borrow().story.timeline.newest().held.clone();
    let segment = SegmentId(6);
    assert!(!held.contains(&segment), "delayed, and still within reach");
    let duplicate = ask(Order::Duplicate { segment });
    assert_eq!(stage.borrow().commands, [duplicate]);
}

#[test]
fn a_later_segment_can_go_first() {
    let mut stage = english(scenes::two_clients());
    let held = stage.story.timeline.newest().held.clone();
    stage.selected = Some(held[1]);
    assert_eq!(asked_by_key(stage, Key::D), [Command::Deliver(held[1])]);
    for (label, key, command) in faults_of(held[1]) {
        let mut stage = english(scenes::two_clients());
        stage.selected = Some(held[1]);
        assert_eq!(asked_by_key(stage, key), [command], "{label}");
    }
}

#[test]
fn a_fault_that_cannot_be_says_why() {
    let past = "You are looking at the past, which is read-only. Press L to return to the present";
    let gone = "The lab is gone. Press R to start again";
    let none = "No segment is held on the wire";
    let left = "This segment has already left the wire";
    let cases: [(Scene, &str, &str); 6] = [
        (scenes::past, "Deliver all", past),
        (scenes::lab_gone, "Deliver all", gone),
        (scenes::lab_gone, "Held: everything", gone),
        (scenes::start, "Deliver all", none),
        (scenes::refused, "Duplicate: the segment shown here", left),
        (scenes::lab_gone, "Delay 1 s: the segment shown here", gone),
    ];
    for (story, label, reason) in cases {
        let (mut harness, stage) = harness(english(story()), SIZE);
        assert_eq!(description(&harness, label), reason, "{label}");
        let node = harness.get_by_label(label);
        assert!(node.accesskit_node().is_disabled(), "{label}");
        click(&mut harness, label);
        assert_eq!(stage.borrow().commands, [], "{label}");
    }
    for key in [Key::U, Key::K, Key::Y, Key::A] {
        let explained = Command::Explain(none.to_owned());
        assert_eq!(asked_by_key(english(scenes::start()), key), [explained]);
    }
    let explained = Command::Explain(gone.to_owned());
    assert_eq!(
        asked_by_key(english(scenes::lab_gone()), Key::H),
        [explained]
    );
}

#[test]
fn what_is_held_can_be_switched_by_host_and_kind() {
    let client = || Some("client".to_owned());
    for (label, from, kind, on) in [
        ("Hold data from Client", client(), Some(Kind::Data), false),
        ("Hold ACK from all hosts", None, Some(Kind::Ack), true),
        ("Let everything pass", None, None, false),
        ("Hold everything", None, None, true),
    ] {
        let (mut harness, stage) = harness(english(rich::faults()), SIZE);
        harness.key_press(Key::H);
        harness.run_steps(3);
        click(&mut harness, label);
        let traffic = Traffic { from, kind };
        let hold = ask(Order::Hold { traffic, on });
        assert_eq!(stage.borrow().commands, [hold], "{label}");
    }
}

#[test]
fn a_popup_that_a_key_opens_has_the_focus_and_escape_closes_it() {
    let (mut harness, stage) = harness(english(rich::faults()), SIZE);
    harness.key_press(Key::H);
    harness.run_steps(3);
    assert!(harness.get_by_label("Hold everything").is_focused());
    harness.key_press(Key::Tab);
    harness.run_steps(2);
    assert!(harness.get_by_label("Let everything pass").is_focused());
    harness.key_press(Key::Space);
    harness.run_steps(2);
    let traffic = Traffic::default();
    let hold = ask(Order::Hold { traffic, on: false });
    assert_eq!(stage.borrow().commands, [hold]);
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert!(harness.query_by_label("Let everything pass").is_none());
}

#[test]
fn what_passes_is_said_in_words_on_the_stage() {
    let (harness, _) = harness(english(rich::faults()), SIZE);
    assert!(harness.query_by_label("Held: not all").is_some());
    assert!(harness.query_by_label("Passes: ACK of Server").is_some());
}

#[test]
fn duplicates_and_corrupted_ones_say_so_and_so_does_the_reason_of_copies() {
    let (harness, _) = harness(english(rich::faults()), SIZE);
    for words in [
        "data 10 B seq 1 ack 1 · duplicate of #4 · corrupted: byte 45 · held on the wire",
        "#4 data 10 B seq 1 ack 1 · resent 2×: RTO ran out · held on the wire",
        "Resent 2×, and each waits behind this one. RTO: no acknowledgment came before the retransmission timer ran out (RFC 6298 section 5).",
    ] {
        assert!(harness.query_by_label(words).is_some(), "{words}");
    }
}

fn click(harness: &mut Harness<'_>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(3);
}

#[test]
fn the_name_of_what_went_first_keeps_off_the_tokens_that_wait() {
    let (harness, _) = harness(english(rich::overtaken()), [1920.0, 1080.0]);
    let gone = "data 10 B seq 1 ack 1 · duplicate of #4 · corrupted: byte 45 · delivered";
    let gone = harness.get_by_label(gone).rect();
    for token in [
        "Deliver #4 data 10 B seq 1 ack 1",
        "Deliver data 4 B seq 11 ack 1",
    ] {
        let token = harness.get_by_label(token).rect();
        assert!(!token.expand(4.0).intersects(gone), "{token} {gone}");
    }
}

#[test]
fn next_says_beforehand_what_a_script_will_do() {
    let held = |nth: usize| scenes::two_clients().timeline.newest().held[nth];
    let (first, later) = (held(0), held(1));
    let (byte, ms, traffic) = (None, 1_500, Traffic::default());
    let hold = |on| Order::Hold {
        traffic: traffic.clone(),
        on,
    };
    let segment = later;
    let program = "server".to_owned();
    for (order, says) in [
        (Order::Deliver { segment: first }, "the oldest held segment"),
        (Order::Deliver { segment }, "an older one goes on waiting"),
        (Order::Drop { segment }, "The script drops SYN"),
        (Order::Duplicate { segment }, "The script duplicates SYN"),
        (Order::Corrupt { segment, byte }, "one byte of SYN"),
        (Order::Delay { segment, ms }, "delays SYN by 1.5 s"),
        (hold(true), "hold such segments"),
        (hold(false), "lets such segments pass"),
        (Order::DeliverAll, "Delivers everything"),
        (
            Order::Answer {
                program,
                text: None,
            },
            "Server's input()",
        ),
    ] {
        let mut stage = english(scenes::two_clients());
        stage.next = Some(Next::Give(order));
        let (harness, _) = harness(stage, SIZE);
        let hint = description(&harness, "Next");
        assert!(hint.contains(says), "{hint:?} does not say {says:?}");
    }
}

#[test]
fn a_click_on_a_byte_of_a_held_segment_offers_to_corrupt_that_one() {
    let (mut harness, stage) = harness(english(scenes::syn_ack_held()), SIZE);
    let bytes = "The bytes; click one that waits on the wire to corrupt it";
    let first = harness.get_by_label(bytes).rect().min + egui::vec2(38.0 + 9.0, 9.0);
    harness.hover_at(first);
    harness.run_steps(2);
    harness.drag_at(first);
    harness.run_steps(2);
    harness.drop_at(first);
    harness.run_steps(3);
    click(&mut harness, "Corrupt byte 0: 45 → ba");
    let (segment, byte) = (SYN_ACK, Some(0));
    let corrupt = ask(Order::Corrupt { segment, byte });
    assert_eq!(stage.borrow().commands, [corrupt]);
}

#[test]
fn an_empty_ladder_promises_only_what_this_wire_can_show() {
    use sockstep::timeline::Timeline;
    use sockstep::trace::WireKind;
    for (wire, says) in [
        (WireKind::Held, "as real kernels send them"),
        (WireKind::Loopback, "as dashed arrows"),
    ] {
        let mut story = scenes::start();
        let mut header = story.timeline.trace().header().clone();
        header.wire = wire;
        story.timeline = Timeline::new(header);
        let (harness, _) = harness(english(story), SIZE);
        let found = harness.query_by_label_contains(says).is_some();
        assert!(found, "{wire:?} does not say {says:?}");
    }
}

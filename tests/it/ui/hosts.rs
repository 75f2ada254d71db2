//! Many hosts, several programs on one, and the mode without a wire of our own.

use eframe::egui::Key;
use egui_kittest::kittest::{NodeT, Queryable};
use sockstep::session::Command;
use sockstep::trace::SegmentId;

use super::controls::{SIZE, asked_by_click, asked_by_key, description, english};
use super::rich;
use super::stage::harness;

const LOOPBACK: &str =
    "In loopback mode nothing crosses our wire, so nothing can be held, dropped or changed";

#[test]
fn lifelines_keep_their_distance_however_many_hosts_there_are() {
    for scene in [rich::three_hosts, rich::eight_hosts, rich::sixty_five_hosts] {
        let (harness, stage) = harness(english(scene()), SIZE);
        let hosts = stage.borrow().story.timeline.newest().host_order.len();
        let tokens = harness.query_all_by_label_contains("SYN seq 0 · held on the wire");
        let mut places: Vec<_> = tokens.map(|token| token.rect()).collect();
        assert!(!places.is_empty(), "{hosts} hosts: the newest is in sight");
        while let Some(place) = places.pop() {
            let others = places.iter();
            let hit = others.filter(|other| other.intersects(place)).count();
            assert_eq!(hit, 0, "of {hosts} hosts, two tokens overlap");
        }
        for bar in ["Next", "More controls", "Timeline"] {
            let rect = harness.get_by_label(bar).rect();
            assert!(rect.right() <= SIZE[0], "{bar} with {hosts} hosts");
        }
    }
}

#[test]
fn every_one_of_many_programs_can_be_stepped_from_the_list() {
    let mut stage = english(rich::sixty_five_hosts());
    for program in ["client63", "client64"] {
        stage.story.returns(program, "None", None);
        stage.story.call(program, 5, "send", "b'hi'", Some(3));
    }
    stage.story.rest();
    let (mut harness, stage) = harness(stage, SIZE);
    harness.get_by_label("Programs: 65").click();
    harness.run_steps(3);
    harness.get_by_label("Step Client 64").scroll_to_me();
    harness.run_steps(4);
    harness.get_by_label("Step Client 64").click();
    harness.run_steps(3);
    let step = Command::Step("client64".to_owned());
    assert_eq!(stage.borrow().commands, [step]);
}

#[test]
fn two_programs_on_one_host_have_a_card_each_under_their_names() {
    let (harness, _) = harness(english(rich::housemates()), SIZE);
    for title in ["Client 1 · client.py", "Client 2 · client2.py"] {
        assert!(harness.query_by_label(title).is_some(), "{title}");
    }
}

#[test]
fn loopback_says_what_stands_for_what_and_what_is_only_inferred() {
    let (harness, _) = harness(english(rich::loopback()), SIZE);
    for words in [
        "Loopback · segments inferred",
        "192.168.131.62 is 127.0.0.1 here",
        "SYN·ACK · inferred",
        "data 10 B · inferred",
        "Nobody saw this segment: it has no bytes to show.",
    ] {
        assert!(harness.query_by_label(words).is_some(), "{words}");
    }
}

#[test]
fn in_loopback_mode_nothing_can_be_held_and_each_control_says_so() {
    let (harness, _) = harness(english(rich::loopback()), SIZE);
    for label in [
        "Held: nothing",
        "Deliver all",
        "Drop: the segment shown here",
        "Corrupt: the segment shown here",
    ] {
        assert_eq!(description(&harness, label), LOOPBACK, "{label}");
        let node = harness.get_by_label(label);
        assert!(node.accesskit_node().is_disabled(), "{label}");
    }
    let explained = [Command::Explain(LOOPBACK.to_owned())];
    for key in [Key::A, Key::D, Key::X, Key::U, Key::K, Key::Y, Key::H] {
        let asked = asked_by_key(english(rich::loopback()), key);
        assert_eq!(asked, explained, "{key:?}");
    }
    let asked = asked_by_click(english(rich::loopback()), "SYN · inferred");
    assert_eq!(asked, [Command::Select(Some(SegmentId(0)))]);
}

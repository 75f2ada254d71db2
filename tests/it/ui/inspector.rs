//! The inspector's "Segment": fields, boxes and bytes, and what lights up.

use eframe::egui;
use egui_kittest::kittest::{NodeT, Queryable};
use sockstep::lesson::Language;
use sockstep::session::{Command, Look, Setting};

use super::controls::{SIZE, english};
use super::stage::{Stage, harness};
use super::{rich, scenes};

#[test]
fn encapsulation_and_every_field_are_told_in_words() {
    let (harness, _) = harness(english(scenes::syn_ack_held()), SIZE);
    for label in [
        "IP packet 60 B",
        "IP header · 20 B 192.168.131.62 → 192.168.131.10 · TTL 64",
        "TCP segment 40 B",
        "TCP header · 20 B 8989 → 50070 · SYN ACK · seq 0 · ack 1 · win 65160",
        "Options · 20 B MSS 1460 · SACK OK · TS · WS 7",
        "Data · 0 B",
        "SYN = 1. Synchronize: opens the connection and tells where the numbers start",
        "Window = 65160 B. room in the sender's receive buffer; in a SYN it is never scaled",
    ] {
        assert!(harness.query_by_label(label).is_some(), "{label}");
    }
    let seq = harness.query_by_label_contains("Seq = 0 (absolute 1626072498)");
    assert!(seq.is_some());
}

/// What matters is there without scrolling, in the smallest window that a class sees.
#[test]
fn every_field_of_a_syn_ack_is_inside_a_small_window() {
    let ways = [Language::English, Language::Chinese];
    for language in ways {
        let stage = Stage::new(scenes::syn_ack_held(), language, Look::Light);
        let (harness, _) = harness(stage, [1280.0, 720.0]);
        let bottom = harness.get_by_label_contains("MSS = 1460 B").rect();
        let transport = match language {
            Language::English => "Next",
            Language::Chinese => "下一步",
        };
        let transport = harness.get_by_label(transport).rect();
        assert!(
            bottom.bottom() <= transport.top(),
            "{language:?} {bottom:?}"
        );
    }
}

#[test]
fn fields_that_do_not_fit_are_said_to_be_below() {
    let words = "▼ More fields below: scroll";
    let (harness, _) = harness(english(scenes::syn_ack_held()), [1920.0, 1080.0]);
    assert!(harness.query_by_label(words).is_none(), "they all fit");
    let (harness, _) = super::stage::harness(english(scenes::syn_ack_held()), [1280.0, 720.0]);
    assert!(harness.query_by_label(words).is_some());
}

/// The head's name and the pill on the ladder stand for the same segment.
#[test]
fn the_ladders_pill_and_the_drawers_head_light_each_other() {
    let pill = "SYN·ACK seq 0 ack 1 · held on the wire";
    let (mut harness, _) = harness(english(scenes::syn_ack_held()), SIZE);
    harness.run_steps(4);
    let head = |harness: &egui_kittest::Harness<'_>| {
        let words = harness.get_all_by_role(egui::Role::Label);
        let named = words.filter(|node| {
            let node = node.accesskit_node();
            let text = node.value().or_else(|| node.label()).unwrap_or_default();
            text.starts_with("SYN·ACK seq 0 ack 1")
        });
        let rects = named.map(|node| node.rect());
        let lowest = rects.max_by(|one, other| one.top().total_cmp(&other.top()));
        lowest.expect("the drawer names it")
    };
    let head = head(&harness);
    let pill = harness.get_by_label(pill).rect();
    let syn = harness.get_by_label("SYN seq 0 · delivered").rect();
    assert!(head.top() > pill.bottom(), "it is in the drawer");
    let mut looks = |point: Option<egui::Rect>, at: egui::Rect| {
        harness.event(match point {
            Some(point) => egui::Event::PointerMoved(point.center()),
            None => egui::Event::PointerGone,
        });
        harness.run_steps(30);
        let whole = harness.render().expect("the rasteriser draws everything");
        let [x, y, w, h] = [at.left(), at.top(), at.width(), at.height()];
        let part = image::imageops::crop_imm(&whole, x as u32, y as u32, w as u32, h as u32);
        part.to_image()
    };
    let before = looks(None, head);
    assert!(looks(Some(pill), head) != before, "the head lights up");
    assert!(looks(None, head) == before, "and goes out");
    let before = looks(None, syn);
    assert!(looks(Some(head), syn) != before, "the others are dimmed");
    assert!(looks(None, syn) == before, "and come back");
}

#[test]
fn pointing_at_a_field_explains_it_and_the_keyboard_walks_from_field_to_field() {
    let (mut harness, _) = harness(english(scenes::syn_ack_held()), SIZE);
    let explained = |harness: &egui_kittest::Harness<'_>, words: &str| {
        harness.query_by_label_contains(words).is_some()
    };
    assert!(!explained(&harness, "byte 33: ···· ··1·"));
    harness.get_by_label_contains("SYN = 1.").hover();
    harness.run_steps(4);
    assert!(explained(&harness, "byte 33: ···· ··1·"), "the raw bits");
    assert!(explained(&harness, "RFC 9293 §3.5"), "and the document");
    // A click takes the keyboard there: the next field is FIN.
    harness.get_by_label_contains("SYN = 1.").click();
    harness.run_steps(3);
    harness.event(egui::Event::PointerGone);
    harness.key_press(egui::Key::ArrowRight);
    harness.run_steps(4);
    assert!(explained(&harness, "byte 33: ···· ···0"));
}

#[test]
fn pointing_at_a_byte_lights_its_field() {
    let (mut harness, _) = harness(english(scenes::syn_ack_held()), SIZE);
    let hex = harness.get_by_label("The bytes; click one that waits on the wire to corrupt it");
    // The first byte: version in its first half, header length in its second.
    let corner = hex.rect().min + egui::vec2(36.0, 7.0);
    for (x, says) in [(4.0, "byte 0: 0100 ····"), (15.0, "byte 0: ···· 0101")] {
        harness.hover_at(corner + egui::vec2(x, 0.0));
        harness.run_steps(4);
        assert!(harness.query_by_label_contains(says).is_some(), "{says}");
    }
}

#[test]
fn a_corrupted_byte_is_marked_and_its_checksum_said_to_be_wrong() {
    let mut stage = english(rich::faults());
    stage.selected = stage.story.timeline.newest().held.get(1).copied();
    let (harness, _) = harness(stage, SIZE);
    let wrong = harness.query_by_label_contains("does not fit: computed here, it should be 0x");
    assert!(wrong.is_some());
}

#[test]
fn keys_open_the_tabs_and_bring_the_drawer_back() {
    let (mut harness, stage) = harness(english(scenes::data_held()), SIZE);
    for (key, tab) in [
        (egui::Key::Num2, "Sockets"),
        (egui::Key::Num3, "TCP states"),
        (egui::Key::Num4, "Bytes"),
        (egui::Key::Num1, "Segment"),
    ] {
        harness.key_press(key);
        harness.run_steps(3);
        let node = harness.get_by_label(tab);
        let is_open = node.accesskit_node().toggled();
        assert_eq!(is_open, Some(egui::accesskit::Toggled::True), "{tab}");
    }
    let asked = Command::Set(Setting::Drawer(true));
    assert!(stage.borrow().commands.contains(&asked));
}

#[test]
fn an_empty_panel_says_what_to_click() {
    let (harness, _) = harness(english(scenes::start()), SIZE);
    let says = harness.query_by_label_contains("click it on the ladder");
    assert!(says.is_some());
}

//! The buffers of a connection, byte by byte, on the sockets' cards.

use eframe::egui::Key;
use egui_kittest::kittest::{NodeT, Queryable};
use sockstep::lesson::Language;
use sockstep::session::{Command, Lens, Look, Setting};

use super::controls::{asked_by_key, english};
use super::room;
use super::stage::{Stage, harness};
use super::story::Story;

const TALL: [f32; 2] = [1280.0, 1400.0];

fn read(story: Story, lens: Lens) -> Stage {
    let mut stage = english(story);
    stage.desk.settings.lens = lens;
    stage
}

fn shows(stage: Stage, labels: &[&str]) {
    let (harness, _) = harness(stage, TALL);
    for label in labels {
        assert!(harness.query_by_label(label).is_some(), "{label}");
    }
}

#[test]
fn each_byte_in_a_buffer_belongs_to_its_send() {
    shows(
        read(room::two_sends(), Lens::Hex),
        &[
            "Bytes in the send buffer, as Hex: send 1 “\\xc4\\xe3\\xba”, send 2 “\\xc3\\xb7\\xfe\\xce\\xf1\\xb6\\xcb”",
            "Bytes in the receive buffer, as Hex: send 1 “\\xc4\\xe3\\xba”",
            "sent, not acknowledged: 10 B",
        ],
    );
}

#[test]
fn a_character_that_a_boundary_cuts_is_counted_and_shown_as_its_bytes() {
    shows(
        read(room::two_sends(), Lens::Gbk),
        &[
            "Bytes in the send buffer, as GBK: send 1 “你好”, send 2 “服务端”",
            "Bytes in the receive buffer, as GBK: send 1 “你\\xba”",
        ],
    );
    let (harness, _) = harness(read(room::two_sends(), Lens::Gbk), TALL);
    let cut = harness.query_all_by_label("characters cut by a boundary: 1");
    assert_eq!(cut.count(), 2, "where it was sent and where it arrived");
    let (harness, _) = self::harness(read(room::two_sends(), Lens::Hex), TALL);
    let cut = harness.query_all_by_label_contains("characters cut");
    assert_eq!(cut.count(), 0, "bytes are no characters");
}

#[test]
fn in_the_wrong_encoding_nothing_is_called_cut() {
    let (harness, _) = harness(read(room::two_sends(), Lens::Utf8), TALL);
    let cut = harness.query_all_by_label_contains("characters cut");
    assert_eq!(cut.count(), 0);
    let wrong = harness.query_all_by_label("Not all of it reads as UTF-8: another encoding?");
    assert_eq!(wrong.count(), 2);
}

#[test]
fn two_sends_lie_in_the_receive_buffer_without_a_boundary() {
    shows(
        read(room::both_arrived(), Lens::Gbk),
        &[
            "Bytes in the receive buffer, as GBK: send 1 “你好”, send 2 “服务端”",
            "2 sends, no boundary left between them: one recv() may take them all",
        ],
    );
}

#[test]
fn of_a_megabyte_the_first_and_the_last_bytes_are_drawn_and_the_rest_counted() {
    let (harness, _) = harness(read(room::megabyte(), Lens::Utf8), TALL);
    let strip = harness.get_by_label_contains("Bytes in the send buffer, as UTF-8");
    let name = strip.accesskit_node().value().expect("it has words");
    assert!(name.contains("一二三四五 一二三"), "{name}");
    assert!(name.contains("… 1048"), "{name}");
    assert!(name.ends_with("三四五 ”"), "{name}");
    assert!(!name.contains('\\'), "no byte is torn off: {name}");
    assert!(name.chars().count() < 200, "{name}");
    let unsent = "not sent yet: 1047176 B";
    assert!(harness.query_by_label(unsent).is_some(), "{unsent}");
}

#[test]
fn what_the_ledger_cannot_vouch_for_is_said_and_not_drawn() {
    let (harness, _) = harness(english(room::differing()), TALL);
    let said = harness.query_all_by_label_contains("Bytes not drawn: the kernel's numbers");
    assert_eq!(
        said.count(),
        2,
        "neither where it left nor where it arrived"
    );
    let drawn = harness.query_all_by_label_contains("Bytes in the receive buffer");
    assert_eq!(
        drawn.count(),
        1,
        "what was peeked at is the kernel's own word"
    );
    let (harness, _) = self::harness(
        Stage::new(room::differing(), Language::Chinese, Look::Dark),
        TALL,
    );
    let said = harness.query_all_by_label_contains("不画字节");
    assert_eq!(said.count(), 2);
}

#[test]
fn the_lens_is_chosen_by_its_button_and_by_v() {
    let (mut harness, stage) = harness(english(room::two_sends()), TALL);
    let buttons: Vec<_> = harness.query_all_by_label("Read bytes as GBK").collect();
    buttons.first().expect("it is offered").click();
    harness.run_steps(2);
    let gbk = Command::Set(Setting::Lens(Lens::Gbk));
    assert_eq!(stage.borrow().commands, [gbk]);
    for (from, to) in [
        (Lens::Utf8, Lens::Gbk),
        (Lens::Gbk, Lens::Hex),
        (Lens::Hex, Lens::Utf8),
    ] {
        let asked = asked_by_key(read(room::two_sends(), from), Key::V);
        assert_eq!(asked, [Command::Set(Setting::Lens(to))]);
    }
}

//! The drawer's "Bytes": a strip for each direction, and whether the kernels agree.

use eframe::egui::{self, accesskit};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sockstep::lesson::Language;
use sockstep::session::{Command, Lens, Look, Setting};
use sockstep::trace::{BufferFacts, Key, What};

use super::controls::{SIZE, english};
use super::room;
use super::scenes;
use super::stage::{Stage, harness};
use super::story::Story;

/// Data is held, and the client's kernel tells of its buffers.
fn told(unacked: u32) -> Story {
    let mut story = scenes::data_held();
    let key = client_key(&story);
    story.push(What::Buffers(Box::new(BufferFacts {
        host: "client".to_owned(),
        key,
        unacked,
        ..BufferFacts::default()
    })));
    story.rest();
    story
}

fn client_key(story: &Story) -> Key {
    let state = story.timeline.state();
    let mut sockets = state.sockets("client");
    let socket = sockets.find(|socket| socket.facts.remote.is_some());
    socket.expect("it is connected").facts.key
}

fn shows(stage: Stage, tab: &str, labels: &[&str]) {
    let (mut harness, _) = harness(stage, SIZE);
    harness.get_by_label(tab).click();
    harness.run_steps(4);
    for label in labels {
        let found = harness.query_all_by_label_contains(label).count();
        assert_eq!(found, 1, "{label}");
    }
}

#[test]
fn each_place_of_bytes_is_named_and_the_kernels_numbers_stand_below() {
    let labels = [
        "Client → Server: 10 B written, 0 B acknowledged",
        r"on the wire: 10 B (0–9): \xc4\xe3",
        "Agrees with the kernels: SIOCOUTQ 10, SIOCOUTQNSD 0, idiag_rqueue 0",
        "Server → Client: 0 B written",
    ];
    shows(english(told(10)), "Bytes", &labels);
}

#[test]
fn what_does_not_agree_is_told_with_both_numbers() {
    let labels = ["Does not agree with the kernels: SIOCOUTQ is 5, here it is 10"];
    shows(english(told(5)), "Bytes", &labels);
}

#[test]
fn it_is_told_in_chinese_too_and_before_there_is_a_connection() {
    let chinese = |story| Stage::new(story, Language::Chinese, Look::Dark);
    let labels = ["在线路上：10 B（0–9）", "与内核一致：SIOCOUTQ 10"];
    shows(chinese(told(10)), "字节", &labels);
    let labels = ["还没有连接。建立之后"];
    shows(chinese(scenes::start()), "字节", &labels);
}

fn opened(stage: Stage, size: [f32; 2]) -> Harness<'static> {
    let (mut harness, _) = harness(stage, size);
    harness.key_press(egui::Key::Num4);
    harness.run_steps(4);
    harness
}

fn read(story: Story, lens: Lens) -> Stage {
    let mut stage = english(story);
    stage.desk.settings.lens = lens;
    stage
}

const STRIP: &str = "Bytes Client → Server: choose byte k";

/// Goes so many bytes on, by the keyboard.
fn go(harness: &mut Harness<'_>, presses: usize, key: egui::Key) {
    harness.get_by_label(STRIP).focus();
    harness.run_steps(2);
    for _ in 0..presses {
        harness.key_press(key);
        harness.run_steps(1);
    }
    harness.run_steps(3);
}

fn says(harness: &Harness<'_>, words: &[&str]) {
    for words in words {
        let found = harness.query_all_by_label_contains(words).count();
        assert_eq!(found, 1, "{words}");
    }
}

#[test]
fn one_byte_is_told_in_words_and_the_arrow_keys_go_from_byte_to_byte() {
    let mut harness = opened(read(room::two_sends(), Lens::Gbk), SIZE);
    let first = [
        "Byte 0 is 0xc4: byte 1 of 2 of “你” in GBK. send() in line 5 of client.py wrote it, as \
         its byte number 1. Now: Server's receive buffer, unread. Client's send buffer \
         keeps a copy until the acknowledgment arrives.",
    ];
    says(&harness, &first);
    go(&mut harness, 3, egui::Key::ArrowRight);
    let fourth = [
        "Byte 3 is 0xc3: byte 2 of 2 of “好” in GBK. send() in line 5 of client.py wrote it, as \
         its byte number 1.",
        "Now: on the wire, in “data 7 B seq 4 ack 1” (segment #5, held).",
    ];
    says(&harness, &fourth);
    go(&mut harness, 30, egui::Key::ArrowRight);
    says(&harness, &["Byte 9 is 0xcb", "of 10 (0–9)"]);
    go(&mut harness, 1, egui::Key::ArrowLeft);
    says(&harness, &["Byte 8 is 0xb6"]);
}

#[test]
fn the_field_chooses_a_byte_by_keys_and_ends_with_the_stream() {
    let mut harness = opened(read(room::two_sends(), Lens::Hex), SIZE);
    let field = |harness: &Harness<'_>| {
        let role = accesskit::Role::SpinButton;
        let node = harness.get_by_role_and_label(role, "byte k");
        let node = node.accesskit_node();
        (
            node.numeric_value(),
            node.max_numeric_value(),
            node.description(),
        )
    };
    let (now, most, hint) = field(&harness);
    assert_eq!((now, most), (Some(0.0), Some(9.0)));
    assert!(hint.is_some_and(|hint| hint.contains("0 is the first")));
    harness
        .get_by_role_and_label(accesskit::Role::SpinButton, "byte k")
        .focus();
    harness.run_steps(3);
    harness.key_press(egui::Key::ArrowUp);
    harness.run_steps(2);
    harness.key_press(egui::Key::ArrowUp);
    harness.run_steps(4);
    says(&harness, &["Byte 2 is 0xba."]);
}

#[test]
fn a_click_on_the_strip_chooses_and_pointing_only_shows() {
    let mut harness = opened(read(room::two_sends(), Lens::Hex), SIZE);
    let rect = harness.get_by_label(STRIP).rect();
    let right = rect.right_center() - egui::vec2(2.0, 0.0);
    harness.hover_at(right);
    harness.run_steps(4);
    says(&harness, &["Byte 9 is 0xcb."]);
    harness.hover_at(egui::pos2(4.0, 4.0));
    harness.run_steps(4);
    says(&harness, &["Byte 0 is 0xc4."]);
    harness.get_by_label(STRIP).click();
    harness.run_steps(4);
    assert_eq!(harness.query_all_by_label_contains("Byte 0 is").count(), 0);
    let node = harness.get_by_label(STRIP);
    let chosen = node.accesskit_node().numeric_value();
    assert!(chosen.is_some_and(|at| at > 0.0), "{chosen:?}");
}

#[test]
fn the_other_direction_is_chosen_by_its_button_and_may_have_no_byte() {
    let mut harness = opened(english(room::two_sends()), SIZE);
    let button = harness.get_by_label("Direction of byte k: Client → Server");
    let hint = button.accesskit_node().description();
    assert_eq!(
        hint.as_deref(),
        Some("Look at the bytes that go the other way")
    );
    button.click();
    harness.run_steps(4);
    let turned = "Direction of byte k: Server → Client";
    assert!(harness.query_by_label(turned).is_some());
    let field = harness.get_by_role_and_label(accesskit::Role::SpinButton, "byte k");
    assert!(field.accesskit_node().is_disabled());
    let why = field.accesskit_node().description();
    assert!(why.is_some_and(|why| why.starts_with("no byte in this direction yet")));
}

#[test]
fn what_is_lost_is_the_send_buffers_again_and_what_is_read_names_its_recv() {
    let mut story = room::two_sends();
    story.step("server");
    room::moved(&mut story, "server", b"\xc4\xe3\xba");
    let second = story.timeline.newest().held[0];
    story.dropped(second);
    story.rest();
    let mut harness = opened(read(story, Lens::Hex), SIZE);
    let first = "Now: read: recv() in line 8 of server.py returned it, as its byte \
                 number 1.";
    says(&harness, &[first]);
    go(&mut harness, 5, egui::Key::ArrowRight);
    let lost = "Now: Client's send buffer. It was lost with “data 7 B seq 4 ack 1” \
                (segment #5, dropped) and waits to be sent again";
    says(&harness, &[lost]);
}

#[test]
fn what_no_kernel_confirms_is_said_to_be_only_counted() {
    says(
        &opened(english(room::differing()), SIZE),
        &["Caution: the kernels' numbers do not agree"],
    );
    let mut story = room::two_sends();
    story.step("server");
    says(
        &opened(english(story), SIZE),
        &["the place told here is only counted, no kernel has confirmed it"],
    );
}

#[test]
fn the_legend_names_every_pattern_also_before_there_is_a_byte() {
    for story in [room::two_sends(), scenes::start()] {
        let harness = opened(english(story), SIZE);
        says(
            &harness,
            &[
                "read: A recv() of the receiving program has taken it",
                "on the wire: In a segment that is held or delayed",
                "gone with its socket: Thrown away",
            ],
        );
    }
}

#[test]
fn a_byte_is_told_in_chinese_and_a_longer_stream_stays_in_a_small_window() {
    let mut stage = Stage::new(room::two_sends(), Language::Chinese, Look::Dark);
    stage.desk.settings.lens = Lens::Gbk;
    let harness = opened(stage, SIZE);
    says(
        &harness,
        &[
            "第 0 字节是 0xc4，是“你”的 GBK 编码 2 个字节中的第 1 个。client.py 第 5 行的 send() 写入了它",
        ],
    );
    for size in [[960.0, 600.0], [853.0, 480.0]] {
        opened(english(room::megabyte()), size);
    }
}

#[test]
fn the_lens_is_offered_beside_the_byte() {
    let (mut harness, stage) = harness(english(room::two_sends()), SIZE);
    harness.key_press(egui::Key::Num4);
    harness.run_steps(4);
    click_beside_the_field(&harness, "Read bytes as GBK");
    harness.run_steps(2);
    let asked = Command::Set(Setting::Lens(Lens::Gbk));
    assert!(stage.borrow().commands.contains(&asked));
}

/// The cards of the hosts offer the same.
fn click_beside_the_field(harness: &Harness<'_>, label: &str) {
    let role = accesskit::Role::SpinButton;
    let field = harness.get_by_role_and_label(role, "byte k").rect();
    let away = |rect: egui::Rect| rect.center().distance(field.center());
    let all = harness.query_all_by_label(label);
    let beside = all.min_by(|a, b| away(a.rect()).total_cmp(&away(b.rect())));
    beside.expect("it is there").click();
}

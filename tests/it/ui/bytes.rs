//! The drawer's "Bytes": a strip for each direction, and whether the kernels agree.

use egui_kittest::kittest::Queryable;
use sockstep::lesson::Language;
use sockstep::session::Look;
use sockstep::trace::{BufferFacts, Key, What};

use super::controls::{SIZE, english};
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

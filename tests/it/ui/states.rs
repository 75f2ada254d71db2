//! The drawer's "TCP states": where both ends are, how they came there, and what made it.

use eframe::egui;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sockstep::lesson::Language;
use sockstep::session::Look;

use super::controls::{SIZE, english};
use super::scenes;
use super::stage::{Stage, harness};

fn states(stage: Stage) -> Harness<'static> {
    let (mut harness, _) = harness(stage, SIZE);
    harness.key_press(egui::Key::Num3);
    harness.run_steps(4);
    harness
}

fn has_all(harness: &Harness<'_>, words: &[&str]) {
    for words in words {
        assert!(harness.query_by_label(words).is_some(), "{words}");
    }
}

#[test]
fn both_ends_are_named_at_their_states_and_the_newest_step_has_its_real_cause() {
    let harness = states(english(scenes::syn_ack_held()));
    has_all(
        &harness,
        &[
            "SYN-SENT: Client",
            "SYN-RECEIVED: Server",
            "ESTABLISHED",
            "Newest: Server LISTEN → SYN-RECEIVED: rcv SYN / snd SYN·ACK",
            "Linux: a small request socket holds SYN_RECV, no fd yet.",
        ],
    );
}

#[test]
fn the_way_goes_on_to_the_end_and_back_in_the_past() {
    let harness = states(english(scenes::closing()));
    has_all(
        &harness,
        &[
            "TIME-WAIT: Client",
            "LAST-ACK: Server",
            "Newest: Client FIN-WAIT-2 → TIME-WAIT: rcv FIN·ACK / snd ACK",
        ],
    );
    let harness = states(english(scenes::past()));
    assert!(harness.query_by_label("TIME-WAIT").is_some(), "nobody yet");
}

#[test]
fn a_listener_alone_stands_at_listen_and_before_it_there_is_only_the_figure() {
    has_all(&states(english(scenes::listening())), &["LISTEN: Server"]);
    let early = states(Stage::new(scenes::start(), Language::Chinese, Look::Dark));
    assert!(early.query_by_label_contains("还没有连接").is_some());
}

#[test]
fn with_several_clients_a_connection_can_be_chosen() {
    let mut harness = states(english(scenes::two_clients()));
    has_all(&harness, &["SYN-SENT: Client 2"]);
    harness
        .get_by_label_contains("Connection: Client 2")
        .click();
    harness.run_steps(4);
    harness
        .get_by_label("Client 1 :50070 → Server :8989")
        .click();
    harness.run_steps(4);
    has_all(&harness, &["SYN-SENT: Client 1"]);
}

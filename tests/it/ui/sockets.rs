//! What a kernel says of its sockets and counts of its own, in words.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use eframe::egui::{Key, ViewportId};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sockstep::lesson::Language;
use sockstep::session::Look;
use sockstep::trace::{SocketFacts, TcpFacts, What};

use super::controls::{SIZE, description, english};
use super::rich;
use super::stage::{Stage, harness};
use super::story::{Story, end};

fn sockets(language: Language, tab: &str) -> Harness<'static> {
    let stage = Stage::new(rich::counted(), language, Look::Light);
    let (mut harness, _) = harness(stage, SIZE);
    harness.get_by_label(tab).click();
    harness.run_steps(3);
    harness
}

fn has_all(harness: &Harness<'_>, words: &[&str]) {
    for words in words {
        assert!(harness.query_by_label(words).is_some(), "{words}");
    }
}

#[test]
fn counters_that_are_not_zero_have_a_name_in_words_and_the_kernels_own() {
    let (english, _) = harness(english(rich::counted()), SIZE);
    has_all(
        &english,
        &[
            "2× TCP checksum errors  Tcp.InCsumErrors",
            "1× accept queue overflows  TcpExt.ListenOverflows",
            "3× UDP to a closed port  Udp6NoPorts",
            "7× TcpExt.TCPNewInThisKernel",
            "dropped by the kernel: 2",
        ],
    );
    let is_zero = english.query_by_label_contains("Tcp.RetransSegs");
    assert!(is_zero.is_none(), "nothing happened, nothing is said");
    let chinese = sockets(Language::Chinese, "套接字");
    has_all(&chinese, &["2× TCP 校验和错误  Tcp.InCsumErrors"]);
}

#[test]
fn the_drawer_says_of_a_socket_what_its_kernel_does() {
    let mut harness = sockets(Language::English, "Sockets");
    harness.get_by_label(SERVERS_END).click();
    harness.run_steps(3);
    has_all(
        &harness,
        &[
            "ssthresh = not set (was not given). slow start ends at this window \
             [tcpi_snd_ssthresh]",
            "cwnd = 10 segments (was not given). congestion window: so many may be in flight \
             [tcpi_snd_cwnd]",
            "ca_state = Open (was not given). nothing is missing [tcpi_ca_state]",
            "outq = 3 B (was not given). bytes not acknowledged yet, sent or not; a FIN counts as \
             one [SIOCOUTQ]",
            "GBK “你好服务端”",
            "0000  c4 e3 ba c3 b7 fe ce f1  ········",
        ],
    );
    let datagrams = "Server fd 5 UDP 192.168.131.62:8989";
    harness.get_by_label(datagrams).click();
    harness.run_steps(3);
    has_all(
        &harness,
        &["datagrams = 4 B, 1200 B. the length of each datagram that waits [SO_PEEK_OFF]"],
    );
    let statistics = harness.query_by_label_contains("tcpi_");
    assert!(statistics.is_none(), "a datagram socket has none: absent");
}

const SERVERS_END: &str = "Server fd 4 ESTABLISHED 192.168.131.62:8989 → 192.168.131.10:50070";

/// A stop, then one in which the congestion window and the timer changed.
fn changing() -> Story {
    let mut story = rich::counted();
    story.call("client", 9, "close", "", Some(3));
    story.push(What::Rest);
    story.socket(SocketFacts {
        info: Some(TcpFacts {
            cwnd: 11,
            ssthresh: 2_147_483_647,
            ..TcpFacts::default()
        }),
        recv_queue: 10,
        drops: Some(2),
        ..end("server", "ESTABLISHED", Some(4))
    });
    story.call("client", 10, "exit", "", None);
    story.push(What::Rest);
    story
}

fn opened(story: Story) -> (Harness<'static>, Rc<RefCell<Stage>>) {
    let stage = Stage::new(story, Language::English, Look::Light);
    let (mut harness, stage) = harness(stage, SIZE);
    harness.key_press(Key::Num2);
    harness.run_steps(3);
    (harness, stage)
}

#[test]
fn what_changed_since_the_stop_before_says_what_it_was() {
    let (mut harness, _) = opened(changing());
    harness.get_by_label(SERVERS_END).click();
    harness.run_steps(3);
    has_all(
        &harness,
        &[
            "cwnd = 11 segments (was 10 segments). congestion window: so many may be in flight \
             [tcpi_snd_cwnd]",
            "timer = no longer given (was zero window probe). which timer runs for this socket \
             [idiag_timer]",
            "ssthresh = not set. slow start ends at this window [tcpi_snd_ssthresh]",
        ],
    );
    let client = "Client fd 3 ESTABLISHED 192.168.131.10:50070 → 192.168.131.62:8989";
    harness.get_by_label(client).click();
    harness.run_steps(3);
    has_all(&harness, &["nothing changed since the previous stop"]);
}

#[test]
fn a_filter_shows_what_fits_and_its_button_clears_it() {
    let (mut harness, _) = opened(rich::counted());
    assert_eq!(
        description(&harness, "Clear the filter"),
        "Nothing is filtered"
    );
    harness.get_by_label("Filter by name or value").focus();
    harness.run_steps(2);
    let field = harness.get_by_label("Filter by name or value");
    field.type_text("CWND");
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("cwnd = 10").is_some());
    assert!(harness.query_by_label_contains("ssthresh =").is_none());
    harness.get_by_label("Clear the filter").click();
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("ssthresh =").is_some());
}

#[test]
fn the_list_is_walked_with_the_arrows_and_remembers() {
    let (mut harness, stage) = opened(rich::counted());
    let chosen = |harness: &Harness<'_>| {
        let list = harness.get_by_label("Sockets of all hosts");
        list.value().unwrap_or_default()
    };
    harness.get_by_label("Sockets of all hosts").focus();
    harness.run_steps(2);
    let mut seen = vec![chosen(&harness)];
    for _ in 0..3 {
        harness.key_press(Key::ArrowUp);
        harness.run_steps(2);
        seen.push(chosen(&harness));
    }
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 4, "{seen:?}");
    harness.key_press(Key::ArrowDown);
    harness.run_steps(2);
    assert_eq!(chosen(&harness), seen[2]);
    // Another run, and the same place is shown.
    stage.borrow_mut().story = rich::counted();
    harness.run_steps(3);
    assert_eq!(chosen(&harness), seen[2]);
}

#[test]
fn one_that_is_gone_stays_with_its_last_facts() {
    let mut story = rich::counted();
    story.push(What::Gone {
        host: "server".to_owned(),
        key: sockstep::trace::Key(2),
    });
    story.push(What::Rest);
    let (mut harness, _) = opened(story);
    harness.get_by_label_contains("(gone since").click();
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("its last facts").is_some());
    assert!(harness.query_by_label_contains("cwnd = 10").is_some());
}

#[test]
fn pointing_at_one_comes_to_rest() {
    let (mut harness, _) = opened(rich::counted());
    harness.get_by_label(SERVERS_END).hover();
    // Clocks go on once a second; nothing asks for the next pass at once.
    harness.run_steps(6);
    let root = &harness.output().viewport_output[&ViewportId::ROOT];
    assert!(root.repaint_delay > Duration::ZERO);
}

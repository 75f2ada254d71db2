//! What a kernel says of its sockets and counts of its own, in words.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sockstep::lesson::Language;
use sockstep::session::Look;

use super::controls::{SIZE, english};
use super::rich;
use super::stage::{Stage, harness};

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
    let connection = "Server fd 4 ESTABLISHED 192.168.131.62:8989 → 192.168.131.10:50070";
    harness.get_by_label(connection).click();
    harness.run_steps(3);
    has_all(
        &harness,
        &[
            "ssthresh = not set. slow start ends at this window",
            "cwnd = 10 segments. congestion window: so many may be in flight",
            "ca_state = Open. nothing is missing",
            "Sent and not acknowledged: 3 B, of which not yet sent: 1 B",
            "Arrived and not read: 10 B",
            "GBK “你好服务端”",
            "0000  c4 e3 ba c3 b7 fe ce f1  ········",
        ],
    );
    let datagrams = "Server fd 5 UDP 192.168.131.62:8989";
    harness.get_by_label(datagrams).click();
    harness.run_steps(3);
    has_all(&harness, &["Datagrams that wait: 4 B, 1200 B"]);
}

//! What is inferred: states, remarks, conversations, packets that were captured twice.

use super::files::{Flow, pcap, pcap_of};
use super::*;

fn check(what: &str, flow: &Flow, expected: &[&str]) {
    let capture = sound(&pcap(&flow.frames));
    let found = told(&capture);
    let from = found.len() - expected.len();
    assert_eq!(found[from..], *expected, "{what}");
}

#[test]
fn what_is_sent_again_and_what_came_late_are_told_apart() {
    let mut flow = Flow::default();
    flow.handshake();
    flow.at(0, "PA", 1001, 9001, b"aaaa")
        .at(0, "PA", 1001, 9001, b"aaaa")
        .at(0, "PA", 1009, 9001, b"cccc")
        .at(1, "A", 9001, 1005, b"")
        .at(1, "A", 9001, 1005, b"")
        .at(0, "PA", 1005, 9001, b"bbbb")
        .at(1, "A", 9001, 1013, b"");
    let both = "| ESTABLISHED ESTABLISHED";
    check(
        "a loss",
        &flow,
        &[
            &format!("> data 1:1 4 {both}"),
            &format!("> data 1:1 4 {both} SentAgain"),
            &format!("> data 9:1 4 {both} OutOfOrder"),
            &format!("< ACK 1:5 0 {both}"),
            &format!("< ACK 1:5 0 {both} DuplicateAck"),
            &format!("> data 5:1 4 {both} FillsGap"),
            &format!("< ACK 1:13 0 {both}"),
        ],
    );
}

#[test]
fn windows_probes_and_keepalives_have_names() {
    let mut flow = Flow::default();
    flow.handshake().data(b"aaaa");
    flow.at(0, "A", 1004, 9001, b"").at(1, "A", 9001, 1005, b"");
    flow.window = 0;
    flow.at(1, "A", 9001, 1005, b"");
    flow.window = 502;
    flow.at(0, "A", 1004, 9001, b"").at(1, "A", 9001, 1005, b"");
    let both = "| ESTABLISHED ESTABLISHED";
    check(
        "a window that closes",
        &flow,
        &[
            &format!("> ACK 4:1 0 {both} Keepalive"),
            &format!("< ACK 1:5 0 {both}"),
            &format!("< ACK 1:5 0 {both} ZeroWindow"),
            &format!("> ACK 4:1 0 {both} WindowProbe"),
            &format!("< ACK 1:5 0 {both} WindowUpdate"),
        ],
    );
}

#[test]
fn the_ways_to_end_have_their_states() {
    let mut refused = Flow::default();
    refused.segment(0, "S", b"").at(1, "RA", 0, 1001, b"");
    check(
        "refused",
        &refused,
        &["> SYN 0:0 0 | SYN_SENT ?", "< RST 0:1 0 | CLOSE CLOSE"],
    );
    let mut both = Flow::default();
    both.handshake();
    both.at(0, "FA", 1001, 9001, b"")
        .at(1, "FA", 9001, 1001, b"")
        .at(0, "A", 1002, 9002, b"")
        .at(1, "A", 9002, 1002, b"");
    check(
        "both at once",
        &both,
        &[
            "> FIN 1:1 0 | FIN_WAIT1 ESTABLISHED",
            "< FIN 1:1 0 | CLOSING CLOSING",
            "> ACK 2:2 0 | CLOSING TIME_WAIT",
            "< ACK 2:2 0 | TIME_WAIT TIME_WAIT",
        ],
    );
    let mut in_one = Flow::default();
    in_one
        .handshake()
        .segment(0, "FA", b"")
        .segment(1, "FA", b"")
        .segment(0, "A", b"");
    check(
        "the FIN acknowledges",
        &in_one,
        &[
            "> FIN 1:1 0 | FIN_WAIT1 CLOSE_WAIT",
            "< FIN 1:2 0 | TIME_WAIT LAST_ACK",
            "> ACK 2:2 0 | TIME_WAIT CLOSE",
        ],
    );
}

#[test]
fn a_connection_under_way_is_unknown_until_it_is_not() {
    let mut flow = Flow::default();
    flow.data(b"aaaa").answer(b"bb").close();
    check(
        "from the middle",
        &flow,
        &[
            "> data 0:0 4 | ? ?",
            "< ACK 0:4 0 | ? ?",
            "< data 0:4 2 | ESTABLISHED ESTABLISHED",
            "> ACK 4:2 0 | ESTABLISHED ESTABLISHED",
            "> FIN 4:2 0 | FIN_WAIT1 CLOSE_WAIT",
            "< ACK 2:5 0 | FIN_WAIT2 CLOSE_WAIT",
            "< FIN 2:5 0 | TIME_WAIT LAST_ACK",
            "> ACK 5:3 0 | TIME_WAIT CLOSE",
        ],
    );
    let mut end = Flow::default();
    end.close();
    check(
        "only the end",
        &end,
        &[
            "> FIN 0:0 0 | ? ?",
            "< ACK 0:1 0 | ? ?",
            "< FIN 0:1 0 | TIME_WAIT LAST_ACK",
            "> ACK 1:1 0 | TIME_WAIT CLOSE",
        ],
    );
}

#[test]
fn a_new_syn_between_the_same_ports_is_a_new_conversation() {
    let mut flow = Flow::default();
    flow.handshake().close();
    flow.next = [500_000, 700_000];
    flow.handshake().data(b"again");
    // The first connection is over; its SYN again would be one of the second.
    let capture = sound(&pcap(&flow.frames));
    let counts: Vec<usize> = capture.conversations().iter().map(|c| c.packets).collect();
    assert_eq!(counts, [7, 5]);
    assert_eq!(capture.packets_of(1), [7, 8, 9, 10, 11]);
    assert_eq!(told(&capture)[10], "> data 1:1 5 | ESTABLISHED ESTABLISHED");
    assert_eq!(capture.conversations()[1].ends[0].port(), 50_000);
}

#[test]
fn who_answers_with_a_syn_ack_did_not_open() {
    let mut flow = Flow::default();
    flow.next[0] = 1001;
    flow.segment(1, "SA", b"").segment(0, "A", b"");
    let capture = sound(&pcap(&flow.frames));
    let conversation = &capture.conversations()[0];
    assert_eq!(conversation.ends[0].port(), 50_000);
    assert_eq!(conversation.opener, Opener::Syn);
    assert_eq!(capture.row(0).side, Some(Side::Second));
}

/// Each packet out and in again, as a capture of all interfaces shows what a machine tells itself.
fn out_and_in(frames: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let cooked = |kind: u8, frame: &Vec<u8>| {
        let header = [&[0, kind, 3, 4, 0, 6][..], &[0; 8], &[8, 0]].concat();
        [&header, &frame[14..]].concat()
    };
    let both = frames
        .iter()
        .map(|frame| [cooked(4, frame), cooked(0, frame)]);
    both.flatten().collect()
}

#[test]
fn a_packet_that_is_captured_twice_is_not_sent_again() {
    let mut flow = Flow::default();
    flow.handshake().data(b"aaaa");
    let mut frames = out_and_in(&flow.frames);
    // Captured on its way in, it has made a hop more.
    let packet = &mut frames[7][16..];
    packet[8] -= 1;
    packet[10] ^= 1;
    let capture = sound(&pcap_of(113, &frames));
    let plain = sound(&pcap(&flow.frames));
    let every_second: Vec<String> = told(&capture).into_iter().step_by(2).collect();
    assert_eq!(every_second, told(&plain));
    assert_eq!(capture.twins(), flow.frames.len());
    for packet in (1..frames.len()).step_by(2) {
        assert_eq!(capture.twin_of(packet), Some(packet - 1));
        assert!(capture.row(packet).remarks.contains(Remark::Twin));
        assert_eq!(capture.row(packet).states, capture.row(packet - 1).states);
    }
    let (trace, left_out) = capture.trace(Which::All, 100);
    let sent = trace
        .events()
        .iter()
        .filter(|event| matches!(event.what, sockstep::trace::What::Sent { .. }));
    assert_eq!((sent.count(), left_out), (flow.frames.len(), None));
}

#[test]
fn what_is_sent_again_is_told_though_each_is_captured_twice() {
    let mut flow = Flow::default();
    flow.handshake();
    flow.at(0, "PA", 1001, 9001, b"aaaa")
        .at(0, "PA", 1001, 9001, b"aaaa");
    let capture = sound(&pcap_of(113, &out_and_in(&flow.frames)));
    let last: Vec<String> = told(&capture).split_off(6);
    let both = "| ESTABLISHED ESTABLISHED";
    assert_eq!(
        last,
        [
            format!("> data 1:1 4 {both}"),
            format!("> data 1:1 4 {both} Twin"),
            format!("> data 1:1 4 {both} SentAgain"),
            format!("> data 1:1 4 {both} Twin"),
        ]
    );
}

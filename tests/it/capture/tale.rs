//! A capture as a run: the fold that shows a lab's run shows it, and claims nothing more.

use super::files::{Blocks, Flow, pcap};
use super::*;
use sockstep::model::{Cause, Named, State};
use sockstep::trace::{SegmentId, Trace, What, event_line, load, to_line};

fn folded(trace: &Trace) -> State {
    State::at(trace, trace.end())
}

/// A handshake, data that is sent again, an answer, the end.
fn whole() -> Flow {
    let mut flow = Flow::default();
    flow.handshake();
    flow.at(0, "PA", 1001, 9001, b"hello");
    flow.data(b"hello").answer(b"hi!").close();
    flow
}

#[test]
fn a_connection_has_two_hosts_with_states_and_nothing_that_nobody_knows() {
    let capture = sound(&pcap(&whole().frames));
    let (trace, left_out) = capture.trace(Which::Conversation(0), 100);
    assert_eq!(left_out, None);
    let state = folded(&trace);
    assert_eq!(state.host_order, ["server", "client"]);
    assert_eq!(state.hosts["client"].addresses, ["10.0.0.1"]);
    let states = |host: &str| -> Vec<String> {
        let sockets = state.hosts[host].sockets.values();
        let states = sockets.flat_map(|socket| socket.states.iter());
        states.map(|(_, state)| state.clone()).collect()
    };
    let client = [
        "SYN_SENT",
        "ESTABLISHED",
        "FIN_WAIT1",
        "FIN_WAIT2",
        "TIME_WAIT",
    ];
    assert_eq!(states("client"), client);
    let server = ["SYN_RECV", "ESTABLISHED", "CLOSE_WAIT", "LAST_ACK"];
    assert_eq!(states("server"), server);
    assert_eq!(state.sockets("server").count(), 0, "it is gone");
    let socket = state.sockets("client").next().expect("in TIME_WAIT");
    let facts = &socket.facts;
    assert_eq!(facts.local.as_deref(), Some("10.0.0.1:50000"));
    assert_eq!(facts.remote.as_deref(), Some("10.0.0.2:8989"));
    assert_eq!(
        (&facts.program, facts.fd, &facts.info),
        (&None, None, &None)
    );
    assert!(state.held.is_empty(), "what passed has passed");
    assert!(state.streams().is_empty() && state.newest_streams().is_none());
    assert!(state.streams_of("client", facts.key).is_none());
    assert!(state.streams_with(SegmentId(4)).is_none());
    assert_eq!(trace.header().started_us, Some(1_700_000_000_000_000));
    assert_eq!((state.kernel.as_str(), state.at_us), ("", 11_000));
}

#[test]
fn segments_are_named_and_their_causes_are_only_those_that_must_be() {
    let capture = sound(&pcap(&whole().frames));
    let (trace, _) = capture.trace(Which::All, 100);
    let state = folded(&trace);
    let again = SegmentId(5);
    assert_eq!(state.segments[&again].copy_of, Some(SegmentId(4)));
    assert_eq!(state.names().of(again), [Named::Retransmission]);
    let cause = |packet: u64| state.causes().of_segment(SegmentId(packet));
    let arrival = |packet: u64| Some(Cause::Arrival(SegmentId(packet)));
    let unknown = Some(Cause::Unknown);
    // SYN, SYN-ACK, ACK; data, again, ACK; data, ACK; FIN, ACK, FIN, ACK.
    let expected = [
        unknown.clone(),
        arrival(1),
        arrival(2),
        unknown.clone(),
        unknown.clone(),
        arrival(5),
        unknown.clone(),
        arrival(7),
        unknown.clone(),
        arrival(9),
        unknown.clone(),
        arrival(11),
    ];
    for (packet, expected) in (1..).zip(expected) {
        assert_eq!(cause(packet), expected.as_ref(), "packet {packet}");
    }
    assert_eq!(capture.packet_of(again), Some(4));
    assert_eq!(capture.packet_of(SegmentId(13)), None);
    assert_eq!(capture.packet_of(SegmentId(0)), None);
}

#[test]
fn who_resets_and_who_is_reset_end_differently() {
    let mut flow = Flow::default();
    flow.handshake().segment(1, "RA", b"");
    let (trace, _) = sound(&pcap(&flow.frames)).trace(Which::All, 100);
    let state = folded(&trace);
    let last = |host: &str| {
        let socket = state.hosts[host].sockets.values().next();
        let socket = socket.expect("one on each side");
        (socket.facts.state.clone(), socket.gone_at_us)
    };
    assert_eq!(last("client"), ("CLOSE".to_owned(), Some(3000)));
    assert_eq!(last("server"), ("ESTABLISHED".to_owned(), Some(3000)));
}

fn hosts(flows: &[Flow]) -> Vec<String> {
    let frames: Vec<Vec<u8>> = flows.iter().flat_map(|flow| flow.frames.clone()).collect();
    let (trace, _) = sound(&pcap(&frames)).trace(Which::All, 100);
    let hosts = trace.header().hosts.iter();
    hosts.map(|host| host.name.clone()).collect()
}

#[test]
fn hosts_are_named_by_what_they_do_as_far_as_that_is_known() {
    let from = |client: [u8; 4], server: [u8; 4]| {
        let mut flow = Flow {
            ends: [client, server],
            ..Flow::default()
        };
        flow.handshake();
        flow
    };
    let (one, two, three) = ([10, 0, 0, 1], [10, 0, 0, 2], [10, 0, 0, 3]);
    assert_eq!(hosts(&[from(one, two)]), ["server", "client"]);
    let several = [from(one, two), from(three, two)];
    assert_eq!(hosts(&several), ["server", "client1", "client2"]);
    let chain = [from(one, two), from(two, three)];
    assert_eq!(hosts(&chain), ["10.0.0.2", "10.0.0.3", "10.0.0.1"]);
    let with_itself = [from(one, one)];
    assert_eq!(hosts(&with_itself), ["server", "client"]);
    let mut under_way = Flow::default();
    under_way.data(b"x");
    assert_eq!(hosts(&[under_way]), ["10.0.0.2", "10.0.0.1"]);
}

#[test]
fn so_many_packets_are_told_and_the_rest_counted() {
    let capture = sound(&pcap(&whole().frames));
    let (trace, left_out) = capture.trace(Which::All, 5);
    assert_eq!(left_out, Some(7));
    assert_eq!(folded(&trace).segments.len(), 5);
}

#[test]
fn what_the_file_says_of_a_packet_is_a_note_and_the_run_can_be_saved() {
    let mut flow = Flow::default();
    flow.handshake();
    let mut blocks = Blocks::new(false);
    blocks.interface(1, 0, &[]);
    for at in 0..5000 {
        blocks.packet(0, at, &[0; 20], &[]);
    }
    blocks.packet(0, 5000, &flow.frames[0], &[(1, b"hello")]);
    let (trace, _) = sound(&blocks.file).trace(Which::All, 5);
    let notes: Vec<String> = folded(&trace)
        .notes
        .iter()
        .map(|(_, text)| text.clone())
        .collect();
    assert_eq!(notes, ["packet 5001: hello"]);
    let mut lines = vec![to_line(trace.header())];
    lines.extend(trace.events().iter().map(event_line));
    assert!(lines[0].contains(r#""wire":"captured""#));
    let again = load(&lines.join("\n")).expect("sound").trace;
    assert_eq!(again, trace);
    assert!(
        again
            .events()
            .iter()
            .any(|e| matches!(e.what, What::Delivered { .. }))
    );
}

#[test]
fn a_run_has_no_more_hosts_than_a_run_can_have() {
    let mut frames = Vec::new();
    for client in 1..200 {
        let mut flow = Flow {
            ends: [[10, 0, 1, client], [10, 0, 0, 2]],
            ..Flow::default()
        };
        flow.handshake();
        frames.extend(flow.frames);
    }
    let (trace, left_out) = sound(&pcap(&frames)).trace(Which::All, 1000);
    let hosts = trace.header().hosts.len();
    assert!((50..=65).contains(&hosts), "{hosts} hosts");
    assert!(left_out.is_some_and(|left_out| left_out > 100));
}

//! Tests of `model::cause`: what made what, over runs that real kernels made.

use sockstep::model::{Cause, State, Thing};
use sockstep::trace::{CallId, Key, SegmentId, load};

fn handshake() -> State {
    let text = include_str!("lessons/handshake.jsonl");
    let trace = load(text).expect("a sound trace").trace;
    State::at(&trace, trace.end())
}

fn call(id: u64) -> Cause {
    Cause::Call(CallId(id))
}

fn arrival(id: u64) -> Cause {
    Cause::Arrival(SegmentId(id))
}

#[test]
fn each_segment_is_a_programs_or_its_kernels() {
    let state = handshake();
    let expected = [
        call(6),    // SYN: connect()
        arrival(0), // SYN-ACK: the server's kernel alone
        arrival(1), // ACK
        call(7),    // data: send()
        arrival(3), // ACK
        call(10),   // data: the server's send()
        arrival(5), // ACK
        call(12),   // FIN: close(), though the program had ended when it was seen
        arrival(7), // ACK
        call(13),   // FIN: the server's close()
        arrival(9), // ACK
    ];
    for (id, expected) in (0..).zip(expected) {
        let found = state.causes().of_segment(SegmentId(id));
        assert_eq!(found, Some(&expected), "segment {id}");
    }
}

#[test]
fn each_call_that_waited_was_woken_by_an_arrival() {
    let state = handshake();
    for (id, expected) in [
        (5, Some(arrival(2))),  // accept(): the third ACK
        (6, Some(arrival(1))),  // connect(): the SYN-ACK
        (8, Some(arrival(3))),  // recv(): the data
        (11, Some(arrival(7))), // recv(): the FIN
        (7, None),              // send() returned at once
        (9, None),              // recv(): the bytes lay there already
        (12, None),
    ] {
        let found = state.causes().of_return(CallId(id));
        assert_eq!(found, expected.as_ref(), "call {id}");
    }
}

#[test]
fn each_state_has_what_brought_it_about() {
    let state = handshake();
    let (client, server) = ("client", "server");
    for (host, key, name, expected) in [
        (server, 251, "LISTEN", call(4)),
        (client, 252, "SYN_SENT", call(6)),
        (server, 253, "SYN_RECV", arrival(0)),
        (client, 252, "ESTABLISHED", arrival(1)),
        (server, 253, "ESTABLISHED", arrival(2)),
        (client, 252, "FIN_WAIT1", call(12)),
        (server, 253, "CLOSE_WAIT", arrival(7)),
        (client, 252, "FIN_WAIT2", arrival(8)),
        (server, 253, "LAST_ACK", call(13)),
        (client, 252, "TIME_WAIT", arrival(9)),
    ] {
        let states = &state.hosts[host].sockets[&Key(key)].states;
        let nth = states.iter().position(|(_, state)| state == name);
        let nth = nth.expect("it was in this state");
        let found = state.causes().of_state(host, Key(key), nth);
        assert_eq!(found, Some(&expected), "{host} {name}");
    }
}

#[test]
fn a_call_is_tied_to_its_segments_their_answers_and_the_call_they_woke() {
    let state = handshake();
    let tied = |thing| state.causes().tied(&state, &thing);
    let connect = tied(Thing::Call(CallId(6)));
    for segment in 0..3 {
        assert!(connect.contains(&Thing::Segment(SegmentId(segment))));
    }
    assert!(connect.contains(&Thing::Call(CallId(5))), "accept() woke");
    assert!(!connect.contains(&Thing::Segment(SegmentId(3))));
    let third = tied(Thing::Segment(SegmentId(2)));
    assert!(third.contains(&Thing::Call(CallId(6))), "it began there");
    let accept = tied(Thing::Call(CallId(5)));
    assert!(accept.contains(&Thing::Segment(SegmentId(2))));
    assert!(!accept.contains(&Thing::Segment(SegmentId(3))));
    let key = Key(253);
    let host = || "server".to_owned();
    let socket = tied(Thing::Socket { host: host(), key });
    assert!(socket.contains(&Thing::Segment(SegmentId(10))));
    assert!(socket.contains(&Thing::State {
        host: host(),
        key,
        nth: 0
    }));
}

/// A second one that the wire made, and one that comes before its turn, wake nobody.
#[test]
fn what_a_reader_gets_begins_with_what_woke_it() {
    let mut compared = 0;
    for run in ["gap", "damaged", "lost-acknowledgment"] {
        let path = format!("lessons/10-reliability/{run}.jsonl");
        let text = std::fs::read_to_string(path).expect("a recorded run");
        let trace = load(&text).expect("a sound trace").trace;
        let state = State::at(&trace, trace.end());
        let calls = state.programs.values().flat_map(|p| p.calls.iter());
        for call in calls.filter(|call| call.name == "recv") {
            let got = call.resolved.as_ref().and_then(|r| r.bytes.as_ref());
            let woken = state.causes().of_return(call.id);
            let (Some(got), Some(Cause::Arrival(id))) = (got, woken) else {
                continue;
            };
            let packet = state.segments[id].packet.as_ref().expect("it was seen");
            assert!(got.starts_with(packet.payload()), "{run}: {call:?} {id}");
            compared += 1;
        }
    }
    assert!(compared > 3, "{compared}");
}

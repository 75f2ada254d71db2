//! Captures made in the test: what is in a file is what the capture tells.

mod files;
mod forms;
mod hostile;
mod real;
mod round;
mod stories;
mod tale;

use std::ops::ControlFlow;

use files::{Flow, pcap};
use sockstep::capture::*;

fn read(bytes: &[u8]) -> Result<Capture, Problem> {
    Capture::read(
        bytes,
        &Limits::default(),
        &mut |_| ControlFlow::Continue(()),
    )
}

fn sound(bytes: &[u8]) -> Capture {
    let capture = read(bytes).expect("a capture");
    assert_eq!(capture.cut_short(), None);
    capture
}

/// `client SYN 0:0 SYN_SENT ?`: who, what, relative numbers, the states of both ends after it.
fn told(capture: &Capture) -> Vec<String> {
    let line = |packet: usize| {
        let row = capture.row(packet);
        let Content::Ip(kind) = row.what else {
            return format!("{:?}", row.what);
        };
        let state = |state: Option<TcpState>| state.map_or("?", TcpState::name);
        let [first, second] = row.states.map(state);
        let numbers = row.tcp.map_or((0, 0), |tcp| (tcp.seq, tcp.ack));
        let side = match row.side {
            Some(Side::First) => ">",
            Some(Side::Second) => "<",
            None => "-",
        };
        let remarks: Vec<String> = row
            .remarks
            .iter()
            .map(|each| format!(" {each:?}"))
            .collect();
        format!(
            "{side} {kind} {}:{} {} | {first} {second}{}",
            numbers.0,
            numbers.1,
            row.length,
            remarks.concat()
        )
    };
    (0..capture.len()).map(line).collect()
}

#[test]
fn a_whole_connection_is_told_with_numbers_and_states() {
    let mut flow = Flow::default();
    flow.handshake().data(b"hello").answer(b"hi!").close();
    let capture = sound(&pcap(&flow.frames));
    assert_eq!(
        told(&capture),
        [
            "> SYN 0:0 0 | SYN_SENT ?",
            "< SYN+ACK 0:1 0 | ESTABLISHED SYN_RECV",
            "> ACK 1:1 0 | ESTABLISHED ESTABLISHED",
            "> data 1:1 5 | ESTABLISHED ESTABLISHED",
            "< ACK 1:6 0 | ESTABLISHED ESTABLISHED",
            "< data 1:6 3 | ESTABLISHED ESTABLISHED",
            "> ACK 6:4 0 | ESTABLISHED ESTABLISHED",
            "> FIN 6:4 0 | FIN_WAIT1 CLOSE_WAIT",
            "< ACK 4:7 0 | FIN_WAIT2 CLOSE_WAIT",
            "< FIN 4:7 0 | TIME_WAIT LAST_ACK",
            "> ACK 7:5 0 | TIME_WAIT CLOSE",
        ]
    );
}

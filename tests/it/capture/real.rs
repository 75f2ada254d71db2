//! Captures that tcpdump made, read by us and by tshark.
//!
//! `loopback.pcap`: two programs on one machine, over IPv4 and IPv6, by TCP and UDP; one connection
//! refused. `cut.pcap`: the same, 60 bytes of each packet. `router.pcap`: all interfaces of a
//! machine that passes packets on, 100 bytes of each, so that every packet is there twice.

use std::io::Write;
use std::process::Command;

use super::*;

const LOOPBACK: &[u8] = include_bytes!("loopback.pcap");
const CUT: &[u8] = include_bytes!("cut.pcap");
const ROUTER: &[u8] = include_bytes!("router.pcap");

/// `tcp.stream`, relative numbers, length and flags of each packet, as tshark prints them.
fn by_tshark(file: &[u8]) -> Option<Vec<String>> {
    if Command::new("tshark").arg("--version").output().is_err() {
        let is_ci = std::env::var_os("CI").is_some();
        assert!(!is_ci, "tshark is missing, and CI must compare captures");
        println!("skipped: no tshark here to compare with");
        return None;
    }
    let mut kept = tempfile::NamedTempFile::new().expect("a temporary file");
    kept.write_all(file).expect("room for it");
    let mut tshark = Command::new("tshark");
    tshark.arg("-r").arg(kept.path()).args(["-T", "fields"]);
    for field in ["tcp.stream", "tcp.seq", "tcp.ack", "tcp.len", "tcp.flags"] {
        tshark.args(["-e", field]);
    }
    let said = tshark.output().expect("it starts").stdout;
    let said = String::from_utf8(said).expect("numbers");
    Some(said.lines().map(|line| line.trim().to_owned()).collect())
}

fn by_us(capture: &Capture) -> Vec<String> {
    let streams = capture.conversations().iter().enumerate();
    let streams = streams.filter(|(_, each)| each.protocol == Protocol::Tcp);
    let streams: Vec<usize> = streams.map(|(id, _)| id).collect();
    let line = |packet: usize| {
        let row = capture.row(packet);
        let Some(tcp) = row.tcp else {
            return String::new();
        };
        let stream = streams.iter().position(|id| row.conversation == Some(*id));
        let flags = [
            (tcp.flags.fin, 1),
            (tcp.flags.syn, 2),
            (tcp.flags.rst, 4),
            (tcp.flags.psh, 8),
            (tcp.flags.ack, 16),
            (tcp.flags.urg, 32),
        ];
        let set = flags.iter().filter(|(is_set, _)| *is_set);
        let flags: u32 = set.map(|(_, bit)| bit).sum();
        let stream = stream.map(|stream| stream.to_string()).unwrap_or_default();
        // The reset of who never said a number: tshark counts it from 1.
        let is_first = tcp.flags.rst && tcp.seq == 0;
        let seq = tcp.seq + u32::from(is_first);
        format!(
            "{stream}\t{seq}\t{}\t{}\t0x{flags:04x}",
            tcp.ack, row.length
        )
    };
    (0..capture.len()).map(line).collect()
}

#[test]
fn tshark_reads_the_same_numbers() {
    for (name, file) in [("loopback", LOOPBACK), ("cut", CUT), ("router", ROUTER)] {
        let capture = sound(file);
        assert!(capture.len() > 20, "{name}");
        if let Some(expected) = by_tshark(file) {
            assert_eq!(by_us(&capture), expected, "{name}");
        }
    }
}

#[test]
fn what_a_router_passed_on_was_not_sent_again() {
    let capture = sound(ROUTER);
    let rows: Vec<Row> = (0..capture.len()).map(|at| capture.row(at)).collect();
    let of = |remark: Remark| {
        let rows = rows.iter().filter(|row| row.remarks.contains(remark));
        rows.filter(|row| row.tcp.is_some()).count()
    };
    let tcp = rows.iter().filter(|row| row.tcp.is_some()).count();
    assert_eq!((of(Remark::Twin) * 2, of(Remark::SentAgain)), (tcp, 0));
    assert_eq!(of(Remark::DuplicateAck), 0);
    assert_eq!(capture.conversations().len(), 1);
    let others: Vec<String> = capture.others().keys().map(ToString::to_string).collect();
    assert_eq!(others, ["ARP"]);
    let last = capture.conversations()[0].states;
    assert_eq!(
        last.map(|state| state.map_or("?", TcpState::name)),
        ["TIME_WAIT", "CLOSE"]
    );
}

#[test]
fn what_a_machine_tells_itself_has_two_ends() {
    let capture = sound(LOOPBACK);
    let ends: Vec<[&str; 2]> = capture
        .conversations()
        .iter()
        .map(|each| each.states.map(|state| state.map_or("?", TcpState::name)))
        .collect();
    let (ended, talk, refused) = (["TIME_WAIT", "CLOSE"], ["?", "?"], ["CLOSE", "CLOSE"]);
    assert_eq!(ends, [ended, talk, refused, ended, talk, refused]);
    let (trace, _) = capture.trace(Which::Conversation(3), 100);
    let hosts = trace.header().hosts.iter().map(|host| host.name.as_str());
    assert_eq!(hosts.collect::<Vec<_>>(), ["server", "client"]);
    assert_eq!(
        trace.header().hosts[0].addresses,
        [std::net::Ipv6Addr::LOCALHOST]
    );
}

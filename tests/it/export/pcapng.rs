//! tshark reads in a capture what the trace says, field by field, for every lesson's run and for
//! what lessons do not do.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::IpAddr;
use std::path::Path;

use sockstep::export::Refusal;
use sockstep::packet::{Packet, Transport, parse};
use sockstep::trace::{SegmentId, Trace, What, WireKind, load};

use super::pcapng;
use super::tshark::{self, Row};
use crate::check::course_runs;
use crate::cli::{file, sockstep};
use crate::lab::is_wire_there;

/// Its number, when, from, to, and its bytes.
type Sent<'a> = (SegmentId, u64, &'a str, Option<&'a str>, &'a [u8]);

/// What happened to each segment, told from the events alone.
#[derive(Default)]
struct Told<'a> {
    sent: Vec<Sent<'a>>,
    ends: BTreeMap<SegmentId, (u64, bool)>,
    corrupted: BTreeMap<SegmentId, (u32, u8)>,
    delayed: BTreeMap<SegmentId, u32>,
    duplicated: BTreeSet<SegmentId>,
}

fn told(trace: &Trace) -> Told<'_> {
    let mut told = Told::default();
    for event in trace.events() {
        let at = event.at_us;
        match &event.what {
            What::Sent {
                segment,
                from,
                to,
                bytes,
                ..
            } => told
                .sent
                .push((*segment, at, from, to.as_deref(), &bytes.0)),
            What::Delivered { segment } => drop(told.ends.insert(*segment, (at, true))),
            What::Dropped { segment } => drop(told.ends.insert(*segment, (at, false))),
            What::Duplicated { segment, .. } => drop(told.duplicated.insert(*segment)),
            What::Corrupted {
                segment, byte, now, ..
            } => drop(told.corrupted.insert(*segment, (*byte, *now))),
            What::Delayed { segment, ms } => drop(told.delayed.insert(*segment, *ms)),
            _ => {}
        }
    }
    told
}

/// A row says what the packet's bytes say.
#[track_caller]
fn same_fields(row: &Row, packet: &Packet) {
    let is = |field: &str, expected: u64| assert_eq!(row.number(field), expected, "{field}");
    is("frame.len", packet.bytes.len() as u64);
    let version = match packet.source {
        IpAddr::V4(_) => "ip",
        IpAddr::V6(_) => "ipv6",
    };
    let source = row.first(&format!("{version}.src"));
    assert_eq!(source.parse(), Ok(packet.source));
    let destination = row.first(&format!("{version}.dst"));
    assert_eq!(destination.parse(), Ok(packet.destination));
    match &packet.transport {
        Transport::Tcp(tcp) => {
            is("tcp.srcport", tcp.source_port.into());
            is("tcp.dstport", tcp.destination_port.into());
            is("tcp.seq_raw", tcp.seq.0.into());
            is("tcp.ack_raw", tcp.ack.0.into());
            is("tcp.window_size_value", tcp.window.into());
            is("tcp.len", packet.payload().len() as u64);
            let f = tcp.flags;
            let bits = [f.fin, f.syn, f.rst, f.psh, f.ack, f.urg];
            let flags = (0..).zip(bits).map(|(n, bit)| u64::from(bit) << n).sum();
            is("tcp.flags", flags);
        }
        Transport::Udp(udp) => {
            is("udp.srcport", udp.source_port.into());
            is("udp.dstport", udp.destination_port.into());
            is("udp.length", udp.length.into());
        }
        Transport::Icmp { kind, code } => {
            let name = version.replace("ip", "icmp");
            is(&format!("{name}.type"), (*kind).into());
            is(&format!("{name}.code"), (*code).into());
        }
        Transport::Other(protocol) => is("ip.proto", (*protocol).into()),
    }
}

fn ms(from: u64, to: u64) -> String {
    let us = to - from;
    format!("{}.{:03} ms", us / 1000, us % 1000)
}

/// Each packet that a kernel sent, once, as it was sent, with what became of it.
fn same_as_sent(trace: &Trace, rows: &[Row]) {
    let told = told(trace);
    assert_eq!(rows.len(), told.sent.len());
    let started = trace.header().started_us.unwrap_or(0);
    for (row, (id, at, from, to, bytes)) in rows.iter().zip(&told.sent) {
        assert_eq!(
            row.troubles(),
            Vec::<String>::new(),
            "segment {id}: {row:?}"
        );
        assert_eq!(row.at_us(), started + at, "segment {id}");
        assert_eq!(row.first("frame.interface_name"), *from, "segment {id}");
        assert_eq!(row.number("frame.packet_flags_direction"), 2, "outbound");
        assert_eq!(row.number("frame.packet_id"), id.0);
        same_fields(row, &parse(bytes).expect("a kernel wrote it"));
        let comments = row.comments();
        let has = |text: &str| assert!(comments.contains(text), "{id}: {text:?} in {comments}");
        match (told.ends.get(id), to) {
            (Some((end, true)), Some(to)) => {
                has(&format!("delivered to {to} after {}", ms(*at, *end)));
            }
            (Some((_, true)), None) => panic!("segment {id} was delivered to nobody"),
            (Some((_, false)), _) => {
                let first = comments.split('|').next().unwrap();
                let is_marked = first.starts_with("DROPPED by ") || first.starts_with("LOST");
                assert!(is_marked, "{id}: {comments}");
            }
            (None, _) => assert!(
                comments.contains("still on the wire") || comments.contains("kept it behind"),
                "{id}: {comments}"
            ),
        }
        if let Some((byte, now)) = told.corrupted.get(id) {
            has(&format!("corrupted on the wire: byte {byte} was 0x"));
            has(&format!("became 0x{now:02x}; here as sent"));
        }
        if let Some(ms) = told.delayed.get(id) {
            has(&format!("delayed on the wire by {ms} ms"));
        }
        if told.duplicated.contains(id) {
            has("duplicated on the wire; the second one: ");
        }
    }
}

/// What a sniffer on that host would have seen.
fn same_as_seen(trace: &Trace, host: &str, rows: &[Row]) {
    let mut told = told(trace);
    // A second one by the wire is what the first one was by then.
    let mut bytes: BTreeMap<SegmentId, (Vec<u8>, Option<&str>)> = BTreeMap::new();
    let mut expected = Vec::new();
    for event in trace.events() {
        match &event.what {
            What::Sent {
                segment,
                from,
                to,
                bytes: sent,
                ..
            } => {
                bytes.insert(*segment, (sent.0.clone(), to.as_deref()));
                if from == host {
                    expected.push((2, *segment, event.at_us, sent.0.clone()));
                }
            }
            What::Corrupted {
                segment, byte, now, ..
            } => {
                let (bytes, _) = bytes.get_mut(segment).unwrap();
                bytes[*byte as usize] = *now;
            }
            What::Duplicated { segment, copy } => {
                let as_it_is = bytes[segment].clone();
                bytes.insert(*copy, as_it_is);
                if let Some(corrupted) = told.corrupted.get(segment).copied() {
                    told.corrupted.insert(*copy, corrupted);
                }
            }
            What::Delivered { segment } => {
                let (bytes, to) = &bytes[segment];
                if *to == Some(host) {
                    expected.push((1, *segment, event.at_us, bytes.clone()));
                }
            }
            _ => {}
        }
    }
    assert_eq!(rows.len(), expected.len(), "{host}");
    let started = trace.header().started_us.unwrap_or(0);
    for (row, (way, id, at, bytes)) in rows.iter().zip(expected) {
        assert_eq!(row.first("frame.interface_name"), host);
        assert_eq!(row.number("frame.packet_flags_direction"), way, "{id}");
        assert_eq!(row.number("frame.packet_id"), id.0);
        assert_eq!(row.at_us(), started + at);
        let is_corrupted = way == 1 && told.corrupted.contains_key(&id);
        assert_eq!(!row.troubles().is_empty(), is_corrupted, "{id}: {row:?}");
        if let Ok(packet) = parse(&bytes) {
            same_fields(row, &packet);
        }
        if is_corrupted {
            assert!(row.comments().contains("here as arrived"), "{row:?}");
        }
    }
}

fn trace_of(path: &Path) -> Trace {
    let text = fs::read_to_string(path).expect("a saved run");
    load(&text).expect("a sound run").trace
}

/// As the whole, and as each host saw it. Those with the same interfaces are read by one tshark,
/// which takes a third of a second to start: a pcapng file may have many sections. (tshark 4.0
/// takes the names of interfaces from the first of them.)
fn compare(traces: &[Trace]) {
    let mut groups: BTreeMap<Vec<&str>, Vec<(&Trace, Option<&str>)>> = BTreeMap::new();
    for trace in traces {
        let hosts = trace.header().hosts.iter();
        let hosts: Vec<&str> = hosts.map(|host| host.name.as_str()).collect();
        for host in &hosts {
            let group = groups.entry(vec![host]).or_default();
            group.push((trace, Some(host)));
        }
        groups.entry(hosts).or_default().push((trace, None));
    }
    for views in groups.values() {
        let files = views.iter().map(|(trace, host)| pcapng(trace, *host));
        let files: Vec<Vec<u8>> = files.collect::<Result<_, _>>().expect("they were seen");
        let rows = tshark::rows(&files.concat());
        let mut rows = rows.as_slice();
        for (trace, host) in views {
            let (own, rest) = rows.split_at(packets(trace, *host));
            match host {
                None => same_as_sent(trace, own),
                Some(host) => same_as_seen(trace, host, own),
            }
            rows = rest;
        }
        assert!(rows.is_empty(), "{} packets too many", rows.len());
    }
}

/// How many packets of a run are seen.
fn packets(trace: &Trace, by: Option<&str>) -> usize {
    let told = told(trace);
    let sent = told.sent.iter();
    let sent = sent.filter(|(_, _, from, ..)| by.is_none_or(|host| host == *from));
    sent.count() + by.map_or(0, |host| arrivals(trace, host))
}

fn arrivals(trace: &Trace, host: &str) -> usize {
    let mut to: BTreeMap<SegmentId, Option<&str>> = BTreeMap::new();
    let mut count = 0;
    for event in trace.events() {
        match &event.what {
            What::Sent { segment, to: t, .. } => drop(to.insert(*segment, t.as_deref())),
            What::Duplicated { segment, copy } => {
                let same = to[segment];
                to.insert(*copy, same);
            }
            What::Delivered { segment } if to[segment] == Some(host) => count += 1,
            _ => {}
        }
    }
    count
}

#[test]
fn every_lessons_run_is_read_as_the_trace_tells_it() {
    if !tshark::is_there() || !is_wire_there() {
        return;
    }
    let (_, folder) = course_runs();
    let mut paths: Vec<_> = (fs::read_dir(folder).unwrap().flatten())
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    assert!(paths.len() > 90, "{} runs", paths.len());
    let traces: Vec<Trace> = paths.iter().map(|path| trace_of(path)).collect();
    let (held, inferred): (Vec<Trace>, Vec<Trace>) =
        (traces.into_iter()).partition(|trace| trace.header().wire == WireKind::Held);
    for trace in &inferred {
        assert_eq!(pcapng(trace, None), Err(Refusal::NothingSeen));
    }
    // Some of each, or the comparison says less than it seems to.
    let whats = held.iter().flat_map(Trace::events).map(|event| &event.what);
    let (mut dropped, mut corrupted, mut duplicated, mut absorbed) = (0, 0, 0, 0);
    for what in whats {
        match what {
            What::Dropped { .. } => dropped += 1,
            What::Corrupted { .. } => corrupted += 1,
            What::Duplicated { .. } => duplicated += 1,
            What::Sent { absorbed: true, .. } => absorbed += 1,
            _ => {}
        }
    }
    let least = [dropped, corrupted, duplicated, absorbed].into_iter().min();
    assert!(
        least > Some(0),
        "{dropped} {corrupted} {duplicated} {absorbed}"
    );
    compare(&held);
}

const SERVER6: &str = "\
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
s.bind(('::', 8989))
s.listen()
for _ in range(2):
    c, a = s.accept()
    got = c.recv(100)
    c.send(got.upper())
    c.close()
";
const CLIENT6: &str = "\
import socket
u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
u.connect(('fd00::2', 9999))
u.send('在吗'.encode())
try:
    u.recv(100)
except OSError as error:
    print(error)
c = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
c.connect(('fd00::2', 8989))
c.send(b'x|y\\tz')
print(c.recv(100))
c.close()
";

/// IPv6, UDP, ICMPv6, three hosts, a delay, the kernel's own timers, a run that is stopped.
#[test]
fn what_no_lesson_does_is_read_as_the_trace_tells_it_too() {
    if !tshark::is_there() || !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let server = file(folder.path(), "s.py", SERVER6);
    let client = file(folder.path(), "c.py", CLIENT6);
    let save = folder.path().join("run.jsonl");
    let save = save.to_str().unwrap();
    let addresses = [
        "--server-ip",
        "fd00::2",
        "--client-ip",
        "fd00::11",
        "--client-ip",
        "fd00::12",
    ];
    let mut traces = Vec::new();
    for options in [
        &[
            "--delay",
            "client1 data 1 0.05",
            "--duplicate",
            "client2 SYN 1",
        ][..],
        &["--timers", "natural", "--together"],
        &["--corrupt", "client1 data 1", "--drop", "client2 ACK 1"],
        &["--steps", "20"],
    ] {
        let programs = ["run", &server, &client, &client, "--save", save];
        let output = sockstep(&[&programs, &addresses[..], options].concat());
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 3)), "{options:?}: {output:?}");
        traces.push(trace_of(Path::new(save)));
    }
    let kinds = traces
        .iter()
        .flat_map(Trace::events)
        .filter_map(|event| match &event.what {
            What::Sent { bytes, .. } => Some(parse(&bytes.0).unwrap().kind().to_string()),
            What::Delayed { .. } => Some("delayed".to_owned()),
            _ => None,
        });
    let kinds: Vec<String> = kinds.collect();
    for kind in ["SYN", "UDP", "ICMP", "FIN", "delayed"] {
        assert!(
            kinds.iter().any(|each| each == kind),
            "no {kind} in {kinds:?}"
        );
    }
    compare(&traces);
}

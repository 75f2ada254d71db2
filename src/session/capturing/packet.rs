//! One packet of a capture as a run of its own, so that the inspector takes it apart like any
//! other segment.
//!
//! In: a capture and a packet's number. Out: a trace of that packet, and before it of the first
//! ones of its conversation: from those come relative numbers and the windows' scale.

use std::net::IpAddr;

use crate::capture::{Capture, Side};
use crate::trace::{
    Bytes, Event, Header, HostSetup, Name, SegmentId, Setup, Trace, What, WireKind,
};

/// So many of a conversation's first packets are looked at for the first one of each direction.
const FIRST: usize = 64;

const ENDS: [&str; 2] = ["client", "server"];

pub fn trace_of(capture: &Capture, packet: usize) -> Trace {
    let row = capture.row(packet);
    let conversation = row.conversation;
    let of = conversation.and_then(|of| capture.conversations().get(of));
    let addresses = match (of, row.hosts) {
        (Some(of), _) => Some(of.ends.map(|end| end.ip())),
        (None, Some((from, to))) => Some([from, to]),
        (None, None) => None,
    };
    let mut trace = Trace::new(header(addresses.as_ref().map_or(&[], |both| &both[..])));
    for each in firsts(capture, conversation, packet) {
        push(&mut trace, capture, each);
    }
    push(&mut trace, capture, packet);
    trace
}

/// Of a run between these two.
pub fn header(addresses: &[IpAddr]) -> Header {
    let hosts = ENDS.iter().zip(addresses);
    let setup = Setup {
        hosts: hosts
            .map(|(name, address)| HostSetup {
                name: (*name).to_owned(),
                addresses: vec![*address],
            })
            .collect(),
        ..Setup::default()
    };
    Header::new(&setup, String::new(), WireKind::Captured)
}

/// What a packet is called in a trace of its capture: as people count, from 1.
pub fn segment_of(packet: usize) -> SegmentId {
    SegmentId(packet as u64 + 1)
}

/// The first packet of each direction, as far as they come before this one.
fn firsts(capture: &Capture, conversation: Option<usize>, packet: usize) -> Vec<usize> {
    let Some(conversation) = conversation else {
        return Vec::new();
    };
    let mut found: [Option<usize>; 2] = [None, None];
    for each in capture.packets_of(conversation).iter().take(FIRST) {
        let each = *each as usize;
        if each >= packet {
            break;
        }
        let side = capture.row(each).side.map_or(0, Side::index);
        found[side].get_or_insert(each);
    }
    let mut found: Vec<usize> = found.into_iter().flatten().collect();
    found.sort_unstable();
    found
}

fn push(trace: &mut Trace, capture: &Capture, packet: usize) {
    let row = capture.row(packet);
    let segment = segment_of(packet);
    let [from, to]: [Name; 2] = match row.side {
        Some(Side::First) | None => ENDS.map(str::to_owned),
        Some(Side::Second) => [ENDS[1].to_owned(), ENDS[0].to_owned()],
    };
    let sent = What::Sent {
        segment,
        from,
        to: Some(to),
        bytes: Bytes(capture.bytes(packet).to_vec()),
        copy_of: None,
        absorbed: false,
        reason: None,
    };
    for what in [sent, What::Delivered { segment }, What::Rest] {
        trace.push(Event {
            n: trace.events().len() as u64,
            at_us: u64::try_from(row.at_ns / 1_000).unwrap_or(0),
            what,
        });
    }
}

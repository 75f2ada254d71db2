//! One packet as it is shown: read from its bytes when it is asked for.

use std::net::IpAddr;

use super::Capture;
use super::conversation::Side;
use super::index::NONE;
use super::link::{Other, Passing};
use super::state::TcpState;
use crate::packet::{self, Over};
use crate::packet::{Flags, Kind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Since the first packet; less than 0 where the capture's clock went backwards.
    pub at_ns: i64,
    pub what: Content,
    /// The IP addresses; none where there is no IP.
    pub hosts: Option<(IpAddr, IpAddr)>,
    /// The ports; none where there are none.
    pub ports: Option<(u16, u16)>,
    /// In [`Capture::conversations`].
    pub conversation: Option<usize>,
    /// Which of the conversation's ends sent it.
    pub side: Option<Side>,
    pub tcp: Option<TcpNumbers>,
    /// Bytes of the program's, as the headers tell it; the capture may hold fewer.
    pub length: u32,
    /// The states of both ends after it, inferred; the first end's first.
    pub states: [Option<TcpState>; 2],
    pub remarks: Remarks,
    /// Which duplicate ACK in a row; 0 where it is none.
    pub again: u32,
    /// In [`Capture::interfaces`].
    pub interface: usize,
    pub passing: Option<Passing>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// An IP packet.
    Ip(Kind),
    Other(Other),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpNumbers {
    pub flags: Flags,
    /// Counted from the first of its direction.
    pub seq: u32,
    /// 0 where it acknowledges nothing, or nothing of what was captured.
    pub ack: u32,
    /// In bytes, scaled where both SYNs were captured and said so.
    pub window: u32,
}

/// What can be said of a packet beyond its headers, inferred from what passed before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// All that is in it had passed before.
    SentAgain,
    /// Earlier bytes had not passed when it did.
    OutOfOrder,
    /// It brings bytes that later ones had overtaken: late, or sent again after a loss that the
    /// capture did not see.
    FillsGap,
    /// It acknowledges the same as the one before it, while more is on its way.
    DuplicateAck,
    ZeroWindow,
    /// Nothing new but room.
    WindowUpdate,
    WindowProbe,
    Keepalive,
    /// The same packet was captured before, at another place of its way through the machine.
    Twin,
    /// The capture holds only its beginning.
    Cut,
    /// One part of an IP packet that was sent in several.
    Fragment,
    /// The file does not say when: it is shown at the time of the one before it.
    NoTime,
}

impl Remark {
    pub const ALL: [Self; 12] = [
        Self::SentAgain,
        Self::OutOfOrder,
        Self::FillsGap,
        Self::DuplicateAck,
        Self::ZeroWindow,
        Self::WindowUpdate,
        Self::WindowProbe,
        Self::Keepalive,
        Self::Twin,
        Self::Cut,
        Self::Fragment,
        Self::NoTime,
    ];
}

/// Any number of remarks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remarks(u16);

impl Remarks {
    pub fn add(&mut self, remark: Remark) {
        self.0 |= 1 << remark as u16;
    }

    pub fn join(&mut self, others: Self) {
        self.0 |= others.0;
    }

    pub fn contains(self, remark: Remark) -> bool {
        self.0 & (1 << remark as u16) != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Remark> {
        Remark::ALL
            .into_iter()
            .filter(move |remark| self.contains(*remark))
    }
}

pub(super) fn row(capture: &Capture, packet: usize) -> Row {
    let entry = &capture.entries[packet];
    let mut row = Row {
        at_ns: entry.at_ns,
        what: entry.content(),
        hosts: None,
        ports: None,
        conversation: (entry.conversation != NONE).then_some(entry.conversation as usize),
        side: (entry.conversation != NONE).then(|| entry.side()),
        tcp: None,
        length: entry.length,
        states: entry.states(),
        remarks: entry.remarks,
        again: u32::from(entry.again),
        interface: usize::from(entry.interface),
        passing: entry.passing(),
    };
    let Content::Ip(_) = row.what else {
        return row;
    };
    let Some(heads) = packet::heads(capture.bytes(packet), 0) else {
        return row;
    };
    row.hosts = Some((heads.source, heads.destination));
    match heads.over {
        Over::Udp { ports, .. } => row.ports = Some(ports),
        Over::Tcp(tcp) => {
            row.ports = Some(tcp.ports);
            row.tcp = Some(numbers(capture, packet, &tcp));
        }
        Over::Icmp | Over::Nothing { .. } => {}
    }
    row
}

fn numbers(capture: &Capture, packet: usize, tcp: &packet::TcpHead) -> TcpNumbers {
    let entry = &capture.entries[packet];
    let conversation = capture.conversation_of(entry);
    let side = entry.side();
    let first = |side: Side| conversation.and_then(|all| all.first_seq[side.index()]);
    let scale = conversation.map_or(0, |all| all.scale(side));
    let shift = if tcp.flags.syn { 0 } else { scale };
    TcpNumbers {
        flags: tcp.flags,
        seq: first(side).map_or(0, |first| tcp.seq.since(first)),
        ack: match first(side.other()) {
            Some(first) if tcp.flags.ack => tcp.ack.since(first),
            Some(_) | None => 0,
        },
        window: u32::from(tcp.window) << shift,
    }
}

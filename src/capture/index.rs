//! What is remembered of each packet beside its bytes, in 40 bytes.
//!
//! In: packets as they come out of a file. Out: a [`Capture`].

use std::collections::BTreeMap;

use super::conversation::{Conversations, Side};
use super::frames::{CutShort, Frame, Sink};
use super::link::{self, Other, Passing};
use super::row::{Content, Remark, Remarks};
use super::state::TcpState;
use super::store::{Place, Store};
use super::twin::Twins;
use super::{Capture, Interface};
use crate::packet::Kind;
use crate::packet::{self, Over};

/// No conversation.
pub const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub at_ns: i64,
    pub place: Place,
    /// Bytes in the store.
    pub kept: u32,
    /// Payload; of what is no IP, its EtherType or link type.
    pub length: u32,
    pub conversation: u32,
    pub remarks: Remarks,
    pub interface: u16,
    sort: u8,
    states: u8,
    bits: u8,
    /// Which duplicate ACK in a row; no more than fits.
    pub again: u8,
}

const SECOND: u8 = 1;
const IN: u8 = 2;
const OUT: u8 = 4;

const KINDS: [Kind; 9] = [
    Kind::Syn,
    Kind::SynAck,
    Kind::Ack,
    Kind::Data,
    Kind::Fin,
    Kind::Rst,
    Kind::Datagram,
    Kind::Icmp,
    Kind::Other,
];
const ETHER: u8 = 16;
const LLC: u8 = 17;
const LINK: u8 = 18;
const BROKEN: u8 = 19;

const STATES: [TcpState; 10] = [
    TcpState::SynSent,
    TcpState::SynReceived,
    TcpState::Established,
    TcpState::FinWait1,
    TcpState::FinWait2,
    TcpState::CloseWait,
    TcpState::Closing,
    TcpState::LastAck,
    TcpState::TimeWait,
    TcpState::Closed,
];

impl Entry {
    pub fn content(&self) -> Content {
        match self.sort {
            ETHER => Content::Other(Other::Ether(self.length as u16)),
            LLC => Content::Other(Other::Llc),
            LINK => Content::Other(Other::Link(self.length)),
            sort => match KINDS.get(usize::from(sort)) {
                Some(kind) => Content::Ip(*kind),
                None => Content::Other(Other::Broken),
            },
        }
    }

    pub fn side(&self) -> Side {
        match self.bits & SECOND {
            0 => Side::First,
            _ => Side::Second,
        }
    }

    pub fn passing(&self) -> Option<Passing> {
        match (self.bits & IN, self.bits & OUT) {
            (0, 0) => None,
            (0, _) => Some(Passing::Out),
            _ => Some(Passing::In),
        }
    }

    pub fn states(&self) -> [Option<TcpState>; 2] {
        [self.states & 15, self.states >> 4]
            .map(|place| STATES.get(usize::from(place).wrapping_sub(1)).copied())
    }

    /// The end was not in CLOSE_WAIT: its own FIN, which comes later, says so.
    fn close_later(&mut self, side: Side) {
        let mut states = self.states();
        let state = &mut states[side.index()];
        if *state == Some(TcpState::CloseWait) {
            *state = Some(TcpState::Established);
        }
        self.set_states(states);
    }

    fn set_kind(&mut self, kind: Kind) {
        let place = KINDS.iter().position(|each| *each == kind);
        self.sort = place.expect("every kind is in the list") as u8;
    }

    fn set_other(&mut self, other: Other) {
        (self.sort, self.length) = match other {
            Other::Ether(kind) => (ETHER, u32::from(kind)),
            Other::Llc => (LLC, 0),
            Other::Link(link) => (LINK, link),
            Other::Broken => (BROKEN, 0),
        };
    }

    fn set_states(&mut self, states: [Option<TcpState>; 2]) {
        let [first, second] = states.map(|state| {
            let place = STATES.iter().position(|each| Some(*each) == state);
            place.map_or(0, |place| place as u8 + 1)
        });
        self.states = first | second << 4;
    }
}

/// A capture that is being read.
#[derive(Debug, Default)]
pub struct Index {
    store: Store,
    entries: Vec<Entry>,
    conversations: Conversations,
    interfaces: Vec<Interface>,
    comments: Vec<(u32, Box<str>)>,
    twins: Twins,
    others: BTreeMap<Other, usize>,
    started_ns: Option<i64>,
    newest_ns: i64,
}

impl Sink for Index {
    fn interface(&mut self, interface: Interface) {
        self.interfaces.push(interface);
    }

    fn packets(&self) -> usize {
        self.entries.len()
    }

    fn frame(&mut self, frame: &Frame<'_>) {
        let mut remarks = Remarks::default();
        let at_ns = self.time(frame.at_ns, &mut remarks);
        let link = self.interfaces.get(frame.interface).map_or(0, |i| i.link);
        let inside = link::inside(link, frame.bytes);
        let passing = frame.passing.or(inside.passing);
        let mut entry = Entry {
            at_ns,
            place: Place::default(),
            kept: 0,
            length: 0,
            conversation: NONE,
            remarks,
            interface: u16::try_from(frame.interface).unwrap_or(u16::MAX),
            sort: BROKEN,
            states: 0,
            bits: match passing {
                None => 0,
                Some(Passing::In) => IN,
                Some(Passing::Out) => OUT,
            },
            again: 0,
        };
        let read = inside.ip.and_then(|at| {
            let bytes = &frame.bytes[at..];
            let heads = packet::heads(bytes, frame.left_out).ok_or(Other::Broken)?;
            Ok((&bytes[..heads.kept], heads))
        });
        let bytes = match read {
            Ok((bytes, heads)) => {
                let seen_at = (frame.interface as u32, inside.interface, passing);
                let number = self.entries.len() as u32;
                let has_twins = self.interfaces.len() > 1 || passing.is_some();
                let is_twin = has_twins && {
                    let earlier = |packet: u32| {
                        let entry: &Entry = &self.entries[packet as usize];
                        self.store.get(entry.place, entry.kept)
                    };
                    self.twins.passed(number, bytes, at_ns, seen_at, earlier)
                };
                self.read(&mut entry, &heads, is_twin);
                bytes
            }
            Err(other) => {
                entry.set_other(other);
                *self.others.entry(other).or_default() += 1;
                if frame.left_out > 0 {
                    entry.remarks.add(Remark::Cut);
                }
                frame.bytes
            }
        };
        entry.place = self.store.push(bytes);
        entry.kept = bytes.len() as u32;
        for comment in &frame.comments {
            let number = self.entries.len() as u32;
            self.comments.push((number, comment.as_str().into()));
        }
        self.entries.push(entry);
    }
}

impl Index {
    /// Since the first packet.
    fn time(&mut self, at_ns: Option<i64>, remarks: &mut Remarks) -> i64 {
        match at_ns {
            Some(at_ns) => {
                let started = *self.started_ns.get_or_insert(at_ns);
                self.newest_ns = at_ns.saturating_sub(started);
            }
            None => remarks.add(Remark::NoTime),
        }
        self.newest_ns
    }

    fn read(&mut self, entry: &mut Entry, heads: &packet::Heads, is_twin: bool) {
        let (kind, length) = match heads.over {
            Over::Tcp(tcp) => (tcp.kind(), tcp.payload),
            Over::Udp { payload, .. } => (Kind::Datagram, payload),
            Over::Icmp => (Kind::Icmp, 0),
            Over::Nothing { payload } => (Kind::Other, payload),
        };
        entry.set_kind(kind);
        entry.length = length;
        let part = self.conversations.passed(heads, entry.at_ns, is_twin);
        if let Some(part) = part {
            entry.conversation = part.conversation;
            entry.set_states(part.states);
            entry.remarks.join(part.remarks);
            entry.again = part.again.min(255) as u8;
            if part.side == Side::Second {
                entry.bits |= SECOND;
            }
        }
        let more = [
            (is_twin, Remark::Twin),
            (heads.missing > 0, Remark::Cut),
            (heads.is_fragment, Remark::Fragment),
        ];
        for (_, remark) in more.into_iter().filter(|(is_so, _)| *is_so) {
            entry.remarks.add(remark);
        }
    }

    pub fn finish(mut self, cut_short: Option<CutShort>) -> Capture {
        self.store.shrink();
        self.entries.shrink_to_fit();
        let (mut conversations, crossings) = self.conversations.finish();
        conversations.shrink_to_fit();
        let mut from = 0;
        for conversation in &mut conversations {
            conversation.from = from;
            from += conversation.packets;
        }
        let mut next: Vec<usize> = conversations.iter().map(|each| each.from).collect();
        let mut of_conversations = vec![0; from];
        for (number, entry) in self.entries.iter().enumerate() {
            if let Some(place) = next.get_mut(entry.conversation as usize) {
                of_conversations[*place] = number as u32;
                *place += 1;
            }
        }
        for (id, side) in crossings {
            let conversation = &conversations[id as usize];
            let packets = conversation.from..conversation.from + conversation.packets;
            for packet in &of_conversations[packets] {
                self.entries[*packet as usize].close_later(side);
            }
        }
        Capture {
            store: self.store,
            entries: self.entries,
            conversations,
            of_conversations,
            interfaces: self.interfaces,
            comments: self.comments,
            twins: self.twins.found(),
            others: self.others,
            started_ns: self.started_ns,
            cut_short,
        }
    }
}

//! Who talked with whom: one TCP connection, or all UDP between two ports.
//!
//! In: heads of packets. Out: which conversation each belongs to and which end sent it. A new SYN
//! between two ports begins a new conversation.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use super::row::{Remark, Remarks};
use super::state::{Ends, TcpState};
use super::way::Way;
use crate::packet::{Heads, Over, SeqNo, TcpHead as Tcp};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    Tcp,
    Udp,
}

/// Which of the two ends of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    First,
    Second,
}

impl Side {
    pub const BOTH: [Self; 2] = [Self::First, Self::Second];

    pub fn index(self) -> usize {
        match self {
            Self::First => 0,
            Self::Second => 1,
        }
    }

    pub fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

/// Why the first end is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opener {
    /// It sent the SYN, or was answered with a SYN-ACK.
    Syn,
    /// The first that was captured is its own: of UDP, who spoke first; of TCP, a connection that
    /// was under way already, of which nobody knows who opened it.
    Spoke,
}

#[derive(Clone, Debug)]
pub struct Conversation {
    pub protocol: Protocol,
    pub ends: [SocketAddr; 2],
    pub opener: Opener,
    /// Nanoseconds since the first packet of the capture.
    pub started_ns: i64,
    pub ended_ns: i64,
    pub packets: usize,
    /// Bytes of programs that passed from each end, those sent again among them.
    pub payload: [u64; 2],
    /// After the last packet, inferred.
    pub states: [Option<TcpState>; 2],
    /// Segments with nothing in them that had not passed before.
    pub sent_again: u32,
    /// The first sequence number of each direction: where relative numbers start.
    pub first_seq: [Option<SeqNo>; 2],
    /// The window scale that each SYN offered (RFC 7323 section 2.2); both must, for it to count.
    pub scales: [Option<u8>; 2],
    /// Where its packets begin in the list of all.
    pub(super) from: usize,
}

impl Conversation {
    /// How far a window in a segment of this conversation that is no SYN is shifted.
    pub fn scale(&self, side: Side) -> u8 {
        match self.scales {
            [Some(_), Some(_)] => self.scales[side.index()].map_or(0, |scale| scale.min(14)),
            _ => 0,
        }
    }
}

/// The two ends, the smaller first, so that both directions find the same.
type Pair = (Protocol, (IpAddr, u16), (IpAddr, u16));

/// What is remembered while a capture is read.
#[derive(Debug, Default)]
pub struct Conversations {
    all: Vec<Conversation>,
    /// Of TCP only: a file may hold very many short talks by UDP.
    tracks: Vec<Option<Box<Track>>>,
    newest: HashMap<Pair, u32>,
    /// Who closed before the peer's FIN had arrived.
    crossings: Vec<(u32, Side)>,
    /// The pair of the packet before: mostly it is the same again.
    last: Option<(Pair, u32)>,
}

#[derive(Debug, Default)]
struct Track {
    ends: Ends,
    ways: [Way; 2],
}

/// What one packet is in its conversation.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub conversation: u32,
    pub side: Side,
    pub states: [Option<TcpState>; 2],
    pub remarks: Remarks,
    /// Which duplicate ACK in a row.
    pub again: u32,
}

impl Conversations {
    /// The conversation of a packet that has ports. `is_twin`: it was counted before.
    pub fn passed(&mut self, heads: &Heads, at_ns: i64, is_twin: bool) -> Option<Part> {
        let (protocol, ports, payload, tcp) = match heads.over {
            Over::Tcp(tcp) => (Protocol::Tcp, tcp.ports, tcp.payload, Some(tcp)),
            Over::Udp { ports, payload } => (Protocol::Udp, ports, payload, None),
            Over::Icmp | Over::Nothing { .. } => return None,
        };
        let from = SocketAddr::new(heads.source, ports.0);
        let to = SocketAddr::new(heads.destination, ports.1);
        let id = self.find(protocol, (from, to), tcp.as_ref(), at_ns)?;
        let conversation = &mut self.all[id as usize];
        let side = conversation.side(from);
        conversation.packets += 1;
        conversation.ended_ns = conversation.ended_ns.max(at_ns);
        let mut part = Part {
            conversation: id,
            side,
            states: conversation.states,
            remarks: Remarks::default(),
            again: 0,
        };
        if is_twin {
            return Some(part);
        }
        conversation.payload[side.index()] += u64::from(payload);
        if let (Some(tcp), Some(track)) = (&tcp, &mut self.tracks[id as usize]) {
            if conversation.numbers(side, tcp) {
                track.ways[side.index()] = Way::default();
            }
            let mut way = std::mem::take(&mut track.ways[side.index()]);
            (part.remarks, part.again) = way.passed(tcp, &track.ways[side.other().index()]);
            track.ways[side.index()] = way;
            if track.ends.passed(side, tcp) {
                self.crossings.push((id, side));
            }
            conversation.states = track.ends.states();
            part.states = conversation.states;
            let again = part.remarks.contains(Remark::SentAgain);
            conversation.sent_again += u32::from(again);
        }
        Some(part)
    }

    /// All of them, where the packets of each begin left open; and who, in which, closed before
    /// the peer's FIN had arrived.
    pub fn finish(self) -> (Vec<Conversation>, Vec<(u32, Side)>) {
        (self.all, self.crossings)
    }

    fn find(
        &mut self,
        protocol: Protocol,
        (from, to): (SocketAddr, SocketAddr),
        tcp: Option<&Tcp>,
        at_ns: i64,
    ) -> Option<u32> {
        let [own, other] = [from, to].map(|end| (end.ip(), end.port()));
        let pair = (protocol, own.min(other), own.max(other));
        let known = match self.last {
            Some((last, id)) if last == pair => Some(id),
            Some(_) | None => self.newest.get(&pair).copied(),
        };
        let known = known.filter(|id| {
            let conversation = &self.all[*id as usize];
            !tcp.is_some_and(|tcp| conversation.is_over_for(from, tcp))
        });
        let id = match known {
            Some(id) => id,
            None => {
                let id = u32::try_from(self.all.len()).ok()?;
                self.all.push(opened(protocol, (from, to), tcp, at_ns));
                self.tracks.push(tcp.map(|_| Box::default()));
                self.newest.insert(pair, id);
                id
            }
        };
        self.last = Some((pair, id));
        Some(id)
    }
}

fn opened(
    protocol: Protocol,
    (from, to): (SocketAddr, SocketAddr),
    tcp: Option<&Tcp>,
    at_ns: i64,
) -> Conversation {
    let is_syn = tcp.is_some_and(|tcp| tcp.flags.syn);
    let is_answer = tcp.is_some_and(|tcp| tcp.flags.syn && tcp.flags.ack);
    Conversation {
        protocol,
        ends: if is_answer { [to, from] } else { [from, to] },
        opener: if is_syn { Opener::Syn } else { Opener::Spoke },
        started_ns: at_ns,
        ended_ns: at_ns,
        packets: 0,
        payload: [0; 2],
        states: [None; 2],
        sent_again: 0,
        first_seq: [None; 2],
        scales: [None; 2],
        from: 0,
    }
}

impl Conversation {
    /// Whether this SYN opens another one between the same ports.
    fn is_over_for(&self, from: SocketAddr, tcp: &Tcp) -> bool {
        if !tcp.flags.syn || tcp.flags.ack {
            return false;
        }
        let side = self.side(from);
        match self.first_seq[side.index()] {
            Some(first) => first != tcp.seq,
            // Both may open at once (RFC 9293 section 3.5); else it was under way.
            None => self.opener == Opener::Spoke,
        }
    }

    pub(super) fn side(&self, from: SocketAddr) -> Side {
        match from == self.ends[0] {
            true => Side::First,
            false => Side::Second,
        }
    }

    /// Where its numbers begin. True when a SYN begins them anew.
    fn numbers(&mut self, side: Side, tcp: &Tcp) -> bool {
        let first = &mut self.first_seq[side.index()];
        if tcp.flags.syn {
            self.scales[side.index()] = tcp.scale;
            return first.replace(tcp.seq).is_some_and(|known| known != tcp.seq);
        }
        if !tcp.flags.rst {
            first.get_or_insert(tcp.seq);
        }
        false
    }
}

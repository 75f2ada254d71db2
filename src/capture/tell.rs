//! A capture as a run: the same events that a lab tells, so that the same fold shows it.
//!
//! In: packets with their inferred states. Out: a [`Trace`] in which every packet was sent and
//! delivered as it passed, and sockets have states, addresses and nothing else: no kernel was
//! asked for its queues, and nobody knows of programs.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::conversation::Side;
use super::roles::Roles;
use super::row::{Content, Remark};
use super::state::TcpState;
use super::{Capture, index::NONE};
use crate::packet::{self, Heads, Over};
use crate::trace::{
    Bytes, Event, Header, Key, MOST_HOSTS, Name, SegmentId, Setup, SocketFacts, Trace, What,
    WireKind,
};

/// Letters of one comment: a file may hold megabytes of them.
const LONGEST_NOTE: usize = 4096;

/// What of a capture is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    All,
    /// One of [`Capture::conversations`].
    Conversation(usize),
}

pub fn trace(capture: &Capture, which: Which, most: usize) -> (Trace, Option<usize>) {
    let is_told = |packet: &usize| {
        matches!(capture.entries[*packet].content(), Content::Ip(_))
            && !capture.entries[*packet].remarks.contains(Remark::Twin)
    };
    let all: Vec<usize> = match which {
        Which::All => (0..capture.len()).filter(is_told).collect(),
        Which::Conversation(id) => {
            let packets = capture.packets_of(id).iter().map(|packet| *packet as usize);
            packets.filter(is_told).collect()
        }
    };
    let told = &all[..all.len().min(most)];
    let told = &told[..as_many_as_have_hosts(capture, told)];
    let left_out = all.len() - told.len();
    let roles = roles(capture, told);
    let first_ns = told.first().map_or(0, |packet| capture.at_ns(*packet));
    let setup = Setup {
        hosts: roles.hosts(),
        ..Setup::default()
    };
    let mut header = Header::new(&setup, String::new(), WireKind::Captured);
    let started_ns = capture
        .started_ns()
        .map(|start| start.saturating_add(first_ns));
    header.started_us = started_ns.and_then(|ns| u64::try_from(ns / 1000).ok());
    let mut teller = Teller {
        capture,
        roles,
        first_ns,
        at_us: 0,
        trace: Trace::new(header),
        passed: BTreeMap::new(),
        states: BTreeMap::new(),
    };
    for packet in told {
        teller.packet(*packet);
    }
    (teller.trace, (left_out > 0).then_some(left_out))
}

/// So many packets until there would be more hosts than a run can have.
fn as_many_as_have_hosts(capture: &Capture, told: &[usize]) -> usize {
    let mut hosts = BTreeSet::new();
    let fits = |packet: &&usize| {
        let entry = &capture.entries[**packet];
        let heads = packet::heads(capture.bytes(**packet), 0);
        let Some(heads) = heads else {
            return true;
        };
        // What talks with itself is two hosts.
        let is_two = heads.source == heads.destination;
        hosts.insert((heads.source, is_two.then(|| entry.side())));
        hosts.insert((heads.destination, is_two.then(|| entry.side().other())));
        hosts.len() < MOST_HOSTS
    };
    told.iter().take_while(fits).count()
}

fn roles(capture: &Capture, told: &[usize]) -> Roles {
    let mut conversations = BTreeSet::new();
    let mut more: Vec<IpAddr> = Vec::new();
    for packet in told {
        match capture.entries[*packet].conversation {
            NONE => {
                let heads = packet::heads(capture.bytes(*packet), 0);
                more.extend(
                    heads
                        .iter()
                        .flat_map(|heads| [heads.source, heads.destination]),
                );
            }
            id => {
                conversations.insert(id as usize);
            }
        }
    }
    let conversations = conversations.iter().map(|id| &capture.conversations[*id]);
    Roles::new(conversations, more.into_iter())
}

/// One direction of one conversation.
type Direction = (u32, Side);

struct Teller<'a> {
    capture: &'a Capture,
    roles: Roles,
    first_ns: i64,
    at_us: u64,
    trace: Trace,
    /// By relative sequence number: the first segment that began there, and where it ends.
    passed: BTreeMap<(Direction, u32), (SegmentId, u32)>,
    /// What was last told of an end.
    states: BTreeMap<Direction, TcpState>,
}

impl Teller<'_> {
    fn packet(&mut self, packet: usize) {
        let entry = &self.capture.entries[packet];
        let bytes = self.capture.bytes(packet);
        let Some(heads) = packet::heads(bytes, 0) else {
            return;
        };
        let since = entry.at_ns.saturating_sub(self.first_ns) / 1000;
        self.at_us = self.at_us.max(u64::try_from(since).unwrap_or(0));
        let part = (entry.conversation != NONE).then(|| (entry.conversation, entry.side()));
        let name = |address: IpAddr, side: Option<Side>| self.roles.name(address, side).cloned();
        let from = name(heads.source, part.map(|(_, side)| side));
        let to = name(heads.destination, part.map(|(_, side)| side.other()));
        let Some(from) = from else {
            return;
        };
        for text in self.capture.comments(packet) {
            let text: String = text.chars().take(LONGEST_NOTE).collect();
            let text = format!("packet {}: {text}", packet + 1);
            self.push(What::Note { text });
        }
        let segment = SegmentId(packet as u64 + 1);
        let copy_of = part.and_then(|part| self.copy_of(part, segment, packet, &heads));
        let bytes = Bytes(bytes.to_vec());
        self.push(What::Sent {
            segment,
            from,
            to,
            bytes,
            copy_of,
            absorbed: false,
            reason: None,
        });
        if let Some((conversation, side)) = part {
            self.state((conversation, side), packet);
        }
        self.push(What::Delivered { segment });
        if let Some((conversation, side)) = part {
            self.state((conversation, side.other()), packet);
        }
        // Whoever looks at it goes from packet to packet.
        self.push(What::Rest);
    }

    fn push(&mut self, what: What) {
        self.trace.push(Event {
            n: self.trace.events().len() as u64,
            at_us: self.at_us,
            what,
        });
    }

    /// The segment that this one brings again. One that brings anything new is no copy.
    fn copy_of(
        &mut self,
        part: Direction,
        segment: SegmentId,
        packet: usize,
        heads: &Heads,
    ) -> Option<SegmentId> {
        let Over::Tcp(tcp) = heads.over else {
            return None;
        };
        let first = self.capture.conversations[part.0 as usize].first_seq[part.1.index()]?;
        let (seq, length) = (tcp.seq.since(first), tcp.length());
        let remarks = self.capture.entries[packet].remarks;
        if length == 0 || tcp.flags.rst {
            return None;
        }
        if !remarks.contains(Remark::SentAgain) {
            let end = seq.wrapping_add(length);
            self.passed.entry((part, seq)).or_insert((segment, end));
            return None;
        }
        let mut before = self.passed.range((part, 0)..=(part, seq)).rev();
        let covers = |(_, (id, end)): (&_, &(SegmentId, u32))| (*end > seq).then_some(*id);
        before.next().and_then(covers)
    }

    /// What an end is in after this packet, where that is known and new.
    fn state(&mut self, end: Direction, packet: usize) {
        let (id, side) = end;
        let entry = &self.capture.entries[packet];
        let Some(state) = entry.states()[side.index()] else {
            return;
        };
        let before = self.states.get(&end).copied();
        if before == Some(state) || (before.is_none() && state == TcpState::Closed) {
            return;
        }
        let conversation = &self.capture.conversations[id as usize];
        let [local, remote] = [side, side.other()].map(|side| conversation.ends[side.index()]);
        let Some(host) = self.roles.name(local.ip(), Some(side)).cloned() else {
            return;
        };
        self.states.insert(end, state);
        let key = Key(u64::from(id) * 2 + side.index() as u64 + 1);
        // Who resets, and who got the last acknowledgment, is gone at once.
        let sent_it = entry.side() == side;
        let is_gone = state == TcpState::Closed;
        // Its FIN and the peer's crossed: it closed first, and then the peer's arrived.
        if (before, state) == (Some(TcpState::Established), TcpState::Closing) {
            let first = facts(&host, key, TcpState::FinWait1, local, remote);
            self.push(What::Socket(Box::new(first)));
        }
        if !is_gone || (!sent_it && before != Some(TcpState::LastAck)) {
            self.push(What::Socket(Box::new(facts(
                &host, key, state, local, remote,
            ))));
        }
        if is_gone {
            self.push(What::Gone { host, key });
        }
    }
}

fn facts(
    host: &Name,
    key: Key,
    state: TcpState,
    local: std::net::SocketAddr,
    remote: std::net::SocketAddr,
) -> SocketFacts {
    SocketFacts {
        host: host.clone(),
        key,
        protocol: "tcp".to_owned(),
        state: state.name().to_owned(),
        local: Some(local.to_string()),
        remote: Some(remote.to_string()),
        ..SocketFacts::default()
    }
}

//! Where every byte is: one place for each byte of each TCP direction, and for each datagram.
//!
//! In: the events, one by one, with the state that already holds them. Out: per direction what was
//! written, sent, acknowledged, taken by the receiving kernel and read; `view` makes the places
//! from it, on demand, and asks whether the kernels' own numbers agree.
//!
//! Who has what is known in this order: the kernel's own numbers (`bytes_received`, `bytes_acked`,
//! acknowledgments that it sent), then the program's calls, then what the wire delivered. So a
//! segment that a kernel refused (no room, an old time stamp) is not counted as taken. Left to
//! others: windows, congestion, the reason of a resend.

mod byte;
mod callers;
mod checksum;
mod connection;
mod datagrams;
mod direction;
mod stream;
mod view;
mod writes;

pub use byte::{ByteFacts, Share};
pub use datagrams::{Datagram, DatagramPlace};
pub use stream::{Check, Compared, Contents, Part, Place, Stream, StreamEnd, Unchecked};
pub use writes::Written;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use callers::{Caller, Callers, Direct};
use connection::{Connection, Side};
use datagrams::Datagrams;
use direction::Carry;

use super::weight::entries;
use super::{Log, Pages, Segment, State};
use crate::packet::Transport;
use crate::trace::{BufferFacts, Event, Key, Name, Order, SegmentId, SocketFacts, What};

/// What the fold remembers for [`State::streams`] and [`State::datagrams`].
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    callers: Callers,
    connections: Log<Connection>,
    /// The newest connection of a pair of addresses, and the side that the first of them is.
    by_pair: BTreeMap<(SocketAddr, SocketAddr), (usize, Side)>,
    /// The newest connection of a socket.
    by_key: BTreeMap<Name, BTreeMap<Key, (usize, Side)>>,
    carries: Pages<SegmentId, Carry>,
    /// Bytes as the sender wrote them, where the wire changed them.
    originals: BTreeMap<SegmentId, BTreeMap<u32, u8>>,
    /// Directions whose newest arrivals wait for the receiver's own word.
    early: Vec<(usize, Side)>,
    datagrams: Datagrams,
}

impl Ledger {
    /// After the state itself has taken the event.
    pub(super) fn apply(&mut self, event: &Event, state: &State) {
        match &event.what {
            What::Call {
                program,
                call,
                name,
                args,
                fd,
                offers,
                ..
            } => {
                let direct = Direct::of(name, args);
                if let (Some(direct), Some(fd)) = (direct, *fd) {
                    let caller = Caller::new(program, fd, direct, *offers);
                    self.callers.stand(*call, caller);
                }
            }
            What::Blocked { call, .. } => self.entered(*call),
            What::Return { .. } => self.returned(event, state),
            What::Exit { program, .. } => {
                for (call, target) in self.callers.program_ended(program) {
                    self.give_up(call, target);
                }
            }
            What::Sent { segment, .. } => {
                if let Some(segment) = state.segments.get(segment) {
                    self.sent(segment, state);
                }
            }
            What::Delivered { segment } => self.delivered(*segment, state),
            What::Dropped { segment } => {
                self.off_the_wire(*segment, state);
                self.datagrams.dropped(*segment);
            }
            What::Duplicated { segment, copy } => self.duplicated(*segment, *copy),
            What::Corrupted {
                segment, byte, was, ..
            } => {
                let originals = self.originals.entry(*segment).or_default();
                originals.entry(*byte).or_insert(*was);
            }
            What::Socket(facts) => self.socket(facts),
            What::Buffers(facts) => self.buffers(facts),
            What::Gone { host, key } => {
                self.callers.disown(host, *key);
                self.datagrams.gone(host, *key);
                if let Some((at, side)) = self.connection_of(host, *key) {
                    self.connections[at].ends[side.index()].is_gone = true;
                }
            }
            What::Order(ordered) => {
                if let Order::Step { program, .. } = &ordered.order
                    && let Some(program) = state.programs.get(program)
                    && let Some(call) = self.callers.permitted(program)
                {
                    self.entered(call);
                }
            }
            What::Rest => self.rest(),
            What::Line { .. }
            | What::Print { .. }
            | What::Ask { .. }
            | What::Answer { .. }
            | What::Thread { .. }
            | What::Inferred { .. }
            | What::Delayed { .. }
            | What::Counters { .. }
            | What::Note { .. }
            | What::Ended { .. }
            | What::Unknown => {}
        }
    }

    /// The socket that a program has under this descriptor.
    pub(super) fn socket_under(&self, program: &str, fd: i32) -> Option<&(Name, Key)> {
        self.callers.socket_of(program, fd)
    }

    fn connection_of(&self, host: &str, key: Key) -> Option<(usize, Side)> {
        self.by_key.get(host)?.get(&key).copied()
    }

    /// Bytes that a clone does not share.
    pub(in crate::model) fn weight(&self) -> usize {
        let originals = self.originals.values().map(entries);
        let by_key = self.by_key.values().map(entries);
        self.callers.weight()
            + self.connections.weight()
            + entries(&self.by_pair)
            + by_key.sum::<usize>()
            + self.carries.weight()
            + entries(&self.originals)
            + originals.sum::<usize>()
            + size_of_val(self.early.as_slice())
            + self.datagrams.weight()
    }

    fn sent(&mut self, segment: &Segment, state: &State) {
        let Some(packet) = &segment.packet else {
            return;
        };
        let Some((from, to)) = packet.endpoints() else {
            return;
        };
        match &packet.transport {
            Transport::Tcp(tcp) => {
                let Some((at, side)) = self.place_on_wire(segment, tcp, (from, to)) else {
                    return;
                };
                let connection = &mut self.connections[at];
                let original = segment.copy_of.and_then(|id| state.segments.get(&id));
                // A copy of what arrived already, absorbed behind its answer, never goes on.
                let is_behind = segment.fate == super::Fate::Absorbed
                    && !original.is_some_and(Segment::is_on_wire);
                let carry = connection.sent(side, at, packet, tcp);
                if !carry.is_empty() && !is_behind {
                    let direction = &mut connection.directions[side.index()];
                    direction.carried(segment.id, &carry);
                }
                self.carries.insert(segment.id, carry);
            }
            Transport::Udp(_) => self.datagrams.sent(segment, packet, (from, to)),
            Transport::Icmp { .. } | Transport::Other(_) => {}
        }
    }

    fn delivered(&mut self, id: SegmentId, state: &State) {
        let is_sound = state.segments.get(&id).is_some_and(|segment| {
            segment.corrupted.is_empty() || checksum::is_right(&segment.bytes)
        });
        self.datagrams.delivered(id, is_sound, state);
        self.off_the_wire(id, state);
        if let Some(carry) = self.carries.get(&id)
            && is_sound
        {
            let (at, side) = (carry.connection, carry.side);
            if self.connections[at].delivered(carry) {
                self.early.push((at, side));
            }
        }
    }

    /// It and the copies that waited behind it; one of them may have taken its place.
    fn off_the_wire(&mut self, id: SegmentId, state: &State) {
        let Some(carry) = self.carries.get(&id) else {
            return;
        };
        let on_wire =
            &mut self.connections[carry.connection].directions[carry.side.index()].on_wire;
        if !on_wire.remove(&id) {
            return; // its copies were looked at when it left the wire
        }
        let copies = state.segments.get(&id).map(|segment| &segment.copies);
        for (copy, _) in copies.into_iter().flatten() {
            if !state.segments.get(copy).is_some_and(Segment::is_on_wire) {
                on_wire.remove(copy);
            }
        }
    }

    fn duplicated(&mut self, id: SegmentId, copy: SegmentId) {
        if let Some(changed) = self.originals.get(&id).cloned() {
            self.originals.insert(copy, changed);
        }
        self.datagrams.duplicated(id, copy);
        if let Some(carry) = self.carries.get(&id).cloned() {
            let direction = &mut self.connections[carry.connection].directions[carry.side.index()];
            if !carry.is_empty() {
                direction.on_wire.insert(copy);
            }
            self.carries.insert(copy, carry);
        }
    }

    fn socket(&mut self, facts: &SocketFacts) {
        self.callers.socket(facts);
        if facts.protocol == "udp" {
            return self.datagrams.socket(facts);
        }
        self.attach(facts);
        let Some((at, side)) = self.connection_of(&facts.host, facts.key) else {
            return;
        };
        self.connections[at].socket(side, facts);
    }

    fn buffers(&mut self, facts: &BufferFacts) {
        if let Some((at, side)) = self.connection_of(&facts.host, facts.key) {
            let (unacked, unread) = (facts.unacked, facts.unread);
            self.connections[at].ends[side.index()].are_buffers_fresh = true;
            self.connections[at].queues(side, u64::from(unacked), u64::from(unread));
        }
    }

    /// What a half-open connection did not take by now, it never will.
    fn rest(&mut self) {
        for (at, side) in std::mem::take(&mut self.early) {
            self.connections[at].directions[side.index()].early.clear();
        }
    }
}

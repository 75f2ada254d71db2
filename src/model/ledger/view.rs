//! From what the ledger remembers to streams: parts, contents, and the comparison with the kernels.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::{Socket, State};
use super::connection::{Connection, End, Side};
use super::direction::Direction;
use super::stream::{Check, Compared, Contents, Part, Place, Stream, StreamEnd, Unchecked};
use super::{Datagram, Ledger};
use crate::trace::{BufferFacts, Key, SegmentId, WireKind};

impl State {
    /// Both directions of every TCP connection of the run, oldest first.
    pub fn streams(&self) -> Vec<Stream> {
        let all = 0..self.known_connections();
        all.flat_map(|at| self.both(at)).collect()
    }

    /// The newest connection of a socket: what it sends, and what it receives.
    pub fn streams_of(&self, host: &str, key: Key) -> Option<[Stream; 2]> {
        let (at, side) = self.ledger.connection_of(host, key)?;
        (at < self.known_connections()).then_some(())?;
        Some([self.stream(at, side), self.stream(at, side.other())])
    }

    /// The connection that a segment belongs to: the direction that it goes, and the other.
    pub fn streams_with(&self, segment: SegmentId) -> Option<[Stream; 2]> {
        let carry = self.ledger.carries.get(&segment)?;
        let (at, side) = (carry.connection, carry.side);
        (at < self.known_connections()).then_some(())?;
        Some([self.stream(at, side), self.stream(at, side.other())])
    }

    /// Both directions of the newest connection; the one that opened it comes first.
    pub fn newest_streams(&self) -> Option<[Stream; 2]> {
        let newest = self.known_connections().checked_sub(1)?;
        Some(self.both(newest))
    }

    /// Bytes of a stream, as far as a call or a segment tells them.
    pub fn contents(&self, stream: &Stream, range: Range<u64>) -> Contents {
        let (at, side) = stream.at;
        let connection = self.ledger.connections.get(at);
        connection.map_or_else(Contents::default, |connection| {
            self.contents_of(&connection.directions[side], range)
        })
    }

    /// Every UDP datagram that left a host, oldest first.
    pub fn datagrams(&self) -> Vec<Datagram> {
        match self.wire {
            WireKind::Held | WireKind::Loopback => self.ledger.datagrams.all(self),
            WireKind::Captured => Vec::new(),
        }
    }

    /// Those in the receive buffer of a socket, the next one to be read first.
    pub fn waiting_datagrams(&self, host: &str, key: Key) -> Vec<Datagram> {
        self.ledger.datagrams.waiting(host, key)
    }

    /// Of a capture nobody knows what arrived, nor what a program has read: no byte has a place.
    fn known_connections(&self) -> usize {
        match self.wire {
            WireKind::Held | WireKind::Loopback => self.ledger.connections.len(),
            WireKind::Captured => 0,
        }
    }

    fn both(&self, at: usize) -> [Stream; 2] {
        Side::BOTH.map(|side| self.stream(at, side))
    }

    fn stream(&self, at: usize, side: Side) -> Stream {
        let connection = &self.ledger.connections[at];
        let direction = &connection.directions[side.index()];
        let end = |side: Side| {
            let end = &connection.ends[side.index()];
            StreamEnd {
                host: end.host.clone(),
                address: end.address,
                key: end.key,
            }
        };
        let compared = self.compare(connection, side);
        Stream {
            from: end(side),
            to: end(side.other()),
            written: direction.given(),
            offered: direction.offered(),
            acknowledged: acknowledged(direction),
            parts: self.parts(connection, side),
            check: self.judge(connection, direction, &compared),
            compared,
            at: (at, side.index()),
        }
    }

    pub(super) fn parts(&self, connection: &Connection, side: Side) -> Vec<Part> {
        let direction = &connection.directions[side.index()];
        let sender = &connection.ends[side.index()];
        let receiver = &connection.ends[side.other().index()];
        let is_unread_lost = receiver.is_closed();
        let is_guessed = !connection.is_seen
            || direction.written < direction.next && direction.taken < direction.next;
        let mut parts = Parts::default();
        let received = if is_unread_lost {
            Place::Lost
        } else {
            Place::Received
        };
        parts.push(Place::Read, direction.read, false);
        let arrived = direction.arrived.max(direction.read);
        parts.push(received, arrived, is_guessed || !receiver.is_owned);
        let is_hole_for_ever = is_unread_lost || receiver.state == "CLOSE";
        let behind = if is_hole_for_ever {
            Place::Lost
        } else {
            Place::OutOfOrder
        };
        let sent = if sender.is_dead() {
            Place::Lost
        } else {
            Place::Sent
        };
        let wire = self.on_wire(direction);
        for (start, end) in &direction.beyond {
            parts.fill(&wire, *start, sent);
            parts.push(behind, *end, true);
        }
        parts.fill(&wire, direction.next, sent);
        let unsent = if sender.is_dead() {
            Place::Lost
        } else {
            Place::Unsent
        };
        parts.push(unsent, direction.given(), false);
        parts.push(Place::Program, direction.offered(), false);
        parts.all
    }

    /// What the wire holds of a direction, without overlaps: start to end.
    fn on_wire(&self, direction: &Direction) -> BTreeMap<u64, u64> {
        let ledger = &self.ledger;
        let on_wire = direction.on_wire.iter().filter(|id| {
            let segment = self.segments.get(id);
            segment.is_some_and(super::super::Segment::is_on_wire)
        });
        let mut ranges: Vec<Range<u64>> = on_wire
            .filter_map(|id| ledger.carries.get(id).map(|carry| carry.range.clone()))
            .collect();
        ranges.sort_by_key(|range| range.start);
        let mut joined = BTreeMap::new();
        let mut last: Option<Range<u64>> = None;
        for range in ranges {
            match &mut last {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                Some(last) => {
                    joined.insert(last.start, last.end);
                    *last = range;
                }
                None => last = Some(range),
            }
        }
        joined.extend(last.map(|last| (last.start, last.end)));
        joined
    }

    fn judge(
        &self,
        connection: &Connection,
        direction: &Direction,
        compared: &[Compared],
    ) -> Check {
        if !self.is_at_rest {
            return Check::Unknown(Unchecked::InStep);
        }
        if direction.is_urgent {
            return Check::Unknown(Unchecked::Urgent);
        }
        if !connection.is_seen {
            return Check::Unknown(Unchecked::NotSeen);
        }
        if compared.is_empty() {
            return Check::Unknown(Unchecked::NoSocket);
        }
        let off = compared.iter().filter(|one| one.kernel != one.ledger);
        let off: Vec<Compared> = off.cloned().collect();
        if off.is_empty() {
            Check::Reconciled
        } else {
            Check::Off(off)
        }
    }

    fn socket_of(&self, end: &End) -> Option<&Socket> {
        let socket = self.hosts.get(&end.host)?.sockets.get(&end.key?)?;
        end.is_counting().then_some(socket)
    }

    fn compare(&self, connection: &Connection, side: Side) -> Vec<Compared> {
        let direction = &connection.directions[side.index()];
        let sender = &connection.ends[side.index()];
        let receiver = &connection.ends[side.other().index()];
        let mut compared = Vec::new();
        let mut say = |what, kernel: u64, ledger: u64| {
            compared.push(Compared {
                what,
                kernel,
                ledger,
            });
        };
        if let Some(socket) = self.socket_of(sender) {
            let finished = u64::from(sender.has_finished());
            let end = direction.given().saturating_add(finished);
            let unacked = end.saturating_sub(direction.acked);
            let fin_sent = u64::from(direction.fin_at.is_some());
            let unsent = end.saturating_sub(direction.next.saturating_add(fin_sent));
            if let Some(buffers) = current_buffers(socket, sender) {
                say("SIOCOUTQ", buffers.unacked.into(), unacked);
                say("SIOCOUTQNSD", buffers.unsent.into(), unsent);
            }
            // A TIME_WAIT in disguise, FIN_WAIT2 without a program, has no queue and no counters.
            if let Some(info) = &socket.facts.info {
                say("idiag_wqueue", socket.facts.send_queue.into(), unacked);
                say("notsent_bytes", info.notsent_bytes.into(), unsent);
            }
        }
        if let Some(socket) = self.socket_of(receiver)
            && !receiver.is_closed()
        {
            let unread = direction.arrived.saturating_sub(direction.read);
            if let Some(buffers) = current_buffers(socket, receiver) {
                say("SIOCINQ", buffers.unread.into(), unread);
            }
            if let Some((_, buffers)) = &socket.buffers
                && receiver.is_owned
                && receiver.are_buffers_fresh
            {
                let from = direction.read;
                let until = from.saturating_add(buffers.received.0.len() as u64);
                let known = self.contents_of(direction, from..until);
                let pairs = buffers.received.0.iter().zip(&known.bytes);
                // Counted: how many of the first bytes are the same.
                let same = pairs.clone().take_while(|(a, b)| a == b).count();
                say("MSG_PEEK", pairs.len() as u64, same as u64);
            }
            // A FIN counts as one until a call has come upon it.
            let queue = u64::from(socket.facts.recv_queue);
            let fin = u64::from(direction.has_fin_arrived() && queue > unread);
            say("idiag_rqueue", queue, unread.saturating_add(fin));
        }
        compared
    }

    fn contents_of(&self, direction: &Direction, range: Range<u64>) -> Contents {
        let mut contents = Contents::default();
        let mut at = range.start;
        while at < range.end {
            let before = at;
            if let Some(bytes) = self.called(direction, at..range.end) {
                contents.bytes.extend(bytes);
                at += bytes.len() as u64;
            } else if let Some(bytes) = self.seen(direction, at..range.end) {
                contents.is_inferred = true;
                at += bytes.len() as u64;
                contents.bytes.extend(bytes);
            }
            if at == before {
                break;
            }
        }
        contents
    }

    /// From the call that wrote them.
    fn called(&self, direction: &Direction, range: Range<u64>) -> Option<&[u8]> {
        if direction.is_mixed {
            return None;
        }
        let index = direction
            .chunks
            .partition_point(|chunk| chunk.at <= range.start);
        let chunk = direction.chunks.get(index.checked_sub(1)?)?;
        let call = self.programs.get(&chunk.program)?.calls.get(chunk.index)?;
        let bytes = call.resolved.as_ref()?.bytes.as_ref()?;
        let from = usize::try_from(range.start - chunk.at).ok()?;
        let until = (range.end - chunk.at)
            .min(chunk.len)
            .min(bytes.len() as u64);
        bytes
            .get(from..until as usize)
            .filter(|bytes| !bytes.is_empty())
    }

    /// From the segment that first carried them, as it was sent.
    fn seen(&self, direction: &Direction, range: Range<u64>) -> Option<Vec<u8>> {
        let index = direction.log.partition_point(|(at, _)| *at <= range.start);
        let (_, id) = direction.log.get(index.checked_sub(1)?)?;
        let carry = self.ledger.carries.get(id)?;
        if !carry.range.contains(&range.start) {
            return None;
        }
        // Both lie within one packet now.
        let from = carry.payload + (range.start - carry.range.start) as usize;
        let end = range.end.min(carry.range.end);
        let until = carry.payload + (end - carry.range.start) as usize;
        let mut bytes = self.segments.get(id)?.bytes.get(from..until)?.to_vec();
        self.ledger.restore(*id, from, &mut bytes);
        Some(bytes)
    }
}

impl Ledger {
    /// Undoes what the wire changed, in bytes that begin at this place of the packet.
    fn restore(&self, id: SegmentId, from: usize, bytes: &mut [u8]) {
        for (place, was) in self.originals.get(&id).into_iter().flatten() {
            let place = (*place as usize).checked_sub(from);
            if let Some(byte) = place.and_then(|place| bytes.get_mut(place)) {
                *byte = *was;
            }
        }
    }
}

/// They are told when they changed, and only a thread of the owner can look: while all its threads
/// wait for each other, what was told may be old. Then the kernel's other numbers differ from it.
fn current_buffers<'a>(socket: &'a Socket, end: &End) -> Option<&'a BufferFacts> {
    let (_, buffers) = socket.buffers.as_ref().filter(|_| end.is_owned)?;
    let facts = &socket.facts;
    let fin = facts.recv_queue.saturating_sub(buffers.unread);
    let is_same =
        buffers.unacked == facts.send_queue && fin <= 1 && buffers.unread <= facts.recv_queue;
    (end.are_buffers_fresh || is_same).then_some(buffers)
}

fn acknowledged(direction: &Direction) -> u64 {
    let data = direction
        .fin_at
        .map_or(direction.acked, |at| direction.acked.min(at));
    data.min(direction.given())
}

/// Parts one after another, from 0.
#[derive(Default)]
struct Parts {
    all: Vec<Part>,
    end: u64,
}

impl Parts {
    /// From the end of the last up to there; joined to the last where that is the same place.
    fn push(&mut self, place: Place, until: u64, is_inferred: bool) {
        if until <= self.end {
            return;
        }
        match self.all.last_mut() {
            Some(last) if last.place == place => {
                last.range.end = until;
                last.is_inferred |= is_inferred;
            }
            Some(_) | None => self.all.push(Part {
                place,
                range: self.end..until,
                is_inferred,
            }),
        }
        self.end = until;
    }

    /// Up to there: what the wire holds, and between it the rest.
    fn fill(&mut self, wire: &BTreeMap<u64, u64>, until: u64, rest: Place) {
        let first = wire.range(..=self.end).next_back();
        let from = first.map_or(0, |(start, _)| *start);
        for (start, end) in wire.range(from..) {
            if *start >= until {
                break;
            }
            self.push(rest, (*start).min(until), true);
            self.push(Place::Wire, (*end).min(until), false);
        }
        self.push(rest, until, true);
    }
}

//! One byte of a stream: where it is now, and which calls and segments had it.
//!
//! In: a stream and a place in it. Out: facts; what is not known is `None` or empty. Whether the
//! kernels' own numbers agree stands in the stream's `check`.

use super::super::{Fate, Segment, State};
use super::connection::{Connection, Side};
use super::direction::{Chunk, Direction};
use super::stream::{Place, Stream};
use crate::trace::{CallId, Name, SegmentId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteFacts {
    /// 0 is the first byte of the stream.
    pub at: u64,
    pub place: Place,
    /// No program and no kernel told of just this place.
    pub is_inferred: bool,
    pub value: Option<u8>,
    /// Told by a segment, not by a call.
    pub is_value_inferred: bool,
    /// On the wire: those that carry it. Sent and not arrived: the newest that carried it.
    pub segments: Vec<SegmentId>,
    /// The call that gave it to the kernel, or offers it.
    pub writer: Option<Share>,
    /// The call that returned it.
    pub reader: Option<Share>,
    /// The sender's kernel has heard that it arrived.
    pub is_acknowledged: bool,
    /// The sender's kernel resends nothing any more, so it keeps nothing either.
    pub is_sender_gone: bool,
}

/// A byte's place among those that one call moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub program: Name,
    pub call: CallId,
    /// 1 is the first byte of the call.
    pub nth: u64,
}

impl State {
    /// All that is known of one byte. `None` beyond the end of the stream.
    pub fn byte(&self, stream: &Stream, at: u64) -> Option<ByteFacts> {
        let index = stream.parts.partition_point(|part| part.range.end <= at);
        let part = stream.parts.get(index)?;
        let direction = self.direction(stream)?;
        let (connection, side) = stream.at;
        let sender = &self.ledger.connections.get(connection)?.ends[side];
        let contents = self.contents(stream, at..at.checked_add(1)?);
        let segments = match part.place {
            Place::Wire => self.carriers_on_wire(direction, at),
            Place::Sent => self.newest_carrier(stream, at).into_iter().collect(),
            Place::Read
            | Place::Received
            | Place::OutOfOrder
            | Place::Unsent
            | Place::Program
            | Place::Lost => Vec::new(),
        };
        Some(ByteFacts {
            at,
            place: part.place,
            is_inferred: part.is_inferred,
            value: contents.bytes.first().copied(),
            is_value_inferred: contents.is_inferred,
            segments,
            writer: self.writer(direction, at),
            reader: self.reader(direction, at),
            is_acknowledged: at < stream.acknowledged,
            is_sender_gone: sender.is_dead(),
        })
    }

    /// Where a byte is, 0 the first, in each direction that one of these hosts sends in its
    /// newest connection.
    pub fn places_in_newest(&self, is_host: impl Fn(&str) -> bool, at: u64) -> Vec<Place> {
        let connections = self.ledger.connections.iter().rev();
        let ends = |connection: &Connection| {
            Side::BOTH.map(|side| is_host(&connection.ends[side.index()].host))
        };
        let mut newest = connections.filter(|connection| ends(connection).contains(&true));
        let Some(connection) = newest.next() else {
            return Vec::new();
        };
        let sides = Side::BOTH.into_iter().zip(ends(connection));
        let places = sides.filter(|(_, is_its_own)| *is_its_own);
        let places = places.filter_map(|(side, _)| {
            let parts = self.parts(connection, side);
            let part = parts.iter().find(|part| part.range.contains(&at));
            part.map(|part| part.place)
        });
        places.collect()
    }

    /// How many bytes of the other direction, from its first, a segment acknowledges. The SYN and
    /// the FIN are none.
    pub fn acknowledged_by(&self, segment: SegmentId) -> Option<u64> {
        let carry = self.ledger.carries.get(&segment)?;
        let connection = self.ledger.connections.get(carry.connection)?;
        let incoming = &connection.directions[carry.side.other().index()];
        let ack = carry.ack?;
        Some(incoming.fin_at.map_or(ack, |at| ack.min(at)))
    }

    fn writer(&self, direction: &Direction, at: u64) -> Option<Share> {
        if direction.is_mixed {
            return None;
        }
        let chunks = &direction.chunks;
        let chunk = chunks.get(chunks.partition_point(|it| it.at.saturating_add(it.len) <= at));
        if let Some(chunk) = chunk.filter(|chunk| chunk.at <= at) {
            return self.share(chunk, at);
        }
        // The only call that has not returned: what no other wrote is its own.
        let (call, offers) = direction.offering.first_key_value()?;
        let nth = at.checked_sub(direction.written)?.saturating_add(1);
        let caller = self.ledger.callers.standing.get(call)?;
        let is_its_own = direction.offering.len() == 1 && offers.is_none_or(|all| nth <= all);
        is_its_own.then(|| Share {
            program: caller.program().to_owned(),
            call: *call,
            nth,
        })
    }

    fn reader(&self, direction: &Direction, at: u64) -> Option<Share> {
        if direction.is_read_mixed {
            return None;
        }
        let reads = &direction.reads;
        let chunk = reads.get(reads.partition_point(|it| it.at.saturating_add(it.len) <= at))?;
        (chunk.at <= at).then(|| self.share(chunk, at)).flatten()
    }

    fn share(&self, chunk: &Chunk, at: u64) -> Option<Share> {
        let calls = &self.programs.get(&chunk.program)?.calls;
        Some(Share {
            program: chunk.program.clone(),
            call: calls.get(chunk.index)?.id,
            nth: at - chunk.at + 1,
        })
    }

    fn carriers_on_wire(&self, direction: &Direction, at: u64) -> Vec<SegmentId> {
        let carries = |id: &&SegmentId| {
            let carry = self.ledger.carries.get(id);
            let segment = self.segments.get(id);
            carry.is_some_and(|carry| carry.range.contains(&at))
                && segment.is_some_and(Segment::is_on_wire)
        };
        direction.on_wire.iter().filter(carries).copied().collect()
    }

    /// A copy behind its original never was on the wire by itself.
    fn newest_carrier(&self, stream: &Stream, at: u64) -> Option<SegmentId> {
        let (connection, side) = stream.at;
        let mut newest_first = self.ledger.carries.iter().rev().filter(|(id, carry)| {
            let is_here = carry.connection == connection && carry.side.index() == side;
            let segment = self.segments.get(id);
            let was_alone = segment.is_some_and(|segment| segment.fate != Fate::Absorbed);
            is_here && carry.range.contains(&at) && was_alone
        });
        newest_first.next().map(|(id, _)| *id)
    }
}

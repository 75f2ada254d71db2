//! One way of one connection: how far each hand on the way from program to program has got.
//!
//! Numbers are places in the stream: 0 is the first byte after the SYN. Sequence numbers wrap
//! after 4 GB; places do not.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::super::Log;
use super::connection::Side;
use crate::packet::SeqNo;
use crate::trace::{CallId, Name, SegmentId};

#[derive(Clone, Debug, Default)]
pub struct Direction {
    /// The sequence number of the first byte; `None` while no SYN was seen.
    pub first: Option<SeqNo>,
    /// Its SYN went out without an ACK: the kernel counts it in `bytes_acked`.
    pub is_active: bool,
    /// Calls that returned gave so many bytes to the kernel.
    pub written: u64,
    /// So many a call that has not returned gave, to judge by the kernel's own queue.
    pub taken: u64,
    /// Whose bytes they are: the first place, how many, the program, the place among its calls.
    pub chunks: Log<Chunk>,
    /// Calls in the kernel with what they offer; `None` when the trace does not say.
    pub offering: BTreeMap<CallId, Option<u64>>,
    /// Two threads wrote at once: only the wire knows in which order.
    pub is_mixed: bool,
    /// Urgent data (RFC 6093) is read past the queue; then nothing here is certain.
    pub is_urgent: bool,
    /// The end of what was ever sent.
    pub next: u64,
    pub fin_at: Option<u64>,
    /// New data, by its place: where to find bytes that no call tells.
    pub log: Log<(u64, SegmentId)>,
    /// Held, delayed, or behind one that is.
    pub on_wire: BTreeSet<SegmentId>,
    /// Acknowledged, as the sending kernel has heard; a FIN counts.
    pub acked: u64,
    /// What the receiving kernel has taken in order.
    pub arrived: u64,
    fin_delivered: bool,
    /// What it has taken beyond a hole: start to end.
    pub beyond: BTreeMap<u64, u64>,
    /// Delivered to a half-open connection, which may refuse it.
    pub early: Vec<Range<u64>>,
    pub read: u64,
    /// Which calls read it, as `chunks` says of those that wrote it.
    pub reads: Log<Chunk>,
    /// Two threads read at once: which of them came first, only the kernel knows.
    pub is_read_mixed: bool,
    /// What was read when such a call began.
    pub read_before: u64,
    /// Calls that take bytes before they return.
    pub waiting_for_all: BTreeSet<CallId>,
}

#[derive(Clone, Debug)]
pub struct Chunk {
    pub at: u64,
    pub len: u64,
    pub program: Name,
    pub index: usize,
}

/// What a segment carries, as it was sent: the wire may corrupt its header.
#[derive(Clone, Debug)]
pub struct Carry {
    pub connection: usize,
    pub side: Side,
    pub range: Range<u64>,
    /// Where in the packet the range's first byte is.
    pub payload: usize,
    pub fin: bool,
    /// What it acknowledges, as a place of the other direction.
    pub ack: Option<u64>,
}

impl Carry {
    /// Nothing of the stream is in it.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty() && !self.fin
    }
}

impl Direction {
    /// The place of a sequence number; may lie before the first. Counted from one that is near.
    pub fn place(&self, seq: SeqNo, near: u64) -> Option<i64> {
        let first = self.first?;
        let there = first.0.wrapping_add(near as u32);
        let near = i64::try_from(near).ok()?;
        Some(near.saturating_add(i64::from(seq.0.wrapping_sub(there) as i32)))
    }

    pub fn carried(&mut self, id: SegmentId, carry: &Carry) {
        self.on_wire.insert(id);
        if carry.range.end > self.next {
            self.log.push((carry.range.start, id));
            self.next = carry.range.end;
        }
        if carry.fin {
            self.fin_at = Some(carry.range.end);
        }
    }

    pub fn wrote(&mut self, program: &str, index: usize, count: u64) {
        if count > 0 {
            self.chunks.push(Chunk {
                at: self.written,
                len: count,
                program: program.to_owned(),
                index,
            });
            self.written = self.written.saturating_add(count);
        }
    }

    pub fn was_read(&mut self, program: &str, index: usize, count: u64) {
        if count > 0 {
            self.reads.push(Chunk {
                at: self.read,
                len: count,
                program: program.to_owned(),
                index,
            });
            self.read = self.read.saturating_add(count);
        }
    }

    pub fn enter_send(&mut self, call: CallId, offers: Option<u64>) {
        self.offering.insert(call, offers);
        self.is_mixed |= self.offering.len() > 1;
    }

    /// So much of the stream is in the sending kernel's hands, or beyond.
    pub fn given(&self) -> u64 {
        self.written
            .max(self.taken)
            .max(self.next)
            .max(self.read)
            .max(self.arrived)
    }

    /// The end of what calls in the kernel offer.
    pub fn offered(&self) -> u64 {
        let offers = self.offering.values().flatten();
        let offers = offers.fold(0, |sum: u64, offer| sum.saturating_add(*offer));
        self.given().max(self.written.saturating_add(offers))
    }

    pub fn arrive(&mut self, range: &Range<u64>, fin: bool) {
        self.fin_delivered |= fin;
        if range.start > self.arrived {
            self.arrive_beyond(range.clone());
        } else if range.end > self.arrived {
            self.arrived = range.end;
            self.close_up();
        }
    }

    /// What followed a hole follows in order once the hole is filled.
    fn close_up(&mut self) {
        while let Some((start, end)) = self.beyond.first_key_value().map(|(s, e)| (*s, *e))
            && start <= self.arrived
        {
            self.beyond.pop_first();
            self.arrived = self.arrived.max(end);
        }
    }

    fn arrive_beyond(&mut self, range: Range<u64>) {
        let (mut start, mut end) = (range.start, range.end);
        if start >= end {
            return;
        }
        while let Some((s, e)) = self.beyond.range(..=end).next_back().map(|(s, e)| (*s, *e))
            && e >= start
        {
            self.beyond.remove(&s);
            (start, end) = (start.min(s), end.max(e));
        }
        self.beyond.insert(start, end);
    }

    /// The FIN is in the receiving kernel.
    pub fn has_fin_arrived(&self) -> bool {
        self.fin_delivered && self.fin_at.is_some_and(|at| at <= self.arrived)
    }

    /// The receiving kernel has taken at least this much: it acknowledged it. The FIN counts.
    pub fn taken_up_to(&mut self, ack: u64) {
        let data = self.fin_at.map_or(ack, |at| ack.min(at));
        self.fin_delivered |= self.fin_at.is_some_and(|at| ack > at);
        if data > self.arrived {
            self.arrived = data;
            self.close_up();
        }
    }

    /// The receiving kernel's own count, which is right also where the wire delivered more.
    pub fn received(&mut self, count: u64) {
        for range in std::mem::take(&mut self.early) {
            self.arrive(&range, false);
        }
        self.taken_up_to(count);
        self.arrived = self.arrived.min(count);
    }

    /// The sending kernel's own count of what is acknowledged.
    pub fn acknowledged(&mut self, count: u64) {
        self.acked = count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_beyond_a_hole_join_and_follow_when_it_is_filled() {
        let mut direction = Direction::default();
        for (range, arrived, beyond) in [
            (5..7, 0, vec![(5, 7)]),
            (9..12, 0, vec![(5, 7), (9, 12)]),
            (6..9, 0, vec![(5, 12)]),
            (14..15, 0, vec![(5, 12), (14, 15)]),
            (0..3, 3, vec![(5, 12), (14, 15)]),
            (1..6, 12, vec![(14, 15)]),
            (2..4, 12, vec![(14, 15)]),
        ] {
            direction.arrive(&range, false);
            let now: Vec<_> = direction.beyond.iter().map(|(s, e)| (*s, *e)).collect();
            assert_eq!((direction.arrived, now), (arrived, beyond), "{range:?}");
        }
    }

    #[test]
    fn places_go_on_where_sequence_numbers_begin_again() {
        let direction = Direction {
            first: Some(SeqNo(u32::MAX - 9)),
            ..Direction::default()
        };
        for (seq, near, place) in [
            (u32::MAX - 9, 0, 0),
            (0, 0, 10),
            (u32::MAX - 10, 0, -1),
            (5, 4, 15),
            (5, (1 << 32) + 4, (1 << 32) + 15),
        ] {
            assert_eq!(direction.place(SeqNo(seq), near), Some(place), "{seq}");
        }
    }
}

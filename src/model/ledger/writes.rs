//! Which call wrote which bytes of a stream, and where one segment ended and the next began.
//!
//! In: a stream and a part of it, so that a million small sends cost no more than what is shown.

use std::ops::Range;

use super::super::State;
use super::direction::Direction;
use super::stream::Stream;
use crate::trace::{CallId, Name};

/// Bytes that one call gave to the kernel, cut to what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// 1 is the first call that wrote to this stream.
    pub number: usize,
    pub range: Range<u64>,
    pub program: Name,
    /// `None` when the program is not known.
    pub call: Option<CallId>,
}

impl State {
    /// The calls that wrote a part of a stream, in order. A call that has not returned is not
    /// among them, nor is what no program of this run wrote. None are known where two threads wrote
    /// at once: which of them came first, only the kernel knows.
    pub fn writes(&self, stream: &Stream, range: Range<u64>) -> Vec<Written> {
        let direction = self.direction(stream);
        let Some(direction) = direction.filter(|direction| !direction.is_mixed) else {
            return Vec::new();
        };
        let chunks = &direction.chunks;
        let first = chunks.partition_point(|chunk| chunk.at + chunk.len <= range.start);
        let within = chunks.iter().enumerate().skip(first);
        let within = within.take_while(|(_, chunk)| chunk.at < range.end);
        let written = within.map(|(index, chunk)| {
            let end = chunk.at.saturating_add(chunk.len);
            let program = self.programs.get(&chunk.program);
            let call = program.and_then(|program| program.calls.get(chunk.index));
            Written {
                number: index + 1,
                range: chunk.at.max(range.start)..end.min(range.end),
                program: chunk.program.clone(),
                call: call.map(|call| call.id),
            }
        });
        written.collect()
    }

    /// Where the call that wrote this byte began to write; the byte itself where none is known.
    pub fn write_start(&self, stream: &Stream, at: u64) -> u64 {
        let written = self.direction(stream).and_then(|direction| {
            let chunks = &direction.chunks;
            let next = chunks.partition_point(|chunk| chunk.at <= at);
            let chunk = chunks.get(next.checked_sub(1)?)?;
            (at < chunk.at.saturating_add(chunk.len)).then_some(chunk.at)
        });
        written.unwrap_or(at)
    }

    /// Places strictly within a part of a stream at which a segment ended when it was first sent.
    pub fn segment_ends(&self, stream: &Stream, range: Range<u64>) -> Vec<u64> {
        let Some(direction) = self.direction(stream) else {
            return Vec::new();
        };
        let log = &direction.log;
        let first = log.partition_point(|(at, _)| *at <= range.start);
        let starts = log.iter().skip(first).map(|(at, _)| *at);
        let next = direction.next;
        let starts = starts.chain((next < direction.given()).then_some(next));
        starts
            .skip_while(|at| *at <= range.start)
            .take_while(|at| *at < range.end)
            .collect()
    }

    pub(super) fn direction(&self, stream: &Stream) -> Option<&Direction> {
        let (at, side) = stream.at;
        let connection = self.ledger.connections.get(at)?;
        Some(&connection.directions[side])
    }
}

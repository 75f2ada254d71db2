//! Which segments a trigger means, and what became of them.

use super::rule::{Again, Count, SegmentWords, Subject};
use crate::model::{Segment, Sort, State};
use crate::trace::{Event, SegmentId, What};

/// Whether this segment, or the one it is a copy of, is what the words mean.
pub(in crate::lesson) fn is_meant(
    subject: &Subject,
    state: &State,
    id: SegmentId,
    words: &SegmentWords,
) -> bool {
    let Some(segment) = state.segments.get(&id) else {
        return false;
    };
    if !subject.is_host(state, &segment.from) || !words.sort.is(segment, state) {
        return false;
    }
    let is_so_long = |wanted: Count| {
        wanted.fits(match words.sort {
            Sort::Packet => segment.bytes.len() as u64,
            _ => {
                let packet = segment.packet.as_ref();
                packet.map_or(0, |packet| packet.payload().len() as u64)
            }
        })
    };
    if words.length.is_some_and(|wanted| !is_so_long(wanted)) {
        return false;
    }
    let Some(nth) = words.nth else {
        return true;
    };
    let counted = if words.sort.is_named() {
        segment
    } else {
        first_of(state, segment)
    };
    let is_host = |host: &str| subject.is_host(state, host);
    state.tally().nth(counted.id, words.sort, is_host) == nth
}

/// Copies name the first of their kind, or a copy of it.
fn first_of<'a>(state: &'a State, segment: &'a Segment) -> &'a Segment {
    let mut first = segment;
    while let Some(earlier) = first.copy_of.and_then(|id| state.segments.get(&id)) {
        if earlier.id >= first.id {
            break; // Only a damaged trace says so.
        }
        first = earlier;
    }
    first
}

pub(super) fn sent(
    subject: &Subject,
    state: &State,
    event: &Event,
    words: &SegmentWords,
    again: Again,
) -> bool {
    let What::Sent {
        segment,
        copy_of,
        reason,
        ..
    } = &event.what
    else {
        return false;
    };
    let is_right = match again {
        // A probe is the same segment each time, and each time a probe.
        Again::No => copy_of.is_none() || words.sort.is_named(),
        Again::Yes => copy_of.is_some(),
        Again::Because(reasons) => reason.is_some_and(|reason| reasons.contains(&reason)),
    };
    is_right && is_meant(subject, state, *segment, words)
}

pub(super) fn announces(subject: &Subject, state: &State, event: &Event, count: Count) -> bool {
    let What::Sent { segment, .. } = &event.what else {
        return false;
    };
    let segment = state.segments.get(segment);
    let own = segment.filter(|segment| subject.is_host(state, &segment.from));
    let window = own.and_then(|segment| state.tally().window(segment));
    window.is_some_and(|window| count.fits(window))
}

/// A segment leaves that says: so many bytes of yours have arrived.
pub(super) fn acknowledges(subject: &Subject, state: &State, event: &Event, count: Count) -> bool {
    let What::Sent { segment, from, .. } = &event.what else {
        return false;
    };
    let acknowledged = state.acknowledged_by(*segment);
    subject.is_host(state, from) && acknowledged.is_some_and(|number| count.fits(number))
}

/// How many segments of these hosts wait on the wire.
pub(super) fn held(subject: &Subject, state: &State) -> u64 {
    let of_host = state.held.iter().filter(|id| match subject {
        Subject::Any => true,
        Subject::Named(_) => {
            let segment = state.segments.get(id);
            segment.is_some_and(|segment| subject.is_host(state, &segment.from))
        }
    });
    of_host.count() as u64
}

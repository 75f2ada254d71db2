//! Which segments a trigger means.

use super::{SegmentKind, SegmentWords, Subject};
use crate::model::{Segment, State};
use crate::trace::SegmentId;

/// Whether this segment, or the one it is a copy of, is what the words mean.
pub(in crate::lesson) fn is_segment(
    subject: &Subject,
    state: &State,
    id: SegmentId,
    words: &SegmentWords,
) -> bool {
    let Some(segment) = state.segments.get(&id) else {
        return false;
    };
    if !subject.is_host(state, &segment.from) || !is_kind(segment, words.kind) {
        return false;
    }
    let Some(nth) = words.nth else {
        return true;
    };
    // Copies name the first of their kind, or a copy of it.
    let mut first = segment;
    while let Some(earlier) = first.copy_of.and_then(|id| state.segments.get(&id)) {
        if earlier.id >= first.id {
            break; // Only a damaged trace says so.
        }
        first = earlier;
    }
    let alike = state.segments.values().filter(|other| {
        other.copy_of.is_none()
            && other.id <= first.id
            && subject.is_host(state, &other.from)
            && is_kind(other, words.kind)
    });
    alike.count() == nth
}

/// A FIN that carries data is both a FIN and data.
fn is_kind(segment: &Segment, kind: SegmentKind) -> bool {
    let Some(packet) = &segment.packet else {
        return false;
    };
    let Some(tcp) = packet.tcp() else {
        return false;
    };
    let flags = tcp.flags;
    match kind {
        SegmentKind::Syn => flags.syn && !flags.ack,
        SegmentKind::SynAck => flags.syn && flags.ack,
        SegmentKind::Ack => {
            flags.ack && !flags.syn && !flags.fin && !flags.rst && packet.payload().is_empty()
        }
        SegmentKind::Data => !packet.payload().is_empty(),
        SegmentKind::Fin => flags.fin,
        SegmentKind::Rst => flags.rst,
    }
}

//! What is to be said of a segment besides its name; how it is said is left to `words`.

use super::Numbers;
use crate::model::{Fate, Named, Segment, State};
use crate::trace::{Resent, SegmentId};

/// One remark, which takes a line of its own below the segment's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Its numbers as they stand in the header.
    Absolute,
    /// The wire made it, a second one of this.
    Duplicate(SegmentId),
    /// The wire changed bytes of it.
    Corrupted,
    /// The kernel's own word on why it was sent.
    Because(Resent),
    /// What it is called beyond its flags.
    Named(Named),
    /// So many copies wait behind it, sent for this reason.
    Copies(Resent, usize),
    /// Nobody saw it.
    Inferred,
}

/// In the order in which they are read.
pub fn notes(numbers: Numbers, state: &State, segment: &Segment) -> Vec<Note> {
    let mut notes = Vec::new();
    let is_tcp = segment.packet.as_ref().is_some_and(|p| p.tcp().is_some());
    if numbers == Numbers::Absolute && is_tcp {
        notes.push(Note::Absolute);
    }
    notes.extend(segment.duplicate_of().map(Note::Duplicate));
    if !segment.corrupted.is_empty() {
        notes.push(Note::Corrupted);
    }
    notes.extend(segment.reason.map(Note::Because));
    // The name itself says that it was sent again.
    let names = names_to_say(state, segment).filter(|named| *named != Named::Retransmission);
    notes.extend(names.map(Note::Named));
    let reasons = absorbed_reasons(state, segment).into_iter();
    notes.extend(reasons.map(|(reason, count)| Note::Copies(reason, count)));
    if segment.inferred.is_some() {
        notes.push(Note::Inferred);
    }
    notes
}

/// What it is called beyond its flags, and the kernel's reason does not say already.
pub fn names_to_say(state: &State, segment: &Segment) -> impl Iterator<Item = Named> {
    let has_reason = segment.reason.is_some();
    let names = state.names().of(segment.id).iter().copied();
    names.filter(move |name| {
        let is_said = matches!(
            name,
            Named::WindowProbe | Named::Keepalive | Named::Retransmission
        );
        !(has_reason && is_said)
    })
}

/// Copies that wait behind it and whose reason is not known.
pub fn copies_without_reason(state: &State, segment: &Segment) -> usize {
    let copies = absorbed(state, segment);
    copies.filter(|copy| copy.reason.is_none()).count()
}

/// Why the kernel sent the copies that wait behind it, and how many for each reason.
fn absorbed_reasons(state: &State, segment: &Segment) -> Vec<(Resent, usize)> {
    let mut counted: Vec<(Resent, usize)> = Vec::new();
    for reason in absorbed(state, segment).filter_map(|copy| copy.reason) {
        match counted.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => counted.push((reason, 1)),
        }
    }
    counted
}

fn absorbed<'a>(state: &'a State, segment: &'a Segment) -> impl Iterator<Item = &'a Segment> {
    let copies = segment.copies.iter();
    let copies = copies.filter_map(|(id, _)| state.segments.get(id));
    copies.filter(|copy| copy.fate == Fate::Absorbed)
}

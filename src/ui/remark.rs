//! What is odd about a segment: duplicated, corrupted, resent and why, inferred.
//!
//! In: a segment. Out: a few words for the ladder, a sentence for the drawer, a shape for the
//! token. How it looks is left to them.

use super::parts::Icon;
use super::text::say;
use crate::lesson::Language;
use crate::model::{Fate, Segment, State};
use crate::trace::Resent;

/// Words for the ladder, each on a line of its own.
pub fn notes(language: Language, state: &State, segment: &Segment) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(original) = segment.duplicate_of() {
        notes.push(say!(language, "remark.duplicate", id = original).into_owned());
    }
    if !segment.corrupted.is_empty() {
        notes.push(say!(language, "remark.corrupted", byte = places(segment)).into_owned());
    }
    if let Some(reason) = segment.reason {
        let why = word(language, reason);
        notes.push(say!(language, "remark.because", why = why).into_owned());
    }
    for (reason, count) in absorbed_reasons(state, segment) {
        let why = word(language, reason);
        notes.push(say!(language, "remark.copies", count = count, why = why).into_owned());
    }
    if segment.inferred.is_some() {
        notes.push(say!(language, "remark.inferred").into_owned());
    }
    notes
}

/// The same as whole sentences.
pub fn sentences(language: Language, state: &State, segment: &Segment) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(original) = segment.duplicate_of() {
        let is_tcp = segment.packet.as_ref().is_some_and(|p| p.tcp().is_some());
        let text = if is_tcp {
            say!(language, "remark.duplicate_why", id = original)
        } else {
            say!(language, "remark.duplicate_why_udp", id = original)
        };
        said.push(text.into_owned());
    }
    if !segment.corrupted.is_empty() {
        said.push(say!(language, "remark.corrupted_why", byte = places(segment)).into_owned());
    }
    if let Some(reason) = segment.reason {
        said.push(sentence(language, reason));
    }
    for (reason, count) in absorbed_reasons(state, segment) {
        let why = sentence(language, reason);
        said.push(say!(language, "remark.copies_why", count = count, why = why).into_owned());
    }
    if segment.inferred.is_some() {
        said.push(say!(language, "remark.inferred_why").into_owned());
    }
    said
}

/// Shapes beside its name: no colour alone tells.
pub fn icons(segment: &Segment) -> Vec<Icon> {
    let found = [
        (!segment.corrupted.is_empty(), Icon::Warning),
        (segment.duplicate_of().is_some(), Icon::Twin),
        (matches!(segment.fate, Fate::Delayed(_)), Icon::Clock),
    ];
    let found = found.into_iter().filter(|(is, _)| *is);
    found.map(|(_, icon)| icon).collect()
}

/// Why the kernel sent the copies that wait behind it, and how many for each reason.
fn absorbed_reasons(state: &State, segment: &Segment) -> Vec<(Resent, usize)> {
    let copies = segment.copies.iter();
    let copies = copies.filter_map(|(id, _)| state.segments.get(id));
    let reasons = copies
        .filter(|copy| copy.fate == Fate::Absorbed)
        .filter_map(|copy| copy.reason);
    let mut counted: Vec<(Resent, usize)> = Vec::new();
    for reason in reasons {
        match counted.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => counted.push((reason, 1)),
        }
    }
    counted
}

fn places(segment: &Segment) -> String {
    let places = segment.corrupted.iter().map(ToString::to_string);
    places.collect::<Vec<_>>().join(", ")
}

/// A few words for why the kernel sent it.
fn word(language: Language, reason: Resent) -> String {
    match reason {
        Resent::Rto => say!(language, "resent.rto"),
        Resent::Tlp => say!(language, "resent.tlp"),
        Resent::FastRetransmit => say!(language, "resent.fast"),
        Resent::SynRetry => say!(language, "resent.syn"),
        Resent::SynAckRetry => say!(language, "resent.syn_ack"),
        Resent::Keepalive => say!(language, "resent.keepalive"),
        Resent::WindowProbe => say!(language, "resent.probe"),
        Resent::Unknown => say!(language, "resent.unknown"),
    }
    .into_owned()
}

/// One sentence, with the RFC's section where there is one.
fn sentence(language: Language, reason: Resent) -> String {
    match reason {
        Resent::Rto => say!(language, "resent.rto_why"),
        Resent::Tlp => say!(language, "resent.tlp_why"),
        Resent::FastRetransmit => say!(language, "resent.fast_why"),
        Resent::SynRetry => say!(language, "resent.syn_why"),
        Resent::SynAckRetry => say!(language, "resent.syn_ack_why"),
        Resent::Keepalive => say!(language, "resent.keepalive_why"),
        Resent::WindowProbe => say!(language, "resent.probe_why"),
        Resent::Unknown => say!(language, "resent.unknown_why"),
    }
    .into_owned()
}

//! What is to be said of a segment besides its name: what made it, what is odd about it, why it
//! was sent again.
//!
//! In: a segment. Out: a few words for the ladder, sentences for those who point at it and for the
//! drawer. How it looks is left to them. Where a sentence is our inference and not the kernel's
//! word, it says so.

use super::host::host_word;
use super::segment;
use crate::ladder::{self, Note, Numbers, find_call, names_to_say};
use crate::lesson::Language;
use crate::model::{Cause, Fate, Named, Segment, State};
use crate::trace::{Name, Resent};

/// Words for the ladder, each on a line of its own: one for each of [`ladder::notes`].
pub fn notes(
    language: Language,
    numbers: Numbers,
    state: &State,
    segment: &Segment,
) -> Vec<String> {
    let notes = ladder::notes(numbers, state, segment).into_iter();
    notes.map(|each| note(language, segment, each)).collect()
}

fn note(language: Language, segment: &Segment, note: Note) -> String {
    match note {
        Note::Absolute => return segment::absolute(segment).unwrap_or_default(),
        Note::Duplicate(original) => say!(language, "remark.duplicate", id = original),
        Note::Corrupted => say!(language, "remark.corrupted", byte = places(segment)),
        Note::Because(reason) => {
            let why = word(language, reason);
            say!(language, "remark.because", why = why)
        }
        Note::Named(named) => return named_word(language, named),
        Note::Copies(reason, count) => {
            let why = word(language, reason);
            say!(language, "remark.copies", count = count, why = why)
        }
        Note::Inferred => say!(language, "remark.inferred"),
    }
    .into_owned()
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
    said.extend(names_to_say(state, segment).map(|named| named_sentence(language, named)));
    for note in ladder::notes(Numbers::Relative, state, segment) {
        let Note::Copies(reason, count) = note else {
            continue;
        };
        let why = sentence(language, reason);
        said.push(say!(language, "remark.copies_why", count = count, why = why).into_owned());
    }
    if matches!(segment.fate, Fate::Dropped(_)) {
        said.push(say!(language, "named.dropped_why").into_owned());
    }
    if segment.inferred.is_some() {
        said.push(say!(language, "remark.inferred_why").into_owned());
    }
    said
}

/// Who acted, and what made it; nothing of an inferred one.
pub fn made(language: Language, state: &State, segment: &Segment) -> Option<String> {
    let host = host_word(language, state, &segment.from);
    let words = match state.causes().of_segment(segment.id)? {
        Cause::Call(id) => {
            let (program, call) = find_call(state, *id)?;
            let program = host_word(language, state, program);
            say!(
                language,
                "made.call",
                program = program,
                call = call.name,
                host = host
            )
        }
        Cause::Arrival(id) => {
            let answered = segment::short_name(language, state, *id);
            say!(language, "made.arrival", host = host, segment = answered)
        }
        Cause::Timer => say!(language, "made.timer", host = host),
        Cause::Exit(program) => {
            let program = host_word(language, state, program);
            say!(language, "made.exit", host = host, program = program)
        }
        Cause::Wire(_) => return None,
        Cause::Unknown if segment.copy_of.is_some() => say!(language, "made.again", host = host),
        Cause::Unknown => say!(language, "made.unknown"),
    };
    Some(words.into_owned())
}

/// What let a call return.
pub fn woken(language: Language, state: &State, cause: &Cause) -> Option<String> {
    let words = match cause {
        Cause::Arrival(id) => {
            let segment = segment::short_name(language, state, *id);
            say!(language, "woken.arrival", segment = segment)
        }
        Cause::Call(id) => {
            let (_, call) = find_call(state, *id)?;
            say!(language, "woken.call", call = call.name)
        }
        Cause::Timer => say!(language, "woken.timer"),
        Cause::Exit(_) | Cause::Wire(_) | Cause::Unknown => return None,
    };
    Some(words.into_owned())
}

/// What brought a socket of this host into a state.
pub fn brought(language: Language, state: &State, host: &Name, cause: &Cause) -> Option<String> {
    let host = host_word(language, state, host);
    let words = match cause {
        Cause::Call(id) => {
            let (program, call) = find_call(state, *id)?;
            let program = host_word(language, state, program);
            say!(
                language,
                "brought.call",
                program = program,
                call = call.name
            )
        }
        Cause::Arrival(id) => {
            let segment = segment::short_name(language, state, *id);
            say!(language, "brought.arrival", host = host, segment = segment)
        }
        Cause::Exit(program) => {
            let program = host_word(language, state, program);
            say!(language, "brought.exit", host = host, program = program)
        }
        Cause::Timer | Cause::Wire(_) | Cause::Unknown => return None,
    };
    Some(words.into_owned())
}

fn places(segment: &Segment) -> String {
    let places = segment.corrupted.iter().map(ToString::to_string);
    places.collect::<Vec<_>>().join(", ")
}

/// What it is called beyond its flags.
pub fn named_word(language: Language, named: Named) -> String {
    match named {
        Named::Retransmission => say!(language, "named.retransmission"),
        Named::DuplicateAck(count) => say!(language, "named.duplicate_ack", count = count),
        Named::ZeroWindow => say!(language, "named.zero_window"),
        Named::WindowUpdate => say!(language, "named.window_update"),
        Named::WindowProbe => say!(language, "named.window_probe"),
        Named::Keepalive => say!(language, "named.keepalive"),
        Named::Refusal => say!(language, "named.refusal"),
        Named::Abort => say!(language, "named.abort"),
        Named::NoConnection => say!(language, "named.no_connection"),
        Named::OutOfOrder => say!(language, "named.out_of_order"),
        Named::Overtaken => say!(language, "named.overtaken"),
        Named::NothingNew => say!(language, "named.nothing_new"),
    }
    .into_owned()
}

/// One sentence, with the RFC's section.
fn named_sentence(language: Language, named: Named) -> String {
    match named {
        Named::Retransmission => say!(language, "named.retransmission_why"),
        Named::DuplicateAck(count) => say!(language, "named.duplicate_ack_why", count = count),
        Named::ZeroWindow => say!(language, "named.zero_window_why"),
        Named::WindowUpdate => say!(language, "named.window_update_why"),
        Named::WindowProbe => say!(language, "named.window_probe_why"),
        Named::Keepalive => say!(language, "named.keepalive_why"),
        Named::Refusal => say!(language, "named.refusal_why"),
        Named::Abort => say!(language, "named.abort_why"),
        Named::NoConnection => say!(language, "named.no_connection_why"),
        Named::OutOfOrder => say!(language, "named.out_of_order_why"),
        Named::Overtaken => say!(language, "named.overtaken_why"),
        Named::NothingNew => say!(language, "named.nothing_new_why"),
    }
    .into_owned()
}

/// A few words for why the kernel sent it.
pub fn word(language: Language, reason: Resent) -> String {
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

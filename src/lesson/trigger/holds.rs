//! Whether one statement is true at an event. Pure: it remembers nothing.
//!
//! In: a statement, an event, the state after it. Out: yes or no, without a walk over the run:
//! what has to be counted, the state's tally has counted.

use super::rule::{Clause, Counted, Fact, FateWord, Subject};
use super::{calls, segments, sockets};
use crate::model::State;
use crate::trace::{Event, What};

pub(in crate::lesson) fn holds(clause: &Clause, state: &State, event: &Event) -> bool {
    let subject = &clause.subject;
    match &clause.fact {
        Fact::Always => true,
        Fact::Never => false,
        Fact::InState {
            state: name,
            without_descriptor,
        } => sockets::of(subject, state).any(|socket| {
            socket.facts.state == *name && !(*without_descriptor && socket.facts.fd.is_some())
        }),
        Fact::Has(counted, count) => count.fits(match counted {
            Counted::State(name) => sockets::number(subject, state, |socket| socket.state == *name),
            Counted::Descriptors => sockets::number(subject, state, |socket| socket.fd.is_some()),
            Counted::Threads => calls::threads(subject, state),
        }),
        Fact::SocketGone => matches!(&event.what, What::Gone { host, key }
            if sockets::was_of(subject, state, host, *key)),
        Fact::QueueIs(queue, count) => sockets::queue_is(subject, state, *queue, *count),
        Fact::BufferIs(buffer, count) => sockets::of(subject, state)
            .any(|socket| sockets::waiting(state, socket, *buffer).is_some_and(|n| count.fits(n))),
        Fact::InfoIs(info, count) => sockets::of(subject, state)
            .any(|socket| sockets::number_of(socket, *info).is_some_and(|n| count.fits(n))),
        Fact::CallBlocked { call, nth } => calls::is_blocked(subject, state, call, *nth),
        Fact::CallReturned { call, answer } => calls::returned(subject, state, event, call, answer),
        Fact::CallFailed { call, why, nth } => {
            calls::failed(subject, state, event, call, why.as_deref(), *nth)
        }
        Fact::Sent { segment, again } => segments::sent(subject, state, event, segment, *again),
        Fact::Segment { segment, fate } => match (fate, &event.what) {
            (FateWord::Delivered, What::Delivered { segment: id })
            | (FateWord::Dropped, What::Dropped { segment: id })
            | (FateWord::Corrupted, What::Corrupted { segment: id, .. })
            | (FateWord::Duplicated, What::Duplicated { segment: id, .. })
            | (FateWord::Delayed, What::Delayed { segment: id, .. }) => {
                segments::is_meant(subject, state, *id, segment)
            }
            (FateWord::Held, _) => {
                let mut held = state.held.iter();
                held.any(|id| segments::is_meant(subject, state, *id, segment))
            }
            _ => false,
        },
        Fact::Announces(count) => segments::announces(subject, state, event, *count),
        Fact::Acknowledges(count) => segments::acknowledges(subject, state, event, *count),
        Fact::Held(count) => count.fits(segments::held(subject, state)),
        Fact::Byte(at, place) => {
            let places = state.places_in_newest(|host| subject.is_host(state, host), *at);
            places.into_iter().any(|each| place.is(each))
        }
        Fact::Prints(wanted) => matches!(&event.what, What::Print { program, text }
            if subject.is_program(state, program) && calls::completes(state, program, text, wanted)),
        Fact::Asks => matches!(&event.what, What::Ask { program, .. }
            if subject.is_program(state, program)),
        Fact::Exits { with } => matches!(&event.what, What::Exit { program, traceback, .. }
            if subject.is_program(state, program)
                && calls::ends_with(traceback.as_deref(), with.as_deref())),
    }
}

/// Whether an event can change what a condition says. Most of a long run is not about it.
pub(super) fn can_change(fact: &Fact, what: &What) -> bool {
    match fact {
        Fact::InState { .. } | Fact::QueueIs(..) | Fact::BufferIs(..) | Fact::InfoIs(..) => {
            is_about_sockets(what)
        }
        Fact::Has(counted, _) => match counted {
            Counted::State(_) | Counted::Descriptors => is_about_sockets(what),
            Counted::Threads => is_about_programs(what),
        },
        Fact::CallBlocked { .. } => is_about_programs(what),
        Fact::Segment { .. } | Fact::Held(_) => is_about_the_wire(what),
        Fact::Byte(..) => {
            is_about_sockets(what) || is_about_programs(what) || is_about_the_wire(what)
        }
        Fact::Always | Fact::Never => false,
        Fact::SocketGone
        | Fact::CallReturned { .. }
        | Fact::CallFailed { .. }
        | Fact::Sent { .. }
        | Fact::Announces(_)
        | Fact::Acknowledges(_)
        | Fact::Prints(_)
        | Fact::Asks
        | Fact::Exits { .. } => true,
    }
}

fn is_about_sockets(what: &What) -> bool {
    matches!(what, What::Socket(_) | What::Buffers(_) | What::Gone { .. })
}

fn is_about_programs(what: &What) -> bool {
    matches!(
        what,
        What::Call { .. }
            | What::Blocked { .. }
            | What::Return { .. }
            | What::Ask { .. }
            | What::Answer { .. }
            | What::Thread { .. }
            | What::Exit { .. }
            | What::Order(_)
            | What::Rest
    )
}

fn is_about_the_wire(what: &What) -> bool {
    matches!(
        what,
        What::Sent { .. }
            | What::Inferred { .. }
            | What::Delivered { .. }
            | What::Dropped { .. }
            | What::Duplicated { .. }
            | What::Corrupted { .. }
            | What::Delayed { .. }
    )
}

impl Subject {
    /// Whether it means this program: by its own name, or by its host's where no program has
    /// that name.
    pub(in crate::lesson) fn is_program(&self, state: &State, program: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Named(name) if state.programs.contains_key(name) => name == program,
            Self::Named(name) => {
                let host = state.programs.get(program).map(|program| &program.host);
                host == Some(name)
            }
        }
    }

    /// Whether it means this host: by its own name, or by a program's that lives there.
    pub(in crate::lesson) fn is_host(&self, state: &State, host: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Named(name) => {
                let lives_on = state.programs.get(name).map(|program| &program.host);
                lives_on.map_or(name.as_str(), String::as_str) == host
            }
        }
    }
}

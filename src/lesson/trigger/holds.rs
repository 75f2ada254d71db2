//! Whether one statement is true at an event. Pure: it remembers nothing.

use super::segments::is_segment;
use super::{Clause, Fact, FateWord, Queue, Subject};
use crate::model::{Activity, State};
use crate::trace::{CallId, Event, Returned, SocketFacts, What};

pub(in crate::lesson) fn holds(clause: &Clause, state: &State, event: &Event) -> bool {
    let subject = &clause.subject;
    match &clause.fact {
        Fact::Always => true,
        Fact::Never => false,
        Fact::InState {
            state: name,
            without_descriptor,
        } => sockets(subject, state)
            .any(|socket| socket.state == *name && !(*without_descriptor && socket.fd.is_some())),
        Fact::QueueIs { queue, length } => queue_is(subject, state, *queue, *length),
        Fact::CallBlocked(call) => is_blocked(subject, state, call),
        Fact::CallReturned { call, bytes } => returned(subject, state, event, call, *bytes),
        Fact::CallFailed { call, why } => failed(subject, state, event, call, why.as_deref()),
        Fact::Sent { segment, again } => match &event.what {
            What::Sent {
                segment: id,
                copy_of,
                ..
            } => copy_of.is_some() == *again && is_segment(subject, state, *id, segment),
            _ => false,
        },
        Fact::Segment { segment, fate } => match (fate, &event.what) {
            (FateWord::Delivered, What::Delivered { segment: id })
            | (FateWord::Dropped, What::Dropped { segment: id }) => {
                is_segment(subject, state, *id, segment)
            }
            (FateWord::Held, _) => {
                let mut held = state.held.iter();
                held.any(|id| is_segment(subject, state, *id, segment))
            }
            (FateWord::Delivered | FateWord::Dropped, _) => false,
        },
        Fact::Prints(wanted) => matches!(&event.what, What::Print { program, text }
            if subject.is_program(state, program) && completes(state, program, text, wanted)),
        Fact::Asks => matches!(&event.what, What::Ask { program, .. }
            if subject.is_program(state, program)),
        Fact::Exits { with } => matches!(&event.what, What::Exit { program, traceback, .. }
            if subject.is_program(state, program) && ends_with(traceback.as_deref(), with)),
    }
}

impl Subject {
    /// Whether it means this program: by its own name, or by its host's.
    pub(in crate::lesson) fn is_program(&self, state: &State, program: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Named(name) => {
                let host = state.programs.get(program).map(|program| &program.host);
                name == program || host == Some(name)
            }
        }
    }

    /// Whether it means this host: by its own name, or by a program's that lives there.
    pub(super) fn is_host(&self, state: &State, host: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Named(name) => {
                let lives_on = state.programs.get(name).map(|program| &program.host);
                lives_on.map_or(name.as_str(), String::as_str) == host
            }
        }
    }
}

/// What the kernel says now of the sockets that the subject's host has.
pub(in crate::lesson) fn sockets<'a>(
    subject: &'a Subject,
    state: &'a State,
) -> impl Iterator<Item = &'a SocketFacts> {
    let hosts = state.host_order.iter();
    hosts
        .filter(|host| subject.is_host(state, host))
        .flat_map(|host| state.sockets(host))
        .map(|socket| &socket.facts)
        // Where several programs share a host, another one's sockets are not meant.
        .filter(move |facts| match &facts.program {
            Some(program) => subject.is_program(state, program),
            None => true,
        })
}

/// A host with no listener has no queue, not an empty one.
fn queue_is(subject: &Subject, state: &State, queue: Queue, length: usize) -> bool {
    let mut listeners = sockets(subject, state).filter(|facts| facts.state == "LISTEN");
    listeners.any(|listener| has_queue(state, listener, queue, length))
}

pub(in crate::lesson) fn has_queue(
    state: &State,
    listener: &SocketFacts,
    queue: Queue,
    length: usize,
) -> bool {
    match queue {
        Queue::Accept => listener.accept_queue.map(|n| n as usize) == Some(length),
        Queue::Syn => {
            let half_open = state.sockets(&listener.host).filter(|socket| {
                let facts = &socket.facts;
                facts.state == "SYN_RECV" && facts.listener.is_none_or(|key| key == listener.key)
            });
            half_open.count() == length
        }
    }
}

fn is_blocked(subject: &Subject, state: &State, call: &str) -> bool {
    let mut programs = state.programs.values();
    programs.any(|program| {
        subject.is_program(state, &program.name)
            && !program.has_ended()
            // Asked at every event: not of all calls ever made.
            && program.threads.values().flatten().any(|doing| match doing {
                Activity::Blocked(id) => program.call(*id).is_some_and(|record| record.name == call),
                Activity::Running
                | Activity::Ready(_)
                | Activity::InCall(_)
                | Activity::Asking(_)
                | Activity::Ended { .. } => false,
            })
    })
}

fn is_call(state: &State, program: &str, id: CallId, call: &str) -> bool {
    let program = state.programs.get(program);
    let record = program.and_then(|program| program.call(id));
    record.is_some_and(|record| record.name == call)
}

fn returned(
    subject: &Subject,
    state: &State,
    event: &Event,
    call: &str,
    wanted: Option<usize>,
) -> bool {
    let What::Return {
        program,
        call: id,
        returned: Returned::Value { value },
        bytes,
        ..
    } = &event.what
    else {
        return false;
    };
    let count = match bytes {
        Some(bytes) => Some(bytes.0.len()),
        None if value == "b''" => Some(0),
        None => value.parse().ok(),
    };
    subject.is_program(state, program)
        && is_call(state, program, *id, call)
        && (wanted.is_none() || wanted == count)
}

fn failed(
    subject: &Subject,
    state: &State,
    event: &Event,
    call: &str,
    wanted: Option<&str>,
) -> bool {
    let What::Return {
        program,
        call: id,
        returned: Returned::Failed {
            error, exception, ..
        },
        ..
    } = &event.what
    else {
        return false;
    };
    let is_wanted = |name: &str| wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(name));
    subject.is_program(state, program)
        && is_call(state, program, *id, call)
        && (is_wanted(exception) || error.as_deref().is_some_and(is_wanted))
}

/// Output comes in fragments: does this one finish the wanted text?
fn completes(state: &State, program: &str, text: &str, wanted: &str) -> bool {
    let Some(program) = state.programs.get(program) else {
        return false;
    };
    let Some(before) = program.output.strip_suffix(text) else {
        return false;
    };
    // What ends in the new text begins at most this far before it; the rest was looked at before.
    let mut from = before.len().saturating_sub(wanted.len().saturating_sub(1));
    while !program.output.is_char_boundary(from) {
        from -= 1;
    }
    let ends = program.output[from..].match_indices(wanted);
    ends.map(|(start, found)| from + start + found.len())
        .any(|end| end > before.len())
}

/// A traceback's last line starts with the exception's name.
fn ends_with(traceback: Option<&str>, wanted: &Option<String>) -> bool {
    let Some(wanted) = wanted else {
        return true;
    };
    let last = traceback.and_then(|text| text.trim_end().lines().last());
    last.is_some_and(|line| line.starts_with(wanted.as_str()))
}

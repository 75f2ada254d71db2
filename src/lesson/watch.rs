//! Whether a trigger holds at an event. Pure.
//!
//! In: each event, with the state after it. Out: yes or no. A [`Watcher`] remembers only what
//! `and`, `before` and `then` need; everything else is read from the state.

use super::trigger::{
    Clause, Fact, FateWord, Queue, Rule, SegmentKind, SegmentWords, Subject, Trigger,
};
use crate::model::{Activity, Segment, State};
use crate::trace::{CallId, Event, Returned, SegmentId, SocketFacts, What};

/// A trigger that watches a run from the first event it is shown.
#[derive(Clone, Debug)]
pub struct Watcher {
    watch: Watch,
}

#[derive(Clone, Debug)]
enum Watch {
    One(Clause),
    And(Vec<Part>),
    Before {
        first: Clause,
        second: Clause,
        is_too_late: bool,
    },
    Then {
        first: Clause,
        second: Clause,
        first_came: bool,
    },
}

#[derive(Clone, Debug)]
struct Part {
    watch: Watch,
    has_happened: bool,
}

impl Watcher {
    pub fn new(trigger: &Trigger) -> Self {
        Self {
            watch: Watch::new(&trigger.rule),
        }
    }

    /// Takes the next event and the state after it. Whether the trigger holds at this event.
    pub fn see(&mut self, state: &State, event: &Event) -> bool {
        self.watch.see(state, event)
    }

    /// Whether it speaks of what is so for a while, and not of what happens.
    pub(super) fn is_condition(&self) -> bool {
        self.watch.is_condition()
    }
}

impl Watch {
    fn new(rule: &Rule) -> Self {
        match rule {
            Rule::One(clause) => Self::One(clause.clone()),
            Rule::And(parts) => Self::And(parts.iter().map(Part::new).collect()),
            Rule::Before(first, second) => Self::Before {
                first: first.clone(),
                second: second.clone(),
                is_too_late: false,
            },
            Rule::Then(first, second) => Self::Then {
                first: first.clone(),
                second: second.clone(),
                first_came: false,
            },
        }
    }

    fn see(&mut self, state: &State, event: &Event) -> bool {
        match self {
            Self::One(clause) => holds(clause, state, event),
            Self::And(parts) => {
                // Every part must see every event: no short-circuit.
                let mut all = true;
                for part in parts {
                    all &= part.see(state, event);
                }
                all
            }
            Self::Before {
                first,
                second,
                is_too_late,
            } => {
                *is_too_late |= holds(second, state, event);
                !*is_too_late && holds(first, state, event)
            }
            Self::Then {
                first,
                second,
                first_came,
            } => {
                let holds_now = *first_came && holds(second, state, event);
                *first_came |= holds(first, state, event);
                holds_now
            }
        }
    }

    fn is_condition(&self) -> bool {
        match self {
            Self::One(clause) => clause.fact.is_condition(),
            Self::And(parts) => parts.iter().all(|part| part.watch.is_condition()),
            Self::Before { .. } | Self::Then { .. } => false,
        }
    }
}

impl Part {
    fn new(rule: &Rule) -> Self {
        Self {
            watch: Watch::new(rule),
            has_happened: false,
        }
    }

    fn see(&mut self, state: &State, event: &Event) -> bool {
        let holds_now = self.watch.see(state, event);
        self.has_happened |= holds_now && !self.watch.is_condition();
        holds_now || self.has_happened
    }
}

pub(super) fn holds(clause: &Clause, state: &State, event: &Event) -> bool {
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
    pub(super) fn is_program(&self, state: &State, program: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Named(name) => {
                let host = state.programs.get(program).map(|program| &program.host);
                name == program || host == Some(name)
            }
        }
    }

    /// Whether it means this host: by its own name, or by a program's that lives there.
    fn is_host(&self, state: &State, host: &str) -> bool {
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
pub(super) fn sockets<'a>(
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

pub(super) fn has_queue(
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

/// Whether this segment, or the one it is a copy of, is what the words mean.
pub(super) fn is_segment(
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

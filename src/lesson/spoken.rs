//! What a trigger speaks of: the call, the segment, the socket that a spotlight falls on.
//!
//! In: a trigger, the event at which it came to hold and the state now. Out: the things
//! themselves, in the order the trigger names them. What cannot be told for certain, or is no
//! longer so, is left out. Pure.

use super::trigger::rule::{Clause, Counted, Fact, FateWord, Rule, SegmentWords, Subject};
use super::trigger::{Trigger, holds, segments, sockets};
use crate::model::{Activity, Program, State};
use crate::trace::{CallId, Event, Key, Name, SegmentId, SocketFacts, What};

/// Something that can be seen on the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// The line at which this program stands.
    Line(Name),
    /// A call, with what the kernel answered.
    Call(CallId),
    Socket {
        host: Name,
        key: Key,
    },
    Segment(SegmentId),
}

impl Trigger {
    /// `event` is the one at which it came to hold, `state` what is so now.
    pub fn speaks_of(&self, state: &State, event: &Event) -> Vec<Spoken> {
        let mut clauses = Vec::new();
        said(&self.rule, &mut clauses);
        let mut spoken: Vec<Spoken> = Vec::new();
        for each in clauses {
            let each = spoken_of(each, state, event);
            spoken.extend(each.filter(|each| !spoken.contains(each)));
        }
        spoken
    }
}

/// What has come; not what has yet to come.
fn said<'a>(rule: &'a Rule, into: &mut Vec<&'a Clause>) {
    match rule {
        Rule::One(clause) | Rule::Before(clause, _) => into.push(clause),
        Rule::And { parts, .. } => parts.iter().for_each(|part| said(part, into)),
        Rule::Then(first, second, _) => into.extend([first, second]),
    }
}

fn spoken_of(clause: &Clause, state: &State, event: &Event) -> Option<Spoken> {
    let subject = &clause.subject;
    let holds = || holds::holds(clause, state, event);
    match &clause.fact {
        Fact::InState {
            state: name,
            without_descriptor,
        } => {
            let in_state = sockets::of(subject, state).map(|socket| &socket.facts);
            let in_state = in_state.filter(|socket| {
                socket.state == *name && !(*without_descriptor && socket.fd.is_some())
            });
            socket(event, in_state)
        }
        Fact::Has(Counted::State(name), _) => {
            let in_state = sockets::of(subject, state).map(|socket| &socket.facts);
            socket(event, in_state.filter(|socket| socket.state == *name))
        }
        Fact::QueueIs(queue, count) => {
            let listeners = sockets::of(subject, state).map(|socket| &socket.facts);
            let in_question = listeners.filter(|facts| {
                facts.state == "LISTEN" && sockets::has_queue(state, facts, *queue, *count)
            });
            socket(event, in_question)
        }
        Fact::BufferIs(buffer, count) => {
            let meant = sockets::of(subject, state).filter(|socket| {
                sockets::waiting(state, socket, *buffer).is_some_and(|n| count.fits(n))
            });
            socket(event, meant.map(|socket| &socket.facts))
        }
        Fact::InfoIs(info, count) => {
            let meant = sockets::of(subject, state)
                .filter(|socket| sockets::number_of(socket, *info).is_some_and(|n| count.fits(n)));
            socket(event, meant.map(|socket| &socket.facts))
        }
        Fact::CallBlocked { call, .. } => {
            let programs = state.programs.values();
            only(programs.filter(|program| {
                subject.is_program(state, &program.name) && stands_blocked_in(program, call)
            }))
            .map(line)
        }
        // What returned is no longer where the program stands.
        Fact::CallReturned { .. } | Fact::CallFailed { .. } => match &event.what {
            What::Return { call, .. } if holds() => Some(Spoken::Call(*call)),
            _ => None,
        },
        Fact::Segment {
            segment,
            fate: FateWord::Held,
        } => held(subject, segment, state, event),
        Fact::Sent { .. } | Fact::Segment { .. } | Fact::Announces(_) | Fact::Acknowledges(_) => {
            event_segment(event)
                .filter(|_| holds())
                .map(Spoken::Segment)
        }
        Fact::Asks | Fact::Exits { .. } => match &event.what {
            What::Ask { program, .. } | What::Exit { program, .. } if holds() => {
                let program = state.programs.get(program);
                program.filter(|program| has_a_line(program)).map(line)
            }
            _ => None,
        },
        // The program has gone on from the line that printed.
        Fact::Prints(_) | Fact::Always | Fact::Never => None,
        // Of many things, or of one that is gone.
        Fact::Has(Counted::Threads | Counted::Descriptors, _)
        | Fact::SocketGone
        | Fact::Held(_)
        | Fact::Byte(..) => None,
    }
}

/// The one the event tells of, or else the only one there is.
fn held(subject: &Subject, segment: &SegmentWords, state: &State, event: &Event) -> Option<Spoken> {
    let held = state.held.iter().copied();
    let mut meant = held.filter(|id| segments::is_meant(subject, state, *id, segment));
    let own = event_segment(event).filter(|id| meant.clone().any(|each| each == *id));
    let only = own.or_else(|| meant.next().filter(|_| meant.next().is_none()));
    only.map(Spoken::Segment)
}

fn line(program: &Program) -> Spoken {
    Spoken::Line(program.name.clone())
}

/// The one the event tells of, or else the only one there is.
fn socket<'a>(event: &Event, meant: impl Iterator<Item = &'a SocketFacts>) -> Option<Spoken> {
    let meant: Vec<&SocketFacts> = meant.collect();
    let told = match &event.what {
        What::Socket(facts) => {
            let mut own = meant.iter();
            own.find(|each| each.host == facts.host && each.key == facts.key)
        }
        _ => None,
    };
    let found = told.copied().or_else(|| only(meant.into_iter()))?;
    Some(Spoken::Socket {
        host: found.host.clone(),
        key: found.key,
    })
}

fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next();
    first.filter(|_| all.next().is_none())
}

fn event_segment(event: &Event) -> Option<SegmentId> {
    match &event.what {
        What::Sent { segment, .. }
        | What::Delivered { segment }
        | What::Dropped { segment }
        | What::Corrupted { segment, .. }
        | What::Duplicated { segment, .. }
        | What::Delayed { segment, .. } => Some(*segment),
        _ => None,
    }
}

/// Another thread than the foremost may be blocked: the line in the light is not its line.
fn stands_blocked_in(program: &Program, name: &str) -> bool {
    match &program.activity {
        Activity::Blocked(id) => program
            .call(*id)
            .is_some_and(|call| call.name == name && Some(call.line) == program.line),
        Activity::Running
        | Activity::Ready(_)
        | Activity::InCall(_)
        | Activity::Asking(_)
        | Activity::Ended { .. } => false,
    }
}

/// It asks there still, or died there.
fn has_a_line(program: &Program) -> bool {
    match &program.activity {
        Activity::Asking(_) => true,
        Activity::Ended { traceback, .. } => traceback.is_some(),
        Activity::Running | Activity::Ready(_) | Activity::InCall(_) | Activity::Blocked(_) => {
            false
        }
    }
}

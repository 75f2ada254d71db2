//! "server sends SYN+ACK": what must happen, in words a teacher writes.
//!
//! In: one line of text. Out: a [`Trigger`], or what is wrong with the line and what to write
//! instead. Whether it holds in a run is `watch`'s work. The language is described for teachers
//! in `lessons/README.md`.

pub(super) mod holds;
mod read;
pub(super) mod segments;
mod watch;
mod words;

use std::fmt;

pub use watch::Watcher;
pub(super) use words::is_reserved;

use crate::model::State;
use crate::trace::{Moment, Name, Trace};

/// Holds at the first event that matches.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    /// As written in the lesson.
    pub text: String,
    pub(super) rule: Rule,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rule {
    One(Clause),
    /// What happens has happened by now; what is so is so now.
    And(Vec<Rule>),
    /// The first comes while the second has not come yet.
    Before(Clause, Clause),
    /// The second comes at a later event than the first.
    Then(Clause, Clause),
}

/// One statement about one program or host.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Clause {
    pub subject: Subject,
    pub fact: Fact,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Subject {
    Any,
    /// A program or a host.
    Named(Name),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fact {
    /// A socket of the host is in this TCP state.
    InState {
        state: String,
        without_descriptor: bool,
    },
    CallBlocked(String),
    CallReturned {
        call: String,
        bytes: Option<usize>,
    },
    CallFailed {
        call: String,
        /// An errno's name or an exception's.
        why: Option<String>,
    },
    Sent {
        segment: SegmentWords,
        again: bool,
    },
    Segment {
        segment: SegmentWords,
        fate: FateWord,
    },
    QueueIs {
        queue: Queue,
        length: usize,
    },
    Prints(String),
    Asks,
    Exits {
        with: Option<String>,
    },
    Always,
    Never,
}

/// Which segment: its kind, and perhaps "the second of its kind".
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SegmentWords {
    pub kind: SegmentKind,
    /// Counted from 1 over the whole run, resends not counted.
    pub nth: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SegmentKind {
    Syn,
    SynAck,
    /// Nothing but an acknowledgment.
    Ack,
    Data,
    Fin,
    Rst,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FateWord {
    Delivered,
    Dropped,
    Held,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Queue {
    Syn,
    Accept,
}

/// What is wrong with a line, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {remedy}")]
pub struct TriggerError {
    pub message: String,
    pub remedy: String,
}

impl Trigger {
    pub fn parse(text: &str) -> Result<Self, TriggerError> {
        let rule = read::parse(text)?;
        let text = text.trim().to_owned();
        Ok(Self { text, rule })
    }

    /// When it first holds, watched from the run's first event.
    pub fn first_moment(&self, trace: &Trace) -> Option<Moment> {
        let mut state = State::new(trace.header());
        let mut watcher = Watcher::new(self);
        for event in trace.events() {
            state.apply(event);
            if watcher.see(&state, event) {
                return Some(state.moment);
            }
        }
        None
    }

    /// The programs and hosts it names.
    pub fn names(&self) -> Vec<&str> {
        let mut clauses = Vec::new();
        self.rule.clauses(&mut clauses);
        let named = clauses.into_iter().filter_map(|clause| {
            if let Subject::Named(name) = &clause.subject {
                Some(name.as_str())
            } else {
                None
            }
        });
        named.collect()
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Rule {
    pub(super) fn clauses<'a>(&'a self, into: &mut Vec<&'a Clause>) {
        match self {
            Self::One(clause) => into.push(clause),
            Self::And(parts) => parts.iter().for_each(|part| part.clauses(into)),
            Self::Before(first, second) | Self::Then(first, second) => {
                into.extend([first, second]);
            }
        }
    }
}

impl Fact {
    /// Something that *is so* for a while, rather than *happens* at one event.
    pub(super) fn is_condition(&self) -> bool {
        match self {
            Self::InState { .. }
            | Self::CallBlocked(_)
            | Self::QueueIs { .. }
            | Self::Always
            | Self::Never => true,
            Self::Segment { fate, .. } => *fate == FateWord::Held,
            Self::CallReturned { .. }
            | Self::CallFailed { .. }
            | Self::Sent { .. }
            | Self::Prints(_)
            | Self::Asks
            | Self::Exits { .. } => false,
        }
    }
}

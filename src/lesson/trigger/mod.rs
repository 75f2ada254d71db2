//! "server sends SYN+ACK": what must happen, in words a teacher writes.
//!
//! In: one line of text. Out: a [`Trigger`], or what is wrong with the line and what to write
//! instead. Whether it holds in a run is `watch`'s work. The language is described for teachers
//! in `lessons/README.md`.

mod calls;
mod facts;
pub(super) mod holds;
mod near;
mod read;
pub(super) mod rule;
pub(super) mod segments;
pub(super) mod sockets;
mod things;
mod tokens;
mod watch;
mod words;

use std::fmt;

pub(super) use near::nearest;
use rule::{Fact, Rule, Subject};
pub use watch::Watcher;
pub(super) use words::is_reserved;

use crate::model::State;
use crate::trace::{Moment, Trace};

/// Holds at the first event that matches.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    /// As written in the lesson.
    pub text: String,
    pub(super) rule: Box<Rule>,
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
        let rule = Box::new(read::parse(text)?);
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

    /// Whether it is `never`.
    pub(super) fn is_never(&self) -> bool {
        matches!(&*self.rule, Rule::One(clause) if clause.fact == Fact::Never)
    }

    /// In other words, perhaps.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        self.rule == other.rule
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

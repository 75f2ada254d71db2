//! Whether a trigger holds at an event. Pure.
//!
//! In: each event, with the state after it. Out: yes or no. A [`Watcher`] remembers only what
//! `and`, `before` and `then` need; everything else is read from the state.

use super::holds::holds;
use super::{Clause, Rule, Trigger};
use crate::model::State;
use crate::trace::Event;

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
    pub(in crate::lesson) fn is_condition(&self) -> bool {
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

//! Whether a trigger holds at an event. Pure.
//!
//! In: each event, with the state after it. Out: yes or no. A [`Watcher`] remembers only what
//! `and`, `before` and `then` need, and what a condition said when it was last asked; everything
//! else is read from the state.

use super::Trigger;
use super::holds::{can_change, holds};
use super::rule::{Clause, Pause, Rule};
use crate::model::State;
use crate::trace::Event;

/// A trigger that watches a run from the first event it is shown.
#[derive(Clone, Debug)]
pub struct Watcher {
    watch: Watch,
}

#[derive(Clone, Debug)]
enum Watch {
    One(Statement),
    And {
        parts: Vec<Part>,
        not: Vec<Statement>,
        /// The parts were together at the event before.
        were_together: bool,
    },
    Before {
        first: Statement,
        second: Statement,
        is_too_late: bool,
    },
    Then {
        first: Statement,
        second: Statement,
        pause: Option<Pause>,
        /// When the first came last, in microseconds.
        first_at: Option<u64>,
    },
}

#[derive(Clone, Debug)]
struct Part {
    watch: Watch,
    has_happened: bool,
}

/// A clause, and what it said at the event before if it speaks of what lasts.
#[derive(Clone, Debug)]
struct Statement {
    clause: Clause,
    said: Option<bool>,
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
            Rule::One(clause) => Self::One(Statement::new(clause)),
            Rule::And { parts, not } => Self::And {
                parts: parts.iter().map(Part::new).collect(),
                not: not.iter().map(Statement::new).collect(),
                were_together: false,
            },
            Rule::Before(first, second) => Self::Before {
                first: Statement::new(first),
                second: Statement::new(second),
                is_too_late: false,
            },
            Rule::Then(first, second, pause) => Self::Then {
                first: Statement::new(first),
                second: Statement::new(second),
                pause: *pause,
                first_at: None,
            },
        }
    }

    fn see(&mut self, state: &State, event: &Event) -> bool {
        match self {
            Self::One(statement) => statement.holds(state, event),
            Self::And {
                parts,
                not,
                were_together,
            } => {
                // Every part must see every event: no short-circuit.
                let (mut all, mut happens) = (true, false);
                for part in &mut *parts {
                    let holds_now = part.watch.see(state, event);
                    let is_condition = part.watch.is_condition();
                    happens |= holds_now && !is_condition;
                    part.has_happened |= holds_now && !is_condition;
                    all &= holds_now || part.has_happened;
                }
                let mut is_denied = false;
                for statement in &mut *not {
                    is_denied |= statement.holds(state, event);
                }
                // What has happened stays true, but what must not be so is asked at the moment
                // at which the parts come together, and not at any later one.
                let lasts = parts.iter().all(|part| part.watch.is_condition());
                let is_moment = not.is_empty() || lasts || happens || !*were_together;
                *were_together = all;
                all && is_moment && !is_denied
            }
            Self::Before {
                first,
                second,
                is_too_late,
            } => {
                *is_too_late |= second.holds(state, event);
                let first = first.holds(state, event);
                !*is_too_late && first
            }
            Self::Then {
                first,
                second,
                pause,
                first_at,
            } => {
                let second = second.holds(state, event);
                let passed = first_at.map(|at| event.at_us.saturating_sub(at));
                let is_in_time =
                    passed.is_some_and(|passed| pause.is_none_or(|pause| pause.fits(passed)));
                // What lasts came when it began to be so.
                let was_so = first.said == Some(true) && first.clause.fact.is_condition();
                if first.holds(state, event) && !(was_so && first_at.is_some()) {
                    *first_at = Some(event.at_us);
                }
                second && is_in_time
            }
        }
    }

    fn is_condition(&self) -> bool {
        match self {
            Self::One(statement) => statement.clause.fact.is_condition(),
            Self::And { parts, .. } => parts.iter().all(|part| part.watch.is_condition()),
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
}

impl Statement {
    fn new(clause: &Clause) -> Self {
        Self {
            clause: clause.clone(),
            said: None,
        }
    }

    fn holds(&mut self, state: &State, event: &Event) -> bool {
        let fact = &self.clause.fact;
        if let Some(said) = self.said
            && fact.is_condition()
            && !can_change(fact, &event.what)
        {
            return said;
        }
        let holds = holds(&self.clause, state, event);
        self.said = Some(holds);
        holds
    }
}

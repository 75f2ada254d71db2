//! The recorded orders, given again to a fresh lab, by what they mean.
//!
//! In: a trace and a moment, once; then the state of a fresh lab, again and again. Out: the next
//! order, or a wait, or the end, or the first difference that matters. Pure: the clock is the
//! caller's. How long the learner thought is no part of a run, so a recorded timer is waited for
//! and a copy that only the thinking made is not missed.
//!
//! `meaning` names segments, `recording` reads the old run, `compare` holds the new one against it.

mod compare;
mod meaning;
mod recording;

use compare::Verdict;
use meaning::{Index, Target};
use recording::{Deed, Recording, is_asking};

use crate::model::State;
use crate::packet::Kind;
use crate::trace::{By, Moment, Name, Order, Ordered, SegmentId, Trace};

/// What to do next with the fresh lab.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Give(Ordered),
    Wait(Waiting),
    /// Everything was given, and the lab has come as far as the recording.
    Done,
    /// The kernels or the programs took another way.
    Diverged(Box<Divergence>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// For the lab to come to rest.
    Lab,
    /// For a timer that had run out in the recording.
    Timer,
}

/// The first difference that matters.
#[derive(Clone, Debug, PartialEq)]
pub struct Divergence {
    /// How many orders had been given.
    pub given: usize,
    pub expected: Sight,
    pub found: Sight,
}

/// What a run shows in one place.
#[derive(Clone, Debug, PartialEq)]
pub enum Sight {
    Call {
        program: Name,
        line: u32,
        call: String,
        seen: Calling,
    },
    /// In `input()`.
    Asks {
        program: Name,
    },
    /// It has not come to a call.
    Computes {
        program: Name,
    },
    Printed {
        program: Name,
        text: String,
    },
    /// Well, or by an exception.
    Ended {
        program: Name,
        exception: Option<String>,
    },
    Segment {
        from: Name,
        kind: Kind,
        seen: Passing,
    },
    /// The lab is gone, and why.
    Gone {
        reason: String,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Calling {
    /// The program stands before it, with these arguments.
    Before(String),
    /// It is in the kernel and does not return.
    Waits,
    /// It came back with a value, an errno or an exception.
    Returned(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// With so many bytes of data.
    Sent(usize),
    NotSent,
    /// Where an order can reach it.
    OnWire,
    NotOnWire,
}

/// The lab's clock is not exact to the recording's, and a busy machine is slow, in microseconds.
const GRACE_US: u64 = 5_000_000;

/// The recorded orders up to a moment, and how far a fresh lab has come with them.
pub struct Plan {
    recording: Recording,
    /// The fresh run.
    index: Index,
    /// The stage that the fresh run is in.
    stage: usize,
    /// The lab has come to rest in this stage before.
    has_rested: bool,
    /// Since when something is missing, in microseconds of the lab's clock.
    missing_since_us: Option<u64>,
}

impl Plan {
    pub fn of(trace: &Trace, upto: Moment) -> Self {
        Self {
            recording: Recording::of(trace, upto),
            index: Index::default(),
            stage: 0,
            has_rested: false,
            missing_since_us: None,
        }
    }

    /// How many orders there are to give.
    pub fn orders(&self) -> usize {
        self.recording.stages.len() - 1 // the first stage has none
    }

    /// Each order by its meaning, a line each: two runs with the same lines were given the same.
    pub fn deeds(&self) -> Vec<String> {
        let deeds = self.recording.stages.iter().flat_map(|stage| &stage.deed);
        deeds.map(|(deed, _)| deed.to_string()).collect()
    }

    /// How many were given.
    pub fn given(&self) -> usize {
        self.stage
    }

    /// `state` is the fresh lab's newest, `now_us` what its clock shows. An order that it gives
    /// counts as given. To be called whenever the lab comes to rest, and now and then while it
    /// waits.
    pub fn next(&mut self, state: &State, now_us: u64) -> Step {
        if let Some(reason) = &state.ended {
            let reason = reason.clone();
            let expected = self.expected_next();
            return self.diverged(expected, Sight::Gone { reason });
        }
        // Until the lab has read the last order, its rest is an old one.
        if !state.is_at_rest || state.orders < self.stage {
            return Step::Wait(Waiting::Lab);
        }
        self.index.extend(state);
        let is_fresh = !std::mem::replace(&mut self.has_rested, true);
        let compared = compare::compare(&self.recording, self.stage, state, &self.index, is_fresh);
        let wanted = match compared {
            Verdict::Differs(expected, found) => return self.diverged(expected, found),
            Verdict::Lacks { missing, bound_us } => Err((missing, bound_us)),
            Verdict::Same => match self.recording.stages.get(self.stage + 1) {
                None => return Step::Done,
                Some(next) => {
                    let (deed, by) = next.deed.as_ref().expect("only the start has no order");
                    self.in_this_run(deed, *by, state)
                }
            },
        };
        match wanted {
            Ok(ordered) => {
                self.stage += 1;
                self.has_rested = false;
                self.missing_since_us = None;
                Step::Give(ordered)
            }
            Err((missing, bound_us)) => {
                let since_us = *self.missing_since_us.get_or_insert(now_us);
                if now_us.saturating_sub(since_us) <= bound_us.saturating_add(GRACE_US) {
                    return Step::Wait(Waiting::Timer);
                }
                let (expected, found) = *missing;
                self.diverged(expected, found)
            }
        }
    }

    /// The order for the fresh lab; or what it lacks for it, and for how long that may be.
    fn in_this_run(&self, deed: &Deed, by: By, state: &State) -> Result<Ordered, compare::Lack> {
        let order = match deed {
            Deed::Step { thread, call } => {
                let program = state.programs.get(&thread.0);
                let mut ready = program.into_iter().flat_map(|program| program.ready());
                if !ready.any(|(number, _)| number == thread.1) {
                    let found = compare::sight_of(state, thread);
                    return Err((Box::new((compare::stands(&thread.0, call), found)), 0));
                }
                Order::Step {
                    program: thread.0.clone(),
                    thread: Some(thread.1),
                }
            }
            Deed::Answer { program, text } => {
                if !is_asking(state, program) {
                    let found = compare::sight_of(state, &(program.clone(), 0));
                    let program = program.clone();
                    return Err((Box::new((Sight::Asks { program }, found)), 0));
                }
                let (program, text) = (program.clone(), text.clone());
                Order::Answer { program, text }
            }
            Deed::Segment {
                order,
                target,
                age_us,
            } => match self.index.on_wire(target, state) {
                Some(segment) => about(order, segment),
                None => return Err((Box::new(off_wire(target)), *age_us)),
            },
            Deed::Wire(order) => {
                // It is about all that was held, the kernels' own copies included.
                let held = &self.recording.stages[self.stage].end.held;
                let is_lacking = |target: &&Target| self.index.on_wire(target, state).is_none();
                if let Some(target) = held.iter().find(is_lacking) {
                    let bound_us = self.recording.stages[self.stage].end.at_us;
                    return Err((Box::new(off_wire(target)), bound_us));
                }
                order.clone()
            }
        };
        Ok(Ordered { order, by })
    }

    fn expected_next(&self) -> Sight {
        let stages = &self.recording.stages;
        let deed = stages.get(self.stage + 1).and_then(|s| s.deed.as_ref());
        match deed {
            Some((Deed::Step { thread, call }, _)) => compare::stands(&thread.0, call),
            Some((Deed::Segment { target, .. }, _)) => off_wire(target).0,
            Some((Deed::Answer { program, .. }, _)) => Sight::Asks {
                program: program.clone(),
            },
            Some((Deed::Wire(_), _)) | None => {
                let thread = self.recording.all.program_order.first();
                let thread = (thread.cloned().unwrap_or_default(), 0);
                compare::sight_of(&self.recording.all, &thread)
            }
        }
    }

    fn diverged(&self, expected: Sight, found: Sight) -> Step {
        Step::Diverged(Box::new(Divergence {
            given: self.stage,
            expected,
            found,
        }))
    }
}

/// The same order about another segment.
fn about(order: &Order, segment: SegmentId) -> Order {
    match order {
        Order::Deliver { .. } => Order::Deliver { segment },
        Order::Drop { .. } => Order::Drop { segment },
        Order::Duplicate { .. } => Order::Duplicate { segment },
        Order::Corrupt { byte, .. } => Order::Corrupt {
            segment,
            byte: *byte,
        },
        Order::Delay { ms, .. } => Order::Delay { segment, ms: *ms },
        Order::Step { .. }
        | Order::Hold { .. }
        | Order::DeliverAll
        | Order::Answer { .. }
        | Order::Guess { .. } => order.clone(),
    }
}

fn off_wire(target: &Target) -> (Sight, Sight) {
    (
        compare::passing(target, Passing::OnWire),
        compare::passing(target, Passing::NotOnWire),
    )
}

//! Re-run to here: a fresh lab is given the recorded orders up to the cursor, and then is live.
//!
//! In: the learner's wish, and what the fresh lab says. Out: one recorded order whenever that lab
//! has come to rest. `replay` knows which order, and when the two runs part; then the learner is
//! told, and the fresh lab is live where it stands.

use super::{Notice, Refusal, Session};
use crate::replay::{Plan, Step, Waiting};
use crate::trace::{Header, Setup};

/// What is shown of a re-run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rerun {
    /// How many recorded orders were given.
    pub given: usize,
    pub orders: usize,
    pub waiting: Waiting,
}

/// A re-run that goes on.
pub(super) struct Going {
    plan: Plan,
    waiting: Waiting,
}

impl Session {
    /// Begins anew, and does all that was done up to the moment we look at.
    pub(super) fn rerun(&mut self) {
        if self.going.is_some() {
            return self.refuse(Refusal::Rerunning);
        }
        let plan = Plan::of(self.timeline.trace(), self.timeline.moment());
        if self.is_recorded() {
            if plan.orders() == 0 {
                return self.begin_anew();
            }
            if !self.takes_after_recorded() {
                return;
            }
        }
        if plan.orders() == 0 {
            return self.refuse(Refusal::NothingToRerun);
        }
        // What ran then, edits included; not what the lesson says now.
        self.setup = setup_of(self.timeline.trace().header());
        let guesses = std::mem::take(&mut self.guesses);
        self.restart();
        guesses.keys().for_each(|beat| {
            self.watch.judge_by_key(*beat);
        });
        self.guesses = guesses;
        if self.lab.is_some() {
            let waiting = Waiting::Lab;
            self.going = Some(Going { plan, waiting });
        }
    }

    /// Fresh labs run the programs of the recorded run from now on. Whether it has any.
    fn takes_after_recorded(&mut self) -> bool {
        let header = self.timeline.trace().header();
        let is_capture = header.programs.is_empty();
        if is_capture {
            self.refuse(Refusal::NoPrograms);
            return false;
        }
        self.model = Some(setup_of(header));
        let (id, programs) = self.programs_at_hand();
        self.desk.drafts.begin(&id, &programs);
        true
    }

    /// A fresh lab from the start: of a recorded run, with its programs.
    pub(super) fn begin_anew(&mut self) {
        if self.is_recorded() && !self.takes_after_recorded() {
            return;
        }
        self.begin_again();
    }

    /// Gives the next recorded order, if it is time for it.
    pub(super) fn rerun_on(&mut self) {
        let now_us = self.now_live_us();
        let Some(going) = &mut self.going else {
            return;
        };
        match going.plan.next(self.timeline.newest(), now_us) {
            Step::Wait(waiting) => going.waiting = waiting,
            Step::Give(ordered) => {
                going.waiting = Waiting::Lab;
                let sent = self.lab.as_ref().map(|lab| lab.order(ordered));
                if sent != Some(Ok(())) {
                    self.going = None;
                    self.refuse(Refusal::Busy);
                }
            }
            Step::Done => {
                let orders = going.plan.orders();
                self.going = None;
                self.remark(Notice::Reran { orders });
            }
            Step::Diverged(divergence) => {
                let orders = going.plan.orders();
                self.going = None;
                // A lab that is gone has its own notice, with the remedy.
                if self.lab.is_some() {
                    self.notice = Some(Notice::Diverged { divergence, orders });
                }
            }
        }
    }

    pub(super) fn rerun_shown(&self) -> Option<Rerun> {
        self.going.as_ref().map(|going| Rerun {
            given: going.plan.given(),
            orders: going.plan.orders(),
            waiting: going.waiting,
        })
    }
}

pub(super) fn setup_of(header: &Header) -> Setup {
    Setup {
        hosts: header.hosts.clone(),
        programs: header.programs.clone(),
        timers: header.timers,
        wire: header.wire,
        low_ports: header.low_ports,
        lesson: header.lesson.clone(),
        attempt: header.attempt.clone(),
    }
}

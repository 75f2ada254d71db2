//! Auto and Run to: the steps that are taken without a key.
//!
//! In: what the learner wants, and a look after each drain. Out: steps, given exactly as `Next`
//! gives them, and in words why it stopped. Every look takes a step at most, so a window never
//! waits for a goal.

use std::time::Instant;

use super::desk::{Driving, Goal, Halt, Play, is_timer_running};
use super::{Command, Refusal, Session};
use crate::director::{Next, WhyNot};
use crate::lesson::quizzes;
use crate::model::State;
use crate::trace::Moment;

impl Session {
    pub(super) fn drive(&mut self, driving: Driving) {
        let drive = &mut self.desk.drive;
        match driving {
            Driving::Auto(true) => drive.play = Play::Auto { due: None },
            Driving::Auto(false) | Driving::Stop => drive.stop(),
            Driving::Speed(speed) => drive.set_speed(speed),
            Driving::To(goal) => self.run_to(goal),
        }
        self.given_at = None;
    }

    /// A learner who does something else takes over.
    pub(super) fn take_over(&mut self, command: &Command) {
        match command {
            Command::Next
            | Command::Back
            | Command::Forward
            | Command::Step(_)
            | Command::Deliver(_)
            | Command::Drop(_)
            | Command::Order(_)
            | Command::GoTo(_)
            | Command::GoLive
            | Command::Restart
            | Command::ReRun
            | Command::LeaveRecorded
            | Command::Shelf(_)
            | Command::Edit(_)
            | Command::Open(_)
            | Command::Survey(_) => self.desk.drive.stop(),
            Command::Answer { .. }
            | Command::Select(_)
            | Command::Guess { .. }
            | Command::Set(_)
            | Command::Show(_)
            | Command::Save(_)
            | Command::Share(_)
            | Command::Drive(_)
            | Command::Explain(_)
            | Command::Dismiss => {}
        }
    }

    fn run_to(&mut self, goal: Goal) {
        if let Goal::Beat(beat) = goal
            && let Some(moment) = self.watch.reached().get(beat).copied().flatten()
        {
            self.desk.drive.stop();
            return self.timeline.go_to(moment);
        }
        if !self.timeline.is_live() {
            return self.run_to_recorded(&goal, self.timeline.moment());
        }
        self.desk.drive.go_to(goal);
    }

    /// In the past the goal is looked for in what is recorded; nothing is ordered.
    fn run_to_recorded(&mut self, goal: &Goal, from: Moment) {
        self.desk.drive.stop();
        let mut state: State = self.timeline.state().clone();
        let later = &self.timeline.trace().events()[from.0..];
        let found = later.iter().find_map(|event| {
            state.apply(event);
            goal.is_met(&state, event).then_some(state.moment)
        });
        let stops = self.timeline.stops();
        match found {
            Some(moment) => {
                let stop = stops.get(stops.partition_point(|stop| *stop < moment));
                self.timeline.go_to(stop.copied().unwrap_or(moment));
                self.refuse(Refusal::Halted(Halt::Arrived(goal.clone())));
            }
            None => self.refuse(Refusal::Halted(Halt::NotRecorded(goal.clone()))),
        }
    }

    /// Takes the next step, if something plays and it is time.
    pub(super) fn drive_on(&mut self) {
        if self.desk.drive.is_still() {
            return;
        }
        if self.timeline.newest().ended.is_some() && self.timeline.is_live() {
            return self.halt(Halt::Next(WhyNot::LabGone));
        }
        if self.going.is_some() || self.is_order_under_way() {
            return self.desk.drive.hold();
        }
        if let Some(halt) = self.arrived() {
            return self.halt(halt);
        }
        match self.next() {
            Next::Forward => self.play_on_recorded(),
            Next::Give(_) => self.play_on_live(),
            Next::Wait { .. } | Next::Not(WhyNot::Moving | WhyNot::Computing(_)) => {
                self.desk.drive.hold();
            }
            Next::Not(WhyNot::Waiting) if is_timer_running(self.timeline.newest()) => {
                self.desk.drive.hold();
            }
            Next::Not(WhyNot::AllEnded) if self.is_bound_for_the_end() => {
                self.halt(Halt::Arrived(Goal::End));
            }
            Next::Not(why) => self.halt(Halt::Next(why)),
        }
    }

    fn is_bound_for_the_end(&self) -> bool {
        matches!(&self.desk.drive.play, Play::To(towards) if towards.goal == Goal::End)
    }

    /// The lab has yet to say that it has read the last order.
    fn is_order_under_way(&mut self) -> bool {
        if self.given_at == Some(self.timeline.newest().orders) {
            return true;
        }
        self.given_at = None;
        false
    }

    fn arrived(&self) -> Option<Halt> {
        let state = self.timeline.newest();
        match &self.desk.drive.play {
            // What is under way is let come to rest, so that one arrives at a stop.
            Play::To(towards) if state.is_at_rest => {
                let is_reached = match towards.goal {
                    Goal::Beat(beat) => matches!(self.watch.reached().get(beat), Some(Some(_))),
                    Goal::Line { .. } | Goal::State { .. } | Goal::Trouble | Goal::End => false,
                };
                towards.halt(state, is_reached)
            }
            Play::To(_) | Play::Auto { .. } | Play::Still => None,
        }
    }

    fn play_on_recorded(&mut self) {
        if !self.desk.drive.is_due(Instant::now()) {
            return;
        }
        self.timeline.forward();
        if self.timeline.is_recorded() && self.timeline.is_at_end() {
            self.halt(Halt::RecordingEnds);
        } else if self.timeline.is_live() {
            self.halt(Halt::Present);
        }
    }

    fn play_on_live(&mut self) {
        if self.desk.drive.is_auto() && self.is_quiz_open() {
            return self.halt(Halt::Quiz);
        }
        if !self.desk.drive.is_due(Instant::now()) {
            return;
        }
        self.given_at = Some(self.timeline.newest().orders);
        if let Play::To(towards) = &mut self.desk.drive.play {
            towards.steps += 1;
        }
        self.go_on();
    }

    /// The passage we are at asks something, and Auto has not waited there yet.
    fn is_quiz_open(&mut self) -> bool {
        let reached = self.watch.reached().iter().rposition(Option::is_some);
        let Some(beat) = reached else { return false };
        let has_quiz = quizzes(self.lesson()).any(|(of, _)| of == beat);
        let is_open =
            has_quiz && !self.guesses.contains_key(&beat) && self.watch.verdict(beat).is_none();
        is_open && self.desk.drive.waits_at(beat)
    }

    fn halt(&mut self, halt: Halt) {
        self.desk.drive.stop();
        self.refuse(Refusal::Halted(halt));
    }
}

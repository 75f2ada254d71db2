//! What plays by itself: Auto, which takes one step after another at a pace that a class can
//! follow, and Run to, which goes on at once until something holds.
//!
//! In: the learner's wishes, each event with the state after it. Out: whether another step is due,
//! and why it ended. No clock of its own and no order: the session asks, and gives the steps.

use std::time::{Duration, Instant};

use crate::director::WhyNot;
use crate::model::State;
use crate::trace::{Event, Name, TimerKind, What};

/// Between two steps at 1×. A segment takes up to half a second across the stage, and at 4× one
/// must still see it arrive.
const PAUSE: Duration = Duration::from_millis(1_800);
/// Run to gives so many steps at most: a program in a loop may never come there.
const MOST_STEPS: usize = 2_000;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drive {
    pub speed: Speed,
    pub play: Play,
    /// The quiz that Auto has waited at: asked to go on, it goes on.
    waited_at: Option<usize>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Play {
    #[default]
    Still,
    /// The next step is due then; `None` while something moves or is waited for.
    Auto {
        due: Option<Instant>,
    },
    To(Towards),
}

/// On the way to a goal.
#[derive(Clone, Debug, PartialEq)]
pub struct Towards {
    pub goal: Goal,
    /// How many steps were taken.
    pub steps: usize,
    is_there: bool,
}

/// Where Run to goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    Beat(usize),
    /// A program stands before, or is in, a call on this line.
    Line {
        program: Name,
        line: u32,
    },
    /// A socket of this host comes into this TCP state.
    State {
        host: Name,
        state: String,
    },
    /// A segment is dropped, or a kernel sends one again.
    Trouble,
    /// Every program has ended.
    End,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speed {
    Quarter,
    Half,
    #[default]
    Normal,
    Double,
    Quadruple,
}

/// What the learner wants of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Driving {
    /// Auto on, or off.
    Auto(bool),
    Speed(Speed),
    To(Goal),
    /// Whatever plays, stops.
    Stop,
}

/// Why it has stopped by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Halt {
    Arrived(Goal),
    /// `Next` can do nothing.
    Next(WhyNot),
    /// A question of the lesson waits for an answer.
    Quiz,
    /// Auto has played what is recorded up to the present.
    Present,
    /// The recorded run is over.
    RecordingEnds,
    /// What is recorded does not come to the goal.
    NotRecorded(Goal),
    /// So many steps, and not there.
    TooFar(usize),
    /// The program whose line was wanted has ended.
    Ended(Name),
}

impl Speed {
    pub const ALL: [Self; 5] = [
        Self::Quarter,
        Self::Half,
        Self::Normal,
        Self::Double,
        Self::Quadruple,
    ];

    pub fn faster(self) -> Option<Self> {
        let at = Self::ALL.iter().position(|speed| *speed == self)?;
        Self::ALL.get(at + 1).copied()
    }

    pub fn slower(self) -> Option<Self> {
        let at = Self::ALL.iter().position(|speed| *speed == self)?;
        Self::ALL.get(at.checked_sub(1)?).copied()
    }

    /// As it is written: `0.5×`.
    pub fn shown(self) -> &'static str {
        match self {
            Self::Quarter => "0.25×",
            Self::Half => "0.5×",
            Self::Normal => "1×",
            Self::Double => "2×",
            Self::Quadruple => "4×",
        }
    }

    pub fn pause(self) -> Duration {
        match self {
            Self::Quarter => PAUSE * 4,
            Self::Half => PAUSE * 2,
            Self::Normal => PAUSE,
            Self::Double => PAUSE / 2,
            Self::Quadruple => PAUSE / 4,
        }
    }
}

impl Drive {
    pub fn is_auto(&self) -> bool {
        matches!(self.play, Play::Auto { .. })
    }

    pub fn is_still(&self) -> bool {
        self.play == Play::Still
    }

    /// How long until the next step is due; `None` when none is.
    pub fn wait(&self) -> Option<Duration> {
        match &self.play {
            Play::Auto { due } => due.map(|due| due.saturating_duration_since(Instant::now())),
            Play::Still | Play::To(_) => None,
        }
    }

    pub fn stop(&mut self) {
        self.play = Play::Still;
    }

    pub fn go_to(&mut self, goal: Goal) {
        self.play = Play::To(Towards {
            goal,
            steps: 0,
            is_there: false,
        });
    }

    pub fn set_speed(&mut self, speed: Speed) {
        self.speed = speed;
        // What was due by the old pace is not waited for.
        if let Play::Auto { due } = &mut self.play {
            *due = None;
        }
    }

    /// Whether a step is due now. The first look at a run that stands still only starts the clock.
    pub fn is_due(&mut self, now: Instant) -> bool {
        let pause = self.speed.pause();
        match &mut self.play {
            Play::Still => false,
            Play::Auto { due } => match *due {
                Some(at) if at <= now => {
                    *due = None;
                    true
                }
                Some(_) => false,
                None => {
                    *due = Some(now + pause);
                    false
                }
            },
            Play::To(_) => true,
        }
    }

    /// Something moves or is waited for: the pause begins when that is over.
    pub fn hold(&mut self) {
        if let Play::Auto { due } = &mut self.play {
            *due = None;
        }
    }

    /// Whether Auto is to wait for an answer to this quiz. It waits once.
    pub fn waits_at(&mut self, quiz: usize) -> bool {
        self.waited_at.replace(quiz) != Some(quiz)
    }

    /// Takes an event and the state after it.
    pub fn see(&mut self, state: &State, event: &Event) {
        if let Play::To(towards) = &mut self.play {
            towards.is_there |= towards.goal.is_met(state, event);
        }
    }
}

impl Towards {
    /// Why it goes no further, if it does not; `reached`: its beat, if it is one, was reached.
    pub fn halt(&self, state: &State, reached: bool) -> Option<Halt> {
        if self.is_there || reached {
            return Some(Halt::Arrived(self.goal.clone()));
        }
        if let Goal::Line { program, .. } = &self.goal
            && state.programs.get(program).is_none_or(|p| p.has_ended())
        {
            return Some(Halt::Ended(program.clone()));
        }
        (self.steps >= MOST_STEPS).then_some(Halt::TooFar(self.steps))
    }
}

impl Goal {
    /// At this event. A beat is the lesson's to say, the end the director's.
    pub fn is_met(&self, state: &State, event: &Event) -> bool {
        match self {
            Self::Beat(_) => false,
            Self::Line { program, line } => match &event.what {
                What::Call {
                    program: which,
                    line: at,
                    ..
                }
                | What::Line {
                    program: which,
                    line: at,
                    ..
                } => (which, at) == (program, line),
                _ => false,
            },
            Self::State { host, state } => matches!(&event.what, What::Socket(facts)
                if facts.host == *host && facts.state == *state),
            Self::Trouble => match &event.what {
                What::Dropped { .. } => true,
                What::Sent { copy_of, .. } => copy_of.is_some(),
                _ => false,
            },
            Self::End => state.programs.values().all(|program| program.has_ended()),
        }
    }
}

/// A kernel will do something by itself: worth waiting for.
pub fn is_timer_running(state: &State) -> bool {
    let mut sockets = state.host_order.iter().flat_map(|host| state.sockets(host));
    sockets.any(|socket| {
        let kind = socket.facts.timer.as_ref().map(|timer| timer.kind);
        matches!(kind, Some(TimerKind::Retransmit | TimerKind::Probe))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_due_when_a_still_run_was_looked_at_for_a_pause() {
        let mut drive = Drive {
            play: Play::Auto { due: None },
            ..Drive::default()
        };
        let start = Instant::now();
        let after = |pauses: f64| start + PAUSE.mul_f64(pauses);
        assert!(!drive.is_due(start));
        assert!(!drive.is_due(after(0.9)));
        assert!(drive.is_due(after(1.0)));
        assert!(!drive.is_due(after(1.1)), "the next pause begins");
        drive.hold();
        assert!(!drive.is_due(after(9.0)), "it begins when all is still");
        drive.set_speed(Speed::Quadruple);
        assert!(!drive.is_due(after(9.0)));
        assert!(drive.is_due(after(9.25)));
        drive.stop();
        assert!(!drive.is_due(after(99.0)));
    }

    #[test]
    fn speeds_go_from_a_quarter_to_four_times_by_doubling() {
        for pair in Speed::ALL.windows(2) {
            assert_eq!(pair[0].faster(), Some(pair[1]));
            assert_eq!(pair[1].slower(), Some(pair[0]));
            assert_eq!(pair[0].pause(), pair[1].pause() * 2);
        }
        assert_eq!(Speed::Quarter.slower(), None);
        assert_eq!(Speed::Quadruple.faster(), None);
    }

    #[test]
    fn auto_waits_once_at_a_quiz() {
        let mut drive = Drive::default();
        assert!(drive.waits_at(2));
        assert!(!drive.waits_at(2));
        assert!(drive.waits_at(3));
    }
}

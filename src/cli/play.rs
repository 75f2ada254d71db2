//! One run without a window: the lab, the director, and somebody who follows it.
//!
//! In: what [`super::run`] or [`super::check`] has prepared. Out: each event to an [`Audience`],
//! and how it ended. The same lab, the same events, the same director as in the window.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crossbeam_channel::RecvTimeoutError;

use super::save;
use crate::director::{Director, Fault, Faults, Next, Rule, Stuck, WhyNot, may_change_by_itself};
use crate::lab::{FromLab, Handle, How, Recording, Refusal, Remedy};
use crate::model::{Activity, State};
use crate::trace::{
    By, Event, Header, Name, Order, Ordered, Setup, TimerKind, Traffic, What, WireKind,
};

pub enum End {
    Done {
        has_died: bool,
    },
    /// It stands still, and was not waited for any longer.
    Still,
    /// A line of the script names what does not happen.
    Stuck {
        line: usize,
        text: String,
        why: Stuck,
    },
    /// The option that ended it.
    Limit(&'static str),
    /// Whoever read standard output went away, as `head` does.
    Unread,
}

/// Who follows a run.
pub trait Audience {
    /// `holds_nothing`: every segment will be let pass.
    fn begin(&mut self, header: &Header, holds_nothing: bool) -> io::Result<()>;
    /// `state` is the state after the event.
    fn see(&mut self, event: &Event, state: &State) -> io::Result<()>;
    /// What is to be known beside the events.
    fn remark(&mut self, words: &str);
    /// It has seen what it came for: only what is sure to come is waited for.
    fn is_content(&self) -> bool;
    /// It keeps something back that it wants to show after this long, if nothing comes.
    fn patience(&self) -> Option<Duration> {
        None
    }
    /// That long, nothing came.
    fn settle(&mut self) -> io::Result<()> {
        Ok(())
    }
    /// The run has ended, and `state` is all that came of it.
    fn end(&mut self, _state: &State) -> io::Result<()> {
        Ok(())
    }
}

/// So long a run must have stood still when nothing is seen that could move it: a delayed
/// acknowledgment has no timer that one could see (`TCP_DELACK_MAX`).
const GRACE: Duration = Duration::from_secs(1);

/// By program: lines for `input()`.
pub type Input = Vec<(Name, VecDeque<String>)>;

/// When the clients start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Each when the one before has ended.
    OneByOne,
    /// Each this long after the one before.
    Staggered(Duration),
    Together,
}

pub struct Play<A> {
    pub audience: A,
    pub setup: Setup,
    pub input: Input,
    pub faults: Faults,
    /// Something is to happen to segments: without the held wire there is nothing to play.
    pub needs_wire: bool,
    pub director: Director,
    /// The first order is to hold nothing.
    pub holds_nothing: bool,
    pub pace: Pace,
    pub steps: usize,
    pub limit: Duration,
    pub save: Option<PathBuf>,
    /// A run that stands still for good is over. Else it is waited for until `limit`.
    pub ends_when_still: bool,
    /// Then a script may wait so long for a segment.
    pub patience: Duration,
    pub standing: Standing,
}

/// How long a run has stood still.
#[derive(Default)]
pub struct Standing {
    since: Option<Instant>,
    /// How long a line of the script has waited for something.
    waits_since: Option<Instant>,
    /// The learner knows that no client is left for a server that waits.
    has_said_who_waits: bool,
}

impl Standing {
    pub fn new(has_said_who_waits: bool) -> Self {
        Self {
            since: None,
            waits_since: None,
            has_said_who_waits,
        }
    }
}

/// What is known of the run so far.
struct Known {
    state: State,
    /// When the newest event came: the run's clock goes on from there.
    heard: Instant,
    /// An order is on its way to the lab, so the state is not what it will be.
    has_order: bool,
    started: Instant,
}

impl Known {
    /// The run's clock.
    fn now_us(&self) -> u64 {
        self.state.at_us + self.heard.elapsed().as_micros() as u64
    }
}

/// Why a run has no end of its own.
pub enum NoEnd {
    /// This machine lacks what the held wire needs.
    NoWire(Refusal),
    Other(String),
}

impl NoEnd {
    fn of(refusal: Refusal) -> Self {
        match refusal.is_the_machines() {
            true => Self::NoWire(refusal),
            false => Self::Other(in_words(&refusal)),
        }
    }

    pub fn in_words(self) -> String {
        match self {
            Self::NoWire(refusal) => in_words(&refusal),
            Self::Other(words) => words,
        }
    }
}

impl From<String> for NoEnd {
    fn from(words: String) -> Self {
        Self::Other(words)
    }
}

fn in_words(refusal: &Refusal) -> String {
    let remedy = super::remedy(refusal.remedy);
    format!("{}\n  → {remedy}", refusal.why)
}

/// What to do now.
enum Turn {
    Give(Order, By),
    /// Nothing before this time of the run, unless an event comes.
    Wait(u64),
    Nothing,
    End(End),
}

impl<A: Audience> Play<A> {
    /// Without the held wire it says so, and goes on in loopback mode.
    pub fn play(&mut self) -> Result<End, String> {
        match self.play_once() {
            Err(NoEnd::NoWire(refusal)) if !self.needs_wire => {
                let remedy = super::remedy(refusal.remedy);
                let audience = &mut self.audience;
                audience.remark(&format!("no held wire: {}\n  → {remedy}", refusal.why));
                audience.remark(
                    "going on in loopback mode: nothing is held, and segments are inferred",
                );
                self.setup.wire = WireKind::Loopback;
                self.holds_nothing = false;
                self.play_once().map_err(NoEnd::in_words)
            }
            ended => ended.map_err(NoEnd::in_words),
        }
    }

    /// On the wire that is asked for, or not at all.
    pub fn play_once(&mut self) -> Result<End, NoEnd> {
        let binary = super::own_binary().map_err(|error| error.to_string())?;
        let save = self.save.clone();
        let save = save.map(|path| -> Recording { Box::new(move || save::open(&path)) });
        let lab = Handle::start(&binary, &self.setup, save, || {})
            .map_err(|error| format!("the lab could not be started: {error}"))?;
        let mut known = None;
        let ended = self.go_through(&lab, &mut known);
        if let Some(known) = &known
            && !matches!(ended, Ok(End::Unread))
            && let Err(error) = self.audience.end(&known.state)
        {
            return Ok(not_written(&error)?);
        }
        ended
    }

    fn go_through(&mut self, lab: &Handle, known: &mut Option<Known>) -> Result<End, NoEnd> {
        let started = Instant::now();
        let mut steps = 0;
        let mut wait = self.limit;
        loop {
            let patience = self.audience.patience();
            if patience == Some(Duration::ZERO)
                && let Err(error) = self.audience.settle()
            {
                return Ok(not_written(&error)?);
            }
            // Looked at first: to a reader slower than the lab, there is always one more event.
            let left = self.limit.saturating_sub(started.elapsed());
            if left.is_zero() {
                return Ok(End::Limit("--for"));
            }
            let patience = patience.filter(|patience| !patience.is_zero());
            match lab
                .events()
                .recv_timeout(wait.min(left).min(patience.unwrap_or(left)))
            {
                Ok(said) => {
                    if let Some(end) = self.hear(said, known, started)? {
                        return Ok(end);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => Err("the lab is gone".to_owned())?,
                Err(RecvTimeoutError::Timeout) => {}
            }
            // More may have come: an order is given only to what is true now.
            let Some(known) = known.as_mut().filter(|_| lab.events().is_empty()) else {
                continue;
            };
            wait = self.until_stagger(started).unwrap_or(self.limit);
            match self.turn(known) {
                Turn::Give(..) if steps == self.steps => return Ok(End::Limit("--steps")),
                Turn::Give(order, by) => {
                    steps += 1;
                    known.has_order = true;
                    lab.order(Ordered { order, by })
                        .map_err(|error| error.to_string())?;
                }
                Turn::Wait(until_us) => {
                    // A moment more: what is due comes by itself.
                    let left_us = until_us.saturating_sub(known.now_us()) + 1_000;
                    wait = wait.min(Duration::from_micros(left_us));
                }
                Turn::Nothing => {}
                Turn::End(end) => return Ok(end),
            }
        }
    }

    /// The rules that have meant no segment.
    pub fn unmatched(&self) -> impl Iterator<Item = (Fault, &Rule)> {
        self.faults.unmatched()
    }

    /// The line of the script that was not done.
    pub fn stands_at(&self) -> Option<(usize, &str)> {
        self.director.stands_at()
    }

    fn hear(
        &mut self,
        said: FromLab,
        known: &mut Option<Known>,
        started: Instant,
    ) -> Result<Option<End>, NoEnd> {
        let shown = match said {
            FromLab::Started(header) => {
                if header.wire == WireKind::Loopback && self.needs_wire {
                    let remedy = super::remedy(Remedy::UseLinux);
                    Err(format!(
                        "nothing can be done to segments here\n  → {remedy}"
                    ))?;
                }
                *known = Some(Known {
                    state: State::new(&header),
                    heard: Instant::now(),
                    has_order: false,
                    started,
                });
                self.audience.begin(&header, self.holds_nothing)
            }
            FromLab::Event(event) => {
                let known = known
                    .as_mut()
                    .ok_or("an event came before the header".to_owned())?;
                known.state.apply(&event);
                self.director.see(&event, &known.state);
                known.heard = Instant::now();
                known.has_order &= !matches!(event.what, What::Order(_));
                self.audience.see(&event, &known.state)
            }
            FromLab::Refused(refusal) => return Err(NoEnd::of(refusal)),
            FromLab::NotRecorded(why) => Err(format!("cannot save the run: {why}"))?,
            FromLab::Ended(demise) if demise.how == How::Full => {
                return Ok(Some(End::Limit("the longest a run may be")));
            }
            FromLab::Ended(demise) => Err(demise.to_string())?,
        };
        match shown {
            Ok(()) => Ok(None),
            Err(error) => Ok(not_written(&error).map(Some)?),
        }
    }

    fn turn(&mut self, known: &Known) -> Turn {
        let state = &known.state;
        if !state.is_at_rest || known.has_order {
            return Turn::Nothing;
        }
        if std::mem::take(&mut self.holds_nothing) {
            let (traffic, on) = (Traffic::default(), false);
            return Turn::Give(Order::Hold { traffic, on }, By::Director);
        }
        let may_go = |name: &Name| self.may_go(state, name, known.started);
        let now_us = known.now_us();
        let by = self.director.by(state, now_us);
        let next = self.director.next_where(state, now_us, may_go);
        if !matches!(next, Next::Not(_)) {
            self.standing.since = None;
        }
        if !matches!(next, Next::Wait { .. }) {
            self.standing.waits_since = None;
        }
        match next {
            // A script says itself what goes wrong.
            Next::Give(Order::Deliver { segment }) if by == By::Director => {
                Turn::Give(self.faults.judge(state, segment), by)
            }
            Next::Give(order) => Turn::Give(order, by),
            Next::Wait { until_us } if self.ends_when_still => self.wait(until_us, known),
            Next::Wait { until_us } => Turn::Wait(until_us),
            Next::Not(WhyNot::Asking(program))
                if !self.ends_when_still || self.has_lines(&program) =>
            {
                let mut input = self.input.iter_mut();
                let lines = input.find(|(name, _)| *name == program);
                let text = lines.and_then(|(_, lines)| lines.pop_front());
                Turn::Give(Order::Answer { program, text }, By::Director)
            }
            Next::Not(WhyNot::AllEnded) => {
                let has_died = state.programs.values().any(|p| has_died(&p.activity));
                Turn::End(End::Done { has_died })
            }
            Next::Not(WhyNot::ScriptStuck { line, text, why }) => {
                Turn::End(End::Stuck { line, text, why })
            }
            Next::Not(why) if self.ends_when_still => self.stand_still(why, known),
            Next::Not(WhyNot::Waiting) => {
                self.say_who_waits(state);
                Turn::Nothing
            }
            Next::Not(
                WhyNot::Moving | WhyNot::Computing(_) | WhyNot::Asking(_) | WhyNot::LabGone,
            )
            | Next::Forward => Turn::Nothing,
        }
    }

    fn has_lines(&self, of: &Name) -> bool {
        { self.input.iter() }.any(|(name, lines)| name == of && !lines.is_empty())
    }

    /// A line that would be stuck at the end of its patience is stuck before that.
    fn wait(&mut self, until_us: u64, known: &Known) -> Turn {
        let since = *self.standing.waits_since.get_or_insert_with(Instant::now);
        let patience = self.patience.saturating_sub(since.elapsed());
        if !patience.is_zero() {
            let tired_us = known.now_us() + patience.as_micros() as u64;
            return Turn::Wait(until_us.min(tired_us));
        }
        match self.director.next(&known.state, until_us) {
            Next::Not(WhyNot::ScriptStuck { line, text, why }) => {
                Turn::End(End::Stuck { line, text, why })
            }
            Next::Give(_) | Next::Forward | Next::Wait { .. } | Next::Not(_) => {
                Turn::Wait(until_us)
            }
        }
    }

    /// What may still come is waited for, unless nobody wants it.
    fn stand_still(&mut self, why: WhyNot, known: &Known) -> Turn {
        let since = *self.standing.since.get_or_insert_with(Instant::now);
        let is_content = self.audience.is_content();
        let (may_move, grace) = match why {
            // A program that sleeps computes, too: it is waited for.
            WhyNot::Moving | WhyNot::Computing(_) => (true, GRACE * 5),
            WhyNot::Waiting | WhyNot::Asking(_) if is_content => (false, Duration::ZERO),
            WhyNot::Waiting | WhyNot::Asking(_) => (may_change_by_itself(&known.state), GRACE),
            WhyNot::AllEnded | WhyNot::LabGone | WhyNot::ScriptStuck { .. } => {
                (false, Duration::ZERO)
            }
        };
        let left = grace.saturating_sub(since.elapsed());
        if !left.is_zero() {
            return Turn::Wait(known.now_us() + left.as_micros() as u64);
        }
        match may_move && !is_content {
            true => Turn::Nothing,
            false => Turn::End(End::Still),
        }
    }

    /// Once, when nothing but a new client could wake the programs that are left.
    fn say_who_waits(&mut self, state: &State) {
        let has_ended = |name: &Name| state.programs.get(name).is_some_and(|p| p.has_ended());
        if self.standing.has_said_who_waits || !self.clients().all(has_ended) {
            return;
        }
        let mut sockets = state.host_order.iter().flat_map(|host| state.sockets(host));
        let timers = sockets.find_map(|socket| match socket.facts.timer.as_ref()?.kind {
            TimerKind::Retransmit | TimerKind::Keepalive | TimerKind::Probe => Some(()),
            TimerKind::TimeWait | TimerKind::FinWait2 | TimerKind::Other => None,
        });
        let mut left = state.programs.values().filter(|p| !p.has_ended());
        if let (None, Some(server)) = (timers, left.next())
            && let Some(call) = server.current_call()
        {
            self.standing.has_said_who_waits = true;
            self.audience.remark(&format!(
                "all clients have ended; the {} still waits in {}(); stopping at --for {} s (Ctrl-C ends it now)",
                server.name,
                call.name,
                self.limit.as_secs_f64()
            ));
        }
    }

    /// Whether a client's time to start has come.
    fn may_go(&self, state: &State, name: &Name, started: Instant) -> bool {
        let place = self.clients().position(|client| client == name);
        let Some(place) = place.filter(|place| *place > 0) else {
            return true;
        };
        let has_ended = |name| state.programs.get(name).is_some_and(|p| p.has_ended());
        match self.pace {
            Pace::OneByOne => self.clients().take(place).all(has_ended),
            Pace::Staggered(stagger) => started.elapsed() >= stagger * place as u32,
            Pace::Together => true,
        }
    }

    fn clients(&self) -> impl Iterator<Item = &Name> {
        let names = self.setup.programs.iter().map(|program| &program.name);
        names.filter(|name| !name.starts_with("server"))
    }

    /// How long until the next client's time has come.
    fn until_stagger(&self, started: Instant) -> Option<Duration> {
        let Pace::Staggered(stagger) = self.pace else {
            return None;
        };
        let elapsed = started.elapsed();
        let times = (1..self.clients().count() as u32).map(|place| stagger * place);
        times
            .filter(|time| *time > elapsed)
            .map(|time| time - elapsed)
            .min()
    }
}

fn has_died(activity: &Activity) -> bool {
    match activity {
        Activity::Ended { traceback, .. } => traceback.is_some(),
        Activity::Running
        | Activity::Ready(_)
        | Activity::InCall(_)
        | Activity::Blocked(_)
        | Activity::Asking(_) => false,
    }
}

/// A reader that went away is no mistake, a full disk is one.
fn not_written(error: &io::Error) -> Result<End, String> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(End::Unread),
        _ => Err(format!("cannot write to standard output: {error}")),
    }
}

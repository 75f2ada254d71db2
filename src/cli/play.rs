//! One run in the terminal: the lab, the director, and a line of text for each event.
//!
//! In: what [`super::run`] has prepared. Out: lines on standard output, and how it ended. The same
//! lab, the same events, the same director as in the window; only the picture is text.

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crossbeam_channel::RecvTimeoutError;

use super::run::complain;
use super::{save, text};
use crate::director::{Director, Fault, Faults, Next, Rule, WhyNot};
use crate::lab::{FromLab, Handle, How, Recording, Refusal, Remedy};
use crate::lesson::Language;
use crate::model::{Activity, State};
use crate::trace::{
    By, Event, Header, Name, Order, Ordered, Setup, TimerKind, Traffic, What, WireKind, event_line,
    to_line,
};

pub enum End {
    Done {
        has_died: bool,
    },
    /// The option that ended it.
    Limit(&'static str),
    /// Whoever read standard output went away, as `head` does.
    Unread,
}

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

pub struct Play {
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
    pub is_json: bool,
    /// The learner knows that no client is left for a server that waits.
    pub has_said_who_waits: bool,
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
enum NoEnd {
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

    fn in_words(self) -> String {
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
    Fail(String),
}

impl Play {
    /// Without the held wire it says so, and goes on in loopback mode.
    pub fn play(&mut self) -> Result<End, String> {
        match self.play_once() {
            Err(NoEnd::NoWire(refusal)) if !self.needs_wire => {
                let remedy = super::remedy(refusal.remedy);
                complain(&format!("no held wire: {}\n  → {remedy}", refusal.why));
                complain("going on in loopback mode: nothing is held, and segments are inferred");
                self.setup.wire = WireKind::Loopback;
                self.holds_nothing = false;
                self.play_once().map_err(NoEnd::in_words)
            }
            ended => ended.map_err(NoEnd::in_words),
        }
    }

    fn play_once(&mut self) -> Result<End, NoEnd> {
        let binary = super::own_binary().map_err(|error| error.to_string())?;
        let save = self.save.clone();
        let save = save.map(|path| -> Recording { Box::new(move || save::open(&path)) });
        let lab = Handle::start(&binary, &self.setup, save, || {})
            .map_err(|error| format!("the lab could not be started: {error}"))?;
        let started = Instant::now();
        let mut known = None;
        let mut steps = 0;
        let mut wait = self.limit;
        loop {
            // Looked at first: to a reader slower than the lab, there is always one more event.
            let left = self.limit.saturating_sub(started.elapsed());
            if left.is_zero() {
                return Ok(End::Limit("--for"));
            }
            match lab.events().recv_timeout(wait.min(left)) {
                Ok(said) => {
                    if let Some(end) = self.hear(said, &mut known, started)? {
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
                Turn::Fail(message) => return Err(message.into()),
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
                self.begin(&header)
            }
            FromLab::Event(event) => {
                let known = known
                    .as_mut()
                    .ok_or("an event came before the header".to_owned())?;
                known.state.apply(&event);
                self.director.see(&event, &known.state);
                known.heard = Instant::now();
                known.has_order &= !matches!(event.what, What::Order(_));
                self.show(&event, &known.state)
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
        match self.director.next_where(state, now_us, may_go) {
            // A script says itself what goes wrong.
            Next::Give(Order::Deliver { segment }) if by == By::Director => {
                Turn::Give(self.faults.judge(state, segment), by)
            }
            Next::Give(order) => Turn::Give(order, by),
            Next::Wait { until_us } => Turn::Wait(until_us),
            Next::Not(WhyNot::Asking(program)) => {
                let mut input = self.input.iter_mut();
                let lines = input.find(|(name, _)| *name == program);
                let text = lines.and_then(|(_, lines)| lines.pop_front());
                Turn::Give(Order::Answer { program, text }, By::Director)
            }
            Next::Not(WhyNot::AllEnded) => {
                let has_died = state.programs.values().any(|p| has_died(&p.activity));
                Turn::End(End::Done { has_died })
            }
            Next::Not(WhyNot::Waiting) => {
                self.say_who_waits(state);
                Turn::Nothing
            }
            Next::Not(WhyNot::ScriptStuck { line, text, why }) => {
                let why = crate::words::stuck(Language::English, &why);
                Turn::Fail(format!(
                    "the script is stuck at line {line} ({text}): {why}"
                ))
            }
            Next::Not(WhyNot::Moving | WhyNot::Computing(_) | WhyNot::LabGone) | Next::Forward => {
                Turn::Nothing
            }
        }
    }

    /// Once, when nothing but a new client could wake the programs that are left.
    fn say_who_waits(&mut self, state: &State) {
        let has_ended = |name: &Name| state.programs.get(name).is_some_and(|p| p.has_ended());
        if self.has_said_who_waits || self.is_json || !self.clients().all(has_ended) {
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
            self.has_said_who_waits = true;
            complain(&format!(
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

    fn begin(&self, header: &Header) -> io::Result<()> {
        if self.is_json {
            return print_line(&to_line(header));
        }
        let passes = match self.holds_nothing {
            true => " that lets everything pass",
            false => "",
        };
        let is_linux = header.kernel.starts_with(|c: char| c.is_ascii_digit());
        let system = if is_linux { "Linux " } else { "" };
        let wire = match header.wire {
            WireKind::Held => format!("held wire{passes}"),
            WireKind::Loopback => "loopback: nothing is held, segments are inferred".to_owned(),
        };
        print_line(&format!("{system}{}, {wire}", header.kernel))?;
        for host in &header.hosts {
            let addresses: Vec<String> = host.addresses.iter().map(ToString::to_string).collect();
            print_line(&format!("{} is {}", host.name, addresses.join(", ")))?;
        }
        Ok(())
    }

    fn show(&self, event: &Event, state: &State) -> io::Result<()> {
        if self.is_json {
            print_line(&event_line(event))?;
        } else if let Some(line) = text::line(event, state) {
            print_line(&line)?;
        }
        if matches!(event.what, What::Rest) {
            io::stdout().flush()?;
        }
        Ok(())
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

fn print_line(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

/// A reader that went away is no mistake, a full disk is one.
fn not_written(error: &io::Error) -> Result<End, String> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(End::Unread),
        _ => Err(format!("cannot write to standard output: {error}")),
    }
}

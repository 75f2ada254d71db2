//! A run for tests: a lab, its trace, and the state folded from it.

use std::path::Path;
use std::time::{Duration, Instant};

use sockstep::director::{self, Next};
use sockstep::lab::{FromLab, Handle};
use sockstep::model::{Segment, State};
use sockstep::packet::Kind;
use sockstep::trace::{
    By, HostSetup, Order, Ordered, ProgramSetup, Setup, Timers, Trace, What, WireKind,
};

/// Nothing here should take this long; a test that does fails instead of hanging.
const LONGEST: Duration = Duration::from_secs(30);

pub fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_sockstep"))
}

pub fn setup(programs: &[(&str, &str)], timers: Timers) -> Setup {
    let address = |index: usize| [192, 168, 131, if index == 0 { 62 } else { 9 + index as u8 }];
    let hosts = programs
        .iter()
        .enumerate()
        .map(|(index, (name, _))| HostSetup {
            name: (*name).to_owned(),
            addresses: vec![address(index).into()],
        });
    let programs = programs.iter().map(|(name, source)| ProgramSetup {
        name: (*name).to_owned(),
        host: (*name).to_owned(),
        file: format!("{name}.py"),
        source: (*source).to_owned(),
    });
    Setup {
        hosts: hosts.collect(),
        programs: programs.collect(),
        timers,
        wire: WireKind::Held,
        ..Setup::default()
    }
}

/// Whether tests of the held wire can run here. In CI they must.
pub fn is_wire_there() -> bool {
    let checks = sockstep::lab::examine(binary());
    let trial = checks.last().expect("doctor checks something");
    let is_there = trial.verdict == sockstep::lab::Verdict::Fine;
    if !is_there {
        let message = format!("no held wire here: {}; see `sockstep doctor`", trial.found);
        assert!(std::env::var_os("CI").is_none(), "{message}");
        eprintln!("SKIPPED: {message}");
    }
    is_there
}

pub struct Play {
    pub lab: Handle,
    pub trace: Trace,
    pub state: State,
}

impl Play {
    /// `(name, source)`; the first is 192.168.131.62, the next 192.168.131.10, .11 …
    pub fn start(programs: &[(&str, &str)]) -> Self {
        Self::start_with(programs, Timers::Patient)
    }

    pub fn start_with(programs: &[(&str, &str)], timers: Timers) -> Self {
        Self::start_as(&setup(programs, timers))
    }

    pub fn start_as(setup: &Setup) -> Self {
        let lab = Handle::start(binary(), setup, None, || {}).expect("a thread can start");
        let first = lab.events().recv_timeout(LONGEST);
        let Ok(FromLab::Started(header)) = first else {
            panic!("the lab did not start: {first:?}");
        };
        let mut play = Self {
            lab,
            state: State::new(&header),
            trace: Trace::new(*header),
        };
        play.settle();
        play
    }

    /// Takes events until the lab is at rest.
    pub fn settle(&mut self) {
        let started = Instant::now();
        while !self.state.is_at_rest || !self.lab.events().is_empty() {
            self.take(LONGEST);
            assert!(
                started.elapsed() < LONGEST,
                "never at rest: {:#?}",
                self.tail()
            );
        }
    }

    /// Takes one event, or panics when none comes in time.
    pub fn take(&mut self, within: Duration) {
        match self.lab.events().recv_timeout(within) {
            Ok(FromLab::Event(event)) => {
                self.state.apply(&event);
                self.trace.push(*event);
            }
            other => panic!("{other:?} after {:#?}", self.tail()),
        }
    }

    /// Takes one event, if one comes in time.
    pub fn take_if_any(&mut self, within: Duration) {
        match self.lab.events().recv_timeout(within) {
            Ok(FromLab::Event(event)) => {
                self.state.apply(&event);
                self.trace.push(*event);
            }
            Ok(other) => panic!("{other:?}"),
            Err(_) => {}
        }
    }

    pub fn tail(&self) -> Vec<&What> {
        let events = self.trace.events();
        let from = events.len().saturating_sub(12);
        events[from..].iter().map(|event| &event.what).collect()
    }

    pub fn order(&mut self, order: Order) {
        let by = By::Learner;
        self.state.is_at_rest = false;
        self.lab
            .order(Ordered { order, by })
            .expect("the lab takes orders");
        self.settle();
    }

    pub fn step(&mut self, program: &str) {
        let program = program.to_owned();
        self.order(Order::Step {
            program,
            thread: None,
        });
    }

    /// Steps a program until it can't go on.
    pub fn step_until_blocked(&mut self, program: &str) {
        use sockstep::model::Activity;
        while matches!(self.state.programs[program].activity, Activity::Ready(_)) {
            self.step(program);
        }
    }

    pub fn deliver(&mut self, from: &str, kind: Kind) {
        let segment = self.held(from, kind).id;
        self.order(Order::Deliver { segment });
    }

    pub fn drop_held(&mut self, from: &str, kind: Kind) {
        let segment = self.held(from, kind).id;
        self.order(Order::Drop { segment });
    }

    /// The oldest held segment of a host and kind.
    pub fn held(&self, from: &str, kind: Kind) -> &Segment {
        let held = self.state.held.iter().map(|id| &self.state.segments[id]);
        let found = held.clone().find(|segment| {
            segment.from == from && segment.packet.as_ref().map(|p| p.kind()) == Some(kind)
        });
        let all: Vec<_> = held
            .map(|s| (&s.from, s.packet.as_ref().map(|p| p.kind())))
            .collect();
        found.unwrap_or_else(|| panic!("no {kind} of {from} is held, but {all:?}"))
    }

    /// Does what `Next` would, until nothing is left to do.
    pub fn play_on(&mut self) {
        while let Next::Give(order) = director::next(&self.state) {
            self.order(order);
        }
    }

    /// The call a program stands before or is in; empty when it is in none.
    pub fn call(&self, program: &str) -> &str {
        let call = self.state.programs[program].current_call();
        call.map_or("", |call| &call.name)
    }

    /// The states of a host's sockets, as `STATE` or `STATE fd`.
    pub fn sockets(&self, host: &str) -> Vec<String> {
        let sockets = self
            .state
            .sockets(host)
            .map(|socket| match socket.facts.fd {
                Some(fd) => format!("{} {fd}", socket.facts.state),
                None => socket.facts.state.clone(),
            });
        let mut sockets: Vec<String> = sockets.collect();
        sockets.sort();
        sockets
    }

    pub fn output(&self, program: &str) -> &str {
        &self.state.programs[program].output
    }

    /// Every state that a host's sockets were in, in the order they were first seen.
    pub fn states(&self, host: &str) -> Vec<&str> {
        let events = self.trace.events().iter();
        let mut seen: Vec<&str> = events
            .filter_map(|event| match &event.what {
                What::Socket(facts) if facts.host == host => Some(facts.state.as_str()),
                _ => None,
            })
            .collect();
        seen.dedup();
        seen
    }

    /// Where the first event that matches stands.
    pub fn place(&self, what: &str, test: impl Fn(&What) -> bool) -> usize {
        let mut events = self.trace.events().iter();
        let found = events.position(|event| test(&event.what));
        found.unwrap_or_else(|| panic!("no event is {what}"))
    }
}

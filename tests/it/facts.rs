//! Measured facts: what the kernels answer to small programs, by the command line alone.
//!
//! In: the programs beside this file, in `tests/it/facts`, and lines that begin with `sockstep
//! run`. Out: what the traces of those runs say. A reader repeats a fact in that folder:
//!
//! ```text
//! cd tests/it/facts
//! sockstep run greeting_server.py greeting_client.py --drop 'client ACK 1'
//! sockstep run greeting_server.py greeting_client.py --script third_ack.txt
//! ```
//!
//! Every run holds each segment until its order, so "held" is the moment before a segment was
//! delivered and "released" the moment after. The programs are plain Python: in two terminals,
//! `python3` runs them too, only that nobody can hold its segments. What is said here was measured
//! on Linux 6.18; a run that fails names the kernel it ran on.

mod bytes;
mod closing;
mod handshake;
mod killed;
mod queue;
mod reuse;

use std::path::{Path, PathBuf};
use std::process::Command;

use sockstep::director::Rule;
use sockstep::model::{Activity, Program, State};
use sockstep::packet::Kind;
use sockstep::trace::{Moment, SegmentId, SocketFacts, Trace, What, load};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/facts")
}

/// What `sockstep run` said of one run, to its end.
struct Run {
    trace: Trace,
    /// After the last event.
    end: State,
}

/// The line is what a reader types after `sockstep run`.
#[track_caller]
fn run(line: &str) -> Run {
    run_edited(line, &[])
}

/// As [`run`], after a reader has changed some text of a program into another.
#[track_caller]
fn run_edited(line: &str, edits: &[(&str, &str)]) -> Run {
    let edited = tempfile::tempdir().unwrap();
    let mut words = words(line);
    for word in words.iter_mut().filter(|word| word.ends_with(".py")) {
        let source = std::fs::read_to_string(folder().join(&*word)).unwrap();
        let changed = edits.iter().fold(source.clone(), |source, (from, to)| {
            source.replace(from, to) // a text that is in another of the programs stays away here
        });
        if changed != source {
            let path = edited.path().join(&*word);
            std::fs::write(&path, changed).unwrap();
            *word = path.to_str().unwrap().to_owned();
        }
    }
    let output = Command::new(env!("CARGO_BIN_EXE_sockstep"))
        .arg("run")
        .args(words)
        .arg("--json")
        .current_dir(folder())
        .output()
        .unwrap();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{line}: {complained}");
    assert_eq!(complained, "", "{line}");
    let loaded = load(std::str::from_utf8(&output.stdout).unwrap()).unwrap();
    assert!(loaded.cut_short.is_none(), "{:?}", loaded.cut_short);
    let end = State::at(&loaded.trace, loaded.trace.end());
    eprintln!("Linux {}: sockstep run {line}", end.kernel);
    Run {
        trace: loaded.trace,
        end,
    }
}

/// As a shell takes a line apart, as far as quotes go.
fn words(line: &str) -> Vec<String> {
    let quoted = line.split('\'').enumerate();
    let words = quoted.flat_map(|(place, part)| match place % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}

impl Run {
    /// What a program printed.
    fn output(&self, program: &str) -> String {
        let events = self.trace.events().iter();
        let printed = events.filter_map(|event| match &event.what {
            What::Print { program: who, text } if who == program => Some(text.as_str()),
            _ => None,
        });
        printed.collect()
    }

    /// The segment that a rule such as `client ACK 1` means.
    #[track_caller]
    fn segment(&self, rule: &str) -> SegmentId {
        let means = Rule::parse(rule).unwrap();
        let mut ids = self.end.segments.keys().copied();
        let found = ids.find(|id| means.means(&self.end, *id));
        found.unwrap_or_else(|| panic!("no segment is '{rule}'"))
    }

    /// Where the first event that matches stands.
    #[track_caller]
    fn place(&self, test: impl Fn(&What) -> bool) -> usize {
        let mut events = self.trace.events().iter();
        let found = events.position(|event| test(&event.what));
        found.expect("such an event")
    }

    #[track_caller]
    fn end_of_hold(&self, rule: &str) -> usize {
        let id = self.segment(rule);
        self.place(|what| match what {
            What::Delivered { segment } | What::Dropped { segment } => *segment == id,
            _ => false,
        })
    }

    /// The last moment at which a segment was still on the wire.
    #[track_caller]
    fn held(&self, rule: &str) -> State {
        State::at(&self.trace, Moment(self.end_of_hold(rule)))
    }

    /// What it led to by itself, before anything else was let happen. A dropped one leads to nothing.
    #[track_caller]
    fn released(&self, rule: &str) -> State {
        let mut place = self.end_of_hold(rule);
        let events = self.trace.events();
        while !matches!(events[place].what, What::Rest) {
            place += 1;
        }
        State::at(&self.trace, Moment(place + 1))
    }

    /// The moment before a program's nth `input()` was answered, counted from 1.
    #[track_caller]
    fn asked(&self, program: &str, n: usize) -> State {
        let answers = self.trace.events().iter().enumerate();
        let mut answers = answers.filter(
            |(_, event)| matches!(&event.what, What::Answer { program: who, .. } if who == program),
        );
        let (place, _) = answers.nth(n - 1).expect("it was asked so often");
        State::at(&self.trace, Moment(place))
    }

    /// Every state of a host's sockets, in the order they were first seen.
    fn states(&self, host: &str) -> Vec<&str> {
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

    /// When a host sent its segments of a kind, in microseconds since the first of them.
    fn times(&self, host: &str, kind: Kind) -> Vec<u64> {
        let alike = self.end.segments.values();
        let alike = alike.filter(|s| s.from == host && s.kind() == Some(kind));
        let times: Vec<u64> = alike.map(|segment| segment.sent_at_us).collect();
        times.iter().map(|time| time - times[0]).collect()
    }
}

/// The states of a host's sockets, sorted: `LISTEN 3`; without a number, no program owns it.
fn sockets(state: &State, host: &str) -> Vec<String> {
    let sockets = state.sockets(host).map(|socket| match socket.facts.fd {
        Some(fd) => format!("{} {fd}", socket.facts.state),
        None => socket.facts.state.clone(),
    });
    let mut sockets: Vec<String> = sockets.collect();
    sockets.sort();
    sockets
}

/// The only socket of a host in this state.
#[track_caller]
fn socket<'a>(state: &'a State, host: &str, name: &str) -> &'a SocketFacts {
    let mut alike = state.sockets(host).filter(|s| s.facts.state == name);
    let (found, other) = (alike.next(), alike.next());
    assert!(other.is_none(), "{host}: {:?}", sockets(state, host));
    let found = found.unwrap_or_else(|| panic!("{host}: {:?}", sockets(state, host)));
    &found.facts
}

/// What a program does at a moment: `before send`, `blocked in accept`, `asks`, `runs`, `ended`.
fn doing(state: &State, program: &str) -> String {
    let program: &Program = &state.programs[program];
    let call = program.current_call().map_or("", |call| &call.name);
    match program.activity {
        Activity::Ready(_) => format!("before {call}"),
        Activity::InCall(_) => format!("in {call}"),
        Activity::Blocked(_) => format!("blocked in {call}"),
        Activity::Asking(_) => "asks".to_owned(),
        Activity::Running => "runs".to_owned(),
        Activity::Ended { .. } => "ended".to_owned(),
    }
}

//! What plays by itself, with a real lab: Auto and Run to.

use std::time::{Duration, Instant};

use sockstep::director::WhyNot;
use sockstep::lesson::Language;
use sockstep::session::{
    Command, Course, Driving, Goal, Halt, Notice, Play, Refusal, Session, Setting, Speed,
};
use sockstep::trace::{Moment, What};
use tempfile::TempDir;

use super::is_wire_there;
use super::learner::Learner;

/// A client that asks before it does anything, and one that prints very much.
const ODD: &str = r#"+++
id = "odd"
title = "Odd"
goal = "Say it."
minutes = 5
[[hosts]]
name = "server"
addresses = ["10.0.0.2"]
[[hosts]]
name = "client"
addresses = ["10.0.0.1"]
+++
```python server
import socket
s = socket.socket()
for n in range(30000):
    print(n)
s.bind(("", 80))
```
```python client
import socket
name = input("name? ")
s = socket.socket()
```
## B
```when
server listens
```
"#;

/// While the folder is there: the session says when a lesson's file goes.
fn odd() -> (Learner, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    for file in ["en.md", "zh.md"] {
        std::fs::write(folder.path().join(file), ODD).expect("a temporary file");
    }
    let course = Course::open(Some(folder.path())).expect("it is sound");
    (Learner::with(course), folder)
}

fn drive(driving: Driving) -> Command {
    Command::Drive(driving)
}

fn halted(session: &Session) -> Option<Halt> {
    match session.view().notice {
        Some(Notice::Refused(Refusal::Halted(halt))) => Some(halt.clone()),
        _ => None,
    }
}

/// As the window does it: woken by the lab, or when the next step is due.
fn until_still(learner: &mut Learner) -> Option<Halt> {
    learner.session.drain();
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(60) {
        let drive = &learner.session.view().desk.drive;
        if drive.is_still() {
            return halted(&learner.session);
        }
        let wait = drive.wait().unwrap_or(Duration::from_secs(20));
        learner.woken.recv_timeout(wait).ok();
        learner.session.drain();
    }
    panic!("it plays for ever");
}

#[test]
fn auto_takes_the_steps_of_next_waits_once_at_a_quiz_and_stops_when_one_takes_over() {
    if !is_wire_there() {
        return;
    }
    let mut learner = Learner::start();
    learner
        .session
        .update(drive(Driving::Speed(Speed::Quadruple)));
    learner.session.update(drive(Driving::Auto(true)));
    assert_eq!(until_still(&mut learner), Some(Halt::Quiz));
    let view = learner.session.view();
    let steps = view.timeline.step();
    assert!(steps > 5 && view.guesses.is_empty(), "{steps}");
    learner.session.update(drive(Driving::Auto(true)));
    let orders = learner.session.state().orders;
    while learner.session.state().orders < orders + 2 {
        let wait = learner.session.view().desk.drive.wait();
        learner.woken.recv_timeout(wait.unwrap_or_default()).ok();
        learner.session.drain();
    }
    learner.session.update(Command::Back);
    assert!(learner.session.view().desk.drive.is_still());
    assert_eq!(halted(&learner.session), None);
}

#[test]
fn auto_plays_what_is_recorded_up_to_the_present_and_orders_nothing() {
    if !is_wire_there() {
        return;
    }
    let mut learner = Learner::start();
    for _ in 0..4 {
        learner.press(Command::Next);
    }
    let (now, orders) = (learner.session.moment(), learner.session.state().orders);
    let third = learner.session.view().timeline.stops()[2];
    learner.session.update(Command::GoTo(third));
    learner
        .session
        .update(drive(Driving::Speed(Speed::Quadruple)));
    learner.session.update(drive(Driving::Auto(true)));
    assert_eq!(until_still(&mut learner), Some(Halt::Present));
    assert_eq!(
        (learner.session.moment(), learner.session.state().orders),
        (now, orders)
    );
}

#[test]
fn auto_says_that_a_program_asks() {
    if !is_wire_there() {
        return;
    }
    let (mut learner, _folder) = odd();
    learner
        .session
        .update(drive(Driving::Speed(Speed::Quadruple)));
    learner.session.update(drive(Driving::Auto(true)));
    let asking = Halt::Next(WhyNot::Asking("client".to_owned()));
    assert_eq!(until_still(&mut learner), Some(asking));
}

#[test]
fn a_program_that_prints_much_is_taken_in_bit_by_bit_and_whole() {
    if !is_wire_there() {
        return;
    }
    let (mut learner, _folder) = odd();
    learner.session.update(Command::Step("server".to_owned()));
    let mut longest = 0;
    let printed = |session: &Session| {
        let events = session.view().timeline.trace().events();
        events
            .iter()
            .filter(|e| matches!(e.what, What::Print { .. }))
            .count()
    };
    while printed(&learner.session) < 30_000 {
        let woken = learner.woken.recv_timeout(Duration::from_secs(20));
        assert!(woken.is_ok(), "whoever stops early says so");
        let began = std::time::Instant::now();
        learner.session.drain();
        longest = longest.max(began.elapsed().as_millis());
    }
    // It is 8 ms; a busy machine may put the thread aside for a while.
    assert!(longest < 200, "{longest} ms");
}

#[test]
fn one_can_run_to_a_passage_a_line_a_state_and_the_end() {
    if !is_wire_there() {
        return;
    }
    let mut learner = Learner::start();
    let client = &learner.session.state().programs["client"];
    let send = client
        .source
        .lines()
        .position(|line| line.contains("send("));
    let line = Goal::Line {
        program: "client".to_owned(),
        line: send.expect("it sends") as u32 + 1,
    };
    let state = Goal::State {
        host: "client".to_owned(),
        state: "FIN_WAIT1".to_owned(),
    };
    for goal in [Goal::Beat(1), line, state, Goal::End] {
        learner.session.update(drive(Driving::To(goal.clone())));
        assert_eq!(until_still(&mut learner), Some(Halt::Arrived(goal.clone())));
        let view = learner.session.view();
        assert!(view.timeline.newest().is_at_rest, "{goal:?}");
        match goal {
            Goal::Beat(beat) => assert!(view.beats[beat].is_some()),
            Goal::Line { line, .. } => {
                assert_eq!(view.timeline.newest().programs["client"].line, Some(line));
            }
            Goal::State { host, state } => {
                let mut sockets = view.timeline.newest().sockets(&host);
                assert!(sockets.any(|socket| socket.facts.state == state));
            }
            Goal::Trouble => unreachable!("not asked for"),
            Goal::End => {
                let mut programs = view.timeline.newest().programs.values();
                assert!(programs.all(|program| program.has_ended()));
            }
        }
    }
    // A passage that was reached is looked at; whoever asks for what is over is told.
    let first = learner.session.view().beats[0];
    learner.session.update(drive(Driving::To(Goal::Beat(0))));
    assert_eq!(Some(learner.session.moment()), first);
    learner.session.update(Command::GoLive);
    learner.session.update(drive(Driving::To(Goal::Trouble)));
    let ended = Halt::Next(WhyNot::AllEnded);
    assert_eq!(until_still(&mut learner), Some(ended));
}

#[test]
fn in_the_past_one_runs_to_what_is_recorded_and_nothing_is_ordered() {
    if !is_wire_there() {
        return;
    }
    let mut learner = Learner::start();
    learner.play_to_the_end();
    let orders = learner.session.state().orders;
    let goal = Goal::State {
        host: "client".to_owned(),
        state: "SYN_SENT".to_owned(),
    };
    learner.session.update(Command::GoTo(Moment(0)));
    learner.session.update(drive(Driving::To(goal.clone())));
    assert_eq!(halted(&learner.session), Some(Halt::Arrived(goal)));
    let view = learner.session.view();
    assert!(!view.timeline.is_live());
    let sockets: Vec<_> = view.timeline.state().sockets("client").collect();
    assert!(
        sockets
            .iter()
            .any(|socket| socket.facts.state == "SYN_SENT")
    );
    assert!(view.timeline.stops().contains(&view.timeline.moment()));
    learner.session.update(drive(Driving::To(Goal::Trouble)));
    let missing = Halt::NotRecorded(Goal::Trouble);
    assert_eq!(halted(&learner.session), Some(missing));
    assert_eq!(learner.session.view().timeline.newest().orders, orders);
}

#[test]
fn running_to_something_that_does_not_come_can_be_stopped() {
    if !is_wire_there() {
        return;
    }
    let mut learner = Learner::start();
    learner.session.update(drive(Driving::To(Goal::Trouble)));
    learner.session.drain();
    let view = learner.session.view();
    assert!(matches!(&view.desk.drive.play, Play::To(to) if to.steps == 1));
    learner.session.update(drive(Driving::Stop));
    learner.settle();
    learner.session.drain();
    assert!(learner.session.view().desk.drive.is_still());
    assert_eq!(halted(&learner.session), None);
}

#[test]
fn a_reason_in_words_goes_when_another_language_is_chosen() {
    if !is_wire_there() {
        return;
    }
    let mut learner = Learner::start();
    let explain = || Command::Explain("因为".to_owned());
    let choose = |language| Command::Set(Setting::Language(language));
    learner.session.update(choose(Language::Chinese));
    learner.session.update(explain());
    assert!(learner.session.view().notice.is_some());
    learner.session.update(choose(Language::English));
    assert!(learner.session.view().notice.is_none());
}

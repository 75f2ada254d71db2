//! A session as the window drives it, with a real lab.

use std::process::Command as Process;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};
use sockstep::director::{Next, WhyNot};
use sockstep::lesson::{BeatWatch, Inline, Language};
use sockstep::session::{Command, Course, Notice, Refusal, Session, Shelving};
use sockstep::trace::{By, Moment, Order, Ordered, What};

use super::is_wire_there;
use super::play::binary;

/// What is built in, with the lesson on the handshake open.
pub fn handshake() -> Course {
    let mut course = Course::open(None).expect("what is built in is sound");
    assert!(course.turn_to("handshake"));
    course
}

pub struct Learner {
    pub session: Session,
    pub woken: Receiver<()>,
}

impl Learner {
    pub fn start() -> Self {
        Self::with(handshake())
    }

    pub fn with(course: Course) -> Self {
        let (wake, woken) = bounded(1);
        let wake = Arc::new(move || {
            wake.try_send(()).ok();
        });
        let session = Session::start(binary().to_owned(), course, Language::Chinese, None, wake);
        let mut learner = Self { session, woken };
        learner.settle();
        learner
    }

    pub fn wait_until(&mut self, what: &str, holds: impl Fn(&Session) -> bool) {
        while !holds(&self.session) {
            let woken = self.woken.recv_timeout(Duration::from_secs(20));
            assert!(woken.is_ok(), "never {what}");
            self.session.drain();
        }
    }

    pub fn settle(&mut self) {
        self.wait_until("at rest", |session| session.state().is_at_rest);
    }

    pub fn press(&mut self, command: Command) {
        let before = self.session.view().timeline.trace().end();
        self.session.update(command);
        self.wait_until("answered", |session| {
            let timeline = session.view().timeline;
            timeline.trace().end() > before && timeline.newest().is_at_rest
        });
    }

    pub fn play_to_the_end(&mut self) {
        while matches!(self.session.view().next, Next::Give(_)) {
            self.press(Command::Next);
        }
    }
}

#[test]
fn pressing_next_alone_plays_the_lesson_and_reaches_every_beat_in_order() {
    if !is_wire_there() {
        return;
    }
    let mut learner = Learner::start();
    learner.play_to_the_end();
    let view = learner.session.view();
    assert_eq!(view.next, Next::Not(WhyNot::AllEnded));
    let reached: Vec<Moment> = view.beats.iter().flatten().copied().collect();
    assert_eq!(reached.len(), view.beats.len(), "{:?}", view.beats);
    assert!(reached.is_sorted(), "{reached:?}");
    assert!(!view.verdicts.is_empty(), "the run answers the quiz");
    let lesson = view.lesson.expect("a lesson");
    let watch = BeatWatch::of(lesson, view.timeline.trace());
    assert!(
        watch.unmet().is_empty(),
        "the kernel disagrees: {:?}",
        watch.unmet()
    );
}

#[test]
fn a_guess_is_written_down_by_the_lab_and_nothing_moves() {
    if !is_wire_there() {
        return;
    }
    let started = std::time::SystemTime::now();
    let mut learner = Learner::start();
    let lesson = learner.session.view().lesson.expect("a lesson");
    let (beat, quiz) = sockstep::lesson::quizzes(lesson).next().expect("it asks");
    let plain = |text: &[Inline]| -> String { text.iter().map(|part| &*part.text).collect() };
    let (question, answer) = (plain(&quiz.question), plain(&quiz.options[1].text));
    let (before, next) = (learner.session.moment(), learner.session.view().next);
    learner.press(Command::Guess { beat, option: 1 });
    let view = learner.session.view();
    let events = &view.timeline.trace().events()[before.0..];
    let guess = Order::guess(beat, 1, question, answer);
    let by = By::Learner;
    assert!(
        matches!(events, [event] if event.what == What::Order(Ordered { order: guess, by })),
        "{events:?}"
    );
    assert_eq!(view.next, next);
    let header = view.timeline.trace().header();
    let told = (header.lesson.as_deref(), header.attempt.as_deref());
    assert_eq!(told, (Some("handshake"), None));
    let since = started.duration_since(std::time::UNIX_EPOCH).unwrap();
    let started_us = header.started_us.expect("it knows the time");
    let late_us = u128::from(started_us).saturating_sub(since.as_micros());
    assert!(u128::from(started_us) >= since.as_micros() && late_us < 60_000_000);
    learner.session.update(Command::Shelf(Shelving::Try(0)));
    let started = |session: &Session| session.view().timeline.trace().header().started_us;
    learner.wait_until("begun anew", |session| {
        started(session).is_some_and(|other| other != started_us) && session.state().is_at_rest
    });
    let view = learner.session.view();
    let label = &view.lesson.expect("a lesson").tries[0].label;
    assert_eq!(view.timeline.trace().header().attempt.as_ref(), Some(label));
}

#[test]
fn the_past_is_read_only_and_next_leads_back_to_now() {
    if !is_wire_there() {
        return;
    }
    let mut learner = Learner::start();
    learner.press(Command::Next);
    learner.press(Command::Next);
    let now = learner.session.moment();
    learner.session.update(Command::Back);
    assert!(learner.session.moment() < now);
    learner.session.update(Command::Step("server".to_owned()));
    let view = learner.session.view();
    assert_eq!(view.notice, Some(&Notice::Refused(Refusal::Past)));
    assert_eq!(view.next, Next::Forward);
    learner.session.update(Command::Next);
    assert!(learner.session.view().timeline.is_live());
    assert_eq!(learner.session.moment(), now);
}

#[test]
fn a_key_that_can_do_nothing_says_why() {
    if !is_wire_there() {
        return;
    }
    let mut learner = Learner::start();
    for _ in 0..5 {
        learner.press(Command::Step("server".to_owned()));
    }
    learner.session.update(Command::Step("server".to_owned()));
    let refusal = Refusal::Blocked("server".to_owned());
    assert_eq!(
        learner.session.view().notice,
        Some(&Notice::Refused(refusal))
    );
    learner.press(Command::Next);
    assert_eq!(learner.session.view().notice, None);
}

#[test]
fn a_killed_lab_leaves_the_run_to_look_at_and_restart_brings_a_new_one() {
    if !is_wire_there() {
        return;
    }
    let mut learner = Learner::start();
    learner.press(Command::Next);
    let recorded = learner.session.moment().0;
    let pid = learner.session.lab_pid().expect("it runs").to_string();
    let killed = Process::new("kill").args(["-9", &pid]).status();
    assert!(killed.expect("kill is there").success());
    learner.wait_until("gone", |session| session.state().ended.is_some());
    let view = learner.session.view();
    assert!(
        matches!(view.notice, Some(Notice::LabGone(_))),
        "{:?}",
        view.notice
    );
    let events = view.timeline.trace().events();
    assert_eq!(
        events.len(),
        recorded + 1,
        "everything up to there, and the end"
    );
    assert!(matches!(
        events.last().map(|e| &e.what),
        Some(What::Ended { .. })
    ));
    learner.session.update(Command::Back);
    learner.session.update(Command::Restart);
    learner.settle();
    learner.press(Command::Next);
    assert_eq!(learner.session.view().notice, None);
    learner.wait_until("alone", |session| session.leaving() == 0);
}

#[test]
fn a_re_run_from_the_past_ends_live_at_that_step_and_takes_no_order_meanwhile() {
    if !is_wire_there() {
        return;
    }
    let mut learner = Learner::start();
    learner.session.update(Command::ReRun);
    let nothing = Notice::Refused(Refusal::NothingToRerun);
    assert_eq!(learner.session.view().notice, Some(&nothing));
    learner.play_to_the_end();
    let stop = learner.session.view().timeline.stops()[9];
    learner.session.update(Command::GoTo(stop));
    let step = learner.session.view().timeline.step();
    let held = learner.session.state().held.len();
    let old = learner.session.lab_pid();
    learner.session.update(Command::ReRun);
    assert!(learner.session.view().rerun.is_some());
    learner.session.update(Command::Next);
    let busy = Notice::Refused(Refusal::Rerunning);
    assert_eq!(learner.session.view().notice, Some(&busy));
    learner.wait_until("done", |session| session.view().rerun.is_none());
    let view = learner.session.view();
    assert!(view.timeline.is_live());
    assert_eq!(
        (view.timeline.step(), view.timeline.state().held.len()),
        (step, held)
    );
    assert_ne!(learner.session.lab_pid(), old);
    let orders = view.timeline.state().orders;
    assert!(orders > 5, "{orders}");
    learner.press(Command::Next);
    assert_eq!(learner.session.state().orders, orders + 1);
}

#[test]
fn next_follows_the_lessons_script_and_waits_without_blocking() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let lesson = include_str!("../../../lessons/04-handshake/en.md");
    let script = "```director\nclient connect\ndrop client SYN\nwait 60s\n```\n";
    let lesson = lesson.replacen("## ", &format!("{script}\n## "), 1);
    for file in ["en.md", "zh.md"] {
        std::fs::write(folder.path().join(file), &lesson).expect("a temporary file");
    }
    super::copy_runs(folder.path());
    let course = Course::open(Some(folder.path())).expect("it is sound");
    let mut learner = Learner::with(course);
    // socket(), connect() and the loss of the SYN: usually the server would be first.
    for _ in 0..3 {
        learner.press(Command::Next);
    }
    let view = learner.session.view();
    let orders = view.timeline.trace().events().iter();
    let orders: Vec<String> = orders
        .filter_map(|event| match &event.what {
            What::Order(ordered) => Some(sockstep::trace::to_line(ordered)),
            _ => None,
        })
        .collect();
    assert_eq!(
        orders,
        [
            r#"{"order":"step","program":"client","by":"lesson"}"#,
            r#"{"order":"step","program":"client","by":"lesson"}"#,
            r#"{"order":"drop","segment":0,"by":"lesson"}"#,
        ]
    );
    let Next::Wait { until_us } = view.next else {
        panic!("{:?}", view.next);
    };
    assert!(until_us > view.now_us + 50_000_000);
    learner.session.update(Command::Next);
    let refused = Notice::Refused(Refusal::Wait { until_us });
    assert_eq!(learner.session.view().notice, Some(&refused));
}

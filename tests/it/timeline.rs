//! Looking at any moment of a run: the same picture as folding it from its first event.

use sockstep::model::State;
use sockstep::timeline::Timeline;
use sockstep::trace::{Event, Moment, Trace, What, load};

use super::ledger::Run;
use super::ledger::property::{Chance, nonsense};

fn assert_same(timeline: &Timeline, moment: Moment) {
    let folded = format!("{:?}", State::at(timeline.trace(), moment));
    let shown = format!("{:?}", timeline.state());
    assert!(folded == shown, "at {moment:?}");
}

/// Goes there and back, near and far, and on by single steps.
fn look_around(trace: Trace, seed: u64, looks: usize) {
    let mut timeline = Timeline::of(trace);
    let (end, mut chance) = (timeline.trace().end().0 as u64, Chance::new(seed));
    for _ in 0..looks {
        let there = Moment(chance.below(end + 1) as usize);
        for moment in [there.0, there.0 + 1, there.0 + 3, there.0.saturating_sub(2)] {
            timeline.go_to(Moment(moment));
            let moment = timeline.moment();
            assert_same(&timeline, moment);
        }
        timeline.back();
        assert_same(&timeline, timeline.moment());
    }
    timeline.go_live();
    assert_same(&timeline, Moment(end as usize));
}

#[test]
fn any_moment_of_a_recorded_run_is_as_folded_from_its_beginning() {
    let recorded = load(include_str!("lessons/handshake.jsonl")).expect("a sound recording");
    look_around(recorded.trace, 1, 40);
}

/// Long enough that states on the way are kept, and in the second some are thrown away again.
#[test]
fn any_moment_of_a_long_run_is_as_folded_from_its_beginning() {
    for (seed, lines, looks) in [(2, 3, 12), (3, 60, 5)] {
        look_around(generated(seed, lines), seed, looks);
    }
}

/// A run in which much is held, lost, doubled, read and nonsense, with so many lines of Python
/// between.
fn generated(seed: u64, lines: u32) -> Trace {
    let (mut run, mut chance, mut calls) = (Run::connected(), Chance::new(seed), Vec::new());
    for _ in 0..600 {
        nonsense(&mut run, &mut chance, &mut calls);
    }
    let mut whats = Vec::new();
    for event in run.trace.events() {
        whats.push(event.what.clone());
        whats.extend((0..lines).map(|line| What::Line {
            program: "client".to_owned(),
            line,
            locals: [("line".to_owned(), line.to_string())].into(),
        }));
    }
    let mut trace = Trace::new(run.trace.header().clone());
    for (n, what) in whats.into_iter().enumerate() {
        let (n, at_us) = (n as u64, n as u64);
        trace.push(Event { n, at_us, what });
    }
    trace
}

#[test]
fn a_timeline_that_grows_while_one_looks_back_shows_what_was() {
    let recorded = load(include_str!("lessons/handshake.jsonl")).expect("a sound recording");
    let mut timeline = Timeline::new(recorded.trace.header().clone());
    let events = recorded.trace.events();
    for event in &events[..60] {
        timeline.push(event.clone());
    }
    timeline.go_to(Moment(31));
    for event in &events[60..] {
        timeline.push(event.clone());
        assert_same(&timeline, Moment(31));
    }
}

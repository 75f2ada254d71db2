//! The recorded orders by their meaning, held against a run told by hand.

use sockstep::replay::{Calling, Plan, Sight, Step, Waiting};
use sockstep::timeline::Timeline;
use sockstep::trace::{Moment, Order, Trace, What, load, to_line};

/// A real run of the first lesson.
fn recorded() -> Trace {
    let text = include_str!("lessons/handshake.jsonl");
    load(text).expect("a sound recording").trace
}

/// The same run as a fresh one would be told: other ports, and each line changed by `change`.
fn fresh(trace: &Trace, change: impl Fn(String) -> String) -> Trace {
    let mut lines = vec![to_line(trace.header())];
    lines.extend(trace.events().iter().map(to_line).map(change));
    let loaded = load(&lines.join("\n")).expect("a sound header");
    assert!(loaded.cut_short.is_none(), "{:?}", loaded.cut_short);
    loaded.trace
}

/// Shows a plan the fresh run up to each order, and gives what it says at the end.
fn play(plan: &mut Plan, fresh: &Trace) -> Result<Vec<Order>, Step> {
    let mut timeline = Timeline::new(fresh.header().clone());
    let mut given = Vec::new();
    for event in fresh.events() {
        if let What::Order(ordered) = &event.what {
            match plan.next(timeline.newest(), event.at_us) {
                Step::Give(own) if own.by == ordered.by => given.push(own.order),
                other => return Err(other),
            }
        }
        timeline.push(event.clone());
    }
    let late_us = timeline.newest().at_us + 600_000_000;
    match plan.next(timeline.newest(), late_us) {
        Step::Done => Ok(given),
        Step::Wait(_) => Err(plan.next(timeline.newest(), 2 * late_us)),
        other => Err(other),
    }
}

#[test]
fn every_order_of_a_run_is_given_again_and_then_it_is_done() {
    let trace = recorded();
    let mut plan = Plan::of(&trace, trace.end());
    let orders = plan.orders();
    assert!(orders > 10, "{orders}");
    let given = play(&mut plan, &fresh(&trace, |line| line)).expect("the same run");
    assert_eq!((given.len(), plan.given()), (orders, orders));
}

#[test]
fn a_plan_ends_at_the_moment_it_was_made_for() {
    let trace = recorded();
    let events = trace.events();
    let mut places = (0..events.len()).filter(|n| matches!(events[*n].what, What::Order(_)));
    let third = places.nth(2).expect("it has three orders");
    assert_eq!(Plan::of(&trace, Moment(third)).orders(), 2);
    assert_eq!(Plan::of(&trace, Moment(0)).orders(), 0);
    let mut plan = Plan::of(&trace, Moment(third));
    let mut timeline = Timeline::new(trace.header().clone());
    assert_eq!(plan.next(timeline.newest(), 0), Step::Wait(Waiting::Lab));
    for event in &events[..third] {
        if matches!(event.what, What::Order(_)) {
            assert!(matches!(plan.next(timeline.newest(), 0), Step::Give(_)));
        }
        timeline.push(event.clone());
    }
    assert_eq!(plan.next(timeline.newest(), 0), Step::Done);
}

#[test]
fn what_differs_is_said_with_both_sides_and_after_which_order() {
    let trace = recorded();
    let failed = |line: String| {
        line.replace(
            r#""value":"None""#,
            r#""errno":111,"error":"ECONNREFUSED","exception":"ConnectionRefusedError""#,
        )
    };
    let mut plan = Plan::of(&trace, trace.end());
    let Err(Step::Diverged(divergence)) = play(&mut plan, &fresh(&trace, failed)) else {
        panic!("it is not the same run");
    };
    assert!(divergence.given > 0, "{divergence:?}");
    let seen = |sight: &Sight| match sight {
        Sight::Call { line, seen, .. } => (*line, seen.clone()),
        other => panic!("{other:?}"),
    };
    let (before, now) = (seen(&divergence.expected), seen(&divergence.found));
    assert_eq!(before.0, now.0, "the same line of the program");
    assert_eq!(before.1, Calling::Returned("None".to_owned()));
    assert_eq!(now.1, Calling::Returned("ECONNREFUSED".to_owned()));
}

#[test]
fn a_segment_that_does_not_come_is_waited_for_and_then_missed() {
    let trace = recorded();
    let events = trace.events();
    let is_sent = |what: &What| matches!(what, What::Sent { .. });
    let first = events
        .iter()
        .position(|event| is_sent(&event.what))
        .expect("one is sent");
    let mut plan = Plan::of(&trace, trace.end());
    let mut timeline = Timeline::new(trace.header().clone());
    for event in events {
        let is_order = matches!(event.what, What::Order(_));
        if is_order && timeline.trace().end().0 > first {
            break;
        }
        if is_order {
            assert!(matches!(plan.next(timeline.newest(), 0), Step::Give(_)));
        }
        match is_sent(&event.what) {
            true => timeline.push(sockstep::trace::Event {
                what: What::Unknown,
                ..event.clone()
            }),
            false => timeline.push(event.clone()),
        }
    }
    let state = timeline.newest();
    assert_eq!(plan.next(state, 1_000), Step::Wait(Waiting::Timer));
    assert_eq!(plan.next(state, 2_000_000), Step::Wait(Waiting::Timer));
    let parted = plan.next(state, 3_600_000_000);
    assert!(
        matches!(&parted, Step::Diverged(d) if matches!(d.found, Sight::Segment { .. })),
        "{parted:?}"
    );
}

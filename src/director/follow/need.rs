//! What a line of a script needs now to come true.
//!
//! In: the line, what was done since it was reached, and a state. Out: an order, a wait, or why
//! neither would help.

use super::{Did, Director, Stuck, meant, traffics};
use crate::director::script::{Act, Coming, Line};
use crate::director::{self, WhyNot, rule};
use crate::model::{Activity, Fate, Program, Segment, State};
use crate::trace::{Order, SegmentId, TimerKind};

/// What a line needs now.
pub(super) enum Need {
    Order(Order),
    Until(u64),
    Not(WhyNot),
    Stuck(Stuck),
}

impl Director {
    pub(super) fn need(&self, line: &Line, state: &State) -> Need {
        match &line.act {
            Act::Step { who, thread, .. } => need_of_program(state, who, *thread),
            // One that is delayed arrives by itself.
            Act::Deliver(rule) => {
                let held = state.held.iter().copied();
                need_of_segment(state, rule, held, |segment| Order::Deliver { segment })
            }
            Act::Fault(fault, rule) => {
                let is_delayed = |segment: &&Segment| matches!(segment.fate, Fate::Delayed(_));
                let delayed = state.segments.values().filter(is_delayed);
                let on_wire = state.held.iter().copied().chain(delayed.map(|s| s.id));
                need_of_segment(state, rule, on_wire, |segment| fault.order(segment))
            }
            Act::DeliverAll => match state.oldest_held() {
                Some(segment) => Need::Order(Order::Deliver { segment }),
                None => Need::Stuck(Stuck::NotOnWire),
            },
            Act::Hold { who, kind, on } => {
                let wanted = traffics(state, who.as_deref(), *kind);
                let mut untold = wanted.into_iter().filter(|traffic| {
                    let did = Did::Hold(traffic.clone(), *on);
                    !self.deeds.iter().any(|deed| deed.did == did)
                });
                match untold.next() {
                    Some(traffic) => Need::Order(Order::Hold { traffic, on: *on }),
                    None => Need::Stuck(Stuck::NotOnWire),
                }
            }
            Act::Wait { us } => Need::Until(self.since_us + us),
            Act::WaitFor(coming) => need_of_coming(state, coming),
            Act::Answer { who, text } => match meant(state, who) {
                Some(program) if asks(program) => Need::Order(Order::Answer {
                    program: program.name.clone(),
                    text: text.clone(),
                }),
                Some(program) => unless_computing(state, Stuck::AsksNothing(program.name.clone())),
                None => Need::Stuck(Stuck::Ended(who.clone())),
            },
        }
    }
}

fn need_of_segment(
    state: &State,
    rule: &rule::Rule,
    mut among: impl Iterator<Item = SegmentId>,
    order: impl Fn(SegmentId) -> Order,
) -> Need {
    match among.find(|id| rule.means(state, *id)) {
        Some(segment) => Need::Order(order(segment)),
        None => unless_computing(state, Stuck::NotOnWire),
    }
}

/// It comes by itself, or not at all.
fn need_of_coming(state: &State, coming: &Coming) -> Need {
    let stuck = match coming {
        Coming::Sent(_) | Coming::Delivered(_) => Stuck::NotOnWire,
        Coming::Return { who, call, .. } => match meant(state, who) {
            Some(program) => Stuck::Blocked {
                program: program.name.clone(),
                call: call.clone(),
            },
            None => Stuck::Ended(who.clone()),
        },
    };
    unless_computing(state, stuck)
}

/// It has come.
pub(super) fn has_come(state: &State, coming: &Coming) -> bool {
    match coming {
        Coming::Sent(rule) => {
            let mut ids = state.segments.values().map(|segment| segment.id);
            ids.any(|id| rule.means(state, id))
        }
        Coming::Delivered(rule) => {
            let mut newest_first = state.segments.values().rev();
            let newest = newest_first.find(|segment| rule.means(state, segment.id));
            newest.is_some_and(|segment| matches!(segment.fate, Fate::Delivered(_)))
        }
        Coming::Return { who, thread, call } => meant(state, who).is_some_and(|program| {
            let threads = program.threads.iter();
            let mut doing = threads.filter(|(number, _)| thread.is_none_or(|t| t == **number));
            let is_in_it = |doing: &Option<Activity>| match doing {
                Some(Activity::InCall(id) | Activity::Blocked(id)) => {
                    program.call(*id).is_some_and(|now| now.name == *call)
                }
                _ => false,
            };
            !doing.any(|(_, doing)| is_in_it(doing))
        }),
    }
}

fn need_of_program(state: &State, who: &str, thread: Option<u32>) -> Need {
    let Some(program) = meant(state, who) else {
        return Need::Stuck(Stuck::Ended(who.to_owned()));
    };
    let name = program.name.clone();
    let order = match thread {
        None => director::step(state, |other| *other == name),
        Some(_) => {
            let is_ready = program.ready().any(|(ready, _)| Some(ready) == thread);
            let program = name.clone();
            is_ready.then_some(Order::Step { program, thread })
        }
    };
    if let Some(order) = order {
        return Need::Order(order);
    }
    let of_thread = thread.and_then(|thread| program.threads.get(&thread)?.as_ref());
    match of_thread.unwrap_or(&program.activity) {
        Activity::Running => Need::Not(WhyNot::Computing(name)),
        Activity::Asking(_) => Need::Not(WhyNot::Asking(name)),
        Activity::Ended { .. } => Need::Stuck(Stuck::Ended(name)),
        Activity::Ready(id) | Activity::InCall(id) | Activity::Blocked(id) => {
            let call = program.call(*id).map(|call| call.name.clone());
            Need::Stuck(Stuck::Blocked {
                program: name,
                call: call.unwrap_or_default(),
            })
        }
    }
}

/// A program that computes may still do what is missing.
fn unless_computing(state: &State, stuck: Stuck) -> Need {
    let mut programs = state.programs.values();
    match programs.find(|program| program.activity == Activity::Running) {
        Some(program) => Need::Not(WhyNot::Computing(program.name.clone())),
        None => Need::Stuck(stuck),
    }
}

fn asks(program: &Program) -> bool {
    let mut threads = program.threads.values().flatten();
    threads.any(|doing| matches!(doing, Activity::Asking(_)))
}

/// A kernel's timer, a delayed segment or a program's own time-out is still to come.
pub fn may_change_by_itself(state: &State) -> bool {
    let is_delayed = state
        .segments
        .values()
        .any(|segment| matches!(segment.fate, Fate::Delayed(_)));
    let mut sockets = state.host_order.iter().flat_map(|host| state.sockets(host));
    let has_timer = sockets.any(|socket| match &socket.facts.timer {
        Some(timer) => match timer.kind {
            TimerKind::Retransmit | TimerKind::Keepalive | TimerKind::Probe => true,
            TimerKind::TimeWait | TimerKind::FinWait2 | TimerKind::Other => false,
        },
        None => false,
    });
    let waits_for_time = state.programs.values().any(|program| {
        let is_blocked = matches!(program.activity, Activity::Blocked(_));
        let mut calls = program.calls.iter();
        is_blocked && calls.any(|call| TIMED.contains(&call.name.as_str()))
    });
    let sleeps = state.programs.values().any(|program| {
        let mut doing = program.threads.values().flatten();
        doing.any(|doing| match doing {
            Activity::Blocked(id) => program.call(*id).is_some_and(|call| call.name == "sleep"),
            _ => false,
        })
    });
    is_delayed || has_timer || waits_for_time || sleeps
}

/// After one of these, a call may end by itself.
const TIMED: [&str; 4] = ["settimeout", "setdefaulttimeout", "select", "poll"];

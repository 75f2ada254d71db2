//! What `Next` means: from a state to the next order. Pure.
//!
//! In this order: deliver the oldest held segment; step a program that can run, the server until
//! it blocks and then the clients. When there is nothing to order, it says why.
//!
//! [`Rule`] names a segment in words; [`Faults`] are what goes wrong when it is a segment's turn.
//! A [`Director`] follows a [`Script`] first, and then goes on as above.

mod fault;
mod follow;
mod rule;
mod script;

pub use fault::{Fault, Faults, Loss, parse_delay};
pub use follow::{Director, Stuck, may_change_by_itself};
pub use rule::{Rule, words_for};
pub use script::{MOST_LINES, Script, ScriptError, can_make, quoted};

use crate::model::{Activity, Fate, Program, State};
use crate::trace::{CallId, Name, Order};

#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    Give(Order),
    /// In the past: on to the next stop of what is recorded.
    Forward,
    /// Nothing to order before this time of the run; by then, or before, it may be otherwise.
    Wait {
        until_us: u64,
    },
    Not(WhyNot),
}

/// Why `Next` can do nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// The lab has not come to rest since the last order.
    Moving,
    /// A program computes and has not reached a call.
    Computing(Name),
    /// A program waits in `input()`.
    Asking(Name),
    /// Every program that is left is blocked, and only a kernel timer can change that.
    Waiting,
    AllEnded,
    LabGone,
    /// This line of the script names what does not happen.
    ScriptStuck {
        line: usize,
        text: String,
        why: Stuck,
    },
}

pub fn next(state: &State) -> Next {
    next_where(state, |_| true)
}

/// As [`next`], but steps only programs that may go.
pub fn next_where(state: &State, may_go: impl Fn(&Name) -> bool) -> Next {
    if state.ended.is_some() {
        return Next::Not(WhyNot::LabGone);
    }
    if !state.is_at_rest {
        return Next::Not(WhyNot::Moving);
    }
    if let Some(segment) = state.oldest_held() {
        return Next::Give(Order::Deliver { segment });
    }
    if let Some(order) = step(state, may_go) {
        return Next::Give(order);
    }
    let delayed = state.segments.values().filter_map(|s| match s.fate {
        Fate::Delayed(until_us) => Some(until_us),
        Fate::Held | Fate::Absorbed | Fate::Delivered(_) | Fate::Dropped(_) => None,
    });
    match (why_not(state), delayed.min()) {
        (WhyNot::Waiting | WhyNot::AllEnded, Some(until_us)) => Next::Wait { until_us },
        (why, _) => Next::Not(why),
    }
}

/// The thread whose last call is the longest ago, so that each has its turn; those of servers
/// first. Threads that have made none go as the run names their programs.
fn step(state: &State, may_go: impl Fn(&Name) -> bool) -> Option<Order> {
    let programs = in_turn(state).filter(|name| may_go(name));
    let programs = programs.filter_map(|name| state.programs.get(name));
    let ready =
        programs.flat_map(|program| program.ready().map(move |(t, call)| (program, t, call)));
    let ready: Vec<(&Program, u32, CallId)> = ready.collect();
    let last_us = |(program, thread, _): &&(&Program, u32, CallId)| {
        let mut calls = program.calls.iter().rev();
        let last = calls.find(|c| c.thread == *thread && c.permitted_at_us.is_some());
        (
            is_client(program),
            last.and_then(|call| call.permitted_at_us),
        )
    };
    let in_turn = ready.iter().min_by_key(last_us)?;
    let clients = ready.iter().filter(|(program, ..)| is_client(program));
    let client = clients.min_by_key(last_us);
    let is_starved = |(program, _, call): &&(&Program, u32, CallId)| {
        let call = program.call(*call);
        call.is_some_and(|call| has_polled(state, call.announced_at_us))
    };
    let (program, thread, _) = client.filter(is_starved).unwrap_or(in_turn);
    Some(Order::Step {
        program: program.name.clone(),
        thread: (program.threads.len() > 1).then_some(*thread),
    })
}

/// A server that never blocks, because it only looks again and again, may make this many calls
/// while a client stands ready: then it is the client's turn.
const POLLS: usize = 100;

fn has_polled(state: &State, since_us: u64) -> bool {
    let servers = state.programs.values().filter(|p| is_server(&p.name));
    let calls = servers.map(|server| {
        let newest_first = server.calls.iter().rev();
        newest_first
            .take_while(|call| call.announced_at_us > since_us)
            .take(POLLS)
            .count()
    });
    calls.max() >= Some(POLLS)
}

fn is_server(name: &str) -> bool {
    name.starts_with("server")
}

fn is_client(program: &Program) -> bool {
    !is_server(&program.name)
}

/// The server first, then the clients as the run names them.
fn in_turn(state: &State) -> impl Iterator<Item = &Name> {
    let servers = state.program_order.iter().filter(|n| is_server(n));
    let others = state.program_order.iter().filter(|n| !is_server(n));
    servers.chain(others)
}

fn is(state: &State, name: &Name, test: impl Fn(&Activity) -> bool) -> bool {
    state.programs.get(name).is_some_and(|p| test(&p.activity))
}

fn why_not(state: &State) -> WhyNot {
    let find = |test: fn(&Activity) -> bool| in_turn(state).find(|name| is(state, name, test));
    if let Some(name) = find(|a| matches!(a, Activity::Asking(_))) {
        return WhyNot::Asking(name.clone());
    }
    if let Some(name) = find(|a| matches!(a, Activity::Running | Activity::InCall(_))) {
        return WhyNot::Computing(name.clone());
    }
    if find(|a| matches!(a, Activity::Blocked(_) | Activity::Ready(_))).is_some() {
        return WhyNot::Waiting;
    }
    WhyNot::AllEnded
}

//! What `Next` means: from a state to the next order. Pure.
//!
//! In this order: deliver the oldest held segment; step a program that can run, the server until
//! it blocks and then the clients. When there is nothing to order, it says why.

use crate::model::{Activity, State};
use crate::trace::{Name, Order};

#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    Give(Order),
    Not(WhyNot),
}

/// Why `Next` can do nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// We look at the past.
    Past,
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
}

pub fn next(state: &State) -> Next {
    if state.ended.is_some() {
        return Next::Not(WhyNot::LabGone);
    }
    if !state.is_at_rest {
        return Next::Not(WhyNot::Moving);
    }
    if let Some(segment) = state.oldest_held() {
        return Next::Give(Order::Deliver { segment });
    }
    let ready = in_turn(state).find(|name| is(state, name, |a| matches!(a, Activity::Ready(_))));
    if let Some(program) = ready {
        return Next::Give(Order::Step {
            program: program.clone(),
        });
    }
    Next::Not(why_not(state))
}

/// The server first, then the clients as the run names them.
fn in_turn(state: &State) -> impl Iterator<Item = &Name> {
    let is_server = |name: &&Name| name.starts_with("server");
    let servers = state.program_order.iter().filter(is_server);
    let others = state.program_order.iter().filter(move |n| !is_server(n));
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
    if find(|a| matches!(a, Activity::Blocked(_))).is_some() {
        return WhyNot::Waiting;
    }
    WhyNot::AllEnded
}

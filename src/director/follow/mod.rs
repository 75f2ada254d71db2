//! Following a script: what its next line asks for now.
//!
//! In: the events of a run, and its clock. Out: what `Next` means. Pure.
//!
//! One rule: a line is done when what it names has happened since the line was reached. What the
//! learner does by hand counts for later lines too: a line whose thing they have already done is
//! passed over. Where a line cannot go on, its director says why; but once the learner has acted
//! by hand, the run goes on as usual until the line can.

use std::sync::Arc;

mod need;

use super::fault::Fault;
use super::rule;
use super::script::{Act, Line, Script, Until, one_meant_by};
use super::{Next, WhyNot};
use crate::model::{Activity, Kind, Program, State};
use crate::trace::{By, CallId, Event, Name, Order, SegmentId, Traffic, What};
use need::Need;
pub use need::may_change_by_itself;

/// What may still come by itself is waited for this long.
const PATIENCE_US: u64 = 60_000_000;
/// And this long when no timer is seen to run: a delayed acknowledgment has none (`TCP_DELACK_MAX`).
const GRACE_US: u64 = 1_000_000;

/// A script and how far the run has come in it. Without one, all goes as usual.
#[derive(Clone, Debug, Default)]
pub struct Director {
    script: Arc<Script>,
    /// The line that is not done yet.
    at: usize,
    /// When it was reached.
    since_us: u64,
    /// What was done and no line has asked for.
    deeds: Vec<Deed>,
    is_by_hand: bool,
    /// The learner has let something happen that the script did not ask for.
    has_acted: bool,
}

#[derive(Clone, Debug)]
struct Deed {
    did: Did,
    is_by_hand: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Did {
    Step(Name, CallId),
    Deliver(SegmentId),
    Fault(Fault, SegmentId),
    Hold(Traffic, bool),
    Answer(Name),
}

/// Why a line of a script cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stuck {
    /// No such segment is held.
    NotOnWire,
    /// The kernel makes its program wait in this call.
    Blocked {
        program: Name,
        call: String,
    },
    Ended(Name),
    /// It is to be answered, and does not wait in `input()`.
    AsksNothing(Name),
}

impl Director {
    pub fn new(script: Option<Arc<Script>>) -> Self {
        Self {
            script: script.unwrap_or_default(),
            ..Self::default()
        }
    }

    /// Whether it was told to follow this script. Where in a file it stands does not matter.
    pub fn follows(&self, script: Option<&Script>) -> bool {
        let texts = |script: &Script| -> Vec<String> {
            let lines = script.lines().map(|(_, text)| text.to_owned());
            lines.collect()
        };
        texts(&self.script) == script.map(texts).unwrap_or_default()
    }

    /// Who gives the order that [`Director::next`] names.
    pub fn by(&self, state: &State, now_us: u64) -> By {
        match self.at_this_time(state, now_us).line() {
            Some(_) => By::Lesson,
            None => By::Director,
        }
    }

    /// The line that comes next: its number and its text. `None` when the script is over.
    pub fn stands_at(&self) -> Option<(usize, &str)> {
        self.line().map(|line| (line.number, line.text.as_str()))
    }

    /// Takes note of an event; `state` is the state after it.
    pub fn see(&mut self, event: &Event, state: &State) {
        if self.line().is_none() {
            return;
        }
        self.pass_waits(event.at_us);
        match &event.what {
            What::Order(ordered) => {
                // Who guesses has taken nothing into their own hands.
                if !ordered.order.is_only_said() {
                    self.is_by_hand = ordered.by == By::Learner;
                }
                match &ordered.order {
                    Order::Step { program, .. } => {
                        let program = state.programs.get(program);
                        if let Some((program, call)) = program.and_then(newest_step) {
                            self.note(Did::Step(program, call));
                        }
                    }
                    Order::Hold { traffic, on } => self.note(Did::Hold(traffic.clone(), *on)),
                    Order::Deliver { .. }
                    | Order::Drop { .. }
                    | Order::Duplicate { .. }
                    | Order::Corrupt { .. }
                    | Order::Delay { .. }
                    | Order::DeliverAll
                    | Order::Answer { .. }
                    | Order::Guess { .. } => {}
                }
            }
            What::Delivered { segment } => self.note(Did::Deliver(*segment)),
            What::Dropped { segment } => self.note(Did::Fault(Fault::Drop, *segment)),
            What::Duplicated { segment, .. } => {
                self.note(Did::Fault(Fault::Duplicate, *segment));
            }
            What::Corrupted { segment, .. } => {
                self.note(Did::Fault(Fault::Corrupt { byte: None }, *segment))
            }
            What::Delayed { segment, ms } => {
                self.note(Did::Fault(Fault::Delay { ms: *ms }, *segment));
            }
            What::Answer { program, .. } => self.note(Did::Answer(program.clone())),
            What::Rest => self.advance(state, event.at_us),
            What::Call { .. }
            | What::Blocked { .. }
            | What::Return { .. }
            | What::Line { .. }
            | What::Print { .. }
            | What::Ask { .. }
            | What::Thread { .. }
            | What::Exit { .. }
            | What::Sent { .. }
            | What::Inferred { .. }
            | What::Socket(_)
            | What::Buffers(_)
            | What::Counters { .. }
            | What::Gone { .. }
            | What::Note { .. }
            | What::Ended { .. }
            | What::Unknown => {}
        }
    }

    pub fn next(&self, state: &State, now_us: u64) -> Next {
        self.next_where(state, now_us, |_| true)
    }

    /// `may_go` is for the part that goes as usual: a script says itself who goes.
    pub fn next_where(&self, state: &State, now_us: u64, may_go: impl Fn(&Name) -> bool) -> Next {
        let as_usual = |may_go| super::next_where(state, may_go);
        if self.line().is_none() || state.ended.is_some() || !state.is_at_rest {
            return as_usual(may_go);
        }
        let now = self.at_this_time(state, now_us);
        let Some(line) = now.line() else {
            return as_usual(may_go);
        };
        let stuck = match now.need(line, state) {
            Need::Order(order) => return Next::Give(order),
            Need::Until(until_us) => return Next::Wait { until_us },
            Need::Not(why) => return Next::Not(why),
            Need::Stuck(stuck) => stuck,
        };
        let patience_us = match may_change_by_itself(state) {
            true => PATIENCE_US,
            false => GRACE_US,
        };
        let until_us = now.since_us + patience_us;
        if now_us < until_us {
            return Next::Wait { until_us };
        }
        if self.has_acted {
            return as_usual(may_go);
        }
        Next::Not(WhyNot::ScriptStuck {
            line: line.number,
            text: line.text.clone(),
            why: stuck,
        })
    }

    fn line(&self) -> Option<&Line> {
        self.script.lines.get(self.at)
    }

    /// Time alone can end a line, and no event says so.
    fn at_this_time(&self, state: &State, now_us: u64) -> Self {
        let mut now = self.clone();
        if state.is_at_rest {
            now.advance(state, now_us);
        }
        now
    }

    fn note(&mut self, did: Did) {
        let is_by_hand = self.is_by_hand;
        // What input() is given belongs to no way through the run.
        self.has_acted |= is_by_hand && !matches!(did, Did::Answer(_));
        let is_wanted = self.line().is_some_and(|line| is_of_kind(&line.act, &did));
        if is_by_hand || is_wanted {
            self.deeds.push(Deed { did, is_by_hand });
        }
    }

    /// A wait is over by the clock alone: what is ordered then is already the next line's.
    fn pass_waits(&mut self, at_us: u64) {
        while let Some(Act::Wait { us }) = self.line().map(|line| &line.act) {
            let over_us = self.since_us + us;
            if at_us < over_us {
                return;
            }
            self.at += 1;
            self.since_us = over_us;
        }
    }

    /// Past every line that is done.
    fn advance(&mut self, state: &State, now_us: u64) {
        let script = self.script.clone();
        while let Some(line) = script.lines.get(self.at) {
            let Some(claimed) = self.claims(&line.act, state, now_us) else {
                return;
            };
            let mut place = 0;
            self.deeds.retain(|deed| {
                let is_claimed = claimed.contains(&place);
                place += 1;
                deed.is_by_hand && !is_claimed
            });
            self.at += 1;
            self.since_us = match line.act {
                Act::Wait { us } => self.since_us + us,
                Act::Step { .. }
                | Act::Deliver(_)
                | Act::DeliverAll
                | Act::Fault(..)
                | Act::Hold { .. }
                | Act::WaitFor(_)
                | Act::Answer { .. } => state.at_us.max(self.since_us),
            };
        }
    }

    /// The deeds that a line asked for, by their place; `None` while it is not done.
    fn claims(&self, act: &Act, state: &State, now_us: u64) -> Option<Vec<usize>> {
        if !state.wire.can_hold() && act.is_about_segments() {
            return Some(Vec::new()); // nothing is ever held there
        }
        let one = |test: &dyn Fn(&Did) -> bool| {
            let place = self.deeds.iter().position(|deed| test(&deed.did));
            place.map(|place| vec![place])
        };
        match act {
            Act::Step { who, thread, until } => self.claims_of_step(who, *thread, until, state),
            Act::Deliver(rule) => {
                one(&|did| matches!(did, Did::Deliver(id) if rule.means(state, *id)))
            }
            Act::Fault(fault, rule) => one(&|did| {
                let Did::Fault(did, id) = did else {
                    return false;
                };
                did.name() == fault.name() && rule.means(state, *id)
            }),
            Act::DeliverAll => state.held.is_empty().then(Vec::new),
            Act::Hold { who, kind, on } => {
                let wanted = traffics(state, who.as_deref(), *kind);
                let told = wanted.iter().map(|traffic| {
                    let did = Did::Hold(traffic.clone(), *on);
                    self.deeds.iter().position(|deed| deed.did == did)
                });
                told.collect()
            }
            Act::Wait { us } => (now_us >= self.since_us + us).then(Vec::new),
            Act::WaitFor(coming) => need::has_come(state, coming).then(Vec::new),
            Act::Answer { who, .. } => {
                let program = meant(state, who)?;
                one(&|did| matches!(did, Did::Answer(name) if *name == program.name))
            }
        }
    }

    fn claims_of_step(
        &self,
        who: &str,
        thread: Option<u32>,
        until: &Until,
        state: &State,
    ) -> Option<Vec<usize>> {
        let program = meant(state, who)?;
        let is_meant = |number: u32| thread.is_none_or(|thread| thread == number);
        let is_by_it = |id| program.call(id).is_some_and(|call| is_meant(call.thread));
        let steps = self.deeds.iter().enumerate();
        let steps = steps.filter_map(|(place, deed)| match &deed.did {
            Did::Step(name, call) if *name == program.name && is_by_it(*call) => {
                Some((place, *call))
            }
            _ => None,
        });
        let places = |(place, _)| place;
        match until {
            Until::Call(wanted) => {
                let is_wanted = |id| program.call(id).is_some_and(|call| call.name == *wanted);
                let mut found = steps.clone();
                let (last, _) = found.find(|(_, id)| is_wanted(*id))?;
                Some(steps.map(places).take_while(|at| *at <= last).collect())
            }
            Until::Calls(count) => {
                let claimed: Vec<usize> = steps.map(places).take(*count).collect();
                (claimed.len() == *count).then_some(claimed)
            }
            Until::Blocked => {
                let is_moving =
                    |doing: &Activity| matches!(doing, Activity::Running | Activity::InCall(_));
                let is_moving = match thread {
                    None => is_moving(&program.activity),
                    Some(thread) => {
                        let doing = program.threads.get(&thread);
                        doing.and_then(Option::as_ref).is_some_and(is_moving)
                    }
                };
                let stands = program.ready().any(|(number, _)| is_meant(number));
                (!stands && !is_moving).then(|| steps.map(places).collect())
            }
            Until::Ends => {
                let has_ended = match thread {
                    None => program.has_ended(),
                    Some(thread) => !program.threads.contains_key(&thread),
                };
                has_ended.then(|| steps.map(places).collect())
            }
        }
    }
}

/// The kind of deed that a line may be done by.
fn is_of_kind(act: &Act, did: &Did) -> bool {
    match (act, did) {
        (Act::Step { .. }, Did::Step(..))
        | (Act::Deliver(_), Did::Deliver(_))
        | (Act::Fault(..), Did::Fault(..))
        | (Act::Hold { .. }, Did::Hold(..))
        | (Act::Answer { .. }, Did::Answer(_)) => true,
        (Act::DeliverAll | Act::Wait { .. } | Act::WaitFor(_), _) => false,
        (_, Did::Step(..) | Did::Deliver(_) | Did::Fault(..) | Did::Hold(..) | Did::Answer(_)) => {
            false
        }
    }
}

fn meant<'a>(state: &'a State, who: &str) -> Option<&'a Program> {
    let names: Vec<&str> = state.program_order.iter().map(String::as_str).collect();
    one_meant_by(who, &names).and_then(|name| state.programs.get(name))
}

/// The call that a program was let make last.
fn newest_step(program: &Program) -> Option<(Name, CallId)> {
    let calls = program.calls.iter();
    let newest = calls.max_by_key(|call| (call.permitted_at_us, call.id))?;
    Some((program.name.clone(), newest.id))
}

/// Who and what to hold or let pass; one for each host that is meant.
fn traffics(state: &State, who: Option<&str>, kind: Option<Kind>) -> Vec<Traffic> {
    let Some(who) = who else {
        return vec![Traffic { from: None, kind }];
    };
    let meant = state
        .host_order
        .iter()
        .filter(|host| rule::is_host(state, who, host));
    let traffic = |host: &Name| Traffic {
        from: Some(host.clone()),
        kind,
    };
    meant.map(traffic).collect()
}

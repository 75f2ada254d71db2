//! What a recorded run did, cut at its orders.
//!
//! In: a trace and a moment. Out: the orders before that moment by their meaning, and how far every
//! program and the wire had come when each next one was given. Orders that did nothing then are
//! left out: a second click on a segment that had just gone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::meaning::{Index, Target};
use crate::model::{Activity, CallRecord, Fate, State};
use crate::trace::{By, CallId, Event, Moment, Name, Order, Ordered, SegmentId, Trace, What};

/// A program's thread.
pub type Thread = (Name, u32);

pub struct Recording {
    /// After the last event, whatever the moment: what a fresh run may run ahead to.
    pub all: State,
    pub index: Index,
    /// The first is the start, before any order.
    pub stages: Vec<Stage>,
    /// Some segment was delayed: the wire delivered it at its own time.
    pub has_delays: bool,
}

/// One order and what followed, up to the next.
#[derive(Clone, Debug)]
pub struct Stage {
    /// `None`: the start.
    pub deed: Option<(Deed, By)>,
    /// When things first came to rest after it, if they did before the next order.
    pub rest: Option<Mark>,
    /// Just before the next order.
    pub end: Mark,
    /// How long it took until then, in microseconds; and the oldest segment waited for.
    pub took_us: u64,
}

/// An order by its meaning.
#[derive(Clone, Debug)]
pub enum Deed {
    /// This thread makes its call.
    Step {
        thread: Thread,
        call: CallRecord,
    },
    /// With a segment id that means something in the recorded run only.
    Segment {
        order: Order,
        target: Target,
        /// How long after the segment was first sent, in microseconds.
        age_us: u64,
    },
    Answer {
        program: Name,
        text: Option<String>,
    },
    /// About whatever the wire holds.
    Wire(Order),
}

impl fmt::Display for Deed {
    /// With nothing in it that differs between runs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Deed::Step { thread, call } => {
                let (program, number) = thread;
                write!(
                    f,
                    "step {program} {number} line {} {}",
                    call.line, call.name
                )
            }
            Deed::Segment { order, target, .. } => {
                let word = match order {
                    Order::Deliver { .. } => "deliver",
                    Order::Drop { .. } => "drop",
                    Order::Duplicate { .. } => "duplicate",
                    Order::Corrupt { .. } => "corrupt",
                    Order::Delay { .. } => "delay",
                    Order::Step { .. }
                    | Order::Hold { .. }
                    | Order::DeliverAll
                    | Order::Answer { .. }
                    | Order::Guess { .. } => "not about a segment",
                };
                write!(f, "{word} {target:?}")
            }
            Deed::Answer { program, text } => write!(f, "answer {program} {text:?}"),
            Deed::Wire(order) => write!(f, "{order:?}"),
        }
    }
}

/// The most bytes of all marks together; a run of a lesson comes to a few hundred thousand.
const MOST_BYTES: usize = 256 << 20;

/// How far a run had come.
#[derive(Clone, Debug, Default)]
pub struct Mark {
    pub at_us: u64,
    pub threads: BTreeMap<Thread, Progress>,
    /// Bytes of each program's output.
    pub printed: BTreeMap<Name, usize>,
    pub ended: BTreeSet<Name>,
    pub held: Vec<Target>,
    /// Delayed once, and delivered by now.
    pub landed: Vec<Target>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub announced: usize,
    pub resolved: usize,
}

impl Mark {
    fn weight(&self) -> usize {
        /// An entry of a map with the name it is kept by.
        const ENTRY: usize = 96;
        let names = self.threads.len() + self.printed.len() + self.ended.len();
        // Their payloads are shared.
        let targets = self.held.len() + self.landed.len();
        size_of::<Self>() + targets * (size_of::<Target>() + ENTRY) + names * ENTRY
    }
}

impl Recording {
    pub fn of(trace: &Trace, upto: Moment) -> Self {
        let mut fold = Fold {
            state: State::new(trace.header()),
            index: Index::default(),
            threads: BTreeMap::new(),
            calls: BTreeMap::new(),
            delayed: Vec::new(),
            stages: Vec::new(),
            deed: None,
            rest: None,
            began_us: 0,
            weight: 0,
        };
        let (past, future) = trace.events().split_at(upto.0.min(trace.events().len()));
        // A file may have orders without end: the re-run ends before it would take too much.
        let last = past.iter().position(|event| !fold.take(event));
        fold.close();
        let (_, beyond) = past.split_at(last.unwrap_or(past.len()));
        for event in beyond.iter().chain(future) {
            fold.apply(event);
        }
        fold.index.extend(&fold.state);
        Self {
            all: fold.state,
            index: fold.index,
            stages: fold.stages,
            has_delays: !fold.delayed.is_empty(),
        }
    }
}

struct Fold {
    state: State,
    index: Index,
    threads: BTreeMap<Thread, Progress>,
    calls: BTreeMap<CallId, Thread>,
    delayed: Vec<SegmentId>,
    stages: Vec<Stage>,
    /// Of the stage that is being read.
    deed: Option<(Deed, By)>,
    rest: Option<Mark>,
    began_us: u64,
    /// About how many bytes the stages take.
    weight: usize,
}

impl Fold {
    /// False, and nothing is taken, when there is no room for one more order.
    fn take(&mut self, event: &Event) -> bool {
        if let What::Order(ordered) = &event.what {
            self.index.extend(&self.state);
            if let Some(deed) = self.deed_of(ordered, event.at_us) {
                if self.weight > MOST_BYTES {
                    return false;
                }
                self.close();
                self.deed = Some((deed, ordered.by));
                self.began_us = event.at_us;
            }
        }
        self.apply(event);
        if matches!(event.what, What::Rest) && self.rest.is_none() {
            self.rest = Some(self.mark());
        }
        true
    }

    fn apply(&mut self, event: &Event) {
        self.state.apply(event);
        match &event.what {
            What::Call {
                program,
                call,
                thread,
                ..
            } => {
                let thread = (program.clone(), *thread);
                self.threads.entry(thread.clone()).or_default().announced += 1;
                self.calls.insert(*call, thread);
            }
            What::Return { call, .. } => {
                if let Some(thread) = self.calls.remove(call) {
                    self.threads.entry(thread).or_default().resolved += 1;
                }
            }
            What::Delayed { segment, .. } => self.delayed.push(*segment),
            What::Blocked { .. }
            | What::Line { .. }
            | What::Print { .. }
            | What::Ask { .. }
            | What::Answer { .. }
            | What::Thread { .. }
            | What::Exit { .. }
            | What::Sent { .. }
            | What::Inferred { .. }
            | What::Delivered { .. }
            | What::Dropped { .. }
            | What::Duplicated { .. }
            | What::Corrupted { .. }
            | What::Socket(_)
            | What::Buffers(_)
            | What::Counters { .. }
            | What::Gone { .. }
            | What::Order(_)
            | What::Note { .. }
            | What::Rest
            | What::Ended { .. }
            | What::Unknown => {}
        }
    }

    /// Ends the stage that is being read.
    fn close(&mut self) {
        let end = self.mark();
        self.stages.push(Stage {
            deed: self.deed.take(),
            rest: self.rest.take(),
            took_us: end.at_us.saturating_sub(self.began_us),
            end,
        });
    }

    fn mark(&mut self) -> Mark {
        self.index.extend(&self.state);
        let state = &self.state;
        let target = |id: &SegmentId| self.index.target(*id).cloned();
        let has_landed = |id: &&SegmentId| {
            let segment = state.segments.get(id);
            segment.is_some_and(|segment| matches!(segment.fate, Fate::Delivered(_)))
        };
        let programs = state.programs.values();
        let printed = programs.map(|program| (program.name.clone(), program.output.len()));
        let ended = state
            .programs
            .values()
            .filter(|program| program.has_ended());
        let mark = Mark {
            at_us: state.at_us,
            threads: self.threads.clone(),
            printed: printed.collect(),
            ended: ended.map(|program| program.name.clone()).collect(),
            held: state.held.iter().filter_map(target).collect(),
            landed: self
                .delayed
                .iter()
                .filter(has_landed)
                .filter_map(target)
                .collect(),
        };
        // What is looked through for each mark takes time, too.
        let sockets = state.hosts.values().map(|host| host.sockets.len());
        let looked = self.delayed.len() + sockets.sum::<usize>();
        self.weight += mark.weight() + looked * size_of::<SegmentId>();
        mark
    }

    /// What an order means; `None` when it could do nothing.
    fn deed_of(&self, ordered: &Ordered, at_us: u64) -> Option<Deed> {
        let state = &self.state;
        match &ordered.order {
            Order::Step { program, thread } => {
                let standing = state.programs.get(program)?;
                let mut ready = standing.ready();
                let (thread, call) =
                    ready.find(|(ready, _)| thread.is_none_or(|wanted| wanted == *ready))?;
                Some(Deed::Step {
                    thread: (program.clone(), thread),
                    call: standing.call(call)?.clone(),
                })
            }
            Order::Answer { program, text } => {
                let is_asking = is_asking(state, program);
                is_asking.then(|| Deed::Answer {
                    program: program.clone(),
                    text: text.clone(),
                })
            }
            // A fresh run has the same guesses; the session keeps them.
            Order::Guess { .. } => None,
            Order::Hold { .. } | Order::DeliverAll => Some(Deed::Wire(ordered.order.clone())),
            Order::Deliver { segment }
            | Order::Drop { segment }
            | Order::Duplicate { segment }
            | Order::Corrupt { segment, .. }
            | Order::Delay { segment, .. } => {
                let found = state.segments.get(segment).filter(|s| s.is_on_wire())?;
                let original = found.copy_of.and_then(|id| state.segments.get(&id));
                let sent_at_us = original.unwrap_or(found).sent_at_us;
                Some(Deed::Segment {
                    order: ordered.order.clone(),
                    target: self.index.target(*segment)?.clone(),
                    age_us: at_us.saturating_sub(sent_at_us),
                })
            }
        }
    }
}

/// Whether some thread of it waits in `input()`.
pub fn is_asking(state: &State, program: &str) -> bool {
    let program = state.programs.get(program);
    let threads = program.into_iter().flat_map(|p| p.threads.values());
    threads
        .flatten()
        .any(|doing| matches!(doing, Activity::Asking(_)))
}

/// A thread's calls, in order.
pub fn calls<'a>(state: &'a State, thread: &Thread) -> impl Iterator<Item = &'a CallRecord> {
    let (name, number) = (thread.0.as_str(), thread.1);
    let program = state.programs.get(name).into_iter();
    let calls = program.flat_map(|program| &program.calls);
    calls.filter(move |call| call.thread == number)
}

//! A run, folded once: its end, what was answered, what was done to the wire, what was said.

use std::collections::BTreeMap;

use super::super::Source;
use super::document::Said;
use super::said::{Transcript, hear};
use crate::ladder::{self, Numbers, Plan};
use crate::lesson::{BeatWatch, Language, Lesson};
use crate::model::State;
use crate::trace::{By, Event, Order, Ordered, SegmentId, Trace, Traffic, What, WireKind};

/// So many faults and answers are told.
pub const MOST_FAULTS: usize = 300;
const MOST_GUESSES: usize = 100;

pub struct Run<'a> {
    pub language: Language,
    pub trace: &'a Trace,
    /// The lesson that was played, and not another one.
    pub lesson: Option<&'a Lesson>,
    /// What is true at the end.
    pub state: State,
    pub plan: Plan,
    /// How the lesson's questions came out.
    pub watch: Option<BeatWatch>,
    pub guesses: Vec<Guess<'a>>,
    pub faults: Vec<Fault>,
    pub faults_left_out: usize,
    /// By program.
    pub said: BTreeMap<&'a str, Vec<Said>>,
}

/// What the learner believed; the newest of each question.
pub struct Guess<'a> {
    pub beat: usize,
    pub option: usize,
    pub question: &'a str,
    pub answer: &'a str,
}

/// Something that was done to the wire besides delivering.
pub struct Fault {
    pub at_us: u64,
    pub done: Done,
    /// `None`: nobody ordered it; the wire had no choice.
    pub by: Option<By>,
}

pub enum Done {
    Dropped(SegmentId),
    Duplicated {
        segment: SegmentId,
        copy: SegmentId,
    },
    Corrupted {
        segment: SegmentId,
        byte: u32,
        was: u8,
        now: u8,
    },
    Delayed {
        segment: SegmentId,
        ms: u32,
    },
    /// It was let go while this one, sent before it on the same connection, still waited.
    Overtook {
        segment: SegmentId,
        earlier: SegmentId,
    },
    /// From then on such segments are held, or pass.
    Holding {
        traffic: Traffic,
        on: bool,
    },
}

impl<'a> Run<'a> {
    pub fn of(source: &Source<'a>) -> Self {
        let trace = source.trace;
        let header = trace.header();
        let is_played = |lesson: &&Lesson| header.lesson.as_ref().is_none_or(|id| *id == lesson.id);
        let lesson = source.lesson.filter(is_played);
        let mut state = State::new(header);
        let mut watch = lesson.map(BeatWatch::new);
        let mut guesses: Vec<Guess<'a>> = Vec::new();
        let mut faults = Faults::default();
        let mut said: BTreeMap<&str, Transcript> = BTreeMap::new();
        for event in trace.events() {
            let overtaken = overtaken(&state, event);
            state.apply(event);
            if let Some(watch) = &mut watch {
                watch.see(&state, event);
            }
            faults.take(event);
            if let Some((segment, earlier)) = overtaken {
                let by = faults.ordered.remove(&segment);
                faults.add(event.at_us, Done::Overtook { segment, earlier }, by);
            }
            hear(&mut said, event);
            if let Some(guess) = guess(event)
                && guesses.len() < MOST_GUESSES
            {
                if let Some(watch) = &mut watch {
                    watch.judge_by_key(guess.beat);
                }
                guesses.retain(|earlier| earlier.beat != guess.beat);
                guesses.push(guess);
            }
        }
        let plan = ladder::plan(&state, Numbers::Relative);
        let said = said.into_iter().map(|(name, said)| (name, said.all()));
        Self {
            language: source.language,
            trace,
            lesson,
            plan,
            state,
            watch,
            guesses,
            faults: faults.found,
            faults_left_out: faults.left_out,
            said: said.collect(),
        }
    }
}

impl Run<'_> {
    /// Nobody knows what arrived.
    pub fn is_captured(&self) -> bool {
        match self.trace.header().wire {
            WireKind::Captured => true,
            WireKind::Held | WireKind::Loopback => false,
        }
    }
}

fn guess(event: &Event) -> Option<Guess<'_>> {
    let What::Order(Ordered {
        order:
            Order::Guess {
                beat,
                option,
                question,
                answer,
            },
        ..
    }) = &event.what
    else {
        return None;
    };
    Some(Guess {
        beat: *beat as usize,
        option: *option as usize,
        question,
        answer,
    })
}

/// What is delivered now, and what it leaves behind that was sent before it.
fn overtaken(state: &State, event: &Event) -> Option<(SegmentId, SegmentId)> {
    let What::Delivered { segment: id } = event.what else {
        return None;
    };
    let ends = |id: SegmentId| {
        let segment = state.segments.get(&id)?;
        segment.packet.as_ref()?.endpoints()
    };
    let own = ends(id)?;
    let mut held = state.held.iter().copied();
    let earlier = held.find(|held| *held < id && ends(*held) == Some(own))?;
    // A second one of it is no other one.
    let is_twin = state.segments.get(&id)?.duplicate_of() == Some(earlier);
    (!is_twin).then_some((id, earlier))
}

#[derive(Default)]
struct Faults {
    found: Vec<Fault>,
    left_out: usize,
    /// Who gave the newest order about each segment that has not been carried out yet.
    ordered: BTreeMap<SegmentId, By>,
}

impl Faults {
    fn take(&mut self, event: &Event) {
        if let What::Order(ordered) = &event.what {
            self.take_order(event.at_us, ordered);
        } else if let Some((segment, done)) = done(&event.what) {
            let by = self.ordered.remove(&segment);
            self.add(event.at_us, done, by);
        }
    }

    fn take_order(&mut self, at_us: u64, Ordered { order, by }: &Ordered) {
        match order {
            Order::Drop { segment }
            | Order::Duplicate { segment }
            | Order::Corrupt { segment, .. }
            | Order::Delay { segment, .. }
            | Order::Deliver { segment } => {
                self.ordered.insert(*segment, *by);
            }
            Order::Hold { traffic, on } => {
                let (traffic, on) = (traffic.clone(), *on);
                self.add(at_us, Done::Holding { traffic, on }, Some(*by));
            }
            Order::Step { .. } | Order::DeliverAll | Order::Answer { .. } | Order::Guess { .. } => {
            }
        }
    }

    fn add(&mut self, at_us: u64, done: Done, by: Option<By>) {
        if self.found.len() < MOST_FAULTS {
            self.found.push(Fault { at_us, done, by });
        } else {
            self.left_out += 1;
        }
    }
}

/// What was done to a segment, if that is what happened.
fn done(what: &What) -> Option<(SegmentId, Done)> {
    let (segment, done) = match *what {
        What::Dropped { segment } => (segment, Done::Dropped(segment)),
        What::Duplicated { segment, copy } => (segment, Done::Duplicated { segment, copy }),
        What::Corrupted {
            segment,
            byte,
            was,
            now,
        } => {
            let done = Done::Corrupted {
                segment,
                byte,
                was,
                now,
            };
            (segment, done)
        }
        What::Delayed { segment, ms } => (segment, Done::Delayed { segment, ms }),
        What::Call { .. }
        | What::Blocked { .. }
        | What::Return { .. }
        | What::Line { .. }
        | What::Print { .. }
        | What::Ask { .. }
        | What::Answer { .. }
        | What::Thread { .. }
        | What::Exit { .. }
        | What::Sent { .. }
        | What::Inferred { .. }
        | What::Delivered { .. }
        | What::Socket(_)
        | What::Buffers(_)
        | What::Counters { .. }
        | What::Gone { .. }
        | What::Order(_)
        | What::Note { .. }
        | What::Rest
        | What::Ended { .. }
        | What::Unknown => return None,
    };
    Some((segment, done))
}

//! What became of each packet of a run, from its sender's kernel to its end.
//!
//! In: a trace, and whose eyes see it. Out: a [`Story`]: the packets in the order they were seen,
//! and for each its whole journey, the calls and the causes around it. What is said of them is
//! `remarks`' work.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::blocks::Way;
use crate::model::State;
use crate::trace::{By, CallId, Event, Order, Ordered, SegmentId, Trace, What};

/// A run, told by its packets.
pub struct Story<'a> {
    /// After the last event.
    pub state: State,
    /// One for each packet that a kernel sent, and for each that the wire made.
    pub journeys: Vec<Journey<'a>>,
    /// In the order they happened.
    pub sightings: Vec<Sighting<'a>>,
    newest: BTreeMap<SegmentId, usize>,
    calls: BTreeMap<CallId, &'a Event>,
    returns: BTreeMap<CallId, &'a Event>,
    /// Who ordered it, until it is done.
    drops: BTreeMap<SegmentId, By>,
    eyes: Option<&'a str>,
}

pub struct Journey<'a> {
    pub id: SegmentId,
    pub from: &'a str,
    /// `None` when no host has its destination.
    pub to: Option<&'a str>,
    /// As its sender wrote them.
    pub bytes: &'a [u8],
    pub sent_at_us: u64,
    pub made_by: Maker,
    /// An earlier one like it that the kernel sent.
    pub copy_of: Option<usize>,
    /// It waited behind the one that it is a copy of.
    pub is_absorbed: bool,
    pub corrupted: Vec<Corruption>,
    /// In milliseconds.
    pub delayed: Vec<u32>,
    /// Those the wire made of it.
    pub twins: Vec<usize>,
    pub end: End,
    /// Where it left its sender in what is seen, counted from 1.
    pub left_in: Option<usize>,
    /// Where it arrived in what is seen, counted from 1.
    pub arrived_in: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    Kernel,
    /// The wire made it of this one, or of one that it had made of this one.
    Wire(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corruption {
    pub byte: u32,
    pub was: u8,
    pub now: u8,
}

/// Times are microseconds since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It is still on the wire, or was never more than a copy behind another.
    None,
    Delivered(u64),
    /// By whom; `None`: the wire had no host for it, or no room.
    Dropped(u64, Option<By>),
}

/// A packet at an interface.
pub struct Sighting<'a> {
    /// Of [`Story::journeys`].
    pub journey: usize,
    pub host: &'a str,
    pub way: Way,
    pub at_us: u64,
    pub bytes: Cow<'a, [u8]>,
}

impl<'a> Story<'a> {
    /// With `eyes`, what that host saw: what it sent, and what arrived there. Without, everything
    /// that a kernel sent, once.
    pub fn new(trace: &'a Trace, eyes: Option<&'a str>) -> Self {
        let mut story = Self {
            state: State::new(trace.header()),
            journeys: Vec::new(),
            sightings: Vec::new(),
            newest: BTreeMap::new(),
            calls: BTreeMap::new(),
            returns: BTreeMap::new(),
            drops: BTreeMap::new(),
            eyes,
        };
        for event in trace.events() {
            story.state.apply(event);
            story.apply(event);
        }
        story
    }

    pub fn call(&self, id: CallId) -> Option<&'a What> {
        self.calls.get(&id).map(|event| &event.what)
    }

    pub fn returned(&self, id: CallId) -> Option<&'a What> {
        self.returns.get(&id).map(|event| &event.what)
    }

    /// The newest packet of this number: only a trace that was tampered with has several.
    pub fn journey(&self, id: SegmentId) -> Option<&Journey<'a>> {
        self.newest.get(&id).map(|index| &self.journeys[*index])
    }

    /// The packet a kernel sent that this one is, or was made of.
    pub fn root(&self, journey: &Journey<'_>) -> Option<usize> {
        match journey.made_by {
            Maker::Wire(root) => Some(root),
            Maker::Kernel => self.newest.get(&journey.id).copied(),
        }
    }

    fn apply(&mut self, event: &'a Event) {
        match &event.what {
            What::Call { call, .. } => drop(self.calls.insert(*call, event)),
            What::Return { call, .. } => drop(self.returns.insert(*call, event)),
            What::Sent { .. } => self.sent(event),
            What::Order(Ordered {
                order: Order::Drop { segment },
                by,
            }) => drop(self.drops.insert(*segment, *by)),
            What::Delivered { segment } => self.delivered(*segment, event.at_us),
            What::Dropped { segment } => {
                let by = self.drops.remove(segment);
                if let Some(journey) = self.journey_mut(*segment) {
                    journey.end = End::Dropped(event.at_us, by);
                }
            }
            What::Duplicated { segment, copy } => self.duplicated(*segment, *copy),
            What::Corrupted {
                segment,
                byte,
                was,
                now,
            } => {
                let (byte, was, now) = (*byte, *was, *now);
                if let Some(journey) = self.journey_mut(*segment) {
                    journey.corrupted.push(Corruption { byte, was, now });
                }
            }
            What::Delayed { segment, ms } => {
                if let Some(journey) = self.journey_mut(*segment) {
                    journey.delayed.push(*ms);
                }
            }
            What::Blocked { .. }
            | What::Line { .. }
            | What::Print { .. }
            | What::Ask { .. }
            | What::Answer { .. }
            | What::Thread { .. }
            | What::Exit { .. }
            | What::Inferred { .. }
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

    fn journey_mut(&mut self, id: SegmentId) -> Option<&mut Journey<'a>> {
        let index = self.newest.get(&id)?;
        self.journeys.get_mut(*index)
    }

    fn sent(&mut self, event: &'a Event) {
        let What::Sent {
            segment,
            from,
            to,
            bytes,
            copy_of,
            absorbed,
            reason: _,
        } = &event.what
        else {
            return;
        };
        let index = self.journeys.len();
        let mut left_in = None;
        if self.eyes.is_none_or(|eyes| eyes == from) {
            self.sightings.push(Sighting {
                journey: index,
                host: from,
                way: Way::Out,
                at_us: event.at_us,
                bytes: Cow::Borrowed(&bytes.0),
            });
            left_in = Some(self.sightings.len());
        }
        self.journeys.push(Journey {
            id: *segment,
            from,
            to: to.as_deref(),
            bytes: &bytes.0,
            sent_at_us: event.at_us,
            made_by: Maker::Kernel,
            copy_of: copy_of.and_then(|id| self.newest.get(&id).copied()),
            is_absorbed: *absorbed,
            corrupted: Vec::new(),
            delayed: Vec::new(),
            twins: Vec::new(),
            end: End::None,
            left_in,
            arrived_in: None,
        });
        self.newest.insert(*segment, index);
    }

    fn delivered(&mut self, id: SegmentId, at_us: u64) {
        let Some(journey) = self.newest.get(&id).copied() else {
            return;
        };
        let to = self.journeys[journey].to;
        if let (Some(eyes), Some(host)) = (self.eyes, to)
            && eyes == host
        {
            let bytes = self.bytes_on_arrival(journey);
            self.sightings.push(Sighting {
                journey,
                host,
                way: Way::In,
                at_us,
                bytes,
            });
            self.journeys[journey].arrived_in = Some(self.sightings.len());
        }
        self.journeys[journey].end = End::Delivered(at_us);
    }

    fn bytes_on_arrival(&self, journey: usize) -> Cow<'a, [u8]> {
        let journey = &self.journeys[journey];
        if journey.corrupted.is_empty() {
            return Cow::Borrowed(journey.bytes);
        }
        let mut bytes = journey.bytes.to_vec();
        for corruption in &journey.corrupted {
            if let Some(byte) = bytes.get_mut(corruption.byte as usize) {
                *byte = corruption.now;
            }
        }
        Cow::Owned(bytes)
    }

    fn duplicated(&mut self, id: SegmentId, copy: SegmentId) {
        let Some(original) = self.newest.get(&id).copied() else {
            return;
        };
        let index = self.journeys.len();
        let of = &self.journeys[original];
        let root = match of.made_by {
            Maker::Kernel => original,
            Maker::Wire(root) => root,
        };
        self.journeys.push(Journey {
            id: copy,
            made_by: Maker::Wire(root),
            corrupted: of.corrupted.clone(),
            delayed: Vec::new(),
            twins: Vec::new(),
            end: End::None,
            left_in: None,
            arrived_in: None,
            ..*of
        });
        self.journeys[root].twins.push(index);
        self.newest.insert(copy, index);
    }
}

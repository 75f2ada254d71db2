//! From events to rows: what of each event has a place on the ladder.

use std::collections::{BTreeMap, BTreeSet};

use super::buffer::Buffer;
use super::ink::Ink;
use super::page::Page;
use super::row::{Body, Came};
use super::said;
use super::scene::{Scene, is_closed};
use super::span::Role;
use super::title::{notes, retitle};
use crate::model::{Segment, State};
use crate::trace::{Event, Key, Order, Ordered, SegmentId, SocketFacts, What};
use crate::words::say;

/// A segment that took longer than this has it said, in microseconds.
const LONG_US: u64 = 100_000;
#[derive(Default)]
pub struct Walk {
    /// How many states of each socket were seen.
    seen: BTreeMap<(usize, Key), usize>,
    /// What was said of each segment that is under way when it left, and when that was.
    left: BTreeMap<SegmentId, (u64, Vec<String>)>,
    /// Copies that wait behind another.
    behind: BTreeSet<SegmentId>,
}

impl Walk {
    pub fn see(&mut self, event: &Event, state: &State, page: &Page, rows: &mut Buffer) {
        let language = page.look.language;
        let at_us = event.at_us;
        let mut scene = Scene {
            at_us,
            state,
            page,
            rows,
        };
        match &event.what {
            What::Order(Ordered {
                order: Order::Step { program, .. },
                ..
            }) => scene.entered(program),
            What::Order(ordered) => scene.wire(said::holding(language, state, &ordered.order)),
            What::Blocked { .. }
            | What::Return { .. }
            | What::Print { .. }
            | What::Ask { .. }
            | What::Answer { .. }
            | What::Thread { .. }
            | What::Exit { .. } => scene.of_program(&event.what),
            What::Sent {
                segment, absorbed, ..
            } => {
                if *absorbed {
                    self.behind.insert(*segment);
                } else {
                    self.left(*segment, Vec::new(), &mut scene);
                }
            }
            What::Inferred { segment, .. } => {
                self.left(*segment, Vec::new(), &mut scene);
                self.came(*segment, Came::Delivered, &mut scene);
            }
            What::Duplicated { copy, .. } => self.left(*copy, Vec::new(), &mut scene),
            What::Delivered { segment } => {
                self.came(*segment, Came::Delivered, &mut scene);
                self.next_of(*segment, &mut scene);
            }
            What::Dropped { segment } => {
                self.came(*segment, Came::Dropped, &mut scene);
                self.next_of(*segment, &mut scene);
            }
            What::Delayed { segment, ms } => scene.delayed(*segment, *ms),
            What::Socket(facts) => self.became(facts, &mut scene),
            What::Gone { host, key } => scene.gone(host, *key),
            What::Note { .. } if page.look.is_wire_only => {}
            What::Note { text } => scene.wire(Some(Ink::new(text, Role::Note))),
            What::Ended { reason } => scene.wire(Some(Ink::new(reason, Role::Failed))),
            What::Call { .. }
            | What::Line { .. }
            | What::Corrupted { .. }
            | What::Buffers(_)
            | What::Counters { .. }
            | What::Rest
            | What::Unknown => {}
        }
    }

    fn left(&mut self, id: SegmentId, extra: Vec<String>, scene: &mut Scene<'_>) {
        let Some(segment) = scene.state.segments.get(&id) else {
            return;
        };
        let Some(mut passage) = scene.passage(segment, extra) else {
            return;
        };
        self.left.insert(id, (scene.at_us, passage.notes.clone()));
        passage.has_left = true;
        passage.is_open = true;
        scene.push(Body::Passage(passage));
    }

    fn came(&mut self, id: SegmentId, came: Came, scene: &mut Scene<'_>) {
        let left = self.left.remove(&id);
        let (state, page, at_us) = (scene.state, scene.page, scene.at_us);
        let Some(segment) = state.segments.get(&id) else {
            return;
        };
        let took_us = left
            .as_ref()
            .map_or(0, |(left, _)| at_us.saturating_sub(*left));
        if let Some(passage) = scene.rows.come(id, came, at_us) {
            retitle(passage, segment, state, page);
            let notes = notes(segment, state, page);
            let new = notes
                .into_iter()
                .filter(|note| !passage.notes.contains(note));
            let new: Vec<String> = new.collect();
            passage.notes.extend(new);
            if took_us >= LONG_US && came == Came::Delivered {
                let time = format!("{:.2}", took_us as f64 / 1e6);
                let after = say!(page.look.language, "terminal.after", time = time);
                passage.notes.push(after.into_owned());
            }
            return;
        }
        let Some(mut passage) = scene.passage(segment, Vec::new()) else {
            return;
        };
        let said = left.map_or(Vec::new(), |(_, notes)| notes);
        passage.notes.retain(|note| !said.contains(note));
        passage.bytes = None;
        passage.fate = Some(came);
        scene.push(Body::Passage(passage));
    }

    /// A copy that waited behind one that is gone or damaged is on the wire now.
    fn next_of(&mut self, id: SegmentId, scene: &mut Scene<'_>) {
        let state = scene.state;
        let Some(segment) = state.segments.get(&id) else {
            return;
        };
        let copies = segment.copies.iter().map(|(copy, _)| *copy);
        let on_wire = |copy: &SegmentId| state.segments.get(copy).is_some_and(Segment::is_held);
        let next = copies
            .rev()
            .find(|copy| self.behind.contains(copy) && on_wire(copy));
        if let Some(next) = next
            && let Some(copy) = state.segments.get(&next)
        {
            self.behind.remove(&next);
            let time = format!("{:.2}", copy.sent_at_us as f64 / 1e6);
            let waited = say!(
                scene.page.look.language,
                "terminal.waited",
                id = id,
                time = time
            );
            self.left(next, vec![waited.into_owned()], scene);
        }
    }

    fn became(&mut self, facts: &SocketFacts, scene: &mut Scene<'_>) {
        let Some(host) = scene.page.index(&facts.host) else {
            return;
        };
        let (state, at_us) = (scene.state, scene.at_us);
        let sockets = state.hosts.get(&facts.host).map(|host| &host.sockets);
        let Some(socket) = sockets.and_then(|sockets| sockets.get(&facts.key)) else {
            return;
        };
        let seen = self.seen.entry((host, facts.key)).or_default();
        if socket.states.len() <= *seen || at_us < scene.page.look.from_us {
            return;
        }
        *seen = socket.states.len();
        let nth = *seen - 1;
        // A socket that was never on the wire has nothing to tell yet.
        if nth == 0 && is_closed(&facts.state) {
            return;
        }
        let cause = state.causes().of_state(&facts.host, facts.key, nth);
        let connected = state.sockets(&facts.host);
        let connected = connected.filter(|socket| socket.facts.remote.is_some());
        // Beside an arrow it is clear which connection is meant.
        let alone = (connected.count() > 1).then_some(&facts.remote);
        let alone = alone.and_then(|remote| remote.as_ref());
        let alone = alone.map(|remote| Ink::new(format!("↔ {remote}"), Role::Dim));
        scene.rows.state(host, &facts.state, cause, at_us, alone);
    }
}

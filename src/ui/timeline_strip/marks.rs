//! The dots of the timeline: one for each thing that was let happen, in the lane it belongs to, at
//! the step in which it happened.
//!
//! In: a timeline. Out: dots. Each event is looked at once, and a run with more steps than there
//! is room for becomes one dot a place and lane: drawing stays cheap however long a run is.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::{Context, Id};

use super::lanes::Lane;
use crate::timeline::Timeline;
use crate::trace::{Moment, Name, Order, What};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub lane: u8,
    /// The step in which it happened: 1 is the first.
    pub column: u32,
    /// How many came before it in the same place.
    pub nth: u16,
    pub moment: Moment,
    pub shape: Shape,
}

/// Of two in one place the later in this list is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    Sent,
    Call,
    Delivered,
    Dropped,
}

/// All dots of a run so far.
#[derive(Clone, Default)]
pub struct Marks {
    run: u64,
    /// How many events have been looked at.
    seen: usize,
    lane_of: BTreeMap<Name, u8>,
    wire: u8,
    all: Arc<Vec<Mark>>,
    /// One a place and lane, for so many places over so many columns.
    thinned: Arc<Vec<Mark>>,
    thinned_for: (usize, usize, usize),
}

impl Marks {
    /// Kept from one frame to the next.
    pub fn of(ctx: &Context, timeline: &Timeline, lanes: &[Lane]) -> Self {
        let id = Id::unique("marks of the timeline");
        let mut marks: Self = ctx.data(|data| data.get_temp(id)).unwrap_or_default();
        if marks.take_in(timeline, lanes) {
            ctx.data_mut(|data| data.insert_temp(id, marks.clone()));
        }
        marks
    }

    /// True when there was something new.
    pub fn take_in(&mut self, timeline: &Timeline, lanes: &[Lane]) -> bool {
        let events = timeline.trace().events();
        if self.run != timeline.run() || self.seen > events.len() || self.seen == 0 {
            *self = Self {
                run: timeline.run(),
                ..Self::begin(timeline, lanes)
            };
        }
        if self.seen == events.len() {
            return false;
        }
        let all = Arc::make_mut(&mut self.all);
        // What moved when we last looked has its step by now, but that is the same one.
        for (index, event) in events.iter().enumerate().skip(self.seen) {
            let found = match &event.what {
                What::Order(ordered) => match &ordered.order {
                    Order::Step { program, .. } => {
                        let lane = self.lane_of.get(program).copied();
                        lane.map(|lane| (lane, Shape::Call))
                    }
                    Order::Deliver { .. }
                    | Order::Drop { .. }
                    | Order::Duplicate { .. }
                    | Order::Corrupt { .. }
                    | Order::Delay { .. }
                    | Order::Hold { .. }
                    | Order::DeliverAll
                    | Order::Answer { .. }
                    | Order::Guess { .. } => None,
                },
                What::Sent {
                    absorbed: false, ..
                }
                | What::Inferred { .. } => Some((self.wire, Shape::Sent)),
                What::Delivered { .. } => Some((self.wire, Shape::Delivered)),
                What::Dropped { .. } => Some((self.wire, Shape::Dropped)),
                _ => None,
            };
            let Some((lane, shape)) = found else { continue };
            let moment = Moment(index + 1);
            let before = timeline.stops().partition_point(|stop| *stop < moment);
            let column = before as u32 + 1;
            let same = all.iter().rev().take_while(|mark| mark.column == column);
            let nth = same.filter(|mark| mark.lane == lane).count();
            all.push(Mark {
                lane,
                column,
                nth: nth.min(usize::from(u16::MAX)) as u16,
                moment,
                shape,
            });
        }
        self.seen = events.len();
        true
    }

    fn begin(timeline: &Timeline, lanes: &[Lane]) -> Self {
        let lane_of = |name: &Name| lanes.iter().position(|lane| lane.is_of(name));
        let programs = timeline.newest().program_order.iter();
        let lane_of = programs.filter_map(|name| Some((name.clone(), lane_of(name)? as u8)));
        let wire = lanes.iter().position(|lane| *lane == Lane::Wire);
        Self {
            lane_of: lane_of.collect(),
            wire: wire.unwrap_or(0) as u8,
            ..Self::default()
        }
    }

    /// The dots for so many columns in so many places.
    pub fn shown(&mut self, ctx: &Context, columns: usize, places: usize) -> Arc<Vec<Mark>> {
        if columns <= places {
            return Arc::clone(&self.all);
        }
        let wanted = (self.seen, columns, places);
        if self.thinned_for != wanted {
            self.thinned = Arc::new(thin(&self.all, columns, places));
            self.thinned_for = wanted;
            let id = Id::unique("marks of the timeline");
            ctx.data_mut(|data| data.insert_temp(id, self.clone()));
        }
        Arc::clone(&self.thinned)
    }
}

/// One a place and lane: the one that matters most, where the first of them stands.
fn thin(all: &[Mark], columns: usize, places: usize) -> Vec<Mark> {
    let mut thinned: Vec<Mark> = Vec::new();
    // The newest dot of each lane, as an index into what is kept.
    let mut newest: BTreeMap<u8, (usize, usize)> = BTreeMap::new();
    for mark in all {
        let place = mark.column as usize * places / columns;
        match newest.get(&mark.lane) {
            Some((at, index)) if *at == place => {
                let kept = &mut thinned[*index];
                kept.shape = kept.shape.max(mark.shape);
            }
            Some(_) | None => {
                newest.insert(mark.lane, (place, thinned.len()));
                thinned.push(Mark { nth: 0, ..*mark });
            }
        }
    }
    thinned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Event, Header, SegmentId, Setup, Timers, WireKind};

    fn timeline(whats: Vec<What>) -> Timeline {
        let setup = Setup {
            hosts: Vec::new(),
            programs: Vec::new(),
            timers: Timers::Patient,
            wire: WireKind::Held,
            ..Setup::default()
        };
        let header = Header::new(&setup, String::new(), WireKind::Held);
        let mut timeline = Timeline::new(header);
        for (n, what) in whats.into_iter().enumerate() {
            let (n, at_us) = (n as u64, n as u64);
            timeline.push(Event { n, at_us, what });
        }
        timeline
    }

    fn delivered() -> What {
        let segment = SegmentId(0);
        What::Delivered { segment }
    }

    fn marks(timeline: &Timeline) -> Marks {
        let mut marks = Marks::default();
        marks.take_in(timeline, &[Lane::Wire]);
        marks
    }

    #[test]
    fn a_dot_stands_at_the_step_in_which_it_happened() {
        let many = vec![delivered(), What::Rest, What::Rest, What::Rest];
        let then = [many.clone(), vec![delivered(), What::Rest]].concat();
        let moving = vec![delivered(), What::Rest, What::Rest, delivered()];
        for (whats, column, step) in [(many, 1, 1), (then, 2, 2), (moving, 2, 1)] {
            let timeline = timeline(whats);
            let last = *marks(&timeline).all.last().expect("a dot");
            assert_eq!((last.column, timeline.step()), (column, step));
        }
    }

    #[test]
    fn dots_of_a_growing_run_are_those_of_the_whole_run() {
        let segment = SegmentId(0);
        let dropped = What::Dropped { segment };
        let round = [delivered(), What::Rest, dropped, delivered(), What::Rest];
        let whats: Vec<What> = round.iter().cycle().take(40).cloned().collect();
        let whole = timeline(whats);
        let mut growing = Timeline::new(whole.trace().header().clone());
        let mut marks = Marks::default();
        for event in whole.trace().events() {
            growing.push(event.clone());
            marks.take_in(&growing, &[Lane::Wire]);
        }
        assert!(!marks.take_in(&growing, &[Lane::Wire]), "nothing is new");
        assert_eq!(marks.all, self::marks(&whole).all);
    }

    #[test]
    fn a_run_without_room_for_each_step_keeps_what_matters_in_each_place() {
        let segment = SegmentId(0);
        let mut whats = Vec::new();
        for step in 0..100 {
            let dropped = What::Dropped { segment };
            whats.push(if step == 57 { dropped } else { delivered() });
            whats.push(What::Rest);
        }
        let timeline = timeline(whats);
        let thinned = thin(&marks(&timeline).all, 101, 10);
        assert_eq!(thinned.len(), 10);
        let dropped = thinned.iter().filter(|mark| mark.shape == Shape::Dropped);
        assert_eq!(
            dropped.map(|mark| mark.column / 10).collect::<Vec<_>>(),
            [5]
        );
    }
}

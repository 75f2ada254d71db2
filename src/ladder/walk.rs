//! Down the ladder, mark by mark: what happens takes a row, and keeps clear of the names there.

use std::collections::BTreeMap;

use super::marks::{Mark, has_waited};
use super::{
    Arrow, Band, NAME, NOTE, Numbers, Plan, ROW, SLOPE, TOKEN, TOP, Tick, Way, host_order, notes,
};
use crate::model::{CallRecord, Cause, Fate, State};
use crate::trace::{CallId, Key, Name, Returned, SegmentId};

/// A state seen this soon after a segment came or went is its doing, where nothing else says what
/// was: the kernel answers in microseconds, the snapshot follows at once.
const AT_ONCE_US: u64 = 5_000;

pub struct Walk<'a> {
    state: &'a State,
    numbers: Numbers,
    plan: Plan,
    y: f32,
    index: BTreeMap<&'a str, usize>,
    arrow_of: BTreeMap<SegmentId, usize>,
    entered: BTreeMap<CallId, f32>,
    sides: Vec<Side>,
    /// Which bands go on, by socket.
    open: BTreeMap<(usize, Key), usize>,
}

/// What stands beside a lifeline so far.
#[derive(Clone, Default)]
struct Side {
    /// The newest segment there: when, and at what height.
    touched: Option<(u64, f32)>,
    /// The height of the lowest name.
    named: f32,
    /// The newest tick, while nothing has come after it.
    tick: Option<usize>,
    /// Down to where each lane is taken.
    lanes: Vec<f32>,
}

impl<'a> Walk<'a> {
    pub fn new(state: &'a State, numbers: Numbers) -> Self {
        let hosts = host_order(state);
        let count = hosts.len();
        let place = |name: &Name| hosts.iter().position(|host| host == name);
        let index = state.host_order.iter();
        let index = index.filter_map(|name| Some((name.as_str(), place(name)?)));
        let index = index.collect();
        Self {
            state,
            numbers,
            plan: Plan {
                hosts,
                ..Plan::default()
            },
            y: TOP,
            index,
            arrow_of: BTreeMap::new(),
            entered: BTreeMap::new(),
            sides: vec![Side::default(); count],
            open: BTreeMap::new(),
        }
    }

    pub fn hosts(&self) -> &[Name] {
        &self.plan.hosts
    }

    pub fn take(&mut self, at_us: u64, mark: Mark<'_>) {
        match mark {
            Mark::Entered { host, call } => self.entered(host, call),
            Mark::Left(id) => self.left(at_us, id),
            Mark::Came { segment, .. } => self.came(at_us, segment),
            Mark::Became { host, key, nth } => self.became(at_us, host, key, nth),
            Mark::Returned { host, call } => self.returned(host, call),
            Mark::Gone { host, key } => {
                if let Some(band) = self.open.remove(&(host, key)) {
                    self.close(band, self.y.max(self.plan.bands[band].y_from + ROW));
                }
            }
        }
    }

    /// A call that nothing comes of stands with its like, and pushes nothing down.
    fn entered(&mut self, host: usize, call: &CallRecord) {
        let way = if call.resolved.is_some() && !has_waited(self.state, call) {
            Way::Through
        } else {
            Way::In
        };
        let is_quiet = way == Way::Through
            && !has_failed(call)
            && self
                .state
                .causes()
                .effects(&Cause::Call(call.id))
                .is_empty();
        if !self.joins(host, call, way, is_quiet) {
            let side = &self.sides[host];
            let free = side.named + NAME;
            if is_quiet {
                let y = self.y.max(free);
                self.tick(host, call, way, y);
            } else {
                self.y = (self.y + NAME).max(free);
                self.tick(host, call, way, self.y);
            }
        }
        if !is_quiet {
            self.entered.insert(call.id, self.sides[host].named);
        }
    }

    /// Joins the tick above it; `false` when there is none that it can join.
    fn joins(&mut self, host: usize, call: &CallRecord, way: Way, is_quiet: bool) -> bool {
        let Some(tick) = self.sides[host].tick else {
            return false;
        };
        let state = self.state;
        let tick = &mut self.plan.ticks[tick];
        let is_same = tick.name == call.name && !tick.is_mixed && tick.way == way;
        let last = tick.calls.last().copied();
        let made_nothing = |id: CallId| state.causes().effects(&Cause::Call(id)).is_empty();
        let may_mix = is_quiet
            && tick.way == Way::Through
            && !tick.has_failed
            && last.is_some_and(made_nothing);
        let failed = tick.has_failed || has_failed(call);
        let may_stack = is_same && way != Way::Through && !failed;
        if !may_mix && !may_stack {
            return false;
        }
        tick.is_mixed |= tick.name != call.name;
        tick.calls.push(call.id);
        true
    }

    fn tick(&mut self, host: usize, call: &CallRecord, way: Way, y: f32) {
        let side = &mut self.sides[host];
        side.named = y;
        side.tick = Some(self.plan.ticks.len());
        self.plan.ticks.push(Tick {
            host,
            y,
            way,
            name: call.name.clone(),
            calls: vec![call.id],
            is_mixed: false,
            has_failed: way != Way::In && has_failed(call),
        });
    }

    /// Beside the end of the arrow that woke it.
    fn returned(&mut self, host: usize, call: &CallRecord) {
        if self.joins(host, call, Way::Out, false) {
            return;
        }
        let woken = self.state.causes().of_return(call.id);
        let beside = woken.and_then(|cause| self.height_of(cause));
        let y = beside.unwrap_or_else(|| {
            self.y += NAME;
            self.y
        });
        let y = y.max(self.sides[host].named + NAME);
        self.tick(host, call, Way::Out, y);
    }

    fn left(&mut self, at_us: u64, id: SegmentId) {
        let Some(segment) = self.state.segments.get(&id) else {
            return;
        };
        let index = |name: &Name| self.index.get(name.as_str()).copied();
        let Some(from) = index(&segment.from) else {
            return;
        };
        let to = segment.to.as_ref().and_then(index);
        let made = self.state.causes().of_segment(id);
        let beside = match made {
            Some(Cause::Call(call)) => self.entered.get(call).copied(),
            Some(
                Cause::Arrival(_) | Cause::Timer | Cause::Exit(_) | Cause::Wire(_) | Cause::Unknown,
            )
            | None => None,
        };
        // The first that a call made leaves where the call entered.
        let is_beside = beside.is_some_and(|y| y >= self.y);
        if !is_beside {
            let free = self.sides[from].named + NAME;
            self.y = (self.y + ROW).max(free);
        }
        let y_from = self.y;
        let is_waiting = segment.is_on_wire();
        // Each remark is a line of its own below the name.
        let notes = notes(self.numbers, self.state, segment).len();
        let words = NOTE * notes as f32;
        let y_to = y_from + words + if is_waiting { TOKEN } else { SLOPE };
        self.sides[from].touched = Some((at_us, y_from));
        self.sides[from].tick = None;
        self.arrow_of.insert(id, self.plan.arrows.len());
        self.plan.arrows.push(Arrow {
            segment: id,
            from,
            to,
            y_from,
            y_to,
            notes,
        });
        if is_waiting {
            self.y += TOKEN;
        }
        self.y += words;
    }

    fn came(&mut self, at_us: u64, id: SegmentId) {
        let Some(arrow) = self.arrow_of.get(&id).copied() else {
            return;
        };
        let arrow = &mut self.plan.arrows[arrow];
        self.y = (self.y + ROW).max(arrow.y_from + SLOPE);
        let segment = self.state.segments.get(&id);
        let is_delivered = segment.is_some_and(|s| matches!(s.fate, Fate::Delivered(_)));
        let to = arrow.to.filter(|_| is_delivered);
        if let Some(to) = to {
            self.y = self.y.max(self.sides[to].named + NAME);
        }
        arrow.y_to = self.y;
        if let Some(to) = to {
            self.sides[to].touched = Some((at_us, self.y));
            self.sides[to].tick = None;
        }
        // What comes next leaves room for the remarks at this end, too.
        self.y += NOTE * arrow.notes as f32;
    }

    /// Where a call entered, where a segment arrived.
    fn height_of(&self, cause: &Cause) -> Option<f32> {
        match cause {
            Cause::Call(call) => self.entered.get(call).copied(),
            Cause::Arrival(id) => {
                let arrow = self.arrow_of.get(id)?;
                Some(self.plan.arrows[*arrow].y_to)
            }
            Cause::Timer | Cause::Exit(_) | Cause::Wire(_) | Cause::Unknown => None,
        }
    }

    fn became(&mut self, at_us: u64, host: usize, key: Key, nth: usize) {
        let name = &self.plan.hosts[host];
        let socket = self.state.hosts.get(name);
        let socket = socket.and_then(|host| host.sockets.get(&key));
        let Some((_, state)) = socket.and_then(|socket| socket.states.get(nth)) else {
            return;
        };
        // A socket that is neither listening nor connected is not on the wire yet.
        let is_closed = state == "CLOSE" || state == "CLOSED";
        let cause = self.state.causes().of_state(name, key, nth);
        let side = &self.sides[host];
        let touched = side.touched;
        let soon = touched.filter(|(when, _)| at_us.saturating_sub(*when) < AT_ONCE_US);
        let known = cause.and_then(|cause| self.height_of(cause));
        let y = known.or(soon.map(|(_, y)| y)).unwrap_or_else(|| {
            if !is_closed {
                self.y = self.y.max(side.named + NAME);
            }
            self.y
        });
        let before = self.open.remove(&(host, key));
        let y = before.map_or(y, |band| y.max(self.plan.bands[band].y_from + 6.0));
        if let Some(band) = before {
            self.close(band, y);
        }
        if is_closed {
            return;
        }
        // A listener lies outside: arrows end at connections.
        let lane = before.map_or_else(
            || self.free_lane(host, y, usize::from(state == "LISTEN")),
            |band| self.plan.bands[band].lane,
        );
        let side = &mut self.sides[host];
        let y_name = y.max(side.named + NAME);
        side.named = y_name;
        side.tick = None;
        side.lanes.resize(side.lanes.len().max(lane + 1), f32::MIN);
        side.lanes[lane] = f32::INFINITY;
        self.open.insert((host, key), self.plan.bands.len());
        self.plan.bands.push(Band {
            host,
            key,
            nth,
            lane,
            state: state.clone(),
            y_from: y,
            y_to: None,
            y_name,
        });
    }

    fn close(&mut self, band: usize, y: f32) {
        let band = &mut self.plan.bands[band];
        band.y_to = Some(y);
        self.sides[band.host].lanes[band.lane] = y;
    }

    /// The innermost lane that nothing occupies at this height.
    fn free_lane(&self, host: usize, y: f32, first: usize) -> usize {
        let lanes = &self.sides[host].lanes;
        let mut lanes = lanes.iter().skip(first);
        let free = lanes.position(|until| *until <= y);
        first + free.unwrap_or(self.sides[host].lanes.len().saturating_sub(first))
    }

    pub fn finish(mut self) -> Plan {
        let lowest_name = self.sides.iter().map(|side| side.named).fold(0.0, f32::max);
        self.plan.height = (self.y + ROW).max(lowest_name + NAME) + SLOPE;
        self.plan.index();
        self.plan
    }
}

fn has_failed(call: &CallRecord) -> bool {
    let returned = call.resolved.as_ref().map(|resolved| &resolved.returned);
    matches!(returned, Some(Returned::Failed { .. }))
}

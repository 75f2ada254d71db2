//! Where everything on the ladder lies, whoever draws it: the window, a report, a terminal.
//!
//! In: a state. Out: heights ([`plan`]), and what is odd about a segment ([`notes`]). Pure; words
//! and colours are left to others.
//!
//! Time runs downwards in steps, not to scale: what happens takes a row, what lasts takes none.
//! A held segment reserves room for its token. What a call made stands beside the call, and what
//! an arrival brought about beside its arrow's end.

mod marks;
mod note;
mod walk;

pub use note::{Note, copies_without_reason, names_to_say, notes};

use serde::{Deserialize, Serialize};

use crate::model::{CallRecord, State};
use crate::trace::{CallId, Key, Name, SegmentId};

/// Between two things that happen one after the other.
pub const ROW: f32 = 22.0;
/// How far an arrow falls at least, so that it reads as taking time.
pub const SLOPE: f32 = 30.0;
/// What a token with its two buttons and its line of text needs.
pub const TOKEN: f32 = 112.0;
/// Between two names beside a lifeline.
pub const NAME: f32 = 15.0;
/// A line of words below a segment's name.
pub const NOTE: f32 = 17.0;
const TOP: f32 = 16.0;
/// Half of what a segment's name takes.
const PILL: f32 = 10.0;
/// Names of more arrows than these are not placed with regard to each other at once.
const CHUNK: usize = 48;

/// How sequence and acknowledgment numbers are written (RFC 9293 section 3.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Numbers {
    /// Counted from each direction's first.
    #[default]
    Relative,
    /// As they stand in the header.
    Absolute,
}

#[derive(Debug, Default, PartialEq)]
pub struct Plan {
    /// Lifelines from left to right.
    pub hosts: Vec<Name>,
    /// The first of them whose names stand to its right: the server, or the last one.
    pub first_right: usize,
    pub arrows: Vec<Arrow>,
    pub bands: Vec<Band>,
    pub ticks: Vec<Tick>,
    pub height: f32,
    /// Of each host, the lane that lies farthest out.
    pub outermost: Vec<usize>,
    /// Where a run of arrows begins whose names can get in each other's way.
    pub chunks: Vec<usize>,
    reach: Reach,
}

/// How far down all arrows, bands and ticks reach, up to each of them: so that those in sight are
/// found without looking at all.
#[derive(Debug, Default, PartialEq)]
struct Reach {
    arrows: Vec<f32>,
    bands: Vec<f32>,
    ticks: Vec<f32>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Arrow {
    pub segment: SegmentId,
    /// An index into `hosts`.
    pub from: usize,
    /// `None` when no host has the address it is for.
    pub to: Option<usize>,
    pub y_from: f32,
    pub y_to: f32,
    /// Lines of words below its name.
    pub notes: usize,
}

/// One socket in one state.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    pub host: usize,
    pub key: Key,
    /// Which of the socket's states.
    pub nth: usize,
    /// 0 lies on the lifeline, more lie outside it.
    pub lane: usize,
    pub state: String,
    pub y_from: f32,
    /// `None` while it lasts.
    pub y_to: Option<f32>,
    /// Where its name stands: beside `y_from`, or a little lower.
    pub y_name: f32,
}

/// Calls that entered a kernel here, or came back from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub host: usize,
    pub y: f32,
    pub way: Way,
    pub name: String,
    /// Those with the same name stand together, and those that nothing came of.
    pub calls: Vec<CallId>,
    pub is_mixed: bool,
    pub has_failed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Into the kernel, where it waits or waited.
    In,
    /// And back at once.
    Through,
    /// Back from the kernel after a wait.
    Out,
}

pub fn plan(state: &State, numbers: Numbers) -> Plan {
    let mut walk = walk::Walk::new(state, numbers);
    for (at_us, mark) in marks::marks(state, walk.hosts()) {
        walk.take(at_us, mark);
    }
    walk.finish()
}

/// Clients first, then servers. A server with several clients stands in their middle, so that
/// each has a side of its own.
pub fn host_order(state: &State) -> Vec<Name> {
    let names = state.host_order.iter().cloned();
    let (servers, mut left): (Vec<Name>, Vec<Name>) = names.partition(|name| is_server(name));
    let right = if left.len() > 1 && !servers.is_empty() {
        left.split_off(left.len().div_ceil(2))
    } else {
        Vec::new()
    };
    left.into_iter().chain(servers).chain(right).collect()
}

/// By its name: lessons and runs call them `server`, `server1` …
pub fn is_server(name: &str) -> bool {
    name.starts_with("server")
}

/// A call and whose it is.
pub fn find_call(state: &State, id: CallId) -> Option<(&str, &CallRecord)> {
    let mut programs = state.programs.values();
    programs.find_map(|program| Some((program.name.as_str(), program.call(id)?)))
}

impl Arrow {
    pub fn top(&self) -> f32 {
        self.y_from.min(self.y_to) - PILL
    }

    pub fn bottom(&self) -> f32 {
        let words = self.notes as f32 * NOTE;
        self.y_from.max(self.y_to) + PILL + words
    }
}

impl Plan {
    /// Those between two heights, each with its place in the list.
    pub fn arrows_in(&self, top: f32, bottom: f32) -> impl Iterator<Item = (usize, &Arrow)> {
        let first = self.reach.arrows.partition_point(|reach| *reach < top);
        let end = self.arrows.partition_point(|arrow| arrow.top() <= bottom);
        let arrows = self.arrows.iter().enumerate().take(end).skip(first);
        arrows.filter(move |(_, arrow)| arrow.bottom() >= top)
    }

    pub fn bands_in(&self, top: f32, bottom: f32) -> impl Iterator<Item = &Band> {
        let first = self.reach.bands.partition_point(|reach| *reach < top);
        let end = self.bands.partition_point(|band| band.y_from <= bottom);
        let bands = self.bands.iter().take(end).skip(first);
        bands.filter(move |band| band.bottom() >= top)
    }

    pub fn ticks_in(&self, top: f32, bottom: f32) -> impl Iterator<Item = &Tick> {
        let first = self.reach.ticks.partition_point(|reach| *reach < top);
        let end = self.ticks.partition_point(|tick| tick.y <= bottom);
        self.ticks.iter().take(end).skip(first)
    }

    /// The run of arrows that this one is in: where it begins, and where the next one does.
    pub fn chunk_of(&self, arrow: usize) -> (usize, usize) {
        let next = self.chunks.partition_point(|first| *first <= arrow);
        let first = next.checked_sub(1).map_or(0, |chunk| self.chunks[chunk]);
        let end = self.chunks.get(next).copied();
        (first, end.unwrap_or(self.arrows.len()))
    }

    /// Names of the run before this one can reach into it: it was only begun because it was long.
    pub fn is_cut(&self, first: usize) -> bool {
        let before = first.checked_sub(1).map(|before| self.reach.arrows[before]);
        before.is_some_and(|reach| reach > self.arrows[first].top())
    }

    /// Brings all in order, and notes what makes it quick to find.
    fn index(&mut self) {
        self.bands.sort_by(|a, b| a.y_from.total_cmp(&b.y_from));
        self.ticks.sort_by(|a, b| a.y.total_cmp(&b.y));
        self.outermost = vec![0; self.hosts.len()];
        let server = self.hosts.iter().position(|name| is_server(name));
        self.first_right = server.unwrap_or(self.hosts.len().saturating_sub(1));
        for band in &self.bands {
            let outermost = &mut self.outermost[band.host];
            *outermost = band.lane.max(*outermost);
        }
        for (index, arrow) in self.arrows.iter().enumerate() {
            let reach = self.reach.arrows.last().copied().unwrap_or(f32::MIN);
            let begun = self.chunks.last().copied().unwrap_or(0);
            if index == 0 || arrow.top() >= reach || index - begun >= CHUNK {
                self.chunks.push(index);
            }
            self.reach.arrows.push(reach.max(arrow.bottom()));
        }
        self.reach.bands = furthest(self.bands.iter().map(Band::bottom));
        self.reach.ticks = furthest(self.ticks.iter().map(|tick| tick.y + NAME));
    }
}

impl Band {
    /// Its name counts, too.
    fn bottom(&self) -> f32 {
        self.y_to.unwrap_or(f32::INFINITY).max(self.y_name + NAME)
    }
}

fn furthest(bottoms: impl Iterator<Item = f32>) -> Vec<f32> {
    let mut furthest = f32::MIN;
    let each = bottoms.map(|bottom| {
        furthest = furthest.max(bottom);
        furthest
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::load;

    fn handshake() -> State {
        let text = include_str!("../../tests/it/lessons/handshake.jsonl");
        let trace = load(text).expect("a sound trace").trace;
        State::at(&trace, trace.end())
    }

    #[test]
    fn what_a_call_made_leaves_where_it_entered() {
        let plan = plan(&handshake(), Numbers::Relative);
        for (name, segment) in [("connect", 0), ("send", 3), ("send", 5), ("close", 7)] {
            let arrow = plan.arrows.iter().find(|a| a.segment.0 == segment);
            let arrow = arrow.expect("it was sent");
            let beside = |tick: &&Tick| tick.host == arrow.from && tick.y == arrow.y_from;
            let tick = plan.ticks.iter().find(beside).expect("a tick beside it");
            assert_eq!(tick.name, name);
        }
    }

    #[test]
    fn names_beside_a_lifeline_keep_off_each_other() {
        let plan = plan(&handshake(), Numbers::Relative);
        for host in 0..2 {
            let ticks = plan.ticks.iter().filter(|tick| tick.host == host);
            let bands = plan.bands.iter().filter(|band| band.host == host);
            let names = ticks
                .map(|tick| tick.y)
                .chain(bands.map(|band| band.y_name));
            let mut names: Vec<f32> = names.collect();
            names.sort_by(f32::total_cmp);
            assert!(
                names.windows(2).all(|two| two[1] - two[0] >= NAME),
                "{names:?}"
            );
        }
    }

    #[test]
    fn what_is_in_sight_is_found_without_looking_at_all() {
        let plan = plan(&handshake(), Numbers::Absolute);
        for top in (0..plan.height as u32).step_by(13).map(|top| top as f32) {
            let bottom = top + 90.0;
            let is_seen = |from: f32, to: f32| from <= bottom && to >= top;
            let found = plan.arrows_in(top, bottom).map(|(index, _)| index);
            let all = plan.arrows.iter().enumerate();
            let seen = all.filter(|(_, arrow)| is_seen(arrow.top(), arrow.bottom()));
            assert!(found.eq(seen.map(|(index, _)| index)), "{top}");
            let found = plan.bands_in(top, bottom).count();
            let bands = plan.bands.iter();
            let seen = bands
                .filter(|band| is_seen(band.y_from, band.bottom()))
                .count();
            assert_eq!(found, seen, "{top}");
        }
    }

    #[test]
    fn a_run_of_names_holds_all_that_can_get_in_each_others_way() {
        let plan = plan(&handshake(), Numbers::Relative);
        for index in 0..plan.arrows.len() {
            let (first, end) = plan.chunk_of(index);
            assert!((first..end).contains(&index));
            let before = plan.arrows[..first].iter();
            assert!(
                before
                    .clone()
                    .all(|a| a.bottom() <= plan.arrows[first].top())
            );
            assert!(!plan.is_cut(first));
        }
    }

    #[test]
    fn a_server_stands_in_the_middle_of_its_clients() {
        let state = |names: &[&str]| {
            let mut state = handshake();
            state.host_order = names.iter().map(|name| (*name).to_owned()).collect();
            host_order(&state).join(" ")
        };
        for (names, expected) in [
            (&["server", "client"][..], "client server"),
            (&["server", "client1", "client2"], "client1 server client2"),
            (&["server", "a", "b", "c"], "a b server c"),
            (&["a", "b"], "a b"),
        ] {
            assert_eq!(state(names), expected);
        }
    }
}

//! Where everything on the ladder lies. Pure: a state in, heights out.
//!
//! Time runs downwards in steps, not to scale: what happens takes a row, what lasts takes none.
//! A held segment reserves room for its token.

use std::collections::BTreeMap;

use crate::lesson::Language;
use crate::model::{Fate, State};
use crate::trace::{Key, Name, SegmentId};
use crate::ui::controls::is_server;
use crate::ui::remark;

/// Between two things that happen one after the other.
const ROW: f32 = 22.0;
/// How far an arrow falls at least, so that it reads as taking time.
const SLOPE: f32 = 30.0;
/// What a token with its two buttons and its line of text needs.
pub const TOKEN: f32 = 112.0;
/// Between two state names on one side.
const NAME: f32 = 15.0;
/// A line of words below a segment's name.
const NOTE: f32 = 17.0;
const TOP: f32 = 16.0;
/// A state seen this soon after a segment came or went is its doing: the kernel answers in
/// microseconds, the snapshot follows at once.
const AT_ONCE_US: u64 = 5_000;

#[derive(Debug, Default, PartialEq)]
pub struct Plan {
    /// Lifelines from left to right: clients, then servers.
    pub hosts: Vec<Name>,
    pub arrows: Vec<Arrow>,
    pub bands: Vec<Band>,
    pub height: f32,
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
}

/// One socket in one state.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    pub host: usize,
    /// 0 lies on the lifeline, more lie outside it.
    pub lane: usize,
    pub state: String,
    pub y_from: f32,
    /// `None` while it lasts.
    pub y_to: Option<f32>,
    /// Where its name stands: beside `y_from`, or a little lower.
    pub y_name: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Came(SegmentId),
    Left(SegmentId),
    Became { host: usize, key: Key, nth: usize },
    Gone { host: usize, key: Key },
}

pub fn plan(state: &State) -> Plan {
    let mut walk = Walk::new(state);
    for (at_us, mark) in marks(state, &walk.plan.hosts) {
        walk.take(at_us, mark);
    }
    walk.finish()
}

/// Clients first, then servers, each in the order of the run.
pub fn host_order(state: &State) -> Vec<Name> {
    let (servers, clients): (Vec<Name>, Vec<Name>) = state
        .host_order
        .iter()
        .cloned()
        .partition(|name| is_server(name));
    clients.into_iter().chain(servers).collect()
}

/// Everything that has a place on the ladder, in order of time.
fn marks(state: &State, hosts: &[Name]) -> Vec<(u64, Mark)> {
    let mut marks = Vec::new();
    for segment in state.segments.values() {
        if segment.fate == Fate::Absorbed {
            continue;
        }
        marks.push((segment.sent_at_us, Mark::Left(segment.id)));
        if let Fate::Delivered(at_us) | Fate::Dropped(at_us) = segment.fate {
            marks.push((at_us, Mark::Came(segment.id)));
        }
    }
    for (host, name) in hosts.iter().enumerate() {
        let sockets = state.hosts.get(name).map(|host| &host.sockets);
        for (key, socket) in sockets.into_iter().flatten() {
            for (nth, (at_us, _)) in socket.states.iter().enumerate() {
                marks.push((
                    *at_us,
                    Mark::Became {
                        host,
                        key: *key,
                        nth,
                    },
                ));
            }
            if let Some(at_us) = socket.gone_at_us {
                marks.push((at_us, Mark::Gone { host, key: *key }));
            }
        }
    }
    marks.sort();
    marks
}

struct Walk<'a> {
    state: &'a State,
    plan: Plan,
    y: f32,
    arrow_of: BTreeMap<SegmentId, usize>,
    /// The newest segment at each host: when, and at what height.
    touched: Vec<Option<(u64, f32)>>,
    /// The height of the lowest name beside each host.
    named: Vec<f32>,
    /// Which bands go on, by socket.
    open: BTreeMap<(usize, Key), usize>,
}

impl<'a> Walk<'a> {
    fn new(state: &'a State) -> Self {
        let hosts = host_order(state);
        let count = hosts.len();
        Self {
            state,
            plan: Plan {
                hosts,
                ..Plan::default()
            },
            y: TOP,
            arrow_of: BTreeMap::new(),
            touched: vec![None; count],
            named: vec![0.0; count],
            open: BTreeMap::new(),
        }
    }

    fn take(&mut self, at_us: u64, mark: Mark) {
        match mark {
            Mark::Left(id) => self.left(at_us, id),
            Mark::Came(id) => self.came(at_us, id),
            Mark::Became { host, key, nth } => self.became(at_us, host, key, nth),
            Mark::Gone { host, key } => {
                if let Some(band) = self.open.remove(&(host, key)) {
                    self.plan.bands[band].y_to =
                        Some(self.y.max(self.plan.bands[band].y_from + ROW));
                }
            }
        }
    }

    fn left(&mut self, at_us: u64, id: SegmentId) {
        let Some(segment) = self.state.segments.get(&id) else {
            return;
        };
        let index = |name: &Name| self.plan.hosts.iter().position(|host| host == name);
        let Some(from) = index(&segment.from) else {
            return;
        };
        let to = segment.to.as_ref().and_then(index);
        self.y += ROW;
        let y_from = self.y;
        let is_waiting = segment.is_on_wire();
        // Each remark is a line of its own below the name.
        let notes = self.notes(id);
        let y_to = y_from + notes + if is_waiting { TOKEN } else { SLOPE };
        self.touched[from] = Some((at_us, y_from));
        self.arrow_of.insert(id, self.plan.arrows.len());
        self.plan.arrows.push(Arrow {
            segment: id,
            from,
            to,
            y_from,
            y_to,
        });
        if is_waiting {
            self.y += TOKEN;
        }
        self.y += notes;
    }

    fn came(&mut self, at_us: u64, id: SegmentId) {
        let Some(arrow) = self.arrow_of.get(&id).copied() else {
            return;
        };
        let notes = self.notes(id);
        let arrow = &mut self.plan.arrows[arrow];
        self.y = (self.y + ROW).max(arrow.y_from + SLOPE);
        arrow.y_to = self.y;
        // What comes next leaves room for them at this end, too.
        let arrived = self.y;
        self.y += notes;
        let is_delivered = self
            .state
            .segments
            .get(&id)
            .is_some_and(|s| matches!(s.fate, Fate::Delivered(_)));
        if let Some(to) = arrow.to.filter(|_| is_delivered) {
            self.touched[to] = Some((at_us, arrived));
        }
    }

    /// The height of what is said below a segment's name.
    fn notes(&self, id: SegmentId) -> f32 {
        let segment = self.state.segments.get(&id);
        let notes = segment.map(|segment| remark::notes(Language::English, self.state, segment));
        NOTE * notes.map_or(0, |notes| notes.len()) as f32
    }

    fn became(&mut self, at_us: u64, host: usize, key: Key, nth: usize) {
        let socket = self.state.hosts.get(&self.plan.hosts[host]);
        let socket = socket.and_then(|host| host.sockets.get(&key));
        let Some((_, state)) = socket.and_then(|socket| socket.states.get(nth)) else {
            return;
        };
        // A socket that is neither listening nor connected is not on the wire yet.
        let is_closed = state == "CLOSE" || state == "CLOSED";
        let caused =
            self.touched[host].filter(|(when, _)| at_us.saturating_sub(*when) < AT_ONCE_US);
        let y = match caused {
            Some((_, y)) => y,
            None => {
                if !is_closed {
                    self.y = self.y.max(self.named[host] + NAME);
                }
                self.y
            }
        };
        let lane = match self.open.remove(&(host, key)) {
            Some(band) => {
                let y = y.max(self.plan.bands[band].y_from + 6.0);
                self.plan.bands[band].y_to = Some(y);
                self.plan.bands[band].lane
            }
            // A listener lies outside: arrows end at connections.
            None => self.free_lane(host, y, usize::from(state == "LISTEN")),
        };
        if is_closed {
            return;
        }
        let y_name = y.max(self.named[host] + NAME);
        self.named[host] = y_name;
        self.open.insert((host, key), self.plan.bands.len());
        self.plan.bands.push(Band {
            host,
            lane,
            state: state.clone(),
            y_from: y,
            y_to: None,
            y_name,
        });
    }

    /// The innermost lane that nothing occupies at this height.
    fn free_lane(&self, host: usize, y: f32, first: usize) -> usize {
        let is_taken = |lane: usize| {
            self.plan.bands.iter().any(|band| {
                band.host == host && band.lane == lane && band.y_to.is_none_or(|to| to > y)
            })
        };
        (first..).find(|lane| !is_taken(*lane)).unwrap_or(0)
    }

    fn finish(mut self) -> Plan {
        let lowest_name = self.named.iter().copied().fold(0.0, f32::max);
        self.plan.height = (self.y + ROW).max(lowest_name + NAME) + SLOPE;
        self.plan
    }
}

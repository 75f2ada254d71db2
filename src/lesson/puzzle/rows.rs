//! A run as one host saw it: what left its interface and what arrived there, as a capture on that
//! host would have it. A segment that was lost on its way here is not there.

use crate::model::{Fate, Segment, State};
use crate::packet::Kind;
use crate::trace::{Moment, Name, SegmentId, Trace, What};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Out,
    In,
}

/// One line of a capture.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub segment: SegmentId,
    /// The moment after the event that put it here.
    pub moment: Moment,
    /// Microseconds since the run began; a [`super::Case`] counts from its first row.
    pub at_us: u64,
    pub way: Way,
    /// The host at the other end, or its address where there is no such host.
    pub peer: Name,
    /// Here and there.
    pub ports: Option<(u16, u16)>,
    pub kind: Kind,
    /// `SYN+ACK`; of what is not TCP, its protocol.
    pub flags: String,
    /// Counted from the first of its direction.
    pub seq: Option<u32>,
    pub ack: Option<u32>,
    /// Bytes of data.
    pub length: u32,
    /// The room it announces, in bytes; `None` where windows are beside the point.
    pub window: Option<u64>,
    /// A bit is not as it was sent: the checksum does not hold.
    pub is_damaged: bool,
    /// It never reached the other end.
    pub is_lost: bool,
}

impl Row {
    /// What a segment shows, its time left out: two that look alike may change places.
    pub fn looks_like(&self, other: &Self) -> bool {
        let face = |row: &Self| (row.way, row.peer.clone(), row.ports, row.flags.clone());
        let numbers = |row: &Self| (row.seq, row.ack, row.length, row.window, row.is_damaged);
        face(self) == face(other) && numbers(self) == numbers(other)
    }

    /// How much of the sequence space it takes.
    pub fn takes(&self) -> u32 {
        let flag = |name: &str| u32::from(self.flags.split('+').any(|flag| flag == name));
        self.length + flag("SYN") + flag("FIN")
    }
}

/// What a host saw, and what it did not see of what was sent to it.
pub(super) struct Seen {
    pub rows: Vec<Row>,
    pub unseen: Vec<Row>,
}

pub(super) fn seen_by(trace: &Trace, host: &str) -> Seen {
    let end = State::at(trace, trace.end());
    let mut state = State::new(trace.header());
    let mut seen = Seen {
        rows: Vec::new(),
        unseen: Vec::new(),
    };
    for event in trace.events() {
        state.apply(event);
        let row = |id: SegmentId, way: Way| {
            let segment = state.segments.get(&id)?;
            let mut row = row(&state, segment, way)?;
            let last = end.segments.get(&id);
            row.is_lost = last.is_some_and(|last| matches!(last.fate, Fate::Dropped(_)));
            row.moment = state.moment;
            row.at_us = event.at_us;
            Some(row)
        };
        let is_for_it = |id: SegmentId| goes_to(&state, id, host);
        if let What::Sent { segment, from, .. } = &event.what
            && from == host
        {
            seen.rows.extend(row(*segment, Way::Out));
        } else if let What::Delivered { segment } = &event.what
            && is_for_it(*segment)
        {
            seen.rows.extend(row(*segment, Way::In));
        } else if let What::Dropped { segment } = &event.what
            && is_for_it(*segment)
        {
            seen.unseen.extend(row(*segment, Way::In));
        }
    }
    seen
}

fn goes_to(state: &State, id: SegmentId, host: &str) -> bool {
    let segment = state.segments.get(&id);
    segment.is_some_and(|segment| segment.to.as_deref() == Some(host))
}

/// `None` for what is no IP packet.
fn row(state: &State, segment: &Segment, way: Way) -> Option<Row> {
    let packet = segment.packet.as_ref()?;
    let (tcp, numbers) = (packet.tcp(), state.relative_numbers(segment));
    let peer = match way {
        Way::Out => segment.to.clone(),
        Way::In => Some(segment.from.clone()),
    };
    let ports = packet.endpoints().map(|(from, to)| match way {
        Way::Out => (from.port(), to.port()),
        Way::In => (to.port(), from.port()),
    });
    let has_ack = tcp.is_some_and(|tcp| tcp.flags.ack);
    Some(Row {
        segment: segment.id,
        moment: Moment(0),
        at_us: 0,
        way,
        peer: peer.unwrap_or_else(|| packet.destination.to_string()),
        ports,
        kind: packet.kind(),
        flags: tcp.map_or_else(|| packet.kind().to_string(), |tcp| tcp.flags.to_string()),
        seq: numbers.map(|(seq, _)| seq),
        ack: numbers.filter(|_| has_ack).map(|(_, ack)| ack),
        length: u32::try_from(packet.payload().len()).unwrap_or(u32::MAX),
        window: state.tally().window(segment),
        is_damaged: !segment.corrupted.is_empty(),
        is_lost: false,
    })
}

//! What a transfer's graph shows, collected from the events of a run.
//!
//! In: events as they come, of one direction of one connection. Out: marks, each with its time and
//! the moment after its event. It goes on where it stopped, so that an event costs one look; what
//! lies after the cursor is left out by whoever draws. Nothing is smoothed or guessed: what is not
//! in an event is not here.

use std::net::SocketAddr;

use crate::model::State;
use crate::packet::{Packet, SeqNo, TcpOption};
use crate::trace::{Event, Key, Name, SegmentId, What};

/// So many events are read at most in one frame.
const AT_ONCE: usize = 20_000;

/// Which way of which connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    pub from: SocketAddr,
    pub to: SocketAddr,
    /// The sender's socket, once its kernel told of it.
    pub sender: (Name, Option<Key>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// The moment after its event.
    pub moment: usize,
    pub seconds: f64,
    /// A place in the stream, in bytes; or a number of segments.
    pub value: f64,
}

#[derive(Clone, Debug, Default)]
pub struct Series {
    /// How many events were read.
    read: usize,
    first: Option<SeqNo>,
    /// Window scales of the two SYNs: the sender's, the receiver's.
    scales: [Option<u8>; 2],
    highest: u64,
    /// The end of each segment as it left, new or again.
    pub sent: Vec<Mark>,
    pub resent: Vec<Mark>,
    /// Lost on the wire.
    pub dropped: Vec<Mark>,
    /// What had reached the sender: acknowledged so far, and how far it may send.
    pub acked: Vec<Mark>,
    pub window: Vec<Mark>,
    /// The sender's kernel's own words, in segments.
    pub cwnd: Vec<Mark>,
    pub ssthresh: Vec<Mark>,
    pub in_flight: Vec<Mark>,
}

impl Series {
    /// Reads on. Whether it has come to the end.
    pub fn read_on(&mut self, way: &Way, events: &[Event], state: &State) -> bool {
        let end = events.len().min(self.read + AT_ONCE);
        for event in events.get(self.read..end).unwrap_or_default() {
            self.read += 1;
            self.take(way, event, state);
        }
        self.read >= events.len()
    }

    pub fn is_empty(&self) -> bool {
        self.sent.is_empty() && self.acked.is_empty() && self.cwnd.is_empty()
    }

    fn take(&mut self, way: &Way, event: &Event, state: &State) {
        match &event.what {
            What::Sent {
                segment, copy_of, ..
            } => self.left(way, (event, *segment, copy_of.is_some()), state),
            What::Delivered { segment } => self.arrived(way, (event, *segment), state),
            What::Dropped { segment } => {
                if let Some(packet) = packet_of(state, *segment)
                    && packet.endpoints() == Some((way.from, way.to))
                    && let Some(end) = self.end_of(packet)
                {
                    self.dropped.push(self.mark(event, end as f64));
                }
            }
            What::Socket(facts) => {
                let is_sender = facts.host == way.sender.0 && Some(facts.key) == way.sender.1;
                if let Some(info) = facts.info.as_ref().filter(|_| is_sender) {
                    let mark = |value: u32| self.mark(event, f64::from(value));
                    let (cwnd, in_flight) = (mark(info.cwnd), mark(info.unacked));
                    let threshold = mark(info.ssthresh);
                    self.cwnd.push(cwnd);
                    self.in_flight.push(in_flight);
                    // Not set: slow start goes on for ever.
                    if info.ssthresh < 0x7fff_ffff {
                        self.ssthresh.push(threshold);
                    }
                }
            }
            What::Call { .. }
            | What::Blocked { .. }
            | What::Return { .. }
            | What::Line { .. }
            | What::Print { .. }
            | What::Ask { .. }
            | What::Answer { .. }
            | What::Thread { .. }
            | What::Exit { .. }
            | What::Inferred { .. }
            | What::Duplicated { .. }
            | What::Corrupted { .. }
            | What::Delayed { .. }
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

    fn mark(&self, event: &Event, value: f64) -> Mark {
        Mark {
            moment: self.read,
            seconds: event.at_us as f64 / 1e6,
            value,
        }
    }

    fn left(&mut self, way: &Way, (event, id, is_copy): (&Event, SegmentId, bool), state: &State) {
        let Some(packet) = packet_of(state, id) else {
            return;
        };
        let Some(tcp) = packet.tcp() else {
            return;
        };
        let ends = packet.endpoints();
        let is_ours = ends == Some((way.from, way.to));
        if tcp.flags.syn && (is_ours || ends == Some((way.to, way.from))) {
            self.scales[usize::from(!is_ours)] = scale(packet);
        }
        if !is_ours {
            return;
        }
        if tcp.flags.syn && !is_copy {
            // A port pair can serve again: the graph is of its newest connection.
            let (read, scales) = (self.read, self.scales);
            *self = Self {
                read,
                scales,
                first: Some(tcp.seq),
                ..Self::default()
            };
        }
        self.first = self.first.or(Some(tcp.seq));
        if let Some(end) = self.end_of(packet) {
            let mark = self.mark(event, end as f64);
            if is_copy || end <= self.highest {
                self.resent.push(mark);
            } else {
                self.highest = end;
                self.sent.push(mark);
            }
        }
    }

    fn arrived(&mut self, way: &Way, (event, id): (&Event, SegmentId), state: &State) {
        let Some(packet) = packet_of(state, id) else {
            return;
        };
        let (Some(tcp), Some(first)) = (packet.tcp(), self.first) else {
            return;
        };
        if packet.endpoints() != Some((way.to, way.from)) || !tcp.flags.ack {
            return;
        }
        let acked = self.near(tcp.ack.since(first));
        // A SYN's own window is never scaled (RFC 7323 section 2.2).
        let shift = match self.scales {
            [Some(_), Some(shift)] if !tcp.flags.syn => shift.min(14),
            _ => 0,
        };
        let edge = acked + (u64::from(tcp.window) << shift);
        let (acked, edge) = (
            self.mark(event, acked as f64),
            self.mark(event, edge as f64),
        );
        self.acked.push(acked);
        self.window.push(edge);
    }

    /// Where a segment ends in the sequence space, counted from the SYN; `None` for a bare ACK.
    fn end_of(&self, packet: &Packet) -> Option<u64> {
        let length = packet.sequence_length();
        let start = packet.tcp()?.seq.since(self.first?);
        (length > 0).then(|| self.near(start) + u64::from(length))
    }

    /// Numbers wrap after 4 GB: the one that is nearest to what was sent so far.
    fn near(&self, number: u32) -> u64 {
        let round = 1_u64 << 32;
        let base = self.highest / round * round + u64::from(number);
        if base > self.highest + round / 2 && base >= round {
            base - round
        } else if base + round / 2 < self.highest {
            base + round
        } else {
            base
        }
    }
}

fn packet_of(state: &State, id: SegmentId) -> Option<&Packet> {
    state.segments.get(&id)?.packet.as_ref()
}

fn scale(packet: &Packet) -> Option<u8> {
    let options = packet.tcp().into_iter().flat_map(|tcp| &tcp.options);
    let mut scales = options.filter_map(|option| match option {
        TcpOption::WindowScale(shift) => Some(*shift),
        TcpOption::MaximumSegmentSize(_)
        | TcpOption::SackPermitted
        | TcpOption::Sack(_)
        | TcpOption::Timestamps { .. } => None,
    });
    scales.next()
}

/// Those up to a moment and within a stretch of time, with one more at each side for lines.
pub fn within(marks: &[Mark], moment: usize, (from, until): (f64, f64)) -> &[Mark] {
    let marks = &marks[..marks.partition_point(|mark| mark.moment <= moment)];
    let start = marks.partition_point(|mark| mark.seconds < from);
    let end = marks.partition_point(|mark| mark.seconds <= until);
    &marks[start.saturating_sub(1)..(end + 1).min(marks.len())]
}

/// No more than about this many points: of each stretch the lowest and the highest, in order.
pub fn thinned(marks: &[Mark], most: usize) -> Vec<[f64; 2]> {
    let point = |mark: &Mark| [mark.seconds, mark.value];
    if marks.len() <= most {
        return marks.iter().map(point).collect();
    }
    let stretch = marks.len().div_ceil((most / 2).max(1));
    let mut points = Vec::with_capacity(most + 2);
    for part in marks.chunks(stretch) {
        let order = |one: &&Mark, other: &&Mark| one.value.total_cmp(&other.value);
        let (low, high) = (part.iter().min_by(order), part.iter().max_by(order));
        let mut both: Vec<&Mark> = low.into_iter().chain(high).collect();
        both.sort_by_key(|mark| mark.moment);
        points.extend(both.into_iter().map(point));
    }
    points
}

/// The same as stairs: a value holds until the next one.
pub fn stairs(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut stairs = Vec::with_capacity(points.len() * 2);
    let mut before: Option<[f64; 2]> = None;
    for point in points {
        if let Some([_, value]) = before {
            stairs.push([point[0], value]);
        }
        stairs.push(*point);
        before = Some(*point);
    }
    stairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(count: usize) -> Vec<Mark> {
        let mark = |at: usize| Mark {
            moment: at,
            seconds: at as f64,
            value: (at % 7) as f64,
        };
        (0..count).map(mark).collect()
    }

    #[test]
    fn a_long_run_becomes_few_points_and_keeps_its_lowest_and_highest() {
        let mut many = marks(100_000);
        many[51_234].value = 99.0;
        let few = thinned(&many, 800);
        assert!(few.len() <= 802, "{}", few.len());
        assert!(few.iter().any(|[_, value]| *value == 99.0));
        assert!(few.is_sorted_by(|one, other| one[0] <= other[0]));
    }

    #[test]
    fn what_lies_after_the_cursor_is_left_out() {
        let many = marks(10);
        let shown = within(&many, 5, (2.0, 100.0));
        assert_eq!(shown.first().map(|mark| mark.moment), Some(1));
        assert_eq!(shown.last().map(|mark| mark.moment), Some(5));
    }

    #[test]
    fn numbers_go_on_past_four_gigabytes() {
        let series = Series {
            highest: (1 << 32) - 10,
            ..Series::default()
        };
        assert_eq!(series.near(5), (1 << 32) + 5);
        assert_eq!(series.near(u32::MAX - 20), (1 << 32) - 21);
    }
}

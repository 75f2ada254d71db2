//! What a segment is called beyond its flags: a duplicate ACK, a zero window, a probe, a refusal;
//! and how it arrived: out of order, overtaken, with nothing new.
//!
//! In: events, and the state with them. Out: [`Named`], only where the facts bear it: both ends'
//! segments and every arrival are on record, so nothing here is a guess from one side.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::weight::entries;
use super::{Cause, Pages, Segment, State};
use crate::packet::{Kind, Packet, SeqNo, Tcp, TcpOption};
use crate::trace::{Event, Resent, SegmentId, What, WireKind};

/// So many gaps of one direction are kept in mind.
const GAPS: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// The kernel sent it before; it does not say why again.
    Retransmission,
    /// The so-manieth that acknowledges the same while more is on its way (RFC 5681 section 2).
    DuplicateAck(u32),
    /// No room for a single byte (RFC 9293 section 3.8.6).
    ZeroWindow,
    /// Nothing new but room.
    WindowUpdate,
    WindowProbe,
    Keepalive,
    /// An RST for a SYN: nobody listens there (RFC 9293 section 3.10.7.1).
    Refusal,
    /// An RST because a program broke off (RFC 9293 section 3.10.5).
    Abort,
    /// An RST for something that no socket takes (RFC 9293 section 3.10.7.1).
    NoConnection,
    /// Earlier bytes had not arrived when it did (RFC 9293 section 3.10.7.4).
    OutOfOrder,
    /// One that was sent later had arrived before it.
    Overtaken,
    /// All that is in it had arrived before.
    NothingNew,
}

/// Of all segments so far.
#[derive(Clone, Debug, Default)]
pub struct Names {
    of: Pages<SegmentId, Vec<Named>>,
    flows: BTreeMap<Ends, Flow>,
}

/// From, to.
type Ends = (SocketAddr, SocketAddr);

/// One direction of a connection.
#[derive(Clone, Debug, Default)]
struct Flow {
    /// Behind the last byte that was sent.
    sent: Option<SeqNo>,
    /// The newest acknowledgment that was sent, its window, and how often it was said again.
    ack: Option<(SeqNo, u16)>,
    again: u32,
    /// The newest window that arrived.
    window: Option<u16>,
    /// The first byte that has not arrived, and what has arrived beyond it.
    next: Option<SeqNo>,
    beyond: Vec<(SeqNo, SeqNo)>,
    /// When the newest of all that has arrived was sent.
    newest_us: u64,
}

impl Names {
    pub fn of(&self, id: SegmentId) -> &[Named] {
        self.of.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Bytes that a clone does not share.
    pub(super) fn weight(&self) -> usize {
        let beyond = self.flows.values();
        let beyond = beyond.map(|flow| size_of_val(flow.beyond.as_slice()));
        self.of.weight() + entries(&self.flows) + beyond.sum::<usize>()
    }

    /// An event, and the state with it, causes included.
    pub(super) fn apply(&mut self, event: &Event, state: &State) {
        let (What::Sent { segment: id, .. } | What::Delivered { segment: id }) = &event.what else {
            return;
        };
        let id = *id;
        let Some(segment) = state.segments.get(&id) else {
            return;
        };
        let Some((packet, tcp, ends)) = parts(segment) else {
            return;
        };
        let names = if matches!(event.what, What::Delivered { .. }) {
            // Its receiver throws a corrupted one away.
            if !segment.corrupted.is_empty() {
                return;
            }
            let mut names = self.arrived(segment, packet, tcp, ends);
            // A capture tells what passed: a copy of what passed may be the first to arrive.
            if state.wire == WireKind::Captured {
                names.retain(|name| *name == Named::OutOfOrder);
            }
            names
        } else {
            self.sent(segment, (packet, tcp, ends), state)
        };
        if names.is_empty() {
            return;
        }
        match self.of.get_mut(&id) {
            Some(known) => known.extend(names),
            None => self.of.insert(id, names),
        }
    }

    fn sent(
        &mut self,
        segment: &Segment,
        (packet, tcp, ends): (&Packet, &Tcp, Ends),
        state: &State,
    ) -> Vec<Named> {
        let length = packet.sequence_length();
        let back = self.flows.get(&(ends.1, ends.0)).cloned();
        let back = back.unwrap_or_default();
        let flow = self.flows.entry(ends).or_default();
        if tcp.flags.syn && segment.copy_of.is_none() {
            *flow = Flow::default();
        }
        let mut names = Vec::new();
        if segment.copy_of.is_some() && segment.reason.is_none() {
            names.push(Named::Retransmission);
        }
        let is_bare = packet.kind() == Kind::Ack;
        let is_behind = flow.sent == Some(tcp.seq.plus(1));
        let asks = if segment.reason == Some(Resent::WindowProbe) {
            Some(Named::WindowProbe)
        } else if segment.reason == Some(Resent::Keepalive) {
            Some(Named::Keepalive)
        } else if is_bare && is_behind {
            // One before what comes next, and empty: it only wants an answer.
            let is_shut = back.window == Some(0);
            Some(if is_shut {
                Named::WindowProbe
            } else {
                Named::Keepalive
            })
        } else {
            None
        };
        names.extend(asks);
        if tcp.flags.ack && !tcp.flags.syn && !tcp.flags.rst {
            let said = (tcp.ack, tcp.window);
            let is_outstanding = back.sent.is_some_and(|sent| sent.is_after(tcp.ack));
            let is_again = is_bare && asks.is_none() && segment.copy_of.is_none();
            match flow.ack {
                Some(before) if is_again && before == said && is_outstanding => {
                    flow.again += 1;
                    names.push(Named::DuplicateAck(flow.again));
                }
                Some((ack, window))
                    if is_again
                        && ack == tcp.ack
                        && window < tcp.window
                        && flow.sent == Some(tcp.seq)
                        && !has_sack(tcp) =>
                {
                    names.push(Named::WindowUpdate);
                }
                Some(before) if before == said => {}
                Some(_) | None => flow.again = 0,
            }
            flow.ack = Some(said);
            if tcp.window == 0 {
                names.push(Named::ZeroWindow);
            }
        }
        if tcp.flags.rst {
            names.extend(reset(segment, state));
        }
        let end = tcp.seq.plus(length);
        if length > 0 && flow.sent.is_none_or(|sent| end.is_after(sent)) {
            flow.sent = Some(end);
        }
        names
    }

    fn arrived(&mut self, segment: &Segment, packet: &Packet, tcp: &Tcp, ends: Ends) -> Vec<Named> {
        let flow = self.flows.entry(ends).or_default();
        let mut names = Vec::new();
        if segment.sent_at_us < flow.newest_us {
            names.push(Named::Overtaken);
        }
        flow.newest_us = flow.newest_us.max(segment.sent_at_us);
        if tcp.flags.rst {
            return names;
        }
        if tcp.flags.ack && !tcp.flags.syn {
            flow.window = Some(tcp.window);
        }
        let length = packet.sequence_length();
        if length == 0 {
            return names;
        }
        let end = tcp.seq.plus(length);
        match flow.next {
            Some(next) if tcp.seq.is_after(next) => {
                names.push(Named::OutOfOrder);
                if flow.beyond.len() < GAPS {
                    flow.beyond.push((tcp.seq, end));
                }
            }
            Some(next) if !end.is_after(next) => names.push(Named::NothingNew),
            Some(_) | None => flow.next = Some(end),
        }
        flow.close_gaps();
        names
    }
}

impl Flow {
    /// What arrived beyond a gap counts once the gap is closed.
    fn close_gaps(&mut self) {
        while let Some(next) = self.next {
            let fits = |(from, _): &(SeqNo, SeqNo)| !from.is_after(next);
            let Some(at) = self.beyond.iter().position(fits) else {
                return;
            };
            let (_, end) = self.beyond.swap_remove(at);
            if end.is_after(next) {
                self.next = Some(end);
            }
        }
    }
}

fn parts(segment: &Segment) -> Option<(&Packet, &Tcp, Ends)> {
    let packet = segment.packet.as_ref()?;
    Some((packet, packet.tcp()?, packet.endpoints()?))
}

fn has_sack(tcp: &Tcp) -> bool {
    tcp.options
        .iter()
        .any(|option| matches!(option, TcpOption::Sack(_)))
}

/// Which kind of RST.
fn reset(segment: &Segment, state: &State) -> Option<Named> {
    match state.causes().of_segment(segment.id)? {
        Cause::Call(_) | Cause::Exit(_) => Some(Named::Abort),
        Cause::Arrival(id) => {
            let kind = state.segments.get(id).and_then(Segment::kind);
            let is_syn = kind == Some(Kind::Syn);
            Some(if is_syn {
                Named::Refusal
            } else {
                Named::NoConnection
            })
        }
        Cause::Timer | Cause::Wire(_) | Cause::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Flags;

    /// What is done with a segment: sent by the first host or by the second, or delivered.
    #[derive(Clone, Copy)]
    enum Do {
        /// Sequence number, length, acknowledgment, window.
        First(u32, usize, u32, u16),
        Second(u32, usize, u32, u16),
        Deliver(usize),
    }
    use Do::{Deliver, First, Second};
    use Named::{
        DuplicateAck, Keepalive, NothingNew, OutOfOrder, Overtaken, WindowProbe, WindowUpdate,
        ZeroWindow,
    };

    fn segment(id: u64, (from, seq, length, ack, window): (u8, u32, usize, u32, u16)) -> Segment {
        let end = |last: u8| std::net::IpAddr::from([10, 0, 0, last]);
        let bytes: std::sync::Arc<[u8]> = vec![0; 40 + length].into();
        let tcp = Tcp {
            source_port: u16::from(from),
            destination_port: u16::from(3 - from),
            seq: SeqNo(seq),
            ack: SeqNo(ack),
            flags: Flags {
                ack: true,
                ..Flags::default()
            },
            window,
            checksum: 0,
            options: Vec::new(),
        };
        let packet = Packet {
            bytes: bytes.clone(),
            source: end(from),
            destination: end(3 - from),
            ttl: 64,
            ip_header: 0..20,
            transport_header: 20..40,
            payload: 40..40 + length,
            missing: 0,
            transport: crate::packet::Transport::Tcp(tcp),
        };
        Segment {
            id: SegmentId(id),
            from: from.to_string(),
            to: Some((3 - from).to_string()),
            packet: Some(packet),
            bytes,
            sent_at_us: id,
            copy_of: None,
            copies: Vec::new(),
            duplicated_at_us: None,
            reason: None,
            corrupted: Vec::new(),
            inferred: None,
            first: [None; 2],
            fate: super::super::Fate::Held,
        }
    }

    fn check(what: &str, done: &[Do], expected: &[&[Named]]) {
        let header = r#"{"sockstep":1,"version":"0","kernel":"","wire":"held","hosts":[],"programs":[],"timers":"patient"}"#;
        let trace = crate::trace::load(header).expect("a header").trace;
        let state = State::new(trace.header());
        let mut names = Names::default();
        let mut segments: Vec<(Segment, Vec<Named>)> = Vec::new();
        for each in done {
            let (from, seq, length, ack, window) = match *each {
                First(seq, length, ack, window) => (1, seq, length, ack, window),
                Second(seq, length, ack, window) => (2, seq, length, ack, window),
                Deliver(at) => {
                    let (segment, found) = &mut segments[at];
                    let (packet, tcp, ends) = parts(segment).expect("TCP");
                    let more = names.arrived(segment, packet, tcp, ends);
                    found.extend(more);
                    continue;
                }
            };
            let id = segments.len() as u64;
            let segment = segment(id, (from, seq, length, ack, window));
            let parts = parts(&segment).expect("TCP");
            let found = names.sent(&segment, parts, &state);
            segments.push((segment, found));
        }
        let found: Vec<&[Named]> = segments.iter().map(|(_, names)| &names[..]).collect();
        assert_eq!(found, expected, "{what}");
    }

    #[test]
    fn a_segment_is_named_only_when_the_facts_bear_it() {
        check(
            "in order",
            &[First(1, 5, 1, 9), Deliver(0), Second(1, 0, 6, 9)],
            &[&[], &[]],
        );
        check(
            "the second of three is late: each later one is answered with the same ACK",
            &[
                First(1, 5, 1, 9),
                First(6, 5, 1, 9),
                First(11, 5, 1, 9),
                First(16, 5, 1, 9),
                Deliver(0),
                Second(1, 0, 6, 9),
                Deliver(2),
                Second(1, 0, 6, 9),
                Deliver(3),
                Second(1, 0, 6, 9),
                Deliver(1),
                Second(1, 0, 21, 9),
            ],
            &[
                &[],
                &[Overtaken],
                &[OutOfOrder],
                &[OutOfOrder],
                &[],
                &[DuplicateAck(1)],
                &[DuplicateAck(2)],
                &[],
            ],
        );
        check(
            "the same ACK again with nothing on its way is no duplicate ACK",
            &[
                First(1, 5, 1, 9),
                Deliver(0),
                Second(1, 0, 6, 9),
                Second(1, 0, 6, 9),
            ],
            &[&[], &[], &[]],
        );
    }

    #[test]
    fn windows_and_probes_have_names() {
        check(
            "a window that closes and opens",
            &[
                First(1, 5, 1, 9),
                Deliver(0),
                Second(1, 0, 6, 0),
                Second(1, 0, 6, 9),
            ],
            &[&[], &[ZeroWindow], &[]],
        );
        check(
            "one that has sent something opens its window",
            &[
                Second(1, 1, 1, 9),
                First(1, 5, 2, 9),
                Second(2, 0, 6, 0),
                Second(2, 0, 6, 9),
            ],
            &[&[], &[], &[ZeroWindow], &[WindowUpdate]],
        );
        check(
            "an empty segment one before the next asks for an answer",
            &[
                First(1, 5, 1, 9),
                Deliver(0),
                Second(1, 0, 6, 0),
                Deliver(1),
                First(5, 0, 1, 9),
                Second(1, 0, 6, 7),
                Deliver(3),
                First(5, 0, 1, 9),
            ],
            &[&[], &[ZeroWindow], &[WindowProbe], &[], &[Keepalive]],
        );
        check(
            "bytes that had arrived",
            &[First(1, 5, 1, 9), First(1, 5, 1, 9), Deliver(1), Deliver(0)],
            &[&[Overtaken, NothingNew], &[]],
        );
    }
}

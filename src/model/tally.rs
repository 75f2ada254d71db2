//! How often each thing has happened so far: calls by how they went, segments by what they are.
//!
//! In: events, with the state that already holds them, names included. Out: "the second return
//! of accept() in this program", "the third data segment of this host", each without walking
//! over the run. What a trigger makes of it is `lesson`'s work.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::weight::{ENTRY, entries};
use super::{Log, Named, Segment, State};
use crate::packet::{Kind, TcpOption};
use crate::trace::{CallId, Event, Name, Returned, SegmentId, What};

/// What a segment can be called; a FIN that carries data is both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    Syn,
    SynAck,
    /// Nothing but an acknowledgment.
    Ack,
    Data,
    Fin,
    Rst,
    Datagram,
    Icmp,
    DuplicateAck,
    ZeroWindow,
    WindowUpdate,
    WindowProbe,
    Keepalive,
    /// Whatever it is.
    Packet,
}

#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By program and by the call's name.
    calls: BTreeMap<Name, BTreeMap<String, Outcomes>>,
    /// Calls that wait now: which time it is that such a call of its program had to.
    waiting: BTreeMap<CallId, u32>,
    /// By the host that sent them, in the order they left.
    segments: BTreeMap<Name, BTreeMap<Sort, Log<SegmentId>>>,
    /// The window scale that each direction's SYN offered (RFC 7323 section 2.2), `(from, to)`.
    scales: BTreeMap<(SocketAddr, SocketAddr), Option<u8>>,
}

#[derive(Clone, Debug, Default)]
struct Outcomes {
    returned: u32,
    blocked: u32,
    failed: u32,
    /// By errno and by exception.
    failed_with: BTreeMap<String, u32>,
}

impl Tally {
    /// How often a call of this name has returned without an error in this program.
    pub fn returned(&self, program: &str, call: &str) -> u32 {
        self.outcomes(program, call).map_or(0, |of| of.returned)
    }

    /// How often it has failed; with this errno or exception, if one is named.
    pub fn failed(&self, program: &str, call: &str, why: Option<&str>) -> u32 {
        self.outcomes(program, call).map_or(0, |of| match why {
            Some(why) => of.failed_with.get(why).copied().unwrap_or(0),
            None => of.failed,
        })
    }

    /// Of a call that waits now: which time it is that a call of its name had to.
    pub fn wait(&self, call: CallId) -> Option<u32> {
        self.waiting.get(&call).copied()
    }

    /// How many segments of this sort had left these hosts with this one. Those of TCP's own
    /// kinds are not counted when they are sent again.
    pub fn nth(&self, id: SegmentId, sort: Sort, is_host: impl Fn(&str) -> bool) -> usize {
        let hosts = self.segments.iter().filter(|(host, _)| is_host(host));
        let logs = hosts.filter_map(|(_, sorts)| sorts.get(&sort));
        logs.map(|log| log.partition_point(|each| *each <= id))
            .sum()
    }

    /// The window a segment announces, in bytes. A reset announces none.
    pub fn window(&self, segment: &Segment) -> Option<u64> {
        let packet = segment.packet.as_ref()?;
        let (tcp, (from, to)) = (packet.tcp()?, packet.endpoints()?);
        if tcp.flags.rst {
            return None;
        }
        let scale = |pair| self.scales.get(&pair).copied().flatten();
        // A SYN's own window is never scaled; the rest only if both SYNs said so.
        let shift = match (scale((from, to)), scale((to, from))) {
            (Some(shift), Some(_)) if !tcp.flags.syn => shift.min(14),
            _ => 0,
        };
        Some(u64::from(tcp.window) << shift)
    }

    /// Bytes that a clone does not share.
    pub(super) fn weight(&self) -> usize {
        let calls = self.calls.values().flatten().map(|(name, of)| {
            let failed = of.failed_with.keys().map(|why| why.len() + ENTRY);
            name.len() + 2 * ENTRY + size_of::<Outcomes>() + failed.sum::<usize>()
        });
        let segments = self.segments.values().flat_map(BTreeMap::values);
        let segments = segments.map(|log| log.weight() + ENTRY);
        calls.sum::<usize>()
            + entries(&self.waiting)
            + segments.sum::<usize>()
            + entries(&self.scales)
    }

    fn outcomes(&self, program: &str, call: &str) -> Option<&Outcomes> {
        self.calls.get(program)?.get(call)
    }

    /// After the state, its names included, has taken the event.
    pub(super) fn apply(&mut self, event: &Event, state: &State) {
        match &event.what {
            What::Blocked { program, call } => {
                if let Some(of) = self.of_call(program, *call, state) {
                    of.blocked += 1;
                    let nth = of.blocked;
                    self.waiting.insert(*call, nth);
                }
            }
            What::Return {
                program,
                call,
                returned,
                ..
            } => {
                self.waiting.remove(call);
                if let Some(of) = self.of_call(program, *call, state) {
                    of.ended(returned);
                }
            }
            What::Sent { segment, .. } => {
                if let Some(segment) = state.segments.get(segment) {
                    self.sent(segment, state);
                }
            }
            What::Call { .. }
            | What::Line { .. }
            | What::Print { .. }
            | What::Ask { .. }
            | What::Answer { .. }
            | What::Thread { .. }
            | What::Exit { .. }
            | What::Inferred { .. }
            | What::Delivered { .. }
            | What::Dropped { .. }
            | What::Duplicated { .. }
            | What::Corrupted { .. }
            | What::Delayed { .. }
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

    fn of_call(&mut self, program: &str, call: CallId, state: &State) -> Option<&mut Outcomes> {
        let name = &state.programs.get(program)?.call(call)?.name;
        let calls = self.calls.entry(program.to_owned()).or_default();
        Some(calls.entry(name.clone()).or_default())
    }

    fn sent(&mut self, segment: &Segment, state: &State) {
        if let Some(packet) = &segment.packet
            && let (Some(tcp), Some(ends)) = (packet.tcp(), packet.endpoints())
            && tcp.flags.syn
        {
            let scale = tcp.options.iter().find_map(|option| match option {
                TcpOption::WindowScale(shift) => Some(*shift),
                _ => None,
            });
            self.scales.insert(ends, scale);
        }
        let sorts = Sort::ALL.into_iter();
        let its_own = sorts.filter(|sort| {
            let is_counted = segment.copy_of.is_none() || sort.is_named();
            is_counted && sort.is(segment, state)
        });
        for sort in its_own {
            let of_host = self.segments.entry(segment.from.clone()).or_default();
            of_host.entry(sort).or_default().push(segment.id);
        }
    }
}

impl Outcomes {
    fn ended(&mut self, returned: &Returned) {
        match returned {
            Returned::Value { .. } => self.returned += 1,
            Returned::Failed {
                error, exception, ..
            } => {
                self.failed += 1;
                for name in error.iter().chain([exception]) {
                    *self.failed_with.entry(name.clone()).or_default() += 1;
                }
            }
        }
    }
}

impl Sort {
    pub const ALL: [Self; 14] = [
        Self::Syn,
        Self::SynAck,
        Self::Ack,
        Self::Data,
        Self::Fin,
        Self::Rst,
        Self::Datagram,
        Self::Icmp,
        Self::DuplicateAck,
        Self::ZeroWindow,
        Self::WindowUpdate,
        Self::WindowProbe,
        Self::Keepalive,
        Self::Packet,
    ];

    /// Told by what came before it, and not by its own flags. The same one sent again is another.
    pub fn is_named(self) -> bool {
        match self {
            Self::DuplicateAck
            | Self::ZeroWindow
            | Self::WindowUpdate
            | Self::WindowProbe
            | Self::Keepalive => true,
            Self::Syn
            | Self::SynAck
            | Self::Ack
            | Self::Data
            | Self::Fin
            | Self::Rst
            | Self::Datagram
            | Self::Icmp
            | Self::Packet => false,
        }
    }

    pub fn is(self, segment: &Segment, state: &State) -> bool {
        if self == Self::Packet {
            return segment.inferred.is_none();
        }
        let Some(packet) = &segment.packet else {
            return false;
        };
        let kind = packet.kind();
        let flags = packet.tcp().map(|tcp| tcp.flags);
        let is_named = |test: fn(&Named) -> bool| state.names().of(segment.id).iter().any(test);
        match self {
            Self::Syn => flags.is_some_and(|flags| flags.syn && !flags.ack),
            Self::SynAck => flags.is_some_and(|flags| flags.syn && flags.ack),
            Self::Ack => kind == Kind::Ack && flags.is_some_and(|flags| flags.ack),
            Self::Data => flags.is_some() && packet.payload_length() > 0,
            Self::Fin => flags.is_some_and(|flags| flags.fin),
            Self::Rst => flags.is_some_and(|flags| flags.rst),
            Self::Datagram => kind == Kind::Datagram,
            Self::Icmp => kind == Kind::Icmp,
            Self::DuplicateAck => is_named(|name| matches!(name, Named::DuplicateAck(_))),
            Self::ZeroWindow => is_named(|name| *name == Named::ZeroWindow),
            Self::WindowUpdate => is_named(|name| *name == Named::WindowUpdate),
            Self::WindowProbe => is_named(|name| *name == Named::WindowProbe),
            Self::Keepalive => is_named(|name| *name == Named::Keepalive),
            Self::Packet => true,
        }
    }
}

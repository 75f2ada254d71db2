//! What is true at one moment: a pure fold over the trace.
//!
//! In: a header and events. Out: [`State`]. No clock, no I/O, no chance, so the same events
//! always make the same picture. `apply` handles every event and never fails: a trace may come
//! from a file.

mod cause;
mod ledger;
mod named;
mod pages;
mod program;
mod shared;
mod tally;
mod weight;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;

pub use cause::{Cause, Causes, Thing};
pub use ledger::{
    ByteFacts, Check, Compared, Contents, Datagram, DatagramPlace, Part, Place, Share, Stream,
    StreamEnd, Unchecked, Written,
};
pub use named::{Named, Names};
pub use pages::Pages;
pub use program::{Activity, CallRecord, Program, Resolved};
pub use shared::{Log, Records};
pub use tally::{Sort, Tally};
pub use wire::{Fate, Kind, Segment};

use ledger::Ledger;

use crate::packet::{self, SeqNo};
use crate::trace::{
    BufferFacts, Event, Header, Holds, Key, Mapping, Moment, Name, Order, Ordered, SegmentId,
    SocketFacts, Timers, Trace, What, WireKind,
};

#[derive(Clone, Debug)]
pub struct State {
    /// How many events are in it.
    pub moment: Moment,
    /// The newest event's time, in microseconds since the start.
    pub at_us: u64,
    pub kernel: String,
    pub wire: WireKind,
    pub timers: Timers,
    /// Loopback mode: what stands for the lesson's addresses.
    pub mapping: Vec<Mapping>,
    /// In the order the run names them.
    pub host_order: Vec<Name>,
    pub program_order: Vec<Name>,
    pub hosts: BTreeMap<Name, Host>,
    pub programs: BTreeMap<Name, Program>,
    /// Every packet that left a host, in order.
    pub segments: Pages<SegmentId, Segment>,
    /// Packets that wait on the wire for the learner, oldest first.
    pub held: Vec<SegmentId>,
    /// What the wire holds, as it was last told.
    pub holds: Holds,
    /// First sequence number of each direction, `(source, destination)`: where relative numbers start.
    pub first_seq: BTreeMap<(SocketAddr, SocketAddr), SeqNo>,
    pub notes: Records<(u64, String)>,
    /// How many orders the lab has read; guesses are none, nothing comes of them.
    pub orders: usize,
    /// Nothing more happens by itself, but for timers.
    pub is_at_rest: bool,
    /// Why the lab is gone, once it is.
    pub ended: Option<String>,
    ledger: Ledger,
    causes: Causes,
    names: Names,
    tally: Tally,
}

#[derive(Clone, Debug, Default)]
pub struct Host {
    pub addresses: Vec<String>,
    pub sockets: BTreeMap<Key, Arc<Socket>>,
    /// Those that still exist: a long run has seen many more.
    live: BTreeSet<Key>,
    /// The kernel's own counters of this host (`TcpExt.ListenDrops`); those that are not 0.
    pub counters: BTreeMap<String, u64>,
}

#[derive(Clone, Debug)]
pub struct Socket {
    pub facts: SocketFacts,
    /// When these facts were read, in microseconds since the start.
    pub read_at_us: u64,
    /// Every state it was in, with the time it was first seen so.
    pub states: Vec<(u64, String)>,
    /// When it was seen to be gone.
    pub gone_at_us: Option<u64>,
    /// What its owner's descriptor said of its buffers, and when, in microseconds since the start.
    pub buffers: Option<(u64, BufferFacts)>,
}

impl State {
    pub fn new(header: &Header) -> Self {
        let hosts = header.hosts.iter().map(|host| {
            let addresses = host.addresses.iter().map(ToString::to_string).collect();
            let host_state = Host {
                addresses,
                ..Host::default()
            };
            (host.name.clone(), host_state)
        });
        Self {
            moment: Moment(0),
            at_us: 0,
            kernel: header.kernel.clone(),
            wire: header.wire,
            timers: header.timers,
            mapping: header.mapping.clone(),
            host_order: header.hosts.iter().map(|host| host.name.clone()).collect(),
            program_order: header.programs.iter().map(|p| p.name.clone()).collect(),
            hosts: hosts.collect(),
            programs: header
                .programs
                .iter()
                .map(|setup| (setup.name.clone(), Program::new(setup)))
                .collect(),
            segments: Pages::default(),
            held: Vec::new(),
            holds: Holds::default(),
            first_seq: BTreeMap::new(),
            notes: Records::default(),
            orders: 0,
            is_at_rest: false,
            ended: None,
            ledger: Ledger::default(),
            causes: Causes::default(),
            names: Names::default(),
            tally: Tally::default(),
        }
    }

    /// The state after the first `moment.0` events of a trace.
    pub fn at(trace: &Trace, moment: Moment) -> Self {
        let mut state = Self::new(trace.header());
        for event in trace.events().iter().take(moment.0) {
            state.apply(event);
        }
        state
    }

    pub fn apply(&mut self, event: &Event) {
        self.moment = Moment(self.moment.0 + 1);
        self.at_us = event.at_us;
        // What is only said changes nothing, and a program that prints for ever is at rest.
        if !event.what.is_only_said() {
            self.is_at_rest = matches!(event.what, What::Rest);
        }
        match &event.what {
            What::Call { program, .. }
            | What::Blocked { program, .. }
            | What::Return { program, .. }
            | What::Line { program, .. }
            | What::Print { program, .. }
            | What::Ask { program, .. }
            | What::Answer { program, .. }
            | What::Thread { program, .. }
            | What::Exit { program, .. } => {
                if let Some(program) = self.programs.get_mut(program) {
                    program.apply(event);
                }
            }
            What::Sent { .. } => self.sent(event),
            What::Delivered { segment } => self.delivered(*segment, event.at_us),
            What::Dropped { segment } => self.dropped(*segment, event.at_us),
            What::Duplicated { segment, copy } => self.duplicated(*segment, *copy, event.at_us),
            What::Inferred { .. } => self.inferred(event),
            What::Corrupted {
                segment, byte, now, ..
            } => self.corrupted(*segment, *byte, *now),
            What::Delayed { segment, ms } => {
                let until = event.at_us.saturating_add(u64::from(*ms) * 1000);
                let found = self.segments.get(segment);
                if found.is_some_and(Segment::is_on_wire) {
                    self.decide(*segment, Fate::Delayed(until));
                }
            }
            What::Socket(facts) => self.socket(facts, event.at_us),
            What::Buffers(facts) => self.buffers(facts, event.at_us),
            What::Counters { host, counters } => {
                if let Some(host) = self.hosts.get_mut(host) {
                    host.counters.extend(counters.clone());
                }
            }
            What::Gone { host, key } => self.gone(host, *key, event.at_us),
            What::Order(ordered) => self.ordered(ordered, event.at_us),
            What::Note { text } => self.notes.push((event.at_us, text.clone())),
            What::Ended { reason } => self.ended = Some(reason.clone()),
            What::Rest | What::Unknown => {}
        }
        let mut ledger = std::mem::take(&mut self.ledger);
        ledger.apply(event, self);
        self.ledger = ledger;
        let mut causes = std::mem::take(&mut self.causes);
        causes.apply(event, self);
        self.causes = causes;
        let mut names = std::mem::take(&mut self.names);
        names.apply(event, self);
        self.names = names;
        let mut tally = std::mem::take(&mut self.tally);
        tally.apply(event, self);
        self.tally = tally;
    }

    /// What made what.
    pub fn causes(&self) -> &Causes {
        &self.causes
    }

    /// What a segment is called beyond its flags.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// How often each thing has happened.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The sockets of a host that still exist.
    pub fn sockets(&self, host: &str) -> impl Iterator<Item = &Socket> {
        let hosts = self.hosts.get(host).into_iter();
        hosts.flat_map(|host| {
            let live = host.live.iter();
            live.filter_map(|key| host.sockets.get(key).map(AsRef::as_ref))
        })
    }

    /// The oldest segment that waits for the learner.
    pub fn oldest_held(&self) -> Option<SegmentId> {
        self.held.first().copied()
    }

    /// Sequence and acknowledgment number counted from each direction's first (RFC 9293 section 3.4.1).
    pub fn relative_numbers(&self, segment: &Segment) -> Option<(u32, u32)> {
        let tcp = segment.packet.as_ref()?.tcp()?;
        let [own, other] = self.first_of(segment);
        let seq = own.map_or(0, |first| tcp.seq.since(first));
        let ack = other.map_or(0, |first| tcp.ack.since(first));
        Some((seq, if tcp.flags.ack { ack } else { 0 }))
    }

    /// Where the numbers of a segment's connection began, in its own direction and in the other.
    pub fn first_of(&self, segment: &Segment) -> [Option<SeqNo>; 2] {
        let newest = self.first_now(segment.packet.as_ref());
        [0, 1].map(|way| segment.first[way].or(newest[way]))
    }

    fn first_now(&self, packet: Option<&packet::Packet>) -> [Option<SeqNo>; 2] {
        let Some((from, to)) = packet.and_then(packet::Packet::endpoints) else {
            return [None; 2];
        };
        [(from, to), (to, from)].map(|pair| self.first_seq.get(&pair).copied())
    }

    fn sent(&mut self, event: &Event) {
        let What::Sent {
            segment,
            from,
            to,
            bytes,
            copy_of,
            absorbed,
            reason,
        } = &event.what
        else {
            return;
        };
        let bytes: Arc<[u8]> = bytes.0.as_slice().into();
        let cut = || packet::parse_cut(&bytes).filter(|_| self.wire == WireKind::Captured);
        let packet = packet::parse_shared(&bytes).ok().or_else(cut);
        if let Some(packet) = &packet
            && let (Some(tcp), Some((source, destination))) = (packet.tcp(), packet.endpoints())
            && (tcp.flags.syn || !tcp.flags.rst)
        {
            let pair = (source, destination);
            // A SYN starts the count anew: a port pair can serve a second connection.
            if tcp.flags.syn && copy_of.is_none() {
                self.first_seq.insert(pair, tcp.seq);
            } else {
                self.first_seq.entry(pair).or_insert(tcp.seq);
            }
        }
        let first = self.first_now(packet.as_ref());
        let fate = if *absorbed {
            Fate::Absorbed
        } else {
            Fate::Held
        };
        if !*absorbed {
            self.held.push(*segment);
        }
        if let Some(original) = copy_of.and_then(|id| self.segments.get_mut(&id)) {
            original.copies.push((*segment, event.at_us));
        }
        let segment = Segment {
            id: *segment,
            from: from.clone(),
            to: to.clone(),
            packet,
            bytes,
            sent_at_us: event.at_us,
            copy_of: *copy_of,
            copies: Vec::new(),
            duplicated_at_us: None,
            reason: *reason,
            corrupted: Vec::new(),
            inferred: None,
            first,
            fate,
        };
        self.segments.insert(segment.id, segment);
    }

    fn inferred(&mut self, event: &Event) {
        let What::Inferred {
            segment,
            from,
            to,
            kind,
            length,
        } = &event.what
        else {
            return;
        };
        let segment = Segment {
            id: *segment,
            from: from.clone(),
            to: Some(to.clone()),
            packet: None,
            bytes: Arc::default(),
            sent_at_us: event.at_us,
            copy_of: None,
            copies: Vec::new(),
            duplicated_at_us: None,
            reason: None,
            corrupted: Vec::new(),
            inferred: Some((*kind, *length)),
            first: [None; 2],
            fate: Fate::Delivered(event.at_us),
        };
        self.segments.insert(segment.id, segment);
    }

    fn corrupted(&mut self, id: SegmentId, byte: u32, now: u8) {
        if let Some(segment) = self.segments.get_mut(&id)
            && (byte as usize) < segment.bytes.len()
        {
            segment.packet = None; // it shares the bytes
            let bytes = Arc::make_mut(&mut segment.bytes);
            bytes[byte as usize] = now;
            segment.packet = packet::parse_shared(&segment.bytes).ok();
            segment.corrupted.push(byte);
        }
    }

    /// A corrupted one is thrown away by its receiver: the newest copy still has to arrive.
    fn delivered(&mut self, id: SegmentId, at_us: u64) {
        let was_on_wire = self.decide(id, Fate::Delivered(at_us));
        let is_corrupted = |segment: &Segment| !segment.corrupted.is_empty();
        if was_on_wire && self.segments.get(&id).is_some_and(is_corrupted) {
            self.copy_takes_its_place(id);
        }
    }

    /// True when it was on the wire. From a file, it may have left it long ago.
    fn decide(&mut self, id: SegmentId, fate: Fate) -> bool {
        let Some(segment) = self.segments.get_mut(&id) else {
            return false;
        };
        let was_on_wire = segment.is_on_wire();
        segment.fate = fate;
        if was_on_wire {
            // They mostly stand in the order of their ids, but for copies that took a place.
            let at = self.held.binary_search(&id).ok();
            let at = at.or_else(|| self.held.iter().position(|held| *held == id));
            at.map(|at| self.held.remove(at));
        }
        was_on_wire
    }

    /// The newest absorbed copy takes the place of a dropped original.
    fn dropped(&mut self, id: SegmentId, at_us: u64) {
        if self.decide(id, Fate::Dropped(at_us)) {
            self.copy_takes_its_place(id);
        }
    }

    fn copy_takes_its_place(&mut self, id: SegmentId) {
        let newest = self.segments.get(&id).and_then(|segment| {
            let copies = segment.copies.iter().rev().map(|(copy, _)| *copy);
            copies
                .filter_map(|copy| self.segments.get(&copy))
                .find(|copy| copy.fate == Fate::Absorbed)
                .map(|copy| copy.id)
        });
        if let Some(newest) = newest
            && let Some(segment) = self.segments.get_mut(&newest)
        {
            segment.fate = Fate::Held;
            self.held.push(newest);
        }
    }

    fn duplicated(&mut self, id: SegmentId, copy: SegmentId, at_us: u64) {
        if let Some(original) = self.segments.get_mut(&id) {
            let mut copies = std::mem::take(&mut original.copies); // there may be many
            let mut twin = original.clone();
            copies.push((copy, at_us));
            original.copies = copies;
            twin.id = copy;
            twin.copy_of = Some(id);
            twin.duplicated_at_us = Some(at_us);
            twin.fate = Fate::Held;
            self.segments.insert(copy, twin);
            self.held.push(copy);
        }
    }

    fn socket(&mut self, facts: &SocketFacts, at_us: u64) {
        let Some(host) = self.hosts.get_mut(&facts.host) else {
            return;
        };
        host.live.insert(facts.key);
        let socket = host.sockets.entry(facts.key).or_insert_with(|| {
            Arc::new(Socket {
                facts: facts.clone(),
                read_at_us: at_us,
                states: Vec::new(),
                gone_at_us: None,
                buffers: None,
            })
        });
        let socket = Arc::make_mut(socket);
        if socket.states.last().map(|(_, state)| state) != Some(&facts.state) {
            socket.states.push((at_us, facts.state.clone()));
        }
        socket.facts = facts.clone();
        socket.read_at_us = at_us;
        socket.gone_at_us = None;
    }

    fn buffers(&mut self, facts: &BufferFacts, at_us: u64) {
        let host = self.hosts.get_mut(&facts.host);
        if let Some(socket) = host.and_then(|host| host.sockets.get_mut(&facts.key)) {
            Arc::make_mut(socket).buffers = Some((at_us, facts.clone()));
        }
    }

    fn gone(&mut self, host: &str, key: Key, at_us: u64) {
        let Some(host) = self.hosts.get_mut(host) else {
            return;
        };
        host.live.remove(&key);
        if let Some(socket) = host.sockets.get_mut(&key) {
            Arc::make_mut(socket).gone_at_us = Some(at_us);
        }
    }

    fn ordered(&mut self, ordered: &Ordered, at_us: u64) {
        self.orders += usize::from(!ordered.order.is_only_said());
        match &ordered.order {
            Order::Step { program, thread } => {
                if let Some(program) = self.programs.get_mut(program) {
                    program.permitted(*thread, at_us);
                }
            }
            // The lab refuses what names no host of its own.
            Order::Hold { traffic, on } => {
                if traffic
                    .from
                    .iter()
                    .all(|from| self.hosts.contains_key(from))
                {
                    self.holds.set(traffic.clone(), *on);
                }
            }
            // The lab answers each with events of its own.
            Order::Deliver { .. }
            | Order::Drop { .. }
            | Order::Duplicate { .. }
            | Order::Corrupt { .. }
            | Order::Delay { .. }
            | Order::DeliverAll
            | Order::Answer { .. }
            | Order::Guess { .. } => {}
        }
    }
}

//! One TCP connection: two ends, two directions, and which sockets the ends are.
//!
//! In: TCP segments and `socket` events. Out: connections in the ledger, found by the pair of
//! addresses and by socket. A pair of addresses can serve one connection after another.

use std::net::SocketAddr;

use super::super::Segment;
use super::Ledger;
use super::callers::Direct;
use super::direction::{Carry, Direction};
use crate::packet::{Packet, SeqNo, Tcp};
use crate::trace::{CallId, Key, Name, SocketFacts};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    First,
    Second,
}

impl Side {
    pub const BOTH: [Self; 2] = [Self::First, Self::Second];

    pub fn index(self) -> usize {
        match self {
            Self::First => 0,
            Self::Second => 1,
        }
    }

    pub fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Connection {
    /// The first is the one that was seen first: on the wire, the one that sent the SYN.
    pub ends: [End; 2],
    /// From the end of the same index to the other.
    pub directions: [Direction; 2],
    /// Its segments cross the wire. Those within one host, and those of loopback mode, don't.
    pub is_seen: bool,
}

#[derive(Clone, Debug)]
pub struct End {
    pub host: Name,
    pub address: SocketAddr,
    /// `None` while no kernel told of it.
    pub key: Option<Key>,
    pub state: String,
    pub was_owned: bool,
    pub is_owned: bool,
    /// Its buffers were read since the kernel last told of it.
    pub are_buffers_fresh: bool,
    /// The kernel has it no more, or uses it for another connection.
    pub is_gone: bool,
}

impl End {
    fn new(host: &str, address: SocketAddr) -> Self {
        Self {
            host: host.to_owned(),
            address,
            key: None,
            state: String::new(),
            was_owned: false,
            is_owned: false,
            are_buffers_fresh: false,
            is_gone: false,
        }
    }

    /// Nobody will ever read from it, so the kernel threw its receive buffer away.
    pub fn is_closed(&self) -> bool {
        self.is_gone || (self.was_owned && !self.is_owned)
    }

    /// Its kernel resends nothing any more.
    pub fn is_dead(&self) -> bool {
        self.is_gone || self.state == "CLOSE"
    }

    fn takes_data(&self) -> bool {
        !self.is_closed() && !matches!(self.state.as_str(), "CLOSE" | "TIME_WAIT")
    }

    /// The kernel's counters mean this connection's data.
    pub fn is_counting(&self) -> bool {
        !self.is_gone
            && matches!(
                self.state.as_str(),
                "ESTABLISHED" | "FIN_WAIT1" | "FIN_WAIT2" | "CLOSE_WAIT" | "CLOSING" | "LAST_ACK"
            )
    }

    /// Its FIN has its place in the stream, sent or not.
    pub fn has_finished(&self) -> bool {
        matches!(
            self.state.as_str(),
            "FIN_WAIT1" | "FIN_WAIT2" | "CLOSING" | "LAST_ACK" | "TIME_WAIT"
        )
    }
}

impl Connection {
    fn new(ends: [End; 2], is_seen: bool) -> Self {
        Self {
            ends,
            directions: Default::default(),
            is_seen,
        }
    }

    /// What a segment carries; notes what its acknowledgment proves of its sender.
    pub fn sent(&mut self, side: Side, at: usize, packet: &Packet, tcp: &Tcp) -> Carry {
        let ack = tcp.flags.ack.then_some(tcp.ack).and_then(|ack| {
            let incoming = &self.directions[side.other().index()];
            incoming.place(ack, incoming.acked)
        });
        let ack = ack.and_then(|ack| u64::try_from(ack).ok());
        if let Some(ack) = ack {
            self.directions[side.other().index()].taken_up_to(ack);
        }
        let direction = &mut self.directions[side.index()];
        direction.is_urgent |= tcp.flags.urg;
        let seq = SeqNo(tcp.seq.0.wrapping_add(u32::from(tcp.flags.syn)));
        let start = direction.place(seq, direction.next).unwrap_or(0);
        // What a reset carries is for people (RFC 9293 section 3.5.3).
        let length = if tcp.flags.rst {
            0
        } else {
            packet.payload().len()
        };
        let end = start.saturating_add(length as i64);
        // A keepalive may carry a byte from before the first.
        let clip = |place: i64| u64::try_from(place).unwrap_or(0);
        Carry {
            connection: at,
            side,
            range: clip(start)..clip(end),
            payload: packet.payload.start + clip(start.saturating_neg()) as usize,
            fin: tcp.flags.fin && direction.first.is_some(),
            ack,
        }
    }

    /// True when the receiver has yet to say whether it takes it.
    pub fn delivered(&mut self, carry: &Carry) -> bool {
        if let Some(ack) = carry.ack {
            let answered = &mut self.directions[carry.side.other().index()];
            answered.acked = answered.acked.max(ack);
        }
        let receiver = &self.ends[carry.side.other().index()];
        let direction = &mut self.directions[carry.side.index()];
        if carry.is_empty() || !receiver.takes_data() {
            return false;
        }
        let is_early = matches!(receiver.state.as_str(), "SYN_RECV" | "SYN_SENT");
        if is_early {
            direction.early.push(carry.range.clone());
        } else {
            direction.arrive(&carry.range, carry.fin);
        }
        is_early
    }

    /// What a kernel says of one end. `bytes_acked` counts the SYN of the side that opened, and the
    /// FIN; `bytes_received` and both queues of sock_diag count a FIN, `SIOCINQ` does not
    /// (`net/ipv4/tcp_input.c`, `tcp_diag.c`; held against the kernel in tests).
    pub fn socket(&mut self, side: Side, facts: &SocketFacts) {
        let end = &mut self.ends[side.index()];
        end.state.clone_from(&facts.state);
        end.are_buffers_fresh = false;
        end.is_owned = facts.program.is_some();
        end.was_owned |= end.is_owned;
        end.is_gone = false;
        if !end.is_counting() {
            return;
        }
        let has_finished = end.has_finished();
        if let Some(info) = &facts.info {
            self.directions[side.other().index()].received(info.bytes_received);
            let outgoing = &mut self.directions[side.index()];
            let syn = u64::from(outgoing.is_active);
            outgoing.acknowledged(info.bytes_acked.saturating_sub(syn));
            if !self.is_seen {
                let not_sent = u64::from(info.notsent_bytes);
                let end = outgoing.acked.saturating_add(facts.send_queue.into());
                let sent = end.saturating_sub(not_sent + u64::from(has_finished));
                outgoing.next = outgoing.next.max(sent);
            }
        }
        self.queues(
            side,
            u64::from(facts.send_queue),
            u64::from(facts.recv_queue),
        );
    }

    /// What calls that have not returned have moved, from the lengths of the kernel's queues.
    pub fn queues(&mut self, side: Side, unacked: u64, unread: u64) {
        if !self.ends[side.index()].is_counting() {
            return;
        }
        let finished = u64::from(self.ends[side.index()].has_finished());
        let outgoing = &mut self.directions[side.index()];
        if !outgoing.offering.is_empty() {
            let taken = outgoing.acked.saturating_add(unacked);
            let taken = taken.saturating_sub(finished);
            outgoing.taken = outgoing.taken.max(taken);
        }
        let incoming = &mut self.directions[side.other().index()];
        if !incoming.waiting_for_all.is_empty() {
            let fin = u64::from(incoming.has_fin_arrived());
            let read = incoming.arrived.saturating_add(fin);
            let read = read.saturating_sub(unread);
            incoming.read = incoming.read.max(read.min(incoming.arrived));
        }
    }

    pub fn entered(&mut self, side: Side, call: CallId, direct: Direct, offers: Option<u64>) {
        match direct {
            Direct::Out { .. } => self.directions[side.index()].enter_send(call, offers),
            Direct::In { waits_for_all } => {
                let incoming = &mut self.directions[side.other().index()];
                if waits_for_all && incoming.waiting_for_all.insert(call) {
                    incoming.read_before = incoming.read;
                }
            }
        }
    }

    /// Returned, or given up with its program.
    pub fn left(&mut self, side: Side, call: CallId) {
        self.directions[side.index()].offering.remove(&call);
        let incoming = &mut self.directions[side.other().index()];
        if incoming.waiting_for_all.remove(&call) {
            incoming.read = incoming.read_before;
        }
    }
}

impl Ledger {
    /// The connection of a segment, a new one for a new SYN; and the side that sent it.
    pub(super) fn place_on_wire(
        &mut self,
        segment: &Segment,
        tcp: &Tcp,
        (from, to): (SocketAddr, SocketAddr),
    ) -> Option<(usize, Side)> {
        let known = self.by_pair.get(&(from, to)).copied();
        if !tcp.flags.syn {
            return known;
        }
        let first = SeqNo(tcp.seq.0.wrapping_add(1));
        let is_other = |(at, side): &(usize, Side)| {
            let direction = &self.connections[*at].directions[side.index()];
            // A listener that forgot an attempt answers the next with a new number.
            let is_answer = tcp.flags.ack && direction.given() == 0;
            direction.first.is_some_and(|known| known != first) && !is_answer
        };
        let (at, side) = match known.filter(|known| !is_other(known)) {
            Some(known) => known,
            None => {
                let host = |name: Option<&Name>| name.map_or("", |name| name.as_str()).to_owned();
                let ends = [
                    End::new(&segment.from, from),
                    End::new(&host(segment.to.as_ref()), to),
                ];
                (self.add(Connection::new(ends, true)), Side::First)
            }
        };
        let connection = &mut self.connections[at];
        connection.is_seen = true;
        let direction = &mut connection.directions[side.index()];
        direction.first = Some(first);
        direction.is_active |= !tcp.flags.ack;
        Some((at, side))
    }

    fn add(&mut self, connection: Connection) -> usize {
        let at = self.connections.len();
        let [first, second] = [connection.ends[0].address, connection.ends[1].address];
        self.by_pair.insert((first, second), (at, Side::First));
        self.by_pair.insert((second, first), (at, Side::Second));
        self.connections.push(connection);
        at
    }

    /// Finds the connection of a socket once it has two addresses.
    pub(super) fn attach(&mut self, facts: &SocketFacts) {
        if facts.state == "LISTEN" {
            return;
        }
        let (Some(local), Some(remote)) = (address(&facts.local), address(&facts.remote)) else {
            return;
        };
        let held = self.connection_of(&facts.host, facts.key);
        if let Some((at, side)) = held {
            let end = &self.connections[at].ends[side.index()];
            let peer = &self.connections[at].ends[side.other().index()];
            let newest = self.by_pair.get(&(local, remote));
            let is_same = (end.address, peer.address) == (local, remote);
            if is_same && (facts.state != "SYN_SENT" || newest == held.as_ref()) {
                return;
            }
        }
        let (at, side) = match self.by_pair.get(&(local, remote)) {
            Some(found) => *found,
            None if facts.state == "SYN_RECV" => return, // its SYN was not seen either
            None => {
                let ends = [End::new(&facts.host, local), End::new("", remote)];
                (self.add(Connection::new(ends, false)), Side::First)
            }
        };
        let end = &mut self.connections[at].ends[side.index()];
        // One that ended long ago may still be told of, beside the pair's newest connection.
        let can_be_replaced = end.is_gone && !end.was_owned;
        if end.key.is_some() && !can_be_replaced {
            return;
        }
        end.key = Some(facts.key);
        end.host.clone_from(&facts.host);
        let keys = self.by_key.entry(facts.host.clone()).or_default();
        if let Some((before, side)) = keys.insert(facts.key, (at, side)) {
            self.connections[before].ends[side.index()].is_gone = true;
        }
    }
}

fn address(shown: &Option<String>) -> Option<SocketAddr> {
    let address: SocketAddr = shown.as_ref()?.parse().ok()?;
    Some(SocketAddr::new(address.ip().to_canonical(), address.port()))
}

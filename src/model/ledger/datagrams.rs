//! Where every datagram is. They have no stream: each arrives whole, cut, or not at all.
//!
//! In: UDP packets, `socket` events of UDP sockets, calls that return. A datagram is matched to
//! the socket that has its destination when it arrives, and read in the order of arrival.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

use super::super::weight::ENTRY;
use super::super::{Pages, Segment, State};
use crate::packet::Packet;
use crate::trace::{CallId, Key, Name, SegmentId, SocketFacts};

/// One datagram as it left its host, or a copy that the wire made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datagram {
    pub segment: SegmentId,
    pub from: SocketAddr,
    pub to: SocketAddr,
    /// Bytes of the program's in it.
    pub length: u64,
    pub place: DatagramPlace,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatagramPlace {
    Wire,
    /// Lost on the wire.
    Dropped,
    /// In the receive buffer of this socket.
    Received(Name, Key),
    /// The receiving program has its first bytes; the rest of it is lost.
    Read {
        call: CallId,
        lost: u64,
    },
    /// The receiving kernel threw it away: no socket, no room, a wrong checksum.
    Refused,
    /// It waited in a socket that was closed.
    Lost,
}

/// The most UDP sockets of one host; no lab has room for so many descriptors.
const MOST_SOCKETS: usize = 1024;

#[derive(Clone, Debug, Default)]
pub struct Datagrams {
    known: Pages<SegmentId, Datagram>,
    sockets: BTreeMap<Name, BTreeMap<Key, Receiver>>,
}

#[derive(Clone, Debug)]
struct Receiver {
    local: Option<SocketAddr>,
    remote: Option<SocketAddr>,
    /// Waiting, the next one first.
    queue: VecDeque<SegmentId>,
    /// Delivered since the kernel last told how many it threw away.
    newest: Vec<SegmentId>,
    drops: u32,
}

impl Datagrams {
    pub fn all(&self, state: &State) -> Vec<Datagram> {
        let datagrams = self.known.values().cloned();
        datagrams
            .map(|mut datagram| {
                let segment = state.segments.get(&datagram.segment);
                if segment.is_some_and(Segment::is_on_wire) {
                    datagram.place = DatagramPlace::Wire;
                }
                datagram
            })
            .collect()
    }

    /// Those in the receive buffer of a socket, the next one to be read first.
    pub fn waiting(&self, host: &str, key: Key) -> Vec<Datagram> {
        let sockets = self.sockets.get(host);
        let socket = sockets.and_then(|sockets| sockets.get(&key));
        let queue = socket.into_iter().flat_map(|socket| &socket.queue);
        queue.filter_map(|id| self.known.get(id).cloned()).collect()
    }

    pub fn sent(
        &mut self,
        segment: &Segment,
        packet: &Packet,
        (from, to): (SocketAddr, SocketAddr),
    ) {
        let datagram = Datagram {
            segment: segment.id,
            from,
            to,
            length: packet.payload().len() as u64,
            place: DatagramPlace::Wire,
        };
        self.known.insert(segment.id, datagram);
    }

    pub fn dropped(&mut self, id: SegmentId) {
        self.put(id, DatagramPlace::Dropped);
    }

    pub fn duplicated(&mut self, id: SegmentId, copy: SegmentId) {
        if let Some(mut datagram) = self.known.get(&id).cloned() {
            datagram.segment = copy;
            self.known.insert(copy, datagram);
        }
    }

    pub fn weight(&self) -> usize {
        let sockets = self.sockets.values().flat_map(BTreeMap::values);
        let sockets = sockets.map(|socket| {
            let ids = socket.queue.len() + socket.newest.len();
            size_of::<Receiver>() + ENTRY + ids * size_of::<SegmentId>()
        });
        self.known.weight() + sockets.sum::<usize>()
    }

    fn put(&mut self, id: SegmentId, place: DatagramPlace) {
        if let Some(datagram) = self.known.get_mut(&id) {
            datagram.place = place;
        }
    }

    pub fn delivered(&mut self, id: SegmentId, is_sound: bool, state: &State) {
        let Some(datagram) = self.known.get_mut(&id) else {
            return;
        };
        datagram.place = DatagramPlace::Refused;
        let host = state
            .segments
            .get(&id)
            .and_then(|segment| segment.to.as_ref());
        let sockets = host.and_then(|host| self.sockets.get_mut(host));
        let (Some(host), Some(sockets), true) = (host, sockets, is_sound) else {
            return;
        };
        let (from, to) = (datagram.from, datagram.to);
        let suitable = sockets
            .iter_mut()
            .filter_map(|(key, socket)| Some((socket.suits(from, to)?, *key, socket)));
        if let Some((_, key, socket)) = suitable.max_by_key(|(score, ..)| *score) {
            socket.queue.push_back(id);
            socket.newest.push(id);
            datagram.place = DatagramPlace::Received(host.clone(), key);
        }
    }

    pub fn socket(&mut self, facts: &SocketFacts) {
        let sockets = self.sockets.entry(facts.host.clone()).or_default();
        if sockets.len() >= MOST_SOCKETS && !sockets.contains_key(&facts.key) {
            return;
        }
        let socket = sockets.entry(facts.key).or_insert_with(|| Receiver {
            local: None,
            remote: None,
            queue: VecDeque::new(),
            newest: Vec::new(),
            drops: 0,
        });
        let address = |shown: &Option<String>| shown.as_ref().and_then(|text| text.parse().ok());
        socket.local = address(&facts.local);
        socket.remote = address(&facts.remote);
        let drops = facts.drops.unwrap_or(socket.drops);
        let refused = drops.saturating_sub(socket.drops) as usize;
        socket.drops = drops;
        let newest = std::mem::take(&mut socket.newest);
        let from = newest.len().saturating_sub(refused);
        let refused = &newest[from..];
        // The newest stand at the end of the queue, in this order, but for those that were read.
        for id in refused.iter().rev() {
            socket.queue.pop_back_if(|last| last == id);
        }
        for id in refused {
            self.put(*id, DatagramPlace::Refused);
        }
    }

    pub fn gone(&mut self, host: &str, key: Key) {
        let sockets = self.sockets.get_mut(host);
        let socket = sockets.and_then(|sockets| sockets.remove(&key));
        for id in socket.into_iter().flat_map(|socket| socket.queue) {
            self.put(id, DatagramPlace::Lost);
        }
    }

    pub fn read(&mut self, host: &str, key: Key, count: u64, call: CallId) {
        let sockets = self.sockets.get_mut(host);
        let socket = sockets.and_then(|sockets| sockets.get_mut(&key));
        let Some(id) = socket.and_then(|socket| socket.queue.pop_front()) else {
            return;
        };
        if let Some(datagram) = self.known.get_mut(&id) {
            let lost = datagram.length.saturating_sub(count);
            datagram.place = DatagramPlace::Read { call, lost };
        }
    }
}

impl Receiver {
    /// How well it matches, the way the kernel chooses (`compute_score` in `net/ipv4/udp.c`).
    fn suits(&self, from: SocketAddr, to: SocketAddr) -> Option<u8> {
        let local = self.local.filter(|local| local.port() == to.port())?;
        let is_any = local.ip().is_unspecified();
        if !is_any && local.ip().to_canonical() != to.ip() {
            return None;
        }
        if is_any && local.is_ipv4() && !matches!(to.ip(), IpAddr::V4(_)) {
            return None;
        }
        let remote = self
            .remote
            .map(|remote| SocketAddr::new(remote.ip().to_canonical(), remote.port()));
        if remote.is_some_and(|remote| remote != from) {
            return None;
        }
        Some(u8::from(!is_any) + 2 * u8::from(remote.is_some()))
    }
}

//! Which packet waits, and which is only a copy of one that does. Pure.
//!
//! A kernel that gets no answer sends again. While the student thinks, such copies would bury the
//! stage, so they wait behind their original. They stay real: when the original is dropped, the
//! newest copy takes its place. The trace has every one of them.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{DefaultHasher, Hasher as _};
use std::net::SocketAddr;

use crate::packet::{Kind, Packet, SeqNo};
use crate::trace::SegmentId;

/// How many decided segments are remembered as possible originals.
const REMEMBERED: usize = 1024;

#[derive(Default)]
pub struct Hold {
    next: u64,
    /// On the wire, waiting for the learner.
    held: BTreeMap<SegmentId, Waiting>,
    /// Delivered and dropped ones, as originals that a later copy may be of; the newest of each.
    decided: HashMap<Identity, (SegmentId, Fate)>,
    /// The same, oldest first, to be forgotten in that order.
    order: VecDeque<(SegmentId, Identity)>,
    /// Where each direction's sequence numbers have come to.
    ends: BTreeMap<(SocketAddr, SocketAddr), SeqNo>,
    /// What each direction's sender knows to have arrived: the acknowledgments it was given.
    known: BTreeMap<(SocketAddr, SocketAddr), SeqNo>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Delivered,
    Dropped,
}

struct Waiting {
    /// From and to, where the protocol has ports.
    endpoints: Option<(SocketAddr, SocketAddr)>,
    /// Its acknowledgment number, if it has one.
    acknowledges: Option<SeqNo>,
    /// `None`: nothing is ever a copy of it.
    identity: Option<Identity>,
    bytes: Vec<u8>,
    /// Newest last.
    copies: Vec<(SegmentId, Vec<u8>)>,
    /// Its bytes are not what the sender wrote.
    is_corrupted: bool,
}

/// What makes two packets the same segment, sent twice. Time stamps, window and acknowledgment
/// may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Identity {
    from: SocketAddr,
    to: SocketAddr,
    seq: SeqNo,
    syn: bool,
    fin: bool,
    rst: bool,
    length: usize,
    /// Of the payload.
    hash: u64,
}

/// What to do with a packet that just left a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub id: SegmentId,
    pub copy_of: Option<SegmentId>,
    /// Waits behind its original, not by itself.
    pub is_absorbed: bool,
    /// A segment without data that acknowledges nothing new: the sender asks for an answer, about
    /// a closed window or a silent peer.
    pub is_probe: bool,
}

/// What dropping did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// It is gone; the kernel's own timer is what is left.
    Gone,
    /// This copy waits in its place now.
    ReplacedBy(SegmentId),
}

impl Hold {
    pub fn take(&mut self, packet: Option<&Packet>, bytes: &[u8]) -> Taken {
        let id = SegmentId(self.next);
        self.next += 1;
        let endpoints = packet.and_then(Packet::endpoints);
        let is_probe = packet.is_some_and(|packet| self.is_probe(packet));
        let identity = packet.and_then(|packet| Identity::of(packet, is_probe));
        if let Some(identity) = &identity
            && let Some((original, waiting)) = self.held_like(identity)
        {
            waiting.copies.push((id, bytes.to_vec()));
            return Taken {
                id,
                copy_of: Some(original),
                is_absorbed: true,
                is_probe,
            };
        }
        let original = identity.and_then(|identity| self.decided.get(&identity).copied());
        let copy_of = original.map(|(original, _)| original);
        // The answer to a delivered segment is on the wire and held: the copy says nothing new.
        let was_delivered = original.is_some_and(|(_, fate)| fate == Fate::Delivered);
        let is_old_news = self.answer_is_held(packet) || self.crossed_its_answer(packet);
        let is_absorbed = was_delivered && is_old_news;
        if !is_absorbed {
            self.held.insert(
                id,
                Waiting {
                    endpoints,
                    acknowledges: packet.and_then(acknowledged),
                    identity,
                    bytes: bytes.to_vec(),
                    copies: Vec::new(),
                    is_corrupted: false,
                },
            );
        }
        Taken {
            id,
            copy_of,
            is_absorbed,
            is_probe,
        }
    }

    /// Its number is one that was used before (`tcp_xmit_probe_skb`, `net/ipv4/tcp_output.c`).
    fn is_probe(&mut self, packet: &Packet) -> bool {
        let (Some(tcp), Some(direction)) = (packet.tcp(), packet.endpoints()) else {
            return false;
        };
        let end = tcp.seq.plus(packet.sequence_length());
        let known = *self.ends.entry(direction).or_insert(end);
        if tcp.flags.syn || end.is_after(known) {
            self.ends.insert(direction, end);
        }
        if tcp.flags.syn && end != known {
            self.known.remove(&direction); // another connection between the same ports
        }
        while self.ends.len() > REMEMBERED {
            self.ends.pop_first();
        }
        packet.kind() == Kind::Ack && known.is_after(tcp.seq)
    }

    /// How many segments wait.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    pub fn is_held(&self, id: SegmentId) -> bool {
        self.held.contains_key(&id)
    }

    /// Takes a held segment off the wire to give it to its receiver: the original's bytes, so
    /// that a sender with time stamps sees that nothing was lost (Eifel, RFC 3522).
    ///
    /// A corrupted one will be thrown away by its receiver, so its newest copy takes its place, as
    /// if it had been dropped.
    pub fn deliver(&mut self, id: SegmentId) -> Option<Vec<u8>> {
        let mut waiting = self.held.remove(&id)?;
        if waiting.is_corrupted {
            let bytes = std::mem::take(&mut waiting.bytes);
            self.lose(id, waiting);
            return Some(bytes);
        }
        self.remember(id, waiting.identity, Fate::Delivered);
        if let (Some((from, to)), Some(ack)) = (waiting.endpoints, waiting.acknowledges) {
            let known = self.known.entry((to, from)).or_insert(ack);
            if ack.is_after(*known) {
                *known = ack;
            }
            while self.known.len() > REMEMBERED {
                self.known.pop_first();
            }
        }
        Some(waiting.bytes)
    }

    pub fn drop(&mut self, id: SegmentId) -> Option<Dropped> {
        let waiting = self.held.remove(&id)?;
        Some(self.lose(id, waiting))
    }

    fn lose(&mut self, id: SegmentId, mut waiting: Waiting) -> Dropped {
        let Some((copy, bytes)) = waiting.copies.pop() else {
            self.remember(id, waiting.identity, Fate::Dropped);
            return Dropped::Gone;
        };
        // Older copies are lost with the original: they left before it was dropped.
        waiting.copies.clear();
        waiting.bytes = bytes;
        waiting.is_corrupted = false;
        self.held.insert(copy, waiting);
        Dropped::ReplacedBy(copy)
    }

    /// A second one of a held segment waits too, as it is now. Gives its id.
    pub fn duplicate(&mut self, id: SegmentId) -> Option<SegmentId> {
        let original = self.held.get(&id)?;
        let twin = Waiting {
            endpoints: original.endpoints,
            acknowledges: original.acknowledges,
            identity: original.identity,
            bytes: original.bytes.clone(),
            copies: Vec::new(),
            is_corrupted: original.is_corrupted,
        };
        let copy = SegmentId(self.next);
        self.next += 1;
        self.held.insert(copy, twin);
        Some(copy)
    }

    /// Turns over one byte of a held segment; its last, if none is named. Gives its place, and the
    /// byte before and after; `None` when there is no such segment or byte.
    pub fn corrupt(&mut self, id: SegmentId, place: Option<u32>) -> Option<(u32, u8, u8)> {
        let waiting = self.held.get_mut(&id)?;
        let last = waiting.bytes.len().checked_sub(1)? as u32;
        let place = place.unwrap_or(last);
        let byte = waiting.bytes.get_mut(place as usize)?;
        let was = *byte;
        *byte = !was;
        waiting.is_corrupted = true;
        Some((place, was, !was))
    }

    /// Everything that waits, oldest first.
    pub fn waiting(&self) -> impl Iterator<Item = (SegmentId, &[u8])> {
        self.held.iter().map(|(id, w)| (*id, w.bytes.as_slice()))
    }

    fn held_like(&mut self, identity: &Identity) -> Option<(SegmentId, &mut Waiting)> {
        let mut held = self.held.iter_mut();
        let found = held.find(|(_, w)| w.identity.as_ref() == Some(identity));
        found.map(|(id, waiting)| (*id, waiting))
    }

    fn remember(&mut self, id: SegmentId, identity: Option<Identity>, fate: Fate) {
        let Some(identity) = identity else { return };
        self.decided.insert(identity, (id, fate));
        self.order.push_back((id, identity));
        while self.order.len() > REMEMBERED {
            let Some((oldest, identity)) = self.order.pop_front() else {
                return;
            };
            // Unless a newer one like it is remembered in its place.
            if self
                .decided
                .get(&identity)
                .is_some_and(|(id, _)| *id == oldest)
            {
                self.decided.remove(&identity);
            }
        }
    }

    /// A sender that has the answer sends nothing of it again: this copy left before, and only came
    /// to the wire after. A probe is sent for the sake of what is known, and is no copy.
    fn crossed_its_answer(&self, packet: Option<&Packet>) -> bool {
        let crossed = |packet: &Packet| {
            let known = self.known.get(&packet.endpoints()?)?;
            let end = packet.tcp()?.seq.plus(packet.sequence_length());
            Some(packet.sequence_length() > 0 && !end.is_after(*known))
        };
        packet.and_then(crossed).unwrap_or(false)
    }

    /// What goes the other way and acknowledges all of it. An older segment that still waits there
    /// is no answer.
    fn answer_is_held(&self, packet: Option<&Packet>) -> bool {
        let Some((packet, (from, to))) = packet.and_then(|p| Some((p, p.endpoints()?))) else {
            return false;
        };
        let end = packet
            .tcp()
            .map(|tcp| tcp.seq.plus(packet.sequence_length()));
        let answers = |waiting: &Waiting| match (waiting.acknowledges, end) {
            (Some(acknowledged), Some(end)) => !end.is_after(acknowledged),
            (None, _) | (_, None) => true,
        };
        let mut held = self.held.values();
        held.any(|waiting| waiting.endpoints == Some((to, from)) && answers(waiting))
    }
}

fn acknowledged(packet: &Packet) -> Option<SeqNo> {
    packet.tcp().filter(|tcp| tcp.flags.ack).map(|tcp| tcp.ack)
}

impl Identity {
    /// `None` for packets that are never the same twice: a bare acknowledgment is a fact of its
    /// own each time (three of them mean something), and so is a datagram.
    fn of(packet: &Packet, is_probe: bool) -> Option<Self> {
        match packet.kind() {
            Kind::Syn | Kind::SynAck | Kind::Data | Kind::Fin | Kind::Rst => {}
            Kind::Ack if is_probe => {}
            Kind::Ack | Kind::Datagram | Kind::Icmp | Kind::Other => return None,
        }
        let tcp = packet.tcp()?;
        let (from, to) = packet.endpoints()?;
        Some(Self {
            from,
            to,
            seq: tcp.seq,
            syn: tcp.flags.syn,
            fin: tcp.flags.fin,
            rst: tcp.flags.rst,
            length: packet.payload().len(),
            hash: {
                let mut hasher = DefaultHasher::new();
                hasher.write(packet.payload());
                hasher.finish()
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet;
    use etherparse::PacketBuilder;

    /// `client|server`, flags, sequence number and payload. It acknowledges all that these tests send.
    fn segment(from: &str, flags: &str, seq: u32, payload: &[u8]) -> Vec<u8> {
        acknowledging(99, from, flags, seq, payload)
    }

    fn acknowledging(ack: u32, from: &str, flags: &str, seq: u32, payload: &[u8]) -> Vec<u8> {
        let (source, destination, ports) = match from {
            "client" => ([10, 0, 0, 1], [10, 0, 0, 2], (50070, 8989)),
            _ => ([10, 0, 0, 2], [10, 0, 0, 1], (8989, 50070)),
        };
        let ip = PacketBuilder::ipv4(source, destination, 64);
        let mut tcp = ip.tcp(ports.0, ports.1, seq, 65160);
        for flag in flags.split('+') {
            tcp = match flag {
                "SYN" => tcp.syn(),
                "FIN" => tcp.fin(),
                _ => tcp.ack(ack),
            };
        }
        let mut bytes = Vec::new();
        tcp.write(&mut bytes, payload).expect("a vector takes all");
        bytes
    }

    fn take(hold: &mut Hold, bytes: Vec<u8>) -> Taken {
        let packet = packet::parse(&bytes).expect("sound");
        hold.take(Some(&packet), &bytes)
    }

    #[test]
    fn a_copy_waits_behind_its_original_and_takes_its_place_when_that_is_dropped() {
        let mut hold = Hold::default();
        let first = take(&mut hold, segment("client", "SYN", 7, b""));
        let copy = take(&mut hold, segment("client", "SYN", 7, b""));
        assert!(!first.is_absorbed);
        assert_eq!((copy.copy_of, copy.is_absorbed), (Some(first.id), true));
        assert_eq!(hold.drop(first.id), Some(Dropped::ReplacedBy(copy.id)));
        assert!(hold.deliver(copy.id).is_some());
        assert_eq!(hold.drop(copy.id), None);
    }

    #[test]
    fn a_copy_of_a_delivered_segment_waits_only_while_its_answer_is_held() {
        let mut hold = Hold::default();
        let syn = take(&mut hold, segment("client", "SYN", 7, b""));
        hold.deliver(syn.id);
        let answer = take(&mut hold, segment("server", "SYN+ACK", 9, b""));
        assert!(take(&mut hold, segment("client", "SYN", 7, b"")).is_absorbed);
        hold.drop(answer.id);
        let again = take(&mut hold, segment("client", "SYN", 7, b""));
        assert_eq!((again.copy_of, again.is_absorbed), (Some(syn.id), false));
    }

    #[test]
    fn a_segment_that_acknowledges_less_is_no_answer() {
        let mut hold = Hold::default();
        let fin = take(&mut hold, segment("client", "FIN+ACK", 40, b""));
        hold.deliver(fin.id);
        // Sent again before the client's FIN had come.
        take(&mut hold, acknowledging(40, "server", "FIN+ACK", 70, b""));
        let answer = take(&mut hold, acknowledging(41, "server", "ACK", 71, b""));
        assert!(take(&mut hold, segment("client", "FIN+ACK", 40, b"")).is_absorbed);
        hold.drop(answer.id);
        assert!(!take(&mut hold, segment("client", "FIN+ACK", 40, b"")).is_absorbed);
    }

    #[test]
    fn a_copy_that_crossed_its_answer_says_nothing_new() {
        let mut hold = Hold::default();
        let data = take(&mut hold, segment("client", "ACK", 8, b"hello"));
        hold.deliver(data.id);
        let answer = take(&mut hold, acknowledging(13, "server", "ACK", 71, b""));
        hold.deliver(answer.id);
        let late = take(&mut hold, segment("client", "ACK", 8, b"hello"));
        assert_eq!((late.copy_of, late.is_absorbed), (Some(data.id), true));
        // The next one is not known to have arrived, and a probe is no copy.
        let next = take(&mut hold, segment("client", "ACK", 13, b"again"));
        hold.deliver(next.id);
        assert!(!take(&mut hold, segment("client", "ACK", 13, b"again")).is_absorbed);
        for _ in 0..2 {
            let probe = take(&mut hold, segment("client", "ACK", 17, b""));
            assert!(probe.is_probe && !probe.is_absorbed);
            hold.deliver(probe.id);
        }
        // Another connection between the same ports begins elsewhere.
        let syn = take(&mut hold, segment("client", "SYN", 1_000, b""));
        hold.deliver(syn.id);
        assert!(!take(&mut hold, segment("client", "SYN", 1_000, b"")).is_absorbed);
    }

    #[test]
    fn a_segment_sent_again_after_a_drop_is_a_copy_that_waits_by_itself() {
        let mut hold = Hold::default();
        let first = take(&mut hold, segment("client", "SYN", 7, b""));
        assert_eq!(hold.drop(first.id), Some(Dropped::Gone));
        let again = take(&mut hold, segment("client", "SYN", 7, b""));
        assert_eq!((again.copy_of, again.is_absorbed), (Some(first.id), false));
    }

    #[test]
    fn a_held_bare_acknowledgment_is_an_answer_too_and_never_a_copy() {
        let mut hold = Hold::default();
        let syn_ack = take(&mut hold, segment("server", "SYN+ACK", 9, b""));
        hold.deliver(syn_ack.id);
        take(&mut hold, segment("client", "ACK", 8, b""));
        assert!(take(&mut hold, segment("server", "SYN+ACK", 9, b"")).is_absorbed);
        let second = take(&mut hold, segment("client", "ACK", 8, b""));
        assert_eq!((second.copy_of, second.is_absorbed), (None, false));
    }

    #[test]
    fn the_copy_of_a_corrupted_segment_still_waits_after_that_is_delivered() {
        let mut hold = Hold::default();
        let first = take(&mut hold, segment("client", "ACK", 8, b"hello"));
        let whole = segment("client", "ACK", 8, b"hello");
        let copy = take(&mut hold, whole.clone());
        let last = whole.len() as u32 - 1;
        assert_eq!(hold.corrupt(first.id, None), Some((last, b'o', !b'o')));
        assert_eq!(hold.corrupt(first.id, Some(last + 1)), None);
        let delivered = hold.deliver(first.id).expect("it waits");
        assert_eq!(delivered.last(), Some(&!b'o'));
        assert_eq!(hold.deliver(copy.id), Some(whole));
    }

    #[test]
    fn a_duplicate_waits_by_itself_and_each_goes_its_own_way() {
        let mut hold = Hold::default();
        let first = take(&mut hold, segment("client", "ACK", 8, b"hello"));
        let twin = hold.duplicate(first.id).expect("it waits");
        let waiting: Vec<SegmentId> = hold.waiting().map(|(id, _)| id).collect();
        assert_eq!(waiting, [first.id, twin]);
        assert_eq!(hold.drop(first.id), Some(Dropped::Gone));
        assert!(hold.deliver(twin).is_some());
        assert_eq!(hold.duplicate(twin), None);
    }

    #[test]
    fn other_data_at_the_same_place_is_not_a_copy() {
        let mut hold = Hold::default();
        take(&mut hold, segment("client", "ACK", 8, b"one"));
        let other = take(&mut hold, segment("client", "ACK", 8, b"two"));
        assert_eq!(other.copy_of, None);
    }
}

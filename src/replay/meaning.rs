//! Names for segments, and words for texts, that mean the same in every run of the same programs.
//!
//! In: the segments of a [`State`]. Out: a [`Target`] for each, and the other way round. Ports that
//! a kernel chose, sequence numbers, time stamps and ids differ between runs and are no part of a
//! meaning; who sent it on which connection, what it is and what it carries are.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::model::{Segment, State};
use crate::packet::{Kind, Packet, SeqNo};
use crate::trace::{Name, SegmentId};

/// The ports a kernel chooses from (`net.ipv4.ip_local_port_range`).
const CHOSEN_PORTS: RangeInclusive<u16> = 32_768..=60_999;

/// What a segment is, whatever its run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Meaning {
    pub from: Name,
    to: Option<Name>,
    /// Which connection of these two hosts, in the order they first appear.
    connection: Option<usize>,
    pub kind: Kind,
    /// Counted from the direction's first.
    seq: u32,
    /// Of a bare acknowledgment: what it acknowledges, counted from the other direction's first.
    ack: u32,
    /// Shared by all that mean the same.
    pub payload: Arc<[u8]>,
    /// Which of those that are alike in all this, from 0.
    nth: usize,
}

/// Which one of a segment and what became of it: the kernel may send it again, the wire may
/// duplicate it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    First(Meaning),
    /// Made by the wire; which one, from 0.
    Twin(Meaning, usize),
    /// Sent again by the kernel. How often it was depends on how long the learner thought, so one
    /// stands for another.
    Again(Meaning),
}

impl Target {
    pub fn meaning(&self) -> &Meaning {
        match self {
            Target::First(meaning) | Target::Twin(meaning, _) | Target::Again(meaning) => meaning,
        }
    }

    /// Whether it is there depends on a timer.
    pub fn is_again(&self) -> bool {
        matches!(self, Target::Again(_))
    }
}

/// Every segment of a run by its meaning. It grows with the run.
#[derive(Clone, Debug, Default)]
pub struct Index {
    targets: BTreeMap<SegmentId, Target>,
    ids: BTreeMap<Target, Vec<SegmentId>>,
    /// By its two ends, the smaller first.
    connections: BTreeMap<(SocketAddr, SocketAddr), Connection>,
    /// How many connections two hosts have had.
    had: BTreeMap<(Name, Name), usize>,
    alike: BTreeMap<Meaning, usize>,
    /// How many the wire has made of each.
    twins: BTreeMap<Meaning, usize>,
    words: Words,
}

#[derive(Clone, Debug)]
struct Connection {
    number: usize,
    first_seq: BTreeMap<SocketAddr, SeqNo>,
}

impl Index {
    /// Takes in what is new in the state of the same run.
    pub fn extend(&mut self, state: &State) {
        self.words.extend(state);
        let next = self.targets.keys().next_back();
        let next = next.map_or(SegmentId(0), |id| SegmentId(id.0.saturating_add(1)));
        for (id, segment) in state.segments.range(next..) {
            let target = self.target_of_new(segment);
            self.ids.entry(target.clone()).or_default().push(*id);
            self.targets.insert(*id, target);
        }
    }

    pub fn words(&self) -> &Words {
        &self.words
    }

    pub fn target(&self, id: SegmentId) -> Option<&Target> {
        self.targets.get(&id)
    }

    /// All that the target names, oldest first.
    pub fn ids(&self, target: &Target) -> &[SegmentId] {
        self.ids.get(target).map_or(&[], Vec::as_slice)
    }

    /// The one of them that an order can still reach; the newest, if there are several.
    pub fn on_wire(&self, target: &Target, state: &State) -> Option<SegmentId> {
        let mut newest_first = self.ids(target).iter().rev();
        let is_on_wire = |id: &&SegmentId| state.segments.get(id).is_some_and(Segment::is_on_wire);
        newest_first.find(is_on_wire).copied()
    }

    fn target_of_new(&mut self, segment: &Segment) -> Target {
        if let Some(packet) = &segment.packet
            && let Some((from, to)) = packet.endpoints()
        {
            self.words.chosen(from.port());
            self.words.chosen(to.port());
        }
        let original = segment.copy_of.and_then(|id| self.targets.get(&id));
        match original.map(|target| target.meaning().clone()) {
            Some(meaning) if segment.duplicated_at_us.is_some() => {
                let count = self.twins.entry(meaning.clone()).or_default();
                let nth = *count;
                *count += 1;
                Target::Twin(meaning, nth)
            }
            Some(meaning) => Target::Again(meaning),
            None => Target::First(self.meaning_of(segment)),
        }
    }

    fn meaning_of(&mut self, segment: &Segment) -> Meaning {
        let mut meaning = Meaning {
            from: segment.from.clone(),
            to: segment.to.clone(),
            connection: None,
            kind: segment.kind().unwrap_or(Kind::Other),
            seq: 0,
            ack: 0,
            payload: Arc::default(),
            nth: 0,
        };
        if let Some(packet) = &segment.packet
            && let Some((from, to)) = packet.endpoints()
        {
            meaning.payload = self.words.meant(packet.payload()).into();
            let connection = self.connection(segment, packet, (from, to));
            meaning.connection = Some(connection.number);
            if let Some(tcp) = packet.tcp() {
                let since = |end: &SocketAddr, number: SeqNo| {
                    let first = connection.first_seq.get(end);
                    first.map_or(0, |first| number.since(*first))
                };
                meaning.seq = since(&from, tcp.seq);
                if meaning.kind == Kind::Ack {
                    meaning.ack = since(&to, tcp.ack);
                }
            }
        }
        let alike = self.alike.entry(meaning.clone()).or_default();
        meaning.nth = *alike;
        *alike += 1;
        meaning
    }

    /// The connection a packet belongs to, with what it says of its sequence numbers.
    fn connection(
        &mut self,
        segment: &Segment,
        packet: &Packet,
        (from, to): (SocketAddr, SocketAddr),
    ) -> &Connection {
        let ends = (from.min(to), from.max(to));
        // A SYN with a number of its own begins a new connection: a port pair can serve again.
        let begins = packet.kind() == Kind::Syn;
        if begins || !self.connections.contains_key(&ends) {
            let other = segment.to.clone().unwrap_or_default();
            let hosts = (
                other.clone().min(segment.from.clone()),
                other.max(segment.from.clone()),
            );
            let had = self.had.entry(hosts).or_default();
            let connection = Connection {
                number: *had,
                first_seq: BTreeMap::new(),
            };
            *had += 1;
            self.connections.insert(ends, connection);
        }
        let connection = self.connections.get_mut(&ends);
        let connection = connection.expect("it was put there if it was missing");
        if let Some(tcp) = packet.tcp()
            && !tcp.flags.rst
        {
            connection.first_seq.entry(from).or_insert(tcp.seq);
        }
        connection
    }
}

/// Which words of a run are only its own: ports that a kernel chose, and places in memory.
#[derive(Clone, Debug, Default)]
pub struct Words {
    chosen_ports: BTreeSet<u16>,
}

impl Words {
    pub fn extend(&mut self, state: &State) {
        for host in state.hosts.values() {
            for socket in host.sockets.values() {
                for end in [&socket.facts.local, &socket.facts.remote] {
                    let port = end.as_ref().and_then(|end| end.rsplit_once(':'));
                    if let Some(port) = port.and_then(|(_, port)| port.parse().ok()) {
                        self.chosen(port);
                    }
                }
            }
        }
    }

    fn chosen(&mut self, port: u16) {
        if CHOSEN_PORTS.contains(&port) {
            self.chosen_ports.insert(port);
        }
    }

    /// The text with what differs in every run taken out: `('10.0.0.1', 50070)` is
    /// `('10.0.0.1', *)`, and `at 0x7f21` is `at 0x*`.
    pub fn meant(&self, text: &[u8]) -> Vec<u8> {
        let mut meant = Vec::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let length = |test: fn(&u8) -> bool, from: usize| {
                from + rest[from..].iter().take_while(|byte| test(byte)).count()
            };
            if rest.starts_with(b"0x") {
                meant.extend(b"0x*");
                at += length(u8::is_ascii_hexdigit, 2);
            } else if rest[0].is_ascii_digit() {
                let digits = &rest[..length(u8::is_ascii_digit, 0)];
                at += digits.len();
                match self.is_chosen(digits) {
                    true => meant.push(b'*'),
                    false => meant.extend(digits),
                }
            } else {
                meant.push(rest[0]);
                at += 1;
            }
        }
        meant
    }

    fn is_chosen(&self, digits: &[u8]) -> bool {
        let text = std::str::from_utf8(digits).ok();
        let port = text.and_then(|text| text.parse().ok());
        port.is_some_and(|port| self.chosen_ports.contains(&port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_the_kernel_chose_means_nothing_and_one_that_a_program_names_does() {
        let words = Words {
            chosen_ports: BTreeSet::from([50_070]),
        };
        for (text, expected) in [
            ("('10.0.0.1', 50070)", "('10.0.0.1', *)"),
            ("('10.0.0.2', 8989)", "('10.0.0.2', 8989)"),
            ("150070 50070", "150070 *"),
            ("<function f at 0x7f21ac>, 0", "<function f at 0x*>, 0"),
            ("", ""),
        ] {
            assert_eq!(words.meant(text.as_bytes()), expected.as_bytes(), "{text}");
        }
    }
}

//! Which segments must have crossed, to judge by what changed. Pure.
//!
//! In: the ends of every connection as the kernel has them now. Out: segments, in the order TCP
//! sends them. Nobody saw them: a segment here may stand for several, and acknowledgments that ride
//! on data are not told apart.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::packet::Kind;
use crate::trace::Key;

/// One end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    pub host: usize,
    pub local: SocketAddr,
    pub remote: SocketAddr,
    pub state: &'static str,
    /// Bytes of the program's, ever; `None` where the kernel does not count.
    pub sent: Option<u64>,
    /// Of them, and of SYN and FIN, those that were acknowledged.
    pub acked: Option<u64>,
}

/// A segment that nobody saw. Hosts are named by their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossed {
    pub from: usize,
    pub to: usize,
    pub kind: Kind,
    pub length: u32,
}

/// What is known of a connection's end.
#[derive(Clone, Debug)]
struct Known {
    end: End,
    is_open: bool,
    has_sent_fin: bool,
    is_fin_acked: bool,
    is_reset: bool,
}

#[derive(Default)]
pub struct Infer {
    known: BTreeMap<Key, Known>,
}

const OPENED: [&str; 6] = [
    "ESTABLISHED",
    "FIN_WAIT1",
    "FIN_WAIT2",
    "CLOSE_WAIT",
    "TIME_WAIT",
    "LAST_ACK",
];
const SENT_FIN: [&str; 5] = ["FIN_WAIT1", "FIN_WAIT2", "CLOSING", "TIME_WAIT", "LAST_ACK"];
const GOT_FIN: [&str; 4] = ["CLOSE_WAIT", "LAST_ACK", "CLOSING", "TIME_WAIT"];

impl Infer {
    /// `now` has every end there is; `listens` says whether a listener of the lab has an address.
    pub fn see(
        &mut self,
        now: &BTreeMap<Key, End>,
        listens: impl Fn(SocketAddr) -> bool,
    ) -> Vec<Crossed> {
        let mut crossed = Vec::new();
        let before = self.known.clone();
        for (key, end) in now {
            let known = self.known.entry(*key).or_insert_with(|| Known::new(end));
            known.end = End {
                sent: end.sent.or(known.end.sent),
                acked: end.acked.or(known.end.acked),
                ..end.clone()
            };
        }
        for key in self.in_order(now) {
            self.opened(key, &listens, &mut crossed);
        }
        for key in self.in_order(now) {
            self.carried(key, before.get(&key), &mut crossed);
        }
        let mut finished = Vec::new();
        for key in self.in_order(now) {
            let was_dead = before.get(&key).is_none_or(Known::is_dead);
            self.finished(key, now, was_dead, &mut finished, &mut crossed);
        }
        for key in self.in_order(now) {
            self.fin_acked(key, now, &finished, &mut crossed);
        }
        self.known.retain(|key, _| now.contains_key(key));
        crossed
    }

    /// An end as it was when last seen.
    pub fn last(&self, key: Key) -> Option<&End> {
        self.known.get(&key).map(|known| &known.end)
    }

    /// Whoever closed first comes first.
    fn in_order(&self, now: &BTreeMap<Key, End>) -> Vec<Key> {
        let rank = |key: &Key| match self.known[key].end.state {
            "TIME_WAIT" | "FIN_WAIT2" | "FIN_WAIT1" => 0,
            _ if now.contains_key(key) => 1,
            _ => 2,
        };
        let mut keys: Vec<Key> = self.known.keys().copied().collect();
        keys.sort_by_key(rank);
        keys
    }

    fn peer_of(&self, key: Key) -> Option<Key> {
        let end = &self.known[&key].end;
        let mut others = self.known.iter();
        let is_peer = |other: &End| other.local == end.remote && other.remote == end.local;
        others
            .find(|(other, known)| **other != key && is_peer(&known.end))
            .map(|(other, _)| *other)
    }

    /// The handshake, once for a connection: from the end that no listener has.
    fn opened(&mut self, key: Key, listens: impl Fn(SocketAddr) -> bool, out: &mut Vec<Crossed>) {
        let known = &self.known[&key];
        let end = known.end.clone();
        let Some(peer) = self.peer_of(key) else {
            return;
        };
        if known.is_open || self.known[&peer].is_open || !OPENED.contains(&end.state) {
            return;
        }
        let (mut from, mut to) = (end.host, self.known[&peer].end.host);
        if listens(end.local) {
            (from, to) = (to, from);
        }
        out.push(segment(from, to, Kind::Syn));
        out.push(segment(to, from, Kind::SynAck));
        out.push(segment(from, to, Kind::Ack));
        for key in [key, peer] {
            self.known_mut(key).is_open = true;
        }
    }

    /// Data, and its acknowledgment where no data went the other way.
    fn carried(&mut self, key: Key, before: Option<&Known>, out: &mut Vec<Crossed>) {
        let Some(peer) = self.peer_of(key) else {
            return;
        };
        let (from, to) = (self.known[&key].end.host, self.known[&peer].end.host);
        let grown = |end: &End, before: Option<&Known>| {
            let before = before.and_then(|known| known.end.sent).unwrap_or(0);
            end.sent.unwrap_or(0).saturating_sub(before)
        };
        let end = &self.known[&key].end;
        let sent = grown(end, before);
        if sent > 0 {
            let length = u32::try_from(sent).unwrap_or(u32::MAX);
            let kind = Kind::Data;
            out.push(Crossed {
                from,
                to,
                kind,
                length,
            });
        }
        let acked = |end: &End| end.acked.unwrap_or(0).min(1 + end.sent.unwrap_or(0));
        // The first byte acknowledged is the SYN.
        let acked_before = before.map_or(0, |known| acked(&known.end)).max(1);
        if acked(end) > acked_before {
            out.push(segment(to, from, Kind::Ack));
        }
    }

    /// A reset, or a FIN. `finished` gets the ends that sent one just now, in order.
    fn finished(
        &mut self,
        key: Key,
        now: &BTreeMap<Key, End>,
        was_dead: bool,
        finished: &mut Vec<Key>,
        out: &mut Vec<Crossed>,
    ) {
        let Some(peer) = self.peer_of(key) else {
            return;
        };
        let (known, other) = (&self.known[&key], &self.known[&peer]);
        let (from, to) = (known.end.host, other.end.host);
        if known.is_reset {
            return;
        }
        // The kernel closes an end under its program only when it was reset.
        if known.is_dead() && !was_dead && !(known.has_sent_fin && other.has_sent_fin) {
            out.push(segment(to, from, Kind::Rst));
            for key in [key, peer] {
                self.known_mut(key).is_reset = true;
            }
            return;
        }
        let peer_got_fin = GOT_FIN.contains(&other.end.state) && now.contains_key(&peer);
        let has_left = !now.contains_key(&key)
            && matches!(known.end.state, "CLOSE_WAIT" | "LAST_ACK")
            && !other.is_dead();
        let sends_fin = SENT_FIN.contains(&known.end.state) || has_left || peer_got_fin;
        if sends_fin && !known.has_sent_fin {
            out.push(segment(from, to, Kind::Fin));
            self.known_mut(key).has_sent_fin = true;
            finished.push(key);
        }
    }

    /// The acknowledgment of a FIN, unless the other end's own FIN has just carried it.
    fn fin_acked(
        &mut self,
        key: Key,
        now: &BTreeMap<Key, End>,
        finished: &[Key],
        out: &mut Vec<Crossed>,
    ) {
        let Some(peer) = self.peer_of(key) else {
            return;
        };
        let (known, other) = (&self.known[&key], &self.known[&peer]);
        let is_acked =
            matches!(known.end.state, "FIN_WAIT2" | "TIME_WAIT") || !now.contains_key(&key);
        if !known.has_sent_fin || known.is_fin_acked || known.is_reset || !is_acked {
            return;
        }
        let place = |key| finished.iter().position(|other| *other == key);
        let is_carried = place(peer).is_some() && place(peer) > place(key);
        if !is_carried {
            out.push(segment(other.end.host, known.end.host, Kind::Ack));
        }
        self.known_mut(key).is_fin_acked = true;
    }

    fn known_mut(&mut self, key: Key) -> &mut Known {
        self.known
            .get_mut(&key)
            .expect("the caller has just read it")
    }
}

impl Known {
    fn is_dead(&self) -> bool {
        self.end.state == "CLOSE"
    }

    fn new(end: &End) -> Self {
        Self {
            end: End {
                sent: end.sent.map(|_| 0),
                acked: end.acked.map(|_| 0),
                ..end.clone()
            },
            is_open: false,
            has_sent_fin: false,
            is_fin_acked: false,
            is_reset: false,
        }
    }
}

fn segment(from: usize, to: usize, kind: Kind) -> Crossed {
    let length = 0;
    Crossed {
        from,
        to,
        kind,
        length,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "127.0.0.1:80";
    const CLIENT: &str = "127.0.0.1:4000";

    /// The server's end is host 0, the client's host 1. A state, and bytes sent and acknowledged.
    fn see(
        infer: &mut Infer,
        server: Option<(&'static str, u64, u64)>,
        client: Option<(&'static str, u64, u64)>,
    ) -> String {
        let end = |host, local: &str, remote: &str, (state, sent, acked)| End {
            host,
            local: local.parse().expect("sound"),
            remote: remote.parse().expect("sound"),
            state,
            sent: Some(sent),
            acked: Some(acked),
        };
        let mut now = BTreeMap::new();
        if let Some(server) = server {
            now.insert(Key(1), end(0, SERVER, CLIENT, server));
        }
        if let Some(client) = client {
            now.insert(Key(2), end(1, CLIENT, SERVER, client));
        }
        let crossed = infer.see(&now, |address| address.to_string() == SERVER);
        let named = crossed.iter().map(|c| {
            let from = ["server", "client"][c.from];
            let length = if c.length > 0 {
                format!(" {}", c.length)
            } else {
                String::new()
            };
            format!("{from} {}{length}", c.kind)
        });
        named.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_conversation_is_inferred_in_the_order_tcp_has_it() {
        let mut infer = Infer::default();
        let mut check = |server, client, expected: &str| {
            assert_eq!(
                see(&mut infer, server, client),
                expected,
                "{server:?} {client:?}"
            );
        };
        let open = "ESTABLISHED";
        check(None, Some(("SYN_SENT", 0, 0)), "");
        check(
            Some((open, 0, 1)),
            Some((open, 0, 1)),
            "client SYN, server SYN+ACK, client ACK",
        );
        check(Some((open, 0, 1)), Some((open, 0, 1)), "");
        check(Some((open, 0, 1)), Some((open, 5, 1)), "client data 5");
        check(Some((open, 0, 1)), Some((open, 5, 6)), "server ACK");
        check(
            Some((open, 7, 8)),
            Some((open, 5, 6)),
            "server data 7, client ACK",
        );
        check(
            Some(("CLOSE_WAIT", 7, 8)),
            Some(("FIN_WAIT2", 5, 7)),
            "client FIN, server ACK",
        );
        check(None, Some(("TIME_WAIT", 0, 0)), "server FIN, client ACK");
        check(None, Some(("TIME_WAIT", 0, 0)), "");
        check(None, None, "");
    }

    #[test]
    fn a_fin_carries_the_acknowledgment_that_the_other_end_still_owed() {
        let mut infer = Infer::default();
        let open = Some(("ESTABLISHED", 0, 1));
        see(&mut infer, open, open);
        let half = Some(("CLOSE_WAIT", 0, 1));
        assert_eq!(
            see(&mut infer, half, Some(("FIN_WAIT1", 0, 1))),
            "client FIN"
        );
        let closed = see(&mut infer, None, Some(("TIME_WAIT", 0, 0)));
        assert_eq!(closed, "server FIN, client ACK");
    }

    #[test]
    fn what_the_kernel_does_between_two_looks_is_inferred_too() {
        let mut infer = Infer::default();
        let all = "client SYN, server SYN+ACK, client ACK, client data 5, server ACK, client FIN, server ACK";
        let said = see(
            &mut infer,
            Some(("CLOSE_WAIT", 0, 1)),
            Some(("FIN_WAIT2", 5, 7)),
        );
        assert_eq!(said, all);
    }

    #[test]
    fn an_end_that_is_closed_under_its_program_was_reset() {
        let mut infer = Infer::default();
        see(
            &mut infer,
            Some(("ESTABLISHED", 0, 1)),
            Some(("ESTABLISHED", 0, 1)),
        );
        // close() with unread data: the kernel sends RST instead of FIN.
        assert_eq!(see(&mut infer, None, Some(("CLOSE", 0, 1))), "server RST");
        assert_eq!(see(&mut infer, None, Some(("CLOSE", 0, 1))), "");
    }
}

//! The same packet captured twice: out of one interface and into another, or out and in again.
//!
//! In: packets with the place where each was seen. Out: those that are an earlier one once more,
//! so that a capture of all interfaces does not look like one where everything is sent again.
//! Hop limits and checksums change on the way; all else is the same, and at another place.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hasher};

use super::link::Passing;

/// A packet needs no longer through a machine than this; one sent again comes later.
const WITHIN_NS: i64 = 50_000_000;
/// So many packets are kept in mind.
const MOST: usize = 4096;
/// So many places of one packet.
const PLACES: usize = 8;

/// Interface of the file, interface of the machine, in or out.
pub type SeenAt = (u32, Option<u32>, Option<Passing>);

#[derive(Debug, Default)]
pub struct Twins {
    /// Later packet, first of its kind.
    found: Vec<(u32, u32)>,
    newest: HashMap<u64, Seen>,
    /// Oldest first, by what they are found by.
    order: VecDeque<(u64, u32)>,
}

#[derive(Debug)]
struct Seen {
    packet: u32,
    at_ns: i64,
    places: Vec<SeenAt>,
}

impl Twins {
    /// Whether this packet is one of before. `earlier`: the bytes of a packet of before.
    pub fn passed<'a>(
        &mut self,
        packet: u32,
        bytes: &[u8],
        at_ns: i64,
        place: SeenAt,
        earlier: impl Fn(u32) -> &'a [u8],
    ) -> bool {
        let key = key(bytes);
        if let Some(seen) = self.newest.get_mut(&key)
            && at_ns.abs_diff(seen.at_ns) <= WITHIN_NS as u64
            && !seen.places.contains(&place)
            && seen.places.len() < PLACES
            && lasting(earlier(seen.packet)).eq(lasting(bytes))
        {
            seen.places.push(place);
            self.found.push((packet, seen.packet));
            return true;
        }
        let seen = Seen {
            packet,
            at_ns,
            places: vec![place],
        };
        self.newest.insert(key, seen);
        self.order.push_back((key, packet));
        if self.order.len() > MOST
            && let Some((oldest, packet)) = self.order.pop_front()
            && self
                .newest
                .get(&oldest)
                .is_some_and(|seen| seen.packet == packet)
        {
            self.newest.remove(&oldest);
        }
        false
    }

    pub fn found(self) -> Vec<(u32, u32)> {
        self.found
    }
}

/// The parts of a packet that do not change on its way.
fn lasting(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (header, checksum) = match bytes.first().map_or(0, |first| first >> 4) {
        4 => {
            let length = usize::from(bytes[0] & 15) * 4;
            (length.max(20), over_checksum(bytes.get(9).copied(), length))
        }
        _ => (40, over_checksum(bytes.get(6).copied(), 40)),
    };
    let is_four = header != 40 || bytes.first().is_some_and(|first| first >> 4 == 4);
    let hops = if is_four { 8..9 } else { 7..8 };
    let sum = if is_four { 10..12 } else { 8..8 };
    let parts = [
        0..hops.start,
        hops.end..sum.start,
        sum.end..checksum,
        checksum.saturating_add(2)..bytes.len(),
    ];
    parts
        .into_iter()
        .map(|part| bytes.get(part.start.min(bytes.len())..part.end.min(bytes.len())))
        .map(Option::unwrap_or_default)
}

/// Where the checksum of TCP or UDP lies: a network card may fill it in later.
fn over_checksum(protocol: Option<u8>, header: usize) -> usize {
    match protocol {
        Some(6) => header + 16,
        Some(17) => header + 6,
        _ => usize::MAX - 2,
    }
}

fn key(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for part in lasting(bytes) {
        hasher.write(part);
    }
    hasher.finish()
}

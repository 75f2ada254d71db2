//! What the wire does with packets: take, hold, deliver, drop, duplicate, corrupt, delay, let pass.
//!
//! In: packets from TUN devices, and orders. Out: packets into other TUN devices, and an event for
//! each thing that happened. Which packet waits and which is a copy is `hold`'s to know.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::time::{Duration, Instant};

use super::hold::Hold;
use super::seats::WhyNot;
use super::wire::Wire;
use crate::packet::{self, Kind, Packet};
use crate::trace::{Bytes, Holds, Order, SegmentId, What};

/// A packet is at most this long.
const PACKET_BYTES: usize = 64 << 10;
/// The longest delay that can be ordered.
const LONGEST_DELAY: Duration = Duration::from_secs(3600);
/// How many segments may wait on the wire. A program that sends datagrams for ever would fill the
/// memory; past this, the wire loses what comes, as a full queue does.
const MOST_HELD: usize = 16 << 10;
/// How many packets are taken before the kernels are asked what changed.
const AT_ONCE: usize = 256;

pub struct Traffic {
    hold: Hold,
    /// What waits for the learner and what passes.
    holds: Holds,
    /// Delivered by the wire itself, and when.
    delays: BTreeMap<SegmentId, Instant>,
    buffer: Vec<u8>,
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            hold: Hold::default(),
            holds: Holds::default(),
            delays: BTreeMap::new(),
            buffer: vec![0; PACKET_BYTES],
        }
    }
}

impl Traffic {
    /// When the next delayed segment is to be delivered.
    pub fn next_due(&self) -> Option<Instant> {
        self.delays.values().min().copied()
    }
}

impl<W: io::Write> Wire<W> {
    /// Obeys an order about segments.
    pub(super) fn handle(&mut self, order: Order) -> Result<(), WhyNot> {
        match order {
            Order::Deliver { segment } => self.deliver(segment),
            Order::Drop { segment } => {
                let dropped = self.traffic.hold.drop(segment);
                dropped.ok_or_else(|| not_held(segment))?;
                self.traffic.delays.remove(&segment);
                self.record.event(What::Dropped { segment });
                Ok(())
            }
            Order::Duplicate { segment } => {
                if self.traffic.hold.len() >= MOST_HELD {
                    return Err(format!(
                        "{MOST_HELD} segments wait on the wire; there is no room for a copy"
                    ));
                }
                let copy = self.traffic.hold.duplicate(segment);
                let copy = copy.ok_or_else(|| not_held(segment))?;
                self.record.event(What::Duplicated { segment, copy });
                Ok(())
            }
            Order::Corrupt { segment, byte } => self.corrupt(segment, byte),
            Order::Delay { segment, ms } => self.delay(segment, ms),
            Order::Hold { traffic, on } => {
                if let Some(from) = &traffic.from
                    && !self.hosts.iter().any(|link| link.host.name == *from)
                {
                    return Err(format!("there is no host {from}"));
                }
                self.traffic.holds.set(traffic, on);
                let passes = |wire: &Self, bytes: &[u8]| !wire.holds(bytes);
                self.deliver_where(passes)
            }
            Order::DeliverAll => self.deliver_where(|_, _| true),
            Order::Step { .. } | Order::Answer { .. } | Order::Guess { .. } => {
                Err("no order about segments".to_owned())
            }
        }
    }

    fn corrupt(&mut self, segment: SegmentId, byte: Option<u32>) -> Result<(), WhyNot> {
        if !self.traffic.hold.is_held(segment) {
            return Err(not_held(segment));
        }
        let corrupted = self.traffic.hold.corrupt(segment, byte);
        let (byte, was, now) =
            corrupted.ok_or_else(|| format!("segment {segment} has no such byte"))?;
        self.record.event(What::Corrupted {
            segment,
            byte,
            was,
            now,
        });
        Ok(())
    }

    fn delay(&mut self, segment: SegmentId, ms: u32) -> Result<(), WhyNot> {
        let delay = Duration::from_millis(u64::from(ms));
        if !self.traffic.hold.is_held(segment) {
            return Err(not_held(segment));
        }
        if delay > LONGEST_DELAY {
            let most = LONGEST_DELAY.as_secs();
            return Err(format!("a delay is at most {most} s"));
        }
        self.traffic.delays.insert(segment, Instant::now() + delay);
        self.record.event(What::Delayed { segment, ms });
        Ok(())
    }

    /// Of what is held now, what the test says, oldest first. Delayed ones keep their time.
    fn deliver_where(&mut self, test: impl Fn(&Self, &[u8]) -> bool) -> Result<(), WhyNot> {
        let waiting = self.traffic.hold.waiting();
        let chosen: Vec<SegmentId> = waiting
            .filter(|(id, _)| !self.traffic.delays.contains_key(id))
            .filter(|(_, bytes)| test(self, bytes))
            .map(|(id, _)| id)
            .collect();
        for segment in chosen {
            // What a delivery makes others send comes after what was there before.
            self.deliver(segment)?;
        }
        Ok(())
    }

    /// Whether the wire holds such a packet.
    fn holds(&self, bytes: &[u8]) -> bool {
        let packet = packet::parse(bytes).ok();
        let from = packet.as_ref().and_then(|packet| {
            let mut hosts = self.hosts.iter();
            hosts.find(|link| link.host.addresses.contains(&packet.source))
        });
        let from = from.map_or("", |link| link.host.name.as_str());
        let kind = packet.as_ref().map_or(Kind::Other, Packet::kind);
        self.traffic.holds.has(from, kind)
    }

    /// Writing to a TUN runs the receiver's whole input path: its answer is there afterwards.
    fn deliver(&mut self, segment: SegmentId) -> Result<(), WhyNot> {
        let bytes = self.traffic.hold.deliver(segment);
        let bytes = bytes.ok_or_else(|| not_held(segment))?;
        self.traffic.delays.remove(&segment);
        let to = self.destination(&bytes);
        self.arrive(segment, to, &bytes);
        Ok(())
    }

    fn arrive(&mut self, segment: SegmentId, to: Option<usize>, bytes: &[u8]) {
        let Some(to) = to else {
            self.record.event(What::Dropped { segment });
            self.record.note(match packet::destination(bytes) {
                Some(address) => {
                    format!("no host has {address}, where segment {segment} goes; it is lost")
                }
                None => format!(
                    "segment {segment} says neither IPv4 nor IPv6, so the wire cannot tell where \
                     it goes; it is lost"
                ),
            });
            return;
        };
        self.record.event(What::Delivered { segment });
        let link = &mut self.hosts[to];
        link.touch();
        if let Err(error) = (&link.host.tun).write(bytes) {
            self.record.note(format!(
                "{} did not take segment {segment}: {error}",
                link.host.name
            ));
        }
    }

    fn destination(&self, bytes: &[u8]) -> Option<usize> {
        let address = packet::destination(bytes)?;
        let mut hosts = self.hosts.iter();
        hosts.position(|link| link.host.addresses.contains(&address))
    }

    /// Delivers the delayed segments whose time has come. True when there was one.
    pub(super) fn deliver_due(&mut self) -> bool {
        let now = Instant::now();
        let delays = self.traffic.delays.iter();
        let due: Vec<SegmentId> = delays
            .filter(|(_, until)| **until <= now)
            .map(|(id, _)| *id)
            .collect();
        for segment in &due {
            self.traffic.delays.remove(segment);
            self.stir();
            self.deliver(*segment).ok(); // dropped meanwhile
        }
        !due.is_empty()
    }

    /// Takes packets that left a host: one where something happened, or that is `ready`. True when
    /// there was one. In a stream that passes, there is always a next one: after a while, the
    /// kernels are asked first.
    pub(super) fn take_packets(&mut self, ready: &[u64]) -> io::Result<bool> {
        let mut left = AT_ONCE;
        let mut is_first = true;
        loop {
            let mut took = false;
            for from in 0..self.hosts.len() {
                let is_ready = is_first && ready.contains(&(from as u64));
                if is_ready || self.hosts[from].is_dirty {
                    took |= self.take_from(from, &mut left)?;
                }
            }
            if !is_first && !took {
                return Ok(left < AT_ONCE);
            }
            if left == 0 {
                return Ok(true);
            }
            is_first = false;
        }
    }

    fn take_from(&mut self, from: usize, left: &mut usize) -> io::Result<bool> {
        let mut took = false;
        while *left > 0 {
            let tun = &self.hosts[from].host.tun;
            let count = match (&*tun).read(&mut self.traffic.buffer) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let bytes = self.traffic.buffer[..count].to_vec();
            self.sent(from, bytes);
            took = true;
            *left -= 1;
        }
        if took {
            self.stir();
            self.hosts[from].touch();
        }
        Ok(took)
    }

    fn sent(&mut self, from: usize, bytes: Vec<u8>) {
        let packet = packet::parse(&bytes).ok();
        let to = self.destination(&bytes);
        let kind = packet.as_ref().map_or(Kind::Other, Packet::kind);
        let taken = self.traffic.hold.take(packet.as_ref(), &bytes);
        let link = &mut self.hosts[from];
        let is_again = taken.copy_of.is_some() || taken.is_probe;
        let reason = is_again
            .then(|| link.counters.reason(kind, taken.is_probe))
            .flatten();
        let passes = !self.traffic.holds.has(&link.host.name, kind);
        self.record.event(What::Sent {
            segment: taken.id,
            from: link.host.name.clone(),
            to: to.map(|to| self.hosts[to].host.name.clone()),
            bytes: Bytes(bytes),
            copy_of: taken.copy_of,
            absorbed: taken.is_absorbed,
            reason,
        });
        if taken.is_absorbed {
            return; // never let past the original that it waits behind
        }
        if passes {
            if let Some(bytes) = self.traffic.hold.deliver(taken.id) {
                self.arrive(taken.id, to, &bytes);
            }
        } else if self.traffic.hold.len() > MOST_HELD {
            self.traffic.hold.drop(taken.id);
            self.record.event(What::Dropped { segment: taken.id });
            self.record.note(format!(
                "{MOST_HELD} segments wait on the wire; segment {} found no room",
                taken.id
            ));
        }
    }
}

fn not_held(segment: SegmentId) -> WhyNot {
    format!("segment {segment} is not on the wire any more")
}

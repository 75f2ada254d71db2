//! Whether what a line says can be: the cheap first line of defence of whoever opens files.
//!
//! In: a header, then events one by one. Out: what is wrong with one. Nothing that a lab writes is
//! refused. The fold takes any event; what is refused here would cost it time or memory without
//! measure, or is plainly not the next event of this run.

use std::collections::{BTreeMap, BTreeSet};

use super::wrong::Wrong;
use super::{CallId, Event, Header, Name, SegmentId, SocketFacts, What, WireKind};

/// The most hosts, and the most programs, of one lab.
pub const MOST_HOSTS: usize = 65;
/// The most addresses of one host.
const MOST_ADDRESSES: usize = 64;
/// The longest name of a host or program; a lesson's has 32 letters at most.
const LONGEST_NAME: usize = 255;
/// The longest IP packet: the header of IPv6 and what its length can say.
const LONGEST_PACKET: usize = 40 + 65_535;
/// Ids count up, one an event; a trace of another version may leave some out.
const IDS_AHEAD: u64 = 1000;
/// Nobody looks at a run for longer than ten years, in microseconds.
const LATEST_US: u64 = 10 * 366 * 86_400 * 1_000_000;
/// The end of the year 9999, in microseconds of Unix time.
const LATEST_UNIX_US: u64 = 253_402_300_800 * 1_000_000;
/// Nobody sends more in one run: 2⁴⁸ bytes are 256 TiB.
const MOST_SENT: u64 = 1 << 48;
/// A changed packet is a copy of its own: bytes of such copies for each byte of the file, and
/// how many come free.
const COPIED: u64 = 8;
const COPIED_FREE: u64 = 16 << 20;
/// The most segments on the wire at once; a lab holds half as many.
const MOST_ON_WIRE: usize = 32 << 10;

pub fn check_header(header: &Header) -> Result<(), Wrong> {
    for (what, count) in [
        ("hosts", header.hosts.len()),
        ("programs", header.programs.len()),
    ] {
        if count > MOST_HOSTS {
            return Err(Wrong::Absurd(format!("the header has {count} {what}")));
        }
    }
    if header.mapping.len() > MOST_HOSTS * MOST_ADDRESSES {
        let count = header.mapping.len();
        return Err(Wrong::Absurd(format!("the header maps {count} addresses")));
    }
    if header.started_us.is_some_and(|us| us > LATEST_UNIX_US) {
        return Err(Wrong::Absurd(
            "a run that began after the year 9999".to_owned(),
        ));
    }
    for host in &header.hosts {
        let count = host.addresses.len();
        if count > MOST_ADDRESSES {
            return Err(Wrong::Absurd(format!("a host has {count} addresses")));
        }
    }
    let hosts = header.hosts.iter().map(|host| &host.name);
    let programs = header.programs.iter();
    let programs = programs.flat_map(|program| [&program.name, &program.host, &program.file]);
    let texts = [&header.version, &header.kernel];
    match hosts
        .chain(programs)
        .chain(texts)
        .find(|name| name.len() > LONGEST_NAME)
    {
        Some(name) => Err(Wrong::Absurd(format!(
            "a name in the header has {} bytes",
            name.len()
        ))),
        None => Ok(()),
    }
}

/// What the events so far leave for the next one.
pub struct Sound {
    hosts: BTreeSet<Name>,
    programs: BTreeSet<Name>,
    /// The ids of a capture's packets are their numbers in its file.
    is_captured: bool,
    next: u64,
    at_us: u64,
    next_call: u64,
    /// The length of each packet, and how many bytes of it were changed.
    segments: BTreeMap<SegmentId, (u32, u32)>,
    on_wire: BTreeSet<SegmentId>,
    /// Bytes that were read, and bytes that changed packets take.
    read: u64,
    copied: u64,
}

impl Sound {
    pub fn new(header: &Header) -> Self {
        let hosts = header.hosts.iter().map(|host| host.name.clone());
        let programs = header.programs.iter().map(|program| program.name.clone());
        Self {
            hosts: hosts.collect(),
            programs: programs.collect(),
            is_captured: header.wire == WireKind::Captured,
            next: 0,
            at_us: 0,
            next_call: 0,
            segments: BTreeMap::new(),
            on_wire: BTreeSet::new(),
            read: 0,
            copied: 0,
        }
    }

    /// Whether this can be the next event; its line has so many bytes.
    pub fn check(&mut self, event: &Event, line: usize) -> Result<(), Wrong> {
        let (found, expected) = (event.n, self.next);
        if found != expected {
            return Err(Wrong::OutOfOrder { found, expected });
        }
        let (found_us, before_us) = (event.at_us, self.at_us);
        // The clock of a machine that captures can be set back.
        if found_us < before_us && !self.is_captured {
            return Err(Wrong::Backwards {
                found_us,
                before_us,
            });
        }
        if found_us > LATEST_US {
            return Err(Wrong::Absurd(format!("its time is {found_us} µs")));
        }
        self.read += line as u64;
        self.check_what(&event.what)?;
        self.next += 1;
        self.at_us = found_us;
        Ok(())
    }

    fn check_what(&mut self, what: &What) -> Result<(), Wrong> {
        match what {
            What::Call {
                program,
                call,
                offers,
                ..
            } => {
                self.knows_program(program)?;
                self.is_next(*call)?;
                is_sendable(offers.unwrap_or(0))
            }
            What::Blocked { program, .. }
            | What::Return { program, .. }
            | What::Line { program, .. }
            | What::Print { program, .. }
            | What::Ask { program, .. }
            | What::Answer { program, .. }
            | What::Thread { program, .. }
            | What::Exit { program, .. } => self.knows_program(program),
            What::Sent {
                segment,
                from,
                to,
                bytes,
                absorbed,
                ..
            } => {
                self.knows_host(from)?;
                to.iter().try_for_each(|to| self.knows_host(to))?;
                self.is_new(*segment, bytes.0.len())?;
                if *absorbed {
                    Ok(())
                } else {
                    self.is_held(*segment)
                }
            }
            What::Inferred {
                segment, from, to, ..
            } => {
                self.knows_host(from)?;
                self.knows_host(to)?;
                self.is_new(*segment, 0)
            }
            What::Duplicated { segment, copy } => {
                let known = self.segments.get(segment);
                let (length, changed) = known.copied().unwrap_or_default();
                self.is_new(*copy, length as usize)?;
                self.segments.insert(*copy, (length, changed));
                self.is_held(*copy)?;
                self.costs(u64::from(changed) * 16)
            }
            What::Corrupted { segment, .. } => self.changes(*segment),
            What::Socket(facts) => self.can_say(facts),
            What::Buffers(facts) => self.knows_host(&facts.host),
            What::Counters { host, .. } | What::Gone { host, .. } => self.knows_host(host),
            What::Delivered { segment } | What::Dropped { segment } => {
                self.on_wire.remove(segment);
                Ok(())
            }
            // One about nobody was refused, and recorded all the same.
            What::Order(_)
            | What::Delayed { .. }
            | What::Note { .. }
            | What::Rest
            | What::Ended { .. }
            | What::Unknown => Ok(()),
        }
    }

    fn is_next(&mut self, call: CallId) -> Result<(), Wrong> {
        self.is_near(call.0, "call")?;
        if let Some(before) = self.next_call.checked_sub(1).filter(|it| call.0 <= *it) {
            let found = call.0;
            return Err(Wrong::Absurd(format!(
                "call {found} comes after call {before}"
            )));
        }
        self.next_call = call.0 + 1;
        Ok(())
    }

    fn can_say(&self, facts: &SocketFacts) -> Result<(), Wrong> {
        self.knows_host(&facts.host)?;
        let mut program = facts.program.iter();
        program.try_for_each(|program| self.knows_program(program))?;
        let counts = facts.info.iter().flat_map(|info| {
            [
                info.bytes_sent,
                info.bytes_acked,
                info.bytes_received,
                info.bytes_retransmitted,
            ]
        });
        is_sendable(counts.max().unwrap_or(0))
    }

    fn is_new(&mut self, segment: SegmentId, length: usize) -> Result<(), Wrong> {
        if !self.is_captured {
            self.is_near(segment.0, "segment")?;
        }
        if length > LONGEST_PACKET {
            return Err(Wrong::Absurd(format!("a packet of {length} bytes")));
        }
        match self.segments.insert(segment, (length as u32, 0)) {
            None => Ok(()),
            Some(_) => Err(Wrong::Absurd(format!("a second segment {segment}"))),
        }
    }

    fn is_held(&mut self, segment: SegmentId) -> Result<(), Wrong> {
        self.on_wire.insert(segment);
        let count = self.on_wire.len();
        if count > MOST_ON_WIRE {
            return Err(Wrong::Absurd(format!(
                "{count} segments on the wire at once"
            )));
        }
        Ok(())
    }

    fn changes(&mut self, segment: SegmentId) -> Result<(), Wrong> {
        let Some((length, changed)) = self.segments.get_mut(&segment) else {
            return Ok(());
        };
        *changed += 1;
        let cost = u64::from(*length) + u64::from(*changed) * 16;
        self.costs(cost)
    }

    fn is_near(&self, id: u64, what: &str) -> Result<(), Wrong> {
        if id > self.next + IDS_AHEAD {
            let event = self.next;
            return Err(Wrong::Absurd(format!("{what} {id} in event {event}")));
        }
        Ok(())
    }

    fn costs(&mut self, bytes: u64) -> Result<(), Wrong> {
        self.copied += bytes;
        if self.copied > COPIED_FREE + COPIED * self.read {
            return Err(Wrong::Absurd("so many changed packets".to_owned()));
        }
        Ok(())
    }

    fn knows_host(&self, name: &str) -> Result<(), Wrong> {
        is_known(&self.hosts, name)
    }

    fn knows_program(&self, name: &str) -> Result<(), Wrong> {
        is_known(&self.programs, name)
    }
}

fn is_known(names: &BTreeSet<Name>, name: &str) -> Result<(), Wrong> {
    if names.contains(name) {
        return Ok(());
    }
    let name = name.chars().take(40).collect();
    Err(Wrong::Stranger { name })
}

fn is_sendable(bytes: u64) -> Result<(), Wrong> {
    if bytes > MOST_SENT {
        return Err(Wrong::Absurd(format!("{bytes} bytes of data")));
    }
    Ok(())
}

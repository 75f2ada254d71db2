//! What lies around an IP packet: Ethernet, Linux cooked, loopback, or nothing.
//!
//! In: a link type as tcpdump.org numbers them, and a frame. Out: where the IP header begins, or
//! what the frame is instead; and whether it was on its way in or out, where the link says so.

use std::fmt;

/// VLAN tags inside one another; more are taken for something unknown.
const MOST_TAGS: usize = 4;

/// A packet that is not IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Other {
    /// By its EtherType.
    Ether(u16),
    /// An IEEE 802.3 frame, which has a length where Ethernet has a type.
    Llc,
    /// A link type that is not read here.
    Link(u32),
    /// It says that it is IP, and its header is not sound or not whole.
    Broken,
}

/// Which way a packet passed the machine that captured it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    In,
    Out,
}

/// A frame without what lies around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inside {
    /// Where the IP header begins.
    pub ip: Result<usize, Other>,
    pub passing: Option<Passing>,
    /// The machine's own number of the interface, in Linux cooked captures of all of them.
    pub interface: Option<u32>,
}

impl Inside {
    fn new(ip: Result<usize, Other>) -> Self {
        Self {
            ip,
            passing: None,
            interface: None,
        }
    }
}

impl fmt::Display for Other {
    /// `ARP`: what it is called, and its number where it has no name here.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Ether(0x0806) => "ARP",
            Self::Ether(0x8035) => "RARP",
            Self::Ether(0x8863 | 0x8864) => "PPPoE",
            Self::Ether(0x8847 | 0x8848) => "MPLS",
            Self::Ether(0x888e) => "EAPOL",
            Self::Ether(0x88cc) => "LLDP",
            Self::Ether(0x88e5) => "MACsec",
            Self::Ether(0x88f7) => "PTP",
            Self::Llc => "LLC",
            Self::Broken => "IP?",
            Self::Ether(kind) => return write!(f, "EtherType 0x{kind:04x}"),
            Self::Link(kind) => return write!(f, "link type {kind}"),
        };
        f.write_str(name)
    }
}

pub fn inside(link: u32, frame: &[u8]) -> Inside {
    match link {
        1 => Inside::new(ether(frame, 12)),
        // Both begin with the address family, in either order of bytes.
        0 | 108 => Inside::new(family(frame)),
        12 | 14 | 101 => Inside::new(ip(frame, 0)),
        228 | 229 => Inside::new(ip(frame, 0)),
        113 => Inside {
            ip: ether(frame, 14),
            passing: u16_at(frame, 0).and_then(passing),
            interface: None,
        },
        276 => Inside {
            ip: u16_at(frame, 0).map_or(Err(Other::Broken), |kind| typed(frame, kind, 20)),
            passing: frame.get(10).copied().map(u16::from).and_then(passing),
            interface: frame
                .get(4..8)
                .and_then(|four| Some(u32::from_be_bytes(four.try_into().ok()?))),
        },
        other => Inside::new(Err(Other::Link(other))),
    }
}

fn u16_at(frame: &[u8], at: usize) -> Option<u16> {
    let two = frame.get(at..at + 2)?;
    Some(u16::from_be_bytes([two[0], two[1]]))
}

/// `PACKET_OUTGOING` is 4; all others came in.
fn passing(kind: u16) -> Option<Passing> {
    match kind {
        4 => Some(Passing::Out),
        0..=3 => Some(Passing::In),
        _ => None,
    }
}

/// A frame whose EtherType lies at `at`.
fn ether(frame: &[u8], at: usize) -> Result<usize, Other> {
    let kind = u16_at(frame, at).ok_or(Other::Broken)?;
    typed(frame, kind, at + 2)
}

/// What follows an EtherType, VLAN tags first (IEEE 802.1Q).
fn typed(frame: &[u8], kind: u16, at: usize) -> Result<usize, Other> {
    let (mut kind, mut at) = (kind, at);
    for _ in 0..MOST_TAGS {
        match kind {
            0x8100 | 0x88a8 | 0x9100 => {
                kind = u16_at(frame, at + 2).ok_or(Other::Broken)?;
                at += 4;
            }
            0x0800 | 0x86dd => return ip(frame, at),
            0..0x0600 => return Err(Other::Llc),
            kind => return Err(Other::Ether(kind)),
        }
    }
    Err(Other::Ether(kind))
}

/// `AF_INET` is 2 everywhere; `AF_INET6` is not.
fn family(frame: &[u8]) -> Result<usize, Other> {
    let four = frame.get(..4).and_then(|four| four.try_into().ok());
    let family = u32::from_be_bytes(four.ok_or(Other::Broken)?);
    match family.min(family.swap_bytes()) {
        2 | 10 | 24 | 28 | 30 => ip(frame, 4),
        _ => Err(Other::Link(0)),
    }
}

fn ip(frame: &[u8], at: usize) -> Result<usize, Other> {
    match frame.get(at).map(|first| first >> 4) {
        Some(4 | 6) => Ok(at),
        Some(_) | None => Err(Other::Broken),
    }
}

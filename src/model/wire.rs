//! A packet and what became of it.

pub use crate::packet::Kind;
use crate::packet::Packet;
use crate::trace::{Name, SegmentId};

#[derive(Clone, Debug)]
pub struct Segment {
    pub id: SegmentId,
    pub from: Name,
    /// `None` when no host has the destination address.
    pub to: Option<Name>,
    /// `None` when the bytes are not an IP packet; `bytes` still holds them.
    pub packet: Option<Packet>,
    pub bytes: Vec<u8>,
    pub sent_at_us: u64,
    /// The first of its kind, when the kernel sent the same segment again.
    pub copy_of: Option<SegmentId>,
    /// Later ones like it, with the time each was sent.
    pub copies: Vec<(SegmentId, u64)>,
    pub fate: Fate,
}

/// Times are microseconds since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// On the wire, waiting for the learner.
    Held,
    /// A copy that waits behind its original.
    Absorbed,
    Delivered(u64),
    Dropped(u64),
}

impl Segment {
    /// SYN, data, FIN …; `None` when the bytes are not an IP packet.
    pub fn kind(&self) -> Option<Kind> {
        self.packet.as_ref().map(Packet::kind)
    }

    pub fn is_held(&self) -> bool {
        self.fate == Fate::Held
    }
}

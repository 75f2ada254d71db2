//! A packet and what became of it.

pub use crate::packet::Kind;
use std::sync::Arc;

use crate::packet::{Packet, SeqNo};
use crate::trace::{Name, Resent, SegmentId};

#[derive(Clone, Debug)]
pub struct Segment {
    pub id: SegmentId,
    pub from: Name,
    /// `None` when no host has the destination address.
    pub to: Option<Name>,
    /// `None` when the bytes are not an IP packet; `bytes` still holds them.
    pub packet: Option<Packet>,
    pub bytes: Arc<[u8]>,
    pub sent_at_us: u64,
    /// The first of its kind, when the kernel sent the same segment again.
    pub copy_of: Option<SegmentId>,
    /// Later ones like it, with the time each was sent.
    pub copies: Vec<(SegmentId, u64)>,
    /// When the wire made it: a second one of `copy_of` that no kernel sent.
    pub duplicated_at_us: Option<u64>,
    /// Why the kernel sent it, where no call and no arrival made it.
    pub reason: Option<Resent>,
    /// The places of bytes that are not what the sender wrote.
    pub corrupted: Vec<u32>,
    /// Loopback mode: nobody saw it. What it must have been, and how many bytes of data.
    pub inferred: Option<(Kind, u32)>,
    /// Where this connection's numbers began, as far as was known when it was sent: in its own
    /// direction, and in the other. A port pair can serve another connection later.
    pub first: [Option<SeqNo>; 2],
    pub fate: Fate,
}

/// Times are microseconds since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// On the wire, waiting for the learner.
    Held,
    /// A copy that waits behind its original.
    Absorbed,
    /// On the wire, which delivers it by itself at this time.
    Delayed(u64),
    Delivered(u64),
    Dropped(u64),
}

impl Segment {
    /// SYN, data, FIN …; `None` when the bytes are not an IP packet.
    pub fn kind(&self) -> Option<Kind> {
        let inferred = self.inferred.map(|(kind, _)| kind);
        inferred.or_else(|| self.packet.as_ref().map(Packet::kind))
    }

    /// What it was when it left its host: a byte that the wire turned over may make it another.
    pub fn sent_kind(&self) -> Option<Kind> {
        if self.corrupted.is_empty() {
            return self.kind();
        }
        let mut bytes = self.bytes.to_vec();
        for place in &self.corrupted {
            if let Some(byte) = bytes.get_mut(*place as usize) {
                *byte = !*byte; // as the wire did (`lab::hold`)
            }
        }
        crate::packet::parse(&bytes)
            .ok()
            .map(|packet| packet.kind())
    }

    /// Held or delayed: an order can still reach it.
    pub fn is_on_wire(&self) -> bool {
        matches!(self.fate, Fate::Held | Fate::Delayed(_))
    }

    pub fn is_held(&self) -> bool {
        self.fate == Fate::Held
    }

    /// The one that the wire made this a second one of.
    pub fn duplicate_of(&self) -> Option<SegmentId> {
        self.duplicated_at_us.and(self.copy_of)
    }
}

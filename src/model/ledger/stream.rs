//! What the ledger says: streams, their parts, and whether the kernels agree.

use std::fmt;
use std::net::SocketAddr;
use std::ops::Range;

use crate::trace::{Key, Name};

/// One direction of a TCP connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    pub from: StreamEnd,
    pub to: StreamEnd,
    /// The kernel took so many bytes from the sending program: by calls that returned, and, while a
    /// call waits, by the kernel's own queue.
    pub written: u64,
    /// Together with what a waiting call still offers.
    pub offered: u64,
    /// The sender's kernel has heard that so many arrived.
    pub acknowledged: u64,
    /// They lie side by side from 0 to `offered`, none is empty.
    pub parts: Vec<Part>,
    pub check: Check,
    /// What was compared, agreeing or not.
    pub compared: Vec<Compared>,
    /// Which connection of the ledger, and which way.
    pub(super) at: (usize, usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamEnd {
    /// Empty when no host has the address.
    pub host: Name,
    pub address: SocketAddr,
    /// `None` while no kernel told of a socket there.
    pub key: Option<Key>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub place: Place,
    pub range: Range<u64>,
    /// No program and no kernel told of just these bytes: it follows from what the wire delivered.
    pub is_inferred: bool,
}

/// Where bytes are. What has arrived is at the receiver only, though the sender keeps a copy
/// until it hears of it; what is on the wire likewise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The receiving program has it.
    Read,
    /// In the receive buffer, in order.
    Received,
    /// In the receiving kernel, behind a hole.
    OutOfOrder,
    /// Held or delayed.
    Wire,
    /// Sent, then lost on the wire or refused; the sender's kernel keeps it to send it again.
    Sent,
    /// In the send buffer, never sent.
    Unsent,
    /// Offered by a call that waits; the kernel has not taken it.
    Program,
    /// Thrown away with its socket: nobody will send it again, nobody can read it.
    Lost,
}

impl Place {
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::Received,
        Self::OutOfOrder,
        Self::Wire,
        Self::Sent,
        Self::Unsent,
        Self::Program,
        Self::Lost,
    ];
}

/// Whether the kernels' own numbers agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    Reconciled,
    /// These do not.
    Off(Vec<Compared>),
    Unknown(Unchecked),
}

/// One number of a kernel beside ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// As the kernel calls it: `SIOCOUTQ`.
    pub what: &'static str,
    pub kernel: u64,
    pub ledger: u64,
}

/// Why nothing was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unchecked {
    /// Something is under way: the kernels are asked when it has come to rest.
    InStep,
    /// Its segments cross no wire that we see.
    NotSeen,
    /// Urgent data is read past the queue.
    Urgent,
    /// No socket is left that could be asked.
    NoSocket,
}

/// Some bytes of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Shorter than asked where the rest is not known.
    pub bytes: Vec<u8>,
    /// From segments, not from a program's call.
    pub is_inferred: bool,
}

impl Stream {
    /// The bytes in one place, together.
    pub fn count(&self, place: Place) -> u64 {
        let parts = self.parts.iter().filter(|part| part.place == place);
        parts.map(|part| part.range.end - part.range.start).sum()
    }

    /// The parts as `Read 0..5`, for messages.
    pub fn places(&self) -> Vec<String> {
        let parts = self.parts.iter();
        parts
            .map(|part| format!("{:?} {}..{}", part.place, part.range.start, part.range.end))
            .collect()
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.what, self.kernel)?;
        if self.kernel != self.ledger {
            write!(f, " ≠ {}", self.ledger)?;
        }
        Ok(())
    }
}

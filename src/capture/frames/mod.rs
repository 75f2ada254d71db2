//! From a file's bytes to frames: pcap and pcapng, within bounds.
//!
//! In: bytes from anywhere. Out: interfaces and frames, one by one, and what was wrong with the
//! file. A record is taken as a whole or not at all; no length that a file claims is believed
//! before so many bytes have come.

mod buffer;
mod legacy;
mod next_generation;

use std::io::Read;
use std::ops::ControlFlow;

use super::Interface;
use super::link::Passing;
use buffer::Buffer;

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of the file.
    pub most_bytes: u64,
    pub most_packets: usize,
}

impl Default for Limits {
    /// What a usual machine has memory for.
    fn default() -> Self {
        Self {
            most_bytes: 2 << 30,
            most_packets: 20_000_000,
        }
    }
}

/// Why nothing of a file can be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("the file is empty")]
    Empty,
    #[error("neither pcap nor pcapng")]
    NotACapture,
    /// And by which program.
    #[error("compressed with {0}: unpack it first")]
    Compressed(&'static str),
    #[error("broken off")]
    Cancelled,
    #[error("{0}")]
    Unreadable(String),
    /// It begins like a capture, and not one packet is sound.
    #[error("{0}")]
    Broken(CutShort),
}

/// Where the sound part of a file ends, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("packet {packet}, at byte {offset}: {reason}")]
pub struct CutShort {
    /// The first that is not there, counted from 1.
    pub packet: usize,
    /// Where in the file its record begins.
    pub offset: u64,
    pub reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error("the file ends inside it")]
    EndsInside,
    #[error("a length of {length} bytes, where {most} are the most that can be")]
    AbsurdLength { length: u64, most: u64 },
    /// A block says one length at its beginning and another one at its end.
    #[error("its two lengths do not agree")]
    LengthsDisagree,
    #[error("it is not sound")]
    Malformed,
    #[error("captured on interface {0}, which the file does not describe")]
    NoSuchInterface(u32),
    #[error("{0}")]
    Unreadable(String),
    #[error("only the first {0} bytes of a file are read")]
    MoreBytes(u64),
    #[error("only the first {0} packets of a file are read")]
    MorePackets(usize),
}

/// One captured frame.
#[derive(Debug)]
pub struct Frame<'a> {
    /// Counted over all sections of the file.
    pub interface: usize,
    /// Since 1970; a simple packet block does not say.
    pub at_ns: Option<i64>,
    pub bytes: &'a [u8],
    /// How many bytes more it had.
    pub left_out: usize,
    pub passing: Option<Passing>,
    pub comments: Vec<String>,
}

/// Who takes what a file holds.
pub trait Sink {
    fn interface(&mut self, interface: Interface);
    fn frame(&mut self, frame: &Frame<'_>);
    /// How many it took.
    fn packets(&self) -> usize;
}

/// Why reading ends before the file does.
#[derive(Debug)]
enum Stop {
    Cancelled,
    Here(Reason),
}

impl From<Reason> for Stop {
    fn from(reason: Reason) -> Self {
        Self::Here(reason)
    }
}

/// What files of other kinds begin with.
const COMPRESSED: [(&[u8], &str); 4] = [
    (&[0x1f, 0x8b], "gzip"),
    (&[0x28, 0xb5, 0x2f, 0xfd], "zstd"),
    (&[0xfd, b'7', b'z', b'X', b'Z'], "xz"),
    (b"PK\x03\x04", "zip"),
];

/// Hands every frame on. Also: what was wrong after the last of them.
pub fn read<R: Read, P: FnMut(u64) -> ControlFlow<()>>(
    from: R,
    limits: &Limits,
    progress: &mut P,
    sink: &mut impl Sink,
) -> Result<Option<CutShort>, Problem> {
    let mut buffer = Buffer::new(from, limits.most_bytes, progress);
    let start = match buffer.peek(8) {
        Ok(start) => start.to_vec(),
        Err(Stop::Cancelled) => return Err(Problem::Cancelled),
        Err(Stop::Here(Reason::Unreadable(why))) => return Err(Problem::Unreadable(why)),
        Err(Stop::Here(_)) => return Err(Problem::NotACapture),
    };
    let is = |magic: &[u8]| start.starts_with(magic);
    if start.is_empty() {
        return Err(Problem::Empty);
    }
    if let Some((_, program)) = COMPRESSED.iter().find(|(magic, _)| is(magic)) {
        return Err(Problem::Compressed(program));
    }
    let ended = if is(&[0x0a, 0x0d, 0x0d, 0x0a]) {
        next_generation::read(&mut buffer, limits, sink)
    } else if legacy::is_magic(&start) {
        legacy::read(&mut buffer, limits, sink)
    } else {
        return Err(Problem::NotACapture);
    };
    let reason = match ended {
        Ok(()) => return Ok(None),
        Err(Stop::Cancelled) => return Err(Problem::Cancelled),
        Err(Stop::Here(reason)) => reason,
    };
    let cut_short = CutShort {
        packet: sink.packets() + 1,
        offset: buffer.offset(),
        reason,
    };
    match sink.packets() {
        0 => Err(Problem::Broken(cut_short)),
        _ => Ok(Some(cut_short)),
    }
}

/// Whether one packet more may be taken.
fn has_room(limits: &Limits, sink: &impl Sink) -> Result<(), Stop> {
    match sink.packets() < limits.most_packets.min(u32::MAX as usize - 1) {
        true => Ok(()),
        false => Err(Reason::MorePackets(limits.most_packets).into()),
    }
}

//! What a trigger says, taken apart: the statements, and how they are joined.

use crate::model::{Place, Sort};
use crate::trace::{Name, Resent};

#[derive(Clone, Debug, PartialEq)]
pub(in crate::lesson) enum Rule {
    One(Clause),
    /// What happens has happened by now; what is so is so now.
    And {
        parts: Vec<Rule>,
        /// None of these is so at the event at which the parts come together.
        not: Vec<Clause>,
    },
    /// The first comes while the second has not come yet.
    Before(Clause, Clause),
    /// The second comes at a later event than the first.
    Then(Clause, Clause, Option<Pause>),
}

/// How long after the first the second comes, in microseconds of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lesson) enum Pause {
    AtMost(u64),
    AtLeast(u64),
}

/// One statement about one program or host.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::lesson) struct Clause {
    pub subject: Subject,
    pub fact: Fact,
}

#[derive(Clone, Debug, PartialEq)]
pub(in crate::lesson) enum Subject {
    Any,
    /// A program or a host.
    Named(Name),
}

#[derive(Clone, Debug, PartialEq)]
pub(in crate::lesson) enum Fact {
    /// A socket of the host is in this TCP state.
    InState {
        state: &'static str,
        without_descriptor: bool,
    },
    /// So many of the host's sockets are, or so many threads of the program live.
    Has(Counted, Count),
    SocketGone,
    CallBlocked {
        call: &'static str,
        nth: Option<u32>,
    },
    CallReturned {
        call: &'static str,
        answer: Answer,
    },
    CallFailed {
        call: &'static str,
        /// An errno's name or an exception's.
        why: Option<String>,
        nth: Option<u32>,
    },
    Sent {
        segment: SegmentWords,
        again: Again,
    },
    Segment {
        segment: SegmentWords,
        fate: FateWord,
    },
    /// A segment leaves with this window, in bytes.
    Announces(Count),
    /// A segment leaves that acknowledges so many bytes, from the first on.
    Acknowledges(Count),
    QueueIs(Queue, Count),
    /// Bytes that wait in some socket of the host.
    BufferIs(Buffer, Count),
    /// A number of the kernel's about some socket of the host.
    InfoIs(Info, Count),
    /// So many segments wait on the wire.
    Held(Count),
    /// Where the byte is that the host sent as its so-manieth, counted from 0.
    Byte(u64, ByteIs),
    Prints(String),
    Asks,
    Exits {
        with: Option<String>,
    },
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lesson) enum Count {
    Exactly(u64),
    AtLeast(u64),
    AtMost(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lesson) enum Counted {
    /// Sockets in this state.
    State(&'static str),
    Threads,
    Descriptors,
}

/// What a call returns.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::lesson) enum Answer {
    Any,
    /// Whatever it is, it is this call's so-manieth in its program.
    Nth(u32),
    Bytes(Count),
    /// The kernel took only a part.
    LessThanOffered,
    /// Its result, read as text, contains this.
    Text(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lesson) enum Again {
    No,
    Yes,
    /// For one of these reasons.
    Because(&'static [Resent]),
}

/// Which segment: what it is, perhaps "the second such", perhaps how long.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::lesson) struct SegmentWords {
    pub sort: Sort,
    /// Counted from 1 over the whole run, resends not counted.
    pub nth: Option<usize>,
    /// Bytes of payload; of a packet, its own.
    pub length: Option<Count>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lesson) enum FateWord {
    Delivered,
    Dropped,
    Held,
    Corrupted,
    Duplicated,
    Delayed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lesson) enum Queue {
    Syn,
    Accept,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lesson) enum Buffer {
    Send,
    Receive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lesson) enum Info {
    /// In segments.
    Cwnd,
    Ssthresh,
    /// In milliseconds.
    Rto,
    Rtt,
    /// What the peer offers, in bytes.
    Window,
}

/// Where a byte is, in a teacher's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lesson) enum ByteIs {
    InProgram,
    InSendBuffer,
    OnWire,
    InReceiveBuffer,
    Read,
    Lost,
}

impl Rule {
    pub(in crate::lesson) fn clauses<'a>(&'a self, into: &mut Vec<&'a Clause>) {
        match self {
            Self::One(clause) => into.push(clause),
            Self::And { parts, not } => {
                parts.iter().for_each(|part| part.clauses(into));
                into.extend(not);
            }
            Self::Before(first, second) | Self::Then(first, second, _) => {
                into.extend([first, second]);
            }
        }
    }
}

impl Fact {
    /// Something that *is so* for a while, rather than *happens* at one event.
    pub(in crate::lesson) fn is_condition(&self) -> bool {
        match self {
            Self::InState { .. }
            | Self::Has(..)
            | Self::CallBlocked { .. }
            | Self::QueueIs(..)
            | Self::BufferIs(..)
            | Self::InfoIs(..)
            | Self::Held(_)
            | Self::Byte(..)
            | Self::Always
            | Self::Never => true,
            Self::Segment { fate, .. } => *fate == FateWord::Held,
            Self::SocketGone
            | Self::CallReturned { .. }
            | Self::CallFailed { .. }
            | Self::Sent { .. }
            | Self::Announces(_)
            | Self::Acknowledges(_)
            | Self::Prints(_)
            | Self::Asks
            | Self::Exits { .. } => false,
        }
    }
}

impl Count {
    pub(in crate::lesson) fn fits(self, number: u64) -> bool {
        match self {
            Self::Exactly(wanted) => number == wanted,
            Self::AtLeast(least) => number >= least,
            Self::AtMost(most) => number <= most,
        }
    }
}

impl Pause {
    /// Whether this time, in microseconds, is such a pause.
    pub(in crate::lesson) fn fits(self, passed: u64) -> bool {
        match self {
            Self::AtMost(most) => passed <= most,
            Self::AtLeast(least) => passed >= least,
        }
    }
}

impl ByteIs {
    pub(in crate::lesson) fn is(self, place: Place) -> bool {
        match place {
            Place::Read => self == Self::Read,
            Place::Received | Place::OutOfOrder => self == Self::InReceiveBuffer,
            Place::Wire => self == Self::OnWire,
            Place::Sent | Place::Unsent => self == Self::InSendBuffer,
            Place::Program => self == Self::InProgram,
            Place::Lost => self == Self::Lost,
        }
    }
}

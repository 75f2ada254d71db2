//! One fact, with the time it happened.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::order::Ordered;
use crate::packet::Kind;

/// The name of a program or a host: `server`, `client1`.
pub type Name = String;

/// How many events have happened: `Moment(0)` is before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub usize);

/// One socket call of one run. Calls are numbered across all programs.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct CallId(pub u64);

/// One packet that left a host. A resent segment gets an id of its own.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct SegmentId(pub u64);

/// The kernel's own name for a socket (its cookie): it stays the same from `SYN_RECV` to `TIME_WAIT`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Key(pub u64);

impl fmt::Display for SegmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Bytes, written as base64.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Bytes(pub Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bytes({})", STANDARD.encode(&self.0))
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let bytes = STANDARD
            .decode(text.as_bytes())
            .map_err(serde::de::Error::custom)?;
        Ok(Self(bytes))
    }
}

/// One line of a trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its number: 0, 1, 2 …
    pub n: u64,
    /// Microseconds since the lab started.
    pub at_us: u64,
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// A program stands before a socket call and waits to be stepped.
    Call {
        program: Name,
        call: CallId,
        line: u32,
        name: String,
        /// As shown: `("192.168.131.62", 8989)`.
        args: String,
        fd: Option<i32>,
        /// 0 is the program's main thread.
        #[serde(default)]
        thread: u32,
        /// How many bytes it offers to the kernel; of the send family only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offers: Option<u64>,
    },
    /// The call did not return at once: the kernel makes it wait.
    Blocked {
        program: Name,
        call: CallId,
    },
    Return {
        program: Name,
        call: CallId,
        #[serde(flatten)]
        returned: Returned,
        /// What `send` took or `recv` gave.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bytes: Option<Bytes>,
        /// The descriptor that `socket()` or `accept()` made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        new_fd: Option<i32>,
    },
    /// A program paused here.
    Line {
        program: Name,
        line: u32,
        locals: BTreeMap<String, String>,
    },
    Print {
        program: Name,
        text: String,
    },
    /// `input()` waits for a line.
    Ask {
        program: Name,
        prompt: String,
        #[serde(default)]
        thread: u32,
    },
    Answer {
        program: Name,
        /// `None` is the end of input.
        text: Option<String>,
        #[serde(default)]
        thread: u32,
    },
    /// Something became of one of a program's threads, beside its calls.
    Thread {
        program: Name,
        thread: u32,
        state: ThreadState,
    },
    Exit {
        program: Name,
        traceback: Option<String>,
        /// The line an exception came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<u32>,
    },
    /// A packet left a host and is on the wire.
    Sent {
        segment: SegmentId,
        from: Name,
        /// `None` when no host has the destination address.
        to: Option<Name>,
        bytes: Bytes,
        copy_of: Option<SegmentId>,
        /// A copy that waits behind its original instead of by itself.
        #[serde(default)]
        absorbed: bool,
        /// Why the kernel sent it, where that was not a program's call or an arrival.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Resent>,
    },
    /// Loopback mode: a segment that must have crossed, to judge by what changed. Nobody saw it.
    Inferred {
        segment: SegmentId,
        from: Name,
        to: Name,
        kind: Kind,
        /// Bytes of the program's in it, together with those of the segments it stands for.
        length: u32,
    },
    Delivered {
        segment: SegmentId,
    },
    Dropped {
        segment: SegmentId,
    },
    Duplicated {
        segment: SegmentId,
        copy: SegmentId,
    },
    /// The byte at this place of the packet was `was` and is `now`.
    Corrupted {
        segment: SegmentId,
        byte: u32,
        was: u8,
        now: u8,
    },
    /// The wire delivers it by itself after this time.
    Delayed {
        segment: SegmentId,
        ms: u32,
    },
    Socket(Box<SocketFacts>),
    /// What is in a socket's buffers, read by `MSG_PEEK` and `SIOCOUTQ` on its own descriptor.
    Buffers(Box<BufferFacts>),
    /// A host's own counters (`/proc/net/snmp`, `/proc/net/netstat`): those that changed, each as
    /// `TcpExt.ListenDrops`, counted since the host exists.
    Counters {
        host: Name,
        counters: BTreeMap<String, u64>,
    },
    Gone {
        host: Name,
        key: Key,
    },
    Order(Ordered),
    Note {
        text: String,
    },
    /// Nothing more will happen until an order comes or a timer runs out.
    Rest,
    /// The lab is gone, and why. Nothing after it is live.
    Ended {
        reason: String,
    },
    /// A `what` of a newer version: kept in place, ignored.
    #[serde(other)]
    Unknown,
}

impl What {
    /// It moves nothing: a run at rest is at rest after it, too.
    pub fn is_only_said(&self) -> bool {
        match self {
            Self::Print { .. } | Self::Note { .. } => true,
            Self::Order(ordered) => ordered.order.is_only_said(),
            Self::Call { .. }
            | Self::Blocked { .. }
            | Self::Return { .. }
            | Self::Line { .. }
            | Self::Ask { .. }
            | Self::Answer { .. }
            | Self::Thread { .. }
            | Self::Exit { .. }
            | Self::Sent { .. }
            | Self::Inferred { .. }
            | Self::Delivered { .. }
            | Self::Dropped { .. }
            | Self::Duplicated { .. }
            | Self::Corrupted { .. }
            | Self::Delayed { .. }
            | Self::Socket(_)
            | Self::Buffers(_)
            | Self::Counters { .. }
            | Self::Gone { .. }
            | Self::Rest
            | Self::Ended { .. }
            | Self::Unknown => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreadState {
    Started,
    /// For another thread of its program: a lock, a join.
    Waits,
    GoesOn,
    Ended,
}

/// Why the kernel sent something that nobody asked it for just then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resent {
    /// The retransmission timer ran out (RFC 6298).
    Rto,
    /// A tail loss probe (RFC 8985 section 7).
    Tlp,
    /// Duplicate or selective acknowledgments said that it is lost (RFC 5681, RFC 6675).
    FastRetransmit,
    /// A SYN again, by its timer.
    SynRetry,
    /// A SYN-ACK again, by its timer or because the SYN came again.
    SynAckRetry,
    /// Is the peer still there? (RFC 9293 section 3.8.4)
    Keepalive,
    /// Has the peer's window opened? (RFC 9293 section 3.8.6.1)
    WindowProbe,
    /// The kernel's counters do not say.
    #[serde(other)]
    Unknown,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Returned {
    Value {
        /// As Python's `repr` shows it.
        value: String,
    },
    Failed {
        errno: Option<i32>,
        /// `ECONNREFUSED`; `None` for a time-out, which is Python's and not the kernel's.
        error: Option<String>,
        exception: String,
        #[serde(default)]
        message: String,
    },
}

/// Everything the kernel said of one socket.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SocketFacts {
    pub host: Name,
    pub key: Key,
    /// `None` when no program owns it: the kernel does.
    pub program: Option<Name>,
    pub fd: Option<i32>,
    /// `tcp` or `udp`.
    pub protocol: String,
    /// `SYN_SENT`, `FIN_WAIT2`: the kernel's own names (`include/net/tcp_states.h`).
    pub state: String,
    pub local: Option<String>,
    pub remote: Option<String>,
    /// Bytes that arrived and were not read. A FIN counts as one.
    pub recv_queue: u32,
    /// Bytes sent and not acknowledged, or not yet sent.
    pub send_queue: u32,
    /// Of a listener only.
    pub backlog: Option<u32>,
    /// Of a listener only: connections that wait for `accept`.
    pub accept_queue: Option<u32>,
    pub timer: Option<Timer>,
    pub info: Option<TcpFacts>,
    /// `SO_RCVBUF` and `SO_SNDBUF` in bytes, as the kernel counts them.
    #[serde(default)]
    pub recv_buffer: Option<u32>,
    #[serde(default)]
    pub send_buffer: Option<u32>,
    /// The listener that a half-open or unaccepted connection waits behind.
    #[serde(default)]
    pub listener: Option<Key>,
    /// Packets for this socket that the kernel threw away, for want of room or for their checksum.
    #[serde(default)]
    pub drops: Option<u32>,
}

/// What a socket's own descriptor says of its buffers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BufferFacts {
    pub host: Name,
    pub key: Key,
    /// Bytes that `recv` would find (`SIOCINQ`); of a datagram socket, those of the next datagram.
    pub unread: u32,
    /// The first of them.
    pub received: Bytes,
    /// The length of each waiting datagram, the next one first; empty for a stream.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub datagrams: Vec<u32>,
    /// Bytes not yet acknowledged, sent or not (`SIOCOUTQ`). A FIN counts as one.
    pub unacked: u32,
    /// Those of them that were not even sent (`SIOCOUTQNSD`).
    pub unsent: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timer {
    pub kind: TimerKind,
    pub expires_ms: u32,
    pub retransmits: u8,
}

/// `idiag_timer` of `inet_diag.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerKind {
    /// A segment goes out again when it expires (RTO or SYN-ACK retry).
    Retransmit,
    Keepalive,
    TimeWait,
    /// A zero window is probed when it expires (the persist timer).
    Probe,
    /// The kernel forgets a connection whose program has closed it and whose peer has not.
    FinWait2,
    #[serde(other)]
    Other,
}

/// From `struct tcp_info` (`include/uapi/linux/tcp.h`); an older kernel leaves the newer ones 0.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TcpFacts {
    pub rtt_us: u32,
    pub rttvar_us: u32,
    pub min_rtt_us: u32,
    pub rto_us: u32,
    /// In segments.
    pub cwnd: u32,
    /// In segments; 2147483647 means that none is set.
    pub ssthresh: u32,
    /// In bytes, as all windows here.
    pub snd_wnd: u32,
    pub rcv_wnd: u32,
    pub snd_mss: u32,
    pub rcv_mss: u32,
    pub bytes_sent: u64,
    pub bytes_acked: u64,
    pub bytes_received: u64,
    pub bytes_retransmitted: u64,
    pub notsent_bytes: u32,
    /// In segments: sent and not acknowledged, known to have arrived, believed lost.
    pub unacked: u32,
    pub sacked: u32,
    pub lost: u32,
    /// How often in a row the timer has run out for what is sent now.
    pub retransmits: u32,
    /// In segments, over the socket's life.
    pub total_retransmits: u32,
    /// Unanswered window or keepalive probes.
    pub probes: u32,
    pub segs_out: u32,
    pub segs_in: u32,
    /// Segments that arrived out of order.
    pub out_of_order: u32,
    /// `Open`, `Disorder`, `CWR`, `Recovery` or `Loss`: the congestion control's own state.
    pub phase: String,
    /// The congestion control's name: `reno`.
    pub congestion: String,
}

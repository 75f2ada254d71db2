//! The states of both ends of a TCP connection, inferred from what passed.
//!
//! In: the segments of one connection in the order they were captured. Out: the state of each end
//! after each (RFC 9293 section 3.3.2), as if every segment arrived as it passed; `None` while
//! nothing tells. A capture does not say what arrived, so this is a conclusion and never a fact.
//!
//! An end whose SYN was not captured is known from the moment that data has gone both ways: one
//! that sends has not closed, and what its peer sent before says the same of the peer. A listener
//! is known by its answer only.

use super::conversation::Side;
use crate::packet::SeqNo;
use crate::packet::TcpHead as Tcp;

/// Named as kernels name them (`include/net/tcp_states.h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TcpState {
    SynSent,
    SynReceived,
    Established,
    FinWait1,
    FinWait2,
    CloseWait,
    Closing,
    LastAck,
    TimeWait,
    /// It is over: reset, or both FINs are acknowledged.
    Closed,
}

impl TcpState {
    /// As `ss` spells it, with underscores: the way a trace names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::SynSent => "SYN_SENT",
            Self::SynReceived => "SYN_RECV",
            Self::Established => "ESTABLISHED",
            Self::FinWait1 => "FIN_WAIT1",
            Self::FinWait2 => "FIN_WAIT2",
            Self::CloseWait => "CLOSE_WAIT",
            Self::Closing => "CLOSING",
            Self::LastAck => "LAST_ACK",
            Self::TimeWait => "TIME_WAIT",
            Self::Closed => "CLOSE",
        }
    }
}

/// Both ends of one connection.
#[derive(Clone, Debug, Default)]
pub struct Ends {
    ends: [End; 2],
    is_reset: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct End {
    /// Its own SYN passed, and the number behind it.
    syn: Option<SeqNo>,
    is_syn_acked: bool,
    has_sent_data: bool,
    /// The number behind its FIN.
    fin: Option<SeqNo>,
    is_fin_acked: bool,
    /// Its FIN says that the peer's had come before.
    closed_second: bool,
}

impl Ends {
    /// One segment more, from this end. True when it is a FIN that crosses the peer's: its sender
    /// had not got that when it sent this, so it was never in CLOSE_WAIT.
    pub fn passed(&mut self, side: Side, tcp: &Tcp) -> bool {
        if tcp.flags.rst {
            self.is_reset = true;
            return false;
        }
        let (from, to) = (side.index(), side.other().index());
        if tcp.flags.syn {
            self.ends[from].syn = Some(tcp.seq.plus(1));
        }
        self.ends[from].has_sent_data |= tcp.payload > 0;
        if tcp.flags.ack {
            let reaches = |end: Option<SeqNo>| end.is_some_and(|end| !end.is_after(tcp.ack));
            let peer = &mut self.ends[to];
            peer.is_syn_acked |= reaches(peer.syn);
            peer.is_fin_acked |= reaches(peer.fin);
        }
        if tcp.flags.fin && self.ends[from].fin.is_none() {
            self.ends[from].fin = Some(tcp.seq.plus(tcp.length()));
            self.ends[from].closed_second = self.ends[to].is_fin_acked;
            return self.ends[to].fin.is_some() && !self.ends[to].is_fin_acked;
        }
        false
    }

    pub fn states(&self) -> [Option<TcpState>; 2] {
        Side::BOTH.map(|side| self.state(side))
    }

    fn state(&self, side: Side) -> Option<TcpState> {
        let (own, peer) = (&self.ends[side.index()], &self.ends[side.other().index()]);
        if self.is_reset {
            return Some(TcpState::Closed);
        }
        let has_talked = own.has_sent_data && peer.has_sent_data;
        let both_closed = own.fin.is_some() && peer.fin.is_some();
        if own.syn.is_none() && !has_talked && !both_closed {
            return None;
        }
        Some(match (own.fin, peer.fin) {
            (None, None) if own.syn.is_none() || own.is_syn_acked => TcpState::Established,
            (None, None) if peer.syn.is_some() => TcpState::SynReceived,
            (None, None) => TcpState::SynSent,
            (Some(_), None) if own.is_fin_acked => TcpState::FinWait2,
            (Some(_), None) => TcpState::FinWait1,
            (None, Some(_)) => TcpState::CloseWait,
            (Some(_), Some(_)) => match (own.closed_second, own.is_fin_acked) {
                (true, true) => TcpState::Closed,
                (true, false) => TcpState::LastAck,
                (false, true) => TcpState::TimeWait,
                (false, false) => TcpState::Closing,
            },
        })
    }
}

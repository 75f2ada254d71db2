//! One direction of a TCP connection: what has passed, and what that makes of the next segment.
//!
//! In: segments in the order they were captured, and the direction back. Out: remarks, inferred.

use super::row::{Remark, Remarks};
use crate::packet::TcpHead as Tcp;
use crate::packet::{Kind, SeqNo};

/// So many gaps of one direction are kept in mind; the oldest are forgotten.
const GAPS: usize = 64;

#[derive(Clone, Debug, Default)]
pub struct Way {
    /// Behind the last byte that passed.
    next: Option<SeqNo>,
    /// What has not passed of what lies before it: from, to.
    gaps: Vec<(SeqNo, SeqNo)>,
    /// The newest acknowledgment, its window, and how often it was said again.
    ack: Option<(SeqNo, u16)>,
    again: u32,
}

impl Way {
    /// One segment more in this direction. Also: which duplicate ACK in a row it is.
    pub fn passed(&mut self, tcp: &Tcp, back: &Way) -> (Remarks, u32) {
        let mut remarks = Remarks::default();
        let length = tcp.length();
        let asks = self.asks(tcp, back);
        if let Some(remark) = asks {
            remarks.add(remark);
        } else if length > 0 && !tcp.flags.rst {
            self.bytes(tcp.seq, length, &mut remarks);
        }
        let again = self.acknowledged(tcp, back, asks.is_some(), &mut remarks);
        (remarks, again)
    }

    /// One number before what comes next, and at most a byte of it: it only wants an answer
    /// (RFC 9293 sections 3.8.4 and 3.8.6.1).
    fn asks(&self, tcp: &Tcp, back: &Way) -> Option<Remark> {
        let flags = tcp.flags;
        let is_plain = flags.ack && !flags.syn && !flags.fin && !flags.rst;
        let is_behind = self.next == Some(tcp.seq.plus(1)) && tcp.payload <= 1;
        let is_shut = back.ack.is_some_and(|(_, window)| window == 0);
        match is_plain && is_behind {
            true if is_shut => Some(Remark::WindowProbe),
            true if tcp.payload == 0 => Some(Remark::Keepalive),
            // A byte that was not acknowledged is sent again; one that was asks for an answer.
            true if back.ack.is_some_and(|(ack, _)| Some(ack) == self.next) => {
                Some(Remark::Keepalive)
            }
            _ => None,
        }
    }

    fn bytes(&mut self, seq: SeqNo, length: u32, remarks: &mut Remarks) {
        let end = seq.plus(length);
        let Some(next) = self.next else {
            self.next = Some(end);
            return;
        };
        if seq.is_after(next) {
            remarks.add(Remark::OutOfOrder);
            if self.gaps.len() == GAPS {
                self.gaps.remove(0);
            }
            self.gaps.push((next, seq));
            self.next = Some(end);
            return;
        }
        if self.fill(seq, end) {
            remarks.add(Remark::FillsGap);
        } else if !end.is_after(next) {
            remarks.add(Remark::SentAgain);
        }
        if end.is_after(next) {
            self.next = Some(end);
        }
    }

    /// Whether any of this had not passed, of what lies before the newest.
    fn fill(&mut self, seq: SeqNo, end: SeqNo) -> bool {
        let mut has_filled = false;
        let mut left = Vec::new();
        for &(from, to) in &self.gaps {
            if !end.is_after(from) || !to.is_after(seq) {
                left.push((from, to));
                continue;
            }
            has_filled = true;
            if seq.is_after(from) {
                left.push((from, seq));
            }
            if to.is_after(end) {
                left.push((end, to));
            }
        }
        if has_filled {
            left.truncate(GAPS);
            self.gaps = left;
        }
        has_filled
    }

    fn acknowledged(
        &mut self,
        tcp: &Tcp,
        back: &Way,
        is_asking: bool,
        remarks: &mut Remarks,
    ) -> u32 {
        if !tcp.flags.ack || tcp.flags.syn || tcp.flags.rst {
            return 0;
        }
        let said = (tcp.ack, tcp.window);
        let is_outstanding = back.next.is_some_and(|next| next.is_after(tcp.ack));
        let is_bare = tcp.kind() == Kind::Ack && !is_asking;
        let mut again = 0;
        match self.ack {
            Some(before) if is_bare && before == said && is_outstanding => {
                self.again += 1;
                again = self.again;
                remarks.add(Remark::DuplicateAck);
            }
            Some((ack, window)) if is_bare && ack == tcp.ack && window < tcp.window => {
                if self.next.is_none_or(|next| next == tcp.seq) {
                    remarks.add(Remark::WindowUpdate);
                }
            }
            Some(before) if before == said => {}
            Some(_) | None => self.again = 0,
        }
        self.ack = Some(said);
        if tcp.window == 0 {
            remarks.add(Remark::ZeroWindow);
        }
        again
    }
}

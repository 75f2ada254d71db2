//! What a statement may speak of besides calls and states: segments and what becomes of them,
//! queues, buffers, single bytes.

use super::TriggerError;
use super::read::{Sentence, unknown, wrong};
use super::rule::{Again, Buffer, ByteIs, Clause, Count, Fact, FateWord, Queue, SegmentWords};
use super::tokens::{Token, is_word};
use super::words::{FATES, KINDS, PLACES, kind};
use crate::model::Sort;
use crate::trace::Resent;

const KIND_WORDS: &str = "SYN, SYN+ACK, ACK, data, FIN, RST, UDP, ICMP, duplicate ACK, zero \
                          window, window update, window probe, keepalive or packet";

impl Sentence<'_> {
    pub(super) fn sent(&mut self, is_again: bool) -> Result<Fact, TriggerError> {
        let segment = self.segment()?;
        let segment = segment.ok_or_else(|| self.unknown_here(KIND_WORDS, KINDS))?;
        let mut again = if is_again { Again::Yes } else { Again::No };
        if is_again && self.take("by") {
            let reasons: [(&[&str], &[Resent]); 4] = [
                (&["timeout"], &[Resent::Rto, Resent::SynRetry]),
                (&["fast", "retransmit"], &[Resent::FastRetransmit]),
                (&["loss", "probe"], &[Resent::Tlp]),
                (&["tail", "loss", "probe"], &[Resent::Tlp]),
            ];
            let mut reasons = reasons.into_iter();
            let found = reasons.find(|(words, _)| self.take_all(words));
            let known = ["timeout", "fast", "retransmit", "loss", "probe"];
            let missing = "\"timeout\", \"fast retransmit\" or \"loss probe\"";
            let (_, reasons) = found.ok_or_else(|| self.unknown_here(missing, &known))?;
            again = Again::Because(reasons);
        }
        Ok(Fact::Sent { segment, again })
    }

    /// `data`, `data 2`, `data of at least 1000 bytes`.
    pub(super) fn segment(&mut self) -> Result<Option<SegmentWords>, TriggerError> {
        let two: [(&[&str], Sort); 6] = [
            (&["duplicate", "ACK"], Sort::DuplicateAck),
            (&["zero", "window"], Sort::ZeroWindow),
            (&["window", "update"], Sort::WindowUpdate),
            (&["window", "probe"], Sort::WindowProbe),
            (&["zero-window", "probe"], Sort::WindowProbe),
            (&["keepalive", "probe"], Sort::Keepalive),
        ];
        let found = two.into_iter().find(|(words, _)| self.take_all(words));
        let found = found.map(|(_, sort)| sort);
        let Some(sort) = found.or_else(|| self.next_if(kind)) else {
            return Ok(None);
        };
        let nth = self.nth("segments")?;
        let mut length = None;
        if let [of, next, ..] = self.rest
            && is_word(of, "of")
            && (is_word(next, "at") || is_number(next))
        {
            self.rest = &self.rest[1..];
            length = self.count()?;
            if !self.take_any(&["bytes", "byte"]) {
                return Err(self.unknown_here("\"bytes\"", &["bytes"]));
            }
        }
        Ok(Some(SegmentWords { sort, nth, length }))
    }

    pub(super) fn fate(&mut self) -> Result<FateWord, TriggerError> {
        let fates = [
            ("delivered", FateWord::Delivered),
            ("dropped", FateWord::Dropped),
            ("held", FateWord::Held),
            ("corrupted", FateWord::Corrupted),
            ("duplicated", FateWord::Duplicated),
            ("delayed", FateWord::Delayed),
        ];
        self.take("is");
        let found = fates.into_iter().find(|(word, _)| self.take(word));
        let missing =
            "\"delivered\", \"dropped\", \"held\", \"corrupted\", \"duplicated\" or \"delayed\"";
        let missing = || self.unknown_here(missing, FATES);
        found.map(|(_, fate)| fate).ok_or_else(missing)
    }

    /// `SYN queue`, `accept queue`: told from a segment and a call by the word after it.
    pub(super) fn queue(&mut self) -> Option<Queue> {
        let queues = [("SYN", Queue::Syn), ("accept", Queue::Accept)];
        let mut queues = queues.into_iter();
        let found = queues.find(|(word, _)| self.take_all(&[*word, "queue"]));
        found.map(|(_, queue)| queue)
    }

    pub(super) fn buffer(&mut self) -> Option<Buffer> {
        let buffers = [
            ("send", Buffer::Send),
            ("receive", Buffer::Receive),
            ("recv", Buffer::Receive),
        ];
        let mut buffers = buffers.into_iter();
        let found = buffers.find(|(word, _)| self.take_all(&[*word, "buffer"]));
        found.map(|(_, buffer)| buffer)
    }

    pub(super) fn buffer_is(&mut self, buffer: Buffer) -> Result<Fact, TriggerError> {
        let count = if self.take_all(&["is", "empty"]) {
            Count::Exactly(0)
        } else {
            self.some_count()?
        };
        self.take_any(&["bytes", "byte"]);
        Ok(Fact::BufferIs(buffer, count))
    }

    /// `nothing is held`, `2 segments are held`, `at least 2 segments are held`.
    pub(super) fn held(&mut self) -> Result<Option<Clause>, TriggerError> {
        let count = if self.take("nothing") {
            Some(Count::Exactly(0))
        } else if self
            .rest
            .first()
            .is_some_and(|t| is_word(t, "at") || is_number(t))
        {
            self.count()?
        } else {
            None
        };
        let Some(count) = count else {
            return Ok(None);
        };
        self.take_any(&["segments", "segment"]);
        let subject = self.of()?;
        self.take_any(&["are", "is"]);
        if !self.take("held") {
            return Err(self.unknown_here("\"held\"", &["segments", "are", "held"]));
        }
        let fact = Fact::Held(count);
        Ok(Some(Clause { subject, fact }))
    }

    /// Behind `byte`: `5 of client on the wire`.
    pub(super) fn byte(&mut self) -> Result<Clause, TriggerError> {
        let nth: Option<u64> = self.nth("bytes")?;
        let missing = "which byte, as in \"byte 5 of client on the wire\"";
        let nth = nth.ok_or_else(|| self.unknown_here(missing, &[]))?;
        let subject = self.of()?;
        self.take("is");
        let places: [(&[&str], ByteIs); 12] = [
            (&["in", "program"], ByteIs::InProgram),
            (&["in", "the", "program"], ByteIs::InProgram),
            (&["in", "send", "buffer"], ByteIs::InSendBuffer),
            (&["in", "the", "send", "buffer"], ByteIs::InSendBuffer),
            (&["on", "the", "wire"], ByteIs::OnWire),
            (&["on", "wire"], ByteIs::OnWire),
            (&["in", "receive", "buffer"], ByteIs::InReceiveBuffer),
            (&["in", "the", "receive", "buffer"], ByteIs::InReceiveBuffer),
            (&["in", "recv", "buffer"], ByteIs::InReceiveBuffer),
            (&["read"], ByteIs::Read),
            (&["has", "been", "read"], ByteIs::Read),
            (&["lost"], ByteIs::Lost),
        ];
        let found = places.into_iter().find(|(words, _)| self.take_all(words));
        let Some((_, place)) = found else {
            let remedy = format!("write one of: {}", PLACES.join(", "));
            let last = self.rest.last();
            let message = last.map_or_else(
                || "the trigger stops short of where the byte is".to_owned(),
                |token| unknown(token, &[]).message,
            );
            return Err(wrong(message, remedy));
        };
        let fact = Fact::Byte(nth - 1, place);
        Ok(Clause { subject, fact })
    }
}

fn is_number(token: &Token) -> bool {
    matches!(token, Token::Word(word) if word.parse::<u64>().is_ok())
}

//! Writes events: numbers them, times them, one JSON line each. A run has a longest length.

use std::io::{self, BufWriter, Write};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::trace::{Event, Header, What, event_line, to_line};

/// The most events of one run. Whoever looks keeps each of them, in about 4 KB with its state: a
/// program in a loop ends its run here and not the window. A transfer of 10 MB makes 30 000.
const EVENTS: u64 = 250_000;
/// The longest run in bytes of its lines, for the same reason.
const LENGTH: u64 = 256 << 20;

pub struct Recorder<W: Write> {
    out: BufWriter<W>,
    started: Instant,
    next: u64,
    length: u64,
}

impl<W: Write> Recorder<W> {
    pub fn new(out: W, header: &Header) -> Self {
        let mut recorder = Self {
            out: BufWriter::with_capacity(64 << 10, out),
            started: Instant::now(),
            next: 0,
            length: 0,
        };
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).ok();
        let started_us = since_1970.and_then(|since| u64::try_from(since.as_micros()).ok());
        let header = Header {
            started_us,
            ..header.clone()
        };
        recorder.line(&to_line(&header));
        recorder
    }

    pub fn event(&mut self, what: What) {
        let event = Event {
            n: self.next,
            at_us: self.started.elapsed().as_micros() as u64,
            what,
        };
        self.next += 1;
        self.line(&event_line(&event));
    }

    pub fn note(&mut self, text: impl Into<String>) {
        self.event(What::Note { text: text.into() });
    }

    /// One run may not be longer: it is time to say so and to end.
    pub fn is_full(&self) -> bool {
        self.next >= EVENTS || self.length >= LENGTH
    }

    /// The last words of a run that has become too long.
    pub fn end_full(&mut self) -> io::Result<()> {
        self.note(format!(
            "the run ends here: it has recorded {} events in {} MiB, and one run has room for \
             {EVENTS} events or {} MiB; a program that repeats itself without end fills that",
            self.next,
            self.length >> 20,
            LENGTH >> 20
        ));
        self.flush()
    }

    /// Nobody reads any more when this fails: time to end.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn line(&mut self, line: &str) {
        self.length += line.len() as u64;
        // An error stays in the writer and comes out of `flush`.
        writeln!(self.out, "{line}").ok();
    }
}

/// A program can make texts as long as memory allows; nobody reads more than this of one.
pub fn shortened(mut text: String) -> String {
    const LONGEST: usize = 16 << 10;
    if text.len() > LONGEST {
        let cut = text.floor_char_boundary(LONGEST);
        text.truncate(cut);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Setup, Timers, WireKind};

    fn recorder() -> Recorder<io::Sink> {
        let setup = Setup {
            hosts: Vec::new(),
            programs: Vec::new(),
            timers: Timers::Patient,
            wire: WireKind::Held,
            ..Setup::default()
        };
        let header = Header::new(&setup, String::new(), WireKind::Held);
        Recorder::new(io::sink(), &header)
    }

    #[test]
    fn a_run_is_full_by_its_events_or_by_their_length() {
        let mut many = recorder();
        for _ in 1..EVENTS {
            many.event(What::Rest);
        }
        assert!(!many.is_full());
        many.event(What::Rest);
        assert!(many.is_full());

        let mut long = recorder();
        let text = "x".repeat(4 << 20);
        for _ in 1..LENGTH / (4 << 20) {
            long.note(text.clone());
        }
        assert!(!long.is_full());
        long.note(text);
        assert!(long.is_full());
    }
}

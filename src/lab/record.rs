//! Writes events: numbers them, times them, one JSON line each.

use std::io::{self, BufWriter, Write};
use std::time::Instant;

use crate::trace::{Event, Header, What, to_line};

pub struct Recorder<W: Write> {
    out: BufWriter<W>,
    started: Instant,
    next: u64,
}

impl<W: Write> Recorder<W> {
    pub fn new(out: W, header: &Header) -> Self {
        let mut recorder = Self {
            out: BufWriter::with_capacity(64 << 10, out),
            started: Instant::now(),
            next: 0,
        };
        recorder.line(&to_line(header));
        recorder
    }

    pub fn event(&mut self, what: What) {
        let event = Event {
            n: self.next,
            at_us: self.started.elapsed().as_micros() as u64,
            what,
        };
        self.next += 1;
        self.line(&to_line(&event));
    }

    pub fn note(&mut self, text: impl Into<String>) {
        self.event(What::Note { text: text.into() });
    }

    /// Nobody reads any more when this fails: time to end.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn line(&mut self, line: &str) {
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

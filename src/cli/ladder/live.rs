//! The ladder of a run while it runs: line by line, nothing is ever rewritten.
//!
//! A line that may still be completed is kept back for a moment, so that an arrow that arrives at
//! once takes one line.

use std::io;
use std::time::{Duration, Instant};

use super::Painter;
use crate::export::text::{Ladder, Line, Look, TooNarrow};
use crate::model::State;
use crate::trace::{Event, Header};

/// So long at most: nobody sees it.
const PATIENCE: Duration = Duration::from_millis(40);

pub struct Live {
    ladder: Ladder,
    painter: Painter,
    /// Since when something is kept back.
    since: Option<Instant>,
}

impl Live {
    pub fn begin(header: &Header, look: Look, painter: Painter) -> Result<Self, TooNarrow> {
        let ladder = Ladder::new(header, look)?;
        Ok(Self {
            ladder,
            painter,
            since: None,
        })
    }

    pub fn head(&mut self, header: &Header) -> io::Result<()> {
        let head = self.ladder.head(header);
        self.print(&head)
    }

    pub fn see(&mut self, event: &Event, state: &State) -> io::Result<()> {
        let mut lines = self.ladder.see(event, state);
        // Where events come without an end, nothing is kept back longer, either.
        if self.patience() == Some(Duration::ZERO) {
            lines.extend(self.ladder.settle());
        }
        self.print(&lines)
    }

    /// How long what is kept back may still be.
    pub fn patience(&self) -> Option<Duration> {
        let since = self.since?;
        Some(PATIENCE.saturating_sub(since.elapsed()))
    }

    pub fn settle(&mut self) -> io::Result<()> {
        let lines = self.ladder.settle();
        self.print(&lines)
    }

    pub fn end(&mut self, state: &State) -> io::Result<()> {
        let lines = self.ladder.foot(state);
        self.print(&lines)
    }

    fn print(&mut self, lines: &[Line]) -> io::Result<()> {
        self.since = match self.ladder.is_keeping() {
            true if lines.is_empty() => self.since.or_else(|| Some(Instant::now())),
            true => Some(Instant::now()),
            false => None,
        };
        if lines.is_empty() {
            return Ok(());
        }
        self.painter.print(lines)?;
        self.painter.flush()
    }
}

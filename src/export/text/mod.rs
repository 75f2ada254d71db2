//! The ladder as text: lifelines, arrows, calls and states, line by line, for terminals and for
//! reports.
//!
//! In: events, each with the state after it, or a whole trace. Out: [`Line`]s of spans with roles
//! and no escape codes; what a role looks like is left to whoever prints them.
//!
//! A line is final: nothing that comes later changes it. Each lifeline, read from top to bottom,
//! has all that happened there in its true order. An arrow takes one line when nothing stood
//! between its leaving and its coming that its receiver or another segment had a part in; else it
//! leaves on one line and comes on a later one.

mod buffer;
mod canvas;
mod draw;
mod glyphs;
mod ink;
mod page;
mod row;
mod said;
mod scene;
mod span;
mod title;
mod walk;

pub use span::{Line, Role, Seat, Span};

use crate::lesson::Language;
use crate::model::State;
use crate::trace::{Event, Header, Name, Trace};

use buffer::Buffer;
use page::Page;
use walk::Walk;

/// What a ladder should look like, and what of the run it shows.
#[derive(Clone, Debug)]
pub struct Look {
    /// In columns.
    pub width: usize,
    pub language: Language,
    /// Draws with ASCII alone; what programs say stays as it is.
    pub is_ascii: bool,
    /// Only segments and states: no calls, nothing that programs print, no notes.
    pub is_wire_only: bool,
    /// What segments carry stands below them.
    pub has_bytes: bool,
    /// Only these hosts, and what passes between them and others; empty: all.
    pub only: Vec<Name>,
    /// What happened before this is left out, in microseconds since the start.
    pub from_us: u64,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            width: 80,
            language: Language::English,
            is_ascii: false,
            is_wire_only: false,
            has_bytes: false,
            only: Vec::new(),
            from_us: 0,
        }
    }
}

/// Lifelines would stand too close to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooNarrow {
    /// So many columns are enough.
    pub least: usize,
}

/// The ladder of one run, which grows line by line.
pub struct Ladder {
    page: Page,
    walk: Walk,
    buffer: Buffer,
}

impl Ladder {
    pub fn new(header: &Header, look: Look) -> Result<Self, TooNarrow> {
        let page = Page::new(&State::new(header), look)?;
        Ok(Self {
            walk: Walk::default(),
            buffer: Buffer::default(),
            page,
        })
    }

    /// What stands above everything: the kernel, the wire, the hosts.
    pub fn head(&self, header: &Header) -> Vec<Line> {
        self.page.head(header)
    }

    /// Takes one event, and gives the lines that are complete now. `state` is the state after it.
    pub fn see(&mut self, event: &Event, state: &State) -> Vec<Line> {
        self.walk.see(event, state, &self.page, &mut self.buffer);
        let done = self.buffer.release(event);
        self.drawn(done)
    }

    /// Whether a line is kept back that may still be completed.
    pub fn is_keeping(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Gives what was kept back as it is: a segment that is still on the wire comes on a line of
    /// its own.
    pub fn settle(&mut self) -> Vec<Line> {
        let done = self.buffer.settle();
        self.drawn(done)
    }

    /// What stands below everything: what is still on the wire, and the hosts once more.
    pub fn foot(&mut self, state: &State) -> Vec<Line> {
        let mut lines = self.settle();
        lines.extend(self.page.foot(state));
        lines
    }

    fn drawn(&mut self, rows: Vec<row::Row>) -> Vec<Line> {
        rows.iter()
            .flat_map(|row| draw::draw(&self.page, row))
            .collect()
    }
}

/// The whole ladder of a run.
pub fn ladder(trace: &Trace, look: &Look) -> Result<Vec<Line>, TooNarrow> {
    let mut ladder = Ladder::new(trace.header(), look.clone())?;
    let mut lines = ladder.head(trace.header());
    let mut state = State::new(trace.header());
    for event in trace.events() {
        state.apply(event);
        lines.extend(ladder.see(event, &state));
    }
    lines.extend(ladder.foot(&state));
    Ok(lines)
}

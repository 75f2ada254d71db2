//! The newest rows, as long as something may still be added to them.
//!
//! Each lifeline keeps its order: nothing is added to a row above something that happened later at
//! the same lifeline.

use std::collections::VecDeque;

use super::ink::Ink;
use super::row::{Body, Came, End, Passage, Row, Said};
use crate::model::Cause;
use crate::trace::{CallId, Event, SegmentId, What};

/// More rows than these are not kept back.
const MOST: usize = 64;
/// A state seen this soon after a segment came or went is its doing, where nothing else says what
/// was: the kernel answers in microseconds, the snapshot follows at once.
const AT_ONCE_US: u64 = 5_000;

#[derive(Default)]
pub struct Buffer {
    rows: VecDeque<Row>,
}

impl Buffer {
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What stood open above it and belongs to an earlier time is shut.
    pub fn push(&mut self, row: Row) {
        for above in &mut self.rows {
            let is_over = match &above.body {
                Body::Passage(passage) => {
                    let touches_end = match passage.to {
                        End::Lifeline(to) => row.touches(to),
                        End::Beyond(_) => false,
                    };
                    row.passage().is_some() || touches_end
                }
                Body::Said(said) => row.touches(said.host),
                Body::Bare | Body::Wire(_) => false,
            };
            if is_over {
                above.shut();
            }
        }
        self.rows.push_back(row);
    }

    /// The segment on a row where it may still come.
    pub fn under_way(&mut self, id: SegmentId) -> Option<&mut Passage> {
        let passages = self.rows.iter_mut().filter_map(|row| match &mut row.body {
            Body::Passage(passage) => Some(passage),
            Body::Said(_) | Body::Bare | Body::Wire(_) => None,
        });
        let mut open = passages.filter(|passage| passage.is_open);
        open.find(|passage| passage.segment == id)
    }

    /// It comes, on the row where it left if that can be.
    pub fn come(&mut self, id: SegmentId, came: Came, at_us: u64) -> Option<&mut Passage> {
        let is_it = |row: &Row| {
            row.passage()
                .is_some_and(|passage| passage.is_open && passage.segment == id)
        };
        let row = self.rows.iter_mut().find(|row| is_it(row))?;
        row.touched_us = at_us;
        let Body::Passage(passage) = &mut row.body else {
            return None;
        };
        passage.is_open = false;
        passage.fate = Some(came);
        Some(passage)
    }

    /// What a program does goes on, on the row where it began: what it gave, or that it waits.
    pub fn go_on(&mut self, is_it: impl Fn(&Said) -> bool) -> Option<&mut Said> {
        let said = self.rows.iter_mut().filter_map(|row| match &mut row.body {
            Body::Said(said) => Some(said),
            Body::Passage(_) | Body::Bare | Body::Wire(_) => None,
        });
        let mut open = said.filter(|said| said.is_open);
        open.find(|said| is_it(said))
    }

    /// Puts a state beside what brought it about, or on a row of its own with these words.
    pub fn state(
        &mut self,
        host: usize,
        state: &str,
        cause: Option<&Cause>,
        at_us: u64,
        alone: Option<Ink>,
    ) {
        let tied = cause.and_then(|cause| self.rows.iter().rposition(|row| is_tied(row, cause)));
        let newest = || self.rows.iter().rposition(|row| row.touches(host));
        let soon = |at: &usize| at_us.saturating_sub(self.rows[*at].touched_us) < AT_ONCE_US;
        let beside = tied.or_else(|| newest().filter(soon));
        let has_state = |row: &Row| row.states.iter().any(|(of, _)| *of == host);
        let is_next = |at: &usize| !self.rows.range(*at..).any(has_state);
        if let Some(row) = beside.filter(is_next).and_then(|at| self.rows.get_mut(at)) {
            row.states.push((host, state.to_owned()));
            return;
        }
        let body = alone.map_or(Body::Bare, |ink| {
            Body::Said(Said {
                host,
                call: None,
                is_open: false,
                ink,
                most: (2, 0),
            })
        });
        self.push(Row {
            at_us,
            touched_us: at_us,
            states: vec![(host, state.to_owned())],
            body,
        });
    }

    /// The rows to which nothing can be added any more.
    pub fn release(&mut self, event: &Event) -> Vec<Row> {
        let is_rest = matches!(event.what, What::Rest);
        let mut done = Vec::new();
        loop {
            let is_full = self.rows.len() > MOST;
            let Some(first) = self.rows.front_mut() else {
                return done;
            };
            if is_full {
                first.shut();
            }
            let age_us = event.at_us.saturating_sub(first.touched_us);
            if first.is_open() || !(is_full || is_rest || age_us >= AT_ONCE_US) {
                return done;
            }
            done.extend(self.rows.pop_front());
        }
    }

    pub fn settle(&mut self) -> Vec<Row> {
        let rows = self.rows.drain(..).map(|mut row| {
            row.shut();
            row
        });
        rows.collect()
    }
}

fn is_tied(row: &Row, cause: &Cause) -> bool {
    let made_by = |id: CallId| match &row.body {
        Body::Passage(passage) => passage.has_left && passage.made_by == Some(id),
        Body::Said(said) => said.call == Some(id),
        Body::Bare | Body::Wire(_) => false,
    };
    let came = |id: SegmentId| {
        row.passage()
            .is_some_and(|passage| passage.segment == id && passage.fate == Some(Came::Delivered))
    };
    match cause {
        Cause::Call(id) => made_by(*id),
        Cause::Arrival(id) => came(*id),
        Cause::Timer | Cause::Exit(_) | Cause::Wire(_) | Cause::Unknown => false,
    }
}

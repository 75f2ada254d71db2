//! What one step down the ladder shows, before it is drawn.

use super::ink::Ink;
use crate::trace::{CallId, SegmentId};

pub struct Row {
    pub at_us: u64,
    /// When the newest part of it happened.
    pub touched_us: u64,
    /// States beside lifelines, at most one for each.
    pub states: Vec<(usize, String)>,
    pub body: Body,
}

pub enum Body {
    /// Nothing but states.
    Bare,
    Passage(Passage),
    Said(Said),
    /// Something that happened to the wire, or to all.
    Wire(Ink),
}

/// A segment on its way.
pub struct Passage {
    pub segment: SegmentId,
    pub from: End,
    pub to: End,
    pub title: Ink,
    /// The title without numbers, and the numbers: where the whole does not fit.
    pub short: (Ink, Ink),
    /// Its leaving is on this row.
    pub has_left: bool,
    /// What became of it, if that is on this row.
    pub fate: Option<Came>,
    /// It may still come on this row.
    pub is_open: bool,
    pub is_inferred: bool,
    /// The wire made it: it begins on the wire.
    pub is_twin: bool,
    pub notes: Vec<String>,
    /// What it carries, if that is to be shown.
    pub bytes: Option<Ink>,
    /// The call that made it.
    pub made_by: Option<CallId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    Delivered,
    Dropped,
}

/// One end of an arrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    Lifeline(usize),
    /// A host that is not shown, by its name; or none that anybody knows.
    Beyond(Option<String>),
}

/// A program's doing.
pub struct Said {
    pub host: usize,
    pub call: Option<CallId>,
    /// What it gives may still come on this row.
    pub is_open: bool,
    pub ink: Ink,
    /// So many lines of it are shown: the first and the last.
    pub most: (usize, usize),
}

impl Row {
    /// Something may still be added to it.
    pub fn is_open(&self) -> bool {
        match &self.body {
            Body::Passage(passage) => passage.is_open,
            Body::Said(said) => said.is_open,
            Body::Bare | Body::Wire(_) => false,
        }
    }

    pub fn shut(&mut self) {
        match &mut self.body {
            Body::Passage(passage) => passage.is_open = false,
            Body::Said(said) => said.shut(),
            Body::Bare | Body::Wire(_) => {}
        }
    }

    /// Whether a lifeline has a part in it.
    pub fn touches(&self, host: usize) -> bool {
        let is_in_body = match &self.body {
            Body::Passage(passage) => passage.touches(host),
            Body::Said(said) => said.host == host,
            Body::Bare | Body::Wire(_) => false,
        };
        is_in_body || self.states.iter().any(|(of, _)| *of == host)
    }

    pub fn passage(&self) -> Option<&Passage> {
        match &self.body {
            Body::Passage(passage) => Some(passage),
            Body::Said(_) | Body::Bare | Body::Wire(_) => None,
        }
    }
}

impl Passage {
    fn touches(&self, host: usize) -> bool {
        let has_arrived = self.fate == Some(Came::Delivered);
        (self.has_left && self.from == End::Lifeline(host))
            || (has_arrived && self.to == End::Lifeline(host))
    }
}

impl Said {
    /// It goes on, and what it gives comes later.
    pub fn shut(&mut self) {
        if std::mem::take(&mut self.is_open) {
            self.ink.push(" …", super::span::Role::Dim);
        }
    }
}

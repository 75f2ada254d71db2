//! "What happened here?": a recorded run, shown as one host saw it, and a question about it.
//!
//! In: a `puzzle` block and the run's file beside the lesson. Out: a [`Puzzle`], and, once its run
//! is read ([`Puzzle::open`]), a [`Case`] that judges answers. Nothing in it is made up: the rows
//! are the segments that left and reached that host, and what is right is what the run shows.

mod case;
mod judge;
mod read;
mod rows;
mod run;

use std::ops::RangeInclusive;
use std::path::PathBuf;

use super::beside::Wrong;
use super::problem::Problem;
use super::trigger::Trigger;
use super::types::{Inline, Lesson};
use crate::trace::{Name, Trace};

pub use case::Case;
pub use judge::{Attempt, Clue, Telling};
pub(super) use read::read;
pub use rows::{Row, Way};
pub use run::RunFile;

/// In one lesson.
pub(super) const MOST_PUZZLES: usize = 32;

#[derive(Clone, Debug, PartialEq)]
pub struct Puzzle {
    pub question: Vec<Inline>,
    /// The file beside the lesson, and the line that names it.
    pub run: String,
    pub run_line: usize,
    /// The host whose segments are shown.
    pub seen_by: Name,
    /// Which of its rows, counted from 1; `None`: all of them.
    pub show: Option<RangeInclusive<usize>>,
    pub asks: Asks,
    /// The row that tells, counted from 1 among those shown.
    pub tells: Option<usize>,
    pub hint: Option<Vec<Inline>>,
    pub because: Vec<Inline>,
    pub line: usize,
}

/// What is wanted of the learner.
#[derive(Clone, Debug, PartialEq)]
pub enum Asks {
    /// Which of these happened: exactly one holds in the run.
    Fault(Vec<Suspect>),
    /// In which order it happened.
    Order,
    /// What stood in these fields.
    Blanks(Vec<Blank>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Suspect {
    pub text: Vec<Inline>,
    pub when: Trigger,
    pub line: usize,
}

/// A field that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blank {
    pub field: Field,
    /// Counted from 1 among those shown.
    pub row: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Flags,
    Seq,
    Ack,
    Length,
    Window,
}

impl Field {
    /// As it is written in a lesson.
    pub fn word(self) -> &'static str {
        match self {
            Self::Flags => "flags",
            Self::Seq => "seq",
            Self::Ack => "ack",
            Self::Length => "length",
            Self::Window => "window",
        }
    }
}

impl Puzzle {
    /// Its rows, and what is right: or what keeps the run from deciding it.
    pub fn open(&self, trace: &Trace) -> Result<Case, Wrong> {
        Case::of(self, trace)
    }

    /// What must be the same in both languages: everything but the words.
    pub fn skeleton(&self) -> String {
        let asks = match &self.asks {
            Asks::Fault(suspects) => {
                let triggers = suspects.iter().map(|suspect| suspect.when.text.as_str());
                format!("fault: {}", triggers.collect::<Vec<_>>().join(" | "))
            }
            Asks::Order => "order".to_owned(),
            Asks::Blanks(blanks) => {
                let blanks = blanks
                    .iter()
                    .map(|blank| format!("{} of {}", blank.field.word(), blank.row));
                format!("blanks: {}", blanks.collect::<Vec<_>>().join(", "))
            }
        };
        let (run, seen_by, show, tells) = (&self.run, &self.seen_by, &self.show, &self.tells);
        format!("run: {run}; seen by: {seen_by}; show: {show:?}; {asks}; tells: {tells:?}")
    }
}

impl Lesson {
    /// The puzzle with its run, read from disk. One that cannot be opened says in which line, and
    /// what to do.
    pub fn open_puzzle(&self, index: usize) -> Option<Result<(Case, Trace), Problem>> {
        self.sealed_puzzle(index).map(SealedPuzzle::open)
    }

    /// All that it takes to open it elsewhere: reading a run is slow, and not for the thread that
    /// draws.
    pub fn sealed_puzzle(&self, index: usize) -> Option<SealedPuzzle> {
        let puzzle = self.puzzles.get(index)?.clone();
        let file = self.runs.get(&puzzle.run)?.clone();
        let path = self.path.clone();
        Some(SealedPuzzle { puzzle, file, path })
    }
}

/// A puzzle whose run is still to be read.
pub struct SealedPuzzle {
    puzzle: Puzzle,
    file: Result<RunFile, Problem>,
    /// The lesson's.
    path: PathBuf,
}

impl SealedPuzzle {
    pub fn open(self) -> Result<(Case, Trace), Problem> {
        let Self { puzzle, file, path } = self;
        let opened = file?.read(&puzzle.run).and_then(|trace| {
            let case = puzzle.open(&trace)?;
            Ok((case, trace))
        });
        opened.map_err(|(message, remedy)| Problem {
            path,
            line: puzzle.run_line,
            message,
            remedy,
        })
    }
}

//! Puzzles that are being solved: what the run says of each, and what the learner has answered.
//!
//! In: cases, as they are read, and what a learner does. Out: what the lesson pane draws. They
//! are about recorded runs, so a restart of the lab changes nothing here.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::lesson::{Attempt, Case, Clue};

/// A number has ten digits at most, the longest flags have a few more letters.
const LONGEST: usize = 24;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Puzzles {
    /// The file of the lesson that they are read for.
    pub of: PathBuf,
    /// By their place in the lesson: with their run, or why it cannot be shown.
    pub cases: BTreeMap<usize, Result<Arc<Case>, String>>,
    pub solving: BTreeMap<usize, Solving>,
}

/// How far one has come with one puzzle.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Solving {
    pub attempt: Attempt,
    /// What to look at, after an answer that was wrong.
    pub clues: Vec<Clue>,
    pub ending: Option<Ending>,
    pub shows_hint: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Solved,
    /// The learner asked to be shown.
    Shown,
}

/// What a learner does with a puzzle.
#[derive(Clone, Debug, PartialEq)]
pub enum Solve {
    /// An option of a fault: judged at once.
    Choose(usize),
    /// The row at this place goes to that one.
    Move {
        from: usize,
        to: usize,
    },
    Fill {
        blank: usize,
        text: String,
    },
    Check,
    /// Shows the hint, or hides it.
    Hint,
    Show,
    Again,
}

impl Puzzles {
    /// A case was read, or cannot be.
    pub fn take(&mut self, index: usize, seed: &str, case: Result<Arc<Case>, String>) {
        if let Ok(case) = &case {
            let begun = self.solving.entry(index).or_default();
            if !fits(&begun.attempt, case) {
                *begun = begin(seed, case);
            }
        }
        self.cases.insert(index, case);
    }

    /// Whether an answer was right, if one was judged.
    pub fn solve(&mut self, index: usize, seed: &str, solve: &Solve) -> Option<bool> {
        let Some(Ok(case)) = self.cases.get(&index) else {
            return None;
        };
        let solving = self.solving.get_mut(&index)?;
        if !solving.take(seed, case, solve) {
            return None;
        }
        let judged = case.judge(&solving.attempt);
        let is_right = judged.is_ok();
        solving.clues = judged.err().unwrap_or_default();
        solving.ending = is_right.then_some(Ending::Solved);
        Some(is_right)
    }
}

impl Solving {
    /// Whether it is an answer that is to be judged. After the end nothing is.
    fn take(&mut self, seed: &str, case: &Case, solve: &Solve) -> bool {
        let is_open = self.ending.is_none();
        match solve {
            Solve::Again => *self = begin(seed, case),
            Solve::Hint => self.shows_hint = !self.shows_hint,
            Solve::Show if is_open => {
                self.ending = Some(Ending::Shown);
                self.clues.clear();
            }
            Solve::Move { from, to } if is_open => {
                let order = &mut self.attempt.order;
                if *from < order.len() && *to < order.len() {
                    let row = order.remove(*from);
                    order.insert(*to, row);
                    self.clues.clear();
                }
            }
            Solve::Fill { blank, text } if is_open => {
                if let Some(filled) = self.attempt.filled.get_mut(*blank) {
                    *filled = text.chars().take(LONGEST).collect();
                    let is_about_it =
                        |clue: &Clue| matches!(clue, Clue::Blank { blank: of, .. } if of == blank);
                    self.clues.retain(|clue| !is_about_it(clue));
                }
            }
            Solve::Choose(option) if is_open => {
                self.attempt.choice = Some(*option);
                return true;
            }
            Solve::Check => return is_open,
            Solve::Show | Solve::Move { .. } | Solve::Fill { .. } | Solve::Choose(_) => {}
        }
        false
    }
}

fn begin(seed: &str, case: &Case) -> Solving {
    Solving {
        attempt: Attempt::new(seed, &case.rows, case.blanks().len()),
        ..Solving::default()
    }
}

/// The other language has the same case; an edited lesson may have another.
fn fits(attempt: &Attempt, case: &Case) -> bool {
    let (rows, blanks) = (case.rows.len(), case.blanks().len());
    attempt.order.len() == rows && attempt.filled.len() == blanks
}

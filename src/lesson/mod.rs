//! Markdown in, lesson out.
//!
//! A lesson is a folder with `zh.md` and `en.md`: front matter, then prose. A heading followed by
//! a `when` block is a [`Beat`]; other fenced blocks are programs, quizzes and the rest. This
//! module reads and judges; it starts nothing.
//!
//! [`load`] reads a file, [`parse`] its text; [`Trigger`] is the language of `when`, `expect` and
//! quiz options; [`BeatWatch`] says how far a run has come. For teachers: `lessons/README.md`.

mod asked;
mod beside;
mod callout;
pub mod check;
mod comment;
mod edit;
mod front;
mod inline;
mod letters;
mod lines;
mod link;
mod load;
mod myth;
mod parse;
mod picture;
mod problem;
mod program;
mod progress;
mod prose;
mod puzzle;
mod quiz;
mod spoken;
mod tries;
mod trigger;
mod types;

pub use front::is_plain_name;
pub use load::{Source, load, sources};
pub use parse::{number_of, parse};
pub use picture::{PictureFile, Pixels};
pub use problem::Problem;
pub use progress::{BeatWatch, quizzes};
pub use puzzle::{
    Asks, Attempt, Blank, Case, Clue, Field, Puzzle, Row, RunFile, SealedPuzzle, Suspect, Telling,
    Way,
};
pub use spoken::Spoken;
pub use trigger::{Trigger, TriggerError, Watcher};
pub use types::{
    Alignment, Beat, Block, Callout, Expect, Inline, Judged, Language, Lesson, Link, Look, Myth,
    Places, Prints, Quiz, QuizOption, Try,
};

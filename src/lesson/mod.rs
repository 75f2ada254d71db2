//! Markdown in, lesson out.
//!
//! A lesson is a folder with `zh.md` and `en.md`: front matter, then prose. A heading followed by
//! a `when` block is a [`Beat`]; other fenced blocks are programs, quizzes and the rest. This
//! module reads and judges; it starts nothing.
//!
//! [`load`] reads a file, [`parse`] its text; [`Trigger`] is the language of `when`, `expect` and
//! quiz options; [`BeatWatch`] says how far a run has come. For teachers: `lessons/README.md`.

mod front;
mod inline;
mod load;
mod parse;
mod problem;
mod progress;
mod prose;
mod quiz;
mod trigger;
mod types;
mod watch;
mod words;

pub use load::{Source, load, sources};
pub use parse::{number_of, parse};
pub use problem::Problem;
pub use progress::{BeatWatch, quizzes};
pub use trigger::{Trigger, TriggerError};
pub use types::{Beat, Block, Expect, Inline, Language, Lesson, Look, Quiz, QuizOption};
pub use watch::Watcher;

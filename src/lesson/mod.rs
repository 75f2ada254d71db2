//! Markdown in, lesson out.
//!
//! A lesson is a folder with `zh.md` and `en.md`: front matter, then prose. A heading followed by
//! a `when` block is a [`Beat`]; other fenced blocks are programs, quizzes and the rest. This
//! module reads and judges; it starts nothing.

mod trigger;
mod types;

pub use trigger::Trigger;
pub use types::{Beat, Block, Inline, Language, Lesson, Look, Quiz, QuizOption};

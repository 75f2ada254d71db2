//! What can be said against a lesson without playing it. Pure.
//!
//! In: lessons that could be read. Out: [`Finding`]s: whether its two languages tell the same
//! ([`languages`]), whether it has what a lesson should have ([`manners`]), and whether a course's
//! lessons fit each other ([`course`]). Playing it is `cli::check`'s work, and so are the words.

mod compare;
mod course;

use std::path::{Path, PathBuf};

pub use compare::{Part, Side, languages};
pub use course::course;

use super::problem::Problem;
use super::progress::quizzes;
use super::types::Lesson;

/// Something that a lesson should have otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub path: PathBuf,
    /// Counted from 1; 0 when it is about the file and not about a line of it.
    pub line: usize,
    pub wrong: Wrong,
    pub weight: Weight,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It may stay as it is, but hardly should.
    Warning,
    Error,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Wrong {
    /// The two languages do not tell the same. The other's place and text.
    Differs {
        part: Part,
        here: Side,
        there: Side,
    },
    NoQuiz,
    NoTry,
    /// A quiz without one.
    NoHint,
    /// Another lesson's folder has the id, too.
    Twin {
        id: String,
        folder: String,
    },
    /// A link to a lesson that is not there.
    DeadLink(String),
    /// `after` names a lesson that is not there.
    AfterNobody(String),
    /// Lessons that come after each other: from one of them round to itself.
    Circle(Vec<String>),
}

impl Finding {
    fn new(path: &Path, line: usize, wrong: Wrong) -> Self {
        Self {
            path: path.to_owned(),
            line,
            wrong,
            weight: Weight::Error,
        }
    }

    fn warning(path: &Path, line: usize, wrong: Wrong) -> Self {
        Self {
            weight: Weight::Warning,
            ..Self::new(path, line, wrong)
        }
    }
}

impl Finding {
    /// For the window: what makes no sense in this course, though the lesson can be played.
    pub fn of_course(&self) -> Option<Problem> {
        let (message, remedy) = match &self.wrong {
            Wrong::DeadLink(to) => (
                format!("there is no lesson '{to}'"),
                "write the name of its folder, as in ../05-accept/, or its id",
            ),
            Wrong::AfterNobody(id) => (
                format!("after names '{id}', and no lesson here has that id"),
                "write the id that stands in the other lesson's front matter",
            ),
            Wrong::Circle(ids) => (
                format!(
                    "lessons come after each other in a circle: {}",
                    ids.join(" → ")
                ),
                "take one of them out of an after",
            ),
            Wrong::Twin { .. }
            | Wrong::Differs { .. }
            | Wrong::NoQuiz
            | Wrong::NoTry
            | Wrong::NoHint => return None,
        };
        Some(Problem {
            path: self.path.clone(),
            line: self.line,
            message,
            remedy: remedy.to_owned(),
        })
    }
}

/// What a lesson can do without, but should not.
pub fn manners(lesson: &Lesson) -> Vec<Finding> {
    let mut found = Vec::new();
    let path = &lesson.path;
    if quizzes(lesson).next().is_none() {
        found.push(Finding::warning(path, 0, Wrong::NoQuiz));
    }
    if lesson.tries.is_empty() {
        found.push(Finding::warning(path, 0, Wrong::NoTry));
    }
    for (_, quiz) in quizzes(lesson) {
        if quiz.hint.is_none() {
            found.push(Finding::warning(path, quiz.line, Wrong::NoHint));
        }
    }
    found
}

//! What a lesson is made of: what `parse` makes and everything else reads.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::director::Script;
use crate::trace::{HostSetup, ProgramSetup, Timers};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Language {
    #[default]
    English,
    Chinese,
}

impl Language {
    /// The file's name without `.md`, and the language's tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// `handshake`: the same in both languages.
    pub id: String,
    /// The number its folder's name starts with.
    pub number: u32,
    pub language: Language,
    pub title: String,
    /// One sentence: what the student can do afterwards.
    pub goal: String,
    pub minutes: u32,
    pub hosts: Vec<HostSetup>,
    pub programs: Vec<ProgramSetup>,
    pub timers: Timers,
    /// What stands before the first beat.
    pub opening: Vec<Block>,
    pub beats: Vec<Beat>,
    /// What `Next` follows first.
    pub script: Option<Arc<Script>>,
    /// The file it was read from: pictures are found beside it, and never outside its folder.
    pub path: PathBuf,
}

/// One passage, tied to a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Beat {
    pub title: Vec<Inline>,
    /// What must happen for it to light up.
    pub trigger: super::trigger::Trigger,
    pub body: Vec<Block>,
    /// What its text states: shown by the run between the beat before it and the beat after it.
    pub expects: Vec<Expect>,
    /// Where it stands in the file, counted from 1.
    pub line: usize,
}

/// A fact that the run must show.
#[derive(Clone, Debug, PartialEq)]
pub struct Expect {
    pub trigger: super::trigger::Trigger,
    /// Where it stands in the file, counted from 1.
    pub line: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    Heading {
        level: u8,
        text: Vec<Inline>,
    },
    Paragraph(Vec<Inline>),
    List {
        /// The first number of an ordered list.
        first: Option<u64>,
        items: Vec<Vec<Block>>,
    },
    Quote(Vec<Block>),
    /// A code block that is not one of ours.
    Code {
        language: String,
        text: String,
    },
    Table {
        header: Vec<Vec<Inline>>,
        rows: Vec<Vec<Vec<Inline>>>,
    },
    Quiz(Quiz),
    Rule,
}

/// A run of text with one look.
#[derive(Clone, Debug, PartialEq)]
pub struct Inline {
    pub text: String,
    pub look: Look,
    pub link: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub bold: bool,
    pub italic: bool,
    pub code: bool,
    /// `<kbd>D</kbd>`: a key.
    pub key: bool,
}

/// Asked before a step, and judged by what the kernel then does.
#[derive(Clone, Debug, PartialEq)]
pub struct Quiz {
    pub question: Vec<Inline>,
    pub options: Vec<QuizOption>,
    pub hint: Option<Vec<Inline>>,
    pub line: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct QuizOption {
    pub text: Vec<Inline>,
    /// What the run must show for this option to be the right one.
    pub when: super::trigger::Trigger,
}

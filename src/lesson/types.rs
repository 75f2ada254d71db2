//! What a lesson is made of: what `parse` makes and everything else reads.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::picture::PictureFile;
use super::problem::Problem;
use super::puzzle::{Puzzle, RunFile};
use crate::director::Script;
use crate::trace::{HostSetup, LowPorts, ProgramSetup, Timers};

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
    pub low_ports: LowPorts,
    /// What stands before the first beat.
    pub opening: Vec<Block>,
    pub beats: Vec<Beat>,
    /// What `Next` follows first.
    pub script: Option<Arc<Script>>,
    /// What its `try` blocks offer, from top to bottom.
    pub tries: Vec<Try>,
    /// What its `puzzle` blocks ask, from top to bottom.
    pub puzzles: Vec<Puzzle>,
    /// The runs that the puzzles show, by their names in the text.
    pub runs: BTreeMap<String, Result<RunFile, Problem>>,
    /// The pictures that could be read, by their names in the text.
    pub pictures: BTreeMap<String, Result<PictureFile, Problem>>,
    /// The other lessons it points to, each with the line.
    pub links: Vec<(String, usize)>,
    /// What is wrong but does not keep it from being played.
    pub flaws: Vec<Problem>,
    /// Ids of the lessons that should come before it.
    pub after: Vec<String>,
    pub prints: Prints,
    pub places: Places,
    /// The file it was read from: pictures are found beside it, and never outside its folder.
    pub path: PathBuf,
}

/// Whether CPython prints the same as the lab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prints {
    #[default]
    Same,
    /// What is printed depends on chance: a port that the kernel chose, who was first.
    Vary,
}

/// Where things stand in the file, counted from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// By the name of the front matter's field.
    pub front: BTreeMap<String, usize>,
    /// Each program's block, as `Lesson::programs` has them.
    pub programs: Vec<usize>,
    /// The script's block.
    pub script: usize,
}

/// Something to break or change, on a fresh lab.
#[derive(Clone, Debug, PartialEq)]
pub struct Try {
    /// What its button says.
    pub label: String,
    /// What to look at.
    pub look: Vec<Inline>,
    /// The lesson's programs, changed.
    pub programs: Vec<ProgramSetup>,
    /// What `Next` follows instead of the lesson's own script.
    pub script: Option<Arc<Script>>,
    /// The script is about segments, so it needs a wire that holds them.
    pub needs_wire: bool,
    /// What must be true by the end.
    pub expects: Vec<Expect>,
    pub line: usize,
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
    /// A quote that begins with `[!NOTE]` or another such word.
    Callout {
        kind: Callout,
        blocks: Vec<Block>,
    },
    /// From the lesson's own folder.
    Picture {
        /// What it shows: read aloud, and shown where the picture cannot be.
        alt: String,
        /// As the text names it: the key in `Lesson::pictures`.
        name: String,
        line: usize,
    },
    /// A code block that is not one of ours.
    Code {
        language: String,
        text: String,
    },
    Table {
        /// One for each column.
        alignment: Vec<Alignment>,
        header: Vec<Vec<Inline>>,
        rows: Vec<Vec<Vec<Inline>>>,
    },
    Quiz(Quiz),
    Myth(Myth),
    /// Which of `Lesson::puzzles`.
    Puzzle(usize),
    /// Which of `Lesson::tries`.
    Try(usize),
    Rule,
}

/// What a callout is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callout {
    Note,
    Tip,
    Warning,
    /// What is Linux's and not TCP's.
    Linux,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alignment {
    #[default]
    Left,
    Centre,
    Right,
}

/// Where a click on text leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// An address for the browser: `http` or `https`.
    Web(String),
    /// Another lesson, by its id or its folder.
    Lesson(String),
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Web(address) => f.write_str(address),
            Self::Lesson(lesson) => write!(f, "lesson:{lesson}"),
        }
    }
}

/// A run of text with one look.
#[derive(Clone, Debug, PartialEq)]
pub struct Inline {
    pub text: String,
    pub look: Look,
    pub link: Option<Link>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub bold: bool,
    pub italic: bool,
    pub code: bool,
    /// `<kbd>D</kbd>`: a key.
    pub key: bool,
}

/// Asked before a step, and judged by what the kernel then does; or, where no run can tell, by a
/// key.
#[derive(Clone, Debug, PartialEq)]
pub struct Quiz {
    pub question: Vec<Inline>,
    pub options: Vec<QuizOption>,
    pub hint: Option<Vec<Inline>>,
    /// Why the right option is right. A quiz by key has one.
    pub because: Option<Vec<Inline>>,
    pub line: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct QuizOption {
    pub text: Vec<Inline>,
    pub judged: Judged,
}

/// What makes an option the right one.
#[derive(Clone, Debug, PartialEq)]
pub enum Judged {
    /// The run shows this before what the other options wait for.
    ByRun(super::trigger::Trigger),
    /// The lesson says so.
    Right,
    Wrong,
}

impl Quiz {
    /// The right option, where the lesson says which it is.
    pub fn key(&self) -> Option<usize> {
        let mut options = self.options.iter();
        options.position(|option| option.judged == Judged::Right)
    }
}

impl Judged {
    pub fn trigger(&self) -> Option<&super::trigger::Trigger> {
        match self {
            Self::ByRun(trigger) => Some(trigger),
            Self::Right | Self::Wrong => None,
        }
    }
}

impl fmt::Display for Judged {
    /// As it is written in the brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByRun(trigger) => trigger.fmt(f),
            Self::Right => f.write_str("right"),
            Self::Wrong => f.write_str("wrong"),
        }
    }
}

/// What many people say, and what the kernel does.
#[derive(Clone, Debug, PartialEq)]
pub struct Myth {
    pub claim: Vec<Inline>,
    /// The kernel's answer: the run shows this between the beat before and the beat after.
    pub shows: Expect,
    /// What the kernel has just done, once it has.
    pub fact: Vec<Inline>,
    pub line: usize,
}

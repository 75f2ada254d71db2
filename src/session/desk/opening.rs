//! Files on their way into the window: recorded runs, captures, programs of the learner's own.
//!
//! In: which file, and which program it shall be if it is one. Out: what is awaited, for the
//! panels that show it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::disk::Dialog;
use crate::trace::Name;

/// What a learner asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Open {
    /// Shows the panel in which a file is chosen, for this program.
    As(Option<Name>),
    /// What this file is, is told by its content. A program shall be this one; `None`: the panel
    /// asks which.
    File {
        path: PathBuf,
        program: Option<Name>,
    },
    /// These files shall be these programs; then the run begins anew.
    Files(Vec<(Name, PathBuf)>),
    /// The desktop's dialog shall choose, in these words.
    Browse {
        program: Option<Name>,
        dialog: Dialog,
    },
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opening {
    /// Which program the next file shall be.
    pub program: Option<Name>,
    /// The desktop's dialog is open.
    pub is_browsing: bool,
    /// What the disk reads now.
    pub reading: Vec<(Name, PathBuf)>,
    /// The last one that came, until the run begins anew with it.
    pub opened: Option<(Name, String)>,
    /// At least one has come of those that were asked for together.
    pub has_come: bool,
    /// A file that is read and may take a while.
    pub under_way: Option<UnderWay>,
    /// What was looked at and recorded lately, newest first.
    pub recents: Arc<Vec<Recent>>,
    /// Files that were opened or saved outside this program's own folder, newest first.
    pub elsewhere: Vec<PathBuf>,
}

/// So many files are remembered.
const MOST_ELSEWHERE: usize = 12;

impl Opening {
    /// It was opened or saved just now.
    pub fn remember(&mut self, path: PathBuf) {
        if path.to_str().is_none() {
            return; // what is kept is text
        }
        self.elsewhere.retain(|other| *other != path);
        self.elsewhere.insert(0, path);
        self.elsewhere.truncate(MOST_ELSEWHERE);
    }
}

/// A file that one may want to open again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recent {
    pub path: PathBuf,
    pub kind: RecentKind,
    /// How long ago it began, or else was written.
    pub age_s: Option<u64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RecentKind {
    Run {
        /// The lesson's id.
        lesson: Option<String>,
        attempt: Option<String>,
        /// What its programs' files are called.
        programs: Vec<String>,
        lasted_us: Option<u64>,
    },
    Capture,
    /// It was moved or taken away.
    #[default]
    Missing,
}

/// Saving the run that is on the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Save {
    /// To this file. What is there already is replaced only if it is a run, or if the dialog has
    /// asked.
    To { path: PathBuf, has_asked: bool },
    /// The desktop's dialog shall choose, in these words.
    Browse(Dialog),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saving {
    /// The desktop's dialog is open.
    pub is_browsing: bool,
    /// What is being written.
    pub writing: Option<PathBuf>,
}

/// How far a file has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnderWay {
    pub path: PathBuf,
    /// Of a thousand.
    pub permille: u32,
    pub since: Instant,
    /// It was asked for in the panel, which comes back when the file is no good.
    pub is_from_panel: bool,
}

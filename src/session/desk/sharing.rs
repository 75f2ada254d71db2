//! The run on the stage for other programs and other people.
//!
//! In: which format, and where to. Out: what is under way and what came of it, for the panel that
//! shows it.

use std::path::PathBuf;

use crate::disk::Dialog;
use crate::export::Format;

/// What a learner asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Share {
    /// The panel speaks of this format; `None`: of the run itself.
    Choose(Option<Format>),
    /// To this file or folder. What is there already is replaced only if it is of the same kind,
    /// or if the dialog has asked.
    To {
        format: Format,
        path: PathBuf,
        has_asked: bool,
    },
    /// The desktop's dialog shall choose, in these words.
    Browse { format: Format, dialog: Dialog },
    /// Shows the run in Wireshark; only what this host saw, if one is named.
    Wireshark(Format),
    /// Opens what was written last as the desktop opens such a file.
    OpenWritten,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sharing {
    /// What the panel speaks of; `None`: the run itself.
    pub chosen: Option<Format>,
    /// The desktop's dialog is open, for this format.
    pub browsing: Option<Format>,
    /// Something is being written.
    pub is_writing: bool,
    /// What was written last.
    pub written: Option<PathBuf>,
    pub wireshark: Wireshark,
}

/// Whether Wireshark is on this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Wireshark {
    /// It is being looked for.
    #[default]
    Unknown,
    Missing,
    There(PathBuf),
}

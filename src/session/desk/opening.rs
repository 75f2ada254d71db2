//! Files of the learner's own, on their way to be programs.
//!
//! In: which program, which file. Out: what is awaited, for the panel that shows it.

use std::path::PathBuf;

use crate::disk::Dialog;
use crate::trace::Name;

/// What a learner asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Open {
    /// Shows the panel in which a file is chosen, for this program.
    As(Option<Name>),
    /// These files shall be these programs; then the run begins anew.
    Files(Vec<(Name, PathBuf)>),
    /// The desktop's dialog shall choose, in these words.
    Browse { program: Name, dialog: Dialog },
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
}

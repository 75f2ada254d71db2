//! What can be wrong with a saved trace: line, reason, and what to do about it.

/// The first line that is not sound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {wrong}")]
pub struct LoadError {
    /// Counted from 1.
    pub line: usize,
    pub wrong: Wrong,
}

/// Each says what is wrong and what to do. The file as it is is never changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("the file is empty: nothing was saved in it, so choose another one")]
    Empty,
    #[error(
        "this is no saved run: its first line is not a Sockstep header ({0}); choose a .jsonl file \
         that Sockstep saved"
    )]
    NotOurs(String),
    #[error("the header is damaged ({0}); take another copy of the file")]
    Header(String),
    #[error(
        "this run was saved by a newer Sockstep{} in format {format}, and this one reads format 1; \
         open it with that version", with_version(.version)
    )]
    Newer {
        format: u64,
        version: Option<String>,
    },
    #[error(
        "the file ends in the middle of this line: it was cut off while it was written or copied; \
         copy it again if it was longer"
    )]
    CutOff,
    #[error(
        "this line is longer than {} MiB, which no saved run has; it does not belong here, so take \
         another copy of the file", .most >> 20
    )]
    TooLong { most: usize },
    #[error(
        "this line has more than {most} values, which no saved run has; it does not belong here, \
         so take another copy of the file"
    )]
    TooFull { most: usize },
    #[error(
        "this line is not UTF-8 text from column {column} on: the file was damaged, or saved anew \
         in another encoding; take another copy of it"
    )]
    NotText { column: usize },
    #[error(
        "this line has zero bytes, as a crash or a failing disk leaves them; take another copy of \
         the file"
    )]
    Zeros,
    #[error("this line is not an event ({0}): it was edited or damaged; take another copy")]
    NotAnEvent(String),
    #[error(
        "this is event {found}, and {expected} comes here: lines are missing, doubled or swapped; \
         take a copy that was not edited"
    )]
    OutOfOrder { found: u64, expected: u64 },
    #[error(
        "its time is {found_us} µs, and the event before was at {before_us} µs: time runs back, so \
         the line was edited; take another copy"
    )]
    Backwards { found_us: u64, before_us: u64 },
    #[error(
        "it names {name:?}, and the header has no such host or program: the line is of another \
         run; take another copy"
    )]
    Stranger { name: String },
    #[error("{0}, which no run can have: the line was edited; take another copy")]
    Absurd(String),
    #[error(
        "a run has at most {} events, and the file goes on; what comes before this line is shown",
        super::read::MOST_EVENTS
    )]
    TooMany,
    #[error(
        "a run has at most {} MiB, and the file goes on; what comes before this line is shown",
        super::read::MOST_BYTES >> 20
    )]
    TooLarge,
    #[error("the file cannot be read on: {0}; try again, or copy it to this machine first")]
    Unreadable(String),
}

fn with_version(version: &Option<String>) -> String {
    let version = version.as_ref().filter(|version| version.len() <= 40);
    version.map_or_else(String::new, |version| format!(" ({version})"))
}

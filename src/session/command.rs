//! What a learner can ask for, and what the panels draw from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::capturing::Surveying;
use super::desk::{Desk, Driving, Edit, Halt, Look, Open, Overlay, Save, Setting, Share, Shelving};
use super::editing::FileRemark;
use super::recorded::Recorded;
use super::reload::Reloaded;
use super::rerun::Rerun;
use crate::director::{Next, WhyNot};
use crate::lab::{self, Demise};
use crate::lesson::{Language, Lesson};
use crate::replay::Divergence;
use crate::timeline::Timeline;
use crate::trace::{LoadError, Moment, Name, Order, SegmentId};

/// What a learner can ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The director's choice; in the past, one stop forward.
    Next,
    Back,
    Forward,
    Step(Name),
    Deliver(SegmentId),
    Drop(SegmentId),
    /// What has no command of its own: the wire's faults and holds, one thread's step.
    Order(Order),
    Answer {
        program: Name,
        text: String,
    },
    GoTo(Moment),
    GoLive,
    Restart,
    /// A fresh lab, given what was ordered up to the cursor; then it is live.
    ReRun,
    /// From a recorded run back to the live one, as it was left.
    LeaveRecorded,
    Select(Option<SegmentId>),
    /// Option `option` of the quiz of beat `beat`.
    Guess {
        beat: usize,
        option: usize,
    },
    Set(Setting),
    /// Auto and Run to.
    Drive(Driving),
    /// Another lesson, a try of this one, what was kept of earlier runs.
    Shelf(Shelving),
    /// A program's text.
    Edit(Edit),
    /// A file as a program.
    Open(Open),
    /// What is looked at of an opened capture.
    Survey(Surveying),
    /// The run on the stage as a file.
    Save(Save),
    /// The run for other programs and other people.
    Share(Share),
    /// Lays something over the window, or takes it away.
    Show(Option<Overlay>),
    /// Says why a key does nothing now, in these words.
    Explain(String),
    /// Takes the notice away.
    Dismiss,
}

/// A sentence above the stage, with what to do about it.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// The held wire cannot be had: which step failed, and the remedy.
    NoWire(lab::Refusal),
    /// The lab's process ended without being asked to. Offers Restart.
    LabGone(Demise),
    /// What was asked for was not done, and why.
    Refused(Refusal),
    /// The same, in words already.
    Explained(String),
    /// The run goes on, but its file does not.
    NotRecorded(String),
    /// The file of the recorded run is sound only so far.
    CutShort { path: PathBuf, at: LoadError },
    /// Every recorded order was given again; it is live from here.
    Reran { orders: usize },
    /// A re-run took another way than the recorded run: where, and what was expected.
    Diverged {
        divergence: Box<Divergence>,
        orders: usize,
    },
    /// The lesson's file has something wrong: file, line, what to do.
    Lesson(String),
    /// The lesson was edited while it was open.
    Reloaded(Reloaded),
    /// The last beat is reached, and nothing is left to do.
    LessonFinished,
    /// A program's text, a file, or what is kept.
    Files(FileRemark),
}

impl Notice {
    /// A word about a key, which the next key takes away.
    pub fn is_remark(&self) -> bool {
        match self {
            Self::Refused(_) | Self::Explained(_) | Self::Reran { .. } | Self::LessonFinished => {
                true
            }
            Self::Files(remark) => !matches!(remark, FileRemark::Kept(_)),
            Self::NoWire(_)
            | Self::LabGone(_)
            | Self::NotRecorded(_)
            | Self::CutShort { .. }
            | Self::Diverged { .. }
            | Self::Lesson(_)
            | Self::Reloaded(_) => false,
        }
    }
}

/// Why something that was asked for was not done.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// `Next` found nothing to do.
    Next(WhyNot),
    /// `Next` waits until this time of the run.
    Wait {
        until_us: u64,
    },
    /// We look at the past, which is read-only.
    Past,
    /// We look at a recorded run, which is read-only.
    Recorded,
    /// Nothing comes after this in a recorded run.
    RecordingEnds,
    /// A capture has no programs to run.
    NoPrograms,
    Blocked(Name),
    Asking(Name),
    Running(Name),
    Ended(Name),
    /// The segment was already delivered or dropped.
    NotHeld,
    /// Recorded orders are being given again.
    Rerunning,
    /// Nothing was ordered before the moment we look at.
    NothingToRerun,
    /// The lab has more orders than it can take.
    Busy,
    /// What played by itself has stopped.
    Halted(Halt),
}

/// What the panels draw from.
pub struct View<'a> {
    pub timeline: &'a Timeline,
    pub lesson: Option<&'a Lesson>,
    /// When each beat was reached; same length as `lesson.beats`.
    pub beats: &'a [Option<Moment>],
    /// The option chosen in each beat's quiz, by beat.
    pub guesses: &'a BTreeMap<usize, usize>,
    /// The right option of each quiz that the run has already answered, by beat.
    pub verdicts: &'a BTreeMap<usize, usize>,
    pub selected: Option<SegmentId>,
    pub language: Language,
    pub look: Look,
    pub desk: &'a Desk,
    /// What `Next` would do, or why it can do nothing.
    pub next: Next,
    /// Microseconds since the lab started, as the wall clock has it: drives "blocked for 6.4 s".
    pub now_us: u64,
    pub notice: Option<&'a Notice>,
    /// Recorded orders are being given again.
    pub rerun: Option<Rerun>,
    /// What is on the stage is a recorded run: from where, and what is to be said of it.
    pub recorded: Option<&'a Recorded>,
}

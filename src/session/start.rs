//! How a session begins: with a course, on a wire, with what was kept from earlier runs.
//!
//! In: those. Out: a session whose lab is on its way.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::desk::{Desk, Drafts, Shelving};
use super::kept::Keeper;
use super::{
    Course, FileRemark, Kept, KeptRemark, Notice, Opening, Overlay, Session, Wake, blank,
    learner_file, shelving,
};
use crate::director::Director;
use crate::lesson::{BeatWatch, Language};
use crate::timeline::Timeline;
use crate::trace::WireKind;

impl Session {
    /// Starts the course's lesson. `binary` is this program's own file.
    pub fn start(
        binary: PathBuf,
        course: Course,
        language: Language,
        runs: Option<PathBuf>,
        wake: Wake,
    ) -> Self {
        Self::start_on(WireKind::Held, binary, course, language, runs, wake)
    }

    /// The same on this wire. Where the held one cannot be had, loopback stands in for it.
    pub fn start_on(
        wire: WireKind,
        binary: PathBuf,
        course: Course,
        language: Language,
        runs: Option<PathBuf>,
        wake: Wake,
    ) -> Self {
        let kept = Kept::nothing(language);
        Self::start_again(wire, binary, course, kept, runs, wake)
    }

    /// The same, with what was kept from earlier runs of the window.
    pub fn start_again(
        wire: WireKind,
        binary: PathBuf,
        course: Course,
        kept: Kept,
        runs: Option<PathBuf>,
        wake: Wake,
    ) -> Self {
        let mut session = Self::prepare(wire, binary, course, kept, runs, wake);
        session.start_lab();
        session
    }

    /// The same, with a recorded run or a capture on the stage. The lesson's lab starts when one
    /// goes back to it.
    pub fn start_with_file(
        wire: WireKind,
        binary: PathBuf,
        course: Course,
        kept: Kept,
        runs: Option<PathBuf>,
        wake: Wake,
        file: PathBuf,
    ) -> Self {
        let mut session = Self::prepare(wire, binary, course, kept, runs, wake);
        session.desk.overlay = None;
        session.open_file(file, None);
        session
    }

    fn prepare(
        wire: WireKind,
        binary: PathBuf,
        course: Course,
        kept: Kept,
        runs: Option<PathBuf>,
        wake: Wake,
    ) -> Self {
        let lesson = course.lesson(kept.settings.language);
        let setup = shelving::setup_of(lesson, wire);
        let script = lesson.script.clone();
        let mut remark = kept.remark.clone();
        let keeper = Keeper::new(&kept, wake.clone());
        let keeper = keeper.map_err(|error| remark = not_kept(&kept, error)).ok();
        let desk = Desk {
            settings: kept.settings,
            drafts: Drafts::of(kept.drafts),
            opening: Opening {
                elsewhere: kept.recent,
                ..Opening::default()
            },
            ..Desk::default()
        };
        let mut session = Self {
            wire,
            director: Director::new(script),
            timeline: Timeline::new(blank(&setup)),
            watch: BeatWatch::new(lesson),
            notice: course.problem().map(Notice::Lesson),
            binary,
            wake,
            course,
            desk,
            setup,
            guesses: BTreeMap::new(),
            selected: None,
            lab: None,
            leaving: Vec::new(),
            clock: None,
            errands: Vec::new(),
            programs: None,
            wants_next: false,
            given_at: None,
            going: None,
            model: None,
            recorded: None,
            aside: None,
            loading: Vec::new(),
            runs,
            recording: None,
            looking: Vec::new(),
            keeper,
            galleries: Vec::new(),
            files: None,
            cases: Vec::new(),
            clerks: Vec::new(),
        };
        session.watch_files();
        session.stock_shelf();
        session.shelve(Shelving::Kept(kept.progress));
        session.take_up_drafts();
        session.greet_drafts();
        session.desk.overlay = kept.is_first.then_some(Overlay::Tour(0));
        if let Some(remark) = remark {
            session.notice = Some(Notice::Files(FileRemark::Kept(remark)));
        }
        session
    }
}

/// Without its thread nothing can be kept.
fn not_kept(kept: &Kept, error: std::io::Error) -> Option<KeptRemark> {
    let path = learner_file(kept.folder.as_ref()?);
    let why = error.into();
    Some(KeptRemark::NotKept { path, why })
}

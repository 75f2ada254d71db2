//! The live run while a recorded one is on the stage.
//!
//! In: the wish to look at a recorded run, and to come back. Out: the run as it was left. Nobody
//! takes in what its lab says meanwhile: that waits in its channel, and when that is full the lab
//! waits too. Kernel timers run on, as they do while a learner thinks.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use super::course::Shelved;
use super::desk::Resume;
use super::{Notice, Session, blank, rerun};
use crate::director::Director;
use crate::lab::Handle;
use crate::lesson::BeatWatch;
use crate::timeline::Timeline;
use crate::trace::{Moment, Name, ProgramSetup, SegmentId, Setup};

pub(super) struct Aside {
    setup: Setup,
    timeline: Timeline,
    watch: BeatWatch,
    guesses: BTreeMap<usize, usize>,
    selected: Option<SegmentId>,
    notice: Option<Notice>,
    /// `None`: it had not begun, or was over.
    lab: Option<Handle>,
    clock: Option<(Instant, u64)>,
    director: Director,
    given_at: Option<usize>,
    going: Option<rerun::Going>,
    model: Option<Setup>,
    /// The lesson's id, or what stood in its place.
    lesson: String,
    guest: Option<Box<Shelved>>,
    /// How often the lessons had been read anew.
    revision: u64,
    shelf: ShelfAside,
    scope: String,
    originals: Vec<ProgramSetup>,
    editing: Option<Name>,
    /// It begins when one comes back to it.
    has_begun: bool,
}

/// What of the shelf belongs to one run.
struct ShelfAside {
    trying: Option<usize>,
    resume: Option<Resume>,
    hints: BTreeSet<usize>,
    evidence: BTreeMap<usize, Moment>,
    myths: BTreeMap<usize, Moment>,
    is_over: bool,
}

impl Session {
    /// A run that is set aside already stays where it is.
    pub(super) fn set_aside(&mut self) {
        if self.aside.is_some() {
            return;
        }
        let empty = Timeline::new(blank(&self.setup));
        let notice = self.notice.take();
        let (scope, originals) = self.desk.drafts.at_hand();
        let (scope, originals) = (scope.to_owned(), originals.to_vec());
        let lesson = self.lesson().id.clone();
        let shelf = &mut self.desk.shelf;
        self.aside = Some(Box::new(Aside {
            setup: self.setup.clone(),
            timeline: std::mem::replace(&mut self.timeline, empty),
            watch: self.watch.clone(),
            guesses: std::mem::take(&mut self.guesses),
            selected: self.selected.take(),
            notice: notice.filter(|notice| !notice.is_remark()),
            has_begun: self.lab.is_some(),
            lab: self.lab.take(),
            clock: self.clock.take(),
            director: std::mem::replace(&mut self.director, Director::new(None)),
            given_at: self.given_at.take(),
            going: self.going.take(),
            model: self.model.take(),
            lesson,
            guest: self.course.guest.take(),
            revision: shelf.revision,
            shelf: ShelfAside {
                trying: shelf.trying,
                resume: shelf.resume.take(),
                hints: std::mem::take(&mut shelf.hints),
                evidence: std::mem::take(&mut shelf.evidence),
                myths: std::mem::take(&mut shelf.myths),
                is_over: shelf.is_over,
            },
            scope,
            originals,
            editing: self.desk.drafts.editing.clone(),
        }));
        self.wants_next = false;
    }

    /// The live run stands on the stage again, as it was left.
    pub(super) fn come_back(&mut self) {
        let Some(aside) = self.aside.take() else {
            return;
        };
        self.put_capture_away();
        let Aside {
            setup,
            timeline,
            watch,
            guesses,
            selected,
            notice,
            lab,
            clock,
            director,
            given_at,
            going,
            model,
            lesson,
            guest,
            revision,
            shelf,
            scope,
            originals,
            editing,
            has_begun,
        } = *aside;
        self.recorded = None;
        self.course.guest = guest;
        if self.course.guest.is_none() {
            self.course.turn_to(&lesson);
        }
        self.take_pictures_down();
        self.stock_shelf();
        (self.setup, self.model) = (setup, model);
        (self.timeline, self.guesses) = (timeline, guesses);
        (self.selected, self.notice) = (selected, notice);
        (self.lab, self.clock) = (lab, clock);
        (self.director, self.given_at, self.going) = (director, given_at, going);
        self.watch = match revision == self.desk.shelf.revision {
            true => watch,
            // The lesson was edited meanwhile.
            false => BeatWatch::of(self.lesson(), self.timeline.trace()),
        };
        let own = &mut self.desk.shelf;
        (own.trying, own.resume, own.hints) = (shelf.trying, shelf.resume, shelf.hints);
        (own.evidence, own.myths) = (shelf.evidence, shelf.myths);
        own.is_over = shelf.is_over;
        self.desk.drafts.begin(&scope, &originals);
        self.desk.drafts.editing = editing;
        self.desk.drive.stop();
        if !has_begun && self.timeline.newest().ended.is_none() {
            self.begin_again();
        }
    }

    /// The run that was set aside is not wanted any more; what is on the stage takes its place.
    pub(super) fn give_up_aside(&mut self) {
        self.put_capture_away();
        self.recorded = None;
        if let Some(mut lab) = self.aside.take().and_then(|aside| aside.lab) {
            lab.hang_up();
            self.leaving.push(lab);
        }
    }
}

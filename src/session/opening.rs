//! Files that are opened: read beside the window, then shown as what they are.
//!
//! In: [`Open`] commands, and what arrives. Out: a recorded run or a capture on the stage, a
//! program in its place, or a remark that says why not. A second file takes the first one's place.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::desk::{Open, Overlay, UnderWay};
use super::loading::{Loading, Opened, OpenedRun, Unopened};
use super::{FileRemark, Notice, Origin, Recorded, Session, saving};
use crate::trace::{Moment, Name, WireKind};

impl Session {
    pub(super) fn open_file(&mut self, path: PathBuf, program: Option<Name>) {
        self.loading.iter().for_each(Loading::stop);
        let watches = self.course.watches();
        let wake = self.wake.clone();
        match Loading::start(path.clone(), program, watches, wake) {
            Ok(loading) => {
                self.desk.opening.under_way = Some(UnderWay {
                    path,
                    permille: 0,
                    since: Instant::now(),
                    is_from_panel: self.desk.overlay == Some(Overlay::Open),
                });
                self.loading.push(loading);
                self.desk.show(Some(Overlay::Loading));
            }
            Err(error) => {
                let why = Unopened::from(error);
                self.say_of_files(FileRemark::Unopened { path, why });
            }
        }
    }

    /// The file that is on its way is not wanted any more.
    pub(super) fn cancel_opening(&mut self) {
        self.loading.iter().for_each(Loading::stop);
        self.desk.opening.under_way = None;
        if self.desk.overlay == Some(Overlay::Loading) {
            self.desk.overlay = None;
        }
        self.begin_if_idle();
    }

    /// The file that the window was opened with is not shown: then it is the lesson that is.
    fn begin_if_idle(&mut self) {
        let has_begun = self.lab.is_some() || self.timeline.trace().end() > Moment(0);
        let cannot = matches!(self.notice, Some(Notice::LabGone(_) | Notice::NoWire(_)));
        if !has_begun && !cannot && !self.is_recorded() {
            self.start_lab();
        }
    }

    /// Whoever takes the bar of a file away does not want the file.
    pub(super) fn show(&mut self, overlay: Option<Overlay>) {
        if self.desk.overlay == Some(Overlay::Loading) {
            self.cancel_opening();
        }
        self.desk.show(overlay);
    }

    /// Takes in what has arrived. True when there was something.
    pub(super) fn hear_loading(&mut self) -> bool {
        let wanted = self.loading.len().checked_sub(1);
        let wanted = wanted.filter(|_| self.desk.opening.under_way.is_some());
        let arrived = wanted.and_then(|at| {
            let loading = &self.loading[at];
            if let Some(under_way) = &mut self.desk.opening.under_way {
                under_way.permille = loading.permille();
            }
            loading
                .take()
                .map(|opened| (opened, loading.path.clone(), loading.program.clone()))
        });
        self.loading.retain(|loading| !loading.is_over());
        let Some((opened, path, program)) = arrived else {
            return false;
        };
        let is_from_panel = self
            .desk
            .opening
            .under_way
            .take()
            .is_some_and(|u| u.is_from_panel);
        self.desk.overlay = None;
        self.remember(&path, &opened);
        match opened {
            Ok(Opened::Run(run)) => self.show_run(path, *run),
            Ok(Opened::Capture(capture)) => self.show_capture(path, capture),
            Ok(Opened::Program(bytes)) => self.show_program(path, program, bytes),
            Err(why) => {
                self.begin_if_idle();
                if is_from_panel {
                    self.desk.overlay = Some(Overlay::Open); // to mend the path
                }
                self.say_of_files(FileRemark::Unopened { path, why });
            }
        }
        true
    }

    /// A run or a capture that lies elsewhere than among the recorded ones.
    fn remember(&mut self, path: &Path, opened: &Result<Opened, Unopened>) {
        let path = saving::absolute(path.to_owned());
        let is_own = self
            .runs
            .as_deref()
            .is_some_and(|runs| path.starts_with(runs));
        if !is_own && matches!(opened, Ok(Opened::Run(_) | Opened::Capture(_))) {
            self.desk.opening.remember(path);
        }
    }

    fn show_run(&mut self, path: PathBuf, run: OpenedRun) {
        let OpenedRun {
            timeline,
            watch,
            cut_short,
        } = run;
        let header = timeline.trace().header();
        let id = header.lesson.clone();
        let origin = match header.wire {
            WireKind::Captured => Origin::Capture,
            WireKind::Held | WireKind::Loopback => Origin::Run,
        };
        let shown = Recorded {
            path,
            origin,
            cut_short,
            has_lesson: false,
            edited: Vec::new(),
        };
        self.show_recorded(timeline, id.zip(watch), shown);
    }

    /// A program takes a program's place, and the run begins anew with it.
    fn show_program(&mut self, path: PathBuf, program: Option<Name>, bytes: Vec<u8>) {
        let is_known = |name: &Name| self.desk.drafts.original(name).is_some();
        match program.filter(is_known) {
            Some(program) => {
                self.desk.opening.reading.push((program, path.clone()));
                self.hear_program(&path, Ok(bytes));
            }
            None if self.is_recorded() => self.say_of_files(FileRemark::NoPlaceForProgram),
            None => self.open(Open::As(None)),
        }
    }
}

//! The run on the stage as a file of the learner's choice.
//!
//! In: [`Save`] commands, and what the disk answers. Out: every event so far, written on the disk's
//! thread, whole or not at all; what is recorded meanwhile goes on. Nothing that is no run is
//! replaced, unless a dialog has asked.

use std::path::PathBuf;

use super::desk::{Overlay, Save};
use super::{FileRemark, Session};
use crate::disk::{Chosen, Job, Make, NotPut, Replaces};
use crate::trace::{Trace, event_line, to_line};

/// What a run begins with; so does every file that one may replace.
const MARK: &[u8] = b"{\"sockstep\"";
/// How a run's file is called when nobody says.
const ENDING: &str = "jsonl";

impl Session {
    pub(super) fn save(&mut self, save: Save) {
        match save {
            Save::To { path, has_asked } => self.save_to(path, has_asked),
            Save::Browse(dialog) => {
                let keeper = self.keeper.as_ref();
                match keeper.map(|keeper| keeper.disk().browse(dialog)) {
                    Some(Ok(())) => self.desk.saving.is_browsing = true,
                    Some(Err(_)) | None => self.say_of_files(FileRemark::NoDialog),
                }
            }
        }
    }

    fn save_to(&mut self, mut path: PathBuf, has_asked: bool) {
        if path.extension().is_none() {
            path.set_extension(ENDING);
        }
        let trace = self.timeline.trace().clone();
        let make: Make = Box::new(move || written(&trace));
        let replaces: Replaces = Box::new(move |start| has_asked || start.starts_with(MARK));
        let job = Job::Put {
            path: path.clone(),
            make,
            replaces,
        };
        let asked = self.keeper.as_ref().map(|keeper| keeper.disk().ask(job));
        match asked {
            Some(Ok(())) => self.desk.saving.writing = Some(path),
            Some(Err(_)) | None => self.say_of_files(FileRemark::Busy),
        }
    }

    pub(super) fn hear_place(&mut self, chosen: Chosen) {
        self.desk.saving.is_browsing = false;
        match chosen {
            Chosen::File(path) => self.save_to(path, true),
            Chosen::NoDialog => self.say_of_files(FileRemark::NoDialog),
            Chosen::Nothing => self.say_of_files(FileRemark::NothingChosen),
        }
    }

    pub(super) fn hear_saved(&mut self, path: PathBuf, written: Result<usize, NotPut>) {
        self.desk.saving.writing = None;
        match written {
            Ok(bytes) => {
                if self.desk.overlay == Some(Overlay::Save) {
                    self.desk.overlay = None;
                }
                self.desk.opening.remember(absolute(path.clone()));
                self.say_of_files(FileRemark::Saved { path, bytes });
            }
            Err(why) => self.say_of_files(FileRemark::NotSaved { path, why }),
        }
    }
}

/// So that it is found from wherever the program is started next time.
pub(super) fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

/// As a lab writes it.
fn written(trace: &Trace) -> Vec<u8> {
    let mut text = to_line(trace.header());
    for event in trace.events() {
        text.push('\n');
        text.push_str(&event_line(event));
    }
    text.push('\n');
    text.into_bytes()
}

//! The run on the stage for others: written in a format of theirs, or shown in their program.
//!
//! In: [`Share`] commands. Out: files, each whole or not at all, and what came of it on the desk
//! and as a remark. Nothing is done on the window's thread but the copying of the trace: each
//! errand has a thread of its own, named `share`, that ends when the errand is done.

mod errand;
mod wireshark;

use std::ffi::OsString;
use std::path::PathBuf;

use errand::{Order, Told};

pub(super) use errand::Errand;

use super::desk::{Share, Wireshark};
use super::{FileRemark, Session};
use crate::disk::Chosen;
use crate::export::Format;

/// Errands at a time: one writes, one looks for a program, one opens a file.
const MOST_ERRANDS: usize = 4;

impl Session {
    pub(super) fn share(&mut self, share: Share) {
        match share {
            Share::Choose(format) => {
                self.desk.sharing.chosen = format;
                self.look_for_wireshark();
            }
            Share::To {
                format,
                path,
                has_asked,
            } => self.share_to(format, path, has_asked),
            Share::Browse { format, dialog } => {
                let keeper = self.keeper.as_ref();
                match keeper.map(|keeper| keeper.disk().browse(dialog)) {
                    Some(Ok(())) => self.desk.sharing.browsing = Some(format),
                    Some(Err(_)) | None => self.say_of_files(FileRemark::NoDialog),
                }
            }
            Share::Wireshark(format) => {
                let folder = self.keeper.as_ref().and_then(|keeper| keeper.folder());
                let folder = wireshark::folder(folder);
                if let Wireshark::There(program) = self.desk.sharing.wireshark.clone() {
                    self.write(format, |copy| Order::Show {
                        copy,
                        folder,
                        program,
                    });
                }
            }
            Share::OpenWritten => {
                if let Some(path) = self.desk.sharing.written.clone() {
                    self.send_out(Order::Open(path));
                }
            }
        }
    }

    /// It may be installed while the window is open: each time the panel speaks of a format.
    fn look_for_wireshark(&mut self) {
        let path = self.programs.clone().or_else(|| std::env::var_os("PATH"));
        self.send_out(Order::Find(path.unwrap_or_default()));
    }

    /// Where programs are looked for instead of in `PATH`; for tests.
    pub fn look_for_programs_in(&mut self, path: OsString) {
        self.programs = Some(path);
    }

    fn share_to(&mut self, format: Format, mut path: PathBuf, has_asked: bool) {
        if let (Some(ending), None) = (format.ending(), path.extension()) {
            path.set_extension(ending);
        }
        self.write(format, |copy| Order::Write {
            copy,
            path,
            has_asked,
        });
    }

    fn write(&mut self, format: Format, order: impl FnOnce(errand::Copy) -> Order) {
        if self.desk.sharing.is_writing {
            return self.say_of_files(FileRemark::Busy);
        }
        let id = self.timeline.trace().header().lesson.as_deref();
        let lesson = Some(self.lesson()).filter(|lesson| Some(lesson.id.as_str()) == id);
        let copy = errand::Copy {
            trace: self.timeline.trace().clone(),
            lesson: lesson.cloned(),
            language: self.desk.settings.language,
            format,
        };
        self.desk.sharing.written = None;
        self.desk.sharing.is_writing = self.send_out(order(copy));
    }

    /// True when it is on its way.
    fn send_out(&mut self, order: Order) -> bool {
        self.errands.retain(|errand| !errand.is_over());
        let is_room = self.errands.len() < MOST_ERRANDS;
        let errand = is_room.then(|| Errand::start(order, self.wake.clone()));
        match errand {
            Some(Ok(errand)) => {
                self.errands.push(errand);
                true
            }
            Some(Err(_)) | None => {
                self.say_of_files(FileRemark::Busy);
                false
            }
        }
    }

    pub(super) fn hear_share_place(&mut self, format: Format, chosen: Chosen) {
        match chosen {
            Chosen::File(path) => self.share_to(format, path, true),
            Chosen::NoDialog => self.say_of_files(FileRemark::NoDialog),
            Chosen::Nothing => self.say_of_files(FileRemark::NothingChosen),
        }
    }

    /// Takes in what the errands have to say. True when there was something.
    pub(super) fn hear_errands(&mut self) -> bool {
        let told: Vec<Told> = self.errands.iter().filter_map(Errand::take).collect();
        self.errands.retain(|errand| !errand.is_over());
        let came = !told.is_empty();
        for told in told {
            self.hear_told(told);
        }
        // One that died of a mistake of ours says nothing.
        let is_writing = self.errands.iter().any(|errand| errand.writes);
        self.desk.sharing.is_writing &= is_writing;
        came
    }

    fn hear_told(&mut self, told: Told) {
        let sharing = &mut self.desk.sharing;
        let remark = match told {
            Told::Found(program) => {
                sharing.wireshark = program.map_or(Wireshark::Missing, Wireshark::There);
                return;
            }
            Told::Written { path, bytes } => {
                sharing.is_writing = false;
                sharing.written = Some(path.clone());
                FileRemark::Shared { path, bytes }
            }
            Told::NotWritten { path, why } => {
                sharing.is_writing = false;
                FileRemark::NotSaved { path, why }
            }
            Told::Refused(refusal) => {
                sharing.is_writing = false;
                FileRemark::NotExported(refusal)
            }
            Told::Shown(path) => {
                sharing.is_writing = false;
                FileRemark::ShownInWireshark(path)
            }
            Told::NotStarted(why) => {
                sharing.is_writing = false;
                FileRemark::NotStarted(why)
            }
            Told::Opened => return,
        };
        self.say_of_files(remark);
    }
}

//! What a session does with programs' texts: edits, files of the learner's own, and keeping them.
//!
//! In: [`Edit`] and [`Open`] commands, and what the disk answers. Out: drafts that the next restart
//! runs, and remarks. A file is read on the disk's thread; the run begins anew when it has come.

use std::path::{Path, PathBuf};

use super::desk::{Draft, Edit, Open, Overlay, TooLong};
use super::kept::KeptRemark;
use super::{Notice, Session, Unopened, own};
use crate::disk::{self, Chosen, Done, Job, NotPut, Trouble, Unreadable};
use crate::export;
use crate::trace::{Name, ProgramSetup};

/// What is to be said about a program's text or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileRemark {
    Kept(KeptRemark),
    /// A program may not be as long as that.
    TooLong,
    /// These run as they were edited in an earlier run of the window.
    Edited(Vec<Name>),
    Opened {
        program: Name,
        file: String,
    },
    Unreadable {
        path: PathBuf,
        why: Unreadable,
    },
    /// Neither a run nor a capture nor a program, or not a sound one.
    Unopened {
        path: PathBuf,
        why: Unopened,
    },
    /// A program was opened while a recorded run is on the stage.
    NoPlaceForProgram,
    /// There is no dialog to choose a file in.
    NoDialog,
    /// The dialog was left without a choice.
    NothingChosen,
    /// The disk has more to do than it can take.
    Busy,
    /// The run is in this file, of so many bytes.
    Saved {
        path: PathBuf,
        bytes: usize,
    },
    NotSaved {
        path: PathBuf,
        why: NotPut,
    },
    /// The run is there in another format.
    Shared {
        path: PathBuf,
        bytes: usize,
    },
    /// It cannot be written in that format.
    NotExported(export::Refusal),
    /// Wireshark was started with this file.
    ShownInWireshark(PathBuf),
    /// Another program did not start, in the system's words.
    NotStarted(String),
}

impl Session {
    pub(super) fn edit(&mut self, edit: Edit) {
        if self.desk.drafts.edit(edit) == Err(TooLong) {
            self.say_of_files(FileRemark::TooLong);
        }
    }

    /// The next lab runs what is edited.
    pub(super) fn take_up_drafts(&mut self) {
        let (id, programs) = self.programs_at_hand();
        self.desk.drafts.begin(&id, &programs);
        self.setup.programs = self.desk.drafts.programs();
        if self.model.is_some() {
            return; // it says itself which try it was
        }
        self.setup.attempt = self.trying().map(|(_, wanted)| wanted.label.clone());
    }

    /// What a fresh lab would run if nothing were edited, and what edits of it are kept under.
    pub(super) fn programs_at_hand(&self) -> (String, Vec<ProgramSetup>) {
        if let Some(model) = &self.model {
            return (own::id_of(model), model.programs.clone());
        }
        let lesson = self.lesson();
        match self.trying() {
            // Edits of a try are not edits of its lesson.
            Some((index, wanted)) => {
                let id = format!("{}-try-{index}", lesson.id);
                (id, wanted.programs.clone())
            }
            None => (lesson.id.clone(), lesson.programs.clone()),
        }
    }

    /// What was edited in an earlier run of the window runs again, and that is said.
    pub(super) fn greet_drafts(&mut self) {
        let names = self.desk.drafts.names();
        let edited = names.filter(|name| self.desk.drafts.draft(name).is_some());
        let edited: Vec<Name> = edited.cloned().collect();
        if !edited.is_empty() {
            self.say_of_files(FileRemark::Edited(edited));
        }
    }

    pub(super) fn open(&mut self, open: Open) {
        match open {
            Open::As(program) => {
                self.desk.opening.program = program;
                self.desk.overlay = Some(Overlay::Open);
                self.look_for_recents();
            }
            Open::File { path, program } => self.open_file(path, program),
            Open::Files(files) => {
                for (program, path) in files {
                    self.read_program(program, path);
                }
            }
            Open::Browse { program, dialog } => {
                let opened = self
                    .keeper
                    .as_ref()
                    .map(|keeper| keeper.disk().browse(dialog));
                match opened {
                    Some(Ok(())) => {
                        self.desk.opening.program = program;
                        self.desk.opening.is_browsing = true;
                    }
                    Some(Err(_)) | None => self.say_of_files(FileRemark::NoDialog),
                }
            }
        }
    }

    fn read_program(&mut self, program: Name, path: PathBuf) {
        let job = Job::Read {
            path: path.clone(),
            most: disk::PROGRAM_BYTES,
        };
        let asked = self.keeper.as_ref().map(|keeper| keeper.disk().ask(job));
        match asked {
            Some(Ok(())) => self.desk.opening.reading.push((program, path)),
            Some(Err(_)) | None => self.say_of_files(FileRemark::Busy),
        }
    }

    /// Takes what the disk has answered. True when there was something.
    pub(super) fn hear_disk(&mut self) -> bool {
        let done = match &self.keeper {
            Some(keeper) => keeper.done(),
            None => return false,
        };
        let came = !done.is_empty();
        for done in done {
            match done {
                Done::Read { path, bytes } => self.hear_program(&path, bytes),
                Done::List { .. } => {}
                Done::Amended { path, asked, kept } => {
                    let keeper = self.keeper.as_mut();
                    let remark = keeper.and_then(|keeper| keeper.hear(&path, asked, kept));
                    if let Some(remark) = remark {
                        self.say_of_files(FileRemark::Kept(remark));
                    }
                }
                Done::Put { path, written } => self.hear_saved(path, written),
                Done::Chosen(chosen) if self.desk.sharing.browsing.is_some() => {
                    if let Some(format) = self.desk.sharing.browsing.take() {
                        self.hear_share_place(format, chosen);
                    }
                }
                Done::Chosen(chosen) if self.desk.saving.is_browsing => {
                    self.hear_place(chosen);
                }
                Done::Chosen(chosen) => self.hear_choice(chosen),
            }
        }
        came
    }

    fn hear_choice(&mut self, chosen: Chosen) {
        self.desk.opening.is_browsing = false;
        match chosen {
            Chosen::File(path) => {
                let program = self.desk.opening.program.clone();
                self.open_file(path, program);
            }
            Chosen::NoDialog => self.say_of_files(FileRemark::NoDialog),
            Chosen::Nothing => self.say_of_files(FileRemark::NothingChosen),
        }
    }

    /// The run begins anew when every file that was asked for has come.
    pub(super) fn hear_program(&mut self, path: &Path, bytes: Result<Vec<u8>, Trouble>) {
        let reading = &mut self.desk.opening.reading;
        let Some(at) = reading.iter().position(|(_, asked)| asked == path) else {
            return;
        };
        let (program, path) = reading.remove(at);
        let is_last = reading.is_empty();
        let read = bytes.map_err(Unreadable::Trouble);
        match read.and_then(|bytes| disk::decode(&bytes)) {
            Ok(text) => {
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                let file = file.into_owned();
                let text = text.replace("\r\n", "\n").replace('\r', "\n");
                let draft = Draft {
                    file: file.clone(),
                    text,
                };
                if self.desk.drafts.put(program.clone(), draft) == Err(TooLong) {
                    return self.say_of_files(FileRemark::TooLong);
                }
                self.desk.opening.has_come = true;
                self.desk.opening.opened = Some((program, file));
            }
            Err(why) => self.say_of_files(FileRemark::Unreadable { path, why }),
        }
        if is_last && std::mem::take(&mut self.desk.opening.has_come) {
            self.begin_with_files();
        }
    }

    fn begin_with_files(&mut self) {
        let problem = self.notice.take();
        let problem =
            problem.filter(|notice| matches!(notice, Notice::Files(FileRemark::Unreadable { .. })));
        self.take_up_drafts();
        self.restart();
        if self.desk.overlay == Some(Overlay::Open) && problem.is_none() {
            self.desk.overlay = None;
        }
        let opened = self.desk.opening.opened.take();
        match (problem, opened) {
            (Some(problem), _) => self.notice = Some(problem),
            (None, Some((program, file))) => {
                self.say_of_files(FileRemark::Opened { program, file });
            }
            (None, None) => {}
        }
    }

    pub(super) fn say_of_files(&mut self, remark: FileRemark) {
        self.remark(Notice::Files(remark));
    }

    /// Whatever has changed on the desk is kept.
    pub(super) fn keep(&mut self) {
        if let Some(keeper) = &mut self.keeper {
            keeper.look(&self.desk);
        }
    }
}

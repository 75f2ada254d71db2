//! What outlives the window: how it is set, how far one has come, and what one has edited.
//!
//! In: a folder. Out: [`Kept`], read before the window opens, so that its first frame has the right
//! language and size; then a [`Keeper`], which hands every change to the disk's thread. Two files
//! are kept: `learner.json`, and `drafts/LESSON.json` for each lesson whose programs were edited.
//!
//! Several windows may be open. Each writes only what was changed in it, over what the file holds
//! by then: of a setting the last change counts, of progress the furthest.

mod document;
mod keeper;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(super) use keeper::Keeper;

use super::desk::{Draft, Progress, Reached, Setting, Settings};
use crate::disk::{self, Change, Trouble};
use crate::lesson::Language;
use crate::trace::Name;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use document::{Damaged, Document, Patch, entries_of};

const LEARNER: &str = "sockstep_learner";
const DRAFTS: &str = "sockstep_drafts";
// The sections.
const SETTINGS: &str = "settings";
const LESSONS: &str = "lessons";
const COURSE: &str = "course";
const PROGRAMS: &str = "programs";
const FILES: &str = "files";
/// A file of ours is some kilobytes; more than this is not ours, in bytes.
const MOST_BYTES: usize = 4 << 20;
/// So many files are remembered.
const MOST_RECENT: usize = 12;
/// So many lessons' drafts are read.
const MOST_LESSONS: usize = 256;

/// What was kept from earlier runs of the window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// Where it is kept; `None` keeps nothing.
    pub folder: Option<PathBuf>,
    pub settings: Settings,
    pub progress: Progress,
    pub drafts: BTreeMap<String, BTreeMap<Name, Draft>>,
    /// Files that were opened or saved lately, newest first.
    pub recent: Vec<PathBuf>,
    /// Nothing was kept before: the window is new to whoever sits there.
    pub is_first: bool,
    pub remark: Option<KeptRemark>,
}

/// What is kept of the course as a whole.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Course {
    /// The lesson that was open last.
    last: Option<String>,
}

/// What is kept of files elsewhere.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Files {
    /// Newest first.
    recent: Vec<PathBuf>,
}

/// What is to be said about the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptRemark {
    /// It could not be understood and has this name now.
    Damaged(PathBuf),
    /// It cannot be read or written, so nothing is kept.
    NotKept { path: PathBuf, why: Trouble },
}

/// Where settings and progress are kept, in the folder of this program's data.
pub fn learner_file(folder: &Path) -> PathBuf {
    folder.join("learner.json")
}

fn drafts_folder(folder: &Path) -> PathBuf {
    folder.join("drafts")
}

impl Kept {
    /// Nothing, and nothing will be.
    pub fn nothing(language: Language) -> Self {
        let mut kept = Self::default();
        kept.settings.language = language;
        kept
    }

    /// Reads a few small files; call it before there is a window.
    pub fn load(folder: &Path, language: Language) -> Self {
        let mut kept = Self::nothing(language);
        kept.folder = Some(folder.to_owned());
        let path = learner_file(folder);
        match read(LEARNER, &path) {
            Ok(Some(document)) => {
                kept.settings = document.section(SETTINGS, &kept.settings);
                // A file may say anything; the window stays usable.
                let zoom = kept.settings.zoom;
                kept.settings.set(Setting::Zoom(zoom));
                kept.progress = Progress {
                    lessons: document.section(LESSONS, &BTreeMap::new()),
                    last: document.section(COURSE, &Course::default()).last,
                };
                kept.recent = document.section(FILES, &Files::default()).recent;
                kept.recent.truncate(MOST_RECENT);
            }
            Ok(None) => kept.is_first = true,
            Err(remark) => kept.remark = Some(remark),
        }
        kept.load_drafts(&drafts_folder(folder));
        kept
    }

    fn load_drafts(&mut self, folder: &Path) {
        for name in disk::list(folder, MOST_LESSONS).unwrap_or_default() {
            let Some(lesson) = name.strip_suffix(".json") else {
                continue;
            };
            match read(DRAFTS, &folder.join(&name)) {
                Ok(Some(document)) => {
                    let drafts = document.section(PROGRAMS, &BTreeMap::new());
                    self.drafts.insert(lesson.to_owned(), drafts);
                }
                Ok(None) => {}
                Err(remark) => self.remark = self.remark.take().or(Some(remark)),
            }
        }
    }
}

/// `None`: there is no such file. A damaged one is set aside.
fn read(mark: &str, path: &Path) -> Result<Option<Document>, KeptRemark> {
    let trouble = |why| KeptRemark::NotKept {
        path: path.to_owned(),
        why,
    };
    match disk::read(path, MOST_BYTES) {
        Ok(bytes) => match Document::read(mark, &bytes) {
            Ok(document) => Ok(Some(document)),
            Err(Damaged) => Err(disk::set_aside(path).map_or_else(trouble, KeptRemark::Damaged)),
        },
        Err(Trouble::Gone) => Ok(None),
        Err(why) => Err(trouble(why)),
    }
}

/// The entries of lessons that were forgotten since they were written: nothing of them stays.
fn forgotten(document: &Document, patch: &Patch) -> Patch {
    let times = |value: &Value| serde_json::from_value::<Reached>(value.clone()).ok();
    let lessons = patch.get(LESSONS).and_then(Value::as_object);
    let is_newer = |(id, now): &(&String, &Value)| {
        let before = document.entry(LESSONS, id).and_then(times);
        let (before, now) = (before.map(|r| r.forgotten), times(now).map(|r| r.forgotten));
        before.is_some() && now > before
    };
    let newer = lessons.into_iter().flatten().filter(is_newer);
    let gone = newer.map(|(id, _)| (id.clone(), Value::Null));
    let gone: Patch = gone.collect();
    let sections = (!gone.is_empty()).then(|| (LESSONS.to_owned(), Value::Object(gone)));
    Patch::from_iter(sections)
}

/// The patch, with how far one has come by any window: nothing that was reached is lost.
fn furthest(document: &Document, patch: &Patch) -> Patch {
    let mut patch = patch.clone();
    let lessons = patch.get_mut(LESSONS).and_then(Value::as_object_mut);
    for (lesson, reached) in lessons.into_iter().flatten() {
        let read = |value: &Value| serde_json::from_value::<Reached>(value.clone()).ok();
        let before = document.entry(LESSONS, lesson).and_then(read);
        if let (Some(own), Some(before)) = (read(reached), before) {
            let progress = |reached| Progress {
                lessons: BTreeMap::from([(lesson.clone(), reached)]),
                last: None,
            };
            // Where one stands is where this window stands.
            let place = own.place;
            let mut both = progress(own);
            both.merge(progress(before));
            both.lesson(lesson).place = place;
            *reached = Value::Object(entries_of(&both.lessons[lesson]));
        }
    }
    patch
}

/// What a file holds after a change. Whatever else it says stays.
fn changed(mark: &str, before: Option<&[u8]>, patch: &Patch) -> Change {
    let read = before.map(|bytes| Document::read(mark, bytes));
    let is_damaged = matches!(read, Some(Err(Damaged)));
    let is_there = read.is_some();
    let mut document = match read {
        Some(Ok(document)) => document,
        Some(Err(Damaged)) | None => Document::new(mark),
    };
    document.patch(&forgotten(&document, patch));
    document.patch(&furthest(&document, patch));
    match document.is_empty() {
        _ if is_damaged => Change::Replace(document.write()),
        true if is_there && mark == DRAFTS => Change::Remove,
        true if mark == DRAFTS => Change::Leave,
        true | false => Change::Write(document.write()),
    }
}

#[cfg(test)]
mod tests;

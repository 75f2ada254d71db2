//! Hands every change to the disk's thread, and hears what became of it.
//!
//! In: the desk, after each command. Out: jobs for the disk, and a remark when something cannot be
//! kept. Nothing here waits, except the very last: whoever drops it waits until what was asked for
//! is written, or too long.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::document::{Patch, changes, entries_of};
use super::{
    COURSE, Course, DRAFTS, FILES, Files, Kept, KeptRemark, LEARNER, LESSONS, PROGRAMS, SETTINGS,
    changed, drafts_folder, learner_file,
};
use crate::disk::{Amend, Disk, Done, Job, Wake};
use crate::session::desk::{Desk, Draft, Progress, Settings};
use crate::trace::Name;

pub struct Keeper {
    disk: Disk,
    folder: Option<PathBuf>,
    /// What was last looked at: most commands change none of it.
    settings: Settings,
    progress: Progress,
    recent: Vec<PathBuf>,
    drafts: BTreeMap<String, BTreeMap<Name, Draft>>,
    files: BTreeMap<PathBuf, File>,
    /// The trouble was told once.
    is_told: bool,
}

/// A file as the learner's window knows it.
struct File {
    mark: &'static str,
    /// What is certainly in it.
    written: Patch,
    /// What it shall hold.
    wanted: Patch,
    /// Changes of it that are on their way.
    asked: u64,
    /// The newest of them could not be handed over yet.
    is_late: bool,
}

impl Keeper {
    pub fn new(kept: &Kept, wake: Wake) -> std::io::Result<Self> {
        let mut keeper = Self {
            disk: Disk::start(wake)?,
            folder: kept.folder.clone(),
            settings: kept.settings.clone(),
            progress: kept.progress.clone(),
            recent: kept.recent.clone(),
            drafts: kept.drafts.clone(),
            files: BTreeMap::new(),
            is_told: matches!(kept.remark, Some(KeptRemark::NotKept { .. })),
        };
        if let Some(folder) = &kept.folder {
            let mut learner = File::new(
                LEARNER,
                learner_of(&kept.settings, &kept.progress, &kept.recent),
            );
            // A new file is written even when nothing is set: then the window is not new any more.
            learner.is_late = kept.is_first;
            keeper.files.insert(learner_file(folder), learner);
            for (lesson, drafts) in &kept.drafts {
                let file = File::new(DRAFTS, drafts_of(drafts));
                keeper.files.insert(drafts_file(folder, lesson), file);
            }
        }
        Ok(keeper)
    }

    /// Where things are kept, if anywhere.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    pub fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Looks at what there is to keep. Cheap when nothing has changed.
    pub fn look(&mut self, desk: &Desk) {
        let Some(folder) = self.folder.clone() else {
            return;
        };
        let recent = &desk.opening.elsewhere;
        if desk.settings != self.settings
            || desk.shelf.progress != self.progress
            || *recent != self.recent
        {
            self.settings = desk.settings.clone();
            self.progress = desk.shelf.progress.clone();
            self.recent.clone_from(recent);
            let wanted = learner_of(&self.settings, &self.progress, &self.recent);
            self.want(learner_file(&folder), LEARNER, wanted);
        }
        let drafts = desk.drafts.all();
        if *drafts != self.drafts {
            for (lesson, programs) in drafts {
                if self.drafts.get(lesson) != Some(programs) {
                    let file = drafts_file(&folder, lesson);
                    self.want(file, DRAFTS, drafts_of(programs));
                }
            }
            self.drafts = drafts.clone();
        }
        self.hand_over();
    }

    fn want(&mut self, path: PathBuf, mark: &'static str, wanted: Patch) {
        let new = || File::new(mark, Patch::new());
        let file = self.files.entry(path).or_insert_with(new);
        file.wanted = wanted;
        file.is_late = true;
    }

    /// What the disk has no room for waits here, and comes with the next look.
    fn hand_over(&mut self) {
        for (path, file) in self.files.iter_mut().filter(|(_, file)| file.is_late) {
            let path = path.clone();
            let amend = file.amend();
            if self.disk.ask(Job::Amend { path, amend }).is_ok() {
                file.is_late = false;
                file.asked += 1;
            }
        }
    }

    /// The disk wrote a file, or could not. The first trouble is worth a word.
    pub fn hear(
        &mut self,
        path: &Path,
        asked: u64,
        kept: Result<Option<PathBuf>, crate::disk::Trouble>,
    ) -> Option<KeptRemark> {
        let file = self.files.get_mut(path)?;
        file.asked = file.asked.saturating_sub(asked);
        match kept {
            Ok(aside) => {
                if file.asked == 0 && !file.is_late {
                    file.written = file.wanted.clone();
                }
                aside.map(KeptRemark::Damaged)
            }
            Err(why) => {
                let path = path.to_owned();
                let is_told = std::mem::replace(&mut self.is_told, true);
                (!is_told).then_some(KeptRemark::NotKept { path, why })
            }
        }
    }

    /// Something was asked for and is not written yet.
    #[cfg(test)]
    pub fn is_busy(&self) -> bool {
        self.files
            .values()
            .any(|file| file.asked > 0 || file.is_late)
    }

    /// What was done and not yet heard of.
    pub fn done(&self) -> Vec<Done> {
        self.disk.try_iter().collect()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.hand_over();
    }
}

impl File {
    fn new(mark: &'static str, written: Patch) -> Self {
        Self {
            mark,
            wanted: written.clone(),
            written,
            asked: 0,
            is_late: false,
        }
    }

    /// Everything that is not certainly in it.
    fn amend(&self) -> Amend {
        let (mark, patch) = (self.mark, changes(&self.written, &self.wanted));
        Box::new(move |before| changed(mark, before, &patch))
    }
}

fn learner_of(settings: &Settings, progress: &Progress, recent: &[PathBuf]) -> Patch {
    let last = progress.last.clone();
    let recent = recent.to_vec();
    Patch::from_iter([
        section(SETTINGS, entries_of(settings)),
        section(LESSONS, entries_of(&progress.lessons)),
        section(COURSE, entries_of(&Course { last })),
        section(FILES, entries_of(&Files { recent })),
    ])
}

fn drafts_of(drafts: &BTreeMap<Name, Draft>) -> Patch {
    Patch::from_iter([section(PROGRAMS, entries_of(drafts))])
}

fn section(name: &str, entries: Map<String, Value>) -> (String, Value) {
    (name.to_owned(), Value::Object(entries))
}

/// A lesson's id is a plain name, which the parser saw to; one that is not does not leave the
/// folder either.
fn drafts_file(folder: &Path, lesson: &str) -> PathBuf {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let name: String = lesson
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    drafts_folder(folder).join(format!("{name}.json"))
}

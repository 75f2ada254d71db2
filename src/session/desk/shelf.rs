//! The lessons one can open, and how far one has come in each.
//!
//! In: what the course holds, what a run shows, what was kept from earlier runs. Out: what the
//! contents, the lesson pane and whoever keeps [`Progress`] on disk read. Written as JSON.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::puzzles::{Puzzles, Solve};
use crate::lesson::{Language, Pixels};
use crate::trace::Moment;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shelf {
    /// In the order in which they are taught.
    pub entries: Vec<Entry>,
    /// Which of them is open.
    pub open: usize,
    pub progress: Progress,
    /// Where one was when last here, offered until one goes on.
    pub resume: Option<Resume>,
    /// Which of the lesson's tries runs instead of the lesson as it is written.
    pub trying: Option<usize>,
    /// The beats whose quiz shows its hint.
    pub hints: BTreeSet<usize>,
    /// The event that decided each quiz, by beat.
    pub evidence: BTreeMap<usize, Moment>,
    /// The event that answered each myth, by beat.
    pub myths: BTreeMap<usize, Moment>,
    /// What was forgotten last, to be had back.
    pub forgotten: Option<Progress>,
    /// How often the lessons were read anew, because somebody edited them.
    pub revision: u64,
    /// The open lesson's pictures as far as they are decoded, by their names in the text.
    pub pictures: BTreeMap<String, Result<Arc<Pixels>, String>>,
    /// This run has come to the lesson's end: nothing is left for `Next` to do.
    pub is_over: bool,
    /// The open lesson's puzzles, and what was answered.
    pub puzzles: Puzzles,
    /// The end of the lesson was pointed out.
    pub has_said_finished: bool,
}

/// One lesson, as the contents list it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// What progress is kept under; a lesson that cannot be read goes by its folder.
    pub id: String,
    /// `04-handshake`: links may name it, too.
    pub folder: String,
    pub number: u32,
    /// Title and goal in each sound language.
    pub titles: BTreeMap<Language, Titles>,
    pub minutes: u32,
    pub beats: usize,
    pub quizzes: usize,
    pub puzzles: usize,
    pub tries: usize,
    /// Ids of the lessons that should come before it.
    pub after: Vec<String>,
    /// What is wrong with it: file, line, remedy.
    pub problems: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Titles {
    pub title: String,
    pub goal: String,
}

/// A passage to go back to.
#[derive(Clone, Debug, PartialEq)]
pub struct Resume {
    /// The lesson's id.
    pub lesson: String,
    pub beat: usize,
}

/// What a learner asks of the shelf.
#[derive(Clone, Debug, PartialEq)]
pub enum Shelving {
    /// Another lesson, by its id: a fresh lab.
    Open(String),
    /// A fresh lab with the edit or the script of this try.
    Try(usize),
    /// A fresh lab with the lesson as it is written.
    EndTry,
    /// The offer to go on where one was is not wanted.
    ForgetPlace,
    /// Shows the hint of this beat's quiz, or hides it.
    Hint(usize),
    /// Something done with a puzzle, counted from 0 in the lesson.
    Puzzle(usize, Solve),
    /// What was kept from earlier runs has been read.
    Kept(Progress),
    /// How far one has come in this lesson, or in all, is forgotten.
    Forget(Option<String>),
    /// What was forgotten last is known again.
    Remember,
}

/// How far one has come in each lesson, by its id. Kept from one run of the window to the next.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    pub lessons: BTreeMap<String, Reached>,
    /// The lesson that was open last.
    pub last: Option<String>,
}

/// So many lessons are remembered: a file of progress cannot grow without end.
const MOST_LESSONS: usize = 1_000;

/// How far one has come in one lesson.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reached {
    /// The most beats that one run has reached.
    pub beats: usize,
    /// A run went to its end.
    pub finished: bool,
    /// The beat one was at last, counted from 0.
    pub place: Option<usize>,
    /// Quizzes by their beat: how often guessed right and wrong.
    pub quizzes: BTreeMap<usize, Guessed>,
    /// Puzzles by their place in the lesson: how often answered right and wrong.
    pub puzzles: BTreeMap<usize, Guessed>,
    /// The tries that were run, counted from 0.
    pub tries: BTreeSet<usize>,
    /// How often all of this was forgotten: what is known from before then does not count.
    #[serde(skip_serializing_if = "is_never")]
    pub forgotten: u32,
}

fn is_never(times: &u32) -> bool {
    *times == 0
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Guessed {
    pub right: u32,
    pub wrong: u32,
}

impl Shelf {
    pub fn entry(&self) -> Option<&Entry> {
        self.entries.get(self.open)
    }

    /// The nearest sound lesson before (`-1`) or after (`1`) the one that is open.
    pub fn neighbour(&self, step: isize) -> Option<&Entry> {
        let mut at = self.open;
        loop {
            at = at.checked_add_signed(step)?;
            let entry = self.entries.get(at)?;
            if entry.is_sound() {
                return Some(entry);
            }
        }
    }

    /// A lesson by its id, its folder, or its folder's name without the number.
    pub fn find(&self, word: &str) -> Option<&Entry> {
        let by_id = self.entries.iter().find(|entry| entry.id == word);
        by_id.or_else(|| self.entries.iter().find(|entry| entry.is_called(word)))
    }

    /// How far one has come in the lesson that is open.
    pub fn reached(&self) -> Option<&Reached> {
        self.progress.lessons.get(&self.entry()?.id)
    }
}

impl Entry {
    /// At least one language of it can be read.
    pub fn is_sound(&self) -> bool {
        !self.titles.is_empty()
    }

    /// In this language, or in the one it has.
    pub fn titles(&self, language: Language) -> Option<&Titles> {
        let own = self.titles.get(&language);
        own.or_else(|| self.titles.values().next())
    }

    fn is_called(&self, word: &str) -> bool {
        let bare = self.folder.trim_start_matches(|c: char| c.is_ascii_digit());
        self.folder == word || bare.trim_start_matches('-') == word
    }
}

impl Progress {
    /// The lesson's own, to be changed.
    pub fn lesson(&mut self, id: &str) -> &mut Reached {
        if !self.lessons.contains_key(id) && self.lessons.len() >= MOST_LESSONS {
            self.lessons.pop_first();
        }
        self.lessons.entry(id.to_owned()).or_default()
    }

    /// Something was reached in this lesson; `None`: in any.
    pub fn has_begun(&self, id: Option<&str>) -> bool {
        let mut lessons = self.lessons.iter();
        lessons.any(|(of, reached)| id.is_none_or(|id| id == of) && reached.has_begun())
    }

    /// Forgets one lesson, or all. Gives what was forgotten.
    pub(in crate::session) fn forget(&mut self, id: Option<&str>) -> Self {
        let mut forgotten = Self::default();
        for (of, reached) in &mut self.lessons {
            if id.is_none_or(|id| id == of) && reached.has_begun() {
                let anew = Reached {
                    forgotten: reached.forgotten.saturating_add(1),
                    ..Reached::default()
                };
                let before = std::mem::replace(reached, anew);
                forgotten.lessons.insert(of.clone(), before);
            }
        }
        forgotten
    }

    /// Knows again what was forgotten, besides what was reached since.
    pub(in crate::session) fn remember(&mut self, forgotten: Self) {
        for (id, before) in forgotten.lessons {
            let own = self.lesson(&id);
            let forgotten = own.forgotten;
            own.merge(Reached {
                forgotten,
                ..before
            });
        }
    }

    /// Adds what was kept from earlier: nothing that was reached is lost.
    pub fn merge(&mut self, earlier: Self) {
        for (id, earlier) in earlier.lessons.into_iter().take(MOST_LESSONS) {
            self.lesson(&id).merge(earlier);
        }
        self.last = self.last.take().or(earlier.last);
    }
}

impl Reached {
    fn has_begun(&self) -> bool {
        let forgotten = self.forgotten;
        *self
            != Self {
                forgotten,
                ..Self::default()
            }
    }

    /// Nothing that was reached since it was forgotten last is lost.
    fn merge(&mut self, earlier: Self) {
        match self.forgotten.cmp(&earlier.forgotten) {
            Ordering::Greater => return,
            Ordering::Less => *self = Self::default(),
            Ordering::Equal => {}
        }
        self.forgotten = earlier.forgotten;
        self.beats = self.beats.max(earlier.beats);
        self.finished |= earlier.finished;
        self.place = self.place.or(earlier.place);
        self.tries.extend(earlier.tries);
        merge_guesses(&mut self.quizzes, earlier.quizzes);
        merge_guesses(&mut self.puzzles, earlier.puzzles);
    }
}

fn merge_guesses(own: &mut BTreeMap<usize, Guessed>, earlier: BTreeMap<usize, Guessed>) {
    for (at, earlier) in earlier {
        let guessed = own.entry(at).or_default();
        guessed.right = guessed.right.max(earlier.right);
        guessed.wrong = guessed.wrong.max(earlier.wrong);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, folder: &str, is_sound: bool) -> Entry {
        let titles = is_sound.then(|| (Language::English, Titles::default()));
        Entry {
            id: id.to_owned(),
            folder: folder.to_owned(),
            titles: titles.into_iter().collect(),
            ..Entry::default()
        }
    }

    #[test]
    fn a_lesson_is_found_by_id_or_folder_and_broken_ones_are_passed_over() {
        let shelf = Shelf {
            entries: vec![
                entry("bytes", "01-bytes", true),
                entry("02-broken", "02-broken", false),
                entry("handshake", "04-three-ways", true),
            ],
            open: 0,
            ..Shelf::default()
        };
        let found = |word| shelf.find(word).map(|entry| entry.id.as_str());
        for (word, expected) in [
            ("handshake", Some("handshake")),
            ("04-three-ways", Some("handshake")),
            ("three-ways", Some("handshake")),
            ("nowhere", None),
            ("", None),
        ] {
            assert_eq!(found(word), expected, "{word}");
        }
        assert_eq!(shelf.neighbour(1).map(|next| &*next.id), Some("handshake"));
        assert_eq!(shelf.neighbour(-1), None);
    }

    #[test]
    fn progress_only_grows_and_comes_back_as_it_was_written() {
        let mut now = Progress::default();
        now.lesson("handshake").beats = 3;
        now.lesson("handshake")
            .quizzes
            .insert(2, Guessed { right: 1, wrong: 0 });
        let mut earlier = Progress::default();
        let kept = earlier.lesson("handshake");
        (kept.beats, kept.finished, kept.place) = (11, true, Some(4));
        kept.tries.insert(0);
        earlier.last = Some("handshake".to_owned());
        now.merge(earlier);
        let handshake = &now.lessons["handshake"];
        assert_eq!((handshake.beats, handshake.finished), (11, true));
        assert_eq!((handshake.place, handshake.tries.len()), (Some(4), 1));
        assert_eq!(handshake.quizzes[&2].right, 1);
        let written = serde_json::to_string(&now).expect("it can be written");
        assert_eq!(
            serde_json::from_str::<Progress>(&written).expect("read"),
            now
        );
        let sparse = serde_json::from_str::<Progress>("{\"lessons\":{\"a\":{}}}");
        assert_eq!(
            sparse.expect("absent fields are empty").lessons["a"].beats,
            0
        );
    }
}

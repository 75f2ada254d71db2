//! Where a lesson comes from, and where its runs are recorded.
//!
//! In: a path, or nothing. Out: the lesson in both languages. Without a path the lesson that is
//! built in is used, so that the program works from any folder.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::lab::Recording;
use crate::lesson::{Language, Lesson, Problem, load, parse};

/// How many recorded runs are kept; the oldest go first.
const RUNS_KEPT: usize = 50;

const BUILT_IN: [(Language, &str, &str); 2] = [
    (
        Language::English,
        "lessons/04-handshake/en.md",
        include_str!("../../lessons/04-handshake/en.md"),
    ),
    (
        Language::Chinese,
        "lessons/04-handshake/zh.md",
        include_str!("../../lessons/04-handshake/zh.md"),
    ),
];

/// One lesson, in the languages it has.
pub struct Course {
    english: Result<Lesson, Vec<Problem>>,
    chinese: Result<Lesson, Vec<Problem>>,
}

impl Course {
    /// Fails when no language of the lesson is sound: each problem on a line of its own.
    pub fn open(path: Option<&Path>) -> Result<Self, String> {
        let read = |language| match path {
            Some(path) => load(path, language),
            None => built_in(language),
        };
        let course = Self {
            english: read(Language::English),
            chinese: read(Language::Chinese),
        };
        match (&course.english, &course.chinese) {
            (Err(english), Err(chinese)) => {
                let all = english.iter().chain(chinese);
                let lines: Vec<String> = all.map(ToString::to_string).collect();
                Err(lines.join("\n"))
            }
            (Ok(_), _) | (_, Ok(_)) => Ok(course),
        }
    }

    /// In this language, or in the one it has.
    pub fn lesson(&self, language: Language) -> &Lesson {
        let (wanted, other) = match language {
            Language::English => (&self.english, &self.chinese),
            Language::Chinese => (&self.chinese, &self.english),
        };
        let found = wanted.as_ref().or(other.as_ref());
        found.expect("open checked that one language is sound")
    }

    /// What is wrong with the language that is not sound, if one is not.
    pub fn problem(&self) -> Option<String> {
        let problems = self.english.as_ref().err().or(self.chinese.as_ref().err());
        let first = problems.and_then(|problems| problems.first());
        first.map(ToString::to_string)
    }

    /// Opens a new file for a run of this lesson, in the folder `runs`.
    pub fn recording(&self, runs: Option<&Path>) -> Option<Recording> {
        let runs = runs?.to_owned();
        let id = self.lesson(Language::English).id.clone();
        Some(Box::new(move || {
            fs::create_dir_all(&runs)?;
            prune(&runs);
            let now = SystemTime::now().duration_since(UNIX_EPOCH);
            let millis = now.map_or(0, |since| since.as_millis());
            File::create(runs.join(format!("{millis}-{id}.jsonl")))
        }))
    }
}

fn built_in(language: Language) -> Result<Lesson, Vec<Problem>> {
    let (_, path, text) = BUILT_IN
        .into_iter()
        .find(|(known, ..)| *known == language)
        .expect("every language is built in");
    parse(text, Path::new(path), language)
}

/// Leaves room for one more run.
fn prune(runs: &Path) {
    let entries = fs::read_dir(runs).into_iter().flatten().flatten();
    let is_run = |path: &PathBuf| path.extension().is_some_and(|e| e == "jsonl");
    let mut old: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_run).collect();
    old.sort(); // names start with the time
    let surplus = (old.len() + 1).saturating_sub(RUNS_KEPT);
    for path in old.into_iter().take(surplus) {
        fs::remove_file(path).ok();
    }
}

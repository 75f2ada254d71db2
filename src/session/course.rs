//! Where lessons come from, and where their runs are recorded.
//!
//! In: a path, or nothing. Out: every lesson found there, in both languages. Without a path the
//! lessons that are built in are used, so that the program works from any folder. A lesson that
//! cannot be read is listed with what is wrong, and the others go on.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::desk::{Entry, Titles};
use super::loading::{Watched, Watches};
use crate::lab::Recording;
use crate::lesson::check::{self, Finding};
use crate::lesson::{self, BeatWatch, Language, Lesson, Problem, Source, quizzes};

/// How many recorded runs are kept; the oldest go first.
const RUNS_KEPT: usize = 50;
const LANGUAGES: [Language; 2] = [Language::English, Language::Chinese];

/// The lessons, one of which is open.
pub struct Course {
    pub(super) lessons: Vec<Shelved>,
    pub(super) open: usize,
    /// Where it lies; what is built in lies nowhere.
    pub(super) path: Option<PathBuf>,
    /// Stands in the place of the one that is open: what is told of a run that no lesson tells of.
    pub(super) guest: Option<Box<Shelved>>,
}

/// One lesson, in the languages it has.
pub(super) struct Shelved {
    /// `04-handshake`.
    pub folder: String,
    pub english: Result<Lesson, Vec<Problem>>,
    pub chinese: Result<Lesson, Vec<Problem>>,
    /// What is wrong with its files since they were edited; what is shown is from before.
    pub broken: Vec<Problem>,
}

impl Course {
    /// A lesson's folder or file, a folder of such folders, or what is built in. Fails when no
    /// lesson there is sound: each problem on a line of its own.
    pub fn open(path: Option<&Path>) -> Result<Self, String> {
        let lessons = read(path).map_err(|problem| problem.to_string())?;
        let path = path.map(Path::to_owned);
        let open = lessons.iter().position(|lesson| lesson.any().is_some());
        match open {
            Some(open) => Ok(Self {
                lessons,
                open,
                path,
                guest: None,
            }),
            None => {
                let all = lessons.iter().flat_map(Shelved::problems);
                let lines: Vec<String> = all.map(ToString::to_string).collect();
                Err(lines.join("\n"))
            }
        }
    }

    /// One lesson that lies in no folder.
    pub(super) fn of(english: Lesson, chinese: Lesson) -> Self {
        Self {
            lessons: vec![Shelved::of(english, chinese)],
            open: 0,
            path: None,
            guest: None,
        }
    }

    /// The one that is open, in this language or in the one it has.
    pub fn lesson(&self, language: Language) -> &Lesson {
        let shelved = self.shown();
        let found = shelved.and_then(|shelved| shelved.lesson(language));
        found.expect("only a sound lesson is opened")
    }

    fn shown(&self) -> Option<&Shelved> {
        self.guest
            .as_deref()
            .or_else(|| self.lessons.get(self.open))
    }

    /// Its place in the course; a guest stands after all of them.
    pub fn opened(&self) -> usize {
        match self.guest {
            Some(_) => self.lessons.len(),
            None => self.open,
        }
    }

    /// Opens the lesson with this id or folder. Whether there is such a sound one.
    pub fn turn_to(&mut self, id: &str) -> bool {
        let mut lessons = self.lessons.iter();
        let found = lessons.position(|lesson| lesson.any().is_some_and(|any| any.id == id));
        if let Some(found) = found {
            self.open = found;
            self.guest = None;
        }
        found.is_some()
    }

    /// What the contents list.
    pub fn entries(&self) -> Vec<Entry> {
        self.lessons.iter().map(Shelved::entry).collect()
    }

    /// The first thing that is wrong with the lesson that is open, though it can be played.
    pub fn problem(&self) -> Option<String> {
        let mut problems = self.shown()?.problems();
        problems.next().map(ToString::to_string)
    }

    /// What each lesson watches a run for.
    pub(super) fn watches(&self) -> Watches {
        let sound = self.lessons.iter().filter_map(Shelved::any);
        let watches = sound.map(|lesson| {
            let programs = lesson.programs.iter().map(|program| program.name.clone());
            let watched = Watched {
                programs: programs.collect(),
                watch: BeatWatch::new(lesson),
            };
            (lesson.id.clone(), watched)
        });
        watches.collect()
    }

    /// Opens a new file for a run of this lesson, in the folder `runs`; and which it will be.
    pub fn recording(&self, runs: Option<&Path>) -> Option<(PathBuf, Recording)> {
        let runs = runs?.to_owned();
        let id = &self.lesson(Language::English).id;
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let millis = now.map_or(0, |since| since.as_millis());
        let path = runs.join(format!("{millis}-{id}.jsonl"));
        let file = path.clone();
        let recording: Recording = Box::new(move || {
            fs::create_dir_all(&runs)?;
            prune(&runs);
            File::create(file)
        });
        Some((path, recording))
    }
}

/// All lessons there, whatever is wrong with them.
pub(super) fn read(path: Option<&Path>) -> Result<Vec<Shelved>, Problem> {
    let sources = lesson::sources(path)?;
    let mut lessons: Vec<Shelved> = sources.iter().map(Shelved::read).collect();
    refuse_twins(&mut lessons);
    check_course(&mut lessons);
    Ok(lessons)
}

impl Shelved {
    pub(super) fn of(english: Lesson, chinese: Lesson) -> Self {
        Self {
            folder: english.id.clone(),
            english: Ok(english),
            chinese: Ok(chinese),
            broken: Vec::new(),
        }
    }

    fn read(source: &Source) -> Self {
        Self {
            folder: source.folder(),
            english: source.read(Language::English),
            chinese: source.read(Language::Chinese),
            broken: Vec::new(),
        }
    }

    fn own(&self, language: Language) -> Result<&Lesson, &Vec<Problem>> {
        match language {
            Language::English => self.english.as_ref(),
            Language::Chinese => self.chinese.as_ref(),
        }
    }

    fn lesson(&self, language: Language) -> Option<&Lesson> {
        self.own(language).ok().or_else(|| self.any())
    }

    /// Those that can be played.
    pub(super) fn sound(&self) -> impl Iterator<Item = &Lesson> {
        let own = |language| self.own(language).ok();
        LANGUAGES.into_iter().filter_map(own)
    }

    fn any(&self) -> Option<&Lesson> {
        self.sound().next()
    }

    /// Whatever is wrong with either language.
    fn problems(&self) -> impl Iterator<Item = &Problem> {
        let of = |language| match self.own(language) {
            Ok(lesson) => &lesson.flaws,
            Err(problems) => problems,
        };
        let own = LANGUAGES.into_iter().flat_map(of);
        self.broken.iter().chain(own)
    }

    fn entry(&self) -> Entry {
        let sound = |language| self.own(language).ok();
        let titles = LANGUAGES.into_iter().filter_map(|language| {
            let lesson = sound(language)?;
            let (title, goal) = (lesson.title.clone(), lesson.goal.clone());
            Some((language, Titles { title, goal }))
        });
        let any = self.any();
        Entry {
            id: any.map_or_else(|| self.folder.clone(), |lesson| lesson.id.clone()),
            folder: self.folder.clone(),
            number: lesson::number_of(&self.folder),
            titles: titles.collect(),
            minutes: any.map_or(0, |lesson| lesson.minutes),
            after: any.map_or_else(Vec::new, |lesson| lesson.after.clone()),
            beats: any.map_or(0, |lesson| lesson.beats.len()),
            quizzes: any.map_or(0, |lesson| quizzes(lesson).count()),
            puzzles: any.map_or(0, |lesson| lesson.puzzles.len()),
            tries: any.map_or(0, |lesson| lesson.tries.len()),
            problems: self.problems().map(ToString::to_string).collect(),
        }
    }
}

/// Two lessons of one id would share one progress, and a link could mean either.
fn refuse_twins(lessons: &mut [Shelved]) {
    let mut ids: Vec<(String, String)> = Vec::new();
    for shelved in lessons {
        let Some(lesson) = shelved.any() else {
            continue;
        };
        let (id, path) = (lesson.id.clone(), lesson.path.clone());
        if let Some((_, first)) = ids.iter().find(|(known, _)| *known == id) {
            let problem = Problem {
                path,
                line: 0,
                message: format!("the lesson in {first} has the id \"{id}\", too"),
                remedy: "give each lesson an id of its own".to_owned(),
            };
            shelved.english = Err(vec![problem]);
            shelved.chinese = Err(Vec::new());
        } else {
            ids.push((id, shelved.folder.clone()));
        }
    }
}

/// A link to a lesson that is not there is told with its line, and so is an `after` that names
/// none, or that leads round in a circle.
fn check_course(lessons: &mut [Shelved]) {
    let found = {
        let all = lessons.iter().map(|shelved| {
            let languages = [&shelved.english, &shelved.chinese].into_iter().flatten();
            (shelved.folder.as_str(), languages.collect::<Vec<_>>())
        });
        check::course(&all.collect::<Vec<_>>())
    };
    let languages = lessons
        .iter_mut()
        .flat_map(|shelved| [&mut shelved.english, &mut shelved.chinese]);
    for lesson in languages.flatten() {
        let own = found.iter().filter(|finding| finding.path == lesson.path);
        lesson.flaws.extend(own.filter_map(Finding::of_course));
    }
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

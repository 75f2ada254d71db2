//! What is to be played: the lessons at some paths, and the runs that each of them needs.
//!
//! In: paths. Out: [`Subject`]s with what can be said without playing, and [`Job`]s.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::judge::Trouble;
use crate::director::Script;
use crate::lesson::check::{self, Finding, Part, Wrong};
use crate::lesson::{self, Language, Lesson, Problem, Source};
use crate::trace::{Setup, WireKind};

const LANGUAGES: [Language; 2] = [Language::English, Language::Chinese];

/// One lesson, in the languages that could be read.
pub struct Subject {
    pub folder: String,
    pub lessons: Vec<Arc<Lesson>>,
    pub troubles: Vec<Trouble>,
    /// What differs between the two languages makes two runs of one.
    differs: Vec<Part>,
}

/// One run.
pub struct Job {
    pub subject: usize,
    /// Those whose claims it is held against.
    pub lessons: Vec<Arc<Lesson>>,
    /// Which of their tries; `None`: the lesson itself.
    pub wanted: Option<usize>,
    pub setup: Setup,
    pub script: Option<Arc<Script>>,
    pub save: Option<PathBuf>,
}

/// Without a path: the folder `lessons` that is here, or else what is built in.
pub fn subjects(paths: &[PathBuf]) -> Result<Vec<Subject>, Problem> {
    let here = Path::new("lessons");
    let mut found: Vec<Source> = Vec::new();
    match paths {
        [] if here.is_dir() => found.extend(lesson::sources(Some(here))?),
        [] => found.extend(lesson::sources(None)?),
        paths => {
            for path in paths {
                found.extend(lesson::sources(Some(folder_of(path)))?);
            }
        }
    }
    let mut subjects: Vec<Subject> = found.iter().map(Subject::read).collect();
    let others: Vec<Subject> = beside(&found).iter().map(Subject::read).collect();
    let all = subjects.iter().chain(&others).map(|subject| {
        let lessons = subject.lessons.iter().map(AsRef::as_ref);
        (subject.folder.as_str(), lessons.collect())
    });
    let all: Vec<(&str, Vec<&Lesson>)> = all.collect();
    for finding in check::course(&all) {
        let has = |subject: &&mut Subject| {
            let mut lessons = subject.lessons.iter();
            lessons.any(|lesson| lesson.path == finding.path)
        };
        if let Some(subject) = subjects.iter_mut().find(has) {
            subject.troubles.push(Trouble::Found(finding));
        }
    }
    Ok(subjects)
}

/// The other lessons of the same course, which links and `after` may name. A lesson whose folder
/// has no number belongs to none.
fn beside(found: &[Source]) -> Vec<Source> {
    let path_of = |source: &Source| match source {
        Source::OnDisk(path) => path.canonicalize().ok(),
        Source::BuiltIn(_) => None,
    };
    let mut known: Vec<PathBuf> = found.iter().filter_map(path_of).collect();
    let courses: Vec<PathBuf> = known
        .iter()
        .filter(|path| is_numbered(path))
        .filter_map(|path| path.parent().map(Path::to_owned))
        .collect();
    let mut others = Vec::new();
    for course in courses {
        for source in lesson::sources(Some(&course)).unwrap_or_default() {
            let path = path_of(&source);
            if let Some(path) = path.filter(|path| is_numbered(path) && !known.contains(path)) {
                known.push(path);
                others.push(source);
            }
        }
    }
    others
}

fn is_numbered(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| lesson::number_of(&name) > 0)
}

/// A lesson is its folder, whichever of its files is named.
fn folder_of(path: &Path) -> &Path {
    let is_file = path.extension().is_some_and(|end| end == "md");
    let folder = path.parent().filter(|_| is_file);
    match folder {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => path,
    }
}

impl Subject {
    fn read(source: &Source) -> Self {
        let mut subject = Self {
            folder: source.folder(),
            lessons: Vec::new(),
            troubles: Vec::new(),
            differs: Vec::new(),
        };
        for language in LANGUAGES {
            match source.read(language) {
                Ok(lesson) => subject.lessons.push(Arc::new(lesson)),
                Err(problems) => {
                    let troubles = problems.into_iter().map(Trouble::Read);
                    subject.troubles.extend(troubles);
                }
            }
        }
        let mut found: Vec<Finding> = Vec::new();
        for lesson in &subject.lessons {
            found.extend(check::manners(lesson));
            let flaws = lesson.flaws.iter().cloned().map(Trouble::Read);
            subject.troubles.extend(flaws);
            let puzzles = (0..lesson.puzzles.len()).filter_map(|index| lesson.open_puzzle(index));
            let damaged = puzzles.filter_map(Result::err).map(Trouble::Read);
            subject.troubles.extend(damaged);
        }
        if let [english, chinese] = &subject.lessons[..] {
            found.extend(check::languages(english, chinese));
        }
        for finding in found {
            if let Wrong::Differs { part, .. } = &finding.wrong {
                subject.differs.push(*part);
            }
            subject.troubles.push(Trouble::Found(finding));
        }
        subject
    }

    /// The languages, together where one run serves both.
    fn together(&self, parts: &[Part]) -> Vec<Vec<Arc<Lesson>>> {
        match self.differs.iter().any(|part| parts.contains(part)) {
            true => self.lessons.iter().map(|l| vec![l.clone()]).collect(),
            false if self.lessons.is_empty() => Vec::new(),
            false => vec![self.lessons.clone()],
        }
    }
}

/// What another run is needed for, if it is not the same in both languages.
const OF_A_RUN: &[Part] = &[
    Part::Hosts,
    Part::Programs,
    Part::Timers,
    Part::LowPorts,
    Part::Script,
];
const OF_A_TRY: &[Part] = &[
    Part::Hosts,
    Part::Programs,
    Part::Timers,
    Part::LowPorts,
    Part::Tries,
];

pub fn jobs(subjects: &[Subject], wire: WireKind, save: Option<&Path>) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (index, subject) in subjects.iter().enumerate() {
        for lessons in subject.together(OF_A_RUN) {
            jobs.extend(job(index, lessons, None, wire));
        }
        for lessons in subject.together(OF_A_TRY) {
            let tries = lessons.first().map_or(0, |lesson| lesson.tries.len());
            for wanted in 0..tries {
                jobs.extend(job(index, lessons.clone(), Some(wanted), wire));
            }
        }
    }
    for job in &mut jobs {
        let subject = &subjects[job.subject];
        job.save = save.map(|folder| folder.join(file_of(job, subject)));
    }
    jobs
}

/// `04-handshake.try-1.jsonl`.
fn file_of(job: &Job, subject: &Subject) -> String {
    let wanted = job.wanted.map(|index| format!(".try-{}", index + 1));
    let language = match &job.lessons[..] {
        [only] if subject.lessons.len() > 1 => format!(".{}", only.language.tag()),
        _ => String::new(),
    };
    let folder = &subject.folder;
    format!("{folder}{}{language}.jsonl", wanted.unwrap_or_default())
}

fn job(
    subject: usize,
    lessons: Vec<Arc<Lesson>>,
    wanted: Option<usize>,
    wire: WireKind,
) -> Option<Job> {
    let lesson = lessons.first()?.clone();
    let (programs, script) = match wanted {
        Some(index) => {
            let wanted = lesson.tries.get(index)?;
            (wanted.programs.clone(), wanted.script.clone())
        }
        None => (lesson.programs.clone(), lesson.script.clone()),
    };
    let setup = Setup {
        hosts: lesson.hosts.clone(),
        programs,
        timers: lesson.timers,
        low_ports: lesson.low_ports,
        wire,
        lesson: Some(lesson.id.clone()),
        attempt: wanted.and_then(|index| Some(lesson.tries.get(index)?.label.clone())),
    };
    Some(Job {
        subject,
        lessons,
        wanted,
        setup,
        script,
        save: None,
    })
}

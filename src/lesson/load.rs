//! From a path to the lessons there: the only place of this module that touches files.
//!
//! In: a path, or nothing for what is built in. Out: where each lesson comes from ([`Source`]),
//! and what it says. A lesson's folder may come from anybody, so a file is read only when it is a
//! plain file of a bearable size that lies in that folder.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::beside::Place;
use super::parse::{self, LARGEST_FILE};
use super::picture::{MOST_PICTURES, PictureFile};
use super::problem::Problem;
use super::puzzle::RunFile;
use super::types::{Language, Lesson};

/// The lessons of this version. Built again only when this file is: a test compares the two.
static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/lessons");

/// A folder of lessons holds no more.
const MOST_LESSONS: usize = 200;

/// Where a lesson comes from.
#[derive(Clone, Debug)]
pub enum Source {
    BuiltIn(&'static Dir<'static>),
    /// A lesson's folder, or one `.md` file.
    OnDisk(PathBuf),
}

/// The lessons at a path, in the order of their folders' names: those in a folder of lessons, or
/// the one that it names itself. Without a path, those that are built in.
pub fn sources(path: Option<&Path>) -> Result<Vec<Source>, Problem> {
    let Some(path) = path else {
        let mut built_in: Vec<&'static Dir<'static>> = BUILT_IN.dirs().collect();
        built_in.sort_by_key(|dir| dir.path());
        return Ok(built_in.into_iter().map(Source::BuiltIn).collect());
    };
    if !path.is_dir() || is_lesson(path) {
        return Ok(vec![Source::OnDisk(path.to_owned())]);
    }
    let entries = fs::read_dir(path).map_err(|error| {
        let mut problems = problem(path, format!("cannot be read: {error}"), "check the path");
        problems.swap_remove(0)
    })?;
    let folders = entries.flatten().map(|entry| entry.path());
    let mut folders: Vec<PathBuf> = folders.filter(|folder| is_lesson(folder)).collect();
    folders.sort();
    if folders.len() > MOST_LESSONS {
        let message = format!("more than {MOST_LESSONS} lessons in one folder");
        return Err(problem(path, message, "split the folder into several").swap_remove(0));
    }
    Ok(match folders.is_empty() {
        // Reading it says what is missing.
        true => vec![Source::OnDisk(path.to_owned())],
        false => folders.into_iter().map(Source::OnDisk).collect(),
    })
}

/// Whether the folder holds a lesson in some language.
fn is_lesson(folder: &Path) -> bool {
    let languages = [Language::English, Language::Chinese];
    let mut files = languages
        .map(|each| folder.join(format!("{}.md", each.tag())))
        .into_iter();
    files.any(|file| file.exists())
}

impl Source {
    pub fn read(&self, language: Language) -> Result<Lesson, Vec<Problem>> {
        match self {
            Self::BuiltIn(dir) => built_in(dir, language),
            Self::OnDisk(path) => load(path, language),
        }
    }

    /// The name of the lesson's folder, as in `04-handshake`.
    pub fn folder(&self) -> String {
        let folder = match self {
            Self::BuiltIn(dir) => dir.path().file_name().map(OsStr::to_owned),
            Self::OnDisk(path) => {
                let path = path.canonicalize().unwrap_or_else(|_| path.clone());
                let folder = if path.is_dir() {
                    Some(&*path)
                } else {
                    path.parent()
                };
                folder.and_then(Path::file_name).map(OsStr::to_owned)
            }
        };
        folder.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }
}

fn built_in(dir: &'static Dir<'static>, language: Language) -> Result<Lesson, Vec<Problem>> {
    let name = dir.path().join(format!("{}.md", language.tag()));
    let path = Path::new("lessons").join(&name);
    let text = dir.get_file(&name).and_then(|file| file.contents_utf8());
    match text {
        Some(text) => with_files(text, &path, language, &Place::BuiltIn(dir)),
        None => Err(problem(
            &path,
            "it is not built in",
            "choose the other language",
        )),
    }
}

/// Reads a lesson's folder in one language, or one `.md` file.
pub fn load(path: &Path, language: Language) -> Result<Lesson, Vec<Problem>> {
    let file = if path.is_dir() {
        in_folder(path, language)?
    } else {
        path.to_owned()
    };
    let text = read(&file)?;
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    with_files(&text, &file, language, &Place::Folder(folder))
}

/// A picture or a run that cannot be shown is a flaw of the lesson, and the lesson goes on.
fn with_files(
    text: &str,
    path: &Path,
    language: Language,
    place: &Place<'_>,
) -> Result<Lesson, Vec<Problem>> {
    let (mut lesson, pictures) = parse::read(text, path, language)?;
    for (name, line) in pictures {
        if lesson.pictures.contains_key(&name) {
            continue;
        }
        let found = match lesson.pictures.len() < MOST_PICTURES {
            true => PictureFile::find(place, &name),
            false => Err((
                format!("more than {MOST_PICTURES} pictures"),
                "split the lesson into several".to_owned(),
            )),
        };
        let found = found.map_err(|(message, remedy)| Problem {
            path: path.to_owned(),
            line,
            message,
            remedy,
        });
        lesson.flaws.extend(found.as_ref().err().cloned());
        lesson.pictures.insert(name, found);
    }
    for puzzle in &lesson.puzzles {
        if lesson.runs.contains_key(&puzzle.run) {
            continue;
        }
        let found = RunFile::find(place, &puzzle.run).map_err(|(message, remedy)| Problem {
            path: path.to_owned(),
            line: puzzle.run_line,
            message,
            remedy,
        });
        lesson.flaws.extend(found.as_ref().err().cloned());
        lesson.runs.insert(puzzle.run.clone(), found);
    }
    Ok(lesson)
}

fn in_folder(folder: &Path, language: Language) -> Result<PathBuf, Vec<Problem>> {
    let name = format!("{}.md", language.tag());
    let file = folder.join(&name);
    if !file.exists() {
        if fs::symlink_metadata(&file).is_ok() {
            let remedy = "put the file itself into the folder";
            return Err(problem(
                &file,
                "the file is a link that leads nowhere",
                remedy,
            ));
        }
        let others = [Language::English, Language::Chinese].map(|other| other.tag());
        let there = others
            .into_iter()
            .find(|tag| folder.join(format!("{tag}.md")).exists());
        let remedy = match there {
            Some(tag) => format!("add {name}, or choose the language of {tag}.md"),
            None => format!("add {name}"),
        };
        return Err(problem(&file, "the folder has no such file", remedy));
    }
    let real = |path: &Path| {
        path.canonicalize()
            .map_err(|error| problem(path, format!("cannot be read: {error}"), "check the path"))
    };
    if !real(&file)?.starts_with(real(folder)?) {
        return Err(problem(
            &file,
            "the file is a link that leads out of the lesson's folder",
            "put the file itself into the folder",
        ));
    }
    Ok(file)
}

fn read(path: &Path) -> Result<String, Vec<Problem>> {
    let cannot = |error: std::io::Error| {
        let remedy = if error.kind() == ErrorKind::NotFound {
            "give a lesson's folder, or its .md file"
        } else {
            "check the path and its permissions"
        };
        problem(path, format!("cannot be read: {error}"), remedy)
    };
    // A pipe or a device would block, or never end.
    if !fs::metadata(path).map_err(cannot)?.is_file() {
        let remedy = "give a lesson's folder, or its .md file";
        return Err(problem(path, "not a plain file", remedy));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(cannot)?;
    let limit = LARGEST_FILE as u64 + 1;
    file.take(limit).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() > LARGEST_FILE {
        let message = format!("the file is larger than {LARGEST_FILE} bytes");
        return Err(problem(path, message, "split the lesson into several"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let sound = error.utf8_error().valid_up_to();
        let before = &error.as_bytes()[..sound];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let mut problems = problem(path, "the text is not UTF-8", "save the file as UTF-8");
        problems[0].line = line;
        problems
    })
}

fn problem(path: &Path, message: impl Into<String>, remedy: impl Into<String>) -> Vec<Problem> {
    vec![Problem {
        path: path.to_owned(),
        line: 0,
        message: message.into(),
        remedy: remedy.into(),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The compiler does not see a changed lesson: `touch src/lesson/load.rs` builds it in.
    #[test]
    fn what_is_built_in_is_what_lies_in_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons");
        let on_disk = sources(Some(&folder)).expect("it can be read");
        let built_in = sources(None).expect("they are there");
        let names = |sources: &[Source]| sources.iter().map(Source::folder).collect::<Vec<_>>();
        assert_eq!(names(&on_disk), names(&built_in));
        for file in BUILT_IN.dirs().flat_map(Dir::files) {
            let now = fs::read(folder.join(file.path())).expect("it is there");
            assert!(file.contents() == now, "{} is stale", file.path().display());
        }
    }
}

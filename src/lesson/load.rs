//! From a path to the text of a lesson: the only place of this module that touches files.
//!
//! A lesson's folder may come from anybody, so a file is read only when it is a plain file of a
//! bearable size that lies in that folder.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::parse::{LARGEST_FILE, parse};
use super::problem::Problem;
use super::types::{Language, Lesson};

/// Reads a lesson's folder in one language, or one `.md` file.
pub fn load(path: &Path, language: Language) -> Result<Lesson, Vec<Problem>> {
    let file = if path.is_dir() {
        in_folder(path, language)?
    } else {
        path.to_owned()
    };
    let text = read(&file)?;
    parse(&text, &file, language)
}

fn in_folder(folder: &Path, language: Language) -> Result<PathBuf, Vec<Problem>> {
    let name = format!("{}.md", language.tag());
    let file = folder.join(&name);
    if !file.exists() {
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

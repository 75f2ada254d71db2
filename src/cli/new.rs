//! `sockstep new`: a small lesson in both languages that passes `sockstep check` at once.
//!
//! In: a name, and a folder of lessons. Out: a new folder with `en.md` and `zh.md`, and what to do
//! next. Nothing that is there is ever overwritten.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::lesson::{Language, is_plain_name, number_of, sources};

const TEMPLATES: [(Language, &str); 2] = [
    (Language::English, include_str!("../../assets/new.en.md")),
    (Language::Chinese, include_str!("../../assets/new.zh.md")),
];
/// What stands for the lesson's id in a template.
const ID: &str = "@ID@";

#[derive(Args)]
pub struct Arguments {
    /// The lesson's name, as in udp, or with its number, as in 19-udp.
    name: String,
    /// The folder of lessons that it is put into. Default: ./lessons, else here.
    #[arg(long = "in", value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// The language of what is said: zh or en. Default: the system's.
    #[arg(long, value_parser = super::language)]
    lang: Option<Language>,
}

/// Why there is no new lesson.
enum Trouble {
    BadName,
    NoFolder(PathBuf),
    IsThere(PathBuf),
    IdIsTaken(String),
    NotWritten(PathBuf, io::Error),
}

pub fn main(arguments: Arguments) -> ExitCode {
    let language = arguments.lang.unwrap_or_else(super::system_language);
    let locale = language.tag();
    let folder = arguments.folder.unwrap_or_else(|| {
        let lessons = Path::new("lessons");
        let here = Path::new(".");
        if lessons.is_dir() { lessons } else { here }.to_owned()
    });
    match make(&arguments.name, &folder) {
        Ok(made) => {
            let path = made.display();
            let said = t!("new.made", locale = locale, path = path);
            // A reader that went away has its lesson all the same.
            writeln!(io::stdout(), "{said}").ok();
            ExitCode::SUCCESS
        }
        Err(trouble) => {
            let said = in_words(locale, &arguments.name, &trouble);
            writeln!(io::stderr(), "sockstep new: {said}").ok();
            ExitCode::from(2)
        }
    }
}

/// The new folder.
fn make(name: &str, folder: &Path) -> Result<PathBuf, Trouble> {
    let (number, id) = take_apart(name).ok_or(Trouble::BadName)?;
    if !folder.is_dir() {
        return Err(Trouble::NoFolder(folder.to_owned()));
    }
    let others = sources(Some(folder)).unwrap_or_default();
    let folders: Vec<String> = others.iter().map(|other| other.folder()).collect();
    let mut ids = others.iter().flat_map(|other| {
        let read = TEMPLATES.map(|(language, _)| other.read(language));
        read.into_iter().flatten().map(|lesson| lesson.id)
    });
    if ids.any(|taken| taken == id) {
        return Err(Trouble::IdIsTaken(id.to_owned()));
    }
    let highest = folders.iter().map(|folder| number_of(folder)).max();
    let number = number.unwrap_or_else(|| highest.unwrap_or(0).saturating_add(1));
    let made = folder.join(format!("{number:02}-{id}"));
    let not_written = |path: &Path, error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => Trouble::IsThere(path.to_owned()),
        _ => Trouble::NotWritten(path.to_owned(), error),
    };
    fs::create_dir(&made).map_err(|error| not_written(&made, error))?;
    for (language, template) in TEMPLATES {
        let path = made.join(format!("{}.md", language.tag()));
        let written = File::create_new(&path)
            .and_then(|mut file| file.write_all(template.replace(ID, id).as_bytes()));
        written.map_err(|error| not_written(&path, error))?;
    }
    Ok(made)
}

/// `19-udp` is number 19 and the id `udp`; `udp` has no number yet.
fn take_apart(name: &str) -> Option<(Option<u32>, &str)> {
    let digits = name.len() - name.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, id) = match digits {
        0 => (None, name),
        _ => {
            let number = name[..digits].parse().ok().filter(|number| *number < 1_000);
            (Some(number?), name[digits..].strip_prefix('-')?)
        }
    };
    is_plain_name(id).then_some((number, id))
}

fn in_words(locale: &str, name: &str, trouble: &Trouble) -> String {
    let path = |path: &Path| path.display().to_string();
    match trouble {
        Trouble::BadName => t!("new.bad_name", locale = locale, name = name),
        Trouble::NoFolder(folder) => t!("new.no_folder", locale = locale, path = path(folder)),
        Trouble::IsThere(there) => t!("new.is_there", locale = locale, path = path(there)),
        Trouble::IdIsTaken(id) => t!("new.id_is_taken", locale = locale, id = id),
        Trouble::NotWritten(file, error) => t!(
            "new.not_written",
            locale = locale,
            path = path(file),
            why = error
        ),
    }
    .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_an_id_with_or_without_a_number() {
        for (name, expected) in [
            ("udp", Some((None, "udp"))),
            ("19-udp", Some((Some(19), "udp"))),
            ("time-wait2", Some((None, "time-wait2"))),
            ("007-bond", Some((Some(7), "bond"))),
            ("", None),
            ("19", None),
            ("19-", None),
            ("19udp", None),
            ("UDP", None),
            ("a b", None),
            ("../udp", None),
            ("99999999999-udp", None),
            ("三次握手", None),
        ] {
            assert_eq!(take_apart(name), expected, "{name}");
        }
    }
}

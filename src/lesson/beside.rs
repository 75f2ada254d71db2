//! Files beside a lesson: its pictures and its recorded runs, and nothing outside its folder.
//!
//! In: a name as the text has it, and the folder. Out: where the bytes are, or what is wrong.
//! Lessons may come from anybody, so only a plain file of a bearable size is taken.

use std::fmt;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use include_dir::Dir;

/// A message and a remedy.
pub(super) type Wrong = (String, String);

/// Where a lesson's files lie.
pub(super) enum Place<'a> {
    BuiltIn(&'static Dir<'static>),
    Folder(&'a Path),
}

/// What a file is wanted for, in the words of the problems that are told.
pub(super) struct Wanted {
    /// `picture`
    pub noun: &'static str,
    /// Where a name is written: `as in ![…](queue.png)`.
    pub example: &'static str,
    /// What it has to be: `a PNG or JPEG file`.
    pub form: &'static str,
    /// How to make it smaller.
    pub smaller: &'static str,
    /// In bytes.
    pub largest: u64,
}

/// Bytes that are there when they are wanted.
#[derive(Clone, PartialEq)]
pub(super) enum Data {
    BuiltIn(&'static [u8]),
    /// With the time of its last change: an edited file is another one.
    OnDisk(PathBuf, Option<SystemTime>),
}

impl Wanted {
    pub(super) fn find(&self, place: &Place<'_>, name: &str) -> Result<Data, Wrong> {
        let path = self.inside(name)?;
        match place {
            Place::BuiltIn(dir) => {
                let file = dir.get_file(dir.path().join(&path));
                let file = file.ok_or_else(|| self.missing(name))?;
                Ok(Data::BuiltIn(file.contents()))
            }
            Place::Folder(folder) => self.on_disk(folder, &path, name),
        }
    }

    /// A name that cannot lead out of the folder.
    fn inside(&self, name: &str) -> Result<PathBuf, Wrong> {
        let path = Path::new(name);
        let is_plain = path
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        let is_odd = |c: char| c.is_control() || matches!(c, '\\' | ':');
        if name.is_empty() || name.contains(is_odd) || !is_plain {
            let (noun, name) = (self.noun, name.escape_debug());
            let message = format!("the {noun} '{name}' is not in the lesson's folder");
            let remedy = format!("put it there and write its name alone, {}", self.example);
            return Err((message, remedy));
        }
        Ok(path.to_owned())
    }

    fn on_disk(&self, folder: &Path, path: &Path, name: &str) -> Result<Data, Wrong> {
        let noun = self.noun;
        let real = |path: &Path| path.canonicalize().map_err(|_| self.missing(name));
        let named = folder.join(path);
        if !named.exists() && fs::symlink_metadata(&named).is_ok() {
            let message = format!("the {noun} '{name}' is a link that leads nowhere");
            return Err((message, "put the file itself into the folder".to_owned()));
        }
        let file = real(&named)?;
        if !file.starts_with(real(folder)?) {
            let message =
                format!("the {noun} '{name}' is a link that leads out of the lesson's folder");
            return Err((message, "put the file itself into the folder".to_owned()));
        }
        let facts = fs::metadata(&file).map_err(|_| self.missing(name))?;
        if !facts.is_file() {
            let message = format!("'{name}' is not a plain file");
            return Err((message, format!("give {}", self.form)));
        }
        if facts.len() > self.largest {
            let message = format!(
                "the {noun} '{name}' is larger than {} MB",
                self.largest >> 20
            );
            return Err((message, self.smaller.to_owned()));
        }
        Ok(Data::OnDisk(file, facts.modified().ok()))
    }

    fn missing(&self, name: &str) -> Wrong {
        let message = format!("there is no {} '{name}'", self.noun);
        (message, "put it into the lesson's folder".to_owned())
    }

    /// The file may have changed since it was judged.
    pub(super) fn read(&self, data: &Data) -> Result<Vec<u8>, String> {
        let path = match data {
            Data::BuiltIn(bytes) => return Ok(bytes.to_vec()),
            Data::OnDisk(path, _) => path,
        };
        let is_plain = fs::symlink_metadata(path).is_ok_and(|facts| facts.is_file());
        if !is_plain {
            return Err("it is no longer a plain file".to_owned());
        }
        let file = File::open(path).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        let read = file.take(self.largest + 1).read_to_end(&mut bytes);
        read.map_err(|error| error.to_string())?;
        match bytes.len() as u64 > self.largest {
            true => Err(format!("it is larger than {} MB", self.largest >> 20)),
            false => Ok(bytes),
        }
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::OnDisk(path, _) => write!(f, "{}", path.display()),
        }
    }
}

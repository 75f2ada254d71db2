//! One file at a time: read within limits, and written whole or not at all.
//!
//! In: paths. Out: bytes, or [`Trouble`]. Only plain files are read, because a pipe or a device may
//! never end. A file is written beside its place, given to the disk, and then put into its place
//! in one go: who reads meanwhile, or after a crash, gets the old one or the new one.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// The most that a file may hold which is amended, in bytes.
const AMENDED_BYTES: usize = 16 << 20;
/// So many damaged files are set aside before the last is replaced.
const MOST_ASIDE: u32 = 9;

/// Why a file could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There is no such file.
    Gone,
    /// We may not.
    Forbidden,
    IsFolder,
    /// A pipe, a device, a socket.
    NotPlain,
    /// Longer than this, in bytes.
    TooLarge(usize),
    /// The system's own words.
    Other(String),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Gone,
            io::ErrorKind::PermissionDenied => Self::Forbidden,
            io::ErrorKind::IsADirectory => Self::IsFolder,
            _ => Self::Other(error.to_string()),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => write!(f, "cannot read it: there is no such file"),
            Self::Forbidden => write!(f, "cannot read it: permission denied"),
            Self::IsFolder => write!(f, "cannot read it: it is a directory"),
            Self::NotPlain => write!(f, "cannot read it: it is not a regular file"),
            Self::TooLarge(most) => write!(f, "longer than {} KiB", most >> 10),
            Self::Other(words) => write!(f, "cannot read it: {words}"),
        }
    }
}

/// What shall become of a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Change {
    /// It shall hold this.
    Write(Vec<u8>),
    /// What is there is damaged: it is set aside, and this takes its place.
    Replace(Vec<u8>),
    Remove,
    /// It is as it should be.
    Leave,
}

/// A plain file of at most `most` bytes.
pub fn read(path: &Path, most: usize) -> Result<Vec<u8>, Trouble> {
    let (file, _) = open(path)?;
    let mut bytes = Vec::new();
    file.take(most as u64 + 1).read_to_end(&mut bytes)?;
    match bytes.len() > most {
        true => Err(Trouble::TooLarge(most)),
        false => Ok(bytes),
    }
}

/// A plain file to be read bit by bit, and how long it is now, in bytes.
pub fn open(path: &Path) -> Result<(File, u64), Trouble> {
    // Looked at before it is opened: opening a device may do something.
    is_plain(&fs::metadata(path)?)?;
    let file = open_to_read(path)?;
    // It may have been exchanged meanwhile.
    let facts = file.metadata()?;
    is_plain(&facts)?;
    Ok((file, facts.len()))
}

fn is_plain(facts: &fs::Metadata) -> Result<(), Trouble> {
    match facts.is_file() {
        true => Ok(()),
        false if facts.is_dir() => Err(Trouble::IsFolder),
        false => Err(Trouble::NotPlain),
    }
}

/// Without waiting for a pipe's writer.
fn open_to_read(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
        let flags = i32::try_from(flags.bits()).expect("the flags of open are an int");
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags);
    }
    options.open(path)
}

/// The names in a folder in order, at most `most` of them. Names that are not Unicode are left out.
pub fn list(path: &Path, most: usize) -> Result<Vec<String>, Trouble> {
    let entries = fs::read_dir(path)?.flatten().take(most);
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    names.sort();
    Ok(names)
}

/// Reads a file, lets `change` say what shall become of it, and does that, while no other window
/// does the same in this folder. Gives where a damaged one was put.
pub fn amend(
    path: &Path,
    change: impl FnOnce(Option<&[u8]>) -> Change,
) -> Result<Option<PathBuf>, Trouble> {
    // What a link leads to is changed, and the link stays.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let lock = lock(folder);
    let before = match read(path, AMENDED_BYTES) {
        Ok(bytes) => Some(bytes),
        Err(Trouble::Gone) => None,
        // Whatever it is, it is not ours to replace.
        Err(trouble) => return Err(trouble),
    };
    let change = change(before.as_deref());
    let mut aside = None;
    match change {
        Change::Leave => {}
        Change::Remove => fs::remove_file(path)?,
        Change::Write(bytes) => write(path, &bytes, lock.as_ref())?,
        Change::Replace(bytes) => {
            aside = Some(set_aside(path)?);
            write(path, &bytes, lock.as_ref())?;
        }
    }
    Ok(aside)
}

/// A learner's own: nobody else needs to read it.
fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Only one at a time changes the files of a folder. The lock is the folder's own, so that no file
/// of a lock stays behind; where a system has no such lock, two that write in the same millisecond
/// may lose one of the two changes, and nothing more.
fn lock(folder: &Path) -> Option<File> {
    let folder = File::open(folder).ok()?;
    folder.lock().ok()?;
    Some(folder)
}

/// Whole, or not at all.
fn write(path: &Path, bytes: &[u8], lock: Option<&File>) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // With the lock held, what is left of a writer that was killed is overwritten.
    let beside = match lock {
        Some(_) => format!(".{name}.new"),
        None => format!(".{name}.{}.new", std::process::id()),
    };
    let beside = path.with_file_name(beside);
    fs::remove_file(&beside).ok();
    let written = write_new(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        fs::remove_file(&beside).ok();
    } else if let Some(folder) = lock {
        // So that the new name outlives a power cut. Not every system has this.
        folder.sync_all().ok();
    }
    written
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Gives a damaged file another name, `NAME.damaged-1`, and says which.
pub fn set_aside(path: &Path) -> Result<PathBuf, Trouble> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let aside = |n: u32| path.with_file_name(format!("{name}.damaged-{n}"));
    let is_free = |n: &u32| fs::symlink_metadata(aside(*n)).is_err();
    let free = (1..MOST_ASIDE).find(is_free).unwrap_or(MOST_ASIDE);
    fs::rename(path, aside(free))?;
    Ok(aside(free))
}

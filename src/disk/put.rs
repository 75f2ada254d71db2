//! Files that are made for others: written whole or not at all, and never over something of
//! another kind.
//!
//! In: a path, bytes, and what may be replaced there. Out: the file, or [`NotPut`]. Unlike a
//! learner's own files they may be read by whoever the system lets.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};

use super::Trouble;

/// How much of a file's beginning tells its kind, in bytes.
const GLANCE: u64 = 4096;
/// Names that are tried for the file beside.
const TRIES: u32 = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotPut {
    /// Something is there that is not of this kind.
    AnotherKind,
    /// The folder holds something already.
    NotEmpty,
    Trouble(Trouble),
}

impl From<io::Error> for NotPut {
    fn from(error: io::Error) -> Self {
        Self::Trouble(error.into())
    }
}

/// `may_replace` is asked with the beginning of the file that is there already. An empty one may
/// always be replaced; a pipe or a device is written to as it is.
pub fn put(path: &Path, bytes: &[u8], may_replace: impl Fn(&[u8]) -> bool) -> Result<(), NotPut> {
    // What a link leads to is replaced, and the link stays.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match fs::metadata(path) {
        Ok(facts) if facts.is_dir() => return Err(NotPut::Trouble(Trouble::IsFolder)),
        Ok(facts) if !facts.is_file() => {
            let mut there = OpenOptions::new().write(true).open(path)?;
            return Ok(there.write_all(bytes)?);
        }
        Ok(_) => {
            let start = start_of(path)?;
            if !start.is_empty() && !may_replace(&start) {
                return Err(NotPut::AnotherKind);
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let (beside, mut file) = new_beside(path)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        fs::remove_file(&beside).ok();
    }
    Ok(written?)
}

/// Files into a folder that is new or empty, unless it may be filled up: what lies in an older one
/// may have been edited. Gives how many bytes they have together.
pub fn put_folder(
    path: &Path,
    files: &[(PathBuf, Vec<u8>)],
    may_be_full: bool,
) -> Result<usize, NotPut> {
    fs::create_dir_all(path)?;
    if !may_be_full && fs::read_dir(path)?.next().is_some() {
        return Err(NotPut::NotEmpty);
    }
    for (name, bytes) in files {
        let is_inside = name.components().all(|c| matches!(c, Component::Normal(_)));
        assert!(is_inside, "{} leads out of the folder", name.display());
        let file = path.join(name);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        put(&file, bytes, |_| may_be_full)?;
    }
    Ok(files.iter().map(|(_, bytes)| bytes.len()).sum())
}

fn start_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    File::open(path)?.take(GLANCE).read_to_end(&mut start)?;
    Ok(start)
}

/// A new file in the same folder, so that it can be renamed.
fn new_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let own = std::process::id();
    for nth in 0..TRIES {
        let beside = path.with_file_name(format!(".{name}.{own}-{nth}.new"));
        match File::create_new(&beside) {
            Ok(file) => return Ok((beside, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: fn(&[u8]) -> bool = |start| start.starts_with(b"ours");

    #[test]
    fn a_file_of_the_same_kind_is_replaced_whole_and_another_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run.pcapng");
        put(&path, b"ours 1", OURS).expect("it is new");
        put(&path, b"ours 2", OURS).expect("it is ours");
        assert_eq!(fs::read(&path).expect("it is there"), b"ours 2");
        fs::write(&path, "a thesis").expect("a file");
        assert_eq!(put(&path, b"ours 3", OURS), Err(NotPut::AnotherKind));
        assert_eq!(fs::read(&path).expect("it is there"), b"a thesis");
        put(&path, b"ours 4", |_| true).expect("it was asked for");
        fs::write(&path, "").expect("a file");
        put(&path, b"ours 5", OURS).expect("an empty file is nobody's");
        let is_folder = put(folder.path(), b"ours", OURS);
        assert_eq!(is_folder, Err(NotPut::Trouble(Trouble::IsFolder)));
        let gone = folder.path().join("no").join("run.pcapng");
        let gone = put(&gone, b"ours", OURS);
        assert_eq!(gone, Err(NotPut::Trouble(Trouble::Gone)));
        let left = fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(left, 1, "nothing is left beside");
    }

    #[test]
    fn a_folder_that_is_not_empty_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new").join("run");
        let files = [(PathBuf::from("server.py"), b"x = 1".to_vec())];
        assert_eq!(put_folder(&path, &files, false), Ok(5));
        assert_eq!(put_folder(&path, &files, false), Err(NotPut::NotEmpty));
        assert_eq!(put_folder(&path, &files, true), Ok(5));
        let file = path.join("server.py");
        let is_file = put_folder(&file, &files, false);
        assert!(matches!(is_file, Err(NotPut::Trouble(_))), "{is_file:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_what_it_leads_to_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "ours").expect("a file");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        put(&link, b"ours 2", OURS).expect("it is ours");
        assert_eq!(fs::read(&file).expect("it is there"), b"ours 2");
        assert!(
            fs::symlink_metadata(&link)
                .expect("it is there")
                .is_symlink()
        );
    }
}

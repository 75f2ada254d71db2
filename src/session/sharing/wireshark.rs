//! Wireshark beside the window: where it is, and the captures that were made for it.
//!
//! In: the folders where programs are. Out: its file, and a place for a capture; of those only the
//! newest are kept.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// So many captures that were shown are kept: Wireshark may still have them open.
const MOST_SHOWN: usize = 10;
const ENDING: &str = "pcapng";
/// Where it is when it is not in `PATH`: an application of its own on macOS, a folder on Windows.
const ELSEWHERE: &[&str] = &[
    "/Applications/Wireshark.app/Contents/MacOS/Wireshark",
    "C:\\Program Files\\Wireshark\\Wireshark.exe",
];

/// In the folders of `path`, which is written as `PATH` is.
pub fn find(path: &OsStr) -> Option<PathBuf> {
    let name = format!("wireshark{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
    let mut places = folders
        .map(|folder| folder.join(&name))
        .chain(ELSEWHERE.iter().map(PathBuf::from));
    places.find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    let Ok(facts) = fs::metadata(file) else {
        return false;
    };
    #[cfg(unix)]
    let may_run = std::os::unix::fs::MetadataExt::mode(&facts) & 0o111 != 0;
    #[cfg(not(unix))]
    let may_run = true;
    facts.is_file() && may_run
}

/// Where captures for it lie: beside what is kept, or among what is temporary.
pub fn folder(kept: Option<&Path>) -> PathBuf {
    match kept {
        Some(kept) => kept.join("shared"),
        None => std::env::temp_dir().join(format!("sockstep-{}", std::process::id())),
    }
}

/// A new name in the folder, which is there then. What was shown long ago goes.
pub fn place(folder: &Path, lesson: Option<&str>) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let mut shown: Vec<(SystemTime, PathBuf)> = fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == ENDING))
        .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
        .collect();
    shown.sort();
    let too_many = (shown.len() + 1).saturating_sub(MOST_SHOWN);
    for (_, path) in shown.drain(..too_many) {
        fs::remove_file(path).ok();
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let lesson = lesson.filter(|id| id.len() < 64 && id.chars().all(is_plain));
    let name = lesson.unwrap_or("run");
    let names = (1..).map(|n| folder.join(format!("{name}-{n}.{ENDING}")));
    let mut free = names.filter(|path| !path.exists());
    Ok(free.next().expect("few are there"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_captures_are_kept_and_nothing_else_is_touched() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("shared");
        for _ in 0..3 * MOST_SHOWN {
            let path = place(&folder, Some("handshake")).expect("a place");
            fs::write(path, "a capture").expect("a file");
            fs::write(folder.join("notes.txt"), "mine").expect("a file");
        }
        let left = fs::read_dir(&folder).expect("a folder").count();
        assert_eq!(left, MOST_SHOWN + 1);
        let strange = place(&folder, Some("../../etc/passwd")).expect("a place");
        assert_eq!(strange.parent(), Some(folder.as_path()));
    }

    #[cfg(unix)]
    #[test]
    fn a_program_is_found_where_one_may_run_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = std::env::join_paths(["relative".as_ref(), folder.path()]).expect("a PATH");
        assert_eq!(find(&path), None);
        let file = folder.path().join("wireshark");
        fs::write(&file, "#!/bin/sh\n").expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("ours");
        assert_eq!(find(&path), None, "nobody may run it");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("ours");
        assert_eq!(find(&path), Some(file));
    }
}

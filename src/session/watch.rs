//! Looks whether the files of a lesson change while it is open.
//!
//! In: where the lessons lie. Out: all of them, read anew, each time their files have changed and
//! come to rest; and a call of `wake`. One thread named `lessons`, which looks at the files' times
//! a few times a second and reads nothing while they stay; it ends when its [`Watch`] is dropped.
//! A course that is built in needs none.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, SystemTime};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::Wake;
use super::course::{self, Shelved};
use crate::lesson::Problem;

/// Between two looks. An edit shows within two of them.
const PERIOD: Duration = Duration::from_millis(250);
/// A course has 200 lessons of a few files; beyond that nothing is looked at.
const MOST_FILES: usize = 4_000;
/// A course, a lesson, a folder of pictures.
const DEEPEST: usize = 3;
/// How long a closing window waits for a disk that does not answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// The lessons as they are now, or why there are none.
pub(super) type Fresh = Result<Vec<Shelved>, Problem>;

pub(super) struct Watch {
    fresh: Receiver<Fresh>,
    stop: Option<Sender<()>>,
    is_over: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// `path`: a folder of lessons, a lesson's folder, or its file.
    pub(super) fn start(path: PathBuf, wake: Wake) -> io::Result<Self> {
        let (stop, stopped) = bounded(0);
        let (sender, fresh) = bounded(1);
        let (over, is_over) = bounded::<()>(0);
        let thread = Builder::new().name("lessons".to_owned()).spawn(move || {
            let _over = over; // it hangs up when the thread ends, however it ends
            let mut changes = Changes::since(print(&path));
            while stopped.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                if !changes.see(print(&path)) {
                    continue;
                }
                if sender.send(course::read(Some(&path))).is_err() {
                    return;
                }
                wake();
            }
        })?;
        Ok(Self {
            fresh,
            stop: Some(stop),
            is_over,
            thread: Some(thread),
        })
    }

    /// What has come since the last call. Never waits.
    pub(super) fn take(&self) -> Option<Fresh> {
        self.fresh.try_iter().last()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop = None; // hang up: the thread ends at its next look
        self.fresh = crossbeam_channel::never(); // nobody listens: an answer must not wait
        let waited = self.is_over.recv_timeout(PATIENCE);
        let thread = self.thread.take();
        // One that hangs in a dead disk is left to the end of the process.
        if waited == Err(RecvTimeoutError::Disconnected)
            && let Some(thread) = thread
        {
            thread.join().ok();
        }
    }
}

/// When each file was written last, and how long it is.
type Print = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

fn print(path: &Path) -> Print {
    // A lesson's file may show pictures from the folder it lies in.
    let folder = match path.is_dir() {
        true => path,
        false => path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new(".")),
    };
    let mut print = Print::new();
    let mut folders = vec![(folder.to_owned(), DEEPEST)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if print.len() >= MOST_FILES {
                return print;
            }
            let path = entry.path();
            // A link to a file counts as the file; links to folders are not followed.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && depth > 1 {
                folders.push((path, depth - 1));
            } else if let Ok(facts) = fs::metadata(&path) {
                print.insert(path, (facts.modified().ok(), facts.len()));
            }
        }
    }
    print
}

/// Tells a change once, when it is over: an editor writes a file in several steps.
struct Changes<P> {
    known: P,
    last: P,
}

impl<P: Clone + PartialEq> Changes<P> {
    fn since(now: P) -> Self {
        Self {
            known: now.clone(),
            last: now,
        }
    }

    /// Whether it is other than what is known, and has stayed so since the last look.
    fn see(&mut self, now: P) -> bool {
        let is_still = now == self.last;
        self.last = now;
        let is_new = is_still && self.last != self.known;
        if is_new {
            self.known = self.last.clone();
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_once_and_only_when_it_is_over() {
        let mut changes = Changes::since(0);
        let told = [0, 0, 1, 2, 2, 2, 3, 2, 2, 0, 0].map(|now| changes.see(now));
        let expected = [4, 10].map(|at| (at, true));
        let told = told.into_iter().enumerate().filter(|(_, told)| *told);
        assert_eq!(told.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_print_shows_files_that_come_change_and_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let lesson = folder.path().join("01-a");
        fs::create_dir(&lesson).expect("a folder");
        let mut prints = vec![print(folder.path())];
        let file = lesson.join("en.md");
        for text in ["a", "ab"] {
            fs::write(&file, text).expect("a file");
            prints.push(print(folder.path()));
        }
        assert_eq!(prints[2], print(folder.path()), "it stays");
        assert_eq!(print(&file), print(&lesson), "a file stands for its folder");
        fs::remove_file(&file).expect("it goes");
        assert_eq!(prints[0], print(folder.path()));
        prints.dedup();
        assert_eq!(prints.len(), 3);
    }
}

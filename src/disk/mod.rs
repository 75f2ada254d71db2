//! Files, on a thread of their own: the window asks, goes on, and is woken when there is an answer.
//!
//! In: [`Job`]s. Out: [`Done`]s, and a call of `wake` for each. What a file means is left to
//! whoever asks; `source` only knows how the text of a program is written down.
//!
//! The one thread is named `disk`. It ends when its [`Disk`] is dropped, after it has written what
//! it was still asked to write; whoever drops waits for that, but not for long. A file dialog has
//! a thread besides, because a learner may leave it open for as long as they like.

mod dialog;
mod file;
mod put;
mod source;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};

pub use dialog::{Chosen, Dialog};
pub use file::{Change, Trouble, amend, list, open, read, set_aside};
pub use put::{NotPut, put, put_folder};
pub use source::{PROGRAM_BYTES, Unreadable, decode, encode, program};

/// Jobs that may wait; beyond this one is refused, and its asker tries again later.
const JOBS: usize = 64;
/// Answers that may wait for the window; beyond this the thread waits.
const ANSWERS: usize = 64;
/// A file that changes with every key is written this long after the first change.
const SETTLES: Duration = Duration::from_millis(400);
/// How long a window that closes waits for its last words to be written. A healthy disk needs
/// some milliseconds; a network's may never answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Called on the disk's thread when there is an answer.
pub type Wake = Arc<dyn Fn() + Send + Sync>;
/// What a file shall hold, from what it holds now.
pub type Amend = Box<dyn FnOnce(Option<&[u8]>) -> Change + Send>;

/// What the thread can be asked to do.
pub enum Job {
    /// A file of at most `most` bytes.
    Read { path: PathBuf, most: usize },
    /// The names in a folder, at most `most` of them.
    List { path: PathBuf, most: usize },
    /// Changes a file soon. A later change of the same file that comes before then replaces this
    /// one, so it must contain it.
    Amend { path: PathBuf, amend: Amend },
    /// A new file for others, made on this thread.
    Put {
        path: PathBuf,
        make: Make,
        replaces: Replaces,
    },
}

/// What a new file shall hold.
pub type Make = Box<dyn FnOnce() -> Vec<u8> + Send>;
/// Whether a file that begins so may be replaced.
pub type Replaces = Box<dyn Fn(&[u8]) -> bool + Send>;

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    Read {
        path: PathBuf,
        bytes: Result<Vec<u8>, Trouble>,
    },
    List {
        path: PathBuf,
        names: Result<Vec<String>, Trouble>,
    },
    Amended {
        path: PathBuf,
        /// How many changes of this file were asked for before it was written.
        asked: u64,
        /// Where a damaged file that stood there was put.
        kept: Result<Option<PathBuf>, Trouble>,
    },
    /// How many bytes were written.
    Put {
        path: PathBuf,
        written: Result<usize, NotPut>,
    },
    /// A file was chosen in a dialog, or none.
    Chosen(Chosen),
}

/// Too many jobs wait already: the job comes back.
pub struct Busy(pub Job);

pub struct Disk {
    jobs: Option<Sender<Job>>,
    done: Receiver<Done>,
    /// For dialogs, which answer here too.
    answers: Sender<Done>,
    wake: Wake,
    is_over: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Disk {
    pub fn start(wake: Wake) -> io::Result<Self> {
        let (jobs, waiting) = bounded(JOBS);
        let (answers, done) = bounded(ANSWERS);
        let (over, is_over) = bounded(0);
        let attendant = Attendant {
            answers: answers.clone(),
            wake: wake.clone(),
            amends: BTreeMap::new(),
        };
        let attend = move || {
            let _over = over; // it hangs up when the thread ends, however it ends
            attendant.attend(&waiting);
        };
        let thread = Builder::new().name("disk".to_owned()).spawn(attend)?;
        Ok(Self {
            jobs: Some(jobs),
            done,
            answers,
            wake,
            is_over,
            thread: Some(thread),
        })
    }

    /// Never waits.
    pub fn ask(&self, job: Job) -> Result<(), Busy> {
        let Some(jobs) = &self.jobs else {
            return Err(Busy(job));
        };
        jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(job) | TrySendError::Disconnected(job) => Busy(job),
        })
    }

    /// What was answered so far. Never waits.
    pub fn try_iter(&self) -> impl Iterator<Item = Done> {
        self.done.try_iter()
    }

    /// For whoever may wait: a test.
    pub fn answers(&self) -> &Receiver<Done> {
        &self.done
    }

    /// Opens the desktop's own dialog. Call it on the thread that drew the window: one desktop
    /// insists on that. The answer is a [`Done::Chosen`].
    pub fn browse(&self, dialog: Dialog) -> io::Result<()> {
        let (answers, wake) = (self.answers.clone(), self.wake.clone());
        dialog.open(move |chosen| {
            answers.send(Done::Chosen(chosen)).ok();
            wake();
        })
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.jobs = None; // hang up: the thread writes what waits, and ends
        self.done = crossbeam_channel::never(); // nobody listens: an answer must not wait
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

/// A change that waits for its time.
struct Waiting {
    due: Instant,
    asked: u64,
    amend: Amend,
}

/// The thread's own.
struct Attendant {
    answers: Sender<Done>,
    wake: Wake,
    amends: BTreeMap<PathBuf, Waiting>,
}

impl Attendant {
    /// Until the disk hangs up.
    fn attend(mut self, jobs: &Receiver<Job>) {
        loop {
            let due = self.amends.values().map(|waiting| waiting.due).min();
            let job = match due {
                Some(due) => jobs.recv_deadline(due),
                None => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match job {
                Ok(job) => self.take(job),
                Err(RecvTimeoutError::Timeout) => self.write_until(Some(Instant::now())),
                Err(RecvTimeoutError::Disconnected) => return self.write_until(None),
            }
        }
    }

    fn take(&mut self, job: Job) {
        match job {
            Job::Read { path, most } => {
                let bytes = read(&path, most);
                self.say(Done::Read { path, bytes });
            }
            Job::List { path, most } => {
                let names = list(&path, most);
                self.say(Done::List { path, names });
            }
            Job::Put {
                path,
                make,
                replaces,
            } => {
                let bytes = make();
                let written = put(&path, &bytes, replaces).map(|()| bytes.len());
                self.say(Done::Put { path, written });
            }
            Job::Amend { path, amend } => {
                let before = self.amends.remove(&path);
                let waiting = Waiting {
                    due: before
                        .as_ref()
                        .map_or_else(|| Instant::now() + SETTLES, |before| before.due),
                    asked: before.map_or(0, |before| before.asked) + 1,
                    amend,
                };
                self.amends.insert(path, waiting);
            }
        }
    }

    /// What is due by then; `None`: everything.
    fn write_until(&mut self, now: Option<Instant>) {
        let is_due = |waiting: &Waiting| now.is_none_or(|now| waiting.due <= now);
        let later = self
            .amends
            .extract_if(.., |_, waiting| is_due(waiting))
            .collect::<Vec<_>>();
        for (path, Waiting { asked, amend, .. }) in later {
            let kept = file::amend(&path, amend);
            self.say(Done::Amended { path, asked, kept });
        }
    }

    /// Without a receiver nobody wants to know, and that is fine.
    fn say(&self, done: Done) {
        self.answers.send(done).ok();
        (self.wake)();
    }
}

#[cfg(test)]
mod tests;

//! One errand beside the window: export a run and write it down, show it, look for a program.
//!
//! In: an [`Order`]. Out: one [`Told`], and a call of `wake`. The thread ends with it; nobody waits
//! for it but a window that closes, and not for long.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use super::wireshark;
use crate::disk::{self, NotPut};
use crate::export::{Format, Product, Refusal, Source, export};
use crate::lesson::{Language, Lesson};
use crate::session::Wake;
use crate::trace::Trace;

/// How long a closing window waits for a disk that does not answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// A run as it was when it was asked for: it may go on meanwhile.
pub struct Copy {
    pub trace: Trace,
    pub lesson: Option<Lesson>,
    pub language: Language,
    pub format: Format,
}

pub enum Order {
    Write {
        copy: Copy,
        path: PathBuf,
        has_asked: bool,
    },
    /// In this program, as a file in this folder.
    Show {
        copy: Copy,
        folder: PathBuf,
        program: PathBuf,
    },
    /// Looks for Wireshark in these folders.
    Find(OsString),
    /// With the program that the desktop has for such files.
    Open(PathBuf),
}

pub enum Told {
    Found(Option<PathBuf>),
    Written {
        path: PathBuf,
        bytes: usize,
    },
    NotWritten {
        path: PathBuf,
        why: NotPut,
    },
    Refused(Refusal),
    Shown(PathBuf),
    /// A program did not start, in the system's words.
    NotStarted(String),
    Opened,
}

pub struct Errand {
    /// A file is made.
    pub writes: bool,
    told: Receiver<Told>,
    is_over: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Errand {
    pub fn start(order: Order, wake: Wake) -> io::Result<Self> {
        let writes = match &order {
            Order::Write { .. } | Order::Show { .. } => true,
            Order::Find(_) | Order::Open(_) => false,
        };
        let (tell, told) = bounded(1);
        let (over, is_over) = bounded::<()>(0);
        let thread = Builder::new().name("share".to_owned()).spawn(move || {
            let _over = over; // it hangs up when the thread ends, however it ends
            tell.send(done(order)).ok();
            wake();
        })?;
        Ok(Self {
            writes,
            told,
            is_over,
            thread: Some(thread),
        })
    }

    /// Never waits; `None` while it is on its way.
    pub fn take(&self) -> Option<Told> {
        self.told.try_recv().ok()
    }

    /// Dropping it takes no time, and nothing is left to hear.
    pub fn is_over(&self) -> bool {
        let has_ended = self.thread.as_ref().is_none_or(JoinHandle::is_finished);
        has_ended && self.told.is_empty()
    }
}

impl Drop for Errand {
    fn drop(&mut self) {
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

fn done(order: Order) -> Told {
    match order {
        Order::Write {
            copy,
            path,
            has_asked,
        } => write(&copy, path, has_asked),
        Order::Show {
            copy,
            folder,
            program,
        } => show(&copy, &folder, &program),
        Order::Find(path) => Told::Found(wireshark::find(&path)),
        Order::Open(path) => match open::that_detached(path) {
            Ok(()) => Told::Opened,
            Err(error) => Told::NotStarted(error.to_string()),
        },
    }
}

fn write(copy: &Copy, path: PathBuf, has_asked: bool) -> Told {
    let source = Source {
        trace: &copy.trace,
        lesson: copy.lesson.as_ref(),
        language: copy.language,
    };
    let put = match export(&source, &copy.format) {
        Err(refusal) => return Told::Refused(refusal),
        Ok(Product::File(bytes)) => {
            let may_replace = |start: &[u8]| has_asked || copy.format.is_older(start);
            disk::put(&path, &bytes, may_replace).map(|()| bytes.len())
        }
        Ok(Product::Folder(files)) => disk::put_folder(&path, &files, false),
    };
    match put {
        Ok(bytes) => Told::Written { path, bytes },
        Err(why) => Told::NotWritten { path, why },
    }
}

fn show(copy: &Copy, folder: &Path, program: &Path) -> Told {
    let path = match wireshark::place(folder, copy.trace.header().lesson.as_deref()) {
        Ok(path) => path,
        Err(error) => {
            let (path, why) = (folder.to_owned(), NotPut::Trouble(error.into()));
            return Told::NotWritten { path, why };
        }
    };
    match write(copy, path, false) {
        Told::Written { path, .. } => match open::with_detached(&path, program.to_string_lossy()) {
            Ok(()) => Told::Shown(path),
            Err(error) => Told::NotStarted(error.to_string()),
        },
        told => told,
    }
}

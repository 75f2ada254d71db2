//! What the parts of one running program share: its gate, its name, and whether it is to stop.
//!
//! Native functions have no other way to their program than the thread they run on, so each of a
//! program's threads holds its [`Running`] in a thread-local.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use crossbeam_channel::{Receiver, Sender, bounded};
use rustpython_vm::common::lock::PyMutex;

use super::gate::{ClosedBy, Gate};
use super::socket::{Descriptor, Handle, Timeout};
use super::threads::{Joining, Started};

pub(super) struct Running {
    pub gate: Arc<dyn Gate>,
    /// The name shown in tracebacks; a frame with this path is the learner's own.
    pub file: String,
    pub source: String,
    /// What `socket.setdefaulttimeout` set.
    pub default_timeout: PyMutex<Timeout>,
    stop: Stop,
    threads: AtomicU32,
    /// The program's threads that nobody joined yet.
    pub started: PyMutex<Vec<Started>>,
    pub joining: PyMutex<Joining>,
    /// Every socket of the program, so that none outlives it unreported.
    sockets: PyMutex<Vec<Weak<Descriptor>>>,
}

impl Running {
    pub fn new(gate: Arc<dyn Gate>, file: &str, source: &str) -> Arc<Self> {
        Arc::new(Self {
            gate,
            file: file.to_owned(),
            source: source.to_owned(),
            default_timeout: PyMutex::default(),
            stop: Stop::new(),
            threads: AtomicU32::new(1),
            started: PyMutex::default(),
            joining: PyMutex::default(),
            sockets: PyMutex::default(),
        })
    }

    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// The number of a thread that is about to start. The main one is 0.
    pub fn next_thread(&self) -> u32 {
        self.threads.fetch_add(1, Ordering::Relaxed)
    }

    pub fn remember(&self, socket: &Arc<Descriptor>) {
        let mut sockets = self.sockets.lock();
        sockets.retain(|old| old.strong_count() > 0);
        sockets.push(Arc::downgrade(socket));
    }

    /// The program's open socket with this descriptor.
    pub fn open_at(&self, fd: i32) -> Option<Arc<Handle>> {
        let sockets = self.sockets.lock();
        let mut open = sockets
            .iter()
            .filter_map(|socket| socket.upgrade()?.handle());
        open.find(|handle| handle.fd() == fd)
    }

    /// Closes what the program left open.
    pub fn close_all(&self) {
        let left: Vec<_> = self.sockets.lock().drain(..).collect();
        for socket in left.iter().filter_map(Weak::upgrade) {
            socket.close(&*self.gate, ClosedBy::Interpreter);
        }
    }
}

/// A flag that a waiting thread can wait for: one token, put back by whoever finds it.
pub(super) struct Stop {
    is_on: AtomicBool,
    raise: Sender<()>,
    raised: Receiver<()>,
}

impl Stop {
    fn new() -> Self {
        let (raise, raised) = bounded(1);
        Self {
            is_on: AtomicBool::new(false),
            raise,
            raised,
        }
    }

    pub fn raise(&self) {
        self.is_on.store(true, Ordering::Release);
        self.raise.try_send(()).ok();
    }

    pub fn is_on(&self) -> bool {
        self.is_on.load(Ordering::Acquire)
    }

    /// Becomes readable when the program is to stop. Whoever receives from it calls
    /// [`Stop::raise`] again, for the next one.
    pub fn raised(&self) -> &Receiver<()> {
        &self.raised
    }
}

/// Which program, and which of its threads, this thread runs.
#[derive(Clone)]
pub(super) struct Here {
    pub running: Arc<Running>,
    pub thread: u32,
}

thread_local! {
    static HERE: RefCell<Option<Here>> = const { RefCell::new(None) };
}

impl Here {
    /// Runs `work` as this thread of this program.
    pub fn enter<R>(self, work: impl FnOnce() -> R) -> R {
        let before = HERE.with(|here| here.replace(Some(self)));
        let result = work();
        HERE.with(|here| *here.borrow_mut() = before);
        result
    }

    pub fn get() -> Self {
        HERE.with(|here| here.borrow().clone())
            .expect("python code runs only on threads that entered a running")
    }
}

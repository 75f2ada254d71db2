//! What of the open lesson takes a while, done beside the window: its pictures are decoded, its
//! puzzles' runs read.
//!
//! In: jobs, each with a name. Out: what each made, or why it could not, and a call of `wake`. One
//! thread for one lesson; it ends by itself after the last, and between two jobs when its
//! [`Gallery`] is told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

use crossbeam_channel::{Receiver, bounded};

use super::Wake;

/// What takes a while.
pub(super) type Job<T> = Box<dyn FnOnce() -> Result<T, String> + Send>;

/// By its name.
pub(super) type Hung<K, T> = (K, Result<Arc<T>, String>);

pub(super) struct Gallery<K, T> {
    arrived: Receiver<Hung<K, T>>,
    /// How many have not arrived.
    left: usize,
    should_stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl<K: Send + 'static, T: Send + Sync + 'static> Gallery<K, T> {
    pub(super) fn start(name: &str, jobs: Vec<(K, Job<T>)>, wake: Wake) -> std::io::Result<Self> {
        // Room for all, so that the thread never waits for the window.
        let (sender, arrived) = bounded(jobs.len().max(1));
        let left = jobs.len();
        let should_stop = Arc::new(AtomicBool::new(false));
        let stops = Arc::clone(&should_stop);
        let thread = Builder::new().name(name.to_owned()).spawn(move || {
            for (name, job) in jobs {
                if stops.load(Ordering::Relaxed) {
                    return;
                }
                let made = job().map(Arc::new);
                if sender.send((name, made)).is_err() {
                    return;
                }
                wake();
            }
        })?;
        Ok(Self {
            arrived,
            left,
            should_stop,
            thread: Some(thread),
        })
    }

    /// What was made since the last call, if it is still wanted. Never waits.
    pub(super) fn take(&mut self) -> Vec<Hung<K, T>> {
        let arrived: Vec<Hung<K, T>> = self.arrived.try_iter().collect();
        self.left = self.left.saturating_sub(arrived.len());
        match self.should_stop.load(Ordering::Relaxed) {
            true => Vec::new(),
            false => arrived,
        }
    }
}

impl<K, T> Gallery<K, T> {
    /// After the job it is at.
    pub(super) fn stop(&self) {
        self.should_stop.store(true, Ordering::Relaxed);
    }

    /// Nothing more comes, and dropping it takes no time.
    pub(super) fn is_over(&self) -> bool {
        self.left == 0 || self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl<K, T> Drop for Gallery<K, T> {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

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

impl<K, T> Gallery<K, T> {
    /// Nothing is left to take. Unlike [`Gallery::is_over`] this is not so while something may have
    /// arrived after it was last taken from.
    pub(super) fn has_given_all(&self) -> bool {
        self.left == 0
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrives_after_it_was_taken_from_is_not_lost() {
        let (go, may_go) = bounded(0);
        let (wake, woken) = bounded(2);
        let wake = Arc::new(move || wake.send(()).expect("the test listens"));
        let first: Job<u8> = Box::new(|| Ok(1));
        let second: Job<u8> = Box::new(move || may_go.recv().map_err(|e| e.to_string()));
        let jobs = vec![("first", first), ("second", second)];
        let mut gallery = Gallery::start("test", jobs, wake).expect("a thread");
        woken.recv().expect("the first is there");
        assert!(!gallery.is_over());
        assert_eq!(gallery.take().len(), 1);
        go.send(2).expect("it waits");
        woken.recv().expect("the second is there");
        assert!(!gallery.has_given_all());
        assert_eq!(gallery.take().len(), 1);
        assert!(gallery.has_given_all());
    }
}

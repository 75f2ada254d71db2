//! The pictures of the open lesson, decoded beside the window.
//!
//! In: picture files. Out: each one's pixels, or why there are none, and a call of `wake`. One
//! thread named `pictures` for one lesson; it ends by itself after the last, and between two
//! pictures when its [`Gallery`] is told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

use crossbeam_channel::{Receiver, bounded};

use super::Wake;
use crate::lesson::{PictureFile, Pixels};

/// By the picture's name in the text.
pub(super) type Hung = (String, Result<Arc<Pixels>, String>);

pub(super) struct Gallery {
    arrived: Receiver<Hung>,
    /// How many have not arrived.
    left: usize,
    should_stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Gallery {
    pub(super) fn start(files: Vec<(String, PictureFile)>, wake: Wake) -> std::io::Result<Self> {
        // Room for all, so that the thread never waits for the window.
        let (sender, arrived) = bounded(files.len().max(1));
        let left = files.len();
        let should_stop = Arc::new(AtomicBool::new(false));
        let stops = Arc::clone(&should_stop);
        let thread = Builder::new().name("pictures".to_owned()).spawn(move || {
            for (name, file) in files {
                if stops.load(Ordering::Relaxed) {
                    return;
                }
                let pixels = file.decode().map(Arc::new);
                if sender.send((name, pixels)).is_err() {
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

    /// What has been decoded since the last call, if it is still wanted. Never waits.
    pub(super) fn take(&mut self) -> Vec<Hung> {
        let arrived: Vec<Hung> = self.arrived.try_iter().collect();
        self.left = self.left.saturating_sub(arrived.len());
        match self.should_stop.load(Ordering::Relaxed) {
            true => Vec::new(),
            false => arrived,
        }
    }

    /// After the picture it is at.
    pub(super) fn stop(&self) {
        self.should_stop.store(true, Ordering::Relaxed);
    }

    /// Nothing more comes, and dropping it takes no time.
    pub(super) fn is_over(&self) -> bool {
        self.left == 0 || self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Gallery {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

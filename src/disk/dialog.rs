//! The desktop's own dialog to choose a file in, to open or to save.
//!
//! In: words for it. Out: a path, later. On Linux it speaks to the desktop's portal; where none
//! answers, that is said and not waited for.

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{Builder, Thread};
use std::time::{Duration, Instant};

/// Nobody chooses, or cancels, as fast as this: then there was no dialog.
const GLANCE: Duration = Duration::from_millis(250);

/// What the dialog says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialog {
    pub title: String,
    /// Which files are shown: what they are called, and how their names end.
    pub filters: Vec<(String, &'static [&'static str])>,
    /// A file is to be saved, under this name if one likes it. Whether one that is there may be
    /// replaced, the dialog asks.
    pub save_as: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    File(PathBuf),
    /// None was chosen.
    Nothing,
    /// No dialog can be had here.
    NoDialog,
}

impl Dialog {
    pub(super) fn open(self, then: impl FnOnce(Chosen) + Send + 'static) -> io::Result<()> {
        let from = Instant::now();
        let mut dialog = rfd::AsyncFileDialog::new().set_title(self.title);
        for (name, endings) in &self.filters {
            dialog = dialog.add_filter(name, endings);
        }
        // Asked for here: one desktop insists on the thread that drew the window.
        let choice: Pin<Box<dyn Future<Output = Option<rfd::FileHandle>> + Send>> =
            match self.save_as {
                Some(name) => Box::pin(dialog.set_file_name(name).save_file()),
                None => Box::pin(dialog.pick_file()),
            };
        let wait = move || {
            let chosen = wait_for(choice);
            then(match chosen {
                Some(file) => Chosen::File(file.path().to_owned()),
                None if from.elapsed() < GLANCE => Chosen::NoDialog,
                None => Chosen::Nothing,
            });
        };
        // Not joined: it waits for a person, and ends with the process at the latest.
        let builder = Builder::new().name("disk dialog".to_owned());
        builder.spawn(wait).map(drop)
    }
}

/// Wakes the thread that waits.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn wait_for<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

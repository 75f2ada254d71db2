//! What of a capture takes a while, done beside the window: conversations are put in order, a
//! conversation is made a run.
//!
//! In: jobs. Out: what was made, and a call of `wake`. One thread for one capture. It has one job
//! at a time; of those that come meanwhile only the newest of each kind is kept, for nobody waits
//! for the list of a filter that was typed over.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::arrange::arrange;
use super::survey::{Arranged, MOST_ON_STAGE, Of};
use crate::capture::{Capture, Which};
use crate::session::Wake;
use crate::timeline::Timeline;

enum Job {
    Arrange(Arranged),
    Stage(Of),
}

/// What was made.
pub enum Made {
    List(Arranged, Vec<u32>),
    Stage(Of, Box<Timeline>),
}

pub struct Clerk {
    /// `None` once we hang up.
    jobs: Option<Sender<Job>>,
    made: Receiver<Made>,
    is_busy: bool,
    arrange: Option<Arranged>,
    stage: Option<Of>,
    thread: Option<JoinHandle<()>>,
}

impl Clerk {
    pub fn start(capture: Arc<Capture>, wake: Wake) -> std::io::Result<Self> {
        let (jobs, todo) = bounded::<Job>(1);
        let (give, made) = bounded(1);
        let thread = Builder::new().name("capture".to_owned()).spawn(move || {
            for job in todo {
                if give.send(done(&capture, job)).is_err() {
                    return;
                }
                wake();
            }
        })?;
        Ok(Self {
            jobs: Some(jobs),
            made,
            is_busy: false,
            arrange: None,
            stage: None,
            thread: Some(thread),
        })
    }

    pub fn arrange(&mut self, arranged: Arranged) {
        self.arrange = Some(arranged);
        self.go_on();
    }

    pub fn stage(&mut self, of: Of) {
        self.stage = Some(of);
        self.go_on();
    }

    /// Nobody waits for it any more.
    pub fn forget_stage(&mut self) {
        self.stage = None;
    }

    /// What was made since the last call. Never waits.
    pub fn take(&mut self) -> Option<Made> {
        let made = self.made.try_recv().ok()?;
        self.is_busy = false;
        self.go_on();
        Some(made)
    }

    fn go_on(&mut self) {
        let Some(jobs) = &self.jobs else { return };
        if self.is_busy {
            return;
        }
        let arrange = self.arrange.take().map(Job::Arrange);
        let job = arrange.or_else(|| self.stage.take().map(Job::Stage));
        if let Some(job) = job {
            self.is_busy = jobs.try_send(job).is_ok();
        }
    }
}

impl Clerk {
    /// Nobody needs it any more: it ends after the job it is at.
    pub fn hang_up(&mut self) {
        self.jobs = None;
    }

    /// It was told to end and has: dropping it takes no time.
    pub fn is_over(&self) -> bool {
        let thread = self.thread.as_ref();
        self.jobs.is_none() && thread.is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Clerk {
    fn drop(&mut self) {
        self.hang_up();
        // It may wait to give what it has made.
        while self.made.try_recv().is_ok() {}
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn done(capture: &Capture, job: Job) -> Made {
    match job {
        Job::Arrange(arranged) => {
            let list = arrange(capture, &arranged);
            Made::List(arranged, list)
        }
        Job::Stage(of) => {
            let which = match of {
                Of::All => Which::All,
                Of::One(conversation) => Which::Conversation(conversation),
            };
            let (trace, _) = capture.trace(which, MOST_ON_STAGE);
            Made::Stage(of, Box::new(Timeline::of(trace)))
        }
    }
}

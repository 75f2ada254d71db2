//! A program: where it stands, what it called, what it said.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Records;
use crate::trace::{CallId, Event, Name, ProgramSetup, Returned, ThreadState, What};

/// So many of the newest calls are looked through, where they do not count up.
const LOOKED_THROUGH: usize = 64;
/// The most threads of one program that are shown; a lab has no memory for as many.
const MOST_THREADS: usize = 256;

#[derive(Clone, Debug)]
pub struct Program {
    pub name: Name,
    pub host: Name,
    pub file: String,
    pub source: Arc<str>,
    /// The line it stands at, counted from 1.
    pub line: Option<u32>,
    pub locals: BTreeMap<String, String>,
    /// Of the thread that matters most to a learner: one that can be stepped, or else one that
    /// moves, or else one that waits.
    pub activity: Activity,
    /// What each thread is doing; 0 is the main one. `None`: it waits for another one.
    pub threads: BTreeMap<u32, Option<Activity>>,
    /// Since when it does that, in microseconds since the start.
    pub since_us: u64,
    pub output: String,
    pub calls: Records<CallRecord>,
    /// The call that the newest order let in.
    pub(super) let_in: Option<CallId>,
}

/// What a program is doing.
#[derive(Clone, Debug, PartialEq)]
pub enum Activity {
    /// Its interpreter has not said anything yet, or it computes.
    Running,
    /// Before a call, waiting to be stepped.
    Ready(CallId),
    /// In a call that the kernel has not answered yet.
    InCall(CallId),
    /// In a call that the kernel makes wait.
    Blocked(CallId),
    /// In `input()`.
    Asking(String),
    Ended {
        traceback: Option<String>,
        line: Option<u32>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct CallRecord {
    pub id: CallId,
    pub line: u32,
    pub name: String,
    pub args: String,
    pub fd: Option<i32>,
    pub thread: u32,
    /// How many bytes it offers to the kernel; of the send family only.
    pub offers: Option<u64>,
    pub announced_at_us: u64,
    pub permitted_at_us: Option<u64>,
    pub blocked_at_us: Option<u64>,
    pub resolved: Option<Resolved>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    pub at_us: u64,
    pub returned: Returned,
    pub bytes: Option<Vec<u8>>,
    pub new_fd: Option<i32>,
}

impl Program {
    pub(super) fn new(setup: &ProgramSetup) -> Self {
        Self {
            name: setup.name.clone(),
            host: setup.host.clone(),
            file: setup.file.clone(),
            source: setup.source.as_str().into(),
            line: None,
            locals: BTreeMap::new(),
            activity: Activity::Running,
            threads: BTreeMap::from([(0, Some(Activity::Running))]),
            since_us: 0,
            output: String::new(),
            calls: Records::default(),
            let_in: None,
        }
    }

    /// The call it stands before or is in.
    pub fn current_call(&self) -> Option<&CallRecord> {
        match &self.activity {
            Activity::Ready(id) | Activity::InCall(id) | Activity::Blocked(id) => self.call(*id),
            Activity::Running | Activity::Asking(_) | Activity::Ended { .. } => None,
        }
    }

    pub fn call(&self, id: CallId) -> Option<&CallRecord> {
        self.calls.get(self.index_of(id)?)
    }

    /// The place of a call among all.
    pub(super) fn index_of(&self, id: CallId) -> Option<usize> {
        // They count up, but for a trace that was tampered with.
        let at = self.calls.partition_point(|call| call.id < id);
        let found = self.calls.get(at).filter(|call| call.id == id);
        found.map(|_| at).or_else(|| {
            let newest = self.calls.len().saturating_sub(LOOKED_THROUGH)..self.calls.len();
            newest.rev().find(|at| self.calls[*at].id == id)
        })
    }

    pub fn has_ended(&self) -> bool {
        matches!(self.activity, Activity::Ended { .. })
    }

    pub(super) fn apply(&mut self, event: &Event) {
        let at_us = event.at_us;
        match &event.what {
            What::Call { .. } => self.called(event),
            What::Blocked { call, .. } => {
                if let Some(record) = self.record(*call) {
                    record.blocked_at_us = Some(at_us);
                    let thread = record.thread;
                    self.become_now(thread, Activity::Blocked(*call), at_us);
                }
            }
            What::Return { call, .. } => {
                let resolved = resolved(event);
                if let Some(record) = self.record(*call) {
                    record.resolved = resolved;
                    let thread = record.thread;
                    self.become_now(thread, Activity::Running, at_us);
                }
            }
            What::Line { line, locals, .. } => {
                self.line = Some(*line);
                self.locals = locals.clone();
            }
            What::Print { text, .. } => self.output.push_str(text),
            What::Ask { prompt, thread, .. } => {
                self.output.push_str(prompt);
                self.become_now(*thread, Activity::Asking(prompt.clone()), at_us);
            }
            What::Answer { text, thread, .. } => {
                if let Some(text) = text {
                    self.output.push_str(text);
                    self.output.push('\n');
                }
                self.become_now(*thread, Activity::Running, at_us);
            }
            What::Thread { thread, state, .. } => self.thread_changed(*thread, *state, at_us),
            What::Exit {
                traceback, line, ..
            } => {
                self.threads.clear();
                self.activity = Activity::Ended {
                    traceback: traceback.clone(),
                    line: *line,
                };
                self.line = line.or(self.line);
                self.since_us = at_us;
            }
            What::Sent { .. }
            | What::Delivered { .. }
            | What::Dropped { .. }
            | What::Duplicated { .. }
            | What::Inferred { .. }
            | What::Corrupted { .. }
            | What::Delayed { .. }
            | What::Socket(_)
            | What::Buffers(_)
            | What::Counters { .. }
            | What::Gone { .. }
            | What::Order(_)
            | What::Note { .. }
            | What::Rest
            | What::Ended { .. }
            | What::Unknown => {}
        }
    }

    fn thread_changed(&mut self, thread: u32, state: ThreadState, at_us: u64) {
        match state {
            ThreadState::Started | ThreadState::GoesOn => {
                self.put(thread, Some(Activity::Running));
            }
            ThreadState::Waits => self.put(thread, None),
            ThreadState::Ended => {
                self.threads.remove(&thread);
            }
        }
        self.summarise(at_us);
    }

    fn called(&mut self, event: &Event) {
        let What::Call {
            call,
            line,
            name,
            args,
            fd,
            thread,
            offers,
            ..
        } = &event.what
        else {
            return;
        };
        self.calls.push(CallRecord {
            id: *call,
            line: *line,
            name: name.clone(),
            args: args.clone(),
            fd: *fd,
            thread: *thread,
            offers: *offers,
            announced_at_us: event.at_us,
            permitted_at_us: None,
            blocked_at_us: None,
            resolved: None,
        });
        self.become_now(*thread, Activity::Ready(*call), event.at_us);
    }

    /// The threads that stand before a call, with it; the lowest first.
    pub fn ready(&self) -> impl Iterator<Item = (u32, CallId)> {
        let threads = self.threads.iter();
        threads.filter_map(|(thread, doing)| match doing {
            Some(Activity::Ready(id)) => Some((*thread, *id)),
            _ => None,
        })
    }

    /// This thread, or the lowest that stands before a call, makes it.
    pub(super) fn permitted(&mut self, wanted: Option<u32>, at_us: u64) {
        let ready = self
            .ready()
            .find(|(thread, _)| wanted.is_none_or(|wanted| wanted == *thread));
        self.let_in = ready.map(|(_, id)| id);
        if let Some((thread, id)) = ready {
            if let Some(record) = self.record(id) {
                record.permitted_at_us = Some(at_us);
            }
            self.become_now(thread, Activity::InCall(id), at_us);
        }
    }

    fn record(&mut self, id: CallId) -> Option<&mut CallRecord> {
        let index = self.index_of(id)?;
        self.calls.get_mut(index)
    }

    fn become_now(&mut self, thread: u32, activity: Activity, at_us: u64) {
        self.put(thread, Some(activity));
        self.summarise(at_us);
    }

    fn put(&mut self, thread: u32, activity: Option<Activity>) {
        if self.threads.len() < MOST_THREADS || self.threads.contains_key(&thread) {
            self.threads.insert(thread, activity);
        }
    }

    /// Shows the thread that matters most; among equals, the lowest.
    fn summarise(&mut self, at_us: u64) {
        let doing = self.threads.values().flatten();
        let foremost = doing.min_by_key(|activity| rank(activity)).cloned();
        let activity = foremost.unwrap_or(Activity::Running);
        if let Activity::Ready(id) | Activity::InCall(id) | Activity::Blocked(id) = activity {
            self.line = self.call(id).map(|call| call.line).or(self.line);
        }
        if activity != self.activity {
            self.activity = activity;
            self.since_us = at_us;
        }
    }
}

fn rank(activity: &Activity) -> u8 {
    match activity {
        Activity::Ready(_) => 0,
        Activity::InCall(_) => 1,
        Activity::Asking(_) => 2,
        Activity::Running => 3,
        Activity::Blocked(_) => 4,
        Activity::Ended { .. } => 5,
    }
}

fn resolved(event: &Event) -> Option<Resolved> {
    let What::Return {
        returned,
        bytes,
        new_fd,
        ..
    } = &event.what
    else {
        return None;
    };
    Some(Resolved {
        at_us: event.at_us,
        returned: returned.clone(),
        bytes: bytes.as_ref().map(|bytes| bytes.0.clone()),
        new_fd: *new_fd,
    })
}

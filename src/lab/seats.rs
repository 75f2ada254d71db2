//! Every program's place: what each of its threads is doing, and what it has open.
//!
//! In: reports. Out: events, and answers to threads that may go on.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::mail::{Descriptor, Found, Reply, Report};
use super::record::{Recorder, shortened};
use super::snapshot::Owner;
use crate::python::{Announcement, CallTicket, ClosedBy, Failure, Idle, Outcome};
use crate::trace::{Bytes, CallId, Key, Name, Returned, ThreadState, What};

/// How many bytes of one call are recorded.
const BYTES: usize = 4 << 20;
/// What one program may print in a run.
const OUTPUT_BYTES: usize = 1 << 20;
/// A call that does not wait answers in microseconds; on a busy machine, in milliseconds.
const OVERDUE: Duration = Duration::from_millis(200);
/// How long a waiting thread may take to look at its own descriptors: it does so in microseconds,
/// on a busy machine in milliseconds.
pub const LOOK: Duration = Duration::from_millis(1000);

pub struct Seat {
    pub name: Name,
    pub host: usize,
    /// By thread number; 0 is the main one.
    threads: BTreeMap<u32, Doing>,
    calls: BTreeMap<CallTicket, Call>,
    pub descriptors: BTreeMap<Key, Descriptor>,
    printed: usize,
    /// The main thread is through: whoever comes to wait is told to stop.
    is_ending: bool,
    has_ended: bool,
}

struct Call {
    id: CallId,
    thread: u32,
    was_blocked: bool,
    new_fd: Option<i32>,
    name: &'static str,
    fd: Option<i32>,
}

/// What a thread is doing, as far as the loop knows.
enum Doing {
    /// Running Python, or not started yet.
    Computing,
    /// Making a call that answers at once, since then.
    InCall(CallTicket, Instant),
    /// Making a call that turned out to wait in the kernel: `close` that lingers.
    Stuck,
    AtGate(CallTicket, Sender<Reply>),
    Blocked(CallTicket, Wait, Sender<Reply>),
    Asking(Sender<Reply>),
    /// Waiting for another thread of its program.
    Idle,
}

/// What ends a wait.
struct Wait {
    watched: Vec<i32>,
    until: Option<Instant>,
}

/// Why an order was not taken.
pub type WhyNot = String;

impl Seat {
    pub fn new(name: Name, host: usize) -> Self {
        Self {
            name,
            host,
            threads: BTreeMap::from([(0, Doing::Computing)]),
            calls: BTreeMap::new(),
            descriptors: BTreeMap::new(),
            printed: 0,
            is_ending: false,
            has_ended: false,
        }
    }

    /// Some thread is between the loop's word and the kernel's answer.
    pub fn is_in_call(&self) -> bool {
        let mut threads = self.threads.values();
        !self.has_ended && threads.any(|doing| matches!(doing, Doing::InCall(..)))
    }

    /// The call's name and descriptor, while it lasts.
    pub fn call_of(&self, ticket: CallTicket) -> Option<(&'static str, Option<i32>)> {
        self.calls.get(&ticket).map(|call| (call.name, call.fd))
    }

    /// This call waits for its socket.
    pub fn waits(&self, call: CallTicket) -> bool {
        let mut threads = self.threads.values();
        threads.any(|doing| matches!(doing, Doing::Blocked(ticket, ..) if *ticket == call))
    }

    /// Some thread can go on by itself.
    pub fn is_moving(&self) -> bool {
        let mut threads = self.threads.values();
        !self.has_ended
            && threads.any(|doing| matches!(doing, Doing::Computing | Doing::InCall(..)))
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        let blocked = self.threads.values().filter_map(|doing| match doing {
            Doing::Blocked(_, wait, _) => wait.until,
            _ => None,
        });
        blocked.min()
    }

    pub fn take<W: Write>(
        &mut self,
        report: Report,
        next_call: &mut u64,
        record: &mut Recorder<W>,
    ) {
        match report {
            Report::Announced { reply, .. }
            | Report::Blocked { reply, .. }
            | Report::Asked { reply, .. }
                if self.is_ending =>
            {
                reply.send(Reply::Stop).ok();
            }
            Report::Announced {
                ticket,
                call,
                reply,
            } => self.announced(ticket, call, reply, next_call, record),
            Report::Blocked {
                ticket,
                watched,
                until,
                reply,
            } => self.blocked(ticket, Wait { watched, until }, reply, record),
            Report::Unwatched(fd) => {
                self.wake(fd);
            }
            Report::Left { ticket, outcome } => self.left(ticket, outcome, record),
            Report::Opened(descriptor) => {
                self.opened(descriptor);
            }
            Report::Closing { key, by } => {
                if let Some(descriptor) = self.descriptors.remove(&key)
                    && by == ClosedBy::Interpreter
                {
                    record.note(format!(
                        "{}: nothing refers to descriptor {} any more, so Python closes it",
                        self.name, descriptor.fd
                    ));
                }
            }
            Report::Printed(text) => self.printed(text, record),
            Report::Asked {
                thread,
                prompt,
                reply,
            } => {
                self.threads.insert(thread, Doing::Asking(reply));
                record.event(What::Ask {
                    program: self.name.clone(),
                    prompt: shortened(prompt),
                    thread,
                });
            }
            Report::ThreadStarted(thread) => self.thread(thread, ThreadState::Started, record),
            Report::ThreadEnded(thread) => self.thread(thread, ThreadState::Ended, record),
            Report::Idle { thread, idle } => {
                let state = match idle {
                    Idle::Begins => ThreadState::Waits,
                    Idle::Ends => ThreadState::GoesOn,
                };
                self.thread(thread, state, record);
            }
            Report::Ending => self.release_others(),
            Report::Ended(ending) => {
                self.has_ended = true;
                self.threads.clear();
                self.descriptors.clear();
                record.event(What::Exit {
                    program: self.name.clone(),
                    traceback: ending.traceback.map(shortened),
                    line: ending.line,
                });
            }
        }
    }

    fn thread<W: Write>(&mut self, thread: u32, state: ThreadState, record: &mut Recorder<W>) {
        match state {
            ThreadState::Started | ThreadState::GoesOn => {
                self.threads.insert(thread, Doing::Computing);
            }
            ThreadState::Waits => {
                self.threads.insert(thread, Doing::Idle);
            }
            ThreadState::Ended => {
                self.threads.remove(&thread);
            }
        }
        record.event(What::Thread {
            program: self.name.clone(),
            thread,
            state,
        });
    }

    /// Lets this thread, or the lowest that stands before a call, make it.
    pub fn step(&mut self, wanted: Option<u32>) -> Result<(), WhyNot> {
        let mut threads = self.threads.iter_mut();
        let standing = threads.find_map(|(thread, doing)| match doing {
            Doing::AtGate(ticket, reply) if wanted.is_none_or(|wanted| wanted == *thread) => {
                let (ticket, reply) = (*ticket, reply.clone());
                *doing = Doing::InCall(ticket, Instant::now());
                Some(reply)
            }
            _ => None,
        });
        match standing {
            Some(reply) => {
                reply.send(Reply::Go).ok();
                Ok(())
            }
            None => Err(match wanted {
                Some(thread) => format!("thread {thread} of {} is not before a call", self.name),
                None => format!("{} does not stand before a call", self.name),
            }),
        }
    }

    /// Gives a line to the lowest thread that waits for one; says which it was.
    pub fn answer(&mut self, line: Option<String>) -> Result<u32, WhyNot> {
        let asking = self.threads.iter_mut().find_map(|(thread, doing)| {
            if let Doing::Asking(reply) = doing {
                let reply = reply.clone();
                *doing = Doing::Computing;
                return Some((*thread, reply));
            }
            None
        });
        match asking {
            Some((thread, reply)) => {
                reply.send(Reply::Line(line)).ok();
                Ok(thread)
            }
            None => Err(format!("{} does not wait in input()", self.name)),
        }
    }

    /// Something is ready at this descriptor: every call that waits for it tries again, and those
    /// that come too late wait again.
    pub fn wake(&mut self, fd: i32) -> bool {
        self.wake_where(|| Reply::Go, |_, wait| wait.watched.contains(&fd))
    }

    /// What this call waits for is ready.
    pub fn wake_call(&mut self, ready: CallTicket) -> bool {
        self.wake_where(|| Reply::Go, |ticket, _| ticket == ready)
    }

    /// Ends waits whose time is over.
    pub fn expire(&mut self, now: Instant) -> bool {
        let is_over = |_, wait: &Wait| wait.until.is_some_and(|until| until <= now);
        self.wake_where(|| Reply::TimedOut, is_over)
    }

    fn wake_where(
        &mut self,
        answer: impl Fn() -> Reply,
        test: impl Fn(CallTicket, &Wait) -> bool,
    ) -> bool {
        let mut woken = false;
        for doing in self.threads.values_mut() {
            if let Doing::Blocked(ticket, wait, reply) = doing
                && test(*ticket, wait)
            {
                reply.send(answer()).ok();
                *doing = Doing::InCall(*ticket, Instant::now());
                woken = true;
            }
        }
        woken
    }

    /// A call that should have answered long ago waits in the kernel, and is shown so.
    pub fn overdue<W: Write>(&mut self, now: Instant, record: &mut Recorder<W>) -> bool {
        let mut found = false;
        for doing in self.threads.values_mut() {
            if let Doing::InCall(ticket, since) = doing
                && now.saturating_duration_since(*since) >= OVERDUE
                && let Some(call) = self.calls.get_mut(ticket)
            {
                if !std::mem::replace(&mut call.was_blocked, true) {
                    record.event(What::Blocked {
                        program: self.name.clone(),
                        call: call.id,
                    });
                }
                *doing = Doing::Stuck;
                found = true;
            }
        }
        found
    }

    /// Asks a waiting thread what its descriptors say of these sockets, which only this program
    /// can see. `None` while no thread waits, or when none of them is this program's.
    pub fn ask_about(&self, keys: &BTreeSet<Key>) -> Option<Receiver<Vec<Found>>> {
        let descriptors: Vec<_> = keys
            .iter()
            .filter_map(|key| self.descriptors.get(key))
            .map(|descriptor| (descriptor.key, descriptor.fd))
            .collect();
        if descriptors.is_empty() {
            return None;
        }
        let waiting = self.threads.values().find_map(|doing| match doing {
            Doing::AtGate(_, reply) | Doing::Blocked(_, _, reply) | Doing::Asking(reply) => {
                Some(reply)
            }
            Doing::Computing | Doing::InCall(..) | Doing::Stuck | Doing::Idle => None,
        });
        let (found, answer) = bounded(1);
        let inspect = Reply::Inspect { descriptors, found };
        waiting?.send(inspect).ok()?;
        Some(answer)
    }

    /// The same, with the answer; nothing when it does not come in time.
    pub fn look_at(&self, keys: &BTreeSet<Key>) -> Vec<Found> {
        let answer = self.ask_about(keys);
        let found = answer.and_then(|answer| answer.recv_timeout(LOOK).ok());
        found.unwrap_or_default()
    }

    pub fn owners(&self) -> impl Iterator<Item = (Key, Owner)> {
        self.descriptors.iter().map(|(key, descriptor)| {
            let owner = Owner {
                program: self.name.clone(),
                descriptor: descriptor.clone(),
            };
            (*key, owner)
        })
    }

    fn announced<W: Write>(
        &mut self,
        ticket: CallTicket,
        call: Announcement,
        reply: Sender<Reply>,
        next_call: &mut u64,
        record: &mut Recorder<W>,
    ) {
        let id = CallId(*next_call);
        *next_call += 1;
        let thread = call.thread;
        self.calls.insert(
            ticket,
            Call {
                id,
                thread,
                was_blocked: false,
                new_fd: None,
                name: call.name,
                fd: call.fd,
            },
        );
        self.threads.insert(thread, Doing::AtGate(ticket, reply));
        record.event(What::Line {
            program: self.name.clone(),
            line: call.line,
            locals: call
                .locals
                .into_iter()
                .map(|(name, value)| (shortened(name), shortened(value)))
                .collect(),
        });
        record.event(What::Call {
            program: self.name.clone(),
            call: id,
            line: call.line,
            name: call.name.to_owned(),
            args: shortened(call.args),
            fd: call.fd,
            thread,
            offers: call.offers,
        });
    }

    /// It belongs to the call that is being made just now.
    fn opened(&mut self, descriptor: Descriptor) {
        for doing in self.threads.values() {
            if let Doing::InCall(ticket, _) = doing
                && let Some(call) = self.calls.get_mut(ticket)
            {
                call.new_fd = Some(descriptor.fd);
            }
        }
        self.descriptors.insert(descriptor.key, descriptor);
    }

    /// A call may wait several times; the learner is told once.
    fn blocked<W: Write>(
        &mut self,
        ticket: CallTicket,
        wait: Wait,
        reply: Sender<Reply>,
        record: &mut Recorder<W>,
    ) {
        let Some(call) = self.calls.get_mut(&ticket) else {
            return;
        };
        self.threads
            .insert(call.thread, Doing::Blocked(ticket, wait, reply));
        if !std::mem::replace(&mut call.was_blocked, true) {
            record.event(What::Blocked {
                program: self.name.clone(),
                call: call.id,
            });
        }
    }

    fn left<W: Write>(&mut self, ticket: CallTicket, outcome: Outcome, record: &mut Recorder<W>) {
        let Some(call) = self.calls.remove(&ticket) else {
            return;
        };
        self.threads.insert(call.thread, Doing::Computing);
        let mut bytes = outcome.bytes;
        if let Some(bytes) = bytes.as_mut().filter(|bytes| bytes.len() > BYTES) {
            let all = bytes.len();
            bytes.truncate(BYTES);
            record.note(format!(
                "{}: only the first {BYTES} of {all} bytes are recorded",
                self.name
            ));
        }
        record.event(What::Return {
            program: self.name.clone(),
            call: call.id,
            returned: outcome.result.map_or_else(failed, |value| Returned::Value {
                value: shortened(value),
            }),
            bytes: bytes.map(Bytes),
            new_fd: call.new_fd,
        });
    }

    fn printed<W: Write>(&mut self, text: String, record: &mut Recorder<W>) {
        let before = self.printed;
        self.printed = before.saturating_add(text.len());
        if self.printed <= OUTPUT_BYTES {
            record.event(What::Print {
                program: self.name.clone(),
                text,
            });
        } else if before <= OUTPUT_BYTES {
            record.note(format!(
                "{} has printed more than {OUTPUT_BYTES} bytes; the rest is not recorded",
                self.name
            ));
        }
    }

    /// The main thread is through: whoever still waits is told to stop.
    fn release_others(&mut self) {
        self.is_ending = true;
        for doing in self.threads.values() {
            match doing {
                Doing::AtGate(_, reply) | Doing::Blocked(_, _, reply) | Doing::Asking(reply) => {
                    reply.send(Reply::Stop).ok();
                }
                Doing::Computing | Doing::InCall(..) | Doing::Stuck | Doing::Idle => {}
            }
        }
        self.threads.clear();
        self.threads.insert(0, Doing::Computing);
    }
}

fn failed(failure: Failure) -> Returned {
    Returned::Failed {
        errno: failure.errno,
        error: failure.error,
        exception: failure.exception,
        message: shortened(failure.message),
    }
}

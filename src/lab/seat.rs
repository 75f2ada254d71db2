//! Where a program sits: its thread, and the gate it asks at each call.
//!
//! The thread enters its host's namespace, gets a descriptor table of its own, gives up its
//! rights and runs the interpreter. Everything it wants goes to the lab's loop as [`Mail`]; it
//! goes on when the loop answers. So the loop alone decides who runs, and sees every call.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded};
use socket2::Socket;

use super::epoll::Epoll;
use super::inspect::state_name;
use super::mail::{Descriptor, Found, Mail, Reply, Report};
use super::sys;
use super::table::Table;
use crate::python::{
    self, Announcement, CallTicket, ClosedBy, Ending, Gate, Idle, Interest, Outcome, Stopped, Wake,
};
use crate::trace::{Key, Name, ProgramSetup, Timers};

/// The way from a program's threads to the lab's loop.
#[derive(Clone)]
pub struct Postbox {
    mail: Sender<Mail>,
    wake: Arc<File>,
}

impl Postbox {
    pub fn new(mail: Sender<Mail>, wake: File) -> Self {
        Self {
            mail,
            wake: Arc::new(wake),
        }
    }

    pub fn wake_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }

    /// Gives up when the loop is gone: the process is ending then.
    pub fn post(&self, mail: Mail) {
        if self.mail.send(mail).is_ok() {
            (&*self.wake).write_all(&1u64.to_ne_bytes()).ok(); // full means awake already
        }
    }
}

/// Starts a program's thread. `place` is its place in the run.
pub fn start(
    place: usize,
    setup: &ProgramSetup,
    namespace: &OwnedFd,
    timers: Timers,
    postbox: &Postbox,
    epoll: &Arc<Epoll>,
) -> io::Result<JoinHandle<()>> {
    /// RustPython needs deep stacks; beyond this it raises RecursionError.
    const STACK_BYTES: usize = 16 << 20;
    let namespace = namespace.try_clone()?;
    let program = python::Program {
        source: setup.source.clone(),
        file: setup.file.clone(),
    };
    let gate = Arc::new(LabGate {
        place,
        postbox: postbox.clone(),
        epoll: epoll.clone(),
        timers,
        tickets: AtomicU64::new(1),
        name: setup.name.clone(),
    });
    std::thread::Builder::new()
        .name(setup.name.clone())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            let postbox = gate.postbox.clone();
            let ending = match sit_down(namespace, &gate) {
                Ok(()) => python::run(&program, gate, |_stopper| {}),
                Err(error) => Ending {
                    traceback: Some(format!("the lab could not seat this program: {error}\n")),
                    line: None,
                    is_stopped: false,
                },
            };
            postbox.post(Mail::From(place, Report::Ended(ending)));
        })
}

/// After this the thread is as alone as a process: own network, own descriptors, no rights.
fn sit_down(namespace: OwnedFd, gate: &LabGate) -> io::Result<()> {
    sys::enter_net(namespace.as_fd())?;
    drop(namespace);
    let mut keep: Vec<RawFd> = gate.epoll.descriptors().collect();
    keep.push(gate.postbox.wake_fd().as_raw_fd());
    sys::own_descriptors(&keep)?;
    super::rights::confine_program()
}

struct LabGate {
    place: usize,
    name: Name,
    postbox: Postbox,
    epoll: Arc<Epoll>,
    timers: Timers,
    tickets: AtomicU64,
}

thread_local! {
    /// One way back for each of a program's threads: it waits for one answer at a time.
    static ANSWERS: (Sender<Reply>, Receiver<Reply>) = bounded(1);
}

impl LabGate {
    fn say(&self, report: Report) {
        self.postbox.post(Mail::From(self.place, report));
    }

    fn ask_loop(&self, report: impl FnOnce(Sender<Reply>) -> Report) -> Result<Reply, Stopped> {
        self.ask_loop_and(report, || ())
    }

    /// Posts a report, does something, and waits for the answer; looks at descriptors when asked to
    /// meanwhile.
    fn ask_loop_and(
        &self,
        report: impl FnOnce(Sender<Reply>) -> Report,
        then: impl FnOnce(),
    ) -> Result<Reply, Stopped> {
        ANSWERS.with(|(reply, answers)| {
            self.say(report(reply.clone()));
            then();
            loop {
                match answers.recv() {
                    Ok(Reply::Inspect { descriptors, found }) => {
                        found.send(look_at(&descriptors)).ok();
                    }
                    Ok(Reply::Stop) | Err(_) => return Err(Stopped),
                    Ok(answer) => return Ok(answer),
                }
            }
        })
    }

    /// A number no other call of this program has.
    fn ticket(&self) -> CallTicket {
        CallTicket(self.tickets.fetch_add(1, Ordering::Relaxed))
    }
}

/// What each descriptor says that still is the socket it was.
fn look_at(descriptors: &[(Key, RawFd)]) -> Vec<Found> {
    let looked = descriptors.iter().map(|&(key, fd)| Found {
        key,
        state: sys::socket_state(fd, key.0).map(state_name),
        queues: sys::queues(fd, key.0),
    });
    looked.collect()
}

fn key_of(socket: &Socket) -> Key {
    Key(sys::cookie(socket.as_fd()).unwrap_or(0))
}

impl Gate for LabGate {
    fn enter(&self, call: Announcement) -> Result<CallTicket, Stopped> {
        let ticket = self.ticket();
        self.ask_loop(|reply| Report::Announced {
            ticket,
            call,
            reply,
        })?;
        Ok(ticket)
    }

    fn wait(
        &self,
        ticket: CallTicket,
        watched: &[(&Socket, Interest)],
        deadline: Option<Instant>,
    ) -> Result<Wake, Stopped> {
        let blocked = |reply| Report::Blocked {
            ticket,
            watched: watched
                .iter()
                .map(|(socket, _)| socket.as_raw_fd())
                .collect(),
            until: deadline,
            reply,
        };
        let answer = self.ask_loop_and(blocked, || {
            for (socket, interest) in watched {
                let fd = socket.as_raw_fd();
                let token = super::token_of(self.place, fd);
                let done = self.epoll.watch_once(socket.as_fd(), *interest, token);
                if done.is_err() {
                    self.say(Report::Unwatched(fd));
                }
            }
        })?;
        Ok(match answer {
            Reply::TimedOut => Wake::TimedOut,
            Reply::Go | Reply::Line(_) | Reply::Inspect { .. } | Reply::Stop => Wake::Ready,
        })
    }

    fn sleep(&self, ticket: CallTicket, until: Instant) -> Result<(), Stopped> {
        self.ask_loop(|reply| Report::Blocked {
            ticket,
            watched: Vec::new(),
            until: Some(until),
            reply,
        })
        .map(drop)
    }

    fn leave(&self, ticket: CallTicket, outcome: Outcome) {
        self.say(Report::Left { ticket, outcome });
    }

    fn opened(&self, socket: &Socket) {
        let key = key_of(socket);
        let fd = socket.as_raw_fd();
        let is_stream = socket.r#type().is_ok_and(|t| t == socket2::Type::STREAM);
        let is_ipv6 = socket.domain().is_ok_and(|d| d == socket2::Domain::IPV6);
        self.say(Report::Opened(Descriptor {
            key,
            fd,
            table: match (is_stream, is_ipv6) {
                (true, false) => Table::TCP,
                (true, true) => Table::TCP_6,
                (false, false) => Table::UDP,
                (false, true) => Table::UDP_6,
            },
            state: sys::socket_state(fd, key.0).map_or("CLOSE", state_name),
        }));
    }

    /// From here on the kernel waits for a thinking student: the retry limits that are per socket.
    fn established(&self, socket: &Socket) {
        const ONE_DAY_MS: u32 = 86_400_000;
        if self.timers.are_patient() {
            // While nothing is to be sent again, the longest wait must not be cut short either.
            let longest_ms = if self.timers == Timers::Still {
                120_000
            } else {
                1_000
            };
            for (name, value) in [
                (sys::TCP_RTO_MAX_MS, longest_ms),
                (libc::TCP_USER_TIMEOUT, ONE_DAY_MS),
            ] {
                // A kernel without it still makes a lab: a resend may then take up to 120 s.
                sys::set_option(
                    socket.as_fd(),
                    libc::IPPROTO_TCP,
                    name,
                    &value.to_ne_bytes(),
                )
                .ok();
            }
        }
    }

    fn closing(&self, socket: &Socket, by: ClosedBy) {
        self.say(Report::Closing {
            key: key_of(socket),
            by,
        });
    }

    fn set_option(&self, socket: &Socket, level: i32, name: i32, value: &[u8]) -> io::Result<()> {
        sys::set_option(socket.as_fd(), level, name, value)
    }

    fn get_option(
        &self,
        socket: &Socket,
        level: i32,
        name: i32,
        room: usize,
    ) -> io::Result<Vec<u8>> {
        let mut value = vec![0; room];
        let len = sys::get_option(socket.as_fd(), level, name, &mut value)?;
        value.truncate(len);
        Ok(value)
    }

    fn print(&self, text: &str) {
        self.say(Report::Printed(text.to_owned()));
    }

    fn ask(&self, thread: u32, prompt: &str) -> Result<Option<String>, Stopped> {
        let prompt = prompt.to_owned();
        let answer = self.ask_loop(|reply| Report::Asked {
            thread,
            prompt,
            reply,
        })?;
        Ok(match answer {
            Reply::Line(line) => line,
            Reply::Go | Reply::TimedOut | Reply::Inspect { .. } | Reply::Stop => None,
        })
    }

    fn thread_started(&self, thread: u32) {
        self.say(Report::ThreadStarted(thread));
    }

    fn thread_ended(&self, thread: u32) {
        self.say(Report::ThreadEnded(thread));
    }

    fn idle(&self, thread: u32, idle: Idle) {
        self.say(Report::Idle { thread, idle });
    }

    fn ending(&self) {
        self.say(Report::Ending);
    }
}

impl std::fmt::Debug for LabGate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the gate of {}", self.name)
    }
}

//! A program's thread, and the gate it asks at each call.
//!
//! As on the held wire, the loop decides who runs. What is different: a call that names an address
//! asks the loop what that stands for, and a thread whose call must wait watches its own socket.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use rustix::event::{PollFd, PollFlags, Timespec};
use socket2::{SockAddr, Socket, Type};

use super::place::{Purpose, stand_in};
use super::system;
use crate::lab::mail::{Descriptor, Mail, Reply, Report};
use crate::lab::table::Table;
use crate::python::{
    self, Announcement, CallTicket, ClosedBy, Ending, Gate, Idle, Interest, Outcome, Stopped, Wake,
};
use crate::trace::{Key, Name, ProgramSetup};

/// RustPython needs deep stacks; beyond this it raises RecursionError.
const STACK_BYTES: usize = 16 << 20;
/// How long a waiting thread watches its socket before it looks whether the loop wants something:
/// at first, when the loop may ask, and later, when only a stop can come.
const WATCH_MILLIS: [i32; 2] = [5, 30];
/// Where one becomes the other.
const AT_FIRST: Duration = Duration::from_secs(1);
/// Joining a group of hosts makes the kernel send to the network.
const LEADS_OUT: [(i32, i32); 2] = [(0, 35), (0, 36)];
/// Answers that may wait for one thread: a look at its descriptors, and what it waits for.
const ANSWERS_WAITING: usize = 4;

/// What reaches the loop.
pub enum Heard {
    Mail(Mail),
    /// What a waiting call waits for, after it was reported as blocked.
    Waits {
        place: usize,
        ticket: CallTicket,
        key: Key,
        interest: Interest,
    },
    /// And that it came.
    Ready {
        place: usize,
        ticket: CallTicket,
    },
    /// What does this address stand for?
    Asks {
        place: usize,
        key: Key,
        is_stream: bool,
        purpose: Purpose,
        address: SocketAddr,
        answer: Sender<io::Result<SocketAddr>>,
    },
    /// The kernel has given a socket its addresses.
    Named {
        place: usize,
        key: Key,
        is_stream: bool,
        local: SocketAddr,
        remote: Option<SocketAddr>,
        is_listening: bool,
    },
    /// A stream was refused: nobody listens there.
    Refused {
        place: usize,
        /// As the program wrote it.
        address: SocketAddr,
    },
    /// A datagram left for this address, which the program wrote so.
    Datagram {
        place: usize,
        address: SocketAddr,
        length: usize,
    },
    /// The kernel did not give a program this address.
    NotBound {
        place: usize,
        address: SocketAddr,
        why: io::ErrorKind,
    },
}

/// Starts a program's thread. `place` is its place in the run.
pub fn start(place: usize, setup: &ProgramSetup, post: &Sender<Heard>) -> io::Result<()> {
    let program = python::Program {
        source: setup.source.clone(),
        file: setup.file.clone(),
    };
    let gate = Arc::new(LoopbackGate {
        place,
        name: setup.name.clone(),
        post: post.clone(),
        tickets: AtomicU64::new(1),
    });
    let run = move || {
        let ending = match system::sit_down() {
            Ok(()) => python::run(&program, gate.clone(), |_stopper| {}),
            Err(error) => Ending {
                traceback: Some(format!("the lab could not seat this program: {error}\n")),
                line: None,
                is_stopped: false,
            },
        };
        gate.say(Report::Ended(ending));
    };
    let named = std::thread::Builder::new().name(setup.name.clone());
    named.stack_size(STACK_BYTES).spawn(run).map(drop)
}

struct LoopbackGate {
    place: usize,
    name: Name,
    post: Sender<Heard>,
    tickets: AtomicU64,
}

thread_local! {
    /// One way back for each of a program's threads: it waits for one answer at a time.
    static ANSWERS: (Sender<Reply>, Receiver<Reply>) = bounded(ANSWERS_WAITING);
}

impl LoopbackGate {
    /// Gives up when the loop is gone: the process is ending then.
    fn post(&self, heard: Heard) {
        self.post.send(heard).ok();
    }

    fn say(&self, report: Report) {
        self.post(Heard::Mail(Mail::From(self.place, report)));
    }

    fn ask_loop(&self, report: impl FnOnce(Sender<Reply>) -> Report) -> Result<Reply, Stopped> {
        ANSWERS.with(|(reply, answers)| {
            self.say(report(reply.clone()));
            answer(answers)
        })
    }

    /// What the loop says stands for an address.
    fn place(&self, socket: &Socket, purpose: Purpose, address: &SockAddr) -> io::Result<SockAddr> {
        let named = address.as_socket().ok_or(io::ErrorKind::InvalidInput)?;
        let (answer, placed) = bounded(1);
        self.post(Heard::Asks {
            place: self.place,
            key: system::key_of(socket),
            is_stream: is_stream(socket),
            purpose,
            address: named,
            answer,
        });
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        placed.recv().map_err(gone)?.map(SockAddr::from)
    }

    /// A socket without an address would get the wildcard, which everybody on the net can reach.
    fn stay_at_home(&self, socket: &Socket) -> io::Result<()> {
        let bound = socket.local_addr().ok().and_then(|local| local.as_socket());
        if bound.is_some_and(|local| local.port() != 0) {
            return Ok(());
        }
        let wildcard: IpAddr = match system::is_ipv6(socket) {
            true => std::net::Ipv6Addr::UNSPECIFIED.into(),
            false => std::net::Ipv4Addr::UNSPECIFIED.into(),
        };
        socket.bind(&SocketAddr::new(stand_in(wildcard), 0).into())?;
        self.named(socket, false);
        Ok(())
    }

    fn named(&self, socket: &Socket, is_listening: bool) {
        let local = socket.local_addr().ok().and_then(|local| local.as_socket());
        let remote = socket.peer_addr().ok().and_then(|peer| peer.as_socket());
        if let Some(local) = local {
            self.post(Heard::Named {
                place: self.place,
                key: system::key_of(socket),
                is_stream: is_stream(socket),
                local,
                remote,
                is_listening,
            });
        }
    }
}

fn is_stream(socket: &Socket) -> bool {
    socket.r#type().is_ok_and(|kind| kind == Type::STREAM)
}

/// The loop's next word; looks at descriptors when asked to meanwhile.
fn answer(answers: &Receiver<Reply>) -> Result<Reply, Stopped> {
    loop {
        match answers.recv() {
            Ok(Reply::Inspect { descriptors, found }) => {
                found.send(system::look_at(&descriptors)).ok();
            }
            Ok(Reply::Stop) | Err(_) => return Err(Stopped),
            Ok(answer) => return Ok(answer),
        }
    }
}

fn woken_by(reply: &Reply) -> Wake {
    match reply {
        Reply::TimedOut => Wake::TimedOut,
        Reply::Go | Reply::Line(_) | Reply::Inspect { .. } | Reply::Stop => Wake::Ready,
    }
}

/// What `poll` is asked for. Windows knows neither urgent data nor a peer that is done.
fn flags(interest: Interest) -> PollFlags {
    match interest {
        Interest::Read => PollFlags::IN,
        Interest::Write => PollFlags::OUT,
        #[cfg(target_os = "linux")]
        Interest::Urgent => PollFlags::PRI,
        #[cfg(target_os = "linux")]
        Interest::PeerDone => PollFlags::RDHUP,
        #[cfg(not(target_os = "linux"))]
        Interest::Urgent | Interest::PeerDone => PollFlags::IN,
        // These are told unasked.
        Interest::Trouble => PollFlags::empty(),
    }
}

/// Watches for a moment. An error counts as ready: the call itself will say what is wrong.
fn is_ready(watched: &[(&Socket, Interest)], since: Instant) -> bool {
    let [first, later] = WATCH_MILLIS;
    let millis = if since.elapsed() < AT_FIRST {
        first
    } else {
        later
    };
    #[allow(
        clippy::useless_conversion,
        reason = "the type is another one on each system"
    )]
    let watch = Timespec {
        tv_sec: 0,
        tv_nsec: (millis * 1_000_000).into(),
    };
    let polled = watched.iter();
    let mut watched: Vec<PollFd<'_>> = polled
        .map(|(socket, interest)| PollFd::new(*socket, flags(*interest)))
        .collect();
    match rustix::event::poll(&mut watched, Some(&watch)) {
        Ok(count) => count > 0,
        Err(error) => error != rustix::io::Errno::INTR,
    }
}

impl Gate for LoopbackGate {
    fn enter(&self, call: Announcement) -> Result<CallTicket, Stopped> {
        let ticket = CallTicket(self.tickets.fetch_add(1, Ordering::Relaxed));
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
        let place = self.place;
        ANSWERS.with(|(reply, answers)| {
            self.say(Report::Blocked {
                ticket,
                watched: Vec::new(), // this thread watches by itself
                until: deadline,
                reply: reply.clone(),
            });
            if let [(socket, interest)] = watched {
                self.post(Heard::Waits {
                    place,
                    ticket,
                    key: system::key_of(socket),
                    interest: *interest,
                });
            }
            let since = Instant::now();
            while !is_ready(watched, since) {
                match answers.try_recv() {
                    Ok(Reply::Inspect { descriptors, found }) => {
                        found.send(system::look_at(&descriptors)).ok();
                    }
                    Ok(Reply::Stop) | Err(TryRecvError::Disconnected) => return Err(Stopped),
                    Ok(reply) => return Ok(woken_by(&reply)),
                    Err(TryRecvError::Empty) => {}
                }
            }
            self.post(Heard::Ready { place, ticket });
            answer(answers).map(|reply| woken_by(&reply))
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
        let key = system::key_of(socket);
        let is_ipv6 = system::is_ipv6(socket);
        self.say(Report::Opened(Descriptor {
            key,
            fd: system::number_of(socket),
            table: match (is_stream(socket), is_ipv6) {
                (true, false) => Table::TCP,
                (true, true) => Table::TCP_6,
                (false, false) => Table::UDP,
                (false, true) => Table::UDP_6,
            },
            state: system::state_of(socket),
        }));
    }

    fn established(&self, socket: &Socket) {
        self.named(socket, false);
    }

    fn closing(&self, socket: &Socket, by: ClosedBy) {
        self.say(Report::Closing {
            key: system::key_of(socket),
            by,
        });
    }

    fn bind(&self, socket: &Socket, address: &SockAddr) -> io::Result<()> {
        let here = self.place(socket, Purpose::Bind, address)?;
        let bound = socket.bind(&here);
        if let (Err(error), Some(address)) = (&bound, here.as_socket()) {
            self.post(Heard::NotBound {
                place: self.place,
                address,
                why: error.kind(),
            });
        }
        self.named(socket, false);
        bound
    }

    fn listen(&self, socket: &Socket, backlog: i32) -> io::Result<()> {
        self.stay_at_home(socket)?;
        socket.listen(backlog)?;
        self.named(socket, true);
        Ok(())
    }

    fn connect(&self, socket: &Socket, address: &SockAddr) -> io::Result<()> {
        let here = self.place(socket, Purpose::Reach, address)?;
        if !is_stream(socket) {
            self.stay_at_home(socket)?;
        }
        let connected = socket.connect(&here);
        match (&connected, address.as_socket()) {
            (Err(error), Some(address))
                if error.kind() == io::ErrorKind::ConnectionRefused && is_stream(socket) =>
            {
                let place = self.place;
                self.post(Heard::Refused { place, address });
            }
            _ => self.named(socket, false),
        }
        connected
    }

    fn send_to(
        &self,
        socket: &Socket,
        data: &[u8],
        address: &SockAddr,
        flags: i32,
    ) -> io::Result<usize> {
        let here = self.place(socket, Purpose::Reach, address)?;
        if !is_stream(socket) {
            self.stay_at_home(socket)?;
        }
        let count = socket.send_to_with_flags(data, &here, system::flags(flags))?;
        if let Some(address) = address.as_socket().filter(|_| !is_stream(socket)) {
            self.post(Heard::Datagram {
                place: self.place,
                address,
                length: count,
            });
        }
        Ok(count)
    }

    fn set_option(&self, socket: &Socket, level: i32, name: i32, value: &[u8]) -> io::Result<()> {
        if LEADS_OUT.contains(&(level, name)) {
            return Err(system::no_device());
        }
        system::set_option(socket, level, name, value)
    }

    fn get_option(
        &self,
        socket: &Socket,
        level: i32,
        name: i32,
        room: usize,
    ) -> io::Result<Vec<u8>> {
        system::get_option(socket, level, name, room)
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

impl std::fmt::Debug for LoopbackGate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the gate of {}", self.name)
    }
}

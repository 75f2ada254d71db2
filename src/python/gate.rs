//! What a program needs of whoever runs it.
//!
//! Every call that reaches the kernel is announced, waits until it may be made, and is reported when
//! it is over. The lab implements [`Gate`]; tests implement a small one. In: the program's calls.
//! Out: leave to go on, or [`Stopped`]. Deciding who goes next is left to the gate.

use std::io;
use std::time::Instant;

use socket2::{SockAddr, Socket};

/// One gate per program; its methods are called from that program's threads, several at once when
/// the program has several.
///
/// A method that waits returns [`Stopped`] once the program is to end, and after [`Gate::ending`]
/// for every thread that is still inside.
pub trait Gate: Send + Sync + 'static {
    /// Announces a call and waits until it may be made.
    fn enter(&self, call: Announcement) -> Result<CallTicket, Stopped>;

    /// The kernel said EAGAIN or EINPROGRESS, or `select` found nothing: waits until one of the
    /// sockets may be ready, or the deadline. `Wake::Ready` too early does no harm, the call is
    /// tried again.
    fn wait(
        &self,
        ticket: CallTicket,
        watched: &[(&Socket, Interest)],
        deadline: Option<Instant>,
    ) -> Result<Wake, Stopped>;

    /// `time.sleep`, and anything else that only waits for a time.
    fn sleep(&self, ticket: CallTicket, until: Instant) -> Result<(), Stopped>;

    /// The call is over. Every ticket is left exactly once, unless the program was stopped inside.
    fn leave(&self, ticket: CallTicket, outcome: Outcome);

    /// A descriptor came to be, by `socket()` or `accept()`, before the program sees it.
    fn opened(&self, socket: &Socket);

    /// `connect()` succeeded or `accept()` produced this socket, before the program sees it.
    fn established(&self, socket: &Socket);

    /// A descriptor is about to be closed.
    fn closing(&self, socket: &Socket, by: ClosedBy);

    /// `bind()`. A gate without hosts of its own gives the address another meaning here, and in the
    /// three calls below.
    fn bind(&self, socket: &Socket, address: &SockAddr) -> io::Result<()> {
        socket.bind(address)
    }

    /// `listen()`, which binds a socket that has no address yet.
    fn listen(&self, socket: &Socket, backlog: i32) -> io::Result<()> {
        socket.listen(backlog)
    }

    /// One `connect` system call: made again after a wait.
    fn connect(&self, socket: &Socket, address: &SockAddr) -> io::Result<()> {
        socket.connect(address)
    }

    /// One `sendto` system call.
    fn send_to(
        &self,
        socket: &Socket,
        data: &[u8],
        address: &SockAddr,
        flags: i32,
    ) -> io::Result<usize> {
        socket.send_to_with_flags(data, address, flags)
    }

    /// `setsockopt` with any level and name: it needs `unsafe`, which is the lab's alone.
    fn set_option(&self, socket: &Socket, level: i32, name: i32, value: &[u8]) -> io::Result<()>;

    /// `getsockopt`, with room for `room` bytes.
    fn get_option(
        &self,
        socket: &Socket,
        level: i32,
        name: i32,
        room: usize,
    ) -> io::Result<Vec<u8>>;

    /// Something was printed: one call for each `print()`, with its line end.
    fn print(&self, text: &str);

    /// `input()`: shows the prompt, waits for a line. `None` is the end of input.
    fn ask(&self, thread: u32, prompt: &str) -> Result<Option<String>, Stopped>;

    /// A new thread is about to run: said on the thread that starts it.
    fn thread_started(&self, thread: u32) {
        let _ = thread;
    }

    /// A thread's body is over, however it ended. Said of every thread that was started.
    fn thread_ended(&self, thread: u32) {
        let _ = thread;
    }

    /// A thread of the program waits for another one (a lock, a join), or goes on again.
    fn idle(&self, thread: u32, idle: Idle) {
        let _ = (thread, idle);
    }

    /// The main thread is through. Threads that are still inside a waiting method get [`Stopped`].
    fn ending(&self);
}

/// A call that the program is about to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// The line of the program, 1 for the first.
    pub line: u32,
    /// The call's name: `bind`.
    pub name: &'static str,
    /// Its arguments as shown: `('', 8989)`.
    pub args: String,
    /// The descriptor, when there is one already.
    pub fd: Option<i32>,
    /// Which of the program's threads calls; 0 is the main one.
    pub thread: u32,
    /// The names of the innermost function of the program, and their values' reprs.
    pub locals: Vec<(String, String)>,
    /// How many bytes it offers to the kernel; of the send family only.
    pub offers: Option<u64>,
}

/// What [`Gate::enter`] gives out, so that the end of a call finds its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallTicket(pub u64);

/// The program is to end: no error of its own, and nothing for its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// What a waiting call waits for, as `poll(2)` tells it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interest {
    /// POLLIN.
    Read,
    /// POLLOUT.
    Write,
    /// POLLPRI: urgent data.
    Urgent,
    /// POLLRDHUP: the other side will send no more.
    PeerDone,
    /// POLLERR and POLLHUP, which every other interest brings along.
    Trouble,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    Ready,
    TimedOut,
}

/// Who closes a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedBy {
    /// `close()`, or the end of a `with` block.
    Call,
    /// Nobody: the program lost its last reference, or ended.
    Interpreter,
}

/// Whether a thread waits for another thread of its own program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    Begins,
    Ends,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub result: Result<String, Failure>,
    /// What really went out or came in, for the send and recv families, also when the call failed.
    pub bytes: Option<Vec<u8>>,
}

/// The exception that a call raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What the kernel said.
    pub errno: Option<i32>,
    /// Its name: `ECONNREFUSED`.
    pub error: Option<String>,
    /// Python's class for it: `ConnectionRefusedError`.
    pub exception: String,
    /// The exception's own text: `[Errno 111] Connection refused`.
    pub message: String,
}

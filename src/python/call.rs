//! One gated call: announce it, make it, report it, and turn its failure into Python's exception.

use std::io;
use std::time::Instant;

use rustpython_vm::builtins::{PyBaseException, PyBaseExceptionRef};
use rustpython_vm::{AsObject, PyResult, VirtualMachine};
use socket2::Socket;

use super::gate::{Announcement, CallTicket, Failure, Interest, Outcome, Stopped, Wake};
use super::locals;
use super::running::Here;

/// Why a call has no value.
pub(super) enum Fault {
    Kernel(io::Error),
    /// The socket's own timeout, which the kernel knows nothing of.
    TimedOut,
    Stopped,
}

impl From<Stopped> for Fault {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Kernel(error)
    }
}

/// What a call is called, with its arguments as shown.
pub(super) struct Name {
    pub name: &'static str,
    pub args: String,
    pub fd: Option<i32>,
    /// How many bytes it offers to the kernel; of the send family only.
    pub offers: Option<u64>,
}

impl Name {
    /// A call on no descriptor, or on several.
    pub fn without_descriptor(name: &'static str, args: String) -> Self {
        Self {
            name,
            args,
            fd: None,
            offers: None,
        }
    }
}

/// A call that may be made: the ticket, and what was transferred so far.
pub(super) struct Call<'a> {
    pub here: &'a Here,
    ticket: CallTicket,
    pub bytes: Option<Vec<u8>>,
}

impl Call<'_> {
    pub fn wait(
        &self,
        watched: &[(&Socket, Interest)],
        deadline: Option<Instant>,
    ) -> Result<(), Fault> {
        let gate = &self.here.running.gate;
        match gate.wait(self.ticket, watched, deadline)? {
            Wake::Ready => Ok(()),
            Wake::TimedOut => Err(Fault::TimedOut),
        }
    }

    pub fn sleep(&self, until: Instant) -> Result<(), Fault> {
        Ok(self.here.running.gate.sleep(self.ticket, until)?)
    }
}

/// Makes a call: `work` does it, `show` gives the repr of its value.
pub(super) fn make<T>(
    vm: &VirtualMachine,
    name: Name,
    work: impl FnOnce(&mut Call<'_>) -> Result<T, Fault>,
    show: impl FnOnce(&T) -> String,
) -> PyResult<T> {
    let here = Here::get();
    let gate = &here.running.gate;
    let (line, locals) = locals::at_the_learners_line(&here.running.file, vm);
    let announcement = Announcement {
        line,
        name: name.name,
        args: name.args,
        fd: name.fd,
        thread: here.thread,
        locals,
        offers: name.offers,
    };
    // A stop may have come while no call was under way; then the gate need not know of this one.
    if here.running.stop().is_on() {
        return Err(stopped(vm));
    }
    let Ok(ticket) = vm.allow_threads(|| gate.enter(announcement)) else {
        return Err(stopped(vm));
    };
    let mut call = Call {
        here: &here,
        ticket,
        bytes: None,
    };
    let result = vm.allow_threads(|| work(&mut call));
    let bytes = call.bytes.take();
    match result {
        Ok(value) => {
            gate.leave(
                ticket,
                Outcome {
                    result: Ok(show(&value)),
                    bytes,
                },
            );
            Ok(value)
        }
        Err(Fault::Stopped) => Err(stopped(vm)),
        Err(fault) => {
            let (errno, exception) = raise(fault, vm)?;
            let failure = Failure {
                errno,
                error: errno.and_then(errno_name).map(str::to_owned),
                exception: exception.class().name().to_string(),
                message: exception.as_object().str(vm)?.to_string(),
            };
            gate.leave(
                ticket,
                Outcome {
                    result: Err(failure),
                    bytes,
                },
            );
            Err(exception)
        }
    }
}

/// The exception that ends a stopped program. The bytecode loop raises it again and again from here
/// on, so that no `except` of the program can hold it up.
pub(super) fn stopped(vm: &VirtualMachine) -> PyBaseExceptionRef {
    Here::get().running.stop().raise();
    super::interpreter::end_at_next_bytecode(&vm.state);
    vm.new_exception(vm.ctx.exceptions.system_exit.to_owned(), vec![])
}

fn raise(fault: Fault, vm: &VirtualMachine) -> PyResult<(Option<i32>, PyBaseExceptionRef)> {
    match fault {
        Fault::Stopped => Ok((None, stopped(vm))),
        Fault::TimedOut => Ok((None, timed_out(vm)?)),
        Fault::Kernel(error) => Ok((error.raw_os_error(), os_error(&error, vm)?)),
    }
}

fn timed_out(vm: &VirtualMachine) -> PyResult<PyBaseExceptionRef> {
    let class = vm.ctx.exceptions.timeout_error.as_object();
    class
        .call(("timed out",), vm)?
        .downcast::<PyBaseException>()
        .map_err(|_| not_an_exception(vm))
}

/// Makes the exception by calling `OSError(errno, text)`, so that Python picks the subclass.
/// Building the subclass's object directly crashes the interpreter when it is printed.
pub(super) fn os_error(error: &io::Error, vm: &VirtualMachine) -> PyResult<PyBaseExceptionRef> {
    let text = error.to_string();
    let text = text
        .split(" (os error")
        .next()
        .unwrap_or_default()
        .to_owned();
    let class = vm.ctx.exceptions.os_error.as_object();
    let made = match error.raw_os_error() {
        Some(errno) => class.call((errno, text), vm)?,
        None => class.call((text,), vm)?,
    };
    made.downcast::<PyBaseException>()
        .map_err(|_| not_an_exception(vm))
}

fn not_an_exception(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_type_error("exceptions must derive from BaseException")
}

/// The name of an errno that a socket call can give on Linux.
pub(super) fn errno_name(errno: i32) -> Option<&'static str> {
    ERRNOS
        .iter()
        .find(|(number, _)| *number == errno)
        .map(|(_, name)| *name)
}

const ERRNOS: &[(i32, &str)] = &[
    (1, "EPERM"),
    (2, "ENOENT"),
    (4, "EINTR"),
    (5, "EIO"),
    (9, "EBADF"),
    (11, "EAGAIN"),
    (12, "ENOMEM"),
    (13, "EACCES"),
    (14, "EFAULT"),
    (16, "EBUSY"),
    (19, "ENODEV"),
    (22, "EINVAL"),
    (23, "ENFILE"),
    (24, "EMFILE"),
    (32, "EPIPE"),
    (33, "EDOM"),
    (71, "EPROTO"),
    (88, "ENOTSOCK"),
    (89, "EDESTADDRREQ"),
    (90, "EMSGSIZE"),
    (91, "EPROTOTYPE"),
    (92, "ENOPROTOOPT"),
    (93, "EPROTONOSUPPORT"),
    (94, "ESOCKTNOSUPPORT"),
    (95, "EOPNOTSUPP"),
    (97, "EAFNOSUPPORT"),
    (98, "EADDRINUSE"),
    (99, "EADDRNOTAVAIL"),
    (100, "ENETDOWN"),
    (101, "ENETUNREACH"),
    (103, "ECONNABORTED"),
    (104, "ECONNRESET"),
    (105, "ENOBUFS"),
    (106, "EISCONN"),
    (107, "ENOTCONN"),
    (110, "ETIMEDOUT"),
    (111, "ECONNREFUSED"),
    (112, "EHOSTDOWN"),
    (113, "EHOSTUNREACH"),
    (114, "EALREADY"),
    (115, "EINPROGRESS"),
];

//! One kernel socket: the descriptor, what it was made as, and its Python-side timeout.

use std::io;
use std::net::{TcpStream, UdpSocket};
#[cfg(unix)]
use std::os::fd::AsRawFd;
#[cfg(windows)]
use std::os::windows::io::AsRawSocket;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use rustpython_vm::common::lock::PyMutex;
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use super::constants::{AF_INET, AF_INET6, IPPROTO_TCP, IPPROTO_UDP, SOCK_DGRAM, SOCK_STREAM};
use crate::python::gate::{ClosedBy, Gate};
use crate::python::running::Running;

pub(crate) struct Descriptor {
    pub family: i32,
    pub kind: i32,
    pub proto: i32,
    pub timeout: PyMutex<Timeout>,
    /// A `connect` that did not wait is under way, and the gate has not heard how it ended.
    pub is_connecting: AtomicBool,
    handle: PyMutex<Option<Arc<Handle>>>,
    running: Arc<Running>,
}

/// How long a call may take, which the program sets and the kernel never hears of.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Timeout {
    #[default]
    Blocking,
    NonBlocking,
    Within(Duration),
}

impl Timeout {
    pub fn deadline(self) -> Option<Instant> {
        match self {
            Self::Within(duration) => Instant::now().checked_add(duration),
            Self::Blocking | Self::NonBlocking => None,
        }
    }
}

/// The descriptor as a type of the standard library, because that is where receiving into a plain
/// buffer is safe code; [`Handle::socket`] is the same descriptor for everything else.
pub(crate) enum Handle {
    Stream(TcpStream),
    Datagram(UdpSocket),
}

impl Handle {
    fn new(socket: Socket, kind: i32) -> Self {
        match kind {
            SOCK_STREAM => Self::Stream(socket.into()),
            _ => Self::Datagram(socket.into()),
        }
    }

    pub fn socket(&self) -> SockRef<'_> {
        match self {
            Self::Stream(stream) => SockRef::from(stream),
            Self::Datagram(datagram) => SockRef::from(datagram),
        }
    }

    pub fn fd(&self) -> i32 {
        match self {
            Self::Stream(stream) => number(stream),
            Self::Datagram(datagram) => number(datagram),
        }
    }

    pub fn is_stream(&self) -> bool {
        matches!(self, Self::Stream(_))
    }
}

#[cfg(unix)]
fn number(socket: &impl AsRawFd) -> i32 {
    socket.as_raw_fd()
}

/// A handle is small, though its type is not.
#[cfg(windows)]
fn number(socket: &impl AsRawSocket) -> i32 {
    socket.as_raw_socket() as i32
}

/// SOCK_NONBLOCK and SOCK_CLOEXEC, which may be written into a socket's kind.
const KIND_FLAGS: i32 = 0o4000 | 0o2_000_000;

/// A lab has TCP and UDP over IP. For everything else the kernel's answer is given here, so that a
/// program reaches no part of the kernel that the lab does not show.
fn ours(family: i32, kind: i32, proto: i32) -> io::Result<()> {
    const EINVAL: i32 = 22;
    const EPROTONOSUPPORT: i32 = 93;
    const ESOCKTNOSUPPORT: i32 = 94;
    const EAFNOSUPPORT: i32 = 97;
    /// The kernel knows kinds up to 10 and protocols up to 262.
    const KINDS: i32 = 11;
    const PROTOCOLS: i32 = 263;
    let kind = kind & !KIND_FLAGS;
    let errno = if !(0..KINDS).contains(&kind) {
        EINVAL
    } else if !matches!(family, AF_INET | AF_INET6) {
        EAFNOSUPPORT
    } else if !(0..PROTOCOLS).contains(&proto) {
        EINVAL
    } else {
        match (kind, proto) {
            (SOCK_STREAM, 0 | IPPROTO_TCP) | (SOCK_DGRAM, 0 | IPPROTO_UDP) => return Ok(()),
            // A raw socket with no protocol does not exist either.
            (SOCK_STREAM | SOCK_DGRAM, _) | (3, 0) => EPROTONOSUPPORT,
            (3, _) => 1, // EPERM: programs have no rights
            _ => ESOCKTNOSUPPORT,
        }
    };
    Err(io::Error::from_raw_os_error(errno))
}

/// Programs have Linux's numbers, which are not every system's.
#[cfg(not(target_os = "linux"))]
fn natively(family: i32, kind: i32) -> (Domain, Type) {
    let domain = if family == AF_INET6 {
        Domain::IPV6
    } else {
        Domain::IPV4
    };
    let is_stream = kind & !KIND_FLAGS == SOCK_STREAM;
    (domain, if is_stream { Type::STREAM } else { Type::DGRAM })
}

#[cfg(target_os = "linux")]
fn natively(family: i32, kind: i32) -> (Domain, Type) {
    (Domain::from(family), Type::from(kind))
}

impl Descriptor {
    /// Asks the kernel for a socket.
    pub fn open(
        running: &Arc<Running>,
        family: i32,
        kind: i32,
        proto: i32,
    ) -> io::Result<Arc<Self>> {
        ours(family, kind, proto)?;
        let protocol = (proto != 0).then(|| Protocol::from(proto));
        let (domain, made) = natively(family, kind);
        let socket = Socket::new(domain, made, protocol)?;
        Self::adopt(running, socket, [family, kind & !KIND_FLAGS, proto])
    }

    /// Takes over a socket that the kernel just gave us.
    pub fn adopt(
        running: &Arc<Running>,
        socket: Socket,
        [family, kind, proto]: [i32; 3],
    ) -> io::Result<Arc<Self>> {
        socket.set_nonblocking(true)?;
        running.gate.opened(&socket);
        let descriptor = Arc::new(Self {
            family,
            kind,
            proto,
            timeout: PyMutex::new(*running.default_timeout.lock()),
            is_connecting: AtomicBool::new(false),
            handle: PyMutex::new(Some(Arc::new(Handle::new(socket, kind)))),
            running: running.clone(),
        });
        running.remember(&descriptor);
        Ok(descriptor)
    }

    /// The descriptor, while it is open. A call that is under way keeps it so, which is also what
    /// the kernel does when another thread closes a descriptor in use.
    pub fn handle(&self) -> Option<Arc<Handle>> {
        self.handle.lock().clone()
    }

    /// Whether it was open until now.
    pub fn close(&self, gate: &dyn Gate, by: ClosedBy) -> bool {
        let handle = self.handle.lock().take();
        if let Some(handle) = &handle {
            gate.closing(&handle.socket(), by);
        }
        handle.is_some()
    }

    /// The file descriptor's number, or -1 as Python says for a closed one.
    pub fn fd(&self) -> i32 {
        self.handle().map_or(-1, |handle| handle.fd())
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        self.close(&*self.running.gate.clone(), ClosedBy::Interpreter);
    }
}

//! The calls that may wait: try, wait until the socket may be ready, try again.
//!
//! In: an open [`Handle`] and the program's timeout. Out: what the blocking system call would have
//! given, or a [`Fault`]. The kernel's own answers pass through untouched.

use std::io::{self, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::RecvFlags;
use socket2::{SockAddr, Socket};

use super::constants::{MSG_DONTWAIT, MSG_OOB, MSG_PEEK, MSG_WAITALL};
use super::descriptor::{Descriptor, Handle, Timeout};
use crate::python::call::{Call, Fault};
use crate::python::gate::{Gate, Interest};

// A connection under way, as each system says it; on Windows that is WSAEWOULDBLOCK.
const EINPROGRESS: i32 = number_here([115, 36, 10035]);
const EALREADY: i32 = number_here([114, 37, 10037]);
const EISCONN: i32 = number_here([106, 56, 10056]);

/// On Linux, on the BSDs with macOS, on Windows.
const fn number_here([linux, bsd, windows]: [i32; 3]) -> i32 {
    if cfg!(any(target_os = "linux", target_os = "android")) {
        linux
    } else if cfg!(windows) {
        windows
    } else {
        bsd
    }
}
/// Python gives every send this flag's effect by ignoring SIGPIPE: an error, not a signal.
const MSG_NOSIGNAL: i32 = 0x4000;
/// `recv(n)` reserves at most this, however large the n.
const MOST_AT_ONCE: usize = 16 << 20;

/// One waiting call: whose it is, on which descriptor, and until when.
pub(super) struct Transfer<'a, 'b> {
    pub call: &'a mut Call<'b>,
    pub handle: &'a Handle,
    pub timeout: Timeout,
    pub deadline: Option<Instant>,
    /// The MSG_ flags of the call.
    pub flags: i32,
    /// It began to connect and did not wait for the end.
    is_under_way: bool,
}

impl<'a, 'b> Transfer<'a, 'b> {
    pub fn new(call: &'a mut Call<'b>, handle: &'a Handle, timeout: Timeout, flags: i32) -> Self {
        let deadline = timeout.deadline();
        Self {
            call,
            handle,
            timeout,
            deadline,
            flags,
            is_under_way: false,
        }
    }

    pub fn gate(&self) -> Arc<dyn Gate> {
        self.call.here.running.gate.clone()
    }

    fn until_ready<T>(
        &mut self,
        interest: Interest,
        mut attempt: impl FnMut() -> io::Result<T>,
    ) -> Result<T, Fault> {
        loop {
            match attempt() {
                Ok(value) => return Ok(value),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock && self.may_wait() => {
                    self.wait(interest)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// MSG_DONTWAIT counts in blocking mode only: with a timeout CPython waits all the same.
    fn may_wait(&self) -> bool {
        match self.timeout {
            Timeout::Blocking => self.flags & MSG_DONTWAIT == 0,
            Timeout::Within(_) => true,
            Timeout::NonBlocking => false,
        }
    }

    fn wait(&mut self, interest: Interest) -> Result<(), Fault> {
        let socket = self.handle.socket();
        self.call.wait(&[(&*socket, interest)], self.deadline)
    }

    pub fn accept(&mut self) -> Result<(Socket, SockAddr), Fault> {
        let handle = self.handle;
        self.until_ready(Interest::Read, || handle.socket().accept())
    }

    /// After the wait `connect` is called again, because that is what fetches the error the way the
    /// blocking call does; SO_ERROR alone would leave the socket in a different state.
    pub fn connect(&mut self, address: &SockAddr) -> Result<(), Fault> {
        let socket = self.handle.socket();
        let mut is_first = true;
        loop {
            let error = match self.gate().connect(&socket, address) {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            match error.raw_os_error() {
                Some(EISCONN) if !is_first => return Ok(()),
                Some(EINPROGRESS | EALREADY)
                    if self.may_wait() && !(is_first && error.raw_os_error() == Some(EALREADY)) =>
                {
                    let waited = self.wait(Interest::Write);
                    self.is_under_way = matches!(waited, Err(Fault::TimedOut));
                    waited?;
                }
                _ if error.kind() == ErrorKind::Interrupted => {}
                _ => {
                    self.is_under_way = error.raw_os_error() == Some(EINPROGRESS);
                    return Err(error.into());
                }
            }
            is_first = false;
        }
    }

    /// A `connect` that did not wait ends unseen: the next call finds out, whichever it is.
    pub fn notice_connection(&self, descriptor: &Descriptor) {
        if self.is_under_way {
            descriptor.is_connecting.store(true, Ordering::Relaxed);
        } else if descriptor.is_connecting.load(Ordering::Relaxed)
            && self.handle.socket().peer_addr().is_ok()
            && descriptor.is_connecting.swap(false, Ordering::Relaxed)
        {
            let gate = &self.call.here.running.gate;
            gate.established(&self.handle.socket());
        }
    }

    /// A blocking send on a stream returns when the kernel has every byte, or with the number it
    /// took before an error, which it then leaves to the next call. With a timeout it is one
    /// partial send.
    pub fn send(&mut self, data: &[u8]) -> Result<usize, Fault> {
        let waits_for_all = self.handle.is_stream()
            && self.timeout == Timeout::Blocking
            && self.flags & MSG_DONTWAIT == 0;
        let mut sent = self.send_some(data)?;
        while waits_for_all && sent < data.len() {
            // Waited for here, because a send that fails would take the error away.
            self.wait(Interest::Write)?;
            if has_error(&self.handle.socket()) {
                break;
            }
            match self.try_to_send(&data[sent..]) {
                Ok(count) => sent += count,
                Err(error) if may_pass(&error) => {}
                Err(_) => break,
            }
        }
        Ok(sent)
    }

    /// `sendall`: the deadline is for all of it.
    pub fn send_all(&mut self, data: &[u8]) -> Result<(), Fault> {
        let mut sent = 0;
        loop {
            sent += self.send_some(&data[sent..])?;
            if sent >= data.len() {
                return Ok(());
            }
        }
    }

    /// One attempt.
    fn try_to_send(&mut self, data: &[u8]) -> io::Result<usize> {
        let flags = self.flags | MSG_NOSIGNAL;
        let count = self.handle.socket().send_with_flags(data, flags)?;
        self.transferred(&data[..count]);
        Ok(count)
    }

    fn send_some(&mut self, data: &[u8]) -> Result<usize, Fault> {
        let (handle, flags) = (self.handle, self.flags | MSG_NOSIGNAL);
        let count = self.until_ready(Interest::Write, || {
            handle.socket().send_with_flags(data, flags)
        })?;
        self.transferred(&data[..count]);
        Ok(count)
    }

    pub fn send_to(&mut self, data: &[u8], address: &SockAddr) -> Result<usize, Fault> {
        let (handle, flags) = (self.handle, self.flags | MSG_NOSIGNAL);
        let gate = self.gate();
        let count = self.until_ready(Interest::Write, || {
            gate.send_to(&handle.socket(), data, address, flags)
        })?;
        self.transferred(&data[..count.min(data.len())]);
        Ok(count)
    }

    pub fn receive(&mut self, count: usize) -> Result<Vec<u8>, Fault> {
        let waits_for_all = self.handle.is_stream()
            && self.flags & MSG_WAITALL != 0
            && self.flags & (MSG_PEEK | MSG_DONTWAIT) == 0
            && self.timeout == Timeout::Blocking;
        let mut data = self.receive_some(count)?;
        let mut is_over = data.is_empty();
        while waits_for_all && !is_over && data.len() < count {
            // Waited for here, because a recv that fails would take the error away.
            self.wait(Interest::Read)?;
            if has_error(&self.handle.socket()) {
                break;
            }
            let more = self.receive_some(count - data.len())?;
            is_over = more.is_empty();
            data.extend(more);
        }
        self.transferred(&data);
        Ok(data)
    }

    fn receive_some(&mut self, count: usize) -> Result<Vec<u8>, Fault> {
        let mut buffer = vec![0; count.min(MOST_AT_ONCE)];
        let (handle, flags) = (self.handle, self.flags);
        let peeks = flags & MSG_PEEK != 0;
        let count = self.until_ready(Interest::Read, || {
            if flags & SPECIAL != 0 {
                return receive_specially(handle, &mut buffer, flags);
            }
            match handle {
                Handle::Stream(stream) if peeks => stream.peek(&mut buffer),
                Handle::Stream(stream) => (&*stream).read(&mut buffer),
                Handle::Datagram(datagram) if peeks => datagram.peek(&mut buffer),
                Handle::Datagram(datagram) => datagram.recv(&mut buffer),
            }
        })?;
        // With MSG_TRUNC the kernel says how long the datagram was, also when that is more.
        buffer.resize(count, 0);
        Ok(buffer)
    }

    /// `recvfrom`: the sender's address is there on datagrams only, as in CPython.
    pub fn receive_from(&mut self, count: usize) -> Result<(Vec<u8>, Option<SockAddr>), Fault> {
        let Handle::Datagram(datagram) = self.handle else {
            return Ok((self.receive(count)?, None));
        };
        let mut buffer = vec![0; count.min(MOST_AT_ONCE)];
        let (handle, flags) = (self.handle, self.flags);
        let peeks = flags & MSG_PEEK != 0;
        let (count, address) = self.until_ready(Interest::Read, || {
            if flags & SPECIAL != 0 {
                let address = peer_of_next(handle)?;
                return Ok((receive_specially(handle, &mut buffer, flags)?, address));
            }
            if peeks {
                datagram.peek_from(&mut buffer)
            } else {
                datagram.recv_from(&mut buffer)
            }
        })?;
        buffer.resize(count, 0);
        self.transferred(&buffer);
        Ok((buffer, Some(address.into())))
    }

    fn transferred(&mut self, data: &[u8]) {
        self.call
            .bytes
            .get_or_insert_default()
            .extend_from_slice(data);
    }
}

fn may_pass(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

/// Whether the next call would fail; asking leaves the error where it is.
fn has_error(socket: &Socket) -> bool {
    let mut asked = [PollFd::new(socket, PollFlags::empty())];
    let told = poll(&mut asked, Some(&Timespec::default()));
    told.is_ok() && asked[0].revents().contains(PollFlags::ERR)
}

/// Flags that neither `Read` nor `UdpSocket` of the standard library has a word for.
const SPECIAL: i32 = MSG_OOB | MSG_TRUNC | MSG_ERRQUEUE;
const MSG_TRUNC: i32 = 0x20;
const MSG_ERRQUEUE: i32 = 0x2000;

/// The kernel's own answer to these flags. The count may exceed the buffer (MSG_TRUNC).
fn receive_specially(handle: &Handle, buffer: &mut [u8], flags: i32) -> io::Result<usize> {
    let flags = RecvFlags::from_bits_retain(flags as u32);
    let (_, count) = rustix::net::recv(&*handle.socket(), buffer, flags)?;
    Ok(count)
}

/// Who sent the datagram that comes next.
fn peer_of_next(handle: &Handle) -> io::Result<std::net::SocketAddr> {
    let address = handle.socket().peek_sender()?;
    let unnamed = || io::Error::from(io::ErrorKind::InvalidData);
    address.as_socket().ok_or_else(unnamed)
}

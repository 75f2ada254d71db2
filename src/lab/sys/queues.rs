//! What a socket's own descriptor says of its queues, without taking anything out of them.

use std::io;
use std::os::fd::{AsRawFd as _, BorrowedFd, RawFd};

use rustix::net::RecvFlags;

use super::{check, cookie, poll};
use crate::lab::table::Queues;

/// `SIOCOUTQNSD` of `linux/sockios.h`, which the `libc` crate does not name.
const SIOCOUTQNSD: libc::Ioctl = 0x894b;

/// How much of what waits is read.
pub const PEEKED_BYTES: usize = 16 << 10;
/// How many waiting datagrams are looked at.
const PEEKED_DATAGRAMS: usize = 64;

/// The queues behind a descriptor of the calling thread's table, if it still is the socket with
/// this cookie. `None` for a listener too: it has no buffers.
pub fn queues(fd: RawFd, expected_cookie: u64) -> Option<Queues> {
    // SAFETY: the borrow ends with this function. If the number was closed or reused meanwhile,
    // the calls below fail or show another cookie; none touches memory of ours but the buffer.
    let socket = unsafe { BorrowedFd::borrow_raw(fd) };
    if cookie(socket).ok()? != expected_cookie {
        return None;
    }
    let is_stream =
        rustix::net::sockopt::socket_type(socket).ok()? == rustix::net::SocketType::STREAM;
    let mut queues = Queues {
        unread: rustix::io::ioctl_fionread(socket).ok()? as u32,
        unacked: count(socket, libc::TIOCOUTQ).unwrap_or(0),
        ..Queues::default()
    };
    if is_stream {
        queues.unsent = count(socket, SIOCOUTQNSD).unwrap_or(0);
        if queues.unread > 0 {
            // There is something to read, so a waiting error stays where it is.
            queues.received = peek(socket).ok()?;
        }
    } else if !has_error(fd) {
        look_at_datagrams(socket, &mut queues);
    }
    Some(queues)
}

/// Reading from a datagram socket, and peeking too, would take an error away from the program.
fn has_error(fd: RawFd) -> bool {
    // With nothing asked for, only errors and hang-ups are told.
    let told = poll(&[(fd, 0)], Some(std::time::Duration::ZERO));
    told.map_or(true, |told| told[0])
}

fn peek(socket: BorrowedFd<'_>) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; PEEKED_BYTES];
    let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
    let (count, _) = rustix::net::recv(socket, &mut bytes[..], flags)?;
    bytes.truncate(count);
    Ok(bytes)
}

/// `SO_PEEK_OFF` makes each peek go on where the one before ended: over one datagram after the
/// other (`socket(7)`). It is switched off again at the end.
fn look_at_datagrams(socket: BorrowedFd<'_>, queues: &mut Queues) {
    if set_peek_offset(socket, 0).is_err() {
        return;
    }
    while queues.datagrams.len() < PEEKED_DATAGRAMS {
        match peek_datagram(socket) {
            Ok((length, bytes)) => {
                if queues.datagrams.is_empty() {
                    queues.received = bytes;
                }
                queues.datagrams.push(length);
            }
            Err(_) => break, // nothing more waits
        }
    }
    set_peek_offset(socket, -1).ok();
}

/// Its whole length, however much of it there was room for.
fn peek_datagram(socket: BorrowedFd<'_>) -> io::Result<(u32, Vec<u8>)> {
    let mut bytes = vec![0; 64 << 10];
    let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
    let (count, _) = rustix::net::recv(socket, &mut bytes[..], flags)?;
    bytes.truncate(count.min(PEEKED_BYTES));
    Ok((count as u32, bytes))
}

fn set_peek_offset(socket: BorrowedFd<'_>, offset: libc::c_int) -> io::Result<()> {
    // SAFETY: the kernel reads one int, which lives across the call.
    check(unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEEK_OFF,
            (&raw const offset).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    })
    .map(drop)
}

fn count(socket: BorrowedFd<'_>, request: libc::Ioctl) -> io::Result<u32> {
    let mut value: libc::c_int = 0;
    // SAFETY: these requests write one int, which lives across the call.
    check(unsafe { libc::ioctl(socket.as_raw_fd(), request, &raw mut value) })?;
    Ok(u32::try_from(value).unwrap_or(0))
}

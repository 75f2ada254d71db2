//! What the loop sleeps on: devices, mail, and the sockets that programs wait for.
//!
//! A program's thread registers its own descriptors here, from its own descriptor table; the loop
//! alone waits. Out: tokens of what is ready. Whom a token wakes is the loop's business.

use std::io;
use std::os::fd::{AsRawFd as _, BorrowedFd, OwnedFd, RawFd};
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::Errno;

use super::sys;
use crate::python::Interest;

/// Epoll instances, at numbers that programs' tables keep.
///
/// There is one for each interest, because an instance has one registration for each descriptor:
/// a thread that waits to send must not undo what another thread of its program, waiting to receive
/// on the same socket, has registered. The first instance watches the others.
pub struct Epoll {
    all: OwnedFd,
    once: [OwnedFd; INTERESTS.len()],
}

const INTERESTS: [(Interest, EventFlags); 5] = [
    (Interest::Read, EventFlags::IN),
    (Interest::Write, EventFlags::OUT),
    (Interest::Urgent, EventFlags::PRI),
    (Interest::PeerDone, EventFlags::RDHUP),
    // The kernel adds ERR and HUP by itself.
    (Interest::Trouble, EventFlags::empty()),
];

/// Tokens from here on are the instances' own.
const NESTED: u64 = u64::MAX - INTERESTS.len() as u64;

/// How many tokens are taken at once; more wait for the next time.
const AT_ONCE: usize = 64;

impl Epoll {
    pub fn new() -> io::Result<Self> {
        let create = || sys::move_high(epoll::create(CreateFlags::CLOEXEC)?);
        let (all, once) = (
            create()?,
            [create()?, create()?, create()?, create()?, create()?],
        );
        for (nested, token) in once.iter().zip(NESTED..) {
            epoll::add(&all, nested, EventData::new_u64(token), EventFlags::IN)?;
        }
        Ok(Self { all, once })
    }

    /// What a program's descriptor table must keep.
    pub fn descriptors(&self) -> impl Iterator<Item = RawFd> {
        self.once.iter().map(|nested| nested.as_raw_fd())
    }

    /// Watches until further notice whether a descriptor can be read.
    pub fn watch(&self, fd: BorrowedFd<'_>, token: u64) -> io::Result<()> {
        epoll::add(&self.all, fd, EventData::new_u64(token), EventFlags::IN)?;
        Ok(())
    }

    /// Watches a descriptor of the calling thread's table until it is ready once. The watch
    /// belongs to the open file, so it works across tables and ends with the file.
    pub fn watch_once(&self, fd: BorrowedFd<'_>, interest: Interest, token: u64) -> io::Result<()> {
        for (nested, (its, flags)) in self.once.iter().zip(INTERESTS) {
            if its == interest {
                let flags = flags | EventFlags::ONESHOT;
                let data = EventData::new_u64(token);
                match epoll::modify(nested, fd, data, flags) {
                    Err(Errno::NOENT) => epoll::add(nested, fd, data, flags)?,
                    result => result?,
                }
            }
        }
        Ok(())
    }

    /// Tokens of what is ready, within a time.
    pub fn wait(&self, timeout: Option<Duration>) -> io::Result<Vec<u64>> {
        let mut tokens = ready(&self.all, timeout)?;
        for (nested, token) in self.once.iter().zip(NESTED..) {
            if tokens.contains(&token) {
                tokens.extend(ready(nested, Some(Duration::ZERO))?);
            }
        }
        tokens.retain(|token| *token < NESTED);
        Ok(tokens)
    }
}

fn ready(epoll: &OwnedFd, timeout: Option<Duration>) -> io::Result<Vec<u64>> {
    let mut events: Vec<Event> = Vec::with_capacity(AT_ONCE);
    let timeout = timeout.map(|timeout| Timespec {
        tv_sec: timeout.as_secs().min(1 << 20) as i64,
        tv_nsec: timeout.subsec_nanos().into(),
    });
    match epoll::wait(epoll, spare_capacity(&mut events), timeout.as_ref()) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(events.iter().map(|event| event.data.u64()).collect())
}

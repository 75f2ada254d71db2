//! Asking the kernel what is ready, and waiting until something is.

use std::sync::Arc;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::SockRef;

use crate::python::call::{Call, Fault};
use crate::python::gate::Interest;
use crate::python::socket::Handle;

/// What the call wants to know of one descriptor, in the bits of `poll(2)`.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub fd: i32,
    pub events: u16,
    /// Which of the kernel's answers end the wait.
    pub counts: u16,
}

#[derive(Clone, Copy)]
pub(super) enum Until {
    Forever,
    Then(Instant),
    /// A look, and no wait.
    Now,
}

const NOW: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 0,
};

const INTERESTS: [(PollFlags, Interest); 4] = [
    (PollFlags::IN, Interest::Read),
    (PollFlags::OUT, Interest::Write),
    (PollFlags::PRI, Interest::Urgent),
    (PollFlags::RDHUP, Interest::PeerDone),
];

/// What is ready of each: all nothing when the time was over first.
///
/// A descriptor that is none of the program's open sockets is POLLNVAL, as the kernel says of one
/// that is not open.
pub(super) fn ask(call: &mut Call<'_>, asked: &[Asked], until: Until) -> Result<Vec<u16>, Fault> {
    let running = &call.here.running;
    // Held until the end, as the kernel holds the files that it polls.
    let handles: Vec<Option<Arc<Handle>>> = asked
        .iter()
        .map(|asked| running.open_at(asked.fd))
        .collect();
    let sockets: Vec<Option<SockRef<'_>>> = handles
        .iter()
        .map(|handle| handle.as_ref().map(|handle| handle.socket()))
        .collect();
    let mut is_over = matches!(until, Until::Now);
    loop {
        let found = look(asked, &sockets)?;
        let answers: Vec<u16> = found
            .iter()
            .zip(asked)
            .map(|(found, asked)| found & (asked.counts | PollFlags::NVAL.bits()))
            .collect();
        if is_over || answers.iter().any(|answer| *answer != 0) {
            return Ok(answers);
        }
        let mut watched = Vec::new();
        for ((asked, socket), found) in asked.iter().zip(&sockets).zip(found) {
            // What does not count but is there already would end the wait at once, again and again.
            if let Some(socket) = socket
                && found == 0
            {
                let events = PollFlags::from_bits_retain(asked.events);
                let wanted = INTERESTS.iter().filter(|(flag, _)| events.contains(*flag));
                let before = watched.len();
                watched.extend(wanted.map(|(_, interest)| (&**socket, *interest)));
                if watched.len() == before {
                    watched.push((&**socket, Interest::Trouble));
                }
            }
        }
        let deadline = match until {
            Until::Then(instant) => Some(instant),
            Until::Forever | Until::Now => None,
        };
        match call.wait(&watched, deadline) {
            Ok(()) => {}
            Err(Fault::TimedOut) => is_over = true,
            Err(fault) => return Err(fault),
        }
    }
}

/// One `poll(2)` that does not wait.
fn look(asked: &[Asked], sockets: &[Option<SockRef<'_>>]) -> Result<Vec<u16>, Fault> {
    let flags = |asked: &Asked| PollFlags::from_bits_retain(asked.events);
    let mut polled: Vec<PollFd<'_>> = asked
        .iter()
        .zip(sockets)
        .filter_map(|(asked, socket)| {
            let socket = socket.as_ref()?;
            Some(PollFd::new(&**socket, flags(asked)))
        })
        .collect();
    loop {
        match poll(&mut polled, Some(&NOW)) {
            Ok(_) => break,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(Fault::Kernel(error.into())),
        }
    }
    let mut answers = polled.iter().map(|polled| polled.revents().bits());
    let each = sockets.iter().map(|socket| match socket {
        Some(_) => answers.next().unwrap_or_default(),
        None => PollFlags::NVAL.bits(),
    });
    Ok(each.collect())
}

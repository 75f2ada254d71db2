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

const INTERESTS: &[(PollFlags, Interest)] = &[
    (PollFlags::IN, Interest::Read),
    (PollFlags::OUT, Interest::Write),
    (PollFlags::PRI, Interest::Urgent),
    #[cfg(target_os = "linux")]
    (PollFlags::RDHUP, Interest::PeerDone),
];

/// Programs have Linux's bits, and so has Linux.
#[cfg(target_os = "linux")]
fn flags_of(bits: u16) -> PollFlags {
    PollFlags::from_bits_retain(bits)
}

#[cfg(target_os = "linux")]
fn bits_of(flags: PollFlags) -> u16 {
    flags.bits()
}

/// What other systems have of them, and under other numbers.
#[cfg(not(target_os = "linux"))]
const BITS: [(u16, PollFlags); 6] = [
    (0x01, PollFlags::IN),
    (0x02, PollFlags::PRI),
    (0x04, PollFlags::OUT),
    (0x08, PollFlags::ERR),
    (0x10, PollFlags::HUP),
    (0x20, PollFlags::NVAL),
];

#[cfg(not(target_os = "linux"))]
fn flags_of(bits: u16) -> PollFlags {
    let set = BITS.iter().filter(|(bit, _)| bits & bit != 0);
    set.map(|(_, flag)| *flag).collect()
}

#[cfg(not(target_os = "linux"))]
fn bits_of(flags: PollFlags) -> u16 {
    let set = BITS.iter().filter(|(_, flag)| flags.contains(*flag));
    set.fold(0, |bits, (bit, _)| bits | bit)
}

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
            .map(|(found, asked)| found & (asked.counts | bits_of(PollFlags::NVAL)))
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
                let events = flags_of(asked.events);
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
    let flags = |asked: &Asked| flags_of(asked.events);
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
    let mut answers = polled.iter().map(|polled| bits_of(polled.revents()));
    let each = sockets.iter().map(|socket| match socket {
        Some(_) => answers.next().unwrap_or_default(),
        None => bits_of(PollFlags::NVAL),
    });
    Ok(each.collect())
}

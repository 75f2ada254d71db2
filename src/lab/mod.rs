//! The lab process: orders in on standard input, events out on standard output.
//!
//! ```text
//! handle (the window's process) ─► keeper ─ forks ─► worker: the loop, the orders' reader, programs
//! ```
//!
//! The **keeper** makes the namespaces while it has one thread, splits off the worker and waits.
//! When the worker is gone, however it went, the keeper destroys what sockets are left, so that no
//! namespace lingers. The **worker** gives up its rights and runs the loop (`wire`): it owns every
//! TUN device, decides which program runs, and writes every event. When its orders end, or its
//! keeper does, it stops.
//!
//! Here alone threads start for programs, and calls block. The other end, for everyone else, is
//! [`Handle`].

#[cfg(target_os = "linux")]
mod counters;
mod doctor;
#[cfg(target_os = "linux")]
mod epoll;
mod facts;
mod handle;
#[cfg(target_os = "linux")]
mod hold;
#[cfg(target_os = "linux")]
mod host;
mod input;
#[cfg(target_os = "linux")]
mod inspect;
#[cfg(target_os = "linux")]
mod keeper;
mod loopback;
mod mail;
#[cfg(target_os = "linux")]
mod netlink;
mod pace;
mod record;
#[cfg(target_os = "linux")]
mod rights;
#[cfg(target_os = "linux")]
mod seat;
mod seats;
mod snapshot;
#[cfg(target_os = "linux")]
mod sys;
mod table;
#[cfg(target_os = "linux")]
mod traffic;
#[cfg(target_os = "linux")]
mod wire;

pub use doctor::{Check, Refusal, Remedy, Verdict, examine};
pub use handle::{Busy, Demise, FromLab, Handle, How, Recording};
#[cfg(target_os = "linux")]
pub use keeper::main;

#[cfg(not(target_os = "linux"))]
pub use loopback::main_elsewhere as main;

/// The exit code of a lab whose run became as long as a run may be.
const FULL: i32 = 3;

#[cfg(target_os = "linux")]
const DESCRIPTORS: u64 = 1 << 48;

/// Names a watched socket in the loop's epoll: which program, which of its descriptors.
#[cfg(target_os = "linux")]
fn token_of(place: usize, fd: std::os::fd::RawFd) -> u64 {
    DESCRIPTORS | (place as u64) << 49 | u64::from(fd.unsigned_abs())
}

/// The other way.
#[cfg(target_os = "linux")]
fn call_of(token: u64) -> (usize, std::os::fd::RawFd) {
    ((token >> 49) as usize, token as std::os::fd::RawFd)
}

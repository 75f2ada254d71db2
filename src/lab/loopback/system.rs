//! What the loopback mode asks of the system it runs on: here Linux has most, others less.

use std::io;
use std::time::Duration;

use socket2::Socket;

use crate::lab::mail::Found;
use crate::trace::Key;

#[cfg(target_os = "linux")]
pub use linux::*;
#[cfg(not(target_os = "linux"))]
pub use others::*;

#[cfg(target_os = "linux")]
mod linux {
    use std::os::fd::{AsFd as _, AsRawFd as _};

    use super::*;
    use crate::lab::inspect::state_name;
    use crate::lab::{rights, sys};

    /// A descriptor table of its own, so that its first socket is 3 as in a process; then no rights.
    pub fn sit_down() -> io::Result<()> {
        sys::own_descriptors(&[])?;
        rights::confine_program()
    }

    pub fn key_of(socket: &Socket) -> Key {
        Key(sys::cookie(socket.as_fd()).unwrap_or(0))
    }

    pub fn number_of(socket: &Socket) -> i32 {
        socket.as_raw_fd()
    }

    pub fn state_of(socket: &Socket) -> &'static str {
        let state = sys::socket_state(socket.as_raw_fd(), key_of(socket).0);
        state.map_or("CLOSE", state_name)
    }

    /// What each descriptor says that still is the socket it was.
    pub fn look_at(descriptors: &[(Key, i32)]) -> Vec<Found> {
        let looked = descriptors.iter().map(|&(key, fd)| Found {
            key,
            state: sys::socket_state(fd, key.0).map(state_name),
            queues: sys::queues(fd, key.0),
        });
        looked.collect()
    }

    pub fn flags(flags: i32) -> i32 {
        flags
    }

    pub fn set_option(socket: &Socket, level: i32, name: i32, value: &[u8]) -> io::Result<()> {
        sys::set_option(socket.as_fd(), level, name, value)
    }

    pub fn get_option(socket: &Socket, level: i32, name: i32, room: usize) -> io::Result<Vec<u8>> {
        let mut value = vec![0; room];
        let len = sys::get_option(socket.as_fd(), level, name, &mut value)?;
        value.truncate(len);
        Ok(value)
    }

    pub fn no_device() -> io::Error {
        io::Error::from_raw_os_error(libc::ENODEV)
    }

    pub fn no_route() -> io::Error {
        io::Error::from_raw_os_error(libc::ENETUNREACH)
    }

    pub fn no_address() -> io::Error {
        io::Error::from_raw_os_error(libc::EADDRNOTAVAIL)
    }

    pub fn computed() -> Duration {
        sys::computed()
    }
}

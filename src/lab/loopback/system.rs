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

    use socket2::Domain;

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

    pub fn is_ipv6(socket: &Socket) -> bool {
        socket.domain().is_ok_and(|domain| domain == Domain::IPV6)
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

/// The numbers of programs are Linux's; what has no counterpart here is refused.
#[cfg(not(target_os = "linux"))]
mod others {
    use std::sync::OnceLock;
    use std::time::Instant;

    use socket2::SockRef;

    use super::*;

    const SOL_SOCKET: i32 = 1;
    const IPPROTO_IP: i32 = 0;
    const IPPROTO_TCP: i32 = 6;
    const IPPROTO_IPV6: i32 = 41;

    pub fn sit_down() -> io::Result<()> {
        Ok(())
    }

    /// There is no cookie: a descriptor's number, which is free again once it is closed.
    pub fn key_of(socket: &Socket) -> Key {
        Key(number_of(socket) as u64)
    }

    #[cfg(unix)]
    pub fn number_of(socket: &Socket) -> i32 {
        std::os::fd::AsRawFd::as_raw_fd(socket)
    }

    #[cfg(windows)]
    pub fn number_of(socket: &Socket) -> i32 {
        std::os::windows::io::AsRawSocket::as_raw_socket(socket) as i32
    }

    /// Only an IPv6 socket has this option.
    pub fn is_ipv6(socket: &Socket) -> bool {
        socket.only_v6().is_ok()
    }

    pub fn state_of(socket: &Socket) -> &'static str {
        match socket.peer_addr() {
            Ok(_) => "ESTABLISHED",
            Err(_) => "CLOSE",
        }
    }

    /// Only the system's table says anything, and it is read elsewhere.
    pub fn look_at(_: &[(Key, i32)]) -> Vec<Found> {
        Vec::new()
    }

    /// MSG_OOB and MSG_DONTROUTE have these numbers everywhere; descriptors do not wait anyway.
    pub fn flags(flags: i32) -> i32 {
        flags & 0b101
    }

    pub fn set_option(socket: &Socket, level: i32, name: i32, value: &[u8]) -> io::Result<()> {
        let socket = SockRef::from(socket);
        let number = value
            .first_chunk()
            .map_or(0, |bytes| i32::from_ne_bytes(*bytes));
        let (size, is_on) = (number.max(0) as usize, number != 0);
        match (level, name) {
            (SOL_SOCKET, 2) => socket.set_reuse_address(is_on),
            (SOL_SOCKET, 6) => socket.set_broadcast(is_on),
            (SOL_SOCKET, 7) => socket.set_send_buffer_size(size),
            (SOL_SOCKET, 8) => socket.set_recv_buffer_size(size),
            (SOL_SOCKET, 9) => socket.set_keepalive(is_on),
            (SOL_SOCKET, 13) => {
                let seconds = value.get(4..8).and_then(|bytes| bytes.first_chunk());
                let seconds = seconds.map_or(0, |bytes| u32::from_ne_bytes(*bytes));
                socket.set_linger(is_on.then(|| Duration::from_secs(seconds.into())))
            }
            (IPPROTO_TCP, 1) => socket.set_tcp_nodelay(is_on),
            (IPPROTO_IP, 2) => socket.set_ttl_v4(number.max(0) as u32),
            (IPPROTO_IPV6, 26) => socket.set_only_v6(is_on),
            _ => Err(no_option()),
        }
    }

    pub fn get_option(socket: &Socket, level: i32, name: i32, _: usize) -> io::Result<Vec<u8>> {
        let socket = SockRef::from(socket);
        let number = match (level, name) {
            (SOL_SOCKET, 2) => i32::from(socket.reuse_address()?),
            (SOL_SOCKET, 4) => socket
                .take_error()?
                .and_then(|error| error.raw_os_error())
                .unwrap_or(0),
            (SOL_SOCKET, 6) => i32::from(socket.broadcast()?),
            (SOL_SOCKET, 7) => socket.send_buffer_size()? as i32,
            (SOL_SOCKET, 8) => socket.recv_buffer_size()? as i32,
            (SOL_SOCKET, 9) => i32::from(socket.keepalive()?),
            (IPPROTO_TCP, 1) => i32::from(socket.tcp_nodelay()?),
            (IPPROTO_IP, 2) => socket.ttl_v4()? as i32,
            (IPPROTO_IPV6, 26) => i32::from(socket.only_v6()?),
            _ => return Err(no_option()),
        };
        Ok(number.to_ne_bytes().to_vec())
    }

    fn no_option() -> io::Error {
        io::ErrorKind::Unsupported.into()
    }

    pub fn no_device() -> io::Error {
        no_option()
    }

    pub fn no_route() -> io::Error {
        rustix::io::Errno::NETUNREACH.into()
    }

    pub fn no_address() -> io::Error {
        rustix::io::Errno::ADDRNOTAVAIL.into()
    }

    /// The wall's clock: who only waits for its turn counts as computing here.
    pub fn computed() -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }
}

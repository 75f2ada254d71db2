//! The smallest netlink: one request, its answers as (type, payload).
//!
//! Used for addresses and routes (`rtnetlink(7)`) and for what the kernel says of sockets
//! (`sock_diag(7)`). A dump that is cut short is an error, never a shorter list.

use std::io::{self, Read as _, Write as _};

use socket2::{Domain, Protocol, Socket, Type};

pub const REQUEST: u16 = 0x1;
pub const ACK: u16 = 0x4;
pub const DUMP: u16 = 0x300;
pub const CREATE: u16 = 0x400;
pub const REPLACE: u16 = 0x100;

const HEADER: usize = 16;
const ERROR: u16 = 2;
const DONE: u16 = 3;

pub struct Netlink {
    socket: Socket,
    sequence: u32,
    buffer: Vec<u8>,
}

impl Netlink {
    /// A socket in the calling thread's network namespace; any thread may use it afterwards.
    pub fn open(protocol: i32) -> io::Result<Self> {
        let socket = Socket::new(
            Domain::from(libc::AF_NETLINK),
            Type::RAW,
            Some(Protocol::from(protocol)),
        )?;
        Ok(Self {
            socket,
            sequence: 0,
            buffer: vec![0; 64 << 10],
        })
    }

    pub fn request(
        &mut self,
        kind: u16,
        flags: u16,
        body: &[u8],
        mut each: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        self.sequence = self.sequence.wrapping_add(1);
        let length = (HEADER + body.len()) as u32;
        let mut message = Vec::with_capacity(HEADER + body.len());
        message.extend(length.to_ne_bytes());
        message.extend(kind.to_ne_bytes());
        message.extend((flags | REQUEST).to_ne_bytes());
        message.extend(self.sequence.to_ne_bytes());
        message.extend(0u32.to_ne_bytes());
        message.extend(body);
        (&self.socket).write_all(&message)?;
        loop {
            let count = (&self.socket).read(&mut self.buffer)?;
            if count == self.buffer.len() {
                return Err(io::Error::other("a netlink answer was cut short"));
            }
            let mut rest = &self.buffer[..count];
            while let Some((sequence, kind, payload, next)) = split(rest) {
                rest = next;
                if sequence != self.sequence {
                    continue; // an answer to a request that ended early
                }
                match kind {
                    ERROR => return errno_of(payload),
                    DONE => return Ok(()),
                    _ => {
                        each(payload);
                        if flags & (DUMP | ACK) == 0 {
                            return Ok(());
                        }
                    }
                }
            }
        }
    }
}

/// The first message of several: sequence, type, payload, the rest.
fn split(bytes: &[u8]) -> Option<(u32, u16, &[u8], &[u8])> {
    let length = u32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let kind = u16::from_ne_bytes(bytes.get(4..6)?.try_into().ok()?);
    let sequence = u32::from_ne_bytes(bytes.get(8..12)?.try_into().ok()?);
    let payload = bytes.get(HEADER..length)?;
    let rest = bytes.get(length.next_multiple_of(4)..).unwrap_or(&[]);
    Some((sequence, kind, payload, rest))
}

fn errno_of(payload: &[u8]) -> io::Result<()> {
    let errno = payload
        .get(..4)
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(libc::EPROTO, |bytes| -i32::from_ne_bytes(bytes));
    match errno {
        0 => Ok(()),
        errno => Err(io::Error::from_raw_os_error(errno)),
    }
}

/// Appends an attribute: length, type, value, padding.
pub fn push_attribute(message: &mut Vec<u8>, kind: u16, value: &[u8]) {
    message.extend(((value.len() + 4) as u16).to_ne_bytes());
    message.extend(kind.to_ne_bytes());
    message.extend(value);
    message.resize(message.len().next_multiple_of(4), 0);
}

/// The attributes in a message, as (type, value).
pub fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = u16::from_ne_bytes(bytes.get(..2)?.try_into().ok()?) as usize;
        let kind = u16::from_ne_bytes(bytes.get(2..4)?.try_into().ok()?);
        let value = bytes.get(4..length)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or(&[]);
        Some((kind & 0x3fff, value)) // the two high bits are flags
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_come_back_as_they_went_in_and_a_cut_ends_them() {
        let mut message = Vec::new();
        push_attribute(&mut message, 3, b"wire0\0");
        push_attribute(&mut message, 4, &7u32.to_ne_bytes());
        let read: Vec<_> = attributes(&message).collect();
        assert_eq!(read, [(3, &b"wire0\0"[..]), (4, &7u32.to_ne_bytes()[..])]);
        assert_eq!(attributes(&message[..message.len() - 1]).count(), 1);
    }
}

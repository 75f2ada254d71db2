//! What a kernel says of one socket, whichever kernel it is and however it was asked.

use std::net::SocketAddr;

use crate::trace::{Key, TcpFacts, Timer};

// The numbers are Linux's, because the kernel that is asked by number is Linux.
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const TCP: u8 = 6;
const UDP: u8 = 17;

/// One socket of a dump.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub key: Key,
    pub protocol: &'static str,
    pub state: &'static str,
    pub local: SocketAddr,
    /// `None` while there is no peer.
    pub remote: Option<SocketAddr>,
    pub recv_queue: u32,
    pub send_queue: u32,
    /// 0 when no descriptor refers to it.
    pub inode: u32,
    pub timer: Option<Timer>,
    pub info: Option<TcpFacts>,
    pub recv_buffer: Option<u32>,
    pub send_buffer: Option<u32>,
    /// Packets thrown away for this socket (`SK_MEMINFO_DROPS`).
    pub drops: Option<u32>,
    /// `inet_diag_sockid` as the kernel gave it: names the socket in a request.
    pub(super) id: [u8; 48],
    pub(super) family: u8,
    pub(super) protocol_number: u8,
}

/// One of the kernel's tables: an address family and a protocol. Each costs a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Table {
    pub(super) family: u8,
    pub(super) protocol: u8,
}

impl Table {
    pub const TCP: Self = Self {
        family: AF_INET,
        protocol: TCP,
    };
    pub const UDP: Self = Self {
        family: AF_INET,
        protocol: UDP,
    };
    pub const TCP_6: Self = Self {
        family: AF_INET6,
        protocol: TCP,
    };
    pub const UDP_6: Self = Self {
        family: AF_INET6,
        protocol: UDP,
    };
    #[cfg(target_os = "linux")]
    pub const ALL: [Self; 4] = [Self::TCP, Self::UDP, Self::TCP_6, Self::UDP_6];

    /// `tcp` or `udp`.
    pub fn protocol(self) -> &'static str {
        if self.protocol == TCP { "tcp" } else { "udp" }
    }
}

/// What waits in a socket's buffers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queues {
    /// Bytes that `recv` would find; of a datagram socket, those of the next datagram.
    pub unread: u32,
    /// The first of them.
    pub received: Vec<u8>,
    /// The length of each waiting datagram.
    pub datagrams: Vec<u32>,
    /// Bytes not yet acknowledged, sent or not.
    pub unacked: u32,
    /// Those of them that were not even sent.
    pub unsent: u32,
}

pub fn lists(reports: &[Report], key: Key) -> bool {
    reports.iter().any(|report| report.key == key)
}

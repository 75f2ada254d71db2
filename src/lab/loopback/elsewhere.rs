//! The kernel's tables where it is not Linux: macOS and Windows give each socket's state, and no
//! more. There is no cookie to know a socket by, so it is known by its addresses.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash as _, Hasher as _};
use std::io;
use std::net::SocketAddr;

use netstat_esr::{
    AddressFamilyFlags, ProtocolFlags, ProtocolSocketInfo, TcpState, get_sockets_info,
};

use super::place::Port;
use crate::lab::table::{Report, Table};
use crate::trace::Key;

pub struct Source;

impl Source {
    pub fn open() -> io::Result<Self> {
        Ok(Self)
    }

    pub fn reports(
        &mut self,
        _: &BTreeSet<Table>,
        _: &BTreeMap<Key, usize>,
        ports: &BTreeMap<Key, Port>,
    ) -> io::Result<Vec<Report>> {
        let families = AddressFamilyFlags::IPV4 | AddressFamilyFlags::IPV6;
        let protocols = ProtocolFlags::TCP | ProtocolFlags::UDP;
        let sockets = get_sockets_info(families, protocols).map_err(io::Error::other)?;
        let reports = sockets
            .into_iter()
            .map(|socket| match socket.protocol_socket_info {
                ProtocolSocketInfo::Tcp(tcp) => {
                    let local = SocketAddr::new(tcp.local_addr, tcp.local_port);
                    let remote = SocketAddr::new(tcp.remote_addr, tcp.remote_port);
                    let remote = (remote.port() != 0).then_some(remote);
                    report(ports, true, local, remote, state_name(&tcp.state))
                }
                ProtocolSocketInfo::Udp(udp) => {
                    let local = SocketAddr::new(udp.local_addr, udp.local_port);
                    report(ports, false, local, None, "CLOSE")
                }
            });
        Ok(reports.collect())
    }
}

pub fn release() -> String {
    let name = match std::env::consts::OS {
        "macos" => "macOS",
        "windows" => "Windows",
        other => other,
    };
    name.to_owned()
}

fn report(
    ports: &BTreeMap<Key, Port>,
    is_stream: bool,
    local: SocketAddr,
    remote: Option<SocketAddr>,
    state: &'static str,
) -> Report {
    let is_it = |port: &Port| {
        port.is_stream == is_stream
            && port.local == local
            && (!is_stream || port.remote == remote || port.is_listening && remote.is_none())
    };
    let mut owned = ports.iter().filter(|(_, port)| is_it(port));
    let owner = owned.next().map(|(key, _)| *key);
    Report {
        key: owner.unwrap_or_else(|| key_of(is_stream, local, remote)),
        protocol: if is_stream { "tcp" } else { "udp" },
        state,
        local,
        remote,
        recv_queue: 0,
        send_queue: 0,
        inode: u32::from(owner.is_some()),
        timer: None,
        info: None,
        recv_buffer: None,
        send_buffer: None,
        drops: None,
        id: [0; 48],
        family: 0,
        protocol_number: 0,
    }
}

/// A key of its own for a socket that no program has: no descriptor is ever so large.
fn key_of(is_stream: bool, local: SocketAddr, remote: Option<SocketAddr>) -> Key {
    const NO_DESCRIPTOR: u64 = 1 << 63;
    let mut hasher = DefaultHasher::new();
    (is_stream, local, remote).hash(&mut hasher);
    Key(hasher.finish() | NO_DESCRIPTOR)
}

/// With Linux's names, which the whole stage has.
fn state_name(state: &TcpState) -> &'static str {
    match state {
        TcpState::Closed | TcpState::DeleteTcb => "CLOSE",
        TcpState::Listen => "LISTEN",
        TcpState::SynSent => "SYN_SENT",
        TcpState::SynReceived => "SYN_RECV",
        TcpState::Established => "ESTABLISHED",
        TcpState::FinWait1 => "FIN_WAIT1",
        TcpState::FinWait2 => "FIN_WAIT2",
        TcpState::CloseWait => "CLOSE_WAIT",
        TcpState::Closing => "CLOSING",
        TcpState::LastAck => "LAST_ACK",
        TcpState::TimeWait => "TIME_WAIT",
    }
}

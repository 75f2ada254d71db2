//! What an address of the lesson stands for on this machine's loopback.
//!
//! In: the lab's hosts, which ports its sockets have, and an address that a call names. Out: the
//! address to use instead, or why there is none. Nothing leads to an address that is not loopback,
//! and nothing to a port that another program of this machine has.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::trace::{HostSetup, Key, Mapping};

/// What the kernel gave one socket of the lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    pub host: usize,
    pub is_stream: bool,
    pub local: SocketAddr,
    pub remote: Option<SocketAddr>,
    pub is_listening: bool,
}

/// What a call wants of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Bind,
    /// Connecting, or sending a datagram.
    Reach,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This stands for it.
    Use(SocketAddr),
    /// A socket of this host could have the port, and none has: a closed port of this address.
    Nobody { host: usize, ip: IpAddr },
    /// The machine has no such address, or it is not the lab's to use.
    NoAddress,
    /// No host of the lab has it.
    NoHost,
}

pub struct Places {
    hosts: Vec<HostSetup>,
    ports: BTreeMap<Key, Port>,
    /// The host that each socket last wanted to reach.
    aims: BTreeMap<Key, usize>,
    /// Addresses whose mapping has been said.
    told: BTreeSet<(IpAddr, u16)>,
}

impl Places {
    pub fn new(hosts: &[HostSetup]) -> Self {
        Self {
            hosts: hosts.to_vec(),
            ports: BTreeMap::new(),
            aims: BTreeMap::new(),
            told: BTreeSet::new(),
        }
    }

    pub fn mapping(&self) -> Vec<Mapping> {
        let addresses = self.hosts.iter().flat_map(|host| &host.addresses);
        addresses
            .map(|address| Mapping {
                address: *address,
                stands_for_it: stand_in(*address),
            })
            .collect()
    }

    /// A call on a socket gave it this address.
    pub fn name(&mut self, key: Key, port: Port) {
        self.ports.insert(key, port);
    }

    pub fn forget(&mut self, is_gone: impl Fn(Key) -> bool) {
        self.ports.retain(|key, _| !is_gone(*key));
        self.aims.retain(|key, _| !is_gone(*key));
    }

    pub fn aim(&mut self, key: Key, host: usize) {
        self.aims.insert(key, host);
    }

    pub fn aim_of(&self, key: Key) -> Option<usize> {
        self.aims.get(&key).copied()
    }

    pub fn ports(&self) -> &BTreeMap<Key, Port> {
        &self.ports
    }

    /// Whether this is said for the first time.
    pub fn tell(&mut self, address: SocketAddr) -> bool {
        self.told.insert((address.ip(), address.port()))
    }

    /// The host whose socket has this loopback address.
    pub fn host_at(&self, is_stream: bool, address: SocketAddr) -> Option<usize> {
        let mut ports = self.ports.values();
        let here = |port: &&Port| port.is_stream == is_stream && port.local == address;
        ports.find(here).map(|port| port.host)
    }

    /// What stands for an address that a program on `host` names.
    pub fn find(
        &self,
        host: usize,
        is_stream: bool,
        purpose: Purpose,
        address: SocketAddr,
    ) -> Answer {
        let plain = address.ip().to_canonical();
        let is_own = plain.is_unspecified() || plain.is_loopback();
        let has = |host: &HostSetup| host.addresses.contains(&plain);
        let of_lesson = self.hosts.iter().position(has);
        let owner = of_lesson.or(is_own.then_some(host));
        // The kernel calls every socket here 127.0.0.1, so a program that answers a peer by the
        // address it was given may mean any host.
        let means_any_host = plain.is_loopback();
        let ip = stand_in(address.ip());
        let here = SocketAddr::new(ip, address.port());
        match (purpose, owner) {
            (Purpose::Bind, None) => Answer::NoAddress,
            (Purpose::Bind, Some(_)) => Answer::Use(here),
            (Purpose::Reach, None) => Answer::NoHost,
            (Purpose::Reach, Some(owner)) => {
                let takes = |port: &Port| {
                    (means_any_host || port.host == owner)
                        && port.is_stream == is_stream
                        && port.local.port() == here.port()
                        && port.local.ip().to_canonical() == ip.to_canonical()
                        && (port.is_listening || !is_stream)
                };
                match self.ports.values().any(takes) {
                    true => Answer::Use(here),
                    false => Answer::Nobody { host: owner, ip },
                }
            }
        }
    }
}

/// The loopback address that stands for an address.
pub fn stand_in(address: IpAddr) -> IpAddr {
    match (address, address.to_canonical()) {
        (own, plain) if plain.is_loopback() => own,
        (IpAddr::V4(_), _) => Ipv4Addr::LOCALHOST.into(),
        // An IPv6 socket that is told an IPv4 address wants it written so.
        (IpAddr::V6(_), IpAddr::V4(_)) => Ipv4Addr::LOCALHOST.to_ipv6_mapped().into(),
        (IpAddr::V6(_), IpAddr::V6(_)) => Ipv6Addr::LOCALHOST.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        let host = |name: &str, addresses: &[&str]| HostSetup {
            name: name.to_owned(),
            addresses: addresses
                .iter()
                .map(|a| a.parse().expect("sound"))
                .collect(),
        };
        let mut places = Places::new(&[
            host("server", &["10.0.0.2", "fd00::2"]),
            host("client", &["10.0.0.1"]),
        ]);
        let port = |host, is_stream, local: &str, is_listening| Port {
            host,
            is_stream,
            local: local.parse().expect("sound"),
            remote: None,
            is_listening,
        };
        places.name(Key(1), port(0, true, "127.0.0.1:80", true));
        places.name(Key(2), port(0, true, "127.0.0.1:81", false));
        places.name(Key(3), port(1, false, "127.0.0.1:53", false));
        places.name(Key(4), port(0, true, "[::1]:80", true));
        places
    }

    #[test]
    fn every_address_of_the_lesson_is_loopback_and_no_other_is_reached() {
        use Purpose::{Bind, Reach};
        const TCP: bool = true;
        const UDP: bool = false;
        let to = |text: &str| Answer::Use(text.parse().expect("sound"));
        let nobody = |host, ip: &str| Answer::Nobody {
            host,
            ip: ip.parse().expect("sound"),
        };
        for (host, is_stream, purpose, address, expected) in [
            (0, TCP, Bind, "0.0.0.0:80", to("127.0.0.1:80")),
            (0, TCP, Bind, "10.0.0.2:0", to("127.0.0.1:0")),
            (0, TCP, Bind, "[::]:80", to("[::1]:80")),
            (0, TCP, Bind, "127.0.0.5:80", to("127.0.0.5:80")),
            (0, TCP, Bind, "192.168.1.7:80", Answer::NoAddress),
            (0, TCP, Bind, "224.0.0.1:80", Answer::NoAddress),
            (1, TCP, Reach, "10.0.0.2:80", to("127.0.0.1:80")),
            (1, TCP, Reach, "[fd00::2]:80", to("[::1]:80")),
            (
                1,
                TCP,
                Reach,
                "[::ffff:10.0.0.2]:80",
                to("[::ffff:127.0.0.1]:80"),
            ),
            // Bound and not listening, not there at all, there for another protocol.
            (1, TCP, Reach, "10.0.0.2:81", nobody(0, "127.0.0.1")),
            (1, TCP, Reach, "10.0.0.2:22", nobody(0, "127.0.0.1")),
            (1, UDP, Reach, "10.0.0.2:80", nobody(0, "127.0.0.1")),
            // A port of one host is not another's, but loopback is what the kernel calls them all.
            (0, TCP, Reach, "10.0.0.1:80", nobody(1, "127.0.0.1")),
            (1, TCP, Reach, "127.0.0.1:80", to("127.0.0.1:80")),
            (1, TCP, Reach, "0.0.0.0:80", nobody(1, "127.0.0.1")),
            (1, TCP, Reach, "127.0.0.1:22", nobody(1, "127.0.0.1")),
            (0, TCP, Reach, "127.0.0.1:80", to("127.0.0.1:80")),
            (0, UDP, Reach, "10.0.0.1:53", to("127.0.0.1:53")),
            (0, UDP, Reach, "10.0.0.2:53", nobody(0, "127.0.0.1")),
            (1, TCP, Reach, "10.0.0.9:80", Answer::NoHost),
            (1, UDP, Reach, "255.255.255.255:53", Answer::NoHost),
            (1, UDP, Reach, "224.0.0.251:5353", Answer::NoHost),
            (1, TCP, Reach, "[2001:db8::1]:80", Answer::NoHost),
        ] {
            let named = address.parse().expect("sound");
            let found = places().find(host, is_stream, purpose, named);
            assert_eq!(found, expected, "{host} {is_stream} {purpose:?} {address}");
        }
    }
}

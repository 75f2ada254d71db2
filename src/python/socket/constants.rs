//! The numbers of the `socket` module, which are Linux's, and their names for showing a call.

pub(super) use constants::{
    AF_INET, AF_INET6, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, MSG_DONTWAIT, MSG_PEEK, MSG_WAITALL,
    SOCK_DGRAM, SOCK_STREAM, SOL_SOCKET,
};

/// `AF_INET` for 2, and so on; a number without a name is shown as it is.
pub(super) fn family_name(family: i32) -> String {
    named(family, &[(AF_INET, "AF_INET"), (AF_INET6, "AF_INET6")])
}

pub(super) fn kind_name(kind: i32) -> String {
    named(
        kind,
        &[(SOCK_STREAM, "SOCK_STREAM"), (SOCK_DGRAM, "SOCK_DGRAM")],
    )
}

pub(super) fn how_name(how: i32) -> String {
    named(how, &[(0, "SHUT_RD"), (1, "SHUT_WR"), (2, "SHUT_RDWR")])
}

/// An option's level and name: `SOL_SOCKET, SO_REUSEADDR`.
pub(super) fn option_name(level: i32, name: i32) -> String {
    let (level_name, options) = match level {
        SOL_SOCKET => ("SOL_SOCKET", SOCKET_OPTIONS),
        IPPROTO_TCP => ("IPPROTO_TCP", TCP_OPTIONS),
        IPPROTO_IP => ("IPPROTO_IP", IP_OPTIONS),
        IPPROTO_IPV6 => ("IPPROTO_IPV6", IPV6_OPTIONS),
        _ => return format!("{level}, {name}"),
    };
    format!("{level_name}, {}", named(name, options))
}

pub(super) fn flag_names(flags: i32) -> String {
    let mut names = Vec::new();
    let mut rest = flags;
    for &(flag, name) in FLAGS {
        if flags & flag != 0 {
            names.push(name.to_owned());
            rest &= !flag;
        }
    }
    if rest != 0 {
        names.push(rest.to_string());
    }
    names.join(" | ")
}

fn named(number: i32, names: &[(i32, &str)]) -> String {
    names
        .iter()
        .find(|(known, _)| *known == number)
        .map_or_else(|| number.to_string(), |(_, name)| (*name).to_owned())
}

const FLAGS: &[(i32, &str)] = &[
    (constants::MSG_OOB, "MSG_OOB"),
    (MSG_PEEK, "MSG_PEEK"),
    (MSG_DONTWAIT, "MSG_DONTWAIT"),
    (MSG_WAITALL, "MSG_WAITALL"),
    (constants::MSG_NOSIGNAL, "MSG_NOSIGNAL"),
    (constants::MSG_MORE, "MSG_MORE"),
];

const SOCKET_OPTIONS: &[(i32, &str)] = &[
    (constants::SO_REUSEADDR, "SO_REUSEADDR"),
    (constants::SO_TYPE, "SO_TYPE"),
    (constants::SO_ERROR, "SO_ERROR"),
    (constants::SO_BROADCAST, "SO_BROADCAST"),
    (constants::SO_SNDBUF, "SO_SNDBUF"),
    (constants::SO_RCVBUF, "SO_RCVBUF"),
    (constants::SO_KEEPALIVE, "SO_KEEPALIVE"),
    (constants::SO_OOBINLINE, "SO_OOBINLINE"),
    (constants::SO_LINGER, "SO_LINGER"),
    (constants::SO_REUSEPORT, "SO_REUSEPORT"),
    (constants::SO_RCVLOWAT, "SO_RCVLOWAT"),
    (constants::SO_SNDLOWAT, "SO_SNDLOWAT"),
    (constants::SO_RCVTIMEO, "SO_RCVTIMEO"),
    (constants::SO_SNDTIMEO, "SO_SNDTIMEO"),
    (constants::SO_ACCEPTCONN, "SO_ACCEPTCONN"),
    (constants::SO_PROTOCOL, "SO_PROTOCOL"),
    (constants::SO_DOMAIN, "SO_DOMAIN"),
];

const TCP_OPTIONS: &[(i32, &str)] = &[
    (constants::TCP_NODELAY, "TCP_NODELAY"),
    (constants::TCP_MAXSEG, "TCP_MAXSEG"),
    (constants::TCP_CORK, "TCP_CORK"),
    (constants::TCP_KEEPIDLE, "TCP_KEEPIDLE"),
    (constants::TCP_KEEPINTVL, "TCP_KEEPINTVL"),
    (constants::TCP_KEEPCNT, "TCP_KEEPCNT"),
    (constants::TCP_SYNCNT, "TCP_SYNCNT"),
    (constants::TCP_LINGER2, "TCP_LINGER2"),
    (constants::TCP_DEFER_ACCEPT, "TCP_DEFER_ACCEPT"),
    (constants::TCP_WINDOW_CLAMP, "TCP_WINDOW_CLAMP"),
    (constants::TCP_INFO, "TCP_INFO"),
    (constants::TCP_QUICKACK, "TCP_QUICKACK"),
    (constants::TCP_CONGESTION, "TCP_CONGESTION"),
    (constants::TCP_USER_TIMEOUT, "TCP_USER_TIMEOUT"),
    (constants::TCP_FASTOPEN, "TCP_FASTOPEN"),
    (constants::TCP_NOTSENT_LOWAT, "TCP_NOTSENT_LOWAT"),
];

const IP_OPTIONS: &[(i32, &str)] = &[
    (constants::IP_TOS, "IP_TOS"),
    (constants::IP_TTL, "IP_TTL"),
    (constants::IP_MULTICAST_IF, "IP_MULTICAST_IF"),
    (constants::IP_MULTICAST_TTL, "IP_MULTICAST_TTL"),
    (constants::IP_MULTICAST_LOOP, "IP_MULTICAST_LOOP"),
    (constants::IP_ADD_MEMBERSHIP, "IP_ADD_MEMBERSHIP"),
    (constants::IP_DROP_MEMBERSHIP, "IP_DROP_MEMBERSHIP"),
];

const IPV6_OPTIONS: &[(i32, &str)] = &[
    (constants::IPV6_UNICAST_HOPS, "IPV6_UNICAST_HOPS"),
    (constants::IPV6_V6ONLY, "IPV6_V6ONLY"),
];

#[rustpython_vm::pymodule(sub)]
pub(super) mod constants {
    #[pyattr]
    pub const AF_UNSPEC: i32 = 0;
    #[pyattr]
    pub const AF_INET: i32 = 2;
    #[pyattr]
    pub const AF_INET6: i32 = 10;
    #[pyattr]
    pub const SOCK_STREAM: i32 = 1;
    #[pyattr]
    pub const SOCK_DGRAM: i32 = 2;
    #[pyattr]
    pub const SOL_SOCKET: i32 = 1;
    #[pyattr]
    pub const SOL_TCP: i32 = 6;
    #[pyattr]
    pub const SOL_UDP: i32 = 17;
    #[pyattr]
    pub const SOL_IP: i32 = 0;
    #[pyattr]
    pub const SO_REUSEADDR: i32 = 2;
    #[pyattr]
    pub const SO_TYPE: i32 = 3;
    #[pyattr]
    pub const SO_ERROR: i32 = 4;
    #[pyattr]
    pub const SO_DONTROUTE: i32 = 5;
    #[pyattr]
    pub const SO_BROADCAST: i32 = 6;
    #[pyattr]
    pub const SO_SNDBUF: i32 = 7;
    #[pyattr]
    pub const SO_RCVBUF: i32 = 8;
    #[pyattr]
    pub const SO_KEEPALIVE: i32 = 9;
    #[pyattr]
    pub const SO_OOBINLINE: i32 = 10;
    #[pyattr]
    pub const SO_LINGER: i32 = 13;
    #[pyattr]
    pub const SO_REUSEPORT: i32 = 15;
    #[pyattr]
    pub const SO_RCVLOWAT: i32 = 18;
    #[pyattr]
    pub const SO_SNDLOWAT: i32 = 19;
    #[pyattr]
    pub const SO_RCVTIMEO: i32 = 20;
    #[pyattr]
    pub const SO_SNDTIMEO: i32 = 21;
    #[pyattr]
    pub const SO_ACCEPTCONN: i32 = 30;
    #[pyattr]
    pub const SO_PROTOCOL: i32 = 38;
    #[pyattr]
    pub const SO_DOMAIN: i32 = 39;
    #[pyattr]
    pub const IPPROTO_IP: i32 = 0;
    #[pyattr]
    pub const IPPROTO_ICMP: i32 = 1;
    #[pyattr]
    pub const IPPROTO_TCP: i32 = 6;
    #[pyattr]
    pub const IPPROTO_UDP: i32 = 17;
    #[pyattr]
    pub const IPPROTO_IPV6: i32 = 41;
    #[pyattr]
    pub const TCP_NODELAY: i32 = 1;
    #[pyattr]
    pub const TCP_MAXSEG: i32 = 2;
    #[pyattr]
    pub const TCP_CORK: i32 = 3;
    #[pyattr]
    pub const TCP_KEEPIDLE: i32 = 4;
    #[pyattr]
    pub const TCP_KEEPINTVL: i32 = 5;
    #[pyattr]
    pub const TCP_KEEPCNT: i32 = 6;
    #[pyattr]
    pub const TCP_SYNCNT: i32 = 7;
    #[pyattr]
    pub const TCP_LINGER2: i32 = 8;
    #[pyattr]
    pub const TCP_DEFER_ACCEPT: i32 = 9;
    #[pyattr]
    pub const TCP_WINDOW_CLAMP: i32 = 10;
    #[pyattr]
    pub const TCP_INFO: i32 = 11;
    #[pyattr]
    pub const TCP_QUICKACK: i32 = 12;
    #[pyattr]
    pub const TCP_CONGESTION: i32 = 13;
    #[pyattr]
    pub const TCP_USER_TIMEOUT: i32 = 18;
    #[pyattr]
    pub const TCP_FASTOPEN: i32 = 23;
    #[pyattr]
    pub const TCP_NOTSENT_LOWAT: i32 = 25;
    #[pyattr]
    pub const IP_TOS: i32 = 1;
    #[pyattr]
    pub const IP_TTL: i32 = 2;
    #[pyattr]
    pub const IP_MULTICAST_IF: i32 = 32;
    #[pyattr]
    pub const IP_MULTICAST_TTL: i32 = 33;
    #[pyattr]
    pub const IP_MULTICAST_LOOP: i32 = 34;
    #[pyattr]
    pub const IP_ADD_MEMBERSHIP: i32 = 35;
    #[pyattr]
    pub const IP_DROP_MEMBERSHIP: i32 = 36;
    #[pyattr]
    pub const IPV6_UNICAST_HOPS: i32 = 16;
    #[pyattr]
    pub const IPV6_V6ONLY: i32 = 26;
    #[pyattr]
    pub const SHUT_RD: i32 = 0;
    #[pyattr]
    pub const SHUT_WR: i32 = 1;
    #[pyattr]
    pub const SHUT_RDWR: i32 = 2;
    #[pyattr]
    pub const MSG_OOB: i32 = 1;
    #[pyattr]
    pub const MSG_PEEK: i32 = 2;
    #[pyattr]
    pub const MSG_DONTWAIT: i32 = 64;
    #[pyattr]
    pub const MSG_WAITALL: i32 = 256;
    #[pyattr]
    pub const MSG_NOSIGNAL: i32 = 16384;
    #[pyattr]
    pub const MSG_MORE: i32 = 32768;
    #[pyattr]
    pub const SOMAXCONN: i32 = 4096;
    #[pyattr]
    pub const AI_PASSIVE: i32 = 1;
    #[pyattr]
    pub const AI_CANONNAME: i32 = 2;
    #[pyattr]
    pub const AI_NUMERICHOST: i32 = 4;
    #[pyattr]
    pub const AI_NUMERICSERV: i32 = 1024;
    #[pyattr]
    pub const NI_NUMERICHOST: i32 = 1;
    #[pyattr]
    pub const NI_NUMERICSERV: i32 = 2;
    #[pyattr]
    pub const EAI_NONAME: i32 = -2;
    #[pyattr]
    pub const EAI_FAMILY: i32 = -6;
    #[pyattr]
    pub const EAI_SERVICE: i32 = -8;
    #[pyattr]
    pub const EAI_SOCKTYPE: i32 = -7;
    #[pyattr]
    pub const EAI_AGAIN: i32 = -3;
    #[pyattr]
    pub const EAI_FAIL: i32 = -4;
    #[pyattr]
    pub const INADDR_ANY: u32 = 0x0;
    #[pyattr]
    pub const INADDR_BROADCAST: u32 = 0xffffffff;
    #[pyattr]
    pub const INADDR_LOOPBACK: u32 = 0x7f000001;
    #[pyattr]
    pub const INADDR_NONE: u32 = 0xffffffff;
    #[pyattr(name = "has_ipv6")]
    pub const HAS_IPV6: bool = true;
}

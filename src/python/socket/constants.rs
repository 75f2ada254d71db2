//! The numbers of the `socket` module, which are Linux's, and their names for showing a call.

/// Makes a constant of each, and a table of all for Python and for [`named`].
macro_rules! numbers {
    ($($name:ident = $value:expr;)*) => {
        $(
            #[allow(dead_code, reason = "many are for Python programs only")]
            pub(super) const $name: i32 = $value;
        )*
        /// Every number with its name.
        pub(super) const ALL: &[(&str, i32)] = &[$((stringify!($name), $value)),*];
    };
}

numbers! {
    // Families and kinds of socket.
    AF_UNSPEC = 0;
    AF_INET = 2;
    AF_INET6 = 10;
    SOCK_STREAM = 1;
    SOCK_DGRAM = 2;
    // Levels and protocols.
    SOL_SOCKET = 1;
    SOL_TCP = 6;
    SOL_UDP = 17;
    SOL_IP = 0;
    IPPROTO_IP = 0;
    IPPROTO_ICMP = 1;
    IPPROTO_TCP = 6;
    IPPROTO_UDP = 17;
    IPPROTO_IPV6 = 41;
    // Options of SOL_SOCKET.
    SO_REUSEADDR = 2;
    SO_TYPE = 3;
    SO_ERROR = 4;
    SO_DONTROUTE = 5;
    SO_BROADCAST = 6;
    SO_SNDBUF = 7;
    SO_RCVBUF = 8;
    SO_KEEPALIVE = 9;
    SO_OOBINLINE = 10;
    SO_LINGER = 13;
    SO_REUSEPORT = 15;
    SO_RCVLOWAT = 18;
    SO_SNDLOWAT = 19;
    SO_RCVTIMEO = 20;
    SO_SNDTIMEO = 21;
    SO_ACCEPTCONN = 30;
    SO_PROTOCOL = 38;
    SO_DOMAIN = 39;
    // Options of IPPROTO_TCP.
    TCP_NODELAY = 1;
    TCP_MAXSEG = 2;
    TCP_CORK = 3;
    TCP_KEEPIDLE = 4;
    TCP_KEEPINTVL = 5;
    TCP_KEEPCNT = 6;
    TCP_SYNCNT = 7;
    TCP_LINGER2 = 8;
    TCP_DEFER_ACCEPT = 9;
    TCP_WINDOW_CLAMP = 10;
    TCP_INFO = 11;
    TCP_QUICKACK = 12;
    TCP_CONGESTION = 13;
    TCP_USER_TIMEOUT = 18;
    TCP_FASTOPEN = 23;
    TCP_NOTSENT_LOWAT = 25;
    // Options of IPPROTO_IP and IPPROTO_IPV6.
    IP_TOS = 1;
    IP_TTL = 2;
    IP_MULTICAST_IF = 32;
    IP_MULTICAST_TTL = 33;
    IP_MULTICAST_LOOP = 34;
    IP_ADD_MEMBERSHIP = 35;
    IP_DROP_MEMBERSHIP = 36;
    IPV6_UNICAST_HOPS = 16;
    IPV6_V6ONLY = 26;
    // Flags and directions.
    SHUT_RD = 0;
    SHUT_WR = 1;
    SHUT_RDWR = 2;
    MSG_OOB = 1;
    MSG_PEEK = 2;
    MSG_DONTWAIT = 64;
    MSG_WAITALL = 256;
    MSG_NOSIGNAL = 16384;
    MSG_MORE = 32768;
    SOMAXCONN = 4096;
    // For getaddrinfo.
    AI_PASSIVE = 1;
    AI_CANONNAME = 2;
    AI_NUMERICHOST = 4;
    AI_NUMERICSERV = 1024;
    NI_NUMERICHOST = 1;
    NI_NUMERICSERV = 2;
    EAI_NONAME = -2;
    EAI_FAMILY = -6;
    EAI_SERVICE = -8;
    EAI_SOCKTYPE = -7;
    EAI_AGAIN = -3;
    EAI_FAIL = -4;
}

/// `AF_INET` for 2, and so on; a number without a name is shown as it is.
pub(super) fn family_name(family: i32) -> String {
    named("AF_", family)
}

pub(super) fn kind_name(kind: i32) -> String {
    named("SOCK_", kind)
}

pub(super) fn how_name(how: i32) -> String {
    named("SHUT_", how)
}

/// An option's level and name: `SOL_SOCKET, SO_REUSEADDR`.
pub(super) fn option_name(level: i32, name: i32) -> String {
    let (level_name, prefix) = match level {
        SOL_SOCKET => ("SOL_SOCKET", "SO_"),
        IPPROTO_TCP => ("IPPROTO_TCP", "TCP_"),
        IPPROTO_IP => ("IPPROTO_IP", "IP_"),
        IPPROTO_IPV6 => ("IPPROTO_IPV6", "IPV6_"),
        _ => return format!("{level}, {name}"),
    };
    format!("{level_name}, {}", named(prefix, name))
}

/// Whether a level has an option of this name here.
pub(super) fn is_option(level: i32, name: i32) -> bool {
    let prefix = match level {
        SOL_SOCKET => "SO_",
        IPPROTO_TCP => "TCP_",
        IPPROTO_IP => "IP_",
        IPPROTO_IPV6 => "IPV6_",
        _ => return false,
    };
    ALL.iter()
        .any(|&(known, number)| known.starts_with(prefix) && number == name)
}

/// Flags as they are written: `MSG_PEEK | MSG_DONTWAIT`.
pub(super) fn flag_names(flags: i32) -> String {
    let mut names = Vec::new();
    let mut rest = flags;
    for &(name, flag) in ALL.iter().filter(|(name, _)| name.starts_with("MSG_")) {
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

fn named(prefix: &str, number: i32) -> String {
    ALL.iter()
        .find(|(name, known)| name.starts_with(prefix) && *known == number)
        .map_or_else(|| number.to_string(), |(name, _)| (*name).to_owned())
}

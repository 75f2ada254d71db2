//! The words of the trigger language: calls, states, kinds of segments, errors.

use crate::model::Sort;

/// The socket calls a trigger can speak of.
pub(super) const CALLS: &[&str] = &[
    "socket",
    "setsockopt",
    "getsockopt",
    "bind",
    "listen",
    "accept",
    "connect",
    "connect_ex",
    "send",
    "sendall",
    "sendto",
    "recv",
    "recvfrom",
    "recv_into",
    "recvfrom_into",
    "shutdown",
    "close",
    "settimeout",
    "setblocking",
    "getsockname",
    "getpeername",
    "select",
    "poll",
    "sleep",
];

/// What a call does.
pub(super) const CALL_VERBS: &[&str] = &[
    "blocks", "blocked", "returns", "returned", "fails", "failed",
];

/// What somebody does or is, where neither a call, nor a state, nor a segment is named.
pub(super) const VERBS: &[&str] = &[
    "listens",
    "sends",
    "resends",
    "prints",
    "asks",
    "exits",
    "has",
    "announces",
    "acknowledges",
    "receive buffer",
    "send buffer",
    "cwnd",
    "ssthresh",
    "rto",
    "rtt",
    "window",
    "accept queue",
    "SYN queue",
    "socket is gone",
];

/// What a teacher may say instead, and what the language calls it.
pub(super) const OTHERWISE: &[(&[&str], &str)] = &[
    (&["retransmits", "retransmitted"], "resends"),
    (&["receives", "received", "gets", "reads"], "recv returns"),
    (&["connects", "connected"], "connect returns"),
    (&["accepts", "accepted"], "accept returns"),
    (&["closes"], "close returns"),
    (&["binds"], "bind returns"),
    (&["waits", "hangs"], "recv blocked"),
    (&["arrives", "arrived"], "delivered"),
    (&["loses", "vanishes"], "dropped"),
    (&["ends", "stops", "dies", "crashes", "terminates"], "exits"),
    (&["outputs", "shows", "writes"], "prints"),
    (&["acks"], "sends ACK"),
    (&["raises", "throws"], "fails"),
];

/// As `model` has them: `ss` with underscores.
pub(super) const STATES: &[&str] = &[
    "LISTEN",
    "SYN_SENT",
    "SYN_RECV",
    "ESTABLISHED",
    "FIN_WAIT1",
    "FIN_WAIT2",
    "CLOSE_WAIT",
    "CLOSING",
    "LAST_ACK",
    "TIME_WAIT",
    "CLOSE",
];

pub(super) const KINDS: &[&str] = &[
    "SYN",
    "SYN+ACK",
    "ACK",
    "data",
    "FIN",
    "RST",
    "UDP",
    "ICMP",
    "duplicate ACK",
    "zero window",
    "window update",
    "window probe",
    "keepalive",
    "packet",
];

pub(super) const FATES: &[&str] = &[
    "delivered",
    "dropped",
    "held",
    "corrupted",
    "duplicated",
    "delayed",
];

pub(super) const PLACES: &[&str] = &[
    "in program",
    "in send buffer",
    "on the wire",
    "in receive buffer",
    "read",
    "lost",
];

/// What the network's calls can fail with, as `errno(3)` has them.
pub(super) const ERRNOS: &[&str] = &[
    "EACCES",
    "EADDRINUSE",
    "EADDRNOTAVAIL",
    "EAFNOSUPPORT",
    "EAGAIN",
    "EALREADY",
    "EBADF",
    "ECONNABORTED",
    "ECONNREFUSED",
    "ECONNRESET",
    "EDESTADDRREQ",
    "EFAULT",
    "EHOSTDOWN",
    "EHOSTUNREACH",
    "EINPROGRESS",
    "EINTR",
    "EINVAL",
    "EIO",
    "EISCONN",
    "EMFILE",
    "EMSGSIZE",
    "ENETDOWN",
    "ENETRESET",
    "ENETUNREACH",
    "ENFILE",
    "ENOBUFS",
    "ENOENT",
    "ENOMEM",
    "ENOPROTOOPT",
    "ENOSYS",
    "ENOTCONN",
    "ENOTSOCK",
    "EOPNOTSUPP",
    "EPERM",
    "EPFNOSUPPORT",
    "EPIPE",
    "EPROTO",
    "EPROTONOSUPPORT",
    "EPROTOTYPE",
    "ESHUTDOWN",
    "ESOCKTNOSUPPORT",
    "ETIMEDOUT",
    "EWOULDBLOCK",
];

/// The exceptions that Python has and a program of a lesson is likely to meet.
pub(super) const EXCEPTIONS: &[&str] = &[
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BlockingIOError",
    "BrokenPipeError",
    "BufferError",
    "ChildProcessError",
    "ConnectionAbortedError",
    "ConnectionError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "EOFError",
    "Exception",
    "FileNotFoundError",
    "ImportError",
    "IndexError",
    "InterruptedError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "MemoryError",
    "ModuleNotFoundError",
    "NameError",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PermissionError",
    "RecursionError",
    "RuntimeError",
    "StopIteration",
    "SyntaxError",
    "SystemExit",
    "TimeoutError",
    "TypeError",
    "UnboundLocalError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeError",
    "ValueError",
    "ZeroDivisionError",
    "gaierror",
    "herror",
    "timeout",
];

/// Whether a program or host must not be called so, because triggers could not tell it apart.
pub(in crate::lesson) fn is_reserved(name: &str) -> bool {
    let others = [
        "any",
        "always",
        "never",
        "and",
        "before",
        "then",
        "of",
        "not",
        "nothing",
        "byte",
        "at",
        "no",
        "window",
        "zero",
        "duplicate",
        "receive",
    ];
    others.contains(&name.to_ascii_lowercase().as_str())
        || call(name).is_some()
        || kind(name).is_some()
        || state(name).is_some()
}

/// `connect`, also written `connect()`.
pub(super) fn call(word: &str) -> Option<&'static str> {
    let word = word.strip_suffix("()").unwrap_or(word);
    let known = |call: &&&str| call.eq_ignore_ascii_case(word);
    CALLS.iter().find(known).copied()
}

/// `FIN_WAIT1`, also written `FIN_WAIT_1` or `FIN-WAIT-1` as RFC 9293 does; SYN_RECV also
/// `SYN-RECEIVED`.
pub(super) fn state(word: &str) -> Option<&'static str> {
    let plain = |name: &str| name.replace(['_', '-'], "").to_ascii_uppercase();
    let word = match plain(word).as_str() {
        "SYNRECEIVED" => "SYNRECV".to_owned(),
        // In small letters, the call of the same name is meant.
        "CLOSE" | "CLOSED" if word != word.to_ascii_uppercase() => return None,
        "CLOSED" => "CLOSE".to_owned(),
        other => other.to_owned(),
    };
    STATES.iter().find(|state| plain(state) == word).copied()
}

/// Of one word; those of two are the grammar's.
pub(super) fn kind(word: &str) -> Option<Sort> {
    Some(match word.to_ascii_uppercase().as_str() {
        "SYN" => Sort::Syn,
        "SYN+ACK" | "SYN-ACK" | "SYNACK" => Sort::SynAck,
        "ACK" => Sort::Ack,
        "DATA" => Sort::Data,
        "FIN" | "FIN+ACK" | "FIN-ACK" => Sort::Fin,
        "RST" | "RST+ACK" | "RST-ACK" => Sort::Rst,
        "UDP" => Sort::Datagram,
        "ICMP" => Sort::Icmp,
        "KEEPALIVE" | "KEEP-ALIVE" => Sort::Keepalive,
        "PACKET" => Sort::Packet,
        _ => return None,
    })
}

/// An errno or an exception, spelt as the trace spells it.
pub(super) fn failure(word: &str) -> Option<&'static str> {
    // Two names of one number, and of one class.
    let word = match word {
        "EWOULDBLOCK" => "EAGAIN",
        "socket.timeout" | "timeout" => "TimeoutError",
        other => other.strip_prefix("socket.").unwrap_or(other),
    };
    let known = |name: &&&str| name.eq_ignore_ascii_case(word);
    ERRNOS.iter().chain(EXCEPTIONS).find(known).copied()
}

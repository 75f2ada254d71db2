//! What can have made what: by a call's name, a segment's kind, and the two ends they share.

use std::net::SocketAddr;

use super::{Cause, Reach};
use crate::model::{Segment, State};
use crate::packet::{Kind, Packet};
use crate::trace::{Returned, SocketFacts};

/// Python's own time-out, or the kernel gave up.
pub(super) fn has_run_out_of_time(returned: &Returned) -> bool {
    match returned {
        Returned::Value { .. } => false,
        Returned::Failed { error, .. } => error.as_deref().is_none_or(|error| error == "ETIMEDOUT"),
    }
}

/// What a call of this name can make its kernel send.
pub(super) fn call_may_make(name: &str, kind: Kind) -> bool {
    match kind {
        Kind::Syn => name.starts_with("connect"),
        Kind::Data | Kind::Datagram => name.starts_with("send"),
        Kind::Fin => matches!(name, "close" | "shutdown" | "detach"),
        Kind::Rst => matches!(name, "close" | "shutdown" | "detach" | "connect"),
        // Reading makes room, which the kernel may announce.
        Kind::Ack => name.starts_with("recv") || name == "setsockopt",
        Kind::SynAck | Kind::Icmp => false,
        Kind::Other => true,
    }
}

/// Whether a kernel may answer the one with the other.
pub(super) fn arrival_may_make(arrived: &Packet, answer: &Packet) -> bool {
    let is_back = match (arrived.endpoints(), answer.endpoints()) {
        (Some((from, to)), Some(ends)) => ends == (to, from),
        _ => arrived.source == answer.destination,
    };
    is_back
        && match answer.kind() {
            Kind::Syn | Kind::Datagram => false,
            Kind::SynAck => arrived.kind() == Kind::Syn,
            Kind::Ack | Kind::Data | Kind::Fin | Kind::Rst => arrived.kind() != Kind::Rst,
            Kind::Icmp | Kind::Other => true,
        }
}

/// Whether a kernel answers the one with the other, whatever its programs do: a SYN-ACK, the
/// acknowledgment of what takes numbers, a reset by who knows of no connection (RFC 9293 section
/// 3.10.7). Data and FIN are never the kernel's own.
pub(super) fn must_answer(arrived: &Packet, answer: &Packet) -> bool {
    let (Some(came), Some(said)) = (arrived.tcp(), answer.tcp()) else {
        return answer.kind() == Kind::Icmp && arrived.source == answer.destination;
    };
    let reaches = said.flags.ack && !came.seq.plus(arrived.sequence_length()).is_after(said.ack);
    arrival_may_make(arrived, answer)
        && match answer.kind() {
            Kind::SynAck => reaches,
            Kind::Ack => arrived.sequence_length() > 0,
            Kind::Rst if said.flags.ack => came.flags.syn && reaches,
            Kind::Rst => came.flags.ack && said.seq == came.ack,
            Kind::Syn | Kind::Data | Kind::Fin | Kind::Datagram | Kind::Icmp | Kind::Other => false,
        }
}

/// Whether a call of this name can return because of this.
pub(super) fn arrival_may_wake(
    name: &str,
    (segment, packet): (&Segment, &Packet),
    state: &State,
) -> bool {
    let kind = packet.kind();
    match name {
        "connect" | "connect_ex" => matches!(kind, Kind::SynAck | Kind::Rst | Kind::Icmp),
        // The first after the SYN, whether it carries data or not, ends the handshake.
        "accept" => {
            matches!(kind, Kind::Ack | Kind::Data | Kind::Fin)
                && state
                    .relative_numbers(segment)
                    .is_some_and(|(seq, _)| seq == 1)
        }
        _ if name.starts_with("recv") => {
            matches!(
                kind,
                Kind::Data | Kind::Fin | Kind::Rst | Kind::Datagram | Kind::Icmp
            )
        }
        _ if name.starts_with("send") => {
            matches!(
                kind,
                Kind::Ack | Kind::Data | Kind::Fin | Kind::Rst | Kind::Icmp
            )
        }
        _ => true,
    }
}

/// Whether what a reader got can begin with what arrived: nothing lay there, or it would not have
/// waited. What comes a second time, or before its turn, brings nothing.
pub(super) fn may_bring_to(name: &str, packet: &Packet, got: Option<&[u8]>) -> bool {
    let (Some(got), true) = (got, name.starts_with("recv")) else {
        return true;
    };
    match packet.kind() {
        Kind::Data | Kind::Datagram if !got.is_empty() => {
            got.starts_with(packet.payload()) || packet.payload().starts_with(got)
        }
        Kind::Data | Kind::Datagram | Kind::Fin => got.starts_with(packet.payload()),
        Kind::Syn | Kind::SynAck | Kind::Ack | Kind::Rst | Kind::Icmp | Kind::Other => true,
    }
}

/// Whether this can have brought a socket into the state it is in now.
pub(super) fn may_bring(reach: &Reach, facts: &SocketFacts, state: &State) -> bool {
    let name = reach.call.as_ref().map(|(name, _, _)| name.as_str());
    let fd = reach.call.as_ref().and_then(|(_, _, fd)| *fd);
    let is_same_fd = facts.fd.is_none() || facts.fd == fd;
    let is_call = |names: &[&str]| name.is_some_and(|name| names.contains(&name)) && is_same_fd;
    let arrived = match &reach.what {
        Cause::Arrival(id) => state.segments.get(id).and_then(|s| s.packet.as_ref()),
        Cause::Call(_) | Cause::Timer | Cause::Exit(_) | Cause::Wire(_) | Cause::Unknown => None,
    };
    let ours = arrived.filter(|packet| match (ends(facts), packet.endpoints()) {
        (Some((local, remote)), Some(ends)) => ends == (remote, local),
        _ => false,
    });
    let is_closing = || is_call(&["close", "shutdown"]) || matches!(reach.what, Cause::Exit(_));
    match (facts.state.as_str(), ours.map(Packet::kind)) {
        ("LISTEN", _) => is_call(&["listen"]),
        ("SYN_SENT", _) => is_call(&["connect", "connect_ex"]),
        ("SYN_RECV", kind) => kind == Some(Kind::Syn),
        ("ESTABLISHED", kind) => kind.is_some_and(|kind| kind != Kind::Syn),
        ("CLOSE_WAIT" | "CLOSING", kind) => kind == Some(Kind::Fin),
        ("FIN_WAIT1" | "LAST_ACK", _) => is_closing(),
        ("FIN_WAIT2" | "TIME_WAIT", kind) => kind.is_some(),
        ("CLOSE" | "CLOSED", Some(kind)) => matches!(kind, Kind::Rst | Kind::Ack),
        ("CLOSE" | "CLOSED", None) => name.is_some() && is_same_fd,
        _ => false,
    }
}

pub(super) fn ends(facts: &SocketFacts) -> Option<(SocketAddr, SocketAddr)> {
    let read = |end: &Option<String>| end.as_deref()?.parse::<SocketAddr>().ok();
    Some((read(&facts.local)?, read(&facts.remote)?))
}

/// The two ends of what a program has under this descriptor, as far as the kernel has said.
pub(super) fn ends_of(
    state: &State,
    host: &str,
    program: &str,
    fd: Option<i32>,
) -> Option<(SocketAddr, SocketAddr)> {
    let (on, key) = state.ledger.socket_under(program, fd?)?;
    let socket = state.hosts.get(on)?.sockets.get(key)?;
    ends(&socket.facts).filter(|_| on == host && socket.gone_at_us.is_none())
}

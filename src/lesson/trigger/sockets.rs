//! Which sockets a trigger means, and what the kernel says of them.

use super::rule::{Buffer, Count, Info, Queue, Subject};
use crate::model::{Place, Socket, State};
use crate::trace::{Key, SocketFacts};

/// The sockets that the subject's host has now.
pub(in crate::lesson) fn of<'a>(
    subject: &'a Subject,
    state: &'a State,
) -> impl Iterator<Item = &'a Socket> {
    let hosts = state.host_order.iter();
    hosts
        .filter(|host| subject.is_host(state, host))
        .flat_map(|host| state.sockets(host))
        .filter(move |socket| belongs(subject, state, &socket.facts))
}

/// Where several programs share a host, another one's sockets are not meant.
fn belongs(subject: &Subject, state: &State, facts: &SocketFacts) -> bool {
    match &facts.program {
        Some(program) => subject.is_program(state, program),
        None => true,
    }
}

pub(super) fn number(
    subject: &Subject,
    state: &State,
    is_counted: impl Fn(&SocketFacts) -> bool,
) -> u64 {
    let counted = of(subject, state).filter(|socket| is_counted(&socket.facts));
    counted.count() as u64
}

/// Whether a socket that is gone was the subject's.
pub(super) fn was_of(subject: &Subject, state: &State, host: &str, key: Key) -> bool {
    let socket = state
        .hosts
        .get(host)
        .and_then(|host| host.sockets.get(&key));
    subject.is_host(state, host)
        && socket.is_some_and(|socket| belongs(subject, state, &socket.facts))
}

/// A host with no listener has no queue, not an empty one.
pub(super) fn queue_is(subject: &Subject, state: &State, queue: Queue, count: Count) -> bool {
    let mut listeners = of(subject, state).filter(|socket| socket.facts.state == "LISTEN");
    listeners.any(|listener| has_queue(state, &listener.facts, queue, count))
}

pub(in crate::lesson) fn has_queue(
    state: &State,
    listener: &SocketFacts,
    queue: Queue,
    count: Count,
) -> bool {
    match queue {
        Queue::Accept => listener.accept_queue.is_some_and(|n| count.fits(n.into())),
        Queue::Syn => {
            let half_open = state.sockets(&listener.host).filter(|socket| {
                let facts = &socket.facts;
                facts.state == "SYN_RECV" && facts.listener.is_none_or(|key| key == listener.key)
            });
            count.fits(half_open.count() as u64)
        }
    }
}

/// Bytes that wait in a connected socket's buffer. Kernels count a FIN as a byte; this does not.
pub(in crate::lesson) fn waiting(state: &State, socket: &Socket, buffer: Buffer) -> Option<u64> {
    let facts = &socket.facts;
    if facts.protocol == "udp" {
        // The kernel's queue counts its own memory, not bytes; the descriptor tells each length.
        let (_, buffers) = socket.buffers.as_ref()?;
        return match buffer {
            Buffer::Receive => Some(buffers.datagrams.iter().map(|n| u64::from(*n)).sum()),
            Buffer::Send => None,
        };
    }
    let has_buffers = matches!(
        facts.state.as_str(),
        "SYN_SENT"
            | "ESTABLISHED"
            | "FIN_WAIT1"
            | "FIN_WAIT2"
            | "CLOSE_WAIT"
            | "CLOSING"
            | "LAST_ACK"
    );
    if !has_buffers {
        return None;
    }
    let is_in = |states: &[&str]| states.contains(&facts.state.as_str());
    Some(match buffer {
        Buffer::Send => {
            // A SYN or FIN that is not acknowledged counts as one.
            let flag = is_in(&["SYN_SENT", "FIN_WAIT1", "CLOSING", "LAST_ACK"]);
            u64::from(facts.send_queue).saturating_sub(u64::from(flag))
        }
        Buffer::Receive => {
            let queue = u64::from(facts.recv_queue);
            let may_hold_fin = queue > 0 && is_in(&["CLOSE_WAIT", "CLOSING", "LAST_ACK"]);
            let unread = may_hold_fin.then(|| state.streams_of(&facts.host, facts.key));
            let unread = unread.flatten();
            // Once a call has come upon the FIN, it is not counted any more.
            match unread.map(|[_, incoming]| incoming.count(Place::Received)) {
                Some(unread) if unread + 1 == queue => unread,
                Some(_) | None => queue,
            }
        }
    })
}

/// A number of the kernel's about a connection; of a listener it means nothing.
pub(in crate::lesson) fn number_of(socket: &Socket, info: Info) -> Option<u64> {
    let facts = &socket.facts;
    let is_connected = !matches!(facts.state.as_str(), "LISTEN" | "CLOSE" | "SYN_RECV");
    let tcp = facts.info.as_ref().filter(|_| is_connected)?;
    let has_heard = facts.state != "SYN_SENT";
    match info {
        Info::Cwnd => Some(tcp.cwnd.into()),
        Info::Ssthresh => Some(tcp.ssthresh.into()),
        Info::Rto => Some(u64::from(tcp.rto_us) / 1000),
        Info::Rtt => has_heard.then(|| u64::from(tcp.rtt_us) / 1000),
        // Before the peer has said anything, it has offered nothing.
        Info::Window => has_heard.then(|| tcp.snd_wnd.into()),
    }
}

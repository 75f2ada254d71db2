//! The way that one end of a connection has gone through the states, and what made it. Pure.
//!
//! In: the states that a kernel told of, and the model's causes. Out: steps between nodes of the
//! figure, each with its time and its cause in the RFC's words: `rcv SYN / snd SYN·ACK`.

use super::figure::{self, CLOSED, CLOSED_AGAIN, LISTEN};
use crate::lesson::Language;
use crate::model::{Cause, Socket, State, Thing};
use crate::trace::SegmentId;
use crate::ui::drawer::connection::End;
use crate::ui::segment;
use crate::ui::text::say;

#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub from: usize,
    pub to: usize,
    pub at_us: u64,
    /// What happened: a call, a segment, a timer.
    pub event: String,
    /// What the kernel did with it; may be empty.
    pub action: String,
}

/// Where an end is, and how it came there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Path {
    pub steps: Vec<Step>,
    pub now: usize,
}

pub fn path(language: Language, state: &State, end: &End) -> Path {
    let Some(socket) = end.socket(state) else {
        return Path {
            now: listener_of(state, end).map_or(CLOSED, |_| LISTEN),
            ..Path::default()
        };
    };
    let mut path = Path::default();
    let opens = socket
        .states
        .first()
        .is_some_and(|(_, first)| first == "SYN_SENT");
    if !opens
        && socket.facts.state != "LISTEN"
        && let Some(listener) = listener_of(state, end)
    {
        walk(language, state, (listener, "LISTEN"), &mut path);
    }
    walk(language, state, (socket, ""), &mut path);
    if let Some(at_us) = socket.gone_at_us
        && path.now != CLOSED_AGAIN
        && path.now != CLOSED
    {
        let known = figure::edge_of(path.now, CLOSED_AGAIN);
        let event = known.map_or("", |edge| edge.event).to_owned();
        push(&mut path, CLOSED_AGAIN, (at_us, event, String::new()));
    }
    path
}

/// The listening socket that a connection came through.
fn listener_of<'a>(state: &'a State, end: &End) -> Option<&'a Socket> {
    let host = state.hosts.get(&end.host)?;
    let linked = end.socket(state).and_then(|socket| socket.facts.listener);
    if let Some(listener) = linked.and_then(|key| host.sockets.get(&key)) {
        return Some(listener);
    }
    let port = |address: &str| address.rsplit(':').next().map(str::to_owned);
    let wanted = port(&end.address);
    let mut sockets = host.sockets.values().map(std::sync::Arc::as_ref);
    sockets.find(|socket| {
        let was_listening = socket.states.iter().any(|(_, state)| state == "LISTEN");
        was_listening && socket.facts.local.as_deref().and_then(port) == wanted
    })
}

/// The states of a socket, up to one of them where that is named.
fn walk(language: Language, state: &State, (socket, until): (&Socket, &str), path: &mut Path) {
    for (nth, (at_us, name)) in socket.states.iter().enumerate() {
        let to = figure::node_of(name, path.now != CLOSED);
        if to != path.now {
            let (event, action) = cause(language, state, socket, nth);
            push(path, to, (*at_us, event, action));
        }
        if name == until {
            return;
        }
    }
}

fn push(path: &mut Path, to: usize, (at_us, event, action): (u64, String, String)) {
    path.steps.push(Step {
        from: path.now,
        to,
        at_us,
        event,
        action,
    });
    path.now = to;
}

/// What brought a socket into its `nth` state, and what its kernel sent along with it.
fn cause(language: Language, state: &State, socket: &Socket, nth: usize) -> (String, String) {
    let facts = &socket.facts;
    let Some(cause) = state.causes().of_state(&facts.host, facts.key, nth) else {
        return (String::new(), String::new());
    };
    let event = match cause {
        Cause::Call(id) => {
            let mut programs = state.programs.values();
            let call = programs.find_map(|program| program.call(*id));
            call.map_or_else(String::new, |call| format!("{}()", call.name))
        }
        Cause::Arrival(id) | Cause::Wire(id) => {
            format!("rcv {}", segment::short_name(language, state, *id))
        }
        Cause::Timer => say!(language, "states.timer").into_owned(),
        Cause::Exit(_) => say!(language, "states.exit").into_owned(),
        Cause::Unknown => String::new(),
    };
    let sent = state.causes().effects(cause).iter();
    let sent = sent.filter_map(|thing| match thing {
        Thing::Segment(id) => is_from(state, *id, socket).then_some(*id),
        Thing::Call(_) | Thing::Socket { .. } | Thing::State { .. } => None,
    });
    let mut names: Vec<String> = Vec::new();
    for id in sent {
        let name = segment::short_name(language, state, id);
        if !names.contains(&name) && names.len() < 2 {
            names.push(name);
        }
    }
    let action = match names.is_empty() {
        true => String::new(),
        false => format!("snd {}", names.join(", ")),
    };
    (event, action)
}

fn is_from(state: &State, id: SegmentId, socket: &Socket) -> bool {
    let Some(segment) = state.segments.get(&id) else {
        return false;
    };
    let ends = segment
        .packet
        .as_ref()
        .and_then(|packet| packet.endpoints());
    segment.from == socket.facts.host
        && ends.is_some_and(|(from, to)| {
            let is = |said: &Option<String>, address: std::net::SocketAddr| {
                said.as_deref() == Some(address.to_string().as_str())
            };
            is(&socket.facts.local, from) && is(&socket.facts.remote, to)
        })
}

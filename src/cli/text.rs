//! One readable line an event.

use crate::model::{Segment, State};
use crate::trace::{Event, Name, Returned, SocketFacts, TimerKind, What};

/// `state` is the state after the event. `None` for events that say nothing to a reader.
pub fn line(event: &Event, state: &State) -> Option<String> {
    let (who, said) = what(event, state)?;
    let seconds = event.at_us as f64 / 1e6;
    Some(format!("{seconds:9.6}  {who:<9} {said}"))
}

type Said<'a> = Option<(&'a str, String)>;

fn what<'a>(event: &'a Event, state: &'a State) -> Said<'a> {
    match &event.what {
        What::Call { program, .. }
        | What::Blocked { program, .. }
        | What::Return { program, .. }
        | What::Print { program, .. }
        | What::Ask { program, .. }
        | What::Answer { program, .. }
        | What::Exit { program, .. } => Some((program, of_program(&event.what, state)?)),
        What::Sent { segment, .. } => Some(sent(state.segments.get(segment)?, state)),
        What::Delivered { segment } => {
            let segment = state.segments.get(segment)?;
            let to = segment.to.as_deref().unwrap_or("nobody");
            on_wire(segment, &format!("delivered to {to}"))
        }
        What::Dropped { segment } => on_wire(state.segments.get(segment)?, "dropped"),
        What::Duplicated { segment, copy } => on_wire(
            state.segments.get(segment)?,
            &format!("duplicated as #{copy}"),
        ),
        What::Corrupted {
            segment,
            byte,
            was,
            now,
        } => on_wire(
            state.segments.get(segment)?,
            &format!("byte {byte} changed from {was:#04x} to {now:#04x}"),
        ),
        What::Delayed { segment, ms } => {
            on_wire(state.segments.get(segment)?, &format!("delayed by {ms} ms"))
        }
        What::Inferred { segment, .. } => {
            let segment = state.segments.get(segment)?;
            let to = segment.to.as_deref().unwrap_or("nobody");
            on_wire(segment, &format!("{} to {to} (inferred)", segment.from))
        }
        What::Counters { host, counters } => {
            let counted = counters
                .iter()
                .map(|(name, value)| format!("{name} {value}"));
            let counted: Vec<String> = counted.collect();
            Some((host, format!("kernel: counts {}", counted.join(", "))))
        }
        What::Socket(facts) => Some((&facts.host, socket(facts))),
        What::Gone { host, key } => {
            let socket = state.hosts.get(host)?.sockets.get(key)?;
            let local = socket.facts.local.as_deref().unwrap_or("an unbound socket");
            Some((host, format!("kernel: {local} is gone")))
        }
        What::Note { text } => Some(("note", text.clone())),
        What::Ended { reason } => Some(("lab", reason.clone())),
        What::Line { .. }
        | What::Thread { .. }
        | What::Buffers(_)
        | What::Order(_)
        | What::Rest
        | What::Unknown => None,
    }
}

fn on_wire<'a>(segment: &Segment, fate: &str) -> Said<'a> {
    Some(("wire", format!("#{} {} {fate}", segment.id, title(segment))))
}

fn of_program(what: &What, state: &State) -> Option<String> {
    let call_of = |program: &Name, call| state.programs.get(program)?.call(call);
    Some(match what {
        What::Call {
            line, name, args, ..
        } => format!("line {line}: stands before {name}({args})"),
        What::Blocked { program, call } => {
            let call = call_of(program, *call)?;
            format!("line {}: {}() is blocked", call.line, call.name)
        }
        What::Return {
            program,
            call,
            returned,
            ..
        } => {
            let call = call_of(program, *call)?;
            format!("line {}: {}() {}", call.line, call.name, outcome(returned))
        }
        What::Print { text, .. } => format!("prints {}", text.trim_end_matches('\n')),
        What::Ask { prompt, .. } => format!("input({prompt:?}) waits"),
        What::Answer {
            text: Some(text), ..
        } => format!("is given {text:?}"),
        What::Answer { text: None, .. } => "is given the end of input".to_owned(),
        What::Exit {
            traceback: Some(text),
            ..
        } => format!("died:\n{}", text.trim_end()),
        What::Exit {
            traceback: None, ..
        } => "ended".to_owned(),
        What::Line { .. }
        | What::Thread { .. }
        | What::Sent { .. }
        | What::Delivered { .. }
        | What::Dropped { .. }
        | What::Duplicated { .. }
        | What::Inferred { .. }
        | What::Corrupted { .. }
        | What::Delayed { .. }
        | What::Socket(_)
        | What::Buffers(_)
        | What::Counters { .. }
        | What::Gone { .. }
        | What::Order(_)
        | What::Note { .. }
        | What::Rest
        | What::Ended { .. }
        | What::Unknown => return None,
    })
}

fn outcome(returned: &Returned) -> String {
    match returned {
        Returned::Value { value } => format!("returns {value}"),
        Returned::Failed {
            error,
            exception,
            message,
            ..
        } => match error {
            Some(error) => format!("fails with {error}: {exception}: {message}"),
            None => format!("raises {exception}: {message}"),
        },
    }
}

/// `SYN`, `data 12 bytes`.
fn title(segment: &Segment) -> String {
    match &segment.packet {
        Some(packet) if !packet.payload.is_empty() => {
            format!("{} {} bytes", packet.kind(), packet.payload.len())
        }
        Some(packet) => packet.kind().to_string(),
        None if let Some((kind, length)) = segment.inferred => match length {
            0 => kind.to_string(),
            length => format!("{kind} {length} bytes"),
        },
        None => format!("{} bytes that are not IP", segment.bytes.len()),
    }
}

fn sent<'a>(segment: &'a Segment, state: &State) -> (&'a str, String) {
    let mut said = format!("sends #{} {}", segment.id, title(segment));
    if let Some(packet) = &segment.packet {
        if let Some((seq, ack)) = state.relative_numbers(packet) {
            said += &format!(" seq {seq}");
            if packet.tcp().is_some_and(|tcp| tcp.flags.ack) {
                said += &format!(" ack {ack}");
            }
        }
        if let Some((from, to)) = packet.endpoints() {
            said += &format!("  {from} → {to}");
        }
    }
    if let Some(original) = segment.copy_of {
        said += &format!("  (a copy of #{original})");
    }
    (segment.from.as_str(), said)
}

fn socket(facts: &SocketFacts) -> String {
    let mut said = format!("kernel: {} {}", facts.protocol, facts.state);
    if let Some(local) = &facts.local {
        said += &format!(" {local}");
    }
    if let Some(remote) = &facts.remote {
        said += &format!(" ↔ {remote}");
    }
    said += &match facts.fd {
        Some(fd) => format!(", descriptor {fd}"),
        None => ", no descriptor".to_owned(),
    };
    if let (Some(queue), Some(backlog)) = (facts.accept_queue, facts.backlog) {
        said += &format!(", accept queue {queue}/{backlog}");
    }
    if facts.recv_queue > 0 {
        said += &format!(", {} to read", facts.recv_queue);
    }
    if facts.send_queue > 0 {
        said += &format!(", {} unacknowledged", facts.send_queue);
    }
    if let Some(timer) = &facts.timer {
        let kind = match timer.kind {
            TimerKind::Retransmit => "sends again",
            TimerKind::Keepalive => "keepalive",
            TimerKind::TimeWait | TimerKind::FinWait2 => "ends",
            TimerKind::Probe => "probes",
            TimerKind::Other => "timer",
        };
        said += &format!(", {kind} in {:.1} s", f64::from(timer.expires_ms) / 1e3);
    }
    said
}

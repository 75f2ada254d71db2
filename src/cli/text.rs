//! One readable line an event.

use crate::model::{Segment, State};
use crate::trace::{
    BufferFacts, Event, Name, Order, Resent, Returned, SocketFacts, ThreadState, TimerKind, What,
};

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
            let damaged = match segment.corrupted.is_empty() {
                true => "",
                false => ", damaged",
            };
            on_wire(segment, &format!("delivered to {to}{damaged}"))
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
        What::Thread {
            program,
            thread,
            state,
        } => Some((program, format!("thread {thread} {}", thread_word(*state)))),
        What::Buffers(facts) => Some((&facts.host, buffers(facts, state)?)),
        What::Order(ordered) => Some(("wire", holding(&ordered.order)?)),
        What::Line { .. } | What::Rest | What::Unknown => None,
    }
}

fn thread_word(state: ThreadState) -> &'static str {
    match state {
        ThreadState::Started => "started",
        ThreadState::Waits => "waits for another thread",
        ThreadState::GoesOn => "goes on",
        ThreadState::Ended => "ended",
    }
}

/// No event follows such an order by itself; every other order does what its events say.
fn holding(order: &Order) -> Option<String> {
    let Order::Hold { traffic, on } = order else {
        return None;
    };
    let verb = if *on { "holds" } else { "lets pass" };
    let kind = traffic
        .kind
        .map_or("everything".to_owned(), |kind| format!("every {kind}"));
    let from = traffic.from.as_ref().map(|from| format!(" of {from}"));
    Some(format!(
        "{verb} {kind}{} from now on",
        from.unwrap_or_default()
    ))
}

/// So many bytes of a buffer are shown.
const SHOWN: usize = 40;

/// `None` when both buffers are empty.
fn buffers(facts: &BufferFacts, state: &State) -> Option<String> {
    let socket = state.hosts.get(&facts.host)?.sockets.get(&facts.key)?;
    let local = socket.facts.local.as_deref().unwrap_or("an unbound socket");
    let mut said = Vec::new();
    if facts.unread > 0 {
        let shown = &facts.received.0[..facts.received.0.len().min(SHOWN)];
        let more = if shown.len() < facts.unread as usize {
            "…"
        } else {
            ""
        };
        let text = String::from_utf8_lossy(shown);
        said.push(format!("{} to read {:?}{more}", facts.unread, text));
    }
    if facts.unacked > 0 {
        said.push(format!("{} unacknowledged", facts.unacked));
    }
    if facts.unsent > 0 {
        said.push(format!("{} of them not sent yet", facts.unsent));
    }
    (!said.is_empty()).then(|| format!("kernel: buffers of {local}: {}", said.join(", ")))
}

/// Why a kernel sent something that nobody asked it for just then.
fn reason(resent: Resent) -> &'static str {
    match resent {
        Resent::Rto => "sent again: its timer ran out",
        Resent::Tlp => "sent again: a probe, because no acknowledgment came",
        Resent::FastRetransmit => "sent again: acknowledgments say that it is lost",
        Resent::SynRetry => "sent again: no answer to the SYN came in time",
        Resent::SynAckRetry => "sent again: no answer to the SYN+ACK came, or the SYN came again",
        Resent::Keepalive => "is the other side still there?",
        Resent::WindowProbe => "has the other side's window opened?",
        Resent::Unknown => "sent again; the kernel does not say why",
    }
}

fn on_wire<'a>(segment: &Segment, fate: &str) -> Said<'a> {
    Some(("wire", format!("#{} {} {fate}", segment.id, title(segment))))
}

fn of_program(what: &What, state: &State) -> Option<String> {
    let call_of = |program: &Name, call| state.programs.get(program)?.call(call);
    Some(match what {
        What::Call {
            line,
            name,
            args,
            thread,
            ..
        } => {
            let thread = match thread {
                0 => String::new(),
                thread => format!("thread {thread} "),
            };
            format!("line {line}: {thread}stands before {name}({args})")
        }
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
        Some(packet) if packet.payload_length() > 0 => {
            format!("{} {} bytes", packet.kind(), packet.payload_length())
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
        if let Some((seq, ack)) = state.relative_numbers(segment) {
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
    if let Some(resent) = segment.reason {
        said += &format!("  ({})", reason(resent));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Header, HostSetup, Setup, Timers, WireKind, parse_event};

    /// The line of the last event, after the events before it.
    fn told(events: &[&str]) -> Option<String> {
        let setup = Setup {
            hosts: vec![HostSetup {
                name: "client".to_owned(),
                addresses: Vec::new(),
            }],
            programs: Vec::new(),
            timers: Timers::Patient,
            wire: WireKind::Held,
            ..Setup::default()
        };
        let header = Header::new(&setup, String::new(), WireKind::Held);
        let mut state = State::new(&header);
        let mut last = None;
        for event in events {
            let event = format!("{{\"n\":0,\"at_us\":1500000,{event}}}");
            let event = parse_event(&event).expect("it is sound");
            state.apply(&event);
            last = line(&event, &state);
        }
        last
    }

    #[test]
    fn each_event_that_a_reader_wants_is_one_line() {
        let sent = r#""what":"sent","segment":0,"from":"client","to":"server","bytes":"RQ==","copy_of":null"#;
        let again = r#""what":"sent","segment":1,"from":"client","to":"server","bytes":"RQ==","copy_of":0,"reason":"rto""#;
        let socket = r#""what":"socket","host":"client","key":7,"program":null,"fd":3,"protocol":"tcp","state":"ESTABLISHED","local":"10.0.0.1:5","remote":null,"recv_queue":0,"send_queue":0,"backlog":null,"accept_queue":null,"timer":null,"info":null"#;
        let full = r#""what":"buffers","host":"client","key":7,"unread":2,"received":"aGk=","unacked":9,"unsent":4"#;
        let empty = r#""what":"buffers","host":"client","key":7,"unread":0,"received":"","unacked":0,"unsent":0"#;
        for (events, expected) in [
            (
                &[sent, again][..],
                Some("(a copy of #0)  (sent again: its timer ran out)"),
            ),
            (
                &[sent, r#""what":"duplicated","segment":0,"copy":1"#],
                Some("duplicated as #1"),
            ),
            (
                &[sent, r#""what":"delayed","segment":0,"ms":500"#],
                Some("delayed by 500 ms"),
            ),
            (
                &[
                    sent,
                    r#""what":"corrupted","segment":0,"byte":0,"was":69,"now":186"#,
                    r#""what":"delivered","segment":0"#,
                ],
                Some("delivered to server, damaged"),
            ),
            (
                &[
                    r#""what":"order","order":"hold","from":"client","kind":"data","on":false,"by":"lesson""#,
                ],
                Some("wire      lets pass every data of client from now on"),
            ),
            (
                &[r#""what":"order","order":"hold","on":true,"by":"learner""#],
                Some("holds everything from now on"),
            ),
            (
                &[r#""what":"thread","program":"server","thread":2,"state":"waits""#],
                Some("thread 2 waits for another thread"),
            ),
            (
                &[socket, full],
                Some(
                    "kernel: buffers of 10.0.0.1:5: 2 to read \"hi\", 9 unacknowledged, 4 of them not sent yet",
                ),
            ),
            (&[socket, empty], None),
            (
                &[r#""what":"order","order":"deliver_all","by":"learner""#],
                None,
            ),
        ] {
            let told = told(events);
            match (&told, expected) {
                (Some(told), Some(part)) => {
                    assert!(told.contains(part) && !told.contains('\n'), "{told}");
                }
                (None, None) => {}
                (told, expected) => panic!("{told:?}, not {expected:?}"),
            }
        }
    }
}

//! What the comments of a capture say: of the run as a whole, and of each packet.
//!
//! In: a [`Story`]. Out: short sentences in English, as the names of fields in Wireshark are. A
//! packet that was dropped has `DROPPED` as its first word, so that a filter finds it.

use super::blocks::Way;
use super::story::{Corruption, End, Journey, Maker, Sighting, Story};
use crate::model::{Cause, Thing};
use crate::packet;
use crate::trace::{By, CallId, Header, Resent, Returned, SegmentId, Timers, What, WireKind};

/// What a program handed over or got back may be long, in characters.
const LONGEST: usize = 100;
/// Of calls that return, twins, damaged bytes: a packet with more is somebody's joke.
const MOST: usize = 8;

/// Of the run as a whole.
pub fn of_run(header: &Header, eyes: Option<&str>) -> Vec<String> {
    let mut said = Vec::new();
    let hosts = header.hosts.iter().map(|host| {
        let addresses: Vec<String> = host.addresses.iter().map(ToString::to_string).collect();
        format!("{} {}", host.name, addresses.join(" "))
    });
    said.push(format!("Hosts: {}", hosts.collect::<Vec<_>>().join("; ")));
    if !header.programs.is_empty() {
        let programs = header.programs.iter().map(|program| {
            let (name, file, host) = (&program.name, &program.file, &program.host);
            format!("{name} ({file}) on host {host}")
        });
        let programs = programs.collect::<Vec<_>>().join("; ");
        said.push(format!("Programs: {programs}"));
    }
    if let Some(lesson) = &header.lesson {
        let attempt = header
            .attempt
            .as_ref()
            .map(|label| format!(", tried: {label}"));
        said.push(format!("Lesson: {lesson}{}", attempt.unwrap_or_default()));
    }
    if is_of_a_lab(header) {
        said.push(format!("Timers: {}", timers(header.timers)));
        said.push(LAB.to_owned());
    }
    said.push(match eyes {
        None => ONCE.to_owned(),
        Some(host) => format!(
            "Seen by {host}: what it sent, as it was sent, and what arrived there, when and as it \
             arrived."
        ),
    });
    if header.started_us.is_none() {
        said.push(NO_START.to_owned());
    }
    said
}

const LAB: &str = "A lab: each host is a network namespace of a real kernel, and the wire between \
                   them holds every packet until it is delivered or dropped by hand or by a \
                   script. Which call or which arrival made a packet is inferred from the order \
                   of events; that a timer did is the kernel's own word.";
const ONCE: &str = "Each packet that a kernel sent is here once: on its sender's interface, when \
                    and as it was sent. DROPPED or LOST begins the comment of one that never \
                    arrived. A second one that the wire made of it is told in its comments.";
const NO_START: &str = "The recording does not tell when it began: its times count from \
                        1970-01-01 00:00:00 UTC.";

fn timers(timers: Timers) -> &'static str {
    match timers {
        Timers::Patient => "patient (retry limits are raised, so that a held packet ends nothing)",
        Timers::Natural => "natural (as the kernel has them)",
        Timers::Still => "still (nothing in flight is sent again for two minutes)",
    }
}

/// A capture that was made elsewhere tells of no programs and of no wire that was held.
fn is_of_a_lab(header: &Header) -> bool {
    header.wire == WireKind::Held
}

/// Of one packet at an interface.
pub fn of_packet(story: &Story<'_>, header: &Header, sighting: &Sighting<'_>) -> Vec<String> {
    if !is_of_a_lab(header) {
        return Vec::new();
    }
    let journey = &story.journeys[sighting.journey];
    match sighting.way {
        Way::Out => of_departure(story, journey),
        Way::In => of_arrival(story, journey),
    }
}

fn of_departure(story: &Story<'_>, journey: &Journey<'_>) -> Vec<String> {
    let mut said = Vec::new();
    let end = ending(journey);
    let is_lost = matches!(journey.end, End::Dropped(..));
    if is_lost {
        said.extend(end.clone());
    }
    said.extend(made_by(story, journey));
    said.extend(copy(story, journey));
    let shown = journey.corrupted.iter().take(MOST);
    said.extend(shown.map(|Corruption { byte, was, now }| {
        format!("corrupted on the wire: byte {byte} was 0x{was:02x} and became 0x{now:02x}; here as sent")
    }));
    said.extend(delays(journey));
    if !is_lost {
        said.extend(end);
    }
    for twin in journey.twins.iter().take(MOST) {
        let twin = &story.journeys[*twin];
        let end = ending(twin).unwrap_or_else(|| "it has no end".to_owned());
        said.push(format!("duplicated on the wire; the second one: {end}"));
        said.extend(woken(story, twin.id));
    }
    said.extend(woken(story, journey.id));
    said
}

fn of_arrival(story: &Story<'_>, journey: &Journey<'_>) -> Vec<String> {
    let mut said = Vec::new();
    if let End::Delivered(at_us) = journey.end {
        let after = after(journey.sent_at_us, at_us);
        said.push(format!("left {} {after} before", journey.from));
    }
    if let Maker::Wire(root) = journey.made_by {
        let first = story.journeys[root].arrived_in;
        said.push(match first {
            Some(frame) => format!("a second one of frame {frame}, made by the wire"),
            None => "a second one, made by the wire".to_owned(),
        });
    }
    let shown = journey.corrupted.iter().take(MOST);
    said.extend(shown.map(|Corruption { byte, was, now }| {
        format!("corrupted on the wire: byte {byte} was 0x{was:02x} and became 0x{now:02x}; here as arrived")
    }));
    said.extend(delays(journey));
    said.extend(woken(story, journey.id));
    said
}

/// What became of it; `None` of a copy that never was more.
fn ending(journey: &Journey<'_>) -> Option<String> {
    let after = |at_us| after(journey.sent_at_us, at_us);
    Some(match journey.end {
        End::Delivered(at_us) => {
            let to = journey.to.unwrap_or("a host");
            format!("delivered to {to} after {}", after(at_us))
        }
        End::Dropped(at_us, Some(by)) => {
            let by = match by {
                By::Learner => "the learner",
                By::Lesson => "the script",
                By::Director => "a rule of the run",
            };
            format!("DROPPED by {by} after {}", after(at_us))
        }
        End::Dropped(_, None) if journey.to.is_none() => match packet::destination(journey.bytes) {
            Some(address) => format!("LOST: no host has the address {address}"),
            None => "LOST: neither IPv4 nor IPv6".to_owned(),
        },
        End::Dropped(at_us, None) => format!("LOST on the wire after {}", after(at_us)),
        End::None if journey.is_absorbed => return None,
        End::None => "still on the wire when the recording ends".to_owned(),
    })
}

fn copy(story: &Story<'_>, journey: &Journey<'_>) -> Option<String> {
    let original = &story.journeys[journey.copy_of?];
    let later = after(original.sent_at_us, journey.sent_at_us);
    let frame = original.left_in.map(|frame| format!("frame {frame}"));
    let frame = frame.unwrap_or_else(|| "an earlier one".to_owned());
    Some(match (journey.is_absorbed, journey.end) {
        (false, _) => format!("sent again: the same as {frame}, {later} later"),
        (true, End::None) => format!(
            "sent again while its first copy was held: the same as {frame}, {later} later; the \
             wire kept it behind that one and never delivered it"
        ),
        (true, End::Delivered(_) | End::Dropped(..)) => format!(
            "sent again while its first copy was held: the same as {frame}, {later} later; on the \
             wire it took that one's place"
        ),
    })
}

fn delays(journey: &Journey<'_>) -> impl Iterator<Item = String> {
    let shown = journey.delayed.iter().take(MOST);
    shown.map(|ms| format!("delayed on the wire by {ms} ms"))
}

/// What made the sender's kernel send it.
fn made_by(story: &Story<'_>, journey: &Journey<'_>) -> Option<String> {
    let host = journey.from;
    let reason = story.state.segments.get(&journey.id)?.reason;
    Some(match story.state.causes().of_segment(journey.id)? {
        Cause::Call(id) => format!("made by {}", call(story, *id)?),
        Cause::Arrival(id) => {
            let answered = answered(story, *id);
            match reason {
                Some(reason) => format!("{}; {host}'s kernel answers {answered}", resent(reason)),
                None => format!("{host}'s kernel answers {answered}"),
            }
        }
        Cause::Timer => match reason {
            Some(reason) => format!("{host}'s kernel: {}", resent(reason)),
            None => format!("{host}'s kernel: a timer ran out"),
        },
        Cause::Exit(program) => {
            format!("{program} ended, and {host}'s kernel closes what it left open")
        }
        Cause::Wire(_) => return None,
        Cause::Unknown => format!("{host}'s kernel: {}", resent(reason?)),
    })
}

fn answered(story: &Story<'_>, id: SegmentId) -> String {
    let arrived = story.journey(id);
    let frame = arrived.and_then(|journey| {
        let root = story.root(journey).map(|root| &story.journeys[root]);
        journey.arrived_in.or(root.and_then(|root| root.left_in))
    });
    match frame {
        Some(frame) => format!("frame {frame}"),
        None => "what arrived".to_owned(),
    }
}

fn resent(reason: Resent) -> &'static str {
    match reason {
        Resent::Rto => "sent again, the retransmission timer ran out (RFC 6298)",
        Resent::Tlp => "a tail loss probe (RFC 8985)",
        Resent::FastRetransmit => "sent again, acknowledgments say that it is lost (RFC 5681)",
        Resent::SynRetry => "the SYN again, its timer ran out",
        Resent::SynAckRetry => "the SYN-ACK again",
        Resent::Keepalive => "a keepalive probe (RFC 9293)",
        Resent::WindowProbe => "a window probe (RFC 9293)",
        Resent::Unknown => "sent again, and its counters do not say why",
    }
}

/// The calls that waited and that it lets return.
fn woken(story: &Story<'_>, id: SegmentId) -> Vec<String> {
    let effects = story.state.causes().effects(&Cause::Arrival(id)).iter();
    let calls = effects.filter_map(|thing| match thing {
        Thing::Call(id) => Some(*id),
        Thing::Segment(_) | Thing::Socket { .. } | Thing::State { .. } => None,
    });
    let said = calls.take(MOST).filter_map(|id| {
        let call = call(story, id)?;
        let result = story.returned(id).and_then(result);
        Some(match result {
            Some(result) => format!("wakes {call}: {result}"),
            None => format!("wakes {call}"),
        })
    });
    said.collect()
}

/// `client line 5: connect(('10.0.0.2', 8989))`
fn call(story: &Story<'_>, id: CallId) -> Option<String> {
    let What::Call {
        program,
        line,
        name,
        args,
        thread,
        ..
    } = story.call(id)?
    else {
        return None;
    };
    let thread = match thread {
        0 => String::new(),
        thread => format!(" thread {thread}"),
    };
    let args = short(args);
    Some(format!("{program}{thread} line {line}: {name}({args})"))
}

fn result(what: &What) -> Option<String> {
    let What::Return { returned, .. } = what else {
        return None;
    };
    Some(match returned {
        Returned::Value { value } => format!("returns {}", short(value)),
        Returned::Failed {
            error, exception, ..
        } => match error {
            Some(error) => format!("raises {exception} ({error})"),
            None => format!("raises {exception}"),
        },
    })
}

/// One line, and not a long one.
fn short(text: &str) -> String {
    let is_plain = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = text.chars().take(LONGEST).map(is_plain).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// The time between, in milliseconds.
fn after(from_us: u64, to_us: u64) -> String {
    let us = to_us.saturating_sub(from_us);
    format!("{}.{:03} ms", us / 1000, us % 1000)
}

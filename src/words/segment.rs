//! A segment in words: its name, its numbers, where it goes and what became of it.

use crate::ladder::Numbers;
use crate::lesson::Language;
use crate::model::{Fate, Segment, State};
use crate::packet::{Kind, Packet};
use crate::trace::SegmentId;

/// `SYN·ACK`, `data 12 B`.
pub fn kind_name(language: Language, packet: &Packet) -> String {
    let with_ack = |name: &str| match packet.tcp() {
        Some(tcp) if tcp.flags.ack => format!("{name}·ACK"),
        _ => name.to_owned(),
    };
    match packet.kind() {
        Kind::Syn => "SYN".to_owned(),
        Kind::SynAck => "SYN·ACK".to_owned(),
        Kind::Ack => "ACK".to_owned(),
        Kind::Fin => with_ack("FIN"),
        Kind::Rst => with_ack("RST"),
        Kind::Data => say!(language, "segment.data", count = packet.payload_length()).into_owned(),
        Kind::Datagram => format!("UDP {} B", packet.payload_length()),
        Kind::Icmp => "ICMP".to_owned(),
        Kind::Other => "IP".to_owned(),
    }
}

/// A kind that is called the same in every language.
pub fn plain_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Syn => "SYN",
        Kind::SynAck => "SYN·ACK",
        Kind::Ack => "ACK",
        Kind::Data => "data",
        Kind::Fin => "FIN",
        Kind::Rst => "RST",
        Kind::Datagram => "UDP",
        Kind::Icmp => "ICMP",
        Kind::Other => "IP",
    }
}

/// The name without numbers, for sentences.
pub fn short_name(language: Language, state: &State, id: SegmentId) -> String {
    let segment = state.segments.get(&id);
    let packet = segment.and_then(|segment| segment.packet.as_ref());
    packet.map_or_else(|| format!("#{id}"), |packet| kind_name(language, packet))
}

/// The name with its numbers as the learner wants them: `SYN·ACK seq 0 ack 1`. One that has a
/// duplicate carries its number, by which that one calls it.
pub fn label(language: Language, numbers: Numbers, state: &State, segment: &Segment) -> String {
    let title = title(language, numbers, state, segment);
    match (numbers, absolute(segment)) {
        (Numbers::Absolute, Some(numbers)) => format!("{title} {numbers}"),
        (Numbers::Absolute, None) | (Numbers::Relative, _) => title,
    }
}

/// The same as it stands on the ladder, where absolute numbers have a line of their own.
pub fn title(language: Language, numbers: Numbers, state: &State, segment: &Segment) -> String {
    let mut label = bare(language, segment);
    if numbers == Numbers::Relative {
        label.push_str(&relative(state, segment));
    }
    let is_duplicate = |(id, _): &(SegmentId, u64)| {
        let copy = state.segments.get(id);
        copy.is_some_and(|copy| copy.duplicate_of().is_some())
    };
    if segment.copies.iter().any(is_duplicate) {
        format!("#{} {label}", segment.id)
    } else if segment.copy_of.is_some() && segment.duplicate_of().is_none() {
        say!(language, "segment.again", segment = label).into_owned()
    } else {
        label
    }
}

/// What it is, without numbers.
pub fn bare(language: Language, segment: &Segment) -> String {
    if let Some((kind, length)) = segment.inferred {
        return match kind {
            Kind::Data => say!(language, "segment.data", count = length).into_owned(),
            Kind::Datagram => format!("UDP {length} B"),
            Kind::Syn
            | Kind::SynAck
            | Kind::Ack
            | Kind::Fin
            | Kind::Rst
            | Kind::Icmp
            | Kind::Other => plain_kind(kind).to_owned(),
        };
    }
    match &segment.packet {
        Some(packet) => kind_name(language, packet),
        None => say!(language, "segment.unreadable", count = segment.bytes.len()).into_owned(),
    }
}

/// ` seq 0 ack 1`, counted from each direction's first.
fn relative(state: &State, segment: &Segment) -> String {
    let mut numbers = String::new();
    let packet = segment.packet.as_ref();
    let found = packet.and_then(|packet| Some((packet.tcp()?, state.relative_numbers(segment)?)));
    if let Some((tcp, (seq, ack))) = found {
        // An RST that answers a SYN has no sequence number of its own worth reading.
        if !tcp.flags.rst || seq != 0 {
            numbers.push_str(&format!(" seq {seq}"));
        }
        if tcp.flags.ack {
            numbers.push_str(&format!(" ack {ack}"));
        }
    }
    numbers
}

/// `seq 1626072498 ack 2578628621`, as they stand in the header.
pub fn absolute(segment: &Segment) -> Option<String> {
    let tcp = segment.packet.as_ref()?.tcp()?;
    let seq = tcp.seq.0;
    Some(match tcp.flags.ack {
        true => format!("seq {seq} ack {}", tcp.ack.0),
        false => format!("seq {seq}"),
    })
}

/// What became of it, in a word.
fn fate(language: Language, fate: Fate) -> String {
    match fate {
        Fate::Held => say!(language, "segment.held"),
        Fate::Absorbed => say!(language, "segment.absorbed"),
        Fate::Delivered(_) => say!(language, "segment.delivered"),
        Fate::Dropped(_) => say!(language, "segment.dropped"),
        Fate::Delayed(_) => say!(language, "segment.delayed"),
    }
    .into_owned()
}

/// The same of a segment: nobody saw an inferred one arrive.
pub fn fate_of(language: Language, segment: &Segment) -> String {
    if segment.inferred.is_some() {
        say!(language, "remark.inferred").into_owned()
    } else {
        fate(language, segment.fate)
    }
}

/// One sentence on what such a segment is for.
pub fn purpose(language: Language, packet: &Packet) -> String {
    match packet.kind() {
        Kind::Syn => say!(language, "purpose.syn"),
        Kind::SynAck => say!(language, "purpose.syn_ack"),
        Kind::Ack => say!(language, "purpose.ack"),
        Kind::Data => say!(language, "purpose.data"),
        Kind::Fin => say!(language, "purpose.fin"),
        Kind::Rst => say!(language, "purpose.rst"),
        Kind::Datagram => say!(language, "purpose.datagram"),
        Kind::Icmp => say!(language, "purpose.icmp"),
        Kind::Other => say!(language, "purpose.other"),
    }
    .into_owned()
}

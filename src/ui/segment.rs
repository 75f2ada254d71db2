//! A segment in words: its name, its numbers, where it goes and what became of it.

use super::text::say;
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
        Kind::Data => say!(language, "segment.data", count = packet.payload().len()).into_owned(),
        Kind::Datagram => format!("UDP {} B", packet.payload().len()),
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

/// The name with relative numbers, as on the ladder: `SYN·ACK seq 0 ack 1`. One that has a
/// duplicate carries its number, by which that one calls it.
pub fn label(language: Language, state: &State, segment: &Segment) -> String {
    let label = numbered(language, state, segment);
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

fn numbered(language: Language, state: &State, segment: &Segment) -> String {
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
    let Some(packet) = &segment.packet else {
        return say!(language, "segment.unreadable", count = segment.bytes.len()).into_owned();
    };
    let mut label = kind_name(language, packet);
    if let (Some(tcp), Some((seq, ack))) = (packet.tcp(), state.relative_numbers(packet)) {
        // An RST that answers a SYN has no sequence number of its own worth reading.
        if !tcp.flags.rst || seq != 0 {
            label.push_str(&format!(" seq {seq}"));
        }
        if tcp.flags.ack {
            label.push_str(&format!(" ack {ack}"));
        }
    }
    label
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

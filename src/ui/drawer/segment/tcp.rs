//! The fields of a TCP header (RFC 9293 section 3.1) and of each of its options. Pure.

use super::checksum;
use super::field::{Layer, Mark, Named, Reader, hex16};
use crate::lesson::Language;
use crate::session::Numbers;
use crate::ui::text::say;

/// What a header alone does not tell.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// Sequence and acknowledgment number, counted from each direction's first.
    pub relative: (u32, u32),
    /// By how much the windows of this direction are shifted; `None` when no SYN told.
    pub shift: Option<u8>,
    pub numbers: Numbers,
}

pub fn tcp(reader: &mut Reader<'_>, known: Known) {
    let language = reader.language;
    let Some(tcp) = reader.packet.tcp() else {
        return;
    };
    let start = reader.packet.transport_header.start;
    reader.enter(Layer::Transport, start, "RFC 9293 §3.1");
    let name = ("Source Port", say!(language, "header.source_port"));
    let meaning = say!(language, "field.source_port");
    reader.bytes(0..2, name, tcp.source_port, meaning);
    let name = (
        "Destination Port",
        say!(language, "header.destination_port"),
    );
    let meaning = say!(language, "field.destination_port");
    reader.bytes(2..4, name, tcp.destination_port, meaning);
    reader.of("RFC 9293 §3.4");
    let name = ("Sequence Number", say!(language, "header.seq"));
    let value = both(language, known.numbers, known.relative.0, tcp.seq.0);
    reader.bytes(4..8, name, value, say!(language, "field.seq"));
    let name = ("Acknowledgment Number", say!(language, "header.ack"));
    if tcp.flags.ack {
        let value = both(language, known.numbers, known.relative.1, tcp.ack.0);
        reader.bytes(8..12, name, value, say!(language, "field.ack"));
    } else {
        let field = reader.bytes(8..12, name, tcp.ack.0, say!(language, "field.no_ack"));
        field.mark = Mark::Off;
    }
    reader.of("RFC 9293 §3.1");
    let words = reader.number(96..100);
    let value = format!("{} B", words * 4);
    let name = ("Data Offset", say!(language, "header.offset"));
    reader.bits(
        96..100,
        name,
        value,
        say!(language, "field.offset", words = words),
    );
    let name = ("Reserved", say!(language, "header.reserved"));
    let value = reader.number(100..104);
    let meaning = say!(language, "field.reserved");
    reader.bits(100..104, name, value, meaning).mark = Mark::Off;
    flags(reader);
    window(reader, known);
    sum(reader, 16, 6);
    let name = ("Urgent Pointer", say!(language, "header.urgent"));
    let (value, is_urgent) = (reader.number_of_bytes(18..20), tcp.flags.urg);
    let meaning = if is_urgent {
        say!(language, "field.urgent")
    } else {
        say!(language, "field.no_urgent")
    };
    let field = reader
        .of("RFC 9293 §3.8.5")
        .bytes(18..20, name, value, meaning);
    field.mark = if is_urgent { Mark::Plain } else { Mark::Off };
    let end = reader.packet.transport_header.end.saturating_sub(start);
    options(reader, start, end);
}

/// The number as it stands in the header, and counted from the first.
fn both(language: Language, numbers: Numbers, relative: u32, absolute: u32) -> String {
    match numbers {
        Numbers::Relative => say!(
            language,
            "field.relative_first",
            relative = relative,
            absolute = absolute
        ),
        Numbers::Absolute => say!(
            language,
            "field.absolute_first",
            relative = relative,
            absolute = absolute
        ),
    }
    .into_owned()
}

fn flags(reader: &mut Reader<'_>) {
    let language = reader.language;
    let flags = [
        ("CWR", say!(language, "field.cwr"), "RFC 3168 §6.1"),
        ("ECE", say!(language, "field.ece"), "RFC 3168 §6.1"),
        ("URG", say!(language, "field.urg"), "RFC 9293 §3.8.5"),
        ("ACK", say!(language, "field.ack_flag"), "RFC 9293 §3.1"),
        ("PSH", say!(language, "field.psh"), "RFC 9293 §3.9.1.2"),
        ("RST", say!(language, "field.rst"), "RFC 9293 §3.5.2"),
        ("SYN", say!(language, "field.syn"), "RFC 9293 §3.5"),
        ("FIN", say!(language, "field.fin"), "RFC 9293 §3.6"),
    ];
    for (index, (name, meaning, rfc)) in flags.into_iter().enumerate() {
        reader
            .of(rfc)
            .flag(104 + index, (name, name.into()), meaning);
    }
}

fn window(reader: &mut Reader<'_>, known: Known) {
    let language = reader.language;
    let Some(tcp) = reader.packet.tcp() else {
        return;
    };
    let name = ("Window", say!(language, "header.window"));
    let window = u32::from(tcp.window);
    let (value, meaning) = match known.shift {
        // A SYN's own window is never scaled (RFC 7323 section 2.2).
        _ if tcp.flags.syn => (format!("{window} B"), say!(language, "field.window_syn")),
        Some(shift) => {
            let scaled = window << shift.min(14);
            let factor = 1_u32 << shift.min(14);
            let value = format!("{window} × {factor} = {scaled} B");
            (value, say!(language, "field.window"))
        }
        None => (window.to_string(), say!(language, "field.window_unscaled")),
    };
    reader.of("RFC 7323 §2").bytes(14..16, name, value, meaning);
}

/// A checksum over header, data and addresses, compared with what it must be.
pub fn sum(reader: &mut Reader<'_>, offset: usize, protocol: u8) {
    let language = reader.language;
    let name = ("Checksum", say!(language, "header.checksum"));
    let said = reader.number_of_bytes(offset..offset + 2);
    let counted = u32::from(checksum::transport(reader.packet, protocol, offset));
    // UDP writes a sum of 0 as all ones: 0 means that there is none (RFC 768).
    let is_right = said == counted || protocol == 17 && counted == 0 && said == 0xFFFF;
    let (mark, meaning) = if protocol == 17 && said == 0 {
        (Mark::Off, say!(language, "field.no_checksum"))
    } else if is_right && protocol == 1 {
        (Mark::Right, say!(language, "field.icmp_checksum"))
    } else if is_right {
        (Mark::Right, say!(language, "field.tcp_checksum"))
    } else if reader.is_captured
        && said == u32::from(checksum::left_to_card(reader.packet, protocol))
    {
        let counted = hex16(counted);
        (
            Mark::Off,
            say!(language, "capture.checksum_left", counted = counted),
        )
    } else {
        let counted = hex16(counted);
        (
            Mark::Wrong,
            say!(language, "field.checksum_bad", counted = counted),
        )
    };
    let at = offset..offset + 2;
    reader.bytes(at, name, hex16(said), meaning).mark = mark;
}

/// Walks the options by their lengths.
fn options(reader: &mut Reader<'_>, start: usize, end: usize) {
    reader.enter(Layer::Options, start, "RFC 9293 §3.2");
    let mut at = 20;
    while at < end {
        let kind = reader.number_of_bytes(at..at + 1);
        let length = match kind {
            0 | 1 => 1,
            _ if at + 1 >= end => 1,
            _ => (reader.number_of_bytes(at + 1..at + 2) as usize).max(2),
        };
        let next = (at + length).min(end);
        option(reader, kind, at, next);
        if kind == 0 {
            padding(reader, next, end);
            return;
        }
        at = next;
    }
}

fn padding(reader: &mut Reader<'_>, from: usize, end: usize) {
    if from < end {
        let name = ("Padding", say!(reader.language, "header.padding"));
        let value = format!("{} B", end - from);
        let meaning = say!(reader.language, "field.padding");
        reader.bytes(from..end, name, value, meaning).mark = Mark::Off;
    }
}

fn option(reader: &mut Reader<'_>, kind: u32, at: usize, next: usize) {
    let language = reader.language;
    let value = reader.number_of_bytes((at + 2).min(next)..next);
    match kind {
        0 => {
            let name = (
                "End of Option List",
                say!(language, "header.end_of_options"),
            );
            let meaning = say!(language, "field.end_of_options");
            reader
                .of("RFC 9293 §3.2")
                .bytes(at..next, name, "", meaning)
                .mark = Mark::Off;
        }
        1 => {
            let name = ("No-Operation", "NOP".into());
            let meaning = say!(language, "field.nop");
            reader
                .of("RFC 9293 §3.2")
                .bytes(at..next, name, "", meaning)
                .mark = Mark::Off;
        }
        2 => {
            let name = ("Maximum Segment Size", "MSS".into());
            let (value, meaning) = (format!("{value} B"), say!(language, "field.mss"));
            reader
                .of("RFC 9293 §3.7.1")
                .bytes(at..next, name, value, meaning);
        }
        3 => {
            let name = ("Window Scale", say!(language, "header.window_scale"));
            let factor = 1_u32 << value.min(14);
            let (value, meaning) = (
                format!("{value} (× {factor})"),
                say!(language, "field.window_scale"),
            );
            reader
                .of("RFC 7323 §2")
                .bytes(at..next, name, value, meaning);
        }
        4 => {
            let name = ("SACK Permitted", say!(language, "header.sack_permitted"));
            let meaning = say!(language, "field.sack_permitted");
            reader.of("RFC 2018 §2").bytes(at..next, name, "", meaning);
        }
        5 => sack(reader, at, next),
        8 => timestamps(reader, at, next),
        34 => {
            let name = ("Fast Open Cookie", say!(language, "header.fast_open"));
            let value = match next.saturating_sub(at + 2) {
                0 => say!(language, "field.fast_open_asks").into_owned(),
                length => format!("{length} B"),
            };
            let meaning = say!(language, "field.fast_open");
            reader
                .of("RFC 7413 §4.1.1")
                .bytes(at..next, name, value, meaning);
        }
        other => rare(reader, other, at..next),
    }
}

fn sack(reader: &mut Reader<'_>, at: usize, next: usize) {
    let language = reader.language;
    let mut block = at + 2;
    let mut blocks = Vec::new();
    while block + 8 <= next {
        let left = reader.number_of_bytes(block..block + 4);
        let right = reader.number_of_bytes(block + 4..block + 8);
        blocks.push(format!("{left}–{right}"));
        block += 8;
    }
    let name: Named<'_> = ("SACK", "SACK".into());
    let meaning = say!(language, "field.sack");
    reader
        .of("RFC 2018 §3")
        .bytes(at..next, name, blocks.join(" "), meaning);
}

fn timestamps(reader: &mut Reader<'_>, at: usize, next: usize) {
    let language = reader.language;
    reader.of("RFC 7323 §3");
    if next < at + 10 {
        return rare(reader, 8, at..next);
    }
    let name = ("TSval", "TSval".into());
    let value = reader.number_of_bytes(at + 2..at + 6);
    reader.bytes(at..at + 6, name, value, say!(language, "field.ts_value"));
    let name = ("TSecr", "TSecr".into());
    let value = reader.number_of_bytes(at + 6..at + 10);
    reader.bytes(at + 6..next, name, value, say!(language, "field.ts_echo"));
}

/// Options that no lesson needs, so that none stays without a name.
fn rare(reader: &mut Reader<'_>, kind: u32, at: std::ops::Range<usize>) {
    let (title, rfc) = match kind {
        19 => ("MD5 Signature", "RFC 2385 §3"),
        28 => ("User Timeout", "RFC 5482 §3"),
        29 => ("TCP-AO", "RFC 5925 §2"),
        30 => ("Multipath TCP", "RFC 8684 §3"),
        172 | 174 => ("Accurate ECN", "RFC 9768 §3"),
        253 | 254 => ("Experiment", "RFC 6994 §3"),
        _ => ("Option", "RFC 9293 §3.1"),
    };
    let value = format!("kind {kind}, {} B", at.len());
    let meaning = say!(reader.language, "field.rare_option");
    reader
        .of(rfc)
        .bytes(at, (title, title.into()), value, meaning);
}

//! A packet as its fields, each with the bytes it stands in. Pure.
//!
//! Values come from the bytes themselves: what is shown here and what the hex shows cannot differ.

use std::ops::Range;

use crate::lesson::Language;
use crate::model::State;
use crate::packet::{Packet, TcpOption, Transport};
use crate::ui::text::say;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    Ip,
    Transport,
    Payload,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub layer: Layer,
    pub bytes: Range<usize>,
    /// As the RFC names it.
    pub name: String,
    pub value: String,
    pub meaning: String,
}

/// Collects fields of one layer.
struct Reader<'a> {
    packet: &'a Packet,
    language: Language,
    layer: Layer,
    start: usize,
    fields: Vec<Field>,
}

impl Reader<'_> {
    fn push(&mut self, at: Range<usize>, name: &str, value: impl ToString, meaning: impl ToString) {
        self.fields.push(Field {
            layer: self.layer,
            bytes: self.start + at.start..self.start + at.end,
            name: name.to_owned(),
            value: value.to_string(),
            meaning: meaning.to_string(),
        });
    }

    /// A big-endian number at an offset within the layer.
    fn number(&self, at: Range<usize>) -> u32 {
        let range = self.start + at.start..self.start + at.end;
        let bytes = self.packet.bytes.get(range).unwrap_or_default();
        bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u32::from(*byte))
    }
}

pub fn fields(language: Language, state: &State, packet: &Packet) -> Vec<Field> {
    let mut reader = Reader {
        packet,
        language,
        layer: Layer::Ip,
        start: 0,
        fields: Vec::new(),
    };
    if packet.source.is_ipv4() {
        ipv4(&mut reader);
    } else {
        ipv6(&mut reader);
    }
    reader.layer = Layer::Transport;
    reader.start = packet.transport_header.start;
    match &packet.transport {
        Transport::Tcp(_) => tcp(&mut reader, state),
        Transport::Udp(_) => udp(&mut reader),
        Transport::Icmp { kind, code } => {
            reader.push(0..1, "Type", kind, "");
            reader.push(1..2, "Code", code, "");
        }
        Transport::Other(_) => {}
    }
    reader.layer = Layer::Payload;
    reader.start = packet.payload.start;
    payload(&mut reader);
    reader.fields
}

fn ipv4(reader: &mut Reader<'_>) {
    let language = reader.language;
    let header_length = (reader.number(0..1) & 0x0F) * 4;
    let flags = reader.number(6..8) >> 13;
    let unfragmented = if flags & 2 != 0 {
        say!(language, "field.dont_fragment")
    } else {
        "".into()
    };
    reader.push(
        0..1,
        "Version, IHL",
        format!("4, {header_length} B"),
        say!(language, "field.ihl"),
    );
    reader.push(
        2..4,
        "Total Length",
        reader.number(2..4),
        say!(language, "field.total_length"),
    );
    reader.push(
        4..6,
        "Identification",
        hex(reader.number(4..6)),
        say!(language, "field.identification"),
    );
    reader.push(
        6..8,
        "Flags, Offset",
        hex(reader.number(6..8)),
        unfragmented,
    );
    reader.push(8..9, "TTL", reader.packet.ttl, say!(language, "field.ttl"));
    let protocol = reader.number(9..10);
    reader.push(9..10, "Protocol", protocol, protocol_name(protocol));
    reader.push(
        10..12,
        "Checksum",
        hex(reader.number(10..12)),
        say!(language, "field.ip_checksum"),
    );
    reader.push(
        12..16,
        "Source",
        reader.packet.source,
        say!(language, "field.source"),
    );
    reader.push(
        16..20,
        "Destination",
        reader.packet.destination,
        say!(language, "field.destination"),
    );
}

fn ipv6(reader: &mut Reader<'_>) {
    let language = reader.language;
    reader.push(0..4, "Version", 6, "");
    reader.push(
        4..6,
        "Payload Length",
        reader.number(4..6),
        say!(language, "field.payload_length"),
    );
    let protocol = reader.number(6..7);
    reader.push(6..7, "Next Header", protocol, protocol_name(protocol));
    reader.push(
        7..8,
        "Hop Limit",
        reader.packet.ttl,
        say!(language, "field.ttl"),
    );
    reader.push(
        8..24,
        "Source",
        reader.packet.source,
        say!(language, "field.source"),
    );
    reader.push(
        24..40,
        "Destination",
        reader.packet.destination,
        say!(language, "field.destination"),
    );
}

fn protocol_name(protocol: u32) -> &'static str {
    match protocol {
        1 => "ICMP",
        6 => "TCP",
        17 => "UDP",
        58 => "ICMPv6",
        _ => "",
    }
}

fn tcp(reader: &mut Reader<'_>, state: &State) {
    let language = reader.language;
    let Some(tcp) = reader.packet.tcp() else {
        return;
    };
    let (seq, ack) = state.relative_numbers(reader.packet).unwrap_or_default();
    reader.push(0..2, "Source Port", tcp.source_port, "");
    reader.push(2..4, "Destination Port", tcp.destination_port, "");
    let relative = say!(language, "field.seq", relative = seq);
    reader.push(4..8, "Sequence Number", tcp.seq.0, relative);
    let meaning = if tcp.flags.ack {
        say!(language, "field.ack", relative = ack)
    } else {
        say!(language, "field.no_ack")
    };
    reader.push(8..12, "Acknowledgment", tcp.ack.0, meaning);
    let offset = (reader.number(12..13) >> 4) * 4;
    reader.push(
        12..13,
        "Data Offset",
        format!("{offset} B"),
        say!(language, "field.offset"),
    );
    reader.push(
        13..14,
        "Flags",
        tcp.flags,
        flags_meaning(language, reader.packet),
    );
    reader.push(14..16, "Window", tcp.window, say!(language, "field.window"));
    reader.push(
        16..18,
        "Checksum",
        hex(tcp.checksum.into()),
        say!(language, "field.tcp_checksum"),
    );
    reader.push(18..20, "Urgent Pointer", reader.number(18..20), "");
    options(reader, offset as usize);
}

fn flags_meaning(language: Language, packet: &Packet) -> String {
    crate::ui::segment::purpose(language, packet)
}

/// Walks the options by their lengths, and names those the packet was read with.
fn options(reader: &mut Reader<'_>, end: usize) {
    let language = reader.language;
    let mut at = 20;
    while at < end {
        let kind = reader.number(at..at + 1);
        let length = match kind {
            0 | 1 => 1,
            _ => (reader.number(at + 1..at + 2) as usize).max(2),
        };
        let next = (at + length).min(end);
        match kind {
            0 => return,
            1 => {}
            2 => {
                let value = reader.number(at + 2..next);
                reader.push(at..next, "MSS", value, say!(language, "field.mss"));
            }
            3 => {
                let value = reader.number(at + 2..next);
                let meaning = say!(language, "field.window_scale");
                reader.push(at..next, "Window Scale", format!("2^{value}"), meaning);
            }
            4 => reader.push(
                at..next,
                "SACK Permitted",
                "",
                say!(language, "field.sack_permitted"),
            ),
            5 => reader.push(
                at..next,
                "SACK",
                sack(reader.packet),
                say!(language, "field.sack"),
            ),
            8 => {
                let (value, echo) = (reader.number(at + 2..at + 6), reader.number(at + 6..next));
                let meaning = say!(language, "field.timestamps");
                reader.push(at..next, "Timestamps", format!("{value}, {echo}"), meaning);
            }
            other => reader.push(at..next, "Option", other, ""),
        }
        at = next;
    }
}

fn sack(packet: &Packet) -> String {
    let options = packet.tcp().into_iter().flat_map(|tcp| &tcp.options);
    let blocks = options.filter_map(|option| match option {
        TcpOption::Sack(blocks) => Some(blocks),
        TcpOption::MaximumSegmentSize(_)
        | TcpOption::WindowScale(_)
        | TcpOption::SackPermitted
        | TcpOption::Timestamps { .. } => None,
    });
    let ranges = blocks
        .flatten()
        .map(|(from, to)| format!("{}–{}", from.0, to.0));
    ranges.collect::<Vec<_>>().join(" ")
}

fn udp(reader: &mut Reader<'_>) {
    let language = reader.language;
    reader.push(0..2, "Source Port", reader.number(0..2), "");
    reader.push(2..4, "Destination Port", reader.number(2..4), "");
    reader.push(
        4..6,
        "Length",
        reader.number(4..6),
        say!(language, "field.udp_length"),
    );
    reader.push(
        6..8,
        "Checksum",
        hex(reader.number(6..8)),
        say!(language, "field.tcp_checksum"),
    );
}

/// The data as text, in the two encodings that a course meets.
fn payload(reader: &mut Reader<'_>) {
    let bytes = reader.packet.payload();
    if bytes.is_empty() {
        return;
    }
    let language = reader.language;
    let size = format!("{} B", bytes.len());
    let length = bytes.len();
    let shown = &bytes[..length.min(96)];
    reader.push(0..length, "Data", size, say!(language, "field.data"));
    match std::str::from_utf8(shown) {
        Ok(text) => reader.push(0..length, "UTF-8", quoted(text), ""),
        Err(error) => {
            let at = error.valid_up_to();
            let (text, _, has_errors) = encoding_rs::GBK.decode(shown);
            reader.push(
                0..length,
                "UTF-8",
                "—",
                say!(language, "field.not_utf8", at = at),
            );
            if !has_errors {
                reader.push(0..length, "GBK", quoted(&text), "");
            }
        }
    }
}

fn quoted(text: &str) -> String {
    format!("“{}”", text.escape_debug())
}

fn hex(value: u32) -> String {
    format!("0x{value:04x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet;
    use etherparse::{PacketBuilder, TcpOptionElement};

    fn state() -> State {
        use crate::trace::{Header, Setup, Timers, WireKind};
        let setup = Setup {
            hosts: vec![],
            programs: vec![],
            timers: Timers::Patient,
            wire: WireKind::Held,
        };
        State::new(&Header::new(&setup, String::new(), WireKind::Held))
    }

    fn data_packet(payload: &[u8]) -> Packet {
        let mut bytes = Vec::new();
        PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64)
            .tcp(50070, 8989, 7, 502)
            .options(&[
                TcpOptionElement::Noop,
                TcpOptionElement::Noop,
                TcpOptionElement::Timestamp(5, 6),
            ])
            .expect("they fit")
            .ack(9)
            .write(&mut bytes, payload)
            .expect("a vector takes all");
        packet::parse(&bytes).expect("sound")
    }

    #[test]
    fn every_field_lies_inside_its_layer() {
        let packet = data_packet("你好".as_bytes());
        for field in fields(Language::English, &state(), &packet) {
            let whole = match field.layer {
                Layer::Ip => &packet.ip_header,
                Layer::Transport => &packet.transport_header,
                Layer::Payload => &packet.payload,
            };
            assert!(
                whole.start <= field.bytes.start && field.bytes.end <= whole.end,
                "{field:?} not in {whole:?}"
            );
        }
    }

    #[test]
    fn gbk_data_is_read_as_gbk_and_said_not_to_be_utf8() {
        let packet = data_packet(&[0xC4, 0xE3, 0xBA, 0xC3]);
        let fields = fields(Language::Chinese, &state(), &packet);
        let gbk = fields.iter().find(|field| field.name == "GBK");
        assert_eq!(gbk.map(|field| field.value.as_str()), Some("“你好”"));
    }

    #[test]
    fn timestamps_are_found_behind_padding() {
        let packet = data_packet(b"");
        let fields = fields(Language::English, &state(), &packet);
        let stamp = fields
            .iter()
            .find(|field| field.name == "Timestamps")
            .expect("there");
        assert_eq!(stamp.value, "5, 6");
        assert_eq!(stamp.bytes, 42..52);
    }
}

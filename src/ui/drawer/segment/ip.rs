//! The fields of an IP header: version 4 (RFC 791) and version 6 (RFC 8200). Pure.

use super::checksum;
use super::field::{Layer, Mark, Reader, hex16};
use crate::ui::text::say;

pub fn ipv4(reader: &mut Reader<'_>) {
    let language = reader.language;
    reader.enter(Layer::Ip, 0, "RFC 791 §3.1");
    let version = ("Version", say!(language, "header.version"));
    reader.bits(0..4, version, 4, say!(language, "field.version"));
    let words = reader.number(4..8);
    let length = format!("{} B", words * 4);
    let ihl = ("IHL", say!(language, "header.ihl"));
    reader.bits(
        4..8,
        ihl,
        length,
        say!(language, "field.ihl", words = words),
    );
    traffic_class(reader, 8);
    reader.of("RFC 791 §3.1");
    let total = ("Total Length", say!(language, "header.total_length"));
    let value = format!("{} B", reader.number(16..32));
    reader.bytes(2..4, total, value, say!(language, "field.total_length"));
    let name = ("Identification", say!(language, "header.identification"));
    let value = hex16(reader.number(32..48));
    let meaning = say!(language, "field.identification");
    reader.of("RFC 6864 §4").bytes(4..6, name, value, meaning);
    reader.of("RFC 791 §3.1");
    let reserved = ("Reserved", say!(language, "header.reserved"));
    reader.flag(48, reserved, say!(language, "field.reserved"));
    let df = ("DF", "DF".into());
    reader.flag(49, df, say!(language, "field.dont_fragment"));
    let mf = ("MF", "MF".into());
    reader.flag(50, mf, say!(language, "field.more_fragments"));
    let offset = ("Fragment Offset", say!(language, "header.fragment_offset"));
    let value = format!("{} B", reader.number(51..64) * 8);
    reader.bits(
        51..64,
        offset,
        value,
        say!(language, "field.fragment_offset"),
    );
    let ttl = ("TTL", "TTL".into());
    reader.bytes(8..9, ttl, reader.packet.ttl, say!(language, "field.ttl"));
    protocol(reader, 9, ("Protocol", say!(language, "header.protocol")));
    header_checksum(reader);
    let source = ("Source Address", say!(language, "header.source"));
    let address = reader.packet.source;
    reader.bytes(12..16, source, address, say!(language, "field.source"));
    let name = ("Destination Address", say!(language, "header.destination"));
    let address = reader.packet.destination;
    reader.bytes(16..20, name, address, say!(language, "field.destination"));
    let end = reader.packet.ip_header.end;
    if end > 20 {
        let options = ("Options", say!(language, "header.options"));
        let value = format!("{} B", end - 20);
        reader.bytes(20..end, options, value, say!(language, "field.ip_options"));
    }
}

/// DSCP and ECN, which share a byte.
fn traffic_class(reader: &mut Reader<'_>, at: usize) {
    let language = reader.language;
    let dscp = ("DSCP", "DSCP".into());
    let value = reader.number(at..at + 6);
    let meaning = say!(language, "field.dscp");
    reader
        .of("RFC 2474 §3")
        .bits(at..at + 6, dscp, value, meaning);
    let ecn = ("ECN", "ECN".into());
    let value = match reader.number(at + 6..at + 8) {
        0 => "0",
        1 => "1 ECT(1)",
        2 => "2 ECT(0)",
        _ => "3 CE",
    };
    let meaning = say!(language, "field.ecn");
    reader
        .of("RFC 3168 §5")
        .bits(at + 6..at + 8, ecn, value, meaning);
}

fn protocol(reader: &mut Reader<'_>, at: usize, name: super::field::Named<'_>) {
    let number = reader.number_of_bytes(at..at + 1);
    let value = format!("{number} {}", protocol_name(number));
    let meaning = say!(reader.language, "field.protocol");
    reader.bytes(at..at + 1, name, value.trim_end(), meaning);
}

fn protocol_name(protocol: u32) -> &'static str {
    match protocol {
        0 => "Hop-by-Hop",
        1 => "ICMP",
        6 => "TCP",
        17 => "UDP",
        43 => "Routing",
        44 => "Fragment",
        58 => "ICMPv6",
        60 => "Destination Options",
        _ => "",
    }
}

fn header_checksum(reader: &mut Reader<'_>) {
    let language = reader.language;
    let name = ("Header Checksum", say!(language, "header.ip_checksum"));
    let (said, counted) = (reader.number(80..96), checksum::ipv4(reader.packet));
    let is_right = said == u32::from(counted);
    let meaning = if is_right {
        say!(language, "field.ip_checksum")
    } else {
        say!(
            language,
            "field.ip_checksum_bad",
            counted = hex16(counted.into())
        )
    };
    let field = reader.bytes(10..12, name, hex16(said), meaning);
    field.mark = if is_right { Mark::Right } else { Mark::Wrong };
}

pub fn ipv6(reader: &mut Reader<'_>) {
    let language = reader.language;
    reader.enter(Layer::Ip, 0, "RFC 8200 §3");
    let version = ("Version", say!(language, "header.version"));
    reader.bits(0..4, version, 6, say!(language, "field.version"));
    traffic_class(reader, 4);
    let flow = ("Flow Label", say!(language, "header.flow_label"));
    let value = format!("0x{:05x}", reader.number(12..32));
    let meaning = say!(language, "field.flow_label");
    reader.of("RFC 6437 §2").bits(12..32, flow, value, meaning);
    reader.of("RFC 8200 §3");
    let length = ("Payload Length", say!(language, "header.payload_length"));
    let value = format!("{} B", reader.number(32..48));
    reader.bytes(4..6, length, value, say!(language, "field.payload_length"));
    protocol(
        reader,
        6,
        ("Next Header", say!(language, "header.next_header")),
    );
    let limit = ("Hop Limit", say!(language, "header.hop_limit"));
    reader.bytes(7..8, limit, reader.packet.ttl, say!(language, "field.ttl"));
    let source = ("Source Address", say!(language, "header.source"));
    let address = reader.packet.source;
    reader.bytes(8..24, source, address, say!(language, "field.source"));
    let name = ("Destination Address", say!(language, "header.destination"));
    let address = reader.packet.destination;
    reader.bytes(24..40, name, address, say!(language, "field.destination"));
    let end = reader.packet.ip_header.end;
    if end > 40 {
        let name = ("Extension Headers", say!(language, "header.extensions"));
        let value = format!("{} B", end - 40);
        let meaning = say!(language, "field.extensions");
        reader
            .of("RFC 8200 §4")
            .bytes(40..end, name, value, meaning);
    }
}

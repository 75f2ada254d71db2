//! The fields of UDP (RFC 768) and of ICMP (RFC 792, RFC 4443). Pure.

use super::field::{Layer, Reader};
use super::tcp;
use crate::lesson::Language;
use crate::ui::text::say;

pub fn udp(reader: &mut Reader<'_>) {
    let language = reader.language;
    reader.enter(
        Layer::Transport,
        reader.packet.transport_header.start,
        "RFC 768",
    );
    let name = ("Source Port", say!(language, "header.source_port"));
    let value = reader.number_of_bytes(0..2);
    reader.bytes(0..2, name, value, say!(language, "field.source_port"));
    let name = (
        "Destination Port",
        say!(language, "header.destination_port"),
    );
    let value = reader.number_of_bytes(2..4);
    reader.bytes(2..4, name, value, say!(language, "field.destination_port"));
    let name = ("Length", say!(language, "header.udp_length"));
    let value = format!("{} B", reader.number_of_bytes(4..6));
    reader.bytes(4..6, name, value, say!(language, "field.udp_length"));
    tcp::sum(reader, 6, 17);
}

pub fn icmp(reader: &mut Reader<'_>, kind: u8, code: u8) {
    let language = reader.language;
    let is_old = reader.packet.source.is_ipv4();
    let rfc = if is_old { "RFC 792" } else { "RFC 4443 §2.1" };
    let start = reader.packet.transport_header.start;
    reader.enter(Layer::Transport, start, rfc);
    let (kind_name, code_name) = if is_old {
        (kind_4(kind), code_4(kind, code))
    } else {
        (kind_6(kind), code_6(kind, code))
    };
    let name = ("Type", say!(language, "header.icmp_type"));
    let value = format!("{kind} {kind_name}");
    let meaning = say!(language, "field.icmp_type");
    reader.bytes(0..1, name, value.trim_end(), meaning);
    let name = ("Code", say!(language, "header.icmp_code"));
    let value = format!("{code} {code_name}");
    let meaning = say!(language, "field.icmp_code");
    reader.bytes(1..2, name, value.trim_end(), meaning);
    tcp::sum(reader, 2, if is_old { 1 } else { 58 });
    rest(reader, language, is_old, kind);
}

/// The last four bytes of the header mean something else for each type.
fn rest(reader: &mut Reader<'_>, language: Language, is_old: bool, kind: u8) {
    let is_echo = matches!((is_old, kind), (true, 0 | 8) | (false, 128 | 129));
    let is_about_size = matches!((is_old, kind), (true, 3) | (false, 2));
    if is_echo {
        let name = ("Identifier", say!(language, "header.icmp_id"));
        let value = reader.number_of_bytes(4..6);
        reader.bytes(4..6, name, value, say!(language, "field.icmp_echo"));
        let name = ("Sequence Number", say!(language, "header.icmp_seq"));
        let value = reader.number_of_bytes(6..8);
        reader.bytes(6..8, name, value, say!(language, "field.icmp_echo"));
    } else if is_about_size {
        let name = ("MTU", "MTU".into());
        let value = reader.number_of_bytes(if is_old { 6..8 } else { 4..8 });
        reader.bytes(4..8, name, value, say!(language, "field.icmp_mtu"));
    } else {
        let name = ("Unused", say!(language, "header.icmp_rest"));
        let value = reader.number_of_bytes(4..8);
        reader.bytes(4..8, name, value, say!(language, "field.icmp_rest"));
    }
}

fn kind_4(kind: u8) -> &'static str {
    match kind {
        0 => "Echo Reply",
        3 => "Destination Unreachable",
        5 => "Redirect",
        8 => "Echo",
        11 => "Time Exceeded",
        12 => "Parameter Problem",
        _ => "",
    }
}

fn code_4(kind: u8, code: u8) -> &'static str {
    match (kind, code) {
        (3, 0) => "net unreachable",
        (3, 1) => "host unreachable",
        (3, 2) => "protocol unreachable",
        (3, 3) => "port unreachable",
        (3, 4) => "fragmentation needed and DF set",
        (3, 13) => "administratively prohibited",
        (11, 0) => "TTL exceeded in transit",
        (11, 1) => "fragment reassembly time exceeded",
        _ => "",
    }
}

fn kind_6(kind: u8) -> &'static str {
    match kind {
        1 => "Destination Unreachable",
        2 => "Packet Too Big",
        3 => "Time Exceeded",
        4 => "Parameter Problem",
        128 => "Echo Request",
        129 => "Echo Reply",
        133 => "Router Solicitation",
        134 => "Router Advertisement",
        135 => "Neighbor Solicitation",
        136 => "Neighbor Advertisement",
        _ => "",
    }
}

fn code_6(kind: u8, code: u8) -> &'static str {
    match (kind, code) {
        (1, 0) => "no route to destination",
        (1, 1) => "administratively prohibited",
        (1, 3) => "address unreachable",
        (1, 4) => "port unreachable",
        (3, 0) => "hop limit exceeded in transit",
        _ => "",
    }
}

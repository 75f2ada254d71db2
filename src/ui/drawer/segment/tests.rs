//! Every bit of every kind of packet has its field; what does not fit is said.

use super::field::{Field, Layer, Mark};
use super::read::fields;
use crate::lesson::Language;
use crate::model::State;
use crate::packet;
use crate::session::Settings;
use crate::session::{Lens, Numbers};
use crate::trace::SegmentId;
use crate::trace::{Header, Setup, Timers, WireKind};
use eframe::egui;
use etherparse::{PacketBuilder, TcpOptionElement};

fn state() -> State {
    let setup = Setup {
        hosts: vec![],
        programs: vec![],
        timers: Timers::Patient,
        wire: WireKind::Held,
        ..Setup::default()
    };
    State::new(&Header::new(&setup, String::new(), WireKind::Held))
}

fn read(bytes: &[u8], settings: &Settings) -> Vec<Field> {
    let packet = packet::parse(bytes).expect("sound");
    let how = (Language::English, settings);
    let ctx = egui::Context::default();
    fields(&ctx, &state(), how, SegmentId(1), &packet)
}

fn data_packet(payload: &[u8]) -> Vec<u8> {
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
    bytes
}

fn field<'a>(fields: &'a [Field], name: &str) -> &'a Field {
    let found = fields.iter().find(|field| field.name == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

/// Every bit of both headers belongs to exactly one field, and every field has its document.
fn covers(bytes: &[u8]) -> Vec<Field> {
    let packet = packet::parse(bytes).expect("sound");
    let fields = read(
        bytes,
        &Settings {
            lens: Lens::Hex,
            ..Settings::default()
        },
    );
    for bit in 0..packet.payload.end * 8 {
        let owners = fields.iter().filter(|field| field.bits.contains(&bit));
        let owners: Vec<&str> = owners.map(|field| field.name.as_str()).collect();
        assert_eq!(owners.len(), 1, "bit {bit} of byte {}: {owners:?}", bit / 8);
    }
    for field in &fields {
        assert!(!field.meaning.is_empty(), "{} means nothing", field.name);
        let is_data = field.layer == Layer::Payload;
        assert!(is_data || field.rfc.starts_with("RFC "), "{}", field.name);
    }
    fields
}

#[test]
fn every_bit_of_every_kind_of_packet_is_in_one_field() {
    let ipv4 = || PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64);
    let ipv6 = || PacketBuilder::ipv6([1; 16], [2; 16], 64);
    let written = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = Vec::new();
        write(&mut bytes);
        bytes
    };
    let all = [
        data_packet("你好".as_bytes()),
        written(&|bytes| ipv4().udp(1, 2).write(bytes, b"hi").expect("fits")),
        written(&|bytes| ipv6().udp(1, 2).write(bytes, b"hi").expect("fits")),
        written(&|bytes| {
            ipv6()
                .tcp(1, 2, 3, 4)
                .syn()
                .write(bytes, b"")
                .expect("fits")
        }),
        written(&|bytes| {
            ipv4()
                .icmpv4_echo_request(1, 2)
                .write(bytes, b"x")
                .expect("fits")
        }),
        written(&|bytes| {
            ipv6()
                .icmpv6_echo_reply(1, 2)
                .write(bytes, b"x")
                .expect("fits")
        }),
    ];
    for bytes in all {
        let fields = covers(&bytes);
        let wrong = fields.iter().find(|field| field.mark == Mark::Wrong);
        assert_eq!(wrong, None, "all of them are sound");
        assert_eq!(field(&fields, "Checksum").mark, Mark::Right);
    }
}

#[test]
fn every_option_has_a_name_its_bytes_and_its_document() {
    let mut bytes = Vec::new();
    let raw = [
        2, 4, 5, 180, 4, 2, 5, 10, 0, 0, 0, 9, 0, 0, 0, 12, 3, 3, 7, 34, 2, 254, 4, 0xF9, 0x89, 0,
        0, 0,
    ];
    PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64)
        .tcp(1, 2, 3, 4)
        .syn()
        .options_raw(&raw)
        .expect("they fit")
        .write(&mut bytes, b"")
        .expect("a vector takes all");
    let fields = covers(&bytes);
    for (name, value, rfc) in [
        ("MSS", "1460 B", "RFC 9293 §3.7.1"),
        ("SACK Permitted", "", "RFC 2018 §2"),
        ("SACK", "9–12", "RFC 2018 §3"),
        ("Window Scale", "7 (× 128)", "RFC 7323 §2"),
        ("Fast Open", "asks for one", "RFC 7413 §4.1.1"),
        ("Experiment", "kind 254, 4 B", "RFC 6994 §3"),
        ("Padding", "2 B", "RFC 9293 §3.2"),
    ] {
        let found = field(&fields, name);
        assert_eq!((found.value.as_str(), found.rfc), (value, rfc), "{name}");
        assert_eq!(found.layer, Layer::Options, "{name}");
    }
}

#[test]
fn bit_fields_show_their_own_bits_only() {
    let fields = covers(&data_packet(b"hi"));
    for (name, bytes, raw, value) in [
        ("ACK", 33..34, "···1 ····", "1"),
        ("SYN", 33..34, "···· ··0·", "0"),
        ("Data Offset", 32..33, "1000 ····", "32 B"),
        ("DF", 6..7, "·1·· ····", "1"),
        ("TSval", 42..48, "08 0a 00 00 00 05", "5"),
    ] {
        let found = field(&fields, name);
        let shown = (found.bytes(), found.raw.as_str(), found.value.as_str());
        assert_eq!(shown, (bytes, raw, value), "{name}");
    }
}

#[test]
fn a_checksum_that_does_not_fit_is_said_with_the_one_that_would() {
    let mut bytes = data_packet(b"hi");
    let right = covers(&bytes);
    let right = right.iter().find(|field| field.title == "Checksum");
    let right = right.expect("there").value.clone();
    let last = bytes.len() - 1;
    bytes[last] = !bytes[last];
    bytes[8] = 63;
    let fields = covers(&bytes);
    let sum = fields.iter().find(|field| field.title == "Checksum");
    let sum = sum.expect("there");
    assert_eq!((sum.mark, &sum.value), (Mark::Wrong, &right));
    assert!(sum.meaning.contains("it should be 0x"), "{}", sum.meaning);
    assert_eq!(
        fields
            .iter()
            .find(|f| f.title == "Header Checksum")
            .expect("there")
            .mark,
        Mark::Wrong
    );
}

#[test]
fn numbers_are_shown_both_ways_the_chosen_one_first() {
    let bytes = data_packet(b"");
    let shown = |numbers| {
        let settings = Settings {
            numbers,
            ..Settings::default()
        };
        field(&read(&bytes, &settings), "Seq").value.clone()
    };
    assert_eq!(shown(Numbers::Relative), "0 (absolute 7)");
    assert_eq!(shown(Numbers::Absolute), "7 (relative 0)");
}

#[test]
fn options_that_lie_about_their_length_stay_inside_the_header() {
    for raw in [[2, 0, 5, 180], [8, 40, 1, 1], [5, 9, 1, 1], [34, 255, 0, 0]] {
        let mut bytes = data_packet(b"hi");
        bytes[40..44].copy_from_slice(&raw);
        if let Ok(packet) = packet::parse(&bytes) {
            let fields = read(&bytes, &Settings::default());
            let options = fields.iter().filter(|field| field.layer == Layer::Options);
            for field in options {
                assert!(
                    field.bytes().end <= packet.transport_header.end,
                    "{field:?}"
                );
            }
        }
    }
}

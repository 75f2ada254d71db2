//! Every form of file and of link that is read.

use super::files::{Blocks, Flow, pcap, pcap_in, pcap_of};
use super::*;

const EXPECTED: [&str; 4] = [
    "> SYN 0:0 0 | SYN_SENT ?",
    "< SYN+ACK 0:1 0 | ESTABLISHED SYN_RECV",
    "> ACK 1:1 0 | ESTABLISHED ESTABLISHED",
    "> data 1:1 5 | ESTABLISHED ESTABLISHED",
];

fn opening() -> Vec<Vec<u8>> {
    let mut flow = Flow::default();
    flow.handshake().segment(0, "PA", b"hello");
    flow.frames
}

/// The frames with something else around the IP packet.
fn around(before: &[u8]) -> Vec<Vec<u8>> {
    let frames = opening();
    let inside = frames.iter().map(|frame| &frame[14..]);
    inside.map(|packet| [before, packet].concat()).collect()
}

#[test]
fn both_orders_and_both_units_of_pcap_are_read() {
    let little: fn(u32) -> [u8; 4] = u32::to_le_bytes;
    let big: fn(u32) -> [u8; 4] = u32::to_be_bytes;
    for (magic, number, between) in [
        (0xa1b2_c3d4, little, 1_000_000),
        (0xa1b2_c3d4, big, 1_000_000),
        (0xa1b2_3c4d, little, 1000),
        (0xa1b2_3c4d, big, 1000),
    ] {
        let capture = sound(&pcap_in(&opening(), magic, number));
        assert_eq!(told(&capture), EXPECTED);
        let times: Vec<i64> = (0..4).map(|packet| capture.at_ns(packet)).collect();
        assert_eq!(times, [0, between, 2 * between, 3 * between]);
        assert_eq!(capture.started_ns(), Some(1_700_000_000_000_000_000));
    }
}

#[test]
fn every_link_is_taken_off() {
    let cooked = |kind: u8| {
        let mut header = vec![0, kind, 0, 1, 0, 6];
        header.extend([0; 8]);
        header.extend([8, 0]);
        header
    };
    let cooked_2 = [&[8, 0, 0, 0, 0, 0, 0, 7, 0, 1, 4, 6][..], &[0; 8]].concat();
    let tagged = [&[0; 12][..], &[0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0]].concat();
    for (link, before) in [
        (1, tagged),
        (113, cooked(0)),
        (113, cooked(4)),
        (276, cooked_2),
        (101, Vec::new()),
        (12, Vec::new()),
        (14, Vec::new()),
        (228, Vec::new()),
        (0, vec![2, 0, 0, 0]),
        (0, vec![0, 0, 0, 2]),
        (108, vec![0, 0, 0, 2]),
    ] {
        let capture = sound(&pcap_of(link, &around(&before)));
        assert_eq!(told(&capture), EXPECTED, "link type {link}");
    }
    let out = sound(&pcap_of(113, &around(&cooked(4))));
    assert_eq!(out.row(0).passing, Some(Passing::Out));
}

#[test]
fn the_padding_of_short_frames_is_no_payload() {
    let mut frames = opening();
    for frame in &mut frames {
        frame.resize(60.max(frame.len()), 0);
    }
    let capture = sound(&pcap(&frames));
    assert_eq!(told(&capture), EXPECTED);
    assert_eq!(capture.bytes(2).len(), 40);
}

#[test]
fn pcapng_has_sections_interfaces_clocks_names_and_comments() {
    let frames = opening();
    for is_big in [false, true] {
        let mut blocks = Blocks::new(is_big);
        let offset = match is_big {
            true => 10_i64.to_be_bytes(),
            false => 10_i64.to_le_bytes(),
        };
        blocks
            .interface(1, 0, &[(2, b"eth0")])
            .interface(1, 0, &[(9, &[9]), (14, &offset)])
            .packet(0, 5_000_000, &frames[0], &[(1, b"one"), (1, b"two")])
            .old(1, 0, &frames[1])
            .block(0x0bad, vec![1, 2, 3])
            .section()
            .interface(1, 60, &[(9, &[0x80 | 10])])
            .packet(0, 6 << 10, &frames[2], &[(2, &[2, 0, 0, 0])])
            .simple(&frames[3], frames[3].len() as u32);
        let capture = sound(&blocks.file);
        let mut expected = EXPECTED.map(str::to_owned);
        expected[3] += " NoTime";
        assert_eq!(told(&capture), expected, "big: {is_big}");
        let seconds: Vec<i64> = (0..4).map(|at| capture.at_ns(at) / 1_000_000_000).collect();
        assert_eq!(seconds, [0, 5, 1, 1]);
        let interfaces: Vec<usize> = (0..4).map(|at| capture.row(at).interface).collect();
        assert_eq!(interfaces, [0, 1, 2, 2]);
        assert_eq!(capture.interfaces()[0].name.as_deref(), Some("eth0"));
        assert_eq!(capture.comments(0).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(capture.comments(1).count(), 0);
    }
}

#[test]
fn what_is_not_ip_is_counted_and_named() {
    let mut frames = opening();
    let ether = |kind: [u8; 2]| [&[0; 12][..], &kind, &[0; 30]].concat();
    frames.extend([
        ether([8, 6]),
        ether([8, 6]),
        ether([0x12, 0x34]),
        ether([0, 38]),
        vec![1],
    ]);
    let capture = sound(&pcap(&frames));
    assert_eq!(told(&capture)[..4], EXPECTED);
    let others: Vec<String> = capture
        .others()
        .iter()
        .map(|(other, count)| format!("{count} {other}"))
        .collect();
    assert_eq!(others, ["2 ARP", "1 EtherType 0x1234", "1 LLC", "1 IP?"]);
    let row = capture.row(4);
    assert_eq!(row.what, Content::Other(Other::Ether(0x0806)));
    assert_eq!((row.conversation, row.tcp, row.hosts), (None, None, None));
    let unknown = sound(&pcap_of(147, &opening()));
    assert_eq!(unknown.others().get(&Other::Link(147)), Some(&4));
}

#[test]
fn a_packet_that_was_cut_keeps_the_lengths_of_its_headers() {
    let frames = opening();
    for keeps in [54, 56] {
        let mut file = pcap(&frames[..3]);
        let last = &frames[3];
        for number in [1_700_000_000, 3000, keeps, last.len() as u32] {
            file.extend(number.to_le_bytes());
        }
        file.extend(&last[..keeps as usize]);
        let capture = sound(&file);
        let expected = format!("{} Cut", EXPECTED[3]);
        assert_eq!(told(&capture)[3], expected);
        let (trace, _) = capture.trace(Which::All, 10);
        let state = sockstep::model::State::at(&trace, trace.end());
        let segment = state.segments.values().next_back().expect("four segments");
        let packet = segment.packet.as_ref().expect("its headers are there");
        let lengths = (packet.payload_length(), packet.sequence_length());
        assert_eq!(lengths, (5, 5));
        assert_eq!(packet.missing, 59 - keeps as usize);
    }
}

#[test]
fn ipv6_udp_fragments_and_icmp_are_told_apart() {
    use etherparse::PacketBuilder;
    let mut udp = Vec::new();
    let six = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv6([1; 16], [2; 16], 64);
    six.udp(5000, 53).write(&mut udp, b"query").expect("room");
    let mut icmp = Vec::new();
    let four = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4([1; 4], [2; 4], 64);
    four.icmpv4_echo_request(1, 2)
        .write(&mut icmp, b"ping")
        .expect("room");
    let mut first = opening()[3].clone();
    first[20] |= 0x20; // more fragments follow
    let mut later = first.clone();
    later[21] = 5;
    let capture = sound(&pcap(&[udp, icmp, first, later]));
    assert_eq!(
        told(&capture),
        [
            "> UDP 0:0 5 | ? ?",
            "- ICMP 0:0 0 | ? ?",
            "> data 0:0 5 | ? ? Fragment",
            "- IP 0:0 25 | ? ? Fragment",
        ]
    );
    let protocols: Vec<Protocol> = capture.conversations().iter().map(|c| c.protocol).collect();
    assert_eq!(protocols, [Protocol::Udp, Protocol::Tcp]);
}

//! Segments in the trigger language: kinds, lengths, ordinals, fates, reasons, windows.

use etherparse::PacketBuilder;
use sockstep::trace::{Bytes, Resent, SegmentId, Trace, What};

use super::triggers::{CLIENT, SERVER, delivered, dropped, sent, trace};
use super::triggers_facts::check;

/// A datagram, or an ICMP message about one.
fn datagram(from: &str, id: u64, is_icmp: bool, payload: &[u8]) -> What {
    let (to, addresses) = match from {
        "server" => ("client", (SERVER, CLIENT)),
        _ => ("server", (CLIENT, SERVER)),
    };
    let builder = PacketBuilder::ipv4(addresses.0, addresses.1, 64);
    let mut bytes = Vec::new();
    let written = if is_icmp {
        let echo = builder.icmpv4_echo_request(1, 1);
        echo.write(&mut bytes, payload)
    } else {
        builder.udp(1, 2).write(&mut bytes, payload)
    };
    written.expect("a vector takes all");
    What::Sent {
        segment: SegmentId(id),
        from: from.to_owned(),
        to: Some(to.to_owned()),
        bytes: Bytes(bytes),
        copy_of: None,
        absorbed: false,
        reason: None,
    }
}

/// Datagrams, and two data segments with what may become of them.
fn odd_fates() -> Trace {
    trace(vec![
        datagram("client", 1, false, b"hi"),    // 1
        dropped(1),                             // 2
        datagram("client", 2, false, b"hello"), // 3
        What::Duplicated {
            segment: SegmentId(2),
            copy: SegmentId(20),
        }, // 4
        delivered(2),                           // 5
        datagram("server", 3, true, b""),       // 6
        sent("client", 4, "A", &[1; 1448], None), // 7
        sent("client", 5, "A", b"abc", None),   // 8
        What::Corrupted {
            segment: SegmentId(5),
            byte: 42,
            was: 98,
            now: 1,
        }, // 9
        What::Delayed {
            segment: SegmentId(4),
            ms: 100,
        }, // 10
        sent("client", 6, "A", b"abc", Some(5)), // 11
        delivered(20),                          // 12
        delivered(3),                           // 13
        delivered(5),                           // 14
        delivered(6),                           // 15
    ])
}

#[test]
fn segments_have_kinds_lengths_ordinals_and_fates() {
    let run = odd_fates();
    check(
        &run,
        &[
            ("client sends UDP", Some(1)),
            ("client sends udp 2", Some(3)),
            ("client sends UDP 3", None),
            ("UDP of client dropped", Some(2)),
            ("UDP 2 of client dropped", None),
            ("client UDP duplicated", Some(4)),
            ("client UDP 1 duplicated", None),
            ("client UDP 2 delivered", Some(5)),
            ("server sends ICMP", Some(6)),
            ("client sends ICMP", None),
            ("ICMP of server delivered", Some(13)),
            ("client sends data of 1448 bytes", Some(7)),
            ("client sends data of at least 1000 bytes", Some(7)),
            ("client sends data of at most 3 bytes", Some(8)),
            ("client sends data of 4 bytes", None),
            ("client sends UDP of 5 bytes", Some(3)),
            ("client sends data 2 of 3 bytes", Some(8)),
            ("client sends data 1 of 3 bytes", None),
            ("client sends packet of 30 bytes", Some(1)),
            ("client sends packet of at least 1488 bytes", Some(7)),
            ("client sends packet 4 of 43 bytes", Some(8)),
            ("client sends packet of at most 29 bytes", None),
            ("server sends packet of 28 bytes", Some(6)),
            ("client data 2 corrupted", Some(9)),
            ("client data 1 corrupted", None),
            ("data 2 of client is corrupted", Some(9)),
            ("client data delayed", Some(10)),
            ("client data 2 delayed", None),
            ("client data of 3 bytes is held", Some(8)),
            ("client resends data 2", Some(11)),
            ("2 segments are held", Some(4)),
            ("at least 3 segments are held", Some(7)),
            ("4 segments are held", Some(8)),
            ("1 segment of server is held", Some(6)),
            ("nothing is held", Some(2)),
            ("client data 2 delivered then nothing is held", Some(15)),
            ("server sends ICMP then nothing is held", Some(15)),
            ("9 segments are held", None),
        ],
    );
}

/// Sent again, for this reason.
fn again(id: u64, copy_of: u64, flags: &str, reason: Option<Resent>) -> What {
    match sent("client", id, flags, b"abc", Some(copy_of)) {
        What::Sent {
            segment,
            from,
            to,
            bytes,
            copy_of,
            absorbed,
            ..
        } => What::Sent {
            segment,
            from,
            to,
            bytes,
            copy_of,
            absorbed,
            reason,
        },
        other => other,
    }
}

#[test]
fn a_resent_segment_has_the_reason_that_the_kernel_gives() {
    let run = trace(vec![
        sent("client", 1, "A", b"abc", None),           // 1
        again(2, 1, "A", None),                         // 2
        again(3, 1, "A", Some(Resent::Tlp)),            // 3
        again(4, 1, "A", Some(Resent::FastRetransmit)), // 4
        again(5, 1, "A", Some(Resent::Rto)),            // 5
    ]);
    check(
        &run,
        &[
            ("client resends data", Some(2)),
            ("client resends data by loss probe", Some(3)),
            ("client resends data by tail loss probe", Some(3)),
            ("client resends data by fast retransmit", Some(4)),
            ("client resends data 1 by timeout", Some(5)),
            ("client resends data 2 by timeout", None),
            ("client resends SYN by timeout", None),
            ("server resends data by timeout", None),
        ],
    );
}

/// TCP with these numbers; the ports are always the same.
fn tcp(from: &str, id: u64, (seq, ack, window): (u32, u32, u16), payload: &[u8]) -> What {
    let (to, addresses, ports) = match from {
        "server" => ("client", (SERVER, CLIENT), (2, 1)),
        _ => ("server", (CLIENT, SERVER), (1, 2)),
    };
    let builder = PacketBuilder::ipv4(addresses.0, addresses.1, 64);
    let mut bytes = Vec::new();
    builder
        .tcp(ports.0, ports.1, seq, window)
        .ack(ack)
        .write(&mut bytes, payload)
        .expect("a vector takes all");
    What::Sent {
        segment: SegmentId(id),
        from: from.to_owned(),
        to: Some(to.to_owned()),
        bytes: Bytes(bytes),
        copy_of: None,
        absorbed: false,
        reason: None,
    }
}

/// A SYN or SYN-ACK that offers to scale its window.
fn scaled(from: &str, id: u64, is_answer: bool, shift: u8) -> What {
    let (to, addresses, ports) = match from {
        "server" => ("client", (SERVER, CLIENT), (2, 1)),
        _ => ("server", (CLIENT, SERVER), (1, 2)),
    };
    let scale = etherparse::TcpOptionElement::WindowScale(shift);
    let mut builder = PacketBuilder::ipv4(addresses.0, addresses.1, 64)
        .tcp(ports.0, ports.1, 0, 64_000)
        .syn();
    if is_answer {
        builder = builder.ack(1);
    }
    let builder = builder.options(&[scale]).expect("they fit");
    let mut bytes = Vec::new();
    builder.write(&mut bytes, b"").expect("a vector takes all");
    What::Sent {
        segment: SegmentId(id),
        from: from.to_owned(),
        to: Some(to.to_owned()),
        bytes: Bytes(bytes),
        copy_of: None,
        absorbed: false,
        reason: None,
    }
}

#[test]
fn a_segment_is_called_what_the_model_calls_it_and_its_window_is_in_bytes() {
    let run = trace(vec![
        scaled("client", 1, false, 7),            // 1
        scaled("server", 2, true, 4),             // 2
        tcp("client", 3, (1, 1, 500), b"hello"),  // 3
        tcp("client", 4, (6, 1, 500), b"hello"),  // 4
        tcp("client", 5, (11, 1, 500), b"hello"), // 5
        delivered(3),                             // 6
        tcp("server", 6, (1, 6, 100), b""),       // 7: 1600 bytes
        delivered(5),                             // 8
        tcp("server", 7, (1, 6, 100), b""),       // 9: the same again
        tcp("server", 8, (1, 6, 100), b""),       // 10
        tcp("server", 9, (1, 16, 0), b""),        // 11
        delivered(9),                             // 12
        tcp("client", 10, (15, 1, 500), b""),     // 13: one before the next
        tcp("server", 11, (1, 16, 0), b""),       // 14
    ]);
    check(
        &run,
        &[
            ("server announces window 1600", Some(7)),
            ("server announces window 1600 bytes", Some(7)),
            ("server announces window 100", None),
            ("client announces window is 64000", Some(1)),
            ("server announces window at most 1600", Some(7)),
            ("server announces window 0", Some(11)),
            ("client announces window at most 1600", None),
            ("server acknowledges 0 bytes", Some(2)),
            ("server acknowledges 5 bytes", Some(7)),
            ("server acknowledges at least 6", Some(11)),
            ("server acknowledges 16 bytes", None),
            ("client acknowledges 5 bytes", None),
            ("server sends duplicate ACK", Some(9)),
            ("server sends duplicate ACK 2", Some(10)),
            ("server sends duplicate ACK 3", None),
            ("duplicate ACK of server is held", Some(9)),
            ("client sends duplicate ACK", None),
            ("server sends zero window", Some(11)),
            ("server sends zero window 2", Some(14)),
            ("client sends zero window", None),
            ("client sends window probe", Some(13)),
            ("client sends keepalive", None),
            ("server sends window update", None),
        ],
    );
}

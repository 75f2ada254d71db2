//! Every fact has its place, in words that are there; nothing is made up.

use std::collections::BTreeSet;

use super::*;
use crate::trace::{Bytes, Key};

fn of(facts: &SocketFacts, buffers: Option<&BufferFacts>, kernel: &str) -> Vec<Fact> {
    let told = Told {
        facts,
        buffers,
        kernel,
        wire: WireKind::Held,
    };
    super::facts(Language::English, told)
}

fn value(info: TcpFacts, name: &str) -> String {
    let facts = SocketFacts {
        info: Some(info),
        ..SocketFacts::default()
    };
    let all = of(&facts, None, "6.8.0-45-generic");
    let found = all.into_iter().find(|fact| fact.name == name);
    found.expect("it is listed").value
}

/// A socket of which everything is known, and a listener.
fn full() -> ([SocketFacts; 2], BufferFacts) {
    let info = TcpFacts {
        rtt_us: 1,
        phase: "Open".to_owned(),
        congestion: "reno".to_owned(),
        ..TcpFacts::default()
    };
    let connection = SocketFacts {
        program: Some("server".to_owned()),
        fd: Some(4),
        state: "ESTABLISHED".to_owned(),
        local: Some("local".to_owned()),
        remote: Some("remote".to_owned()),
        timer: Some(Timer {
            kind: TimerKind::Probe,
            expires_ms: 1,
            retransmits: 0,
        }),
        info: Some(info),
        recv_buffer: Some(1),
        send_buffer: Some(1),
        listener: Some(Key(1)),
        drops: Some(0),
        ..SocketFacts::default()
    };
    let listener = SocketFacts {
        state: "LISTEN".to_owned(),
        backlog: Some(1),
        accept_queue: Some(0),
        ..SocketFacts::default()
    };
    let buffers = BufferFacts {
        received: Bytes(b"x".to_vec()),
        datagrams: vec![1],
        ..BufferFacts::default()
    };
    ([connection, listener], buffers)
}

fn fields(prefix: &str, value: &serde_json::Value, into: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(inner) => {
            for (name, value) in inner {
                fields(&format!("{prefix}.{name}"), value, into);
            }
        }
        _ => {
            into.insert(prefix.trim_start_matches('.').to_owned());
        }
    }
}

#[test]
fn every_field_that_a_trace_has_of_a_socket_is_shown_once() {
    let (sockets, buffers) = full();
    let mut recorded = BTreeSet::new();
    for facts in &sockets {
        let json = serde_json::to_value(facts).expect("it is data");
        fields("", &json, &mut recorded);
    }
    let json = serde_json::to_value(&buffers).expect("it is data");
    fields("buffers", &json, &mut recorded);
    // Whose buffers they are is said already; a listener has neither timer nor statistics.
    for name in ["buffers.host", "buffers.key", "info", "timer"] {
        assert!(recorded.remove(name), "{name}");
    }
    let mut shown = BTreeSet::new();
    for facts in &sockets {
        let all = of(facts, Some(&buffers), "");
        let own: BTreeSet<String> = all.iter().map(|it| it.field.to_owned()).collect();
        assert_eq!(own.len(), all.len(), "nothing is shown twice");
        shown.extend(own);
    }
    assert_eq!(recorded, shown);
}

#[test]
fn every_part_has_facts_and_every_fact_a_name_a_meaning_and_a_source() {
    let (sockets, buffers) = full();
    for language in [Language::English, Language::Chinese] {
        let told = Told {
            facts: &sockets[0],
            buffers: Some(&buffers),
            kernel: "6.8.0",
            wire: WireKind::Held,
        };
        let all = super::facts(language, told);
        for fact in &all {
            let texts = [fact.name, &fact.meaning, fact.source];
            assert!(texts.iter().all(|text| !text.is_empty()), "{fact:?}");
        }
        for part in Part::ALL {
            assert!(all.iter().any(|fact| fact.part == part), "{part:?}");
        }
        let order: Vec<usize> = all.iter().map(|fact| fact.part as usize).collect();
        assert!(order.is_sorted(), "as they are read");
    }
}

#[test]
fn what_an_older_kernel_does_not_have_is_absent_and_not_zero() {
    let (sockets, _) = full();
    let has = |kernel: &str, field: &str| {
        let all = of(&sockets[0], None, kernel);
        all.iter().any(|fact| fact.field == field)
    };
    for (field, without, with) in [
        ("info.rcv_wnd", "6.1.0-18-amd64", "6.2.0"),
        ("info.snd_wnd", "5.3.1", "5.4.0"),
        ("info.bytes_sent", "4.18.0", "4.19.0"),
    ] {
        assert!(!has(without, field), "{field} in {without}");
        assert!(has(with, field), "{field} in {with}");
    }
    let facts = SocketFacts::default();
    let all = of(&facts, None, "6.8.0");
    let names: Vec<&str> = all.iter().map(|fact| fact.field).collect();
    let always = [
        "protocol",
        "host",
        "key",
        "state",
        "send_queue",
        "recv_queue",
    ];
    assert_eq!(names, always);
}

#[test]
fn what_is_not_set_or_not_measured_is_said_and_not_a_number() {
    let info = |ssthresh, rtt_us| TcpFacts {
        ssthresh,
        rtt_us,
        min_rtt_us: u32::MAX,
        ..TcpFacts::default()
    };
    assert_eq!(value(info(NOT_SET, 0), "ssthresh"), "not set");
    assert_eq!(value(info(7, 0), "ssthresh"), "7 segments");
    assert_eq!(value(info(7, 0), "rtt"), "not measured");
    assert_eq!(value(info(7, 1_234), "rtt"), "1.23 ms");
    assert_eq!(value(info(7, 0), "min_rtt"), "not measured");
}

#[test]
fn bytes_are_text_in_the_encoding_they_fit() {
    for (bytes, expected) in [
        (&b""[..], None),
        (b"hi\n", Some("UTF-8 “hi\\n”")),
        (b"\xc4\xe3", Some("GBK “你”")),
        (b"\xff\xff", None),
    ] {
        assert_eq!(as_text(bytes).as_deref(), expected);
    }
}

//! What the kernel says of one socket, as names, values and meanings. Pure.
//!
//! Names are the kernel's (`struct tcp_info`); values with their units.

use crate::lesson::Language;
use crate::model::Socket;
use crate::trace::{SocketFacts, TcpFacts};
use crate::ui::text::say;

/// No threshold yet: slow start goes on (`TCP_INFINITE_SSTHRESH`).
const NOT_SET: u32 = 0x7fff_ffff;

#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    pub name: String,
    pub value: String,
    pub meaning: String,
}

fn fact(name: &str, value: impl ToString, meaning: impl ToString) -> Fact {
    Fact {
        name: name.to_owned(),
        value: value.to_string(),
        meaning: meaning.to_string(),
    }
}

pub fn facts(language: Language, socket: &Socket) -> Vec<Fact> {
    let mut all = own(language, &socket.facts);
    if let Some(info) = &socket.facts.info {
        all.extend(congestion(language, info));
        all.extend(counts(language, info));
    }
    all
}

/// What every socket has.
fn own(language: Language, facts: &SocketFacts) -> Vec<Fact> {
    let mut all = Vec::new();
    let of = |count: u32, size: Option<u32>| match size {
        Some(size) => format!("{count} / {size} B"),
        None => format!("{count} B"),
    };
    if facts.state != "LISTEN" {
        let sent = of(facts.send_queue, facts.send_buffer);
        all.push(fact("SO_SNDBUF", sent, say!(language, "socket.send_hint")));
        let received = of(facts.recv_queue, facts.recv_buffer);
        all.push(fact(
            "SO_RCVBUF",
            received,
            say!(language, "socket.recv_hint"),
        ));
    }
    if let Some(drops) = facts.drops {
        all.push(fact("drops", drops, say!(language, "fact.drops")));
    }
    all
}

fn congestion(language: Language, info: &TcpFacts) -> Vec<Fact> {
    let segments = |count: u32| say!(language, "fact.segments", count = count).into_owned();
    let not_set = || say!(language, "fact.not_set").into_owned();
    let time = |us: u32| match us {
        0 | u32::MAX => say!(language, "fact.not_measured").into_owned(),
        us => milliseconds(us),
    };
    let threshold = match info.ssthresh {
        NOT_SET => not_set(),
        count => segments(count),
    };
    let rtt = match info.rtt_us {
        0 => time(0),
        us => format!("{} ± {}", milliseconds(us), milliseconds(info.rttvar_us)),
    };
    let mut all = vec![
        fact("cwnd", segments(info.cwnd), say!(language, "fact.cwnd")),
        fact("ssthresh", threshold, say!(language, "fact.ssthresh")),
        fact("rtt", rtt, say!(language, "fact.rtt")),
        fact(
            "min_rtt",
            time(info.min_rtt_us),
            say!(language, "fact.min_rtt"),
        ),
        fact("rto", milliseconds(info.rto_us), say!(language, "fact.rto")),
        fact(
            "snd_wnd",
            bytes(info.snd_wnd),
            say!(language, "fact.snd_wnd"),
        ),
        fact(
            "rcv_wnd",
            bytes(info.rcv_wnd),
            say!(language, "fact.rcv_wnd"),
        ),
        fact(
            "snd_mss",
            bytes(info.snd_mss),
            say!(language, "fact.snd_mss"),
        ),
        fact(
            "rcv_mss",
            bytes(info.rcv_mss),
            say!(language, "fact.rcv_mss"),
        ),
    ];
    if !info.phase.is_empty() {
        all.push(fact("ca_state", &info.phase, phase(language, &info.phase)));
    }
    if !info.congestion.is_empty() {
        let meaning = say!(language, "fact.congestion");
        all.push(fact("congestion", &info.congestion, meaning));
    }
    all
}

/// Totals in bytes and in segments.
fn counts(language: Language, info: &TcpFacts) -> Vec<Fact> {
    vec![
        fact(
            "bytes_sent",
            info.bytes_sent,
            say!(language, "fact.bytes_sent"),
        ),
        fact(
            "bytes_acked",
            info.bytes_acked,
            say!(language, "fact.bytes_acked"),
        ),
        fact(
            "bytes_received",
            info.bytes_received,
            say!(language, "fact.bytes_received"),
        ),
        fact(
            "bytes_retrans",
            info.bytes_retransmitted,
            say!(language, "fact.bytes_retrans"),
        ),
        fact(
            "notsent",
            info.notsent_bytes,
            say!(language, "fact.notsent"),
        ),
        fact("unacked", info.unacked, say!(language, "fact.unacked")),
        fact("sacked", info.sacked, say!(language, "fact.sacked")),
        fact("lost", info.lost, say!(language, "fact.lost")),
        fact(
            "retransmits",
            info.retransmits,
            say!(language, "fact.retransmits"),
        ),
        fact(
            "total_retrans",
            info.total_retransmits,
            say!(language, "fact.total_retrans"),
        ),
        fact("probes", info.probes, say!(language, "fact.probes")),
        fact("segs_out", info.segs_out, say!(language, "fact.segs_out")),
        fact("segs_in", info.segs_in, say!(language, "fact.segs_in")),
        fact(
            "rcv_ooopack",
            info.out_of_order,
            say!(language, "fact.out_of_order"),
        ),
    ]
}

/// The congestion control's state, as Linux names it (`enum tcp_ca_state`).
fn phase(language: Language, phase: &str) -> String {
    match phase {
        "Open" => say!(language, "fact.phase_open"),
        "Disorder" => say!(language, "fact.phase_disorder"),
        "CWR" => say!(language, "fact.phase_cwr"),
        "Recovery" => say!(language, "fact.phase_recovery"),
        "Loss" => say!(language, "fact.phase_loss"),
        _ => "".into(),
    }
    .into_owned()
}

fn milliseconds(us: u32) -> String {
    if us < 10_000 {
        format!("{}.{:02} ms", us / 1_000, us % 1_000 / 10)
    } else {
        format!("{} ms", us / 1_000)
    }
}

fn bytes(count: u32) -> String {
    format!("{count} B")
}

/// As text, if it is some, in the two encodings that a course meets.
pub fn as_text(bytes: &[u8]) -> Option<String> {
    if bytes.is_empty() {
        return None;
    }
    let quoted = |name: &str, text: &str| format!("{name} “{}”", text.escape_debug());
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(quoted("UTF-8", text)),
        Err(_) => {
            let (text, _, has_errors) = encoding_rs::GBK.decode(bytes);
            (!has_errors).then(|| quoted("GBK", &text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(info: TcpFacts, name: &str) -> String {
        let facts = congestion(Language::English, &info);
        let found = facts.into_iter().find(|fact| fact.name == name);
        found.expect("it is listed").value
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
        assert_eq!(value(info(7, 1_234), "rtt"), "1.23 ms ± 0.00 ms");
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
}

//! A capture's packets and conversations in words.
//!
//! In: rows and conversations. Out: text, and the tone it is written in.

use std::net::{IpAddr, SocketAddr};

use crate::capture::{
    Capture, Content, Conversation, Opener, Other, Protocol, Remark, Row, Side, TcpState,
};
use crate::lesson::Language;
use crate::packet::Kind;
use crate::ui::segment::plain_kind;
use crate::ui::text::say;
use crate::ui::theme::{Theme, Tone};

/// `12.345678`: seconds since the first packet.
pub fn time(at_ns: i64) -> String {
    let sign = if at_ns < 0 { "-" } else { "" };
    let us = at_ns.unsigned_abs() / 1_000;
    format!("{sign}{}.{:06}", us / 1_000_000, us % 1_000_000)
}

/// `+12 µs`, `+3.4 ms`: since the row before.
pub fn since(past_ns: i64) -> String {
    let sign = if past_ns < 0 { "−" } else { "+" };
    let us = past_ns.unsigned_abs() as f64 / 1e3;
    match us {
        less if less < 1_000.0 => format!("{sign}{less:.0} µs"),
        less if less < 1_000_000.0 => format!("{sign}{:.1} ms", less / 1e3),
        us => format!("{sign}{:.2} s", us / 1e6),
    }
}

/// Who sent it: of what belongs to no conversation, the left one.
pub fn is_from_client(row: &Row) -> bool {
    row.side != Some(Side::Second)
}

/// Both ends with their ports, the client's first.
pub fn ends(capture: &Capture, row: &Row) -> [String; 2] {
    if let Some(conversation) = row.conversation {
        return capture.conversations()[conversation]
            .ends
            .map(|end| end.to_string());
    }
    match row.hosts {
        Some((from, to)) => [from, to].map(|address: IpAddr| address.to_string()),
        None => [String::new(), String::new()],
    }
}

/// `SYN·ACK`, `data 1448 B`, `PSH`… as segments are called on the ladder.
pub fn name(language: Language, row: &Row) -> String {
    let kind = match row.what {
        Content::Ip(kind) => kind,
        Content::Other(other) => return what_else(language, other),
    };
    let has_ack = row.tcp.is_some_and(|tcp| tcp.flags.ack);
    match kind {
        Kind::Data => say!(language, "segment.data", count = row.length).into_owned(),
        Kind::Datagram => format!("UDP {} B", row.length),
        Kind::Fin | Kind::Rst if has_ack => format!("{}·ACK", plain_kind(kind)),
        Kind::Syn | Kind::SynAck | Kind::Ack | Kind::Fin | Kind::Rst | Kind::Icmp | Kind::Other => {
            plain_kind(kind).to_owned()
        }
    }
}

/// What is not IP.
fn what_else(language: Language, other: Other) -> String {
    match other {
        Other::Broken => say!(language, "capture.broken").into_owned(),
        Other::Ether(_) | Other::Llc | Other::Link(_) => other.to_string(),
    }
}

/// `seq 1448 ack 1 win 65536`, counted from each direction's first.
pub fn numbers(row: &Row) -> String {
    let Some(tcp) = row.tcp else {
        return String::new();
    };
    match tcp.flags.ack {
        true => format!("seq {} ack {}", tcp.seq, tcp.ack),
        false => format!("seq {}", tcp.seq),
    }
}

/// The sender's colour; an RST is red wherever it comes from.
pub fn tone(theme: &Theme, row: &Row) -> Tone {
    match (row.what, row.side) {
        (Content::Ip(Kind::Rst), _) => theme.bad_tone(),
        (_, Some(Side::First)) => theme.client_tone(),
        (_, Some(Side::Second)) => theme.server_tone(),
        (_, None) => theme.slate_tone(),
    }
}

/// What is odd about it, in a few words.
pub fn remarks(language: Language, row: &Row) -> String {
    let separator = match language {
        Language::English => ", ",
        Language::Chinese => "，",
    };
    let all = row
        .remarks
        .iter()
        .map(|remark| self::remark(language, remark, row));
    all.collect::<Vec<String>>().join(separator)
}

fn remark(language: Language, remark: Remark, row: &Row) -> String {
    match remark {
        Remark::SentAgain => say!(language, "capture.sent_again"),
        Remark::OutOfOrder => say!(language, "capture.out_of_order"),
        Remark::FillsGap => say!(language, "capture.fills_gap"),
        Remark::DuplicateAck => say!(language, "capture.duplicate_ack", nth = row.again),
        Remark::ZeroWindow => say!(language, "capture.zero_window"),
        Remark::WindowUpdate => say!(language, "capture.window_update"),
        Remark::WindowProbe => say!(language, "capture.window_probe"),
        Remark::Keepalive => say!(language, "capture.keepalive"),
        Remark::Twin => say!(language, "capture.twin"),
        Remark::Cut => say!(language, "capture.cut"),
        Remark::Fragment => say!(language, "capture.fragment"),
        Remark::NoTime => say!(language, "capture.no_time"),
    }
    .into_owned()
}

/// All of a row, for those who cannot see it, and where it is pointed at.
pub fn sentence(language: Language, capture: &Capture, packet: usize, row: &Row) -> String {
    let [client, server] = ends(capture, row);
    let (from, to) = match is_from_client(row) {
        true => (client, server),
        false => (server, client),
    };
    let name = name(language, row);
    let numbers = numbers(row);
    let mut said = say!(
        language,
        "capture.row",
        number = packet + 1,
        time = time(row.at_ns),
        name = name,
        from = from,
        to = to
    )
    .into_owned();
    for more in [numbers, remarks(language, row), states(language, row)] {
        if !more.is_empty() {
            said.push_str(" · ");
            said.push_str(&more);
        }
    }
    said
}

/// The states of both ends after it.
fn states(language: Language, row: &Row) -> String {
    match row.states {
        [None, None] => String::new(),
        states => {
            let [client, server] = states.map(|state| state.map_or("?", TcpState::name));
            say!(language, "capture.states", client = client, server = server).into_owned()
        }
    }
}

pub fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
    }
}

/// `10.0.0.1:50070 → 10.0.0.2:80`; where nobody knows who opened it, `↔`.
pub fn who(conversation: &Conversation) -> String {
    let [client, server]: [SocketAddr; 2] = conversation.ends;
    match conversation.opener {
        Opener::Syn => format!("{client} → {server}"),
        Opener::Spoke => format!("{client} ↔ {server}"),
    }
}

/// How it began and how it ended, as far as it passed here.
pub fn course(language: Language, capture: &Capture, number: usize) -> String {
    let conversation = &capture.conversations()[number];
    if conversation.protocol == Protocol::Udp {
        return say!(language, "capture.datagrams").into_owned();
    }
    let began = match conversation.opener {
        Opener::Syn => say!(language, "capture.began_syn"),
        Opener::Spoke => say!(language, "capture.began_before"),
    };
    let ended = ending(language, conversation, reset_by(capture, number));
    say!(language, "capture.course", began = began, ended = ended).into_owned()
}

/// Who sent an RST, if one is among the last packets: whatever the peer had under way may follow.
fn reset_by(capture: &Capture, number: usize) -> Option<Side> {
    const LAST: usize = 8;
    let last = capture.packets_of(number).iter().rev().take(LAST);
    let mut rows = last.map(|packet| capture.row(*packet as usize));
    let reset = rows.find(|row| row.what == Content::Ip(Kind::Rst));
    reset.and_then(|row| row.side)
}

fn ending(language: Language, conversation: &Conversation, reset_by: Option<Side>) -> String {
    use TcpState::{
        CloseWait, Closed, Closing, Established, FinWait1, FinWait2, LastAck, SynReceived, SynSent,
        TimeWait,
    };
    match reset_by {
        Some(Side::First) => return say!(language, "capture.reset_client").into_owned(),
        Some(Side::Second) => return say!(language, "capture.reset_server").into_owned(),
        None => {}
    }
    match conversation.states {
        [Some(SynSent), _] => say!(language, "capture.unanswered"),
        [Some(SynReceived), _] | [_, Some(SynReceived | SynSent)] => {
            say!(language, "capture.half_open")
        }
        [Some(Closed | TimeWait), _] | [_, Some(Closed | TimeWait)] => {
            say!(language, "capture.closed")
        }
        [Some(FinWait1 | FinWait2 | CloseWait | Closing | LastAck), _]
        | [_, Some(FinWait1 | FinWait2 | CloseWait | Closing | LastAck)] => {
            say!(language, "capture.closing")
        }
        [Some(Established) | None, Some(Established) | None] => say!(language, "capture.open"),
    }
    .into_owned()
}

/// `1.4 MB`: of programs.
pub fn bytes(count: u64) -> String {
    match count {
        0..=9_999 => format!("{count} B"),
        10_000..=9_999_999 => format!("{:.1} kB", count as f64 / 1e3),
        10_000_000..=9_999_999_999 => format!("{:.1} MB", count as f64 / 1e6),
        _ => format!("{:.1} GB", count as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_at_a_glance() {
        assert_eq!(time(12_345_678_901), "12.345678");
        assert_eq!(time(-1_500), "-0.000001");
        assert_eq!(since(12_000), "+12 µs");
        assert_eq!(since(3_400_000), "+3.4 ms");
        assert_eq!(since(61_000_000_000), "+61.00 s");
        assert_eq!(since(-5_000), "−5 µs");
        assert_eq!(bytes(9_999), "9999 B");
        assert_eq!(bytes(1_400_000), "1400.0 kB");
        assert_eq!(bytes(14_000_000), "14.0 MB");
    }
}

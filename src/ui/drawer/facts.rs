//! What the kernel says of one socket, as names, values, meanings and sources. Pure.
//!
//! In: the facts of a socket, and what its owner's descriptor said of its buffers. Out: a list in
//! named parts. Names are the kernel's, values have their units; what the kernel did not give is
//! not in the list. Choosing a socket, comparing and drawing are left to the others here.

mod part;

use std::borrow::Cow;

pub use self::part::Part;
use crate::lesson::Language;
use crate::trace::{BufferFacts, SocketFacts, TcpFacts, Timer, TimerKind, WireKind};
use crate::ui::text::say;

/// No threshold yet: slow start goes on (`TCP_INFINITE_SSTHRESH`).
const NOT_SET: u32 = 0x7fff_ffff;
/// So many received bytes are spelled out as one value.
const SPELLED: usize = 24;

#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    pub part: Part,
    /// Where it stands in the trace: what it is compared by.
    pub field: &'static str,
    pub name: &'static str,
    pub value: String,
    pub meaning: String,
    /// The kernel's own name of where it was read.
    pub source: &'static str,
}

/// What there is to tell of one socket.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    pub facts: &'a SocketFacts,
    pub buffers: Option<&'a BufferFacts>,
    /// `6.8.0`, as `uname` says.
    pub kernel: &'a str,
    pub wire: WireKind,
}

/// Facts as they are gathered.
struct List {
    language: Language,
    kernel: Option<(u32, u32)>,
    part: Part,
    facts: Vec<Fact>,
}

impl List {
    fn add(
        &mut self,
        (field, name, source): (&'static str, &'static str, &'static str),
        value: impl ToString,
        meaning: Cow<'_, str>,
    ) {
        self.facts.push(Fact {
            part: self.part,
            field,
            name,
            value: value.to_string(),
            meaning: meaning.into_owned(),
            source,
        });
    }

    /// An older kernel has no such field, and the trace has 0 in its place.
    fn is_given(&self, value: impl Into<u64>, since: (u32, u32)) -> bool {
        value.into() != 0 || self.kernel.is_none_or(|kernel| kernel >= since)
    }

    fn segments(&self, count: u32) -> String {
        match count {
            1 => say!(self.language, "sockets.one_segment"),
            count => say!(self.language, "fact.segments", count = count),
        }
        .into_owned()
    }

    fn time(&self, us: u32) -> String {
        match us {
            0 | u32::MAX => say!(self.language, "fact.not_measured").into_owned(),
            us => milliseconds(us),
        }
    }
}

pub fn facts(language: Language, told: Told<'_>) -> Vec<Fact> {
    let mut list = List {
        language,
        kernel: version(told.kernel),
        part: Part::Owner,
        facts: Vec::new(),
    };
    owner(&mut list, told.facts);
    queues(&mut list, told.facts, told.wire);
    if let Some(buffers) = told.buffers {
        contents(&mut list, buffers);
    }
    if let Some(info) = &told.facts.info {
        windows(&mut list, info);
        times(&mut list, info);
        congestion(&mut list, info);
        byte_counts(&mut list, info);
        segment_counts(&mut list, info);
    }
    if let Some(timer) = &told.facts.timer {
        list.part = Part::Timer;
        timer_facts(&mut list, timer);
    }
    list.part = Part::Options;
    options(&mut list, told.facts);
    list.facts
}

/// `6.8.0-45-generic` is (6, 8).
fn version(kernel: &str) -> Option<(u32, u32)> {
    let mut numbers = kernel.split(|c: char| !c.is_ascii_digit());
    let mut next = || numbers.next()?.parse().ok();
    Some((next()?, next()?))
}

fn owner(list: &mut List, facts: &SocketFacts) {
    let language = list.language;
    list.part = Part::Owner;
    let local = ("local", "local", "idiag_src, idiag_sport");
    if let Some(address) = &facts.local {
        list.add(local, address, say!(language, "sockets.local"));
    }
    let remote = ("remote", "remote", "idiag_dst, idiag_dport");
    if let Some(address) = &facts.remote {
        list.add(remote, address, say!(language, "sockets.remote"));
    }
    let protocol = ("protocol", "protocol", "idiag_family, sdiag_protocol");
    list.add(
        protocol,
        &facts.protocol,
        say!(language, "sockets.protocol"),
    );
    let host = ("host", "host", "network namespace");
    list.add(host, &facts.host, say!(language, "sockets.host"));
    if let Some(program) = &facts.program {
        let of = ("program", "program", "idiag_inode");
        list.add(of, program, say!(language, "sockets.program"));
    }
    if let Some(fd) = facts.fd {
        let of = ("fd", "fd", "idiag_inode");
        list.add(of, fd, say!(language, "sockets.fd"));
    }
    let key = ("key", "cookie", "idiag_cookie");
    list.add(key, facts.key.0, say!(language, "sockets.key"));
    if let Some(listener) = facts.listener {
        let of = ("listener", "listener", "idiag_sport");
        list.add(of, listener.0, say!(language, "sockets.listener"));
    }
}

fn queues(list: &mut List, facts: &SocketFacts, wire: WireKind) {
    let language = list.language;
    list.part = Part::Queues;
    let state = ("state", "state", "idiag_state");
    list.add(state, &facts.state, say!(language, "sockets.state"));
    // Of a listener the same two fields count connections; of a capture nobody asked a kernel.
    if facts.state != "LISTEN" && wire != WireKind::Captured {
        let send = ("send_queue", "Send-Q", "idiag_wqueue");
        let sent = bytes(facts.send_queue);
        list.add(send, sent, say!(language, "sockets.send_queue"));
        let recv = ("recv_queue", "Recv-Q", "idiag_rqueue");
        let received = bytes(facts.recv_queue);
        list.add(recv, received, say!(language, "sockets.recv_queue"));
    }
    if let Some(count) = facts.accept_queue {
        let of = ("accept_queue", "accept queue", "idiag_rqueue");
        let value = connections(language, count);
        list.add(of, value, say!(language, "sockets.accept_queue"));
    }
    if let Some(count) = facts.backlog {
        let of = ("backlog", "backlog", "idiag_wqueue");
        let value = connections(language, count);
        list.add(of, value, say!(language, "sockets.backlog"));
    }
    if let Some(count) = facts.drops {
        let of = ("drops", "drops", "SK_MEMINFO_DROPS");
        let value = packets(language, count);
        list.add(of, value, say!(language, "fact.drops"));
    }
}

fn contents(list: &mut List, buffers: &BufferFacts) {
    let language = list.language;
    let unread = ("buffers.unread", "unread", "SIOCINQ");
    let value = bytes(buffers.unread);
    list.add(unread, value, say!(language, "sockets.unread"));
    if !buffers.received.0.is_empty() {
        let of = ("buffers.received", "received", "recv(MSG_PEEK)");
        let value = spelled(&buffers.received.0);
        list.add(of, value, say!(language, "sockets.received"));
    }
    if !buffers.datagrams.is_empty() {
        let of = ("buffers.datagrams", "datagrams", "SO_PEEK_OFF");
        let lengths: Vec<String> = buffers.datagrams.iter().map(|it| bytes(*it)).collect();
        let value = lengths.join(&say!(language, "list.separator"));
        list.add(of, value, say!(language, "sockets.datagrams"));
    }
    let unacked = ("buffers.unacked", "outq", "SIOCOUTQ");
    let value = bytes(buffers.unacked);
    list.add(unacked, value, say!(language, "sockets.unacked"));
    let unsent = ("buffers.unsent", "outq not sent", "SIOCOUTQNSD");
    let value = bytes(buffers.unsent);
    list.add(unsent, value, say!(language, "sockets.unsent"));
}

fn windows(list: &mut List, info: &TcpFacts) {
    let language = list.language;
    list.part = Part::Windows;
    if list.is_given(info.snd_wnd, (5, 4)) {
        let of = ("info.snd_wnd", "snd_wnd", "tcpi_snd_wnd");
        list.add(of, bytes(info.snd_wnd), say!(language, "fact.snd_wnd"));
    }
    if list.is_given(info.rcv_wnd, (6, 2)) {
        let of = ("info.rcv_wnd", "rcv_wnd", "tcpi_rcv_wnd");
        list.add(of, bytes(info.rcv_wnd), say!(language, "fact.rcv_wnd"));
    }
    let of = ("info.snd_mss", "snd_mss", "tcpi_snd_mss");
    list.add(of, bytes(info.snd_mss), say!(language, "fact.snd_mss"));
    let of = ("info.rcv_mss", "rcv_mss", "tcpi_rcv_mss");
    list.add(of, bytes(info.rcv_mss), say!(language, "fact.rcv_mss"));
}

fn times(list: &mut List, info: &TcpFacts) {
    let language = list.language;
    list.part = Part::Times;
    let of = ("info.rtt_us", "rtt", "tcpi_rtt");
    let value = list.time(info.rtt_us);
    list.add(of, value, say!(language, "sockets.rtt"));
    // Before the first measurement it is a start value that nobody measured.
    if info.rtt_us != 0 {
        let of = ("info.rttvar_us", "rttvar", "tcpi_rttvar");
        let value = milliseconds(info.rttvar_us);
        list.add(of, value, say!(language, "sockets.rttvar"));
    }
    if list.is_given(info.min_rtt_us, (4, 6)) {
        let of = ("info.min_rtt_us", "min_rtt", "tcpi_min_rtt");
        let value = list.time(info.min_rtt_us);
        list.add(of, value, say!(language, "fact.min_rtt"));
    }
    let of = ("info.rto_us", "rto", "tcpi_rto");
    list.add(of, milliseconds(info.rto_us), say!(language, "fact.rto"));
}

fn congestion(list: &mut List, info: &TcpFacts) {
    let language = list.language;
    list.part = Part::Congestion;
    let of = ("info.cwnd", "cwnd", "tcpi_snd_cwnd");
    let value = list.segments(info.cwnd);
    list.add(of, value, say!(language, "fact.cwnd"));
    let of = ("info.ssthresh", "ssthresh", "tcpi_snd_ssthresh");
    let value = match info.ssthresh {
        NOT_SET => say!(language, "fact.not_set").into_owned(),
        count => list.segments(count),
    };
    list.add(of, value, say!(language, "fact.ssthresh"));
    if !info.phase.is_empty() {
        let of = ("info.phase", "ca_state", "tcpi_ca_state");
        let meaning = phase(language, &info.phase);
        list.add(of, &info.phase, meaning.into());
    }
    if !info.congestion.is_empty() {
        let of = ("info.congestion", "congestion", "INET_DIAG_CONG");
        list.add(of, &info.congestion, say!(language, "fact.congestion"));
    }
}

fn byte_counts(list: &mut List, info: &TcpFacts) {
    let language = list.language;
    list.part = Part::Counts;
    let counts = [
        (
            ("info.bytes_sent", "bytes_sent", "tcpi_bytes_sent"),
            (info.bytes_sent, (4, 19)),
            say!(language, "fact.bytes_sent"),
        ),
        (
            ("info.bytes_acked", "bytes_acked", "tcpi_bytes_acked"),
            (info.bytes_acked, (4, 1)),
            say!(language, "fact.bytes_acked"),
        ),
        (
            (
                "info.bytes_received",
                "bytes_received",
                "tcpi_bytes_received",
            ),
            (info.bytes_received, (4, 1)),
            say!(language, "fact.bytes_received"),
        ),
        (
            (
                "info.bytes_retransmitted",
                "bytes_retrans",
                "tcpi_bytes_retrans",
            ),
            (info.bytes_retransmitted, (4, 19)),
            say!(language, "fact.bytes_retrans"),
        ),
        (
            ("info.notsent_bytes", "notsent", "tcpi_notsent_bytes"),
            (u64::from(info.notsent_bytes), (4, 6)),
            say!(language, "fact.notsent"),
        ),
    ];
    for (of, (count, since), meaning) in counts {
        if list.is_given(count, since) {
            list.add(of, format!("{count} B"), meaning);
        }
    }
}

fn segment_counts(list: &mut List, info: &TcpFacts) {
    const ALWAYS: (u32, u32) = (0, 0);
    let language = list.language;
    list.part = Part::Counts;
    let counts = [
        (
            ("info.unacked", "unacked", "tcpi_unacked"),
            (info.unacked, ALWAYS),
            say!(language, "fact.unacked"),
        ),
        (
            ("info.sacked", "sacked", "tcpi_sacked"),
            (info.sacked, ALWAYS),
            say!(language, "fact.sacked"),
        ),
        (
            ("info.lost", "lost", "tcpi_lost"),
            (info.lost, ALWAYS),
            say!(language, "fact.lost"),
        ),
        (
            (
                "info.total_retransmits",
                "total_retrans",
                "tcpi_total_retrans",
            ),
            (info.total_retransmits, ALWAYS),
            say!(language, "fact.total_retrans"),
        ),
        (
            ("info.segs_out", "segs_out", "tcpi_segs_out"),
            (info.segs_out, (4, 2)),
            say!(language, "fact.segs_out"),
        ),
        (
            ("info.segs_in", "segs_in", "tcpi_segs_in"),
            (info.segs_in, (4, 2)),
            say!(language, "fact.segs_in"),
        ),
        (
            ("info.out_of_order", "rcv_ooopack", "tcpi_rcv_ooopack"),
            (info.out_of_order, (5, 4)),
            say!(language, "fact.out_of_order"),
        ),
    ];
    for (of, (count, since), meaning) in counts {
        if list.is_given(count, since) {
            let value = list.segments(count);
            list.add(of, value, meaning);
        }
    }
    timeouts(list, info);
}

/// How often, not how many.
fn timeouts(list: &mut List, info: &TcpFacts) {
    let language = list.language;
    let of = ("info.retransmits", "retransmits", "tcpi_retransmits");
    let value = format!("{}×", info.retransmits);
    list.add(of, value, say!(language, "fact.retransmits"));
    let of = ("info.probes", "probes", "tcpi_probes");
    let value = format!("{}×", info.probes);
    list.add(of, value, say!(language, "fact.probes"));
}

fn timer_facts(list: &mut List, timer: &Timer) {
    let language = list.language;
    let kind = match timer.kind {
        TimerKind::Retransmit => say!(language, "sockets.timer_retransmit"),
        TimerKind::Keepalive => say!(language, "sockets.timer_keepalive"),
        TimerKind::TimeWait => say!(language, "sockets.timer_time_wait"),
        TimerKind::Probe => say!(language, "sockets.timer_probe"),
        TimerKind::FinWait2 => say!(language, "sockets.timer_fin_wait2"),
        TimerKind::Other => say!(language, "sockets.timer_other"),
    };
    let of = ("timer.kind", "timer", "idiag_timer");
    list.add(of, kind, say!(language, "sockets.timer_kind"));
    let of = ("timer.expires_ms", "expires", "idiag_expires");
    let value = format!("{} ms", timer.expires_ms);
    list.add(of, value, say!(language, "sockets.timer_expires"));
    let of = ("timer.retransmits", "retrans", "idiag_retrans");
    let value = format!("{}×", timer.retransmits);
    list.add(of, value, say!(language, "sockets.timer_retrans"));
}

fn options(list: &mut List, facts: &SocketFacts) {
    let language = list.language;
    if let Some(size) = facts.send_buffer {
        let of = ("send_buffer", "SO_SNDBUF", "SK_MEMINFO_SNDBUF");
        list.add(of, bytes(size), say!(language, "sockets.send_buffer"));
    }
    if let Some(size) = facts.recv_buffer {
        let of = ("recv_buffer", "SO_RCVBUF", "SK_MEMINFO_RCVBUF");
        list.add(of, bytes(size), say!(language, "sockets.recv_buffer"));
    }
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

fn connections(language: Language, count: u32) -> Cow<'static, str> {
    match count {
        1 => say!(language, "sockets.one_connection"),
        count => say!(language, "sockets.connections", count = count),
    }
}

fn packets(language: Language, count: u32) -> Cow<'static, str> {
    match count {
        1 => say!(language, "sockets.one_packet"),
        count => say!(language, "sockets.packets", count = count),
    }
}

fn bytes(count: u32) -> String {
    format!("{count} B")
}

/// The first bytes as text, if they are some, else as they are.
fn spelled(bytes: &[u8]) -> String {
    let few = &bytes[..bytes.len().min(SPELLED)];
    let text = if few.len() == bytes.len() {
        as_text(bytes)
    } else {
        None
    };
    let more = if few.len() < bytes.len() { "…" } else { "" };
    text.unwrap_or_else(|| format!("{}{more}", few.escape_ascii()))
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
mod tests;

//! What the kernel says of its sockets, by sock_diag.
//!
//! In: a host's netlink socket. Out: one [`Report`] a socket. Our own reader and not a crate's,
//! because the TIME_WAIT countdown and the newer `tcp_info` fields matter to us
//! (`net/ipv4/inet_diag.c`, `include/uapi/linux/inet_diag.h`).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::netlink::{ACK, DUMP, Netlink, attributes};
use super::table::{Report, Table};
use crate::trace::{Key, TcpFacts, Timer, TimerKind};

const BY_FAMILY: u16 = 20;
const DESTROY: u16 = 21;
/// `TCPF_BOUND_INACTIVE` (Linux 6.8): bound, and neither listening nor connected.
const BOUND: u32 = 1 << 13;
const ALL_STATES: u32 = u32::MAX;
/// `INET_DIAG_INFO`, `INET_DIAG_CONG` and `INET_DIAG_SKMEMINFO`, each as a bit.
const EXTENSIONS: u8 = 1 << 1 | 1 << 3 | 1 << 6;

/// Every socket of a host in these tables, but for those that are only bound: to find them the
/// kernel walks a table that all namespaces share, which takes longer than all the rest.
pub fn dump(
    diag: &mut Netlink,
    tables: impl IntoIterator<Item = Table>,
) -> io::Result<Vec<Report>> {
    dump_states(diag, tables, ALL_STATES & !BOUND)
}

/// The TCP sockets that are only bound.
pub fn dump_bound(diag: &mut Netlink) -> io::Result<Vec<Report>> {
    dump_states(diag, [Table::TCP, Table::TCP_6], BOUND)
}

fn dump_states(
    diag: &mut Netlink,
    tables: impl IntoIterator<Item = Table>,
    states: u32,
) -> io::Result<Vec<Report>> {
    let mut reports = Vec::new();
    for Table { family, protocol } in tables {
        let mut body = vec![family, protocol, EXTENSIONS, 0];
        body.extend(states.to_ne_bytes());
        body.extend([0; 48]);
        diag.request(BY_FAMILY, DUMP, &body, |payload| {
            reports.extend(parse(payload, protocol));
        })?;
    }
    reports.sort_by_key(|report| report.key);
    Ok(reports)
}

/// Ends every socket of a host, those without an owner too, so that nothing keeps its namespace.
/// Gives how many there were.
pub fn destroy_all(diag: &mut Netlink) -> io::Result<usize> {
    let reports = dump_states(diag, Table::ALL, ALL_STATES)?;
    for report in &reports {
        let mut body = vec![report.family, report.protocol_number, 0, 0];
        body.extend(ALL_STATES.to_ne_bytes());
        body.extend(report.id);
        // It may have ended by itself since the dump.
        diag.request(DESTROY, ACK, &body, |_| {}).ok();
    }
    Ok(reports.len())
}

/// `enum` of `include/net/tcp_states.h`, with the kernel's spelling.
pub fn state_name(state: u8) -> &'static str {
    match state {
        1 => "ESTABLISHED",
        2 => "SYN_SENT",
        3 | 12 => "SYN_RECV", // 12 is a request socket's inner name for the same
        4 => "FIN_WAIT1",
        5 => "FIN_WAIT2",
        6 => "TIME_WAIT",
        7 | 13 => "CLOSE", // 13: bound, and in no other state yet
        8 => "CLOSE_WAIT",
        9 => "LAST_ACK",
        10 => "LISTEN",
        11 => "CLOSING",
        _ => "UNKNOWN",
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(u32::from_ne_bytes(bytes))
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + 8)?.try_into().ok()?;
    Some(u64::from_ne_bytes(bytes))
}

/// `struct inet_diag_msg` and its attributes.
fn parse(message: &[u8], protocol: u8) -> Option<Report> {
    const INFO: u16 = 2;
    const CONGESTION: u16 = 4;
    const MEMORY: u16 = 7;
    let id: [u8; 48] = message.get(4..52)?.try_into().ok()?;
    let family = message[0];
    let state = message[1];
    let local = address(family, id.get(4..20)?, id.get(0..2)?)?;
    let remote = address(family, id.get(20..36)?, id.get(2..4)?)?;
    let mut report = Report {
        key: Key(u64::from(word(&id, 40)?) | u64::from(word(&id, 44)?) << 32),
        protocol: Table { family, protocol }.protocol(),
        state: state_name(state),
        local,
        remote: (remote.port() != 0).then_some(remote),
        recv_queue: word(message, 56)?,
        send_queue: word(message, 60)?,
        inode: word(message, 68)?,
        timer: timer(message[2], message[3], word(message, 52)?),
        info: None,
        recv_buffer: None,
        send_buffer: None,
        drops: None,
        id,
        family,
        protocol_number: protocol,
    };
    let mut congestion = String::new();
    for (kind, value) in attributes(message.get(72..)?) {
        match kind {
            INFO if !matches!(state, 3 | 6 | 10 | 12 | 13) => report.info = info(value),
            MEMORY => {
                report.recv_buffer = word(value, 4);
                report.send_buffer = word(value, 12);
                report.drops = word(value, 32);
            }
            CONGESTION => {
                let name = value.split(|byte| *byte == 0).next().unwrap_or_default();
                congestion = String::from_utf8_lossy(name).into_owned();
            }
            _ => {}
        }
    }
    if let Some(info) = &mut report.info {
        info.congestion = congestion;
    }
    Some(report)
}

fn address(family: u8, bytes: &[u8], port: &[u8]) -> Option<SocketAddr> {
    let port = u16::from_be_bytes(port.try_into().ok()?);
    let ip = if i32::from(family) == libc::AF_INET {
        IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(bytes.get(..4)?).ok()?))
    } else {
        IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?))
    };
    Some(SocketAddr::new(ip, port))
}

fn timer(kind: u8, retransmits: u8, expires_ms: u32) -> Option<Timer> {
    let kind = match kind {
        0 => return None,
        1 => TimerKind::Retransmit,
        2 => TimerKind::Keepalive,
        3 => TimerKind::TimeWait,
        4 => TimerKind::Probe,
        _ => TimerKind::Other,
    };
    Some(Timer {
        kind,
        expires_ms,
        retransmits,
    })
}

/// `struct tcp_info`. Kernels append fields, and an old one's struct is shorter: what is missing
/// is zero.
fn info(bytes: &[u8]) -> Option<TcpFacts> {
    const PHASES: [&str; 5] = ["Open", "Disorder", "CWR", "Recovery", "Loss"];
    let later = |at| word(bytes, at).unwrap_or(0);
    let count = |at| long(bytes, at).unwrap_or(0);
    let phase = PHASES.get(usize::from(*bytes.get(1)?));
    Some(TcpFacts {
        phase: phase.copied().unwrap_or("unknown").to_owned(),
        congestion: String::new(),
        retransmits: u32::from(*bytes.get(2)?),
        probes: u32::from(*bytes.get(3)?),
        rto_us: word(bytes, 8)?,
        snd_mss: word(bytes, 16)?,
        rcv_mss: word(bytes, 20)?,
        unacked: word(bytes, 24)?,
        sacked: word(bytes, 28)?,
        lost: word(bytes, 32)?,
        rtt_us: word(bytes, 68)?,
        rttvar_us: word(bytes, 72)?,
        ssthresh: word(bytes, 76)?,
        cwnd: word(bytes, 80)?,
        total_retransmits: word(bytes, 100)?,
        bytes_acked: count(120),
        bytes_received: count(128),
        segs_out: later(136),
        segs_in: later(140),
        notsent_bytes: later(144),
        min_rtt_us: later(148),
        bytes_sent: count(200),
        bytes_retransmitted: count(208),
        out_of_order: later(224),
        snd_wnd: later(228),
        rcv_wnd: later(232),
    })
}

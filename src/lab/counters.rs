//! What a host's kernel counts, and why it sent something again.
//!
//! In: `/proc/net/snmp`, `netstat` and `snmp6` of a namespace, opened while the lab could still
//! open files. Out: the counters that changed, and for a segment that no program and no arrival
//! caused, the reason that the kernel counted for it (`net/ipv4/proc.c` has every name).

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use crate::packet::Kind;
use crate::trace::Resent;

/// Faults, refusals, losses and probes: what a lesson may speak of. The rest are successes.
const SHOWN: &[(&str, &[&str])] = &[
    (
        "Ip",
        &["InHdrErrors", "InAddrErrors", "InDiscards", "OutDiscards"],
    ),
    (
        "Icmp",
        &["InCsumErrors", "InDestUnreachs", "OutDestUnreachs"],
    ),
    (
        "Tcp",
        &[
            "AttemptFails",
            "EstabResets",
            "RetransSegs",
            "InErrs",
            "OutRsts",
            "InCsumErrors",
        ],
    ),
    (
        "Udp",
        &[
            "NoPorts",
            "InErrors",
            "RcvbufErrors",
            "SndbufErrors",
            "InCsumErrors",
        ],
    ),
    (
        "TcpExt",
        &[
            "ListenOverflows",
            "ListenDrops",
            "EmbryonicRsts",
            "PruneCalled",
            "TCPTimeouts",
            "TCPLossProbes",
            "TCPFastRetrans",
            "TCPSlowStartRetrans",
            "TCPSynRetrans",
            "TCPKeepAlive",
            "TCPWinProbe",
            "TCPDSACKRecv",
            "TCPDSACKOldSent",
            "TCPOFOQueue",
            "TCPAbortOnData",
            "TCPAbortOnClose",
            "TCPAbortOnTimeout",
            "TCPAbortOnLinger",
            "TCPBacklogDrop",
            "TCPRcvQDrop",
            "TCPReqQFullDrop",
            "TCPReqQFullDoCookies",
            "TCPToZeroWindowAdv",
            "TCPFromZeroWindowAdv",
            "TCPChallengeACK",
        ],
    ),
];
const SHOWN_V6: &[&str] = &[
    "Udp6NoPorts",
    "Udp6InErrors",
    "Udp6RcvbufErrors",
    "Udp6InCsumErrors",
    "Icmp6InDestUnreachs",
    "Icmp6OutDestUnreachs",
];
/// Both files together have about 200 numbers.
const FILE_BYTES: usize = 16 << 10;

/// The files of one host. A kernel, or a container, may hide any of them.
#[derive(Default)]
pub struct Files {
    snmp: Option<File>,
    netstat: Option<File>,
    snmp6: Option<File>,
}

impl Files {
    /// Of the calling thread's network namespace.
    pub fn open(has_ipv6: bool) -> Self {
        let open = |name| File::open(format!("/proc/thread-self/net/{name}")).ok();
        Self {
            snmp: open("snmp"),
            netstat: open("netstat"),
            snmp6: has_ipv6.then(|| open("snmp6")).flatten(),
        }
    }
}

/// What was counted when we last looked.
pub struct Counters {
    files: Files,
    known: BTreeMap<String, u64>,
    resent: Resends,
}

impl Counters {
    pub fn new(files: Files) -> Self {
        Self {
            files,
            known: BTreeMap::new(),
            resent: Resends::default(),
        }
    }

    /// What changed since the last call, each counted since the host exists.
    pub fn changes(&mut self) -> BTreeMap<String, u64> {
        let mut changes = BTreeMap::new();
        for file in [&self.files.snmp, &self.files.netstat] {
            let text = text(file);
            for (group, name, value) in pairs(&text).filter(is_shown) {
                // Most are 0, and stay so.
                if value > 0 {
                    changes.insert(format!("{group}.{name}"), value);
                }
            }
        }
        let v6 = text(&self.files.snmp6);
        let v6 = v6
            .lines()
            .filter_map(|line| line.split_once(char::is_whitespace));
        for (name, value) in v6.filter(|(name, _)| SHOWN_V6.contains(name)) {
            if let Some(value) = value.trim().parse().ok().filter(|value| *value > 0) {
                changes.insert(name.to_owned(), value);
            }
        }
        changes.retain(|name, value| self.known.get(name) != Some(value));
        self.known.extend(changes.clone());
        changes
    }

    /// Why the kernel sent this again, or as a probe. Spends what was counted since the last call.
    pub fn reason(&mut self, kind: Kind, is_probe: bool) -> Option<Resent> {
        let netstat = text(&self.files.netstat);
        for (group, name, value) in pairs(&netstat) {
            if group == "TcpExt" {
                self.resent.count(name, value);
            }
        }
        self.resent.spend(kind, is_probe)
    }
}

/// Of each of the kernel's reasons: how often it was counted, and how many of these are spent.
#[derive(Default)]
struct Resends {
    counted: BTreeMap<&'static str, u64>,
    spent: BTreeMap<&'static str, u64>,
}

const TIMEOUTS: &str = "TCPTimeouts";
const LOSS_PROBES: &str = "TCPLossProbes";
const FAST: &str = "TCPFastRetrans";
const SLOW_START: &str = "TCPSlowStartRetrans";
const KEEPALIVE: &str = "TCPKeepAlive";
const WINDOW_PROBE: &str = "TCPWinProbe";

impl Resends {
    fn count(&mut self, name: &str, value: u64) {
        let known = [
            TIMEOUTS,
            LOSS_PROBES,
            FAST,
            SLOW_START,
            KEEPALIVE,
            WINDOW_PROBE,
        ];
        if let Some(name) = known.into_iter().find(|known| *known == name) {
            self.counted.insert(name, value);
        }
    }

    fn spend(&mut self, kind: Kind, is_probe: bool) -> Option<Resent> {
        match kind {
            Kind::Syn => {
                self.take(TIMEOUTS);
                return Some(Resent::SynRetry);
            }
            Kind::SynAck => return Some(Resent::SynAckRetry),
            Kind::Ack if !is_probe => return None,
            Kind::Ack | Kind::Data | Kind::Fin => {}
            Kind::Rst | Kind::Datagram | Kind::Icmp | Kind::Other => return None,
        }
        let reasons: &[(&'static str, Resent)] = match is_probe {
            true => &[
                (KEEPALIVE, Resent::Keepalive),
                (WINDOW_PROBE, Resent::WindowProbe),
            ],
            // In Loss, what follows the first segment goes out as "slow start".
            false => &[
                (LOSS_PROBES, Resent::Tlp),
                (TIMEOUTS, Resent::Rto),
                (FAST, Resent::FastRetransmit),
                (SLOW_START, Resent::Rto),
                // A probe of a window that has room for data carries data.
                (WINDOW_PROBE, Resent::WindowProbe),
            ],
        };
        let mut reasons = reasons.iter();
        let reason = reasons.find(|(name, _)| self.take(name));
        match reason {
            Some((_, reason)) => Some(*reason),
            None if is_probe => None,
            None => Some(Resent::Unknown),
        }
    }

    /// True when the kernel has counted one more than was spent.
    fn take(&mut self, name: &'static str) -> bool {
        let counted = self.counted.get(name).copied().unwrap_or(0);
        let spent = self.spent.entry(name).or_default();
        let is_there = *spent < counted;
        *spent += u64::from(is_there);
        is_there
    }
}

fn text(file: &Option<File>) -> String {
    let read = file.as_ref().map_or(Ok(String::new()), |file| {
        let mut bytes = vec![0; FILE_BYTES];
        let count = file.read_at(&mut bytes, 0)?;
        bytes.truncate(count);
        Ok::<_, io::Error>(String::from_utf8_lossy(&bytes).into_owned())
    });
    read.unwrap_or_default() // a host that cannot be asked has counted nothing
}

/// `Tcp: InErrs …` above `Tcp: 3 …`: a line of names, then a line of numbers.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str, u64)> {
    let mut lines = text.lines();
    let twos = std::iter::from_fn(move || Some((lines.next()?, lines.next()?)));
    let groups = twos.filter_map(|(names, values)| {
        let (group, names) = names.split_once(':')?;
        let (_, values) = values.split_once(':')?;
        Some((group, names, values))
    });
    groups.flat_map(|(group, names, values)| {
        let both = names.split_whitespace().zip(values.split_whitespace());
        // Some, like MaxConn, can be negative.
        both.filter_map(move |(name, value)| Some((group, name, value.parse().ok()?)))
    })
}

fn is_shown((group, name, _): &(&str, &str, u64)) -> bool {
    let mut groups = SHOWN.iter();
    groups.any(|(known, names)| known == group && names.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_two_lines() {
        let text = "Tcp: MaxConn InErrs\nTcp: -1 3\nUdp: NoPorts\nUdp: 2\n";
        let read: Vec<_> = pairs(text).filter(is_shown).collect();
        assert_eq!(read, [("Tcp", "InErrs", 3), ("Udp", "NoPorts", 2)]);
    }

    #[test]
    fn each_counted_reason_explains_one_segment() {
        let mut resends = Resends::default();
        resends.count(TIMEOUTS, 1);
        resends.count(SLOW_START, 1);
        resends.count("TCPHPHits", 9);
        for expected in [Resent::Rto, Resent::Rto, Resent::Unknown] {
            assert_eq!(resends.spend(Kind::Data, false), Some(expected));
        }
        assert_eq!(resends.spend(Kind::Ack, true), None);
        resends.count(KEEPALIVE, 1);
        assert_eq!(resends.spend(Kind::Ack, false), None, "no probe, no reason");
        assert_eq!(resends.spend(Kind::Ack, true), Some(Resent::Keepalive));
        resends.count(TIMEOUTS, 2);
        assert_eq!(resends.spend(Kind::Syn, false), Some(Resent::SynRetry));
        assert_eq!(resends.spend(Kind::Fin, false), Some(Resent::Unknown));
    }
}

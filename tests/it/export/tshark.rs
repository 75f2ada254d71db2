//! What tshark reads in a capture: one row a packet, or why it cannot.

use std::fs;
use std::process::Command;

/// With every checksum validated.
const CHECKED: [&str; 6] = [
    "-o",
    "tcp.check_checksum:TRUE",
    "-o",
    "ip.check_checksum:TRUE",
    "-o",
    "udp.check_checksum:TRUE",
];
const FIELDS: &[&str] = &[
    "frame.time_epoch",
    "frame.interface_name",
    "frame.packet_flags_direction",
    "frame.packet_id",
    "frame.len",
    "ip.src",
    "ip.dst",
    "ipv6.src",
    "ipv6.dst",
    "ip.proto",
    "ipv6.nxt",
    "ip.checksum.status",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.seq_raw",
    "tcp.ack_raw",
    "tcp.flags",
    "tcp.window_size_value",
    "tcp.len",
    "tcp.checksum.status",
    "udp.srcport",
    "udp.dstport",
    "udp.length",
    "udp.checksum.status",
    "icmp.type",
    "icmp.code",
    "icmpv6.type",
    "icmpv6.code",
    "icmp.checksum.status",
    "icmpv6.checksum.status",
    "_ws.malformed",
    "_ws.expert.severity",
    "frame.comment",
];
/// Between the several values of one field.
const AND: char = '|';
/// `PI_ERROR` of Wireshark's `epan/proto.h`.
const ERROR: u32 = 0x0080_0000;

/// Is it on this machine? When it is not, that is said aloud, and is an error where it must be.
pub fn is_there() -> bool {
    let is_here = Command::new("tshark").arg("--version").output().is_ok();
    if !is_here {
        let is_ci = std::env::var_os("CI").is_some();
        assert!(!is_ci, "tshark is missing, and CI must read captures");
        eprintln!("SKIPPED: there is no tshark on this machine to read captures with");
    }
    is_here
}

/// A packet as tshark tells it.
#[derive(Debug)]
pub struct Row(Vec<String>);

impl Row {
    /// The first value of a field: an ICMP message quotes another packet after its own.
    pub fn first(&self, field: &str) -> &str {
        self.all(field).split(AND).next().unwrap_or_default()
    }

    fn all(&self, field: &str) -> &str {
        let at = FIELDS.iter().position(|name| *name == field);
        &self.0[at.expect("it is asked for")]
    }

    /// Its comments, one after the other.
    pub fn comments(&self) -> &str {
        self.all("frame.comment")
    }

    pub fn number(&self, field: &str) -> u64 {
        let text = self.first(field);
        let number = match text.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16),
            None => text.parse(),
        };
        number.unwrap_or_else(|error| panic!("{field} is {text:?}: {error}"))
    }

    /// Microseconds since 1970.
    pub fn at_us(&self) -> u64 {
        let (seconds, fraction) = self.first("frame.time_epoch").split_once('.').unwrap();
        let us = fraction[..6].parse::<u64>().unwrap();
        seconds.parse::<u64>().unwrap() * 1_000_000 + us
    }

    /// What is wrong with it in tshark's eyes.
    pub fn troubles(&self) -> Vec<String> {
        let mut troubles = Vec::new();
        if !self.all("_ws.malformed").is_empty() {
            troubles.push("malformed".to_owned());
        }
        let severities = self.all("_ws.expert.severity").split(AND);
        let severities = severities.filter(|text| !text.is_empty());
        if severities
            .map(|text| text.parse::<u32>().unwrap())
            .any(|severity| severity >= ERROR)
        {
            troubles.push("an error of a dissector".to_owned());
        }
        for field in FIELDS.iter().filter(|name| name.ends_with(".status")) {
            // 0 is bad, 1 is good, 2 is unverified: of a packet that an ICMP message quotes.
            if self.all(field).split(AND).any(|status| status == "0") {
                troubles.push(format!("bad {field}"));
            }
        }
        troubles
    }
}

/// Reads a capture; tshark itself must have nothing to say.
pub fn rows(capture: &[u8]) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.pcapng");
    fs::write(&path, capture).unwrap();
    let mut command = Command::new("tshark");
    command.arg("-r").arg(&path).args(CHECKED).arg("-n");
    command.args(["-T", "fields", "-E", "separator=/t"]);
    command.arg("-E").arg(format!("aggregator={AND}"));
    for field in FIELDS {
        command.args(["-e", field]);
    }
    let output = command.output().expect("it is here");
    let complained = String::from_utf8_lossy(&output.stderr);
    let mut complained = complained
        .lines()
        .filter(|line| !line.starts_with("Running as user"));
    assert_eq!(complained.next(), None, "tshark complains");
    assert!(output.status.success(), "{}", output.status);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let row = |line: &str| {
        let row = Row(line.split('\t').map(str::to_owned).collect());
        assert_eq!(row.0.len(), FIELDS.len(), "{line}");
        row
    };
    text.lines().map(row).collect()
}

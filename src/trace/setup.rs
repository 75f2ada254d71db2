//! Who takes part in a run: what a lab is told first, and what it answers first.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::event::Name;

/// The first line a lab reads: everything it needs before the first order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    pub hosts: Vec<HostSetup>,
    pub programs: Vec<ProgramSetup>,
    #[serde(default)]
    pub timers: Timers,
    #[serde(default)]
    pub wire: WireKind,
    #[serde(default, skip_serializing_if = "LowPorts::is_open")]
    pub low_ports: LowPorts,
    /// The id of the lesson that it plays; `None`: programs of the learner's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesson: Option<String>,
    /// The label of the lesson's try that it plays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostSetup {
    pub name: Name,
    pub addresses: Vec<IpAddr>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProgramSetup {
    pub name: Name,
    pub host: Name,
    /// What tracebacks call it: `server.py`.
    pub file: String,
    pub source: String,
}

/// Whether the kernel waits for a thinking student.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timers {
    /// Retry limits are raised, so that a held segment does not kill the connection.
    #[default]
    Patient,
    /// As the kernel has them.
    Natural,
    /// Patient, and a segment in flight is not sent again for two minutes: the congestion window
    /// moves only by what is delivered and dropped.
    Still,
}

impl Timers {
    /// A held segment does not kill its connection.
    pub fn are_patient(self) -> bool {
        match self {
            Self::Patient | Self::Still => true,
            Self::Natural => false,
        }
    }
}

/// Who may bind the ports below 1024.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LowPorts {
    /// Every program: a lab has no administrator.
    #[default]
    Open,
    /// Nobody, as on a machine where one is not the administrator.
    Guarded,
}

impl LowPorts {
    fn is_open(&self) -> bool {
        *self == Self::Open
    }
}

/// What joins the hosts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WireKind {
    /// Namespaces joined by the lab: each segment waits until it is delivered.
    #[default]
    Held,
    /// This machine's own loopback: nothing can be held, and segments are inferred.
    Loopback,
    /// Somebody captured it elsewhere: what passed is told, what arrived and every state inferred.
    Captured,
}

impl WireKind {
    /// Segments can wait on it for the learner.
    pub fn can_hold(self) -> bool {
        match self {
            Self::Held => true,
            Self::Loopback | Self::Captured => false,
        }
    }
}

/// Loopback mode: what stands for an address of the lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    pub address: IpAddr,
    pub stands_for_it: IpAddr,
}

/// The first line of a trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The format's version: 1.
    pub sockstep: u32,
    /// The program's version.
    pub version: String,
    pub kernel: String,
    pub wire: WireKind,
    pub hosts: Vec<HostSetup>,
    #[serde(default)]
    pub programs: Vec<ProgramSetup>,
    #[serde(default)]
    pub timers: Timers,
    #[serde(default, skip_serializing_if = "LowPorts::is_open")]
    pub low_ports: LowPorts,
    /// Empty on a held wire.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mapping: Vec<Mapping>,
    /// When the lab started, in microseconds of Unix time: what `at_us` counts from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_us: Option<u64>,
    /// As in the setup, word for word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesson: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<String>,
}

impl Header {
    pub fn new(setup: &Setup, kernel: String, wire: WireKind) -> Self {
        Self {
            sockstep: 1,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            kernel,
            wire,
            hosts: setup.hosts.clone(),
            programs: setup.programs.clone(),
            timers: setup.timers,
            low_ports: setup.low_ports,
            mapping: Vec::new(),
            started_us: None,
            lesson: setup.lesson.clone(),
            attempt: setup.attempt.clone(),
        }
    }
}

/// Whether segments to this address can cross the wire, or why not. 127.0.0.1 can: the lab leads
/// it over the wire.
pub fn crossable(address: IpAddr) -> Result<(), String> {
    let why = match address {
        _ if address.is_unspecified() => "it means every address of a host",
        _ if address.is_multicast() => "it means a group of hosts",
        IpAddr::V4(v4) if v4.is_broadcast() => "it means every host",
        IpAddr::V4(v4) if v4.octets()[0] == 0 => "it means the host itself",
        IpAddr::V6(v6) if v6.is_loopback() => "the kernel keeps it inside one host",
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() => "it means an IPv4 address",
        IpAddr::V4(_) | IpAddr::V6(_) => return Ok(()),
    };
    Err(format!(
        "{address} cannot be a host's address here: {why}; choose one like 10.0.0.2 or fd00::2"
    ))
}

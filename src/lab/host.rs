//! A host: a network namespace with a TUN device, addresses, routes and settings.
//!
//! In: a [`HostSetup`]. Out: a [`Host`] with the descriptors that reach into its namespace. Runs
//! while the lab has one thread. Which step failed is in the error; what to do about it is
//! `doctor`'s knowledge.

use std::fs::{self, File};
use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;

use super::counters::Files;
use super::netlink::{ACK, CREATE, Netlink, REPLACE, attributes, push_attribute};
use super::sys;
use crate::trace::{HostSetup, LowPorts, Name, Timers};

/// The device's name on every host.
const DEVICE: &str = "wire0";
/// Ethernet's, so that segments have the sizes students see elsewhere.
const MTU: u32 = 1500;
/// How many packets may wait in the device until the loop takes them: more than any window. The
/// kernel's 500 would lose packets that nobody dropped.
const QUEUE_PACKETS: u32 = 16 << 10;

pub struct Host {
    pub name: Name,
    pub addresses: Vec<IpAddr>,
    pub namespace: OwnedFd,
    pub tun: File,
    /// For snapshots.
    pub diag: Netlink,
    /// What its kernel counts.
    pub counters: Files,
    /// For cleaning up after the worker: a second one, so that no answer is ever mixed up.
    pub sweep: Netlink,
}

/// What was being set up when something failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    UserNamespace,
    MapUser,
    NetworkNamespace,
    OpenTun,
    AttachTun,
    Addresses,
    Diagnosis,
    Split,
    GiveUpRights,
    StartPrograms,
}

#[derive(Debug, thiserror::Error)]
#[error("{step:?}: {cause}")]
pub struct SetupError {
    pub step: Step,
    pub cause: io::Error,
}

trait AtStep<T> {
    fn at(self, step: Step) -> Result<T, SetupError>;
}

impl<T> AtStep<T> for io::Result<T> {
    fn at(self, step: Step) -> Result<T, SetupError> {
        self.map_err(|cause| SetupError { step, cause })
    }
}

/// Enters a user namespace of our own, in which we may make network namespaces. The user stays
/// who they are: id mapped to itself.
pub fn enter_user_namespace() -> Result<(), SetupError> {
    let (user, group) = sys::user_and_group();
    sys::unshare_user().at(Step::UserNamespace)?;
    fs::write("/proc/self/setgroups", "deny").at(Step::MapUser)?;
    fs::write("/proc/self/uid_map", format!("{user} {user} 1")).at(Step::MapUser)?;
    fs::write("/proc/self/gid_map", format!("{group} {group} 1")).at(Step::MapUser)
}

impl Host {
    /// Makes the host and leaves the calling thread in its namespace. `others` are the addresses
    /// of all other hosts.
    pub fn build(
        setup: &HostSetup,
        others: &[IpAddr],
        (timers, low_ports): (Timers, LowPorts),
    ) -> Result<Self, SetupError> {
        sys::unshare_net().at(Step::NetworkNamespace)?;
        // Namespaces made from here get a connection table of their own, small enough that a
        // snapshot walks 512 buckets and not the machine's hundreds of thousands (Linux 6.1).
        set("ipv4/tcp_child_ehash_entries", "512").ok();
        sys::unshare_net().at(Step::NetworkNamespace)?;
        let namespace = File::open("/proc/thread-self/ns/net").at(Step::NetworkNamespace)?;
        quiet_ipv6();
        let tun = sys::open_tun(DEVICE).map_err(|error| match error {
            sys::TunError::Open(cause) => SetupError {
                step: Step::OpenTun,
                cause,
            },
            sys::TunError::Attach(cause) => SetupError {
                step: Step::AttachTun,
                cause,
            },
        })?;
        for (key, value) in settings(timers, low_ports) {
            // A kernel that lacks a setting, or a container that hides it, still makes a lab:
            // holds are then cut short by the kernel's own limits.
            set(key, value).ok();
        }
        Links::open()
            .and_then(|mut links| links.configure(&setup.addresses, others, timers))
            .at(Step::Addresses)?;
        Ok(Self {
            name: setup.name.clone(),
            addresses: setup.addresses.clone(),
            namespace: namespace.into(),
            tun,
            counters: Files::open(setup.addresses.iter().any(IpAddr::is_ipv6)),
            diag: Netlink::open(libc::NETLINK_SOCK_DIAG).at(Step::Diagnosis)?,
            sweep: Netlink::open(libc::NETLINK_SOCK_DIAG).at(Step::Diagnosis)?,
        })
    }
}

fn set(key: &str, value: &str) -> io::Result<()> {
    fs::write(format!("/proc/sys/net/{key}"), value)
}

/// IPv6 works but says nothing by itself. Before the device exists, or it would already have
/// spoken.
fn quiet_ipv6() {
    for (key, value) in [
        ("ipv6/conf/default/router_solicitations", "0"),
        ("ipv6/conf/default/addr_gen_mode", "1"),
        ("ipv6/conf/default/accept_ra", "0"),
        ("ipv6/conf/default/accept_dad", "0"),
        ("ipv6/conf/default/mldv2_unsolicited_report_interval", "0"),
    ] {
        set(key, value).ok(); // a kernel without IPv6 has none of them
    }
}

/// `ip-sysctl.rst` names each.
fn settings(timers: Timers, low_ports: LowPorts) -> Vec<(&'static str, &'static str)> {
    // The programs have no rights at all: below this port the kernel refuses them.
    let first_port = match low_ports {
        LowPorts::Open => "0",
        LowPorts::Guarded => "1024",
    };
    let mut settings = vec![
        ("ipv4/ip_unprivileged_port_start", first_port),
        // One run teaches the next nothing.
        ("ipv4/tcp_no_metrics_save", "1"),
        // Every answer is shown, none is rationed.
        ("ipv4/tcp_invalid_ratelimit", "0"),
        ("ipv4/icmp_ratelimit", "0"),
        // The textbook's congestion control.
        ("ipv4/tcp_congestion_control", "reno"),
        // 127.0.0.1 of another host can be reached over the wire, where a lesson asks for it.
        ("ipv4/conf/all/route_localnet", "1"),
    ];
    if timers.are_patient() {
        settings.extend([
            ("ipv4/tcp_syn_retries", "127"),
            ("ipv4/tcp_synack_retries", "127"),
            ("ipv4/tcp_retries2", "255"),
            ("ipv4/tcp_orphan_retries", "255"),
            ("ipv4/tcp_early_retrans", "0"),
            // Else small held segments are merged when they are sent again.
            ("ipv4/tcp_retrans_collapse", "0"),
            ("ipv4/tcp_slow_start_after_idle", "0"),
            ("ipv4/tcp_fin_timeout", "3600"),
        ]);
    }
    settings
}

/// Devices, addresses and routes, by rtnetlink.
struct Links(Netlink);

const NEW_LINK: u16 = 16;
const GET_LINK: u16 = 18;
const NEW_ADDRESS: u16 = 20;
const DELETE_ADDRESS: u16 = 21;
const NEW_ROUTE: u16 = 24;

impl Links {
    fn open() -> io::Result<Self> {
        Netlink::open(libc::NETLINK_ROUTE).map(Self)
    }

    fn configure(
        &mut self,
        addresses: &[IpAddr],
        others: &[IpAddr],
        timers: Timers,
    ) -> io::Result<()> {
        let loopback = self.index("lo")?;
        let wire = self.index(DEVICE)?;
        self.up(loopback, None)?;
        for address in addresses.iter().filter(|address| !address.is_loopback()) {
            self.address(NEW_ADDRESS, wire, *address, full_prefix(*address))?;
        }
        self.up(wire, Some(MTU))?;
        let source = addresses.iter().find(|address| address.is_ipv4());
        self.default_route(wire, false, source, timers)?;
        if let Some(source) = addresses.iter().find(|address| address.is_ipv6()) {
            self.default_route(wire, true, Some(source), timers)?;
        }
        let is_elsewhere =
            |other: &&IpAddr| other.is_loopback() && !addresses.iter().any(IpAddr::is_loopback);
        for other in others.iter().filter(is_elsewhere) {
            // This host gives up its own 127.0.0.1, so that the address leads over the wire.
            let own = if other.is_ipv4() { 8 } else { 128 };
            self.address(DELETE_ADDRESS, loopback, *other, own).ok();
            let from = source.filter(|source| source.is_ipv4() == other.is_ipv4());
            self.route(wire, *other, full_prefix(*other), from, timers)?;
        }
        Ok(())
    }

    fn index(&mut self, name: &str) -> io::Result<u32> {
        let mut body = vec![0; 16];
        let mut value = name.as_bytes().to_vec();
        value.push(0);
        push_attribute(&mut body, libc::IFLA_IFNAME, &value);
        let mut index = None;
        self.0.request(GET_LINK, 0, &body, |payload| {
            let named = attributes(payload.get(16..).unwrap_or(&[]))
                .any(|(kind, found)| kind == libc::IFLA_IFNAME && found == value);
            if named {
                let bytes = payload.get(4..8).and_then(|bytes| bytes.try_into().ok());
                index = bytes.map(u32::from_ne_bytes);
            }
        })?;
        index.ok_or_else(|| io::Error::from_raw_os_error(libc::ENODEV))
    }

    fn up(&mut self, device: u32, mtu: Option<u32>) -> io::Result<()> {
        let mut body = vec![0; 4];
        body.extend(device.to_ne_bytes());
        body.extend((libc::IFF_UP as u32).to_ne_bytes()); // flags
        body.extend((libc::IFF_UP as u32).to_ne_bytes()); // which of them change
        if let Some(mtu) = mtu {
            push_attribute(&mut body, libc::IFLA_MTU, &mtu.to_ne_bytes());
            let queue = QUEUE_PACKETS.to_ne_bytes();
            push_attribute(&mut body, libc::IFLA_TXQLEN, &queue);
        }
        self.0.request(NEW_LINK, ACK, &body, |_| {})
    }

    fn address(&mut self, kind: u16, device: u32, address: IpAddr, prefix: u8) -> io::Result<()> {
        // family, prefix length, flags (no duplicate address detection), scope
        let mut body = vec![family(address), prefix, 0x02, 0];
        body.extend(device.to_ne_bytes());
        push_attribute(&mut body, libc::IFA_LOCAL, &octets(address));
        push_attribute(&mut body, libc::IFA_ADDRESS, &octets(address));
        self.0.request(kind, ACK | CREATE | REPLACE, &body, |_| {})
    }

    /// Everything that is not this host's own leads to the wire, and nowhere else.
    fn default_route(
        &mut self,
        device: u32,
        is_ipv6: bool,
        source: Option<&IpAddr>,
        timers: Timers,
    ) -> io::Result<()> {
        let everywhere: IpAddr = if is_ipv6 {
            std::net::Ipv6Addr::UNSPECIFIED.into()
        } else {
            std::net::Ipv4Addr::UNSPECIFIED.into()
        };
        self.route(device, everywhere, 0, source, timers)
    }

    fn route(
        &mut self,
        device: u32,
        to: IpAddr,
        prefix: u8,
        source: Option<&IpAddr>,
        timers: Timers,
    ) -> io::Result<()> {
        const MAIN_TABLE: u8 = 254;
        const BY_ADMINISTRATOR: u8 = 4;
        const UNICAST: u8 = 1;
        const LOCK: u16 = 1; // RTAX_LOCK: these metrics count, whatever the socket has learnt
        const RTO_MIN: u16 = 13; // RTAX_RTO_MIN, in ms
        const QUICK_ACK: u16 = 15; // RTAX_QUICKACK
        let scope = if to.is_ipv4() { 253 } else { 0 }; // link, universe
        let mut body = vec![
            family(to),
            prefix,
            0,
            0,
            MAIN_TABLE,
            BY_ADMINISTRATOR,
            scope,
            UNICAST,
        ];
        body.extend(0u32.to_ne_bytes());
        if prefix > 0 {
            push_attribute(&mut body, libc::RTA_DST, &octets(to));
        }
        push_attribute(&mut body, libc::RTA_OIF, &device.to_ne_bytes());
        if let Some(source) = source.filter(|source| !source.is_loopback()) {
            push_attribute(&mut body, libc::RTA_PREFSRC, &octets(*source));
        }
        let mut metrics = Vec::new();
        if timers.are_patient() {
            // An acknowledgment follows its data at once, instead of up to 40 ms later.
            push_attribute(&mut metrics, QUICK_ACK, &1u32.to_ne_bytes());
        }
        if timers == Timers::Still {
            // The shortest time until something is sent again: the longest there is.
            push_attribute(&mut metrics, RTO_MIN, &120_000u32.to_ne_bytes());
            push_attribute(&mut metrics, LOCK, &(1u32 << RTO_MIN).to_ne_bytes());
        }
        if !metrics.is_empty() {
            push_attribute(&mut body, libc::RTA_METRICS, &metrics);
        }
        self.0
            .request(NEW_ROUTE, ACK | CREATE | REPLACE, &body, |_| {})
    }
}

fn family(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => libc::AF_INET as u8,
        IpAddr::V6(_) => libc::AF_INET6 as u8,
    }
}

fn full_prefix(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

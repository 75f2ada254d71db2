//! What this machine's kernel says of the lab's sockets, and of nobody else's.
//!
//! In: the sockets that programs have, and the ports they were given. Out: a report each, with the
//! host it belongs to, and of those that no program has any more (TIME_WAIT) or yet (not accepted).

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;

use super::place::Port;
use crate::lab::table::{Report, Table};
use crate::trace::Key;

#[cfg(not(target_os = "linux"))]
use super::elsewhere as source;
#[cfg(target_os = "linux")]
use linux as source;

pub struct Kernel {
    source: source::Source,
    /// Sockets that were the lab's when last looked at, and their hosts.
    ours: BTreeMap<Key, usize>,
}

/// What a look found.
#[derive(Default)]
pub struct Found {
    pub reports: Vec<(usize, Report)>,
    /// Connections that wait at one of the lab's listeners and that no program of the lab made.
    pub strangers: Vec<(Key, SocketAddr)>,
}

impl Kernel {
    pub fn open() -> io::Result<Self> {
        Ok(Self {
            source: source::Source::open()?,
            ours: BTreeMap::new(),
        })
    }

    /// `owned` are the sockets that programs have open, with the host of each.
    pub fn look(
        &mut self,
        tables: &BTreeSet<Table>,
        owned: &BTreeMap<Key, usize>,
        ports: &BTreeMap<Key, Port>,
    ) -> io::Result<Found> {
        let reports = self.source.reports(tables, owned, ports)?;
        let listeners: Vec<(SocketAddr, usize)> = reports
            .iter()
            .filter(|report| report.state == "LISTEN")
            .filter_map(|report| Some((report.local, *owned.get(&report.key)?)))
            .collect();
        let at_listener = |report: &Report| {
            let is_waiting = report.inode == 0
                && matches!(report.state, "SYN_RECV" | "ESTABLISHED" | "CLOSE_WAIT");
            let mut listeners = listeners.iter().filter(|_| is_waiting);
            let found = listeners.find(|(local, _)| *local == report.local);
            found.map(|(_, host)| *host)
        };
        let mut found = Found::default();
        for report in &reports {
            let known = owned
                .get(&report.key)
                .or_else(|| self.ours.get(&report.key));
            if let Some(host) = known.copied().or_else(|| at_listener(report)) {
                found.reports.push((host, report.clone()));
            }
        }
        let ends: Vec<SocketAddr> = found
            .reports
            .iter()
            .map(|(_, report)| report.local)
            .collect();
        for (_, report) in &found.reports {
            let is_new = !self.ours.contains_key(&report.key) && !owned.contains_key(&report.key);
            if let Some(remote) = report
                .remote
                .filter(|remote| is_new && !ends.contains(remote))
            {
                found.strangers.push((report.key, remote));
            }
        }
        let hosts = found
            .reports
            .iter()
            .map(|(host, report)| (report.key, *host));
        self.ours = hosts.collect();
        Ok(found)
    }
}

/// The kernel's version; where it is not Linux, with its name.
pub fn release() -> String {
    source::release()
}

#[cfg(target_os = "linux")]
mod linux {
    use super::*;
    use crate::lab::inspect;
    use crate::lab::keeper::kernel_release;
    use crate::lab::netlink::Netlink;
    use crate::lab::table::lists;

    /// A socket of sock_diag: any user may ask it.
    pub struct Source(Netlink);

    impl Source {
        pub fn open() -> io::Result<Self> {
            Netlink::open(libc::NETLINK_SOCK_DIAG).map(Self)
        }

        pub fn reports(
            &mut self,
            tables: &BTreeSet<Table>,
            owned: &BTreeMap<Key, usize>,
            _: &BTreeMap<Key, Port>,
        ) -> io::Result<Vec<Report>> {
            let mut reports = inspect::dump(&mut self.0, tables.iter().copied())?;
            if owned.keys().any(|key| !lists(&reports, *key)) {
                reports.extend(inspect::dump_bound(&mut self.0)?);
            }
            Ok(reports)
        }
    }

    pub fn release() -> String {
        kernel_release()
    }
}

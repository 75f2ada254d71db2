//! What changed in the kernels since we last looked.
//!
//! In: a dump of every host, and what descriptors its programs have. Out: a `socket` event for
//! each socket that changed, `gone` for each that is no more.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::mail::{Descriptor, Found};
use super::table::{Queues, Report, lists};
use crate::trace::{BufferFacts, Bytes, Key, Name, SocketFacts, Timer, TimerKind, What};

/// A timer's end moves a little with every reading; less than this is the same end.
const SAME_END: Duration = Duration::from_millis(40);

/// The sockets of one host as last reported.
#[derive(Default)]
pub struct Snapshot {
    known: BTreeMap<Key, Known>,
    /// Sockets that changed since their buffers were last read.
    changed: BTreeSet<Key>,
}

struct Known {
    facts: SocketFacts,
    timer_ends: Option<Instant>,
    queues: Queues,
}

/// Who has a socket open.
#[derive(Clone, Debug)]
pub struct Owner {
    pub program: Name,
    pub descriptor: Descriptor,
}

impl Snapshot {
    /// When the next timer of this host runs out.
    pub fn next_timer(&self) -> Option<Instant> {
        self.known.values().filter_map(|k| k.timer_ends).min()
    }

    /// Descriptors that the last dump did not list though an earlier one did: the kernel has
    /// taken the socket out of its tables, and only its owner's thread can ask for its state.
    pub fn strays(&self, reports: &[Report], owners: &BTreeMap<Key, Owner>) -> BTreeSet<Key> {
        let owned = owners.keys().filter(|key| !lists(reports, **key));
        owned
            .filter(|key| {
                self.known
                    .get(key)
                    .is_some_and(|k| k.facts.state != "CLOSE")
            })
            .copied()
            .collect()
    }

    /// Compares and remembers. `strays` are the states that owners' threads found.
    pub fn update(
        &mut self,
        host: &str,
        reports: &[Report],
        owners: &BTreeMap<Key, Owner>,
        strays: &BTreeMap<Key, &'static str>,
    ) -> Vec<What> {
        let now = Instant::now();
        let mut seen: Vec<SocketFacts> = reports
            .iter()
            .map(|report| facts(host, report, owners, reports))
            .collect();
        for (key, owner) in owners {
            if !lists(reports, *key) {
                let state = strays.get(key).copied();
                seen.push(self.unlisted(host, *key, owner, state));
            }
        }
        let mut changes = Vec::new();
        let gone: Vec<Key> = self
            .known
            .keys()
            .filter(|key| !seen.iter().any(|facts| facts.key == **key))
            .copied()
            .collect();
        for key in gone {
            self.known.remove(&key);
            self.changed.remove(&key);
            changes.push(What::Gone {
                host: host.to_owned(),
                key,
            });
        }
        for facts in seen {
            let timer_ends = facts.timer.as_ref().map(|timer| ends(timer, now));
            let is_same = self.known.get(&facts.key).is_some_and(|known| {
                is_same(&known.facts, &facts) && is_close(known.timer_ends, timer_ends)
            });
            if !is_same {
                changes.push(What::Socket(Box::new(facts.clone())));
                if facts.program.is_some() {
                    self.changed.insert(facts.key);
                }
                let before = self.known.remove(&facts.key);
                let known = Known {
                    timer_ends,
                    queues: before.map(|known| known.queues).unwrap_or_default(),
                    facts,
                };
                self.known.insert(known.facts.key, known);
            }
        }
        changes
    }

    /// Sockets whose buffers are to be read: they changed, and a program has them open.
    pub fn unread(&self) -> &BTreeSet<Key> {
        &self.changed
    }

    /// What their owners' threads found in them.
    pub fn read(&mut self, host: &str, found: &[Found]) -> Vec<What> {
        let mut changes = Vec::new();
        for Found { key, queues, .. } in found {
            self.changed.remove(key);
            let (Some(known), Some(queues)) = (self.known.get_mut(key), queues) else {
                continue;
            };
            if known.queues == *queues {
                continue;
            }
            known.queues = queues.clone();
            changes.push(What::Buffers(Box::new(BufferFacts {
                host: host.to_owned(),
                key: *key,
                unread: queues.unread,
                received: Bytes(queues.received.clone()),
                datagrams: queues.datagrams.clone(),
                unacked: queues.unacked,
                unsent: queues.unsent,
            })));
        }
        changes
    }

    /// A socket that the kernel's tables do not list, but a program has open.
    fn unlisted(
        &self,
        host: &str,
        key: Key,
        owner: &Owner,
        found: Option<&'static str>,
    ) -> SocketFacts {
        let before = self.known.get(&key).map(|known| &known.facts);
        let state = match (found, before) {
            (Some(state), _) => state.to_owned(),
            (None, Some(before)) => before.state.clone(),
            (None, None) => owner.descriptor.state.to_owned(),
        };
        SocketFacts {
            host: host.to_owned(),
            key,
            program: Some(owner.program.clone()),
            fd: Some(owner.descriptor.fd),
            protocol: owner.descriptor.table.protocol().to_owned(),
            state,
            ..SocketFacts::default()
        }
    }
}

fn ends(timer: &Timer, now: Instant) -> Instant {
    now + Duration::from_millis(u64::from(timer.expires_ms))
}

fn is_close(a: Option<Instant>, b: Option<Instant>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => {
            a.saturating_duration_since(b) < SAME_END && b.saturating_duration_since(a) < SAME_END
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Equal but for a countdown that only went on.
fn is_same(a: &SocketFacts, b: &SocketFacts) -> bool {
    let still = |facts: &SocketFacts| {
        let mut facts = facts.clone();
        if let Some(timer) = &mut facts.timer {
            timer.expires_ms = 0;
        }
        facts
    };
    still(a) == still(b)
}

fn facts(
    host: &str,
    report: &Report,
    owners: &BTreeMap<Key, Owner>,
    all: &[Report],
) -> SocketFacts {
    let owner = owners.get(&report.key);
    let is_listener = report.state == "LISTEN";
    let waits =
        owner.is_none() && matches!(report.state, "SYN_RECV" | "ESTABLISHED" | "CLOSE_WAIT");
    let listener = all
        .iter()
        .filter(|_| waits && report.inode == 0)
        .find(|other| other.state == "LISTEN" && other.local.port() == report.local.port());
    let mut timer = report.timer.clone();
    if let Some(timer) = &mut timer
        && owner.is_none()
        && report.state == "FIN_WAIT2"
    {
        // An orphan's keepalive timer, and its successor in the TIME_WAIT table, count down to the
        // end of the connection (`tcp_fin_timeout`, `net/ipv4/tcp_input.c`).
        timer.kind = TimerKind::FinWait2;
    }
    SocketFacts {
        host: host.to_owned(),
        key: report.key,
        program: owner.map(|owner| owner.program.clone()),
        fd: owner.map(|owner| owner.descriptor.fd),
        protocol: report.protocol.to_owned(),
        state: report.state.to_owned(),
        local: Some(report.local.to_string()),
        remote: report.remote.map(|remote| remote.to_string()),
        // Of a listener these two mean its accept queue and its limit (`inet_diag.c`).
        recv_queue: if is_listener { 0 } else { report.recv_queue },
        send_queue: if is_listener { 0 } else { report.send_queue },
        backlog: is_listener.then_some(report.send_queue),
        accept_queue: is_listener.then_some(report.recv_queue),
        timer: timer.filter(|timer| timer.kind != TimerKind::Other),
        info: report.info.clone(),
        recv_buffer: report.recv_buffer,
        send_buffer: report.send_buffer,
        listener: listener.map(|listener| listener.key),
        drops: report.drops,
    }
}

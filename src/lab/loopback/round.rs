//! The loop of the loopback mode: it hears every program and every order, and writes every event.
//!
//! Each round as on the held wire: calls answer first, then the kernel is asked what changed, then
//! calls whose socket became ready try again. When a round finds nothing to do, the lab is at rest.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use super::gate::Heard;
use super::infer::{End, Infer};
use super::kernel::Kernel;
use super::place::Places;
use super::system;
use crate::lab::mail::{Mail, Report};
use crate::lab::pace::{AFTER_TIMER, ANSWER, LIMIT, MAILS, PATIENCE, TICK};
use crate::lab::record::Recorder;
use crate::lab::seats::{LOOK, Seat, WhyNot};
use crate::lab::snapshot::{Owner, Snapshot};
use crate::lab::table::{self, Table};
use crate::python::{CallTicket, Interest};
use crate::trace::{Key, Name, Order, Ordered, What};

/// A thread whose socket is ready says so within this; on a busy machine it may take longer.
const NOTICE: Duration = Duration::from_millis(200);
/// Where the kernel does not say what waits in a socket, a thread gets this long to notice.
const BLIND: Duration = Duration::from_millis(10);

pub struct Round<W: io::Write> {
    pub(super) hosts: Vec<Name>,
    snapshots: Vec<Snapshot>,
    pub(super) seats: Vec<Seat>,
    pub(super) record: Recorder<W>,
    mail: Receiver<Heard>,
    kernel: Kernel,
    pub(super) places: Places,
    pub(super) closed: super::closed::Closed,
    infer: Infer,
    pub(super) next_segment: u64,
    tables: BTreeSet<Table>,
    /// What calls wait for, by program and call.
    waits: BTreeMap<(usize, CallTicket), (Key, Interest)>,
    /// Of them, those whose socket became ready.
    ready: Vec<(usize, CallTicket)>,
    /// By socket: its state, and whether something waits in it, when last looked at.
    seen: BTreeMap<Key, (&'static str, bool)>,
    orders: std::collections::VecDeque<Ordered>,
    next_call: u64,
    is_dirty: bool,
    is_at_rest: bool,
    since: Option<(Duration, Instant)>,
    /// The orders have ended.
    is_over: bool,
}

/// Why the loop ended.
#[derive(Debug)]
pub enum Ended {
    /// The orders ended: we were asked to.
    Asked,
    /// The run is as long as a run may be.
    Full,
}

impl<W: io::Write> Round<W> {
    pub fn new(
        hosts: Vec<Name>,
        seats: Vec<Seat>,
        record: Recorder<W>,
        mail: Receiver<Heard>,
        kernel: Kernel,
        places: Places,
    ) -> Self {
        Self {
            snapshots: hosts.iter().map(|_| Snapshot::default()).collect(),
            hosts,
            seats,
            record,
            mail,
            kernel,
            places,
            closed: super::closed::Closed::default(),
            infer: Infer::default(),
            next_segment: 0,
            tables: BTreeSet::new(),
            waits: BTreeMap::new(),
            ready: Vec::new(),
            seen: BTreeMap::new(),
            orders: std::collections::VecDeque::new(),
            next_call: 0,
            is_dirty: true,
            is_at_rest: false,
            since: None,
            is_over: false,
        }
    }

    /// Until the orders end, or nobody reads what it writes.
    pub fn run(&mut self) -> io::Result<Ended> {
        loop {
            self.read_mail();
            if let Some(ordered) = self.orders.pop_front() {
                if !ordered.order.is_only_said() {
                    self.stir();
                }
                self.obey(ordered);
                self.read_mail();
            }
            if self.is_over {
                self.record.flush()?;
                return Ok(Ended::Asked);
            }
            if self.record.is_full() {
                self.record.end_full()?;
                return Ok(Ended::Full);
            }
            let changed = self.look()?;
            let woken = self.go_on();
            if changed || woken || !self.orders.is_empty() {
                continue;
            }
            self.judge_rest()?;
            self.wait()?;
        }
    }

    fn read_mail(&mut self) {
        let patient_until = Instant::now() + ANSWER;
        for _ in 0..MAILS {
            let heard = if self.seats.iter().any(Seat::is_in_call) {
                self.mail.recv_deadline(patient_until).ok()
            } else {
                self.mail.try_recv().ok()
            };
            match heard {
                Some(heard) => self.take(heard),
                None => return,
            }
        }
    }

    fn take(&mut self, heard: Heard) {
        match heard {
            Heard::Mail(Mail::From(place, report)) => {
                // Printing moves no socket, and a program that only prints is at rest.
                if !matches!(report, Report::Printed(_)) {
                    self.stir();
                }
                self.hear_of_transfers(place, &report);
                if let Report::Left { ticket, .. } = &report {
                    self.waits.remove(&(place, *ticket));
                }
                let Self {
                    seats,
                    next_call,
                    record,
                    ..
                } = self;
                seats[place].take(report, next_call, record);
            }
            Heard::Mail(Mail::Order(ordered)) => self.orders.push_back(ordered),
            Heard::Mail(Mail::BadOrder(why)) => self.record.note(format!("not an order: {why}")),
            Heard::Mail(Mail::OrdersEnded) => self.is_over = true,
            Heard::Waits {
                place,
                ticket,
                key,
                interest,
            } => {
                self.waits.insert((place, ticket), (key, interest));
            }
            Heard::Ready { place, ticket } => {
                // What made it ready is worth a look, and the look comes before the call goes on.
                self.is_dirty = true;
                self.ready.push((place, ticket));
            }
            about_addresses => self.hear_of(about_addresses),
        }
    }

    pub(super) fn stir(&mut self) {
        self.is_dirty = true;
        self.is_at_rest = false;
        self.since = None;
    }

    fn obey(&mut self, ordered: Ordered) {
        // The events an order causes follow it.
        self.record.event(What::Order(ordered.clone()));
        let taken = match ordered.order {
            Order::Step { program, thread } => {
                self.seat(&program).and_then(|seat| seat.step(thread))
            }
            Order::Answer { program, text } => {
                let seat = self.seat(&program);
                let answered = seat.and_then(|seat| seat.answer(text.clone()));
                answered.map(|thread| {
                    self.record.event(What::Answer {
                        program,
                        text,
                        thread,
                    });
                })
            }
            Order::Guess { .. } => Ok(()),
            Order::Deliver { .. }
            | Order::Drop { .. }
            | Order::Duplicate { .. }
            | Order::Corrupt { .. }
            | Order::Delay { .. }
            | Order::Hold { .. }
            | Order::DeliverAll => Err(
                "this is loopback mode: the kernel delivers each segment inside itself at once, \
                 so none can be held, dropped or changed; `sockstep doctor` says what the held \
                 wire needs"
                    .to_owned(),
            ),
        };
        if let Err(why) = taken {
            self.record.note(format!("refused: {why}"));
        }
    }

    fn seat(&mut self, program: &str) -> Result<&mut Seat, WhyNot> {
        let found = self.seats.iter_mut().find(|seat| seat.name == program);
        found.ok_or_else(|| format!("there is no program {program}"))
    }

    /// Asks the kernel what changed since the last look. True when something did.
    fn look(&mut self) -> io::Result<bool> {
        if !std::mem::take(&mut self.is_dirty) {
            return Ok(false);
        }
        let all: BTreeMap<Key, (usize, Owner)> = self
            .seats
            .iter()
            .flat_map(|seat| seat.owners().map(|(key, owner)| (key, (seat.host, owner))))
            .collect();
        let tables = all.values().map(|(_, owner)| owner.descriptor.table);
        self.tables.extend(tables);
        let owned = all.iter().map(|(key, (host, _))| (*key, *host)).collect();
        self.places.forget(|key| !all.contains_key(&key));
        let found = self
            .kernel
            .look(&self.tables, &owned, self.places.ports())?;
        let mut changes = Vec::new();
        let mut closed = BTreeSet::new();
        for host in 0..self.hosts.len() {
            let of_host = |(_, (at, _)): &(&Key, &(usize, Owner))| *at == host;
            let owners: BTreeMap<Key, Owner> = all
                .iter()
                .filter(of_host)
                .map(|(key, (_, owner))| (*key, owner.clone()))
                .collect();
            let mine = found.reports.iter().filter(|(at, _)| *at == host);
            let reports: Vec<_> = mine.map(|(_, report)| report.clone()).collect();
            let strays = self.snapshots[host].strays(&reports, &owners);
            let looked = self.look_at_strays(host, &strays);
            closed.extend(owners.keys().filter(|key| !table::lists(&reports, **key)));
            let name = &self.hosts[host];
            changes.extend(self.snapshots[host].update(name, &reports, &owners, &looked));
        }
        for (_, remote) in found.strangers {
            self.record.note(format!(
                "{remote} is no socket of this lab: another program of this machine has connected"
            ));
        }
        self.infer_from(&found.reports, &closed);
        let has_changed = !changes.is_empty();
        for change in changes {
            self.record.event(change);
        }
        if has_changed {
            self.is_at_rest = false;
            self.since = None;
        }
        Ok(has_changed)
    }

    /// The states of sockets that only their own program can see.
    fn look_at_strays(&self, host: usize, strays: &BTreeSet<Key>) -> BTreeMap<Key, &'static str> {
        if strays.is_empty() {
            return BTreeMap::new();
        }
        if !cfg!(target_os = "linux") {
            // A connection that the system's table no longer lists is closed.
            return strays.iter().map(|key| (*key, "CLOSE")).collect();
        }
        let seats = self.seats.iter().filter(|seat| seat.host == host);
        let found = seats.flat_map(|seat| seat.look_at(strays));
        found
            .filter_map(|found| Some((found.key, found.state?)))
            .collect()
    }

    /// Before a rest: what changed sockets have in their buffers. The owners look at the same
    /// time, each at its own.
    fn look_closer(&mut self) {
        let asked: Vec<_> = self
            .seats
            .iter()
            .filter_map(|seat| {
                let unread = self.snapshots[seat.host].unread();
                Some((seat.host, seat.ask_about(unread)?))
            })
            .collect();
        let until = Instant::now() + LOOK;
        for (host, answer) in asked {
            let found = answer.recv_deadline(until).unwrap_or_default();
            for change in self.snapshots[host].read(&self.hosts[host], &found) {
                self.record.event(change);
            }
        }
    }

    fn infer_from(&mut self, reports: &[(usize, table::Report)], closed: &BTreeSet<Key>) {
        let listeners: BTreeSet<_> = reports
            .iter()
            .filter(|(_, report)| report.state == "LISTEN")
            .map(|(_, report)| report.local)
            .collect();
        let streams = reports
            .iter()
            .filter(|(_, report)| report.protocol == "tcp");
        let mut now: BTreeMap<Key, End> = streams
            .filter_map(|(host, report)| {
                let end = End {
                    host: *host,
                    local: report.local,
                    remote: report.remote?,
                    state: report.state,
                    sent: report.info.as_ref().map(|info| info.bytes_sent),
                    acked: report.info.as_ref().map(|info| info.bytes_acked),
                };
                Some((report.key, end))
            })
            .collect();
        now.extend(closed.iter().filter_map(|key| {
            let end = self.infer.last(*key)?.clone();
            let state = "CLOSE";
            Some((*key, End { state, ..end }))
        }));
        for crossed in self.infer.see(&now, |address| listeners.contains(&address)) {
            self.inferred(crossed);
        }
        let waiting = |report: &table::Report| (report.state, report.recv_queue > 0);
        self.seen = reports
            .iter()
            .map(|(_, report)| (report.key, waiting(report)))
            .collect();
    }

    fn go_on(&mut self) -> bool {
        let mut woken = false;
        for (place, ticket) in std::mem::take(&mut self.ready) {
            self.waits.remove(&(place, ticket));
            woken |= self.seats[place].wake_call(ticket);
        }
        let now = Instant::now();
        for seat in &mut self.seats {
            woken |= seat.expire(now);
            woken |= seat.overdue(now, &mut self.record);
        }
        if woken {
            self.stir();
        }
        woken
    }

    /// A call waits for what the kernel already has: its thread is about to say so.
    fn is_one_about_to_go_on(&self) -> bool {
        const QUIET: [&str; 5] = ["LISTEN", "ESTABLISHED", "CLOSE", "FIN_WAIT1", "FIN_WAIT2"];
        self.waits.iter().any(|((place, ticket), (key, interest))| {
            let seat = &self.seats[*place];
            let Some((name, _)) = seat.call_of(*ticket).filter(|_| seat.waits(*ticket)) else {
                return false;
            };
            match (interest, self.seen.get(key)) {
                (Interest::Read, Some((state, has_more))) => *has_more || !QUIET.contains(state),
                (Interest::Write, Some((state, _))) => {
                    *state != "SYN_SENT" && name.starts_with("connect")
                }
                // The kernel lists no socket that was refused or reset.
                (Interest::Write, None) => name.starts_with("connect"),
                (Interest::Read | Interest::Urgent | Interest::PeerDone | Interest::Trouble, _) => {
                    false
                }
            }
        })
    }

    /// Says that nothing more happens by itself, when that is true.
    fn judge_rest(&mut self) -> io::Result<()> {
        if self.is_at_rest {
            return Ok(());
        }
        let is_moving = self.seats.iter().any(Seat::is_moving);
        let now = (system::computed(), Instant::now());
        let (computed, at) = *self.since.get_or_insert(now);
        let quiet_for = now.1.saturating_duration_since(at);
        let is_patient = now.0.saturating_sub(computed) < PATIENCE && quiet_for < LIMIT;
        if (is_moving && is_patient) || quiet_for < self.notice() {
            return Ok(());
        }
        self.is_at_rest = true;
        self.look_closer();
        self.record.event(What::Rest);
        self.record.flush()
    }

    /// How long threads that wait may still take to notice that they need not.
    fn notice(&self) -> Duration {
        if self.is_one_about_to_go_on() {
            NOTICE
        } else if cfg!(target_os = "linux") || self.waits.is_empty() {
            Duration::ZERO
        } else {
            BLIND
        }
    }

    /// Sleeps until something comes.
    fn wait(&mut self) -> io::Result<()> {
        self.record.flush()?;
        let now = Instant::now();
        let is_impatient = self.seats.iter().any(Seat::is_moving);
        let patience = match self.is_at_rest {
            true => None,
            false if is_impatient => Some(PATIENCE),
            false => Some(self.notice().max(BLIND)),
        };
        let deadlines = self.seats.iter().filter_map(Seat::next_deadline);
        let deadline = deadlines.min();
        let deadline = deadline.map(|until| until.saturating_duration_since(now));
        let timers = self.snapshots.iter().filter_map(Snapshot::next_timer);
        let timer = timers.min().map(|ends| {
            let left = ends.saturating_duration_since(now) + AFTER_TIMER;
            left.max(TICK)
        });
        let timeout = [patience, deadline, timer].into_iter().flatten().min();
        let heard = match timeout {
            Some(timeout) => self.mail.recv_timeout(timeout).ok(),
            None => Some(self.mail.recv().map_err(|_| io::ErrorKind::BrokenPipe)?),
        };
        match heard {
            Some(heard) => self.take(heard),
            None => self.is_dirty |= timer.is_some(),
        }
        Ok(())
    }
}

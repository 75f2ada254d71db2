//! The lab's loop: it is the wire, and it decides which program runs.
//!
//! What happens to packets is in `traffic`.
//!
//! One thread owns every TUN device, hears every program and every order, and writes every event,
//! so the trace has one true order. Each round: programs that are in a call answer first, then
//! packets are taken from the devices, then the kernels are asked what changed, then calls whose
//! socket became ready try again. When a round finds nothing to do, the lab is at rest.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use super::counters::Counters;
use super::epoll::Epoll;
use super::host::Host;
use super::inspect;
use super::mail::{Mail, Report};
use super::pace::{AFTER_TIMER, ANSWER, LIMIT, MAILS, PATIENCE, TICK};
use super::record::Recorder;
use super::seat::Postbox;
use super::seats::{LOOK, Seat, WhyNot};
use super::snapshot::{Owner, Snapshot};
use super::sys;
use super::table::{self, Table};
use super::traffic::Traffic;
use crate::trace::{Key, Order, Ordered, What};

const WAKE: u64 = 1 << 32;
const KEEPER: u64 = (1 << 32) + 1;

pub struct Wire<W: io::Write> {
    pub(super) hosts: Vec<Link>,
    pub seats: Vec<Seat>,
    pub(super) traffic: Traffic,
    pub(super) record: Recorder<W>,
    epoll: Arc<Epoll>,
    mail: Receiver<Mail>,
    wake: File,
    /// Given, and not yet obeyed.
    orders: VecDeque<Ordered>,
    have_orders_ended: bool,
    next_call: u64,
    is_at_rest: bool,
    /// How long the programs had computed, and when, after something last happened; `None`: look
    /// next time.
    since: Option<(Duration, Instant)>,
}

pub(super) struct Link {
    pub host: Host,
    snapshot: Snapshot,
    /// Where sockets of its programs can be: the others are empty and need no look.
    tables: BTreeSet<Table>,
    pub counters: Counters,
    /// Something happened here that may have changed a socket.
    pub is_dirty: bool,
    /// Something happened here since the last rest.
    is_stirred: bool,
}

impl Link {
    pub fn touch(&mut self) {
        self.is_dirty = true;
        self.is_stirred = true;
    }
}

/// Why the loop ended.
#[derive(Debug)]
pub enum End {
    /// The orders ended: we were asked to.
    Asked,
    /// The keeper is gone.
    Alone,
    /// The run is as long as a run may be.
    Full,
}

impl<W: io::Write> Wire<W> {
    pub fn new(
        hosts: Vec<Host>,
        seats: Vec<Seat>,
        record: Recorder<W>,
        epoll: Arc<Epoll>,
        mail: Receiver<Mail>,
        postbox: &Postbox,
        keeper: BorrowedFd<'_>,
    ) -> io::Result<Self> {
        for (index, host) in hosts.iter().enumerate() {
            epoll.watch(host.tun.as_fd(), index as u64)?;
        }
        epoll.watch(postbox.wake_fd(), WAKE)?;
        epoll.watch(keeper, KEEPER)?;
        let wake = File::from(postbox.wake_fd().try_clone_to_owned()?);
        let links = hosts.into_iter().map(|mut host| Link {
            counters: Counters::new(std::mem::take(&mut host.counters)),
            host,
            snapshot: Snapshot::default(),
            tables: BTreeSet::new(),
            is_dirty: true,
            is_stirred: true,
        });
        Ok(Self {
            hosts: links.collect(),
            seats,
            traffic: Traffic::default(),
            record,
            epoll,
            mail,
            wake,
            orders: VecDeque::new(),
            have_orders_ended: false,
            next_call: 0,
            is_at_rest: false,
            since: None,
        })
    }

    /// Until it is told to stop, or nobody reads what it writes.
    pub fn run(&mut self) -> io::Result<End> {
        let mut ready = Vec::new();
        loop {
            if let Some(end) = self.hear()? {
                return Ok(end);
            }
            if self.record.is_full() {
                self.record.end_full()?;
                return Ok(End::Full);
            }
            ready.extend(self.epoll.wait(Some(Duration::ZERO))?);
            if ready.contains(&KEEPER) {
                return Ok(End::Alone);
            }
            let came_due = self.deliver_due();
            let took = self.take_packets(&ready)? | came_due;
            // What made a waiting call's socket ready is worth a look, and the look comes before
            // the call goes on: an accept queue is seen full before it is emptied.
            for token in ready.iter().filter(|token| **token > KEEPER) {
                let (place, _) = super::call_of(*token);
                self.touch_host_of(place);
            }
            let changed = self.look()?;
            let woken = self.go_on(&ready);
            ready.clear();
            if took || changed || woken || !self.orders.is_empty() {
                continue;
            }
            ready = self.judge_rest()?;
            if ready.is_empty() && self.mail.is_empty() {
                ready = self.wait()?;
            }
        }
    }

    /// Ends every socket of every host, so that nothing of this lab is left in the kernel.
    pub fn sweep(&mut self) {
        for link in &mut self.hosts {
            inspect::destroy_all(&mut link.host.diag).ok();
        }
    }

    /// Reads mail; while a program is in a call, its answer first. Then obeys one order: what it
    /// causes comes before the next one.
    fn hear(&mut self) -> io::Result<Option<End>> {
        self.wake.read_exact(&mut [0; 8]).ok(); // an error: nobody woke us
        if self.read_mail() {
            return Ok(Some(End::Asked));
        }
        if let Some(ordered) = self.orders.pop_front() {
            if !ordered.order.is_only_said() {
                self.stir();
            }
            self.obey(ordered)?;
            if self.read_mail() {
                return Ok(Some(End::Asked));
            }
        }
        Ok(None)
    }

    /// True when the orders have ended.
    fn read_mail(&mut self) -> bool {
        let patient_until = Instant::now() + ANSWER;
        for _ in 0..MAILS {
            let mail = if self.seats.iter().any(Seat::is_in_call) {
                self.mail.recv_deadline(patient_until).ok()
            } else {
                self.mail.try_recv().ok()
            };
            match mail {
                Some(mail) => self.file(mail),
                None => break,
            }
        }
        self.have_orders_ended
    }

    fn file(&mut self, mail: Mail) {
        match mail {
            Mail::From(place, report) => {
                // Printing moves no socket, and a program that only prints is at rest.
                if !matches!(report, Report::Printed(_)) {
                    self.stir();
                    self.touch_host_of(place);
                }
                let Self {
                    seats,
                    next_call,
                    record,
                    ..
                } = self;
                seats[place].take(report, next_call, record);
            }
            Mail::Order(ordered) => self.orders.push_back(ordered),
            Mail::BadOrder(why) => self.record.note(format!("not an order: {why}")),
            Mail::OrdersEnded => self.have_orders_ended = true,
        }
    }

    pub(super) fn stir(&mut self) {
        self.is_at_rest = false;
        self.since = None;
    }

    fn touch_host_of(&mut self, place: usize) {
        let host = self.seats.get(place).map(|seat| seat.host);
        if let Some(link) = host.and_then(|host| self.hosts.get_mut(host)) {
            link.touch();
        }
    }

    fn obey(&mut self, ordered: Ordered) -> io::Result<()> {
        // The events an order causes follow it.
        self.record.event(What::Order(ordered.clone()));
        let taken = match ordered.order {
            Order::Step { program, thread } => {
                self.seat(&program).and_then(|seat| seat.step(thread))
            }
            Order::Answer { program, text } => {
                let answered = self
                    .seat(&program)
                    .and_then(|seat| seat.answer(text.clone()));
                answered.map(|thread| {
                    self.record.event(What::Answer {
                        program,
                        text,
                        thread,
                    });
                })
            }
            Order::Guess { .. } => Ok(()),
            order => self.handle(order),
        };
        if let Err(why) = taken {
            self.record.note(format!("refused: {why}"));
        }
        Ok(())
    }

    fn seat(&mut self, program: &str) -> Result<&mut Seat, WhyNot> {
        let found = self.seats.iter_mut().find(|seat| seat.name == program);
        found.ok_or_else(|| format!("there is no program {program}"))
    }

    /// Asks the kernels of hosts where something happened what changed. True when something did.
    fn look(&mut self) -> io::Result<bool> {
        let mut has_changed = false;
        for index in 0..self.hosts.len() {
            if std::mem::take(&mut self.hosts[index].is_dirty) {
                has_changed |= self.look_at(index)?;
            }
        }
        if has_changed {
            self.stir();
        }
        Ok(has_changed)
    }

    fn look_at(&mut self, index: usize) -> io::Result<bool> {
        let seats = self.seats.iter().filter(|seat| seat.host == index);
        let owners: BTreeMap<Key, Owner> = seats.flat_map(Seat::owners).collect();
        let link = &mut self.hosts[index];
        link.tables
            .extend(owners.values().map(|owner| owner.descriptor.table));
        let diag = &mut link.host.diag;
        let mut reports = inspect::dump(diag, link.tables.iter().copied())?;
        if owners.keys().any(|key| !table::lists(&reports, *key)) {
            reports.extend(inspect::dump_bound(diag)?);
        }
        let strays = link.snapshot.strays(&reports, &owners);
        let found = self
            .seats
            .iter()
            .filter(|seat| seat.host == index && !strays.is_empty())
            .flat_map(|seat| seat.look_at(&strays))
            .filter_map(|found| Some((found.key, found.state?)))
            .collect();
        let changes = link
            .snapshot
            .update(&link.host.name, &reports, &owners, &found);
        let has_changed = !changes.is_empty();
        for change in changes {
            self.record.event(change);
        }
        Ok(has_changed)
    }

    /// Before a rest: what changed sockets have in their buffers, and what the hosts count. The
    /// owners look at the same time, each at its own.
    fn look_closer(&mut self) {
        let asked: Vec<_> = self
            .seats
            .iter()
            .filter_map(|seat| {
                let unread = self.hosts[seat.host].snapshot.unread();
                Some((seat.host, seat.ask_about(unread)?))
            })
            .collect();
        // While they look, we read what the kernels count.
        let stirred = self.hosts.iter_mut();
        let stirred =
            stirred.filter_map(|link| std::mem::take(&mut link.is_stirred).then_some(link));
        let counted: Vec<_> = stirred
            .map(|link| (link.host.name.clone(), link.counters.changes()))
            .collect();
        let until = Instant::now() + LOOK;
        for (index, answer) in asked {
            let found = answer.recv_deadline(until).unwrap_or_default();
            let link = &mut self.hosts[index];
            for change in link.snapshot.read(&link.host.name, &found) {
                self.record.event(change);
            }
        }
        for (host, counters) in counted {
            if !counters.is_empty() {
                self.record.event(What::Counters { host, counters });
            }
        }
    }

    /// Lets calls try again whose socket became ready, and ends those whose time is over.
    fn go_on(&mut self, ready: &[u64]) -> bool {
        let mut woken = false;
        // A call says that it waits before it watches, so what waits for these is known once the
        // mail that is there now is read.
        let posted = if ready.is_empty() { 0 } else { self.mail.len() };
        for _ in 0..posted {
            if let Ok(mail) = self.mail.try_recv() {
                self.file(mail);
            }
        }
        for token in ready.iter().filter(|token| **token > KEEPER) {
            let (place, fd) = super::call_of(*token);
            woken |= self.seats.get_mut(place).is_some_and(|seat| seat.wake(fd));
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

    /// Says that nothing more happens by itself, when that is true. Gives what has become ready
    /// meanwhile: a timer may have run out while the buffers were read.
    fn judge_rest(&mut self) -> io::Result<Vec<u64>> {
        if self.is_at_rest {
            return Ok(Vec::new());
        }
        let moving = self.seats.iter().filter(|seat| seat.is_moving()).count();
        let is_moving = moving > 0;
        let now = (sys::computed(), Instant::now());
        let (computed, at) = *self.since.get_or_insert(now);
        // They compute side by side, and all of it is counted together.
        let is_patient = now.0.saturating_sub(computed) < PATIENCE * moving as u32
            && now.1.saturating_duration_since(at) < LIMIT;
        if !is_moving || !is_patient {
            self.look_closer();
            let mut ready = self.epoll.wait(Some(Duration::ZERO))?;
            // Mail does not count: a program that prints for ever is at rest.
            ready.retain(|token| *token != WAKE);
            if !ready.is_empty() {
                return Ok(ready);
            }
            self.is_at_rest = true;
            self.record.event(What::Rest);
            self.record.flush()?;
        }
        Ok(Vec::new())
    }

    /// Sleeps until something comes.
    fn wait(&mut self) -> io::Result<Vec<u64>> {
        self.record.flush()?;
        let now = Instant::now();
        let patience = (!self.is_at_rest).then_some(PATIENCE);
        let deadlines = self.seats.iter().filter_map(Seat::next_deadline);
        let deadline = deadlines
            .min()
            .map(|until| until.saturating_duration_since(now));
        let timers = self
            .hosts
            .iter()
            .filter_map(|link| link.snapshot.next_timer());
        let timer = timers.min().map(|ends| {
            let left = ends.saturating_duration_since(now) + AFTER_TIMER;
            left.max(TICK)
        });
        let due = self.traffic.next_due();
        let due = due.map(|until| until.saturating_duration_since(now));
        let timeout = [patience, deadline, timer, due].into_iter().flatten().min();
        let tokens = self.epoll.wait(timeout)?;
        if tokens.is_empty() && timer.is_some() {
            let now = Instant::now();
            for link in &mut self.hosts {
                if link.snapshot.next_timer().is_some_and(|ends| ends <= now) {
                    link.touch();
                }
            }
        }
        Ok(tokens)
    }
}

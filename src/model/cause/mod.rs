//! What made what: behind each segment a call, an arrival or a timer; behind each call that waited
//! the arrival that let it return; behind each state of a socket what brought it about.
//!
//! In: events in their order, with the state they lead to. Out: [`Causes`]. A timer is the
//! kernel's own word ([`Resent`]). All else is inferred from the order of events, and whoever
//! shows it says so: a kernel acts only when a call or a segment reaches it, so what leaves a host
//! is the doing of what reached its kernel last, if that can have such an effect at all.

mod may;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use self::may::{
    arrival_may_make, arrival_may_wake, call_may_make, ends, ends_of, has_run_out_of_time,
    may_bring, may_bring_to, must_answer,
};
use super::pages::Numbered;
use super::weight::{ENTRY, entries};
use super::{Pages, State};
use crate::packet::{Kind, Packet};
use crate::trace::{
    CallId, Event, Key, Name, Order, Ordered, Resent, SegmentId, SocketFacts, What, WireKind,
};

/// So many of the newest things that reached a kernel are looked through.
const REACHED: usize = 32;
/// What follows is followed over so many segments: SYN, SYN-ACK, ACK.
const STEPS: usize = 3;

/// Something that others are tied to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// One socket call of a program.
    Call(CallId),
    Segment(SegmentId),
    /// A socket with all its life.
    Socket {
        host: Name,
        key: Key,
    },
    /// One state of a socket: the `nth` in `Socket::states`.
    State {
        host: Name,
        key: Key,
        nth: usize,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A program asked its kernel for it.
    Call(CallId),
    /// The kernel alone answered what arrived.
    Arrival(SegmentId),
    /// A timer of the kernel ran out; a segment's `reason` says which.
    Timer,
    /// A program ended, and its kernel closed what it had left open.
    Exit(Name),
    /// No kernel: the wire made it, a second one of this.
    Wire(SegmentId),
    /// The kernel, for a reason that the record does not tell.
    Unknown,
}

impl Cause {
    /// A program acted, and not its kernel by itself.
    pub fn is_programs(&self) -> bool {
        matches!(self, Self::Call(_))
    }
}

/// Of all segments, calls and states so far.
#[derive(Clone, Debug, Default)]
pub struct Causes {
    made: Pages<SegmentId, Cause>,
    woken: Pages<CallId, Cause>,
    brought: BTreeMap<(Name, Key), Vec<Cause>>,
    /// The same the other way round.
    of_calls: Pages<CallId, Vec<Thing>>,
    of_arrivals: Pages<SegmentId, Vec<Thing>>,
    /// By host: what reached its kernel, the newest last.
    reached: BTreeMap<Name, VecDeque<Reach>>,
    /// When everything last stood still, as a count of events.
    rested: usize,
}

/// Something reached a kernel.
#[derive(Clone, Debug)]
struct Reach {
    /// A count of events.
    at: usize,
    what: Cause,
    /// Of a call: its name, its program, its descriptor.
    call: Option<(String, Name, Option<i32>)>,
}

impl Causes {
    pub fn of_segment(&self, id: SegmentId) -> Option<&Cause> {
        self.made.get(&id)
    }

    /// What let a call return that had to wait.
    pub fn of_return(&self, id: CallId) -> Option<&Cause> {
        self.woken.get(&id)
    }

    /// What brought a socket into its `nth` state.
    pub fn of_state(&self, host: &str, key: Key, nth: usize) -> Option<&Cause> {
        self.brought.get(&(host.to_owned(), key))?.get(nth)
    }

    pub fn effects(&self, cause: &Cause) -> &[Thing] {
        let effects = match cause {
            Cause::Call(id) => self.of_calls.get(id),
            Cause::Arrival(id) => self.of_arrivals.get(id),
            Cause::Timer | Cause::Exit(_) | Cause::Wire(_) | Cause::Unknown => None,
        };
        effects.map_or(&[], Vec::as_slice)
    }

    /// Bytes that a clone does not share.
    pub(super) fn weight(&self) -> usize {
        let names = |cause: &Cause| match cause {
            Cause::Exit(name) => name.len(),
            Cause::Call(_) | Cause::Arrival(_) | Cause::Timer | Cause::Wire(_) | Cause::Unknown => {
                0
            }
        };
        let brought = self.brought.values();
        let brought =
            brought.map(|all| size_of_val(&all[..]) + all.iter().map(names).sum::<usize>());
        let reached = self.reached.values().flatten();
        let reached = reached.map(|reach| {
            let call = reach.call.as_ref().map_or(0, |(name, _, _)| name.len());
            size_of::<Reach>() + call + ENTRY
        });
        self.made.weight()
            + self.woken.weight()
            + self.of_calls.weight()
            + self.of_arrivals.weight()
            + entries(&self.brought)
            + self.brought.len() * ENTRY
            + brought.sum::<usize>()
            + reached.sum::<usize>()
    }

    /// A thing, the way that led to it, and what follows from it.
    pub fn tied(&self, state: &State, thing: &Thing) -> BTreeSet<Thing> {
        let mut tied = BTreeSet::from([thing.clone()]);
        match thing {
            Thing::Socket { host, key } => self.tie_socket(state, host, *key, &mut tied),
            Thing::State { host, key, .. } => {
                tied.insert(Thing::Socket {
                    host: host.clone(),
                    key: *key,
                });
            }
            Thing::Call(_) | Thing::Segment(_) => {}
        }
        self.tie_back(thing, &mut tied);
        self.tie_on(thing, STEPS, &mut tied);
        tied
    }

    /// Its states, and the segments between its two ends.
    fn tie_socket(&self, state: &State, host: &str, key: Key, tied: &mut BTreeSet<Thing>) {
        let sockets = state.hosts.get(host).map(|host| &host.sockets);
        let Some(socket) = sockets.and_then(|sockets| sockets.get(&key)) else {
            return;
        };
        tied.extend((0..socket.states.len()).map(|nth| Thing::State {
            host: host.to_owned(),
            key,
            nth,
        }));
        let Some((local, remote)) = ends(&socket.facts) else {
            return;
        };
        let segments = state.segments.values().filter(|segment| {
            let ends = segment.packet.as_ref().and_then(Packet::endpoints);
            ends.is_some_and(|ends| ends == (local, remote) || ends == (remote, local))
        });
        tied.extend(segments.map(|segment| Thing::Segment(segment.id)));
    }

    /// Back to the call it began with.
    fn tie_back(&self, thing: &Thing, tied: &mut BTreeSet<Thing>) {
        let cause = match thing {
            Thing::Segment(id) => self.made.get(id),
            Thing::Call(id) => self.woken.get(id),
            Thing::State { host, key, nth } => self.of_state(host, *key, *nth),
            Thing::Socket { .. } => None,
        };
        let (next, is_call) = match cause {
            Some(Cause::Call(id)) => (Thing::Call(*id), true),
            Some(Cause::Arrival(id) | Cause::Wire(id)) => (Thing::Segment(*id), false),
            Some(Cause::Timer | Cause::Exit(_) | Cause::Unknown) | None => return,
        };
        // What woke the call it began with is another story.
        if tied.insert(next.clone()) && !is_call {
            self.tie_back(&next, tied);
        }
    }

    fn tie_on(&self, thing: &Thing, steps: usize, tied: &mut BTreeSet<Thing>) {
        let cause = match thing {
            Thing::Call(id) => Cause::Call(*id),
            Thing::Segment(id) => Cause::Arrival(*id),
            Thing::State { .. } | Thing::Socket { .. } => return,
        };
        for effect in self.effects(&cause) {
            tied.insert(effect.clone());
            match effect {
                Thing::Segment(_) if steps > 0 => self.tie_on(effect, steps - 1, tied),
                Thing::State { host, key, .. } => {
                    tied.insert(Thing::Socket {
                        host: host.clone(),
                        key: *key,
                    });
                }
                Thing::Segment(_) | Thing::Call(_) | Thing::Socket { .. } => {}
            }
        }
    }

    /// An event, and the state with it.
    pub(super) fn apply(&mut self, event: &Event, state: &State) {
        match &event.what {
            What::Order(Ordered {
                order: Order::Step { program, .. },
                ..
            }) => self.permitted(program, event.at_us, state),
            What::Delivered { segment } => self.arrived(*segment, state),
            What::Sent { segment, from, .. } => {
                let cause = self.cause_of_segment(*segment, from, state);
                self.made.insert(*segment, cause.clone());
                self.follows(cause, Thing::Segment(*segment));
            }
            What::Duplicated { segment, copy } => {
                self.made.insert(*copy, Cause::Wire(*segment));
            }
            What::Return { program, call, .. } => self.returned(program, *call, event, state),
            What::Socket(facts) => self.changed(facts, state),
            What::Exit { program, .. } => {
                if let Some(host) = state.programs.get(program).map(|p| p.host.clone()) {
                    self.reach(&host, Cause::Exit(program.clone()), None, state);
                }
            }
            What::Rest => self.rested = state.moment.0,
            What::Call { .. }
            | What::Blocked { .. }
            | What::Line { .. }
            | What::Print { .. }
            | What::Ask { .. }
            | What::Answer { .. }
            | What::Thread { .. }
            | What::Inferred { .. }
            | What::Dropped { .. }
            | What::Corrupted { .. }
            | What::Delayed { .. }
            | What::Buffers(_)
            | What::Counters { .. }
            | What::Gone { .. }
            | What::Order(_)
            | What::Note { .. }
            | What::Ended { .. }
            | What::Unknown => {}
        }
    }

    fn reach(
        &mut self,
        host: &str,
        what: Cause,
        call: Option<(String, Name, Option<i32>)>,
        state: &State,
    ) {
        let at = state.moment.0;
        let reached = self.reached.entry(host.to_owned()).or_default();
        if reached.len() == REACHED {
            reached.pop_front();
        }
        reached.push_back(Reach { at, what, call });
    }

    fn follows(&mut self, cause: Cause, effect: Thing) {
        match cause {
            Cause::Call(id) => push(&mut self.of_calls, id, effect),
            Cause::Arrival(id) => push(&mut self.of_arrivals, id, effect),
            Cause::Timer | Cause::Exit(_) | Cause::Wire(_) | Cause::Unknown => {}
        }
    }

    /// A program's call was let into its kernel.
    fn permitted(&mut self, program: &str, at_us: u64, state: &State) {
        let Some(program) = state.programs.get(program) else {
            return;
        };
        let calls = program.calls.iter().rev().take(256);
        let mut calls = calls.filter(|call| call.permitted_at_us == Some(at_us));
        if let Some(call) = calls.next() {
            let own = (call.name.clone(), program.name.clone(), call.fd);
            self.reach(&program.host, Cause::Call(call.id), Some(own), state);
        }
    }

    /// A corrupted segment reaches a kernel, which throws it away.
    fn arrived(&mut self, id: SegmentId, state: &State) {
        let segment = state.segments.get(&id).filter(|s| s.corrupted.is_empty());
        if let Some(to) = segment.and_then(|segment| segment.to.as_ref()) {
            self.reach(to, Cause::Arrival(id), None, state);
        }
    }

    fn cause_of_segment(&self, id: SegmentId, from: &str, state: &State) -> Cause {
        let Some(segment) = state.segments.get(&id) else {
            return Cause::Unknown;
        };
        let reached = self.reached.get(from);
        let newest = reached.into_iter().flatten().rev();
        let Some(packet) = &segment.packet else {
            return newest
                .map(|reach| reach.what.clone())
                .next()
                .unwrap_or(Cause::Unknown);
        };
        let may_make = |reach: &&Reach| self.may_make(reach, packet, from, state);
        match segment.reason {
            Some(
                Resent::Rto
                | Resent::Tlp
                | Resent::SynRetry
                | Resent::Keepalive
                | Resent::WindowProbe,
            ) => Cause::Timer,
            // A SYN that came again is answered at once.
            Some(Resent::SynAckRetry) => {
                let mut newest = newest.take_while(|reach| reach.at > self.rested);
                let again = newest.find(may_make);
                again.map_or(Cause::Timer, |reach| reach.what.clone())
            }
            Some(Resent::FastRetransmit) => {
                let mut newest = newest.filter(|reach| matches!(reach.what, Cause::Arrival(_)));
                let ack = newest.find(may_make);
                ack.map_or(Cause::Unknown, |reach| reach.what.clone())
            }
            Some(Resent::Unknown) => Cause::Unknown,
            None if segment.copy_of.is_some() => Cause::Unknown,
            None => {
                let found: Vec<&Reach> = newest.filter(may_make).collect();
                self.foremost(&found).unwrap_or(Cause::Unknown)
            }
        }
    }

    /// The newest; but a program that ended right after its `close()` is not what closed.
    fn foremost(&self, newest_first: &[&Reach]) -> Option<Cause> {
        let first = newest_first.first()?;
        if matches!(first.what, Cause::Exit(_)) {
            let has_no_effect = |reach: &&&Reach| {
                let made = self.effects(&reach.what);
                !made.iter().any(|thing| matches!(thing, Thing::Segment(_)))
            };
            let mut calls = newest_first.iter().filter(|reach| reach.call.is_some());
            if let Some(call) = calls.find(has_no_effect) {
                return Some(call.what.clone());
            }
        }
        Some(first.what.clone())
    }

    /// Whether this can have made its kernel send that.
    fn may_make(&self, reach: &Reach, packet: &Packet, host: &str, state: &State) -> bool {
        let kind = packet.kind();
        match &reach.what {
            Cause::Call(_) => reach.call.as_ref().is_some_and(|(name, program, fd)| {
                call_may_make(name, kind) && {
                    let ends = ends_of(state, host, program, *fd);
                    ends.is_none_or(|ends| packet.endpoints() == Some(ends))
                }
            }),
            Cause::Exit(_) => matches!(kind, Kind::Fin | Kind::Rst),
            Cause::Arrival(id) => {
                let arrived = state.segments.get(id).and_then(|s| s.packet.as_ref());
                arrived.is_some_and(|arrived| match state.wire {
                    WireKind::Held | WireKind::Loopback => arrival_may_make(arrived, packet),
                    // There no call is on record that could have made it instead.
                    WireKind::Captured => {
                        let mut made = self.effects(&reach.what).iter();
                        let is_answered = made.any(|thing| matches!(thing, Thing::Segment(_)));
                        !is_answered && must_answer(arrived, packet)
                    }
                })
            }
            Cause::Timer | Cause::Wire(_) | Cause::Unknown => false,
        }
    }

    fn returned(&mut self, program: &str, id: CallId, event: &Event, state: &State) {
        let program = state.programs.get(program);
        let Some((program, call)) = program.and_then(|p| Some((p, p.call(id)?))) else {
            return;
        };
        // One that returned at once was woken by nothing; a connect() always waits for an answer.
        if call.blocked_at_us.is_none() && !call.name.starts_with("connect") {
            return;
        }
        let What::Return {
            returned, bytes, ..
        } = &event.what
        else {
            return;
        };
        let got = bytes.as_ref().map(|bytes| bytes.0.as_slice());
        if has_run_out_of_time(returned) {
            self.woken.insert(id, Cause::Timer);
            return;
        }
        let reached = self.reached.get(&program.host).into_iter().flatten();
        let since = reached.skip_while(|reach| reach.what != Cause::Call(id));
        let since: Vec<&Reach> = since.skip(1).collect();
        let ends = ends_of(state, &program.host, &program.name, call.fd);
        let may_wake = |reach: &&&Reach| match &reach.what {
            Cause::Arrival(arrival) => {
                let segment = state.segments.get(arrival);
                let packet = segment.and_then(|segment| segment.packet.as_ref());
                segment.zip(packet).is_some_and(|(segment, packet)| {
                    arrival_may_wake(&call.name, (segment, packet), state)
                        && may_bring_to(&call.name, packet, got)
                        && ends.is_none_or(|(local, remote)| {
                            packet.endpoints() == Some((remote, local))
                        })
                })
            }
            Cause::Call(_) => reach.call.as_ref().is_some_and(|(name, _, fd)| {
                matches!(name.as_str(), "shutdown" | "close") && *fd == call.fd
            }),
            Cause::Timer | Cause::Exit(_) | Cause::Wire(_) | Cause::Unknown => false,
        };
        let found = if call.name.starts_with("send") {
            since.iter().rev().find(may_wake)
        } else {
            since.iter().find(may_wake)
        };
        if let Some(reach) = found {
            let cause = reach.what.clone();
            self.woken.insert(id, cause.clone());
            self.follows(cause, Thing::Call(id));
        }
    }

    fn changed(&mut self, facts: &SocketFacts, state: &State) {
        let sockets = state.hosts.get(&facts.host).map(|host| &host.sockets);
        let Some(socket) = sockets.and_then(|sockets| sockets.get(&facts.key)) else {
            return;
        };
        let count = socket.states.len();
        let id = (facts.host.clone(), facts.key);
        let known = self.brought.get(&id).map_or(0, Vec::len);
        if count <= known {
            return;
        }
        let reached = self.reached.get(&facts.host);
        let newest = reached.into_iter().flatten().rev();
        let found: Vec<&Reach> = newest
            .filter(|reach| may_bring(reach, facts, state))
            .collect();
        // Segments come before the kernel is asked: that a call has made one says nothing here.
        let call = found.iter().find(|reach| reach.call.is_some());
        let cause = match found.first() {
            Some(first) if matches!(first.what, Cause::Exit(_)) => call.or(Some(first)),
            first => first,
        };
        let cause = cause.map_or(Cause::Unknown, |reach| reach.what.clone());
        let causes = self.brought.entry(id).or_default();
        causes.resize(count - 1, Cause::Unknown);
        causes.push(cause.clone());
        let (host, key, nth) = (facts.host.clone(), facts.key, count - 1);
        self.follows(cause, Thing::State { host, key, nth });
    }
}

fn push<K: Numbered>(effects: &mut Pages<K, Vec<Thing>>, key: K, effect: Thing) {
    match effects.get_mut(&key) {
        Some(known) => known.push(effect),
        None => effects.insert(key, vec![effect]),
    }
}

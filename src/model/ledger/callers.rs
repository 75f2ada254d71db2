//! Which socket a program's call is about: descriptors are reused, so it is settled as it enters.
//!
//! In: announcements, permissions, and the owners that `socket` events name. Out: per call its
//! socket, and which way it moves bytes.

use std::collections::BTreeMap;

use super::super::weight::{ENTRY, entries};
use super::super::{Program, State};
use super::Ledger;
use crate::trace::{CallId, Event, Key, Name, Returned, SocketFacts, What};

/// The most calls that have not returned; each thread has one at most.
const MOST_STANDING: usize = 1024;

#[derive(Clone, Debug, Default)]
pub struct Callers {
    /// The socket that each descriptor of a program is.
    descriptors: BTreeMap<Name, BTreeMap<i32, (Name, Key)>>,
    owners: BTreeMap<Name, BTreeMap<Key, (Name, i32)>>,
    /// Calls that move bytes and have not returned.
    pub standing: BTreeMap<CallId, Caller>,
}

#[derive(Clone, Debug)]
pub struct Caller {
    program: Name,
    fd: i32,
    pub direct: Direct,
    pub offers: Option<u64>,
    /// Its socket, once it was let in.
    pub target: Option<(Name, Key)>,
}

/// Which way a call moves bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direct {
    /// Into the send buffer; the flag is for urgent data (RFC 6093), which we don't follow.
    Out { is_urgent: bool },
    /// Out of the receive buffer. With MSG_WAITALL it takes bytes before it returns.
    In { waits_for_all: bool },
}

impl Direct {
    /// `None` for a call that moves none: a peek leaves everything where it is.
    pub fn of(name: &str, args: &str) -> Option<Self> {
        if name.starts_with("send") {
            // Flags are shown after the bytes, which may spell anything.
            let after = args.rsplit(['\'', '"']).next().unwrap_or_default();
            let is_urgent = after.contains("MSG_OOB");
            return Some(Self::Out { is_urgent });
        }
        let moves = name.starts_with("recv")
            && !["MSG_PEEK", "MSG_OOB", "MSG_ERRQUEUE"]
                .iter()
                .any(|flag| args.contains(flag));
        moves.then(|| Self::In {
            waits_for_all: args.contains("MSG_WAITALL"),
        })
    }
}

impl Caller {
    pub fn program(&self) -> &str {
        &self.program
    }

    pub fn new(program: &str, fd: i32, direct: Direct, offers: Option<u64>) -> Self {
        Self {
            program: program.to_owned(),
            fd,
            direct,
            offers,
            target: None,
        }
    }
}

impl Callers {
    pub fn socket(&mut self, facts: &SocketFacts) {
        let (Some(program), Some(fd)) = (&facts.program, facts.fd) else {
            return self.disown(&facts.host, facts.key);
        };
        let owner = self
            .owners
            .get(&facts.host)
            .and_then(|keys| keys.get(&facts.key));
        if owner.is_some_and(|(owner, number)| owner == program && *number == fd) {
            return;
        }
        self.disown(&facts.host, facts.key);
        let owners = self.owners.entry(facts.host.clone()).or_default();
        owners.insert(facts.key, (program.clone(), fd));
        let descriptors = self.descriptors.entry(program.clone()).or_default();
        descriptors.insert(fd, (facts.host.clone(), facts.key));
    }

    pub fn disown(&mut self, host: &str, key: Key) {
        let owners = self.owners.get_mut(host);
        let Some((program, fd)) = owners.and_then(|keys| keys.remove(&key)) else {
            return;
        };
        // The number may be another socket's already.
        if let Some(descriptors) = self.descriptors.get_mut(&program)
            && descriptors.get(&fd).is_some_and(|(_, now)| *now == key)
        {
            descriptors.remove(&fd);
        }
    }

    /// The call that an order to step has just let in.
    pub fn permitted(&self, program: &Program) -> Option<CallId> {
        let call = program.let_in?;
        let caller = self.standing.get(&call)?;
        caller.target.is_none().then_some(call)
    }

    /// A call is announced. A trace from a file may have calls without end that never return.
    pub fn stand(&mut self, call: CallId, caller: Caller) {
        self.standing.insert(call, caller);
        if self.standing.len() > MOST_STANDING {
            self.standing.pop_first();
        }
    }

    /// The socket that a program has under this descriptor, as far as its kernel has said.
    pub fn socket_of(&self, program: &str, fd: i32) -> Option<&(Name, Key)> {
        self.descriptors.get(program)?.get(&fd)
    }

    pub fn weight(&self) -> usize {
        let descriptors = self.descriptors.values();
        let descriptors = descriptors.map(|fds| entries(fds) + fds.len() * ENTRY);
        let owners = self.owners.values();
        let owners = owners.map(|keys| entries(keys) + keys.len() * ENTRY);
        descriptors.chain([entries(&self.standing)]).sum::<usize>() + owners.sum::<usize>()
    }

    fn settle(&mut self, call: CallId) -> Option<&Caller> {
        let caller = self.standing.get_mut(&call)?;
        if caller.target.is_none() {
            let descriptors = self.descriptors.get(&caller.program);
            caller.target = descriptors.and_then(|fds| fds.get(&caller.fd)).cloned();
        }
        Some(caller)
    }

    /// A call of another thread is in the kernel, to read from this socket.
    fn is_read_by_another(&self, host: &str, key: Key) -> bool {
        self.standing.values().any(|caller| {
            let is_there = |(on, of): &(Name, Key)| on == host && *of == key;
            let reads = matches!(caller.direct, Direct::In { .. });
            reads && caller.target.as_ref().is_some_and(is_there)
        })
    }

    /// Its calls that will never return, with their sockets.
    pub fn program_ended(&mut self, program: &str) -> Vec<(CallId, (Name, Key))> {
        let (ended, others): (BTreeMap<_, _>, BTreeMap<_, _>) = std::mem::take(&mut self.standing)
            .into_iter()
            .partition(|(_, caller)| caller.program == program);
        self.standing = others;
        let ended = ended.into_iter();
        ended
            .filter_map(|(call, caller)| Some((call, caller.target?)))
            .collect()
    }
}

impl Ledger {
    /// A call is in the kernel now.
    pub(super) fn entered(&mut self, call: CallId) {
        let Some(caller) = self.callers.settle(call) else {
            return;
        };
        let (direct, offers) = (caller.direct, caller.offers);
        let Some((host, key)) = caller.target.clone() else {
            return;
        };
        if let Some((at, side)) = self.connection_of(&host, key) {
            self.connections[at].entered(side, call, direct, offers);
        }
    }

    pub(super) fn give_up(&mut self, call: CallId, (host, key): (Name, Key)) {
        if let Some((at, side)) = self.connection_of(&host, key) {
            self.connections[at].left(side, call);
        }
    }

    pub(super) fn returned(&mut self, event: &Event, state: &State) {
        let What::Return {
            program,
            call,
            returned,
            bytes,
            ..
        } = &event.what
        else {
            return;
        };
        self.callers.settle(*call);
        let Some(caller) = self.callers.standing.remove(call) else {
            return;
        };
        let Some((host, key)) = caller.target else {
            return;
        };
        let moved = bytes.as_ref().map_or(0, |bytes| bytes.0.len() as u64);
        let count =
            count(returned, caller.offers, caller.direct).map_or(moved, |said| said.max(moved));
        let Some((at, side)) = self.connection_of(&host, key) else {
            if let Direct::In { .. } = caller.direct
                && matches!(returned, Returned::Value { .. })
            {
                self.datagrams.read(&host, key, count, *call);
            }
            return;
        };
        self.connections[at].left(side, *call);
        let of = state.programs.get(program);
        let index = of.and_then(|program| program.index_of(*call));
        match caller.direct {
            Direct::Out { is_urgent } => {
                let direction = &mut self.connections[at].directions[side.index()];
                direction.is_urgent |= is_urgent;
                direction.is_mixed |= !direction.offering.is_empty();
                direction.wrote(program, index.unwrap_or(usize::MAX), count);
            }
            Direct::In { .. } => {
                let is_shared = self.callers.is_read_by_another(&host, key);
                let direction = &mut self.connections[at].directions[side.other().index()];
                direction.is_read_mixed |= is_shared;
                direction.was_read(program, index.unwrap_or(usize::MAX), count);
            }
        }
    }
}

/// How many bytes the kernel took or gave, where the return value says it: of a very long call
/// the trace holds only the first bytes.
fn count(returned: &Returned, offers: Option<u64>, direct: Direct) -> Option<u64> {
    match (returned, direct) {
        (Returned::Value { value }, Direct::Out { .. }) if value == "None" => offers,
        (Returned::Value { value }, Direct::Out { .. } | Direct::In { .. }) => value.parse().ok(),
        (Returned::Failed { .. }, Direct::Out { .. } | Direct::In { .. }) => None,
    }
}

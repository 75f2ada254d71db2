//! How much of a state a clone of it does not share, about: whoever keeps many states asks.
//!
//! In: a state. Out: bytes, to the nearest handful for each entry: what lies in pages is shared
//! (`shared`), maps and texts are not. It says what keeping one more state costs.

use std::collections::BTreeMap;

use super::{Activity, Host, Program, State};

/// An entry of a map with its share of the node, beside what it points to.
pub(super) const ENTRY: usize = 48;

/// Entries of this size, in a map.
pub(super) fn entries<K, V>(map: &BTreeMap<K, V>) -> usize {
    map.len() * (size_of::<(K, V)>() * 3 / 2 + 16)
}

impl State {
    pub fn weight(&self) -> usize {
        let programs = self.programs.values().map(Program::weight);
        let hosts = self.hosts.values().map(Host::weight);
        let ended = self.ended.as_ref().map_or(0, String::len);
        size_of::<Self>()
            + programs.sum::<usize>()
            + hosts.sum::<usize>()
            + ended
            + self.kernel.len()
            + size_of_val(self.mapping.as_slice())
            + self.segments.weight()
            + size_of_val(self.held.as_slice())
            + entries(&self.first_seq)
            + self.notes.weight()
            + self.ledger.weight()
            + self.causes.weight()
            + self.names.weight()
            + self.tally.weight()
    }
}

impl Program {
    fn weight(&self) -> usize {
        let locals = self.locals.iter();
        let locals = locals.map(|(name, value)| ENTRY + name.len() + value.len());
        let doing = self.threads.values().flatten().chain([&self.activity]);
        let doing = doing.map(|activity| match activity {
            Activity::Asking(prompt) => prompt.len(),
            Activity::Ended { traceback, .. } => traceback.as_ref().map_or(0, String::len),
            Activity::Running | Activity::Ready(_) | Activity::InCall(_) | Activity::Blocked(_) => {
                0
            }
        });
        size_of::<Self>()
            + self.file.len()
            + self.output.len()
            + locals.sum::<usize>()
            + entries(&self.threads)
            + doing.sum::<usize>()
            + self.calls.weight()
    }
}

impl Host {
    fn weight(&self) -> usize {
        let counters = self.counters.keys().map(|name| ENTRY + name.len());
        size_of::<Self>()
            + self.addresses.len() * ENTRY
            + entries(&self.sockets)
            + self.live.len() * 16
            + counters.sum::<usize>()
    }
}

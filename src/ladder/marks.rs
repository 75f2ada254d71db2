//! Everything that has a place on the ladder, in order of time.

use std::collections::BTreeMap;

use crate::model::{CallRecord, Fate, State};
use crate::trace::{Key, Name, SegmentId};

#[derive(Clone, Copy)]
pub enum Mark<'a> {
    Entered {
        host: usize,
        call: &'a CallRecord,
    },
    Came {
        segment: SegmentId,
        is_at_once: bool,
    },
    Left(SegmentId),
    Became {
        host: usize,
        key: Key,
        nth: usize,
    },
    Returned {
        host: usize,
        call: &'a CallRecord,
    },
    Gone {
        host: usize,
        key: Key,
    },
}

pub fn marks<'a>(state: &'a State, hosts: &[Name]) -> Vec<(u64, Mark<'a>)> {
    let mut marks = Vec::new();
    for segment in state.segments.values() {
        if segment.fate == Fate::Absorbed {
            continue;
        }
        // One that the wire made begins where it was made.
        let left_us = segment.duplicated_at_us.unwrap_or(segment.sent_at_us);
        marks.push((left_us, Mark::Left(segment.id)));
        if let Fate::Delivered(at_us) | Fate::Dropped(at_us) = segment.fate {
            // Nobody saw how long an inferred one took.
            let is_at_once = at_us == left_us;
            let segment = segment.id;
            marks.push((
                at_us,
                Mark::Came {
                    segment,
                    is_at_once,
                },
            ));
        }
    }
    for (host, name) in hosts.iter().enumerate() {
        let sockets = state.hosts.get(name).map(|host| &host.sockets);
        for (key, socket) in sockets.into_iter().flatten() {
            let key = *key;
            for (nth, (at_us, _)) in socket.states.iter().enumerate() {
                marks.push((*at_us, Mark::Became { host, key, nth }));
            }
            if let Some(at_us) = socket.gone_at_us {
                marks.push((at_us, Mark::Gone { host, key }));
            }
        }
    }
    let index: BTreeMap<&str, usize> = hosts.iter().map(String::as_str).zip(0..).collect();
    for program in state.programs.values() {
        let Some(host) = index.get(program.host.as_str()).copied() else {
            continue;
        };
        for call in &program.calls {
            let Some(at_us) = call.permitted_at_us else {
                continue;
            };
            marks.push((at_us, Mark::Entered { host, call }));
            if let Some(resolved) = &call.resolved
                && has_waited(state, call)
            {
                marks.push((resolved.at_us, Mark::Returned { host, call }));
            }
        }
    }
    // Of what happened in the same microsecond, causes come first.
    marks.sort_by_key(|(at_us, mark)| (*at_us, mark.rank()));
    marks
}

/// Whether its way into the kernel and its way back are two things.
pub fn has_waited(state: &State, call: &CallRecord) -> bool {
    call.blocked_at_us.is_some() || state.causes().of_return(call.id).is_some()
}

impl Mark<'_> {
    fn rank(&self) -> u8 {
        match self {
            Self::Entered { .. } => 0,
            Self::Came { is_at_once, .. } => 1 + u8::from(*is_at_once),
            Self::Left(_) => 2,
            Self::Became { .. } => 3,
            Self::Returned { .. } => 4,
            Self::Gone { .. } => 5,
        }
    }
}

//! Events, orders, moments: the contract between a lab and everything that looks at it.
//!
//! In: what a lab reports. Out: an append-only [`Trace`] that saves as JSON Lines and loads again.
//! The JSON names are public; fields are only ever added. What an event *means* is `model`'s work.

mod event;
mod jsonl;
mod order;
mod read;
mod setup;
mod sound;
mod wrong;

use std::sync::Arc;

pub use event::{
    BufferFacts, Bytes, CallId, Event, Key, Moment, Name, Resent, Returned, SegmentId, SocketFacts,
    TcpFacts, ThreadState, Timer, TimerKind, What,
};
pub use jsonl::{event_line, parse_event, to_line};
pub use order::{By, Holds, Order, Ordered, Traffic};
pub use read::{
    FIXED, LONGEST_HEADER, LONGEST_LINE, Loaded, MOST_BYTES, MOST_EVENTS, MULTIPLE, Unread, load,
    read,
};
pub use setup::{
    Header, HostSetup, LowPorts, Mapping, ProgramSetup, Setup, Timers, WireKind, crossable,
};
pub use sound::MOST_HOSTS;
pub use wrong::{LoadError, Wrong};

/// One run: who took part, and every event in order. It only grows; nothing edits it. A clone
/// shares its events until one of the two grows: whoever writes a run elsewhere takes one.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    header: Header,
    events: Arc<Vec<Event>>,
}

impl Trace {
    pub fn new(header: Header) -> Self {
        Self {
            header,
            events: Arc::default(),
        }
    }

    pub fn push(&mut self, event: Event) {
        Arc::make_mut(&mut self.events).push(event);
    }

    /// Gives back the room that it has for more events.
    fn shrink(&mut self) {
        Arc::make_mut(&mut self.events).shrink_to_fit();
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    pub fn into_events(self) -> Vec<Event> {
        Arc::unwrap_or_clone(self.events)
    }

    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The moment after the newest event.
    pub fn end(&self) -> Moment {
        Moment(self.events.len())
    }
}

//! What a program's gate and the lab's loop say to each other.
//!
//! A program reports; the loop answers the reports that wait for a reply. The held wire and the
//! loopback mode speak the same.

use std::time::Instant;

use crossbeam_channel::Sender;

use super::table::{Queues, Table};
use crate::python::{Announcement, CallTicket, ClosedBy, Ending, Idle, Outcome};
use crate::trace::{Key, Ordered};

/// What reaches the lab's loop.
pub enum Mail {
    Order(Ordered),
    /// Standard input ended: stop.
    OrdersEnded,
    /// An order that could not be read.
    BadOrder(String),
    /// From a program, by its place in the run.
    From(usize, Report),
}

/// What a program says. The ones with a `reply` wait for it.
pub enum Report {
    Announced {
        ticket: CallTicket,
        call: Announcement,
        reply: Sender<Reply>,
    },
    /// Said before the thread watches anything, so that nothing it watches can be ready unheard.
    Blocked {
        ticket: CallTicket,
        /// Descriptors whose readiness ends the wait.
        watched: Vec<i32>,
        until: Option<Instant>,
        reply: Sender<Reply>,
    },
    /// This descriptor could not be watched: whoever waits for it tries again.
    #[cfg_attr(
        not(target_os = "linux"),
        allow(dead_code, reason = "only the held wire's gate says so")
    )]
    Unwatched(i32),
    Left {
        ticket: CallTicket,
        outcome: Outcome,
    },
    Opened(Descriptor),
    Closing {
        key: Key,
        by: ClosedBy,
    },
    Printed(String),
    Asked {
        thread: u32,
        prompt: String,
        reply: Sender<Reply>,
    },
    /// By the thread that starts it, before it can run.
    ThreadStarted(u32),
    ThreadEnded(u32),
    Idle {
        thread: u32,
        idle: Idle,
    },
    Ending,
    Ended(Ending),
}

/// What the loop answers.
pub enum Reply {
    Go,
    TimedOut,
    Line(Option<String>),
    /// Look at these descriptors of yours, and wait on.
    Inspect {
        descriptors: Vec<(Key, i32)>,
        found: Sender<Vec<Found>>,
    },
    Stop,
}

/// What a descriptor says of its socket.
#[derive(Clone, Debug)]
pub struct Found {
    pub key: Key,
    /// `None` for UDP.
    pub state: Option<&'static str>,
    /// `None` for a listener.
    pub queues: Option<Queues>,
}

/// A socket as the program's own table has it.
#[derive(Clone, Debug)]
pub struct Descriptor {
    pub key: Key,
    pub fd: i32,
    /// The kernel's table that lists it, once it is bound or connected.
    pub table: Table,
    /// What `TCP_INFO` said when it was made.
    pub state: &'static str,
}

//! The named parts that the facts of a socket stand in.

use crate::lesson::Language;
use crate::ui::text::say;

/// What belongs together, in the order of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Owner,
    Queues,
    Windows,
    Times,
    Congestion,
    Counts,
    Timer,
    Options,
}

impl Part {
    pub const ALL: [Self; 8] = [
        Self::Owner,
        Self::Queues,
        Self::Windows,
        Self::Times,
        Self::Congestion,
        Self::Counts,
        Self::Timer,
        Self::Options,
    ];

    pub fn title(self, language: Language) -> String {
        match self {
            Self::Owner => say!(language, "sockets.owner"),
            Self::Queues => say!(language, "sockets.queues"),
            Self::Windows => say!(language, "sockets.windows"),
            Self::Times => say!(language, "sockets.times"),
            Self::Congestion => say!(language, "sockets.congestion"),
            Self::Counts => say!(language, "sockets.counts"),
            Self::Timer => say!(language, "sockets.timer"),
            Self::Options => say!(language, "sockets.options"),
        }
        .into_owned()
    }
}

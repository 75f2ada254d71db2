//! What a lab can be told to do.

use serde::{Deserialize, Serialize};

use super::event::{Name, SegmentId};

/// One thing to let happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum Order {
    /// The program makes the socket call it stands before.
    Step {
        program: Name,
    },
    Deliver {
        segment: SegmentId,
    },
    Drop {
        segment: SegmentId,
    },
    /// A line for `input()`; `None` is the end of input.
    Answer {
        program: Name,
        text: Option<String>,
    },
}

/// An order and who gave it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ordered {
    #[serde(flatten)]
    pub order: Order,
    pub by: By,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    Learner,
    Director,
    Lesson,
}

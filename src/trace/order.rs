//! What a lab can be told to do.

use serde::{Deserialize, Serialize};

use super::event::{Name, SegmentId};
use crate::packet::Kind;

/// One thing to let happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum Order {
    /// The program makes the socket call it stands before.
    Step {
        program: Name,
        /// Which of its threads; `None`: the lowest that stands before a call.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thread: Option<u32>,
    },
    Deliver {
        segment: SegmentId,
    },
    Drop {
        segment: SegmentId,
    },
    /// A second one of it, byte for byte, waits on the wire too.
    Duplicate {
        segment: SegmentId,
    },
    /// One byte of it is no longer what the sender wrote; the checksum is left as it was.
    Corrupt {
        segment: SegmentId,
        /// Which byte of the packet, from 0; `None`: its last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        byte: Option<u32>,
    },
    /// The wire delivers it by itself when this time is over.
    Delay {
        segment: SegmentId,
        ms: u32,
    },
    /// From now on the wire holds such segments, or lets them pass; the ones it lets pass that are
    /// held already are delivered, oldest first.
    Hold {
        #[serde(flatten)]
        traffic: Traffic,
        on: bool,
    },
    /// Everything that is held now, oldest first.
    DeliverAll,
    /// A line for `input()`; `None` is the end of input.
    Answer {
        program: Name,
        text: Option<String>,
    },
    /// What the learner believed would happen: the lab only writes it down. Nothing moves.
    Guess {
        /// Which passage of the lesson asks, and which of its options this is, from 0.
        beat: u32,
        option: u32,
        /// As the learner read them: a report needs no lesson, and a lesson may be edited.
        question: String,
        answer: String,
    },
}

/// The longest question or answer that is written down, in bytes.
const LONGEST_WORDS: usize = 2000;

impl Order {
    pub fn guess(beat: usize, option: usize, question: String, answer: String) -> Self {
        let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        Self::Guess {
            beat: number(beat),
            option: number(option),
            question: cut(question),
            answer: cut(answer),
        }
    }

    /// Nothing happens by it; it is only written down.
    pub fn is_only_said(&self) -> bool {
        match self {
            Self::Guess { .. } => true,
            Self::Step { .. }
            | Self::Deliver { .. }
            | Self::Drop { .. }
            | Self::Duplicate { .. }
            | Self::Corrupt { .. }
            | Self::Delay { .. }
            | Self::Hold { .. }
            | Self::DeliverAll
            | Self::Answer { .. } => false,
        }
    }
}

fn cut(mut words: String) -> String {
    if words.len() > LONGEST_WORDS {
        words.truncate(words.floor_char_boundary(LONGEST_WORDS));
        words.push('…');
    }
    words
}

/// Some of what crosses the wire: by who sends it and what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// The host it comes from; `None`: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Name>,
    /// `None`: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
}

impl Traffic {
    pub fn has(&self, from: &str, kind: Kind) -> bool {
        self.from.as_deref().is_none_or(|name| name == from)
            && self.kind.is_none_or(|wanted| wanted == kind)
    }

    /// All of the other is part of this.
    fn covers(&self, other: &Self) -> bool {
        (self.from.is_none() || self.from == other.from)
            && (self.kind.is_none() || self.kind == other.kind)
    }
}

/// What the wire holds: everything, but for what was said since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holds {
    /// The newest that has a segment decides. Nothing in it is covered by a later one.
    said: Vec<(Traffic, bool)>,
}

impl Holds {
    pub fn set(&mut self, traffic: Traffic, on: bool) {
        self.said.retain(|(earlier, _)| !traffic.covers(earlier));
        self.said.push((traffic, on));
    }

    pub fn has(&self, from: &str, kind: Kind) -> bool {
        let mut newest_first = self.said.iter().rev();
        let decides = newest_first.find(|(traffic, _)| traffic.has(from, kind));
        decides.is_none_or(|(_, on)| *on)
    }

    /// Everything waits for the learner.
    pub fn is_everything(&self) -> bool {
        self.said.iter().all(|(_, on)| *on)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn traffic(from: Option<&str>, kind: Option<Kind>) -> Traffic {
        let from = from.map(str::to_owned);
        Traffic { from, kind }
    }

    #[test]
    fn the_newest_word_that_has_a_segment_decides_whether_it_is_held() {
        let mut holds = Holds::default();
        assert!(holds.has("client", Kind::Syn) && holds.is_everything());
        holds.set(traffic(None, None), false);
        holds.set(traffic(Some("client"), Some(Kind::Syn)), true);
        for (from, kind, expected) in [
            ("client", Kind::Syn, true),
            ("client", Kind::Data, false),
            ("server", Kind::Syn, false),
        ] {
            assert_eq!(holds.has(from, kind), expected, "{from} {kind}");
        }
        holds.set(traffic(None, None), true);
        assert_eq!(holds.said.len(), 1, "what is covered is forgotten");
        assert!(holds.is_everything());
    }

    #[test]
    fn orders_are_read_as_they_are_written() {
        for order in [
            Order::Step {
                program: "server".to_owned(),
                thread: Some(2),
            },
            Order::Hold {
                traffic: traffic(Some("client"), Some(Kind::SynAck)),
                on: false,
            },
            Order::Corrupt {
                segment: SegmentId(3),
                byte: None,
            },
            Order::DeliverAll,
            Order::guess(2, 1, "谁先返回？".repeat(1000), "accept()".to_owned()),
        ] {
            let line = super::super::to_line(&Ordered {
                order,
                by: By::Learner,
            });
            let read: Ordered = serde_json::from_str(&line).expect("it is sound");
            assert_eq!(super::super::to_line(&read), line);
            assert!(line.len() < 2 * LONGEST_WORDS, "{}", line.len());
        }
    }
}

//! What goes wrong on the wire when it is a segment's turn: by rule, or by chance.
//!
//! In: a state and the segment that would be delivered. Out: the order to give instead. Chance is
//! a seed, so that the same seed loses the same segments again.

use std::collections::BTreeMap;

use super::rule::{self, Rule};
use crate::model::{Segment, State};
use crate::trace::{Name, Order, SegmentId};

/// In the order in which they befall one segment: a duplicate is made before its original is
/// corrupted or lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    Duplicate,
    Corrupt {
        /// Which byte of the packet, from 0; `None`: its last.
        byte: Option<u32>,
    },
    Drop,
    Delay {
        ms: u32,
    },
}

impl Fault {
    pub(super) fn order(self, segment: SegmentId) -> Order {
        match self {
            Self::Duplicate => Order::Duplicate { segment },
            Self::Corrupt { byte } => Order::Corrupt { segment, byte },
            Self::Drop => Order::Drop { segment },
            Self::Delay { ms } => Order::Delay { segment, ms },
        }
    }

    /// As an option of the command line is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Corrupt { .. } => "corrupt",
            Self::Drop => "drop",
            Self::Delay { .. } => "delay",
        }
    }
}

/// "client data 1 0.5": this segment arrives half a second later.
pub fn parse_delay(text: &str) -> Result<(Rule, Fault), String> {
    let text = text.trim();
    let (rule, seconds) = text.rsplit_once(char::is_whitespace).unwrap_or((text, ""));
    if rule.split_whitespace().count() < 3 {
        let form = "write: who, what, which and the seconds, as in \"client data 1 0.5\"";
        return Err(format!("'{text}' is not a segment and a time; {form}"));
    }
    let ms = rule::milliseconds(seconds)?;
    Ok((Rule::parse(rule)?, Fault::Delay { ms }))
}

/// The faults of one run.
#[derive(Default)]
pub struct Faults {
    rules: Vec<Ruled>,
    loss: Option<Loss>,
}

struct Ruled {
    fault: Fault,
    rule: Rule,
    has_matched: bool,
}

impl Faults {
    pub fn new(rules: impl IntoIterator<Item = (Rule, Fault)>, loss: Option<Loss>) -> Self {
        let rules = rules.into_iter().map(|(rule, fault)| Ruled {
            fault,
            rule,
            has_matched: false,
        });
        let mut rules: Vec<Ruled> = rules.collect();
        rules.sort_by_key(|ruled| ruled.fault);
        Self { rules, loss }
    }

    /// What to order when this segment's turn has come. It is asked again for what is held still.
    pub fn judge(&mut self, state: &State, segment: SegmentId) -> Order {
        let matched = self.matched(state, segment, |fault| fault < Fault::Drop);
        if let Some(fault) = matched {
            return fault.order(segment);
        }
        let is_dropped = self.matched(state, segment, |fault| fault == Fault::Drop);
        let is_lost = is_dropped.is_some() || self.is_unlucky(state, segment);
        if is_lost {
            // No other rule can reach it any more.
            while self.matched(state, segment, |_| true).is_some() {}
            return Order::Drop { segment };
        }
        let delayed = self.matched(state, segment, |fault| fault > Fault::Drop);
        delayed.map_or(Order::Deliver { segment }, |fault| fault.order(segment))
    }

    fn is_unlucky(&mut self, state: &State, segment: SegmentId) -> bool {
        let (Some(loss), Some(segment)) = (&mut self.loss, state.segments.get(&segment)) else {
            return false;
        };
        loss.strikes(segment)
    }

    /// The rules that have meant no segment so far.
    pub fn unmatched(&self) -> impl Iterator<Item = (Fault, &Rule)> {
        let unmatched = self.rules.iter().filter(|ruled| !ruled.has_matched);
        unmatched.map(|ruled| (ruled.fault, &ruled.rule))
    }

    /// The first such fault that has not befallen the segment it means; now it does.
    fn matched(
        &mut self,
        state: &State,
        segment: SegmentId,
        is_wanted: impl Fn(Fault) -> bool,
    ) -> Option<Fault> {
        let mut rules = self.rules.iter_mut();
        let found = rules.find(|ruled| {
            !ruled.has_matched && is_wanted(ruled.fault) && ruled.rule.means(state, segment)
        })?;
        found.has_matched = true;
        Some(found.fault)
    }
}

/// Loses so many of a hundred segments, by chance.
///
/// Each host has its own luck for each kind of segment, and for what it sends again: how often a
/// busy machine's timers make a kernel resend something then changes no other segment's fate.
#[derive(Clone, Debug)]
pub struct Loss {
    /// Of 2^32 segments.
    threshold: u64,
    seed: u64,
    luck: BTreeMap<Stream, u64>,
}

/// Segments that share their luck.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Stream {
    from: Name,
    /// `None` for what is no IP packet.
    kind: Option<String>,
    is_resent: bool,
}

impl Loss {
    pub fn new(percent: f64, seed: u64) -> Self {
        let threshold = (percent / 100.0 * (1_u64 << 32) as f64) as u64;
        Self {
            threshold,
            seed,
            luck: BTreeMap::new(),
        }
    }

    fn strikes(&mut self, segment: &Segment) -> bool {
        let stream = Stream {
            from: segment.from.clone(),
            kind: segment.kind().map(|kind| kind.to_string()),
            is_resent: segment.copy_of.is_some(),
        };
        let seed = self.seed;
        let luck = self.luck.entry(stream);
        let luck = luck.or_insert_with_key(|stream| stream.seed(seed));
        split_mix(luck) >> 32 < self.threshold
    }
}

impl Stream {
    /// FNV-1a over its name, mixed with the run's seed.
    fn seed(&self, seed: u64) -> u64 {
        let kind = self.kind.as_deref().unwrap_or("");
        let name = format!("{}\0{kind}\0{}", self.from, self.is_resent);
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        split_mix(&mut (seed ^ hash))
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014): small, and good enough for a wire.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_a_segment_and_seconds_or_says_what_is_wrong() {
        for (text, expected) in [
            ("client data 1 0.5", Ok(500)),
            (" any SYN 2  1.25s ", Ok(1_250)),
            ("client data 1", Err("not a segment and a time")),
            ("0.5", Err("not a segment and a time")),
            (
                "client data 1 soon",
                Err("'soon' is not a number of seconds"),
            ),
            (
                "client data 1 9999",
                Err("'9999' is not a number of seconds"),
            ),
            ("client HELLO 1 0.5", Err("'HELLO' is not a kind")),
        ] {
            match (parse_delay(text), expected) {
                (Ok((_, fault)), Ok(ms)) => assert_eq!(fault, Fault::Delay { ms }, "{text}"),
                (Err(message), Err(part)) => assert!(message.contains(part), "{message}"),
                (got, _) => panic!("{text}: {got:?}"),
            }
        }
    }
}

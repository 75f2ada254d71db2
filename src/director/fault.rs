//! What goes wrong on the wire when it is a segment's turn: by rule, or by chance.
//!
//! In: a state and the segment that would be delivered. Out: the order to give instead. Chance is
//! a seed, so that the same seed loses the same segments again.

use super::rule::{self, Rule};
use crate::model::State;
use crate::trace::{Order, SegmentId};

/// In the order in which they befall one segment: a duplicate is made before its original is
/// corrupted or lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    Duplicate,
    Corrupt,
    Drop,
    Delay { ms: u32 },
}

impl Fault {
    pub(super) fn order(self, segment: SegmentId) -> Order {
        match self {
            Self::Duplicate => Order::Duplicate { segment },
            Self::Corrupt => Order::Corrupt {
                segment,
                byte: None,
            },
            Self::Drop => Order::Drop { segment },
            Self::Delay { ms } => Order::Delay { segment, ms },
        }
    }

    /// As an option of the command line is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Corrupt => "corrupt",
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
        let is_lost = is_dropped.is_some() || self.loss.as_mut().is_some_and(Loss::strikes);
        if is_lost {
            // No other rule can reach it any more.
            while self.matched(state, segment, |_| true).is_some() {}
            return Order::Drop { segment };
        }
        let delayed = self.matched(state, segment, |fault| fault > Fault::Drop);
        delayed.map_or(Order::Deliver { segment }, |fault| fault.order(segment))
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
#[derive(Clone, Debug)]
pub struct Loss {
    /// Of 2^32 segments.
    threshold: u64,
    state: u64,
}

impl Loss {
    pub fn new(percent: f64, seed: u64) -> Self {
        let threshold = (percent / 100.0 * (1_u64 << 32) as f64) as u64;
        Self {
            threshold,
            state: seed,
        }
    }

    /// SplitMix64 (Steele, Lea and Flood 2014): small, and good enough for a wire.
    fn strikes(&mut self) -> bool {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        mixed >> 32 < self.threshold
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_loses_the_same_segments_and_about_as_many_as_asked() {
        let lost = |percent, seed| {
            let mut loss = Loss::new(percent, seed);
            let mut lost = Vec::new();
            lost.extend((0..10_000).filter(|_| loss.strikes()));
            lost
        };
        assert_eq!(lost(20.0, 7), lost(20.0, 7));
        assert_ne!(lost(20.0, 7), lost(20.0, 8));
        for (percent, expected) in [
            (0.0, 0..=0),
            (20.0, 1_800..=2_200),
            (100.0, 10_000..=10_000),
        ] {
            let count = lost(percent, 7).len();
            assert!(expected.contains(&count), "{percent} %: {count}");
        }
    }

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

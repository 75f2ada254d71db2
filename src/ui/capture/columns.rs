//! What stands where in a row of a capture's packets. Pure.
//!
//! In: how wide it is and how many packets there are. Out: where each column is. What matters
//! least goes first where there is no room; pointing at a row says all of it.

use eframe::egui::{Rangef, Rect};

use crate::session::Of;

/// A column is as wide as this at least, in points.
const NUMBER: f32 = 8.0;
const TIME: f32 = 92.0;
const SINCE: f32 = 86.0;
const ADDRESS: Rangef = Rangef {
    min: 108.0,
    max: 176.0,
};
/// The names of states beside the lifelines.
const STATE: f32 = 104.0;
const LANE: Rangef = Rangef {
    min: 150.0,
    max: 300.0,
};
const NUMBERS: f32 = 176.0;
const REMARK: f32 = 120.0;
const GAP: f32 = 10.0;

/// From left to right. `None`: it has no room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Columns {
    pub number: Rangef,
    pub time: Rangef,
    pub since: Option<Rangef>,
    /// Beside the lifelines: addresses; of one conversation the names of states.
    pub client: Rangef,
    pub lane: Rangef,
    pub server: Rangef,
    pub numbers: Option<Rangef>,
    pub remark: Option<Rangef>,
}

impl Columns {
    pub fn of(area: Rect, count: usize, of: Of) -> Self {
        let digits = count.max(99).ilog10() as f32 + 1.0;
        let number = digits * NUMBER + 8.0;
        let beside = match of {
            Of::All => ADDRESS,
            Of::One(_) => Rangef::new(STATE, STATE),
        };
        let fixed = number + TIME + 2.0 * beside.min + LANE.min + 5.0 * GAP;
        let mut left = area.width() - fixed;
        let mut fits = true;
        let mut has = |width: f32| {
            fits &= left >= width + GAP;
            left -= if fits { width + GAP } else { 0.0 };
            fits
        };
        let has_numbers = has(NUMBERS);
        let has_remark = has(REMARK);
        let has_since = has(SINCE);
        // What is left goes to the lane first, then to the addresses, then to the remarks.
        let mut grow = |range: Rangef, share: f32| {
            let more = (range.max - range.min).min(left.max(0.0) / share);
            left -= more * share;
            range.min + more
        };
        let lane = grow(LANE, 1.0);
        let beside = grow(beside, 2.0);
        let mut x = area.left() + GAP / 2.0;
        let mut next = |width: f32| {
            let range = Rangef::new(x, x + width);
            x += width + GAP;
            range
        };
        Self {
            number: next(number),
            time: next(TIME),
            since: has_since.then(|| next(SINCE)),
            client: next(beside),
            lane: next(lane),
            server: next(beside),
            numbers: has_numbers.then(|| next(NUMBERS)),
            remark: has_remark.then(|| {
                let from = next(REMARK).min;
                Rangef::new(from, area.right() - GAP / 2.0)
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::{pos2, vec2};

    use super::*;

    #[test]
    fn columns_stand_beside_each_other_and_end_in_the_window() {
        for of in [Of::All, Of::One(0)] {
            for width in [520.0, 700.0, 980.0, 1_600.0] {
                let area = Rect::from_min_size(pos2(300.0, 0.0), vec2(width, 400.0));
                let columns = Columns::of(area, 1_000_000, of);
                let all = [
                    Some(columns.number),
                    Some(columns.time),
                    columns.since,
                    Some(columns.client),
                    Some(columns.lane),
                    Some(columns.server),
                    columns.numbers,
                    columns.remark,
                ];
                let mut x = area.left();
                for range in all.into_iter().flatten() {
                    assert!(range.min >= x, "{width}: {columns:?}");
                    assert!(range.max > range.min, "{width}: {columns:?}");
                    x = range.max;
                }
                let is_narrow = width < 600.0;
                assert!(x <= area.right() || is_narrow, "{width}: {columns:?}");
                assert_eq!(columns.remark.is_some(), width > 900.0, "{width}");
                assert!(
                    columns.remark.is_some() || columns.since.is_none(),
                    "{width}"
                );
            }
        }
    }
}

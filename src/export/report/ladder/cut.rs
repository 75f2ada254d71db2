//! Where the ladder is cut into pictures: between two arrows, never through one, so that a printed
//! page can end there. A long run keeps its beginning and its end.

use crate::ladder::{NAME, Plan};

/// So many arrows are drawn at each end of a long run, in so much height at most.
const FIRST: usize = 150;
const LAST: usize = 50;
const FIRST_HEIGHT: f32 = 12_000.0;
const LAST_HEIGHT: f32 = 4_000.0;
/// How high a picture is: small ones leave little of a page empty; the last fills a page alone.
const LOW: f32 = 110.0;
const HIGH: f32 = 280.0;
const HIGHEST: f32 = 800.0;
/// Of a cut through the name of a segment.
const NAME_COST: usize = 1_000;
/// Half of what an arrow's head takes.
const HEAD: f32 = 4.0;
/// How closely places for a cut are looked at.
const STEP: f32 = 2.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Piece {
    /// A picture from one of the plan's heights to another.
    Strip { top: f32, bottom: f32 },
    /// So many segments are not drawn.
    LeftOut(usize),
}

/// Which heights of a ladder are drawn, and how many arrows begin between the two of a long one.
pub fn ranges(plan: &Plan) -> (Vec<(f32, f32)>, usize) {
    let Some((end, begin)) = left_out(plan) else {
        return (vec![(0.0, plan.height)], 0);
    };
    let arrows = plan.arrows.iter();
    let between = arrows.filter(|arrow| arrow.y_from >= end && arrow.y_from < begin);
    let ranges = vec![(0.0, end), (begin, plan.height)];
    (ranges, between.count())
}

/// From top to bottom; `names` are the heights that the names of segments take, in no order.
pub fn pieces(plan: &Plan, names: &[(f32, f32)]) -> Vec<Piece> {
    let (ranges, left_out) = ranges(plan);
    let mut pieces = Vec::new();
    for (index, (from, to)) in ranges.into_iter().enumerate() {
        if index > 0 {
            pieces.push(Piece::LeftOut(left_out));
        }
        pieces.extend(strips(&Crossed { plan, names }, from, to));
    }
    pieces
}

/// From where to where a long run is not drawn.
fn left_out(plan: &Plan) -> Option<(f32, f32)> {
    let count = plan.arrows.len();
    let arrow = |index: Option<usize>| plan.arrows.get(index?).map(|arrow| arrow.top());
    let last = arrow(count.checked_sub(LAST).filter(|_| count > FIRST + LAST));
    let end = arrow(Some(FIRST).filter(|_| last.is_some())).unwrap_or(plan.height);
    let begin = last.unwrap_or(0.0).max(plan.height - LAST_HEIGHT);
    let end = end.min(FIRST_HEIGHT);
    (begin > end).then_some((end, begin))
}

fn strips(crossed: &Crossed<'_>, from: f32, to: f32) -> Vec<Piece> {
    let mut strips = Vec::new();
    let mut top = from;
    while to - top > HIGH {
        let bottom = cut(crossed, top);
        if to - bottom < LOW / 2.0 {
            break;
        }
        strips.push(Piece::Strip { top, bottom });
        top = bottom;
    }
    if to > top {
        strips.push(Piece::Strip { top, bottom: to });
    }
    strips
}

/// The lowest place of a usual picture that nothing crosses, or else the first beyond it, or else
/// where the least does.
fn cut(crossed: &Crossed<'_>, top: f32) -> f32 {
    let steps = |from: f32, to: f32| {
        let count = ((to - from) / STEP) as usize;
        (0..count).map(move |step| top + from + step as f32 * STEP)
    };
    let mut free_usual = steps(LOW, HIGH).filter(|y| crossed.at(*y) == 0);
    if let Some(y) = free_usual.next_back() {
        return y;
    }
    let mut free = steps(HIGH, HIGHEST).filter(|y| crossed.at(*y) == 0);
    if let Some(y) = free.next() {
        return y;
    }
    // Lines may go on in the next picture; a name may not.
    let least = |to: f32| steps(LOW, to).min_by_key(|y| crossed.at(*y));
    let usual = least(HIGH).filter(|y| crossed.at(*y) < NAME_COST);
    usual.or_else(|| least(HIGHEST)).unwrap_or(top + HIGHEST)
}

struct Crossed<'a> {
    plan: &'a Plan,
    names: &'a [(f32, f32)],
}

impl Crossed<'_> {
    /// How much a cut here goes through: names above all, then arrows.
    fn at(&self, y: f32) -> usize {
        let plan = self.plan;
        let names = self
            .names
            .iter()
            .filter(|(top, bottom)| *top < y && y < *bottom);
        // The lines alone: their names are looked at by themselves.
        let arrows = plan.arrows_in(y, y).filter(|(_, arrow)| {
            let (top, bottom) = (arrow.y_from.min(arrow.y_to), arrow.y_from.max(arrow.y_to));
            top - HEAD < y && y < bottom + HEAD
        });
        let arrows = arrows.count();
        let is_near = |name: f32| (name + 5.0 - y).abs() < NAME / 2.0;
        let ticks = plan.ticks_in(y - NAME, y + NAME);
        let ticks = ticks.filter(|tick| is_near(tick.y)).count();
        let bands = plan.bands_in(y - NAME, y + NAME);
        let bands = bands.filter(|band| is_near(band.y_name)).count();
        NAME_COST * names.count() + 10 * arrows + 100 * (ticks + bands)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ladder::{Numbers, plan};
    use crate::model::State;
    use crate::trace::load;

    #[test]
    fn pictures_follow_each_other_and_cut_no_arrow_that_leaves_them_room() {
        let text = include_str!("../../../../tests/it/lessons/handshake.jsonl");
        let trace = load(text).expect("a sound trace").trace;
        let plan = plan(&State::at(&trace, trace.end()), Numbers::Relative);
        let pieces = pieces(&plan, &[]);
        assert!(pieces.len() > 1, "{pieces:?}");
        let mut y = 0.0;
        for piece in &pieces {
            let Piece::Strip { top, bottom } = *piece else {
                panic!("nothing is left out of a short run")
            };
            assert_eq!(top, y);
            assert!(bottom - top <= HIGH + LOW, "{piece:?}");
            let mut arrows = plan.arrows.iter();
            let cut = arrows.find(|arrow| arrow.y_from < bottom && bottom < arrow.y_to);
            assert_eq!(cut, None, "at {bottom}");
            y = bottom;
        }
        assert_eq!(y, plan.height);
    }
}

//! Places for the words of the figure: beside their edge, upon nothing else. Pure.
//!
//! In: for each label the sizes it can have and where it stands best; the boxes that must stay
//! free. Out: a place for each. First come those with a good place; then each is moved again,
//! for the others are known by then.

use eframe::egui::{Pos2, Rect, Vec2, vec2};

/// Between a label and anything else, left and right.
const APART: Vec2 = vec2(2.0, 0.0);
/// So often everything is tried again.
const ROUNDS: usize = 3;

pub struct Want {
    pub line: [Pos2; 2],
    /// In two lines, in one.
    pub sizes: Vec<Vec2>,
    /// Where it stands best.
    pub middle: Pos2,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Which of the sizes.
    pub size: usize,
    pub rect: Rect,
}

/// What a label must keep away from: boxes for certain, lines if it can.
pub struct Around<'a> {
    pub bounds: Rect,
    pub boxes: &'a [Rect],
    pub lines: &'a [[Pos2; 2]],
}

pub fn places(wants: &[Want], around: &Around<'_>) -> Vec<Found> {
    let mut found: Vec<Option<Found>> = vec![None; wants.len()];
    for _ in 0..ROUNDS {
        let before = found.clone();
        for (index, want) in wants.iter().enumerate() {
            let others = found.iter().enumerate();
            let others: Vec<Rect> = others
                .filter(|(other, _)| *other != index)
                .filter_map(|(_, it)| it.map(|it| it.rect))
                .collect();
            found[index] = Some(place(want, around, &others));
        }
        if found == before {
            break;
        }
    }
    found.into_iter().flatten().collect()
}

/// The cheapest place of one label.
pub fn place(want: &Want, around: &Around<'_>, others: &[Rect]) -> Found {
    let mut best: Option<(f32, Found)> = None;
    for (size, middle) in candidates(want) {
        let rect = Rect::from_center_size(middle, want.sizes[size]);
        let far = (middle - want.middle).length() * 0.4 + size as f32 * 2.0;
        let cost = far + cost(rect, want, around, others) + strayed(rect, want, around);
        if best.is_none_or(|(least, _)| cost < least) {
            best = Some((cost, Found { size, rect }));
        }
    }
    best.map_or(
        Found {
            size: 0,
            rect: Rect::from_center_size(want.middle, Vec2::ZERO),
        },
        |(_, found)| found,
    )
}

/// Along the line, at both sides of it, and upon it.
fn candidates(want: &Want) -> impl Iterator<Item = (usize, Pos2)> {
    let [start, end] = want.line;
    let across = (end - start).normalized().rot90();
    want.sizes
        .iter()
        .enumerate()
        .flat_map(move |(index, size)| {
            let half = *size / 2.0;
            let touch = across.x.abs() * half.x + across.y.abs() * half.y + 2.0;
            let along = (0..=16).map(|step| 0.1 + 0.05 * step as f32);
            let aside = [0.0, 6.0, 12.0, 18.0].map(|more| touch + more);
            let beside = along.flat_map(move |share| {
                let middle = start.lerp(end, share);
                let sides = aside.map(|far| [middle + across * far, middle - across * far]);
                sides.into_iter().flatten().chain([middle])
            });
            std::iter::once(want.middle)
                .chain(beside)
                .map(move |middle| (index, middle))
        })
}

/// Words seem to belong to the line that is nearest: not to one between them and their own.
fn strayed(rect: Rect, want: &Want, around: &Around<'_>) -> f32 {
    let middle = rect.center();
    let own = gap(rect, want.line);
    let others = around.lines.iter().filter(|line| **line != want.line);
    let nearest = others
        .map(|line| gap(rect, *line))
        .fold(f32::INFINITY, f32::min);
    let [start, end] = want.line;
    let way = end - start;
    let share = ((middle - start).dot(way) / way.length_sq().max(1e-6)).clamp(0.0, 1.0);
    let bridge = [middle, start + way * share];
    let between = around.lines.iter().filter(|line| **line != want.line);
    let between = between.filter(|line| cross(bridge, **line)).count();
    own * 2.0 + (own - nearest).max(0.0) * 2.0 + between as f32 * 25.0
}

/// Between a box and a line, about.
fn gap(rect: Rect, [start, end]: [Pos2; 2]) -> f32 {
    let steps = (0..=24).map(|step| start.lerp(end, step as f32 / 24.0));
    let far = steps.map(|at| rect.distance_to_pos(at));
    far.fold(f32::INFINITY, f32::min)
}

fn cross([a, b]: [Pos2; 2], [c, d]: [Pos2; 2]) -> bool {
    let side = |from: Pos2, to: Pos2, at: Pos2| {
        let (one, other) = (to - from, at - from);
        one.x * other.y - one.y * other.x
    };
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

fn cost(rect: Rect, want: &Want, around: &Around<'_>, others: &[Rect]) -> f32 {
    let own = rect.expand2(APART);
    let common = |other: &Rect| {
        let both = own.intersect(*other);
        if both.is_positive() { both.area() } else { 0.0 }
    };
    let covered: f32 = around.boxes.iter().chain(others).map(common).sum();
    let outside = rect.area() - rect.intersect(around.bounds).area().max(0.0);
    let crossed: f32 = around
        .lines
        .iter()
        .map(|line| length_inside(rect, *line) * if *line == want.line { 0.3 } else { 0.5 })
        .sum();
    (covered + outside) * 100.0 + crossed
}

/// How much of a line lies in a box.
fn length_inside(rect: Rect, [start, end]: [Pos2; 2]) -> f32 {
    let way = end - start;
    let (mut from, mut until) = (0.0_f32, 1.0_f32);
    let sides = [
        (start.x, way.x, rect.left(), rect.right()),
        (start.y, way.y, rect.top(), rect.bottom()),
    ];
    for (at, way, low, high) in sides {
        if way.abs() < 1e-6 {
            if at < low || at > high {
                return 0.0;
            }
            continue;
        }
        let (one, other) = ((low - at) / way, (high - at) / way);
        from = from.max(one.min(other));
        until = until.min(one.max(other));
    }
    (until - from).max(0.0) * way.length()
}

#[cfg(test)]
mod tests {
    use eframe::egui::pos2;

    use super::*;

    #[test]
    fn the_length_of_a_line_inside_of_a_box_is_measured() {
        let rect = Rect::from_min_max(pos2(0.0, 0.0), pos2(10.0, 10.0));
        let inside = |x: f32, y: f32| length_inside(rect, [pos2(-5.0, 5.0), pos2(x, y)]);
        assert!((inside(15.0, 5.0) - 10.0).abs() < 1e-3);
        assert_eq!(inside(-1.0, 5.0), 0.0);
        assert_eq!(inside(15.0, 60.0), 0.0);
    }

    #[test]
    fn a_label_gives_way_to_a_box() {
        let line = [pos2(0.0, 50.0), pos2(200.0, 50.0)];
        let want = Want {
            line,
            sizes: vec![vec2(40.0, 20.0)],
            middle: pos2(100.0, 38.0),
        };
        let taken = [Rect::from_min_max(pos2(0.0, 0.0), pos2(200.0, 49.0))];
        let around = Around {
            bounds: Rect::from_min_max(pos2(0.0, 0.0), pos2(200.0, 100.0)),
            boxes: &taken,
            lines: &[line],
        };
        let found = place(&want, &around, &[]);
        assert!(found.rect.top() >= 49.0, "{found:?}");
    }
}

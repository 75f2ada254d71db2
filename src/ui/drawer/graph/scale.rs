//! What of the lines is seen in a stretch of time, and how fine the axes are. Pure.
//!
//! In: lines, the moment, the stretch. Out: their points, the lowest and the highest value, and
//! marks of an axis at 1, 2 or 5 times a power of ten, so that some of them always have a label.

use egui_plot::{GridInput, GridMark};

use super::series::{Mark, thinned, within};
use super::{Drawn, Shape};

/// So many points of a line are drawn at most.
const MOST: usize = 700;
/// A limit so many times higher than all else is told in words: it would press all else flat.
const FAR: f64 = 8.0;
/// What an axis shows at least, so that a few bytes do not look like many.
const LEAST: f64 = 1.0;

pub struct Seen {
    /// Of each line, in its order.
    pub points: Vec<Vec<[f64; 2]>>,
    /// Of each line: how high it is now, if it is too high for this plot.
    pub above: Vec<Option<f64>>,
    pub low: f64,
    pub high: f64,
}

pub fn seen(lines: &[Drawn<'_>], moment: usize, shown: (f64, f64), now: f64) -> Seen {
    let points: Vec<Vec<[f64; 2]>> = lines
        .iter()
        .map(|line| match line.shape {
            Shape::Marker(_) => thinned(within(line.marks, moment, shown), MOST),
            Shape::Solid | Shape::Dashed | Shape::Dotted => held(line.marks, moment, shown, now),
        })
        .collect();
    let of = |is_limit: bool| {
        let own = lines.iter().zip(&points);
        let own = own.filter(move |(line, _)| line.is_limit == is_limit);
        own.flat_map(|(_, points)| points.iter().map(|[_, value]| *value))
    };
    let highest = of(false).fold(f64::MIN, f64::max);
    let is_far = |points: &[[f64; 2]]| {
        let lowest = points.iter().map(|[_, value]| *value);
        highest > f64::MIN && lowest.fold(f64::MAX, f64::min) > highest.max(LEAST) * FAR
    };
    let above: Vec<Option<f64>> = lines
        .iter()
        .zip(&points)
        .map(|(line, points)| {
            let last = points.last().filter(|_| line.is_limit && is_far(points));
            last.map(|[_, value]| *value)
        })
        .collect();
    let inside = points.iter().zip(&above);
    let inside = inside.filter(|(_, above)| above.is_none());
    let values = inside.flat_map(|(points, _)| points.iter().map(|[_, value]| *value));
    let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let (low, high) = match (low, high) {
        (low, high) if low > high => (0.0, LEAST),
        // From nothing on, wherever that costs little: heights can then be compared.
        (low, high) if low < high * 0.6 || high - low < LEAST => (0.0, high.max(LEAST)),
        (low, high) => (low, high),
    };
    Seen {
        points,
        above,
        low,
        high,
    }
}

/// A line's points; its last value holds until now.
fn held(marks: &[Mark], moment: usize, shown: (f64, f64), now: f64) -> Vec<[f64; 2]> {
    let inside = within(marks, moment, shown);
    let mut points = thinned(inside, MOST);
    let newest = marks[..marks.partition_point(|mark| mark.moment <= moment)].last();
    if let Some(newest) = newest
        && inside.last() == Some(newest)
        && newest.seconds < now
    {
        points.push([now, newest.value]);
    }
    points
}

/// The marks of an axis: at least so many points apart, and no closer than a smallest step.
pub fn marks(input: &GridInput, (apart, least): (f64, f64)) -> Vec<GridMark> {
    // The grid's own base is this many points wide.
    let point = input.base_step_size / 8.0;
    let step = nice(point * apart).max(least);
    let (from, until) = input.bounds;
    let (first, last) = ((from / step).ceil(), (until / step).floor());
    if !(last - first).is_finite() || last - first > 1000.0 {
        return Vec::new();
    }
    (0..=(last - first).max(-1.0) as i64)
        .filter(|_| last >= first)
        .map(|at| GridMark {
            value: (first + at as f64) * step,
            step_size: step,
        })
        .collect()
}

/// The next 1, 2 or 5 times a power of ten.
fn nice(least: f64) -> f64 {
    if !least.is_finite() || least <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0];
    let step = steps.into_iter().find(|step| step * power >= least * 0.999);
    step.unwrap_or(10.0) * power
}

/// Digits as fine as the marks of the axis are.
pub fn short(value: f64, step: f64) -> String {
    let digits = (-step.log10() - 1e-9).ceil().clamp(0.0, 6.0) as usize;
    format!("{value:.digits$}")
}

/// A time at the pointer: as fine as can be pointed at, and three decimals at most.
pub fn time(seconds: f64, width: f64) -> String {
    if width < 0.2 {
        format!("{:.3} ms", seconds * 1000.0)
    } else {
        format!("{seconds:.3} s")
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::Color32;

    use super::*;

    fn line(marks: &[Mark], is_limit: bool) -> Drawn<'_> {
        Drawn {
            name: String::new(),
            marks,
            colour: Color32::BLACK,
            shape: Shape::Solid,
            is_limit,
        }
    }

    fn mark(moment: usize, seconds: f64, value: f64) -> Mark {
        Mark {
            moment,
            seconds,
            value,
        }
    }

    #[test]
    fn the_last_value_holds_until_now_and_not_into_the_future() {
        let marks = [mark(1, 1.0, 5.0), mark(9, 9.0, 7.0)];
        let shown = seen(&[line(&marks, false)], 3, (0.0, 10.0), 4.0);
        assert_eq!(shown.points[0], [[1.0, 5.0], [4.0, 5.0]]);
    }

    #[test]
    fn a_far_window_does_not_press_a_few_bytes_flat() {
        let (window, acked) = ([mark(1, 1.0, 65_160.0)], [mark(1, 1.0, 11.0)]);
        let lines = [line(&window, true), line(&acked, false)];
        let shown = seen(&lines, 3, (0.0, 10.0), 4.0);
        assert_eq!(shown.above, [Some(65_160.0), None]);
        assert_eq!((shown.low, shown.high), (0.0, 11.0));
        let near = [mark(1, 1.0, 65.0)];
        let shown = seen(
            &[line(&near, true), line(&acked, false)],
            3,
            (0.0, 10.0),
            4.0,
        );
        assert_eq!((shown.above[0], shown.high), (None, 65.0));
    }

    #[test]
    fn an_axis_of_any_size_has_some_marks_and_never_too_many() {
        for span in [1.0, 11.0, 64_300.0, 7e9] {
            let input = GridInput {
                bounds: (0.0, span * 1.16),
                base_step_size: span * 1.16 / 100.0 * 8.0,
            };
            let marks = marks(&input, (24.0, 1.0));
            let count = marks.len();
            assert!((2..=5).contains(&count), "{span}: {count}");
        }
    }

    #[test]
    fn times_have_three_decimals_at_most() {
        assert_eq!(time(8.651_819, 5.0), "8.652 s");
        assert_eq!(time(8.651_819, 0.01), "8651.819 ms");
    }
}

//! Where the names of segments stand: on their arrows, off each other and off the names beside
//! lifelines that stand between others.

use unicode_width::UnicodeWidthChar;

use super::{BAND, Drawing, Point};
use crate::ladder::{Arrow, Numbers};
use crate::model::{Fate, Segment};
use crate::words::{remark, segment};

pub const TEXT: f32 = 12.0;
pub const SMALL: f32 = 10.5;
/// Half of the height of a name's box, and of a line of words below it.
pub const HALF: f32 = 9.0;
pub const LINE: f32 = 13.0;
/// For the mark and the words on one that did not arrive.
const FATE: f32 = 124.0;
/// So many names before one can be in its way.
const NEAR: usize = 40;
/// From the middle of the arrow, nearest first.
const TRIES: [f32; 9] = [0.0, -0.11, 0.11, -0.2, 0.2, -0.28, 0.28, -0.36, 0.36];

/// A segment's name and where it stands.
pub struct Label {
    pub text: String,
    pub notes: Vec<String>,
    /// The middle of the name's box, which is so wide.
    pub at: Point,
    pub width: f32,
}

impl Label {
    /// Whether its middle lies between these two heights.
    pub fn is_in(&self, (top, bottom): (f32, f32)) -> bool {
        top <= self.at.y && self.at.y < bottom
    }

    /// From its box to the last line below it.
    pub fn heights(&self) -> (f32, f32) {
        let words = self.notes.len() as f32 * LINE;
        (self.at.y - HALF - 3.0, self.at.y + HALF + words + 1.0)
    }
}

#[derive(Clone, Copy, Default)]
struct Rect {
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
}

/// One for each arrow of the plan; none for those that no picture shows.
pub fn labels(drawing: &Drawing<'_>, ranges: &[(f32, f32)]) -> Vec<Option<Label>> {
    let is_shown = |y: f32| {
        let mut ranges = ranges.iter();
        ranges.any(|(top, bottom)| *top <= y && y < *bottom)
    };
    let mut taken: Vec<Rect> = Vec::new();
    let arrows = drawing.plan.arrows.iter().map(|arrow| {
        let segment = drawing.run.state.segments.get(&arrow.segment)?;
        is_shown(arrow.y_from).then(|| label(drawing, arrow, segment, &mut taken))
    });
    arrows.collect()
}

fn label(drawing: &Drawing<'_>, arrow: &Arrow, segment: &Segment, taken: &mut Vec<Rect>) -> Label {
    let (language, state) = (drawing.run.language, &drawing.run.state);
    let text = segment::title(language, Numbers::Relative, state, segment);
    let number = format!("#{} ", segment.id);
    let text = text
        .strip_prefix(&number)
        .map_or(text.clone(), str::to_owned);
    let notes = remark::notes(language, Numbers::Relative, state, segment);
    let (from, to) = drawing.ends(arrow);
    let width = wide(&number, SMALL) + wide(&text, TEXT) + 14.0;
    let below = notes.iter().map(|note| wide(note, SMALL) + 4.0);
    let across = below.fold(width, f32::max);
    let down = notes.len() as f32 * LINE;
    let beside = names_beside(drawing, arrow);
    let rect = |at: Point| Rect {
        left: at.x - across / 2.0,
        right: at.x + across / 2.0,
        top: at.y - HALF,
        bottom: at.y + HALF + down,
    };
    let hidden = |at: Point| -> f32 {
        let rect = rect(at);
        let others = taken.iter().rev().take(NEAR).chain(&beside);
        let others: f32 = others.map(|other| common(rect, *other)).sum();
        let lines = drawing.xs.iter().map(|x| Rect {
            left: x - BAND,
            right: x + BAND,
            top: rect.top,
            bottom: rect.bottom,
        });
        others + lines.map(|line| common(rect, line)).sum::<f32>()
    };
    let is_delivered = matches!(segment.fate, Fate::Delivered(_));
    let middle = if is_delivered {
        0.5
    } else {
        // Behind it stands what became of it.
        let room = (to.x - from.x).abs().max(1.0);
        let free = (room - width - FATE).max(0.0);
        ((free + width) / 2.0 / room).min(0.44)
    };
    let mut best: Option<(f32, Point)> = None;
    // Those that did not arrive need the room behind their names.
    for off in TRIES.into_iter().filter(|off| is_delivered || *off <= 0.0) {
        let on_line = from.towards(to, (middle + off).clamp(0.1, 0.9));
        let at = within(on_line, (from, to), across);
        let hides = hidden(at);
        if best.is_none_or(|(least, _)| hides < least - 0.5) {
            best = Some((hides, at));
        }
        if hides <= 0.0 {
            break;
        }
    }
    let (_, at) = best.unwrap_or((0.0, from));
    taken.push(rect(at));
    Label {
        text,
        notes,
        at,
        width,
    }
}

/// Between the two lifelines, where it fits.
fn within(at: Point, (from, to): (Point, Point), width: f32) -> Point {
    let (left, right) = (from.x.min(to.x), from.x.max(to.x));
    let (left, right) = (left + width / 2.0 + 4.0, right - width / 2.0 - 4.0);
    let x = if left <= right {
        at.x.clamp(left, right)
    } else {
        at.x
    };
    Point { x, y: at.y }
}

/// Names of calls and states near this arrow, beside lifelines that it may pass.
fn names_beside(drawing: &Drawing<'_>, arrow: &Arrow) -> Vec<Rect> {
    if drawing.xs.len() < 3 {
        return Vec::new();
    }
    let (top, bottom) = (arrow.top() - 20.0, arrow.bottom() + 20.0);
    let plan = drawing.plan;
    let ticks = plan
        .ticks_in(top, bottom)
        .map(|tick| (tick.host, tick.y, tick.name.len() + 2));
    let bands = plan
        .bands_in(top, bottom)
        .map(|band| (band.host, band.y_name, band.state.len()));
    let names = ticks
        .chain(bands)
        .filter(|(_, y, _)| (top..=bottom).contains(y));
    let names = names.map(|(host, y, length)| {
        let (edge, side) = (drawing.outside(host), drawing.side(host));
        let end = edge + side * (length as f32 * SMALL * 0.62 + 16.0);
        Rect {
            left: edge.min(end),
            right: edge.max(end),
            top: y - 2.0,
            bottom: y + 12.0,
        }
    });
    names.collect()
}

fn common(one: Rect, other: Rect) -> f32 {
    let across = one.right.min(other.right) - one.left.max(other.left);
    let down = one.bottom.min(other.bottom) - one.top.max(other.top);
    if across > 0.0 && down > 0.0 {
        across * down
    } else {
        0.0
    }
}

/// About how wide a text is: nobody knows which font will draw it.
pub fn wide(text: &str, size: f32) -> f32 {
    let each = text.chars().map(|char| match char.width().unwrap_or(0) {
        0 => 0.0,
        1 if char.is_ascii_uppercase() => 0.72,
        1 if char.is_ascii_digit() => 0.62,
        1 if " ·.,:;il()".contains(char) => 0.36,
        1 => 0.6,
        _ => 1.0,
    });
    each.sum::<f32>() * size
}

/// As much of it as fits.
pub fn fitting(text: &str, size: f32, room: f32) -> String {
    if wide(text, size) <= room {
        return text.to_owned();
    }
    let mut cut = String::new();
    for char in text.chars() {
        if wide(&cut, size) + size * 1.6 > room {
            break;
        }
        cut.push(char);
    }
    cut + "…"
}

//! Where the names of segments stand: on their arrows, off each other, off tokens and off what
//! stands beside the lifelines.
//!
//! Names are placed a run of arrows at a time, when one of the run comes into sight, and kept for
//! as long as nothing moves: so scrolling through thousands costs only what is seen, and no name
//! jumps when another goes out of sight. Heights here are the plan's own.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::{Id, Pos2, Rect, Ui, Vec2, pos2, vec2};

use super::{BAND, Stage, band, pill, tick};
use crate::ladder::{Arrow, NOTE};
use crate::lesson::Language;
use crate::model::{Fate, Segment};
use crate::session::{Numbers, View};
use crate::timeline::Stamp;
use crate::ui::{remark, segment};

/// How many arrows before a run that was cut are placed with it.
const BEFORE: usize = 12;
/// A token's box, and the line or two of words below it.
const TOKEN: Vec2 = vec2(200.0, 68.0);
const WORDS: f32 = 24.0;

/// An arrow's name and where it stands.
#[derive(Debug)]
pub struct Placed {
    pub text: String,
    pub notes: Vec<String>,
    pub from: Pos2,
    pub to: Pos2,
    /// The middle of the name.
    pub name: Pos2,
    /// What it and the words below it take.
    pub rect: Rect,
    /// On the arrow, at the name's height.
    pub on_line: Pos2,
}

#[derive(Clone, Default)]
struct Kept {
    key: Option<Key>,
    placed: BTreeMap<usize, Arc<Placed>>,
}

/// Names stay where they are while this is the same.
#[derive(Clone, PartialEq)]
struct Key {
    stamp: Stamp,
    language: Language,
    numbers: Numbers,
    xs: Vec<f32>,
    seen: (f32, f32),
}

/// The arrows in sight, each with its name.
pub fn in_sight(ui: &Ui, view: &View<'_>, stage: &Stage<'_>) -> Vec<(usize, Arc<Placed>)> {
    let id = Id::unique("names on the ladder");
    let key = Key {
        stamp: view.timeline.stamp(),
        language: view.language,
        numbers: view.desk.settings.numbers,
        xs: stage.xs.clone(),
        seen: (stage.visible.left(), stage.visible.right()),
    };
    let kept = ui.data_mut(|data| data.remove_temp::<Kept>(id));
    let mut kept = kept
        .filter(|kept| kept.key.as_ref() == Some(&key))
        .unwrap_or_default();
    kept.key = Some(key);
    let (top, bottom) = stage.heights();
    let mut found = Vec::new();
    for (index, arrow) in stage.plan.arrows_in(top, bottom) {
        if !is_across(stage, arrow) {
            continue;
        }
        if !kept.placed.contains_key(&index) {
            place_run(ui, view, stage, index, &mut kept.placed);
        }
        if let Some(placed) = kept.placed.get(&index) {
            found.push((index, Arc::clone(placed)));
        }
    }
    ui.data_mut(|data| data.insert_temp(id, kept));
    found
}

/// Whether it passes what is seen, sideways.
fn is_across(stage: &Stage<'_>, arrow: &Arrow) -> bool {
    let (from, to) = stage.ends(arrow);
    let xs = Rect::from_two_pos(from, to).expand(60.0).x_range();
    xs.intersects(stage.visible.x_range())
}

/// All of the run that this one is in: they may get in each other's way.
fn place_run(
    ui: &Ui,
    view: &View<'_>,
    stage: &Stage<'_>,
    index: usize,
    placed: &mut BTreeMap<usize, Arc<Placed>>,
) {
    let state = view.timeline.state();
    let (first, end) = stage.plan.chunk_of(index);
    let begin = if stage.plan.is_cut(first) {
        first.saturating_sub(BEFORE)
    } else {
        first
    };
    let arrows = &stage.plan.arrows[begin..end];
    let segments = arrows
        .iter()
        .map(|arrow| state.segments.get(&arrow.segment));
    let arrows: Vec<(&Arrow, Option<&Segment>)> = arrows.iter().zip(segments).collect();
    let mut taken = Taken::default();
    // Tokens stay where they are; names of what has gone by give way to them.
    for (arrow, segment) in &arrows {
        if segment.is_some_and(Segment::is_on_wire) {
            let (from, to) = stage.ends(arrow);
            let centre = from.lerp(to, middle_of_token(stage, from, to));
            let place = Rect::from_center_size(centre, TOKEN);
            let below = WORDS + arrow.notes as f32 * NOTE;
            taken.0.push(place.with_max_y(place.bottom() + below));
        }
    }
    // Beside the outer lifelines no name of a segment stands.
    if stage.xs.len() > 2 {
        let top = arrows.first().map_or(0.0, |(arrow, _)| arrow.top());
        let bottom = arrows.iter().map(|(arrow, _)| arrow.bottom());
        let bottom = bottom.fold(top, f32::max);
        taken.0.extend(band::names(ui, stage, top, bottom));
        taken.0.extend(tick::names(ui, stage, top, bottom));
    }
    for (at, (arrow, segment)) in (begin..end).zip(arrows) {
        let Some(segment) = segment else { continue };
        let one = place(ui, view, stage, (arrow, segment), &mut taken);
        if at >= first {
            placed.insert(at, Arc::new(one));
        }
    }
}

fn place(
    ui: &Ui,
    view: &View<'_>,
    stage: &Stage<'_>,
    (arrow, segment): (&Arrow, &Segment),
    taken: &mut Taken,
) -> Placed {
    let (from, to) = stage.ends(arrow);
    let text = segment::title(view, segment);
    let notes = remark::notes(view, segment);
    let spot = if segment.is_on_wire() {
        let name = from.lerp(to, middle(stage, from, to));
        Spot {
            name,
            rect: Rect::from_center_size(name, vec2(0.0, 0.0)),
            on_line: from.lerp(to, middle_of_token(stage, from, to)),
        }
    } else {
        let size = pill::size(ui.painter(), view, segment, &text);
        let below = notes.len() as f32 * 15.0;
        free_place(stage, segment, (size, below), (from, to), taken)
    };
    Placed {
        text,
        notes,
        from,
        to,
        name: spot.name,
        rect: spot.rect,
        on_line: spot.on_line,
    }
}

/// Where a name can stand.
#[derive(Clone, Copy)]
struct Spot {
    name: Pos2,
    rect: Rect,
    on_line: Pos2,
}

/// Where tokens and names stand already.
#[derive(Default)]
struct Taken(Vec<Rect>);

impl Taken {
    fn covers(&self, rect: Rect) -> f32 {
        self.0.iter().map(|other| common(other, rect)).sum()
    }
}

fn common(one: &Rect, other: Rect) -> f32 {
    let common = one.intersect(other);
    if common.is_positive() {
        common.area()
    } else {
        0.0
    }
}

/// Where along its arrow a name hides nothing: the middle, or as near to it as can be; and between
/// the two lifelines, where it fits.
fn free_place(
    stage: &Stage<'_>,
    segment: &Segment,
    (size, below): (Vec2, f32),
    (from, to): (Pos2, Pos2),
    taken: &mut Taken,
) -> Spot {
    let middle = middle(stage, from, to);
    let ends = Rect::from_two_pos(from, to).shrink2(vec2(size.x / 2.0 + 4.0, 0.0));
    let spot = |share: f32| {
        let on_line = from.lerp(to, share);
        let mut name = on_line;
        if ends.width() > 0.0 {
            name.x = name.x.clamp(ends.left(), ends.right());
        }
        let rect = Rect::from_center_size(name, size);
        let rect = rect.with_max_y(rect.bottom() + below);
        Spot {
            name,
            rect,
            on_line,
        }
    };
    let crossed = |rect: Rect| -> f32 {
        let xs = stage.xs.iter();
        let near = xs.filter(|x| (rect.left() - BAND..=rect.right() + BAND).contains(*x));
        let lines = near.map(|x| {
            let xs = x - BAND / 2.0..=x + BAND / 2.0;
            Rect::from_x_y_ranges(xs, rect.y_range())
        });
        lines.map(|line| common(&line, rect)).sum()
    };
    let hidden = |spot: &Spot| -> f32 {
        let dead = matches!(segment.fate, Fate::Dropped(_));
        let cross = cross((spot.rect, spot.on_line), from, to);
        let cross = Rect::from_center_size(cross, vec2(16.0, 16.0));
        let cross = if dead { taken.covers(cross) } else { 0.0 };
        taken.covers(spot.rect) + crossed(spot.rect) + cross
    };
    let tries = [0.0, -0.12, 0.12, -0.22, 0.22, -0.32, 0.32, -0.42, 0.42];
    let mut best: Option<(f32, Spot)> = None;
    // The first of equals: nearest to the middle.
    for off in tries {
        let spot = spot((middle + off).clamp(0.08, 0.92));
        let hides = hidden(&spot);
        if best.is_none_or(|(least, _)| hides < least) {
            best = Some((hides, spot));
        }
        if hides <= 0.0 {
            break;
        }
    }
    let found = best.map_or_else(|| spot(middle), |(_, spot)| spot);
    taken.0.push(found.rect);
    found
}

/// Where a dropped segment died: right behind its name.
pub fn cross((rect, at): (Rect, Pos2), from: Pos2, to: Pos2) -> Pos2 {
    let way = (to - from).normalized();
    let out = |near: f32, far: f32, at: f32, way: f32| match way {
        way if way > 0.01 => (far - at) / way,
        way if way < -0.01 => (near - at) / way,
        _ => f32::INFINITY,
    };
    let across = out(rect.left(), rect.right(), at.x, way.x);
    let down = out(rect.top(), rect.bottom(), at.y, way.y);
    let most = (to - at).length() - 12.0;
    at + way * (across.min(down) + 14.0).min(most).max(0.0)
}

/// Where along an arrow its name stands: in the middle of what is to be seen of it, for with many
/// hosts an arrow may be wider than the window.
fn middle(stage: &Stage<'_>, from: Pos2, to: Pos2) -> f32 {
    let along = |x: f32| ((x - from.x) / (to.x - from.x)).clamp(0.0, 1.0);
    let seen = stage.visible.shrink(40.0);
    let (one, other) = (along(seen.left()), along(seen.right()));
    let middle = (one + other) / 2.0;
    if middle.is_finite() { middle } else { 0.5 }
}

/// A token waits on the sender's side of the middle.
fn middle_of_token(stage: &Stage<'_>, from: Pos2, to: Pos2) -> f32 {
    middle(stage, from, to) * 0.88
}

impl Placed {
    /// The same in the window, where height 0 is at `y`.
    pub fn moved(&self, y: f32) -> (Pos2, Pos2, Pos2) {
        let down = vec2(0.0, y);
        (self.from + down, self.to + down, self.on_line + down)
    }

    pub fn name_at(&self, y: f32) -> Pos2 {
        pos2(self.name.x, self.name.y + y)
    }
}

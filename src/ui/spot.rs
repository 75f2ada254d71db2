//! The spotlight: while presenting, what the lesson's passage speaks of stands in a ring.
//!
//! In: the places of what can be spoken of, marked by whoever draws it; the current beat. Out: a
//! ring, in the step in which the beat is reached; nothing where it is not certain what is meant.
//! Nothing is made darker: on a projector every word of the stage is to be read. The tour, which
//! points at whole panes, uses the ring and has a veil besides.

use eframe::egui::{
    Color32, Context, CornerRadius, Id, LayerId, Order, Painter, Rect, Stroke, StrokeKind, Ui,
};

use super::lesson;
use super::theme::{self, Theme};
pub use crate::lesson::Spoken as Spot;
use crate::session::View;
use crate::trace::{Moment, SocketFacts};

/// Between what is lit and the ring around it.
const AIR: f32 = 1.0;
/// Two of them are lit, and no more: a light on everything is none.
const MOST: usize = 2;

#[derive(Clone, Debug, Default)]
struct Marks(Vec<(Spot, Rect)>);

fn marks_id() -> Id {
    Id::unique("where what can be spoken of is")
}

/// Forgets the places of the last pass.
pub fn begin(ctx: &Context) {
    ctx.data_mut(|data| data.insert_temp(marks_id(), Marks::default()));
}

/// Says where something is. What is scrolled out of sight is nowhere.
pub fn mark(ui: &Ui, spot: Spot, rect: Rect) {
    let seen = rect.intersect(ui.clip_rect());
    if seen.is_positive() {
        ui.data_mut(|data| {
            let marks: &mut Marks = data.get_temp_mut_or_default(marks_id());
            marks.0.push((spot, seen));
        });
    }
}

/// The same of a socket, where its state stands.
pub fn mark_state(ui: &Ui, facts: &SocketFacts, rect: Rect) {
    let (host, key) = (facts.host.clone(), facts.key);
    mark(ui, Spot::Socket { host, key }, rect);
}

/// Call it when everything is drawn.
pub fn spotlight_ui(ctx: &Context, view: &View<'_>) {
    let settings = &view.desk.settings;
    if !settings.presents || !settings.has_spotlight || view.desk.overlay.is_some() {
        return;
    }
    let lit = lit(ctx, view);
    if !lit.is_empty() {
        let theme = theme::theme(view.look);
        let painter = painter(ctx);
        lit.iter().for_each(|rect| ring(&painter, theme, *rect));
    }
}

/// Over the panes and under what lies on them.
pub fn painter(ctx: &Context) -> Painter {
    let layer = LayerId::new(Order::Middle, Id::unique("spotlight"));
    ctx.layer_painter(layer)
}

/// What the beat speaks of that was reached in this very step.
fn lit(ctx: &Context, view: &View<'_>) -> Vec<Rect> {
    let beat = lesson::current_beat(view);
    let Some((index, lesson)) = beat.zip(view.lesson) else {
        return Vec::new();
    };
    let reached = view.beats.get(index).copied().flatten();
    let is_news = match (reached, view.timeline.previous_stop()) {
        (Some(reached), Some(before)) => reached > before,
        (Some(_), None) => true,
        (None, _) => false,
    };
    let Some(beat) = lesson.beats.get(index).filter(|_| is_news) else {
        return Vec::new();
    };
    let marks = ctx.data(|data| data.get_temp::<Marks>(marks_id()));
    let Marks(marks) = marks.unwrap_or_default();
    let event = reached.and_then(|Moment(count)| {
        let events = view.timeline.trace().events();
        events.get(count.checked_sub(1)?)
    });
    let Some(event) = event else {
        return Vec::new();
    };
    let spoken = beat.trigger.speaks_of(view.timeline.state(), event);
    let places = spoken.iter().filter_map(|spoken| place(&marks, spoken));
    places.take(MOST).collect()
}

/// Where it was drawn last, with what touches that: a token is around its name.
fn place(marks: &[(Spot, Rect)], spoken: &Spot) -> Option<Rect> {
    let mut places = marks.iter().rev().filter(|(spot, _)| spot == spoken);
    let (_, first) = places.next()?;
    let touching = places.filter(|(_, rect)| rect.intersects(*first));
    let around = touching.fold(*first, |around, (_, rect)| around.union(*rect));
    Some(around.expand(AIR))
}

/// Everything but the holes is a little darker.
pub fn shade(painter: &Painter, whole: Rect, holes: &[Rect], colour: Color32) {
    let mut rows = vec![whole.top(), whole.bottom()];
    rows.extend(holes.iter().flat_map(|hole| [hole.top(), hole.bottom()]));
    rows.retain(|y| whole.y_range().contains(*y));
    rows.sort_by(f32::total_cmp);
    for band in rows.windows(2) {
        let middle = (band[0] + band[1]) / 2.0;
        let mut cuts: Vec<Rect> = holes
            .iter()
            .filter(|hole| hole.y_range().contains(middle))
            .copied()
            .collect();
        cuts.sort_by(|one, other| one.left().total_cmp(&other.left()));
        let mut left = whole.left();
        for cut in cuts {
            fill(painter, (left, cut.left()), (band[0], band[1]), colour);
            left = left.max(cut.right());
        }
        fill(painter, (left, whole.right()), (band[0], band[1]), colour);
    }
}

fn fill(painter: &Painter, x: (f32, f32), y: (f32, f32), colour: Color32) {
    if x.1 > x.0 && y.1 > y.0 {
        let rect = Rect::from_x_y_ranges(x.0..=x.1, y.0..=y.1);
        painter.rect_filled(rect, 0, colour);
    }
}

/// Around what is spoken of: a ring, and a softer one outside it.
pub fn ring(painter: &Painter, theme: &Theme, rect: Rect) {
    let radius = CornerRadius::same(theme::CONTROL_RADIUS);
    let glow = Stroke::new(5.0, theme.wire.gamma_multiply(0.35));
    painter.rect_stroke(rect, radius, glow, StrokeKind::Outside);
    let line = Stroke::new(2.5, theme.wire);
    painter.rect_stroke(rect, radius, line, StrokeKind::Outside);
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::{Shape, pos2};

    /// Whatever overlaps, a hole stays bright and every other place is shaded once.
    #[test]
    fn the_shade_leaves_the_holes_and_covers_the_rest_once() {
        let rect = |a, b, c, d| Rect::from_min_max(pos2(a, b), pos2(c, d));
        let whole = rect(0.0, 0.0, 100.0, 60.0);
        let holes = [rect(10.0, 10.0, 40.0, 30.0), rect(30.0, 20.0, 60.0, 50.0)];
        let ctx = Context::default();
        let mut shaded = Vec::new();
        let mut output = ctx.run_ui(Default::default(), |ui| {
            shade(ui.painter(), whole, &holes, Color32::BLACK);
        });
        output.textures_delta.clear(); // nobody paints here
        for shape in output.shapes {
            if let Shape::Rect(shape) = shape.shape
                && shape.fill == Color32::BLACK
            {
                shaded.push(shape.rect);
            }
        }
        for x in 0..20 {
            for y in 0..12 {
                let at = pos2(x as f32 * 5.0 + 2.5, y as f32 * 5.0 + 2.5);
                let times = shaded.iter().filter(|rect| rect.contains(at)).count();
                let is_hole = holes.iter().any(|hole| hole.contains(at));
                assert_eq!(times, usize::from(!is_hole), "{at:?}");
            }
        }
    }
}

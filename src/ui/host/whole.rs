//! Whole rows only: what scrolls is cut between two rows, never through the letters of one.
//!
//! In: what was painted since a moment, and the place in which it is seen. Out: the same, clipped
//! at the last row that fits. What is clipped away can still be scrolled to.

use eframe::egui::epaint::{ClippedShape, TextShape};
use eframe::egui::layers::ShapeIdx;
use eframe::egui::{Rangef, Rect, Shape, Stroke, Ui};

use crate::ui::theme::Theme;

/// Higher than this is a box, which may be cut; what is lower is a row or stands in one.
const ROW: f32 = 34.0;
/// So much may be hidden at most; a picture without rows is cut where it is.
const MOST: f32 = 64.0;
/// So much of a row's height is surely air above its letters, and as much below.
const AIR: f32 = 0.04;

/// What is painted from now on.
pub fn begin(ui: &Ui) -> ShapeIdx {
    let layer = ui.layer_id();
    ui.ctx().graphics_mut(|all| all.entry(layer).next_idx())
}

/// Hides the rows that stand half in this place, and tells where it ends now.
pub fn rows_only(ui: &Ui, begin: ShapeIdx, place: Rect) -> f32 {
    let place = place.intersect(ui.clip_rect());
    let layer = ui.layer_id();
    ui.ctx().graphics_mut(|all| {
        let list = all.entry(layer);
        let shapes = list.all_entries().skip(begin.0);
        let (mut above, mut below) = (Vec::new(), Vec::new());
        for ClippedShape {
            clip_rect, shape, ..
        } in shapes
        {
            if clip_rect.top() <= place.top() + 0.5 {
                spans(shape, &mut above);
            }
            if clip_rect.bottom() >= place.bottom() - 0.5 {
                spans(shape, &mut below);
            }
        }
        let top = cut(place.top(), &above, |span| span.max);
        let bottom = cut(place.bottom(), &below, |span| span.min);
        for index in begin.0..list.next_idx().0 {
            list.mutate_shape(ShapeIdx(index), |shape| {
                let clip = &mut shape.clip_rect;
                clip.min.y = clip.min.y.max(top);
                clip.max.y = clip.max.y.min(bottom);
            });
        }
        bottom
    })
}

/// The same for a column of cards: one that is cut gets a line where it ends. Tells where.
pub fn cards_only(ui: &Ui, theme: &Theme, begin: ShapeIdx, place: Rect) -> f32 {
    let bottom = rows_only(ui, begin, place);
    if bottom < place.bottom() {
        let line = Stroke::new(1.0, theme.border);
        ui.painter().hline(place.x_range(), bottom - 0.5, line);
    }
    bottom
}

/// From where to where the rows of a shape go.
fn spans(shape: &Shape, found: &mut Vec<Rangef>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| spans(shape, found)),
        Shape::Text(TextShape { pos, galley, .. }) => {
            let rows = galley.rows.iter().filter(|row| !row.row.glyphs.is_empty());
            found.extend(rows.map(|row| {
                let rect = row.rect().translate(pos.to_vec2());
                rect.y_range().shrink(rect.height() * AIR)
            }));
        }
        Shape::Noop => {}
        Shape::Circle(_)
        | Shape::Ellipse(_)
        | Shape::LineSegment { .. }
        | Shape::Path(_)
        | Shape::Rect(_)
        | Shape::Mesh(_)
        | Shape::Band(_)
        | Shape::QuadraticBezier(_)
        | Shape::CubicBezier(_)
        | Shape::Callback(_) => {
            let rect = shape.visual_bounding_rect();
            if rect.is_finite() && (2.0..=ROW).contains(&rect.height()) {
                found.push(rect.y_range());
            }
        }
    }
}

/// The edge, moved to where it goes through no row.
fn cut(edge: f32, spans: &[Rangef], other_end: impl Fn(&Rangef) -> f32) -> f32 {
    let mut at = edge;
    loop {
        let through = |span: &&Rangef| span.min < at - 0.5 && at + 0.5 < span.max;
        match spans.iter().find(through) {
            Some(span) if (other_end(span) - edge).abs() <= MOST => at = other_end(span),
            Some(_) => return edge,
            None => return at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_moves_off_the_rows_it_goes_through_and_stays_where_there_are_none() {
        let rows = [(0.0, 20.0), (20.0, 40.0), (36.0, 50.0)];
        let rows = rows.map(|(from, to)| Rangef::new(from, to));
        assert_eq!(cut(30.0, &rows, |span| span.min), 20.0);
        assert_eq!(cut(45.0, &rows, |span| span.min), 20.0, "both go");
        assert_eq!(cut(30.0, &rows, |span| span.max), 50.0);
        assert_eq!(cut(20.0, &rows, |span| span.min), 20.0);
        assert_eq!(cut(60.0, &rows, |span| span.min), 60.0);
    }
}

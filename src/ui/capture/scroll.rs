//! Scrolling through more rows than a float can count points of.
//!
//! In: how many rows of one height there are. Out: which of them are in sight, and where each
//! stands. A million rows of 22 points are 22,000,000 points high; an `f32` tells only every
//! second one of those apart, so where we are is an `f64`, and only the distance to the window's
//! edge, which is small, becomes an `f32`.

use std::ops::Range;

use eframe::egui::emath::GuiRounding as _;
use eframe::egui::{Id, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, Theme};

/// Between a row that was brought into sight and the edge, in rows.
const MARGIN: usize = 2;

/// What scrolls, and how it is called.
pub struct Rows<'a> {
    pub id: Id,
    pub name: &'a str,
    pub count: usize,
    pub height: f32,
}

/// How far it is scrolled; egui's to remember between frames.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Place {
    /// Points of the rows above the upper edge.
    offset: f64,
    /// The row that was brought into sight last, so that it is done once.
    shown: Option<usize>,
    /// How many whole rows there is room for.
    page: usize,
}

/// The rows in sight.
#[derive(Clone, Debug, PartialEq)]
pub struct InSight {
    pub rows: Range<usize>,
    pub area: Rect,
    height: f32,
    offset: f64,
}

impl InSight {
    /// Where a row stands. Exact, wherever it is.
    pub fn rect(&self, row: usize) -> Rect {
        let top = row as f64 * f64::from(self.height) - self.offset;
        let top = self.area.top() + top as f32;
        let (left, right) = (self.area.left(), self.area.right());
        Rect::from_min_max(pos2(left, top), pos2(right, top + self.height))
    }
}

/// How many whole rows had room in the last frame.
pub fn page(ctx: &eframe::egui::Context, id: Id) -> usize {
    let place = ctx.data(|data| data.get_temp::<Place>(id));
    place.map_or(1, |place| place.page.max(1))
}

/// Takes the room that is left, scrolls it, and says which rows are in sight. `wanted` comes into
/// sight when it changes.
pub fn scroll(ui: &mut Ui, theme: &Theme, rows: &Rows<'_>, wanted: Option<usize>) -> InSight {
    let scale = ui.pixels_per_point();
    // On whole pixels, or the letters of every row are blurred.
    let whole = ui.available_rect_before_wrap().round_to_pixels(scale);
    ui.advance_cursor_after_rect(whole);
    let area = whole.with_max_x(whole.right() - theme::SCROLL_BAR);
    let place = ui.data(|data| data.get_temp::<Place>(rows.id));
    let mut place = place.unwrap_or_default();
    let view = f64::from(area.height());
    let height = f64::from(rows.height);
    place.page = (view / height) as usize;
    if place.shown != wanted {
        place.shown = wanted;
        if let Some(row) = wanted {
            place.offset = brought(place.offset, row, (view, height));
        }
    }
    if ui.rect_contains_pointer(whole) {
        place.offset -= f64::from(ui.input(|input| input.smooth_scroll_delta().y));
    }
    let total = rows.count as f64 * height;
    let most = (total - view).max(0.0);
    place.offset = place.offset.clamp(0.0, most);
    if most > 0.0 {
        let track = whole.with_min_x(area.right());
        place.offset = bar_ui(ui, theme, rows, track, (place.offset, most, view / total));
    }
    let scale = f64::from(scale);
    let offset = (place.offset * scale).round() / scale;
    ui.data_mut(|data| data.insert_temp(rows.id, place));
    let first = (offset / height) as usize;
    let end = ((offset + view) / height).ceil() as usize;
    InSight {
        rows: first.min(rows.count)..end.min(rows.count),
        area,
        height: rows.height,
        offset,
    }
}

/// As little as it takes; what is far away comes into the middle.
fn brought(offset: f64, row: usize, (view, height): (f64, f64)) -> f64 {
    let margin = (MARGIN as f64 * height).min((view - height).max(0.0) / 2.0);
    let top = row as f64 * height;
    let bottom = top + height;
    let (above, below) = (offset - top, bottom - offset - view);
    if above > view || below > view {
        top - (view - height) / 2.0
    } else if above > -margin {
        top - margin
    } else if below > -margin {
        bottom + margin - view
    } else {
        offset
    }
}

/// A handle to drag, in a track to click.
fn bar_ui(
    ui: &Ui,
    theme: &Theme,
    rows: &Rows<'_>,
    track: Rect,
    (offset, most, share): (f64, f64, f64),
) -> f64 {
    const LEAST: f32 = 28.0;
    let track = track.shrink2(vec2(2.0, 2.0));
    let length = (track.height() * share as f32)
        .max(LEAST)
        .min(track.height());
    let room = f64::from((track.height() - length).max(1.0));
    let id = rows.id.with("bar");
    let response = ui.interact(track, id, Sense::click_and_drag());
    let mut offset = offset;
    let handle = |offset: f64| {
        let top = track.top() + (offset / most * room) as f32;
        Rect::from_min_size(pos2(track.left(), top), vec2(track.width(), length))
    };
    if response.dragged() {
        offset += f64::from(response.drag_delta().y) / room * most;
    } else if response.clicked()
        && let Some(at) = response.interact_pointer_pos()
        && !handle(offset).contains(at)
    {
        let middle = f64::from(at.y - track.top() - length / 2.0);
        offset = middle / room * most;
    }
    let offset = offset.clamp(0.0, most);
    let is_hot = response.hovered() || response.dragged();
    let fill = if is_hot { theme.muted } else { theme.outline };
    ui.painter().rect_filled(track, 3, theme.trough);
    ui.painter().rect_filled(handle(offset), 3, fill);
    response.widget_info(|| WidgetInfo::labeled(Role::ScrollBar, true, rows.name));
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_a_million_rows_stands_exactly_where_it_should() {
        let area = Rect::from_min_max(pos2(0.0, 100.0), pos2(900.0, 540.0));
        let count = 1_000_000;
        let offset = f64::from(count as u32) * 22.0 - 440.0;
        let sight = InSight {
            rows: count - 20..count,
            area,
            height: 22.0,
            offset,
        };
        for row in sight.rows.clone() {
            let rect = sight.rect(row);
            let expected = 100.0 + (row - (count - 20)) as f32 * 22.0;
            assert_eq!(rect.top(), expected, "row {row}");
            assert_eq!(rect.height(), 22.0);
        }
    }

    #[test]
    fn a_row_comes_into_sight_by_as_little_as_it_takes() {
        let check = |offset: f64, row, expected| {
            assert_eq!(
                brought(offset, row, (440.0, 22.0)),
                expected,
                "{offset} {row}"
            );
        };
        check(0.0, 5, 0.0);
        // Two rows stay between it and the edge.
        check(0.0, 18, 22.0);
        check(2200.0, 100, 2200.0 - 44.0);
        // Far away: into the middle.
        check(0.0, 1_000, 22_000.0 - 209.0);
    }
}

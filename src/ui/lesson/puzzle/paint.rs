//! A row of a capture on the screen: on one line, or on two where there is no room for that.
//!
//! In: its cells and how wide their columns are. Out: paint.

use std::sync::Arc;

use eframe::egui::{Color32, Galley, Pos2, Rect, Shape, Stroke, StrokeKind, Ui, pos2, vec2};

use super::capture::Line;
use crate::ui::lesson::page::Page;
use crate::ui::parts;
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};

pub const COLUMNS: usize = 8;
/// Between two columns, as there is room.
pub const GAPS: std::ops::RangeInclusive<f32> = 4.0..=7.0;
pub const ROW: f32 = 20.0;
pub const NOTE: f32 = 17.0;

/// What stands in one place of a row.
pub struct Cell {
    pub galley: Arc<Galley>,
    pub colour: Color32,
    pub is_blank: bool,
}

/// How wide the columns are.
pub struct Table {
    pub widths: [f32; COLUMNS],
    pub gap: f32,
}

pub fn paint_ground(ui: &Ui, theme: &Theme, line: &Line<'_>, rect: Rect) {
    let painter = ui.painter();
    if line.is_pointed_at {
        painter.rect_filled(rect, 3, theme.warn_soft);
        // A shape beside the colour: it points at the row.
        let tip = pos2(rect.left() - 2.0, rect.center().y);
        let back = |y: f32| tip + vec2(-7.0, y);
        let points = vec![tip, back(-4.5), back(4.5)];
        let stroke = Stroke::NONE;
        painter.add(Shape::convex_polygon(points, theme.warn, stroke));
    } else if line.is_unseen {
        let stroke = Stroke::new(1.0, theme.outline);
        parts::paint_dashed_box(painter, rect.shrink2(vec2(0.0, 1.0)), 3.0, stroke);
    }
}

fn paint_cell(ui: &Ui, theme: &Theme, cell: &Cell, at: Pos2) {
    let painter = ui.painter();
    let size = cell.galley.size();
    let y = at.y + (ROW - size.y) / 2.0;
    if cell.is_blank {
        let frame = Rect::from_min_size(pos2(at.x, y), size).expand2(vec2(FRAME, 1.0));
        let stroke = Stroke::new(1.0, theme.wire);
        painter.rect(frame, 3, theme.wire_soft, stroke, StrokeKind::Inside);
    }
    painter.galley(pos2(at.x, y), cell.galley.clone(), cell.colour);
}

pub fn paint_row(
    ui: &Ui,
    theme: &Theme,
    (cells, table): (&[Option<Cell>; COLUMNS], &Table),
    at: Pos2,
) {
    let mut x = at.x + 4.0;
    for (column, (cell, width)) in cells.iter().zip(&table.widths).enumerate() {
        if *width == 0.0 {
            continue;
        }
        if let Some(cell) = cell {
            // Numbers stand under each other by their last digit.
            let is_number = matches!(column, 0 | 1 | 4..);
            let own = cell.galley.size().x;
            let spare = if is_number { width - own } else { 0.0 };
            paint_cell(ui, theme, cell, pos2(x + spare, at.y));
        }
        x += width + table.gap;
    }
}

/// What it is above, its numbers below, each with its name; the window, if there is one, to the
/// right above.
pub fn paint_two(
    ui: &Ui,
    page: &Page<'_, '_>,
    (cells, table): (&[Option<Cell>; COLUMNS], &Table),
    rect: Rect,
) {
    let (language, theme) = (page.view.language, page.theme);
    let mut x = rect.left() + 4.0;
    for (cell, width) in cells.iter().zip(&table.widths).take(4) {
        let own = cell.as_ref().map_or(0.0, |cell| cell.galley.size().x);
        if let Some(cell) = cell {
            paint_cell(ui, theme, cell, pos2(x, rect.top()));
        }
        let width = width.max(own);
        x += if width > 0.0 { width + table.gap } else { 0.0 };
    }
    let indent = table.widths[0]
        + if table.widths[0] > 0.0 {
            table.gap
        } else {
            0.0
        };
    let mut x = rect.left() + 4.0 + indent;
    let below = rect.top() + ROW - 3.0;
    let length = say!(language, "puzzle.length");
    for (cell, name) in cells.iter().skip(4).zip(["seq", "ack", &length]) {
        if let Some(cell) = cell {
            x += paint_named(ui, theme, (cell, name), pos2(x, below)) + 10.0;
        }
    }
    if let Some(cell) = &cells[COLUMNS - 1] {
        let name = say!(language, "puzzle.window");
        let width = named_width(ui, (cell, &name));
        let at = pos2(rect.right() - width - 4.0, rect.top());
        paint_named(ui, theme, (cell, &name), at);
    }
}

/// The frame of a blank reaches out this far.
const FRAME: f32 = 3.0;

fn named_width(ui: &Ui, (cell, name): (&Cell, &str)) -> f32 {
    let font = theme::text_font(theme::TINY);
    let name = ui
        .painter()
        .layout_no_wrap(name.to_owned(), font, cell.colour);
    let room = if cell.is_blank { 2.0 * FRAME } else { 0.0 };
    name.size().x + 5.0 + room + cell.galley.size().x
}

/// A number behind its name. How wide both are.
fn paint_named(ui: &Ui, theme: &Theme, (cell, name): (&Cell, &str), at: Pos2) -> f32 {
    let font = theme::text_font(theme::TINY);
    let galley = ui
        .painter()
        .layout_no_wrap(name.to_owned(), font, theme.muted);
    let top = at.y + (ROW - galley.size().y) / 2.0;
    let mut x = at.x + galley.size().x + 5.0;
    ui.painter().galley(pos2(at.x, top), galley, theme.muted);
    x += if cell.is_blank { FRAME } else { 0.0 };
    paint_cell(ui, theme, cell, pos2(x, at.y));
    named_width(ui, (cell, name))
}

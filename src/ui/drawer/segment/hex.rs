//! A packet's bytes in rows, coloured by layer; pointing at a bit lights up its field. A byte that
//! was changed on the wire has a frame of its own, and is brought into view.

use std::ops::Range;

use eframe::egui;
use eframe::egui::{Align2, Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::field::{Field, Layer};
use super::layer_tone;
use crate::ui::theme::{self, Theme};

pub const ROW: f32 = 15.5;
const CELL: f32 = 19.0;
const OFFSET: f32 = 36.0;
const LETTER: f32 = 7.2;
/// In a wide row.
pub const COLUMNS: usize = 16;
/// Between the two halves of a row of sixteen.
const HALF: f32 = 6.0;

/// Sixteen bytes in a row, and their letters beside them.
pub const WIDEST: f32 = OFFSET + 16.0 * CELL + HALF + 10.0 + 16.0 * LETTER;
/// The same without the letters.
pub const WIDE: f32 = OFFSET + 16.0 * CELL + HALF;

/// What the bytes are.
pub struct Bytes<'a> {
    pub bytes: &'a [u8],
    pub corrupted: &'a [u32],
    pub fields: &'a [Field],
    /// Where each header ends: IP, transport, options.
    pub ends: [usize; 3],
}

/// What the pointer is at.
pub struct Pointed {
    /// The bits of its field.
    pub field: Option<Range<usize>>,
    /// The byte itself.
    pub byte: Option<usize>,
    pub response: Response,
}

/// Where each byte is painted.
struct Grid {
    origin: Pos2,
    columns: usize,
    has_letters: bool,
}

impl Grid {
    fn of(width: f32, origin: Pos2) -> Self {
        let columns = if width >= WIDE { COLUMNS } else { 8 };
        let letters = columns as f32 * LETTER + 10.0;
        Self {
            origin,
            columns,
            has_letters: width >= OFFSET + columns as f32 * CELL + HALF + letters,
        }
    }

    fn cell(&self, index: usize) -> Rect {
        let (row, column) = (index / self.columns, index % self.columns);
        let gap = if column >= 8 { HALF } else { 0.0 };
        let x = self.origin.x + OFFSET + column as f32 * CELL + gap;
        let y = self.origin.y + row as f32 * ROW;
        Rect::from_min_size(pos2(x, y), vec2(CELL, ROW))
    }

    /// The byte and, within it, the bit.
    fn at(&self, pointer: Pos2, count: usize) -> Option<(usize, usize)> {
        let row = ((pointer.y - self.origin.y) / ROW).max(0.0) as usize;
        let first = row * self.columns;
        let mut inside = first..(first + self.columns).min(count);
        let byte = inside.find(|index| self.cell(*index).contains(pointer))?;
        let share = (pointer.x - self.cell(byte).left()) / CELL;
        Some((byte, byte * 8 + ((share * 8.0) as usize).min(7)))
    }
}

/// Bytes that can be clicked when the sense says so.
pub fn hex_ui(
    ui: &mut Ui,
    theme: &Theme,
    bytes: &Bytes<'_>,
    (lit, shown, sense): (Option<&Range<usize>>, Option<usize>, Sense),
) -> Pointed {
    let width = ui.available_width();
    let count = bytes.bytes.len();
    let columns = Grid::of(width, Pos2::ZERO).columns;
    let size = vec2(width, count.div_ceil(columns) as f32 * ROW + 2.0);
    let (rect, response) = ui.allocate_exact_size(size, sense);
    let grid = Grid::of(width, rect.min);
    if let Some(byte) = shown {
        ui.scroll_to_rect(grid.cell(byte).expand2(vec2(0.0, ROW)), None);
    }
    let clip = ui.clip_rect();
    let first = ((clip.top() - rect.top()) / ROW).floor().max(0.0) as usize;
    let last = ((clip.bottom() - rect.top()) / ROW).ceil().max(0.0) as usize;
    for row in first..last.min(count.div_ceil(columns)) {
        row_ui(ui, theme, bytes, (&grid, row), lit);
    }
    let at = response.hover_pos().and_then(|pos| grid.at(pos, count));
    let of = |bit: usize| {
        let fields = bytes
            .fields
            .iter()
            .filter(|field| field.bits.contains(&bit));
        fields.min_by_key(|field| field.bits.len())
    };
    let field = at.and_then(|(_, bit)| of(bit));
    Pointed {
        field: field.map(|field| field.bits.clone()),
        byte: at.map(|(byte, _)| byte),
        response,
    }
}

fn row_ui(
    ui: &Ui,
    theme: &Theme,
    bytes: &Bytes<'_>,
    (grid, row): (&Grid, usize),
    lit: Option<&Range<usize>>,
) {
    let painter = ui.painter();
    let columns = grid.columns;
    let y = grid.cell(row * columns).center().y;
    let offset = format!("{:04x}", row * columns);
    let at = pos2(grid.origin.x, y);
    painter.text(at, Align2::LEFT_CENTER, offset, font(), theme.faint);
    let letters_at = grid.cell(row * columns + columns - 1).right() + 10.0;
    let inside = bytes.bytes.iter().enumerate().skip(row * columns);
    for (index, byte) in inside.take(columns) {
        let place = grid.cell(index);
        byte_ui(ui, theme, bytes, (index, *byte), place, lit);
        if grid.has_letters {
            let x = letters_at + (index % columns) as f32 * LETTER;
            let is_lit = lit.is_some_and(|lit| overlap(lit, index).is_some());
            letter_ui(ui, theme, *byte, pos2(x, y), is_lit);
        }
    }
}

/// The bits of a byte that are lit, counted from its first.
fn overlap(lit: &Range<usize>, index: usize) -> Option<Range<usize>> {
    let (first, end) = (index * 8, index * 8 + 8);
    let inside = lit.start.max(first)..lit.end.min(end);
    (inside.start < inside.end).then(|| inside.start - first..inside.end - first)
}

fn font() -> egui::FontId {
    theme::code_font(theme::SMALL)
}

fn layer_of(ends: &[usize; 3], index: usize) -> Layer {
    let layers = [Layer::Ip, Layer::Transport, Layer::Options];
    let found = ends.iter().zip(layers).find(|(end, _)| index < **end);
    found.map_or(Layer::Payload, |(_, layer)| layer)
}

/// A field that is less than a byte lights its share of the byte, with a frame around the whole.
fn byte_ui(
    ui: &Ui,
    theme: &Theme,
    bytes: &Bytes<'_>,
    (index, byte): (usize, u8),
    place: Rect,
    lit: Option<&Range<usize>>,
) {
    let painter = ui.painter();
    let tone = layer_tone(theme, layer_of(&bytes.ends, index));
    let ground = place.shrink2(vec2(0.0, 1.0));
    painter.rect_filled(ground, 0, tone.soft);
    let mut ink = theme.text;
    if let Some(bits) = lit.and_then(|lit| overlap(lit, index)) {
        if bits.len() == 8 {
            painter.rect_filled(ground, 0, tone.strong);
            ink = theme.on_strong;
        } else {
            let bit = ground.width() / 8.0;
            let from = ground.left() + bits.start as f32 * bit;
            let until = ground.left() + bits.end as f32 * bit;
            let mark = Rect::from_x_y_ranges(from..=until, ground.bottom() - 4.0..=ground.bottom());
            painter.rect_filled(mark, 0, tone.strong);
            let stroke = Stroke::new(1.5, tone.strong);
            painter.rect_stroke(ground, 2, stroke, StrokeKind::Inside);
        }
    }
    let text = format!("{byte:02x}");
    painter.text(place.center(), Align2::CENTER_CENTER, text, font(), ink);
    if bytes.corrupted.contains(&(index as u32)) {
        let stroke = Stroke::new(2.0, theme.bad);
        painter.rect_stroke(place, 3, stroke, StrokeKind::Inside);
    }
}

fn letter_ui(ui: &Ui, theme: &Theme, byte: u8, at: Pos2, is_lit: bool) {
    let letter = if byte.is_ascii_graphic() {
        char::from(byte)
    } else {
        '·'
    };
    let colour = if is_lit { theme.text } else { theme.muted };
    ui.painter()
        .text(at, Align2::LEFT_CENTER, letter, font(), colour);
}

//! A strip as boxes: a box a character, tinted by the send it came in, a mark where it is cut.
//!
//! Above the boxes stands which send they are of; below, a line that is unbroken where bytes were
//! sent and broken where they were not. Pointing at a box says all that is known of its bytes.

use std::ops::Range;
use std::sync::Arc;

use eframe::egui;
use eframe::egui::{
    Color32, Galley, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};

use super::{Cell, Item, Strip, Whereabouts};
use crate::ui::bytes::Reading;
use crate::ui::theme::{self, Theme, Tone};

const CELL: f32 = 19.0;
/// Which send the boxes below are of.
const BAND: f32 = 13.0;
/// Sent or not.
const LINE: f32 = 5.0;
const ROW: f32 = BAND + CELL + LINE + 2.0;
/// A byte in text is at least so wide, so that four bytes look longer than one.
const BYTE: f32 = 8.0;
const PADDING: f32 = 5.0;

/// A box with what is written on it, and where it stands.
struct Placed<'a> {
    item: &'a Item,
    galley: Arc<Galley>,
    rect: Rect,
    row: usize,
}

/// Draws it as wide as there is room. `name` is read out; `hint` says what is known of an item.
pub fn strip_ui(
    ui: &mut Ui,
    theme: &Theme,
    tone: Tone,
    strip: &Strip,
    name: &str,
    hint: impl Fn(&Item) -> String,
) -> Response {
    let (mut placed, rows) = placed(ui.painter(), theme, strip, ui.available_width());
    let size = vec2(ui.available_width(), rows as f32 * ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    for each in &mut placed {
        each.rect = each.rect.translate(rect.min.to_vec2());
    }
    let painter = ui.painter();
    for each in &placed {
        paint_item(painter, theme, tone, each);
    }
    paint_bands(painter, theme, tone, &placed);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, name));
    let pointed = response.hover_pos().and_then(|at| {
        let mut all = placed.iter();
        all.find(|each| each.rect.expand2(vec2(0.0, BAND)).contains(at))
    });
    match pointed {
        Some(each) => {
            let ring = Stroke::new(1.5, theme.text);
            painter.rect_stroke(each.rect, 3, ring, StrokeKind::Outside);
            response.on_hover_text_at_pointer(hint(each.item))
        }
        None => response,
    }
}

fn placed<'a>(
    painter: &Painter,
    theme: &Theme,
    strip: &'a Strip,
    width: f32,
) -> (Vec<Placed<'a>>, usize) {
    let mut placed = Vec::new();
    let (mut x, mut row) = (0.0, 0);
    for item in &strip.items {
        let (text, colour) = label(item, theme);
        let font = theme::code_font(theme::SMALL);
        let galley = painter.layout_no_wrap(text, font, colour);
        let least = item.cell().map_or(0.0, |cell| match cell.reading {
            Reading::Hex(_) => 0.0,
            Reading::Character(_) | Reading::Broken | Reading::Unfinished => {
                cell.bytes.len() as f32 * BYTE
            }
        });
        let wide = (galley.size().x + PADDING).max(least).min(width);
        if x + wide > width && x > 0.0 {
            (x, row) = (0.0, row + 1);
        }
        let corner = pos2(x, row as f32 * ROW + BAND);
        placed.push(Placed {
            item,
            galley,
            rect: Rect::from_min_size(corner, vec2(wide, CELL)),
            row,
        });
        x += wide;
    }
    (placed, if strip.items.is_empty() { 0 } else { row + 1 })
}

fn label(item: &Item, theme: &Theme) -> (String, Color32) {
    match item {
        Item::Cell(cell) => match &cell.reading {
            Reading::Character(character) => spelled(*character, theme),
            Reading::Hex(byte) => (format!("{byte:02x}"), theme.text),
            Reading::Broken => (hex(&cell.bytes), theme.muted),
            Reading::Unfinished => (hex(&cell.bytes), theme.text),
        },
        Item::Fold(count) => (format!("… {count} B …"), theme.muted),
        Item::Hole(count) => (format!("? {count} B"), theme.muted),
        Item::Unknown(count) => (format!("{count} B"), theme.muted),
    }
}

/// What cannot be seen is spelled as Python spells it.
fn spelled(character: char, theme: &Theme) -> (String, Color32) {
    match character {
        ' ' => ("·".to_owned(), theme.muted),
        '\u{3000}' | '\u{a0}' | '\u{feff}' => (character.escape_unicode().to_string(), theme.muted),
        _ if character.is_control() => (character.escape_default().to_string(), theme.muted),
        _ => (character.to_string(), theme.text),
    }
}

pub fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}

fn paint_item(painter: &Painter, theme: &Theme, tone: Tone, placed: &Placed<'_>) {
    let rect = placed.rect;
    match placed.item {
        Item::Cell(cell) => {
            let whole = cell.range();
            for piece in &cell.pieces {
                let part = part(rect, &whole, &piece.range);
                if piece.place != Whereabouts::Unsent {
                    painter.rect_filled(part, 0, fill(theme, tone, piece.send));
                }
                paint_line(painter, tone, part, piece.place);
            }
            if cell.reading == Reading::Broken {
                let inner = rect.shrink2(vec2(1.5, 3.0));
                let stroke = Stroke::new(1.0, theme.bad);
                painter.extend(Shape::dashed_line(&outline(inner), stroke, 2.0, 2.0));
            }
        }
        Item::Fold(_) | Item::Unknown(_) => {}
        Item::Hole(_) => {
            let stroke = Stroke::new(1.0, theme.bad);
            let inner = rect.shrink2(vec2(2.0, 2.0));
            painter.extend(Shape::dashed_line(&outline(inner), stroke, 3.0, 3.0));
        }
    }
    let edge = Stroke::new(1.0, theme.border);
    painter.rect_stroke(rect, 0, edge, StrokeKind::Middle);
    let at = rect.center() - placed.galley.size() / 2.0;
    painter.galley(at, Arc::clone(&placed.galley), theme.text);
    if let Item::Cell(cell) = placed.item {
        for cut in &cell.cuts {
            paint_cut(painter, theme, place(rect, cell, cut.at), rect);
        }
    }
}

/// Every second send has the other tint.
fn fill(theme: &Theme, tone: Tone, send: Option<usize>) -> Color32 {
    match send {
        Some(number) if number % 2 == 0 => theme.slate_soft,
        Some(_) | None => tone.soft,
    }
}

fn outline(rect: Rect) -> [Pos2; 5] {
    let corners = [
        rect.left_top(),
        rect.right_top(),
        rect.right_bottom(),
        rect.left_bottom(),
    ];
    [corners[0], corners[1], corners[2], corners[3], corners[0]]
}

fn part(rect: Rect, whole: &Range<u64>, part: &Range<u64>) -> Rect {
    let length = whole.end.saturating_sub(whole.start).max(1) as f32;
    let at = |place: u64| rect.left() + rect.width() * (place - whole.start) as f32 / length;
    Rect::from_x_y_ranges(at(part.start)..=at(part.end), rect.y_range())
}

fn place(rect: Rect, cell: &Cell, at: u64) -> f32 {
    let whole = cell.range();
    part(
        rect,
        &whole,
        &(whole.start..at.clamp(whole.start, whole.end)),
    )
    .right()
}

/// Unbroken: sent. Broken: not yet.
fn paint_line(painter: &Painter, tone: Tone, part: Rect, place: Whereabouts) {
    let y = part.bottom() + 2.5;
    let ends = [pos2(part.left(), y), pos2(part.right(), y)];
    match place {
        Whereabouts::Sent => {
            painter.line_segment(ends, Stroke::new(2.5, tone.strong));
        }
        Whereabouts::Unsent => {
            let stroke = Stroke::new(1.5, tone.strong);
            painter.extend(Shape::dashed_line(&ends, stroke, 2.0, 3.0));
        }
        Whereabouts::Arrived => {}
        Whereabouts::Beyond => {
            let stroke = Stroke::new(1.5, tone.strong);
            painter.extend(Shape::dashed_line(&ends, stroke, 1.0, 2.0));
        }
    }
}

/// A jagged line through the box, and a wedge above and below it.
fn paint_cut(painter: &Painter, theme: &Theme, x: f32, rect: Rect) {
    let x = x.clamp(rect.left() + 1.0, rect.right() - 1.0);
    let stroke = Stroke::new(1.5, theme.bad);
    let steps = 6;
    let points = (0..=steps).map(|step| {
        let y = rect.top() + rect.height() * step as f32 / steps as f32;
        let side = if step % 2 == 0 { -1.5 } else { 1.5 };
        pos2(x + side, y)
    });
    painter.add(Shape::line(points.collect(), stroke));
    for (y, way) in [(rect.top(), -1.0), (rect.bottom(), 1.0)] {
        let points = vec![
            pos2(x, y),
            pos2(x - 3.5, y + 5.0 * way),
            pos2(x + 3.5, y + 5.0 * way),
        ];
        painter.add(Shape::convex_polygon(points, theme.bad, Stroke::NONE));
    }
}

/// A bracket over the boxes of each send, with its number.
fn paint_bands(painter: &Painter, theme: &Theme, tone: Tone, placed: &[Placed<'_>]) {
    let mut band: Option<(usize, usize, Rect)> = None;
    for each in placed {
        let Some(cell) = each.item.cell() else {
            continue;
        };
        let whole = cell.range();
        for piece in &cell.pieces {
            let part = part(each.rect, &whole, &piece.range);
            match (&mut band, piece.send) {
                (Some((send, row, rect)), Some(number))
                    if *send == number && *row == each.row && part.left() - rect.right() < 1.0 =>
                {
                    rect.max.x = part.right();
                }
                (before, number) => {
                    paint_band(painter, theme, tone, before.take());
                    *before = number.map(|number| (number, each.row, part));
                }
            }
        }
    }
    paint_band(painter, theme, tone, band);
}

fn paint_band(painter: &Painter, theme: &Theme, tone: Tone, band: Option<(usize, usize, Rect)>) {
    let Some((number, _, rect)) = band else {
        return;
    };
    let font = theme::code_font(theme::TINY - 1.0);
    let ink = theme.muted;
    let long = painter.layout_no_wrap(format!("send {number}"), font.clone(), ink);
    let galley = if long.size().x + 8.0 <= rect.width() {
        long
    } else {
        painter.layout_no_wrap(number.to_string(), font, ink)
    };
    let y = rect.top() - 3.5;
    let stroke = Stroke::new(1.0, tone.strong);
    let size = galley.size();
    let left = pos2(rect.left() + 1.0, y);
    let right = pos2(rect.right() - 1.0, y);
    let foot = vec2(0.0, 3.5);
    let is_wide = size.x + 6.0 <= rect.width();
    let text = pos2(rect.center().x - size.x / 2.0, y - size.y / 2.0 - 2.0);
    painter.line_segment([left, left + foot], stroke);
    painter.line_segment([right, right + foot], stroke);
    if is_wide {
        let gap = egui::Rangef::new(text.x - 2.0, text.x + size.x + 2.0);
        painter.line_segment([left, pos2(gap.min, y)], stroke);
        painter.line_segment([pos2(gap.max, y), right], stroke);
    } else {
        painter.line_segment([left, right], stroke);
    }
    painter.galley(text, galley, ink);
    // Where one send ends and the next begins, through the boxes.
    let edge = Stroke::new(2.0, tone.strong);
    painter.line_segment([rect.left_top(), rect.left_bottom()], edge);
}

//! A packet's bytes in rows of sixteen, coloured by layer; pointing at one lights up its field.
//! A byte that was changed on the wire has a frame of its own.

use eframe::egui;
use std::ops::Range;

use eframe::egui::{Align2, Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::fields::{Field, Layer};
use super::layer_tone;
use crate::packet::Packet;
use crate::ui::theme::{self, Theme};

const ROW: f32 = 18.0;
const CELL: f32 = 19.0;
const OFFSET: f32 = 38.0;
const LETTER: f32 = 7.2;

/// How many bytes stand in a row at this width: sixteen, or eight where it is narrow.
fn columns(width: f32) -> usize {
    let needed = OFFSET + 16.0 * CELL + 12.0 + 16.0 * LETTER;
    if width >= needed { 16 } else { 8 }
}

/// What the pointer is at.
pub struct Pointed {
    /// The bytes of its field.
    pub field: Option<Range<usize>>,
    /// The byte itself.
    pub byte: Option<usize>,
    pub response: Response,
}

/// Bytes that can be clicked when the sense says so.
pub fn hex_ui(
    ui: &mut Ui,
    theme: &Theme,
    (packet, corrupted): (&Packet, &[u32]),
    fields: &[Field],
    (lit, sense): (Option<&Range<usize>>, Sense),
) -> Pointed {
    let columns = columns(ui.available_width());
    let rows = packet.bytes.len().div_ceil(columns);
    let size = vec2(ui.available_width(), rows as f32 * ROW + 4.0);
    let (rect, response) = ui.allocate_exact_size(size, sense);
    let origin = rect.min;
    let cell = |index: usize| {
        let (row, column) = (index / columns, index % columns);
        let gap = if column >= 8 { 6.0 } else { 0.0 };
        let x = origin.x + OFFSET + column as f32 * CELL + gap;
        Rect::from_min_size(pos2(x, origin.y + row as f32 * ROW), vec2(CELL, ROW))
    };
    for row in 0..rows {
        let y = origin.y + (row as f32 + 0.5) * ROW;
        if !ui.is_rect_visible(Rect::from_center_size(
            pos2(rect.center().x, y),
            vec2(1.0, ROW),
        )) {
            continue;
        }
        let painter = ui.painter();
        let offset = format!("{:04x}", row * columns);
        painter.text(
            pos2(origin.x, y),
            Align2::LEFT_CENTER,
            offset,
            font(),
            theme.faint,
        );
        let bytes = packet
            .bytes
            .iter()
            .enumerate()
            .skip(row * columns)
            .take(columns);
        for (index, byte) in bytes {
            let place = cell(index);
            let is_lit = lit.is_some_and(|lit| lit.contains(&index));
            byte_ui(ui, theme, packet, (index, *byte), place, is_lit);
            if corrupted.contains(&(index as u32)) {
                let stroke = Stroke::new(2.0, theme.bad);
                let place = place.shrink2(vec2(0.0, 0.5));
                ui.painter()
                    .rect_stroke(place, 3, stroke, StrokeKind::Inside);
            }
            let after = cell(row * columns + columns - 1).right() + 12.0;
            let x = after + (index % columns) as f32 * LETTER;
            letter_ui(ui, theme, *byte, pos2(x, y), is_lit);
        }
    }
    let at = |pointer| (0..packet.bytes.len()).find(|index| cell(*index).contains(pointer));
    let byte = response.hover_pos().and_then(at);
    let field = byte.and_then(|index| fields.iter().find(|field| field.bytes.contains(&index)));
    let response = match field {
        Some(field) => {
            response.on_hover_text_at_pointer(format!("{} = {}", field.name, field.value))
        }
        None => response,
    };
    Pointed {
        field: field.map(|field| field.bytes.clone()),
        byte,
        response,
    }
}

fn font() -> egui::FontId {
    theme::code_font(theme::SMALL)
}

fn layer_of(packet: &Packet, index: usize) -> Layer {
    if packet.ip_header.contains(&index) {
        Layer::Ip
    } else if packet.transport_header.contains(&index) {
        Layer::Transport
    } else {
        Layer::Payload
    }
}

fn byte_ui(
    ui: &Ui,
    theme: &Theme,
    packet: &Packet,
    (index, byte): (usize, u8),
    place: Rect,
    is_lit: bool,
) {
    let tone = layer_tone(theme, layer_of(packet, index));
    let ground = Rect::from_center_size(place.center(), vec2(CELL, ROW - 2.0));
    let (fill, ink) = if is_lit {
        (tone.strong, theme.on_strong)
    } else {
        (tone.soft, theme.text)
    };
    ui.painter().rect_filled(ground, 0, fill);
    let text = format!("{byte:02x}");
    ui.painter()
        .text(place.center(), Align2::CENTER_CENTER, text, font(), ink);
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

//! Notes: what is worth knowing beside the story, each kind with a word and a shape of its own.

use eframe::egui;
use eframe::egui::{Color32, Painter, Pos2, Rect, RichText, Sense, Stroke, StrokeKind, Ui, vec2};

use super::block;
use super::inline::Ink;
use super::page::Page;
use crate::lesson::{Block, Callout};
use crate::ui::parts::{self, Icon};
use crate::ui::text::say;
use crate::ui::theme::{self, CONTROL_RADIUS};

pub fn callout_ui(
    ui: &mut Ui,
    page: &mut Page<'_, '_>,
    (kind, blocks): (Callout, &[Block]),
    ink: Ink,
) {
    let (language, theme) = (page.view.language, page.theme);
    let (tone, word) = match kind {
        Callout::Note => (theme.slate_tone(), say!(language, "note.note")),
        Callout::Tip => (theme.good_tone(), say!(language, "note.tip")),
        Callout::Warning => (theme.warn_tone(), say!(language, "note.warning")),
        Callout::Linux => (theme.slate_tone(), say!(language, "note.linux")),
    };
    let frame = egui::Frame::new()
        .fill(tone.soft)
        .corner_radius(CONTROL_RADIUS)
        .inner_margin(egui::Margin {
            left: 14,
            right: 10,
            top: 7,
            bottom: 8,
        });
    let shown = frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(16.0, 18.0), Sense::hover());
            paint_shape(ui.painter(), kind, rect.center(), tone.strong);
            let word = RichText::new(word).font(theme::bold_font(theme::SMALL));
            ui.label(word.color(tone.strong));
        });
        // On a coloured ground the quieter inks would be too weak.
        let colour = theme.text;
        block::blocks_ui(ui, page, blocks, Ink { colour, ..ink });
    });
    let rect = shown.response.rect;
    let bar = Rect::from_min_max(rect.min, egui::pos2(rect.left() + 4.0, rect.bottom()));
    ui.painter().rect_filled(bar, 2, tone.strong);
}

fn paint_shape(painter: &Painter, kind: Callout, centre: Pos2, colour: Color32) {
    let stroke = Stroke::new(1.5, colour);
    let at = |x: f32, y: f32| centre + vec2(x, y);
    match kind {
        Callout::Note => parts::paint_icon(painter, Icon::Info, centre, 14.0, colour),
        Callout::Warning => parts::paint_icon(painter, Icon::Warning, centre, 14.0, colour),
        // A lamp.
        Callout::Tip => {
            painter.circle_stroke(at(0.0, -1.5), 4.5, stroke);
            painter.line_segment([at(-2.0, 5.0), at(2.0, 5.0)], stroke);
            painter.line_segment([at(-1.0, 7.5), at(1.0, 7.5)], stroke);
        }
        // A terminal.
        Callout::Linux => {
            let screen = Rect::from_center_size(centre, vec2(15.0, 12.0));
            painter.rect_stroke(screen, 2, stroke, StrokeKind::Inside);
            painter.line(vec![at(-4.5, -2.5), at(-1.5, 0.0), at(-4.5, 2.5)], stroke);
            painter.line_segment([at(0.5, 2.5), at(4.0, 2.5)], stroke);
        }
    }
}

//! The past is said on the stage: a band above it, in words, and a frame around it.
//!
//! In: a view. Out: pictures only; the way back is the transport's.

use eframe::egui::{
    Align, Frame, Label, Layout, Margin, Panel, Rect, RichText, Stroke, StrokeKind, Ui,
};

use super::capture;
use super::parts::{Icon, keycap_size, paint_icon, paint_keycap};
use super::saved;
use super::text::say;
use super::theme;
use crate::session::View;

const BAND: f32 = 26.0;
const FRAME: f32 = 3.0;

/// Above the stage, while we look at the past.
pub fn band_ui(ui: &mut Ui, view: &View<'_>) {
    if view.timeline.is_live() || capture::listed(view).is_some() {
        return;
    }
    let theme = theme::theme(view.look);
    let fill = Frame::new()
        .fill(theme.wire)
        .inner_margin(Margin::symmetric(12, 0));
    Panel::top("past")
        .exact_size(BAND)
        .resizable(false)
        .show_separator_line(false)
        .frame(fill)
        .show(ui, |ui| {
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let (sign, _) = ui.allocate_exact_size(
                    eframe::egui::Vec2::splat(16.0),
                    eframe::egui::Sense::hover(),
                );
                paint_icon(
                    ui.painter(),
                    Icon::Clock,
                    sign.center(),
                    14.0,
                    theme.on_strong,
                );
                let text = RichText::new(words(view)).font(theme::bold_font(theme::SMALL));
                ui.add(Label::new(text.color(theme.on_strong)).truncate());
                let (cap, _) = ui.allocate_exact_size(
                    keycap_size(ui.painter(), "L"),
                    eframe::egui::Sense::hover(),
                );
                paint_keycap(ui.painter(), cap, "L", theme.on_strong);
            });
        });
}

fn words(view: &View<'_>) -> String {
    if let Some(recorded) = view.recorded {
        return saved::band(view, recorded);
    }
    let (step, count) = (view.timeline.step(), view.timeline.stops().len());
    say!(view.language, "past.band", step = step, count = count).into_owned()
}

/// Around the stage: what is in it is not now.
pub fn frame_ui(ui: &Ui, view: &View<'_>, stage: Rect) {
    if view.timeline.is_live() || capture::listed(view).is_some() {
        return;
    }
    let stroke = Stroke::new(FRAME, theme::theme(view.look).wire);
    ui.painter()
        .rect_stroke(stage, 0, stroke, StrokeKind::Inside);
}

//! A myth: what many people say, and what the kernel did, once the run has shown it.
//!
//! In: the myth of a beat, and the event that answered it. Like a quiz's verdict, the answer stays
//! once it was given, wherever the cursor is: the button leads to its moment.

use eframe::egui;
use eframe::egui::{Color32, Painter, Pos2, RichText, Sense, Shape, Stroke, Ui, vec2};

use super::evidence;
use super::inline::{self, Ink};
use super::page::{self, Page};
use crate::lesson::Myth;
use crate::session::View;
use crate::trace::Moment;
use crate::ui::parts::{self, Icon};
use crate::ui::text::say;
use crate::ui::theme::{self, CARD_RADIUS};

/// What changes when the myth's looks do.
pub fn standing(view: &View<'_>, beat: usize) -> Option<Moment> {
    view.desk.shelf.myths.get(&beat).copied()
}

pub fn myth_ui(ui: &mut Ui, page: &mut Page<'_, '_>, (beat, myth): (usize, &Myth)) {
    let (language, theme) = (page.view.language, page.theme);
    let answered = standing(page.view, beat);
    let frame = egui::Frame::new()
        .fill(theme.card)
        .stroke(theme.outline_stroke())
        .corner_radius(CARD_RADIUS)
        .inner_margin(egui::Margin::symmetric(12, 10));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 5.0;
        let claim = say!(language, "myth.claim");
        caption_ui(ui, (&claim, theme.warn), |painter, at| {
            paint_bubble(painter, at, theme.warn);
        });
        let ink = match answered {
            None => Ink::body(theme.text),
            Some(_) => Ink::body(theme.muted),
        };
        inline::inlines_ui(ui, page, &myth.claim, ink);
        let Some(moment) = answered else {
            let watch = say!(language, "myth.watch");
            caption_ui(ui, (&watch, theme.muted), |painter, at| {
                paint_eye(painter, at, theme.muted);
            });
            return;
        };
        ui.add_space(3.0);
        let kernel = page::kernel(&page.view.timeline.trace().header().kernel);
        let answer = say!(language, "myth.answer", kernel = kernel);
        caption_ui(ui, (&answer, theme.good), |painter, at| {
            parts::paint_icon(painter, Icon::Check, at, 13.0, theme.good);
        });
        inline::inlines_ui(ui, page, &myth.fact, Ink::body(theme.text));
        evidence::evidence_ui(ui, page, moment, &myth.shows.trigger.text);
    });
}

/// A shape and a word.
fn caption_ui(ui: &mut Ui, (text, colour): (&str, Color32), shape: impl FnOnce(&Painter, Pos2)) {
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(17.0, 17.0), Sense::hover());
        shape(ui.painter(), rect.center());
        let text = RichText::new(text).font(theme::bold_font(theme::SMALL));
        ui.add(egui::Label::new(text.color(colour)).wrap());
    });
}

/// What is said.
fn paint_bubble(painter: &Painter, centre: Pos2, colour: Color32) {
    let at = |x: f32, y: f32| centre + vec2(x, y);
    let corners = vec![
        at(-7.0, -6.0),
        at(7.0, -6.0),
        at(7.0, 3.0),
        at(-1.0, 3.0),
        at(-4.5, 7.0),
        at(-4.5, 3.0),
        at(-7.0, 3.0),
    ];
    painter.add(Shape::closed_line(corners, Stroke::new(1.5, colour)));
}

/// What is watched.
fn paint_eye(painter: &Painter, centre: Pos2, colour: Color32) {
    let stroke = Stroke::new(1.5, colour);
    for side in [-1.0, 1.0] {
        let lid = (-8..=8).map(|x| {
            let x = x as f32;
            centre + vec2(x, side * 5.0 * (1.0 - x * x / 64.0))
        });
        painter.line(lid.collect(), stroke);
    }
    painter.circle_filled(centre, 2.2, colour);
}

//! Things to try: a button that starts the lesson anew with something broken or changed, and the
//! way back.

use eframe::egui;
use eframe::egui::{RichText, Sense, Stroke, Ui, vec2};

use super::inline::{self, Ink};
use super::page::Page;
use crate::lesson::Try;
use crate::session::{Command, Shelving, View};
use crate::trace::WireKind;
use crate::ui::controls::Offer;
use crate::ui::parts::{self, Button, Icon, Weight};
use crate::ui::text::say;
use crate::ui::theme::{self, CARD_RADIUS};

/// What its button would do, or why it is off.
pub fn offer(view: &View<'_>, wanted: &Try, index: usize) -> Offer {
    let language = view.language;
    let header = view.timeline.trace().header();
    if view.rerun.is_some() {
        return Err(say!(language, "off.rerunning").into_owned());
    }
    if wanted.needs_wire && header.wire == WireKind::Loopback {
        return Err(say!(language, "off.try_needs_wire").into_owned());
    }
    Ok(Command::Shelf(Shelving::Try(index)))
}

pub fn try_ui(ui: &mut Ui, page: &mut Page<'_, '_>, index: usize) {
    let (lesson, theme) = (page.lesson, page.theme);
    let Some(wanted) = lesson.tries.get(index) else {
        return;
    };
    let language = page.view.language;
    let is_running = page.view.desk.shelf.trying == Some(index);
    let frame = egui::Frame::new()
        .fill(theme.card)
        .stroke(Stroke::new(1.0, theme.outline))
        .corner_radius(CARD_RADIUS)
        .inner_margin(egui::Margin::symmetric(12, 10));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 5.0;
        ui.horizontal(|ui| {
            let caption = RichText::new(say!(language, "try.title"));
            ui.label(
                caption
                    .font(theme::bold_font(theme::SMALL))
                    .color(theme.server),
            );
            if has_tried(page.view, index) {
                let (rect, _) = ui.allocate_exact_size(vec2(14.0, 14.0), Sense::hover());
                parts::paint_icon(ui.painter(), Icon::Check, rect.center(), 11.0, theme.good);
                let tried = RichText::new(say!(language, "try.tried"));
                ui.label(tried.font(theme::text_font(theme::SMALL)).color(theme.good));
            }
        });
        let label = super::plain(&wanted.label);
        let bold = Ink {
            is_bold: true,
            ..Ink::body(theme.text)
        };
        inline::inlines_ui(ui, page, &label, bold);
        if !wanted.look.is_empty() {
            inline::inlines_ui(ui, page, &wanted.look, Ink::body(theme.text));
        }
        ui.add_space(2.0);
        if is_running {
            back_ui(ui, page);
        } else {
            run_ui(ui, page, index, wanted);
        }
    });
}

/// What changes when the try's looks do.
pub fn standing(view: &View<'_>, index: usize) -> (bool, bool) {
    (
        view.desk.shelf.trying == Some(index),
        has_tried(view, index),
    )
}

fn has_tried(view: &View<'_>, index: usize) -> bool {
    let reached = view.desk.shelf.reached();
    reached.is_some_and(|reached| reached.tries.contains(&index))
}

pub fn run_ui(ui: &mut Ui, page: &mut Page<'_, '_>, index: usize, wanted: &Try) {
    let language = page.view.language;
    let button = Button {
        name: say!(language, "try.run_name", label = wanted.label).into_owned(),
        hint: say!(language, "try.run_hint").into_owned(),
        weight: Weight::Outlined(page.theme.server),
        height: 32.0,
        ..Button::new(say!(language, "try.run"), page.theme)
    };
    let (button, command) = button.offered(offer(page.view, wanted, index));
    if button.show(ui, page.theme).clicked()
        && let Some(command) = command
    {
        page.ask(command);
    }
}

fn back_ui(ui: &mut Ui, page: &mut Page<'_, '_>) {
    let language = page.view.language;
    let button = Button {
        icon: Some(Icon::Back),
        hint: say!(language, "try.back_hint").into_owned(),
        weight: Weight::Filled(page.theme.server),
        height: 32.0,
        ..Button::new(say!(language, "try.back"), page.theme)
    };
    if button.show(ui, page.theme).clicked() {
        page.ask(Command::Shelf(Shelving::EndTry));
    }
}

/// While a try runs: which one, and the way back, however far the text is scrolled.
pub fn banner_ui(ui: &mut Ui, page: &mut Page<'_, '_>) {
    let lesson = page.lesson;
    let trying = page.view.desk.shelf.trying;
    let Some(wanted) = trying.and_then(|index| lesson.tries.get(index)) else {
        return;
    };
    let tone = page.theme.server_tone();
    let frame = egui::Frame::new()
        .fill(tone.soft)
        .inner_margin(egui::Margin::symmetric(16, 8));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 6.0;
        let label = &wanted.label;
        let text = say!(page.view.language, "try.running", label = label);
        let text = RichText::new(text).font(theme::bold_font(theme::TEXT));
        ui.add(egui::Label::new(text.color(page.theme.text)).wrap());
        back_ui(ui, page);
    });
}

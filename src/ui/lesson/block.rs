//! Blocks of prose: paragraphs, headings, lists, quotes, code; each of the others has its file.

use eframe::egui;
use eframe::egui::{Align, Layout, Rect, RichText, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

use super::inline::{self, Ink};
use super::page::Page;
use super::{attempt, callout, picture, puzzle, table};
use crate::lesson::Block;
use crate::ui::host::highlight;
use crate::ui::parts::{Button, Icon};
use crate::ui::text::say;
use crate::ui::theme::{self, CONTROL_RADIUS};

/// Everything but quizzes and myths, which belong to a beat.
pub fn blocks_ui(ui: &mut Ui, page: &mut Page<'_, '_>, blocks: &[Block], ink: Ink) {
    for block in blocks {
        block_ui(ui, page, block, ink);
    }
}

pub fn block_ui(ui: &mut Ui, page: &mut Page<'_, '_>, block: &Block, ink: Ink) {
    match block {
        Block::Heading { level, text } => {
            ui.add_space(6.0);
            inline::inlines_ui(ui, page, text, ink.heading(*level));
        }
        Block::Paragraph(text) => inline::inlines_ui(ui, page, text, ink),
        Block::List { first, items } => list_ui(ui, page, *first, items, ink),
        Block::Quote(blocks) => quote_ui(ui, page, blocks, ink),
        Block::Callout { kind, blocks } => callout::callout_ui(ui, page, (*kind, blocks), ink),
        Block::Picture { alt, name, .. } => picture::picture_ui(ui, page, (name, alt)),
        Block::Code { language, text } => code_ui(ui, page, (language, text), ink),
        Block::Table {
            alignment,
            header,
            rows,
        } => table::table_ui(ui, page, (alignment, header, rows), ink),
        Block::Try(index) => attempt::try_ui(ui, page, *index),
        Block::Puzzle(index) => puzzle::puzzle_ui(ui, page, *index),
        Block::Quiz(_) | Block::Myth(_) => {}
        Block::Rule => {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 9.0), Sense::hover());
            let stroke = Stroke::new(1.0, page.theme.border);
            ui.painter().hline(rect.x_range(), rect.center().y, stroke);
        }
    }
}

fn list_ui(
    ui: &mut Ui,
    page: &mut Page<'_, '_>,
    first: Option<u64>,
    items: &[Vec<Block>],
    ink: Ink,
) {
    let indent = if first.is_some() { 24.0 } else { 18.0 };
    for (index, item) in items.iter().enumerate() {
        let top = ui.cursor().min;
        let row = ink.size * ink.leading;
        let painter = ui.painter();
        match first {
            Some(first) => {
                painter.text(
                    pos2(top.x + indent - 8.0, top.y + row / 2.0),
                    egui::Align2::RIGHT_CENTER,
                    format!("{}.", first.saturating_add(index as u64)),
                    theme::text_font(ink.size),
                    ink.colour,
                );
            }
            None => {
                let at = pos2(top.x + 7.0, top.y + row / 2.0);
                painter.circle_filled(at, 2.5, ink.colour);
            }
        }
        indented(ui, indent, |ui| blocks_ui(ui, page, item, ink));
    }
}

fn indented(ui: &mut Ui, indent: f32, add: impl FnOnce(&mut Ui)) {
    let rect = ui.available_rect_before_wrap();
    let rect = Rect::from_min_max(pos2(rect.left() + indent, rect.top()), rect.max);
    let layout = Layout::top_down(Align::Min);
    ui.scope_builder(UiBuilder::new().max_rect(rect).layout(layout), |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        add(ui);
    });
}

fn quote_ui(ui: &mut Ui, page: &mut Page<'_, '_>, blocks: &[Block], ink: Ink) {
    let top = ui.cursor().min;
    let colour = page.theme.muted;
    indented(ui, 14.0, |ui| {
        blocks_ui(ui, page, blocks, Ink { colour, ..ink });
    });
    let bar = Rect::from_min_max(top, pos2(top.x + 3.0, ui.min_rect().bottom()));
    ui.painter().rect_filled(bar, 1, page.theme.outline);
}

fn code_ui(ui: &mut Ui, page: &Page<'_, '_>, (language, text): (&str, &str), ink: Ink) {
    let theme = page.theme;
    let frame = egui::Frame::new()
        .fill(theme.code)
        .stroke(theme.border_stroke())
        .corner_radius(CONTROL_RADIUS)
        .inner_margin(egui::Margin::symmetric(10, 6));
    let text = text.trim_end_matches('\n');
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.horizontal(|ui| {
            let name = RichText::new(language).font(theme::text_font(theme::TINY));
            ui.label(name.color(theme.muted));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                copy_ui(ui, page, text);
            });
        });
        egui::ScrollArea::horizontal().show(ui, |ui| match language {
            "python" => {
                let job = highlight::highlighted(ui.ctx(), text, page.view.look);
                ui.add(egui::Label::new(job).extend());
            }
            _ => {
                let text = RichText::new(text).font(theme::code_font(theme::CODE));
                ui.add(egui::Label::new(text.color(ink.colour)).extend());
            }
        });
    });
}

/// Says that it was done until something else is copied.
fn copy_ui(ui: &mut Ui, page: &Page<'_, '_>, text: &str) {
    let (own, kept) = (ui.scope_id(), egui::Id::unique("code that was copied"));
    let is_done = ui.data(|data| data.get_temp::<egui::Id>(kept)) == Some(own);
    let (label, icon) = match is_done {
        true => (say!(page.view.language, "code.copied"), Icon::Check),
        false => (say!(page.view.language, "code.copy"), Icon::Twin),
    };
    let button = Button {
        icon: Some(icon),
        hint: say!(page.view.language, "code.copy_hint").into_owned(),
        height: 24.0,
        ..Button::new(label, page.theme)
    };
    if button.show(ui, page.theme).clicked() {
        ui.ctx().copy_text(text.to_owned());
        ui.data_mut(|data| data.insert_temp(kept, own));
    }
}

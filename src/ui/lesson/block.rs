//! Blocks of prose: paragraphs, headings, lists, quotes, tables that wrap, code.

use eframe::egui;
use eframe::egui::{Align, Layout, Rect, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

use super::inline::{self, Ink};
use crate::lesson::{Block, Inline};
use crate::ui::theme::{self, CONTROL_RADIUS, Theme};

/// Everything but quizzes, which need the run.
pub fn blocks_ui(ui: &mut Ui, theme: &Theme, blocks: &[Block], ink: Ink) {
    for block in blocks {
        block_ui(ui, theme, block, ink);
    }
}

pub fn block_ui(ui: &mut Ui, theme: &Theme, block: &Block, ink: Ink) {
    match block {
        Block::Heading { level, text } => {
            ui.add_space(6.0);
            inline::inlines_ui(ui, theme, text, ink.heading(*level));
        }
        Block::Paragraph(text) => inline::inlines_ui(ui, theme, text, ink),
        Block::List { first, items } => list_ui(ui, theme, *first, items, ink),
        Block::Quote(blocks) => quote_ui(ui, theme, blocks, ink),
        Block::Code { text, .. } => code_ui(ui, theme, text, ink),
        Block::Table { header, rows, .. } => table_ui(ui, theme, header, rows, ink),
        Block::Quiz(_) | Block::Try(_) | Block::Callout { .. } | Block::Picture { .. } => {}
        Block::Rule => {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 9.0), Sense::hover());
            let stroke = Stroke::new(1.0, theme.border);
            ui.painter().hline(rect.x_range(), rect.center().y, stroke);
        }
    }
}

fn list_ui(ui: &mut Ui, theme: &Theme, first: Option<u64>, items: &[Vec<Block>], ink: Ink) {
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
                    format!("{}.", first + index as u64),
                    theme::text_font(ink.size),
                    ink.colour,
                );
            }
            None => {
                let at = pos2(top.x + 7.0, top.y + row / 2.0);
                painter.circle_filled(at, 2.5, ink.colour);
            }
        }
        indented(ui, indent, |ui| blocks_ui(ui, theme, item, ink));
    }
}

fn indented(ui: &mut Ui, indent: f32, add: impl FnOnce(&mut Ui)) {
    let rect = ui.available_rect_before_wrap();
    let rect = Rect::from_min_max(pos2(rect.left() + indent, rect.top()), rect.max);
    let layout = Layout::top_down(Align::Min);
    let child = ui.scope_builder(UiBuilder::new().max_rect(rect).layout(layout), |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        add(ui);
    });
    let _ = child;
}

fn quote_ui(ui: &mut Ui, theme: &Theme, blocks: &[Block], ink: Ink) {
    let top = ui.cursor().min;
    indented(ui, 14.0, |ui| {
        blocks_ui(
            ui,
            theme,
            blocks,
            Ink {
                colour: theme.muted,
                ..ink
            },
        )
    });
    let bar = Rect::from_min_max(top, pos2(top.x + 3.0, ui.min_rect().bottom()));
    ui.painter().rect_filled(bar, 1, theme.outline);
}

fn code_ui(ui: &mut Ui, theme: &Theme, text: &str, ink: Ink) {
    let frame = egui::Frame::new()
        .fill(theme.code)
        .stroke(theme.border_stroke())
        .corner_radius(CONTROL_RADIUS)
        .inner_margin(egui::Margin::symmetric(10, 8));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        egui::ScrollArea::horizontal().show(ui, |ui| {
            let text = egui::RichText::new(text.trim_end_matches('\n'));
            let text = text.font(theme::code_font(theme::CODE)).color(ink.colour);
            ui.add(egui::Label::new(text).extend());
        });
    });
}

type Row = [Vec<Inline>];

/// What a cell keeps free on its right.
const CELL: f32 = 14.0;

/// Narrow columns get what they want, wide ones share the rest; every cell wraps.
fn table_ui(ui: &mut Ui, theme: &Theme, header: &Row, rows: &[Vec<Vec<Inline>>], ink: Ink) {
    let ink = ink.small();
    let head = Ink {
        is_bold: true,
        ..ink
    };
    let natural = |cell: &Vec<Inline>, ink: Ink| {
        inline::lay(ui, theme, cell, ink, f32::INFINITY).size().x + CELL
    };
    let wants: Vec<f32> = (0..header.len())
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            let widest = cells.map(|cell| natural(cell, ink)).fold(0.0, f32::max);
            widest.max(natural(&header[column], head))
        })
        .collect();
    let widths = share(ui.available_width(), &wants);
    table_row_ui(ui, theme, header, &widths, head);
    for row in rows {
        table_row_ui(ui, theme, row, &widths, ink);
    }
}

/// Splits a width: whoever wants no more than an even share gets it, the others split what is left.
fn share(width: f32, wants: &[f32]) -> Vec<f32> {
    let mut given = vec![None; wants.len()];
    let mut rest = width;
    loop {
        let open = given.iter().filter(|each| each.is_none()).count();
        let even = rest / open.max(1) as f32;
        let modest = (0..wants.len()).find(|i| given[*i].is_none() && wants[*i] <= even);
        let Some(modest) = modest else {
            return given.into_iter().map(|each| each.unwrap_or(even)).collect();
        };
        given[modest] = Some(wants[modest]);
        rest -= wants[modest];
    }
}

fn table_row_ui(ui: &mut Ui, theme: &Theme, row: &Row, widths: &[f32], ink: Ink) {
    let cells: Vec<_> = row
        .iter()
        .zip(widths)
        .map(|(cell, width)| inline::lay(ui, theme, cell, ink, width - CELL + 1.0))
        .collect();
    let height = cells.iter().map(|cell| cell.size().y).fold(0.0, f32::max) + 4.0;
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let mut x = rect.left();
    let mut text = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        text.push_str(&cell.text());
        text.push_str("; ");
        cell.paint(ui, theme, pos2(x, rect.top() + 2.0));
        x += width;
    }
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
    ui.painter()
        .hline(rect.x_range(), rect.bottom(), theme.border_stroke());
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn narrow_columns_get_what_they_want_and_wide_ones_share() {
        assert_eq!(share(300.0, &[40.0, 500.0, 400.0]), [40.0, 130.0, 130.0]);
        assert_eq!(share(300.0, &[40.0, 50.0]), [40.0, 50.0]);
        assert!(share(300.0, &[]).is_empty());
    }
}

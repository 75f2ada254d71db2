//! Cells as a table: a line for each, whole groups in columns, the source at the end of the line.
//!
//! In: groups and cells, and a width. Out: what stands where. Painting is left to `cells`.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Rect, Ui, pos2, vec2};

use super::{
    Cell, Group, Meaning, PAD, Placed, Pointed, ROW, cell_job, in_order, layout, title_job,
};
use crate::ui::theme::{self, Theme};

/// A column of a table, with sources; and between two.
const TABLE_COLUMN: f32 = 292.0;
const TABLE_GAP: f32 = 16.0;
/// Before a line of a table stands the mark of what changed.
const INDENT: f32 = 10.0;

/// Groups one below the other, in columns of about the same height; none is torn apart.
pub(super) fn tabulate(
    ui: &Ui,
    theme: &Theme,
    (groups, cells): (&[Group], &[Cell]),
    width: f32,
) -> Vec<Placed> {
    let columns = ((width / TABLE_COLUMN) as usize).max(1);
    let column = width / columns as f32;
    let inner = column - if columns > 1 { TABLE_GAP } else { 0.0 };
    let mut blocks: Vec<Vec<Placed>> = Vec::new();
    for what in in_order(groups, cells) {
        match what {
            Pointed::Group(index) => {
                let galley = layout(ui, title_job(&groups[index]));
                let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(inner, ROW));
                blocks.push(vec![Placed::new(what, rect, galley)]);
            }
            Pointed::Cell(index) => {
                let Some(block) = blocks.last_mut() else {
                    continue;
                };
                let top = block.last().map_or(0.0, |it| it.rect.bottom());
                block.push(table_line(ui, theme, (what, &cells[index]), inner, top));
            }
        }
    }
    let height = |block: &[Placed]| block.last().map_or(0.0, |it| it.rect.bottom()) + 4.0;
    let total: f32 = blocks.iter().map(|block| height(block)).sum();
    let share = total / columns as f32;
    let (mut at, mut y) = (0, 0.0_f32);
    let mut placed = Vec::with_capacity(groups.len() + cells.len());
    for block in blocks {
        let height = height(&block);
        if y > 0.0 && y + height * 0.5 > share && at + 1 < columns {
            at += 1;
            y = 0.0;
        }
        let by = vec2(at as f32 * column, y);
        placed.extend(block.into_iter().map(|it| Placed {
            rect: it.rect.translate(by),
            ..it
        }));
        y += height;
    }
    placed
}

/// The source stands at the right end where it has room, else on a line of its own.
fn table_line(
    ui: &Ui,
    theme: &Theme,
    (what, cell): (Pointed, &Cell),
    width: f32,
    top: f32,
) -> Placed {
    let room = width - 2.0 * PAD.x - INDENT;
    let mut job = cell_job(theme, cell, Meaning::Left, width - INDENT);
    let format = TextFormat::simple(theme::code_font(theme::STATE), theme.faint);
    let source = LayoutJob::single_section(cell.source.clone(), format.clone());
    let source = layout(ui, source);
    let galley = layout(ui, job.clone());
    let fits = galley.rows.len() == 1 && galley.size().x + 12.0 + source.size().x <= room;
    let galley = if fits || cell.source.is_empty() {
        galley
    } else {
        job.append(&format!("\n{}", cell.source), 0.0, format);
        layout(ui, job)
    };
    let size = vec2(width, galley.size().y.max(ROW));
    Placed {
        source: fits.then_some(source),
        indent: INDENT,
        ..Placed::new(what, Rect::from_min_size(pos2(0.0, top), size), galley)
    }
}

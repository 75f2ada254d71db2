//! Tables that wrap: narrow columns get what they want, wide ones share the rest.

use eframe::egui;
use eframe::egui::{Sense, Ui, pos2, vec2};

use super::inline::{self, Ink, Laid};
use super::page::Page;
use crate::lesson::{Alignment, Inline};

type Row = [Vec<Inline>];

/// What a cell keeps free on its right.
const CELL: f32 = 14.0;

pub fn table_ui(
    ui: &mut Ui,
    page: &mut Page<'_, '_>,
    (alignment, header, rows): (&[Alignment], &Row, &[Vec<Vec<Inline>>]),
    ink: Ink,
) {
    let ink = ink.small();
    let head = Ink {
        is_bold: true,
        ..ink
    };
    let natural = |cell: &Vec<Inline>, ink: Ink| {
        inline::lay(ui, page.theme, cell, ink, f32::INFINITY)
            .size()
            .x
            + CELL
    };
    let wants: Vec<f32> = (0..header.len())
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            let widest = cells.map(|cell| natural(cell, ink)).fold(0.0, f32::max);
            widest.max(natural(&header[column], head))
        })
        .collect();
    let columns: Vec<(f32, Alignment)> = share(ui.available_width(), &wants)
        .into_iter()
        .enumerate()
        .map(|(column, width)| (width, alignment.get(column).copied().unwrap_or_default()))
        .collect();
    row_ui(ui, page, header, &columns, head);
    for row in rows {
        row_ui(ui, page, row, &columns, ink);
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

fn row_ui(ui: &mut Ui, page: &mut Page<'_, '_>, row: &Row, columns: &[(f32, Alignment)], ink: Ink) {
    let cells = row.iter().zip(columns);
    let cells: Vec<Laid<'_>> = cells
        .map(|(cell, (width, _))| inline::lay(ui, page.theme, cell, ink, width - CELL + 1.0))
        .collect();
    let height = cells.iter().map(|cell| cell.size().y).fold(0.0, f32::max) + 4.0;
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let mut x = rect.left();
    let mut text = String::new();
    for (cell, (width, alignment)) in cells.iter().zip(columns) {
        text.push_str(&cell.text());
        text.push_str("; ");
        let spare = (width - CELL - cell.size().x).max(0.0);
        let shift = match alignment {
            Alignment::Left => 0.0,
            Alignment::Centre => spare / 2.0,
            Alignment::Right => spare,
        };
        let at = pos2(x + shift, rect.top() + 2.0);
        cell.paint(ui, page.theme, at);
        inline::links_ui(ui, page, cell, (&response, at));
        x += width;
    }
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
    let stroke = page.theme.border_stroke();
    ui.painter().hline(rect.x_range(), rect.bottom(), stroke);
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

//! A program's text with line numbers, the line it stands at, and the line it died at.
//!
//! Long lines scroll sideways under the line numbers, which stay.

use eframe::egui;
use eframe::egui::{Align2, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::highlight;
use crate::model::{Activity, Program};
use crate::session::View;
use crate::ui::parts::{self, Icon};
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};

const PADDING: f32 = 7.0;

/// What is marked, and how.
#[derive(Clone, Copy, PartialEq)]
struct Marked {
    line: u32,
    is_error: bool,
}

pub fn code_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, program: &Program, height: f32) {
    let row = highlight::row_height();
    let lines = program.source.lines().count().max(1);
    let wanted = lines as f32 * row + 2.0 * PADDING;
    let size = vec2(ui.available_width(), wanted.min(height));
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    describe(view, program, &response);
    ui.painter().rect_filled(rect, upper_radius(), theme.code);
    let digits = lines.to_string().len().max(2) as f32;
    let gutter = digits * 6.0 + 20.0;
    let text_rect = Rect::from_min_max(pos2(rect.left() + gutter, rect.top()), rect.max);
    let marked = marked(program);
    let mut child = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(text_rect)
            .id_salt(("code", &program.name)),
    );
    child.set_clip_rect(text_rect.intersect(ui.clip_rect()));
    let whole = ui.painter_at(rect);
    ScrollArea::both()
        .id_salt("text")
        .auto_shrink(false)
        .show(&mut child, |ui| {
            let job = highlight::highlighted(ui.ctx(), &program.source, view.look);
            let galley = ui.painter().layout_job(job);
            let size = vec2(galley.size().x + 12.0, wanted);
            let (area, _) = ui.allocate_exact_size(size, Sense::hover());
            let top = area.top() + PADDING;
            let row_rect = |line: u32| {
                let y = top + (line.max(1) - 1) as f32 * row;
                Rect::from_min_max(pos2(rect.left(), y), pos2(rect.right(), y + row))
            };
            if let Some(marked) = marked {
                paint_mark(&whole, row_rect(marked.line), marked, theme);
                follow(
                    ui,
                    program,
                    marked,
                    row_rect(marked.line).with_min_x(area.left()),
                );
            }
            paint_numbers(
                &whole,
                theme,
                marked,
                lines,
                row_rect,
                rect.left() + gutter - 9.0,
            );
            ui.painter()
                .galley(pos2(area.left(), top), galley, theme.text);
        });
}

/// Round where the card is round.
fn upper_radius() -> egui::CornerRadius {
    let radius = theme::CARD_RADIUS - 1;
    egui::CornerRadius {
        nw: radius,
        ne: radius,
        sw: 0,
        se: 0,
    }
}

fn marked(program: &Program) -> Option<Marked> {
    if let Activity::Ended { traceback, line } = &program.activity {
        // One that ended well stands nowhere.
        let line = line.filter(|_| traceback.is_some())?;
        return Some(Marked {
            line,
            is_error: true,
        });
    }
    program.line.map(|line| Marked {
        line,
        is_error: false,
    })
}

fn paint_mark(painter: &egui::Painter, row: Rect, marked: Marked, theme: &Theme) {
    let tone = if marked.is_error {
        theme.bad_tone()
    } else {
        theme.warn_tone()
    };
    painter.rect_filled(row, 0, tone.soft);
    let bar = Rect::from_min_max(row.min, pos2(row.left() + 3.0, row.bottom()));
    painter.rect_filled(bar, 0, tone.strong);
    if marked.is_error {
        let centre = pos2(row.left() + 11.0, row.center().y);
        parts::paint_icon(painter, Icon::Cross, centre, 9.0, tone.strong);
    }
}

fn paint_numbers(
    painter: &egui::Painter,
    theme: &Theme,
    marked: Option<Marked>,
    lines: usize,
    row_rect: impl Fn(u32) -> Rect,
    right: f32,
) {
    for line in 1..=lines as u32 {
        let row = row_rect(line);
        if !painter.clip_rect().intersects(row) {
            continue;
        }
        let is_marked = marked.is_some_and(|marked| marked.line == line);
        let colour = if is_marked { theme.text } else { theme.faint };
        painter.text(
            pos2(right, row.center().y),
            Align2::RIGHT_CENTER,
            line,
            theme::code_font(theme::TINY),
            colour,
        );
    }
}

/// Scrolls to the line when it changes, and leaves the learner's own scrolling alone otherwise.
fn follow(ui: &Ui, program: &Program, marked: Marked, row: Rect) {
    let id = ui.scope_id().with(("line of", &program.name));
    let last = ui.data(|data| data.get_temp::<u32>(id));
    if last != Some(marked.line) {
        ui.data_mut(|data| data.insert_temp(id, marked.line));
        let narrow = Rect::from_min_size(row.min, vec2(1.0, row.height())).expand2(vec2(0.0, 24.0));
        ui.scroll_to_rect_animation(narrow, None, egui::style::ScrollAnimation::none());
    }
}

fn describe(view: &View<'_>, program: &Program, response: &egui::Response) {
    let line = program.line.unwrap_or(0);
    let text = program.source.lines().nth(line.saturating_sub(1) as usize);
    let name = say!(
        view.language,
        "program.code",
        file = program.file,
        line = line,
        text = text.unwrap_or("").trim()
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
}

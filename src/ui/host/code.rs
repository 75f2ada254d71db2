//! A program's text with line numbers, the lines its threads stand at, and the line it died at.
//!
//! Long lines scroll sideways under the line numbers, which stay.

use std::collections::BTreeMap;

use eframe::egui;
use eframe::egui::{Align2, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{highlight, threads};
use crate::model::{Activity, Program};
use crate::session::View;
use crate::ui::parts::{self, Icon};
use crate::ui::spot::{self, Spot};
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};

const PADDING: f32 = 7.0;

/// What is marked, and how.
#[derive(Clone, PartialEq)]
struct Marked {
    line: u32,
    how: How,
    /// The threads that stand there, where a program has several.
    threads: Vec<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Foremost,
    /// Where another of its threads stands.
    Another,
    Error,
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
    let marks = marks(program);
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
            for marked in &marks {
                let row = row_rect(marked.line);
                paint_mark(&whole, row, marked.how, theme);
                if marked.how != How::Another {
                    spot::mark(ui, Spot::Line(program.name.clone()), row);
                    follow(ui, program, marked.line, row.with_min_x(area.left()));
                }
            }
            paint_numbers(
                &whole,
                theme,
                &marks,
                lines,
                row_rect,
                rect.left() + gutter - 9.0,
            );
            ui.painter()
                .galley(pos2(area.left(), top), galley, theme.text);
            for marked in marks.iter().filter(|marked| !marked.threads.is_empty()) {
                paint_threads(&whole, row_rect(marked.line), marked, theme);
            }
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

/// The line it stands at or died at, and those of its other threads.
fn marks(program: &Program) -> Vec<Marked> {
    if let Activity::Ended { traceback, line } = &program.activity {
        // One that ended well stands nowhere.
        let line = line.filter(|_| traceback.is_some());
        let mark = line.map(|line| Marked {
            line,
            how: How::Error,
            threads: Vec::new(),
        });
        return mark.into_iter().collect();
    }
    let foremost = |line| Some(line) == program.line;
    let mut marks: BTreeMap<u32, Marked> = BTreeMap::new();
    let mut mark = |line, thread: Option<u32>| {
        let how = if foremost(line) {
            How::Foremost
        } else {
            How::Another
        };
        let marked = marks.entry(line).or_insert_with(|| Marked {
            line,
            how,
            threads: Vec::new(),
        });
        marked.threads.extend(thread);
    };
    if let Some(line) = program.line {
        mark(line, None);
    }
    if threads::has_several(program) {
        for (thread, doing) in &program.threads {
            if let Some(Activity::Ready(id) | Activity::InCall(id) | Activity::Blocked(id)) = doing
                && let Some(call) = program.call(*id)
            {
                mark(call.line, Some(*thread));
            }
        }
    }
    marks.into_values().collect()
}

fn paint_mark(painter: &egui::Painter, row: Rect, how: How, theme: &Theme) {
    let tone = match how {
        How::Foremost => theme.warn_tone(),
        How::Another => theme.slate_tone(),
        How::Error => theme.bad_tone(),
    };
    if how != How::Another {
        painter.rect_filled(row, 0, tone.soft);
    }
    let bar = Rect::from_min_max(row.min, pos2(row.left() + 3.0, row.bottom()));
    painter.rect_filled(bar, 0, tone.strong);
    if how == How::Error {
        let centre = pos2(row.left() + 11.0, row.center().y);
        parts::paint_icon(painter, Icon::Cross, centre, 9.0, tone.strong);
    }
}

/// Which threads stand at this line, at its right edge.
fn paint_threads(painter: &egui::Painter, row: Rect, marked: &Marked, theme: &Theme) {
    let tone = match marked.how {
        How::Foremost | How::Error => theme.warn_tone(),
        How::Another => theme.slate_tone(),
    };
    let font = theme::code_font(theme::TINY);
    let text = threads::ranges(&marked.threads);
    let galley = painter.layout_no_wrap(text, font, theme.on_strong);
    let size = galley.size() + vec2(10.0, 2.0);
    let centre = pos2(row.right() - 6.0 - size.x / 2.0, row.center().y);
    let rect = Rect::from_center_size(centre, size);
    painter.rect_filled(rect, 5, tone.strong);
    painter.galley(rect.min + vec2(5.0, 1.0), galley, theme.on_strong);
}

fn paint_numbers(
    painter: &egui::Painter,
    theme: &Theme,
    marks: &[Marked],
    lines: usize,
    row_rect: impl Fn(u32) -> Rect,
    right: f32,
) {
    for line in 1..=lines as u32 {
        let row = row_rect(line);
        if !painter.clip_rect().intersects(row) {
            continue;
        }
        let is_marked = marks.iter().any(|marked| marked.line == line);
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
fn follow(ui: &Ui, program: &Program, line: u32, row: Rect) {
    let id = ui.scope_id().with(("line of", &program.name));
    let last = ui.data(|data| data.get_temp::<u32>(id));
    if last != Some(line) {
        ui.data_mut(|data| data.insert_temp(id, line));
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

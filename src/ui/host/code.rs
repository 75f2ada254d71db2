//! A program's text with line numbers, the lines its threads stand at, and the line it died at.
//!
//! Long lines go on in the next row. An exception says what it is under its line.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui;
use eframe::egui::{
    Align2, Galley, Pos2, Rect, Role, ScrollArea, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::listing::{self, Listing, Row, Whole};
use super::{highlight, numbers, threads, whole};
use crate::model::{Activity, Program};
use crate::session::{Command, View};
use crate::ui::parts::{self, Icon};
use crate::ui::spot::{self, Spot};
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};

pub const PADDING: f32 = 7.0;

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

/// Rows, and between them what an exception said.
pub struct Page<'a> {
    pub listing: Arc<Listing>,
    pub program: &'a Program,
    /// Under the last row of this line stands what the exception said.
    message: Option<(u32, Arc<Galley>)>,
    pub row: f32,
    pub gutter: f32,
}

impl<'a> Page<'a> {
    /// Wrapped wherever needed; where that is higher than this, only at the lines that matter.
    fn new(
        ui: &Ui,
        view: &View<'_>,
        theme: &Theme,
        program: &'a Program,
        (width, height): (f32, f32),
    ) -> Self {
        let lines = program.source.lines().count().max(1);
        let digits = lines.to_string().len().max(2) as f32;
        let gutter = digits * 6.0 + 20.0;
        let room = width - gutter - 8.0;
        let painter = ui.painter();
        let mut page = Self {
            listing: listing::listing(painter, view, program, (room, Whole::All)),
            message: message(ui, theme, program, room),
            program,
            row: highlight::row_height(),
            gutter,
        };
        if page.height() > height {
            let lines: Vec<u32> = marks(program).iter().map(|marked| marked.line).collect();
            page.listing = listing::listing(painter, view, program, (room, Whole::Only(&lines)));
        }
        page
    }

    fn message_height(&self) -> f32 {
        let message = self.message.as_ref();
        message.map_or(0.0, |(_, galley)| galley.size().y + 6.0)
    }

    fn height(&self) -> f32 {
        self.listing.rows.len() as f32 * self.row + self.message_height() + 2.0 * PADDING
    }

    /// How much of this height it takes, with no part of a row at its end.
    fn whole_rows(&self, height: f32) -> f32 {
        if self.height() <= height {
            return self.height();
        }
        let rows = ((height - 2.0 * PADDING) / self.row).floor();
        2.0 * PADDING + rows.max(1.0) * self.row
    }

    fn row_at(&self, y: f32) -> Option<&Row> {
        let rows = self.listing.rows.len();
        let row = (0..rows).find(|row| {
            let top = self.row_top(*row);
            (top..top + self.row).contains(&y)
        });
        self.listing.rows.get(row?)
    }

    /// Where a row begins, below the top of the text.
    pub fn row_top(&self, row: usize) -> f32 {
        let message = self.message.as_ref();
        let is_below = message.is_some_and(|(line, _)| row >= self.listing.rows_of(*line).end);
        let shift = if is_below { self.message_height() } else { 0.0 };
        row as f32 * self.row + shift
    }

    /// All rows of a line, in a card of this rectangle.
    fn line_rect(&self, line: u32, card: Rect, top: f32) -> Rect {
        let rows = self.listing.rows_of(line);
        let from = top + self.row_top(rows.start);
        let height = rows.len().max(1) as f32 * self.row;
        Rect::from_min_max(pos2(card.left(), from), pos2(card.right(), from + height))
    }
}

/// What it says in the last line of its traceback, where it stands.
fn message(ui: &Ui, theme: &Theme, program: &Program, room: f32) -> Option<(u32, Arc<Galley>)> {
    let Activity::Ended {
        traceback: Some(traceback),
        line: Some(line),
    } = &program.activity
    else {
        return None;
    };
    let text = traceback.trim_end().lines().last()?.trim().to_owned();
    let font = theme::code_font(theme::SMALL);
    let room = (room - 8.0).max(60.0);
    Some((*line, ui.painter().layout(text, font, theme.bad, room)))
}

/// How high it would like to be.
pub fn natural_height(
    ui: &Ui,
    view: &View<'_>,
    theme: &Theme,
    program: &Program,
    width: f32,
) -> f32 {
    Page::new(ui, view, theme, program, (width, f32::INFINITY)).height()
}

/// The least height in which a program can be followed: so many rows.
pub fn least_height() -> f32 {
    5.0 * highlight::row_height() + 2.0 * PADDING
}

pub fn code_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (program, height): (&Program, f32),
    commands: &mut Vec<Command>,
) {
    let room = (ui.available_width(), height);
    let page = Page::new(ui, view, theme, program, room);
    let wanted = page.height();
    let size = vec2(ui.available_width(), page.whole_rows(height));
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    describe(view, program, &response);
    ui.painter().rect_filled(rect, upper_radius(), theme.code);
    let marks = marks(program);
    let builder = egui::UiBuilder::new()
        .max_rect(rect)
        .id_salt(("code", &program.name));
    let mut child = ui.new_child(builder);
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    let begin = whole::begin(ui);
    let shown = ScrollArea::vertical()
        .id_salt("text")
        .auto_shrink(false)
        .show(&mut child, |ui| {
            let size = vec2(ui.available_width(), wanted);
            let (area, _) = ui.allocate_exact_size(size, Sense::hover());
            // However it is scrolled, it is seen from the beginning of a row.
            let rows = ((rect.top() - area.top()) / page.row).round();
            let card = rect.with_min_y(rect.top() - rows * page.row);
            page_ui(ui, theme, &page, &marks, card);
            numbers::numbers_ui(ui, view, theme, (&page, card), commands);
            if let Some(line) = ui.ctx().pointer_hover_pos().and_then(|at| {
                let row = page.row_at(at.y - card.top() - PADDING)?;
                let is_on_text = at.x > rect.left() + page.gutter;
                let is_it = rect.contains(at) && is_on_text && row.is_cut;
                is_it.then_some(row.line)
            }) {
                let text = program.source.lines().nth(line as usize - 1);
                response.on_hover_text_at_pointer(text.unwrap_or("").trim());
            }
        });
    whole::rows_only(ui, begin, shown.inner_rect);
}

/// Its top is where the text begins, which may be out of sight.
fn page_ui(ui: &Ui, theme: &Theme, page: &Page<'_>, marks: &[Marked], card: Rect) {
    let top = card.top() + PADDING;
    let painter = ui.painter();
    for marked in marks {
        let rows = page.line_rect(marked.line, card, top);
        paint_mark(painter, rows, marked.how, theme);
        if marked.how != How::Another {
            let message = page.message_height();
            let rows = rows.with_max_y(rows.bottom() + message);
            spot::mark(ui, Spot::Line(page.program.name.clone()), rows);
            let room = ui.clip_rect().height() as u32;
            follow(ui, page.program, (marked.line, room), rows);
        }
    }
    let left = card.left() + page.gutter;
    for (index, row) in page.listing.rows.iter().enumerate() {
        let y = top + page.row_top(index);
        if y > painter.clip_rect().bottom() || y + page.row < painter.clip_rect().top() {
            continue;
        }
        let is_marked = marks.iter().any(|marked| marked.line == row.line);
        let ink = if is_marked { theme.text } else { theme.faint };
        let centre = y + page.row / 2.0;
        if row.is_first {
            let at = pos2(left - 9.0, centre);
            let font = theme::code_font(theme::TINY);
            painter.text(at, Align2::RIGHT_CENTER, row.line, font, ink);
        } else {
            paint_goes_on(painter, pos2(left + row.indent - 10.0, centre), theme.faint);
        }
        let galley = painter.layout_job(row.job.clone());
        painter.galley(pos2(left + row.indent, y), galley, theme.text);
    }
    if let Some((line, galley)) = &page.message {
        let rows = page.line_rect(*line, card, top);
        let size = vec2(rows.width(), page.message_height());
        let rect = Rect::from_min_size(rows.left_bottom(), size);
        painter.rect_filled(rect, 0, theme.bad_soft);
        paint_goes_on(painter, pos2(left + 2.0, rect.top() + 9.0), theme.bad);
        let at = pos2(left + 10.0, rect.top() + 3.0);
        painter.galley(at, Arc::clone(galley), theme.bad);
    }
    for marked in marks.iter().filter(|marked| !marked.threads.is_empty()) {
        let rows = page.line_rect(marked.line, card, top);
        let first = rows.with_max_y(rows.top() + page.row);
        paint_threads(painter, first, marked, theme);
    }
}

/// The line before goes on here: a small hook.
fn paint_goes_on(painter: &egui::Painter, at: Pos2, colour: egui::Color32) {
    let stroke = Stroke::new(1.2, colour);
    let points = vec![
        at + vec2(-4.0, -5.0),
        at + vec2(-4.0, 1.0),
        at + vec2(4.0, 1.0),
    ];
    painter.add(Shape::line(points, stroke));
    let head = vec![
        at + vec2(1.5, -1.5),
        at + vec2(4.0, 1.0),
        at + vec2(1.5, 3.5),
    ];
    painter.add(Shape::line(head, stroke));
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
        let centre = pos2(row.left() + 11.0, row.top() + highlight::row_height() / 2.0);
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

/// Scrolls to the line when it or the room changes, and leaves the learner's own scrolling alone
/// otherwise.
fn follow(ui: &Ui, program: &Program, what: (u32, u32), rows: Rect) {
    let id = ui.scope_id().with(("line of", &program.name));
    let last = ui.data(|data| data.get_temp::<(u32, u32)>(id));
    if last != Some(what) {
        ui.data_mut(|data| data.insert_temp(id, what));
        // A row more above and below, and the card's own air: so it comes to rest at a whole row.
        let around = rows.expand2(vec2(0.0, highlight::row_height() + PADDING));
        ui.scroll_to_rect_animation(around, None, egui::style::ScrollAnimation::none());
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

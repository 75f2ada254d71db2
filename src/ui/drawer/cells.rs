//! Facts as cells that flow: each a name and a value, in groups; the meanings stand below the
//! values where there is room, and in the explanation of the one that is pointed at where not.
//!
//! Or as a table ([`table_ui`]): a line for each, with its source beside it and a mark where it
//! changed.
//!
//! In: cells. Out: which one is pointed at, by pointer or by keyboard. The whole flow is one stop
//! for Tab; the arrows walk in it. What pointing does is left to the caller.

mod table;

use std::sync::Arc;

use eframe::egui;
use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    Color32, EventFilter, Galley, Id, Key, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui,
    Vec2, WidgetInfo, pos2, vec2,
};

use crate::ui::theme::{self, Theme, Tone};

/// One name with its value.
pub struct Cell {
    /// The number of its group, from 0.
    pub group: usize,
    pub name: String,
    pub value: String,
    pub value_colour: Color32,
    pub meaning: String,
    /// Everything, for readers.
    pub label: String,
    /// Words that stand out after the value: what it was before, that it is wrong.
    pub remark: Option<(String, Color32)>,
    /// Not now of any weight: a flag that is 0.
    pub is_faint: bool,
    pub is_lit: bool,
    /// Where it was read; stands in a table only.
    pub source: String,
    /// A table marks it by a shape.
    pub is_changed: bool,
}

pub struct Group {
    pub title: String,
    pub tone: Tone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointed {
    Cell(usize),
    Group(usize),
}

const PAD: Vec2 = vec2(4.0, 0.0);
const GAP: f32 = 2.0;
/// A line of cells.
const ROW: f32 = 17.0;
/// A column of cells with their meanings.
const COLUMN: f32 = 262.0;

/// One thing to paint: a group's title or a cell.
struct Placed {
    what: Pointed,
    rect: Rect,
    galley: Arc<Galley>,
    /// The source, at the right end of the first line.
    source: Option<Arc<Galley>>,
    /// What stands before the text.
    indent: f32,
}

impl Placed {
    fn new(what: Pointed, rect: Rect, galley: Arc<Galley>) -> Self {
        Self {
            what,
            rect,
            galley,
            source: None,
            indent: 0.0,
        }
    }
}

/// Draws them into the width there is, as tall as they get.
pub fn cells_ui(
    ui: &mut Ui,
    theme: &Theme,
    (salt, room): (&'static str, f32),
    (groups, cells): (&[Group], &[Cell]),
) -> Option<Pointed> {
    let width = ui.available_width();
    let placed = arrange(ui, theme, (groups, cells), vec2(width, room));
    placed_ui(ui, theme, salt, (groups, cells), &placed)
}

/// Draws them as a table in as many columns as have room, each group whole.
pub fn table_ui(
    ui: &mut Ui,
    theme: &Theme,
    salt: &'static str,
    (groups, cells): (&[Group], &[Cell]),
) -> Option<Pointed> {
    let placed = table::tabulate(ui, theme, (groups, cells), ui.available_width());
    placed_ui(ui, theme, salt, (groups, cells), &placed)
}

fn placed_ui(
    ui: &mut Ui,
    theme: &Theme,
    salt: &'static str,
    (groups, cells): (&[Group], &[Cell]),
    placed: &[Placed],
) -> Option<Pointed> {
    let width = ui.available_width();
    let height = placed.iter().map(|it| it.rect.bottom()).fold(0.0, f32::max);
    let (area, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let id = ui.scope_id().with(salt);
    if placed.is_empty() {
        return None;
    }
    let (response, cursor) = keyboard(ui, id, area, placed);
    response.widget_info(|| described(groups, cells, cursor));
    let mut pointed = None;
    for it in placed {
        let rect = it.rect.translate(area.min.to_vec2());
        let is_at_cursor = cursor == Some(it.what);
        let response = ui.interact(rect, id.with(numbered(it.what)), Sense::hover());
        if response.hovered() {
            pointed = Some(it.what);
        }
        let label = match it.what {
            Pointed::Cell(index) => cells[index].label.as_str(),
            Pointed::Group(index) => groups[index].title.as_str(),
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, label));
        if is_whole(ui, rect) {
            let is_lit = response.hovered() || is_at_cursor;
            paint(ui, theme, (groups, cells), it, rect, is_lit);
        }
    }
    pointed.or(cursor)
}

/// A row that is cut at the edge of what scrolls cannot be read: it comes whole or not at all.
fn is_whole(ui: &Ui, rect: Rect) -> bool {
    let seen = ui.clip_rect();
    let is_tall = rect.height() > seen.height() - 2.0 * ROW;
    let is_inside = seen.top() - 3.0 <= rect.top() && rect.bottom() <= seen.bottom() + 3.0;
    ui.is_rect_visible(rect) && (is_inside || is_tall)
}

fn numbered(what: Pointed) -> (u8, usize) {
    match what {
        Pointed::Cell(index) => (0, index),
        Pointed::Group(index) => (1, index),
    }
}

fn paint(
    ui: &Ui,
    theme: &Theme,
    (groups, cells): (&[Group], &[Cell]),
    it: &Placed,
    rect: Rect,
    is_lit: bool,
) {
    let painter = ui.painter();
    let (tone, is_lit, is_title) = match it.what {
        Pointed::Cell(index) => {
            let cell = &cells[index];
            (groups[cell.group].tone, is_lit || cell.is_lit, false)
        }
        Pointed::Group(index) => (groups[index].tone, is_lit, true),
    };
    if is_title {
        painter.rect_filled(rect, 3, tone.soft);
    } else if is_lit {
        painter.rect_filled(rect, 3, tone.soft);
        let stroke = Stroke::new(1.5, tone.strong);
        painter.rect_stroke(rect, 3, stroke, StrokeKind::Inside);
    }
    let y = rect.center().y - it.galley.size().y / 2.0;
    let left = rect.left() + PAD.x + it.indent;
    painter.galley(pos2(left, y), it.galley.clone(), theme.text);
    if let Some(source) = &it.source {
        let x = rect.right() - PAD.x - source.size().x;
        painter.galley(pos2(x, y + 1.0), source.clone(), theme.faint);
    }
    let is_changed = match it.what {
        Pointed::Cell(index) => cells[index].is_changed,
        Pointed::Group(_) => false,
    };
    if is_changed {
        let line = it.galley.rows.first().map_or(0.0, |row| row.height());
        paint_change(
            painter,
            pos2(rect.left() + PAD.x + 3.0, y + line / 2.0),
            theme,
        );
    }
}

/// A diamond: it changed.
pub fn paint_change(painter: &egui::Painter, centre: egui::Pos2, theme: &Theme) {
    const SIZE: f32 = 4.0;
    let points = [(0.0, -SIZE), (SIZE, 0.0), (0.0, SIZE), (-SIZE, 0.0)];
    let points = points.map(|(x, y)| centre + vec2(x, y));
    let shape = egui::Shape::convex_polygon(points.to_vec(), theme.wire, Stroke::NONE);
    painter.add(shape);
}

/// With meanings in columns if that fits, else flowing, each group on a line of its own if that
/// fits, else one after another.
fn arrange(
    ui: &Ui,
    theme: &Theme,
    (groups, cells): (&[Group], &[Cell]),
    room: Vec2,
) -> Vec<Placed> {
    let columns = ((room.x + 12.0) / COLUMN) as usize;
    if columns >= 2 && cells.len().div_ceil(columns) as f32 * 31.0 <= room.y * 1.15 {
        let placed = in_columns(ui, theme, (groups, cells), room.x, columns);
        let bottom = placed.iter().map(|it| it.rect.bottom());
        if bottom.fold(0.0, f32::max) <= room.y * 1.15 {
            return placed;
        }
    }
    let galleys: Vec<(Pointed, Arc<Galley>)> = in_order(groups, cells)
        .map(|what| {
            let job = match what {
                Pointed::Cell(index) => cell_job(theme, &cells[index], Meaning::Left, room.x),
                Pointed::Group(index) => title_job(&groups[index]),
            };
            (what, layout(ui, job))
        })
        .collect();
    let broken = flow(&galleys, room.x, true);
    let height = broken.iter().map(|it| it.rect.bottom()).fold(0.0, f32::max);
    if height <= room.y {
        broken
    } else {
        flow(&galleys, room.x, false)
    }
}

/// Each group's title, then its cells.
fn in_order(groups: &[Group], cells: &[Cell]) -> impl Iterator<Item = Pointed> {
    let cells: Vec<(usize, usize)> = cells
        .iter()
        .enumerate()
        .map(|(index, cell)| (cell.group, index))
        .collect();
    (0..groups.len()).flat_map(move |group| {
        let own = cells.iter().filter(|(of, _)| *of == group);
        let own: Vec<Pointed> = own.map(|(_, index)| Pointed::Cell(*index)).collect();
        let title = (!own.is_empty()).then_some(Pointed::Group(group));
        title.into_iter().chain(own)
    })
}

fn flow(galleys: &[(Pointed, Arc<Galley>)], width: f32, breaks: bool) -> Vec<Placed> {
    let (mut x, mut y, mut tallest) = (0.0_f32, 0.0_f32, 0.0_f32);
    let mut placed = Vec::with_capacity(galleys.len());
    for (what, galley) in galleys {
        let size = galley.size() + PAD * 2.0;
        let size = vec2(size.x, size.y.max(ROW));
        let starts = breaks && matches!(what, Pointed::Group(_));
        if x > 0.0 && (starts || x + size.x > width) {
            y += tallest + 1.0;
            x = 0.0;
            tallest = 0.0;
        }
        let rect = Rect::from_min_size(pos2(x, y), size);
        placed.push(Placed::new(*what, rect, galley.clone()));
        x += size.x + GAP;
        tallest = tallest.max(size.y);
    }
    placed
}

/// Filled from the top, one column after another, of about the same height.
fn in_columns(
    ui: &Ui,
    theme: &Theme,
    (groups, cells): (&[Group], &[Cell]),
    width: f32,
    columns: usize,
) -> Vec<Placed> {
    let column = width / columns as f32;
    let inner = column - 12.0;
    let galleys: Vec<(Pointed, Arc<Galley>)> = in_order(groups, cells)
        .map(|what| {
            let job = match what {
                Pointed::Cell(index) => cell_job(theme, &cells[index], Meaning::Below, inner),
                Pointed::Group(index) => title_job(&groups[index]),
            };
            (what, layout(ui, job))
        })
        .collect();
    let heights = galleys
        .iter()
        .map(|(_, it)| it.size().y + 2.0 * PAD.y + 1.0);
    let share = heights.sum::<f32>() / columns as f32;
    let (mut at, mut y) = (0, 0.0_f32);
    let mut placed = Vec::with_capacity(galleys.len());
    for (index, (what, galley)) in galleys.iter().enumerate() {
        let height = galley.size().y + 2.0 * PAD.y;
        // A title does not stand alone at a column's end.
        let is_title = matches!(what, Pointed::Group(_));
        let next = galleys.get(index + 1).filter(|_| is_title);
        let needed = height + next.map_or(0.0, |(_, next)| next.size().y);
        if y > 0.0 && y + needed * 0.5 > share && at + 1 < columns {
            at += 1;
            y = 0.0;
        }
        let corner = pos2(at as f32 * column, y);
        let rect = Rect::from_min_size(corner, vec2(inner, height));
        placed.push(Placed::new(*what, rect, galley.clone()));
        y += height + 1.0;
    }
    placed
}

fn layout(ui: &Ui, job: LayoutJob) -> Arc<Galley> {
    ui.painter().layout_job(job)
}

fn title_job(group: &Group) -> LayoutJob {
    let font = theme::bold_font(theme::TINY);
    let format = TextFormat::simple(font, group.tone.strong);
    LayoutJob::single_section(group.title.clone(), format)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Left,
    Below,
}

fn cell_job(theme: &Theme, cell: &Cell, meaning: Meaning, width: f32) -> LayoutJob {
    let mut job = LayoutJob::default();
    job.wrap.max_width = width - 2.0 * PAD.x;
    let name_colour = if cell.is_faint {
        theme.faint
    } else {
        theme.muted
    };
    let format = TextFormat::simple(theme::text_font(theme::SMALL), name_colour);
    job.append(&cell.name, 0.0, format);
    let value_colour = if cell.is_faint {
        theme.faint
    } else {
        cell.value_colour
    };
    if !cell.value.is_empty() {
        let format = TextFormat::simple(theme::code_font(theme::SMALL), value_colour);
        job.append(&cell.value, 5.0, format);
    }
    if let Some((remark, colour)) = &cell.remark {
        let format = TextFormat::simple(theme::bold_font(theme::TINY), *colour);
        job.append(remark, 5.0, format);
    }
    if meaning == Meaning::Below && !cell.meaning.is_empty() {
        let format = TextFormat::simple(theme::text_font(theme::TINY), theme.muted);
        job.append(&format!("\n{}", cell.meaning), 0.0, format);
    }
    job
}

/// For readers: what flows here, and the cell that the keyboard is at.
fn described(groups: &[Group], cells: &[Cell], cursor: Option<Pointed>) -> WidgetInfo {
    let titles: Vec<&str> = groups.iter().map(|group| group.title.as_str()).collect();
    let at = match cursor {
        Some(Pointed::Cell(index)) => cells.get(index),
        Some(Pointed::Group(_)) | None => None,
    };
    WidgetInfo {
        current_text_value: at.map(|cell| cell.label.clone()),
        ..WidgetInfo::labeled(Role::ListBox, true, titles.join(" / "))
    }
}

/// Where the keyboard is among the cells, while they have the focus.
fn keyboard(ui: &mut Ui, id: Id, area: Rect, placed: &[Placed]) -> (Response, Option<Pointed>) {
    let response = ui.interact(area, id, Sense::click());
    let cells = placed
        .iter()
        .filter(|it| matches!(it.what, Pointed::Cell(_)));
    let cells: Vec<&Placed> = cells.collect();
    let mut at = ui.data(|data| data.get_temp::<usize>(id)).unwrap_or(0);
    if response.clicked()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        let inside = pointer - area.min.to_vec2();
        if let Some(clicked) = cells.iter().position(|it| it.rect.contains(inside)) {
            at = clicked;
        }
        response.request_focus();
    }
    if !response.has_focus() || cells.is_empty() {
        return (response, None);
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let step = ui.input(|input| {
        let forward = input.num_presses(Key::ArrowRight) + input.num_presses(Key::ArrowDown);
        let back = input.num_presses(Key::ArrowLeft) + input.num_presses(Key::ArrowUp);
        forward as isize - back as isize
    });
    at = at.saturating_add_signed(step).min(cells.len() - 1);
    ui.data_mut(|data| data.insert_temp(id, at));
    let cell = cells[at];
    if step != 0 {
        let rect = cell.rect.translate(area.min.to_vec2());
        ui.scroll_to_rect(rect, None);
    }
    (response, Some(cell.what))
}

/// The explanation of one thing: a bold name, its value, and sentences that wrap.
pub fn explanation_ui(
    ui: &mut Ui,
    theme: &Theme,
    tone: Tone,
    (name, value): (&str, &str),
    sentences: &[(&str, Ink)],
) {
    let mut job = LayoutJob::default();
    job.wrap.max_width = ui.available_width();
    let mut push = |text: &str, space, font, colour| {
        job.append(text, space, TextFormat::simple(font, colour));
    };
    push(name, 0.0, theme::bold_font(theme::SMALL), tone.strong);
    push(value, 6.0, theme::code_font(theme::SMALL), theme.text);
    for (text, ink) in sentences.iter().filter(|(text, _)| !text.is_empty()) {
        let (font, colour) = match ink {
            Ink::Words => (theme::text_font(theme::SMALL), theme.text),
            Ink::Code => (theme::code_font(theme::TINY), theme.muted),
            Ink::Source => (theme::text_font(theme::TINY), theme.muted),
            Ink::Warning => (theme::bold_font(theme::SMALL), theme.warn),
        };
        push(text, 8.0, font, colour);
    }
    ui.add(egui::Label::new(job).wrap());
}

/// What a sentence of an explanation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Words,
    Code,
    Source,
    Warning,
}

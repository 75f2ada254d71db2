//! The rows of a capture: number, time, direction, flags, numbers, length. On one line each where
//! there is room for all of them, on two otherwise.

use std::sync::Arc;

use eframe::egui::{
    Color32, FontId, Galley, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};

use super::Open;
use crate::lesson::{Asks, Clue, Field, Language, Row, Way};
use crate::ui::lesson::page::Page;
use crate::ui::parts::{self, Icon};
use crate::ui::text::{host_title, say};
use crate::ui::theme::{self, Theme};

/// One row, as it is to be drawn.
pub struct Line<'a> {
    pub row: &'a Row,
    /// Its number; none while the order is asked, and of what the host did not see.
    pub number: Option<usize>,
    pub shows_time: bool,
    /// Which of its fields are left out, and what was put there.
    pub blanks: Vec<(Field, String)>,
    /// A clue points here.
    pub is_pointed_at: bool,
    /// This host never saw it.
    pub is_unseen: bool,
    /// What became of it on its way is told.
    pub tells_fate: bool,
}

impl<'a> Line<'a> {
    pub fn of(row: &'a Row) -> Self {
        Self {
            row,
            number: None,
            shows_time: true,
            blanks: Vec::new(),
            is_pointed_at: false,
            is_unseen: false,
            tells_fate: false,
        }
    }
}

/// The letter of a blank: a, b, c.
pub fn letter(blank: usize) -> char {
    char::from(b'a' + (blank % 26) as u8)
}

/// All rows as they happened, with what is left out; after the end with what was not seen.
pub fn lines(open: Open<'_>) -> Vec<Line<'_>> {
    let points_at = |index: usize| {
        let mut clues = open.solving.clues.iter();
        clues.any(|clue| matches!(clue, Clue::Row(row) if *row == index))
    };
    let rows = open.case.rows.iter().enumerate();
    let mut lines: Vec<Line<'_>> = rows
        .map(|(index, row)| Line {
            number: Some(index + 1),
            blanks: blanks_of(open, index),
            is_pointed_at: points_at(index),
            tells_fate: open.is_over(),
            ..Line::of(row)
        })
        .collect();
    if open.is_over() {
        lines.extend(open.case.unseen.iter().map(|row| Line {
            is_unseen: true,
            tells_fate: true,
            ..Line::of(row)
        }));
        lines.sort_by_key(|line| line.row.moment);
    }
    lines
}

fn blanks_of(open: Open<'_>, row: usize) -> Vec<(Field, String)> {
    let Asks::Blanks(blanks) = &open.puzzle.asks else {
        return Vec::new();
    };
    if open.is_over() {
        return Vec::new();
    }
    let own = blanks.iter().enumerate();
    let own = own.filter(|(_, blank)| blank.row == row + 1);
    let shown = own.map(|(at, blank)| {
        let filled = open.solving.attempt.filled.get(at);
        let filled = filled.map_or("", |text| text.trim());
        let shown = match filled.is_empty() {
            true => format!("{}?", letter(at)),
            false => filled.to_owned(),
        };
        (blank.field, shown)
    });
    shown.collect()
}

/// What stands in one place of a row.
struct Cell {
    galley: Arc<Galley>,
    colour: Color32,
    is_blank: bool,
}

const COLUMNS: usize = 8;
const GAP: f32 = 7.0;
const ROW: f32 = 20.0;
const NOTE: f32 = 17.0;

pub fn capture_ui(ui: &mut Ui, page: &Page<'_, '_>, lines: &[Line<'_>]) {
    let (language, theme) = (page.view.language, page.theme);
    let has_many_peers = lines
        .windows(2)
        .any(|two| two[0].row.peer != two[1].row.peer || two[0].row.ports != two[1].row.ports);
    let has_windows = lines.iter().any(|line| line.row.window.is_some());
    let head = heads(ui, page, has_windows);
    let rows: Vec<[Option<Cell>; COLUMNS]> = lines
        .iter()
        .map(|line| cells(ui, page, line, has_many_peers))
        .collect();
    let mut widths = [0.0_f32; COLUMNS];
    for row in rows.iter().chain([&head]) {
        for (width, cell) in widths.iter_mut().zip(row) {
            let own = cell.as_ref().map_or(0.0, |cell| cell.galley.size().x);
            *width = width.max(own);
        }
    }
    let gaps = widths.iter().filter(|width| **width > 0.0).count();
    let whole = widths.iter().sum::<f32>() + GAP * gaps as f32;
    let fits = whole <= ui.available_width() - 6.0;
    ui.spacing_mut().item_spacing.y = 0.0;
    if fits {
        let size = vec2(ui.available_width(), ROW);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        paint_row(ui, theme, (&head, &widths), rect.min);
        ui.painter()
            .hline(rect.x_range(), rect.bottom(), theme.border_stroke());
    }
    for (line, cells) in lines.iter().zip(&rows) {
        let note = note(language, theme, line);
        let height = if fits { ROW } else { ROW * 2.0 - 3.0 };
        let size = vec2(
            ui.available_width(),
            height + if note.is_some() { NOTE } else { 0.0 },
        );
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        paint_ground(ui, theme, line, rect);
        match fits {
            true => paint_row(ui, theme, (cells, &widths), rect.min),
            false => paint_two(ui, page, (cells, &widths), rect.min),
        }
        if let Some((icon, text, colour)) = note {
            let centre = pos2(rect.left() + 12.0, rect.bottom() - NOTE / 2.0);
            parts::paint_icon(ui.painter(), icon, centre, 10.0, colour);
            let at = pos2(rect.left() + 22.0, rect.bottom() - NOTE);
            let font = theme::text_font(theme::SMALL);
            let galley = ui.painter().layout_no_wrap(text, font, colour);
            ui.painter().galley(at, galley, colour);
        }
        let words = in_words(page, line);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
        response.on_hover_text(words);
    }
    ui.spacing_mut().item_spacing.y = 5.0;
    ui.add_space(4.0);
}

/// One row where others are to be moved about: two lines of what it shows, and no time.
pub fn paint_loose(ui: &Ui, page: &Page<'_, '_>, line: &Line<'_>, at: Pos2, with_peer: bool) {
    let cells = cells(ui, page, line, with_peer);
    let widths = [0.0; COLUMNS];
    paint_two(ui, page, (&cells, &widths), at);
}

fn lay(ui: &Ui, text: String, font: FontId, colour: Color32) -> Option<Cell> {
    let galley = ui.painter().layout_no_wrap(text, font, colour);
    Some(Cell {
        galley,
        colour,
        is_blank: false,
    })
}

fn heads(ui: &Ui, page: &Page<'_, '_>, has_windows: bool) -> [Option<Cell>; COLUMNS] {
    let (language, colour) = (page.view.language, page.theme.muted);
    let font = || theme::text_font(theme::TINY);
    let head = |text: &str| lay(ui, text.to_owned(), font(), colour);
    [
        head("#"),
        head(&say!(language, "puzzle.seconds")),
        None,
        head(&say!(language, "puzzle.flags")),
        head("seq"),
        head("ack"),
        head(&say!(language, "puzzle.length")),
        has_windows
            .then(|| head(&say!(language, "puzzle.window")))
            .flatten(),
    ]
}

fn cells(
    ui: &Ui,
    page: &Page<'_, '_>,
    line: &Line<'_>,
    with_peer: bool,
) -> [Option<Cell>; COLUMNS] {
    let theme = page.theme;
    let row = line.row;
    let ink = if line.is_unseen {
        theme.muted
    } else {
        theme.text
    };
    let font = || theme::text_font(theme::SMALL);
    let text = |text: String, colour: Color32| lay(ui, text, font(), colour);
    let field = |field: Field, known: String| {
        let blank = line.blanks.iter().find(|(of, _)| *of == field);
        let mut cell = match blank {
            Some((_, shown)) => text(shown.clone(), theme.wire)?,
            None if field == Field::Flags => lay(ui, known, theme::bold_font(theme::SMALL), ink)?,
            None => text(known, ink)?,
        };
        cell.is_blank = blank.is_some();
        Some(cell)
    };
    let number = |number: Option<u32>| number.map_or("–".to_owned(), |n| n.to_string());
    let arrow = match row.way {
        Way::Out => "→",
        Way::In => "←",
    };
    let way = match (with_peer, row.ports) {
        (false, _) => arrow.to_owned(),
        (true, Some((own, _))) => format!("{arrow} {} :{own}", peer(page, row)),
        (true, None) => format!("{arrow} {}", peer(page, row)),
    };
    let tone = match row.way {
        Way::Out => theme.wire,
        Way::In => theme.good,
    };
    [
        line.number.and_then(|n| text(n.to_string(), theme.muted)),
        line.shows_time
            .then(|| text(seconds(row), theme.muted))
            .flatten(),
        text(way, tone),
        field(Field::Flags, row.flags.clone()),
        field(Field::Seq, number(row.seq)),
        field(Field::Ack, number(row.ack)),
        field(Field::Length, row.length.to_string()),
        row.window
            .and_then(|window| field(Field::Window, window.to_string())),
    ]
}

fn seconds(row: &Row) -> String {
    let us = row.at_us;
    format!("{}.{:03}", us / 1_000_000, us % 1_000_000 / 1_000)
}

fn peer(page: &Page<'_, '_>, row: &Row) -> String {
    host_title(page.view.language, page.view.timeline.newest(), &row.peer)
}

fn paint_ground(ui: &Ui, theme: &Theme, line: &Line<'_>, rect: Rect) {
    let painter = ui.painter();
    if line.is_pointed_at {
        painter.rect_filled(rect, 3, theme.warn_soft);
        // A shape beside the colour: it points at the row.
        let tip = pos2(rect.left() - 2.0, rect.center().y);
        let back = |y: f32| tip + vec2(-7.0, y);
        let points = vec![tip, back(-4.5), back(4.5)];
        let stroke = Stroke::NONE;
        painter.add(eframe::egui::Shape::convex_polygon(
            points, theme.warn, stroke,
        ));
    } else if line.is_unseen {
        let stroke = Stroke::new(1.0, theme.outline);
        parts::paint_dashed_box(painter, rect.shrink2(vec2(0.0, 1.0)), 3.0, stroke);
    }
}

fn paint_cell(ui: &Ui, theme: &Theme, cell: &Cell, at: Pos2) {
    let painter = ui.painter();
    let size = cell.galley.size();
    let y = at.y + (ROW - size.y) / 2.0;
    if cell.is_blank {
        let frame = Rect::from_min_size(pos2(at.x - 3.0, y - 1.0), size + vec2(6.0, 2.0));
        let stroke = Stroke::new(1.0, theme.wire);
        painter.rect(frame, 3, theme.wire_soft, stroke, StrokeKind::Inside);
    }
    painter.galley(pos2(at.x, y), cell.galley.clone(), cell.colour);
}

fn paint_row(
    ui: &Ui,
    theme: &Theme,
    (cells, widths): (&[Option<Cell>; COLUMNS], &[f32; COLUMNS]),
    at: Pos2,
) {
    let mut x = at.x + 4.0;
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        if *width == 0.0 {
            continue;
        }
        if let Some(cell) = cell {
            // Numbers stand under each other by their last digit.
            let is_number = matches!(column, 0 | 1 | 4..);
            let spare = if is_number {
                width - cell.galley.size().x
            } else {
                0.0
            };
            paint_cell(ui, theme, cell, pos2(x + spare, at.y));
        }
        x += width + GAP;
    }
}

/// What it is above, its numbers below, each with its name.
fn paint_two(
    ui: &Ui,
    page: &Page<'_, '_>,
    (cells, widths): (&[Option<Cell>; COLUMNS], &[f32; COLUMNS]),
    at: Pos2,
) {
    let theme = page.theme;
    let mut x = at.x + 4.0;
    let indent = widths[0] + if widths[0] > 0.0 { GAP } else { 0.0 };
    for (cell, width) in cells.iter().zip(widths).take(4) {
        let own = cell.as_ref().map_or(0.0, |cell| cell.galley.size().x);
        if let Some(cell) = cell {
            paint_cell(ui, theme, cell, pos2(x, at.y));
        }
        let width = width.max(own);
        x += if width > 0.0 { width + GAP } else { 0.0 };
    }
    let mut x = at.x + 4.0 + indent;
    let y = at.y + ROW - 3.0;
    let language = page.view.language;
    let length = say!(language, "puzzle.length");
    let names = ["seq", "ack", &length, &say!(language, "puzzle.window")].map(str::to_owned);
    for (cell, name) in cells.iter().skip(4).zip(names) {
        let Some(cell) = cell else { continue };
        let font = theme::text_font(theme::TINY);
        let galley = ui.painter().layout_no_wrap(name, font, theme.muted);
        let top = y + (ROW - galley.size().y) / 2.0;
        let width = galley.size().x;
        ui.painter().galley(pos2(x, top), galley, theme.muted);
        x += width + 5.0;
        paint_cell(ui, theme, cell, pos2(x, y));
        x += cell.galley.size().x + GAP + 3.0;
    }
}

/// What is the matter with it.
fn note(language: Language, theme: &Theme, line: &Line<'_>) -> Option<(Icon, String, Color32)> {
    let (icon, text, colour) = if line.is_unseen {
        (Icon::Cross, say!(language, "puzzle.never_came"), theme.bad)
    } else if line.tells_fate && line.row.is_lost && line.row.way == Way::Out {
        (Icon::Cross, say!(language, "puzzle.lost"), theme.bad)
    } else if line.row.is_damaged && line.row.way == Way::In {
        (Icon::Warning, say!(language, "puzzle.damaged"), theme.warn)
    } else {
        return None;
    };
    Some((icon, text.into_owned(), colour))
}

/// The whole row in a sentence, for those who hear it and for the tip.
pub fn in_words(page: &Page<'_, '_>, line: &Line<'_>) -> String {
    let language = page.view.language;
    let row = line.row;
    let peer = peer(page, row);
    let mut words = match row.way {
        Way::Out => say!(language, "puzzle.sent", peer = peer),
        Way::In => say!(language, "puzzle.received", peer = peer),
    }
    .into_owned();
    let known = |field: Field| {
        let blank = line.blanks.iter().any(|(of, _)| *of == field);
        let value = match field {
            Field::Flags => Some(row.flags.clone()),
            Field::Seq => row.seq.map(|seq| format!("seq {seq}")),
            Field::Ack => row.ack.map(|ack| format!("ack {ack}")),
            Field::Length => Some(say!(language, "puzzle.bytes", count = row.length).into_owned()),
            Field::Window => row
                .window
                .map(|window| say!(language, "puzzle.room", count = window).into_owned()),
        };
        value.map(|value| match blank {
            true => format!("{} ?", field.word()),
            false => value,
        })
    };
    let fields = [
        Field::Flags,
        Field::Seq,
        Field::Ack,
        Field::Length,
        Field::Window,
    ];
    let fields: Vec<String> = fields.into_iter().filter_map(known).collect();
    words.push_str(&fields.join(", "));
    if let Some(number) = line.number {
        words = say!(language, "puzzle.row", number = number, words = words).into_owned();
    }
    if line.shows_time {
        words.push_str(&say!(language, "puzzle.after", seconds = seconds(row)));
    }
    if let Some((_, note, _)) = note(language, page.theme, line) {
        words.push_str(&format!(" ({note})"));
    }
    words
}

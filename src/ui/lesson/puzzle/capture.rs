//! The rows of a capture: number, time, direction, flags, numbers, length. On one line each where
//! there is room for all of them, on two otherwise.

use eframe::egui::{Color32, FontId, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::Open;
use super::paint::{COLUMNS, Cell, GAPS, NOTE, ROW, Table, paint_ground, paint_row, paint_two};
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

pub fn capture_ui(ui: &mut Ui, page: &Page<'_, '_>, lines: &[Line<'_>]) {
    let (language, theme) = (page.view.language, page.theme);
    let ends = Ends::of(lines.iter().map(|line| line.row));
    let has_windows = lines.iter().any(|line| line.row.window.is_some());
    let head = heads(ui, page, has_windows);
    let rows: Vec<[Option<Cell>; COLUMNS]> = lines
        .iter()
        .map(|line| cells(ui, page, line, ends))
        .collect();
    let mut widths = [0.0_f32; COLUMNS];
    for row in rows.iter().chain([&head]) {
        for (width, cell) in widths.iter_mut().zip(row) {
            let own = cell.as_ref().map_or(0.0, |cell| cell.galley.size().x);
            *width = width.max(own);
        }
    }
    let gaps = widths.iter().filter(|width| **width > 0.0).count() as f32 - 1.0;
    let gap = (ui.available_width() - 8.0 - widths.iter().sum::<f32>()) / gaps;
    let fits = gap >= *GAPS.start();
    let table = Table {
        widths,
        gap: gap.clamp(*GAPS.start(), *GAPS.end()),
    };
    ui.spacing_mut().item_spacing.y = 0.0;
    if fits {
        let size = vec2(ui.available_width(), ROW);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        paint_row(ui, theme, (&head, &table), rect.min);
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
            true => paint_row(ui, theme, (cells, &table), rect.min),
            false => paint_two(ui, page, (cells, &table), rect),
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
pub fn paint_loose(ui: &Ui, page: &Page<'_, '_>, line: &Line<'_>, rect: Rect, ends: Ends) {
    let cells = cells(ui, page, line, ends);
    let table = Table {
        widths: [0.0; COLUMNS],
        gap: *GAPS.end(),
    };
    paint_two(ui, page, (&cells, &table), rect);
}

/// What tells the connections of a table apart; nothing, where there is but one.
#[derive(Clone, Copy)]
pub struct Ends {
    has_names: bool,
    has_own_ports: bool,
    has_other_ports: bool,
}

impl Ends {
    pub fn of<'a>(rows: impl Iterator<Item = &'a Row> + Clone) -> Self {
        let first = rows.clone().next();
        let differs = |is_other: &dyn Fn(&Row, &Row) -> bool| {
            first.is_some_and(|first| rows.clone().any(|row| is_other(first, row)))
        };
        let own = |row: &Row| row.ports.map(|(own, _)| own);
        let other = |row: &Row| row.ports.map(|(_, other)| other);
        Self {
            has_names: differs(&|one, two| one.peer != two.peer),
            has_own_ports: differs(&|one, two| own(one) != own(two)),
            has_other_ports: differs(&|one, two| other(one) != other(two)),
        }
    }
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

fn cells(ui: &Ui, page: &Page<'_, '_>, line: &Line<'_>, ends: Ends) -> [Option<Cell>; COLUMNS] {
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
    let mut way = arrow.to_owned();
    if ends.has_names {
        way = format!("{way} {}", peer(page, row));
    }
    if let Some((own, other)) = row.ports {
        if ends.has_own_ports {
            way = format!("{way} :{own}");
        } else if ends.has_other_ports {
            way = format!("{way} :{other}");
        }
    }
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

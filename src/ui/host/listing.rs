//! A program's text as rows: a line that is too long goes on in the next row, indented, so that no
//! word of it is out of sight. Where the room is low, only the lines that programs stand at do;
//! the others end in an ellipsis, and are whole on hover.
//!
//! In: the coloured source and a width. Out: rows, each with the line it belongs to. Kept while
//! source, look and width stay the same.

use std::ops::Range;
use std::sync::Arc;

use eframe::egui::text::LayoutJob;
use eframe::egui::{Context, Id, Painter};

use super::highlight;
use crate::model::Program;
use crate::session::View;

/// A row after the first of its line begins so much further in, in points.
const HANGING: f32 = 16.0;
/// A row is never shorter, however deep its line is indented.
const SHORTEST: f32 = 90.0;

#[derive(Clone, Debug)]
pub struct Listing {
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug)]
pub struct Row {
    /// Counted from 1.
    pub line: u32,
    pub is_first: bool,
    /// It ends in an ellipsis.
    pub is_cut: bool,
    /// How far in it begins.
    pub indent: f32,
    pub job: LayoutJob,
}

impl Listing {
    /// The rows of a line, counted from 0.
    pub fn rows_of(&self, line: u32) -> Range<usize> {
        let start = self.rows.partition_point(|row| row.line < line.max(1));
        let end = self.rows.partition_point(|row| row.line <= line.max(1));
        start..end.max(start)
    }
}

type Kept = (u64, Arc<Listing>);

/// Which lines go on in the next row.
#[derive(Clone, Copy, Debug, Hash)]
pub enum Whole<'a> {
    All,
    Only(&'a [u32]),
}

impl Whole<'_> {
    fn has(self, line: u32) -> bool {
        match self {
            Self::All => true,
            Self::Only(lines) => lines.contains(&line),
        }
    }
}

pub fn listing(
    painter: &Painter,
    view: &View<'_>,
    program: &Program,
    (width, whole): (f32, Whole<'_>),
) -> Arc<Listing> {
    let is_all = matches!(whole, Whole::All);
    let id = Id::unique(("listing of", &program.name, is_all));
    let ctx = painter.ctx();
    let key = key(ctx, view, program, (width, whole));
    if let Some((of, listing)) = ctx.data(|data| data.get_temp::<Kept>(id))
        && of == key
    {
        return listing;
    }
    let job = highlight::highlighted(ctx, &program.source, view.look);
    let listing = Arc::new(wrapped(painter, &job, width, whole));
    ctx.data_mut(|data| data.insert_temp(id, (key, Arc::clone(&listing))));
    listing
}

fn key(ctx: &Context, view: &View<'_>, program: &Program, (width, whole): (f32, Whole<'_>)) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    program.source.hash(&mut hasher);
    let is_dark = view.look == crate::session::Look::Dark;
    let zoom = ctx.pixels_per_point().to_bits();
    (is_dark, view.language as u8, width.to_bits(), zoom).hash(&mut hasher);
    whole.hash(&mut hasher);
    hasher.finish()
}

fn wrapped(painter: &Painter, job: &LayoutJob, width: f32, whole: Whole<'_>) -> Listing {
    let mut rows = Vec::new();
    let mut lines = 0;
    let mut start = 0;
    for text in job.text.split_inclusive('\n') {
        lines += 1;
        let end = start + text.trim_end_matches(['\n', '\r']).len();
        if whole.has(lines) {
            wrap_line(painter, (job, start..end), lines, width, &mut rows);
        } else {
            rows.push(cut_line(painter, part(job, &(start..end)), lines, width));
        }
        start += text.len();
    }
    if rows.is_empty() {
        wrap_line(painter, (job, 0..0), 1, width, &mut rows);
    }
    Listing { rows }
}

fn wrap_line(
    painter: &Painter,
    (job, range): (&LayoutJob, Range<usize>),
    line: u32,
    width: f32,
    rows: &mut Vec<Row>,
) {
    let whole = part(job, &range);
    let galley = painter.layout_job(whole.clone());
    if galley.size().x <= width {
        rows.push(Row {
            line,
            is_first: true,
            is_cut: false,
            indent: 0.0,
            job: whole,
        });
        return;
    }
    let glyphs = galley.rows.iter().flat_map(|row| &row.row.glyphs);
    let ends: Vec<f32> = glyphs
        .map(|glyph| glyph.pos.x + glyph.advance_width)
        .collect();
    let chars: Vec<(usize, char)> = job.text[range.clone()].char_indices().collect();
    let blanks = chars
        .iter()
        .take_while(|(_, c)| *c == ' ' || *c == '\t')
        .count();
    let leading = blanks
        .checked_sub(1)
        .and_then(|last| ends.get(last))
        .copied();
    let hanging = (leading.unwrap_or(0.0) + HANGING).min((width - SHORTEST).max(0.0));
    let mut from = 0;
    while from < chars.len() {
        let indent = if from == 0 { 0.0 } else { hanging };
        let left = from
            .checked_sub(1)
            .and_then(|before| ends.get(before))
            .copied();
        let room = left.unwrap_or(0.0) + width - indent;
        let fitting = ends.partition_point(|end| *end <= room).min(chars.len());
        let until = break_before(&chars, from, fitting.max(from + 1));
        let offset = |index: usize| {
            chars
                .get(index)
                .map_or(range.end, |(at, _)| range.start + at)
        };
        rows.push(Row {
            line,
            is_first: from == 0,
            is_cut: false,
            indent,
            job: part(job, &(offset(from)..offset(until))),
        });
        from = until;
    }
}

/// One row, with an ellipsis where it is longer.
fn cut_line(painter: &Painter, mut job: LayoutJob, line: u32, width: f32) -> Row {
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    job.wrap.max_width = width;
    Row {
        line,
        is_first: true,
        is_cut: painter.layout_job(job.clone()).elided,
        indent: 0.0,
        job,
    }
}

/// Behind a blank, a comma or a bracket, if there is one in the second half of the row.
fn break_before(chars: &[(usize, char)], from: usize, fitting: usize) -> usize {
    if fitting >= chars.len() {
        return chars.len();
    }
    let half = from + (fitting - from) / 2;
    let row = chars.get(half..fitting).unwrap_or(&[]);
    let is_break = |(_, c): &(usize, char)| " ,([{.".contains(*c);
    let good = row.iter().rposition(is_break).map(|at| half + at + 1);
    let until = good.filter(|at| *at > from).unwrap_or(fitting);
    // Blanks at the end of a row take no room that anybody sees.
    let rest = chars.get(until..).unwrap_or(&[]);
    until + rest.iter().take_while(|(_, c)| *c == ' ').count()
}

/// The same colours, of a part of the text.
fn part(job: &LayoutJob, range: &Range<usize>) -> LayoutJob {
    let mut part = LayoutJob::default();
    part.wrap.max_width = f32::INFINITY;
    for section in &job.sections {
        let from = section.byte_range.start.0.max(range.start);
        let to = section.byte_range.end.0.min(range.end);
        if let Some(text) = job.text.get(from..to).filter(|text| !text.is_empty()) {
            part.append(text, 0.0, section.format.clone());
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Look;
    use eframe::egui;

    fn rows(source: &str, width: f32) -> Vec<(u32, String)> {
        let ctx = egui::Context::default();
        ctx.set_fonts(crate::ui::fonts::definitions(
            crate::lesson::Language::English,
        ));
        let mut found = Vec::new();
        let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
            let job = highlight::highlighted(ui.ctx(), source, Look::Light);
            let listing = wrapped(ui.painter(), &job, width, Whole::All);
            let rows = listing.rows.iter();
            found = rows.map(|row| (row.line, row.job.text.clone())).collect();
        });
        output.textures_delta.clear();
        found
    }

    #[test]
    fn a_long_line_goes_on_in_the_next_row_and_no_character_is_lost() {
        for source in [
            "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\nx = 1\n",
            "print(\"没有一个空格的很长很长的一行中文字符串放在这里看它怎么换行\")",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "",
            "\n\n",
            "        deep = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]\r\n",
        ] {
            for width in [5.0, 120.0, 200.0, 2_000.0] {
                let rows = rows(source, width);
                let text: String = rows.iter().map(|(_, text)| text.as_str()).collect();
                let expected: String = source.split(['\n', '\r']).collect();
                assert_eq!(text, expected, "{width}");
            }
        }
        let rows = rows(
            "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\nx = 1",
            200.0,
        );
        let lines: Vec<u32> = rows.iter().map(|(line, _)| *line).collect();
        assert!(lines.len() > 2 && lines.last() == Some(&2), "{rows:?}");
        assert!(rows[0].1.ends_with([' ', ',', '(', '.']), "{rows:?}");
    }
}

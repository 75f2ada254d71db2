//! A row as lines: arrows between lifelines, words beside them.

use super::canvas::Canvas;
use super::glyphs::{width, width_of};
use super::ink::{Ink, Stroke};
use super::page::Page;
use super::row::{Body, Came, End, Passage, Row, Said};
use super::span::{Line, Role};
use crate::words::say;

/// So many lines of what a segment carries.
const BYTES: (usize, usize) = (4, 0);
const NOTES: (usize, usize) = (8, 0);

pub fn draw(page: &Page, row: &Row) -> Vec<Line> {
    let mut sheets = match &row.body {
        Body::Bare => vec![page.canvas()],
        Body::Passage(passage) => Arrow::new(page, passage).draw(),
        Body::Said(said) => said_sheets(page, said),
        Body::Wire(ink) => {
            let (from, to) = page.whole();
            beside(page, ink, (from + 1, to), Align::Middle, NOTES)
        }
    };
    if sheets.is_empty() {
        sheets.push(page.canvas());
    }
    sheets[0].write(0, &time(row.at_us), Role::Time);
    for (host, state) in &row.states {
        put_state(page, *host, state, &mut sheets);
    }
    sheets.into_iter().map(Canvas::line).collect()
}

/// In seconds, in eight columns as long as a run is no longer than a day.
fn time(at_us: u64) -> String {
    let seconds = at_us as f64 / 1e6;
    match at_us / 1_000_000 {
        0..1_000 => format!("{seconds:8.4}"),
        1_000..10_000 => format!("{seconds:8.3}"),
        _ => format!("{seconds:8.1}"),
    }
}

/// On the first line where its place is free.
fn put_state(page: &Page, host: usize, state: &str, sheets: &mut Vec<Canvas>) {
    let x = page.xs[host];
    let state = super::glyphs::clean(state, page.look.is_ascii);
    let (from, to) = if page.stands_right(host) {
        let room = page.xs.get(host + 1).map_or(page.width, |next| next - 1);
        (x + 2, (x + 2 + width_of(&state)).min(room))
    } else {
        let room = host.checked_sub(1).map_or(9, |before| page.xs[before] + 2);
        (x.saturating_sub(1 + width_of(&state)).max(room), x - 1)
    };
    // A blank on either side, too, so that it runs into no other word.
    let is_free = |sheet: &Canvas| sheet.is_free(from.saturating_sub(1).max(x + 1), to + 1);
    let is_free_left = |sheet: &Canvas| sheet.is_free(from.saturating_sub(1), to);
    let sheet = sheets.iter().position(|sheet| match from > x {
        true => is_free(sheet),
        false => is_free_left(sheet),
    });
    let sheet = sheet.unwrap_or_else(|| {
        sheets.push(page.canvas());
        sheets.len() - 1
    });
    let mut column = from;
    for letter in state.chars() {
        if column + width(letter) > to {
            break;
        }
        column = sheets[sheet].put(column, letter, Role::State);
    }
}

fn said_sheets(page: &Page, said: &Said) -> Vec<Canvas> {
    let align = if page.stands_right(said.host) && said.host > 0 {
        Align::Right
    } else {
        Align::Left
    };
    beside(page, &said.ink, page.inside(said.host), align, said.most)
}

#[derive(Clone, Copy)]
enum Align {
    Left,
    Middle,
    /// In the middle; its lines begin below each other.
    Block,
    /// The same at the right.
    Right,
}

/// Text between two columns, with a blank on either side.
fn beside(
    page: &Page,
    ink: &Ink,
    (from, to): (usize, usize),
    align: Align,
    most: (usize, usize),
) -> Vec<Canvas> {
    let room = to.saturating_sub(from + 2);
    let strokes = ink.strokes(room, most, page.look.is_ascii);
    let block = strokes.iter().map(|stroke| stroke.width).max().unwrap_or(0);
    let sheets = strokes.into_iter().map(|stroke| {
        let mut canvas = page.canvas();
        let at = match align {
            Align::Left => from + 1,
            Align::Middle => from + (to - from).saturating_sub(stroke.width) / 2,
            Align::Block => from + (to - from).saturating_sub(block) / 2,
            Align::Right => to.saturating_sub(1 + block),
        };
        write(&mut canvas, at, &stroke);
        canvas
    });
    sheets.collect()
}

fn write(canvas: &mut Canvas, mut column: usize, stroke: &Stroke) -> usize {
    for (letter, role) in &stroke.letters {
        column = canvas.put(column, *letter, *role);
    }
    column
}

/// An arrow between two columns.
struct Arrow<'a> {
    page: &'a Page,
    passage: &'a Passage,
    /// The columns it has, without the lifelines at its ends.
    from: usize,
    to: usize,
    goes_right: bool,
    role: Role,
}

/// What an arrow is made of, from the sender to the receiver.
enum Piece {
    Dash(usize),
    Sign(char, Role),
    Words(Stroke),
    Blank(usize),
}

impl<'a> Arrow<'a> {
    fn new(page: &'a Page, passage: &'a Passage) -> Self {
        let (from, to, goes_right) = match (&passage.from, &passage.to) {
            (End::Lifeline(from), End::Lifeline(to)) => {
                let (from, to) = (page.xs[*from], page.xs[*to]);
                (from.min(to) + 1, from.max(to), from <= to)
            }
            (End::Lifeline(from), End::Beyond(_)) => {
                let (left, right) = page.inside(*from);
                (left, right, left > page.xs[*from])
            }
            (End::Beyond(_), End::Lifeline(to)) => {
                let (left, right) = page.inside(*to);
                (left, right, left < page.xs[*to])
            }
            (End::Beyond(_), End::Beyond(_)) => (page.whole().0 + 1, page.whole().1, true),
        };
        let role = match (passage.is_inferred, &passage.from) {
            (true, _) => Role::Inferred,
            (false, End::Lifeline(from)) => Role::Arrow(page.seat(*from)),
            (false, End::Beyond(_)) => Role::Dim,
        };
        Self {
            page,
            passage,
            from,
            // A host's segment to itself has no way to go.
            to: to.max(from),
            goes_right,
            role,
        }
    }

    fn draw(&self) -> Vec<Canvas> {
        let is_ascii = self.page.look.is_ascii;
        let room = self.to - self.from;
        let (before, after) = self.ends();
        let taken = size(&before) + size(&after);
        let is_half = !(self.passage.has_left && self.passage.fate.is_some());
        let (short, numbers) = &self.passage.short;
        let whole = self.named(&self.passage.title, is_half);
        let mut notes = Vec::new();
        let name = if whole.stroke(is_ascii).width + 4 + taken <= room {
            whole
        } else {
            notes.extend((!numbers.is_empty()).then(|| numbers.clone()));
            self.named(short, is_half)
        };
        let mut name = name.stroke(is_ascii);
        clip(&mut name, room.saturating_sub(4 + taken));
        let mut canvas = self.page.canvas();
        self.lay(&mut canvas, self.pieces(before, name, after));
        let mut sheets = vec![canvas];
        let own = self.passage.notes.iter();
        notes.extend(own.map(|note| Ink::new(note, Role::Note)));
        let gap = self.gap();
        let notes = self.joined(notes, gap);
        sheets.extend(beside(self.page, &notes, gap, Align::Middle, NOTES));
        if let Some(bytes) = self
            .passage
            .bytes
            .as_ref()
            .filter(|_| self.passage.has_left)
        {
            sheets.extend(beside(self.page, bytes, gap, Align::Block, BYTES));
        }
        sheets
    }

    /// With its number, where it is seen twice.
    fn named(&self, title: &Ink, is_half: bool) -> Ink {
        let letters = title.stroke(self.page.look.is_ascii).letters;
        let has_number = letters.first().is_some_and(|(letter, _)| *letter == '#');
        let mut name = Ink::default();
        if is_half && !has_number {
            name.push(&format!("#{} ", self.passage.segment), Role::Dim);
        }
        name.add(title.clone());
        name
    }

    /// Beside each other, or below each other where they are too long.
    fn joined(&self, notes: Vec<Ink>, (from, to): (usize, usize)) -> Ink {
        let is_ascii = self.page.look.is_ascii;
        let widths = notes.iter().map(|note| note.stroke(is_ascii).width + 3);
        let fits = widths.sum::<usize>() <= to - from + 1;
        let mut joined = Ink::default();
        for note in notes {
            if !joined.is_empty() {
                joined.push(if fits { " · " } else { "\n" }, Role::Note);
            }
            joined.add(note);
        }
        joined
    }

    /// What stands at the two ends.
    fn ends(&self) -> (Vec<Piece>, Vec<Piece>) {
        let glyphs = self.page.glyphs;
        let is_ascii = self.page.look.is_ascii;
        let head = |right: char, left: char| {
            let sign = if self.goes_right { right } else { left };
            Piece::Sign(sign, self.role)
        };
        let words = |text: &str, role| Piece::Words(Ink::new(text, role).stroke(is_ascii));
        let mut before = Vec::new();
        if let (true, End::Beyond(name)) = (self.passage.has_left, &self.passage.from) {
            before.push(words(name.as_deref().unwrap_or("?"), Role::Dim));
            before.push(Piece::Blank(1));
        }
        if self.passage.is_twin && self.passage.has_left {
            before.push(Piece::Sign(glyphs.twin, self.role));
        }
        let mut after = Vec::new();
        match self.passage.fate {
            Some(Came::Delivered) => {
                after.push(head(glyphs.right, glyphs.left));
                if let End::Beyond(name) = &self.passage.to {
                    after.push(Piece::Blank(1));
                    after.push(words(name.as_deref().unwrap_or("?"), Role::Dim));
                }
            }
            Some(Came::Dropped) => {
                after.push(Piece::Sign(glyphs.dropped, Role::Dropped));
                after.push(Piece::Blank(1));
                let dropped = say!(self.page.look.language, "terminal.dropped");
                after.push(words(&dropped, Role::Dropped));
                after.push(Piece::Blank(1));
            }
            None => after.push(head(glyphs.leaves_right, glyphs.leaves_left)),
        }
        (before, after)
    }

    /// All that is left of its way is dashes and blanks.
    fn pieces(&self, before: Vec<Piece>, name: Stroke, after: Vec<Piece>) -> Vec<Piece> {
        let room = self.to - self.from;
        let rest = room.saturating_sub(size(&before) + size(&after) + name.width + 2);
        let (has_left, fate) = (self.passage.has_left, self.passage.fate);
        // Blanks at the sender's end, dashes before the name and after it, blanks at the other end.
        let (blank, first, second, blank_after) = match (has_left, fate) {
            (true, Some(Came::Delivered)) if self.passage.is_twin => {
                let blank = rest.min(room / 3);
                let dashes = rest - blank;
                (blank, dashes / 2, dashes - dashes / 2, 0)
            }
            (true, Some(Came::Delivered)) => {
                let first = self.clear(rest, size(&before), name.width);
                (0, first, rest - first, 0)
            }
            (true, None | Some(Came::Dropped)) => {
                let dashes = rest.min((room / 8).max(4));
                (0, dashes / 2, dashes - dashes / 2, rest - dashes)
            }
            (false, Some(Came::Delivered)) | (false, None) => {
                let dashes = rest.min((room / 8).max(4));
                (rest - dashes, dashes / 2, dashes - dashes / 2, 0)
            }
            (false, Some(Came::Dropped)) => {
                let dashes = rest.min(4);
                let blank = (rest - dashes) / 2;
                (
                    blank,
                    dashes / 2,
                    dashes - dashes / 2,
                    rest - dashes - blank,
                )
            }
        };
        let mut pieces = vec![Piece::Blank(blank)];
        pieces.extend(before);
        pieces.push(Piece::Dash(first));
        pieces.push(Piece::Blank(1));
        pieces.push(Piece::Words(name));
        pieces.push(Piece::Blank(1));
        pieces.push(Piece::Dash(second));
        pieces.extend(after);
        pieces.push(Piece::Blank(blank_after));
        pieces
    }

    /// How many dashes stand before a name, so that it covers no lifeline on its way: as near to
    /// the middle as can be.
    fn clear(&self, rest: usize, before: usize, name: usize) -> usize {
        let between = self
            .page
            .xs
            .iter()
            .filter(|x| (self.from..self.to).contains(*x));
        let between: Vec<usize> = between
            .map(|x| match self.goes_right {
                true => x - self.from,
                false => self.to - 1 - x,
            })
            .collect();
        let is_clear = |first: &usize| {
            let begins = before + first;
            let covered = begins..begins + name + 2;
            !between.iter().any(|x| covered.contains(x))
        };
        let middle = rest / 2;
        let mut tries: Vec<usize> = (0..=rest).collect();
        tries.sort_by_key(|first| first.abs_diff(middle));
        tries.into_iter().find(is_clear).unwrap_or(middle)
    }

    /// From left to right, whichever way it goes.
    fn lay(&self, canvas: &mut Canvas, pieces: Vec<Piece>) {
        let mut column = self.from;
        let mut pieces = pieces;
        if !self.goes_right {
            pieces.reverse();
        }
        for piece in &pieces {
            match piece {
                Piece::Blank(count) => column += count,
                Piece::Sign(sign, role) => column = canvas.put(column, *sign, *role),
                Piece::Words(stroke) => column = write(canvas, column, stroke),
                Piece::Dash(count) => {
                    for at in column..column + count {
                        self.dash(canvas, at);
                    }
                    column += count;
                }
            }
        }
    }

    fn dash(&self, canvas: &mut Canvas, at: usize) {
        let glyphs = self.page.glyphs;
        let is_lifeline = self.page.xs.contains(&at);
        // Nobody saw it cross: every other column.
        let is_gap = self.passage.is_inferred && (at - self.from) % 2 == 1;
        match (is_lifeline, is_gap) {
            (true, true) => {}
            (true, false) => {
                canvas.put(at, glyphs.cross, self.role);
            }
            (false, true) => {}
            (false, false) if self.passage.is_inferred => {
                canvas.put(at, '-', self.role);
            }
            (false, false) => {
                canvas.put(at, glyphs.dash, self.role);
            }
        }
    }

    /// Where words about it stand: beside its sender, or beside its receiver when it comes.
    fn gap(&self) -> (usize, usize) {
        let inner = |x: &&usize| (self.from..self.to).contains(*x);
        let mut between = self.page.xs.iter().filter(inner);
        let is_left_end = self.goes_right == self.passage.has_left;
        match is_left_end {
            true => (self.from, between.next().copied().unwrap_or(self.to)),
            false => (between.next_back().map_or(self.from, |x| x + 1), self.to),
        }
    }
}

fn size(pieces: &[Piece]) -> usize {
    let sizes = pieces.iter().map(|piece| match piece {
        Piece::Dash(count) | Piece::Blank(count) => *count,
        Piece::Sign(..) => 1,
        Piece::Words(stroke) => stroke.width,
    });
    sizes.sum()
}

/// To at most so many columns.
fn clip(stroke: &mut Stroke, room: usize) {
    while stroke.width > room {
        let Some((letter, _)) = stroke.letters.pop() else {
            return;
        };
        stroke.width -= width(letter);
    }
}

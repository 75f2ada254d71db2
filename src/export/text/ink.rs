//! Text with roles that is broken into lines.

use super::glyphs::{clean, width};
use super::span::Role;

/// More of one text is not looked at: a program can print megabytes.
const MOST: usize = 16 << 10;
/// What a line that goes on is moved in by.
const INDENT: usize = 2;

#[derive(Clone, Debug, Default)]
pub struct Ink(Vec<(String, Role)>);

/// One line, and what it takes.
#[derive(Default)]
pub struct Stroke {
    pub letters: Vec<(char, Role)>,
    pub width: usize,
}

impl Ink {
    pub fn new(text: impl Into<String>, role: Role) -> Self {
        Self(vec![(text.into(), role)])
    }

    pub fn push(&mut self, text: &str, role: Role) {
        self.0.push((text.to_owned(), role));
    }

    pub fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|(text, _)| text.is_empty())
    }

    /// As one line, however long.
    pub fn stroke(&self, is_ascii: bool) -> Stroke {
        let mut stroke = Stroke::default();
        for (letter, role) in self.letters(is_ascii) {
            let letter = if letter == '\n' { ' ' } else { letter };
            stroke.width += width(letter);
            stroke.letters.push((letter, role));
        }
        stroke
    }

    /// As lines of at most so many columns; of more lines than `most`, the first and the last.
    pub fn strokes(&self, room: usize, most: (usize, usize), is_ascii: bool) -> Vec<Stroke> {
        let mut strokes = Vec::new();
        let mut line = Vec::new();
        let mut letters = self.letters(is_ascii).into_iter().peekable();
        while let Some(letter) = letters.next() {
            if letter.0 != '\n' {
                line.push(letter);
            }
            if letter.0 == '\n' || letters.peek().is_none() {
                wrap(std::mem::take(&mut line), room.max(4), &mut strokes);
            }
        }
        let (first, last) = most;
        if strokes.len() > first + last + 1 {
            let left_out = strokes.len() - first - last;
            let mut gap = Stroke::default();
            let dots = if is_ascii { "..." } else { "…" };
            for letter in format!("{dots} +{left_out}").chars() {
                gap.width += width(letter);
                gap.letters.push((letter, Role::Dim));
            }
            strokes.splice(first..first + left_out, [gap]);
        }
        strokes
    }

    fn letters(&self, is_ascii: bool) -> Vec<(char, Role)> {
        let mut letters = Vec::new();
        for (text, role) in &self.0 {
            let cut = text
                .char_indices()
                .nth(MOST)
                .map_or(text.len(), |(at, _)| at);
            let cleaned = clean(&text[..cut], is_ascii);
            letters.extend(cleaned.chars().map(|letter| (letter, *role)));
            if cut < text.len() {
                let more = format!("… +{} B", text.len() - cut);
                letters.extend(
                    clean(&more, is_ascii)
                        .chars()
                        .map(|letter| (letter, Role::Dim)),
                );
            }
        }
        letters
    }
}

/// Breaks one line where a reader would, else wherever it is full.
fn wrap(letters: Vec<(char, Role)>, room: usize, strokes: &mut Vec<Stroke>) {
    let mut stroke = Stroke::default();
    for (letter, role) in letters {
        let wide = width(letter);
        if stroke.width + wide > room {
            let rest = broken_off(&mut stroke, letter);
            strokes.push(std::mem::take(&mut stroke));
            let indent = INDENT.min(room / 4);
            stroke.letters = vec![(' ', Role::Plain); indent];
            stroke.letters.extend(rest);
            stroke.width = width_of(&stroke.letters);
        }
        stroke.width += wide;
        stroke.letters.push((letter, role));
    }
    strokes.push(stroke);
}

/// What moves to the next line, on which `next` comes then; not more than half of it.
fn broken_off(stroke: &mut Stroke, next: char) -> Vec<(char, Role)> {
    let letter = |at: usize| stroke.letters.get(at).map_or(next, |(letter, _)| *letter);
    let count = stroke.letters.len();
    let may_break = |at: &usize| {
        let (before, after) = (letter(at - 1), letter(*at));
        match before {
            // A sign stays with what it belongs to.
            ' ' => *at < 2 || !"→✕·»>".contains(letter(at - 2)),
            ',' | '(' => after != ' ' && after != ')',
            _ => after == '\\' && before != '\'',
        }
    };
    let Some(at) = ((count / 2).max(1)..=count).rev().find(may_break) else {
        return Vec::new();
    };
    let rest = stroke.letters.split_off(at);
    while stroke
        .letters
        .last()
        .is_some_and(|(letter, _)| *letter == ' ')
    {
        stroke.letters.pop();
    }
    stroke.width = width_of(&stroke.letters);
    rest
}

fn width_of(letters: &[(char, Role)]) -> usize {
    letters.iter().map(|(letter, _)| width(*letter)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, room: usize, expected: &[&str]) {
        let strokes = Ink::new(text, Role::Plain).strokes(room, (9, 9), false);
        let lines = strokes.iter().map(|stroke| {
            assert!(stroke.width <= room, "{text}");
            stroke.letters.iter().map(|(letter, _)| *letter).collect()
        });
        let lines: Vec<String> = lines.collect();
        assert_eq!(lines, expected, "{text}");
    }

    #[test]
    fn a_line_breaks_at_a_blank_or_where_it_is_full() {
        check("one two three", 20, &["one two three"]);
        check("one two three", 10, &["one two", "  three"]);
        check("onetwothree", 8, &["onetwoth", "  ree"]);
        check("one\ntwo", 8, &["one", "two"]);
        check("服务端已经启动", 8, &["服务端已", "  经启动"]);
        check("a\u{1b}[31mb", 20, &["a\\x1b[31mb"]);
        check("", 8, &[]);
        check(
            "connect(('10.0.0.2', 80))",
            18,
            &["connect((", "  '10.0.0.2', 80))"],
        );
        check(
            "f(b'\\xe4\\xbd\\xa0')",
            13,
            &["f(b'\\xe4\\xbd", "  \\xa0')"],
        );
        check("recv() → b'x'", 12, &["recv()", "  → b'x'"]);
    }

    #[test]
    fn of_many_lines_the_first_and_the_last_are_shown() {
        let text: Vec<String> = (0..30).map(|line| line.to_string()).collect();
        let strokes = Ink::new(text.join("\n"), Role::Plain).strokes(9, (2, 1), false);
        let lines = strokes.iter().map(|stroke| {
            let letters = stroke.letters.iter().map(|(letter, _)| *letter);
            letters.collect::<String>()
        });
        assert_eq!(lines.collect::<Vec<_>>(), ["0", "1", "… +27", "29"]);
    }
}

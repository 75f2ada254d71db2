//! One line as columns, on which things are put one over the other.

use super::glyphs::width;
use super::span::{Line, Role};

/// A letter with marks above it has few of them; more come from those who want to spoil a screen.
const MARKS: usize = 4;

pub struct Canvas {
    cells: Vec<Cell>,
}

#[derive(Clone, Default)]
struct Cell {
    /// `None` right of a wide letter.
    letter: Option<char>,
    /// Letters without a width of their own.
    marks: String,
    role: Role,
    is_taken: bool,
}

impl Canvas {
    pub fn new(width: usize) -> Self {
        let blank = Cell {
            letter: Some(' '),
            ..Cell::default()
        };
        Self {
            cells: vec![blank; width],
        }
    }

    /// Puts one letter into a column, unless it does not fit. Gives the next column.
    pub fn put(&mut self, column: usize, letter: char, role: Role) -> usize {
        let wide = width(letter);
        if wide == 0 {
            let before = column.checked_sub(1).and_then(|at| self.cells.get_mut(at));
            if let Some(cell) = before.filter(|cell| cell.marks.chars().count() < MARKS) {
                cell.marks.push(letter);
            }
            return column;
        }
        if column + wide > self.cells.len() {
            return column;
        }
        for (nth, cell) in self.cells[column..column + wide].iter_mut().enumerate() {
            *cell = Cell {
                letter: (nth == 0).then_some(letter),
                marks: String::new(),
                role,
                is_taken: true,
            };
        }
        column + wide
    }

    pub fn write(&mut self, column: usize, text: &str, role: Role) -> usize {
        text.chars()
            .fold(column, |column, letter| self.put(column, letter, role))
    }

    /// Nothing but blanks there.
    pub fn is_free(&self, from: usize, to: usize) -> bool {
        let to = to.min(self.cells.len());
        self.cells[from.min(to)..to]
            .iter()
            .all(|cell| !cell.is_taken)
    }

    pub fn line(self) -> Line {
        let end = self.cells.iter().rposition(|cell| cell.letter != Some(' '));
        let mut line = Line::default();
        for cell in &self.cells[..end.map_or(0, |end| end + 1)] {
            let Some(letter) = cell.letter else { continue };
            let mut text = letter.to_string();
            text.push_str(&cell.marks);
            line.push(&text, cell.role);
        }
        line
    }
}

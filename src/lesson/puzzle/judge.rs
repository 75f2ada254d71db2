//! Answers to a puzzle, held against its run; and which row tells, where one is wrong.

use super::case::value;
use super::rows::Row;
use super::{Blank, Field};

/// What a learner has answered so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attempt {
    /// Which option, of a fault.
    pub choice: Option<usize>,
    /// The rows by their index, from top to bottom.
    pub order: Vec<usize>,
    /// The text in each blank.
    pub filled: Vec<String>,
}

/// What to look at, after a wrong answer. Rows are counted from 0.
#[derive(Clone, Debug, PartialEq)]
pub enum Clue {
    /// This row tells.
    Row(usize),
    /// Up to this place, and no further, it is right. The row that belongs here is held back by
    /// `needs`: what it answers stands further down.
    Place {
        place: usize,
        because: Option<Telling>,
    },
    /// This blank is wrong.
    Blank {
        blank: usize,
        because: Option<Telling>,
    },
}

/// Another row from which a number follows. Rows are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// The same side sent this before: its number and its length give the next number.
    Follows { row: usize, seq: u32, takes: u32 },
    /// The other side says that it waits for this number.
    Awaited { row: usize },
    /// The other side sent this: its number and its length give what is acknowledged.
    Answers { row: usize, seq: u32, takes: u32 },
    /// What comes next begins so far behind it.
    Until { row: usize, next: u32 },
}

impl Attempt {
    /// At the beginning: nothing filled in, and the rows mixed. The same every time, so that two
    /// learners can talk about it, and never the right order by chance.
    pub fn new(seed: &str, rows: &[Row], blanks: usize) -> Self {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        // FNV-1a, and then a xorshift: any mixing does, as long as it is always the same.
        let mut noise = seed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        for at in (1..order.len()).rev() {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            order.swap(at, (noise % (at as u64 + 1)) as usize);
        }
        let mut turns = 0;
        while self::order(rows, &order).is_empty() && turns < rows.len() {
            order.rotate_left(1);
            turns += 1;
        }
        Self {
            choice: None,
            order,
            filled: vec![String::new(); blanks],
        }
    }
}

/// The first place where the order differs from what happened. Rows that look alike may change
/// places.
pub(super) fn order(rows: &[Row], order: &[usize]) -> Vec<Clue> {
    let differs = |place: &usize| {
        let put = order.get(*place).and_then(|row| rows.get(*row));
        !put.is_some_and(|put| put.looks_like(&rows[*place]))
    };
    let place = (0..rows.len()).find(differs);
    let clue = place.map(|place| {
        // Why what was put here cannot be here yet: it answers what comes later.
        let put = order.get(place).copied().filter(|row| *row < rows.len());
        let because = put.and_then(|put| answered(rows, put));
        let is_later = |telling: &Telling| {
            let Telling::Answers { row, .. } = telling else {
                return false;
            };
            let at = order.iter().position(|put| put == row);
            at.is_some_and(|at| at > place)
        };
        Clue::Place {
            place,
            because: because.filter(is_later),
        }
    });
    clue.into_iter().collect()
}

pub(super) fn blanks(rows: &[Row], blanks: &[Blank], filled: &[String]) -> Vec<Clue> {
    let mut clues = Vec::new();
    for (at, blank) in blanks.iter().enumerate() {
        let written = filled.get(at).map_or("", String::as_str);
        let index = blank.row.saturating_sub(1);
        let right = rows.get(index).and_then(|row| value(row, blank.field));
        if right.is_some_and(|right| is_same(&right, written, blank.field)) {
            continue;
        }
        clues.push(Clue::Blank {
            blank: at,
            because: telling(rows, index, blank.field),
        });
    }
    clues
}

/// Digits may be full-width: a Chinese keyboard writes them so.
fn is_same(right: &str, written: &str, field: Field) -> bool {
    let written: String = written
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '０'..='９' => char::from(b'0' + (u32::from(c) - u32::from('０')) as u8),
            other => other,
        })
        .collect();
    match field {
        Field::Flags => right.eq_ignore_ascii_case(&written),
        Field::Seq | Field::Ack | Field::Length | Field::Window => {
            let number = |text: &str| text.parse::<u64>().ok();
            number(&written).is_some() && number(&written) == number(right)
        }
    }
}

/// From which other row the value follows.
fn telling(rows: &[Row], index: usize, field: Field) -> Option<Telling> {
    let row = rows.get(index)?;
    match field {
        Field::Seq => {
            let seq = row.seq?;
            followed(rows, index, seq).or_else(|| {
                let awaits = |other: &Row| other.way != row.way && other.ack == Some(seq);
                last_before(rows, index, awaits).map(|row| Telling::Awaited { row })
            })
        }
        Field::Ack => answered(rows, index),
        Field::Length => {
            let next = row.seq?.wrapping_add(row.takes());
            let is_next = |other: &Row| {
                let own = other.way == row.way && other.seq == Some(next);
                own || other.way != row.way && other.ack == Some(next)
            };
            let mut later = index + 1..rows.len();
            let found = later.find(|at| is_same_ends(row, &rows[*at]) && is_next(&rows[*at]));
            found.map(|row| Telling::Until { row, next })
        }
        Field::Flags | Field::Window => None,
    }
}

/// The row of its own side that ends where this number begins.
fn followed(rows: &[Row], index: usize, seq: u32) -> Option<Telling> {
    let row = &rows[index];
    let ends_there = |other: &Row| other.way == row.way && ends_at(other, seq);
    last_before(rows, index, ends_there).and_then(|at| {
        Some(Telling::Follows {
            row: at,
            seq: rows[at].seq?,
            takes: rows[at].takes(),
        })
    })
}

/// The row of the other side that this one acknowledges.
fn answered(rows: &[Row], index: usize) -> Option<Telling> {
    let row = rows.get(index)?;
    let ack = row.ack?;
    let ends_there = |other: &Row| other.way != row.way && ends_at(other, ack);
    last_before(rows, index, ends_there).and_then(|at| {
        Some(Telling::Answers {
            row: at,
            seq: rows[at].seq?,
            takes: rows[at].takes(),
        })
    })
}

fn ends_at(row: &Row, number: u32) -> bool {
    let end = row.seq.map(|seq| seq.wrapping_add(row.takes()));
    row.takes() > 0 && end == Some(number)
}

fn last_before(rows: &[Row], index: usize, is_it: impl Fn(&Row) -> bool) -> Option<usize> {
    (0..index).rfind(|at| is_same_ends(&rows[index], &rows[*at]) && is_it(&rows[*at]))
}

/// Of one connection.
fn is_same_ends(one: &Row, other: &Row) -> bool {
    one.ports == other.ports && one.peer == other.peer
}

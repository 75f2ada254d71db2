//! A puzzle with its run: the rows, and what is right, both from the run alone.

use super::judge::{Attempt, Clue};
use super::rows::{self, Row};
use super::{Asks, Blank, Field, Puzzle, Suspect};
use crate::lesson::beside::Wrong;
use crate::trace::{Moment, Trace, WireKind};

/// So many fit beside a stage.
const MOST_ROWS: usize = 20;

/// A puzzle whose run is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The release of the kernel that it was recorded on.
    pub kernel: String,
    /// In the order in which they happened.
    pub rows: Vec<Row>,
    /// What was sent to this host meanwhile and never reached it.
    pub unseen: Vec<Row>,
    /// Of a fault: which option holds.
    pub right: Option<usize>,
    /// Of a fault: the index of the row that tells.
    pub tells: usize,
    pub(super) asks: Asked,
}

/// What [`Case::judge`] needs of [`Asks`].
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Asked {
    Fault,
    Order,
    Blanks(Vec<Blank>),
}

impl Case {
    pub(super) fn of(puzzle: &Puzzle, trace: &Trace) -> Result<Self, Wrong> {
        let header = trace.header();
        let run = &puzzle.run;
        if header.wire == WireKind::Loopback {
            let message = format!("the run '{run}' was recorded in loopback mode");
            return Err((message, "record it without --loopback".to_owned()));
        }
        if header.wire == WireKind::Captured {
            let message = format!("the run '{run}' is a capture, whose states are inferred");
            return Err((message, "record one with sockstep run --save".to_owned()));
        }
        let mut hosts = header.hosts.iter().map(|host| host.name.as_str());
        if !hosts.any(|host| host == puzzle.seen_by) {
            let names = header.hosts.iter().map(|host| host.name.as_str());
            let names: Vec<&str> = names.collect();
            let message = format!("no host of the run '{run}' is called '{}'", puzzle.seen_by);
            return Err((message, format!("write one of {}", names.join(", "))));
        }
        let seen = rows::seen_by(trace, &puzzle.seen_by);
        let mut rows = shown(puzzle, seen.rows)?;
        let (first, last) = match rows.as_slice() {
            [first, .., last] => (first.at_us, last.at_us),
            _ => {
                let message = format!("fewer than two segments of the run '{run}' are shown");
                return Err((message, "write a wider show:".to_owned()));
            }
        };
        let mut unseen = seen.unseen;
        unseen.retain(|row| (first..=last).contains(&row.at_us));
        if !needs_windows(puzzle, &rows) {
            let all = rows.iter_mut().chain(&mut unseen);
            all.for_each(|row| row.window = None);
        }
        let mut case = Self {
            kernel: header.kernel.clone(),
            right: None,
            tells: rows.len() - 1,
            asks: Asked::Order,
            rows: Vec::new(),
            unseen: Vec::new(),
        };
        match &puzzle.asks {
            Asks::Fault(suspects) => {
                let (right, moment) = decide(suspects, trace)?;
                case.right = Some(right);
                case.tells = telling(&rows, moment);
                case.asks = Asked::Fault;
            }
            Asks::Order => check_order(&rows)?,
            Asks::Blanks(blanks) => {
                check_blanks(blanks, &rows)?;
                case.asks = Asked::Blanks(blanks.clone());
            }
        }
        if let Some(tells) = puzzle.tells {
            case.tells = index(tells, &rows)?;
        }
        for row in rows.iter_mut().chain(&mut unseen) {
            // Only a damaged run goes back in time.
            row.at_us = row.at_us.saturating_sub(first);
        }
        case.rows = rows;
        case.unseen = unseen;
        Ok(case)
    }

    /// Whether everything is right, and what to look at where it is not.
    pub fn judge(&self, attempt: &Attempt) -> Result<(), Vec<Clue>> {
        let clues = match &self.asks {
            Asked::Fault => match attempt.choice == self.right {
                true => Vec::new(),
                false => vec![Clue::Row(self.tells)],
            },
            Asked::Order => super::judge::order(&self.rows, &attempt.order),
            Asked::Blanks(blanks) => super::judge::blanks(&self.rows, blanks, &attempt.filled),
        };
        match clues.is_empty() {
            true => Ok(()),
            false => Err(clues),
        }
    }

    /// What stands in the field.
    pub fn value(&self, blank: Blank) -> String {
        let row = blank.row.checked_sub(1).and_then(|row| self.rows.get(row));
        row.and_then(|row| value(row, blank.field))
            .unwrap_or_default()
    }

    /// What was left out, in the order of the block.
    pub fn blanks(&self) -> &[Blank] {
        match &self.asks {
            Asked::Blanks(blanks) => blanks,
            Asked::Fault | Asked::Order => &[],
        }
    }
}

/// Windows are numbers more to read: only where one is closed, or is asked for.
fn needs_windows(puzzle: &Puzzle, rows: &[Row]) -> bool {
    let is_closed = rows.iter().any(|row| row.window == Some(0));
    let is_asked = match &puzzle.asks {
        Asks::Blanks(blanks) => blanks.iter().any(|blank| blank.field == Field::Window),
        Asks::Fault(_) | Asks::Order => false,
    };
    is_closed || is_asked
}

/// A field of a row in words; `None` where it has no such field.
pub(super) fn value(row: &Row, field: Field) -> Option<String> {
    match field {
        Field::Flags => row.seq.map(|_| row.flags.clone()),
        Field::Seq => row.seq.map(|seq| seq.to_string()),
        Field::Ack => row.ack.map(|ack| ack.to_string()),
        Field::Length => Some(row.length.to_string()),
        Field::Window => row.window.map(|window| window.to_string()),
    }
}

fn shown(puzzle: &Puzzle, rows: Vec<Row>) -> Result<Vec<Row>, Wrong> {
    let (run, count) = (&puzzle.run, rows.len());
    let (from, to) = match &puzzle.show {
        None => (1, count),
        Some(show) => (*show.start(), *show.end()),
    };
    if from == 0 || to > count || from > to {
        let message = format!("the run '{run}' has no rows {from} to {to}");
        return Err((message, format!("{} saw {count}", puzzle.seen_by)));
    }
    if to - from >= MOST_ROWS {
        let message = format!("{} rows are more than {MOST_ROWS}", to - from + 1);
        let remedy = "write which to show, e.g. show: 1 to 6".to_owned();
        return Err((message, remedy));
    }
    Ok(rows.into_iter().take(to).skip(from - 1).collect())
}

/// The one option that holds in the run, and when it first did.
fn decide(suspects: &[Suspect], trace: &Trace) -> Result<(usize, Moment), Wrong> {
    let header = trace.header();
    let hosts = header.hosts.iter().map(|host| host.name.as_str());
    let programs = header.programs.iter().map(|program| program.name.as_str());
    let known: Vec<&str> = hosts.chain(programs).collect();
    let mut names = suspects.iter().flat_map(|suspect| suspect.when.names());
    if let Some(name) = names.find(|name| !known.contains(name)) {
        let message = format!("'{name}' is neither a program nor a host of the recorded run");
        return Err((
            message,
            format!("write one of {}, or any", known.join(", ")),
        ));
    }
    let held = suspects.iter().enumerate();
    let held = held.filter_map(|(at, suspect)| Some((at, suspect.when.first_moment(trace)?)));
    let held: Vec<(usize, Moment)> = held.collect();
    match held.as_slice() {
        [one] => Ok(*one),
        [] => {
            let message = "none of the options holds in the run".to_owned();
            Err((message, "one must: write what happened in it".to_owned()))
        }
        several => {
            let which = several
                .iter()
                .map(|(at, _)| format!("[{}]", suspects[*at].when));
            let which: Vec<String> = which.collect();
            let message = format!("several options hold in the run: {}", which.join(", "));
            Err((message, "write them so that exactly one does".to_owned()))
        }
    }
}

/// The first row after it that shows something again, or else the first row after it.
fn telling(rows: &[Row], moment: Moment) -> usize {
    let after = rows.iter().position(|row| row.moment >= moment);
    let after = after.unwrap_or(rows.len() - 1);
    let is_again = |at: &usize| rows[..*at].iter().any(|row| row.looks_like(&rows[*at]));
    (after..rows.len()).find(is_again).unwrap_or(after)
}

fn check_order(rows: &[Row]) -> Result<(), Wrong> {
    let is_one = rows.windows(2).all(|two| two[0].looks_like(&two[1]));
    match is_one {
        false => Ok(()),
        true => {
            let message = "the rows all look alike, so no order is wrong".to_owned();
            Err((message, "show other rows".to_owned()))
        }
    }
}

fn check_blanks(blanks: &[Blank], rows: &[Row]) -> Result<(), Wrong> {
    for blank in blanks {
        let at = index(blank.row, rows)?;
        if value(&rows[at], blank.field).is_none() {
            let (field, row) = (blank.field.word(), blank.row);
            let message = format!("row {row} has no {field}");
            return Err((message, "leave out a field that is there".to_owned()));
        }
    }
    Ok(())
}

fn index(row: usize, rows: &[Row]) -> Result<usize, Wrong> {
    let at = row.checked_sub(1).filter(|at| *at < rows.len());
    at.ok_or_else(|| {
        let message = format!("there is no row {row}");
        (message, format!("{} rows are shown", rows.len()))
    })
}

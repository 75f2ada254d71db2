//! The programs as they ran, what they called, and what was said.

use super::super::clean;
use super::super::document::{Block, Cell, Column, Listing, Row, Section, Table};
use super::super::run::Run;
use super::{seconds, title};
use crate::model::{Activity, CallRecord, Program};
use crate::trace::Returned;
use crate::words::say;

const MOST_PROGRAMS: usize = 30;
const MOST_LINES: usize = 1_500;
/// Of a program's text, in bytes: lines of a usual length, that is.
const MOST_TEXT: usize = 60_000;
/// So many calls are listed at each end.
const FIRST_CALLS: usize = 60;
const LAST_CALLS: usize = 20;

pub fn section(run: &Run<'_>) -> Option<Section> {
    let language = run.language;
    let programs = run.state.program_order.iter();
    let programs = programs.filter_map(|name| run.state.programs.get(name));
    let programs: Vec<&Program> = programs.collect();
    if programs.is_empty() {
        return None;
    }
    let mut section = Section::new("programs", say!(language, "report.programs_section"));
    section.is_long = true;
    for program in programs.iter().take(MOST_PROGRAMS) {
        program_blocks(run, program, &mut section.blocks);
    }
    if let Some(more) = programs
        .len()
        .checked_sub(MOST_PROGRAMS)
        .filter(|more| *more > 0)
    {
        let words = say!(language, "report.more", count = more).into_owned();
        section.blocks.push(Block::Aside(words));
    }
    Some(section)
}

fn program_blocks(run: &Run<'_>, program: &Program, blocks: &mut Vec<Block>) {
    let language = run.language;
    let name = title(run, &program.name);
    let file = clean::line(&program.file, 60);
    blocks.push(Block::Heading(
        say!(language, "report.program", name = name, file = file).into_owned(),
    ));
    blocks.push(Block::Listing(listing(program)));
    let lines = program.source.lines().count();
    let shown = program
        .source
        .get(..cut(&program.source))
        .map_or(0, |s| s.lines().count());
    if lines > shown.min(MOST_LINES) {
        let words = say!(
            language,
            "report.lines_left_out",
            count = lines - shown.min(MOST_LINES)
        );
        blocks.push(Block::Aside(words.into_owned()));
    }
    blocks.push(Block::Words(ended(run, program)));
    match run.said.get(program.name.as_str()) {
        Some(said) if !said.is_empty() => blocks.push(Block::Console(said.clone())),
        Some(_) | None => {
            let words = say!(language, "report.said_nothing").into_owned();
            blocks.push(Block::Words(words));
        }
    }
    if !program.calls.is_empty() {
        blocks.push(Block::Table(calls(run, program)));
    }
}

/// Where a text is cut, at most, so that no character is.
fn cut(text: &str) -> usize {
    let most = text.len().min(MOST_TEXT);
    (0..=most)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

fn listing(program: &Program) -> Listing {
    let (lines, _) = clean::lines(&program.source[..cut(&program.source)], MOST_LINES);
    let marked = match &program.activity {
        Activity::Ended {
            traceback: Some(traceback),
            line: Some(line),
        } => {
            let what = traceback.lines().rfind(|line| !line.trim().is_empty());
            let what = clean::line(what.unwrap_or_default(), 120);
            Some((*line as usize, what))
        }
        Activity::Ended { .. }
        | Activity::Running
        | Activity::Ready(_)
        | Activity::InCall(_)
        | Activity::Blocked(_)
        | Activity::Asking(_) => None,
    };
    Listing { lines, marked }
}

/// How it stood when the run ended.
fn ended(run: &Run<'_>, program: &Program) -> String {
    let language = run.language;
    let call = program.current_call();
    let call = call.map_or_else(String::new, |call| clean::line(&call.name, 60));
    let line = program.line.unwrap_or_default();
    match &program.activity {
        Activity::Ended {
            traceback: None, ..
        } => say!(language, "report.ended_well"),
        Activity::Ended {
            traceback: Some(_), ..
        } => say!(language, "report.ended_badly"),
        Activity::Running => say!(language, "report.was_running"),
        Activity::Ready(_) => say!(language, "report.was_ready", call = call, line = line),
        Activity::InCall(_) | Activity::Blocked(_) => {
            say!(language, "report.was_blocked", call = call, line = line)
        }
        Activity::Asking(_) => say!(language, "report.was_asking"),
    }
    .into_owned()
}

fn calls(run: &Run<'_>, program: &Program) -> Table {
    let language = run.language;
    let name = title(run, &program.name);
    let has_threads = program.calls.iter().any(|call| call.thread != 0);
    let mut columns = vec![
        Column::number(say!(language, "report.time")),
        Column::number(say!(language, "report.line")),
        Column::words(say!(language, "report.call")),
        Column::words(say!(language, "report.result")),
    ];
    if has_threads {
        columns.insert(1, Column::number(say!(language, "report.thread")));
    }
    let all = program.calls.len();
    let is_kept = |index: usize| index < FIRST_CALLS || index + LAST_CALLS >= all;
    let mut rows = Vec::new();
    for (index, call) in program.calls.iter().enumerate() {
        if is_kept(index) {
            rows.push(row(run, call, has_threads));
        } else if index == FIRST_CALLS {
            let count = all - FIRST_CALLS - LAST_CALLS;
            rows.push(Row::Head(
                say!(language, "report.more", count = count).into_owned(),
            ));
        }
    }
    Table {
        name: say!(language, "report.calls_of", name = name).into_owned(),
        columns,
        rows,
    }
}

fn row(run: &Run<'_>, call: &CallRecord, has_threads: bool) -> Row {
    let at_us = call.permitted_at_us.unwrap_or(call.announced_at_us);
    let shown = format!("{}({})", call.name, call.args);
    let mut cells = vec![
        Cell::Words(seconds(at_us)),
        Cell::number(call.line),
        Cell::Code(clean::line(&shown, 90)),
        result(run, call),
    ];
    if has_threads {
        cells.insert(1, Cell::number(call.thread));
    }
    Row::Cells(cells)
}

fn result(run: &Run<'_>, call: &CallRecord) -> Cell {
    let language = run.language;
    let Some(resolved) = &call.resolved else {
        let words = match call.permitted_at_us {
            Some(_) => say!(language, "report.never_returned"),
            None => say!(language, "report.not_made"),
        };
        return Cell::Words(words.into_owned());
    };
    let value = match &resolved.returned {
        Returned::Value { value } => Cell::Code(clean::line(value, 90)),
        Returned::Failed {
            error, exception, ..
        } => {
            let error = error.as_ref().map(|error| format!(" ({error})"));
            let text = format!("{exception}{}", error.unwrap_or_default());
            Cell::Bad(clean::line(&text, 90))
        }
    };
    match call.blocked_at_us {
        Some(_) => {
            let from_us = call.permitted_at_us.unwrap_or(call.announced_at_us);
            let waited = seconds(resolved.at_us.saturating_sub(from_us));
            let waited = say!(language, "report.waited", seconds = waited).into_owned();
            Cell::Lines(vec![value, Cell::Words(waited)])
        }
        None => value,
    }
}

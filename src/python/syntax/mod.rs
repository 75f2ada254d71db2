//! Syntax errors, in CPython's words where a beginner trips.
//!
//! In: the source and what the parser said. Out: the text that CPython 3.11 prints. `scan` finds what is
//! wrong with the letters, `advice` what is wrong with their order, `tokens` what is around a token.

mod advice;
mod depth;
mod scan;
mod tokens;

use std::fmt;

use rustpython_vm::builtins::PyBaseException;
use rustpython_vm::compiler::CompileError;
use rustpython_vm::{AsObject, Py, VirtualMachine};

use super::{Ending, Program};

/// How a program ends that cannot be compiled.
pub(super) fn ending(error: &CompileError, program: &Program) -> Ending {
    shown(advice::problem(&program.source, error), program)
}

/// How a program ends that must not be compiled, because the parser would not survive it.
pub(super) fn refusal(program: &Program) -> Option<Ending> {
    depth::too_deep(&program.source).map(|problem| shown(problem, program))
}

/// The same for what a program gives to `eval`, `exec` or `compile`: an exception's class and words.
pub(super) fn too_deep(source: &str) -> Option<(&'static str, String)> {
    depth::too_deep(source).map(|problem| (problem.class, problem.message))
}

/// Every line end as `\n`, which is how CPython reads a source.
pub(super) fn with_plain_newlines(source: &str) -> String {
    source.replace("\r\n", "\n").replace('\r', "\n")
}

fn shown(problem: Problem, program: &Program) -> Ending {
    let Problem {
        class,
        message,
        start,
        end,
    } = problem;
    let source = &program.source;
    let line = line_of(source, start);
    let line_start = line_start(source, line);
    let text = source[line_start..].split('\n').next().unwrap_or_default();
    let column = |offset: usize| {
        let before = text
            .char_indices()
            .filter(|(at, _)| line_start + at < offset);
        before.count() + 1
    };
    // A mark that goes on to another line ends with this one.
    let last = end.min(line_start + text.len()).max(start);
    let place = Place {
        file: program.file.clone(),
        line,
        text: Some(text.to_owned()),
        start: if end == UNMARKED { 0 } else { column(start) },
        end: column(last),
    };
    Ending {
        traceback: Some(format!("{place}{class}: {message}\n")),
        line: u32::try_from(line).ok(),
        is_stopped: false,
    }
}

/// What is wrong, in CPython's words, and which bytes of the source it is about.
struct Problem {
    class: &'static str,
    message: String,
    start: usize,
    end: usize,
}

/// An end that means: show the line and mark nothing.
const UNMARKED: usize = usize::MAX;

impl Problem {
    fn syntax(message: &str, start: usize, end: usize) -> Self {
        Self {
            class: "SyntaxError",
            message: message.to_owned(),
            start,
            end,
        }
    }

    fn unmarked(class: &'static str, message: &str, start: usize) -> Self {
        Self {
            class,
            message: message.to_owned(),
            start,
            end: UNMARKED,
        }
    }
}

fn line_of(source: &str, offset: usize) -> usize {
    source[..offset.min(source.len())].matches('\n').count() + 1
}

fn line_start(source: &str, line: usize) -> usize {
    source
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum()
}

/// Where a syntax error is, as it is shown: the file, the line's text, the carets.
pub(super) struct Place {
    file: String,
    line: usize,
    text: Option<String>,
    /// Columns in characters, from 1.
    start: usize,
    end: usize,
}

impl Place {
    pub fn of(exception: &Py<PyBaseException>, vm: &VirtualMachine) -> Option<Self> {
        let attribute = |name: &'static str| exception.as_object().get_attr(name, vm).ok();
        let number =
            |name| attribute(name).and_then(|value| value.try_into_value::<usize>(vm).ok());
        let text = |name| {
            let value = attribute(name).filter(|value| !vm.is_none(value))?;
            Some(value.str(vm).ok()?.to_string_lossy().into_owned())
        };
        let line = number("lineno")?;
        let start = number("offset").unwrap_or(0);
        let is_one_line = number("end_lineno").is_none_or(|end| end == line);
        let end = number("end_offset").filter(|_| is_one_line).unwrap_or(0);
        let file = text("filename").unwrap_or_else(|| "<string>".to_owned());
        Some(Self {
            file,
            line,
            text: text("text"),
            start,
            end,
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  File \"{}\", line {}", self.file, self.line)?;
        let Some(text) = &self.text else {
            return Ok(());
        };
        let text = text.trim_end_matches(['\n', '\r']);
        let shown = text.trim_start_matches([' ', '\n', '\t', '\x0c']);
        writeln!(f, "    {shown}")?;
        let indent = text.chars().count() - shown.chars().count();
        let Some(column) = self.start.checked_sub(indent + 1) else {
            return Ok(());
        };
        // Tabs before the mark stay tabs, so that it stays under its place.
        let space: String = shown
            .chars()
            .take(column)
            .map(|letter| if letter.is_whitespace() { letter } else { ' ' })
            .collect();
        let width = self.end.saturating_sub(self.start).max(1);
        writeln!(f, "    {space}{}", "^".repeat(width))
    }
}

//! Syntax errors, in CPython's words where a beginner trips.

use std::fmt;

use rustpython_vm::builtins::PyBaseException;
use rustpython_vm::compiler::CompileError;
use rustpython_vm::{AsObject, Py, VirtualMachine};

use super::{Ending, Program};

/// How a program ends that cannot be compiled.
pub(super) fn ending(error: &CompileError, program: &Program, vm: &VirtualMachine) -> Ending {
    let exception = vm.new_syntax_error(error, Some(&program.source));
    let place = Place::of(&exception, vm);
    let class = exception.class().name().to_string();
    let message = exception
        .as_object()
        .get_attr("msg", vm)
        .and_then(|message| message.str(vm));
    let message = message.map_or_else(
        |_| String::new(),
        |message| message.to_string_lossy().into_owned(),
    );
    let shown = place.as_ref().map_or_else(String::new, Place::to_string);
    Ending {
        traceback: Some(format!("{shown}{class}: {message}\n")),
        line: place.and_then(|place| u32::try_from(place.line).ok()),
        is_stopped: false,
    }
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

//! What CPython 3.11 prints when an exception ends a program, to the letter.
//!
//! The interpreter's own printer shows neither the carets nor repeated lines, reads source files
//! that do not exist here, and shows an exception's arguments where CPython shows its text.

use std::collections::HashSet;
use std::fmt::Write;

use rustpython_vm::builtins::{PyBaseException, PyBaseExceptionRef, PyList, PyTraceback};

use rustpython_vm::suggestion::offer_suggestions;
use rustpython_vm::{AsObject, Py, VirtualMachine};

use super::carets::{self, Span};
use super::running::Running;
use super::syntax;

/// The whole traceback, with the exceptions that led to this one, ending in a line end.
pub(super) fn text(
    exception: &PyBaseExceptionRef,
    running: &Running,
    vm: &VirtualMachine,
) -> String {
    let mut printer = Printer {
        text: String::new(),
        seen: HashSet::new(),
        running,
        vm,
    };
    printer.chain(exception);
    printer.text
}

/// The line of the program that the exception came through last.
pub(super) fn last_line(exception: &Py<PyBaseException>, file: &str) -> Option<u32> {
    let mut last = None;
    let mut entry = exception.__traceback__();
    while let Some(traceback) = entry {
        if traceback.frame.f_code().source_path().as_str() == file {
            last = u32::try_from(traceback.lineno.get()).ok();
        }
        entry = traceback.next.lock().clone();
    }
    last
}

struct Printer<'a> {
    text: String,
    seen: HashSet<usize>,
    running: &'a Running,
    vm: &'a VirtualMachine,
}

impl Printer<'_> {
    fn chain(&mut self, exception: &Py<PyBaseException>) {
        self.seen.insert(exception.get_id());
        if let Some(cause) = exception.__cause__() {
            if !self.seen.contains(&cause.get_id()) {
                self.chain(&cause);
                self.text.push_str(
                    "\nThe above exception was the direct cause of the following exception:\n\n",
                );
            }
        } else if let Some(context) = exception.__context__()
            && !self.suppresses_context(exception)
            && !self.seen.contains(&context.get_id())
        {
            self.chain(&context);
            self.text.push_str(
                "\nDuring handling of the above exception, another exception occurred:\n\n",
            );
        }
        self.one(exception);
    }

    fn suppresses_context(&self, exception: &Py<PyBaseException>) -> bool {
        let suppresses = exception
            .as_object()
            .get_attr("__suppress_context__", self.vm);
        suppresses.is_ok_and(|suppresses| suppresses.is(&self.vm.ctx.true_value))
    }

    fn one(&mut self, exception: &Py<PyBaseException>) {
        if let Some(first) = exception.__traceback__() {
            self.text.push_str("Traceback (most recent call last):\n");
            let mut entries = Vec::new();
            let mut entry = Some(first);
            while let Some(traceback) = entry {
                entry = traceback.next.lock().clone();
                entries.extend(self.entry(&traceback));
            }
            self.mark_attribute(exception, &mut entries);
            self.entries(&entries);
        }
        let place = exception.fast_isinstance(self.vm.ctx.exceptions.syntax_error)
            && self.syntax_place(exception);
        self.last_line(exception, place);
    }

    fn mark_attribute(&self, exception: &Py<PyBaseException>, entries: &mut [Entry]) {
        if !exception.fast_isinstance(self.vm.ctx.exceptions.attribute_error) {
            return;
        }
        let name = exception
            .as_object()
            .get_attr("name", self.vm)
            .and_then(|name| name.str(self.vm));
        if let (
            Ok(name),
            Some(Entry {
                file,
                line,
                span: Some(span),
                ..
            }),
        ) = (name, entries.last_mut())
            && let Some(source) = source(self.running, file, *line)
        {
            *span = span.with_attribute(source, &name.to_string_lossy());
        }
    }

    /// Our own modules' frames are left out: the learner has no file to look them up in. So are
    /// those of codecs, which are C in CPython.
    fn entry(&self, traceback: &PyTraceback) -> Option<Entry> {
        let code = traceback.frame.f_code();
        let file = code.source_path().as_str().to_owned();
        let is_ours = file.starts_with('<') && file != "<string>" && file != "<stdin>";
        let is_codec = file == "codecs" || file.starts_with("encodings");
        if is_ours || is_codec && file != self.running.file {
            return None;
        }
        let line = traceback.lineno.get();
        let span = code
            .code
            .locations
            .get(traceback.lasti as usize / 2)
            .map(|(start, end)| Span {
                line: start.line.get(),
                end_line: end.line.get(),
                start: start.character_offset.to_zero_indexed(),
                end: end.character_offset.to_zero_indexed(),
            });
        Some(Entry {
            file,
            line,
            name: code.code.obj_name.to_string(),
            span,
        })
    }

    fn entries(&mut self, entries: &[Entry]) {
        /// CPython prints a repeated line so often, and then counts.
        const SHOWN: usize = 3;
        let mut repeated = 0;
        for (index, entry) in entries.iter().enumerate() {
            let is_same = index > 0 && entry.is_same_place(&entries[index - 1]);
            if !is_same {
                self.repeated(repeated, SHOWN);
                repeated = 0;
            }
            repeated += 1;
            if repeated <= SHOWN {
                self.place(entry);
            }
        }
        self.repeated(repeated, SHOWN);
    }

    fn repeated(&mut self, times: usize, shown: usize) {
        if times > shown {
            let more = times - shown;
            let times = if more == 1 { "time" } else { "times" };
            writeln!(self.text, "  [Previous line repeated {more} more {times}]").ok();
        }
    }

    fn place(&mut self, entry: &Entry) {
        let Entry {
            file,
            line,
            name,
            span,
        } = entry;
        writeln!(self.text, "  File \"{file}\", line {line}, in {name}").ok();
        let running = self.running;
        let Some(source) = source(running, file, *line) else {
            return;
        };
        let shown = source.trim();
        if shown.is_empty() {
            return;
        }
        writeln!(self.text, "    {shown}").ok();
        if let Some(span) = span.filter(|span| span.line == *line)
            && let Some(carets) = carets::under(source, span)
        {
            writeln!(self.text, "    {carets}").ok();
        }
    }

    /// A syntax error's own place. Whether it had one.
    fn syntax_place(&mut self, exception: &Py<PyBaseException>) -> bool {
        match syntax::Place::of(exception, self.vm) {
            Some(place) => {
                self.text.push_str(&place.to_string());
                true
            }
            None => false,
        }
    }

    fn last_line(&mut self, exception: &Py<PyBaseException>, has_place: bool) {
        let vm = self.vm;
        let class = exception.class();
        let attribute = |name: &'static str| {
            let value = class.as_object().get_attr(name, vm).ok()?;
            Some(value.str(vm).ok()?.to_string_lossy().into_owned())
        };
        let module = attribute("__module__")
            .filter(|module| !matches!(module.as_str(), "builtins" | "__main__"));
        if let Some(module) = module {
            write!(self.text, "{module}.").ok();
        }
        self.text
            .push_str(&attribute("__qualname__").unwrap_or_else(|| class.name().to_string()));
        let message = match has_place {
            true => exception
                .as_object()
                .get_attr("msg", vm)
                .and_then(|message| message.str(vm)),
            false => exception.as_object().str(vm),
        };
        match message {
            Ok(message) if message.as_wtf8().is_empty() => {}
            // The interpreter ends some of its own messages in a blank.
            Ok(message) => write!(
                self.text,
                ": {}",
                message.to_string_lossy().trim_end_matches(' ')
            )
            .unwrap_or(()),
            Err(_) => self.text.push_str(": <exception str() failed>"),
        }
        if let Some(suggestion) = offer_suggestions(exception, vm) {
            write!(self.text, ". Did you mean: '{suggestion}'?").ok();
        }
        self.text.push('\n');
        self.notes(exception);
    }

    fn notes(&mut self, exception: &Py<PyBaseException>) {
        let Ok(notes) = exception.as_object().get_attr("__notes__", self.vm) else {
            return;
        };
        if let Some(notes) = notes.downcast_ref::<PyList>() {
            for note in notes.borrow_vec().iter() {
                if let Ok(note) = note.str(self.vm) {
                    let note = note.to_string_lossy();
                    if !is_codec_note(&note) {
                        writeln!(self.text, "{note}").ok();
                    }
                }
            }
        }
    }
}

/// The interpreter adds one to whatever a codec raises, as later versions of CPython do for codecs
/// that are not text encodings; CPython 3.11 adds none.
fn is_codec_note(note: &str) -> bool {
    let is_one = |operation| note.starts_with(operation) && note.ends_with("' codec failed");
    is_one("encoding with '") || is_one("decoding with '")
}

/// The text of a line of the program; of other files there is none.
fn source<'a>(running: &'a Running, file: &str, line: usize) -> Option<&'a str> {
    let is_program = file == running.file;
    is_program
        .then(|| running.source.lines().nth(line.checked_sub(1)?))
        .flatten()
}

/// One frame that the exception came through.
struct Entry {
    file: String,
    line: usize,
    name: String,
    span: Option<Span>,
}

impl Entry {
    fn is_same_place(&self, other: &Self) -> bool {
        self.line == other.line && self.file == other.file && self.name == other.name
    }
}

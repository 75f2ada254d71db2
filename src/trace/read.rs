//! Reads a saved trace from a file that may be anything: cut off, edited, hostile, endless.
//!
//! In: bytes as they come, line by line, and somebody who watches and may cancel. Out: the trace up
//! to the first line that is not sound, and that line's number and reason. The text is never held
//! as a whole, and no line is longer than [`LONGEST_LINE`]. What a line may say is `sound`'s work.
//!
//! Memory: what is read, together with every state a [`crate::timeline::Timeline`] folds from it,
//! takes at most [`MULTIPLE`] times the file's size and [`FIXED`] bytes.

use std::io::{self, BufRead, Read as _};
use std::ops::ControlFlow;

use serde::Deserialize;

use super::jsonl::parse_event;
use super::sound::Sound;
use super::wrong::{LoadError, Wrong};
use super::{Event, Header, Trace, What};

/// The longest line of an event, in bytes: what a lab records of one call, 4 MiB in base64, fits.
pub const LONGEST_LINE: usize = 8 << 20;
/// The longest first line, in bytes: as long as the longest setup that a lab reads.
pub const LONGEST_HEADER: usize = 40 << 20;
/// The most events: a lab ends its run at 250 000, and what it is just then doing comes after.
pub const MOST_EVENTS: usize = 300_000;
/// The most bytes: a lab ends its run at 256 MiB; that may be in the middle of long calls.
pub const MOST_BYTES: u64 = 512 << 20;

/// A file, once read and folded, takes at most so many times its size in memory …
pub const MULTIPLE: u64 = 48;
/// … and so many bytes, however small it is.
pub const FIXED: u64 = 96 << 20;

/// Whoever watches hears at least every so many bytes.
const EVERY: u64 = 64 << 10;
/// A longer line than this has its values counted before it is read: reading keeps them all.
const SHORT_LINE: usize = 64 << 10;
/// The most values in one line; the fullest that a lab writes has a few hundred.
const MOST_VALUES: usize = 20_000;

/// A trace, and what was wrong with the file, if anything.
#[derive(Debug)]
pub struct Loaded {
    pub trace: Trace,
    /// The trace ends before this.
    pub cut_short: Option<LoadError>,
}

/// Why there is no trace at all.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    #[error("reading was cancelled")]
    Cancelled,
    /// Not even the header is sound.
    #[error(transparent)]
    Broken(#[from] LoadError),
}

/// Reads a saved trace. `watch` is told how many bytes were read so far, and may cancel.
pub fn read(
    from: impl BufRead,
    watch: &mut impl FnMut(u64) -> ControlFlow<()>,
) -> Result<Loaded, Unread> {
    let mut lines = Lines {
        from,
        watch,
        number: 0,
        read: 0,
        told: 0,
    };
    let mut line = Vec::new();
    let header = match lines.next(&mut line, LONGEST_HEADER) {
        Next::Line { .. } => header(text_of(&line)),
        Next::End => Err(Wrong::Empty),
        Next::Wrong(wrong) => Err(wrong),
        Next::Cancelled => return Err(Unread::Cancelled),
    };
    let header = header.map_err(|wrong| lines.error(wrong))?;
    // A header may be long, and no other line will be.
    line = Vec::new();
    let mut sound = Sound::new(&header);
    let mut trace = Trace::new(header);
    let cut_short = loop {
        let is_whole = match lines.next(&mut line, LONGEST_LINE) {
            Next::Line { is_whole } => is_whole,
            Next::End => break None,
            Next::Wrong(wrong) => break Some(wrong),
            Next::Cancelled => return Err(Unread::Cancelled),
        };
        if trace.events().len() >= MOST_EVENTS {
            break Some(Wrong::TooMany);
        }
        if lines.read > MOST_BYTES {
            break Some(Wrong::TooLarge);
        }
        let event = text_of(&line).and_then(|text| event(text, is_whole));
        match event.and_then(|event| sound.check(&event, line.len()).map(|()| event)) {
            Ok(event) => trace.push(event),
            Err(wrong) => break Some(wrong),
        }
    };
    trace.shrink();
    let cut_short = cut_short.map(|wrong| lines.error(wrong));
    Ok(Loaded { trace, cut_short })
}

/// The same from a text that is at hand.
pub fn load(text: &str) -> Result<Loaded, LoadError> {
    match read(text.as_bytes(), &mut |_| ControlFlow::Continue(())) {
        Ok(loaded) => Ok(loaded),
        Err(Unread::Broken(error)) => Err(error),
        Err(Unread::Cancelled) => unreachable!("nobody cancels"),
    }
}

/// The lines of a file, none of them too long.
struct Lines<'a, R, W> {
    from: R,
    watch: &'a mut W,
    /// Of the newest line, counted from 1.
    number: usize,
    read: u64,
    /// What whoever watches knows of it.
    told: u64,
}

enum Next {
    /// Not empty, without its line end; not whole where the file ends before that.
    Line {
        is_whole: bool,
    },
    End,
    Wrong(Wrong),
    Cancelled,
}

impl<R: BufRead, W: FnMut(u64) -> ControlFlow<()>> Lines<'_, R, W> {
    /// The next line that is not empty.
    fn next(&mut self, line: &mut Vec<u8>, most: usize) -> Next {
        loop {
            line.clear();
            self.number += 1;
            match self.read_line(line, most) {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return Next::Cancelled,
                Err(error) => return Next::Wrong(Wrong::Unreadable(error.to_string())),
            }
            let is_whole = line.last() == Some(&b'\n');
            if line.is_empty() {
                return Next::End;
            }
            if self.number == 1 && line.starts_with(b"\xef\xbb\xbf") {
                line.drain(..3); // a byte order mark, as some editors write it
            }
            line.truncate(line.trim_ascii_end().len());
            if line.len() > most {
                return Next::Wrong(Wrong::TooLong { most });
            }
            if !line.is_empty() {
                return Next::Line { is_whole };
            }
        }
    }

    /// Up to the line's end, or to a little more than the most.
    fn read_line(&mut self, line: &mut Vec<u8>, most: usize) -> io::Result<ControlFlow<()>> {
        loop {
            let part = EVERY.min((most + 16 - line.len()) as u64);
            let read = self.from.by_ref().take(part).read_until(b'\n', line)?;
            self.read += read as u64;
            if self.read - self.told >= EVERY {
                self.told = self.read;
                if (self.watch)(self.read).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            if read == 0 || line.ends_with(b"\n") || line.len() > most {
                return Ok(ControlFlow::Continue(()));
            }
        }
    }

    fn error(&self, wrong: Wrong) -> LoadError {
        let line = self.number;
        LoadError { line, wrong }
    }
}

fn text_of(line: &[u8]) -> Result<&str, Wrong> {
    if line.contains(&0) {
        return Err(Wrong::Zeros);
    }
    let text = std::str::from_utf8(line).map_err(|error| {
        let column = error.valid_up_to() + 1;
        Wrong::NotText { column }
    })?;
    if text.len() > SHORT_LINE && values(text) > MOST_VALUES {
        return Err(Wrong::TooFull { most: MOST_VALUES });
    }
    Ok(text)
}

/// How many values a line of JSON has, about: its commas outside texts.
fn values(text: &str) -> usize {
    let (mut count, mut is_in_text, mut is_escaped) = (0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_in_text,
            b'"' => is_in_text = !is_in_text,
            b',' if !is_in_text => count += 1,
            _ => {}
        }
    }
    count
}

fn header(text: Result<&str, Wrong>) -> Result<Header, Wrong> {
    /// What every version of the format has.
    #[derive(Deserialize)]
    struct Format {
        sockstep: u64,
        #[serde(default)]
        version: Option<String>,
    }
    let text = text?;
    let not_ours = |error: serde_json::Error| Wrong::NotOurs(detail(&error));
    let Format { sockstep, version } = serde_json::from_str(text).map_err(not_ours)?;
    match sockstep {
        1 => {}
        0 => return Err(Wrong::NotOurs("format 0".to_owned())),
        format => return Err(Wrong::Newer { format, version }),
    }
    let header = serde_json::from_str(text).map_err(|error| Wrong::Header(detail(&error)))?;
    super::sound::check_header(&header)?;
    Ok(header)
}

fn event(text: &str, is_whole: bool) -> Result<Event, Wrong> {
    let error = match parse_event(text) {
        Ok(event) => return Ok(event),
        Err(error) => error,
    };
    if error.is_eof() && !is_whole {
        return Err(Wrong::CutOff);
    }
    of_newer_order(text).ok_or_else(|| Wrong::NotAnEvent(detail(&error)))
}

/// An order that a newer version knows: kept in place, as an event of a newer version is.
fn of_newer_order(text: &str) -> Option<Event> {
    #[derive(Deserialize)]
    struct Named {
        n: u64,
        at_us: u64,
        what: String,
        order: String,
    }
    const KNOWN: [&str; 10] = [
        "step",
        "deliver",
        "drop",
        "duplicate",
        "corrupt",
        "delay",
        "hold",
        "deliver_all",
        "answer",
        "guess",
    ];
    let named: Named = serde_json::from_str(text).ok()?;
    let is_newer = named.what == "order" && !KNOWN.contains(&named.order.as_str());
    is_newer.then_some(Event {
        n: named.n,
        at_us: named.at_us,
        what: What::Unknown,
    })
}

/// What is wrong with the JSON, and in which column; there is one line only.
fn detail(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let what = said
        .rsplit_once(" at line ")
        .map_or(&*said, |(what, _)| what);
    match error.column() {
        0 => what.to_owned(),
        column => format!("{what}, column {column}"),
    }
}

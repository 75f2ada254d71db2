//! A trace as JSON Lines: a header, then one event a line.
//!
//! Loading keeps what is sound: the events before the first broken line, and that line's number
//! and reason.

use serde_json::Error;

use super::{Event, Header, Trace};

/// The longest line that is read, in bytes: what a lab records of one call, 4 MiB in base64, fits.
pub const LONGEST_LINE: usize = 8 << 20;

/// A trace, and what was wrong with the file, if anything.
#[derive(Debug)]
pub struct Loaded {
    pub trace: Trace,
    /// The trace ends before this.
    pub cut_short: Option<LoadError>,
}

#[derive(Debug, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct LoadError {
    /// Counted from 1.
    pub line: usize,
    pub reason: String,
}

impl LoadError {
    fn new(line: usize, reason: impl ToString) -> Self {
        Self {
            line,
            reason: reason.to_string(),
        }
    }
}

/// One line, with no line end.
pub fn to_line<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our own types have no non-string keys")
}

/// An event as its line, as [`to_line`] writes it. A lab writes tens of thousands a second, and
/// flattening one struct into another takes longer than all the rest.
pub fn event_line(event: &Event) -> String {
    let what = to_line(&event.what);
    let fields = what.strip_prefix('{').expect("an event is an object");
    format!("{{\"n\":{},\"at_us\":{},{fields}", event.n, event.at_us)
}

/// One event of a trace or of a lab's output. Its two parts are read one after the other, because
/// that is quicker than both at once.
pub fn parse_event(line: &str) -> Result<Event, Error> {
    #[derive(serde::Deserialize)]
    struct Head {
        n: u64,
        at_us: u64,
    }
    let Head { n, at_us } = serde_json::from_str(line)?;
    let what = serde_json::from_str(line)?;
    Ok(Event { n, at_us, what })
}

/// Reads a saved trace. An error means that not even the header is sound.
pub fn load(text: &str) -> Result<Loaded, LoadError> {
    let mut lines = text.lines().enumerate();
    let (_, first) = lines
        .next()
        .ok_or_else(|| LoadError::new(1, "the file is empty"))?;
    let header: Header = serde_json::from_str(first)
        .map_err(|error| LoadError::new(1, format!("not a Sockstep trace: {error}")))?;
    if header.sockstep != 1 {
        let reason = format!(
            "written by a newer Sockstep (format {}, this one reads 1)",
            header.sockstep
        );
        return Err(LoadError::new(1, reason));
    }
    let mut trace = Trace::new(header);
    let mut cut_short = None;
    for (index, line) in lines {
        match checked(line, trace.events().len() as u64) {
            Ok(event) => trace.push(event),
            Err(reason) => {
                cut_short = Some(LoadError::new(index + 1, reason));
                break;
            }
        }
    }
    Ok(Loaded { trace, cut_short })
}

fn checked(line: &str, expected: u64) -> Result<Event, String> {
    if line.len() > LONGEST_LINE {
        return Err(format!("longer than {LONGEST_LINE} bytes"));
    }
    let event = parse_event(line).map_err(|error| error.to_string())?;
    if event.n != expected {
        return Err(format!("event {} where {expected} should be", event.n));
    }
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Bytes, CallId, Returned, What};

    #[test]
    fn the_longest_call_that_a_lab_records_is_read_again() {
        let recorded = Event {
            n: 0,
            at_us: 0,
            what: What::Return {
                program: "server".to_owned(),
                call: CallId(0),
                returned: Returned::Value {
                    value: "x".repeat(16 << 10),
                },
                bytes: Some(Bytes(vec![0xff; 4 << 20])),
                new_fd: None,
            },
        };
        assert_eq!(checked(&to_line(&recorded), 0), Ok(recorded));
    }
}

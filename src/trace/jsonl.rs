//! A trace as JSON Lines: a header, then one event a line. `read` reads whole files.

use serde_json::Error;

use super::Event;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Bytes, CallId, LONGEST_LINE, Returned, What};

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
        let line = to_line(&recorded);
        assert!(line.len() < LONGEST_LINE);
        assert_eq!(parse_event(&line).expect("it is sound"), recorded);
    }
}

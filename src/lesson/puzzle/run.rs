//! A recorded run beside a lesson: found when the lesson is read, parsed when it is wanted.

use crate::lesson::beside::{Data, Place, Wanted, Wrong};
use crate::trace::{self, Trace};

const RUN: Wanted = Wanted {
    noun: "run",
    example: "as in run: lost-syn.jsonl",
    form: "a file that sockstep run --save has written",
    smaller: "record a shorter run",
    largest: 4 << 20,
};
/// A window reads it in a blink.
const MOST_EVENTS: usize = 20_000;

/// A run that `sockstep run --save` has written.
#[derive(Clone, Debug, PartialEq)]
pub struct RunFile {
    data: Data,
}

impl RunFile {
    pub(in crate::lesson) fn find(place: &Place<'_>, name: &str) -> Result<Self, Wrong> {
        let data = RUN.find(place, name)?;
        Ok(Self { data })
    }

    /// The whole run; a damaged one is refused, since nobody knows what came after.
    pub fn read(&self, name: &str) -> Result<Trace, Wrong> {
        let wrong = |why: String| {
            let message = format!("the run '{name}' cannot be read: {why}");
            let remedy = "record it again with sockstep run --save".to_owned();
            (message, remedy)
        };
        let bytes = RUN.read(&self.data).map_err(wrong)?;
        let text = std::str::from_utf8(&bytes).map_err(|error| wrong(error.to_string()))?;
        if text.lines().count() > MOST_EVENTS {
            let message = format!("the run '{name}' has more than {MOST_EVENTS} events");
            return Err((message, RUN.smaller.to_owned()));
        }
        let loaded = trace::load(text).map_err(|error| wrong(error.to_string()))?;
        match loaded.cut_short {
            Some(error) => Err(wrong(error.to_string())),
            None => Ok(loaded.trace),
        }
    }
}

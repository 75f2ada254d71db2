//! A segment in the learner's words and numbers.

use super::capture;
use super::text::say;
use crate::model::Segment;
use crate::session::View;
use crate::words::segment;

pub use crate::words::segment::{plain_kind, purpose, short_name};

/// What became of it, in a word. A capture knows only that it passed where it was taken.
pub fn fate_of(view: &View<'_>, segment: &Segment) -> String {
    match capture::is_captured(view) {
        true => say!(view.language, "capture.passed").into_owned(),
        false => segment::fate_of(view.language, segment),
    }
}

/// The name with its numbers as the learner wants them: `SYN·ACK seq 0 ack 1`.
pub fn label(view: &View<'_>, segment: &Segment) -> String {
    let numbers = view.desk.settings.numbers;
    segment::label(view.language, numbers, view.timeline.state(), segment)
}

/// The same as it stands on the ladder, where absolute numbers have a line of their own.
pub fn title(view: &View<'_>, segment: &Segment) -> String {
    let numbers = view.desk.settings.numbers;
    segment::title(view.language, numbers, view.timeline.state(), segment)
}

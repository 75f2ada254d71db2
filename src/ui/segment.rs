//! A segment in the learner's words and numbers.

use crate::model::Segment;
use crate::session::View;
use crate::words::segment;

pub use crate::words::segment::{fate_of, plain_kind, purpose, short_name};

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

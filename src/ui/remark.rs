//! What the window says of a segment besides its name, in the learner's words and numbers, and the
//! shapes that go with it.

use super::parts::Icon;
use crate::model::{Cause, Fate, Segment};
use crate::session::View;
use crate::trace::Name;
use crate::words::remark;

pub use crate::ladder::copies_without_reason;
pub use crate::words::remark::sentences;

/// Words for the ladder, each on a line of its own.
pub fn notes(view: &View<'_>, segment: &Segment) -> Vec<String> {
    let numbers = view.desk.settings.numbers;
    remark::notes(view.language, numbers, view.timeline.state(), segment)
}

/// Who acted, and what made it; nothing of an inferred one.
pub fn made(view: &View<'_>, segment: &Segment) -> Option<String> {
    remark::made(view.language, view.timeline.state(), segment)
}

/// What let a call return.
pub fn woken(view: &View<'_>, cause: &Cause) -> Option<String> {
    remark::woken(view.language, view.timeline.state(), cause)
}

/// What brought a socket of this host into a state.
pub fn brought(view: &View<'_>, host: &Name, cause: &Cause) -> Option<String> {
    remark::brought(view.language, view.timeline.state(), host, cause)
}

/// Shapes beside its name: no colour alone tells.
pub fn icons(segment: &Segment) -> Vec<Icon> {
    let found = [
        (!segment.corrupted.is_empty(), Icon::Warning),
        (segment.duplicate_of().is_some(), Icon::Twin),
        (matches!(segment.fate, Fate::Delayed(_)), Icon::Clock),
    ];
    let found = found.into_iter().filter(|(is, _)| *is);
    found.map(|(_, icon)| icon).collect()
}

//! What a segment is called on its arrow, and what is said below it.

use super::ink::Ink;
use super::page::Page;
use super::row::{End, Passage};
use super::span::Role;
use crate::ladder::Numbers;
use crate::model::{Segment, State};
use crate::packet::Kind;
use crate::words::{remark, say, segment};

/// That nobody saw it stands with its name.
pub fn notes(segment: &Segment, state: &State, page: &Page) -> Vec<String> {
    let mut notes = remark::notes(page.look.language, Numbers::Relative, state, segment);
    if segment.inferred.is_some() {
        notes.pop();
    }
    notes
}

/// Names its segment as it is called now: one that was duplicated has its number with it.
pub fn retitle(passage: &mut Passage, segment: &Segment, state: &State, page: &Page) {
    let language = page.look.language;
    let role = match (&passage.from, segment.kind()) {
        (_, Some(Kind::Rst)) => Role::Reset,
        (End::Lifeline(host), _) => Role::Segment(page.seat(*host)),
        (End::Beyond(_), _) => Role::Plain,
    };
    let title = segment::title(language, Numbers::Relative, state, segment);
    let short = segment::bare(language, segment);
    let numbers = title.split_once(&short).map_or("", |(_, numbers)| numbers);
    passage.short = (Ink::new(&short, role), Ink::new(numbers.trim(), Role::Note));
    passage.title = Ink::new(title, role);
    if segment.inferred.is_some() {
        let inferred = say!(language, "remark.inferred");
        for ink in [&mut passage.title, &mut passage.short.0] {
            ink.push(&format!(" · {inferred}"), Role::Inferred);
        }
    }
}

/// What it carries: as text where it is text.
pub fn bytes(segment: &Segment) -> Option<Ink> {
    let payload = segment.packet.as_ref()?.payload();
    if payload.is_empty() {
        return None;
    }
    let text = match std::str::from_utf8(payload) {
        Ok(text) => format!("{text:?}"),
        Err(_) => format!("b'{}'", payload.escape_ascii()),
    };
    Some(Ink::new(text, Role::Said))
}

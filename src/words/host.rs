//! What hosts and programs are called.

use crate::lesson::Language;
use crate::model::State;

/// `server` in words. A number only when there are several of a kind.
pub fn host_title(language: Language, state: &State, name: &str) -> String {
    let kind = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let title = match kind {
        "server" => say!(language, "host.server"),
        "client" => say!(language, "host.client"),
        _ => return name.to_owned(),
    };
    let of_kind = |other: &&String| other.trim_end_matches(|c: char| c.is_ascii_digit()) == kind;
    let has_twins = state.host_order.iter().filter(of_kind).count() > 1
        || state.program_order.iter().filter(of_kind).count() > 1;
    let number = &name[kind.len()..];
    if has_twins && !number.is_empty() {
        format!("{title} {number}")
    } else {
        title.into_owned()
    }
}

/// The title as a word of a sentence: between a figure and a hanzi stands a space.
pub fn host_word(language: Language, state: &State, name: &str) -> String {
    let mut title = host_title(language, state, name);
    if language == Language::Chinese && title.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        title.push(' ');
    }
    title
}

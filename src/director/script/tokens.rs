//! The words of one line of a script.
//!
//! In: the line. Out: its words without the comment, or what is wrong with its quotes; and the
//! other way round, a text in quotes that it does not contain itself.

use super::{Wrong, wrong};

/// No line that says something useful is longer, in bytes.
const LONGEST: usize = 4_000;

pub(super) enum Word {
    Plain(String),
    /// In quotes.
    Text(String),
}

impl Word {
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Self::Plain(own) if own.eq_ignore_ascii_case(word))
    }

    pub fn plain(&self) -> Result<&str, Wrong> {
        match self {
            Self::Plain(word) => Ok(word),
            Self::Text(text) => Err(wrong(
                format!("\"{text}\" stands where no text belongs"),
                "only \"answer\" is followed by a text in quotes",
            )),
        }
    }
}

/// Each closes what any of them opens: an input method writes them as it likes.
const DOUBLE: [char; 3] = ['"', '“', '”'];

/// What closes a text that this character opens.
fn closing(opening: char) -> Option<&'static [char]> {
    match opening {
        '\'' => Some(&['\'']),
        '「' => Some(&['」']),
        _ if DOUBLE.contains(&opening) => Some(&DOUBLE),
        _ => None,
    }
}

/// The text in quotes; `None` when it has one of each kind itself, or a second line.
pub(super) fn quoted(text: &str) -> Option<String> {
    if text.contains(char::is_control) {
        return None;
    }
    let pairs = [('"', '"'), ('\'', '\''), ('「', '」')];
    let (open, close) = pairs.into_iter().find(|(open, _)| {
        let closing = closing(*open).expect("each of the three opens a text");
        !text.contains(closing)
    })?;
    let quoted = format!("{open}{text}{close}");
    (quoted.len() < LONGEST / 2).then_some(quoted)
}

/// Without the comment.
pub(super) fn words(line: &str) -> Result<Vec<Word>, Wrong> {
    if line.len() > LONGEST {
        let message = format!("the line is longer than {LONGEST} bytes");
        return Err(wrong(message, "write one thing a line"));
    }
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next().filter(|c| *c != '#') {
        if let Some(closing) = closing(first) {
            let inside = &rest[first.len_utf8()..];
            let end = inside.find(closing);
            let end = end.ok_or_else(|| wrong("a quote is not closed", "add the closing \""))?;
            words.push(Word::Text(inside[..end].to_owned()));
            let mut after = inside[end..].chars();
            after.next(); // the closing quote
            rest = after.as_str();
        } else {
            let end = end_of_word(rest);
            words.push(Word::Plain(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    Ok(words)
}

/// An apostrophe may stand inside a word.
fn end_of_word(rest: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || "#「".contains(c) || DOUBLE.contains(&c);
    rest.find(ends).unwrap_or(rest.len())
}

/// What is left of a line that [`words`] could read.
pub(super) fn without_comment(line: &str) -> String {
    let mut at = 0;
    while let Some(first) = line[at..].chars().next().filter(|c| *c != '#') {
        let rest = &line[at..];
        at += match closing(first) {
            Some(closing) => {
                let inside = &rest[first.len_utf8()..];
                let end = inside.find(closing).unwrap_or(inside.len());
                let quote = inside[end..].chars().next().map_or(0, char::len_utf8);
                first.len_utf8() + end + quote
            }
            None if first.is_whitespace() => first.len_utf8(),
            None => end_of_word(rest).max(first.len_utf8()),
        };
    }
    line[..at].trim().to_owned()
}

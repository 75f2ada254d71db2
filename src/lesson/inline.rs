//! Runs of text with one look, and what Chinese needs of markdown.
//!
//! Markdown was made for text with spaces between words, so two of its rules go wrong here and
//! are put right: a line break between two hanzi is no space, and `**重点：**后` is bold
//! although no space follows the mark.

use super::types::{Inline, Link, Look};

/// Stands beside an emphasis mark while markdown is read, so that the punctuation there does not
/// hide the mark. A private character: no lesson may contain it, and none comes out.
pub(super) const MARKER: char = '\u{E0F0}';

/// Puts a [`MARKER`] between punctuation and `*` wherever a hanzi stands on the other side.
///
/// CommonMark (section 6.2) calls such a mark neither an opener nor a closer, because in English
/// a space would follow. With the marker it can be either, and an open one is closed first.
pub(super) fn with_markers(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut marked = String::with_capacity(text.len());
    let mut index = 0;
    while index < chars.len() {
        let run = chars[index..].iter().take_while(|c| **c == '*').count();
        if run == 0 {
            marked.push(chars[index]);
            index += 1;
            continue;
        }
        let before = index.checked_sub(1).map_or('\n', |index| chars[index]);
        let after = chars.get(index + run).copied().unwrap_or('\n');
        // After a backslash the star is a star.
        let is_escaped = before == '\\';
        if !is_escaped && is_punctuation(before) && is_letter(after) {
            marked.push(MARKER);
        }
        marked.extend(std::iter::repeat_n('*', run));
        if !is_escaped && is_punctuation(after) && is_letter(before) {
            marked.push(MARKER);
        }
        index += run;
    }
    marked
}

pub(super) fn without_markers(text: &str) -> String {
    text.replace(MARKER, "")
}

/// Collects runs; neighbours with the same look become one.
#[derive(Debug, Default)]
pub(super) struct Runs {
    runs: Vec<Inline>,
    /// A line ended here: a space, or nothing between hanzi, once we know what follows.
    line_ended: bool,
}

impl Runs {
    pub(super) fn push(&mut self, text: &str, look: Look, link: Option<&Link>) {
        let text = without_markers(text);
        let Some(first) = text.chars().next() else {
            return;
        };
        if std::mem::take(&mut self.line_ended) && self.needs_space(first) {
            let goes_on = |run: &Inline| run.look == look && run.link.as_ref() == link;
            let joins = self.runs.last().is_some_and(goes_on);
            let (look, link) = if joins {
                (look, link)
            } else {
                (Look::default(), None)
            };
            self.append(" ", look, link);
        }
        self.append(&text, look, link);
    }

    pub(super) fn soft_break(&mut self) {
        self.line_ended = true;
    }

    pub(super) fn hard_break(&mut self) {
        self.line_ended = false;
        self.append("\n", Look::default(), None);
    }

    pub(super) fn take(&mut self) -> Vec<Inline> {
        self.line_ended = false;
        std::mem::take(&mut self.runs)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    fn append(&mut self, text: &str, look: Look, link: Option<&Link>) {
        match self.runs.last_mut() {
            Some(last) if last.look == look && last.link.as_ref() == link => {
                last.text.push_str(text);
            }
            _ => self.runs.push(Inline {
                text: text.to_owned(),
                look,
                link: link.cloned(),
            }),
        }
    }

    fn needs_space(&self, next: char) -> bool {
        let last = self.runs.last().and_then(|run| run.text.chars().last());
        let Some(last) = last else {
            return false;
        };
        let is_wide_mark = |c: char| is_cjk(c) && is_punctuation(c);
        let is_chinese = |c: char| is_cjk(c) || is_shared_mark(c);
        let between_hanzi = is_chinese(last) && is_chinese(next) && (is_cjk(last) || is_cjk(next));
        !(between_hanzi || is_wide_mark(last) || is_wide_mark(next))
    }
}

/// Hanzi, kana, hangul, and the punctuation that is set as wide as they are.
fn is_cjk(c: char) -> bool {
    matches!(u32::from(c),
        0x2E80..=0x303F          // radicals, punctuation 、。「」
        | 0x3040..=0x31FF        // kana, bopomofo
        | 0x3200..=0x9FFF        // enclosed, hanzi
        | 0xAC00..=0xD7AF        // hangul
        | 0xF900..=0xFAFF        // compatibility hanzi
        | 0xFE30..=0xFE4F        // vertical forms
        | 0xFF00..=0xFFEF        // fullwidth ，：（）
        | 0x20000..=0x3FFFF)
}

/// A CJK character that is not punctuation.
fn is_letter(c: char) -> bool {
    is_cjk(c) && !is_punctuation(c)
}

/// Latin text has these too; in Chinese they are set wide.
fn is_shared_mark(c: char) -> bool {
    matches!(c, '“' | '”' | '‘' | '’' | '…' | '—')
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || is_shared_mark(c)
        || matches!(u32::from(c),
            0x3001..=0x3003 | 0x3008..=0x3011 | 0x3014..=0x301F | 0x3030 | 0x30FB
            | 0xFE30..=0xFE4F
            | 0xFF01..=0xFF0F | 0xFF1A..=0xFF20 | 0xFF3B..=0xFF40 | 0xFF5B..=0xFF65)
        || matches!(c, '·' | '«' | '»' | '–' | '§')
}

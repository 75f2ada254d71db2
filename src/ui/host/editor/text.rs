//! What the keys of a code editor do to a text. Pure.
//!
//! In: a text, and where the cursor is, in characters. Out: the text after it. A tab is four
//! spaces, as in every Python course.

use std::any::TypeId;
use std::ops::Range;

use eframe::egui::TextBuffer;
use eframe::egui::text::{CCursor, CharIndex};

const TAB: usize = 4;

/// A text that indents as code does: a tab goes to the next stop, a new line begins where the one
/// before it does, and deeper after a colon.
pub struct Code<'a>(pub &'a mut String);

impl TextBuffer for Code<'_> {
    fn is_mutable(&self) -> bool {
        true
    }

    fn as_str(&self) -> &str {
        self.0
    }

    fn insert_text(&mut self, text: &str, at: CharIndex) -> usize {
        let line = line_before(self.0, at.0);
        match text {
            "\t" => {
                let width = TAB - line.chars().count() % TAB;
                self.0.insert_text(&" ".repeat(width), at)
            }
            "\n" => {
                let indent = next_indent(line);
                self.0.insert_text(&format!("\n{}", " ".repeat(indent)), at)
            }
            // Pasted from a file of another system.
            text if text.contains('\r') => {
                let text = text.replace("\r\n", "\n").replace('\r', "\n");
                self.0.insert_text(&text, at)
            }
            text => self.0.insert_text(text, at),
        }
    }

    fn delete_char_range(&mut self, range: Range<CharIndex>) {
        self.0.delete_char_range(range);
    }

    fn decrease_indentation(&mut self, cursor: &mut CCursor) {
        let at = cursor.index.0;
        let before = line_before(self.0, at).chars().count();
        let start = at - before;
        let surplus = outdent(self.0.chars().skip(start));
        self.0
            .delete_char_range(CharIndex(start)..CharIndex(start + surplus));
        cursor.index = CharIndex(start + before.saturating_sub(surplus));
    }

    fn replace_with(&mut self, text: &str) {
        text.clone_into(self.0);
    }

    fn type_id(&self) -> TypeId {
        TypeId::of::<Code<'static>>()
    }
}

/// What stands before this character in its line.
fn line_before(text: &str, at: usize) -> &str {
    let end = text
        .char_indices()
        .nth(at)
        .map_or(text.len(), |(byte, _)| byte);
    let before = &text[..end];
    before.rsplit('\n').next().unwrap_or(before)
}

/// How far the line after this one is indented. After a `return` nothing more comes of a block.
fn next_indent(line: &str) -> usize {
    let own = line.chars().take_while(|c| *c == ' ').count();
    let code = line.split('#').next().unwrap_or(line).trim();
    let first = code.split([' ', '(']).next().unwrap_or("");
    if code.ends_with(':') {
        own + TAB
    } else if ["return", "break", "continue", "pass", "raise"].contains(&first) {
        own.saturating_sub(TAB)
    } else {
        own
    }
}

/// How many characters to take away at a line's begin.
fn outdent(line: impl Iterator<Item = char>) -> usize {
    let mut width = 0;
    for c in line.take(TAB) {
        match c {
            ' ' => width += 1,
            '\t' if width == 0 => return 1,
            _ => return width,
        }
    }
    width
}

/// Indents or outdents every line of a selection, and gives the selection after it.
pub fn shift_lines(text: &mut String, selected: Range<usize>, is_out: bool) -> Range<usize> {
    let length = text.chars().count();
    let selected = selected.start.min(length)..selected.end.min(length);
    let Range { mut start, mut end } = selected.clone();
    let mut at = 0;
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let length = line.chars().count();
        let has_start = (at..=at + length).contains(&selected.start);
        // A line that the selection only touches at its begin is not meant.
        let is_meant = has_start || at > selected.start && at < selected.end;
        let surplus = outdent(line.chars());
        if is_meant && is_out {
            lines.push(line.chars().skip(surplus).collect());
            end -= surplus.min(selected.end - at.min(selected.end));
            if has_start {
                start -= surplus.min(start - at);
            }
        } else if is_meant && !line.trim().is_empty() {
            lines.push(format!("{}{line}", " ".repeat(TAB)));
            end += TAB;
            start += if has_start { TAB } else { 0 };
        } else {
            lines.push(line.to_owned());
        }
        at += length + 1;
    }
    *text = lines.join("\n");
    start..end.max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` is the cursor.
    fn check(before: &str, typed: &str, after: &str) {
        let at = before.chars().position(|c| c == '|').expect("a cursor");
        let mut text = before.replacen('|', "", 1);
        let mut code = Code(&mut text);
        let mut cursor = CCursor::new(at);
        match typed {
            "outdent" => code.decrease_indentation(&mut cursor),
            typed => code.insert_text_at(&mut cursor, typed, usize::MAX),
        }
        let byte = text
            .char_indices()
            .nth(cursor.index.0)
            .map_or(text.len(), |(byte, _)| byte);
        text.insert(byte, '|');
        assert_eq!(text, after, "{before:?} {typed:?}");
    }

    #[test]
    fn tab_goes_to_the_next_stop_and_back() {
        check("|x", "\t", "    |x");
        check("ab|", "\t", "ab  |");
        check("数据|", "\t", "数据  |");
        check("a\n    b|", "\t", "a\n    b   |");
        check("    x|", "outdent", "x|");
        check("      x|", "outdent", "  x|");
        check("  |  x", "outdent", "|x");
        check("\tx|", "outdent", "x|");
        check("x|", "outdent", "x|");
        check("a\n 好|", "outdent", "a\n好|");
        check("|", "outdent", "|");
    }

    #[test]
    fn a_new_line_begins_where_the_one_before_does() {
        check("    x|", "\n", "    x\n    |");
        check("while True:|", "\n", "while True:\n    |");
        check("    if x:  # 好:|", "\n", "    if x:  # 好:\n        |");
        check("    return x|", "\n", "    return x\n|");
        check("        break|", "\n", "        break\n    |");
        check("  |  x", "\n", "  \n  |  x");
        check("|", "\n", "\n|");
    }

    #[test]
    fn what_is_pasted_stays_but_for_its_line_ends() {
        check("    |", "a\r\nb\rc\n", "    a\nb\nc\n|");
    }

    #[test]
    fn the_lines_of_a_selection_move_together() {
        let shifted = |text: &str, selected, is_out| {
            let mut text = text.to_owned();
            let selected = shift_lines(&mut text, selected, is_out);
            (text, selected)
        };
        let indented = ("    a\n\n    b\nc".to_owned(), 4..12);
        assert_eq!(shifted("a\n\nb\nc", 0..4, false), indented);
        let outdented = ("a\nb\n      c".to_owned(), 0..4);
        assert_eq!(shifted("    a\n  b\n      c", 2..10, true), outdented);
        assert_eq!(shifted("    \n    ", 0..9, true).0, "\n");
        assert_eq!(shifted("", 0..0, true), (String::new(), 0..0));
        assert_eq!(shifted("好", 5..9, false).0, "    好");
    }
}

//! `<!-- … -->`: what an author says to the next author, and no learner sees.
//!
//! In: pieces of HTML as markdown finds them, one line after another. Out: whether a piece is
//! part of a comment.

const OPEN: &str = "<!--";
const CLOSE: &str = "-->";

/// Whether a comment goes on in the next line.
#[derive(Debug, Default)]
pub(super) struct Comment {
    is_open: bool,
}

impl Comment {
    /// Whether all of this is a comment's. What follows a comment in its line is not.
    pub(super) fn has(&mut self, html: &str) -> bool {
        let mut rest = html.trim();
        while !rest.is_empty() {
            if !self.is_open {
                let Some(inside) = rest.strip_prefix(OPEN) else {
                    return false;
                };
                rest = inside;
                self.is_open = true;
            }
            let end = rest.find(CLOSE);
            self.is_open = end.is_none();
            rest = end.map_or("", |end| rest[end + CLOSE.len()..].trim_start());
        }
        true
    }

    /// At the end of a block: whether one was never closed. It is closed by that.
    pub(super) fn was_left_open(&mut self) -> bool {
        std::mem::take(&mut self.is_open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_told_from_other_html_line_by_line() {
        for (lines, expected, is_left_open) in [
            (&["<!-- a -->"][..], true, false),
            (&["<!-- a", "", "b <b>", "-->"], true, false),
            (&["<!-- a --> <!-- b -->"], true, false),
            (&["<!---->"], true, false),
            (&["<!-- a", "b"], true, true),
            (&["<!-- a --> text"], false, false),
            (&["<b>"], false, false),
            (&["<!- a ->"], false, false),
        ] {
            let mut comment = Comment::default();
            let all = lines.iter().all(|line| comment.has(line));
            assert_eq!(all, expected, "{lines:?}");
            assert_eq!(comment.was_left_open(), is_left_open, "{lines:?}");
        }
    }
}

//! The marks under a traceback's source line: which part of it went wrong.

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

/// Where an instruction comes from. Columns are byte offsets into the line, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub line: usize,
    pub end_line: usize,
    pub start: usize,
    pub end: usize,
}

/// The marks for a line as it is shown, without its indentation. `None` when they would underline
/// all of it, which says nothing.
pub(super) fn under(line: &str, span: Span) -> Option<String> {
    let indent = line.len() - line.trim_start().len();
    let is_one_line = span.line == span.end_line;
    // What goes on over the line's end is marked to the end.
    let end = if is_one_line {
        span.end
    } else {
        line.trim_end().len()
    };
    let segment = line.get(span.start..end)?;
    let before = line.get(indent..span.start)?.chars().count();
    let anchor = if is_one_line { anchor(segment) } else { None };
    match anchor {
        Some((from, to)) => {
            let width = |text: &str| text.chars().count();
            let (left, middle) = (width(&segment[..from]), width(&segment[from..to]));
            let right = width(&segment[to..]);
            let marks = ["~".repeat(left), "^".repeat(middle), "~".repeat(right)].concat();
            Some(" ".repeat(before) + &marks)
        }
        None if span.start == indent && end == line.len() => None,
        None => Some(" ".repeat(before) + &"^".repeat(segment.chars().count())),
    }
}

/// The operator of `a / b`, or the brackets of `a[b]`: the part that failed within the part that
/// was computed.
fn anchor(segment: &str) -> Option<(usize, usize)> {
    let parsed = ruff_python_parser::parse_module(segment).ok()?;
    let [Stmt::Expr(statement)] = parsed.syntax().body.as_slice() else {
        return None;
    };
    match &*statement.value {
        Expr::BinOp(operation) => {
            let from = operation.left.range().end().to_usize();
            let to = operation.right.range().start().to_usize();
            let between = segment.get(from..to)?;
            let offset = between.find(|letter: char| !letter.is_whitespace())?;
            let length = between[offset..]
                .chars()
                .take(2)
                .take_while(|letter| !letter.is_whitespace());
            let length: usize = length.map(char::len_utf8).sum();
            Some((from + offset, from + offset + length))
        }
        Expr::Subscript(subscript) => {
            let from = subscript.value.range().end().to_usize();
            let to = subscript.slice.range().end().to_usize() + 1;
            Some((from, to.min(segment.len())))
        }
        _ => None,
    }
}

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

impl Span {
    /// For a missing attribute the interpreter gives the place of the object alone; CPython marks the
    /// name that is missing too.
    pub fn with_attribute(self, line: &str, name: &str) -> Self {
        let rest = line.get(self.end..).unwrap_or_default();
        let is_followed = rest
            .strip_prefix('.')
            .is_some_and(|rest| rest.starts_with(name));
        let end = if is_followed {
            self.end + 1 + name.len()
        } else {
            self.end
        };
        Self { end, ..self }
    }
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
    let before = width(line.get(indent..span.start)?);
    let anchor = if is_one_line { anchor(segment) } else { None };
    match anchor {
        Some((from, to)) => {
            let (left, middle) = (width(&segment[..from]), width(&segment[from..to]));
            let right = width(&segment[to..]);
            let marks = ["~".repeat(left), "^".repeat(middle), "~".repeat(right)].concat();
            Some(" ".repeat(before) + &marks)
        }
        None if span.start == indent && end == line.len() => None,
        None => Some(" ".repeat(before) + &"^".repeat(width(segment))),
    }
}

/// How many columns a text takes on a screen: Chinese letters take two.
fn width(text: &str) -> usize {
    text.chars()
        .map(|letter| if is_wide(letter) { 2 } else { 1 })
        .sum()
}

fn is_wide(letter: char) -> bool {
    matches!(letter,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{303e}' | '\u{3041}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f900}'..='\u{1f9ff}' | '\u{20000}'..='\u{3fffd}')
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
            let offset = between.find(|letter: char| !letter.is_whitespace() && letter != ')')?;
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

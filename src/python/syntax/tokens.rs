//! Finding one's way among the tokens: the statement or the expression around one of them.

use super::advice::Advice;
use super::scan::{Kind, Token};

impl Advice<'_> {
    pub(super) fn token(&self, index: usize) -> Token {
        self.scan.tokens[index.min(self.scan.tokens.len() - 1)]
    }

    pub(super) fn text(&self, index: usize) -> &str {
        let token = self.token(index);
        &self.source[token.start..token.end]
    }

    pub(super) fn token_at(&self, offset: usize) -> usize {
        let found = self
            .scan
            .tokens
            .iter()
            .position(|token| token.end > offset || token.start >= offset);
        found.unwrap_or(self.scan.tokens.len() - 1)
    }

    pub(super) fn line_of(&self, offset: usize) -> usize {
        super::line_of(self.source, offset)
    }

    pub(super) fn line_end(&self, offset: usize) -> usize {
        offset
            + self.source[offset..]
                .find('\n')
                .unwrap_or(self.source.len() - offset)
    }

    /// The first token of the statement that this one is in.
    pub(super) fn statement(&self, at: usize) -> usize {
        (0..at)
            .rev()
            .find(|&index| self.ends_statement(index))
            .map_or(0, |index| index + 1)
    }

    /// The last token of the statement that this one is in.
    pub(super) fn end_of_statement(&self, at: usize) -> usize {
        let after = (at..self.scan.tokens.len()).find(|&index| self.ends_statement(index));
        after.unwrap_or(self.scan.tokens.len() - 1).max(at + 1) - 1
    }

    pub(super) fn ends_statement(&self, index: usize) -> bool {
        matches!(self.token(index).kind, Kind::Newline | Kind::End) || self.text(index) == ";"
    }

    pub(super) fn begins_expression(&self, index: usize) -> bool {
        let text = self.text(index);
        match self.token(index).kind {
            Kind::Name => !is_keyword(text) || matches!(text, "None" | "True" | "False"),
            Kind::Number | Kind::String => true,
            Kind::Operator => matches!(text, "(" | "[" | "{" | "~"),
            Kind::Newline | Kind::End => false,
        }
    }

    pub(super) fn ends_expression(&self, index: usize) -> bool {
        let text = self.text(index);
        match self.token(index).kind {
            Kind::Name => !is_keyword(text) || matches!(text, "None" | "True" | "False"),
            Kind::Number | Kind::String => true,
            Kind::Operator => matches!(text, ")" | "]" | "}"),
            Kind::Newline | Kind::End => false,
        }
    }

    /// The first token of the expression that ends with this one.
    pub(super) fn expression_start(&self, last: usize) -> usize {
        // A closing bracket is scanned at the depth outside it, an opening one too.
        let depth = self.token(last).depth;
        let is_edge = |index: usize| {
            let here = self.token(index).depth;
            here < depth || here == depth && self.separates(index)
        };
        (0..last)
            .rev()
            .find(|&index| is_edge(index))
            .map_or(0, |index| index + 1)
    }

    pub(super) fn expression_end(&self, first: usize) -> usize {
        let depth = self.token(first).depth;
        let is_edge = |index: usize| {
            let token = self.token(index);
            let is_next = self.begins_expression(index) && self.ends_expression(index - 1);
            token.depth < depth
                || token.depth == depth && (self.separates(index) || is_next)
                || matches!(token.kind, Kind::Newline | Kind::End)
        };
        let next = (first + 1..self.scan.tokens.len()).find(|&index| is_edge(index));
        next.unwrap_or(self.scan.tokens.len()) - 1
    }

    pub(super) fn separates(&self, index: usize) -> bool {
        matches!(
            self.text(index),
            "," | ":" | "=" | ":=" | ";" | "for" | "in" | "if" | "else" | "lambda" | "return"
        ) || matches!(self.token(index).kind, Kind::Newline)
    }
}

pub(super) fn is_keyword(text: &str) -> bool {
    const KEYWORDS: &[&str] = &[
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
        "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global",
        "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
        "try", "while", "with", "yield",
    ];
    KEYWORDS.contains(&text)
}

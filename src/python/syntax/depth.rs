//! Refuses programs that are nested too deeply before a parser sees them.
//!
//! Parser and compiler go down one call for each level of an expression, on a stack that ends
//! somewhere. CPython counts and raises; so does this, with tokens only. In: the source. Out: the
//! first thing about it that is too deep, with CPython's class and words.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::Mode;
use ruff_python_parser::lexer::lex;

use super::scan::scan;
use super::{Problem, line_start};

/// CPython's limits for brackets and for indentation.
const MOST_BRACKETS: usize = 200;
const MOST_INDENTS: usize = 100;
/// How many operators one expression may chain, all its brackets together. CPython bears some
/// three thousand, in some kinds of chain.
const MOST_CHAINED: usize = 1000;
/// A source is a page or two, and this is a book.
const MOST_BYTES: usize = 256 << 10;

pub(super) fn too_deep(source: &str) -> Option<Problem> {
    if source.len() > MOST_BYTES {
        let message = format!("source is longer than {} KiB", MOST_BYTES >> 10);
        return Some(Problem::unmarked("SyntaxError", &message, 0));
    }
    let mut lexer = lex(source, Mode::Module);
    let mut depth = Depth::default();
    let mut line = 1;
    loop {
        let kind = lexer.next_token();
        if kind == TokenKind::EndOfFile {
            return None;
        }
        // The lexer keeps its offsets to itself, so only the line is known.
        if let Some(problem) = depth.token(kind, || line_start(source, line)) {
            return Some(placed(problem, source));
        }
        line += usize::from(kind.is_any_newline());
    }
}

/// CPython marks the bracket that is one too many.
fn placed(problem: Problem, source: &str) -> Problem {
    if problem.class != "SyntaxError" {
        return problem;
    }
    let is_bracket = |at: &usize| source[*at..].starts_with(['(', '[', '{']);
    let tokens = scan(source).tokens;
    let bracket = tokens
        .iter()
        .find(|token| token.depth == MOST_BRACKETS && is_bracket(&token.start));
    match bracket {
        Some(bracket) => Problem::syntax(&problem.message, bracket.start, bracket.end),
        None => problem,
    }
}

/// What is open at one token.
#[derive(Default)]
struct Depth {
    indents: usize,
    /// For each open bracket, what was chained before it since the comma.
    brackets: Vec<usize>,
    /// Chained on this level since the comma.
    chain: usize,
    /// The sum of `brackets`.
    outside: usize,
    /// `lambda`, `if` and `for`, which go on over a comma, in this statement.
    kept: usize,
}

impl Depth {
    fn token(&mut self, kind: TokenKind, at: impl Fn() -> usize) -> Option<Problem> {
        match kind {
            TokenKind::Indent => self.indents += 1,
            TokenKind::Dedent => self.indents = self.indents.saturating_sub(1),
            TokenKind::Newline | TokenKind::Semi => {
                *self = Self {
                    indents: self.indents,
                    ..Self::default()
                };
            }
            TokenKind::Comma => self.chain = 0,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace | TokenKind::FStringStart => {
                self.chain += 1;
                self.outside += self.chain;
                self.brackets.push(std::mem::take(&mut self.chain));
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::FStringEnd => {
                self.chain = self.brackets.pop().unwrap_or_default();
                self.outside = self.outside.saturating_sub(self.chain);
            }
            TokenKind::Lambda | TokenKind::If | TokenKind::Else | TokenKind::For => self.kept += 1,
            TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringMiddle
            | TokenKind::Comment
            | TokenKind::NonLogicalNewline => {}
            _ => self.chain += 1,
        }
        self.problem(&at)
    }

    fn problem(&self, at: &dyn Fn() -> usize) -> Option<Problem> {
        if self.indents >= MOST_INDENTS {
            let message = "too many levels of indentation";
            return Some(Problem::unmarked("IndentationError", message, at()));
        }
        if self.brackets.len() > MOST_BRACKETS {
            let message = "too many nested parentheses";
            return Some(Problem::unmarked("SyntaxError", message, at()));
        }
        (self.outside + self.chain + self.kept > MOST_CHAINED).then(|| {
            let message = "maximum recursion depth exceeded during compilation";
            Problem::unmarked("RecursionError", message, at())
        })
    }
}

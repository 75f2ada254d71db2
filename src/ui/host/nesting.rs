//! Whether a text is nested too deeply to be parsed: the parser goes down one call for each level,
//! and a pasted line of ten thousand brackets must not take the window along.
//!
//! In: a text. Out: yes or no, from its tokens alone. Such a text is shown without colours; the
//! interpreter, which has limits of its own, says what is wrong with it.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::Mode;
use ruff_python_parser::lexer::lex;

/// No course program comes near, and the parser bears it on the smallest stack we have.
const MOST: usize = 100;
/// Operators and calls that one expression may chain, all its brackets together.
const MOST_CHAINED: usize = 400;

pub fn is_too_deep(source: &str) -> bool {
    let mut lexer = lex(source, Mode::Module);
    let mut depth = Depth::default();
    loop {
        match lexer.next_token() {
            TokenKind::EndOfFile => return false,
            kind => depth.token(kind),
        }
        if depth.is_too_deep() {
            return true;
        }
    }
}

/// What is open at one token.
#[derive(Default)]
struct Depth {
    indents: usize,
    /// For each open bracket, what was chained before it.
    brackets: Vec<usize>,
    /// The sum of `brackets`.
    outside: usize,
    /// Chained on this level since the comma.
    chain: usize,
    /// What goes on over a comma, in this statement.
    kept: usize,
}

impl Depth {
    fn token(&mut self, kind: TokenKind) {
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
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                self.brackets.push(self.chain + 1);
                self.outside += self.chain + 1;
                self.chain = 0;
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                let before = self.brackets.pop().unwrap_or(0);
                self.outside -= before;
                self.chain = before;
            }
            TokenKind::Lambda | TokenKind::If | TokenKind::For | TokenKind::FStringStart => {
                self.kept += 1;
            }
            kind if kind.is_operator() || kind.is_keyword() => self.chain += 1,
            _ => {}
        }
    }

    fn is_too_deep(&self) -> bool {
        self.indents > MOST
            || self.brackets.len() > MOST
            || self.outside + self.chain + self.kept > MOST_CHAINED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_overflow_the_parser_is_known_before() {
        let n = 20_000;
        let indents: String = (0..200)
            .map(|depth| format!("{}if x:\n", " ".repeat(depth)))
            .collect();
        for (source, expected) in [
            ("(".repeat(n), true),
            ("[".repeat(n), true),
            ("f".to_owned() + &"()".repeat(n), true),
            ("f".to_owned() + &"(1,)".repeat(n), true),
            ("a".to_owned() + &".b".repeat(n), true),
            ("not ".repeat(n), true),
            ("-".repeat(n), true),
            ("1".to_owned() + &"+1".repeat(n), true),
            ("1".to_owned() + &"**1".repeat(n), true),
            ("lambda a,:".repeat(n), true),
            ("x if y else ".repeat(n), true),
            (indents, true),
            (format!("[{}]", "1, ".repeat(n)), false),
            ("x = f(a + 1)\n".repeat(n), false),
            ("elif x:\n  y\n".repeat(n), false),
            (format!("'{}'", "(".repeat(n)), false),
        ] {
            assert_eq!(is_too_deep(&source), expected, "{source:.40}");
        }
    }
}

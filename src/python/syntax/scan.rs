//! Splits a program into tokens the way CPython does, and says where that fails.
//!
//! The parser's own tokens will not do: it recovers from errors by guessing, and its errors are
//! not CPython's. This is for programs that are known not to compile, so it may be slow and simple.

use super::Problem;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Number,
    String,
    Operator,
    Newline,
    End,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// How many brackets are open before it.
    pub depth: usize,
}

/// What was found up to the end, or up to the first problem.
pub(super) struct Scan {
    pub tokens: Vec<Token>,
    pub problem: Option<Problem>,
    /// The brackets still open, as offsets.
    pub open: Vec<usize>,
}

pub(super) fn scan(source: &str) -> Scan {
    let mut scanner = Scanner {
        source,
        at: 0,
        tokens: Vec::new(),
        open: Vec::new(),
        indents: vec![(0, 0)],
    };
    let problem = scanner.all().err();
    Scan {
        tokens: scanner.tokens,
        problem,
        open: scanner.open,
    }
}

struct Scanner<'a> {
    source: &'a str,
    at: usize,
    tokens: Vec<Token>,
    open: Vec<usize>,
    /// Columns with a tab as eight and as one: they must agree on which line is deeper.
    indents: Vec<(usize, usize)>,
}

impl Scanner<'_> {
    fn all(&mut self) -> Result<(), Problem> {
        self.indentation()?;
        while let Some(letter) = self.rest().chars().next() {
            self.one(letter)?;
        }
        if self
            .tokens
            .last()
            .is_some_and(|last| last.kind != Kind::Newline)
        {
            self.push(Kind::Newline, self.at, self.at);
        }
        self.push(Kind::End, self.at, self.at);
        Ok(())
    }

    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.tokens.push(Token {
            kind,
            start,
            end,
            depth: self.open.len(),
        });
        self.at = end;
    }

    fn one(&mut self, letter: char) -> Result<(), Problem> {
        let start = self.at;
        match letter {
            '\n' => self.newline(),
            ' ' | '\t' | '\r' | '\x0c' => {
                self.at += 1;
                Ok(())
            }
            '#' => {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
                Ok(())
            }
            '\\' => self.continuation(),
            _ if self.string_prefix().is_some() => self.string(),
            '0'..='9' => self.number(),
            '.' if self.rest()[1..].starts_with(|next: char| next.is_ascii_digit()) => {
                self.number()
            }
            _ if letter == '_' || letter.is_alphabetic() => {
                let is_part = |part: char| part == '_' || part.is_alphanumeric();
                let length = self
                    .rest()
                    .find(|part| !is_part(part))
                    .unwrap_or(self.rest().len());
                self.push(Kind::Name, start, start + length);
                Ok(())
            }
            '(' | '[' | '{' => {
                self.push(Kind::Operator, start, start + 1);
                self.open.push(start);
                Ok(())
            }
            ')' | ']' | '}' => self.close(letter),
            '!'..='~' => {
                let length = operator_length(self.rest());
                self.push(Kind::Operator, start, start + length);
                Ok(())
            }
            _ => Err(invalid(letter, start)),
        }
    }

    fn newline(&mut self) -> Result<(), Problem> {
        if !self.open.is_empty() {
            self.at += 1;
            return Ok(());
        }
        if self
            .tokens
            .last()
            .is_some_and(|last| last.kind != Kind::Newline)
        {
            self.push(Kind::Newline, self.at, self.at + 1);
        } else {
            self.at += 1;
        }
        self.indentation()
    }

    /// The indentation of the line that begins here; empty lines and comments have none.
    fn indentation(&mut self) -> Result<(), Problem> {
        let line = self.rest().split('\n').next().unwrap_or_default();
        let text = line.trim_start_matches([' ', '\t', '\x0c']);
        if text.trim().is_empty() || text.starts_with('#') {
            return Ok(());
        }
        let (mut column, mut narrow) = (0, 0);
        for letter in line[..line.len() - text.len()].chars() {
            match letter {
                ' ' => (column, narrow) = (column + 1, narrow + 1),
                '\t' => (column, narrow) = ((column / 8 + 1) * 8, narrow + 1),
                _ => (column, narrow) = (0, 0),
            }
        }
        let end = self.at + line.len();
        let mixed = || {
            Problem::unmarked(
                "TabError",
                "inconsistent use of tabs and spaces in indentation",
                end,
            )
        };
        let (top, top_narrow) = self.indents.last().copied().unwrap_or_default();
        if column > top {
            if narrow <= top_narrow {
                return Err(mixed());
            }
            self.indents.push((column, narrow));
            return Ok(());
        }
        while self
            .indents
            .last()
            .is_some_and(|&(deeper, _)| deeper > column)
        {
            self.indents.pop();
        }
        match self.indents.last() {
            Some(&(same, _)) if same != column => Err(Problem {
                class: "IndentationError",
                message: "unindent does not match any outer indentation level".to_owned(),
                start: end,
                end,
            }),
            Some(&(_, same)) if same != narrow => Err(mixed()),
            _ => Ok(()),
        }
    }

    fn continuation(&mut self) -> Result<(), Problem> {
        let rest = &self.rest()[1..];
        let line_end = if rest.starts_with("\r\n") { 2 } else { 1 };
        if rest.starts_with('\n') || line_end == 2 {
            self.at += 1 + line_end;
            Ok(())
        } else if rest.is_empty() {
            Err(Problem::syntax(
                "unexpected EOF while parsing",
                self.at,
                self.at + 1,
            ))
        } else {
            let message = "unexpected character after line continuation character";
            Err(Problem::syntax(message, self.at + 1, self.at + 2))
        }
    }

    /// The length of a string's letters before its quote, if a string begins here.
    fn string_prefix(&self) -> Option<usize> {
        let mut start = self.rest().bytes().take(3);
        let quote = start.position(|letter| matches!(letter, b'\'' | b'"'))?;
        let prefix = self.rest()[..quote].to_ascii_lowercase();
        matches!(
            prefix.as_str(),
            "" | "r" | "u" | "b" | "f" | "br" | "rb" | "fr" | "rf"
        )
        .then_some(quote)
    }

    fn string(&mut self) -> Result<(), Problem> {
        let start = self.at;
        let opening = start + self.string_prefix().unwrap_or_default();
        let quote = &self.source[opening..=opening];
        let triple = quote.repeat(3);
        let is_triple = self.source[opening..].starts_with(&triple);
        let closing = if is_triple { triple.as_str() } else { quote };
        let mut at = opening + closing.len();
        loop {
            let rest = &self.source[at..];
            let Some(letter) = rest.chars().next() else {
                break;
            };
            if rest.starts_with(closing) {
                let end = at + closing.len();
                self.check_bytes(start, opening, at, end)?;
                self.push(Kind::String, start, end);
                return Ok(());
            }
            if letter == '\n' && !is_triple {
                break;
            }
            at += letter.len_utf8();
            if letter == '\\' {
                at += self.source[at..].chars().next().map_or(0, char::len_utf8);
            }
        }
        let line = self.source[..at]
            .trim_end_matches('\n')
            .matches('\n')
            .count()
            + 1;
        let what = if is_triple {
            "triple-quoted string"
        } else {
            "string"
        };
        let message = format!("unterminated {what} literal (detected at line {line})");
        Err(Problem::syntax(&message, start, start + 1))
    }

    /// A bytes literal has no Chinese in it.
    fn check_bytes(
        &self,
        start: usize,
        opening: usize,
        closing: usize,
        end: usize,
    ) -> Result<(), Problem> {
        let is_bytes = self.source[start..opening].contains(['b', 'B']);
        if is_bytes && !self.source[opening..closing].is_ascii() {
            let message = "bytes can only contain ASCII literal characters";
            return Err(Problem::syntax(message, start, end));
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Problem> {
        let start = self.at;
        let text = self.rest();
        let digits = |text: &str| {
            text.len()
                - text
                    .trim_start_matches(|part: char| part.is_ascii_digit() || part == '_')
                    .len()
        };
        let lower: String = text
            .chars()
            .take(2)
            .collect::<String>()
            .to_ascii_lowercase();
        if matches!(lower.as_str(), "0x" | "0o" | "0b") {
            let length = 2 + digits_of_any_base(&text[2..]);
            self.push(Kind::Number, start, start + length);
            return Ok(());
        }
        let whole = digits(text);
        let mut length = whole;
        if text[length..].starts_with('.') {
            length += 1 + digits(&text[length + 1..]);
        }
        if text[length..].starts_with(['e', 'E']) {
            let sign = usize::from(text[length + 1..].starts_with(['+', '-']));
            let exponent = digits(&text[length + 1 + sign..]);
            if exponent > 0 {
                length += 1 + sign + exponent;
            }
        }
        let is_whole = length == whole;
        if text[length..].starts_with(['j', 'J']) {
            length += 1;
        } else if is_whole
            && text.starts_with('0')
            && text[..whole].contains(|digit| ('1'..='9').contains(&digit))
        {
            let message = "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers";
            return Err(Problem::syntax(message, start, start + 1));
        }
        let word = &text[length..];
        let word = &word[..word
            .find(|part: char| part != '_' && !part.is_alphanumeric())
            .unwrap_or(word.len())];
        if !word.is_empty()
            && !matches!(
                word,
                "and" | "else" | "for" | "if" | "in" | "is" | "or" | "not"
            )
        {
            let last = start + length - 1;
            return Err(Problem::syntax("invalid decimal literal", last, last + 1));
        }
        self.push(Kind::Number, start, start + length);
        Ok(())
    }

    fn close(&mut self, closing: char) -> Result<(), Problem> {
        let start = self.at;
        let Some(opened) = self.open.pop() else {
            return Err(Problem::syntax(
                &format!("unmatched '{closing}'"),
                start,
                start + 1,
            ));
        };
        let opening = self.source[opened..].chars().next().unwrap_or('(');
        if !matches!((opening, closing), ('(', ')') | ('[', ']') | ('{', '}')) {
            let line = |at: usize| self.source[..at].matches('\n').count() + 1;
            let place = match line(opened) {
                same if same == line(start) => String::new(),
                other => format!(" on line {other}"),
            };
            let message = format!(
                "closing parenthesis '{closing}' does not match opening parenthesis '{opening}'{place}"
            );
            return Err(Problem::syntax(&message, start, start + 1));
        }
        self.push(Kind::Operator, start, start + 1);
        Ok(())
    }
}

fn digits_of_any_base(text: &str) -> usize {
    text.find(|part: char| part != '_' && !part.is_ascii_hexdigit())
        .unwrap_or(text.len())
}

fn operator_length(text: &str) -> usize {
    const LONG: &[&str] = &[
        "**=", "//=", ">>=", "<<=", "...", "!=", "==", "<=", ">=", "->", ":=", "+=", "-=", "*=",
        "/=", "%=", "&=", "|=", "^=", "@=", "**", "//", "<<", ">>", "<>",
    ];
    LONG.iter()
        .find(|long| text.starts_with(**long))
        .map_or(1, |long| long.len())
}

fn invalid(letter: char, start: usize) -> Problem {
    let is_hidden = letter.is_whitespace()
        || letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}');
    let code = format!("U+{:04X}", u32::from(letter));
    let message = match is_hidden {
        true => format!("invalid non-printable character {code}"),
        false => format!("invalid character '{letter}' ({code})"),
    };
    Problem::syntax(&message, start, start + 1)
}

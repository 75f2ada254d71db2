//! From where the parser gave up to what CPython would say about it.

use ruff_python_ast::Expr;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{LexicalErrorType, ParseErrorType};
use rustpython_vm::compiler::CompileError;

use super::Problem;
use super::scan::{Kind, Scan, scan};
use super::tokens::is_keyword;

/// What is wrong with a program that does not compile.
pub(super) fn problem(source: &str, error: &CompileError) -> Problem {
    let scan = scan(source);
    if let Some(problem) = scan.problem {
        return problem;
    }
    let advice = Advice { source, scan };
    match error {
        CompileError::Parse(parse) => {
            let offset = parse.raw_location.start().to_usize().min(source.len());
            advice.parse_problem(&parse.error, offset, parse.raw_location.end().to_usize())
        }
        CompileError::Codegen(codegen) => {
            let line = codegen.location.map_or(1, |location| location.line.get());
            let column = codegen
                .location
                .map_or(0, |location| location.character_offset.to_zero_indexed());
            let offset = super::line_start(source, line) + column;
            advice.codegen_problem(&codegen.error.to_string(), offset.min(source.len()))
        }
    }
}

pub(super) struct Advice<'a> {
    pub source: &'a str,
    pub scan: Scan,
}

impl Advice<'_> {
    fn parse_problem(&self, error: &ParseErrorType, offset: usize, end: usize) -> Problem {
        let at = self.token_at(offset);
        if let ParseErrorType::UnexpectedIndentation = error {
            let end = self.line_end(offset);
            return Problem::unmarked("IndentationError", "unexpected indent", end);
        }
        if let ParseErrorType::OtherError(message) = error
            && let Some(block) = message.strip_prefix("Expected an indented block after ")
        {
            return self.missing_block(block, at);
        }
        if let Some(problem) = self.never_closed(at) {
            return problem;
        }
        if let ParseErrorType::UnparenthesizedTupleExpression = error {
            let comma = (at..self.scan.tokens.len()).find(|&index| self.text(index) == ",");
            return self.generic(comma.unwrap_or(at));
        }
        self.missing_parentheses(at)
            .or_else(|| self.assignment_in_condition(at))
            .or_else(|| self.missing_colon(error, at))
            .or_else(|| self.missing_else(error, at))
            .or_else(|| self.forgotten_comma(at))
            .or_else(|| self.bad_target(error, offset, end))
            .or_else(|| self.bad_escape(error, at))
            .or_else(|| self.other(error, offset, end))
            .unwrap_or_else(|| self.generic(at))
    }

    fn generic(&self, at: usize) -> Problem {
        let token = self.token(at);
        let is_f_string = self.text(at).starts_with(['f', 'F']) && token.kind == Kind::String;
        if is_f_string {
            let next = self.token(at + 1).start;
            return Problem::syntax("f-string: expecting '}'", next, next + 1);
        }
        Problem::syntax(
            "invalid syntax",
            token.start,
            token.end.max(token.start + 1),
        )
    }

    /// A bracket that is still open counts when the error is on a later line, or at the very end.
    fn never_closed(&self, at: usize) -> Option<Problem> {
        let &open = self.scan.open.last()?;
        let is_later = self.line_of(self.token(at).start) > self.line_of(open);
        let token = self.token(at);
        let is_end = matches!(token.kind, Kind::Newline | Kind::End);
        (is_later || is_end).then(|| {
            let bracket = &self.source[open..=open];
            Problem::syntax(&format!("'{bracket}' was never closed"), open, open + 1)
        })
    }

    fn missing_block(&self, block: &str, at: usize) -> Problem {
        let what = block.replace('`', "'");
        // The header is the last statement before the line that should have been indented.
        let before = (0..at)
            .rev()
            .find(|&index| self.token(index).kind != Kind::Newline)
            .unwrap_or(0);
        let header = self.line_of(self.token(self.statement(before)).start);
        let token = self.token(at);
        Problem {
            class: "IndentationError",
            message: format!("expected an indented block after {what} on line {header}"),
            start: token.start,
            end: token.start + 1,
        }
    }

    fn missing_parentheses(&self, at: usize) -> Option<Problem> {
        let first = self.statement(at);
        let name = self.text(first);
        if !matches!(name, "print" | "exec") || at != first + 1 || !self.begins_expression(at) {
            return None;
        }
        let last = self.end_of_statement(at);
        let message = format!("Missing parentheses in call to '{name}'. Did you mean {name}(...)?");
        Some(Problem::syntax(
            &message,
            self.token(first).start,
            self.token(last).end,
        ))
    }

    /// `if x = 1:`
    fn assignment_in_condition(&self, at: usize) -> Option<Problem> {
        let first = self.statement(at);
        if self.text(at) != "=" || !matches!(self.text(first), "if" | "elif" | "while") {
            return None;
        }
        let depth = self.token(at).depth;
        let start = first + 1;
        let target = &self.source[self.token(start).start..self.token(at - 1).end];
        let is_name = start + 1 == at
            && self.token(start).kind == Kind::Name
            && !is_keyword(self.text(start));
        if !is_name {
            // CPython's rule ends before `and`, `or`, `not` and comparisons.
            let parsed = ruff_python_parser::parse_expression(target).ok()?;
            if matches!(
                parsed.expr(),
                Expr::BoolOp(_) | Expr::Compare(_) | Expr::UnaryOp(_)
            ) {
                return None;
            }
            let message = format!(
                "cannot assign to {} here. Maybe you meant '==' instead of '='?",
                kind_of(target)?
            );
            return Some(Problem::syntax(
                &message,
                self.token(start).start,
                self.token(at - 1).end,
            ));
        }
        let is_end = |index: usize| {
            let token = self.token(index);
            matches!(token.kind, Kind::Newline | Kind::End)
                || token.depth == depth
                    && matches!(
                        self.text(index),
                        ":" | "and" | "or" | "==" | "!=" | "<" | ">" | "<=" | ">="
                    )
        };
        let end = (at + 1..self.scan.tokens.len()).find(|&index| is_end(index))?;
        let message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
        Some(Problem::syntax(
            message,
            self.token(start).start,
            self.token(end - 1).end,
        ))
    }

    fn missing_colon(&self, error: &ParseErrorType, at: usize) -> Option<Problem> {
        let ParseErrorType::ExpectedToken {
            expected: TokenKind::Colon,
            ..
        } = error
        else {
            return None;
        };
        let statement = self.text(self.statement(at));
        let token = self.token(at);
        let is_line_end = matches!(token.kind, Kind::Newline | Kind::End);
        let is_strict = matches!(statement, "def" | "else" | "try" | "finally");
        (token.depth == 0 && (is_line_end || is_strict))
            .then(|| Problem::syntax("expected ':'", token.start, token.end.max(token.start + 1)))
    }

    fn missing_else(&self, error: &ParseErrorType, at: usize) -> Option<Problem> {
        let ParseErrorType::ExpectedToken {
            expected: TokenKind::Else,
            ..
        } = error
        else {
            return None;
        };
        let condition = (0..at).rev().find(|&index| self.text(index) == "if")?;
        let start = self.expression_start(condition.checked_sub(1)?);
        let message = "expected 'else' after 'if' expression";
        Some(Problem::syntax(
            message,
            self.token(start).start,
            self.token(at - 1).end,
        ))
    }

    /// Two expressions side by side within brackets.
    fn forgotten_comma(&self, at: usize) -> Option<Problem> {
        let previous = at.checked_sub(1)?;
        let token = self.token(at);
        if token.depth == 0 || !self.begins_expression(at) || !self.ends_expression(previous) {
            return None;
        }
        let start = self.expression_start(previous);
        let is_prefix = start == previous
            && self.token(previous).kind == Kind::Name
            && token.kind == Kind::String;
        if is_prefix {
            return None;
        }
        let end = self.expression_end(at);
        let message = "invalid syntax. Perhaps you forgot a comma?";
        Some(Problem::syntax(
            message,
            self.token(start).start,
            self.token(end).end,
        ))
    }

    fn bad_target(&self, error: &ParseErrorType, start: usize, end: usize) -> Option<Problem> {
        let target = self.source.get(start..end)?;
        let kind = kind_of(target)?;
        let message = match error {
            ParseErrorType::InvalidAssignmentTarget => match kind {
                "None" | "True" | "False" | "comparison" => format!("cannot assign to {kind}"),
                _ => format!("cannot assign to {kind} here. Maybe you meant '==' instead of '='?"),
            },
            ParseErrorType::InvalidAugmentedAssignmentTarget => {
                format!("'{kind}' is an illegal expression for augmented assignment")
            }
            ParseErrorType::InvalidNamedAssignmentTarget => {
                format!("cannot use assignment expressions with {kind}")
            }
            ParseErrorType::InvalidDeleteTarget => format!("cannot delete {kind}"),
            _ => return None,
        };
        Some(Problem::syntax(&message, start, end))
    }

    /// `'C:\Users'`: an escape with too few digits.
    fn bad_escape(&self, error: &ParseErrorType, at: usize) -> Option<Problem> {
        let ParseErrorType::Lexical(LexicalErrorType::UnicodeError) = error else {
            return None;
        };
        let text = self
            .text(at)
            .trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
        let text = text.trim_start_matches(['\'', '"']);
        let mut letters = text.char_indices();
        // CPython decodes a text in which every letter beyond ASCII is an escape of ten.
        let position = |at: usize| {
            text[..at]
                .chars()
                .map(|letter| if letter.is_ascii() { 1 } else { 10 })
                .sum::<usize>()
        };
        while let Some((start, letter)) = letters.next() {
            if letter != '\\' {
                continue;
            }
            let (_, kind) = letters.next()?;
            let room = match kind {
                'x' => 2,
                'u' => 4,
                'U' => 8,
                _ => continue,
            };
            let digits = text[start + 2..]
                .chars()
                .take(room)
                .take_while(char::is_ascii_hexdigit)
                .count();
            if digits < room {
                let (from, to) = (position(start), position(start) + 1 + digits);
                let message = format!(
                    "(unicode error) 'unicodeescape' codec can't decode bytes in position {from}-{to}: truncated \\{kind}{} escape",
                    "X".repeat(room)
                );
                let next = self.token(at + 1).start;
                return Some(Problem::syntax(&message, next, next + 1));
            }
        }
        None
    }

    fn other(&self, error: &ParseErrorType, start: usize, end: usize) -> Option<Problem> {
        let message = match error {
            ParseErrorType::PositionalAfterKeywordArgument => {
                "positional argument follows keyword argument".to_owned()
            }
            ParseErrorType::PositionalAfterKeywordUnpacking => {
                "positional argument follows keyword argument unpacking".to_owned()
            }
            ParseErrorType::NonDefaultParamAfterDefaultParam => {
                "non-default argument follows default argument".to_owned()
            }
            ParseErrorType::DuplicateKeywordArgumentError(name) => {
                format!("keyword argument repeated: {name}")
            }
            ParseErrorType::UnparenthesizedGeneratorExpression => {
                "Generator expression must be parenthesized".to_owned()
            }
            ParseErrorType::OtherError(message) if message.contains("`except` or `finally`") => {
                "expected 'except' or 'finally' block".to_owned()
            }
            ParseErrorType::FStringError(error)
            | ParseErrorType::Lexical(LexicalErrorType::FStringError(error)) => {
                format!("f-string: {error}").replace('`', "'")
            }
            _ => return None,
        };
        // CPython points behind the last argument, or the string, which is where it noticed.
        let (start, end) = match error {
            ParseErrorType::PositionalAfterKeywordArgument => (end, end + 1),
            _ if message.starts_with("f-string") => {
                let next = self.token(self.token_at(start) + 1).start;
                (next, next + 1)
            }
            _ => (start, end),
        };
        Some(Problem::syntax(&message, start, end.max(start + 1)))
    }

    /// Errors of the compiler proper are about whole statements.
    fn codegen_problem(&self, message: &str, offset: usize) -> Problem {
        let at = self.token_at(offset);
        let first = match message.contains("declaration") || message.contains("nonlocal") {
            true => self.statement(at),
            false => at,
        };
        let last = match message.starts_with("duplicate argument") {
            true => at,
            false => self.end_of_statement(at),
        };
        let message = match message {
            "'continue' outside loop" => "'continue' not properly in loop".to_owned(),
            message if message.starts_with("cannot define nonlocal") => {
                "nonlocal declaration not allowed at module level".to_owned()
            }
            message => message.to_owned(),
        };
        Problem::syntax(&message, self.token(first).start, self.token(last).end)
    }
}

/// CPython's word for an expression that nothing can be assigned to.
fn kind_of(target: &str) -> Option<&'static str> {
    let parsed = ruff_python_parser::parse_expression(target).ok()?;
    Some(match parsed.expr() {
        Expr::Call(_) => "function call",
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::BytesLiteral(_) => "literal",
        Expr::EllipsisLiteral(_) => "ellipsis",
        Expr::NoneLiteral(_) => "None",
        Expr::BooleanLiteral(literal) if literal.value => "True",
        Expr::BooleanLiteral(_) => "False",
        Expr::Compare(_) => "comparison",
        Expr::BinOp(_) | Expr::UnaryOp(_) | Expr::BoolOp(_) => "expression",
        Expr::FString(_) => "f-string expression",
        Expr::Attribute(_) => "attribute",
        Expr::Subscript(_) => "subscript",
        Expr::Lambda(_) => "lambda",
        Expr::If(_) => "conditional expression",
        Expr::List(_) => "list",
        Expr::Tuple(_) => "tuple",
        Expr::Dict(_) => "dict literal",
        Expr::Set(_) => "set display",
        Expr::ListComp(_) => "list comprehension",
        Expr::DictComp(_) => "dict comprehension",
        Expr::SetComp(_) => "set comprehension",
        Expr::Generator(_) => "generator expression",
        Expr::Await(_) => "await expression",
        Expr::Yield(_) | Expr::YieldFrom(_) => "yield expression",
        Expr::Named(_) => "named expression",
        Expr::Name(_) => "name",
        _ => return None,
    })
}

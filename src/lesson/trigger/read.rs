//! The grammar of triggers: words to a rule.
//!
//! In: one line. Out: a [`Rule`], or a [`TriggerError`] that quotes the word at fault. Words are
//! case-insensitive; names of programs and text in quotes are not. How statements are joined is
//! here, and how a [`Sentence`] goes through its words; what they may say is in `facts`.

use super::near::nearest;
use super::rule::{Clause, Count, Pause, Rule, Subject};
use super::tokens::{Token, is_word, tokens};
use super::{TriggerError, words};

/// No line that says something useful is longer.
const LONGEST: usize = 500;
pub(super) const EXAMPLE: &str = "write e.g. \"server sends SYN+ACK\"";
const PAUSE: &str = "write e.g. \"client sends SYN then client resends SYN within 2s\"";

pub(super) fn parse(text: &str) -> Result<Rule, TriggerError> {
    if text.len() > LONGEST {
        return Err(wrong("the trigger is too long", "split it into several"));
    }
    let tokens = tokens(text)?;
    let (mut parts, mut not) = (Vec::new(), Vec::new());
    for part in tokens.split(|token| is_word(token, "and")) {
        match part.split_first() {
            Some((first, rest)) if is_word(first, "not") => not.push(denied(rest)?),
            _ => parts.push(in_order(part)?),
        }
    }
    if parts.is_empty() {
        let remedy = "say first what is so: \"A and not B\"";
        return Err(wrong("a trigger that only says what is not so", remedy));
    }
    Ok(if parts.len() == 1 && not.is_empty() {
        parts.remove(0)
    } else {
        Rule::And { parts, not }
    })
}

fn denied(tokens: &[Token]) -> Result<Clause, TriggerError> {
    let clause = Sentence::new(tokens).clause()?;
    if clause.fact.is_condition() {
        Ok(clause)
    } else {
        Err(wrong(
            "'not' stands before something that happens once",
            "deny something that lasts, as in \"and not server accept blocked\", or write \"A before B\"",
        ))
    }
}

fn in_order(tokens: &[Token]) -> Result<Rule, TriggerError> {
    let at = |word| tokens.iter().position(|token| is_word(token, word));
    let (Some(split), is_before) = (at("before").or(at("then")), at("before").is_some()) else {
        return Ok(Rule::One(Sentence::new(tokens).clause()?));
    };
    let first = Sentence::new(&tokens[..split]).clause()?;
    let rest = &tokens[split + 1..];
    if rest
        .iter()
        .any(|t| is_word(t, "before") || is_word(t, "then"))
    {
        return Err(wrong(
            "more than two things in a row",
            "compare two at a time: \"A before B and B before C\"",
        ));
    }
    if is_before {
        return Ok(Rule::Before(first, Sentence::new(rest).clause()?));
    }
    let (rest, pause) = pause(rest)?;
    Ok(Rule::Then(first, Sentence::new(rest).clause()?, pause))
}

/// `… within 2s`, `… after 400ms`: the words before it, and how long it means.
fn pause(tokens: &[Token]) -> Result<(&[Token], Option<Pause>), TriggerError> {
    let is_pause = |token: &Token| is_word(token, "within") || is_word(token, "after");
    let Some(at) = tokens.iter().position(is_pause) else {
        return Ok((tokens, None));
    };
    let words: Option<String> = tokens[at + 1..]
        .iter()
        .map(|token| match token {
            Token::Word(word) => Some(word.as_str()),
            Token::Text(_) => None,
        })
        .collect();
    let micros = words.as_deref().and_then(micros);
    let micros = micros.ok_or_else(|| wrong("no time after \"within\" or \"after\"", PAUSE))?;
    let pause = if is_word(&tokens[at], "within") {
        Pause::AtMost(micros)
    } else {
        Pause::AtLeast(micros)
    };
    Ok((&tokens[..at], Some(pause)))
}

/// `400ms`, `1.5s`, `2min`.
fn micros(text: &str) -> Option<u64> {
    let unit = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit);
    let scale = match unit.to_ascii_lowercase().as_str() {
        "ms" => 1e3,
        "s" | "sec" | "seconds" | "second" => 1e6,
        "min" | "minutes" | "minute" => 60e6,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    // No run lasts a day; what is larger is a slip.
    let is_sound = number.is_finite() && (0.0..=86_400e6).contains(&(number * scale));
    is_sound.then_some((number * scale) as u64)
}

/// The tokens of one statement, read from left to right.
pub(super) struct Sentence<'a> {
    pub(super) rest: &'a [Token],
}

impl<'a> Sentence<'a> {
    pub(super) fn new(rest: &'a [Token]) -> Self {
        Self { rest }
    }

    pub(super) fn clause(mut self) -> Result<Clause, TriggerError> {
        let clause = self.statement()?;
        match self.rest.first() {
            None => Ok(clause),
            Some(token) => Err(unknown(token, &["and", "then", "before", "bytes"])),
        }
    }

    pub(super) fn of(&mut self) -> Result<Subject, TriggerError> {
        if self.take("of") {
            self.subject()
        } else {
            Ok(Subject::Any)
        }
    }

    pub(super) fn subject(&mut self) -> Result<Subject, TriggerError> {
        if self.take("any") {
            return Ok(Subject::Any);
        }
        self.name().map(Subject::Named)
    }

    pub(super) fn name(&mut self) -> Result<String, TriggerError> {
        let word = self.next_if(|word| Some(word.to_owned()));
        word.ok_or_else(|| self.unknown_here("a name", &[]))
    }

    /// `is 3`, `3`, `is at least 3`, `at most 3`, `no`.
    pub(super) fn count(&mut self) -> Result<Option<Count>, TriggerError> {
        let has_is = self.take("is") || self.take("are");
        if self.take("at") {
            let is_least = self.take("least");
            if !is_least && !self.take("most") {
                return Err(self.unknown_here("\"least\" or \"most\"", &["least", "most"]));
            }
            let number = self.number();
            let number = number.ok_or_else(|| self.unknown_here("a number", &[]))?;
            return Ok(Some(if is_least {
                Count::AtLeast(number)
            } else {
                Count::AtMost(number)
            }));
        }
        if self.take("no") {
            return Ok(Some(Count::Exactly(0)));
        }
        let is_exact = self.take("exactly");
        match self.number() {
            Some(number) => Ok(Some(Count::Exactly(number))),
            None if has_is || is_exact => {
                Err(self.unknown_here("a number, as in \"is 1\" or \"is at least 1\"", &["at"]))
            }
            None => Ok(None),
        }
    }

    /// A count must stand here.
    pub(super) fn some_count(&mut self) -> Result<Count, TriggerError> {
        let what = "how many, as in \"is 1\" or \"is at least 1\"";
        self.count()?
            .ok_or_else(|| self.unknown_here(what, &["is", "at"]))
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        self.next_if(|word| word.parse().ok())
    }

    /// "the second": counted from 1.
    pub(super) fn nth<T: TryFrom<u64>>(&mut self, what: &str) -> Result<Option<T>, TriggerError> {
        let Some(number) = self.number() else {
            return Ok(None);
        };
        if number == 0 {
            let message = format!("{what} are counted from 1");
            return Err(wrong(message, "write 1 for the first"));
        }
        let nth = T::try_from(number).map_err(|_| {
            let message = format!("no run has {number} of them");
            wrong(message, "write a smaller number")
        });
        nth.map(Some)
    }

    pub(super) fn text(&mut self, after: &str) -> Result<String, TriggerError> {
        let found = self.some_text();
        found.ok_or_else(|| {
            let message = format!("no text in quotes after \"{after}\"");
            wrong(message, format!("write e.g. server {after} \"hello\""))
        })
    }

    pub(super) fn some_text(&mut self) -> Option<String> {
        match self.rest.split_first() {
            Some((Token::Text(text), rest)) if !text.is_empty() => {
                self.rest = rest;
                Some(text.clone())
            }
            _ => None,
        }
    }

    pub(super) fn take(&mut self, word: &str) -> bool {
        self.next_if(|next| next.eq_ignore_ascii_case(word).then_some(()))
            .is_some()
    }

    /// One of these words.
    pub(super) fn take_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.take(word))
    }

    /// All of these words, in this order, or none.
    pub(super) fn take_all(&mut self, words: &[&str]) -> bool {
        let is_there = self.rest.len() >= words.len()
            && self
                .rest
                .iter()
                .zip(words)
                .all(|(token, word)| is_word(token, word));
        if is_there {
            self.rest = &self.rest[words.len()..];
        }
        is_there
    }

    pub(super) fn peek<T>(&self, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        match self.rest.first()? {
            Token::Word(word) => read(word),
            Token::Text(_) => None,
        }
    }

    pub(super) fn next_if<T>(&mut self, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let found = self.peek(read)?;
        self.rest = &self.rest[1..];
        Some(found)
    }

    /// `expected` says what is missing if nothing follows, `known` what the word could have been.
    pub(super) fn unknown_here(&self, expected: &str, known: &[&str]) -> TriggerError {
        match self.rest.first() {
            Some(token) => unknown(token, known),
            None => self.expected(expected),
        }
    }

    pub(super) fn expected(&self, expected: &str) -> TriggerError {
        wrong(format!("the trigger stops short of {expected}"), EXAMPLE)
    }
}

/// A word that is none of the language's, or not here.
pub(super) fn unknown(token: &Token, known: &[&str]) -> TriggerError {
    let (Token::Word(word) | Token::Text(word)) = token;
    let shown: String = word.chars().take(60).collect();
    let shown = shown.escape_debug();
    let mut otherwise = words::OTHERWISE.iter();
    let otherwise =
        otherwise.find(|(said, _)| said.iter().any(|each| each.eq_ignore_ascii_case(word)));
    let otherwise = otherwise.map(|(_, meant)| *meant);
    let near = otherwise.or_else(|| nearest(word, known.iter().copied()));
    let remedy = match near {
        Some(near) if !near.eq_ignore_ascii_case(word) => {
            format!("did you mean \"{near}\"? {EXAMPLE}")
        }
        _ => EXAMPLE.to_owned(),
    };
    wrong(format!("unknown trigger word '{shown}'"), remedy)
}

/// A name that one of these lists should hold.
pub(super) fn no_such(what: &str, word: &str, known: &[&str], remedy: &str) -> TriggerError {
    let shown: String = word.chars().take(60).collect();
    let near = nearest(word, known.iter().copied());
    let remedy = near.map_or(remedy.to_owned(), |near| {
        format!("did you mean \"{near}\"?")
    });
    wrong(format!("unknown {what} '{}'", shown.escape_debug()), remedy)
}

pub(super) fn wrong(message: impl Into<String>, remedy: impl Into<String>) -> TriggerError {
    TriggerError {
        message: message.into(),
        remedy: remedy.into(),
    }
}

/// Every word that can begin what somebody does.
pub(super) fn all_verbs() -> Vec<&'static str> {
    let lists = [
        words::VERBS,
        words::CALL_VERBS,
        words::CALLS,
        words::STATES,
        words::KINDS,
    ];
    lists.concat()
}

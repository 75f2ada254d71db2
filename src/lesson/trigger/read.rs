//! The grammar of triggers: words to a rule.
//!
//! In: one line. Out: a [`Rule`], or a [`TriggerError`] that quotes the word at fault. Words are
//! case-insensitive; names of programs and text in quotes are not.

use super::words::{CALL_VERBS, Token, call, is_word, kind, state, tokens};
use super::{Clause, Fact, FateWord, Queue, Rule, SegmentWords, Subject, TriggerError};

/// No line that says something useful is longer.
const LONGEST: usize = 500;
const EXAMPLE: &str = "write e.g. \"server sends SYN+ACK\"";

pub(super) fn parse(text: &str) -> Result<Rule, TriggerError> {
    if text.len() > LONGEST {
        return Err(wrong("the trigger is too long", "split it into several"));
    }
    let tokens = tokens(text)?;
    let mut parts = Vec::new();
    for part in tokens.split(|token| is_word(token, "and")) {
        parts.push(in_order(part)?);
    }
    Ok(if parts.len() == 1 {
        parts.remove(0)
    } else {
        Rule::And(parts)
    })
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
    let second = Sentence::new(rest).clause()?;
    Ok(if is_before {
        Rule::Before(first, second)
    } else {
        Rule::Then(first, second)
    })
}

/// The tokens of one statement, read from left to right.
struct Sentence<'a> {
    rest: &'a [Token],
}

impl<'a> Sentence<'a> {
    fn new(rest: &'a [Token]) -> Self {
        Self { rest }
    }

    fn clause(mut self) -> Result<Clause, TriggerError> {
        let clause = self.statement()?;
        match self.rest.first() {
            None => Ok(clause),
            Some(token) => Err(unknown(token)),
        }
    }

    fn statement(&mut self) -> Result<Clause, TriggerError> {
        for (word, fact) in [("always", Fact::Always), ("never", Fact::Never)] {
            if self.take(word) {
                let subject = Subject::Any;
                return Ok(Clause { subject, fact });
            }
        }
        if let Some(queue) = self.queue() {
            let subject = self.of()?;
            let fact = self.queue_is(queue)?;
            return Ok(Clause { subject, fact });
        }
        if let Some(segment) = self.segment()? {
            let subject = self.of()?;
            let fate = self.fate()?;
            let fact = Fact::Segment { segment, fate };
            return Ok(Clause { subject, fact });
        }
        let names_no_one = self.peek(|word| call(word).or(state(word))).is_some();
        let subject = if names_no_one {
            Subject::Any
        } else {
            self.subject()?
        };
        let fact = self.fact()?;
        Ok(Clause { subject, fact })
    }

    fn fact(&mut self) -> Result<Fact, TriggerError> {
        if let Some(queue) = self.queue() {
            return self.queue_is(queue);
        }
        if let Some(segment) = self.segment()? {
            let fate = self.fate()?;
            return Ok(Fact::Segment { segment, fate });
        }
        // LISTEN is a state and listen() a call: the word after it tells.
        if (self.peek(state).is_none() || self.speaks_of_call())
            && let Some(call) = self.next_if(call)
        {
            return self.what_of(call);
        }
        if self.take("listens") {
            return Ok(Fact::InState {
                state: "LISTEN".to_owned(),
                without_descriptor: false,
            });
        }
        if self.take("sends") || self.take("sent") {
            return self.sent(false);
        }
        if self.take("resends") || self.take("resent") {
            return self.sent(true);
        }
        if self.take("prints") || self.take("printed") {
            return self.text().map(Fact::Prints);
        }
        if self.take("asks") {
            return Ok(Fact::Asks);
        }
        if self.take("exits") || self.take("exited") {
            let with = if self.take("with") {
                Some(self.name()?)
            } else {
                None
            };
            return Ok(Fact::Exits { with });
        }
        self.take("is");
        if let Some(state) = self.next_if(state) {
            let without_descriptor = self.take("without");
            if without_descriptor && !(self.take("descriptor") || self.take("fd")) {
                return Err(self.expected("descriptor"));
            }
            return Ok(Fact::InState {
                state: state.to_owned(),
                without_descriptor,
            });
        }
        Err(self.unknown_here("what it does"))
    }

    fn speaks_of_call(&self) -> bool {
        let is_verb = |token: &Token| CALL_VERBS.iter().any(|verb| is_word(token, verb));
        self.rest.get(1).is_some_and(is_verb)
    }

    fn what_of(&mut self, call: &str) -> Result<Fact, TriggerError> {
        let call = call.to_owned();
        if self.take("blocks") || self.take("blocked") {
            return Ok(Fact::CallBlocked(call));
        }
        if self.take("returns") || self.take("returned") {
            let bytes = self.next_if(|word| word.parse().ok());
            if bytes.is_some() && !(self.take("bytes") || self.take("byte")) {
                return Err(self.expected("bytes"));
            }
            return Ok(Fact::CallReturned { call, bytes });
        }
        if self.take("fails") || self.take("failed") {
            self.take("with");
            let why = if self.rest.is_empty() {
                None
            } else {
                Some(self.name()?)
            };
            return Ok(Fact::CallFailed { call, why });
        }
        Err(self.unknown_here("\"blocked\", \"returns\" or \"fails\""))
    }

    fn sent(&mut self, again: bool) -> Result<Fact, TriggerError> {
        match self.segment()? {
            Some(segment) => Ok(Fact::Sent { segment, again }),
            None => Err(self.unknown_here("SYN, SYN+ACK, ACK, data, FIN or RST")),
        }
    }

    fn segment(&mut self) -> Result<Option<SegmentWords>, TriggerError> {
        let Some(kind) = self.next_if(kind) else {
            return Ok(None);
        };
        let nth = self.next_if(|word| word.parse().ok());
        if nth == Some(0) {
            return Err(wrong(
                "segments are counted from 1",
                "write 1 for the first",
            ));
        }
        Ok(Some(SegmentWords { kind, nth }))
    }

    fn fate(&mut self) -> Result<FateWord, TriggerError> {
        let fates = [
            ("delivered", FateWord::Delivered),
            ("dropped", FateWord::Dropped),
            ("held", FateWord::Held),
        ];
        self.take("is");
        let found = fates.into_iter().find(|(word, _)| self.take(word));
        let missing = || self.unknown_here("\"delivered\", \"dropped\" or \"held\"");
        found.map(|(_, fate)| fate).ok_or_else(missing)
    }

    /// `SYN queue`, `accept queue`: told from a segment and a call by the word after it.
    fn queue(&mut self) -> Option<Queue> {
        let [first, second, ..] = self.rest else {
            return None;
        };
        let queues = [("syn", Queue::Syn), ("accept", Queue::Accept)];
        let (_, queue) = queues.into_iter().find(|(word, _)| is_word(first, word))?;
        is_word(second, "queue").then(|| {
            self.rest = &self.rest[2..];
            queue
        })
    }

    fn queue_is(&mut self, queue: Queue) -> Result<Fact, TriggerError> {
        self.take("is");
        let length = self.next_if(|word| word.parse().ok());
        let length = length.ok_or_else(|| self.unknown_here("how long it is, as in \"is 1\""))?;
        Ok(Fact::QueueIs { queue, length })
    }

    fn of(&mut self) -> Result<Subject, TriggerError> {
        if self.take("of") {
            self.subject()
        } else {
            Ok(Subject::Any)
        }
    }

    fn subject(&mut self) -> Result<Subject, TriggerError> {
        if self.take("any") {
            return Ok(Subject::Any);
        }
        self.name().map(Subject::Named)
    }

    fn name(&mut self) -> Result<String, TriggerError> {
        let word = self.next_if(|word| Some(word.to_owned()));
        word.ok_or_else(|| self.unknown_here("a name"))
    }

    fn text(&mut self) -> Result<String, TriggerError> {
        match self.rest.split_first() {
            Some((Token::Text(text), rest)) if !text.is_empty() => {
                self.rest = rest;
                Ok(text.clone())
            }
            _ => Err(wrong(
                "no text in quotes after \"prints\"",
                "write e.g. server prints \"hello\"",
            )),
        }
    }

    fn take(&mut self, word: &str) -> bool {
        self.next_if(|next| next.eq_ignore_ascii_case(word).then_some(()))
            .is_some()
    }

    fn peek<T>(&self, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        match self.rest.first()? {
            Token::Word(word) => read(word),
            Token::Text(_) => None,
        }
    }

    fn next_if<T>(&mut self, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let found = self.peek(read)?;
        self.rest = &self.rest[1..];
        Some(found)
    }

    fn unknown_here(&self, expected: &str) -> TriggerError {
        match self.rest.first() {
            Some(token) => unknown(token),
            None => self.expected(expected),
        }
    }

    fn expected(&self, expected: &str) -> TriggerError {
        wrong(format!("the trigger stops short of {expected}"), EXAMPLE)
    }
}

fn unknown(token: &Token) -> TriggerError {
    let (Token::Word(word) | Token::Text(word)) = token;
    wrong(format!("unknown trigger word '{word}'"), EXAMPLE)
}

pub(super) fn wrong(message: impl Into<String>, remedy: impl Into<String>) -> TriggerError {
    TriggerError {
        message: message.into(),
        remedy: remedy.into(),
    }
}

//! What a statement may say: of calls, states, numbers of the kernel; the rest is in `things`.
//!
//! In: the words of one statement. Out: its [`Clause`].

use super::TriggerError;
use super::read::{EXAMPLE, Sentence, all_verbs, no_such, unknown, wrong};
use super::rule::{Answer, Clause, Counted, Fact, Info, Subject};
use super::tokens::{Token, is_word};
use super::words::{CALL_VERBS, CALLS, ERRNOS, EXCEPTIONS, KINDS, STATES, call, failure, state};

impl Sentence<'_> {
    pub(super) fn statement(&mut self) -> Result<Clause, TriggerError> {
        for (word, fact) in [("always", Fact::Always), ("never", Fact::Never)] {
            if self.take(word) {
                let subject = Subject::Any;
                return Ok(Clause { subject, fact });
            }
        }
        if self.take("byte") {
            return self.byte();
        }
        if let Some(clause) = self.held()? {
            return Ok(clause);
        }
        if let Some(queue) = self.queue() {
            let subject = self.of()?;
            let fact = Fact::QueueIs(queue, self.some_count()?);
            return Ok(Clause { subject, fact });
        }
        if let Some(buffer) = self.buffer() {
            let subject = self.of()?;
            let fact = self.buffer_is(buffer)?;
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
            return Ok(Fact::QueueIs(queue, self.some_count()?));
        }
        if let Some(buffer) = self.buffer() {
            return self.buffer_is(buffer);
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
        if let Some(info) = self.info() {
            return self.info_is(info);
        }
        if self.take("listens") {
            return Ok(Fact::InState {
                state: "LISTEN",
                without_descriptor: false,
            });
        }
        if self.take_any(&["sends", "sent"]) {
            return self.sent(false);
        }
        if self.take_any(&["resends", "resent"]) {
            return self.sent(true);
        }
        if self.take_any(&["announces", "announced"]) {
            if !self.take("window") {
                return Err(self.unknown_here("\"window\"", &["window"]));
            }
            let count = self.some_count()?;
            self.take_any(&["bytes", "byte"]);
            return Ok(Fact::Announces(count));
        }
        if self.take_any(&["acknowledges", "acknowledged"]) {
            let count = self.some_count()?;
            self.take_any(&["bytes", "byte"]);
            return Ok(Fact::Acknowledges(count));
        }
        if self.take_any(&["has", "have"]) {
            return self.has();
        }
        if self.take_any(&["prints", "printed"]) {
            return self.text("prints").map(Fact::Prints);
        }
        if self.take_any(&["asks", "asked"]) {
            return Ok(Fact::Asks);
        }
        if self.take_any(&["exits", "exited"]) {
            return self.exits();
        }
        self.in_state()
    }

    fn in_state(&mut self) -> Result<Fact, TriggerError> {
        self.take("is");
        if let Some(state) = self.next_if(state) {
            let without_descriptor = self.take("without");
            if without_descriptor && !self.take_any(&["descriptor", "descriptors", "fd"]) {
                return Err(self.unknown_here("descriptor", &["descriptor"]));
            }
            return Ok(Fact::InState {
                state,
                without_descriptor,
            });
        }
        match self.rest {
            // `acept blocked`
            [Token::Word(word), verb, ..] if is_call_verb(verb) => {
                let calls = format!("the calls are {}", CALLS.join(", "));
                Err(no_such("call", word, CALLS, &calls))
            }
            [Token::Word(word), ..] if is_shouted(word) => {
                let remedy = format!("the states are {}", STATES.join(", "));
                let known = [STATES, KINDS].concat();
                Err(no_such("state", word, &known, &remedy))
            }
            _ => Err(self.unknown_here("what it does", &all_verbs())),
        }
    }

    fn speaks_of_call(&self) -> bool {
        self.rest.get(1).is_some_and(is_call_verb)
    }

    fn what_of(&mut self, call: &'static str) -> Result<Fact, TriggerError> {
        if call == "socket" && self.take("is") {
            if self.take("gone") {
                return Ok(Fact::SocketGone);
            }
            return Err(self.unknown_here("\"gone\"", &["gone"]));
        }
        if self.take_any(&["blocks", "blocked"]) {
            let nth = self.nth("calls")?;
            return Ok(Fact::CallBlocked { call, nth });
        }
        if self.take_any(&["returns", "returned"]) {
            let answer = self.answer()?;
            return Ok(Fact::CallReturned { call, answer });
        }
        if self.take_any(&["fails", "failed"]) {
            self.take("with");
            let mut nth = self.nth("calls")?;
            let why = match self.rest.first() {
                Some(Token::Word(word)) if nth.is_none() => Some(word.clone()),
                _ => None,
            };
            let why = why.map(|word| known_failure(&word)).transpose()?;
            if why.is_some() {
                self.rest = &self.rest[1..];
                nth = self.nth("calls")?;
            }
            return Ok(Fact::CallFailed { call, why, nth });
        }
        Err(self.unknown_here("\"blocked\", \"returns\" or \"fails\"", CALL_VERBS))
    }

    /// A bare number is an ordinal; one with "bytes" is a length.
    fn answer(&mut self) -> Result<Answer, TriggerError> {
        if let Some(text) = self.some_text() {
            return Ok(Answer::Text(text));
        }
        if matches!(self.rest.first(), Some(Token::Text(_))) {
            let remedy = "write what it returns, or \"returns 0 bytes\" for an empty result";
            return Err(wrong("an empty text in quotes", remedy));
        }
        if self.take("less") {
            if self.take_all(&["than", "offered"]) {
                return Ok(Answer::LessThanOffered);
            }
            return Err(self.unknown_here("\"than offered\"", &["than", "offered"]));
        }
        let is_bare = self.peek(|word| word.parse::<u64>().ok()).is_some();
        let before = self.rest;
        let Some(count) = self.count()? else {
            return Ok(Answer::Any);
        };
        if self.take_any(&["bytes", "byte"]) {
            return Ok(Answer::Bytes(count));
        }
        if !is_bare {
            return Err(self.unknown_here("\"bytes\"", &["bytes"]));
        }
        self.rest = before;
        let nth = self.nth("calls")?;
        Ok(nth.map_or(Answer::Any, Answer::Nth))
    }

    fn info(&mut self) -> Option<Info> {
        let infos = [
            ("cwnd", Info::Cwnd),
            ("ssthresh", Info::Ssthresh),
            ("rto", Info::Rto),
            ("rtt", Info::Rtt),
            ("window", Info::Window),
        ];
        let found = infos.into_iter().find(|(word, _)| self.take(word));
        found.map(|(_, info)| info)
    }

    fn info_is(&mut self, info: Info) -> Result<Fact, TriggerError> {
        let count = self.some_count()?;
        match info {
            Info::Cwnd | Info::Ssthresh => self.take_any(&["segments", "segment"]),
            Info::Rto | Info::Rtt => self.take("ms"),
            Info::Window => self.take_any(&["bytes", "byte"]),
        };
        Ok(Fact::InfoIs(info, count))
    }

    fn has(&mut self) -> Result<Fact, TriggerError> {
        let count = self.some_count()?;
        let counted = if self.take_any(&["threads", "thread"]) {
            Some(Counted::Threads)
        } else if self.take_any(&["descriptors", "descriptor"]) {
            Some(Counted::Descriptors)
        } else {
            self.next_if(state).map(Counted::State)
        };
        let known = [STATES, &["threads", "descriptors"]].concat();
        let missing = "what there are so many of: a state, threads or descriptors";
        let counted = counted.ok_or_else(|| self.unknown_here(missing, &known))?;
        self.take_any(&["sockets", "socket"]);
        Ok(Fact::Has(counted, count))
    }

    fn exits(&mut self) -> Result<Fact, TriggerError> {
        if !self.take("with") {
            return Ok(Fact::Exits { with: None });
        }
        let name = self.name()?;
        // A program may define exceptions of its own; a slip in one of Python's is told.
        if !EXCEPTIONS.contains(&name.as_str())
            && let Some(near) = super::near::nearest(&name, EXCEPTIONS.iter().copied())
        {
            let message = format!("unknown exception '{name}'");
            return Err(wrong(message, format!("did you mean \"{near}\"?")));
        }
        Ok(Fact::Exits { with: Some(name) })
    }
}

/// What a call can fail with.
fn known_failure(word: &str) -> Result<String, TriggerError> {
    if let Some(known) = failure(word) {
        return Ok(known.to_owned());
    }
    let is_errno = is_shouted(word);
    let (what, known) = match is_errno {
        true => ("errno", ERRNOS),
        false => ("exception", EXCEPTIONS),
    };
    let remedy =
        "write an errno, as in ECONNREFUSED, or one of Python's exceptions, as in TimeoutError";
    let both = [known, ERRNOS, EXCEPTIONS].concat();
    if is_errno || word.chars().all(|c| c.is_alphanumeric()) {
        Err(no_such(what, word, &both, remedy))
    } else {
        Err(unknown(&Token::Word(word.to_owned()), &[EXAMPLE]))
    }
}

fn is_call_verb(token: &Token) -> bool {
    CALL_VERBS.iter().any(|verb| is_word(token, verb))
}

/// In capitals, as states and errnos are.
fn is_shouted(word: &str) -> bool {
    word.len() > 3
        && word
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

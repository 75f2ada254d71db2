//! A script: what the director lets happen, one thing a line, in words a teacher writes.
//!
//! In: text. Out: a [`Script`], or each line that is wrong, with what to write instead. Whether a
//! line has come true in a run is `follow`'s to know. For teachers: `lessons/README.md`.

use super::fault::Fault;
use super::rule::{self, Rule};
use crate::model::Kind;
use crate::trace::{Name, ProgramSetup};

/// Lines of one script that say something.
const MOST_LINES: usize = 1_000;
/// No line that says something useful is longer, in bytes.
const LONGEST: usize = 500;
/// So many calls may one line ask for.
const MOST_STEPS: usize = 1_000;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    pub(super) lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// Where it stands in its file, counted from 1.
    pub number: usize,
    /// As it was written, without its comment.
    pub text: String,
    pub act: Act,
}

/// What one line wants.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Act {
    Step {
        who: Name,
        until: Until,
    },
    Deliver(Rule),
    DeliverAll,
    Fault(Fault, Rule),
    Hold {
        who: Option<Name>,
        kind: Option<Kind>,
        on: bool,
    },
    Wait {
        us: u64,
    },
    Answer {
        who: Name,
        text: String,
    },
}

/// How far a program goes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Until {
    /// Until this call has returned or is blocked.
    Call(String),
    Calls(usize),
    Blocked,
    Ends,
}

/// What is wrong with a line, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}; {remedy}")]
pub struct ScriptError {
    /// Counted from 1.
    pub line: usize,
    pub message: String,
    pub remedy: String,
}

type Wrong = (String, String);

impl Script {
    /// `first_line` is where the text begins in its file.
    pub fn parse(text: &str, first_line: usize) -> Result<Self, Vec<ScriptError>> {
        let mut lines = Vec::new();
        let mut errors = Vec::new();
        let mut has_ended = false;
        for (number, written) in (first_line..).zip(text.lines()) {
            let read = words(written).and_then(|words| {
                let text = without_comment(written);
                match words.is_empty() {
                    true => Ok(None),
                    false if has_ended => Err(wrong(
                        "a line after \"as usual\"",
                        "make \"as usual\" the last line, or take it away",
                    )),
                    false if is_end(&words) => {
                        has_ended = true;
                        Ok(None)
                    }
                    false if lines.len() == MOST_LINES => Err(wrong(
                        format!("more than {MOST_LINES} lines"),
                        "shorten the script",
                    )),
                    false => act(&words).map(|act| Some(Line { number, text, act })),
                }
            });
            match read {
                Ok(line) => lines.extend(line),
                Err((message, remedy)) => errors.push(ScriptError {
                    line: number,
                    message,
                    remedy,
                }),
            }
        }
        if lines.is_empty() && errors.is_empty() && !has_ended {
            errors.push(ScriptError {
                line: first_line,
                message: "the script says nothing".to_owned(),
                remedy: EXAMPLE.to_owned(),
            });
        }
        match errors.is_empty() {
            true => Ok(Self { lines }),
            false => Err(errors),
        }
    }

    /// What each line says, with its number in the file.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines
            .iter()
            .map(|line| (line.number, line.text.as_str()))
    }

    /// It is about segments, which only a wire that holds them can be told about.
    pub fn needs_wire(&self) -> bool {
        self.lines.iter().any(|line| line.act.is_about_segments())
    }

    /// The lines that name a host, a program or a call that is not there.
    pub fn check(&self, hosts: &[&str], programs: &[ProgramSetup]) -> Vec<ScriptError> {
        let checked = self.lines.iter().filter_map(|line| {
            let (message, remedy) = line.act.check(hosts, programs).err()?;
            Some(ScriptError {
                line: line.number,
                message,
                remedy,
            })
        });
        checked.collect()
    }
}

impl Act {
    /// It needs a wire that holds them.
    pub(super) fn is_about_segments(&self) -> bool {
        match self {
            Self::Deliver(_) | Self::DeliverAll | Self::Fault(..) | Self::Hold { .. } => true,
            Self::Step { .. } | Self::Wait { .. } | Self::Answer { .. } => false,
        }
    }

    fn check(&self, hosts: &[&str], programs: &[ProgramSetup]) -> Result<(), Wrong> {
        match self {
            Self::Step { who, until } => {
                let program = program(who, programs)?;
                match until {
                    Until::Call(call) if !can_make(program, call) => Err(wrong(
                        format!("{} never calls {call}()", program.name),
                        "write a call of its text, as in \"client connect\", or \"until blocked\"",
                    )),
                    Until::Call(_) | Until::Calls(_) | Until::Blocked | Until::Ends => Ok(()),
                }
            }
            Self::Answer { who, .. } => program(who, programs).map(drop),
            Self::Deliver(rule) | Self::Fault(_, rule) => check_host(rule.from(), hosts),
            Self::Hold { who, .. } => check_host(who.as_deref(), hosts),
            Self::DeliverAll | Self::Wait { .. } => Ok(()),
        }
    }
}

fn check_host(who: Option<&str>, hosts: &[&str]) -> Result<(), Wrong> {
    match who {
        Some(who) if !hosts.iter().any(|host| rule::is_meant_by(who, host)) => Err(wrong(
            format!("no host is called '{who}'"),
            format!("write one of {}, or any", hosts.join(", ")),
        )),
        Some(_) | None => Ok(()),
    }
}

fn program<'a>(who: &str, programs: &'a [ProgramSetup]) -> Result<&'a ProgramSetup, Wrong> {
    let names: Vec<&str> = programs.iter().map(|p| p.name.as_str()).collect();
    let found = one_meant_by(who, &names);
    let found = found.and_then(|name| programs.iter().find(|p| p.name == name));
    found.ok_or_else(|| {
        wrong(
            format!("no one program is called '{who}'"),
            format!("write one of {}", names.join(", ")),
        )
    })
}

/// The program of this name; `client` may also be the only one whose name begins so.
pub(super) fn one_meant_by<'a>(who: &str, names: &[&'a str]) -> Option<&'a str> {
    let exact = names.iter().find(|name| **name == who);
    let mut alike = names.iter().filter(|name| rule::is_meant_by(who, name));
    let only = match (alike.next(), alike.next()) {
        (Some(only), None) => Some(only),
        (Some(_) | None, _) => None,
    };
    exact.or(only).copied()
}

/// A `with` block closes without a word; every other call is in the text.
fn can_make(program: &ProgramSetup, call: &str) -> bool {
    call == "close" || program.source.contains(call)
}

const EXAMPLE: &str =
    "write e.g. \"server until blocked\", \"client connect\" or \"deliver client SYN\"";

enum Word {
    Plain(String),
    /// In quotes.
    Text(String),
}

impl Word {
    fn is(&self, word: &str) -> bool {
        matches!(self, Self::Plain(own) if own.eq_ignore_ascii_case(word))
    }

    fn plain(&self) -> Result<&str, Wrong> {
        match self {
            Self::Plain(word) => Ok(word),
            Self::Text(text) => Err(wrong(
                format!("\"{text}\" stands where no text belongs"),
                "only \"answer\" is followed by a text in quotes",
            )),
        }
    }
}

const QUOTES: [char; 3] = ['"', '“', '”'];

/// Without the comment.
fn words(line: &str) -> Result<Vec<Word>, Wrong> {
    if line.len() > LONGEST {
        let message = format!("the line is longer than {LONGEST} bytes");
        return Err(wrong(message, "write one thing a line"));
    }
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next().filter(|c| *c != '#') {
        if QUOTES.contains(&first) {
            let inside = &rest[first.len_utf8()..];
            let end = inside.find(QUOTES);
            let end = end.ok_or_else(|| wrong("a quote is not closed", "add the closing \""))?;
            words.push(Word::Text(inside[..end].to_owned()));
            let mut after = inside[end..].chars();
            after.next(); // the closing quote
            rest = after.as_str();
        } else {
            let ends = |c: char| c.is_whitespace() || c == '#' || QUOTES.contains(&c);
            let end = rest.find(ends).unwrap_or(rest.len());
            words.push(Word::Plain(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    Ok(words)
}

fn without_comment(line: &str) -> String {
    let mut is_quoted = false;
    let end = line.find(|c| {
        is_quoted ^= QUOTES.contains(&c);
        c == '#' && !is_quoted
    });
    line[..end.unwrap_or(line.len())].trim().to_owned()
}

/// `as usual`, `rest as usual`.
fn is_end(words: &[Word]) -> bool {
    match words {
        [r#as, usual] => r#as.is("as") && usual.is("usual"),
        [rest, r#as, usual] => rest.is("rest") && r#as.is("as") && usual.is("usual"),
        _ => false,
    }
}

fn act(words: &[Word]) -> Result<Act, Wrong> {
    let Some((first, rest)) = words.split_first() else {
        return Err(wrong("an empty line", EXAMPLE));
    };
    let verb = first.plain()?;
    match verb.to_ascii_lowercase().as_str() {
        "deliver" => match rest {
            [all] if all.is("all") => Ok(Act::DeliverAll),
            _ => segment(rest).map(Act::Deliver),
        },
        "drop" => Ok(Act::Fault(Fault::Drop, segment(rest)?)),
        "duplicate" => Ok(Act::Fault(Fault::Duplicate, segment(rest)?)),
        "corrupt" => Ok(Act::Fault(Fault::Corrupt, segment(rest)?)),
        "delay" => delay(rest),
        "hold" => hold(rest, true),
        "release" => hold(rest, false),
        "wait" => match rest {
            [time] => {
                let ms = milliseconds(time)?;
                let us = u64::from(ms) * 1_000;
                Ok(Act::Wait { us })
            }
            _ => Err(wrong(
                "\"wait\" without one time",
                "write e.g. \"wait 1.2s\"",
            )),
        },
        "answer" => match rest {
            [who, Word::Text(text)] => Ok(Act::Answer {
                who: who.plain()?.to_owned(),
                text: text.clone(),
            }),
            _ => Err(wrong(
                "\"answer\" is not followed by a program and a text",
                "write e.g. answer client \"hello\"",
            )),
        },
        _ => step(verb, rest),
    }
}

fn step(who: &str, rest: &[Word]) -> Result<Act, Wrong> {
    let plain = rest
        .iter()
        .map(Word::plain)
        .collect::<Result<Vec<_>, _>>()?;
    let until = match plain[..] {
        ["step"] => Until::Calls(1),
        ["step", count] => {
            let count = count.parse().ok();
            let count = count.filter(|count| (1..=MOST_STEPS).contains(count));
            Until::Calls(count.ok_or_else(|| {
                wrong(
                    format!("'{}' is not a number of calls up to {MOST_STEPS}", plain[1]),
                    "write e.g. \"client step 3\"",
                )
            })?)
        }
        ["until", "blocked"] => Until::Blocked,
        ["until", "ends" | "end" | "ended"] => Until::Ends,
        ["until", ..] => {
            return Err(wrong(
                "\"until\" without \"blocked\" or \"ends\"",
                format!(
                    "write \"{who} until blocked\", \"{who} until ends\", or the call alone: \"{who} connect\""
                ),
            ));
        }
        [call] if is_call(call) => Until::Call(call.strip_suffix("()").unwrap_or(call).to_owned()),
        _ => {
            return Err(wrong(
                format!("'{who}' begins no line that is known"),
                EXAMPLE,
            ));
        }
    };
    let who = who.to_owned();
    Ok(Act::Step { who, until })
}

/// `connect`, also written `connect()`.
fn is_call(word: &str) -> bool {
    let word = word.strip_suffix("()").unwrap_or(word);
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit();
    !word.is_empty() && word.bytes().all(is_name)
}

fn segment(words: &[Word]) -> Result<Rule, Wrong> {
    let plain = words
        .iter()
        .map(Word::plain)
        .collect::<Result<Vec<_>, _>>()?;
    let form = "write who, what and perhaps which, as in \"client SYN\" or \"any data 2\"";
    Rule::of_words(&plain).map_err(|message| wrong(message, form))
}

fn delay(words: &[Word]) -> Result<Act, Wrong> {
    let [segment_words @ .., by, time] = words else {
        return Err(no_delay());
    };
    if !by.is("by") {
        return Err(no_delay());
    }
    let ms = milliseconds(time)?;
    Ok(Act::Fault(Fault::Delay { ms }, segment(segment_words)?))
}

fn no_delay() -> Wrong {
    let example = "write e.g. \"delay client data 1 by 0.5s\"";
    wrong("\"delay\" without \"by\" and a time", example)
}

fn milliseconds(word: &Word) -> Result<u32, Wrong> {
    let example = "write e.g. 0.5s";
    rule::milliseconds(word.plain()?).map_err(|message| wrong(message, example))
}

/// `all`, `client`, `data`, `client data`.
fn hold(words: &[Word], on: bool) -> Result<Act, Wrong> {
    let plain = words
        .iter()
        .map(Word::plain)
        .collect::<Result<Vec<_>, _>>()?;
    let named = |who: &str| {
        let is_any = who.eq_ignore_ascii_case("any") || who.eq_ignore_ascii_case("all");
        (!is_any).then(|| who.to_owned())
    };
    let (who, kind) = match plain[..] {
        [word] => match rule::kind(word) {
            Some(kind) => (None, Some(kind)),
            None => (named(word), None),
        },
        [who, what] => (named(who), Some(known_kind(what)?)),
        _ => {
            let verb = if on { "hold" } else { "release" };
            return Err(wrong(
                format!("\"{verb}\" without who or what"),
                format!("write e.g. \"{verb} all\", \"{verb} client\", \"{verb} client data\""),
            ));
        }
    };
    Ok(Act::Hold { who, kind, on })
}

fn known_kind(word: &str) -> Result<Kind, Wrong> {
    rule::kind(word).ok_or_else(|| {
        let message = format!("'{word}' is not a kind of segment");
        wrong(message, rule::known())
    })
}

fn wrong(message: impl Into<String>, remedy: impl Into<String>) -> Wrong {
    (message.into(), remedy.into())
}

//! A script: what the director lets happen, one thing a line, in words a teacher writes.
//!
//! In: text. Out: a [`Script`], or each line that is wrong, with what to write instead. Whether a
//! line has come true in a run is `follow`'s to know. For teachers: `lessons/README.md`.

mod grammar;
mod tokens;

use std::time::Duration;

use super::fault::Fault;
use super::rule::{self, Rule};
use crate::model::Kind;
use crate::trace::{Name, ProgramSetup};
use grammar::{EXAMPLE, act, is_end};
use tokens::{without_comment, words};

/// Lines of one script that say something.
pub const MOST_LINES: usize = 1_000;

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
        /// One of its threads; `None`: whichever is next.
        thread: Option<u32>,
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
    WaitFor(Coming),
    /// `None` is the end of input.
    Answer {
        who: Name,
        text: Option<String>,
    },
}

/// What comes by itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Coming {
    /// Such a segment leaves its host, or has left it.
    Sent(Rule),
    /// The newest of them has arrived.
    Delivered(Rule),
    /// The program is not in this call, or not any more.
    Return {
        who: Name,
        thread: Option<u32>,
        call: String,
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

    /// What it may wait by itself, all its lines together: the times it names, and as long again
    /// as a timer usually takes for each thing that is to come.
    pub fn longest_waits(&self) -> Duration {
        let waits = self.lines.iter().map(|line| match &line.act {
            Act::Wait { us } => Duration::from_micros(*us),
            Act::WaitFor(_) => Duration::from_secs(4),
            Act::Step { .. }
            | Act::Deliver(_)
            | Act::DeliverAll
            | Act::Fault(..)
            | Act::Hold { .. }
            | Act::Answer { .. } => Duration::ZERO,
        });
        waits.sum()
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
            Self::WaitFor(Coming::Sent(_) | Coming::Delivered(_)) => true,
            Self::Step { .. } | Self::Wait { .. } | Self::Answer { .. } => false,
            Self::WaitFor(Coming::Return { .. }) => false,
        }
    }

    fn check(&self, hosts: &[&str], programs: &[ProgramSetup]) -> Result<(), Wrong> {
        match self {
            Self::Step { who, until, .. } => {
                let program = program(who, programs)?;
                match until {
                    Until::Call(call) if !can_make(program, call) => Err(wrong(
                        format!("{} never calls {call}()", program.name),
                        "write a call of its text, as in \"client connect\", or \"until blocked\"",
                    )),
                    Until::Call(_) | Until::Calls(_) | Until::Blocked | Until::Ends => Ok(()),
                }
            }
            Self::Answer { who, .. } | Self::WaitFor(Coming::Return { who, .. }) => {
                program(who, programs).map(drop)
            }
            Self::Deliver(rule)
            | Self::Fault(_, rule)
            | Self::WaitFor(Coming::Sent(rule) | Coming::Delivered(rule)) => {
                check_host(rule.from(), hosts)
            }
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
pub fn can_make(program: &ProgramSetup, call: &str) -> bool {
    call == "close" || program.source.contains(call)
}

/// A text as a line can hold it; `None` when no quotes fit it.
pub fn quoted(text: &str) -> Option<String> {
    tokens::quoted(text)
}

fn wrong(message: impl Into<String>, remedy: impl Into<String>) -> Wrong {
    (message.into(), remedy.into())
}

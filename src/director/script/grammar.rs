//! What a line of a script may say.
//!
//! In: its words. Out: an [`Act`], or what is wrong, with what to write instead.

use super::tokens::Word;
use super::{Act, Coming, Until, Wrong, wrong};
use crate::director::fault::Fault;
use crate::director::rule::{self, Rule};
use crate::model::Kind;

/// So many calls may one line ask for.
const MOST_STEPS: usize = 1_000;

pub(super) const EXAMPLE: &str =
    "write e.g. \"server until blocked\", \"client connect\" or \"deliver client SYN\"";

/// `as usual`, `rest as usual`.
pub(super) fn is_end(words: &[Word]) -> bool {
    match words {
        [r#as, usual] => r#as.is("as") && usual.is("usual"),
        [rest, r#as, usual] => rest.is("rest") && r#as.is("as") && usual.is("usual"),
        _ => false,
    }
}

pub(super) fn act(words: &[Word]) -> Result<Act, Wrong> {
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
        "corrupt" => corrupt(rest),
        "delay" => delay(rest),
        "hold" => hold(rest, true),
        "release" => hold(rest, false),
        "wait" => match rest {
            [r#for, coming @ ..] if r#for.is("for") => wait_for(coming),
            [time] => {
                let ms = milliseconds(time)?;
                let us = u64::from(ms) * 1_000;
                Ok(Act::Wait { us })
            }
            _ => Err(wrong(
                "\"wait\" without one time",
                "write e.g. \"wait 1.2s\", or \"wait for client data 2\"",
            )),
        },
        "answer" => match rest {
            [who, Word::Text(text)] => Ok(Act::Answer {
                who: who.plain()?.to_owned(),
                text: Some(text.clone()),
            }),
            [who, end] if end.is("end") => Ok(Act::Answer {
                who: who.plain()?.to_owned(),
                text: None,
            }),
            _ => Err(wrong(
                "\"answer\" is not followed by a program and a text",
                "write e.g. answer client \"hello\", or answer client end where its input ends",
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
    let (thread, plain) = thread_of(&plain)?;
    let until = match *plain {
        ["step"] => Until::Calls(1),
        ["step", count] => {
            let number = count.parse().ok();
            let number = number.filter(|count| (1..=MOST_STEPS).contains(count));
            Until::Calls(number.ok_or_else(|| {
                wrong(
                    format!("'{count}' is not a number of calls up to {MOST_STEPS}"),
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
    Ok(Act::Step {
        who: who.to_owned(),
        thread,
        until,
    })
}

/// `thread 2 …`.
fn thread_of<'a, 'b>(words: &'a [&'b str]) -> Result<(Option<u32>, &'a [&'b str]), Wrong> {
    let [word, rest @ ..] = words else {
        return Ok((None, words));
    };
    if !word.eq_ignore_ascii_case("thread") {
        return Ok((None, words));
    }
    let number = rest.first().and_then(|number| number.parse().ok());
    match number {
        Some(number) => Ok((Some(number), &rest[1..])),
        None => Err(wrong(
            "\"thread\" without its number",
            "write e.g. \"server thread 1 recv\"; 0 is the main thread",
        )),
    }
}

/// `connect`, also written `connect()`.
fn is_call(word: &str) -> bool {
    let word = word.strip_suffix("()").unwrap_or(word);
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit();
    !word.is_empty() && word.bytes().all(is_name)
}

/// `client data 2`, `client data 2 delivered`, `client recv`, `server thread 1 recv`.
fn wait_for(words: &[Word]) -> Result<Act, Wrong> {
    let plain = words
        .iter()
        .map(Word::plain)
        .collect::<Result<Vec<_>, _>>()?;
    if let [who, call @ ..] = &plain[..]
        && let (thread, [call]) = thread_of(call)?
        && is_call(call)
        && rule::kind(call).is_none()
        && rule::kind(who).is_none()
    {
        return Ok(Act::WaitFor(Coming::Return {
            who: (*who).to_owned(),
            thread,
            call: call.strip_suffix("()").unwrap_or(call).to_owned(),
        }));
    }
    let (is_delivered, words) = match words {
        [words @ .., last] if last.is("delivered") => (true, words),
        _ => (false, words),
    };
    let rule = segment(words)?;
    Ok(Act::WaitFor(match is_delivered {
        true => Coming::Delivered(rule),
        false => Coming::Sent(rule),
    }))
}

fn segment(words: &[Word]) -> Result<Rule, Wrong> {
    let plain = words
        .iter()
        .map(Word::plain)
        .collect::<Result<Vec<_>, _>>()?;
    let form = "write who, what and perhaps which, as in \"client SYN\" or \"any data 2\"";
    Rule::of_words(&plain).map_err(|message| wrong(message, form))
}

/// `corrupt client data 1`, `corrupt client data 1 byte 40`.
fn corrupt(words: &[Word]) -> Result<Act, Wrong> {
    let (words, byte) = match words {
        [words @ .., byte, place] if byte.is("byte") => {
            let number = place.plain()?.parse().ok();
            let number = number.filter(|place| *place < 1 << 16);
            let number = number.ok_or_else(|| {
                wrong(
                    "\"byte\" without its place",
                    "write e.g. \"corrupt client data 1 byte 40\"; the packet's first byte is 0",
                )
            })?;
            (words, Some(number))
        }
        _ => (words, None),
    };
    Ok(Act::Fault(Fault::Corrupt { byte }, segment(words)?))
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

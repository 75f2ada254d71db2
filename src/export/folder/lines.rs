//! A script's text: few lines, each of which can be read again.
//!
//! In: what was told of a run. Out: the lines, and what had to be left out. Steps of one program
//! one after another become one line where that says the same; what would go so anyway at the end
//! becomes `as usual`.

use super::script::Entry;
use crate::director::{MOST_LINES, Script, can_make};
use crate::lesson::Language;
use crate::trace::{Header, Name};
use crate::words::say;

#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    Step {
        program: Name,
        /// Where it has several.
        thread: Option<u32>,
        call: String,
        /// How it stood when the next order came: `until blocked`, `until ends`.
        then: Option<&'static str>,
    },
    Line(String),
    /// A script has no words for it.
    Wordless {
        order: String,
    },
}

pub struct Text {
    pub script: String,
    /// What it does not say, a sentence each.
    pub left_out: Vec<String>,
}

/// So many are listed in full.
const MOST_LISTED: usize = 20;

pub fn text(
    (mut entries, mut untold): (Vec<Entry>, usize),
    header: &Header,
    language: Language,
) -> Text {
    let last = entries.iter().rposition(|entry| !entry.is_usual);
    if untold == 0 {
        entries.truncate(last.map_or(0, |last| last + 1));
    }
    let mut lines = Vec::new();
    let mut said = 0;
    let mut rest = &entries[..];
    while let Some((first, others)) = rest.split_first() {
        // Room for `as usual`.
        if said + 1 >= MOST_LINES {
            untold += rest.len();
            break;
        }
        let taken = match &first.said {
            Said::Line(line) => {
                lines.push(Ok(line.clone()));
                1
            }
            Said::Wordless { order } => {
                lines.push(Err(order.clone()));
                1
            }
            Said::Step { .. } => {
                let (line, taken) = steps(rest, header);
                lines.push(Ok(line));
                taken
            }
        };
        said += 1;
        rest = &rest[taken..];
        debug_assert!(rest.len() <= others.len());
    }
    let lines = sound(lines, header);
    written(&lines, untold, language)
}

/// Steps of the same thread, as far as one line can say them: that line, and how many they are.
fn steps(entries: &[Entry], header: &Header) -> (String, usize) {
    let step = |entry: &'_ Entry| match &entry.said {
        Said::Step {
            program,
            thread,
            call,
            then,
        } => Some((program.clone(), *thread, call.clone(), *then)),
        Said::Line(_) | Said::Wordless { .. } => None,
    };
    let group = entries.iter().map_while(step);
    let mut group: Vec<_> = group.collect();
    let (program, thread, ..) = group[0].clone();
    let others = group
        .iter()
        .position(|(p, t, ..)| (p, t) != (&program, &thread));
    group.truncate(others.unwrap_or(group.len()));
    let who = match thread {
        Some(thread) => format!("{program} thread {thread}"),
        None => program.clone(),
    };
    let can_be_called = |call: &str| {
        let setup = header.programs.iter().find(|setup| setup.name == program);
        setup.is_some_and(|setup| can_make(setup, call))
    };
    let calls: Vec<&str> = group.iter().map(|(_, _, call, _)| call.as_str()).collect();
    // `client connect` goes on until the first connect(): the furthest such call.
    let is_first = |at: &usize| !calls[..*at].contains(&calls[*at]) && can_be_called(calls[*at]);
    let furthest = (0..calls.len()).rev().find(is_first);
    let last_then = group.last().and_then(|(.., then)| *then);
    match (furthest, last_then) {
        (Some(at), _) if at + 1 == calls.len() => (format!("{who} {}", calls[at]), at + 1),
        (_, Some(then)) => (format!("{who} {then}"), calls.len()),
        (Some(at), None) => (format!("{who} {}", calls[at]), at + 1),
        (None, None) => {
            let unnamed = calls.iter().take_while(|call| !can_be_called(call)).count();
            let count = unnamed.clamp(1, 1_000);
            let line = match count {
                1 => format!("{who} step"),
                _ => format!("{who} step {count}"),
            };
            (line, count)
        }
    }
}

/// A line that would not be read again is none.
fn sound(lines: Vec<Result<String, String>>, header: &Header) -> Vec<Result<String, String>> {
    let hosts: Vec<&str> = header.hosts.iter().map(|host| host.name.as_str()).collect();
    let check = |line: String| {
        let is_sound = Script::parse(&line, 1)
            .is_ok_and(|script| script.check(&hosts, &header.programs).is_empty());
        match is_sound {
            true => Ok(line),
            false => Err(line),
        }
    };
    lines.into_iter().map(|line| line.and_then(check)).collect()
}

fn written(lines: &[Result<String, String>], untold: usize, language: Language) -> Text {
    let mut script = comment(&say!(language, "folder.script_head"));
    script.push('\n');
    let mut left_out = Vec::new();
    for line in lines {
        match line {
            Ok(line) => script.push_str(&format!("{line}\n")),
            Err(order) => {
                let remark = say!(language, "folder.not_said", order = one_line(order));
                script.push_str(&comment(&remark));
                left_out.push(remark.into_owned());
            }
        }
    }
    if left_out.len() > MOST_LISTED {
        let more = left_out.len() - MOST_LISTED;
        left_out.truncate(MOST_LISTED);
        left_out.push(say!(language, "folder.more_left_out", count = more).into_owned());
    }
    if untold > 0 {
        let remark = say!(
            language,
            "folder.too_long",
            count = untold,
            most = MOST_LINES
        );
        script.push_str(&comment(&remark));
        left_out.push(remark.into_owned());
    }
    script.push_str("as usual\n");
    Text { script, left_out }
}

/// Lines of a comment, for the script and for TOML alike.
pub fn comment(text: &str) -> String {
    let lines = text.trim().lines();
    lines
        .map(|line| format!("# {line}").trim_end().to_owned() + "\n")
        .collect()
}

/// A name in a hostile file may hold anything.
fn one_line(text: &str) -> String {
    let line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    line.take(200).collect()
}

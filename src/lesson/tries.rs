//! A `try` block to a [`Try`]: something to break or change, on a fresh lab.
//!
//! ```text
//! The first SYN is lost
//! Who notices, and after how long?
//! script:
//! server until blocked
//! client connect
//! drop client SYN
//! expect:
//! client resends SYN
//! ```
//!
//! The first line is the label, what follows says what to look at. `in NAME:` is an edit (see
//! `edit`), `program NAME:` a whole program to the end of the block.

use std::sync::Arc;

use super::edit::{self, Edit};
use super::problem::Problems;
use super::prose::read_line;
use super::quiz::Seen;
use super::trigger::Trigger;
use super::types::{Expect, Try};
use crate::director::Script;
use crate::trace::{Name, ProgramSetup};

const EXAMPLE: &str = "write e.g. script: and below it \"drop client SYN\", or in client: replace \
                       \"8989\" in line 4 with \"8988\"";
const SCRIPT: &[&str] = &["script:", "script：", "脚本:", "脚本："];
const EXPECT: &[&str] = &["expect:", "expect：", "期望:", "期望："];

/// A block that waits until every program of the lesson is known.
pub(super) struct TryFence {
    pub text: String,
    pub line: usize,
    pub text_line: usize,
}

/// What the lesson has.
pub(super) struct Known<'a> {
    pub hosts: &'a [&'a str],
    pub programs: &'a [ProgramSetup],
}

/// What a line belongs to.
enum Part {
    Label,
    Look,
    Script,
    Expect,
    Program,
}

#[derive(Default)]
struct Parts {
    label: String,
    look: String,
    /// From its first line on, empty lines included.
    script: Option<(usize, String)>,
    expects: Vec<(Trigger, usize)>,
    edits: Vec<(Name, usize, Edit)>,
    /// An edit that could not be read is an edit, too.
    has_edit: bool,
    program: Option<(Name, usize, String)>,
}

pub(super) fn read(
    fence: &TryFence,
    known: &Known<'_>,
    seen: &mut Vec<Seen>,
    problems: &mut Problems,
) -> Try {
    let before = problems.count();
    let parts = take_apart(fence, problems);
    let line = fence.line;
    if parts.label.is_empty() {
        let remedy = "write on its first line what its button says";
        problems.add(line, "a `try` block without a label", remedy);
    }
    if parts.script.is_none() && !parts.has_edit && parts.program.is_none() {
        problems.add(line, "a `try` block that changes nothing", EXAMPLE);
    }
    seen.extend(parts.expects.iter().cloned());
    let programs = programs(&parts, known, problems);
    let changes = parts.has_edit || parts.program.is_some();
    let is_same = programs == known.programs && parts.script.is_none();
    if changes && is_same && problems.count() == before {
        let message = "a `try` block whose edit leaves the program as it is";
        problems.add(line, message, "write what is to be different");
    }
    let script = parts.script.and_then(|(first_line, text)| {
        let parsed = Script::parse(&text, first_line);
        let errors = match &parsed {
            Ok(script) => script.check(known.hosts, &programs),
            Err(errors) => errors.clone(),
        };
        for error in errors {
            problems.add(error.line, error.message, error.remedy);
        }
        parsed.ok().map(Arc::new)
    });
    let look = match parts.look.is_empty() {
        true => Vec::new(),
        false => read_line(&parts.look, line, problems),
    };
    let expects = parts.expects.into_iter();
    Try {
        label: parts.label,
        look,
        programs,
        needs_wire: script.as_ref().is_some_and(|script| script.needs_wire()),
        script,
        expects: expects
            .map(|(trigger, line)| Expect { trigger, line })
            .collect(),
        line,
    }
}

fn take_apart(fence: &TryFence, problems: &mut Problems) -> Parts {
    let mut parts = Parts::default();
    let mut part = Part::Label;
    for (index, written) in fence.text.lines().enumerate() {
        let line = fence.text_line + index;
        let text = written.trim();
        if let Part::Program = part {
            if let Some((.., source)) = &mut parts.program {
                source.push_str(written);
                source.push('\n');
            }
        } else if let Some(rest) = after(text, SCRIPT) {
            if parts.script.is_some() {
                problems.add(
                    line,
                    "a second script",
                    "put all its lines below one \"script:\"",
                );
            }
            parts.script = Some((line, format!("{rest}\n")));
            part = Part::Script;
        } else if let Some(rest) = after(text, EXPECT) {
            part = Part::Expect;
            expect(&mut parts, rest, line, problems);
        } else if let Some((name, rest)) = named(text, "in") {
            parts.has_edit = true;
            match edit::parse(rest) {
                Ok(edit) => parts.edits.push((name, line, edit)),
                Err((message, remedy)) => problems.add(line, message, remedy),
            }
        } else if let Some((name, _)) = named(text, "program") {
            parts.program = Some((name, line, String::new()));
            part = Part::Program;
        } else {
            match part {
                Part::Label | Part::Look if text.is_empty() => {}
                Part::Label => {
                    parts.label = text.to_owned();
                    part = Part::Look;
                }
                Part::Look => {
                    parts.look.push_str(text);
                    parts.look.push('\n');
                }
                Part::Script => {
                    if let Some((_, script)) = &mut parts.script {
                        script.push_str(written);
                        script.push('\n');
                    }
                }
                Part::Expect => expect(&mut parts, text, line, problems),
                Part::Program => {}
            }
        }
    }
    parts.look = parts.look.trim().to_owned();
    parts
}

fn expect(parts: &mut Parts, text: &str, line: usize, problems: &mut Problems) {
    if text.is_empty() {
        return;
    }
    match Trigger::parse(text) {
        Ok(trigger) => parts.expects.push((trigger, line)),
        Err(error) => problems.add(line, error.message, error.remedy),
    }
}

/// The lesson's programs with the block's changes made.
fn programs(parts: &Parts, known: &Known<'_>, problems: &mut Problems) -> Vec<ProgramSetup> {
    let mut programs = known.programs.to_vec();
    let names = || known.programs.iter().map(|program| program.name.as_str());
    let edited = parts.edits.iter().map(|(name, line, _)| (name, *line));
    let replaced = parts.program.iter().map(|(name, line, _)| (name, *line));
    for (name, line) in edited.chain(replaced) {
        if !names().any(|known| known == name) {
            let remedy = format!(
                "the programs are {}",
                names().collect::<Vec<_>>().join(", ")
            );
            problems.add(line, format!("no program is called '{name}'"), remedy);
        }
    }
    for program in &mut programs {
        let own = parts
            .edits
            .iter()
            .filter(|(name, ..)| *name == program.name);
        let own: Vec<(usize, Edit)> = own.map(|(_, line, edit)| (*line, edit.clone())).collect();
        if !own.is_empty() {
            match edit::apply(&program.source, &own) {
                Ok(source) => program.source = source,
                Err((line, (message, remedy))) => problems.add(line, message, remedy),
            }
        }
        let whole = parts
            .program
            .as_ref()
            .filter(|(name, ..)| *name == program.name);
        if let Some((name, line, source)) = whole {
            if !own.is_empty() {
                let message = format!("'{name}' is edited and written anew");
                problems.add(*line, message, "do one of the two");
            }
            if source.trim().is_empty() {
                let remedy = "write the program below it, to the end of the block";
                problems.add(*line, "a program without a line", remedy);
            }
            program.source = source.clone();
        }
    }
    programs
}

/// What follows one of these words.
fn after<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    let mut words = words.iter();
    words.find_map(|word| {
        let start = text.get(..word.len())?;
        start
            .eq_ignore_ascii_case(word)
            .then(|| text[word.len()..].trim())
    })
}

/// `in client: …`: the name, and what follows the colon. A sentence has more words before it.
fn named<'a>(text: &'a str, word: &str) -> Option<(Name, &'a str)> {
    let rest = text.strip_prefix(word)?.strip_prefix(' ')?;
    let (name, rest) = rest.split_once([':', '：'])?;
    let name = name.trim();
    let is_one_word = !name.is_empty() && !name.contains(char::is_whitespace);
    is_one_word.then(|| (name.to_owned(), rest.trim()))
}

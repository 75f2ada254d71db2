//! A `puzzle` block to a [`Puzzle`].
//!
//! ```text
//! What was lost?
//! run: lost-syn-ack.jsonl
//! seen by: client
//! show: 1 to 6
//! fault:
//! - [client SYN dropped] the first SYN
//! - [server SYN+ACK dropped] the SYN-ACK
//! hint: Who sends something twice?
//! because: …
//! ```

use std::ops::RangeInclusive;

use super::{Asks, Blank, Field, Puzzle, Suspect};
use crate::lesson::parse::Fence;
use crate::lesson::problem::Problems;
use crate::lesson::prose::read_line;
use crate::lesson::quiz::{in_brackets, option_text, strip_words};
use crate::lesson::trigger::Trigger;

const MOST_SUSPECTS: usize = 8;
const MOST_BLANKS: usize = 12;
const ASKS: &str = "write fault: with options below it, or order:, or blanks: seq of 3";

/// What begins a line, and the words for it.
const WORDS: &[(Word, &[&str])] = &[
    (Word::Run, &["run:", "run：", "记录:", "记录："]),
    (Word::SeenBy, &["seen by:", "seen by：", "视角:", "视角："]),
    (Word::Show, &["show:", "show：", "显示:", "显示："]),
    (Word::Fault, &["fault:", "fault：", "故障:", "故障："]),
    (Word::Order, &["order:", "order：", "排序:", "排序："]),
    (Word::Blanks, &["blanks:", "blanks：", "填空:", "填空："]),
    (Word::Tells, &["tells:", "tells：", "线索:", "线索："]),
    (Word::Hint, &["hint:", "hint：", "提示:", "提示："]),
    (Word::Because, &["because:", "because：", "因为:", "因为："]),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Question,
    Run,
    SeenBy,
    Show,
    Fault,
    Option,
    Order,
    Blanks,
    Tells,
    Hint,
    Because,
}

/// One part, which may go on over several lines.
struct Part {
    word: Word,
    line: usize,
    text: String,
}

/// `None` where something is missing that nothing stands for; it was told.
pub(in crate::lesson) fn read(fence: &Fence<'_>, problems: &mut Problems) -> Option<Puzzle> {
    let parts = take_apart(fence);
    for word in WORDS.iter().map(|(word, _)| *word) {
        if let Some(second) = parts.iter().filter(|part| part.word == word).nth(1) {
            let message = "the same word twice in one `puzzle` block";
            problems.add(second.line, message, "keep one of them");
        }
    }
    let part = |word: Word| parts.iter().find(|part| part.word == word);
    let mut text = |word: Word, what: &str, remedy: &str| {
        let found = part(word).filter(|part| !part.text.is_empty());
        if found.is_none() {
            let line = part(word).map_or(fence.line, |part| part.line);
            problems.add(line, format!("a `puzzle` block without {what}"), remedy);
        }
        found
    };
    let question = text(Word::Question, "a question", "begin the block with it");
    let run = text(
        Word::Run,
        "its run",
        "write e.g. run: lost-syn.jsonl, recorded with sockstep run --save",
    );
    let seen_by = text(Word::SeenBy, "a host", "write e.g. seen by: client");
    let because = text(
        Word::Because,
        "a reason",
        "add a line because: and the reason",
    );
    let show = part(Word::Show).and_then(|part| show(part, problems));
    let tells = part(Word::Tells).and_then(|part| {
        let row = number(part.text.trim_start_matches("row "));
        if row.is_none() {
            problems.add(part.line, "not a row", "write its number, e.g. tells: 3");
        }
        row
    });
    let asks = asks(&parts, fence.line, problems)?;
    let mut line_of = |part: &Part| read_line(&part.text, part.line, problems);
    let (question, run, because) = (question?, run?, because?);
    Some(Puzzle {
        question: line_of(question),
        run: run.text.clone(),
        run_line: run.line,
        seen_by: seen_by?.text.clone(),
        show,
        asks,
        tells,
        hint: part(Word::Hint).map(&mut line_of),
        because: line_of(because),
        line: fence.line,
    })
}

fn take_apart(fence: &Fence<'_>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (index, content) in fence.text.lines().enumerate() {
        let (content, line) = (content.trim(), fence.text_line + index);
        if content.is_empty() {
            continue;
        }
        let worded = WORDS
            .iter()
            .find_map(|(word, words)| strip_words(content, words).map(|rest| (*word, rest.trim())));
        let option = option_text(content).map(|text| (Word::Option, text));
        if let Some((word, text)) = option.or(worded) {
            let text = text.to_owned();
            parts.push(Part { word, line, text });
        } else if let Some(part) = parts.last_mut() {
            part.text.push('\n');
            part.text.push_str(content);
        } else {
            let (word, text) = (Word::Question, content.to_owned());
            parts.push(Part { word, line, text });
        }
    }
    parts
}

fn asks(parts: &[Part], line: usize, problems: &mut Problems) -> Option<Asks> {
    let is_kind = |part: &&Part| matches!(part.word, Word::Fault | Word::Order | Word::Blanks);
    let kinds: Vec<&Part> = parts.iter().filter(is_kind).collect();
    let options: Vec<&Part> = parts.iter().filter(|p| p.word == Word::Option).collect();
    let kind = match kinds.as_slice() {
        [kind] => *kind,
        [] => {
            problems.add(line, "a `puzzle` block that asks nothing", ASKS);
            return None;
        }
        [_, second, ..] => {
            problems.add(second.line, "a `puzzle` block that asks two things", ASKS);
            return None;
        }
    };
    if let (false, Some(option)) = (kind.word == Word::Fault, options.first()) {
        let remedy = "write fault: above the options";
        problems.add(option.line, "an option that is nobody's", remedy);
    }
    if kind.word == Word::Order {
        return Some(Asks::Order);
    }
    if kind.word == Word::Blanks {
        return blanks(kind, problems).map(Asks::Blanks);
    }
    suspects(&options, kind.line, problems).map(Asks::Fault)
}

fn suspects(options: &[&Part], line: usize, problems: &mut Problems) -> Option<Vec<Suspect>> {
    const EXAMPLE: &str = "write e.g. - [server SYN+ACK dropped] the SYN-ACK";
    let mut suspects = Vec::new();
    let mut is_sound = true;
    for option in options {
        let Some((trigger, text)) = in_brackets(&option.text) else {
            problems.add(option.line, "an option without [trigger]", EXAMPLE);
            is_sound = false;
            continue;
        };
        let text = text.trim();
        if text.is_empty() {
            problems.add(option.line, "nothing to read here", EXAMPLE);
        }
        match Trigger::parse(trigger) {
            Ok(when) => suspects.push(Suspect {
                text: read_line(text, option.line, problems),
                when,
                line: option.line,
            }),
            Err(error) => {
                problems.add(option.line, error.message, error.remedy);
                is_sound = false;
            }
        }
    }
    let count = suspects.len();
    if is_sound && !(2..=MOST_SUSPECTS).contains(&count) {
        let message = format!("a puzzle has 2 to {MOST_SUSPECTS} options, not {count}");
        problems.add(line, message, EXAMPLE);
        return None;
    }
    is_sound.then_some(suspects)
}

/// `seq of 3, flags of 2`.
fn blanks(part: &Part, problems: &mut Problems) -> Option<Vec<Blank>> {
    const EXAMPLE: &str = "write e.g. blanks: seq of 3, ack of 4, flags of 2, length of 5";
    let words = part.text.split([',', '，', '、', '\n']);
    let words = words.map(str::trim).filter(|word| !word.is_empty());
    let mut blanks = Vec::new();
    for word in words {
        let Some(blank) = blank(word) else {
            problems.add(part.line, format!("not a field: '{word}'"), EXAMPLE);
            return None;
        };
        if blanks.contains(&blank) {
            problems.add(part.line, format!("'{word}' twice"), "keep one of them");
            return None;
        }
        blanks.push(blank);
    }
    if !(1..=MOST_BLANKS).contains(&blanks.len()) {
        let message = format!("1 to {MOST_BLANKS} blanks, not {}", blanks.len());
        problems.add(part.line, message, EXAMPLE);
        return None;
    }
    // In the order in which they are met when the rows are read.
    blanks.sort_by_key(|blank| (blank.row, blank.field));
    Some(blanks)
}

fn blank(word: &str) -> Option<Blank> {
    let (field, row) = word.split_once(" of ")?;
    let field = match field.trim().to_ascii_lowercase().as_str() {
        "flags" => Field::Flags,
        "seq" => Field::Seq,
        "ack" => Field::Ack,
        "length" | "len" => Field::Length,
        "window" | "win" => Field::Window,
        _ => return None,
    };
    let row = number(row).filter(|row| *row > 0)?;
    Some(Blank { field, row })
}

/// `1 to 6`.
fn show(part: &Part, problems: &mut Problems) -> Option<RangeInclusive<usize>> {
    let text = part.text.replace('到', " to ");
    let range = text.split_once(" to ");
    let range = range.and_then(|(from, to)| Some((number(from)?, number(to)?)));
    match range {
        Some((from, to)) if from >= 1 && from < to => Some(from..=to),
        Some(_) | None => {
            let remedy = "write the first row and the last, e.g. show: 1 to 6";
            problems.add(part.line, "not a range of rows", remedy);
            None
        }
    }
}

/// Small: a row's.
fn number(text: &str) -> Option<usize> {
    text.trim().parse::<u16>().ok().map(usize::from)
}

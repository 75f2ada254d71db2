//! A `quiz` block to a [`Quiz`].
//!
//! ```text
//! What returns first?
//! - [client connect returns before server accept returns] connect()
//! - [server accept returns before client connect returns] accept()
//! hint: Which side has heard from the other?
//! ```
//!
//! Where no run can tell, the options begin with `[right]` and `[wrong]`, and `because:` says why.

use super::parse::Fence;
use super::problem::Problems;
use super::prose::read_line;
use super::trigger::Trigger;
use super::types::{Judged, Quiz, QuizOption};

const EXAMPLE: &str =
    "write e.g. - [client connect returns before server accept returns] connect()";
const HINTS: &[&str] = &["hint:", "hint：", "提示:", "提示："];
const BECAUSE: &[&str] = &["because:", "because：", "因为:", "因为："];
const MOST_OPTIONS: usize = 8;

/// A trigger and the line it stands in, so that the names in it can be checked later.
pub(super) type Seen = (Trigger, usize);

/// What a line belongs to while the block is read.
enum Part {
    Question,
    Option { judged: Option<Judged> },
    Hint,
    Because,
}

/// A part's text may go on over several lines.
struct Open {
    part: Part,
    line: usize,
    text: String,
}

pub(super) fn read(fence: &Fence<'_>, seen: &mut Vec<Seen>, problems: &mut Problems) -> Quiz {
    let mut parts: Vec<Open> = Vec::new();
    for (index, content) in fence.text.lines().enumerate() {
        let (content, line) = (content.trim(), fence.text_line + index);
        if content.is_empty() {
            continue;
        }
        if let Some(option) = option_text(content) {
            parts.push(option_of(option, line, seen, problems));
        } else if let Some((part, text)) = beside(content) {
            let text = text.trim().to_owned();
            parts.push(Open { part, line, text });
        } else if let Some(open) = parts.last_mut() {
            open.text.push('\n');
            open.text.push_str(content);
        } else {
            let text = content.to_owned();
            let part = Part::Question;
            parts.push(Open { part, line, text });
        }
    }
    let quiz = assemble(parts, fence.line, problems);
    check_key(&quiz, problems);
    quiz
}

/// What follows the dash of an option.
pub(super) fn option_text(content: &str) -> Option<&str> {
    let dashed = content.strip_prefix("- ");
    let option = dashed.or(content.strip_prefix("-[").map(|_| &content[1..]));
    option.map(str::trim)
}

fn beside(content: &str) -> Option<(Part, &str)> {
    let hint = strip_words(content, HINTS).map(|text| (Part::Hint, text));
    hint.or_else(|| strip_words(content, BECAUSE).map(|text| (Part::Because, text)))
}

fn assemble(parts: Vec<Open>, line: usize, problems: &mut Problems) -> Quiz {
    let mut quiz = Quiz {
        question: Vec::new(),
        options: Vec::new(),
        hint: None,
        because: None,
        line,
    };
    for Open { part, line, text } in parts {
        if text.is_empty() {
            problems.add(
                line,
                "nothing to read here",
                "write the text on the same line",
            );
        }
        let text = read_line(&text, line, problems);
        match part {
            Part::Question => quiz.question = text,
            Part::Option {
                judged: Some(judged),
            } => quiz.options.push(QuizOption { text, judged }),
            Part::Option { judged: None } => {}
            Part::Hint if quiz.hint.is_some() => {
                problems.add(line, "a second hint", "keep one hint for each quiz");
            }
            Part::Hint => quiz.hint = Some(text),
            Part::Because if quiz.because.is_some() => {
                problems.add(line, "a second reason", "keep one because: for each quiz");
            }
            Part::Because => quiz.because = Some(text),
        }
    }
    if quiz.question.is_empty() {
        problems.add(
            line,
            "a quiz without a question",
            "begin the block with the question",
        );
    }
    let count = quiz.options.len();
    if problems.is_empty() && !(2..=MOST_OPTIONS).contains(&count) {
        let message = format!("a quiz has 2 to {MOST_OPTIONS} options, not {count}");
        problems.add(line, message, EXAMPLE);
    }
    quiz
}

/// Some option can come true, and no two at once by what they say.
fn check_run(quiz: &Quiz, problems: &mut Problems) {
    let triggers = quiz
        .options
        .iter()
        .filter_map(|option| option.judged.trigger());
    let real: Vec<&Trigger> = triggers.filter(|trigger| !trigger.is_never()).collect();
    if real.is_empty() && !quiz.options.is_empty() {
        let remedy = "write into the brackets of the right one what the run will do";
        problems.add(quiz.line, "no option of this quiz can come true", remedy);
    }
    let pairs = real.iter().enumerate();
    let twin = pairs.flat_map(|(index, one)| real[..index].iter().map(move |other| (one, other)));
    let mut twins = twin.filter(|(one, other)| one.says_the_same(other));
    if let Some((one, _)) = twins.next() {
        let message = format!("two options wait for the same: {one}");
        problems.add(quiz.line, message, "give each option a trigger of its own");
    }
}

/// A quiz is judged by the run or by its key, and a key has one right option and a reason.
fn check_key(quiz: &Quiz, problems: &mut Problems) {
    let by_run = |option: &&QuizOption| option.judged.trigger().is_some();
    let judged_by_run = quiz.options.iter().filter(by_run).count();
    if judged_by_run == quiz.options.len() {
        return check_run(quiz, problems);
    }
    if judged_by_run > 0 {
        let message = "some options are judged by the run and some by a key";
        let remedy = "begin all of them with a trigger, or all with [right] or [wrong]";
        problems.add(quiz.line, message, remedy);
        return;
    }
    let is_right = |option: &&QuizOption| option.judged == Judged::Right;
    let right = quiz.options.iter().filter(is_right).count();
    if right != 1 {
        let message = format!("a quiz by key has one [right] option, not {right}");
        let remedy = "mark one option [right] and all others [wrong]";
        problems.add(quiz.line, message, remedy);
    }
    if quiz.because.is_none() {
        let message = "a quiz by key that does not say why";
        problems.add(quiz.line, message, "add a line because: and the reason");
    }
}

/// `[trigger] text`, `[right] text` or `[wrong] text`.
fn option_of(option: &str, line: usize, seen: &mut Vec<Seen>, problems: &mut Problems) -> Open {
    let open = |judged, text: &str| Open {
        part: Part::Option { judged },
        line,
        text: text.trim().to_owned(),
    };
    let Some((judge, text)) = in_brackets(option) else {
        problems.add(line, "an option without [trigger]", EXAMPLE);
        return open(None, option);
    };
    match judge.trim().to_ascii_lowercase().as_str() {
        "right" => return open(Some(Judged::Right), text),
        "wrong" => return open(Some(Judged::Wrong), text),
        _ => {}
    }
    match Trigger::parse(judge) {
        Ok(trigger) => {
            seen.push((trigger.clone(), line));
            open(Some(Judged::ByRun(trigger)), text)
        }
        Err(error) => {
            problems.add(line, error.message, error.remedy);
            open(None, text)
        }
    }
}

/// The closing bracket is the first one outside quotes.
pub(super) fn in_brackets(option: &str) -> Option<(&str, &str)> {
    let inside = option.strip_prefix('[')?;
    let mut is_quoted = false;
    for (index, char) in inside.char_indices() {
        match char {
            '"' | '“' | '”' => is_quoted = !is_quoted,
            ']' if !is_quoted => return Some((&inside[..index], &inside[index + 1..])),
            _ => {}
        }
    }
    None
}

/// What follows one of these words, in any case.
pub(super) fn strip_words<'a>(content: &'a str, words: &[&str]) -> Option<&'a str> {
    words.iter().find_map(|word| {
        let start = content.get(..word.len())?;
        start
            .eq_ignore_ascii_case(word)
            .then(|| &content[word.len()..])
    })
}

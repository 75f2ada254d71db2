//! A `quiz` block to a [`Quiz`].
//!
//! ```text
//! What returns first?
//! - [client connect returns before server accept returns] connect()
//! - [server accept returns before client connect returns] accept()
//! hint: Which side has heard from the other?
//! ```

use super::problem::Problems;
use super::prose::read_line;
use super::trigger::Trigger;
use super::types::{Quiz, QuizOption};

const EXAMPLE: &str =
    "write e.g. - [client connect returns before server accept returns] connect()";
const HINTS: &[&str] = &["hint:", "hint：", "提示:", "提示："];
const MOST_OPTIONS: usize = 8;

/// A trigger and the line it stands in, so that the names in it can be checked later.
pub(super) type Seen = (Trigger, usize);

/// What a line belongs to while the block is read.
enum Part {
    Question,
    Option { when: Option<Trigger> },
    Hint,
}

/// A part's text may go on over several lines.
struct Open {
    part: Part,
    line: usize,
    text: String,
}

/// `line` is the fence's, `text_line` that of the first line of text.
pub(super) fn read(
    text: &str,
    line: usize,
    text_line: usize,
    seen: &mut Vec<Seen>,
    problems: &mut Problems,
) -> Quiz {
    let mut parts: Vec<Open> = Vec::new();
    for (index, content) in text.lines().enumerate() {
        let line = text_line + index;
        let content = content.trim();
        if content.is_empty() {
            continue;
        }
        if let Some(option) = content
            .strip_prefix("- ")
            .or(content.strip_prefix("-[").map(|_| &content[1..]))
        {
            parts.push(option_of(option.trim(), line, seen, problems));
        } else if let Some(hint) = HINTS.iter().find_map(|word| strip_word(content, word)) {
            let text = hint.trim().to_owned();
            let part = Part::Hint;
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
    assemble(parts, line, problems)
}

fn assemble(parts: Vec<Open>, line: usize, problems: &mut Problems) -> Quiz {
    let mut quiz = Quiz {
        question: Vec::new(),
        options: Vec::new(),
        hint: None,
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
            Part::Option { when: Some(when) } => quiz.options.push(QuizOption { text, when }),
            Part::Option { when: None } => {}
            Part::Hint if quiz.hint.is_some() => {
                problems.add(line, "a second hint", "keep one hint for each quiz");
            }
            Part::Hint => quiz.hint = Some(text),
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

/// `[trigger] text`.
fn option_of(option: &str, line: usize, seen: &mut Vec<Seen>, problems: &mut Problems) -> Open {
    let open = |when, text: &str| Open {
        part: Part::Option { when },
        line,
        text: text.trim().to_owned(),
    };
    let Some((trigger, text)) = in_brackets(option) else {
        problems.add(line, "an option without [trigger]", EXAMPLE);
        return open(None, option);
    };
    match Trigger::parse(trigger) {
        Ok(when) => {
            seen.push((when.clone(), line));
            open(Some(when), text)
        }
        Err(error) => {
            problems.add(line, error.message, error.remedy);
            open(None, text)
        }
    }
}

/// The closing bracket is the first one outside quotes.
fn in_brackets(option: &str) -> Option<(&str, &str)> {
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

fn strip_word<'a>(content: &'a str, word: &str) -> Option<&'a str> {
    let start = content.get(..word.len())?;
    start
        .eq_ignore_ascii_case(word)
        .then(|| &content[word.len()..])
}

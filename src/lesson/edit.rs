//! One change to a program, in words a teacher writes.
//!
//! ```text
//! replace "8989" in line 4 with "8988"
//! replace line 6 with s.listen(1)
//! remove line 8
//! ```
//!
//! In: such a line, and a program's text. Out: the changed text, or what is wrong with the line.
//! Lines are counted from 1 in the program as it is written, whatever the edits before do.

/// A message and a remedy.
pub(super) type Wrong = (String, String);

const EXAMPLE: &str = "write e.g. replace \"8989\" in line 4 with \"8988\", \
                       replace line 6 with s.listen(1), or remove line 8";
const QUOTES: [(char, char); 3] = [('"', '"'), ('`', '`'), ('“', '”')];

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Edit {
    /// Of the program, counted from 1.
    line: usize,
    change: Change,
}

#[derive(Clone, Debug, PartialEq)]
enum Change {
    /// The line keeps its indentation.
    Line(String),
    Text {
        old: String,
        new: String,
    },
    Remove,
}

pub(super) fn parse(text: &str) -> Result<Edit, Wrong> {
    let text = text.trim();
    let odd = || wrong(format!("'{text}' is no edit that is known"));
    if let Some(rest) = word(text, "remove") {
        let (line, rest) = line_number(rest).ok_or_else(odd)?;
        return match rest {
            "" => Ok(Edit {
                line,
                change: Change::Remove,
            }),
            _ => Err(odd()),
        };
    }
    let rest = word(text, "replace").ok_or_else(odd)?;
    let Some((old, rest)) = quoted(rest) else {
        let (line, rest) = line_number(rest).ok_or_else(odd)?;
        let new = word(rest, "with")
            .filter(|new| !new.is_empty())
            .ok_or_else(odd)?;
        let change = Change::Line(new.to_owned());
        return Ok(Edit { line, change });
    };
    let rest = word(rest, "in")
        .or_else(|| word(rest, "on"))
        .unwrap_or(rest);
    let (line, rest) = line_number(rest).ok_or_else(odd)?;
    let new = word(rest, "with").and_then(quoted);
    let Some((new, "")) = new else {
        return Err(odd());
    };
    if old.is_empty() {
        return Err(wrong("the text to replace is empty".to_owned()));
    }
    let (old, new) = (old.to_owned(), new.to_owned());
    Ok(Edit {
        line,
        change: Change::Text { old, new },
    })
}

/// Makes all edits of one program. Each comes with its line in the lesson, and so does an error.
pub(super) fn apply(source: &str, edits: &[(usize, Edit)]) -> Result<String, (usize, Wrong)> {
    let mut lines: Vec<Option<String>> = source.lines().map(|line| Some(line.to_owned())).collect();
    let count = lines.len();
    let mut changed = Vec::new();
    for (at, edit) in edits {
        let number = edit.line;
        let line = number.checked_sub(1).and_then(|index| lines.get_mut(index));
        let Some(line) = line else {
            let message = format!("the program has no line {number}");
            return Err((*at, (message, format!("its lines are 1 to {count}"))));
        };
        if changed.contains(&number) {
            let message = format!("line {number} is changed twice");
            return Err((*at, (message, "change it in one go".to_owned())));
        }
        changed.push(number);
        let own = line.take().unwrap_or_default();
        *line = match &edit.change {
            Change::Remove => None,
            Change::Line(new) => {
                let indent = &own[..own.len() - own.trim_start().len()];
                Some(format!("{indent}{new}"))
            }
            Change::Text { old, new } => match own.matches(old.as_str()).count() {
                1 => Some(own.replacen(old.as_str(), new, 1)),
                found => {
                    let message = format!("line {number} has \"{old}\" {found} times, not once");
                    return Err((*at, (message, format!("the line is: {}", own.trim()))));
                }
            },
        };
    }
    let mut text = lines.into_iter().flatten().collect::<Vec<_>>().join("\n");
    text.push('\n');
    Ok(text)
}

/// What follows this word, if it is the first one.
fn word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let start = text.get(..word.len())?;
    let rest = &text[word.len()..];
    let ends = rest.is_empty() || rest.starts_with(char::is_whitespace);
    (start.eq_ignore_ascii_case(word) && ends).then(|| rest.trim_start())
}

/// `line 4 …`.
fn line_number(text: &str) -> Option<(usize, &str)> {
    let rest = word(text, "line")?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let number = rest[..end].parse().ok()?;
    Some((number, rest[end..].trim_start()))
}

/// A text in quotes, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let first = text.chars().next()?;
    let (_, close) = QUOTES.into_iter().find(|(open, _)| *open == first)?;
    let inside = &text[first.len_utf8()..];
    let end = inside.find(close)?;
    Some((
        &inside[..end],
        inside[end + close.len_utf8()..].trim_start(),
    ))
}

fn wrong(message: String) -> Wrong {
    (message, EXAMPLE.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "import socket\nif True:\n    c.connect((\"a\", 8989))\nc.close()\n";

    /// The changed program, or the message.
    fn edited(texts: &[&str]) -> Result<String, String> {
        let mut edits = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            edits.push((index, parse(text).map_err(|(message, _)| message)?));
        }
        apply(SOURCE, &edits).map_err(|(_, (message, _))| message)
    }

    #[test]
    fn an_edit_changes_its_line_and_nothing_else() {
        let with = |line: &str| Ok(SOURCE.replace("    c.connect((\"a\", 8989))", line));
        for (edits, expected) in [
            (
                &["replace \"8989\" in line 3 with \"8988\""][..],
                with("    c.connect((\"a\", 8988))"),
            ),
            (
                &["Replace `\"a\"` line 3 with `\"b\"`"],
                with("    c.connect((\"b\", 8989))"),
            ),
            (
                &["replace “8989” on line 3 with “1”"],
                with("    c.connect((\"a\", 1))"),
            ),
            (
                &["replace line 3 with pass  # \"x\""],
                with("    pass  # \"x\""),
            ),
            (
                &["remove line 1", "replace line 3 with pass"],
                Ok("if True:\n    pass\nc.close()\n".to_owned()),
            ),
        ] {
            assert_eq!(edited(edits), expected, "{edits:?}");
        }
    }

    #[test]
    fn a_bad_edit_says_what_is_wrong() {
        for (edits, expected) in [
            (
                &["replace \"8989\" in line 9 with \"1\""][..],
                "has no line 9",
            ),
            (&["remove line 0"], "has no line 0"),
            (
                &["remove line 99999999999999999999999"],
                "no edit that is known",
            ),
            (
                &["replace \"nothing\" in line 3 with \"1\""],
                "0 times, not once",
            ),
            (&["replace \"c\" in line 3 with \"1\""], "3 times, not once"),
            (
                &["replace \"8989 in line 3 with 1"],
                "no edit that is known",
            ),
            (&["replace \"\" in line 3 with \"1\""], "is empty"),
            (&["replace line 3"], "no edit that is known"),
            (&["replace line 3 with"], "no edit that is known"),
            (&["remove line 3 now"], "no edit that is known"),
            (&["delete everything"], "no edit that is known"),
            (&["remove line 3", "replace line 3 with x"], "changed twice"),
            (&["替换 “甲”"], "no edit that is known"),
            (&[""], "no edit that is known"),
        ] {
            let message = edited(edits).expect_err("it is broken");
            assert!(message.contains(expected), "{edits:?}: {message}");
        }
    }
}

//! Characters that a lesson must not have: those that nobody sees, and that change what others
//! look like. In a program they would make it look like another one.
//!
//! In: the text of a file. Out: the same text with one kind of line end, or each line where such
//! a character stands.

use super::inline::MARKER;
use super::problem::Problems;

/// Nobody reads more of the same.
const MOST_TOLD: usize = 20;

/// The text without a byte order mark, every line ended by `\n`.
pub(super) fn clean(text: &str, problems: &mut Problems) -> Option<String> {
    let text = text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n");
    let text = text.replace('\r', "\n");
    let mut told = 0;
    for (index, line) in text.split('\n').enumerate() {
        let found = line.chars().find(|c| is_refused(*c));
        let found = found.or_else(|| written_as_number(line));
        if let Some(found) = found {
            let message = format!("the character U+{:04X} is not allowed", u32::from(found));
            problems.add(index + 1, message, "remove it: nobody would see it");
            told += 1;
        }
        if told == MOST_TOLD {
            break;
        }
    }
    (told == 0).then_some(text)
}

/// Control characters but the tab; line ends that editors do not count; characters that turn
/// the order of others (UAX #9); and the one that `inline` puts in.
pub(super) fn is_refused(c: char) -> bool {
    let turns = matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let ends = matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}');
    turns || ends || c == MARKER || c.is_control() && c != '\t'
}

/// `&#x202E;`: markdown would make the character of it.
fn written_as_number(line: &str) -> Option<char> {
    let mut entities = line.match_indices("&#");
    entities.find_map(|(at, start)| {
        let (number, _) = line[at + start.len()..].split_once(';')?;
        let number = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        let c = char::from_u32(number.ok()?)?;
        is_refused(c).then_some(c)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_told_with_its_line() {
        for (text, expected) in [
            ("a\tb\r\nc\rd\n", Ok("a\tb\nc\nd\n")),
            ("\u{FEFF}a", Ok("a")),
            ("重点：👩\u{200D}🏫", Ok("重点：👩\u{200D}🏫")),
            (
                "a &amp; &#65; &#x; &#99999999999; &#",
                Ok("a &amp; &#65; &#x; &#99999999999; &#"),
            ),
            ("a\r\nb\u{0}", Err(2)),
            ("a\nb\n\u{1B}[31m", Err(3)),
            ("a\u{202E}b", Err(1)),
            ("\n\u{2066}", Err(2)),
            ("x &#x202E; y", Err(1)),
            ("x\n&#0;", Err(2)),
            ("a\u{FEFF}b", Err(1)),
        ] {
            let mut problems = Problems::new("x.md".as_ref());
            let found = clean(text, &mut problems);
            let lines: Vec<usize> = problems.into_sorted().iter().map(|p| p.line).collect();
            match expected {
                Ok(expected) => assert_eq!(found.as_deref(), Some(expected)),
                Err(line) => assert_eq!((found, lines), (None, vec![line]), "{text:?}"),
            }
        }
        let mut problems = Problems::new("x.md".as_ref());
        assert_eq!(clean(&"\u{0}\n".repeat(100_000), &mut problems), None);
        assert_eq!(problems.into_sorted().len(), MOST_TOLD);
    }
}

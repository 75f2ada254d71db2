//! Text from programs and traces, made fit to be shown: nothing in it can move, hide or turn round
//! what stands beside it, and nothing is longer than said.

/// Of one line, in characters.
pub const LINE: usize = 600;

/// One line: what would break it is shown by a sign.
pub fn line(text: &str, most: usize) -> String {
    let mut clean = String::new();
    for (count, char) in text.chars().enumerate() {
        if count == most {
            clean.push('…');
            break;
        }
        match char {
            '\n' => clean.push('⏎'),
            '\t' => clean.push(' '),
            _ => push(&mut clean, char),
        }
    }
    clean
}

/// Its lines, and how many there are beyond the most that are wanted.
pub fn lines(text: &str, most: usize) -> (Vec<String>, usize) {
    let all = text.lines().count();
    let lines = text.lines().take(most).map(long_line);
    (lines.collect(), all.saturating_sub(most))
}

/// As it stands, tabs and all.
pub fn long_line(text: &str) -> String {
    let mut clean = String::new();
    for (count, char) in text.chars().enumerate() {
        if count == LINE {
            let more = text.chars().count() - LINE;
            clean.push_str(&format!("… (+{more})"));
            break;
        }
        match char {
            '\t' => clean.push('\t'),
            _ => push(&mut clean, char),
        }
    }
    clean
}

fn push(clean: &mut String, char: char) {
    match char {
        // The pictures of control characters have a block of their own (U+2400).
        '\0'..='\u{1f}' => clean.extend(char::from_u32(0x2400 + u32::from(char))),
        '\u{7f}' => clean.push('\u{2421}'),
        '\u{80}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => clean.push('\u{fffd}'),
        // These turn round what stands after them, or are not seen at all.
        '\u{61c}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => clean.push_str(&format!("⟨U+{:04X}⟩", u32::from(char))),
        _ => clean.push(char),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_shown_and_nothing_is_turned_round() {
        for (text, expected) in [
            ("a\0b", "a␀b"),
            ("\u{1b}[31m", "␛[31m"),
            ("x\u{202e}y", "x⟨U+202E⟩y"),
            ("one\ntwo", "one⏎two"),
            ("héllo 你好 👩‍💻", "héllo 你好 👩‍💻"),
            ("שלום", "שלום"),
        ] {
            assert_eq!(line(text, 50), expected);
        }
        assert_eq!(line("abcdef", 3), "abc…");
    }

    #[test]
    fn long_lines_are_cut_and_say_so() {
        let cut = long_line(&"x".repeat(10_000));
        assert_eq!(cut.chars().count(), LINE + "… (+9400)".chars().count());
        assert!(cut.ends_with("(+9400)"), "{cut}");
        assert_eq!(
            lines("a\nb\nc", 2),
            (vec!["a".to_owned(), "b".to_owned()], 1)
        );
    }
}

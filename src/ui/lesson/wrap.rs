//! Where lines of mixed Chinese and English break. Pure.
//!
//! egui breaks beside hanzi only, so a line could end in an opening quote, or early because a
//! full-width colon clings to the Latin word after it. The rules here are the plain ones of W3C's
//! "Requirements for Chinese Text Layout", section 3.1.3.

/// Marks that may not begin a line.
const NOT_FIRST: &str = "、。，．：；！？）」』】〕〉》〗〙〛’”…—～·％!%),.:;?]}";
/// Marks that may not end one.
const NOT_LAST: &str = "（「『【〔〈《〖〘〚‘“([{";

/// Each character with where it ends, in points from the start of the unbroken text. Out: the
/// indices of the characters that begin a new line.
pub fn breaks(chars: &[(char, f32)], width: f32) -> Vec<usize> {
    let mut breaks = Vec::new();
    let mut line_start = 0;
    let mut candidate = None;
    let start_of = |index: usize| if index == 0 { 0.0 } else { chars[index - 1].1 };
    for (index, (char, end)) in chars.iter().copied().enumerate() {
        if char == '\n' {
            (line_start, candidate) = (index + 1, None);
            continue;
        }
        if index > line_start && may_break(chars[index - 1].0, char) {
            candidate = Some(index);
        }
        // A space at the end of a line may hang over.
        let is_over = end - start_of(line_start) > width && !char.is_whitespace();
        if is_over && index > line_start {
            let at = candidate.unwrap_or(index);
            breaks.push(at);
            line_start = at;
            candidate = later_candidate(chars, at, index);
        }
    }
    breaks
}

/// After a break the text between it and here begins a line, and may hold the next candidate.
fn later_candidate(chars: &[(char, f32)], start: usize, here: usize) -> Option<usize> {
    let between = (start + 1..=here).rev();
    let mut found = between.filter(|at| may_break(chars[at - 1].0, chars[*at].0));
    found.next()
}

/// Whether a line may end with `left` and the next begin with `right`.
fn may_break(left: char, right: char) -> bool {
    if right.is_whitespace() || left == '\u{A0}' {
        return false;
    }
    if left.is_whitespace() {
        return true;
    }
    if NOT_FIRST.contains(right) || NOT_LAST.contains(left) {
        return false;
    }
    is_wide(left) || is_wide(right) || left == '/'
}

/// Hanzi, kana and full-width marks.
fn is_wide(char: char) -> bool {
    matches!(char,
        '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}'
        | '\u{20000}'..='\u{3FFFF}' | '“' | '”' | '‘' | '’' | '…' | '—')
}

#[cfg(test)]
mod tests {
    use super::breaks;

    /// A hanzi is 2 wide, everything else 1.
    fn lines(text: &str, width: f32) -> Vec<String> {
        let mut end = 0.0;
        let chars: Vec<(char, f32)> = text
            .chars()
            .map(|char| {
                end += if char.is_ascii() { 1.0 } else { 2.0 };
                (char, end)
            })
            .collect();
        let breaks = breaks(&chars, width);
        let mut lines = vec![String::new()];
        for (index, (char, _)) in chars.iter().enumerate() {
            if breaks.contains(&index) {
                lines.push(String::new());
            }
            lines.last_mut().expect("one at least").push(*char);
        }
        lines
    }

    #[test]
    fn lines_break_beside_hanzi_and_at_spaces_but_never_at_a_forbidden_mark() {
        for (text, width, expected) in [
            ("三次握手的过程", 8.0, &["三次握手", "的过程"][..]),
            (
                "说清握手：connect() 返回",
                11.0,
                &["说清握手：", "connect() ", "返回"],
            ),
            ("内核说“好”。", 8.0, &["内核说", "“好”。"]),
            ("在路上，停住", 6.0, &["在路", "上，停", "住"]),
            ("the kernel answers", 10.0, &["the kernel ", "answers"]),
            ("connect()、accept()", 12.0, &["connect()、", "accept()"]),
            ("abcdefghij", 4.0, &["abcd", "efgh", "ij"]),
            ("", 4.0, &[""]),
        ] {
            assert_eq!(lines(text, width), expected, "{text}");
        }
    }
}

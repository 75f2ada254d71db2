//! Which host a program's string literals name: a guess for a command line without addresses.
//!
//! In: a program's text. Out: whether a literal names a host. Comments do not count, nor does a
//! text that is a statement of its own, such as a docstring. A scan of characters and not a
//! parser, because a parser recurses, and a learner's text may nest as deep as it likes.

/// Whether a literal holds `host` as a word of its own: `127.0.0.1` is not in `127.0.0.10`.
pub fn names(source: &str, host: &str) -> bool {
    literals(source).iter().any(|literal| {
        literal.match_indices(host).any(|(at, _)| {
            let before = literal[..at].chars().next_back();
            let after = literal[at + host.len()..].chars().next();
            let goes_on = |c: char| c.is_ascii_alphanumeric();
            !before.is_some_and(|c| goes_on(c) || c == '.') && !after.is_some_and(goes_on)
        })
    })
}

/// What stands between the quotes of each string literal.
fn literals(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut begins_line = true;
    let mut at = 0;
    while let Some(c) = source[at..].chars().next() {
        match c {
            '#' => {
                at += source[at..].find('\n').unwrap_or(source.len() - at);
                continue;
            }
            '"' | '\'' => {
                let (text, end) = literal(source, at);
                let rest = source[end..].trim_start_matches([' ', '\t', '\r', ';']);
                let ends_line = rest.is_empty() || rest.starts_with(['\n', '#']);
                if depth > 0 || !begins_line || !ends_line {
                    found.push(text);
                }
                begins_line = false;
                at = end;
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        // A prefix, as in r"…", leaves a literal at the beginning of its line.
        let is_prefix = matches!(c, 'r' | 'R' | 'b' | 'B' | 'u' | 'U' | 'f' | 'F');
        begins_line = c == '\n' || begins_line && (c.is_whitespace() || is_prefix);
        at += c.len_utf8();
    }
    found
}

/// The text of the literal whose first quote is at `at`, and the place after its last.
fn literal(source: &str, at: usize) -> (&str, usize) {
    let quote = &source[at..=at];
    let triple = quote.repeat(3);
    let is_triple = source[at..].starts_with(&triple);
    let quotes = if is_triple { triple.as_str() } else { quote };
    let body = at + quotes.len();
    let mut is_escaped = false;
    for (offset, c) in source[body..].char_indices() {
        let here = body + offset;
        if is_escaped {
            is_escaped = false;
        } else if source[here..].starts_with(quotes) {
            return (&source[body..here], here + quotes.len());
        } else if c == '\n' && !is_triple {
            return (&source[body..here], here); // never closed: Python will say so
        } else {
            is_escaped = c == '\\';
        }
    }
    (&source[body..], source.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_literal_that_is_used_names_a_host() {
        for (source, expected) in [
            ("s.connect(('127.0.0.1', 80))", true),
            ("HOST = \"127.0.0.1\"  # the server", true),
            ("ip = input('ip? ') or r'127.0.0.1'", true),
            ("ip, port = '127.0.0.1:80'.split(':')", true),
            ("x = f'{user}@127.0.0.1'", true),
            ("connect(\n  '127.0.0.1'\n)", true),
            ("x = 'it\\'s # 127.0.0.1'", true),
            ("'127.0.0.1'.split('.')", true),
            ("# connect to '127.0.0.1'\nx = 1", false),
            ("x = '#' # 127.0.0.1", false),
            ("\"\"\"Was '127.0.0.1'\nonce.\"\"\"\nx = 1", false),
            ("def f():\n    r'127.0.0.1'  # what\n", false),
            ("x = '127.0.0.10'", false),
            ("x = '1.127.0.0.1'", false),
            ("x = 127.0", false),
            ("x = 'not closed\n# 127.0.0.1", false),
            ("'''数据", false),
        ] {
            assert_eq!(names(source, "127.0.0.1"), expected, "{source}");
        }
    }
}

//! What lines are drawn with, and what is left of a text that came from elsewhere.

use unicode_width::UnicodeWidthChar as _;

pub struct Glyphs {
    pub lifeline: char,
    pub dash: char,
    /// Where an arrow passes a lifeline that is not its own.
    pub cross: char,
    /// Heads of arrows that arrive, and of those that are under way.
    pub right: char,
    pub left: char,
    pub leaves_right: char,
    pub leaves_left: char,
    pub dropped: char,
    /// Where the wire made a second one.
    pub twin: char,
}

const DRAWN: Glyphs = Glyphs {
    lifeline: '│',
    dash: '─',
    cross: '┼',
    right: '▶',
    left: '◀',
    leaves_right: '▷',
    leaves_left: '◁',
    dropped: '✕',
    twin: '◆',
};

const ASCII: Glyphs = Glyphs {
    lifeline: '|',
    dash: '-',
    cross: '+',
    right: '>',
    left: '<',
    leaves_right: ')',
    leaves_left: '(',
    dropped: 'X',
    twin: '*',
};

pub fn glyphs(is_ascii: bool) -> &'static Glyphs {
    match is_ascii {
        true => &ASCII,
        false => &DRAWN,
    }
}

/// Text that cannot do anything to a terminal: control characters, and those that turn the
/// direction of writing, are written as Python escapes them.
pub fn clean(text: &str, is_ascii: bool) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => cleaned.push('\n'),
            '\t' => cleaned.push_str("    "),
            // Makes of a narrow sign a wide one, which no two terminals agree about.
            '\u{fe0f}' => {}
            '\u{80}'..='\u{9f}' | '\0'..='\u{1f}' | '\u{7f}' => {
                cleaned.push_str(&format!("\\x{:02x}", u32::from(letter)));
            }
            '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{2066}'..='\u{2069}'
            | '\u{61c}' => {
                cleaned.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            letter if is_ascii => match plain(letter) {
                Some(plain) => cleaned.push_str(plain),
                None => cleaned.push(letter),
            },
            letter => cleaned.push(letter),
        }
    }
    cleaned
}

/// Of the signs that our own words have, those that ASCII can stand for.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        '·' => "-",
        '…' => "...",
        '→' => "->",
        '←' => "<-",
        '↔' => "<->",
        '✕' => "X",
        '×' => "x",
        '»' => ">>",
        '«' => "<<",
        '“' | '”' => "\"",
        '‘' | '’' => "'",
        '–' | '—' => "-",
        _ => return None,
    })
}

/// In columns.
pub fn width(letter: char) -> usize {
    letter.width().unwrap_or(0)
}

pub fn width_of(text: &str) -> usize {
    text.chars().map(width).sum()
}

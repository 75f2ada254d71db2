//! The text of a program's file, in the encoding it names (PEP 263).
//!
//! In: a path, or bytes. Out: text, or what keeps it from being one, with the line. Nothing is
//! guessed: a file that names no encoding is UTF-8, as for Python itself.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS};

use super::file::{self, Trouble};

/// The longest program, in bytes. The lab's longest input line has room for 64 of them.
pub const PROGRAM_BYTES: usize = 256 << 10;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Why a file is no program's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    Trouble(Trouble),
    UnknownCoding(String),
    /// It begins as UTF-8 does, and names this encoding.
    TwoCodings(String),
    NotInCoding {
        line: usize,
        coding: String,
    },
    /// It has this character that no text has, in this line.
    NotText {
        line: usize,
    },
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trouble(trouble) => trouble.fmt(f),
            Self::UnknownCoding(name) => write!(f, "unknown encoding {name}"),
            Self::TwoCodings(name) => write!(
                f,
                "line 1 has the mark of utf-8, but {name} is named as its encoding"
            ),
            Self::NotInCoding { line, coding } => write!(
                f,
                "line {line} is not {coding}; a program names another encoding in its first \
                 line, as in # coding: gbk"
            ),
            Self::NotText { line } => write!(f, "line {line} has a null byte: this is no text"),
        }
    }
}

/// A program's text, from its file.
pub fn program(path: &Path) -> Result<String, Unreadable> {
    let bytes = file::read(path, PROGRAM_BYTES).map_err(Unreadable::Trouble)?;
    decode(&bytes)
}

/// In the encoding that its first two lines name.
pub fn decode(bytes: &[u8]) -> Result<String, Unreadable> {
    let named = cookie(bytes);
    let name = named.as_deref().unwrap_or("utf-8");
    let coding = Coding::named(name).ok_or_else(|| Unreadable::UnknownCoding(name.to_owned()))?;
    match (bytes.strip_prefix(BOM), &coding) {
        (Some(bytes), Coding::Utf8) => coding.decode(bytes, name),
        (Some(_), _) => Err(Unreadable::TwoCodings(name.to_owned())),
        (None, _) => coding.decode(bytes, name),
    }
}

/// As [`decode`] reads it again. `None`: the encoding it names does not have all its characters,
/// or there is no such encoding.
pub fn encode(text: &str) -> Option<Vec<u8>> {
    let bytes = match Coding::named(cookie(text.as_bytes()).as_deref().unwrap_or("utf-8"))? {
        Coding::Utf8 => text.as_bytes().to_vec(),
        Coding::Ascii | Coding::Latin1 => {
            let bytes = text.chars().map(|c| u8::try_from(c).ok());
            bytes.collect::<Option<Vec<u8>>>()?
        }
        Coding::Table(table) => table.encode(text).0.into_owned(),
    };
    // A table may read two ways of writing a character, and write but one.
    (decode(&bytes).as_deref() == Ok(text)).then_some(bytes)
}

/// The name in a comment like `# -*- coding: gbk -*-`. The second line counts only when the first
/// is blank or a comment too.
fn cookie(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    for line in bytes.split(|byte| *byte == b'\n').take(2) {
        let line = String::from_utf8_lossy(line);
        match line.trim().strip_prefix('#') {
            Some(comment) => {
                if let Some(name) = named_in(comment) {
                    return Some(name.to_owned());
                }
            }
            None if line.trim().is_empty() => {}
            None => return None,
        }
    }
    None
}

/// PEP 263: `coding[:=][ \t]*([-_.a-zA-Z0-9]+)`.
fn named_in(comment: &str) -> Option<&str> {
    let is_in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    comment.match_indices("coding").find_map(|(at, word)| {
        let after = comment[at + word.len()..].strip_prefix([':', '='])?;
        let after = after.trim_start_matches([' ', '\t']);
        let end = after.find(|c| !is_in_name(c)).unwrap_or(after.len());
        (end > 0).then(|| &after[..end])
    })
}

enum Coding {
    Utf8,
    Ascii,
    Latin1,
    Table(&'static Encoding),
}

impl Coding {
    /// By Python's names. The web's table means windows-1252 by latin-1 and by ascii.
    fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase().replace('_', "-");
        Some(match name.as_str() {
            "utf-8" | "utf8" | "u8" => Self::Utf8,
            name if name.starts_with("utf-8-") => Self::Utf8,
            "ascii" | "us-ascii" => Self::Ascii,
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "iso-latin-1" | "l1" => {
                Self::Latin1
            }
            "cp936" | "ms936" | "euc-cn" => Self::Table(GBK),
            "cp950" | "big5-tw" => Self::Table(BIG5),
            "cp932" => Self::Table(SHIFT_JIS),
            "cp949" => Self::Table(EUC_KR),
            name => {
                let table = Encoding::for_label(name.as_bytes())?;
                Self::Table(Some(table).filter(|table| table.is_ascii_compatible())?)
            }
        })
    }

    /// Line by line, which no encoding here minds, so that an error has a line.
    fn decode(&self, bytes: &[u8], name: &str) -> Result<String, Unreadable> {
        let mut text = String::with_capacity(bytes.len());
        for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let number = index + 1;
            if line.contains(&0) {
                return Err(Unreadable::NotText { line: number });
            }
            let line = self.line(line).ok_or_else(|| Unreadable::NotInCoding {
                line: number,
                coding: name.to_owned(),
            })?;
            text.push_str(&line);
        }
        Ok(text)
    }

    fn line<'a>(&self, line: &'a [u8]) -> Option<Cow<'a, str>> {
        match self {
            Self::Utf8 => std::str::from_utf8(line).ok().map(Cow::Borrowed),
            Self::Ascii if !line.is_ascii() => None,
            Self::Ascii | Self::Latin1 => Some(encoding_rs::mem::decode_latin1(line)),
            Self::Table(table) => table.decode_without_bom_handling_and_without_replacement(line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_read_in_the_encoding_it_names() {
        for (bytes, expected) in [
            (&b"x = 1\n"[..], Ok("x = 1\n")),
            (b"\xef\xbb\xbfx = 1", Ok("x = 1")),
            ("'张三'".as_bytes(), Ok("'张三'")),
            (
                b"# -*- coding: gbk -*-\n'\xd5\xc5'",
                Ok("# -*- coding: gbk -*-\n'张'"),
            ),
            (
                b"#!python\r\n# coding=GB2312\r\n'\xd5\xc5'",
                Ok("#!python\r\n# coding=GB2312\r\n'张'"),
            ),
            (
                b"\n# vim: fileencoding=big5 :\n\xb1i",
                Ok("\n# vim: fileencoding=big5 :\n張"),
            ),
            (
                b"# coding: latin-1\n\xe9\x80",
                Ok("# coding: latin-1\né\u{80}"),
            ),
            (b"# coding: iso_8859_1\n\xe9", Ok("# coding: iso_8859_1\né")),
            (
                b"x = 1\n# coding: gbk\n\xd5\xc5",
                Err("line 3 is not utf-8"),
            ),
            (b"1\n\n# coding: gbk\n\xd5\xc5", Err("line 4 is not utf-8")),
            (b"# coding: gbk\n\n\xd5", Err("line 3 is not gbk")),
            (b"# coding: ascii\n\xe9", Err("line 2 is not ascii")),
            (b"x\n\0", Err("line 2 has a null byte")),
            (b"# coding: klingon\n", Err("unknown encoding klingon")),
            (b"# coding: utf-16\n", Err("unknown encoding utf-16")),
            (
                b"\xef\xbb\xbf# coding: gbk\n",
                Err("line 1 has the mark of utf-8"),
            ),
        ] {
            match (decode(bytes), expected) {
                (Ok(text), Ok(expected)) => {
                    assert_eq!(text, expected);
                    let again = encode(&text).expect("its characters fit");
                    assert_eq!(decode(&again).as_deref(), Ok(expected));
                }
                (Err(message), Err(part)) => {
                    assert!(message.to_string().starts_with(part), "{message}")
                }
                (got, _) => panic!("{}: {got:?}", String::from_utf8_lossy(bytes)),
            }
        }
    }

    #[test]
    fn what_an_encoding_does_not_have_is_not_written_in_it() {
        for (text, expected) in [
            (
                "# coding: gbk\n'张'",
                Some(&b"# coding: gbk\n'\xd5\xc5'"[..]),
            ),
            ("# coding: gbk\n'🐍'", None),
            ("# coding: ascii\n'é'", None),
            ("# coding: klingon\n", None),
            ("x\0", None),
        ] {
            assert_eq!(encode(text).as_deref(), expected, "{text}");
        }
    }
}

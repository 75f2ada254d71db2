//! The files a learner names: programs, and lines for `input()`.
//!
//! In: a path. Out: text, or one sentence that says what is wrong with it. Only regular files of
//! a sane length are read, because a pipe or a device may never end.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt::Display;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS};

/// The longest program, in bytes. The lab's longest input line has room for 64 of them.
const PROGRAM_BYTES: usize = 256 << 10;
/// The most lines for `input()`, in bytes.
const LINES_BYTES: usize = 1 << 20;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// A program's text, in the encoding that its first two lines name (PEP 263).
pub fn program(path: &Path) -> Result<String, String> {
    decode(&bytes(path, PROGRAM_BYTES)?).map_err(|error| in_file(error, path))
}

/// Lines for `input()`.
pub fn lines(path: &Path) -> Result<VecDeque<String>, String> {
    Ok(text(path)?.lines().map(str::to_owned).collect())
}

/// A text that is no program.
pub fn text(path: &Path) -> Result<String, String> {
    let bytes = bytes(path, LINES_BYTES)?;
    let bytes = bytes.strip_prefix(BOM).unwrap_or(&bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        in_file(format!("line {line} is not UTF-8; save it as UTF-8"), path)
    });
    text.map(str::to_owned)
}

fn in_file(what: impl Display, path: &Path) -> String {
    format!("{what}: {}", path.display())
}

fn bytes(path: &Path, most: usize) -> Result<Vec<u8>, String> {
    let failed = |error| in_file(format!("cannot read it: {error}"), path);
    // Looked at before it is opened: opening a pipe waits for its writer.
    let kind = fs::metadata(path).map_err(failed)?;
    if kind.is_dir() {
        return Err(in_file("cannot read it: it is a directory", path));
    }
    if !kind.is_file() {
        return Err(in_file("cannot read it: it is not a regular file", path));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    let mut file = file.take(most as u64 + 1);
    file.read_to_end(&mut bytes).map_err(failed)?;
    match bytes.len() > most {
        true => Err(in_file(format!("longer than {} KiB", most >> 10), path)),
        false => Ok(bytes),
    }
}

fn decode(bytes: &[u8]) -> Result<String, String> {
    let named = cookie(bytes);
    let name = named.as_deref().unwrap_or("utf-8");
    let coding = Coding::named(name).ok_or_else(|| format!("unknown encoding {name}"))?;
    match (bytes.strip_prefix(BOM), &coding) {
        (Some(bytes), Coding::Utf8) => coding.decode(bytes, name),
        (Some(_), _) => Err(format!(
            "line 1 has the mark of utf-8, but {name} is named as its encoding"
        )),
        (None, _) => coding.decode(bytes, name),
    }
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
    fn decode(&self, bytes: &[u8], name: &str) -> Result<String, String> {
        let mut text = String::with_capacity(bytes.len());
        for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let line = self.line(line).ok_or_else(|| {
                let n = index + 1;
                format!("line {n} is not {name}; a program names another encoding in its first line, as in # coding: gbk")
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
            (b"# coding: klingon\n", Err("unknown encoding klingon")),
            (b"# coding: utf-16\n", Err("unknown encoding utf-16")),
            (
                b"\xef\xbb\xbf# coding: gbk\n",
                Err("line 1 has the mark of utf-8"),
            ),
        ] {
            match (decode(bytes), expected) {
                (Ok(text), Ok(expected)) => assert_eq!(text, expected),
                (Err(message), Err(part)) => assert!(message.starts_with(part), "{message}"),
                (got, _) => panic!("{}: {got:?}", String::from_utf8_lossy(bytes)),
            }
        }
    }
}

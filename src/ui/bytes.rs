//! Bytes read through a lens: UTF-8, GBK, or as they are.
//!
//! In: bytes. Out: characters, each with the bytes it takes; bytes that mean nothing in that
//! encoding, and the first bytes of a character whose rest is not there, are told apart. Where
//! bytes are and who sent them is left to whoever shows them.

use std::ops::Range;

use encoding_rs::{Encoding, GBK, UTF_8};

use crate::session::Lens;

/// One character, or what could not be read as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glyph {
    pub bytes: Range<usize>,
    pub reading: Reading,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    Character(char),
    /// As two digits: the lens reads no characters.
    Hex(u8),
    /// Not in this encoding.
    Broken,
    /// The first bytes of a character; the rest of it is not there.
    Unfinished,
}

/// Every byte is in exactly one of them.
pub fn read(lens: Lens, bytes: &[u8]) -> Vec<Glyph> {
    let encoding = match lens {
        Lens::Utf8 => UTF_8,
        Lens::Gbk => GBK,
        Lens::Hex => {
            let hex = bytes.iter().enumerate().map(|(at, byte)| Glyph {
                bytes: at..at + 1,
                reading: Reading::Hex(*byte),
            });
            return hex.collect();
        }
    };
    let mut glyphs = Vec::new();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let (length, reading) = first(encoding, rest);
        glyphs.push(Glyph {
            bytes: at..at + length,
            reading,
        });
        at += length;
    }
    glyphs
}

fn first(encoding: &'static Encoding, bytes: &[u8]) -> (usize, Reading) {
    for length in 1..=bytes.len().min(4) {
        let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[..length]);
        // Some byte pairs stand for two characters in other encodings, never in these two.
        if let Some(character) = text.and_then(|text| text.chars().next()) {
            return (length, Reading::Character(character));
        }
    }
    if is_beginning(encoding, bytes) {
        (bytes.len(), Reading::Unfinished)
    } else {
        (1, Reading::Broken)
    }
}

/// Whether more bytes could make a character of them.
fn is_beginning(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    if encoding == UTF_8 {
        return std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none());
    }
    // Two bytes, or four where the second is a digit (GB 18030).
    match bytes {
        [lead] => (0x81..=0xfe).contains(lead),
        [lead, digit] => (0x81..=0xfe).contains(lead) && digit.is_ascii_digit(),
        [lead, digit, third] => {
            (0x81..=0xfe).contains(lead) && digit.is_ascii_digit() && (0x81..=0xfe).contains(third)
        }
        _ => false,
    }
}

/// Where a character surely begins, at or before the end of these bytes; `None` where that cannot
/// be told. GBK does not say by itself: only after a byte that is no part of a longer character.
pub fn sure_start(lens: Lens, before: &[u8]) -> Option<usize> {
    match lens {
        Lens::Hex => Some(before.len()),
        Lens::Utf8 => {
            let is_inside = |byte: &&u8| **byte & 0xc0 == 0x80;
            let inside = before.iter().rev().take(3).take_while(is_inside).count();
            let start = before.len() - inside;
            let lead = start.checked_sub(1).map(|at| before[at]);
            let begins = lead.is_some_and(|lead| lead >= 0xc0);
            Some(if begins { start - 1 } else { start })
        }
        Lens::Gbk => {
            let is_alone = |byte: &u8| *byte < b'0';
            before.iter().rposition(is_alone).map(|at| at + 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `你` reads as itself, `?` stands for a broken byte, `…` for an unfinished character.
    fn spelled(lens: Lens, bytes: &[u8]) -> String {
        let glyphs = read(lens, bytes);
        let ends: Vec<usize> = glyphs.iter().map(|glyph| glyph.bytes.end).collect();
        let starts: Vec<usize> = glyphs.iter().map(|glyph| glyph.bytes.start).collect();
        assert_eq!(starts.first().copied().unwrap_or(0), 0);
        assert_eq!(
            starts.get(1..).unwrap_or(&[]),
            &ends[..ends.len().saturating_sub(1)]
        );
        assert_eq!(ends.last().copied().unwrap_or(0), bytes.len());
        let spelled = glyphs.iter().map(|glyph| match glyph.reading {
            Reading::Character(character) => character.to_string(),
            Reading::Hex(byte) => format!("{byte:02x} "),
            Reading::Broken => "?".to_owned(),
            Reading::Unfinished => "…".to_owned(),
        });
        spelled.collect()
    }

    #[test]
    fn each_lens_reads_the_same_bytes_its_own_way() {
        let utf8 = "你好a".as_bytes();
        for (lens, bytes, expected) in [
            (Lens::Utf8, utf8, "你好a"),
            (Lens::Gbk, b"\xc4\xe3\xba\xc3a", "你好a"),
            (Lens::Gbk, b"\x81\x30\x84\x36", "¥"),
            (Lens::Hex, b"\x00\xff", "00 ff "),
            (Lens::Utf8, b"\xc4\xe3\xba\xc3", "???…"),
            (Lens::Utf8, b"a\xffb", "a?b"),
            (Lens::Utf8, &utf8[..5], "你…"),
            (Lens::Utf8, "😀".as_bytes(), "😀"),
            (Lens::Gbk, b"a\xc4", "a…"),
            (Lens::Gbk, b"\x81\x30\x84", "…"),
            (Lens::Gbk, b"\xff\xffa", "??a"),
            (Lens::Utf8, b"", ""),
        ] {
            assert_eq!(spelled(lens, bytes), expected, "{lens:?} {bytes:x?}");
        }
    }

    #[test]
    fn reading_loses_no_byte_whatever_the_bytes_are() {
        let mut seed = 7_u32;
        for length in 0..200 {
            let bytes: Vec<u8> = (0..length)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (seed >> 24) as u8
                })
                .collect();
            for lens in [Lens::Utf8, Lens::Gbk, Lens::Hex] {
                spelled(lens, &bytes);
            }
        }
    }

    #[test]
    fn it_is_known_where_a_character_begins_or_that_it_is_not() {
        for (lens, before, expected) in [
            (Lens::Utf8, "a你".as_bytes(), Some(1)),
            (Lens::Utf8, b"a\xe4\xbd", Some(1)),
            (Lens::Utf8, b"abc", Some(3)),
            (Lens::Gbk, b"a \xc4\xe3", Some(2)),
            (Lens::Gbk, b"\xc4\xe3", None),
            (Lens::Hex, b"\xc4", Some(1)),
        ] {
            assert_eq!(sure_start(lens, before), expected, "{lens:?} {before:x?}");
        }
    }
}

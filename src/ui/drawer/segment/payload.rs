//! A segment's data as text, through the lens that the learner chose. Pure.
//!
//! A character that the segment's end cuts in two is said to be cut: the rest of it travels in
//! another segment, which is what a stream of bytes means.

use super::field::{Layer, Mark, Reader};
use crate::lesson::Language;
use crate::model::Segment;
use crate::session::Lens;
use crate::ui::text::say;

/// So many bytes are read as text; more has no room.
const READ: usize = 160;

pub fn payload(reader: &mut Reader<'_>, lens: Lens) {
    let bytes = reader.packet.payload();
    if bytes.is_empty() {
        return;
    }
    let (language, length) = (reader.language, bytes.len());
    reader.enter(Layer::Payload, reader.packet.payload.start, "RFC 9293 §3.4");
    if reader.packet.tcp().is_none() {
        reader.of("");
    }
    let name = ("Data", say!(language, "header.data"));
    let value = format!("{length} B");
    reader.bytes(0..length, name, value, say!(language, "field.data"));
    let shown = &bytes[..length.min(READ)];
    let is_whole = shown.len() == length;
    for read in readings(language, lens, shown, is_whole) {
        let field = reader.bytes(
            0..length,
            (read.lens, read.lens.into()),
            read.text,
            read.note,
        );
        field.mark = read.mark;
    }
}

/// The data in one encoding.
#[derive(Debug, PartialEq)]
pub struct Reading {
    pub lens: &'static str,
    pub text: String,
    pub note: String,
    pub mark: Mark,
}

/// In the lens's encoding, and in the other one where that fits and the first does not.
fn readings(language: Language, lens: Lens, bytes: &[u8], is_whole: bool) -> Vec<Reading> {
    match lens {
        Lens::Hex => Vec::new(),
        Lens::Utf8 => {
            let read = utf8(language, bytes, is_whole);
            let other = gbk(language, bytes, is_whole);
            let other = (read.mark == Mark::Wrong && other.mark != Mark::Wrong).then_some(other);
            std::iter::once(read).chain(other).collect()
        }
        Lens::Gbk => {
            let read = gbk(language, bytes, is_whole);
            let other = utf8(language, bytes, is_whole);
            let other = (read.mark == Mark::Wrong && other.mark != Mark::Wrong).then_some(other);
            std::iter::once(read).chain(other).collect()
        }
    }
}

fn utf8(language: Language, bytes: &[u8], is_whole: bool) -> Reading {
    let (text, note, mark) = match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), "".into(), Mark::Plain),
        Err(error) => {
            let sound = &bytes[..error.valid_up_to()];
            let sound = String::from_utf8_lossy(sound).into_owned();
            if error.error_len().is_none() {
                (sound, cut(language, is_whole), Mark::Plain)
            } else {
                let at = error.valid_up_to();
                let note = say!(language, "field.not_utf8", at = at);
                (sound, note, Mark::Wrong)
            }
        }
    };
    reading("UTF-8", &text, note, mark)
}

fn gbk(language: Language, bytes: &[u8], is_whole: bool) -> Reading {
    let (text, _, has_errors) = encoding_rs::GBK.decode(bytes);
    if !has_errors {
        return reading("GBK", &text, "".into(), Mark::Plain);
    }
    // Its last byte may be the first half of a hanzi.
    let shorter = &bytes[..bytes.len() - 1];
    let (text, _, has_errors) = encoding_rs::GBK.decode(shorter);
    if has_errors {
        reading("GBK", "", say!(language, "field.not_gbk"), Mark::Wrong)
    } else {
        reading("GBK", &text, cut(language, is_whole), Mark::Plain)
    }
}

/// The last character goes on: in another segment, or beyond what is shown.
fn cut(language: Language, is_whole: bool) -> std::borrow::Cow<'static, str> {
    if is_whole {
        say!(language, "field.cut")
    } else {
        "".into()
    }
}

fn reading(
    lens: &'static str,
    text: &str,
    note: std::borrow::Cow<'static, str>,
    mark: Mark,
) -> Reading {
    let text = if mark == Mark::Wrong {
        "—".to_owned()
    } else {
        format!("“{}”", text.escape_debug())
    };
    Reading {
        lens,
        text,
        note: note.into_owned(),
        mark,
    }
}

/// What the data box shows: characters in the lens, or bytes; as much as there is room for.
pub fn previews(segment: &Segment, bytes: &[u8], lens: Lens) -> Vec<String> {
    if bytes.is_empty() {
        return Vec::new();
    }
    let lengths = [64, 32, 16, 8, 4].into_iter();
    let lengths = lengths.skip_while(|length| *length > bytes.len() && *length > 4);
    std::iter::once(bytes.len().min(96))
        .chain(lengths)
        .map(|length| preview(segment, bytes, lens, length))
        .collect()
}

fn preview(segment: &Segment, bytes: &[u8], lens: Lens, length: usize) -> String {
    let shown = &bytes[..bytes.len().min(length)];
    let is_whole = shown.len() == bytes.len();
    // Words of one language are as good as those of another: only the text is used.
    let read = readings(Language::English, lens, shown, is_whole);
    let sound = read.into_iter().find(|read| read.mark != Mark::Wrong);
    let is_sound = segment.corrupted.is_empty();
    let mut text = sound.filter(|_| is_sound).map_or_else(
        || {
            let hex: Vec<String> = shown.iter().map(|byte| format!("{byte:02x}")).collect();
            hex.join(" ")
        },
        |read| read.text,
    );
    if !is_whole {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lens: Lens, bytes: &[u8], expected: &[(&str, &str, Mark)]) {
        let read = readings(Language::English, lens, bytes, true);
        let read: Vec<_> = read
            .iter()
            .map(|read| (read.lens, read.text.as_str(), read.mark))
            .collect();
        assert_eq!(read, expected, "{bytes:x?}");
    }

    #[test]
    fn data_is_read_through_the_lens_and_by_the_other_encoding_where_only_that_fits() {
        let gbk = b"\xc4\xe3\xba\xc3";
        check(Lens::Utf8, b"hi\n", &[("UTF-8", "“hi\\n”", Mark::Plain)]);
        let both = [("UTF-8", "—", Mark::Wrong), ("GBK", "“你好”", Mark::Plain)];
        check(Lens::Utf8, gbk, &both);
        check(Lens::Gbk, gbk, &[("GBK", "“你好”", Mark::Plain)]);
        check(Lens::Hex, gbk, &[]);
    }

    #[test]
    fn a_character_that_the_end_cuts_is_said_to_be_cut() {
        let cut = utf8(Language::English, &"你好".as_bytes()[..4], true);
        assert_eq!((cut.text.as_str(), cut.mark), ("“你”", Mark::Plain));
        assert!(cut.note.contains("next segment"), "{}", cut.note);
        let half = gbk(Language::English, b"\xc4\xe3\xba", true);
        assert_eq!((half.text.as_str(), half.note), ("“你”", cut.note));
    }
}

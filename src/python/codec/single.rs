//! The encodings with one byte for every character.

use encoding_rs::Encoding;
use rustpython_vm::common::wtf8::CodePoint;

use super::{Decoded, Unencodable};

#[derive(Clone, Copy)]
pub(super) struct Single {
    pub name: &'static str,
    /// `None` is latin-1, where a character is its byte.
    table: Option<&'static Encoding>,
}

impl Single {
    pub fn find(name: &str) -> Option<Self> {
        const LATIN_1: &[&str] = &[
            "latin_1",
            "latin1",
            "latin",
            "l1",
            "iso8859_1",
            "iso_8859_1",
            "8859",
            "cp819",
            "iso8859",
        ];
        if LATIN_1.contains(&name) {
            return Some(Self {
                name: "latin-1",
                table: None,
            });
        }
        let label = match name.strip_prefix("cp") {
            Some(page @ ("866" | "874")) => format!("ibm{page}"),
            Some(page) => format!("windows-{page}"),
            None => name.replace("iso8859", "iso-8859").replace('_', "-"),
        };
        let table = Encoding::for_label(label.as_bytes()).filter(|table| table.is_single_byte())?;
        Some(Self {
            name: "charmap",
            table: Some(table),
        })
    }

    pub fn decode_at(self, data: &[u8]) -> Decoded {
        let byte = data[0];
        let Some(table) = self.table else {
            return Decoded::Text(char::from(byte).to_string(), 1);
        };
        let text = table.decode_without_bom_handling_and_without_replacement(&data[..1]);
        match text.as_deref() {
            // The Encoding Standard turns the holes into control characters, CPython does not.
            Some(text) if !text.starts_with(|letter| ('\u{80}'..'\u{a0}').contains(&letter)) => {
                Decoded::Text(text.to_owned(), 1)
            }
            _ => Decoded::Bad(1, "character maps to <undefined>"),
        }
    }

    pub fn encode(self, letter: CodePoint) -> Result<Vec<u8>, Unencodable> {
        let reason = match self.table {
            None => "ordinal not in range(256)",
            Some(_) => "character maps to <undefined>",
        };
        self.encoded(letter).ok_or(Unencodable {
            reason,
            in_runs: true,
        })
    }

    fn encoded(self, letter: CodePoint) -> Option<Vec<u8>> {
        let Some(table) = self.table else {
            return Some(vec![u8::try_from(letter.to_u32()).ok()?]);
        };
        let letter = letter.to_char()?;
        if ('\u{80}'..'\u{a0}').contains(&letter) {
            return None;
        }
        let mut buffer = [0; 4];
        let (code, _, is_lossy) = table.encode(letter.encode_utf8(&mut buffer));
        (!is_lossy).then(|| code.into_owned())
    }
}

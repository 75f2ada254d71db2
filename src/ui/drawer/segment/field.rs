//! A header field with the bits it stands in, and the reader that collects them. Pure.
//!
//! Values come from the bytes themselves: what is shown here and what the hex shows cannot differ.

use std::borrow::Cow;
use std::ops::Range;

use crate::lesson::Language;
use crate::packet::Packet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    Ip,
    Transport,
    /// TCP's.
    Options,
    Payload,
}

/// What is to be seen of a field before its meaning is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Plain,
    /// A flag that is 0.
    Off,
    /// A flag that is 1.
    On,
    /// A checksum that fits.
    Right,
    /// A checksum that does not.
    Wrong,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub layer: Layer,
    /// Counted from the packet's first bit.
    pub bits: Range<usize>,
    /// As the RFC names it.
    pub title: &'static str,
    pub name: String,
    pub value: String,
    pub meaning: String,
    pub rfc: &'static str,
    /// Its bytes in hex; of a field that is less than a byte, its bits, the others as dots.
    pub raw: String,
    pub mark: Mark,
}

impl Field {
    /// The bytes that it is in, wholly or in part.
    pub fn bytes(&self) -> Range<usize> {
        self.bits.start / 8..self.bits.end.div_ceil(8)
    }

    /// Everything in one line, for readers and for tests.
    pub fn label(&self) -> String {
        let mut label = format!("{} = {}", self.name, self.value);
        if !self.meaning.is_empty() {
            label.push_str(". ");
            label.push_str(&self.meaning);
        }
        label
    }
}

/// A field's name: the RFC's, and the one of the window's language.
pub type Named<'a> = (&'static str, Cow<'a, str>);

/// Collects the fields of one layer after another.
pub struct Reader<'a> {
    pub packet: &'a Packet,
    pub language: Language,
    /// It was captured elsewhere, maybe before the network card had done its part.
    pub is_captured: bool,
    layer: Layer,
    /// Where the layer begins, in bytes.
    start: usize,
    rfc: &'static str,
    pub fields: Vec<Field>,
}

impl<'a> Reader<'a> {
    pub fn new(packet: &'a Packet, language: Language) -> Self {
        Self {
            packet,
            language,
            is_captured: false,
            layer: Layer::Ip,
            start: 0,
            rfc: "",
            fields: Vec::new(),
        }
    }

    /// Offsets count from here on, and fields are this document's.
    pub fn enter(&mut self, layer: Layer, start: usize, rfc: &'static str) {
        self.layer = layer;
        self.start = start;
        self.rfc = rfc;
    }

    /// The next fields stand in this section.
    pub fn of(&mut self, rfc: &'static str) -> &mut Self {
        self.rfc = rfc;
        self
    }

    /// A field of whole bytes.
    pub fn bytes(
        &mut self,
        at: Range<usize>,
        name: Named<'_>,
        value: impl ToString,
        meaning: impl ToString,
    ) -> &mut Field {
        self.bits(at.start * 8..at.end * 8, name, value, meaning)
    }

    /// A field of bits, counted from the layer's first.
    pub fn bits(
        &mut self,
        at: Range<usize>,
        (title, name): Named<'_>,
        value: impl ToString,
        meaning: impl ToString,
    ) -> &mut Field {
        let bits = self.start * 8 + at.start..self.start * 8 + at.end;
        self.fields.push(Field {
            layer: self.layer,
            raw: raw(&self.packet.bytes, &bits),
            bits,
            title,
            name: name.into_owned(),
            value: value.to_string(),
            meaning: meaning.to_string(),
            rfc: self.rfc,
            mark: Mark::Plain,
        });
        self.fields.last_mut().expect("just pushed")
    }

    /// A field of one bit.
    pub fn flag(&mut self, at: usize, name: Named<'_>, meaning: impl ToString) {
        let is_on = self.number(at..at + 1) == 1;
        let value = if is_on { "1" } else { "0" };
        let mark = if is_on { Mark::On } else { Mark::Off };
        self.bits(at..at + 1, name, value, meaning).mark = mark;
    }

    /// A big-endian number of at most 32 bits within the layer.
    pub fn number(&self, bits: Range<usize>) -> u32 {
        let start = self.start * 8;
        let bits = (start + bits.start)..(start + bits.end);
        bits.map(|bit| bit_of(&self.packet.bytes, bit))
            .fold(0, |sum, bit| sum << 1 | u32::from(bit))
    }

    /// The same of whole bytes.
    pub fn number_of_bytes(&self, bytes: Range<usize>) -> u32 {
        self.number(bytes.start * 8..bytes.end.min(bytes.start + 4) * 8)
    }
}

fn bit_of(bytes: &[u8], bit: usize) -> bool {
    let byte = bytes.get(bit / 8).copied().unwrap_or_default();
    byte >> (7 - bit % 8) & 1 == 1
}

/// So many bytes are spelled out.
const SPELLED: usize = 16;

fn raw(bytes: &[u8], bits: &Range<usize>) -> String {
    let whole = bits.start / 8..bits.end.div_ceil(8);
    if bits.start.is_multiple_of(8) && bits.end.is_multiple_of(8) {
        let inside = bytes.get(whole).unwrap_or_default();
        let mut raw: Vec<String> = inside
            .iter()
            .take(SPELLED)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        if inside.len() > SPELLED {
            raw.push("…".to_owned());
        }
        return raw.join(" ");
    }
    let mut raw = String::new();
    for bit in whole.start * 8..whole.end * 8 {
        if bit > whole.start * 8 && bit % 4 == 0 {
            raw.push(' ');
        }
        let is_inside = bits.contains(&bit);
        raw.push(match bit_of(bytes, bit) {
            _ if !is_inside => '·',
            true => '1',
            false => '0',
        });
    }
    raw
}

pub fn hex16(value: u32) -> String {
    format!("0x{value:04x}")
}

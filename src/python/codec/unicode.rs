//! utf-16 and utf-32 in both byte orders, and utf-8 with a mark.

use rustpython_vm::common::wtf8::CodePoint;

use super::{Decoded, Unencodable};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Unicode {
    unit: Unit,
    /// `None`: the data's own mark tells, and writing begins with one.
    order: Option<Order>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Utf8,
    Utf16,
    Utf32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

impl Unicode {
    pub fn find(name: &str) -> Option<Self> {
        let (unit, order) = match name {
            "utf_8_sig" => (Unit::Utf8, None),
            "utf_16" | "u16" | "utf16" => (Unit::Utf16, None),
            "utf_16_le" | "utf_16le" | "unicodelittleunmarked" => {
                (Unit::Utf16, Some(Order::Little))
            }
            "utf_16_be" | "utf_16be" | "unicodebigunmarked" => (Unit::Utf16, Some(Order::Big)),
            "utf_32" | "u32" | "utf32" => (Unit::Utf32, None),
            "utf_32_le" | "utf_32le" => (Unit::Utf32, Some(Order::Little)),
            "utf_32_be" | "utf_32be" => (Unit::Utf32, Some(Order::Big)),
            _ => return None,
        };
        Some(Self { unit, order })
    }

    /// Errors of decoding always name the byte order, those of encoding only a chosen one.
    pub fn name(self, is_encoding: bool) -> &'static str {
        match (self.unit, self.order) {
            (Unit::Utf8, _) => "utf-8",
            (Unit::Utf16, None) if is_encoding => "utf-16",
            (Unit::Utf16, None | Some(Order::Little)) => "utf-16-le",
            (Unit::Utf16, Some(Order::Big)) => "utf-16-be",
            (Unit::Utf32, None) if is_encoding => "utf-32",
            (Unit::Utf32, None | Some(Order::Little)) => "utf-32-le",
            (Unit::Utf32, Some(Order::Big)) => "utf-32-be",
        }
    }

    pub fn mark(self) -> &'static [u8] {
        match (self.unit, self.order) {
            (_, Some(_)) => &[],
            (Unit::Utf8, None) => &[0xef, 0xbb, 0xbf],
            (Unit::Utf16, None) => &[0xff, 0xfe],
            (Unit::Utf32, None) => &[0xff, 0xfe, 0, 0],
        }
    }

    pub fn for_data(self, data: &[u8]) -> (Self, usize) {
        if self.order.is_some() {
            return (self, 0);
        }
        let big: &[u8] = match self.unit {
            Unit::Utf8 => &[],
            Unit::Utf16 => &[0xfe, 0xff],
            Unit::Utf32 => &[0, 0, 0xfe, 0xff],
        };
        let little = Self {
            order: Some(Order::Little),
            ..self
        };
        if data.starts_with(self.mark()) {
            (little, self.mark().len())
        } else if !big.is_empty() && data.starts_with(big) {
            (
                Self {
                    order: Some(Order::Big),
                    ..self
                },
                big.len(),
            )
        } else {
            (little, 0)
        }
    }

    pub fn decode_at(self, data: &[u8]) -> Decoded {
        match self.unit {
            Unit::Utf8 => decode_utf8(data),
            Unit::Utf16 => self.decode_utf16(data),
            Unit::Utf32 => self.decode_utf32(data),
        }
    }

    fn decode_utf16(self, data: &[u8]) -> Decoded {
        let unit = |at: usize| {
            let bytes = <[u8; 2]>::try_from(data.get(at..at + 2)?).ok()?;
            Some(match self.order {
                Some(Order::Big) => u16::from_be_bytes(bytes),
                _ => u16::from_le_bytes(bytes),
            })
        };
        let Some(first) = unit(0) else {
            return Decoded::Bad(data.len(), "truncated data");
        };
        match (first, unit(2)) {
            (0xd800..=0xdbff, None) => Decoded::Bad(data.len(), "unexpected end of data"),
            (0xd800..=0xdbff, Some(second @ 0xdc00..=0xdfff)) => {
                Decoded::Text(String::from_utf16_lossy(&[first, second]), 4)
            }
            (0xd800..=0xdbff, Some(_)) => Decoded::Bad(2, "illegal UTF-16 surrogate"),
            (0xdc00..=0xdfff, _) => Decoded::Bad(2, "illegal encoding"),
            _ => Decoded::Text(String::from_utf16_lossy(&[first]), 2),
        }
    }

    fn decode_utf32(self, data: &[u8]) -> Decoded {
        let Some(Ok(bytes)) = data.get(..4).map(<[u8; 4]>::try_from) else {
            return Decoded::Bad(data.len(), "truncated data");
        };
        let number = match self.order {
            Some(Order::Big) => u32::from_be_bytes(bytes),
            _ => u32::from_le_bytes(bytes),
        };
        match char::from_u32(number) {
            Some(letter) => Decoded::Text(letter.to_string(), 4),
            None if number < 0x110000 => Decoded::Bad(
                4,
                "code point in surrogate code point range(0xd800, 0xe000)",
            ),
            None => Decoded::Bad(4, "code point not in range(0x110000)"),
        }
    }

    pub fn encode(self, letter: CodePoint) -> Result<Vec<u8>, Unencodable> {
        let problem = Unencodable {
            reason: "surrogates not allowed",
            in_runs: true,
        };
        let letter = letter.to_char().ok_or(problem)?;
        let is_big = self.order == Some(Order::Big);
        Ok(match self.unit {
            Unit::Utf8 => letter.encode_utf8(&mut [0; 4]).as_bytes().to_vec(),
            Unit::Utf16 => letter
                .encode_utf16(&mut [0; 2])
                .iter()
                .flat_map(|unit| {
                    if is_big {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    }
                })
                .collect(),
            Unit::Utf32 if is_big => u32::from(letter).to_be_bytes().to_vec(),
            Unit::Utf32 => u32::from(letter).to_le_bytes().to_vec(),
        })
    }
}

fn decode_utf8(data: &[u8]) -> Decoded {
    // One character is at most four bytes; what follows it does not matter here.
    let start = &data[..data.len().min(4)];
    let chunk = start.utf8_chunks().next();
    let Some(chunk) = chunk else {
        return Decoded::Bad(1, "invalid start byte");
    };
    match chunk.valid().chars().next() {
        Some(letter) => Decoded::Text(letter.to_string(), letter.len_utf8()),
        None if matches!(data[0], 0x80..=0xc1 | 0xf5..) => Decoded::Bad(1, "invalid start byte"),
        None if chunk.invalid().len() == data.len() => {
            Decoded::Bad(data.len(), "unexpected end of data")
        }
        None => Decoded::Bad(chunk.invalid().len(), "invalid continuation byte"),
    }
}

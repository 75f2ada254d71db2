//! The East Asian encodings: one byte for ASCII, two or more for the rest.

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS};
use rustpython_vm::common::wtf8::CodePoint;

use super::{Decoded, Unencodable};

const ILLEGAL: &str = "illegal multibyte sequence";
const INCOMPLETE: &str = "incomplete multibyte sequence";

#[derive(Clone, Copy)]
pub(super) struct Multibyte {
    pub name: &'static str,
    table: &'static Encoding,
}

/// CPython's names and aliases.
const KNOWN: &[(&str, &Encoding, &[&str])] = &[
    ("gbk", GBK, &["gbk", "936", "cp936", "ms936"]),
    (
        "gb2312",
        GBK,
        &[
            "gb2312",
            "chinese",
            "csiso58gb231280",
            "euc_cn",
            "euccn",
            "eucgb2312_cn",
            "gb2312_1980",
            "gb2312_80",
            "iso_ir_58",
        ],
    ),
    ("gb18030", GB18030, &["gb18030", "gb18030_2000"]),
    (
        "big5",
        BIG5,
        &["big5", "big5_tw", "csbig5", "cp950", "950", "ms950"],
    ),
    (
        "shift_jis",
        SHIFT_JIS,
        &[
            "shift_jis",
            "csshiftjis",
            "shiftjis",
            "sjis",
            "s_jis",
            "cp932",
            "932",
            "ms932",
            "mskanji",
            "ms_kanji",
        ],
    ),
    ("euc_jp", EUC_JP, &["euc_jp", "eucjp", "ujis", "u_jis"]),
    (
        "euc_kr",
        EUC_KR,
        &[
            "euc_kr",
            "euckr",
            "korean",
            "ksc5601",
            "ks_c_5601",
            "ks_c_5601_1987",
            "ksx1001",
            "ks_x_1001",
            "cp949",
            "949",
            "ms949",
            "uhc",
        ],
    ),
];

impl Multibyte {
    pub fn find(name: &str) -> Option<Self> {
        let (name, table, _) = KNOWN.iter().find(|(_, _, names)| names.contains(&name))?;
        Some(Self { name, table })
    }

    pub fn decode_at(self, data: &[u8]) -> Decoded {
        let first = data[0];
        if first < 0x80 {
            return Decoded::Text(char::from(first).to_string(), 1);
        }
        let length = match self.length(data) {
            Ok(length) => length,
            Err(decoded) => return decoded,
        };
        if length > data.len() {
            return Decoded::Bad(data.len(), INCOMPLETE);
        }
        let code = &data[..length];
        match self.special(code).or_else(|| self.look_up(code)) {
            Some(text) => Decoded::Text(text, length),
            None => Decoded::Bad(1, ILLEGAL),
        }
    }

    /// How many bytes the code has that begins here, as far as can be seen.
    fn length(self, data: &[u8]) -> Result<usize, Decoded> {
        let (first, second) = (data[0], data.get(1).copied());
        match self.name {
            "shift_jis" => match first {
                0xa1..=0xdf => Ok(1),
                0x81..=0x9f | 0xe0..=0xfc => Ok(2),
                _ => Err(Decoded::Bad(1, ILLEGAL)),
            },
            "euc_jp" if first == 0x8f => Ok(3),
            // A digit as the second byte makes it four.
            "gb18030" if second.is_some_and(|second| second.is_ascii_digit()) => Ok(4),
            _ => Ok(2),
        }
    }

    fn look_up(self, code: &[u8]) -> Option<String> {
        if !self.has(code) {
            return None;
        }
        // The Encoding Standard gives the euro sign to a lone 0x80 and CPython nothing; a code that
        // begins with 0x80 or 0xff is none.
        if code.len() > 1 && matches!(code[0], 0x80 | 0xff) {
            return None;
        }
        self.table
            .decode_without_bom_handling_and_without_replacement(code)
            .map(|text| text.into_owned())
            .filter(|text| self.name != "gbk" || !text.contains(is_private))
    }

    /// Whether CPython has this code too; the Encoding Standard's table is wider.
    fn has(self, code: &[u8]) -> bool {
        match self.name {
            "gb2312" => is_gb2312(code),
            "gbk" => is_gbk(code),
            _ => true,
        }
    }

    pub fn encode(self, letter: CodePoint) -> Result<Vec<u8>, Unencodable> {
        self.encoded(letter).ok_or(Unencodable {
            reason: ILLEGAL,
            in_runs: false,
        })
    }

    fn encoded(self, letter: CodePoint) -> Option<Vec<u8>> {
        let letter = letter.to_char()?;
        if letter.is_ascii() {
            return Some(vec![letter as u8]);
        }
        if self.name == "gb2312"
            && let Some((code, _)) = GB2312_OWN.iter().find(|(_, own)| *own == letter)
        {
            return Some(code.to_vec());
        }
        let mut buffer = [0; 4];
        let (code, _, is_lossy) = self.table.encode(letter.encode_utf8(&mut buffer));
        if is_lossy || *code == [0x80] {
            return None;
        }
        let is_own = self.special(&code).is_some();
        let is_foreign = self.name == "gbk" && is_private(letter);
        (self.has(&code) && !is_own && !is_foreign).then(|| code.into_owned())
    }

    /// The two signs that CPython's gb2312 maps otherwise than gbk does.
    fn special(self, code: &[u8]) -> Option<String> {
        let own = GB2312_OWN
            .iter()
            .find(|(own, _)| self.name == "gb2312" && own[..] == *code)?;
        Some(own.1.to_string())
    }
}

const GB2312_OWN: &[([u8; 2], char)] = &[([0xa1, 0xa4], '\u{30fb}'), ([0xa1, 0xaa], '\u{2015}')];

/// Characters that stand for nothing until two sides agree on it.
fn is_private(letter: char) -> bool {
    ('\u{e000}'..='\u{f8ff}').contains(&letter)
}

/// Whether a code was in gbk before gb18030 added to it.
fn is_gbk(code: &[u8]) -> bool {
    let &[row, cell] = code else {
        return false;
    };
    !matches!(
        (row, cell),
        (0xa2, 0xe3)
            | (0xa3, 0xa0)
            | (0xa6, 0xd9..=0xdf | 0xec | 0xed | 0xf3)
            | (0xa8, 0xbc | 0xbf)
            | (0xa9, 0x89..=0x95)
            | (0xfe, 0x50..)
    )
}

/// Whether a code of gbk is one of the older standard too.
fn is_gb2312(code: &[u8]) -> bool {
    let &[row, cell] = code else {
        return false;
    };
    match row {
        0xa1 | 0xa3 => cell >= 0xa1,
        0xa2 => matches!(cell, 0xb1..=0xe2 | 0xe5..=0xee | 0xf1..=0xfc),
        0xa4 => matches!(cell, 0xa1..=0xf3),
        0xa5 => matches!(cell, 0xa1..=0xf6),
        0xa6 => matches!(cell, 0xa1..=0xb8 | 0xc1..=0xd8),
        0xa7 => matches!(cell, 0xa1..=0xc1 | 0xd1..=0xf1),
        0xa8 => matches!(cell, 0xa1..=0xba | 0xc5..=0xe9),
        0xa9 => matches!(cell, 0xa4..=0xef),
        0xd7 => matches!(cell, 0xa1..=0xf9),
        0xb0..=0xf7 => cell >= 0xa1,
        _ => false,
    }
}

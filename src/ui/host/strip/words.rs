//! A strip in words: what is known of a byte pointed at, and what a reader hears of all of them.

use super::draw::hex;
use super::{Boundary, Cell, Item, Strip, Whereabouts};
use crate::lesson::Language;
use crate::model::{State, Stream};
use crate::session::Lens;
use crate::ui::bytes::Reading;
use crate::ui::text::say;

/// As people write its name.
pub fn lens_name(language: Language, lens: Lens) -> String {
    match lens {
        Lens::Utf8 => "UTF-8".to_owned(),
        Lens::Gbk => "GBK".to_owned(),
        Lens::Hex => say!(language, "lens.hex").into_owned(),
    }
}

/// All that is known of an item. Without a stream, nothing is known of calls and places.
pub fn hint(language: Language, lens: Lens, item: &Item, of: Option<(&State, &Stream)>) -> String {
    match item {
        Item::Cell(cell) => cell_hint(language, lens, cell, of),
        Item::Fold(count) => say!(language, "strip.fold", count = count).into_owned(),
        Item::Hole(count) => say!(language, "strip.hole", count = count).into_owned(),
        Item::Unknown(count) => say!(language, "strip.unknown", count = count).into_owned(),
    }
}

fn cell_hint(language: Language, lens: Lens, cell: &Cell, of: Option<(&State, &Stream)>) -> String {
    let mut lines = Vec::new();
    let range = cell.range();
    let bytes = hex(&cell.bytes);
    lines.push(match (&cell.reading, cell.whole) {
        (Reading::Character(character), _) => format!("“{character}” = {bytes}"),
        (_, Some(whole)) => {
            say!(language, "strip.part_of", bytes = bytes, whole = whole).into_owned()
        }
        (_, None) => bytes,
    });
    if cell.reading == Reading::Broken {
        let name = lens_name(language, lens);
        lines.push(say!(language, "strip.broken", lens = name).into_owned());
    }
    let (from, to) = (range.start, range.end.saturating_sub(1));
    lines.push(if from == to {
        say!(language, "strip.byte", at = from).into_owned()
    } else {
        say!(language, "strip.bytes", from = from, to = to).into_owned()
    });
    for piece in &cell.pieces {
        if let Some((state, stream)) = of {
            lines.extend(sender(language, state, stream, piece.range.start));
            lines.push(whereabouts(language, piece.place));
        }
    }
    lines.dedup();
    lines.extend(cell.cuts.iter().map(|cut| boundary(language, cut.by)));
    lines.join("\n")
}

/// Which call gave it to the kernel.
fn sender(language: Language, state: &State, stream: &Stream, at: u64) -> Option<String> {
    let written = state.writes(stream, at..at + 1).into_iter().next()?;
    let program = state.programs.get(&written.program)?;
    let call = program.call(written.call?)?;
    let text = say!(
        language,
        "strip.from_send",
        number = written.number,
        call = call.name,
        line = call.line,
        file = program.file
    );
    Some(text.into_owned())
}

fn whereabouts(language: Language, place: Whereabouts) -> String {
    match place {
        Whereabouts::Sent => say!(language, "strip.sent"),
        Whereabouts::Unsent => say!(language, "strip.unsent"),
        Whereabouts::Arrived => say!(language, "strip.arrived"),
        Whereabouts::Beyond => say!(language, "strip.beyond"),
    }
    .into_owned()
}

fn boundary(language: Language, by: Boundary) -> String {
    match by {
        Boundary::Send => say!(language, "strip.cut_send"),
        Boundary::Segment => say!(language, "strip.cut_segment"),
        Boundary::Before => say!(language, "strip.cut_before"),
        Boundary::After => say!(language, "strip.cut_after"),
    }
    .into_owned()
}

/// `send 1 “你好”, send 2 “服务端”`.
pub fn spelled(language: Language, strip: &Strip) -> String {
    let mut groups: Vec<(Option<usize>, String)> = Vec::new();
    for item in &strip.items {
        let (send, text) = match item {
            Item::Cell(cell) => (
                cell.pieces.first().and_then(|piece| piece.send),
                letter(cell),
            ),
            Item::Fold(count) | Item::Unknown(count) => (None, format!("… {count} B …")),
            Item::Hole(count) => (
                None,
                say!(language, "strip.hole", count = count).into_owned(),
            ),
        };
        match groups.last_mut() {
            Some((last, words)) if *last == send => words.push_str(&text),
            Some(_) | None => groups.push((send, text)),
        }
    }
    let groups = groups.into_iter().map(|(send, words)| match send {
        Some(number) => format!("send {number} “{words}”"),
        None => format!("“{words}”"),
    });
    let groups: Vec<String> = groups.collect();
    groups.join(&say!(language, "list.separator"))
}

fn letter(cell: &Cell) -> String {
    match &cell.reading {
        Reading::Character(character) if character.is_control() => {
            character.escape_default().to_string()
        }
        Reading::Character(character) => character.to_string(),
        Reading::Hex(_) | Reading::Broken | Reading::Unfinished => {
            format!("\\x{}", hex(&cell.bytes).replace(' ', "\\x"))
        }
    }
}

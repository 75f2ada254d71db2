//! What is in a buffer, byte by byte: which send each byte belongs to, how it reads, where a
//! character is cut.
//!
//! In: a stream of the ledger, and the part of it that lies in a buffer. Out: a [`Strip`] to draw.
//! Only the first and the last bytes of much are worked out, so a megabyte costs no more than a
//! line. Pure; drawing is `draw`, and which parts lie in which buffer is said by `content`.

mod content;
mod draw;
mod words;

pub use content::{Content, Why, received, sending, waiting_datagrams};
pub use draw::strip_ui;
pub use words::{hint, lens_name, spelled};

use std::ops::Range;

use crate::model::{State, Stream, Written};
use crate::session::Lens;
use crate::ui::bytes::{self, Reading};

/// So many bytes are shown at the beginning and at the end of a buffer.
const HEAD: u64 = 40;
const TAIL: u64 = 12;
/// How far before a byte we look for the beginning of a character.
const LOOK_BACK: u64 = 4_096;
/// The longest character but one byte: so far beyond a byte its character can go.
const LOOK_AHEAD: u64 = 3;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strip {
    pub items: Vec<Item>,
    /// All bytes of it, shown or not.
    pub total: u64,
    /// Which sends there are among those shown.
    pub sends: Vec<usize>,
    /// Characters that a boundary cuts.
    pub cut: usize,
    /// Bytes that are not in this encoding.
    pub broken: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Cell(Cell),
    /// So many bytes are left out.
    Fold(u64),
    /// So many bytes have not arrived, though later ones have.
    Hole(u64),
    /// So many bytes are there whose values nobody told.
    Unknown(u64),
}

/// One character's bytes, or those of them that are here.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub bytes: Vec<u8>,
    pub reading: Reading,
    /// The whole character where only a part of it is here, if the rest of it is known.
    pub whole: Option<char>,
    /// At least one; more where a send or a place ends within the character.
    pub pieces: Vec<Piece>,
    pub cuts: Vec<Cut>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Places in the stream.
    pub range: Range<u64>,
    pub send: Option<usize>,
    pub place: Whereabouts,
}

/// Where in its buffer a byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// Sent, and not acknowledged.
    Sent,
    /// Not sent yet.
    Unsent,
    /// Arrived, not read.
    Arrived,
    /// Arrived behind a hole.
    Beyond,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The place of the first byte after it.
    pub at: u64,
    pub by: Boundary,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// One send ends here, the next begins.
    Send,
    Segment,
    /// What came before it has left the buffer.
    Before,
    /// The rest has not come.
    After,
}

/// The strip of these parts of a stream, which lie in order.
pub fn strip(
    state: &State,
    stream: &Stream,
    parts: &[(Range<u64>, Whereabouts)],
    lens: Lens,
) -> Strip {
    let length = |range: &Range<u64>| range.end.saturating_sub(range.start);
    let total = parts.iter().map(|(range, _)| length(range)).sum();
    let runs = runs(parts);
    let mut items = Vec::new();
    // What may still be shown before the fold; without a fold, everything.
    let mut room = if total > HEAD + TAIL { HEAD } else { total };
    for (index, run) in runs.iter().enumerate() {
        if let Some(before) = index.checked_sub(1).and_then(|before| runs.get(before)) {
            items.push(Item::Hole(run.start - before.end));
        }
        let source = Source {
            state,
            stream,
            parts,
            lens,
            run,
        };
        let (head, shown) = source.read(run.start..run.end.min(run.start + room));
        items.extend(head);
        room = room.saturating_sub(length(run));
        if shown.end < run.end {
            let tail = if index + 1 == runs.len() { TAIL } else { 0 };
            let from = run.end.saturating_sub(tail).max(shown.end);
            let (tail, last) = source.read(from..run.end);
            items.push(Item::Fold(last.start - shown.end));
            items.extend(tail);
        }
    }
    Strip::of(items, total)
}

/// A strip of bytes of which nothing else is known: no sends, no places in a stream.
pub fn plain(bytes: &[u8], total: u64, lens: Lens) -> Strip {
    let shown = bytes.len().min((HEAD + TAIL) as usize);
    let cells = bytes::read(lens, &bytes[..shown]).into_iter().map(|glyph| {
        let is_last = glyph.bytes.end == shown;
        let is_unfinished = glyph.reading == Reading::Unfinished && shown as u64 == total;
        let range = glyph.bytes.start as u64..glyph.bytes.end as u64;
        let cut = Cut {
            at: range.end,
            by: Boundary::After,
        };
        Item::Cell(Cell {
            bytes: bytes[glyph.bytes].to_vec(),
            reading: glyph.reading,
            whole: None,
            cuts: (is_last && is_unfinished)
                .then_some(cut)
                .into_iter()
                .collect(),
            pieces: vec![Piece {
                range,
                send: None,
                place: Whereabouts::Arrived,
            }],
        })
    });
    let mut items: Vec<Item> = cells.collect();
    let rest = total.saturating_sub(shown as u64);
    if rest > 0 {
        items.push(Item::Fold(rest));
    }
    Strip::of(items, total)
}

impl Strip {
    fn of(mut items: Vec<Item>, total: u64) -> Self {
        let is_broken = |item: &&Item| {
            item.cell()
                .is_some_and(|cell| cell.reading == Reading::Broken)
        };
        let broken = items.iter().filter(is_broken).count();
        if broken > 0 {
            // Read in a wrong encoding, what looks cut is not.
            let cells = items.iter_mut().filter_map(Item::cell_mut);
            cells.for_each(|cell| cell.cuts.clear());
        }
        let cells = || items.iter().filter_map(Item::cell);
        let cut = cells().filter(|cell| !cell.cuts.is_empty()).count();
        let sends = cells().flat_map(|cell| cell.pieces.iter().filter_map(|piece| piece.send));
        let mut sends: Vec<usize> = sends.collect();
        sends.dedup();
        Self {
            items,
            total,
            sends,
            cut,
            broken,
        }
    }
}

impl Item {
    fn cell_mut(&mut self) -> Option<&mut Cell> {
        match self {
            Self::Cell(cell) => Some(cell),
            Self::Fold(_) | Self::Hole(_) | Self::Unknown(_) => None,
        }
    }

    pub fn cell(&self) -> Option<&Cell> {
        match self {
            Self::Cell(cell) => Some(cell),
            Self::Fold(_) | Self::Hole(_) | Self::Unknown(_) => None,
        }
    }
}

impl Cell {
    /// All places of it.
    pub fn range(&self) -> Range<u64> {
        let start = self.pieces.first().map_or(0, |piece| piece.range.start);
        let end = self.pieces.last().map_or(start, |piece| piece.range.end);
        start..end
    }
}

/// Parts that touch each other, together.
fn runs(parts: &[(Range<u64>, Whereabouts)]) -> Vec<Range<u64>> {
    let mut runs: Vec<Range<u64>> = Vec::new();
    for (range, _) in parts.iter().filter(|(range, _)| range.start < range.end) {
        match runs.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            Some(_) | None => runs.push(range.clone()),
        }
    }
    runs
}

/// What bytes of one unbroken run are read from.
struct Source<'a> {
    state: &'a State,
    stream: &'a Stream,
    parts: &'a [(Range<u64>, Whereabouts)],
    lens: Lens,
    run: &'a Range<u64>,
}

impl Source<'_> {
    /// Cells for these bytes, and which bytes they are: a character is not torn for being at the
    /// edge of what is shown.
    fn read(&self, wanted: Range<u64>) -> (Vec<Item>, Range<u64>) {
        let mut items = Vec::new();
        let mut shown = wanted.start..wanted.start;
        if wanted.is_empty() {
            return (items, shown);
        }
        let (from, lens) = match self.anchor(wanted.start) {
            Some(from) => (from, self.lens),
            None => (wanted.start, Lens::Hex),
        };
        let until = wanted.end.saturating_add(LOOK_AHEAD);
        let bytes = self.state.contents(self.stream, from..until).bytes;
        let near = wanted.start.saturating_sub(LOOK_AHEAD)..until;
        let bounds = Bounds {
            writes: self.state.writes(self.stream, near.clone()),
            segments: self.state.segment_ends(self.stream, near),
            known: from + bytes.len() as u64,
        };
        for glyph in bytes::read(lens, &bytes) {
            let whole = from + glyph.bytes.start as u64..from + glyph.bytes.end as u64;
            let here = whole.start.max(self.run.start)..whole.end.min(self.run.end);
            if here.is_empty() || here.start < wanted.start {
                continue;
            }
            if here.start >= wanted.end {
                break;
            }
            let offset = (here.start - from) as usize..(here.end - from) as usize;
            let cell = self.cell(&glyph.reading, (&whole, &here), &bytes[offset], &bounds);
            if items.is_empty() {
                shown.start = here.start;
            }
            shown.end = here.end;
            items.push(Item::Cell(cell));
        }
        if shown.end < wanted.end {
            items.push(Item::Unknown(wanted.end - shown.end));
            shown.end = wanted.end;
        }
        (items, shown)
    }

    /// Where reading has to begin, for this byte to be read as what it is.
    fn anchor(&self, at: u64) -> Option<u64> {
        if at <= LOOK_BACK {
            return Some(0);
        }
        let from = at - LOOK_BACK;
        let before = self.state.contents(self.stream, from..at).bytes;
        if before.len() as u64 == LOOK_BACK
            && let Some(start) = bytes::sure_start(self.lens, &before)
        {
            return Some(from + start as u64);
        }
        let start = self.state.write_start(self.stream, at);
        (start >= from && start < at).then_some(start)
    }

    fn cell(
        &self,
        reading: &Reading,
        (whole, here): (&Range<u64>, &Range<u64>),
        bytes: &[u8],
        bounds: &Bounds,
    ) -> Cell {
        let is_whole = whole == here;
        let character = match reading {
            Reading::Character(character) if !is_whole => Some(*character),
            Reading::Character(_) | Reading::Hex(_) | Reading::Broken | Reading::Unfinished => None,
        };
        let reading = if is_whole {
            reading.clone()
        } else {
            Reading::Unfinished
        };
        Cell {
            bytes: bytes.to_vec(),
            cuts: self.cuts(&reading, (whole, here), bounds),
            reading,
            whole: character,
            pieces: self.pieces(here, &bounds.writes),
        }
    }

    /// One for each send and each place.
    fn pieces(&self, here: &Range<u64>, writes: &[Written]) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for at in here.clone() {
            let written = writes.iter().find(|written| written.range.contains(&at));
            let send = written.map(|written| written.number);
            let mut parts = self.parts.iter();
            let place = parts.find(|(range, _)| range.contains(&at));
            let place = place.map_or(Whereabouts::Arrived, |(_, place)| *place);
            match pieces.last_mut() {
                Some(last) if last.send == send && last.place == place => last.range.end = at + 1,
                Some(_) | None => pieces.push(Piece {
                    range: at..at + 1,
                    send,
                    place,
                }),
            }
        }
        pieces
    }

    fn cuts(
        &self,
        reading: &Reading,
        (whole, here): (&Range<u64>, &Range<u64>),
        bounds: &Bounds,
    ) -> Vec<Cut> {
        match reading {
            Reading::Hex(_) | Reading::Broken => return Vec::new(),
            Reading::Character(_) | Reading::Unfinished => {}
        }
        let mut cuts: Vec<Cut> = Vec::new();
        let mut cut = |at, by| {
            if !cuts.iter().any(|cut| cut.at == at) {
                cuts.push(Cut { at, by });
            }
        };
        if whole.start < here.start {
            cut(here.start, Boundary::Before);
        }
        let is_inside = |at: &u64| here.start < *at && *at < here.end;
        let sends = bounds.writes.iter().map(|written| written.range.start);
        for at in sends.filter(is_inside) {
            cut(at, Boundary::Send);
        }
        for at in bounds.segments.iter().copied().filter(is_inside) {
            cut(at, Boundary::Segment);
        }
        // Where later bytes are there but their values are not known, nothing can be said.
        let is_known = here.end < bounds.known || bounds.known >= self.stream.written;
        let is_torn = here.end < whole.end || *reading == Reading::Unfinished && whole == here;
        if is_torn && is_known {
            cut(here.end, Boundary::After);
        }
        cuts
    }
}

/// What ends where, near the bytes that are read.
struct Bounds {
    writes: Vec<Written>,
    segments: Vec<u64>,
    /// The values of bytes from here on are not known.
    known: u64,
}

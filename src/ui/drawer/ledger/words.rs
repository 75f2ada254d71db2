//! One byte in words: what it is, who wrote it, where it is now, and how sure that is.
//!
//! In: the facts of the ledger and the lens. Out: sentences. Pure.

use super::{end, unchecked};
use crate::lesson::Language;
use crate::model::{ByteFacts, Check, Fate, Place, Share, State, Stream};
use crate::session::{Lens, View};
use crate::ui::bytes::{Glyph, Reading, read, sure_start};
use crate::ui::host::lens_name;
use crate::ui::segment;
use crate::ui::text::{host_word, say};

/// So far back the beginning of a character is looked for.
const BACK: u64 = 64;
/// The longest character has four bytes.
const AHEAD: u64 = 4;

/// Sentences; the one that answers where the byte is now is marked.
pub fn told(view: &View<'_>, stream: &Stream, facts: &ByteFacts) -> Vec<(String, bool)> {
    let mut now = place(view, stream, facts);
    if facts.is_inferred {
        now.push_str(&say!(view.language, "ledger.inferred"));
    }
    let now = say!(view.language, "bytek.now", place = now).into_owned();
    let mut sentences = vec![
        (value(view, stream, facts), false),
        (writer(view, facts), false),
        (now, true),
    ];
    let more = copy(view, stream, facts).into_iter();
    sentences.extend(more.chain(doubt(view, stream)).map(|more| (more, false)));
    if view.language == Language::English {
        for (sentence, _) in &mut sentences {
            sentence.push(' ');
        }
    }
    sentences
}

fn value(view: &View<'_>, stream: &Stream, facts: &ByteFacts) -> String {
    let (language, at) = (view.language, facts.at);
    let Some(value) = facts.value else {
        return say!(language, "bytek.value_unknown", at = at).into_owned();
    };
    let lens = view.desk.settings.lens;
    let hex = format!("0x{value:02x}");
    let name = lens_name(language, lens);
    let glyph = glyph(view.timeline.state(), stream, lens, at);
    let said = match glyph {
        Some((glyph, nth)) => match glyph.reading {
            Reading::Character(character) if glyph.bytes.len() == 1 => say!(
                language,
                "bytek.character",
                at = at,
                hex = hex,
                character = shown(character),
                lens = name
            ),
            Reading::Character(character) => say!(
                language,
                "bytek.part",
                at = at,
                hex = hex,
                character = shown(character),
                lens = name,
                nth = nth,
                count = glyph.bytes.len()
            ),
            Reading::Broken => say!(language, "bytek.broken", at = at, hex = hex, lens = name),
            Reading::Unfinished => {
                say!(
                    language,
                    "bytek.unfinished",
                    at = at,
                    hex = hex,
                    lens = name
                )
            }
            Reading::Hex(_) => say!(language, "bytek.hex", at = at, hex = hex),
        },
        None => say!(language, "bytek.hex", at = at, hex = hex),
    };
    said.into_owned()
}

/// A line feed as a program writes it.
fn shown(character: char) -> String {
    if character.is_control() {
        character.escape_default().to_string()
    } else {
        character.to_string()
    }
}

/// What the byte is read as together with its neighbours, and its place in that, from 1. `None`
/// where it cannot be told where a character begins.
fn glyph(state: &State, stream: &Stream, lens: Lens, at: u64) -> Option<(Glyph, u64)> {
    let from = at.saturating_sub(BACK);
    let contents = state.contents(stream, from..at.saturating_add(AHEAD).min(stream.offered));
    let inside = usize::try_from(at - from).ok()?;
    let before = contents.bytes.get(..inside)?;
    let start = match sure_start(lens, before) {
        Some(start) => start,
        None if from == 0 => 0,
        None => return None,
    };
    let glyphs = read(lens, &contents.bytes[start..]);
    let inside = inside - start;
    let glyph = glyphs
        .into_iter()
        .find(|glyph| glyph.bytes.contains(&inside))?;
    let nth = (inside - glyph.bytes.start) as u64 + 1;
    Some((glyph, nth))
}

fn writer(view: &View<'_>, facts: &ByteFacts) -> String {
    let language = view.language;
    let Some((share, call, line, file)) = called(view, facts.writer.as_ref()) else {
        return say!(language, "bytek.writer_unknown").into_owned();
    };
    let nth = share.nth;
    let said = if facts.place == Place::Program {
        say!(
            language,
            "bytek.offered",
            call = call,
            line = line,
            file = file,
            nth = nth
        )
    } else {
        say!(
            language,
            "bytek.written",
            call = call,
            line = line,
            file = file,
            nth = nth
        )
    };
    said.into_owned()
}

/// The call, its line and its file.
fn called<'a>(
    view: &View<'a>,
    share: Option<&'a Share>,
) -> Option<(&'a Share, &'a str, u32, &'a str)> {
    let share = share?;
    let program = view.timeline.state().programs.get(&share.program)?;
    let call = program.call(share.call)?;
    Some((share, &call.name, call.line, &program.file))
}

fn place(view: &View<'_>, stream: &Stream, facts: &ByteFacts) -> String {
    let (language, state) = (view.language, view.timeline.state());
    let from = host(view, &stream.from.host);
    let to = host(view, &stream.to.host);
    let place = match facts.place {
        Place::Read => return read_by(view, &to, facts),
        Place::Received => say!(language, "bytek.received", to = to),
        Place::OutOfOrder => say!(language, "bytek.out_of_order", to = to),
        Place::Wire => {
            let segments = facts
                .segments
                .iter()
                .filter_map(|id| state.segments.get(id));
            let names = segments.map(|segment| {
                let name = segment::label(view, segment);
                let key = (segment.id, segment.fate);
                match key {
                    (id, Fate::Delayed(_)) => {
                        say!(language, "bytek.delayed", segment = name, id = id)
                    }
                    (id, Fate::Held | Fate::Absorbed | Fate::Delivered(_) | Fate::Dropped(_)) => {
                        say!(language, "bytek.held", segment = name, id = id)
                    }
                }
                .into_owned()
            });
            let names: Vec<String> = names.collect();
            let and = say!(language, "bytek.and");
            say!(language, "bytek.wire", segments = names.join(&and))
        }
        Place::Sent => return unarrived(view, (&from, &to), facts),
        Place::Unsent => say!(language, "bytek.unsent", from = from),
        Place::Program => say!(language, "bytek.program", from = from),
        Place::Lost => say!(language, "bytek.lost"),
    };
    place.into_owned()
}

fn read_by(view: &View<'_>, to: &str, facts: &ByteFacts) -> String {
    let language = view.language;
    match called(view, facts.reader.as_ref()) {
        Some((share, call, line, file)) => say!(
            language,
            "bytek.read",
            call = call,
            line = line,
            file = file,
            nth = share.nth
        ),
        None => say!(language, "bytek.read_unknown", to = to),
    }
    .into_owned()
}

/// Sent, and neither on the wire nor there.
fn unarrived(view: &View<'_>, (from, to): (&str, &str), facts: &ByteFacts) -> String {
    let (language, state) = (view.language, view.timeline.state());
    let newest = facts.segments.last().and_then(|id| state.segments.get(id));
    let Some(segment) = newest else {
        return say!(language, "bytek.sent", from = from).into_owned();
    };
    let (name, id) = (segment::label(view, segment), segment.id);
    match segment.fate {
        Fate::Dropped(_) => {
            say!(
                language,
                "bytek.dropped",
                from = from,
                segment = name,
                id = id
            )
        }
        Fate::Delivered(_) => {
            say!(
                language,
                "bytek.refused",
                from = from,
                to = to,
                segment = name,
                id = id
            )
        }
        Fate::Held | Fate::Absorbed | Fate::Delayed(_) => {
            say!(language, "bytek.sent", from = from)
        }
    }
    .into_owned()
}

fn host(view: &View<'_>, name: &str) -> String {
    if name.is_empty() {
        end(view.language, view.timeline.state(), name)
    } else {
        host_word(view.language, view.timeline.state(), name)
    }
}

/// What the sender's kernel still has of a byte that has left it.
fn copy(view: &View<'_>, stream: &Stream, facts: &ByteFacts) -> Option<String> {
    let has_left = match facts.place {
        Place::Read | Place::Received | Place::OutOfOrder | Place::Wire => true,
        Place::Sent | Place::Unsent | Place::Program | Place::Lost => false,
    };
    if !has_left || facts.is_sender_gone {
        return None;
    }
    let from = host(view, &stream.from.host);
    let said = if facts.is_acknowledged {
        say!(view.language, "bytek.freed", from = from)
    } else {
        say!(view.language, "bytek.kept", from = from)
    };
    Some(said.into_owned())
}

/// Whether the kernels' own numbers bear it out.
fn doubt(view: &View<'_>, stream: &Stream) -> Option<String> {
    let language = view.language;
    let said = match &stream.check {
        Check::Reconciled => return None,
        Check::Off(_) => say!(language, "bytek.off"),
        Check::Unknown(why) => {
            let why = unchecked(language, *why);
            say!(language, "bytek.unsure", why = why)
        }
    };
    Some(said.into_owned())
}

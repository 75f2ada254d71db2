//! After a wrong answer: what to look at, in a sentence.

use super::Open;
use super::capture::letter;
use crate::lesson::{Clue, Language, Telling};
use crate::ui::text::say;

pub fn in_words(language: Language, open: Open<'_>, clue: &Clue) -> String {
    match clue {
        Clue::Row(row) => say!(language, "puzzle.look_at", row = row + 1).into_owned(),
        Clue::Place { place, because } => {
            let said = match place {
                0 => say!(language, "puzzle.first_place"),
                _ => say!(language, "puzzle.place", place = place + 1, right = place),
            };
            match because.and_then(|because| not_yet(language, open, because)) {
                Some(because) => format!("{said}{because}"),
                None => said.into_owned(),
            }
        }
        Clue::Blank { blank, because } => {
            let because = match because {
                Some(because) => follows(language, *because),
                None => say!(language, "puzzle.from_nothing").into_owned(),
            };
            let letter = letter(*blank);
            say!(
                language,
                "puzzle.blank_is_wrong",
                blank = letter,
                because = because
            )
            .into_owned()
        }
    }
}

/// The rows have no numbers while they are put in order: they go by their places.
fn not_yet(language: Language, open: Open<'_>, because: Telling) -> Option<String> {
    let Telling::Answers { row, seq, takes } = because else {
        return None;
    };
    let mut order = open.solving.attempt.order.iter();
    let place = order.position(|put| *put == row)? + 1;
    let ack = seq.wrapping_add(takes);
    Some(say!(language, "puzzle.not_yet", ack = ack, place = place).into_owned())
}

fn follows(language: Language, telling: Telling) -> String {
    match telling {
        Telling::Follows { row, seq, takes } => say!(
            language,
            "puzzle.follows",
            row = row + 1,
            seq = seq,
            takes = takes
        ),
        Telling::Answers { row, seq, takes } => say!(
            language,
            "puzzle.answers",
            row = row + 1,
            seq = seq,
            takes = takes
        ),
        Telling::Awaited { row } => say!(language, "puzzle.awaited", row = row + 1),
        Telling::Until { row, next } => {
            say!(language, "puzzle.until", row = row + 1, next = next)
        }
    }
    .into_owned()
}

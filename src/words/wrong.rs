//! What is wrong with a saved run: the reason, and what to do about it.

use crate::lesson::Language;
use crate::trace::{MOST_BYTES, MOST_EVENTS, Wrong};

/// A reason without its line, and a remedy.
pub fn wrong(language: Language, wrong: &Wrong) -> (String, String) {
    let reason = match wrong {
        Wrong::Empty => say!(language, "wrong.empty"),
        Wrong::NotOurs(why) => say!(language, "wrong.not_ours", why = why),
        Wrong::Header(why) => say!(language, "wrong.header", why = why),
        Wrong::Newer { format, version } => {
            let version = version.as_deref().unwrap_or("?");
            say!(language, "wrong.newer", format = format, version = version)
        }
        Wrong::CutOff => say!(language, "wrong.cut_off"),
        Wrong::TooLong { most } => say!(language, "wrong.too_long", most = most >> 20),
        Wrong::TooFull { most } => say!(language, "wrong.too_full", most = most),
        Wrong::NotText { column } => say!(language, "wrong.not_text", column = column),
        Wrong::Zeros => say!(language, "wrong.zeros"),
        Wrong::NotAnEvent(why) => say!(language, "wrong.not_an_event", why = why),
        Wrong::OutOfOrder { found, expected } => say!(
            language,
            "wrong.out_of_order",
            found = found,
            expected = expected
        ),
        Wrong::Backwards {
            found_us,
            before_us,
        } => say!(
            language,
            "wrong.backwards",
            found = found_us,
            before = before_us
        ),
        Wrong::Stranger { name } => say!(language, "wrong.stranger", name = name),
        Wrong::Absurd(what) => say!(language, "wrong.absurd", what = what),
        Wrong::TooMany => say!(language, "wrong.too_many", most = MOST_EVENTS),
        Wrong::TooLarge => say!(language, "wrong.too_large", most = MOST_BYTES >> 20),
        Wrong::Unreadable(why) => say!(language, "wrong.unreadable", why = why),
    };
    (reason.into_owned(), remedy(language, wrong))
}

fn remedy(language: Language, wrong: &Wrong) -> String {
    match wrong {
        Wrong::Empty | Wrong::NotOurs(_) => say!(language, "wrong.choose_another"),
        Wrong::Newer { .. } => say!(language, "wrong.newer_remedy"),
        Wrong::CutOff => say!(language, "wrong.cut_off_remedy"),
        Wrong::TooMany | Wrong::TooLarge => say!(language, "wrong.too_much_remedy"),
        Wrong::Unreadable(_) => say!(language, "wrong.unreadable_remedy"),
        Wrong::Header(_)
        | Wrong::TooLong { .. }
        | Wrong::TooFull { .. }
        | Wrong::NotText { .. }
        | Wrong::Zeros
        | Wrong::NotAnEvent(_)
        | Wrong::OutOfOrder { .. }
        | Wrong::Backwards { .. }
        | Wrong::Stranger { .. }
        | Wrong::Absurd(_) => say!(language, "wrong.another_copy"),
    }
    .into_owned()
}

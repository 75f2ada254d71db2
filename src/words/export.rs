//! Why a run cannot be written in a format.

use crate::export::Refusal;
use crate::lesson::Language;

/// A sentence.
pub fn refusal(language: Language, refusal: &Refusal) -> String {
    match refusal {
        Refusal::NothingSeen => say!(language, "refusal.nothing_seen"),
        Refusal::NoPrograms => say!(language, "refusal.no_programs"),
        Refusal::NotInPacketdrill { line, why } => {
            say!(
                language,
                "refusal.not_in_packetdrill",
                line = line,
                why = why
            )
        }
        Refusal::NoSuchHost(host) => say!(language, "refusal.no_such_host", host = host),
    }
    .into_owned()
}

//! A segment in words: "client SYN 1" is the first SYN that a client sends.
//!
//! In: a line of the command line or of a script, and a state. Out: whether a segment is meant; and
//! the other way round, the words for a segment.

use crate::model::{Fate, Kind, Segment, State};
use crate::trace::{Name, SegmentId};

const FORM: &str = "write: who, what, which, as in \"client SYN 1\" or \"any data 2\"";

/// "client SYN 1": a segment named by who sent it, what it is, and which of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `None`: any host.
    from: Option<Name>,
    kind: Kind,
    /// Counted from 1. `None`: any.
    ordinal: Option<usize>,
    which: Which,
    /// As it was written.
    text: String,
}

/// What the ordinal counts, and which one of that segment is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    /// Each that a kernel sent; what it sends again counts again.
    Sent,
    /// What was sent for the first time, and that one itself.
    Original,
    /// … and what the kernel sent again of it; which one, from 1.
    Again(Option<usize>),
    /// … and what the wire made of it; which one, from 1.
    Copy(Option<usize>),
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Rule {
    /// All three words, as the command line wants them, and perhaps which one of it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.len() < 3 {
            return Err(format!("'{text}' has {} words; {FORM}", words.len()));
        }
        Self::of_words(&words).map_err(|why| format!("{why}; {FORM}"))
    }

    /// `[WHO] WHAT [N] [original | again [N] | copy [N]]`: without who, any host; without a number,
    /// any of them.
    pub(super) fn of_words(words: &[&str]) -> Result<Self, String> {
        let (who, rest) = match *words {
            [what, ref rest @ ..] if kind(what).is_some() => (None, (what, rest)),
            [who, what, ref rest @ ..] => (Some(who), (what, rest)),
            [who] => return Err(format!("'{who}' is not a kind of segment; {}", known())),
            [] => return Err("no segment is named".to_owned()),
        };
        let (what, which) = rest;
        let kind =
            kind(what).ok_or_else(|| format!("'{what}' is not a kind of segment; {}", known()))?;
        let (ordinal, which) = numbered(which)?;
        let is_any = |who: &&str| who.eq_ignore_ascii_case("any");
        Ok(Self {
            from: who.filter(|who| !is_any(who)).map(str::to_owned),
            kind,
            ordinal,
            which,
            text: words.join(" "),
        })
    }

    /// `None`: any host.
    pub(super) fn from(&self) -> Option<&str> {
        self.from.as_deref()
    }

    /// Fails when it names a host that is not there.
    pub fn check(&self, hosts: &[&str]) -> Result<(), String> {
        match &self.from {
            Some(from) if !hosts.iter().any(|host| is_meant_by(from, host)) => {
                let known = hosts.join(", ");
                Err(format!(
                    "no host is '{from}'; the hosts are {known}, or any"
                ))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether the rule means this segment of the run.
    pub fn means(&self, state: &State, segment: SegmentId) -> bool {
        let Some(found) = state.segments.get(&segment) else {
            return false;
        };
        if !self.is_alike(state, found) {
            return false;
        }
        let first = original(state, found);
        let is_again = first.id != found.id && !is_twin(state, found);
        let nth = match self.which {
            Which::Sent => {
                let sent = state.segments.values().filter(|s| !is_twin(state, s));
                let matching = sent.filter(|s| self.is_alike(state, s));
                return self.is_nth(matching, segment);
            }
            Which::Original if first.id != found.id => return false,
            Which::Again(_) if !is_again => return false,
            Which::Copy(_) if !is_twin(state, found) => return false,
            Which::Original => None,
            Which::Again(nth) | Which::Copy(nth) => nth,
        };
        let firsts = state.segments.values().filter(|s| s.copy_of.is_none());
        let firsts = firsts.filter(|s| self.is_alike(state, s));
        self.is_nth(firsts, first.id) && nth.is_none_or(|nth| place(state, found) == nth)
    }

    fn is_nth<'a>(&self, mut among: impl Iterator<Item = &'a Segment>, id: SegmentId) -> bool {
        match self.ordinal {
            Some(ordinal) => among.nth(ordinal - 1).map(|s| s.id) == Some(id),
            None => true,
        }
    }

    fn is_alike(&self, state: &State, segment: &Segment) -> bool {
        let from = self.from.as_ref();
        let is_from = from.is_none_or(|from| is_host(state, from, &segment.from));
        let kind = segment.sent_kind().unwrap_or(Kind::Other);
        is_from && kind == self.kind && segment.fate != Fate::Absorbed
    }
}

/// The words that mean this segment and no other, in every run that goes the same way: how often
/// a kernel sent something again while the learner thought changes none of them, where it can be
/// helped. `None` when there are none.
pub fn words_for(state: &State, id: SegmentId) -> Option<String> {
    let segment = state.segments.get(&id)?;
    let first = original(state, segment);
    let kind = first.sent_kind().unwrap_or(Kind::Other);
    let is_like = |other: &&Segment| {
        other.from == first.from && other.sent_kind().unwrap_or(Kind::Other) == kind
    };
    let alike = || state.segments.values().filter(is_like);
    let firsts = alike().filter(|s| s.copy_of.is_none());
    let nth = 1 + firsts.take_while(|s| s.id < first.id).count();
    let mut earlier = alike().take_while(|s| s.id < first.id);
    // Only what was sent again makes the two ways of counting differ.
    let is_plain = !earlier.any(|s| s.copy_of.is_some() && !is_twin(state, s));
    let which = match segment {
        _ if segment.id == first.id && is_plain => "",
        _ if segment.id == first.id => " original",
        _ if !is_twin(state, segment) => " again",
        // Of what was sent again: there are no words for that.
        _ if !is_twin_of(state, segment, first.id) => return None,
        _ => " copy",
    };
    let from = &first.from;
    let mut words = format!("{from} {kind} {nth}{which}");
    if segment.id != first.id && place(state, segment) > 1 {
        words = format!("{words} {}", place(state, segment));
    }
    let read = Rule::of_words(&words.split_whitespace().collect::<Vec<_>>()).ok()?;
    read.means(state, id).then_some(words)
}

/// Which one it is of what was sent again, or of what the wire made, from 1.
fn place(state: &State, segment: &Segment) -> usize {
    let first = original(state, segment).id;
    let is_made = is_twin(state, segment);
    let like = |other: &&Segment| {
        other.copy_of.is_some()
            && is_twin(state, other) == is_made
            && other.fate != Fate::Absorbed
            && original(state, other).id == first
    };
    let up_to = state.segments.range(first..).map(|(_, other)| other);
    let up_to = up_to.take_while(|other| other.id <= segment.id);
    up_to.filter(like).count()
}

/// What was sent for the first time.
fn original<'a>(state: &'a State, segment: &'a Segment) -> &'a Segment {
    let mut first = segment;
    // Older and older, or it is no original.
    while let Some(older) = first.copy_of.filter(|older| *older < first.id)
        && let Some(older) = state.segments.get(&older)
    {
        first = older;
    }
    first
}

/// The wire made it of this one, or of what it had made of this one.
fn is_twin_of(state: &State, segment: &Segment, id: SegmentId) -> bool {
    let mut of = segment;
    while is_twin(state, of) {
        match of.copy_of.and_then(|id| state.segments.get(&id)) {
            Some(older) if older.id < of.id => of = older,
            Some(_) | None => return false,
        }
    }
    of.id == id
}

/// `[N] [original | again [N] | copy [N]]`.
fn numbered(words: &[&str]) -> Result<(Option<usize>, Which), String> {
    let number = |word: &str| {
        let number = word.parse().ok().filter(|n: &usize| *n > 0);
        number.ok_or_else(|| format!("'{word}' is not 1, 2, 3 …"))
    };
    let names = |word: &&str| ["original", "again", "copy"].contains(word);
    let (ordinal, rest) = match *words {
        [] => (None, words),
        [first, ..] if names(&first) => (None, words),
        [first, ref rest @ ..] => (Some(number(first)?), rest),
    };
    let nth = |word: Option<&&str>| word.map(|word| number(word)).transpose();
    let which = match *rest {
        [] => Which::Sent,
        ["original"] => Which::Original,
        ["again", ref nth_words @ ..] if nth_words.len() < 2 => {
            Which::Again(nth(nth_words.first())?)
        }
        ["copy", ref nth_words @ ..] if nth_words.len() < 2 => Which::Copy(nth(nth_words.first())?),
        [ref others @ .., extra] => {
            let extra = others.first().filter(|word| !names(word)).unwrap_or(&extra);
            return Err(format!("'{extra}' is one word too many"));
        }
    };
    Ok((ordinal, which))
}

/// "0.5" or "0.5s": as long as the wire may delay a segment.
pub(super) fn milliseconds(word: &str) -> Result<u32, String> {
    let number = word.strip_suffix('s').unwrap_or(word).parse().ok();
    let sound = number.filter(|seconds: &f64| (0.0..=3_600.0).contains(seconds));
    let milliseconds = sound.map(|seconds| (seconds * 1_000.0).round() as u32);
    milliseconds.ok_or_else(|| format!("'{word}' is not a number of seconds up to 3600"))
}

/// Made by the wire and not by a kernel: a kernel sends nothing again within the same microsecond.
pub(super) fn is_twin(state: &State, segment: &Segment) -> bool {
    let original = segment.copy_of.and_then(|id| state.segments.get(&id));
    original.is_some_and(|original| original.sent_at_us == segment.sent_at_us)
}

/// `client` means `client`, `client1`, `client2` …, and so does `server`; any other word one host.
pub(super) fn is_meant_by(word: &str, host: &str) -> bool {
    let number = host.strip_prefix(word).unwrap_or("not a number");
    let is_numbered = number.bytes().all(|byte| byte.is_ascii_digit());
    match word {
        "client" | "server" => is_numbered,
        _ => word == host,
    }
}

/// Whether the word means this host of the run. Where one is called just so, it means no other.
pub(super) fn is_host(state: &State, word: &str, host: &str) -> bool {
    match state.hosts.contains_key(word) {
        true => word == host,
        false => is_meant_by(word, host),
    }
}

/// The kinds one can write.
pub(super) fn known() -> String {
    let known = KINDS.map(|kind| kind.to_string()).join(", ");
    format!("known are {known}")
}

/// `SYN+ACK`, also written `SYN-ACK`, in any case.
pub(super) fn kind(word: &str) -> Option<Kind> {
    let word = word.replace('-', "+");
    let is_meant = |kind: &Kind| kind.to_string().eq_ignore_ascii_case(&word);
    KINDS.into_iter().find(is_meant)
}

const KINDS: [Kind; 9] = [
    Kind::Syn,
    Kind::SynAck,
    Kind::Ack,
    Kind::Data,
    Kind::Fin,
    Kind::Rst,
    Kind::Datagram,
    Kind::Icmp,
    Kind::Other,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_or_says_what_is_wrong() {
        for (text, expected) in [
            ("client SYN 1", Ok(())),
            ("any syn+ack 2", Ok(())),
            ("client SYN", Err("has 2 words")),
            ("client HELLO 1", Err("not a kind of segment")),
            ("client SYN 0", Err("not 1, 2, 3")),
        ] {
            match (Rule::parse(text), expected) {
                (Ok(_), Ok(())) => {}
                (Err(message), Err(part)) => assert!(message.contains(part), "{message}"),
                (got, _) => panic!("{text}: {got:?}"),
            }
        }
    }

    #[test]
    fn client_and_server_mean_each_of_their_kind() {
        for (rule, host, expected) in [
            ("client SYN 1", "client", true),
            ("client SYN 1", "client1", true),
            ("client SYN 1", "client12", true),
            ("client SYN 1", "clients", false),
            ("client SYN 1", "server", false),
            ("server SYN 1", "server2", true),
            ("client1 SYN 1", "client1", true),
            ("client1 SYN 1", "client12", false),
            ("any SYN 1", "router", true),
            ("bogus SYN 1", "client1", false),
        ] {
            let checked = Rule::parse(rule).expect("it is sound").check(&[host]);
            assert_eq!(checked.is_ok(), expected, "{rule}: {host}");
        }
        let bogus = Rule::parse("bogus SYN 1").expect("it is sound");
        let message = bogus.check(&["server", "client1"]).expect_err("unknown");
        assert!(message.contains("server, client1"), "{message}");
    }
}

//! A segment in words: "client SYN 1" is the first SYN that a client sends.
//!
//! In: a line of the command line or of a script, and a state. Out: whether a segment is meant.

use crate::model::{Fate, Kind, Segment, State};
use crate::trace::{Name, SegmentId};

const FORM: &str = "write: who, what, which, as in \"client SYN 1\" or \"any data 2\"";

/// "client SYN 1": a segment named by who sent it, what it is, and which of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `None`: any host.
    from: Option<Name>,
    kind: Kind,
    /// Counted from 1; a segment that the kernel sends again counts again. `None`: any.
    ordinal: Option<usize>,
    /// As it was written.
    text: String,
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Rule {
    /// All three words, as the command line wants them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.len() != 3 {
            return Err(format!("'{text}' has {} words; {FORM}", words.len()));
        }
        Self::of_words(&words).map_err(|why| format!("{why}; {FORM}"))
    }

    /// `[WHO] WHAT [WHICH]`: without who, any host; without which, any of them.
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
        let ordinal = match *which {
            [] => None,
            [which] => {
                let ordinal = which.parse().ok().filter(|n| *n > 0);
                Some(ordinal.ok_or_else(|| format!("'{which}' is not 1, 2, 3 …"))?)
            }
            [_, extra, ..] => return Err(format!("'{extra}' is one word too many")),
        };
        let is_any = |who: &&str| who.eq_ignore_ascii_case("any");
        Ok(Self {
            from: who.filter(|who| !is_any(who)).map(str::to_owned),
            kind,
            ordinal,
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
        let sent = state.segments.values().filter(|s| !is_twin(state, s));
        let matching = sent.filter(|s| self.is_alike(s));
        let mut ids = matching.map(|s| s.id);
        match self.ordinal {
            Some(ordinal) => ids.nth(ordinal - 1) == Some(segment),
            None => state
                .segments
                .get(&segment)
                .is_some_and(|s| self.is_alike(s)),
        }
    }

    fn is_alike(&self, segment: &Segment) -> bool {
        let from = self.from.as_ref();
        let is_from = from.is_none_or(|from| is_meant_by(from, &segment.from));
        let kind = segment.kind().unwrap_or(Kind::Other);
        is_from && kind == self.kind && segment.fate != Fate::Absorbed
    }
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

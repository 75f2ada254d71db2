//! What `Next` means: from a state to the next order. Pure.
//!
//! In this order: deliver the oldest held segment; step a program that can run, the server until
//! it blocks and then the clients. When there is nothing to order, it says why.

use crate::model::{Activity, Fate, Kind, Segment, State};
use crate::trace::{Name, Order, SegmentId};

#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    Give(Order),
    /// In the past: on to the next stop of what is recorded.
    Forward,
    Not(WhyNot),
}

/// Why `Next` can do nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// The lab has not come to rest since the last order.
    Moving,
    /// A program computes and has not reached a call.
    Computing(Name),
    /// A program waits in `input()`.
    Asking(Name),
    /// Every program that is left is blocked, and only a kernel timer can change that.
    Waiting,
    AllEnded,
    LabGone,
}

pub fn next(state: &State) -> Next {
    next_where(state, |_| true)
}

/// As [`next`], but steps only programs that may go.
pub fn next_where(state: &State, may_go: impl Fn(&Name) -> bool) -> Next {
    if state.ended.is_some() {
        return Next::Not(WhyNot::LabGone);
    }
    if !state.is_at_rest {
        return Next::Not(WhyNot::Moving);
    }
    if let Some(segment) = state.oldest_held() {
        return Next::Give(Order::Deliver { segment });
    }
    let is_ready = |name: &&Name| is(state, name, |a| matches!(a, Activity::Ready(_)));
    let ready = in_turn(state).find(|name| is_ready(name) && may_go(name));
    if let Some(program) = ready {
        return Next::Give(Order::Step {
            program: program.clone(),
            thread: None,
        });
    }
    Next::Not(why_not(state))
}

/// The server first, then the clients as the run names them.
fn in_turn(state: &State) -> impl Iterator<Item = &Name> {
    let is_server = |name: &&Name| name.starts_with("server");
    let servers = state.program_order.iter().filter(is_server);
    let others = state.program_order.iter().filter(move |n| !is_server(n));
    servers.chain(others)
}

fn is(state: &State, name: &Name, test: impl Fn(&Activity) -> bool) -> bool {
    state.programs.get(name).is_some_and(|p| test(&p.activity))
}

fn why_not(state: &State) -> WhyNot {
    let find = |test: fn(&Activity) -> bool| in_turn(state).find(|name| is(state, name, test));
    if let Some(name) = find(|a| matches!(a, Activity::Asking(_))) {
        return WhyNot::Asking(name.clone());
    }
    if let Some(name) = find(|a| matches!(a, Activity::Running | Activity::InCall(_))) {
        return WhyNot::Computing(name.clone());
    }
    if find(|a| matches!(a, Activity::Blocked(_) | Activity::Ready(_))).is_some() {
        return WhyNot::Waiting;
    }
    WhyNot::AllEnded
}

/// "client SYN 1": a segment named by who sent it, what it is, and which of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `None`: any host.
    from: Option<Name>,
    kind: Kind,
    /// Counted from 1; a segment that the kernel sends again counts again.
    ordinal: usize,
    /// As it was written.
    text: String,
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Rule {
    pub fn parse(text: &str) -> Result<Self, String> {
        const FORM: &str = "write: who, what, which, as in \"client SYN 1\" or \"any data 2\"";
        let words: Vec<&str> = text.split_whitespace().collect();
        let [who, what, which] = words[..] else {
            return Err(format!("'{text}' has {} words; {FORM}", words.len()));
        };
        let kind = KINDS
            .into_iter()
            .find(|kind| kind.to_string().eq_ignore_ascii_case(what))
            .ok_or_else(|| {
                let known = KINDS.map(|kind| kind.to_string()).join(", ");
                format!("'{what}' is not a kind of segment; known are {known}")
            })?;
        let ordinal = which.parse().ok().filter(|n| *n > 0);
        Ok(Self {
            from: (who != "any").then(|| who.to_owned()),
            kind,
            ordinal: ordinal.ok_or_else(|| format!("'{which}' is not 1, 2, 3 …; {FORM}"))?,
            text: text.to_owned(),
        })
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
        let matching = state.segments.values().filter(|s| self.is_alike(s));
        matching.map(|s| s.id).nth(self.ordinal - 1) == Some(segment)
    }

    fn is_alike(&self, segment: &Segment) -> bool {
        let from = self.from.as_ref();
        let is_from = from.is_none_or(|from| is_meant_by(from, &segment.from));
        is_from && segment.kind() == Some(self.kind) && segment.fate != Fate::Absorbed
    }
}

/// `client` means `client`, `client1`, `client2` …, and so does `server`; any other word one host.
fn is_meant_by(word: &str, host: &str) -> bool {
    let number = host.strip_prefix(word).unwrap_or("not a number");
    let is_numbered = number.bytes().all(|byte| byte.is_ascii_digit());
    match word {
        "client" | "server" => is_numbered,
        _ => word == host,
    }
}

const KINDS: [Kind; 8] = [
    Kind::Syn,
    Kind::SynAck,
    Kind::Ack,
    Kind::Data,
    Kind::Fin,
    Kind::Rst,
    Kind::Datagram,
    Kind::Icmp,
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

//! The words of the trigger language, and a line taken apart into them.

use super::read::wrong;
use super::{SegmentKind, TriggerError};

/// The socket calls a trigger can speak of.
const CALLS: &[&str] = &[
    "socket",
    "setsockopt",
    "getsockopt",
    "bind",
    "listen",
    "accept",
    "connect",
    "connect_ex",
    "send",
    "sendall",
    "sendto",
    "recv",
    "recvfrom",
    "shutdown",
    "close",
    "settimeout",
    "setblocking",
    "getsockname",
    "getpeername",
    "select",
];

/// What a call does, in the words of [`Sentence::what_of`].
pub(super) const CALL_VERBS: &[&str] = &[
    "blocks", "blocked", "returns", "returned", "fails", "failed",
];

/// As `model` has them: `ss` with underscores.
const STATES: &[&str] = &[
    "LISTEN",
    "SYN_SENT",
    "SYN_RECV",
    "ESTABLISHED",
    "FIN_WAIT1",
    "FIN_WAIT2",
    "CLOSE_WAIT",
    "CLOSING",
    "LAST_ACK",
    "TIME_WAIT",
];

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(String),
    Text(String),
}

/// Whether a program or host must not be called so, because triggers could not tell it apart.
pub(in crate::lesson) fn is_reserved(name: &str) -> bool {
    let others = ["any", "always", "never", "and", "before", "then", "of"];
    others.contains(&name.to_ascii_lowercase().as_str())
        || call(name).is_some()
        || kind(name).is_some()
        || state(name).is_some()
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, TriggerError> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(&next) = chars.peek() {
        if next.is_whitespace() {
            chars.next();
        } else if matches!(next, '"' | '“' | '”') {
            chars.next();
            let mut quoted = String::new();
            loop {
                match chars.next() {
                    Some('"' | '“' | '”') => break,
                    Some('\\') => quoted.extend(chars.next()),
                    Some(char) => quoted.push(char),
                    None => return Err(wrong("a quote is not closed", "add the closing \"")),
                }
            }
            tokens.push(Token::Text(quoted));
        } else {
            let mut word = String::new();
            while let Some(char) = chars.next_if(|char| !char.is_whitespace() && *char != '"') {
                word.push(char);
            }
            tokens.push(Token::Word(word));
        }
    }
    Ok(tokens)
}

pub(super) fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Word(found) if found.eq_ignore_ascii_case(word))
}

/// `connect`, also written `connect()`.
pub(super) fn call(word: &str) -> Option<&'static str> {
    let word = word.strip_suffix("()").unwrap_or(word);
    let known = |call: &&&str| call.eq_ignore_ascii_case(word);
    CALLS.iter().find(known).copied()
}

/// `FIN_WAIT1`, also written `FIN_WAIT_1` or `FIN-WAIT-1` as RFC 9293 does; SYN_RECV also
/// `SYN-RECEIVED`.
pub(super) fn state(word: &str) -> Option<&'static str> {
    let plain = |name: &str| name.replace(['_', '-'], "").to_ascii_uppercase();
    let word = match plain(word).as_str() {
        "SYNRECEIVED" => "SYNRECV".to_owned(),
        other => other.to_owned(),
    };
    STATES.iter().find(|state| plain(state) == word).copied()
}

pub(super) fn kind(word: &str) -> Option<SegmentKind> {
    Some(match word.to_ascii_uppercase().as_str() {
        "SYN" => SegmentKind::Syn,
        "SYN+ACK" | "SYN-ACK" | "SYNACK" => SegmentKind::SynAck,
        "ACK" => SegmentKind::Ack,
        "DATA" => SegmentKind::Data,
        "FIN" | "FIN+ACK" | "FIN-ACK" => SegmentKind::Fin,
        "RST" | "RST+ACK" | "RST-ACK" => SegmentKind::Rst,
        _ => return None,
    })
}

//! Which conversations are shown, and in which order. Pure.
//!
//! In: a capture, a filter line, a column. Out: the conversations' numbers.

use std::cmp::Reverse;
use std::net::IpAddr;

use super::survey::{Arranged, Column};
use crate::capture::{Capture, Conversation, Protocol, Side};

/// All words of the line have to fit: `tcp`, `udp`, a port, a part of an address.
pub fn arrange(capture: &Capture, arranged: &Arranged) -> Vec<u32> {
    let words: Vec<Word> = arranged.filter.split_whitespace().map(word).collect();
    let all = capture.conversations();
    let fits = |conversation: &Conversation| words.iter().all(|word| word.fits(conversation));
    let mut list: Vec<u32> = (0..)
        .zip(all)
        .filter(|(_, conversation)| fits(conversation))
        .map(|(number, _)| number)
        .collect();
    let of = |number: &u32| &all[*number as usize];
    // A stable sort: what is equal stays in the order in which it began.
    match arranged.by {
        Column::Start => {}
        Column::Client => list.sort_by_key(|number| end(of(number), Side::First)),
        Column::Server => list.sort_by_key(|number| end(of(number), Side::Second)),
        Column::Packets => list.sort_by_key(|number| Reverse(of(number).packets)),
        Column::Bytes => list.sort_by_key(|number| Reverse(bytes(of(number)))),
        Column::Again => list.sort_by_key(|number| Reverse(of(number).sent_again)),
    }
    if arranged.is_turned {
        list.reverse();
    }
    list
}

fn end(conversation: &Conversation, side: Side) -> (IpAddr, u16) {
    let end = conversation.ends[side.index()];
    (end.ip(), end.port())
}

/// Of programs, both ways.
fn bytes(conversation: &Conversation) -> u64 {
    conversation.payload.iter().sum()
}

/// A word of the filter line.
#[derive(Debug, PartialEq, Eq)]
enum Word {
    Protocol(Protocol),
    Port(u16),
    /// In small letters.
    Text(String),
}

fn word(text: &str) -> Word {
    let text = text.to_lowercase();
    let port = text.strip_prefix(':').unwrap_or(&text);
    match (text.as_str(), port.parse()) {
        ("tcp", _) => Word::Protocol(Protocol::Tcp),
        ("udp", _) => Word::Protocol(Protocol::Udp),
        (_, Ok(port)) => Word::Port(port),
        (_, Err(_)) => Word::Text(text),
    }
}

impl Word {
    fn fits(&self, conversation: &Conversation) -> bool {
        let ends = &conversation.ends;
        match self {
            Self::Protocol(protocol) => conversation.protocol == *protocol,
            Self::Port(port) => ends.iter().any(|end| end.port() == *port),
            Self::Text(text) => ends.iter().any(|end| end.to_string().contains(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_the_filter_is_a_protocol_a_port_or_a_part_of_an_address() {
        assert_eq!(word("TCP"), Word::Protocol(Protocol::Tcp));
        assert_eq!(word("443"), Word::Port(443));
        assert_eq!(word(":443"), Word::Port(443));
        assert_eq!(word("10.0.0"), Word::Text("10.0.0".to_owned()));
        assert_eq!(word("FE80::"), Word::Text("fe80::".to_owned()));
        // No port is so large: then it is a part of an address.
        assert_eq!(word("70000"), Word::Text("70000".to_owned()));
    }
}

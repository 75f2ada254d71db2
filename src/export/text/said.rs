//! What programs do, in as few words as it takes: `4: recv(1024) → b'hello'`.

use super::ink::Ink;
use super::span::Role;
use crate::lesson::Language;
use crate::model::{CallRecord, State};
use crate::packet::Kind;
use crate::trace::{Order, Returned, ThreadState, Traffic};
use crate::words::host::host_word;
use crate::words::say;
use crate::words::segment::plain_kind;

/// A call that a program makes.
pub fn call(call: &CallRecord) -> Ink {
    let mut ink = line(call);
    ink.push(&format!("{}(", call.name), Role::Call);
    ink.push(&short_sockets(&call.args), Role::Call);
    ink.push(")", Role::Call);
    ink
}

/// The same when it was shown before.
pub fn again(call: &CallRecord) -> Ink {
    let mut ink = line(call);
    ink.push(&format!("{}()", call.name), Role::Call);
    ink
}

/// ` → 12`, ` ✕ TimeoutError: timed out`.
pub fn outcome(returned: &Returned) -> Ink {
    match returned {
        Returned::Value { value } => {
            let mut ink = Ink::new(" → ", Role::Dim);
            ink.push(&short_sockets(value), Role::Result);
            ink
        }
        Returned::Failed {
            error,
            exception,
            message,
            ..
        } => {
            let mut said = format!(" ✕ {exception}: {message}");
            if let Some(error) = error {
                said.push_str(&format!(" ({error})"));
            }
            Ink::new(said, Role::Failed)
        }
    }
}

/// What a program printed.
pub fn print(text: &str) -> Ink {
    let mut ink = Ink::new("» ", Role::Dim);
    ink.push(text.strip_suffix('\n').unwrap_or(text), Role::Said);
    ink
}

pub fn ask(prompt: &str, thread: u32) -> Ink {
    let mut ink = of_thread(thread);
    ink.push(&format!("input({})", quoted(prompt)), Role::Call);
    ink
}

pub fn answer(language: Language, text: Option<&str>) -> Ink {
    let mut ink = Ink::new(" → ", Role::Dim);
    match text {
        Some(text) => ink.push(&quoted(text), Role::Said),
        None => ink.push(&say!(language, "terminal.end_of_input"), Role::Dim),
    }
    ink
}

pub fn exit(language: Language, traceback: Option<&str>) -> Ink {
    match traceback {
        Some(traceback) => Ink::new(traceback.trim_end(), Role::Failed),
        None => Ink::new(say!(language, "terminal.ended"), Role::Dim),
    }
}

/// Threads come and go; that one waits for another changes nothing at any lifeline.
pub fn thread(language: Language, thread: u32, state: ThreadState) -> Option<Ink> {
    let words = match state {
        ThreadState::Started => say!(language, "terminal.thread_started", thread = thread),
        ThreadState::Ended => say!(language, "terminal.thread_ended", thread = thread),
        ThreadState::Waits | ThreadState::GoesOn => return None,
    };
    Some(Ink::new(words, Role::Dim))
}

/// No event follows such an order by itself; every other order does what its events say.
pub fn holding(language: Language, state: &State, order: &Order) -> Option<Ink> {
    let Order::Hold { traffic, on } = order else {
        return None;
    };
    let traffic = named(language, state, traffic);
    let words = match on {
        true => say!(language, "terminal.holds", traffic = traffic),
        false => say!(language, "terminal.lets_pass", traffic = traffic),
    };
    Some(Ink::new(words, Role::Note))
}

fn named(language: Language, state: &State, traffic: &Traffic) -> String {
    let kind = traffic.kind.map(|kind| match kind {
        Kind::Data => say!(language, "terminal.data"),
        Kind::Syn
        | Kind::SynAck
        | Kind::Ack
        | Kind::Fin
        | Kind::Rst
        | Kind::Datagram
        | Kind::Icmp
        | Kind::Other => plain_kind(kind).into(),
    });
    let kind = kind.unwrap_or_else(|| say!(language, "terminal.everything"));
    match &traffic.from {
        None => kind.into_owned(),
        Some(from) => {
            let host = host_word(language, state, from);
            // Between a hanzi and a Latin letter stands a blank.
            let is_latin = kind.starts_with(|c: char| c.is_ascii());
            let kind = match (language, is_latin) {
                (Language::Chinese, true) => format!(" {kind}").into(),
                (Language::Chinese, false) | (Language::English, _) => kind,
            };
            say!(language, "terminal.from", kind = kind, host = host).into_owned()
        }
    }
}

/// `4: `, and the thread before it where that is not the main one.
fn line(call: &CallRecord) -> Ink {
    let mut ink = of_thread(call.thread);
    ink.push(&format!("{}: ", call.line), Role::Dim);
    ink
}

fn of_thread(thread: u32) -> Ink {
    match thread {
        0 => Ink::default(),
        thread => Ink::new(format!("[{thread}] "), Role::Dim),
    }
}

/// As Python shows a text.
fn quoted(text: &str) -> String {
    match text.contains(['\'', '\\', '\n']) {
        true => format!("{text:?}"),
        false => format!("'{text}'"),
    }
}

/// Of a socket's `repr`, its descriptor is all that a reader looks at, and all there is room for.
fn short_sockets(text: &str) -> String {
    const BEGINS: &str = "<socket.socket fd=";
    let mut short = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(BEGINS) {
        let (before, socket) = rest.split_at(at);
        short.push_str(before);
        let number = &socket[BEGINS.len()..];
        let digits = number.find(|c: char| c != '-' && !c.is_ascii_digit());
        let (Some(digits), Some(end)) = (digits, number.find('>')) else {
            rest = socket;
            break;
        };
        short.push_str(&format!("fd={}", &number[..digits]));
        rest = &number[end + 1..];
    }
    short + rest
}

#[cfg(test)]
mod tests {
    use super::short_sockets;

    #[test]
    fn of_a_socket_its_descriptor_is_left() {
        for (text, expected) in [
            ("None", "None"),
            (
                "(<socket.socket fd=4, family=2, laddr=('0.0.0.0', 0)>, 5)",
                "(fd=4, 5)",
            ),
            ("<socket.socket fd=-1, family=2>", "fd=-1"),
            ("b'<socket.socket fd='", "b'<socket.socket fd='"),
        ] {
            assert_eq!(short_sockets(text), expected);
        }
    }
}

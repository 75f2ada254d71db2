//! Triggers over hand-made traces.

use std::net::IpAddr;

use etherparse::PacketBuilder;
use sockstep::lesson::{BeatWatch, Language, Trigger, parse};
use sockstep::trace::{
    Bytes, CallId, Event, Header, HostSetup, Key, Moment, ProgramSetup, Returned, SegmentId, Setup,
    SocketFacts, Timers, Trace, What, WireKind,
};

pub(super) const SERVER: [u8; 4] = [10, 0, 0, 2];
pub(super) const CLIENT: [u8; 4] = [10, 0, 0, 1];

pub(super) fn header() -> Header {
    let host = |name: &str, address: [u8; 4]| HostSetup {
        name: name.to_owned(),
        addresses: vec![IpAddr::from(address)],
    };
    let program = |name: &str, host: &str| ProgramSetup {
        name: name.to_owned(),
        host: host.to_owned(),
        file: format!("{name}.py"),
        source: String::new(),
    };
    let setup = Setup {
        hosts: vec![host("server", SERVER), host("client", CLIENT)],
        programs: vec![program("server", "server"), program("caller", "client")],
        timers: Timers::Patient,
        wire: WireKind::Held,
        ..Setup::default()
    };
    Header::new(&setup, "6.18".to_owned(), WireKind::Held)
}

pub(super) fn trace(whats: Vec<What>) -> Trace {
    let mut trace = Trace::new(header());
    for (n, what) in whats.into_iter().enumerate() {
        let n = n as u64;
        trace.push(Event {
            n,
            at_us: n * 1000,
            what,
        });
    }
    trace
}

pub(super) fn call(program: &str, id: u64, name: &str) -> What {
    What::Call {
        program: program.to_owned(),
        call: CallId(id),
        line: 1,
        name: name.to_owned(),
        args: String::new(),
        fd: Some(3),
        thread: 0,
        offers: None,
    }
}

pub(super) fn blocked(program: &str, id: u64) -> What {
    What::Blocked {
        program: program.to_owned(),
        call: CallId(id),
    }
}

pub(super) fn returns(program: &str, id: u64, value: &str, bytes: Option<&[u8]>) -> What {
    What::Return {
        program: program.to_owned(),
        call: CallId(id),
        returned: Returned::Value {
            value: value.to_owned(),
        },
        bytes: bytes.map(|bytes| Bytes(bytes.to_vec())),
        new_fd: None,
    }
}

pub(super) fn refused(program: &str, id: u64) -> What {
    What::Return {
        program: program.to_owned(),
        call: CallId(id),
        returned: Returned::Failed {
            errno: Some(111),
            error: Some("ECONNREFUSED".to_owned()),
            exception: "ConnectionRefusedError".to_owned(),
            message: String::new(),
        },
        bytes: None,
        new_fd: None,
    }
}

/// `flags` holds the letters S, A, F, R.
pub(super) fn sent(from: &str, id: u64, flags: &str, payload: &[u8], copy_of: Option<u64>) -> What {
    let (to, addresses) = match from {
        "server" => ("client", (SERVER, CLIENT)),
        _ => ("server", (CLIENT, SERVER)),
    };
    let mut builder = PacketBuilder::ipv4(addresses.0, addresses.1, 64).tcp(1, 2, id as u32, 9);
    for flag in flags.chars() {
        builder = match flag {
            'S' => builder.syn(),
            'A' => builder.ack(1),
            'F' => builder.fin(),
            _ => builder.rst(),
        };
    }
    let mut bytes = Vec::new();
    builder
        .write(&mut bytes, payload)
        .expect("a vector takes all");
    What::Sent {
        segment: SegmentId(id),
        from: from.to_owned(),
        to: Some(to.to_owned()),
        bytes: Bytes(bytes),
        copy_of: copy_of.map(SegmentId),
        absorbed: copy_of.is_some(),
        reason: None,
    }
}

pub(super) fn delivered(id: u64) -> What {
    What::Delivered {
        segment: SegmentId(id),
    }
}

pub(super) fn dropped(id: u64) -> What {
    What::Dropped {
        segment: SegmentId(id),
    }
}

pub(super) fn socket(
    host: &str,
    key: u64,
    state: &str,
    fd: Option<i32>,
    accept_queue: Option<u32>,
) -> What {
    What::Socket(Box::new(SocketFacts {
        host: host.to_owned(),
        key: Key(key),
        fd,
        protocol: "tcp".to_owned(),
        state: state.to_owned(),
        accept_queue,
        ..SocketFacts::default()
    }))
}

pub(super) fn print(program: &str, text: &str) -> What {
    What::Print {
        program: program.to_owned(),
        text: text.to_owned(),
    }
}

/// A whole small conversation. The numbers are the moments after each event.
fn conversation() -> Trace {
    trace(vec![
        socket("server", 1, "LISTEN", Some(3), Some(0)), // 1
        call("server", 1, "accept"),                     // 2
        blocked("server", 1),                            // 3
        call("caller", 2, "connect"),                    // 4
        sent("client", 1, "S", b"", None),               // 5
        socket("client", 2, "SYN_SENT", Some(3), None),  // 6
        blocked("caller", 2),                            // 7
        What::Rest,                                      // 8
        sent("client", 2, "S", b"", Some(1)),            // 9: the same SYN again
        delivered(1),                                    // 10
        sent("server", 3, "SA", b"", None),              // 11
        socket("server", 3, "SYN_RECV", None, None),     // 12
        What::Rest,                                      // 13
        delivered(3),                                    // 14
        sent("client", 4, "A", b"", None),               // 15
        socket("client", 2, "ESTABLISHED", Some(3), None), // 16
        returns("caller", 2, "None", None),              // 17
        What::Rest,                                      // 18
        delivered(4),                                    // 19
        socket("server", 1, "LISTEN", Some(3), Some(1)), // 20
        socket("server", 3, "ESTABLISHED", None, None),  // 21
        returns("server", 1, "(…)", None),               // 22
        socket("server", 1, "LISTEN", Some(3), Some(0)), // 23
        socket("server", 3, "ESTABLISHED", Some(4), None), // 24
        What::Rest,                                      // 25
        call("caller", 3, "send"),                       // 26
        sent("client", 5, "A", b"hello", None),          // 27
        returns("caller", 3, "5", Some(b"hello")),       // 28
        What::Rest,                                      // 29
        dropped(5),                                      // 30
        sent("client", 6, "FA", b"!", None),             // 31
        call("server", 4, "recv"),                       // 32
        returns("server", 4, "b''", Some(b"")),          // 33
        print("server", "he"),                           // 34
        print("server", "llo\n"),                        // 35
        What::Ask {
            program: "caller".to_owned(),
            prompt: String::new(),
            thread: 0,
        }, // 36
        call("caller", 5, "connect"),                    // 37
        refused("caller", 5),                            // 38
        sent("server", 7, "RA", b"", None),              // 39
        What::Exit {
            program: "caller".to_owned(),
            traceback: Some("Traceback\nConnectionRefusedError: [Errno 111]\n".to_owned()),
            line: Some(1),
        }, // 40
    ])
}

fn check(trigger: &str, expected: impl Into<Option<usize>>) {
    let parsed = Trigger::parse(trigger).unwrap_or_else(|error| panic!("{trigger}: {error}"));
    let found = parsed.first_moment(&conversation());
    assert_eq!(found, expected.into().map(Moment), "{trigger}");
}

#[test]
fn a_trigger_holds_at_the_first_event_that_matches() {
    check("server listens", 1);
    check("server LISTEN", 1);
    check("server is listen", 1);
    check("server listen returns", None);
    check("client listens", None);
    check("server accept blocked", 3);
    check("any connect() BLOCKS", 7);
    check("client sends SYN", 5);
    check("caller sends syn", 5);
    check("server sends SYN", None);
    check("client SYN_SENT", 6);
    check("client resends SYN", 9);
    check("client sends SYN 2", None);
    check("client SYN 1 delivered", 10);
    check("SYN of client delivered", 10);
    check("server sends SYN-ACK", 11);
    check("server SYN queue is 1", 12);
    check("server SYN-RECEIVED without descriptor", 12);
    check("SYN+ACK of server delivered", 14);
    check("client ACK is held", 15);
    check("client sends ACK 1", 15);
    check("client ESTABLISHED", 16);
    check("client connect returns", 17);
    check("server accept queue is 1", 20);
    check("accept queue of server is 1", 20);
    check("server ESTABLISHED without fd", 21);
    check("client ESTABLISHED without descriptor", None);
    check("server accept returned", 22);
    check("client sends data", 27);
    check("client data 2 held", 31);
    check("client send returns 5 bytes", 28);
    check("client send returns 6 bytes", None);
    check("client data dropped", 30);
    check("client sends FIN", 31);
    check("recv returned 0 bytes", 33);
    check("server prints \"hello\"", 35);
    check("server prints \"hullo\"", None);
    check("client asks", 36);
    check("client connect fails ECONNREFUSED", 38);
    check("caller connect failed with ConnectionRefusedError", 38);
    check("caller connect fails ETIMEDOUT", None);
    check("any sends RST", 39);
    check("client exits", 40);
    check("client exits with ConnectionRefusedError", 40);
    check("client exits with TimeoutError", None);
    check("always", 1);
    check("never", None);
}

#[test]
fn triggers_are_joined() {
    check("client connect returns before server accept returns", 17);
    check("server accept returns before client connect returns", None);
    check("client connect returns then server accept returns", 22);
    check("server accept returns then client connect returns", None);
    check("client ESTABLISHED and server SYN_RECV", 16);
    check("client SYN_SENT and server ESTABLISHED", None);
    check("client sends SYN and server sends SYN+ACK", 11);
    check(
        "client sends SYN and server SYN_RECV and client SYN_SENT",
        12,
    );
    check(
        "client SYN delivered before server SYN+ACK delivered and client ESTABLISHED",
        16,
    );
}

fn lesson(beats: &str) -> sockstep::lesson::Lesson {
    let front = "+++\nid=\"x\"\ntitle=\"X\"\ngoal=\"G\"\nminutes=1\n[[hosts]]\nname=\"server\"\n\
                 addresses=[\"10.0.0.2\"]\n[[hosts]]\nname=\"client\"\naddresses=[\"10.0.0.1\"]\n+++\n\
                 ```python server\nx\n```\n";
    parse(
        &format!("{front}{beats}"),
        "x/en.md".as_ref(),
        Language::English,
    )
    .expect("a sound lesson")
}

fn beats(triggers: &[&str]) -> Vec<Option<usize>> {
    let text: String = triggers
        .iter()
        .map(|t| format!("## B\n```when\n{t}\n```\n"))
        .collect();
    let watch = BeatWatch::of(&lesson(&text), &conversation());
    watch
        .reached()
        .iter()
        .map(|moment| moment.map(|m| m.0))
        .collect()
}

#[test]
fn beats_are_reached_in_order() {
    let found = beats(&[
        "client sends SYN",
        "server sends SYN+ACK",
        "server accept returns",
    ]);
    assert_eq!(found, [Some(5), Some(11), Some(22)]);
    // What happens while only the beat before is missing counts; what came earlier does not.
    let found = beats(&["server sends SYN+ACK", "client sends SYN", "any exits"]);
    assert_eq!(found, [Some(11), Some(11), Some(40)]);
    let found = beats(&["server sends SYN+ACK", "any exits", "client sends SYN"]);
    assert_eq!(found, [Some(11), Some(40), None]);
    // What is only so for a while must be so when its turn comes.
    let found = beats(&[
        "server sends SYN+ACK",
        "client SYN_SENT",
        "client ESTABLISHED",
    ]);
    assert_eq!(found, [Some(11), Some(11), Some(16)]);
    let found = beats(&["client connect returns", "client SYN_SENT"]);
    assert_eq!(found, [Some(17), None]);
    // The same trigger again waits for the next time.
    let found = beats(&[
        "client connect returns",
        "any accept returns",
        "any accept returns",
    ]);
    assert_eq!(found, [Some(17), Some(22), None]);
    let found = beats(&[
        "any sends SYN+ACK",
        "client sends ACK",
        "client sends data",
        "client sends data",
    ]);
    assert_eq!(found, [Some(11), Some(15), Some(27), Some(31)]);
    // Within one step, the order of the events does not matter.
    let found = beats(&["server SYN_RECV", "server sends SYN+ACK", "any exits"]);
    assert_eq!(found, [Some(12), Some(12), Some(40)]);
}

#[test]
fn a_quiz_is_judged_by_what_comes_after_its_beat() {
    let quiz = "## B\n```when\nserver sends SYN+ACK\n```\n```quiz\nWhich?\n\
                - [server accept returns before client connect returns] accept\n\
                - [client connect returns before server accept returns] connect\n- [never] both\n```\n";
    let lesson = lesson(quiz);
    let whole = conversation();
    let mut part = Trace::new(header());
    let verdict_after = |part: &Trace| BeatWatch::of(&lesson, part).verdict(0);
    let mut decided = None;
    for (index, event) in whole.events().iter().enumerate() {
        part.push(event.clone());
        if decided.is_none() && verdict_after(&part) == Some(1) {
            decided = Some(index + 1);
        }
    }
    assert_eq!((decided, verdict_after(&part)), (Some(17), Some(1)));
}

#[test]
fn an_expectation_must_hold_between_the_beats_around_it() {
    let text = "## A\n```when\nserver sends SYN+ACK\n```\n```expect\nserver SYN_RECV\nserver accept returns\n```\n\
                ## B\n```when\nclient connect returns\n```\n```expect\nserver sends SYN+ACK\nclient sends SYN\nserver sends RST\n```\n\
                ## C\n```when\nserver accept returns\n```\n";
    let lesson = lesson(text);
    let watch = BeatWatch::of(&lesson, &conversation());
    let unmet = watch.unmet().into_iter();
    let unmet: Vec<_> = unmet
        .map(|(beat, expect)| (beat, expect.trigger.to_string()))
        .collect();
    let expected = [
        (0, "server accept returns"),
        (1, "client sends SYN"),
        (1, "server sends RST"),
    ];
    assert_eq!(unmet, expected.map(|(beat, text)| (beat, text.to_owned())));
}

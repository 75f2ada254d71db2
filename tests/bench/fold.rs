//! How long a state takes to fold.

use std::hint::black_box;

use criterion::Criterion;
use etherparse::PacketBuilder;
use sockstep::model::State;
use sockstep::trace::{
    Bytes, CallId, Event, Header, HostSetup, Key, Moment, ProgramSetup, Returned, SegmentId, Setup,
    SocketFacts, Timers, Trace, What, WireKind,
};

/// A client that sends one byte at a time, as the lab reports it: 10 events a round.
pub fn trace(events: usize) -> Trace {
    let host = |name: &str, last| HostSetup {
        name: name.to_owned(),
        addresses: vec![[10, 0, 0, last].into()],
    };
    let setup = Setup {
        hosts: vec![host("server", 2), host("client", 1)],
        programs: vec![ProgramSetup {
            name: "client".to_owned(),
            host: "client".to_owned(),
            file: "client.py".to_owned(),
            source: String::new(),
        }],
        timers: Timers::Patient,
        wire: WireKind::Held,
        ..Setup::default()
    };
    let mut trace = Trace::new(Header::new(&setup, "6.18".to_owned(), WireKind::Held));
    for round in 0u64.. {
        for what in one_round(round) {
            let n = trace.events().len() as u64;
            if n == events as u64 {
                return trace;
            }
            trace.push(Event {
                n,
                at_us: n * 100,
                what,
            });
        }
    }
    trace
}

fn one_round(round: u64) -> Vec<What> {
    let program = || "client".to_owned();
    let call = CallId(round);
    let sent = |segment, from: &str, to: &str, bytes| What::Sent {
        segment: SegmentId(segment),
        from: from.to_owned(),
        to: Some(to.to_owned()),
        bytes: Bytes(bytes),
        copy_of: None,
        absorbed: false,
        reason: None,
    };
    let delivered = |segment| What::Delivered {
        segment: SegmentId(segment),
    };
    let socket = |host: &str| {
        What::Socket(Box::new(SocketFacts {
            host: host.to_owned(),
            key: Key(1),
            state: "ESTABLISHED".to_owned(),
            recv_queue: round as u32,
            ..SocketFacts::default()
        }))
    };
    vec![
        What::Line {
            program: program(),
            line: 5,
            locals: [("c".to_owned(), "<socket.socket fd=3>".to_owned())].into(),
        },
        What::Call {
            program: program(),
            call,
            line: 5,
            name: "send".to_owned(),
            args: "b'x'".to_owned(),
            fd: Some(3),
            thread: 0,
            offers: None,
        },
        What::Return {
            program: program(),
            call,
            returned: Returned::Value {
                value: "1".to_owned(),
            },
            bytes: Some(Bytes(vec![b'x'])),
            new_fd: None,
        },
        sent(2 * round, "client", "server", data(round as u32)),
        What::Rest,
        delivered(2 * round),
        sent(2 * round + 1, "server", "client", data(1)),
        socket("client"),
        socket("server"),
        delivered(2 * round + 1),
    ]
}

fn data(seq: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64)
        .tcp(50070, 8989, seq, 65160)
        .ack(1)
        .write(&mut bytes, b"x")
        .expect("a vector takes all");
    bytes
}

pub fn ten_thousand_events(criterion: &mut Criterion) {
    let trace = trace(10_000);
    criterion.bench_function("fold of 10,000 events", |bencher| {
        bencher.iter(|| State::at(black_box(&trace), Moment(usize::MAX)));
    });
}

//! Where every byte is, from hand-written traces: one client, one server, one connection.

mod byte;
mod datagrams;
mod places;
pub mod property;

use etherparse::PacketBuilder;
use sockstep::model::{Place, State, Stream};
use sockstep::trace::{
    BufferFacts, Bytes, CallId, Event, Header, HostSetup, Key, ProgramSetup, Returned, SegmentId,
    Setup, SocketFacts, TcpFacts, Timers, Trace, What, WireKind,
};

pub const CLIENT: Key = Key(11);
pub const SERVER: Key = Key(22);
/// Close before the numbers begin again, so that they do.
const FIRST: u32 = u32::MAX - 3;

/// A trace in the making, and its state.
pub struct Run {
    pub trace: Trace,
    pub state: State,
    next_call: u64,
    next_segment: u64,
}

pub fn client_address() -> &'static str {
    "10.0.0.1:5000"
}

pub fn server_address() -> &'static str {
    "10.0.0.2:80"
}

impl Run {
    pub fn empty() -> Self {
        let host = |name: &str, last| HostSetup {
            name: name.to_owned(),
            addresses: vec![[10, 0, 0, last].into()],
        };
        let program = |name: &str| ProgramSetup {
            name: name.to_owned(),
            host: name.to_owned(),
            file: format!("{name}.py"),
            source: String::new(),
        };
        let setup = Setup {
            hosts: vec![host("server", 2), host("client", 1)],
            programs: vec![program("server"), program("client")],
            timers: Timers::Patient,
            wire: WireKind::Held,
            ..Setup::default()
        };
        let header = Header::new(&setup, "6.18".to_owned(), WireKind::Held);
        Self {
            state: State::new(&header),
            trace: Trace::new(header),
            next_call: 0,
            next_segment: 0,
        }
    }

    /// The handshake is over; both programs have the connection as descriptor 4.
    pub fn connected() -> Self {
        let mut run = Self::unaccepted();
        run.told("server", Some(4), "ESTABLISHED", |_| {});
        run
    }

    /// The handshake is over, and the server has not accepted.
    pub fn unaccepted() -> Self {
        let mut run = Self::empty();
        for from in ["client", "server"] {
            let syn = run.segment(
                from,
                -1,
                b"",
                if from == "client" { "SYN" } else { "SYN+ACK" },
            );
            run.deliver(syn);
        }
        run.told("client", Some(4), "ESTABLISHED", |_| {});
        run.told("server", None, "ESTABLISHED", |_| {});
        run
    }

    pub fn apply(&mut self, what: What) {
        let n = self.state.moment.0 as u64;
        let at_us = n * 10;
        let event = Event { n, at_us, what };
        self.state.apply(&event);
        self.trace.push(event);
    }

    pub fn rest(&mut self) {
        self.apply(What::Rest);
    }

    /// A program stands before a call.
    pub fn call(&mut self, program: &str, name: &str, args: &str, offers: Option<u64>) -> CallId {
        let call = CallId(self.next_call);
        self.next_call += 1;
        self.apply(What::Call {
            program: program.to_owned(),
            call,
            line: 1,
            name: name.to_owned(),
            args: args.to_owned(),
            fd: Some(4),
            thread: 0,
            offers,
        });
        call
    }

    pub fn block(&mut self, program: &str, call: CallId) {
        let program = program.to_owned();
        self.apply(What::Blocked { program, call });
    }

    pub fn give_back(&mut self, program: &str, call: CallId, value: &str, bytes: &[u8]) {
        self.apply(What::Return {
            program: program.to_owned(),
            call,
            returned: Returned::Value {
                value: value.to_owned(),
            },
            bytes: Some(Bytes(bytes.to_vec())),
            new_fd: None,
        });
    }

    pub fn write(&mut self, program: &str, bytes: &[u8]) {
        let call = self.call(program, "send", "b''", Some(bytes.len() as u64));
        self.give_back(program, call, &bytes.len().to_string(), bytes);
    }

    pub fn read(&mut self, program: &str, bytes: &[u8]) {
        let call = self.call(program, "recv", "1024", None);
        self.give_back(program, call, "b'…'", bytes);
    }

    /// A segment leaves a host; `at` is its place in the stream. It acknowledges nothing.
    pub fn segment(&mut self, from: &str, at: i64, payload: &[u8], flags: &str) -> SegmentId {
        self.acknowledging(from, at, payload, flags, 0)
    }

    pub fn acknowledging(
        &mut self,
        from: &str,
        at: i64,
        payload: &[u8],
        flags: &str,
        ack: u32,
    ) -> SegmentId {
        let (source, target, ports) = match from {
            "client" => ([10, 0, 0, 1], [10, 0, 0, 2], (5000, 80)),
            _ => ([10, 0, 0, 2], [10, 0, 0, 1], (80, 5000)),
        };
        let seq = FIRST.wrapping_add(at as u32);
        let ip = PacketBuilder::ipv4(source, target, 64);
        let mut tcp = ip.tcp(ports.0, ports.1, seq, 65160);
        if flags != "SYN" {
            tcp = tcp.ack(FIRST.wrapping_add(ack));
        }
        for flag in flags.split('+') {
            tcp = match flag {
                "SYN" => tcp.syn(),
                "FIN" => tcp.fin(),
                "RST" => tcp.rst(),
                "URG" => tcp.urg(1),
                _ => tcp,
            };
        }
        let mut bytes = Vec::new();
        tcp.write(&mut bytes, payload).unwrap();
        self.leave(from, bytes)
    }

    /// A packet leaves a host.
    pub fn leave(&mut self, from: &str, bytes: Vec<u8>) -> SegmentId {
        let segment = SegmentId(self.next_segment);
        self.next_segment += 1;
        let to = if from == "client" { "server" } else { "client" };
        self.apply(What::Sent {
            segment,
            from: from.to_owned(),
            to: Some(to.to_owned()),
            bytes: Bytes(bytes),
            copy_of: None,
            absorbed: false,
            reason: None,
        });
        segment
    }

    pub fn data(&mut self, at: i64, payload: &[u8]) -> SegmentId {
        self.segment("client", at, payload, "")
    }

    pub fn deliver(&mut self, segment: SegmentId) {
        self.apply(What::Delivered { segment });
    }

    pub fn lose(&mut self, segment: SegmentId) {
        self.apply(What::Dropped { segment });
    }

    pub fn duplicate(&mut self, segment: SegmentId) -> SegmentId {
        let copy = SegmentId(self.next_segment);
        self.next_segment += 1;
        self.apply(What::Duplicated { segment, copy });
        copy
    }

    /// A kernel tells of its end of the connection.
    pub fn told(
        &mut self,
        host: &str,
        fd: Option<i32>,
        state: &str,
        more: impl FnOnce(&mut SocketFacts),
    ) {
        let (key, local, remote) = match host {
            "client" => (CLIENT, client_address(), server_address()),
            _ => (SERVER, server_address(), client_address()),
        };
        let mut facts = SocketFacts {
            host: host.to_owned(),
            key,
            program: fd.map(|_| host.to_owned()),
            fd,
            protocol: "tcp".to_owned(),
            state: state.to_owned(),
            local: Some(local.to_owned()),
            remote: Some(remote.to_owned()),
            ..SocketFacts::default()
        };
        more(&mut facts);
        self.apply(What::Socket(Box::new(facts)));
    }

    pub fn buffers(&mut self, host: &str, facts: BufferFacts) {
        self.apply(What::Buffers(Box::new(BufferFacts {
            host: host.to_owned(),
            key: if host == "client" { CLIENT } else { SERVER },
            ..facts
        })));
    }

    /// What the client sends.
    pub fn stream(&self) -> Stream {
        let [stream, _] = self.state.streams_of("client", CLIENT).unwrap();
        assert_tiled(&stream);
        stream
    }

    pub fn places(&self) -> Vec<String> {
        self.stream().places()
    }
}

pub fn info(bytes_received: u64, bytes_acked: u64) -> Option<TcpFacts> {
    Some(TcpFacts {
        bytes_received,
        bytes_acked,
        ..TcpFacts::default()
    })
}

/// Every byte is in one place, and the places lie side by side.
pub fn assert_tiled(stream: &Stream) {
    let mut end = 0;
    for part in &stream.parts {
        assert_eq!(part.range.start, end, "{:?}", stream.places());
        assert!(part.range.end > end, "{:?}", stream.places());
        end = part.range.end;
    }
    assert_eq!(end, stream.offered, "{:?}", stream.places());
    let with_program = stream.count(Place::Program);
    assert_eq!(stream.offered - with_program, stream.written);
}

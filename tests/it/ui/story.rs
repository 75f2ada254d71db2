//! A run of lesson 4 told by hand: the events a lab would report, with real segments.
//!
//! Only what the panels show is told. Numbers are those of a real capture, made shorter.

use std::collections::BTreeMap;
use std::net::IpAddr;

use etherparse::{PacketBuilder, TcpOptionElement};
use sockstep::timeline::Timeline;
use sockstep::trace::{
    By, Bytes, CallId, Event, Header, HostSetup, Key, Order, Ordered, ProgramSetup, Resent,
    Returned, SegmentId, Setup, SocketFacts, ThreadState, Timer, TimerKind, Timers, What, WireKind,
};

pub const SERVER: &str = r#"import socket

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", 8989))
s.listen(128)
conn, addr = s.accept()
data = conn.recv(1024)
print(data.decode("gbk"))
conn.send("ok, 处理中…".encode("gbk"))
conn.close()
s.close()
"#;

pub const CLIENT: &str = r#"import socket

c = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
c.connect(("192.168.131.62", 8989))
c.send("你好服务端".encode("gbk"))
data = c.recv(1024)
print(data.decode("gbk"))
c.close()
"#;

const CLIENT_ADDRESS: [u8; 4] = [192, 168, 131, 10];
const SERVER_ADDRESS: [u8; 4] = [192, 168, 131, 62];
const CLIENT_END: &str = "192.168.131.10:50070";
const SERVER_END: &str = "192.168.131.62:8989";
const CLIENT_FIRST: u32 = 2_578_628_620;
const SERVER_FIRST: u32 = 1_626_072_498;

/// What a segment carries.
#[derive(Clone, Copy, Default)]
pub struct Wanted {
    pub syn: bool,
    pub ack: bool,
    pub fin: bool,
    pub rst: bool,
    /// Relative numbers, as on the ladder.
    pub seq: u32,
    pub acknowledges: u32,
    /// As it stands in the header; `None` is the usual.
    pub window: Option<u16>,
}

pub struct Story {
    pub timeline: Timeline,
    at_us: u64,
    calls: u64,
    segments: u64,
}

impl Story {
    pub fn new() -> Self {
        Self::with_clients(&[("client", CLIENT_ADDRESS)])
    }

    /// A server and these clients, all with the same programs.
    pub fn with_clients(clients: &[(&str, [u8; 4])]) -> Self {
        let host = |name: &str, address: [u8; 4]| HostSetup {
            name: name.to_owned(),
            addresses: vec![IpAddr::from(address)],
        };
        let program = |name: &str, source: &str| ProgramSetup {
            name: name.to_owned(),
            host: name.to_owned(),
            file: format!("{name}.py"),
            source: source.to_owned(),
        };
        let mut hosts = vec![host("server", SERVER_ADDRESS)];
        let mut programs = vec![program("server", SERVER)];
        for (name, address) in clients {
            hosts.push(host(name, *address));
            programs.push(program(name, CLIENT));
        }
        let timers = Timers::Patient;
        let setup = Setup {
            hosts,
            programs,
            timers,
            wire: WireKind::Held,
            ..Setup::default()
        };
        Self::of(Header::new(&setup, "6.18.44".to_owned(), WireKind::Held))
    }

    /// Any run, from its beginning.
    pub fn of(header: Header) -> Self {
        Self {
            timeline: Timeline::new(header),
            at_us: 0,
            calls: 0,
            segments: 0,
        }
    }

    /// Lets time pass.
    pub fn wait_ms(&mut self, ms: u64) {
        self.at_us += ms * 1_000;
    }

    pub fn now_us(&self) -> u64 {
        self.at_us
    }

    pub fn push(&mut self, what: What) {
        self.at_us += 60;
        let n = self.timeline.trace().events().len() as u64;
        self.timeline.push(Event {
            n,
            at_us: self.at_us,
            what,
        });
    }

    pub fn rest(&mut self) {
        self.push(What::Rest);
        self.at_us += 900_000;
    }

    /// The program stands before a call.
    pub fn call(&mut self, program: &str, line: u32, name: &str, args: &str, fd: Option<i32>) {
        self.call_of((program, 0), (line, name, args), fd);
    }

    /// One of its threads does.
    pub fn call_of(
        &mut self,
        (program, thread): (&str, u32),
        (line, name, args): (u32, &str, &str),
        fd: Option<i32>,
    ) {
        self.calls += 1;
        self.push(What::Call {
            program: program.to_owned(),
            call: CallId(self.calls),
            line,
            name: name.to_owned(),
            args: args.to_owned(),
            fd,
            thread,
            offers: None,
        });
    }

    pub fn step(&mut self, program: &str) {
        let order = Order::Step {
            program: program.to_owned(),
            thread: None,
        };
        self.push(What::Order(Ordered {
            order,
            by: By::Director,
        }));
    }

    fn current(&self, program: &str) -> CallId {
        let program = &self.timeline.newest().programs[program];
        program.current_call().expect("it is in a call").id
    }

    pub fn thread(&mut self, program: &str, thread: u32, state: ThreadState) {
        self.push(What::Thread {
            program: program.to_owned(),
            thread,
            state,
        });
    }

    pub fn returns(&mut self, program: &str, value: &str, new_fd: Option<i32>) {
        let call = self.current(program);
        self.push(What::Return {
            program: program.to_owned(),
            call,
            returned: Returned::Value {
                value: value.to_owned(),
            },
            bytes: None,
            new_fd,
        });
    }

    pub fn blocks(&mut self, program: &str) {
        let call = self.current(program);
        self.push(What::Blocked {
            program: program.to_owned(),
            call,
        });
    }

    pub fn locals(&mut self, program: &str, line: u32, locals: &[(&str, &str)]) {
        let locals = locals
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let locals: BTreeMap<String, String> = locals.collect();
        self.push(What::Line {
            program: program.to_owned(),
            line,
            locals,
        });
    }

    pub fn prints(&mut self, program: &str, text: &str) {
        self.push(What::Print {
            program: program.to_owned(),
            text: text.to_owned(),
        });
    }

    pub fn asks(&mut self, program: &str, prompt: &str) {
        self.push(What::Ask {
            program: program.to_owned(),
            prompt: prompt.to_owned(),
            thread: 0,
        });
    }

    pub fn exits(&mut self, program: &str, traceback: Option<&str>, line: Option<u32>) {
        let traceback = traceback.map(str::to_owned);
        self.push(What::Exit {
            program: program.to_owned(),
            traceback,
            line,
        });
    }

    /// A segment leaves a host.
    pub fn sent(&mut self, from: &str, wanted: Wanted, payload: &[u8]) -> SegmentId {
        self.sent_again(from, wanted, payload, None, false)
    }

    pub fn sent_again(
        &mut self,
        from: &str,
        wanted: Wanted,
        payload: &[u8],
        copy_of: Option<SegmentId>,
        absorbed: bool,
    ) -> SegmentId {
        self.segments += 1;
        let segment = SegmentId(self.segments);
        let to = if from == "server" { "client" } else { "server" };
        self.push(What::Sent {
            segment,
            from: from.to_owned(),
            to: Some(to.to_owned()),
            bytes: Bytes(packet(from, wanted, payload)),
            copy_of,
            absorbed,
            reason: None,
        });
        segment
    }

    /// The kernel sends it again, and says why: of which one, and whether it waits behind that.
    pub fn sent_because(
        &mut self,
        from: &str,
        wanted: Wanted,
        payload: &[u8],
        (original, absorbed): (SegmentId, bool),
        reason: Resent,
    ) -> SegmentId {
        self.segments += 1;
        let segment = SegmentId(self.segments);
        let to = if from == "server" { "client" } else { "server" };
        self.push(What::Sent {
            segment,
            from: from.to_owned(),
            to: Some(to.to_owned()),
            bytes: Bytes(packet(from, wanted, payload)),
            copy_of: Some(original),
            absorbed,
            reason: Some(reason),
        });
        segment
    }

    pub fn duplicated(&mut self, segment: SegmentId) {
        self.segments += 1;
        let copy = SegmentId(self.segments);
        self.order(Order::Duplicate { segment });
        self.push(What::Duplicated { segment, copy });
    }

    pub fn order(&mut self, order: Order) {
        self.push(What::Order(Ordered {
            order,
            by: By::Learner,
        }));
    }

    pub fn delivered(&mut self, segment: SegmentId) {
        let order = Order::Deliver { segment };
        self.push(What::Order(Ordered {
            order,
            by: By::Learner,
        }));
        self.push(What::Delivered { segment });
    }

    pub fn dropped(&mut self, segment: SegmentId) {
        let order = Order::Drop { segment };
        self.push(What::Order(Ordered {
            order,
            by: By::Learner,
        }));
        self.push(What::Dropped { segment });
    }

    pub fn socket(&mut self, facts: SocketFacts) {
        self.push(What::Socket(Box::new(facts)));
    }
}

/// The bytes that cross the wire.
fn packet(from: &str, wanted: Wanted, payload: &[u8]) -> Vec<u8> {
    let is_client = from != "server";
    let (source, destination) = if is_client {
        (CLIENT_ADDRESS, SERVER_ADDRESS)
    } else {
        (SERVER_ADDRESS, CLIENT_ADDRESS)
    };
    let (source_port, destination_port) = if is_client {
        (50_070, 8_989)
    } else {
        (8_989, 50_070)
    };
    let (own, other) = if is_client {
        (CLIENT_FIRST, SERVER_FIRST)
    } else {
        (SERVER_FIRST, CLIENT_FIRST)
    };
    let usual = if wanted.syn { 65_160 } else { 502 };
    let window = wanted.window.unwrap_or(usual);
    let mut builder = PacketBuilder::ipv4(source, destination, 64).tcp(
        source_port,
        destination_port,
        own.wrapping_add(wanted.seq),
        window,
    );
    if wanted.syn {
        builder = builder.syn();
    }
    if wanted.ack {
        builder = builder.ack(other.wrapping_add(wanted.acknowledges));
    }
    if wanted.fin {
        builder = builder.fin();
    }
    if wanted.rst {
        builder = builder.rst();
    }
    if !payload.is_empty() {
        builder = builder.psh();
    }
    let options = if wanted.syn {
        vec![
            TcpOptionElement::MaximumSegmentSize(1460),
            TcpOptionElement::SelectiveAcknowledgementPermitted,
            TcpOptionElement::Timestamp(3_204_115_772, 0),
            TcpOptionElement::Noop,
            TcpOptionElement::WindowScale(7),
        ]
    } else {
        Vec::new()
    };
    let builder = builder.options(&options).expect("they fit");
    let mut bytes = Vec::new();
    builder
        .write(&mut bytes, payload)
        .expect("a vector takes all");
    bytes
}

/// The server's listening socket.
pub fn listener() -> SocketFacts {
    SocketFacts {
        host: "server".to_owned(),
        key: Key(1),
        program: Some("server".to_owned()),
        fd: Some(3),
        protocol: "tcp".to_owned(),
        state: "LISTEN".to_owned(),
        local: Some("0.0.0.0:8989".to_owned()),
        backlog: Some(128),
        accept_queue: Some(0),
        ..SocketFacts::default()
    }
}

/// One end of the connection.
pub fn end(host: &str, state: &str, fd: Option<i32>) -> SocketFacts {
    let is_client = host != "server";
    let (local, remote) = if is_client {
        (CLIENT_END, SERVER_END)
    } else {
        (SERVER_END, CLIENT_END)
    };
    SocketFacts {
        host: host.to_owned(),
        key: Key(if is_client { 10 } else { 2 }),
        program: fd.map(|_| host.to_owned()),
        fd,
        protocol: "tcp".to_owned(),
        state: state.to_owned(),
        local: Some(local.to_owned()),
        remote: Some(remote.to_owned()),
        recv_buffer: Some(131_072),
        send_buffer: Some(16_384),
        ..SocketFacts::default()
    }
}

pub fn timer(kind: TimerKind, expires_ms: u32, retransmits: u8) -> Option<Timer> {
    Some(Timer {
        kind,
        expires_ms,
        retransmits,
    })
}

//! Long runs for the benchmarks, the same each time: real TCP bytes, and what two kernels and
//! both programs would report around them.
//!
//! Each client connects, then sends and is answered, again and again. Sequence numbers, queues and
//! the kernels' counters agree, so that no panel has less to show than in a real run.

use etherparse::PacketBuilder;
use sockstep::trace::{
    BufferFacts, By, Bytes, CallId, Event, Header, HostSetup, Key, Moment, Order, Ordered,
    ProgramSetup, Returned, SegmentId, Setup, SocketFacts, TcpFacts, Timers, Trace, What, WireKind,
};

const SERVER: &str = "\
import socket

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind((\"\", 8989))
s.listen(128)
conn, addr = s.accept()
while True:
    data = conn.recv(1024)
    if not data:
        break
    print(data.decode(\"gbk\"))
conn.close()
s.close()
";
const CLIENT: &str = "\
import socket

c = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
c.connect((\"192.168.131.62\", 8989))
while True:
    c.send(\"你好服务端\".encode(\"gbk\"))
c.close()
";
/// What one `send` carries.
const DATA: [u8; 10] = *b"\xc4\xe3\xba\xc3\xb7\xfe\xce\xf1\xb6\xcb";
const FIRST: [u32; 2] = [2_578_628_620, 1_626_072_498];

/// Clients that take turns until the trace has so many events, or segments.
pub struct Long {
    trace: Trace,
    at_us: u64,
    segments: u64,
    calls: u64,
    /// The server's call that waits in each client's turn.
    accepting: Option<CallId>,
    clients: Vec<Client>,
}

struct Client {
    name: String,
    address: [u8; 4],
    /// Bytes it has sent, all of which the server has read.
    sent: u32,
}

/// One client and one server, with so many events.
pub fn events(count: usize) -> Trace {
    talk(1, |long| long.trace.events().len() >= count)
}

/// So many segments.
pub fn segments(count: u64) -> Trace {
    talk(1, |long| long.segments >= count)
}

/// So many hosts, one of them the server; each client connects and sends twice.
pub fn hosts(count: usize) -> Trace {
    talk(count - 1, |long| {
        long.clients
            .iter()
            .all(|c| c.sent as usize == 2 * DATA.len())
    })
}

fn talk(clients: usize, is_enough: impl Fn(&Long) -> bool) -> Trace {
    let mut long = Long::with_clients(clients);
    long.listen();
    for client in 0..clients {
        long.connect(client);
    }
    for client in (0..clients).cycle() {
        if is_enough(&long) {
            break;
        }
        long.exchange(client);
    }
    long.trace
}

impl Long {
    fn with_clients(count: usize) -> Self {
        let name = |index: usize| match count {
            1 => "client".to_owned(),
            _ => format!("client{}", index + 1),
        };
        let clients: Vec<Client> = (0..count)
            .map(|index| Client {
                name: name(index),
                address: [192, 168, 131, 100 + index as u8],
                sent: 0,
            })
            .collect();
        let host = |name: &str, address: [u8; 4]| HostSetup {
            name: name.to_owned(),
            addresses: vec![address.into()],
        };
        let program = |name: &str, source: &str| ProgramSetup {
            name: name.to_owned(),
            host: name.to_owned(),
            file: format!("{name}.py"),
            source: source.to_owned(),
        };
        let mut hosts = vec![host("server", [192, 168, 131, 62])];
        let mut programs = vec![program("server", SERVER)];
        hosts.extend(clients.iter().map(|c| host(&c.name, c.address)));
        programs.extend(clients.iter().map(|c| program(&c.name, CLIENT)));
        let setup = Setup {
            hosts,
            programs,
            timers: Timers::Patient,
            wire: WireKind::Held,
            ..Setup::default()
        };
        let header = Header::new(&setup, "6.18".to_owned(), WireKind::Held);
        Self {
            trace: Trace::new(header),
            at_us: 0,
            segments: 0,
            calls: 0,
            accepting: None,
            clients,
        }
    }

    fn push(&mut self, what: What) {
        self.at_us += 70;
        self.trace.push(Event {
            n: self.trace.end().0 as u64,
            at_us: self.at_us,
            what,
        });
    }

    fn rest(&mut self) {
        self.push(What::Rest);
        self.at_us += 900_000;
    }

    fn order(&mut self, order: Order) {
        let by = By::Learner;
        self.push(What::Order(Ordered { order, by }));
    }

    /// The program stands before a call, and is then let into it.
    fn call(&mut self, program: &str, line: u32, name: &str, args: &str) -> CallId {
        let call = CallId(self.calls);
        self.calls += 1;
        let locals = [("c", "<socket.socket fd=3>"), ("data", "b'\\xc4\\xe3'")];
        self.push(What::Line {
            program: program.to_owned(),
            line,
            locals: locals
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        });
        self.push(What::Call {
            program: program.to_owned(),
            call,
            line,
            name: name.to_owned(),
            args: args.to_owned(),
            fd: (name != "socket").then_some(3),
            thread: 0,
            offers: (name == "send").then_some(DATA.len() as u64),
        });
        self.rest();
        self.order(Order::Step {
            program: program.to_owned(),
            thread: None,
        });
        call
    }

    fn blocks(&mut self, program: &str, call: CallId) {
        let program = program.to_owned();
        self.push(What::Blocked { program, call });
    }

    fn returns(&mut self, program: &str, call: CallId, value: &str, bytes: &[u8]) {
        let new_fd = value.starts_with('<').then_some(3);
        self.push(What::Return {
            program: program.to_owned(),
            call,
            returned: Returned::Value {
                value: value.to_owned(),
            },
            bytes: (!bytes.is_empty()).then(|| Bytes(bytes.to_vec())),
            new_fd,
        });
    }

    /// A segment goes its way: it is held, and then delivered.
    fn crosses(&mut self, client: usize, from_client: bool, flags: &str, payload: &[u8]) {
        let segment = SegmentId(self.segments);
        self.segments += 1;
        let name = self.clients[client].name.clone();
        let ends = (name, "server".to_owned());
        let (from, to) = if from_client { ends } else { (ends.1, ends.0) };
        let bytes = Bytes(packet(&self.clients[client], from_client, flags, payload));
        self.push(What::Sent {
            segment,
            from,
            to: Some(to),
            bytes,
            copy_of: None,
            absorbed: false,
            reason: None,
        });
        self.rest();
        self.order(Order::Deliver { segment });
        self.push(What::Delivered { segment });
    }

    fn listen(&mut self) {
        for (line, name, value) in [
            (3, "socket", "<socket.socket fd=3>"),
            (4, "bind", "None"),
            (5, "listen", "None"),
        ] {
            let call = self.call("server", line, name, "");
            self.returns("server", call, value, b"");
        }
        self.push(What::Socket(Box::new(SocketFacts {
            state: "LISTEN".to_owned(),
            local: Some("0.0.0.0:8989".to_owned()),
            backlog: Some(128),
            accept_queue: Some(0),
            ..facts("server", Key(1))
        })));
        self.accept();
    }

    fn accept(&mut self) {
        let call = self.call("server", 6, "accept", "");
        self.blocks("server", call);
        self.rest();
        self.accepting = Some(call);
    }

    fn connect(&mut self, client: usize) {
        let name = self.clients[client].name.clone();
        let call = self.call(&name, 3, "socket", "AF_INET, SOCK_STREAM");
        self.returns(&name, call, "<socket.socket fd=3>", b"");
        let call = self.call(&name, 4, "connect", "(\"192.168.131.62\", 8989)");
        self.blocks(&name, call);
        self.told(client, true, "SYN_SENT");
        self.crosses(client, true, "S", b"");
        self.told(client, false, "SYN_RECV");
        self.crosses(client, false, "SA", b"");
        self.told(client, true, "ESTABLISHED");
        self.returns(&name, call, "None", b"");
        self.crosses(client, true, "A", b"");
        self.told(client, false, "ESTABLISHED");
        if let Some(call) = self.accepting.take() {
            self.returns("server", call, "(<socket.socket fd=4>, …)", b"");
        }
        self.rest();
        if client + 1 < self.clients.len() {
            self.accept();
        }
    }

    /// The client sends, the server's kernel acknowledges, the server reads.
    fn exchange(&mut self, client: usize) {
        let name = self.clients[client].name.clone();
        let call = self.call(&name, 6, "send", "b'\\xc4\\xe3\\xba\\xc3…'");
        self.returns(&name, call, "10", &DATA);
        self.crosses(client, true, "PA", &DATA);
        self.clients[client].sent += DATA.len() as u32;
        self.told(client, false, "ESTABLISHED");
        self.push(What::Buffers(Box::new(BufferFacts {
            host: "server".to_owned(),
            key: Key(1_000 + client as u64),
            unread: DATA.len() as u32,
            received: Bytes(DATA.to_vec()),
            ..BufferFacts::default()
        })));
        self.crosses(client, false, "A", b"");
        self.told(client, true, "ESTABLISHED");
        let call = self.call("server", 8, "recv", "1024");
        self.returns("server", call, "b'\\xc4\\xe3\\xba\\xc3…'", &DATA);
        self.told(client, false, "ESTABLISHED");
        self.rest();
    }

    /// What one kernel says of its end.
    fn told(&mut self, client: usize, is_client: bool, state: &str) {
        let Client {
            name,
            address: [a, b, c, d],
            sent,
        } = &self.clients[client];
        let ends = (
            format!("{a}.{b}.{c}.{d}:50070"),
            "192.168.131.62:8989".to_owned(),
        );
        let (host, key, (local, remote)) = if is_client {
            (name.as_str(), 10, ends)
        } else {
            ("server", 1_000 + client as u64, (ends.1, ends.0))
        };
        let (acked, received) = if is_client {
            (u64::from(*sent) + 1, 0)
        } else {
            (0, u64::from(*sent))
        };
        let facts = SocketFacts {
            program: (state != "SYN_RECV").then(|| host.to_owned()),
            fd: (state != "SYN_RECV").then_some(if is_client { 3 } else { 4 }),
            state: state.to_owned(),
            local: Some(local),
            remote: Some(remote),
            info: Some(TcpFacts {
                rtt_us: 40_000,
                rto_us: 204_000,
                cwnd: 10,
                bytes_acked: acked,
                bytes_received: received,
                phase: "Open".to_owned(),
                congestion: "reno".to_owned(),
                ..TcpFacts::default()
            }),
            recv_buffer: Some(131_072),
            send_buffer: Some(16_384),
            ..facts(host, Key(key))
        };
        self.push(What::Socket(Box::new(facts)));
    }
}

fn facts(host: &str, key: Key) -> SocketFacts {
    SocketFacts {
        host: host.to_owned(),
        key,
        program: Some(host.to_owned()),
        fd: Some(3),
        protocol: "tcp".to_owned(),
        ..SocketFacts::default()
    }
}

fn packet(client: &Client, from_client: bool, flags: &str, payload: &[u8]) -> Vec<u8> {
    let server = ([192, 168, 131, 62], 8989);
    let client_end = (client.address, 50_070);
    let is_syn = flags.contains('S');
    let next = u32::from(!is_syn);
    let at_client = FIRST[0].wrapping_add(next + client.sent);
    let at_server = FIRST[1].wrapping_add(next);
    let ack_of_client = FIRST[0].wrapping_add(1 + client.sent);
    let (from, to, seq, ack) = if from_client {
        (client_end, server, at_client, FIRST[1].wrapping_add(1))
    } else {
        (server, client_end, at_server, ack_of_client)
    };
    let builder = PacketBuilder::ipv4(from.0, to.0, 64);
    let mut builder = builder.tcp(from.1, to.1, seq, 502);
    if is_syn {
        builder = builder.syn();
    }
    if flags.contains('A') {
        builder = builder.ack(ack);
    }
    if flags.contains('P') {
        builder = builder.psh();
    }
    let mut bytes = Vec::new();
    builder
        .write(&mut bytes, payload)
        .expect("a vector takes all");
    bytes
}

/// A moment at every so many events of a run: what a drag over its whole strip comes upon.
pub fn moments(trace: &Trace, count: usize) -> impl Iterator<Item = Moment> {
    let end = trace.end().0;
    (0..count).map(move |index| Moment(end * index / count))
}

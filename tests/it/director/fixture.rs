//! A run told event by event, without a lab.

use etherparse::{Icmpv4Type, PacketBuilder};
use sockstep::model::State;
use sockstep::packet::Kind;
use sockstep::trace::{
    By, Bytes, CallId, Event, Header, HostSetup, Order, Ordered, ProgramSetup, Returned, SegmentId,
    Setup, Timers, What, WireKind,
};

pub struct Fixture {
    pub state: State,
    calls: u64,
    /// What has not been told to whoever follows the run.
    pub news: Vec<Event>,
}

impl Fixture {
    /// Programs, each on a host of its name.
    pub fn new(programs: &[&str]) -> Self {
        let hosts = programs.iter().zip(1..).map(|(name, last)| HostSetup {
            name: (*name).to_owned(),
            addresses: vec![[10, 0, 0, last].into()],
        });
        let set_up = programs.iter().map(|name| ProgramSetup {
            name: (*name).to_owned(),
            host: (*name).to_owned(),
            file: format!("{name}.py"),
            source: String::new(),
        });
        let setup = Setup {
            hosts: hosts.collect(),
            programs: set_up.collect(),
            timers: Timers::Patient,
            wire: WireKind::Held,
            ..Setup::default()
        };
        let header = Header::new(&setup, "6.18.44".to_owned(), WireKind::Held);
        Self {
            state: State::new(&header),
            calls: 0,
            news: Vec::new(),
        }
    }

    /// A microsecond after the event before.
    pub fn push(&mut self, what: What) {
        self.push_after(1, what);
    }

    pub fn push_after(&mut self, us: u64, what: What) {
        let event = Event {
            n: self.state.moment.0 as u64,
            at_us: self.state.at_us + us,
            what,
        };
        self.state.apply(&event);
        self.news.push(event);
    }

    pub fn rest(&mut self) {
        self.push(What::Rest);
    }

    pub fn ready(&mut self, program: &str, thread: u32, name: &str) {
        let call = CallId(self.calls);
        self.calls += 1;
        self.push(What::Call {
            program: program.to_owned(),
            call,
            line: 1,
            name: name.to_owned(),
            args: String::new(),
            fd: None,
            thread,
            offers: None,
        });
    }

    pub fn ordered(&mut self, order: Order, by: By) {
        self.push(What::Order(Ordered { order, by }));
    }

    fn call(&self, program: &str, thread: u32) -> CallId {
        let calls = self.state.programs[program].calls.iter().rev();
        let mut calls = calls.filter(|call| call.thread == thread);
        calls.next().expect("it has called").id
    }

    fn permit(&mut self, program: &str, thread: u32, by: By) -> CallId {
        let call = self.call(program, thread);
        let program = program.to_owned();
        let thread = Some(thread);
        self.ordered(Order::Step { program, thread }, by);
        call
    }

    /// Makes the call it stands before, which returns.
    pub fn steps(&mut self, program: &str, thread: u32) {
        self.steps_by(program, thread, By::Director);
    }

    pub fn steps_by(&mut self, program: &str, thread: u32, by: By) {
        let call = self.permit(program, thread, by);
        self.returns(program, call);
    }

    pub fn returns(&mut self, program: &str, call: CallId) {
        self.push(What::Return {
            program: program.to_owned(),
            call,
            returned: Returned::Value {
                value: "None".to_owned(),
            },
            bytes: None,
            new_fd: None,
        });
    }

    /// Makes the call it stands before, and the kernel makes it wait.
    pub fn blocks(&mut self, program: &str, thread: u32) -> CallId {
        let call = self.permit(program, thread, By::Director);
        let program = program.to_owned();
        self.push(What::Blocked { program, call });
        call
    }

    pub fn exits(&mut self, program: &str) {
        self.push(What::Exit {
            program: program.to_owned(),
            traceback: None,
            line: None,
        });
    }

    pub fn sends(&mut self, from: &str, kind: Kind) {
        self.sent(from, kind, None);
    }

    pub fn resends(&mut self, from: &str, kind: Kind, original: u64) {
        self.sent(from, kind, Some(SegmentId(original)));
    }

    fn sent(&mut self, from: &str, kind: Kind, copy_of: Option<SegmentId>) {
        let segment = SegmentId(self.state.segments.len() as u64);
        self.push(What::Sent {
            segment,
            from: from.to_owned(),
            to: Some("server".to_owned()),
            bytes: Bytes(bytes(kind)),
            copy_of,
            absorbed: false,
            reason: None,
        });
    }

    pub fn delivered(&mut self, segment: u64) {
        let segment = SegmentId(segment);
        self.push(What::Delivered { segment });
    }
}

fn bytes(kind: Kind) -> Vec<u8> {
    let ip = || PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64);
    let tcp = || ip().tcp(50070, 80, 7, 1000);
    let mut out = Vec::new();
    let written = match kind {
        Kind::Syn => tcp().syn().write(&mut out, b""),
        Kind::SynAck => tcp().syn().ack(1).write(&mut out, b""),
        Kind::Ack => tcp().ack(1).write(&mut out, b""),
        Kind::Data => tcp().ack(1).write(&mut out, b"hello"),
        Kind::Fin => tcp().fin().ack(1).write(&mut out, b""),
        Kind::Rst => tcp().rst().write(&mut out, b""),
        Kind::Datagram => ip().udp(5, 6).write(&mut out, b"hello"),
        Kind::Icmp => ip()
            .icmpv4(Icmpv4Type::Unknown {
                type_u8: 3,
                code_u8: 3,
                bytes5to8: [0; 4],
            })
            .write(&mut out, b""),
        Kind::Other => ip().write(&mut out, 99.into(), b""),
    };
    written.expect("a vector takes all");
    out
}

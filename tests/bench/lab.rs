//! How long the lab takes: for one segment, for a start, for a whole run.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use criterion::Criterion;
use sockstep::lab::{FromLab, Handle};
use sockstep::packet::Kind;
use sockstep::trace::{
    By, Event, HostSetup, Order, Ordered, ProgramSetup, SegmentId, Setup, Timers, What, WireKind,
};

const SERVER: &str = "\
import socket
s = socket.socket()
s.bind(('', 80))
s.listen()
c, a = s.accept()
while True: c.recv(9)
";
const CLIENT: &str = "\
import socket
s = socket.socket()
s.connect(('10.0.0.2', 80))
while True: s.send(b'x')
";

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_sockstep"))
}

fn setup() -> Setup {
    let host = |name: &str, last| HostSetup {
        name: name.to_owned(),
        addresses: vec![[10, 0, 0, last].into()],
    };
    let program = |name: &str, source: &str| ProgramSetup {
        name: name.to_owned(),
        host: name.to_owned(),
        file: format!("{name}.py"),
        source: source.to_owned(),
    };
    Setup {
        hosts: vec![host("server", 2), host("client", 1)],
        programs: vec![program("server", SERVER), program("client", CLIENT)],
        timers: Timers::Patient,
        wire: WireKind::Held,
        ..Setup::default()
    }
}

fn start_lab() -> Handle {
    Handle::start(binary(), &setup(), None, || {}).expect("a thread can start")
}

pub fn next(lab: &Handle) -> Event {
    match lab.events().recv() {
        Ok(FromLab::Event(event)) => *event,
        Ok(FromLab::Started(_)) => next(lab),
        other => panic!("{other:?}; see `sockstep doctor`"),
    }
}

/// Gives an order; all it caused, to the next rest.
pub fn order(lab: &Handle, order: Order) -> Vec<Event> {
    let by = By::Director;
    lab.order(Ordered { order, by })
        .expect("the lab takes orders");
    let mut events = Vec::new();
    while events.last().is_none_or(|e: &Event| e.what != What::Rest) {
        events.push(next(lab));
    }
    events
}

pub fn step(lab: &Handle, program: &str) -> Vec<Event> {
    let program = program.to_owned();
    order(
        lab,
        Order::Step {
            program,
            thread: None,
        },
    )
}

pub fn sent(events: &[Event]) -> SegmentId {
    let segment = events.iter().find_map(|event| match &event.what {
        What::Sent { segment, .. } => Some(*segment),
        _ => None,
    });
    segment.expect("something was sent")
}

/// From the order to deliver a data segment, over the reply on the other TUN, to the end of both
/// kernels' snapshots, by the lab's own clock.
fn deliver_once(lab: &Handle) -> Duration {
    let data = sent(&step(lab, "client"));
    let events = order(lab, Order::Deliver { segment: data });
    let ends = [events.first(), events.last()].map(|e| e.expect("some").at_us);
    let segment = sent(&events);
    order(lab, Order::Deliver { segment });
    step(lab, "server");
    Duration::from_micros(ends[1] - ends[0])
}

/// A run has a longest length: this many rounds fit one lab.
const ROUNDS: u64 = 1000;

/// Measures rounds, in as many labs as they take. Starting one does not count.
pub fn in_labs(
    mut rounds: u64,
    start: impl Fn() -> Handle,
    once: impl Fn(&Handle) -> Duration,
) -> Duration {
    let mut took = Duration::ZERO;
    while rounds > 0 {
        let lab = start();
        let now = rounds.min(ROUNDS);
        took += (0..now).map(|_| once(&lab)).sum::<Duration>();
        rounds -= now;
    }
    took
}

pub fn deliver(criterion: &mut Criterion) {
    let connected = || {
        let lab = start_lab();
        while next(&lab).what != What::Rest {}
        for _ in 0..4 {
            step(&lab, "server"); // socket, bind, listen, accept
        }
        step(&lab, "client");
        let mut segment = sent(&step(&lab, "client"));
        for _kind in [Kind::Syn, Kind::SynAck] {
            segment = sent(&order(&lab, Order::Deliver { segment }));
        }
        order(&lab, Order::Deliver { segment });
        lab
    };
    criterion.bench_function("deliver, reply, both snapshots", |bencher| {
        bencher.iter_custom(|rounds| in_labs(rounds, connected, deliver_once));
    });
}

/// From starting the process to the first program's first call, interpreter included.
pub fn start(criterion: &mut Criterion) {
    criterion.bench_function("lab start to first call", |bencher| {
        bencher.iter_custom(|rounds| {
            let once = |_| {
                let began = Instant::now();
                let lab = start_lab();
                while !matches!(next(&lab).what, What::Call { .. }) {}
                began.elapsed()
            };
            (0..rounds).map(once).sum()
        });
    });
}

/// `sockstep run` of handshake, exchange and close, as a process.
pub fn whole_run(criterion: &mut Criterion) {
    criterion.bench_function("sockstep run of the first lesson", |bencher| {
        bencher.iter(|| {
            let status = Command::new(binary())
                .args(["run", "lessons/04-handshake", "--json"])
                .stdout(Stdio::null())
                .status();
            assert!(status.expect("it starts").success());
        });
    });
}

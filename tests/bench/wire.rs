//! What many hosts cost, and how fast the wire is when nobody holds anything.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use sockstep::lab::{Handle, Recording};
use sockstep::trace::{
    HostSetup, Order, ProgramSetup, SegmentId, Setup, Timers, Traffic, What, WireKind,
};

use super::lab::{in_labs, next, order, sent, step};

const BYTES: usize = 32 << 20;
const SERVER: &str = "\
import socket
s = socket.socket()
s.bind(('', 80))
s.listen()
c, a = s.accept()
while True: c.recv(1 << 20)
";
const TALKS: &str = "\
import socket
s = socket.socket()
s.connect(('10.0.0.2', 80))
while True: s.send(b'x')
";
const POURS: &str = "\
import socket
s = socket.socket()
s.connect(('10.0.0.2', 80))
data = bytes(1 << 25)
while True: s.sendall(data)
";
const OPTIONS: &str = "\
import socket
s = socket.socket()
s.bind(('', 81))
s.listen()
while True: s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
";

/// A server, a client, and so many others that stand before their first call.
fn setup(client: &str, hosts: usize) -> Setup {
    let mut setup = Setup {
        hosts: Vec::new(),
        programs: Vec::new(),
        timers: Timers::Patient,
        wire: WireKind::Held,
        ..Setup::default()
    };
    for index in 0..hosts {
        let (name, source) = match index {
            0 => ("server".to_owned(), SERVER),
            1 => ("client".to_owned(), client),
            n => (format!("other{n}"), OPTIONS),
        };
        let last = if index == 0 { 2 } else { index as u8 + 10 };
        setup.hosts.push(HostSetup {
            name: name.clone(),
            addresses: vec![[10, 0, 0, last].into()],
        });
        setup.programs.push(ProgramSetup {
            host: name.clone(),
            file: format!("{name}.py"),
            source: source.to_owned(),
            name,
        });
    }
    setup
}

fn start(setup: &Setup) -> Handle {
    start_recorded(setup, None)
}

/// A server and a client that have a connection, each step recorded in this file.
pub fn connected(recording: Option<Recording>) -> Handle {
    let lab = start_recorded(&setup(TALKS, 2), recording);
    connect(&lab);
    lab
}

fn start_recorded(setup: &Setup, recording: Option<Recording>) -> Handle {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_sockstep"));
    let lab = Handle::start(binary, setup, recording, || {}).expect("a thread can start");
    let mut ready = 0;
    while ready < setup.programs.len() {
        ready += usize::from(matches!(next(&lab).what, What::Call { .. }));
    }
    while next(&lab).what != What::Rest {}
    lab
}

/// Server and client have a connection, and both stand before their loops.
fn connect(lab: &Handle) {
    for _ in 0..4 {
        step(lab, "server"); // socket, bind, listen, accept
    }
    step(lab, "client");
    let mut segment = sent(&step(lab, "client"));
    for _ in ["SYN", "SYN+ACK"] {
        segment = sent(&order(lab, Order::Deliver { segment }));
    }
    order(lab, Order::Deliver { segment });
}

/// From the order to deliver a data segment to the rest after it, by our own clock.
pub fn deliver_once(lab: &Handle) -> Duration {
    let data = sent(&step(lab, "client"));
    let began = Instant::now();
    let events = order(lab, Order::Deliver { segment: data });
    let took = began.elapsed();
    let segment: SegmentId = sent(&events);
    order(lab, Order::Deliver { segment });
    step(lab, "server");
    took
}

pub fn step_latency(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("order to deliver → rest, through the process");
    for hosts in [2, 64] {
        let connected = || {
            let lab = start(&setup(TALKS, hosts));
            connect(&lab);
            lab
        };
        group.bench_function(BenchmarkId::new("hosts", hosts), |bencher| {
            bencher.iter_custom(|rounds| in_labs(rounds, connected, deliver_once));
        });
    }
}

/// From a call's return to the rest: sockets, buffers and counters of the one host that it
/// concerns, by the lab's own clock.
pub fn snapshot(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("snapshot of one host");
    for hosts in [3, 64] {
        let listening = || {
            let lab = start(&setup(TALKS, hosts));
            for _ in 0..3 {
                step(&lab, "other2");
            }
            lab
        };
        let once = |lab: &Handle| {
            let events = step(lab, "other2");
            let returned = events
                .iter()
                .find(|e| matches!(e.what, What::Return { .. }));
            let ends = [returned, events.last()].map(|e| e.expect("it returns and rests").at_us);
            Duration::from_micros(ends[1] - ends[0])
        };
        group.bench_function(BenchmarkId::new("of hosts", hosts), |bencher| {
            bencher.iter_custom(|rounds| in_labs(rounds, listening, once));
        });
    }
}

pub fn start_and_stop(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a lab comes and goes");
    group.sample_size(10);
    for hosts in [2, 64] {
        let setup = setup(TALKS, hosts);
        group.bench_function(BenchmarkId::new("start, hosts", hosts), |bencher| {
            bencher.iter_custom(|rounds| {
                let once = |_| {
                    let began = Instant::now();
                    let lab = start(&setup);
                    let took = began.elapsed();
                    drop(lab);
                    took
                };
                (0..rounds).map(once).sum()
            });
        });
        group.bench_function(BenchmarkId::new("stop, hosts", hosts), |bencher| {
            bencher.iter_custom(|rounds| {
                let once = |_| {
                    let lab = start(&setup);
                    let began = Instant::now();
                    drop(lab);
                    began.elapsed()
                };
                (0..rounds).map(once).sum()
            });
        });
    }
}

/// The client pours one `sendall`; the server reads until it has all of it.
fn pour(lab: &Handle) -> Duration {
    let by = sockstep::trace::By::Director;
    let give = |order| {
        let ordered = sockstep::trace::Ordered { order, by };
        lab.order(ordered).expect("the lab takes orders");
    };
    let server = || Order::Step {
        program: "server".to_owned(),
        thread: None,
    };
    let began = Instant::now();
    give(Order::Step {
        program: "client".to_owned(),
        thread: None,
    });
    give(server());
    let (mut read, mut is_sent) = (0, false);
    while read < BYTES || !is_sent {
        let What::Return { program, bytes, .. } = next(lab).what else {
            continue;
        };
        match program.as_str() {
            "server" => {
                read += bytes.map_or(0, |bytes| bytes.0.len());
                if read < BYTES {
                    give(server());
                }
            }
            _ => is_sent = true,
        }
    }
    let took = began.elapsed();
    while next(lab).what != What::Rest {}
    took
}

/// The same through this machine's own loopback, between two threads.
fn plain() -> Duration {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound");
    let sender = std::thread::Builder::new().name("sender".to_owned());
    let data = vec![0; BYTES];
    let began = Instant::now();
    let sender = sender.spawn(move || {
        let mut stream = TcpStream::connect(address).expect("it listens");
        stream.write_all(&data).expect("it is read");
    });
    let (mut stream, _) = listener.accept().expect("it comes");
    let mut buffer = vec![0; 1 << 20];
    let mut read = 0;
    while let Ok(count) = stream.read(&mut buffer)
        && count > 0
    {
        read += count;
    }
    let took = began.elapsed();
    assert_eq!(read, BYTES);
    sender.expect("a thread").join().expect("it wrote all");
    took
}

pub fn pass_through(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("32 MiB of one TCP stream");
    group
        .sample_size(10)
        .throughput(Throughput::Bytes(BYTES as u64));
    // A run has a longest length, so each has a lab of its own.
    let once = || {
        let lab = start(&setup(POURS, 2));
        connect(&lab);
        let traffic = Traffic::default();
        order(&lab, Order::Hold { traffic, on: false });
        pour(&lab)
    };
    group.bench_function("through the wire that holds nothing, MTU 1500", |bencher| {
        bencher.iter_custom(|rounds| (0..rounds).map(|_| once()).sum());
    });
    group.bench_function("through plain loopback", |bencher| {
        bencher.iter_custom(|rounds| (0..rounds).map(|_| plain()).sum());
    });
}

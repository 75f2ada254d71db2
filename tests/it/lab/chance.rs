//! Whatever a learner does, in whatever order: the lab lives, every event folds, every byte is in
//! one place.
//!
//! Each sequence has a seed, which a failure prints: `SOCKSTEP_SEED=17 cargo test chance` plays
//! that one alone, as far as the kernels' own timing lets it; `SOCKSTEP_TRACE=FILE` asks the ledger
//! again about the trace that the failure saved. With `CI` set there are 200 of them, else a few.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sockstep::lab::{FromLab, Handle};
use sockstep::model::{Activity, Check, State};
use sockstep::packet::Kind;
use sockstep::trace::{By, Order, Ordered, Setup, Timers, Trace, Traffic};

use super::is_wire_there;
use super::play::{binary, setup};

const ORDERS: usize = 300;
const IN_CI: u64 = 200;
const ELSEWHERE: u64 = 12;
/// Most of a sequence's time is spent waiting for timers, so several share a core.
const AT_ONCE: usize = 8;
/// What one order may take, to the rest after it.
const PATIENCE: Duration = Duration::from_secs(20);

const ECHO: &str = "\
import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('', 80))
s.listen(2)
for n in range(3):
    c, a = s.accept()
    while True:
        data = c.recv(50)
        if not data: break
        c.sendall(data)
    c.close()
s.close()
";
const THREADED: &str = "\
import socket, threading
def talk(c):
    c.send(b'welcome')
    while True:
        data = c.recv(20)
        if not data: break
        c.sendall(data.upper())
    c.close()
s = socket.socket()
s.bind(('', 80))
s.listen(1)
while True:
    c, a = s.accept()
    threading.Thread(target=talk, args=(c,)).start()
";
const TALKER: &str = "\
import socket
c = socket.socket()
c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
c.connect(('192.168.131.62', 80))
for n in range(4):
    c.send(b'line %d' % n)
print(c.recv(100))
c.shutdown(socket.SHUT_WR)
while c.recv(10): pass
c.close()
";
const RUDE: &str = "\
import socket, struct
c = socket.socket()
c.connect(('192.168.131.62', 80))
c.send(b'x' * 3000)
c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
c.close()
d = socket.socket()
d.connect(('192.168.131.62', 80))
d.send(input('say: ').encode())
d.close()
";
const UDP_SERVER: &str = "\
import socket
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(('', 53))
while True:
    data, who = u.recvfrom(5)
    u.sendto(data, who)
";
const UDP_CLIENT: &str = "\
import socket
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.settimeout(0.2)
for n in range(5):
    u.sendto(b'datagram', ('192.168.131.62', 53))
    try:
        print(u.recvfrom(100))
    except OSError as e:
        print(e)
";
const BULK: &str = "\
import socket
c = socket.socket()
c.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 5000)
c.connect(('192.168.131.62', 80))
c.sendall(bytes(20000))
c.close()
";

const SCENES: [&[(&str, &str)]; 5] = [
    &[("server", ECHO), ("client1", TALKER), ("client2", RUDE)],
    &[
        ("server", THREADED),
        ("client1", TALKER),
        ("client2", TALKER),
        ("client3", RUDE),
    ],
    &[
        ("server", UDP_SERVER),
        ("client1", UDP_CLIENT),
        ("client2", UDP_CLIENT),
    ],
    &[("server", ECHO), ("client", BULK)],
    &[("server", THREADED), ("client1", BULK), ("client2", RUDE)],
];

/// The same numbers for the same seed (splitmix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    fn one_of<T: Clone>(&mut self, choices: &[T]) -> Option<T> {
        (!choices.is_empty()).then(|| choices[self.below(choices.len())].clone())
    }
}

/// What a learner might do now; `None` is a reset.
fn choose(chance: &mut Chance, state: &State) -> Option<Order> {
    let ready: Vec<(String, u32)> = state
        .programs
        .values()
        .flat_map(|p| p.ready().map(|(thread, _)| (p.name.clone(), thread)))
        .collect();
    let asking = state.programs.values().find_map(|p| match p.activity {
        Activity::Asking(_) => Some(p.name.clone()),
        _ => None,
    });
    let (step, held) = (chance.one_of(&ready), chance.one_of(&state.held));
    let step = step.map(|(program, thread)| Order::Step {
        thread: (thread % 2 == 0).then_some(thread),
        program,
    });
    let traffic = Traffic {
        from: chance
            .one_of(&[None, None, Some("server".to_owned())])
            .flatten(),
        kind: chance
            .one_of(&[None, Some(Kind::Data), Some(Kind::Ack), Some(Kind::Fin)])
            .flatten(),
    };
    let dice = chance.below(100);
    let fault = held.and_then(|segment| match dice {
        0..40 => Some(Order::Deliver { segment }),
        40..46 => Some(Order::Drop { segment }),
        46..50 => Some(Order::Duplicate { segment }),
        50..53 => Some(Order::Corrupt {
            segment,
            byte: Some(chance.below(60) as u32),
        }),
        53..56 => Some(Order::Delay {
            segment,
            ms: chance.below(30) as u32,
        }),
        _ => None,
    });
    let answer = asking.map(|program| Order::Answer {
        program,
        text: Some("hello".to_owned()),
    });
    match dice {
        _ if fault.is_some() => fault,
        56..60 => Some(Order::DeliverAll),
        60..63 => Some(Order::Hold {
            traffic,
            on: chance.below(3) > 0,
        }),
        63..66 => answer.or(step),
        // Orders that cannot be obeyed are refused, and that is all.
        66..68 => Some(Order::Step {
            program: "nobody".to_owned(),
            thread: None,
        }),
        68 if chance.below(6) == 0 => None,
        _ => step.or(answer),
    }
}

struct Run {
    seed: u64,
    setup: Setup,
    lab: Handle,
    trace: Trace,
    state: State,
}

impl Run {
    fn start(seed: u64, setup: Setup) -> Self {
        let lab = Handle::start(binary(), &setup, None, || {}).expect("a thread can start");
        let first = lab.events().recv_timeout(PATIENCE);
        let Ok(FromLab::Started(header)) = first else {
            panic!("seed {seed}: the lab did not start: {first:?}");
        };
        let state = State::new(&header);
        let trace = Trace::new(*header);
        let mut run = Self {
            seed,
            setup,
            lab,
            trace,
            state,
        };
        run.settle(&None);
        run
    }

    fn settle(&mut self, after: &Option<Order>) {
        let until = Instant::now() + PATIENCE;
        while !self.state.is_at_rest || !self.lab.events().is_empty() {
            match self.lab.events().recv_deadline(until) {
                Ok(FromLab::Event(event)) => {
                    assert_eq!(event.n, self.trace.events().len() as u64);
                    self.state.apply(&event);
                    self.trace.push(*event);
                }
                other => self.fail(&format!("after {after:?}: {other:?}")),
            }
        }
        self.check_ledger();
    }

    fn order(&mut self, order: Order) {
        let by = By::Learner;
        self.state.is_at_rest = false;
        let ordered = Ordered {
            order: order.clone(),
            by,
        };
        self.lab.order(ordered).expect("the lab takes orders");
        self.settle(&Some(order));
    }

    fn check_ledger(&self) {
        if let Err(why) = sums_hold(&self.state) {
            self.fail(&why);
        }
    }

    fn fail(&self, why: &str) -> ! {
        let file = std::env::temp_dir().join(format!("sockstep-seed-{}.jsonl", self.seed));
        let mut text = sockstep::trace::to_line(self.trace.header());
        for event in self.trace.events() {
            text.push('\n');
            text.push_str(&sockstep::trace::to_line(event));
        }
        std::fs::write(&file, text).ok();
        let events = self.trace.events();
        let tail = &events[events.len().saturating_sub(15)..];
        panic!(
            "SOCKSTEP_SEED={} fails (its trace is {}): {why}\n{tail:#?}",
            self.seed,
            file.display()
        );
    }
}

fn sums_hold(state: &State) -> Result<(), String> {
    for stream in state.streams() {
        super::ledger::assert_tiled(&stream);
        if let Check::Off(off) = &stream.check {
            let off: Vec<String> = off.iter().map(ToString::to_string).collect();
            return Err(format!(
                "the ledger is off: {off:?} {:?} {} → {}",
                stream.places(),
                stream.from.address,
                stream.to.address
            ));
        }
    }
    Ok(())
}

fn ask_again(file: &str) {
    let text = std::fs::read_to_string(file).expect("it is there");
    let trace = sockstep::trace::load(&text).expect("it is a trace").trace;
    let mut state = State::new(trace.header());
    for event in trace.events() {
        state.apply(event);
        if state.is_at_rest {
            let summed = sums_hold(&state);
            assert_eq!(summed, Ok(()), "{file}, event {}", event.n);
        }
    }
}

fn play(seed: u64) {
    let mut chance = Chance(seed);
    let scene = SCENES[chance.below(SCENES.len())];
    let timers = chance
        .one_of(&[Timers::Patient, Timers::Natural])
        .expect("two");
    let mut run = Run::start(seed, setup(scene, timers));
    let mut waits = 0;
    for _ in 0..ORDERS {
        let is_over = run.state.programs.values().all(|p| p.has_ended());
        match choose(&mut chance, &run.state) {
            Some(order) if !is_over => run.order(order),
            // Only a timer can go on. Now and then it is waited for.
            None if !is_over && waits < 3 => {
                waits += 1;
                if let Ok(FromLab::Event(event)) =
                    run.lab.events().recv_timeout(Duration::from_millis(250))
                {
                    run.state.apply(&event);
                    run.trace.push(*event);
                    run.settle(&None);
                }
            }
            Some(_) | None => {
                let setup = run.setup.clone();
                let lab = run.lab.pid();
                drop(run);
                assert_gone(seed, lab);
                run = Run::start(seed, setup);
                waits = 0;
            }
        }
    }
    let end = State::at(&run.trace, run.trace.end());
    assert_eq!(end.moment, run.state.moment, "seed {seed}");
    assert_eq!(end.held, run.state.held, "seed {seed}");
    let lab = run.lab.pid();
    drop(run);
    assert_gone(seed, lab);
}

/// The lab has a process group of its own: nobody of it is left.
fn assert_gone(seed: u64, group: Option<u32>) {
    let group = group.expect("it ran").to_string();
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
    for process in processes {
        let Ok(stat) = std::fs::read_to_string(process.path().join("stat")) else {
            continue;
        };
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        let found = fields.split_whitespace().nth(2);
        assert_ne!(found, Some(group.as_str()), "seed {seed} leaves {stat}");
    }
}

#[test]
fn no_sequence_of_orders_breaks_the_lab_or_the_ledger() {
    if !is_wire_there() {
        return;
    }
    if let Ok(file) = std::env::var("SOCKSTEP_TRACE") {
        return ask_again(&file);
    }
    if let Ok(seed) = std::env::var("SOCKSTEP_SEED") {
        return play(seed.parse().expect("a number"));
    }
    let is_in_ci = std::env::var_os("CI").is_some();
    let seeds = if is_in_ci { IN_CI } else { ELSEWHERE };
    eprintln!("{seeds} sequences of {ORDERS} orders");
    let next = AtomicU64::new(1);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let seed = next.fetch_add(1, Ordering::Relaxed)
                    && seed <= seeds
                {
                    play(seed);
                }
            });
        }
    });
}

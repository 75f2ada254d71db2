//! The byte ledger against real kernels: at each rest its sums are the kernels' own.

use std::time::Duration;

use sockstep::model::{Activity, Check, Part, Place, Stream};
use sockstep::packet::Kind;
use sockstep::trace::Order;

use super::{Play, is_wire_there};

/// Every byte is in one place, and the places lie side by side.
pub fn assert_tiled(stream: &Stream) {
    let mut end = 0;
    for Part { range, .. } in &stream.parts {
        assert_eq!(range.start, end, "{:?}", stream.places());
        assert!(range.end > end, "{:?}", stream.places());
        end = range.end;
    }
    assert_eq!(end, stream.offered, "{:?}", stream.places());
    let with_program = stream.count(Place::Program);
    assert_eq!(stream.offered - with_program, stream.written);
}

/// All streams are tiled, and reconciled where both ends belong to programs.
/// Tells how many were.
fn assert_reconciled(play: &Play) -> usize {
    let mut reconciled = 0;
    for stream in play.state.streams() {
        assert_tiled(&stream);
        let is_owned = [&stream.from, &stream.to].iter().all(|end| {
            let key = end
                .key
                .and_then(|key| play.state.hosts[&end.host].sockets.get(&key));
            key.is_some_and(|socket| {
                socket.facts.program.is_some()
                    && socket.gone_at_us.is_none()
                    && socket.facts.state != "CLOSE"
            })
        });
        let is_fine = match &stream.check {
            Check::Reconciled => {
                reconciled += usize::from(stream.written > 0);
                true
            }
            Check::Off(_) => false,
            Check::Unknown(_) => !is_owned || stream.compared.is_empty() && stream.written == 0,
        };
        assert!(is_fine, "{stream:#?}\n{:#?}", play.tail());
    }
    reconciled
}

/// Numbers that look random, the same each time (xorshift, Marsaglia 2003).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// Steps, deliveries, drops, duplicates and corruptions in any order, `orders` of them.
fn wander(programs: &[(&str, &str)], seed: u64, orders: usize) -> usize {
    let mut reconciled = 0;
    let mut chance = Chance(seed * 2 + 1);
    for _ in 0..8 {
        chance.below(2);
    }
    let (mut play, mut patience) = (Play::start(programs), 3);
    while play.call("server") != "accept" {
        play.step("server");
    }
    for _ in 0..orders {
        let state = &play.state;
        let ready: Vec<&String> = state
            .programs
            .iter()
            .filter(|(_, program)| matches!(program.activity, Activity::Ready(_)))
            .map(|(name, _)| name)
            .collect();
        let choices = ready.len() + state.held.len();
        if choices == 0 {
            // Only a timer can go on; it has a second, a few times.
            patience -= 1;
            play.take_if_any(Duration::from_millis(1200));
            if patience == 0 || play.state.is_at_rest {
                break;
            }
            play.settle();
            reconciled += assert_reconciled(&play);
            continue;
        }
        // Most handshakes go well, or nothing would be written.
        let has_faults = seed % 5 == 4 || state.streams().iter().any(|s| s.written > 0);
        let choice = chance.below(choices);
        let order = match ready.get(choice) {
            Some(program) => Order::Step {
                program: (*program).clone(),
                thread: None,
            },
            None => {
                let segment = state.held[choice - ready.len()];
                match chance.below(if has_faults { 12 } else { 1 }) + usize::from(!has_faults) * 9 {
                    0 => Order::Drop { segment },
                    1 if state.held.len() < 12 => Order::Duplicate { segment },
                    2 => Order::Corrupt {
                        segment,
                        byte: None,
                    },
                    _ => Order::Deliver { segment },
                }
            }
        };
        play.order(order);
        reconciled += assert_reconciled(&play);
    }
    reconciled
}

/// What the programs do after the handshake; `s` and `c` are the connected sockets.
struct Pair {
    name: &'static str,
    server: &'static str,
    client: &'static str,
}

const PAIRS: &[Pair] = &[
    Pair {
        name: "questions and answers",
        server: "
c.send(b'hi')
while True:
    data = c.recv(7)
    if not data:
        break
    c.send(data[:3])
    c.recv(4, socket.MSG_PEEK)
c.close()
",
        client: "
for i in range(6):
    c.send(bytes(range(65 + i, 75 + i)))
c.shutdown(socket.SHUT_WR)
while c.recv(5):
    pass
c.close()
",
    },
    Pair {
        name: "more than the buffers hold",
        server: "
for i in range(40):
    if not c.recv(3000):
        break
c.close()
",
        client: "
c.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 5000)
c.sendall(b'abcdefghij' * 2500)
c.send(b'tail')
c.close()
",
    },
    Pair {
        name: "closed with unread data",
        server: "
c.recv(3)
c.send(b'so far')
c.close()
",
        client: "
c.sendall(b'one')
c.sendall(b'two')
c.sendall(b'three')
c.recv(2)
c.sendall(b'four')
c.close()
",
    },
    Pair {
        name: "all or nothing, and no delay",
        server: "
c.recv(12, socket.MSG_WAITALL)
c.recv(9, socket.MSG_WAITALL)
c.recv(9, socket.MSG_WAITALL)
c.close()
",
        client: "
c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
for i in range(9):
    c.send(b'abc')
c.shutdown(socket.SHUT_WR)
c.recv(1)
c.close()
",
    },
    Pair {
        name: "two threads write and read",
        server: "
import threading
def read():
    while c.recv(3000):
        pass
threads = [threading.Thread(target=read) for i in range(2)]
for thread in threads:
    thread.start()
c.sendall(b'welcome')
for thread in threads:
    thread.join()
c.close()
",
        client: "
import threading
c.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 5000)
def write(letter):
    for i in range(3):
        c.sendall(letter * 4000)
threads = [threading.Thread(target=write, args=(letter,)) for letter in (b'x', b'y')]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
c.close()
",
    },
    Pair {
        name: "one connection after another on the same ports",
        server: "
c.recv(100)
c.send(b'first')
c.close()
c, a = s.accept()
c.recv(2)
c.recv(2)
c.close()
",
        client: "
c.send(b'question')
c.recv(100)
c.recv(100)
c.close()
c = socket.socket()
c.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
c.bind(('', 5000))
c.connect(('192.168.131.62', 8989))
c.send(b'second')
c.close()
",
    },
];

fn programs(pair: &Pair) -> [String; 2] {
    let server = format!(
        "
import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4000)
s.bind(('', 8989))
s.listen(1)
c, a = s.accept()
{}",
        pair.server
    );
    let client = format!(
        "
import socket
c = socket.socket()
c.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
c.bind(('', 5000))
c.connect(('192.168.131.62', 8989))
{}",
        pair.client
    );
    [server, client]
}

/// What the sums rest on, as this kernel counts: Linux 6.18 was the first it was measured on.
#[test]
fn the_kernel_counts_syn_and_fin_as_the_ledger_believes() {
    if !is_wire_there() {
        return;
    }
    let [server, client] = programs(&Pair {
        name: "",
        server: "c.recv(2)\nc.recv(2)\nc.recv(1)\n",
        client: "c.send(b'abc')\nc.shutdown(socket.SHUT_WR)\nc.recv(1)\n",
    });
    let mut play = Play::start(&[("server", &server), ("client", &client)]);
    play.step_until_blocked("server");
    play.step_until_blocked("client");
    for (from, kind) in [
        ("client", Kind::Syn),
        ("server", Kind::SynAck),
        ("client", Kind::Ack),
    ] {
        play.deliver(from, kind);
    }
    let counts = |play: &Play, host: &str| {
        let mut sockets = play.state.sockets(host);
        let socket = sockets.find(|socket| socket.facts.info.is_some()).unwrap();
        let info = socket.facts.info.as_ref().unwrap();
        let unread = socket.buffers.as_ref().map(|(_, buffers)| buffers.unread);
        let queues = (socket.facts.send_queue, socket.facts.recv_queue, unread);
        (info.bytes_acked, info.bytes_received, queues)
    };
    // The SYN is acknowledged data of the side that opened, and of that side only.
    assert_eq!(counts(&play, "client"), (1, 0, (0, 0, None)));
    assert_eq!(counts(&play, "server"), (0, 0, (0, 0, None)));
    play.step_until_blocked("client");
    // A FIN that waits or is on its way is one byte of the send queue.
    assert_eq!(counts(&play, "client"), (1, 0, (4, 0, Some(0))));
    play.deliver("client", Kind::Data);
    play.deliver("client", Kind::Fin);
    // One received, one in the queue that sock_diag tells; SIOCINQ leaves it out.
    let (_, received, queues) = counts(&play, "server");
    assert_eq!((received, queues), (4, (0, 4, Some(3))));
    play.step("server"); // recv
    assert_eq!(counts(&play, "server").2, (0, 2, Some(1)));
    play.step("server"); // recv: it comes upon the FIN
    assert_eq!(counts(&play, "server").2, (0, 0, Some(0)));
    while let Some(id) = play.state.oldest_held() {
        play.order(Order::Deliver { segment: id });
    }
    assert_eq!(counts(&play, "client").0, 5);
}

#[test]
fn the_sums_are_the_kernels_at_every_rest_in_any_order() {
    if !is_wire_there() {
        return;
    }
    let mut all = 0;
    for seed in seeds(1) {
        for pair in PAIRS {
            let [server, client] = programs(pair);
            let reconciled = wander(&[("server", &server), ("client", &client)], seed, 120);
            eprintln!("{seed} {}: {reconciled} times", pair.name);
            all += reconciled;
        }
    }
    assert!(all > 50, "the programs did not get far: {all}");
}

/// More of them with `LEDGER_SEEDS=1..300`.
fn seeds(count: u64) -> std::ops::Range<u64> {
    let wanted = std::env::var("LEDGER_SEEDS").ok();
    let wanted = wanted.as_deref().and_then(|wanted| wanted.split_once(".."));
    wanted.map_or(0..count, |(from, until)| {
        from.parse().unwrap()..until.parse().unwrap()
    })
}

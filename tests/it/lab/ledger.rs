//! The byte ledger against real kernels: at each rest its sums are the kernels' own.

use sockstep::model::{Activity, Check, Part, Place, Stream};
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
fn assert_reconciled(play: &Play) {
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
            Check::Reconciled => true,
            Check::Off(_) => false,
            Check::Unknown(_) => !is_owned || stream.compared.is_empty() && stream.written == 0,
        };
        assert!(is_fine, "{stream:#?}\n{:#?}", play.tail());
    }
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
fn wander(programs: &[(&str, &str)], seed: u64, orders: usize) -> Play {
    let mut chance = Chance(seed * 2 + 1);
    for _ in 0..8 {
        chance.below(2);
    }
    let mut play = Play::start(programs);
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
            break;
        }
        let choice = chance.below(choices);
        let order = match ready.get(choice) {
            Some(program) => Order::Step {
                program: (*program).clone(),
                thread: None,
            },
            None => {
                let segment = state.held[choice - ready.len()];
                match chance.below(10) {
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
        assert_reconciled(&play);
    }
    play
}

const SERVER: &str = "
import socket
s = socket.socket()
s.bind(('', 8989))
s.listen(1)
c, a = s.accept()
c.send(b'hi')
while True:
    data = c.recv(7)
    if not data:
        break
    c.send(data[:3])
    c.recv(4, socket.MSG_PEEK)
c.close()
";

const CLIENT: &str = "
import socket
c = socket.socket()
c.connect(('192.168.131.62', 8989))
for i in range(6):
    c.send(bytes(range(65 + i, 75 + i)))
c.shutdown(socket.SHUT_WR)
while c.recv(5):
    pass
c.close()
";

#[test]
fn the_sums_are_the_kernels_at_every_rest_in_any_order() {
    if !is_wire_there() {
        return;
    }
    for seed in seeds(3) {
        eprintln!("seed {seed}");
        wander(&[("server", SERVER), ("client", CLIENT)], seed, 120);
    }
}

/// More of them with `LEDGER_SEEDS=1..300`.
fn seeds(count: u64) -> std::ops::Range<u64> {
    let wanted = std::env::var("LEDGER_SEEDS").ok();
    let wanted = wanted.as_deref().and_then(|wanted| wanted.split_once(".."));
    wanted.map_or(0..count, |(from, until)| {
        from.parse().unwrap()..until.parse().unwrap()
    })
}

//! Whatever happens, every byte is in one place.

use sockstep::trace::{SegmentId, What};

use super::{CLIENT, Run, assert_tiled, info};

/// Numbers that look random, the same each time (xorshift, Marsaglia 2003).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        let mut chance = Self(seed * 2 + 1);
        for _ in 0..8 {
            chance.below(2);
        }
        chance
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// A sender and a receiver by the book, and what a reader has seen of them.
#[derive(Default)]
struct Book {
    written: u64,
    next: u64,
    read: u64,
    /// By place: it has arrived.
    arrived: Vec<bool>,
    held: Vec<(SegmentId, u64, u64)>,
}

impl Book {
    fn in_order(&self) -> u64 {
        self.arrived.iter().take_while(|there| **there).count() as u64
    }

    fn happen(&mut self, run: &mut Run, chance: &mut Chance) {
        match chance.below(8) {
            0 | 1 => {
                let length = 1 + chance.below(9);
                self.written += length;
                self.arrived.resize(self.written as usize, false);
                run.write("client", &vec![b'x'; length as usize]);
            }
            // Something new, or something again, cut anew.
            2 | 3 if self.written > 0 => {
                let from = chance.below(self.next + 1);
                let most = self.written - from;
                if most > 0 {
                    let length = 1 + chance.below(most.min(7));
                    let payload = vec![b'x'; length as usize];
                    let id = run.data(from as i64, &payload);
                    self.next = self.next.max(from + length);
                    self.held.push((id, from, from + length));
                }
            }
            4 if self.in_order() > self.read => {
                let length = 1 + chance.below(self.in_order() - self.read);
                self.read += length;
                run.read("server", &vec![b'x'; length as usize]);
            }
            5 if !self.held.is_empty() => {
                let index = chance.below(self.held.len() as u64) as usize;
                let (id, ..) = self.held.swap_remove(index);
                run.lose(id);
            }
            6 if !self.held.is_empty() => {
                let index = chance.below(self.held.len() as u64) as usize;
                let (id, from, until) = self.held[index];
                self.held.push((run.duplicate(id), from, until));
            }
            _ if !self.held.is_empty() => {
                let index = chance.below(self.held.len() as u64) as usize;
                let (id, from, until) = self.held.swap_remove(index);
                self.arrived[from as usize..until as usize].fill(true);
                run.deliver(id);
            }
            _ => {}
        }
    }

    /// The place of each byte, by the book.
    fn place(&self, byte: u64) -> &'static str {
        let is_held = |(_, from, until): &(SegmentId, u64, u64)| (*from..*until).contains(&byte);
        if byte < self.read {
            "Read"
        } else if byte < self.in_order() {
            "Received"
        } else if self.arrived[byte as usize] {
            "OutOfOrder"
        } else if self.held.iter().any(is_held) {
            "Wire"
        } else if byte < self.next {
            "Sent"
        } else {
            "Unsent"
        }
    }
}

#[test]
fn every_byte_is_where_the_book_says() {
    for seed in 0..60 {
        let (mut run, mut chance, mut book) =
            (Run::connected(), Chance::new(seed), Book::default());
        for _ in 0..80 {
            book.happen(&mut run, &mut chance);
            let stream = run.stream();
            assert_eq!(stream.written, book.written);
            for part in &stream.parts {
                for byte in part.range.clone() {
                    let place = format!("{:?}", part.place);
                    assert_eq!(
                        place,
                        book.place(byte),
                        "{seed}: {byte} in {:?}",
                        stream.places()
                    );
                }
            }
        }
    }
}

#[test]
fn a_trace_of_nonsense_still_has_every_byte_in_one_place() {
    for seed in 0..200 {
        let (mut run, mut chance) = (Run::connected(), Chance::new(seed));
        let mut calls = Vec::new();
        for _ in 0..60 {
            nonsense(&mut run, &mut chance, &mut calls);
            for stream in run.state.streams() {
                assert_tiled(&stream);
                run.state.contents(&stream, 0..50);
                run.state.contents(&stream, u64::MAX - 9..u64::MAX);
            }
            run.state.datagrams();
        }
    }
}

/// One event or a few, which need make no sense.
pub fn nonsense(run: &mut Run, chance: &mut Chance, calls: &mut Vec<sockstep::trace::CallId>) {
    const STATES: [&str; 7] = [
        "ESTABLISHED",
        "SYN_RECV",
        "CLOSE",
        "FIN_WAIT1",
        "FIN_WAIT2",
        "CLOSE_WAIT",
        "LISTEN",
    ];
    let who = ["client", "server"][chance.below(2) as usize];
    let segment = SegmentId(chance.below(20));
    let number =
        [0, 1, 5, 70, u64::from(u32::MAX), u64::MAX - 1, u64::MAX][chance.below(7) as usize];
    match chance.below(11) {
        0 => run.write(who, b"hello"),
        1 => run.read(who, b"hel"),
        2 => {
            let flags = ["", "FIN", "RST", "SYN", "SYN+ACK"][chance.below(5) as usize];
            run.acknowledging(who, number as i64, b"abcd", flags, chance.below(9) as u32);
        }
        3 => run.deliver(segment),
        4 => run.lose(segment),
        5 => drop(run.duplicate(segment)),
        6 => {
            let state = STATES[chance.below(7) as usize];
            let fd = (chance.below(3) > 0).then_some(4);
            run.told(who, fd, state, |facts| {
                facts.send_queue = number as u32;
                facts.recv_queue = number as u32;
                facts.info = info(number, number);
            });
        }
        7 => {
            let call = run.call(who, "sendall", "", Some(number));
            run.block(who, call);
            calls.push(call);
        }
        8 => {
            if let Some(call) = calls.pop() {
                run.give_back(who, call, &number.to_string(), b"abc");
            }
        }
        9 => run.apply(What::Gone {
            host: who.to_owned(),
            key: CLIENT,
        }),
        _ => run.rest(),
    }
}

//! Captures as files in memory: a few conversations of every kind, or as many packets as wanted.

use std::ops::ControlFlow;
use std::sync::Arc;

use etherparse::PacketBuilder;
use sockstep::capture::{Capture, Limits};

/// Raw IP, as tcpdump.org lists link types.
const RAW: u32 = 101;

/// A pcap file.
pub struct File {
    bytes: Vec<u8>,
    at_us: u64,
}

/// What a TCP segment says.
#[derive(Clone, Copy, Default)]
pub struct Says {
    pub syn: bool,
    pub ack: Option<u32>,
    pub fin: bool,
    pub rst: bool,
    pub data: usize,
}

type End = ([u8; 4], u16);

pub const CLIENT: End = ([10, 0, 0, 1], 50_070);
pub const SERVER: End = ([10, 0, 0, 2], 80);

impl File {
    pub fn new() -> Self {
        let mut bytes = Vec::new();
        for word in [0xA1B2_C3D4, 0x0004_0002, 0, 0, 262_144, RAW] {
            bytes.extend(u32::to_le_bytes(word));
        }
        Self {
            bytes,
            at_us: 1_700_000_000_000_000,
        }
    }

    /// This long after the packet before.
    pub fn packet(&mut self, after_us: u64, packet: &[u8]) {
        self.at_us += after_us;
        let length = packet.len() as u32;
        let (seconds, us) = (self.at_us / 1_000_000, self.at_us % 1_000_000);
        for word in [seconds as u32, us as u32, length, length] {
            self.bytes.extend(word.to_le_bytes());
        }
        self.bytes.extend(packet);
    }

    pub fn tcp(&mut self, after_us: u64, (from, to): (End, End), seq: u32, says: Says) {
        let builder = PacketBuilder::ipv4(from.0, to.0, 64).tcp(from.1, to.1, seq, 64_240);
        let builder = if says.syn { builder.syn() } else { builder };
        let builder = if says.fin { builder.fin() } else { builder };
        let builder = if says.rst { builder.rst() } else { builder };
        let builder = match says.ack {
            Some(ack) => builder.ack(ack),
            None => builder,
        };
        let mut packet = Vec::new();
        builder
            .write(&mut packet, &vec![b'x'; says.data])
            .expect("a vector takes all");
        self.packet(after_us, &packet);
    }

    pub fn cut(&mut self, bytes: usize) {
        self.bytes.truncate(self.bytes.len() - bytes);
    }

    pub fn read(self) -> Arc<Capture> {
        let mut watch = |_| ControlFlow::Continue(());
        let read = Capture::read(&self.bytes[..], &Limits::default(), &mut watch);
        Arc::new(read.expect("a sound file"))
    }
}

/// A handshake, a request, an answer, something sent again, both goodbyes.
pub fn connection(file: &mut File, (client, server): (End, End)) {
    let (there, back) = ((client, server), (server, client));
    let says = Says::default();
    let syn = Says { syn: true, ..says };
    let ack = |number| Says {
        ack: Some(number),
        ..says
    };
    let data = |number, data| Says {
        data,
        ..ack(number)
    };
    let fin = |number| Says {
        fin: true,
        ..ack(number)
    };
    file.tcp(1_000, there, 100, syn);
    file.tcp(
        40,
        back,
        900,
        Says {
            ack: Some(101),
            ..syn
        },
    );
    file.tcp(30, there, 101, ack(901));
    file.tcp(2_000, there, 101, data(901, 120));
    file.tcp(50, back, 901, ack(221));
    file.tcp(12_000, back, 901, data(221, 1_448));
    file.tcp(204_000, back, 901, data(221, 1_448));
    file.tcp(60, there, 221, ack(2_349));
    file.tcp(900, back, 2_349, fin(221));
    file.tcp(70, there, 221, fin(2_350));
    file.tcp(40, back, 2_350, ack(222));
}

/// Four conversations: one whole, one refused, one under way before, one of datagrams.
pub fn various() -> Arc<Capture> {
    let mut file = File::new();
    connection(&mut file, (CLIENT, SERVER));
    let says = Says::default();
    let refused = (CLIENT, ([10, 0, 0, 3], 443));
    file.tcp(500, refused, 7, Says { syn: true, ..says });
    let rst = Says {
        rst: true,
        ack: Some(8),
        ..says
    };
    file.tcp(45, (refused.1, refused.0), 0, rst);
    let before = (([192, 168, 131, 10], 40_000), ([192, 168, 131, 62], 8_989));
    file.tcp(
        800,
        before,
        5_000,
        Says {
            data: 12,
            ack: Some(77),
            ..says
        },
    );
    file.tcp(
        90,
        (before.1, before.0),
        77,
        Says {
            data: 20,
            ack: Some(5_012),
            ..says
        },
    );
    let [one, other] = [1, 2].map(|last| {
        let mut address = [0; 16];
        (address[0], address[1], address[15]) = (0xFD, 0, last);
        address
    });
    let mut question = Vec::new();
    let builder = PacketBuilder::ipv6(one, other, 64).udp(51_000, 53);
    builder
        .write(&mut question, b"where?")
        .expect("a vector takes all");
    file.packet(3_000, &question);
    let mut answer = Vec::new();
    let builder = PacketBuilder::ipv6(other, one, 64).udp(53, 51_000);
    builder
        .write(&mut answer, b"there")
        .expect("a vector takes all");
    file.packet(9_000, &answer);
    file.read()
}

/// So many packets, in connections of eleven.
pub fn many(packets: usize) -> Arc<Capture> {
    let mut file = File::new();
    for number in 0..packets.div_ceil(11) {
        let client = (
            [10, 1, (number / 20_000) as u8, 1],
            10_000 + (number % 20_000) as u16,
        );
        connection(&mut file, (client, SERVER));
    }
    file.read()
}

/// One connection of so many packets.
pub fn long(packets: usize) -> Arc<Capture> {
    let mut file = File::new();
    let says = Says::default();
    file.tcp(0, (CLIENT, SERVER), 100, Says { syn: true, ..says });
    file.tcp(
        40,
        (SERVER, CLIENT),
        900,
        Says {
            syn: true,
            ack: Some(101),
            ..says
        },
    );
    for number in 2..packets as u32 {
        let seq = 101 + (number - 2) * 1_000;
        let data = Says {
            ack: Some(901),
            data: 1_000,
            ..says
        };
        file.tcp(10, (CLIENT, SERVER), seq, data);
    }
    file.read()
}

/// One connection, from its first packet to its last.
pub fn one() -> Arc<Capture> {
    let mut file = File::new();
    connection(&mut file, (CLIENT, SERVER));
    file.read()
}

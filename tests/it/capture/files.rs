//! Frames and files for tests.

use etherparse::PacketBuilder;

/// One TCP connection over Ethernet.
pub struct Flow {
    pub frames: Vec<Vec<u8>>,
    /// The next sequence number of the client, of the server.
    pub next: [u32; 2],
    pub ends: [[u8; 4]; 2],
    pub ports: [u16; 2],
    pub window: u16,
}

impl Default for Flow {
    fn default() -> Self {
        Self {
            frames: Vec::new(),
            next: [1000, 9000],
            ends: [[10, 0, 0, 1], [10, 0, 0, 2]],
            ports: [50_000, 8989],
            window: 502,
        }
    }
}

impl Flow {
    /// A segment from end 0 or 1, with flags as letters; both numbers move on.
    pub fn segment(&mut self, from: usize, flags: &str, payload: &[u8]) -> &mut Self {
        let seq = self.next[from];
        self.at(from, flags, seq, self.next[1 - from], payload);
        let counted = flags.contains(['S', 'F']);
        self.next[from] = seq.wrapping_add(payload.len() as u32 + u32::from(counted));
        self
    }

    /// A segment with just these numbers.
    pub fn at(
        &mut self,
        from: usize,
        flags: &str,
        seq: u32,
        ack: u32,
        payload: &[u8],
    ) -> &mut Self {
        let builder = PacketBuilder::ethernet2([2; 6], [4; 6])
            .ipv4(self.ends[from], self.ends[1 - from], 64)
            .tcp(self.ports[from], self.ports[1 - from], seq, self.window);
        let mut builder = builder;
        for flag in flags.chars() {
            builder = match flag {
                'S' => builder.syn(),
                'A' => builder.ack(ack),
                'F' => builder.fin(),
                'R' => builder.rst(),
                'P' => builder.psh(),
                other => panic!("no flag {other}"),
            };
        }
        let mut frame = Vec::new();
        builder
            .write(&mut frame, payload)
            .expect("a vector takes all");
        self.frames.push(frame);
        self
    }

    pub fn handshake(&mut self) -> &mut Self {
        self.segment(0, "S", b"")
            .segment(1, "SA", b"")
            .segment(0, "A", b"")
    }

    pub fn data(&mut self, payload: &[u8]) -> &mut Self {
        self.segment(0, "PA", payload).segment(1, "A", b"")
    }

    pub fn answer(&mut self, payload: &[u8]) -> &mut Self {
        self.segment(1, "PA", payload).segment(0, "A", b"")
    }

    pub fn close(&mut self) -> &mut Self {
        self.segment(0, "FA", b"").segment(1, "A", b"");
        self.segment(1, "FA", b"").segment(0, "A", b"")
    }
}

/// A pcap file of Ethernet frames, a millisecond apart.
pub fn pcap(frames: &[Vec<u8>]) -> Vec<u8> {
    pcap_of(1, frames)
}

pub fn pcap_of(link: u32, frames: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    for number in [0xa1b2_c3d4, 2 | 4 << 16, 0, 0, 65_535, link] {
        file.extend(u32::to_le_bytes(number));
    }
    for (index, frame) in frames.iter().enumerate() {
        let length = frame.len() as u32;
        for number in [1_700_000_000, index as u32 * 1000, length, length] {
            file.extend(number.to_le_bytes());
        }
        file.extend(frame);
    }
    file
}

/// A pcap file in another form: numbers the other way round, or nanoseconds.
pub fn pcap_in(frames: &[Vec<u8>], magic: u32, number: fn(u32) -> [u8; 4]) -> Vec<u8> {
    let mut file = number(magic).to_vec();
    let halves = match number(1)[0] {
        1 => [2, 0, 4, 0],
        _ => [0, 2, 0, 4],
    };
    file.extend(halves);
    for field in [0, 0, 65_535, 1] {
        file.extend(number(field));
    }
    for (index, frame) in frames.iter().enumerate() {
        let length = frame.len() as u32;
        for field in [1_700_000_000, index as u32 * 1000, length, length] {
            file.extend(number(field));
        }
        file.extend(frame);
    }
    file
}

/// Builds pcapng block by block, in either order of bytes.
pub struct Blocks {
    pub file: Vec<u8>,
    is_big: bool,
}

impl Blocks {
    pub fn new(is_big: bool) -> Self {
        let mut blocks = Self {
            file: Vec::new(),
            is_big,
        };
        blocks.section();
        blocks
    }

    pub fn u16(&self, number: u16) -> [u8; 2] {
        match self.is_big {
            true => number.to_be_bytes(),
            false => number.to_le_bytes(),
        }
    }

    pub fn u32(&self, number: u32) -> [u8; 4] {
        match self.is_big {
            true => number.to_be_bytes(),
            false => number.to_le_bytes(),
        }
    }

    pub fn section(&mut self) -> &mut Self {
        let mut body = self.u32(0x1a2b_3c4d).to_vec();
        body.extend(self.u16(1));
        body.extend(self.u16(0));
        body.extend([0xff; 8]);
        self.block(0x0a0d_0d0a, body)
    }

    pub fn block(&mut self, kind: u32, mut body: Vec<u8>) -> &mut Self {
        body.resize(body.len().next_multiple_of(4), 0);
        let length = self.u32(body.len() as u32 + 12);
        self.file.extend(self.u32(kind));
        self.file.extend(length);
        self.file.extend(body);
        self.file.extend(length);
        self
    }

    fn options(&self, options: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (code, value) in options {
            bytes.extend(self.u16(*code));
            bytes.extend(self.u16(value.len() as u16));
            bytes.extend(*value);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        bytes.extend([0; 4]);
        bytes
    }

    pub fn interface(&mut self, link: u16, snaplen: u32, options: &[(u16, &[u8])]) -> &mut Self {
        let mut body = self.u16(link).to_vec();
        body.extend([0; 2]);
        body.extend(self.u32(snaplen));
        body.extend(self.options(options));
        self.block(1, body)
    }

    pub fn packet(
        &mut self,
        interface: u32,
        units: u64,
        frame: &[u8],
        options: &[(u16, &[u8])],
    ) -> &mut Self {
        let length = frame.len() as u32;
        let mut body = Vec::new();
        for field in [
            interface,
            (units >> 32) as u32,
            units as u32,
            length,
            length,
        ] {
            body.extend(self.u32(field));
        }
        body.extend(frame);
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend(self.options(options));
        self.block(6, body)
    }

    /// The packet block of old: the same numbers, otherwise laid out, and no options.
    pub fn old(&mut self, interface: u16, units: u64, frame: &[u8]) -> &mut Self {
        let mut body = self.u16(interface).to_vec();
        body.extend(self.u16(0));
        let length = frame.len() as u32;
        for field in [(units >> 32) as u32, units as u32, length, length] {
            body.extend(self.u32(field));
        }
        body.extend(frame);
        self.block(2, body)
    }

    pub fn simple(&mut self, frame: &[u8], original: u32) -> &mut Self {
        let mut body = self.u32(original).to_vec();
        body.extend(frame);
        self.block(3, body)
    }
}

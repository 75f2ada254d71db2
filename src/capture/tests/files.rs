//! Frames and files for tests.

use etherparse::PacketBuilder;

pub const CLIENT: [u8; 4] = [10, 0, 0, 1];
pub const SERVER: [u8; 4] = [10, 0, 0, 2];

/// One TCP connection over Ethernet.
pub struct Flow {
    pub frames: Vec<Vec<u8>>,
    /// The next sequence number of the client, of the server.
    pub next: [u32; 2],
    pub ports: [u16; 2],
    pub window: u16,
}

impl Default for Flow {
    fn default() -> Self {
        Self {
            frames: Vec::new(),
            next: [1000, 9000],
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
        let ends = [CLIENT, SERVER];
        let builder = PacketBuilder::ethernet2([2; 6], [4; 6])
            .ipv4(ends[from], ends[1 - from], 64)
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

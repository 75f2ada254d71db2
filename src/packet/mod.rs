//! Bytes to packets: IPv4, IPv6, TCP, UDP, ICMP, through etherparse. Pure.
//!
//! In: the bytes that crossed a TUN device, IP header first. Out: a [`Packet`] that owns them and
//! knows where each header lies, so that a picture can point at real bytes.

mod heads;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::sync::Arc;

use etherparse::{
    NetSlice, SlicedPacket, TcpOptionElement, TcpOptionsIterator, TcpSlice, TransportSlice,
};

pub use heads::{Heads, Over, TcpHead, destination, heads};

/// A TCP sequence or acknowledgment number: counts bytes modulo 2³² (RFC 9293 section 3.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SeqNo(pub u32);

impl SeqNo {
    /// How far this number lies after `first`, in bytes.
    pub fn since(self, first: SeqNo) -> u32 {
        self.0.wrapping_sub(first.0)
    }

    /// Whether this number comes later; they wrap around (RFC 9293 section 3.4).
    pub fn is_after(self, other: SeqNo) -> bool {
        self != other && self.since(other) < 1 << 31
    }

    /// The number this many bytes on.
    pub fn plus(self, bytes: u32) -> SeqNo {
        SeqNo(self.0.wrapping_add(bytes))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Shared with all who have the same packet.
    pub bytes: Arc<[u8]>,
    pub source: IpAddr,
    pub destination: IpAddr,
    /// TTL, or IPv6's hop limit.
    pub ttl: u8,
    pub ip_header: Range<usize>,
    pub transport_header: Range<usize>,
    pub payload: Range<usize>,
    /// Bytes of it that a capture left out; 0 of what crossed our own wire.
    pub missing: usize,
    pub transport: Transport,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    Tcp(Tcp),
    Udp(Udp),
    Icmp {
        kind: u8,
        code: u8,
    },
    /// Anything else, by its IP protocol number.
    Other(u8),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tcp {
    pub source_port: u16,
    pub destination_port: u16,
    pub seq: SeqNo,
    /// Meaningful when `flags.ack` is set.
    pub ack: SeqNo,
    pub flags: Flags,
    /// As written in the header, before scaling (RFC 7323 section 2).
    pub window: u16,
    pub checksum: u16,
    pub options: Vec<TcpOption>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Udp {
    pub source_port: u16,
    pub destination_port: u16,
    pub length: u16,
    pub checksum: u16,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags {
    pub syn: bool,
    pub ack: bool,
    pub fin: bool,
    pub rst: bool,
    pub psh: bool,
    pub urg: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TcpOption {
    /// RFC 9293 section 3.7.1, in bytes.
    MaximumSegmentSize(u16),
    /// RFC 7323 section 2: the window is shifted left by this.
    WindowScale(u8),
    /// RFC 2018 section 2.
    SackPermitted,
    /// RFC 2018 section 3: blocks received out of order.
    Sack(Vec<(SeqNo, SeqNo)>),
    /// RFC 7323 section 3.
    Timestamps { value: u32, echo: u32 },
}

/// What kind of segment it is, in a word.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Kind {
    #[serde(rename = "SYN")]
    Syn,
    #[serde(rename = "SYN+ACK")]
    SynAck,
    #[serde(rename = "ACK")]
    Ack,
    #[serde(rename = "data")]
    Data,
    #[serde(rename = "FIN")]
    Fin,
    #[serde(rename = "RST")]
    Rst,
    #[serde(rename = "UDP")]
    Datagram,
    #[serde(rename = "ICMP")]
    Icmp,
    #[serde(rename = "IP")]
    Other,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not an IP packet: {reason}")]
pub struct PacketError {
    pub reason: String,
}

/// Reads one IP packet. Extension headers count as part of the IP header.
pub fn parse(bytes: &[u8]) -> Result<Packet, PacketError> {
    parse_shared(&bytes.into())
}

/// The same of bytes that the packet shares.
pub fn parse_shared(shared: &Arc<[u8]>) -> Result<Packet, PacketError> {
    let bytes: &[u8] = shared;
    let sliced = SlicedPacket::from_ip(bytes).map_err(|error| PacketError {
        reason: error.to_string(),
    })?;
    let net = sliced.net.as_ref().ok_or_else(|| PacketError {
        reason: "no IP header".to_owned(),
    })?;
    let (source, destination, ttl, protocol, body) = match net {
        NetSlice::Ipv4(ip) => {
            let header = ip.header();
            let body = ip.payload();
            (
                IpAddr::V4(header.source_addr()),
                IpAddr::V4(header.destination_addr()),
                header.ttl(),
                body.ip_number.0,
                body.payload,
            )
        }
        NetSlice::Ipv6(ip) => {
            let header = ip.header();
            let body = ip.payload();
            (
                IpAddr::V6(header.source_addr()),
                IpAddr::V6(header.destination_addr()),
                header.hop_limit(),
                body.ip_number.0,
                body.payload,
            )
        }
        NetSlice::Arp(_) => {
            return Err(PacketError {
                reason: "an ARP message".to_owned(),
            });
        }
    };
    let start = offset_of(bytes, body);
    let (transport, header_len) = transport(sliced.transport.as_ref(), protocol);
    let end = start + body.len();
    Ok(Packet {
        bytes: shared.clone(),
        source,
        destination,
        ttl,
        ip_header: 0..start,
        transport_header: start..(start + header_len).min(end),
        payload: (start + header_len).min(end)..end,
        missing: 0,
        transport,
    })
}

/// Reads an IP packet of which a capture holds only the beginning.
pub fn parse_cut(bytes: &[u8]) -> Option<Packet> {
    let heads = heads(bytes, 0)?;
    let bytes = &bytes[..heads.kept];
    let (transport, length) = match heads.over {
        Over::Tcp(head) => {
            let options = heads.starts + 20..heads.starts + head.header;
            let options = bytes.get(options.start..options.end.min(bytes.len()));
            let tcp = Tcp {
                source_port: head.ports.0,
                destination_port: head.ports.1,
                seq: head.seq,
                ack: head.ack,
                flags: head.flags,
                window: head.window,
                checksum: u16_at(bytes, heads.starts + 16),
                options: TcpOptionsIterator::from_slice(options.unwrap_or_default())
                    .filter_map(Result::ok)
                    .filter_map(option_of)
                    .collect(),
            };
            (Transport::Tcp(tcp), head.header)
        }
        Over::Udp { ports, .. } => {
            let udp = Udp {
                source_port: ports.0,
                destination_port: ports.1,
                length: u16_at(bytes, heads.starts + 4),
                checksum: u16_at(bytes, heads.starts + 6),
            };
            (Transport::Udp(udp), 8)
        }
        Over::Icmp => {
            let byte = |at: usize| bytes.get(heads.starts + at).copied().unwrap_or(0);
            let (kind, code) = (byte(0), byte(1));
            (Transport::Icmp { kind, code }, 8)
        }
        Over::Nothing { .. } => (Transport::Other(heads.protocol), 0),
    };
    let start = heads.starts.min(bytes.len());
    let payload = (start + length).min(bytes.len());
    Some(Packet {
        bytes: bytes.into(),
        source: heads.source,
        destination: heads.destination,
        ttl: bytes.get(heads.ttl_at()).copied().unwrap_or(0),
        ip_header: 0..start,
        transport_header: start..payload,
        payload: payload..bytes.len(),
        // Of a header that is cut itself, the rest is not payload.
        missing: heads.missing.saturating_sub(start + length - payload),
        transport,
    })
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    let two = bytes.get(at..at + 2).and_then(|two| two.try_into().ok());
    two.map_or(0, u16::from_be_bytes)
}

/// Where a slice of `whole` begins.
fn offset_of(whole: &[u8], part: &[u8]) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

fn transport(slice: Option<&TransportSlice<'_>>, protocol: u8) -> (Transport, usize) {
    match slice {
        Some(TransportSlice::Tcp(tcp)) => (Transport::Tcp(tcp_of(tcp)), tcp.header_slice().len()),
        Some(TransportSlice::Udp(udp)) => {
            let parsed = Udp {
                source_port: udp.source_port(),
                destination_port: udp.destination_port(),
                length: udp.length(),
                checksum: udp.checksum(),
            };
            (Transport::Udp(parsed), 8)
        }
        Some(TransportSlice::Icmpv4(icmp)) => {
            let kind = Transport::Icmp {
                kind: icmp.type_u8(),
                code: icmp.code_u8(),
            };
            (kind, 8)
        }
        Some(TransportSlice::Icmpv6(icmp)) => {
            let kind = Transport::Icmp {
                kind: icmp.type_u8(),
                code: icmp.code_u8(),
            };
            (kind, 8)
        }
        Some(TransportSlice::Igmp(_)) | None => (Transport::Other(protocol), 0),
    }
}

fn tcp_of(tcp: &TcpSlice<'_>) -> Tcp {
    Tcp {
        source_port: tcp.source_port(),
        destination_port: tcp.destination_port(),
        seq: SeqNo(tcp.sequence_number()),
        ack: SeqNo(tcp.acknowledgment_number()),
        flags: Flags {
            syn: tcp.syn(),
            ack: tcp.ack(),
            fin: tcp.fin(),
            rst: tcp.rst(),
            psh: tcp.psh(),
            urg: tcp.urg(),
        },
        window: tcp.window_size(),
        checksum: tcp.checksum(),
        options: tcp
            .options_iterator()
            .filter_map(Result::ok)
            .filter_map(option_of)
            .collect(),
    }
}

fn option_of(element: TcpOptionElement) -> Option<TcpOption> {
    match element {
        TcpOptionElement::Noop => None,
        TcpOptionElement::MaximumSegmentSize(bytes) => Some(TcpOption::MaximumSegmentSize(bytes)),
        TcpOptionElement::WindowScale(shift) => Some(TcpOption::WindowScale(shift)),
        TcpOptionElement::SelectiveAcknowledgementPermitted => Some(TcpOption::SackPermitted),
        TcpOptionElement::SelectiveAcknowledgement(first, rest) => {
            let blocks = std::iter::once(first)
                .chain(rest.into_iter().flatten())
                .map(|(left, right)| (SeqNo(left), SeqNo(right)))
                .collect();
            Some(TcpOption::Sack(blocks))
        }
        TcpOptionElement::Timestamp(value, echo) => Some(TcpOption::Timestamps { value, echo }),
    }
}

impl Packet {
    pub fn tcp(&self) -> Option<&Tcp> {
        match &self.transport {
            Transport::Tcp(tcp) => Some(tcp),
            Transport::Udp(_) | Transport::Icmp { .. } | Transport::Other(_) => None,
        }
    }

    pub fn payload(&self) -> &[u8] {
        &self.bytes[self.payload.clone()]
    }

    /// How many bytes it carried, those among them that a capture left out.
    pub fn payload_length(&self) -> usize {
        self.payload.len() + self.missing
    }

    /// Source and destination with ports, where the protocol has ports.
    pub fn endpoints(&self) -> Option<(SocketAddr, SocketAddr)> {
        let (from, to) = match &self.transport {
            Transport::Tcp(tcp) => (tcp.source_port, tcp.destination_port),
            Transport::Udp(udp) => (udp.source_port, udp.destination_port),
            Transport::Icmp { .. } | Transport::Other(_) => return None,
        };
        Some((
            SocketAddr::new(self.source, from),
            SocketAddr::new(self.destination, to),
        ))
    }

    /// RST before FIN before data: the flag that matters most to the receiver names the segment.
    pub fn kind(&self) -> Kind {
        match &self.transport {
            Transport::Tcp(tcp) if tcp.flags.rst => Kind::Rst,
            Transport::Tcp(tcp) if tcp.flags.syn && tcp.flags.ack => Kind::SynAck,
            Transport::Tcp(tcp) if tcp.flags.syn => Kind::Syn,
            Transport::Tcp(tcp) if tcp.flags.fin => Kind::Fin,
            Transport::Tcp(_) if self.payload_length() > 0 => Kind::Data,
            Transport::Tcp(_) => Kind::Ack,
            Transport::Udp(_) => Kind::Datagram,
            Transport::Icmp { .. } => Kind::Icmp,
            Transport::Other(_) => Kind::Other,
        }
    }

    /// How much of the sequence space the segment takes: its data, and one each for SYN and FIN.
    pub fn sequence_length(&self) -> u32 {
        self.tcp().map_or(0, |tcp| {
            self.payload_length() as u32 + u32::from(tcp.flags.syn) + u32::from(tcp.flags.fin)
        })
    }
}

impl fmt::Display for Flags {
    /// `SYN+ACK`, in the order people say them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = [
            (self.syn, "SYN"),
            (self.fin, "FIN"),
            (self.rst, "RST"),
            (self.psh, "PSH"),
            (self.ack, "ACK"),
            (self.urg, "URG"),
        ];
        let set: Vec<&str> = named
            .iter()
            .filter(|(is_set, _)| *is_set)
            .map(|(_, name)| *name)
            .collect();
        f.write_str(&set.join("+"))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Syn => "SYN",
            Kind::SynAck => "SYN+ACK",
            Kind::Ack => "ACK",
            Kind::Data => "data",
            Kind::Fin => "FIN",
            Kind::Rst => "RST",
            Kind::Datagram => "UDP",
            Kind::Icmp => "ICMP",
            Kind::Other => "IP",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etherparse::PacketBuilder;

    fn syn_with_options() -> Vec<u8> {
        let builder = PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64)
            .tcp(50070, 8989, 7, 65160)
            .syn()
            .options(&[TcpOptionElement::MaximumSegmentSize(1460)])
            .expect("one option fits");
        let mut bytes = Vec::new();
        builder.write(&mut bytes, b"").expect("a vector takes all");
        bytes
    }

    #[test]
    fn a_syn_is_read_with_its_options_and_ranges() {
        let packet = parse(&syn_with_options()).expect("a sound packet");
        assert_eq!(packet.kind(), Kind::Syn);
        assert_eq!(packet.ip_header, 0..20);
        assert_eq!(packet.transport_header, 20..44);
        assert_eq!(packet.sequence_length(), 1);
        let tcp = packet.tcp().expect("TCP");
        assert_eq!(tcp.seq, SeqNo(7));
        assert_eq!(tcp.options, [TcpOption::MaximumSegmentSize(1460)]);
        assert_eq!(tcp.flags.to_string(), "SYN");
    }

    #[test]
    fn the_destination_is_told_however_wrong_the_rest_of_the_header_is() {
        let whole = syn_with_options();
        let is_address = |byte: &usize| (16..20).contains(byte);
        for byte in (1..whole.len()).filter(|byte| !is_address(byte)) {
            let mut damaged = whole.clone();
            damaged[byte] = !damaged[byte];
            let expected = Some([10, 0, 0, 2].into());
            assert_eq!(destination(&damaged), expected, "byte {byte}");
        }
        assert_eq!(destination(&[!0x45; 40]), None, "neither IPv4 nor IPv6");
        for cut in 0..20 {
            assert_eq!(destination(&whole[..cut]), None, "cut at {cut}");
        }
        let mut six = Vec::new();
        let ip = PacketBuilder::ipv6([1; 16], [2; 16], 64);
        ip.udp(1, 2)
            .write(&mut six, b"hi")
            .expect("a vector takes all");
        assert_eq!(destination(&six), Some([2; 16].into()));
        for cut in 0..40 {
            assert_eq!(destination(&six[..cut]), None, "cut at {cut}");
        }
    }

    #[test]
    fn every_truncation_is_an_error_or_a_packet_but_never_a_panic() {
        let whole = syn_with_options();
        for cut in 0..whole.len() {
            assert!(parse(&whole[..cut]).is_err(), "cut at {cut}");
        }
    }
}

//! The headers of an IP packet that may be cut, without copying anything.
//!
//! In: bytes from the IP header on, and how many the capture left out. Out: who to whom, the
//! numbers of TCP and UDP, and lengths as the headers tell them.

use std::net::IpAddr;

use etherparse::{LaxIpSlice, TcpHeaderSlice, TcpOptionElement, UdpHeaderSlice};

use super::{Flags, Kind, SeqNo};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heads {
    pub source: IpAddr,
    pub destination: IpAddr,
    /// How many of the bytes are the packet: Ethernet fills short frames up.
    pub kept: usize,
    /// How many bytes of it the capture left out.
    pub missing: usize,
    /// Where what it carries begins, behind extension headers.
    pub starts: usize,
    /// What it says that it carries, by its number.
    pub protocol: u8,
    /// One part of a packet that was sent in several.
    pub is_fragment: bool,
    pub over: Over,
}

/// What the IP packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Tcp(TcpHead),
    Udp {
        ports: (u16, u16),
        payload: u32,
    },
    Icmp,
    /// Anything else, a later fragment, or too little of it.
    Nothing {
        payload: u32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpHead {
    pub ports: (u16, u16),
    pub seq: SeqNo,
    pub ack: SeqNo,
    pub flags: Flags,
    pub window: u16,
    /// The length of its own header.
    pub header: usize,
    /// How many bytes it carries on the wire, whether the capture kept them or not.
    pub payload: u32,
    /// What a SYN offers to shift its sender's windows by.
    pub scale: Option<u8>,
}

impl TcpHead {
    pub fn kind(&self) -> Kind {
        match self.flags {
            Flags { rst: true, .. } => Kind::Rst,
            Flags {
                syn: true,
                ack: true,
                ..
            } => Kind::SynAck,
            Flags { syn: true, .. } => Kind::Syn,
            Flags { fin: true, .. } => Kind::Fin,
            _ if self.payload > 0 => Kind::Data,
            _ => Kind::Ack,
        }
    }

    /// How much of the sequence space it takes.
    pub fn length(&self) -> u32 {
        let flags = u32::from(self.flags.syn) + u32::from(self.flags.fin);
        self.payload.saturating_add(flags)
    }
}

impl Heads {
    /// Where the hop limit lies.
    pub(super) fn ttl_at(&self) -> usize {
        if self.source.is_ipv4() { 8 } else { 7 }
    }
}

/// `None` when not even the IP header is sound and whole.
pub fn heads(bytes: &[u8], left_out: usize) -> Option<Heads> {
    let (ip, _) = LaxIpSlice::from_slice(bytes).ok()?;
    let whole = bytes.len().saturating_add(left_out);
    // A length of 0 is one that the network card was to fill in.
    let told = match &ip {
        LaxIpSlice::Ipv4(ip) => {
            let header = ip.header();
            let total = usize::from(header.total_len());
            (total >= header.slice().len()).then_some(total)
        }
        LaxIpSlice::Ipv6(ip) => {
            let length = usize::from(ip.header().payload_length());
            (length > 0 || whole <= 40).then_some(40 + length)
        }
    };
    let length = told.unwrap_or(whole);
    let kept = bytes.len().min(length);
    let missing = length - kept;
    let is_later = match &ip {
        LaxIpSlice::Ipv4(ip) => ip.header().fragments_offset().value() > 0,
        LaxIpSlice::Ipv6(ip) => is_later_fragment(ip),
    };
    let payload = ip.payload();
    Some(Heads {
        source: ip.source_addr(),
        destination: ip.destination_addr(),
        kept,
        missing,
        starts: super::offset_of(bytes, payload.payload),
        protocol: payload.ip_number.0,
        is_fragment: ip.is_fragmenting_payload(),
        over: over(payload.ip_number.0, payload.payload, missing, is_later),
    })
}

fn is_later_fragment(ip: &etherparse::LaxIpv6Slice<'_>) -> bool {
    ip.extensions()
        .clone()
        .into_iter()
        .any(|slice| match slice {
            etherparse::Ipv6ExtensionSlice::Fragment(part) => part.fragment_offset().value() > 0,
            _ => false,
        })
}

fn over(protocol: u8, payload: &[u8], missing: usize, is_later: bool) -> Over {
    let whole = payload.len().saturating_add(missing);
    let after = |header: usize| u32::try_from(whole.saturating_sub(header)).unwrap_or(u32::MAX);
    let nothing = Over::Nothing { payload: after(0) };
    if is_later {
        return nothing;
    }
    match protocol {
        6 => tcp(payload, after).map_or(nothing, Over::Tcp),
        17 => UdpHeaderSlice::from_slice(payload).map_or(nothing, |udp| Over::Udp {
            ports: (udp.source_port(), udp.destination_port()),
            payload: after(8),
        }),
        1 | 58 => Over::Icmp,
        _ => nothing,
    }
}

fn tcp(payload: &[u8], after: impl Fn(usize) -> u32) -> Option<TcpHead> {
    let header = payload.get(..20)?;
    let length = usize::from(header[12] >> 4) * 4;
    let mut fixed = [0; 20];
    let slice = match TcpHeaderSlice::from_slice(payload) {
        Ok(slice) => slice,
        // The capture stops within the options: all that is asked for lies before them.
        Err(_) if length > payload.len() => {
            fixed.copy_from_slice(header);
            fixed[12] = 5 << 4;
            TcpHeaderSlice::from_slice(&fixed).ok()?
        }
        Err(_) => return None,
    };
    Some(TcpHead {
        ports: (slice.source_port(), slice.destination_port()),
        seq: SeqNo(slice.sequence_number()),
        ack: SeqNo(slice.acknowledgment_number()),
        flags: Flags {
            syn: slice.syn(),
            ack: slice.ack(),
            fin: slice.fin(),
            rst: slice.rst(),
            psh: slice.psh(),
            urg: slice.urg(),
        },
        window: slice.window_size(),
        header: length,
        payload: after(length),
        scale: slice.syn().then(|| scale(&slice)).flatten(),
    })
}

fn scale(slice: &TcpHeaderSlice<'_>) -> Option<u8> {
    slice
        .options_iterator()
        .filter_map(Result::ok)
        .find_map(|option| match option {
            TcpOptionElement::WindowScale(shift) => Some(shift),
            _ => None,
        })
}

/// Where a packet says that it goes, by its version and its address alone. A wire does not look at
/// the rest: a header that is wrong elsewhere is its receiver's to throw away.
pub fn destination(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.first()? >> 4 {
        4 => {
            let address: [u8; 4] = bytes.get(16..20)?.try_into().ok()?;
            Some(address.into())
        }
        6 => {
            let address: [u8; 16] = bytes.get(24..40)?.try_into().ok()?;
            Some(address.into())
        }
        _ => None,
    }
}

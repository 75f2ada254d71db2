//! The blocks of a pcapng file, as bytes.
//!
//! In: what each block says. Out: its bytes, little-endian, through `pcap-parser`. Only the name
//! resolution block is laid out here: that of pcap-parser 0.17 neither pads its records nor counts
//! their headers in full, and readers then lose their place.
//!
//! The format: draft-ietf-opsawg-pcapng, section 4.

use std::borrow::Cow;
use std::net::IpAddr;

use pcap_parser::Linktype;
use pcap_parser::ToVec;
use pcap_parser::pcapng::{
    EnhancedPacketBlock, InterfaceDescriptionBlock, NRB_MAGIC, OptionCode, PcapNGOption,
    SectionHeaderBlock, UnknownBlock,
};

/// The longest packet that Wireshark and its kin read, in bytes. A TUN device has shorter ones.
pub const LONGEST_PACKET: usize = 262_144;
/// A longer text is cut, in bytes: an option holds 65,535, and a comment is read by people.
const LONGEST_TEXT: usize = 4096;
/// 10⁻⁶ of a second, as our own times are.
const MICROSECONDS: u8 = 6;
/// `epb_flags` and `epb_packetid` of section 4.3; the library has no names for them.
const EPB_FLAGS: OptionCode = OptionCode(2);
const EPB_PACKET_ID: OptionCode = OptionCode(5);
const IF_IPV6_ADDR: OptionCode = OptionCode(5);
/// `nrb_record_ipv4` and `nrb_record_ipv6` of section 4.5.
const NAME_OF_IPV4: u16 = 1;
const NAME_OF_IPV6: u16 = 2;

/// Which way a packet crossed its interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    In,
    Out,
}

pub struct Frame<'a> {
    pub interface: u32,
    /// Microseconds since 1970.
    pub at_us: u64,
    pub way: Way,
    /// The same packet has the same number wherever it is seen.
    pub packet: u64,
    pub bytes: &'a [u8],
    pub comments: &'a [String],
}

/// The system, the program and remarks about everything that follows.
pub fn section(os: &str, application: &str, comments: &[String]) -> Vec<u8> {
    let mut options: Vec<_> = comments.iter().map(|comment| remark(comment)).collect();
    options.push(text(OptionCode::ShbOs, os));
    options.push(text(OptionCode::ShbUserAppl, application));
    bytes_of(SectionHeaderBlock {
        block_type: 0,
        block_len1: 0,
        bom: 0,
        major_version: 1,
        minor_version: 0,
        section_len: -1, // not told, as the format allows
        options,
        block_len2: 0,
    })
}

/// A host's side of the wire.
pub fn interface(name: &str, description: &str, os: &str, addresses: &[IpAddr]) -> Vec<u8> {
    let mut options = vec![
        text(OptionCode::IfName, name),
        text(OptionCode::IfDescription, description),
    ];
    options.extend(addresses.iter().map(|address| match address {
        // Each stands for itself alone: a host's address here has no network around it.
        IpAddr::V4(v4) => {
            let value = [v4.octets(), [255; 4]].concat();
            option(OptionCode::IfIpv4Addr, value)
        }
        IpAddr::V6(v6) => {
            let mut value = v6.octets().to_vec();
            value.push(128);
            option(IF_IPV6_ADDR, value)
        }
    }));
    options.push(option(OptionCode::IfTsresol, vec![MICROSECONDS]));
    options.push(text(OptionCode::IfOs, os));
    bytes_of(InterfaceDescriptionBlock {
        block_type: 0,
        block_len1: 0,
        linktype: Linktype::RAW, // an IP header first, of either version
        reserved: 0,
        snaplen: 0, // no limit
        options,
        block_len2: 0,
        if_tsresol: MICROSECONDS,
        if_tsoffset: 0,
    })
}

/// What the addresses are called.
pub fn names(named: &[(IpAddr, &str)]) -> Vec<u8> {
    let mut records = Vec::new();
    for (address, name) in named {
        let (kind, mut value) = match address {
            IpAddr::V4(v4) => (NAME_OF_IPV4, v4.octets().to_vec()),
            IpAddr::V6(v6) => (NAME_OF_IPV6, v6.octets().to_vec()),
        };
        value.extend(shortened(name).bytes().filter(|byte| *byte != 0));
        value.push(0);
        let length = u16::try_from(value.len()).expect("a text is short, and an address shorter");
        records.extend(kind.to_le_bytes());
        records.extend(length.to_le_bytes());
        records.append(&mut value);
        records.resize(records.len().next_multiple_of(4), 0);
    }
    records.extend([0; 4]); // nrb_record_end
    bytes_of(UnknownBlock {
        block_type: NRB_MAGIC,
        block_len1: 0,
        data: &records,
        block_len2: 0,
    })
}

pub fn packet(frame: &Frame<'_>) -> Vec<u8> {
    let way: u32 = match frame.way {
        Way::In => 1,
        Way::Out => 2,
    };
    let mut options: Vec<_> = frame.comments.iter().map(|each| remark(each)).collect();
    options.push(option(EPB_FLAGS, way.to_le_bytes().to_vec()));
    options.push(option(EPB_PACKET_ID, frame.packet.to_le_bytes().to_vec()));
    let kept = &frame.bytes[..frame.bytes.len().min(LONGEST_PACKET)];
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    bytes_of(EnhancedPacketBlock {
        block_type: 0,
        block_len1: 0,
        if_id: frame.interface,
        ts_high: (frame.at_us >> 32) as u32,
        ts_low: frame.at_us as u32, // the lower half
        caplen: length(kept),
        origlen: length(frame.bytes),
        data: kept,
        options,
        block_len2: 0,
    })
}

fn bytes_of(mut block: impl ToVec) -> Vec<u8> {
    block.to_vec().expect("a vector takes all")
}

fn remark(comment: &str) -> PcapNGOption<'_> {
    text(OptionCode::Comment, comment)
}

fn text(code: OptionCode, text: &str) -> PcapNGOption<'_> {
    let value = shortened(text).as_bytes();
    PcapNGOption {
        code,
        len: length_of(value),
        value: Cow::Borrowed(value),
    }
}

fn option(code: OptionCode, value: Vec<u8>) -> PcapNGOption<'static> {
    PcapNGOption {
        code,
        len: length_of(&value),
        value: Cow::Owned(value),
    }
}

fn length_of(value: &[u8]) -> u16 {
    u16::try_from(value.len()).expect("texts are cut, and all else is shorter")
}

/// Cut between two characters.
fn shortened(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST_TEXT)]
}

//! pcapng: blocks, in sections that each have interfaces of their own.

use std::io::Read;
use std::ops::ControlFlow;

use pcap_parser::traits::PcapNGPacketBlock;
use pcap_parser::{
    Block, EnhancedPacketBlock, InterfaceDescriptionBlock, OptionCode, PcapNGOption,
    SimplePacketBlock, parse_block_be, parse_block_le,
};

use super::buffer::Buffer;
use super::{Frame, Limits, Reason, Sink, Stop, has_room};
use crate::capture::Interface;
use crate::capture::link::Passing;

/// The longest block. Names, statistics and keys are passed over.
const LONGEST: u32 = 16 << 20;
/// The longest that is taken apart: a packet with all its comments is far shorter.
const LONGEST_READ: u32 = 1 << 20;
/// Sections, interfaces, and packets in their three forms.
const READ: [u32; 5] = [0x0a0d_0d0a, 1, OLD_PACKET, 3, 6];
/// Comments of one packet beyond these are left out: a file may repeat them without end.
const MOST_COMMENTS: usize = 64;
/// So many interfaces are kept; a packet names its own by 16 bits here.
const INTERFACES: usize = u16::MAX as usize;
/// As written before pcapng had an enhanced packet block; tools still read it.
const OLD_PACKET: u32 = 2;
const SECTION: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
/// `epb_flags`: bits 0 and 1 say which way the packet went.
const FLAGS: OptionCode = OptionCode(2);

/// The section that is being read.
#[derive(Default)]
struct Section {
    is_big: bool,
    /// The number of its first interface, over all sections.
    first: usize,
    clocks: Vec<Clock>,
}

/// How an interface counts time.
#[derive(Clone, Copy)]
struct Clock {
    /// Units a second.
    per_second: u128,
    offset_seconds: i64,
    /// 0: packets are whole.
    most_kept: u32,
}

pub fn read<R: Read, P: FnMut(u64) -> ControlFlow<()>>(
    buffer: &mut Buffer<'_, R, P>,
    limits: &Limits,
    sink: &mut impl Sink,
) -> Result<(), Stop> {
    let mut section = Section::default();
    let mut interfaces = 0;
    loop {
        if buffer.peek(1)?.is_empty() {
            return Ok(());
        }
        let head = buffer.whole(12)?;
        if head[..4] == SECTION {
            section.is_big = head[8..12] == [0x1a, 0x2b, 0x3c, 0x4d];
        }
        let kind = section.u32([head[0], head[1], head[2], head[3]]);
        let is_read = READ.contains(&kind);
        let most = if is_read { LONGEST_READ } else { LONGEST };
        let length = section.u32([head[4], head[5], head[6], head[7]]);
        if !(12..=most).contains(&length) || length % 4 != 0 {
            let (length, most) = (u64::from(length), u64::from(most));
            return Err(Reason::AbsurdLength { length, most }.into());
        }
        let bytes = buffer.whole(length as usize)?;
        let last = bytes.last_chunk().copied().map(|last| section.u32(last));
        if last != Some(length) {
            return Err(Reason::LengthsDisagree.into());
        }
        if !is_read {
            buffer.consume(length as usize);
            continue;
        }
        let parse = match section.is_big {
            true => parse_block_be,
            false => parse_block_le,
        };
        let (_, block) = parse(bytes).map_err(|_| Reason::Malformed)?;
        section.take(block, (limits, sink), &mut interfaces)?;
        buffer.consume(length as usize);
    }
}

impl Section {
    fn u32(&self, bytes: [u8; 4]) -> u32 {
        match self.is_big {
            true => u32::from_be_bytes(bytes),
            false => u32::from_le_bytes(bytes),
        }
    }

    /// What a block says of this section, or the packet that it holds.
    fn take(
        &mut self,
        block: Block<'_>,
        (limits, sink): (&Limits, &mut impl Sink),
        interfaces: &mut usize,
    ) -> Result<(), Stop> {
        match block {
            Block::SectionHeader(_) => {
                self.first = *interfaces;
                self.clocks.clear();
            }
            Block::InterfaceDescription(block) => {
                if *interfaces == INTERFACES {
                    let (length, most) = (*interfaces as u64 + 1, INTERFACES as u64);
                    return Err(Reason::AbsurdLength { length, most }.into());
                }
                *interfaces += 1;
                self.clocks.push(self.clock(&block));
                sink.interface(Interface {
                    name: text(&block.options, OptionCode::IfName).next(),
                    link: block.linktype.0 as u32,
                });
            }
            Block::EnhancedPacket(block) => {
                has_room(limits, sink)?;
                sink.frame(&self.packet(&block)?);
            }
            Block::SimplePacket(block) => {
                has_room(limits, sink)?;
                sink.frame(&self.simple(&block)?);
            }
            // The packet block of old: the library leaves it to us.
            Block::Unknown(block) if self.kind(block.block_type) == OLD_PACKET => {
                has_room(limits, sink)?;
                sink.frame(&self.old(block.data)?);
            }
            // Names, statistics, keys: nothing of these is a packet.
            Block::NameResolution(_)
            | Block::InterfaceStatistics(_)
            | Block::SystemdJournalExport(_)
            | Block::DecryptionSecrets(_)
            | Block::ProcessInformation(_)
            | Block::Custom(_)
            | Block::Unknown(_) => {}
        }
        Ok(())
    }

    fn clock(&self, block: &InterfaceDescriptionBlock<'_>) -> Clock {
        let resolution = bytes(&block.options, OptionCode::IfTsresol).next();
        let resolution = resolution.and_then(|bytes| bytes.first().copied());
        // The high bit chooses powers of 2 instead of 10; beyond these nothing is left of a second.
        let per_second = match resolution.unwrap_or(6) {
            power @ 0..=19 => 10_u128.pow(power.into()),
            power @ 128..=191 => 1 << (power & 127),
            _ => u128::from(u64::MAX),
        };
        let offset = bytes(&block.options, OptionCode::IfTsoffset).next();
        let offset = offset.and_then(|bytes| bytes.try_into().ok());
        let offset_seconds = offset.map_or(0, |eight| match self.is_big {
            true => i64::from_be_bytes(eight),
            false => i64::from_le_bytes(eight),
        });
        Clock {
            per_second,
            offset_seconds,
            most_kept: block.snaplen,
        }
    }

    /// The library reads the type of a block as if the section were little-endian.
    fn kind(&self, kind: u32) -> u32 {
        match self.is_big {
            true => kind.swap_bytes(),
            false => kind,
        }
    }

    fn old<'a>(&self, block: &'a [u8]) -> Result<Frame<'a>, Stop> {
        let (head, data) = block.split_first_chunk::<20>().ok_or(Reason::Malformed)?;
        let number = |at: usize| self.u32([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let interface = u32::from(match self.is_big {
            true => u16::from_be_bytes([head[0], head[1]]),
            false => u16::from_le_bytes([head[0], head[1]]),
        });
        let clock = self.clocks.get(interface as usize);
        let clock = clock.ok_or(Reason::NoSuchInterface(interface))?;
        let bytes = data.get(..number(12) as usize).ok_or(Reason::Malformed)?;
        Ok(Frame {
            interface: self.first + interface as usize,
            at_ns: Some(clock.nanoseconds(number(4), number(8))),
            bytes,
            left_out: (number(16) as usize).saturating_sub(bytes.len()),
            passing: None,
            comments: Vec::new(),
        })
    }

    /// A packet of the first interface, without a time.
    fn simple<'a>(&self, block: &'a SimplePacketBlock<'a>) -> Result<Frame<'a>, Stop> {
        let clock = self.clocks.first().ok_or(Reason::NoSuchInterface(0))?;
        let most = match clock.most_kept {
            0 => usize::MAX,
            most => most as usize,
        };
        let bytes = block.packet_data();
        let bytes = &bytes[..bytes.len().min(most)];
        Ok(Frame {
            interface: self.first,
            at_ns: None,
            bytes,
            left_out: (block.origlen as usize).saturating_sub(bytes.len()),
            passing: None,
            comments: Vec::new(),
        })
    }

    fn packet<'a>(&self, block: &'a EnhancedPacketBlock<'a>) -> Result<Frame<'a>, Stop> {
        let clock = self.clocks.get(block.if_id as usize);
        let clock = clock.ok_or(Reason::NoSuchInterface(block.if_id))?;
        let bytes = block.data.get(..block.caplen as usize);
        let bytes = bytes.ok_or(Reason::Malformed)?;
        let flags = self::bytes(&block.options, FLAGS).next();
        let flags = flags.and_then(|four| four.try_into().ok());
        Ok(Frame {
            interface: self.first + block.if_id as usize,
            at_ns: Some(clock.nanoseconds(block.ts_high, block.ts_low)),
            bytes,
            left_out: block.origlen.saturating_sub(block.caplen) as usize,
            passing: match flags.map_or(0, |four| self.u32(four) & 3) {
                1 => Some(Passing::In),
                2 => Some(Passing::Out),
                _ => None,
            },
            comments: text(&block.options, OptionCode::Comment)
                .take(MOST_COMMENTS)
                .collect(),
        })
    }
}

impl Clock {
    /// Since 1970. A time that no clock shows is kept at the end of time.
    fn nanoseconds(&self, high: u32, low: u32) -> i64 {
        let units = u128::from(high) << 32 | u128::from(low);
        let since = units * 1_000_000_000 / self.per_second;
        let since = i64::try_from(since).unwrap_or(i64::MAX);
        since.saturating_add(self.offset_seconds.saturating_mul(1_000_000_000))
    }
}

fn bytes<'a>(options: &'a [PcapNGOption<'_>], code: OptionCode) -> impl Iterator<Item = &'a [u8]> {
    let of_code = options.iter().filter(move |option| option.code == code);
    of_code.filter_map(|option| option.as_bytes().ok())
}

fn text(options: &[PcapNGOption<'_>], code: OptionCode) -> impl Iterator<Item = String> {
    bytes(options, code).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

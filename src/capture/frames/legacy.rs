//! pcap: a header, then one record a packet.

use std::io::Read;
use std::ops::ControlFlow;

use pcap_parser::pcap::{
    parse_pcap_frame, parse_pcap_frame_be, parse_pcap_frame_modified, parse_pcap_header,
};

use super::buffer::Buffer;
use super::{Frame, Limits, Reason, Sink, Stop, has_room};
use crate::capture::Interface;

const HEADER: usize = 24;
/// libpcap itself takes no longer packet (`MAXIMUM_SNAPLEN`).
const LONGEST: u32 = 256 << 10;

pub fn is_magic(start: &[u8]) -> bool {
    let magic = start.get(..4).and_then(|four| four.try_into().ok());
    magic.is_some_and(|magic| {
        matches!(
            u32::from_le_bytes(magic),
            0xa1b2_c3d4 | 0xa1b2_3c4d | 0xa1b2_cd34 | 0xd4c3_b2a1 | 0x4d3c_b2a1
        )
    })
}

pub fn read<R: Read, P: FnMut(u64) -> ControlFlow<()>>(
    buffer: &mut Buffer<'_, R, P>,
    limits: &Limits,
    sink: &mut impl Sink,
) -> Result<(), Stop> {
    let header = parse_pcap_header(buffer.whole(HEADER)?);
    let (_, header) = header.map_err(|_| Reason::Malformed)?;
    buffer.consume(HEADER);
    // The upper bits tell of a checksum behind each frame; lengths in IP headers leave it out.
    let link = header.network.0 as u32 & 0xffff;
    sink.interface(Interface { name: None, link });
    let record = if header.is_modified_format() { 24 } else { 16 };
    let unit = if header.is_nanosecond_precision() {
        1
    } else {
        1000
    };
    loop {
        if buffer.peek(1)?.is_empty() {
            return Ok(());
        }
        has_room(limits, sink)?;
        let head = buffer.whole(record)?;
        let kept = [head[8], head[9], head[10], head[11]];
        let kept = match header.is_bigendian() {
            true => u32::from_be_bytes(kept),
            false => u32::from_le_bytes(kept),
        };
        if kept > LONGEST {
            let (length, most) = (u64::from(kept), u64::from(LONGEST));
            return Err(Reason::AbsurdLength { length, most }.into());
        }
        let length = record + kept as usize;
        let bytes = buffer.whole(length)?;
        let parsed = if header.is_bigendian() {
            parse_pcap_frame_be(bytes)
        } else if header.is_modified_format() {
            parse_pcap_frame_modified(bytes)
        } else {
            parse_pcap_frame(bytes)
        };
        let (_, packet) = parsed.map_err(|_| Reason::Malformed)?;
        sink.frame(&Frame {
            interface: 0,
            at_ns: Some(
                i64::from(packet.ts_sec) * 1_000_000_000 + i64::from(packet.ts_usec) * unit,
            ),
            bytes: packet.data,
            left_out: packet.origlen.saturating_sub(packet.caplen) as usize,
            passing: None,
            comments: Vec::new(),
        });
        buffer.consume(length);
    }
}

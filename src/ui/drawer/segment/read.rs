//! A packet as its fields, in the order of its bytes.
//!
//! In: a packet and the state, which knows where its numbers began and how its windows are scaled.

use eframe::egui;
use eframe::egui::Id;

use super::field::{Field, Reader};
use super::{ip, payload, small, tcp};
use crate::lesson::Language;
use crate::model::State;
use crate::packet::{Packet, TcpOption, Transport};
use crate::session::Settings;
use crate::trace::{SegmentId, WireKind};

pub fn fields(
    ctx: &egui::Context,
    state: &State,
    (language, settings): (Language, &Settings),
    id: SegmentId,
    packet: &Packet,
) -> Vec<Field> {
    let mut reader = Reader::new(packet, language);
    reader.is_captured = state.wire == WireKind::Captured;
    if packet.source.is_ipv4() {
        ip::ipv4(&mut reader);
    } else {
        ip::ipv6(&mut reader);
    }
    match &packet.transport {
        Transport::Tcp(_) => {
            let segment = state.segments.get(&id);
            let relative = segment.and_then(|segment| state.relative_numbers(segment));
            let known = tcp::Known {
                relative: relative.unwrap_or_default(),
                shift: shift(ctx, state, id, packet),
                numbers: settings.numbers,
            };
            tcp::tcp(&mut reader, known);
        }
        Transport::Udp(_) => small::udp(&mut reader),
        Transport::Icmp { kind, code } => small::icmp(&mut reader, *kind, *code),
        Transport::Other(_) => {}
    }
    payload::payload(&mut reader, settings.lens);
    reader.fields
}

/// By how much this direction's windows are shifted: its own SYN told, and the other's allowed it
/// (RFC 7323 section 2.2). Looked for once for each connection: SYNs lie far back in a long run.
fn shift(ctx: &egui::Context, state: &State, id: SegmentId, packet: &Packet) -> Option<u8> {
    let (from, to) = packet.endpoints()?;
    let [own, other] = state
        .segments
        .get(&id)
        .map(|segment| state.first_of(segment))?;
    let key = Id::unique(("window shift", from, to, own, other));
    if let Some(known) = ctx.data(|data| data.get_temp::<Option<u8>>(key)) {
        return known;
    }
    let scale = |from, to| {
        let earlier = state.segments.values().rev();
        let earlier = earlier.skip_while(|segment| segment.id > id);
        let packets = earlier.filter_map(|segment| segment.packet.as_ref());
        let mut syns = packets.filter(|other| {
            let is_syn = other.tcp().is_some_and(|tcp| tcp.flags.syn);
            is_syn && other.endpoints() == Some((from, to))
        });
        let syn = syns.next()?.tcp()?;
        syn.options.iter().find_map(|option| match option {
            TcpOption::WindowScale(shift) => Some(*shift),
            TcpOption::MaximumSegmentSize(_)
            | TcpOption::SackPermitted
            | TcpOption::Sack(_)
            | TcpOption::Timestamps { .. } => None,
        })
    };
    let found = scale(to, from).and(scale(from, to));
    // Before both SYNs are there, the answer may still change.
    if own.is_some() && other.is_some() {
        ctx.data_mut(|data| data.insert_temp(key, found));
    }
    found
}

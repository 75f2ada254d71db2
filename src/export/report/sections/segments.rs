//! Every segment in a table: when, from whom to whom, its flags and numbers, what became of it.

use super::super::document::{Block, Cell, Column, Row, Section, Table};
use super::super::run::Run;
use super::{host, seconds};
use crate::ladder::{Numbers, is_server};
use crate::model::{Fate, Segment};
use crate::packet::{Packet, Transport};
use crate::words::{remark, say, segment};

/// So many are listed at each end of a long run.
const FIRST: usize = 300;
const LAST: usize = 100;

pub fn section(run: &Run<'_>) -> Option<Section> {
    let language = run.language;
    let all = run.state.segments.len();
    if all == 0 {
        return None;
    }
    let mut section = Section::new("segments", say!(language, "report.segments"));
    let aside = say!(language, "report.segments_read").into_owned();
    section.blocks.push(Block::Aside(aside));
    let mut rows = Vec::new();
    for (index, segment) in run.state.segments.values().enumerate() {
        if index < FIRST || index + LAST >= all {
            rows.push(row(run, segment));
        } else if index == FIRST {
            let count = all - FIRST - LAST;
            let words = say!(language, "report.segments_left_out", count = count);
            rows.push(Row::Head(words.into_owned()));
        }
    }
    section.blocks.push(Block::Table(Table {
        name: section.title.clone(),
        columns: vec![
            Column::number("#"),
            Column::number(say!(language, "report.time")),
            Column::words(say!(language, "report.from")),
            Column::words(say!(language, "report.to")),
            Column::words(say!(language, "report.flags")),
            Column::number("seq"),
            Column::number("ack"),
            Column::number(say!(language, "report.length")),
            Column::words(say!(language, "report.fate")),
        ],
        rows,
    }));
    Some(section)
}

fn row(run: &Run<'_>, segment: &Segment) -> Row {
    let packet = segment.packet.as_ref();
    let numbers = run.state.relative_numbers(segment);
    let tcp = packet.and_then(Packet::tcp);
    let seq = numbers.map_or_else(String::new, |(seq, _)| seq.to_string());
    let has_ack = tcp.is_some_and(|tcp| tcp.flags.ack);
    let ack = numbers.filter(|_| has_ack);
    let ack = ack.map_or_else(String::new, |(_, ack)| ack.to_string());
    let length = match (segment.inferred, packet) {
        (Some((_, length)), _) => length.to_string(),
        (None, Some(packet)) => packet.payload().len().to_string(),
        (None, None) => segment.bytes.len().to_string(),
    };
    let (from_port, to_port) = ports(packet);
    let to = match &segment.to {
        Some(to) => end(run, to, to_port),
        None => {
            let address = packet.map(|packet| packet.destination.to_string());
            Cell::Code(address.unwrap_or_else(|| "?".to_owned()))
        }
    };
    Row::Cells(vec![
        Cell::number(segment.id),
        Cell::Words(seconds(
            segment.duplicated_at_us.unwrap_or(segment.sent_at_us),
        )),
        end(run, &segment.from, from_port),
        to,
        Cell::Words(flags(run, segment)),
        Cell::Words(seq),
        Cell::Words(ack),
        Cell::Words(length),
        fate(run, segment),
    ])
}

/// A host with its port.
fn end(run: &Run<'_>, name: &str, port: Option<u16>) -> Cell {
    match (host(run, name), port) {
        (Cell::Host { title, .. }, Some(port)) => Cell::Host {
            title: format!("{title} :{port}"),
            is_server: is_server(name),
        },
        (cell, _) => cell,
    }
}

fn ports(packet: Option<&Packet>) -> (Option<u16>, Option<u16>) {
    let ends = packet.and_then(Packet::endpoints);
    (
        ends.map(|(from, _)| from.port()),
        ends.map(|(_, to)| to.port()),
    )
}

fn flags(run: &Run<'_>, segment: &Segment) -> String {
    match segment.packet.as_ref().map(|packet| &packet.transport) {
        Some(Transport::Tcp(tcp)) => tcp.flags.to_string().replace('+', " "),
        Some(Transport::Udp(_)) => "UDP".to_owned(),
        Some(Transport::Icmp { kind, code }) => format!("ICMP {kind}/{code}"),
        Some(Transport::Other(protocol)) => format!("IP {protocol}"),
        None => segment::bare(run.language, segment),
    }
}

/// What became of it, and what else is to be said.
fn fate(run: &Run<'_>, found: &Segment) -> Cell {
    let language = run.language;
    let fate = match found.fate {
        _ if found.inferred.is_some() => Cell::Words(segment::fate_of(language, found)),
        Fate::Delivered(at_us) if run.is_captured() => {
            Cell::Words(say!(language, "report.seen", at = seconds(at_us)).into_owned())
        }
        Fate::Delivered(at_us) => {
            let words = say!(language, "report.delivered_at", at = seconds(at_us));
            Cell::Words(words.into_owned())
        }
        Fate::Dropped(at_us) => {
            Cell::Bad(say!(language, "report.dropped_at", at = seconds(at_us)).into_owned())
        }
        Fate::Held | Fate::Absorbed | Fate::Delayed(_) => {
            Cell::Words(segment::fate_of(language, found))
        }
    };
    let mut lines = vec![fate];
    if found.inferred.is_none() {
        let notes = remark::notes(language, Numbers::Relative, &run.state, found);
        if found.copy_of.is_some() && found.duplicate_of().is_none() {
            let original = found.copy_of.map_or_else(String::new, |id| id.to_string());
            let again = say!(language, "report.again_of", id = original);
            lines.push(Cell::Words(again.into_owned()));
        }
        lines.extend(notes.into_iter().map(Cell::Words));
    }
    Cell::Lines(lines)
}

//! A segment as packetdrill writes it.
//!
//! In: a packet of the connection. Out: `> P. 1:11(10) ack 1 win 502 <…>`, its numbers counted
//! from where each direction begins, its time stamps from the first of each.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::lesson::Language;
use crate::packet::{Packet, SeqNo, Tcp, TcpOption};
use crate::words::say;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The host's kernel sends it, and packetdrill checks that.
    Out,
    /// packetdrill sends it.
    In,
}

/// The only connection: both ends, and where its numbers begin.
pub struct Flow {
    own: SocketAddr,
    other: SocketAddr,
    seqs: BTreeMap<SocketAddr, SeqNo>,
    stamps: BTreeMap<SocketAddr, u32>,
}

impl Flow {
    pub fn is_ipv6(&self) -> bool {
        self.own.is_ipv6()
    }

    fn number(&mut self, end: SocketAddr, number: SeqNo) -> u32 {
        let first = self.seqs.entry(end).or_insert(number);
        number.since(*first)
    }

    /// From 1 on: 0 means that nothing was heard.
    fn stamp(&mut self, end: SocketAddr, stamp: u32) -> u32 {
        let first = self.stamps.entry(end).or_insert(stamp);
        stamp.wrapping_sub(*first).wrapping_add(1)
    }
}

pub fn told(
    packet: &Packet,
    way: Way,
    flow: &mut Option<Flow>,
    language: Language,
) -> Result<String, String> {
    let not_tcp = || say!(language, "drill.not_tcp").into_owned();
    let tcp = packet.tcp().ok_or_else(not_tcp)?;
    let (from, to) = packet.endpoints().ok_or_else(not_tcp)?;
    let (own, other) = match way {
        Way::Out => (from, to),
        Way::In => (to, from),
    };
    let flow = flow.get_or_insert_with(|| Flow {
        own,
        other,
        seqs: BTreeMap::new(),
        stamps: BTreeMap::new(),
    });
    if (flow.own, flow.other) != (own, other) {
        return Err(say!(language, "drill.connections").into_owned());
    }
    // A reset in answer to what nobody listens for has no number of its own.
    let begins = tcp.flags.syn && !flow.seqs.contains_key(&from);
    let is_again = tcp.flags.syn && flow.seqs.get(&from).is_some_and(|first| *first != tcp.seq);
    if is_again {
        return Err(say!(language, "drill.connections").into_owned());
    }
    let seq = match tcp.flags.rst && !begins && !flow.seqs.contains_key(&from) {
        true => 0,
        false => flow.number(from, tcp.seq),
    };
    let length = packet.payload().len();
    let arrow = if way == Way::Out { '>' } else { '<' };
    let flags = flags(tcp);
    let end = seq.wrapping_add(length as u32);
    let mut line = format!("{arrow} {flags} {seq}:{end}({length})");
    if tcp.flags.ack {
        line.push_str(&format!(" ack {}", flow.number(to, tcp.ack)));
    }
    line.push_str(&format!(" win {}", tcp.window));
    line.push_str(&options(tcp, (from, to), flow));
    Ok(line)
}

fn flags(tcp: &Tcp) -> String {
    let flags = [
        (tcp.flags.fin, 'F'),
        (tcp.flags.syn, 'S'),
        (tcp.flags.rst, 'R'),
        (tcp.flags.psh, 'P'),
        (tcp.flags.urg, 'U'),
        (tcp.flags.ack, '.'),
    ];
    let set = flags.iter().filter(|(is_set, _)| *is_set);
    set.map(|(_, letter)| *letter).collect()
}

/// With the padding between them that Linux writes (`tcp_options_write`, `net/ipv4/tcp_output.c`).
fn options(tcp: &Tcp, (from, to): (SocketAddr, SocketAddr), flow: &mut Flow) -> String {
    let has_sack_permitted = tcp.options.contains(&TcpOption::SackPermitted);
    let mut words: Vec<String> = Vec::new();
    for option in &tcp.options {
        match option {
            TcpOption::MaximumSegmentSize(size) => words.push(format!("mss {size}")),
            TcpOption::WindowScale(scale) => {
                words.extend(["nop".to_owned(), format!("wscale {scale}")])
            }
            TcpOption::SackPermitted => {
                let has_stamps = tcp
                    .options
                    .iter()
                    .any(|o| matches!(o, TcpOption::Timestamps { .. }));
                if !has_stamps {
                    words.extend(["nop", "nop"].map(str::to_owned));
                }
                words.push("sackOK".to_owned());
            }
            TcpOption::Timestamps { value, echo } => {
                if !has_sack_permitted {
                    words.extend(["nop", "nop"].map(str::to_owned));
                }
                let value = flow.stamp(from, *value);
                let echo = match echo {
                    0 => 0,
                    echo => flow.stamp(to, *echo),
                };
                words.push(format!("TS val {value} ecr {echo}"));
            }
            TcpOption::Sack(blocks) => {
                let blocks = blocks.iter().map(|(left, right)| {
                    format!("{}:{}", flow.number(to, *left), flow.number(to, *right))
                });
                let blocks: Vec<String> = blocks.collect();
                words.extend(["nop", "nop"].map(str::to_owned));
                words.push(format!("sack {}", blocks.join(" ")));
            }
        }
    }
    match words.is_empty() {
        true => String::new(),
        false => format!(" <{}>", words.join(",")),
    }
}

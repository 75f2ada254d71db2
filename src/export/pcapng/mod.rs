//! Every segment of a run, for Wireshark and its kin.
//!
//! In: a trace, and whose eyes see it. Out: a pcapng file: one interface per host, true times, the
//! hosts' names, and in the comments of each packet the calls around it and what became of it.
//!
//! Without eyes, each packet that a kernel sent is there once, on its sender's interface, as and
//! when it was sent, however it ended. What the wire made a second one of is told in the first's
//! comments: no kernel sent that. With a host's eyes, the file is what a sniffer on that host would
//! have seen.

mod blocks;
mod remarks;
mod story;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use self::blocks::Frame;
use self::story::Story;
use super::Refusal;
use crate::trace::{Header, Trace, WireKind};

/// `seen_by`: a host; `None` sees everything that was sent.
pub fn pcapng(trace: &Trace, seen_by: Option<&str>) -> Result<Vec<u8>, Refusal> {
    let header = trace.header();
    if header.wire == WireKind::Loopback {
        return Err(Refusal::NothingSeen);
    }
    if let Some(name) = seen_by
        && !header.hosts.iter().any(|host| host.name == name)
    {
        return Err(Refusal::NoSuchHost(name.to_owned()));
    }
    let story = Story::new(trace, seen_by);
    let started_us = header.started_us;
    let os = format!("Linux {}", header.kernel);
    let application = format!("Sockstep {}", header.version);
    let comments = remarks::of_run(header, seen_by);
    let mut file = blocks::section(&os, &application, &comments);
    let interfaces = interfaces(header, &story, seen_by);
    for (name, addresses) in &interfaces {
        file.extend(blocks::interface(
            name,
            &described(header, name),
            &os,
            addresses,
        ));
    }
    let named: Vec<(IpAddr, &str)> = (header.hosts.iter())
        .flat_map(|host| {
            host.addresses
                .iter()
                .map(|each| (*each, host.name.as_str()))
        })
        .collect();
    file.extend(blocks::names(&named));
    let numbers: BTreeMap<&str, u32> = (0..)
        .zip(&interfaces)
        .map(|(n, (name, _))| (*name, n))
        .collect();
    for sighting in &story.sightings {
        let comments = remarks::of_packet(&story, header, sighting);
        file.extend(blocks::packet(&Frame {
            interface: numbers.get(sighting.host).copied().unwrap_or_default(),
            at_us: started_us.unwrap_or(0).saturating_add(sighting.at_us),
            way: sighting.way,
            packet: story.journeys[sighting.journey].id.0,
            bytes: &sighting.bytes,
            comments: &comments,
        }));
    }
    Ok(file)
}

/// The hosts whose packets are seen, in the order the run names them. A trace that was tampered
/// with may have packets of others too.
fn interfaces<'a>(
    header: &'a Header,
    story: &Story<'a>,
    seen_by: Option<&'a str>,
) -> Vec<(&'a str, &'a [IpAddr])> {
    let hosts = header.hosts.iter();
    let hosts = hosts.filter(|host| seen_by.is_none_or(|name| name == host.name));
    let mut interfaces: Vec<(&str, &[IpAddr])> = hosts
        .map(|host| (host.name.as_str(), host.addresses.as_slice()))
        .collect();
    let mut known: BTreeSet<&str> = interfaces.iter().map(|(name, _)| *name).collect();
    for sighting in &story.sightings {
        if known.insert(sighting.host) {
            interfaces.push((sighting.host, &[]));
        }
    }
    interfaces
}

/// What runs on a host.
fn described(header: &Header, host: &str) -> String {
    let programs = header
        .programs
        .iter()
        .filter(|program| program.host == host);
    let programs: Vec<&str> = programs.map(|program| program.file.as_str()).collect();
    match programs.is_empty() {
        true => format!("host {host}"),
        false => format!("host {host}, where {} runs", programs.join(", ")),
    }
}

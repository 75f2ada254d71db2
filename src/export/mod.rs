//! A run for others: what other programs, and people without this one, can open.
//!
//! In: a trace, and the lesson that was played, if any. Out: bytes, or the reason why there can be
//! none. Pure: writing them down is for whoever asked.

pub mod folder;
mod packetdrill;
mod pcapng;
mod report;
pub mod text;

use std::path::PathBuf;

use crate::lesson::{Language, Lesson};
use crate::trace::{Name, Trace};

/// What is exported.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub trace: &'a Trace,
    /// Whose questions were asked; it has to be the one that was played.
    pub lesson: Option<&'a Lesson>,
    /// Of what is written for people.
    pub language: Language,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// Every segment that a kernel sent, for Wireshark and its kin; or only what one host saw.
    Pcapng { seen_by: Option<Name> },
    /// A lab report: one HTML file that needs no other.
    Html,
    /// The same report as text.
    Markdown,
    /// The programs and what was done, for `sockstep run FOLDER`.
    Folder,
    /// A script for packetdrill, which plays the other end of this host.
    Packetdrill { host: Name },
}

/// How a pcapng file begins: the type of its section header block.
const PCAPNG: &[u8] = b"\x0a\x0d\x0d\x0a";

impl Format {
    /// How its files' names end; a folder's has no ending.
    pub fn ending(&self) -> Option<&'static str> {
        match self {
            Self::Pcapng { .. } => Some("pcapng"),
            Self::Html => Some("html"),
            Self::Markdown => Some("md"),
            Self::Folder => None,
            Self::Packetdrill { .. } => Some("pkt"),
        }
    }

    /// Whether a file that begins so is an older export of this kind, and may be replaced.
    pub fn is_older(&self, start: &[u8]) -> bool {
        let text = String::from_utf8_lossy(start).to_lowercase();
        match self {
            Self::Pcapng { .. } => start.starts_with(PCAPNG),
            Self::Html => {
                text.trim_start().starts_with("<!doctype html") && text.contains("sockstep")
            }
            Self::Markdown | Self::Folder | Self::Packetdrill { .. } => text.contains("sockstep"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Product {
    File(Vec<u8>),
    /// Files of one folder, each by its name.
    Folder(Vec<(PathBuf, Vec<u8>)>),
}

/// Why a run cannot be written in a format. `words` says it to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody saw the segments: in loopback mode they are inferred.
    NothingSeen,
    /// A capture has no programs.
    NoPrograms,
    /// What packetdrill cannot play, and at which line of the trace, counted from 1.
    NotInPacketdrill {
        line: usize,
        why: String,
    },
    NoSuchHost(Name),
}

pub fn export(source: &Source<'_>, format: &Format) -> Result<Product, Refusal> {
    match format {
        Format::Pcapng { seen_by } => {
            pcapng::pcapng(source.trace, seen_by.as_deref()).map(Product::File)
        }
        Format::Html => Ok(Product::File(report::html(source).into_bytes())),
        Format::Markdown => Ok(Product::File(report::markdown(source).into_bytes())),
        Format::Folder => folder::folder(source).map(Product::Folder),
        Format::Packetdrill { host } => {
            let script = packetdrill::script(source, host)?;
            Ok(Product::File(script.into_bytes()))
        }
    }
}

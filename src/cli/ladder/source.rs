//! What `show` is given: a saved run or a capture; its content says which.
//!
//! In: a path. Out: a trace, up to where the file is sound, and what is to be said beside it. Read
//! as a stream: what a file can make it keep is bounded by its readers.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::Path;

use crate::capture::{Capture, Conversation, Limits, Protocol, Which};
use crate::export::text::{Line, Role};
use crate::lesson::Language;
use crate::trace::{self, Loaded, Trace};
use crate::words::say;

/// So many packets of a capture are shown: more than anybody scrolls through, and what a state of
/// them takes stays below a few hundred megabytes.
const MOST_PACKETS: usize = 250_000;

/// How a pcapng file begins; a pcap file begins with bytes that no text has.
const PCAPNG: &[u8] = b"\x0a\x0d\x0d\x0a";

pub enum Source {
    Run(Box<Loaded>),
    Capture(Box<Capture>),
}

/// A trace to show, and what is to be said when it was shown.
pub struct Told {
    pub trace: Trace,
    pub remarks: Vec<String>,
}

/// Standard input, where the path is `-`.
pub fn read(path: &Path) -> Result<Source, String> {
    let in_file = |error: &dyn Display| format!("{error}: {}", path.display());
    let cannot = |error: io::Error| in_file(&format!("cannot read it: {error}"));
    let mut from: Box<dyn BufRead> = match path == Path::new("-") {
        true => Box::new(io::stdin().lock()),
        false => Box::new(BufReader::new(File::open(path).map_err(cannot)?)),
    };
    let start = from.fill_buf().map_err(cannot)?;
    // What is neither is told what a run is.
    let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    if start.starts_with(PCAPNG) || !start.iter().take(4).all(is_text) {
        let read = Capture::read(from, &Limits::default(), &mut |_| ControlFlow::Continue(()));
        let capture = read.map_err(|problem| in_file(&problem))?;
        return Ok(Source::Capture(Box::new(capture)));
    }
    let read = trace::read(from, &mut |_| ControlFlow::Continue(()));
    read.map(|loaded| Source::Run(Box::new(loaded)))
        .map_err(|error| in_file(&error))
}

impl Source {
    /// `conversation`: counted from 1, as [`Source::conversations`] lists them.
    pub fn tell(self, conversation: Option<usize>) -> Result<Told, String> {
        let capture = match self {
            Self::Run(_) if conversation.is_some() => {
                return Err("a saved run is one conversation: leave out --conversation".to_owned());
            }
            Self::Run(loaded) => {
                let cut_short = loaded.cut_short.as_ref();
                let remarks =
                    cut_short.map(|cut| format!("the file is sound only up to here: {cut}"));
                return Ok(Told {
                    trace: loaded.trace,
                    remarks: remarks.into_iter().collect(),
                });
            }
            Self::Capture(capture) => capture,
        };
        let count = capture.conversations().len();
        let which = match conversation {
            None => Which::All,
            Some(number) if (1..=count).contains(&number) => Which::Conversation(number - 1),
            Some(number) => {
                return Err(format!(
                    "there is no conversation {number}: --conversations lists all {count}"
                ));
            }
        };
        let (trace, left_out) = capture.trace(which, MOST_PACKETS);
        let mut remarks = Vec::new();
        if let Some(left_out) = left_out {
            remarks.push(format!(
                "{left_out} more packets are left out: --conversation N shows one conversation"
            ));
        }
        if let Some(cut) = capture.cut_short() {
            remarks.push(format!("the file is sound only up to here: {cut}"));
        }
        Ok(Told { trace, remarks })
    }

    /// One line for each conversation of a capture.
    pub fn conversations(&self, language: Language) -> Result<Vec<Line>, String> {
        match self {
            Self::Run(_) => Err("a saved run is one conversation, not a capture".to_owned()),
            Self::Capture(capture) => {
                let conversations = capture.conversations().iter().enumerate();
                let lines = conversations
                    .map(|(nth, conversation)| listed(language, nth + 1, conversation));
                Ok(lines.collect())
            }
        }
    }
}

fn listed(language: Language, number: usize, conversation: &Conversation) -> Line {
    let protocol = match conversation.protocol {
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
    };
    let [first, second] = conversation.ends;
    let seconds = |ns: i64| ns as f64 / 1e9;
    let lasted_ns = conversation
        .ended_ns
        .saturating_sub(conversation.started_ns);
    let [sent, received] = conversation.payload;
    let told = say!(
        language,
        "terminal.conversation",
        packets = conversation.packets,
        sent = sent,
        received = received,
        start = format!("{:.4}", seconds(conversation.started_ns)),
        lasted = format!("{:.4}", seconds(lasted_ns))
    );
    let mut line = Line::default();
    line.push(&format!("{number:6}  "), Role::State);
    line.push(&format!("{protocol}  "), Role::Dim);
    line.push(&format!("{first} → {second}  "), Role::Plain);
    line.push(&told, Role::Dim);
    line
}

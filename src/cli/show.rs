//! `sockstep show`: a saved run, or a capture made elsewhere, as a ladder of text.
//!
//! In: a file, or standard input. Out: lines on standard output, and an exit code: 2 when the file
//! cannot be read at all. A file that is cut short is shown up to there, and then it is said why.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::ladder::{Manner, Painter, source, too_narrow};
use super::text;
use crate::export::text::{Ladder, Look, TooNarrow};
use crate::lesson::Language;
use crate::model::State;
use crate::trace::Trace;

const MORE: &str = "\
Reading it: each vertical line is a host's kernel, and time runs downwards. `4: recv(1024) …` is a
call at line 4 of the program that waits; `→` is what it gave. An arrow is a segment; one that
arrives later leaves with an open head and comes on a line of its own. ✕ is a segment that was
dropped; a dashed arrow is inferred. Beside a line stand the states of the host's sockets.

Long runs: sockstep show --color always run.jsonl | less -R";

/// So many lines are written at once.
const AT_ONCE: usize = 256;

#[derive(Args)]
#[command(after_help = MORE)]
pub struct Arguments {
    /// A saved run, or a capture (pcap, pcapng); - is standard input.
    #[arg(value_name = "RUN.jsonl | CAPTURE.pcap")]
    file: PathBuf,
    /// Begin this many seconds after the start.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    from: Option<u64>,
    /// End this many seconds after the start.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    to: Option<u64>,
    /// Only this host, and what passes between it and others. Repeatable.
    #[arg(long, value_name = "HOST")]
    only: Vec<String>,
    /// Only segments and states: no calls, no prints, no notes.
    #[arg(long)]
    segments: bool,
    /// Show what segments carry.
    #[arg(long)]
    bytes: bool,
    /// Of a capture, only this conversation, counted from 1.
    #[arg(long, value_name = "N", conflicts_with = "conversations")]
    conversation: Option<usize>,
    /// List the conversations of a capture, and show none.
    #[arg(long)]
    conversations: bool,
    /// zh or en. Default: the system's.
    #[arg(long, value_parser = super::language)]
    lang: Option<Language>,
    #[command(flatten)]
    manner: Manner,
}

pub fn main(arguments: Arguments) -> ExitCode {
    match try_main(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Arguments(message)) => {
            complain(&format!("{message}: {}", arguments.file.display()));
            ExitCode::from(2)
        }
        Err(Failure::Unread(message)) => {
            complain(&message);
            ExitCode::from(2)
        }
        // A reader that went away is no mistake, a full disk is one.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(Failure::Output(error)) => {
            complain(&format!("cannot write to standard output: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Why not all was shown.
enum Failure {
    /// With the file's name in it.
    Unread(String),
    /// They do not suit the file.
    Arguments(String),
    Output(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

fn try_main(arguments: &Arguments) -> Result<(), Failure> {
    let source = source::read(&arguments.file).map_err(Failure::Unread)?;
    let look = Look {
        is_wire_only: arguments.segments,
        has_bytes: arguments.bytes,
        only: arguments.only.clone(),
        from_us: arguments.from.unwrap_or(0),
        ..arguments.manner.look(arguments.lang)
    };
    let mut painter = arguments.manner.painter();
    if arguments.conversations {
        let lines = source
            .conversations(look.language)
            .map_err(Failure::Arguments)?;
        painter.print(&lines)?;
        return Ok(painter.flush()?);
    }
    let told = source
        .tell(arguments.conversation)
        .map_err(Failure::Arguments)?;
    check_hosts(&arguments.only, &told.trace).map_err(Failure::Arguments)?;
    let width = look.width;
    match Ladder::new(told.trace.header(), look) {
        Ok(ladder) => climb(arguments, &told.trace, ladder, &mut painter)?,
        Err(TooNarrow { least }) => {
            complain(&too_narrow(width, least));
            list(arguments, &told.trace)?;
        }
    }
    painter.flush()?;
    for remark in told.remarks {
        complain(&format!("{remark}: {}", arguments.file.display()));
    }
    Ok(())
}

fn check_hosts(only: &[String], trace: &Trace) -> Result<(), String> {
    let hosts: Vec<&str> = trace
        .header()
        .hosts
        .iter()
        .map(|host| host.name.as_str())
        .collect();
    match only.iter().find(|name| !hosts.contains(&name.as_str())) {
        Some(name) => Err(format!(
            "there is no host '{name}'; the hosts are {}",
            hosts.join(", ")
        )),
        None => Ok(()),
    }
}

fn climb(
    arguments: &Arguments,
    trace: &Trace,
    mut ladder: Ladder,
    painter: &mut Painter,
) -> io::Result<()> {
    let mut lines = ladder.head(trace.header());
    let mut state = State::new(trace.header());
    let end_us = arguments.to.unwrap_or(u64::MAX);
    let events = trace.events().iter();
    for event in events.take_while(|event| event.at_us <= end_us) {
        state.apply(event);
        lines.extend(ladder.see(event, &state));
        if lines.len() >= AT_ONCE {
            painter.print(&lines)?;
            lines.clear();
        }
    }
    lines.extend(ladder.foot(&state));
    painter.print(&lines)
}

fn list(arguments: &Arguments, trace: &Trace) -> io::Result<()> {
    let times = arguments.from.unwrap_or(0)..=arguments.to.unwrap_or(u64::MAX);
    let mut state = State::new(trace.header());
    let mut out = io::stdout().lock();
    for event in trace
        .events()
        .iter()
        .take_while(|event| event.at_us <= *times.end())
    {
        state.apply(event);
        if let Some(line) = text::line(event, &state).filter(|_| times.contains(&event.at_us)) {
            writeln!(out, "{line}")?;
        }
    }
    out.flush()
}

/// On standard error, which may be closed: then nobody wants to know.
fn complain(message: &str) {
    writeln!(io::stderr(), "sockstep show: {message}").ok();
}

/// In microseconds.
fn seconds(word: &str) -> Result<u64, String> {
    let seconds = word.parse::<f64>().ok();
    let sound = seconds.filter(|seconds| (0.0..=1e9).contains(seconds));
    let sound = sound.map(|seconds| (seconds * 1e6) as u64);
    sound.ok_or_else(|| format!("'{word}' is not a number of seconds"))
}

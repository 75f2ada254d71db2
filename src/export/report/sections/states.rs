//! Every socket: its states, since when, and what brought them about.

use super::super::clean;
use super::super::document::{Block, Cell, Column, Row, Section, Table};
use super::super::run::Run;
use super::{call_name, numbered, seconds, title};
use crate::model::{Cause, Socket};
use crate::trace::{Key, WireKind};
use crate::words::say;

const MOST_SOCKETS: usize = 120;
/// Of one socket.
const MOST_STATES: usize = 40;

pub fn section(run: &Run<'_>) -> Option<Section> {
    let language = run.language;
    let hosts = run.plan.hosts.iter();
    let sockets: Vec<(&str, Key, &Socket)> = hosts
        .filter_map(|name| Some((name.as_str(), run.state.hosts.get(name)?)))
        .flat_map(|(name, host)| host.sockets.iter().map(move |(key, s)| (name, *key, &**s)))
        .collect();
    if sockets.is_empty() {
        return None;
    }
    let mut section = Section::new("states", say!(language, "report.states"));
    let aside = match run.trace.header().wire {
        WireKind::Held => say!(language, "report.states_read"),
        WireKind::Loopback => say!(language, "report.states_loopback"),
        WireKind::Captured => say!(language, "report.states_captured"),
    };
    section.blocks.push(Block::Aside(aside.into_owned()));
    let mut rows = Vec::new();
    for (host, key, socket) in sockets.iter().take(MOST_SOCKETS) {
        rows.push(Row::Head(socket_words(run, host, socket)));
        for (nth, (at_us, state)) in socket.states.iter().take(MOST_STATES).enumerate() {
            let cause = run.state.causes().of_state(host, *key, nth);
            let cause = cause.and_then(|cause| cause_words(run, host, cause));
            rows.push(Row::Cells(vec![
                Cell::Words(seconds(*at_us)),
                Cell::Code(clean::line(state, 40)),
                Cell::Words(cause.unwrap_or_else(|| "–".to_owned())),
            ]));
        }
        if let Some(at_us) = socket.gone_at_us {
            let gone = say!(language, "report.gone").into_owned();
            let cells = vec![
                Cell::Words(seconds(at_us)),
                Cell::Words(gone),
                Cell::words(""),
            ];
            rows.push(Row::Cells(cells));
        }
    }
    if let Some(more) = sockets
        .len()
        .checked_sub(MOST_SOCKETS)
        .filter(|more| *more > 0)
    {
        rows.push(Row::Head(
            say!(language, "report.more", count = more).into_owned(),
        ));
    }
    section.blocks.push(Block::Table(Table {
        name: section.title.clone(),
        columns: vec![
            Column::number(say!(language, "report.time")),
            Column::words(say!(language, "report.state")),
            Column::words(say!(language, "report.cause")),
        ],
        rows,
    }));
    Some(section)
}

/// `Server · tcp · fd 4 · 10.0.0.2:8989 → 10.0.0.11:40222`.
fn socket_words(run: &Run<'_>, host: &str, socket: &Socket) -> String {
    let language = run.language;
    let facts = &socket.facts;
    let mut parts = vec![
        title(run, host),
        clean::line(&facts.protocol, 20).to_uppercase(),
    ];
    if let Some(fd) = facts.fd {
        parts.push(format!("fd {fd}"));
    }
    let ends = match (&facts.local, &facts.remote) {
        (Some(local), Some(remote)) => format!("{local} → {remote}"),
        (Some(only), None) | (None, Some(only)) => only.clone(),
        (None, None) => say!(language, "socket.unbound").into_owned(),
    };
    parts.push(clean::line(&ends, 120));
    parts.join(" · ")
}

fn cause_words(run: &Run<'_>, host: &str, cause: &Cause) -> Option<String> {
    let language = run.language;
    let words = match cause {
        Cause::Call(id) => {
            let (program, call) = crate::ladder::find_call(&run.state, *id)?;
            let (line, name) = (call.line, call_name(run, *id)?);
            say!(
                language,
                "report.by_call",
                program = title(run, program),
                call = name,
                line = line
            )
        }
        Cause::Arrival(id) => {
            say!(language, "report.by_arrival", segment = numbered(run, *id))
        }
        Cause::Timer => say!(language, "report.by_timer", host = title(run, host)),
        Cause::Exit(program) => say!(language, "report.by_exit", program = title(run, program)),
        Cause::Wire(_) | Cause::Unknown => return None,
    };
    Some(words.into_owned())
}

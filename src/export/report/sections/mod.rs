//! What a report says, section by section, in the chosen language.

mod answers;
mod faults;
mod foot;
mod head;
mod programs;
mod segments;
mod states;

use super::clean;
use super::document::{Block, Cell, Document, Section};
use super::run::Run;
use crate::ladder::is_server;
use crate::trace::{CallId, SegmentId};
use crate::words::{host::host_title, say, segment};

pub fn document(run: &Run<'_>) -> Document {
    let mut document = head::document(run);
    let sections = [
        Some(head::who(run)),
        ladder(run),
        answers::section(run),
        faults::section(run),
        programs::section(run),
        states::section(run),
        segments::section(run),
        Some(foot::section(run)),
    ];
    document.sections = sections.into_iter().flatten().collect();
    document
}

fn ladder(run: &Run<'_>) -> Option<Section> {
    let language = run.language;
    if run.plan.arrows.is_empty() && run.plan.ticks.is_empty() {
        return None;
    }
    let mut section = Section::new("ladder", say!(language, "report.ladder"));
    section.blocks = vec![Block::Ladder];
    Some(section)
}

/// `1.234`: seconds since the start.
fn seconds(us: u64) -> String {
    format!("{}.{:03}", us / 1_000_000, us % 1_000_000 / 1_000)
}

/// A host or a program.
fn host(run: &Run<'_>, name: &str) -> Cell {
    Cell::Host {
        title: title(run, name),
        is_server: is_server(name),
    }
}

fn title(run: &Run<'_>, name: &str) -> String {
    clean::line(&host_title(run.language, &run.state, name), 60)
}

/// `#5 data 12 B`.
fn numbered(run: &Run<'_>, id: SegmentId) -> String {
    let Some(found) = run.state.segments.get(&id) else {
        return format!("#{id}");
    };
    format!("#{id} {}", segment::bare(run.language, found))
}

/// `accept()`, of a call that there is.
fn call_name(run: &Run<'_>, id: CallId) -> Option<String> {
    let (_, call) = crate::ladder::find_call(&run.state, id)?;
    Some(clean::line(&call.name, 60) + "()")
}

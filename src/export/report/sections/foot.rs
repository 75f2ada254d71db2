//! How far the report can be trusted: what is measured, and what is inferred.

use super::super::document::{Block, Section};
use super::super::run::Run;
use crate::trace::WireKind;
use crate::words::say;

pub fn section(run: &Run<'_>) -> Section {
    let language = run.language;
    let mut section = Section::new("about", say!(language, "report.about"));
    let mut points = match run.trace.header().wire {
        WireKind::Held => vec![
            say!(language, "report.measured_segments"),
            say!(language, "report.measured_states"),
            say!(language, "report.measured_calls"),
            say!(language, "report.inferred_causes"),
            say!(language, "report.held_times"),
        ],
        WireKind::Loopback => vec![
            say!(language, "report.loopback_segments"),
            say!(language, "report.measured_states"),
            say!(language, "report.measured_calls"),
            say!(language, "report.inferred_causes"),
        ],
        WireKind::Captured => vec![
            say!(language, "report.captured_segments"),
            say!(language, "report.captured_states"),
        ],
    };
    match run.trace.header().wire {
        WireKind::Held | WireKind::Loopback => points.push(say!(language, "report.linux")),
        // Whose kernels these were is not on record.
        WireKind::Captured => {}
    }
    let points = points.into_iter().map(|point| point.into_owned());
    section.blocks.push(Block::Points(points.collect()));
    section
}

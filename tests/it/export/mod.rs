//! Runs that others can open: what is exported says what the trace says.

mod command;
mod hostile;
mod pcapng;
mod tshark;

use sockstep::export::{Format, Product, Refusal, Source, export};
use sockstep::lesson::Language;
use sockstep::trace::Trace;

/// A capture of a run, or of what one host saw of it.
fn pcapng(trace: &Trace, seen_by: Option<&str>) -> Result<Vec<u8>, Refusal> {
    let source = Source {
        trace,
        lesson: None,
        language: Language::English,
    };
    let seen_by = seen_by.map(str::to_owned);
    match export(&source, &Format::Pcapng { seen_by })? {
        Product::File(bytes) => Ok(bytes),
        Product::Folder(_) => panic!("a capture is one file"),
    }
}

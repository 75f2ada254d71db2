//! How fast a run is written for others.

use std::time::Instant;

use sockstep::export::{Format, Product, Source, export};
use sockstep::lesson::Language;

use super::fold::trace;
use super::{is_wanted, report};

/// A run of 100,000 events, two packets in ten of them, as pcapng.
pub fn pcapng() {
    let name = "export: pcapng of 100,000 events";
    if !is_wanted(name) {
        return;
    }
    let trace = trace(100_000);
    let source = Source {
        trace: &trace,
        lesson: None,
        language: Language::English,
    };
    let format = Format::Pcapng { seen_by: None };
    let mut best = None;
    for _ in 0..5 {
        let from = Instant::now();
        let made = export(&source, &format);
        let took = from.elapsed();
        let Ok(Product::File(bytes)) = made else {
            panic!("it was seen");
        };
        best = best.into_iter().chain([(took, bytes.len())]).min();
    }
    let (took, bytes) = best.expect("five rounds");
    let seconds = took.as_secs_f64();
    let packets = trace.events().len() as f64 / 5.0 / seconds;
    let found = format!(
        "{packets:.0} packets/s, {:.1} MB/s",
        bytes as f64 / 1e6 / seconds
    );
    report(name, &found, "20,000 packets/s");
}

//! What saving a run costs while it is recorded, and how fast a saved one opens.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use criterion::Criterion;
use sockstep::timeline::Timeline;
use sockstep::trace::{event_line, read, to_line};

use crate::{is_wanted, long, report, wire};

/// Steps of two labs in turn, one of which is recorded: whatever else the machine does, both feel.
pub fn saving(_: &mut Criterion) {
    const NAME: &str = "saving while running";
    const ROUNDS: usize = 600;
    if !is_wanted(NAME) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder for a moment");
    let path = folder.path().join("run.jsonl");
    let file = path.clone();
    let labs = [
        wire::connected(None),
        wire::connected(Some(Box::new(move || std::fs::File::create(file)))),
    ];
    let mut times = [const { Vec::new() }; 2];
    for round in 0..ROUNDS {
        for turn in 0..2 {
            let which = (round + turn) % 2;
            times[which].push(wire::deliver_once(&labs[which]));
        }
    }
    let [without, with] = times.map(median);
    let more = (with.as_secs_f64() / without.as_secs_f64() - 1.0) * 100.0;
    let bytes = std::fs::metadata(&path).map_or(0, |file| file.len());
    let found = format!(
        "{with:.1?} a step with, {without:.1?} without: {more:+.1} %; {} KiB saved",
        bytes >> 10
    );
    report(NAME, &found, "< 5 %");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// From the bytes of a file to a run that can be looked at in any moment.
pub fn opening(_: &mut Criterion) {
    const NAME: &str = "opening a saved run of 100,000 events";
    if !is_wanted(NAME) {
        return;
    }
    let trace = long::events(100_000);
    let mut text = to_line(trace.header());
    for event in trace.events() {
        text.push('\n');
        text.push_str(&event_line(event));
    }
    drop(trace);
    let mut read_in = Vec::new();
    let mut folded_in = Vec::new();
    let mut events = 0;
    for _ in 0..7 {
        let began = Instant::now();
        let loaded = read(text.as_bytes(), &mut |_| ControlFlow::Continue(()));
        let loaded = loaded.expect("it is sound");
        assert!(loaded.cut_short.is_none(), "{:?}", loaded.cut_short);
        read_in.push(began.elapsed());
        events = loaded.trace.events().len();
        let began = Instant::now();
        let timeline = Timeline::of(loaded.trace);
        folded_in.push(began.elapsed());
        drop(timeline);
    }
    let (reading, folding) = (median(read_in), median(folded_in));
    let megabytes = text.len() as f64 / 1e6;
    let rate = |time: Duration| {
        let seconds = time.as_secs_f64();
        format!(
            "{:.0} events/s, {:.0} MB/s",
            events as f64 / seconds,
            megabytes / seconds
        )
    };
    let found = format!(
        "{megabytes:.1} MB; read in {reading:.0?} ({}), with its states in {:.0?} ({})",
        rate(reading),
        reading + folding,
        rate(reading + folding)
    );
    report(NAME, &found, "–");
}

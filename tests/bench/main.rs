//! Benchmarks: the numbers we promise. `cargo bench`, or `cargo bench -- NAME` for some.
//!
//! Benchmarks of the lab need the held wire, those of the window a display (or Xvfb).

use std::time::Duration;

use criterion::criterion_group;

mod capture;
mod export;
mod fold;
mod frames;
mod lab;
mod long;
mod packets;
mod saved;
mod window;
mod wire;

criterion_group! {
    name = benches;
    config = criterion::Criterion::default().sample_size(20);
    targets = fold::ten_thousand_events, frames::frames, packets::frames, frames::seeking,
        window::memory_of_a_run, lab::deliver, lab::start, lab::whole_run,
        wire::snapshot, wire::step_latency, wire::start_and_stop, wire::pass_through,
        window::first_frame, window::idle, capture::opening, saved::saving, saved::opening,
        exported
}

/// It is measured once, and not by criterion.
fn exported(_: &mut criterion::Criterion) {
    export::pcapng();
}

fn main() {
    window::bare_window_if_asked();
    capture::read_if_asked();
    benches();
    criterion::Criterion::default()
        .configure_from_args()
        .final_summary();
}

/// Whether the command line asks for it: without a name, for all.
fn is_wanted(name: &str) -> bool {
    let arguments = std::env::args().skip(1);
    let mut names = arguments
        .filter(|argument| !argument.starts_with('-'))
        .peekable();
    names.peek().is_none() || names.any(|part| name.contains(&part))
}

/// A number that is no mean of many rounds, with what we aim for.
fn report(name: &str, found: &str, aim: &str) {
    println!("{name}: {found} (aim: {aim})");
}

/// The processor time of this thread so far: what other programs do does not count.
fn cpu() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}

fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

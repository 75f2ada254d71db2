//! Benchmarks: the numbers we promise. `cargo bench`, or `cargo bench -- NAME` for some.
//!
//! Benchmarks of the lab need the held wire, those of the window a display (or Xvfb).

use criterion::criterion_group;

mod fold;
mod lab;
mod window;
mod wire;

criterion_group! {
    name = benches;
    config = criterion::Criterion::default().sample_size(20);
    targets = fold::ten_thousand_events, window::frame, lab::deliver, lab::start, lab::whole_run,
        wire::snapshot, wire::step_latency, wire::start_and_stop, wire::pass_through,
        window::first_frame
}

fn main() {
    window::bare_window_if_asked();
    benches();
    criterion::Criterion::default()
        .configure_from_args()
        .final_summary();
}

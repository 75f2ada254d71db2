//! Benchmarks: the numbers we promise. `cargo bench`, or `cargo bench -- NAME` for some.
//!
//! Benchmarks of the lab need the held wire, those of the window a display (or Xvfb).

use criterion::{criterion_group, criterion_main};

mod fold;
mod lab;

criterion_group! {
    name = benches;
    config = criterion::Criterion::default().sample_size(20);
    targets = fold::ten_thousand_events, lab::deliver, lab::start, lab::whole_run
}
criterion_main!(benches);

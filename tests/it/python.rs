//! Python programs as learners write them, on real sockets, with a gate that lets everything pass.
//!
//! Two ways to be right: what a case says here, and what `python3` on this machine does with the
//! same program.

mod gate;
mod programs;
mod same_as_cpython;
mod stopping;

use gate::{Played, play};

/// Runs a program; what it printed and its traceback are as expected.
#[track_caller]
fn check(source: &str, expected: &str) {
    let played = play(source);
    assert_eq!(
        played.output(),
        expected,
        "\n--- the program was:\n{source}"
    );
}

/// Runs a program; these are its calls, as announced and as they ended.
#[track_caller]
fn check_calls(source: &str, expected: &[&str]) {
    let Played { calls, ending, .. } = play(source);
    assert_eq!(
        calls, expected,
        "\n--- the program was:\n{source}\n--- it ended with {ending:?}"
    );
}

//! Python programs as learners write them, on real sockets, with a gate that lets everything pass.
//!
//! Two ways to be right: what a case says here, and what `python3` on this machine does with the
//! same program.

mod gate;
mod hostile;
mod programs;
mod same_as_cpython;
mod sandbox;
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
    let calls: Vec<_> = calls.iter().map(|call| without_numbers(call)).collect();
    assert_eq!(
        calls, expected,
        "\n--- the program was:\n{source}\n--- it ended with {ending:?}"
    );
}

/// Descriptors and ports differ from run to run: `fd=7` is shown as `fd=N`.
fn without_numbers(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['=', ',']) {
        let (before, after) = rest.split_at(at + 1);
        plain.push_str(before);
        let space = after.len() - after.trim_start_matches(' ').len();
        let digits = after[space..]
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count();
        let is_number = plain.ends_with("fd=") || plain.ends_with("',") && digits > 1;
        plain.push_str(&after[..space]);
        plain.push_str(if is_number {
            "N"
        } else {
            &after[space..space + digits]
        });
        rest = &after[space + digits..];
    }
    plain + rest
}

//! What is judged of a program's block: its name, its host, its size.

use super::front;
use super::problem::Problems;
use crate::trace::ProgramSetup;

const LARGEST: usize = 256 << 10;
const MOST: usize = 64;
pub(super) const EXAMPLE: &str = "write ```python server, or ```python NAME on HOST";

/// Beside these hosts and the programs before it.
pub(super) fn check(
    program: &ProgramSetup,
    line: usize,
    (hosts, before): (&[&str], &[ProgramSetup]),
    problems: &mut Problems,
) {
    let (name, host) = (&program.name, &program.host);
    front::check_name(name, line, problems);
    if !hosts.contains(&host.as_str()) {
        let hosts = hosts.join(", ");
        let remedy = format!("the hosts are {hosts}; write ```python NAME on HOST");
        problems.add(line, format!("no host is called '{host}'"), remedy);
    }
    if before.iter().any(|other| other.name == *name) {
        let message = format!("two programs are called '{name}'");
        problems.add(line, message, "give each program a name of its own");
    }
    if program.source.len() > LARGEST {
        let message = format!("a program larger than {LARGEST} bytes");
        problems.add(line, message, "shorten it");
    }
    if program.source.trim().is_empty() {
        let remedy = "write the program in the block";
        problems.add(line, "a program without a line", remedy);
    }
    if before.len() == MOST {
        let message = format!("more than {MOST} programs");
        problems.add(line, message, "split the lesson into several");
    }
}

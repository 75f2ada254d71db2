//! `sockstep doctor`: each check, its result and its remedy.

use std::process::ExitCode;

use crate::lab::{Verdict, examine};

pub fn main() -> ExitCode {
    let binary = match super::own_binary() {
        Ok(binary) => binary,
        Err(error) => {
            eprintln!("sockstep: cannot find this program's own file: {error}");
            return ExitCode::FAILURE;
        }
    };
    let checks = examine(&binary);
    let width = checks.iter().map(|check| check.name.len()).max();
    for check in &checks {
        let mark = match check.verdict {
            Verdict::Fine => "ok     ",
            Verdict::Less => "less   ",
            Verdict::Missing => "MISSING",
        };
        let width = width.unwrap_or(0);
        println!("{mark}  {:width$}  {}", check.name, check.found);
        if let Some(remedy) = check.remedy {
            println!("{:9}{:width$}  → {}", "", "", super::remedy(remedy));
        }
    }
    // The last check starts a lab: it is the one that counts.
    match checks.last().map(|check| check.verdict) {
        Some(Verdict::Fine) => {
            println!("\nThe held wire works here.");
            ExitCode::SUCCESS
        }
        Some(Verdict::Less | Verdict::Missing) | None => {
            println!("\nThe held wire does not work here yet: follow the arrows above.");
            println!("Loopback mode needs none of this: `sockstep run … --loopback`.");
            ExitCode::FAILURE
        }
    }
}

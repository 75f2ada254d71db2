//! Every lesson's programs, unchanged, under this machine's own `python3`: they print the same as
//! in the lab. `stage.py` says how they are played there.
//!
//! A lesson that says `prints = "vary"` must only run and end there: it may die of what a network
//! does, and of nothing else. What a program does after the lab has shown all that the lesson
//! asks for is not compared: the lab's output may be the beginning of CPython's.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use crossbeam_channel::bounded;
use serde::Deserialize;
use serde_json::json;
use sockstep::lesson::{Language, Lesson, Prints, load};
use sockstep::trace::{LowPorts, Order, Trace, What};

use super::{course_runs, has_python3};
use crate::lab::is_wire_there;

/// No lesson's programs take longer where nobody holds anything.
const SECONDS: u32 = 30;
/// They mostly wait.
const AT_ONCE: usize = 4;

/// What one program did, in the lab or under CPython.
#[derive(Debug, Default, Deserialize)]
struct Told {
    printed: String,
    /// Its traceback.
    died_of: String,
    ended: bool,
}

#[derive(Deserialize)]
struct Staged {
    in_time: bool,
    programs: BTreeMap<String, Told>,
}

/// What the lab's run shows, and what was typed in it, in order.
fn in_lab(trace: &Trace) -> (BTreeMap<String, Told>, Vec<(String, String)>) {
    let programs = trace.header().programs.iter();
    let mut told: BTreeMap<String, Told> = programs
        .map(|program| (program.name.clone(), Told::default()))
        .collect();
    let mut answers = Vec::new();
    for event in trace.events() {
        match &event.what {
            What::Print { program, text }
            | What::Ask {
                program,
                prompt: text,
                ..
            } => told.get_mut(program).unwrap().printed.push_str(text),
            What::Exit {
                program, traceback, ..
            } => {
                let told = told.get_mut(program).unwrap();
                told.ended = true;
                told.died_of = traceback.clone().unwrap_or_default();
            }
            What::Order(ordered) => {
                if let Order::Answer {
                    program,
                    text: Some(text),
                } = &ordered.order
                {
                    answers.push((program.clone(), text.clone()));
                }
            }
            _ => {}
        }
    }
    (told, answers)
}

fn under_cpython(lesson: &Lesson, answers: &[(String, String)]) -> Result<Staged, String> {
    let scratch = tempfile::tempdir().expect("a folder");
    let plan = json!({
        "hosts": lesson.hosts,
        "programs": lesson.programs,
        "answers": answers,
        "low_ports": match lesson.low_ports {
            LowPorts::Open => "open",
            LowPorts::Guarded => "guarded",
        },
        "seconds": SECONDS,
    });
    let stage = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/check/stage.py");
    let mut child = Command::new("unshare")
        .args(["--user", "--map-root-user", "python3", "-I"])
        .arg(stage)
        .arg(scratch.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("util-linux has unshare");
    let stdin = child.stdin.take().expect("it is piped");
    let written = { stdin }.write_all(plan.to_string().as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    written.map_err(|_| complained.clone())?;
    serde_json::from_slice(&output.stdout).map_err(|_| complained)
}

/// The exception that a traceback ends with.
fn last_line(traceback: &str) -> &str {
    traceback.trim_end().lines().last().unwrap_or_default()
}

/// `OSError: [Errno 98] …` without what it says.
fn class(traceback: &str) -> &str {
    last_line(traceback).split(':').next().unwrap_or_default()
}

/// An `OSError` or one of its kinds.
fn is_of_network(class: &str) -> bool {
    let kinds = [
        "OSError",
        "TimeoutError",
        "BlockingIOError",
        "BrokenPipeError",
    ];
    kinds.contains(&class) || class.starts_with("Connection")
}

/// In which way CPython did otherwise than the lab.
fn difference(prints: Prints, lab: &Told, theirs: &Told) -> Option<String> {
    let died = (last_line(&lab.died_of), last_line(&theirs.died_of));
    if prints == Prints::Vary {
        let is_own = class(&lab.died_of) == class(&theirs.died_of);
        let is_wrong = !theirs.died_of.is_empty() && !is_own && !is_of_network(class(died.1));
        return is_wrong.then(|| format!("CPython died of {}", died.1));
    }
    match (lab.ended, theirs.ended) {
        (true, false) => return Some("it does not end under CPython".to_owned()),
        (true, true) if died.0 != died.1 => {
            return Some(format!(
                "ours died of “{}”, CPython's of “{}”",
                died.0, died.1
            ));
        }
        (true, true) | (false, _) => {}
    }
    let is_same = match lab.ended {
        true => theirs.printed == lab.printed,
        false => theirs.printed.starts_with(&lab.printed),
    };
    let (ours, theirs) = (&lab.printed, &theirs.printed);
    (!is_same).then(|| format!("ours printed\n{ours}\nCPython\n{theirs}"))
}

/// What is to be said against one lesson.
fn differences(folder: &str, runs: &Path) -> String {
    let lesson = load(&Path::new("lessons").join(folder), Language::English);
    let lesson = lesson.expect("it was checked");
    let text = fs::read_to_string(runs.join(format!("{folder}.jsonl"))).expect("its run");
    let trace = sockstep::trace::load(&text).expect("a run").trace;
    let (lab, answers) = in_lab(&trace);
    let staged = match under_cpython(&lesson, &answers) {
        Ok(staged) => staged,
        Err(why) => return format!("{folder}: the stage fell down: {why}\n"),
    };
    let mut found = String::new();
    if !staged.in_time {
        found.push_str(&format!(
            "{folder}: it has not come to its end after {SECONDS} s\n"
        ));
    }
    for (name, theirs) in &staged.programs {
        if let Some(what) = difference(lesson.prints, &lab[name], theirs) {
            found.push_str(&format!("{folder}: {name}: {what}\n"));
        }
    }
    found
}

#[test]
fn the_programs_of_every_lesson_print_the_same_under_cpython() {
    if !is_wire_there() || !has_python3() {
        return;
    }
    let (_, runs) = course_runs();
    let started = Instant::now();
    let folders = fs::read_dir("lessons").expect("the course").flatten();
    let folders = folders.filter(|entry| entry.path().is_dir());
    let mut folders: Vec<String> = folders
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    let (sender, found) = bounded(folders.len());
    thread::scope(|scope| {
        for part in 0..AT_ONCE {
            let (folders, sender) = (&folders, sender.clone());
            scope.spawn(move || {
                for folder in folders.iter().skip(part).step_by(AT_ONCE) {
                    sender.send(differences(folder, runs)).unwrap();
                }
            });
        }
        drop(sender);
    });
    let mut found: Vec<String> = found.iter().filter(|found| !found.is_empty()).collect();
    found.sort();
    let (count, took) = (folders.len(), started.elapsed());
    writeln!(
        io::stderr(),
        "{count} lessons were played by python3 in {took:.1?}"
    )
    .ok();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

fn told(printed: &str, died_of: &str, ended: bool) -> Told {
    Told {
        printed: printed.to_owned(),
        died_of: died_of.to_owned(),
        ended,
    }
}

#[test]
fn what_differs_is_told_and_what_only_goes_on_is_not() {
    let refused = "Traceback…\nConnectionRefusedError: [Errno 111] Connection refused\n";
    let broken = "Traceback…\nTypeError: no\n";
    for (prints, lab, theirs, expected) in [
        (Prints::Same, told("a", "", true), told("a", "", true), None),
        (
            Prints::Same,
            told("a", "", true),
            told("b", "", true),
            Some("ours printed"),
        ),
        (
            Prints::Same,
            told("a", "", true),
            told("a", "", false),
            Some("does not end"),
        ),
        (
            Prints::Same,
            told("a", "", false),
            told("ab", "", true),
            None,
        ),
        (
            Prints::Same,
            told("a", "", false),
            told("b", "", true),
            Some("ours printed"),
        ),
        (
            Prints::Same,
            told("", refused, true),
            told("", refused, true),
            None,
        ),
        (
            Prints::Same,
            told("", "", true),
            told("", refused, true),
            Some("died of"),
        ),
        (Prints::Vary, told("a", "", true), told("b", "", true), None),
        (
            Prints::Vary,
            told("a", "", true),
            told("b", broken, true),
            Some("TypeError"),
        ),
        (
            Prints::Vary,
            told("", "", true),
            told("", refused, true),
            None,
        ),
        (
            Prints::Vary,
            told("", refused, true),
            told("", refused, true),
            None,
        ),
    ] {
        let found = difference(prints, &lab, &theirs);
        match (&found, expected) {
            (None, None) => {}
            (Some(found), Some(part)) => assert!(found.contains(part), "{found}"),
            other => panic!("{other:?}: {lab:?} {theirs:?}"),
        }
    }
}

//! A run as a folder: exported, it plays again, and does the same by its meaning.

use std::path::{Path, PathBuf};

use sockstep::export::{Format, Product, Source, export};
use sockstep::lesson::Language;
use sockstep::model::{Fate, State};
use sockstep::replay::Plan;
use sockstep::trace::{Returned, Trace, load};

use super::faults::{CLIENT, SERVER};
use super::{file, refused, sockstep, text};
use crate::lab::is_wire_there;

fn trace(path: &Path) -> Trace {
    let text = std::fs::read_to_string(path).expect("a saved run");
    let loaded = load(&text).expect("its header is sound");
    assert!(loaded.cut_short.is_none(), "{:?}", loaded.cut_short);
    loaded.trace
}

fn write(trace: &Trace, language: Language, folder: &Path) {
    let source = Source {
        trace,
        lesson: None,
        language,
    };
    let exported = export(&source, &Format::Folder);
    let Ok(Product::Folder(files)) = exported else {
        panic!("{exported:?}");
    };
    std::fs::create_dir_all(folder).expect("a folder");
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes).expect("a file");
    }
}

fn name(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// What a run did, with nothing in it that differs between two that went the same way.
fn done(trace: &Trace) -> Vec<(String, Vec<String>)> {
    let plan = Plan::of(trace, trace.end());
    let mut done = vec![("orders".to_owned(), plan.deeds())];
    let state = State::at(trace, trace.end());
    for program in state.programs.values() {
        let calls = program.calls.iter().map(|call| {
            let failed = call.resolved.as_ref().map(|answer| match &answer.returned {
                Returned::Value { .. } => "returns".to_owned(),
                Returned::Failed { exception, .. } => exception.clone(),
            });
            let size = call
                .resolved
                .as_ref()
                .and_then(|answer| answer.bytes.as_ref());
            let size = size.map(Vec::len);
            format!(
                "{} {} {} {failed:?} {size:?}",
                call.thread, call.line, call.name
            )
        });
        let mut calls: Vec<String> = calls.collect();
        // Threads make them side by side.
        calls.sort();
        done.push((format!("calls of {}", program.name), calls));
        let mut lines: Vec<String> = program.output.lines().map(without_ports).collect();
        if program.threads.len() > 1 {
            lines.sort();
        }
        done.push((format!("output of {}", program.name), lines));
    }
    for host in &state.host_order {
        let sent = state.segments.values().filter(|s| s.from == *host);
        let sent = sent.filter(|s| s.fate != Fate::Absorbed).map(|s| {
            let fate = match s.fate {
                Fate::Held | Fate::Absorbed => "held",
                Fate::Delayed(_) => "delayed",
                Fate::Delivered(_) => "delivered",
                Fate::Dropped(_) => "dropped",
            };
            let length = s.packet.as_ref().map(|packet| packet.payload().len());
            format!("{:?} {length:?} {:?} {fate}", s.sent_kind(), s.corrupted)
        });
        done.push((format!("segments of {host}"), sent.collect()));
    }
    done
}

fn without_ports(line: &str) -> String {
    let is_digit = |c: char| c.is_ascii_digit();
    let words = line.split_inclusive(|c| !is_digit(c));
    let words = words.map(|word| {
        let digits = word.trim_end_matches(|c| !is_digit(c));
        let is_chosen = digits
            .parse()
            .is_ok_and(|port: u32| (32_768..=60_999).contains(&port));
        match is_chosen {
            true => word.replace(digits, "*"),
            false => word.to_owned(),
        }
    });
    words.collect()
}

/// Exports the run, plays the folder, and holds one against the other. A run that was stopped in
/// the middle goes on when it is played again: as far as it went, it is the same.
fn plays_the_same(run: &Path, language: Language, folder: &Path) {
    let old = trace(run);
    write(&old, language, folder);
    let again = folder.with_extension("jsonl");
    let output = sockstep(&["run", name(folder), "--save", name(&again)]);
    let said = text(&output.stderr);
    let script = std::fs::read_to_string(folder.join("script.txt")).expect("a script");
    assert!(
        !said.contains("stuck"),
        "{}: {said}\n{script}",
        run.display()
    );
    let new = trace(&again);
    let new = done(&new);
    for (what, old) in done(&old) {
        let found = new.iter().find(|(other, _)| *other == what);
        let (_, found) = found.expect("the same hosts and programs");
        let mut found = found.clone();
        if what.starts_with("calls") {
            // What was not made, or had not returned, when the old run was saved.
            let expected: Vec<&String> = old
                .iter()
                .filter(|call| !call.contains("None None"))
                .collect();
            for call in expected {
                let at = found.iter().position(|other| other == call);
                let at =
                    at.unwrap_or_else(|| panic!("{}: {what}: no {call}\n{script}", run.display()));
                found.swap_remove(at);
            }
            continue;
        }
        // The newest segments were still on their way.
        let settled = old.iter().filter(|line| !line.ends_with("held"));
        let settled = settled.count();
        let is_same = found.len() >= settled
            && old
                .iter()
                .zip(&found)
                .take(settled)
                .all(|(old, new)| old == new);
        assert!(
            is_same,
            "{}: {what}:\n{old:#?}\nnow\n{found:#?}\n{script}",
            run.display()
        );
    }
}

/// Each with an order of its own that a script has to have words for.
const RECORDED: &[&[&str]] = &[
    &["--drop", "client1 SYN 1", "--duplicate", "client1 data 1"],
    &[
        "--corrupt",
        "server data 1",
        "--delay",
        "client1 data 2 0.2",
    ],
    &["--together", "--drop", "client2 SYN 1"],
];

/// The puzzles' runs, but for those where a kernel's timer of some milliseconds decides what is
/// sent (a put-off acknowledgment, a window probe, RACK, which end's handshake timer is the first): a
/// busy machine may be slower than that.
const PUZZLES: [&str; 10] = [
    "04-handshake/handshake-and-data",
    "04-handshake/lost-ack",
    "10-reliability/damaged",
    "10-reliability/lost-acknowledgment",
    "11-close/crossed",
    "11-close/half-close",
    "11-close/three-steps",
    "14-endings/after-goodbye",
    "19-udp/missing",
    "24-capture/conversation",
];

#[test]
fn a_run_that_was_exported_plays_the_same_again() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut runs: Vec<PathBuf> = PUZZLES
        .iter()
        .map(|run| Path::new("lessons").join(run).with_extension("jsonl"))
        .collect();
    let server = file(
        folder.path(),
        "s.py",
        &SERVER
            .replace(
                "c, a = s.accept()",
                "for _ in range(2):\n  c, a = s.accept()",
            )
            .replace("\nwhile", "\n  while")
            .replace("\n    ", "\n      ")
            .replace("\nc.close", "\n  c.close"),
    );
    let client = file(folder.path(), "c.py", CLIENT);
    for (number, faults) in RECORDED.iter().enumerate() {
        let save = folder.path().join(format!("fault-{number}.jsonl"));
        let run = ["run", &server, &client, &client, "--save", name(&save)];
        let output = sockstep(&[&run[..], faults].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        runs.push(save);
    }
    for lesson in ["16-threads", "17-chat", "19-udp", "21-select"] {
        let save = folder.path().join(format!("{lesson}.jsonl"));
        let path = format!("lessons/{lesson}");
        sockstep(&["run", &path, "--for", "3", "--save", name(&save)]);
        runs.push(save);
    }
    // They mostly wait for timers.
    std::thread::scope(|scope| {
        let halves = runs.chunks(runs.len().div_ceil(3));
        for (part, runs) in halves.enumerate() {
            let folder = folder.path().join(format!("part-{part}"));
            scope.spawn(move || each(runs, &folder));
        }
    });
}

fn each(runs: &[PathBuf], folder: &Path) {
    for (number, run) in runs.iter().enumerate() {
        let language = [Language::English, Language::Chinese][number % 2];
        plays_the_same(run, language, &folder.join(format!("run-{number}")));
    }
}

#[test]
fn the_flags_of_run_work_over_a_folder() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let run = Path::new("lessons/04-handshake/handshake-and-data.jsonl");
    write(&trace(run), Language::English, folder.path());
    let empty = file(folder.path(), "usual.txt", "as usual\n");
    let arguments = ["run", name(folder.path()), "--script", &empty];
    let output = sockstep(&[&arguments[..], &["--drop", "client SYN 1"]].concat());
    let said = text(&output.stdout);
    assert!(
        said.contains("SYN dropped"),
        "{said}{}",
        text(&output.stderr)
    );
}

const ABOUT: &str = r#"sockstep_run = 1
script = "script.txt"

[[hosts]]
name = "server"
addresses = ["10.0.0.2"]

[[programs]]
name = "server"
host = "server"
file = "server.py"
"#;

/// A part of [`ABOUT`], what stands there instead, and what is said of it.
const WRONG: &[(&str, &str, &str)] = &[
    (
        "sockstep_run = 1",
        "sockstep_run = 2",
        "run.toml:1: the folder has format 2",
    ),
    ("sockstep_run = 1", "", "missing field `sockstep_run`"),
    ("[[hosts]]", "[[host]]", "run.toml:4: unknown field `host`"),
    ("[[hosts]]", "[[hosts]", "run.toml:4: "),
    (
        "\"server.py\"",
        "\"../server.py\"",
        "run.toml:11: '../server.py' is not the name of a file",
    ),
    (
        "\"server.py\"",
        "\"/etc/passwd\"",
        "run.toml:11: '/etc/passwd' is not the name",
    ),
    (
        "\"server.py\"",
        "\"..\"",
        "run.toml:11: '..' is not the name",
    ),
    (
        "\"server.py\"",
        "\"link.py\"",
        "run.toml:11: 'link.py': it is a link",
    ),
    (
        "\"server.py\"",
        "\"gone.py\"",
        "run.toml:11: 'gone.py': cannot read it",
    ),
    ("\"server.py\"", "\"inner\"", "it is a directory"),
    (
        "\"script.txt\"",
        "\"link.py\"",
        "run.toml:2: 'link.py': it is a link",
    ),
    (
        "\"script.txt\"",
        "\"bad.txt\"",
        "bad.txt:2: 'fly' is not a kind",
    ),
    (
        "host = \"server\"",
        "host = \"nobody\"",
        "run.toml:10: no host is called 'nobody'",
    ),
    (
        "10.0.0.2",
        "10.0.0.256",
        "run.toml:6: '10.0.0.256' is not the address",
    ),
    (
        "10.0.0.2",
        "224.0.0.1",
        "run.toml:6: 224.0.0.1 cannot be a host's address",
    ),
    (
        "name = \"server\"",
        "name = \"Server 1\"",
        "run.toml:5: 'Server 1' cannot be a name",
    ),
    (
        "script =",
        "timers = \"slow\"\nscript =",
        "run.toml:2: unknown variant `slow`",
    ),
    (
        "script =",
        "wire = \"captured\"\nscript =",
        "run.toml:2: unknown variant `captured`",
    ),
];

#[test]
fn a_folder_that_is_wrong_is_refused_with_file_line_and_remedy() {
    let outside = tempfile::tempdir().expect("a folder");
    let secret = file(outside.path(), "secret.py", "x = 1\n");
    let long = format!("title = \"{}\"\nscript =", "x".repeat(70_000));
    let long = [("script =", long.as_str(), "longer than 64 KiB")];
    let wrong = WRONG.iter().copied().chain(long);
    for (number, (from, to, message)) in wrong.enumerate() {
        let folder = outside.path().join(format!("folder-{number}"));
        std::fs::create_dir_all(folder.join("inner")).expect("a folder");
        file(&folder, "server.py", "import socket\n");
        file(&folder, "script.txt", "as usual\n");
        file(
            &folder,
            "bad.txt",
            "as follows:\ndrop client fly\n"
                .replace("as follows:", "server step")
                .as_str(),
        );
        std::os::unix::fs::symlink(&secret, folder.join("link.py")).expect("a link");
        assert!(ABOUT.contains(from), "{from}");
        file(&folder, "run.toml", &ABOUT.replacen(from, to, 1));
        refused(&["run", name(&folder)], message);
    }
    let folder = outside.path().join("linked");
    std::fs::create_dir(&folder).expect("a folder");
    let about = file(outside.path(), "run.toml", ABOUT);
    std::os::unix::fs::symlink(about, folder.join("run.toml")).expect("a link");
    refused(&["run", name(&folder)], "it is a link");
}

#[test]
fn a_capture_has_no_programs_to_export() {
    let run = Path::new("lessons/04-handshake/handshake-and-data.jsonl");
    let old = trace(run);
    let mut header = old.header().clone();
    header.programs.clear();
    let trace = Trace::new(header);
    let source = Source {
        trace: &trace,
        lesson: None,
        language: Language::English,
    };
    let refusal = export(&source, &Format::Folder);
    assert_eq!(refusal, Err(sockstep::export::Refusal::NoPrograms));
}

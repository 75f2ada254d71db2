//! The same programs through ours and through `python3`, which must print the same.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::gate::start;

/// What every program gets on its standard input.
const ANSWERS: &[&str] = &["张三", "42", "third"];

/// A server that is not ready in this time never will be.
const LONG: Duration = Duration::from_secs(20);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/python")
}

/// Whether `python3` is here. When it is not, that is said aloud, and is an error where it must be.
fn has_python3() -> bool {
    let is_here = Command::new("python3").arg("--version").output().is_ok();
    if !is_here {
        assert!(
            std::env::var("CI").is_err(),
            "python3 is missing, and CI must compare with it"
        );
        eprintln!("SKIPPED: there is no python3 on this machine to compare with");
    }
    is_here
}

/// CPython with a program of this name in a folder of its own, where it finds nothing else.
fn cpython(folder: &Path, file: &str, source: &str) -> Child {
    let path = folder.join(file);
    std::fs::write(&path, source).unwrap();
    // Through a shell only so that both outputs are one stream, in the order they were written.
    let mut child = Command::new("sh")
        .args(["-c", "exec python3 -I -u -X utf8 -W ignore \"$0\" 2>&1"])
        .arg(&path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut answers = ANSWERS.join("\n");
    answers.push('\n');
    child
        .stdin
        .take()
        .unwrap()
        .write_all(answers.as_bytes())
        .unwrap();
    child
}

/// The rest of its output, as if its folder had no name.
fn output(mut child: Child, folder: &Path, already: &str) -> String {
    let mut text = already.to_owned();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    child.wait().unwrap();
    text.replace(&format!("{}/", folder.display()), "")
}

#[test]
fn every_program_prints_what_it_prints_under_cpython() {
    if !has_python3() {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let mut differing = Vec::new();
    for entry in std::fs::read_dir(folder().join("same")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let source = std::fs::read_to_string(&path).unwrap();
        let theirs = output(cpython(scratch.path(), &file, &source), scratch.path(), "");
        let ours = start(&file, &source, ANSWERS).end().output();
        if ours != theirs {
            differing.push(format!("=== {file}\n{}", difference(&ours, &theirs)));
        }
    }
    assert!(differing.is_empty(), "\n{}", differing.join("\n"));
}

#[test]
fn a_server_and_a_client_say_to_each_other_what_they_say_under_cpython() {
    if !has_python3() {
        return;
    }
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let source = |file: &str| {
        let source = std::fs::read_to_string(folder().join(file)).unwrap();
        source.replace("8989", &free.port().to_string())
    };
    let (server, client) = (source("pair_server.py"), source("pair_client.py"));

    let scratch = tempfile::tempdir().unwrap();
    let mut their_server = cpython(scratch.path(), "server.py", &server);
    let mut ready = String::new();
    let mut lines = BufReader::new(their_server.stdout.take().unwrap());
    lines.read_line(&mut ready).unwrap();
    let their_client = output(
        cpython(scratch.path(), "client.py", &client),
        scratch.path(),
        "",
    );
    lines.read_to_string(&mut ready).unwrap();
    their_server.wait().unwrap();

    let our_server = start("server.py", &server, &[]);
    assert_eq!(our_server.waits.recv_timeout(LONG), Ok("print"));
    let our_client = start("client.py", &client, &[]).end().output();
    assert_eq!(our_client, their_client);
    assert_eq!(our_server.end().output(), ready);
}

/// The lines that differ, and where.
fn difference(ours: &str, theirs: &str) -> String {
    let (ours, theirs): (Vec<_>, Vec<_>) = (ours.lines().collect(), theirs.lines().collect());
    let mut text = String::new();
    for line in 0..ours.len().max(theirs.len()) {
        let (our, their) = (
            ours.get(line).unwrap_or(&"(nothing)"),
            theirs.get(line).unwrap_or(&"(nothing)"),
        );
        if our != their {
            text.push_str(&format!(
                "{}: ours    {our}\n{}: CPython {their}\n",
                line + 1,
                line + 1
            ));
        }
    }
    text
}

#[test]
fn every_broken_program_is_refused_in_cpythons_words() {
    if !has_python3() {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let programs = std::fs::read_to_string(folder().join("broken.txt")).unwrap();
    let mut differing = Vec::new();
    for source in programs.split_terminator("#####\n") {
        let theirs = output(cpython(scratch.path(), "x.py", source), scratch.path(), "");
        let ours = start("x.py", source, ANSWERS).end().output();
        if ours != theirs {
            differing.push(format!("=== {source}{}", difference(&ours, &theirs)));
        }
    }
    assert!(differing.is_empty(), "\n{}", differing.join("\n"));
}

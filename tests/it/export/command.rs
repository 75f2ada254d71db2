//! `sockstep export`: what it writes, what it leaves alone, and what it says.

use std::fs;
use std::process::{Command, Output, Stdio};

use super::pcapng;
use crate::cli::{file, sockstep, text};
use sockstep::trace::load;

const RUN: &str = include_str!("../lessons/handshake.jsonl");
/// The type of a section header block.
const MAGIC: &[u8] = b"\x0a\x0d\x0d\x0a";

#[track_caller]
fn code(output: &Output, expected: i32) -> &str {
    let complained = text(&output.stderr);
    assert_eq!(output.status.code(), Some(expected), "{complained}");
    complained
}

#[test]
fn a_capture_is_what_the_library_makes_in_a_file_or_on_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let run = file(folder.path(), "run.jsonl", RUN);
    let trace = load(RUN).unwrap().trace;
    let out = folder.path().join("out.pcapng");
    let out = out.to_str().unwrap();
    code(&sockstep(&["export", &run, "--pcapng", out]), 0);
    let expected = pcapng(&trace, None).unwrap();
    assert!(expected.starts_with(MAGIC));
    assert_eq!(fs::read(out).unwrap(), expected);
    let seen = ["export", &run, "--pcapng", "-", "--seen-by", "client"];
    let output = sockstep(&seen);
    assert_eq!(code(&output, 0), "");
    assert_eq!(output.stdout, pcapng(&trace, Some("client")).unwrap());
    // From standard input, as `run --json` prints it.
    let mut child = Command::new(env!("CARGO_BIN_EXE_sockstep"))
        .args(["export", "-", "--pcapng", "-"])
        .stdin(fs::File::open(&run).unwrap())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut piped = Vec::new();
    std::io::Read::read_to_end(child.stdout.as_mut().unwrap(), &mut piped).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(piped, expected);
}

#[test]
fn what_stands_there_is_replaced_only_when_it_is_of_the_same_kind() {
    let folder = tempfile::tempdir().unwrap();
    let run = file(folder.path(), "run.jsonl", RUN);
    let thesis = file(folder.path(), "thesis.txt", "chapter one");
    let to =
        |out: &str, more: &[&str]| sockstep(&[&["export", &run, "--pcapng", out], more].concat());
    let complained = to(&thesis, &[]);
    let complained = code(&complained, 1);
    assert!(
        complained.contains("something else is there"),
        "{complained}"
    );
    assert_eq!(fs::read_to_string(&thesis).unwrap(), "chapter one");
    // The run itself above all.
    code(&to(&run, &[]), 1);
    assert_eq!(fs::read_to_string(&run).unwrap(), RUN);
    code(&to(&thesis, &["--force"]), 0);
    code(&to(&thesis, &["--seen-by", "server"]), 0);
    assert!(fs::read(&thesis).unwrap().starts_with(MAGIC));
    let folder = folder.path().to_str().unwrap();
    let complained = to(folder, &["--force"]);
    assert!(code(&complained, 1).contains("it is a directory"));
}

#[test]
fn a_run_that_is_cut_short_is_exported_up_to_there() {
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<&str> = RUN.lines().take(60).collect();
    let cut = format!("{}\n{{\"n\":59,\"at_us\":", lines.join("\n"));
    let run = file(folder.path(), "run.jsonl", &cut);
    let output = sockstep(&["export", &run, "--pcapng", "-"]);
    let complained = code(&output, 0);
    assert!(complained.contains("line 61: "), "{complained}");
    assert!(complained.contains("exported up to there"), "{complained}");
    let whole = load(&lines.join("\n")).unwrap().trace;
    assert_eq!(output.stdout, pcapng(&whole, None).unwrap());
}

#[test]
fn what_cannot_be_read_or_exported_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let run = file(folder.path(), "run.jsonl", RUN);
    let loopback = RUN.replacen("\"wire\":\"held\"", "\"wire\":\"loopback\"", 1);
    let loopback = file(folder.path(), "loopback.jsonl", &loopback);
    let prose = file(folder.path(), "prose.jsonl", "chapter one\n");
    let nowhere = folder.path().join("nowhere.jsonl");
    let nowhere = nowhere.to_str().unwrap();
    for (arguments, expected, message) in [
        (
            &[run.as_str()][..],
            2,
            "required arguments were not provided",
        ),
        (&[nowhere, "--pcapng", "-"], 2, "cannot read it"),
        (
            &[&prose, "--pcapng", "-"],
            2,
            "line 1: this is no saved run",
        ),
        (&[&loopback, "--pcapng", "-"], 1, "Nobody saw the segments"),
        (&[&run, "--pcapng", "-", "--seen-by", "x"], 1, "no host 'x'"),
        (&[&run, "--seen-by", "client", "--html", "-"], 2, "--pcapng"),
        (&[&run, "--pcapng", "-", "--html", "-"], 2, "room for one"),
        (&[&run, "--packetdrill", "-"], 2, "--host"),
    ] {
        let output = sockstep(&[&["export"], arguments].concat());
        let complained = code(&output, expected);
        assert!(complained.contains(message), "{arguments:?}: {complained}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

//! `sockstep show`, and the ladder of `sockstep run`: where it goes, in which colours, and how it
//! ends.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Output, Stdio};

use super::{file, text};
use crate::lab::is_wire_there;

const RUN: &str = "lessons/04-handshake/lost-ack.jsonl";
const ESCAPE: char = '\u{1b}';

/// With nothing of this machine's own environment that could change what is printed.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockstep"));
    command
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("LC_ALL")
        .env_remove("COLUMNS")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR")
        .env_remove("CLICOLOR_FORCE")
        .env("LANG", "C.UTF-8");
    command
}

fn show(arguments: &[&str]) -> Output {
    command(&[&["show"], arguments].concat())
        .output()
        .expect("it starts")
}

#[track_caller]
fn shown(arguments: &[&str]) -> String {
    let output = show(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
    text(&output.stdout).to_owned()
}

#[test]
fn a_saved_run_is_shown_as_a_ladder_without_escapes() {
    let said = shown(&[RUN]);
    assert!(!said.contains(ESCAPE), "{said}");
    assert!(
        said.contains("✕ dropped") && said.contains("ESTABLISHED │◀──"),
        "{said}"
    );
    assert_eq!(
        said.lines().map(|line| line.chars().count()).max(),
        Some(80)
    );
    let said = shown(&[RUN, "--lang", "zh"]);
    assert!(said.contains("✕ 丢弃") && said.contains("客户端"), "{said}");
    let said = shown(&["--width", "120", "--segments", RUN]);
    assert!(!said.contains("connect("), "{said}");
}

#[test]
fn colours_come_only_where_they_are_wanted() {
    let coloured = |set: &[(&str, &str)], arguments: &[&str]| {
        let mut command = command(&["show", RUN]);
        command.args(arguments).envs(set.iter().copied());
        let output = command.output().expect("it starts");
        text(&output.stdout).contains(ESCAPE)
    };
    let forced = ("CLICOLOR_FORCE", "1");
    for (set, arguments, expected) in [
        (&[][..], &[][..], false),
        (&[], &["--color", "always"], true),
        (&[], &["--color", "never"], false),
        (&[forced], &[], true),
        (&[forced, ("NO_COLOR", "1")], &[], false),
        (&[forced], &["--color", "never"], false),
        (&[("NO_COLOR", "1")], &["--color", "always"], true),
    ] {
        assert_eq!(coloured(set, arguments), expected, "{set:?} {arguments:?}");
    }
}

#[test]
fn another_locale_gets_ascii_and_columns_set_the_width() {
    let mut posix = command(&["show", RUN]);
    let output = posix.env("LANG", "zh_CN.GBK").output().expect("it starts");
    assert!(text(&output.stdout).is_ascii(), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("---X dropped"));
    let mut wide = command(&["show", RUN]);
    // No terminal to ask: descriptors of this test may lead to one.
    let output = wide
        .env("COLUMNS", "100")
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    let widest = text(&output.stdout)
        .lines()
        .map(|line| line.chars().count())
        .max();
    assert_eq!(widest, Some(99));
}

#[test]
fn what_is_cut_short_is_shown_up_to_there_and_what_is_no_run_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = fs::read_to_string(RUN).expect("a run");
    let cut = file(folder.path(), "cut.jsonl", &whole[..whole.len() / 2]);
    let output = show(&[&cut]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("SYN seq 0"));
    let said = text(&output.stderr);
    assert!(
        said.starts_with("sockstep show: the file is sound only up to here: line "),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
    let notes = file(folder.path(), "notes.txt", "dear diary\n");
    let nowhere = folder.path().join("nowhere.jsonl");
    for (path, message) in [
        (notes.as_str(), "no saved run"),
        (nowhere.to_str().expect("UTF-8"), "cannot read it"),
        ("lessons", "Is a directory"),
        ("/dev/null", "empty"),
        (
            "tests/it/pictures/bytes-en-dark.png",
            "neither pcap nor pcapng",
        ),
    ] {
        let output = show(&[path]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{path}: {said}");
        assert!(said.contains(message) && said.contains(path), "{said}");
        assert_eq!(text(&output.stdout), "");
    }
}

#[test]
fn arguments_that_do_not_suit_the_run_are_refused() {
    for (arguments, message) in [
        (&["--only", "bob"][..], "the hosts are server, client"),
        (&["--conversation", "1"], "leave out --conversation"),
        (&["--conversations"], "not a capture"),
        (&["--width", "7"], "20 to 1000"),
        (&["--from", "soon"], "not a number of seconds"),
    ] {
        let output = show(&[&[RUN], arguments].concat());
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(message), "{said}");
    }
}

#[test]
fn a_narrow_terminal_gets_one_line_an_event_and_is_told_so_once() {
    let output = show(&[RUN, "--width", "40"]);
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stderr);
    assert_eq!(
        said,
        "sockstep show: 40 columns are too few for a ladder, which needs 55: one line an event instead\n"
    );
    assert!(text(&output.stdout).contains("#2 ACK dropped"));
}

#[test]
fn standard_input_is_read_and_a_reader_that_goes_away_ends_it_quietly() {
    let mut run = command(&["show", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let text_of_run = fs::read(RUN).expect("a run");
    let mut stdin = run.stdin.take().expect("it is piped");
    stdin.write_all(&text_of_run).expect("it is read");
    drop(stdin);
    let mut head = BufReader::new(run.stdout.take().expect("it is piped")).lines();
    assert!(head.next().expect("a line").is_ok());
    drop(head);
    let output = run.wait_with_output().expect("it ends");
    assert_eq!((text(&output.stderr), output.status.code()), ("", Some(0)));
}

#[test]
fn a_capture_is_shown_whole_or_one_conversation_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let capture = folder.path().join("run.pcapng");
    let capture = capture.to_str().expect("UTF-8");
    let two = "lessons/20-tcp-udp/both.jsonl";
    let exported = command(&["export", two, "--pcapng", capture]).output();
    assert!(exported.expect("it starts").status.success());
    let said = shown(&[capture, "--segments"]);
    assert!(
        said.contains("captured elsewhere") && said.contains("UDP 100 B"),
        "{said}"
    );
    let said = shown(&[capture, "--conversations"]);
    assert!(
        said.contains("TCP  10.0.20.2:") && said.contains("UDP  10.0.20.2:"),
        "{said}"
    );
    let said = shown(&[capture, "--conversation", "2"]);
    assert!(
        said.contains("UDP 100 B") && !said.contains("SYN"),
        "{said}"
    );
    let output = show(&[capture, "--conversation", "9"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--conversations lists all 2"));
}

/// What `script` shows on a terminal of its own.
fn on_a_terminal(arguments: &str) -> String {
    let run = format!(
        "stty cols 100; '{}' run lessons/04-handshake {arguments}",
        env!("CARGO_BIN_EXE_sockstep")
    );
    let output = Command::new("script")
        .args(["-qec", &run, "/dev/null"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("TERM", "xterm")
        .env("LANG", "C.UTF-8")
        .env_remove("LC_ALL")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output()
        .expect("util-linux has script");
    text(&output.stdout).to_owned()
}

#[test]
fn a_run_on_a_terminal_is_a_ladder_in_colours_and_a_pipe_gets_lines() {
    if !is_wire_there() {
        return;
    }
    let said = on_a_terminal("");
    assert!(said.contains("▶") && said.contains(ESCAPE), "{said}");
    let said = on_a_terminal("--color never");
    assert!(
        said.contains("───▶│ SYN_RECV") && !said.contains(ESCAPE),
        "{said}"
    );
    let said = on_a_terminal("--plain");
    assert!(
        said.contains("sends #0 SYN") && !said.contains("▶"),
        "{said}"
    );
    let piped = command(&["run", "lessons/04-handshake"]).output();
    let piped = piped.expect("it starts");
    assert!(text(&piped.stdout).contains("sends #0 SYN"));
    let ladder = command(&["run", "lessons/04-handshake", "--ladder"]).output();
    let ladder = ladder.expect("it starts");
    assert!(text(&ladder.stdout).contains("───▶│ SYN_RECV"));
    assert_eq!(text(&ladder.stderr), "");
}

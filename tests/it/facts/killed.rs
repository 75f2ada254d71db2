//! `kill -9` while events flow: what was saved until then opens.

use std::io::{BufRead as _, BufReader, Lines, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use sockstep::model::State;
use sockstep::trace::load;

use super::folder;
use crate::lab::is_wire_there;

/// After so many printed lines: the header alone, a handshake, the middle of a flood, and later.
/// The whole run has more than a thousand.
const POINTS: [usize; 5] = [1, 40, 200, 500, 900];

/// A run with many events a second, and its lines as they come.
fn flood(saved: &Path) -> (Child, Lines<BufReader<ChildStdout>>) {
    let line = "run unread_server.py flooding_client.py --stdin-server enter.txt --json --save";
    let mut child = Command::new(env!("CARGO_BIN_EXE_sockstep"))
        .args(line.split_whitespace())
        .arg(saved)
        .current_dir(folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let printed = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, printed)
}

/// Everything that was printed is in the file, and at most its last line is broken.
#[track_caller]
fn check_saved(saved: &Path, printed: usize) {
    let text = String::from_utf8_lossy(&std::fs::read(saved).unwrap()).into_owned();
    let loaded = load(&text).unwrap_or_else(|error| panic!("after {printed} lines: {error}"));
    let events = loaded.trace.events().len();
    assert!(events + 1 >= printed, "{events} events, {printed} lines");
    if let Some(cut_short) = loaded.cut_short {
        let lines = text.lines().count();
        assert_eq!(cut_short.line, lines, "of {lines} lines: {cut_short}");
    }
    let state = State::at(&loaded.trace, loaded.trace.end());
    assert!(!state.programs["client1"].has_ended(), "it was killed");
}

#[test]
fn a_run_that_is_killed_leaves_a_trace_that_opens() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for point in POINTS {
        let saved = folder.path().join(format!("{point}.jsonl"));
        let (mut child, mut printed) = flood(&saved);
        assert_eq!(printed.by_ref().take(point).count(), point);
        child.kill().unwrap();
        child.wait().unwrap();
        let later = printed.map_while(Result::ok);
        check_saved(
            &saved,
            point + later.filter(|line| line.ends_with('}')).count(),
        );
    }
}

/// The processes that a process has started and that live.
fn children(pid: u32) -> Vec<String> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let lists = tasks.map(|task| std::fs::read_to_string(task.unwrap().path().join("children")));
    let pids = lists.map(|list| list.expect("the kernel lists children"));
    let pids: Vec<String> = pids.collect();
    let words = pids.iter().flat_map(|list| list.split_whitespace());
    words.map(str::to_owned).collect()
}

#[test]
fn a_run_whose_lab_is_killed_says_so_and_its_trace_opens() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for point in POINTS {
        let saved = folder.path().join(format!("{point}.jsonl"));
        let (mut child, mut printed) = flood(&saved);
        assert_eq!(printed.by_ref().take(point).count(), point);
        let lab = children(child.id());
        assert_eq!(lab.len(), 1, "{lab:?}");
        let killed = Command::new("kill").args(["-9", &lab[0]]).status();
        assert!(killed.unwrap().success());
        let later = printed.map_while(Result::ok).count();
        let ended = child.wait().unwrap();
        let mut complained = String::new();
        let mut stderr = child.stderr.take().unwrap();
        stderr.read_to_string(&mut complained).unwrap();
        assert_eq!(ended.code(), Some(1), "after {point} lines: {complained}");
        assert_eq!(complained.lines().count(), 1, "{complained}");
        check_saved(&saved, point + later);
    }
}

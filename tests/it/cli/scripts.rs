//! `sockstep run` follows a script, a file's or a lesson's own.

use super::faults::{CLIENT, SERVER};
use super::{file, refused, sockstep, text};
use crate::lab::is_wire_there;

const SCRIPT: &str = "\
# The third ACK is lost, and the data that carries it comes damaged.
server until blocked
client connect
deliver client SYN
deliver server SYN+ACK
drop client ACK 1
client send
corrupt client data
deliver client data
deliver client data    # the kernel sends it again
wait 0.2s
server until blocked
delay server data by 0.1s
deliver server data
as usual
";

#[test]
fn a_script_is_played_line_by_line_and_then_the_run_goes_on() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let server = file(folder.path(), "s.py", SERVER);
    let client = file(folder.path(), "c.py", CLIENT);
    let script = file(folder.path(), "script.txt", SCRIPT);
    let output = sockstep(&["run", &server, &client, "--script", &script]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let mut rest = said;
    for step in [
        "line 4: listen() returns",
        "line 5: accept() is blocked",
        "connect() is blocked",
        "SYN delivered",
        "SYN+ACK delivered",
        "ACK dropped",
        "#3 data 3 bytes byte",
        "#3 data 3 bytes delivered",
        "(a copy of #3)",
        "data 3 bytes delivered to server",
        "prints got b'one'",
        "data 3 bytes delayed by 100 ms",
        "prints answer b'TWO'",
    ] {
        let at = rest.find(step);
        let at = at.unwrap_or_else(|| panic!("{step} does not come in its turn: {said}"));
        rest = &rest[at..];
    }
}

#[test]
fn a_script_that_is_stuck_ends_the_run_with_the_line_and_the_reason() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let server = file(folder.path(), "s.py", SERVER);
    let client = file(folder.path(), "c.py", CLIENT);
    let script = file(
        folder.path(),
        "t.txt",
        "server until blocked\ndeliver client FIN\n",
    );
    let output = sockstep(&["run", &server, &client, "--script", &script]);
    let told = "the script is stuck at line 2 (deliver client FIN): no such segment is on the wire";
    assert!(
        text(&output.stderr).contains(told),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_broken_script_is_refused_line_by_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let quiet = file(folder.path(), "q.py", "x = 1\n");
    let run = |name: &str, script: &str, message: &str| {
        let script = file(folder.path(), name, script);
        let message = message.replace("FILE", &script);
        refused(&["run", &quiet, &quiet, "--script", &script], &message);
    };
    run("a", "server until x\nwait y", "FILE:2: 'y' is not a number");
    run(
        "b",
        "client connect",
        "FILE:1: client1 never calls connect()",
    );
    refused(
        &["run", &quiet, &quiet, "--auto", "--script", &quiet],
        "cannot be used with",
    );
}

#[test]
fn a_lesson_is_played_by_its_own_script() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let lesson = std::fs::read_to_string("lessons/04-handshake/en.md").expect("a lesson");
    let block = "```director\nserver until blocked\nclient connect\ndrop client SYN\n```\n";
    let with_script = lesson.replacen("## ", &format!("{block}\n## "), 1);
    file(folder.path(), "en.md", &with_script);
    let path = folder.path().to_str().expect("UTF-8");
    let output = sockstep(&["run", path, "--lang", "en"]);
    let said = text(&output.stdout);
    assert!(
        said.contains("#0 SYN dropped"),
        "{said}{}",
        text(&output.stderr)
    );
    assert_eq!(output.status.code(), Some(0));
}

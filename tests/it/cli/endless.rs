//! Programs that never end: the run does, with a sentence, and nothing of it is left.

use std::io::Read as _;
use std::process::{Command, Stdio};

use super::{file, sockstep, text};

const WAITS: &str = "input()\n";
/// Two threads that wake each other: events without a single order.
const PING_PONG: &str = "\
import threading
c = threading.Condition()
def f():
    with c:
        while True:
            c.notify()
            c.wait()
threading.Thread(target=f, daemon=True).start()
f()
";

#[test]
fn a_run_that_fills_its_room_ends_with_code_3_and_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = file(folder.path(), "server.py", WAITS);
    let client = file(folder.path(), "client.py", PING_PONG);
    let ran = sockstep(&["run", &server, &client, "--loopback", "--for", "600"]);
    let said = text(&ran.stderr);
    assert!(said.contains("the longest a run may be"), "{said}");
    assert_eq!(ran.status.code(), Some(3));
    let last = text(&ran.stdout).lines().next_back().unwrap_or_default();
    assert!(last.contains("the run ends here"), "{last}");
}

#[test]
fn for_ends_a_run_whose_reader_is_slower_than_the_lab() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = file(folder.path(), "server.py", WAITS);
    let client = file(folder.path(), "client.py", PING_PONG);
    let mut run = Command::new(env!("CARGO_BIN_EXE_sockstep"))
        .args(["run", &server, &client, "--loopback", "--for", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut slow = run.stdout.take().expect("it is piped");
    // One system call a byte: the channel from the lab is never empty.
    while let Ok(1) = slow.read(&mut [0]) {}
    let ended = run.wait_with_output().expect("it ends");
    let said = text(&ended.stderr);
    assert!(said.contains("stopped by --for"), "{said}");
}

//! The program as a process: what it prints, how it exits.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use sockstep::trace::load;

use crate::lab::is_wire_there;

fn sockstep(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sockstep"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("it starts")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

fn file(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).expect("a temporary file");
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn bad_arguments_are_answered_with_what_is_wrong_and_code_2() {
    for (arguments, message) in [
        (&["run"][..], "required arguments were not provided"),
        (&["run", "a.py"], "one program has nobody to talk to"),
        (&["run", "nowhere.py", "c.py"], "cannot read it"),
        (
            &["run", "a.py", "b.py", "--drop", "client HELLO 1"],
            "'HELLO' is not a kind of segment",
        ),
        (
            &["run", "a.py", "b.py", "--timers", "slow"],
            "neither patient nor natural",
        ),
        (
            &["run", "a.py", "b.py", "--for", "ten"],
            "not a number of seconds",
        ),
        (&["--frobnicate"], "unexpected argument '--frobnicate'"),
    ] {
        let output = sockstep(arguments);
        let said = text(&output.stderr);
        assert!(said.contains(message), "{arguments:?}: {said}");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn without_a_display_one_sentence_names_run() {
    let output = sockstep(&[]);
    let said = text(&output.stderr);
    assert!(said.contains("sockstep run"), "{said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn the_version_and_the_help_are_worth_reading() {
    let version = sockstep(&["--version"]);
    assert_eq!(
        text(&version.stdout),
        concat!("sockstep ", env!("CARGO_PKG_VERSION"), "\n")
    );
    let help = sockstep(&["--help"]);
    for word in ["run", "doctor", "one TCP segment at a time", "Examples:"] {
        assert!(text(&help.stdout).contains(word), "{word}");
    }
}

#[test]
fn doctor_names_each_check_and_agrees_with_its_exit_code() {
    let output = sockstep(&["doctor"]);
    let said = text(&output.stdout);
    assert!(
        said.contains("/dev/net/tun") && said.contains("a lab with two hosts"),
        "{said}"
    );
    assert_eq!(
        output.status.success(),
        said.contains("works here."),
        "{said}"
    );
}

#[test]
fn a_lesson_played_in_the_terminal_is_the_contract_line_by_line() {
    if !is_wire_there() {
        return;
    }
    let output = sockstep(&["run", "lessons/04-handshake", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    let loaded = load(said).expect("a header");
    assert!(loaded.cut_short.is_none(), "{:?}", loaded.cut_short);
    for line in said.lines().skip(1) {
        let event: Value = serde_json::from_str(line).expect("JSON");
        assert!(event["n"].is_u64() && event["at_us"].is_u64() && event["what"].is_string());
    }
}

const LISTENS: &str = "\
import socket
s = socket.socket()
s.bind(('', 80))
s.listen()
c, a = s.accept()
print(input('name? '), c.recv(9))
";
const CONNECTS: &str = "\
import socket
s = socket.socket()
s.connect(('10.0.0.2', 80))
s.send(input().encode())
";

#[test]
fn programs_get_their_input_and_a_rule_drops_the_segment_it_means() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let server = file(folder.path(), "s.py", LISTENS);
    let client = file(folder.path(), "c.py", CONNECTS);
    let for_server = file(folder.path(), "s.txt", "张三\n");
    let for_client = file(folder.path(), "c.txt", "hi\n");
    let saved = folder.path().join("run.jsonl");
    let output = sockstep(&[
        "run",
        &server,
        &client,
        "--stdin-server",
        &for_server,
        "--stdin-client",
        &for_client,
        "--drop",
        "client1 SYN 1",
        "--timers",
        "natural",
        "--save",
        saved.to_str().expect("UTF-8"),
    ]);
    let said = text(&output.stdout);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{said}{}",
        text(&output.stderr)
    );
    assert!(said.contains("#0 SYN dropped"), "{said}");
    assert!(
        said.contains("sends #1 SYN") && said.contains("(a copy of #0)"),
        "{said}"
    );
    assert!(said.contains("prints 张三 b'hi'"), "{said}");
    let saved = std::fs::read_to_string(saved).expect("it was saved");
    let loaded = load(&saved).expect("a header");
    assert!(loaded.cut_short.is_none());
    assert!(loaded.trace.events().len() > 30);
}

#[test]
fn an_exception_and_a_limit_have_exit_codes_of_their_own() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let quiet = file(folder.path(), "q.py", "x = 1\n");
    let dies = file(
        folder.path(),
        "d.py",
        "import socket\nsocket.socket().connect(('10.0.0.2', 9))\n",
    );
    let waits = file(
        folder.path(),
        "w.py",
        "import socket\ns = socket.socket()\ns.bind(('', 9))\ns.listen()\ns.accept()\n",
    );
    let died = sockstep(&["run", &quiet, &dies]);
    assert_eq!(died.status.code(), Some(1));
    assert!(text(&died.stdout).contains("ConnectionRefusedError: [Errno 111] Connection refused"));
    let limit = sockstep(&["run", &waits, &quiet, "--for", "0.5"]);
    assert_eq!(limit.status.code(), Some(3));
    let steps = sockstep(&["run", &waits, &quiet, "--steps", "1"]);
    assert_eq!(steps.status.code(), Some(3));
}

/// Not root, in no group, and without a home: the id Debian calls nobody.
const NOBODY: &str = "65534";

#[test]
fn an_ordinary_user_holds_the_wire_too() {
    if !is_wire_there() {
        return;
    }
    let is_root = std::fs::read_to_string("/proc/self/status")
        .expect("/proc")
        .lines()
        .any(|line| line.starts_with("Uid:\t0\t"));
    if !is_root {
        return; // then every other test shows it
    }
    let folder = tempfile::tempdir().expect("a folder");
    let everybody = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), everybody).expect("our own folder");
    let binary = folder.path().join("sockstep");
    std::fs::copy(env!("CARGO_BIN_EXE_sockstep"), &binary).expect("room for a copy");
    let server = file(folder.path(), "s.py", LISTENS);
    let client = file(folder.path(), "c.py", CONNECTS);
    let output = Command::new("setpriv")
        .args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"])
        .args([binary.to_str().expect("UTF-8"), "run", &server, &client])
        .current_dir(folder.path())
        .output()
        .expect("util-linux has setpriv");
    let said = text(&output.stdout);
    // Without lines for input() both programs end in EOFError, after the handshake.
    assert!(
        said.contains("connect() returns None"),
        "{said}{}",
        text(&output.stderr)
    );
    assert_eq!(
        said.matches("EOFError: EOF when reading a line").count(),
        2,
        "{said}"
    );
}

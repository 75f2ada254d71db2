//! The program as a process: what it prints, how it exits.

mod endless;
mod faults;
mod folder;
mod open;
mod packetdrill;
mod scripts;
mod show;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use sockstep::trace::load;

use crate::lab::is_wire_there;

pub fn sockstep(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sockstep"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("it starts")
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

pub fn file(folder: &Path, name: &str, content: &str) -> String {
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
            "none of patient, natural, still",
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
        "client SYN 1",
        "--drop",
        "client1 RST 7",
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
    let complained = text(&output.stderr);
    assert_eq!(
        complained,
        "sockstep run: --drop 'client1 RST 7' never matched\n"
    );
    let saved = std::fs::read_to_string(saved).expect("it was saved");
    let loaded = load(&saved).expect("a header");
    assert!(loaded.cut_short.is_none());
    assert!(loaded.trace.events().len() > 30);
}

const ACCEPTS: &str =
    "import socket\ns = socket.socket()\ns.bind(('', 9))\ns.listen()\ns.accept()\n";

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
    let waits = file(folder.path(), "w.py", ACCEPTS);
    let died = sockstep(&["run", &quiet, &dies]);
    assert_eq!(died.status.code(), Some(1));
    assert!(text(&died.stdout).contains("ConnectionRefusedError: [Errno 111] Connection refused"));
    let limit = sockstep(&["run", &waits, &quiet, "--for", "1.5"]);
    assert_eq!(limit.status.code(), Some(3));
    let told = "all clients have ended; the server still waits in accept(); stopping at --for 1.5 s (Ctrl-C ends it now)";
    let complained = text(&limit.stderr);
    assert_eq!(complained.matches(told).count(), 1, "{complained}");
    let steps = sockstep(&["run", &waits, &quiet, "--steps", "1"]);
    assert_eq!(steps.status.code(), Some(3));
}

/// Refused before anything runs: exit code 2, and this in what it says.
#[track_caller]
fn refused(arguments: &[&str], message: &str) {
    let output = sockstep(arguments);
    let said = text(&output.stderr);
    assert!(said.contains(message), "{arguments:?}: {said}");
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
}

#[test]
fn a_rule_for_an_unknown_host_names_the_known_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let quiet = file(folder.path(), "q.py", "x = 1\n");
    let run = |rule| ["run", &quiet, &quiet, "--drop", rule];
    let known = "the hosts are server, client1";
    refused(&run("bogus SYN 1"), known);
    refused(&run("client2 SYN 1"), known);
}

#[test]
fn what_is_no_program_file_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let quiet = file(folder.path(), "q.py", "x = 1\n");
    let long = file(folder.path(), "l.py", &"#".repeat((256 << 10) + 1));
    let lines = file(folder.path(), "l.txt", &"a\n".repeat(600_000));
    let broken = folder.path().join("b.py");
    fs::write(&broken, b"x = 1\nname = '\xd5\xc5'\n").expect("a temporary file");
    let fifo = folder.path().join("fifo");
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.expect("mkfifo is there").success());
    let (broken, fifo) = (
        broken.to_str().expect("UTF-8"),
        fifo.to_str().expect("UTF-8"),
    );
    let here = folder.path().to_str().expect("UTF-8");
    for (program, message) in [
        (fifo, "not a regular file"),
        ("/dev/zero", "not a regular file"),
        (here, "a directory"),
        (&long, "longer than 256 KiB"),
        (broken, "line 2 is not utf-8"),
    ] {
        refused(&["run", &quiet, program], message);
    }
    for (input, message) in [
        (fifo, "not a regular file"),
        (&lines, "longer than 1024 KiB"),
        (broken, "line 2 is not UTF-8; save it as UTF-8"),
    ] {
        refused(&["run", &quiet, &quiet, "--stdin-client", input], message);
    }
}

#[test]
fn an_address_that_cannot_cross_the_wire_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let quiet = file(folder.path(), "q.py", "x = 1\n");
    for (option, address) in [
        ("--server-ip", "::1"),
        ("--client-ip", "::1"),
        ("--server-ip", "224.0.0.1"),
        ("--client-ip", "ff02::1"),
        ("--server-ip", "255.255.255.255"),
        ("--server-ip", "0.0.0.0"),
        ("--client-ip", "::"),
    ] {
        let message = format!("{address} cannot be a host's address here");
        refused(&["run", &quiet, &quiet, option, address], &message);
    }
    let lesson = fs::read_to_string("lessons/04-handshake/en.md").expect("a lesson");
    let lesson = lesson.replace("192.168.131.62", "::1");
    file(folder.path(), "en.md", &lesson);
    let folder = folder.path().to_str().expect("UTF-8");
    let message = "::1 cannot be a host's address here";
    refused(&["run", folder, "--lang", "en"], message);
}

#[test]
fn save_never_overwrites_what_is_not_a_trace() {
    let folder = tempfile::tempdir().expect("a folder");
    let quiet = file(folder.path(), "q.py", "x = 1\n");
    let notes = file(folder.path(), "notes.txt", "dear diary\n");
    let nowhere = folder.path().join("no/such/run.jsonl");
    let here = folder.path().to_str().expect("UTF-8");
    for (path, message) in [
        (notes.as_str(), "it is not a Sockstep trace"),
        (nowhere.to_str().expect("UTF-8"), "cannot write it"),
        (here, "not a regular file"),
    ] {
        refused(&["run", &quiet, &quiet, "--save", path], message);
    }
    let kept = fs::read_to_string(notes).expect("it is there");
    assert_eq!(kept, "dear diary\n");
}

#[test]
fn save_keeps_the_old_trace_until_the_new_run_has_begun() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let quiet = file(folder.path(), "q.py", "x = 1\n");
    let old = format!("{{\"sockstep\":1}}\n{}", "old\n".repeat(9999));
    let trace = file(folder.path(), "run.jsonl", &old);
    let fresh = folder.path().join("fresh.jsonl");
    let fresh = fresh.to_str().expect("UTF-8");
    // A user namespace that may have no network namespace: the lab refuses to start, and loopback
    // mode cannot drop anything.
    let script = "echo 0 > /proc/sys/user/max_net_namespaces && exec \"$@\"";
    for path in [&trace, fresh] {
        let run = [env!("CARGO_BIN_EXE_sockstep"), "run", &quiet, &quiet];
        let output = Command::new("unshare")
            .args(["--user", "--map-root-user", "sh", "-c", script, "sh"])
            .args(run)
            .args(["--save", path, "--drop", "any SYN 1"])
            .output()
            .expect("util-linux has unshare");
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    }
    assert_eq!(fs::read_to_string(&trace).expect("it is there"), old);
    assert!(!Path::new(fresh).exists());
    let output = sockstep(&["run", &quiet, &quiet, "--save", &trace]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let saved = fs::read_to_string(&trace).expect("it is there");
    assert!(load(&saved).expect("a header").cut_short.is_none());
}

#[test]
fn only_a_string_literal_of_a_client_moves_the_server() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let quiet = file(folder.path(), "q.py", "x = 1\n");
    let comment = file(folder.path(), "comment.py", "x = 1  # not 127.0.0.1\n");
    let literal = file(folder.path(), "literal.py", "x = ('127.0.0.1', 80)\n");
    let told = "the server is 127.0.0.1, because literal.py names it; --server-ip changes that\n";
    for (arguments, address, told) in [
        (&[comment.as_str()][..], "10.0.0.2", ""),
        (&[&literal], "127.0.0.1", told),
        (&[&literal, "--server-ip", "10.0.0.9"], "10.0.0.9", ""),
        (&[&literal, "--json"], "127.0.0.1", ""),
    ] {
        let output = sockstep(&[&["run", &quiet], arguments].concat());
        let said = text(&output.stdout);
        assert!(said.contains(address), "{arguments:?}: {said}");
        assert!(text(&output.stderr).ends_with(told), "{arguments:?}");
        assert_eq!(output.stderr.is_empty(), told.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_run_quietly() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let quiet = file(folder.path(), "q.py", "x = 1\n");
    let sends = "import socket\ns = socket.socket(type=socket.SOCK_DGRAM)\nwhile True: s.sendto(b'x', ('10.0.0.2', 9))\n";
    let sends = file(folder.path(), "sends.py", sends);
    let mut run = Command::new(env!("CARGO_BIN_EXE_sockstep"))
        .args(["run", &quiet, &sends, "--for", "20"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut head = BufReader::new(run.stdout.take().expect("it is piped")).lines();
    assert!(head.next().expect("a line").is_ok());
    drop(head);
    let output = run.wait_with_output().expect("it ends");
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0)); // 3, had it gone on until --for
}

/// Its children and the process group of each.
fn children_of(parent: u32) -> Vec<(u32, u32)> {
    let processes = fs::read_dir("/proc").expect("/proc").flatten();
    let read = |entry: fs::DirEntry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let mut after_name = stat.rsplit_once(')')?.1.split_whitespace().skip(1);
        let is_child = after_name.next()?.parse() == Ok(parent);
        is_child.then_some((pid, after_name.next()?.parse().ok()?))
    };
    processes.filter_map(read).collect()
}

#[test]
fn after_ctrl_c_the_lab_cleans_up_by_itself() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let waits = file(folder.path(), "w.py", ACCEPTS);
    let quiet = file(folder.path(), "q.py", "x = 1\n");
    // Descriptor 9 is inherited by every process: standard error ends when the last is gone.
    let mut run = Command::new("sh")
        .args(["-c", "exec 9>&2; exec \"$@\"", "sh"])
        .args([env!("CARGO_BIN_EXE_sockstep"), "run", &waits, &quiet])
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(run.stdout.take().expect("it is piped")).lines();
    let is_blocked = |line: &String| line.contains("accept() is blocked");
    let mut told = lines.by_ref().map_while(Result::ok);
    assert!(told.any(|line| is_blocked(&line)));
    let lab = children_of(run.id());
    let is_alone = lab.iter().all(|(pid, group)| pid == group);
    let group = format!("-{}", run.id());
    let killed = Command::new("kill").args(["-INT", "--", &group]).status();
    assert!(killed.expect("kill is there").success());
    run.wait().expect("it ends");
    let mut stderr = run.stderr.take().expect("it is piped");
    let (over, is_over) = crossbeam_channel::bounded(1);
    let reader = std::thread::Builder::new().spawn(move || {
        let read = stderr.read_to_end(&mut Vec::new());
        over.send(read.is_ok()).ok();
    });
    let ended = is_over.recv_timeout(Duration::from_secs(5));
    assert_eq!(ended, Ok(true), "the lab is still there");
    reader.expect("a thread").join().expect("it reads");
    assert_eq!(lab.len(), 1, "{lab:?}");
    assert!(is_alone, "the keeper shares a group with what Ctrl-C ends");
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

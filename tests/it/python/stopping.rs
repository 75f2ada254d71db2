//! A program ends when it is told to, whatever it does.

use std::time::Duration;

use super::gate::{Played, start};

/// A program that does not come to its wait in this time never will.
const LONG: Duration = Duration::from_secs(20);

/// Stops a program once it waits for this: a socket, a sleep, an answer, or (for one that computes)
/// once it printed.
#[track_caller]
fn check_stops_in(wait: &str, source: &str) -> Played {
    let running = start("server.py", source, &["..."]);
    loop {
        match running.waits.recv_timeout(LONG) {
            Ok(waits) if waits == wait => break,
            Ok(_) => {}
            Err(_) => panic!("it never came to {wait}: {:?}", running.stop()),
        }
    }
    let played = running.stop();
    assert!(played.ending.is_stopped, "{played:?}");
    assert_eq!(played.ending.traceback, None);
    played
}

#[test]
fn a_blocked_call_stops() {
    let bound = "import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen()\n";
    check_stops_in("socket", &format!("{bound}s.accept()\n"));
    check_stops_in(
        "socket",
        &format!("{bound}c = socket.create_connection(s.getsockname())\nc.recv(1)\n"),
    );
    check_stops_in(
        "socket",
        &format!(
            "{bound}c = socket.create_connection(s.getsockname())\nc.sendall(b'x' * 50000000)\n"
        ),
    );
    check_stops_in("sleep", "import time\ntime.sleep(1000)\n");
    check_stops_in("input", "input('? ')\n");
}

#[test]
fn a_lock_that_never_opens_stops() {
    check_stops_in(
        "idle",
        "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()\n",
    );
    check_stops_in("idle", "import threading\nthreading.Event().wait()\n");
    check_stops_in(
        "idle",
        "import threading\nthreading.Condition().acquire()\nthreading.Event().wait(1000)\n",
    );
}

#[test]
fn a_computing_program_stops() {
    check_stops_in("print", "print('go')\nwhile True: pass\n");
    check_stops_in("print", "print('go')\nx = 0\nwhile True:\n    x += 1\n");
    check_stops_in(
        "print",
        "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nprint('go')\nf(99)\n",
    );
}

#[test]
fn catching_everything_does_not_help() {
    check_stops_in(
        "print",
        "print('go')\nwhile True:\n    try:\n        while True: x = 1\n    except BaseException:\n        continue\n",
    );
    check_stops_in(
        "print",
        "def f():\n    try:\n        while True: pass\n    finally:\n        while True: pass\nprint('go')\nf()\n",
    );
    check_stops_in(
        "sleep",
        "import time\nwhile True:\n    try:\n        time.sleep(1000)\n    except BaseException:\n        pass\n",
    );
}

#[test]
fn every_thread_of_a_program_stops() {
    let source = "import threading, time\ndef spin():\n    while True: pass\ndef rest():\n    time.sleep(1000)\nfor work in (spin, spin, rest):\n    threading.Thread(target=work).start()\nspin()\n";
    check_stops_in("sleep", source);
}

#[test]
fn a_stopped_program_says_nothing_more() {
    let source = "import time\ntry:\n    time.sleep(1000)\nfinally:\n    print('too late')\n";
    assert_eq!(check_stops_in("sleep", source).printed, "");
}

#[test]
fn stopping_one_program_leaves_the_others_alone() {
    let other = start(
        "other.py",
        "print(input('? '))\nimport time, struct, threading\nprint(struct.calcsize('i'))\n",
        &["..."],
    );
    assert_eq!(other.waits.recv_timeout(LONG), Ok("input"));
    let source = "print('go')\nwhile True: pass\n";
    check_stops_in("print", source);
    let third = start("third.py", "import socket, threading\nprint('well')\n", &[]).end();
    assert_eq!(third.output(), "well\n");
    assert!(other.stop().ending.is_stopped);
}

#[test]
fn daemons_end_with_the_program() {
    let source = "import threading, time, socket\ndef rest():\n    time.sleep(1000)\ndef spin():\n    while True: pass\ndef wait():\n    threading.Event().wait()\nfor work in (rest, spin, wait):\n    threading.Thread(target=work, daemon=True).start()\nprint('end')\n";
    let played = start("server.py", source, &[]).end();
    assert!(!played.ending.is_stopped);
    assert_eq!(played.output(), "end\n");
}

#[test]
fn what_a_program_left_open_is_closed_and_reported() {
    let source =
        "import socket\na = socket.socket()\nb = socket.socket()\nb.me = [b]\ndel a\nb.close\n";
    let played = start(
        "server.py",
        source.replace("b.me = [b]\n", "").as_str(),
        &[],
    )
    .end();
    assert_eq!(
        played.record.descriptors,
        [
            "opened",
            "opened",
            "closed by Interpreter",
            "closed by Interpreter"
        ]
    );
    let cycle = "import socket\nclass S(socket.socket): pass\ns = S()\ns.me = s\n";
    let played = start("server.py", cycle, &[]).end();
    assert_eq!(
        played.record.descriptors,
        ["opened", "closed by Interpreter"]
    );
}

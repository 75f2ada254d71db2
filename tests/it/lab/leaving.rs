//! What is left of a lab when it is gone: nothing.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use sockstep::lab::{FromLab, Handle};
use sockstep::trace::Timers;

use super::is_wire_there;
use super::play::{Play, binary, setup};

const LISTENS: &str = "import socket\ns = socket.socket()\ns.bind(('', 80))\ns.listen()\nc, a = s.accept()\nc.recv(9)\n";
const CONNECTS: &str =
    "import socket\ns = socket.socket()\ns.connect(('192.168.131.62', 80))\ns.recv(9)\n";
const LOOPS: &str = "while True: pass\n";

/// What a process tree could leave: descendants of this process that are not zombies of others.
fn children() -> BTreeSet<u32> {
    let me = std::process::id().to_string();
    let processes = fs::read_dir("/proc").expect("/proc").flatten();
    let parent = |path: std::path::PathBuf| {
        let stat = fs::read_to_string(path.join("stat")).ok()?;
        let rest = stat.rsplit_once(')')?.1;
        Some((rest.split_whitespace().nth(1)?.to_owned(), stat))
    };
    let mine = processes.filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let (parent, _) = parent(entry.path())?;
        (parent == me).then_some(pid)
    });
    mine.collect()
}

#[test]
fn a_lab_killed_from_outside_says_so_and_leaves_nothing() {
    if !is_wire_there() {
        return;
    }
    let mut play = Play::start(&[("server", LISTENS), ("client", CONNECTS)]);
    play.step_until_blocked("server");
    play.step_until_blocked("client");
    let pid = play.lab.pid().expect("it runs").to_string();
    let killed = Command::new("kill").args(["-9", &pid]).status();
    assert!(killed.expect("kill is there").success());
    let said = play.lab.events().recv_timeout(Duration::from_secs(5));
    assert!(matches!(said, Ok(FromLab::Ended(_))), "{said:?}");
    drop(play);
    assert!(!children().contains(&pid.parse().expect("a number")));
}

/// `key` of every thread of a process, by the thread's name.
fn of_threads(pid: u32, key: &str) -> Vec<(String, String)> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task"))
        .expect("it runs")
        .flatten();
    let value = |status: &str, key: &str| {
        let mut lines = status.lines().filter_map(|line| line.split_once(":\t"));
        let found = lines.find(|(name, _)| *name == key);
        found
            .map(|(_, value)| value.trim().to_owned())
            .unwrap_or_default()
    };
    let statuses = tasks.filter_map(|task| fs::read_to_string(task.path().join("status")).ok());
    statuses
        .map(|status| (value(&status, "Name"), value(&status, key)))
        .collect()
}

#[test]
fn once_the_hosts_stand_no_program_has_a_right_or_can_get_one() {
    if !is_wire_there() {
        return;
    }
    const NET_ADMIN: u64 = 1 << 12;
    let mut play = Play::start(&[("server", LISTENS), ("client", CONNECTS)]);
    play.step_until_blocked("server");
    let keeper = play.lab.pid().expect("it runs");
    let listed = fs::read_to_string(format!("/proc/{keeper}/task/{keeper}/children"));
    let worker = listed.expect("the kernel lists children").trim().parse();
    let worker: u32 = worker.expect("the keeper has one child");
    for key in ["CapEff", "CapPrm"] {
        for (thread, value) in of_threads(worker, key) {
            let rights = u64::from_str_radix(&value, 16).expect("hexadecimal");
            // The loop may destroy sockets; nobody may do anything else.
            let allowed = match thread.as_str() {
                "sockstep-lab" => NET_ADMIN,
                _ => 0,
            };
            assert_eq!(rights & !allowed, 0, "{thread}: {key} is {value}");
        }
    }
    for (thread, value) in of_threads(worker, "NoNewPrivs") {
        assert_eq!(value, "1", "{thread}");
    }
    const FILTERED: &str = "2";
    for (thread, value) in of_threads(worker, "Seccomp") {
        if ["server", "client"].contains(&thread.as_str()) {
            assert_eq!(value, FILTERED, "{thread}");
        }
    }
    let limits = fs::read_to_string(format!("/proc/{worker}/limits")).expect("it runs");
    let data = limits
        .lines()
        .find(|line| line.starts_with("Max data size"));
    assert!(!data.expect("a limit").contains("unlimited"));
}

#[test]
fn a_program_that_eats_memory_ends_its_lab_in_words_and_not_the_machine() {
    if !is_wire_there() {
        return;
    }
    let eats = "x = []\nwhile True: x.append(bytes(10_000_000))\n";
    let setup = setup(&[("server", eats)], Timers::Patient);
    let lab = Handle::start(binary(), &setup, None, || {}).expect("a thread can start");
    let ended = lab.events().iter().find_map(|said| match said {
        FromLab::Ended(demise) => Some(demise.to_string()),
        _ => None,
    });
    let reason = ended.expect("it ends");
    assert!(reason.contains("memory"), "{reason}");
}

/// Set in the process that has this test for itself.
const ALONE: &str = "SOCKSTEP_TEST_ALONE";
/// Fewer than leaking labs would keep (two each, in one of four), more than a busy kernel has not
/// taken down yet.
const NAMESPACES: usize = 96;

/// The test runs in a process of its own, so that threads and descriptors can be counted, and in
/// a user namespace that may have only a few network namespaces: were they left behind, the next
/// lab could not start.
#[test]
fn two_hundred_labs_come_and_go_without_a_trace_whatever_their_programs_do() {
    if !is_wire_there() {
        return;
    }
    if std::env::var_os(ALONE).is_some() {
        return come_and_go();
    }
    let name =
        "lab::leaving::two_hundred_labs_come_and_go_without_a_trace_whatever_their_programs_do";
    let script = format!("echo {NAMESPACES} > /proc/sys/user/max_net_namespaces && exec \"$@\"");
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "sh", "-c", &script, "sh"])
        .arg(std::env::current_exe().expect("this test is a file"))
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(ALONE, "1")
        .output()
        .expect("util-linux has unshare");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains("1 passed"), "{said}");
}

fn come_and_go() {
    let before = (threads(), descriptors());
    let started = Instant::now();
    for round in 0..200 {
        let server = if round % 4 == 3 { LOOPS } else { LISTENS };
        let programs = [("server", server), ("client", CONNECTS)];
        let start = || {
            let setup = setup(&programs, Timers::Patient);
            Handle::start(binary(), &setup, None, || {}).expect("a thread can start")
        };
        match round % 3 {
            // Let go before it starts, and when it has just started.
            0 => drop(start()),
            1 => drop(start().events().recv_timeout(Duration::from_secs(10))),
            // With connections whose ends wait in recv: they turn into sockets without an owner.
            _ => Play::start(&programs).play_on(),
        }
    }
    println!("200 labs in {:?}", started.elapsed());
    assert_eq!((threads(), descriptors()), before);
    assert_eq!(children(), BTreeSet::new());
}

fn threads() -> usize {
    fs::read_dir("/proc/self/task").expect("/proc").count()
}

fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").expect("/proc").count()
}

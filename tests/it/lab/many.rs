//! Much of everything: bytes, losses, clients.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use sockstep::director::{self, Next, WhyNot};
use sockstep::model::Place;
use sockstep::trace::{Order, Setup, Timers};

use super::play::{binary, setup};
use super::{Play, is_wire_there};

const TAKES_ALL: &str = "\
import socket
s = socket.socket()
s.bind(('', 8989))
s.listen(1)
conn, addr = s.accept()
parts = []
while True:
    data = conn.recv(262144)
    if not data:
        break
    parts.append(data)
whole = b''.join(parts)
print(len(whole), whole == bytes(range(251)) * 41777)
";
const SENDS_TEN_MEGABYTES: &str = "\
import socket
c = socket.socket()
c.connect(('10.0.0.2', 8989))
c.sendall(bytes(range(251)) * 41777)
c.close()
";

/// What `sockstep run` says of a server and a client, with these options.
fn run(folder: &Path, options: &[&str]) -> String {
    let write = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text).expect("a temporary file");
    };
    write("server.py", TAKES_ALL);
    write("client.py", SENDS_TEN_MEGABYTES);
    let output = Command::new(binary())
        .current_dir(folder)
        .args(["run", "server.py", "client.py", "--for", "300"])
        .args(options)
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complained}");
    said
}

#[test]
fn ten_megabytes_that_nobody_holds_arrive_byte_for_byte() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let said = run(folder.path(), &["--auto"]);
    assert!(said.contains("prints 10486027 True"), "{}", said.len());
}

#[test]
fn ten_megabytes_arrive_byte_for_byte_though_one_segment_in_twenty_is_lost() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let said = run(folder.path(), &["--loss", "5", "--seed", "7"]);
    let lost = said
        .lines()
        .filter(|line| line.ends_with(" dropped"))
        .count();
    let arrived = |line: &&str| line.contains(" delivered to ");
    let sent = said.lines().filter(arrived).count();
    assert!(said.contains("prints 10486027 True"), "{lost} of {sent}");
    // Each segment's fate is drawn by itself: three standard deviations of a binomial.
    let (lost, all) = (lost as f64, (lost + sent) as f64);
    assert!(lost > all * 0.02 && lost < all * 0.08, "{lost} of {all}");
}

const THREADED: &str = "\
import socket, threading
def talk(conn):
    while True:
        data = conn.recv(100)
        if not data:
            break
        conn.sendall(data.upper())
    conn.close()
s = socket.socket()
s.bind(('', 80))
s.listen(64)
for n in range(64):
    conn, addr = s.accept()
    threading.Thread(target=talk, args=(conn,)).start()
s.close()
";
const TALKS: &str = "\
import socket
c = socket.socket()
c.connect(('192.168.131.62', 80))
c.sendall(b'hello')
print(c.recv(100).decode())
c.close()
";

#[test]
fn sixty_four_clients_connect_talk_and_leave_and_every_step_is_answered() {
    if !is_wire_there() {
        return;
    }
    let names: Vec<String> = (1..=64).map(|n| format!("client{n}")).collect();
    let mut programs = vec![("server", THREADED)];
    programs.extend(names.iter().map(|name| (name.as_str(), TALKS)));
    let setup = with_addresses(&programs);
    let mut play = Play::start_as(&setup);
    let mut longest = Duration::ZERO;
    let mut orders = 0;
    let most_threads = play_all(&mut play, |took| {
        longest = longest.max(took);
        orders += 1;
    });
    for name in &names {
        assert_eq!(play.output(name), "HELLO\n", "{name}");
    }
    let died: BTreeMap<&String, &String> = play
        .state
        .programs
        .values()
        .filter_map(|p| match &p.activity {
            sockstep::model::Activity::Ended {
                traceback: Some(text),
                ..
            } => Some((&p.name, text)),
            _ => None,
        })
        .collect();
    assert!(died.is_empty(), "{died:?}");
    assert!(most_threads > 32, "{most_threads} threads at once");
    // Not a measurement: it fails when a step waits for a timer of ours.
    assert!(longest < Duration::from_secs(2), "{longest:?} of {orders}");
    for stream in play.state.streams() {
        assert_eq!(stream.count(Place::Read), stream.written);
    }
}

fn with_addresses(programs: &[(&str, &str)]) -> Setup {
    let mut setup = setup(programs, Timers::Patient);
    for (index, host) in setup.hosts.iter_mut().enumerate().skip(1) {
        host.addresses = vec![[10, 0, 1, index as u8].into()];
    }
    setup
}

/// All servers first, then every client at once. Gives the most threads the server had.
fn play_all(play: &mut Play, mut each: impl FnMut(Duration)) -> usize {
    let mut most_threads = 0;
    loop {
        let order = match director::next(&play.state) {
            Next::Give(order) => order,
            Next::Not(WhyNot::AllEnded) => return most_threads,
            // Sixty-five interpreters start, on a busy machine for longer than the lab waits.
            Next::Not(WhyNot::Computing(_) | WhyNot::Moving) => {
                play.take(Duration::from_secs(30));
                play.settle();
                continue;
            }
            other => {
                let left = play.state.programs.values().filter(|p| !p.has_ended());
                let left: Vec<_> = left.map(|p| (&p.name, &p.activity, &p.threads)).collect();
                let counters = &play.state.hosts["server"].counters;
                panic!("{other:?} {left:?} {counters:?} {:?}", play.state.notes);
            }
        };
        // Handshakes first, so that all connections stand at the same time.
        let connects = play.state.programs.values().find_map(|p| {
            let (thread, call) = p.ready().next()?;
            let call = p.call(call)?;
            ["socket", "connect"]
                .contains(&call.name.as_str())
                .then(|| Order::Step {
                    program: p.name.clone(),
                    thread: Some(thread),
                })
        });
        let is_server_set = play.call("server") != "socket" && play.call("server") != "bind";
        let is_listening = is_server_set && play.call("server") != "listen";
        let order = connects.filter(|_| is_listening).unwrap_or(order);
        let began = Instant::now();
        play.order(order);
        each(began.elapsed());
        most_threads = most_threads.max(play.state.programs["server"].threads.len());
    }
}

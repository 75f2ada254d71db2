//! Several threads of one program that wait at the same time.

use std::collections::{BTreeMap, BTreeSet};

use sockstep::model::Activity;
use sockstep::trace::{Order, Traffic};

use super::{Play, is_wire_there};

const SAYS_HELLO: &str = r#"
import socket
c = socket.socket()
c.connect(("192.168.131.62", 8989))
c.sendall(b"hello")
c.close()
"#;

#[test]
fn two_threads_in_accept_on_one_listener_both_get_a_client() {
    if !is_wire_there() {
        return;
    }
    let accepts = r#"
import socket, threading
s = socket.create_server(("", 8989))
def serve():
    conn, addr = s.accept()
    print(conn.recv(99))
    conn.close()
threads = [threading.Thread(target=serve) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("done")
"#;
    let mut play = Play::start(&[
        ("server", accepts),
        ("client1", SAYS_HELLO),
        ("client2", SAYS_HELLO),
    ]);
    play.play_on();
    let expected = "b'hello'\nb'hello'\ndone\n";
    assert_eq!(play.output("server"), expected, "{:#?}", play.tail());
}

const READS_ALL: &str = r#"
import socket
s = socket.create_server(("", 8989))
conn, addr = s.accept()
left = 2_000_000
while left:
    left -= len(conn.recv(left))
conn.sendall(b"got it all")
conn.recv(1)
"#;

const SENDS_AND_RECEIVES: &str = r#"
import socket, threading
c = socket.socket()
c.connect(("192.168.131.62", 8989))
def receive():
    print(c.recv(99))
receiver = threading.Thread(target=receive)
receiver.start()
c.sendall(bytes(2_000_000))
receiver.join()
print("sent and received")
"#;

#[test]
fn one_thread_waits_to_send_and_another_to_receive_on_the_same_socket() {
    if !is_wire_there() {
        return;
    }
    let mut play = Play::start(&[("server", READS_ALL), ("client", SENDS_AND_RECEIVES)]);
    let (traffic, on) = (Traffic::default(), false);
    play.order(Order::Hold { traffic, on });
    play.step_until_blocked("server");
    play.step_until_blocked("client");
    let calls = play.state.programs["client"].calls.iter();
    let waits: BTreeSet<&str> = calls
        .filter(|call| call.blocked_at_us.is_some() && call.resolved.is_none())
        .map(|call| call.name.as_str())
        .collect();
    assert_eq!(waits, BTreeSet::from(["recv", "sendall"]));
    play.play_on();
    let expected = "b'got it all'\nsent and received\n";
    assert_eq!(play.output("client"), expected, "{:#?}", play.tail());
}

const THREAD_PER_CLIENT: &str = r#"
import socket, threading
s = socket.create_server(("", 8989))
def serve(conn):
    data = conn.recv(99)
    conn.sendall(data.upper())
    conn.close()
threads = []
for _ in range(3):
    conn, addr = s.accept()
    thread = threading.Thread(target=serve, args=(conn,))
    thread.start()
    threads.append(thread)
for thread in threads:
    thread.join()
s.close()
print("served three")
"#;

/// Lets everything happen but what the server's threads do after they received.
fn three_served_up_to_their_answer() -> Play {
    let mut play = Play::start(&[
        ("server", THREAD_PER_CLIENT),
        ("client1", SAYS_HELLO),
        ("client2", SAYS_HELLO),
        ("client3", SAYS_HELLO),
    ]);
    let (traffic, on) = (Traffic::default(), false);
    play.order(Order::Hold { traffic, on });
    play.step_until_blocked("server");
    for _ in 0..5 {
        for (program, thread) in [
            ("server", 0),
            ("client1", 0),
            ("client2", 0),
            ("client3", 0),
        ] {
            step_thread(&mut play, program, thread);
        }
    }
    for thread in 1..=3 {
        step_thread(&mut play, "server", thread);
    }
    play
}

fn stands_at(play: &Play, program: &str, thread: u32) -> Option<String> {
    let calls = play.state.programs[program].calls.iter().rev();
    let mut mine = calls.filter(|call| call.thread == thread);
    let newest = mine.next()?;
    let is_waiting = newest.permitted_at_us.is_none() && newest.resolved.is_none();
    is_waiting.then(|| newest.name.clone())
}

fn step_thread(play: &mut Play, program: &str, thread: u32) {
    if stands_at(play, program, thread).is_some() {
        play.order(Order::Step {
            program: program.to_owned(),
            thread: Some(thread),
        });
    }
}

#[test]
fn a_server_with_a_thread_for_each_of_three_clients_is_stepped_thread_by_thread() {
    if !is_wire_there() {
        return;
    }
    let mut play = three_served_up_to_their_answer();
    for thread in 1..=3 {
        let stands = stands_at(&play, "server", thread);
        assert_eq!(stands.as_deref(), Some("sendall"), "thread {thread}");
    }
    step_thread(&mut play, "server", 2);
    let stands: Vec<_> = (1..=3).map(|n| stands_at(&play, "server", n)).collect();
    let stands: Vec<_> = stands.iter().map(Option::as_deref).collect();
    assert_eq!(stands, [Some("sendall"), Some("close"), Some("sendall")]);
    play.play_on();
    assert_eq!(
        play.output("server"),
        "served three\n",
        "{:#?}",
        play.tail()
    );
    let mut fds: BTreeMap<u32, BTreeSet<i32>> = BTreeMap::new();
    for call in &play.state.programs["server"].calls {
        fds.entry(call.thread).or_default().extend(call.fd);
    }
    let threads: Vec<u32> = fds.keys().copied().collect();
    assert_eq!(threads, [0, 1, 2, 3]);
    for thread in 1..=3 {
        assert_eq!(
            fds[&thread].len(),
            1,
            "each has its own connection: {fds:?}"
        );
    }
    let server = &play.state.programs["server"].activity;
    assert!(matches!(
        server,
        Activity::Ended {
            traceback: None,
            ..
        }
    ));
}

#[test]
fn a_thread_that_stands_before_no_call_cannot_be_stepped() {
    if !is_wire_there() {
        return;
    }
    let mut play = Play::start(&[("server", THREAD_PER_CLIENT)]);
    play.order(Order::Step {
        program: "server".to_owned(),
        thread: Some(7),
    });
    let (_, note) = play.state.notes.last().expect("a note");
    assert!(note.contains("thread 7 of server"), "{note}");
}

//! What the first lesson says, asked of the kernels.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use sockstep::director::{self, Next};
use sockstep::model::Activity;
use sockstep::packet::Kind;
use sockstep::trace::{Order, Returned, Timers, What};

use super::{Play, is_wire_there};

const SERVER: &str = r#"
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", 8989))
s.listen(128)
conn, addr = s.accept()
data = conn.recv(1024)
print(data.decode("gbk"))
conn.send("ok, 处理中…".encode("gbk"))
conn.recv(1024)
conn.close()
s.close()
"#;

const CLIENT: &str = r#"
import socket
c = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
c.connect(("192.168.131.62", 8989))
c.send("你好服务端".encode("gbk"))
data = c.recv(1024)
print(data.decode("gbk"))
c.close()
"#;

fn pair() -> Play {
    Play::start(&[("server", SERVER), ("client", CLIENT)])
}

/// The server waits in `accept()`, the client's SYN is on the wire.
fn syn_held() -> Play {
    let mut play = pair();
    play.step_until_blocked("server");
    play.step_until_blocked("client");
    play
}

#[test]
fn a_held_syn_leaves_the_client_in_syn_sent_and_the_server_in_listen() {
    if !is_wire_there() {
        return;
    }
    let play = syn_held();
    assert_eq!(play.sockets("client"), ["SYN_SENT 3"]);
    assert_eq!(play.sockets("server"), ["LISTEN 3"]);
    play.held("client", Kind::Syn);
    let blocked = |name: &str| matches!(play.state.programs[name].activity, Activity::Blocked(_));
    assert!(blocked("client") && blocked("server"));
}

#[test]
fn a_delivered_syn_waits_in_the_syn_queue_and_has_no_descriptor() {
    if !is_wire_there() {
        return;
    }
    let mut play = syn_held();
    play.deliver("client", Kind::Syn);
    assert_eq!(play.sockets("server"), ["LISTEN 3", "SYN_RECV"]);
    let listener = play
        .state
        .sockets("server")
        .find(|s| s.facts.state == "LISTEN");
    let half_open = play
        .state
        .sockets("server")
        .find(|s| s.facts.state == "SYN_RECV");
    let (listener, half_open) = (
        listener.expect("it listens"),
        half_open.expect("it is there"),
    );
    assert_eq!(half_open.facts.listener, Some(listener.facts.key));
    assert_eq!(half_open.facts.program, None);
}

#[test]
fn connect_returns_before_the_third_ack_arrives_and_before_accept_returns() {
    if !is_wire_there() {
        return;
    }
    let mut play = syn_held();
    play.deliver("client", Kind::Syn);
    play.deliver("server", Kind::SynAck);
    assert_eq!(play.call("client"), "send");
    assert_eq!(play.call("server"), "accept");
    assert_eq!(play.sockets("client"), ["ESTABLISHED 3"]);
    assert_eq!(play.sockets("server"), ["LISTEN 3", "SYN_RECV"]);
    play.deliver("client", Kind::Ack);
    assert_eq!(play.call("server"), "recv");
    let queued = play.place(
        "a full accept queue",
        |what| matches!(what, What::Socket(facts) if facts.accept_queue == Some(1)),
    );
    let accepted = play.place(
        "accept's return",
        |what| matches!(what, What::Return { program, new_fd: Some(4), .. } if program == "server"),
    );
    assert!(queued < accepted, "the kernel finishes, accept only takes");
}

#[test]
fn the_whole_lesson_goes_through_every_state_the_kernels_have_for_it() {
    if !is_wire_there() {
        return;
    }
    let mut play = pair();
    play.play_on();
    assert_eq!(play.output("server"), "你好服务端\n");
    assert_eq!(play.output("client"), "ok, 处理中…\n");
    let client = play.states("client");
    let server = play.states("server");
    for (host, seen, expected) in [
        (
            "client",
            client,
            &[
                "SYN_SENT",
                "ESTABLISHED",
                "FIN_WAIT1",
                "FIN_WAIT2",
                "TIME_WAIT",
            ][..],
        ),
        (
            "server",
            server,
            &[
                "LISTEN",
                "SYN_RECV",
                "ESTABLISHED",
                "CLOSE_WAIT",
                "LAST_ACK",
            ][..],
        ),
    ] {
        let mut rest = seen.iter();
        for state in expected {
            assert!(
                rest.any(|s| s == state),
                "{host} was never {state} in turn: {seen:?}"
            );
        }
    }
    assert_eq!(play.sockets("client"), ["TIME_WAIT"]);
    assert!(
        play.state
            .programs
            .values()
            .all(|program| program.has_ended())
    );
}

#[test]
fn a_dropped_syn_is_sent_again_by_the_kernel_after_about_a_second() {
    if !is_wire_there() {
        return;
    }
    let programs = [("server", SERVER), ("client", CLIENT)];
    let mut play = Play::start_with(&programs, Timers::Natural);
    play.step_until_blocked("server");
    play.step_until_blocked("client");
    let first = play.held("client", Kind::Syn).sent_at_us;
    play.drop_held("client", Kind::Syn);
    assert!(play.state.held.is_empty());
    while play.state.held.is_empty() {
        play.take(Duration::from_secs(3));
    }
    let again = play.held("client", Kind::Syn);
    let after = again.sent_at_us - first;
    assert!((900_000..1_400_000).contains(&after), "after {after} µs");
    play.settle();
    play.deliver("client", Kind::Syn);
    play.deliver("server", Kind::SynAck);
    assert_eq!(play.call("client"), "send");
}

#[test]
fn a_dropped_third_ack_is_made_good_by_the_data_that_follows() {
    if !is_wire_there() {
        return;
    }
    let mut play = syn_held();
    play.deliver("client", Kind::Syn);
    play.deliver("server", Kind::SynAck);
    play.drop_held("client", Kind::Ack);
    play.step("client");
    assert_eq!(play.sockets("server"), ["LISTEN 3", "SYN_RECV"]);
    play.deliver("client", Kind::Data);
    assert_eq!(play.sockets("server"), ["ESTABLISHED 4", "LISTEN 3"]);
    assert_eq!(play.call("server"), "recv");
}

#[test]
fn copies_of_a_held_syn_wait_behind_it_and_the_original_still_connects() {
    if !is_wire_there() {
        return;
    }
    let mut play = syn_held();
    while play.held("client", Kind::Syn).copies.is_empty() {
        play.take(Duration::from_secs(3));
    }
    play.settle();
    assert_eq!(play.state.held.len(), 1, "a copy is no token of its own");
    play.deliver("client", Kind::Syn);
    play.deliver("server", Kind::SynAck);
    assert_eq!(play.sockets("client"), ["ESTABLISHED 3"]);
}

#[test]
fn a_port_nobody_listens_on_answers_with_a_reset_and_python_says_so() {
    if !is_wire_there() {
        return;
    }
    let mut play = Play::start(&[
        ("server", "import time\ntime.sleep(0)\n"),
        ("client", CLIENT),
    ]);
    play.step_until_blocked("client");
    play.deliver("client", Kind::Syn);
    play.deliver("server", Kind::Rst);
    let Activity::Ended { traceback, line } = &play.state.programs["client"].activity else {
        panic!("the client goes on");
    };
    let traceback = traceback.as_deref().unwrap_or_default();
    assert!(traceback.ends_with("ConnectionRefusedError: [Errno 111] Connection refused\n"));
    assert_eq!(*line, Some(4));
    let refused = play.place("a refused connect", |what| match what {
        What::Return { returned, .. } => {
            matches!(returned, Returned::Failed { error, .. } if error.as_deref() == Some("ECONNREFUSED"))
        }
        _ => false,
    });
    assert!(refused > 0);
}

#[test]
fn an_order_that_makes_no_sense_is_answered_in_words() {
    if !is_wire_there() {
        return;
    }
    let mut play = syn_held();
    play.step("client");
    let (_, note) = play.state.notes.last().expect("a note");
    assert!(
        note.contains("client does not stand before a call"),
        "{note}"
    );
}

/// The kernel alone gives up on a SYN after 134 s here.
const LONG: Duration = Duration::from_secs(140);

#[test]
fn a_syn_held_for_more_than_two_minutes_still_connects() {
    if !is_wire_there() {
        return;
    }
    let is_wanted = ["CI", "SOCKSTEP_LONG"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    if !is_wanted {
        eprintln!("SKIPPED: it holds a SYN for {LONG:?}; set SOCKSTEP_LONG=1 to run it");
        return;
    }
    let mut play = syn_held();
    let until = Instant::now() + LONG;
    while let Some(left) = until.checked_duration_since(Instant::now()) {
        play.take_if_any(left);
    }
    play.settle();
    assert_eq!(play.sockets("client"), ["SYN_SENT 3"]);
    assert_eq!(play.state.held.len(), 1, "its copies wait behind it");
    play.deliver("client", Kind::Syn);
    play.deliver("server", Kind::SynAck);
    play.deliver("client", Kind::Ack);
    assert_eq!(play.sockets("client"), ["ESTABLISHED 3"]);
    play.play_on();
    assert_eq!(play.output("client"), "ok, 处理中…\n");
}

const THREAD_PER_CLIENT: &str = r#"
import socket, threading
s = socket.socket()
s.bind(("", 8989))
s.listen()
def serve(conn):
    conn.sendall(conn.recv(99).upper())
    conn.close()
threads = []
for _ in range(2):
    conn, addr = s.accept()
    threads.append(threading.Thread(target=serve, args=(conn,)))
    threads[-1].start()
for thread in threads:
    thread.join()
print("done")
"#;

const ASKS: &str = r#"
import socket
c = socket.socket()
c.connect(("192.168.131.62", 8989))
c.send(b"hi")
print(c.recv(99))
"#;

#[test]
fn every_thread_of_a_server_gets_its_turn() {
    if !is_wire_there() {
        return;
    }
    let mut play = Play::start(&[
        ("server", THREAD_PER_CLIENT),
        ("client1", ASKS),
        ("client2", ASKS),
    ]);
    play.play_on();
    assert_eq!(play.output("server"), "done\n");
    assert_eq!(play.output("client1"), "b'HI'\n");
    assert_eq!(play.output("client2"), "b'HI'\n");
    let calls = &play.state.programs["server"].calls;
    let threads: BTreeSet<u32> = calls.iter().map(|call| call.thread).collect();
    assert_eq!(threads.len(), 3, "{threads:?}");
}

#[test]
fn a_program_that_prints_for_ever_holds_nobody_up() {
    if !is_wire_there() {
        return;
    }
    let mut play = Play::start(&[("server", "while True: print('x')\n"), ("client", CLIENT)]);
    play.step("client");
    assert_eq!(play.call("client"), "connect");
}

#[test]
fn an_option_that_holds_a_pointer_is_refused_before_the_kernel_sees_it() {
    if !is_wire_there() {
        return;
    }
    let asks = "import socket\ns = socket.socket()\ntry:\n    s.getsockopt(1, 26, 600)\nexcept OSError as error:\n    print(error)\n";
    let mut play = Play::start(&[("server", asks)]);
    play.play_on();
    assert_eq!(play.output("server"), "[Errno 92] Protocol not available\n");
}

/// What our module names, the kernel alone may refuse.
#[test]
fn every_option_with_a_name_reaches_the_kernel() {
    if !is_wire_there() {
        return;
    }
    let sets = r#"
import socket
s = socket.socket()
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for owner, level, name, value in (
    (s, socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 5),
    (u, socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 3),
    (u, socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0),
):
    owner.setsockopt(level, name, value)
    print(owner.getsockopt(level, name))
group = socket.inet_aton("224.1.1.1") + socket.inet_aton("0.0.0.0")
u.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
u.setsockopt(socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP, group)
"#;
    let mut play = Play::start(&[("server", sets)]);
    while let Next::Give(order) = director::next(&play.state) {
        match order {
            // A group is joined aloud (IGMP); nobody listens here.
            Order::Deliver { segment } => play.order(Order::Drop { segment }),
            order => play.order(order),
        }
    }
    assert_eq!(play.output("server"), "5\n3\n0\n");
    let Activity::Ended { traceback, .. } = &play.state.programs["server"].activity else {
        panic!("it goes on");
    };
    assert_eq!(*traceback, None);
}

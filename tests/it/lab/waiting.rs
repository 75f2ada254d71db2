//! Several threads of one program that wait at the same time.

use std::collections::BTreeSet;

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

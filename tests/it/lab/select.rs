//! Programs that wait for several sockets in one call, on real kernels.

use sockstep::director::{self, Next};
use sockstep::model::CallRecord;
use sockstep::packet::Kind;
use sockstep::trace::Returned;

use super::{Play, is_wire_there};

/// One thread, two clients, and whoever speaks is answered.
const WITH_SELECT: &str = r#"
import select, socket
s = socket.create_server(("", 8989))
clients = []
served = 0
while served < 2:
    readable, _, _ = select.select([s] + clients, [], [])
    for sock in readable:
        if sock is s:
            conn, addr = s.accept()
            clients.append(conn)
        else:
            data = sock.recv(99)
            if data:
                sock.sendall(data.upper())
            else:
                clients.remove(sock)
                sock.close()
                served += 1
print("served both")
"#;

const WITH_POLL: &str = r#"
import select, socket
s = socket.create_server(("", 8989))
poll = select.poll()
poll.register(s, select.POLLIN)
clients = {}
served = 0
while served < 2:
    for fd, events in poll.poll():
        if fd == s.fileno():
            conn, addr = s.accept()
            clients[conn.fileno()] = conn
            poll.register(conn, select.POLLIN)
        else:
            data = clients[fd].recv(99)
            if data:
                clients[fd].sendall(data.upper())
            else:
                poll.unregister(fd)
                clients.pop(fd).close()
                served += 1
print("served both")
"#;

const WITH_SELECTORS: &str = r#"
import selectors, socket
sel = selectors.DefaultSelector()
served = 0
def accept(s):
    conn, addr = s.accept()
    conn.setblocking(False)
    sel.register(conn, selectors.EVENT_READ, answer)
def answer(conn):
    global served
    data = conn.recv(99)
    if data:
        conn.sendall(data.upper())
    else:
        sel.unregister(conn)
        conn.close()
        served += 1
s = socket.create_server(("", 8989))
sel.register(s, selectors.EVENT_READ, accept)
while served < 2:
    for key, events in sel.select():
        key.data(key.fileobj)
print("served both")
"#;

const ASKS: &str = r#"
import socket
c = socket.create_connection(("192.168.131.62", 8989))
c.sendall(b"hi")
print(c.recv(99))
c.close()
"#;

fn calls<'a>(play: &'a Play, program: &str, name: &str) -> Vec<&'a CallRecord> {
    let calls = play.state.programs[program].calls.iter();
    calls.filter(|call| call.name == name).collect()
}

fn value(call: &CallRecord) -> &str {
    match call.resolved.as_ref().map(|resolved| &resolved.returned) {
        Some(Returned::Value { value }) => value,
        other => panic!("{} gave {other:?}", call.name),
    }
}

#[test]
fn one_thread_serves_two_clients_with_select_poll_or_selectors() {
    if !is_wire_there() {
        return;
    }
    for (waits_in, server) in [
        ("select", WITH_SELECT),
        ("poll", WITH_POLL),
        ("poll", WITH_SELECTORS),
    ] {
        let mut play = Play::start(&[("server", server), ("client1", ASKS), ("client2", ASKS)]);
        play.play_on();
        assert_eq!(play.output("server"), "served both\n", "{:#?}", play.tail());
        assert_eq!(play.output("client1"), "b'HI'\n");
        assert_eq!(play.output("client2"), "b'HI'\n");
        let waits = calls(&play, "server", waits_in);
        assert!(waits[0].blocked_at_us.is_some(), "nobody was there yet");
    }
}

#[test]
fn a_select_shows_what_it_waits_for_that_it_is_blocked_and_what_it_found() {
    if !is_wire_there() {
        return;
    }
    let mut play = Play::start(&[("server", WITH_SELECT), ("client", ASKS)]);
    play.step_until_blocked("server");
    let args = "[<socket fd=3>], [], []";
    let waits = calls(&play, "server", "select");
    assert_eq!(waits.last().map(|call| call.args.as_str()), Some(args));
    assert!(waits[0].blocked_at_us.is_some() && waits[0].resolved.is_none());
    while calls(&play, "server", "select").len() < 2 {
        match director::next(&play.state) {
            Next::Give(order) => play.order(order),
            other => panic!("{other:?} after {:#?}", play.tail()),
        }
    }
    let waits = calls(&play, "server", "select");
    assert_eq!(value(waits[0]), "([<socket fd=3>], [], [])");
    assert_eq!(waits[1].args, "[<socket fd=3>, <socket fd=4>], [], []");
}

const CONNECTS_WITHOUT_WAITING: &str = r#"
import select, socket
c = socket.socket()
c.setblocking(False)
try:
    c.connect(("192.168.131.62", 8989))
except BlockingIOError as error:
    print(error)
_, writable, _ = select.select([], [c], [])
print(writable == [c], c.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
"#;

#[test]
fn a_connect_that_does_not_wait_is_finished_by_select_and_judged_by_so_error() {
    if !is_wire_there() {
        return;
    }
    for (server, answer, error) in [
        (WITH_SELECT, Kind::SynAck, 0),
        ("import time\ntime.sleep(0)\n", Kind::Rst, 111),
    ] {
        let programs = [("server", server), ("client", CONNECTS_WITHOUT_WAITING)];
        let mut play = Play::start(&programs);
        play.step_until_blocked("server");
        play.step_until_blocked("client");
        let waits = calls(&play, "client", "select");
        assert!(waits[0].blocked_at_us.is_some() && waits[0].resolved.is_none());
        play.deliver("client", Kind::Syn);
        play.deliver("server", answer);
        assert_eq!(play.call("client"), "getsockopt");
        play.step("client");
        let expected = format!("[Errno 115] Operation now in progress\nTrue {error}\n");
        assert_eq!(play.output("client"), expected);
    }
}

#[test]
fn a_wait_ends_in_time_when_nothing_comes() {
    if !is_wire_there() {
        return;
    }
    let waits = r#"
import select, socket
s = socket.create_server(("", 8989))
print(select.select([s], [], [], 0.05))
poll = select.poll()
poll.register(s, select.POLLIN)
print(poll.poll(50))
print(select.select([], [], [], 0.05))
"#;
    let mut play = Play::start(&[("server", waits)]);
    play.play_on();
    while play.output("server").lines().count() < 3 {
        play.take(std::time::Duration::from_secs(5));
        if play.state.is_at_rest {
            play.play_on();
        }
    }
    assert_eq!(play.output("server"), "([], [], [])\n[]\n([], [], [])\n");
}

#[test]
fn select_sees_urgent_data_and_poll_the_end_of_the_other_side() {
    if !is_wire_there() {
        return;
    }
    let server = r#"
import select, socket
s = socket.create_server(("", 8989))
conn, addr = s.accept()
print(select.select([], [], [conn])[2] == [conn])
print(conn.recv(1, socket.MSG_OOB))
poll = select.poll()
poll.register(conn, select.POLLRDHUP)
print(poll.poll() == [(conn.fileno(), select.POLLRDHUP)])
"#;
    let client = r#"
import socket
c = socket.create_connection(("192.168.131.62", 8989))
c.send(b"!", socket.MSG_OOB)
c.send(b"data alone ends neither wait")
c.shutdown(socket.SHUT_WR)
c.recv(1)
"#;
    let mut play = Play::start(&[("server", server), ("client", client)]);
    play.play_on();
    assert_eq!(play.output("server"), "True\nb'!'\nTrue\n");
}

#[test]
fn one_thread_selects_while_another_receives_on_the_same_socket() {
    if !is_wire_there() {
        return;
    }
    let server = r#"
import select, socket, threading
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 8989))
waiter = threading.Thread(target=lambda: print(select.select([s], [], [])[0] == [s]))
waiter.start()
s.recvfrom(10)
waiter.join()
"#;
    let client = r#"
import socket
c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
c.sendto(b"one", ("192.168.131.62", 8989))
c.sendto(b"two", ("192.168.131.62", 8989))
"#;
    let mut play = Play::start(&[("server", server), ("client", client)]);
    play.play_on();
    assert_eq!(play.output("server"), "True\n", "{:#?}", play.tail());
}

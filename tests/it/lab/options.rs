//! Socket options and flags, and what they do on the wire, asked of the kernels.

use std::time::Duration;

use sockstep::packet::Kind;
use sockstep::trace::{HostSetup, ProgramSetup, Setup, Timers, WireKind};

use super::{Play, is_wire_there};

const ACCEPTS: &str = r#"
import socket
s = socket.create_server(("", 8989))
conn, addr = s.accept()
"#;

const CONNECTS: &str = r#"
import socket, struct
c = socket.create_connection(("192.168.131.62", 8989))
"#;

/// A connected pair: the server goes on as `server` says, the client as `client` says.
fn pair(server: &str, client: &str) -> Play {
    let (server, client) = (format!("{ACCEPTS}{server}"), format!("{CONNECTS}{client}"));
    let mut play = Play::start(&[("server", &server), ("client", &client)]);
    while play.call("server") != "accept" {
        play.step("server");
    }
    play.step_until_blocked("server");
    play.step("client");
    play.step("client");
    play.deliver("client", Kind::Syn);
    play.deliver("server", Kind::SynAck);
    play.deliver("client", Kind::Ack);
    play
}

#[track_caller]
fn check(server: &str, client: &str, server_says: &str, client_says: &str) -> Play {
    let mut play = pair(server, client);
    play.play_on();
    let said = (play.output("server"), play.output("client"));
    assert_eq!(said, (server_says, client_says), "{:#?}", play.tail());
    play
}

/// What one program alone prints.
#[track_caller]
fn check_alone(source: &str, says: &str) {
    let mut play = Play::start(&[("server", source)]);
    play.play_on();
    assert_eq!(play.output("server"), says, "{:#?}", play.tail());
}

/// The data of what is held from a host.
fn held_data(play: &Play, from: &str) -> Vec<Vec<u8>> {
    let held = play.state.held.iter().map(|id| &play.state.segments[id]);
    let packets = held.filter(|segment| segment.from == from);
    let packets = packets.filter_map(|segment| segment.packet.as_ref());
    packets
        .filter(|packet| packet.kind() == Kind::Data)
        .map(|packet| packet.payload().to_vec())
        .collect()
}

#[test]
fn the_kernel_answers_for_every_option_of_a_course() {
    if !is_wire_there() {
        return;
    }
    check_alone(
        r#"
import socket
s = socket.socket()
for name, value in (("SO_RCVBUF", 20000), ("SO_SNDBUF", 20000), ("SO_RCVBUF", 1), ("SO_KEEPALIVE", 1), ("SO_REUSEADDR", 1)):
    s.setsockopt(socket.SOL_SOCKET, getattr(socket, name), value)
    print(name, value, s.getsockopt(socket.SOL_SOCKET, getattr(socket, name)))
for name, value in (("TCP_NODELAY", 1), ("TCP_KEEPIDLE", 7), ("TCP_KEEPINTVL", 3), ("TCP_KEEPCNT", 2), ("TCP_CORK", 1), ("TCP_MAXSEG", 500)):
    s.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    print(name, value, s.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)))
print(s.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE), s.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8))
info = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
print(len(info), info[0])
"#,
        "SO_RCVBUF 20000 40000\nSO_SNDBUF 20000 40000\nSO_RCVBUF 1 2304\nSO_KEEPALIVE 1 1\nSO_REUSEADDR 1 1\n\
         TCP_NODELAY 1 1\nTCP_KEEPIDLE 7 7\nTCP_KEEPINTVL 3 3\nTCP_KEEPCNT 2 2\nTCP_CORK 1 1\nTCP_MAXSEG 500 500\n\
         1 b'\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00'\n104 7\n",
    );
}

#[test]
fn one_port_is_shared_only_by_those_who_all_ask_for_it() {
    if !is_wire_there() {
        return;
    }
    check_alone(
        r#"
import socket
def listener(*options):
    s = socket.socket()
    for option in options:
        s.setsockopt(socket.SOL_SOCKET, option, 1)
    try:
        s.bind(("", 8989))
        s.listen()
        print("listens")
    except OSError as error:
        print(error)
    return s
first = listener(socket.SO_REUSEPORT)
second = listener(socket.SO_REUSEPORT)
third = listener()
fourth = listener(socket.SO_REUSEADDR)
"#,
        "listens\nlistens\n[Errno 98] Address already in use\n[Errno 98] Address already in use\n",
    );
}

#[test]
fn a_close_that_lingers_for_no_time_is_a_reset() {
    if !is_wire_there() {
        return;
    }
    let server =
        "try:\n    conn.recv(9)\nexcept ConnectionResetError as error:\n    print(error)\n";
    let client = r#"
c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
c.close()
"#;
    let mut play = pair(server, client);
    play.step_until_blocked("server");
    play.step("client");
    play.step("client");
    play.deliver("client", Kind::Rst);
    let expected = "[Errno 104] Connection reset by peer\n";
    assert_eq!(play.output("server"), expected, "{:#?}", play.tail());
    assert_eq!(play.sockets("client"), [""; 0], "no TIME_WAIT");
}

#[test]
fn corked_sends_are_one_segment_and_others_are_not() {
    if !is_wire_there() {
        return;
    }
    for (client, segments) in [
        (
            "c.send(b'he', socket.MSG_MORE)\nc.send(b'llo')\n",
            &["hello"][..],
        ),
        (
            "t = socket.IPPROTO_TCP\nc.setsockopt(t, socket.TCP_CORK, 1)\nc.send(b'he')\nc.send(b'llo')\nc.setsockopt(t, socket.TCP_CORK, 0)\n",
            &["hello"],
        ),
        (
            "c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)\nc.send(b'he')\nc.send(b'llo')\n",
            &["he", "llo"],
        ),
        // Nagle: the second waits until the first is acknowledged.
        ("c.send(b'he')\nc.send(b'llo')\n", &["he"]),
    ] {
        let mut play = pair("", &format!("{client}c.recv(1)\n"));
        play.step_until_blocked("client");
        let held = held_data(&play, "client");
        let expected: Vec<_> = segments.iter().map(|s| s.as_bytes().to_vec()).collect();
        assert_eq!(held, expected, "{client}");
    }
}

#[test]
fn an_idle_connection_that_is_kept_alive_sends_a_probe() {
    if !is_wire_there() {
        return;
    }
    let client = r#"
c.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
c.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
c.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
c.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
c.recv(1)
"#;
    let mut play = pair("conn.recv(1)\n", client);
    play.step_until_blocked("server");
    play.step_until_blocked("client");
    let syn = play.state.segments.values().next().expect("a SYN");
    let begins = syn.packet.as_ref().and_then(|packet| packet.tcp());
    let begins = begins.expect("it is TCP").seq;
    while play.state.held.is_empty() {
        play.take(Duration::from_secs(5));
    }
    let probe = play.held("client", Kind::Ack).packet.as_ref();
    let probe = probe.and_then(|packet| packet.tcp()).expect("it is TCP");
    assert_eq!(probe.seq.since(begins), 0, "one before what comes next");
    play.settle();
    play.deliver("client", Kind::Ack);
    play.held("server", Kind::Ack);
}

#[test]
fn each_way_of_shutting_down_does_what_this_kernel_does() {
    if !is_wire_there() {
        return;
    }
    // The one direction ends, the other goes on.
    let reads_and_answers = "print(conn.recv(9), conn.recv(9))\nconn.send(b'still here')\n";
    let half = "c.send(b'last')\nc.shutdown(socket.SHUT_WR)\nprint(c.recv(99))\n";
    let play = check(reads_and_answers, half, "b'last' b''\n", "b'still here'\n");
    assert!(play.states("server").contains(&"CLOSE_WAIT"));
    // SHUT_RD says nothing to the other side.
    let mut play = pair(
        "conn.recv(1)",
        "c.shutdown(socket.SHUT_RD)\nprint(c.recv(9))\nc.recv(1)\n",
    );
    play.step("client");
    play.step("client");
    assert_eq!(play.output("client"), "b''\n");
    assert!(play.state.held.is_empty());
    // Both: no more sending either.
    let both = "c.shutdown(socket.SHUT_RDWR)\ntry:\n    c.send(b'x')\nexcept BrokenPipeError as error:\n    print(error)\n";
    let play = check("conn.recv(1)\n", both, "", "[Errno 32] Broken pipe\n");
    assert!(play.states("client").contains(&"FIN_WAIT1"));
}

#[test]
fn a_peek_leaves_the_bytes_and_says_that_it_did() {
    if !is_wire_there() {
        return;
    }
    let server = r#"
print(conn.recv(2, socket.MSG_PEEK))
buffer = bytearray(3)
print(conn.recv_into(buffer, 0, socket.MSG_PEEK | socket.MSG_DONTWAIT), buffer)
print(conn.recv_into(buffer), buffer)
print(conn.recv(9, 64 | 2))
print(conn.recv(9))
try:
    conn.recv(9, socket.MSG_DONTWAIT)
except BlockingIOError as error:
    print(error)
"#;
    let expected = "b'he'\n3 bytearray(b'hel')\n3 bytearray(b'hel')\nb'lo'\nb'lo'\n\
                    [Errno 11] Resource temporarily unavailable\n";
    let play = check(server, "c.sendall(b'hello')\nc.recv(1)\n", expected, "");
    let calls = play.state.programs["server"].calls.iter();
    let received: Vec<(bool, usize)> = calls
        .filter(|call| call.name.starts_with("recv"))
        .map(|call| {
            let bytes = call.resolved.as_ref().and_then(|r| r.bytes.as_ref());
            (call.args.contains("MSG_PEEK"), bytes.map_or(0, Vec::len))
        })
        .collect();
    let (peeked, read) = (true, false);
    assert_eq!(
        received,
        [
            (peeked, 2),
            (peeked, 3),
            (read, 3),
            (peeked, 2),
            (read, 2),
            (read, 0)
        ]
    );
}

#[test]
fn a_send_says_how_much_it_offers_before_it_is_made() {
    if !is_wire_there() {
        return;
    }
    let client = r#"
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.sendto(b"to", ("192.168.131.62", 8989))
c.send("你好".encode())
c.setblocking(False)
try:
    c.sendall(bytes(9_000_000))
except BlockingIOError as error:
    print(error)
"#;
    let mut play = pair("", client);
    play.step_until_blocked("client");
    let calls = play.state.programs["client"].calls.iter();
    let offered: Vec<_> = calls
        .filter_map(|call| Some((call.name.as_str(), call.offers?)))
        .collect();
    assert_eq!(
        offered,
        [("sendto", 2), ("send", 6), ("sendall", 9_000_000)]
    );
    let all = play.state.programs["client"].calls.last();
    let all = all.expect("a call").resolved.as_ref().expect("it is over");
    let taken = all.bytes.as_ref().map_or(0, Vec::len);
    assert!((1..9_000_000).contains(&taken), "{taken} bytes went");
}

#[test]
fn connect_ex_and_a_second_connect_give_the_kernels_numbers() {
    if !is_wire_there() {
        return;
    }
    let client = r#"
import select
n = socket.socket()
n.setblocking(False)
print(n.connect_ex(("192.168.131.62", 8989)), n.connect_ex(("192.168.131.62", 8989)))
select.select([], [n], [])
print(n.connect_ex(("192.168.131.62", 8989)), n.connect_ex(("192.168.131.62", 8989)))
r = socket.socket()
print(r.connect_ex(("192.168.131.62", 1)))
r.close()
"#;
    let mut play = pair("s.accept()\n", client);
    play.step_until_blocked("client");
    play.play_on();
    assert_eq!(play.output("client"), "115 114\n0 106\n111\n");
}

/// Both hosts have an IPv6 address only.
fn over_ipv6(server: &str, client: &str) -> Play {
    let names = [("server", "fd00::1", server), ("client", "fd00::2", client)];
    let hosts = names.map(|(name, address, _)| HostSetup {
        name: name.to_owned(),
        addresses: vec![address.parse().expect("an address")],
    });
    let programs = names.map(|(name, _, source)| ProgramSetup {
        name: name.to_owned(),
        host: name.to_owned(),
        file: format!("{name}.py"),
        source: source.to_owned(),
    });
    Play::start_as(&Setup {
        hosts: hosts.to_vec(),
        programs: programs.to_vec(),
        timers: Timers::Patient,
        wire: WireKind::Held,
        ..Setup::default()
    })
}

#[test]
fn programs_talk_over_ipv6_with_addresses_of_four_parts() {
    if !is_wire_there() {
        return;
    }
    let server = r#"
import socket
s = socket.create_server(("::", 8989), family=socket.AF_INET6)
conn, addr = s.accept()
print(addr[0], addr[2:], s.getsockname())
conn.sendall(conn.recv(9))
u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
u.bind(("fd00::1", 8990))
data, addr = u.recvfrom(9)
print(data, len(addr))
"#;
    let client = r#"
import socket
c = socket.create_connection(("fd00::1", 8989))
c.sendall(b"six")
print(c.recv(9), c.getpeername())
u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
u.sendto(b"seven", ("fd00::1", 8990))
"#;
    let mut play = over_ipv6(server, client);
    play.play_on();
    let (server, client) = (play.output("server"), play.output("client"));
    let expected = "fd00::2 (0, 0) ('::', 8989, 0, 0)\nb'seven' 4\n";
    assert_eq!(server, expected, "{:#?}", play.tail());
    assert_eq!(client, "b'six' ('fd00::1', 8989, 0, 0)\n");
}

#[test]
fn a_socket_for_ipv6_takes_the_ipv4_port_too_unless_told_not_to() {
    if !is_wire_there() {
        return;
    }
    check_alone(
        r#"
import socket
for only in (0, 1):
    six = socket.socket(socket.AF_INET6)
    six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
    six.bind(("::", 8989))
    six.listen()
    four = socket.socket()
    try:
        four.bind(("", 8989))
        print("both")
    except OSError as error:
        print(error)
    four.close()
    six.close()
"#,
        "[Errno 98] Address already in use\nboth\n",
    );
}

#[test]
fn a_connect_that_nobody_waited_for_is_as_patient_as_any_other() {
    if !is_wire_there() {
        return;
    }
    const ONE_DAY_MS: &str = "86400000";
    for (timeout, error) in [("0", "BlockingIOError"), ("0.05", "TimeoutError")] {
        let client = format!(
            r#"
import select
n = socket.socket()
n.settimeout({timeout})
try:
    n.connect(("192.168.131.62", 8989))
except OSError as error:
    print(type(error).__name__)
select.select([], [n], [])
n.getpeername()
print(n.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT))
"#
        );
        let mut play = pair("s.accept()\n", &client);
        play.step("client");
        play.step("client");
        while play.call("client") != "select" {
            play.take(Duration::from_secs(5));
        }
        play.settle();
        play.play_on();
        let expected = format!("{error}\n{ONE_DAY_MS}\n");
        assert_eq!(play.output("client"), expected, "{:#?}", play.tail());
    }
}

#[test]
fn a_wait_for_all_that_a_reset_ends_gives_what_came_and_the_next_recv_tells_the_reset() {
    if !is_wire_there() {
        return;
    }
    const WAITS: &str = "\
import socket
s = socket.socket()
s.bind(('', 8989))
s.listen()
c, a = s.accept()
print(c.recv(10, socket.MSG_WAITALL))
try:
    print(c.recv(10))
except OSError as error:
    print(error)
";
    const RESETS: &str = "\
import socket, struct
c = socket.socket()
c.connect(('192.168.131.62', 8989))
c.send(b'abc')
c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
c.close()
";
    let mut play = Play::start(&[("server", WAITS), ("client", RESETS)]);
    play.play_on();
    let expected = "b'abc'\n[Errno 104] Connection reset by peer\n";
    assert_eq!(play.output("server"), expected);
}

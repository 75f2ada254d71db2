//! What UDP does, asked of the kernels.

use sockstep::packet::{Kind, Transport};

use super::{Play, is_wire_there};

#[track_caller]
fn check(server: &str, client: &str, server_says: &str, client_says: &str) -> Play {
    let mut play = Play::start(&[("server", server), ("client", client)]);
    play.play_on();
    let said = (play.output("server"), play.output("client"));
    assert_eq!(said, (server_says, client_says), "{:#?}", play.tail());
    play
}

#[test]
fn each_sendto_is_one_recvfrom_and_what_has_no_room_is_lost() {
    if !is_wire_there() {
        return;
    }
    let server = r#"
import socket
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("", 8989))
for _ in range(3):
    data, addr = u.recvfrom(1024)
    print(data, addr[0])
print(u.recvfrom(3)[0])
print(u.recv(3, socket.MSG_PEEK), u.recv(1024))
buffer = bytearray(4)
count, addr = u.recvfrom_into(buffer)
print(count, buffer, addr[0])
u.sendto(b"all read", addr)
"#;
    let client = r#"
import socket
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
there = ("192.168.131.62", 8989)
for data in (b"one", b"", b"two", b"hello", b"again", b"into a buffer"):
    print(u.sendto(data, there), end=" ")
print(u.recvfrom(99)[0])
"#;
    check(
        server,
        client,
        "b'one' 192.168.131.10\nb'' 192.168.131.10\nb'two' 192.168.131.10\nb'hel'\n\
         b'aga' b'again'\n4 bytearray(b'into') 192.168.131.10\n",
        "3 0 3 5 5 13 b'all read'\n",
    );
}

#[test]
fn a_datagram_has_no_more_than_65507_bytes() {
    if !is_wire_there() {
        return;
    }
    let server = r#"
import socket
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("", 8989))
print(len(u.recv(70000)))
"#;
    let client = r#"
import socket
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
there = ("192.168.131.62", 8989)
try:
    u.sendto(bytes(65508), there)
except OSError as error:
    print(error)
print(u.sendto(bytes(65507), there))
"#;
    let client_says = "[Errno 90] Message too long\n65507\n";
    check(server, client, "65507\n", client_says);
}

#[test]
fn a_closed_port_answers_a_datagram_with_icmp_and_the_next_call_says_so() {
    if !is_wire_there() {
        return;
    }
    let client = r#"
import socket
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.connect(("192.168.131.62", 8989))
print(u.send(b"anybody?"))
try:
    u.recv(99)
except ConnectionRefusedError as error:
    print(error)
print(u.send(b"anybody now?"))
try:
    u.send(b"hello?")
except ConnectionRefusedError as error:
    print(error)
"#;
    let mut play = Play::start(&[("server", ""), ("client", client)]);
    play.step_until_blocked("client");
    play.deliver("client", Kind::Datagram);
    let unreachable = play.held("server", Kind::Icmp).packet.as_ref();
    let transport = unreachable.map(|packet| packet.transport.clone());
    assert_eq!(transport, Some(Transport::Icmp { kind: 3, code: 3 }));
    play.deliver("server", Kind::Icmp);
    assert_eq!(play.call("client"), "send");
    play.step("client");
    play.deliver("client", Kind::Datagram);
    play.deliver("server", Kind::Icmp);
    play.step("client");
    let refused = "[Errno 111] Connection refused\n";
    assert_eq!(
        play.output("client"),
        format!("8\n{refused}12\n{refused}"),
        "{:#?}",
        play.tail()
    );
}

#[test]
fn without_connect_nobody_hears_of_the_closed_port() {
    if !is_wire_there() {
        return;
    }
    let client = r#"
import socket
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(2):
    print(u.sendto(b"anybody?", ("192.168.131.62", 8989)))
u.setblocking(False)
try:
    u.recvfrom(99)
except BlockingIOError as error:
    print(error)
"#;
    let expected = "8\n8\n[Errno 11] Resource temporarily unavailable\n";
    let play = check("", client, "", expected);
    let segments = play.state.segments.values();
    let icmp = segments.filter(|segment| {
        let packet = segment.packet.as_ref();
        packet.is_some_and(|packet| packet.kind() == Kind::Icmp)
    });
    assert_eq!(icmp.count(), 2);
}

#[test]
fn datagrams_may_overtake_each_other_and_get_lost() {
    if !is_wire_there() {
        return;
    }
    let server = r#"
import socket
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("", 8989))
print(u.recv(9), u.recv(9))
"#;
    let client = r#"
import socket
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for data in (b"1", b"2", b"3"):
    u.sendto(data, socket.MSG_DONTWAIT, ("192.168.131.62", 8989))
"#;
    let mut play = Play::start(&[("server", server), ("client", client)]);
    play.step_until_blocked("server");
    play.step_until_blocked("client");
    let held: Vec<_> = play.state.held.to_vec();
    let [first, second, third] = held[..] else {
        panic!("{held:?}");
    };
    play.order(sockstep::trace::Order::Deliver { segment: third });
    play.order(sockstep::trace::Order::Drop { segment: second });
    play.order(sockstep::trace::Order::Deliver { segment: first });
    play.play_on();
    assert_eq!(play.output("server"), "b'3' b'1'\n");
}

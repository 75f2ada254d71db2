//! The moments of lesson 4 that the pictures show.

use sockstep::trace::{Key, SegmentId, SocketFacts, TimerKind, What};

use super::story::{Story, Wanted, end, listener, timer};

const SOCKET_C: &str =
    "<socket.socket fd=3, family=2, type=1, proto=0, laddr=('192.168.131.10', 50070)>";
const SOCKET_S: &str = "<socket.socket fd=3, family=2, type=1, proto=0, laddr=('0.0.0.0', 8989)>";
const SOCKET_CONN: &str = "<socket.socket fd=4, family=2, type=1, proto=0, laddr=('192.168.131.62', 8989), raddr=('192.168.131.10', 50070)>";

/// Both programs stand before their first call.
pub fn start() -> Story {
    let mut story = Story::new();
    story.call("server", 3, "socket", "AF_INET, SOCK_STREAM", None);
    story.call("client", 3, "socket", "AF_INET, SOCK_STREAM", None);
    story.rest();
    story
}

/// The server listens and is blocked in `accept()`.
pub fn listening() -> Story {
    let mut story = start();
    story.step("server");
    story.returns("server", "<socket.socket fd=3>", Some(3));
    story.locals("server", 4, &[("s", SOCKET_S)]);
    for (line, name, args) in [
        (4, "setsockopt", "SOL_SOCKET, SO_REUSEADDR, 1"),
        (5, "bind", "(\"\", 8989)"),
        (6, "listen", "128"),
    ] {
        story.call("server", line, name, args, Some(3));
        story.rest();
        story.step("server");
        story.returns("server", "None", None);
    }
    story.socket(listener());
    story.call("server", 7, "accept", "", Some(3));
    story.rest();
    story.step("server");
    story.blocks("server");
    story.rest();
    story
}

pub fn syn() -> Wanted {
    Wanted {
        syn: true,
        ..Wanted::default()
    }
}

fn syn_ack() -> Wanted {
    Wanted {
        syn: true,
        ack: true,
        acknowledges: 1,
        ..Wanted::default()
    }
}

pub fn ack(seq: u32, acknowledges: u32) -> Wanted {
    Wanted {
        ack: true,
        seq,
        acknowledges,
        ..Wanted::default()
    }
}

fn fin(seq: u32, acknowledges: u32) -> Wanted {
    Wanted {
        fin: true,
        ..ack(seq, acknowledges)
    }
}

/// The SYN is on the wire.
fn syn_held(story: &mut Story) -> SegmentId {
    story.step("client");
    story.returns("client", "<socket.socket fd=3>", Some(3));
    story.locals("client", 4, &[("c", SOCKET_C)]);
    story.call(
        "client",
        4,
        "connect",
        "(\"192.168.131.62\", 8989)",
        Some(3),
    );
    story.rest();
    story.step("client");
    let syn = story.sent("client", syn(), b"");
    story.blocks("client");
    story.socket(SocketFacts {
        timer: timer(TimerKind::Retransmit, 1_000, 0),
        ..end("client", "SYN_SENT", Some(3))
    });
    story.rest();
    syn
}

/// A SYN is on the wire, and little time has passed.
pub fn before_delivery() -> Story {
    let mut story = listening();
    syn_held(&mut story);
    story
}

/// The moment of the design's picture: the server's kernel has answered.
pub fn syn_ack_held() -> Story {
    let mut story = listening();
    let syn = syn_held(&mut story);
    story.delivered(syn);
    let original = story.sent("server", syn_ack(), b"");
    story.socket(SocketFacts {
        listener: Some(Key(1)),
        timer: timer(TimerKind::Retransmit, 1_000, 0),
        ..end("server", "SYN_RECV", None)
    });
    story.rest();
    for retransmits in [1, 2] {
        story.wait_ms(1_000 * u64::from(retransmits));
        story.sent_again("server", syn_ack(), b"", Some(original), true);
        story.socket(SocketFacts {
            listener: Some(Key(1)),
            timer: timer(TimerKind::Retransmit, 4_000, retransmits),
            ..end("server", "SYN_RECV", None)
        });
    }
    story.push(What::Rest);
    story
}

/// The connection stands and the client's greeting is on the wire.
pub fn data_held() -> Story {
    let mut story = listening();
    let syn = syn_held(&mut story);
    story.delivered(syn);
    let answer = story.sent("server", syn_ack(), b"");
    story.socket(SocketFacts {
        listener: Some(Key(1)),
        ..end("server", "SYN_RECV", None)
    });
    story.rest();
    story.delivered(answer);
    let third = story.sent("client", ack(1, 1), b"");
    story.socket(end("client", "ESTABLISHED", Some(3)));
    story.returns("client", "None", None);
    story.call(
        "client",
        5,
        "send",
        "b'\\xc4\\xe3\\xba\\xc3\\xb7\\xfe\\xce\\xf1\\xb6\\xcb'",
        Some(3),
    );
    story.rest();
    story.delivered(third);
    story.socket(end("server", "ESTABLISHED", Some(4)));
    story.returns("server", "(conn, addr)", Some(4));
    let locals = [
        ("addr", "('192.168.131.10', 50070)"),
        ("conn", SOCKET_CONN),
        ("s", SOCKET_S),
    ];
    story.locals("server", 8, &locals);
    story.call("server", 8, "recv", "1024", Some(4));
    story.rest();
    story.step("server");
    story.blocks("server");
    story.rest();
    story.step("client");
    story.sent("client", ack(1, 1), GREETING);
    story.socket(SocketFacts {
        send_queue: 10,
        timer: timer(TimerKind::Retransmit, 204, 0),
        ..end("client", "ESTABLISHED", Some(3))
    });
    story.returns("client", "10", None);
    story.call("client", 6, "recv", "1024", Some(3));
    story.rest();
    story
}

/// 你好服务端 in GBK.
pub const GREETING: &[u8] = b"\xc4\xe3\xba\xc3\xb7\xfe\xce\xf1\xb6\xcb";
/// ok, 处理中… in GBK.
const ANSWER: &[u8] = b"ok, \xb4\xa6\xc0\xed\xd6\xd0\xa1\xad";

/// The answer has come back, and each side has what the other said.
fn answered() -> Story {
    let mut story = data_held();
    let greeting = story.timeline.newest().held[0];
    story.delivered(greeting);
    let first = story.sent("server", ack(1, 11), b"");
    let value = "b'\\xc4\\xe3\\xba\\xc3\\xb7\\xfe\\xce\\xf1\\xb6\\xcb'";
    story.returns("server", value, None);
    story.prints("server", "你好服务端\n");
    story.call(
        "server",
        10,
        "send",
        "b'ok, \\xb4\\xa6\\xc0\\xed\\xd6\\xd0\\xa1\\xad'",
        Some(4),
    );
    story.rest();
    story.delivered(first);
    story.rest();
    story.step("client");
    story.blocks("client");
    story.rest();
    story.step("server");
    let data = story.sent("server", ack(1, 11), ANSWER);
    story.returns("server", "12", None);
    story.call("server", 11, "close", "", Some(4));
    story.rest();
    story.delivered(data);
    let second = story.sent("client", ack(11, 13), b"");
    story.returns(
        "client",
        "b'ok, \\xb4\\xa6\\xc0\\xed\\xd6\\xd0\\xa1\\xad'",
        None,
    );
    story.prints("client", "ok, 处理中…\n");
    story.call("client", 8, "close", "", Some(3));
    story.rest();
    story.delivered(second);
    story.rest();
    story
}

/// Both programs have ended; the client's kernel keeps TIME_WAIT.
pub fn closing() -> Story {
    let mut story = answered();
    story.step("client");
    let fin_out = story.sent("client", fin(11, 13), b"");
    story.socket(end("client", "FIN_WAIT1", None));
    story.returns("client", "None", None);
    story.exits("client", None, None);
    story.rest();
    story.delivered(fin_out);
    let fin_ack = story.sent("server", ack(13, 12), b"");
    story.socket(SocketFacts {
        recv_queue: 1,
        ..end("server", "CLOSE_WAIT", Some(4))
    });
    story.rest();
    story.delivered(fin_ack);
    story.socket(SocketFacts {
        timer: timer(TimerKind::TimeWait, 60_000, 0),
        ..end("client", "FIN_WAIT2", None)
    });
    story.rest();
    story.step("server");
    let fin_back = story.sent("server", fin(13, 12), b"");
    story.socket(end("server", "LAST_ACK", None));
    story.returns("server", "None", None);
    story.call("server", 12, "close", "", Some(3));
    story.rest();
    story.delivered(fin_back);
    story.sent("client", ack(12, 14), b"");
    story.socket(SocketFacts {
        timer: timer(TimerKind::TimeWait, 60_000, 0),
        ..end("client", "TIME_WAIT", None)
    });
    story.push(What::Rest);
    story
}

/// Nobody listens: the kernel refuses.
pub fn refused() -> Story {
    let mut story = start();
    let syn = syn_held(&mut story);
    story.delivered(syn);
    let reset = Wanted {
        rst: true,
        ack: true,
        acknowledges: 1,
        ..Wanted::default()
    };
    let rst = story.sent("server", reset, b"");
    story.rest();
    story.delivered(rst);
    let call = story.timeline.newest().programs["client"]
        .current_call()
        .expect("connecting")
        .id;
    story.push(What::Return {
        program: "client".to_owned(),
        call,
        returned: sockstep::trace::Returned::Failed {
            errno: Some(111),
            error: Some("ECONNREFUSED".to_owned()),
            exception: "ConnectionRefusedError".to_owned(),
            message: "[Errno 111] Connection refused".to_owned(),
        },
        bytes: None,
        new_fd: None,
    });
    story.push(What::Gone {
        host: "client".to_owned(),
        key: Key(10),
    });
    let traceback = "Traceback (most recent call last):\n  File \"client.py\", line 4, in <module>\n    c.connect((\"192.168.131.62\", 8989))\nConnectionRefusedError: [Errno 111] Connection refused";
    story.exits("client", Some(traceback), Some(4));
    story.push(What::Rest);
    story
}

/// The first SYN is lost and the kernel sends it again.
pub fn syn_dropped() -> Story {
    let mut story = listening();
    let syn_id = syn_held(&mut story);
    story.dropped(syn_id);
    story.rest();
    story.wait_ms(400);
    story.sent_again("client", syn(), b"", Some(syn_id), false);
    story.socket(SocketFacts {
        timer: timer(TimerKind::Retransmit, 2_000, 1),
        ..end("client", "SYN_SENT", Some(3))
    });
    story.push(What::Rest);
    story
}

/// The client waits in `input()`.
pub fn asking() -> Story {
    let mut story = listening();
    story.asks("client", "要发送什么？");
    story.push(What::Rest);
    story
}

/// The lab's process is gone in the middle.
pub fn lab_gone() -> Story {
    let mut story = syn_ack_held();
    story.push(What::Ended {
        reason: "killed by signal 9".to_owned(),
    });
    story
}

/// The cursor stands in the middle of a run that has gone on.
pub fn past() -> Story {
    let mut story = closing();
    let moment = story.timeline.stops()[10];
    story.timeline.go_to(moment);
    story
}

/// Two clients on hosts of their own.
pub fn two_clients() -> Story {
    let mut story = Story::with_clients(&[
        ("client1", [192, 168, 131, 10]),
        ("client2", [192, 168, 131, 11]),
    ]);
    for program in ["server", "client1", "client2"] {
        story.call(program, 3, "socket", "AF_INET, SOCK_STREAM", None);
    }
    story.rest();
    story.socket(listener());
    story.rest();
    for (index, client) in ["client1", "client2"].into_iter().enumerate() {
        story.step(client);
        story.returns(client, "<socket.socket fd=3>", Some(3));
        story.call(client, 4, "connect", "(\"192.168.131.62\", 8989)", Some(3));
        story.rest();
        story.step(client);
        story.sent(client, syn(), b"");
        story.blocks(client);
        story.socket(SocketFacts {
            host: client.to_owned(),
            key: Key(10 + index as u64),
            ..end("client", "SYN_SENT", Some(3))
        });
        story.rest();
    }
    story
}

/// More connections wait than the backlog says.
pub fn crowded_queue() -> Story {
    let mut story = syn_ack_held();
    story.socket(SocketFacts {
        backlog: Some(2),
        accept_queue: Some(3),
        ..listener()
    });
    for key in 20..23 {
        story.socket(SocketFacts {
            key: Key(key),
            listener: Some(Key(1)),
            recv_queue: 120_000,
            remote: Some(format!("192.168.131.{key}:50070")),
            ..end("server", "ESTABLISHED", None)
        });
    }
    story.push(What::Rest);
    story
}

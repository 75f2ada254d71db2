//! Scenes for the hosts' cards: bytes of several sends in the buffers, queues that fill, sockets
//! that outlive their program.

use sockstep::trace::{BufferFacts, Bytes, Key, Returned, SegmentId, SocketFacts, TimerKind, What};

use super::scenes::{self, ack};
use super::story::{Story, Wanted, end, listener, timer};

/// 你好服务端 in GBK, parted within 好.
const FIRST: &[u8] = b"\xc4\xe3\xba";
const SECOND: &[u8] = b"\xc3\xb7\xfe\xce\xf1\xb6\xcb";

/// A call that moved bytes returns.
pub fn moved(story: &mut Story, program: &str, bytes: &[u8]) {
    let record = &story.timeline.newest().programs[program];
    let call = record.current_call().expect("it is in a call").id;
    story.push(What::Return {
        program: program.to_owned(),
        call,
        returned: Returned::Value {
            value: bytes.len().to_string(),
        },
        bytes: Some(Bytes(bytes.to_vec())),
        new_fd: None,
    });
}

/// The connection stands; the server is about to call `recv`, the client to call `send`.
pub fn connected() -> Story {
    let mut story = scenes::before_delivery();
    let syn = story.timeline.newest().held[0];
    story.delivered(syn);
    let answer = Wanted {
        syn: true,
        ..ack(0, 1)
    };
    let answer = story.sent("server", answer, b"");
    story.socket(SocketFacts {
        listener: Some(Key(1)),
        ..end("server", "SYN_RECV", None)
    });
    story.rest();
    story.delivered(answer);
    let third = story.sent("client", ack(1, 1), b"");
    story.socket(end("client", "ESTABLISHED", Some(3)));
    story.returns("client", "None", None);
    story.call("client", 5, "send", "b'\\xc4\\xe3\\xba'", Some(3));
    story.rest();
    story.delivered(third);
    story.socket(end("server", "ESTABLISHED", Some(4)));
    story.returns("server", "(conn, addr)", Some(4));
    story.call("server", 8, "recv", "1024", Some(4));
    story.rest();
    story
}

/// Sends these bytes: the kernel takes them and a segment goes out.
pub fn sends(story: &mut Story, bytes: &[u8], seq: u32, unacked: u32) -> SegmentId {
    story.step("client");
    let segment = story.sent("client", ack(seq, 1), bytes);
    story.socket(SocketFacts {
        send_queue: unacked,
        timer: timer(TimerKind::Retransmit, 204, 0),
        ..end("client", "ESTABLISHED", Some(3))
    });
    moved(story, "client", bytes);
    segment
}

/// Two sends part a character; the first has arrived and is not acknowledged, the second waits on
/// the wire.
pub fn two_sends() -> Story {
    let mut story = connected();
    let first = sends(&mut story, FIRST, 1, 3);
    story.call("client", 5, "send", "b'\\xc3\\xb7...'", Some(3));
    story.rest();
    sends(&mut story, SECOND, 4, 10);
    story.call("client", 6, "recv", "1024", Some(3));
    story.rest();
    story.delivered(first);
    story.sent("server", ack(1, 4), b"");
    arrived(&mut story, 3);
    story.rest();
    story
}

/// Both have arrived, and no recv has taken anything.
pub fn both_arrived() -> Story {
    let mut story = two_sends();
    let second = story.timeline.newest().held[0];
    story.delivered(second);
    arrived(&mut story, 10);
    story.rest();
    story
}

/// The server's kernel says how much waits.
pub fn arrived(story: &mut Story, count: u32) {
    story.socket(SocketFacts {
        recv_queue: count,
        ..end("server", "ESTABLISHED", Some(4))
    });
}

/// One send of a megabyte: the beginning and the end can be told apart from the middle.
pub fn megabyte() -> Story {
    let mut story = connected();
    let bytes: Vec<u8> = "一二三四五 ".repeat(65_536).into_bytes();
    story.step("client");
    story.sent("client", ack(1, 1), &bytes[..1_400]);
    story.socket(SocketFacts {
        send_queue: bytes.len() as u32,
        ..end("client", "ESTABLISHED", Some(3))
    });
    moved(&mut story, "client", &bytes);
    story.rest();
    story
}

/// The kernel's numbers are not ours.
pub fn differing() -> Story {
    let mut story = both_arrived();
    arrived(&mut story, 9);
    let unread = BufferFacts {
        host: "server".to_owned(),
        key: Key(2),
        unread: 9,
        received: Bytes(FIRST.to_vec()),
        ..BufferFacts::default()
    };
    story.push(What::Buffers(Box::new(unread)));
    story.rest();
    story
}

/// A listener whose queues hold so many connections, beyond its backlog.
pub fn queues(backlog: u32, waiting: u64, half_open: u64) -> Story {
    let mut story = scenes::listening();
    for key in 0..waiting {
        story.socket(SocketFacts {
            key: Key(20 + key),
            listener: Some(Key(1)),
            recv_queue: 12 * key as u32,
            remote: Some(format!("192.168.131.{}:50070", 20 + key)),
            ..end("server", "ESTABLISHED", None)
        });
        story.wait_ms(40);
    }
    for key in 0..half_open {
        story.socket(SocketFacts {
            key: Key(200 + key),
            listener: Some(Key(1)),
            remote: Some(format!("192.168.131.{}:50070", 120 + key)),
            timer: timer(TimerKind::Retransmit, 9_000, 2),
            ..end("server", "SYN_RECV", None)
        });
        story.wait_ms(40);
    }
    story.socket(SocketFacts {
        backlog: Some(backlog),
        accept_queue: Some(waiting as u32),
        ..listener()
    });
    story.rest();
    story
}

pub fn full_queue() -> Story {
    let mut story = queues(2, 3, 1);
    let counters = [("TcpExt.ListenOverflows", 2), ("TcpExt.ListenDrops", 2)];
    let counters = counters.map(|(name, count)| (name.to_owned(), count));
    story.push(What::Counters {
        host: "server".to_owned(),
        counters: counters.into(),
    });
    story.rest();
    story
}

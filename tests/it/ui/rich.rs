//! Scenes with all that a lab can do: faults, threads, counters, many hosts, loopback.

use sockstep::model::Kind;
use sockstep::trace::{
    BufferFacts, Bytes, Key, Order, Resent, SocketFacts, TcpFacts, ThreadState, TimerKind, Traffic,
    What,
};

use super::scenes::{GREETING, ack, data_held};
use super::story::{Story, end, timer};

/// Everything that a kernel says of a socket and of a host.
pub fn counted() -> Story {
    let mut story = data_held();
    let info = TcpFacts {
        rtt_us: 1_830,
        rttvar_us: 915,
        min_rtt_us: u32::MAX,
        rto_us: 204_000,
        cwnd: 10,
        ssthresh: 2_147_483_647,
        snd_wnd: 65_160,
        snd_mss: 1_460,
        bytes_sent: 10,
        unacked: 1,
        phase: "Open".to_owned(),
        congestion: "reno".to_owned(),
        ..TcpFacts::default()
    };
    for (host, fd, drops) in [("client", 3, None), ("server", 4, Some(2))] {
        story.socket(SocketFacts {
            info: Some(info.clone()),
            timer: timer(TimerKind::Probe, 5_000, 0),
            drops,
            recv_queue: 10,
            ..end(host, "ESTABLISHED", Some(fd))
        });
    }
    story.socket(SocketFacts {
        key: Key(40),
        protocol: "udp".to_owned(),
        remote: None,
        ..end("server", "CLOSE", Some(5))
    });
    let host = || "server".to_owned();
    for (key, received, datagrams) in [(2, GREETING, vec![]), (40, b"ping", vec![4, 1_200])] {
        story.push(What::Buffers(Box::new(BufferFacts {
            host: host(),
            key: Key(key),
            unread: received.len() as u32,
            received: Bytes(received.to_vec()),
            datagrams,
            unacked: 3,
            unsent: 1,
        })));
    }
    let counters = [
        ("Tcp.InCsumErrors", 2),
        ("Tcp.RetransSegs", 0),
        ("TcpExt.ListenOverflows", 1),
        ("TcpExt.TCPNewInThisKernel", 7),
        ("Udp6NoPorts", 3),
    ];
    let counters = counters.map(|(name, count)| (name.to_owned(), count));
    story.push(What::Counters {
        host: host(),
        counters: counters.into(),
    });
    story.push(What::Rest);
    story
}

/// A server with a thread for each of so many clients: they stand in different places.
pub fn threads_of(count: u32) -> Story {
    let mut story = data_held();
    for thread in 1..=count {
        story.thread("server", thread, ThreadState::Started);
        let of = ("server", thread);
        match thread % 4 {
            0 => story.thread("server", thread, ThreadState::Waits),
            1 => story.call_of(of, (10, "send", "b'ok'"), Some(4)),
            2 => {
                story.call_of(of, (8, "recv", "1024"), Some(5));
                story.order(Order::Step {
                    program: "server".to_owned(),
                    thread: Some(thread),
                });
                let program = &story.timeline.newest().programs["server"];
                let call = program.calls.last().expect("just called").id;
                story.push(What::Blocked {
                    program: "server".to_owned(),
                    call,
                });
            }
            _ => {}
        }
    }
    story.push(What::Rest);
    story
}

pub fn threads() -> Story {
    threads_of(4)
}

pub fn many_threads() -> Story {
    threads_of(63)
}

/// Segments of each kind of ill: a duplicate, a corrupted one, a delayed one, and one that the
/// kernel sent again for a reason it gave; ACKs of the server pass.
pub fn faults() -> Story {
    let mut story = data_held();
    let data = story.timeline.newest().held[0];
    story.duplicated(data);
    let twin = story.timeline.newest().held[1];
    story.push(What::Corrupted {
        segment: twin,
        byte: 45,
        was: 0xfe,
        now: 0x01,
    });
    let traffic = Traffic {
        from: Some("server".to_owned()),
        kind: Some(Kind::Ack),
    };
    story.order(Order::Hold { traffic, on: false });
    let more = story.sent("client", ack(11, 1), b"more");
    story.push(What::Delayed {
        segment: more,
        ms: 10_000,
    });
    for _ in 0..2 {
        story.wait_ms(220);
        story.sent_because("client", ack(1, 1), GREETING, (data, true), Resent::Rto);
    }
    story.push(What::Rest);
    story
}

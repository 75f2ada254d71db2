//! Scenes with all that a lab can do: faults, threads, counters, many hosts, loopback.

use sockstep::model::Kind;
use sockstep::trace::{
    BufferFacts, Bytes, Key, Mapping, Order, Resent, SegmentId, SocketFacts, TcpFacts, ThreadState,
    TimerKind, Traffic, What, WireKind,
};

use super::scenes::{GREETING, ack, data_held, syn};
use super::story::{Story, end, listener, timer};

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

/// The corrupted twin went first, past the others.
pub fn overtaken() -> Story {
    let mut story = faults();
    let twin = story.timeline.newest().held[1];
    story.delivered(twin);
    story.push(What::Rest);
    story
}

/// A server and so many clients, each with its SYN on the wire.
pub fn clients(count: u8) -> Story {
    let names: Vec<String> = (1..=count)
        .map(|number| format!("client{number}"))
        .collect();
    let hosts: Vec<(&str, [u8; 4])> = names
        .iter()
        .zip(10..)
        .map(|(name, last)| (name.as_str(), [192, 168, 131, last]))
        .collect();
    let mut story = Story::with_clients(&hosts);
    story.call("server", 3, "socket", "AF_INET, SOCK_STREAM", None);
    story.rest();
    story.socket(listener());
    for (name, key) in names.iter().zip(100..) {
        story.call(name, 4, "connect", "(\"192.168.131.62\", 8989)", Some(3));
        story.step(name);
        let syn = story.sent(name, syn(), b"");
        story.blocks(name);
        story.socket(SocketFacts {
            key: Key(key),
            ..end(name, "SYN_SENT", Some(3))
        });
        story.rest();
        if key % 2 == 0 {
            story.delivered(syn);
            story.rest();
        }
    }
    story
}

pub fn three_hosts() -> Story {
    clients(2)
}

pub fn eight_hosts() -> Story {
    clients(7)
}

pub fn sixty_five_hosts() -> Story {
    clients(64)
}

/// Two programs that share a host.
pub fn housemates() -> Story {
    let mut header = Story::new().timeline.trace().header().clone();
    let mut second = header.programs[1].clone();
    second.name = "client2".to_owned();
    second.file = "client2.py".to_owned();
    header.programs[1].name = "client1".to_owned();
    header.programs.push(second);
    let mut story = Story::of(header);
    for program in ["server", "client1", "client2"] {
        story.call(program, 3, "socket", "AF_INET, SOCK_STREAM", None);
    }
    story.rest();
    story
}

/// No wire of ours: states are the kernel's, segments are inferred.
pub fn loopback() -> Story {
    let mut header = Story::new().timeline.trace().header().clone();
    header.wire = WireKind::Loopback;
    header.mapping = [
        ("192.168.131.62", "127.0.0.1"),
        ("192.168.131.10", "127.0.0.1"),
    ]
    .map(|(address, here)| Mapping {
        address: address.parse().expect("an address"),
        stands_for_it: here.parse().expect("an address"),
    })
    .into();
    let mut story = Story::of(header);
    story.call("server", 7, "accept", "", Some(3));
    story.call(
        "client",
        4,
        "connect",
        "(\"192.168.131.62\", 8989)",
        Some(3),
    );
    story.rest();
    story.socket(listener());
    story.step("server");
    story.blocks("server");
    story.step("client");
    let sent = [
        ("client", "server", Kind::Syn, 0),
        ("server", "client", Kind::SynAck, 0),
        ("client", "server", Kind::Ack, 0),
        ("client", "server", Kind::Data, 10),
    ];
    for ((from, to, kind, length), id) in sent.into_iter().zip(0..) {
        story.push(What::Inferred {
            segment: SegmentId(id),
            from: from.to_owned(),
            to: to.to_owned(),
            kind,
            length,
        });
    }
    story.socket(end("client", "ESTABLISHED", Some(3)));
    story.socket(end("server", "ESTABLISHED", Some(4)));
    story.push(What::Rest);
    story
}

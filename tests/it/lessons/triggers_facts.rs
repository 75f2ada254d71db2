//! Every form of the trigger language: a run in which it holds, and at which event, and words
//! that are close to it and do not hold in the same run.

use sockstep::lesson::Trigger;
use sockstep::trace::{
    BufferFacts, Key, Moment, Returned, SocketFacts, TcpFacts, ThreadState, Trace, What,
};

use super::triggers::{blocked, call, print, returns, socket, trace};

/// The moment after the event at which it holds first; `None`: it never does.
pub(super) fn check(trace: &Trace, cases: &[(&str, Option<usize>)]) {
    for (text, expected) in cases {
        let parsed = Trigger::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(parsed.first_moment(trace), expected.map(Moment), "{text}");
    }
}

fn fails(program: &str, id: u64, error: Option<&str>, exception: &str) -> What {
    What::Return {
        program: program.to_owned(),
        call: sockstep::trace::CallId(id),
        returned: Returned::Failed {
            errno: None,
            error: error.map(str::to_owned),
            exception: exception.to_owned(),
            message: String::new(),
        },
        bytes: None,
        new_fd: None,
    }
}

fn offers(program: &str, id: u64, name: &str, count: u64) -> What {
    match call(program, id, name) {
        What::Call {
            program,
            call,
            line,
            name,
            args,
            fd,
            thread,
            ..
        } => What::Call {
            program,
            call,
            line,
            name,
            args,
            fd,
            thread,
            offers: Some(count),
        },
        other => other,
    }
}

#[test]
fn calls_are_counted_in_their_program() {
    let run = trace(vec![
        call("server", 1, "accept"),                                    // 1
        blocked("server", 1),                                           // 2
        returns("server", 1, "(…)", None),                              // 3
        call("caller", 2, "recv"),                                      // 4
        returns("caller", 2, "b'x'", Some(b"x")),                       // 5
        call("server", 3, "recv"),                                      // 6
        fails("server", 3, Some("ECONNRESET"), "ConnectionResetError"), // 7
        call("server", 4, "recv"),                                      // 8
        fails("server", 4, None, "TimeoutError"),                       // 9
        call("server", 5, "recv"),                                      // 10
        fails("server", 5, Some("ECONNRESET"), "ConnectionResetError"), // 11
        call("server", 6, "accept"),                                    // 12
        blocked("server", 6),                                           // 13
        returns("server", 6, "(…)", None),                              // 14
        call("server", 7, "bind"),                                      // 15
        fails("server", 7, Some("EADDRINUSE"), "OSError"),              // 16
    ]);
    check(
        &run,
        &[
            ("server accept returns", Some(3)),
            ("server accept returns 1", Some(3)),
            ("server accept returns 2", Some(14)),
            ("any accept returns 2", Some(14)),
            ("server accept returns 3", None),
            ("client recv returns 1", Some(5)),
            ("server recv returns 1", None),
            ("server accept blocked 1", Some(2)),
            ("server accept blocked 2", Some(13)),
            ("server accept blocked 3", None),
            ("server recv fails", Some(7)),
            ("server recv fails 2", Some(9)),
            ("server recv fails 4", None),
            ("server recv fails ECONNRESET", Some(7)),
            ("server recv fails ECONNRESET 2", Some(11)),
            ("server recv fails ConnectionResetError 2", Some(11)),
            ("server recv fails ECONNRESET 3", None),
            ("server recv fails with TimeoutError", Some(9)),
            ("server recv fails timeout", Some(9)),
            ("server recv fails TimeoutError 2", None),
            ("server bind fails EADDRINUSE", Some(16)),
            ("client bind fails EADDRINUSE", None),
        ],
    );
}

#[test]
fn what_a_call_returns_is_compared() {
    let run = trace(vec![
        offers("caller", 1, "send", 5000),                     // 1
        returns("caller", 1, "2000", Some(&[7; 2000])),        // 2
        offers("caller", 2, "send", 5),                        // 3
        returns("caller", 2, "5", Some(b"hello")),             // 4
        call("server", 3, "recv"),                             // 5
        returns("server", 3, "b'abc'", Some(b"abc")),          // 6
        call("server", 4, "recv"),                             // 7
        returns("server", 4, "b'…'", Some("你好".as_bytes())), // 8
        call("server", 5, "getsockname"),                      // 9
        returns("server", 5, "('10.0.0.2', 8989)", None),      // 10
        call("server", 6, "recv"),                             // 11
        returns("server", 6, "b''", Some(b"")),                // 12
    ]);
    check(
        &run,
        &[
            ("client send returns less than offered", Some(2)),
            ("server send returns less than offered", None),
            ("client send returns 5 bytes", Some(4)),
            ("client send returns at least 1000 bytes", Some(2)),
            ("client send returns at least 2001 bytes", None),
            ("client send returns at most 5 bytes", Some(4)),
            ("client send returns at most 4 bytes", None),
            ("server recv returns \"ab\"", Some(6)),
            ("server recv returns \"abc\"", Some(6)),
            ("server recv returns “你好”", Some(8)),
            ("server recv returns \"abd\"", None),
            ("client recv returns \"ab\"", None),
            ("server getsockname returns \"8989\"", Some(10)),
            ("server getsockname returns \"8988\"", None),
            ("server recv returns 0 bytes", Some(12)),
        ],
    );
}

#[test]
fn sockets_and_threads_are_counted() {
    let thread = |thread, state| What::Thread {
        program: "server".to_owned(),
        thread,
        state,
    };
    let run = trace(vec![
        socket("server", 1, "LISTEN", Some(3), Some(0)), // 1
        socket("server", 2, "ESTABLISHED", None, None),  // 2
        socket("server", 3, "ESTABLISHED", Some(4), None), // 3
        thread(1, ThreadState::Started),                 // 4
        thread(2, ThreadState::Started),                 // 5
        thread(1, ThreadState::Ended),                   // 6
        socket("server", 2, "TIME_WAIT", None, None),    // 7
        What::Gone {
            host: "server".to_owned(),
            key: Key(2),
        }, // 8
        socket("server", 3, "CLOSE", Some(4), None),     // 9
        socket("server", 1, "LISTEN", Some(3), Some(2)), // 10
    ]);
    check(
        &run,
        &[
            ("server has 2 ESTABLISHED", Some(3)),
            ("server has exactly 2 ESTABLISHED", Some(3)),
            ("server has at least 1 ESTABLISHED", Some(2)),
            ("server has at least 3 ESTABLISHED", None),
            ("client has 1 ESTABLISHED", None),
            ("server has 1 TIME_WAIT", Some(7)),
            (
                "server has 1 TIME_WAIT then server has 0 TIME_WAIT",
                Some(8),
            ),
            (
                "server has 1 TIME_WAIT then server has no TIME_WAIT",
                Some(8),
            ),
            (
                "server has 2 ESTABLISHED then server has at most 1 ESTABLISHED",
                Some(7),
            ),
            ("server CLOSED", Some(9)),
            ("server CLOSE", Some(9)),
            ("client CLOSED", None),
            ("server has 2 threads", Some(4)),
            ("server has 3 threads", Some(5)),
            ("server has 3 threads then server has 2 threads", Some(6)),
            ("server has 4 threads", None),
            ("caller has 2 threads", None),
            ("server has 2 descriptors", Some(3)),
            ("server has 3 descriptors", None),
            ("server socket is gone", Some(8)),
            ("any socket is gone", Some(8)),
            ("client socket is gone", None),
            ("server accept queue is at least 1", Some(10)),
            ("server accept queue is at most 2", Some(1)),
            ("server accept queue is at least 3", None),
        ],
    );
}

/// A socket that is connected, with these numbers of the kernel's.
fn with(state: &str, (send, receive): (u32, u32), tcp: TcpFacts) -> What {
    What::Socket(Box::new(SocketFacts {
        host: "client".to_owned(),
        key: Key(1),
        fd: Some(3),
        protocol: "tcp".to_owned(),
        state: state.to_owned(),
        send_queue: send,
        recv_queue: receive,
        info: Some(tcp),
        ..SocketFacts::default()
    }))
}

#[test]
fn buffers_and_the_kernels_own_numbers_are_compared() {
    let numbers = |cwnd, ssthresh, rto_ms: u32, window| TcpFacts {
        cwnd,
        ssthresh,
        rto_us: rto_ms * 1000 + 900,
        rtt_us: rto_ms * 100,
        snd_wnd: window,
        ..TcpFacts::default()
    };
    let udp = What::Socket(Box::new(SocketFacts {
        host: "server".to_owned(),
        key: Key(9),
        fd: Some(3),
        protocol: "udp".to_owned(),
        state: "CLOSE".to_owned(),
        recv_queue: 1536, // The kernel's own memory, not bytes.
        ..SocketFacts::default()
    }));
    let waiting = What::Buffers(Box::new(BufferFacts {
        host: "server".to_owned(),
        key: Key(9),
        unread: 2,
        datagrams: vec![2, 5],
        ..BufferFacts::default()
    }));
    let run = trace(vec![
        with("LISTEN", (0, 0), numbers(10, 5, 1000, 0)), // 1
        with("SYN_SENT", (1, 0), numbers(10, 99, 1000, 0)), // 2
        with("ESTABLISHED", (0, 0), numbers(10, 99, 200, 64_000)), // 3
        with("ESTABLISHED", (1000, 7), numbers(20, 99, 400, 0)), // 4
        with("ESTABLISHED", (10, 0), numbers(1, 10, 800, 0)), // 5
        with("FIN_WAIT1", (11, 0), numbers(1, 10, 800, 0)), // 6
        udp,                                             // 7
        waiting,                                         // 8
    ]);
    check(
        &run,
        &[
            ("client send buffer is 0", Some(2)),
            ("client send buffer is empty", Some(2)),
            ("client send buffer is 1", None),
            ("client send buffer is at least 1000", Some(4)),
            ("client send buffer is at least 1000 bytes", Some(4)),
            ("client FIN_WAIT1 and client send buffer is 10", Some(6)),
            ("client receive buffer is 7", Some(4)),
            ("receive buffer of client is at least 8", None),
            ("server receive buffer is 7", Some(8)),
            ("server receive buffer is 1536", None),
            ("client cwnd is at least 20", Some(4)),
            ("client cwnd is at least 21", None),
            ("client cwnd is 1", Some(5)),
            ("client ssthresh is at most 10", Some(5)),
            ("client ssthresh is at most 9", None),
            ("client rto is at least 400", Some(2)),
            ("client rto is 200 ms", Some(3)),
            ("client rto is at least 1001 ms", None),
            ("client rtt is at most 20 ms", Some(3)),
            ("client window is 0", Some(4)),
            ("client window is 64000 bytes", Some(3)),
            ("server window is 0", None),
        ],
    );
}

#[test]
fn what_comes_after_something_comes_in_time_or_late() {
    // Events are a millisecond apart.
    let run = trace(vec![
        print("server", "a"),                           // 1
        socket("server", 1, "SYN_RECV", None, None),    // 2
        print("caller", "b"),                           // 3
        socket("server", 2, "SYN_RECV", None, None),    // 4
        print("server", "c"),                           // 5
        print("caller", "b"),                           // 6
        socket("server", 1, "ESTABLISHED", None, None), // 7
        socket("server", 2, "ESTABLISHED", None, None), // 8
    ]);
    check(
        &run,
        &[
            (
                "server prints \"a\" then client prints \"b\" within 2ms",
                Some(3),
            ),
            (
                "server prints \"a\" then client prints \"b\" within 1ms",
                None,
            ),
            (
                "server prints \"a\" then client prints \"b\" within 0.002 s",
                Some(3),
            ),
            (
                "server prints \"a\" then client prints \"b\" after 2ms",
                Some(3),
            ),
            (
                "server prints \"a\" then client prints \"b\" after 3ms",
                Some(6),
            ),
            (
                "server prints \"a\" then client prints \"b\" after 1s",
                None,
            ),
            (
                "server SYN_RECV then server prints \"c\" after 3ms",
                Some(5),
            ),
            ("server SYN_RECV then server prints \"c\" after 4ms", None),
            (
                "client prints \"b\" then client prints \"b\" after 3ms",
                Some(6),
            ),
            (
                "client prints \"b\" then client prints \"b\" within 2ms",
                None,
            ),
        ],
    );
}

#[test]
fn what_must_not_be_so_is_asked_at_the_moment_itself() {
    let run = trace(vec![
        socket("server", 1, "LISTEN", Some(3), Some(0)), // 1
        call("server", 1, "accept"),                     // 2
        blocked("server", 1),                            // 3
        print("caller", "a"),                            // 4
        returns("server", 1, "(…)", None),               // 5
        print("caller", "b"),                            // 6
        socket("server", 1, "CLOSE", Some(3), None),     // 7
    ]);
    check(
        &run,
        &[
            ("client prints \"b\" and not server accept blocked", Some(6)),
            // It is not blocked any more later, but it was when this was printed.
            ("client prints \"a\" and not server accept blocked", None),
            ("client prints \"a\" and not server ESTABLISHED", Some(4)),
            ("server LISTEN and not server accept blocked", Some(1)),
            ("server accept blocked and not server LISTEN", None),
            (
                "client prints \"a\" and server CLOSE and not server LISTEN",
                Some(7),
            ),
            ("client prints \"b\" and not server LISTEN", None),
        ],
    );
}

/// A handshake, ten bytes to the server and twelve back, as a kernel made it.
#[test]
fn a_byte_is_followed_through_a_real_run() {
    // It was recorded before calls said what they offer.
    let recorded = include_str!("handshake.jsonl").lines().map(|line| {
        let is_send = line.contains("\"call\":7,\"line\"");
        let more = is_send.then(|| line.replace("\"thread\":0}", "\"thread\":0,\"offers\":10}"));
        more.unwrap_or_else(|| line.to_owned()) + "\n"
    });
    let recorded: String = recorded.collect();
    let run = sockstep::trace::load(&recorded).expect("a recording").trace;
    check(
        &run,
        &[
            ("byte 1 of client in program", Some(69)),
            ("byte 1 of client on the wire", Some(73)),
            ("byte 10 on the wire", Some(73)),
            ("byte 1 of server on the wire", Some(94)),
            ("byte 10 of client in the receive buffer", Some(77)),
            ("byte 10 of client is read", Some(80)),
            ("byte 11 of client on the wire", None),
            ("byte 12 of server read", Some(110)),
            ("byte 1 of client lost", None),
            (
                "client send returns and byte 1 of client on the wire",
                Some(73),
            ),
            ("client acknowledges 12 bytes", Some(99)),
            ("client acknowledges 13 bytes", None),
            ("server acknowledges 10 bytes", Some(78)),
            ("server acknowledges 11 bytes", None),
            ("client socket is gone", None),
            ("server socket is gone", Some(149)),
            ("client resends SYN", None),
            ("nothing is held then server SYN+ACK is held", Some(45)),
        ],
    );
}

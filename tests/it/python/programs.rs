//! What programs print, call and die of.

use super::gate::{play, start};
use super::{check, check_calls, without_numbers};

#[test]
fn a_print_is_one_text() {
    let played = start(
        "server.py",
        "print('a', 1, sep='-')\nprint('b', end='')",
        &[],
    )
    .end();
    assert_eq!(played.record.printed, ["a-1\n", "b"]);
}

#[test]
fn calls_are_announced_with_line_arguments_and_locals() {
    check_calls(
        "import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen(5)\ns.close()\ns.close()\n",
        &[
            "socket(AF_INET, SOCK_STREAM) -> <socket.socket fd=N, family=2, type=1, proto=0, laddr=('0.0.0.0', 0)>",
            "bind(('127.0.0.1', 0)) -> None",
            "listen(5) -> None",
            "close() -> None",
        ],
    );
}

/// What is announced with the first call of this name: its line, thread and locals.
#[track_caller]
fn check_announced(name: &str, source: &str, line: u32, thread: u32, locals: &[(&str, &str)]) {
    let played = play(source);
    let call = played
        .record
        .announced
        .iter()
        .find(|call| call.name == name);
    let call = call.unwrap_or_else(|| panic!("{name} was never announced: {played:?}"));
    let shown: Vec<_> = call
        .locals
        .iter()
        .map(|(name, repr)| (name.as_str(), repr.as_str()))
        .collect();
    assert_eq!(
        (call.line, call.thread, shown.as_slice()),
        (line, thread, locals),
        "{source}"
    );
}

#[test]
fn an_announcement_shows_the_names_of_the_innermost_function() {
    check_announced(
        "sleep",
        "import time\nx = [1, 'a', None, True, 2.5, b'q', (1,), {'k': {3}}]\nclass C:\n    def __repr__(self): print('never')\nc = C()\ne = OSError(111, 'Connection refused')\ndef f(): pass\n__secret = 1\nlong = 'y' * 200\nbig = 10 ** 400\ntime.sleep(0)\n",
        11,
        0,
        &[
            ("x", "[1, 'a', None, True, 2.5, b'q', (1,), {'k': {3}}]"),
            ("c", "<C object>"),
            ("e", "ConnectionRefusedError(111, 'Connection refused')"),
            ("long", &format!("'{}…", "y".repeat(78))),
            ("big", "<int of 1329 bits>"),
        ],
    );
    check_announced(
        "sleep",
        "import time\nouter = 1\ndef f(a, *rest):\n    b = a * 2\n    time.sleep(0)\n    after = 1\nf(4, 5, 6)\n",
        5,
        0,
        &[("a", "4"), ("rest", "(5, 6)"), ("b", "8")],
    );
    check_announced(
        "socket",
        "from socket import *\nfrom time import *\nhost = '127.0.0.1'\ns = socket()\n",
        4,
        0,
        &[("host", "'127.0.0.1'")],
    );
}

#[test]
fn a_thread_has_its_own_number() {
    check_announced(
        "sleep",
        "import threading, time\ndef work(n):\n    time.sleep(0)\nt = threading.Thread(target=work, args=(7,))\nt.start()\nt.join()\n",
        3,
        1,
        &[("n", "7")],
    );
}

#[test]
fn a_call_made_for_the_program_by_a_module_counts_for_its_own_line() {
    check_announced(
        "bind",
        "import socket\n\ns = socket.create_server(('127.0.0.1', 0))\n",
        3,
        0,
        &[],
    );
}

const PAIR: &str = "import socket
l = socket.socket()
l.bind(('127.0.0.1', 0))
l.listen()
c = socket.create_connection(l.getsockname())
d, a = l.accept()
l.close()
";

/// The calls of a program that begins with a connected pair `c`, `d`.
#[track_caller]
fn check_pair(source: &str, expected: &[&str]) {
    let source = format!("{PAIR}{source}");
    let played = play(&source);
    let calls: Vec<_> = played
        .calls
        .iter()
        .map(|call| without_numbers(call))
        .collect();
    let setup = calls
        .iter()
        .position(|call| call.starts_with("close"))
        .expect("the listener is closed");
    assert_eq!(&calls[setup + 1..], expected, "{source}{:?}", played.ending);
}

#[test]
fn calls_end_with_pythons_repr_or_the_kernels_error() {
    check_pair(
        "c.send('你好'.encode('gbk'))\nd.recv(1024)\n",
        &[
            r"send(b'\xc4\xe3\xba\xc3') -> 4",
            r"recv(1024) -> b'\xc4\xe3\xba\xc3'",
        ],
    );
    check_pair(
        "d.settimeout(0.01)\nd.recv(5)\n",
        &["recv(5) -> TimeoutError None"],
    );
    check_pair(
        "d.setblocking(False)\nd.recv(5)\n",
        &[r#"recv(5) -> BlockingIOError Some("EAGAIN")"#],
    );
    check_pair(
        "d.recv(5, socket.MSG_DONTWAIT)\n",
        &[r#"recv(5, MSG_DONTWAIT) -> BlockingIOError Some("EAGAIN")"#],
    );
    check_pair(
        "c.close()\nd.recv(5)\nd.shutdown(socket.SHUT_RDWR)\nc.send(b'')\n",
        &[
            "close() -> None",
            "recv(5) -> b''",
            "shutdown(SHUT_RDWR) -> None",
            r#"send(b'') -> OSError Some("EBADF")"#,
        ],
    );
    check_pair(
        "d.close()\nc.send(b'a')\nc.recv(1)\nc.send(b'b')\n",
        &[
            "close() -> None",
            "send(b'a') -> 1",
            "recv(1) -> b''",
            r#"send(b'b') -> BrokenPipeError Some("EPIPE")"#,
        ],
    );
    check_pair("with c:\n    pass\nc.close()\n", &["close() -> None"]);
    check_pair(
        "d.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)\nd.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)\n",
        &[
            "setsockopt(IPPROTO_TCP, TCP_NODELAY, 1) -> None",
            "getsockopt(IPPROTO_TCP, TCP_NODELAY) -> 1",
        ],
    );
}

#[test]
fn a_blocking_send_is_over_when_the_kernel_has_every_byte() {
    let source = format!(
        "{PAIR}import threading\ndef drain():\n    n = 0\n    while data := d.recv(100000):\n        n += len(data)\n    print('received', n)\nt = threading.Thread(target=drain)\nt.start()\nprint('sent', c.send(b'x' * 9000000))\nprint(c.sendall(b'y' * 3000000))\nc.close()\nt.join()\n"
    );
    check(&source, "sent 9000000\nNone\nreceived 12000000\n");
    // With a timeout it is one send of what fits, and sendall gives up when the time is over.
    check(
        &format!(
            "{PAIR}c.settimeout(0.05)\nprint(c.send(b'x' * 90000000) < 90000000)\ntry:\n    c.sendall(b'x' * 90000000)\nexcept TimeoutError as e:\n    print(e)\n"
        ),
        "True\ntimed out\n",
    );
}

#[test]
fn an_outcome_carries_the_bytes_that_were_transferred() {
    let source = format!(
        "{PAIR}c.sendall(b'hello')\nd.recv(3)\nd.recv(1, socket.MSG_PEEK)\nc.settimeout(0.01)\ntry:\n    c.sendall(b'x' * 90000000)\nexcept TimeoutError:\n    pass\n"
    );
    let outcomes = play(&source).record.outcomes;
    let bytes: Vec<_> = outcomes
        .iter()
        .filter_map(|outcome| outcome.bytes.clone())
        .collect();
    assert_eq!(
        bytes[..3],
        [b"hello".to_vec(), b"hel".to_vec(), b"l".to_vec()]
    );
    assert!(
        bytes[3].len() > 1000,
        "what went out before the timeout is known"
    );
}

#[test]
fn a_refused_or_pending_connect_raises_as_the_kernel_says() {
    let source = "import socket
free = socket.socket()
free.bind(('127.0.0.1', 0))
where = free.getsockname()
free.close()
c = socket.socket()
for attempt in range(2):
    try:
        c.connect(where)
    except ConnectionRefusedError as e:
        print(e)
c.setblocking(False)
try:
    c.connect(where)
except OSError as e:
    print(type(e).__name__, e)
";
    check(
        source,
        "[Errno 111] Connection refused\n[Errno 111] Connection refused\nBlockingIOError [Errno 115] Operation now in progress\n",
    );
}

#[test]
fn descriptors_are_reported_as_they_come_and_go() {
    let played = play(&format!("{PAIR}c.close()\n"));
    assert_eq!(
        played.record.descriptors,
        [
            "opened",
            "opened",
            "established",
            "opened",
            "established",
            "closed by Call",
            "closed by Call",
            "closed by Interpreter",
        ]
    );
}

#[test]
fn an_uncaught_error_ends_in_its_traceback() {
    check(
        "def f(x):\n    return 1 / x\n\nprint('go')\nf(0)\n",
        "go\nTraceback (most recent call last):\n  File \"server.py\", line 5, in <module>\n    f(0)\n  File \"server.py\", line 2, in f\n    return 1 / x\n           ~~^~~\nZeroDivisionError: division by zero\n",
    );
}

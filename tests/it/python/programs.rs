//! What programs print, call and die of.

use super::gate::start;
use super::{check, check_calls};

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

#[test]
fn an_uncaught_error_ends_in_its_traceback() {
    check(
        "def f(x):\n    return 1 / x\n\nprint('go')\nf(0)\n",
        "go\nTraceback (most recent call last):\n  File \"server.py\", line 5, in <module>\n    f(0)\n  File \"server.py\", line 2, in f\n    return 1 / x\n           ~~^~~\nZeroDivisionError: division by zero\n",
    );
}

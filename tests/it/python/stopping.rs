//! A program ends when it is told to, whatever it does.

use super::gate::start;
use std::time::Duration;

/// A program that does not come to its wait in this time never will.
const LONG: Duration = Duration::from_secs(20);

#[track_caller]
fn check_stops_in(wait: &str, source: &str) {
    let running = start("server.py", source, &["..."]);
    let waits = running.waits.recv_timeout(LONG);
    assert_eq!(waits, Ok(wait), "{:?}", running.gate.record().clone());
    let played = running.stop();
    assert!(played.ending.is_stopped, "{played:?}");
    assert_eq!(played.ending.traceback, None);
}

#[test]
fn a_blocked_accept_stops() {
    check_stops_in(
        "socket",
        "import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen()\ns.accept()\n",
    );
}

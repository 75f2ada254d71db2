//! Connections that nobody has accepted yet.

use super::{doing, run, run_edited, socket, sockets};
use crate::lab::is_wire_there;

/// `listen(backlog)` and two clients more than that.
#[track_caller]
fn check_backlog(backlog: usize) {
    if !is_wire_there() {
        return;
    }
    let clients = " backlog_client.py".repeat(backlog + 2);
    let run = run_edited(
        &format!("backlog_server.py{clients} --together --stdin-server enter.txt"),
        &[("BACKLOG = 1", &format!("BACKLOG = {backlog}"))],
    );
    let full = run.asked("server", 1);
    let mut expected = vec!["ESTABLISHED"; backlog + 1];
    expected.push("LISTEN 3");
    assert_eq!(sockets(&full, "server"), expected);
    let listener = socket(&full, "server", "LISTEN");
    assert_eq!(listener.backlog, Some(backlog as u32));
    assert_eq!(listener.accept_queue, Some(backlog as u32 + 1));
    for place in 1..=backlog + 1 {
        let client = format!("client{place}");
        assert_eq!(sockets(&full, &client), ["ESTABLISHED 3"], "{client}");
        assert_eq!(doing(&full, &client), "blocked in recv", "{client}");
    }
    let last = format!("client{}", backlog + 2);
    assert_eq!(sockets(&full, &last), ["SYN_SENT 3"]);
    assert_eq!(doing(&full, &last), "blocked in connect");
    assert!(full.held.is_empty(), "its SYN did arrive");
    for counter in ["TcpExt.ListenOverflows", "TcpExt.ListenDrops"] {
        let counted = full.hosts["server"].counters.get(counter);
        assert_eq!(counted, Some(&1), "{counter}");
    }
    assert_eq!(run.output(&last), "b'welcome'\n", "by its SYN's resend");
}

#[test]
fn listen_0_holds_one_connection_and_the_next_syn_is_dropped() {
    check_backlog(0);
}

#[test]
fn listen_1_holds_two_connections_and_the_next_syn_is_dropped() {
    check_backlog(1);
}

#[test]
fn listen_2_holds_three_connections_and_the_next_syn_is_dropped() {
    check_backlog(2);
}

#[test]
fn listen_5_holds_six_connections_and_the_next_syn_is_dropped() {
    check_backlog(5);
}

#[test]
fn a_client_may_connect_and_send_before_accept_and_be_gone_by_then() {
    if !is_wire_there() {
        return;
    }
    let run = run("late_server.py greeting_client.py --stdin-server enter_twice.txt");
    let sent = run.released("client data 1");
    assert_eq!(sockets(&sent, "server"), ["ESTABLISHED", "LISTEN 3"]);
    let waiting = socket(&sent, "server", "ESTABLISHED");
    assert_eq!((waiting.recv_queue, &waiting.program), (5, &None));
    let listener = socket(&sent, "server", "LISTEN");
    assert_eq!(waiting.listener, Some(listener.key));
    assert_eq!(listener.accept_queue, Some(1));
    let left = run.asked("server", 1);
    assert_eq!(doing(&left, "client1"), "ended");
    assert_eq!(sockets(&left, "server"), ["CLOSE_WAIT", "LISTEN 3"]);
    let accepted = run.asked("server", 2);
    assert_eq!(sockets(&accepted, "server"), ["CLOSE_WAIT 4", "LISTEN 3"]);
    assert_eq!(
        socket(&accepted, "server", "LISTEN").accept_queue,
        Some(0),
        "accept took it"
    );
    assert_eq!(run.output("server"), "b'hello'\nb''\n");
}

#[test]
fn a_client_that_waits_for_an_answer_is_read_as_well_after_a_late_accept() {
    if !is_wire_there() {
        return;
    }
    let run = run("late_server.py half_close_client.py --stdin-server enter_twice.txt");
    let sent = run.asked("server", 1);
    assert_eq!(sockets(&sent, "client1"), ["FIN_WAIT2 3"]);
    assert_eq!(doing(&sent, "client1"), "blocked in recv");
    assert_eq!(run.output("server"), "b'hello'\nb''\n");
}

#[test]
fn an_accepted_socket_has_the_port_of_its_listener() {
    if !is_wire_there() {
        return;
    }
    let run = run("ports_server.py leaving_client.py");
    assert_eq!(run.output("server"), "8000 8000 True\n");
    let accepted = run.released("client ACK 1");
    let local = |state| socket(&accepted, "server", state).local.as_deref();
    assert_eq!(local("LISTEN"), Some("0.0.0.0:8000"));
    assert_eq!(local("ESTABLISHED"), Some("127.0.0.1:8000"));
}

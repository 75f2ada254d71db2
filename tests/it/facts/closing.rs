//! How a connection ends: by FIN, by half, by reset.

use super::{doing, run, socket, sockets};
use crate::lab::is_wire_there;

#[test]
fn a_fin_moves_its_sender_to_fin_wait_1_and_takes_one_sequence_number() {
    if !is_wire_there() {
        return;
    }
    let run = run("late_server.py two_sends_client.py --stdin-server enter_twice.txt");
    let held = run.held("client FIN 1");
    assert_eq!(sockets(&held, "client1"), ["FIN_WAIT1"]);
    assert_eq!(socket(&held, "server", "ESTABLISHED").recv_queue, 6);
    let released = run.released("client FIN 1");
    let server = socket(&released, "server", "CLOSE_WAIT");
    assert_eq!(server.recv_queue, 7, "six bytes and the FIN");
    let acknowledged = run.released("server ACK 3");
    assert_eq!(sockets(&acknowledged, "client1"), ["FIN_WAIT2"]);
    assert_eq!(run.output("server"), "b'AAABBB'\nb''\n");
}

#[test]
fn a_fin_alone_counts_as_one_byte_to_read_and_recv_then_gives_none() {
    if !is_wire_there() {
        return;
    }
    let run = run("late_server.py leaving_client.py --stdin-server enter_twice.txt");
    let accepted = run.asked("server", 2);
    let server = socket(&accepted, "server", "CLOSE_WAIT");
    assert_eq!((server.fd, server.recv_queue), (Some(4), 1));
    assert_eq!(run.output("server"), "b''\n");
}

#[test]
fn after_shutdown_the_other_direction_still_carries_bytes() {
    if !is_wire_there() {
        return;
    }
    let run = run("half_close_server.py half_close_client.py");
    let held = run.held("server data 1");
    assert_eq!(sockets(&held, "server"), ["CLOSE_WAIT 4", "LISTEN 3"]);
    assert_eq!(sockets(&held, "client1"), ["FIN_WAIT2 3"]);
    assert_eq!(run.output("client1"), "b'5 bytes came'\nb''\n");
}

#[test]
fn after_the_peers_close_the_first_send_returns_and_the_second_fails() {
    if !is_wire_there() {
        return;
    }
    let run = run("closing_server.py stubborn_client.py");
    let output = "b''\n1 1\n2 [Errno 32] Broken pipe\n";
    assert_eq!(run.output("client1"), output);
    let held = run.held("client data 1");
    assert_eq!(sockets(&held, "client1"), ["CLOSE_WAIT 3"]);
    assert_eq!(sockets(&held, "server"), ["FIN_WAIT2"]);
    let reset = run.released("server RST 1");
    assert_eq!(sockets(&reset, "client1"), ["CLOSE 3"]);
}

#[test]
fn close_with_unread_bytes_is_a_reset_and_not_the_end_of_the_stream() {
    if !is_wire_there() {
        return;
    }
    let run = run("unread_server.py reset_client.py --stdin-server enter.txt");
    let before = run.asked("server", 1);
    assert_eq!(socket(&before, "server", "ESTABLISHED").recv_queue, 5);
    assert_eq!(doing(&before, "client1"), "blocked in recv");
    let output = "[Errno 104] Connection reset by peer\n";
    assert_eq!(run.output("client1"), output);
    assert!(!run.states("server").contains(&"FIN_WAIT1"));
}

#[test]
fn close_with_a_linger_time_of_zero_is_a_reset() {
    if !is_wire_there() {
        return;
    }
    let run = run("linger_server.py reset_client.py");
    assert_eq!(run.output("server"), "b'hello'\n", "nothing was unread");
    let output = "[Errno 104] Connection reset by peer\n";
    assert_eq!(run.output("client1"), output);
    assert!(!run.states("server").contains(&"FIN_WAIT1"));
}

/// The send that waits for room has given the kernel some bytes already: it returns their number,
/// and it is the next send that fails.
#[test]
fn a_reset_ends_a_waiting_send_with_what_it_took_and_the_next_one_with_the_error() {
    if !is_wire_there() {
        return;
    }
    let run = run("unread_server.py flooding_client.py --stdin-server enter.txt");
    let before = run.asked("server", 1);
    assert_eq!(doing(&before, "client1"), "blocked in send");
    let ended = &run.end.programs["client1"].calls;
    let sends = ended.iter().filter(|call| call.name == "send");
    let counts = sends.filter_map(|call| call.resolved.as_ref()?.bytes.as_ref());
    let counts: Vec<usize> = counts.map(Vec::len).collect();
    let cut = counts.iter().position(|count| *count < 65_536);
    assert_eq!(cut, Some(counts.len() - 1), "only the last: {counts:?}");
    let output = run.output("client1");
    let total: usize = counts.iter().sum();
    let reset = "[Errno 104] Connection reset by peer";
    assert_eq!(output, format!("{total} {reset}\n"));
}

//! The handshake, one held segment at a time; and what refuses it.

use sockstep::packet::Kind;

use super::{doing, run, sockets};
use crate::lab::is_wire_there;

#[test]
fn while_the_syn_is_held_the_client_is_in_syn_sent_and_the_server_knows_nothing() {
    if !is_wire_there() {
        return;
    }
    let run = run("greeting_server.py greeting_client.py");
    let held = run.held("client SYN 1");
    assert_eq!(sockets(&held, "client1"), ["SYN_SENT 3"]);
    assert_eq!(sockets(&held, "server"), ["LISTEN 3"]);
    assert_eq!(doing(&held, "client1"), "blocked in connect");
    assert_eq!(doing(&held, "server"), "blocked in accept");
}

/// Textbooks say 1, 3, 7, 15 s. Linux has sent the first resends a second apart since 6.5
/// (`tcp_syn_linear_timeouts`), and doubles only after the fifth: 1, 2, 3, 4, 5, 7, 11, 19 s. Here
/// the first three, because the others only take longer.
#[test]
fn a_lost_syn_is_sent_again_after_1_2_and_3_seconds() {
    if !is_wire_there() {
        return;
    }
    let run = run("greeting_server.py greeting_client.py --timers natural \
         --drop 'client SYN 1' --drop 'client SYN 2' --drop 'client SYN 3'");
    let times = run.times("client1", Kind::Syn);
    let seconds: Vec<f64> = times.iter().map(|us| *us as f64 / 1e6).collect();
    assert_eq!(seconds.len(), 4, "{seconds:?}");
    for (place, second) in seconds.iter().enumerate() {
        // A timer of the kernel is never early, and late by a few of its ticks.
        let expected = place as f64;
        assert!((expected..expected + 0.4).contains(second), "{seconds:?}");
    }
    let before_the_last = run.held("client SYN 4");
    assert_eq!(sockets(&before_the_last, "client1"), ["SYN_SENT 3"]);
    assert_eq!(run.output("server"), "b'hello'\nb''\n");
}

/// The same timers when the first SYN is not lost, but held: its copies wait behind it, and it still
/// connects.
#[test]
fn copies_of_a_held_syn_come_after_1_2_and_3_seconds_and_wait_behind_it() {
    if !is_wire_there() {
        return;
    }
    let run = run("greeting_server.py greeting_client.py --timers natural --script held_syn.txt");
    let held = run.held("client SYN 1");
    assert_eq!(sockets(&held, "client1"), ["SYN_SENT 3"]);
    assert_eq!(sockets(&held, "server"), ["LISTEN 3"]);
    let first = &held.segments[&run.segment("client SYN 1")];
    let copies = first.copies.iter();
    let after = copies.map(|(_, at_us)| (at_us - first.sent_at_us) as f64 / 1e6);
    let after: Vec<f64> = after.collect();
    assert_eq!(after.len(), 3, "{after:?}");
    for (place, second) in after.iter().enumerate() {
        let expected = place as f64 + 1.0;
        assert!((expected..expected + 0.4).contains(second), "{after:?}");
    }
    assert_eq!(run.output("server"), "b'hello'\nb''\n");
}

#[test]
fn a_syn_that_arrives_makes_a_half_open_connection_that_no_accept_can_take() {
    if !is_wire_there() {
        return;
    }
    let run = run("greeting_server.py greeting_client.py");
    let released = run.released("client SYN 1");
    assert_eq!(sockets(&released, "server"), ["LISTEN 3", "SYN_RECV"]);
    let listener = super::socket(&released, "server", "LISTEN");
    assert_eq!(listener.accept_queue, Some(0));
    assert_eq!(doing(&released, "server"), "blocked in accept");
}

#[test]
fn connect_has_returned_while_the_server_is_still_half_open() {
    if !is_wire_there() {
        return;
    }
    let run = run("greeting_server.py greeting_client.py");
    let released = run.released("server SYN+ACK 1");
    assert_eq!(sockets(&released, "client1"), ["ESTABLISHED 3"]);
    assert_eq!(doing(&released, "client1"), "before send");
    assert_eq!(sockets(&released, "server"), ["LISTEN 3", "SYN_RECV"]);
    assert_eq!(doing(&released, "server"), "blocked in accept");
}

/// Longer than a second, so that the server's kernel sends its SYN-ACK again, too. The data and the
/// FIN behind it are held even longer, because either would complete the handshake.
#[test]
fn send_returns_while_the_third_ack_is_still_on_the_wire() {
    if !is_wire_there() {
        return;
    }
    let run = run(
        "greeting_server.py greeting_client.py --delay 'client ACK 1 1.3' \
         --delay 'client data 1 1.5' --delay 'client FIN 1 1.5'",
    );
    let held = run.held("client ACK 1");
    let calls = &held.programs["client1"].calls;
    let send = calls.iter().find(|call| call.name == "send").unwrap();
    let returned = send.resolved.as_ref().expect("send has returned");
    assert_eq!(returned.bytes.as_deref(), Some(&b"hello"[..]));
    assert_eq!(sockets(&held, "server"), ["LISTEN 3", "SYN_RECV"]);
    assert_eq!(doing(&held, "server"), "blocked in accept");
    let again = run.times("server", Kind::SynAck);
    assert!(again.len() == 2 && again[1] >= 900_000, "{again:?}");
    assert_eq!(run.output("server"), "b'hello'\nb''\n");
}

#[test]
fn a_lost_third_ack_is_made_good_by_the_data_behind_it() {
    if !is_wire_there() {
        return;
    }
    let run = run("greeting_server.py greeting_client.py --drop 'client ACK 1'");
    let held = run.held("client data 1");
    assert_eq!(sockets(&held, "server"), ["LISTEN 3", "SYN_RECV"]);
    assert_eq!(doing(&held, "server"), "blocked in accept");
    let released = run.released("client data 1");
    assert_eq!(sockets(&released, "server"), ["ESTABLISHED 4", "LISTEN 3"]);
    assert_eq!(doing(&released, "server"), "before recv");
    assert_eq!(run.output("server"), "b'hello'\nb''\n");
}

/// Both in one: the answer to "why can the client send right after the third handshake?"
#[test]
fn a_client_that_sends_before_its_third_ack_arrives_needs_that_ack_no_more() {
    if !is_wire_there() {
        return;
    }
    let run = run("greeting_server.py greeting_client.py --script third_ack.txt");
    let held = run.held("client ACK 1");
    assert_eq!(sockets(&held, "client1"), ["ESTABLISHED 3"]);
    assert_eq!(doing(&held, "client1"), "before close", "send has returned");
    let dropped = run.released("client ACK 1");
    assert_eq!(sockets(&dropped, "server"), ["LISTEN 3", "SYN_RECV"]);
    assert_eq!(doing(&dropped, "server"), "blocked in accept");
    let released = run.released("client data 1");
    assert_eq!(sockets(&released, "server"), ["ESTABLISHED 4", "LISTEN 3"]);
    assert_eq!(run.output("server"), "b'hello'\nb''\n");
}

/// More than our list says: a FIN that overtakes both completes it as well.
#[test]
fn even_a_fin_that_overtakes_the_third_ack_and_the_data_completes_the_handshake() {
    if !is_wire_there() {
        return;
    }
    let run = run(
        "greeting_server.py greeting_client.py --delay 'client ACK 1 0.15' \
         --delay 'client data 1 0.15'",
    );
    let released = run.released("client FIN 1");
    assert_eq!(sockets(&released, "server"), ["ESTABLISHED 4", "LISTEN 3"]);
    assert_eq!(run.output("server"), "b'hello'\nb''\n");
}

#[test]
fn nobody_on_the_port_and_somebody_who_does_not_listen_refuse_alike() {
    if !is_wire_there() {
        return;
    }
    for (server, sockets_of_it) in [
        ("nobody.py", &[][..]),
        ("bound_server.py", &["CLOSE 3"][..]),
    ] {
        let run = run(&format!(
            "{server} refused_client.py --stdin-server enter.txt"
        ));
        let held = run.held("client SYN 1");
        assert_eq!(sockets(&held, "server"), sockets_of_it, "{server}");
        let refused = "[Errno 111] Connection refused\n";
        assert_eq!(run.output("client1"), refused, "{server}");
        let answer = run.segment("server RST 1");
        assert!(run.end.segments.contains_key(&answer));
    }
}

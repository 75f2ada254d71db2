//! Each way a byte can go, one at a time.

use sockstep::model::{Check, Compared, Unchecked};
use sockstep::trace::{BufferFacts, Bytes, What};

use super::{CLIENT, Run, SERVER, info};

#[test]
fn bytes_go_from_the_program_to_the_program() {
    let mut run = Run::connected();
    run.write("client", b"hello");
    assert_eq!(run.places(), ["Unsent 0..5"]);
    let first = run.data(0, b"hel");
    let second = run.data(3, b"lo");
    assert_eq!(run.places(), ["Wire 0..5"]);
    run.deliver(first);
    assert_eq!(run.places(), ["Received 0..3", "Wire 3..5"]);
    run.read("server", b"he");
    run.deliver(second);
    assert_eq!(run.places(), ["Read 0..2", "Received 2..5"]);
    let stream = run.stream();
    assert_eq!(run.state.contents(&stream, 1..9).bytes, b"ello");
    assert_eq!(stream.acknowledged, 0);
    let ack = run.acknowledging("server", 0, b"", "", 5);
    run.deliver(ack);
    assert_eq!(run.stream().acknowledged, 5);
}

#[test]
fn a_peek_moves_nothing_and_bytes_that_spell_a_flag_are_bytes() {
    let mut run = Run::connected();
    let call = run.call("client", "send", "b'MSG_OOB'", Some(7));
    run.give_back("client", call, "7", b"MSG_OOB");
    let data = run.data(0, b"MSG_OOB");
    run.deliver(data);
    let call = run.call("server", "recv", "3, MSG_PEEK", None);
    run.give_back("server", call, "b'MSG'", b"MSG");
    assert_eq!(run.places(), ["Received 0..7"]);
    run.rest();
    assert_ne!(run.stream().check, Check::Unknown(Unchecked::Urgent));
    let call = run.call("client", "send", "b'!', MSG_OOB", Some(1));
    run.give_back("client", call, "1", b"!");
    run.rest();
    assert_eq!(run.stream().check, Check::Unknown(Unchecked::Urgent));
}

#[test]
fn what_is_lost_on_the_wire_is_kept_until_it_is_sent_again_cut_otherwise() {
    let mut run = Run::connected();
    run.write("client", b"abcdefghij");
    let one = run.data(0, b"abcd");
    let two = run.data(4, b"efgh");
    run.lose(one);
    run.lose(two);
    assert_eq!(run.places(), ["Sent 0..8", "Unsent 8..10"]);
    // All of it in one, and two bytes that were never sent.
    let merged = run.data(0, b"abcdefghij");
    assert_eq!(run.places(), ["Wire 0..10"]);
    run.lose(merged);
    let part = run.data(2, b"cde");
    assert_eq!(run.places(), ["Sent 0..2", "Wire 2..5", "Sent 5..10"]);
    run.deliver(part);
    assert_eq!(run.places(), ["Sent 0..2", "OutOfOrder 2..5", "Sent 5..10"]);
    let first = run.data(0, b"abc");
    run.deliver(first);
    assert_eq!(run.places(), ["Received 0..5", "Sent 5..10"]);
}

#[test]
fn an_absorbed_copy_goes_on_when_its_original_is_dropped() {
    let mut run = Run::connected();
    run.write("client", b"abc");
    let first = run.data(0, b"abc");
    let bytes = run.state.segments[&first].bytes.clone();
    let copy = sockstep::trace::SegmentId(99);
    run.apply(What::Sent {
        segment: copy,
        from: "client".to_owned(),
        to: Some("server".to_owned()),
        bytes: Bytes(bytes.to_vec()),
        copy_of: Some(first),
        absorbed: true,
        reason: None,
    });
    run.lose(first);
    assert_eq!(run.places(), ["Wire 0..3"]);
    run.lose(copy);
    assert_eq!(run.places(), ["Sent 0..3"]);
}

#[test]
fn what_overtakes_waits_behind_the_hole_and_a_duplicate_changes_nothing() {
    let mut run = Run::connected();
    run.write("client", b"abcdef");
    let one = run.data(0, b"ab");
    let two = run.data(2, b"cd");
    let three = run.data(4, b"ef");
    let copy = run.duplicate(three);
    run.deliver(three);
    assert_eq!(run.places(), ["Wire 0..4", "OutOfOrder 4..6"]);
    run.deliver(one);
    assert_eq!(
        run.places(),
        ["Received 0..2", "Wire 2..4", "OutOfOrder 4..6"]
    );
    run.deliver(copy);
    run.deliver(two);
    assert_eq!(run.places(), ["Received 0..6"]);
    let late = run.data(0, b"abcdef");
    assert_eq!(run.places(), ["Received 0..6"]);
    run.deliver(late);
    assert_eq!(run.places(), ["Received 0..6"]);
}

#[test]
fn a_corrupted_segment_does_not_arrive_and_its_bytes_are_the_senders() {
    let mut run = Run::connected();
    let data = run.data(0, b"abc");
    let last = run.state.segments[&data].bytes.len() as u32 - 1;
    let change = |run: &mut Run, was, now| {
        run.apply(What::Corrupted {
            segment: data,
            byte: last,
            was,
            now,
        });
    };
    change(&mut run, b'c', b'X');
    let contents = run.state.contents(&run.stream(), 0..3);
    assert_eq!(
        (contents.bytes.as_slice(), contents.is_inferred),
        (&b"abc"[..], true)
    );
    let copy = run.duplicate(data);
    run.deliver(data);
    assert_eq!(run.places(), ["Wire 0..3"]);
    run.deliver(copy);
    assert_eq!(run.places(), ["Sent 0..3"]);
}

#[test]
fn a_segment_corrupted_twice_into_what_it_was_arrives() {
    let mut run = Run::connected();
    let data = run.data(0, b"abc");
    let last = run.state.segments[&data].bytes.len() as u32 - 1;
    for (was, now) in [(b'c', b'X'), (b'X', b'c')] {
        run.apply(What::Corrupted {
            segment: data,
            byte: last,
            was,
            now,
        });
    }
    run.deliver(data);
    assert_eq!(run.places(), ["Received 0..3"]);
}

#[test]
fn what_a_blocked_call_gave_already_is_the_kernels_word() {
    let mut run = Run::connected();
    let call = run.call("client", "sendall", "b'…'", Some(100));
    assert_eq!(run.places(), [""; 0], "nothing is offered before the call");
    run.block("client", call);
    let data = run.data(0, &[b'x'; 20]);
    run.told("client", Some(4), "ESTABLISHED", |facts| {
        facts.send_queue = 30;
        facts.info = info(0, 1);
    });
    assert_eq!(
        run.places(),
        ["Wire 0..20", "Unsent 20..30", "Program 30..100"]
    );
    run.deliver(data);
    let ack = run.acknowledging("server", 0, b"", "", 20);
    run.deliver(ack);
    run.buffers(
        "client",
        BufferFacts {
            unacked: 45,
            unsent: 45,
            ..BufferFacts::default()
        },
    );
    assert_eq!(
        run.places(),
        ["Received 0..20", "Unsent 20..65", "Program 65..100"]
    );
    run.give_back("client", call, "None", &[b'x'; 100]);
    assert_eq!(run.places(), ["Received 0..20", "Unsent 20..100"]);
}

#[test]
fn of_two_threads_that_write_at_once_only_the_wire_knows_the_order() {
    let mut run = Run::connected();
    let slow = run.call("client", "sendall", "b'…'", Some(4));
    run.block("client", slow);
    run.told("client", Some(4), "ESTABLISHED", |facts| {
        facts.send_queue = 2
    });
    run.write("client", b"yyy");
    run.give_back("client", slow, "None", b"xxxx");
    run.data(0, b"xxyyyxx");
    let contents = run.state.contents(&run.stream(), 0..7);
    assert_eq!(contents.bytes, b"xxyyyxx");
    assert!(contents.is_inferred);
}

#[test]
fn a_call_that_never_returns_leaves_what_the_kernel_took() {
    let mut run = Run::connected();
    let call = run.call("client", "sendall", "b'…'", Some(100));
    run.block("client", call);
    run.told("client", Some(4), "ESTABLISHED", |facts| {
        facts.send_queue = 30
    });
    run.apply(What::Exit {
        program: "client".to_owned(),
        traceback: None,
        line: None,
    });
    assert_eq!(run.places(), ["Unsent 0..30"]);
}

#[test]
fn probes_of_one_byte_or_none_are_what_they_carry() {
    let mut run = Run::connected();
    run.write("client", b"abc");
    let nothing = run.data(-1, b"");
    let garbage = run.data(-1, b"?");
    run.deliver(nothing);
    run.deliver(garbage);
    assert_eq!(run.places(), ["Unsent 0..3"]);
    let one = run.data(0, b"a");
    assert_eq!(run.places(), ["Wire 0..1", "Unsent 1..3"]);
    run.deliver(one);
    let again = run.data(0, b"?");
    run.deliver(again);
    assert_eq!(run.places(), ["Received 0..1", "Unsent 1..3"]);
}

#[test]
fn what_the_kernel_refused_stays_with_the_sender() {
    let mut run = Run::connected();
    run.write("client", b"abcdef");
    let data = run.data(0, b"abcdef");
    run.deliver(data);
    assert_eq!(run.places(), ["Received 0..6"]);
    run.told("server", Some(4), "ESTABLISHED", |facts| {
        facts.recv_queue = 4;
        facts.info = info(4, 0);
    });
    assert_eq!(run.places(), ["Received 0..4", "Sent 4..6"]);
}

#[test]
fn before_accept_the_receive_buffer_is_known_from_the_wire() {
    let mut run = Run::unaccepted();
    let data = run.data(0, b"early");
    run.deliver(data);
    let stream = run.stream();
    assert_eq!(stream.places(), ["Received 0..5"]);
    assert!(stream.parts[0].is_inferred);
    run.told("server", None, "CLOSE", |_| {});
    run.apply(What::Gone {
        host: "server".to_owned(),
        key: SERVER,
    });
    assert_eq!(run.places(), ["Lost 0..5"]);
}

#[test]
fn a_half_open_connection_takes_data_only_once_it_is_established() {
    for (is_taken, places) in [(true, ["Received 0..3"]), (false, ["Sent 0..3"])] {
        let mut run = Run::empty();
        let syn = run.segment("client", -1, b"", "SYN");
        run.deliver(syn);
        run.told("server", None, "SYN_RECV", |_| {});
        run.told("client", Some(4), "ESTABLISHED", |_| {});
        run.write("client", b"abc");
        let data = run.data(0, b"abc");
        run.deliver(data);
        assert_eq!(run.places(), ["Sent 0..3"]);
        if !is_taken {
            run.rest();
        }
        let received = if is_taken { 3 } else { 0 };
        run.told("server", None, "ESTABLISHED", |facts| {
            facts.info = info(received, 0)
        });
        assert_eq!(run.places(), places);
    }
}

#[test]
fn closing_with_unread_data_throws_it_away_and_a_reset_what_was_not_sent() {
    let mut run = Run::connected();
    run.write("client", b"abcdef");
    let one = run.data(0, b"ab");
    run.deliver(one);
    run.read("server", b"a");
    run.told("server", None, "CLOSE", |_| {});
    assert_eq!(run.places(), ["Read 0..1", "Lost 1..2", "Unsent 2..6"]);
    let two = run.data(2, b"cd");
    run.told("client", Some(4), "CLOSE", |_| {});
    assert_eq!(
        run.places(),
        ["Read 0..1", "Lost 1..2", "Wire 2..4", "Lost 4..6"]
    );
    run.deliver(two);
    assert_eq!(run.places(), ["Read 0..1", "Lost 1..6"]);
}

#[test]
fn after_a_reset_the_receiver_can_still_read_what_had_arrived_in_order() {
    let mut run = Run::connected();
    run.write("client", b"abcdef");
    for (at, bytes) in [(0, b"ab"), (4, b"ef")] {
        let data = run.data(at, bytes);
        run.deliver(data);
    }
    run.told("server", Some(4), "CLOSE", |_| {});
    assert_eq!(run.places(), ["Received 0..2", "Sent 2..4", "Lost 4..6"]);
}

#[test]
fn after_a_fin_the_other_way_goes_on() {
    let mut run = Run::connected();
    run.write("client", b"ab");
    let fin = run.segment("client", 0, b"ab", "FIN");
    run.told("client", Some(4), "FIN_WAIT1", |facts| {
        facts.send_queue = 3;
        facts.info = info(0, 1);
    });
    run.rest();
    assert_eq!(run.stream().check, Check::Reconciled);
    run.deliver(fin);
    run.told("server", Some(4), "CLOSE_WAIT", |facts| {
        facts.recv_queue = 3;
        facts.info = info(3, 0);
    });
    run.write("server", b"bye");
    let bye = run.acknowledging("server", 0, b"bye", "", 3);
    run.deliver(bye);
    run.told("client", Some(4), "FIN_WAIT2", |facts| {
        facts.recv_queue = 3;
        facts.info = info(3, 4);
    });
    run.told("server", Some(4), "CLOSE_WAIT", |facts| {
        facts.recv_queue = 3;
        facts.send_queue = 3;
        facts.info = info(3, 0);
    });
    run.rest();
    let [there, back] = run.state.streams_of("client", CLIENT).unwrap();
    assert_eq!(
        (there.places(), there.check),
        (vec!["Received 0..2".to_owned()], Check::Reconciled)
    );
    assert_eq!(
        (back.places(), back.check),
        (vec!["Received 0..3".to_owned()], Check::Reconciled)
    );
}

#[test]
fn numbers_that_do_not_agree_are_told_and_only_at_rest() {
    let mut run = Run::connected();
    run.write("client", b"abc");
    let data = run.data(0, b"abc");
    run.deliver(data);
    run.told("client", Some(4), "ESTABLISHED", |facts| {
        facts.send_queue = 3;
        facts.info = info(0, 1);
    });
    run.told("server", Some(4), "ESTABLISHED", |facts| {
        facts.recv_queue = 3;
        facts.info = info(3, 0);
    });
    let queues = |received: &[u8], unread| BufferFacts {
        unread,
        received: Bytes(received.to_vec()),
        ..BufferFacts::default()
    };
    run.buffers("server", queues(b"abc", 3));
    assert_eq!(run.stream().check, Check::Unknown(Unchecked::InStep));
    run.rest();
    assert_eq!(run.stream().check, Check::Reconciled);
    let off = |what, kernel, ledger| {
        Check::Off(vec![Compared {
            what,
            kernel,
            ledger,
        }])
    };
    run.buffers("server", queues(b"abX", 3));
    run.rest();
    assert_eq!(run.stream().check, off("MSG_PEEK", 3, 2));
    run.buffers("server", queues(b"abc", 2));
    run.rest();
    assert_eq!(run.stream().check, off("SIOCINQ", 2, 3));
    run.buffers("server", queues(b"abc", 3));
    // Nobody could look: what was told of the buffers is older than what sock_diag says.
    run.buffers("client", BufferFacts::default());
    run.rest();
    assert_ne!(run.stream().check, Check::Reconciled);
    run.told("client", Some(4), "ESTABLISHED", |facts| {
        facts.send_queue = 3;
        facts.info = info(0, 1);
    });
    run.rest();
    assert_eq!(run.stream().check, Check::Reconciled);
    // A write that the ledger heard nothing of.
    run.told("client", Some(4), "ESTABLISHED", |facts| {
        facts.send_queue = 9;
        facts.info = info(0, 1);
    });
    run.rest();
    assert_eq!(run.stream().check, off("idiag_wqueue", 9, 3));
}

#[test]
fn a_second_connection_on_the_same_ports_begins_at_nothing() {
    let mut run = Run::connected();
    run.write("client", b"abc");
    let data = run.data(0, b"abc");
    run.deliver(data);
    run.read("server", b"abc");
    run.apply(What::Gone {
        host: "client".to_owned(),
        key: CLIENT,
    });
    // Another first number; a descriptor and a socket of its own.
    let syn = run.segment("client", 999, b"", "SYN");
    run.deliver(syn);
    let key = sockstep::trace::Key(33);
    run.told("client", Some(4), "SYN_SENT", |facts| facts.key = key);
    run.told("client", Some(4), "ESTABLISHED", |facts| facts.key = key);
    run.write("client", b"xy");
    let all = run.state.streams();
    let places: Vec<_> = all.iter().map(|stream| stream.places().join(" ")).collect();
    assert_eq!(places, ["Read 0..3", "", "Unsent 0..2", ""]);
    let keys: Vec<_> = all.iter().map(|stream| stream.from.key).collect();
    assert_eq!(keys, [Some(CLIENT), Some(SERVER), Some(key), None]);
}

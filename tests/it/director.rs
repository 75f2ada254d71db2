//! The director: from states made of a few events to the next order.

mod fixture;
mod script;
mod words;

use sockstep::director::{Fault, Faults, Loss, Next, Rule, WhyNot, next, next_where, parse_delay};
use sockstep::packet::Kind;
use sockstep::trace::{Order, SegmentId, What};

use fixture::Fixture;

/// What `Next` would do, in a word or two.
fn said(next: &Next) -> String {
    match next {
        Next::Give(Order::Step { program, thread }) => match thread {
            Some(thread) => format!("step {program} {thread}"),
            None => format!("step {program}"),
        },
        Next::Give(Order::Deliver { segment }) => format!("deliver {segment}"),
        other => format!("{other:?}"),
    }
}

fn ordered(order: &Order) -> String {
    let line = serde_json::to_value(order).expect("an order is JSON");
    let word = line["order"].as_str().expect("a word").to_owned();
    match line["segment"].as_u64() {
        Some(segment) => format!("{word} {segment}"),
        None => word,
    }
}

#[test]
fn a_held_segment_goes_first_then_the_server_then_the_clients_as_they_are_named() {
    let mut run = Fixture::new(&["client1", "client2", "server"]);
    run.ready("client2", 0, "connect");
    run.ready("client1", 0, "connect");
    run.ready("server", 0, "accept");
    run.sends("client1", Kind::Syn);
    run.rest();
    assert_eq!(said(&next(&run.state)), "deliver 0");
    run.delivered(0);
    run.rest();
    assert_eq!(said(&next(&run.state)), "step server");
    run.blocks("server", 0);
    run.rest();
    assert_eq!(said(&next(&run.state)), "step client1");
    let not_the_first = |name: &String| name != "client1";
    assert_eq!(said(&next_where(&run.state, not_the_first)), "step client2");
}

#[test]
fn each_ready_thread_has_its_turn() {
    let mut run = Fixture::new(&["server", "client1", "client2"]);
    for thread in 0..3 {
        run.ready("server", thread, "send");
    }
    run.rest();
    let mut turns = Vec::new();
    for _ in 0..6 {
        let next = next(&run.state);
        turns.push(said(&next));
        let Next::Give(Order::Step {
            thread: Some(thread),
            ..
        }) = next
        else {
            panic!("{turns:?}");
        };
        // It comes back to the next call at once, as a loop of send() does.
        run.steps("server", thread);
        run.ready("server", thread, "send");
        run.rest();
    }
    let expected = [0, 1, 2, 0, 1, 2].map(|thread| format!("step server {thread}"));
    assert_eq!(turns, expected);
}

#[test]
fn a_server_that_looks_again_and_again_does_not_starve_the_clients() {
    let mut run = Fixture::new(&["server", "client1"]);
    run.ready("client1", 0, "connect");
    let mut turns = 0;
    loop {
        run.ready("server", 0, "accept");
        run.rest();
        match said(&next(&run.state)).as_str() {
            "step server" => turns += 1,
            "step client1" => break,
            other => panic!("{other}"),
        }
        assert!(turns < 500, "the client never has its turn");
        run.steps("server", 0);
    }
    assert!(turns > 50, "a server may make ready first: {turns}");
    run.steps("client1", 0);
    run.ready("client1", 0, "send");
    run.rest();
    assert_eq!(said(&next(&run.state)), "step server");
}

#[test]
fn a_delayed_segment_is_waited_for_even_when_every_program_has_ended() {
    let mut run = Fixture::new(&["server", "client1"]);
    run.sends("client1", Kind::Fin);
    let segment = SegmentId(0);
    run.push(What::Delayed { segment, ms: 500 });
    run.exits("server");
    run.exits("client1");
    run.rest();
    let Next::Wait { until_us } = next(&run.state) else {
        panic!("{:?}", next(&run.state));
    };
    assert!((500_000..501_000).contains(&until_us), "{until_us}");
    run.delivered(0);
    run.rest();
    assert_eq!(next(&run.state), Next::Not(WhyNot::AllEnded));
}

#[test]
fn a_rule_means_one_segment_of_any_kind_and_a_resent_one_counts_again() {
    let mut run = Fixture::new(&["server", "client1", "client2"]);
    run.sends("client1", Kind::Syn);
    run.sends("client2", Kind::Syn);
    run.resends("client1", Kind::Syn, 0);
    run.sends("server", Kind::SynAck);
    run.sends("client1", Kind::Data);
    let (segment, copy) = (SegmentId(4), SegmentId(5));
    run.push(What::Duplicated { segment, copy });
    run.sends("client1", Kind::Data);
    run.sends("server", Kind::Rst);
    run.sends("server", Kind::Datagram);
    run.sends("server", Kind::Icmp);
    run.sends("server", Kind::Other);
    for (rule, expected) in [
        ("any SYN 1", Some(0)),
        ("client SYN 2", Some(1)),
        ("client1 SYN 2", Some(2)),
        ("client2 SYN 2", None),
        ("server syn-ack 1", Some(3)),
        // A duplicate is the wire's work: it counts for nothing.
        ("client data 2", Some(6)),
        ("server RST 1", Some(7)),
        ("any UDP 1", Some(8)),
        ("server ICMP 1", Some(9)),
        ("server IP 1", Some(10)),
        ("server ACK 1", None),
    ] {
        let rule = Rule::parse(rule).expect("it is sound");
        let mut ids = run.state.segments.keys().copied();
        let found = ids.find(|id| rule.means(&run.state, *id));
        assert_eq!(found, expected.map(SegmentId), "{rule}");
    }
}

#[test]
fn faults_befall_a_segment_once_each_and_what_is_dropped_is_out_of_their_reach() {
    let rule = |text: &str| Rule::parse(text).expect("it is sound");
    let rules = [
        parse_delay("client data 2 1.5").expect("it is sound"),
        (rule("client data 1"), Fault::Drop),
        (rule("any data 1"), Fault::Corrupt { byte: None }),
        (rule("client data 1"), Fault::Duplicate),
        (rule("any data 1"), Fault::Drop),
        (rule("server FIN 1"), Fault::Drop),
    ];
    let mut faults = Faults::new(rules, None);
    let mut run = Fixture::new(&["server", "client1"]);
    run.sends("client1", Kind::Data);
    run.sends("client1", Kind::Data);
    let mut judge = |segment| ordered(&faults.judge(&run.state, SegmentId(segment)));
    assert_eq!(judge(0), "duplicate 0");
    assert_eq!(judge(0), "corrupt 0");
    assert_eq!(judge(0), "drop 0");
    assert_eq!(judge(1), "delay 1");
    assert_eq!(judge(1), "deliver 1");
    let left: Vec<String> = faults.unmatched().map(|(_, r)| r.to_string()).collect();
    assert_eq!(left, ["server FIN 1"]);
}

#[test]
fn chance_loses_all_none_or_the_same_again_and_about_as_many_as_asked() {
    let mut run = Fixture::new(&["server", "client1"]);
    for _ in 0..2_000 {
        run.sends("client1", Kind::Ack);
    }
    let lost = |percent, seed| {
        let mut faults = Faults::new([], Some(Loss::new(percent, seed)));
        let ids = run.state.segments.keys();
        let orders = ids.map(|id| faults.judge(&run.state, *id));
        let lost = orders.filter(|order| matches!(order, Order::Drop { .. }));
        lost.collect::<Vec<_>>()
    };
    assert_eq!(lost(0.0, 1).len(), 0);
    assert_eq!(lost(100.0, 1).len(), 2_000);
    assert_eq!(lost(20.0, 7), lost(20.0, 7));
    assert_ne!(lost(20.0, 7), lost(20.0, 8));
    let count = lost(20.0, 7).len();
    assert!((320..480).contains(&count), "{count} of 2000 at 20 %");
}

#[test]
fn what_one_host_sends_more_often_changes_no_other_segments_luck() {
    let newest = |run: &Fixture| SegmentId(run.state.segments.len() as u64 - 1);
    // The fates of the client's data, whatever the server's kernel says in between.
    let fates = |server_says_more: bool| {
        let mut run = Fixture::new(&["server", "client1"]);
        let mut faults = Faults::new([], Some(Loss::new(30.0, 7)));
        let mut fates = Vec::new();
        for n in 0..200 {
            if server_says_more && n % 3 == 0 {
                run.sends("server", Kind::Ack);
                faults.judge(&run.state, newest(&run));
            }
            run.sends("client1", Kind::Data);
            let order = faults.judge(&run.state, newest(&run));
            fates.push(matches!(order, Order::Drop { .. }));
        }
        fates
    };
    assert_eq!(fates(true), fates(false));
    assert!(fates(false).contains(&true));
}

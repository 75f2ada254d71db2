//! What can be done to a segment, and what the kernels say to it.

use std::time::Duration;

use sockstep::model::{Activity, Fate, Segment};
use sockstep::packet::Kind;
use sockstep::trace::{Order, Resent, SegmentId, TimerKind, Timers, Traffic, What};

use super::{Play, is_wire_there};

const SERVER: &str = r#"
import socket
s = socket.socket()
s.bind(("", 8989))
s.listen(5)
conn, addr = s.accept()
while True:
    data = conn.recv(1024)
    if not data:
        break
    print(data.decode())
conn.close()
"#;

const CLIENT: &str = r#"
import socket
c = socket.socket()
c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
c.connect(("192.168.131.62", 8989))
c.send(b"one")
c.send(b"two")
c.close()
"#;

/// Both programs have a connection; the client has not sent anything.
fn connected(timers: Timers) -> Play {
    let mut play = Play::start_with(&[("server", SERVER), ("client", CLIENT)], timers);
    play.step_until_blocked("server");
    play.step_until_blocked("client");
    play.deliver("client", Kind::Syn);
    play.deliver("server", Kind::SynAck);
    play.deliver("client", Kind::Ack);
    play.step_until_blocked("server");
    play
}

fn counter(play: &Play, host: &str, name: &str) -> u64 {
    let counters = &play.state.hosts[host].counters;
    counters.get(name).copied().unwrap_or(0)
}

/// Takes events until one segment matches; the kernel's timers are what is waited for.
fn until_sent(play: &mut Play, test: impl Fn(&Segment) -> bool) -> SegmentId {
    for _ in 0..200 {
        let found = play.state.segments.values().find(|s| test(s)).map(|s| s.id);
        if let Some(found) = found {
            play.settle();
            return found;
        }
        play.take(Duration::from_secs(20));
    }
    panic!("it never came: {:#?}", play.tail());
}

#[test]
fn a_corrupted_segment_is_thrown_away_by_the_receiving_kernel_and_comes_again() {
    if !is_wire_there() {
        return;
    }
    let mut play = connected(Timers::Patient);
    play.step("client");
    let segment = play.held("client", Kind::Data).id;
    play.order(Order::Corrupt {
        segment,
        byte: None,
    });
    assert!(!play.state.segments[&segment].corrupted.is_empty());
    play.order(Order::Deliver { segment });
    assert_eq!(counter(&play, "server", "Tcp.InCsumErrors"), 1);
    assert_eq!(play.output("server"), "");
    let again = until_sent(&mut play, |s| s.copy_of == Some(segment));
    assert_eq!(play.state.segments[&again].reason, Some(Resent::Rto));
    play.order(Order::Deliver { segment: again });
    assert_eq!(play.output("server"), "one\n");
}

#[test]
fn a_duplicate_is_delivered_too_and_the_receiver_acknowledges_it_again() {
    if !is_wire_there() {
        return;
    }
    let mut play = connected(Timers::Patient);
    play.step("client");
    let segment = play.held("client", Kind::Data).id;
    play.order(Order::Duplicate { segment });
    let held = play.state.held.clone();
    assert_eq!(held.len(), 2, "{:#?}", play.tail());
    for segment in held {
        play.order(Order::Deliver { segment });
    }
    assert_eq!(play.output("server"), "one\n", "it is read once");
    assert_eq!(counter(&play, "server", "TcpExt.TCPDSACKOldSent"), 1);
    let acks = play.state.held.iter().map(|id| &play.state.segments[id]);
    let acks = acks.filter(|s| s.from == "server" && s.kind() == Some(Kind::Ack));
    assert_eq!(acks.count(), 2);
}

#[test]
fn a_segment_that_overtakes_waits_in_the_kernel_until_the_gap_is_closed() {
    if !is_wire_there() {
        return;
    }
    let mut play = connected(Timers::Patient);
    play.step("client");
    let first = play.held("client", Kind::Data).id;
    play.step("client");
    let second = *play.state.held.last().expect("the second is held");
    assert_ne!(first, second);
    play.order(Order::Deliver { segment: second });
    assert_eq!(play.output("server"), "");
    assert_eq!(counter(&play, "server", "TcpExt.TCPOFOQueue"), 1);
    play.order(Order::Deliver { segment: first });
    play.step_until_blocked("server");
    assert_eq!(play.output("server"), "onetwo\n");
}

#[test]
fn a_delayed_segment_arrives_by_itself() {
    if !is_wire_there() {
        return;
    }
    let mut play = connected(Timers::Patient);
    play.step("client");
    let segment = play.held("client", Kind::Data).id;
    play.order(Order::Delay { segment, ms: 300 });
    let Fate::Delayed(until_us) = play.state.segments[&segment].fate else {
        panic!("{:?}", play.state.segments[&segment].fate);
    };
    assert_eq!(play.output("server"), "");
    while play.state.segments[&segment].fate == Fate::Delayed(until_us) {
        play.take(Duration::from_secs(5));
    }
    let delivered = play.state.at_us;
    assert!(delivered >= until_us, "{delivered} before {until_us}");
    play.settle();
    assert_eq!(play.output("server"), "one\n");
}

#[test]
fn what_is_not_held_passes_by_itself_and_what_was_held_of_it_goes_with_it() {
    if !is_wire_there() {
        return;
    }
    let mut play = Play::start(&[("server", SERVER), ("client", CLIENT)]);
    play.step_until_blocked("server");
    play.step_until_blocked("client");
    let hold = |from: Option<&str>, kind, on| Order::Hold {
        traffic: Traffic {
            from: from.map(str::to_owned),
            kind,
        },
        on,
    };
    play.order(hold(None, None, false));
    assert!(play.state.held.is_empty());
    assert_eq!(play.call("client"), "send", "the handshake went through");
    play.step_until_blocked("server");
    play.order(hold(Some("client"), Some(Kind::Data), true));
    play.step("client");
    play.held("client", Kind::Data);
    play.order(hold(Some("client"), Some(Kind::Data), false));
    assert_eq!(play.output("server"), "one\n");
    play.play_on();
    assert!(play.state.programs.values().all(|p| p.has_ended()));
}

#[test]
fn deliver_all_delivers_what_is_held_now_and_not_its_answers() {
    if !is_wire_there() {
        return;
    }
    let mut play = connected(Timers::Patient);
    play.step("client");
    play.step("client");
    assert_eq!(play.state.held.len(), 2);
    play.order(Order::DeliverAll);
    let held: Vec<_> = play
        .state
        .held
        .iter()
        .map(|id| &play.state.segments[id])
        .collect();
    assert!(!held.is_empty() && held.iter().all(|s| s.from == "server"));
}

#[test]
fn an_order_about_a_segment_that_is_gone_is_refused_and_says_why() {
    if !is_wire_there() {
        return;
    }
    let mut play = connected(Timers::Patient);
    play.step("client");
    let segment = play.held("client", Kind::Data).id;
    play.order(Order::Drop { segment });
    for order in [
        Order::Drop { segment },
        Order::Deliver { segment },
        Order::Duplicate { segment },
        Order::Corrupt {
            segment,
            byte: None,
        },
        Order::Delay { segment, ms: 1 },
    ] {
        let notes = play.state.notes.len();
        play.order(order.clone());
        let said = play.state.notes.get(notes).map(|(_, text)| text.as_str());
        assert!(
            said.is_some_and(|text| text.contains("not on the wire any more")),
            "{order:?}: {said:?}"
        );
    }
}

#[test]
fn what_the_buffers_hold_is_shown_and_reading_it_takes_nothing_away() {
    if !is_wire_there() {
        return;
    }
    let mut play = connected(Timers::Patient);
    let server = "server";
    // The server stands in recv; the client's data arrive while it is not yet stepped on.
    play.step("client");
    play.deliver("client", Kind::Data);
    assert_eq!(play.output(server), "one\n");
    play.step("client");
    let unacked = |play: &Play| {
        let mut sockets = play.state.sockets("client");
        let buffers = sockets.find_map(|socket| socket.buffers.clone());
        buffers.map(|(_, facts)| (facts.unacked, facts.unsent))
    };
    // "one" was received, but its acknowledgment is held; "two" is on the wire.
    assert_eq!(unacked(&play), Some((6, 0)));
    let data = play.state.held.iter().copied().find(|id| {
        let segment = &play.state.segments[id];
        segment.from == "client" && segment.kind() == Some(Kind::Data)
    });
    // The server prints, and stands before its next recv: the bytes wait in the kernel.
    assert!(matches!(
        play.state.programs[server].activity,
        Activity::Ready(_)
    ));
    play.order(Order::Deliver {
        segment: data.expect("it is held"),
    });
    let waiting = play.state.sockets(server).find_map(|socket| {
        let (_, facts) = socket.buffers.as_ref()?;
        (facts.unread > 0).then(|| (facts.unread, facts.received.0.clone()))
    });
    assert_eq!(waiting, Some((3, b"two".to_vec())));
    play.step(server);
    assert_eq!(play.output(server), "one\ntwo\n");
}

#[test]
fn a_closed_window_is_probed_and_opens_when_the_program_reads() {
    if !is_wire_there() {
        return;
    }
    const DEAF: &str = r#"
import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
s.bind(("", 8989))
s.listen(5)
conn, addr = s.accept()
got = 0
while True:
    data = conn.recv(65536)
    if not data:
        break
    got = got + len(data)
print(got)
"#;
    const TALKER: &str = r#"
import socket
c = socket.socket()
c.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
c.connect(("192.168.131.62", 8989))
c.sendall(bytes(100000))
c.close()
"#;
    let mut play = Play::start(&[("server", DEAF), ("client", TALKER)]);
    play.order(Order::Hold {
        traffic: Traffic::default(),
        on: false,
    });
    play.step_until_blocked("server");
    play.step_until_blocked("client");
    assert_eq!(play.call("server"), "recv");
    assert_eq!(play.call("client"), "sendall");
    let is_blocked =
        |play: &Play| matches!(play.state.programs["client"].activity, Activity::Blocked(_));
    assert!(
        is_blocked(&play),
        "the server's buffer and the client's are full"
    );
    let probe = until_sent(&mut play, |s| s.reason == Some(Resent::WindowProbe));
    assert_eq!(play.state.segments[&probe].from, "client");
    let timer = play
        .state
        .sockets("client")
        .find_map(|s| s.facts.timer.clone());
    assert_eq!(timer.map(|timer| timer.kind), Some(TimerKind::Probe));
    play.play_on();
    assert_eq!(play.output("server"), "100000\n");
    let zero = play.trace.events().iter().any(|event| {
        matches!(&event.what, What::Counters { host, counters }
            if host == "server" && counters.contains_key("TcpExt.TCPToZeroWindowAdv"))
    });
    assert!(zero, "the server's kernel counts that it closed its window");
}

#[test]
fn a_header_that_lies_about_its_length_still_reaches_the_kernel_that_throws_it_away() {
    if !is_wire_there() {
        return;
    }
    let mut play = connected(Timers::Patient);
    play.step("client");
    let segment = play.held("client", Kind::Data).id;
    play.order(Order::Corrupt {
        segment,
        byte: Some(2), // the total length
    });
    play.order(Order::Deliver { segment });
    let fate = &play.state.segments[&segment].fate;
    assert!(matches!(fate, Fate::Delivered(_)), "{fate:?}");
    assert_eq!(counter(&play, "server", "Ip.InHdrErrors"), 1);
    assert_eq!(play.output("server"), "");
}

#[test]
fn an_order_to_hold_what_an_unknown_host_sends_is_refused() {
    if !is_wire_there() {
        return;
    }
    let mut play = connected(Timers::Patient);
    play.order(Order::Hold {
        traffic: Traffic {
            from: Some("nobody".to_owned()),
            kind: None,
        },
        on: false,
    });
    assert!(play.place("a note", |what| is_note(what, "there is no host nobody")) > 0);
}

fn is_note(what: &What, part: &str) -> bool {
    matches!(what, What::Note { text } if text.contains(part))
}

#[test]
fn a_closed_connection_whose_peer_stays_open_counts_down_to_its_end() {
    if !is_wire_there() {
        return;
    }
    // tcp_fin_timeout is an hour for a thinking student, else 60 s; a longer one than TIME_WAIT's
    // 60 s runs on another timer of the kernel first.
    for (timers, most_ms) in [(Timers::Patient, 3_600_000), (Timers::Natural, 60_000)] {
        let mut play = connected(timers);
        // send, send, close, and the end of the program: nobody owns the socket any more.
        play.step_until_blocked("client");
        let state = |play: &Play| {
            let mut sockets = play.state.sockets("client");
            sockets.next().map(|socket| socket.facts.clone())
        };
        while state(&play).is_none_or(|facts| facts.state != "FIN_WAIT2") {
            if play.state.held.is_empty() {
                // The acknowledgment may be a delayed one.
                play.take(Duration::from_secs(5));
                play.settle();
            } else {
                play.order(Order::DeliverAll);
            }
        }
        let orphan = state(&play).expect("it is there");
        assert_eq!(orphan.program, None);
        let timer = orphan.timer.expect("it counts down");
        assert_eq!(timer.kind, TimerKind::FinWait2);
        assert!((1..=most_ms).contains(&timer.expires_ms), "{timer:?}");
    }
}

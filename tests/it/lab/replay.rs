//! A run played again on fresh kernels, up to where the learner looked.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sockstep::director::{self, Next, Rule};
use sockstep::model::State;
use sockstep::packet::Kind;
use sockstep::replay::{Divergence, Plan, Sight, Step, Waiting};
use sockstep::trace::{Moment, Order, Timers, Trace, Traffic, What};

use super::{Play, is_wire_there};

/// A thread for each client.
const SERVER: &str = r#"
import socket, threading
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind(("", 8989))
s.listen(5)
def serve(conn, addr):
    data = conn.recv(1024)
    print(addr, data)
    conn.send(b"to " + str(addr[1]).encode())
    conn.close()
for _ in range(2):
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn, addr)).start()
s.close()
"#;

const CLIENT: &str = r#"
import socket
c = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
c.connect(("192.168.131.62", 8989))
c.send(b"one")
c.send(b"two")
print(c.recv(1024))
c.close()
"#;

/// What a state means, whatever its ports, times and ids.
fn meant(state: &State) -> Vec<String> {
    let mut ports: BTreeMap<String, &str> = BTreeMap::new();
    for host in state.hosts.values() {
        for socket in host.sockets.values() {
            for end in [&socket.facts.local, &socket.facts.remote]
                .into_iter()
                .flatten()
            {
                let port = end.rsplit(':').next().unwrap().to_owned();
                if port.len() == 5 {
                    ports.insert(port, "*");
                }
            }
        }
    }
    let hide = |text: String| {
        let hide = |text: String, (port, star): (&String, &&str)| text.replace(port, star);
        ports.iter().fold(text, hide)
    };
    let mut said = Vec::new();
    for program in state.programs.values() {
        let call = program.current_call();
        let call = call.map(|call| (call.line, &call.name, &call.args, call.thread));
        let mut output: Vec<&str> = program.output.lines().collect();
        output.sort_unstable();
        let ended = program.has_ended();
        said.push(hide(format!(
            "{} {call:?} {ended} {output:?}",
            program.name
        )));
    }
    for (name, host) in &state.hosts {
        let sockets = host.sockets.values().filter(|s| s.gone_at_us.is_none());
        let mut states: Vec<String> = sockets
            .map(|s| {
                let facts = &s.facts;
                hide(format!(
                    "{name} {} {:?} {:?} {} {:?}",
                    facts.state, facts.local, facts.remote, facts.recv_queue, facts.fd
                ))
            })
            .collect();
        states.sort_unstable();
        said.extend(states);
    }
    let held = state.held.iter().map(|id| &state.segments[id]);
    let mut held: Vec<String> = held
        .filter(|s| s.copy_of.is_none_or(|_| s.duplicated_at_us.is_some()))
        .map(|s| {
            let data = s.packet.as_ref().map(|p| p.payload().to_vec());
            let data = String::from_utf8_lossy(&data.unwrap_or_default()).into_owned();
            hide(format!(
                "held {} {:?} {:?} {data} {:?}",
                s.from,
                s.to,
                s.kind(),
                s.corrupted
            ))
        })
        .collect();
    held.sort_unstable();
    said.extend(held);
    said
}

/// Gives a fresh lab what the trace has up to a moment.
fn rerun(trace: &Trace, upto: Moment) -> Result<Play, Box<Divergence>> {
    let header = trace.header();
    let programs: Vec<(&str, &str)> = header
        .programs
        .iter()
        .map(|program| (program.name.as_str(), program.source.as_str()))
        .collect();
    let mut play = Play::start_with(&programs, header.timers);
    let mut plan = Plan::of(trace, upto);
    let started = Instant::now();
    loop {
        let now_us = started.elapsed().as_micros() as u64;
        match plan.next(&play.state, now_us) {
            Step::Give(ordered) => play.lab.order(ordered).expect("it takes orders"),
            Step::Wait(Waiting::Lab | Waiting::Timer) => {
                play.take_if_any(Duration::from_millis(100));
                assert!(
                    started.elapsed() < Duration::from_secs(60),
                    "{:?}",
                    play.tail()
                );
            }
            Step::Done => return Ok(play),
            Step::Diverged(divergence) => return Err(divergence),
        }
    }
}

fn same(trace: &Trace, upto: Moment) {
    let again = rerun(trace, upto).unwrap_or_else(|divergence| panic!("{divergence:?}"));
    let was = State::at(trace, upto);
    assert_eq!(meant(&again.state), meant(&was), "{upto:?}");
}

/// Where the orders were given: all came to rest before each.
fn orders(trace: &Trace) -> Vec<usize> {
    let events = trace.events().iter().enumerate();
    let is_order = |what: &What| matches!(what, What::Order(_));
    events
        .filter_map(|(place, event)| is_order(&event.what).then_some(place))
        .collect()
}

/// Two clients and every kind of order.
fn eventful() -> Play {
    let mut play = Play::start(&[("server", SERVER), ("client1", CLIENT), ("client2", CLIENT)]);
    play.step_until_blocked("server");
    play.step_until_blocked("client1");
    // A SYN is lost; its kernel sends it again after a second.
    play.drop_held("client1", Kind::Syn);
    while play.state.held.is_empty() {
        play.take(Duration::from_secs(5));
    }
    play.settle();
    play.step_until_blocked("client2");
    play.deliver("client1", Kind::Syn);
    let twin = play.held("client2", Kind::Syn).id;
    play.order(Order::Duplicate { segment: twin });
    play.deliver("client2", Kind::Syn);
    play.deliver("client2", Kind::Syn);
    play.deliver("server", Kind::SynAck);
    // The third ACK is lost; the data that follows stands for it.
    play.drop_held("client1", Kind::Ack);
    play.step("client1");
    play.step("client1");
    let first = play.held("client1", Kind::Data).id;
    let second = play.state.held.iter().rev().find(|id| {
        let segment = &play.state.segments[id];
        segment.from == "client1" && segment.kind() == Some(Kind::Data)
    });
    // The second overtakes the first, of which a byte is turned over on the way.
    let segment = *second.expect("two are held");
    assert_ne!(first, segment);
    play.order(Order::Deliver { segment });
    let (segment, byte) = (first, None);
    play.order(Order::Corrupt { segment, byte });
    play.order(Order::Deliver { segment });
    while !play
        .state
        .held
        .iter()
        .any(|id| play.state.segments[id].copy_of == Some(first))
    {
        play.take(Duration::from_secs(5));
    }
    play.settle();
    play.play_on();
    play
}

#[test]
fn a_run_with_every_kind_of_order_is_played_again_to_any_moment() {
    if !is_wire_there() {
        return;
    }
    let play = eventful();
    let places = orders(&play.trace);
    let lost = play.place("a corrupted byte", |what| {
        matches!(what, What::Corrupted { .. })
    });
    for place in [places[6], places[places.len() / 2], lost - 1] {
        same(&play.trace, Moment(place));
    }
    same(&play.trace, play.trace.end());
}

#[test]
fn holds_delays_and_answers_are_played_again_too() {
    if !is_wire_there() {
        return;
    }
    let client = CLIENT.replace("b\"two\"", "input('say: ').encode()");
    let server = SERVER.replace("range(2)", "range(1)");
    let mut play = Play::start(&[("server", &server), ("client1", &client)]);
    let hold = |from: Option<&str>, kind, on| Order::Hold {
        traffic: Traffic {
            from: from.map(str::to_owned),
            kind,
        },
        on,
    };
    play.order(hold(None, None, false));
    play.order(hold(Some("client1"), Some(Kind::Data), true));
    play.step_until_blocked("server");
    play.step_until_blocked("client1");
    let (program, text) = ("client1".to_owned(), Some("张三".to_owned()));
    play.order(Order::Answer { program, text });
    play.step("client1");
    let segment = play.held("client1", Kind::Data).id;
    play.order(Order::Delay { segment, ms: 200 });
    while play.state.segments[&segment].is_on_wire() {
        play.take(Duration::from_secs(5));
    }
    play.settle();
    let delivered = play.trace.end();
    play.order(Order::DeliverAll);
    play.play_on();
    assert!(play.output("client1").contains("张三"));
    same(&play.trace, delivered);
    same(&play.trace, play.trace.end());
}

#[test]
fn a_re_run_is_itself_a_run_of_the_same_orders() {
    if !is_wire_there() {
        return;
    }
    let play = eventful();
    let again = rerun(&play.trace, play.trace.end()).expect("the same way");
    let deeds = |play: &Play| Plan::of(&play.trace, play.trace.end()).deeds();
    assert_eq!(deeds(&again), deeds(&play));
}

#[test]
fn a_program_that_lets_chance_choose_what_to_send_parts_and_it_is_said_where() {
    if !is_wire_there() {
        return;
    }
    let client = CLIENT.replace("b\"two\"", "str(time.time()).encode()");
    let client = client.replace("import socket", "import socket, time");
    let mut play = Play::start(&[("server", SERVER), ("client1", &client)]);
    play.play_on();
    let divergence = rerun(&play.trace, play.trace.end());
    let divergence = divergence.err().expect("the clock has moved on");
    assert!(
        matches!(&divergence.expected, Sight::Call { program, line: 7, call, .. }
            if program == "client1" && call == "send"),
        "{divergence:?}"
    );
    assert!(divergence.given > 5, "{divergence:?}");
    assert_ne!(divergence.expected, divergence.found);
}

/// Plays to the end and drops what the rule means, as `sockstep run --drop` does.
fn played_with(rule: &Rule) -> Play {
    let mut play = Play::start(&[("server", SERVER), ("client1", CLIENT)]);
    for _ in 0..2 {
        while let Next::Give(order) = director::next(&play.state) {
            match order {
                Order::Deliver { segment } if rule.means(&play.state, segment) => {
                    play.order(Order::Drop { segment });
                }
                order => play.order(order),
            }
        }
        // What was dropped comes again, after its timer.
        play.take_if_any(Duration::from_secs(2));
        play.settle();
    }
    play
}

#[test]
fn the_same_drop_rule_makes_the_same_run_twice() {
    if !is_wire_there() {
        return;
    }
    let rule = Rule::parse("client SYN 1").expect("it is sound");
    let (first, second) = (played_with(&rule), played_with(&rule));
    let orders = |play: &Play| Plan::of(&play.trace, play.trace.end()).deeds();
    assert!(orders(&first).iter().any(|deed| deed.contains("drop")));
    assert_eq!(orders(&first), orders(&second));
    assert_eq!(meant(&first.state), meant(&second.state));
}

#[test]
fn a_call_that_a_clock_ended_is_waited_for() {
    if !is_wire_there() {
        return;
    }
    const SLEEPER: &str = r#"
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind(("", 8989))
s.listen(5)
s.settimeout(0.6)
try:
    s.accept()
except socket.timeout:
    print("late")
time.sleep(0.3)
s.close()
"#;
    for timers in [Timers::Patient, Timers::Natural] {
        let mut play = Play::start_with(&[("server", SLEEPER)], timers);
        while !play.state.programs["server"].has_ended() {
            play.play_on();
            play.take_if_any(Duration::from_millis(50));
        }
        play.settle();
        same(&play.trace, play.trace.end());
    }
}

//! What a lesson's front matter asks of the kernels: who may bind low ports, when they send again.

use sockstep::trace::{LowPorts, Returned, TimerKind, Timers, What};

use super::is_wire_there;
use super::play::{Play, setup};

const BINDS_80: &str = "\
import socket
s = socket.socket()
s.bind(('', 80))
";

#[test]
fn guarded_ports_are_refused_by_the_kernel_and_open_ones_are_not() {
    if !is_wire_there() {
        return;
    }
    for (low_ports, expected) in [(LowPorts::Open, None), (LowPorts::Guarded, Some("EACCES"))] {
        let mut setup = setup(&[("server", BINDS_80)], Timers::Patient);
        setup.low_ports = low_ports;
        let mut play = Play::start_as(&setup);
        play.play_on();
        assert_eq!(play.trace.header().low_ports, low_ports);
        let refused = play
            .trace
            .events()
            .iter()
            .find_map(|event| match &event.what {
                What::Return {
                    returned: Returned::Failed { error, .. },
                    ..
                } => error.clone(),
                _ => None,
            });
        assert_eq!(refused.as_deref(), expected);
    }
}

/// How long until the client's kernel sends its data again.
fn resends_in_ms(timers: Timers) -> u32 {
    let server = "\
import socket
s = socket.socket()
s.bind(('', 9000))
s.listen()
c, a = s.accept()
c.recv(100)
";
    let client = "\
import socket
s = socket.socket()
s.connect(('192.168.131.62', 9000))
s.send(b'hello')
s.recv(100)
";
    let mut play = Play::start_with(&[("server", server), ("client", client)], timers);
    while play.call("client") != "send" {
        let next = sockstep::director::next(&play.state);
        let sockstep::director::Next::Give(order) = next else {
            panic!("{next:?}");
        };
        play.order(order);
    }
    play.step("client");
    let mut sockets = play.state.sockets("client");
    let timer = sockets.find_map(|socket| socket.facts.timer.as_ref());
    let timer = timer.expect("data is in flight");
    assert_eq!(timer.kind, TimerKind::Retransmit);
    timer.expires_ms
}

#[test]
fn in_a_still_lesson_nothing_in_flight_is_sent_again_for_two_minutes() {
    if !is_wire_there() {
        return;
    }
    assert!(resends_in_ms(Timers::Patient) < 2_000);
    let still = resends_in_ms(Timers::Still);
    assert!(still > 100_000, "{still}");
}

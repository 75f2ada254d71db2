//! A long run is watched in time that its events pay for, not its history.

use rustix::time::{ClockId, clock_gettime};
use sockstep::lesson::{Trigger, Watcher};
use sockstep::model::State;
use sockstep::trace::{Key, Trace, What};

use super::triggers::{blocked, call, delivered, returns, sent, socket, trace};

/// Rounds of the short run; the long one has so many times as many.
const SHORT: u64 = 250;
const TIMES: u64 = 12;
/// What a busy machine adds.
const SLACK_MILLIS: f64 = 1.0;

/// Connections that come and go, calls that wait and return, segments that cross.
fn rounds(count: u64) -> Trace {
    let mut whats = vec![socket("server", 0, "LISTEN", Some(3), Some(0))];
    for n in 1..=count {
        whats.extend([
            socket("server", n, "ESTABLISHED", Some(4), None),
            call("server", n, "recv"),
            blocked("server", n),
            sent("client", 2 * n, "A", b"hello", None),
            delivered(2 * n),
            returns("server", n, "b'hello'", Some(b"hello")),
            sent("client", 2 * n + 1, "FA", b"", None),
            delivered(2 * n + 1),
            What::Gone {
                host: "server".to_owned(),
                key: Key(n),
            },
        ]);
    }
    trace(whats)
}

fn millis() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 * 1e3 + now.tv_nsec as f64 / 1e6
}

/// What watching the second half of a run costs, in ms, without what the state costs.
fn cost(trigger: &str, run: &Trace) -> f64 {
    let parsed = Trigger::parse(trigger).expect("a trigger");
    let mut watcher = Watcher::new(&parsed);
    let mut state = State::new(run.header());
    let half = run.events().len() / 2;
    let mut spent = 0.0;
    for (at, event) in run.events().iter().enumerate() {
        state.apply(event);
        let before = millis();
        watcher.see(&state, event);
        if at >= half {
            spent += millis() - before;
        }
    }
    spent
}

#[test]
fn a_watcher_does_not_walk_over_the_run() {
    let (short, long) = (rounds(SHORT), rounds(SHORT * TIMES));
    for trigger in [
        "server recv returns 99999999",
        "server recv blocked 99999999",
        "client data 99999999 delivered",
        "client sends data 99999999",
        "server has 99 ESTABLISHED",
        "server receive buffer is 99",
        "server accept queue is 99",
        "nothing is held and server sends RST",
        "byte 99 of client read",
        "server sends packet of 99999 bytes",
        "client announces window 99",
    ] {
        // So many times the events take so many times as long; walking over what was before
        // them would take the square of that.
        let (short, long) = (cost(trigger, &short), cost(trigger, &long));
        let most = (short + SLACK_MILLIS) * TIMES as f64 * 3.0;
        assert!(long < most, "{trigger}: {short} ms, then {long} ms");
    }
}

//! Who closed first keeps the port, for a while: `TIME_WAIT` and `SO_REUSEADDR`.

use sockstep::trace::TimerKind;

use super::{Run, run, run_edited, socket, sockets};
use crate::lab::is_wire_there;

const IN_USE: &str = "[Errno 98] Address already in use\n";

/// A server that runs twice; whether its first and its second run set the option.
#[track_caller]
fn restarted(client: &str, first: bool, second: bool) -> Run {
    let python = |is_set| if is_set { "True" } else { "False" };
    run_edited(
        &format!("restart_server.py {client} --stdin-server enter.txt"),
        &[
            (
                "FIRST_SETS_REUSEADDR = False",
                &format!("FIRST_SETS_REUSEADDR = {}", python(first)),
            ),
            (
                "SECOND_SETS_REUSEADDR = False",
                &format!("SECOND_SETS_REUSEADDR = {}", python(second)),
            ),
        ],
    )
}

#[test]
fn time_wait_is_real_and_a_server_that_closed_first_cannot_bind_again() {
    if !is_wire_there() {
        return;
    }
    let run = run("restart_server.py waiting_client.py --stdin-server enter.txt");
    let between = run.asked("server", 1);
    assert_eq!(sockets(&between, "server"), ["TIME_WAIT"]);
    assert_eq!(sockets(&between, "client1"), [] as [&str; 0]);
    let waits = socket(&between, "server", "TIME_WAIT");
    let timer = waits.timer.as_ref().expect("it ends by itself");
    assert_eq!(timer.kind, TimerKind::TimeWait);
    assert!((50_000..=60_000).contains(&timer.expires_ms), "{timer:?}");
    assert_eq!(run.output("server"), format!("b'bye'\n{IN_USE}"));
}

/// The advice is to add the line and to run again. That run still fails: both must have set it.
#[test]
fn so_reuseaddr_helps_only_if_both_runs_set_it() {
    if !is_wire_there() {
        return;
    }
    for (first, second, expected) in [
        (false, false, IN_USE),
        (false, true, IN_USE),
        (true, false, IN_USE),
        (true, true, "bound again\n"),
    ] {
        let run = restarted("waiting_client.py", first, second);
        let output = run.output("server");
        assert_eq!(output, format!("b'bye'\n{expected}"), "{first} {second}");
    }
}

#[test]
fn a_server_whose_client_closed_first_binds_again_without_any_option() {
    if !is_wire_there() {
        return;
    }
    let run = restarted("leaving_client.py", false, false);
    let between = run.asked("server", 1);
    assert_eq!(sockets(&between, "server"), [] as [&str; 0]);
    assert_eq!(sockets(&between, "client1"), ["TIME_WAIT"]);
    assert_eq!(run.output("server"), "b''\nbound again\n");
}

#[test]
fn so_reuseaddr_never_binds_beside_a_live_listener() {
    if !is_wire_there() {
        return;
    }
    let run = run("two_listeners.py leaving_client.py");
    assert_eq!(run.output("server"), IN_USE);
}

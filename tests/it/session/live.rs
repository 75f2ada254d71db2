//! Between a recorded run and a live one, with a real lab.

use sockstep::director::Next;
use sockstep::session::{Command, Notice, Open, Session};
use sockstep::trace::Moment;

use super::seat::{Seat, handshake};
use crate::lab::is_wire_there;

fn is_at_rest(session: &Session) -> bool {
    let view = session.view();
    view.recorded.is_none() && view.timeline.newest().is_at_rest && view.rerun.is_none()
}

#[test]
fn a_recorded_run_is_run_again_up_to_the_cursor_and_goes_on_live() {
    if !is_wire_there() {
        return;
    }
    let mut seat = Seat::with("run.jsonl", handshake("\"lesson\":\"handshake\","));
    let orders = |seat: &Seat| seat.session.view().timeline.state().orders;
    while orders(&seat) < 6 {
        seat.press(Command::Next);
    }
    let wanted = orders(&seat);
    seat.press(Command::ReRun);
    seat.wait_until("run again", is_at_rest);
    let view = seat.session.view();
    assert_eq!(view.notice, Some(&Notice::Reran { orders: wanted }));
    assert!(view.timeline.is_live());
    assert_eq!(view.lesson.map(|lesson| &*lesson.id), Some("handshake"));
    assert!(matches!(view.next, Next::Give(_)), "{:?}", view.next);
    let before = view.timeline.trace().end();
    seat.press(Command::Next);
    seat.wait_until("a step further", |session| {
        session.view().timeline.trace().end() > before && is_at_rest(session)
    });
    // From the start it is the same programs, and Restart keeps them.
    seat.press(Command::Restart);
    seat.wait_until("begun anew", is_at_rest);
    assert_eq!(orders(&seat), 0);
}

#[test]
fn the_live_run_is_as_it_was_left_and_the_one_before_is_cancelled() {
    if !is_wire_there() {
        return;
    }
    let mut seat = Seat::with("run.jsonl", handshake(""));
    seat.press(Command::LeaveRecorded);
    seat.wait_until("a lesson", is_at_rest);
    for _ in 0..3 {
        let before = seat.session.view().timeline.trace().end();
        seat.press(Command::Next);
        seat.wait_until("a step", |session| {
            session.view().timeline.trace().end() > before && is_at_rest(session)
        });
    }
    let trace = seat.session.view().timeline.trace().clone();
    let (pid, lesson) = (seat.session.lab_pid(), seat.session.view().desk.shelf.open);
    let path = seat.path("run.jsonl");
    for _ in 0..2 {
        // The second takes the first one's place.
        let (path, program) = (path.clone(), None);
        seat.press(Command::Open(Open::File { path, program }));
    }
    seat.until_opened();
    assert!(seat.session.view().recorded.is_some());
    assert_eq!(seat.session.view().timeline.moment(), Moment(0));
    seat.press(Command::LeaveRecorded);
    let view = seat.session.view();
    assert_eq!((view.desk.shelf.open, view.recorded), (lesson, None));
    assert_eq!(
        view.timeline.trace().events()[..trace.end().0],
        *trace.events()
    );
    assert_eq!(seat.session.lab_pid(), pid, "the same lab");
    assert!(pid.is_some());
    let before = seat.session.view().timeline.trace().end();
    seat.press(Command::Next);
    seat.wait_until("a step more", |session| {
        session.view().timeline.trace().end() > before && is_at_rest(session)
    });
    // A lab whose run is given up is gone.
    seat.open(path);
    seat.press(Command::Restart);
    seat.wait_until("the recorded programs, live", is_at_rest);
    assert_ne!(seat.session.lab_pid(), pid);
    seat.wait_until("nothing is left", |session| session.leaving() == 0);
}

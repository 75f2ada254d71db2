//! A recorded run on the stage: looked at from its beginning, read-only, with its lesson beside it.

use sockstep::director::Next;
use sockstep::session::{Command, FileRemark, Notice, Origin, Refusal, Unopened};
use sockstep::trace::{Moment, WireKind};

use super::seat::{Seat, handshake};

const OF_LESSON: &str = "\"lesson\":\"handshake\",";

#[test]
fn an_opened_run_is_looked_at_from_its_beginning_and_has_an_end() {
    let mut seat = Seat::with("a run", handshake(""));
    let view = seat.session.view();
    let recorded = view.recorded.expect("it is on the stage");
    assert_eq!((recorded.origin, &recorded.cut_short), (Origin::Run, &None));
    assert!(!recorded.has_lesson, "it does not say which");
    assert_eq!(
        view.lesson.map(|lesson| &*lesson.title),
        Some("A recorded run")
    );
    assert_eq!((view.timeline.moment(), view.notice), (Moment(0), None));
    assert_eq!(seat.session.lab_pid(), None, "nothing runs");
    assert_eq!(seat.session.view().timeline.newest().wire, WireKind::Held);
    let stops = seat.session.view().timeline.stops().len();
    for step in 1..=stops {
        assert_eq!(seat.session.view().next, Next::Forward);
        seat.press(Command::Next);
        assert_eq!(seat.session.view().timeline.step(), step);
    }
    assert!(
        !seat.session.view().timeline.is_live(),
        "its end is no present"
    );
    seat.press(Command::Next);
    let ends = Notice::Refused(Refusal::RecordingEnds);
    assert_eq!(seat.session.view().notice, Some(&ends));
    seat.press(Command::Back);
    assert_eq!(seat.session.view().timeline.step(), stops - 1);
}

#[test]
fn nothing_of_a_recorded_run_can_be_ordered() {
    let mut seat = Seat::with("run.jsonl", handshake(OF_LESSON));
    let before = seat.session.view().timeline.trace().clone();
    for command in [
        Command::Step("server".to_owned()),
        Command::Deliver(sockstep::trace::SegmentId(0)),
        Command::Order(sockstep::trace::Order::DeliverAll),
        Command::Guess { beat: 0, option: 0 },
    ] {
        seat.press(command.clone());
        let said = seat.session.view().notice.cloned();
        assert_eq!(
            said,
            Some(Notice::Refused(Refusal::Recorded)),
            "{command:?}"
        );
    }
    assert_eq!(*seat.session.view().timeline.trace(), before);
    assert!(seat.session.view().guesses.is_empty());
}

#[test]
fn its_lesson_stands_beside_it_and_lights_up_as_the_replay_passes() {
    let mut seat = Seat::with("run.jsonl", handshake(OF_LESSON));
    let view = seat.session.view();
    let lesson = view.lesson.expect("a lesson");
    assert_eq!(lesson.id, "handshake");
    let recorded = view.recorded.expect("recorded");
    assert!(recorded.has_lesson);
    let passed = |seat: &Seat| seat.session.view().beats.iter().flatten().count();
    assert_eq!(passed(&seat), 0, "none is passed yet");
    assert!(view.verdicts.is_empty(), "nothing is given away");
    seat.press(Command::GoLive);
    assert!(passed(&seat) > 3);
    let view = seat.session.view();
    assert!(!view.verdicts.is_empty() && !view.desk.shelf.evidence.is_empty());
    seat.press(Command::GoTo(Moment(0)));
    let view = seat.session.view();
    assert!(view.verdicts.is_empty() && view.desk.shelf.evidence.is_empty());
    let progress = &view.desk.shelf.progress.lessons;
    assert!(
        !progress.contains_key("handshake"),
        "looking is no progress"
    );
}

#[test]
fn what_is_no_run_is_told_apart_by_its_content_and_the_lesson_is_there() {
    let run = handshake("").into_bytes();
    let unopened = |seat: &Seat| match seat.session.view().notice {
        Some(Notice::Files(FileRemark::Unopened { why, .. })) => why.clone(),
        other => panic!("{other:?}"),
    };
    for (bytes, expected) in [
        (&b"\x1f\x8b\x08\x00"[..], Unopened::Packed),
        (b"\x7fELF\0\0", Unopened::Unknown),
    ] {
        let seat = Seat::with("run.jsonl", bytes);
        assert_eq!(unopened(&seat), expected);
        assert!(seat.session.view().recorded.is_none());
    }
    let mut seat = Seat::with("run.jsonl", "{\"sockstep\":\"one\"}\n");
    assert!(matches!(unopened(&seat), Unopened::Run(at) if at.line == 1));
    // The next one is sound.
    let path = seat.path("sound");
    std::fs::write(&path, run).expect("a file");
    seat.open(path);
    assert!(seat.session.view().recorded.is_some());
    assert_eq!(seat.session.view().notice, None);
}

#[test]
fn a_run_that_is_cut_short_is_shown_as_far_as_it_is_sound_and_says_where_it_ends() {
    let whole = handshake("");
    let cut: String = whole.split_inclusive('\n').take(60).collect();
    let seat = Seat::with("run.jsonl", format!("{cut}{{\"n\":59,\"at"));
    let view = seat.session.view();
    let Some(Notice::CutShort { at, .. }) = view.notice else {
        panic!("{:?}", view.notice);
    };
    assert_eq!(at.line, 61);
    assert_eq!(view.timeline.trace().end(), Moment(59));
    assert!(view.recorded.is_some());
}

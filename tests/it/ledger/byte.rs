//! One byte: who wrote it, which segment has it, who read it.

use sockstep::model::Place;
use sockstep::trace::SegmentId;

use super::Run;

/// Place, value, the writer's call and place in it, the segments, the reader's likewise.
type Told = (
    Place,
    Option<u8>,
    Option<(u64, u64)>,
    Vec<u64>,
    Option<(u64, u64)>,
);

fn told(run: &Run, at: u64) -> Option<Told> {
    let facts = run.state.byte(&run.stream(), at)?;
    assert_eq!(facts.at, at);
    let share = |share: sockstep::model::Share| (share.call.0, share.nth);
    Some((
        facts.place,
        facts.value,
        facts.writer.map(share),
        facts.segments.iter().map(|SegmentId(id)| *id).collect(),
        facts.reader.map(share),
    ))
}

#[test]
fn a_byte_has_its_writer_its_segment_and_its_reader() {
    let mut run = Run::connected();
    assert_eq!(told(&run, 0), None, "there is none yet");
    run.write("client", b"abc");
    run.write("client", b"defg");
    let first = run.data(0, b"abcd");
    let lost = run.data(4, b"e");
    let held = run.data(5, b"f");
    run.deliver(first);
    run.lose(lost);
    run.read("server", b"ab");
    run.read("server", b"c");
    for (at, expected) in [
        (0, (Place::Read, b'a', (0, 1), vec![], Some((2, 1)))),
        (1, (Place::Read, b'b', (0, 2), vec![], Some((2, 2)))),
        (2, (Place::Read, b'c', (0, 3), vec![], Some((3, 1)))),
        (3, (Place::Received, b'd', (1, 1), vec![], None)),
        (4, (Place::Sent, b'e', (1, 2), vec![lost.0], None)),
        (5, (Place::Wire, b'f', (1, 3), vec![held.0], None)),
        (6, (Place::Unsent, b'g', (1, 4), vec![], None)),
    ] {
        let (place, value, writer, segments, reader) = expected;
        let expected = (place, Some(value), Some(writer), segments, reader);
        assert_eq!(told(&run, at), Some(expected), "byte {at}");
    }
    assert_eq!(told(&run, 7), None);
    assert_eq!(told(&run, u64::MAX), None);
}

#[test]
fn every_segment_on_the_wire_that_carries_it_is_told_and_the_newest_that_was_lost() {
    let mut run = Run::connected();
    run.write("client", b"abc");
    let one = run.data(0, b"abc");
    let copy = run.duplicate(one);
    let segments = |run: &Run, at| told(run, at).map(|told| told.3);
    assert_eq!(segments(&run, 1), Some(vec![one.0, copy.0]));
    run.lose(one);
    assert_eq!(segments(&run, 1), Some(vec![copy.0]));
    run.lose(copy);
    let again = run.data(1, b"bc");
    run.lose(again);
    assert_eq!(segments(&run, 0), Some(vec![copy.0]));
    assert_eq!(segments(&run, 1), Some(vec![again.0]));
}

#[test]
fn what_a_waiting_call_offers_is_its_own_and_its_value_is_not_known() {
    let mut run = Run::connected();
    run.write("client", b"ab");
    let call = run.call("client", "sendall", "b'...'", Some(4));
    assert_eq!(told(&run, 2), None, "it was not let in");
    run.block("client", call);
    let offered = |nth| Some((Place::Program, None, Some((call.0, nth)), vec![], None));
    assert_eq!(told(&run, 2), offered(1));
    assert_eq!(told(&run, 5), offered(4));
    assert_eq!(told(&run, 6), None);
}

#[test]
fn of_two_calls_at_once_nobody_says_which_it_was() {
    let mut run = Run::connected();
    run.write("client", b"abcd");
    let data = run.data(0, b"abcd");
    let calls = [0, 1].map(|_| {
        let call = run.call("server", "recv", "2", None);
        run.block("server", call);
        call
    });
    run.deliver(data);
    run.give_back("server", calls[1], "b'..'", b"ab");
    run.give_back("server", calls[0], "b'..'", b"cd");
    let (place, _, writer, _, reader) = told(&run, 0).unwrap();
    assert_eq!((place, writer, reader), (Place::Read, Some((0, 1)), None));
}

#[test]
fn a_copy_is_kept_until_the_sender_hears_of_it() {
    let mut run = Run::connected();
    run.write("client", b"ab");
    let data = run.data(0, b"ab");
    run.deliver(data);
    let kept = |run: &Run| !run.state.byte(&run.stream(), 1).unwrap().is_acknowledged;
    assert!(kept(&run));
    let ack = run.acknowledging("server", 0, b"", "", 2);
    assert!(kept(&run), "it is still on the wire");
    run.deliver(ack);
    assert!(!kept(&run));
}

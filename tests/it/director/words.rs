//! The words of a script for one segment, and for a text.

use sockstep::director::{Rule, Script, quoted, words_for};
use sockstep::packet::Kind;
use sockstep::trace::{SegmentId, What};

use super::fixture::Fixture;

#[test]
fn what_was_sent_again_and_what_the_wire_made_have_names_of_their_own() {
    let mut run = Fixture::new(&["server", "client"]);
    run.sends("client", Kind::Data); // 0
    run.sends("client", Kind::Data); // 1
    run.resends("client", Kind::Data, 0); // 2
    run.sends("client", Kind::Data); // 3
    run.resends("client", Kind::Data, 2); // 4
    let (segment, copy) = (SegmentId(1), SegmentId(5));
    run.push(What::Duplicated { segment, copy });
    let (segment, copy) = (SegmentId(1), SegmentId(6));
    run.push(What::Duplicated { segment, copy });
    let expected = [
        "client data 1",
        "client data 2",
        "client data 1 again",
        "client data 3 original",
        "client data 1 again 2",
        "client data 2 copy",
        "client data 2 copy 2",
    ];
    for (id, expected) in (0..).map(SegmentId).zip(expected) {
        let words = words_for(&run.state, id).expect("it has a name");
        assert_eq!(words, expected);
        let rule = Rule::parse(&words).expect("it is a rule");
        let meant: Vec<SegmentId> = (0..7)
            .map(SegmentId)
            .filter(|id| rule.means(&run.state, *id))
            .collect();
        // Without a number, any of them will do.
        let first = meant.first();
        assert_eq!(first, Some(&id), "{words} means {meant:?}");
    }
    let counted = Rule::parse("client data 3").expect("it is a rule");
    assert!(
        counted.means(&run.state, SegmentId(2)),
        "what is sent again counts again"
    );
}

#[test]
fn a_damaged_segment_is_still_what_was_sent() {
    let mut run = Fixture::new(&["server", "client"]);
    run.sends("client", Kind::Syn);
    let segment = SegmentId(0);
    let was = run.state.segments[&segment].bytes[33];
    run.push(What::Corrupted {
        segment,
        byte: 33, // the flags
        was,
        now: !was,
    });
    assert_ne!(run.state.segments[&segment].kind(), Some(Kind::Syn));
    let rule = Rule::parse("client SYN 1").expect("it is a rule");
    assert!(rule.means(&run.state, segment));
}

#[test]
fn a_text_is_put_into_quotes_that_it_does_not_have() {
    for (text, expected) in [
        ("hello", Some("\"hello\"")),
        ("say \"hi\" # 1", Some("'say \"hi\" # 1'")),
        ("it's “so”", Some("「it's “so”」")),
        ("it's “so”」", None),
        ("two\nlines", None),
    ] {
        let quoted = quoted(text);
        assert_eq!(quoted.as_deref(), expected);
        if let Some(quoted) = quoted {
            let line = format!("answer client {quoted} # comment");
            let script = Script::parse(&line, 1).expect("it is sound");
            let (_, said) = script.lines().next().expect("one line");
            assert_eq!(said, format!("answer client {quoted}"));
        }
    }
}

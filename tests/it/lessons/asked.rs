//! Quizzes by key and myths: read, refused, and answered by a recorded run.

use sockstep::lesson::{BeatWatch, Block, Judged, Language, Lesson, Quiz, parse};
use sockstep::trace::{Moment, What};

use super::broken::check_broken;
use super::{RECORDED, check, parsed};

const KEY: &str = "```quiz\nIs TCP kind?\n- [right] yes\n- [Wrong] no\nhint: think\n";

#[test]
fn a_quiz_by_key_has_one_right_option_and_says_why() {
    check(
        &format!("{KEY}because: it `waits`\n```"),
        "[quiz Is TCP kind? - (right) yes - (wrong) no ? think]",
    );
    for because in ["因为：它会等", "because: it waits\nfor all", "Because：it"] {
        let lesson = parsed(&format!("{KEY}{because}\n```"));
        let quiz = quiz_of(&lesson, 0);
        assert_eq!(quiz.key(), Some(0), "{because}");
        assert!(quiz.because.is_some(), "{because}");
        assert_eq!(quiz.options[1].judged, Judged::Wrong, "{because}");
    }
    check_broken(
        &format!("{KEY}```"),
        &["20: a quiz by key that does not say why; add a line because:"],
    );
    let because = "because: x\n```";
    for (options, expected) in [
        (
            "- [right] a\n- [always] b",
            "20: some options are judged by the run",
        ),
        (
            "- [wrong] a\n- [wrong] b",
            "20: a quiz by key has one [right] option, not 0",
        ),
        (
            "- [right] a\n- [right] b",
            "20: a quiz by key has one [right] option, not 2",
        ),
    ] {
        check_broken(&format!("```quiz\nq\n{options}\n{because}"), &[expected]);
    }
    check_broken(
        "```quiz\nq\n- [right] a\n- [wrong] b\nbecause: x\n因为：y\n```",
        &["25: a second reason; keep one"],
    );
}

#[test]
fn a_myth_has_a_claim_an_answer_and_a_fact() {
    let expected = "[myth accept() <b shakes> hands. (server listens) The kernel did it.]";
    for shows in ["shows:", "Shows：", "表明:", "表明："] {
        check(
            &format!(
                "```myth\naccept() **shakes**\nhands.\n{shows} server listens\nThe kernel\ndid it.\n```"
            ),
            expected,
        );
    }
    for (body, expected) in [
        ("a\nb", "20: a `myth` block without `shows:`"),
        ("shows: always\nb", "20: a `myth` block without a claim"),
        ("a\nshows: always", "22: nothing follows `shows:`"),
        ("a\nshows: server flies\nb", "22: unknown trigger word"),
        ("a\nshows: sever listens\nb", "22: 'sever' is neither"),
        ("a\nshows:\nb", "22: "),
        ("a\nshows: always\nshows: never\nb", "23: a second `shows:`"),
        ("a\nshows: always\n![x](y.png)", "23: 'y.png' is a picture"),
    ] {
        check_broken(&format!("```myth\n{body}\n```"), &[expected]);
    }
    let one = "```myth\na\nshows: always\nb\n```\n";
    check_broken(
        &format!("{one}{one}"),
        &["25: a second `myth` block in one beat"],
    );
}

#[test]
fn a_myth_before_the_first_beat_is_refused() {
    let (front, program) = (super::FRONT, super::PROGRAM);
    let text = format!(
        "{front}{program}```myth\na\nshows: always\nb\n```\n{}",
        super::BEAT
    );
    let problems = parse(&text, super::path(), Language::English).unwrap_err();
    assert!(problems[0].to_string().contains("before the first beat"));
}

fn quiz_of(lesson: &Lesson, beat: usize) -> &Quiz {
    let mut quizzes = sockstep::lesson::quizzes(lesson);
    let found = quizzes.find(|(of, _)| *of == beat);
    found.expect("it has a quiz").1
}

/// The beats of lesson 4 around the SYN, with a block below the one about it.
fn with_block(block: &str) -> Lesson {
    let beat = |when: &str| format!("## B\n```when\n{when}\n```\n");
    let [before, here, after] = [
        "server accept blocked",
        "client sends SYN",
        "server sends SYN+ACK",
    ]
    .map(beat);
    let client = "```python client\nimport socket\n```\n";
    let body = format!(
        "{client}{before}{here}{block}\n{after}{}",
        beat("client TIME_WAIT")
    );
    let (front, program) = (super::FRONT, super::PROGRAM);
    let text = format!("{front}{program}{body}");
    parse(&text, super::path(), Language::English).expect("a sound lesson")
}

#[test]
fn a_myth_is_answered_by_the_event_that_shows_it() {
    let trace = sockstep::trace::load(RECORDED).unwrap().trace;
    let myth = |shows: &str| with_block(&format!("```myth\na\nshows: {shows}\nb\n```"));
    let watch = BeatWatch::of(&myth("client SYN delivered"), &trace);
    let Moment(at) = watch.myths()[&1];
    assert!(matches!(
        trace.events()[at - 1].what,
        What::Delivered { .. }
    ));
    assert!(watch.unmet().is_empty());
    // It happens in this run, but not between the beat before and the beat after.
    let watch = BeatWatch::of(&myth("client sends FIN"), &trace);
    assert!(watch.myths().is_empty());
    let unmet = watch.unmet();
    assert_eq!(unmet.len(), 1);
    assert_eq!(
        (unmet[0].0, unmet[0].1.trigger.text.as_str()),
        (1, "client sends FIN")
    );
    assert!(matches!(
        &myth("always").beats[1].body[0],
        Block::Myth(myth) if myth.shows.line == myth.line + 2
    ));
}

#[test]
fn an_answer_to_a_myth_is_told_when_its_passage_is_reached() {
    let trace = sockstep::trace::load(RECORDED).unwrap().trace;
    let lesson = with_block("```myth\na\nshows: server listens\nb\n```");
    let mut watch = BeatWatch::new(&lesson);
    let mut state = sockstep::model::State::new(trace.header());
    for event in trace.events() {
        state.apply(event);
        watch.see(&state, event);
        let is_reached = watch.reached()[1].is_some();
        assert_eq!(
            watch.myths().contains_key(&1),
            is_reached,
            "{}",
            state.moment.0
        );
    }
}

#[test]
fn a_key_judges_once_and_only_its_own_quiz() {
    let lesson = with_block(&format!("{KEY}because: x\n```"));
    let mut watch = BeatWatch::new(&lesson);
    assert_eq!(watch.verdict(1), None);
    assert!(watch.judge_by_key(1));
    assert_eq!(watch.verdict(1), Some(0));
    assert!(!watch.judge_by_key(1), "it is decided");
    assert!(!watch.judge_by_key(2), "no quiz is there");
    assert!(!watch.judge_by_key(0) && !watch.judge_by_key(900));
    let trace = sockstep::trace::load(RECORDED).unwrap().trace;
    let watch = BeatWatch::of(&lesson, &trace);
    assert_eq!(watch.verdict(1), None, "no run decides it");
}

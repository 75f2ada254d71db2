//! Puzzles: read, refused, opened over a run of a real lab, and judged by it.

use sockstep::lesson::{Asks, Attempt, Case, Clue, Language, Lesson, Telling, load};
use sockstep::trace::{Trace, WireKind};

use super::broken::check_broken;
use super::{BEAT, FRONT, PROGRAM, parsed};

/// Recorded with `sockstep run lessons/04-handshake --drop 'server SYN+ACK 1' --save`.
const LOST: &str = include_str!("puzzles/lost-syn-ack.jsonl");

const HEAD: &str = "What was lost?\nrun: lost-syn-ack.jsonl\nseen by: client\nshow: 1 to 6\n";
const FAULT: &str =
    "fault:\n- [client SYN dropped] the SYN\n- [server SYN+ACK dropped] the **SYN-ACK**\n";

fn lost() -> Trace {
    sockstep::trace::load(LOST).expect("a sound trace").trace
}

fn block(body: &str) -> String {
    format!("```puzzle\n{body}\nhint: think\nbecause: it is so\n```")
}

/// The first puzzle of a lesson with this block, its run opened.
fn opened(body: &str) -> Result<Case, (String, String)> {
    let lesson = parsed(&block(body));
    lesson.puzzles[0].open(&lost())
}

fn case(body: &str) -> Case {
    opened(body).unwrap_or_else(|wrong| panic!("{body}: {wrong:?}"))
}

fn in_words(case: &Case) -> Vec<String> {
    let rows = case.rows.iter().map(|row| {
        let (seq, ack) = (row.seq.unwrap_or(99), row.ack.unwrap_or(99));
        format!(
            "{:?} {} {} {seq} {ack} {}",
            row.way, row.peer, row.flags, row.length
        )
    });
    rows.collect()
}

#[test]
fn the_rows_are_what_a_capture_on_that_host_has() {
    let client = case(&format!("{HEAD}{FAULT}"));
    assert_eq!(client.kernel, "6.18.44");
    assert_eq!(
        in_words(&client),
        [
            "Out server SYN 0 99 0",
            "Out server SYN 0 99 0",
            "In server SYN+ACK 0 1 0",
            "Out server ACK 1 1 0",
            "Out server PSH+ACK 1 1 10",
            "In server ACK 1 11 0",
        ],
        "the lost SYN-ACK never came"
    );
    assert_eq!(client.rows[0].at_us, 0);
    assert!((900_000..1_300_000).contains(&client.rows[1].at_us));
    let [lost] = client.unseen.as_slice() else {
        panic!("{:?}", client.unseen)
    };
    assert!(lost.is_lost && lost.flags == "SYN+ACK" && lost.at_us < 100_000);
    let head = HEAD.replace("client", "server").replace("1 to 6", "1 to 4");
    let server = case(&format!("{head}{FAULT}"));
    assert_eq!(
        in_words(&server),
        [
            "In client SYN 0 99 0",
            "Out client SYN+ACK 0 1 0",
            "Out client SYN+ACK 0 1 0",
            "In client ACK 1 1 0",
        ]
    );
    assert!(server.rows[1].is_lost && !server.rows[2].is_lost);
}

#[test]
fn a_fault_is_judged_by_the_run_and_a_wrong_guess_points_at_the_row_that_tells() {
    let by_run = case(&format!("{HEAD}{FAULT}"));
    assert_eq!(by_run.right, Some(1));
    let mut attempt = Attempt::new("seed", &by_run.rows, 0);
    assert_eq!(by_run.judge(&attempt), Err(vec![Clue::Row(1)]), "no answer");
    attempt.choice = Some(0);
    assert_eq!(
        by_run.judge(&attempt),
        Err(vec![Clue::Row(1)]),
        "the second SYN"
    );
    attempt.choice = Some(1);
    assert_eq!(by_run.judge(&attempt), Ok(()));
    let told = case(&format!("{HEAD}tells: 3\n{FAULT}"));
    attempt.choice = Some(0);
    assert_eq!(told.judge(&attempt), Err(vec![Clue::Row(2)]));
}

#[test]
fn an_order_is_judged_by_what_the_rows_show() {
    let case = case(&format!("{HEAD}order:"));
    let mut attempt = Attempt::new("seed", &case.rows, 0);
    assert!(case.judge(&attempt).is_err(), "it is mixed");
    assert_eq!(attempt, Attempt::new("seed", &case.rows, 0), "always alike");
    assert_ne!(attempt, Attempt::new("sead", &case.rows, 0));
    attempt.order = vec![1, 0, 2, 3, 4, 5];
    assert_eq!(case.judge(&attempt), Ok(()), "the SYNs look alike");
    attempt.order = vec![0, 1, 3, 2, 4, 5];
    let answers = Telling::Answers {
        row: 2,
        seq: 0,
        takes: 1,
    };
    let because = Some(answers);
    let clue = Clue::Place { place: 2, because };
    assert_eq!(case.judge(&attempt), Err(vec![clue]));
    attempt.order = vec![];
    assert!(case.judge(&attempt).is_err());
    for seed in 0..200 {
        let attempt = Attempt::new(&seed.to_string(), &case.rows, 0);
        assert!(case.judge(&attempt).is_err(), "{seed}");
        let mut order = attempt.order.clone();
        order.sort_unstable();
        assert_eq!(order, [0, 1, 2, 3, 4, 5]);
    }
}

#[test]
fn blanks_are_judged_by_the_packets_and_say_from_which_row_they_follow() {
    let case = case(&format!(
        "{HEAD}blanks: seq of 5, ack of 6, flags of 3, length of 5"
    ));
    let values: Vec<String> = case.blanks().iter().map(|one| case.value(*one)).collect();
    assert_eq!(values, ["SYN+ACK", "1", "10", "11"], "as they are read");
    let mut attempt = Attempt::new("", &case.rows, 4);
    let clues = case.judge(&attempt).unwrap_err();
    let because = [
        None,
        Some(Telling::Follows {
            row: 1,
            seq: 0,
            takes: 1,
        }),
        Some(Telling::Until { row: 5, next: 11 }),
        Some(Telling::Answers {
            row: 4,
            seq: 1,
            takes: 10,
        }),
    ];
    let expected = because.into_iter().enumerate();
    let expected = expected.map(|(blank, because)| Clue::Blank { blank, because });
    assert_eq!(clues, expected.collect::<Vec<_>>());
    attempt.filled = ["syn+ack", " 1", "0010", "１１"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(case.judge(&attempt), Ok(()));
    assert!(
        case.rows.iter().all(|row| row.window.is_none()),
        "not asked"
    );
    attempt.filled[3] = "12".to_owned();
    assert_eq!(case.judge(&attempt).unwrap_err().len(), 1);
}

#[test]
fn windows_are_shown_in_bytes_where_they_are_asked_for() {
    let case = case(&format!("{HEAD}blanks: window of 5, window of 1"));
    let windows: Vec<Option<u64>> = case.rows.iter().map(|row| row.window).collect();
    // A SYN's is not scaled; these are what the run's packets say.
    assert_eq!(windows[0], Some(64_240));
    assert_eq!(windows[4], Some(63 << 10));
    let attempt = Attempt {
        filled: vec!["64240".to_owned(), "64512".to_owned()],
        ..Attempt::default()
    };
    assert_eq!(case.judge(&attempt), Ok(()));
}

#[test]
fn a_puzzle_that_its_run_does_not_decide_is_refused() {
    for (body, expected) in [
        (
            "fault:\n- [client RST dropped] a\n- [never] b",
            "none of the options holds",
        ),
        (
            "fault:\n- [always] a\n- [server SYN+ACK dropped] b",
            "several options hold in the run: [always], [server SYN+ACK dropped]",
        ),
        (
            "fault:\n- [proxy SYN dropped] a\n- [never] b",
            "'proxy' is neither a program nor a host of the recorded run",
        ),
        ("blanks: ack of 1", "row 1 has no ack"),
        ("blanks: seq of 7", "there is no row 7"),
        ("tells: 9\norder:", "there is no row 9"),
    ] {
        let (message, remedy) = opened(&format!("{HEAD}{body}")).unwrap_err();
        assert!(message.contains(expected), "{body}: {message}");
        assert!(!remedy.is_empty(), "{body}");
    }
    let order = |head: &str| opened(&format!("{head}order:")).unwrap_err().0;
    assert!(order(&HEAD.replace("client", "proxy")).contains("no host of the run"));
    assert!(order(&HEAD.replace("1 to 6", "3 to 90")).contains("has no rows 3 to 90"));
    assert!(order(&HEAD.replace("1 to 6", "1 to 2")).contains("all look alike"));
    let lesson = parsed(&block(&format!("{HEAD}order:")));
    let mut header = lost().header().clone();
    header.wire = WireKind::Loopback;
    let (message, _) = lesson.puzzles[0].open(&Trace::new(header)).unwrap_err();
    assert!(message.contains("loopback"));
}

#[test]
fn a_broken_puzzle_block_is_named_with_line_and_remedy() {
    let whole = format!("{HEAD}{FAULT}hint: h\nbecause: b\n");
    for (from, to, expected) in [
        (
            "What was lost?\n",
            "",
            "20: a `puzzle` block without a question",
        ),
        (
            "run: lost-syn-ack.jsonl\n",
            "",
            "20: a `puzzle` block without its run",
        ),
        (
            "run: lost-syn-ack.jsonl",
            "run:",
            "22: a `puzzle` block without its run",
        ),
        (
            "seen by: client\n",
            "",
            "20: a `puzzle` block without a host",
        ),
        ("because: b\n", "", "20: a `puzzle` block without a reason"),
        ("1 to 6", "6 to 1", "24: not a range of rows"),
        ("1 to 6", "all", "24: not a range of rows"),
        (FAULT, "", "20: a `puzzle` block that asks nothing"),
        (
            FAULT,
            "order:\nblanks: seq of 1\n",
            "26: a `puzzle` block that asks two",
        ),
        (
            FAULT,
            "order:\n- [never] a\n",
            "26: an option that is nobody's",
        ),
        (
            FAULT,
            "fault:\n- [never] a\n",
            "25: a puzzle has 2 to 8 options, not 1",
        ),
        (
            "[client SYN dropped] ",
            "",
            "26: an option without [trigger]",
        ),
        ("client SYN dropped", "client SYN vanishes", "26: "),
        (FAULT, "blanks: port of 3\n", "25: not a field: 'port of 3'"),
        (FAULT, "blanks: seq of 0\n", "25: not a field"),
        (FAULT, "blanks:\n", "25: 1 to 12 blanks, not 0"),
        (
            FAULT,
            "blanks: seq of 1, seq of 1\n",
            "25: 'seq of 1' twice",
        ),
        ("hint: h", "hint: h\nhint: h", "29: the same word twice"),
        ("hint: h", "tells: her", "28: not a row"),
    ] {
        assert!(whole.contains(from), "{from}");
        let broken = whole.replacen(from, to, 1);
        check_broken(&format!("```puzzle\n{broken}```"), &[expected]);
    }
}

#[test]
fn a_puzzle_may_be_written_in_chinese_words() {
    let body = "丢了什么？\n记录：lost-syn-ack.jsonl\n视角：client\n显示：1 到 6\n故障：\n\
                - [client SYN dropped] 第一个 SYN\n- [server SYN+ACK dropped] SYN-ACK\n\
                提示：想一想\n因为：就是这样\n";
    let chinese = parsed(&format!("```puzzle\n{body}```"));
    let english = parsed(&block(&format!("{HEAD}{FAULT}")));
    assert_eq!(chinese.puzzles[0].skeleton(), english.puzzles[0].skeleton());
    assert!(matches!(&chinese.puzzles[0].asks, Asks::Fault(two) if two.len() == 2));
    assert!(chinese.puzzles[0].hint.is_some());
}

/// A lesson in a folder of its own, with this as its run.
fn lesson_with(run: Option<&[u8]>, name: &str) -> (tempfile::TempDir, Lesson) {
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("09-puzzled");
    std::fs::create_dir(&own).expect("a folder");
    let head = HEAD.replace("lost-syn-ack.jsonl", name);
    let puzzle = block(&format!("{head}{FAULT}"));
    let text = format!("{FRONT}{PROGRAM}{BEAT}{puzzle}\n");
    std::fs::write(own.join("en.md"), text).expect("a file");
    if let Some(run) = run {
        std::fs::write(own.join("run.jsonl"), run).expect("a file");
    }
    std::fs::write(folder.path().join("outside.jsonl"), LOST).expect("a file");
    let lesson = load(&own, Language::English).expect("it opens");
    (folder, lesson)
}

#[test]
fn a_run_that_is_damaged_missing_or_elsewhere_is_told_with_its_line_and_the_lesson_opens() {
    let (_folder, sound) = lesson_with(Some(LOST.as_bytes()), "run.jsonl");
    assert!(sound.flaws.is_empty());
    assert!(sound.open_puzzle(0).is_some_and(|opened| opened.is_ok()));
    assert!(sound.open_puzzle(1).is_none());
    for (name, expected) in [
        ("none.jsonl", "there is no run 'none.jsonl'"),
        ("../outside.jsonl", "is not in the lesson's folder"),
    ] {
        let (_folder, lesson) = lesson_with(None, name);
        let [flaw] = lesson.flaws.as_slice() else {
            panic!("{name}: {:?}", lesson.flaws)
        };
        assert_eq!(flaw.line, 22);
        assert!(flaw.message.contains(expected), "{flaw}");
        assert_eq!(
            lesson.open_puzzle(0).expect("it is there").unwrap_err(),
            *flaw
        );
    }
    let cut = &LOST.as_bytes()[..LOST.len() - 10];
    for damaged in [&b"{}"[..], b"", b"\xff\xfe", cut] {
        let (_folder, lesson) = lesson_with(Some(damaged), "run.jsonl");
        assert!(lesson.flaws.is_empty(), "its text is not read yet");
        let problem = lesson.open_puzzle(0).expect("it is there").unwrap_err();
        assert_eq!(
            (problem.line, problem.path.as_path()),
            (22, lesson.path.as_path())
        );
        assert!(problem.message.contains("cannot be read"), "{problem}");
        assert!(problem.remedy.contains("record it again"), "{problem}");
    }
}

/// A run that somebody has damaged by hand is refused or shown, and never a panic.
#[test]
fn a_run_whose_events_are_mixed_up_does_no_harm() {
    let whole = lost();
    let bodies = [
        format!("{HEAD}{FAULT}"),
        format!("{HEAD}order:"),
        format!("{HEAD}blanks: seq of 5, ack of 6, flags of 3, length of 5, window of 2"),
    ];
    let puzzles = bodies.map(|body| parsed(&block(&body)).puzzles.remove(0));
    let mut noise = 0x9e37_79b9_u64;
    let mut chance = |below: usize| {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        (noise % below as u64) as usize
    };
    let mut opened = 0;
    for _ in 0..60 {
        let mut events = whole.events().to_vec();
        for _ in 0..=chance(12) {
            let (one, two) = (chance(events.len()), chance(events.len()));
            match chance(4) {
                0 => events.swap(one, two),
                1 => drop(events.remove(one)),
                2 => events[one].at_us = chance(1 << 40) as u64,
                _ => events[one].what = events[two].what.clone(),
            }
        }
        let mut trace = Trace::new(whole.header().clone());
        events.into_iter().for_each(|event| trace.push(event));
        for puzzle in &puzzles {
            let Ok(case) = puzzle.open(&trace) else {
                continue;
            };
            opened += 1;
            let mut attempt = Attempt::new("x", &case.rows, case.blanks().len());
            attempt.choice = Some(0);
            case.judge(&attempt).ok();
            attempt.order.reverse();
            case.judge(&attempt).ok();
        }
    }
    assert!(opened > 30, "only {opened} could be opened");
}

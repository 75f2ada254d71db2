//! Lessons that are broken in one way each, all checked in one go: each is told what is wrong and
//! where, and hides none of the others.

use std::fs;
use std::path::Path;

use super::{said, sockstep};
use crate::lab::is_wire_there;

const ENGLISH: &str = include_str!("../../../assets/new.en.md");
const CHINESE: &str = include_str!("../../../assets/new.zh.md");

/// A change of both files, of the English or of the Chinese one: what stands there, and what
/// shall.
enum Change {
    Both(&'static str, &'static str),
    English(&'static str, &'static str),
    Chinese(&'static str, &'static str),
    NoChinese,
}
use Change::{Both, Chinese, English, NoChinese};

/// The lesson's folder, what is changed, and what is said of it.
type Case = (&'static str, &'static [Change], &'static [&'static str]);

fn write(course: &Path, (name, changes, _): &Case) {
    let folder = course.join(name);
    fs::create_dir(&folder).expect("a folder");
    let mut texts = [ENGLISH, CHINESE].map(|text| text.replace("@ID@", name));
    for change in *changes {
        let (which, old, new) = match change {
            Both(old, new) => (0..2, old, new),
            English(old, new) => (0..1, old, new),
            Chinese(old, new) => (1..2, old, new),
            NoChinese => continue,
        };
        for text in &mut texts[which] {
            assert!(text.contains(old), "{name}: no {old}");
            *text = text.replace(old, new);
        }
    }
    fs::write(folder.join("en.md"), &texts[0]).expect("a file");
    if !changes.iter().any(|change| matches!(change, NoChinese)) {
        fs::write(folder.join("zh.md"), &texts[1]).expect("a file");
    }
}

/// Where the text stands in the template, as the file counts its lines.
fn line_of(text: &str, what: &str) -> usize {
    let at = text.find(what).expect("it is there");
    1 + text[..at].matches('\n').count()
}

/// All in one go, each with a problem of its own.
fn check(cases: &[Case]) {
    let course = tempfile::tempdir().expect("a folder");
    for case in cases {
        write(course.path(), case);
    }
    let path = course.path().to_str().expect("UTF-8");
    let output = sockstep(&["check", path, "-j", "8"]);
    let told = said(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for (name, _, expected) in cases {
        let own = part_of(told, name);
        for part in *expected {
            assert!(own.contains(part), "{name}: no “{part}” in\n{own}");
        }
    }
}

/// From a lesson's line to the next one's.
fn part_of<'a>(told: &'a str, name: &str) -> &'a str {
    let start = told
        .find(&format!("  {name} "))
        .unwrap_or_else(|| panic!("{name}: {told}"));
    let start = told[..start].rfind('\n').map_or(0, |at| at + 1);
    let rest = &told[start..];
    let ends = ["\nok  ", "\nFAILED  ", "\nwarned  ", "\n\n"];
    let end = ends.iter().filter_map(|end| rest.find(end)).min();
    &rest[..end.unwrap_or(rest.len())]
}

const SHOWN: &[Case] = &[
    ("sound", &[], &["ok  ", "3 beats, 1 quiz, 1 try, 0 puzzles"]),
    (
        "beat",
        &[Both(
            "server recv returns 5 bytes\n```",
            "server recv returns 6 bytes\n```",
        )],
        &[
            "FAILED",
            "beat 3 “The message arrives” did not come",
            "`server recv returns 6 bytes`",
            "the run ended",
            "| ",
            "server    ended",
            "beat/zh.md:",
        ],
    ),
    (
        "order",
        &[Both(
            "server recv returns 5 bytes\n```",
            "server accept blocked and client SYN_SENT\n```",
        )],
        &["beat 3", "It did hold, at ", "the beat before it came at "],
    ),
    (
        "expect",
        &[Both(
            "client ACK 1 is held\n",
            "client ACK 1 is held\nserver accept queue is 3\n",
        )],
        &["beat 2: `server accept queue is 3` never held in this run"],
    ),
    (
        "moved",
        &[Both(
            "server accept queue is 0\n",
            "server accept queue is 0\nserver prints \"hello\"\n",
        )],
        &[
            "beat 1: `server prints \"hello\"` held first at ",
            "not within its beat",
        ],
    ),
    (
        "split",
        &[Both(
            "client send returns 5 bytes\n",
            "client send returns 5 bytes\nserver listen returns then server prints \"hello\"\n",
        )],
        &[
            "beat 3: `server listen returns then",
            "its first part came before",
        ],
    ),
    (
        "undecided",
        &[
            Both(
                "[client connect returns before server accept returns]",
                "[client connect fails]",
            ),
            Both(
                "[server accept returns before client connect returns]",
                "[server accept fails]",
            ),
        ],
        &["beat 1: no option of the quiz came true by the end"],
    ),
    (
        "tied",
        &[
            Both(
                "[client connect returns before server accept returns]",
                "[client connect returns]",
            ),
            Both(
                "[server accept returns before client connect returns]",
                "[client ESTABLISHED and client connect returns]",
            ),
        ],
        &["beat 1: options 1, 2 of the quiz came true at the same event"],
    ),
    (
        "myth",
        &[
            English(
                "shows: client connect returns before",
                "shows: client connect fails before",
            ),
            Chinese(
                "表明：client connect returns before",
                "表明：client connect fails before",
            ),
        ],
        &["beat 2: `client connect fails before server accept returns` never held"],
    ),
    (
        "attempt",
        &[Both(
            "client resends SYN\nclient connect returns\n```",
            "client resends SYN\nclient connect fails\n```",
        )],
        &[
            "in the try “The first SYN is lost”: `client connect fails` never held",
            "in the try “第一个 SYN 丢了”: `client connect fails`",
        ],
    ),
    (
        "stuck",
        &[Both("drop client SYN\n", "drop client FIN\n")],
        &["in the try", "the script is stuck here (drop client FIN)"],
    ),
    (
        "asks",
        &[Both("print(conn.recv(1024).decode())", "input('? ')")],
        &[
            "beat 3",
            "the run stood still: server waits in input() for a line",
        ],
    ),
    (
        "waits",
        &[Both("c.send(\"hello\".encode())\nc.close()", "c.recv(1)")],
        &[
            "beat 3",
            "server blocked in recv() at line 8, client blocked in recv() at line 5",
        ],
    ),
    (
        "died",
        &[Both("c.send(\"hello\".encode())\n", "c.send(\"hello\")\n")],
        &["client died of TypeError"],
    ),
];

#[test]
fn what_the_run_does_not_show_is_told_with_what_happened_instead() {
    if !is_wire_there() {
        return;
    }
    check(SHOWN);
}

const DIFFERING: &[Case] = &[
    (
        "programs",
        &[Chinese("s.listen(5)", "s.listen(6)")],
        &["different programs", "s.listen(5)", "s.listen(6)"],
    ),
    (
        "expects",
        &[English("server accept queue is 0\n", "")],
        &["different expectations", "1: server accept queue is 0"],
    ),
    (
        "quizzes",
        &[English(
            "- [server accept returns before client connect returns]",
            "- [never]",
        )],
        &["different quizzes", "1: never"],
    ),
    (
        "myths",
        &[Chinese(
            "表明：client connect returns before",
            "表明：client connect returns then",
        )],
        &["different myths"],
    ),
    (
        "tries",
        &[English("drop client SYN\n", "drop client SYN 1\n")],
        &["different tries", "1: drop client SYN 1"],
    ),
    (
        "minutes",
        &[Chinese("minutes = 5", "minutes = 6")],
        &["different minutes"],
    ),
    (
        "hosts",
        &[Chinese("192.168.1.3", "192.168.1.4")],
        &["different hosts", "client: 192.168.1.4"],
    ),
    (
        "timers",
        &[English("minutes = 5", "minutes = 5\ntimers = \"natural\"")],
        &["different timers", "natural"],
    ),
    (
        "ids",
        &[Chinese("id = \"ids\"", "id = \"other\"")],
        &["different ids"],
    ),
    (
        "alone",
        &[NoChinese],
        &["alone/zh.md: the folder has no such file; add zh.md"],
    ),
];

#[test]
fn what_differs_between_the_languages_is_named_in_both_files() {
    if !is_wire_there() {
        return;
    }
    const WHEN: &str = "server recv returns 5 bytes\n```";
    let here = line_of(ENGLISH, WHEN);
    let there = line_of(CHINESE, WHEN);
    let here = format!("beats/en.md:{here}: the two languages have different beats");
    let there = format!("beats/zh.md:{there}: server recv returns");
    // They live as long as the program: a table wants that.
    let beats: &[&str] = vec![&*here.leak(), &*there.leak()].leak();
    let changed: &[Change] = &[Chinese(WHEN, "server recv returns\n```")];
    check(&[&[("beats", changed, beats)], DIFFERING].concat());
}

#[test]
fn lessons_that_do_not_fit_each_other_are_told_so() {
    if !is_wire_there() {
        return;
    }
    const AFTER: &str = "# after = [\"handshake\"]";
    let cases: &[Case] = &[
        (
            "one",
            &[Both(AFTER, "after = [\"three\"]")],
            &["come after each other in a circle: one → three → two → one"],
        ),
        ("three", &[Both(AFTER, "after = [\"two\"]")], &[]),
        ("two", &[Both(AFTER, "after = [\"one\"]")], &[]),
        (
            "nobody",
            &[Both(AFTER, "after = [\"gone\"]")],
            &["en.md:9: after names 'gone'", "zh.md:9: after names 'gone'"],
        ),
        (
            "zwei",
            &[Both("id = \"zwei\"", "id = \"two\"")],
            &["the lesson in two has the id \"two\", too"],
        ),
        (
            "link",
            &[English(
                "# link\n",
                "# link\n\n[the next](lesson:gone) [this](lesson:two)\n",
            )],
            &["there is no lesson 'gone'"],
        ),
        (
            "picture",
            &[Both(
                "```python server\n",
                "![queues](queues.png)\n\n```python server\n",
            )],
            &["en.md:", "queues.png"],
        ),
    ];
    check(cases);
}

#[test]
fn a_lesson_without_a_quiz_or_a_try_is_warned_and_passes() {
    if !is_wire_there() {
        return;
    }
    let course = tempfile::tempdir().expect("a folder");
    let bare = |text: &str| {
        let mut kept = String::new();
        let mut is_in = false;
        for line in text.replace("@ID@", "bare").lines() {
            is_in |= line.starts_with("```quiz") || line.starts_with("```try");
            if !is_in {
                kept.push_str(line);
                kept.push('\n');
            }
            is_in &= line != "```";
        }
        kept
    };
    for (name, text) in [("en.md", bare(ENGLISH)), ("zh.md", bare(CHINESE))] {
        fs::write(course.path().join(name), text).expect("a file");
    }
    let file = course.path().join("en.md");
    // One of its files stands for the lesson.
    let output = sockstep(&["check", file.to_str().expect("UTF-8")]);
    let told = said(&output);
    assert!(output.status.success(), "{told}");
    for part in ["warning: no quiz", "warning: nothing to try", "4 warnings"] {
        assert!(told.contains(part), "{told}");
    }
}

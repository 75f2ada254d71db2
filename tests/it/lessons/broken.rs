//! Broken lessons: each mistake is told with file, line and remedy.

use sockstep::lesson::{Language, parse};

use super::{BEAT, FRONT, PROGRAM, path};

/// Each problem as "line: message; remedy", without the path.
fn problems(text: &str) -> Vec<String> {
    let problems = parse(text, path(), Language::English)
        .err()
        .unwrap_or_default();
    let prefix = format!("{}:", path().display());
    let lines = problems.iter().map(|problem| {
        assert!(!problem.remedy.is_empty(), "{problem}");
        let shown = problem.to_string();
        shown
            .strip_prefix(&prefix)
            .expect("the path comes first")
            .to_owned()
    });
    lines.collect()
}

/// The body's first line is line 20 of the file.
pub(super) fn check_broken(body: &str, expected: &[&str]) {
    let found = problems(&format!("{FRONT}{PROGRAM}{BEAT}{body}"));
    assert_eq!(found.len(), expected.len(), "{body:?}: {found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            found.contains(expected),
            "{body:?}: {found:?} lacks {expected:?}"
        );
    }
}

#[test]
fn a_broken_block_is_named_with_line_and_remedy() {
    check_broken(
        "## C\n```when\nserver sendz SYN\n```",
        &[
            "22: unknown trigger word 'sendz'; did you mean \"sends\"? write e.g. \"server sends SYN+ACK\"",
        ],
    );
    check_broken(
        "```quizz\n```",
        &["20: unknown block `quizz`; the blocks are when, expect"],
    );
    check_broken(
        "```when\nserver listens\n```",
        &["20: a `when` block that does not follow"],
    );
    check_broken(
        "## C\n```when\n\n```",
        &["21: the block is empty; write one trigger"],
    );
    check_broken(
        "## C\n```when\nany exits\nany asks\n```",
        &["23: a second trigger"],
    );
    check_broken(
        "```expect\nsevrer listens\n```",
        &["21: 'sevrer' is neither"],
    );
    check_broken(
        "```python server\nx\n```",
        &["20: two programs are called 'server'"],
    );
    check_broken(
        "```python proxy\nx\n```",
        &["20: no host is called 'proxy'; the hosts are server, client"],
    );
    check_broken(
        "```python a b\nx\n```",
        &["20: `python a b` is not a program's name"],
    );
    check_broken(
        "```python recv on client\nx\n```",
        &["20: 'recv' is a word of the trigger"],
    );
    check_broken(
        "```python ../x on client\nx\n```",
        &["20: '../x' cannot be a name"],
    );
    check_broken("```text\nx", &["20: the block is not closed"]);
}

#[test]
fn a_broken_script_is_named_with_line_and_remedy() {
    check_broken(
        "```director\nserver until blocked\n\ndeliver HELLO\nwait\n```",
        &[
            "23: 'HELLO' is not a kind",
            "24: \"wait\" without one time; write e.g. \"wait 1.2s\"",
        ],
    );
    check_broken(
        "```director\nsevrer step\nserver connect\nhold clinet\n```",
        &[
            "21: no one program is called 'sevrer'; write one of server",
            "22: server never calls connect()",
            "23: no host is called 'clinet'; write one of server, client, or any",
        ],
    );
    check_broken(
        "```director\n# later\n```",
        &["21: the script says nothing; write"],
    );
    check_broken(
        "```director\nwait 1s\n```\n```director\nwait 1s\n```",
        &["23: a second `director` block; put all lines"],
    );
    check_broken(
        "```director\nserver step\nserver until ends\nas usual\n```",
        &[],
    );
}

#[test]
fn what_markdown_allows_and_a_lesson_does_not_is_named() {
    check_broken(
        "x <b>y</b>",
        &[
            "20: HTML is not allowed here: <b>",
            "20: HTML is not allowed",
        ],
    );
    check_broken(
        "- a\n  ```quiz\n  q\n  ```",
        &["21: a `quiz` block inside a list or a quote; move it to the left margin"],
    );
    let deep = "> ".repeat(17) + "x";
    check_broken(&deep, &["20: lists and quotes nested more than 16 deep"]);
    check_broken(
        "```quiz\nq\n- no\n```",
        &["22: an option without [trigger]"],
    );
    check_broken(
        "```quiz\nq\n- [always] a\n```",
        &["20: a quiz has 2 to 8 options, not 1"],
    );
    check_broken(
        "```quiz\n- [always] a\n- [never] b\n```",
        &["20: a quiz without a question"],
    );
    check_broken(
        "```quiz\nq\n- [never] a\n- [clint exits] b\n```",
        &["23: 'clint' is neither"],
    );
}

#[test]
fn all_problems_are_told_in_the_order_of_the_file() {
    let body = "```quizz\n```\n\n<i>x</i>\n\n## C\n```when\nserver flies\n```\ntext\n```expect\n\nsever exits\n```";
    let expected = [
        "20: unknown block",
        "23: HTML",
        "23: HTML",
        "27: unknown trigger word 'flies'",
        "32: 'sever'",
    ];
    check_broken(body, &expected);
}

#[test]
fn front_matter_is_checked_field_by_field() {
    let check = |replace: &str, with: &str, expected: &str| {
        let text = format!("{}{PROGRAM}{BEAT}", FRONT.replacen(replace, with, 1));
        let found = problems(&text);
        assert!(
            found.iter().any(|problem| problem.contains(expected)),
            "{found:#?}: {expected:?}"
        );
    };
    check("+++\n", "", "1: no front matter; begin with +++");
    check("id = \"small\"\n", "", "1: no id; add id");
    check(
        "title",
        "titel",
        "3: unknown field 'titel'; the fields are id, title",
    );
    check("title", "titel", "1: no title");
    check("\"small\"", "\"Sm all\"", "2: id \"Sm all\" has characters");
    check("\"Say it.\"", "\" \"", "4: goal is empty");
    check(
        "minutes = 5",
        "minutes = \"5\"",
        "5: minutes is not a number",
    );
    check(
        "minutes = 5",
        "minutes = ",
        "5: the front matter is not TOML",
    );
    check(
        "minutes",
        "timers = \"slow\"\nminutes",
        "5: timers is none of \"patient\", \"natural\" and \"still\"",
    );
    check(
        "name = \"client\"",
        "nam = \"client\"",
        "10: unknown host field 'nam'",
    );
    check(
        "name = \"client\"",
        "name = \"server\"",
        "9: two hosts are called 'server'",
    );
    check(
        "\"10.0.0.1\"",
        "\"10.0.0.2\"",
        "9: two hosts have the address 10.0.0.2",
    );
    check(
        "\"10.0.0.1\"",
        "\"10.0.0.256\"",
        "11: '10.0.0.256' is not the address",
    );
    check(
        "\"10.0.0.2\"",
        "\"0.0.0.0\"",
        "8: 0.0.0.0 cannot be a host's address",
    );
    let unclosed = FRONT.trim_end().trim_end_matches('+');
    assert_eq!(problems(unclosed).len(), 1, "{:?}", problems(unclosed));
}

#[test]
fn sizes_are_bounded() {
    let at_most = |count: usize, text: &str, expected: &str| {
        let all: String = (0..count)
            .map(|n| text.replace("{n}", &n.to_string()))
            .collect();
        let found = problems(&format!("{FRONT}{PROGRAM}{BEAT}{all}"));
        assert!(
            found.iter().any(|problem| problem.contains(expected)),
            "{expected}: {found:?}"
        );
    };
    at_most(200, BEAT, "more than 200 beats");
    at_most(
        64,
        "```python p{n} on client\nx\n```\n",
        "more than 64 programs",
    );
    at_most(
        65,
        "```expect\nany exits\n```\n",
        "more than 64 expectations",
    );
    let large = format!(
        "```python large on client\n{}\n```\n",
        "#".repeat(256 << 10)
    );
    at_most(1, &large, "a program larger than 262144 bytes");
    at_most(
        1,
        &"x".repeat(1 << 20),
        "the file is larger than 1048576 bytes",
    );
    at_most(1, "\u{E0F0}", "the character U+E0F0 is not allowed");
}

#[test]
fn a_broken_try_note_picture_or_link_is_named_with_line_and_remedy() {
    check_broken(
        "```try\n```",
        &[
            "20: a `try` block without a label",
            "20: a `try` block that changes nothing",
        ],
    );
    check_broken(
        "```try\nlabel\nlook\n```",
        &["20: a `try` block that changes nothing; write e.g. script:"],
    );
    check_broken(
        "```try\nlabel\nscript:\n\ndrop srver SYN\nserver fly high\n```",
        &["25: 'server' begins no line that is known"],
    );
    check_broken(
        "```try\nlabel\nscript:\n\ndrop srver SYN\n```",
        &["24: no host is called 'srver'"],
    );
    check_broken(
        "```try\nlabel\nscript:\n```",
        &["22: the script says nothing"],
    );
    check_broken(
        "```try\nlabel\nin server: replace \"x\" in line 1 with \"y\"\n```",
        &["22: line 1 has \"x\" 0 times, not once; the line is: import socket"],
    );
    check_broken(
        "```try\nlabel\nin sevrer: remove line 1\n```",
        &["22: no program is called 'sevrer'; the programs are server"],
    );
    check_broken(
        "```try\nlabel\nin server: improve it\n```",
        &["22: 'improve it' is no edit that is known; write e.g. replace"],
    );
    check_broken(
        "```try\nlabel\nprogram server:\n```",
        &["22: a program without a line"],
    );
    check_broken(
        "```try\nlabel\nscript: server step\nexpect: sevrer exits\nscript:\nserver step\n```",
        &["23: 'sevrer' is neither", "24: a second script"],
    );
    check_broken(
        "> [!HINT]\n> x",
        &["20: '[!HINT]' is no kind of note; write one of [!NOTE]"],
    );
    check_broken("> [!NOTE]", &["20: a note without a text"]);
    check_broken("![](a.png)", &["20: a picture without a description"]);
    check_broken("### ![a](a.png)", &["20: a picture inside a heading"]);
    check_broken(
        "|a|\n|-|\n|![a](a.png)|",
        &["22: a picture inside a heading, a table"],
    );
    check_broken(
        "[x](file:///etc/passwd)",
        &["20: the link 'file:///etc/passwd' leads nowhere"],
    );
    check_broken(
        "[x](notes.md)",
        &["20: the link 'notes.md' leads nowhere; write https"],
    );
}

//! A course in which one lesson has a broken block: what is told, and that the others open.

use super::broken_course::Do::{self, Body};
use super::broken_course::check_all;

#[test]
fn a_broken_block_is_told_and_the_rest_of_the_course_opens() {
    check_all(CASES);
}

const CASES: &[(Do, &str, &str)] = &[
    // Blocks.
    (
        Body("```text\nx"),
        "en.md:20: the block is not closed",
        "add a line ``` after it",
    ),
    (
        Body("> ```quiz\n> q\n> ```"),
        "en.md:20: a `quiz` block inside a list or a quote",
        "move it to the left margin",
    ),
    (
        Body("```python server\nx\n```"),
        "en.md:20: two programs are called 'server'",
        "give each program a name of its own",
    ),
    (
        Body("```python proxy on nowhere\nx\n```"),
        "en.md:20: no host is called 'nowhere'",
        "the hosts are server, client; write ```python NAME on HOST",
    ),
    (
        Body("```python client\n```"),
        "en.md:20: a program without a line",
        "write the program in the block",
    ),
    (
        Body("```quizz\n```"),
        "en.md:20: unknown block `quizz`",
        "the blocks are when, expect, quiz, myth, puzzle, try, direct",
    ),
    (
        Body("<script>x</script>"),
        "en.md:20: HTML is not allowed here: <script>x</script>",
        "use markdown; only <kbd>…</kbd> inside a line is allowed",
    ),
    (
        Body("a <b>x</b>"),
        "en.md:20: HTML is not allowed here: <b>",
        "use markdown; only <kbd>…</kbd> inside a line is allowed",
    ),
    (
        Body("&#0; &#x202e;"),
        "en.md:20: the character U+0000 is not allowed",
        "remove it: nobody would see it",
    ),
    (
        Body("`x` is a \u{7f} key"),
        "en.md:20: the character U+007F is not allowed",
        "remove it: nobody would see it",
    ),
    // Quizzes.
    (
        Body("```quiz\nq\n```"),
        "en.md:20: a quiz has 2 to 8 options, not 0",
        "write e.g. - [client connect returns before server accept re",
    ),
    (
        Body("```quiz\nq\nhint: h\n```"),
        "en.md:20: a quiz has 2 to 8 options, not 0",
        "write e.g. - [client connect returns before server accept re",
    ),
    (
        Body("```quiz\n- [server listens] a\n- [never] b\nhint: h\n```"),
        "en.md:20: a quiz without a question",
        "begin the block with the question",
    ),
    (
        Body("```quiz\nq\n- [server listens] a\n- [never] b\nhint:\n```"),
        "en.md:24: nothing to read here",
        "write the text on the same line",
    ),
    (
        Body("```quiz\nq\n- [never] a\n- [never] b\nhint: h\n```"),
        "en.md:20: no option of this quiz can come true",
        "write into the brackets of the right one what the run will d",
    ),
    (
        Body("```quiz\nq\n- [server listens] a\n- [server listens] b\nhint: h\n```"),
        "en.md:20: two options wait for the same: server listens",
        "give each option a trigger of its own",
    ),
    (
        Body("```quiz\nq\n- [right] a\n- [wrong] b\nhint: h\n```"),
        "en.md:20: a quiz by key that does not say why",
        "add a line because: and the reason",
    ),
    (
        Body("```quiz\nq\n- [right] a\n- [right] b\nhint: h\nbecause: c\n```"),
        "en.md:20: a quiz by key has one [right] option, not 2",
        "mark one option [right] and all others [wrong]",
    ),
    (
        Body("```quiz\nq\n- [right] a\n- [never] b\nhint: h\nbecause: c\n```"),
        "en.md:20: some options are judged by the run and some by a key",
        "begin all of them with a trigger, or all with [right] or [wr",
    ),
    (
        Body("```quiz\nq\n- a\n- b\nhint: h\n```"),
        "en.md:22: an option without [trigger]",
        "write e.g. - [client connect returns before server accept re",
    ),
    (
        Body(
            "```quiz\nq\n- [server listens] a\n- [never] b\nhint: h\n```\n```quiz\nq\n- [server listens] a\n- [never] b\nhint: h\n```",
        ),
        "en.md:26: a second quiz in one beat",
        "begin a new beat for it",
    ),
    (
        Body("```myth\nclaim\n```"),
        "en.md:20: a `myth` block without `shows:`: nothing in the run would answer it",
        "write e.g. shows: server SYN_RECV without descriptor",
    ),
    (
        Body("```myth\nclaim\nshows: sevrer listens\nx\n```"),
        "en.md:22: 'sevrer' is neither a program nor a host of this lesson",
        "did you mean \"server\"? write one of server, client, or any",
    ),
    (
        Body(
            "```myth\nclaim\nshows: server listens\nx\n```\n```myth\nclaim\nshows: server listens\nx\n```",
        ),
        "en.md:25: a second `myth` block in one beat",
        "begin a new beat for it",
    ),
    // Tries and scripts.
    (
        Body("```try\nlabel\n```"),
        "en.md:20: a `try` block that changes nothing",
        "write e.g. script: and below it \"drop client SYN\", or in cli",
    ),
    (
        Body("```try\n```"),
        "en.md:20: a `try` block without a label",
        "write on its first line what its button says",
    ),
    (
        Body("```try\nl\nin server: remove line 9\n```"),
        "en.md:22: the program has no line 9",
        "its lines are 1 to 1",
    ),
    (
        Body("```try\nl\nin server: remove line 0\n```"),
        "en.md:22: the program has no line 0",
        "its lines are 1 to 1",
    ),
    (
        Body("```try\nl\nin server: remove line 99999999999999999999\n```"),
        "en.md:22: 'remove line 99999999999999999999' is no edit that is known",
        "write e.g. replace \"8989\" in line 4 with \"8988\", replace lin",
    ),
    (
        Body(
            "```try\nl\nin server: replace \"import socket\" in line 1 with \"import socket\"\n```",
        ),
        "en.md:20: a `try` block whose edit leaves the program as it is",
        "write what is to be different",
    ),
    (
        Body("```try\nl\nin server: replace \"o\" in line 1 with \"x\"\n```"),
        "en.md:22: line 1 has \"o\" 2 times, not once",
        "the line is: import socket",
    ),
    (
        Body("```try\nl\nin server: replace \"t s\" in line 1\n```"),
        "en.md:22: 'replace \"t s\" in line 1' is no edit that is known",
        "write e.g. replace \"8989\" in line 4 with \"8988\", replace lin",
    ),
    (
        Body("```try\nl\nprogram server:\nimport socket\n```"),
        "en.md:20: a `try` block whose edit leaves the program as it is",
        "write what is to be different",
    ),
    (
        Body("```try\nl\nscript:\nfly high\n```"),
        "en.md:23: no one program is called 'fly'",
        "write one of server",
    ),
    (
        Body("```director\ndeliver server NOPE\n```"),
        "en.md:21: 'NOPE' is not a kind of segment",
        "known are SYN, SYN+ACK, ACK, data, FIN, RST, UDP, ICMP, IP; ",
    ),
    (
        Body("```director\nwait 99999999999s\n```"),
        "en.md:21: '99999999999s' is not a number of seconds up to 3600",
        "write e.g. 0.5s",
    ),
    (
        Body("```director\nserver connect\n```"),
        "en.md:21: server never calls connect()",
        "write a call of its text, as in \"client connect\", or \"until ",
    ),
    (
        Body("```director\nserver until blocked\nas usual\nserver step\n```"),
        "en.md:23: a line after \"as usual\"",
        "make \"as usual\" the last line, or take it away",
    ),
];

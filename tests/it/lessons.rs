//! Lessons: what markdown becomes, what a broken file is told, and the lessons that are shipped.

mod triggers;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sockstep::lesson::{Block, Inline, Language, Lesson, load, parse};
use sockstep::trace::Timers;

const FRONT: &str = r#"+++
id = "small"
title = "Small"
goal = "Say it."
minutes = 5
[[hosts]]
name = "server"
addresses = ["10.0.0.2"]
[[hosts]]
name = "client"
addresses = ["10.0.0.1", "fd00::1"]
+++
"#;
const PROGRAM: &str = "```python server\nimport socket\n```\n";
const BEAT: &str = "## B\n```when\nserver listens\n```\n";

fn path() -> &'static Path {
    Path::new("lessons/07-small/en.md")
}

fn parsed(body: &str) -> Lesson {
    let text = format!("{FRONT}{PROGRAM}{BEAT}{body}");
    parse(&text, path(), Language::English).unwrap_or_else(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{body:?}: {problems:#?}")
    })
}

/// Blocks as one line of brackets, so that a whole tree fits into a test case.
fn show(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            Block::Heading { level, text } => write!(out, "[h{level} {}]", inlines(text)),
            Block::Paragraph(text) => write!(out, "[p {}]", inlines(text)),
            Block::List { first, items } => {
                let items: Vec<String> = items.iter().map(|item| show(item)).collect();
                let first = first.map_or("-".to_owned(), |first| first.to_string());
                write!(out, "[list {first} {}]", items.join("|"))
            }
            Block::Quote(blocks) => write!(out, "[quote {}]", show(blocks)),
            Block::Code { language, text } => write!(out, "[code {language} {text:?}]"),
            Block::Table { header, rows } => {
                let row = |cells: &Vec<Vec<Inline>>| {
                    let cells: Vec<String> = cells.iter().map(|cell| inlines(cell)).collect();
                    cells.join("|")
                };
                let rows: Vec<String> = rows.iter().map(row).collect();
                write!(out, "[table {} / {}]", row(header), rows.join(" / "))
            }
            Block::Quiz(quiz) => {
                write!(out, "[quiz {}", inlines(&quiz.question)).unwrap();
                for option in &quiz.options {
                    write!(out, " - ({}) {}", option.when, inlines(&option.text)).unwrap();
                }
                let hint = quiz.hint.as_ref().map(|hint| inlines(hint));
                write!(out, " ? {}]", hint.unwrap_or_default())
            }
            Block::Rule => write!(out, "[rule]"),
        }
        .unwrap();
    }
    out
}

fn inlines(runs: &[Inline]) -> String {
    let mut out = String::new();
    for run in runs {
        let mut text = run.text.clone();
        for (is_on, name) in [
            (run.look.code, "code"),
            (run.look.key, "key"),
            (run.look.italic, "i"),
            (run.look.bold, "b"),
        ] {
            if is_on {
                text = format!("<{name} {text}>");
            }
        }
        if let Some(link) = &run.link {
            text = format!("<{link} {text}>");
        }
        out.push_str(&text);
    }
    out
}

fn check(markdown: &str, expected: &str) {
    let lesson = parsed(markdown);
    assert_eq!(show(&lesson.beats[0].body), expected, "{markdown:?}");
}

#[test]
fn markdown_becomes_blocks() {
    check("one\ntwo", "[p one two]");
    check("one  \ntwo", "[p one\ntwo]");
    check("### More\ntext", "[h3 More][p text]");
    check("- a\n- b", "[list - [p a]|[p b]]");
    check("3. a\n\n4. b", "[list 3 [p a]|[p b]]");
    check(
        "- a\n  - b\n    1. c\n- d",
        "[list - [p a][list - [p b][list 1 [p c]]]|[p d]]",
    );
    check("> q\n> - a", "[quote [p q][list - [p a]]]");
    check("a\n\n---\n\nb", "[p a][rule][p b]");
    check(
        "`recv()` *now* **b `c`**",
        "[p <code recv()> <i now> <b b ><b <code c>>]",
    );
    check(
        "[RFC](https://rfc-editor.org \"t\") x",
        "[p <https://rfc-editor.org RFC> x]",
    );
    check("|a|b|\n|-|-|\n|1|**2**|\n|3|", "[table a|b / 1|<b 2> / 3|]");
    check("press <kbd>D</kbd> now", "[p press <key D> now]");
    check("```python\nx = 1\n```", "[code python \"x = 1\\n\"]");
    check(
        "- a\n  ```text\n  x\n  ```",
        "[list - [p a][code text \"x\\n\"]]",
    );
    check("a\n\n    indented", "[p a][code  \"indented\"]");
    check("1 * 2 * 3 and \\*\\*x\\*\\*", "[p 1 * 2 * 3 and **x**]");
}

#[test]
fn a_line_break_between_hanzi_is_no_space() {
    check("服务端\n内核", "[p 服务端内核]");
    check("到了，\n然后", "[p 到了，然后]");
    check("到了，\nconnect", "[p 到了，connect]");
    check("调用\nconnect", "[p 调用 connect]");
    check("他说“好”\n然后", "[p 他说“好”然后]");
    check("“yes”\nthen", "[p “yes” then]");
    check("**加粗**\n以后", "[p <b 加粗>以后]");
    check("**bold**\nlater", "[p <b bold> later]");
}

#[test]
fn emphasis_beside_chinese_punctuation_is_emphasis() {
    check("**重点：**后", "[p <b 重点：>后]");
    check("前**“重点”**后", "[p 前<b “重点”>后]");
    check("**connect()**返回", "[p <b connect()>返回]");
    check("调用**`bind()`**绑定", "[p 调用<b <code bind()>>绑定]");
    check("你好，**甲**，**乙**丙", "[p 你好，<b 甲>，<b 乙>丙]");
    check("*注意！*后", "[p <i 注意！>后]");
    check("（**重点**）", "[p （<b 重点>）]");
    check("`**：**后`", "[p <code **：**后>]");
    check("\\**：不是", "[p **：不是]");
    check("```text\n**：**后\n```", "[code text \"**：**后\\n\"]");
}

#[test]
fn a_quiz_is_question_options_and_hint() {
    check(
        "```quiz\nWhat comes **first**?\n- [client connect returns] `connect()`\n\
         - [server prints \"a]b\"] this\n- [never] both\nhint: think\n```",
        "[quiz What comes <b first>? - (client connect returns) <code connect()> \
         - (server prints \"a]b\") this - (never) both ? think]",
    );
    check(
        "```quiz\n问？\n- [always] 甲\n- [never] 乙\n提示：想想\n```",
        "[quiz 问？ - (always) 甲 - (never) 乙 ? 想想]",
    );
}

#[test]
fn beats_programs_and_hosts_are_found() {
    let text = format!(
        "\u{FEFF}{}opening\n\n```python proxy on client\nx = 1\n\n```\n{PROGRAM}{BEAT}\nbody\n\n\
         ## Plain\n\n## C\n```when\nclient sends SYN\n```\n```expect\nproxy exits\n\nserver LISTEN\n```\n",
        FRONT.replace("minutes", "timers = \"natural\"\nminutes")
    );
    let lesson = parse(&text.replace('\n', "\r\n"), path(), Language::English).unwrap();
    assert_eq!((lesson.number, lesson.minutes), (7, 5));
    assert_eq!(lesson.timers, Timers::Natural);
    assert_eq!(lesson.hosts[1].addresses.len(), 2);
    assert_eq!(show(&lesson.opening), "[p opening]");
    let programs = lesson.programs.iter();
    let programs: Vec<_> = programs
        .map(|p| (&*p.name, &*p.host, &*p.file, &*p.source))
        .collect();
    let expected = [
        ("proxy", "client", "proxy.py", "x = 1\n\n"),
        ("server", "server", "server.py", "import socket\n"),
    ];
    assert_eq!(programs, expected);
    let beats = lesson.beats.iter();
    let beats: Vec<_> = beats
        .map(|b| (inlines(&b.title), b.trigger.to_string(), b.line))
        .collect();
    assert_eq!(beats[0], ("B".to_owned(), "server listens".to_owned(), 24));
    assert_eq!(beats[1].0, "C");
    assert_eq!(show(&lesson.beats[0].body), "[p body][h2 Plain]");
    let expects = lesson.beats[1].expects.iter();
    let expects: Vec<_> = expects.map(|e| (e.trigger.to_string(), e.line)).collect();
    assert_eq!(
        expects,
        [
            ("proxy exits".to_owned(), 37),
            ("server LISTEN".to_owned(), 39)
        ]
    );
}

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
fn check_broken(body: &str, expected: &[&str]) {
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
        &["22: unknown trigger word 'sendz'; write e.g. \"server sends SYN+ACK\""],
    );
    check_broken(
        "```quizz\n```",
        &["20: unknown block `quizz`; the blocks are when, expect"],
    );
    check_broken("```try\n```", &["20: unknown block `try`"]);
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
    check_broken(
        "x <b>y</b>",
        &[
            "20: HTML is not allowed here: <b>",
            "20: HTML is not allowed",
        ],
    );
    check_broken(
        "![x](../../etc/passwd)",
        &["20: pictures are not supported yet"],
    );
    check_broken(
        "- a\n  ```quiz\n  q\n  ```",
        &["inside a list", "quiz has 2 to 8"][..1].as_ref(),
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
        "5: timers is neither \"patient\" nor \"natural\"",
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
        "8: '0.0.0.0' is not the address",
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
fn odd_text_is_refused_or_read_but_never_a_panic() {
    let whole = std::fs::read_to_string(shipped().join("zh.md")).unwrap();
    let ends = whole.char_indices().map(|(index, _)| index).step_by(13);
    for end in ends {
        let _ = parse(&whole[..end], path(), Language::Chinese);
    }
    for odd in [
        "",
        "+++",
        "+++\n+++",
        "+++\n=\n+++\n",
        "```",
        "|",
        "- [",
        "**",
        "<kbd>",
        "\0",
    ] {
        assert!(parse(odd, path(), Language::English).is_err(), "{odd:?}");
        let _ = parse(&format!("{FRONT}{odd}"), path(), Language::English);
    }
    // A megabyte of the smallest blocks is read in a moment, not in minutes.
    let rules = format!("{FRONT}{PROGRAM}{BEAT}{}", "---\n".repeat(250_000));
    assert!(parse(&rules, path(), Language::English).is_ok());
}

#[test]
fn files_are_read_only_from_the_lessons_folder() {
    let folder = tempfile::tempdir().unwrap();
    let lesson = folder.path().join("07-small");
    std::fs::create_dir(&lesson).unwrap();
    let told = |language| load(&lesson, language).unwrap_err()[0].to_string();
    assert!(told(Language::English).ends_with("en.md: the folder has no such file; add en.md"));
    std::fs::write(lesson.join("en.md"), format!("{FRONT}{PROGRAM}{BEAT}")).unwrap();
    assert_eq!(load(&lesson, Language::English).unwrap().number, 7);
    assert_eq!(
        load(&lesson.join("en.md"), Language::English).unwrap().id,
        "small"
    );
    assert!(told(Language::Chinese).contains("or choose the language of en.md"));
    std::fs::write(lesson.join("zh.md"), b"+++\n\xb7\xfe").unwrap();
    assert!(told(Language::Chinese).contains("zh.md:2: the text is not UTF-8"));
    let missing = load(&folder.path().join("none.md"), Language::English).unwrap_err();
    assert!(missing[0].to_string().contains("cannot be read"));
    #[cfg(unix)]
    {
        std::fs::remove_file(lesson.join("zh.md")).unwrap();
        std::fs::write(folder.path().join("outside.md"), FRONT).unwrap();
        std::os::unix::fs::symlink("../outside.md", lesson.join("zh.md")).unwrap();
        assert!(told(Language::Chinese).contains("leads out of the lesson's folder"));
    }
}

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/04-handshake")
}

/// What must be the same in both languages.
fn skeleton(lesson: &Lesson) -> String {
    let beats = lesson.beats.iter().map(|beat| {
        let quiz = beat.body.iter().find_map(|block| match block {
            Block::Quiz(quiz) => Some(quiz),
            _ => None,
        });
        let options = quiz.map(|quiz| {
            assert!(
                quiz.hint.is_some(),
                "{}: a quiz without a hint",
                beat.trigger
            );
            let options = quiz.options.iter().map(|option| option.when.to_string());
            options.collect::<Vec<_>>()
        });
        let expects = beat.expects.iter().map(|expect| expect.trigger.to_string());
        let expects: Vec<_> = expects.collect();
        assert!(!expects.is_empty(), "{}: nothing is expected", beat.trigger);
        format!("{} {options:?} {expects:?}", beat.trigger)
    });
    let beats: Vec<_> = beats.collect();
    let Lesson {
        id,
        number,
        minutes,
        hosts,
        programs,
        timers,
        ..
    } = lesson;
    format!("{id} {number} {minutes} {timers:?} {hosts:#?} {programs:#?} {beats:#?}")
}

#[test]
fn the_handshake_lesson_is_the_same_in_both_languages() {
    let [zh, en] = [Language::Chinese, Language::English].map(|language| {
        load(&shipped(), language).unwrap_or_else(|problems| {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            panic!("{}", problems.join("\n"))
        })
    });
    assert_eq!(skeleton(&zh), skeleton(&en));
    assert_eq!((zh.number, zh.beats.len()), (4, 11));
}

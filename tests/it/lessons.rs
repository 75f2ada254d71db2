//! Lessons: what markdown becomes, what a broken file is told, and the lessons that are shipped.

mod asked;
mod broken;
#[cfg(unix)]
mod broken_blocks;
#[cfg(unix)]
mod broken_course;
mod guide;
#[cfg(unix)]
mod long;
#[cfg(unix)]
mod mutants;
mod pictures;
mod puzzles;
mod triggers;
mod triggers_facts;
mod triggers_segments;
mod triggers_wrong;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sockstep::lesson::{Alignment, BeatWatch, Block, Inline, Language, Lesson, load, parse};
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
/// One line of program and one beat: the least a lesson has.
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
            Block::Callout { kind, blocks } => write!(out, "[{kind:?} {}]", show(blocks)),
            Block::Picture { alt, name, line } => write!(out, "[picture {name} {alt} {line}]"),
            Block::Puzzle(index) => write!(out, "[puzzle {index}]"),
            Block::Try(index) => write!(out, "[try {index}]"),
            Block::Table {
                alignment,
                header,
                rows,
            } => {
                let row = |cells: &Vec<Vec<Inline>>| {
                    let cells: Vec<String> = cells.iter().map(|cell| inlines(cell)).collect();
                    cells.join("|")
                };
                let rows: Vec<String> = rows.iter().map(row).collect();
                let sides = alignment.iter().map(|side| match side {
                    Alignment::Left => "",
                    Alignment::Centre => "=",
                    Alignment::Right => ">",
                });
                let sides = sides.collect::<String>();
                write!(out, "[table{sides} {} / {}]", row(header), rows.join(" / "))
            }
            Block::Quiz(quiz) => {
                write!(out, "[quiz {}", inlines(&quiz.question)).expect("a string takes all");
                for option in &quiz.options {
                    write!(out, " - ({}) {}", option.judged, inlines(&option.text))
                        .expect("a string takes all");
                }
                let hint = quiz.hint.as_ref().map(|hint| inlines(hint));
                write!(out, " ? {}]", hint.unwrap_or_default())
            }
            Block::Myth(myth) => write!(
                out,
                "[myth {} ({}) {}]",
                inlines(&myth.claim),
                myth.shows.trigger,
                inlines(&myth.fact)
            ),
            Block::Rule => write!(out, "[rule]"),
        }
        .expect("a string takes all");
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
    check("|a|b|c|\n|:-|:-:|-:|\n|1|2|3|", "[table=> a|b|c / 1|2|3]");
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
fn notes_pictures_and_links_to_lessons_are_found() {
    check("> [!NOTE]\n> one\n>\n> two", "[Note [p one][p two]]");
    check("> [!tip] one **b**", "[Tip [p one <b b>]]");
    check("> [!LINUX]\n> 这是 Linux 的", "[Linux [p 这是 Linux 的]]");
    check("> [!WARNING]\n>\n> - a", "[Warning [list - [p a]]]");
    check("> [not] a note", "[quote [p [not] a note]]");
    check("> **b** [!NOTE]", "[quote [p <b b> [!NOTE]]]");
    check(
        "![半连接队列](queue.png)",
        "[picture queue.png 半连接队列 20]",
    );
    check(
        "one ![a *b*](a.png) two\n\n- ![c](<图 1.jpg>)",
        "[p one ][picture a.png a b 20][p two][list - [picture 图 1.jpg c 22]]",
    );
    check(
        "[next](../08-next/) and [that](lesson:that)",
        "[p <lesson:08-next next> and <lesson:that that>]",
    );
    let lesson = parsed("a\n\n[x](lesson:that)\n\n[y](../08-next/en.md)");
    let links: Vec<_> = lesson
        .links
        .iter()
        .map(|(to, line)| (&**to, *line))
        .collect();
    assert_eq!(links, [("that", 22), ("08-next", 24)]);
}

#[test]
fn a_try_changes_programs_or_the_script_and_says_what_to_look_at() {
    let lesson = parsed(
        "```try\nLose it\nWho **notices**?\n\nHow late?\nscript:\n# first\nserver step\n\
         drop server data\n\nexpect:\nserver listens\n```\n\n\
         ```try\n改一行\nin server: replace \"socket\" in line 1 with \"select\"\n```\n\
         ```try\nAnew\nprogram server:\nimport struct\n\nscript:\n```",
    );
    let [lost, edited, anew] = &lesson.tries[..] else {
        panic!("{:?}", lesson.tries);
    };
    assert_eq!(show(&lesson.beats[0].body), "[try 0][try 1][try 2]");
    assert_eq!((&*lost.label, lost.line), ("Lose it", 20));
    assert_eq!(inlines(&lost.look), "Who <b notices>? How late?");
    assert!(lost.script.is_some() && lost.needs_wire);
    assert_eq!(lost.expects[0].line, 31);
    assert_eq!(lost.programs, lesson.programs);
    assert_eq!(edited.programs[0].source, "import select\n");
    assert!(edited.script.is_none() && !edited.needs_wire);
    // To the end of the block, whatever it says.
    assert_eq!(anew.programs[0].source, "import struct\n\nscript:\n");
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
            let options = quiz.options.iter().map(|option| option.judged.to_string());
            options.collect::<Vec<_>>()
        });
        let expects = beat.expects.iter().map(|expect| expect.trigger.to_string());
        let expects: Vec<_> = expects.collect();
        assert!(!expects.is_empty(), "{}: nothing is expected", beat.trigger);
        format!("{} {options:?} {expects:?}", beat.trigger)
    });
    let beats: Vec<_> = beats.collect();
    let tries = lesson.tries.iter().map(|each| {
        let expects = each.expects.iter().map(|expect| expect.trigger.to_string());
        let expects: Vec<_> = expects.collect();
        let script = each.script.is_some();
        format!("{:?} {script} {expects:?}", each.programs)
    });
    let tries: Vec<_> = tries.collect();
    let Lesson {
        id,
        number,
        minutes,
        hosts,
        programs,
        timers,
        ..
    } = lesson;
    format!("{id} {number} {minutes} {timers:?} {hosts:#?} {programs:#?} {beats:#?} {tries:#?}")
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

#[test]
fn the_tries_and_notes_of_the_teachers_page_are_sound() {
    let page = include_str!("../../lessons/README.md");
    let lesson = include_str!("../../lessons/04-handshake/en.md");
    let tries: Vec<&str> = page
        .split("```try\n")
        .skip(1)
        .map(|rest| rest.split("```").next().expect("a part"))
        .collect();
    assert_eq!(tries.len(), 2);
    for each in tries {
        let text = format!("{lesson}\n```try\n{each}```\n");
        assert!(parse(&text, path(), Language::English).is_ok(), "{each}");
    }
    for word in ["NOTE", "TIP", "WARNING", "LINUX"] {
        assert!(page.contains(&format!("> [!{word}]\n")), "{word}");
    }
}

/// Recorded with `sockstep run lessons/04-handshake --save`, every choice the director's.
const RECORDED: &str = include_str!("lessons/handshake.jsonl");

#[test]
fn a_recorded_run_of_the_handshake_shows_everything_the_lesson_states() {
    let trace = sockstep::trace::load(RECORDED).unwrap().trace;
    for language in [Language::Chinese, Language::English] {
        let lesson = load(&shipped(), language).unwrap();
        assert_eq!(trace.header().programs, lesson.programs, "record it again");
        let watch = BeatWatch::of(&lesson, &trace);
        assert!(
            watch.reached().iter().all(Option::is_some),
            "{:?}",
            watch.reached()
        );
        let unmet = watch
            .unmet()
            .into_iter()
            .map(|(_, expect)| expect.trigger.to_string());
        assert_eq!(unmet.collect::<Vec<_>>(), Vec::<String>::new());
        let verdicts: Vec<_> = watch
            .verdicts()
            .iter()
            .map(|(beat, option)| (*beat, *option))
            .collect();
        assert_eq!(verdicts, [(2, 1), (8, 1)]);
    }
}

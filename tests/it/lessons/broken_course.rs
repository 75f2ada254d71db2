//! A course in which one lesson is broken, in every way that a lesson has been broken: it is told
//! with file, line and remedy, and the other lessons open as before.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use sockstep::session::Course;

use super::{BEAT, FRONT, PROGRAM};

/// What is done to the sound lesson in the middle.
pub(super) enum Do {
    /// This stands below its beat; the first line of it is line 20 of the file.
    Body(&'static str),
    /// In its front matter, this is replaced by that.
    Front(&'static str, &'static str),
    /// In its text, this is replaced by that.
    Text(&'static str, &'static str),
    /// The whole file.
    Whole(fn() -> Vec<u8>),
    /// Anything, to its folder.
    Folder(fn(&Path)),
}
use Do::{Body, Folder, Front, Text, Whole};

fn text(id: &str, body: &str) -> String {
    let front = FRONT.replacen("\"small\"", &format!("\"{id}\""), 1);
    format!("{front}{PROGRAM}{BEAT}{body}")
}

fn write(course: &Path, folder: &str, text: impl AsRef<[u8]>) {
    let folder = course.join(folder);
    fs::create_dir_all(&folder).expect("a folder");
    for file in ["en.md", "zh.md"] {
        fs::write(folder.join(file), text.as_ref()).expect("a file");
    }
}

fn check(number: usize, done: &Do, expected: &str, remedy: &str) {
    let course = tempfile::tempdir().expect("a folder");
    for (folder, id) in [
        ("01-before", "before"),
        ("02-broken", "broken"),
        ("03-after", "after"),
    ] {
        write(
            course.path(),
            folder,
            text(id, "a link to [one](lesson:before)\n"),
        );
    }
    let folder = course.path().join("02-broken");
    let sound = text("broken", "");
    let whole = match done {
        Body(body) => Some(text("broken", body).into_bytes()),
        Front(from, to) | Text(from, to) => {
            assert!(sound.contains(from), "{number}: {from:?}");
            Some(sound.replacen(from, to, 1).into_bytes())
        }
        Whole(whole) => Some(whole()),
        Folder(change) => {
            change(&folder);
            None
        }
    };
    if let Some(whole) = whole {
        write(course.path(), "02-broken", whole);
    }
    let opened = Course::open(Some(course.path())).expect("two are sound");
    let entries = opened.entries();
    for sound in entries.iter().filter(|entry| entry.folder != "02-broken") {
        assert!(sound.problems.is_empty(), "{number}: {:?}", sound.problems);
        assert_eq!(sound.titles.len(), 2, "{number}: {}", sound.folder);
    }
    let broken = entries.iter().find(|entry| entry.folder == "02-broken");
    let told = broken.and_then(|entry| entry.problems.first().cloned());
    let told = told.unwrap_or_default();
    let (message, what_to_do) = told.split_once("; ").unwrap_or_default();
    let place = folder.join(expected).display().to_string();
    assert!(
        message.starts_with(&place),
        "{number}: {told:?} is not {expected:?}"
    );
    assert!(
        what_to_do.starts_with(remedy),
        "{number}: {told:?} lacks {remedy:?}"
    );
}

#[test]
fn whatever_is_broken_is_told_and_the_rest_of_the_course_opens() {
    check_all(CASES);
}

pub(super) fn check_all(cases: &[(Do, &str, &str)]) {
    for (number, (done, expected, remedy)) in cases.iter().enumerate() {
        check(number, done, expected, remedy);
    }
}

const CASES: &[(Do, &str, &str)] = &[
    // Beats, headings, triggers.
    (
        Text("## B\n", "B\n"),
        "en.md:17: a `when` block that does not follow a heading",
        "put it right below the heading of its beat",
    ),
    (
        Text("```when\n", "```wehn\n"),
        "en.md:17: unknown block `wehn`",
        "the blocks are when, expect, quiz, myth, puzzle, try, direct",
    ),
    (
        Body("## C\n\ntext\n\n```when\nserver listens\n```"),
        "en.md:24: a `when` block that does not follow a heading",
        "put it right below the heading of its beat",
    ),
    (
        Body("## C\n```when\nserver lisens\n```"),
        "en.md:22: unknown trigger word 'lisens'",
        "did you mean \"listens\"? write e.g. \"server sends SYN+ACK\"",
    ),
    (
        Body("## C\n```when\nserver ESTABLISED\n```"),
        "en.md:22: unknown state 'ESTABLISED'",
        "did you mean \"ESTABLISHED\"?",
    ),
    (
        Body("```expect\nserver acept blocked\n```"),
        "en.md:21: unknown call 'acept'",
        "did you mean \"accept\"?",
    ),
    (
        Body("```expect\nserver bind fails EADRINUSE\n```"),
        "en.md:21: unknown errno 'EADRINUSE'",
        "did you mean \"EADDRINUSE\"?",
    ),
    (
        Body("```expect\nsevrer listens\n```"),
        "en.md:21: 'sevrer' is neither a program nor a host of this lesson",
        "did you mean \"server\"? write one of server, client, or any",
    ),
    (
        Body("```expect\nserver cwnd is 99999999999999999999999\n```"),
        "en.md:21: unknown trigger word '99999999999999999999999'",
        "write e.g. \"server sends SYN+ACK\"",
    ),
    (
        Body("```expect\nserver accept returns 0\n```"),
        "en.md:21: calls are counted from 1",
        "write 1 for the first",
    ),
    (
        Body("```expect\nserver listens before\n```"),
        "en.md:21: the trigger stops short of a name",
        "write e.g. \"server sends SYN+ACK\"",
    ),
    (
        Body("```expect\n```"),
        "en.md:20: the block is empty",
        "write one trigger in it, e.g. server sends SYN+ACK",
    ),
    // Files.
    (
        Folder(|f| fs::remove_file(f.join("zh.md")).unwrap()),
        "zh.md: the folder has no such file",
        "add zh.md, or choose the language of en.md",
    ),
    (
        Folder(|f| {
            fs::remove_file(f.join("en.md")).unwrap();
            symlink("en.md", f.join("en.md")).unwrap();
        }),
        "en.md: the file is a link that leads nowhere",
        "put the file itself into the folder",
    ),
    (
        Folder(|f| {
            fs::remove_file(f.join("en.md")).unwrap();
            symlink("/etc/passwd", f.join("en.md")).unwrap();
        }),
        "en.md: the file is a link that leads out of the lesson's folder",
        "put the file itself into the folder",
    ),
    (
        Folder(|f| {
            fs::remove_file(f.join("en.md")).unwrap();
            symlink("../01-before/en.md", f.join("en.md")).unwrap();
        }),
        "en.md: the file is a link that leads out of the lesson's folder",
        "put the file itself into the folder",
    ),
    (
        Folder(|f| {
            fs::remove_file(f.join("en.md")).unwrap();
            fs::create_dir(f.join("en.md")).unwrap();
        }),
        "en.md: not a plain file",
        "give a lesson's folder, or its .md file",
    ),
    (
        Whole(Vec::new),
        "en.md:1: no front matter",
        "begin with +++, then id = \"handshake\", title, goal, minutes,",
    ),
    (
        Whole(|| vec![0; 4096]),
        "en.md:1: the character U+0000 is not allowed",
        "remove it: nobody would see it",
    ),
    (
        Whole(|| text("broken", &"x".repeat(1 << 20)).into_bytes()),
        "en.md: the file is larger than 1048576 bytes",
        "split the lesson into several",
    ),
    (
        Whole(|| {
            text(
                "broken",
                &format!("```expect\n{}\n```", "server ".repeat(100_000)),
            )
            .into_bytes()
        }),
        "en.md:21: the trigger is too long",
        "split it into several",
    ),
    (
        Whole(|| [text("broken", "").into_bytes(), b"\n\xff\xfe\n".to_vec()].concat()),
        "en.md:21: the text is not UTF-8",
        "save the file as UTF-8",
    ),
    (
        Whole(|| {
            let mut bytes = vec![0xff, 0xfe];
            bytes.extend(text("broken", "").encode_utf16().flat_map(u16::to_le_bytes));
            bytes
        }),
        "en.md:1: the text is not UTF-8",
        "save the file as UTF-8",
    ),
    (
        Whole(|| text("broken", "a\u{0}b").into_bytes()),
        "en.md:20: the character U+0000 is not allowed",
        "remove it: nobody would see it",
    ),
    (
        Whole(|| text("broken", "a\u{1b}[31mb").into_bytes()),
        "en.md:20: the character U+001B is not allowed",
        "remove it: nobody would see it",
    ),
    (
        Whole(|| text("broken", "a\u{202e}b").into_bytes()),
        "en.md:20: the character U+202E is not allowed",
        "remove it: nobody would see it",
    ),
    (
        Whole(|| text("broken", "```python client\nx = 'a\u{202e}b'\n```").into_bytes()),
        "en.md:21: the character U+202E is not allowed",
        "remove it: nobody would see it",
    ),
    (
        Whole(|| text("broken", "a\u{e0f0}b").into_bytes()),
        "en.md:20: the character U+E0F0 is not allowed",
        "remove it: nobody would see it",
    ),
    (
        Whole(|| text("broken", "text\n\rmore\r```expect\rsevrer listens\r```\r").into_bytes()),
        "en.md:24: 'sevrer' is neither a program nor a host of this lesson",
        "did you mean \"server\"? write one of server, client, or any",
    ),
    (
        Whole(|| {
            text("broken", "```expect\nsevrer listens\n```")
                .replace('\n', "\r\n")
                .into_bytes()
        }),
        "en.md:21: 'sevrer' is neither a program nor a host of this lesson",
        "did you mean \"server\"? write one of server, client, or any",
    ),
    (
        Whole(|| {
            format!(
                "\u{feff}{}",
                text("broken", "```expect\nsevrer listens\n```")
            )
            .into_bytes()
        }),
        "en.md:21: 'sevrer' is neither a program nor a host of this lesson",
        "did you mean \"server\"? write one of server, client, or any",
    ),
    // Pictures and links.
    (
        Body("![x](../../etc/passwd)"),
        "en.md:20: the picture '../../etc/passwd' is not in the lesson's folder",
        "put it there and write its name alone, as in ![…](queue.png)",
    ),
    (
        Body("![x](/etc/passwd)"),
        "en.md:20: the picture '/etc/passwd' is not in the lesson's folder",
        "put it there and write its name alone, as in ![…](queue.png)",
    ),
    (
        Body("![x](C:\\\\x.png)"),
        "en.md:20: the picture 'C:\\\\x.png' is not in the lesson's folder",
        "put it there and write its name alone, as in ![…](queue.png)",
    ),
    (
        Body("![x](gone.png)"),
        "en.md:20: there is no picture 'gone.png'",
        "put it into the lesson's folder",
    ),
    (
        Body("![x](en.md)"),
        "en.md:20: the picture 'en.md' cannot be read: it is neither PNG nor JPEG",
        "save it as PNG or JPEG",
    ),
    (
        Folder(|f| {
            symlink("/etc/passwd", f.join("a.png")).unwrap();
            fs::write(f.join("en.md"), text("broken", "![x](a.png)")).unwrap();
        }),
        "en.md:20: the picture 'a.png' is a link that leads out of the lesson's folder",
        "put the file itself into the folder",
    ),
    (
        Folder(|f| {
            symlink("a.png", f.join("a.png")).unwrap();
            fs::write(f.join("en.md"), text("broken", "![x](a.png)")).unwrap();
        }),
        "en.md:20: the picture 'a.png' is a link that leads nowhere",
        "put the file itself into the folder",
    ),
    (
        Folder(|f| {
            symlink(".", f.join("a")).unwrap();
            fs::write(f.join("en.md"), text("broken", "![x](a/a/a/b.png)")).unwrap();
        }),
        "en.md:20: there is no picture 'a/a/a/b.png'",
        "put it into the lesson's folder",
    ),
    (
        Body("[x](../../etc/passwd)"),
        "en.md:20: the link '../../etc/passwd' leads nowhere",
        "write https://…, ../05-accept/ for the lesson in that folder",
    ),
    (
        Body("[x](/etc/passwd)"),
        "en.md:20: the link '/etc/passwd' leads nowhere",
        "write https://…, ../05-accept/ for the lesson in that folder",
    ),
    (
        Body("[x](../09-gone/)"),
        "en.md:20: there is no lesson '09-gone'",
        "write the name of its folder, as in ../05-accept/, or its id",
    ),
    (
        Body("[x](lesson:gone)"),
        "en.md:20: there is no lesson 'gone'",
        "write the name of its folder, as in ../05-accept/, or its id",
    ),
    (
        Body("[x](javascript:alert(1))"),
        "en.md:20: the link 'javascript:alert(1)' leads nowhere",
        "write https://…, ../05-accept/ for the lesson in that folder",
    ),
    (
        Body("![](a.png)"),
        "en.md:20: a picture without a description",
        "write ![what it shows](picture.png)",
    ),
    // Front matter.
    (
        Whole(|| FRONT.trim_end().trim_end_matches('+').as_bytes().to_vec()),
        "en.md:1: the front matter is not closed",
        "add a line +++ after it",
    ),
    (
        Front("+++\n", ""),
        "en.md:1: no front matter",
        "begin with +++, then id = \"handshake\", title, goal, minutes,",
    ),
    (
        Front("id = \"broken\"\n", ""),
        "en.md:1: no id",
        "add id = \"…\"",
    ),
    (
        Front("id = \"broken\"", "id = \"before\""),
        "en.md: the lesson in 01-before has the id \"before\", too",
        "give each lesson an id of its own",
    ),
    (
        Front("id = \"broken\"", "id = \"Bro ken\""),
        "en.md:2: id \"Bro ken\" has characters that are not allowed",
        "use a-z, 0-9, - and _, as in \"handshake\"",
    ),
    (
        Front("minutes = 5", "minutes = -5"),
        "en.md:5: minutes is not a number from 1 to 240",
        "write e.g. minutes = 10",
    ),
    (
        Front("minutes = 5", "minutes = 99999999999999999999"),
        "en.md:5: minutes is not a number from 1 to 240",
        "write e.g. minutes = 10",
    ),
    (
        Front("minutes = 5", "minutes = 100000"),
        "en.md:5: minutes is not a number from 1 to 240",
        "write e.g. minutes = 10",
    ),
    (
        Front("minutes = 5", "minuts = 5"),
        "en.md:1: no minutes",
        "add e.g. minutes = 10",
    ),
    (
        Front("name = \"client\"", "name = \"server\""),
        "en.md:9: two hosts are called 'server'",
        "give each host a name of its own",
    ),
    (
        Front("\"10.0.0.2\"", "\"300.0.0.2\""),
        "en.md:8: '300.0.0.2' is not the address of a host",
        "write an IPv4 or IPv6 address in quotes, as in \"192.168.131.",
    ),
    (
        Front("minutes = 5", "minutes = 5\nafter = [\"broken\"]"),
        "en.md:6: the lesson 'broken' comes after itself",
        "write the ids of earlier lessons, as in after = [\"handshake\"",
    ),
    (
        Front("minutes = 5", "minutes = 5\nafter = \"before\""),
        "en.md:6: after is not a list",
        "write the ids of earlier lessons, as in after = [\"handshake\"",
    ),
    (
        Front("minutes = 5", "minutes = 5\nprints = \"maybe\""),
        "en.md:6: prints is neither \"same\" nor \"vary\"",
        "write prints = \"vary\" where CPython may print something else",
    ),
    (
        Front("title = \"Small\"", "title = \"\""),
        "en.md:3: title is empty",
        "add title = \"…\"",
    ),
    (
        Front("title = \"Small\"", "title = \"a\\nb\""),
        "en.md:3: title has a character that nobody sees, or a second line",
        "write it in one line, without it",
    ),
    (
        Front("title = \"Small\"", "title = \"a\\u202eb\""),
        "en.md:3: title has a character that nobody sees, or a second line",
        "write it in one line, without it",
    ),
];

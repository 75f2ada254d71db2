//! Saved runs that were cut off, edited, damaged or made to do harm: line, reason, and what is
//! sound before it.

mod flood;
mod property;

use std::fmt::Write as _;
use std::io::{self, BufReader, Read};
use std::ops::ControlFlow;

use sockstep::trace::{
    LONGEST_HEADER, LONGEST_LINE, LoadError, Loaded, MOST_EVENTS, Unread, load, read,
};

pub const HEADER: &str = r#"{"sockstep":1,"version":"0.1.0","kernel":"6.18.44","wire":"held","hosts":[{"name":"server","addresses":["10.0.0.2"]},{"name":"client","addresses":["10.0.0.1"]}],"programs":[{"name":"server","host":"server","file":"server.py","source":""},{"name":"client","host":"client","file":"client.py","source":""}]}"#;

/// A file of the header and these events, numbered and timed.
pub fn file_of(whats: impl IntoIterator<Item = String>) -> String {
    let mut text = format!("{HEADER}\n");
    for (n, what) in whats.into_iter().enumerate() {
        writeln!(text, r#"{{"n":{n},"at_us":{n},"what":{what}}}"#).unwrap();
    }
    text
}

fn read_all(bytes: &[u8]) -> Result<Loaded, LoadError> {
    match read(bytes, &mut |_| ControlFlow::Continue(())) {
        Ok(loaded) => Ok(loaded),
        Err(Unread::Broken(error)) => Err(error),
        Err(Unread::Cancelled) => panic!("nobody cancelled"),
    }
}

/// So many events are read; then the first that is wrong is said to be so, or nothing is.
fn check(bytes: &[u8], events: usize, expected: Option<&str>) {
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]);
    let loaded = read_all(bytes).unwrap_or_else(|error| panic!("{error}: {shown}"));
    let said = loaded.cut_short.map(|error| error.to_string());
    assert_eq!(loaded.trace.events().len(), events, "{said:?}: {shown}");
    match (said, expected) {
        (None, None) => {}
        (Some(said), Some(expected)) => assert!(said.starts_with(expected), "{said}: {shown}"),
        (said, expected) => panic!("{said:?}, not {expected:?}: {shown}"),
    }
}

fn rests(count: usize) -> String {
    file_of((0..count).map(|_| r#""rest""#.to_owned()))
}

#[test]
fn line_ends_marks_and_empty_lines_of_other_editors_are_no_harm() {
    let text = rests(3);
    for text in [
        text.trim_end().to_owned(),
        text.replace('\n', "\r\n"),
        format!("\u{feff}{text}"),
        format!("\n\n{}\n \t\n\r\n", text.replace('\n', "\n\n")),
    ] {
        check(text.as_bytes(), 3, None);
    }
    let error = read_all(text.replace('\n', "\r").as_bytes());
    assert!(error.is_err(), "one line, and no header");
}

/// Three events, of which the second is this.
fn with_third(lines: &[&str], third: &[u8]) -> Vec<u8> {
    let (before, after) = (
        [lines[0], lines[1], ""].join("\n"),
        format!("\n{}\n", lines[3]),
    );
    [before.as_bytes(), third, after.as_bytes()].concat()
}

#[test]
fn a_damaged_line_is_named_with_what_is_wrong_with_it() {
    let text = rests(3);
    let lines: Vec<&str> = text.lines().collect();
    let with = |third: &[u8]| with_third(&lines, third);
    for (third, expected) in [
        (
            &b"{}"[..],
            "line 3: this line is not an event (missing field `n`",
        ),
        (
            b"{\"n\":1,\"at_us\":1,",
            "line 3: this line is not an event (EOF",
        ),
        (
            b"{\"n\":1,\"at_us\":1,\"what\":\"rest\"}}",
            "line 3: this line is not an event (trailing",
        ),
        (
            b"{\"n\":-1,\"at_us\":1,\"what\":\"rest\"}",
            "line 3: this line is not an event (invalid",
        ),
        (
            b"{\"n\":1,\"at_us\":1e400,\"what\":\"rest\"}",
            "line 3: this line is not an event (num",
        ),
        (
            b"{\"n\":1,\"at_us\":1,\"what\":\"call\"}",
            "line 3: this line is not an event (missing",
        ),
        (
            b"\xff\xfe",
            "line 3: this line is not UTF-8 text from column 1 on",
        ),
        (
            b"{\"n\":1,\"wh\xc3",
            "line 3: this line is not UTF-8 text from column 11 on",
        ),
        (&[0; 30], "line 3: this line has zero bytes"),
        (
            lines[1].as_bytes(),
            "line 3: this is event 0, and 1 comes here",
        ),
        (
            lines[3].as_bytes(),
            "line 3: this is event 2, and 1 comes here",
        ),
        (
            b"{\"n\":1,\"at_us\":18446744073709551615,\"what\":\"rest\"}",
            "line 3: its time is 18",
        ),
    ] {
        check(&with(third), 1, Some(expected));
    }
}

#[test]
fn what_is_odd_but_sound_is_read_and_what_goes_back_in_time_is_not() {
    let text = rests(3);
    let lines: Vec<&str> = text.lines().collect();
    let with = |third: &[u8]| with_third(&lines, third);
    let deep = ["[".repeat(100_000), "]".repeat(100_000)].concat();
    check(
        &with(deep.as_bytes()),
        1,
        Some("line 3: this line is not an event"),
    );
    check(&with(br#"{"n":1,"at_us":1,"what":"teleported"}"#), 3, None);
    let newer = br#"{"n":1,"at_us":1,"what":"order","order":"teleport","by":"learner"}"#;
    check(&with(newer), 3, None);
    let back = text.replace(r#""n":2,"at_us":2"#, r#""n":2,"at_us":0"#);
    check(
        back.as_bytes(),
        2,
        Some("line 4: its time is 0 µs, and the event before was at 1 µs"),
    );
    for cut in 1..lines[3].len() {
        let text = text[..text.len() - 1 - cut].trim_end();
        let expected = (!text.ends_with('}')).then_some("line 4: the file ends in the middle");
        check(text.as_bytes(), 2, expected);
    }
}

#[test]
fn a_value_that_no_run_can_have_is_named() {
    let sent = |segment: u64, length: usize| {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::STANDARD.encode(vec![0; length]);
        format!(
            r#""sent","segment":{segment},"from":"client","to":null,"bytes":"{bytes}","copy_of":null"#
        )
    };
    let call = |id: u64, program: &str| {
        format!(
            r#""call","program":"{program}","call":{id},"line":1,"name":"socket","args":"","fd":null"#
        )
    };
    for (what, expected) in [
        (sent(1, 65_575), None),
        (
            sent(1, 65_576),
            Some("line 3: a packet of 65576 bytes, which no run can have"),
        ),
        (sent(0, 40), Some("line 3: a second segment 0")),
        (
            sent(u64::MAX, 40),
            Some("line 3: segment 18446744073709551615 in event 1"),
        ),
        (
            sent(1, 1).replace("client", "nobody"),
            Some("line 3: it names \"nobody\""),
        ),
        (call(5, "client"), None),
        (
            call(u64::MAX, "client"),
            Some("line 3: call 18446744073709551615 in event 1"),
        ),
        (call(1, "nobody"), Some("line 3: it names \"nobody\"")),
        (
            r#""duplicated","segment":0,"copy":0"#.to_owned(),
            Some("line 3: a second segment 0"),
        ),
        (
            format!("{},\"offers\":{}", call(1, "client"), u64::MAX),
            Some("line 3: 18446744073709551615 bytes of data"),
        ),
    ] {
        let events = 1 + usize::from(expected.is_none());
        check(file_of([sent(0, 40), what]).as_bytes(), events, expected);
    }
    let calls = file_of([call(3, "client"), call(3, "server")]);
    check(
        calls.as_bytes(),
        1,
        Some("line 3: call 3 comes after call 3"),
    );
}

#[test]
fn without_a_sound_header_there_is_nothing_and_that_is_said() {
    let with = |field: &str, value: String| HEADER.replace(field, &value);
    let hosts = |count: usize| {
        let all: Vec<String> = (0..count)
            .map(|n| format!(r#"{{"name":"h{n}","addresses":[]}}"#))
            .collect();
        with(r#""hosts":["#, format!(r#""hosts":[{},"#, all.join(",")))
    };
    for (text, expected) in [
        (String::new(), "line 1: the file is empty"),
        ("\r\n \n".to_owned(), "line 3: the file is empty"),
        ("\0\0\0".to_owned(), "line 1: this line has zero bytes"),
        ("[]".to_owned(), "line 1: this is no saved run"),
        ("import socket\n".to_owned(), "line 1: this is no saved run"),
        (
            rests(1).lines().nth(1).unwrap().to_owned(),
            "line 1: this is no saved run",
        ),
        (
            with(":1,", ":0,".to_owned()),
            "line 1: this is no saved run",
        ),
        (
            with("\"kernel\"", "\"seed\"".to_owned()),
            "line 1: the header is damaged (missing",
        ),
        (HEADER[..80].to_owned(), "line 1: this is no saved run"),
        (
            r#"{"sockstep":2,"version":"3.1.4","stage":"new"}"#.to_owned(),
            "line 1: this run was saved by a newer Sockstep (3.1.4) in format 2, and this one",
        ),
        (hosts(64), "line 1: the header has 66 hosts"),
        (hosts(5_000), "line 1: the header has 5002 hosts"),
        (
            hosts(100_000),
            "line 1: this line has more than 20000 values",
        ),
        (
            with("\"client.py", format!("\"{}", "x".repeat(300))),
            "line 1: a name in the header",
        ),
        (
            with(
                "\"source\":\"\"",
                format!("\"source\":\"{}\"", "x".repeat(100 << 20)),
            ),
            "line 1: this line is longer than 40 MiB",
        ),
    ] {
        let error = read_all(text.as_bytes())
            .expect_err("no header")
            .to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    let sources = with(
        "\"source\":\"\"",
        format!("\"source\":\"{}\"", "x".repeat(10 << 20)),
    );
    assert!(sources.len() < LONGEST_HEADER);
    check(sources.as_bytes(), 0, None);
}

/// Bytes that nobody has to keep: one after the other, so many times.
struct Endless<'a> {
    part: &'a [u8],
    left: u64,
}

impl Read for Endless<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Ok(0);
        }
        self.left -= 1;
        let length = self.part.len().min(into.len());
        into[..length].copy_from_slice(&self.part[..length]);
        Ok(length)
    }
}

fn endless(head: &str, part: &[u8]) -> Result<Loaded, Unread> {
    let times = (1 << 30) / part.len() as u64;
    let part = Endless { part, left: times };
    let file = head
        .as_bytes()
        .chain(BufReader::with_capacity(64 << 10, part));
    read(file, &mut |_| ControlFlow::Continue(()))
}

#[test]
fn a_gigabyte_in_one_line_or_in_lines_of_nothing_ends_soon() {
    let loaded = endless(&rests(2), &[b'x'; 4096]).expect("the header is sound");
    let said = loaded.cut_short.expect("a line of a gigabyte").to_string();
    assert!(
        said.starts_with("line 4: this line is longer than 8 MiB"),
        "{said}"
    );
    assert_eq!(loaded.trace.events().len(), 2);
    let error = endless("", &[b'x'; 4096])
        .expect_err("no header")
        .to_string();
    assert!(
        error.starts_with("line 1: this line is longer than 40 MiB"),
        "{error}"
    );
}

#[test]
fn more_events_than_a_run_may_have_are_cut_off_and_that_is_said() {
    let text = rests(MOST_EVENTS + 10);
    let expected = format!(
        "line {}: a run has at most {MOST_EVENTS} events",
        MOST_EVENTS + 2
    );
    check(text.as_bytes(), MOST_EVENTS, Some(&expected));
}

#[test]
fn whoever_watches_hears_every_64_kib_and_may_cancel() {
    let text = rests(20_000);
    for most in [1, 5] {
        let mut heard = Vec::new();
        let read = read(text.as_bytes(), &mut |bytes| {
            heard.push(bytes);
            match heard.len() < most {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        });
        assert!(matches!(read, Err(Unread::Cancelled)), "{most}");
        let near = |(index, bytes): (usize, &u64)| bytes.abs_diff((index as u64 + 1) << 16) < 5_000;
        assert!(
            heard.len() == most && heard.iter().enumerate().all(near),
            "{heard:?}"
        );
    }
    let long = format!("{HEADER}\n{}", "x".repeat(LONGEST_LINE));
    let mut heard = 0;
    read(long.as_bytes(), &mut |_| {
        heard += 1;
        ControlFlow::Continue(())
    })
    .expect("the header is sound");
    assert!(heard >= LONGEST_LINE >> 16, "{heard}");
}

/// A disk that fails.
struct Failing;

impl Read for Failing {
    fn read(&mut self, _into: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is gone"))
    }
}

#[test]
fn a_file_that_cannot_be_read_on_keeps_what_came() {
    let text = rests(2);
    let file = text.as_bytes().chain(BufReader::new(Failing));
    let loaded = read(file, &mut |_| ControlFlow::Continue(())).expect("the header is sound");
    assert_eq!(loaded.trace.events().len(), 2);
    let said = loaded.cut_short.expect("it failed").to_string();
    assert!(
        said.starts_with("line 4: the file cannot be read on: the disk is gone"),
        "{said}"
    );
}

/// Real runs, as they lie beside the lessons.
pub fn real_runs() -> Vec<(String, String)> {
    let mut runs = Vec::new();
    for lesson in std::fs::read_dir("lessons").unwrap() {
        let folder = lesson.unwrap().path();
        let files = std::fs::read_dir(&folder).into_iter().flatten();
        for file in files.map(|file| file.unwrap().path()) {
            if file
                .extension()
                .is_some_and(|extension| extension == "jsonl")
            {
                let text = std::fs::read_to_string(&file).unwrap();
                runs.push((file.display().to_string(), text));
            }
        }
    }
    assert!(runs.len() > 10, "{}", runs.len());
    runs.sort();
    runs
}

#[test]
fn every_run_beside_a_lesson_is_sound() {
    for (name, text) in real_runs() {
        let loaded = load(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(loaded.cut_short.is_none(), "{name}: {:?}", loaded.cut_short);
        assert_eq!(
            loaded.trace.events().len() + 1,
            text.lines().count(),
            "{name}"
        );
    }
}

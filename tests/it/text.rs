//! The ladder as text: nothing is wider than asked, every segment is there once with its fate, and
//! every lifeline has its events in their order. Over recorded runs: those of the puzzles, and of
//! three hosts, UDP and loopback, with segments dropped, duplicated, damaged and delayed.

mod snapshots;

use std::path::{Path, PathBuf};

use sockstep::export::text::{Ladder, Line, Look, Role, TooNarrow, ladder};
use sockstep::ladder::host_order;
use sockstep::lesson::Language;
use sockstep::model::{Fate, Segment, State};
use sockstep::trace::{Event, Header, HostSetup, Setup, Trace, What, WireKind, load};
use sockstep::words::segment::bare;
use unicode_width::UnicodeWidthStr as _;

const LANGUAGES: [Language; 2] = [Language::English, Language::Chinese];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn jsonl_in(folder: PathBuf) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
        .collect()
}

/// Every recorded run, by its file's name.
fn runs() -> Vec<(String, Trace)> {
    let lessons = std::fs::read_dir(root().join("lessons")).expect("the lessons");
    let lessons = lessons.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> = lessons
        .filter(|path| path.is_dir())
        .flat_map(jsonl_in)
        .collect();
    paths.extend(jsonl_in(root().join("tests/it/text")));
    paths.sort();
    let read = paths.iter().map(|path| {
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        (name, run(path))
    });
    read.collect()
}

fn run(path: &Path) -> Trace {
    let text = std::fs::read_to_string(path).expect("a recorded run");
    load(&text).expect("a header").trace
}

fn look(width: usize, language: Language) -> Look {
    Look {
        width,
        language,
        ..Look::default()
    }
}

fn end_of(trace: &Trace) -> State {
    State::at(trace, trace.end())
}

/// Segments that have a place on the ladder: a copy that waits behind another has none yet.
fn shown(state: &State) -> Vec<&Segment> {
    let segments = state.segments.values();
    segments
        .filter(|segment| segment.fate != Fate::Absorbed)
        .collect()
}

fn count(lines: &[Line], is_it: impl Fn(Role, &str) -> bool) -> usize {
    let spans = lines.iter().flat_map(|line| &line.spans);
    spans.filter(|span| is_it(span.role, &span.text)).count()
}

fn is_arrow(role: Role) -> bool {
    matches!(role, Role::Arrow(_) | Role::Inferred)
}

fn arrives(line: &Line, head: char) -> bool {
    line.spans
        .iter()
        .any(|span| is_arrow(span.role) && span.text.contains(head))
}

#[test]
fn no_line_is_wider_than_asked_and_none_holds_a_control_character() {
    for (name, trace) in runs() {
        for width in [80, 100, 120, 300] {
            for language in LANGUAGES {
                for (is_ascii, has_bytes) in [(false, false), (true, true)] {
                    let look = Look {
                        is_ascii,
                        has_bytes,
                        ..look(width, language)
                    };
                    let lines = ladder(&trace, &look).expect("wide enough");
                    for line in lines {
                        let plain = line.plain();
                        assert!(plain.width() <= width, "{name} {width}: {plain}");
                        assert!(!plain.contains(char::is_control), "{name}: {plain:?}");
                        assert_eq!(plain.trim_end(), plain, "{name}: {plain:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn ascii_is_enough_where_programs_say_nothing_else() {
    for (name, trace) in runs() {
        let look = Look {
            is_ascii: true,
            is_wire_only: true,
            ..look(100, Language::English)
        };
        for line in ladder(&trace, &look).expect("wide enough") {
            assert!(line.plain().is_ascii(), "{name}: {}", line.plain());
        }
    }
}

#[test]
fn every_segment_is_there_once_with_its_fate() {
    for (name, trace) in runs() {
        let state = end_of(&trace);
        let segments = shown(&state);
        let fates = |is_it: fn(&Fate) -> bool| {
            segments
                .iter()
                .filter(|segment| is_it(&segment.fate))
                .count()
        };
        let delivered = fates(|fate| matches!(fate, Fate::Delivered(_)));
        let dropped = fates(|fate| matches!(fate, Fate::Dropped(_)));
        for width in [80, 120] {
            for language in LANGUAGES {
                let lines = ladder(&trace, &look(width, language)).expect("wide enough");
                let heads = count(&lines, |role, text| {
                    is_arrow(role) && text.contains(['▶', '◀'])
                });
                let crosses = count(&lines, |role, text| {
                    role == Role::Dropped && text.contains('✕')
                });
                assert_eq!((heads, crosses), (delivered, dropped), "{name} {width}");
            }
        }
    }
}

/// `ACK seq 1 ack 11`, as it stands on its arrow where there is room.
fn label(state: &State, segment: &Segment) -> String {
    let mut label = bare(Language::English, segment);
    let packet = segment.packet.as_ref();
    if let Some((seq, ack)) = state.relative_numbers(segment) {
        let flags = packet.and_then(|packet| packet.tcp()).expect("TCP").flags;
        if !flags.rst || seq != 0 {
            label.push_str(&format!(" seq {seq}"));
        }
        if flags.ack {
            label.push_str(&format!(" ack {ack}"));
        }
    }
    label
}

#[test]
fn every_arrow_points_at_its_receiver_and_comes_in_the_order_of_the_run() {
    let mut tried = 0;
    for (name, trace) in runs() {
        let state = end_of(&trace);
        let hosts = host_order(&state);
        let [left, right] = &hosts[..] else { continue };
        let lines = ladder(&trace, &look(160, Language::English)).expect("wide enough");
        for (host, head) in [(left, '◀'), (right, '▶')] {
            let came = trace.events().iter().filter_map(|event| match &event.what {
                What::Delivered { segment } | What::Inferred { segment, .. } => {
                    state.segments.get(segment)
                }
                _ => None,
            });
            let expected = came.filter(|segment| segment.to.as_ref() == Some(host));
            let expected: Vec<String> = expected.map(|segment| label(&state, segment)).collect();
            let found: Vec<String> = lines
                .iter()
                .filter(|line| arrives(line, head))
                .map(Line::plain)
                .collect();
            assert_eq!(found.len(), expected.len(), "{name} {host}");
            for (line, label) in found.iter().zip(&expected) {
                assert!(line.contains(label), "{name} {host}: {label} in {line}");
            }
            tried += expected.len();
        }
    }
    assert!(tried > 200, "{tried}");
}

/// As `sockstep run` prints it when every event is slow to come.
#[test]
fn what_comes_slowly_has_its_leaving_and_its_coming_on_two_lines() {
    for (name, trace) in runs() {
        let mut state = State::new(trace.header());
        let mut ladder = Ladder::new(trace.header(), look(100, Language::English)).expect("room");
        let mut lines = Vec::new();
        for event in trace.events() {
            state.apply(event);
            lines.extend(ladder.see(event, &state));
            lines.extend(ladder.settle());
            assert!(!ladder.is_keeping());
        }
        let segments = shown(&state);
        // What is inferred comes as it leaves.
        let seen = segments
            .iter()
            .filter(|segment| segment.inferred.is_none())
            .count();
        let leaves = count(&lines, |role, text| {
            is_arrow(role) && text.contains(['▷', '◁'])
        });
        let comes = count(&lines, |role, text| {
            (is_arrow(role) && text.contains(['▶', '◀']))
                || (role == Role::Dropped && text.contains('✕'))
        });
        assert_eq!((leaves, comes), (seen, segments.len()), "{name}");
    }
}

fn header(hosts: &[&str]) -> Header {
    let hosts = hosts.iter().map(|name| HostSetup {
        name: (*name).to_owned(),
        addresses: vec!["10.0.0.1".parse().expect("an address")],
    });
    let setup = Setup {
        hosts: hosts.collect(),
        ..Setup::default()
    };
    Header::new(&setup, "6.1".to_owned(), WireKind::Held)
}

#[test]
fn lifelines_need_room_and_say_how_much() {
    for (hosts, width, least) in [
        (&["server", "a"][..], 54, 55),
        (&["server", "a", "b"], 75, 76),
        (&["server", "a", "b", "c", "d"], 80, 118),
    ] {
        let told = Ladder::new(&header(hosts), look(width, Language::English));
        assert_eq!(told.err(), Some(TooNarrow { least }));
        let told = Ladder::new(&header(hosts), look(least, Language::English));
        assert!(told.is_ok());
    }
}

#[test]
fn what_a_program_prints_can_do_nothing_to_a_terminal() {
    let header = header(&["server", "client"]);
    let trace = |text: &str| {
        let mut trace = Trace::new(header.clone());
        trace.push(Event {
            n: 0,
            at_us: 0,
            what: What::Note {
                text: text.to_owned(),
            },
        });
        trace
    };
    let told = |text: &str| {
        let lines = ladder(&trace(text), &look(80, Language::English)).expect("room");
        lines.iter().map(Line::plain).collect::<Vec<_>>().join("\n")
    };
    let red = told("\u{1b}[31mred\u{7}\u{9b}2J\r\u{202e}x\tend");
    assert!(
        red.contains("\\x1b[31mred\\x07\\x9b2J\\x0d\\u202ex"),
        "{red}"
    );
    assert!(
        !red.contains(|c: char| c.is_control() && c != '\n'),
        "{red:?}"
    );
    let long = told(&"长".repeat(100_000));
    assert!(long.lines().count() < 20, "{}", long.lines().count());
    let marks = told(&format!("a{}b", "\u{301}".repeat(5_000)));
    assert!(marks.chars().count() < 2_000);
}

#[test]
fn only_some_hosts_and_only_some_time_are_shown_when_asked_for() {
    let trace = run(&root().join("tests/it/text/three.jsonl"));
    let told = |look: Look| {
        let lines = ladder(&trace, &look).expect("room");
        lines.iter().map(Line::plain).collect::<Vec<_>>().join("\n")
    };
    let one = told(Look {
        only: vec!["client2".to_owned()],
        ..look(80, Language::English)
    });
    assert!(one.contains("李四") && !one.contains("张三"), "{one}");
    assert!(one.contains("▶ server") && !one.contains("LISTEN"), "{one}");
    let late = told(Look {
        from_us: 1_000_000,
        ..look(120, Language::English)
    });
    assert!(
        late.contains("1.2602") && !late.contains("0.1200"),
        "{late}"
    );
    let wire = told(Look {
        is_wire_only: true,
        ..look(120, Language::English)
    });
    assert!(
        wire.contains("SYN_SENT") && !wire.contains("connect("),
        "{wire}"
    );
}

//! The report as a whole: well formed, closed to the outside, bounded, complete, in both languages.

use std::path::Path;

use pulldown_cmark::{Event as Mark, Options, Parser, Tag, TagEnd};

use super::super::Source;
use super::run::Run;
use super::{document, html, markdown};
use crate::lesson::{Language, Lesson};
use crate::model::Fate;
use crate::trace::{Event, Header, Trace, load};

const BOTH: [Language; 2] = [Language::English, Language::Chinese];

fn handshake() -> Trace {
    let text = include_str!("../../../tests/it/lessons/handshake.jsonl");
    load(text).expect("a sound trace").trace
}

fn lesson(language: Language) -> Lesson {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/04-handshake");
    crate::lesson::load(&folder, language).expect("a sound lesson")
}

fn source(trace: &Trace, language: Language) -> Source<'_> {
    Source {
        trace,
        lesson: None,
        language,
    }
}

/// A trace from a header and events as JSON, without their numbers and times.
fn trace(header: &str, events: &[String]) -> Trace {
    let header: Header = serde_json::from_str(header).expect("a sound header");
    let mut trace = Trace::new(header);
    for (n, event) in events.iter().enumerate() {
        let line = format!("{{\"n\":{n},\"at_us\":{},{event}}}", n * 1_000);
        let event: Event = serde_json::from_str(&line).expect("a sound event");
        trace.push(event);
    }
    trace
}

fn header(wire: &str, programs: &str) -> String {
    format!(
        "{{\"sockstep\":1,\"version\":\"0.1.0\",\"kernel\":\"6.1\",\"wire\":\"{wire}\",\
         \"started_us\":1795303805000000,\"hosts\":[{{\"name\":\"server\",\
         \"addresses\":[\"10.0.0.2\"]}},{{\"name\":\"client\",\"addresses\":[\"10.0.0.1\"]}}],\
         \"programs\":[{programs}]}}"
    )
}

/// Data from the client, with so many bytes sent before it.
fn sent(segment: usize, seq: u32, more: &str) -> String {
    use base64::Engine as _;
    let packet = etherparse::PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64);
    let packet = packet.tcp(40_000, 8_989, 1_000 + seq, 64_000).ack(1).psh();
    let mut bytes = Vec::new();
    packet
        .write(&mut bytes, b"data")
        .expect("a vector takes all");
    let bytes = base64::engine::general_purpose::STANDARD.encode(&bytes);
    format!(
        "\"what\":\"sent\",\"segment\":{segment},\"from\":\"client\",\"to\":\"server\",\
         \"bytes\":\"{bytes}\",\"copy_of\":null{more}"
    )
}

fn of_segment(what: &str, segment: usize) -> String {
    format!("\"what\":\"{what}\",\"segment\":{segment}")
}

fn order(order: &str, segment: usize, by: &str) -> String {
    format!("\"what\":\"order\",\"order\":\"{order}\",\"segment\":{segment},\"by\":\"{by}\"")
}

/// So many segments, one after the other.
fn long(count: usize) -> Trace {
    let events = (0..count).flat_map(|id| {
        let seq = id as u32 * 4;
        [sent(id, seq, ""), of_segment("delivered", id)]
    });
    trace(&header("held", ""), &events.collect::<Vec<_>>())
}

/// Every tag is closed in its turn, every attribute is quoted, and no `<` stands by itself.
fn check_form(page: &str) {
    const VOID: [&str; 3] = ["meta", "br", "!DOCTYPE"];
    let style = page.find("<style>").expect("a style") + "<style>".len();
    let end = page.find("</style>").expect("its end");
    let page = format!("{}{}", &page[..style], &page[end..]);
    let mut open: Vec<&str> = Vec::new();
    for part in page.split('<').skip(1) {
        let (tag, text) = part.split_once('>').expect("a tag has an end");
        assert!(!text.contains('>'), "a bare > after <{tag}>");
        let name = tag.split([' ', '/']).find(|name| !name.is_empty());
        let name = name.expect("a tag has a name");
        assert_eq!(tag.matches('"').count() % 2, 0, "<{tag}>");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "</{name}>");
        } else if !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// Nothing is fetched, nothing runs, and links stay within.
fn check_closed(page: &str) {
    let page = page.to_ascii_lowercase();
    let outside = [
        " src=",
        "url(",
        "@import",
        "<script",
        "<link",
        "<iframe",
        "<img",
        "<object",
        "\"http",
        "xlink",
        " on",
        "javascript:",
    ];
    for outside in outside {
        // In text these are words; in a tag they would be a way out.
        let tags = page.split('<').filter_map(|part| part.split_once('>'));
        let found = tags.map(|(tag, _)| format!("<{tag}>"));
        let mut found = found.filter(|tag| tag.contains(outside));
        assert_eq!(found.next(), None, "{outside}");
    }
    for link in page.split("href=\"").skip(1) {
        assert!(link.starts_with('#'), "{}", &link[..20]);
    }
}

#[test]
fn a_report_is_one_sound_file_in_both_languages() {
    let trace = handshake();
    for language in BOTH {
        let page = html(&source(&trace, language));
        check_form(&page);
        check_closed(&page);
        let text = markdown(&source(&trace, language));
        for report in [&page, &text] {
            assert!(!report.contains("report."), "a key without its words");
            assert!(report.contains("192.168.131.62"), "who took part");
            assert!(report.contains("s.accept()"), "the programs");
        }
        assert!(page.len() < 80_000, "{} bytes", page.len());
        for rule in [
            "@page",
            "@media print",
            "break-inside:avoid",
            "prefers-color-scheme:dark",
        ] {
            assert!(page.contains(rule), "{rule}");
        }
    }
    let english = html(&source(&trace, Language::English));
    let is_hanzi = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let head = english.split("id=\"programs\"").next().unwrap_or_default();
    assert!(!head.contains(is_hanzi), "an English report speaks English");
}

#[test]
fn every_segment_is_in_the_ladder_once_and_in_the_table_once() {
    for trace in [handshake(), long(150)] {
        let source = source(&trace, Language::English);
        let run = Run::of(&source);
        let page = html(&source);
        let all = run.state.segments.values();
        let drawn = all.filter(|segment| segment.fate != Fate::Absorbed).count();
        assert_eq!(page.matches("<g class=\"seg ").count(), drawn);
        assert_eq!(page.matches("<g class=\"tag ").count(), drawn);
        let table = page.split("id=\"segments\"").nth(1).expect("the table");
        let table = table.split("</section>").next().expect("its end");
        for id in run.state.segments.keys() {
            let cell = format!("<tr><td class=\"num\">{id}</td>");
            assert_eq!(table.matches(&cell).count(), 1, "#{id}");
        }
    }
}

#[test]
fn a_long_run_is_shortened_and_says_so() {
    let short = html(&source(&long(150), Language::English));
    assert!(!short.contains("left out"));
    let trace = long(5_000);
    let page = html(&source(&trace, Language::English));
    check_form(&page);
    assert!(page.contains("4600 segments are left out"), "of 400 listed");
    assert!(page.contains("4800 segments are not drawn here"));
    assert!(page.len() < 600_000, "{} bytes", page.len());
    let text = markdown(&source(&trace, Language::English));
    assert!(text.len() < 400_000, "{} bytes", text.len());
}

/// As JSON writes it.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string")
}

fn hostile() -> Trace {
    let text = "</script><b>\"x\"</b> & \0 \u{202e}evil \u{1f600} שלום ```|`` $x$ [a](http://b) ";
    let program = format!("{text}\n{}\n|x|\r\n# no heading", "long ".repeat(2_000));
    let programs = format!(
        "{{\"name\":\"server\",\"host\":\"server\",\"file\":{},\"source\":{}}}",
        quoted(text),
        quoted(&program)
    );
    let mut events = vec![
        sent(0, 0, ""),
        format!(
            "\"what\":\"call\",\"program\":\"server\",\"call\":1,\"line\":4294967295,\
             \"name\":{name},\"args\":{name},\"fd\":null",
            name = quoted(text)
        ),
        "\"what\":\"order\",\"order\":\"step\",\"program\":\"server\",\"by\":\"learner\""
            .to_owned(),
        format!(
            "\"what\":\"return\",\"program\":\"server\",\"call\":1,\"value\":{}",
            quoted(text)
        ),
        format!(
            "\"what\":\"order\",\"order\":\"guess\",\"beat\":7,\"option\":9,\"question\":{text},\
             \"answer\":{text},\"by\":\"learner\"",
            text = quoted(text)
        ),
        order("drop", 0, "learner"),
        of_segment("dropped", 0),
        of_segment("dropped", 77),
        format!(
            "\"what\":\"exit\",\"program\":\"server\",\"traceback\":{},\"line\":1",
            quoted(text)
        ),
    ];
    for _ in 0..2_000 {
        events.push(format!(
            "\"what\":\"print\",\"program\":\"server\",\"text\":{}",
            quoted(&format!("{text}\n"))
        ));
    }
    let mut trace = trace(&header("held", &programs), &events);
    // Names that no lab would give.
    let mut header = trace.header().clone();
    header.attempt = Some(text.to_owned());
    header.lesson = Some(text.to_owned());
    let events = trace.events().to_vec();
    trace = Trace::new(header);
    events.into_iter().for_each(|event| trace.push(event));
    trace
}

#[test]
fn nothing_in_a_run_becomes_markup_and_everything_has_a_bound() {
    let trace = hostile();
    for language in BOTH {
        let page = html(&source(&trace, language));
        check_form(&page);
        check_closed(&page);
        assert!(page.contains("&lt;/script&gt;"));
        for char in ['\0', '\u{202e}', '\r'] {
            assert!(!page.contains(char), "{char:?}");
        }
        assert!(page.len() < 400_000, "{} bytes", page.len());
        let text = markdown(&source(&trace, language));
        assert!(text.len() < 300_000, "{} bytes", text.len());
        check_markdown(&text);
    }
}

/// Read as GitHub does: no HTML, no links, and each row of a table as wide as its head.
fn check_markdown(text: &str) {
    let mut cells = 0;
    let mut columns = None;
    let mut tables = 0;
    for mark in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match mark {
            Mark::Html(html) | Mark::InlineHtml(html) => panic!("{html}"),
            Mark::Start(Tag::Link { dest_url, .. }) => panic!("{dest_url}"),
            Mark::Start(Tag::Table(_)) => tables += 1,
            Mark::Start(Tag::TableHead) => (columns, cells) = (None, 0),
            Mark::Start(Tag::TableCell) => cells += 1,
            Mark::End(TagEnd::TableHead) => (columns, cells) = (Some(cells), 0),
            Mark::End(TagEnd::TableRow) => {
                assert_eq!(Some(cells), columns, "a row is as wide as its head");
                cells = 0;
            }
            _ => {}
        }
    }
    assert!(tables >= 2, "{tables} tables");
    // The reader above pads and cuts rows, so they are counted in the text, too.
    let rows = text.split("\n\n").filter(|block| block.starts_with("| "));
    for table in rows {
        let mut widths = table.lines().map(|line| line.matches('|').count());
        let width = widths.next();
        assert!(widths.all(|other| Some(other) == width), "{table}");
    }
}

#[test]
fn markdown_is_what_github_reads() {
    for language in BOTH {
        check_markdown(&markdown(&source(&handshake(), language)));
    }
}

fn guess(beat: usize, option: usize) -> String {
    format!(
        "\"what\":\"order\",\"order\":\"guess\",\"beat\":{beat},\"option\":{option},\
         \"question\":\"Q{beat}?\",\"answer\":\"A{option}\",\"by\":\"learner\""
    )
}

/// The handshake, with these guesses before everything else.
fn answered(guesses: &[(usize, usize)]) -> Trace {
    let run = handshake();
    let mut trace = Trace::new(run.header().clone());
    for (n, (beat, option)) in guesses.iter().enumerate() {
        let line = format!("{{\"n\":{n},\"at_us\":0,{}}}", guess(*beat, *option));
        trace.push(serde_json::from_str(&line).expect("a sound event"));
    }
    run.events()
        .iter()
        .for_each(|event| trace.push(event.clone()));
    trace
}

#[test]
fn an_answer_is_judged_by_what_the_kernel_did() {
    let english = lesson(Language::English);
    let asked: Vec<(usize, &crate::lesson::Quiz)> = crate::lesson::quizzes(&english).collect();
    let [(first, _), (second, _)] = asked[..] else {
        panic!("the lesson asks twice")
    };
    let judge = crate::lesson::BeatWatch::of(&english, &handshake());
    let right = judge.verdict(second).expect("the run decides it");
    // The first option of the first question is accept(); connect() returns before it.
    let trace = answered(&[(first, 1), (second, right), (first, 0)]);
    let mut source = source(&trace, Language::English);
    let unjudged = html(&source);
    assert!(unjudged.contains("Not judged") && !unjudged.contains("answer right"));
    source.lesson = Some(&english);
    let page = html(&source);
    assert!(
        page.contains("2 of 2 answered, 1 right"),
        "the newest guess counts"
    );
    assert_eq!(page.matches("class=\"answer right\"").count(), 1);
    assert_eq!(page.matches("class=\"answer wrong\"").count(), 1);
    assert!(page.contains("The kernel then did this, at "));
    // A question that nobody answered is told as such, and another lesson's judge is not heard.
    let mut other = english.clone();
    other.id = "another".to_owned();
    let mut trace = answered(&[(first, 0)]);
    let mut header = trace.header().clone();
    header.lesson = Some(english.id.clone());
    let events = trace.events().to_vec();
    trace = Trace::new(header);
    events.into_iter().for_each(|event| trace.push(event));
    let with = |lesson| {
        html(&Source {
            trace: &trace,
            lesson: Some(lesson),
            language: Language::English,
        })
    };
    assert!(with(&english).contains("Not answered"));
    assert!(with(&other).contains("Not judged"));
}

#[test]
fn a_fault_is_told_with_who_did_it_and_what_followed() {
    let again = ",\"reason\":\"rto\"";
    let again = sent(1, 0, again).replace("\"copy_of\":null", "\"copy_of\":0");
    let events = [
        sent(0, 0, ""),
        order("drop", 0, "learner"),
        of_segment("dropped", 0),
        again,
        order("duplicate", 1, "lesson"),
        "\"what\":\"duplicated\",\"segment\":1,\"copy\":2".to_owned(),
        sent(3, 4, ""),
        order("deliver", 3, "learner"),
        of_segment("delivered", 3),
        of_segment("delivered", 1),
        of_segment("delivered", 2),
    ];
    let trace = trace(&header("held", ""), &events);
    let page = html(&source(&trace, Language::English));
    let faults = page.split("id=\"faults\"").nth(1).expect("the faults");
    let faults = faults.split("</section>").next().expect("its end");
    for words in [
        "#0 data 4 B (from Client) dropped",
        "learner",
        "its sender&#39;s kernel sent it again as #1 data 4 B, 0.003 s after the first (RTO ran out)",
        "#1 data 4 B (from Client) duplicated: #2 is the second one",
        "lesson&#39;s script",
        "#2 arrived at 0.010 s",
        "#3 data 4 B (from Client) let go before #1 data 4 B, which was sent earlier",
        "overtaken",
    ] {
        let plain = words.replace("&#39;", "'");
        assert!(
            faults.contains(words) || faults.contains(&plain),
            "{words}\n{faults}"
        );
    }
}

#[test]
fn a_capture_has_no_programs_and_says_that_states_are_inferred() {
    let events = [sent(0, 0, ""), of_segment("delivered", 0)];
    let trace = trace(&header("captured", ""), &events);
    let source = source(&trace, Language::English);
    let page = html(&source);
    check_form(&page);
    assert!(page.contains("Inferred: the states of both ends"));
    assert!(page.contains("seen 0.001 s") && !page.contains("delivered 0"));
    let document = document(&Run::of(&source));
    let ids: Vec<&str> = document.sections.iter().map(|section| section.id).collect();
    assert!(
        !ids.contains(&"programs") && !ids.contains(&"faults"),
        "{ids:?}"
    );
}

#[test]
fn an_empty_run_has_a_report() {
    let trace = trace(&header("held", ""), &[]);
    for language in BOTH {
        check_form(&html(&source(&trace, language)));
        assert!(!markdown(&source(&trace, language)).is_empty());
    }
}

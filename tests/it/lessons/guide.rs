//! The teacher's page in both languages: it shows the same code in the same tables, and the same
//! examples, each of which is sound.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use sockstep::lesson::{Asks, Block, Language, Lesson, Trigger, parse};

use super::{shipped, skeleton};

const ENGLISH: &str = include_str!("../../../lessons/README.md");
const CHINESE: &str = include_str!("../../../lessons/README.zh.md");

/// The code in a row: the first cell's piece by piece, and the whole row's as a set, since the
/// words of a sentence come in another order in the other language.
#[derive(Debug, Default, PartialEq)]
struct Row {
    first: BTreeSet<String>,
    all: BTreeSet<String>,
}

/// The rows of all tables below their headers, each table begun by an empty row.
fn rows(page: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let (mut row, mut cell) = (Row::default(), 0);
    for event in Parser::new_ext(page, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Table(_)) => rows.push(Row::default()),
            Event::Start(Tag::TableRow) => (row, cell) = (Row::default(), 0),
            Event::End(TagEnd::TableCell) => cell += 1,
            Event::End(TagEnd::TableRow) => rows.push(std::mem::take(&mut row)),
            Event::Code(code) => {
                // Each page has its own words first: `记录：FILE` beside `run: FILE`, and
                // `run: FILE` beside `记录：`.
                let word = code.split_once('：').map_or(&*code, |(word, _)| word);
                if cell == 0 {
                    row.first.insert(word.to_owned());
                }
                row.all.insert(word.to_owned());
            }
            _ => {}
        }
    }
    rows
}

#[test]
fn both_pages_show_the_same_code_row_by_row() {
    let (english, chinese) = (rows(ENGLISH), rows(CHINESE));
    for (english, chinese) in english.iter().zip(&chinese) {
        assert_eq!(english, chinese);
    }
    assert_eq!(english.len(), chinese.len());
    assert!(english.len() > 100, "only {} rows", english.len());
}

/// The first column of the tables about triggers, but for those about joining, which speak of A
/// and B.
#[test]
fn every_trigger_on_the_teachers_page_is_one() {
    for (page, heading) in [(ENGLISH, "Triggers"), (CHINESE, "触发条件")] {
        let (_, section) = page
            .split_once(&format!("\n## {heading}\n"))
            .expect("the section");
        let (section, _) = section.split_once("\n## ").expect("its end");
        let shown: Vec<_> = rows(section)
            .into_iter()
            .flat_map(|row| row.first)
            .collect();
        for text in shown.iter().filter(|text| !text.starts_with("A ")) {
            if let Err(error) = Trigger::parse(text) {
                panic!("{text}: {error}");
            }
        }
        assert!(shown.len() > 50, "only {} triggers were found", shown.len());
    }
}

fn examples(page: &str) -> Vec<&str> {
    let rest = page.split("\n````markdown\n").skip(1);
    rest.map(|rest| rest.split_once("````\n").expect("its end").0)
        .collect()
}

fn read(text: &str, language: Language) -> Lesson {
    let path = shipped().join("guide.md");
    parse(text, &path, language).unwrap_or_else(|problems| {
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        panic!("{problems:#?}\n{text}")
    })
}

/// All that an example says but its prose.
fn said(lesson: &Lesson) -> String {
    let body = || lesson.beats.iter().flat_map(|beat| &beat.body);
    let myths = body().filter_map(|block| match block {
        Block::Myth(myth) => Some(myth.shows.trigger.to_string()),
        _ => None,
    });
    let callouts = body().filter_map(|block| match block {
        Block::Callout { kind, .. } => Some(format!("{kind:?}")),
        _ => None,
    });
    let puzzles = lesson.puzzles.iter().map(|puzzle| {
        let asks = match &puzzle.asks {
            Asks::Fault(suspects) => {
                let suspects = suspects.iter().map(|each| each.when.to_string());
                suspects.collect::<Vec<_>>().join(", ")
            }
            Asks::Order | Asks::Blanks(_) => format!("{:?}", puzzle.asks),
        };
        let (run, by) = (&puzzle.run, &puzzle.seen_by);
        format!("{run} {by:?} {:?} {asks} {:?}", puzzle.show, puzzle.tells)
    });
    let scripts = lesson.tries.iter().map(|each| &each.script);
    let scripts = scripts.chain([&lesson.script]).map(|script| {
        let lines = script.iter().flat_map(|script| script.lines());
        // Without the remark behind it, which is prose.
        let lines = lines.map(|(_, line)| line.split('#').next().unwrap_or(line).trim_end());
        lines.map(str::to_owned).collect::<Vec<_>>()
    });
    format!(
        "{}\n{:?}\n{:?}\n{:?}\n{:?}",
        skeleton(lesson),
        myths.collect::<Vec<_>>(),
        callouts.collect::<Vec<_>>(),
        puzzles.collect::<Vec<_>>(),
        scripts.collect::<Vec<_>>(),
    )
}

#[test]
fn the_examples_of_both_pages_are_sound_and_say_the_same() {
    let host = include_str!("../../../lessons/04-handshake/en.md");
    let (english, chinese) = (examples(ENGLISH), examples(CHINESE));
    assert_eq!((english.len(), chinese.len()), (8, 8));
    for (english, chinese) in english.into_iter().zip(chinese) {
        let [english, chinese] =
            [(english, Language::English), (chinese, Language::Chinese)].map(|(text, language)| {
                if text.starts_with("+++\n") {
                    return said(&read(text, language));
                }
                let beat = "## B\n\n```when\nany exits\n```\n\n```expect\nalways\n```\n";
                said(&read(&format!("{host}\n{beat}\n{text}"), language))
            });
        assert_eq!(english, chinese);
    }
}

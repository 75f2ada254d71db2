//! Every lesson that is built in is walked in the window, by Space alone, to its end card.
//!
//! At each passage the window is looked at in both languages: the passage is in sight, no word is
//! cut off, no letter is missing, nothing is complained about. The lessons come from the folder, so
//! a new one is walked, too; `SOCKSTEP_LESSON=04` walks only those whose folder's name begins so.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use eframe::egui::{FontFamily, FontId, Rect};
use egui_kittest::kittest::Queryable;
use sockstep::lesson::{Inline, Language, Lesson};
use sockstep::session::{Command, Course, Setting, View};

use super::legible::faults_of;
use super::live::{Live, Went};
use crate::lab::is_wire_there;

const SIZE: [f32; 2] = [1280.0, 720.0];
/// A projector's lesson is over long before that.
const MOST_PRESSES: usize = 1_000;
/// Of one lesson: half of it may be a kernel's timer that is worth seeing.
const LONGEST: Duration = Duration::from_secs(120);
const LANGUAGES: [Language; 2] = [Language::Chinese, Language::English];

#[test]
fn each_is_walked_by_space_to_its_end_card_in_both_languages() {
    if !is_wire_there() {
        return;
    }
    let only = std::env::var("SOCKSTEP_LESSON").unwrap_or_default();
    let entries = Course::open(None).expect("they are sound").entries();
    let ids: Vec<String> = entries
        .iter()
        .filter(|entry| entry.folder.starts_with(&only))
        .map(|entry| entry.id.clone())
        .collect();
    assert!(!ids.is_empty(), "no lesson begins with {only}");
    let (next, workers) = (AtomicUsize::new(0), std::thread::available_parallelism());
    let work = || {
        let mut wrong = Vec::new();
        while let Some(id) = ids.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut course = Course::open(None).expect("they are sound");
            assert!(course.turn_to(id), "{id} is there");
            wrong.extend(Walk::take(id, course).wrong);
        }
        wrong
    };
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let workers = (0..workers.map_or(2, usize::from)).map(|_| scope.spawn(work));
        let workers: Vec<_> = workers.collect();
        let done = workers.into_iter().map(|worker| worker.join());
        done.flat_map(|wrong| wrong.expect("a walk does not panic"))
            .collect()
    });
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_walk_finds_a_passage_that_never_comes_and_a_letter_without_a_picture() {
    if !is_wire_there() {
        return;
    }
    let text = include_str!("../../../lessons/04-handshake/en.md");
    let text = format!("{text}\n## Never \u{e123}\n\n```when\nnever\n```\n");
    let folder = tempfile::tempdir().expect("a folder");
    for file in ["en.md", "zh.md"] {
        std::fs::write(folder.path().join(file), &text).expect("a temporary file");
    }
    let course = Course::open(Some(folder.path())).expect("it is sound");
    let wrong = Walk::take("handshake", course).wrong.join("\n");
    for part in ["no font has ['\\u{e123}']", "is not reached: AllEnded"] {
        assert!(wrong.contains(part), "{part}: {wrong}");
    }
}

struct Walk {
    id: String,
    live: Live,
    wrong: Vec<String>,
}

impl Walk {
    /// From the lesson's opening to its end.
    fn take(id: &str, course: Course) -> Self {
        let started = Instant::now();
        let live = Live::start(course, LANGUAGES[0], SIZE);
        let (id, wrong) = (id.to_owned(), Vec::new());
        let mut walk = Self { id, live, wrong };
        for language in LANGUAGES {
            walk.letters(language);
        }
        let mut seen = 0;
        let why = loop {
            let went = walk.live.go_on();
            let reached = walk.live.look(|view| view.beats.iter().flatten().count());
            if reached > seen {
                seen = reached;
                walk.passage(seen - 1);
            }
            match went {
                Went::Nowhere(why) => break format!("{why:?}"),
                Went::On if walk.live.presses > MOST_PRESSES => break "too many steps".to_owned(),
                Went::On if started.elapsed() > LONGEST => break "it takes too long".to_owned(),
                Went::On => {}
            }
        };
        let beats = walk.live.look(|view| view.beats.to_vec());
        if beats.contains(&None) || !beats.is_sorted() {
            let number = beats.iter().flatten().count() + 1;
            walk.say(format!("passage {number} is not reached: {why}: {beats:?}"));
        } else {
            walk.end();
        }
        let (presses, took) = (walk.live.presses, started.elapsed());
        println!("{}: {presses} steps, {took:.1?}", walk.id);
        walk
    }

    fn say(&mut self, what: String) {
        self.wrong.push(format!("{}: {what}", self.id));
    }

    fn speak(&mut self, language: Language) {
        self.live.ask(Command::Set(Setting::Language(language)));
    }

    /// The passage that has just lit up, as both languages show it.
    fn passage(&mut self, beat: usize) {
        for language in LANGUAGES {
            self.speak(language);
            let title = self
                .live
                .look(|view| plain(&lesson(view).beats[beat].title));
            let place = format!("passage {} in {language:?}", beat + 1);
            if !self.is_in_sight(&title) {
                self.say(format!("{place} is not in sight: {title}"));
            }
            self.window(&place);
        }
    }

    fn end(&mut self) {
        let titles = [
            (Language::Chinese, "这一课走完了"),
            (Language::English, "You have finished this lesson"),
        ];
        for (language, title) in titles {
            self.speak(language);
            if !self.is_in_sight(title) {
                self.say(format!("no end card in {language:?}"));
            }
            let next = self.live.look(|view| {
                let next = view.desk.shelf.neighbour(1)?;
                Some(next.titles(language)?.title.clone())
            });
            if let Some(next) = next.filter(|next| !self.is_there(next)) {
                self.say(format!("no way to the next lesson in {language:?}: {next}"));
            }
            self.window(&format!("the end in {language:?}"));
        }
    }

    /// No word is cut off, and nothing is complained about.
    fn window(&mut self, place: &str) {
        let hosts = self
            .live
            .look(|view| view.timeline.newest().host_order.len());
        for fault in faults_of(&self.live.harness, hosts) {
            self.say(format!("{place}: {fault}"));
        }
        let notice = self.live.look(|view| view.notice.cloned());
        if let Some(notice) = notice.filter(|notice| !notice.is_remark()) {
            self.say(format!("{place}: the window says {notice:?}"));
        }
    }

    fn is_there(&self, words: &str) -> bool {
        let mut nodes = self.live.harness.query_all_by_label_contains(words);
        nodes.next().is_some()
    }

    fn is_in_sight(&self, words: &str) -> bool {
        let screen = Rect::from_min_size(Default::default(), SIZE.into());
        let mut nodes = self.live.harness.query_all_by_label_contains(words);
        nodes.any(|node| screen.contains(node.rect().center()))
    }

    /// Every letter of the lesson's file has a picture in the fonts that are bundled.
    fn letters(&mut self, language: Language) {
        self.speak(language);
        let path = self.live.look(|view| lesson(view).path.clone());
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let text = std::fs::read_to_string(&path).expect("it is in this repository");
        let has = |family: FontFamily, letter: char| {
            let font = FontId::new(14.0, family);
            let ctx = &self.live.harness.ctx;
            letter.is_whitespace() || ctx.fonts_mut(|fonts| fonts.has_glyph(&font, letter))
        };
        let is_drawn = |letter: &char| {
            let bold = FontFamily::Name("bold".into());
            has(FontFamily::Proportional, *letter) && has(bold, *letter)
        };
        let mut missing: Vec<char> = text.chars().filter(|letter| !is_drawn(letter)).collect();
        missing.sort_unstable();
        missing.dedup();
        if !missing.is_empty() {
            self.say(format!("{language:?}: no font has {missing:?}"));
        }
    }
}

fn lesson<'a>(view: &View<'a>) -> &'a Lesson {
    view.lesson.expect("one is open")
}

fn plain(title: &[Inline]) -> String {
    title.iter().map(|run| run.text.as_str()).collect()
}

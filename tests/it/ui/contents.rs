//! The contents with the whole course: every lesson is listed, found by keys and read at a glance.

use eframe::egui::{Key, Rect};
use egui_kittest::kittest::Queryable;
use sockstep::lesson::Language;
use sockstep::session::{Command, Course, Entry, Look, Overlay, Shelving};

use super::legible::faults_of;
use super::scenes;
use super::stage::{Stage, harness};

const SIZE: [f32; 2] = [1280.0, 720.0];
const LANGUAGES: [Language; 2] = [Language::Chinese, Language::English];

fn entries() -> Vec<Entry> {
    Course::open(None).expect("it is built in").entries()
}

/// In the middle of the course.
fn stage(language: Language, look: Look) -> Stage {
    let mut stage = Stage::new(scenes::syn_ack_held(), language, look);
    let shelf = &mut stage.desk.shelf;
    shelf.entries = entries();
    shelf.open = shelf.entries.len() / 2;
    for (index, entry) in shelf.entries.iter().enumerate().take(shelf.open + 1) {
        let own = shelf.progress.lesson(&entry.id);
        own.finished = index < shelf.open;
        own.beats = if own.finished { entry.beats } else { 3 };
    }
    stage.desk.overlay = Some(Overlay::Contents);
    stage
}

#[test]
fn the_whole_course_is_listed_and_walked_by_keys_in_both_languages() {
    for language in LANGUAGES {
        let (mut harness, stage) = harness(stage(language, Look::Light), SIZE);
        save(&mut harness, "contents", language);
        assert_eq!(faults_of(&harness, 2), [""; 0], "{language:?}");
        let all = entries();
        for (index, key) in [(0, Key::Home), (all.len() - 1, Key::End)] {
            harness.key_press(key);
            harness.run_steps(6);
            let title = &all[index].titles(language).expect("a title").title;
            let row = format!("{:02} {title}. ", all[index].number);
            let node = harness.get_by_label_contains(&row);
            let screen = Rect::from_min_size(Default::default(), SIZE.into());
            assert!(
                screen.contains_rect(node.rect()),
                "{row}: {:?}",
                node.rect()
            );
            assert!(node.is_focused(), "{row}");
            assert_eq!(faults_of(&harness, 2), [""; 0], "{language:?}");
        }
        save(&mut harness, "contents-end", language);
        harness.key_press(Key::Enter);
        harness.run_steps(2);
        let last = all.last().expect("lessons").id.clone();
        let open = shelf(Shelving::Open(last));
        assert_eq!(stage.borrow().commands, [open]);
    }
}

fn shelf(shelving: Shelving) -> Command {
    Command::Shelf(shelving)
}

#[test]
fn progress_is_forgotten_only_when_asked_twice_and_can_be_had_back() {
    let first = entries().swap_remove(0);
    let forget = || shelf(Shelving::Forget(Some(first.id.clone())));
    for (language, yes, no, undo, all, one) in [
        (
            Language::Chinese,
            "清除",
            "保留",
            "撤销",
            "清除全部学习进度…",
            "清除进度：",
        ),
        (
            Language::English,
            "Forget",
            "Keep it",
            "Undo",
            "Forget all progress…",
            "Forget progress: ",
        ),
    ] {
        let (mut harness, stage) = harness(stage(language, Look::Light), SIZE);
        let asked = || stage.borrow_mut().commands.split_off(0);
        // Delete on the first lesson, and then another thought.
        for answer in [no, yes] {
            harness.key_press(Key::Home);
            harness.run_steps(4);
            harness.key_press(Key::Delete);
            harness.run_steps(4);
            assert_eq!(asked(), [], "it asks first");
            assert_eq!(faults_of(&harness, 2), [""; 0], "{language:?}");
            save(&mut harness, "contents-forget", language);
            harness.get_by_label(answer).click();
            harness.run_steps(4);
        }
        assert_eq!(asked(), [forget()]);
        harness.get_by_label(all).click();
        harness.run_steps(4);
        harness.get_by_label(yes).click();
        harness.run_steps(4);
        assert_eq!(asked(), [shelf(Shelving::Forget(None))]);
        let forgotten = stage.borrow().desk.shelf.progress.clone();
        stage.borrow_mut().desk.shelf.forgotten = Some(forgotten);
        harness.run_steps(4);
        assert_eq!(faults_of(&harness, 2), [""; 0], "{language:?}");
        harness.get_by_label(undo).click();
        harness.run_steps(4);
        assert_eq!(asked(), [shelf(Shelving::Remember)]);
        let title = &first.titles(language).expect("a title").title;
        harness.key_press(Key::Home);
        harness.run_steps(4);
        harness.get_by_label(&format!("{one}{title}")).click();
        harness.run_steps(4);
        harness.get_by_label(yes).click();
        harness.run_steps(4);
        assert_eq!(asked(), [forget()]);
    }
}

/// With `SOCKSTEP_PICTURES` set to a folder, to look at.
fn save(harness: &mut egui_kittest::Harness<'_>, name: &str, language: Language) {
    if let Ok(folder) = std::env::var("SOCKSTEP_PICTURES") {
        let picture = harness.render().expect("the rasteriser draws everything");
        let file = format!("{folder}/{name}-{}.png", language.tag());
        picture.save(file).expect("the folder exists");
    }
}

//! Tests of kept: what a file says, and what becomes of one that is damaged, newer or foreign.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tempfile::{TempDir, tempdir};

use super::*;
use crate::disk::Done;
use crate::session::desk::{Desk, Drafts, Edit, Guessed, Look, Setting, Shelf};
use crate::trace::ProgramSetup;

fn folder_with(learner: &str) -> TempDir {
    let folder = tempdir().expect("a folder");
    fs::write(learner_file(folder.path()), learner).unwrap();
    folder
}

fn load(folder: &TempDir) -> Kept {
    Kept::load(folder.path(), Language::Chinese)
}

fn file(folder: &TempDir) -> Value {
    let bytes = fs::read(learner_file(folder.path())).expect("it is kept");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// A window's desk and its keeper.
struct Window {
    desk: Desk,
    keeper: Keeper,
}

impl Window {
    fn open(folder: &TempDir) -> Self {
        let kept = load(folder);
        let keeper = Keeper::new(&kept, Arc::new(|| {})).expect("a thread");
        let mut drafts = Drafts::of(kept.drafts);
        let server = ProgramSetup {
            name: "server".into(),
            host: "server".into(),
            file: "server.py".into(),
            source: "s".into(),
        };
        drafts.begin("handshake", &[server]);
        let desk = Desk {
            settings: kept.settings,
            drafts,
            shelf: Shelf {
                progress: kept.progress,
                ..Shelf::default()
            },
            ..Desk::default()
        };
        Self { desk, keeper }
    }

    fn set(&mut self, setting: Setting) {
        self.desk.settings.set(setting);
        self.keeper.look(&self.desk);
    }

    fn edit(&mut self, edit: Edit) {
        self.desk.drafts.edit(edit).expect("short");
        self.keeper.look(&self.desk);
    }

    /// Waits until everything is written, and gives what was remarked.
    fn written(&mut self) -> Vec<KeptRemark> {
        let mut remarks = Vec::new();
        while self.keeper.is_busy() {
            let answers = self.keeper.disk().answers();
            let done = answers.recv_timeout(Duration::from_secs(20));
            let Ok(Done::Amended { path, asked, kept }) = done else {
                panic!("{done:?}");
            };
            remarks.extend(self.keeper.hear(&path, asked, kept));
        }
        remarks
    }
}

#[test]
fn a_file_is_read_as_far_as_it_can_be_understood() {
    for (settings, zoom, look) in [
        (json!({"zoom": 150, "look": "Dark"}), 150, Look::Dark),
        (json!({}), 100, Look::Light),
        (json!({"zoom": 60_000}), 300, Look::Light),
        (json!({"zoom": "big", "look": "Dark"}), 100, Look::Dark),
        (json!({"look": "Sepia", "zoom": 150}), 150, Look::Light),
        (json!({"zoom": -1, "sounds": [1, 2]}), 100, Look::Light),
        (json!(null), 100, Look::Light),
        (json!([1]), 100, Look::Light),
    ] {
        let document = json!({"sockstep_learner": 1, "settings": settings});
        let folder = folder_with(&document.to_string());
        let kept = load(&folder);
        assert_eq!(
            (kept.settings.zoom, kept.settings.look),
            (zoom, look),
            "{settings}"
        );
        assert_eq!((kept.remark, kept.is_first), (None, false), "{settings}");
    }
}

#[test]
fn a_damaged_or_foreign_file_is_set_aside_and_said() {
    let deep = "[".repeat(100_000);
    for damaged in ["", "{", "[1]", "5", "{\"other\": 1}", "\u{0}\u{0}", &deep] {
        let folder = folder_with(damaged);
        let kept = load(&folder);
        let aside = folder.path().join("learner.json.damaged-1");
        assert_eq!(
            kept.remark,
            Some(KeptRemark::Damaged(aside.clone())),
            "{damaged:.20}"
        );
        assert_eq!(fs::read_to_string(aside).unwrap(), damaged);
        assert_eq!(kept.settings.language, Language::Chinese);
        assert!(!kept.is_first, "somebody has been here");
    }
}

#[test]
fn a_first_run_is_told_from_a_later_one() {
    let folder = tempdir().expect("a folder");
    assert!(load(&folder).is_first);
    let mut window = Window::open(&folder);
    window.keeper.look(&window.desk);
    drop(window);
    assert!(!load(&folder).is_first);
    assert_eq!(file(&folder)["settings"], Value::Null, "nothing was chosen");
}

#[test]
fn only_what_was_changed_is_written_and_what_a_newer_version_wrote_stays() {
    let folder = folder_with(
        r#"{"sockstep_learner": 2, "settings": {"look": "Sepia", "zoom": 120, "sound": {"on": true}}, "badges": [1]}"#,
    );
    let mut window = Window::open(&folder);
    window.set(Setting::Zoom(150));
    assert_eq!(window.written(), []);
    assert_eq!(
        file(&folder),
        json!({
            "sockstep_learner": 2,
            "settings": {"look": "Sepia", "zoom": 150, "sound": {"on": true}},
            "badges": [1],
        })
    );
}

#[test]
fn what_is_set_last_counts_and_two_windows_do_not_undo_each_other() {
    let folder = tempdir().expect("a folder");
    let (mut one, mut other) = (Window::open(&folder), Window::open(&folder));
    one.set(Setting::Zoom(150));
    one.written();
    other.set(Setting::Look(Look::Dark));
    other.written();
    other.set(Setting::Zoom(200));
    other.written();
    one.set(Setting::Lesson(false));
    one.written();
    let settings = json!({"zoom": 200, "look": "Dark", "has_lesson": false});
    assert_eq!(file(&folder)["settings"], settings);
}

/// Settings are the last window's; progress is the furthest of all.
#[test]
fn what_any_window_has_reached_is_kept() {
    let folder = tempdir().expect("a folder");
    let (mut one, mut other) = (Window::open(&folder), Window::open(&folder));
    for (window, beats, finished) in [(&mut one, 11, true), (&mut other, 3, false)] {
        let reached = window.desk.shelf.progress.lesson("handshake");
        reached.beats = beats;
        reached.finished = finished;
        reached.place = (!finished).then_some(beats - 1);
        window.desk.shelf.progress.last = Some(format!("{beats}"));
        window.keeper.look(&window.desk);
        window.written();
    }
    let progress = load(&folder).progress;
    let handshake = &progress.lessons["handshake"];
    assert_eq!((handshake.beats, handshake.finished), (11, true));
    assert_eq!(handshake.place, Some(2), "where the last window stands");
    assert_eq!(progress.last.as_deref(), Some("3"));
    // Whoever finishes begins at the beginning, whatever the file said before.
    let mut third = Window::open(&folder);
    third.desk.shelf.progress.lesson("handshake").place = None;
    third.keeper.look(&third.desk);
    third.written();
    assert_eq!(load(&folder).progress.lessons["handshake"].place, None);
}

#[test]
fn what_is_forgotten_stays_forgotten_whatever_another_window_knows() {
    let folder = tempdir().expect("a folder");
    let (mut one, mut other) = (Window::open(&folder), Window::open(&folder));
    let reached = one.desk.shelf.progress.lesson("handshake");
    (reached.beats, reached.finished) = (11, true);
    let right = Guessed { right: 1, wrong: 0 };
    reached.quizzes.insert(2, right);
    one.keeper.look(&one.desk);
    one.written();
    let forgotten = one.desk.shelf.progress.forget(Some("handshake"));
    // Before that is written, the run goes on.
    one.desk.shelf.progress.lesson("handshake").beats = 2;
    one.keeper.look(&one.desk);
    one.written();
    let kept = |folder| load(folder).progress.lessons["handshake"].clone();
    let expected = Reached {
        beats: 2,
        forgotten: 1,
        ..Reached::default()
    };
    assert_eq!(kept(&folder), expected);
    // The other window has not heard of it.
    other.desk.shelf.progress.lesson("handshake").beats = 9;
    other.keeper.look(&other.desk);
    other.written();
    assert_eq!(kept(&folder), expected);
    one.desk.shelf.progress.remember(forgotten);
    one.keeper.look(&one.desk);
    one.written();
    let again = kept(&folder);
    assert_eq!((again.beats, again.finished), (11, true));
    assert_eq!(again.quizzes[&2], right);
}

/// A file that somebody filled without end is read in no time all the same.
#[test]
fn a_file_of_many_entries_opens_at_once() {
    let lessons: Map<String, Value> = (0..60_000).map(|n| (n.to_string(), json!(n % 2))).collect();
    let document = json!({"sockstep_learner": 1, "lessons": lessons});
    let folder = folder_with(&document.to_string());
    assert_eq!(load(&folder).progress.lessons.len(), 0);
}

#[test]
fn the_last_change_is_kept_even_when_the_window_closes_at_once() {
    let folder = tempdir().expect("a folder");
    let mut window = Window::open(&folder);
    for zoom in 100..=140 {
        window.set(Setting::Zoom(zoom));
    }
    drop(window);
    assert_eq!(load(&folder).settings.zoom, 140);
    let names = disk::list(folder.path(), 9).unwrap();
    assert_eq!(names, ["learner.json"], "nothing is left beside it");
}

#[test]
fn drafts_are_kept_by_lesson_and_go_when_they_are_restored() {
    let folder = tempdir().expect("a folder");
    let mut window = Window::open(&folder);
    let program = || "server".to_owned();
    window.edit(Edit::Text {
        program: program(),
        text: "s = '你好'".to_owned(),
    });
    drop(window);
    let kept = load(&folder);
    assert_eq!(kept.drafts["handshake"]["server"].text, "s = '你好'");
    let mut window = Window::open(&folder);
    assert_eq!(window.desk.drafts.text("server"), Some("s = '你好'"));
    window.edit(Edit::Restore(program()));
    drop(window);
    assert_eq!(load(&folder).drafts, BTreeMap::new());
    assert_eq!(disk::list(&folder.path().join("drafts"), 9), Ok(vec![]));
}

#[test]
fn a_place_where_nothing_can_be_kept_is_said_once() {
    let folder = tempdir().expect("a folder");
    fs::create_dir(learner_file(folder.path())).unwrap();
    let kept = load(&folder);
    assert!(matches!(kept.remark, Some(KeptRemark::NotKept { .. })));
    let mut window = Window::open(&folder);
    window.set(Setting::Zoom(150));
    assert_eq!(window.written(), [], "it was said when the window opened");
    // Broken only later.
    let folder = tempdir().expect("a folder");
    let mut window = Window::open(&folder);
    fs::create_dir(learner_file(folder.path())).unwrap();
    window.set(Setting::Zoom(150));
    assert!(matches!(
        &window.written()[..],
        [KeptRemark::NotKept {
            why: Trouble::IsFolder,
            ..
        }]
    ));
    window.set(Setting::Zoom(160));
    assert_eq!(window.written(), []);
    // And mended.
    fs::remove_dir(learner_file(folder.path())).unwrap();
    window.set(Setting::Look(Look::Dark));
    window.written();
    assert_eq!(
        file(&folder)["settings"],
        json!({"zoom": 160, "look": "Dark"})
    );
}

#[test]
fn a_file_that_is_damaged_while_the_window_is_open_is_set_aside() {
    let folder = tempdir().expect("a folder");
    let mut window = Window::open(&folder);
    window.set(Setting::Zoom(150));
    window.written();
    fs::write(learner_file(folder.path()), "{").unwrap();
    window.set(Setting::Look(Look::Dark));
    let aside = folder.path().join("learner.json.damaged-1");
    assert_eq!(window.written(), [KeptRemark::Damaged(aside)]);
    assert_eq!(file(&folder)["settings"]["look"], "Dark");
}

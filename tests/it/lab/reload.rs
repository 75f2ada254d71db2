//! A lesson that is edited while it is open, with real files and a real lab.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sockstep::director::Next;
use sockstep::session::{Command, Course, Notice, Reloaded, Session, Shelving, View};
use tempfile::TempDir;

use super::is_wire_there;
use super::learner::Learner;

const HANDSHAKE: &str = include_str!("../../../lessons/04-handshake/en.md");
const LINE: &str = "s.listen(128)";

/// The window over a folder with one lesson, `04-handshake`.
struct Edited {
    folder: TempDir,
    learner: Learner,
}

impl Edited {
    fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        write(&folder.path().join("04-handshake"), HANDSHAKE);
        let course = Course::open(Some(folder.path())).expect("it is sound");
        let learner = Learner::with(course);
        Self { folder, learner }
    }

    fn own(&self) -> PathBuf {
        self.folder.path().join("04-handshake")
    }

    fn view(&self) -> View<'_> {
        self.learner.session.view()
    }

    /// Writes the lesson anew and waits until the window has it.
    fn edit(&mut self, from: &str, to: &str) {
        assert!(HANDSHAKE.contains(from), "{from}");
        write(&self.own(), &HANDSHAKE.replacen(from, to, 1));
        self.await_reload();
    }

    fn await_reload(&mut self) {
        let before = self.view().desk.shelf.revision;
        let is_newer = move |session: &Session| session.view().desk.shelf.revision > before;
        self.learner.wait_until("read anew", is_newer);
    }

    fn said(&self) -> Option<&Reloaded> {
        match self.view().notice {
            Some(Notice::Reloaded(reloaded)) => Some(reloaded),
            None => None,
            Some(other) => panic!("{other:?}"),
        }
    }

    /// What the server runs.
    fn source(&self) -> String {
        let header = self.view().timeline.trace().header();
        header.programs[0].source.clone()
    }
}

fn write(folder: &Path, text: &str) {
    std::fs::create_dir_all(folder).expect("a folder");
    super::copy_runs(folder);
    for file in ["en.md", "zh.md"] {
        std::fs::write(folder.join(file), text).expect("a file");
    }
}

#[test]
fn new_prose_is_shown_and_the_run_goes_on() {
    if !is_wire_there() {
        return;
    }
    let mut edited = Edited::open();
    for _ in 0..8 {
        edited.learner.press(Command::Next);
    }
    let pid = edited.learner.session.lab_pid();
    let reached = edited.view().beats.to_vec();
    assert!(reached.iter().flatten().count() >= 2);
    edited.edit("title = \"", "title = \"New: ");
    let lesson = edited.view().lesson.expect("a lesson").title.clone();
    assert!(lesson.starts_with("New: "), "{lesson}");
    let entry = edited.view().desk.shelf.entries[0].clone();
    assert!(entry.titles.values().all(|titles| titles.title == lesson));
    assert_eq!(edited.view().beats, reached);
    assert_eq!(
        (edited.said(), edited.learner.session.lab_pid()),
        (None, pid)
    );
    // Lines further down have other numbers now, which changes nothing for the run.
    edited.edit("\n## ", "\nOne more\nline.\n\n## ");
    assert_eq!(edited.said(), None);
    edited.learner.press(Command::Next);
}

#[test]
fn a_lesson_that_stays_as_it_is_wakes_nobody() {
    if !is_wire_there() {
        return;
    }
    let mut edited = Edited::open();
    edited.edit("title = \"", "title = \"New: ");
    // What the lesson brings along, a recorded run for instance, comes once.
    let is_quiet = (0..10).any(|_| {
        edited.learner.session.drain();
        let pause = Duration::from_millis(800);
        edited.learner.woken.recv_timeout(pause).is_err()
    });
    assert!(is_quiet, "nothing has changed");
}

#[test]
fn other_programs_hosts_or_scripts_are_told_and_run_after_restart() {
    if !is_wire_there() {
        return;
    }
    let mut edited = Edited::open();
    let script = "```director\nclient connect\n```\n\n## ";
    let longer = format!("{LINE}\nprint('new')");
    for (from, to) in [
        (LINE, longer.as_str()),
        ("192.168.131.10", "192.168.131.11"),
        ("timers = \"patient\"", "timers = \"natural\""),
        ("## ", script),
    ] {
        let pid = edited.learner.session.lab_pid();
        edited.edit(from, to);
        assert_eq!(edited.said(), Some(&Reloaded::OtherRun), "{to}");
        assert_eq!(edited.learner.session.lab_pid(), pid, "it runs on: {to}");
        edited.learner.session.update(Command::Restart);
        edited.learner.settle();
        assert_ne!(edited.learner.session.lab_pid(), pid, "{to}");
        assert_eq!(edited.said(), None);
        let lesson = edited.view().lesson.expect("a lesson").clone();
        let header = edited.view().timeline.trace().header().clone();
        assert_eq!(header.programs, lesson.programs, "{to}");
        assert_eq!((header.hosts, header.timers), (lesson.hosts, lesson.timers));
    }
    let Next::Give(order) = edited.view().next else {
        panic!("{:?}", edited.view().next);
    };
    let order = format!("{order:?}");
    assert!(
        order.contains("client"),
        "the new script is followed: {order}"
    );
    // What is taken back is as it was, and nothing is to be said.
    edited.edit("title", "title");
    assert_eq!(edited.said(), Some(&Reloaded::OtherRun));
    edited.edit("## ", script);
    assert_eq!(edited.said(), None);
}

#[test]
fn a_broken_edit_leaves_the_lesson_and_says_where_until_it_is_mended() {
    if !is_wire_there() {
        return;
    }
    let mut edited = Edited::open();
    let line = 1 + HANDSHAKE
        .lines()
        .position(|line| line == "server listens")
        .expect("a beat");
    // One language alone would be shown in the other one.
    let broken = HANDSHAKE.replace("\nserver listens\n", "\nserver lissens\n");
    std::fs::write(edited.own().join("zh.md"), &broken).expect("a file");
    edited.await_reload();
    for _ in 0..2 {
        let Some(Reloaded::Broken(problem)) = edited.said() else {
            panic!("{:?}", edited.said());
        };
        let place = format!("zh.md:{line}: ");
        assert!(problem.contains(&place), "{problem}");
        assert!(
            problem.contains("unknown trigger word 'lissens'"),
            "{problem}"
        );
        let lesson = edited.view().lesson.expect("the old one");
        assert_eq!(lesson.beats[0].trigger.text, "server listens");
        assert!(
            edited.view().desk.shelf.entries[0]
                .problems
                .contains(problem)
        );
        // It is said until it is mended, whatever is done meanwhile.
        edited.learner.session.update(Command::Restart);
        edited.learner.settle();
    }
    edited.edit("minutes = ", "minutes = 1");
    assert_eq!(edited.said(), None);
    let listed = &edited.view().desk.shelf.entries[0];
    assert!(
        listed.problems.is_empty() && listed.minutes > 99,
        "{listed:?}"
    );
}

#[test]
fn lessons_come_and_go_and_the_open_one_stays() {
    if !is_wire_there() {
        return;
    }
    let mut edited = Edited::open();
    let other = HANDSHAKE.replacen("id = \"handshake\"", "id = \"other\"", 1);
    write(&edited.folder.path().join("01-other"), &other);
    edited.await_reload();
    let shelf = &edited.view().desk.shelf;
    let ids: Vec<_> = shelf.entries.iter().map(|entry| &*entry.id).collect();
    assert_eq!((ids, shelf.open), (vec!["other", "handshake"], 1));
    std::fs::remove_dir_all(edited.own()).expect("it goes");
    edited.await_reload();
    let Some(Reloaded::Broken(problem)) = edited.said() else {
        panic!("{:?}", edited.said());
    };
    assert!(problem.contains("is not there any more"), "{problem}");
    assert_eq!(
        edited.view().lesson.map(|lesson| &*lesson.id),
        Some("handshake")
    );
    edited
        .learner
        .session
        .update(Command::Shelf(Shelving::Open("other".to_owned())));
    edited.learner.settle();
    assert_eq!(edited.said(), None);
}

#[test]
fn passages_that_are_added_are_looked_for_in_the_run_so_far() {
    if !is_wire_there() {
        return;
    }
    let mut edited = Edited::open();
    for _ in 0..8 {
        edited.learner.press(Command::Next);
    }
    let (count, reached) = {
        let beats = edited.view().beats;
        (beats.len(), beats.iter().flatten().count())
    };
    let beat = "## Bound\n\n```when\nserver bind returns\n```\n\nIt has a port.\n\n## ";
    edited.edit("## ", beat);
    let beats = edited.view().beats;
    assert_eq!(beats.len(), count + 1);
    assert_eq!(beats.iter().flatten().count(), reached + 1);
    assert!(beats.iter().flatten().is_sorted());
}

#[test]
fn a_try_that_runs_is_compared_with_the_try_and_may_go_away() {
    if !is_wire_there() {
        return;
    }
    let mut edited = Edited::open();
    let last = edited.view().lesson.expect("a lesson").tries.len() - 1;
    edited
        .learner
        .session
        .update(Command::Shelf(Shelving::Try(last)));
    edited.learner.settle();
    let source = edited.source();
    edited.edit("title = \"", "title = \"New: ");
    assert_eq!(edited.said(), None);
    assert_eq!(edited.source(), source);
    let without: Vec<&str> = HANDSHAKE.split("```try").take(1).collect();
    write(&edited.own(), without[0]);
    edited.await_reload();
    assert_eq!(edited.said(), Some(&Reloaded::OtherRun));
    edited.learner.session.update(Command::Restart);
    edited.learner.settle();
    assert_eq!(edited.view().desk.shelf.trying, None);
    assert_eq!(edited.said(), None);
}

#[test]
fn an_edited_picture_is_decoded_anew() {
    if !is_wire_there() {
        return;
    }
    let mut edited = Edited::open();
    let dot = |width| {
        let picture = image::RgbImage::new(width, 2);
        picture
            .save(edited.own().join("dot.png"))
            .expect("a picture");
    };
    dot(3);
    edited.edit("\n## ", "\n![a dot](dot.png)\n\n## ");
    let width_is = |width: u32| {
        move |session: &Session| {
            let dot = session.view().desk.shelf.pictures.get("dot.png").cloned();
            dot.is_some_and(|dot| dot.is_ok_and(|dot| dot.width == width))
        }
    };
    edited.learner.wait_until("decoded", width_is(3));
    let picture = image::RgbImage::new(5, 2);
    picture
        .save(edited.own().join("dot.png"))
        .expect("a picture");
    edited.learner.wait_until("decoded anew", width_is(5));
}

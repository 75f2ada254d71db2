//! Opening a file as a program: the panel by mouse and by keyboard, and files that are dropped.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::{DroppedFile, Event, HoveredFile, Key};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sockstep::session::{Command, FileRemark, Notice, Open, Overlay, Recent, RecentKind};
use sockstep::session::{Trouble, Unreadable};

use super::controls::{SIZE, asked_by_click, asked_by_key, description, english};
use super::scenes;
use super::stage::{Stage, harness};
use super::story::Story;

fn panel() -> Stage {
    let mut stage = english(scenes::start());
    stage.desk.overlay = Some(Overlay::Open);
    stage
}

fn files(files: &[(&str, &str)]) -> Command {
    let files = files.iter();
    let files = files.map(|(program, path)| ((*program).to_owned(), PathBuf::from(path)));
    Command::Open(Open::Files(files.collect()))
}

fn file(program: &str, path: &str) -> Command {
    let path = PathBuf::from(path);
    let program = Some(program.to_owned());
    Command::Open(Open::File { path, program })
}

/// A scene for the pictures.
pub fn put_on(name: &str, stage: &mut Stage) {
    if name == "opening" {
        stage.desk.overlay = Some(Overlay::Open);
        let path = PathBuf::from("/home/li/课程/第四章/server.py");
        let (line, coding) = (12, "utf-8".to_owned());
        let why = Unreadable::NotInCoding { line, coding };
        stage.notice = Some(Notice::Files(FileRemark::Unreadable { path, why }));
        stage.desk.opening.recents = Arc::new(recents());
    }
}

/// One of each kind.
fn recents() -> Vec<Recent> {
    let run = |lesson: Option<&str>, attempt: Option<&str>, seconds: u64| RecentKind::Run {
        lesson: lesson.map(str::to_owned),
        attempt: attempt.map(str::to_owned),
        programs: vec!["server.py".to_owned(), "客户端.py".to_owned()],
        lasted_us: Some(seconds * 1_000_000),
    };
    let recent = |path: &str, kind, age_s| Recent {
        path: PathBuf::from(path),
        kind,
        age_s: Some(age_s),
    };
    vec![
        recent("/home/li/homework.jsonl", RecentKind::Missing, 0),
        recent("/home/li/http.pcapng", RecentKind::Capture, 90_000),
        recent("/r/3.jsonl", run(None, None, 12), 30),
        recent(
            "/r/2.jsonl",
            run(Some("handshake"), Some("The first SYN is lost"), 75),
            400,
        ),
        recent("/r/1.jsonl", run(Some("handshake"), None, 8), 7_300),
    ]
}

#[test]
fn a_recent_file_is_opened_by_its_row_with_the_keyboard_too_and_a_missing_one_is_not() {
    let mut stage = panel();
    stage.desk.opening.recents = Arc::new(recents());
    let asked = |path: &str| {
        let (path, program) = (PathBuf::from(path), None);
        Command::Open(Open::File { path, program })
    };
    let (mut harness, stage) = harness(stage, SIZE);
    harness
        .get_by_label_contains("Open again: http.pcapng, 1 d ago")
        .click();
    harness.run_steps(2);
    assert_eq!(
        stage.borrow_mut().commands.split_off(0),
        [asked("/home/li/http.pcapng")]
    );
    harness
        .get_by_label_contains("server.py, 客户端.py, 12.0 s long · just now")
        .focus();
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!(
        stage.borrow_mut().commands.split_off(0),
        [asked("/r/3.jsonl")]
    );
    harness
        .get_by_label_contains("homework.jsonl, not there any more")
        .click();
    harness.run_steps(2);
    assert_eq!(stage.borrow_mut().commands.split_off(0), []);
}

#[test]
fn the_key_and_the_button_show_the_panel() {
    let stage = || english(scenes::start());
    let shown = |program: Option<&str>| [Command::Open(Open::As(program.map(str::to_owned)))];
    assert_eq!(asked_by_key(stage(), Key::O), shown(None));
    let label = "Open a file as program: Client";
    assert_eq!(asked_by_click(stage(), label), shown(Some("client")));
    let mut recorded = stage();
    recorded.desk.drafts = Default::default();
    assert_eq!(
        asked_by_key(recorded, Key::O),
        shown(None),
        "another run may be opened"
    );
}

#[test]
fn a_path_is_typed_and_entered_and_the_field_has_the_focus() {
    let (mut harness, stage) = harness(panel(), SIZE);
    harness.event(Event::Text("/tmp/我的.py".to_owned()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    let asked = stage.borrow_mut().commands.split_off(0);
    assert_eq!(asked, [file("server", "/tmp/我的.py")]);
    // The other program, by the button.
    harness.get_by_label("A program runs as: Client").click();
    harness.run_steps(2);
    let asked = stage.borrow_mut().commands.split_off(0);
    let client = Some("client".to_owned());
    assert_eq!(asked, [Command::Open(Open::As(client.clone()))]);
    stage.borrow_mut().desk.opening.program = client;
    harness.run_steps(2);
    harness.get_by_label("Open the file at this path").click();
    harness.run_steps(2);
    let asked = stage.borrow_mut().commands.split_off(0);
    assert_eq!(asked, [file("client", "/tmp/我的.py")]);
}

#[test]
fn the_panel_that_opens_again_has_its_path_and_the_focus_in_it() {
    let (mut harness, stage) = harness(panel(), SIZE);
    harness.event(Event::Text("a".to_owned()));
    harness.run_steps(2);
    stage.borrow_mut().desk.overlay = None;
    harness.run_steps(2);
    stage.borrow_mut().desk.overlay = Some(Overlay::Open);
    harness.run_steps(2);
    harness.event(Event::Text("b.py".to_owned()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!(stage.borrow().commands, [file("server", "ab.py")]);
}

#[test]
fn what_is_off_says_why() {
    let (mut harness, stage) = harness(panel(), SIZE);
    let label = "Open the file at this path";
    assert_eq!(description(&harness, label), "Type the file's path first.");
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!(stage.borrow().commands, []);
    {
        let mut stage = stage.borrow_mut();
        let reading = ("server".to_owned(), PathBuf::from("x"));
        stage.desk.opening.reading.push(reading);
        stage.desk.opening.is_browsing = true;
    }
    harness.run_steps(2);
    let why = description(&harness, label);
    assert_eq!(why, "The disk is being read: wait a moment.");
    let why = description(&harness, "Choose the file in a dialog");
    assert!(why.starts_with("The dialog is open"), "{why}");
}

#[test]
fn the_desktops_dialog_is_asked_for_in_the_learners_words() {
    let asked = asked_by_click(panel(), "Choose the file in a dialog");
    let [Command::Open(Open::Browse { program, dialog })] = &asked[..] else {
        panic!("{asked:?}");
    };
    assert_eq!(
        (program.as_deref(), dialog.title.as_str()),
        (Some("server"), "Open a file")
    );
}

#[test]
fn what_is_wrong_with_a_file_is_said_in_the_panel_with_what_to_do() {
    for (why, said, remedy) in [
        (
            Unreadable::Trouble(Trouble::Gone),
            "a.py cannot be opened: there is no such file.",
            "Check the path",
        ),
        (
            Unreadable::Trouble(Trouble::TooLarge(256 << 10)),
            "a.py cannot be opened: it is longer than 256 KiB.",
            "Take a shorter program.",
        ),
        (
            Unreadable::NotInCoding {
                line: 3,
                coding: "utf-8".to_owned(),
            },
            "a.py cannot be opened: line 3 is not utf-8.",
            "Save the file as UTF-8",
        ),
        (
            Unreadable::NotText { line: 1 },
            "a.py cannot be opened: line 1 has a null byte, so this is no text.",
            "Choose a .py file.",
        ),
    ] {
        let mut stage = panel();
        let path = PathBuf::from("a.py");
        stage.notice = Some(Notice::Files(FileRemark::Unreadable { path, why }));
        let (harness, _) = harness(stage, SIZE);
        // Above the stage, and in the panel.
        assert_eq!(harness.query_all_by_label(said).count(), 2, "{said}");
        assert_eq!(
            harness.query_all_by_label_contains(remedy).count(),
            2,
            "{remedy}"
        );
    }
}

#[derive(Debug)]
pub struct Dropped(pub PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the session reads it".to_owned())
    }
}

/// Lets these files fall, and gives what was asked for.
fn dropped(story: Story, paths: &[&str], at: Option<&str>) -> (Harness<'static>, Vec<Command>) {
    let (mut harness, stage) = harness(english(story), SIZE);
    if let Some(label) = at {
        let place = harness.get_by_label(label).rect().center();
        harness.event(Event::PointerMoved(place));
    }
    for path in paths {
        let file = Arc::new(Dropped(PathBuf::from(path)));
        harness.input_mut().dropped_files.push(file);
    }
    harness.run_steps(1);
    let asked = stage.borrow_mut().commands.split_off(0);
    (harness, asked)
}

#[test]
fn a_dropped_file_becomes_the_program_it_falls_on_or_is_named_after_and_else_one_is_asked() {
    let client = "Edit program: Client";
    let told = |path: &str| {
        let (path, program) = (PathBuf::from(path), None);
        Command::Open(Open::File { path, program })
    };
    let cases: [(&[&str], Option<&str>, Command); 5] = [
        (&["/a/echo.py"], Some(client), file("client", "/a/echo.py")),
        (&["/a/server.py"], None, file("server", "/a/server.py")),
        (
            &["/a/my_client.py", "/a/Server 2.py"],
            None,
            files(&[("client", "/a/my_client.py"), ("server", "/a/Server 2.py")]),
        ),
        // What it is, its content tells; only then it is asked which program.
        (&["/a/echo.py"], None, told("/a/echo.py")),
        (&["/a/server.py", "/a/b.jsonl"], None, told("/a/b.jsonl")),
    ];
    for (paths, at, expected) in cases {
        let (_, asked) = dropped(scenes::start(), paths, at);
        assert_eq!(asked, [expected], "{paths:?}");
    }
}

#[test]
fn a_file_that_nobody_can_place_stands_in_the_panels_field() {
    let (mut harness, stage) = harness(english(scenes::start()), SIZE);
    let file = Arc::new(Dropped(PathBuf::from("/a/echo.py")));
    harness.input_mut().dropped_files.push(file);
    harness.run_steps(1);
    stage.borrow_mut().desk.overlay = Some(Overlay::Open);
    harness.run_steps(2);
    let field = harness.get_by_label("Path of the file to open");
    let value = egui_kittest::kittest::NodeT::accesskit_node(&field).value();
    assert_eq!(value.as_deref(), Some("/a/echo.py"));
}

#[test]
fn while_files_hover_it_is_said_where_they_will_go() {
    let (mut harness, stage) = harness(english(scenes::start()), SIZE);
    for name in ["server.py", "echo.py"] {
        harness.input_mut().hovered_files.push(HoveredFile {
            path: Some(PathBuf::from("/a").join(name)),
            mime: String::new(),
        });
    }
    harness.run_steps(3);
    for said in [
        "Drop to open",
        "server.py → Server",
        "echo.py → you will be asked which program it is",
    ] {
        assert!(harness.query_by_label(said).is_some(), "{said}");
    }
    assert_eq!(stage.borrow().commands, []);
}

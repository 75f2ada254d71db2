//! Saving what is on the stage, and finding again what was there lately.

use std::path::PathBuf;

use sockstep::lesson::Language;
use sockstep::session::{Command, FileRemark, NotPut, Notice, Open, RecentKind, Save};
use sockstep::session::{Kept, Session};
use sockstep::trace::load;

use super::seat::{Seat, handshake};

fn to(path: PathBuf) -> Command {
    let has_asked = false;
    Command::Save(Save::To { path, has_asked })
}

fn settle(seat: &mut Seat) {
    let is_written = |session: &Session| session.view().desk.saving.writing.is_none();
    seat.wait_until("written", is_written);
}

#[test]
fn a_saved_run_is_word_for_word_what_was_opened() {
    let text = handshake("\"lesson\":\"handshake\",");
    let mut seat = Seat::with("run.jsonl", &text);
    let path = seat.path("copy");
    seat.press(to(path.clone()));
    settle(&mut seat);
    let path = path.with_extension("jsonl");
    let saved = std::fs::read_to_string(&path).expect("it is there");
    let [before, after] = [&text, &saved].map(|text| load(text).expect("sound").trace);
    assert_eq!(before, after);
    let said = seat.session.view().notice.cloned();
    let expected = FileRemark::Saved {
        path: path.clone(),
        bytes: saved.len(),
    };
    assert_eq!(said, Some(Notice::Files(expected)));
    // Once more, over itself.
    seat.press(to(path));
    settle(&mut seat);
    let said = seat.session.view().notice.cloned();
    assert!(
        matches!(said, Some(Notice::Files(FileRemark::Saved { .. }))),
        "{said:?}"
    );
}

#[test]
fn what_is_no_run_is_not_replaced_unless_a_dialog_has_asked() {
    let mut seat = Seat::with("run.jsonl", handshake(""));
    let path = seat.path("thesis.txt");
    std::fs::write(&path, "a thesis").expect("a file");
    seat.press(to(path.clone()));
    settle(&mut seat);
    let said = seat.session.view().notice.cloned();
    let why = NotPut::AnotherKind;
    let expected = FileRemark::NotSaved {
        path: path.clone(),
        why,
    };
    assert_eq!(said, Some(Notice::Files(expected)));
    assert_eq!(std::fs::read(&path).expect("it is there"), b"a thesis");
    let has_asked = true;
    let save = Save::To {
        path: path.clone(),
        has_asked,
    };
    seat.press(Command::Save(save));
    settle(&mut seat);
    let saved = std::fs::read(&path).expect("it is there");
    assert!(saved.starts_with(b"{\"sockstep\""));
}

#[test]
fn what_was_opened_saved_and_recorded_is_listed_and_known_the_next_time() {
    let mut seat = Seat::with("run.jsonl", handshake("\"lesson\":\"handshake\","));
    let runs = seat.path("runs");
    std::fs::create_dir_all(&runs).expect("a folder");
    for (name, text) in [
        ("1-a.jsonl", handshake("")),
        ("2-b.jsonl", "{\"cut".to_owned()),
    ] {
        std::fs::write(runs.join(name), text).expect("a file");
    }
    let copy = seat.path("copy.jsonl");
    seat.press(to(copy.clone()));
    settle(&mut seat);
    std::fs::remove_file(&copy).expect("it was there");
    seat.press(Command::Open(Open::As(None)));
    let is_listed = |session: &Session| !session.view().desk.opening.recents.is_empty();
    seat.wait_until("listed", is_listed);
    let view = seat.session.view();
    let recents = &view.desk.opening.recents;
    let names = recents.iter().map(|recent| {
        let name = recent.path.file_name().expect("a name");
        (
            name.to_string_lossy().into_owned(),
            recent.kind == RecentKind::Missing,
        )
    });
    let names: Vec<(String, bool)> = names.collect();
    let expected = [
        ("copy.jsonl", true),
        ("run.jsonl", false),
        ("2-b.jsonl", false),
        ("1-a.jsonl", false),
    ];
    assert_eq!(names, expected.map(|(name, gone)| (name.to_owned(), gone)));
    let RecentKind::Run {
        lesson, lasted_us, ..
    } = &recents[1].kind
    else {
        panic!("{:?}", recents[1]);
    };
    assert_eq!(lesson.as_deref(), Some("handshake"));
    assert!(lasted_us.is_some_and(|us| us > 47_000), "{lasted_us:?}");
    let folder = seat.folder.path().join("kept");
    let Seat {
        session,
        folder: _folder,
        ..
    } = seat;
    drop(session);
    let kept = Kept::load(&folder, Language::English);
    let names = kept.recent.iter().filter_map(|path| path.file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["copy.jsonl", "run.jsonl"]);
}

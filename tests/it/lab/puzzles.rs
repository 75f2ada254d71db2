//! Puzzles in a session: their runs are read beside the window, and answers count as progress.

use std::path::Path;

use sockstep::lesson::Language;
use sockstep::session::{Command, Course, Ending, Setting, Shelving, Solve};

use super::is_wire_there;
use super::learner::Learner;

const HANDSHAKE: &str = include_str!("../../../lessons/04-handshake/en.md");
const RUN: &str = include_str!("../lessons/puzzles/lost-syn-ack.jsonl");
const PUZZLE: &str = "\n```puzzle\nWhat?\nrun: run.jsonl\nseen by: client\nshow: 1 to 6\nfault:\n\
                      - [client SYN dropped] a\n- [server SYN+ACK dropped] b\nbecause: c\n```\n\
                      ```puzzle\nWhat?\nrun: none.jsonl\nseen by: client\norder:\nbecause: c\n```\n";

fn write(folder: &Path, id: &str, text: &str) {
    std::fs::create_dir_all(folder).expect("a folder");
    let id = format!("id = \"{id}\"");
    let text = text.replacen("id = \"handshake\"", &id, 1);
    for file in ["en.md", "zh.md"] {
        std::fs::write(folder.join(file), &text).expect("a file");
    }
    std::fs::write(folder.join("run.jsonl"), RUN).expect("a file");
}

/// The text of lesson 4 up to its own puzzles.
fn handshake() -> &'static str {
    let own = HANDSHAKE.find("```puzzle").unwrap_or(HANDSHAKE.len());
    &HANDSHAKE[..own]
}

/// Two lessons, the first with a puzzle and one whose run is missing.
fn course(folder: &Path) -> Course {
    write(
        &folder.join("04-one"),
        "one",
        &format!("{}{PUZZLE}", handshake()),
    );
    write(&folder.join("05-two"), "two", handshake());
    Course::open(Some(folder)).expect("both are sound")
}

fn solve(solve: Solve) -> Command {
    Command::Shelf(Shelving::Puzzle(0, solve))
}

#[test]
fn a_puzzle_is_read_beside_the_window_and_its_answers_are_progress() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut learner = Learner::with(course(folder.path()));
    let is_read = |session: &sockstep::session::Session| {
        let puzzles = &session.view().desk.shelf.puzzles;
        puzzles.cases.contains_key(&0) && puzzles.cases.contains_key(&1)
    };
    learner.wait_until("both are read", is_read);
    let shelf = |learner: &Learner| learner.session.view().desk.shelf.clone();
    let read = shelf(&learner).puzzles;
    assert!(read.cases[&0].is_ok());
    let why = read.cases[&1].as_ref().expect_err("there is no such run");
    assert!(why.contains("04-one/") && why.contains("there is no run 'none.jsonl'"));
    for (option, right, wrong) in [(0, 0, 1), (0, 0, 2), (1, 1, 2), (0, 1, 2)] {
        learner.session.update(solve(Solve::Choose(option)));
        let answered = shelf(&learner).progress.lessons["one"].puzzles[&0];
        assert_eq!((answered.right, answered.wrong), (right, wrong), "{option}");
    }
    let ending = |learner: &Learner| shelf(learner).puzzles.solving[&0].ending;
    assert_eq!(ending(&learner), Some(Ending::Solved));
    // A fresh lab and the other language change nothing about it; another lesson does.
    learner.session.update(Command::Restart);
    learner.settle();
    let english = Setting::Language(Language::English);
    learner.session.update(Command::Set(english));
    learner.session.drain();
    learner.wait_until("both are read again", is_read);
    assert_eq!(ending(&learner), Some(Ending::Solved));
    let other = Shelving::Open("two".to_owned());
    learner.session.update(Command::Shelf(other));
    learner.settle();
    assert!(shelf(&learner).puzzles.solving.is_empty());
    assert_eq!(shelf(&learner).progress.lessons["one"].puzzles[&0].right, 1);
}

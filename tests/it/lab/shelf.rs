//! Lessons on the shelf, with a real lab: another one, one that is broken, how far one has come.

use std::path::Path;

use sockstep::director::{Next, WhyNot};
use sockstep::lesson::{Expect, Language};
use sockstep::session::{Command, Course, Progress, Shelving};

use super::is_wire_there;
use super::learner::Learner;

const HANDSHAKE: &str = include_str!("../../../lessons/04-handshake/en.md");

/// A folder of lessons: `04-handshake`, `05-other` and `06-broken`.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let other = HANDSHAKE.replacen("id = \"handshake\"", "id = \"other\"", 1);
    let broken = HANDSHAKE.replace("server listens", "server lissens");
    for (name, text) in [
        ("04-handshake", HANDSHAKE),
        ("05-other", &*other),
        ("06-broken", &*broken),
    ] {
        write(&folder.path().join(name), text);
    }
    folder
}

fn write(folder: &Path, text: &str) {
    std::fs::create_dir_all(folder).expect("a folder");
    super::copy_runs(folder);
    for file in ["en.md", "zh.md"] {
        std::fs::write(folder.join(file), text).expect("a file");
    }
}

fn open(id: &str) -> Command {
    Command::Shelf(Shelving::Open(id.to_owned()))
}

#[test]
fn a_folder_of_lessons_is_listed_with_what_is_wrong_and_the_rest_can_be_opened() {
    let folder = folder();
    let course = Course::open(Some(folder.path())).expect("two are sound");
    let entries = course.entries();
    let listed: Vec<_> = entries
        .iter()
        .map(|entry| (entry.number, entry.id.as_str(), entry.is_sound()))
        .collect();
    assert_eq!(
        listed,
        [
            (4, "handshake", true),
            (5, "other", true),
            (6, "06-broken", false)
        ]
    );
    let problem = entries[2].problems.first().expect("it says what is wrong");
    assert!(problem.contains("06-broken/en.md:"), "{problem}");
    assert!(
        problem.contains("unknown trigger word 'lissens'"),
        "{problem}"
    );
    let title = entries[0].titles(Language::Chinese).expect("a title");
    assert!(title.title.contains("handshake"), "{}", title.title);
}

#[test]
fn two_lessons_of_one_id_are_told_apart_by_a_problem() {
    let folder = folder();
    write(&folder.path().join("05-other"), HANDSHAKE);
    let course = Course::open(Some(folder.path())).expect("one is sound");
    let entries = course.entries();
    assert!(entries[0].is_sound() && !entries[1].is_sound());
    assert!(entries[1].problems[0].contains("has the id \"handshake\", too"));
}

#[test]
fn another_lesson_gets_a_fresh_lab_and_what_was_reached_is_kept() {
    if !is_wire_there() {
        return;
    }
    let folder = folder();
    let mut learner = Learner::with(Course::open(Some(folder.path())).expect("sound"));
    for _ in 0..8 {
        learner.press(Command::Next);
    }
    let reached = learner.session.view().beats.iter().flatten().count();
    assert!(reached >= 2, "{reached}");
    let old = learner.session.lab_pid();
    learner.session.update(open("other"));
    learner.settle();
    assert_ne!(learner.session.lab_pid(), old);
    let view = learner.session.view();
    assert_eq!(view.lesson.map(|lesson| lesson.id.as_str()), Some("other"));
    assert_eq!(view.beats.iter().flatten().count(), 0);
    assert_eq!(view.desk.shelf.resume, None);
    learner.session.update(open("handshake"));
    learner.settle();
    let shelf = &learner.session.view().desk.shelf;
    assert_eq!(shelf.reached().map(|kept| kept.beats), Some(reached));
    let resume = shelf.resume.as_ref().expect("an offer to go on");
    assert_eq!((&*resume.lesson, resume.beat), ("handshake", reached - 1));
    // A broken one, or one that is not there, changes nothing.
    let pid = learner.session.lab_pid();
    for id in ["06-broken", "nowhere"] {
        learner.session.update(open(id));
        assert_eq!(learner.session.lab_pid(), pid, "{id}");
    }
}

#[test]
fn a_run_to_the_end_finishes_the_lesson_and_earlier_progress_is_merged() {
    if !is_wire_there() {
        return;
    }
    let mut learner = Learner::start();
    let mut earlier = Progress::default();
    earlier.lesson("handshake").place = Some(5);
    learner
        .session
        .update(Command::Shelf(Shelving::Kept(earlier)));
    let resume = learner.session.view().desk.shelf.resume.clone();
    assert_eq!(resume.map(|resume| resume.beat), Some(5));
    let mut has_guessed = false;
    while learner.session.view().next != Next::Not(WhyNot::AllEnded) {
        learner.press(Command::Next);
        if !has_guessed && learner.session.view().beats[2].is_some() {
            has_guessed = true;
            learner
                .session
                .update(Command::Guess { beat: 2, option: 1 });
        }
    }
    let view = learner.session.view();
    let shelf = &view.desk.shelf;
    let kept = shelf.reached().expect("progress");
    assert!(kept.finished);
    assert_eq!((kept.beats, kept.place), (view.beats.len(), None));
    assert_eq!((kept.quizzes[&2].right, kept.quizzes[&2].wrong), (1, 0));
    assert_eq!(shelf.resume, None);
    // What decided the quiz is the event after which connect() had returned.
    let moment = shelf.evidence[&2];
    let event = &view.timeline.trace().events()[moment.0 - 1];
    assert!(
        matches!(&event.what, sockstep::trace::What::Return { program, .. } if program == "client"),
        "{event:?}"
    );
}

#[test]
fn a_lesson_whose_server_serves_for_ever_comes_to_its_end_all_the_same() {
    if !is_wire_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    write(
        folder.path(),
        &HANDSHAKE.replace("\ns.close()\n", "\ns.accept()\n"),
    );
    let mut learner = Learner::with(Course::open(Some(folder.path())).expect("sound"));
    learner.play_to_the_end();
    let is_over = |session: &sockstep::session::Session| session.view().desk.shelf.is_over;
    learner.wait_until("over", is_over);
    let view = learner.session.view();
    assert_eq!(view.next, Next::Not(WhyNot::Waiting));
    assert!(view.desk.shelf.reached().is_some_and(|kept| kept.finished));
    learner.session.update(Command::Restart);
    assert!(!is_over(&learner.session), "a new run is not over");
}

/// Goes on with `Next` until this trigger of the try holds, or nothing is left to do.
fn play_try(learner: &mut Learner, index: usize) {
    learner.session.update(Command::Shelf(Shelving::Try(index)));
    learner.settle();
    loop {
        match learner.session.view().next {
            Next::Give(_) => learner.press(Command::Next),
            Next::Not(WhyNot::AllEnded) => return,
            // A kernel's timer will send something.
            Next::Wait { .. } | Next::Not(WhyNot::Waiting) => {
                let end = learner.session.view().timeline.trace().end();
                learner.wait_until("sent again", |session| {
                    session.view().timeline.trace().end() > end && session.state().is_at_rest
                });
            }
            ref other => {
                // The server waits for a client that has given up.
                assert!(matches!(other, Next::Not(WhyNot::Waiting)), "{other:?}");
                return;
            }
        }
        let lesson = learner.session.view().lesson.expect("a lesson").clone();
        if unmet(learner, &lesson.tries[index].expects).is_empty() {
            return;
        }
    }
}

/// The expectations that the run has not shown.
fn unmet(learner: &Learner, expects: &[Expect]) -> Vec<String> {
    let trace = learner.session.view().timeline.trace();
    let unmet = expects
        .iter()
        .filter(|expect| expect.trigger.first_moment(trace).is_none());
    unmet.map(|expect| expect.trigger.text.clone()).collect()
}

#[test]
fn each_try_of_the_handshake_shows_what_it_promises_and_leads_back() {
    if !is_wire_there() {
        return;
    }
    let mut learner = Learner::start();
    let lesson = learner.session.view().lesson.expect("a lesson").clone();
    assert_eq!(lesson.tries.len(), 2);
    for (index, wanted) in lesson.tries.iter().enumerate() {
        play_try(&mut learner, index);
        assert_eq!(
            unmet(&learner, &wanted.expects),
            [""; 0],
            "{}",
            wanted.label
        );
        let view = learner.session.view();
        assert_eq!(view.desk.shelf.trying, Some(index));
        let header = view.timeline.trace().header();
        assert_eq!(header.programs, wanted.programs, "{}", wanted.label);
        // R starts the try again, not the lesson.
        learner.session.update(Command::Restart);
        learner.settle();
        assert_eq!(learner.session.view().desk.shelf.trying, Some(index));
    }
    let reached = learner.session.view().desk.shelf.reached().cloned();
    let reached = reached.expect("tries are remembered");
    assert_eq!(reached.tries.into_iter().collect::<Vec<_>>(), [0, 1]);
    assert_eq!(reached.beats, 0, "a try is not the lesson");
    learner.session.update(Command::Shelf(Shelving::EndTry));
    learner.settle();
    let view = learner.session.view();
    assert_eq!(view.desk.shelf.trying, None);
    assert_eq!(view.timeline.trace().header().programs, lesson.programs);
    let pid = learner.session.lab_pid();
    for nothing in [Shelving::EndTry, Shelving::Try(99)] {
        learner.session.update(Command::Shelf(nothing));
        assert_eq!(learner.session.lab_pid(), pid);
    }
}

#[test]
fn pictures_are_decoded_beside_the_window_and_go_with_their_lesson() {
    if !is_wire_there() {
        return;
    }
    let folder = folder();
    let own = folder.path().join("04-handshake");
    let shown = format!("{HANDSHAKE}\n![a dot](dot.png) ![cut off](cut.png)\n");
    write(&own, &shown);
    let dot = image::RgbImage::new(3, 2);
    dot.save(own.join("dot.png")).expect("a picture");
    let whole = std::fs::read(own.join("dot.png")).expect("a picture");
    std::fs::write(own.join("cut.png"), &whole[..45]).expect("a file");
    let mut learner = Learner::with(Course::open(Some(folder.path())).expect("sound"));
    learner.wait_until("decoded", |session| {
        session.view().desk.shelf.pictures.len() == 2
    });
    let pictures = &learner.session.view().desk.shelf.pictures;
    let dot = pictures["dot.png"].as_ref().expect("it is sound");
    assert_eq!((dot.width, dot.height, dot.rgba.len()), (3, 2, 24));
    assert!(pictures["cut.png"].is_err());
    learner.session.update(open("other"));
    learner.settle();
    assert!(learner.session.view().desk.shelf.pictures.is_empty());
}

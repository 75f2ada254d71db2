//! The lesson pane and the contents: every control by its label, every key, every reason off.

mod scene;

use eframe::egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sockstep::lesson::Language;
use sockstep::session::{Command, Driving, Goal, Look, Overlay, Shelving};
use sockstep::trace::WireKind;

use super::controls::{SIZE, description};
use super::stage::{Stage, harness};
use scene::{Scene, staged};

fn english(scene: Scene) -> Stage {
    staged(scene, Language::English, Look::Light)
}

/// Tall enough for a whole lesson.
const TALL: [f32; 2] = [1280.0, 9_000.0];

fn asked_by(stage: Stage, act: impl FnOnce(&mut Harness<'_>)) -> Vec<Command> {
    let (mut harness, stage) = harness(stage, TALL);
    act(&mut harness);
    harness.run_steps(2);
    stage.borrow_mut().commands.split_off(0)
}

fn asked_by_click(stage: Stage, label: &str) -> Vec<Command> {
    asked_by(stage, |harness| harness.get_by_label(label).click())
}

fn shelf(shelving: Shelving) -> Command {
    Command::Shelf(shelving)
}

fn open(id: &str) -> Command {
    shelf(Shelving::Open(id.to_owned()))
}

/// With `SOCKSTEP_PICTURES` set to a folder, every scene goes there, to look at.
#[test]
fn every_scene_of_a_course_can_be_drawn() {
    let Ok(folder) = std::env::var("SOCKSTEP_PICTURES") else {
        for scene in Scene::ALL {
            let (mut harness, _) = harness(english(scene), SIZE);
            harness.render().expect("the rasteriser draws everything");
        }
        return;
    };
    let only = std::env::var("SOCKSTEP_ONLY").unwrap_or_default();
    use Language::{Chinese, English};
    for scene in Scene::ALL {
        for (language, look, size) in [
            (Chinese, Look::Light, SIZE),
            (English, Look::Dark, SIZE),
            (English, Look::Light, [960.0, 600.0]),
            (Chinese, Look::Dark, [853.0, 480.0]),
            (Chinese, Look::Light, [1920.0, 1080.0]),
            (English, Look::Light, [1280.0, 2_400.0]),
            (Chinese, Look::Dark, [1280.0, 2_400.0]),
        ] {
            let [width, height] = size;
            let file = format!("course-{scene:?}-{language:?}-{look:?}-{width}x{height}.png");
            let file = file.to_lowercase();
            if file.contains(&only) {
                let (mut harness, _) = harness(staged(scene, language, look), size);
                let picture = harness.render().expect("the rasteriser draws everything");
                picture
                    .save(format!("{folder}/{file}"))
                    .expect("the folder exists");
            }
        }
    }
}

#[test]
fn every_control_of_the_pane_asks_for_its_command() {
    for (scene, label, command) in [
        (
            Scene::Rich,
            "Open the contents (M)",
            Command::Show(Some(Overlay::Contents)),
        ),
        (Scene::Rich, "Next lesson", open("accept")),
        (Scene::Rich, "Previous lesson", open("bytes")),
        (
            Scene::Rich,
            "Start anew with: Lose the SYN",
            shelf(Shelving::Try(0)),
        ),
        (Scene::Rich, "Hint", shelf(Shelving::Hint(2))),
        (
            Scene::Rich,
            "Enlarge: both queues",
            Command::Show(Some(Overlay::Picture(1))),
        ),
        (
            Scene::Rich,
            "the next one: Open the lesson: What accept() takes",
            open("accept"),
        ),
        (
            Scene::Rich,
            "far away: There is no lesson \"nowhere\" here.",
            Command::Explain("There is no lesson \"nowhere\" here.".to_owned()),
        ),
        (Scene::Trying, "Back to the lesson", shelf(Shelving::EndTry)),
        (
            Scene::Resume,
            "Start from the beginning",
            shelf(Shelving::ForgetPlace),
        ),
        (
            Scene::Resume,
            "Show that passage",
            shelf(Shelving::ForgetPlace),
        ),
        (Scene::ResumeElsewhere, "Open it", open("bytes")),
        (
            Scene::Finished,
            "Next lesson: What accept() takes",
            open("accept"),
        ),
        (
            Scene::Contents,
            "01 Bytes on the way. 7 min · finished",
            open("bytes"),
        ),
    ] {
        let asked = match scene {
            Scene::Trying => asked_by(english(scene), |harness| {
                harness
                    .get_all_by_label(label)
                    .next()
                    .expect("it is there")
                    .click();
            }),
            _ => asked_by_click(english(scene), label),
        };
        assert_eq!(asked, [command], "{label}");
    }
}

#[test]
fn going_on_where_one_was_runs_there_and_takes_the_offer_away() {
    let run = Command::Drive(Driving::To(Goal::Beat(3)));
    let asked = asked_by_click(english(Scene::Resume), "Run to there");
    assert_eq!(asked, [run, shelf(Shelving::ForgetPlace)]);
}

#[test]
fn a_link_into_the_web_waits_for_a_click_and_shows_its_address() {
    let (mut harness, stage) = harness(english(Scene::Rich), TALL);
    let label = "RFC 9293: Open in the browser: https://www.rfc-editor.org/rfc/rfc9293";
    let opened = |harness: &Harness<'_>| {
        let commands = harness.output().platform_output.commands.clone();
        commands.into_iter().find_map(|command| match command {
            eframe::egui::OutputCommand::OpenUrl(open) => Some(open.url),
            _ => None,
        })
    };
    assert_eq!(opened(&harness), None);
    harness.get_by_label(label).click();
    let url = (0..4).find_map(|_| {
        harness.step();
        opened(&harness)
    });
    assert_eq!(
        url.as_deref(),
        Some("https://www.rfc-editor.org/rfc/rfc9293")
    );
    assert_eq!(stage.borrow().commands, []);
}

#[test]
fn a_control_that_is_off_says_why() {
    let mut first = english(Scene::Rich);
    first.desk.shelf.open = 0;
    let mut last = english(Scene::Rich);
    last.desk.shelf.open = 2;
    let mut loopback = english(Scene::Rich);
    let mut header = loopback.story.timeline.trace().header().clone();
    header.wire = WireKind::Loopback;
    loopback.story.timeline = sockstep::timeline::Timeline::new(header);
    let lose = "Start anew with: Lose the SYN";
    for (stage, label, why) in [
        (first, "Previous lesson", "This is the first lesson"),
        (last, "Next lesson", "This is the last lesson"),
        (
            loopback,
            lose,
            "This needs segments that can be held; in loopback mode none are",
        ),
    ] {
        let (mut harness, stage) = harness(stage, TALL);
        assert_eq!(description(&harness, label), why);
        let node = harness.get_by_label(label);
        assert!(node.accesskit_node().is_disabled(), "{label}");
        node.click();
        harness.run_steps(2);
        assert_eq!(stage.borrow().commands, [], "{label}");
    }
}

#[test]
fn a_quiz_is_answered_by_its_digits_while_it_has_the_focus() {
    let (mut harness, stage) = harness(english(Scene::Rich), TALL);
    harness.get_by_label("both at once").focus();
    harness.run_steps(2);
    harness.key_press(Key::Num2);
    harness.run_steps(2);
    let guess = Command::Guess { beat: 2, option: 1 };
    assert_eq!(stage.borrow_mut().commands.split_off(0), [guess]);
    // The focus stays, though what is said below changes.
    stage.borrow_mut().guesses.insert(2, 1);
    harness.run_steps(2);
    harness.key_press(Key::Space);
    harness.run_steps(2);
    let guess = Command::Guess { beat: 2, option: 2 };
    assert_eq!(stage.borrow_mut().commands.split_off(0), [guess]);
    // No such option.
    harness.key_press(Key::Num8);
    harness.run_steps(2);
    assert_eq!(stage.borrow().commands, []);
}

#[test]
fn the_verdict_comes_with_the_event_that_decided_it() {
    let evidence = english(Scene::Finished);
    let moment = evidence.desk.shelf.evidence[&2];
    let (mut harness, stage) = harness(evidence, TALL);
    harness.get_by_label("The kernel's answer: connect() of Client returned None.");
    harness
        .get_all_by_label("See that moment")
        .next()
        .expect("it is there")
        .click();
    harness.run_steps(2);
    assert_eq!(stage.borrow().commands, [Command::GoTo(moment)]);
}

#[test]
fn the_end_says_what_was_learnt_and_what_is_left() {
    let (harness, _) = harness(english(Scene::Finished), TALL);
    harness.get_by_label("You have finished this lesson");
    harness.get_by_label_contains("What you can do now: Say who performs");
    harness.get_by_label("Guessed right this time: 1 of 2.");
    harness.get_by_label("Still to try:");
    // One of the two was tried.
    let runs = harness.get_all_by_label("Start anew with: The first SYN is lost");
    assert_eq!(runs.count(), 1);
    let runs = harness.get_all_by_label("Start anew with: Connect to a port where nobody listens");
    assert_eq!(runs.count(), 2);
}

#[test]
fn a_picture_that_cannot_be_shown_says_what_it_would_show_and_why() {
    let (harness, _) = harness(english(Scene::Rich), TALL);
    harness.get_by_label("A picture is missing here");
    harness.get_by_label("the state diagram");
    harness
        .get_by_label_contains("there is no picture 'none.png'; put it into the lesson's folder");
}

#[test]
fn the_contents_are_walked_by_the_arrows_and_opened_by_enter() {
    let (mut harness, stage) = harness(english(Scene::Contents), SIZE);
    harness.key_press(Key::ArrowUp);
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!(stage.borrow_mut().commands.split_off(0), [open("bytes")]);
    // The broken one is passed over.
    harness.key_press(Key::End);
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert_eq!(stage.borrow_mut().commands.split_off(0), [open("accept")]);
    harness.get_by_label("09-broken: this lesson cannot be opened");
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    assert_eq!(stage.borrow().commands, [Command::Show(None)]);
}

#[test]
fn m_opens_the_contents() {
    let commands = asked_by(english(Scene::Rich), |harness| harness.key_press(Key::M));
    assert_eq!(commands, [Command::Show(Some(Overlay::Contents))]);
}

#[test]
fn code_can_be_copied() {
    let (mut harness, _) = harness(english(Scene::Rich), TALL);
    harness
        .get_all_by_label("Copy")
        .next()
        .expect("it is there")
        .click();
    harness.run_steps(2);
    harness.get_by_label("Copied");
}

/// What is not on screen is not laid out, and yet everything is where it would be.
#[test]
fn a_pane_that_is_scrolled_has_everything_where_a_tall_one_has_it() {
    let stage = || english(Scene::Finished);
    let (mut low, _) = harness(stage(), SIZE);
    // Not quite as tall as the lesson: a scroll bar takes the same width from both.
    let (whole, _) = harness(stage(), [1280.0, 20_000.0]);
    let end = whole.get_by_label("You have finished this lesson").rect();
    let (tall, _) = harness(stage(), [1280.0, end.top() + 100.0]);
    // The end is on screen, so the quiz has scrolled away, undrawn.
    let quiz = "When the SYN-ACK is delivered, what returns first?";
    assert!(tall.query_by_label(quiz).is_some());
    assert!(low.query_by_label(quiz).is_none());
    low.run_steps(4);
    let end = "You have finished this lesson";
    for title in [
        "Go to: The SYN-ACK has arrived",
        "Go to: The server reads the message",
        "Go to: The server reads the end",
    ] {
        let distance = |harness: &Harness<'_>| {
            let top = |label: &str| harness.get_by_label(label).rect().top();
            top(end) - top(title)
        };
        assert_eq!(distance(&low), distance(&tall), "{title}");
    }
}

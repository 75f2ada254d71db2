//! Puzzles in the lesson pane: answered right and wrong by the keyboard alone, in both languages,
//! over a run of a real lab.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use eframe::egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sockstep::lesson::{BeatWatch, Language, Lesson, load};
use sockstep::session::{Command, Ending, Look, Shelving, Solve};

use super::controls::description;
use super::scenes;
use super::stage::{Stage, harness};

const TALL: [f32; 2] = [1280.0, 1_500.0];

const FRONT: &str = r#"+++
id = "puzzled"
title = "What was lost"
goal = "Read a capture."
minutes = 5
[[hosts]]
name = "server"
addresses = ["192.168.131.62"]
[[hosts]]
name = "client"
addresses = ["192.168.131.10"]
+++
```python server
import socket
```
```python client
import socket
```
"#;

const LAST_BEAT: &str = "## B\n```when\nclient sends SYN\n```\n";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Fault,
    Order,
    Blanks,
}

const KINDS: [Kind; 3] = [Kind::Fault, Kind::Order, Kind::Blanks];

fn block(kind: Kind, language: Language) -> String {
    let head = "run: run.jsonl\nseen by: client\nshow: 1 to 6\n";
    let asks = match (kind, language) {
        (Kind::Fault, Language::English) => {
            "fault:\n- [client SYN dropped] the first SYN\n- [server SYN+ACK dropped] the SYN-ACK\n\
             - [client ACK 1 dropped] the third segment, the ACK\n"
        }
        (Kind::Fault, Language::Chinese) => {
            "故障：\n- [client SYN dropped] 第一个 SYN\n- [server SYN+ACK dropped] SYN-ACK\n\
             - [client ACK 1 dropped] 第三个报文段 ACK\n"
        }
        (Kind::Order, _) => "order:\n",
        (Kind::Blanks, _) => "blanks: seq of 5, ack of 6, flags of 3\n",
    };
    match language {
        Language::English => format!(
            "```puzzle\nWhat was lost? The client called `connect()` and waited for a second.\n\
             {head}{asks}hint: Who sends something twice, and who must have heard what?\n\
             because: The client sent its SYN again, so no answer had reached it; and the server \
             had the first one, for its SYN-ACK needed no second.\n```\n"
        ),
        Language::Chinese => format!(
            "```puzzle\n丢了哪一个？客户端调用 `connect()`，等了一秒。\n{head}{asks}\
             提示：谁把同一样东西发了两次？谁一定已经听到了什么？\n\
             因为：客户端重发了 SYN，说明没有任何回答到达；而服务器早已收到第一个 SYN。\n```\n"
        ),
    }
}

/// Loaded from a folder with its run beside it.
fn lesson(kind: Kind, language: Language, run: &[u8]) -> Lesson {
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("91-puzzled");
    std::fs::create_dir(&own).expect("a folder");
    let text = format!("{FRONT}{LAST_BEAT}{}", block(kind, language));
    let file = own.join(format!("{}.md", language.tag()));
    std::fs::write(file, text).expect("a file");
    std::fs::write(own.join("run.jsonl"), run).expect("a file");
    let mut lesson = load(&own, language).expect("it opens");
    let opened = lesson.open_puzzle(0).expect("it is there");
    // The folder goes; what was read of it stays.
    lesson.path = Path::new("lessons/91-puzzled/en.md").to_owned();
    OPENED.with(|cell| *cell.borrow_mut() = Some(opened.map(|(case, _)| case)));
    lesson
}

type Opened = Result<sockstep::lesson::Case, sockstep::lesson::Problem>;

thread_local! {
    static OPENED: RefCell<Option<Opened>> = const { RefCell::new(None) };
}

fn staged_over(kind: Kind, (language, look): (Language, Look), run: &[u8]) -> Stage {
    let mut stage = Stage::new(scenes::syn_ack_held(), language, look);
    stage.lesson = lesson(kind, language, run);
    let watch = BeatWatch::of(&stage.lesson, stage.story.timeline.trace());
    stage.beats = watch.reached().to_vec();
    stage.verdicts.clear();
    stage.guesses.clear();
    let opened = OPENED.with(|cell| cell.borrow_mut().take());
    let opened = opened.expect("it was opened");
    let case = opened.map(Arc::new).map_err(|problem| problem.to_string());
    let seed = stage.lesson.puzzles[0].skeleton();
    stage.desk.shelf.puzzles.take(0, &seed, case);
    stage
}

fn staged(kind: Kind, language: Language) -> Stage {
    let run = include_bytes!("../lessons/puzzles/lost-syn-ack.jsonl");
    staged_over(kind, (language, Look::Light), run)
}

/// A window that does what is asked of its puzzle.
struct Window {
    harness: Harness<'static>,
    stage: Rc<RefCell<Stage>>,
}

impl Window {
    fn new(stage: Stage) -> Self {
        let (harness, stage) = harness(stage, TALL);
        Self { harness, stage }
    }

    fn settle(&mut self) {
        self.harness.run_steps(2);
        let commands = self.stage.borrow_mut().commands.split_off(0);
        for command in commands {
            let Command::Shelf(Shelving::Puzzle(0, solve)) = command else {
                panic!("asked for {command:?}");
            };
            self.solve(&solve);
        }
        self.harness.run_steps(2);
    }

    fn solve(&mut self, solve: &Solve) {
        let mut stage = self.stage.borrow_mut();
        let seed = stage.lesson.puzzles[0].skeleton();
        stage.desk.shelf.puzzles.solve(0, &seed, solve);
    }

    fn key(&mut self, key: Key) {
        self.harness.key_press(key);
        self.settle();
    }

    fn type_text(&mut self, text: &str) {
        let event = eframe::egui::Event::Text(text.to_owned());
        self.harness.event(event);
        self.settle();
    }

    fn focus(&mut self, label: &str) {
        self.harness.get_by_label(label).focus();
        self.harness.run_steps(2);
    }

    fn press(&mut self, label: &str) {
        self.focus(label);
        self.key(Key::Space);
    }

    fn has(&self, label: &str) -> bool {
        let mut found = self.harness.query_all_by_label_contains(label);
        found.next().is_some()
    }

    fn ending(&self) -> Option<Ending> {
        self.stage.borrow().desk.shelf.puzzles.solving[&0].ending
    }
}

/// With `SOCKSTEP_PICTURES` set to a folder, every standing goes there, to look at.
#[test]
fn puzzles_can_be_drawn_in_every_standing() {
    let folder = std::env::var("SOCKSTEP_PICTURES");
    let run = include_bytes!("../lessons/puzzles/lost-syn-ack.jsonl");
    for kind in KINDS {
        for standing in [
            (Language::Chinese, Look::Light),
            (Language::English, Look::Dark),
            (Language::English, Look::Light),
            (Language::Chinese, Look::Dark),
        ] {
            let wrong = match kind {
                Kind::Fault => Solve::Choose(0),
                Kind::Order | Kind::Blanks => Solve::Check,
            };
            for (name, solves) in [
                ("open", vec![]),
                ("wrong", vec![Solve::Hint, wrong]),
                ("shown", vec![Solve::Show]),
            ] {
                // Without a folder to look into, one picture of each is enough.
                if folder.is_err() && standing != (Language::English, Look::Light) {
                    continue;
                }
                let mut window = Window::new(staged_over(kind, standing, run));
                solves.iter().for_each(|solve| window.solve(solve));
                for height in [720.0, 1_100.0] {
                    window.harness.set_size([1280.0, height].into());
                    window.harness.run_steps(4);
                    let picture = window.harness.render().expect("everything is drawn");
                    let Ok(folder) = &folder else { continue };
                    let file = format!("{folder}/puzzle-{kind:?}-{name}-{standing:?}-{height}.png");
                    picture.save(file).expect("the folder exists");
                }
            }
        }
    }
}

#[test]
fn a_fault_is_found_by_its_digit_and_a_wrong_one_points_at_a_row() {
    for (language, first, right, look, wrong) in [
        (
            Language::English,
            "the first SYN",
            "Right: that is what happened.",
            "Look at row 2",
            "Not quite.",
        ),
        (
            Language::Chinese,
            "第一个 SYN",
            "对了：当时正是这样。",
            "看第 2 行",
            "还不对。",
        ),
    ] {
        let mut window = Window::new(staged(Kind::Fault, language));
        window.focus(first);
        window.key(Key::Num1);
        assert!(window.has(wrong) && window.has(look), "{language:?}");
        assert_eq!(window.ending(), None);
        assert!(!window.has("never came here") && !window.has("没有到达这里"));
        window.key(Key::Num2);
        assert!(window.has(right) && !window.has(wrong), "{language:?}");
        assert_eq!(window.ending(), Some(Ending::Solved));
        // Now the lost one is shown, too.
        assert!(window.has("never came here") || window.has("没有到达这里"));
    }
}

#[test]
fn rows_are_put_in_order_by_the_keyboard_and_the_focus_goes_with_the_row() {
    for (language, up, check) in [
        (Language::English, "Move place 6 up", "Check"),
        (Language::Chinese, "把第 6 位上移", "对答案"),
    ] {
        let mut window = Window::new(staged(Kind::Order, language));
        window.press(check);
        assert_eq!(window.ending(), None);
        assert!(window.has("Not quite.") || window.has("还不对。"));
        // Insertion by keys alone: what belongs in a place is moved up to it.
        window.focus(up);
        let moved = window.stage.borrow().desk.shelf.puzzles.solving[&0]
            .attempt
            .order[5];
        for _ in 0..5 {
            window.key(Key::Space);
        }
        let order = |window: &Window| {
            let stage = window.stage.borrow();
            stage.desk.shelf.puzzles.solving[&0].attempt.order.clone()
        };
        assert_eq!(order(&window)[0], moved, "five presses, five places");
        for place in 0..6 {
            let at = order(&window).iter().position(|row| *row == place);
            let at = at.expect("every row is there");
            let label = match language {
                Language::English => format!("Move place {} up", at + 1),
                Language::Chinese => format!("把第 {} 位上移", at + 1),
            };
            window.focus(&label);
            for _ in place..at {
                window.key(Key::Space);
            }
        }
        window.press(check);
        assert_eq!(window.ending(), Some(Ending::Solved), "{language:?}");
        assert!(
            window.has("Row 1") || window.has("第 1 行"),
            "now with numbers"
        );
    }
}

#[test]
fn blanks_are_filled_in_by_the_keyboard_and_a_wrong_one_is_told_from_which_row_it_follows() {
    for (language, seq, ack, flags, says) in [
        (
            Language::English,
            "b. Row 5, seq:",
            "c. Row 6, ack:",
            "a. Row 3, flags: SYN+ACK",
            "c: row 5 has seq 1 and takes 10",
        ),
        (
            Language::Chinese,
            "b. 第 5 行的 seq：",
            "c. 第 6 行的 ack：",
            "a. 第 3 行的标志： SYN+ACK",
            "c：第 5 行的 seq 是 1，占 10 个序号",
        ),
    ] {
        let check = match language {
            Language::English => "Check",
            Language::Chinese => "对答案",
        };
        let mut window = Window::new(staged(Kind::Blanks, language));
        let node = window.harness.get_by_label(check);
        assert!(node.accesskit_node().is_disabled());
        let why = description(&window.harness, check);
        assert!(["Fill in every blank first", "先把每个空都填上"].contains(&why.as_str()));
        let field = |window: &Window, label: &str| {
            let role = eframe::egui::accesskit::Role::TextInput;
            window.harness.get_by_role_and_label(role, label).focus();
        };
        field(&window, seq);
        window.harness.run_steps(2);
        window.type_text("1");
        field(&window, ack);
        window.harness.run_steps(2);
        window.type_text("1");
        window.press(flags);
        window.press(check);
        assert_eq!(window.ending(), None);
        assert!(window.has(says), "{language:?}");
        field(&window, ack);
        window.harness.run_steps(2);
        window.key(Key::End);
        window.type_text("1");
        window.key(Key::Enter);
        assert_eq!(window.ending(), Some(Ending::Solved), "{language:?}");
    }
}

#[test]
fn whoever_asks_is_shown_and_can_try_once_more() {
    for kind in KINDS {
        let mut window = Window::new(staged(kind, Language::English));
        assert!(!window.has("Who sends something twice"));
        window.press("Hint");
        assert!(window.has("Who sends something twice"), "{kind:?}");
        window.press("Show me");
        assert_eq!(window.ending(), Some(Ending::Shown));
        assert!(window.has("This is what happened:"), "{kind:?}");
        assert!(window.has("The client sent its SYN again"), "{kind:?}");
        window.press("Once more");
        assert_eq!(window.ending(), None, "{kind:?}");
        assert!(!window.has("This is what happened:"), "{kind:?}");
    }
}

#[test]
fn a_row_at_either_end_says_why_it_goes_no_further() {
    let window = Window::new(staged(Kind::Order, Language::English));
    for (label, why) in [
        ("Move place 1 up", "It is in the first place already"),
        ("Move place 6 down", "It is in the last place already"),
    ] {
        let node = window.harness.get_by_label(label);
        assert!(node.accesskit_node().is_disabled(), "{label}");
        assert_eq!(description(&window.harness, label), why);
    }
}

#[test]
fn a_run_that_cannot_be_read_is_told_in_its_place() {
    let stage = staged_over(Kind::Fault, (Language::English, Look::Light), b"{}");
    let window = Window::new(stage);
    assert!(window.has("A recorded run is missing here"));
    assert!(window.has("record it again with sockstep run --save"));
    let mut waiting = staged(Kind::Fault, Language::English);
    waiting.desk.shelf.puzzles = Default::default();
    assert!(Window::new(waiting).has("Reading the recorded run"));
}

#[test]
fn what_was_solved_before_says_so() {
    let mut stage = staged(Kind::Fault, Language::English);
    stage.desk.shelf.entries = vec![sockstep::session::Entry {
        id: "puzzled".to_owned(),
        ..Default::default()
    }];
    let reached = stage.desk.shelf.progress.lesson("puzzled");
    reached.puzzles.entry(0).or_default().right = 1;
    assert!(Window::new(stage).has("solved"));
}

/// What a row says is what a reader hears, too.
#[test]
fn a_row_is_a_sentence_and_a_blank_in_it_is_not_told() {
    let window = Window::new(staged(Kind::Blanks, Language::English));
    assert!(window.has("Row 2, to Server: SYN, seq 0, 0 bytes of data, after 1.026 s"));
    assert!(window.has("Row 3, from Server: flags ?, seq 0, ack 1"));
    assert!(window.has("Row 6, from Server: ACK, seq 1, ack ?"));
    assert!(!window.has("ack 11"));
}

/// The lessons that are shipped, in this language.
fn shipped(language: Language) -> Vec<Lesson> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons");
    let sources = sockstep::lesson::sources(Some(&root)).expect("they are there");
    let lessons = sources.iter().map(|source| source.read(language));
    lessons.map(|lesson| lesson.expect("it is sound")).collect()
}

#[test]
fn every_puzzle_of_the_course_is_decided_by_its_run_and_alike_in_both_languages() {
    let [english, chinese] = [Language::English, Language::Chinese].map(shipped);
    for (english, chinese) in english.iter().zip(&chinese) {
        let skeleton = |lesson: &Lesson| -> Vec<String> {
            let puzzles = lesson.puzzles.iter();
            puzzles.map(|puzzle| puzzle.skeleton()).collect()
        };
        assert_eq!(skeleton(english), skeleton(chinese), "{}", english.id);
        for index in 0..english.puzzles.len() {
            let opened = english.open_puzzle(index).expect("it is there");
            opened.unwrap_or_else(|problem| panic!("{problem}"));
            assert!(english.puzzles[index].hint.is_some(), "{}", english.id);
        }
    }
}

/// With `SOCKSTEP_PICTURES` set to a folder, every puzzle of the course goes there, open, after a
/// wrong answer, and shown; with `SOCKSTEP_ONLY` only those of lessons with this in their id.
#[test]
fn the_puzzles_of_the_course_to_look_at() {
    let Ok(folder) = std::env::var("SOCKSTEP_PICTURES") else {
        return;
    };
    let only = std::env::var("SOCKSTEP_ONLY").unwrap_or_default();
    for (language, look) in [
        (Language::Chinese, Look::Light),
        (Language::English, Look::Dark),
    ] {
        for lesson in shipped(language) {
            let is_wanted = lesson.id.contains(&only);
            for index in (0..lesson.puzzles.len()).filter(|_| is_wanted) {
                draw_puzzle(&folder, &lesson, index, look);
            }
        }
    }
}

fn draw_puzzle(folder: &str, lesson: &Lesson, index: usize, look: Look) {
    let language = lesson.language;
    let opened = lesson.open_puzzle(index).expect("it is there");
    let (case, _) = opened.unwrap_or_else(|problem| panic!("{problem}"));
    let mut stage = Stage::new(scenes::syn_ack_held(), language, look);
    stage.lesson = lesson.clone();
    // The puzzle alone.
    stage.lesson.opening.clear();
    stage.lesson.puzzles = vec![lesson.puzzles[index].clone()];
    stage.lesson.beats.truncate(1);
    stage.lesson.beats[0].body = vec![sockstep::lesson::Block::Puzzle(0)];
    stage.beats = vec![None];
    stage.verdicts.clear();
    stage.guesses.clear();
    let seed = stage.lesson.puzzles[0].skeleton();
    let wrong = match case.right {
        Some(right) => Solve::Choose(usize::from(right == 0)),
        None => Solve::Check,
    };
    let puzzles = &mut stage.desk.shelf.puzzles;
    puzzles.take(0, &seed, Ok(Arc::new(case)));
    let mut window = Window::new(stage);
    for (name, solves) in [
        ("1-open", vec![]),
        ("2-wrong", vec![Solve::Hint, wrong]),
        ("3-shown", vec![Solve::Show]),
    ] {
        solves.iter().for_each(|solve| window.solve(solve));
        window.harness.set_size([1280.0, 900.0].into());
        window.harness.run_steps(4);
        let picture = window.harness.render().expect("everything is drawn");
        let (id, tag) = (&lesson.id, language.tag());
        let file = format!("{folder}/course-{id}-{index}-{tag}-{name}.png");
        picture.save(file).expect("the folder exists");
    }
}

//! What a lesson asks: quizzes by the run and by key, and myths, over a run of a real lab.

use std::collections::BTreeMap;
use std::path::Path;

use eframe::egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sockstep::lesson::{BeatWatch, Language, Lesson, parse};
use sockstep::session::{Command, Look, Shelving};
use sockstep::timeline::Timeline;
use sockstep::trace::{Moment, Trace};

use super::stage::{Stage, harness};
use super::story::Story;

/// Tall enough for the whole lesson.
const TALL: [f32; 2] = [1280.0, 2_600.0];

const FRONT: &str = r#"+++
id = "asked"
title = "TITLE"
goal = "GOAL"
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

const ENGLISH: &str = r#"
## A SYN leaves

```when
client sends SYN
```

```quiz
Who answers it?
- [server sends SYN+ACK] the server's kernel
- [server accept returns] accept()
hint: Is accept() still waiting?
because: The kernel answers for every socket that listens.
```

## The SYN-ACK is on its way

```when
server sends SYN+ACK
```

```myth
accept() performs the handshake.
shows: server SYN_RECV without descriptor and server accept blocked
The SYN-ACK left while `accept()` was **still waiting**: the kernel answered by itself.
```

```quiz
What does TCP promise about the bytes it delivers?
- [right] their order
- [wrong] when they arrive
hint: How long may a segment stay on the wire?
because: TCP numbers every byte; no number says anything about time.
```

## It is over

```when
client TIME_WAIT
```

```myth
close() takes the connection away at once.
shows: client TIME_WAIT without descriptor
The program is done with it, and the kernel still keeps it.
```
"#;

const CHINESE: &str = r#"
## SYN 出发

```when
client sends SYN
```

```quiz
谁来回答它？
- [server sends SYN+ACK] 服务器的内核
- [server accept returns] accept()
提示：accept() 还在等吗？
因为：只要套接字在监听，内核就会代它回答。
```

## SYN-ACK 在路上

```when
server sends SYN+ACK
```

```myth
三次握手是 accept() 完成的。
表明：server SYN_RECV without descriptor and server accept blocked
SYN-ACK 发出时，`accept()` **还在等待**：是内核自己回答的。
```

```quiz
对于交付的字节，TCP 保证什么？
- [right] 顺序
- [wrong] 到达的时间
提示：报文段可以在线路上停多久？
因为：TCP 给每个字节编号，而编号里没有时间。
```

## 结束了

```when
client TIME_WAIT
```

```myth
close() 一调用，连接就没有了。
表明：client TIME_WAIT without descriptor
程序已经用完了它，内核还留着它。
```
"#;

fn lesson(language: Language) -> Lesson {
    let (title, goal, body) = match language {
        Language::English => ("Asked", "Say who answers.", ENGLISH),
        Language::Chinese => ("问一问", "说得清是谁在回答。", CHINESE),
    };
    let front = FRONT.replace("TITLE", title).replace("GOAL", goal);
    let path = Path::new("lessons/90-asked/en.md");
    parse(&format!("{front}{body}"), path, language).expect("a sound lesson")
}

/// The run up to a moment, with these guesses.
fn staged(
    (language, look): (Language, Look),
    upto: Option<usize>,
    guesses: &[(usize, usize)],
) -> Stage {
    let text = include_str!("../lessons/handshake.jsonl");
    let whole = sockstep::trace::load(text).expect("a sound trace").trace;
    let mut trace = Trace::new(whole.header().clone());
    let events = whole.events().iter().cloned();
    events
        .take(upto.unwrap_or(usize::MAX))
        .for_each(|event| trace.push(event));
    let lesson = lesson(language);
    let mut watch = BeatWatch::of(&lesson, &trace);
    for (beat, _) in guesses {
        watch.judge_by_key(*beat);
    }
    let mut story = Story::new();
    story.timeline = Timeline::of(trace);
    let mut stage = Stage::new(story, language, look);
    stage.lesson = lesson;
    stage.beats = watch.reached().to_vec();
    stage.verdicts = watch.verdicts().clone();
    stage.guesses = guesses.iter().copied().collect::<BTreeMap<_, _>>();
    stage.desk.shelf.evidence = watch.evidence().clone();
    stage.desk.shelf.myths = watch.myths().clone();
    stage
}

fn english(upto: Option<usize>, guesses: &[(usize, usize)]) -> Stage {
    staged((Language::English, Look::Light), upto, guesses)
}

/// With `SOCKSTEP_PICTURES` set to a folder, every standing goes there, to look at.
#[test]
fn what_is_asked_can_be_drawn_in_every_standing() {
    let folder = std::env::var("SOCKSTEP_PICTURES");
    for (name, upto, guesses) in [
        ("before", Some(20), &[][..]),
        ("right", None, &[(0, 0), (1, 0)]),
        ("wrong", None, &[(0, 1), (1, 1)]),
    ] {
        for standing in [
            (Language::Chinese, Look::Light),
            (Language::English, Look::Dark),
        ] {
            for size in [[1280.0, 720.0], [1280.0, 1_500.0]] {
                let (mut harness, _) = harness(staged(standing, upto, guesses), size);
                let picture = harness.render().expect("the rasteriser draws everything");
                let Ok(folder) = &folder else { continue };
                let file = format!("{folder}/asked-{name}-{standing:?}-{}.png", size[1]);
                picture.save(file).expect("the folder exists");
            }
        }
    }
}

fn has(harness: &Harness<'_>, label: &str) -> bool {
    harness.query_all_by_label_contains(label).next().is_some()
}

#[test]
fn a_myth_is_a_claim_until_the_kernel_has_answered() {
    for (language, claim, watch, answer) in [
        (
            Language::English,
            "Many people say:",
            "Step on, and watch what your kernel does.",
            "What your kernel (Linux 6.18.44) just did:",
        ),
        (
            Language::Chinese,
            "常有人说：",
            "接着走，看你的内核怎么做。",
            "你的内核（Linux 6.18.44）刚才是这样做的：",
        ),
    ] {
        let (before, _) = harness(staged((language, Look::Light), Some(20), &[]), TALL);
        assert!(has(&before, claim) && has(&before, watch));
        assert!(!has(&before, answer), "it has not happened");
        let (after, _) = harness(staged((language, Look::Light), None, &[]), TALL);
        assert!(has(&after, claim) && has(&after, answer));
        assert!(!has(&after, watch));
    }
}

#[test]
fn the_answer_to_a_myth_leads_to_its_event() {
    let stage = english(None, &[]);
    let moment: Moment = stage.desk.shelf.myths[&1];
    let (mut harness, stage) = harness(stage, TALL);
    assert!(has(
        &harness,
        "The kernel's answer: a connection of Server that no program holds is in SYN_RECV."
    ));
    let label = "See that moment";
    // The quiz of the first beat has one, too; the key's quiz has none.
    let count = harness.get_all_by_label(label).count();
    assert_eq!(count, 3);
    let second = harness.get_all_by_label(label).nth(1).expect("the myth's");
    second.focus();
    harness.run_steps(2);
    harness.key_press(Key::Space);
    harness.run_steps(2);
    assert_eq!(stage.borrow().commands, [Command::GoTo(moment)]);
}

/// The names that the system's name comes from, in loopback mode elsewhere.
#[test]
fn another_system_is_called_by_its_name() {
    let mut stage = english(None, &[]);
    let mut header = stage.story.timeline.trace().header().clone();
    header.kernel = "macOS".to_owned();
    let mut trace = Trace::new(header);
    let events = stage.story.timeline.trace().events().iter().cloned();
    events.for_each(|event| trace.push(event));
    stage.story.timeline = Timeline::of(trace);
    let (harness, _) = harness(stage, TALL);
    assert!(has(&harness, "What your kernel (macOS) just did:"));
}

#[test]
fn a_quiz_by_key_says_why_and_that_it_is_answered() {
    let because = "TCP numbers every byte";
    let (open, _) = harness(english(None, &[]), TALL);
    assert!(!has(&open, because), "nobody has guessed");
    for (guess, said) in [
        (0, "Right."),
        (1, "Not quite: the option with the tick is right."),
    ] {
        let (harness, stage) = harness(english(None, &[(1, guess)]), TALL);
        assert!(has(&harness, said) && has(&harness, because), "{said}");
        let option = harness.get_by_label("their order");
        assert!(option.accesskit_node().is_disabled());
        let why = super::controls::description(&harness, "their order");
        assert_eq!(why, "You have answered this already.");
        assert_eq!(stage.borrow().commands, []);
    }
}

#[test]
fn a_quiz_by_key_is_answered_by_the_keyboard_alone_in_both_languages() {
    for (language, label) in [
        (Language::English, "when they arrive"),
        (Language::Chinese, "到达的时间"),
    ] {
        let (mut harness, stage) = harness(staged((language, Look::Dark), None, &[]), TALL);
        harness.get_by_label(label).focus();
        harness.run_steps(2);
        for (key, option) in [(Key::Num1, 0), (Key::Space, 1), (Key::Enter, 1)] {
            harness.key_press(key);
            harness.run_steps(2);
            let guess = Command::Guess { beat: 1, option };
            assert_eq!(stage.borrow_mut().commands.split_off(0), [guess]);
        }
    }
}

#[test]
fn a_wrong_guess_gets_the_evidence_and_the_reason() {
    for guess in [0, 1] {
        let (harness, _) = harness(english(None, &[(0, guess)]), TALL);
        assert!(has(&harness, "The kernel's answer: Server sent SYN·ACK."));
        assert!(has(&harness, "after "));
        assert!(has(&harness, "The kernel answers for every socket"));
        let right = "Right: that is what the kernel did.";
        assert_eq!(has(&harness, right), guess == 0);
        let wrong = "Not quite. The option with the tick is what the kernel did:";
        assert_eq!(has(&harness, wrong), guess == 1);
    }
}

#[test]
fn the_hint_is_there_for_the_asking() {
    let (mut harness, stage) = harness(english(Some(20), &[]), TALL);
    let hint = "Is accept() still waiting?";
    assert!(!has(&harness, hint));
    let button = harness.get_all_by_label("Hint").next();
    button.expect("it is there").focus();
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    let asked = Command::Shelf(Shelving::Hint(0));
    assert_eq!(stage.borrow_mut().commands.split_off(0), [asked]);
    stage.borrow_mut().desk.shelf.hints.insert(0);
    harness.run_steps(2);
    assert!(has(&harness, hint));
}

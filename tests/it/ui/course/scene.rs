//! Lessons as a course shows them: with every kind of block, at the end, over the contents.

use std::collections::BTreeMap;
use std::sync::Arc;

use image::{Rgb, RgbImage};
use sockstep::lesson::{BeatWatch, Language, Lesson, Pixels, load};
use sockstep::session::{Entry, Guessed, Look, Overlay, Resume, Titles};
use sockstep::timeline::Timeline;
use sockstep::trace::{Event, What};

use crate::ui::scenes;
use crate::ui::stage::Stage;
use crate::ui::story::Story;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scene {
    /// Every kind of block.
    Rich,
    Trying,
    Resume,
    ResumeElsewhere,
    Finished,
    Contents,
    Enlarged,
}

impl Scene {
    pub const ALL: [Self; 7] = [
        Self::Rich,
        Self::Trying,
        Self::Resume,
        Self::ResumeElsewhere,
        Self::Finished,
        Self::Contents,
        Self::Enlarged,
    ];
}

pub fn staged(scene: Scene, language: Language, look: Look) -> Stage {
    let mut stage = match scene {
        Scene::Finished => finished(language, look),
        Scene::Rich
        | Scene::Trying
        | Scene::Resume
        | Scene::ResumeElsewhere
        | Scene::Contents
        | Scene::Enlarged => rich(language, look),
    };
    stock(&mut stage);
    let shelf = &mut stage.desk.shelf;
    let resume = |lesson: &str| Resume {
        lesson: lesson.to_owned(),
        beat: 3,
    };
    match scene {
        Scene::Trying => shelf.trying = Some(0),
        Scene::Resume => shelf.resume = Some(resume("handshake")),
        Scene::ResumeElsewhere => shelf.resume = Some(resume("bytes")),
        Scene::Contents => stage.desk.overlay = Some(Overlay::Contents),
        Scene::Enlarged => stage.desk.overlay = Some(Overlay::Picture(1)),
        Scene::Rich | Scene::Finished => {}
    }
    stage
}

/// Number, id, titles with goals, minutes.
fn entry(number: u32, id: &str, titles: [(&str, &str); 2], minutes: u32) -> Entry {
    let [english, chinese] = titles.map(|(title, goal)| Titles {
        title: title.to_owned(),
        goal: goal.to_owned(),
    });
    let titles = [(Language::English, english), (Language::Chinese, chinese)];
    Entry {
        id: id.to_owned(),
        folder: format!("{number:02}-{id}"),
        number,
        titles: BTreeMap::from(titles),
        minutes,
        beats: 11,
        quizzes: 2,
        puzzles: 3,
        tries: 1,
        after: Vec::new(),
        problems: Vec::new(),
    }
}

/// Three lessons and a broken one.
fn stock(stage: &mut Stage) {
    let shelf = &mut stage.desk.shelf;
    shelf.entries = vec![
        entry(
            1,
            "bytes",
            [
                ("Bytes on the way", "Say what becomes of a text between two programs."),
                ("路上的字节", "说得清一段文字从一个程序到另一个程序，中间变成了什么。"),
            ],
            7,
        ),
        entry(
            4,
            "handshake",
            [
                (
                    "The three-way handshake and connect()",
                    "Say who performs the handshake, and where the segments are at the moment connect(), accept() and send() return.",
                ),
                (
                    "三次握手与 connect()",
                    "说得清三次握手是谁做的：connect()、accept()、send() 各自在哪一刻返回，那一刻报文走到了哪里。",
                ),
            ],
            10,
        ),
        entry(
            5,
            "accept",
            [
                ("What accept() takes", "Say what waits in the accept queue, and for whom."),
                ("accept() 取走了什么", "说得清全连接队列里排着什么，在等谁。"),
            ],
            8,
        ),
        Entry {
            id: "09-broken".to_owned(),
            folder: "09-broken".to_owned(),
            number: 9,
            problems: vec![
                "lessons/09-broken/en.md:31: unknown trigger word 'sendz'; write e.g. \"server sends SYN+ACK\"".to_owned(),
            ],
            ..Entry::default()
        },
    ];
    shelf.open = 1;
    let bytes = shelf.progress.lesson("bytes");
    (bytes.beats, bytes.finished) = (11, true);
    let here = shelf.progress.lesson("handshake");
    here.beats = 3;
    here.tries.insert(0);
    let (right, wrong) = (1, 0);
    here.quizzes.insert(2, Guessed { right, wrong });
}

fn rich(language: Language, look: Look) -> Stage {
    let mut stage = Stage::new(scenes::syn_ack_held(), language, look);
    (stage.lesson, stage.desk.shelf.pictures) = lesson(language);
    let watch = BeatWatch::of(&stage.lesson, stage.story.timeline.trace());
    stage.beats = watch.reached().to_vec();
    stage.guesses.clear();
    stage
}

/// Lesson 4 over a run that a real lab recorded, to its end.
fn finished(language: Language, look: Look) -> Stage {
    let text = include_str!("../../lessons/handshake.jsonl");
    let trace = sockstep::trace::load(text).expect("a sound trace").trace;
    let mut story = Story::new();
    story.timeline = Timeline::of(trace);
    let timeline = &mut story.timeline;
    let n = timeline.trace().events().len() as u64;
    let at_us = timeline.newest().at_us;
    let what = What::Rest;
    timeline.push(Event { n, at_us, what });
    let mut stage = Stage::new(story, language, look);
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("lessons/04-handshake");
    stage.lesson = load(&folder, language).expect("it is sound");
    let watch = BeatWatch::of(&stage.lesson, stage.story.timeline.trace());
    stage.beats = watch.reached().to_vec();
    stage.verdicts = watch.verdicts().clone();
    stage.guesses = BTreeMap::from([(2, 1), (8, 0)]);
    stage.desk.shelf.evidence = watch.evidence().clone();
    stage
}

type Pictures = BTreeMap<String, Result<Arc<Pixels>, String>>;

/// Loaded from a folder with one picture in it, where the text names two.
fn lesson(language: Language) -> (Lesson, Pictures) {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("04-handshake");
    std::fs::create_dir(&folder).expect("a folder");
    let (text, opening) = match language {
        Language::English => (crate::ui::prose::ENGLISH, ENGLISH),
        Language::Chinese => (crate::ui::prose::CHINESE, CHINESE),
    };
    let opened = text.replacen(
        "```python server",
        &format!("{opening}\n```python server"),
        1,
    );
    let file = format!("{}.md", language.tag());
    std::fs::write(folder.join(file), opened).expect("a file");
    let picture = RgbImage::from_fn(640, 240, |x, y| {
        let is_edge = x % 80 < 3 || y % 80 < 3;
        let inside = Rgb([225 + (x / 30) as u8, 235, 255 - (y / 8) as u8]);
        if is_edge { Rgb([90, 60, 200]) } else { inside }
    });
    picture.save(folder.join("queues.png")).expect("a picture");
    let lesson = load(&folder, language).expect("it opens");
    let sound = lesson.pictures.iter();
    let sound = sound.filter_map(|(name, file)| Some((name, file.as_ref().ok()?)));
    let decoded = sound.map(|(name, file)| (name.clone(), file.decode().map(Arc::new)));
    let decoded = decoded.collect();
    (lesson, decoded)
}

const ENGLISH: &str = r#"
This is [RFC 9293](https://www.rfc-editor.org/rfc/rfc9293); read on in [the next one](../05-accept/),
or go [far away](lesson:nowhere).

> [!NOTE]
> The kernel keeps **two** queues for a listening socket.

> [!TIP]
> Press <kbd>V</kbd> to read the bytes another way.

> [!WARNING]
> `SO_REUSEADDR` is not `SO_REUSEPORT`.

> [!LINUX]
> The SYN queue is not a list here: half-open connections stand in the table of all connections.

![both queues](queues.png)

![the state diagram](none.png)

```python
import socket

s = socket.socket()  # TCP, when nothing else is said
s.connect(("192.168.131.62", 8989))
```

```text
ss -tan
```

| Call | Returns | Blocks while |
|:-----|--------:|:------------:|
| `accept()` | 1 socket | the queue is empty |
| `recv()` | 1 to n bytes | nothing has come |

```try
Lose the SYN
Who sends it again, and after how long?
script:
server until blocked
client step 2
drop client SYN
```
"#;

const CHINESE: &str = r#"
标准是 [RFC 9293](https://www.rfc-editor.org/rfc/rfc9293)；接着读[下一课](../05-accept/)，
或者去[很远的地方](lesson:nowhere)。

> [!NOTE]
> 内核为每个监听套接字准备了**两个**队列。

> [!TIP]
> 按 <kbd>V</kbd> 换一种方式读字节。

> [!WARNING]
> `SO_REUSEADDR` 不是 `SO_REUSEPORT`。

> [!LINUX]
> 半连接队列在这里并不是一个单独的链表：半连接和其他连接放在同一张表里。

![两个队列](queues.png)

![TCP 状态图](none.png)

```python
import socket

s = socket.socket()  # TCP, when nothing else is said
s.connect(("192.168.131.62", 8989))
```

```text
ss -tan
```

| 调用 | 返回 | 何时阻塞 |
|:-----|--------:|:------------:|
| `accept()` | 1 个套接字 | 队列为空 |
| `recv()` | 1 到 n 个字节 | 还没有数据到达 |

```try
让 SYN 丢掉
谁会重发它？要等多久？
script:
server until blocked
client step 2
drop client SYN
```
"#;

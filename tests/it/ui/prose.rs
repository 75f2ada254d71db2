//! Lesson 4's prose as blocks, so that pictures need no parser.

use std::path::PathBuf;

use sockstep::lesson::{Beat, Block, Inline, Language, Lesson, Look, Quiz, QuizOption, Trigger};
use sockstep::trace::{Moment, Timers, What};

use super::story::Story;

pub fn lesson(language: Language) -> Lesson {
    let zh = language == Language::Chinese;
    let pick = |chinese: &'static str, english: &'static str| if zh { chinese } else { english };
    Lesson {
        id: "handshake".to_owned(),
        number: 4,
        language,
        title: pick(
            "三次握手 · connect()",
            "The three-way handshake · connect()",
        )
        .to_owned(),
        goal: pick(
            "学完之后，你能说出每一次握手由谁发出、何时发出。",
            "Afterwards you can say who sends each segment of the handshake, and when.",
        )
        .to_owned(),
        minutes: 8,
        hosts: Vec::new(),
        programs: Vec::new(),
        timers: Timers::Patient,
        opening: Vec::new(),
        beats: beats(zh),
        path: PathBuf::new(),
    }
}

/// Which beats a story has come to.
pub fn reached(story: &Story) -> Vec<Option<Moment>> {
    let events = story.timeline.trace().events();
    let first = |test: &dyn Fn(&What) -> bool| {
        let found = events.iter().position(|event| test(&event.what));
        found.map(|index| Moment(index + 1))
    };
    let socket = |host: &'static str, state: &'static str| move |what: &What| matches!(what, What::Socket(f) if f.host == host && f.state == state);
    vec![
        first(&socket("server", "LISTEN")),
        first(&socket("client", "SYN_SENT")),
        first(&socket("server", "SYN_RECV")),
        first(&socket("server", "ESTABLISHED")),
        first(&socket("client", "TIME_WAIT")),
    ]
}

fn beats(zh: bool) -> Vec<Beat> {
    let pick = |chinese: &'static str, english: &'static str| if zh { chinese } else { english };
    let beat = |title: &str, trigger: &str, body: Vec<Block>| Beat {
        title: runs(title),
        trigger: Trigger::parse(trigger).expect("a sound trigger"),
        body,
        expects: Vec::new(),
        line: 1,
    };
    vec![
        beat(
            pick("服务端开始监听", "The server listens"),
            "server LISTEN",
            vec![paragraph(pick(
                "`listen()` 之后，套接字变成被动的：只能接收连接请求。",
                "After `listen()` the socket is passive: it can only take requests.",
            ))],
        ),
        beat(
            pick("第一次握手：SYN", "First: SYN"),
            "client sends SYN",
            vec![paragraph(pick(
                "`connect()` 让内核发出 SYN，并阻塞调用它的线程。",
                "`connect()` has the kernel send a SYN, and blocks the thread that called it.",
            ))],
        ),
        beat(
            pick("第二次握手：SYN-ACK 在路上", "Second: SYN-ACK on its way"),
            "server sends SYN+ACK",
            vec![
                paragraph(pick(
                    "服务端内核已经把这个连接放进**半连接队列**，状态 `SYN_RECV`。注意：服务端程序还停在 `accept()`，它什么也没做，回复是**内核**发的。",
                    "The server's kernel has put the connection into its **half-open queue**, in `SYN_RECV`. Note that the server program still stands in `accept()`: the **kernel** answered.",
                )),
                paragraph(pick(
                    "按 [D] 放行，或按 [X] 丢掉它，看内核 1 秒后怎么办。",
                    "Press [D] to deliver it, or [X] to drop it and see what the kernel does a second later.",
                )),
                Block::Quiz(quiz(zh)),
            ],
        ),
        beat(
            pick("第三次握手：ACK", "Third: ACK"),
            "server is ESTABLISHED",
            vec![table(zh)],
        ),
        beat(
            pick("谁留下 TIME_WAIT", "Who keeps TIME_WAIT"),
            "client is TIME_WAIT",
            vec![Block::List {
                first: Some(1),
                items: vec![
                    vec![paragraph(pick(
                        "**先**发 FIN 的一方进入 `TIME_WAIT`。",
                        "Who sends FIN **first** ends in `TIME_WAIT`.",
                    ))],
                    vec![paragraph(pick(
                        "这个状态属于内核：程序早已结束。",
                        "The state is the kernel's: the program has long ended.",
                    ))],
                ],
            }],
        ),
    ]
}

fn quiz(zh: bool) -> Quiz {
    let pick = |chinese: &'static str, english: &'static str| if zh { chinese } else { english };
    let option = |text: &str| QuizOption {
        text: runs(text),
        when: Trigger::parse("never").expect("a sound trigger"),
    };
    Quiz {
        question: runs(pick(
            "SYN-ACK 到达后，最先返回的是？",
            "When the SYN-ACK arrives, what returns first?",
        )),
        options: vec![
            option(pick("服务端的 `accept()`", "the server's `accept()`")),
            option(pick("客户端的 `connect()`", "the client's `connect()`")),
            option(pick("两者同时", "both at once")),
        ],
        hint: Some(runs(pick(
            "看看谁先收到了对方的报文段。",
            "Ask who has heard from the other side first.",
        ))),
        line: 1,
    }
}

fn table(zh: bool) -> Block {
    let pick = |chinese: &'static str, english: &'static str| if zh { chinese } else { english };
    let row = |cells: [&str; 3]| cells.iter().map(|cell| runs(cell)).collect::<Vec<_>>();
    Block::Table {
        header: row(pick3(
            zh,
            ["步骤", "谁发", "为什么"],
            ["Step", "Who", "Why"],
        )),
        rows: vec![
            row([
                pick("一", "1"),
                "SYN",
                pick("告诉对方我的起始序号", "tells where my numbering starts"),
            ]),
            row([
                pick("二", "2"),
                "SYN·ACK",
                pick(
                    "确认你的序号，并告诉你我的",
                    "acknowledges yours and tells mine",
                ),
            ]),
            row([
                pick("三", "3"),
                "ACK",
                pick(
                    "确认收到：双方都知道对方能听见",
                    "both now know that the other hears",
                ),
            ]),
        ],
    }
}

fn pick3(zh: bool, chinese: [&'static str; 3], english: [&'static str; 3]) -> [&'static str; 3] {
    if zh { chinese } else { english }
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph(runs(text))
}

/// `**bold**`, `` `code` `` and `[D]` for a key.
pub fn runs(text: &str) -> Vec<Inline> {
    let mut runs: Vec<Inline> = Vec::new();
    let mut push = |text: &str, look: Look| {
        if !text.is_empty() {
            runs.push(Inline {
                text: text.to_owned(),
                look,
                link: None,
            });
        }
    };
    for (index, part) in text.split("**").enumerate() {
        let bold = index % 2 == 1;
        for (index, part) in part.split('`').enumerate() {
            let code = index % 2 == 1;
            for (index, part) in part.split(['[', ']']).enumerate() {
                let key = index % 2 == 1;
                push(
                    part,
                    Look {
                        bold,
                        code,
                        key,
                        italic: false,
                    },
                );
            }
        }
    }
    runs
}

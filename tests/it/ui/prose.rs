//! A short lesson through the real parser: every kind of block, and triggers that fire.

use std::path::Path;

use sockstep::lesson::{Language, Lesson, parse};

pub fn lesson(language: Language) -> Lesson {
    let text = match language {
        Language::Chinese => CHINESE,
        Language::English => ENGLISH,
    };
    parse(text, Path::new("lesson.md"), language).expect("a sound lesson")
}

pub const CHINESE: &str = r#"+++
id = "handshake"
title = "三次握手与 connect()"
goal = "学完之后，你能说出每一次握手由谁发出、何时发出。"
minutes = 8

[[hosts]]
name = "server"
addresses = ["192.168.131.62"]

[[hosts]]
name = "client"
addresses = ["192.168.131.10"]
+++

# 三次握手

```python server
import socket
```

```python client
import socket
```

## 服务端开始监听

```when
server listens
```

`listen()` 之后，套接字变成被动的：只能接收连接请求。

## 第一次握手：SYN

```when
client sends SYN
```

`connect()` 让内核发出 SYN，并阻塞调用它的线程。

## 第二次握手：SYN-ACK 在路上

```when
server sends SYN+ACK
```

服务端内核已经把这个连接放进**半连接队列**，状态 `SYN_RECV`。注意：服务端程序还停在 `accept()`，
它什么也没做，回复是**内核**发的。

按 <kbd>D</kbd> 放行，或按 <kbd>X</kbd> 丢掉它，看内核 1 秒后怎么办。

```quiz
SYN-ACK 到达后，最先返回的是？
- [server accept returns before client connect returns] 服务端的 `accept()`
- [client connect returns before server accept returns] 客户端的 `connect()`
- [never] 两者同时
提示：看看谁先收到了对方的报文段。
```

## 第三次握手：ACK

```when
server accept returns
```

| 步骤 | 谁发 | 为什么 |
|---|---|---|
| 一 | SYN | 告诉对方我的起始序号 |
| 二 | SYN·ACK | 确认你的序号，并告诉你我的 |
| 三 | ACK | 确认收到：双方都知道对方能听见 |

## 谁留下 TIME_WAIT

```when
client TIME_WAIT
```

1. **先**发 FIN 的一方进入 `TIME_WAIT`。
2. 这个状态属于内核：程序早已结束。

> 60 秒是 Linux 的值，不是 TCP 的。
"#;

pub const ENGLISH: &str = r#"+++
id = "handshake"
title = "The three-way handshake"
goal = "Afterwards you can say who sends each segment of the handshake, and when."
minutes = 8

[[hosts]]
name = "server"
addresses = ["192.168.131.62"]

[[hosts]]
name = "client"
addresses = ["192.168.131.10"]
+++

# The three-way handshake

```python server
import socket
```

```python client
import socket
```

## The server listens

```when
server listens
```

After `listen()` the socket is passive: it can only take requests.

## First: SYN

```when
client sends SYN
```

`connect()` has the kernel send a SYN, and blocks the thread that called it.

## Second: SYN-ACK on its way

```when
server sends SYN+ACK
```

The server's kernel has put the connection into its **half-open queue**, in `SYN_RECV`. Note that
the server program still stands in `accept()`: the **kernel** answered.

Press <kbd>D</kbd> to deliver it, or <kbd>X</kbd> to drop it and see what the kernel does a second
later.

```quiz
When the SYN-ACK arrives, what returns first?
- [server accept returns before client connect returns] the server's `accept()`
- [client connect returns before server accept returns] the client's `connect()`
- [never] both at once
Hint: Ask who has heard from the other side first.
```

## Third: ACK

```when
server accept returns
```

| Step | Who | Why |
|---|---|---|
| 1 | SYN | tells where my numbering starts |
| 2 | SYN·ACK | acknowledges yours and tells mine |
| 3 | ACK | both now know that the other hears |

## Who keeps TIME_WAIT

```when
client TIME_WAIT
```

1. Who sends FIN **first** ends in `TIME_WAIT`.
2. The state is the kernel's: the program has long ended.

> 60 seconds is Linux's number, not TCP's.
"#;

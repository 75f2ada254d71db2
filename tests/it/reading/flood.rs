//! Files made to eat memory or time: each kind of event, as many and as odd as they may be.
//!
//! What is read and folded takes at most [`MULTIPLE`] times the file's size, and [`FIXED`] bytes.
//! Memory is counted by the allocator, for this thread alone, at its highest.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use etherparse::PacketBuilder;
use sockstep::replay::Plan;
use sockstep::timeline::Timeline;
use sockstep::trace::{FIXED, MULTIPLE, Moment, read};

use super::file_of;

/// A packet in base64 from one port to another.
fn packet(from: u16, to: u16, (seq, ack, length): (u32, u32, usize)) -> String {
    let (client, server) = ([10, 0, 0, 1], [10, 0, 0, 2]);
    let builder = PacketBuilder::ipv4(client, server, 64).tcp(from, to, seq, 1000);
    let builder = if ack == 0 {
        builder.syn()
    } else {
        builder.ack(ack)
    };
    let mut bytes = Vec::new();
    builder.write(&mut bytes, &vec![b'x'; length]).unwrap();
    STANDARD.encode(bytes)
}

fn datagram(to: u16, length: usize) -> String {
    let builder = PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64).udp(9, to);
    let mut bytes = Vec::new();
    builder.write(&mut bytes, &vec![b'x'; length]).unwrap();
    STANDARD.encode(bytes)
}

fn sent(segment: usize, bytes: &str, copy_of: Option<usize>) -> String {
    let copy = copy_of.map_or("null".to_owned(), |of| of.to_string());
    let absorbed = copy_of.is_some();
    format!(
        r#""sent","segment":{segment},"from":"client","to":"server","bytes":"{bytes}","copy_of":{copy},"absorbed":{absorbed}"#
    )
}

fn call(id: usize, name: &str, args: &str) -> String {
    format!(
        r#""call","program":"client","call":{id},"line":1,"name":"{name}","args":"{args}","fd":3"#
    )
}

fn socket(key: usize, port: usize, state: &str, fd: usize) -> String {
    format!(
        r#""socket","host":"server","key":{key},"program":"server","fd":{fd},"protocol":"udp","state":"{state}","local":"10.0.0.2:{port}","remote":null,"recv_queue":0,"send_queue":0,"backlog":null,"accept_queue":null,"timer":null,"info":null"#
    )
}

fn tcp_socket(key: usize, port: usize, state: &str) -> String {
    socket(key, port, state, key).replace("udp", "tcp").replace(
        r#""remote":null"#,
        &format!(r#""remote":"10.0.0.1:{}""#, 1 + key % 65_535),
    )
}

const STEP: &str = r#""order","order":"step","program":"client","by":"learner""#;

/// What event `n` of `all` is, for each kind of flood.
type Flood = (&'static str, fn(usize, usize) -> String);

const FLOODS: [Flood; 27] = [
    ("rest", |_, _| r#""rest""#.to_owned()),
    ("unknown", |_, _| r#""x""#.to_owned()),
    ("print", |_, _| {
        r#""print","program":"client","text":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa""#
            .to_owned()
    }),
    ("ask", |_, _| {
        format!(r#""ask","program":"client","prompt":"{}""#, "a".repeat(500))
    }),
    ("notes", |_, _| r#""note","text":"""#.to_owned()),
    ("long notes", |n, _| {
        format!(
            r#""note","text":"{}""#,
            "a".repeat(if n % 512 < 63 { 2000 } else { 0 })
        )
    }),
    ("locals", |_, _| {
        let names = (0..40).map(|n| format!("\"{n}\":\"\""));
        let names: Vec<String> = names.collect();
        format!(
            r#""line","program":"client","line":1,"locals":{{{}}}"#,
            names.join(",")
        )
    }),
    ("threads", |n, _| {
        format!(r#""thread","program":"client","thread":{n},"state":"started""#)
    }),
    ("counters", |n, _| {
        format!(r#""counters","host":"client","counters":{{"{n}":1}}"#)
    }),
    ("calls", |n, _| call(n, "x", "")),
    ("calls of all names", |n, _| match n % 3 {
        0 => call(n, &format!("x{n}"), ""),
        1 => format!(r#""blocked","program":"client","call":{}"#, n - 1),
        _ => format!(
            r#""return","program":"client","call":{},"errno":1,"error":"e{n}","exception":"x{n}""#,
            n - 2
        ),
    }),
    ("calls that stand", |n, _| match n % 2 {
        0 => call(n, "send", ""),
        _ => STEP.to_owned(),
    }),
    ("long calls, blocked from the first", |n, all| {
        match n < all / 2 {
            true => call(n, "x", &"a".repeat(300)),
            false => format!(
                r#""blocked","program":"client","call":{}"#,
                (n - all / 2) * 64 % (all / 2)
            ),
        }
    }),
    ("packets", |n, _| {
        sent(n, &packet(n as u16, 80, (1, 0, 0)), None)
    }),
    ("data", |n, _| {
        sent(n, &packet(7, 80, (n as u32 * 3, n as u32 % 2, 3)), None)
    }),
    ("copies", |n, all| match n {
        0 => sent(0, &packet(7, 80, (1, 0, 3)), None),
        n if n < all / 2 => sent(n, &packet(7, 80, (1, 0, 0)), Some(0)),
        n => format!(
            r#""dropped","segment":{}"#,
            if n % 2 == 0 { 0 } else { n - all / 2 }
        ),
    }),
    ("duplicates", |n, _| match n {
        0 => sent(0, &packet(7, 80, (1, 0, 60_000)), None),
        n => format!(r#""duplicated","segment":{},"copy":{n}"#, n - 1),
    }),
    ("duplicates, delivered backwards", |n, all| match n {
        0 => sent(0, &packet(7, 80, (1, 0, 10)), None),
        n if n < all / 2 => format!(r#""duplicated","segment":0,"copy":{n}"#),
        n => format!(r#""delivered","segment":{}"#, all - n),
    }),
    ("duplicates, delivered all over", |n, all| match n {
        0 => sent(0, &packet(7, 80, (1, 0, 10)), None),
        n if n < all / 2 => format!(r#""duplicated","segment":0,"copy":{n}"#),
        n => format!(r#""delivered","segment":{}"#, n * 67 % (all / 2)),
    }),
    ("corrupted duplicates", |n, all| match n {
        0 => sent(0, &packet(7, 80, (1, 0, 60_000)), None),
        n if n < all / 2 => format!(r#""duplicated","segment":0,"copy":{n}"#),
        n => format!(
            r#""corrupted","segment":{},"byte":{n},"was":1,"now":2"#,
            n - all / 2
        ),
    }),
    ("corrupted again and again", |n, _| match n {
        0 => sent(0, &packet(7, 80, (1, 0, 60_000)), None),
        n if n % 2 == 0 => format!(
            r#""duplicated","segment":{},"copy":{n}"#,
            n.saturating_sub(2)
        ),
        n => format!(
            r#""corrupted","segment":{},"byte":{n},"was":1,"now":2"#,
            n - 1
        ),
    }),
    ("sockets", |n, _| socket(n, 1 + n % 65_000, "CLOSE", n)),
    ("connections", |n, _| {
        tcp_socket(n, 80 + n / 65_000, "ESTABLISHED")
    }),
    ("states of a socket", |n, _| {
        tcp_socket(1, 80, if n % 2 == 0 { "A" } else { "B" })
    }),
    ("datagrams for many", |n, all| match n < all / 2 {
        true => socket(n, 53, "CLOSE", n),
        false => match n % 2 {
            0 => sent(n, &datagram(53, 1), None),
            _ => format!(r#""delivered","segment":{}"#, n - 1),
        },
    }),
    ("datagrams, then refused", |n, all| match n {
        0 => socket(0, 53, "CLOSE", 1),
        n if n + 1 == all => format!("{},\"drops\":100000000", socket(0, 53, "CLOSE", 1)),
        n => match n % 2 {
            1 => sent(n, &datagram(53, 1), None),
            _ => format!(r#""delivered","segment":{}"#, n - 1),
        },
    }),
    ("orders", |n, _| {
        format!(r#""order","order":"hold","from":"{n}","on":true,"by":"learner""#)
    }),
];

/// The most memory at once beyond the file's text, and how long it took.
fn cost(text: &str) -> (u64, usize, Duration) {
    let started = Instant::now();
    let mut events = 0;
    let info = allocation_counter::measure(|| {
        let loaded = read(text.as_bytes(), &mut |_| ControlFlow::Continue(()));
        let trace = loaded.expect("the header is sound").trace;
        let end = trace.end().0;
        events = end;
        let mut timeline = Timeline::of(trace);
        for part in [1, 2, 3] {
            timeline.go_to(Moment(end * part / 4));
        }
    });
    (info.bytes_max, events, started.elapsed())
}

/// How many events of each kind, and only those of one name: `FLOOD=290000 FLOOD_ONLY=packets`.
fn asked() -> (usize, String) {
    let count = std::env::var("FLOOD").map_or(3_000, |count| count.parse().unwrap());
    (count, std::env::var("FLOOD_ONLY").unwrap_or_default())
}

#[test]
fn no_kind_of_event_takes_more_than_so_many_times_the_files_size() {
    let (count, only) = asked();
    // A small file has no reason for all that comes free.
    let free = if count > 100_000 { FIXED } else { FIXED / 4 };
    for (name, what) in FLOODS.iter().filter(|(name, _)| name.contains(&only)) {
        let text = file_of((0..count).map(|n| what(n, count)));
        let (bytes, events, took) = cost(&text);
        let size = text.len() as u64;
        let times = bytes as f64 / size as f64;
        println!(
            "{name}: {events} events, {size} bytes take {bytes}, {times:.1} times, {took:.1?}"
        );
        assert!(bytes <= MULTIPLE * size + free, "{name}: {bytes} of {size}");
        assert!(events > 500, "{name}: only {events} were read");
    }
}

/// Orders without end while much is held, delayed and duplicated: a re-run is planned as far as
/// there is room.
#[test]
fn a_re_run_is_planned_within_bounds() {
    let event = |n: usize| match n {
        0 => sent(0, &packet(7, 80, (1, 0, 60_000)), None),
        n if n < 2_000 => format!(r#""duplicated","segment":0,"copy":{n}"#),
        n if n % 2 == 0 => format!(r#""delayed","segment":{},"ms":1"#, n % 2_000),
        _ => r#""order","order":"deliver_all","by":"learner""#.to_owned(),
    };
    let text = file_of((0..12_000).map(event));
    let loaded = sockstep::trace::load(&text).expect("the header is sound");
    assert!(loaded.cut_short.is_none(), "{:?}", loaded.cut_short);
    let trace = loaded.trace;
    let mut orders = 0;
    let info = allocation_counter::measure(|| orders = Plan::of(&trace, trace.end()).orders());
    assert!((100..5_000).contains(&orders), "{orders}");
    assert!(info.bytes_max < 600 << 20, "{}", info.bytes_max);
}

/// Each state has all that was printed so far: so few are kept.
#[test]
fn states_that_share_little_are_kept_few() {
    let text = "x".repeat(1000);
    let print = |_| format!(r#""print","program":"client","text":"{text}""#);
    let text = file_of((0..30_000).map(print));
    let (bytes, events, _) = cost(&text);
    assert_eq!(events, 30_000);
    // Each kilobyte lies in the trace, in the newest state and in one that is looked at, with room
    // to grow; kept states come to 64 MiB. Kept all, they would come to 450 MB.
    assert!(bytes < 200_000_000, "{bytes}");
}

//! A capture of 1,000,000 packets: how long until it can be shown, and in how much memory, beside
//! tshark reading the same file.
//!
//! Each reads in a process of its own, so that the peak of its memory is its own.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use etherparse::PacketBuilder;
use sockstep::capture::{Capture, Limits};

use super::{is_wanted, millis, report};

const PACKETS: usize = 1_000_000;
/// Connections that are open at once.
const CLIENTS: usize = 1000;
/// Of every second packet: 227 MB in all.
const PAYLOAD: [u8; 314] = [b'x'; 314];
const ASKED: &str = "SOCKSTEP_BENCH_READS";

/// Reads a capture and ends, if this process was started for that.
pub fn read_if_asked() {
    let Some(path) = std::env::var_os(ASKED) else {
        return;
    };
    let started = Instant::now();
    let file = File::open(path).expect("the capture that was written");
    let capture = Capture::read(file, &Limits::default(), &mut |_| ControlFlow::Continue(()));
    let capture = capture.expect("a sound capture");
    let took = started.elapsed();
    assert_eq!(capture.len(), PACKETS);
    assert_eq!(capture.conversations().len(), CLIENTS);
    let index = capture.index_bytes() / capture.len();
    println!("{} {} {index}", took.as_micros(), peak_kib("self"));
    std::process::exit(0);
}

pub fn opening(_: &mut criterion::Criterion) {
    if !is_wanted("capture opening") {
        return;
    }
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("million.pcap");
    write(&path).expect("room for 227 MB");
    let own = std::env::current_exe().expect("a program has a path");
    let said = Command::new(own).env(ASKED, &path).output();
    let said = String::from_utf8(said.expect("it starts").stdout).expect("numbers");
    let numbers: Vec<u64> = said.split_whitespace().flat_map(str::parse).collect();
    let [micros, kib, index] = numbers[..] else {
        panic!("three numbers, not '{said}'");
    };
    let ours = Duration::from_micros(micros);
    let found = format!(
        "{}, {} MB, {index} B of index a packet",
        millis(ours),
        kib >> 10
    );
    report(
        "capture opening, 1,000,000 packets",
        &found,
        "< 600 ms, < 330 MB",
    );
    match tshark(&path) {
        Some((took, peak)) => {
            let found = format!(
                "{}, {} MB: we take {:.3} of its time, {:.2} of its memory",
                millis(took),
                peak >> 10,
                ours.as_secs_f64() / took.as_secs_f64(),
                kib as f64 / peak as f64
            );
            report("capture opening, tshark -r", &found, "≤ 0.15, ≤ 0.7");
        }
        None => println!("capture opening: no tshark here to compare with"),
    }
    std::fs::remove_file(&path).ok();
}

/// How long `tshark -r` takes, and its peak of memory in KiB.
#[expect(
    clippy::disallowed_methods,
    reason = "another process says what it uses only to who asks now and then"
)]
fn tshark(path: &Path) -> Option<(Duration, u64)> {
    let started = Instant::now();
    let mut child = Command::new("tshark")
        .arg("-r")
        .arg(path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let process = child.id().to_string();
    let mut peak = 0;
    // Its peak can only be read while it lives, and it grows to its end.
    while child.try_wait().ok()?.is_none() {
        peak = peak.max(peak_kib(&process));
        std::thread::sleep(Duration::from_millis(20));
    }
    Some((started.elapsed(), peak))
}

/// `VmHWM` of a process (proc_pid_status(5)).
fn peak_kib(process: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Clients take turns: each connects, then sends and is answered, again and again.
fn write(path: &Path) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for number in [0xa1b2_c3d4_u32, 2 | 4 << 16, 0, 0, 65_535, 1] {
        file.write_all(&number.to_le_bytes())?;
    }
    let mut sent = vec![[1000_u32, 9000]; CLIENTS];
    let mut frame = Vec::new();
    for packet in 0..PACKETS {
        let (client, round) = (packet / 2 % CLIENTS, packet / 2 / CLIENTS);
        let from = packet % 2;
        let (payload, flags) = match (round, packet % 2) {
            (0, 0) => (&PAYLOAD[..0], "S"),
            (0, _) => (&PAYLOAD[..0], "SA"),
            (_, 0) => (&PAYLOAD[..], "PA"),
            (_, _) => (&PAYLOAD[..0], "A"),
        };
        let ends = [
            ([10, 0, (client >> 8) as u8, client as u8], 50_000),
            ([10, 1, 0, 1], 8989),
        ];
        let [own, other] = [sent[client][from], sent[client][1 - from]];
        let mut builder = PacketBuilder::ethernet2([2; 6], [4; 6])
            .ipv4(ends[from].0, ends[1 - from].0, 64)
            .tcp(ends[from].1, ends[1 - from].1, own, 502);
        if flags.contains('S') {
            builder = builder.syn();
        }
        if flags.contains('A') {
            builder = builder.ack(other);
        }
        frame.clear();
        let written = builder.write(&mut frame, payload);
        written.map_err(std::io::Error::other)?;
        sent[client][from] = own + payload.len() as u32 + u32::from(flags.contains('S'));
        let (second, length) = (1_700_000_000 + packet as u32 / 100_000, frame.len() as u32);
        for number in [second, packet as u32 % 100_000 * 10, length, length] {
            file.write_all(&number.to_le_bytes())?;
        }
        file.write_all(&frame)?;
    }
    file.flush()
}

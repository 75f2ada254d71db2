//! What the window costs as a whole: its start, its memory, and nothing at all while nothing moves.
//!
//! It needs a display; `xvfb-run cargo bench` gives it one.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use criterion::Criterion;
use crossbeam_channel::{Receiver, bounded};
use eframe::egui;
use sockstep::timeline::Timeline;

use super::{is_wanted, long, millis, report};

/// Set in a process of this benchmark that is to be the smallest possible window.
const BARE: &str = "SOCKSTEP_BENCH_BARE_WINDOW";

/// An eframe window with one label, which says when its first frame is on the screen.
pub fn bare_window_if_asked() {
    if std::env::var_os(BARE).is_none() {
        return;
    }
    struct Bare(u64);
    impl eframe::App for Bare {
        fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
            ui.label("bare");
            self.0 += 1;
            match self.0 {
                1 => ui.ctx().request_repaint(),
                2 => println!("first frame"),
                _ => {}
            }
        }
    }
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([1280.0, 800.0]),
        ..Default::default()
    };
    let bare = |_: &eframe::CreationContext<'_>| Ok(Box::new(Bare(0)) as Box<dyn eframe::App>);
    eframe::run_native("bare", options, Box::new(bare)).expect("a display");
    std::process::exit(0);
}

fn bare() -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this benchmark is a file"));
    command.env(BARE, "1");
    command
}

fn sockstep() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockstep"));
    command.arg("--report-frames");
    command
}

/// A window that says each frame it begins.
struct Window {
    child: Child,
    lines: Receiver<Instant>,
}

impl Window {
    fn open(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let stdout = child.stdout.take().expect("piped");
        let (sender, lines) = bounded(4096);
        let read = move |stdout: ChildStdout| {
            for _line in BufReader::new(stdout).lines().map_while(Result::ok) {
                sender.send(Instant::now()).ok();
            }
        };
        std::thread::Builder::new()
            .name("frames".to_owned())
            .spawn(move || read(stdout))
            .expect("a thread can start");
        Self { child, lines }
    }

    fn first_frame(&self) {
        let first = self.lines.recv_timeout(Duration::from_secs(20));
        first.expect("a first frame; is there a display?");
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// From starting the process to its first frame on the screen, beside a bare eframe window. They
/// take turns, so that a busy machine is busy for both.
pub fn first_frame(_: &mut Criterion) {
    const NAME: &str = "process start to first frame";
    const ROUNDS: usize = 15;
    if !is_wanted(NAME) {
        return;
    }
    let once = |command: Command| {
        let began = Instant::now();
        let window = Window::open(command);
        window.first_frame();
        began.elapsed()
    };
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    let times = (0..ROUNDS).map(|_| (once(sockstep()), once(bare())));
    let (ours, bare): (Vec<Duration>, Vec<Duration>) = times.unzip();
    let (ours, bare) = (median(ours), median(bare));
    let times = ours.as_secs_f64() / bare.as_secs_f64();
    let found = format!(
        "{} beside {} of a bare window: {times:.2} times",
        millis(ours),
        millis(bare)
    );
    report(NAME, &found, "≤ 1.5 times");
}

/// How many frames a window paints in five seconds in which nothing moves; then what it and its
/// lab hold in memory.
pub fn idle(_: &mut Criterion) {
    const NAME: &str = "idle repaints and memory";
    const STILL: Duration = Duration::from_secs(5);
    if !is_wanted(NAME) {
        return;
    }
    let window = Window::open(sockstep());
    window.first_frame();
    let mut frames = 1;
    while window.lines.recv_timeout(Duration::from_secs(2)).is_ok() {
        frames += 1; // the lab starts, panels come to rest
    }
    let began = Instant::now();
    let mut later = 0;
    while let Some(left) = STILL.checked_sub(began.elapsed()) {
        later += usize::from(window.lines.recv_timeout(left).is_ok());
    }
    let found = format!("{later} in {STILL:?}, after {frames} frames to come to rest");
    report("idle repaints", &found, "0");
    let pid = window.child.id();
    report("memory of the window at rest", &resident(pid), "–");
    for lab in children(pid) {
        report("memory of its lab at rest", &resident(lab), "–");
    }
}

/// What a run of 100,000 events adds to a window's memory: the events, and the states on the way.
pub fn memory_of_a_run(_: &mut Criterion) {
    const NAME: &str = "memory of a run of 100,000 events";
    if !is_wanted(NAME) {
        return;
    }
    let own = std::process::id();
    let before = resident_kib(own);
    let trace = long::events(100_000);
    let between = resident_kib(own);
    let timeline = Timeline::of(trace);
    let after = resident_kib(own);
    let mib = |from: u64, to: u64| to.saturating_sub(from) / 1024;
    let each = |from: u64, to: u64| (to.saturating_sub(from) << 10) / 100_000;
    let found = format!(
        "{} MiB of events, {} MiB of states; an event takes {} bytes, and {} with its states",
        mib(before, between),
        mib(between, after),
        each(before, between),
        each(before, after),
    );
    report(NAME, &found, "–");
    drop(timeline);
}

/// `VmRSS` of a process (proc_pid_status(5)).
fn resident(pid: u32) -> String {
    format!("{} MiB", resident_kib(pid) / 1024)
}

fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn children(pid: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task"));
    let tasks = tasks.into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    let lists: Vec<String> = lists.collect();
    let numbers = lists.iter().flat_map(|list| list.split_whitespace());
    numbers.filter_map(|number| number.parse().ok()).collect()
}

//! What the window costs: a frame, a start, and nothing at all while nothing moves.
//!
//! Starting needs a display; `xvfb-run cargo bench` gives it one.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use criterion::Criterion;
use crossbeam_channel::{Receiver, bounded};
use eframe::egui::{self, RawInput, Rect, pos2};
use sockstep::director;
use sockstep::lesson::{BeatWatch, Language};
use sockstep::session::{Course, Desk, Look, View};
use sockstep::timeline::Timeline;
use sockstep::trace::load;
use sockstep::ui;

/// The window's layout and drawing lists at 1920×1080, in the middle of the first lesson.
pub fn frame(criterion: &mut Criterion) {
    let recorded = include_str!("../it/lessons/handshake.jsonl");
    let trace = load(recorded).expect("a sound recording").trace;
    let course = Course::open(None).expect("the built-in lesson is sound");
    let lesson = course.lesson(Language::Chinese);
    let watch = BeatWatch::of(lesson, &trace);
    let timeline = Timeline::of(trace);
    let guesses = BTreeMap::new();
    let now_us = timeline.state().at_us;
    let mut desk = Desk::default();
    desk.settings.language = Language::Chinese;
    let view = View {
        timeline: &timeline,
        lesson: Some(lesson),
        beats: watch.reached(),
        guesses: &guesses,
        verdicts: watch.verdicts(),
        selected: timeline.state().segments.keys().next().copied(),
        language: Language::Chinese,
        look: Look::Light,
        desk: &desk,
        next: director::next(timeline.state()),
        now_us,
        notice: None,
        rerun: None,
    };
    let ctx = egui::Context::default();
    ui::prepare(&ctx, &view.desk.settings);
    let mut seconds = 0.0;
    let mut draw = || {
        seconds += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_max(pos2(0.0, 0.0), pos2(1920.0, 1080.0))),
            time: Some(seconds),
            ..RawInput::default()
        };
        let output = ctx.run_ui(input, |ui| ui::stage_ui(ui, &view, &mut Vec::new()));
        ctx.tessellate(output.shapes, output.pixels_per_point).len()
    };
    for _ in 0..120 {
        draw(); // scrolling and panels come to rest
    }
    criterion.bench_function("frame: ui and tessellation at 1920×1080", |bencher| {
        bencher.iter(&mut draw);
    });
}

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

/// From starting the process to its first frame on the screen, beside a bare eframe window.
pub fn first_frame(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("process start to first frame");
    for (name, command) in [
        ("sockstep", sockstep as fn() -> Command),
        ("bare window", bare),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|rounds| {
                let once = |_| {
                    let began = Instant::now();
                    let window = Window::open(command());
                    window.first_frame();
                    let took = began.elapsed();
                    drop(window);
                    took
                };
                (0..rounds).map(once).sum()
            });
        });
    }
    group.finish();
    idle();
}

/// How many frames a window paints in five seconds in which nothing moves.
fn idle() {
    const STILL: Duration = Duration::from_secs(5);
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
    println!("idle: {frames} frames to come to rest, then {later} in {STILL:?}");
}

//! What a frame costs: layout and drawing lists at 1920×1080, in three scenes; and what it costs to
//! drag the cursor over a long run. Processor time, so that a busy machine tells the same.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use eframe::egui::{self, RawInput, Rect, pos2};
use sockstep::director;
use sockstep::lesson::{BeatWatch, Language, Lesson};
use sockstep::session::{Course, Desk, Look, View};
use sockstep::timeline::Timeline;
use sockstep::trace::{Moment, SegmentId, Trace, load};
use sockstep::ui;

use super::{cpu, is_wanted, long, millis, report};

/// A window over a run, without a lab.
struct Stage {
    timeline: Timeline,
    lesson: Lesson,
    beats: Vec<Option<Moment>>,
    guesses: BTreeMap<usize, usize>,
    verdicts: BTreeMap<usize, usize>,
    selected: Option<SegmentId>,
    desk: Desk,
    ctx: egui::Context,
    seconds: f64,
}

impl Stage {
    fn over(trace: Trace) -> Self {
        let mut course = Course::open(None).expect("what is built in is sound");
        assert!(course.turn_to("handshake"));
        let lesson = course.lesson(Language::Chinese).clone();
        let watch = BeatWatch::of(&lesson, &trace);
        let timeline = Timeline::of(trace);
        let ctx = egui::Context::default();
        let mut desk = Desk::default();
        desk.settings.language = Language::Chinese;
        ui::prepare(&ctx, &desk.settings);
        let mut stage = Self {
            selected: timeline.state().segments.keys().next().copied(),
            beats: watch.reached().to_vec(),
            verdicts: watch.verdicts().clone(),
            guesses: BTreeMap::new(),
            desk,
            timeline,
            lesson,
            ctx,
            seconds: 0.0,
        };
        for _ in 0..120 {
            stage.draw(); // scrolling and panels come to rest
        }
        stage
    }

    fn view(&self) -> View<'_> {
        let state = self.timeline.state();
        View {
            timeline: &self.timeline,
            lesson: Some(&self.lesson),
            beats: &self.beats,
            guesses: &self.guesses,
            verdicts: &self.verdicts,
            selected: self.selected,
            language: Language::Chinese,
            look: Look::Light,
            desk: &self.desk,
            next: director::next(state),
            now_us: state.at_us,
            notice: None,
            rerun: None,
            recorded: None,
        }
    }

    /// One frame; how many meshes it has, so that nothing of it is optimised away.
    fn draw(&mut self) -> usize {
        self.seconds += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_max(pos2(0.0, 0.0), pos2(1920.0, 1080.0))),
            time: Some(self.seconds),
            ..RawInput::default()
        };
        let view = self.view();
        let output = self
            .ctx
            .run_ui(input, |ui| ui::stage_ui(ui, &view, &mut Vec::new()));
        let shapes = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        shapes.len()
    }
}

fn recorded() -> Trace {
    let recorded = include_str!("../it/lessons/handshake.jsonl");
    load(recorded).expect("a sound recording").trace
}

type MakeTrace = fn() -> Trace;

/// The scenes, each with the aim for its mean.
pub fn frames(criterion: &mut Criterion) {
    let scenes: [(&str, MakeTrace, u64); 3] = [
        ("the first lesson at rest", recorded, 2),
        ("2,000 segments", || long::segments(2_000), 3),
        ("64 hosts", || long::hosts(64), 6),
    ];
    for (scene, trace, aim) in scenes {
        let name = format!("frame at 1920×1080, {scene} (aim: ≤ {aim} ms)");
        if is_wanted(&name) {
            let mut stage = Stage::over(trace());
            criterion.bench_function(&name, |bencher| {
                bencher.iter_custom(|rounds| {
                    let began = cpu();
                    (0..rounds).for_each(|_| {
                        black_box(stage.draw());
                    });
                    cpu() - began
                });
            });
        }
    }
}

/// The worst look at any moment of a run of 100,000 events, dragging over the whole strip there,
/// back, and here and there; then the same with the frame that shows it.
pub fn seeking(_: &mut Criterion) {
    const NAME: &str = "scrubbing 100,000 events";
    const LOOKS: usize = 1_500;
    if !is_wanted(NAME) {
        return;
    }
    let trace = long::events(100_000);
    let moments: Vec<Moment> = long::moments(&trace, LOOKS).collect();
    // A stride without a common factor visits every one, far from the one before.
    let scattered = (0..LOOKS).map(|index| moments[index * 619 % LOOKS]);
    let there_and_back = moments.iter().chain(moments.iter().rev()).copied();
    let looks: Vec<Moment> = there_and_back.chain(scattered).collect();
    grow(&trace);
    let mut stage = Stage::over(trace);
    let mut seeks = Vec::new();
    let mut shown = Vec::new();
    for moment in looks {
        let began = cpu();
        stage.timeline.go_to(moment);
        seeks.push(cpu() - began);
        // A frame takes longer than a seek: some of them tell enough.
        if seeks.len().is_multiple_of(10) {
            stage.draw();
            shown.push(cpu() - began);
        }
    }
    report(
        &format!("{NAME}: worst seek"),
        &worst_and_mean(&seeks),
        "≤ 16 ms",
    );
    let with_frame = format!("{NAME}: worst seek with its frame");
    report(&with_frame, &worst_and_mean(&shown), "–");
}

/// How long a timeline takes to grow by one event at worst: states are kept along the way.
fn grow(trace: &Trace) {
    let mut timeline = Timeline::new(trace.header().clone());
    let mut took = Vec::new();
    for event in trace.events() {
        let event = event.clone();
        let began = cpu();
        timeline.push(event);
        took.push(cpu() - began);
    }
    let total = millis(took.iter().sum());
    let grown = format!("{}, {total} in all", worst_and_mean(&took));
    report("a timeline takes in one of 100,000 events", &grown, "–");
}

fn worst_and_mean(times: &[Duration]) -> String {
    let worst = times.iter().max().copied().unwrap_or_default();
    let mean = times.iter().sum::<Duration>() / times.len().max(1) as u32;
    format!("{} (mean {})", millis(worst), millis(mean))
}

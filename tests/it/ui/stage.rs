//! A whole window over a told story: what a session would hold, without a lab.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use eframe::egui;
use egui_kittest::Harness;
use sockstep::director;
use sockstep::lesson::{BeatWatch, Language, Lesson};
use sockstep::session::{Command, Desk, Look, Notice, Recorded, Rerun, Setting, View};
use sockstep::trace::{Moment, SegmentId};

use super::prose;
use super::story::Story;
use crate::soft::Soft;

pub struct Stage {
    pub story: Story,
    pub lesson: Lesson,
    pub beats: Vec<Option<Moment>>,
    pub guesses: BTreeMap<usize, usize>,
    pub verdicts: BTreeMap<usize, usize>,
    pub selected: Option<SegmentId>,
    pub language: Language,
    pub look: Look,
    pub desk: Desk,
    pub late_ms: u64,
    pub notice: Option<Notice>,
    pub rerun: Option<Rerun>,
    /// The story is a recorded run.
    pub recorded: Option<Recorded>,
    /// What a script chose, where it is not the usual.
    pub next: Option<director::Next>,
    pub commands: Vec<Command>,
}

impl Stage {
    pub fn new(story: Story, language: Language, look: Look) -> Self {
        let lesson = prose::lesson(language);
        let watch = BeatWatch::of(&lesson, story.timeline.trace());
        let beats = watch.reached().to_vec();
        let verdicts = watch.verdicts().clone();
        let desk = desk(language, look, &story);
        Self {
            story,
            lesson,
            beats,
            guesses: BTreeMap::from([(2, 1)]),
            verdicts,
            selected: None,
            language,
            look,
            desk,
            late_ms: 2_400,
            notice: None,
            rerun: None,
            recorded: None,
            next: None,
            commands: Vec::new(),
        }
    }

    pub fn view(&self) -> View<'_> {
        let next = if let Some(next) = &self.next {
            next.clone()
        } else if self.story.timeline.is_live() {
            director::next(self.story.timeline.state())
        } else {
            director::Next::Forward
        };
        View {
            timeline: &self.story.timeline,
            lesson: Some(&self.lesson),
            beats: &self.beats,
            guesses: &self.guesses,
            verdicts: &self.verdicts,
            selected: self.selected,
            language: self.language,
            look: self.look,
            desk: &self.desk,
            next,
            now_us: self.story.now_us() + self.late_ms * 1_000,
            notice: self.notice.as_ref(),
            rerun: self.rerun,
            recorded: self.recorded.as_ref(),
        }
    }
}

fn desk(language: Language, look: Look, story: &Story) -> Desk {
    let mut desk = Desk::default();
    let header = story.timeline.trace().header();
    desk.drafts.begin("handshake", &header.programs);
    desk.settings.set(Setting::Language(language));
    desk.settings.set(Setting::Look(look));
    desk
}

/// A harness that the test can look into and change between frames.
pub fn harness(stage: Stage, size: [f32; 2]) -> (Harness<'static>, Rc<RefCell<Stage>>) {
    let settings = stage.desk.settings.clone();
    let stage = Rc::new(RefCell::new(stage));
    let shared = Rc::clone(&stage);
    let mut harness = Harness::builder()
        .with_size(size)
        .with_render_cursor(false)
        .renderer(Soft::default())
        .with_context_setup(move |ctx| sockstep::ui::prepare(ctx, &settings))
        .build_ui(move |ui| draw(ui, &shared));
    harness.run_steps(4);
    (harness, stage)
}

fn draw(ui: &mut egui::Ui, stage: &Rc<RefCell<Stage>>) {
    let mut commands = Vec::new();
    // The harness leaves a margin; a window has none.
    let whole = ui.ctx().content_rect();
    let ui = &mut ui.new_child(egui::UiBuilder::new().max_rect(whole));
    ui.set_clip_rect(whole);
    sockstep::ui::stage_ui(ui, &stage.borrow().view(), &mut commands);
    stage.borrow_mut().commands.extend(commands);
}

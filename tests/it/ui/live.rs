//! A whole window over a real session: what a learner has, without a screen.
//!
//! A key goes through the window to the session and on to a real lab; then the window is drawn
//! anew. [`Live::go_on`] takes a lesson one stop further, as whoever presses Space alone does.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use eframe::egui;
use egui_kittest::Harness;
use sockstep::director::{Next, WhyNot};
use sockstep::lesson::Language;
use sockstep::session::{Command, Course, Kept, Motion, Session, Setting, View};
use sockstep::trace::WireKind;

use crate::lab::play::binary;
use crate::soft::Soft;

/// Nothing that is under way takes longer.
const LONGEST: Duration = Duration::from_secs(30);
/// What only a kernel's timer or a program's sleep can bring is waited for so long.
const PATIENCE: Duration = Duration::from_secs(70);
/// Frames until everything stands where it will stand.
const FRAMES: usize = 5;

pub struct Live {
    pub harness: Harness<'static>,
    session: Rc<RefCell<Session>>,
    woken: Receiver<()>,
    /// How often somebody pressed Space.
    pub presses: usize,
}

/// What became of a lesson that was asked to go on.
#[derive(Clone, Debug, PartialEq)]
pub enum Went {
    On,
    /// `Next` can do nothing more, for this reason.
    Nowhere(WhyNot),
}

impl Live {
    pub fn start(course: Course, language: Language, size: [f32; 2]) -> Self {
        let mut kept = Kept::nothing(language);
        kept.settings.set(Setting::Motion(Motion::Reduced));
        Self::start_again(course, kept, size)
    }

    /// With what was kept from earlier runs of the window.
    pub fn start_again(course: Course, kept: Kept, size: [f32; 2]) -> Self {
        let (wake, woken) = bounded(1);
        let wake = Arc::new(move || {
            wake.try_send(()).ok();
        });
        let settings = kept.settings.clone();
        let wire = WireKind::Held;
        let session = Session::start_again(wire, binary().to_owned(), course, kept, None, wake);
        let session = Rc::new(RefCell::new(session));
        let shared = Rc::clone(&session);
        let harness = Harness::builder()
            .with_size(size)
            .with_render_cursor(false)
            // As in a real window: whoever walks a lesson says which letters are missing.
            .allow_missing_glyphs()
            .renderer(Soft::default())
            .with_context_setup(move |ctx| sockstep::ui::prepare(ctx, &settings))
            .build_ui(move |ui| draw(ui, &shared));
        let mut live = Self {
            harness,
            session,
            woken,
            presses: 0,
        };
        live.settle();
        live.draw();
        live
    }

    pub fn look<R>(&self, read: impl FnOnce(&View<'_>) -> R) -> R {
        read(&self.session.borrow().view())
    }

    pub fn ask(&mut self, command: Command) {
        self.session.borrow_mut().update(command);
        self.draw();
    }

    pub fn draw(&mut self) {
        let settings = self.session.borrow().view().desk.settings.clone();
        sockstep::ui::prepare(&self.harness.ctx, &settings);
        self.harness.run_steps(FRAMES);
    }

    pub fn press(&mut self, key: egui::Key) {
        self.harness.key_press(key);
        self.harness.run_steps(2);
    }

    /// Whether it came to hold in time.
    pub fn wait(&mut self, within: Duration, holds: impl Fn(&View<'_>) -> bool) -> bool {
        let until = Instant::now() + within;
        loop {
            self.session.borrow_mut().drain();
            if self.look(&holds) {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            self.woken.recv_timeout(left).ok();
        }
    }

    pub fn settle(&mut self) {
        let is_settled = self.wait(LONGEST, |view| view.timeline.newest().is_at_rest);
        assert!(is_settled, "it never comes to rest");
    }

    /// One press of Space and what comes of it. Where there is nothing to press for, it waits for
    /// what comes by itself, if more beats are to come; a question is answered.
    pub fn go_on(&mut self) -> Went {
        let before = self.look(|view| view.timeline.trace().end());
        let came = move |view: &View<'_>| {
            view.timeline.trace().end() > before && view.timeline.newest().is_at_rest
        };
        let next = self.look(|view| view.next.clone());
        match next {
            Next::Give(_) | Next::Forward => {
                self.press(egui::Key::Space);
                self.presses += 1;
                assert!(self.wait(LONGEST, came), "no answer to Space: {next:?}");
                Went::On
            }
            Next::Wait { .. } | Next::Not(WhyNot::Waiting) => {
                let is_over = self.look(|view| view.beats.iter().all(Option::is_some));
                let is_due = matches!(next, Next::Wait { .. });
                if is_over && !is_due {
                    return Went::Nowhere(WhyNot::Waiting);
                }
                let changed = move |view: &View<'_>| came(view) || view.next != next;
                match self.wait(PATIENCE, changed) {
                    true => Went::On,
                    false => Went::Nowhere(WhyNot::Waiting),
                }
            }
            Next::Not(WhyNot::Asking(program)) => {
                if self.look(|view| view.beats.iter().all(Option::is_some)) {
                    return Went::Nowhere(WhyNot::Asking(program));
                }
                let text = "hello".to_owned();
                self.ask(Command::Answer { program, text });
                assert!(self.wait(LONGEST, came), "no answer to an answer");
                Went::On
            }
            Next::Not(WhyNot::Moving | WhyNot::Computing(_)) => {
                let changed = move |view: &View<'_>| view.next != next;
                assert!(self.wait(LONGEST, changed), "it computes for ever");
                Went::On
            }
            Next::Not(why @ (WhyNot::AllEnded | WhyNot::LabGone | WhyNot::ScriptStuck { .. })) => {
                Went::Nowhere(why)
            }
        }
    }
}

fn draw(ui: &mut egui::Ui, session: &Rc<RefCell<Session>>) {
    let mut commands = Vec::new();
    // The harness leaves a margin; a window has none.
    let whole = ui.ctx().content_rect();
    let ui = &mut ui.new_child(egui::UiBuilder::new().max_rect(whole));
    ui.set_clip_rect(whole);
    sockstep::ui::stage_ui(ui, &session.borrow().view(), &mut commands);
    for command in commands {
        session.borrow_mut().update(command);
    }
}

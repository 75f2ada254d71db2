//! eframe glue: `logic` drains events and runs commands, `ui` only draws.
//!
//! In: whatever plays a run ([`Run`]: a live session, a saved trace). Out: a window.

use eframe::egui;

use crate::session::{Command, View};
use crate::ui;

/// What the window shows and drives.
pub trait Run {
    /// Takes in what has happened since the last call. Never waits.
    fn drain(&mut self);
    /// Does what the learner asked for.
    fn update(&mut self, command: Command);
    fn view(&self) -> View<'_>;
}

/// The window's program.
pub struct App<R: Run> {
    run: R,
    commands: Vec<Command>,
}

impl<R: Run> App<R> {
    /// Whoever feeds `run` wakes the window with `ctx.request_repaint()`.
    pub fn new(ctx: &egui::Context, run: R) -> Self {
        let view = run.view();
        ui::prepare(ctx, view.language, view.look);
        Self {
            run,
            commands: Vec::new(),
        }
    }
}

impl<R: Run> eframe::App for App<R> {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        for command in self.commands.drain(..) {
            self.run.update(command);
        }
        self.run.drain();
        let view = self.run.view();
        ui::prepare(ctx, view.language, view.look);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        ui::stage_ui(ui, &self.run.view(), &mut self.commands);
        if !self.commands.is_empty() {
            // `logic` runs them before the next frame.
            ui.ctx().request_repaint();
        }
    }
}

pub fn open(_lesson: Option<std::path::PathBuf>, _language: crate::lesson::Language) -> Result<(), String> {
    Err("there is no display; `sockstep run` plays in a terminal".to_owned())
}

//! What every part of the lesson pane is drawn from, and which parts need not be drawn.
//!
//! In: blocks with a key each. Out: those on screen are drawn; of the others only the height is
//! known, from the last time, so that a long lesson costs no more than a short one.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use eframe::egui;
use eframe::egui::{Id, Rect, Sense, Ui, Vec2, vec2};

use crate::lesson::{Language, Lesson};
use crate::session::{Command, View};
use crate::ui::theme::Theme;

pub struct Page<'p, 'v> {
    pub view: &'p View<'v>,
    pub lesson: &'p Lesson,
    pub theme: &'static Theme,
    pub commands: &'p mut Vec<Command>,
}

impl Page<'_, '_> {
    pub fn ask(&mut self, command: Command) {
        self.commands.push(command);
    }
}

/// `Linux 6.18.44`, without what a distribution adds; elsewhere the header has the system's name.
pub fn kernel(release: &str) -> String {
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    match release.starts_with(|c: char| c.is_ascii_digit()) {
        true => {
            let end = release.find(|c| !is_number(c)).unwrap_or(release.len());
            format!("Linux {}", &release[..end])
        }
        false => release.to_owned(),
    }
}

/// So much beyond the edge is drawn, too: the focus and a scroll find something there.
const MARGIN: f32 = 120.0;

/// What was laid out in this lesson at this width, and how high it was.
#[derive(Clone, Default)]
pub struct Heights {
    of: Option<Of>,
    known: HashMap<u64, f32>,
}

/// When one of these changes, every height may.
#[derive(Clone, PartialEq)]
struct Of {
    path: PathBuf,
    revision: u64,
    language: Language,
    width: u32,
    zoom: u32,
}

impl Heights {
    /// Taken out while the pane is drawn; [`Self::put_back`] keeps it for the next pass.
    pub fn take(ui: &Ui, page: &Page<'_, '_>) -> Self {
        let of = Of {
            path: page.lesson.path.clone(),
            revision: page.view.desk.shelf.revision,
            language: page.view.language,
            width: ui.available_width().to_bits(),
            zoom: ui.ctx().pixels_per_point().to_bits(),
        };
        let mut kept = ui.data_mut(|data| {
            let kept: &mut Self = data.get_temp_mut_or_default(id());
            std::mem::take(kept)
        });
        if kept.of.as_ref() != Some(&of) {
            kept.known.clear();
            kept.of = Some(of);
        }
        kept
    }

    /// For what has to be there even where it cannot be seen: its height, if it need not be laid
    /// out now.
    pub fn unseen(&self, ui: &Ui, key: impl Hash) -> Option<f32> {
        let height = *self.known.get(&hashed(ui, key))?;
        let size = vec2(ui.available_width(), height);
        (!is_near(ui, size)).then_some(height)
    }

    pub fn learn(&mut self, ui: &Ui, key: impl Hash, height: f32) {
        self.known.insert(hashed(ui, key), height);
    }

    pub fn put_back(self, ui: &Ui) {
        ui.data_mut(|data| data.insert_temp(id(), self));
    }

    /// Draws it where it can be seen. `place` is its own and stays; `standing` is whatever else its
    /// height depends on.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        place: impl Hash + std::fmt::Debug,
        standing: impl Hash,
        add: impl FnOnce(&mut Ui),
    ) {
        let key = hashed(ui, (&place, standing));
        // The focus stays, whatever was drawn before it and whatever changes in it.
        ui.push_id(place, |ui| {
            if let Some(height) = self.known.get(&key) {
                let size = vec2(ui.available_width(), *height);
                if !is_near(ui, size) {
                    ui.allocate_exact_size(size, Sense::empty());
                    return;
                }
            }
            let shown = ui.scope(add);
            self.known.insert(key, shown.response.rect.height());
        });
    }
}

/// What comes next is on screen, or a little beyond.
fn is_near(ui: &Ui, size: Vec2) -> bool {
    let rect = Rect::from_min_size(ui.cursor().min, size);
    ui.clip_rect().expand2(vec2(0.0, MARGIN)).intersects(rect)
}

/// The scroll bar that appears in the second pass takes some of the width.
fn hashed(ui: &Ui, key: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    (key, ui.available_width().to_bits()).hash(&mut hasher);
    hasher.finish()
}

fn id() -> Id {
    egui::Id::unique("heights in the lesson")
}

//! What has just changed glows once, for a short while.
//!
//! In: a value under an id, each frame in which it is shown. Out: how strongly it glows now, from
//! 1 (it has just changed) to 0. A value that was not shown in the frame before is only
//! remembered: nobody saw it change. Repaints are asked for while something fades, and never when
//! motion is reduced. What must be known after the glow is said by other means.
//!
//! ```ignore
//! let strength = glow::strength(ui, view, id, &facts.state); // changed values glow
//! let strength = glow::arrival(ui, view, id, &facts.key); // and so does what is new
//! glow::ring(ui.painter(), chip.rect, radius, theme.warn, strength);
//! ```

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use eframe::egui::{Color32, Context, Id, Painter, Rect, Stroke, StrokeKind, Ui};

use crate::session::{Motion, View};

/// As long as a glance takes to find it, in seconds.
const LASTS: f64 = 1.2;
/// Often enough for a fading that looks even.
const FRAME: Duration = Duration::from_millis(33);
/// More than any window shows; beyond it, what is out of sight is forgotten.
const REMEMBERED: usize = 4_096;

#[derive(Clone, Default)]
struct Glows {
    seen: HashMap<Id, Seen>,
    /// The first frame in which anything of this run was shown: nothing is new in it.
    first: Option<(u64, u64)>,
}

#[derive(Clone, Copy)]
struct Seen {
    value: u64,
    frame: u64,
    changed_at: f64,
}

/// Whether a value that was never shown before counts as a change.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Newcomer {
    Glows,
    IsQuiet,
}

/// How strongly what is shown under this id glows, because its value changed.
pub fn strength(ui: &Ui, view: &View<'_>, id: Id, value: impl Hash) -> f32 {
    look(ui.ctx(), view, id, value, Newcomer::IsQuiet)
}

/// The same, and what is shown for the first time glows too, except with the first picture of a run.
pub fn arrival(ui: &Ui, view: &View<'_>, id: Id, value: impl Hash) -> f32 {
    look(ui.ctx(), view, id, value, Newcomer::Glows)
}

/// A ring around a box that draws in as it fades.
pub fn ring(painter: &Painter, rect: Rect, radius: f32, colour: Color32, strength: f32) {
    if strength > 0.0 {
        let away = 1.0 + 3.0 * strength;
        let stroke = Stroke::new(1.0 + 1.5 * strength, colour.gamma_multiply(strength));
        painter.rect_stroke(rect.expand(away), radius + away, stroke, StrokeKind::Middle);
    }
}

/// A wash behind a row of text; paint it before the text.
pub fn wash(painter: &Painter, rect: Rect, colour: Color32, strength: f32) {
    if strength > 0.0 {
        painter.rect_filled(rect, 4, colour.gamma_multiply(strength));
    }
}

fn look(ctx: &Context, view: &View<'_>, id: Id, value: impl Hash, newcomer: Newcomer) -> f32 {
    if view.desk.settings.motion == Motion::Reduced {
        return 0.0;
    }
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    let value = hasher.finish();
    let (now, frame) = (ctx.input(|input| input.time), ctx.cumulative_frame_nr());
    let run = view.timeline.run();
    let strength = ctx.data_mut(|data| {
        let glows: &mut Glows = data.get_temp_mut_or_default(Id::unique("glows"));
        glows.see(id, value, (run, frame, now), newcomer)
    });
    if strength > 0.0 {
        ctx.request_repaint_after(FRAME);
    }
    strength
}

impl Glows {
    fn see(
        &mut self,
        id: Id,
        value: u64,
        (run, frame, now): (u64, u64, f64),
        newcomer: Newcomer,
    ) -> f32 {
        if self.first.map(|(of, _)| of) != Some(run) {
            self.first = Some((run, frame));
            self.seen.clear();
        }
        let is_first = self.first == Some((run, frame));
        if self.seen.len() > REMEMBERED {
            self.seen.retain(|_, seen| seen.frame + 1 >= frame);
        }
        let never = f64::NEG_INFINITY;
        let changed_at = match self.seen.get(&id) {
            Some(seen) if seen.value == value => seen.changed_at,
            Some(seen) if seen.frame + 1 >= frame => now,
            Some(_) => never,
            None if newcomer == Newcomer::Glows && !is_first => now,
            None => never,
        };
        let seen = Seen {
            value,
            frame,
            changed_at,
        };
        self.seen.insert(id, seen);
        let left = 1.0 - (now - changed_at) / LASTS;
        left.clamp(0.0, 1.0) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: (u64, u64) = (1, 2);

    /// Frame, time, value shown; and how strongly it glows.
    fn check(newcomer: Newcomer, frames: &[(u64, f64, Option<u64>, f32)]) {
        let mut glows = Glows::default();
        let (id, other) = (Id::unique("it"), Id::unique("something else"));
        for (frame, now, value, expected) in frames {
            let at = (A.0, *frame, *now);
            glows.see(other, 0, at, Newcomer::IsQuiet);
            if let Some(value) = value {
                let strength = glows.see(id, *value, at, newcomer);
                assert!(
                    (strength - expected).abs() < 0.01,
                    "frame {frame}: {strength}"
                );
            }
        }
    }

    #[test]
    fn a_change_glows_once_and_fades() {
        let frames = [
            (1, 0.0, Some(7), 0.0),
            (2, 9.0, Some(8), 1.0),
            (3, 9.6, Some(8), 0.5),
            (4, 10.3, Some(8), 0.0),
            (5, 10.4, Some(8), 0.0),
        ];
        check(Newcomer::IsQuiet, &frames);
    }

    #[test]
    fn what_changed_out_of_sight_does_not_glow_when_it_comes_back() {
        let frames = [
            (1, 0.0, Some(7), 0.0),
            (2, 0.1, None, 0.0),
            (3, 0.2, Some(8), 0.0),
        ];
        check(Newcomer::IsQuiet, &frames);
    }

    #[test]
    fn what_is_new_glows_but_not_with_the_first_picture_of_a_run() {
        let late = [(1, 0.0, None, 0.0), (2, 0.1, Some(7), 1.0)];
        check(Newcomer::Glows, &late);
        check(Newcomer::Glows, &[(1, 0.0, Some(7), 0.0)]);
        check(
            Newcomer::IsQuiet,
            &[(1, 0.0, None, 0.0), (2, 0.1, Some(7), 0.0)],
        );
    }

    #[test]
    fn another_run_begins_without_a_glow() {
        let mut glows = Glows::default();
        let id = Id::unique("it");
        glows.see(id, 1, (1, 1, 0.0), Newcomer::Glows);
        let strength = glows.see(id, 2, (2, 2, 0.1), Newcomer::Glows);
        assert!(strength.abs() < 0.01);
    }
}

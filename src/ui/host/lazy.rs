//! Cards out of sight take the room they took last, and nothing else is done for them; one that
//! changes comes into sight.
//!
//! In: what draws a card. Out: its room. A column of a hundred cards costs what the cards in sight
//! cost. A card just out of sight is laid out, so that the keyboard can reach it.

use std::hash::{DefaultHasher, Hash, Hasher};

use eframe::egui::style::ScrollAnimation;
use eframe::egui::{Id, Rect, Sense, Ui, vec2};

use crate::session::View;

/// So far beyond what is in sight, in points.
const BEYOND: f32 = 400.0;

/// Lays it out when it is near what can be seen, or when its height is not known yet.
pub fn lazily(ui: &mut Ui, id: Id, add: impl FnOnce(&mut Ui)) -> Rect {
    let width = ui.available_width();
    let id = id.with(width.round() as i32);
    let seen = ui.clip_rect().expand2(vec2(f32::INFINITY, BEYOND));
    let top = ui.cursor().top();
    let known = ui.data(|data| data.get_temp::<f32>(id));
    if let Some(height) = known
        && (top + height < seen.top() || top > seen.bottom())
    {
        return ui
            .allocate_exact_size(vec2(width, height), Sense::hover())
            .0;
    }
    let shown = ui.scope(add);
    let height = shown.response.rect.height();
    if known != Some(height) {
        ui.data_mut(|data| data.insert_temp(id, height));
    }
    shown.response.rect
}

/// Scrolls a card into sight when what it tells has changed, once; a learner who scrolls away
/// afterwards is left alone. What a run shows first has not changed.
pub fn show_what_changed(ui: &Ui, view: &View<'_>, id: Id, what: impl Hash, rect: Rect) {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    let now = (view.timeline.run(), hasher.finish());
    let id = id.with("what it tells");
    let before = ui.data(|data| data.get_temp::<(u64, u64)>(id));
    if before == Some(now) {
        return;
    }
    ui.data_mut(|data| data.insert_temp(id, now));
    let is_same_run = before.is_some_and(|(run, _)| run == now.0);
    if is_same_run && !ui.clip_rect().contains_rect(rect) {
        // Of a card higher than the room, the upper part.
        let height = rect.height().min(ui.clip_rect().height());
        let rect = rect.with_max_y(rect.top() + height);
        ui.scroll_to_rect_animation(rect, None, ScrollAnimation::none());
    }
}

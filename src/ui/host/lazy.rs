//! Cards out of sight take the room they took last, and nothing else is done for them.
//!
//! In: what draws a card. Out: its room. A column of a hundred cards costs what the cards in sight
//! cost. A card just out of sight is laid out, so that the keyboard can reach it.

use eframe::egui::{Id, Rect, Sense, Ui, vec2};

/// So far beyond what is in sight, in points.
const BEYOND: f32 = 400.0;

/// Lays it out when it is near what can be seen, or when its height is not known yet. Tells where
/// it stands, and what it gave if it was laid out.
pub fn lazily<R>(ui: &mut Ui, id: Id, add: impl FnOnce(&mut Ui) -> R) -> (Rect, Option<R>) {
    let width = ui.available_width();
    let id = id.with(width.round() as i32);
    let seen = ui.clip_rect().expand2(vec2(f32::INFINITY, BEYOND));
    let top = ui.cursor().top();
    let known = ui.data(|data| data.get_temp::<f32>(id));
    if let Some(height) = known
        && (top + height < seen.top() || top > seen.bottom())
    {
        let size = vec2(width, height);
        return (ui.allocate_exact_size(size, Sense::hover()).0, None);
    }
    let shown = ui.scope(add);
    let height = shown.response.rect.height();
    if known != Some(height) {
        ui.data_mut(|data| data.insert_temp(id, height));
    }
    (shown.response.rect, Some(shown.inner))
}

//! A segment runs along its arrow when it is delivered: for less than half a second, then still.

use std::collections::BTreeMap;

use eframe::egui::{Id, Rect, Stroke, StrokeKind, Ui, vec2};

use super::Stage;
use crate::model::Fate;
use crate::session::{Motion, View};
use crate::trace::SegmentId;
use crate::ui::theme::Theme;

const SECONDS: f64 = 0.4;

/// What was held in the last frame, and what has been running since when.
#[derive(Clone, Default)]
struct Running {
    held: Vec<SegmentId>,
    since: BTreeMap<SegmentId, f64>,
}

pub fn motion_ui(ui: &Ui, view: &View<'_>, theme: &Theme, stage: &Stage<'_>) {
    let id = Id::unique("segments in motion");
    let now = ui.input(|input| input.time);
    let mut running = ui
        .data(|data| data.get_temp::<Running>(id))
        .unwrap_or_default();
    let state = view.timeline.state();
    let is_still = view.desk.settings.motion == Motion::Reduced;
    if view.timeline.is_live() && !is_still {
        let arrived = |id: &&SegmentId| {
            let fate = state.segments.get(*id).map(|segment| segment.fate);
            matches!(fate, Some(Fate::Delivered(_)))
        };
        for id in running.held.iter().filter(arrived) {
            running.since.insert(*id, now);
        }
        running.held.clone_from(&state.held);
    } else {
        running = Running::default();
    }
    running.since.retain(|_, since| now - *since < SECONDS);
    for (segment, since) in &running.since {
        let arrow = stage
            .plan
            .arrows
            .iter()
            .find(|arrow| arrow.segment == *segment);
        let Some(arrow) = arrow else { continue };
        let (from, to) = stage.ends(arrow);
        let down = vec2(0.0, stage.origin.y);
        let (from, to) = (from + down, to + down);
        let done = ((now - since) / SECONDS) as f32;
        // Fast at first, then it settles.
        let eased = 1.0 - (1.0 - done).powi(3);
        let at = from.lerp(to, 0.44 + 0.56 * eased);
        let token = Rect::from_center_size(at, vec2(18.0, 12.0));
        let stroke = Stroke::new(2.0, theme.wire);
        ui.painter()
            .rect(token, 6, theme.wire_soft, stroke, StrokeKind::Inside);
    }
    if !running.since.is_empty() {
        ui.ctx().request_repaint();
    }
    ui.data_mut(|data| data.insert_temp(id, running));
}

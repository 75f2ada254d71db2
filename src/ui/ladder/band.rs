//! Bands along a lifeline: which socket was in which TCP state, and from when to when.

use eframe::egui::{Align2, Color32, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::{BAND, LANE, Stage, dimmed};
use crate::ladder::Band;
use crate::session::View;
use crate::ui::capture;
use crate::ui::host::state_meaning;
use crate::ui::hot::{self, Light, Thing};
use crate::ui::parts;
use crate::ui::remark;
use crate::ui::theme::{self, Theme};

pub fn bands_ui(ui: &Ui, view: &View<'_>, theme: &Theme, stage: &Stage<'_>, end: f32) {
    let (top, bottom) = stage.heights();
    for band in stage.plan.bands_in(top, bottom) {
        let rect = rect(stage, band, end);
        if !stage.visible.intersects(rect) {
            continue;
        }
        let thing = thing(stage, band);
        let light = hot::light(ui.ctx(), view, &thing);
        let tone = theme.state_tone(&band.state);
        let width = if light == Light::Lit { 2.0 } else { 1.0 };
        let stroke = Stroke::new(width, tone.strong);
        let painter = dimmed(ui.painter(), light);
        if capture::is_captured(view) {
            painter.rect_filled(rect, BAND / 2.0, tone.soft);
            parts::paint_dashed_box(&painter, rect.shrink(0.5), BAND / 2.0 - 0.5, stroke);
        } else {
            painter.rect(rect, BAND / 2.0, tone.soft, stroke, StrokeKind::Inside);
        }
        point_ui(ui, view, stage, band, (rect, "band"), thing);
    }
}

/// A band's, or its name's, own words.
fn point_ui(
    ui: &Ui,
    view: &View<'_>,
    stage: &Stage<'_>,
    band: &Band,
    (rect, part): (Rect, &str),
    thing: Thing,
) {
    let id = (part, band.host, band.key, band.nth);
    let response = ui.interact(rect, ui.scope_id().with(id), Sense::hover());
    hot::point(&response, view, thing);
    response.on_hover_ui(|ui| {
        ui.label(state_meaning(view.language, &band.state));
        let host = &stage.plan.hosts[band.host];
        let cause = view.timeline.state().causes();
        let cause = cause.of_state(host, band.key, band.nth);
        if let Some(words) = cause.and_then(|cause| remark::brought(view, host, cause)) {
            ui.label(words);
        }
    });
}

fn thing(stage: &Stage<'_>, band: &Band) -> Thing {
    Thing::State {
        host: stage.plan.hosts[band.host].clone(),
        key: band.key,
        nth: band.nth,
    }
}

fn rect(stage: &Stage<'_>, band: &Band, bottom: f32) -> Rect {
    let x = stage.xs[band.host] + stage.side(band.host) * LANE * band.lane as f32;
    let top = stage.origin.y + band.y_from;
    let end = band.y_to.map_or(bottom, |y| stage.origin.y + y - 2.0);
    // What lies far outside the window need not be drawn.
    let seen = stage.visible.y_range().expand(20.0);
    let ys = top.max(seen.min)..=end.max(top + 4.0).min(seen.max.max(top + 4.0));
    Rect::from_x_y_ranges(x - BAND / 2.0..=x + BAND / 2.0, ys)
}

/// Where a state's name goes: it starts or ends here, outside all lanes. The height is the plan's.
fn name_at(stage: &Stage<'_>, band: &Band) -> (Pos2, Align2) {
    let side = stage.side(band.host);
    let at = pos2(stage.outside(band.host) + side * 6.0, band.y_name + 5.0);
    (at, super::outward(side))
}

fn name_rect(ui: &Ui, stage: &Stage<'_>, band: &Band) -> Rect {
    let (at, align) = name_at(stage, band);
    let font = theme::bold_font(theme::STATE);
    let painter = ui.painter();
    let galley = painter.layout_no_wrap(band.state.clone(), font, Color32::PLACEHOLDER);
    align.anchor_size(at, galley.size())
}

/// Where names stand between two of the plan's heights, in its heights.
pub fn names(ui: &Ui, stage: &Stage<'_>, top: f32, bottom: f32) -> Vec<Rect> {
    let bands = stage.plan.bands_in(top, bottom);
    let bands = bands.filter(|band| (top..=bottom).contains(&band.y_name));
    bands.map(|band| name_rect(ui, stage, band)).collect()
}

pub fn names_ui(ui: &Ui, view: &View<'_>, theme: &Theme, stage: &Stage<'_>) {
    let (top, bottom) = stage.heights();
    for band in stage.plan.bands_in(top, bottom) {
        if (top..=bottom).contains(&band.y_name) && stage.is_near(band.host) {
            name_ui(ui, view, theme, stage, band);
        }
    }
}

fn name_ui(ui: &Ui, view: &View<'_>, theme: &Theme, stage: &Stage<'_>, band: &Band) {
    let thing = thing(stage, band);
    let painter = dimmed(ui.painter(), hot::light(ui.ctx(), view, &thing));
    let rect = name_rect(ui, stage, band).translate(vec2(0.0, stage.origin.y));
    let colour = theme.state_tone(&band.state).strong;
    // With many hosts an arrow passes here.
    ui.painter()
        .rect_filled(rect.expand2(vec2(2.0, 0.0)), 3, theme.stage);
    let font = theme::bold_font(theme::STATE);
    painter.text(rect.min, Align2::LEFT_TOP, &band.state, font, colour);
    point_ui(ui, view, stage, band, (rect, "state"), thing);
}

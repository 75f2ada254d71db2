//! The ladder: one lifeline per host, one arrow per segment, the states of each kernel's sockets.
//!
//! Held segments are tokens on their arrows with Deliver and Drop. A delivered one runs along its
//! arrow for a moment; after that everything stands still. With many hosts it scrolls sideways.

mod arrow;
mod motion;
mod plan;
mod token;

use std::cell::RefCell;

use eframe::egui;
use eframe::egui::{
    Align2, Id, Pos2, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2b, WidgetInfo,
    pos2, vec2,
};

use self::plan::{Band, Plan};
use super::hot;
use super::text::{host_title, host_word, say};
use super::theme::{self, Theme};
use super::wire;
use crate::session::{Command, View};
use crate::trace::{SegmentId, WireKind};

/// Left and right of the outer lifelines, for state names. On the right are a listener's lane and
/// the scroll bar, too.
const LEFT: f32 = 94.0;
const RIGHT: f32 = 108.0;
const BAND: f32 = 9.0;
const LANE: f32 = 12.0;
const HEADER: f32 = 34.0;
/// Between two of many lifelines: what a state's name needs.
const APART: f32 = 104.0;
/// Closer than this, "Client 12 kernel" runs into its neighbour.
const NARROW: f32 = 130.0;

/// What the parts of the ladder share.
struct Stage<'a> {
    plan: &'a Plan,
    /// Where height 0 of the plan is.
    origin: Pos2,
    xs: Vec<f32>,
    visible: Rect,
    /// Where tokens and names stand already, so that the next name keeps off them.
    taken: RefCell<Vec<Rect>>,
}

impl Stage<'_> {
    fn at(&self, host: usize, y: f32) -> Pos2 {
        pos2(self.xs[host], self.origin.y + y)
    }

    /// Where names stand: right of the last lifeline, left of all others.
    fn side(&self, host: usize) -> f32 {
        if host + 1 == self.xs.len() { 1.0 } else { -1.0 }
    }
}

pub fn ladder_ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let plan = plan::plan(view.timeline.state());
    ui.add_space(4.0);
    wire::bar_ui(ui, view, theme, commands);
    let whole = ui.available_rect_before_wrap();
    let width = whole.width().max(least_width(&plan));
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(whole).id_salt("ladder"));
    ScrollArea::both()
        .auto_shrink(Vec2b::FALSE)
        .stick_to_bottom(true)
        .show(&mut child, |ui| {
            let height = plan.height.max(whole.height() - HEADER);
            let size = vec2(width, HEADER + height);
            let (area, _) = ui.allocate_exact_size(size, Sense::hover());
            let seen = ui.clip_rect();
            let body = seen.with_min_y(seen.top() + HEADER);
            let stage = Stage {
                plan: &plan,
                origin: area.min + vec2(0.0, HEADER),
                xs: lifelines(area, &plan),
                visible: body.expand(40.0),
                taken: RefCell::default(),
            };
            arrow::reserve_tokens(view, &stage);
            reserve_states(ui, &stage);
            // The names of the hosts stay above what scrolls below them.
            header_ui(ui, view, theme, &stage, seen);
            let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(area).id_salt("body"));
            ui.set_clip_rect(body);
            let ui = &mut ui;
            lifelines_ui(ui, view, theme, &stage, height);
            arrows_ui(ui, view, theme, &stage, commands);
            motion::motion_ui(ui, view, theme, &stage);
            if width > whole.width() {
                follow_newest(ui, &stage);
            }
            if plan.arrows.is_empty() {
                empty_ui(ui, view, theme, body.intersect(whole));
            }
        });
    // The ladder is drawn last.
    hot::settle(ui.ctx(), view);
}

/// Lines first, then the states' names, then those of segments: nothing runs through a word.
fn arrows_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    stage: &Stage<'_>,
    commands: &mut Vec<Command>,
) {
    let arrows = stage.plan.arrows.iter();
    let arrows = arrows.filter_map(|arrow| arrow::shown(ui.painter(), view, stage, arrow));
    let arrows: Vec<arrow::Shown<'_>> = arrows.collect();
    for arrow in &arrows {
        arrow::line_ui(ui, theme, arrow);
    }
    for band in &stage.plan.bands {
        state_name_ui(ui, view, theme, stage, band);
    }
    for arrow in &arrows {
        arrow::name_ui(ui, view, theme, arrow, commands);
    }
}

/// Brings the newest segment's sender into sight, once; a learner's own scrolling is left alone.
fn follow_newest(ui: &Ui, stage: &Stage<'_>) {
    let Some(arrow) = stage.plan.arrows.last() else {
        return;
    };
    let id = Id::unique("newest segment on the ladder");
    if ui.data(|data| data.get_temp::<SegmentId>(id)) == Some(arrow.segment) {
        return;
    }
    ui.data_mut(|data| data.insert_temp(id, arrow.segment));
    let place = Rect::from_center_size(stage.at(arrow.from, arrow.y_from), vec2(2.0 * APART, 2.0));
    ui.scroll_to_rect_animation(place, None, egui::style::ScrollAnimation::none());
}

/// What many hosts need so that their names and states do not run into each other.
fn least_width(plan: &Plan) -> f32 {
    match plan.hosts.len() {
        0..=2 => 0.0,
        count => LEFT + RIGHT + APART * (count - 1) as f32,
    }
}

/// Evenly spread, with room for lanes and names outside.
fn lifelines(rect: Rect, plan: &Plan) -> Vec<f32> {
    let count = plan.hosts.len();
    let lanes = |host: usize, usual: usize| {
        let most = outermost(plan, host).clamp(usual, 8) - usual;
        LANE * most as f32
    };
    let left = LEFT + lanes(0, 0);
    let right = RIGHT + lanes(count.saturating_sub(1), 1);
    let inner = (rect.width() - left - right).max(40.0);
    let step = inner / (count.max(2) - 1) as f32;
    (0..count)
        .map(|index| (rect.left() + left + step * index as f32).round() + 0.5)
        .collect()
}

fn header_ui(ui: &Ui, view: &View<'_>, theme: &Theme, stage: &Stage<'_>, seen: Rect) {
    let state = view.timeline.state();
    let is_narrow = stage.xs.len() > 2 && stage.xs[1] - stage.xs[0] < NARROW;
    for (host, x) in stage.plan.hosts.iter().zip(&stage.xs) {
        let mut title = host_title(view.language, state, host);
        if !is_narrow {
            let host = host_word(view.language, state, host);
            title = say!(view.language, "ladder.kernel", host = host).into_owned();
        }
        let at = pos2(*x, seen.top() + HEADER / 2.0 + 2.0);
        let font = theme::bold_font(theme::SMALL);
        let colour = theme.host_tone(host).strong;
        ui.painter()
            .text(at, Align2::CENTER_CENTER, title, font, colour);
    }
}

fn lifelines_ui(ui: &Ui, view: &View<'_>, theme: &Theme, stage: &Stage<'_>, height: f32) {
    let painter = ui.painter();
    let bottom = stage.origin.y + height - 8.0;
    for (index, host) in stage.plan.hosts.iter().enumerate() {
        let stroke = Stroke::new(2.0, theme.host_tone(host).strong);
        painter.vline(stage.xs[index], stage.origin.y..=bottom, stroke);
    }
    for band in &stage.plan.bands {
        let rect = band_rect(stage, band, bottom);
        if stage.visible.intersects(rect) {
            let tone = theme.state_tone(&band.state);
            let stroke = Stroke::new(1.0, tone.strong);
            painter.rect(rect, BAND / 2.0, tone.soft, stroke, StrokeKind::Inside);
            let meaning = super::host::state_meaning(view.language, &band.state);
            let response = ui.interact(rect, band_id(ui, band, "band"), Sense::hover());
            response.on_hover_text(meaning);
        }
    }
}

fn band_rect(stage: &Stage<'_>, band: &Band, bottom: f32) -> Rect {
    let x = stage.xs[band.host] + stage.side(band.host) * LANE * band.lane as f32;
    let top = stage.origin.y + band.y_from;
    let end = band.y_to.map_or(bottom, |y| stage.origin.y + y - 2.0);
    Rect::from_x_y_ranges(x - BAND / 2.0..=x + BAND / 2.0, top..=end.max(top + 4.0))
}

fn band_id(ui: &Ui, band: &Band, part: &str) -> Id {
    let y = band.y_from.to_bits();
    let own = (part, band.host, band.lane, &band.state, y);
    ui.scope_id().with(own)
}

/// The lane that lies farthest out.
fn outermost(plan: &Plan, host: usize) -> usize {
    let bands = plan.bands.iter().filter(|band| band.host == host);
    bands.map(|band| band.lane).max().unwrap_or(0)
}

/// Where a state's name goes: it starts or ends here, outside all lanes.
fn state_name_at(stage: &Stage<'_>, band: &Band) -> (Pos2, Align2) {
    let side = stage.side(band.host);
    let outermost = outermost(stage.plan, band.host) as f32;
    let line = stage.xs[band.host] + side * (LANE * outermost + BAND / 2.0);
    let at = pos2(line + side * 6.0, stage.origin.y + band.y_name + 5.0);
    if side < 0.0 {
        (at, Align2::RIGHT_CENTER)
    } else {
        (at, Align2::LEFT_CENTER)
    }
}

/// Names of segments give way to those of states, which have no other place.
fn reserve_states(ui: &Ui, stage: &Stage<'_>) {
    let font = theme::bold_font(theme::STATE);
    let places = stage.plan.bands.iter().map(|band| {
        let (at, align) = state_name_at(stage, band);
        let (state, ink) = (band.state.clone(), egui::Color32::PLACEHOLDER);
        let galley = ui.painter().layout_no_wrap(state, font.clone(), ink);
        align.anchor_size(at, galley.size())
    });
    stage.taken.borrow_mut().extend(places);
}

fn state_name_ui(ui: &Ui, view: &View<'_>, theme: &Theme, stage: &Stage<'_>, band: &Band) {
    let (at, align) = state_name_at(stage, band);
    if !stage.visible.y_range().contains(at.y) {
        return;
    }
    let colour = theme.state_tone(&band.state).strong;
    let font = theme::bold_font(theme::STATE);
    let painter = ui.painter();
    let galley = painter.layout_no_wrap(band.state.clone(), font, colour);
    let rect = align.anchor_size(at, galley.size());
    // With many hosts an arrow passes here.
    painter.rect_filled(rect.expand2(vec2(2.0, 0.0)), 3, theme.stage);
    painter.galley(rect.min, galley, colour);
    let meaning = super::host::state_meaning(view.language, &band.state);
    let response = ui.interact(rect, band_id(ui, band, "state"), Sense::hover());
    response.on_hover_text(meaning);
}

fn empty_ui(ui: &Ui, view: &View<'_>, theme: &Theme, rect: Rect) {
    let font = theme::text_font(theme::SMALL);
    let text = match view.timeline.trace().header().wire {
        WireKind::Held => say!(view.language, "ladder.empty"),
        WireKind::Loopback => say!(view.language, "ladder.empty_loopback"),
    };
    let width = rect.width() - LEFT - RIGHT - 48.0;
    let galley = ui
        .painter()
        .layout(text.into_owned(), font, theme.muted, width.max(120.0));
    let place = Rect::from_center_size(rect.center(), galley.size());
    ui.painter()
        .rect_filled(place.expand(8.0), theme::CONTROL_RADIUS, theme.stage);
    let said = galley.text().to_owned();
    ui.painter().galley(place.min, galley, theme.muted);
    let response = ui.interact(place, ui.scope_id().with("empty"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
}

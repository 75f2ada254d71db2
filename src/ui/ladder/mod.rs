//! The ladder: one lifeline per host, one arrow per segment, the states of each kernel's sockets.
//!
//! Held segments are tokens on their arrows with Deliver and Drop. A delivered one runs along its
//! arrow for a moment; after that everything stands still. With many hosts it scrolls sideways.

mod arrow;
mod band;
mod motion;
mod pill;
mod place;
mod tick;
mod token;

use std::sync::Arc;

use eframe::egui;
use eframe::egui::{
    Align2, Id, Painter, Pos2, Rect, Role, ScrollArea, Sense, Stroke, Ui, Vec2b, WidgetInfo, pos2,
    vec2,
};

use super::capture;
use super::hot::Light;
use super::text::{host_title, host_word, say};
use super::theme::{self, Theme};
use super::wire;
use crate::ladder::{self, Arrow, Numbers, Plan};
use crate::session::{Command, View};
use crate::timeline::Stamp;
use crate::trace::{SegmentId, WireKind};

/// Left and right of the outer lifelines, for the names of states and calls. On the right are a
/// listener's lane and the scroll bar, too.
const LEFT: f32 = 96.0;
const RIGHT: f32 = 110.0;
const BAND: f32 = 9.0;
const LANE: f32 = 12.0;
const HEADER: f32 = 34.0;
/// Between two of many lifelines: what a token needs, and a state's name.
const APART: f32 = 144.0;
/// Closer than this, "Client 12 kernel" runs into its neighbour.
const NARROW: f32 = 130.0;
/// How much is left of what is not tied to what is pointed at.
const DIM: f32 = 0.4;

/// What the parts of the ladder share.
struct Stage<'a> {
    plan: &'a Plan,
    /// Where height 0 of the plan is.
    origin: Pos2,
    xs: Vec<f32>,
    visible: Rect,
    /// From the first pixel to the last that names beside lifelines can have.
    sides: (f32, f32),
}

impl Stage<'_> {
    /// Where names stand: on the side away from the arrows, which all go to the server.
    fn side(&self, host: usize) -> f32 {
        if host < self.plan.first_right {
            -1.0
        } else {
            1.0
        }
    }

    /// The outer edge of the outermost lane.
    fn outside(&self, host: usize) -> f32 {
        let outermost = self.plan.outermost.get(host).copied().unwrap_or(0);
        self.xs[host] + self.side(host) * (LANE * outermost as f32 + BAND / 2.0)
    }

    /// How far it is from there to whatever comes next.
    fn room_outside(&self, host: usize) -> f32 {
        let outside = self.outside(host);
        let next = if self.side(host) < 0.0 {
            host.checked_sub(1).map(|left| self.xs[left] + BAND)
        } else {
            self.xs.get(host + 1).map(|right| right - BAND)
        };
        let end = if self.side(host) < 0.0 {
            self.sides.0
        } else {
            self.sides.1
        };
        (next.unwrap_or(end) - outside).abs()
    }

    /// Whether anything beside this lifeline can be in sight.
    fn is_near(&self, host: usize) -> bool {
        let seen = self.visible.x_range().expand(2.0 * APART);
        seen.contains(self.xs[host])
    }

    /// What is in sight, in the plan's heights.
    fn heights(&self) -> (f32, f32) {
        let ys = self.visible.y_range();
        (ys.min - self.origin.y, ys.max - self.origin.y)
    }

    /// From the edge of one band to the edge of the other, in the plan's heights.
    fn ends(&self, arrow: &Arrow) -> (Pos2, Pos2) {
        let neighbour = if arrow.from + 1 < self.xs.len() {
            arrow.from + 1
        } else {
            arrow.from.saturating_sub(1)
        };
        let from = pos2(self.xs[arrow.from], arrow.y_from);
        let to = pos2(self.xs[arrow.to.unwrap_or(neighbour)], arrow.y_to);
        let way = vec2((to.x - from.x).signum() * (BAND / 2.0 + 1.0), 0.0);
        (from + way, to - way)
    }
}

/// Names grow away from the lifeline.
fn outward(side: f32) -> Align2 {
    if side < 0.0 {
        Align2::RIGHT_CENTER
    } else {
        Align2::LEFT_CENTER
    }
}

/// What is not tied to what is pointed at steps back a little.
fn dimmed(painter: &Painter, light: Light) -> Painter {
    let mut painter = painter.clone();
    if light == Light::Dim {
        painter.multiply_opacity(DIM);
    }
    painter
}

pub fn ladder_ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let plan = planned(ui, view);
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
                sides: (area.left() + 2.0, area.right() - 10.0),
            };
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
}

/// A plan, and what it is the plan of.
#[derive(Clone)]
struct Kept {
    of: (Stamp, Numbers),
    plan: Arc<Plan>,
}

/// Made anew only when the state has changed.
fn planned(ui: &Ui, view: &View<'_>) -> Arc<Plan> {
    let id = Id::unique("the ladder's plan");
    let of = (view.timeline.stamp(), view.desk.settings.numbers);
    let kept = ui.data(|data| data.get_temp::<Kept>(id));
    if let Some(kept) = kept.filter(|kept| kept.of == of) {
        return kept.plan;
    }
    let plan = Arc::new(ladder::plan(view.timeline.state(), of.1));
    let kept = Kept {
        of,
        plan: Arc::clone(&plan),
    };
    ui.data_mut(|data| data.insert_temp(id, kept));
    plan
}

/// Lines first, then the names of states and calls, then those of segments: nothing runs through
/// a word.
fn arrows_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    stage: &Stage<'_>,
    commands: &mut Vec<Command>,
) {
    let segments = &view.timeline.state().segments;
    let in_sight = place::in_sight(ui, view, stage).into_iter();
    let shown = in_sight.filter_map(|(index, placed)| {
        let arrow = &stage.plan.arrows[index];
        let segment = segments.get(&arrow.segment)?;
        Some(arrow::Shown {
            segment,
            arrow,
            placed,
        })
    });
    let shown: Vec<arrow::Shown<'_>> = shown.collect();
    for each in &shown {
        arrow::line_ui(ui, view, theme, stage, each);
    }
    band::names_ui(ui, view, theme, stage);
    tick::ticks_ui(ui, view, theme, stage);
    for each in &shown {
        arrow::name_ui(ui, view, theme, (stage, each), commands);
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
    let at = pos2(stage.xs[arrow.from], stage.origin.y + arrow.y_from);
    let place = Rect::from_center_size(at, vec2(2.0 * APART, 2.0));
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
        let most = plan.outermost.get(host).copied().unwrap_or(0);
        let most = most.clamp(usual, 8) - usual;
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
    for (index, (host, x)) in stage.plan.hosts.iter().zip(&stage.xs).enumerate() {
        if !stage.is_near(index) {
            continue;
        }
        let mut title = host_title(view.language, state, host);
        if !is_narrow {
            let host = host_word(view.language, state, host);
            title = match capture::is_captured(view) {
                true => say!(view.language, "capture.end", host = host),
                false => say!(view.language, "ladder.kernel", host = host),
            }
            .into_owned();
        }
        let at = pos2(*x, seen.top() + HEADER / 2.0 + 2.0);
        let font = theme::bold_font(theme::SMALL);
        let colour = theme.host_tone(host).strong;
        ui.painter()
            .text(at, Align2::CENTER_CENTER, title, font, colour);
    }
}

fn lifelines_ui(ui: &Ui, view: &View<'_>, theme: &Theme, stage: &Stage<'_>, height: f32) {
    let bottom = stage.origin.y + height - 8.0;
    for (index, host) in stage.plan.hosts.iter().enumerate() {
        let stroke = Stroke::new(2.0, theme.host_tone(host).strong);
        let x = stage.xs[index];
        ui.painter().vline(x, stage.origin.y..=bottom, stroke);
    }
    band::bands_ui(ui, view, theme, stage, bottom);
}

fn empty_ui(ui: &Ui, view: &View<'_>, theme: &Theme, rect: Rect) {
    let font = theme::text_font(theme::SMALL);
    let text = match view.timeline.trace().header().wire {
        WireKind::Held => say!(view.language, "ladder.empty"),
        WireKind::Loopback => say!(view.language, "ladder.empty_loopback"),
        WireKind::Captured => say!(view.language, "ladder.empty_captured"),
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

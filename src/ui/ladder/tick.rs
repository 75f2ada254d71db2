//! Ticks beside a lifeline: where a program's call entered its kernel, and where it came back.
//!
//! A shape and the call's name on the side away from the arrows: into the kernel, back from it
//! after a wait, or both at once. Calls of one name stand together, and so do calls that nothing
//! came of; all of them are told when pointed at.

use eframe::egui::{
    Color32, Painter, Pos2, Rect, RectAlign, Role, Sense, Shape, Stroke, Tooltip, Ui, WidgetInfo,
    pos2, vec2,
};

use super::{Stage, dimmed};
use crate::ladder::{Tick, Way, find_call};

use crate::session::View;
use crate::trace::CallId;
use crate::ui::hot::{self, Light, Thing};
use crate::ui::parts::{self, Icon};
use crate::ui::remark;
use crate::ui::text::{host_word, say};
use crate::ui::theme::{self, Theme};

/// The shape, and from the band to the name.
const SHAPE: f32 = 7.0;
const NAME: f32 = 12.0;
/// So many calls are told one by one.
const TOLD: usize = 6;

pub fn ticks_ui(ui: &Ui, view: &View<'_>, theme: &Theme, stage: &Stage<'_>) {
    let (top, bottom) = stage.heights();
    let in_sight = stage.plan.ticks_in(top, bottom);
    for tick in in_sight.filter(|tick| stage.is_near(tick.host)) {
        tick_ui(ui, view, theme, stage, tick);
    }
}

fn tick_ui(ui: &Ui, view: &View<'_>, theme: &Theme, stage: &Stage<'_>, tick: &Tick) {
    let things = tick.calls.iter().map(|call| Thing::Call(*call));
    let lights = things.map(|thing| hot::light(ui.ctx(), view, &thing));
    let light = lights.reduce(brighter).unwrap_or(Light::Usual);
    let side = stage.side(tick.host);
    let edge = pos2(stage.outside(tick.host), stage.origin.y + tick.y + 5.0);
    let name = name_rect(ui, stage, tick).translate(vec2(0.0, stage.origin.y));
    let tone = if tick.has_failed {
        theme.bad_tone()
    } else {
        theme.host_tone(&stage.plan.hosts[tick.host])
    };
    let whole = name.union(Rect::from_center_size(edge, vec2(2.0, 12.0)));
    let ground = whole.shrink2(vec2(1.0, 0.0));
    ui.painter().rect_filled(ground, 3, theme.stage);
    let painter = dimmed(ui.painter(), light);
    if light == Light::Lit {
        painter.rect_filled(name.expand2(vec2(2.0, 0.0)), 3, tone.soft);
    }
    paint_shape(&painter, tick, (edge, side), tone.strong);
    let galley = galley(ui.painter(), tick, room(stage, tick), tone.strong);
    painter.galley(name.min, galley, tone.strong);
    let id = ("tick", tick.host, tick.calls.first(), tick.way as u8);
    let response = ui.interact(whole, ui.scope_id().with(id), Sense::hover());
    if let Some(call) = tick.calls.last() {
        hot::point(&response, view, Thing::Call(*call));
    }
    let state = view.timeline.state();
    response.widget_info(|| {
        let host = host_word(view.language, state, &stage.plan.hosts[tick.host]);
        let what = way_words(view, tick);
        let name = label(tick);
        let words = say!(
            view.language,
            "tick.name",
            host = host,
            call = name,
            what = what
        );
        WidgetInfo::labeled(Role::Label, true, words)
    });
    // On the side away from the arrows, too: what lights up is to be seen.
    let mut tooltip = Tooltip::for_enabled(&response);
    let align = if side < 0.0 {
        RectAlign::LEFT_START
    } else {
        RectAlign::RIGHT_START
    };
    tooltip.popup = tooltip.popup.align(align);
    tooltip.show(|ui| {
        for call in tick.calls.iter().take(TOLD) {
            for line in told(view, tick, *call) {
                ui.label(line);
            }
        }
        if let Some(more) = tick.calls.len().checked_sub(TOLD).filter(|more| *more > 0) {
            ui.label(say!(view.language, "tick.more", count = more));
        }
    });
}

fn brighter(one: Light, other: Light) -> Light {
    if one == Light::Lit { one } else { other }
}

/// A triangle towards the kernel, one away from it, or both; a cross when the kernel refused.
fn paint_shape(painter: &Painter, tick: &Tick, (edge, side): (Pos2, f32), colour: Color32) {
    let middle = edge + vec2(side * (SHAPE / 2.0 + 1.5), 0.0);
    if tick.has_failed {
        parts::paint_icon(painter, Icon::Cross, middle, SHAPE + 2.0, colour);
        return;
    }
    let half = SHAPE / 2.0;
    let at = |x: f32, y: f32| middle + vec2(side * x * half, y * half);
    let points = match tick.way {
        Way::In => vec![at(-1.0, 0.0), at(1.0, -1.0), at(1.0, 1.0)],
        Way::Out => vec![at(1.0, 0.0), at(-1.0, -1.0), at(-1.0, 1.0)],
        Way::Through => vec![at(-1.0, 0.0), at(0.0, -1.0), at(1.0, 0.0), at(0.0, 1.0)],
    };
    match tick.way {
        Way::In | Way::Through => {
            painter.add(Shape::convex_polygon(points, colour, Stroke::NONE));
        }
        Way::Out => {
            painter.add(Shape::closed_line(points, Stroke::new(1.5, colour)));
        }
    }
}

/// `connect()`, `recv() ×3`, `socket() +2`.
fn label(tick: &Tick) -> String {
    let name = &tick.name;
    match (tick.calls.len(), tick.is_mixed) {
        (0 | 1, _) => format!("{name}()"),
        (count, false) => format!("{name}() ×{count}"),
        (count, true) => format!("{name}() +{}", count - 1),
    }
}

fn galley(
    painter: &Painter,
    tick: &Tick,
    room: f32,
    colour: Color32,
) -> std::sync::Arc<eframe::egui::Galley> {
    let font = theme::code_font(theme::STATE);
    let mut job = eframe::egui::text::LayoutJob::simple_singleline(label(tick), font, colour);
    job.wrap = eframe::egui::text::TextWrapping::truncate_at_width(room);
    painter.layout_job(job)
}

/// What there is for a name beside this lifeline.
fn room(stage: &Stage<'_>, tick: &Tick) -> f32 {
    stage.room_outside(tick.host) - NAME - 2.0
}

fn name_rect(ui: &Ui, stage: &Stage<'_>, tick: &Tick) -> Rect {
    let side = stage.side(tick.host);
    let at = pos2(stage.outside(tick.host) + side * NAME, tick.y + 5.0);
    let galley = galley(ui.painter(), tick, room(stage, tick), Color32::PLACEHOLDER);
    super::outward(side).anchor_size(at, galley.size())
}

/// Where names stand between two of the plan's heights, in its heights.
pub fn names(ui: &Ui, stage: &Stage<'_>, top: f32, bottom: f32) -> Vec<Rect> {
    let ticks = stage.plan.ticks_in(top, bottom);
    ticks.map(|tick| name_rect(ui, stage, tick)).collect()
}

fn way_words(view: &View<'_>, tick: &Tick) -> String {
    let language = view.language;
    match (tick.has_failed, tick.way) {
        (true, _) => say!(language, "tick.failed"),
        (false, Way::In) => say!(language, "tick.in"),
        (false, Way::Through) => say!(language, "tick.through"),
        (false, Way::Out) => say!(language, "tick.out"),
    }
    .into_owned()
}

/// What there is to say of one of its calls.
fn told(view: &View<'_>, tick: &Tick, id: CallId) -> Vec<String> {
    let language = view.language;
    let state = view.timeline.state();
    let Some((program, call)) = find_call(state, id) else {
        return Vec::new();
    };
    let (line, name, args) = (call.line, &call.name, &call.args);
    let what = way_words(view, tick);
    let first = say!(
        language,
        "tick.told",
        program = host_word(language, state, program),
        line = line,
        call = name,
        args = args,
        what = what
    );
    let mut told = vec![first.into_owned()];
    if tick.way == Way::Out
        && let Some(cause) = state.causes().of_return(id)
    {
        told.extend(remark::woken(view, cause));
    }
    told
}

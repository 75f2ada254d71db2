//! The timeline: a lane for each program and one for the wire, the lesson's passages, and a cursor
//! to drag.
//!
//! Time is in steps: each stop of the run is one column, so a pause for thought takes no room.
//! In: a view. Out: where to look, as a command. What comes after the moment looked at is dim.

mod beats;
mod lanes;
mod marks;

use eframe::egui::{
    Align2, Color32, CursorIcon, EventFilter, Id, Key, LayerId, Order, Painter, Pos2, Rect,
    Response, Sense, Shape as Drawn, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use self::lanes::{Lane, lanes};
use self::marks::{Mark, Marks, Shape};
use super::controls;
use super::glow;
use super::parts::{Icon, focus_ring, paint_icon};
use super::text::say;
use super::theme::{self, Theme};
use crate::session::{Command, View};
use crate::timeline::Timeline;
use crate::trace::Moment;

/// So many columns at least: an early run does not stretch over the whole strip.
const FEWEST_COLUMNS: usize = 24;
const LABEL: f32 = 58.0;
/// Above the lanes: the passages' numbers.
const BEATS: f32 = 15.0;
/// A dot needs this much of the strip for itself.
const DOT: f32 = 5.0;

/// Where steps are.
#[derive(Clone, Copy)]
struct Scale {
    track: Rect,
    columns: usize,
}

impl Scale {
    fn x(self, column: f32) -> f32 {
        self.track.left() + self.track.width() * column / self.columns as f32
    }

    /// The step nearest to a place; 0 is the beginning.
    fn step(self, x: f32) -> usize {
        let share = (x - self.track.left()) / self.track.width();
        (share * self.columns as f32).round().max(0.0) as usize
    }
}

pub fn timeline_strip_ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let size = vec2(ui.available_width(), ui.available_height() - 4.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let lanes = lanes(view);
    let area = Rect::from_min_max(pos2(rect.left() + LABEL, rect.top() + BEATS), rect.max);
    let scale = Scale {
        track: area.shrink2(vec2(8.0, 2.0)),
        columns: (view.timeline.stops().len() + 1).max(FEWEST_COLUMNS),
    };
    let painter = ui.painter_at(rect);
    paint_lanes(&painter, view, theme, &lanes, (rect.left(), scale));
    paint_ahead(&painter, view, theme, scale);
    beats::lines_ui(&painter, view, theme, scale);
    paint_marks(ui, &painter, view, theme, &lanes, scale);
    paint_cursor(&painter, view, theme, scale);
    focus_ring(ui, theme, &response, rect.shrink(3.0));
    look_with_keys(ui, view, &response, commands);
    look_with_pointer(ui, view, theme, (&response, scale), commands);
    describe(ui, view, response);
    beats::beats_ui(ui, view, theme, (rect, scale), commands);
}

fn lane_y(track: Rect, lane: usize, lanes: usize) -> f32 {
    track.top() + track.height() * (lane as f32 + 0.5) / lanes as f32
}

fn paint_lanes(
    painter: &Painter,
    view: &View<'_>,
    theme: &Theme,
    lanes: &[Lane],
    (left, scale): (f32, Scale),
) {
    for (index, lane) in lanes.iter().enumerate() {
        let (name, colour) = lane.title(view, theme);
        let y = lane_y(scale.track, index, lanes.len());
        painter.hline(scale.track.x_range(), y, Stroke::new(2.0, theme.trough));
        let font = theme::text_font(theme::TINY);
        painter.text(pos2(left, y), Align2::LEFT_CENTER, name, font, colour);
    }
}

/// What is not yet, from the moment looked at: on a ground of its own, hatched, so that colour is
/// not all that says it.
fn paint_ahead(painter: &Painter, view: &View<'_>, theme: &Theme, scale: Scale) {
    if view.timeline.is_live() {
        return;
    }
    let from = scale.x(view.timeline.step() as f32);
    let until = scale.x(view.timeline.stops().len() as f32).max(from);
    let ground = scale.track.with_min_x(from).with_max_x(until);
    painter.rect_filled(ground, 3, theme.trough.gamma_multiply(0.7));
    let stroke = Stroke::new(1.0, theme.outline.gamma_multiply(0.35));
    let (apart, lean) = (9.0, ground.height());
    let clipped = painter.with_clip_rect(ground);
    let lines = (0..).map(|n| ground.left() - lean + n as f32 * apart);
    for x in lines.take_while(|x| *x < ground.right()) {
        let ends = [pos2(x, ground.bottom()), pos2(x + lean, ground.top())];
        clipped.add(Drawn::line_segment(ends, stroke));
    }
}

fn paint_marks(
    ui: &Ui,
    painter: &Painter,
    view: &View<'_>,
    theme: &Theme,
    lanes: &[Lane],
    scale: Scale,
) {
    let timeline = view.timeline;
    let colours: Vec<Color32> = lanes.iter().map(|lane| lane.title(view, theme).1).collect();
    let mut marks = Marks::of(ui.ctx(), timeline, lanes);
    let places = (scale.track.width() / DOT).max(1.0) as usize;
    let shown = marks.shown(ui.ctx(), scale.columns, places);
    let apart = (scale.track.width() / scale.columns as f32 / 3.0).min(7.0);
    let now = timeline.moment();
    let newest = timeline.stops().len() as u32;
    let fresh = glow::arrival(ui, view, Id::unique("newest stop"), timeline.stops().len());
    for mark in shown.iter() {
        let Mark { lane, nth, .. } = *mark;
        let x = scale.x(mark.column as f32) + apart * f32::from(nth);
        let at = pos2(x, lane_y(scale.track, usize::from(lane), lanes.len()));
        let colour = colours.get(usize::from(lane)).copied();
        let colour = colour.unwrap_or(theme.muted);
        let is_past = mark.moment <= now;
        if is_past && mark.column == newest {
            let around = Rect::from_center_size(at, vec2(8.0, 8.0));
            glow::ring(painter, around, 4.0, theme.warn, fresh);
        }
        paint_mark(painter, at, mark.shape, colour, (theme, is_past));
    }
}

fn paint_mark(
    painter: &Painter,
    at: Pos2,
    shape: Shape,
    colour: Color32,
    (theme, is_past): (&Theme, bool),
) {
    let dim = |colour: Color32| match is_past {
        true => colour,
        false => colour.gamma_multiply(0.4),
    };
    let radius = 4.0;
    match shape {
        Shape::Call | Shape::Delivered => {
            painter.circle_filled(at, radius, dim(colour));
        }
        Shape::Sent => {
            let stroke = Stroke::new(1.5, dim(colour));
            painter.circle(at, radius - 0.5, theme.panel, stroke);
        }
        Shape::Dropped => paint_icon(painter, Icon::Cross, at, 9.0, dim(theme.bad)),
    }
}

fn paint_cursor(painter: &Painter, view: &View<'_>, theme: &Theme, scale: Scale) {
    let x = scale.x(view.timeline.step() as f32);
    let stroke = Stroke::new(2.0, theme.text);
    painter.vline(x, scale.track.y_range(), stroke);
    // A grip at the foot, where no passage's number is.
    let foot = scale.track.bottom();
    let grip = vec![
        pos2(x, foot - 7.0),
        pos2(x + 5.0, foot + 1.0),
        pos2(x - 5.0, foot + 1.0),
    ];
    painter.add(Drawn::convex_polygon(grip, theme.text, Stroke::NONE));
}

/// With the focus on it, the arrows go a step.
fn look_with_keys(ui: &Ui, view: &View<'_>, response: &Response, commands: &mut Vec<Command>) {
    if !response.has_focus() {
        return;
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let (back, forward) = ui.input(|input| {
        (
            input.key_pressed(Key::ArrowLeft),
            input.key_pressed(Key::ArrowRight),
        )
    });
    if back {
        commands.extend(controls::back(view).ok());
    }
    // Looking never orders anything: at the present it goes no further.
    if forward && !view.timeline.is_live() {
        commands.push(Command::Forward);
    }
}

/// To the stop nearest to the pointer, which is told before and while one drags; past the last
/// one is the present.
fn look_with_pointer(
    ui: &Ui,
    view: &View<'_>,
    theme: &Theme,
    (response, scale): (&Response, Scale),
    commands: &mut Vec<Command>,
) {
    let over = response.interact_pointer_pos().or(response.hover_pos());
    let Some(pointer) = over else { return };
    let stops = view.timeline.stops();
    let wanted = scale.step(pointer.x).min(stops.len());
    paint_preview(ui, view, theme, (scale, pointer.x, wanted));
    if !response.clicked() && !response.dragged() {
        return;
    }
    let is_last = wanted == stops.len();
    if is_last && !view.timeline.is_live() {
        commands.push(Command::GoLive);
    } else if !is_last && wanted != view.timeline.step() {
        commands.push(Command::GoTo(moment_of(view.timeline, wanted)));
    }
}

fn moment_of(timeline: &Timeline, step: usize) -> Moment {
    let stop = step
        .checked_sub(1)
        .and_then(|index| timeline.stops().get(index));
    stop.copied().unwrap_or(Moment(0))
}

/// Which step it would be, and when in the run that was.
fn paint_preview(ui: &Ui, view: &View<'_>, theme: &Theme, (scale, x, step): (Scale, f32, usize)) {
    let moment = moment_of(view.timeline, step);
    let events = view.timeline.trace().events();
    let event = moment.0.checked_sub(1).and_then(|index| events.get(index));
    let at_us = event.map_or(0, |event| event.at_us);
    let time = format!("{:.2}", at_us as f64 / 1e6);
    let words = say!(view.language, "timeline.preview", step = step, time = time);
    let layer = LayerId::new(Order::Tooltip, Id::unique("timeline preview"));
    let painter = ui.ctx().layer_painter(layer);
    let font = theme::text_font(theme::TINY);
    let galley = painter.layout_no_wrap(words.into_owned(), font, theme.on_primary);
    let size = galley.size() + vec2(12.0, 6.0);
    let window = ui.ctx().content_rect();
    let left = (x - size.x / 2.0).clamp(window.left(), (window.right() - size.x).max(0.0));
    let at = pos2(left, scale.track.top() - BEATS - size.y - 2.0);
    let card = Rect::from_min_size(at, size);
    painter.rect_filled(card, 5, theme.primary);
    painter.galley(card.min + vec2(6.0, 3.0), galley, theme.on_primary);
    let stroke = Stroke::new(1.0, theme.muted);
    painter.vline(scale.x(step as f32), scale.track.y_range(), stroke);
}

fn describe(ui: &Ui, view: &View<'_>, response: Response) {
    let name = say!(view.language, "timeline.name");
    response.widget_info(|| WidgetInfo::slider(true, view.timeline.step() as f64, &name));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_max_numeric_value(view.timeline.stops().len() as f64);
        node.set_min_numeric_value(0.0);
        node.set_description(say!(view.language, "timeline.hint").into_owned());
    });
    response.on_hover_cursor(CursorIcon::ResizeHorizontal);
}

//! The timeline: one lane per program and one for the wire, and a cursor to drag.
//!
//! Time is in steps: each stop of the run is one column, so a pause for thought takes no room.

use eframe::egui;
use eframe::egui::{
    Align2, Color32, CursorIcon, Key, Painter, Pos2, Rect, Response, Sense, Stroke, Ui, WidgetInfo,
    pos2,
};

use super::text::{host_title, say};
use super::theme::{self, Theme};
use crate::session::{Command, View};
use crate::timeline::Timeline;
use crate::trace::{By, Moment, Name, Order, What};

/// So many columns at least: an early run does not stretch over the whole strip.
const FEWEST_COLUMNS: usize = 24;
const LABEL: f32 = 58.0;

/// One dot.
struct Mark {
    lane: usize,
    column: usize,
    /// How many came before it in the same place.
    nth: usize,
    moment: Moment,
    shape: Shape,
}

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Call,
    Sent,
    Delivered,
    Dropped,
}

pub fn timeline_strip_ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let size = egui::vec2(ui.available_width(), ui.available_height() - 8.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let lanes = lanes(view);
    let stops = view.timeline.stops();
    let columns = (stops.len() + 1).max(FEWEST_COLUMNS);
    let track = Rect::from_min_max(pos2(rect.left() + LABEL, rect.top()), rect.max)
        .shrink2(egui::vec2(8.0, 2.0));
    let at = |column: f32| track.left() + track.width() * column / columns as f32;
    let lane_y =
        |lane: usize| track.top() + track.height() * (lane as f32 + 0.5) / lanes.len() as f32;
    let painter = ui.painter_at(rect);
    for (index, lane) in lanes.iter().enumerate() {
        let (name, colour) = lane.title(view);
        let y = lane_y(index);
        painter.hline(track.x_range(), y, Stroke::new(2.0, theme.trough));
        let font = theme::text_font(theme::TINY);
        painter.text(
            pos2(rect.left(), y),
            Align2::LEFT_CENTER,
            name,
            font,
            colour,
        );
    }
    let now = view.timeline.moment();
    for mark in marks(view.timeline, &lanes) {
        let apart = (track.width() / columns as f32 / 3.0).min(7.0);
        let x = at(mark.column as f32) + apart * mark.nth as f32;
        let (_, colour) = lanes[mark.lane].title(view);
        let is_past = mark.moment.0 <= now.0;
        paint_mark(
            &painter,
            pos2(x, lane_y(mark.lane)),
            mark.shape,
            colour,
            theme,
            is_past,
        );
    }
    let x = at(view.timeline.step() as f32);
    painter.vline(x, track.y_range(), Stroke::new(2.0, theme.text));
    painter.circle_filled(pos2(x, track.top() + 1.0), 3.5, theme.text);
    scrub(ui, view, &response, commands, |pointer: Pos2| {
        ((pointer.x - track.left()) / track.width() * columns as f32).round()
    });
    describe(ui, view, response);
}

/// To the stop nearest to the pointer; past the last one is the present.
fn scrub(
    ui: &Ui,
    view: &View<'_>,
    response: &Response,
    commands: &mut Vec<Command>,
    column_at: impl Fn(Pos2) -> f32,
) {
    let stops = view.timeline.stops();
    let step = view.timeline.step();
    let mut wanted = None;
    if let Some(pointer) = response.interact_pointer_pos()
        && (response.clicked() || response.dragged())
    {
        wanted = Some(column_at(pointer).max(0.0) as usize);
    }
    if response.has_focus() {
        wanted = ui.input(|input| {
            if input.key_pressed(Key::Home) {
                Some(0)
            } else if input.key_pressed(Key::End) {
                Some(usize::MAX)
            } else {
                wanted
            }
        });
    }
    let Some(wanted) = wanted else { return };
    let wanted = wanted.min(stops.len());
    let is_last = wanted == stops.len();
    if is_last && !view.timeline.is_live() {
        commands.push(Command::GoLive);
    } else if !is_last && wanted != step {
        let moment = wanted
            .checked_sub(1)
            .map_or(Moment(0), |index| stops[index]);
        commands.push(Command::GoTo(moment));
    }
}

fn describe(ui: &Ui, view: &View<'_>, response: Response) {
    let name = say!(view.language, "timeline.name");
    response.widget_info(|| WidgetInfo::slider(true, view.timeline.step() as f64, &name));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_max_numeric_value(view.timeline.stops().len() as f64);
        node.set_min_numeric_value(0.0);
    });
    response
        .on_hover_cursor(CursorIcon::ResizeHorizontal)
        .on_hover_text(say!(view.language, "timeline.hint"));
}

/// One line of the strip.
enum Lane<'a> {
    One(&'a Name),
    /// All together: there are too many for a lane each.
    Clients,
    Wire,
}

/// More clients than this share a lane.
const MOST_LANES: usize = 4;

impl Lane<'_> {
    fn is_of(&self, program: &Name) -> bool {
        match self {
            Self::One(name) => *name == program,
            Self::Clients => !super::controls::is_server(program),
            Self::Wire => false,
        }
    }

    fn title(&self, view: &View<'_>) -> (String, Color32) {
        let theme = theme::theme(view.look);
        let language = view.language;
        match self {
            Self::One(name) => (
                host_title(language, view.timeline.state(), name),
                theme.host_tone(name).strong,
            ),
            Self::Clients => (
                say!(language, "timeline.clients").into_owned(),
                theme.client,
            ),
            Self::Wire => (say!(language, "timeline.wire").into_owned(), theme.wire),
        }
    }
}

/// Clients, the wire, servers: as they stand on the stage.
fn lanes<'a>(view: &View<'a>) -> Vec<Lane<'a>> {
    let names = || view.timeline.newest().program_order.iter();
    let is_server = |name: &&Name| super::controls::is_server(name);
    let mut lanes: Vec<Lane<'_>> = names()
        .filter(|name| !is_server(name))
        .map(Lane::One)
        .collect();
    if lanes.len() > MOST_LANES {
        lanes = vec![Lane::Clients];
    }
    lanes.push(Lane::Wire);
    lanes.extend(names().filter(is_server).map(Lane::One));
    lanes
}

/// Dots by the stops that `Back` and the cursor go by: a rest that is no stop is no column either.
fn marks(timeline: &Timeline, lanes: &[Lane<'_>]) -> Vec<Mark> {
    let is_wire = |lane: &Lane<'_>| matches!(lane, Lane::Wire);
    let wire = lanes.iter().position(is_wire).unwrap_or(0);
    let mut marks: Vec<Mark> = Vec::new();
    let mut current = 0;
    let mut taken = vec![0; lanes.len()];
    for (index, event) in timeline.trace().events().iter().enumerate() {
        let moment = Moment(index + 1);
        let found = match &event.what {
            What::Order(ordered) => match (&ordered.order, ordered.by) {
                (Order::Step { program, .. }, By::Learner | By::Director | By::Lesson) => {
                    let place = lanes.iter().position(|lane| lane.is_of(program));
                    place.map(|place| (place, Shape::Call))
                }
                (
                    Order::Deliver { .. }
                    | Order::Drop { .. }
                    | Order::Duplicate { .. }
                    | Order::Corrupt { .. }
                    | Order::Delay { .. }
                    | Order::Hold { .. }
                    | Order::DeliverAll
                    | Order::Answer { .. },
                    _,
                ) => None,
            },
            What::Sent {
                absorbed: false, ..
            } => Some((wire, Shape::Sent)),
            What::Delivered { .. } => Some((wire, Shape::Delivered)),
            What::Dropped { .. } => Some((wire, Shape::Dropped)),
            _ => None,
        };
        let Some((lane, shape)) = found else { continue };
        let column = 1 + timeline.stops().partition_point(|stop| *stop < moment);
        if column != current {
            current = column;
            taken.fill(0);
        }
        marks.push(Mark {
            lane,
            column,
            nth: taken[lane],
            moment,
            shape,
        });
        taken[lane] += 1;
    }
    marks
}

fn paint_mark(
    painter: &Painter,
    at: Pos2,
    shape: Shape,
    colour: Color32,
    theme: &Theme,
    is_past: bool,
) {
    let colour = if is_past {
        colour
    } else {
        colour.gamma_multiply(0.35)
    };
    let radius = 4.0;
    match shape {
        Shape::Call => {
            painter.circle_filled(at, radius, colour);
        }
        Shape::Sent => {
            painter.circle(at, radius - 0.5, theme.panel, Stroke::new(1.5, colour));
        }
        Shape::Delivered => {
            painter.circle_filled(at, radius, colour);
        }
        Shape::Dropped => {
            super::parts::paint_icon(painter, super::parts::Icon::Cross, at, 9.0, theme.bad);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Event, Header, SegmentId, Setup, Timers, WireKind};

    fn column_of_the_last(what: Vec<What>) -> (usize, usize) {
        let setup = Setup {
            hosts: Vec::new(),
            programs: Vec::new(),
            timers: Timers::Patient,
            wire: WireKind::Held,
        };
        let header = Header::new(&setup, String::new(), WireKind::Held);
        let mut timeline = Timeline::new(header);
        for (n, what) in what.into_iter().enumerate() {
            let (n, at_us) = (n as u64, n as u64);
            timeline.push(Event { n, at_us, what });
        }
        let last = marks(&timeline, &[Lane::Wire]).pop().expect("a dot");
        (last.column, timeline.step())
    }

    fn delivered() -> What {
        let segment = SegmentId(0);
        What::Delivered { segment }
    }

    #[test]
    fn a_dot_stands_at_the_step_in_which_it_happened() {
        let many = vec![delivered(), What::Rest, What::Rest, What::Rest];
        assert_eq!(column_of_the_last(many.clone()), (1, 1));
        let then = [many, vec![delivered(), What::Rest]].concat();
        assert_eq!(column_of_the_last(then), (2, 2));
        let moving = vec![delivered(), What::Rest, What::Rest, delivered()];
        assert_eq!(column_of_the_last(moving), (2, 1));
    }
}

//! A transfer over time: what was sent, acknowledged and allowed; and what the sender's kernel
//! said of its congestion window.
//!
//! In: a connection, a direction, and the events up to the cursor. Out: two plots with one time
//! axis, the lab's clock; a click goes to that moment. How far it is zoomed is egui's to remember.

mod plot;
mod scale;
mod series;

use std::sync::Arc;

use eframe::egui;
use eframe::egui::{Id, Ui, vec2};
use egui_plot::MarkerShape;

use self::series::{Mark, Series, Way, within};
use super::connection::{self, Connection};
use crate::lesson::Language;
use crate::session::{Command, View};
use crate::trace::Moment;
use crate::ui::capture;
use crate::ui::parts::{self, Button};
use crate::ui::text::say;
use crate::ui::theme::Theme;

/// How a line or its marks look.
#[derive(Clone, Copy)]
enum Shape {
    Solid,
    Dashed,
    Dotted,
    Marker(MarkerShape),
}

/// One line of a plot.
struct Drawn<'a> {
    name: String,
    marks: &'a [Mark],
    colour: egui::Color32,
    shape: Shape,
    /// It says how far others may go; it may lie far above them.
    is_limit: bool,
}

pub fn graph_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let mut chosen = None;
    let zoom_id = Id::unique("graph zoom");
    let mut zoom = ui.data(|data| data.get_temp::<(f64, f64)>(zoom_id));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 2.0);
        chosen = connection::chosen_ui(ui, view, theme).map(|connection| {
            let is_back = direction_ui(ui, view, theme, &connection);
            (connection, is_back)
        });
        if chosen.is_some() {
            zoom_ui(ui, language, theme, &mut zoom, view);
            let note = match capture::is_captured(view) {
                true => say!(language, "capture.clock"),
                false => say!(language, "graph.clock"),
            };
            parts::caption(ui, theme, &note);
        }
    });
    let way = chosen.and_then(|(connection, is_back)| way(&connection, is_back));
    let series = way.map(|way| series_of(ui, view, way));
    let Some(series) = series.filter(|series| !series.is_empty()) else {
        parts::caption(ui, theme, &say!(language, "graph.none"));
        return;
    };
    plots_ui(ui, view, theme, (&series, &mut zoom), commands);
    ui.data_mut(|data| match zoom {
        Some(zoom) => {
            data.insert_temp(zoom_id, zoom);
        }
        None => data.remove::<(f64, f64)>(zoom_id),
    });
}

/// A button that turns the direction round; whether it is turned.
fn direction_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, connection: &Connection) -> bool {
    let id = Id::unique("graph direction");
    let mut is_back = ui.data(|data| data.get_temp::<bool>(id)).unwrap_or(false);
    let state = view.timeline.state();
    let [first, second] = connection
        .ends
        .each_ref()
        .map(|end| end.title(view.language, state));
    let (from, to) = if is_back {
        (second, first)
    } else {
        (first, second)
    };
    let button = Button {
        name: say!(view.language, "graph.direction", from = &from, to = &to).into_owned(),
        hint: say!(view.language, "graph.direction_hint").into_owned(),
        height: 22.0,
        ..Button::new(format!("{from} → {to}"), theme)
    };
    if button.show(ui, theme).clicked() {
        is_back = !is_back;
        ui.data_mut(|data| data.insert_temp(id, is_back));
    }
    is_back
}

fn zoom_ui(
    ui: &mut Ui,
    language: Language,
    theme: &Theme,
    zoom: &mut Option<(f64, f64)>,
    view: &View<'_>,
) {
    let buttons = [
        ("+", say!(language, "graph.zoom_in"), 0.5),
        ("−", say!(language, "graph.zoom_out"), 2.0),
    ];
    for (label, name, factor) in buttons {
        let button = Button {
            name: name.into_owned(),
            hint: say!(language, "graph.zoom_hint").into_owned(),
            height: 22.0,
            ..Button::new(label, theme)
        };
        if button.show(ui, theme).clicked() {
            *zoom = Some(zoomed(zoom.unwrap_or(whole(view)), factor, None));
        }
    }
    let button = Button {
        hint: say!(language, "graph.whole_hint").into_owned(),
        height: 22.0,
        ..Button::new(say!(language, "graph.whole"), theme)
    };
    if button.show(ui, theme).clicked() {
        *zoom = None;
    }
}

fn whole(view: &View<'_>) -> (f64, f64) {
    (0.0, (view.timeline.state().at_us as f64 / 1e6).max(0.001))
}

/// Narrower or wider around a time, or around the middle.
fn zoomed((from, until): (f64, f64), factor: f64, around: Option<f64>) -> (f64, f64) {
    let around = around.unwrap_or((from + until) / 2.0);
    let width = ((until - from) * factor).clamp(1e-5, 1e6);
    let share = (around - from) / (until - from).max(1e-9);
    let from = around - width * share;
    (from, from + width)
}

fn way(connection: &Connection, is_back: bool) -> Option<Way> {
    let (from, to) = if is_back { (1, 0) } else { (0, 1) };
    let [from, to] = [&connection.ends[from], &connection.ends[to]];
    Some(Way {
        from: from.address.parse().ok()?,
        to: to.address.parse().ok()?,
        sender: (from.host.clone(), from.key),
    })
}

/// Goes on where it stopped, as long as it is the same run and the same way.
fn series_of(ui: &Ui, view: &View<'_>, way: Way) -> Arc<Series> {
    type Kept = Option<(u64, Way, Arc<Series>)>;
    let id = Id::unique("graph series");
    let run = view.timeline.run();
    let kept = ui.data_mut(|data| data.remove_temp::<Kept>(id)).flatten();
    let kept = kept.filter(|(of, kept, _)| (*of, kept) == (run, &way));
    let mut series = kept.map(|(_, _, series)| series).unwrap_or_default();
    let events = view.timeline.trace().events();
    // The newest state knows every segment, whatever moment is looked at.
    let is_done = Arc::make_mut(&mut series).read_on(&way, events, view.timeline.newest());
    if !is_done {
        ui.ctx().request_repaint();
    }
    let kept: Kept = Some((run, way, Arc::clone(&series)));
    ui.data_mut(|data| data.insert_temp(id, kept));
    series
}

fn plots_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (series, zoom): (&Series, &mut Option<(f64, f64)>),
    commands: &mut Vec<Command>,
) {
    let (language, moment) = (view.language, view.timeline.moment().0);
    let (bytes, segments) = (
        of_bytes(language, theme, series),
        of_segments(language, theme, series),
    );
    let now = view.timeline.state().at_us as f64 / 1e6;
    let shown = zoom.unwrap_or_else(|| extent(&[&bytes[..], &segments[..]], moment, now));
    let whole = ui.available_rect_before_wrap();
    let middle = whole.left() + whole.width() * 0.56;
    let halves = [
        (
            whole.with_max_x(middle - 6.0),
            &bytes[..],
            say!(language, "graph.bytes"),
        ),
        (
            whole.with_min_x(middle + 6.0),
            &segments[..],
            say!(language, "graph.segments"),
        ),
    ];
    for (index, (rect, lines, unit)) in halves.into_iter().enumerate() {
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(rect).id_salt(index));
        let seen = scale::seen(lines, moment, shown, now);
        plot::legend_ui(&mut child, (language, theme), (lines, &unit), &seen);
        let plotted = plot::plot_ui(
            &mut child,
            (language, theme),
            (lines, &unit),
            (seen, shown, now),
        );
        plot::steer(&child, &plotted, shown, zoom);
        if plotted.clicked
            && let Some(seconds) = plotted.at
        {
            commands.push(Command::GoTo(moment_at(view, seconds)));
        }
    }
    ui.advance_cursor_after_rect(whole);
}

/// From the first mark to now.
fn extent(plots: &[&[Drawn<'_>]], moment: usize, now: f64) -> (f64, f64) {
    let lines = plots.iter().flat_map(|lines| lines.iter());
    let shown = lines.map(|line| within(line.marks, moment, (f64::MIN, f64::MAX)));
    let ends = shown.filter_map(|marks| Some((marks.first()?.seconds, marks.last()?.seconds)));
    let (from, until) = ends.fold((f64::MAX, f64::MIN), |(from, until), (first, last)| {
        (from.min(first), until.max(last).max(now))
    });
    let margin = ((until - from) * 0.03).max(1e-4);
    if from > until {
        (0.0, 1.0)
    } else {
        (from - margin, until + margin)
    }
}

/// The first moment at or after a time: what had just happened then.
fn moment_at(view: &View<'_>, seconds: f64) -> Moment {
    let events = view.timeline.trace().events();
    let at_us = (seconds * 1e6).max(0.0) as u64;
    Moment(events.partition_point(|event| event.at_us <= at_us).max(1))
}

fn drawn<'a>(
    name: std::borrow::Cow<'_, str>,
    marks: &'a [Mark],
    colour: egui::Color32,
    shape: Shape,
) -> Drawn<'a> {
    Drawn {
        name: name.into_owned(),
        marks,
        colour,
        shape,
        is_limit: false,
    }
}

fn of_bytes<'a>(language: Language, theme: &Theme, series: &'a Series) -> Vec<Drawn<'a>> {
    vec![
        Drawn {
            is_limit: true,
            ..drawn(
                say!(language, "graph.window"),
                &series.window,
                theme.slate,
                Shape::Dashed,
            )
        },
        drawn(
            say!(language, "graph.acked"),
            &series.acked,
            theme.good,
            Shape::Solid,
        ),
        drawn(
            say!(language, "graph.sent"),
            &series.sent,
            theme.client,
            Shape::Marker(MarkerShape::Circle),
        ),
        drawn(
            say!(language, "graph.resent"),
            &series.resent,
            theme.warn,
            Shape::Marker(MarkerShape::Up),
        ),
        drawn(
            say!(language, "graph.dropped"),
            &series.dropped,
            theme.bad,
            Shape::Marker(MarkerShape::Cross),
        ),
    ]
}

fn of_segments<'a>(language: Language, theme: &Theme, series: &'a Series) -> Vec<Drawn<'a>> {
    vec![
        drawn(
            say!(language, "graph.cwnd"),
            &series.cwnd,
            theme.wire,
            Shape::Solid,
        ),
        drawn(
            say!(language, "graph.ssthresh"),
            &series.ssthresh,
            theme.closing,
            Shape::Dashed,
        ),
        drawn(
            say!(language, "graph.in_flight"),
            &series.in_flight,
            theme.server,
            Shape::Dotted,
        ),
    ]
}

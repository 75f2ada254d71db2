//! One plot: its lines, its legend in words and shapes, and what the pointer and the keys do on it.

use eframe::egui;
use eframe::egui::{EventFilter, Id, Key, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use egui_plot::{
    AxisHints, HoverPosition, Line, LineStyle, MarkerShape, Plot, PlotBounds, PlotPoints, PlotUi,
    Points, VLine,
};

use super::scale::{self, Seen, short};
use super::series::stairs;
use super::{Drawn, Shape, zoomed};
use crate::lesson::Language;
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};

/// Each line with its name and a piece of itself; one that is too high, with its value.
pub fn legend_ui(
    ui: &mut Ui,
    (language, theme): (Language, &Theme),
    (lines, unit): (&[Drawn<'_>], &str),
    seen: &Seen,
) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
        let unit = egui::RichText::new(unit).font(theme::bold_font(theme::TINY));
        ui.label(unit.color(theme.text));
        let lines = lines.iter().zip(&seen.above);
        for (line, above) in lines.filter(|(line, _)| !line.marks.is_empty()) {
            let font = theme::text_font(theme::TINY);
            let name = match above {
                Some(value) => say!(
                    language,
                    "graph.above",
                    name = line.name,
                    value = format!("{value:.0}")
                )
                .into_owned(),
                None => line.name.clone(),
            };
            let painter = ui.painter();
            let galley = painter.layout_no_wrap(name.clone(), font, theme.text);
            let size = vec2(22.0 + galley.size().x, galley.size().y);
            let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
            let ends = [rect.left_center(), rect.left_center() + vec2(18.0, 0.0)];
            let stroke = Stroke::new(2.0, line.colour);
            let painter = ui.painter();
            match line.shape {
                Shape::Solid => {
                    painter.line_segment(ends, stroke);
                }
                Shape::Dashed => painter.extend(egui::Shape::dashed_line(&ends, stroke, 6.0, 4.0)),
                Shape::Dotted => painter.extend(egui::Shape::dashed_line(&ends, stroke, 2.0, 3.0)),
                Shape::Marker(shape) => {
                    paint_marker(painter, rect.left_center() + vec2(9.0, 0.0), shape, stroke)
                }
            }
            let at = pos2(rect.left() + 22.0, rect.top());
            painter.galley(at, galley, theme.text);
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
        }
    });
}

fn paint_marker(painter: &egui::Painter, at: egui::Pos2, shape: MarkerShape, stroke: Stroke) {
    let corner = |x: f32, y: f32| at + vec2(x, y);
    match shape {
        MarkerShape::Cross => {
            painter.line_segment([corner(-3.5, -3.5), corner(3.5, 3.5)], stroke);
            painter.line_segment([corner(-3.5, 3.5), corner(3.5, -3.5)], stroke);
        }
        MarkerShape::Up => {
            let points = vec![corner(0.0, -4.0), corner(4.0, 3.5), corner(-4.0, 3.5)];
            painter.add(egui::Shape::convex_polygon(
                points,
                stroke.color,
                Stroke::NONE,
            ));
        }
        _ => {
            painter.circle_filled(at, 3.0, stroke.color);
        }
    }
}

/// What the pointer did on a plot.
pub struct Plotted {
    id: Id,
    pub clicked: bool,
    has_focus: bool,
    is_hovered: bool,
    dragged: f32,
    width: f32,
    /// The time that the pointer is at.
    pub at: Option<f64>,
}

pub fn plot_ui(
    ui: &mut Ui,
    (language, theme): (Language, &Theme),
    (lines, unit): (&[Drawn<'_>], &str),
    (seen, shown, now): (Seen, (f64, f64), f64),
) -> Plotted {
    let (low, high) = (seen.low, seen.high);
    let margin = (high - low) * 0.08;
    let plot = configured((language, theme), unit, shown.1 - shown.0);
    let response = plot.show(ui, |plot_ui| {
        plot_ui.set_plot_bounds(PlotBounds::from_min_max(
            [shown.0, low - margin],
            [shown.1, high + margin],
        ));
        plot_ui.vline(
            VLine::new("", now)
                .color(theme.muted)
                .width(1.0)
                .allow_hover(false),
        );
        for (line, points) in lines.iter().zip(seen.points) {
            line_ui(plot_ui, line, points);
        }
        plot_ui.pointer_coordinate().map(|at| at.x)
    });
    let name = say!(language, "graph.plot", unit = unit);
    let own = &response.response;
    own.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    if own.has_focus() {
        let ring = Stroke::new(2.0, theme.client);
        ui.painter()
            .rect_stroke(own.rect, 3, ring, egui::StrokeKind::Inside);
    }
    Plotted {
        id: own.id,
        clicked: own.clicked_by(egui::PointerButton::Primary),
        has_focus: own.has_focus(),
        is_hovered: own.hovered(),
        dragged: own.drag_delta().x,
        width: own.rect.width(),
        at: response.inner,
    }
}

/// The wheel zooms at the pointer, dragging moves; with the focus, + − ← → and Home do.
pub fn steer(ui: &Ui, plot: &Plotted, shown: (f64, f64), zoom: &mut Option<(f64, f64)>) {
    let width = shown.1 - shown.0;
    let moved = |share: f64| (shown.0 + width * share, shown.1 + width * share);
    if plot.is_hovered {
        let (wheel, pinch) = ui.input(|input| (input.smooth_scroll_delta.y, input.zoom_delta()));
        let factor = f64::from((-wheel * 0.004).exp() / pinch);
        if (factor - 1.0).abs() > 1e-4 {
            *zoom = Some(zoomed(shown, factor, plot.at));
        }
    }
    if plot.dragged != 0.0 {
        *zoom = Some(moved(-f64::from(plot.dragged / plot.width.max(1.0))));
    }
    if !plot.has_focus {
        return;
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(plot.id, filter));
    let pressed = |key| ui.input(|input| input.key_pressed(key));
    if pressed(Key::Plus) || pressed(Key::Equals) {
        *zoom = Some(zoomed(shown, 0.5, None));
    } else if pressed(Key::Minus) {
        *zoom = Some(zoomed(shown, 2.0, None));
    } else if pressed(Key::ArrowLeft) {
        *zoom = Some(moved(-0.2));
    } else if pressed(Key::ArrowRight) {
        *zoom = Some(moved(0.2));
    } else if pressed(Key::Home) {
        *zoom = None;
    }
}

/// Axes with units, a readout at the pointer; how far it is zoomed is ours to say.
fn configured<'a>((language, theme): (Language, &Theme), unit: &str, width: f64) -> Plot<'a> {
    let axis = |axis: AxisHints<'a>| {
        let axis = axis.tick_label_color(theme.muted);
        axis.tick_label_font(theme::text_font(theme::TINY))
    };
    let across = axis(AxisHints::new_x())
        .label_spacing(20.0..=40.0)
        .formatter(|mark, _| format!("{} s", short(mark.value, mark.step_size)));
    let up = axis(AxisHints::new_y())
        .label_spacing(8.0..=12.0)
        .min_thickness(30.0)
        .formatter(|mark, _| short(mark.value, mark.step_size));
    Plot::new(("transfer", unit))
        .allow_zoom(false)
        .allow_drag(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .set_margin_fraction(egui::Vec2::ZERO)
        // The lines of the grid stay faint, however far apart.
        .grid_spacing(8.0..=700.0)
        .custom_x_axes(vec![across])
        .custom_y_axes(vec![up])
        .x_grid_spacer(|input| scale::marks(&input, (84.0, 1e-6)))
        // Half a byte and half a segment are nowhere.
        .y_grid_spacer(|input| scale::marks(&input, (22.0, 1.0)))
        .label_formatter(move |position| {
            let (name, at) = match position {
                HoverPosition::NearDataPoint {
                    plot_name,
                    position,
                    ..
                } => (*plot_name, position),
                HoverPosition::Elsewhere { position } => ("", position),
            };
            let (value, time) = (format!("{:.0}", at.y), scale::time(at.x, width));
            let value = if name.is_empty() {
                value
            } else {
                say!(language, "graph.readout", name = name, value = value).into_owned()
            };
            Some(format!("{value}\n{time}"))
        })
}

fn line_ui<'a>(plot_ui: &mut PlotUi<'a>, line: &Drawn<'_>, points: Vec<[f64; 2]>) {
    let style = match line.shape {
        Shape::Marker(shape) => {
            let radius = match (shape, points.len()) {
                (MarkerShape::Circle, ..100) => 3.0,
                (MarkerShape::Circle, _) => 2.0,
                _ => 4.0,
            };
            let marks = Points::new(&line.name, PlotPoints::from(points));
            plot_ui.points(marks.color(line.colour).shape(shape).radius(radius));
            return;
        }
        Shape::Dashed => LineStyle::Dashed { length: 8.0 },
        Shape::Dotted => LineStyle::Dotted { spacing: 5.0 },
        Shape::Solid => LineStyle::Solid,
    };
    // Bands are for dense curves: they join a stair's upright to the next one by a filled slope.
    let stairs = Line::new(&line.name, PlotPoints::from(stairs(&points))).allow_band(false);
    // A dot's radius is the width.
    let width = if matches!(line.shape, Shape::Dotted) {
        1.3
    } else {
        2.0
    };
    plot_ui.line(stairs.color(line.colour).width(width).style(style));
}

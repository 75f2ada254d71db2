//! The lesson's passages on the timeline: a number where each was reached, which goes there.

use eframe::egui::{Align2, Painter, Rect, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::{BEATS, Scale};
use crate::session::{Command, View};
use crate::timeline::Timeline;
use crate::trace::Moment;
use crate::ui::driving;
use crate::ui::parts::focus_ring;
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};

const SIZE: f32 = 15.0;

/// The step in which it was reached.
fn step_of(timeline: &Timeline, moment: Moment) -> usize {
    timeline.stops().partition_point(|stop| *stop < moment) + 1
}

fn reached<'a>(view: &View<'a>) -> impl Iterator<Item = (usize, Moment)> + use<'a> {
    let beats = view.beats.iter().enumerate();
    beats.filter_map(|(index, moment)| Some((index, (*moment)?)))
}

/// A fine line through the lanes for each.
pub fn lines_ui(painter: &Painter, view: &View<'_>, theme: &Theme, scale: Scale) {
    let stroke = Stroke::new(1.0, theme.wire.gamma_multiply(0.45));
    for (_, moment) in reached(view) {
        let x = scale.x(step_of(view.timeline, moment) as f32);
        painter.add(Shape::dashed_line(
            &[pos2(x, scale.track.top()), pos2(x, scale.track.bottom())],
            stroke,
            3.0,
            3.0,
        ));
    }
}

/// The numbers, side by side where several were reached in one step.
pub fn beats_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (rect, scale): (Rect, Scale),
    commands: &mut Vec<Command>,
) {
    let mut free = scale.track.left() - SIZE;
    for (index, moment) in reached(view) {
        let x = scale.x(step_of(view.timeline, moment) as f32) - SIZE / 2.0;
        let left = x.max(free).min(rect.right() - SIZE);
        free = left + SIZE + 1.0;
        let place = Rect::from_min_size(pos2(left, rect.top()), vec2(SIZE, BEATS));
        let response = ui.interact(place, ui.scope_id().with(("beat", index)), Sense::click());
        let number = (index + 1).to_string();
        let is_past = moment <= view.timeline.moment();
        let (fill, ink) = match is_past {
            true => (theme.wire, theme.on_strong),
            false => (theme.trough, theme.muted),
        };
        let painter = ui.painter();
        painter.rect_filled(place.shrink(0.5), 4, fill);
        if response.hovered() {
            let edge = Stroke::new(1.5, theme.text);
            painter.rect_stroke(place, 4, edge, eframe::egui::StrokeKind::Inside);
        }
        let font = theme::bold_font(theme::TINY);
        painter.text(place.center(), Align2::CENTER_CENTER, &number, font, ink);
        focus_ring(ui, theme, &response, place);
        let title = driving::title(view, index);
        let name = say!(
            view.language,
            "timeline.beat",
            number = number,
            title = title
        );
        response
            .widget_info(|| WidgetInfo::labeled(eframe::egui::Role::Button, true, name.as_ref()));
        if response.clicked() {
            commands.push(Command::GoTo(moment));
        }
        response.on_hover_text(name);
    }
}

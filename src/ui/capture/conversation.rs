//! One conversation in the list: who talked with whom, how much, how it began and ended.

use eframe::egui::{CursorIcon, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::list::cut;
use super::words;
use crate::lesson::Language;
use crate::session::{Of, Survey, View};
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};

const MARGIN: f32 = 9.0;

/// True when it was clicked.
pub fn row_ui(
    ui: &Ui,
    view: &View<'_>,
    theme: &Theme,
    (survey, number): (&Survey, usize),
    (rect, is_at): (Rect, bool),
) -> bool {
    let language = view.language;
    let is_chosen = survey.of == Of::One(number);
    let place = rect.shrink2(vec2(1.0, 2.0));
    let id = ui.scope_id().with(("conversation", number));
    let response = ui.interact(place.intersect(ui.clip_rect()), id, Sense::CLICK);
    let fill = match (is_chosen, response.hovered()) {
        (true, _) => theme.wire_soft,
        (false, true) => theme.trough,
        (false, false) => theme.card,
    };
    let edge = match (is_chosen, is_at) {
        (true, _) => Stroke::new(1.5, theme.wire),
        (false, true) => Stroke::new(1.0, theme.muted),
        (false, false) => theme.border_stroke(),
    };
    let radius = theme::CONTROL_RADIUS;
    ui.painter()
        .rect(place, radius, fill, edge, StrokeKind::Inside);
    let said = Said::of(language, survey, number);
    said.paint(ui, theme, place);
    let name = || said.sentence();
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, name()));
    let clicked = response.clicked();
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_ui(|ui| {
            ui.label(name());
            ui.label(say!(language, "capture.choose_hint"));
        });
    clicked
}

/// The three lines, and what was sent again.
struct Said {
    who: String,
    amount: String,
    course: String,
    again: String,
}

impl Said {
    fn of(language: Language, survey: &Survey, number: usize) -> Self {
        let conversation = &survey.capture.conversations()[number];
        let payload = conversation.payload.iter().sum();
        let amount = say!(
            language,
            "capture.amount",
            protocol = words::protocol(conversation.protocol),
            packets = conversation.packets,
            bytes = words::bytes(payload)
        );
        let again = match conversation.sent_again {
            0 => String::new(),
            count => say!(language, "capture.again", count = count).into_owned(),
        };
        Self {
            who: words::who(conversation),
            amount: amount.into_owned(),
            course: words::course(language, &survey.capture, number),
            again,
        }
    }

    fn paint(&self, ui: &Ui, theme: &Theme, place: Rect) {
        let lines = [
            (&*self.who, theme::bold_font(theme::SMALL), theme.text),
            (&*self.amount, theme::text_font(theme::SMALL), theme.muted),
            (&*self.course, theme::text_font(theme::SMALL), theme.text),
        ];
        let mut y = place.top() + 4.0;
        let room = place.width() - 2.0 * MARGIN;
        for (words, font, ink) in lines {
            let galley = cut(ui, (words, font, ink), room);
            let height = galley.size().y;
            let at = pos2(place.left() + MARGIN, y);
            ui.painter().galley(at, galley, ink);
            y += height + 2.0;
        }
        let font = theme::bold_font(theme::TINY);
        let warned = cut(ui, (&self.again, font, theme.warn), room);
        let at = pos2(
            place.right() - MARGIN - warned.size().x,
            place.center().y - warned.size().y / 2.0,
        );
        ui.painter().galley(at, warned, theme.warn);
    }

    fn sentence(&self) -> String {
        let parts = [&self.who, &self.amount, &self.course, &self.again];
        let said = parts.iter().filter(|part| !part.is_empty());
        said.map(|part| part.as_str())
            .collect::<Vec<&str>>()
            .join(" · ")
    }
}

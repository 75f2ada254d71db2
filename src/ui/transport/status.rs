//! At the right of the transport: live, recorded or run again, in a word, a shape and a colour;
//! which step of how many; and in words what is waited for or why nothing can be done.

use eframe::egui::{
    Align, Color32, Label, Layout, RichText, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2,
};

use crate::replay::Waiting;
use crate::session::View;
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};
use crate::ui::{capture, controls, driving};

/// How the run that is shown goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// What happens now.
    Live,
    /// What has happened.
    Recorded,
    /// Recorded orders are given again.
    Rerun,
    /// Nothing happens any more.
    Ended,
}

impl Mode {
    pub fn of(view: &View<'_>) -> Self {
        if !view.timeline.is_live() {
            Self::Recorded
        } else if view.timeline.newest().ended.is_some() {
            Self::Ended
        } else if view.rerun.is_some() {
            Self::Rerun
        } else {
            Self::Live
        }
    }

    fn word(self, view: &View<'_>) -> String {
        let language = view.language;
        match self {
            Self::Live => say!(language, "status.live"),
            Self::Recorded => say!(language, "status.recorded"),
            Self::Rerun => say!(language, "status.rerun"),
            Self::Ended => say!(language, "status.ended"),
        }
        .into_owned()
    }

    fn colour(self, theme: &Theme) -> Color32 {
        match self {
            Self::Live => theme.bad,
            Self::Recorded | Self::Rerun => theme.wire,
            Self::Ended => theme.muted,
        }
    }
}

pub fn status_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, width: f32) {
    let language = view.language;
    let size = vec2(width, ui.available_height());
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Max), |ui| {
        ui.set_width(width);
        let words = rerun_words(ui, view)
            .or_else(|| driving::playing(view))
            .or_else(|| controls::next(view).err());
        let lines = if words.is_some() { 3.2 } else { 2.0 };
        ui.add_space(((ui.available_height() - lines * 17.0) / 2.0).max(0.0));
        ui.spacing_mut().item_spacing.y = 2.0;
        mode_ui(ui, view, theme);
        let small = |text: String, colour| {
            RichText::new(text)
                .font(theme::text_font(theme::TINY))
                .color(colour)
        };
        match words {
            Some(words) => {
                let label = Label::new(small(words.clone(), theme.warn)).wrap();
                ui.add(label).on_hover_text(words);
            }
            None => {
                let count = view.timeline.stops().len();
                let of = match (capture::place(view), view.recorded) {
                    (Some((_, count)), _) => say!(language, "capture.of", count = count),
                    (None, Some(_)) => say!(language, "recorded.of", count = count),
                    (None, None) => say!(language, "status.of", count = count),
                };
                ui.label(small(of.into_owned(), theme.muted));
            }
        }
    });
}

/// The shape, the word and the step, as one label.
fn mode_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme) {
    let mode = Mode::of(view);
    let (word, colour) = (mode.word(view), mode.colour(theme));
    let step = match capture::place(view) {
        Some((row, _)) => say!(view.language, "capture.at", row = row),
        None => say!(view.language, "status.step", step = view.timeline.step()),
    };
    let painter = ui.painter();
    let bold = painter.layout_no_wrap(word.clone(), theme::bold_font(theme::SMALL), colour);
    let plain = painter.layout_no_wrap(
        step.clone().into_owned(),
        theme::text_font(theme::SMALL),
        theme.muted,
    );
    let (sign, gap) = (12.0, 6.0);
    let width = sign + gap + bold.size().x + gap + plain.size().x;
    let height = bold.size().y.max(plain.size().y);
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let mut at = rect.left_top();
    let centre = at + vec2(sign / 2.0, height / 2.0);
    let painter = ui.painter();
    let stroke = Stroke::new(2.0, colour);
    let square = eframe::egui::Rect::from_center_size(centre, vec2(9.0, 9.0));
    match mode {
        Mode::Live => {
            painter.circle_filled(centre, 5.0, colour);
        }
        Mode::Recorded => {
            let icon = crate::ui::parts::Icon::Clock;
            crate::ui::parts::paint_icon(painter, icon, centre, 13.0, colour);
        }
        Mode::Rerun => {
            painter.circle_stroke(centre, 4.5, stroke);
            painter.circle_filled(centre, 2.0, colour);
        }
        Mode::Ended => {
            painter.rect_stroke(square, 0, stroke, StrokeKind::Inside);
        }
    }
    at.x += sign + gap;
    let after = at + vec2(bold.size().x + gap, 0.0);
    painter.galley(at, bold, colour);
    painter.galley(after, plain, theme.muted);
    let said = format!("{word} {step}");
    response.widget_info(|| WidgetInfo::labeled(eframe::egui::Role::Label, true, &said));
}

/// What a re-run is at; it looks again by itself, as a timer that does not come makes no event.
fn rerun_words(ui: &Ui, view: &View<'_>) -> Option<String> {
    let rerun = view.rerun?;
    ui.ctx()
        .request_repaint_after(std::time::Duration::from_millis(250));
    let (given, orders) = (rerun.given, rerun.orders);
    let words = match rerun.waiting {
        Waiting::Lab => say!(
            view.language,
            "status.rerun_at",
            given = given,
            orders = orders
        ),
        Waiting::Timer => say!(
            view.language,
            "status.rerun_timer",
            given = given,
            orders = orders
        ),
    };
    Some(words.into_owned())
}

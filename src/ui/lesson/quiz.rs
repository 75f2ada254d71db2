//! A quiz: asked before a step, judged by what the kernel then did.

use eframe::egui;
use eframe::egui::{CursorIcon, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use super::inline::{self, Ink};
use crate::lesson::{Quiz, QuizOption};
use crate::session::{Command, View};
use crate::ui::parts::{self, Icon};
use crate::ui::text::say;
use crate::ui::theme::{self, CARD_RADIUS, CONTROL_RADIUS, Theme};

/// What is known of one option.
#[derive(Clone, Copy, PartialEq)]
struct Standing {
    is_chosen: bool,
    /// `None` until the run has answered.
    is_right: Option<bool>,
}

pub fn quiz_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (beat, quiz): (usize, &Quiz),
    commands: &mut Vec<Command>,
) {
    let chosen = view.guesses.get(&beat).copied();
    let right = view.verdicts.get(&beat).copied();
    let frame = egui::Frame::new()
        .fill(theme.card)
        .stroke(Stroke::new(1.0, theme.wire.gamma_multiply(0.35)))
        .corner_radius(CARD_RADIUS)
        .inner_margin(egui::Margin::symmetric(12, 10));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 5.0;
        let caption = egui::RichText::new(say!(view.language, "quiz.title"));
        ui.label(
            caption
                .font(theme::bold_font(theme::SMALL))
                .color(theme.wire),
        );
        inline::inlines_ui(ui, theme, &quiz.question, Ink::body(theme.text));
        for (index, option) in quiz.options.iter().enumerate() {
            let standing = Standing {
                is_chosen: chosen == Some(index),
                is_right: right.map(|right| right == index),
            };
            if option_ui(ui, theme, option, standing) {
                commands.push(Command::Guess {
                    beat,
                    option: index,
                });
            }
        }
        verdict_ui(ui, view, theme, quiz, (chosen, right));
    });
}

fn option_ui(ui: &mut Ui, theme: &Theme, option: &QuizOption, standing: Standing) -> bool {
    let is_open = standing.is_right.is_none();
    let width = ui.available_width();
    let laid = inline::lay(ui, theme, &option.text, Ink::body(theme.text), width - 36.0);
    let size = vec2(width, laid.size().y + 4.0);
    let sense = if is_open {
        Sense::click()
    } else {
        Sense::hover()
    };
    let (rect, response) = ui.allocate_exact_size(size, sense);
    let name = laid.text();
    let painter = ui.painter();
    if response.hovered() && is_open {
        painter.rect_filled(rect, CONTROL_RADIUS, theme.trough);
    }
    if response.has_focus() {
        let ring = Stroke::new(2.0, theme.client);
        painter.rect_stroke(rect, CONTROL_RADIUS, ring, StrokeKind::Outside);
    }
    let centre = egui::pos2(rect.left() + 14.0, rect.top() + 14.0);
    match (standing.is_right, standing.is_chosen) {
        (Some(true), _) => parts::paint_icon(painter, Icon::Check, centre, 13.0, theme.good),
        (Some(false), true) => parts::paint_icon(painter, Icon::Cross, centre, 12.0, theme.bad),
        (_, is_chosen) => {
            painter.circle_stroke(centre, 6.5, Stroke::new(1.5, theme.muted));
            if is_chosen {
                painter.circle_filled(centre, 3.5, theme.wire);
            }
        }
    }
    let at = egui::pos2(rect.left() + 30.0, rect.top() + 2.0);
    laid.paint(ui, theme, at);
    response.widget_info(|| {
        WidgetInfo::selected(Role::RadioButton, is_open, standing.is_chosen, &name)
    });
    let is_clicked = response.clicked();
    if is_open {
        response.on_hover_cursor(CursorIcon::PointingHand);
    }
    is_clicked
}

/// Right or wrong in words, and the hint with a wrong guess.
fn verdict_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    quiz: &Quiz,
    (chosen, right): (Option<usize>, Option<usize>),
) {
    let language = view.language;
    let (text, colour, shows_hint) = match (chosen, right) {
        (None, None) => return,
        (Some(_), None) => (say!(language, "quiz.noted"), theme.muted, false),
        (None, Some(_)) => (say!(language, "quiz.answered"), theme.muted, true),
        (Some(chosen), Some(right)) if chosen == right => {
            (say!(language, "quiz.right"), theme.good, false)
        }
        (Some(_), Some(_)) => (say!(language, "quiz.wrong"), theme.bad, true),
    };
    let text = egui::RichText::new(text).font(theme::bold_font(theme::TEXT));
    ui.add(egui::Label::new(text.color(colour)).wrap());
    if let Some(hint) = quiz.hint.as_ref().filter(|_| shows_hint) {
        inline::inlines_ui(ui, theme, hint, Ink::body(theme.muted).small());
    }
}

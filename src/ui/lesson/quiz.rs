//! A quiz: asked before a step, judged by what the kernel then did, or at once by its key.
//!
//! In: the quiz of a beat and what was guessed. Out: a guess, by click, by Space or Enter on an
//! option, or by its number while one of them has the focus.

use eframe::egui;
use eframe::egui::{
    Context, CursorIcon, Id, Key, Modifiers, Response, RichText, Role, Sense, Stroke, Ui,
    WidgetInfo, vec2,
};

use super::evidence;
use super::inline::{self, Ink};
use super::page::Page;
use crate::lesson::{Quiz, QuizOption};
use crate::session::{Command, Shelving, View};
use crate::ui::parts::{self, Button, Icon};
use crate::ui::text::say;
use crate::ui::theme::{self, CARD_RADIUS, CONTROL_RADIUS};

/// What is known of one option.
#[derive(Clone, Copy, PartialEq)]
struct Standing {
    is_chosen: bool,
    /// `None` until the run has answered.
    is_right: Option<bool>,
    /// The lesson says which is right, and not the run.
    is_by_key: bool,
}

const DIGITS: [Key; 8] = [
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Num4,
    Key::Num5,
    Key::Num6,
    Key::Num7,
    Key::Num8,
];

/// The option that has the focus, so that digits are a guess and nothing else.
fn focused_id() -> Id {
    Id::unique("the option that takes digits")
}

/// Whether digits belong to a quiz now.
pub fn takes_digits(ctx: &Context) -> bool {
    let option = ctx.data(|data| data.get_temp::<Id>(focused_id()));
    option.is_some() && ctx.memory(|memory| memory.focused()) == option
}

/// What changes when the quiz's looks do.
pub fn standing(view: &View<'_>, beat: usize) -> (Option<usize>, Option<usize>, bool) {
    let shows_hint = view.desk.shelf.hints.contains(&beat);
    let right = view.verdicts.get(&beat).copied();
    (view.guesses.get(&beat).copied(), right, shows_hint)
}

pub fn quiz_ui(ui: &mut Ui, page: &mut Page<'_, '_>, (beat, quiz): (usize, &Quiz)) {
    let theme = page.theme;
    let (chosen, right, _) = standing(page.view, beat);
    let frame = egui::Frame::new()
        .fill(theme.card)
        .stroke(Stroke::new(1.0, theme.wire.gamma_multiply(0.35)))
        .corner_radius(CARD_RADIUS)
        .inner_margin(egui::Margin::symmetric(12, 10));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 5.0;
        let caption = RichText::new(say!(page.view.language, "quiz.title"));
        ui.label(
            caption
                .font(theme::bold_font(theme::SMALL))
                .color(theme.wire),
        );
        inline::inlines_ui(ui, page, &quiz.question, Ink::body(theme.text));
        let mut guess = None;
        let mut has_focus = false;
        for (index, option) in quiz.options.iter().enumerate() {
            let standing = Standing {
                is_chosen: chosen == Some(index),
                is_right: right.map(|right| right == index),
                is_by_key: quiz.key().is_some(),
            };
            let response = option_ui(ui, page, (index, option), standing);
            has_focus |= response.has_focus();
            if response.has_focus() {
                ui.data_mut(|data| data.insert_temp(focused_id(), response.id));
            }
            if response.clicked() {
                guess = Some(index);
            }
        }
        if has_focus {
            guess = guess.or(digit(ui.ctx(), quiz.options.len()));
        }
        if let Some(option) = guess.filter(|_| right.is_none()) {
            page.ask(Command::Guess { beat, option });
        }
        verdict_ui(ui, page, (beat, quiz));
    });
}

/// The option whose number was pressed.
fn digit(ctx: &Context, options: usize) -> Option<usize> {
    let mut digits = DIGITS.into_iter().take(options);
    ctx.input_mut(|input| digits.position(|key| input.consume_key(Modifiers::NONE, key)))
}

fn option_ui(
    ui: &mut Ui,
    page: &Page<'_, '_>,
    (index, option): (usize, &QuizOption),
    standing: Standing,
) -> Response {
    let theme = page.theme;
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
    parts::focus_ring(ui, theme, &response, rect);
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
    if !is_open {
        let reason = match standing.is_by_key {
            true => say!(page.view.language, "quiz.answered_by_you"),
            false => say!(page.view.language, "quiz.answered"),
        };
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_description(reason.as_ref());
        });
        return response.on_hover_text(reason);
    }
    let hint = say!(page.view.language, "quiz.keys", number = index + 1);
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text(hint)
}

/// Right or wrong in words, with what the kernel did; and the hint, for whoever wants it.
fn verdict_ui(ui: &mut Ui, page: &mut Page<'_, '_>, (beat, quiz): (usize, &Quiz)) {
    let (language, theme) = (page.view.language, page.theme);
    let (chosen, right, wants_hint) = standing(page.view, beat);
    let said = match (chosen, right) {
        (None, None) => None,
        (Some(_), None) => Some((say!(language, "quiz.noted"), theme.muted)),
        (None, Some(_)) => Some((say!(language, "quiz.answered"), theme.muted)),
        (Some(chosen), Some(right)) => Some(match (chosen == right, quiz.key()) {
            (true, None) => (say!(language, "quiz.right"), theme.good),
            (false, None) => (say!(language, "quiz.wrong"), theme.warn),
            (true, Some(_)) => (say!(language, "quiz.right_by_key"), theme.good),
            (false, Some(_)) => (say!(language, "quiz.wrong_by_key"), theme.warn),
        }),
    };
    if let Some((text, colour)) = said {
        let text = RichText::new(text).font(theme::bold_font(theme::TEXT));
        ui.add(egui::Label::new(text.color(colour)).wrap());
    }
    if let Some(right) = right {
        answer_ui(ui, page, (beat, quiz), right);
    }
    let is_wrong = right.is_some_and(|right| chosen.is_some_and(|chosen| chosen != right));
    let Some(hint) = &quiz.hint else { return };
    // Whoever has the reason needs no hint any more.
    if wants_hint || is_wrong && quiz.because.is_none() {
        inline::inlines_ui(ui, page, hint, Ink::body(theme.muted).small());
    } else if right.is_none() {
        let button = Button {
            hint: say!(language, "quiz.hint_hint").into_owned(),
            height: 28.0,
            ..Button::new(say!(language, "quiz.hint"), theme)
        };
        if button.show(ui, theme).clicked() {
            page.ask(Command::Shelf(Shelving::Hint(beat)));
        }
    }
}

/// The event that decided it, and why.
fn answer_ui(ui: &mut Ui, page: &mut Page<'_, '_>, (beat, quiz): (usize, &Quiz), right: usize) {
    let trigger = quiz.options.get(right);
    let trigger = trigger.and_then(|option| option.judged.trigger());
    if let (Some(moment), Some(trigger)) = (page.view.desk.shelf.evidence.get(&beat), trigger) {
        evidence::evidence_ui(ui, page, *moment, &trigger.text);
    }
    if let Some(because) = &quiz.because {
        inline::inlines_ui(ui, page, because, Ink::body(page.theme.text).small());
    }
}

//! A quiz: asked before a step, judged by what the kernel then did, or at once by its key.
//!
//! In: the quiz of a beat and what was guessed. Out: a guess.

use eframe::egui;
use eframe::egui::{RichText, Stroke, Ui};

use super::choice::{self, Choice};
use super::evidence;
use super::inline::{self, Ink};
use super::page::Page;
use crate::lesson::Quiz;
use crate::session::{Command, Shelving, View};
use crate::ui::parts::Button;
use crate::ui::text::say;
use crate::ui::theme::{self, CARD_RADIUS};

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
        let off = right.map(|_| match quiz.key() {
            Some(_) => say!(page.view.language, "quiz.answered_by_you").into_owned(),
            None => say!(page.view.language, "quiz.answered").into_owned(),
        });
        let options = quiz.options.iter().enumerate();
        let options = options.map(|(index, option)| Choice {
            text: &option.text,
            is_chosen: chosen == Some(index),
            is_right: right.map(|right| right == index),
            off: off.clone(),
        });
        let options: Vec<Choice<'_>> = options.collect();
        if let Some(option) = choice::choices_ui(ui, page, &options) {
            page.ask(Command::Guess { beat, option });
        }
        verdict_ui(ui, page, (beat, quiz));
    });
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

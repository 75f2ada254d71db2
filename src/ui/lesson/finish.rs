//! The two ends of a lesson: where one was when last here, and what one can say at the end.

use std::borrow::Cow;

use eframe::egui;
use eframe::egui::{Id, RichText, Sense, Stroke, Ui, vec2};

use super::attempt;
use super::inline::{self, Ink};
use super::page::Page;
use crate::lesson::quizzes;
use crate::session::{Command, Driving, Goal, Resume, Shelving, View};
use crate::ui::parts::{self, Button, Icon, Weight};
use crate::ui::text::say;
use crate::ui::theme::{self, CARD_RADIUS};

/// The last beat is reached, and every program has ended or waits for what nobody will bring.
pub fn is_there(view: &View<'_>) -> bool {
    let mut programs = view.timeline.newest().programs.values();
    let shelf = &view.desk.shelf;
    view.beats.last().is_some_and(Option::is_some)
        && (shelf.is_over || programs.all(|program| program.has_ended()))
        && shelf.trying.is_none()
}

/// It is there, and we look at it.
pub fn is_at(view: &View<'_>) -> bool {
    view.timeline.is_live() && is_there(view)
}

/// What was learnt, what was guessed, what is left to try, and where to go from here.
pub fn finish_ui(ui: &mut Ui, page: &mut Page<'_, '_>) {
    let (language, theme, lesson) = (page.view.language, page.theme, page.lesson);
    let frame = egui::Frame::new()
        .fill(theme.good_soft)
        .stroke(Stroke::new(1.0, theme.good.gamma_multiply(0.4)))
        .corner_radius(CARD_RADIUS)
        .inner_margin(egui::Margin::symmetric(14, 12));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 7.0;
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(18.0, 20.0), Sense::hover());
            parts::paint_icon(ui.painter(), Icon::Check, rect.center(), 15.0, theme.good);
            let title = RichText::new(say!(language, "finish.title"));
            ui.label(title.font(theme::bold_font(theme::TITLE)).color(theme.text));
        });
        let goal = say!(language, "finish.goal", goal = lesson.goal);
        inline::inlines_ui(ui, page, &super::plain(&goal), Ink::body(theme.text));
        if let Some(guessed) = guessed(page.view, page) {
            inline::inlines_ui(ui, page, &super::plain(&guessed), Ink::body(theme.text));
        }
        if let Some(unsolved) = unsolved(page) {
            inline::inlines_ui(ui, page, &super::plain(&unsolved), Ink::body(theme.text));
        }
        untried_ui(ui, page);
        next_ui(ui, page);
    });
}

/// "Guessed right: 1 of 2."
fn guessed(view: &View<'_>, page: &Page<'_, '_>) -> Option<String> {
    let total = quizzes(page.lesson).count();
    let is_right = |beat: &usize| {
        let right = view.verdicts.get(beat);
        right.is_some() && right == view.guesses.get(beat)
    };
    let beats = quizzes(page.lesson).map(|(beat, _)| beat);
    let right = beats.filter(is_right).count();
    (total > 0).then(|| {
        say!(
            view.language,
            "finish.quizzes",
            right = right,
            total = total
        )
        .into_owned()
    })
}

/// "2 puzzles are left, above."
fn unsolved(page: &Page<'_, '_>) -> Option<String> {
    let reached = page.view.desk.shelf.reached();
    let is_solved = |index: &usize| {
        let answered = reached.and_then(|reached| reached.puzzles.get(index));
        answered.is_some_and(|answered| answered.right > 0)
    };
    let all = 0..page.lesson.puzzles.len();
    let count = all.filter(|index| !is_solved(index)).count();
    let said = || say!(page.view.language, "finish.puzzles", count = count).into_owned();
    (count > 0).then(said)
}

fn untried_ui(ui: &mut Ui, page: &mut Page<'_, '_>) {
    let (view, lesson, theme) = (page.view, page.lesson, page.theme);
    let tries = lesson.tries.iter().enumerate();
    let untried = tries.filter(|(index, _)| !attempt::standing(view, *index).1);
    let untried: Vec<_> = untried.collect();
    if untried.is_empty() {
        return;
    }
    let title = super::plain(&say!(view.language, "finish.untried"));
    inline::inlines_ui(ui, page, &title, Ink::body(theme.text));
    for (index, wanted) in untried {
        ui.push_id(index, |ui| {
            inline::inlines_ui(
                ui,
                page,
                &super::plain(&format!("· {}", wanted.label)),
                Ink::body(theme.text),
            );
            attempt::run_ui(ui, page, index, wanted);
        });
    }
}

fn next_ui(ui: &mut Ui, page: &mut Page<'_, '_>) {
    let (language, theme) = (page.view.language, page.theme);
    let shelf = &page.view.desk.shelf;
    let Some(entry) = shelf.neighbour(1) else {
        let said = super::plain(&say!(language, "finish.last"));
        return inline::inlines_ui(ui, page, &said, Ink::body(theme.text));
    };
    let title = entry.titles(language).map_or("", |titles| &titles.title);
    let command = Command::Shelf(Shelving::Open(entry.id.clone()));
    let said = super::plain(&say!(language, "finish.next_is", title = title));
    inline::inlines_ui(ui, page, &said, Ink::body(theme.text));
    let button = Button {
        name: say!(language, "finish.next_name", title = title).into_owned(),
        hint: say!(language, "finish.next_hint").into_owned(),
        weight: Weight::Primary,
        height: 34.0,
        ..Button::new(say!(language, "finish.next"), theme)
    };
    if button.show(ui, theme).clicked() {
        page.ask(command);
    }
}

/// The beat that was asked to be scrolled to.
pub fn wanted_id() -> Id {
    Id::unique("the passage to scroll to")
}

/// "Last time you came to …", until one goes on.
pub fn resume_ui(ui: &mut Ui, page: &mut Page<'_, '_>) {
    let (view, theme) = (page.view, page.theme);
    let (language, shelf) = (view.language, &view.desk.shelf);
    let Some(resume) = &shelf.resume else { return };
    let is_here = shelf.entry().is_some_and(|entry| entry.id == resume.lesson);
    let place = match is_here {
        true => {
            let Some(beat) = page.lesson.beats.get(resume.beat) else {
                return;
            };
            beat.title.iter().map(|run| run.text.as_str()).collect()
        }
        false => {
            let entry = shelf.find(&resume.lesson);
            let titles = entry.and_then(|entry| entry.titles(language));
            titles.map_or_else(String::new, |titles| titles.title.clone())
        }
    };
    let frame = egui::Frame::new()
        .fill(theme.wire_soft)
        .corner_radius(CARD_RADIUS)
        .inner_margin(egui::Margin::symmetric(12, 10));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        let said = match is_here {
            true => say!(language, "resume.beat", place = place),
            false => say!(language, "resume.lesson", place = place),
        };
        inline::inlines_ui(ui, page, &super::plain(&said), Ink::body(theme.text));
        ui.horizontal_wrapped(|ui| resume_buttons_ui(ui, page, resume, is_here));
    });
}

fn resume_buttons_ui(ui: &mut Ui, page: &mut Page<'_, '_>, resume: &Resume, is_here: bool) {
    let (language, theme) = (page.view.language, page.theme);
    let button = |label: Cow<'_, str>, hint: Cow<'_, str>, weight: Weight| Button {
        hint: hint.into_owned(),
        weight,
        height: 30.0,
        ..Button::new(label, theme)
    };
    let plain = Weight::Plain(theme.text);
    let strong = Weight::Filled(theme.wire);
    let forget = Command::Shelf(Shelving::ForgetPlace);
    if is_here {
        let (label, hint) = (
            say!(language, "resume.run"),
            say!(language, "resume.run_hint"),
        );
        if button(label, hint, strong).show(ui, theme).clicked() {
            page.ask(Command::Drive(Driving::To(Goal::Beat(resume.beat))));
            page.ask(forget.clone());
        }
        let (label, hint) = (
            say!(language, "resume.see"),
            say!(language, "resume.see_hint"),
        );
        if button(label, hint, plain).show(ui, theme).clicked() {
            ui.data_mut(|data| data.insert_temp(wanted_id(), resume.beat));
            page.ask(forget.clone());
        }
    } else {
        let (label, hint) = (
            say!(language, "resume.open"),
            say!(language, "resume.open_hint"),
        );
        if button(label, hint, strong).show(ui, theme).clicked() {
            page.ask(Command::Shelf(Shelving::Open(resume.lesson.clone())));
        }
    }
    let (label, hint) = (
        say!(language, "resume.forget"),
        say!(language, "resume.forget_hint"),
    );
    if button(label, hint, plain).show(ui, theme).clicked() {
        page.ask(forget);
    }
}

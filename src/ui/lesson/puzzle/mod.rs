//! A puzzle: the segments of a recorded run as one host saw them, and a question about them.
//!
//! In: a puzzle of the lesson, its case once the run is read, and what was answered. Out: answers.
//! `capture` draws the rows, the others what is asked; after the end the rows tell, too, what that
//! host could not see.

mod answers;
mod capture;
mod clue;
mod paint;

use std::hash::{DefaultHasher, Hash, Hasher};

use eframe::egui;
use eframe::egui::{RichText, Sense, Stroke, Ui, vec2};

use super::inline::{self, Ink};
use super::page::{self, Page};
use crate::lesson::{Asks, Case, Puzzle, Row};
use crate::session::{Command, Ending, Shelving, Solve, Solving, View};
use crate::ui::parts::{self, Button, Icon, Weight};
use crate::ui::text::{host_title, say};
use crate::ui::theme::{self, CARD_RADIUS};

/// What every part of a puzzle is drawn from.
#[derive(Clone, Copy)]
struct Open<'a> {
    index: usize,
    puzzle: &'a Puzzle,
    case: &'a Case,
    solving: &'a Solving,
}

impl Open<'_> {
    fn ask(&self, page: &mut Page<'_, '_>, solve: Solve) {
        page.ask(Command::Shelf(Shelving::Puzzle(self.index, solve)));
    }

    fn is_over(&self) -> bool {
        self.solving.ending.is_some()
    }
}

/// What changes when the puzzle's height may.
pub fn standing(view: &View<'_>, index: usize) -> u64 {
    let puzzles = &view.desk.shelf.puzzles;
    let mut hasher = DefaultHasher::new();
    puzzles
        .cases
        .get(&index)
        .map(Result::is_ok)
        .hash(&mut hasher);
    if let Some(solving) = puzzles.solving.get(&index) {
        format!("{solving:?}").hash(&mut hasher);
    }
    hasher.finish()
}

pub fn puzzle_ui(ui: &mut Ui, page: &mut Page<'_, '_>, index: usize) {
    let (lesson, theme, view) = (page.lesson, page.theme, page.view);
    let Some(puzzle) = lesson.puzzles.get(index) else {
        return;
    };
    let language = view.language;
    let frame = egui::Frame::new()
        .fill(theme.card)
        .stroke(Stroke::new(1.0, theme.wire.gamma_multiply(0.35)))
        .corner_radius(CARD_RADIUS)
        .inner_margin(egui::Margin::symmetric(12, 10));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 5.0;
        title_ui(ui, page, index);
        inline::inlines_ui(ui, page, &puzzle.question, Ink::body(theme.text));
        let puzzles = &view.desk.shelf.puzzles;
        match (puzzles.cases.get(&index), puzzles.solving.get(&index)) {
            (Some(Ok(case)), Some(solving)) => {
                let open = Open {
                    index,
                    puzzle,
                    case,
                    solving,
                };
                open_ui(ui, page, open);
            }
            (Some(Err(why)), _) => broken_ui(ui, page, why),
            // A run that is not found has no case: its problem is the lesson's.
            (None, _) | (Some(Ok(_)), None) => match lesson.runs.get(&puzzle.run) {
                Some(Err(problem)) => broken_ui(ui, page, &problem.to_string()),
                Some(Ok(_)) | None => {
                    let reading = super::plain(&say!(language, "puzzle.reading"));
                    inline::inlines_ui(ui, page, &reading, Ink::body(theme.muted).small());
                }
            },
        }
    });
}

fn title_ui(ui: &mut Ui, page: &Page<'_, '_>, index: usize) {
    let (language, theme) = (page.view.language, page.theme);
    ui.horizontal(|ui| {
        let title = RichText::new(say!(language, "puzzle.title"));
        let title = title.font(theme::bold_font(theme::SMALL));
        ui.label(title.color(theme.wire));
        let reached = page.view.desk.shelf.reached();
        let answered = reached.and_then(|reached| reached.puzzles.get(&index));
        if answered.is_some_and(|answered| answered.right > 0) {
            let (rect, _) = ui.allocate_exact_size(vec2(14.0, 14.0), Sense::hover());
            parts::paint_icon(ui.painter(), Icon::Check, rect.center(), 11.0, theme.good);
            let solved = RichText::new(say!(language, "puzzle.solved"));
            let solved = solved.font(theme::text_font(theme::SMALL));
            ui.label(solved.color(theme.good));
        }
    });
}

fn broken_ui(ui: &mut Ui, page: &mut Page<'_, '_>, why: &str) {
    let theme = page.theme;
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(16.0, 16.0), Sense::hover());
        parts::paint_icon(ui.painter(), Icon::Warning, rect.center(), 14.0, theme.warn);
        let title = RichText::new(say!(page.view.language, "puzzle.broken"));
        ui.label(title.font(theme::bold_font(theme::SMALL)).color(theme.warn));
    });
    let why = super::plain(why);
    inline::inlines_ui(ui, page, &why, Ink::body(theme.muted).small());
}

fn open_ui(ui: &mut Ui, page: &mut Page<'_, '_>, open: Open<'_>) {
    let (language, theme) = (page.view.language, page.theme);
    let state = page.view.timeline.newest();
    let source = say!(
        language,
        "puzzle.source",
        kernel = page::kernel(&open.case.kernel),
        host = host_title(language, state, &open.puzzle.seen_by)
    );
    inline::inlines_ui(
        ui,
        page,
        &super::plain(&source),
        Ink::body(theme.muted).small(),
    );
    match &open.puzzle.asks {
        Asks::Order if !open.is_over() => answers::order_ui(ui, page, open),
        Asks::Fault(_) | Asks::Order | Asks::Blanks(_) => {
            capture::capture_ui(ui, page, &capture::lines(open));
        }
    }
    match &open.puzzle.asks {
        Asks::Fault(suspects) => answers::fault_ui(ui, page, open, suspects),
        Asks::Blanks(blanks) if !open.is_over() => answers::blanks_ui(ui, page, open, blanks),
        Asks::Order | Asks::Blanks(_) => {}
    }
    verdict_ui(ui, page, open);
    buttons_ui(ui, page, open);
}

/// Right or not yet, in words, and which row tells.
fn verdict_ui(ui: &mut Ui, page: &mut Page<'_, '_>, open: Open<'_>) {
    let (language, theme) = (page.view.language, page.theme);
    let said = match open.solving.ending {
        Some(Ending::Solved) => Some((say!(language, "puzzle.right"), theme.good)),
        Some(Ending::Shown) => Some((say!(language, "puzzle.shown"), theme.text)),
        None if !open.solving.clues.is_empty() => {
            Some((say!(language, "puzzle.wrong"), theme.warn))
        }
        None => None,
    };
    if let Some((text, colour)) = said {
        let text = RichText::new(text).font(theme::bold_font(theme::TEXT));
        ui.add(egui::Label::new(text.color(colour)).wrap());
    }
    let small = Ink::body(theme.text).small();
    for clue in &open.solving.clues {
        let sentence = clue::in_words(language, open, clue);
        inline::inlines_ui(ui, page, &super::plain(&sentence), small);
    }
    if open.is_over() {
        if has_hidden(open.case) {
            let hidden = super::plain(&say!(language, "puzzle.hidden"));
            inline::inlines_ui(ui, page, &hidden, Ink::body(theme.muted).small());
        }
        inline::inlines_ui(ui, page, &open.puzzle.because, Ink::body(theme.text));
    } else if open.solving.shows_hint
        && let Some(hint) = &open.puzzle.hint
    {
        inline::inlines_ui(ui, page, hint, Ink::body(theme.muted).small());
    }
}

/// The host did not see everything.
fn has_hidden(case: &Case) -> bool {
    !case.unseen.is_empty() || case.rows.iter().any(|row: &Row| row.is_lost)
}

fn buttons_ui(ui: &mut Ui, page: &mut Page<'_, '_>, open: Open<'_>) {
    let (language, theme) = (page.view.language, page.theme);
    let button = |label: String, hint: String| Button {
        hint,
        height: 28.0,
        ..Button::new(label, theme)
    };
    let mut asked = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        if open.is_over() {
            let again = button(
                say!(language, "puzzle.again").into_owned(),
                say!(language, "puzzle.again_hint").into_owned(),
            );
            asked = again.show(ui, theme).clicked().then_some(Solve::Again);
            return;
        }
        let is_judged_at_once = matches!(open.puzzle.asks, Asks::Fault(_));
        if !is_judged_at_once {
            let off = answers::off(language, open);
            let check = Button {
                weight: Weight::Filled(theme.wire),
                is_on: off.is_none(),
                ..button(
                    say!(language, "puzzle.check").into_owned(),
                    off.unwrap_or_else(|| say!(language, "puzzle.check_hint").into_owned()),
                )
            };
            if check.show(ui, theme).clicked() {
                asked = Some(Solve::Check);
            }
        }
        if open.puzzle.hint.is_some() && !open.solving.shows_hint {
            let hint = button(
                say!(language, "quiz.hint").into_owned(),
                say!(language, "quiz.hint_hint").into_owned(),
            );
            if hint.show(ui, theme).clicked() {
                asked = Some(Solve::Hint);
            }
        }
        let show = button(
            say!(language, "puzzle.show").into_owned(),
            say!(language, "puzzle.show_hint").into_owned(),
        );
        if show.show(ui, theme).clicked() {
            asked = Some(Solve::Show);
        }
    });
    if let Some(solve) = asked {
        open.ask(page, solve);
    }
}

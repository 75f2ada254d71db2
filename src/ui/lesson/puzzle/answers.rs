//! What a learner does with a puzzle: chooses what happened, puts rows in order, fills in blanks.

use eframe::egui;
use eframe::egui::{
    CursorIcon, Key, Pos2, Rect, Response, RichText, Role, Sense, Stroke, StrokeKind, TextEdit, Ui,
    WidgetInfo, pos2, vec2,
};

use super::Open;
use super::capture::{self, Line};
use crate::lesson::{Asks, Blank, Clue, Field, Language, Suspect};
use crate::session::Solve;
use crate::ui::lesson::choice::{self, Choice};
use crate::ui::lesson::page::Page;
use crate::ui::parts::{self, Icon};
use crate::ui::text::say;
use crate::ui::theme::{self, CONTROL_RADIUS, Theme};

pub fn fault_ui(ui: &mut Ui, page: &mut Page<'_, '_>, open: Open<'_>, suspects: &[Suspect]) {
    let language = page.view.language;
    let off = open
        .is_over()
        .then(|| say!(language, "quiz.answered_by_you").into_owned());
    let chosen = open.solving.attempt.choice;
    let suspects = suspects.iter().enumerate();
    let choices = suspects.map(|(index, suspect)| {
        let is_right = open.case.right == Some(index);
        let is_chosen = chosen == Some(index);
        Choice {
            text: &suspect.text,
            is_chosen,
            // Before the end, only what was tried is told.
            is_right: (open.is_over() || is_chosen).then_some(is_right),
            off: off.clone(),
        }
    });
    let choices: Vec<Choice<'_>> = choices.collect();
    if let Some(option) = choice::choices_ui(ui, page, &choices) {
        open.ask(page, Solve::Choose(option));
    }
}

/// Why nothing can be checked yet.
pub fn off(language: Language, open: Open<'_>) -> Option<String> {
    let mut filled = open.solving.attempt.filled.iter();
    let is_blank = |text: &String| text.trim().is_empty();
    match &open.puzzle.asks {
        Asks::Blanks(_) if filled.any(is_blank) => {
            Some(say!(language, "puzzle.fill_first").into_owned())
        }
        Asks::Fault(_) | Asks::Order | Asks::Blanks(_) => None,
    }
}

const LOOSE: f32 = 42.0;
const ARROW: f32 = 26.0;

/// The rows in the learner's order, each with two buttons.
pub fn order_ui(ui: &mut Ui, page: &mut Page<'_, '_>, open: Open<'_>) {
    let language = page.view.language;
    let rows = &open.case.rows;
    let ends = capture::Ends::of(rows.iter());
    let wrong = open.solving.clues.iter().find_map(|clue| match clue {
        Clue::Place { place, .. } => Some(*place),
        Clue::Row(_) | Clue::Blank { .. } => None,
    });
    let order = &open.solving.attempt.order;
    let mut asked = None;
    for (place, row) in order.iter().enumerate() {
        let Some(row_of) = rows.get(*row) else {
            continue;
        };
        let line = Line {
            shows_time: false,
            ..Line::of(row_of)
        };
        let size = vec2(ui.available_width(), LOOSE);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let words = capture::in_words(page, &line);
        let words = say!(
            language,
            "puzzle.place_of",
            place = place + 1,
            words = words
        );
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
        paint_loose_row(ui, page, (rect, place), wrong);
        let min = pos2(rect.left() + 22.0, rect.top() + 2.0);
        let room = Rect::from_min_max(min, rect.max - vec2(2.0 * ARROW + 10.0, 0.0));
        capture::paint_loose(ui, page, &line, room, ends);
        for (step, name) in [
            (-1, say!(language, "puzzle.up", place = place + 1)),
            (1, say!(language, "puzzle.down", place = place + 1)),
        ] {
            let to = place
                .checked_add_signed(step)
                .filter(|to| *to < order.len());
            let off = match (to, step) {
                (Some(_), _) => None,
                (None, -1) => Some(say!(language, "puzzle.is_first").into_owned()),
                (None, _) => Some(say!(language, "puzzle.is_last").into_owned()),
            };
            let x = rect.right() - 2.0 * ARROW - 6.0 + if step > 0 { ARROW + 3.0 } else { 0.0 };
            let own = Rect::from_min_size(pos2(x, rect.center().y - 13.0), vec2(ARROW, 26.0));
            // By the row and not by its place: the focus goes with what is moved.
            let id = ui.scope_id().with(("move", row, step));
            let response = ui.interact(own, id, Sense::click());
            arrow_ui(ui, page.theme, &response, (step, &name, off.as_deref()));
            if let Some(to) = to.filter(|_| response.clicked()) {
                asked = Some(Solve::Move { from: place, to });
            }
        }
    }
    if let Some(solve) = asked {
        open.ask(page, solve);
    }
}

fn paint_loose_row(
    ui: &Ui,
    page: &Page<'_, '_>,
    (rect, place): (Rect, usize),
    wrong: Option<usize>,
) {
    let theme = page.theme;
    let is_wrong = wrong == Some(place);
    let (fill, edge) = match is_wrong {
        true => (theme.warn_soft, theme.warn),
        false => (theme.code, theme.border),
    };
    let box_of = rect.shrink2(vec2(0.0, 1.5));
    let stroke = Stroke::new(1.0, edge);
    ui.painter()
        .rect(box_of, CONTROL_RADIUS, fill, stroke, StrokeKind::Inside);
    let centre = pos2(rect.left() + 11.0, rect.center().y);
    match wrong {
        Some(wrong) if place < wrong => {
            parts::paint_icon(ui.painter(), Icon::Check, centre, 10.0, theme.good);
        }
        Some(wrong) if place == wrong => {
            parts::paint_icon(ui.painter(), Icon::Warning, centre, 12.0, theme.warn);
        }
        Some(_) | None => {
            ui.painter().text(
                centre,
                egui::Align2::CENTER_CENTER,
                place + 1,
                theme::text_font(theme::SMALL),
                theme.muted,
            );
        }
    }
}

/// A small button with an arrow up or down.
fn arrow_ui(
    ui: &Ui,
    theme: &Theme,
    response: &Response,
    (step, name, off): (isize, &str, Option<&str>),
) {
    let rect = response.rect;
    let is_on = off.is_none();
    let is_hot = is_on && response.hovered();
    let fill = if is_hot || !is_on {
        theme.trough
    } else {
        theme.card
    };
    let ink = if is_on { theme.text } else { theme.faint };
    let edge = Stroke::new(1.0, if is_on { theme.outline } else { theme.border });
    ui.painter()
        .rect(rect, CONTROL_RADIUS, fill, edge, StrokeKind::Inside);
    let at = |x: f32, y: f32| -> Pos2 { rect.center() + vec2(x, y * step as f32) };
    let stroke = Stroke::new(1.8, ink);
    ui.painter()
        .line(vec![at(-4.5, -2.0), at(0.0, 2.5), at(4.5, -2.0)], stroke);
    parts::focus_ring(ui, theme, response, rect);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_on, name));
    if let Some(off) = off {
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_description(off));
    }
    let cursor = if is_on {
        CursorIcon::PointingHand
    } else {
        CursorIcon::Default
    };
    response
        .clone()
        .on_hover_cursor(cursor)
        .on_hover_text(off.unwrap_or(name));
}

/// The flags that a segment of a lesson has.
const FLAGS: [&str; 7] = [
    "SYN", "SYN+ACK", "ACK", "PSH+ACK", "FIN+ACK", "RST", "RST+ACK",
];

/// One field for each blank, under the rows.
pub fn blanks_ui(ui: &mut Ui, page: &mut Page<'_, '_>, open: Open<'_>, blanks: &[Blank]) {
    let mut asked = None;
    for (index, blank) in blanks.iter().enumerate() {
        let is_wrong = open
            .solving
            .clues
            .iter()
            .any(|clue| matches!(clue, Clue::Blank { blank, .. } if *blank == index));
        let was_judged = !open.solving.clues.is_empty();
        ui.push_id(index, |ui| {
            let label = label_of(page.view.language, index, *blank);
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(5.0, 5.0);
                if was_judged {
                    let (icon, colour) = match is_wrong {
                        true => (Icon::Cross, page.theme.bad),
                        false => (Icon::Check, page.theme.good),
                    };
                    let (rect, _) = ui.allocate_exact_size(vec2(13.0, 24.0), Sense::hover());
                    parts::paint_icon(ui.painter(), icon, rect.center(), 11.0, colour);
                }
                let text = RichText::new(&label).font(theme::text_font(theme::TEXT));
                ui.label(text.color(page.theme.text));
                let filled = open.solving.attempt.filled.get(index);
                let filled = filled.map_or("", String::as_str);
                let text = match blank.field {
                    Field::Flags => flags_ui(ui, page, (open, *blank), (&label, filled)),
                    Field::Seq | Field::Ack | Field::Length | Field::Window => {
                        number_ui(ui, page, (&label, filled), &mut asked)
                    }
                };
                if let Some(text) = text {
                    let blank = index;
                    asked = Some(Solve::Fill { blank, text });
                }
            });
        });
    }
    if let Some(solve) = asked {
        open.ask(page, solve);
    }
}

/// "a. Row 3, seq:"
fn label_of(language: Language, index: usize, blank: Blank) -> String {
    let letter = capture::letter(index);
    let row = blank.row;
    match blank.field {
        Field::Flags => say!(language, "puzzle.blank_flags", blank = letter, row = row),
        Field::Seq => say!(language, "puzzle.blank_seq", blank = letter, row = row),
        Field::Ack => say!(language, "puzzle.blank_ack", blank = letter, row = row),
        Field::Length => say!(language, "puzzle.blank_length", blank = letter, row = row),
        Field::Window => say!(language, "puzzle.blank_window", blank = letter, row = row),
    }
    .into_owned()
}

/// What was typed; Enter checks.
fn number_ui(
    ui: &mut Ui,
    page: &Page<'_, '_>,
    (label, filled): (&str, &str),
    asked: &mut Option<Solve>,
) -> Option<String> {
    let mut text = filled.to_owned();
    let field = TextEdit::singleline(&mut text)
        .id(ui.scope_id().with("blank"))
        .desired_width(72.0)
        .text_color(page.theme.text)
        .font(theme::code_font(theme::CODE));
    let response = ui.add(field);
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(label));
    let is_sent = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if is_sent && !filled.trim().is_empty() {
        *asked = Some(Solve::Check);
    }
    (text != filled).then_some(text)
}

/// The flags that were chosen.
fn flags_ui(
    ui: &mut Ui,
    page: &Page<'_, '_>,
    (open, blank): (Open<'_>, Blank),
    (label, filled): (&str, &str),
) -> Option<String> {
    let mut known: Vec<String> = FLAGS.map(str::to_owned).to_vec();
    let right = open.case.value(blank);
    if !known.contains(&right) {
        known.push(right);
    }
    let mut chosen = None;
    for flags in known {
        let is_chosen = flags == filled;
        let weight = match is_chosen {
            true => parts::Weight::Filled(page.theme.wire),
            false => parts::Weight::Plain(page.theme.text),
        };
        let button = parts::Button {
            name: format!("{label} {flags}"),
            weight,
            is_chosen: Some(is_chosen),
            height: 24.0,
            ..parts::Button::new(flags.clone(), page.theme)
        };
        if button.show(ui, page.theme).clicked() {
            chosen = Some(flags);
        }
    }
    chosen
}

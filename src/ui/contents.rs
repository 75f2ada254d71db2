//! The contents: every lesson with its goal and how far one has come; a click or Enter opens it.
//!
//! In: the shelf. Out: commands. The arrow keys go from lesson to lesson.

mod forget;

use eframe::egui;
use eframe::egui::{
    Align, Context, CursorIcon, EventFilter, Id, Key, Label, Layout, Modifiers, Rect, Response,
    RichText, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::overlay;
use super::parts::{self, Icon};
use super::text::say;
use super::theme::{self, CONTROL_RADIUS, Theme};
use crate::session::{Command, Entry, Reached, Shelf, Shelving, View};

const WIDTH: f32 = 980.0;
/// Narrower, and what there is to know stands below the goal.
const BESIDE_FROM: f32 = 760.0;
/// At the right of each row, for what forgets it.
const FORGET: f32 = 34.0;
const NUMBER: f32 = 44.0;
const MARGIN: f32 = 10.0;

pub fn contents_ui(ctx: &Context, view: &View<'_>, commands: &mut Vec<Command>) {
    let title = say!(view.language, "contents.title");
    let is_new = is_new(ctx);
    overlay::card_ui(ctx, view, (&title, WIDTH), commands, |ui, commands| {
        let theme = theme::theme(view.look);
        let shelf = &view.desk.shelf;
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.add_space(theme::RING_ROOM);
        if shelf.entries.is_empty() {
            ui.label(RichText::new(say!(view.language, "contents.empty")).color(theme.text));
        }
        forget::strip_ui(ui, view, theme, commands);
        let is_new = is_new || forget::is_over(ui);
        let mut rows = Vec::new();
        for (index, entry) in shelf.entries.iter().enumerate() {
            let response = entry_ui(ui, view, theme, (index, entry));
            if !entry.is_sound() {
                continue;
            }
            forget::row_ui(ui, view, theme, entry, &response);
            if is_new && index == shelf.open {
                response.request_focus();
                response.scroll_to_me(None);
            }
            if response.clicked() {
                commands.push(match index == shelf.open {
                    true => Command::Show(None),
                    false => Command::Shelf(Shelving::Open(entry.id.clone())),
                });
            }
            rows.push(response);
        }
        walk(ui, &rows);
    });
}

/// Whether it was not there in the pass before.
fn is_new(ctx: &Context) -> bool {
    let id = Id::unique("the contents were shown");
    let now = ctx.cumulative_pass_nr();
    let last = ctx.data(|data| data.get_temp::<u64>(id));
    ctx.data_mut(|data| data.insert_temp(id, now));
    last.is_none_or(|last| last + 1 < now)
}

/// The arrows, Home and End move the focus along the rows.
fn walk(ui: &Ui, rows: &[Response]) {
    let Some(here) = rows.iter().position(Response::has_focus) else {
        return;
    };
    let filter = EventFilter {
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(rows[here].id, filter));
    let last = rows.len() - 1;
    let to = ui.input_mut(|input| {
        let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
        if pressed(Key::ArrowDown) {
            (here + 1).min(last)
        } else if pressed(Key::ArrowUp) {
            here.saturating_sub(1)
        } else if pressed(Key::Home) {
            0
        } else if pressed(Key::End) {
            last
        } else {
            here
        }
    });
    if to != here {
        rows[to].request_focus();
        rows[to].scroll_to_me(None);
    }
}

fn entry_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (index, entry): (usize, &Entry),
) -> Response {
    let is_open = index == view.desk.shelf.open;
    let ground = ui.painter().add(egui::Shape::Noop);
    let outer = ui.available_rect_before_wrap();
    let inner = Rect::from_min_max(
        outer.min + vec2(NUMBER + MARGIN, MARGIN - 2.0),
        pos2(outer.right() - MARGIN - FORGET, outer.bottom()),
    );
    let text = ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        words_ui(ui, view, theme, entry, is_open);
    });
    let bottom = text.response.rect.bottom() + MARGIN - 2.0;
    let rect = Rect::from_min_max(outer.min, pos2(outer.right(), bottom));
    ui.allocate_rect(rect, Sense::hover());
    let sense = match entry.is_sound() {
        true => Sense::click(),
        false => Sense::hover(),
    };
    let response = ui.interact(rect, Id::unique(("lesson in the contents", index)), sense);
    let fill = match (is_open, response.hovered() && entry.is_sound()) {
        (true, _) => theme.wire_soft,
        (false, true) => theme.trough,
        (false, false) => theme.card,
    };
    let fill = egui::Shape::rect_filled(rect, CONTROL_RADIUS, fill);
    ui.painter().set(ground, fill);
    if is_open {
        let stripe = Rect::from_min_max(rect.min, pos2(rect.left() + 3.0, rect.bottom()));
        ui.painter().rect_filled(stripe, 1, theme.wire);
    }
    let number = pos2(rect.left() + MARGIN + 4.0, inner.top());
    ui.painter().text(
        number,
        egui::Align2::LEFT_TOP,
        format!("{:02}", entry.number),
        theme::code_font(theme::TITLE),
        theme.muted,
    );
    parts::focus_ring(ui, theme, &response, rect);
    let name = name(view, entry, is_open);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, entry.is_sound(), &name));
    match entry.is_sound() {
        true => response.on_hover_cursor(CursorIcon::PointingHand),
        false => response,
    }
}

fn words_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, entry: &Entry, is_open: bool) {
    let language = view.language;
    let titles = entry.titles(language);
    let title = titles.map_or(entry.folder.as_str(), |titles| &titles.title);
    let title = RichText::new(title).font(theme::bold_font(theme::TITLE));
    let title = Label::new(title.color(theme.text)).wrap();
    let is_beside = titles.is_some() && ui.available_width() >= BESIDE_FROM;
    if is_beside {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                facts_ui(ui, view, theme, entry, is_open);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| ui.add(title));
            });
        });
    } else {
        ui.add(title);
    }
    if let Some(titles) = titles {
        let goal = RichText::new(&titles.goal).font(theme::text_font(theme::TEXT));
        let ink = if is_open { theme.text } else { theme.muted };
        ui.add(Label::new(goal.color(ink)).wrap());
        if !is_beside {
            ui.horizontal(|ui| {
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    facts_ui(ui, view, theme, entry, is_open);
                });
            });
        }
    }
    for problem in &entry.problems {
        ui.horizontal_top(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(16.0, 18.0), Sense::hover());
            parts::paint_icon(ui.painter(), Icon::Warning, rect.center(), 13.0, theme.warn);
            let problem = RichText::new(problem).font(theme::text_font(theme::SMALL));
            ui.add(Label::new(problem.color(theme.text)).wrap());
        });
    }
}

/// How far, and in words.
fn facts_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, entry: &Entry, is_open: bool) {
    let reached = view.desk.shelf.progress.lessons.get(&entry.id);
    let words = facts(view, entry, reached, is_open);
    let words = RichText::new(words).font(theme::text_font(theme::SMALL));
    let words = Label::new(words.color(theme.muted)).wrap();
    if ui.layout().prefer_right_to_left() {
        ui.add(words);
        bar_ui(ui, theme, entry, reached);
    } else {
        bar_ui(ui, theme, entry, reached);
        ui.add(words);
    }
}

fn bar_ui(ui: &mut Ui, theme: &Theme, entry: &Entry, reached: Option<&Reached>) {
    let (rect, _) = ui.allocate_exact_size(vec2(88.0, 14.0), Sense::hover());
    let bar = Rect::from_center_size(rect.center(), vec2(88.0, 5.0));
    ui.painter().rect_filled(bar, 2, theme.outline);
    let beats = reached.map_or(0, |reached| reached.beats.min(entry.beats));
    let share = beats as f32 / entry.beats.max(1) as f32;
    let colour = match reached.is_some_and(|reached| reached.finished) {
        true => theme.good,
        false => theme.wire,
    };
    let done = bar.with_max_x(bar.left() + bar.width() * share);
    ui.painter().rect_filled(done, 2, colour);
}

/// "10 min · 3 of 12 passages · quizzes 1 of 2".
fn facts(view: &View<'_>, entry: &Entry, reached: Option<&Reached>, is_open: bool) -> String {
    let language = view.language;
    let mut facts = Vec::new();
    if is_open {
        facts.push(say!(language, "contents.open_now"));
    }
    facts.push(say!(language, "contents.minutes", minutes = entry.minutes));
    let nothing = Reached::default();
    let reached = reached.unwrap_or(&nothing);
    let beats = reached.beats.min(entry.beats);
    facts.push(match (reached.finished, beats) {
        (true, _) => say!(language, "contents.finished"),
        (false, 0) => say!(language, "contents.not_begun"),
        (false, _) => say!(
            language,
            "contents.passages",
            reached = beats,
            of = entry.beats
        ),
    });
    let missing = missing(&view.desk.shelf, entry);
    if beats == 0 && !missing.is_empty() {
        facts.push(say!(language, "contents.after", numbers = missing));
    }
    let right = reached.quizzes.values().filter(|guessed| guessed.right > 0);
    let right = right.count().min(entry.quizzes);
    if right > 0 {
        facts.push(say!(
            language,
            "contents.quizzes",
            right = right,
            of = entry.quizzes
        ));
    }
    let solved = reached
        .puzzles
        .values()
        .filter(|answered| answered.right > 0);
    let solved = solved.count().min(entry.puzzles);
    if solved > 0 {
        facts.push(say!(
            language,
            "contents.puzzles",
            solved = solved,
            of = entry.puzzles
        ));
    }
    facts.join(" · ")
}

/// The numbers of the lessons that should come before it and are not finished: "3, 4".
fn missing(shelf: &Shelf, entry: &Entry) -> String {
    let is_finished = |id: &str| shelf.progress.lessons.get(id).is_some_and(|r| r.finished);
    let wanted = entry.after.iter().filter(|id| !is_finished(id));
    let numbers = wanted.filter_map(|id| {
        let earlier = shelf.entries.iter().find(|other| other.id == *id)?;
        Some(earlier.number.to_string())
    });
    numbers.collect::<Vec<_>>().join(", ")
}

/// What a reader hears.
fn name(view: &View<'_>, entry: &Entry, is_open: bool) -> String {
    let language = view.language;
    let title = entry.titles(language);
    let title = title.map_or(entry.folder.as_str(), |titles| &titles.title);
    if !entry.is_sound() {
        return say!(language, "contents.broken", title = title).into_owned();
    }
    let reached = view.desk.shelf.progress.lessons.get(&entry.id);
    let facts = facts(view, entry, reached, is_open);
    format!("{:02} {title}. {facts}", entry.number)
}

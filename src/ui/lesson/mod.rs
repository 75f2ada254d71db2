//! The lesson pane: prose, beats that light up as they happen, quizzes asked before a step.

mod block;
mod inline;
mod quiz;
mod wrap;

use eframe::egui;
use eframe::egui::{
    CursorIcon, Direction, Rect, Role, ScrollArea, Sense, Shape, Ui, WidgetInfo, pos2, vec2,
};

use self::inline::Ink;
use super::parts::{self, Icon};
use super::text::say;
use super::theme::{self, Theme};
use crate::lesson::{Beat, Block, Inline, Lesson};
use crate::session::{Command, View};
use crate::trace::Moment;

const MARGIN: f32 = 20.0;

/// Where a beat stands relative to the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Behind(Moment),
    /// The newest that has happened.
    Here(Moment),
    Ahead(Option<Moment>),
}

pub fn lesson_ui(ui: &mut Ui, view: &View<'_>, lesson: &Lesson, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let here = current_beat(view);
    ScrollArea::vertical()
        .id_salt("lesson")
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            ui.add_space(18.0);
            padded(ui, |ui| opening_ui(ui, theme, lesson));
            ui.add_space(8.0);
            for (index, beat) in lesson.beats.iter().enumerate() {
                let place = place(view, index, here);
                beat_ui(ui, view, theme, (index, beat), place, commands);
            }
            ui.add_space(40.0);
        });
}

fn padded<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    let margin = egui::Margin {
        left: MARGIN as i8,
        right: MARGIN as i8 - 4,
        top: 0,
        bottom: 0,
    };
    egui::Frame::new().inner_margin(margin).show(ui, add).inner
}

fn opening_ui(ui: &mut Ui, theme: &Theme, lesson: &Lesson) {
    // A file that begins with a heading of its own says there what it is about.
    let (title, rest) = match lesson.opening.split_first() {
        Some((Block::Heading { level: 1, text }, rest)) => (text.clone(), rest),
        _ => (plain(&lesson.title), lesson.opening.as_slice()),
    };
    inline::inlines_ui(ui, theme, &title, Ink::title(theme));
    if !lesson.goal.is_empty() {
        let goal = plain(&lesson.goal);
        inline::inlines_ui(ui, theme, &goal, Ink::body(theme.muted));
    }
    block::blocks_ui(ui, theme, rest, Ink::body(theme.text));
}

fn plain(text: &str) -> Vec<Inline> {
    let text = text.to_owned();
    vec![Inline {
        text,
        look: Default::default(),
        link: None,
    }]
}

/// The newest beat that had happened at the cursor.
pub fn current_beat(view: &View<'_>) -> Option<usize> {
    let now = view.timeline.moment();
    let reached = view.beats.iter().enumerate();
    let reached = reached.filter_map(|(index, moment)| moment.map(|moment| (moment, index)));
    reached
        .filter(|(moment, _)| *moment <= now)
        .max()
        .map(|(_, index)| index)
}

fn place(view: &View<'_>, index: usize, here: Option<usize>) -> Place {
    let now = view.timeline.moment();
    match view.beats.get(index).copied().flatten() {
        Some(moment) if here == Some(index) => Place::Here(moment),
        Some(moment) if moment <= now => Place::Behind(moment),
        later => Place::Ahead(later),
    }
}

fn beat_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (index, beat): (usize, &Beat),
    place: Place,
    commands: &mut Vec<Command>,
) {
    let ground = ui.painter().add(Shape::Noop);
    let bar = ui.painter().add(Shape::Noop);
    let top = ui.cursor().top();
    let ink = match place {
        Place::Here(_) => Ink::body(theme.text),
        Place::Behind(_) | Place::Ahead(_) => Ink::body(theme.faint),
    };
    let shown = ui.scope(|ui| {
        ui.add_space(6.0);
        padded(ui, |ui| {
            title_ui(ui, view, theme, beat, place, commands);
            for block in &beat.body {
                match block {
                    Block::Quiz(quiz) => {
                        quiz::quiz_ui(ui, view, theme, (index, quiz), commands);
                    }
                    other => block::block_ui(ui, theme, other, ink),
                }
            }
        });
        ui.add_space(8.0);
    });
    if !matches!(place, Place::Here(_)) {
        return;
    }
    let full = ui.max_rect().x_range();
    let rect = Rect::from_x_y_ranges(full, top..=shown.response.rect.bottom());
    let colours = [
        theme.wire_soft,
        theme.wire_soft.lerp_to_gamma(theme.panel, 0.85),
    ];
    ui.painter().set(
        ground,
        Shape::gradient_rect(rect, Direction::LeftToRight, colours),
    );
    let stripe = Rect::from_min_max(rect.min, pos2(rect.left() + 3.0, rect.bottom()));
    ui.painter()
        .set(bar, Shape::rect_filled(stripe, 0, theme.wire));
    follow(ui, index, rect);
}

/// Scrolls to the current beat when another becomes it.
fn follow(ui: &Ui, index: usize, rect: Rect) {
    let id = egui::Id::unique("current beat");
    let last = ui.data(|data| data.get_temp::<usize>(id));
    if last != Some(index) {
        ui.data_mut(|data| data.insert_temp(id, index));
        let target = Rect::from_min_max(rect.min - vec2(0.0, 12.0), rect.max + vec2(0.0, 12.0));
        let fits = target.height() < ui.clip_rect().height();
        let align = if fits { None } else { Some(egui::Align::Min) };
        ui.scroll_to_rect_animation(target, align, egui::style::ScrollAnimation::none());
    }
}

fn title_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    beat: &Beat,
    place: Place,
    commands: &mut Vec<Command>,
) {
    let (colour, moment) = match place {
        Place::Behind(moment) => (theme.muted, Some(moment)),
        Place::Here(moment) => (theme.text, Some(moment)),
        Place::Ahead(moment) => (theme.text, moment),
    };
    let room = if moment.is_some() { 24.0 } else { 0.0 };
    let width = ui.available_width() - room;
    let laid = inline::lay(ui, theme, &beat.title, Ink::beat(colour), width);
    let sense = if moment.is_some() {
        Sense::click()
    } else {
        Sense::hover()
    };
    let (rect, response) = ui.allocate_exact_size(laid.size() + vec2(room, 0.0), sense);
    let text = laid.text();
    let end = rect.min + laid.end();
    let is_hot = response.hovered() && moment.is_some();
    let ink = if is_hot { theme.wire } else { colour };
    laid.paint_in(ui, theme, rect.min, ink);
    let Some(moment) = moment else {
        let hint = say!(view.language, "beat.ahead", trigger = beat.trigger.text);
        response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &text));
        response.on_hover_text(hint);
        return;
    };
    parts::paint_icon(
        ui.painter(),
        Icon::Check,
        end + vec2(13.0, 0.0),
        11.0,
        theme.good,
    );
    let name = say!(view.language, "beat.go_to", title = text);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    if response.clicked() {
        commands.push(Command::GoTo(moment));
    }
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text(name);
}

//! One passage: its title leads to its moment, and the current one lights up and is scrolled to.

use eframe::egui;
use eframe::egui::{
    CursorIcon, Direction, Id, Rect, Role, Sense, Shape, Ui, WidgetInfo, pos2, vec2,
};

use super::inline::{self, Ink};
use super::page::{Heights, Page};
use super::{block, finish, myth, padded, quiz, standing};
use crate::lesson::{Beat, Block, Language, Lesson};
use crate::session::{Command, View};
use crate::trace::Moment;
use crate::ui::parts::{self, Icon};
use crate::ui::text::say;

/// Where a beat stands relative to the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Behind(Moment),
    /// The newest that has happened.
    Here(Moment),
    Ahead(Option<Moment>),
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

pub fn beat_ui(
    ui: &mut Ui,
    page: &mut Page<'_, '_>,
    heights: &mut Heights,
    (index, here): (usize, Option<usize>),
) {
    let (lesson, theme) = (page.lesson, page.theme);
    let beat = &lesson.beats[index];
    let place = place(page.view, index, here);
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
            title_ui(ui, page, heights, (index, beat), place);
            for (nth, block) in beat.body.iter().enumerate() {
                let place = (index, nth);
                match block {
                    Block::Quiz(quiz) => {
                        let standing = quiz::standing(page.view, index);
                        heights.show(ui, place, standing, |ui| {
                            quiz::quiz_ui(ui, page, (index, quiz));
                        });
                    }
                    Block::Myth(myth) => {
                        let standing = myth::standing(page.view, index);
                        heights.show(ui, place, standing, |ui| {
                            myth::myth_ui(ui, page, (index, myth));
                        });
                    }
                    other => {
                        let standing = standing(page, other);
                        heights.show(ui, place, standing, |ui| {
                            block::block_ui(ui, page, other, ink);
                        });
                    }
                }
            }
        });
        ui.add_space(8.0);
    });
    let full = ui.max_rect().x_range();
    let rect = Rect::from_x_y_ranges(full, top..=shown.response.rect.bottom());
    if is_wanted(ui, index) {
        ui.scroll_to_rect(rect, Some(egui::Align::Min));
    }
    if !matches!(place, Place::Here(_)) {
        return;
    }
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
    // At the end there is something else to see.
    if !finish::is_at(page.view) {
        follow(ui, (lesson, index), rect);
    }
}

/// Somebody asked to see this passage, once.
fn is_wanted(ui: &Ui, index: usize) -> bool {
    let id = finish::wanted_id();
    let is_it = ui.data(|data| data.get_temp::<usize>(id)) == Some(index);
    if is_it {
        ui.data_mut(|data| data.remove_temp::<usize>(id));
    }
    is_it
}

/// Scrolls to the current beat when another becomes it, or when it is told in another language.
pub fn follow(ui: &Ui, (lesson, index): (&Lesson, usize), rect: Rect) {
    let id = Id::unique("current beat");
    let now = (lesson.id.clone(), lesson.language, index);
    let last = ui.data(|data| data.get_temp::<(String, Language, usize)>(id));
    if last.as_ref() != Some(&now) {
        ui.data_mut(|data| data.insert_temp(id, now));
        let target = Rect::from_min_max(rect.min - vec2(0.0, 12.0), rect.max + vec2(0.0, 12.0));
        let fits = target.height() < ui.clip_rect().height();
        let align = if fits { None } else { Some(egui::Align::Min) };
        ui.scroll_to_rect_animation(target, align, egui::style::ScrollAnimation::none());
    }
}

/// The titles are always there, so that the focus can go from one to the next; one that cannot be
/// seen is not laid out.
fn title_ui(
    ui: &mut Ui,
    page: &mut Page<'_, '_>,
    heights: &mut Heights,
    (index, beat): (usize, &Beat),
    place: Place,
) {
    let (language, theme) = (page.view.language, page.theme);
    let (colour, moment) = match place {
        Place::Behind(moment) => (theme.muted, Some(moment)),
        Place::Here(moment) => (theme.text, Some(moment)),
        Place::Ahead(moment) => (theme.text, moment),
    };
    let sense = match moment {
        Some(_) => Sense::click(),
        None => Sense::hover(),
    };
    let room = if moment.is_some() { 24.0 } else { 0.0 };
    let width = ui.available_width();
    let key = ("beat's title", index, moment.is_some());
    let laid = match heights.unseen(ui, key) {
        Some(height) => Err(vec2(width, height)),
        None => Ok(inline::lay(
            ui,
            theme,
            &beat.title,
            Ink::beat(colour),
            width - room,
        )),
    };
    let size = match &laid {
        Ok(laid) => laid.size() + vec2(room, 0.0),
        Err(size) => *size,
    };
    heights.learn(ui, key, size.y);
    // Its own id: the focus stays on a title while others light up.
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let response = ui.interact(rect, ui.scope_id().with(("beat", index)), sense);
    if response.gained_focus() && !ui.clip_rect().contains_rect(rect) {
        ui.scroll_to_rect(rect, None);
    }
    let text = || -> String { beat.title.iter().map(|run| run.text.as_str()).collect() };
    let name = || match moment {
        Some(_) => say!(language, "beat.go_to", title = text()).into_owned(),
        None => text(),
    };
    let role = match moment {
        Some(_) => Role::Button,
        None => Role::Heading,
    };
    response.widget_info(|| WidgetInfo::labeled(role, true, name()));
    let Ok(laid) = laid else { return };
    parts::focus_ring(ui, theme, &response, rect.expand(2.0));
    let is_hot = response.hovered() && moment.is_some();
    let ink = if is_hot { theme.wire } else { colour };
    laid.paint_in(ui, theme, rect.min, ink);
    let Some(moment) = moment else {
        let hint = say!(language, "beat.ahead", trigger = beat.trigger.text);
        response.on_hover_text(hint);
        return;
    };
    let centre = rect.min + laid.end() + vec2(13.0, 0.0);
    parts::paint_icon(ui.painter(), Icon::Check, centre, 11.0, theme.good);
    if response.clicked() {
        page.ask(Command::GoTo(moment));
    }
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text(name());
}

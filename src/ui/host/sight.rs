//! What a step changed comes into sight in a column that scrolls, once, and in whole rows.
//!
//! In: what each part of a column tells, and where it stands. Out: at most one scrolling a change.
//! It is calm: what is in sight already moves nothing, a learner who scrolls is left alone, and
//! nothing glides. The parts that matter most are shown first, and as many of the others with
//! them as there is room for.

use std::hash::{DefaultHasher, Hash, Hasher};

use eframe::egui::style::ScrollAnimation;
use eframe::egui::{Align, Id, Rect, Ui};

use crate::session::View;

/// A card that changed has its last size only when it was laid out a few times.
const FRAMES: u8 = 4;
/// For so long after learners scrolled, in seconds, they look where they want to.
const RESPITE: f64 = 4.0;
/// More parts than this change only where somebody jumps in time.
const MOST: usize = 64;

/// How much it matters that something is seen; the first most.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matters {
    /// Somebody has to type there.
    Asked,
    /// The program that made the step.
    Acted,
    Program,
    Received,
    Buffer,
    State,
    /// Nothing is left in it.
    Emptied,
}

/// What a part told last.
#[derive(Clone, Copy)]
struct Told {
    run: u64,
    what: u64,
    /// So many frames more it is brought into sight.
    fresh: u8,
}

#[derive(Clone, Default)]
struct Column {
    run: u64,
    height: i32,
    /// When a learner scrolled.
    scrolled_at: Option<f64>,
    /// What was brought into sight last: it stays there when the room changes.
    last: Vec<Id>,
}

/// The parts of one column, while it is laid out.
pub struct Sight {
    id: Id,
    before: Column,
    is_first: bool,
    has_new_height: bool,
    wanted: Vec<(Matters, Id, Rect)>,
    starts: Vec<f32>,
}

impl Sight {
    /// Within the area that scrolls.
    pub fn of(ui: &Ui, view: &View<'_>, id: Id) -> Self {
        let before = ui.data(|data| data.get_temp::<Column>(id));
        let run = view.timeline.run();
        let is_first = before.as_ref().is_none_or(|column| column.run != run);
        let before = before.unwrap_or_default();
        let height = ui.clip_rect().height() as i32;
        Self {
            id,
            has_new_height: !is_first && before.height != height,
            before: Column {
                run,
                height,
                ..before
            },
            is_first,
            wanted: Vec::new(),
            starts: Vec::new(),
        }
    }

    /// Notes what a part tells. What a run shows first has not changed; what comes later has.
    pub fn note(&mut self, ui: &Ui, (matters, id): (Matters, Id), what: impl Hash, rect: Rect) {
        self.starts.push(rect.top());
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        let (run, what) = (self.before.run, hasher.finish());
        let id = id.with("what it tells");
        let before = ui.data(|data| data.get_temp::<Told>(id));
        let before = before.filter(|told| told.run == run);
        let stays = self.has_new_height && self.before.last.contains(&id);
        let fresh = match before {
            Some(told) if told.what == what && !stays => told.fresh.saturating_sub(1),
            None if self.is_first => 0,
            Some(_) | None => FRAMES,
        };
        let now = Told { run, what, fresh };
        ui.data_mut(|data| data.insert_temp(id, now));
        if fresh > 0 && self.wanted.len() < MOST {
            self.wanted.push((matters, id, rect));
        }
    }

    /// Scrolls, where that is needed. Still within the area that scrolls.
    pub fn settle(mut self, ui: &Ui) {
        self.wanted.sort_by_key(|(matters, ..)| *matters);
        if scrolls(ui) {
            self.before.scrolled_at = Some(ui.input(|input| input.time));
            self.before.last.clear();
        }
        let now = ui.input(|input| input.time);
        let is_left_alone = |at: f64| (0.0..RESPITE).contains(&(now - at));
        let is_left_alone = self.before.scrolled_at.is_some_and(is_left_alone);
        if !self.wanted.is_empty() && !is_left_alone {
            self.before.last = self.wanted.iter().map(|(_, id, _)| *id).collect();
            self.show(ui);
            // Until everything has its last size.
            ui.ctx().request_repaint();
        }
        ui.data_mut(|data| data.insert_temp(self.id, self.before));
    }

    fn show(&self, ui: &Ui) {
        let room = ui.clip_rect();
        let Some(target) = together(&self.wanted, room.height()) else {
            return;
        };
        let slack = 1.0;
        if target.top() < room.top() - slack {
            ui.scroll_to_rect_animation(target, Some(Align::TOP), ScrollAnimation::none());
        } else if target.bottom() > room.bottom() + slack {
            // As little as is needed, but from the beginning of a part.
            let least = target.bottom() - room.height();
            let starts = self.starts.iter().copied();
            let top = starts
                .filter(|start| *start >= least + ui.spacing().item_spacing.y)
                .fold(target.top(), f32::min);
            let (target, align) = if top < target.bottom() - room.height() / 2.0 {
                (target.with_min_y(top), Align::TOP)
            } else {
                (target, Align::BOTTOM)
            };
            ui.scroll_to_rect_animation(target, Some(align), ScrollAnimation::none());
        }
    }
}

/// What is shown at once: the first, and of the others what fits with it. Of one that is higher
/// than the room, the upper part.
fn together(wanted: &[(Matters, Id, Rect)], room: f32) -> Option<Rect> {
    let mut rects = wanted.iter().map(|(.., rect)| *rect);
    let first = rects.next()?;
    let first = first.with_max_y(first.bottom().min(first.top() + room));
    let join = |all: Rect, rect: Rect| {
        let both = all.union(rect);
        if both.height() <= room { both } else { all }
    };
    Some(rects.fold(first, join))
}

/// Whether a learner scrolls it just now: by wheel, or by the bar at its edge.
fn scrolls(ui: &Ui) -> bool {
    let room = ui.clip_rect().expand(super::BAR);
    ui.input(|input| {
        let is_there = input
            .pointer
            .hover_pos()
            .is_some_and(|at| room.contains(at));
        let moves = input.smooth_scroll_delta().y != 0.0 || input.pointer.is_decidedly_dragging();
        is_there && moves
    })
}

#[cfg(test)]
mod tests {
    use eframe::egui::pos2;

    use super::*;

    fn rows(rows: &[(f32, f32)]) -> Vec<(Matters, Id, Rect)> {
        let rect = |(from, to)| Rect::from_min_max(pos2(0.0, from), pos2(9.0, to));
        let rows = rows.iter().copied();
        rows.map(|row| (Matters::State, Id::NULL, rect(row)))
            .collect()
    }

    #[test]
    fn the_first_is_shown_and_of_the_others_what_fits_with_it() {
        let shown = |wanted: &[(f32, f32)]| {
            together(&rows(wanted), 100.0).map(|rect| (rect.top(), rect.bottom()))
        };
        assert_eq!(shown(&[]), None);
        assert_eq!(shown(&[(50.0, 90.0)]), Some((50.0, 90.0)));
        assert_eq!(shown(&[(50.0, 90.0), (0.0, 20.0)]), Some((0.0, 90.0)));
        assert_eq!(shown(&[(50.0, 90.0), (200.0, 220.0)]), Some((50.0, 90.0)));
        assert_eq!(
            shown(&[(50.0, 400.0)]),
            Some((50.0, 150.0)),
            "its upper part"
        );
    }
}

//! Where the keyboard is: panes by name, and the way from one to the next.
//!
//! In: each pane's place, as it is drawn. Out: the focus moved.

use eframe::egui::{Context, Id, Rect, Ui, UiBuilder};

use super::Room;
use super::text::say;
use crate::lesson::Language;

/// Thinner, in points, and it is a handle between panes.
const EDGE: f32 = 12.0;

/// In reading order, which is the order of Tab and of F6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pane {
    TopBar,
    Notice,
    Lesson,
    /// Of a capture, in the lesson's place.
    Conversations,
    Clients,
    Ladder,
    Servers,
    Drawer,
    Captions,
    Transport,
}

impl Pane {
    /// What a reader hears.
    pub fn name(self, language: Language) -> String {
        match self {
            Self::TopBar => say!(language, "pane.top_bar"),
            Self::Notice => say!(language, "pane.notice"),
            Self::Lesson => say!(language, "pane.lesson"),
            Self::Conversations => say!(language, "pane.conversations"),
            Self::Clients => say!(language, "pane.clients"),
            Self::Ladder => say!(language, "pane.ladder"),
            Self::Servers => say!(language, "pane.servers"),
            Self::Drawer => say!(language, "pane.drawer"),
            Self::Captions => say!(language, "pane.captions"),
            Self::Transport => say!(language, "pane.transport"),
        }
        .into_owned()
    }
}

/// Where each pane was drawn last, in reading order.
#[derive(Clone, Debug, Default)]
struct Panes(Vec<(Pane, Rect)>);

fn panes_id() -> Id {
    Id::unique("where the panes are")
}

/// Forgets the panes of the last pass; call it before the first is drawn.
pub fn begin(ctx: &Context) {
    ctx.data_mut(|data| data.insert_temp(panes_id(), Panes::default()));
}

/// Draws a pane in its place, with its name for readers.
pub fn pane_ui(
    ui: &mut Ui,
    (pane, Room { rect, clip }): (Pane, Room),
    language: Language,
    add: impl FnOnce(&mut Ui),
) {
    let builder = UiBuilder::new()
        .id_salt(pane)
        .max_rect(rect)
        .accessibility_role(eframe::egui::accesskit::Role::Region)
        .accessibility_label(pane.name(language));
    let mut child = ui.new_child(builder);
    child.set_clip_rect(clip.intersect(ui.clip_rect()));
    add(&mut child);
    remember(ui.ctx(), pane, clip);
}

pub fn remember(ctx: &Context, pane: Pane, rect: Rect) {
    ctx.data_mut(|data| {
        let panes: &mut Panes = data.get_temp_mut_or_default(panes_id());
        panes.0.push((pane, rect));
        panes.0.sort_by_key(|(pane, _)| *pane);
    });
}

/// Where a pane is, if it is there.
pub fn place_of(ctx: &Context, pane: Pane) -> Option<Rect> {
    let panes = ctx.data(|data| data.get_temp::<Panes>(panes_id()))?;
    let found = panes.0.into_iter().find(|(each, _)| *each == pane);
    found.map(|(_, rect)| rect)
}

/// The focus goes to the first control of the next pane that has one.
pub fn to_next_pane(ctx: &Context) {
    let panes = ctx.data(|data| data.get_temp::<Panes>(panes_id()));
    let Panes(panes) = panes.unwrap_or_default();
    let focused = ctx.memory(|memory| memory.focused());
    let next = ctx.viewport(|viewport| {
        let widgets = &viewport.prev_pass.widgets;
        let here = focused.and_then(|id| widgets.get(id));
        let here = here.and_then(|widget| {
            let centre = widget.rect.center();
            panes.iter().position(|(_, rect)| rect.contains(centre))
        });
        let first = here.map_or(0, |here| here + 1);
        let order = (0..panes.len()).map(|step| (first + step) % panes.len());
        let all: Vec<_> = widgets.layers().flat_map(|(_, all)| all).collect();
        order.into_iter().find_map(|index| {
            let (_, rect) = panes[index];
            let can_focus = all.iter().filter(|widget| {
                let is_seen = rect.contains(widget.rect.center()) && widget.visible;
                // The edge between two panes is in neither.
                let is_edge = widget.rect.size().min_elem() < EDGE;
                is_seen && !is_edge && widget.enabled && widget.sense.is_focusable()
            });
            can_focus.map(|widget| widget.id).next()
        })
    });
    if let Some(id) = next {
        ctx.memory_mut(|memory| memory.request_focus(id));
    }
}

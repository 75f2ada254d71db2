//! What lies over the window: a card in the middle, or a pane that has no room beside the others.
//!
//! In: a title and what to draw. Out: the same, with the stage dimmed behind it, the focus kept
//! inside and given back afterwards. Which overlay is open is in the desk; Escape and a click
//! beside it take it away.

use eframe::egui;
use eframe::egui::{
    Align, Context, Frame, Id, Layout, Margin, Modal, Order, RichText, ScrollArea, Ui, vec2,
};

use super::focus::Pane;
use super::parts::{Button, Icon};
use super::text::say;
use super::theme;
use crate::session::{Command, View};

/// Between an overlay and the window's edge, on each side.
const ROOM: f32 = 24.0;
const MARGIN: i8 = 18;
/// The title and its closing button, above what scrolls.
const TITLE: f32 = 48.0;
/// Whatever a window system makes of the window, there is something to scroll in.
const LEAST: f32 = 60.0;

/// What a card may take of the window's width or height.
fn most(window: f32) -> f32 {
    (window - 2.0 * (ROOM + f32::from(MARGIN))).max(LEAST)
}

/// A card in the middle of the window, as wide as this where there is room, with a title and a
/// button to close it. What does not fit scrolls.
pub fn card_ui(
    ctx: &Context,
    view: &View<'_>,
    (title, width): (&str, f32),
    commands: &mut Vec<Command>,
    add: impl FnOnce(&mut Ui, &mut Vec<Command>),
) {
    let theme = theme::theme(view.look);
    let window = ctx.content_rect().size();
    let [most_wide, most_high] = [window.x, window.y].map(most);
    let width = width.min(most_wide);
    let id = Id::unique(("overlay", title));
    let frame = Frame::new()
        .fill(theme.card)
        .stroke(theme.outline_stroke())
        .corner_radius(theme::CARD_RADIUS)
        .inner_margin(Margin::same(MARGIN));
    let area = Modal::default_area(id).fade_in(false);
    let modal = Modal::new(id).area(area).frame(frame);
    let modal = modal.backdrop_color(theme.veil).show(ctx, |ui| {
        ui.set_width(width);
        name(ui, title);
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let closer = Button {
                    icon: Some(Icon::Cross),
                    key: Some("Esc"),
                    name: say!(view.language, "overlay.close").into_owned(),
                    hint: say!(view.language, "overlay.close").into_owned(),
                    height: 28.0,
                    ..Button::new("", theme)
                };
                let closer = closer.show(ui, theme);
                keep_focus(ui, &closer);
                if closer.clicked() {
                    commands.push(Command::Show(None));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let title = RichText::new(title).font(theme::bold_font(theme::HEADING));
                    ui.add(egui::Label::new(title.color(theme.text)).truncate());
                });
            });
        });
        ui.add_space(theme::GAP);
        let height = (most_high - TITLE).max(LEAST);
        ScrollArea::vertical()
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink([false, true])
            .show(ui, |ui| add(ui, commands));
    });
    if modal.backdrop_response.clicked() {
        commands.push(Command::Show(None));
    }
}

/// A small one without a title bar, for what is over soon: it closes itself.
pub fn small_card_ui(
    ctx: &Context,
    view: &View<'_>,
    (title, width): (&str, f32),
    add: impl FnOnce(&mut Ui),
) {
    let theme = theme::theme(view.look);
    let width = width.min(most(ctx.content_rect().width()));
    let id = Id::unique(("overlay", title));
    let frame = Frame::new()
        .fill(theme.card)
        .stroke(theme.outline_stroke())
        .corner_radius(theme::CARD_RADIUS)
        .inner_margin(Margin::same(MARGIN));
    let area = Modal::default_area(id).fade_in(false);
    let modal = Modal::new(id).area(area).frame(frame);
    modal.backdrop_color(theme.veil).show(ctx, |ui| {
        ui.set_width(width);
        name(ui, title);
        add(ui);
    });
}

/// What a reader hears when the overlay opens.
fn name(ui: &Ui, title: &str) {
    ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
        node.set_role(egui::accesskit::Role::Dialog);
        node.set_label(title);
        node.set_modal();
    });
}

/// What had the focus before an overlay opened.
#[derive(Clone, Copy, Debug, Default)]
struct Before(Option<Id>);

fn before_id() -> Id {
    Id::unique("focus before the overlay")
}

/// The first control of an overlay that opens takes the focus.
pub fn keep_focus(ui: &Ui, first: &egui::Response) {
    let ctx = ui.ctx();
    let is_kept = ctx.data(|data| data.get_temp::<Before>(before_id()).is_some());
    if !is_kept {
        let focused = ctx.memory(|memory| memory.focused());
        ctx.data_mut(|data| data.insert_temp(before_id(), Before(focused)));
        first.request_focus();
    }
}

/// When no overlay is there any more, the focus is where it was.
pub fn give_focus_back(ctx: &Context) {
    let before = ctx.data_mut(|data| data.remove_temp::<Before>(before_id()));
    let Some(Before(focused)) = before else {
        return;
    };
    ctx.memory_mut(|memory| match focused {
        Some(id) => memory.request_focus(id),
        None => memory.stop_text_input(),
    });
}

/// A pane laid over the stage.
pub fn sheet_ui(
    ctx: &Context,
    view: &View<'_>,
    (pane, width, height): (Pane, f32, f32),
    commands: &mut Vec<Command>,
    add: impl FnOnce(&mut Ui, &mut Vec<Command>),
) {
    let title = pane.name(view.language);
    card_ui(ctx, view, (&title, width), commands, |ui, commands| {
        let height = height.max(LEAST);
        let size = vec2(ui.available_width(), height);
        ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
            ui.set_min_height(height);
            add(ui, commands);
        });
    });
}

/// What lies below an overlay is not explained on top of it, wherever the pointer rests: a tooltip
/// that is open stays so while the pointer does, whatever comes over it. Call it when everything
/// below is drawn, and nothing above.
pub fn without_tips_below(ctx: &Context) {
    let layers = ctx.memory(|memory| memory.layer_ids().collect::<Vec<_>>());
    ctx.graphics_mut(|graphics| {
        for layer in layers {
            if layer.order == Order::Tooltip
                && let Some(painted) = graphics.get_mut(layer)
            {
                std::mem::take(painted);
            }
        }
    });
}

//! What can be done to one segment, as a menu and as a row of buttons.

use eframe::egui::{Popup, Response, Ui, vec2};

use super::{ACTIONS, Action, WITH_KEY, has_just_opened, target};
use crate::model::Segment;
use crate::session::{Command, View};
use crate::ui::parts::{Button, Weight};
use crate::ui::segment;
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};

const HEIGHT: f32 = 26.0;
/// The summary beside the drawer's buttons needs this much.
const SUMMARY: f32 = 90.0;

/// Fills a menu that opened at a token.
fn menu_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    segment: &Segment,
    commands: &mut Vec<Command>,
) {
    ui.spacing_mut().item_spacing.y = 3.0;
    let name = segment::label(view, segment);
    let buttons = ACTIONS.map(|action| {
        let button = Button {
            name: action.name(view.language, &name),
            ..button(view, theme, action, segment)
        };
        (action, button)
    });
    let widths = buttons.iter().map(|(_, b)| b.size(ui.painter()).x);
    let width = widths.fold(150.0, f32::max);
    let mut wants_focus = has_just_opened(ui);
    for (action, button) in buttons {
        let (_, rect) = ui.allocate_space(vec2(width, HEIGHT));
        let (button, command) = button.offered(action.offer(view, Some(segment.id)));
        let is_on = button.is_on;
        let shown = button.show_at(ui, theme, rect);
        if is_on && std::mem::take(&mut wants_focus) {
            shown.request_focus();
        }
        if shown.clicked() {
            commands.extend(command);
            ui.close();
        }
    }
}

/// The button of an action: keys stand on that of the segment they mean.
fn button(view: &View<'_>, theme: &Theme, action: Action, segment: &Segment) -> Button {
    let has_keys = target(view) == Some(segment.id);
    let weight = match action {
        Action::Deliver => Weight::Filled(theme.wire),
        Action::Drop => Weight::Outlined(theme.bad),
        Action::Duplicate | Action::Corrupt | Action::Delay(_) => Weight::Plain(theme.text),
    };
    Button {
        key: action.key().filter(|_| has_keys),
        weight,
        hint: action.hint(view.language),
        height: HEIGHT,
        ..Button::new(action.label(view.language), theme)
    }
}

/// The drawer's buttons for the segment it shows, from the right; a menu where there is no room.
pub fn actions_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    segment: &Segment,
    commands: &mut Vec<Command>,
) {
    let here = |what: &str| say!(view.language, "drawer.do", what = what).into_owned();
    let buttons = WITH_KEY.map(|action| {
        let button = Button {
            key: None,
            name: here(&action.label(view.language)),
            ..button(view, theme, action, segment)
        };
        (action, button)
    });
    let gap = ui.spacing().item_spacing.x;
    let widths = buttons.iter().map(|(_, b)| b.size(ui.painter()).x + gap);
    if widths.sum::<f32>() + SUMMARY > ui.available_width() {
        let label = say!(view.language, "control.actions").into_owned();
        let menu = Button {
            name: here(&label),
            hint: say!(view.language, "hint.actions").into_owned(),
            height: HEIGHT,
            ..Button::new(format!("{label} …"), theme)
        };
        let opened = menu.show(ui, theme);
        menu_at(&opened, view, theme, segment, commands);
        return;
    }
    for (action, button) in buttons.into_iter().rev() {
        let (button, command) = button.offered(action.offer(view, Some(segment.id)));
        if button.show(ui, theme).clicked() {
            commands.extend(command);
        }
    }
}

/// The same menu on the other mouse button.
pub fn context_menu(
    opener: &Response,
    view: &View<'_>,
    theme: &Theme,
    segment: &Segment,
    commands: &mut Vec<Command>,
) {
    let id = opener.id.with("context menu");
    Popup::context_menu(opener).id(id).show(|ui| {
        menu_ui(ui, view, theme, segment, commands);
    });
}

/// A menu that opens where this was clicked.
pub fn menu_at(
    opener: &Response,
    view: &View<'_>,
    theme: &Theme,
    segment: &Segment,
    commands: &mut Vec<Command>,
) {
    Popup::menu(opener).gap(theme::SMALL_GAP).show(|ui| {
        menu_ui(ui, view, theme, segment, commands);
    });
}

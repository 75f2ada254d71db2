//! The transport: the steps, what plays by itself, the way to the present, the timeline, and how
//! the run that is shown goes on.
//!
//! In: a view. Out: commands. What has no room stands in a menu of more, what matters least first.

mod fold;
mod hint;
mod items;
mod run_to;
mod status;

pub use hint::next_hint;
pub use run_to::popup_id as run_to_popup_id;

use eframe::egui;
use eframe::egui::{Align, Layout, Popup, PopupCloseBehavior, Response, Ui};

use self::items::{Item, Kind, all_programs, items, program};
use super::capture;
use super::parts::{Button, Icon, Weight};
use super::text::say;
use super::theme::{self, Theme};
use super::{driving, timeline_strip, wire};
use crate::director::Next;
use crate::session::{Command, Speed, View};

/// Narrower than this, and the caps of the keys make room for the buttons.
const WITH_CAPS_FROM: f32 = 1_150.0;
/// A timeline that is narrower tells nothing.
const STRIP: f32 = 236.0;
const STATUS: egui::Rangef = egui::Rangef {
    min: 128.0,
    max: 156.0,
};

pub fn transport_ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    wake_when_due(ui, view);
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = fold::GAP;
        let width = ui.available_width();
        let status = STATUS.clamp(width * 0.14);
        let room = width - STRIP.max(width * 0.2) - status - 3.0 * fold::GAP;
        let has_caps = width >= WITH_CAPS_FROM;
        let items = items(view, theme);
        let more = more_button(view, theme);
        let sizes: Vec<fold::Size> = items.iter().map(|item| item.size(ui, has_caps)).collect();
        let stays = fold::staying(&sizes, room, more.size(ui.painter()).x);
        let mut folded = Vec::new();
        for (mut item, stays) in items.into_iter().zip(stays) {
            if !stays {
                folded.push(item);
                continue;
            }
            if !has_caps {
                item.button.key = None;
            }
            item_ui(ui, view, theme, item, commands);
        }
        if !folded.is_empty() {
            more_ui(ui, view, theme, more, folded, commands);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            status::status_ui(ui, view, theme, status);
            ui.add_space(fold::GAP);
            if capture::listed(view).is_none() {
                timeline_strip::timeline_strip_ui(ui, view, commands);
            }
        });
    });
}

fn item_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, item: Item, commands: &mut Vec<Command>) {
    let (button, command) = item.button.offered(item.offer);
    let response = button.show(ui, theme);
    match item.kind {
        Kind::Plain => {
            if response.clicked() {
                commands.extend(command);
            }
        }
        Kind::Programs => all_programs_ui(&response, view, theme, commands),
        Kind::Speed => speeds_popup_ui(&response, view, theme, commands),
        Kind::RunTo => {
            if response.clicked() {
                Popup::toggle_id(ui.ctx(), run_to::popup_id());
            }
            run_to::popup_ui(&response, view, commands);
        }
    }
}

fn more_button(view: &View<'_>, theme: &Theme) -> Button {
    Button {
        icon: Some(Icon::More),
        name: say!(view.language, "transport.more").into_owned(),
        hint: say!(view.language, "transport.more").into_owned(),
        ..Button::new("", theme)
    }
}

/// What has no room in the bar, one below the other.
fn more_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    button: Button,
    folded: Vec<Item>,
    commands: &mut Vec<Command>,
) {
    let opener = button.show(ui, theme);
    let has_run_to = folded.iter().any(|item| item.kind == Kind::RunTo);
    Popup::menu(&opener)
        .gap(theme::SMALL_GAP)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            let has_just_opened = wire::has_just_opened(ui);
            for (index, item) in folded.into_iter().enumerate() {
                let opens = match item.kind {
                    Kind::Speed => {
                        speeds_ui(ui, view, theme, commands);
                        continue;
                    }
                    Kind::Programs => {
                        programs_ui(ui, view, theme, commands);
                        continue;
                    }
                    Kind::RunTo => true,
                    Kind::Plain => false,
                };
                let (button, command) = item.button.offered(item.offer);
                let response = button.show(ui, theme);
                if index == 0 && has_just_opened {
                    response.request_focus();
                }
                if response.clicked() {
                    if opens {
                        Popup::open_id(ui.ctx(), run_to::popup_id());
                    } else {
                        commands.extend(command);
                    }
                }
            }
        });
    if has_run_to {
        run_to::popup_ui(&opener, view, commands);
    }
}

/// Once, when what the director waits for is over, or when Auto takes its next step: nothing else
/// may happen then.
fn wake_when_due(ui: &Ui, view: &View<'_>) {
    if let Next::Wait { until_us } = view.next {
        let left_us = until_us.saturating_sub(view.now_us) + 1_000;
        let left = std::time::Duration::from_micros(left_us);
        ui.ctx().request_repaint_after(left);
    }
    if let Some(left) = view.desk.drive.wait() {
        ui.ctx().request_repaint_after(left);
    }
}

/// Where there is no room for a button each: a list that opens.
fn all_programs_ui(opener: &Response, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    Popup::menu(opener)
        .gap(theme::SMALL_GAP)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| programs_ui(ui, view, theme, commands));
}

fn programs_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let list = egui::ScrollArea::vertical().max_height(320.0);
    list.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        for name in all_programs(view) {
            let item = program(view, theme, (name, None), 0);
            item_ui(ui, view, theme, item, commands);
        }
    });
}

fn speeds_popup_ui(opener: &Response, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    Popup::menu(opener)
        .gap(theme::SMALL_GAP)
        .show(|ui| speeds_ui(ui, view, theme, commands));
}

/// One of five: the one that holds is filled.
fn speeds_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for speed in Speed::ALL {
            let is_chosen = view.desk.drive.speed == speed;
            let name = say!(view.language, "drive.speed_of", speed = speed.shown());
            let button = Button {
                name: name.into_owned(),
                is_chosen: Some(is_chosen),
                weight: match is_chosen {
                    true => Weight::Filled(theme.wire),
                    false => Weight::Plain(theme.text),
                },
                height: 30.0,
                ..Button::new(speed.shown(), theme)
            };
            if button.show(ui, theme).clicked() {
                commands.push(driving::speed(speed));
            }
        }
    });
}

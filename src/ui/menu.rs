//! The menu of the top bar: how large, which panes, how numbers and bytes are read, what moves.
//!
//! In: a view. Out: settings as commands. What has a key shows its cap.

use eframe::egui::{Align, Layout, Popup, PopupCloseBehavior, Response, RichText, Ui};

use super::keys::{self, Zoom};
use super::layout;
use super::parts::{self, Button, Weight};
use super::text::say;
use super::theme::{self, Theme};
use super::{open, save};
use crate::session::{Command, Lens, Motion, Numbers, Setting, View};

const WIDTH: f32 = 268.0;
const HEIGHT: f32 = 28.0;

pub fn menu_ui(opener: &Response, view: &View<'_>, commands: &mut Vec<Command>) {
    Popup::menu(opener)
        .gap(theme::SMALL_GAP)
        .width(WIDTH)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            let theme = theme::theme(view.look);
            ui.set_width(WIDTH);
            ui.spacing_mut().item_spacing.y = 6.0;
            zoom_ui(ui, view, theme, commands);
            panes_ui(ui, view, theme, commands);
            numbers_ui(ui, view, theme, commands);
            lens_ui(ui, view, theme, commands);
            motion_ui(ui, view, theme, commands);
            files_ui(ui, view, theme, commands);
        });
}

/// What is opened, and what is made for others.
fn files_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let caption = say!(language, "menu.files");
    row_ui(ui, theme, &caption, |ui| {
        let both = [
            (say!(language, "open.short"), "O", open::offer(None)),
            (say!(language, "save.short"), "Ctrl S", save::offer(view)),
        ];
        for (label, key, offer) in both {
            let button = Button {
                key: Some(key),
                height: HEIGHT,
                ..Button::new(label, theme)
            };
            let (button, command) = button.offered(offer);
            if button.show(ui, theme).clicked() {
                commands.extend(command);
                ui.close();
            }
        }
    });
}

/// A caption, and below it the choices side by side.
fn row_ui(ui: &mut Ui, theme: &Theme, caption: &str, add: impl FnOnce(&mut Ui)) {
    parts::caption(ui, theme, caption);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        add(ui);
    });
}

/// One of several: the chosen one is filled.
fn choice(theme: &Theme, label: impl Into<String>, name: &str, is_chosen: bool) -> Button {
    let label = label.into();
    Button {
        name: format!("{name}: {label}"),
        is_chosen: Some(is_chosen),
        weight: match is_chosen {
            true => Weight::Filled(theme.wire),
            false => Weight::Plain(theme.text),
        },
        height: HEIGHT,
        ..Button::new(label, theme)
    }
}

fn zoom_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let caption = say!(language, "menu.zoom");
    row_ui(ui, theme, &caption, |ui| {
        let percent = format!("{} %", view.desk.settings.zoom);
        let steps = [
            ("−", say!(language, "menu.smaller"), Zoom::Out),
            (percent.as_str(), say!(language, "menu.usual"), Zoom::Usual),
            ("+", say!(language, "menu.larger"), Zoom::In),
        ];
        for (label, name, to) in steps {
            let button = Button {
                name: name.clone().into_owned(),
                hint: name.into_owned(),
                height: HEIGHT,
                ..Button::new(label, theme)
            };
            let (button, command) = button.offered(keys::zoom(ui.ctx(), view, to));
            if button.show(ui, theme).clicked() {
                commands.extend(command);
            }
        }
        let keys = RichText::new("Ctrl + − 0").font(theme::code_font(theme::TINY));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(keys.color(theme.muted));
        });
    });
}

fn panes_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let caption = say!(language, "menu.panes").into_owned();
    let settings = &view.desk.settings;
    row_ui(ui, theme, &caption, |ui| {
        let lesson = match settings.presents {
            true => (say!(language, "menu.captions"), settings.has_captions),
            false => (say!(language, "menu.lesson"), settings.has_lesson),
        };
        let drawer = (say!(language, "menu.inspector"), settings.has_drawer);
        let toggles = [
            (lesson, "T", layout::toggle_lesson(ui.ctx(), view)),
            (drawer, "I", layout::toggle_drawer(ui.ctx(), view)),
        ];
        for ((label, is_on), key, command) in toggles {
            let button = Button {
                key: Some(key),
                ..choice(theme, label, &caption, is_on)
            };
            if button.show(ui, theme).clicked() {
                commands.push(command);
            }
        }
    });
}

fn numbers_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let caption = say!(language, "menu.numbers").into_owned();
    row_ui(ui, theme, &format!("{caption}  N"), |ui| {
        for (numbers, label) in [
            (Numbers::Relative, say!(language, "menu.relative")),
            (Numbers::Absolute, say!(language, "menu.absolute")),
        ] {
            let is_chosen = view.desk.settings.numbers == numbers;
            let button = choice(theme, label, &caption, is_chosen);
            if button.show(ui, theme).clicked() {
                commands.push(Command::Set(Setting::Numbers(numbers)));
            }
        }
    });
}

fn lens_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let caption = say!(language, "menu.lens").into_owned();
    row_ui(ui, theme, &format!("{caption}  V"), |ui| {
        for (lens, label) in [
            (Lens::Utf8, "UTF-8".into()),
            (Lens::Gbk, "GBK".into()),
            (Lens::Hex, say!(language, "menu.hex")),
        ] {
            let is_chosen = view.desk.settings.lens == lens;
            let button = choice(theme, label, &caption, is_chosen);
            if button.show(ui, theme).clicked() {
                commands.push(Command::Set(Setting::Lens(lens)));
            }
        }
    });
}

fn motion_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let caption = say!(language, "menu.motion").into_owned();
    row_ui(ui, theme, &caption, |ui| {
        for (motion, label) in [
            (Motion::Full, say!(language, "menu.moves")),
            (Motion::Reduced, say!(language, "menu.still")),
        ] {
            let is_chosen = view.desk.settings.motion == motion;
            let button = choice(theme, label, &caption, is_chosen);
            if button.show(ui, theme).clicked() {
                commands.push(Command::Set(Setting::Motion(motion)));
            }
        }
    });
}

//! The transport: back, next, each program's step, the way to the present; and why one is off.

use eframe::egui;
use eframe::egui::{Align, Layout, RichText, Ui};

use super::controls::{self, Offer, is_server};
use super::parts::{Button, Icon, Weight};
use super::text::{host_title, host_word, say};
use super::theme::{self, Theme};
use super::timeline_strip;
use crate::director::Next;
use crate::replay::Waiting;
use crate::session::{Command, View};
use crate::trace::{Name, Order};

/// More programs than this are in a list of their own.
const MOST_BUTTONS: usize = 3;

pub fn transport_ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        restart_ui(ui, view, theme, commands);
        back_ui(ui, view, theme, commands);
        next_ui(ui, view, theme, commands);
        program_buttons_ui(ui, view, theme, commands);
        live_ui(ui, view, theme, commands);
        rerun_ui(ui, view, theme, commands);
        ui.add_space(8.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            status_ui(ui, view, theme);
            ui.add_space(8.0);
            timeline_strip::timeline_strip_ui(ui, view, commands);
        });
    });
}

/// Shows a button for an offer: on with its hint, or off with its reason.
fn offer_ui(ui: &mut Ui, theme: &Theme, button: Button, offer: Offer, commands: &mut Vec<Command>) {
    let (button, command) = button.offered(offer);
    if button.show(ui, theme).clicked() {
        commands.extend(command);
    }
}

fn restart_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let button = Button {
        icon: Some(Icon::Restart),
        key: Some("R"),
        name: say!(view.language, "control.restart").into_owned(),
        hint: say!(view.language, "hint.restart").into_owned(),
        ..Button::new("", theme)
    };
    offer_ui(ui, theme, button, Ok(Command::Restart), commands);
}

fn back_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let label = say!(view.language, "control.back");
    let button = Button {
        icon: Some(Icon::Back),
        hint: say!(view.language, "hint.back").into_owned(),
        ..Button::new(label.clone(), theme)
    };
    offer_ui(ui, theme, button, controls::back(view), commands);
}

fn next_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let (label, hint) = if view.timeline.is_live() {
        (say!(view.language, "control.next"), next_hint(view))
    } else {
        (
            say!(view.language, "control.forward"),
            say!(view.language, "hint.forward").into_owned(),
        )
    };
    wake_when_due(ui, view);
    let button = Button {
        key: Some("Space"),
        weight: Weight::Primary,
        hint,
        ..Button::new(label.clone(), theme)
    };
    offer_ui(ui, theme, button, controls::next(view), commands);
}

/// Once, when what the director waits for is over: nothing else may happen then.
fn wake_when_due(ui: &Ui, view: &View<'_>) {
    if let Next::Wait { until_us } = view.next {
        let left_us = until_us.saturating_sub(view.now_us) + 1_000;
        let left = std::time::Duration::from_micros(left_us);
        ui.ctx().request_repaint_after(left);
    }
}

/// What `Next` would do, so that pressing it holds no surprise.
pub fn next_hint(view: &View<'_>) -> String {
    match &view.next {
        Next::Give(order) => order_hint(view, order),
        Next::Forward | Next::Wait { .. } | Next::Not(_) => String::new(),
    }
}

fn order_hint(view: &View<'_>, order: &Order) -> String {
    let state = view.timeline.state();
    let language = view.language;
    let named = |segment| super::segment::short_name(language, state, segment);
    match order {
        Order::Step { program, .. } => {
            let call = state.programs.get(program).and_then(|p| p.current_call());
            let call = call.map_or("", |call| call.name.as_str());
            let title = host_word(language, state, program);
            say!(language, "hint.next_step", program = title, call = call)
        }
        Order::Deliver { segment } if state.oldest_held() == Some(*segment) => {
            say!(language, "hint.next_deliver", segment = named(*segment))
        }
        Order::Deliver { segment } => {
            say!(language, "hint.next_overtake", segment = named(*segment))
        }
        Order::Drop { segment } => {
            say!(language, "hint.next_drop", segment = named(*segment))
        }
        Order::Duplicate { segment } => {
            say!(language, "hint.next_duplicate", segment = named(*segment))
        }
        Order::Corrupt { segment, .. } => {
            say!(language, "hint.next_corrupt", segment = named(*segment))
        }
        Order::Delay { segment, ms } => {
            let time = format!("{} s", f64::from(*ms) / 1e3);
            let segment = named(*segment);
            say!(language, "hint.next_delay", segment = segment, time = time)
        }
        Order::Hold { on: true, .. } => say!(language, "hint.next_hold"),
        Order::Hold { on: false, .. } => say!(language, "hint.next_release"),
        Order::DeliverAll => say!(language, "hint.deliver_all"),
        Order::Answer { program, .. } => {
            let title = host_word(language, state, program);
            say!(language, "hint.next_answer", program = title)
        }
    }
    .into_owned()
}

fn program_buttons_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let state = view.timeline.state();
    let client = controls::client_in_turn(view);
    let server = controls::server_in_turn(view);
    let clients = state.program_order.iter().filter(|name| !is_server(name));
    let servers = state.program_order.iter().filter(|name| is_server(name));
    let all: Vec<&Name> = clients.chain(servers).collect();
    let has_many = all.len() > MOST_BUTTONS;
    let turns = [(&client, "C"), (&server, "S")];
    let key_of = |name: &Name| {
        let turn = turns.iter().find(|(turn, _)| turn.as_ref() == Some(name));
        turn.map(|(_, key)| *key)
    };
    for name in &all {
        if !has_many || key_of(name).is_some() {
            program_ui(ui, view, theme, (name, key_of(name)), commands);
        }
    }
    if has_many {
        all_programs_ui(ui, view, theme, &all, commands);
    }
}

/// Where there is no room for a button each: a list that opens.
fn all_programs_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    all: &[&Name],
    commands: &mut Vec<Command>,
) {
    let button = Button {
        icon: Some(Icon::Down),
        hint: say!(view.language, "hint.programs").into_owned(),
        ..Button::new(
            say!(view.language, "control.programs", count = all.len()),
            theme,
        )
    };
    let opener = button.show(ui, theme);
    egui::Popup::menu(&opener)
        .gap(theme::SMALL_GAP)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            egui::ScrollArea::vertical()
                .max_height(320.0)
                .show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 4.0;
                    for name in all {
                        program_ui(ui, view, theme, (name, None), commands);
                    }
                });
        });
}

fn program_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (name, key): (&Name, Option<&'static str>),
    commands: &mut Vec<Command>,
) {
    let label = host_title(view.language, view.timeline.state(), name);
    let button = Button {
        key,
        weight: Weight::Plain(theme.host_tone(name).strong),
        name: say!(view.language, "control.step_name", program = label).into_owned(),
        hint: say!(view.language, "hint.step", program = label).into_owned(),
        ..Button::new(label.clone(), theme)
    };
    offer_ui(ui, theme, button, controls::step(view, name), commands);
}

fn live_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let label = say!(view.language, "control.live");
    let weight = if view.timeline.is_live() {
        Weight::Plain(theme.text)
    } else {
        Weight::Outlined(theme.bad)
    };
    let button = Button {
        key: Some("L"),
        weight,
        hint: say!(view.language, "hint.live").into_owned(),
        ..Button::new(label.clone(), theme)
    };
    offer_ui(ui, theme, button, controls::live(view), commands);
}

fn rerun_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let button = Button {
        key: Some("B"),
        name: say!(view.language, "control.rerun_name").into_owned(),
        hint: say!(view.language, "hint.rerun").into_owned(),
        ..Button::new(say!(view.language, "control.rerun"), theme)
    };
    offer_ui(ui, theme, button, controls::rerun(view), commands);
}

/// What a re-run is at; it looks again by itself, as a timer that does not come makes no event.
fn rerun_words(ui: &Ui, view: &View<'_>) -> Option<String> {
    let rerun = view.rerun?;
    ui.ctx()
        .request_repaint_after(std::time::Duration::from_millis(250));
    let (given, orders) = (rerun.given, rerun.orders);
    let words = match rerun.waiting {
        Waiting::Lab => say!(
            view.language,
            "status.rerun_at",
            given = given,
            orders = orders
        ),
        Waiting::Timer => say!(
            view.language,
            "status.rerun_timer",
            given = given,
            orders = orders
        ),
    };
    Some(words.into_owned())
}

/// Live, recorded or re-run, which step, and in words why `Next` can do nothing.
fn status_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme) {
    let language = view.language;
    let width = 168.0;
    ui.allocate_ui_with_layout(
        egui::vec2(width, ui.available_height()),
        Layout::top_down(Align::Max),
        |ui| {
            ui.set_width(width);
            let reason = rerun_words(ui, view).or_else(|| controls::next(view).err());
            let lines = if reason.is_some() { 3.2 } else { 2.0 };
            ui.add_space(((ui.available_height() - lines * 17.0) / 2.0).max(0.0));
            ui.spacing_mut().item_spacing.y = 2.0;
            let step = say!(language, "status.step", step = view.timeline.step());
            let (word, colour) = mode(view, theme);
            let mut job = super::text::marked(&format!("● {word} "), theme::SMALL, theme, colour);
            job.append(
                &step,
                0.0,
                egui::text::TextFormat::simple(theme::text_font(theme::SMALL), theme.muted),
            );
            ui.label(job);
            let small = |text: String, colour| {
                RichText::new(text)
                    .font(theme::text_font(theme::TINY))
                    .color(colour)
            };
            match reason {
                Some(reason) => {
                    let label = egui::Label::new(small(reason.clone(), theme.warn)).wrap();
                    ui.add(label).on_hover_text(reason);
                }
                None => {
                    let of = say!(language, "status.of", count = view.timeline.stops().len());
                    ui.label(small(of.into_owned(), theme.muted));
                }
            }
        },
    );
}

fn mode(view: &View<'_>, theme: &Theme) -> (String, egui::Color32) {
    let language = view.language;
    if !view.timeline.is_live() {
        (say!(language, "status.recorded").into_owned(), theme.wire)
    } else if view.timeline.newest().ended.is_some() {
        (say!(language, "status.ended").into_owned(), theme.muted)
    } else if view.rerun.is_some() {
        (say!(language, "status.rerun").into_owned(), theme.wire)
    } else {
        (say!(language, "status.live").into_owned(), theme.bad)
    }
}

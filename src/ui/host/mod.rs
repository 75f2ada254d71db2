//! A host: its program's code and what it is doing, and what its kernel says of its sockets.

mod answer;
mod buffers;
mod code;
mod contents;
mod counters;
pub mod editor;
pub mod highlight;
mod lazy;
mod lens;
mod listing;
mod locals;
mod nesting;
mod program;
mod room;
mod socket;
mod sockets;
mod strip;
mod threads;

pub use socket::state_meaning;

use eframe::egui::{Id, Label, RichText, ScrollArea, Ui};

use super::text::{host_title, say};
use super::theme::{self, Theme};
use crate::lesson::Language;
use crate::model::Program;
use crate::session::{Command, View};
use crate::trace::{Mapping, Name};

/// Lower than this, program and sockets of a host scroll together.
const SPLIT_FROM: f32 = 330.0;
/// The sockets may take so much of a host's height from its program.
const SOCKETS: f32 = 0.46;
/// And the program may take so much of it, where it has much to say.
const PROGRAM: f32 = 0.72;

/// What a scroll bar takes.
const BAR: f32 = 6.0;

/// A column of hosts, one above the other. One with a column to itself shows its program and its
/// sockets side by side, as it were: each scrolls by itself, so that neither hides the other.
pub fn hosts_ui(ui: &mut Ui, view: &View<'_>, hosts: &[&Name], commands: &mut Vec<Command>) {
    let height = ui.available_height();
    if let [host] = hosts
        && let [program] = programs(view, host)[..]
        && height >= SPLIT_FROM
    {
        return split_ui(ui, view, (host, program), commands);
    }
    let salt = hosts.first().map_or("none", |name| name.as_str());
    ScrollArea::vertical()
        .id_salt(("hosts", salt))
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = theme::GAP;
            ui.add_space(2.0);
            for host in hosts {
                host_ui(ui, view, host, height / hosts.len() as f32, commands);
            }
            ui.add_space(theme::GAP);
        });
}

/// What runs on a host.
fn programs<'a>(view: &View<'a>, host: &str) -> Vec<&'a Program> {
    let state = view.timeline.state();
    let programs = state.program_order.iter();
    let programs = programs.filter_map(|name| state.programs.get(name));
    programs.filter(|program| program.host == host).collect()
}

fn split_ui(
    ui: &mut Ui,
    view: &View<'_>,
    (host, program): (&Name, &Program),
    commands: &mut Vec<Command>,
) {
    let theme = theme::theme(view.look);
    ui.spacing_mut().item_spacing.y = theme::GAP;
    ui.add_space(2.0);
    title_ui(ui, view, theme, host);
    mapping_ui(ui, view, theme, host);
    let room = ui.available_height();
    // Cards stand in one line, whichever of the two scrolls.
    let width = ui.available_width() - BAR;
    let id = Id::unique(("sockets of", host));
    let wanted = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(0.0);
    let natural = program::natural_height(ui, view, theme, (program, width));
    let least = (program::least_height(ui, program) + theme::GAP).min(room * PROGRAM);
    let most = (room - least).min(room * SOCKETS);
    let spare = room - natural - theme::GAP;
    let sockets = wanted.min(spare.max(most));
    let program_room = room - sockets - if sockets > 0.0 { theme::GAP } else { 0.0 };
    ScrollArea::vertical()
        .id_salt(("program of", host))
        .max_height(program_room)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            ui.set_max_width(width);
            let fit = program::Fit::Within(program_room);
            program::program_ui(ui, view, theme, program, fit, commands);
        });
    let shown = ScrollArea::vertical()
        .id_salt(("sockets of", host))
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.set_max_width(width);
            ui.spacing_mut().item_spacing.y = theme::GAP;
            let top = ui.cursor().top();
            kernel_ui(ui, view, theme, host, commands);
            (ui.cursor().top() - top).max(0.0)
        });
    if (shown.inner - wanted).abs() > 0.5 {
        ui.data_mut(|data| data.insert_temp(id, shown.inner));
        ui.ctx().request_repaint();
    }
}

fn host_ui(ui: &mut Ui, view: &View<'_>, host: &Name, height: f32, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    title_ui(ui, view, theme, host);
    mapping_ui(ui, view, theme, host);
    let programs = programs(view, host);
    let has_several = programs.len() > 1;
    for program in programs {
        let id = Id::unique(("program", &program.name));
        let rect = lazy::lazily(ui, id, |ui| {
            if has_several {
                program_title_ui(ui, view, theme, program);
            }
            let fit = program::Fit::Share(height);
            program::program_ui(ui, view, theme, program, fit, commands);
        });
        let doing = (program.calls.len(), program.line, program.output.len());
        lazy::show_what_changed(ui, view, id, doing, rect);
    }
    kernel_ui(ui, view, theme, host, commands);
}

/// What the host's kernel says.
fn kernel_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    host: &Name,
    commands: &mut Vec<Command>,
) {
    sockets::sockets_ui(ui, view, theme, host, commands);
    if let Some(host) = view.timeline.state().hosts.get(host) {
        counters::counters_ui(ui, view, theme, host);
    }
}

/// "10.0.0.2 is 127.0.0.1 here".
pub fn mapped(language: Language, mapping: &Mapping) -> String {
    let (address, here) = (mapping.address, mapping.stands_for_it);
    say!(language, "host.mapped", address = address, here = here).into_owned()
}

/// Loopback mode: what stands for this host's addresses.
fn mapping_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, host: &Name) {
    let state = view.timeline.state();
    let Some(addresses) = state.hosts.get(host).map(|host| &host.addresses) else {
        return;
    };
    for mapping in &state.mapping {
        if addresses.contains(&mapping.address.to_string()) {
            let text = RichText::new(mapped(view.language, mapping));
            let text = text.font(theme::text_font(theme::SMALL)).color(theme.warn);
            ui.add(Label::new(text).wrap())
                .on_hover_text(say!(view.language, "wire.loopback_hint"));
        }
    }
}

/// Where a host has several programs: whose card this is.
fn program_title_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, program: &Program) {
    let title = host_title(view.language, view.timeline.state(), &program.name);
    let text = RichText::new(format!("{title} · {}", program.file));
    let text = text.font(theme::bold_font(theme::SMALL));
    ui.label(text.color(theme.host_tone(&program.name).strong));
}

fn title_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, host: &Name) {
    let state = view.timeline.state();
    let title = host_title(view.language, state, host);
    let addresses = state.hosts.get(host).map(|host| host.addresses.join(", "));
    ui.horizontal(|ui| {
        let title = RichText::new(title).font(theme::bold_font(theme::TITLE));
        ui.label(title.color(theme.host_tone(host).strong));
        let addresses = RichText::new(addresses.unwrap_or_default());
        ui.label(
            addresses
                .font(theme::code_font(theme::SMALL))
                .color(theme.muted),
        )
        .on_hover_text(say!(view.language, "host.address_hint"));
    });
}

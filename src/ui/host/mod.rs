//! A host: its program's code and what it is doing, and what its kernel says of its sockets.

mod buffers;
mod code;
mod contents;
mod counters;
pub mod editor;
mod highlight;
mod lazy;
mod lens;
mod nesting;
mod program;
mod room;
mod socket;
mod sockets;
mod strip;
mod threads;

pub use socket::state_meaning;

use eframe::egui::{Label, RichText, ScrollArea, Ui};

use super::text::{host_title, say};
use super::theme::{self, Theme};
use crate::lesson::Language;
use crate::model::Program;
use crate::session::{Command, View};
use crate::trace::{Mapping, Name};

/// A column of hosts, one above the other.
pub fn hosts_ui(ui: &mut Ui, view: &View<'_>, hosts: &[&Name], commands: &mut Vec<Command>) {
    let height = ui.available_height();
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

fn host_ui(ui: &mut Ui, view: &View<'_>, host: &Name, height: f32, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    title_ui(ui, view, theme, host);
    mapping_ui(ui, view, theme, host);
    let state = view.timeline.state();
    let programs = state.program_order.iter();
    let programs = programs.filter_map(|name| state.programs.get(name));
    let programs: Vec<&Program> = programs.filter(|program| program.host == *host).collect();
    let has_several = programs.len() > 1;
    for program in programs {
        if has_several {
            program_title_ui(ui, view, theme, program);
        }
        program::program_ui(ui, view, theme, program, height, commands);
    }
    sockets::sockets_ui(ui, view, theme, host, commands);
    if let Some(host) = state.hosts.get(host) {
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

//! A host: its program's code and what it is doing, and what its kernel says of its sockets.

mod buffers;
mod code;
mod counters;
mod highlight;
mod program;
mod socket;
mod threads;

pub use socket::state_meaning;

use eframe::egui::{RichText, ScrollArea, Ui};

use super::text::{host_title, say};
use super::theme::{self, Theme};
use crate::model::Socket;
use crate::session::{Command, View};
use crate::trace::Name;

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
    let state = view.timeline.state();
    let programs = state
        .program_order
        .iter()
        .filter_map(|name| state.programs.get(name));
    for program in programs.filter(|program| program.host == **host) {
        program::program_ui(ui, view, theme, program, height, commands);
    }
    let mut sockets: Vec<&Socket> = state.sockets(host).collect();
    // What a program holds, in the order it made it; then what only the kernel holds.
    sockets.sort_by_key(|socket| {
        let facts = &socket.facts;
        (facts.fd.is_none(), facts.fd, facts.key)
    });
    for socket in sockets {
        socket::socket_ui(ui, view, theme, socket);
    }
    if let Some(host) = state.hosts.get(host) {
        counters::counters_ui(ui, view, theme, host);
    }
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

//! The sockets of a host: what its programs hold, what waits behind a listener, and what only the
//! kernel keeps, because the program that had it has closed it.

use eframe::egui::{Id, RichText, Ui, vec2};

use super::socket::{self, state_meaning, timer_words};
use super::{lazy, room};
use crate::model::Socket;
use crate::session::{Command, View};
use crate::trace::Name;
use crate::ui::spot;
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};
use crate::ui::{glow, parts};

pub fn sockets_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    host: &Name,
    commands: &mut Vec<Command>,
) {
    let state = view.timeline.state();
    let sockets: Vec<&Socket> = state.sockets(host).collect();
    let listeners: Vec<&Socket> = sockets
        .iter()
        .filter(|socket| socket.facts.state == "LISTEN")
        .copied()
        .collect();
    let (mut held, others): (Vec<&Socket>, Vec<&Socket>) = sockets
        .into_iter()
        .partition(|socket| socket.facts.fd.is_some());
    // In the order in which the program made them.
    held.sort_by_key(|socket| (socket.facts.fd, socket.facts.key));
    for socket in held {
        let id = Id::unique(("socket", host, socket.facts.key.0));
        let rect = lazy::lazily(ui, id, |ui| {
            socket::socket_ui(ui, view, theme, socket, commands);
        });
        let facts = &socket.facts;
        let queues = (facts.recv_queue, facts.send_queue, facts.accept_queue);
        let waiting = room::count(view, facts);
        lazy::show_what_changed(ui, view, id, (&facts.state, queues, waiting), rect);
    }
    let mut left: Vec<&Socket> = others
        .into_iter()
        .filter(|socket| !room::waits(socket, &listeners))
        .collect();
    left.sort_by_key(|socket| socket.facts.key);
    if !left.is_empty() {
        let id = Id::unique(("left", host));
        lazy::lazily(ui, id, |ui| left_ui(ui, view, theme, &left));
    }
}

/// So many of them are shown; the rest are counted.
const LEFT: usize = 8;

/// What the kernel keeps of connections that no program holds any more.
fn left_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, sockets: &[&Socket]) {
    let frame = eframe::egui::Frame::new().inner_margin(theme::CARD_MARGIN);
    let shown = frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 4.0;
        let title = parts::caption(ui, theme, &say!(view.language, "left.title"));
        title.on_hover_text(say!(view.language, "left.hint"));
        for socket in sockets.iter().take(LEFT) {
            one_left_ui(ui, view, theme, socket);
        }
        if sockets.len() > LEFT {
            let more = say!(view.language, "left.more", count = sockets.len() - LEFT);
            parts::caption(ui, theme, &more);
        }
    });
    let rect = shown.response.rect.shrink(0.5);
    let radius = f32::from(theme::CARD_RADIUS);
    parts::paint_dashed_box(ui.painter(), rect, radius, theme.outline_stroke());
}

fn one_left_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, socket: &Socket) {
    let facts = &socket.facts;
    ui.spacing_mut().item_spacing = vec2(6.0, 2.0);
    ui.horizontal_wrapped(|ui| {
        let tone = theme.state_tone(&facts.state);
        let chip = parts::chip(ui, theme, tone, &facts.state);
        let id = Id::unique(("state of", &facts.host, facts.key.0));
        let strength = glow::arrival(ui, view, id, &facts.state);
        let radius = chip.rect.height() / 2.0;
        spot::mark_state(ui, facts, chip.rect);
        glow::ring(ui.painter(), chip.rect, radius, tone.strong, strength);
        chip.on_hover_text(state_meaning(view.language, &facts.state));
        if let Some(words) = timer_words(ui, view, socket) {
            let words = RichText::new(words).font(theme::text_font(theme::SMALL));
            ui.label(words.color(theme.warn))
                .on_hover_text(say!(view.language, "timer.hint"));
        }
        let queued = facts.send_queue;
        if queued > 0 {
            let words = say!(view.language, "left.unacknowledged", count = queued);
            let words = RichText::new(words).font(theme::text_font(theme::SMALL));
            ui.label(words.color(theme.text));
        }
    });
    socket::addresses_ui(ui, view, theme, facts);
}

//! The sockets of a host: what its programs hold, what waits behind a listener, and what only the
//! kernel keeps, because the program that had it has closed it.

use eframe::egui::{Id, RichText, Ui, vec2};

use super::sight::{Matters, Sight};
use super::socket::{self, Parts, state_meaning, timer_words};
use super::{lazy, room};
use crate::model::Socket;
use crate::session::{Command, View};
use crate::trace::{Name, WireKind};
use crate::ui::spot;
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};
use crate::ui::{glow, parts};

pub fn sockets_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    host: &Name,
    (sight, commands): (&mut Sight, &mut Vec<Command>),
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
        let (rect, parts) = lazy::lazily(ui, id, |ui| {
            socket::socket_ui(ui, view, theme, socket, commands)
        });
        let parts = parts.unwrap_or(Parts::all_of(rect));
        note_parts(ui, view, (socket, id, parts), sight);
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

/// That a buffer fills and empties is worth a look, and not each byte that comes to the others.
fn note_parts(
    ui: &Ui,
    view: &View<'_>,
    (socket, id, parts): (&Socket, Id, Parts),
    sight: &mut Sight,
) {
    let facts = &socket.facts;
    sight.note(
        ui,
        (Matters::State, id.with("state")),
        &facts.state,
        parts.head,
    );
    let [send, receive] = parts.rooms;
    if facts.state == "LISTEN" {
        let queues = (facts.accept_queue, room::count(view, facts));
        let matters = match queues {
            (None | Some(0), 0) => Matters::Emptied,
            (Some(_) | None, _) => Matters::Buffer,
        };
        sight.note(ui, (matters, id.with("queues")), queues, receive);
        return;
    }
    let buffers = [
        ("receive", facts.recv_queue, Matters::Received, receive),
        ("send", facts.send_queue, Matters::Buffer, send),
    ];
    for (name, queue, matters, rect) in buffers {
        let holds = queue > 0;
        // Of a new socket, its head says more than its empty buffers.
        let matters = if holds { matters } else { Matters::Emptied };
        sight.note(ui, (matters, id.with(name)), holds, rect);
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
        let (title, hint) = match view.timeline.state().wire {
            WireKind::Held | WireKind::Loopback => (
                say!(view.language, "left.title"),
                say!(view.language, "left.hint"),
            ),
            // Nobody knows of programs there.
            WireKind::Captured => (
                say!(view.language, "left.captured"),
                say!(view.language, "left.captured_hint"),
            ),
        };
        parts::caption(ui, theme, &title).on_hover_text(hint);
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

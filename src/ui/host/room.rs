//! A listener's two queues as a room: each connection that waits is a small card of its own.
//!
//! In: the sockets that the kernel keeps for a listener. Out: the places of both queues, the cards
//! in the order of the queues, which one `accept()` took last, and what was turned away. The
//! kernel dumps no order; connections are shown in the order in which they came to be so.

use eframe::egui::{Align, Id, Label, Layout, Rect, RichText, Sense, Stroke, StrokeKind, Ui, vec2};

use super::buffers::{label_ui, label_width, number_ui};
use super::socket::{state_meaning, timer_words};
use crate::model::{CallRecord, Program, Socket};
use crate::session::View;
use crate::trace::{Returned, SocketFacts};
use crate::ui::spot;
use crate::ui::text::{bytes, say};
use crate::ui::theme::{self, Theme, Tone};
use crate::ui::{glow, parts};

/// So many places are drawn one by one; the number beside them says the rest.
const PLACES: u32 = 6;
const PLACE: f32 = 14.0;
/// What the numbers beside the places need.
const NUMBER: f32 = 54.0;
/// So many cards of a queue; the rest are counted, and named on hover.
const CARDS: usize = 6;
/// In less, an address in the usual size would not fit.
const NARROW: f32 = 165.0;

/// Those that wait behind a listener, in the order of the queue: half-open, and established.
struct Waiting<'a> {
    half_open: Vec<&'a Socket>,
    accepted_next: Vec<&'a Socket>,
}

/// Whether the kernel keeps it in one of a listener's queues.
pub fn waits(socket: &Socket, listeners: &[&Socket]) -> bool {
    let facts = &socket.facts;
    facts.fd.is_none()
        && facts.listener.is_some_and(|key| {
            let mut listeners = listeners.iter();
            listeners.any(|listener| listener.facts.key == key)
        })
}

/// How many wait behind a listener, in both queues.
pub fn count(view: &View<'_>, listener: &SocketFacts) -> usize {
    if listener.state != "LISTEN" {
        return 0;
    }
    let waiting = waiting(view, listener);
    waiting.half_open.len() + waiting.accepted_next.len()
}

fn waiting<'a>(view: &View<'a>, listener: &SocketFacts) -> Waiting<'a> {
    let state = view.timeline.state();
    let behind = state
        .sockets(&listener.host)
        .filter(|socket| socket.facts.listener == Some(listener.key) && socket.facts.fd.is_none());
    let (mut half_open, mut accepted_next): (Vec<&Socket>, Vec<&Socket>) =
        behind.partition(|socket| socket.facts.state == "SYN_RECV");
    let first_seen = |socket: &&Socket| socket.states.first().map(|(at, _)| *at);
    half_open.sort_by_key(first_seen);
    accepted_next.sort_by_key(|socket| {
        let mut states = socket.states.iter();
        let completed = states.find(|(_, state)| state != "SYN_RECV");
        completed.map(|(at, _)| *at)
    });
    Waiting {
        half_open,
        accepted_next,
    }
}

pub fn room_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, listener: &SocketFacts) {
    let language = view.language;
    let waiting = waiting(view, listener);
    let half = say!(language, "socket.half_open_queue");
    let accept = say!(language, "socket.accept_queue");
    let width = label_width(ui, [&half, &accept]);
    let count = waiting.half_open.len() as u32;
    let queue = Queue {
        label: &half,
        hint: &say!(language, "socket.half_open_hint"),
        count,
        backlog: None,
        tone: theme.warn_tone(),
    };
    places_ui(ui, view, theme, (listener, width), &queue);
    cards_ui(ui, view, theme, &waiting.half_open, Place::HalfOpen);
    let count = listener.accept_queue.unwrap_or(0);
    let queue = Queue {
        label: &accept,
        hint: &say!(language, "socket.accept_hint"),
        count,
        backlog: listener.backlog,
        tone: theme.good_tone(),
    };
    places_ui(ui, view, theme, (listener, width), &queue);
    cards_ui(ui, view, theme, &waiting.accepted_next, Place::Accepting);
    if let Some(backlog) = listener.backlog.filter(|backlog| count > *backlog) {
        let words = say!(language, "room.full", count = count, backlog = backlog);
        note_ui(
            ui,
            theme.warn,
            &words,
            &say!(language, "room.one_more_hint"),
        );
    }
    taken_ui(ui, view, theme, listener);
    turned_away_ui(ui, view, theme, listener);
}

struct Queue<'a> {
    label: &'a str,
    hint: &'a str,
    count: u32,
    backlog: Option<u32>,
    tone: Tone,
}

/// The places of a queue; that of the accept queue beyond the backlog stands apart.
fn places_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (listener, width): (&SocketFacts, f32),
    queue: &Queue<'_>,
) {
    let row = |ui: &mut Ui| {
        label_ui(ui, theme, queue.label, width);
        ui.spacing_mut().item_spacing.x = 3.0;
        let fitting = ((ui.available_width() - NUMBER) / (PLACE + 3.0)).max(0.0) as u32;
        let wanted = queue.backlog.unwrap_or(PLACES).min(PLACES);
        // The one beyond the backlog has a place before all others, and what stands for those left
        // out takes as much as one.
        let extra = if queue.backlog.is_some() { 2 } else { 0 };
        let drawn = wanted.min(fitting.saturating_sub(extra));
        for place in 0..drawn {
            place_ui(ui, theme, queue.tone, place < queue.count);
        }
        if let Some(backlog) = queue.backlog.filter(|_| fitting >= extra) {
            one_more_ui(ui, view, theme, queue, (backlog, backlog > drawn));
        }
        let number = match queue.backlog {
            Some(backlog) => format!("{} / {backlog}", queue.count),
            None => queue.count.to_string(),
        };
        let id = Id::unique((queue.label, &listener.host, listener.key.0));
        let strength = glow::strength(ui, view, id, queue.count);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let rect = number_ui(ui, theme, &number, NUMBER - 8.0);
            glow::ring(
                ui.painter(),
                rect.shrink(2.0),
                4.0,
                queue.tone.strong,
                strength,
            );
        });
    };
    ui.horizontal(row).response.on_hover_text(queue.hint);
}

fn place_ui(ui: &mut Ui, theme: &Theme, tone: Tone, is_taken: bool) -> Rect {
    let (rect, _) = ui.allocate_exact_size(vec2(PLACE, PLACE), Sense::hover());
    let painter = ui.painter();
    if is_taken {
        let stroke = Stroke::new(1.5, tone.strong);
        painter.rect(rect, 3, tone.soft, stroke, StrokeKind::Inside);
        painter.circle_filled(rect.center(), 2.5, tone.strong);
    } else {
        parts::paint_dashed_box(painter, rect.shrink(0.5), 3.0, theme.outline_stroke());
    }
    rect
}

/// Linux lets one more in than the backlog says (`sk_acceptq_is_full` compares with `>`).
fn one_more_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    queue: &Queue<'_>,
    (backlog, leaves_out): (u32, bool),
) {
    if leaves_out {
        parts::caption(ui, theme, "…");
    }
    let rect = place_ui(ui, theme, theme.warn_tone(), queue.count > backlog);
    if queue.count <= backlog {
        let font = theme::code_font(theme::TINY - 2.0);
        let align = eframe::egui::Align2::CENTER_CENTER;
        ui.painter()
            .text(rect.center(), align, "+1", font, theme.muted);
    }
    let response = ui.interact(rect, ui.scope_id().with("one more"), Sense::hover());
    response.on_hover_text(say!(view.language, "room.one_more_hint"));
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    HalfOpen,
    Accepting,
}

fn cards_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, sockets: &[&Socket], place: Place) {
    for (index, socket) in sockets.iter().take(CARDS).enumerate() {
        card_ui(ui, view, theme, (socket, index), place);
    }
    if let Some(rest) = sockets.get(CARDS..).filter(|rest| !rest.is_empty()) {
        let more = say!(view.language, "room.more", count = rest.len());
        let remotes = rest
            .iter()
            .filter_map(|socket| socket.facts.remote.as_deref());
        let remotes: Vec<&str> = remotes.take(200).collect();
        parts::caption(ui, theme, &more).on_hover_text(remotes.join("\n"));
    }
}

/// One connection that waits: its turn, its peer, its state, its timer, what it brought already.
fn card_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (socket, index): (&Socket, usize),
    place: Place,
) {
    let language = view.language;
    let facts = &socket.facts;
    let remote = facts.remote.as_deref().unwrap_or("?");
    let frame = eframe::egui::Frame::new().inner_margin(eframe::egui::Margin::symmetric(7, 3));
    let shown = frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing = vec2(6.0, 1.0);
        ui.horizontal_wrapped(|ui| {
            let turn =
                RichText::new(format!("{}.", index + 1)).font(theme::bold_font(theme::SMALL));
            ui.label(turn.color(theme.muted));
            let is_narrow = ui.available_width() < NARROW;
            let size = if is_narrow { theme::TINY } else { theme::SMALL };
            let from = RichText::new(remote).font(theme::code_font(size));
            let from = Label::new(from.color(theme.text));
            // An address is not torn apart where it can be helped.
            ui.add(if is_narrow { from } else { from.extend() });
            let tone = theme.state_tone(&facts.state);
            let chip = parts::chip(ui, theme, tone, &facts.state);
            spot::mark_state(ui, facts, chip.rect);
            chip.on_hover_text(state_meaning(language, &facts.state));
            let small = |text: &str| RichText::new(text).font(theme::text_font(theme::TINY));
            if let Some(words) = timer_words(ui, view, socket) {
                ui.label(small(&words).color(theme.warn));
            }
            if facts.recv_queue > 0 {
                let words = say!(language, "room.brought", count = bytes(facts.recv_queue));
                ui.label(small(&words).color(theme.text))
                    .on_hover_text(say!(language, "room.brought_hint"));
            }
            if place == Place::Accepting && index == 0 {
                ui.label(small(&say!(language, "room.next")).color(theme.good));
            }
        });
    });
    let rect = shown.response.rect.shrink(0.5);
    parts::paint_dashed_box(ui.painter(), rect, 6.0, theme.outline_stroke());
    let id = Id::unique(("waits", &facts.host, facts.key.0));
    let strength = glow::arrival(ui, view, id, (&facts.state, facts.recv_queue));
    let tone = theme.state_tone(&facts.state);
    glow::ring(ui.painter(), rect, 6.0, tone.strong, strength);
    let why = match place {
        Place::HalfOpen => say!(language, "socket.half_open"),
        Place::Accepting => say!(language, "socket.unaccepted"),
    };
    shown.response.on_hover_text(why);
}

/// Which one `accept()` took, while that is the newest thing the program did.
fn taken_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, listener: &SocketFacts) {
    let state = view.timeline.state();
    let program = listener.program.as_ref();
    let Some(program) = program.and_then(|name| state.programs.get(name)) else {
        return;
    };
    let Some((call, fd)) = newest_accept(program, listener) else {
        return;
    };
    let mut sockets = state.sockets(&listener.host);
    let taken = sockets.find(|socket| {
        socket.facts.fd == Some(fd) && socket.facts.program.as_ref() == Some(&program.name)
    });
    let Some(remote) = taken.and_then(|socket| socket.facts.remote.as_deref()) else {
        return;
    };
    let words = say!(view.language, "room.taken", remote = remote, fd = fd);
    let id = Id::unique(("taken", &listener.host, listener.key.0));
    let strength = glow::arrival(ui, view, id, call.id);
    let rect = note_ui(
        ui,
        theme.good,
        &words,
        &say!(view.language, "room.taken_hint"),
    );
    glow::ring(ui.painter(), rect, 4.0, theme.good, strength);
}

fn newest_accept<'a>(
    program: &'a Program,
    listener: &SocketFacts,
) -> Option<(&'a CallRecord, i32)> {
    let mut calls = program.calls.iter().rev();
    let newest = calls.find(|call| call.resolved.is_some())?;
    let resolved = newest.resolved.as_ref()?;
    let is_value = matches!(resolved.returned, Returned::Value { .. });
    let is_it = newest.name == "accept" && newest.fd == listener.fd && is_value;
    Some((newest, resolved.new_fd.filter(|_| is_it)?))
}

/// What the host's kernel counted of listeners that had no room.
fn turned_away_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, listener: &SocketFacts) {
    let state = view.timeline.state();
    let Some(host) = state.hosts.get(&listener.host) else {
        return;
    };
    let counter = |name: &str| host.counters.get(name).copied().unwrap_or(0);
    let drops = counter("TcpExt.ListenDrops");
    let overflows = counter("TcpExt.ListenOverflows");
    if drops + overflows == 0 {
        return;
    }
    let words = say!(
        view.language,
        "room.turned_away",
        drops = drops,
        overflows = overflows
    );
    let id = Id::unique(("turned away", &listener.host, listener.key.0));
    let strength = glow::arrival(ui, view, id, (drops, overflows));
    let hint = say!(view.language, "room.turned_away_hint");
    let rect = note_ui(ui, theme.bad, &words, &hint);
    glow::ring(ui.painter(), rect, 4.0, theme.bad, strength);
}

fn note_ui(ui: &mut Ui, ink: eframe::egui::Color32, words: &str, hint: &str) -> Rect {
    let words = RichText::new(words).font(theme::text_font(theme::SMALL));
    let label = ui.add(Label::new(words.color(ink)).wrap());
    let rect = label.rect;
    label.on_hover_text(hint);
    rect
}

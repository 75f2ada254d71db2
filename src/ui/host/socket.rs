//! The card of a socket that a program holds: its addresses, its TCP state, its buffers or queues,
//! its timer.

use eframe::egui;
use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Align, Id, Layout, Rect, RichText, Ui};

use super::{buffers, room};
use crate::lesson::Language;
use crate::model::{Program, Socket};
use crate::session::{Command, View};
use crate::trace::{SocketFacts, TimerKind};
use crate::ui::glow;
use crate::ui::parts;
use crate::ui::spot;
use crate::ui::text::{left, say};
use crate::ui::theme::{self, Theme};

/// Where the parts of a card stand.
#[derive(Clone, Copy)]
pub struct Parts {
    pub head: Rect,
    /// The send buffer and the receive buffer, or a listener's queues as the second.
    pub rooms: [Rect; 2],
}

impl Parts {
    /// Nothing nearer is known of a card that was not laid out.
    pub fn all_of(card: Rect) -> Self {
        Self {
            head: card,
            rooms: [card; 2],
        }
    }
}

pub fn socket_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    socket: &Socket,
    commands: &mut Vec<Command>,
) -> Parts {
    let facts = &socket.facts;
    let shown = parts::card(theme).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 3.0;
        head_ui(ui, view, theme, facts);
        addresses_ui(ui, view, theme, facts);
        let head = ui.min_rect();
        let mut rooms = [head; 2];
        if facts.state == "LISTEN" {
            let top = ui.cursor().top();
            room::room_ui(ui, view, theme, facts);
            rooms[1] = ui.min_rect().with_min_y(top);
        } else if has_buffers(facts) {
            rooms = buffers::buffers_ui(ui, view, theme, socket, commands);
        }
        timer_ui(ui, view, theme, socket);
        drops_ui(ui, view.language, theme, facts);
        Parts { head, rooms }
    });
    shown.inner
}

/// A half-open connection and one in TIME_WAIT have no buffers: the kernel keeps only a stub.
fn has_buffers(facts: &SocketFacts) -> bool {
    // The kernel calls an unconnected datagram socket CLOSE.
    facts.protocol != "tcp" || !matches!(facts.state.as_str(), "SYN_RECV" | "TIME_WAIT" | "CLOSE")
}

fn head_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, facts: &SocketFacts) {
    ui.horizontal(|ui| {
        let mut job = LayoutJob::default();
        if let Some(fd) = facts.fd {
            if let Some(name) = variable(view, facts) {
                let format = TextFormat::simple(theme::bold_font(theme::TEXT), theme.text);
                job.append(&format!("{name} "), 0.0, format);
            }
            let format = TextFormat::simple(theme::code_font(theme::SMALL), theme.muted);
            job.append(&format!("fd {fd}"), 0.0, format);
        }
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            if facts.protocol == "tcp" {
                let tone = theme.state_tone(&facts.state);
                let chip = parts::chip(ui, theme, tone, &facts.state);
                let id = Id::unique(("state of", &facts.host, facts.key.0));
                let strength = glow::strength(ui, view, id, &facts.state);
                let radius = chip.rect.height() / 2.0;
                spot::mark_state(ui, facts, chip.rect);
                glow::ring(ui.painter(), chip.rect, radius, tone.strong, strength);
                chip.on_hover_text(state_meaning(view.language, &facts.state));
            } else {
                parts::chip(
                    ui,
                    theme,
                    theme.slate_tone(),
                    &facts.protocol.to_uppercase(),
                );
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(egui::Label::new(job).wrap());
            });
        });
    });
}

/// The variable that holds the socket: the one whose `repr` names the descriptor.
fn variable<'a>(view: &View<'a>, facts: &SocketFacts) -> Option<&'a str> {
    let state = view.timeline.state();
    let program: &Program = state.programs.get(facts.program.as_ref()?)?;
    let needle = format!("fd={},", facts.fd?);
    let holds = |value: &String| value.starts_with("<socket") && value.contains(&needle);
    let found = program.locals.iter().find(|(_, value)| holds(value));
    found.map(|(name, _)| name.as_str())
}

/// `:50070 → 192.168.131.62:8989`: the host's own address stands in its title already.
pub fn addresses_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, facts: &SocketFacts) {
    let unbound = say!(view.language, "socket.unbound");
    let local = facts.local.as_deref().unwrap_or(&unbound);
    let state = view.timeline.state();
    let addresses = state.hosts.get(&facts.host).map(|host| &host.addresses);
    let only = addresses.and_then(|all| (all.len() == 1).then(|| all[0].as_str()));
    let code = |text: &str| {
        RichText::new(text)
            .font(theme::code_font(theme::SMALL))
            .color(theme.muted)
    };
    let Some(remote) = &facts.remote else {
        ui.add(egui::Label::new(code(local)).wrap());
        return;
    };
    let short = local.rsplit_once(':').filter(|(address, _)| {
        let address = address.trim_start_matches('[').trim_end_matches(']');
        Some(address) == only
    });
    let text = match short {
        Some((_, port)) => format!(":{port} → {remote}"),
        None => format!("{local} → {remote}"),
    };
    let label = ui.add(egui::Label::new(code(&text)).wrap());
    label.on_hover_text(format!("{local} → {remote}"));
}

fn timer_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, socket: &Socket) {
    if let Some(words) = timer_words(ui, view, socket) {
        let words = RichText::new(words).font(theme::text_font(theme::SMALL));
        ui.label(words.color(theme.warn))
            .on_hover_text(say!(view.language, "timer.hint"));
    }
}

/// What the kernel will do when its timer has run down, and how long that is.
pub fn timer_words(ui: &Ui, view: &View<'_>, socket: &Socket) -> Option<String> {
    let timer = socket.facts.timer.as_ref()?;
    let language = view.language;
    let again = match timer.retransmits {
        0 => String::new(),
        count => say!(language, "timer.again", count = count).into_owned(),
    };
    let text = match (
        left(ui, view, timer.expires_ms, socket.read_at_us),
        timer.kind,
    ) {
        (_, TimerKind::Other) => return None,
        (None, _) => say!(language, "timer.due"),
        (Some(time), TimerKind::Retransmit) => say!(language, "timer.retransmit", time = time),
        (Some(time), TimerKind::Keepalive) => say!(language, "timer.keepalive", time = time),
        (Some(time), TimerKind::TimeWait) => say!(language, "timer.time_wait", time = time),
        (Some(time), TimerKind::FinWait2) => say!(language, "timer.fin_wait2", time = time),
        (Some(time), TimerKind::Probe) => say!(language, "timer.probe", time = time),
    };
    Some(format!("{text}{again}"))
}

/// What the kernel threw away that was for this socket.
fn drops_ui(ui: &mut Ui, language: Language, theme: &Theme, facts: &SocketFacts) {
    let Some(drops) = facts.drops.filter(|drops| *drops > 0) else {
        return;
    };
    let text = RichText::new(say!(language, "socket.drops", count = drops));
    ui.label(text.font(theme::text_font(theme::SMALL)).color(theme.bad))
        .on_hover_text(say!(language, "fact.drops"));
}

/// What a TCP state means, after RFC 9293 section 3.3.2.
pub fn state_meaning(language: Language, state: &str) -> String {
    match state {
        "LISTEN" => say!(language, "state.listen"),
        "SYN_SENT" => say!(language, "state.syn_sent"),
        "SYN_RECV" => say!(language, "state.syn_recv"),
        "ESTABLISHED" => say!(language, "state.established"),
        "FIN_WAIT1" => say!(language, "state.fin_wait1"),
        "FIN_WAIT2" => say!(language, "state.fin_wait2"),
        "CLOSE_WAIT" => say!(language, "state.close_wait"),
        "LAST_ACK" => say!(language, "state.last_ack"),
        "CLOSING" => say!(language, "state.closing"),
        "TIME_WAIT" => say!(language, "state.time_wait"),
        _ => say!(language, "state.closed"),
    }
    .into_owned()
}

//! A socket in full: what the kernel says of its connection, and what is in its buffers.
//!
//! In: the sockets of the state. Out: a list to choose from, facts with what they mean, bytes.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    Align, CursorIcon, Id, Label, Layout, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo,
    pos2, vec2,
};

use super::facts::{self, Fact};
use crate::model::Socket;
use crate::session::View;
use crate::trace::{BufferFacts, Key, Name};
use crate::ui::parts;
use crate::ui::text::{host_title, say, since};
use crate::ui::theme::{self, Theme};

/// The list on the left.
const LIST: f32 = 190.0;
const BUFFERS: f32 = 290.0;
const ROW: f32 = 22.0;
const GAP: f32 = 14.0;

pub fn socket_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme) {
    let sockets = sockets(view);
    let Some(shown) = shown(ui, view, &sockets) else {
        parts::caption(ui, theme, &say!(view.language, "socket.none"));
        return;
    };
    let whole = ui.available_rect_before_wrap();
    let list = whole.with_max_x(whole.left() + LIST);
    let bytes = whole.with_min_x(whole.right() - BUFFERS);
    let middle = whole
        .with_min_x(list.right() + GAP)
        .with_max_x(bytes.left() - GAP);
    part_ui(ui, list, "sockets", |ui| {
        for socket in &sockets {
            choice_ui(ui, view, theme, socket, is_same(socket, shown));
        }
    });
    part_ui(ui, middle, "facts", |ui| {
        facts_ui(ui, theme, &facts::facts(view.language, shown));
    });
    part_ui(ui, bytes, "buffers", |ui| {
        buffers_ui(ui, view, theme, shown);
    });
    ui.advance_cursor_after_rect(whole);
}

fn part_ui(ui: &mut Ui, rect: Rect, salt: &str, add: impl FnOnce(&mut Ui)) {
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(salt));
    ScrollArea::vertical()
        .auto_shrink(false)
        .show(&mut child, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            add(ui);
        });
}

/// Every socket that there is, host by host.
fn sockets<'a>(view: &View<'a>) -> Vec<&'a Socket> {
    let state = view.timeline.state();
    let hosts = state.host_order.iter();
    hosts.flat_map(|host| state.sockets(host)).collect()
}

fn is_same(one: &Socket, other: &Socket) -> bool {
    one.facts.host == other.facts.host && one.facts.key == other.facts.key
}

fn choice_id() -> Id {
    Id::unique("socket in the drawer")
}

/// The chosen one; or that which sent the segment that the drawer shows; or the first.
fn shown<'a>(ui: &Ui, view: &View<'a>, sockets: &[&'a Socket]) -> Option<&'a Socket> {
    let chosen = ui.data(|data| data.get_temp::<(Name, Key)>(choice_id()));
    let is_chosen = |socket: &&&Socket| {
        let (host, key) = (&socket.facts.host, socket.facts.key);
        chosen.as_ref().is_some_and(|it| *it == (host.clone(), key))
    };
    let segment = super::shown_segment(view);
    let ends = segment.and_then(|s| Some((s.from.clone(), s.packet.as_ref()?.endpoints()?)));
    let has_sent = |socket: &&&Socket| {
        ends.as_ref().is_some_and(|(from, (source, remote))| {
            let facts = &socket.facts;
            facts.host == *from
                && facts.local.as_deref() == Some(source.to_string().as_str())
                && facts.remote.as_deref() == Some(remote.to_string().as_str())
        })
    };
    let mut all = sockets.iter();
    let found = all.clone().find(is_chosen);
    let found = found.or_else(|| all.clone().find(has_sent));
    found.or_else(|| all.next()).copied()
}

/// `Server fd 4 ESTABLISHED`.
fn choice_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, socket: &Socket, is_shown: bool) {
    let facts = &socket.facts;
    let title = host_title(view.language, view.timeline.state(), &facts.host);
    let fd = match facts.fd {
        Some(fd) => format!("fd {fd}"),
        None => say!(view.language, "socket.kernels").into_owned(),
    };
    let kind = if facts.protocol == "tcp" {
        facts.state.clone()
    } else {
        facts.protocol.to_uppercase()
    };
    let size = vec2(ui.available_width(), ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    if is_shown || response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 5, theme.trough);
    }
    let mut job = LayoutJob::default();
    let tone = theme.host_tone(&facts.host);
    let mut push = |text: &str, font, colour| {
        job.append(text, 0.0, TextFormat::simple(font, colour));
    };
    push(&title, theme::bold_font(theme::SMALL), tone.strong);
    push(
        &format!(" {fd} "),
        theme::code_font(theme::TINY),
        theme.muted,
    );
    let ink = theme.state_tone(&facts.state).strong;
    push(&kind, theme::bold_font(theme::TINY), ink);
    let mut child = ui.new_child(
        UiBuilder::new()
            .max_rect(rect.shrink2(vec2(8.0, 0.0)))
            .layout(Layout::left_to_right(Align::Center)),
    );
    child.add(Label::new(job).truncate().show_tooltip_when_elided(false));
    let ends = [facts.local.as_deref(), facts.remote.as_deref()];
    let ends: Vec<&str> = ends.into_iter().flatten().collect();
    let name = format!("{title} {fd} {kind} {}", ends.join(" → "));
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, is_shown, &name));
    if response.clicked() {
        let chosen = (facts.host.clone(), facts.key);
        ui.data_mut(|data| data.insert_temp(choice_id(), chosen));
    }
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text(name);
}

/// In as many columns as have room.
fn facts_ui(ui: &mut Ui, theme: &Theme, facts: &[Fact]) {
    const WIDTH: f32 = 240.0;
    let columns = ((ui.available_width() / WIDTH) as usize).max(1);
    let rows = facts.len().div_ceil(columns);
    let width = ui.available_width() / columns as f32;
    let size = vec2(ui.available_width(), rows as f32 * 18.0);
    let (area, _) = ui.allocate_exact_size(size, Sense::hover());
    for (index, fact) in facts.iter().enumerate() {
        let (column, row) = (index / rows, index % rows);
        let corner = pos2(
            area.left() + width * column as f32,
            area.top() + 18.0 * row as f32,
        );
        let rect = Rect::from_min_size(corner, vec2(width - 10.0, 18.0));
        let mut job = LayoutJob::default();
        let mut push = |text: &str, space, font, colour| {
            job.append(text, space, TextFormat::simple(font, colour));
        };
        push(&fact.name, 0.0, theme::text_font(theme::SMALL), theme.muted);
        push(&fact.value, 8.0, theme::code_font(theme::SMALL), theme.text);
        push(
            &fact.meaning,
            10.0,
            theme::text_font(theme::TINY),
            theme.muted,
        );
        let mut child = ui.new_child(
            UiBuilder::new()
                .max_rect(rect)
                .layout(Layout::left_to_right(Align::Center)),
        );
        child.add(Label::new(job).truncate().show_tooltip_when_elided(false));
        let response = ui.interact(rect, ui.scope_id().with(("fact", index)), Sense::hover());
        let name = format!("{} = {}. {}", fact.name, fact.value, fact.meaning);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
        response.on_hover_text(name);
    }
}

fn buffers_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, socket: &Socket) {
    let language = view.language;
    let Some((at_us, buffers)) = &socket.buffers else {
        let why = match (socket.facts.fd, socket.facts.state.as_str()) {
            (None, _) => say!(language, "buffer.none"),
            (Some(_), "LISTEN") => say!(language, "buffer.listener"),
            (Some(_), _) => say!(language, "buffer.unknown"),
        };
        parts::caption(ui, theme, &why);
        return;
    };
    let age = since(ui, view, *at_us);
    let title = say!(language, "buffer.title", age = age);
    parts::caption(ui, theme, &title).on_hover_text(say!(language, "buffer.hint"));
    let sent = say!(
        language,
        "buffer.sent",
        unacked = buffers.unacked,
        unsent = buffers.unsent
    );
    let unread = say!(language, "buffer.unread", count = buffers.unread);
    let font = || theme::text_font(theme::SMALL);
    for text in [sent, unread] {
        let text = eframe::egui::RichText::new(text).font(font());
        ui.add(Label::new(text.color(theme.text)).wrap());
    }
    if !buffers.datagrams.is_empty() {
        let lengths = buffers.datagrams.iter().map(|length| format!("{length} B"));
        let lengths: Vec<String> = lengths.collect();
        let lengths = lengths.join(&say!(language, "list.separator"));
        let text = say!(language, "buffer.datagrams", lengths = lengths);
        let text = eframe::egui::RichText::new(text).font(font());
        ui.add(Label::new(text.color(theme.text)).wrap());
    }
    received_ui(ui, theme, buffers);
}

/// What `recv` would find, as text where it is some, and as bytes.
fn received_ui(ui: &mut Ui, theme: &Theme, buffers: &BufferFacts) {
    const PER_ROW: usize = 8;
    let bytes = &buffers.received.0;
    let code = |text: String, colour| {
        let text = eframe::egui::RichText::new(text).font(theme::code_font(theme::SMALL));
        Label::new(text.color(colour))
    };
    if let Some(text) = facts::as_text(bytes) {
        ui.add(code(text, theme.good).wrap());
    }
    for (row, bytes) in bytes.chunks(PER_ROW).enumerate() {
        let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let letters: String = bytes.iter().map(|byte| letter(*byte)).collect();
        let offset = row * PER_ROW;
        let hex = hex.join(" ");
        let line = format!("{offset:04x}  {hex:<23}  {letters}");
        ui.add(code(line, theme.text).extend());
    }
}

fn letter(byte: u8) -> char {
    if byte.is_ascii_graphic() {
        char::from(byte)
    } else {
        '·'
    }
}

//! A socket's send and receive buffers as bars, with what they hold below them.

use eframe::egui;
use eframe::egui::{Align, Color32, Id, Layout, Rect, RichText, Sense, Ui, vec2};

use super::{contents, lens, strip};
use crate::model::Socket;
use crate::session::{Command, View};
use crate::ui::text::{bytes, say};
use crate::ui::theme::{self, Theme, Tone};
use crate::ui::{glow, parts};

/// Of a stream socket: how full, and with what. Tells where each of the two stands.
pub fn buffers_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    socket: &Socket,
    commands: &mut Vec<Command>,
) -> [Rect; 2] {
    let language = view.language;
    let facts = &socket.facts;
    let (send, recv) = (
        say!(language, "socket.send_buffer"),
        say!(language, "socket.recv_buffer"),
    );
    let width = label_width(ui, [&send, &recv]);
    let is_stream = facts.protocol == "tcp";
    let sending = is_stream.then(|| strip::sending(ui.ctx(), view, socket));
    let received = is_stream.then(|| strip::received(ui.ctx(), view, socket));
    let tones = [theme.host_tone(&facts.host), theme.good_tone()];
    let bar = |ui: &mut Ui, label: &str, hint: &str, numbers, tone| {
        let id = Id::unique((label, &facts.host, facts.key.0));
        let strength = glow::arrival(ui, view, id, numbers);
        bar_ui(ui, theme, (label, hint, width), numbers, (tone, strength));
    };
    let top = ui.cursor().top();
    let hint = say!(language, "socket.send_hint");
    bar(
        ui,
        &send,
        &hint,
        (facts.send_queue, facts.send_buffer),
        tones[0],
    );
    if let Some(content) = &sending {
        contents::sending_ui(ui, view, theme, (socket, content));
    }
    let middle = ui.cursor().top();
    let hint = say!(language, "socket.recv_hint");
    bar(
        ui,
        &recv,
        &hint,
        (facts.recv_queue, facts.recv_buffer),
        tones[1],
    );
    if let Some(content) = &received {
        contents::received_ui(ui, view, theme, (socket, content));
    }
    let mut has_bytes = [&sending, &received]
        .into_iter()
        .flatten()
        .any(|content| !content.strip.items.is_empty());
    if !is_stream {
        has_bytes |= contents::datagrams_ui(ui, view, theme, socket);
    }
    if has_bytes {
        lens::lens_ui(ui, view, theme, commands);
    }
    let both = ui.min_rect();
    [
        both.with_min_y(top).with_max_y(middle),
        both.with_min_y(middle),
    ]
}

fn bar_ui(
    ui: &mut Ui,
    theme: &Theme,
    (label, hint, width): (&str, &str, f32),
    (queue, size): (u32, Option<u32>),
    (tone, strength): (Tone, f32),
) {
    let row = |ui: &mut Ui| {
        label_ui(ui, theme, label, width);
        let number = match size {
            Some(size) => format!("{} / {}", bytes(queue), bytes(size)),
            None => format!("{} B", bytes(queue)),
        };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            number_ui(ui, theme, &number, 74.0);
            let size_of_bar = vec2(ui.available_width(), 9.0);
            let (rect, _) = ui.allocate_exact_size(size_of_bar, Sense::hover());
            ui.painter().rect_filled(rect, 3, theme.trough);
            glow::ring(ui.painter(), rect, 3.0, tone.strong, strength);
            let share = queue as f32 / size.unwrap_or(65_536).max(1) as f32;
            if queue > 0 {
                // A single byte is still to be seen.
                let width = (rect.width() * share.min(1.0)).max(4.0);
                let filled = Rect::from_min_size(rect.min, vec2(width, rect.height()));
                ui.painter().rect_filled(filled, 3, tone.strong);
            }
        });
    };
    ui.horizontal(row).response.on_hover_text(hint);
}

/// As wide as the wider of two labels, so that what follows lines up.
pub fn label_width(ui: &Ui, labels: [&str; 2]) -> f32 {
    let width = |label: &str| {
        let font = theme::text_font(theme::SMALL);
        let galley = ui
            .painter()
            .layout_no_wrap(label.to_owned(), font, Color32::PLACEHOLDER);
        galley.size().x
    };
    labels.map(width).into_iter().fold(0.0, f32::max) + 2.0
}

pub fn label_ui(ui: &mut Ui, theme: &Theme, label: &str, width: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(width, 18.0), Sense::hover());
    let mut child = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(rect)
            .layout(Layout::left_to_right(Align::Center)),
    );
    parts::caption(&mut child, theme, label);
}

pub fn number_ui(ui: &mut Ui, theme: &Theme, number: &str, width: f32) -> Rect {
    let (rect, _) = ui.allocate_exact_size(vec2(width, 18.0), Sense::hover());
    let mut child = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(rect)
            .layout(Layout::right_to_left(Align::Center)),
    );
    let number = RichText::new(number).font(theme::text_font(theme::SMALL));
    child.label(number.color(theme.text)).rect
}

//! What a socket's buffers hold, under their bars: strips of bytes, and what has to be said of them.
//!
//! What the ledger cannot vouch for is said, not drawn.

use eframe::egui::{Label, RichText, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::strip::{self, Content, Strip, Why};
use crate::model::{Socket, Stream};
use crate::session::View;
use crate::ui::parts::{self, Icon};
use crate::ui::text::say;
use crate::ui::theme::{self, Theme, Tone};

pub fn sending_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (socket, content): (&Socket, &Content),
) {
    let language = view.language;
    let tone = theme.host_tone(&socket.facts.host);
    if !content.strip.items.is_empty() {
        let lens = strip::lens_name(language, view.desk.settings.lens);
        let text = strip::spelled(language, &content.strip);
        let name = say!(language, "strip.sending_name", lens = lens, text = text);
        bytes_ui(
            ui,
            view,
            theme,
            tone,
            (socket, &content.strip, &name, Way::Out),
        );
        let [sent, unsent] = content.counts;
        let legend = [
            (
                sent,
                Line::Solid,
                say!(language, "strip.sent_count", count = sent),
            ),
            (
                unsent,
                Line::Dashed,
                say!(language, "strip.unsent_count", count = unsent),
            ),
        ];
        for (count, line, words) in legend {
            if count > 0 {
                legend_ui(ui, theme, tone, line, &words);
            }
        }
        cut_ui(ui, view, theme, &content.strip);
    }
    if content.offered > 0 {
        let words = say!(language, "strip.offered", count = content.offered);
        note_ui(ui, theme.warn, &words);
    }
    why_ui(ui, view, theme, content);
}

pub fn received_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (socket, content): (&Socket, &Content),
) {
    let language = view.language;
    let tone = theme.good_tone();
    if !content.strip.items.is_empty() {
        let lens = strip::lens_name(language, view.desk.settings.lens);
        let text = strip::spelled(language, &content.strip);
        let name = say!(language, "strip.received_name", lens = lens, text = text);
        bytes_ui(
            ui,
            view,
            theme,
            tone,
            (socket, &content.strip, &name, Way::In),
        );
        let sends = content.strip.sends.len();
        if sends > 1 {
            note_ui(
                ui,
                theme.text,
                &say!(language, "strip.together", count = sends),
            );
        }
        let [_, beyond] = content.counts;
        if beyond > 0 {
            let words = say!(language, "strip.beyond_count", count = beyond);
            legend_ui(ui, theme, tone, Line::Dotted, &words);
        }
        cut_ui(ui, view, theme, &content.strip);
    }
    why_ui(ui, view, theme, content);
}

/// Each datagram in a box of its own: they keep their boundaries. Tells whether there are any.
pub fn datagrams_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, socket: &Socket) -> bool {
    let (waiting, count) = strip::waiting_datagrams(view, socket);
    let language = view.language;
    let lens = view.desk.settings.lens;
    for (index, datagram) in waiting.iter().enumerate() {
        let title = say!(
            language,
            "strip.datagram",
            number = index + 1,
            length = datagram.strip.total,
            from = datagram.from
        );
        parts::inset(theme).show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 0.0;
            let hint = say!(language, "strip.datagram_hint");
            parts::caption(ui, theme, &title).on_hover_text(hint);
            let text = strip::spelled(language, &datagram.strip);
            let name = format!("{title}: {text}");
            strip::strip_ui(
                ui,
                theme,
                theme.good_tone(),
                &datagram.strip,
                &name,
                |item| strip::hint(language, lens, item, None),
            );
        });
    }
    if count > waiting.len() {
        let more = count - waiting.len();
        parts::caption(
            ui,
            theme,
            &say!(language, "strip.datagrams_more", count = more),
        );
    }
    !waiting.is_empty()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Out,
    In,
}

fn bytes_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    tone: Tone,
    (socket, strip, name, way): (&Socket, &Strip, &str, Way),
) {
    let state = view.timeline.state();
    let (language, lens) = (view.language, view.desk.settings.lens);
    // Only when something is pointed at: the stream is worked out anew for it.
    let stream = || -> Option<Stream> {
        let [own, other] = state.streams_of(&socket.facts.host, socket.facts.key)?;
        Some(if way == Way::Out { own } else { other })
    };
    strip::strip_ui(ui, theme, tone, strip, name, |item| {
        let stream = stream();
        let of = stream.as_ref().map(|stream| (state, stream));
        strip::hint(language, lens, item, of)
    });
}

#[derive(Clone, Copy)]
enum Line {
    Solid,
    Dashed,
    Dotted,
}

/// The line under the boxes, and what it means.
fn legend_ui(ui: &mut Ui, theme: &Theme, tone: Tone, line: Line, words: &str) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (rect, _) = ui.allocate_exact_size(vec2(16.0, 14.0), Sense::hover());
        let y = rect.center().y + 1.0;
        let ends = [pos2(rect.left(), y), pos2(rect.right(), y)];
        match line {
            Line::Solid => {
                let stroke = Stroke::new(2.5, tone.strong);
                ui.painter().line_segment(ends, stroke);
            }
            Line::Dashed => {
                let stroke = Stroke::new(1.5, tone.strong);
                ui.painter()
                    .extend(Shape::dashed_line(&ends, stroke, 2.0, 3.0));
            }
            Line::Dotted => {
                let stroke = Stroke::new(1.5, tone.strong);
                ui.painter()
                    .extend(Shape::dashed_line(&ends, stroke, 1.0, 2.0));
            }
        }
        let words = RichText::new(words).font(theme::text_font(theme::TINY));
        ui.add(Label::new(words.color(theme.muted)).wrap());
    });
}

fn note_ui(ui: &mut Ui, ink: eframe::egui::Color32, words: &str) {
    let words = RichText::new(words).font(theme::text_font(theme::TINY));
    ui.add(Label::new(words.color(ink)).wrap());
}

fn cut_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, strip: &Strip) {
    if strip.broken > 0 {
        let lens = strip::lens_name(view.language, view.desk.settings.lens);
        note_ui(
            ui,
            theme.bad,
            &say!(view.language, "strip.broken_count", lens = lens),
        );
    }
    if strip.cut == 0 {
        return;
    }
    let row = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (rect, _) = ui.allocate_exact_size(vec2(14.0, 16.0), Sense::hover());
        parts::paint_icon(ui.painter(), Icon::Warning, rect.center(), 12.0, theme.bad);
        note_ui(
            ui,
            theme.bad,
            &say!(view.language, "strip.cut_count", count = strip.cut),
        );
    });
    row.response
        .on_hover_text(say!(view.language, "strip.cut_hint"));
}

fn why_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, content: &Content) {
    let language = view.language;
    let has_bytes = !content.strip.items.is_empty();
    let words = match content.why {
        None => return,
        Some(Why::NotCompared) if !has_bytes => return,
        Some(Why::NotCompared) => say!(language, "strip.not_compared"),
        Some(Why::NotSeen) if !has_bytes => return,
        Some(Why::NotSeen) => say!(language, "strip.not_seen"),
        Some(Why::Differs) => say!(language, "strip.differs"),
        Some(Why::Urgent) => say!(language, "strip.urgent"),
    };
    note_ui(ui, theme.muted, &words);
}

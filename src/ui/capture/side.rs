//! A host of a capture on the stage: where a program's card would stand, and its sockets.
//!
//! In: a view. Out: pictures. States are dashed and called inferred; queues, buffers and timers,
//! of which a capture knows nothing, are not here at all.

use eframe::egui::{Frame, Label, RichText, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

use crate::model::Socket;
use crate::session::View;
use crate::trace::Name;
use crate::ui::host::{addresses_ui, state_meaning};
use crate::ui::parts;
use crate::ui::text::say;
use crate::ui::theme::{self, Theme, Tone};

/// So many sockets are shown; the rest are counted.
const MOST: usize = 24;

pub fn side_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, host: &Name) {
    let language = view.language;
    let words = RichText::new(say!(language, "capture.no_programs"));
    let words = words.font(theme::text_font(theme::SMALL));
    dashed_ui(ui, theme, |ui| {
        ui.add(Label::new(words.color(theme.muted)).wrap());
    });
    let state = view.timeline.state();
    let sockets: Vec<&Socket> = state.sockets(host).collect();
    if sockets.is_empty() {
        return;
    }
    dashed_ui(ui, theme, |ui| {
        let title = parts::caption(ui, theme, &say!(language, "capture.sockets"));
        title.on_hover_text(say!(language, "capture.sockets_hint"));
        // The newest are the ones that are looked at.
        for socket in sockets.iter().rev().take(MOST) {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(6.0, 2.0);
                let facts = &socket.facts;
                let chip = match facts.protocol.as_str() {
                    "tcp" => inferred_ui(ui, theme, theme.state_tone(&facts.state), &facts.state),
                    other => inferred_ui(ui, theme, theme.slate_tone(), &other.to_uppercase()),
                };
                if facts.protocol == "tcp" {
                    chip.on_hover_text(state_meaning(language, &facts.state));
                }
            });
            addresses_ui(ui, view, theme, &socket.facts);
        }
        if sockets.len() > MOST {
            let more = say!(language, "left.more", count = sockets.len() - MOST);
            parts::caption(ui, theme, &more);
        }
    });
}

fn dashed_ui(ui: &mut Ui, theme: &Theme, add: impl FnOnce(&mut Ui)) {
    let frame = Frame::new().inner_margin(theme::CARD_MARGIN);
    let shown = frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 4.0;
        add(ui);
    });
    let rect = shown.response.rect.shrink(0.5);
    let radius = f32::from(theme::CARD_RADIUS);
    parts::paint_dashed_box(ui.painter(), rect, radius, theme.outline_stroke());
}

/// A state that nobody asked a kernel for: dashed where a chip is filled.
pub fn inferred_ui(ui: &mut Ui, theme: &Theme, tone: Tone, text: &str) -> eframe::egui::Response {
    let font = theme::bold_font(theme::TINY);
    let painter = ui.painter();
    let galley = painter.layout_no_wrap(text.to_owned(), font, tone.strong);
    let size = galley.size() + vec2(16.0, 5.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(rect, size.y / 2.0, tone.soft);
    let stroke = Stroke::new(1.0, tone.strong);
    let inner = rect.shrink(0.5);
    parts::paint_dashed_box(ui.painter(), inner, inner.height() / 2.0, stroke);
    let at = rect.center() - galley.size() / 2.0;
    ui.painter().galley(at, galley, theme.text);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    response
}

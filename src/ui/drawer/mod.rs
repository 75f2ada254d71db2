//! The drawer below the stage: a segment, header by header and byte by byte; a
//! socket and what is in its buffers; the state diagram; where every byte is.

mod diagram;
mod facts;
mod fields;
mod hex;
mod ledger;
mod socket;

use eframe::egui;
use std::ops::Range;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    Align, Id, Layout, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use self::fields::{Field, Layer};
use super::text::say;
use super::theme::{self, Theme, Tone};
use super::{remark, segment};
use crate::model::{Fate, Segment};
use crate::packet::Packet;
use crate::session::{Command, View};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tab {
    #[default]
    Segment,
    Socket,
    Diagram,
    Bytes,
}

pub fn drawer_ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let tab_id = Id::unique("drawer tab");
    let mut tab = ui
        .data(|data| data.get_temp::<Tab>(tab_id))
        .unwrap_or_default();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 16.0;
        let tabs = [
            (Tab::Segment, say!(view.language, "drawer.segment")),
            (Tab::Socket, say!(view.language, "drawer.socket")),
            (Tab::Diagram, say!(view.language, "drawer.diagram")),
            (Tab::Bytes, say!(view.language, "drawer.bytes")),
        ];
        for (each, name) in tabs {
            if tab_ui(ui, theme, &name, tab == each) {
                tab = each;
            }
        }
        if tab == Tab::Segment
            && let Some(segment) = shown_segment(view)
        {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                super::wire::actions_ui(ui, view, theme, segment, commands);
                ui.add_space(6.0);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    summary_ui(ui, view, theme, segment);
                });
            });
        }
    });
    ui.data_mut(|data| data.insert_temp(tab_id, tab));
    ui.add_space(4.0);
    match tab {
        Tab::Segment => segment_ui(ui, view, theme, commands),
        Tab::Socket => socket::socket_ui(ui, view, theme),
        Tab::Diagram => diagram::diagram_ui(ui, view, theme),
        Tab::Bytes => ledger::ledger_ui(ui, view, theme),
    }
}

fn tab_ui(ui: &mut Ui, theme: &Theme, name: &str, is_open: bool) -> bool {
    let colour = if is_open { theme.text } else { theme.muted };
    let font = if is_open {
        theme::bold_font(theme::TEXT)
    } else {
        theme::text_font(theme::TEXT)
    };
    let galley = ui.painter().layout_no_wrap(name.to_owned(), font, colour);
    let size = galley.size() + vec2(0.0, 8.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    ui.painter()
        .galley(rect.min + vec2(0.0, 2.0), galley, colour);
    if is_open || response.has_focus() {
        let stroke = Stroke::new(2.0, theme.wire);
        ui.painter().hline(rect.x_range(), rect.bottom(), stroke);
    }
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_open, name));
    response
        .on_hover_cursor(egui::CursorIcon::PointingHand)
        .clicked()
}

/// The selected one; or what the learner is most likely to look at.
fn shown_segment<'a>(view: &View<'a>) -> Option<&'a Segment> {
    let state = view.timeline.state();
    // An absorbed copy is on no arrow.
    let is_drawn = |segment: &&Segment| segment.fate != Fate::Absorbed;
    let newest = || state.segments.values().rfind(is_drawn).map(|s| s.id);
    let id = view.selected.or(state.oldest_held()).or_else(newest)?;
    state.segments.get(&id)
}

fn summary_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, segment: &Segment) {
    let state = view.timeline.state();
    let mut job = LayoutJob::default();
    let mut push = |text: &str, font, colour| {
        job.append(text, 0.0, TextFormat::simple(font, colour));
    };
    let tone = theme.host_tone(&segment.from);
    let label = segment::label(view.language, state, segment);
    push(&label, theme::bold_font(theme::TEXT), tone.strong);
    if let Some((from, to)) = segment.packet.as_ref().and_then(Packet::endpoints) {
        let ends = format!("  {from} → {to}");
        push(&ends, theme::code_font(theme::SMALL), theme.muted);
    }
    let fate = segment::fate_of(view.language, segment);
    push(
        &format!("  · {fate}"),
        theme::text_font(theme::SMALL),
        theme.muted,
    );
    super::parts::one_line(ui, job);
}

/// IP is slate, TCP is purple, data is green: in the fields and in the bytes.
fn layer_tone(theme: &Theme, layer: Layer) -> Tone {
    match layer {
        Layer::Ip => theme.slate_tone(),
        Layer::Transport => theme.wire_tone(),
        Layer::Payload => theme.good_tone(),
    }
}

fn segment_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let Some(segment) = shown_segment(view) else {
        super::parts::caption(ui, theme, &say!(view.language, "drawer.none"));
        ui.add_space(6.0);
        keys_ui(ui, view, theme);
        return;
    };
    remarks_ui(ui, view, theme, segment);
    let Some(packet) = &segment.packet else {
        let why = if segment.inferred.is_some() {
            say!(view.language, "drawer.inferred")
        } else {
            say!(view.language, "drawer.unreadable")
        };
        super::parts::caption(ui, theme, &why);
        return;
    };
    let fields = fields::fields(view.language, view.timeline.state(), packet);
    let lit_id = Id::unique("lit bytes");
    let lit = ui.data(|data| data.get_temp::<Range<usize>>(lit_id));
    let mut pointed = None;
    let whole = ui.available_rect_before_wrap();
    let (ip, tcp, bytes) = columns(whole);
    let mut shown = |ui: &mut Ui, rect: Rect, layers: &[Layer]| {
        let found = fields_ui(
            ui,
            view,
            theme,
            rect,
            (packet, &fields, layers),
            lit.as_ref(),
        );
        pointed = pointed.take().or(found);
    };
    shown(ui, ip, &[Layer::Ip]);
    shown(ui, tcp, &[Layer::Transport, Layer::Payload]);
    let mut child = ui.new_child(UiBuilder::new().max_rect(bytes).id_salt("hex"));
    let found = bytes_ui(
        &mut child,
        view,
        theme,
        (segment, packet, &fields, lit.as_ref()),
        commands,
    );
    pointed = pointed.or(found);
    if pointed != lit {
        ui.data_mut(|data| match pointed {
            Some(range) => {
                data.insert_temp(lit_id, range);
            }
            None => data.remove::<Range<usize>>(lit_id),
        });
        ui.ctx().request_repaint();
    }
    ui.advance_cursor_after_rect(whole);
}

/// The bytes; a click on one of a segment that still waits offers to corrupt just that one.
fn bytes_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (segment, packet, fields, lit): (&Segment, &Packet, &[Field], Option<&Range<usize>>),
    commands: &mut Vec<Command>,
) -> Option<Range<usize>> {
    // Not one more stop for Tab: the key K is there for the last byte.
    let sense = if segment.is_on_wire() {
        Sense::HOVER | Sense::CLICK
    } else {
        Sense::hover()
    };
    let pointed = ScrollArea::vertical()
        .auto_shrink(false)
        .show(ui, |ui| {
            let bytes = (packet, segment.corrupted.as_slice());
            hex::hex_ui(ui, theme, bytes, fields, (lit, sense))
        })
        .inner;
    let chosen = Id::unique("byte to corrupt");
    let name = say!(view.language, "drawer.hex");
    let role = Role::Label;
    let response = pointed.response;
    response.widget_info(|| WidgetInfo::labeled(role, true, &name));
    if response.clicked() {
        ui.data_mut(|data| match pointed.byte {
            Some(byte) => {
                data.insert_temp(chosen, byte);
            }
            None => data.remove::<usize>(chosen),
        });
    }
    let byte = ui.data(|data| data.get_temp::<usize>(chosen));
    let value = byte.and_then(|byte| packet.bytes.get(byte).map(|value| (byte, *value)));
    if let Some((byte, value)) = value.filter(|_| segment.is_on_wire()) {
        let popup = egui::Popup::context_menu(&response).open_memory(
            response
                .clicked()
                .then_some(egui::SetOpenCommand::Bool(true)),
        );
        popup.show(|ui| {
            let turned = format!("{value:02x} → {:02x}", !value);
            let label = say!(
                view.language,
                "drawer.corrupt",
                byte = byte,
                turned = turned
            );
            let button = super::parts::Button {
                hint: say!(view.language, "hint.corrupt_byte").into_owned(),
                ..super::parts::Button::new(label, theme)
            };
            let corrupt = super::wire::corrupt(view, segment.id, byte as u32);
            let (button, command) = button.offered(corrupt);
            if button.show(ui, theme).clicked() {
                commands.extend(command);
                ui.close();
            }
        });
    }
    pointed.field
}

/// What is odd about it and why the kernel sent it, a sentence a line.
fn remarks_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, segment: &Segment) {
    let sentences = remark::sentences(view.language, view.timeline.state(), segment);
    for sentence in sentences {
        let mut job = LayoutJob::default();
        let font = theme::bold_font(theme::SMALL);
        job.append(&sentence, 0.0, TextFormat::simple(font, theme.warn));
        super::parts::one_line(ui, job).on_hover_text(sentence);
    }
}

/// Every key and what it does: room that would else be empty.
fn keys_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme) {
    let language = view.language;
    let keys = [
        ("Space", say!(language, "control.next")),
        ("←", say!(language, "control.back")),
        ("D", say!(language, "control.deliver")),
        ("X", say!(language, "control.drop")),
        ("U", say!(language, "control.duplicate")),
        ("K", say!(language, "control.corrupt")),
        ("Y", say!(language, "control.delay", time = "1 s")),
        ("A", say!(language, "control.deliver_all")),
        ("H", say!(language, "holds.key")),
        ("C", say!(language, "host.client")),
        ("S", say!(language, "host.server")),
        ("L", say!(language, "control.live")),
        ("R", say!(language, "control.restart")),
    ];
    let names = keys
        .each_ref()
        .map(|(key, action)| format!("{key}: {action}"));
    let shown = ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(18.0, 8.0);
        for (key, action) in keys {
            let painter = ui.painter();
            let font = theme::text_font(theme::SMALL);
            let action = painter.layout_no_wrap(action.into_owned(), font, theme.muted);
            let cap = super::parts::keycap_size(painter, key);
            let size = vec2(cap.x + 6.0 + action.size().x, cap.y);
            let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
            let cap = Rect::from_min_size(rect.min, cap);
            super::parts::paint_keycap(ui.painter(), cap, key, theme.muted);
            let at = pos2(cap.right() + 6.0, rect.center().y - action.size().y / 2.0);
            ui.painter().galley(at, action, theme.muted);
        }
    });
    let name = names.join(", ");
    shown
        .response
        .widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
}

/// IP header, TCP header and data, bytes.
fn columns(whole: Rect) -> (Rect, Rect, Rect) {
    let gap = 14.0;
    let hex = if whole.width() > 1100.0 { 490.0 } else { 282.0 };
    let left = whole.width() - hex - 2.0 * gap;
    let ip = Rect::from_min_size(whole.min, vec2(left * 0.40, whole.height()));
    let tcp = Rect::from_min_max(
        pos2(ip.right() + gap, whole.top()),
        pos2(whole.left() + left + gap, whole.bottom()),
    );
    let bytes = whole.with_min_x(tcp.right() + gap);
    (ip, tcp, bytes)
}

fn fields_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    rect: Rect,
    (packet, fields, layers): (&Packet, &[Field], &[Layer]),
    lit: Option<&Range<usize>>,
) -> Option<Range<usize>> {
    let mut pointed = None;
    let salt = ("fields", layers.len());
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(salt));
    ScrollArea::vertical()
        .auto_shrink(false)
        .show(&mut child, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for layer in layers {
                layer_ui(ui, view, theme, packet, *layer);
                for field in fields.iter().filter(|field| field.layer == *layer) {
                    let is_lit = lit == Some(&field.bytes);
                    if field_ui(ui, theme, field, is_lit) {
                        pointed = Some(field.bytes.clone());
                    }
                }
                ui.add_space(4.0);
            }
        });
    pointed
}

fn layer_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, packet: &Packet, layer: Layer) {
    let language = view.language;
    let (name, range) = match layer {
        Layer::Ip => (say!(language, "drawer.ip"), &packet.ip_header),
        Layer::Transport if packet.tcp().is_some() => {
            (say!(language, "drawer.tcp"), &packet.transport_header)
        }
        Layer::Transport => (say!(language, "drawer.transport"), &packet.transport_header),
        Layer::Payload => (say!(language, "drawer.data"), &packet.payload),
    };
    let tone = layer_tone(theme, layer);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 21.0), Sense::hover());
    let ground = rect.with_max_y(rect.bottom() - 2.0);
    ui.painter().rect_filled(ground, 4, tone.soft);
    let text = format!("{name} · {} B", range.len());
    let at = pos2(ground.left() + 8.0, ground.center().y);
    let font = theme::bold_font(theme::SMALL);
    ui.painter()
        .text(at, egui::Align2::LEFT_CENTER, text, font, tone.strong);
}

/// Name, value, meaning; true while the pointer is on it.
fn field_ui(ui: &mut Ui, theme: &Theme, field: &Field, is_lit: bool) -> bool {
    let tone = layer_tone(theme, field.layer);
    let size = vec2(ui.available_width(), 18.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    if is_lit || response.hovered() {
        ui.painter().rect_filled(rect, 3, tone.soft);
    }
    let mut child = ui.new_child(
        UiBuilder::new()
            .max_rect(rect.shrink2(vec2(8.0, 0.0)))
            .layout(Layout::left_to_right(Align::Center)),
    );
    let mut job = LayoutJob::default();
    job.append(
        &field.name,
        0.0,
        TextFormat::simple(theme::text_font(theme::SMALL), theme.muted),
    );
    let font = theme::code_font(theme::SMALL);
    job.append(&field.value, 8.0, TextFormat::simple(font, theme.text));
    if !field.meaning.is_empty() {
        let font = theme::text_font(theme::TINY);
        job.append(&field.meaning, 10.0, TextFormat::simple(font, theme.muted));
    }
    let name = format!("{} = {}. {}", field.name, field.value, field.meaning);
    child.add(
        egui::Label::new(job)
            .truncate()
            .show_tooltip_when_elided(false),
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    let is_hovered = response.hovered();
    if !field.meaning.is_empty() {
        response.on_hover_text(name);
    }
    is_hovered
}

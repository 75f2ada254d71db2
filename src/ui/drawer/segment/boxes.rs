//! Encapsulation, drawn as boxes in boxes: the IP packet holds its header and the TCP segment,
//! which holds its header, its options and the data.
//!
//! In: a packet, and the bits that are lit. Out: the bits of the box that is pointed at. Widths
//! are for reading, lengths stand in each box; below each, a strip shows where the lit bits lie.

use std::ops::Range;

use eframe::egui;
use eframe::egui::{
    Align2, Painter, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::field::Layer;
use super::{layer_tone, payload};
use crate::model::{Segment, State};
use crate::packet::{Packet, TcpOption, Transport};
use crate::session::View;
use crate::ui::parts;
use crate::ui::text::say;
use crate::ui::theme::{self, Theme, Tone};

/// Around a box's content.
const PAD: f32 = 4.0;
/// A box that holds no other.
const LEAF: f32 = 33.0;
pub const HEIGHT: f32 = LEAF + 4.0 * PAD;
/// Where lit bits are shown within a leaf.
const STRIP: f32 = 3.0;

struct Leaf {
    layer: Layer,
    title: String,
    bytes: Range<usize>,
    /// What it says, from the most to the least.
    says: Vec<String>,
}

/// Draws them in the width there is.
pub fn boxes_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (segment, packet): (&Segment, &Packet),
    lit: Option<&Range<usize>>,
) -> Option<Range<usize>> {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let (outer, inner) = titles(view, packet);
    let leaves = leaves(view, segment, packet);
    let outer_tone = layer_tone(theme, Layer::Ip);
    let inner_tone = layer_tone(theme, Layer::Transport);
    let title_width = |title: &[String; 2]| {
        let widths = title.iter().map(|line| width_of(ui, line));
        widths.fold(0.0, f32::max) + 2.0 * PAD + 4.0
    };
    let outer_title = title_width(&outer);
    let inner_title = inner.as_ref().map_or(0.0, title_width);
    let mut pointed = None;
    let mut point = |found: Option<Range<usize>>| pointed = pointed.take().or(found);
    let whole = 0..packet.payload.end;
    let name = outer.join(" ");
    point(frame_ui(
        ui,
        (rect, outer_tone),
        (&name, whole),
        outer_title,
    ));
    paint_title(ui.painter(), rect, &outer, outer_tone);
    let frame = inner.as_ref().map_or(0.0, |_| 2.0 * PAD);
    let room = rect.width() - outer_title - PAD - inner_title - frame;
    let room = room - PAD * (leaves.len() as f32 - 1.0);
    let widths = widths(ui, &leaves, room);
    let mut x = rect.left() + outer_title;
    let (top, bottom) = (rect.top() + 2.0 * PAD, rect.bottom() - 2.0 * PAD);
    for (index, (leaf, width)) in leaves.iter().zip(&widths).enumerate() {
        if index == 1
            && let Some(title) = &inner
        {
            let right = rect.right() - PAD;
            let frame =
                Rect::from_min_max(pos2(x, rect.top() + PAD), pos2(right, rect.bottom() - PAD));
            let within = packet.transport_header.start..packet.payload.end;
            let name = title.join(" ");
            point(frame_ui(
                ui,
                (frame, inner_tone),
                (&name, within),
                inner_title,
            ));
            paint_title(ui.painter(), frame, title, inner_tone);
            x += inner_title;
        }
        let place = Rect::from_min_max(pos2(x, top), pos2(x + width, bottom));
        point(leaf_ui(ui, theme, leaf, place, lit));
        x += width + PAD;
    }
    pointed
}

/// A box that holds others; only its title can be pointed at.
fn frame_ui(
    ui: &Ui,
    (rect, tone): (Rect, Tone),
    (name, bytes): (&str, Range<usize>),
    title: f32,
) -> Option<Range<usize>> {
    let stroke = Stroke::new(1.5, tone.strong);
    ui.painter()
        .rect_stroke(rect, 6, stroke, StrokeKind::Inside);
    let head = rect.with_max_x(rect.left() + title);
    let response = ui.interact(head, ui.scope_id().with(("frame", name)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, name));
    response.hovered().then(|| bytes.start * 8..bytes.end * 8)
}

fn paint_title(painter: &Painter, rect: Rect, lines: &[String; 2], tone: Tone) {
    for (line, y) in lines.iter().zip([-7.0, 7.0]) {
        let at = pos2(rect.left() + PAD + 3.0, rect.center().y + y);
        let font = theme::bold_font(theme::TINY);
        painter.text(at, Align2::LEFT_CENTER, line, font, tone.strong);
    }
}

fn leaf_ui(
    ui: &Ui,
    theme: &Theme,
    leaf: &Leaf,
    rect: Rect,
    lit: Option<&Range<usize>>,
) -> Option<Range<usize>> {
    let tone = layer_tone(theme, leaf.layer);
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    if leaf.bytes.is_empty() {
        let stroke = Stroke::new(1.0, tone.strong);
        parts::paint_dashed_box(&painter, rect.shrink(0.5), 4.0, stroke);
    } else {
        painter.rect_filled(rect, 4, tone.soft);
    }
    let left = rect.left() + 6.0;
    let title_at = pos2(left, rect.top() + 9.0);
    let font = theme::bold_font(theme::TINY);
    painter.text(
        title_at,
        Align2::LEFT_CENTER,
        &leaf.title,
        font,
        tone.strong,
    );
    if let Some(galley) = fitting(ui, leaf, rect.width()) {
        let at = pos2(left, rect.top() + 22.0 - galley.size().y / 2.0);
        painter.galley(at, galley, theme.text);
    }
    let bits = leaf.bytes.start * 8..leaf.bytes.end * 8;
    if let Some(lit) = lit.filter(|lit| lit.start < bits.end && bits.start < lit.end) {
        let scale = rect.width() / bits.len().max(1) as f32;
        let from = lit.start.saturating_sub(bits.start) as f32 * scale;
        let until = (lit.end.min(bits.end) - bits.start) as f32 * scale;
        let strip = Rect::from_min_max(
            pos2(rect.left() + from, rect.bottom() - STRIP),
            pos2(
                (rect.left() + until).max(rect.left() + from + 3.0),
                rect.bottom(),
            ),
        );
        painter.rect_filled(strip, 0, tone.strong);
        let stroke = Stroke::new(1.5, tone.strong);
        painter.rect_stroke(rect, 4, stroke, StrokeKind::Inside);
    }
    let id = ui
        .scope_id()
        .with(("leaf", leaf.bytes.start, leaf.bytes.end));
    let response = ui.interact(rect, id, Sense::hover());
    let says = leaf.says.first().map_or("", String::as_str);
    let name = format!("{} {says}", leaf.title);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, name.trim_end()));
    (response.hovered() && !bits.is_empty()).then_some(bits)
}

/// The longest that has room.
fn fitting(ui: &Ui, leaf: &Leaf, width: f32) -> Option<std::sync::Arc<egui::Galley>> {
    let galleys = leaf.says.iter().map(|text| code(ui, text));
    galleys
        .into_iter()
        .find(|galley| galley.size().x + 12.0 <= width)
}

fn code(ui: &Ui, text: &str) -> std::sync::Arc<egui::Galley> {
    let font = theme::code_font(theme::TINY);
    ui.painter()
        .layout_no_wrap(text.to_owned(), font, egui::Color32::PLACEHOLDER)
}

fn width_of(ui: &Ui, text: &str) -> f32 {
    let font = theme::bold_font(theme::TINY);
    let painter = ui.painter();
    let galley = painter.layout_no_wrap(text.to_owned(), font, egui::Color32::PLACEHOLDER);
    galley.size().x
}

/// Each gets its title's width; what is left goes to those that have more to say.
fn widths(ui: &Ui, leaves: &[Leaf], room: f32) -> Vec<f32> {
    let least: Vec<f32> = leaves
        .iter()
        .map(|leaf| width_of(ui, &leaf.title) + 12.0)
        .collect();
    let wanted: Vec<f32> = leaves
        .iter()
        .zip(&least)
        .map(|(leaf, least)| {
            let says = leaf
                .says
                .first()
                .map_or(0.0, |text| code(ui, text).size().x + 13.0);
            (says - least).max(0.0)
        })
        .collect();
    let rest = (room - least.iter().sum::<f32>()).max(0.0);
    let total: f32 = wanted.iter().sum();
    if total <= rest {
        // The data is as long as one likes: it takes the rest.
        let mut widths: Vec<f32> = least.iter().zip(&wanted).map(|(a, b)| a + b).collect();
        if let Some(last) = widths.last_mut() {
            *last += rest - total;
        }
        return widths;
    }
    let share = rest / total.max(1.0);
    let pairs = least.iter().zip(&wanted);
    pairs
        .map(|(least, wanted)| least + wanted * share)
        .collect()
}

fn titles(view: &View<'_>, packet: &Packet) -> ([String; 2], Option<[String; 2]>) {
    let language = view.language;
    let size = |count: usize| format!("{count} B");
    let outer = [
        say!(language, "box.packet").into_owned(),
        size(packet.payload.end),
    ];
    let within = packet.payload.end - packet.transport_header.start;
    let inner = match &packet.transport {
        Transport::Tcp(_) => say!(language, "box.segment"),
        Transport::Udp(_) => say!(language, "box.datagram"),
        Transport::Icmp { .. } => say!(language, "box.message"),
        Transport::Other(_) => return (outer, None),
    };
    (outer, Some([inner.into_owned(), size(within)]))
}

fn leaves(view: &View<'_>, segment: &Segment, packet: &Packet) -> Vec<Leaf> {
    let (language, state) = (view.language, view.timeline.state());
    let sized = |name: &str, bytes: &Range<usize>| format!("{name} · {} B", bytes.len());
    let leaf = |layer, name: &str, bytes: Range<usize>, says| Leaf {
        layer,
        title: sized(name, &bytes),
        bytes,
        says,
    };
    let ends = format!("{} → {}", packet.source, packet.destination);
    let ttl = format!("TTL {}", packet.ttl);
    let ip_says = vec![format!("{ends} · {ttl}"), ends, ttl];
    let ip = say!(language, "drawer.ip");
    let mut leaves = vec![leaf(Layer::Ip, &ip, packet.ip_header.clone(), ip_says)];
    let header = packet.transport_header.clone();
    match &packet.transport {
        Transport::Tcp(tcp) => {
            let fixed = header.start..(header.start + 20).min(header.end);
            let options = fixed.end..header.end;
            let name = say!(language, "drawer.tcp");
            leaves.push(leaf(
                Layer::Transport,
                &name,
                fixed,
                tcp_says(state, segment, packet),
            ));
            if !options.is_empty() {
                let name = say!(language, "box.options");
                let says = options_say(&tcp.options);
                leaves.push(leaf(Layer::Options, &name, options, says));
            }
        }
        Transport::Udp(udp) => {
            let name = say!(language, "box.udp");
            let says = vec![format!("{} → {}", udp.source_port, udp.destination_port)];
            leaves.push(leaf(Layer::Transport, &name, header, says));
        }
        Transport::Icmp { kind, code } => {
            let name = say!(language, "box.icmp");
            let says = vec![format!("type {kind} code {code}")];
            leaves.push(leaf(Layer::Transport, &name, header, says));
        }
        Transport::Other(_) => {}
    }
    let data = packet.payload();
    let says = payload::previews(segment, data, view.desk.settings.lens);
    let name = say!(language, "drawer.data");
    leaves.push(leaf(Layer::Payload, &name, packet.payload.clone(), says));
    leaves
}

fn tcp_says(state: &State, segment: &Segment, packet: &Packet) -> Vec<String> {
    let Some(tcp) = packet.tcp() else {
        return Vec::new();
    };
    let flags = tcp.flags.to_string().replace('+', " ");
    let ports = format!("{} → {}", tcp.source_port, tcp.destination_port);
    let (seq, ack) = state.relative_numbers(segment).unwrap_or_default();
    let ack = if tcp.flags.ack {
        format!(" · ack {ack}")
    } else {
        String::new()
    };
    vec![
        format!("{ports} · {flags} · seq {seq}{ack} · win {}", tcp.window),
        format!("{ports} · {flags} · seq {seq}{ack}"),
        format!("{flags} · seq {seq}{ack}"),
        flags,
    ]
}

fn options_say(options: &[TcpOption]) -> Vec<String> {
    let names = options.iter().map(|option| match option {
        TcpOption::MaximumSegmentSize(bytes) => format!("MSS {bytes}"),
        TcpOption::WindowScale(shift) => format!("WS {shift}"),
        TcpOption::SackPermitted => "SACK OK".to_owned(),
        TcpOption::Sack(blocks) => format!("SACK {}", blocks.len()),
        TcpOption::Timestamps { .. } => "TS".to_owned(),
    });
    let names: Vec<String> = names.collect();
    let lengths = (1..=names.len()).rev();
    lengths
        .map(|count| {
            let more = if count < names.len() { " …" } else { "" };
            format!("{}{more}", names[..count].join(" · "))
        })
        .collect()
}

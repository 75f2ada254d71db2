//! A segment: boxes in boxes, every header field, and the bytes; pointing at one lights the others.
//!
//! In: the selected segment, or the one that a learner is most likely to look at. Out: the lit
//! bits, which are egui's to remember, and the order to corrupt a byte. What a field means is in
//! `ip`, `tcp`, `small` and `payload`; how it looks is here.

mod boxes;
mod bytes;
mod checksum;
mod field;
mod hex;
mod ip;
mod payload;
mod read;
mod small;
mod tcp;

use std::ops::Range;

use eframe::egui;
use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Id, Rect, ScrollArea, Stroke, Ui, UiBuilder, vec2};

use self::field::{Field, Layer, Mark};
use super::cells::{self, Cell, Group, Ink, Pointed};
use crate::lesson::Language;
use crate::model::{Fate, Segment};
use crate::packet::Transport;
use crate::session::{Command, View};
use crate::trace::SegmentId;
use crate::ui::capture;
use crate::ui::hot::{self, Light, Thing};
use crate::ui::text::say;
use crate::ui::theme::{self, Theme, Tone};
use crate::ui::{parts, remark, segment};

/// Below this, everything stands below each other and scrolls.
const SIDE_BY_SIDE: egui::Vec2 = vec2(720.0, 120.0);
const GAP: f32 = 14.0;
/// Below fields that scroll.
const FOOT: f32 = 15.0;
/// The explanation below the bytes: two lines at least, and what the bytes leave.
const EXPLANATION: std::ops::RangeInclusive<f32> = 34.0..=110.0;

/// The selected one; or what the learner is most likely to look at.
pub fn shown_segment<'a>(view: &View<'a>) -> Option<&'a Segment> {
    let state = view.timeline.state();
    // An absorbed copy is on no arrow.
    let is_drawn = |segment: &&Segment| segment.fate != Fate::Absorbed;
    let newest = || state.segments.values().rfind(is_drawn).map(|s| s.id);
    let id = view.selected.or(state.oldest_held()).or_else(newest)?;
    state.segments.get(&id)
}

/// Its name and what became of it, in the row of tabs.
pub fn summary_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, segment: &Segment) {
    let tone = theme.host_tone(&segment.from);
    let mut job = LayoutJob::default();
    let label = segment::label(view, segment);
    let mut format = TextFormat::simple(theme::bold_font(theme::TEXT), tone.strong);
    // The same segment is pointed at on the ladder, or what it is tied to.
    let thing = Thing::Segment(segment.id);
    if hot::light(ui.ctx(), view, &thing) == Light::Lit {
        format.background = tone.soft;
        format.underline = Stroke::new(2.0, tone.strong);
    }
    job.append(&label, 0.0, format);
    let fate = segment::fate_of(view, segment);
    let format = TextFormat::simple(theme::text_font(theme::SMALL), theme.muted);
    let mut whole = job.clone();
    whole.append(&format!("  · {fate}"), 0.0, format);
    let has_room = ui.painter().layout_job(whole.clone()).size().x <= ui.available_width();
    let shown = parts::one_line(ui, if has_room { whole } else { job });
    hot::point(&shown, view, thing);
    if !has_room {
        shown.on_hover_text(format!("{label} · {fate}"));
    }
}

/// IP is slate, TCP is purple, its options are amber, data is green: everywhere in the drawer.
fn layer_tone(theme: &Theme, layer: Layer) -> Tone {
    match layer {
        Layer::Ip => theme.slate_tone(),
        Layer::Transport => theme.wire_tone(),
        Layer::Options => theme.warn_tone(),
        Layer::Payload => theme.good_tone(),
    }
}

pub fn segment_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let Some(segment) = shown_segment(view) else {
        parts::caption(ui, theme, &say!(language, "inspect.no_segment"));
        return;
    };
    let room = ui.available_size();
    if room.x < SIDE_BY_SIDE.x || room.y < SIDE_BY_SIDE.y {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            remarks_ui(ui, view, theme, segment);
            whole_ui(ui, view, theme, segment, commands, Layout::Stacked);
        });
    } else {
        remarks_ui(ui, view, theme, segment);
        whole_ui(ui, view, theme, segment, commands, Layout::SideBySide);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    SideBySide,
    Stacked,
}

/// What the parts of the panel share.
struct Shown<'a> {
    segment: &'a Segment,
    fields: Vec<Field>,
    lit: Option<Range<usize>>,
    /// Chosen anew since the last frame.
    is_new: bool,
}

fn whole_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    segment: &Segment,
    commands: &mut Vec<Command>,
    layout: Layout,
) {
    let language = view.language;
    let fields = segment.packet.as_ref().map_or_else(Vec::new, |packet| {
        read::fields(
            ui.ctx(),
            view.timeline.state(),
            (language, &view.desk.settings),
            segment.id,
            packet,
        )
    });
    let lit_id = Id::unique("lit bits");
    let last_id = Id::unique("segment shown last");
    let key = (segment.id, segment.corrupted.len());
    let is_new = ui.data(|data| data.get_temp::<(SegmentId, usize)>(last_id)) != Some(key);
    ui.data_mut(|data| data.insert_temp(last_id, key));
    let shown = Shown {
        segment,
        fields,
        lit: ui.data(|data| data.get_temp::<Range<usize>>(lit_id)),
        is_new,
    };
    let mut pointed = None;
    if let Some(packet) = &segment.packet {
        let lit = shown.lit.as_ref();
        pointed = boxes::boxes_ui(ui, view, theme, (segment, packet), lit);
        ui.add_space(4.0);
    } else {
        let why = if segment.inferred.is_some() {
            say!(language, "drawer.inferred")
        } else {
            say!(language, "drawer.unreadable")
        };
        parts::caption(ui, theme, &why);
    }
    let found = match layout {
        Layout::SideBySide => side_by_side_ui(ui, view, theme, &shown, commands),
        Layout::Stacked => {
            explanation_ui(ui, view, theme, &shown);
            let found = fields_ui(ui, (language, theme), &shown, 0.0);
            ui.add_space(4.0);
            found.or(bytes::bytes_ui(ui, view, theme, &shown, commands))
        }
    };
    pointed = pointed.or(found);
    if pointed != shown.lit {
        ui.data_mut(|data| match pointed {
            Some(range) => {
                data.insert_temp(lit_id, range);
            }
            None => data.remove::<Range<usize>>(lit_id),
        });
        ui.ctx().request_repaint();
    }
}

/// Fields at the left; at the right the bytes, and below them what the lit field means.
fn side_by_side_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    shown: &Shown<'_>,
    commands: &mut Vec<Command>,
) -> Option<Range<usize>> {
    let whole = ui.available_rect_before_wrap();
    let hex = match whole.width() {
        wide if wide > 1150.0 => hex::WIDEST,
        _ => hex::WIDE,
    } + 12.0;
    let left = whole.with_max_x(whole.right() - hex - GAP);
    let right = whole.with_min_x(whole.right() - hex);
    let mut pointed = scrolled_fields_ui(ui, (view.language, theme), shown, left);
    let rows = shown.segment.bytes.len().div_ceil(hex::COLUMNS) as f32;
    let rest = right.height() - rows * hex::ROW - 4.0;
    let explanation = rest.clamp(*EXPLANATION.start(), *EXPLANATION.end());
    let explained = right.with_min_y(right.bottom() - explanation);
    let bytes = right.with_max_y(explained.top() - 2.0);
    let mut child = ui.new_child(UiBuilder::new().max_rect(bytes).id_salt("hex"));
    let found = ScrollArea::vertical()
        .auto_shrink(false)
        .min_scrolled_height(0.0)
        .show(&mut child, |ui| {
            bytes::bytes_ui(ui, view, theme, shown, commands)
        })
        .inner;
    pointed = pointed.or(found);
    let mut child = ui.new_child(UiBuilder::new().max_rect(explained).id_salt("meaning"));
    ScrollArea::vertical()
        .auto_shrink(false)
        .min_scrolled_height(0.0)
        .show(&mut child, |ui| explanation_ui(ui, view, theme, shown));
    ui.advance_cursor_after_rect(whole);
    pointed
}

/// Fields that scroll; where there are more of them below, words at the foot say so.
fn scrolled_fields_ui(
    ui: &mut Ui,
    (language, theme): (Language, &Theme),
    shown: &Shown<'_>,
    place: Rect,
) -> Option<Range<usize>> {
    let id = Id::unique("more fields below");
    let had_more = ui.data(|data| data.get_temp::<bool>(id)).unwrap_or(false);
    let foot = if had_more { FOOT } else { 0.0 };
    let area = place.with_max_y(place.bottom() - foot);
    let mut child = ui.new_child(UiBuilder::new().max_rect(area).id_salt("fields"));
    let output = ScrollArea::vertical()
        .auto_shrink(false)
        .min_scrolled_height(0.0)
        .show(&mut child, |ui| {
            fields_ui(ui, (language, theme), shown, place.height())
        });
    // Measured without the foot: it does not come and go by itself.
    let has_more = output.content_size.y > place.height() + 1.0;
    if has_more != had_more {
        ui.data_mut(|data| data.insert_temp(id, has_more));
        ui.ctx().request_repaint();
    }
    let end = output.state.clamped_offset().y + output.inner_rect.height();
    if had_more && output.content_size.y > end + 1.0 {
        let foot = place.with_min_y(area.bottom());
        let words = say!(language, "inspect.more_below");
        let mut child = ui.new_child(UiBuilder::new().max_rect(foot).id_salt("more"));
        let text = egui::RichText::new(words).font(theme::bold_font(theme::TINY));
        child.label(text.color(theme.wire));
    }
    output.inner
}

fn groups(view_theme: &Theme, names: [String; 4]) -> Vec<Group> {
    let layers = [Layer::Ip, Layer::Transport, Layer::Options, Layer::Payload];
    let named = layers.into_iter().zip(names);
    named
        .map(|(layer, title)| Group {
            title,
            tone: layer_tone(view_theme, layer),
        })
        .collect()
}

fn group_of(layer: Layer) -> usize {
    match layer {
        Layer::Ip => 0,
        Layer::Transport => 1,
        Layer::Options => 2,
        Layer::Payload => 3,
    }
}

fn fields_ui(
    ui: &mut Ui,
    (language, theme): (Language, &Theme),
    shown: &Shown<'_>,
    room: f32,
) -> Option<Range<usize>> {
    let transport = match shown
        .segment
        .packet
        .as_ref()
        .map(|packet| &packet.transport)
    {
        Some(Transport::Udp(_)) => "UDP",
        Some(Transport::Icmp { .. }) => "ICMP",
        Some(Transport::Tcp(_) | Transport::Other(_)) | None => "TCP",
    };
    let names = [
        "IP".to_owned(),
        transport.to_owned(),
        say!(language, "box.options").into_owned(),
        say!(language, "drawer.data").into_owned(),
    ];
    let groups = groups(theme, names);
    let cells: Vec<Cell> = shown
        .fields
        .iter()
        .map(|field| cell(theme, field, shown.lit.as_ref()))
        .collect();
    let pointed = cells::cells_ui(ui, theme, ("fields", room), (&groups, &cells))?;
    match pointed {
        Pointed::Cell(index) => shown.fields.get(index).map(|field| field.bits.clone()),
        Pointed::Group(group) => {
            let inside = shown.fields.iter().filter(|f| group_of(f.layer) == group);
            let bits = inside.map(|field| &field.bits);
            bits.cloned()
                .reduce(|one, other| one.start.min(other.start)..one.end.max(other.end))
        }
    }
}

fn cell(theme: &Theme, field: &Field, lit: Option<&Range<usize>>) -> Cell {
    let value_colour = match field.mark {
        Mark::Plain | Mark::Off => theme.text,
        Mark::On => theme.wire,
        Mark::Right => theme.good,
        Mark::Wrong => theme.bad,
    };
    let remark = match field.mark {
        Mark::Right => Some(("✓".to_owned(), theme.good)),
        Mark::Wrong => Some(("≠".to_owned(), theme.bad)),
        Mark::Plain | Mark::On | Mark::Off => None,
    };
    Cell {
        group: group_of(field.layer),
        name: field.name.clone(),
        value: field.value.clone(),
        value_colour,
        meaning: format!("{} ({})", field.meaning, field.rfc),
        label: field.label(),
        remark,
        is_faint: field.mark == Mark::Off,
        is_lit: lit.is_some_and(|lit| lit.start <= field.bits.start && field.bits.end <= lit.end),
        source: String::new(),
        is_changed: false,
    }
}

/// The lit field in full; where none is, what pointing does.
fn explanation_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, shown: &Shown<'_>) {
    let lit = shown.lit.as_ref();
    let field = lit.and_then(|lit| shown.fields.iter().find(|field| field.bits == *lit));
    let Some(field) = field else {
        let packet = shown.segment.packet.as_ref();
        if let Some(packet) = packet {
            let purpose = segment::purpose(view.language, packet);
            let text = egui::RichText::new(purpose).font(theme::text_font(theme::SMALL));
            ui.add(egui::Label::new(text.color(theme.text)).wrap());
        }
        if ui.available_height() > 30.0 {
            parts::caption(ui, theme, &say!(view.language, "inspect.point"));
        }
        return;
    };
    let name = if field.name == field.title {
        field.name.clone()
    } else {
        format!("{} {}", field.name, field.title)
    };
    let ink = match field.mark {
        Mark::Wrong => Ink::Warning,
        Mark::Plain | Mark::On | Mark::Off | Mark::Right => Ink::Words,
    };
    let bytes = field.bytes();
    let place = if bytes.len() == 1 {
        say!(view.language, "inspect.byte", at = bytes.start)
    } else {
        let last = bytes.end.saturating_sub(1);
        say!(
            view.language,
            "inspect.bytes",
            from = bytes.start,
            to = last
        )
    };
    let raw = format!("{place}: {}", field.raw);
    let sentences = [
        (raw.as_str(), Ink::Code),
        (field.meaning.as_str(), ink),
        (field.rfc, Ink::Source),
    ];
    let tone = layer_tone(theme, field.layer);
    cells::explanation_ui(ui, theme, tone, (&name, &field.value), &sentences);
}

/// What is odd about it and why the kernel sent it.
fn remarks_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, segment: &Segment) {
    let sentences = match capture::remarks(view) {
        // The state of a single packet knows nothing of those before it; the capture does.
        Some(remarks) => remarks,
        None => remark::sentences(view.language, view.timeline.state(), segment),
    };
    if sentences.is_empty() {
        return;
    }
    let text = sentences.join(" ");
    let text = egui::RichText::new(text).font(theme::bold_font(theme::SMALL));
    ui.add(egui::Label::new(text.color(theme.warn)).wrap());
    ui.add_space(2.0);
}

#[cfg(test)]
mod tests;

//! Byte k: which one is looked at, its mark on the strip, and where it is now.
//!
//! In: the streams of a connection. Which byte is chosen is egui's to remember; a number beyond
//! the end, in the past of a run, is the last byte there is, and comes back with its bytes.

use eframe::egui;
use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    DragValue, EventFilter, Id, Key, Pos2, Rect, Response, RichText, Sense, Shape, Stroke, Ui,
    WidgetInfo, accesskit, pos2, vec2,
};

use super::super::connection;
use super::{end, words};
use crate::model::Stream;
use crate::session::{Command, View};
use crate::ui::host::lens_ui;
use crate::ui::parts::{self, Button};
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};

const MARK: f32 = 5.0;

/// The chosen direction of the connection, and the chosen byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Picked {
    pub is_back: bool,
    pub at: u64,
}

fn picked_id() -> Id {
    Id::unique("byte k")
}

fn kept(ui: &Ui) -> Picked {
    let kept = ui.data(|data| data.get_temp::<Picked>(picked_id()));
    kept.unwrap_or_default()
}

fn keep(ui: &Ui, picked: Picked) {
    ui.data_mut(|data| data.insert_temp(picked_id(), picked));
}

/// The chosen one, within the stream.
pub fn picked(ui: &Ui, streams: &[Stream; 2]) -> Picked {
    let kept = kept(ui);
    let last = streams[usize::from(kept.is_back)].offered.saturating_sub(1);
    Picked {
        at: kept.at.min(last),
        ..kept
    }
}

/// Which connection, which way, and which byte; the two directions of that connection.
pub fn chosen_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    commands: &mut Vec<Command>,
) -> Option<[Stream; 2]> {
    let mut streams = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 2.0);
        ui.spacing_mut().interact_size.y = 24.0;
        ui.spacing_mut().button_padding.y = 1.0;
        let chosen = connection::chosen_ui(ui, view, theme);
        streams = streams_of(view, chosen.as_ref());
        if let Some(streams) = &streams {
            direction_ui(ui, view, theme, streams);
            field_ui(ui, view, theme, streams);
            lens_ui(ui, view, theme, commands);
        }
    });
    streams
}

/// A connection whose sockets are gone has still its streams: the selected one, or the newest.
fn streams_of(view: &View<'_>, chosen: Option<&connection::Connection>) -> Option<[Stream; 2]> {
    let state = view.timeline.state();
    let [first, second] = chosen.map_or([None, None], |chosen| {
        let ends = chosen.ends.each_ref();
        ends.map(|end| state.streams_of(&end.host, end.key?))
    });
    let turned = second.map(|[from, to]| [to, from]);
    let selected = || view.selected.and_then(|id| state.streams_with(id));
    first
        .or(turned)
        .or_else(selected)
        .or_else(|| state.newest_streams())
}

fn direction_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, streams: &[Stream; 2]) {
    let (language, state) = (view.language, view.timeline.state());
    let picked = kept(ui);
    let stream = &streams[usize::from(picked.is_back)];
    let from = end(language, state, &stream.from.host);
    let to = end(language, state, &stream.to.host);
    let button = Button {
        name: say!(language, "bytek.direction", from = &from, to = &to).into_owned(),
        hint: say!(language, "bytek.direction_hint").into_owned(),
        height: 22.0,
        ..Button::new(format!("{from} → {to}"), theme)
    };
    if button.show(ui, theme).clicked() {
        let is_back = !picked.is_back;
        keep(ui, Picked { is_back, at: 0 });
    }
}

fn field_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, streams: &[Stream; 2]) {
    let language = view.language;
    let now = picked(ui, streams);
    let count = streams[usize::from(now.is_back)].offered;
    let name = say!(language, "bytek.field");
    let label = ui.label(
        RichText::new(name.as_ref())
            .font(theme::bold_font(theme::SMALL))
            .color(theme.text),
    );
    let mut at = now.at;
    let field = DragValue::new(&mut at)
        .range(0..=count.saturating_sub(1))
        .speed(1.0);
    let is_on = count > 0;
    let response = ui.add_enabled(is_on, field).labelled_by(label.id);
    parts::focus_ring(ui, theme, &response, response.rect);
    let hint = if is_on {
        say!(language, "bytek.field_hint")
    } else {
        say!(language, "bytek.nothing_yet")
    };
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_description(hint.as_ref());
    });
    response
        .on_hover_text(hint.as_ref())
        .on_disabled_hover_text(hint.as_ref());
    if at != now.at {
        keep(ui, Picked { at, ..now });
    }
    let of = match count {
        0 => hint,
        _ => say!(language, "bytek.of", count = count, last = count - 1),
    };
    parts::caption(ui, theme, &of);
}

/// A click or the arrow keys choose a byte; the one pointed at is shown meanwhile.
pub fn strip_ui(
    ui: &Ui,
    view: &View<'_>,
    theme: &Theme,
    (stream, placed): (&Stream, &[Rect]),
    (index, at, is_chosen): (usize, u64, bool),
) -> u64 {
    let (language, state) = (view.language, view.timeline.state());
    let area = placed
        .iter()
        .fold(Rect::NOTHING, |area, rect| area.union(*rect));
    let id = Id::unique(("strip of bytes", index));
    let response = ui.interact(area, id, Sense::click_and_drag());
    let from = end(language, state, &stream.from.host);
    let to = end(language, state, &stream.to.host);
    let name = say!(language, "bytek.strip", from = from, to = to);
    let own = if is_chosen { at } else { 0 };
    response.widget_info(|| WidgetInfo::slider(true, own as f64, name.as_ref()));
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_description(say!(language, "bytek.strip_hint").as_ref());
        node.add_action(accesskit::Action::Increment);
        node.add_action(accesskit::Action::Decrement);
    });
    parts::focus_ring(ui, theme, &response, area);
    let pointed = response.interact_pointer_pos().or(response.hover_pos());
    let pointed = pointed.map(|pointer| at_pointer(stream, placed, pointer));
    let is_back = index == 1;
    if (response.clicked() || response.dragged())
        && let Some(at) = pointed
    {
        response.request_focus();
        keep(ui, Picked { is_back, at });
    }
    let step = steps(ui, &response);
    if step != 0 {
        let last = stream.offered.saturating_sub(1);
        let at = own.saturating_add_signed(step).min(last);
        keep(ui, Picked { is_back, at });
        ui.ctx().request_repaint();
    }
    pointed.filter(|_| is_chosen).unwrap_or(own)
}

/// Arrow keys, while the strip has the focus, and what a reader asks for.
fn steps(ui: &Ui, response: &Response) -> i64 {
    let asked = ui.input(|input| {
        let count = |action| input.num_accesskit_action_requests(response.id, action) as i64;
        count(accesskit::Action::Increment) - count(accesskit::Action::Decrement)
    });
    if !response.has_focus() {
        return asked;
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = ui.input(|input| {
        let count = |key| input.num_presses(key) as i64;
        count(Key::ArrowRight) - count(Key::ArrowLeft)
    });
    asked + pressed
}

/// The byte under the pointer; the nearest one beside the strip.
fn at_pointer(stream: &Stream, placed: &[Rect], pointer: Pos2) -> u64 {
    let pairs = stream.parts.iter().zip(placed);
    let mut at = 0;
    for (part, rect) in pairs.filter(|(_, rect)| rect.left() <= pointer.x) {
        let length = part.range.end - part.range.start;
        let share = f64::from((pointer.x - rect.left()) / rect.width().max(1.0));
        let inside = (share * length as f64) as u64;
        at = part.range.start + inside.min(length - 1);
    }
    at
}

/// The middle of a byte on the strip.
fn place_of(stream: &Stream, placed: &[Rect], at: u64) -> Option<Pos2> {
    let mut pairs = stream.parts.iter().zip(placed);
    let (part, rect) = pairs.find(|(part, _)| part.range.contains(&at))?;
    let length = (part.range.end - part.range.start) as f64;
    let share = ((at - part.range.start) as f64 + 0.5) / length;
    Some(pos2(rect.left() + rect.width() * share as f32, rect.top()))
}

/// A pin through the strip, wide enough for the back row.
pub fn marker_ui(ui: &Ui, theme: &Theme, (stream, placed): (&Stream, &[Rect]), at: u64) {
    let (Some(top), Some(rect)) = (place_of(stream, placed, at), placed.first()) else {
        return;
    };
    let painter = ui.painter();
    let bottom = pos2(top.x, rect.bottom());
    painter.line_segment([top, bottom], Stroke::new(4.0, theme.card));
    painter.line_segment([top, bottom], Stroke::new(2.0, theme.text));
    for (tip, up) in [(top, -1.0), (bottom, 1.0)] {
        let base = tip + vec2(0.0, up * MARK);
        let inwards = tip - vec2(0.0, up * MARK * 0.6);
        let corners = vec![base - vec2(MARK, 0.0), base + vec2(MARK, 0.0), inwards];
        painter.add(Shape::convex_polygon(corners, theme.text, Stroke::NONE));
    }
}

/// Where it is now, in words.
pub fn facts_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, (stream, at): (&Stream, u64)) {
    let state = view.timeline.state();
    let font = theme::text_font(theme::TEXT);
    let mut job = LayoutJob::default();
    match state.byte(stream, at) {
        Some(facts) => {
            for (sentence, is_answer) in words::told(view, stream, &facts) {
                let font = if is_answer {
                    theme::bold_font(theme::TEXT)
                } else {
                    font.clone()
                };
                job.append(&sentence, 0.0, TextFormat::simple(font, theme.text));
            }
        }
        None => {
            let nothing = say!(view.language, "bytek.nothing_yet");
            job.append(&nothing, 0.0, TextFormat::simple(font, theme.text));
        }
    }
    ui.add_space(4.0);
    ui.add(egui::Label::new(job).wrap());
}

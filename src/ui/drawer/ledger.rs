//! Where every byte of a connection is: a strip for each direction, and whether the kernels agree.
//!
//! In: the ledger's streams of the connection that is looked at. Datagrams are only counted. One
//! byte and its whereabouts in words are left to `byte`.

mod byte;
mod words;

use std::collections::BTreeMap;
use std::ops::Range;

use eframe::egui;
use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    Align2, Painter, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use crate::lesson::Language;
use crate::model::{Check, Compared, DatagramPlace, Part, Place, State, Stream, Unchecked};
use crate::session::{Command, View};
use crate::trace::WireKind;
use crate::ui::parts;
use crate::ui::text::{host_title, say};
use crate::ui::theme::{self, Theme, Tone};

const STRIP: f32 = 24.0;
/// A single byte is still to be seen, and to be pointed at.
const NARROWEST: f32 = 18.0;
/// Room for the scroll bar.
const BAR: f32 = 10.0;
/// So many bytes of a part are spelled out.
const SPELLED: u64 = 40;

pub fn ledger_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let state = view.timeline.state();
    let datagrams = datagrams(view.language, state);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        // The scroll bar floats: it is not to lie on the last byte.
        ui.set_max_width(ui.available_width() - BAR);
        ui.spacing_mut().item_spacing.y = 2.0;
        let streams = byte::chosen_ui(ui, view, theme, commands);
        if streams.is_none() && datagrams.is_none() {
            let words = match state.wire {
                WireKind::Held | WireKind::Loopback => say!(view.language, "ledger.none"),
                WireKind::Captured => say!(view.language, "ledger.captured"),
            };
            parts::caption(ui, theme, &words);
        }
        if let Some(streams) = &streams {
            let picked = byte::picked(ui, streams);
            for (index, stream) in streams.iter().enumerate() {
                let is_chosen = index == usize::from(picked.is_back);
                let at = stream_ui(ui, view, theme, (stream, index, picked.at, is_chosen));
                if is_chosen {
                    byte::facts_ui(ui, view, theme, (stream, at));
                }
                ui.add_space(2.0);
            }
        }
        if streams.is_some() || datagrams.is_none() {
            legend_ui(ui, view.language, theme);
        }
        if let Some(datagrams) = datagrams {
            parts::caption(ui, theme, &datagrams);
        }
    });
}

/// The byte that is pointed at, or else the chosen one.
fn stream_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (stream, index, at, is_chosen): (&Stream, usize, u64, bool),
) -> u64 {
    let (language, state) = (view.language, view.timeline.state());
    let title = say!(
        language,
        "ledger.title",
        from = end(language, state, &stream.from.host),
        to = end(language, state, &stream.to.host),
        written = stream.written,
        acknowledged = stream.acknowledged
    );
    ui.horizontal(|ui| {
        let heading = egui::RichText::new(title.as_ref()).font(theme::bold_font(theme::SMALL));
        ui.label(heading.color(theme.text));
        check_ui(ui, view.language, theme, stream);
    });
    if stream.parts.is_empty() {
        return at;
    }
    let size = vec2(ui.available_width(), STRIP);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let placed = rects(rect, &stream.parts);
    let shown = byte::strip_ui(ui, view, theme, (stream, &placed), (index, at, is_chosen));
    for (part, rect) in stream.parts.iter().zip(&placed) {
        part_ui(ui, view, theme, *rect, (stream, part));
    }
    if is_chosen {
        byte::marker_ui(ui, theme, (stream, &placed), shown);
    }
    shown
}

/// What each pattern means, in words.
fn legend_ui(ui: &mut Ui, language: Language, theme: &Theme) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(5.0, 3.0);
        for each in Place::ALL {
            let name = place(language, each);
            let font = theme::text_font(theme::TINY);
            let galley = ui.painter().layout_no_wrap(name.clone(), font, theme.muted);
            // The pattern and its name stay on one line.
            let size = vec2(
                20.0 + 5.0 + galley.size().x + 4.0,
                galley.size().y.max(13.0),
            );
            let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
            let swatch = Rect::from_min_size(rect.min, vec2(20.0, 12.0));
            let painter = ui
                .painter()
                .with_clip_rect(swatch.intersect(ui.clip_rect()));
            paint(&painter, theme, swatch, each, "client");
            let at = pos2(swatch.right() + 5.0, rect.top());
            ui.painter().galley(at, galley, theme.muted);
            let meaning = meaning(language, each);
            let label = say!(language, "bytek.legend", place = name, meaning = &meaning);
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, label.as_ref()));
            response.on_hover_text(meaning);
        }
    });
}

fn meaning(language: Language, place: Place) -> String {
    let meaning = match place {
        Place::Read => say!(language, "bytek.read_means"),
        Place::Received => say!(language, "bytek.received_means"),
        Place::OutOfOrder => say!(language, "bytek.out_of_order_means"),
        Place::Wire => say!(language, "bytek.wire_means"),
        Place::Sent => say!(language, "bytek.sent_means"),
        Place::Unsent => say!(language, "bytek.unsent_means"),
        Place::Program => say!(language, "bytek.program_means"),
        Place::Lost => say!(language, "bytek.lost_means"),
    };
    meaning.into_owned()
}

/// Whether the kernels agree, on the same line: the drawer is low.
fn check_ui(ui: &mut Ui, language: Language, theme: &Theme, stream: &Stream) {
    let (words, colour) = match &stream.check {
        Check::Reconciled => (
            say!(
                language,
                "ledger.agrees",
                numbers = numbers(&stream.compared)
            ),
            theme.good,
        ),
        Check::Off(off) => (
            say!(
                language,
                "ledger.differs",
                numbers = differences(language, off)
            ),
            theme.bad,
        ),
        Check::Unknown(why) => (unchecked(language, *why), theme.muted),
    };
    let mut job = LayoutJob::default();
    let format = TextFormat::simple(theme::text_font(theme::TINY), colour);
    job.append(&words, 0.0, format);
    parts::one_line(ui, job).on_hover_text(words);
}

fn end(language: Language, state: &State, host: &str) -> String {
    if host.is_empty() {
        say!(language, "ledger.nobody").into_owned()
    } else {
        host_title(language, state, host)
    }
}

fn numbers(compared: &[Compared]) -> String {
    let numbers: Vec<String> = compared.iter().map(ToString::to_string).collect();
    numbers.join(", ")
}

fn differences(language: Language, off: &[Compared]) -> String {
    let each = off.iter().map(|one| {
        say!(
            language,
            "ledger.difference",
            what = one.what,
            kernel = one.kernel,
            ledger = one.ledger
        )
        .into_owned()
    });
    each.collect::<Vec<_>>().join(", ")
}

fn unchecked(language: Language, why: Unchecked) -> std::borrow::Cow<'static, str> {
    match why {
        Unchecked::InStep => say!(language, "ledger.in_step"),
        Unchecked::NotSeen => say!(language, "ledger.not_seen"),
        Unchecked::Urgent => say!(language, "ledger.urgent"),
        Unchecked::NoSocket => say!(language, "ledger.no_socket"),
    }
}

/// As wide as the share of the bytes, but never too narrow to see, where there is room.
fn rects(whole: Rect, parts: &[Part]) -> Vec<Rect> {
    let length = |range: &Range<u64>| (range.end - range.start) as f32;
    let narrowest = NARROWEST.min(whole.width() / parts.len() as f32);
    let rest = whole.width() - narrowest * parts.len() as f32;
    let total: f32 = parts.iter().map(|part| length(&part.range)).sum();
    let mut left = whole.left();
    let placed = parts.iter().map(|part| {
        let width = narrowest + rest * length(&part.range) / total.max(1.0);
        let rect = Rect::from_min_size(pos2(left, whole.top()), vec2(width, whole.height()));
        left += width;
        rect
    });
    placed.collect()
}

fn part_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    rect: Rect,
    (stream, part): (&Stream, &Part),
) {
    let language = view.language;
    let name = place(language, part.place);
    let count = part.range.end - part.range.start;
    let rect = rect.shrink2(vec2(1.0, 1.0));
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    paint(&painter, theme, rect, part.place, &stream.from.host);
    let text = format!("{name} {count}");
    let font = theme::text_font(theme::TINY);
    let galley = painter.layout_no_wrap(text, font.clone(), theme.text);
    if galley.size().x + 10.0 < rect.width() {
        let at = rect.center() - galley.size() / 2.0;
        let ground = Rect::from_min_size(at, galley.size()).expand2(vec2(4.0, 0.0));
        painter.rect_filled(ground, 3, theme.card);
        painter.galley(at, galley, theme.text);
    } else {
        let centre = rect.center();
        painter.text(
            centre,
            Align2::CENTER_CENTER,
            count.to_string(),
            font,
            theme.text,
        );
    }
    let mut label = say!(
        language,
        "ledger.part",
        place = &name,
        count = count,
        from = part.range.start,
        to = part.range.end - 1
    )
    .into_owned();
    let until = part.range.end.min(part.range.start + SPELLED);
    let contents = view
        .timeline
        .state()
        .contents(stream, part.range.start..until);
    if !contents.bytes.is_empty() {
        let more = if until < part.range.end { "…" } else { "" };
        label.push_str(&format!(": {}{more}", contents.bytes.escape_ascii()));
    }
    if part.is_inferred || contents.is_inferred {
        label.push_str(&say!(language, "ledger.inferred"));
    }
    let id = ui
        .scope_id()
        .with((stream.from.address, part.range.start, part.place));
    let response = ui.interact(rect, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
    response.on_hover_text(label);
}

fn place(language: Language, place: Place) -> String {
    let name = match place {
        Place::Read => say!(language, "ledger.read"),
        Place::Received => say!(language, "ledger.received"),
        Place::OutOfOrder => say!(language, "ledger.out_of_order"),
        Place::Wire => say!(language, "ledger.wire"),
        Place::Sent => say!(language, "ledger.sent"),
        Place::Unsent => say!(language, "ledger.unsent"),
        Place::Program => say!(language, "ledger.program"),
        Place::Lost => say!(language, "ledger.lost"),
    };
    name.into_owned()
}

/// Each place has a pattern of its own beside its colour.
fn paint(painter: &Painter, theme: &Theme, rect: Rect, place: Place, from: &str) {
    let (tone, pattern): (Tone, Pattern) = match place {
        Place::Read => (theme.slate_tone(), Pattern::Plain),
        Place::Received => (theme.good_tone(), Pattern::Plain),
        Place::OutOfOrder => (theme.good_tone(), Pattern::Slanted),
        Place::Wire => (theme.wire_tone(), Pattern::Dashed),
        Place::Sent => (theme.host_tone(from), Pattern::Slanted),
        Place::Unsent => (theme.host_tone(from), Pattern::Upright),
        Place::Program => (theme.slate_tone(), Pattern::Dashed),
        Place::Lost => (theme.bad_tone(), Pattern::Crossed),
    };
    painter.rect_filled(rect, 3, tone.soft);
    let stroke = Stroke::new(1.0, tone.strong);
    let line = |from: f32, to: f32| {
        painter.line_segment([pos2(from, rect.top()), pos2(to, rect.bottom())], stroke);
    };
    let lean = rect.height();
    let steps = |spacing: f32| (0..).map(move |step| rect.left() - lean + spacing * step as f32);
    let inside = |x: &f32| *x < rect.right() + lean;
    match pattern {
        Pattern::Plain | Pattern::Dashed => {}
        Pattern::Slanted => steps(9.0)
            .take_while(inside)
            .for_each(|x| line(x + lean, x)),
        Pattern::Upright => steps(9.0).take_while(inside).for_each(|x| line(x, x)),
        Pattern::Crossed => steps(14.0).take_while(inside).for_each(|x| {
            line(x + lean, x);
            line(x, x + lean);
        }),
    }
    if pattern == Pattern::Dashed {
        parts::paint_dashed_box(painter, rect.shrink(0.5), 3.0, stroke);
    } else {
        painter.rect_stroke(rect, 3, stroke, StrokeKind::Inside);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pattern {
    Plain,
    Dashed,
    Slanted,
    Upright,
    Crossed,
}

/// How many datagrams are in each place; `None` when none was ever sent.
fn datagrams(language: Language, state: &State) -> Option<String> {
    let mut counts: BTreeMap<u8, (String, usize)> = BTreeMap::new();
    for datagram in state.datagrams() {
        let (rank, name) = match datagram.place {
            DatagramPlace::Wire => (0, say!(language, "ledger.wire")),
            DatagramPlace::Received(..) => (1, say!(language, "ledger.received")),
            DatagramPlace::Read { lost: 0, .. } => (2, say!(language, "ledger.read")),
            DatagramPlace::Read { .. } => (3, say!(language, "ledger.cut")),
            DatagramPlace::Dropped => (4, say!(language, "ledger.dropped")),
            DatagramPlace::Refused => (5, say!(language, "ledger.refused")),
            DatagramPlace::Lost => (6, say!(language, "ledger.lost")),
        };
        counts.entry(rank).or_insert((name.into_owned(), 0)).1 += 1;
    }
    let places: Vec<String> = counts
        .into_values()
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    let places = places.join(", ");
    (!places.is_empty()).then(|| say!(language, "ledger.datagrams", places = places).into_owned())
}

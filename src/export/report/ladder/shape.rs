//! One picture of the ladder: lifelines, states, arrows, and the names of segments on them.

use maud::{Markup, html};

use super::place::{HALF, LINE, Label};
use super::{Drawing, Point, n, sides};
use crate::ladder::{Arrow, is_server};
use crate::model::{Fate, Segment};
use crate::words::{host::host_title, say, segment};

/// How long an arrow's head is, and half of how wide.
const HEAD: f32 = 8.0;
const HEAD_HALF: f32 = 3.6;
/// Half of the cross where a segment died.
const CROSS: f32 = 5.0;
/// Times stand at least so far below each other.
const TIME: f32 = 13.0;

/// An arrow, what it stands for, and its name.
type Shown<'a> = (&'a Arrow, &'a Segment, &'a Label);

/// From one of the plan's heights to another; the so-manieth picture of so many.
pub fn strip(
    drawing: &Drawing<'_>,
    (top, bottom): (f32, f32),
    (number, count): (usize, usize),
) -> Markup {
    let run = drawing.run;
    let arrows: Vec<Shown<'_>> = drawing
        .plan
        .arrows_in(top, bottom)
        .filter_map(|(index, arrow)| {
            let segment = run.state.segments.get(&arrow.segment)?;
            Some((arrow, segment, drawing.labels.get(index)?.as_ref()?))
        })
        .collect();
    let height = bottom - top;
    html! {
        svg viewBox={ "0 " (n(top)) " " (n(drawing.width)) " " (n(height)) } role="img" {
            title { (say!(run.language, "report.picture", number = number, count = count)) }
            @for (host, x) in drawing.xs.iter().enumerate() {
                path.life.v[is_server(&drawing.plan.hosts[host])] d={ "M" (n(*x)) " " (n(top)) "V" (n(bottom)) } {}
            }
            (sides::bands(drawing, (top, bottom)))
            @for (arrow, segment, label) in &arrows {
                (line_of(drawing, arrow, segment, label, label.is_in((top, bottom))))
            }
            (sides::names(drawing, (top, bottom)))
            (times(&arrows, (top, bottom)))
            @for (arrow, segment, label) in &arrows {
                @if label.is_in((top, bottom)) {
                    (tag(drawing, arrow, segment, label))
                }
            }
        }
    }
}

/// When each left, at the left; not closer than can be read.
fn times(arrows: &[Shown<'_>], (top, bottom): (f32, f32)) -> Markup {
    let mut shown: Vec<(f32, u64)> = Vec::new();
    for (arrow, segment, _) in arrows {
        let above = shown.last().map_or(f32::MIN, |(y, _)| *y);
        let is_here = top <= arrow.y_from && arrow.y_from < bottom;
        if is_here && arrow.y_from - above >= TIME {
            let us = segment.duplicated_at_us.unwrap_or(segment.sent_at_us);
            shown.push((arrow.y_from, us));
        }
    }
    html! {
        @for (y, us) in shown {
            text.time x="2" y=(n(y + 4.0)) {
                (us / 1_000_000) "." (format!("{:03}", us % 1_000_000 / 1_000))
            }
        }
    }
}

fn classes(arrow: &Arrow, segment: &Segment, drawing: &Drawing<'_>) -> String {
    let mut classes = String::from("s");
    if is_server(&drawing.plan.hosts[arrow.from]) {
        classes.push_str(" v");
    }
    if segment.inferred.is_some() {
        classes.push_str(" inferred");
    }
    match segment.fate {
        Fate::Dropped(_) => classes.push_str(" dropped"),
        Fate::Held | Fate::Absorbed | Fate::Delayed(_) => classes.push_str(" waiting"),
        Fate::Delivered(_) => {}
    }
    classes
}

/// An arrow without its name. One that reaches into several pictures is drawn in each of them, and
/// is told where its name is.
fn line_of(
    drawing: &Drawing<'_>,
    arrow: &Arrow,
    segment: &Segment,
    label: &Label,
    is_home: bool,
) -> Markup {
    let (from, to) = drawing.ends(arrow);
    let end = end_of_line(drawing, arrow, label);
    let is_delivered = matches!(segment.fate, Fate::Delivered(_));
    let is_dropped = matches!(segment.fate, Fate::Dropped(_));
    let kind = if is_home { "seg" } else { "part" };
    html! {
        g.(kind).(classes(arrow, segment, drawing)) {
            @if is_home { title { (told(drawing, segment)) } }
            path.line d=(line(from, if is_delivered { to } else { end })) {}
            @if is_delivered {
                path.head d=(head(from, to)) {}
            } @else if is_dropped {
                path.cross d=(cross(end)) {}
            } @else {
                circle.dot cx=(n(end.x)) cy=(n(end.y)) r="3.5" {}
            }
        }
    }
}

/// The line of one that did not arrive ends behind its name.
fn end_of_line(drawing: &Drawing<'_>, arrow: &Arrow, label: &Label) -> Point {
    let (from, to) = drawing.ends(arrow);
    let edge = label.at.x + way(from, to) * (label.width / 2.0 + 16.0);
    let share = ((edge - from.x) / (to.x - from.x)).clamp(0.1, 0.95);
    from.towards(to, share)
}

/// To the left or to the right.
fn way(from: Point, to: Point) -> f32 {
    if to.x < from.x { -1.0 } else { 1.0 }
}

/// Its name, and what became of it where that is not its arrival.
fn tag(drawing: &Drawing<'_>, arrow: &Arrow, segment: &Segment, label: &Label) -> Markup {
    let (from, to) = drawing.ends(arrow);
    let way = way(from, to);
    let end = end_of_line(drawing, arrow, label);
    let at = Point {
        x: end.x + way * 9.0,
        y: end.y + 4.0,
    };
    html! {
        g.tag.(classes(arrow, segment, drawing)) {
            @if !matches!(segment.fate, Fate::Delivered(_)) {
                (fate_word(drawing, segment, at, way))
            }
            (name(segment, label))
        }
    }
}

/// The name in its box, and the words below it.
fn name(segment: &Segment, label: &Label) -> Markup {
    let (left, top) = (label.at.x - label.width / 2.0, label.at.y - HALF);
    let is_twin = segment.duplicate_of().is_some();
    html! {
        @if is_twin {
            (name_box(left + 3.0, top - 3.0, label.width, "box"))
        }
        (name_box(left, top, label.width, if segment.corrupted.is_empty() { "box" } else { "box broken" }))
        // Whatever the font, it stays in its box.
        text.name x=(n(label.at.x)) y=(n(label.at.y + 4.2)) textLength=(n(label.width - 14.0)) lengthAdjust="spacingAndGlyphs" {
            tspan.no { "#" (segment.id) } " " (label.text)
        }
        @for (index, note) in label.notes.iter().enumerate() {
            @let y = label.at.y + HALF + LINE * (index + 1) as f32 - 2.5;
            text.note x=(n(label.at.x)) y=(n(y)) { (note) }
        }
    }
}

fn name_box(left: f32, top: f32, width: f32, class: &str) -> Markup {
    html! {
        rect class=(class) x=(n(left)) y=(n(top)) width=(n(width)) height=(n(HALF * 2.0)) rx="9" {}
    }
}

/// What became of it, beside where its line ends.
fn fate_word(drawing: &Drawing<'_>, found: &Segment, at: Point, way: f32) -> Markup {
    let word = match found.fate {
        Fate::Delayed(_) => say!(drawing.run.language, "report.delayed_word").into_owned(),
        Fate::Held | Fate::Absorbed | Fate::Delivered(_) | Fate::Dropped(_) => {
            segment::fate_of(drawing.run.language, found)
        }
    };
    html! {
        text.fate.left[way < 0.0] x=(n(at.x)) y=(n(at.y)) { (word) }
    }
}

/// What a pointer, or a screen reader, finds: `#3 data 12 B: Client to Server, left 0.5 s, …`.
fn told(drawing: &Drawing<'_>, found: &Segment) -> String {
    let (run, language) = (drawing.run, drawing.run.language);
    let host = |name: &str| host_title(language, &run.state, name);
    let seconds = |us: u64| format!("{}.{:03}", us / 1_000_000, us % 1_000_000 / 1_000);
    let to = found.to.as_deref().map_or_else(|| "?".to_owned(), host);
    let fate = match found.fate {
        Fate::Delivered(at_us) if run.is_captured() => {
            say!(language, "report.seen", at = seconds(at_us)).into_owned()
        }
        Fate::Delivered(at_us) if found.inferred.is_none() => {
            say!(language, "report.delivered_at", at = seconds(at_us)).into_owned()
        }
        Fate::Dropped(at_us) => {
            say!(language, "report.dropped_at", at = seconds(at_us)).into_owned()
        }
        Fate::Delivered(_) | Fate::Held | Fate::Absorbed | Fate::Delayed(_) => {
            segment::fate_of(language, found)
        }
    };
    let name = segment::bare(language, found);
    let sent = seconds(found.duplicated_at_us.unwrap_or(found.sent_at_us));
    let text = say!(
        language,
        "report.told",
        id = found.id,
        name = name,
        from = host(&found.from),
        to = to,
        sent = sent,
        fate = fate
    );
    super::clean::line(&text, 300)
}

fn line(from: Point, to: Point) -> String {
    format!("M{} {}L{} {}", n(from.x), n(from.y), n(to.x), n(to.y))
}

/// A triangle whose tip is the end of the line.
fn head(from: Point, to: Point) -> String {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = dx.hypot(dy).max(0.1);
    let (dx, dy) = (dx / length, dy / length);
    let (x, y) = (to.x - dx * HEAD, to.y - dy * HEAD);
    let (ox, oy) = (-dy * HEAD_HALF, dx * HEAD_HALF);
    format!(
        "M{} {}L{} {}L{} {}Z",
        n(to.x),
        n(to.y),
        n(x + ox),
        n(y + oy),
        n(x - ox),
        n(y - oy)
    )
}

fn cross(at: Point) -> String {
    let (left, right) = (n(at.x - CROSS), n(at.x + CROSS));
    let (top, bottom) = (n(at.y - CROSS), n(at.y + CROSS));
    format!("M{left} {top}L{right} {bottom}M{left} {bottom}L{right} {top}")
}

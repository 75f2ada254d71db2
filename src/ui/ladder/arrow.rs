//! One segment's arrow: delivered, dropped where it died, or held half-way. Where it passes a
//! lifeline that is not its own, it hops over it.

use std::f32::consts::PI;

use eframe::egui::{Color32, Painter, Pos2, Shape, Stroke, Ui, Vec2, vec2};

use super::place::{self, Placed};
use super::{Stage, dimmed, pill, token};
use crate::ladder::Arrow;
use crate::model::{Fate, Segment};
use crate::packet::Kind;
use crate::session::{Command, View};
use crate::ui::hot::{self, Light, Thing};
use crate::ui::parts::{self, Icon};
use crate::ui::theme::{Theme, Tone};

/// How far an arrow keeps off a lifeline that it hops over.
const HOP: f32 = 8.0;

/// An arrow that is in sight.
pub struct Shown<'a> {
    pub segment: &'a Segment,
    pub arrow: &'a Arrow,
    pub placed: std::sync::Arc<Placed>,
}

/// The arrow itself; all are painted before the first name, so that none runs through one.
pub fn line_ui(ui: &Ui, view: &View<'_>, theme: &Theme, stage: &Stage<'_>, shown: &Shown<'_>) {
    let segment = shown.segment;
    let light = hot::light(ui.ctx(), view, &Thing::Segment(segment.id));
    let painter = &dimmed(ui.painter(), light);
    let width = if light == Light::Lit { 3.0 } else { 2.0 };
    let (from, to, at) = shown.placed.moved(stage.origin.y);
    let tone = tone(theme, segment);
    let hops = hops(stage, shown.arrow);
    let line = |from: Pos2, to: Pos2| path(&hops, from, to);
    let way = (to - from).normalized();
    let stroke = Stroke::new(width, tone.strong);
    match segment.fate {
        Fate::Held | Fate::Delayed(_) => {
            // Solid up to where it waits, dashed on the way it has still to go.
            painter.line(line(from, at), stroke);
            let rest = Stroke::new(1.5, tone.strong.lerp_to_gamma(theme.stage, 0.45));
            painter.extend(Shape::dashed_line(&line(at, to), rest, 4.0, 4.0));
        }
        Fate::Delivered(_) => {
            let whole = line(from, to - way * 6.0);
            if segment.inferred.is_some() {
                // Nobody saw it cross: dashes all the way.
                painter.extend(Shape::dashed_line(&whole, stroke, 6.0, 5.0));
            } else {
                painter.line(whole, stroke);
            }
            paint_head(painter, to, way, tone.strong);
        }
        Fate::Dropped(_) => {
            let down = vec2(0.0, stage.origin.y);
            let rect = shown.placed.rect.translate(down);
            let cross = place::cross((rect, at), from, to);
            painter.line(line(from, cross - way * 8.0), stroke);
            parts::paint_icon(painter, Icon::Cross, cross, 13.0, theme.bad);
            let rest = Stroke::new(1.5, theme.outline);
            let rest_of = line(cross + way * 9.0, to);
            painter.extend(Shape::dashed_line(&rest_of, rest, 4.0, 4.0));
        }
        // Counted on the token of its original.
        Fate::Absorbed => {}
    }
}

/// The name on its arrow, or the token.
pub fn name_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (stage, shown): (&Stage<'_>, &Shown<'_>),
    commands: &mut Vec<Command>,
) {
    let placed = &shown.placed;
    let named = (shown.segment, placed.text.as_str(), &placed.notes[..]);
    let middle = placed.name_at(stage.origin.y);
    let (from, to, on_line) = placed.moved(stage.origin.y);
    match shown.segment.fate {
        Fate::Held | Fate::Delayed(_) => {
            let room = (to.x - from.x).abs() - 28.0;
            token::token_ui(ui, view, theme, named, (on_line, middle, room), commands);
        }
        Fate::Delivered(_) | Fate::Dropped(_) => {
            pill::pill_ui(ui, view, theme, named, middle, commands);
            let room = (to.x - from.x).abs() - 12.0;
            let notes = (shown.segment, &placed.notes[..]);
            pill::notes_ui(ui, view, theme, notes, (middle, room));
        }
        Fate::Absorbed => {}
    }
}

/// The sender's colour; an RST is red wherever it comes from.
pub fn tone(theme: &Theme, segment: &Segment) -> Tone {
    if segment.kind() == Some(Kind::Rst) {
        theme.bad_tone()
    } else {
        theme.host_tone(&segment.from)
    }
}

fn paint_head(painter: &Painter, tip: Pos2, way: Vec2, colour: Color32) {
    let back = tip - way * 11.0;
    let across = way.rot90() * 5.0;
    let points = vec![tip, back + across, back - across];
    painter.add(Shape::convex_polygon(points, colour, Stroke::NONE));
}

/// The lifelines between its two ends: none of its business.
fn hops(stage: &Stage<'_>, arrow: &Arrow) -> Vec<f32> {
    let Some(to) = arrow.to else {
        return Vec::new();
    };
    let (left, right) = (arrow.from.min(to), arrow.from.max(to));
    stage.xs[(left + 1).min(right)..right].to_vec()
}

/// A straight line, but for an arc over each lifeline on the way.
fn path(hops: &[f32], from: Pos2, to: Pos2) -> Vec<Pos2> {
    let way = to - from;
    let is_between = |x: f32| {
        let (left, right) = (from.x.min(to.x), from.x.max(to.x));
        (left + HOP..=right - HOP).contains(&x)
    };
    let along = way.normalized();
    let up = if along.x < 0.0 {
        -along.rot90()
    } else {
        along.rot90()
    };
    let mut path = vec![from];
    let mut arc = |x: f32| {
        let centre = from + way * ((x - from.x) / way.x);
        path.extend((0..=8).map(|step| {
            let turn = PI * step as f32 / 8.0;
            centre - along * (HOP * turn.cos()) + up * (HOP * turn.sin())
        }));
    };
    let between = hops.iter().copied().filter(|x| is_between(*x));
    if way.x < 0.0 {
        between.rev().for_each(&mut arc);
    } else {
        between.for_each(&mut arc);
    }
    path.push(to);
    path
}

//! One segment's arrow: delivered, dropped where it died, or held half-way.

use eframe::egui;
use eframe::egui::{
    Align2, Color32, CursorIcon, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke,
    StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::plan::Arrow;
use super::{BAND, Stage, token};
use crate::model::{Fate, Segment};
use crate::packet::Kind;
use crate::session::{Command, View};
use crate::ui::hot::{self, Light, Thing};
use crate::ui::parts::{self, Icon};
use crate::ui::text::say;
use crate::ui::theme::{self, Theme, Tone};
use crate::ui::{remark, segment, wire};

/// What a shape beside a name takes.
const ICON: f32 = 16.0;

/// An arrow that is in sight, and where its name stands.
pub struct Shown<'a> {
    segment: &'a Segment,
    text: String,
    from: Pos2,
    to: Pos2,
    place: Place,
}

/// Where a name stands.
#[derive(Clone, Copy)]
struct Place {
    /// The middle of the name.
    name: Pos2,
    /// What it and the words below it take.
    rect: Rect,
    /// On the arrow, at the name's height.
    on_line: Pos2,
}

/// `None` when it is out of sight.
pub fn shown<'a>(
    painter: &Painter,
    view: &View<'a>,
    stage: &Stage<'_>,
    arrow: &Arrow,
) -> Option<Shown<'a>> {
    let state = view.timeline.state();
    let segment = state.segments.get(&arrow.segment)?;
    let (from, to) = ends(stage, arrow);
    let around = Rect::from_two_pos(from, to).expand(60.0);
    if !stage.visible.intersects(around) {
        return None;
    }
    let text = segment::label(view.language, state, segment);
    let place = if segment.is_on_wire() {
        let name = from.lerp(to, middle(stage, from, to));
        let on_line = from.lerp(to, middle_of_token(stage, from, to));
        let rect = Rect::from_center_size(name, vec2(0.0, 0.0));
        Place {
            name,
            rect,
            on_line,
        }
    } else {
        let size = pill_size(painter, segment, &text);
        let below = notes_height(view, segment);
        free_place(stage, segment, (size, below), (from, to))
    };
    Some(Shown {
        segment,
        text,
        from,
        to,
        place,
    })
}

/// The arrow itself; all are painted before the first name, so that none runs through one.
pub fn line_ui(ui: &Ui, theme: &Theme, shown: &Shown<'_>) {
    let Shown {
        segment, from, to, ..
    } = *shown;
    let tone = tone(theme, segment);
    match segment.fate {
        Fate::Held | Fate::Delayed(_) => {
            paint_half(ui.painter(), theme, from, to, shown.place.on_line, tone);
        }
        Fate::Delivered(_) if segment.inferred.is_some() => {
            paint_inferred(ui.painter(), from, to, tone.strong);
        }
        Fate::Delivered(_) => paint_whole(ui.painter(), from, to, tone.strong),
        Fate::Dropped(_) => {
            let cross = cross(&shown.place, from, to);
            paint_dead(ui.painter(), theme, (from, cross, to), tone.strong);
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
    shown: &Shown<'_>,
    commands: &mut Vec<Command>,
) {
    let named = (shown.segment, shown.text.as_str());
    let middle = shown.place.name;
    match shown.segment.fate {
        Fate::Held | Fate::Delayed(_) => {
            let room = (shown.to.x - shown.from.x).abs() - 28.0;
            let place = (shown.place.on_line, middle, room);
            token::token_ui(ui, view, theme, named, place, commands);
        }
        Fate::Delivered(_) | Fate::Dropped(_) => {
            pill_ui(ui, view, theme, named, middle, commands);
            notes_ui(ui, view, theme, shown.segment, middle);
        }
        Fate::Absorbed => {}
    }
}

/// From the edge of one band to the edge of the other.
pub fn ends(stage: &Stage<'_>, arrow: &Arrow) -> (Pos2, Pos2) {
    let neighbour = if arrow.from + 1 < stage.xs.len() {
        arrow.from + 1
    } else {
        arrow.from.saturating_sub(1)
    };
    let from = stage.at(arrow.from, arrow.y_from);
    let to = stage.at(arrow.to.unwrap_or(neighbour), arrow.y_to);
    let way = vec2((to.x - from.x).signum() * (BAND / 2.0 + 1.0), 0.0);
    (from + way, to - way)
}

/// The sender's colour; an RST is red wherever it comes from.
fn tone(theme: &Theme, segment: &Segment) -> Tone {
    if segment.kind() == Some(Kind::Rst) {
        theme.bad_tone()
    } else {
        theme.host_tone(&segment.from)
    }
}

fn paint_whole(painter: &Painter, from: Pos2, to: Pos2, colour: Color32) {
    let way = (to - from).normalized();
    painter.line_segment([from, to - way * 6.0], Stroke::new(2.0, colour));
    paint_head(painter, to, way, colour);
}

/// Nobody saw it cross: dashes all the way.
fn paint_inferred(painter: &Painter, from: Pos2, to: Pos2, colour: Color32) {
    let way = (to - from).normalized();
    let line = [from, to - way * 6.0];
    painter.extend(Shape::dashed_line(
        &line,
        Stroke::new(2.0, colour),
        6.0,
        5.0,
    ));
    paint_head(painter, to, way, colour);
}

fn paint_head(painter: &Painter, tip: Pos2, way: egui::Vec2, colour: Color32) {
    let back = tip - way * 11.0;
    let across = way.rot90() * 5.0;
    let points = vec![tip, back + across, back - across];
    painter.add(Shape::convex_polygon(points, colour, Stroke::NONE));
}

/// Solid up to where it waits, dashed on the way it has still to go.
fn paint_half(painter: &Painter, theme: &Theme, from: Pos2, to: Pos2, at: Pos2, tone: Tone) {
    painter.line_segment([from, at], Stroke::new(2.0, tone.strong));
    let stroke = Stroke::new(1.5, tone.strong.lerp_to_gamma(theme.stage, 0.45));
    painter.extend(Shape::dashed_line(&[at, to], stroke, 4.0, 4.0));
}

/// Where a dropped segment died: right behind its name.
fn cross(place: &Place, from: Pos2, to: Pos2) -> Pos2 {
    let way = (to - from).normalized();
    let out = |near: f32, far: f32, at: f32, way: f32| match way {
        way if way > 0.01 => (far - at) / way,
        way if way < -0.01 => (near - at) / way,
        _ => f32::INFINITY,
    };
    let rect = place.rect;
    let at = place.on_line;
    let across = out(rect.left(), rect.right(), at.x, way.x);
    let down = out(rect.top(), rect.bottom(), at.y, way.y);
    let most = (to - at).length() - 12.0;
    at + way * (across.min(down) + 14.0).min(most).max(0.0)
}

fn paint_dead(
    painter: &Painter,
    theme: &Theme,
    (from, cross, to): (Pos2, Pos2, Pos2),
    colour: Color32,
) {
    let way = (to - from).normalized();
    painter.line_segment([from, cross - way * 8.0], Stroke::new(2.0, colour));
    parts::paint_icon(painter, Icon::Cross, cross, 13.0, theme.bad);
    let stroke = Stroke::new(1.5, theme.outline);
    let rest = [cross + way * 9.0, to];
    painter.extend(Shape::dashed_line(&rest, stroke, 4.0, 4.0));
}

/// Where along an arrow its name stands: in the middle of what is to be seen of it, for with many
/// hosts an arrow may be wider than the window.
fn middle(stage: &Stage<'_>, from: Pos2, to: Pos2) -> f32 {
    let along = |x: f32| ((x - from.x) / (to.x - from.x)).clamp(0.0, 1.0);
    let seen = stage.visible.shrink(40.0);
    let (one, other) = (along(seen.left()), along(seen.right()));
    let middle = (one + other) / 2.0;
    if middle.is_finite() { middle } else { 0.5 }
}

/// Tokens stay where they are; names of what has gone by give way to them.
pub fn reserve_tokens(view: &View<'_>, stage: &Stage<'_>) {
    // A token's box, and the line or two of words below it.
    const TOKEN: egui::Vec2 = vec2(200.0, 68.0);
    const WORDS: f32 = 24.0;
    let state = view.timeline.state();
    for arrow in &stage.plan.arrows {
        let Some(segment) = state.segments.get(&arrow.segment) else {
            continue;
        };
        if segment.is_on_wire() {
            let (from, to) = ends(stage, arrow);
            let centre = from.lerp(to, middle_of_token(stage, from, to));
            let place = Rect::from_center_size(centre, TOKEN);
            let below = WORDS + notes_height(view, segment);
            let place = place.with_max_y(place.bottom() + below);
            stage.taken.borrow_mut().push(place);
        }
    }
}

fn notes_height(view: &View<'_>, segment: &Segment) -> f32 {
    let notes = remark::notes(view.language, view.timeline.state(), segment);
    notes.len() as f32 * 15.0
}

/// Where along its arrow a name hides nothing: the middle, or as near to it as can be; and between
/// the two lifelines, where it fits.
fn free_place(
    stage: &Stage<'_>,
    segment: &Segment,
    (size, below): (egui::Vec2, f32),
    (from, to): (Pos2, Pos2),
) -> Place {
    let middle = middle(stage, from, to);
    let ends = Rect::from_two_pos(from, to).shrink2(vec2(size.x / 2.0 + 4.0, 0.0));
    let place = |share: f32| {
        let on_line = from.lerp(to, share);
        let mut name = on_line;
        if ends.width() > 0.0 {
            name.x = name.x.clamp(ends.left(), ends.right());
        }
        let rect = Rect::from_center_size(name, size);
        let rect = rect.with_max_y(rect.bottom() + below);
        Place {
            name,
            rect,
            on_line,
        }
    };
    let mut taken = stage.taken.borrow_mut();
    let hit = |other: &Rect, rect: Rect| {
        let common = other.intersect(rect);
        if common.is_positive() {
            common.area()
        } else {
            0.0
        }
    };
    let covered = |rect: Rect| -> f32 { taken.iter().map(|other| hit(other, rect)).sum() };
    let crossed = |rect: Rect| -> f32 {
        let lifelines = stage.xs.iter().map(|x| {
            let (xs, ys) = (x - BAND / 2.0..=x + BAND / 2.0, rect.y_range());
            Rect::from_x_y_ranges(xs, ys)
        });
        lifelines.map(|line| hit(&line, rect)).sum()
    };
    let hidden = |place: &Place| -> f32 {
        let dead = matches!(segment.fate, Fate::Dropped(_));
        let cross = Rect::from_center_size(cross(place, from, to), vec2(16.0, 16.0));
        let cross = if dead { covered(cross) } else { 0.0 };
        covered(place.rect) + crossed(place.rect) + cross
    };
    let tries = [0.0, -0.12, 0.12, -0.22, 0.22, -0.32, 0.32, -0.42, 0.42];
    // The first of equals: nearest to the middle.
    let places = tries.map(|off| place((middle + off).clamp(0.08, 0.92)));
    let best = places.into_iter().map(|place| (hidden(&place), place));
    let best = best.min_by(|(one, _), (other, _)| one.total_cmp(other));
    let found = best.map_or_else(|| place(middle), |(_, place)| place);
    taken.push(found.rect);
    found
}

/// A token waits on the sender's side of the middle.
fn middle_of_token(stage: &Stage<'_>, from: Pos2, to: Pos2) -> f32 {
    middle(stage, from, to) * 0.88
}

pub fn pill_size(painter: &Painter, segment: &Segment, text: &str) -> egui::Vec2 {
    let font = theme::bold_font(theme::SMALL);
    let galley = painter.layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    let icons = remark::icons(segment).len() as f32 * ICON;
    vec2(galley.size().x + 20.0 + icons, 22.0)
}

/// What is odd about it, below its name.
fn notes_ui(ui: &Ui, view: &View<'_>, theme: &Theme, segment: &Segment, centre: Pos2) {
    let notes = remark::notes(view.language, view.timeline.state(), segment);
    if notes.is_empty() {
        return;
    }
    let font = theme::text_font(theme::TINY);
    let mut job = egui::text::LayoutJob::simple(notes.join("\n"), font, theme.text, f32::INFINITY);
    job.halign = egui::Align::Center;
    let galley = ui.painter().layout_job(job);
    let top = centre + vec2(0.0, 12.0);
    let place = galley.rect.translate(top.to_vec2());
    ui.painter()
        .rect_filled(place.expand2(vec2(4.0, 0.0)), 4, theme.stage);
    ui.painter().galley(top, galley, theme.text);
}

/// The clickable name of a segment.
pub fn pill_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (segment, text): (&Segment, &str),
    centre: Pos2,
    commands: &mut Vec<Command>,
) -> Response {
    let size = pill_size(ui.painter(), segment, text);
    let rect = Rect::from_center_size(centre, size).round();
    let id = ui.scope_id().with(("segment", segment.id));
    let response = ui.interact(rect, id, Sense::click());
    hot::point(&response, view, Thing::Segment(segment.id));
    let is_selected = view.selected == Some(segment.id);
    let tone = if segment.is_on_wire() {
        theme.wire_tone()
    } else {
        tone(theme, segment)
    };
    let (fill, ink) = if is_selected && !segment.is_on_wire() {
        (tone.strong, theme.on_strong)
    } else if segment.is_on_wire() {
        (theme.card, tone.strong)
    } else {
        (tone.soft, tone.strong)
    };
    let light = hot::light(ui.ctx(), view, &Thing::Segment(segment.id));
    let is_strong = is_selected || segment.is_on_wire() || light == Light::Lit;
    let stroke = Stroke::new(if is_strong { 2.0 } else { 1.0 }, tone.strong);
    let painter = ui.painter();
    if segment.inferred.is_some() {
        painter.rect_filled(rect, rect.height() / 2.0, fill);
        parts::paint_dashed_box(painter, rect.shrink(0.5), 10.5, stroke);
    } else {
        painter.rect(rect, rect.height() / 2.0, fill, stroke, StrokeKind::Inside);
    }
    let mut x = rect.left() + 10.0;
    for icon in remark::icons(segment) {
        parts::paint_icon(painter, icon, pos2(x + 5.0, rect.center().y), 12.0, ink);
        x += ICON;
    }
    let font = theme::bold_font(theme::SMALL);
    let at = pos2(x, rect.center().y);
    painter.text(at, Align2::LEFT_CENTER, text, font, ink);
    if response.has_focus() {
        let ring = Stroke::new(2.0, theme.client);
        painter.rect_stroke(rect.expand(2.0), 13, ring, StrokeKind::Outside);
    }
    let fate = segment::fate_of(view.language, segment);
    let notes = remark::notes(view.language, view.timeline.state(), segment);
    let mut words = vec![text.to_owned()];
    words.extend(notes.into_iter().filter(|note| *note != fate));
    words.push(fate.clone());
    let name = words.join(" · ");
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_selected, &name));
    if response.clicked() {
        let id = (!is_selected).then_some(segment.id);
        commands.push(Command::Select(id));
    }
    wire::context_menu(&response, view, theme, segment, commands);
    let state = view.timeline.state();
    let mut hint = vec![say!(view.language, "segment.click", fate = fate).into_owned()];
    hint.extend(remark::sentences(view.language, state, segment));
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text(hint.join("\n"))
}

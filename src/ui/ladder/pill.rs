//! A segment's name: what it is, who acted, what is odd about it; click it to look inside.

use eframe::egui::{
    Align2, Color32, CursorIcon, Painter, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind,
    Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::{arrow, dimmed};
use crate::model::{Cause, Segment};
use crate::session::{Command, View};
use crate::ui::capture;
use crate::ui::hot::{self, Light, Thing};
use crate::ui::spot::{self, Spot};
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};
use crate::ui::{parts, remark, segment, wire};

/// What a shape beside a name takes.
const ICON: f32 = 16.0;
pub const HEIGHT: f32 = 22.0;

/// Who acted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Actor {
    Program,
    Kernel,
}

/// `None` when it was the wire, or nobody knows.
fn actor(view: &View<'_>, segment: &Segment) -> Option<Actor> {
    if capture::is_captured(view) {
        return None;
    }
    let cause = view.timeline.state().causes().of_segment(segment.id)?;
    match cause {
        Cause::Call(_) => Some(Actor::Program),
        Cause::Arrival(_) | Cause::Timer | Cause::Exit(_) => Some(Actor::Kernel),
        // Only kernels send again.
        Cause::Unknown => segment.copy_of.map(|_| Actor::Kernel),
        Cause::Wire(_) => None,
    }
}

pub fn size(painter: &Painter, view: &View<'_>, segment: &Segment, text: &str) -> Vec2 {
    let font = theme::bold_font(theme::SMALL);
    let galley = painter.layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    let icons = remark::icons(segment).len() + usize::from(actor(view, segment).is_some());
    vec2(galley.size().x + 20.0 + icons as f32 * ICON, HEIGHT)
}

/// The clickable name of a segment.
pub fn pill_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (segment, text, notes): (&Segment, &str, &[String]),
    centre: Pos2,
    commands: &mut Vec<Command>,
) -> Response {
    let size = size(ui.painter(), view, segment, text);
    let rect = Rect::from_center_size(centre, size).round();
    let id = ui.scope_id().with(("segment", segment.id));
    let response = ui.interact(rect, id, Sense::click());
    let thing = Thing::Segment(segment.id);
    spot::mark(ui, Spot::Segment(segment.id), rect);
    let light = hot::light(ui.ctx(), view, &thing);
    hot::point(&response, view, thing);
    let is_selected = view.selected == Some(segment.id);
    let look = Look {
        is_selected,
        light,
        has_focus: response.has_focus(),
        actor: actor(view, segment),
    };
    paint(ui.painter(), theme, (segment, text), rect, &look);
    let fate = segment::fate_of(view, segment);
    response.widget_info(|| {
        let mut words = vec![text.to_owned()];
        words.extend(notes.iter().filter(|note| **note != fate).cloned());
        words.push(fate.clone());
        let name = words.join(" · ");
        WidgetInfo::selected(Role::Button, true, is_selected, name)
    });
    // For those who cannot point at it, too.
    ui.ctx().accesskit_node_builder(response.id, |node| {
        if let Some(made) = remark::made(view, segment) {
            node.set_description(made);
        }
    });
    if response.clicked() {
        let id = (!is_selected).then_some(segment.id);
        commands.push(Command::Select(id));
    }
    wire::context_menu(&response, view, theme, segment, commands);
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_ui(|ui| {
            ui.label(say!(view.language, "segment.click", fate = fate));
            if let Some(line) = remark::made(view, segment) {
                ui.label(line);
            }
            for line in remark::sentences(view.language, view.timeline.state(), segment) {
                ui.label(line);
            }
        })
}

struct Look {
    is_selected: bool,
    light: Light,
    has_focus: bool,
    actor: Option<Actor>,
}

fn paint(
    painter: &Painter,
    theme: &Theme,
    (segment, text): (&Segment, &str),
    rect: Rect,
    look: &Look,
) {
    let is_waiting = segment.is_on_wire();
    let tone = if is_waiting {
        theme.wire_tone()
    } else {
        arrow::tone(theme, segment)
    };
    let (fill, ink) = if look.is_selected && !is_waiting {
        (tone.strong, theme.on_strong)
    } else if is_waiting {
        (theme.card, tone.strong)
    } else {
        (tone.soft, tone.strong)
    };
    let is_strong = look.is_selected || is_waiting || look.light == Light::Lit;
    let stroke = Stroke::new(if is_strong { 2.0 } else { 1.0 }, tone.strong);
    // Its arrow does not show through.
    painter.rect_filled(rect, rect.height() / 2.0, theme.stage);
    let painter = &dimmed(painter, look.light);
    if segment.inferred.is_some() {
        painter.rect_filled(rect, rect.height() / 2.0, fill);
        parts::paint_dashed_box(painter, rect.shrink(0.5), 10.5, stroke);
    } else {
        painter.rect(rect, rect.height() / 2.0, fill, stroke, StrokeKind::Inside);
    }
    let mut x = rect.left() + 10.0;
    if let Some(actor) = look.actor {
        paint_actor(painter, actor, pos2(x + 5.0, rect.center().y), ink);
        x += ICON;
    }
    for icon in remark::icons(segment) {
        parts::paint_icon(painter, icon, pos2(x + 5.0, rect.center().y), 12.0, ink);
        x += ICON;
    }
    let font = theme::bold_font(theme::SMALL);
    let at = pos2(x, rect.center().y);
    painter.text(at, Align2::LEFT_CENTER, text, font, ink);
    if look.has_focus {
        let ring = Stroke::new(2.0, theme.client);
        painter.rect_stroke(rect.expand(2.0), 13, ring, StrokeKind::Outside);
    }
}

/// The brackets of a call, or a chip with its pins.
fn paint_actor(painter: &Painter, actor: Actor, centre: Pos2, ink: Color32) {
    match actor {
        Actor::Program => {
            let font = theme::code_font(theme::TINY);
            painter.text(centre, Align2::CENTER_CENTER, "()", font, ink);
        }
        Actor::Kernel => {
            let stroke = Stroke::new(1.5, ink);
            let chip = Rect::from_center_size(centre, vec2(7.0, 7.0));
            painter.rect_stroke(chip, 1, stroke, StrokeKind::Middle);
            let pin = Stroke::new(1.0, ink);
            for off in [-1.75, 1.75] {
                let (x, y) = (centre.x + off, centre.y + off);
                painter.vline(x, chip.top() - 2.5..=chip.top(), pin);
                painter.vline(x, chip.bottom()..=chip.bottom() + 2.5, pin);
                painter.hline(chip.left() - 2.5..=chip.left(), y, pin);
                painter.hline(chip.right()..=chip.right() + 2.5, y, pin);
            }
        }
    }
}

/// What is odd about it, below its name.
pub fn notes_ui(
    ui: &Ui,
    view: &View<'_>,
    theme: &Theme,
    (segment, notes): (&Segment, &[String]),
    (at, room): (Pos2, f32),
) {
    if notes.is_empty() {
        return;
    }
    let font = theme::text_font(theme::TINY);
    let mut job =
        eframe::egui::text::LayoutJob::simple(notes.join("\n"), font, theme.text, room.max(120.0));
    job.halign = eframe::egui::Align::Center;
    let galley = ui.painter().layout_job(job);
    let top = at + vec2(0.0, 12.0);
    let place = galley.rect.translate(top.to_vec2());
    ui.painter()
        .rect_filled(place.expand2(vec2(4.0, 0.0)), 4, theme.stage);
    let light = hot::light(ui.ctx(), view, &Thing::Segment(segment.id));
    dimmed(ui.painter(), light).galley(top, galley, theme.text);
}

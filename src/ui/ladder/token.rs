//! A held segment: its name, Deliver and Drop, and how long the kernel has been waiting.

use eframe::egui;
use eframe::egui::{Pos2, Rect, StrokeKind, Ui, pos2, vec2};

use super::arrow;
use crate::model::{Fate, Segment};
use crate::session::{Command, View};
use crate::ui::controls::{self, Offer};
use crate::ui::parts::{Button, Weight};
use crate::ui::text::{say, since};
use crate::ui::theme::{self, CARD_RADIUS, Theme};

/// Around the buttons and between them.
const INNER: f32 = 6.0;
const BUTTON: f32 = 27.0;

pub fn token_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (segment, text): (&Segment, &str),
    (centre, middle, room): (Pos2, Pos2, f32),
    commands: &mut Vec<Command>,
) {
    // Two segments may have the same name.
    let own = egui::UiBuilder::new()
        .max_rect(ui.max_rect())
        .id_salt(segment.id);
    let ui = &mut ui.new_child(own);
    let mut buttons = buttons(view, theme, (segment, text));
    let caps = buttons
        .each_ref()
        .map(|(button, _)| button.size(ui.painter()).x);
    if caps.iter().sum::<f32>() > room + 26.0 {
        // Too narrow for key caps; the keys work all the same.
        buttons.iter_mut().for_each(|(button, _)| button.key = None);
    }
    let widths = buttons
        .each_ref()
        .map(|(button, _)| button.size(ui.painter()).x - 8.0);
    let pill = arrow::pill_size(ui.painter(), text).x;
    let width = (widths[0] + widths[1] + 3.0 * INNER).max(pill + 2.0 * INNER);
    let height = 22.0 + BUTTON + 3.0 * INNER;
    let shift = ((room + 12.0 - width) / 2.0).max(0.0);
    let centre = pos2(
        middle.x + (centre.x - middle.x).clamp(-shift, shift),
        centre.y,
    );
    let rect = Rect::from_center_size(centre, vec2(width, height)).round();
    let edge = egui::Stroke::new(1.0, theme.wire.gamma_multiply(0.3));
    ui.painter()
        .rect(rect, CARD_RADIUS, theme.wire_soft, edge, StrokeKind::Inside);
    let pill_at = pos2(centre.x, rect.top() + INNER + 11.0);
    arrow::pill_ui(ui, view, theme, (segment, text), pill_at, commands);
    let spare = (rect.width() - widths[0] - widths[1] - 3.0 * INNER) / 2.0;
    let mut x = rect.left() + INNER;
    for ((button, offer), width) in buttons.into_iter().zip(widths) {
        let size = vec2(width + spare, BUTTON);
        let place = Rect::from_min_size(pos2(x, rect.bottom() - BUTTON - INNER), size);
        offer_at(ui, theme, button, place, offer, commands);
        x = place.right() + INNER;
    }
    waiting_ui(
        ui,
        view,
        theme,
        segment,
        (pos2(centre.x, rect.bottom() + 5.0), room),
    );
}

/// Deliver and Drop, each with what it would do or why it is off.
fn buttons(
    view: &View<'_>,
    theme: &Theme,
    (segment, text): (&Segment, &str),
) -> [(Button, Offer); 2] {
    let language = view.language;
    // D and X mean one of the held segments: the caps stand on that one.
    let has_keys = controls::held_target(view) == Some(segment.id);
    let deliver = Button {
        key: has_keys.then_some("D"),
        weight: Weight::Filled(theme.wire),
        name: say!(language, "control.deliver_name", segment = text).into_owned(),
        hint: say!(language, "hint.deliver").into_owned(),
        ..Button::new(say!(language, "control.deliver"), theme)
    };
    let discard = Button {
        key: has_keys.then_some("X"),
        weight: Weight::Outlined(theme.bad),
        name: say!(language, "control.drop_name", segment = text).into_owned(),
        hint: say!(language, "hint.drop").into_owned(),
        ..Button::new(say!(language, "control.drop"), theme)
    };
    [
        (deliver, controls::deliver(view, Some(segment.id))),
        (discard, controls::discard(view, Some(segment.id))),
    ]
}

fn offer_at(
    ui: &mut Ui,
    theme: &Theme,
    mut button: Button,
    rect: Rect,
    offer: Offer,
    commands: &mut Vec<Command>,
) {
    match offer {
        Ok(command) => {
            if button.show_at(ui, theme, rect).clicked() {
                commands.push(command);
            }
        }
        Err(reason) => {
            button.is_on = false;
            button.hint = reason;
            button.show_at(ui, theme, rect);
        }
    }
}

/// "held 6 s · kernel resent 2× (absorbed)".
fn waiting_ui(
    ui: &Ui,
    view: &View<'_>,
    theme: &Theme,
    segment: &Segment,
    (top, room): (Pos2, f32),
) {
    let time = since(ui, view, segment.sent_at_us);
    let segments = &view.timeline.state().segments;
    let is_absorbed = |id| segments.get(id).is_some_and(|s| s.fate == Fate::Absorbed);
    let copies = segment
        .copies
        .iter()
        .filter(|(id, _)| is_absorbed(id))
        .count();
    let text = if copies == 0 {
        say!(view.language, "token.held", time = time)
    } else {
        say!(
            view.language,
            "token.held_again",
            time = time,
            count = copies
        )
    };
    let font = theme::text_font(theme::TINY);
    let one_line = ui
        .painter()
        .layout_no_wrap(text.to_string(), font.clone(), theme.wire);
    // Where it does not fit, its two halves stand one above the other.
    let text = if one_line.size().x > room {
        text.replace(" · ", "\n")
    } else {
        text.into_owned()
    };
    let mut job = egui::text::LayoutJob::simple(text, font, theme.wire, room.max(90.0));
    job.halign = egui::Align::Center;
    let galley = ui.painter().layout_job(job);
    let place = galley.rect.translate(top.to_vec2());
    // The dashed rest of the arrow passes here.
    ui.painter()
        .rect_filled(place.expand2(vec2(5.0, 0.0)), 4, theme.stage);
    ui.painter().galley(top, galley, theme.wire);
}

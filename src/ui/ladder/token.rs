//! A held segment: its name, Deliver and Drop, and how long the kernel has been waiting.

use eframe::egui;
use eframe::egui::{Align2, Pos2, Rect, StrokeKind, Ui, pos2, vec2};

use super::arrow;
use crate::model::{Fate, Segment};
use crate::session::{Command, View};
use crate::ui::controls::{self, Offer};
use crate::ui::parts::{Button, Weight};
use crate::ui::text::{say, since};
use crate::ui::theme::{self, CARD_RADIUS, Theme};

const WIDTH: f32 = 196.0;
const BUTTON: f32 = 27.0;

pub fn token_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (segment, text): (&Segment, &str),
    centre: Pos2,
    commands: &mut Vec<Command>,
) {
    let height = 22.0 + BUTTON + 18.0;
    let rect = Rect::from_center_size(centre, vec2(WIDTH, height)).round();
    ui.painter().rect(
        rect,
        CARD_RADIUS,
        theme.wire_soft,
        egui::Stroke::new(1.0, theme.wire.gamma_multiply(0.3)),
        StrokeKind::Inside,
    );
    let pill_at = pos2(centre.x, rect.top() + 6.0 + 11.0);
    arrow::pill_ui(ui, view, theme, (segment, text), pill_at, commands);
    buttons_ui(ui, view, theme, (segment, text), rect, commands);
    waiting_ui(
        ui,
        view,
        theme,
        segment,
        pos2(centre.x, rect.bottom() + 12.0),
    );
}

fn buttons_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (segment, text): (&Segment, &str),
    rect: Rect,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    // D and X mean one of the held segments: the caps stand on that one.
    let has_keys = controls::held_target(view) == Some(segment.id);
    let width = (rect.width() - 18.0) / 2.0;
    let top = rect.bottom() - BUTTON - 6.0;
    let left = Rect::from_min_size(pos2(rect.left() + 6.0, top), vec2(width, BUTTON));
    let right = left.translate(vec2(width + 6.0, 0.0));
    let deliver = Button {
        key: has_keys.then_some("D"),
        weight: Weight::Filled(theme.wire),
        name: say!(language, "control.deliver_name", segment = text).into_owned(),
        hint: say!(language, "hint.deliver").into_owned(),
        ..Button::new(say!(language, "control.deliver"), theme)
    };
    offer_at(
        ui,
        theme,
        deliver,
        left,
        controls::deliver(view, Some(segment.id)),
        commands,
    );
    let discard = Button {
        key: has_keys.then_some("X"),
        weight: Weight::Outlined(theme.bad),
        name: say!(language, "control.drop_name", segment = text).into_owned(),
        hint: say!(language, "hint.drop").into_owned(),
        ..Button::new(say!(language, "control.drop"), theme)
    };
    offer_at(
        ui,
        theme,
        discard,
        right,
        controls::discard(view, Some(segment.id)),
        commands,
    );
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
fn waiting_ui(ui: &Ui, view: &View<'_>, theme: &Theme, segment: &Segment, at: Pos2) {
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
    let galley = ui
        .painter()
        .layout_no_wrap(text.into_owned(), font, theme.wire);
    let place = Align2::CENTER_CENTER.anchor_size(at, galley.size());
    // The dashed rest of the arrow passes here.
    ui.painter()
        .rect_filled(place.expand2(vec2(5.0, 1.0)), 4, theme.stage);
    ui.painter().galley(place.min, galley, theme.wire);
}

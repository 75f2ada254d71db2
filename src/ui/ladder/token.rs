//! A segment on the wire: its name, Deliver and Drop, a menu with the rest, and how long the
//! kernel has been waiting.

use eframe::egui;
use eframe::egui::{Pos2, Rect, StrokeKind, Ui, pos2, vec2};

use super::pill;
use crate::model::{Fate, Segment};
use crate::session::{Command, View};
use crate::ui::controls::Offer;
use crate::ui::parts::{Button, Icon, Weight};
use crate::ui::spot::{self, Spot};
use crate::ui::text::{say, since, until};
use crate::ui::theme::{self, CARD_RADIUS, Theme};
use crate::ui::wire::Action;
use crate::ui::{remark, wire};

/// Around the buttons and between them.
const INNER: f32 = 6.0;
const BUTTON: f32 = 27.0;
/// The button that opens the menu.
const MORE: f32 = 28.0;

pub fn token_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (segment, text, notes): (&Segment, &str, &[String]),
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
        .iter()
        .map(|(button, _)| button.size(ui.painter()).x);
    if caps.sum::<f32>() > room + 26.0 {
        // Too narrow for key caps; the keys work all the same.
        buttons.iter_mut().for_each(|(button, _)| button.key = None);
    }
    let mut widths: Vec<f32> = buttons
        .iter()
        .map(|(button, _)| button.size(ui.painter()).x - 8.0)
        .collect();
    widths.push(MORE);
    let pill = pill::size(ui.painter(), view, segment, text).x;
    let needed = widths.iter().sum::<f32>() + INNER * (widths.len() + 1) as f32;
    let width = needed.max(pill + 2.0 * INNER);
    let height = 22.0 + BUTTON + 3.0 * INNER;
    let shift = ((room + 12.0 - width) / 2.0).max(0.0);
    let centre = pos2(
        middle.x + (centre.x - middle.x).clamp(-shift, shift),
        centre.y,
    );
    let rect = Rect::from_center_size(centre, vec2(width, height)).round();
    spot::mark(ui, Spot::Segment(segment.id), rect);
    let edge = egui::Stroke::new(1.0, theme.wire.gamma_multiply(0.3));
    ui.painter()
        .rect(rect, CARD_RADIUS, theme.wire_soft, edge, StrokeKind::Inside);
    let pill_at = pos2(centre.x, rect.top() + INNER + 11.0);
    pill::pill_ui(ui, view, theme, (segment, text, notes), pill_at, commands);
    let spare = (rect.width() - needed) / buttons.len() as f32;
    let mut x = rect.left() + INNER;
    let y = rect.bottom() - BUTTON - INNER;
    for ((button, offer), width) in buttons.into_iter().zip(widths) {
        let place = Rect::from_min_size(pos2(x, y), vec2(width + spare, BUTTON));
        let (button, command) = button.offered(offer);
        if button.show_at(ui, theme, place).clicked() {
            commands.extend(command);
        }
        x = place.right() + INNER;
    }
    let place = Rect::from_min_size(pos2(x, y), vec2(MORE, BUTTON));
    let more = more(view, theme, text).show_at(ui, theme, place);
    wire::menu_at(&more, view, theme, segment, commands);
    let below = pos2(centre.x, rect.bottom() + 5.0);
    waiting_ui(ui, view, theme, (segment, notes), (below, room));
}

/// Deliver and Drop, each with what it would do or why it is off.
fn buttons(
    view: &View<'_>,
    theme: &Theme,
    (segment, text): (&Segment, &str),
) -> Vec<(Button, Offer)> {
    // The keys mean one of the segments on the wire: the caps stand on that one.
    let has_keys = wire::target(view) == Some(segment.id);
    let button = |action: Action, weight| {
        let button = Button {
            key: action.key().filter(|_| has_keys),
            weight,
            name: action.name(view.language, text),
            hint: action.hint(view.language),
            ..Button::new(action.label(view.language), theme)
        };
        (button, action.offer(view, Some(segment.id)))
    };
    vec![
        button(Action::Deliver, Weight::Filled(theme.wire)),
        button(Action::Drop, Weight::Outlined(theme.bad)),
    ]
}

/// Opens the menu with everything else; it says itself what is off and why.
fn more(view: &View<'_>, theme: &Theme, text: &str) -> Button {
    Button {
        icon: Some(Icon::More),
        name: say!(view.language, "control.more_name", segment = text).into_owned(),
        hint: say!(view.language, "hint.actions").into_owned(),
        ..Button::new("", theme)
    }
}

/// "held 6 s · kernel resent 2× (absorbed)".
fn waiting_ui(
    ui: &Ui,
    view: &View<'_>,
    theme: &Theme,
    (segment, notes): (&Segment, &[String]),
    (top, room): (Pos2, f32),
) {
    let text = waiting_words(ui, view, segment);
    let font = theme::text_font(theme::TINY);
    let one_line = ui
        .painter()
        .layout_no_wrap(text.clone(), font.clone(), theme.wire);
    // Where it does not fit, its two halves stand one above the other.
    let mut lines = if one_line.size().x > room {
        text.replace(" · ", "\n")
    } else {
        text
    };
    for note in notes {
        lines.push('\n');
        lines.push_str(note);
    }
    let mut job = egui::text::LayoutJob::simple(lines, font, theme.wire, room.max(230.0));
    job.halign = egui::Align::Center;
    let galley = ui.painter().layout_job(job);
    let place = galley.rect.translate(top.to_vec2());
    // The dashed rest of the arrow passes here.
    ui.painter()
        .rect_filled(place.expand2(vec2(5.0, 0.0)), 4, theme.stage);
    ui.painter().galley(top, galley, theme.wire);
}

/// How long it has waited or has still to wait, and what its kernel did about it.
fn waiting_words(ui: &Ui, view: &View<'_>, segment: &Segment) -> String {
    let language = view.language;
    if let Fate::Delayed(until_us) = segment.fate {
        return match until(ui, view, until_us) {
            Some(time) => say!(language, "token.delayed", time = time),
            None => say!(language, "token.delayed_due"),
        }
        .into_owned();
    }
    let time = since(ui, view, segment.sent_at_us);
    // Those whose reason is known are told of in the line below.
    match remark::copies_without_reason(view.timeline.state(), segment) {
        0 => say!(language, "token.held", time = time),
        count => say!(language, "token.held_again", time = time, count = count),
    }
    .into_owned()
}

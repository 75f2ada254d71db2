//! The guided tour: five stops, some four seconds each, pointing at the panes themselves.
//!
//! In: at which stop it is. Out: a ring around the pane, a few words beside it, and commands. It
//! can be left at every stop, and holds nothing up: the stage goes on underneath.

use eframe::egui::{
    Align2, Area, Context, Frame, Id, Key, Label, Margin, Modifiers, Order, Rect, RichText, Ui,
    Vec2, accesskit, pos2, vec2,
};

use super::focus::{self, Pane};
use super::parts::{Button, Weight};
use super::text::say;
use super::theme::{self, Theme};
use super::{overlay, spot};
use crate::session::{Command, Overlay, View};

/// One stop: which panes it may point at, the first that is there; its title and its sentence.
struct Stop {
    panes: &'static [Pane],
    title: String,
    text: String,
}

const STOPS: usize = 5;
const WIDTH: f32 = 300.0;
/// About as high as a card is: it is placed before it is laid out.
const HEIGHT: f32 = 168.0;
const AWAY: f32 = 14.0;

fn stop(view: &View<'_>, index: usize) -> Option<Stop> {
    let language = view.language;
    let (panes, title, text): (&[Pane], _, _) = match index {
        0 => (
            &[Pane::Lesson, Pane::Captions],
            say!(language, "tour.lesson"),
            say!(language, "tour.lesson_text"),
        ),
        1 => (
            &[Pane::Clients],
            say!(language, "tour.code"),
            say!(language, "tour.code_text"),
        ),
        2 => (
            &[Pane::Ladder],
            say!(language, "tour.wire"),
            say!(language, "tour.wire_text"),
        ),
        3 => (
            &[Pane::Servers],
            say!(language, "tour.kernel"),
            say!(language, "tour.kernel_text"),
        ),
        4 => (
            &[Pane::Transport],
            say!(language, "tour.steps"),
            say!(language, "tour.steps_text"),
        ),
        _ => return None,
    };
    Some(Stop {
        panes,
        title: title.into_owned(),
        text: text.into_owned(),
    })
}

/// To another stop; past the last one, and before the first, there is none.
fn to(index: Option<usize>) -> Command {
    let index = index.filter(|index| *index < STOPS);
    Command::Show(index.map(Overlay::Tour))
}

/// What a key means at this stop. `None`: it means what it always means.
pub fn key(index: usize, key: Key, modifiers: Modifiers) -> Option<Command> {
    if modifiers.any() {
        return None;
    }
    match key {
        Key::Space | Key::ArrowRight | Key::PageDown | Key::Enter => Some(to(Some(index + 1))),
        Key::ArrowLeft | Key::PageUp => Some(to(Some(index.saturating_sub(1)))),
        Key::Escape => Some(to(None)),
        _ => None,
    }
}

pub fn tour_ui(ctx: &Context, view: &View<'_>, index: usize, commands: &mut Vec<Command>) {
    let Some(stop) = stop(view, index) else {
        commands.push(to(None));
        return;
    };
    let theme = theme::theme(view.look);
    let window = ctx.content_rect();
    let place = stop
        .panes
        .iter()
        .find_map(|pane| focus::place_of(ctx, *pane));
    let place = place.unwrap_or(window).shrink(4.0);
    let painter = spot::painter(ctx);
    spot::shade(&painter, window, &[place], theme.shade);
    spot::ring(&painter, theme, place);
    let frame = Frame::new()
        .fill(theme.card)
        .stroke(theme.outline_stroke())
        .corner_radius(theme::CARD_RADIUS)
        .inner_margin(Margin::same(16));
    let area = Area::new(Id::unique("tour")).order(Order::Foreground);
    let at = beside(place, window);
    let area = area.fixed_pos(at).constrain_to(window.shrink(8.0));
    area.fade_in(false).show(ctx, |ui| {
        frame.show(ui, |ui| {
            ui.set_width(WIDTH - 32.0);
            stop_ui(ui, view, theme, (index, &stop), commands);
        });
    });
}

/// Where the card goes: to the right of what it points at, or wherever there is most room.
fn beside(place: Rect, window: Rect) -> eframe::egui::Pos2 {
    let size = vec2(WIDTH, HEIGHT);
    let rooms: [(f32, Vec2); 4] = [
        (window.right() - place.right(), vec2(1.0, 0.0)),
        (place.left() - window.left(), vec2(-1.0, 0.0)),
        (place.top() - window.top(), vec2(0.0, -1.0)),
        (window.bottom() - place.bottom(), vec2(0.0, 1.0)),
    ];
    let fits = |(room, way): &(f32, Vec2)| {
        let needed = if way.x == 0.0 { size.y } else { size.x };
        *room >= needed + 2.0 * AWAY
    };
    let Some((_, way)) = rooms.into_iter().find(fits) else {
        return Align2::CENTER_CENTER
            .align_size_within_rect(size, window)
            .min;
    };
    let from = place.center();
    let reach = (place.size() + size) / 2.0 + Vec2::splat(AWAY);
    let centre = from + way * reach;
    // Beside a tall pane it stands near the top, where one reads first.
    let y = if way.x == 0.0 {
        centre.y
    } else {
        place.top() + size.y / 2.0 + 40.0
    };
    pos2(centre.x, y) - size / 2.0
}

fn stop_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (index, stop): (usize, &Stop),
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let of = format!("{} / {STOPS}", index + 1);
    let small = RichText::new(of).font(theme::text_font(theme::SMALL));
    ui.label(small.color(theme.muted));
    let title = RichText::new(&stop.title).font(theme::bold_font(theme::TITLE));
    ui.add(Label::new(title.color(theme.text)).wrap());
    let text = RichText::new(&stop.text).font(theme::text_font(theme::LESSON_TEXT));
    let text = ui.add(Label::new(text.color(theme.text)).wrap());
    ui.ctx().accesskit_node_builder(text.id, |node| {
        node.set_live(accesskit::Live::Polite);
    });
    ui.add_space(theme::SMALL_GAP);
    ui.horizontal(|ui| {
        let is_last = index + 1 == STOPS;
        let label = match is_last {
            true => say!(language, "tour.done"),
            false => say!(language, "tour.next"),
        };
        let next = Button {
            key: Some("Space"),
            weight: Weight::Filled(theme.wire),
            height: 30.0,
            ..Button::new(label, theme)
        };
        let next = next.show(ui, theme);
        overlay::keep_focus(ui, &next);
        if next.clicked() {
            commands.push(to(Some(index + 1)));
        }
        if !is_last {
            let skip = Button {
                key: Some("Esc"),
                hint: say!(language, "tour.skip_hint").into_owned(),
                height: 30.0,
                ..Button::new(say!(language, "tour.skip"), theme)
            };
            if skip.show(ui, theme).clicked() {
                commands.push(to(None));
            }
        }
    });
}

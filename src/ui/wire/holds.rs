//! What the wire holds, in words, and the switches for it: by host and by kind of segment.
//!
//! The wire holds everything until told otherwise; what passes is named beside the button, always.

use eframe::egui;
use eframe::egui::{
    Align2, CursorIcon, Id, Popup, PopupCloseBehavior, Role, ScrollArea, Sense, Stroke, StrokeKind,
    Ui, WidgetInfo, vec2,
};

use super::{deliver_all, has_just_opened, hold, reachable};
use crate::lesson::Language;
use crate::model::{Kind, State};
use crate::session::{Command, Numbers, Setting, View};
use crate::trace::{Name, Traffic};
use crate::ui::capture;
use crate::ui::parts::{self, Button, Icon, Weight};
use crate::ui::segment;
use crate::ui::text::{host_title, say};
use crate::ui::theme::{self, Theme};

/// Every kind, as the columns have them.
const KINDS: [Kind; 9] = [
    Kind::Syn,
    Kind::SynAck,
    Kind::Ack,
    Kind::Data,
    Kind::Fin,
    Kind::Rst,
    Kind::Datagram,
    Kind::Icmp,
    Kind::Other,
];
const COLUMN: f32 = 56.0;
const NAMES: f32 = 104.0;
const ROW: f32 = 24.0;
/// So high at most: more hosts scroll.
const ROWS_HEIGHT: f32 = 264.0;

/// Of the popup with the switches, so that a key can open it, too.
pub fn popup_id() -> Id {
    Id::unique("what the wire holds")
}

/// Above the ladder: what is held, Deliver all, and in words what passes.
pub fn bar_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let state = view.timeline.state();
    if capture::is_captured(view) {
        ui.horizontal(|ui| {
            ui.add_space(10.0);
            numbers_ui(ui, view, theme, commands);
        });
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.add_space(10.0);
        let label = held_words(language, state);
        let mut button = Button {
            key: Some("H"),
            name: label.clone(),
            hint: say!(language, "hint.holds").into_owned(),
            weight: Weight::Plain(theme.wire),
            height: 28.0,
            icon: Some(Icon::Down),
            ..Button::new(label, theme)
        };
        if let Err(reason) = reachable(view) {
            button.is_on = false;
            button.hint = reason;
        }
        let opener = button.show(ui, theme);
        Popup::menu(&opener)
            .id(popup_id())
            .gap(theme::SMALL_GAP)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .show(|ui| switches_ui(ui, view, theme, commands));
        let button = Button {
            key: Some("A"),
            hint: say!(language, "hint.deliver_all").into_owned(),
            height: 28.0,
            ..Button::new(say!(language, "control.deliver_all"), theme)
        };
        let (button, command) = button.offered(deliver_all(view));
        if button.show(ui, theme).clicked() {
            commands.extend(command);
        }
        numbers_ui(ui, view, theme, commands);
    });
    if let Some(passing) = passing_words(language, state) {
        ui.horizontal(|ui| {
            ui.add_space(12.0);
            let text = egui::RichText::new(&passing).font(theme::bold_font(theme::SMALL));
            ui.add(egui::Label::new(text.color(theme.warn)).truncate())
                .on_hover_text(passing);
        });
    }
}

/// Sequence numbers as one counts them, or as they stand in the header.
fn numbers_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let (label, name, hint, other) = match view.desk.settings.numbers {
        Numbers::Relative => (
            say!(language, "numbers.relative"),
            say!(language, "numbers.name_relative"),
            say!(language, "numbers.hint_relative"),
            Numbers::Absolute,
        ),
        Numbers::Absolute => (
            say!(language, "numbers.absolute"),
            say!(language, "numbers.name_absolute"),
            say!(language, "numbers.hint_absolute"),
            Numbers::Relative,
        ),
    };
    let button = Button {
        name: name.into_owned(),
        hint: hint.into_owned(),
        height: 28.0,
        ..Button::new(label, theme)
    };
    if button.show(ui, theme).clicked() {
        commands.push(Command::Set(Setting::Numbers(other)));
    }
}

/// "Held: everything".
fn held_words(language: Language, state: &State) -> String {
    let is_passing = |host: &Name| KINDS.iter().any(|kind| !state.holds.has(host, *kind));
    let is_held = |host: &Name| KINDS.iter().any(|kind| state.holds.has(host, *kind));
    let hosts = &state.host_order;
    if !state.wire.can_hold() || !hosts.iter().any(is_held) {
        say!(language, "holds.nothing")
    } else if hosts.iter().any(is_passing) {
        say!(language, "holds.some")
    } else {
        say!(language, "holds.everything")
    }
    .into_owned()
}

/// "Passes: ACK of all hosts, data of Client". `None` when all is held, or the wire holds nothing
/// anyway.
fn passing_words(language: Language, state: &State) -> Option<String> {
    if !state.wire.can_hold() {
        return None;
    }
    let hosts = &state.host_order;
    let passes = |host: &Name, kind: Kind| !state.holds.has(host, kind);
    let everywhere = |kind: Kind| hosts.iter().all(|host| passes(host, kind));
    let all_of = |host: &Name| KINDS.iter().all(|kind| passes(host, *kind));
    let mut parts: Vec<String> = Vec::new();
    if hosts.iter().all(all_of) {
        let text = say!(language, "holds.passes", what = say!(language, "holds.all"));
        return Some(text.into_owned());
    }
    for kind in KINDS.into_iter().filter(|kind| everywhere(*kind)) {
        let kind = kind_word(language, kind);
        parts.push(say!(language, "holds.kind_of_all", kind = kind).into_owned());
    }
    for host in hosts {
        let title = host_title(language, state, host);
        if all_of(host) {
            parts.push(say!(language, "holds.all_of", host = title).into_owned());
            continue;
        }
        for kind in KINDS {
            if passes(host, kind) && !everywhere(kind) {
                let kind = kind_word(language, kind);
                let part = say!(language, "holds.kind_of", kind = kind, host = title);
                parts.push(part.into_owned());
            }
        }
    }
    if parts.is_empty() {
        return None;
    }
    let what = parts.join(&say!(language, "list.separator"));
    Some(say!(language, "holds.passes", what = what).into_owned())
}

fn kind_word(language: Language, kind: Kind) -> String {
    match kind {
        Kind::Data => say!(language, "holds.data").into_owned(),
        Kind::Other => say!(language, "holds.other").into_owned(),
        Kind::Syn
        | Kind::SynAck
        | Kind::Ack
        | Kind::Fin
        | Kind::Rst
        | Kind::Datagram
        | Kind::Icmp => segment::plain_kind(kind).to_owned(),
    }
}

/// The popup: two buttons for all, then a row for each host and a column for each kind.
fn switches_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    ui.set_min_width(NAMES + COLUMN * KINDS.len() as f32 + 12.0);
    parts::caption(ui, theme, &say!(language, "holds.title"));
    let mut wants_focus = has_just_opened(ui);
    ui.horizontal(|ui| {
        for (label, on) in [
            (say!(language, "holds.hold_all"), true),
            (say!(language, "holds.pass_all"), false),
        ] {
            let button = Button {
                height: 28.0,
                hint: if on {
                    String::new()
                } else {
                    say!(language, "hint.pass_all").into_owned()
                },
                ..Button::new(label, theme)
            };
            let (button, command) = button.offered(hold(view, Traffic::default(), on));
            let is_on = button.is_on;
            let shown = button.show(ui, theme);
            if is_on && std::mem::take(&mut wants_focus) {
                shown.request_focus();
            }
            if shown.clicked() {
                commands.extend(command);
            }
        }
    });
    ui.add_space(4.0);
    headings_ui(ui, language, theme);
    ScrollArea::vertical()
        .max_height(ROWS_HEIGHT)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            row_ui(ui, view, theme, None, commands);
            for host in &view.timeline.state().host_order {
                row_ui(ui, view, theme, Some(host), commands);
            }
        });
}

fn headings_ui(ui: &mut Ui, language: Language, theme: &Theme) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(NAMES);
        for kind in KINDS {
            let (rect, _) = ui.allocate_exact_size(vec2(COLUMN, 18.0), Sense::hover());
            ui.painter().text(
                rect.center(),
                Align2::CENTER_CENTER,
                kind_word(language, kind),
                theme::text_font(theme::TINY),
                theme.muted,
            );
        }
    });
}

/// The switches of one host, or those of all together.
fn row_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    host: Option<&Name>,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let state = view.timeline.state();
    let title = match host {
        Some(host) => say!(
            language,
            "holds.from",
            host = host_title(language, state, host)
        ),
        None => say!(language, "holds.from_all"),
    };
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(NAMES, ROW), Sense::hover());
        let colour = host.map_or(theme.text, |host| theme.host_tone(host).strong);
        let font = theme::bold_font(theme::SMALL);
        ui.painter().text(
            rect.left_center(),
            Align2::LEFT_CENTER,
            &title,
            font,
            colour,
        );
        for kind in KINDS {
            let mut hosts = state.host_order.iter();
            let has = |name: &Name| state.holds.has(name, kind);
            let on = host.map_or_else(|| hosts.all(has), has);
            let kind_name = kind_word(language, kind);
            let name = say!(language, "holds.switch", kind = kind_name, from = title);
            let traffic = Traffic {
                from: host.cloned(),
                kind: Some(kind),
            };
            let offer = hold(view, traffic, !on);
            let is_off = offer.is_err();
            if switch_ui(ui, theme, &name, on, offer.as_ref().err()) && !is_off {
                commands.extend(offer);
            }
        }
    });
}

/// A box with a tick; true when it was clicked.
fn switch_ui(ui: &mut Ui, theme: &Theme, name: &str, on: bool, off: Option<&String>) -> bool {
    let sense = if off.is_none() {
        Sense::click()
    } else {
        Sense::hover()
    };
    let (rect, response) = ui.allocate_exact_size(vec2(COLUMN, ROW), sense);
    let square = egui::Rect::from_center_size(rect.center(), vec2(16.0, 16.0));
    let ink = if off.is_none() {
        theme.wire
    } else {
        theme.faint
    };
    let fill = if on { theme.wire_soft } else { theme.card };
    let painter = ui.painter();
    let width = if response.hovered() { 2.0 } else { 1.0 };
    let stroke = Stroke::new(width, if on { ink } else { theme.outline });
    painter.rect(square, 4, fill, stroke, StrokeKind::Inside);
    if on {
        parts::paint_icon(painter, Icon::Check, square.center(), 10.0, ink);
    }
    if response.has_focus() {
        let ring = Stroke::new(2.0, theme.client);
        painter.rect_stroke(square.expand(2.0), 5, ring, StrokeKind::Outside);
    }
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, off.is_none(), on, name));
    let clicked = response.clicked();
    let response = response.on_hover_text(off.map_or(name, String::as_str));
    if off.is_none() {
        response.on_hover_cursor(CursorIcon::PointingHand);
    }
    clicked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Header, HostSetup, Setup, Timers, WireKind};

    fn state(said: &[(Option<&str>, Option<Kind>, bool)]) -> State {
        let host = |name: &str| HostSetup {
            name: name.to_owned(),
            addresses: Vec::new(),
        };
        let setup = Setup {
            hosts: vec![host("server"), host("client")],
            programs: Vec::new(),
            timers: Timers::Patient,
            wire: WireKind::Held,
            ..Setup::default()
        };
        let mut state = State::new(&Header::new(&setup, String::new(), WireKind::Held));
        for (from, kind, on) in said {
            let from = from.map(str::to_owned);
            let traffic = Traffic { from, kind: *kind };
            state.holds.set(traffic, *on);
        }
        state
    }

    #[test]
    fn what_passes_is_said_in_as_few_words_as_are_true() {
        let data = Some(Kind::Data);
        let ack = Some(Kind::Ack);
        for (said, held, passes) in [
            (&[][..], "Held: everything", None),
            (
                &[(Some("client"), data, false)],
                "Held: not all",
                Some("Passes: data of Client"),
            ),
            (
                &[(None, ack, false), (Some("client"), data, false)],
                "Held: not all",
                Some("Passes: ACK of all hosts, data of Client"),
            ),
            (
                &[(Some("server"), None, false)],
                "Held: not all",
                Some("Passes: everything of Server"),
            ),
            (
                &[(None, None, false)],
                "Held: nothing",
                Some("Passes: everything"),
            ),
        ] {
            let state = state(said);
            assert_eq!(held_words(Language::English, &state), held);
            let words = passing_words(Language::English, &state);
            assert_eq!(words.as_deref(), passes);
        }
    }
}

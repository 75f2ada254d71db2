//! The top bar: which lesson, which wire, which language and look, presenting, help.

use std::sync::Arc;

use eframe::egui;
use eframe::egui::text::{LayoutJob, TextFormat, TextWrapping};
use eframe::egui::{
    CursorIcon, Galley, Rect, RichText, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::parts::{self, Button, Icon};
use super::text::say;
use super::theme::{self, Theme, Tone};
use super::{host, menu, presenter, saved};
use crate::lesson::Language;
use crate::session::{Command, Look, Overlay, Recorded, Setting, View};
use crate::trace::{LowPorts, Timers, WireKind};

/// Narrower, and the badge of the wire says only the first half of what it says.
const WHOLE_BADGE_FROM: f32 = 1000.0;
const HEIGHT: f32 = 28.0;
/// A recorded run's file may have any name: what it may take of the window's width.
const RECORDED_SHARE: f32 = 0.36;

pub fn top_bar_ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    // In the order of Tab: what stands at the right is laid from the right, but comes last.
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        mark_ui(ui, theme);
        let buttons = right_buttons(view, theme);
        let badge = match view.recorded {
            Some(recorded) => recorded_badge(ui, view, recorded, theme),
            None => badge(ui, view, theme),
        };
        let widths = buttons
            .iter()
            .map(|(button, _)| button.size(ui.painter()).x);
        let right = widths.chain([badge.width()]).sum::<f32>() + 8.0 * buttons.len() as f32;
        let room = ui.available_width() - right - 16.0;
        lesson_ui(ui, view, theme, room, commands);
        ui.add_space((ui.available_width() - right).max(0.0));
        badge.show(ui);
        for (button, does) in buttons {
            let response = button.show(ui, theme);
            match does {
                Does::Ask(command) if response.clicked() => commands.push(command),
                Does::Ask(_) => {}
                Does::Menu => menu::menu_ui(&response, view, commands),
            }
        }
    });
}

enum Does {
    Ask(Command),
    Menu,
}

/// Language, light or dark, the menu, presenting, help: as they stand from left to right.
fn right_buttons(view: &View<'_>, theme: &Theme) -> Vec<(Button, Does)> {
    let language = view.language;
    let button = |icon, label: &str, name: String| Button {
        icon,
        name: name.clone(),
        hint: name,
        height: HEIGHT,
        ..Button::new(label, theme)
    };
    let (label, other) = match language {
        Language::English => ("中文", Language::Chinese),
        Language::Chinese => ("English", Language::English),
    };
    let name = say!(language, "top.language").into_owned();
    let language_button = button(None, label, name);
    let (icon, name, look) = match view.look {
        Look::Light => (Icon::Moon, say!(language, "top.dark"), Look::Dark),
        Look::Dark => (Icon::Sun, say!(language, "top.light"), Look::Light),
    };
    let look_button = button(Some(icon), "", name.into_owned());
    let menu_button = button(
        Some(Icon::Sliders),
        "",
        say!(language, "menu.name").into_owned(),
    );
    let (label, name) = match view.desk.settings.presents {
        true => (
            say!(language, "top.leave"),
            say!(language, "top.leave_hint"),
        ),
        false => (
            say!(language, "top.present"),
            say!(language, "top.present_hint"),
        ),
    };
    let present_button = Button {
        key: Some("F5"),
        ..button(None, &label, name.into_owned())
    };
    let help_button = button(None, "?", say!(language, "top.help").into_owned());
    if view.desk.settings.presents {
        // Only what a class may need: the rest is a key away.
        return vec![
            (look_button, Does::Ask(Command::Set(Setting::Look(look)))),
            (present_button, Does::Ask(presenter::toggle(view))),
            (help_button, Does::Ask(Command::Show(Some(Overlay::Keys)))),
        ];
    }
    vec![
        (
            language_button,
            Does::Ask(Command::Set(Setting::Language(other))),
        ),
        (look_button, Does::Ask(Command::Set(Setting::Look(look)))),
        (menu_button, Does::Menu),
        (present_button, Does::Ask(presenter::toggle(view))),
        (help_button, Does::Ask(Command::Show(Some(Overlay::Keys)))),
    ]
}

/// Number and title; a click opens the contents.
fn lesson_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, room: f32, commands: &mut Vec<Command>) {
    let Some(lesson) = view.lesson else { return };
    let mut job = match lesson.number {
        0 => LayoutJob::default(),
        number => {
            let number = format!("{number:02}  ");
            let format = TextFormat::simple(theme::text_font(theme::TEXT), theme.muted);
            LayoutJob::single_section(number, format)
        }
    };
    let format = TextFormat::simple(theme::bold_font(theme::TEXT), theme.text);
    job.append(&lesson.title, 0.0, format);
    job.wrap = TextWrapping::truncate_at_width((room - 16.0).max(0.0));
    let galley = ui.painter().layout_job(job);
    let size = vec2(galley.size().x + 16.0, HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    if response.hovered() || response.has_focus() {
        ui.painter()
            .rect_filled(rect, theme::CONTROL_RADIUS, theme.trough);
    }
    parts::focus_ring(ui, theme, &response, rect);
    let at = pos2(rect.left() + 8.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, theme.text);
    let name = say!(view.language, "top.contents", title = lesson.title);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let response = response
        .on_hover_text(name)
        .on_hover_cursor(CursorIcon::PointingHand);
    if response.clicked() {
        commands.push(Command::Show(Some(Overlay::Contents)));
    }
}

/// Two hosts and what goes between them.
fn mark_ui(ui: &mut Ui, theme: &Theme) {
    let (rect, _) = ui.allocate_exact_size(vec2(18.0, 16.0), Sense::hover());
    let painter = ui.painter();
    let left = Rect::from_min_max(rect.min, pos2(rect.left() + 5.0, rect.bottom()));
    let right = Rect::from_min_max(pos2(rect.right() - 5.0, rect.top()), rect.max);
    painter.rect_filled(left, 2, theme.client);
    painter.rect_filled(right, 2, theme.server);
    let line = egui::Stroke::new(2.0, theme.wire);
    painter.line_segment(
        [
            pos2(left.right(), rect.top() + 4.0),
            pos2(right.left(), rect.bottom() - 4.0),
        ],
        line,
    );
    let name = RichText::new("Sockstep").font(theme::bold_font(theme::TITLE));
    ui.label(name.color(theme.text));
}

/// Says which of the two wires is on, and what that means.
struct Badge {
    tone: Tone,
    sign: Sign,
    text: Arc<Galley>,
    name: String,
    hint: String,
}

/// Colour is not the only signal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// A full dot: each segment is held.
    Held,
    /// An empty one: inferred.
    Inferred,
    /// A clock: it is over.
    Recorded,
}

/// The recorded run takes the place of the wire: where and when it was.
fn recorded_badge(ui: &Ui, view: &View<'_>, recorded: &Recorded, theme: &Theme) -> Badge {
    let (short, whole, hint) = saved::badge(view, recorded);
    let is_whole = ui.ctx().content_rect().width() >= WHOLE_BADGE_FROM;
    let text = if is_whole { whole.clone() } else { short };
    let tone = theme.wire_tone();
    let font = theme::text_font(theme::SMALL);
    let mut job = LayoutJob::single_section(text, TextFormat::simple(font, tone.strong));
    job.wrap = TextWrapping::truncate_at_width(ui.ctx().content_rect().width() * RECORDED_SHARE);
    Badge {
        tone,
        sign: Sign::Recorded,
        text: ui.painter().layout_job(job),
        name: whole,
        hint,
    }
}

fn badge(ui: &Ui, view: &View<'_>, theme: &Theme) -> Badge {
    let header = view.timeline.trace().header();
    let language = view.language;
    let is_whole = ui.ctx().content_rect().width() >= WHOLE_BADGE_FROM;
    let (tone, name, short, mut hint) = match header.wire {
        // A lab has not said its first word, so there is no wire to speak of.
        WireKind::Held if header.kernel.is_empty() => (
            theme.slate_tone(),
            say!(language, "wire.none"),
            say!(language, "wire.none"),
            say!(language, "wire.none_hint"),
        ),
        WireKind::Held => (
            theme.good_tone(),
            say!(language, "wire.held", kernel = short_kernel(&header.kernel)),
            say!(language, "wire.held_short"),
            say!(language, "wire.held_hint", kernel = header.kernel),
        ),
        WireKind::Loopback => (
            theme.warn_tone(),
            say!(language, "wire.loopback"),
            say!(language, "wire.loopback_short"),
            say!(language, "wire.loopback_hint"),
        ),
        WireKind::Captured => (
            theme.warn_tone(),
            say!(language, "wire.captured"),
            say!(language, "wire.captured_short"),
            say!(language, "wire.captured_hint"),
        ),
    };
    if header.wire != WireKind::Captured {
        hint.to_mut().push('\n');
        hint.to_mut().push_str(&match header.timers {
            Timers::Patient => say!(language, "wire.patient"),
            Timers::Natural => say!(language, "wire.natural"),
            Timers::Still => say!(language, "wire.still"),
        });
    }
    if header.low_ports == LowPorts::Guarded {
        hint.to_mut().push('\n');
        hint.to_mut().push_str(&say!(language, "wire.guarded"));
    }
    for mapping in &header.mapping {
        hint.to_mut().push('\n');
        hint.to_mut().push_str(&host::mapped(language, mapping));
    }
    let text = if is_whole { name.clone() } else { short };
    let font = theme::text_font(theme::SMALL);
    let text = text.into_owned();
    Badge {
        tone,
        sign: match header.wire {
            WireKind::Held => Sign::Held,
            WireKind::Loopback | WireKind::Captured => Sign::Inferred,
        },
        text: ui.painter().layout_no_wrap(text, font, tone.strong),
        name: name.into_owned(),
        hint: hint.into_owned(),
    }
}

impl Badge {
    fn width(&self) -> f32 {
        self.text.size().x + 34.0
    }

    fn show(self, ui: &mut Ui) {
        let size = vec2(self.width(), HEIGHT);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let tone = self.tone;
        let edge = Stroke::new(1.0, tone.strong.gamma_multiply(0.4));
        let painter = ui.painter();
        let radius = theme::CONTROL_RADIUS;
        painter.rect(rect, radius, tone.soft, edge, StrokeKind::Inside);
        let dot = pos2(rect.left() + 13.0, rect.center().y);
        match self.sign {
            Sign::Held => {
                painter.circle_filled(dot, 4.0, tone.strong);
            }
            Sign::Inferred => {
                painter.circle_stroke(dot, 4.0, Stroke::new(1.5, tone.strong));
            }
            Sign::Recorded => parts::paint_icon(painter, Icon::Clock, dot, 13.0, tone.strong),
        }
        let at = pos2(
            rect.left() + 23.0,
            rect.center().y - self.text.size().y / 2.0,
        );
        painter.galley(at, self.text, tone.strong);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &self.name));
        response.on_hover_text(format!("{}\n{}", self.name, self.hint));
    }
}

/// `6.18.44-0-generic` as people say it: `6.18`.
fn short_kernel(kernel: &str) -> String {
    let mut parts = kernel.split(['.', '-']);
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) => format!("{major}.{minor}"),
        _ => kernel.to_owned(),
    }
}

//! The top bar: which lesson, which wire, which language, which look.

use eframe::egui;
use eframe::egui::{Align, Layout, Rect, RichText, Sense, Ui, pos2, vec2};

use super::host;
use super::parts::{self, Button, Icon, Weight};
use super::text::{host_word, say};
use super::theme::{self, Theme};
use crate::lesson::Language;
use crate::session::{Command, Look, Notice, Setting, View};
use crate::trace::{Timers, WireKind};
use crate::words;

pub fn top_bar_ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 10.0;
        mark_ui(ui, theme);
        if let Some(lesson) = view.lesson {
            ui.add_space(4.0);
            let number = match lesson.number {
                0 => String::new(),
                number => format!("{number:02}"),
            };
            ui.label(
                RichText::new(number)
                    .font(theme::text_font(theme::TEXT))
                    .color(theme.muted),
            );
            let title = RichText::new(&lesson.title);
            ui.label(title.font(theme::bold_font(theme::TEXT)).color(theme.text));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            look_ui(ui, view, theme, commands);
            language_ui(ui, view, theme, commands);
            wire_badge_ui(ui, view, theme);
        });
    });
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
fn wire_badge_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme) {
    let header = view.timeline.trace().header();
    let language = view.language;
    let (tone, text, mut hint) = match header.wire {
        // A lab has not said its first word, so there is no wire to speak of.
        WireKind::Held if header.kernel.is_empty() => (
            theme.slate_tone(),
            say!(language, "wire.none"),
            say!(language, "wire.none_hint"),
        ),
        WireKind::Held => (
            theme.good_tone(),
            say!(language, "wire.held", kernel = short_kernel(&header.kernel)),
            say!(language, "wire.held_hint", kernel = header.kernel),
        ),
        WireKind::Loopback => (
            theme.warn_tone(),
            say!(language, "wire.loopback"),
            say!(language, "wire.loopback_hint"),
        ),
    };
    let timers = match header.timers {
        Timers::Patient => say!(language, "wire.patient"),
        Timers::Natural => say!(language, "wire.natural"),
    };
    for mapping in &header.mapping {
        hint.to_mut().push('\n');
        hint.to_mut().push_str(&host::mapped(language, mapping));
    }
    let font = theme::text_font(theme::SMALL);
    let galley = ui
        .painter()
        .layout_no_wrap(text.into_owned(), font, tone.strong);
    let size = vec2(galley.size().x + 34.0, 28.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let edge = egui::Stroke::new(1.0, tone.strong.gamma_multiply(0.4));
    let painter = ui.painter();
    painter.rect(
        rect,
        theme::CONTROL_RADIUS,
        tone.soft,
        edge,
        egui::StrokeKind::Inside,
    );
    painter.circle_filled(pos2(rect.left() + 13.0, rect.center().y), 4.0, tone.strong);
    let at = pos2(rect.left() + 23.0, rect.center().y - galley.size().y / 2.0);
    let name = galley.text().to_owned();
    painter.galley(at, galley, tone.strong);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &name));
    response.on_hover_text(format!("{hint}\n{timers}"));
}

/// `6.18.44-0-generic` as people say it: `6.18`.
fn short_kernel(kernel: &str) -> String {
    let mut parts = kernel.split(['.', '-']);
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) => format!("{major}.{minor}"),
        _ => kernel.to_owned(),
    }
}

fn language_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let (label, other) = match view.language {
        Language::English => ("中文", Language::Chinese),
        Language::Chinese => ("English", Language::English),
    };
    let button = Button {
        name: say!(view.language, "top.language").into_owned(),
        hint: say!(view.language, "top.language").into_owned(),
        height: 28.0,
        ..Button::new(label, theme)
    };
    if button.show(ui, theme).clicked() {
        commands.push(Command::Set(Setting::Language(other)));
    }
}

fn look_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let (icon, name, other) = match view.look {
        Look::Light => (Icon::Moon, say!(view.language, "top.dark"), Look::Dark),
        Look::Dark => (Icon::Sun, say!(view.language, "top.light"), Look::Light),
    };
    let button = Button {
        icon: Some(icon),
        name: name.clone().into_owned(),
        hint: name.into_owned(),
        weight: Weight::Plain(theme.text),
        height: 28.0,
        ..Button::new("", theme)
    };
    if button.show(ui, theme).clicked() {
        commands.push(Command::Set(Setting::Look(other)));
    }
}

/// What stands between the learner and the lab, in one strip with what to do about it.
pub fn notice_ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let Some(notice) = view.notice else { return };
    let theme = theme::theme(view.look);
    let language = view.language;
    let (title, detail, offers_restart) = notice_words(view, notice);
    let tone = if offers_restart {
        theme.bad_tone()
    } else {
        theme.warn_tone()
    };
    let frame = egui::Frame::new()
        .fill(tone.soft)
        .inner_margin(egui::Margin::symmetric(16, 8));
    frame.show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.set_min_width(ui.available_width());
            let (rect, _) = ui.allocate_exact_size(vec2(18.0, 28.0), Sense::hover());
            parts::paint_icon(ui.painter(), Icon::Info, rect.center(), 16.0, tone.strong);
            if offers_restart {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let button = Button {
                        icon: Some(Icon::Restart),
                        key: Some("R"),
                        weight: Weight::Filled(tone.strong),
                        name: say!(language, "notice.restart").into_owned(),
                        height: 30.0,
                        ..Button::new(say!(language, "control.restart"), theme)
                    };
                    if button.show(ui, theme).clicked() {
                        commands.push(Command::Restart);
                    }
                    ui.with_layout(Layout::top_down(Align::Min), |ui| {
                        sentences_ui(ui, theme, &title, &detail);
                    });
                });
            } else {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    dismiss_ui(ui, view, theme, commands);
                    ui.with_layout(Layout::top_down(Align::Min), |ui| {
                        ui.add_space(5.0);
                        sentences_ui(ui, theme, &title, &detail);
                    });
                });
            }
        });
    });
}

/// What it says, what to do, and whether Restart may help.
fn notice_words(view: &View<'_>, notice: &Notice) -> (String, String, bool) {
    let language = view.language;
    match notice {
        Notice::NoWire(refusal) => {
            let said = match refusal.is_the_machines() {
                true => say!(language, "notice.no_wire", why = refusal.why),
                false => say!(language, "notice.no_lab", why = refusal.why),
            };
            let remedy = words::remedy(language, refusal.remedy);
            (said.into_owned(), remedy, true)
        }
        Notice::LabGone(demise) => {
            let reason = words::demise(language, demise);
            (
                say!(language, "notice.lab_gone", reason = reason).into_owned(),
                say!(language, "notice.lab_gone_remedy").into_owned(),
                true,
            )
        }
        Notice::Refused(refusal) => {
            let why = super::controls::refusal(view, refusal);
            (why, String::new(), false)
        }
        Notice::Explained(why) => (why.clone(), String::new(), false),
        Notice::NotRecorded(why) => {
            let said = say!(language, "notice.not_recorded", why = why);
            (said.into_owned(), String::new(), false)
        }
        Notice::Reran { orders } => {
            let said = say!(language, "notice.reran", orders = orders);
            (said.into_owned(), String::new(), false)
        }
        Notice::Diverged { divergence, orders } => {
            let title = |name: &str| host_word(language, view.timeline.newest(), name);
            let given = divergence.given;
            let said = say!(language, "notice.diverged", given = given, orders = orders);
            let expected = words::sight(language, &divergence.expected, title);
            let found = words::sight(language, &divergence.found, title);
            let detail = say!(
                language,
                "notice.diverged_detail",
                expected = expected,
                found = found
            );
            (said.into_owned(), detail.into_owned(), false)
        }
        Notice::Lesson(problem) => {
            let said = say!(language, "notice.lesson", problem = problem);
            (said.into_owned(), String::new(), false)
        }
    }
}

fn dismiss_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let button = Button {
        icon: Some(Icon::Cross),
        name: say!(view.language, "notice.dismiss").into_owned(),
        hint: say!(view.language, "notice.dismiss").into_owned(),
        height: 28.0,
        ..Button::new("", theme)
    };
    if button.show(ui, theme).clicked() {
        commands.push(Command::Dismiss);
    }
}

fn sentences_ui(ui: &mut Ui, theme: &Theme, title: &str, detail: &str) {
    let title = RichText::new(title).font(theme::bold_font(theme::TEXT));
    ui.add(egui::Label::new(title.color(theme.text)).wrap());
    if !detail.is_empty() {
        let detail = RichText::new(detail).font(theme::text_font(theme::TEXT));
        ui.add(egui::Label::new(detail.color(theme.text)).wrap());
    }
}

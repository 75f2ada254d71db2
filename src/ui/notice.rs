//! What stands between the learner and the lab, in one strip: a sentence, and what to do about it.
//!
//! In: the view's notice. Out: commands. The sentences are in `assets/locales`; what the lab or
//! the machine lacks, and its remedy, come from `words`, which doctor uses too.

use eframe::egui;
use eframe::egui::{Align, Frame, Label, Layout, Margin, RichText, ScrollArea, Sense, Ui, vec2};

use super::controls;
use super::parts::{self, Button, Icon, Weight};
use super::saved;
use super::text::{host_word, say};
use super::theme::{self, Theme};
use crate::lesson::Language;
use crate::replay::Divergence;
use crate::session::{Command, Notice, Reloaded, View};
use crate::words;

/// A remedy may be a whole file: it scrolls beyond this share of the window.
const DETAIL_SHARE: f32 = 0.2;

/// What it says, what to do, and what can be pressed.
struct Said {
    title: String,
    detail: String,
    weight: Gravity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gravity {
    /// Something about a key, which the next key takes away.
    Remark,
    /// There is no lab: start it again.
    NoLab,
    /// There is one, but without the held wire.
    NoWire,
    /// There is one, and it runs something else than the lesson tells of now.
    OtherRun,
    /// A lesson's file has to be mended.
    Mistake,
}

pub fn notice_ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let Some(notice) = view.notice else { return };
    let theme = theme::theme(view.look);
    let said = said(view, notice);
    let tone = match said.weight {
        Gravity::NoLab => theme.bad_tone(),
        Gravity::Remark | Gravity::NoWire | Gravity::OtherRun | Gravity::Mistake => {
            theme.warn_tone()
        }
    };
    let frame = Frame::new()
        .fill(tone.soft)
        .inner_margin(Margin::symmetric(16, 8));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal_top(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(18.0, 28.0), Sense::hover());
            let icon = match said.weight {
                Gravity::Remark | Gravity::OtherRun => Icon::Info,
                Gravity::NoLab | Gravity::NoWire | Gravity::Mistake => Icon::Warning,
            };
            parts::paint_icon(ui.painter(), icon, rect.center(), 16.0, tone.strong);
            ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
                dismiss_ui(ui, view, theme, said.weight, commands);
                ui.with_layout(Layout::top_down(Align::Min), |ui| {
                    ui.add_space(5.0);
                    sentences_ui(ui, theme, &said);
                    buttons_ui(ui, view, theme, &said, commands);
                });
            });
        });
    });
}

fn sentences_ui(ui: &mut Ui, theme: &Theme, said: &Said) {
    let title = RichText::new(&said.title).font(theme::bold_font(theme::TEXT));
    let title = ui.add(Label::new(title.color(theme.text)).wrap());
    ui.ctx().accesskit_node_builder(title.id, |node| {
        node.set_live(egui::accesskit::Live::Assertive);
    });
    if !said.detail.is_empty() {
        let height = ui.ctx().content_rect().height() * DETAIL_SHARE;
        let detail = RichText::new(&said.detail).font(theme::text_font(theme::TEXT));
        ScrollArea::vertical()
            .id_salt("remedy")
            .max_height(height)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                ui.add(Label::new(detail.color(theme.text)).wrap().selectable(true))
            });
    }
}

fn buttons_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    said: &Said,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let (again, strong) = match said.weight {
        Gravity::Remark | Gravity::Mistake => return,
        Gravity::OtherRun => (say!(language, "notice.restart"), theme.wire),
        Gravity::NoLab => (say!(language, "notice.restart"), theme.bad),
        Gravity::NoWire => (say!(language, "notice.try_again"), theme.warn),
    };
    ui.horizontal_wrapped(|ui| {
        let button = Button {
            icon: Some(Icon::Restart),
            key: Some("R"),
            weight: Weight::Filled(strong),
            hint: say!(language, "hint.restart").into_owned(),
            height: 30.0,
            ..Button::new(again, theme)
        };
        if button.show(ui, theme).clicked() {
            commands.push(Command::Restart);
        }
        if said.weight == Gravity::NoWire {
            let button = Button {
                hint: say!(language, "notice.go_on_hint").into_owned(),
                height: 30.0,
                ..Button::new(say!(language, "notice.go_on"), theme)
            };
            if button.show(ui, theme).clicked() {
                commands.push(Command::Dismiss);
            }
        }
    });
}

fn dismiss_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    weight: Gravity,
    commands: &mut Vec<Command>,
) {
    if weight == Gravity::NoWire {
        return; // it has a button with words
    }
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

fn said(view: &View<'_>, notice: &Notice) -> Said {
    let language = view.language;
    let remark = |title: String, detail: String| (title, detail, Gravity::Remark);
    let (title, detail, weight) = match notice {
        Notice::NoWire(refusal) => {
            let (said, weight) = match refusal.is_the_machines() {
                true => {
                    let said = say!(language, "notice.no_wire", why = refusal.why);
                    (said, Gravity::NoWire)
                }
                false => {
                    let said = say!(language, "notice.no_lab", why = refusal.why);
                    (said, Gravity::NoLab)
                }
            };
            let remedy = words::remedy(language, refusal.remedy);
            (said.into_owned(), remedy, weight)
        }
        Notice::LabGone(demise) => {
            let reason = words::demise(language, demise);
            (
                say!(language, "notice.lab_gone", reason = reason).into_owned(),
                say!(language, "notice.lab_gone_remedy").into_owned(),
                Gravity::NoLab,
            )
        }
        Notice::Refused(refusal) => {
            let why = controls::refusal(view, refusal);
            remark(why, String::new())
        }
        Notice::Explained(why) => remark(why.clone(), String::new()),
        Notice::NotRecorded(why) => {
            let said = say!(language, "notice.not_recorded", why = why);
            remark(said.into_owned(), String::new())
        }
        Notice::CutShort { path, at } => {
            let (said, remedy) = saved::cut_short(language, path, at);
            (said, remedy, Gravity::Mistake)
        }
        Notice::Reran { orders } => {
            let said = say!(language, "notice.reran", orders = orders);
            remark(said.into_owned(), String::new())
        }
        Notice::Diverged { divergence, orders } => {
            let (said, detail) = diverged(view, divergence, *orders);
            remark(said, detail)
        }
        Notice::Lesson(problem) => {
            let said = say!(language, "notice.lesson", problem = problem);
            (said.into_owned(), String::new(), Gravity::Mistake)
        }
        Notice::Reloaded(reloaded) => edited(language, reloaded),
        Notice::Files(files) => {
            let (said, remedy) = super::file_words::remark(view, files);
            remark(said, remedy)
        }
        Notice::LessonFinished => remark(say!(language, "finish.said").into_owned(), String::new()),
    };
    Said {
        title,
        detail,
        weight,
    }
}

fn diverged(view: &View<'_>, divergence: &Divergence, orders: usize) -> (String, String) {
    let language = view.language;
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
    (said.into_owned(), detail.into_owned())
}

fn edited(language: Language, reloaded: &Reloaded) -> (String, String, Gravity) {
    match reloaded {
        Reloaded::OtherRun => (
            say!(language, "notice.other_run").into_owned(),
            say!(language, "notice.other_run_remedy").into_owned(),
            Gravity::OtherRun,
        ),
        Reloaded::Broken(problem) => (
            say!(language, "notice.broken").into_owned(),
            problem.clone(),
            Gravity::Mistake,
        ),
    }
}

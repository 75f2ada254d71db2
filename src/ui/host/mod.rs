//! A host: its program's code and what it is doing, and what its kernel says of its sockets.

mod answer;
mod buffers;
mod code;
mod contents;
mod counters;
pub mod editor;
pub mod highlight;
mod lazy;
mod lens;
mod listing;
mod locals;
mod nesting;
mod numbers;
mod output;
mod program;
mod room;
mod sight;
mod socket;
mod sockets;
mod strip;
mod threads;
mod title;
mod whole;

pub use lens::lens_ui;
pub use socket::{addresses_ui, state_meaning};
pub use strip::lens_name;
pub use title::mapped;

use eframe::egui::{Id, Rect, ScrollArea, Ui};

use self::sight::{Matters, Sight};
use super::capture;
use super::theme::{self, Theme};
use crate::model::{Activity, Program};
use crate::session::{Command, View};
use crate::trace::Name;

/// Lower than this, program and sockets of a host scroll together.
const SPLIT_FROM: f32 = 330.0;
/// The sockets may take so much of a host's height from its program.
const SOCKETS: f32 = 0.46;
/// And the program may take so much of it, where it has much to say.
const PROGRAM: f32 = 0.72;

/// So many of a program's calls are looked at for the one that was allowed last.
const NEWEST_CALLS: usize = 32;

/// What a scroll bar takes.
const BAR: f32 = 6.0;

/// A column of hosts, one above the other. One with a column to itself shows its program and its
/// sockets side by side, as it were: each scrolls by itself, so that neither hides the other.
pub fn hosts_ui(ui: &mut Ui, view: &View<'_>, hosts: &[&Name], commands: &mut Vec<Command>) {
    // What is cut ends at a whole row, which is to be read.
    ui.spacing_mut().scroll.fade.strength = 0.0;
    let height = ui.available_height();
    if let [host] = hosts
        && let [program] = programs(view, host)[..]
        && height >= SPLIT_FROM
    {
        return split_ui(ui, view, (host, program), commands);
    }
    let salt = hosts.first().map_or("none", |name| name.as_str());
    let begin = whole::begin(ui);
    let shown = ScrollArea::vertical()
        .id_salt(("hosts", salt))
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = theme::GAP;
            ui.add_space(2.0);
            let mut sight = Sight::of(ui, view, Id::unique(("sight of", salt)));
            let height = height / hosts.len() as f32;
            for host in hosts {
                host_ui(ui, view, (host, height), &mut sight, commands);
            }
            ui.add_space(theme::GAP);
            sight.settle(ui);
        });
    whole::cards_only(ui, theme::theme(view.look), begin, shown.inner_rect);
}

/// What runs on a host.
fn programs<'a>(view: &View<'a>, host: &str) -> Vec<&'a Program> {
    let state = view.timeline.state();
    let programs = state.program_order.iter();
    let programs = programs.filter_map(|name| state.programs.get(name));
    programs.filter(|program| program.host == host).collect()
}

/// Whether it is the only program of its host: then the host's title is its head.
fn is_alone(view: &View<'_>, program: &Program) -> bool {
    programs(view, &program.host).len() == 1
}

fn split_ui(
    ui: &mut Ui,
    view: &View<'_>,
    (host, program): (&Name, &Program),
    commands: &mut Vec<Command>,
) {
    let theme = theme::theme(view.look);
    ui.spacing_mut().item_spacing.y = theme::GAP;
    ui.add_space(2.0);
    title::title_ui(ui, view, theme, host, commands);
    title::mapping_ui(ui, view, theme, host);
    let room = ui.available_height();
    // Cards stand in one line, whichever of the two scrolls.
    let width = ui.available_width() - BAR;
    let id = Id::unique(("sockets of", host));
    let wanted = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(0.0);
    let natural = program::natural_height(ui, view, theme, (program, width));
    let least = (program::least_height(ui, program) + theme::GAP).min(room * PROGRAM);
    let most = (room - least).min(room * SOCKETS);
    let spare = room - natural - theme::GAP;
    let sockets = wanted.min(spare.max(most));
    let program_room = room - sockets - if sockets > 0.0 { theme::GAP } else { 0.0 };
    let begin = whole::begin(ui);
    let shown = ScrollArea::vertical()
        .id_salt(("program of", host))
        .max_height(program_room)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            ui.set_max_width(width);
            let fit = program::Fit::Within(program_room, room);
            let mut sight = Sight::of(ui, view, Id::unique(("sight of program", host)));
            let top = ui.cursor().top();
            let field = program::program_ui(ui, view, theme, program, fit, commands);
            // Who has answered sees the card from its top again.
            let head = ui.min_rect().with_min_y(top).with_max_y(top + 1.0);
            note_question(ui, program, field.unwrap_or(head), &mut sight);
            sight.settle(ui);
        });
    let bottom = whole::cards_only(ui, theme, begin, shown.inner_rect);
    // Room that no whole row fits into is the sockets'; while somebody scrolls, nothing moves.
    if shown.state.clamped_offset().y == 0.0 && sockets > 0.0 {
        ui.add_space((bottom - shown.inner_rect.bottom()).min(0.0));
    }
    let begin = whole::begin(ui);
    let shown = ScrollArea::vertical()
        .id_salt(("sockets of", host))
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.set_max_width(width);
            ui.spacing_mut().item_spacing.y = theme::GAP;
            let mut sight = Sight::of(ui, view, Id::unique(("sight of sockets", host)));
            let top = ui.cursor().top();
            kernel_ui(ui, view, theme, host, (&mut sight, commands));
            sight.settle(ui);
            (ui.cursor().top() - top).max(0.0)
        });
    whole::cards_only(ui, theme, begin, shown.inner_rect);
    if (shown.inner - wanted).abs() > 0.5 {
        ui.data_mut(|data| data.insert_temp(id, shown.inner));
        ui.ctx().request_repaint();
    }
}

fn host_ui(
    ui: &mut Ui,
    view: &View<'_>,
    (host, height): (&Name, f32),
    sight: &mut Sight,
    commands: &mut Vec<Command>,
) {
    let theme = theme::theme(view.look);
    title::title_ui(ui, view, theme, host, commands);
    title::mapping_ui(ui, view, theme, host);
    if capture::is_captured(view) {
        return capture::side_ui(ui, view, theme, host);
    }
    let programs = programs(view, host);
    let has_several = programs.len() > 1;
    let everybody = view.timeline.state().programs.values();
    let newest = everybody.filter_map(last_step).max();
    for program in programs {
        let id = Id::unique(("program", &program.name));
        let (rect, field) = lazy::lazily(ui, id, |ui| {
            if has_several {
                title::program_title_ui(ui, view, theme, program);
            }
            let fit = program::Fit::Share(height);
            program::program_ui(ui, view, theme, program, fit, commands)
        });
        let doing = (program.calls.len(), program.line, program.output.len());
        let doing = (doing, std::mem::discriminant(&program.activity));
        let matters = match last_step(program) {
            Some(at) if Some(at) == newest => Matters::Acted,
            Some(_) | None => Matters::Program,
        };
        sight.note(ui, (matters, id), doing, rect);
        if let Some(field) = field.flatten() {
            note_question(ui, program, field, sight);
        }
    }
    kernel_ui(ui, view, theme, host, (sight, commands));
}

/// When it was last allowed into a call.
fn last_step(program: &Program) -> Option<u64> {
    // The threads of a program are many, and only its newest calls matter.
    let calls = program.calls.iter().rev().take(NEWEST_CALLS);
    calls.filter_map(|call| call.permitted_at_us).max()
}

fn note_question(ui: &Ui, program: &Program, place: Rect, sight: &mut Sight) {
    let is_asking = matches!(program.activity, Activity::Asking(_));
    let asked = is_asking.then_some(program.since_us);
    let id = Id::unique(("question of", &program.name));
    sight.note(ui, (Matters::Asked, id), asked, place);
}

/// What the host's kernel says.
fn kernel_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    host: &Name,
    (sight, commands): (&mut Sight, &mut Vec<Command>),
) {
    sockets::sockets_ui(ui, view, theme, host, (sight, commands));
    if let Some(host) = view.timeline.state().hosts.get(host) {
        counters::counters_ui(ui, view, theme, host);
    }
}

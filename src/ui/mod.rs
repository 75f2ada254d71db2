//! The window: panels that read a [`View`] and push [`Command`]s. They change nothing.
//!
//! [`stage_ui`] lays out everything; [`prepare`] sets fonts and colours when they change. Colours
//! and sizes live in `theme`, words in `assets/locales`.

mod controls;
mod drawer;
mod fonts;
mod glow;
mod host;
mod keys;
mod ladder;
mod lesson;
mod parts;
mod remark;
mod segment;
mod text;
mod theme;
mod timeline_strip;
mod top_bar;
mod transport;
mod wire;

use eframe::egui;
use eframe::egui::{CentralPanel, Frame, Id, Margin, Panel, Ui};

use crate::lesson::Language;
use crate::session::{Command, Look, View};
use crate::trace::Name;

/// Everything, from a view. The commands of clicks and keys are pushed in the order they came.
pub fn stage_ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    keys::keys(ui.ctx(), view, commands);
    let bar = |horizontal, vertical| {
        Frame::new()
            .fill(theme.panel)
            .inner_margin(Margin::symmetric(horizontal, vertical))
    };
    Panel::top("top")
        .exact_size(theme::TOP_BAR)
        .resizable(false)
        .frame(bar(16, 0))
        .show(ui, |ui| top_bar::top_bar_ui(ui, view, commands));
    Panel::bottom("transport")
        .exact_size(theme::TRANSPORT)
        .resizable(false)
        .frame(bar(16, 0))
        .show(ui, |ui| transport::transport_ui(ui, view, commands));
    if view.notice.is_some() {
        Panel::top("notice")
            .resizable(false)
            .frame(Frame::new())
            .show(ui, |ui| top_bar::notice_ui(ui, view, commands));
    }
    if let Some(lesson) = view.lesson {
        Panel::left(sized(ui, "lesson"))
            .default_size(theme::LESSON.clamp(ui.available_width() * theme::LESSON_SHARE))
            .size_range(220.0..=560.0)
            .frame(bar(0, 0))
            .show(ui, |ui| lesson::lesson_ui(ui, view, lesson, commands));
    }
    CentralPanel::default()
        .frame(Frame::new().fill(theme.stage))
        .show(ui, |ui| hosts_and_wire_ui(ui, view, commands));
}

/// A panel keeps the size a learner gave it, for each rough size of the window: one that grows, as
/// on a projector, lays itself out anew.
fn sized(ui: &Ui, panel: &'static str) -> Id {
    const STEP: f32 = 160.0;
    let window = ui.ctx().content_rect().size() / STEP;
    Id::unique((panel, window.x.round() as i32, window.y.round() as i32))
}

/// Drawer below; clients, ladder, servers above.
fn hosts_and_wire_ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    Panel::bottom(sized(ui, "drawer"))
        .default_size(theme::DRAWER.clamp(ui.available_height() * theme::DRAWER_SHARE))
        .size_range(90.0..=460.0)
        .frame(Frame::new().fill(theme.panel).inner_margin(Margin {
            left: 16,
            right: 10,
            top: 6,
            bottom: 6,
        }))
        .show(ui, |ui| {
            // Its height is the learner's, whatever it shows.
            ui.expand_to_include_rect(ui.max_rect());
            drawer::drawer_ui(ui, view, commands);
        });
    let state = view.timeline.state();
    let is_server = |name: &&Name| controls::is_server(name);
    let (servers, clients): (Vec<&Name>, Vec<&Name>) = state.host_order.iter().partition(is_server);
    // With many hosts the ladder scrolls sideways.
    let more_hosts = state.host_order.len().clamp(2, 4) as f32 - 2.0;
    let ladder = theme::LADDER_WIDTH + theme::LADDER_HOST * more_hosts;
    let room = (ui.available_width() - ladder) / 2.0;
    let width = theme::HOSTS.clamp(room);
    let column = Frame::new().inner_margin(Margin {
        left: 12,
        right: 8,
        top: 6,
        bottom: 0,
    });
    let clients_panel = Panel::left(sized(ui, "clients"));
    let servers_panel = Panel::right(sized(ui, "servers"));
    for (panel, hosts) in [(clients_panel, &clients), (servers_panel, &servers)] {
        panel
            .default_size(width)
            .size_range(170.0..=620.0)
            .frame(column)
            .show(ui, |ui| host::hosts_ui(ui, view, hosts, commands));
    }
    CentralPanel::default()
        .frame(Frame::new().fill(theme.stage))
        .show(ui, |ui| ladder::ladder_ui(ui, view, commands));
}

/// What egui was last set to.
#[derive(Clone, Copy, PartialEq)]
struct Prepared(Language, Look);

/// Sets fonts and colours when language or look changed. Call it before a pass, not within one.
pub fn prepare(ctx: &egui::Context, language: Language, look: Look) {
    let id = Id::unique("prepared");
    let before = ctx.data(|data| data.get_temp::<Prepared>(id));
    if before.map(|Prepared(language, _)| language) != Some(language) {
        ctx.set_fonts(fonts::definitions(language));
    }
    if before.map(|Prepared(_, look)| look) != Some(look) {
        theme::apply(ctx, look);
    }
    ctx.data_mut(|data| data.insert_temp(id, Prepared(language, look)));
}

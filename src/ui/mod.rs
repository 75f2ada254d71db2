//! The window: panels that read a [`View`] and push [`Command`]s. They change nothing.
//!
//! [`stage_ui`] lays out everything; [`prepare`] sets fonts, colours and size when they change.
//! Colours and sizes live in `theme`, words in `assets/locales`. What folds in a small window is
//! `layout`'s to say.

mod bytes;
mod captions;
mod capture;
mod contents;
mod controls;
mod describe;
mod drawer;
mod driving;
mod file_words;
mod focus;
mod fonts;
mod glow;
mod handle;
mod help;
mod host;
mod hot;
mod keys;
mod ladder;
mod layout;
mod lesson;
mod menu;
mod notice;
mod open;
mod overlay;
mod parts;
mod past;
mod presenter;
mod remark;
mod save;
mod saved;
mod segment;
mod share;
mod spot;
mod text;
mod theme;
mod timeline_strip;
mod top_bar;
mod tour;
mod transport;
mod wire;

use eframe::egui;
use eframe::egui::{CentralPanel, Context, Frame, Id, Margin, Panel, Rect, Ui};

use self::focus::{Pane, pane_ui};
use self::layout::{Place, Plan};
use self::theme::Theme;
use crate::lesson::Lesson;
use crate::session::{Command, Overlay, Settings, Sheet, Survey, View};
use crate::trace::Name;

/// Everything, from a view. The commands of clicks and keys are pushed in the order they came.
pub fn stage_ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    keys::keys(ui.ctx(), view, commands);
    presenter::follow(ui.ctx(), view);
    focus::begin(ui.ctx());
    spot::begin(ui.ctx());
    describe::live_region_ui(ui, view);
    let plan = layout::plan_of(ui.ctx(), view);
    panes_ui(ui, view, plan, commands);
    if view.desk.overlay.is_some() {
        overlay::without_tips_below(ui.ctx());
    }
    host::editor::menu_ui(ui.ctx(), view, commands);
    spot::spotlight_ui(ui.ctx(), view);
    overlay_ui(ui.ctx(), view, commands);
    open::drop_ui(ui.ctx(), view, commands);
    // By now everything has said whether it is pointed at.
    hot::settle(ui.ctx(), view);
}

/// What lies over the window, if anything does.
fn overlay_ui(ctx: &Context, view: &View<'_>, commands: &mut Vec<Command>) {
    match view.desk.overlay {
        Some(Overlay::Keys) => help::help_ui(ctx, view, commands),
        Some(Overlay::Black) => presenter::black_ui(ctx, view, commands),
        Some(Overlay::Sheet(sheet)) => sheet_ui(ctx, view, sheet, commands),
        Some(Overlay::Tour(stop)) => tour::tour_ui(ctx, view, stop, commands),
        Some(Overlay::Open) => open::panel_ui(ctx, view, commands),
        Some(Overlay::Save) => save::panel_ui(ctx, view, commands),
        Some(Overlay::Loading) => saved::loading_ui(ctx, view, commands),
        Some(Overlay::Contents) => contents::contents_ui(ctx, view, commands),
        Some(Overlay::Picture(index)) => lesson::enlarged_ui(ctx, view, index, commands),
        None => overlay::give_focus_back(ctx),
    }
}

/// A pane that has no room beside the others.
fn sheet_ui(ctx: &Context, view: &View<'_>, sheet: Sheet, commands: &mut Vec<Command>) {
    let height = ctx.content_rect().height() - 140.0;
    let survey = view.desk.survey.as_ref().map(Left::Conversations);
    match (sheet, survey.or(view.lesson.map(Left::Lesson))) {
        (Sheet::Lesson, Some(left)) => {
            let pane = (left.pane(), theme::LESSON.max, height);
            overlay::sheet_ui(ctx, view, pane, commands, |ui, commands| {
                left.show(ui, view, commands);
            });
        }
        (Sheet::Lesson, None) => {}
        (Sheet::Inspector, _) => {
            let pane = (Pane::Drawer, ctx.content_rect().width(), height);
            overlay::sheet_ui(ctx, view, pane, commands, |ui, commands| {
                drawer::drawer_ui(ui, view, commands);
            });
        }
    }
}

/// Where the panes are: each has its place and what it may not draw beyond.
#[derive(Clone, Copy)]
struct Room {
    rect: Rect,
    clip: Rect,
}

/// The panels take their room from the edges inwards, and are then drawn in reading order: that
/// is the order of Tab, too.
fn panes_ui(ui: &mut Ui, view: &View<'_>, plan: Plan, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let language = view.language;
    let fill = Frame::new().fill(theme.panel);
    let bar = fill.inner_margin(Margin::symmetric(16, 0));
    let height = match view.desk.settings.presents {
        true => theme::SLIM_BAR,
        false => theme::TOP_BAR,
    };
    let top = room(ui, Panel::top("top").exact_size(height).frame(bar));
    pane_ui(ui, (Pane::TopBar, top), language, |ui| {
        top_bar::top_bar_ui(ui, view, commands);
    });
    let transport = Panel::bottom("transport").exact_size(theme::TRANSPORT);
    let transport = room(ui, transport.frame(bar));
    if view.notice.is_some() {
        let notice = Panel::top("notice").resizable(false).frame(Frame::new());
        let shown = notice.show(ui, |ui| notice::notice_ui(ui, view, commands));
        focus::remember(ui.ctx(), Pane::Notice, shown.response.rect);
    }
    let captions = view.lesson.filter(|_| plan.has_captions).map(|lesson| {
        let height = captions::height(ui, view, lesson);
        let frame = fill.inner_margin(Margin::symmetric(16, 8));
        let panel = Panel::bottom("captions").exact_size(height).frame(frame);
        (lesson, room(ui, panel))
    });
    let survey = view.desk.survey.as_ref();
    let left = survey.map(Left::Conversations);
    let left = left.or(view.lesson.map(Left::Lesson));
    let left = left.and_then(|left| {
        let panel = match plan.lesson {
            Place::Open => Panel::left(sized(ui, "lesson"))
                .default_size(theme::LESSON.clamp(ui.available_width() * theme::LESSON_SHARE))
                .size_range(220.0..=560.0),
            Place::Away => Panel::left("lesson handle").exact_size(theme::HANDLE),
            Place::Folded | Place::Gone => return None,
        };
        Some((left, room(ui, panel.frame(fill))))
    });
    if let Some((left, room)) = left {
        pane_ui(ui, (left.pane(), room), language, |ui| match plan.lesson {
            Place::Open => left.show(ui, view, commands),
            Place::Away | Place::Folded | Place::Gone => handle::lesson_ui(ui, view, commands),
        });
    }
    past::band_ui(ui, view);
    let stage = CentralPanel::default()
        .frame(Frame::new().fill(theme.stage))
        .show(ui, |ui| stage_of_hosts_ui(ui, view, plan, commands));
    past::frame_ui(ui, view, stage.response.rect);
    if let Some((lesson, room)) = captions {
        pane_ui(ui, (Pane::Captions, room), language, |ui| {
            captions::captions_ui(ui, view, lesson, commands);
        });
    }
    pane_ui(ui, (Pane::Transport, transport), language, |ui| {
        transport::transport_ui(ui, view, commands);
    });
}

/// What stands at the left of the stage.
#[derive(Clone, Copy)]
enum Left<'a> {
    Lesson(&'a Lesson),
    /// Of an opened capture.
    Conversations(&'a Survey),
}

impl Left<'_> {
    fn pane(self) -> Pane {
        match self {
            Self::Lesson(_) => Pane::Lesson,
            Self::Conversations(_) => Pane::Conversations,
        }
    }

    fn show(self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        match self {
            Self::Lesson(lesson) => lesson::lesson_ui(ui, view, lesson, commands),
            Self::Conversations(survey) => capture::pane_ui(ui, view, survey, commands),
        }
    }
}

/// Takes a panel's room without drawing into it yet.
fn room(ui: &mut Ui, panel: Panel) -> Room {
    let shown = panel.show(ui, |ui| {
        // Its size is the learner's, whatever it shows.
        ui.expand_to_include_rect(ui.max_rect());
        ui.max_rect()
    });
    Room {
        rect: shown.inner,
        clip: shown.response.rect,
    }
}

/// A panel keeps the size a learner gave it, for each rough size of the window: one that grows, as
/// on a projector, lays itself out anew.
fn sized(ui: &Ui, panel: &'static str) -> Id {
    const STEP: f32 = 160.0;
    let window = ui.ctx().content_rect().size() / STEP;
    Id::unique((panel, window.x.round() as i32, window.y.round() as i32))
}

/// Drawer below; clients, ladder, servers above.
fn stage_of_hosts_ui(ui: &mut Ui, view: &View<'_>, plan: Plan, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let language = view.language;
    let drawer = drawer_room(ui, theme, plan);
    if let Some(survey) = capture::listed(view) {
        let rect = ui.available_rect_before_wrap();
        let all = Room { rect, clip: rect };
        pane_ui(ui, (Pane::Ladder, all), language, |ui| {
            capture::list_ui(ui, view, survey, commands);
        });
        return drawer_pane_ui(ui, view, (plan, drawer), commands);
    }
    let state = view.timeline.state();
    let is_server = |name: &&Name| controls::is_server(name);
    let (servers, clients): (Vec<&Name>, Vec<&Name>) = state.host_order.iter().partition(is_server);
    // With many hosts the ladder scrolls sideways.
    let more_hosts = state.host_order.len().clamp(2, 4) as f32 - 2.0;
    let ladder = theme::LADDER_WIDTH + theme::LADDER_HOST * more_hosts;
    let width = theme::HOSTS.clamp((ui.available_width() - ladder) / 2.0);
    let column = Frame::new().inner_margin(Margin {
        left: 12,
        right: 8,
        top: 6,
        bottom: 0,
    });
    let [clients_room, servers_room] = [
        Panel::left(sized(ui, "clients")),
        Panel::right(sized(ui, "servers")),
    ]
    .map(|panel| {
        let panel = panel.default_size(width).size_range(170.0..=620.0);
        room(ui, panel.frame(column))
    });
    let ladder = ui.available_rect_before_wrap();
    let ladder = Room {
        rect: ladder,
        clip: ladder,
    };
    pane_ui(ui, (Pane::Clients, clients_room), language, |ui| {
        host::hosts_ui(ui, view, &clients, commands);
    });
    pane_ui(ui, (Pane::Ladder, ladder), language, |ui| {
        ladder::ladder_ui(ui, view, commands);
    });
    pane_ui(ui, (Pane::Servers, servers_room), language, |ui| {
        host::hosts_ui(ui, view, &servers, commands);
    });
    drawer_pane_ui(ui, view, (plan, drawer), commands);
}

fn drawer_pane_ui(
    ui: &mut Ui,
    view: &View<'_>,
    (plan, drawer): (Plan, Option<Room>),
    commands: &mut Vec<Command>,
) {
    let Some(drawer) = drawer else { return };
    let is_open = plan.drawer == Place::Open;
    let pane = (Pane::Drawer, drawer);
    pane_ui(ui, pane, view.language, |ui| match is_open {
        true => drawer::drawer_ui(ui, view, commands),
        false => handle::drawer_ui(ui, view, commands),
    });
}

/// Of the drawer, or of its handle.
fn drawer_room(ui: &mut Ui, theme: &Theme, plan: Plan) -> Option<Room> {
    let (panel, margin) = match plan.drawer {
        Place::Open => {
            let height = theme::DRAWER.clamp(ui.available_height() * theme::DRAWER_SHARE);
            let panel = Panel::bottom(sized(ui, "drawer")).default_size(height);
            (panel.size_range(90.0..=460.0), 6)
        }
        Place::Away | Place::Folded => {
            let panel = Panel::bottom("drawer handle").exact_size(theme::HANDLE);
            (panel, 1)
        }
        Place::Gone => return None,
    };
    let fill = Frame::new().fill(theme.panel).inner_margin(Margin {
        left: 16,
        right: 10,
        top: margin,
        bottom: margin,
    });
    Some(room(ui, panel.frame(fill)))
}

/// Sets fonts, colours and the size of everything when the settings changed. Call it before a
/// pass, not within one.
pub fn prepare(ctx: &egui::Context, settings: &Settings) {
    let id = Id::unique("prepared");
    let before = ctx.data(|data| data.get_temp::<Settings>(id));
    let before = before.as_ref();
    if before.map(|before| before.language) != Some(settings.language) {
        ctx.set_fonts(fonts::definitions(settings.language));
    }
    let look = |settings: &Settings| (settings.look, settings.motion);
    if before.map(look) != Some(look(settings)) {
        theme::apply(ctx, settings.look, settings.motion);
    }
    if before.is_none() {
        // Ours are in the settings, and say so.
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
    }
    if before != Some(settings) {
        ctx.data_mut(|data| data.insert_temp(id, settings.clone()));
    }
    // The window may have become smaller, too. It knows its size after its first pass.
    if ctx.cumulative_pass_nr() > 0 {
        ctx.set_zoom_factor(layout::zoom_factor(settings, layout::usual_size(ctx)));
    }
}

//! The drawer below the stage: a segment, header by header and byte by byte; what a kernel says of
//! its sockets; TCP's states; where every byte is; a transfer over time.
//!
//! Which tab is open is egui's to remember; the keys 1 to 5 open them.

mod before;
mod cells;
mod choice;
mod connection;
mod facts;
mod graph;
mod ledger;
mod segment;
mod socket;
mod states;

use eframe::egui;
use eframe::egui::{Align, Context, Id, Key, Layout, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

use self::segment::shown_segment;
use super::layout::{self, Place};
use super::text::say;
use super::theme::{self, Theme};
use crate::lesson::Language;
use crate::session::{Command, Overlay, Setting, Sheet, View};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    #[default]
    Segment,
    Socket,
    Diagram,
    Bytes,
    Graph,
}

impl Tab {
    const ALL: [Self; 5] = [
        Self::Segment,
        Self::Socket,
        Self::Diagram,
        Self::Bytes,
        Self::Graph,
    ];

    /// Opens it, from the next frame on.
    fn open(self, ctx: &Context) {
        ctx.data_mut(|data| data.insert_temp(tab_id(), self));
    }

    /// The same by key: the drawer comes back if it was away.
    pub fn show(self, ctx: &Context, view: &View<'_>) -> Command {
        self.open(ctx);
        match layout::plan_of(ctx, view).drawer {
            Place::Open | Place::Away => Command::Set(Setting::Drawer(true)),
            Place::Folded | Place::Gone => Command::Show(Some(Overlay::Sheet(Sheet::Inspector))),
        }
    }

    fn name(self, language: Language) -> String {
        match self {
            Self::Segment => say!(language, "drawer.segment"),
            Self::Socket => say!(language, "drawer.socket"),
            Self::Diagram => say!(language, "drawer.diagram"),
            Self::Bytes => say!(language, "drawer.bytes"),
            Self::Graph => say!(language, "graph.name"),
        }
        .into_owned()
    }

    pub fn hint(self, language: Language) -> String {
        match self {
            Self::Segment => say!(language, "inspect.segment_hint"),
            Self::Socket => say!(language, "inspect.socket_hint"),
            Self::Diagram => say!(language, "inspect.diagram_hint"),
            Self::Bytes => say!(language, "inspect.bytes_hint"),
            Self::Graph => say!(language, "graph.hint"),
        }
        .into_owned()
    }
}

fn tab_id() -> Id {
    Id::unique("drawer tab")
}

pub fn drawer_ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let open = ui.data(|data| data.get_temp::<Tab>(tab_id()));
    let mut tab = open.unwrap_or_default();
    if super::capture::listed(view).is_some() {
        return packet_ui(ui, view, theme, commands);
    }
    // As a sheet over the stage it has the keyboard to itself.
    if view.desk.overlay == Some(Overlay::Sheet(Sheet::Inspector)) && !ui.ctx().text_edit_focused()
    {
        let keys = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5];
        for (key, each) in keys.into_iter().zip(Tab::ALL) {
            if ui.input(|input| input.key_pressed(key)) {
                tab = each;
            }
        }
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 14.0;
        for (index, each) in Tab::ALL.into_iter().enumerate() {
            if tab_ui(ui, view.language, theme, (each, index + 1), tab == each) {
                tab = each;
            }
        }
        if tab == Tab::Segment
            && let Some(segment) = shown_segment(view)
        {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                if !super::capture::is_captured(view) {
                    super::wire::actions_ui(ui, view, theme, segment, commands);
                }
                ui.add_space(6.0);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    segment::summary_ui(ui, view, theme, segment);
                });
            });
        }
    });
    tab.open(ui.ctx());
    ui.add_space(3.0);
    match tab {
        Tab::Segment => segment::segment_ui(ui, view, theme, commands),
        Tab::Socket => socket::socket_ui(ui, view, theme),
        Tab::Diagram => states::states_ui(ui, view, theme),
        Tab::Bytes => ledger::ledger_ui(ui, view, theme, commands),
        Tab::Graph => graph::graph_ui(ui, view, theme, commands),
    }
}

/// One packet of many has its header and its bytes; the rest takes its conversation on the stage.
fn packet_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 14.0;
        if let Some(segment) = shown_segment(view) {
            segment::summary_ui(ui, view, theme, segment);
        }
    });
    ui.add_space(3.0);
    segment::segment_ui(ui, view, theme, commands);
}

/// A name with its key beside it, small: for those who look for it.
fn tab_ui(
    ui: &mut Ui,
    language: Language,
    theme: &Theme,
    (tab, key): (Tab, usize),
    is_open: bool,
) -> bool {
    let name = tab.name(language);
    let colour = if is_open { theme.text } else { theme.muted };
    let font = if is_open {
        theme::bold_font(theme::TEXT)
    } else {
        theme::text_font(theme::TEXT)
    };
    let galley = ui.painter().layout_no_wrap(name.clone(), font, colour);
    let font = theme::code_font(theme::STATE);
    let key = ui
        .painter()
        .layout_no_wrap(key.to_string(), font, theme.faint);
    let size = vec2(galley.size().x + 3.0 + key.size().x, galley.size().y + 8.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let right = rect.right() - key.size().x;
    let painter = ui.painter();
    painter.galley(rect.min + vec2(0.0, 2.0), galley, colour);
    painter.galley(egui::pos2(right, rect.top() + 1.0), key, theme.faint);
    if is_open || response.has_focus() {
        let width = if response.has_focus() { 3.0 } else { 2.0 };
        let stroke = Stroke::new(width, theme.wire);
        painter.hline(rect.x_range(), rect.bottom(), stroke);
    }
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_open, &name));
    response
        .on_hover_cursor(egui::CursorIcon::PointingHand)
        .on_hover_text(tab.hint(language))
        .clicked()
}

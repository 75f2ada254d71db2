//! Which socket the drawer tells of: a list of all that there are and were, host by host.
//!
//! In: the sockets of the state. Out: the chosen one, remembered by its key, and after a re-run by
//! its host and descriptor. The whole list is one stop for Tab; the arrows choose.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    CursorIcon, EventFilter, Id, Key as Press, Painter, Rect, Response, Role, ScrollArea, Sense,
    Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use crate::model::Socket;
use crate::session::View;
use crate::trace::{Key, Name};
use crate::ui::hot::{self, Light, Thing};
use crate::ui::parts::{self, Icon};
use crate::ui::text::{host_title, say};
use crate::ui::theme::{self, Theme};

const ROW: f32 = 34.0;

/// What is remembered of the chosen one.
#[derive(Clone, Debug, PartialEq)]
struct Chosen {
    host: Name,
    key: Key,
    fd: Option<i32>,
}

fn chosen_id() -> Id {
    Id::unique("socket in the drawer")
}

fn choose(ui: &Ui, socket: &Socket) {
    let chosen = Chosen {
        host: socket.facts.host.clone(),
        key: socket.facts.key,
        fd: socket.facts.fd,
    };
    ui.data_mut(|data| data.insert_temp(chosen_id(), chosen));
}

/// Every socket that there is or was, host by host; those that are gone come last of their host.
pub fn sockets<'a>(view: &View<'a>) -> Vec<&'a Socket> {
    let state = view.timeline.state();
    let hosts = state.host_order.iter();
    let mut all = Vec::new();
    for host in hosts.filter_map(|name| state.hosts.get(name)) {
        let mut own: Vec<&Socket> = host.sockets.values().map(AsRef::as_ref).collect();
        own.sort_by_key(|socket| (socket.gone_at_us.is_some(), socket.facts.key));
        all.extend(own);
    }
    all
}

/// The chosen one; or that which sent the segment that the drawer shows; or the first.
pub fn shown(ui: &Ui, view: &View<'_>, sockets: &[&Socket]) -> Option<usize> {
    let chosen = ui.data(|data| data.get_temp::<Chosen>(chosen_id()));
    let found = chosen.and_then(|chosen| {
        let mut all = sockets.iter();
        let is_it = |s: &&Socket| (&s.facts.host, s.facts.key) == (&chosen.host, chosen.key);
        let by_fd = |s: &&Socket| {
            let is_open = s.facts.fd.is_some() && s.gone_at_us.is_none();
            is_open && (&s.facts.host, s.facts.fd) == (&chosen.host, chosen.fd)
        };
        all.clone().position(is_it).or_else(|| all.position(by_fd))
    });
    let segment = super::shown_segment(view);
    let ends = segment.and_then(|s| Some((s.from.clone(), s.packet.as_ref()?.endpoints()?)));
    let has_sent = |socket: &&Socket| {
        ends.as_ref().is_some_and(|(from, (source, remote))| {
            let facts = &socket.facts;
            facts.host == *from
                && facts.local.as_deref() == Some(source.to_string().as_str())
                && facts.remote.as_deref() == Some(remote.to_string().as_str())
        })
    };
    let found = found.or_else(|| sockets.iter().position(has_sent));
    found.or((!sockets.is_empty()).then_some(0))
}

/// The list; gives the one that is shown.
pub fn list_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, sockets: &[&Socket]) -> Option<usize> {
    let mut shown = shown(ui, view, sockets)?;
    let area = ScrollArea::vertical().auto_shrink(false);
    area.show(ui, |ui| {
        let size = vec2(ui.available_width(), ROW * sockets.len() as f32);
        let (whole, _) = ui.allocate_exact_size(size, Sense::hover());
        let id = ui.scope_id().with("list of sockets");
        let list = ui.interact(whole, id, Sense::focusable_noninteractive());
        let row = |index: usize| {
            let corner = pos2(whole.left(), whole.top() + ROW * index as f32);
            Rect::from_min_size(corner, vec2(whole.width(), ROW))
        };
        if let Some(walked) = walked(ui, &list, shown, sockets.len()) {
            shown = walked;
            choose(ui, sockets[shown]);
            ui.scroll_to_rect(row(shown), None);
        }
        for (index, socket) in sockets.iter().enumerate() {
            if ui.is_rect_visible(row(index)) {
                let is_shown = index == shown;
                if row_ui(ui, view, theme, (socket, row(index)), is_shown) {
                    shown = index;
                    choose(ui, socket);
                    list.request_focus();
                }
            }
        }
        parts::focus_ring(ui, theme, &list, row(shown).shrink(2.0));
        let name = name(view, sockets[shown]);
        hot::point(&list, view, thing(sockets[shown]));
        list.widget_info(|| WidgetInfo {
            current_text_value: Some(name.clone()),
            ..WidgetInfo::labeled(Role::ListBox, true, say!(view.language, "sockets.list"))
        });
    });
    Some(shown)
}

/// Where the keys go to from here, while the list has the focus.
fn walked(ui: &Ui, list: &Response, at: usize, count: usize) -> Option<usize> {
    if !list.has_focus() {
        return None;
    }
    let filter = EventFilter {
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(list.id, filter));
    let step = ui.input(|input| {
        input.num_presses(Press::ArrowDown) as isize - input.num_presses(Press::ArrowUp) as isize
    });
    let to = at.saturating_add_signed(step).min(count - 1);
    (to != at).then_some(to)
}

fn thing(socket: &Socket) -> Thing {
    Thing::Socket {
        host: socket.facts.host.clone(),
        key: socket.facts.key,
    }
}

/// `Server`, `fd 4`, `ESTABLISHED`.
fn words(view: &View<'_>, socket: &Socket) -> [String; 3] {
    let facts = &socket.facts;
    let title = host_title(view.language, view.timeline.state(), &facts.host);
    let fd = match facts.fd {
        Some(fd) => format!("fd {fd}"),
        None => say!(view.language, "socket.kernels").into_owned(),
    };
    let kind = if facts.protocol == "tcp" {
        facts.state.clone()
    } else {
        facts.protocol.to_uppercase()
    };
    [title, fd, kind]
}

fn ends(socket: &Socket) -> String {
    let facts = &socket.facts;
    let ends = [facts.local.as_deref(), facts.remote.as_deref()];
    let ends: Vec<&str> = ends.into_iter().flatten().collect();
    ends.join(" → ")
}

/// In tenths of a second of the lab's clock.
pub fn gone_at(socket: &Socket) -> Option<String> {
    let us = socket.gone_at_us?;
    Some(format!("{:.1}", us as f64 / 1e6))
}

/// What a reader hears.
fn name(view: &View<'_>, socket: &Socket) -> String {
    let mut name = format!("{} {}", words(view, socket).join(" "), ends(socket));
    if let Some(time) = gone_at(socket) {
        let gone = say!(view.language, "sockets.gone", time = time);
        name.push_str(&format!(" ({gone})"));
    }
    name
}

/// Two lines: whose it is and its state; its ends, or since when it is gone. Whether it was chosen.
fn row_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (socket, rect): (&Socket, Rect),
    is_shown: bool,
) -> bool {
    let rect = rect.shrink2(vec2(2.0, 1.0));
    let facts = &socket.facts;
    let thing = thing(socket);
    let id = ui.scope_id().with((&facts.host, facts.key.0));
    // Not one more stop for Tab: the list is one.
    let response = ui.interact(rect, id, Sense::HOVER | Sense::CLICK);
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let tone = theme.host_tone(&facts.host);
    if is_shown || response.hovered() {
        painter.rect_filled(rect, 5, theme.trough);
    }
    if is_shown {
        let bar = rect.with_max_x(rect.left() + 3.0);
        painter.rect_filled(bar, 1, tone.strong);
    }
    if hot::light(ui.ctx(), view, &thing) == Light::Lit {
        let stroke = Stroke::new(1.5, theme.wire);
        painter.rect_stroke(rect, 5, stroke, StrokeKind::Inside);
    }
    let [title, fd, kind] = words(view, socket);
    let is_gone = socket.gone_at_us.is_some();
    let state = theme.state_tone(&facts.state).strong;
    let ink = |colour| if is_gone { theme.muted } else { colour };
    let first = [
        (title, theme::bold_font(theme::SMALL), ink(tone.strong)),
        (
            format!(" {fd} "),
            theme::code_font(theme::TINY),
            theme.muted,
        ),
        (kind, theme::bold_font(theme::TINY), ink(state)),
    ];
    let second = match gone_at(socket) {
        Some(time) => say!(view.language, "sockets.gone", time = time).into_owned(),
        None => short_ends(socket),
    };
    let second = [(second, theme::text_font(theme::TINY), theme.muted)];
    line_ui(&painter, rect, 3.0, &first);
    let left = if is_gone {
        let cross = pos2(rect.left() + 13.0, rect.bottom() - 9.0);
        parts::paint_icon(&painter, Icon::Cross, cross, 9.0, theme.muted);
        rect.with_min_x(rect.left() + 12.0)
    } else {
        rect
    };
    line_ui(&painter, left, 17.0, &second);
    let name = name(view, socket);
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, is_shown, &name));
    hot::point(&response, view, thing);
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text(name)
        .clicked()
}

/// `:50070 → 192.168.131.62:8989`: the host stands above.
fn short_ends(socket: &Socket) -> String {
    let facts = &socket.facts;
    let local = facts.local.as_deref().unwrap_or_default();
    match &facts.remote {
        Some(remote) => {
            let port = local.rsplit(':').next().unwrap_or_default();
            format!(":{port} → {remote}")
        }
        None => local.to_owned(),
    }
}

/// One line that ends in an ellipsis where it is too long; it is whole on hover.
fn line_ui(
    painter: &Painter,
    rect: Rect,
    top: f32,
    parts: &[(String, eframe::egui::FontId, eframe::egui::Color32)],
) {
    let mut job = LayoutJob::default();
    for (text, font, colour) in parts {
        job.append(text, 0.0, TextFormat::simple(font.clone(), *colour));
    }
    job.wrap.max_width = rect.width() - 14.0;
    job.wrap.max_rows = 1;
    let colour = parts.first().map_or_else(Default::default, |part| part.2);
    let galley = painter.layout_job(job);
    painter.galley(pos2(rect.left() + 8.0, rect.top() + top), galley, colour);
}

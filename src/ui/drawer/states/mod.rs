//! TCP's state diagram (RFC 9293 figure 5), with the way that each end of a connection has gone.
//!
//! In: a connection. Out: the figure; each end's way in its colour, the opening side's in whole
//! lines at one side of the edges, the other's dashed at the other side; the states that they are
//! in now, filled, with the host's name; and the newest step with what really caused it.

mod figure;
mod labels;
mod path;
mod places;

use eframe::egui;
use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    Align2, Painter, Pos2, Rect, Role, ScrollArea, Sense, Shape, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use self::figure::{EDGES, Edge, NODES, Node};
use self::labels::Scene;
use self::path::{Path, Step};
use super::connection::{self, Connection, End};
use crate::lesson::Language;
use crate::session::View;
use crate::ui::capture;
use crate::ui::host::state_meaning;
use crate::ui::parts;
use crate::ui::text::{host_title, say};
use crate::ui::theme::{self, Theme, Tone};

/// The figure needs this much, or its words lie upon each other.
const LEAST: Vec2 = vec2(860.0, 118.0);
/// At this size words are as small as they get.
const USUAL: Vec2 = vec2(930.0, 148.0);
/// How far a way lies beside the edge.
const ASIDE: f32 = 3.0;

/// One end with its way.
struct Walked {
    name: String,
    tone: Tone,
    path: Path,
    /// The second one's is dashed.
    is_second: bool,
    /// What of it is Linux's and not TCP's.
    remark: Option<String>,
}

pub fn states_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme) {
    let language = view.language;
    let mut walked: Vec<Walked> = Vec::new();
    let head = ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(12.0, 2.0);
        let connection = connection::chosen_ui(ui, view, theme);
        walked = match &connection {
            Some(connection) => ends_of(view, theme, connection),
            None => listeners(view, theme),
        };
        if walked.is_empty() {
            parts::caption(ui, theme, &say!(language, "states.none"));
        }
        if !walked.is_empty() && capture::is_captured(view) {
            parts::caption(ui, theme, &say!(language, "capture.inferred_short"));
        }
        for each in &walked {
            legend_ui(ui, theme, language, each);
        }
        newest_ui(ui, language, &walked);
    });
    let name = say!(language, "states.head");
    head.response
        .widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    let room = ui.available_size().max(LEAST);
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        let (rect, _) = ui.allocate_exact_size(room - vec2(0.0, 2.0), Sense::hover());
        figure_ui(ui, (language, theme), rect, &walked);
    });
}

fn ends_of(view: &View<'_>, theme: &Theme, connection: &Connection) -> Vec<Walked> {
    let ends = connection.ends.iter().enumerate();
    ends.map(|(index, end)| walked(view, theme, end, index == 1))
        .collect()
}

fn walked(view: &View<'_>, theme: &Theme, end: &End, is_second: bool) -> Walked {
    let (language, state) = (view.language, view.timeline.state());
    Walked {
        name: end.title(language, state),
        tone: theme.host_tone(&end.host),
        path: path::path(language, state, end),
        is_second,
        remark: remark(view, end),
    }
}

/// Before the first connection: who waits for one.
fn listeners(view: &View<'_>, theme: &Theme) -> Vec<Walked> {
    let (language, state) = (view.language, view.timeline.state());
    let hosts = state.host_order.iter();
    let listening = hosts.flat_map(|host| state.sockets(host));
    let listening = listening.filter(|socket| socket.facts.state == "LISTEN");
    let ends = listening.take(2).map(|socket| End {
        host: socket.facts.host.clone(),
        key: Some(socket.facts.key),
        address: socket.facts.local.clone().unwrap_or_default(),
    });
    ends.map(|end| Walked {
        name: host_title(language, state, &end.host),
        ..walked(view, theme, &end, true)
    })
    .collect()
}

/// Linux keeps some states in smaller things than sockets.
fn remark(view: &View<'_>, end: &End) -> Option<String> {
    let socket = end.socket(view.timeline.state())?;
    let is_alone = socket.facts.fd.is_none() && socket.gone_at_us.is_none();
    let words = match socket.facts.state.as_str() {
        "SYN_RECV" if is_alone => say!(view.language, "states.request"),
        "FIN_WAIT2" if is_alone => say!(view.language, "states.orphan"),
        "TIME_WAIT" if is_alone => say!(view.language, "states.time_wait"),
        "FIN_WAIT1" | "CLOSING" | "LAST_ACK" if is_alone => say!(view.language, "states.closed_by"),
        _ => return None,
    };
    Some(words.into_owned())
}

/// A piece of its line, and whose it is.
fn legend_ui(ui: &mut Ui, theme: &Theme, language: Language, each: &Walked) {
    let name = say!(language, "states.way", host = each.name);
    let font = theme::text_font(theme::SMALL);
    let galley = ui
        .painter()
        .layout_no_wrap(name.into_owned(), font, theme.text);
    let size = vec2(32.0 + galley.size().x, galley.size().y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let line = [rect.left_center(), rect.left_center() + vec2(26.0, 0.0)];
    paint_way(ui.painter(), line, each, 2.5);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, galley.text()));
    let at = pos2(rect.left() + 32.0, rect.top());
    ui.painter().galley(at, galley.clone(), theme.text);
}

/// Of all ends: the step that was taken last.
fn newest(walked: &[Walked]) -> Option<(&Walked, &Step)> {
    let last = walked
        .iter()
        .filter_map(|each| Some((each, each.path.steps.last()?)));
    last.max_by_key(|(_, step)| step.at_us)
}

fn newest_ui(ui: &mut Ui, language: Language, walked: &[Walked]) {
    let Some((whose, step)) = newest(walked) else {
        return;
    };
    let text = say!(
        language,
        "states.newest",
        host = whose.name,
        from = NODES[step.from].name,
        to = NODES[step.to].name,
        cause = words(language, step)
    );
    let mut job = LayoutJob::default();
    let format = TextFormat::simple(theme::bold_font(theme::SMALL), whose.tone.strong);
    job.append(&text, 0.0, format);
    ui.add(egui::Label::new(job).wrap());
}

/// `rcv SYN / snd SYN·ACK`, or that it was not seen.
fn words(language: Language, step: &Step) -> String {
    let parts = [step.event.as_str(), step.action.as_str()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        say!(language, "states.unseen").into_owned()
    } else {
        parts.join(" / ")
    }
}

/// Where everything is painted, and how large.
struct Place {
    area: Rect,
    scale: f32,
}

impl Place {
    fn of(rect: Rect) -> Self {
        let scale = (rect.width() / USUAL.x).min(rect.height() / USUAL.y);
        let scale = scale.clamp(1.0, 1.7);
        let margin = vec2(46.0, 12.0) * scale;
        // Names stand above and below the outer rows.
        let area = rect.shrink2(margin + vec2(0.0, 15.0 * scale));
        Self { area, scale }
    }

    fn centre(&self, node: &Node) -> Pos2 {
        let (x, y) = node.at;
        let area = self.area;
        pos2(
            area.left() + area.width() * x,
            area.top() + area.height() * y,
        )
        .round()
    }

    fn rect(&self, ui: &Ui, node: &Node) -> Rect {
        let font = theme::bold_font(theme::TINY * self.scale);
        let galley =
            ui.painter()
                .layout_no_wrap(node.name.to_owned(), font, egui::Color32::PLACEHOLDER);
        let size = vec2(galley.size().x + 14.0 * self.scale, 22.0 * self.scale);
        Rect::from_center_size(self.centre(node), size)
    }

    fn font(&self) -> egui::FontId {
        theme::text_font(theme::STATE * self.scale)
    }
}

fn figure_ui(ui: &mut Ui, (language, theme): (Language, &Theme), rect: Rect, walked: &[Walked]) {
    let place = Place::of(rect);
    let rects: Vec<Rect> = NODES.iter().map(|node| place.rect(ui, node)).collect();
    for edge in &EDGES {
        let taken = walked
            .iter()
            .any(|each| has_taken(each, edge.from, edge.to));
        if !edge.event.is_empty() || taken {
            edge_ui(ui, theme, (&place, &rects), edge);
        }
    }
    for each in walked {
        for step in &each.path.steps {
            let line = line((&place, &rects), step.from, step.to);
            let across = (line[1] - line[0]).normalized().rot90() * ASIDE;
            let aside = if each.is_second { across } else { -across };
            let line = line.map(|end| end + aside * place.scale);
            paint_way(ui.painter(), line, each, 2.5 * place.scale);
        }
    }
    let mut taken = labels::tags(&place, &rects, tags_width(ui, &place, walked));
    taken.extend(remarks_ui(ui, theme, &place, walked));
    let newest = newest(walked).map(|(whose, step)| (whose, step, words(language, step)));
    let scene = Scene {
        place: &place,
        rects: &rects,
        whole: rect,
        taken: &taken,
    };
    labels::labels_ui(ui, theme, &scene, newest);
    for (index, node) in NODES.iter().enumerate() {
        let here: Vec<&Walked> = walked
            .iter()
            .filter(|each| each.path.now == index)
            .collect();
        node_ui(ui, (language, theme), (&place, rects[index]), node, &here);
    }
}

fn has_taken(each: &Walked, from: usize, to: usize) -> bool {
    let mut steps = each.path.steps.iter();
    steps.any(|step| (step.from, step.to) == (from, to))
}

/// From the border of one node to that of the other; beside the middle where there is a way back.
fn line((place, rects): (&Place, &[Rect]), from: usize, to: usize) -> [Pos2; 2] {
    let (start, end) = (rects[from], rects[to]);
    let way = (end.center() - start.center()).normalized();
    let shift = match figure::edge_of(from, to) {
        Some(edge) if figure::has_way_back(edge) => way.rot90() * 6.0 * place.scale,
        Some(_) | None => Vec2::ZERO,
    };
    [
        leave(start.translate(shift), end.center() + shift),
        leave(end.translate(shift), start.center() + shift),
    ]
}

/// Where a line from a box's middle towards a point leaves the box.
fn leave(from: Rect, to: Pos2) -> Pos2 {
    let way = to - from.center();
    let half = from.size() / 2.0 + vec2(2.0, 2.0);
    let scale = |half: f32, way: f32| {
        if way == 0.0 {
            f32::INFINITY
        } else {
            half / way.abs()
        }
    };
    let scale = scale(half.x, way.x).min(scale(half.y, way.y));
    from.center() + way * scale.min(0.5)
}

fn edge_ui(ui: &Ui, theme: &Theme, at: (&Place, &[Rect]), edge: &Edge) {
    let line = line(at, edge.from, edge.to);
    let painter = ui.painter();
    painter.line_segment(line, Stroke::new(1.0, theme.outline));
    paint_head(painter, line, (6.0 * at.0.scale, theme.outline));
}

fn paint_head(painter: &Painter, [start, end]: [Pos2; 2], (length, colour): (f32, egui::Color32)) {
    let way = (end - start).normalized();
    let back = end - way * length;
    let across = way.rot90() * length * 0.5;
    let head = vec![end, back + across, back - across];
    painter.add(Shape::convex_polygon(head, colour, Stroke::NONE));
}

/// The first end's way is a whole line, the second's is dashed.
fn paint_way(painter: &Painter, line: [Pos2; 2], each: &Walked, width: f32) {
    let stroke = Stroke::new(width, each.tone.strong);
    if each.is_second {
        painter.extend(Shape::dashed_line(&line, stroke, 3.0 * width, 1.6 * width));
    } else {
        painter.line_segment(line, stroke);
    }
    paint_head(painter, line, (width * 3.2, each.tone.strong));
}

/// How wide the names of both ends are at one state.
fn tags_width(ui: &Ui, place: &Place, walked: &[Walked]) -> f32 {
    let font = theme::bold_font(theme::STATE * place.scale);
    let name = |each: &Walked| {
        let ink = egui::Color32::PLACEHOLDER;
        let galley = ui
            .painter()
            .layout_no_wrap(each.name.clone(), font.clone(), ink);
        galley.size().x + 14.0 * place.scale
    };
    walked.iter().map(name).sum()
}

/// What is Linux's, in the free place in the middle of the lower edge, which it takes.
fn remarks_ui(ui: &mut Ui, theme: &Theme, place: &Place, walked: &[Walked]) -> Option<Rect> {
    let area = place.area;
    let left = area.left() + area.width() * 0.415;
    let width = area.width() * 0.145;
    // Of the two, that of the end that moved last; the other one's stands at its state.
    let newest = newest(walked).and_then(|(whose, _)| whose.remark.as_deref());
    let others = || walked.iter().find_map(|each| each.remark.as_deref());
    let text = newest.or_else(others)?;
    let mut job = LayoutJob::default();
    job.wrap.max_width = width;
    job.append(text, 0.0, TextFormat::simple(place.font(), theme.warn));
    let galley = ui.painter().layout_job(job);
    let bottom = area.bottom() + 26.0 * place.scale;
    let rect = Rect::from_min_size(pos2(left, bottom - galley.size().y), galley.size());
    ui.painter().rect_filled(rect.expand(2.0), 3, theme.panel);
    ui.painter().galley(rect.min, galley, theme.warn);
    let response = ui.interact(rect, ui.scope_id().with("remarks"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    Some(rect.expand(2.0))
}

fn node_ui(
    ui: &Ui,
    (language, theme): (Language, &Theme),
    (place, rect): (&Place, Rect),
    node: &Node,
    here: &[&Walked],
) {
    let scale = place.scale;
    let painter = ui.painter();
    let (fill, stroke, ink) = match here {
        [] => (theme.card, Stroke::new(1.0, theme.muted), theme.text),
        [first, ..] => (
            first.tone.soft,
            Stroke::new(2.5, first.tone.strong),
            first.tone.strong,
        ),
    };
    painter.rect(rect, rect.height() / 2.0, fill, stroke, StrokeKind::Inside);
    let font = if here.is_empty() {
        theme::text_font(theme::TINY * scale)
    } else {
        theme::bold_font(theme::TINY * scale)
    };
    painter.text(rect.center(), Align2::CENTER_CENTER, node.name, font, ink);
    // In the lower row names stand below, elsewhere above: towards the outside.
    let is_low = node.is_low();
    let font = theme::bold_font(theme::STATE * scale);
    let galleys: Vec<_> = here
        .iter()
        .map(|each| painter.layout_no_wrap(each.name.clone(), font.clone(), theme.on_strong))
        .collect();
    let total: f32 = galleys
        .iter()
        .map(|galley| galley.size().x + 14.0 * scale)
        .sum();
    let mut x = (rect.center().x - total / 2.0).max(ui.max_rect().left());
    for (each, galley) in here.iter().zip(galleys) {
        let size = galley.size() + vec2(10.0, 0.0) * scale;
        let y = if is_low {
            rect.bottom() + 1.0
        } else {
            rect.top() - 1.0 - size.y
        };
        let tag = Rect::from_min_size(pos2(x, y), size);
        painter.rect_filled(tag, size.y / 2.0, each.tone.strong);
        let at = pos2(x + 5.0 * scale, y);
        painter.galley(at, galley, theme.on_strong);
        x += size.x + 4.0 * scale;
    }
    let names: Vec<&str> = here.iter().map(|each| each.name.as_str()).collect();
    let name = if names.is_empty() {
        node.name.to_owned()
    } else {
        format!(
            "{}: {}",
            node.name,
            names.join(&say!(language, "list.separator"))
        )
    };
    let id = ui.scope_id().with(("state", node.name, node.at.0 > 0.5));
    let response = ui.interact(rect, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    let meaning = state_meaning(language, node.kernel);
    let remarks = here.iter().filter_map(|each| each.remark.as_deref());
    let lines: Vec<&str> = [name.as_str(), &meaning]
        .into_iter()
        .chain(remarks)
        .collect();
    response.on_hover_text(lines.join("\n"));
}

#[cfg(test)]
mod tests;

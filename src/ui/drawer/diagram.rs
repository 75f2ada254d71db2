//! TCP's state diagram, with the states that the two kernels' sockets are in now.
//!
//! After RFC 9293 figure 5, less the paths that a course does not walk.

use eframe::egui;
use eframe::egui::{Align2, Painter, Pos2, Rect, Sense, Shape, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::session::View;
use crate::ui::host::state_meaning;
use crate::ui::text::{host_title, say};
use crate::ui::theme::{self, Theme};

/// A state and where it stands, in shares of the width and of the height.
const NODES: [(&str, f32, f32); 12] = [
    ("CLOSED", 0.0, 0.50),
    ("SYN_SENT", 0.20, 0.08),
    ("LISTEN", 0.20, 0.92),
    ("SYN_RECV", 0.38, 0.92),
    ("ESTABLISHED", 0.44, 0.36),
    ("FIN_WAIT1", 0.62, 0.08),
    ("FIN_WAIT2", 0.81, 0.08),
    ("CLOSING", 0.81, 0.47),
    ("TIME_WAIT", 1.0, 0.08),
    ("CLOSE_WAIT", 0.62, 0.92),
    ("LAST_ACK", 0.81, 0.92),
    ("CLOSED", 1.0, 0.92),
];

/// From, to, what makes it so.
const EDGES: [(usize, usize, &str); 14] = [
    (0, 1, "connect()"),
    (0, 2, "listen()"),
    (2, 3, "SYN"),
    (1, 4, "SYN·ACK"),
    (3, 4, "ACK"),
    (4, 5, "close()"),
    (5, 6, "ACK"),
    (6, 8, "FIN"),
    (5, 7, "FIN"),
    (7, 8, "ACK"),
    (4, 9, "FIN"),
    (9, 10, "close()"),
    (10, 11, "ACK"),
    (8, 11, "60 s"),
];

/// So many hosts are named below a state; the rest are counted.
const NAMED: usize = 2;
const NODE: egui::Vec2 = vec2(92.0, 22.0);

pub fn diagram_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme) {
    let rect = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(rect);
    let area = rect.shrink2(vec2(NODE.x / 2.0, NODE.y / 2.0));
    let area = area.with_max_x(area.left() + area.width().min(1000.0));
    let centre = |index: usize| {
        let (_, x, y) = NODES[index];
        pos2(
            area.left() + area.width() * x,
            area.top() + area.height() * y,
        )
        .round()
    };
    for (from, to, label) in EDGES {
        edge_ui(ui.painter(), theme, centre(from), centre(to), label);
    }
    for (index, (state, _, _)) in NODES.iter().enumerate() {
        node_ui(ui, view, theme, (index, *state), centre(index));
    }
}

fn edge_ui(painter: &Painter, theme: &Theme, from: Pos2, to: Pos2, label: &str) {
    let (start, end) = (leave(from, to), leave(to, from));
    let way = (end - start).normalized();
    painter.line_segment([start, end], Stroke::new(1.0, theme.outline));
    let back = end - way * 7.0;
    let across = way.rot90() * 3.5;
    let head = vec![end, back + across, back - across];
    painter.add(Shape::convex_polygon(head, theme.outline, Stroke::NONE));
    let middle = start.lerp(end, 0.5);
    let font = theme::text_font(theme::TINY);
    let galley = painter.layout_no_wrap(label.to_owned(), font, theme.muted);
    let place = Rect::from_center_size(middle, galley.size());
    painter.rect_filled(place.expand(1.0), 2, theme.panel);
    painter.galley(place.min, galley, theme.muted);
}

/// Where a line from one node's middle to another's leaves the box.
fn leave(from: Pos2, to: Pos2) -> Pos2 {
    let way = to - from;
    let half = NODE / 2.0 + vec2(2.0, 2.0);
    let scale_x = if way.x == 0.0 {
        f32::INFINITY
    } else {
        half.x / way.x.abs()
    };
    let scale_y = if way.y == 0.0 {
        f32::INFINITY
    } else {
        half.y / way.y.abs()
    };
    from + way * scale_x.min(scale_y).min(0.5)
}

/// Lit when a socket is in it; whose is written below, so that colour is not all.
fn node_ui(ui: &Ui, view: &View<'_>, theme: &Theme, (index, state): (usize, &str), centre: Pos2) {
    let rect = Rect::from_center_size(centre, NODE);
    let whose = whose(view, state);
    let is_lit = !whose.is_empty();
    let tone = theme.state_tone(state);
    let (fill, edge, ink) = if is_lit {
        (tone.soft, Stroke::new(2.0, tone.strong), tone.strong)
    } else {
        (theme.card, theme.outline_stroke(), theme.muted)
    };
    let painter = ui.painter();
    painter.rect(rect, NODE.y / 2.0, fill, edge, StrokeKind::Inside);
    let font = if is_lit {
        theme::bold_font(theme::TINY)
    } else {
        theme::text_font(theme::TINY)
    };
    painter.text(centre, Align2::CENTER_CENTER, state, font, ink);
    let mut name = state.to_owned();
    if is_lit {
        let below = pos2(centre.x, rect.bottom() + 8.0);
        let font = theme::text_font(theme::TINY);
        painter.text(below, Align2::CENTER_CENTER, &whose, font, tone.strong);
        name = format!("{state}: {whose}");
    }
    let response = ui.interact(rect, ui.scope_id().with(("node", index)), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &name));
    let hint = if is_lit {
        format!("{name}\n{}", state_meaning(view.language, state))
    } else {
        state_meaning(view.language, state)
    };
    response.on_hover_text(hint);
}

/// Whose socket is in this state: the hosts' names.
fn whose(view: &View<'_>, wanted: &str) -> String {
    let state = view.timeline.state();
    let is_in = |host: &&String| state.sockets(host).any(|s| s.facts.state == wanted);
    let hosts = state.host_order.iter().filter(is_in);
    let titles: Vec<String> = hosts
        .map(|host| host_title(view.language, state, host))
        .collect();
    let separator = say!(view.language, "list.separator");
    match titles.len() {
        0..=NAMED => titles.join(&separator),
        count => {
            let rest = count - NAMED;
            format!("{} +{rest}", titles[..NAMED].join(&separator))
        }
    }
}

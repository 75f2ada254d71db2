//! The ladder of all packets of a capture, however many: rows of one height, of which only those
//! in sight are looked at, laid out and drawn.
//!
//! In: the survey. Out: commands. A row is one packet: its number, its time, both ends, an arrow
//! in its direction with its name, its numbers, what is odd about it. Of one conversation there
//! are the states of both ends beside the lifelines, dashed: nobody but their kernels saw them.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{
    Align2, Color32, CursorIcon, FontId, Galley, Id, Rangef, Rect, Role, Sense, Shape, Stroke,
    StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::columns::Columns;
use super::scroll::{self, InSight, Rows};
use super::{bands, bar, words};
use crate::capture::Row;
use crate::session::{Command, Of, Survey, Surveying, View};
use crate::ui::text::say;
use crate::ui::theme::{self, Theme, Tone};

/// An arrow's line, head and the room around its name.
const STROKE: f32 = 1.5;
const HEAD: f32 = 7.0;
const AROUND: f32 = 6.0;

pub fn scroll_id() -> Id {
    Id::unique("packets of a capture")
}

/// The whole list has the focus, not a row of it: rows come and go.
pub fn focus_id() -> Id {
    Id::unique("the list of packets")
}

/// What drawing the rows shares.
pub struct Drawn<'a> {
    pub view: &'a View<'a>,
    pub survey: &'a Survey,
    pub theme: &'static Theme,
    pub columns: Columns,
}

impl Drawn<'_> {
    /// The lifelines: the client's, the server's.
    pub fn lifelines(&self) -> [f32; 2] {
        let lane = self.columns.lane;
        [lane.min, lane.max].map(|x| x.round() + 0.5)
    }
}

pub fn list_ui(ui: &mut Ui, view: &View<'_>, survey: &Survey, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    bar::bar_ui(ui, view, theme, survey, commands);
    let whole = ui.available_rect_before_wrap();
    let table = whole.with_max_x(whole.right() - theme::SCROLL_BAR);
    let drawn = Drawn {
        view,
        survey,
        theme,
        columns: Columns::of(table, survey.capture.len(), survey.of),
    };
    head_ui(ui, &drawn, table);
    let body = whole.with_min_y(whole.top() + theme::PACKET_HEAD);
    let mut child = ui.new_child(UiBuilder::new().max_rect(body).id_salt("packets"));
    child.set_clip_rect(body.intersect(ui.clip_rect()));
    let name = say!(view.language, "capture.packets");
    let rows = Rows {
        id: scroll_id(),
        name: &name,
        count: survey.len(),
        height: theme::PACKET_ROW,
    };
    let sight = scroll::scroll(&mut child, theme, &rows, survey.selected_row());
    rows_ui(&mut child, &drawn, &sight, commands);
    focus_ui(&child, &drawn, &sight);
    if survey.is_empty() {
        let words = say!(view.language, "capture.no_packets");
        let font = theme::text_font(theme::TEXT);
        let painter = child.painter();
        painter.text(
            body.center(),
            Align2::CENTER_CENTER,
            words,
            font,
            theme.muted,
        );
    }
}

/// Tab comes here; the keys of the list count here and wherever nothing has the focus.
fn focus_ui(ui: &Ui, drawn: &Drawn<'_>, sight: &InSight) {
    let response = ui.interact(sight.area, focus_id(), Sense::focusable_noninteractive());
    let filter = eframe::egui::EventFilter {
        vertical_arrows: true,
        ..Default::default()
    };
    if response.has_focus() {
        ui.memory_mut(|memory| memory.set_focus_lock_filter(focus_id(), filter));
        let ring = Stroke::new(theme::RING, drawn.theme.focus);
        let place = sight.area.shrink(1.0);
        ui.painter().rect_stroke(place, 2, ring, StrokeKind::Inside);
    }
    let language = drawn.view.language;
    let name = say!(language, "capture.list", count = drawn.survey.len());
    response.widget_info(|| WidgetInfo::labeled(Role::ListBox, true, &name));
}

/// What each column is, above what scrolls.
fn head_ui(ui: &Ui, drawn: &Drawn<'_>, table: Rect) {
    let (theme, language) = (drawn.theme, drawn.view.language);
    let head = table.with_max_y(table.top() + theme::PACKET_HEAD);
    ui.painter().rect_filled(head, 0, theme.panel);
    let edge = Stroke::new(1.0, theme.border);
    ui.painter().hline(head.x_range(), head.bottom(), edge);
    let columns = &drawn.columns;
    let font = theme::text_font(theme::TINY);
    let label = |range: Rangef, words: &str, align: Align2, ink: Color32| {
        let x = match align {
            Align2::RIGHT_CENTER => range.max,
            Align2::CENTER_CENTER => range.center(),
            _ => range.min,
        };
        let at = pos2(x, head.center().y);
        let galley = cut(ui, (words, font.clone(), ink), range.span());
        let place = align.anchor_size(at, galley.size());
        ui.painter().galley(place.min, galley, ink);
    };
    let muted = theme.muted;
    let (left, right) = (Align2::LEFT_CENTER, Align2::RIGHT_CENTER);
    label(
        columns.number,
        &say!(language, "capture.number"),
        right,
        muted,
    );
    label(columns.time, &say!(language, "capture.time"), right, muted);
    if let Some(since) = columns.since {
        label(since, &say!(language, "capture.since"), right, muted);
    }
    let (client, server) = match drawn.survey.of {
        Of::All => (
            say!(language, "capture.client"),
            say!(language, "capture.server"),
        ),
        Of::One(_) => (
            say!(language, "capture.client_state"),
            say!(language, "capture.server_state"),
        ),
    };
    label(columns.client, &client, right, theme.client);
    label(columns.server, &server, left, theme.server);
    let middle = Align2::CENTER_CENTER;
    label(
        columns.lane,
        &say!(language, "capture.packet"),
        middle,
        muted,
    );
    if let Some(numbers) = columns.numbers {
        label(numbers, &say!(language, "capture.numbers"), left, muted);
    }
    if let Some(remark) = columns.remark {
        label(remark, &say!(language, "capture.remark"), left, muted);
    }
}

fn rows_ui(ui: &mut Ui, drawn: &Drawn<'_>, sight: &InSight, commands: &mut Vec<Command>) {
    let survey = drawn.survey;
    let capture = &survey.capture;
    let packets = sight.rows.clone().filter_map(|row| {
        let packet = survey.packet_at(row)?;
        Some((row, packet, capture.row(packet)))
    });
    let packets: Vec<(usize, usize, Row)> = packets.collect();
    for (row, packet, _) in &packets {
        ground_ui(ui, drawn, sight.rect(*row), *packet);
    }
    let ys = sight.area.y_range();
    for (x, tone) in drawn.lifelines().into_iter().zip(tones(drawn.theme)) {
        ui.painter().vline(x, ys, Stroke::new(1.0, tone.strong));
    }
    if let Of::One(_) = survey.of {
        bands::bands_ui(ui, drawn, sight, &packets);
    }
    for (row, packet, what) in &packets {
        let before = row
            .checked_sub(1)
            .and_then(|before| survey.packet_at(before));
        row_ui(
            ui,
            drawn,
            (*packet, what, before),
            sight.rect(*row),
            commands,
        );
    }
}

/// The client's, the server's.
pub fn tones(theme: &Theme) -> [Tone; 2] {
    [theme.client_tone(), theme.server_tone()]
}

fn ground_ui(ui: &Ui, drawn: &Drawn<'_>, rect: Rect, packet: usize) {
    let theme = drawn.theme;
    if drawn.survey.selected == Some(packet) {
        ui.painter().rect_filled(rect, 0, theme.wire_soft);
        let stripe = rect.with_max_x(rect.left() + 3.0);
        ui.painter().rect_filled(stripe, 0, theme.wire);
    } else if ui.rect_contains_pointer(rect) {
        ui.painter().rect_filled(rect, 0, theme.trough);
    }
}

fn row_ui(
    ui: &Ui,
    drawn: &Drawn<'_>,
    (packet, row, before): (usize, &Row, Option<usize>),
    rect: Rect,
    commands: &mut Vec<Command>,
) {
    let (theme, language) = (drawn.theme, drawn.view.language);
    let (columns, capture) = (&drawn.columns, &drawn.survey.capture);
    let code = theme::code_font(theme::SMALL);
    let cell = |range: Rangef, words: &str, ink: Color32, is_right: bool| {
        let galley = cut(ui, (words, code.clone(), ink), range.span());
        let x = match is_right {
            true => range.max - galley.size().x,
            false => range.min,
        };
        let at = pos2(x, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, ink);
    };
    cell(columns.number, &(packet + 1).to_string(), theme.muted, true);
    let time = words::time(capture.at_ns(packet));
    cell(columns.time, &time, theme.text, true);
    if let Some(since) = columns.since {
        let past = before.map(|before| capture.at_ns(packet) - capture.at_ns(before));
        let past = past.map_or_else(String::new, words::since);
        cell(since, &past, theme.muted, true);
    }
    if drawn.survey.of == Of::All {
        let [client, server] = words::ends(capture, row);
        cell(columns.client, &client, theme.client, true);
        cell(columns.server, &server, theme.server, false);
    }
    arrow_ui(ui, drawn, row, rect);
    if let Some(numbers) = columns.numbers {
        cell(numbers, &words::numbers(row), theme.text, false);
    }
    if let Some(remark) = columns.remark {
        let said = words::remarks(language, row);
        let font = theme::text_font(theme::SMALL);
        let galley = cut(ui, (&said, font, theme.warn), remark.span());
        let at = pos2(remark.min, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, theme.warn);
    }
    click_ui(ui, drawn, (packet, row), rect, commands);
}

/// From one lifeline to the other, with its name on it.
fn arrow_ui(ui: &Ui, drawn: &Drawn<'_>, row: &Row, rect: Rect) {
    let theme = drawn.theme;
    let [client, server] = drawn.lifelines();
    let y = rect.center().y;
    let tone = words::tone(theme, row);
    let (from, to) = match words::is_from_client(row) {
        true => (client + AROUND, server - AROUND),
        false => (server - AROUND, client + AROUND),
    };
    let way = (to - from).signum();
    let painter = ui.painter();
    let stroke = Stroke::new(STROKE, tone.strong);
    painter.line_segment([pos2(from, y), pos2(to - way * HEAD, y)], stroke);
    let head = vec![
        pos2(to, y),
        pos2(to - way * HEAD, y - HEAD / 2.0),
        pos2(to - way * HEAD, y + HEAD / 2.0),
    ];
    painter.add(Shape::convex_polygon(head, tone.strong, Stroke::NONE));
    let name = words::name(drawn.view.language, row);
    let font = theme::bold_font(theme::SMALL);
    let room = (server - client).abs() - 2.0 * (HEAD + 2.0 * AROUND);
    let galley = cut(ui, (&name, font, tone.strong), room);
    let middle = pos2(f32::midpoint(client, server), y);
    let place = Rect::from_center_size(middle, galley.size());
    let box_ = place.expand2(vec2(AROUND, 0.0));
    painter.rect_filled(box_, 4, tone.soft);
    painter.galley(place.min, galley, tone.strong);
}

fn click_ui(
    ui: &Ui,
    drawn: &Drawn<'_>,
    (packet, row): (usize, &Row),
    rect: Rect,
    commands: &mut Vec<Command>,
) {
    let language = drawn.view.language;
    let is_selected = drawn.survey.selected == Some(packet);
    let id = ui.scope_id().with(("packet", packet));
    // Rows come and go: the focus is the list's.
    let sense = Sense::CLICK;
    let response = ui.interact(rect.intersect(ui.clip_rect()), id, sense);
    let name = || words::sentence(language, &drawn.survey.capture, packet, row);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_selected, name()));
    if response.clicked() {
        commands.push(Command::Survey(Surveying::Select(packet)));
    }
    if response.double_clicked() {
        let offer = super::conversation_on_stage(drawn.view, drawn.survey);
        commands.push(offer.unwrap_or_else(Command::Explain));
    }
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_ui(|ui| {
            ui.label(name());
        });
}

/// One line, with an ellipsis where it has no room.
pub fn cut(ui: &Ui, (text, font, ink): (&str, FontId, Color32), room: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, ink);
    job.wrap = TextWrapping::truncate_at_width(room.max(0.0));
    ui.painter().layout_job(job)
}

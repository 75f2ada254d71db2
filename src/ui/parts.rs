//! The small things that every panel is made of: cards, chips, key caps, icons, buttons.

use eframe::egui;
use eframe::egui::{
    Align2, Color32, CornerRadius, Frame, Painter, Pos2, Rect, Response, Role, Sense, Shape,
    Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::controls::Offer;
use super::theme::{self, CARD_RADIUS, CONTROL_RADIUS, Theme, Tone};
use crate::session::Command;

/// Drawn, not written: no font has them all, and they look alike everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Restart,
    Back,
    Sun,
    Moon,
    Check,
    Cross,
    Info,
    /// Something about it is not as it was sent.
    Warning,
    /// Two of the same.
    Twin,
    Clock,
    /// A menu opens.
    More,
    /// A panel opens below.
    Down,
    /// How the window is set.
    Sliders,
    Play,
    Pause,
}

pub fn card(theme: &Theme) -> Frame {
    Frame::new()
        .fill(theme.card)
        .stroke(theme.border_stroke())
        .corner_radius(CARD_RADIUS)
        .inner_margin(theme::CARD_MARGIN)
}

/// A box within a card.
pub fn inset(theme: &Theme) -> Frame {
    Frame::new()
        .fill(theme.code)
        .stroke(theme.border_stroke())
        .corner_radius(CONTROL_RADIUS)
        .inner_margin(egui::Margin::symmetric(7, 4))
}

pub fn paint_icon(painter: &Painter, icon: Icon, centre: Pos2, size: f32, colour: Color32) {
    let at = |x: f32, y: f32| centre + vec2(x, y) * size * 0.5;
    let stroke = Stroke::new((size / 9.0).max(1.5), colour);
    match icon {
        Icon::Check => {
            painter.line(vec![at(-0.8, 0.1), at(-0.25, 0.65), at(0.8, -0.6)], stroke);
        }
        Icon::Cross => {
            painter.line_segment([at(-0.65, -0.65), at(0.65, 0.65)], stroke);
            painter.line_segment([at(-0.65, 0.65), at(0.65, -0.65)], stroke);
        }
        Icon::Back => {
            painter.line_segment([at(0.85, 0.0), at(-0.8, 0.0)], stroke);
            painter.line(vec![at(-0.2, -0.6), at(-0.85, 0.0), at(-0.2, 0.6)], stroke);
        }
        Icon::Restart => {
            painter.line_segment([at(-0.7, -0.7), at(-0.7, 0.7)], stroke);
            let points = vec![at(0.7, -0.7), at(-0.45, 0.0), at(0.7, 0.7)];
            painter.add(Shape::convex_polygon(points, colour, Stroke::NONE));
        }
        Icon::Sun => {
            painter.circle_stroke(centre, size * 0.22, stroke);
            for turn in 0..8 {
                let way = Vec2::angled(turn as f32 * std::f32::consts::FRAC_PI_4);
                painter.line_segment(
                    [centre + way * size * 0.36, centre + way * size * 0.5],
                    stroke,
                );
            }
        }
        Icon::Moon => paint_moon(painter, centre, size * 0.42, colour),
        Icon::Info => {
            painter.circle_stroke(centre, size * 0.46, stroke);
            painter.line_segment([at(0.0, -0.1), at(0.0, 0.5)], stroke);
            painter.circle_filled(at(0.0, -0.45), stroke.width * 0.7, colour);
        }
        Icon::Warning => {
            let points = vec![at(0.0, -0.85), at(0.95, 0.75), at(-0.95, 0.75)];
            painter.add(Shape::closed_line(points, stroke));
            painter.line_segment([at(0.0, -0.3), at(0.0, 0.25)], stroke);
            painter.circle_filled(at(0.0, 0.5), stroke.width * 0.5, colour);
        }
        Icon::Twin => {
            for (x, y) in [(-0.2, -0.25), (0.25, 0.25)] {
                let page = Rect::from_center_size(at(x, y), vec2(size * 0.6, size * 0.6));
                painter.rect_stroke(page, 1, stroke, StrokeKind::Middle);
            }
        }
        Icon::Clock => {
            painter.circle_stroke(centre, size * 0.46, stroke);
            painter.line(vec![at(0.0, -0.55), at(0.0, 0.0), at(0.4, 0.25)], stroke);
        }
        Icon::Play | Icon::Pause => paint_play(painter, icon, centre, size, colour),
        Icon::Down => {
            painter.line(vec![at(-0.6, -0.3), at(0.0, 0.35), at(0.6, -0.3)], stroke);
        }
        Icon::Sliders => {
            for (y, knob) in [(-0.55, 0.3), (0.0, -0.35), (0.55, 0.1)] {
                painter.line_segment([at(-0.8, y), at(0.8, y)], stroke);
                painter.circle_filled(at(knob, y), size * 0.14, colour);
            }
        }
        Icon::More => {
            for x in [-0.65, 0.0, 0.65] {
                painter.circle_filled(at(x, 0.0), size * 0.12, colour);
            }
        }
    }
}

/// A triangle, or two bars.
fn paint_play(painter: &Painter, icon: Icon, centre: Pos2, size: f32, colour: Color32) {
    let at = |x: f32, y: f32| centre + vec2(x, y) * size * 0.5;
    if icon == Icon::Play {
        let points = vec![at(-0.6, -0.8), at(0.8, 0.0), at(-0.6, 0.8)];
        painter.add(Shape::convex_polygon(points, colour, Stroke::NONE));
        return;
    }
    for x in [-0.4, 0.4] {
        let bar = Rect::from_center_size(at(x, 0.0), vec2(size * 0.24, size * 0.8));
        painter.rect_filled(bar, 1, colour);
    }
}

/// A crescent: the outer arc from tip to tip, then the inner one back.
fn paint_moon(painter: &Painter, centre: Pos2, radius: f32, colour: Color32) {
    // The tips, as an angle off the crescent's axis, and how far the inner arc's middle lies out.
    let (axis, tip, out) = (-0.7_f32, 0.95_f32, 0.45_f32);
    let inner_middle = centre + Vec2::angled(axis) * radius * out;
    let tips = [axis + tip, axis - tip].map(|angle| centre + Vec2::angled(angle) * radius);
    let inner_radius = inner_middle.distance(tips[0]);
    let inner_from = (tips[1] - inner_middle).angle();
    let inner_to = (tips[0] - inner_middle).angle();
    let turn = std::f32::consts::TAU;
    let arc = |middle: Pos2, radius: f32, from: f32, to: f32| {
        (0..=20).map(move |step| {
            let angle = from + (to - from) * step as f32 / 20.0;
            middle + Vec2::angled(angle) * radius
        })
    };
    let outer = arc(centre, radius, axis + tip, axis - tip + turn);
    let inner = arc(inner_middle, inner_radius, inner_from, inner_to - turn);
    let points: Vec<Pos2> = outer.chain(inner).collect();
    painter.add(Shape::closed_line(points, Stroke::new(1.5, colour)));
}

/// A filled pill with a word in it: a TCP state.
pub fn chip(ui: &mut Ui, theme: &Theme, tone: Tone, text: &str) -> Response {
    let font = theme::bold_font(theme::TINY);
    let galley = ui
        .painter()
        .layout_no_wrap(text.to_owned(), font, theme.on_strong);
    let size = galley.size() + vec2(16.0, 5.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(rect, size.y / 2.0, tone.strong);
    let at = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
    ui.painter().galley(at.min, galley, theme.on_strong);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    response
}

/// The size of a key cap with this letter on it.
pub fn keycap_size(painter: &Painter, key: &str) -> Vec2 {
    let font = theme::code_font(theme::TINY);
    let width = painter
        .layout_no_wrap(key.to_owned(), font, Color32::TRANSPARENT)
        .size()
        .x;
    vec2((width + 10.0).max(19.0), 18.0)
}

pub fn paint_keycap(painter: &Painter, rect: Rect, key: &str, colour: Color32) {
    let edge = colour.gamma_multiply(0.55);
    painter.rect_stroke(rect, 4, Stroke::new(1.0, edge), StrokeKind::Inside);
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        key,
        theme::code_font(theme::TINY),
        colour,
    );
}

/// How loud a button is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Weight {
    /// The one to press next.
    Primary,
    Plain(Color32),
    /// Filled with this.
    Filled(Color32),
    /// Outlined in this.
    Outlined(Color32),
}

/// A button with everything it says.
pub struct Button {
    pub icon: Option<Icon>,
    pub label: String,
    pub key: Option<&'static str>,
    pub weight: Weight,
    /// What a reader hears; the label when empty.
    pub name: String,
    /// What it does, or why it is off.
    pub hint: String,
    pub is_on: bool,
    /// One of several that one can choose, and whether it is the one.
    pub is_chosen: Option<bool>,
    pub height: f32,
}

impl Button {
    pub fn new(label: impl Into<String>, theme: &Theme) -> Self {
        let label = label.into();
        Self {
            icon: None,
            name: label.clone(),
            label,
            key: None,
            weight: Weight::Plain(theme.text),
            hint: String::new(),
            is_on: true,
            is_chosen: None,
            height: theme::CONTROL_HEIGHT,
        }
    }

    /// On and what a click asks for, or off with the reason.
    pub fn offered(mut self, offer: Offer) -> (Self, Option<Command>) {
        match offer {
            Ok(command) => (self, Some(command)),
            Err(reason) => {
                self.is_on = false;
                self.hint = reason;
                (self, None)
            }
        }
    }

    pub fn show(self, ui: &mut Ui, theme: &Theme) -> Response {
        let size = self.size(ui.painter());
        let (_, rect) = ui.allocate_space(size);
        self.show_at(ui, theme, rect)
    }

    /// How large it wants to be.
    pub fn size(&self, painter: &Painter) -> Vec2 {
        vec2(24.0 + self.content_width(painter), self.height)
    }

    fn content_width(&self, painter: &Painter) -> f32 {
        let mut width = 0.0;
        let mut parts = 0;
        if self.icon.is_some() {
            width += 14.0;
            parts += 1;
        }
        if !self.label.is_empty() {
            width += self.galley(painter).size().x;
            parts += 1;
        }
        if let Some(key) = self.key {
            width += keycap_size(painter, key).x;
            parts += 1;
        }
        width + 8.0 * (parts as f32 - 1.0).max(0.0)
    }

    fn galley(&self, painter: &Painter) -> std::sync::Arc<egui::Galley> {
        let font = match self.weight {
            Weight::Plain(_) => theme::text_font(theme::TEXT),
            Weight::Primary | Weight::Filled(_) | Weight::Outlined(_) => {
                theme::bold_font(theme::TEXT)
            }
        };
        painter.layout_no_wrap(self.label.clone(), font, Color32::PLACEHOLDER)
    }

    pub fn show_at(self, ui: &mut Ui, theme: &Theme, rect: Rect) -> Response {
        let id = ui.scope_id().with(("button", &self.name));
        let sense = if self.is_on {
            Sense::click()
        } else {
            Sense::hover()
        };
        let response = ui.interact(rect, id, sense);
        let (fill, ink, edge) = self.colours(theme, &response);
        let painter = ui.painter();
        painter.rect(
            rect,
            CornerRadius::same(CONTROL_RADIUS),
            fill,
            Stroke::new(1.0, edge),
            StrokeKind::Inside,
        );
        focus_ring(ui, theme, &response, rect);
        self.paint_content(painter, rect, ink);
        self.describe(ui, &response);
        if self.hint.is_empty() {
            response
        } else {
            response.on_hover_text(self.hint)
        }
    }

    fn colours(&self, theme: &Theme, response: &Response) -> (Color32, Color32, Color32) {
        if !self.is_on {
            return (theme.trough, theme.faint, theme.border);
        }
        let is_hot = response.hovered() || response.is_pointer_button_down_on();
        match self.weight {
            Weight::Primary if is_hot => (theme.muted, theme.on_primary, theme.muted),
            Weight::Primary => (theme.primary, theme.on_primary, theme.primary),
            Weight::Plain(ink) if is_hot => (theme.trough, ink, theme.muted),
            Weight::Plain(ink) => (theme.card, ink, theme.outline),
            Weight::Filled(fill) if is_hot => (fill, theme.on_strong, theme.text),
            Weight::Filled(fill) => (fill, theme.on_strong, fill),
            Weight::Outlined(ink) if is_hot => (theme.trough, ink, ink),
            Weight::Outlined(ink) => (theme.card, ink, ink),
        }
    }

    fn paint_content(&self, painter: &Painter, rect: Rect, ink: Color32) {
        let mut x = rect.center().x - (self.content_width(painter)) / 2.0;
        let y = rect.center().y;
        if let Some(icon) = self.icon {
            paint_icon(painter, icon, pos2(x + 7.0, y), 13.0, ink);
            x += 22.0;
        }
        if !self.label.is_empty() {
            let galley = self.galley(painter);
            let size = galley.size();
            painter.galley(pos2(x, y - size.y / 2.0), galley, ink);
            x += size.x + 8.0;
        }
        if let Some(key) = self.key {
            let size = keycap_size(painter, key);
            let cap = Rect::from_min_size(pos2(x, y - size.y / 2.0), size);
            paint_keycap(painter, cap, key, ink);
        }
    }

    /// The reason is there for those who cannot hover, too.
    fn describe(&self, ui: &Ui, response: &Response) {
        let name = if self.name.is_empty() {
            &self.label
        } else {
            &self.name
        };
        response.widget_info(|| match self.is_chosen {
            Some(is_chosen) => WidgetInfo::selected(Role::RadioButton, self.is_on, is_chosen, name),
            None => WidgetInfo::labeled(Role::Button, self.is_on, name),
        });
        if !self.hint.is_empty() {
            ui.ctx().accesskit_node_builder(response.id, |node| {
                node.set_description(self.hint.as_str());
            });
        }
    }
}

/// Where the keyboard is: around what has the focus, never cut off by what surrounds it.
pub fn focus_ring(ui: &Ui, theme: &Theme, response: &Response, rect: Rect) {
    if response.has_focus() {
        let painter = ui.painter();
        let painter = painter.with_clip_rect(painter.clip_rect().expand(theme::RING_ROOM));
        let ring = Stroke::new(theme::RING, theme.focus);
        let radius = CONTROL_RADIUS + 2;
        painter.rect_stroke(rect.expand(1.5), radius, ring, StrokeKind::Outside);
    }
}

/// The outline of a rounded box in dashes: something that is not a program's.
pub fn paint_dashed_box(painter: &Painter, rect: Rect, radius: f32, stroke: Stroke) {
    let mut path = Vec::new();
    let corners = [
        (pos2(rect.right() - radius, rect.top() + radius), -0.25),
        (pos2(rect.right() - radius, rect.bottom() - radius), 0.0),
        (pos2(rect.left() + radius, rect.bottom() - radius), 0.25),
        (pos2(rect.left() + radius, rect.top() + radius), 0.5),
    ];
    for (centre, turn) in corners {
        for step in 0..=4 {
            let angle = (turn + step as f32 / 16.0) * std::f32::consts::TAU;
            path.push(centre + Vec2::angled(angle) * radius);
        }
    }
    path.extend(path.first().copied());
    painter.extend(Shape::dashed_line(&path, stroke, 4.0, 3.5));
}

/// A small heading above a list of facts.
pub fn caption(ui: &mut Ui, theme: &Theme, text: &str) -> Response {
    ui.label(
        egui::RichText::new(text)
            .font(theme::text_font(theme::SMALL))
            .color(theme.muted),
    )
}

/// One line that ends in an ellipsis where the room does.
pub fn cut(
    painter: &Painter,
    text: &str,
    font: egui::FontId,
    colour: Color32,
    room: f32,
) -> std::sync::Arc<egui::Galley> {
    let format = egui::text::TextFormat::simple(font, colour);
    let mut job = egui::text::LayoutJob::single_section(text.to_owned(), format);
    job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(0.0));
    painter.layout_job(job)
}

/// One line that ends in an ellipsis when it is too long, and is whole on hover.
pub fn one_line(ui: &mut Ui, job: egui::text::LayoutJob) -> Response {
    ui.add(egui::Label::new(job).truncate())
}

//! Runs of text: bold, code, keys, links.
//!
//! Code and keys get a box of their own, painted under the laid-out text.

use eframe::egui;
use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Color32, Galley, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, vec2};

use crate::lesson::Inline;
use crate::ui::theme::{self, Theme};

/// How a block is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ink {
    pub colour: Color32,
    pub size: f32,
    pub is_bold: bool,
    pub leading: f32,
}

impl Ink {
    pub fn body(colour: Color32) -> Self {
        let (size, leading) = (theme::LESSON_TEXT, theme::LEADING);
        Self {
            colour,
            size,
            is_bold: false,
            leading,
        }
    }

    pub fn title(theme: &Theme) -> Self {
        let (size, leading) = (theme::HEADING, 1.3);
        Self {
            colour: theme.text,
            size,
            is_bold: true,
            leading,
        }
    }

    /// A beat's title.
    pub fn beat(colour: Color32) -> Self {
        let (size, leading) = (theme::TITLE, 1.4);
        Self {
            colour,
            size,
            is_bold: true,
            leading,
        }
    }

    pub fn heading(self, level: u8) -> Self {
        let size = match level {
            0..=2 => theme::HEADING - 3.0,
            3 => theme::TITLE,
            _ => theme::LESSON_TEXT,
        };
        Self {
            size,
            is_bold: true,
            leading: 1.4,
            ..self
        }
    }

    pub fn small(self) -> Self {
        Self {
            size: theme::TEXT,
            leading: 1.5,
            ..self
        }
    }
}

pub fn job(theme: &Theme, inlines: &[Inline], ink: Ink) -> LayoutJob {
    let mut job = LayoutJob::default();
    let (mut was_boxed, mut was_key) = (false, false);
    for inline in inlines {
        let is_boxed = inline.look.code || inline.look.key;
        let font = if is_boxed {
            theme::code_font(ink.size * 0.92)
        } else if inline.look.bold || ink.is_bold {
            theme::bold_font(ink.size)
        } else {
            theme::text_font(ink.size)
        };
        let colour = if inline.link.is_some() {
            theme.client
        } else {
            ink.colour
        };
        let mut format = TextFormat::simple(font, colour);
        format.line_height = Some((ink.size * ink.leading).round());
        format.italics = inline.look.italic;
        if inline.link.is_some() {
            format.underline = Stroke::new(1.0, theme.client);
        }
        // Room for the edges of a key's box, on both sides.
        let lead = match (inline.look.key || was_key, inline.look.code || was_boxed) {
            (true, _) => 10.0,
            (false, true) => 3.0,
            (false, false) => 0.0,
        };
        (was_boxed, was_key) = (is_boxed, inline.look.key);
        job.append(&inline.text, lead, format);
    }
    job
}

pub fn layout(ui: &Ui, mut job: LayoutJob, width: f32) -> Arc<Galley> {
    job.wrap.max_width = width.max(40.0);
    ui.painter().layout_job(job)
}

/// Lays out, boxes code and keys, paints; a link opens on click.
pub fn inlines_ui(ui: &mut Ui, theme: &Theme, inlines: &[Inline], ink: Ink) {
    let width = ui.available_width();
    let galley = layout(ui, job(theme, inlines, ink), width);
    let has_link = inlines.iter().any(|inline| inline.link.is_some());
    let sense = if has_link {
        Sense::click()
    } else {
        Sense::hover()
    };
    let (rect, response) = ui.allocate_exact_size(vec2(width, galley.size().y), sense);
    if !ui.is_rect_visible(rect) {
        return;
    }
    paint_boxes(ui, theme, inlines, &galley, rect.min);
    let text = galley.text().to_owned();
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
    if response.clicked()
        && let Some(pointer) = response.interact_pointer_pos()
        && let Some(url) = link_at(inlines, &galley, pointer - rect.min)
    {
        ui.ctx().open_url(egui::OpenUrl::new_tab(url));
    }
    ui.painter().galley(rect.min, galley, ink.colour);
}

fn link_at<'a>(inlines: &'a [Inline], galley: &Galley, at: egui::Vec2) -> Option<&'a str> {
    let mut offset = galley.cursor_from_pos(at).index.0;
    for inline in inlines {
        let length = inline.text.chars().count();
        if offset < length {
            return inline.link.as_deref();
        }
        offset -= length;
    }
    None
}

/// One box for each stretch of code or key on each row.
fn paint_boxes(ui: &Ui, theme: &Theme, inlines: &[Inline], galley: &Galley, origin: Pos2) {
    let is_boxed = |inline: &Inline| inline.look.code || inline.look.key;
    if !inlines.iter().any(is_boxed) {
        return;
    }
    let mut sections = sections(inlines);
    for row in &galley.rows {
        let mut current: Option<(usize, Rect)> = None;
        for glyph in &row.glyphs {
            let section = sections.next().unwrap_or(usize::MAX);
            let rect = glyph.logical_rect().translate(row.pos.to_vec2());
            match &mut current {
                Some((index, stretch)) if *index == section => *stretch = stretch.union(rect),
                _ => {
                    paint_box(ui, theme, inlines, current.take(), origin);
                    current = Some((section, rect));
                }
            }
        }
        paint_box(ui, theme, inlines, current, origin);
        if row.ends_with_newline {
            sections.next();
        }
    }
}

/// Which run each character belongs to, in order.
fn sections(inlines: &[Inline]) -> impl Iterator<Item = usize> {
    let runs = inlines.iter().enumerate();
    runs.flat_map(|(index, inline)| std::iter::repeat_n(index, inline.text.chars().count()))
}

fn paint_box(
    ui: &Ui,
    theme: &Theme,
    inlines: &[Inline],
    stretch: Option<(usize, Rect)>,
    origin: Pos2,
) {
    let Some((index, rect)) = stretch else { return };
    let Some(inline) = inlines.get(index) else {
        return;
    };
    let centre = rect.center() + origin.to_vec2();
    if inline.look.key {
        let size = vec2((rect.width() + 8.0).max(19.0), 19.0);
        let cap = Rect::from_center_size(centre, size);
        let stroke = theme.outline_stroke();
        ui.painter()
            .rect(cap, 4, theme.card, stroke, StrokeKind::Inside);
    } else if inline.look.code {
        let size = vec2(rect.width() + 4.0, 19.0);
        let place = Rect::from_center_size(centre, size);
        ui.painter().rect_filled(place, 4, theme.trough);
    }
}

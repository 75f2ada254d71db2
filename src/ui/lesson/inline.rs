//! Runs of text: bold, code, keys, links.
//!
//! Code and keys get a box of their own, painted under the laid-out text. A link into the web
//! opens in the browser after a click, a link to a lesson asks for it.

use eframe::egui;
use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Color32, Galley, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, Vec2, vec2};

use super::page::Page;
use super::wrap;
use crate::lesson::{Inline, Link};
use crate::session::{Command, Shelving};
use crate::ui::parts;
use crate::ui::text::say;
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

/// Text on its lines, ready to be painted.
pub struct Laid<'a> {
    inlines: &'a [Inline],
    galley: Arc<Galley>,
    /// Which run each character belongs to, line ends included.
    owners: Vec<usize>,
}

/// Breaks text into lines of at most this width.
pub fn lay<'a>(ui: &Ui, theme: &Theme, inlines: &'a [Inline], ink: Ink, width: f32) -> Laid<'a> {
    let formats = formats(theme, inlines, ink);
    let (unbroken, _) = job(inlines, &formats, &[]);
    let unbroken = ui.painter().layout_job(unbroken);
    let chars: Vec<(char, f32)> = unbroken
        .rows
        .iter()
        .flat_map(|row| {
            let glyphs = row.glyphs.iter().map(|glyph| (glyph.chr, glyph.max_x()));
            glyphs.chain(row.ends_with_newline.then_some(('\n', 0.0)))
        })
        .collect();
    let breaks = wrap::breaks(&chars, width.max(40.0));
    let (broken, owners) = job(inlines, &formats, &breaks);
    let galley = if breaks.is_empty() {
        unbroken
    } else {
        ui.painter().layout_job(broken)
    };
    Laid {
        inlines,
        galley,
        owners,
    }
}

/// How each run looks, and what it keeps free before it.
fn formats(theme: &Theme, inlines: &[Inline], ink: Ink) -> Vec<(f32, TextFormat)> {
    let (mut was_boxed, mut was_key) = (false, false);
    let format = |inline: &Inline| {
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
        (lead, format)
    };
    inlines.iter().map(format).collect()
}

/// The runs with line ends put in, and whose each character is.
fn job(
    inlines: &[Inline],
    formats: &[(f32, TextFormat)],
    breaks: &[usize],
) -> (LayoutJob, Vec<usize>) {
    let mut job = LayoutJob::default();
    job.wrap.max_width = f32::INFINITY;
    let mut owners = Vec::new();
    let mut breaks = breaks.iter().copied().peekable();
    let mut count = 0;
    for (index, (inline, (lead, format))) in inlines.iter().zip(formats).enumerate() {
        let mut line = String::new();
        let mut lead = if count == 0 && !inline.look.key {
            0.0
        } else {
            *lead
        };
        for char in inline.text.chars() {
            if breaks.next_if_eq(&count).is_some() {
                line.push('\n');
                owners.push(index);
                job.append(&line, lead, format.clone());
                // At the start of a line only a key's box needs room.
                lead = if inline.look.key { lead } else { 0.0 };
                line.clear();
            }
            line.push(char);
            owners.push(index);
            count += 1;
        }
        if !line.is_empty() {
            job.append(&line, lead, format.clone());
        }
    }
    (job, owners)
}

impl Laid<'_> {
    pub fn size(&self) -> Vec2 {
        self.galley.size()
    }

    /// What a reader hears.
    pub fn text(&self) -> String {
        self.inlines
            .iter()
            .map(|inline| inline.text.as_str())
            .collect()
    }

    /// The end of the last line, from the top left.
    pub fn end(&self) -> Vec2 {
        let row = self.galley.rows.last();
        row.map_or(Vec2::ZERO, |row| {
            vec2(row.rect().right(), row.rect().center().y)
        })
    }

    pub fn paint(&self, ui: &Ui, theme: &Theme, origin: Pos2) {
        self.paint_boxes(ui, theme, origin);
        ui.painter()
            .galley(origin, Arc::clone(&self.galley), theme.text);
    }

    /// All of it in one colour.
    pub fn paint_in(&self, ui: &Ui, theme: &Theme, origin: Pos2, colour: Color32) {
        self.paint_boxes(ui, theme, origin);
        let galley = Arc::clone(&self.galley);
        ui.painter()
            .galley_with_override_text_color(origin, galley, colour);
    }

    /// Each stretch of a link on each row: which run it belongs to, and its place.
    fn links(&self) -> Vec<(usize, Rect)> {
        let mut links: Vec<(usize, Rect)> = Vec::new();
        if self.inlines.iter().all(|inline| inline.link.is_none()) {
            return links;
        }
        let mut owners = self.owners.iter().copied();
        for row in &self.galley.rows {
            let mut on_row = None;
            for glyph in &row.glyphs {
                let owner = owners.next().unwrap_or(usize::MAX);
                let has_link = self
                    .inlines
                    .get(owner)
                    .is_some_and(|run| run.link.is_some());
                let rect = glyph.logical_rect().translate(row.pos.to_vec2());
                match links.last_mut() {
                    Some((last, stretch)) if on_row == Some(owner) && *last == owner => {
                        *stretch = stretch.union(rect);
                    }
                    _ if has_link => links.push((owner, rect)),
                    _ => {}
                }
                on_row = Some(owner);
            }
            if row.ends_with_newline {
                owners.next();
            }
        }
        links
    }

    /// One box for each stretch of code or key on each row.
    fn paint_boxes(&self, ui: &Ui, theme: &Theme, origin: Pos2) {
        let is_boxed = |inline: &Inline| inline.look.code || inline.look.key;
        if !self.inlines.iter().any(is_boxed) {
            return;
        }
        let mut owners = self.owners.iter().copied();
        for row in &self.galley.rows {
            let mut current: Option<(usize, Rect)> = None;
            for glyph in &row.glyphs {
                let owner = owners.next().unwrap_or(usize::MAX);
                let rect = glyph.logical_rect().translate(row.pos.to_vec2());
                match &mut current {
                    Some((index, stretch)) if *index == owner => *stretch = stretch.union(rect),
                    _ => {
                        paint_box(ui, theme, self.inlines, current.take(), origin);
                        current = Some((owner, rect));
                    }
                }
            }
            paint_box(ui, theme, self.inlines, current, origin);
            if row.ends_with_newline {
                owners.next();
            }
        }
    }
}

/// Lays out and paints; each link is a control of its own.
pub fn inlines_ui(ui: &mut Ui, page: &mut Page<'_, '_>, inlines: &[Inline], ink: Ink) {
    let width = ui.available_width();
    let laid = lay(ui, page.theme, inlines, ink, width);
    let (rect, response) = ui.allocate_exact_size(vec2(width, laid.size().y), Sense::hover());
    if !ui.is_rect_visible(rect) {
        return;
    }
    laid.paint(ui, page.theme, rect.min);
    links_ui(ui, page, &laid, (&response, rect.min));
    let text = laid.text();
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
}

/// The links of a text that was painted at `origin`.
pub fn links_ui(
    ui: &Ui,
    page: &mut Page<'_, '_>,
    laid: &Laid<'_>,
    (text, origin): (&egui::Response, Pos2),
) {
    let mut last = None;
    for (part, (index, rect)) in laid.links().into_iter().enumerate() {
        let inline = &laid.inlines[index];
        if let Some(link) = &inline.link {
            let rect = rect.translate(origin.to_vec2());
            let id = text.id.with(("link", part, origin.x.to_bits()));
            // Where it goes on in the next row it can be clicked, but is no second link.
            let is_first = last != Some(index);
            let sense = if is_first {
                Sense::click()
            } else {
                Sense::CLICK
            };
            let response = ui.interact(rect, id, sense);
            link_ui(ui, page, (link, &inline.text, is_first), response);
        }
        last = Some(index);
    }
}

fn link_ui(
    ui: &Ui,
    page: &mut Page<'_, '_>,
    (link, text, is_first): (&Link, &str, bool),
    response: egui::Response,
) {
    let (language, shelf) = (page.view.language, &page.view.desk.shelf);
    let (hint, asks) = match link {
        Link::Web(address) => (say!(language, "link.web", address = address), None),
        Link::Lesson(to) => match shelf.find(to) {
            Some(entry) => {
                let titles = entry.titles(language);
                let title = titles.map_or(entry.folder.as_str(), |titles| &titles.title);
                let asks = Command::Shelf(Shelving::Open(entry.id.clone()));
                (say!(language, "link.lesson", title = title), Some(asks))
            }
            None => {
                let why = say!(language, "link.no_lesson", lesson = to);
                let asks = Command::Explain(why.clone().into_owned());
                (why, Some(asks))
            }
        },
    };
    parts::focus_ring(ui, page.theme, &response, response.rect.expand(2.0));
    if is_first {
        let name = format!("{text}: {hint}");
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Link, true, &name));
    }
    let response = response
        .on_hover_text(hint)
        .on_hover_cursor(egui::CursorIcon::PointingHand);
    if response.clicked() {
        match (link, asks) {
            (Link::Web(address), _) => ui.ctx().open_url(egui::OpenUrl::new_tab(address)),
            (Link::Lesson(_), Some(asks)) => page.ask(asks),
            (Link::Lesson(_), None) => {}
        }
    }
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

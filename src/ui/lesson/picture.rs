//! Pictures: at most as wide as the pane, large on a click; or what they show, and why they cannot.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Weak};

use eframe::egui;
use eframe::egui::{
    ColorImage, Context, CursorIcon, Id, RichText, Role, Sense, TextureFilter, TextureHandle,
    TextureOptions, Ui, Vec2, WidgetInfo, vec2,
};

use super::inline::{self, Ink};
use super::page::Page;
use super::plain;
use crate::lesson::{Lesson, PictureFile, Pixels};
use crate::session::{Command, Overlay, View};
use crate::ui::overlay;
use crate::ui::parts::{self, Icon};
use crate::ui::text::say;
use crate::ui::theme::{self, CONTROL_RADIUS};

/// The graphics card's copies of the open lesson's pictures, by name.
#[derive(Clone, Default)]
struct Textures {
    of: PathBuf,
    /// With the pixels it was made of: an edited picture has others.
    known: HashMap<String, (Weak<Pixels>, TextureHandle)>,
}

pub fn picture_ui(ui: &mut Ui, page: &mut Page<'_, '_>, (name, alt): (&str, &str)) {
    let language = page.view.language;
    let broken = |why: String| say!(language, "picture.broken", why = why).into_owned();
    let file = match page.lesson.pictures.get(name) {
        Some(Ok(file)) => file,
        Some(Err(problem)) => return missing_ui(ui, page, alt, &problem.to_string()),
        None => {
            let why = say!(language, "picture.not_looked_for").into_owned();
            return missing_ui(ui, page, alt, &why);
        }
    };
    match page.view.desk.shelf.pictures.get(name) {
        Some(Ok(pixels)) => {
            let texture = texture(ui.ctx(), page.lesson, name, pixels);
            shown_ui(ui, page, (name, alt), &texture);
        }
        Some(Err(why)) => missing_ui(ui, page, alt, &broken(why.clone())),
        // It keeps its place, so that nothing jumps when it comes.
        None => {
            let size = fitting(file_size(file), vec2(ui.available_width(), f32::INFINITY));
            let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
            ui.painter()
                .rect_filled(rect, CONTROL_RADIUS, page.theme.trough);
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, alt));
        }
    }
}

fn shown_ui(
    ui: &mut Ui,
    page: &mut Page<'_, '_>,
    (name, alt): (&str, &str),
    texture: &TextureHandle,
) {
    let size = fitting(
        texture.size_vec2(),
        vec2(ui.available_width(), f32::INFINITY),
    );
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    egui::Image::new(texture)
        .corner_radius(CONTROL_RADIUS)
        .paint_at(ui, rect);
    let edge = page.theme.border_stroke();
    let inside = egui::StrokeKind::Inside;
    ui.painter().rect_stroke(rect, CONTROL_RADIUS, edge, inside);
    parts::focus_ring(ui, page.theme, &response, rect);
    let label = say!(page.view.language, "picture.enlarge", alt = alt);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    let response = response
        .on_hover_text(label)
        .on_hover_cursor(CursorIcon::ZoomIn);
    let index = page.lesson.pictures.keys().position(|known| known == name);
    if let Some(index) = index.filter(|_| response.clicked()) {
        page.ask(Command::Show(Some(Overlay::Picture(index))));
    }
}

/// What it would show, and what to do so that it does.
fn missing_ui(ui: &mut Ui, page: &mut Page<'_, '_>, alt: &str, why: &str) {
    let theme = page.theme;
    let frame = egui::Frame::new()
        .fill(theme.code)
        .stroke(theme.outline_stroke())
        .corner_radius(CONTROL_RADIUS)
        .inner_margin(egui::Margin::symmetric(10, 8));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(16.0, 16.0), Sense::hover());
            parts::paint_icon(ui.painter(), Icon::Warning, rect.center(), 14.0, theme.warn);
            let title = RichText::new(say!(page.view.language, "picture.missing"));
            ui.label(title.font(theme::bold_font(theme::SMALL)).color(theme.warn));
        });
        inline::inlines_ui(ui, page, &plain(alt), Ink::body(theme.text));
        inline::inlines_ui(ui, page, &plain(why), Ink::body(theme.muted).small());
    });
}

/// One picture over the window.
pub fn enlarged_ui(ctx: &Context, view: &View<'_>, index: usize, commands: &mut Vec<Command>) {
    let Some(lesson) = view.lesson else { return };
    let window = ctx.content_rect().size();
    let name = lesson.pictures.keys().nth(index);
    let alt = name
        .and_then(|name| alt_of(lesson, name))
        .unwrap_or_default();
    overlay::card_ui(ctx, view, (&alt, window.x), commands, |ui, _| {
        let pixels = name.and_then(|name| Some((name, view.desk.shelf.pictures.get(name)?)));
        let Some((name, Ok(pixels))) = pixels else {
            return;
        };
        let texture = texture(ctx, lesson, name, pixels);
        let room = vec2(ui.available_width(), window.y - 140.0);
        // Small drawings are worth seeing larger, but not as coarse blocks.
        let size = fitting(texture.size_vec2() * 2.0, room);
        ui.vertical_centered(|ui| {
            let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
            egui::Image::new(&texture).paint_at(ui, rect);
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &alt));
        });
    });
}

fn alt_of(lesson: &Lesson, wanted: &str) -> Option<String> {
    fn find(blocks: &[crate::lesson::Block], wanted: &str) -> Option<String> {
        use crate::lesson::Block;
        blocks.iter().find_map(|block| match block {
            Block::Picture { alt, name, .. } => (name == wanted).then(|| alt.clone()),
            Block::Quote(blocks) | Block::Callout { blocks, .. } => find(blocks, wanted),
            Block::List { items, .. } => items.iter().find_map(|item| find(item, wanted)),
            Block::Heading { .. }
            | Block::Paragraph(_)
            | Block::Code { .. }
            | Block::Table { .. }
            | Block::Quiz(_)
            | Block::Myth(_)
            | Block::Puzzle(_)
            | Block::Try(_)
            | Block::Rule => None,
        })
    }
    let beats = lesson.beats.iter().map(|beat| beat.body.as_slice());
    let mut bodies = std::iter::once(lesson.opening.as_slice()).chain(beats);
    bodies.find_map(|blocks| find(blocks, wanted))
}

fn file_size(file: &PictureFile) -> Vec2 {
    vec2(file.width as f32, file.height as f32)
}

/// As large as it is, but no larger than the room.
fn fitting(size: Vec2, room: Vec2) -> Vec2 {
    let scale = (room.x / size.x).min(room.y / size.y).min(1.0);
    size * scale
}

fn texture(ctx: &Context, lesson: &Lesson, name: &str, pixels: &Arc<Pixels>) -> TextureHandle {
    let id = Id::unique("pictures of the lesson");
    let mut textures = ctx.data_mut(|data| {
        let kept: &mut Textures = data.get_temp_mut_or_default(id);
        std::mem::take(kept)
    });
    if textures.of != lesson.path {
        textures = Textures {
            of: lesson.path.clone(),
            known: HashMap::new(),
        };
    }
    let made_of = Arc::downgrade(pixels);
    let known = textures.known.get(name);
    let known = known.filter(|(of, _)| of.ptr_eq(&made_of));
    let handle = known.map(|(_, handle)| handle.clone());
    let handle = handle.unwrap_or_else(|| {
        let size = [pixels.width as usize, pixels.height as usize];
        let image = ColorImage::from_rgba_unmultiplied(size, &pixels.rgba);
        // A large picture is shown small: without smaller copies its lines would break up.
        let options = TextureOptions::LINEAR.with_mipmap_mode(Some(TextureFilter::Linear));
        ctx.load_texture(name, image, options)
    });
    let entry = (made_of, handle.clone());
    textures.known.insert(name.to_owned(), entry);
    ctx.data_mut(|data| data.insert_temp(id, textures));
    handle
}

//! The head of the lesson pane: the contents, how far one has come, the lessons beside this one.

use eframe::egui;
use eframe::egui::{Align, Layout, Rect, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::page::Page;
use crate::session::{Command, Overlay, Shelving, View};
use crate::ui::controls::Offer;
use crate::ui::parts::Button;
use crate::ui::text::say;
use crate::ui::theme;

const HEIGHT: f32 = 40.0;
const BUTTON: f32 = 28.0;
/// Narrower, and the way to the contents is only its key.
const WORDS_FROM: f32 = 270.0;

/// The lesson before or after this one, or why there is none.
fn beside(view: &View<'_>, step: isize) -> Offer {
    let language = view.language;
    let entry = view.desk.shelf.neighbour(step).ok_or_else(|| match step {
        1.. => say!(language, "off.last_lesson").into_owned(),
        _ => say!(language, "off.first_lesson").into_owned(),
    })?;
    Ok(Command::Shelf(Shelving::Open(entry.id.clone())))
}

pub fn head_ui(ui: &mut Ui, page: &mut Page<'_, '_>) {
    let size = vec2(ui.available_width(), HEIGHT);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let inside = rect.shrink2(vec2(12.0, 0.0));
    let builder = egui::UiBuilder::new()
        .max_rect(inside)
        .layout(Layout::left_to_right(Align::Center));
    let mut child = ui.new_child(builder);
    let ui = &mut child;
    ui.spacing_mut().item_spacing.x = 6.0;
    contents_button_ui(ui, page);
    let has_others = page.view.desk.shelf.entries.len() > 1;
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if has_others {
            beside_ui(ui, page, 1);
            beside_ui(ui, page, -1);
        }
        words_ui(ui, page);
    });
    bar_ui(ui, page, rect);
}

fn contents_button_ui(ui: &mut Ui, page: &mut Page<'_, '_>) {
    let language = page.view.language;
    let label = match ui.available_width() < WORDS_FROM {
        true => String::new(),
        false => say!(language, "contents.title").into_owned(),
    };
    let button = Button {
        key: Some("M"),
        name: say!(language, "contents.open").into_owned(),
        hint: say!(language, "contents.open").into_owned(),
        height: BUTTON,
        ..Button::new(label, page.theme)
    };
    if button.show(ui, page.theme).clicked() {
        page.ask(Command::Show(Some(Overlay::Contents)));
    }
}

fn beside_ui(ui: &mut Ui, page: &mut Page<'_, '_>, step: isize) {
    let language = page.view.language;
    let (sign, name) = match step {
        1.. => ("›", say!(language, "contents.next")),
        _ => ("‹", say!(language, "contents.previous")),
    };
    let button = Button {
        name: name.clone().into_owned(),
        hint: name.into_owned(),
        height: BUTTON,
        ..Button::new(sign, page.theme)
    };
    let (button, command) = button.offered(beside(page.view, step));
    if button.show(ui, page.theme).clicked()
        && let Some(command) = command
    {
        page.ask(command);
    }
}

/// How many passages this run has reached, and of how many.
fn progress(page: &Page<'_, '_>) -> (usize, usize) {
    let reached = page.view.beats.iter().flatten().count();
    (reached, page.lesson.beats.len())
}

fn words_ui(ui: &mut Ui, page: &Page<'_, '_>) {
    let (reached, of) = progress(page);
    let text = RichText::new(format!("{reached} / {of}")).font(theme::text_font(theme::SMALL));
    let words = say!(
        page.view.language,
        "contents.passages",
        reached = reached,
        of = of
    );
    let response = ui.label(text.color(page.theme.muted));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    response.on_hover_text(words);
}

/// Along the lower edge, as a reader's thumb lies in a book.
fn bar_ui(ui: &Ui, page: &Page<'_, '_>, rect: Rect) {
    let (reached, of) = progress(page);
    let share = reached as f32 / of.max(1) as f32;
    let whole = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 2.0), rect.max);
    ui.painter().rect_filled(whole, 0, page.theme.trough);
    let done = whole.with_max_x(whole.left() + whole.width() * share);
    ui.painter().rect_filled(done, 0, page.theme.wire);
}

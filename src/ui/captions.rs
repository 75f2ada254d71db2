//! The lesson's current passage below the stage: when it is shown to a class, and when there is
//! no room for the lesson beside the stage.
//!
//! In: a view. Out: the title and the text of the beat that the run has reached, and what the
//! lesson waits for before the first one.

use eframe::egui::text::LayoutJob;
use eframe::egui::{Label, Rect, RichText, ScrollArea, Ui, UiBuilder, vec2};

use super::parts::Button;
use super::text::{marked, say};
use super::theme::{self, Theme};
use super::{layout, lesson};
use crate::lesson::{Block, Inline, Lesson};
use crate::session::{Command, View};

/// Left of the text stands a stripe, as beside the passage in the lesson.
const STRIPE: f32 = 3.0;
const INDENT: f32 = 13.0;
/// The title's line, and what is above and below.
const AROUND: f32 = 42.0;
/// The buttons beside the text.
const BUTTON: f32 = 130.0;

/// How high the captions want to be: whole lines, and no more than their share of the window.
pub fn height(ui: &Ui, view: &View<'_>, lesson: &Lesson) -> f32 {
    let theme = theme::theme(view.look);
    let mut job = laid(theme, &words(view, lesson).1);
    job.wrap.max_width = ui.available_width() - 32.0 - INDENT - beside(view);
    let galley = ui.painter().layout_job(job);
    let most = ui.ctx().content_rect().height() * theme::CAPTIONS_SHARE;
    let line = theme::LESSON_TEXT * theme::CAPTION_LEADING;
    let lines = galley.rows.len() as f32;
    let fit = ((most - AROUND) / line).floor().max(2.0);
    AROUND + lines.min(fit) * line
}

pub fn captions_ui(ui: &mut Ui, view: &View<'_>, lesson: &Lesson, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let whole = ui.max_rect();
    let stripe = whole.with_max_x(whole.left() + STRIPE);
    ui.painter().rect_filled(stripe, 0, theme.wire);
    let right = vec2(beside(view), 0.0);
    let text = Rect::from_min_max(whole.min + vec2(INDENT, 0.0), whole.max - right);
    let part = |salt: &str, rect| UiBuilder::new().id_salt(salt).max_rect(rect);
    ui.scope_builder(part("passage", text), |ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        let (title, text) = words(view, lesson);
        let title = RichText::new(title).font(theme::bold_font(theme::TITLE));
        ui.add(Label::new(title.color(theme.text)).truncate());
        ScrollArea::vertical()
            .id_salt("captions")
            .auto_shrink(false)
            .show(ui, |ui| ui.add(Label::new(laid(theme, &text)).wrap()));
    });
    if right.x > 0.0 {
        let buttons = whole.with_min_x(text.right() + theme::GAP);
        ui.scope_builder(part("folded", buttons), |ui| {
            folded_ui(ui, view, theme, commands);
        });
    }
}

/// What the buttons take from the text's width; a class is shown none.
fn beside(view: &View<'_>) -> f32 {
    if view.desk.settings.presents {
        0.0
    } else {
        BUTTON
    }
}

/// The whole lesson and the inspector are a key away.
fn folded_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let language = view.language;
    let folded = [
        (
            say!(language, "pane.lesson"),
            "T",
            say!(language, "captions.whole"),
            layout::toggle_lesson(ui.ctx(), view),
        ),
        (
            say!(language, "pane.drawer"),
            "I",
            say!(language, "handle.inspector"),
            layout::toggle_drawer(ui.ctx(), view),
        ),
    ];
    ui.spacing_mut().item_spacing.y = 4.0;
    for (label, key, name, command) in folded {
        let button = Button {
            key: Some(key),
            name: name.clone().into_owned(),
            hint: name.into_owned(),
            height: 26.0,
            ..Button::new(label, theme)
        };
        if button.show(ui, theme).clicked() {
            commands.push(command);
        }
    }
}

fn laid(theme: &Theme, text: &str) -> LayoutJob {
    let mut job = marked(text, theme::LESSON_TEXT, theme, theme.text);
    for section in &mut job.sections {
        section.format.line_height = Some(theme::LESSON_TEXT * theme::CAPTION_LEADING);
    }
    job
}

/// Title and text, with marks in them.
fn words(view: &View<'_>, lesson: &Lesson) -> (String, String) {
    let beat = lesson::current_beat(view).and_then(|index| lesson.beats.get(index));
    match beat {
        Some(beat) => (plain(&beat.title), prose(&beat.body)),
        None => {
            let goal = match lesson.goal.as_str() {
                "" => prose(&lesson.opening),
                goal => goal.to_owned(),
            };
            (lesson.title.clone(), goal)
        }
    }
}

fn plain(inlines: &[Inline]) -> String {
    inlines.iter().map(|inline| inline.text.as_str()).collect()
}

/// The paragraphs; lists, tables and quizzes stay in the lesson.
fn prose(blocks: &[Block]) -> String {
    let paragraphs = blocks.iter().filter_map(|block| match block {
        Block::Paragraph(inlines) => Some(inlines.iter().map(with_marks).collect::<String>()),
        Block::Heading { .. }
        | Block::List { .. }
        | Block::Quote(_)
        | Block::Callout { .. }
        | Block::Picture { .. }
        | Block::Try(_)
        | Block::Code { .. }
        | Block::Table { .. }
        | Block::Quiz(_)
        | Block::Myth(_)
        | Block::Puzzle(_)
        | Block::Rule => None,
    });
    paragraphs.collect::<Vec<_>>().join("\n")
}

fn with_marks(inline: &Inline) -> String {
    let text = inline.text.replace(['*', '`'], "");
    if inline.look.code || inline.look.key {
        format!("`{text}`")
    } else if inline.look.bold {
        format!("**{text}**")
    } else {
        text
    }
}

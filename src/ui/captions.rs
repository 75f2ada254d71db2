//! The lesson's current passage below the stage: when it is shown to a class, and when there is
//! no room for the lesson beside the stage.
//!
//! In: a view. Out: the title and the text of the beat that the run has reached, and what the
//! lesson waits for before the first one.

use eframe::egui::text::LayoutJob;
use eframe::egui::{Align, Label, Layout, Response, RichText, ScrollArea, Ui};

use super::parts::{Button, Icon};
use super::text::{marked, say};
use super::theme::{self, Theme};
use super::{layout, lesson};
use crate::lesson::{Block, Inline, Lesson};
use crate::session::{Command, View};

pub fn captions_ui(ui: &mut Ui, view: &View<'_>, lesson: &Lesson, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let stripe = ui.max_rect().with_max_x(ui.max_rect().left() + 3.0);
    ui.painter().rect_filled(stripe, 0, theme.wire);
    ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
        if !view.desk.settings.presents {
            whole_lesson_ui(ui, view, theme, commands);
        }
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.y = 3.0;
            let (title, text) = words(view, lesson);
            let title = RichText::new(title).font(theme::bold_font(theme::TITLE));
            ui.add(Label::new(title.color(theme.text)).truncate());
            ScrollArea::vertical()
                .id_salt("captions")
                .auto_shrink(false)
                .show(ui, |ui| text_ui(ui, theme, &text));
        });
    });
}

/// The whole lesson is a key away.
fn whole_lesson_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    let button = Button {
        icon: Some(Icon::Down),
        key: Some("T"),
        name: say!(view.language, "captions.whole").into_owned(),
        hint: say!(view.language, "captions.whole").into_owned(),
        height: 28.0,
        ..Button::new("", theme)
    };
    if button.show(ui, theme).clicked() {
        commands.push(layout::toggle_lesson(ui.ctx(), view));
    }
}

fn text_ui(ui: &mut Ui, theme: &Theme, text: &str) -> Response {
    let mut job: LayoutJob = marked(text, theme::LESSON_TEXT, theme, theme.text);
    for section in &mut job.sections {
        section.format.line_height = Some(theme::LESSON_TEXT * theme::CAPTION_LEADING);
    }
    ui.add(Label::new(job).wrap())
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

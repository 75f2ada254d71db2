//! The lesson pane: prose, beats that light up as they happen, quizzes asked before a step, myths
//! that the kernel answers, things to try, and where to go from here.
//!
//! In: a view and its lesson. Out: commands. `page` has what all parts share, `beat` a passage.

mod attempt;
mod beat;
mod block;
mod callout;
mod choice;
mod evidence;
mod finish;
mod head;
mod inline;
mod myth;
mod page;
mod picture;
mod puzzle;
mod quiz;
mod table;
mod wrap;

use eframe::egui;
use eframe::egui::{Rect, ScrollArea, Ui, pos2};

use self::inline::Ink;
use self::page::{Heights, Page};
use super::theme;
use crate::lesson::{Block, Inline, Lesson};
use crate::session::{Command, View};

pub use beat::current_beat;
pub use choice::takes_digits;
pub use page::kernel;
pub use picture::enlarged_ui;

const MARGIN: f32 = 20.0;

pub fn lesson_ui(ui: &mut Ui, view: &View<'_>, lesson: &Lesson, commands: &mut Vec<Command>) {
    let mut page = Page {
        view,
        lesson,
        theme: theme::theme(view.look),
        commands,
    };
    let page = &mut page;
    ui.spacing_mut().item_spacing.y = 0.0;
    head::head_ui(ui, page);
    attempt::banner_ui(ui, page);
    let here = current_beat(view);
    let mut heights = Heights::take(ui, page);
    ScrollArea::vertical()
        .id_salt(("lesson", &lesson.id))
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            ui.add_space(10.0);
            padded(ui, |ui| {
                finish::resume_ui(ui, page);
                opening_ui(ui, page, &mut heights);
            });
            ui.add_space(8.0);
            for index in 0..lesson.beats.len() {
                beat::beat_ui(ui, page, &mut heights, (index, here));
            }
            if finish::is_there(view) {
                let top = ui.cursor().min;
                padded(ui, |ui| finish::finish_ui(ui, page));
                if finish::is_at(view) {
                    let card =
                        Rect::from_min_max(top, pos2(ui.max_rect().right(), ui.cursor().top()));
                    beat::follow(ui, (lesson, usize::MAX), card);
                }
            }
            ui.add_space(40.0);
        });
    heights.put_back(ui);
}

fn padded<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    let margin = egui::Margin {
        left: MARGIN as i8,
        right: MARGIN as i8 - 4,
        top: 0,
        bottom: 0,
    };
    egui::Frame::new().inner_margin(margin).show(ui, add).inner
}

fn opening_ui(ui: &mut Ui, page: &mut Page<'_, '_>, heights: &mut Heights) {
    let (lesson, theme) = (page.lesson, page.theme);
    // A file that begins with a heading of its own says there what it is about.
    let (title, rest) = match lesson.opening.split_first() {
        Some((Block::Heading { level: 1, text }, rest)) => (text.clone(), rest),
        _ => (plain(&lesson.title), lesson.opening.as_slice()),
    };
    heights.show(ui, "title", (), |ui| {
        inline::inlines_ui(ui, page, &title, Ink::title(theme));
    });
    if !lesson.goal.is_empty() {
        heights.show(ui, "goal", (), |ui| {
            inline::inlines_ui(ui, page, &plain(&lesson.goal), Ink::body(theme.muted));
        });
    }
    for (index, block) in rest.iter().enumerate() {
        let standing = standing(page, block);
        heights.show(ui, ("opening", index), standing, |ui| {
            block::block_ui(ui, page, block, Ink::body(theme.text));
        });
    }
}

/// What a block's height depends on besides its text. Those within lists and quotes are few, and
/// stand for the whole.
fn standing(page: &Page<'_, '_>, block: &Block) -> Vec<u64> {
    let view = page.view;
    let two = |(first, second): (bool, bool)| u64::from(first) * 2 + u64::from(second);
    match block {
        Block::Try(index) => vec![two(attempt::standing(view, *index))],
        Block::Puzzle(index) => vec![puzzle::standing(view, *index)],
        Block::Picture { name, .. } => {
            let hung = view.desk.shelf.pictures.get(name);
            vec![two((hung.is_some(), hung.is_some_and(Result::is_ok)))]
        }
        Block::List { items, .. } => {
            let blocks = items.iter().flatten();
            blocks.flat_map(|block| standing(page, block)).collect()
        }
        Block::Quote(blocks) | Block::Callout { blocks, .. } => {
            let blocks = blocks.iter();
            blocks.flat_map(|block| standing(page, block)).collect()
        }
        Block::Heading { .. }
        | Block::Paragraph(_)
        | Block::Code { .. }
        | Block::Table { .. }
        | Block::Quiz(_)
        | Block::Myth(_)
        | Block::Rule => Vec::new(),
    }
}

fn plain(text: &str) -> Vec<Inline> {
    let text = text.to_owned();
    vec![Inline {
        text,
        look: Default::default(),
        link: None,
    }]
}

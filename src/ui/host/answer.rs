//! The field in which a line is typed for a program's `input()`.
//!
//! Enter sends it, an empty line too; while an input method composes, Enter is its own.

use eframe::egui;
use eframe::egui::{Event, Id, ImeEvent, Rect, Ui};

use crate::director::{Next, WhyNot};
use crate::model::Program;
use crate::session::{Command, View};
use crate::ui::controls;
use crate::ui::parts::Button;
use crate::ui::text::{host_title, say};
use crate::ui::theme::{self, Theme};

/// What is typed, and whether an input method is at it.
#[derive(Clone, Default)]
struct Draft {
    text: String,
    is_composing: bool,
    /// The frame in which it ended.
    ended: Option<u64>,
    /// It has had the focus offered once, for this question.
    was_offered: bool,
    /// It has the focus because it was offered, and nobody has used it.
    is_idle: bool,
}

/// Gives where the field stands.
pub fn answer_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (program, prompt): (&Program, &str),
    commands: &mut Vec<Command>,
) -> Rect {
    // Each question has a field of its own.
    let asked = (view.timeline.run(), program.since_us);
    let id = Id::unique(("answer", &program.name, asked));
    let mut draft = ui
        .data(|data| data.get_temp::<Draft>(id))
        .unwrap_or_default();
    let off = controls::present(view).err();
    let title = host_title(view.language, view.timeline.state(), &program.name);
    let field_label = say!(view.language, "program.answer_field", program = title);
    let was_composing = composes(ui, &mut draft);
    let mut send = false;
    let row = ui.horizontal(|ui| {
        let button = Button {
            height: 28.0,
            is_on: off.is_none(),
            hint: off
                .clone()
                .unwrap_or_else(|| say!(view.language, "answer.hint").into_owned()),
            ..Button::new(say!(view.language, "program.answer"), theme)
        };
        let width = ui.available_width() - button.size(ui.painter()).x - 8.0;
        let hint = egui::RichText::new(prompt.trim()).color(theme.faint);
        let field = egui::TextEdit::singleline(&mut draft.text)
            .id(id.with("field"))
            .desired_width(width)
            .hint_text(hint)
            .font(theme::code_font(theme::CODE));
        let field = ui.add_enabled(off.is_none(), field);
        ui.ctx()
            .accesskit_node_builder(field.id, |node| node.set_label(field_label.as_ref()));
        let enter = ui.input(|input| input.key_pressed(egui::Key::Enter));
        let is_sent = field.lost_focus() && enter && !was_composing;
        let clicked = button.show(ui, theme).clicked();
        send = is_sent || clicked;
        // The next line may be asked for at once; and an input method goes on composing here.
        let stays = field.lost_focus() && enter && was_composing;
        let is_free = ui.memory(|memory| memory.focused().is_none());
        // Whoever goes on by Space alone needs it for what else there is to do.
        let is_all = matches!(view.next, Next::Not(WhyNot::Asking(_)));
        let is_welcome = is_all && off.is_none() && view.desk.overlay.is_none();
        draft.is_idle &= draft.text.is_empty() && !field.clicked();
        if stays || is_welcome && !draft.was_offered && is_free {
            field.request_focus();
            field.scroll_to_me(None);
            (draft.was_offered, draft.is_idle) = (true, !stays);
        } else if draft.is_idle && !is_all && field.has_focus() {
            field.surrender_focus();
            (draft.was_offered, draft.is_idle) = (false, false);
        }
    });
    if send {
        commands.push(Command::Answer {
            program: program.name.clone(),
            text: std::mem::take(&mut draft.text),
        });
    }
    ui.data_mut(|data| data.insert_temp(id, draft));
    row.response.rect
}

/// Whether an input method composes, or has only just ended it: the Enter that takes what is
/// composed can come a frame later, and is not meant for the program.
fn composes(ui: &Ui, draft: &mut Draft) -> bool {
    let before = draft.is_composing;
    let frame = ui.ctx().cumulative_frame_nr();
    ui.input(|input| {
        for event in &input.events {
            match event {
                // An empty one says that it was given up.
                Event::Ime(ImeEvent::Preedit { text, .. }) => draft.is_composing = !text.is_empty(),
                Event::Ime(ImeEvent::Commit(_)) => {
                    draft.is_composing = false;
                    draft.ended = Some(frame);
                }
                _ => {}
            }
        }
    });
    if before && !draft.is_composing {
        draft.ended = Some(frame);
    }
    let has_just_ended = draft.ended.is_some_and(|ended| frame <= ended + 1);
    if has_just_ended {
        ui.ctx().request_repaint();
    }
    draft.is_composing || has_just_ended
}

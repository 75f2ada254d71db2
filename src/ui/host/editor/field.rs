//! The field a program's text is edited in, in the place of its code: the same colours and line
//! numbers, the line it died at, and keys as in any editor.
//!
//! The text is a draft of the session's. While it is typed the field holds it too, because a
//! character that is still being composed (Chinese, Japanese) is no edit yet.

use eframe::egui;
use eframe::egui::text::{CCursor, CCursorRange};
use eframe::egui::text_edit::TextEditState;
use eframe::egui::{
    Align2, Context, CornerRadius, Event, EventFilter, Frame, Id, ImeEvent, Key, Margin, Modifiers,
    Rect, ScrollArea, TextBuffer, TextEdit, Ui, UiBuilder, pos2, vec2,
};

use super::super::highlight;
use super::text::{Code, shift_lines};
use crate::model::{Activity, Program};
use crate::session::{Command, Edit, View};
use crate::ui::parts::{self, Icon};
use crate::ui::text::{host_title, say};
use crate::ui::theme::{self, Theme};

const PADDING: f32 = 7.0;

/// What the field holds between two passes.
#[derive(Clone, Default)]
struct Held {
    text: String,
    /// What was asked for last.
    sent: String,
    /// The draft as it was seen last: when it changes by itself, the field follows.
    draft: String,
    is_composing: bool,
    /// When it was shown last: a field that was away begins anew.
    pass: u64,
}

/// What the keys asked for, other than typing.
#[derive(Default)]
struct Asked {
    runs: bool,
    leaves: bool,
}

pub fn field_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    program: &Program,
    height: f32,
    commands: &mut Vec<Command>,
) {
    let draft = view.desk.drafts.text(&program.name).unwrap_or_default();
    let id = Id::unique(("program's text", &program.name));
    let mut held = held(ui.ctx(), id, draft, program);
    let asked = if ui.memory(|memory| memory.has_focus(id)) {
        take_keys(ui.ctx(), id, &mut held)
    } else {
        Asked::default()
    };
    draw_ui(ui, view, theme, (program, id), height, &mut held.text);
    if held.text != held.sent && !held.is_composing {
        held.sent.clone_from(&held.text);
        commands.push(Command::Edit(Edit::Text {
            program: program.name.clone(),
            text: held.text.clone(),
        }));
    }
    if asked.runs {
        commands.push(Command::Restart);
    } else if asked.leaves {
        commands.push(Command::Edit(Edit::Show(None)));
    }
    held.pass = ui.ctx().cumulative_pass_nr();
    ui.data_mut(|data| data.insert_temp(id, held));
}

/// What the field holds now; a new one takes the focus, and its cursor stands where the program
/// does.
fn held(ctx: &Context, id: Id, draft: &str, program: &Program) -> Held {
    let held = ctx.data(|data| data.get_temp::<Held>(id));
    let pass = ctx.cumulative_pass_nr();
    match held.filter(|held| held.pass + 1 >= pass) {
        Some(mut held) => {
            if held.draft != draft {
                draft.clone_into(&mut held.draft);
                if held.sent != draft {
                    draft.clone_into(&mut held.text);
                    draft.clone_into(&mut held.sent);
                }
            }
            held
        }
        None => {
            let mut state = TextEditState::default();
            let line = program.line.filter(|_| *draft == *program.source);
            let before = line.unwrap_or(1).saturating_sub(1) as usize;
            let lines = draft.split_inclusive('\n').take(before);
            let at = CCursor::new(lines.map(|line| line.chars().count()).sum::<usize>());
            state.cursor.set_char_range(Some(CCursorRange::one(at)));
            state.store(ctx, id);
            ctx.memory_mut(|memory| memory.request_focus(id));
            Held {
                text: draft.to_owned(),
                sent: draft.to_owned(),
                draft: draft.to_owned(),
                ..Held::default()
            }
        }
    }
}

/// Takes the keys that the field itself would understand otherwise.
fn take_keys(ctx: &Context, id: Id, held: &mut Held) -> Asked {
    let mut asked = Asked::default();
    let mut shifts = Vec::new();
    let selects_lines = selected(ctx, id).is_some_and(|range| {
        let inside = held.text.chars().skip(range.start);
        inside.take(range.len()).any(|c| c == '\n')
    });
    let is_composing = &mut held.is_composing;
    ctx.input_mut(|input| {
        input.events.retain(|event| match event {
            Event::Ime(ImeEvent::Preedit { text, .. }) => {
                *is_composing = !text.is_empty();
                true
            }
            Event::Ime(ImeEvent::Commit(_)) => {
                *is_composing = false;
                true
            }
            // Keys belong to the input method while it composes: Enter chooses there.
            Event::Key { .. } if *is_composing => false,
            Event::Key {
                key: Key::Enter,
                pressed: true,
                modifiers,
                ..
            } if modifiers.command || modifiers.ctrl => {
                asked.runs = true;
                false
            }
            Event::Key {
                key: Key::Escape,
                pressed: true,
                ..
            } => {
                asked.leaves = true;
                false
            }
            Event::Key {
                key: Key::Tab,
                pressed: true,
                modifiers,
                ..
            } if selects_lines => {
                shifts.push(modifiers.contains(Modifiers::SHIFT));
                false
            }
            _ => true,
        });
    });
    for is_out in shifts {
        if let Some(range) = selected(ctx, id) {
            let range = shift_lines(&mut held.text, range, is_out);
            select(ctx, id, range);
        }
    }
    asked
}

fn selected(ctx: &Context, id: Id) -> Option<std::ops::Range<usize>> {
    let range = TextEditState::load(ctx, id)?.cursor.char_range()?;
    let [start, end] = range.sorted_cursors();
    Some(start.index.0..end.index.0)
}

fn select(ctx: &Context, id: Id, range: std::ops::Range<usize>) {
    if let Some(mut state) = TextEditState::load(ctx, id) {
        let (start, end) = (CCursor::new(range.start), CCursor::new(range.end));
        let range = CCursorRange::two(start, end);
        state.cursor.set_char_range(Some(range));
        state.store(ctx, id);
    }
}

fn draw_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    (program, id): (&Program, Id),
    height: f32,
    text: &mut String,
) {
    let row = highlight::row_height();
    let (rect, _) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), egui::Sense::hover());
    ui.painter()
        .rect_filled(rect, CornerRadius::ZERO, theme.code);
    let lines = text.split('\n').count();
    let digits = lines.to_string().len().max(2) as f32;
    let gutter = digits * 6.0 + 20.0;
    let inner = rect.with_min_x(rect.left() + gutter);
    let mut child = ui.new_child(UiBuilder::new().max_rect(inner).id_salt(id));
    child.set_clip_rect(inner.intersect(ui.clip_rect()));
    let whole = ui.painter_at(rect);
    let error = error_line(program, text);
    ScrollArea::both()
        .id_salt("editor")
        .auto_shrink(false)
        .show(&mut child, |ui| {
            let top = ui.cursor().top() + PADDING;
            for line in 1..=lines {
                let y = top + (line - 1) as f32 * row;
                let place = Rect::from_min_max(pos2(rect.left(), y), pos2(rect.right(), y + row));
                if whole.clip_rect().intersects(place) {
                    number_ui(
                        &whole,
                        theme,
                        place,
                        (line, rect.left() + gutter - 9.0),
                        error,
                    );
                }
            }
            text_ui(ui, view, (program, id), inner, text);
        });
    if ui.memory(|memory| memory.has_focus(id)) {
        let ring = egui::Stroke::new(2.0, theme.client);
        whole.rect_stroke(rect, 0, ring, egui::StrokeKind::Inside);
    }
}

fn text_ui(
    ui: &mut Ui,
    view: &View<'_>,
    (program, id): (&Program, Id),
    inner: Rect,
    text: &mut String,
) {
    let mut layouter = |ui: &Ui, text: &dyn TextBuffer, _: f32| {
        let job = highlight::highlighted(ui.ctx(), text.as_str(), view.look);
        ui.painter().layout_job(job)
    };
    let width = layouter(ui, text, 0.0).size().x + 24.0;
    let edit = TextEdit::multiline(&mut Code(text))
        .id(id)
        .font(theme::code_font(theme::CODE))
        .frame(Frame::NONE.inner_margin(Margin::symmetric(0, PADDING as i8)))
        .desired_width(width.max(inner.width()))
        .min_size(vec2(0.0, inner.height()))
        .event_filter(EventFilter {
            tab: true,
            horizontal_arrows: true,
            vertical_arrows: true,
            escape: true,
        })
        .layouter(&mut layouter)
        .show(ui);
    let title = host_title(view.language, view.timeline.newest(), &program.name);
    let name = say!(view.language, "edit.field", program = title);
    let response = &edit.response.response;
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_label(name.as_ref());
    });
}

/// The line it died at, while the text is still the one that ran.
fn error_line(program: &Program, text: &str) -> Option<usize> {
    match &program.activity {
        Activity::Ended {
            traceback: Some(_),
            line: Some(line),
        } if *text == *program.source => Some(*line as usize),
        Activity::Ended { .. }
        | Activity::Ready(_)
        | Activity::InCall(_)
        | Activity::Blocked(_)
        | Activity::Running
        | Activity::Asking(_) => None,
    }
}

fn number_ui(
    painter: &egui::Painter,
    theme: &Theme,
    place: Rect,
    (line, right): (usize, f32),
    error: Option<usize>,
) {
    let is_error = error == Some(line);
    if is_error {
        painter.rect_filled(place, 0, theme.bad_soft);
        let centre = pos2(place.left() + 8.0, place.center().y);
        parts::paint_icon(painter, Icon::Cross, centre, 9.0, theme.bad);
    }
    painter.text(
        pos2(right, place.center().y),
        Align2::RIGHT_CENTER,
        line,
        theme::code_font(theme::TINY),
        if is_error { theme.text } else { theme.faint },
    );
}

//! The conversations of a capture, in the lesson's place: find one, put them in order, look at it.
//!
//! In: the survey. Out: commands. Which one the keyboard is at is the pane's own.

use eframe::egui::{
    Context, EventFilter, Frame, Id, Key, Label, Margin, Modifiers, RichText, Role, Sense, Stroke,
    StrokeKind, TextEdit, Ui, UiBuilder, WidgetInfo,
};

use super::scroll::{self, InSight, Rows};
use super::{all_packets, conversation, notice, on_stage};
use crate::session::{Column, Command, Form, Of, Survey, Surveying, View};
use crate::ui::parts::{Button, Weight};
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};

const HEIGHT: f32 = 26.0;

fn filter_id() -> Id {
    Id::unique("filter of conversations")
}

fn list_id() -> Id {
    Id::unique("conversations of a capture")
}

/// By key.
pub fn focus_filter(ctx: &Context) {
    ctx.memory_mut(|memory| memory.request_focus(filter_id()));
}

pub fn pane_ui(ui: &mut Ui, view: &View<'_>, survey: &Survey, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let margin = Margin {
        left: 12,
        right: 0,
        top: 8,
        bottom: 0,
    };
    Frame::new().inner_margin(margin).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        let width = ui.available_width() - 12.0;
        ui.scope(|ui| {
            ui.set_max_width(width);
            head_ui(ui, view, theme, survey, commands);
            notice::notice_ui(ui, view, theme, survey);
            forms_ui(ui, view, theme, survey, commands);
            filter_ui(ui, view, survey, commands);
            sort_ui(ui, view, theme, survey, commands);
        });
        list_ui(ui, view, theme, survey, commands);
    });
}

/// What this is, and the way back.
fn head_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    survey: &Survey,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let title = RichText::new(survey.file()).font(theme::bold_font(theme::TITLE));
    ui.add(Label::new(title.color(theme.text)).truncate())
        .on_hover_text(survey.path.display().to_string());
    let capture = &survey.capture;
    let counts = say!(
        language,
        "capture.counts",
        packets = capture.len(),
        conversations = capture.conversations().len()
    );
    line_ui(ui, theme, &counts);
    line_ui(ui, theme, &say!(language, "capture.inferred"));
    let close = Button {
        hint: say!(language, "capture.close_hint").into_owned(),
        height: HEIGHT,
        ..Button::new(say!(language, "capture.close"), theme)
    };
    if close.show(ui, theme).clicked() {
        commands.push(Command::Survey(Surveying::Close));
    }
}

fn line_ui(ui: &mut Ui, theme: &Theme, words: &str) {
    let words = RichText::new(words).font(theme::text_font(theme::SMALL));
    ui.add(Label::new(words.color(theme.muted)).wrap());
}

/// All packets; and what is shown, row by row or on the stage.
fn forms_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    survey: &Survey,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let choice = |label: &str, hint: &str, is_chosen: bool| Button {
        is_chosen: Some(is_chosen),
        hint: hint.to_owned(),
        weight: match is_chosen {
            true => Weight::Filled(theme.wire),
            false => Weight::Plain(theme.text),
        },
        height: HEIGHT,
        ..Button::new(label, theme)
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let is_all = survey.of == Of::All && survey.form == Form::List;
        let (label, hint) = (
            say!(language, "capture.all"),
            say!(language, "capture.all_hint"),
        );
        if choice(&label, &hint, is_all).show(ui, theme).clicked() {
            commands.push(all_packets());
        }
        if survey.of != Of::All || survey.form == Form::Stage {
            let is_rows = survey.form == Form::List;
            let (label, hint) = (
                say!(language, "capture.rows"),
                say!(language, "capture.rows_hint"),
            );
            if survey.of != Of::All && choice(&label, &hint, is_rows).show(ui, theme).clicked() {
                commands.push(Command::Survey(Surveying::List(survey.of)));
            }
            let (label, hint) = (
                say!(language, "capture.stage"),
                say!(language, "capture.stage_hint"),
            );
            let stage = choice(&label, &hint, !is_rows);
            let (stage, command) = stage.offered(on_stage(view, survey, survey.of));
            if stage.show(ui, theme).clicked() {
                commands.extend(command);
            }
        } else if survey.fits_stage(Of::All) {
            let label = say!(language, "capture.all_on_stage");
            let hint = say!(language, "capture.stage_hint");
            if choice(&label, &hint, false).show(ui, theme).clicked() {
                commands.push(Command::Survey(Surveying::Show(Of::All)));
            }
        }
    });
}

fn filter_ui(ui: &mut Ui, view: &View<'_>, survey: &Survey, commands: &mut Vec<Command>) {
    let language = view.language;
    let mut filter = survey.arranged.filter.clone();
    let field = TextEdit::singleline(&mut filter)
        .id(filter_id())
        .desired_width(ui.available_width())
        .char_limit(200)
        .hint_text(say!(language, "capture.filter_hint").into_owned())
        .font(theme::text_font(theme::TEXT));
    let field = ui.add(field);
    let label = say!(language, "capture.filter");
    ui.ctx()
        .accesskit_node_builder(field.id, |node| node.set_label(label.as_ref()));
    if field.changed() {
        commands.push(Command::Survey(Surveying::Filter(filter)));
    }
    field.on_hover_text(say!(language, "capture.filter_help"));
}

/// By what: pressed again, the other way round.
fn sort_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    survey: &Survey,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let caption = say!(language, "capture.sort");
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = eframe::egui::vec2(4.0, 4.0);
        for column in Column::ALL {
            let is_chosen = survey.arranged.by == column;
            let name = column_name(view, column);
            let falls = column.falls() != survey.arranged.is_turned;
            let label = match (is_chosen, falls) {
                (true, true) => format!("{name} ↓"),
                (true, false) => format!("{name} ↑"),
                (false, _) => name.clone(),
            };
            let button = Button {
                name: format!("{caption}: {name}"),
                hint: say!(language, "capture.sort_hint").into_owned(),
                is_chosen: Some(is_chosen),
                weight: match is_chosen {
                    true => Weight::Outlined(theme.wire),
                    false => Weight::Plain(theme.muted),
                },
                height: 24.0,
                ..Button::new(label, theme)
            };
            if button.show(ui, theme).clicked() {
                commands.push(Command::Survey(Surveying::Sort(column)));
            }
        }
    });
}

fn column_name(view: &View<'_>, column: Column) -> String {
    let language = view.language;
    match column {
        Column::Start => say!(language, "capture.by_start"),
        Column::Client => say!(language, "capture.by_client"),
        Column::Server => say!(language, "capture.by_server"),
        Column::Packets => say!(language, "capture.by_packets"),
        Column::Bytes => say!(language, "capture.by_bytes"),
        Column::Again => say!(language, "capture.by_again"),
    }
    .into_owned()
}

/// The conversations themselves: rows of one height, of which only those in sight are drawn.
fn list_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    survey: &Survey,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let whole = ui.available_rect_before_wrap();
    let mut child = ui.new_child(UiBuilder::new().max_rect(whole).id_salt("conversations"));
    child.set_clip_rect(whole.intersect(ui.clip_rect()));
    let ui = &mut child;
    let count = survey.list.len();
    let at = ui.data(|data| data.get_temp::<usize>(list_id().with("at")));
    let chosen = chosen_row(survey);
    let at = at.or(chosen).filter(|at| *at < count);
    let name = say!(language, "capture.conversations", count = count);
    let rows = Rows {
        id: list_id(),
        name: &name,
        count,
        height: theme::CONVERSATION_ROW,
    };
    let sight = scroll::scroll(ui, theme, &rows, at);
    if count == 0 {
        let words = match survey.arranged.filter.trim() {
            "" => say!(language, "capture.no_conversations"),
            filter => say!(language, "capture.none_fits", filter = filter),
        };
        let font = theme::text_font(theme::TEXT);
        let room = (whole.width() - 24.0).max(60.0);
        let galley = ui
            .painter()
            .layout(words.into_owned(), font, theme.text, room);
        let said = galley.text().to_owned();
        ui.painter().galley(whole.min, galley, theme.text);
        let response = ui.interact(whole, list_id().with("empty"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
        return;
    }
    for row in sight.rows.clone() {
        let place = (sight.rect(row), at == Some(row));
        if conversation::row_ui(ui, view, theme, (survey, survey.list[row] as usize), place) {
            ui.data_mut(|data| data.insert_temp(list_id().with("at"), row));
            commands.push(choose(survey, survey.list[row] as usize));
        }
    }
    focus_ui(ui, theme, survey, (&sight, &name, at), commands);
}

/// On the stage, where it fits; else row by row.
fn choose(survey: &Survey, conversation: usize) -> Command {
    let of = Of::One(conversation);
    Command::Survey(match survey.fits_stage(of) {
        true => Surveying::Show(of),
        false => Surveying::List(of),
    })
}

fn chosen_row(survey: &Survey) -> Option<usize> {
    let Of::One(conversation) = survey.of else {
        return None;
    };
    let is_it = |each: &u32| *each as usize == conversation;
    // It is where it was, unless the list was put in another order: then it is looked for once.
    survey.list.iter().position(is_it)
}

/// The list has the focus as a whole: its rows come and go. The arrows move along it.
fn focus_ui(
    ui: &Ui,
    theme: &Theme,
    survey: &Survey,
    (sight, name, at): (&InSight, &str, Option<usize>),
    commands: &mut Vec<Command>,
) {
    let id = list_id().with("focus");
    let response = ui.interact(sight.area, id, Sense::focusable_noninteractive());
    response.widget_info(|| WidgetInfo::labeled(Role::ListBox, true, name));
    if !response.has_focus() {
        return;
    }
    let filter = EventFilter {
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let ring = Stroke::new(theme::RING, theme.focus);
    ui.painter()
        .rect_stroke(sight.area.shrink(1.0), 2, ring, StrokeKind::Inside);
    let last = survey.list.len().saturating_sub(1);
    let page = scroll::page(ui.ctx(), list_id()).max(1);
    let (to, enters) = ui.input_mut(|input| {
        let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
        let here = at.unwrap_or(0);
        let to = if pressed(Key::ArrowDown) {
            at.map_or(0, |at| at + 1)
        } else if pressed(Key::ArrowUp) {
            here.saturating_sub(1)
        } else if pressed(Key::PageDown) {
            here + page
        } else if pressed(Key::PageUp) {
            here.saturating_sub(page)
        } else if pressed(Key::Home) {
            0
        } else if pressed(Key::End) {
            last
        } else {
            here
        };
        (to.min(last), pressed(Key::Enter) || pressed(Key::Space))
    });
    ui.data_mut(|data| data.insert_temp(list_id().with("at"), to));
    if at != Some(to) {
        ui.ctx().request_repaint();
    }
    if enters && let Some(conversation) = survey.list.get(to) {
        commands.push(choose(survey, *conversation as usize));
    }
}

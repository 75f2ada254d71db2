//! Above the rows of packets: which packets these are, the stage, and a field for a packet's
//! number.
//!
//! In: the survey. Out: commands. The number that is being typed is the field's own.

use eframe::egui::{Align, Context, Frame, Id, Key, Label, Layout, Margin, RichText, TextEdit, Ui};

use super::{all_packets, conversation_on_stage, words};
use crate::session::{Command, Of, Survey, Surveying, View};
use crate::ui::parts::{self, Button};
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};

const HEIGHT: f32 = 26.0;
const FIELD: f32 = 82.0;

fn field_id() -> Id {
    Id::unique("the number of a packet to go to")
}

/// A digit was typed: it goes into the field, which has the focus from now on.
pub fn begin_number(ctx: &Context) {
    ctx.data_mut(|data| data.insert_temp(field_id(), String::new()));
    ctx.memory_mut(|memory| memory.request_focus(field_id()));
}

pub fn bar_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    survey: &Survey,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    Frame::new()
        .inner_margin(Margin::symmetric(8, 5))
        .show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 8.0;
                ui.set_min_height(HEIGHT);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    number_ui(ui, view, theme, survey, commands);
                    let stage = Button {
                        key: Some("⏎"),
                        name: say!(language, "capture.stage_name").into_owned(),
                        hint: say!(language, "capture.stage_hint").into_owned(),
                        height: HEIGHT,
                        ..Button::new(say!(language, "capture.stage"), theme)
                    };
                    let (stage, command) = stage.offered(conversation_on_stage(view, survey));
                    if stage.show(ui, theme).clicked() {
                        commands.extend(command);
                    }
                    if survey.of != Of::All {
                        let all = Button {
                            hint: say!(language, "capture.all_hint").into_owned(),
                            height: HEIGHT,
                            ..Button::new(say!(language, "capture.all"), theme)
                        };
                        if all.show(ui, theme).clicked() {
                            commands.push(all_packets());
                        }
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        let title = RichText::new(title(view, survey));
                        let title = title.font(theme::bold_font(theme::TEXT));
                        ui.add(Label::new(title.color(theme.text)).truncate());
                    });
                });
            });
        });
}

fn title(view: &View<'_>, survey: &Survey) -> String {
    let language = view.language;
    match survey.of {
        Of::All => say!(language, "capture.title_all", count = survey.len()).into_owned(),
        Of::One(conversation) => {
            let who = words::who(&survey.capture.conversations()[conversation]);
            let count = survey.len();
            say!(language, "capture.title_one", who = who, count = count).into_owned()
        }
    }
}

/// Each digit goes there at once.
fn number_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    survey: &Survey,
    commands: &mut Vec<Command>,
) {
    let language = view.language;
    let text = ui.data(|data| data.get_temp::<String>(field_id()));
    let mut text = text.unwrap_or_default();
    let label = say!(language, "capture.go_to");
    let field = TextEdit::singleline(&mut text)
        .id(field_id())
        .desired_width(FIELD)
        .char_limit(12)
        .hint_text(
            survey
                .selected
                .map_or_else(String::new, |packet| (packet + 1).to_string()),
        )
        .font(theme::code_font(theme::SMALL));
    let field = ui.add(field);
    ui.ctx()
        .accesskit_node_builder(field.id, |node| node.set_label(label.as_ref()));
    if field.changed()
        && let Some(packet) = packet_of(&text, survey.capture.len())
    {
        commands.push(Command::Survey(Surveying::Select(packet)));
    }
    if field.has_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        field.surrender_focus();
    }
    if field.lost_focus() {
        text.clear();
    }
    ui.data_mut(|data| data.insert_temp(field_id(), text));
    parts::caption(ui, theme, &label);
    field.on_hover_text(say!(language, "capture.go_to_hint"));
}

/// People count from 1, and a number beyond the last means the last.
fn packet_of(text: &str, count: usize) -> Option<usize> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let number: usize = digits.parse().ok()?;
    let last = count.checked_sub(1)?;
    Some(number.saturating_sub(1).min(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packets_number_is_taken_as_people_write_it() {
        assert_eq!(packet_of("1", 10), Some(0));
        assert_eq!(packet_of(" 1,000 ", 2_000), Some(999));
        assert_eq!(packet_of("99", 10), Some(9));
        assert_eq!(packet_of("0", 10), Some(0));
        assert_eq!(packet_of("", 10), None);
        assert_eq!(packet_of("x", 10), None);
        assert_eq!(packet_of("1", 0), None);
        assert_eq!(packet_of("99999999999999999999999", 10), None);
    }
}

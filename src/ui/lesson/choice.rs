//! Options to choose one from: by click, by Space or Enter on one, or by its number while one of
//! them has the focus.

use eframe::egui;
use eframe::egui::{
    Context, CursorIcon, Id, Key, Modifiers, Response, Role, Sense, Stroke, Ui, WidgetInfo, vec2,
};

use super::inline::{self, Ink};
use super::page::Page;
use crate::lesson::Inline;
use crate::ui::parts::{self, Icon};
use crate::ui::text::say;
use crate::ui::theme::CONTROL_RADIUS;

pub struct Choice<'a> {
    pub text: &'a [Inline],
    pub is_chosen: bool,
    /// A tick or, on the chosen one, a cross; `None` while nobody knows.
    pub is_right: Option<bool>,
    /// Why it cannot be chosen.
    pub off: Option<String>,
}

const DIGITS: [Key; 8] = [
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Num4,
    Key::Num5,
    Key::Num6,
    Key::Num7,
    Key::Num8,
];

/// The option that has the focus, so that digits are a guess and nothing else.
fn focused_id() -> Id {
    Id::unique("the option that takes digits")
}

/// Whether digits belong to a question now.
pub fn takes_digits(ctx: &Context) -> bool {
    let option = ctx.data(|data| data.get_temp::<Id>(focused_id()));
    option.is_some() && ctx.memory(|memory| memory.focused()) == option
}

/// The one that was chosen now.
pub fn choices_ui(ui: &mut Ui, page: &Page<'_, '_>, choices: &[Choice<'_>]) -> Option<usize> {
    let mut chosen = None;
    let mut has_focus = false;
    for (index, choice) in choices.iter().enumerate() {
        let response = choice_ui(ui, page, (index, choice));
        has_focus |= response.has_focus();
        if response.has_focus() {
            ui.data_mut(|data| data.insert_temp(focused_id(), response.id));
        }
        if response.clicked() {
            chosen = Some(index);
        }
    }
    if has_focus {
        chosen = chosen.or(digit(ui.ctx(), choices.len()));
    }
    let is_open = |index: &usize| choices[*index].off.is_none();
    chosen.filter(is_open)
}

/// The option whose number was pressed.
fn digit(ctx: &Context, options: usize) -> Option<usize> {
    let mut digits = DIGITS.into_iter().take(options);
    ctx.input_mut(|input| digits.position(|key| input.consume_key(Modifiers::NONE, key)))
}

fn choice_ui(ui: &mut Ui, page: &Page<'_, '_>, (index, choice): (usize, &Choice<'_>)) -> Response {
    let theme = page.theme;
    let is_open = choice.off.is_none();
    let width = ui.available_width();
    let laid = inline::lay(ui, theme, choice.text, Ink::body(theme.text), width - 36.0);
    let size = vec2(width, laid.size().y + 4.0);
    let sense = if is_open {
        Sense::click()
    } else {
        Sense::hover()
    };
    let (rect, response) = ui.allocate_exact_size(size, sense);
    let name = laid.text();
    let painter = ui.painter();
    if response.hovered() && is_open {
        painter.rect_filled(rect, CONTROL_RADIUS, theme.trough);
    }
    parts::focus_ring(ui, theme, &response, rect);
    let centre = egui::pos2(rect.left() + 14.0, rect.top() + 14.0);
    match (choice.is_right, choice.is_chosen) {
        (Some(true), _) => parts::paint_icon(painter, Icon::Check, centre, 13.0, theme.good),
        (Some(false), true) => parts::paint_icon(painter, Icon::Cross, centre, 12.0, theme.bad),
        (_, is_chosen) => {
            painter.circle_stroke(centre, 6.5, Stroke::new(1.5, theme.muted));
            if is_chosen {
                painter.circle_filled(centre, 3.5, theme.wire);
            }
        }
    }
    let at = egui::pos2(rect.left() + 30.0, rect.top() + 2.0);
    laid.paint(ui, theme, at);
    response
        .widget_info(|| WidgetInfo::selected(Role::RadioButton, is_open, choice.is_chosen, &name));
    if let Some(reason) = &choice.off {
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_description(reason.as_str());
        });
        return response.on_hover_text(reason);
    }
    let hint = say!(page.view.language, "quiz.keys", number = index + 1);
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text(hint)
}

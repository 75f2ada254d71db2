//! The numbers of a program's lines: a click on one runs on to that line.
//!
//! In: where the rows stand. Out: the goal as a command. By keyboard the same goals are chosen in
//! the menu of "Run to", so that the focus need not pass every line of a program.

use eframe::egui::{CursorIcon, Rect, Role, Sense, StrokeKind, Ui, WidgetInfo, pos2};

use super::code::{PADDING, Page};
use crate::session::{Command, Goal, View};
use crate::ui::driving;
use crate::ui::text::say;
use crate::ui::theme::Theme;

/// In a card of this rectangle, whose top is where the text begins.
pub fn numbers_ui(
    ui: &Ui,
    view: &View<'_>,
    theme: &Theme,
    (page, card): (&Page<'_>, Rect),
    commands: &mut Vec<Command>,
) {
    let seen = ui.clip_rect();
    for (index, row) in page.listing.rows.iter().enumerate() {
        let top = card.top() + PADDING + page.row_top(index);
        let place = Rect::from_min_max(
            pos2(card.left() + 3.0, top),
            pos2(card.left() + page.gutter - 4.0, top + page.row),
        );
        if row.is_first && seen.y_range().contains(place.center().y) {
            number_ui(ui, view, theme, (page, row.line, place), commands);
        }
    }
}

fn number_ui(
    ui: &Ui,
    view: &View<'_>,
    theme: &Theme,
    (page, line, place): (&Page<'_>, u32, Rect),
    commands: &mut Vec<Command>,
) {
    let (language, program) = (view.language, page.program);
    let text = program.source.lines().nth(line as usize - 1);
    let offer = if text.is_some_and(driving::may_pause_at) {
        let program = program.name.clone();
        driving::run_to(view, Goal::Line { program, line })
    } else {
        Err(say!(language, "code.no_call", line = line).into_owned())
    };
    let id = ui.scope_id().with(("run to line", line));
    let is_on = offer.is_ok();
    // Not for the focus: a program has many lines.
    let sense = if is_on { Sense::CLICK } else { Sense::hover() };
    let response = ui.interact(place, id, sense);
    let name = say!(language, "code.run_to", line = line, file = program.file);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_on, &name));
    if is_on && response.hovered() {
        let edge = eframe::egui::Stroke::new(1.5, theme.client);
        ui.painter()
            .rect_stroke(place.shrink(1.0), 4, edge, StrokeKind::Inside);
    }
    match offer {
        Ok(command) => {
            if response.clicked() {
                commands.push(command);
            }
            let hint = format!("{name}\n{}", say!(language, "code.run_to_hint"));
            response
                .on_hover_cursor(CursorIcon::PointingHand)
                .on_hover_text(hint);
        }
        Err(reason) => {
            response.on_hover_text(reason);
        }
    }
}

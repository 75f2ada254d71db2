//! The slim handle of a pane that is put away, or that has no room: a click brings it back.

use eframe::egui::epaint::TextShape;
use eframe::egui::{CursorIcon, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::layout;
use super::parts::{self, Button, Icon};
use super::text::say;
use super::theme;
use crate::lesson::Language;
use crate::session::{Command, View};

/// At the left edge, from top to bottom.
pub fn lesson_ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    let (label, name) = match view.desk.survey {
        Some(_) => (
            say!(view.language, "pane.conversations"),
            say!(view.language, "handle.conversations"),
        ),
        None => (
            say!(view.language, "pane.lesson"),
            say!(view.language, "handle.lesson"),
        ),
    };
    let response = ui.interact(
        ui.max_rect(),
        ui.scope_id().with("lesson handle"),
        Sense::click(),
    );
    let rect = response.rect;
    if response.hovered() {
        ui.painter().rect_filled(rect, 0, theme.trough);
    }
    parts::focus_ring(ui, theme, &response, rect.shrink(4.0));
    let painter = ui.painter();
    let x = rect.center().x;
    let cap = parts::keycap_size(painter, "T");
    let cap = eframe::egui::Rect::from_center_size(pos2(x, rect.top() + 20.0), cap);
    parts::paint_keycap(painter, cap, "T", theme.muted);
    let font = theme::text_font(theme::SMALL);
    let top = cap.bottom() + 8.0;
    match view.language {
        // Hanzi stand one below the other; letters are turned.
        Language::Chinese => {
            let mut y = top;
            for hanzi in label.chars() {
                let galley = painter.layout_no_wrap(hanzi.to_string(), font.clone(), theme.muted);
                let size = galley.size();
                painter.galley(pos2(x - size.x / 2.0, y), galley, theme.muted);
                y += size.y;
            }
        }
        Language::English => {
            let galley = painter.layout_no_wrap(label.into_owned(), font, theme.muted);
            let at = pos2(x + galley.size().y / 2.0, top);
            let turned = TextShape::new(at, galley, theme.muted);
            painter.add(turned.with_angle(std::f32::consts::FRAC_PI_2));
        }
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let response = response.on_hover_text(name);
    if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
        commands.push(layout::toggle_lesson(ui.ctx(), view));
    }
}

/// At the lower edge of the stage.
pub fn drawer_ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let theme = theme::theme(view.look);
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
        let button = Button {
            icon: Some(Icon::Down),
            key: Some("I"),
            hint: say!(view.language, "handle.inspector_hint").into_owned(),
            name: say!(view.language, "handle.inspector").into_owned(),
            height: 24.0,
            ..Button::new(say!(view.language, "pane.drawer"), theme)
        };
        if button.show(ui, theme).clicked() {
            commands.push(layout::toggle_drawer(ui.ctx(), view));
        }
    });
}

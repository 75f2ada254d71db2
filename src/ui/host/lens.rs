//! The switch that says how bytes are read: as UTF-8, as GBK, or as they are.

use eframe::egui::{
    Align2, CursorIcon, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2,
};

use super::strip::lens_name;
use crate::session::{Command, Lens, Setting, View};
use crate::ui::parts;
use crate::ui::text::say;
use crate::ui::theme::{self, Theme};

const ALL: [Lens; 3] = [Lens::Utf8, Lens::Gbk, Lens::Hex];
const HEIGHT: f32 = 20.0;

pub fn lens_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        parts::caption(ui, theme, &say!(view.language, "lens.title"));
        ui.add_space(6.0);
        for lens in ALL {
            choice_ui(ui, view, theme, lens, commands);
        }
        let size = parts::keycap_size(ui.painter(), "V");
        if ui.available_width() > size.x + 6.0 {
            ui.add_space(6.0);
            let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
            parts::paint_keycap(ui.painter(), rect, "V", theme.muted);
        }
    });
}

fn choice_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, lens: Lens, commands: &mut Vec<Command>) {
    let language = view.language;
    let name = lens_name(language, lens);
    let is_on = view.desk.settings.lens == lens;
    let font = if is_on {
        theme::bold_font(theme::TINY)
    } else {
        theme::text_font(theme::TINY)
    };
    let ink = if is_on { theme.on_strong } else { theme.text };
    let galley = ui.painter().layout_no_wrap(name.clone(), font, ink);
    let size = vec2(galley.size().x + 12.0, HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let fill = match (is_on, response.hovered()) {
        (true, _) => theme.slate,
        (false, true) => theme.trough,
        (false, false) => theme.card,
    };
    let edge = Stroke::new(1.0, theme.outline);
    ui.painter().rect(rect, 3, fill, edge, StrokeKind::Inside);
    if response.has_focus() {
        let ring = Stroke::new(2.0, theme.client);
        ui.painter().rect_stroke(rect, 3, ring, StrokeKind::Outside);
    }
    let at: Rect = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
    ui.painter().galley(at.min, galley, ink);
    let label = say!(language, "lens.choice", lens = name);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_on, label.as_ref()));
    if response.clicked() {
        commands.push(Command::Set(Setting::Lens(lens)));
    }
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text(say!(language, "lens.hint"));
}

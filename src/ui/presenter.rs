//! Presenting: the whole screen, larger, and black when the class is to look at the teacher.
//!
//! In: a view. Out: commands, and what the window system is told. Captions and the spotlight have
//! files of their own.

use eframe::egui;
use eframe::egui::{Area, Color32, Context, Id, Order, Role, Sense, ViewportCommand, WidgetInfo};

use super::controls::Offer;
use super::text::say;
use crate::session::{Command, Overlay, Setting, View};

pub fn toggle(view: &View<'_>) -> Command {
    Command::Set(Setting::Presents(!view.desk.settings.presents))
}

pub fn black() -> Offer {
    Ok(Command::Show(Some(Overlay::Black)))
}

pub fn toggle_spotlight(view: &View<'_>) -> Offer {
    let settings = &view.desk.settings;
    if settings.presents {
        Ok(Command::Set(Setting::Spotlight(!settings.has_spotlight)))
    } else {
        Err(say!(view.language, "off.not_presenting").into_owned())
    }
}

/// Whether the window fills the screen because of us.
#[derive(Clone, Copy, Debug, Default)]
struct Filled(bool);

/// Has the window fill the screen while presenting, and gives it back its size afterwards.
pub fn follow(ctx: &Context, view: &View<'_>) {
    let id = Id::unique("the screen is filled");
    let presents = view.desk.settings.presents;
    let Filled(before) = ctx.data(|data| data.get_temp(id)).unwrap_or_default();
    if before != presents {
        ctx.data_mut(|data| data.insert_temp(id, Filled(presents)));
        ctx.send_viewport_cmd(ViewportCommand::Fullscreen(presents));
    }
}

/// Nothing to look at; any key or click brings the picture back.
pub fn black_ui(ctx: &Context, view: &View<'_>, commands: &mut Vec<Command>) {
    let screen = ctx.content_rect();
    let area = Area::new(Id::unique("black")).order(Order::Foreground);
    area.fixed_pos(screen.min).fade_in(false).show(ctx, |ui| {
        let (rect, response) = ui.allocate_exact_size(screen.size(), Sense::click());
        ui.painter().rect_filled(rect, 0, Color32::BLACK);
        let name = say!(view.language, "present.black");
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        if response.on_hover_cursor(egui::CursorIcon::None).clicked() {
            commands.push(Command::Show(None));
        }
    });
}

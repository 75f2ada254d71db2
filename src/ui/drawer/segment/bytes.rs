//! A segment's bytes in the panel, and the menu of one of them.

use std::ops::Range;

use eframe::egui;
use eframe::egui::{Id, Role, Sense, Ui, WidgetInfo};

use super::{Shown, hex};
use crate::model::Segment;
use crate::packet::Transport;
use crate::session::{Command, View};
use crate::ui::text::say;
use crate::ui::theme::Theme;
use crate::ui::{parts, wire};

/// The bytes; a click on one of a segment that still waits offers to corrupt just that one.
pub fn bytes_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    shown: &Shown<'_>,
    commands: &mut Vec<Command>,
) -> Option<Range<usize>> {
    let segment = shown.segment;
    // Not one more stop for Tab: the key K is there for the last byte.
    let sense = if segment.is_on_wire() {
        Sense::HOVER | Sense::CLICK
    } else {
        Sense::hover()
    };
    let packet = segment.packet.as_ref();
    let ends = packet.map_or([0; 3], |packet| {
        let header = &packet.transport_header;
        let fixed = match &packet.transport {
            Transport::Tcp(_) => (header.start + 20).min(header.end),
            Transport::Udp(_) | Transport::Icmp { .. } | Transport::Other(_) => header.end,
        };
        [packet.ip_header.end, fixed, header.end]
    });
    let bytes = hex::Bytes {
        bytes: &segment.bytes,
        corrupted: &segment.corrupted,
        fields: &shown.fields,
        ends,
    };
    let corrupted = segment.corrupted.last().map(|byte| *byte as usize);
    let into_view = corrupted.filter(|_| shown.is_new);
    let lit = shown.lit.as_ref();
    let pointed = hex::hex_ui(ui, theme, &bytes, (lit, into_view, sense));
    let name = say!(view.language, "drawer.hex");
    let response = &pointed.response;
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    corrupt_ui(ui, view, theme, segment, &pointed, commands);
    pointed.field
}

/// The menu of the byte that was clicked last.
fn corrupt_ui(
    ui: &Ui,
    view: &View<'_>,
    theme: &Theme,
    segment: &Segment,
    pointed: &hex::Pointed,
    commands: &mut Vec<Command>,
) {
    let chosen = Id::unique("byte to corrupt");
    let response = &pointed.response;
    if response.clicked() {
        ui.data_mut(|data| match pointed.byte {
            Some(byte) => {
                data.insert_temp(chosen, byte);
            }
            None => data.remove::<usize>(chosen),
        });
    }
    let byte = ui.data(|data| data.get_temp::<usize>(chosen));
    let value = byte.and_then(|byte| segment.bytes.get(byte).map(|value| (byte, *value)));
    let Some((byte, value)) = value.filter(|_| segment.is_on_wire()) else {
        return;
    };
    let opens = response.clicked();
    let popup = egui::Popup::context_menu(response)
        .open_memory(opens.then_some(egui::SetOpenCommand::Bool(true)));
    popup.show(|ui| {
        let turned = format!("{value:02x} → {:02x}", !value);
        let label = say!(
            view.language,
            "drawer.corrupt",
            byte = byte,
            turned = turned
        );
        let button = parts::Button {
            hint: say!(view.language, "hint.corrupt_byte").into_owned(),
            ..parts::Button::new(label, theme)
        };
        let corrupt = wire::corrupt(view, segment.id, byte as u32);
        let (button, command) = button.offered(corrupt);
        if button.show(ui, theme).clicked() {
            commands.extend(command);
            ui.close();
        }
    });
}

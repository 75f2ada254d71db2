//! A host's title: what it is called, its addresses, and of its only program the file and the ways
//! to another text; in loopback mode also what stands for its addresses.

use eframe::egui::{Align, Label, Layout, Rect, RichText, Ui, UiBuilder, vec2};

use super::{editor, programs};
use crate::lesson::Language;
use crate::model::Program;
use crate::session::{Command, View};
use crate::trace::{Mapping, Name};
use crate::ui::text::{host_title, say};
use crate::ui::theme::{self, Theme};

/// The title where everything fits beside it.
const ROW: f32 = 24.0;
/// And where address and file stand one above the other.
const TWO_ROWS: f32 = 32.0;
/// Between the words of the title.
const BETWEEN: f32 = 8.0;

/// "10.0.0.2 is 127.0.0.1 here".
pub fn mapped(language: Language, mapping: &Mapping) -> String {
    let (address, here) = (mapping.address, mapping.stands_for_it);
    say!(language, "host.mapped", address = address, here = here).into_owned()
}

/// Loopback mode: what stands for this host's addresses.
pub fn mapping_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, host: &Name) {
    let state = view.timeline.state();
    let Some(addresses) = state.hosts.get(host).map(|host| &host.addresses) else {
        return;
    };
    for mapping in &state.mapping {
        if addresses.contains(&mapping.address.to_string()) {
            let text = RichText::new(mapped(view.language, mapping));
            let text = text.font(theme::text_font(theme::SMALL)).color(theme.warn);
            ui.add(Label::new(text).wrap())
                .on_hover_text(say!(view.language, "wire.loopback_hint"));
        }
    }
}

/// Where a host has several programs: whose card this is.
pub fn program_title_ui(ui: &mut Ui, view: &View<'_>, theme: &Theme, program: &Program) {
    let title = host_title(view.language, view.timeline.state(), &program.name);
    let text = RichText::new(format!("{title} · {}", program.file));
    let text = text.font(theme::bold_font(theme::SMALL));
    ui.label(text.color(theme.host_tone(&program.name).strong));
}

pub fn title_ui(
    ui: &mut Ui,
    view: &View<'_>,
    theme: &Theme,
    host: &Name,
    commands: &mut Vec<Command>,
) {
    let state = view.timeline.state();
    let title = host_title(view.language, state, host);
    let title = RichText::new(title).font(theme::bold_font(theme::TITLE));
    let title = title.color(theme.host_tone(host).strong);
    let addresses = state.hosts.get(host).map(|host| host.addresses.join(", "));
    let addresses = addresses.unwrap_or_default();
    let all = programs(view, host);
    let program = match all[..] {
        [program] => Some(program),
        _ => None,
    };
    let file = program.map_or("", |program| editor::file(view, program));
    ui.spacing_mut().item_spacing.x = 6.0;
    let buttons = program.map_or(0.0, |program| {
        editor::openers_width(ui, view, theme, program)
    });
    let title_width = width(ui, title.clone());
    let words = [&addresses, file].map(|text| width(ui, small(text, theme)));
    let room = ui.available_width() - buttons - title_width - BETWEEN;
    let has_one_row = file.is_empty() || words.iter().sum::<f32>() + BETWEEN <= room;
    let height = if has_one_row { ROW } else { TWO_ROWS };
    let size = vec2(ui.available_width(), height);
    let row = Layout::right_to_left(Align::Center);
    let shown = ui.allocate_ui_with_layout(size, row, |ui| {
        if let Some(program) = program {
            editor::openers_ui(ui, view, theme, program, commands);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = BETWEEN;
            ui.add(Label::new(title).truncate());
            let rect = ui.available_rect_before_wrap();
            let [first, second] = places(rect, words[0], has_one_row);
            let hint = say!(view.language, "host.address_hint");
            word_ui(ui, first, small(&addresses, theme)).on_hover_text(hint);
            if !file.is_empty() {
                word_ui(ui, second, small(file, theme));
            }
        });
    });
    if let Some(program) = program {
        editor::mark_head(ui, program, shown.response.rect);
    }
}

fn small(text: &str, theme: &Theme) -> RichText {
    let text = RichText::new(text).font(theme::code_font(theme::SMALL));
    text.color(theme.muted)
}

fn width(ui: &Ui, text: RichText) -> f32 {
    let text = eframe::egui::WidgetText::from(text);
    let wrap = Some(eframe::egui::TextWrapMode::Extend);
    let font = eframe::egui::TextStyle::Body;
    text.into_galley(ui, wrap, f32::INFINITY, font).size().x
}

/// Where address and file stand: beside each other, or one above the other.
fn places(rect: Rect, first: f32, has_one_row: bool) -> [Rect; 2] {
    if has_one_row {
        let end = rect.left() + first;
        return [rect.with_max_x(end + 1.0), rect.with_min_x(end + BETWEEN)];
    }
    let middle = rect.center().y;
    [rect.with_max_y(middle), rect.with_min_y(middle)]
}

fn word_ui(ui: &mut Ui, rect: Rect, text: RichText) -> eframe::egui::Response {
    let layout = Layout::left_to_right(Align::Center);
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).layout(layout));
    child.add(Label::new(text).truncate())
}

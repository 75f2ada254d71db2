//! Words in the language of the window, and small texts with marks in them.

use eframe::egui;
use eframe::egui::text::{LayoutJob, TextFormat};

use super::theme::{self, Theme};
use crate::session::View;

pub use crate::words::host::{host_title, host_word};
pub(crate) use crate::words::say;

/// Text in which `**…**` is bold and `` `…` `` is code.
pub fn marked(text: &str, size: f32, theme: &Theme, colour: egui::Color32) -> LayoutJob {
    let mut job = LayoutJob::default();
    for (index, part) in text.split("**").enumerate() {
        let is_bold = index % 2 == 1;
        for (index, part) in part.split('`').enumerate() {
            let font = match (index % 2 == 1, is_bold) {
                (true, _) => theme::code_font(size),
                (false, true) => theme::bold_font(size),
                (false, false) => theme::text_font(size),
            };
            let colour = if is_bold { theme.text } else { colour };
            job.append(part, 0.0, TextFormat::simple(font, colour));
        }
    }
    job
}

/// The time at the cursor, in microseconds since the start: the wall clock's while live.
pub fn now_us(view: &View<'_>) -> u64 {
    let state = view.timeline.state();
    if is_ticking(view) {
        view.now_us.max(state.at_us)
    } else {
        state.at_us
    }
}

/// Whether clocks run: not in the past, and not when the lab is gone.
pub fn is_ticking(view: &View<'_>) -> bool {
    view.timeline.is_live() && view.timeline.newest().ended.is_none()
}

/// `14 s` since `from_us`, and a repaint when the number changes.
pub fn since(ui: &egui::Ui, view: &View<'_>, from_us: u64) -> String {
    let past_us = now_us(view).saturating_sub(from_us);
    if is_ticking(view) {
        let rest_us = 1_000_000 - past_us % 1_000_000;
        let rest = std::time::Duration::from_micros(rest_us + 1_000);
        ui.ctx().request_repaint_after(rest);
    }
    seconds(past_us)
}

/// Tenths of a second are noise beside a clock that moves once a second, except under one.
fn seconds(us: u64) -> String {
    match us / 1_000_000 {
        whole @ 0..=119 => format!("{whole} s"),
        whole => format!("{} min {:02} s", whole / 60, whole % 60),
    }
}

/// A timer is shown in tenths of a second for this long, in milliseconds.
const LAST_MS: u64 = 3_000;

/// What is left of a kernel timer, and repaints while it runs down. `None` when it is due.
pub fn left(ui: &egui::Ui, view: &View<'_>, expires_ms: u32, read_at_us: u64) -> Option<String> {
    let past_ms = now_us(view).saturating_sub(read_at_us) / 1_000;
    let left_ms = u64::from(expires_ms).saturating_sub(past_ms);
    if left_ms > 0 && is_ticking(view) {
        // The last moments are worth watching; before, the number changes once a second.
        let rest = if left_ms <= LAST_MS {
            left_ms.min(200)
        } else {
            1_000
        };
        ui.ctx()
            .request_repaint_after(std::time::Duration::from_millis(rest));
    }
    match left_ms {
        0 => None,
        1..=LAST_MS => Some(format!("{}.{} s", left_ms / 1_000, left_ms % 1_000 / 100)),
        _ => Some(format!("{} s", left_ms / 1_000)),
    }
}

/// What is left until this time, in microseconds since the start. `None` when it has come.
pub fn until(ui: &egui::Ui, view: &View<'_>, until_us: u64) -> Option<String> {
    let now_us = now_us(view);
    let left_ms = until_us.saturating_sub(now_us).div_ceil(1_000);
    left(ui, view, u32::try_from(left_ms).unwrap_or(u32::MAX), now_us)
}

/// `16 K`, as one reads buffer sizes.
pub fn bytes(count: u32) -> String {
    if count < 10_000 {
        count.to_string()
    } else {
        format!("{} K", count / 1024)
    }
}

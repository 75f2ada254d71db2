//! A recorded run in words, and a file that is on its way.
//!
//! In: a view. Out: what the badge, the band and the controls say of it; and the card with the bar.

use std::path::Path;
use std::time::Duration;

use eframe::egui::{
    Context, Label, RichText, Role, Sense, StrokeKind, TextWrapMode, Ui, WidgetInfo, vec2,
};

use super::overlay;
use super::parts::{Button, Weight};
use super::text::{host_word, say};
use super::theme;
use crate::lesson::Language;
use crate::session::{Command, Origin, Recorded, UnderWay, View};
use crate::trace::{Header, LoadError, Name};
use crate::words;

const WIDTH: f32 = 420.0;
const BAR: f32 = 12.0;
/// Room for "100 %" beside the bar.
const PERCENT: f32 = 60.0;
/// What comes sooner than this has no bar: it would only flash.
const PATIENCE: Duration = Duration::from_millis(200);

/// How far a file has come that takes a while.
pub fn loading_ui(ctx: &Context, view: &View<'_>, commands: &mut Vec<Command>) {
    let Some(under_way) = &view.desk.opening.under_way else {
        return;
    };
    let left = PATIENCE.saturating_sub(under_way.since.elapsed());
    if !left.is_zero() {
        return ctx.request_repaint_after(left);
    }
    let theme = theme::theme(view.look);
    let title = say!(view.language, "loading.title");
    overlay::small_card_ui(ctx, view, (&title, WIDTH), |ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP;
        let title = RichText::new(title.as_ref()).font(theme::bold_font(theme::HEADING));
        ui.label(title.color(theme.text));
        bar_ui(ui, view, under_way);
        let button = Button {
            key: Some("Esc"),
            weight: Weight::Plain(theme.text),
            name: say!(view.language, "loading.cancel_name").into_owned(),
            hint: say!(view.language, "loading.cancel_hint").into_owned(),
            height: 30.0,
            ..Button::new(say!(view.language, "loading.cancel"), theme)
        };
        let button = button.show(ui, theme);
        overlay::keep_focus(ui, &button);
        if button.clicked() {
            commands.push(Command::Show(None));
        }
    });
}

fn bar_ui(ui: &mut Ui, view: &View<'_>, under_way: &UnderWay) {
    let theme = theme::theme(view.look);
    let file = file_name(&under_way.path);
    let name = RichText::new(&file).font(theme::text_font(theme::TEXT));
    let name = Label::new(name.color(theme.text)).wrap_mode(TextWrapMode::Truncate);
    ui.add(name);
    let percent = under_way.permille / 10;
    let share = under_way.permille as f32 / 1_000.0;
    ui.horizontal(|ui| {
        let size = vec2(ui.available_width() - PERCENT, BAR);
        let (rect, bar) = ui.allocate_exact_size(size, Sense::hover());
        let painter = ui.painter();
        let edge = theme.outline_stroke();
        painter.rect(rect, BAR / 2.0, theme.trough, edge, StrokeKind::Inside);
        let filled = rect.with_max_x(rect.left() + rect.width() * share);
        painter.rect_filled(filled, BAR / 2.0, theme.wire);
        let said = say!(
            view.language,
            "loading.percent",
            percent = percent,
            file = file
        );
        bar.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, &said));
        let percent = RichText::new(format!("{percent} %"));
        let percent = percent.font(theme::bold_font(theme::TEXT));
        ui.label(percent.color(theme.text));
    });
}

pub fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The file of a run is sound only so far.
pub fn cut_short(language: Language, path: &Path, at: &LoadError) -> (String, String) {
    let (reason, remedy) = words::wrong(language, &at.wrong);
    let (file, line) = (file_name(path), at.line);
    let said = say!(
        language,
        "notice.cut_short",
        file = file,
        line = line,
        reason = reason
    );
    (said.into_owned(), remedy)
}

/// Why nothing can be ordered of it.
pub fn read_only(language: Language, recorded: &Recorded) -> String {
    match recorded.origin {
        Origin::Run => say!(language, "off.recorded"),
        Origin::Capture => say!(language, "off.recorded_capture"),
    }
    .into_owned()
}

/// Why nothing comes any more.
pub fn ends(language: Language, origin: Option<Origin>) -> String {
    match origin {
        Some(Origin::Capture) => say!(language, "off.recording_ends_capture"),
        Some(Origin::Run) | None => say!(language, "off.recording_ends"),
    }
    .into_owned()
}

/// What the top bar says: in short, in full, and when pointed at.
pub fn badge(view: &View<'_>, recorded: &Recorded) -> (String, String, String) {
    let language = view.language;
    let header = view.timeline.trace().header();
    let path = recorded.path.display().to_string();
    let file = file_name(&recorded.path);
    match recorded.origin {
        Origin::Run => {
            let kernel = super::lesson::kernel(&header.kernel);
            let when = when(header);
            let about = [Some(file), when.clone(), Some(kernel.clone())];
            let about: Vec<String> = about.into_iter().flatten().collect();
            let when = when.unwrap_or_else(|| say!(language, "recorded.unknown_time").into_owned());
            let version = &header.version;
            let hint = say!(
                language,
                "recorded.hint",
                path = path,
                version = version,
                kernel = kernel,
                when = when
            );
            let mut hint = hint.into_owned();
            if !recorded.edited.is_empty() {
                let programs = titles(view, &recorded.edited);
                let edited = say!(language, "recorded.hint_edited", programs = programs);
                hint.push('\n');
                hint.push_str(&edited);
            }
            (
                say!(language, "recorded.badge_short").into_owned(),
                say!(language, "recorded.badge", about = about.join(" · ")).into_owned(),
                hint,
            )
        }
        Origin::Capture => (
            say!(language, "recorded.badge_short_capture").into_owned(),
            say!(language, "recorded.badge_capture", about = file).into_owned(),
            say!(language, "recorded.hint_capture", path = path).into_owned(),
        ),
    }
}

/// The band above the stage.
pub fn band(view: &View<'_>, recorded: &Recorded) -> String {
    let language = view.language;
    let (step, count) = (view.timeline.step(), view.timeline.stops().len());
    let band = match recorded.origin {
        Origin::Run => say!(language, "recorded.band", step = step, count = count),
        Origin::Capture => say!(language, "capture.band", step = step, count = count),
    };
    if recorded.edited.is_empty() {
        return band.into_owned();
    }
    let programs = titles(view, &recorded.edited);
    let edited = say!(language, "recorded.edited", programs = programs);
    format!("{edited} · {band}")
}

fn titles(view: &View<'_>, programs: &[Name]) -> String {
    let title = |name: &Name| host_word(view.language, view.timeline.newest(), name);
    let titles: Vec<String> = programs.iter().map(title).collect();
    titles.join(&say!(view.language, "files.and"))
}

/// The day and the minute it began, as the clocks of the whole world have it.
pub fn when(header: &Header) -> Option<String> {
    header.started_us.map(|us| utc(us / 1_000_000))
}

/// `2026-11-21 23:20 UTC`, from the seconds since 1970 began.
pub fn utc(seconds: u64) -> String {
    const DAY: u64 = 86_400;
    let (days, rest) = (seconds / DAY, seconds % DAY);
    // Years are counted from March: then the leap day comes last.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute) = (rest / 3_600, rest / 60 % 60);
    format!("{year}-{month:02}-{date:02} {hour:02}:{minute:02} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_the_day_and_the_minute_it_was() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_399, "2000-02-28 23:59 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (1_078_099_200, "2004-03-01 00:00 UTC"),
            (1_795_302_033, "2026-11-21 23:00 UTC"),
            (4_107_542_400, "2100-03-01 00:00 UTC"),
        ] {
            assert_eq!(utc(seconds), expected);
        }
        // Whatever a file says, it is a text.
        assert!(utc(u64::MAX / 1_000_000).ends_with("UTC"));
    }
}
